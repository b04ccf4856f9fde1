//! What a search finds, and in which order.

use boardwalk::model::*;
use boardwalk::store::Archive;
use boardwalk::store::search_query::Query;
use jiff::tz::TimeZone;

use crate::support::*;

/// Keys of what a query finds, without the host.
fn found<P: Place>(bench: &Bench<P>, query: &str) -> Vec<String> {
    let query = Query::parse(query, &TimeZone::UTC);
    let hits = bench.place.archive().search(&query, 10, 0).unwrap();
    hits.iter()
        .map(|hit| hit.key.as_str().rsplit('/').next().unwrap().to_owned())
        .collect()
}

pub async fn a_search_is_narrowed_by_what_is_known<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let board = bench.board.name.clone();
    let mut first = content("도서관");
    first.author = Some("김 기자".into());
    first.source = Some("한겨레".into());
    first.posted = Some(posted("2026-10-05T00:00:00Z", Precision::Second));
    let mut second = content("도서관");
    second.author = Some("박 기자".into());
    second.posted = Some(posted("2026-11-05T00:00:00Z", Precision::Second));
    second.text.push_str(" 도서관 하나 더.");
    bench.store_article("1", first.clone()).await;
    bench.store_article("2", second).await;
    first.text = first.text.replace("동결했다고", "내렸다고");
    bench.visit_again("1", |of| article(of, first)).await;
    bench
        .visit_again("2", |of| state(of, ArticleState::Gone, "404"))
        .await;
    bench
        .visit_again("2", |of| state(of, ArticleState::Gone, "404"))
        .await;

    for (query, keys) in [
        ("도서관 author:김", vec!["1"]),
        ("author:\"박 기자\"", vec!["2"]),
        ("source:겨레", vec!["1"]),
        ("도서관 before:2026-11-01", vec!["1"]),
        ("after:2026-11-05", vec!["2"]),
        ("도서관 is:gone", vec!["2"]),
        ("is:edited", vec!["1"]),
        ("도서관 -내렸다고", vec!["2"]),
        // More words than are ranked by: all of them count.
        ("기준금리를 밝혔다 시장은 결과라고 도서관 하나", vec!["2"]),
        ("기준금리를 밝혔다 시장은 결과라고 -내렸다고", vec!["2"]),
        ("board:no-such-board 도서관", vec![]),
        // Without words, the newest first.
        (&format!("board:{board}"), vec!["2", "1"]),
    ] {
        assert_eq!(found(&bench, query), keys, "{query}");
    }
}

pub async fn a_title_counts_more_than_a_text<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut mentioned = content("다른 일");
    mentioned.text.push_str(" 끝으로 도서관 이야기.");
    bench.store_article("1", content("도서관")).await;
    bench.store_article("2", mentioned).await;
    assert_eq!(found(&bench, "도서관"), ["1", "2"]);
    let query = Query::parse("도서관", &TimeZone::UTC);
    let rest = bench.place.archive().search(&query, 10, 1).unwrap();
    assert_eq!(rest.len(), 1, "the first is passed over");
}
