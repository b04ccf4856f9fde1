//! Keys, slugs and URL forms.

use boardwalk::model::*;
use boardwalk::store::{Archive, Store};

use crate::support::*;

fn slug_row(slug: &str) -> Row {
    Row {
        key: key(&format!("~{slug}")),
        url: url(&format!("/{slug}/?page=2")),
        canonical_url: url(&format!("/{slug}/")),
        ..row("0")
    }
}

fn with_id(id: &str) -> Article {
    Article {
        id_in_page: Some(id.into()),
        ..content("글")
    }
}

/// CASES.md, 5.
pub async fn a_slug_gets_its_number_and_is_known_by_both<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![slug_row("notice")]).await;
    let (job, of) = bench.next_article().await;
    bench.settle(&job, article(of, with_id("290"))).await;
    let record = bench.record("290");
    assert_eq!(record.key, key("290"));
    assert_eq!(ArticleId(record.id), of);
    let ask = vec![key("~notice"), key("290")];
    let known = bench.store.known(bench.pass, ask).await.unwrap();
    assert_eq!(known.len(), 2);
    assert!(known.values().all(|known| known.article == of));
    // The next walk meets the slug again, and nothing new.
    let settled = bench
        .list_again(vec![slug_row("notice")], vec![key("~notice")])
        .await;
    assert_eq!((settled.n_new, settled.n_queued), (0, 2));
    assert_eq!(bench.records().len(), 1);
}

pub async fn a_slug_of_a_known_article_becomes_its_alias<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![slug_row("notice"), row("290")]).await;
    let (job, slug) = bench.next_article().await;
    let mut outcome = article(slug, with_id("290"));
    if let Outcome::Article { comment_jobs, .. } = &mut outcome {
        *comment_jobs = vec![comments_job(bench.board.id, slug, 2, bench.now)];
    }
    let settled = bench.settle(&job, outcome).await;
    assert!(settled.stored);
    let records = bench.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].key, key("290"));
    assert_eq!(records[0].text, Some(text("글")));
    for name in [
        "http://board.test/notice/",
        "http://board.test/notice/?page=2",
        "board.test/~notice",
    ] {
        let found = bench.place.archive().find(name).unwrap();
        assert_eq!(found, records, "{name}");
    }
    // Its content is there: only its second page of comments is left to be read, and it is this article's.
    let jobs = bench.claim(10).await;
    let kinds: Vec<_> = jobs.iter().map(|job| &job.kind).collect();
    let article = ArticleId(records[0].id);
    assert!(kinds.contains(&&JobKind::Comments { article, page: 2 }));
    assert_eq!(kinds.len(), 2, "and the next listing page");
}

pub async fn an_article_is_found_by_all_its_names<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1003"), row("1004")]).await;
    let (job, of) = bench.next_article().await;
    let mut settlement = bench.settlement(&job, article(of, content("글")));
    settlement.page = Some(Visited {
        url: url("/1003").into(),
        final_url: url("/news/1003?redirected=1").into(),
        status: 200,
        content_type: None,
        charset: "utf-8".into(),
        fetched_at: bench.now,
        as_of: bench.now,
        body: b"<p>".to_vec(),
    });
    bench.store.settle(settlement).await.unwrap();
    let expected = vec![bench.record("1003")];
    for name in [
        expected[0].id.to_string().as_str(),
        "1003",
        "board.test/1003",
        "http://board.test/news/1003",
        "http://board.test/news/1003?page=1",
        "http://board.test/1003",
        "HTTP://BOARD.test/news/1003?redirected=1",
    ] {
        assert_eq!(
            bench.place.archive().find(name).unwrap(),
            expected,
            "{name}"
        );
    }
    for name in ["", "1005", "http://board.test/", "%"] {
        assert_eq!(bench.place.archive().find(name).unwrap(), [], "{name}");
    }
    // An id that two boards use names neither.
    let mut elsewhere = row("1003");
    elsewhere.key = ArticleKey::new("board.test/free", "1003");
    bench.list(vec![elsewhere]).await;
    assert_eq!(bench.place.archive().find("1003").unwrap(), []);
}

/// CASES.md, 30.
pub async fn a_moved_article_keeps_its_key<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1010")]).await;
    let (job, of) = bench.next_article().await;
    let outcome = Outcome::Article {
        article: of,
        content: Box::new(content("글")),
        moved_to: Some("board".into()),
        canonical_url: Some(url("/board/1010").into()),
        comment_jobs: vec![],
    };
    bench.settle(&job, outcome).await;
    let record = bench.record("1010");
    assert_eq!(record.board, "board");
    assert_eq!(record.url, "http://board.test/board/1010");
    assert_eq!(record.state, ArticleState::Stored);
    let by_old = bench.place.archive().find("http://board.test/news/1010");
    assert_eq!(by_old.unwrap(), [record]);
    assert_eq!(bench.n_listed(bench.board.id).await, 0);
}
