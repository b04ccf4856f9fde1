//! Comments over several pages, and what becomes of those that vanish.

use boardwalk::model::*;
use boardwalk::store::{ArticleRecord, Store};

use crate::support::*;

/// An article whose comments go on on pages 2 and 3.
async fn begin_round<P: Place>(bench: &mut Bench<P>, first: Vec<Comment>) -> ArticleId {
    bench.list(vec![row("1")]).await;
    let (job, of) = bench.next_article().await;
    let mut page = content("글");
    page.comments = first;
    let comment_jobs = [2, 3]
        .map(|page| comments_job(bench.board.id, of, page, bench.now))
        .to_vec();
    let outcome = Outcome::Article {
        article: of,
        content: Box::new(page),
        moved_to: None,
        canonical_url: None,
        comment_jobs,
    };
    let settled = bench.settle(&job, outcome).await;
    assert_eq!(settled.n_queued, 2);
    of
}

async fn comments_job_of_page<P: Place>(bench: &Bench<P>, wanted: u32) -> Job {
    let mut found = None;
    for job in bench.claim(usize::MAX).await {
        match job.kind {
            JobKind::Comments { page, .. } if page == wanted => found = Some(job),
            _ => bench.store.release(&job),
        }
    }
    found.expect("the page is queued")
}

async fn read_page<P: Place>(
    bench: &mut Bench<P>,
    of: ArticleId,
    page: u32,
    comments: Vec<Comment>,
) {
    let job = comments_job_of_page(bench, page).await;
    let outcome = Outcome::Comments {
        article: of,
        page,
        comments,
        further: None,
    };
    bench.settle(&job, outcome).await;
}

fn keys(record: &ArticleRecord) -> Vec<&str> {
    record.comments.iter().map(|c| c.key.as_str()).collect()
}

fn gone(record: &ArticleRecord) -> Vec<&str> {
    let gone = record.comments.iter().filter(|c| c.gone_at.is_some());
    gone.map(|c| c.key.as_str()).collect()
}

/// CASES.md, 36. The pages come in another order than they are numbered.
pub async fn parents_are_resolved_over_all_pages<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let of = begin_round(&mut bench, vec![comment("a", 0), comment("b", 1)]).await;
    let mut named = comment("f", 3);
    named.parent = Some("a".into());
    read_page(&mut bench, of, 3, vec![comment("e", 2), named]).await;
    read_page(&mut bench, of, 2, vec![comment("c", 2), comment("d", 1)]).await;
    let record = bench.record("1");
    assert_eq!(keys(&record), ["a", "b", "c", "d", "e", "f"]);
    let parents: Vec<_> = record
        .comments
        .iter()
        .map(|c| c.parent.as_deref())
        .collect();
    let expected = [None, Some("a"), Some("b"), Some("a"), Some("d"), Some("a")];
    assert_eq!(parents, expected, "and what the page itself named is kept");
}

/// CASES.md, 40: no half comment list is taken for whole.
pub async fn a_list_is_complete_when_its_last_page_is_read<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let of = begin_round(&mut bench, vec![comment("a", 0)]).await;
    assert!(!bench.record("1").comments_complete);
    read_page(&mut bench, of, 2, vec![comment("b", 0)]).await;
    assert!(!bench.record("1").comments_complete);
    drop(bench.store);
    bench.store = bench.place.open();
    assert!(!bench.record("1").comments_complete);
    // A comment that slid from page 2 to page 3 while they were read is one comment.
    read_page(&mut bench, of, 3, vec![comment("b", 0), comment("c", 0)]).await;
    let record = bench.record("1");
    assert!(record.comments_complete);
    assert_eq!(keys(&record), ["a", "b", "c"]);
}

/// CASES.md, 36 and 40: the page states how many there are. A comment that was deleted between two pages has pulled
/// another to the page already read.
pub async fn a_list_shorter_than_stated_is_read_again_a_few_times<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1")]).await;
    let visit = |bench: &Bench<P>, of: ArticleId, stated: u64| {
        let mut page = content("글");
        page.comments = vec![comment("a", 0), comment("b", 0)];
        page.comment_count = Some(stated);
        Outcome::Article {
            article: of,
            content: Box::new(page),
            moved_to: None,
            canonical_url: None,
            comment_jobs: vec![comments_job(bench.board.id, of, 2, bench.now)],
        }
    };
    let (job, of) = bench.next_article().await;
    let outcome = visit(&bench, of, 4);
    bench.settle(&job, outcome).await;
    read_page(&mut bench, of, 2, vec![comment("d", 0)]).await;
    assert!(!bench.record("1").comments_complete);
    // It waits for its second reading, which has them all.
    let (job, of) = bench.next_article().await;
    let outcome = visit(&bench, of, 3);
    bench.settle(&job, outcome).await;
    read_page(&mut bench, of, 2, vec![comment("d", 0)]).await;
    assert!(bench.record("1").comments_complete);
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 0));
    // A board that counts what it does not show is believed after a few rounds.
    bench.list_again(vec![row("1")], vec![key("1")]).await;
    for _ in 0..3 {
        assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 1));
        let (job, of) = bench.next_article().await;
        let outcome = visit(&bench, of, 9);
        bench.settle(&job, outcome).await;
        read_page(&mut bench, of, 2, vec![comment("d", 0)]).await;
    }
    let record = bench.record("1");
    assert!(record.comments_complete);
    assert_eq!(gone(&record), Vec::<&str>::new());
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 0));
}

pub async fn a_lost_page_leaves_the_list_half_read<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let of = begin_round(&mut bench, vec![comment("a", 0)]).await;
    read_page(&mut bench, of, 2, vec![comment("b", 0)]).await;
    let job = comments_job_of_page(&bench, 3).await;
    let lost = state(of, ArticleState::Failed, "500, five times");
    bench.settle(&job, lost).await;
    let record = bench.record("1");
    assert_eq!(
        record.state,
        ArticleState::Stored,
        "the article itself was read"
    );
    assert!(!record.comments_complete);
    // The next pass visits it again, and a whole round heals it.
    bench.end_pass(PassEnd::Complete).await;
    bench.begin(PassKind::Incremental).await;
    let (job, of) = bench.next_article().await;
    let mut page = content("글");
    page.comments = vec![comment("a", 0), comment("b", 0), comment("c", 0)];
    bench.settle(&job, article(of, page)).await;
    let record = bench.record("1");
    assert!(record.comments_complete);
    assert_eq!(keys(&record), ["a", "b", "c"]);
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 0));
}

pub async fn a_new_round_forgets_pages_that_are_no_more<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    begin_round(&mut bench, vec![comment("a", 0)]).await;
    // Before pages 2 and 3 are read, the article is read again, and has two pages by now.
    bench.list_again(vec![row("1")], vec![key("1")]).await;
    let (job, of) = bench.next_article().await;
    let mut outcome = article(of, content("글"));
    if let Outcome::Article { comment_jobs, .. } = &mut outcome {
        *comment_jobs = vec![comments_job(bench.board.id, of, 2, bench.now)];
    }
    let settled = bench.settle(&job, outcome).await;
    assert_eq!(settled.n_queued, 0, "page 2 waits already");
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 1));
    read_page(&mut bench, of, 2, vec![comment("b", 0)]).await;
    assert!(bench.record("1").comments_complete);
}

pub async fn a_comment_that_a_whole_list_lacks_is_gone_and_kept<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let with = |keys: &[&str]| Article {
        comments: keys.iter().map(|key| comment(key, 0)).collect(),
        comment_count: Some(keys.len() as u64),
        ..content("글")
    };
    bench.store_article("1", with(&["a", "b", "c"])).await;
    bench
        .visit_again("1", |of| article(of, with(&["a", "c"])))
        .await;
    let record = bench.record("1");
    assert_eq!(gone(&record), ["b"]);
    let b = record.comments.iter().find(|c| c.key == "b").unwrap();
    assert_eq!(b.gone_at, Some(bench.now));
    assert_eq!(b.text.as_deref(), Some("댓글 b"));
    bench
        .visit_again("1", |of| article(of, with(&["a", "b", "c"])))
        .await;
    assert_eq!(gone(&bench.record("1")), [""; 0]);
}

pub async fn a_page_that_shows_too_few_comments_is_no_evidence<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut page = content("글");
    page.comments = vec![comment("a", 0), comment("b", 0)];
    bench.store_article("1", page).await;
    // It says two and shows one; it shows none and says nothing (a mobile skin).
    let mut fewer = content("글");
    fewer.comments = vec![comment("a", 0)];
    fewer.comment_count = Some(2);
    for page in [fewer, content("글")] {
        bench.visit_again("1", |of| article(of, page)).await;
        assert_eq!(gone(&bench.record("1")), [""; 0]);
    }
    let mut none = content("글");
    none.comment_count = Some(0);
    bench.visit_again("1", |of| article(of, none)).await;
    assert_eq!(gone(&bench.record("1")), ["a", "b"]);
}

pub async fn words_of_a_comment_are_not_overwritten_by_none<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut page = content("글");
    page.comments = vec![comment("a", 0)];
    bench.store_article("1", page.clone()).await;
    page.comments[0].text = None;
    page.comments[0].secret = true;
    bench.visit_again("1", |of| article(of, page)).await;
    let record = bench.record("1");
    assert_eq!(record.comments[0].text.as_deref(), Some("댓글 a"));
    assert!(record.comments[0].secret);
}
