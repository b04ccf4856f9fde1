//! What one run leaves unread, the next one reads; and what looks like an end, a deletion or a secret but is not, is
//! not taken for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::support::server::{Handler, Moment, Reply, Request};
use crate::support::site::{Asked, Engine, Site};
use crate::support::world::World;

/// A site of `n_posts` whose answers `spoil` may replace.
fn spoilt(
    n_posts: usize,
    spoil: impl Fn(&Site, &Request) -> Option<Reply> + Send + Sync + 'static,
) -> World {
    let site = Site::new(Engine::Rhymix, 11);
    site.boards(|boards| boards.post_many("news", n_posts));
    let behind = site.clone();
    World::served_by(site, move |request: &Request| {
        spoil(&behind, request).unwrap_or_else(|| behind.handle(request))
    })
}

fn page_of(site: &Site, request: &Request) -> Option<u32> {
    match site.asked(request) {
        Asked::Listing { page, .. } => Some(u32::try_from(page).expect("a small number")),
        _ => None,
    }
}

/// Rows that a limited pass saw are known; quiet pages of theirs hide those behind the limit.
#[test]
fn a_walk_after_a_limited_one_goes_to_the_end() {
    let world = World::with_posts(Engine::Rhymix, 7, 50);
    world.crawl_well();
    world.site.boards(|boards| boards.post_many("news", 90));
    world.crawl_with(&["--pages", "2"]).expect_code(0);
    world.crawl_well();
    world.assert_whole(true);
}

#[test]
fn an_interrupted_limited_walk_does_not_limit_the_next() {
    let world = World::with_posts(Engine::Rhymix, 7, 90);
    for moment in [Moment::Answered(3), Moment::Answered(10)] {
        let killed = world.boardwalk.crawl_until(
            &world.listing_url("news"),
            &["--pages", "2"],
            &world.server,
            moment,
            Duration::ZERO,
        );
        assert!(killed.killed, "{killed}");
    }
    world.crawl_well();
    world.assert_whole(true);
}

/// A ban answers 403 to everything but the listing. It says nothing of any post.
#[test]
fn a_ban_makes_no_article_restricted() {
    let world = spoilt(60, |site, request| {
        matches!(site.asked(request), Asked::Article { .. })
            .then(|| Reply::html("<html><body>forbidden</body></html>").status(403))
    });
    let outcome = world.crawl().expect_code(1);
    assert!(outcome.stdout.contains("a ban"), "{outcome}");
    for article in world.boardwalk.export() {
        assert_eq!(article["state"], "pending", "{article}");
    }
}

/// The table is there, its rows are not: a new layout, or a fault; never an empty board.
#[test]
fn a_listing_without_rows_is_not_the_end_of_the_board() {
    let world = spoilt(60, |site, request| {
        page_of(site, request)?;
        let mut reply = site.handle(request);
        let text = String::from_utf8(reply.body).expect("UTF-8");
        reply.body = text
            .replace("<tr", "<div")
            .replace("</tr>", "</div>")
            .into();
        Some(reply)
    });
    // Killed while it waits to try again: the waits are longer than a test.
    let outcome = world.boardwalk.crawl_until(
        &world.listing_url("news"),
        &[],
        &world.server,
        Moment::Answered(3),
        Duration::ZERO,
    );
    assert!(outcome.killed, "{outcome}");
    let status = world.boardwalk.run(&["status", "--json"]).expect_code(0);
    assert!(!status.stdout.contains("complete"), "{status}");
}

#[test]
fn a_page_that_is_missing_for_a_moment_is_asked_for_again() {
    let n_asked = AtomicU32::new(0);
    let world = spoilt(90, move |site, request| {
        let again = page_of(site, request)? == 2 && n_asked.fetch_add(1, Ordering::SeqCst) == 0;
        again.then(|| Reply::html("<html><body>not found</body></html>").status(404))
    });
    world.crawl().expect_code(0);
    world.assert_whole(true);
}

/// It pauses its host each time, but the host answers everything else.
#[test]
fn a_page_that_is_always_busy_ends_as_failed() {
    let id = AtomicU32::new(0);
    let world = spoilt(6, move |site, request| {
        let Asked::Article { id: asked, .. } = site.asked(request) else {
            return None;
        };
        let asked = u32::try_from(asked).expect("a small number");
        let first = id.compare_exchange(0, asked, Ordering::SeqCst, Ordering::SeqCst);
        (first.is_ok() || id.load(Ordering::SeqCst) == asked)
            .then(|| Reply::html("busy").status(503).header("Retry-After", "1"))
    });
    world.crawl().expect_code(1);
    let failed = world
        .boardwalk
        .export()
        .iter()
        .filter(|article| article["state"] == "failed")
        .count();
    assert_eq!(failed, 1);
}

#[test]
fn a_run_within_a_pause_says_so_and_asks_for_nothing() {
    let world = spoilt(6, |_, _| {
        Some(
            Reply::html("busy")
                .status(503)
                .header("Retry-After", "7200"),
        )
    });
    world.crawl().expect_code(3);
    let n_before = world.server.n_received();
    let outcome = world.crawl().expect_code(3);
    assert_eq!(world.server.n_received(), n_before, "{outcome}");
    assert!(outcome.stdout.contains("paused"), "{outcome}");
}

/// A gap is where its rows are, not where its page was: forty posts later they stand two pages deeper.
#[test]
fn a_page_that_could_not_be_read_is_filled_in_after_new_posts() {
    let broken = Arc::new(AtomicBool::new(true));
    let spoils = Arc::clone(&broken);
    let world = spoilt(200, move |site, request| {
        let now = page_of(site, request)? == 4 && spoils.load(Ordering::SeqCst);
        // More than is ever read of a page: not worth a second try.
        now.then(|| Reply::html(vec![b' '; 9 << 20]))
    });
    world.crawl().expect_code(1);
    let held = |world: &World| world.boardwalk.export().len();
    assert_eq!(held(&world), 180);
    broken.store(false, Ordering::SeqCst);
    world.site.boards(|boards| boards.post_many("news", 40));
    let requests = world.crawl_well();
    world.assert_whole(true);
    assert_eq!(held(&world), 240);
    assert_eq!(requests.n_articles(), 60, "{requests:?}");
}
#[test]
fn holes_are_closed_with_a_page_each_and_few_more() {
    const BROKEN: [u32; 3] = [4, 9, 15];
    let broken = Arc::new(AtomicBool::new(true));
    let spoils = Arc::clone(&broken);
    let world = spoilt(400, move |site, request| {
        let now = BROKEN.contains(&page_of(site, request)?) && spoils.load(Ordering::SeqCst);
        now.then(|| Reply::html(vec![b' '; 9 << 20]))
    });
    world.crawl().expect_code(1);
    let audit = |args: &[&str]| {
        let args = [&["audit", "news", "--json"], args].concat();
        world.boardwalk.run(&args).expect_code(0).report()
    };
    let before = audit(&["--repair"]);
    assert_eq!(
        before["holes"].as_array().map(Vec::len),
        Some(3),
        "{before}"
    );
    broken.store(false, Ordering::SeqCst);
    let requests = world.crawl_well();
    world.assert_whole(true);
    // One page a hole; log2(20) is 4.3.
    assert!(requests.listings.len() <= 3 + 4, "{requests:?}");
    assert_eq!(requests.n_articles(), 60, "{requests:?}");
    let after = audit(&[]);
    assert_eq!(
        (&after["n_unknown"], &after["proof"]),
        (&0.into(), &"proven".into()),
        "{after}"
    );
}
