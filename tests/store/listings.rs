//! What follows from a listing page.

use boardwalk::model::*;
use boardwalk::store::{Archive, Store};

use crate::support::*;

pub async fn rows_become_pending_articles_with_jobs_in_page_order<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut first = row("9");
    first.category = Some("정치".into());
    first.views = Some(12);
    first.comment_count = Some(3);
    let settled = bench.list(vec![first, row("7"), row("8")]).await;
    assert_eq!(
        (settled.n_new, settled.n_queued),
        (3, 4),
        "and the next page"
    );
    let records = bench.records();
    let keys: Vec<_> = records.iter().map(|record| record.key.id()).collect();
    assert_eq!(keys, ["9", "7", "8"]);
    let record = &records[0];
    assert_eq!(record.board, "news");
    assert_eq!(record.url, "http://board.test/news/9");
    assert_eq!(record.state, ArticleState::Pending);
    assert_eq!((record.rank, record.notice), (Some(9), false));
    assert_eq!((record.views, record.comment_count), (Some(12), Some(3)));
    assert_eq!(record.category.as_deref(), Some("정치"));
    assert_eq!((record.text.as_ref(), record.revision_count), (None, 0));
    assert_eq!(record.first_seen_at, bench.now);
    assert_eq!(record.posted_at_precision.as_deref(), Some("day"));
    let report = bench.report().await;
    assert_eq!(
        (report.n_listing_pages, report.n_rows, report.n_new),
        (1, 3, 3)
    );
    assert_eq!(bench.n_listed(bench.board.id).await, 3);
}

pub async fn the_same_page_again_changes_nothing<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut counted = row("2");
    counted.views = Some(5);
    counted.comment_count = Some(1);
    let rows = vec![counted, row("1")];
    bench.list(rows.clone()).await;
    let before = bench.records();
    let settled = bench.list(rows).await;
    assert_eq!(
        (settled.n_new, settled.n_queued),
        (0, 1),
        "the next page only"
    );
    assert_eq!(bench.records(), before);
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 2));
}

pub async fn the_walk_is_where_the_last_page_left_it<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let moved = Walk {
        kind: PassKind::Incremental,
        page: 7,
        deepest: 8,
        edge: Some(Edge {
            key: key("41"),
            rank: Some(41),
        }),
        n_torn: 1,
        n_still: 1,
        n_quiet: 2,
        last_page_digest: Some("abc".into()),
        moved: true,
        last_shown: Some(31),
        first_page_digest: Some("def".into()),
        ahead: Some(Edge {
            key: key("77"),
            rank: None,
        }),
        deficit: Some(-3),
        newest_rank: Some(296),
        max_pages: Some(20),
        since: Some(start()),
        n_rounds: 3,
        late: true,
        top: Some(key("99")),
    };
    let job = bench.next().await.unwrap();
    let mut outcome = listing(bench.pass, vec![]);
    if let Outcome::Listing { walk, .. } = &mut outcome {
        *walk = moved.clone();
    }
    bench.settle(&job, outcome).await;
    drop(bench.store);
    bench.store = bench.place.open();
    let pass = bench
        .store
        .open_pass(bench.board.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(pass.walk, moved);
    assert_eq!(
        (pass.started_at, pass.ended_at, pass.end),
        (start(), None, None)
    );
}

/// CASES.md, 12.
pub async fn a_notice_that_is_also_an_ordinary_row_is_one_article<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut pinned = row("5");
    pinned.notice = true;
    pinned.rank = None;
    let settled = bench.list(vec![pinned.clone(), row("6"), row("5")]).await;
    assert_eq!(settled.n_new, 2);
    let record = bench.record("5");
    // It has a place in the board's order, so it is no notice, however often its pinned copy is seen.
    assert_eq!((record.notice, record.rank), (false, Some(5)));
    bench.list(vec![pinned.clone()]).await;
    assert!(!bench.record("5").notice);
    assert_eq!(bench.n_listed(bench.board.id).await, 2);
    bench.end_pass(PassEnd::Complete).await;
    // A short pass sees only the top.
    bench.begin(PassKind::Incremental).await;
    bench.list(vec![pinned.clone()]).await;
    bench.end_pass(PassEnd::CaughtUp).await;
    assert!(!bench.record("5").notice);
    // The whole board is read, and it stands nowhere but on top.
    bench.begin(PassKind::Full).await;
    bench.list(vec![pinned]).await;
    bench.end_pass(PassEnd::Complete).await;
    assert!(bench.record("5").notice);
    // Pinned no more.
    bench.begin(PassKind::Incremental).await;
    bench.list(vec![row("5")]).await;
    assert!(!bench.record("5").notice);
    // The open article's row shows a mark in place of the number.
    let mut current = row("5");
    current.rank = None;
    current.current = true;
    bench.list(vec![current]).await;
    assert_eq!(bench.record("5").rank, Some(5));
}

/// CASES.md, 6: `/hot/555` and `/square/555`.
pub async fn an_article_on_two_boards_is_one_article_in_two_places<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut here = row("555");
    here.category = Some("경제".into());
    bench.list(vec![here]).await;
    let hot = bench
        .store
        .register_board(new_board("hot", HOST), start())
        .await
        .unwrap();
    let first = move |pass| listing_job(hot.id, pass, 1, start());
    let pass = bench
        .store
        .begin_pass(hot.id, walk(PassKind::Full), first, again(start()), start())
        .await
        .unwrap();
    let known = bench.store.known(pass.id, vec![key("555")]).await.unwrap();
    assert!(!known[&key("555")].before_this_pass, "new on this board");
    let job = bench
        .store
        .claim(HOST, &[hot.id], bench.now, 1)
        .await
        .unwrap()
        .remove(0);
    let mut there = row("555");
    there.rank = Some(3);
    there.category = Some("인기".into());
    let settled = bench.settle(&job, listing(pass.id, vec![there])).await;
    assert_eq!(settled.n_new, 0);
    assert_eq!(bench.records().len(), 1);
    let record = bench.record("555");
    assert_eq!((record.board.as_str(), record.rank), ("news", Some(555)));
    // Were it to follow both boards in turn, each visit would find an edit.
    assert_eq!(record.category.as_deref(), Some("경제"));
    assert_eq!(bench.n_listed(hot.id).await, 1);
}

/// CASES.md, 37: a coarser reading never overwrites a finer one.
pub async fn a_finer_date_is_kept<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let minute = posted("2026-11-23T13:10:00Z", Precision::Minute);
    for (shown, held) in [
        (posted("2026-11-22T15:00:00Z", Precision::Day), None),
        (minute.clone(), Some(&minute)),
        (
            posted("2026-11-23T13:00:00Z", Precision::Hour),
            Some(&minute),
        ),
        (
            posted("2026-11-23T13:11:00Z", Precision::Minute),
            Some(&minute),
        ),
    ] {
        let mut row = row("1");
        row.posted = Some(shown.clone());
        bench.list(vec![row]).await;
        let record = bench.record("1");
        let held = held.unwrap_or(&shown);
        assert_eq!(record.posted_at, Some(held.at));
        assert_eq!(record.posted_text.as_ref(), Some(&held.text));
        assert_eq!(
            record.posted_at_precision.as_deref(),
            Some(held.precision.as_str())
        );
    }
}

pub async fn counts_are_a_series<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut shown = row("1");
    for (views, comments) in [(Some(5), Some(1)), (None, Some(1)), (Some(9), None)] {
        shown.views = views;
        shown.comment_count = comments;
        bench.list(vec![shown.clone()]).await;
    }
    let record = bench.record("1");
    // What a page does not show stays as it was.
    assert_eq!((record.views, record.comment_count), (Some(9), Some(1)));
}

pub async fn a_row_to_be_visited_again_is_queued_once<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.store_article("1", content("처음")).await;
    for queued in [2, 1] {
        let settled = bench.list_again(vec![row("1")], vec![key("1")]).await;
        assert_eq!(settled.n_queued, queued, "with the next listing page");
    }
    let settled = bench.list_again(vec![row("2")], vec![key("3")]).await;
    assert_eq!(
        settled.n_queued, 2,
        "a key that is on no row queues nothing"
    );
}

pub async fn known_tells_what_the_listing_showed_and_since_when<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut listed = row("1");
    listed.title = "잘린 제…".into();
    listed.comment_count = Some(4);
    bench.list(vec![listed]).await;
    let (job, of) = bench.next_article().await;
    bench.settle(&job, article(of, content("긴"))).await;
    let ask = vec![key("1"), key("2")];
    let known = bench.store.known(bench.pass, ask.clone()).await.unwrap();
    assert_eq!(known.len(), 1);
    let expected = Known {
        article: of,
        state: ArticleState::Stored,
        title: "잘린 제…".into(),
        comment_count: Some(4),
        author: known[&key("1")].author.clone(),
        posted: known[&key("1")].posted.clone(),
        url: bench.record("1").url,
        before_this_pass: false,
    };
    assert_eq!(known[&key("1")], expected);
    assert_eq!(bench.record("1").title, "긴 전체 제목");
    assert_eq!(
        bench.store.target(of).await.unwrap().listed_title,
        "잘린 제…"
    );
    bench.end_pass(PassEnd::Complete).await;
    bench.begin(PassKind::Incremental).await;
    let known = bench.store.known(bench.pass, ask).await.unwrap();
    assert!(known[&key("1")].before_this_pass);
}

pub async fn gaps_stay_until_a_walk_has_been_through_them<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let edge = |id: &str, rank| Edge {
        key: key(id),
        rank: Some(rank),
    };
    let gap = |page, reason, above| Gap {
        page,
        above,
        below: None,
        reason,
        note: "500, three times".into(),
    };
    let unread = gap(1, GapReason::Unread, None);
    let torn = gap(2, GapReason::Torn, Some(edge("70", 7)));
    let job = bench.next().await.unwrap();
    let skipped = Outcome::ListingSkipped {
        pass: bench.pass,
        walk: walk(PassKind::Full),
        next: Some(listing_job(bench.board.id, bench.pass, 2, bench.now)),
        gap: Some(unread.clone()),
        end: None,
        error: "500".into(),
    };
    bench.settle(&job, skipped).await;
    let report = bench.report().await;
    assert_eq!((report.n_listing_pages, report.n_rows), (0, 0));
    let job = bench.next().await.unwrap();
    let mut outcome = listing(bench.pass, vec![]);
    if let Outcome::Listing { gap, end, .. } = &mut outcome {
        *gap = Some(torn.clone());
        *end = Some(PassEnd::Complete);
    }
    bench.settle(&job, outcome).await;
    let open = bench.store.gaps(bench.board.id).await.unwrap();
    let gaps: Vec<Gap> = open.iter().map(|open| open.gap.clone()).collect();
    assert_eq!(gaps, [unread, torn.clone()]);
    assert!(
        open.iter()
            .all(|open| open.reached_by.is_none() && open.found_by == bench.pass)
    );
    assert_eq!(bench.place.archive().boards().unwrap()[0].n_gaps, 2);

    bench.begin(PassKind::Full).await;
    let job = bench.next().await.unwrap();
    let mut outcome = listing(bench.pass, vec![]);
    if let Outcome::Listing { gaps, next, .. } = &mut outcome {
        gaps.closed = vec![open[0].id];
        gaps.reached = vec![open[1].id];
        gaps.bounded = vec![(open[1].id, edge("50", 5))];
        *next = Some(listing_job(bench.board.id, bench.pass, 2, bench.now));
    }
    bench.settle(&job, outcome).await;
    let open = bench.store.gaps(bench.board.id).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].reached_by, Some(bench.pass));
    let below = Some(edge("50", 5));
    assert_eq!(open[0].gap, Gap { below, ..torn });
    // The stretch breaks: what it had reached must be reached again.
    let job = bench.next().await.unwrap();
    let mut outcome = listing(bench.pass, vec![]);
    if let Outcome::Listing { gaps, .. } = &mut outcome {
        gaps.broken = true;
    }
    bench.settle(&job, outcome).await;
    let open = bench.store.gaps(bench.board.id).await.unwrap();
    assert_eq!(open[0].reached_by, None);
}

pub async fn hostile_numbers_are_taken<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut hostile = row("1");
    hostile.rank = Some(u64::MAX);
    hostile.views = Some(u64::MAX);
    hostile.votes = Some(i64::MIN);
    hostile.title = "\0\u{1b}[2J'; DROP TABLE article; --".into();
    bench.list(vec![hostile.clone()]).await;
    let record = bench.record("1");
    assert_eq!(record.rank, Some(i64::MAX as u64));
    assert_eq!(record.votes, Some(i64::MIN));
    assert_eq!(record.title, hostile.title);
}
