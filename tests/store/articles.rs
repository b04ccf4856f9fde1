//! What follows from a visit to an article.

use boardwalk::model::*;
use boardwalk::store::{Archive, ArticleRecord, Store};

use crate::support::*;

pub async fn content_is_stored_whole<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut page = content("첫");
    page.author = Some("기자".into());
    page.posted = Some(posted("2026-11-23T01:02:03Z", Precision::Second));
    page.category = Some("경제".into());
    page.source = Some("한겨레".into());
    page.images = vec![Image {
        url: "http://img.test/1.jpg".into(),
        alt: None,
        caption: Some("설명".into()),
    }];
    page.attachments = vec![Attachment {
        key: "77".into(),
        name: "보고서.hwp".into(),
        url: "http://board.test/file/77".into(),
        size: Some(1024),
    }];
    page.tags = vec!["금리".into()];
    page.views = Some(100);
    page.votes = Some(-2);
    page.comment_count = Some(1);
    page.comments = vec![comment("c1", 0)];
    let settled = bench.store_article("1", page.clone()).await;
    assert!(settled.stored && !settled.changed);
    let record = bench.record("1");
    assert_eq!(record.state, ArticleState::Stored);
    assert_eq!(record.title, "첫 전체 제목");
    assert_eq!(record.author, page.author);
    assert_eq!(record.text.as_ref(), Some(&page.text));
    assert_eq!(record.posted_at, page.posted.map(|posted| posted.at));
    assert_eq!(
        (record.category, record.source),
        (page.category, page.source)
    );
    assert_eq!((record.images, record.tags), (page.images, page.tags));
    assert_eq!(record.attachments, page.attachments);
    assert_eq!((record.views, record.votes), (Some(100), Some(-2)));
    assert_eq!(record.comments.len(), 1);
    assert!(record.comments_complete);
    assert_eq!(record.fetched_at, Some(bench.now));
    assert_eq!(record.revision_count, 1);
    assert_eq!(record.content_hash.map(|hash| hash.len()), Some(64));
    let revisions = bench
        .place
        .archive()
        .revisions(ArticleId(record.id))
        .unwrap();
    assert_eq!(revisions.len(), 1);
    assert_eq!(revisions[0].html, page.html);
    assert_eq!(bench.report().await.n_stored, 1);
}

/// CASES.md, 31: views, tokens and the markup around the words are no edit.
pub async fn the_same_content_again_is_no_revision<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.store_article("1", content("같은")).await;
    let before = bench.record("1");
    let mut again = content("같은");
    again.html = format!("<div data-nonce=\"x\">{}</div>", again.text);
    again.views = Some(7);
    let settled = bench.visit_again("1", |of| article(of, again)).await;
    assert!(!settled.stored && !settled.changed);
    let mut after = bench.record("1");
    assert_eq!((after.views, after.fetched_at), (Some(7), Some(bench.now)));
    (after.views, after.fetched_at) = (before.views, before.fetched_at);
    assert_eq!(after, before);
    let report = bench.report().await;
    assert_eq!((report.n_stored, report.n_changed), (1, 0));
}

pub async fn an_edit_is_a_revision_and_the_first_version_stays<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.store_article("1", content("처음")).await;
    let mut edited = content("처음");
    edited.text.push_str("\n덧붙인 문단.");
    let settled = bench
        .visit_again("1", |of| article(of, edited.clone()))
        .await;
    assert!(settled.changed && !settled.stored);
    let mut with_file = edited.clone();
    with_file.attachments = vec![Attachment {
        key: "1".into(),
        name: "a".into(),
        url: "http://board.test/f".into(),
        size: None,
    }];
    assert!(
        bench
            .visit_again("1", |of| article(of, with_file))
            .await
            .changed
    );
    let record = bench.record("1");
    assert_eq!(record.text.as_ref(), Some(&edited.text));
    assert_eq!(record.revision_count, 3);
    let archive = bench.place.archive();
    let revisions = archive.revisions(ArticleId(record.id)).unwrap();
    let numbers: Vec<_> = revisions.iter().map(|revision| revision.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(revisions[0].text, text("처음"));
    assert_ne!(revisions[1].content_hash, revisions[2].content_hash);
    assert_eq!(bench.report().await.n_changed, 2);
}

/// CASES.md, 32.
pub async fn a_copy_names_the_first_that_had_its_text<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let with_title = |title: &str, words: &str| Article {
        title: Some(title.into()),
        ..content(words)
    };
    // Stored in the order 3, 2, 1, so the first to have the text is 3.
    bench.list(vec![row("3"), row("2"), row("1")]).await;
    let mut firsts = Vec::new();
    for title in ["만나", "만나(종합)", "만나(종합2보)"] {
        let (job, of) = bench.next_article().await;
        let settled = bench
            .settle(&job, article(of, with_title(title, "같은")))
            .await;
        firsts.push(settled.duplicate_of);
    }
    assert_eq!(firsts, [None, Some(key("3")), Some(key("3"))]);
    let of = |bench: &Bench<P>, id: &str| bench.record(id).duplicate_of;
    assert_eq!(of(&bench, "3"), None, "the first is nobody's copy");
    assert_eq!(of(&bench, "1"), Some(key("3")));
    assert_eq!(bench.report().await.n_duplicates, 2);
    let settled = bench
        .visit_again("3", |of| article(of, with_title("만나", "같은")))
        .await;
    assert_eq!(settled.duplicate_of, None, "nor when it is read again");
    // The first is edited: now the second was the first to have it.
    bench
        .visit_again("3", |of| article(of, with_title("만나", "다른")))
        .await;
    assert_eq!(of(&bench, "2"), None);
    assert_eq!(of(&bench, "1"), Some(key("2")));
    // And edited back: of those posted at one time it was found first.
    let settled = bench
        .visit_again("3", |of| article(of, with_title("만나", "같은")))
        .await;
    assert_eq!(settled.duplicate_of, None);
    assert_eq!(of(&bench, "2"), Some(key("3")));
}

/// A crawl stores the newest first: the earlier posted one is the original all the same, for exact copies and near ones.
pub async fn the_earliest_posted_is_the_original_in_whatever_order_it_is_stored<P: Place>(
    place: P,
) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("3"), row("2"), row("1")]).await;
    for day in ["2026-11-22", "2026-11-21", "2026-11-20"] {
        let (job, of) = bench.next_article().await;
        let page = Article {
            posted: Some(posted(&format!("{day}T10:00:00Z"), Precision::Minute)),
            ..content("같은")
        };
        bench.settle(&job, article(of, page)).await;
    }
    let of = |id: &str| bench.record(id).duplicate_of;
    assert_eq!(of("1"), None);
    assert_eq!([of("2"), of("3")], [Some(key("1")), Some(key("1"))]);
    // Two of them have a text that was known.
    assert_eq!(bench.report().await.n_duplicates, 2);
}

pub async fn short_texts_are_no_copies<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench
        .list(vec![row("4"), row("3"), row("2"), row("1")])
        .await;
    for words in ["", "", "감사합니다.", "감사합니다."] {
        let (job, of) = bench.next_article().await;
        let page = Article {
            text: words.into(),
            ..content("제목")
        };
        let settled = bench.settle(&job, article(of, page)).await;
        assert!(settled.stored);
        assert_eq!(settled.duplicate_of, None);
    }
}

pub async fn states_keep_content_and_tell_why<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.store_article("1", content("있던")).await;
    let gone_at = {
        bench
            .visit_again("1", |of| state(of, ArticleState::Gone, "404"))
            .await;
        bench.now
    };
    let record = bench.record("1");
    assert_eq!(record.state, ArticleState::Gone);
    assert_eq!(record.state_reason.as_deref(), Some("404"));
    assert_eq!(record.gone_at, Some(gone_at));
    assert_eq!(record.text, Some(text("있던")), "content stays");
    bench
        .visit_again("1", |of| state(of, ArticleState::Gone, "404 again"))
        .await;
    let record = bench.record("1");
    assert_eq!(record.gone_at, Some(gone_at), "the first time counts");
    let target = bench.store.target(ArticleId(record.id)).await.unwrap();
    assert_eq!(
        (target.n_gone_answers, target.state),
        (2, ArticleState::Gone)
    );

    bench.list(vec![row("2")]).await;
    let (job, of) = bench.next_article().await;
    // CASES.md, 29: a secret post still shows title and date.
    let secret = Outcome::ArticleState {
        article: of,
        state: ArticleState::Restricted,
        title: Some("비밀 제목".into()),
        author: None,
        posted: Some(posted("2026-11-23T01:00:00Z", Precision::Minute)),
        reason: "403".into(),
    };
    bench.settle(&job, secret).await;
    let record = bench.record("2");
    assert_eq!(record.state, ArticleState::Restricted);
    assert_eq!(record.title, "비밀 제목");
    assert_eq!(record.posted_at_precision.as_deref(), Some("minute"));
    assert_eq!((record.text, record.gone_at), (None, None));
    // The listing's cover title does not come back over it.
    bench.list(vec![row("2")]).await;
    assert_eq!(bench.record("2").title, "비밀 제목");

    let report = bench.report().await;
    assert_eq!(
        (report.n_gone, report.n_restricted, report.n_failed),
        (2, 1, 0)
    );
    let board = bench.place.archive().boards().unwrap().remove(0);
    let counts = (
        board.counts.n_articles,
        board.counts.n_gone,
        board.counts.n_restricted,
    );
    assert_eq!(counts, (2, 1, 1));
}

pub async fn a_gone_article_that_is_back_has_reappeared<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.store_article("1", content("있던")).await;
    bench
        .visit_again("1", |of| state(of, ArticleState::Gone, "404"))
        .await;
    assert_eq!(bench.n_listed(bench.board.id).await, 0);
    let settled = bench
        .visit_again("1", |of| article(of, content("있던")))
        .await;
    assert!(
        !settled.stored && !settled.changed,
        "it says what it said before"
    );
    let record = bench.record("1");
    assert_eq!((record.state, record.gone_at), (ArticleState::Stored, None));
    assert_eq!(record.state_reason, None);
    let target = bench.store.target(ArticleId(record.id)).await.unwrap();
    assert_eq!(target.n_gone_answers, 0);
}

pub async fn a_failure_is_not_an_answer<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.store_article("1", content("있던")).await;
    bench
        .visit_again("1", |of| state(of, ArticleState::Gone, "404"))
        .await;
    let gone_at = bench.now;
    bench
        .visit_again("1", |of| state(of, ArticleState::Failed, "502"))
        .await;
    let record = bench.record("1");
    assert_eq!(
        (record.state, record.gone_at),
        (ArticleState::Failed, Some(gone_at))
    );
    let target = bench.store.target(ArticleId(record.id)).await.unwrap();
    assert_eq!(target.n_gone_answers, 1);
}

/// CASES.md, 7: a comment's id that redirects to its post.
pub async fn what_was_no_article_goes_unless_it_held_content<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let misread = |article| Outcome::NotAnArticle {
        article,
        reason: "redirects to 285".into(),
    };
    bench.list(vec![row("293")]).await;
    let (job, of) = bench.next_article().await;
    bench.settle(&job, misread(of)).await;
    assert_eq!(bench.records(), []);
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 0));

    bench.store_article("294", content("있던")).await;
    bench.visit_again("294", misread).await;
    let record = bench.record("294");
    assert_eq!(record.state, ArticleState::Failed);
    assert_eq!(record.text, Some(text("있던")));
}

pub async fn articles_of_a_later_pass_count_for_it<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("2"), row("1")]).await;
    let first = bench.pass;
    bench.end_pass(PassEnd::Complete).await;
    // The walk is over, its articles are not.
    let (job, of) = bench.next_article().await;
    bench.settle(&job, article(of, content("하나"))).await;
    bench.begin(PassKind::Incremental).await;
    let (job, of) = bench.next_article().await;
    bench.settle(&job, article(of, content("둘"))).await;
    let stored = |pass| {
        let store = bench.store.clone();
        async move { store.pass(pass).await.unwrap().report.n_stored }
    };
    assert_eq!((stored(first).await, stored(bench.pass).await), (1, 1));
}

/// Long texts: each syllable is another, so that two of them share what they share of the numbers.
fn numbered(from: usize, to: usize) -> String {
    let word = |n: usize| char::from_u32(0xAC00 + (n * 7919 % 11_172) as u32).unwrap();
    (from..to).map(word).collect()
}

/// The first text is like the second, and the second like the third, but the third is not like the first.
pub async fn a_story_is_no_chain_in_whatever_order_it_comes<P: Place>(place: P) {
    const SPANS: [(usize, usize); 3] = [(0, 900), (250, 1150), (500, 1400)];
    const DAYS: [&str; 3] = [
        "2026-11-10T00:00:00Z",
        "2026-11-11T00:00:00Z",
        "2026-11-12T00:00:00Z",
    ];
    const ORDERS: [[usize; 3]; 6] = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let mut bench = Bench::new(place).await;
    let ids = || (1..=18).map(|n: usize| n.to_string());
    bench.list(ids().map(|id| row(&id)).collect()).await;
    for (round, order) in ORDERS.into_iter().enumerate() {
        for which in order {
            let (from, to) = SPANS[which];
            // Each order has syllables of its own.
            let page = Article {
                text: numbered(1600 * round + from, 1600 * round + to),
                posted: Some(posted(DAYS[which], Precision::Minute)),
                ..content("제목")
            };
            let (job, of) = bench.next_article().await;
            bench.settle(&job, article(of, page)).await;
        }
    }
    let mut by_time = bench.records();
    by_time.sort_by_key(|record| record.posted_at);
    let (first, later) = by_time.split_at(6);
    let (second, third) = later.split_at(6);
    let stories = |records: &[ArticleRecord]| {
        let mut stories: Vec<_> = records.iter().map(|record| record.story).collect();
        stories.sort_unstable();
        stories
    };
    assert!(first.iter().all(|record| record.story.is_some()));
    assert_eq!(stories(second), stories(first));
    assert!(third.iter().all(|record| record.story.is_none()));
    assert!(second.iter().all(|record| record.duplicate_of.is_some()));
    assert!(first.iter().all(|record| record.duplicate_of.is_none()));
}

pub async fn near_copies_make_a_story_and_an_edit_takes_one_out<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let body = |from: usize| numbered(from, from + 900);
    let page = |text: String| Article {
        text,
        ..content("제목")
    };
    bench.list(vec![row("3"), row("2"), row("1")]).await;
    let changed = body(0).replace(&body(400)[..30], "고쳐쓴다른말");
    for text in [body(0), changed, body(5000)] {
        let (job, of) = bench.next_article().await;
        bench.settle(&job, article(of, page(text))).await;
    }
    let story = |bench: &Bench<P>, id: &str| bench.record(id).story;
    assert!(story(&bench, "3").is_some());
    assert_eq!(story(&bench, "3"), story(&bench, "2"));
    assert_eq!(story(&bench, "1"), None);
    let of = ArticleId(bench.record("2").id);
    let copies = bench.place.archive().copies(of).unwrap();
    assert_eq!((copies.len(), copies[0].verdict.as_str()), (1, "near"));
    assert_eq!(bench.place.archive().stories(None, 2).unwrap().len(), 1);
    assert!(bench.place.archive().stories(None, 3).unwrap().is_empty());
    bench
        .visit_again("2", |of| article(of, page(body(9000))))
        .await;
    assert_eq!((story(&bench, "3"), story(&bench, "2")), (None, None));
    bench
        .visit_again("2", |of| article(of, page(body(1))))
        .await;
    assert!(story(&bench, "2").is_some());
    assert_eq!(story(&bench, "3"), story(&bench, "2"));
}
