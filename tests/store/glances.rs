//! What pages of a dashboard read: the latest, posts by time, changes, receipts.

use boardwalk::model::*;
use boardwalk::store::{Archive, ReceiptPlace, Store};
use jiff::Timestamp;

use crate::support::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub async fn posts_are_counted_by_quarters_of_an_hour<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut rows = Vec::new();
    for (id, moment, precision) in [
        ("1", "2026-11-05T00:14:59Z", Precision::Second),
        ("2", "2026-11-05T00:15:00Z", Precision::Minute),
        ("3", "2026-11-05T00:29:00Z", Precision::Hour),
        ("4", "2026-11-05T00:20:00Z", Precision::Day),
        ("5", "2026-10-01T00:00:00Z", Precision::Second),
    ] {
        rows.push(Row {
            posted: Some(posted(moment, precision)),
            ..row(id)
        });
    }
    bench.list(rows).await;
    let board = bench.board.id;
    let counts = |timed_only| -> Vec<(Timestamp, u64)> {
        let since = at("2026-11-01T00:00:00Z");
        let archive = bench.place.archive();
        let counts = archive.posts_by_quarter(board, since, timed_only).unwrap();
        counts
            .iter()
            .map(|count| (count.at, count.n_posts))
            .collect()
    };
    let (first, second) = (at("2026-11-05T00:00:00Z"), at("2026-11-05T00:15:00Z"));
    assert_eq!(counts(false), [(first, 1), (second, 3)]);
    assert_eq!(counts(true), [(first, 1), (second, 2)]);
}

pub async fn the_latest_come_first_and_undated_ones_last<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut rows = Vec::new();
    for (id, moment) in [
        ("1", Some("2026-11-05T00:00:00Z")),
        ("2", None),
        ("3", Some("2026-11-07T00:00:00Z")),
        ("4", Some("2026-11-06T00:00:00Z")),
    ] {
        rows.push(Row {
            posted: moment.map(|moment| posted(moment, Precision::Second)),
            ..row(id)
        });
    }
    bench.list(rows).await;
    let archive = bench.place.archive();
    let latest = |limit, skip| -> Vec<String> {
        let hits = archive.latest(bench.board.id, limit, skip).unwrap();
        let id = |key: &ArticleKey| key.as_str().rsplit('/').next().unwrap().to_owned();
        hits.iter().map(|hit| id(&hit.key)).collect()
    };
    assert_eq!(latest(9, 0), ["3", "4", "1", "2"]);
    assert_eq!(latest(2, 1), ["4", "1"]);
}

pub async fn changes_of_a_board_come_newest_first_without_new_posts<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut edited = content("가");
    bench.store_article("1", edited.clone()).await;
    edited.text.push_str(" 그리고 더.");
    bench.visit_again("1", |of| article(of, edited)).await;
    for _ in 0..2 {
        bench
            .visit_again("1", |of| state(of, ArticleState::Gone, "404"))
            .await;
    }
    let archive = bench.place.archive();
    let kinds = |limit| -> Vec<EventKind> {
        let changes = archive.last_changes(bench.board.id, limit).unwrap();
        changes.iter().map(|change| change.kind).collect()
    };
    assert_eq!(kinds(9), [EventKind::Vanished, EventKind::Edited]);
    assert_eq!(kinds(1), [EventKind::Vanished]);
}

pub async fn receipts_tell_their_spacing_page_by_page<P: Place>(place: P) {
    let bench = Bench::new(place).await;
    let host = bench.board.host.clone();
    let moments = [
        "2026-11-05T00:00:00Z",
        "2026-11-05T00:00:01.500Z",
        "2026-11-05T00:00:01.500Z",
        "2026-11-05T00:00:05Z",
    ];
    let receipts = moments.map(|moment| receipt("/", at(moment)));
    let pause = HostPause {
        host: host.clone(),
        until: at("2026-11-05T00:01:00Z"),
        reason: "503".into(),
    };
    bench
        .store
        .save_pause(pause, receipts.to_vec())
        .await
        .unwrap();
    let archive = bench.place.archive();
    let page = |before, limit| archive.receipts(&host, before, limit).unwrap();
    let all = page(ReceiptPlace::END, 9);
    let spacings: Vec<_> = all.iter().map(|receipt| receipt.spacing_ms).collect();
    assert_eq!(spacings, [Some(3_500), Some(0), Some(1_500), None]);
    let first = page(ReceiptPlace::END, 2);
    assert_eq!(first, all[..2]);
    let last = &first[1];
    let before = ReceiptPlace {
        at: last.at,
        id: last.id,
    };
    assert_eq!(page(before, 2), all[2..]);
    assert!(
        archive
            .receipts("other.example", ReceiptPlace::END, 9)
            .unwrap()
            .is_empty()
    );
}

pub async fn an_outline_counts_as_listed_what_an_audit_does<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    for id in ["1", "2", "3"] {
        bench.store_article(id, content(id)).await;
    }
    let pinned = Row {
        notice: true,
        ..row("4")
    };
    bench.list(vec![row("5"), pinned]).await;
    for _ in 0..2 {
        let gone = |of| state(of, ArticleState::Gone, "404");
        bench.visit_again("1", gone).await;
    }
    let moved = |article| Outcome::Article {
        article,
        content: Box::new(content("2")),
        moved_to: Some("elsewhere".into()),
        canonical_url: None,
        comment_jobs: vec![],
    };
    bench.visit_again("2", moved).await;

    let archive = bench.place.archive();
    let outlines = archive.outlines().unwrap();
    let audited = archive.audit(&bench.board).unwrap();
    assert_eq!(outlines.len(), 1);
    // The third and the fifth.
    assert_eq!(outlines[0].all.n_listed, 2);
    assert_eq!(audited.all.n_listed, 2);
    assert_eq!(outlines[0].n_notices, audited.n_notices);
}
