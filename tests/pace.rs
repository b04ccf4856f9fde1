//! The pace as the server sees it. Only lower bounds are asserted: a busy machine may be slower than asked, never
//! faster. A program of its own: what comes close together here may have been held up by nothing but this machine, so
//! nothing heavy runs beside it.

mod support;

use std::time::Duration;

use support::faults::{Fault, Faulty};
use support::server::{Entry, Handler, Moment, Request, max_in_flight};
use support::site::{Asked, Engine, Robots, Site};
use support::world::World;

/// 20 requests a second.
const RATE: &str = "20/s";
const INTERVAL: Duration = Duration::from_millis(50);
/// A request is spaced where it is sent and timed where it arrives: two may be delayed differently on the way through
/// the loopback and the server's scheduler, the first more than the second.
const JITTER: Duration = Duration::from_millis(12);

/// Asserts that no two requests came closer than `interval`, and in a longer view that they kept to it: jitter does not
/// add up.
#[track_caller]
fn assert_spaced(log: &[Entry], interval: Duration) {
    for pair in log.windows(2) {
        let gap = pair[1].at.duration_since(pair[0].at);
        assert!(
            gap + JITTER >= interval,
            "{} came {gap:?} after {}",
            pair[1].request.target,
            pair[0].request.target
        );
    }
    if let (Some(first), Some(last)) = (log.first(), log.last()) {
        let took = last.at.duration_since(first.at);
        let least = interval * (log.len() as u32 - 1);
        assert!(
            took + JITTER >= least,
            "{} requests came within {took:?} instead of {least:?}",
            log.len()
        );
    }
}

fn at_pace(concurrency: &str) -> [&str; 4] {
    ["--rate", RATE, "--concurrency", concurrency]
}

#[test]
fn requests_keep_their_distance_robots_file_included() {
    let world = World::with_posts(Engine::Rhymix, 5, 25);
    world
        .site
        .set_robots(Robots::Text("User-agent: *\nAllow: /\n".into()));
    world.crawl_with(&at_pace("2")).expect_code(0);
    let log = world.server.log();
    assert_eq!(log.len(), 1 + 2 + 25);
    assert_eq!(log[0].request.target, "/robots.txt");
    assert_spaced(&log, INTERVAL);
}

#[test]
fn a_slow_server_sees_no_more_than_the_allowed_connections() {
    let site = Site::new(Engine::Rhymix, 5);
    site.boards(|boards| boards.post_many("news", 25));
    let behind = site.clone();
    // Four intervals long: without a limit four requests would be under way at a time.
    let world = World::served_by(site, move |request: &Request| {
        behind.handle(request).latency(4 * INTERVAL)
    });
    world.crawl_with(&at_pace("2")).expect_code(0);
    let log = world.server.log();
    assert_spaced(&log, INTERVAL);
    assert!(
        max_in_flight(&log) <= 2,
        "{} at a time",
        max_in_flight(&log)
    );
}

#[test]
fn redirects_and_comment_pages_count() {
    let world = World::with_posts(Engine::Rhymix, 5, 6);
    world.site.boards(|boards| {
        boards.add_board("free");
        let discussed = boards.boards[0].order[2];
        for _ in 0..120 {
            boards.comment("news", discussed, None);
        }
    });
    let moved = world.site.boards(|boards| boards.boards[0].order[1]);
    world.site.on_request(move |boards, request| {
        if request.path() == format!("/news/{moved}") && boards.boards[0].posts.contains_key(&moved)
        {
            boards.relocate("news", moved, "free");
        }
    });
    world.crawl_with(&at_pace("2")).expect_code(0);
    let log = world.server.log();
    // Robots, a listing page, six articles, one redirect, two more pages of comments.
    assert_eq!(log.len(), 1 + 1 + 6 + 1 + 2);
    assert_spaced(&log, INTERVAL);
}

#[test]
fn retries_keep_their_distance() {
    let site = Site::new(Engine::Rhymix, 5);
    site.boards(|boards| boards.post_many("news", 12));
    let spoiled = Faulty::new(site.clone(), |request: &Request, n_before| {
        let is_article = matches!(support::rhymix::asked(request), Asked::Article { .. });
        match (is_article && n_before == 0, request.n % 4) {
            (true, 0) => Some(Fault::Reset),
            (true, 1) => Some(Fault::HalfBody),
            _ => None,
        }
    });
    let world = World::served_by(site, spoiled);
    // Retries wait longer than a test may last; what has come by then must have kept its distance.
    world.boardwalk.crawl_until(
        &world.listing_url("news"),
        &at_pace("2"),
        &world.server,
        Moment::Received(1 + 1 + 12 + 2),
        Duration::ZERO,
    );
    let log = world.server.log();
    assert!(log.len() >= 12, "{:?}", world.server.targets());
    assert_spaced(&log, INTERVAL);
}

#[test]
fn a_restart_is_no_burst() {
    let world = World::with_posts(Engine::Rhymix, 5, 30);
    let url = world.listing_url("news");
    for n in [5, 6, 12, 13, 20] {
        let outcome = world.boardwalk.crawl_until(
            &url,
            &at_pace("2"),
            &world.server,
            Moment::Received(n),
            Duration::ZERO,
        );
        assert!(outcome.killed, "{outcome}");
    }
    world.crawl_with(&at_pace("2")).expect_code(0);
    // Two runs one after the other, nothing to do in the second: its first request keeps the distance, too.
    world.crawl_with(&at_pace("2")).expect_code(0);
    assert_spaced(&world.server.log(), INTERVAL);
}

#[test]
fn two_boards_of_a_host_share_its_pace() {
    let world = World::with_posts(Engine::Rhymix, 5, 10);
    world.site.boards(|boards| {
        boards.add_board("free");
        boards.post_many("free", 10);
    });
    let free = world.listing_url("free");
    let mut args = vec![free.as_str()];
    args.extend(at_pace("2"));
    world.crawl_with(&args).expect_code(0);
    let log = world.server.log();
    assert_eq!(log.len(), 1 + 2 + 20);
    assert_spaced(&log, INTERVAL);
}

#[test]
fn the_crawl_delay_of_a_robots_file_is_kept() {
    let world = World::with_posts(Engine::Rhymix, 5, 2);
    world
        .site
        .set_robots(Robots::Text("User-agent: *\nCrawl-delay: 1\n".into()));
    world.crawl_with(&at_pace("2")).expect_code(0);
    let log = world.server.log();
    assert_eq!(log.len(), 1 + 1 + 2);
    // From the robots file on, which had to be read to know.
    assert_spaced(&log[1..], Duration::from_secs(1));
}

/// 429 with `Retry-After`: nothing is asked for until then, also by a new process.
#[test]
fn retry_after_is_waited_out_across_a_restart() {
    const PAUSE: Duration = Duration::from_secs(4);
    let site = Site::new(Engine::Rhymix, 5);
    site.boards(|boards| boards.post_many("news", 12));
    let spoiled = Faulty::new(site.clone(), |request: &Request, n_before| {
        (request.n == 6 && n_before == 0).then_some(Fault::TooMany(Some(PAUSE.as_secs())))
    });
    let world = World::served_by(site, spoiled);
    let outcome = world.boardwalk.crawl_until(
        &world.listing_url("news"),
        &at_pace("1"),
        &world.server,
        Moment::Answered(6),
        // Time to write down what the answer said; less than the pause.
        Duration::from_millis(700),
    );
    assert!(outcome.killed, "{outcome}");
    world.crawl_with(&at_pace("1")).expect_code(0);
    let log = world.server.log();
    assert_eq!(log[5].status, 429);
    let waited = log[6].at.duration_since(log[5].at);
    assert!(waited + JITTER >= PAUSE, "asked again after {waited:?}");
    world.assert_whole(true);
}

/// HTTP 430 and bot checks: the board is left alone at once, and the operator is told.
#[test]
fn a_block_stops_the_board() {
    for fault in [Fault::Status(430), Fault::Challenge] {
        let site = Site::new(Engine::Rhymix, 5);
        site.boards(|boards| boards.post_many("news", 12));
        let of_request = fault.clone();
        let spoiled = Faulty::new(site.clone(), move |request: &Request, _| {
            (request.n >= 6).then(|| of_request.clone())
        });
        let world = World::served_by(site, spoiled);
        let outcome = world.crawl_with(&at_pace("1"));
        assert_eq!(outcome.code, Some(1), "{fault:?}: {outcome}");
        assert!(
            outcome.stdout.contains("block") || outcome.stderr.contains("block"),
            "{outcome}"
        );
        assert_eq!(world.server.n_received(), 6, "{fault:?}: it went on asking");
        // The next run leaves it alone, too.
        world.crawl_with(&at_pace("1"));
        assert_eq!(world.server.n_received(), 6, "{fault:?}: it asked again");
    }
}

/// Answers that are not pages: never content, never an end of the program.
#[test]
fn a_page_that_is_too_large_is_refused_and_the_rest_goes_on() {
    let site = Site::new(Engine::Rhymix, 5);
    let ids = site.boards(|boards| boards.post_many("news", 4));
    let large = format!("/news/{}", ids[1]);
    let spoiled = Faulty::new(site.clone(), move |request: &Request, _| {
        (request.path() == large).then_some(Fault::Bomb(64))
    });
    let world = World::served_by(site, spoiled);
    let outcome = world.crawl();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert_ne!(world.stored(ids[1])["state"], "stored");
    for id in [ids[0], ids[2], ids[3]] {
        assert_eq!(world.stored(id)["state"], "stored");
    }
}
