//! Killed at moments chosen by a seed, the service ends with every post, each once, with one event for each, and has kept
//! its distance between requests all the time, restarts included.
//!
//! Ten kills by default; `BOARDWALK_DAEMON_KILLS=50` does as many.

mod support;

use std::time::Duration;

use rusqlite::Connection;
use support::daemon::Daemon;
use support::seed::Rng;
use support::server::Moment;
use support::site::Engine;
use support::world::World;

const SEED: u64 = 20_261_125;
/// Forty requests a second.
const RATE: &str = "40/s";
const INTERVAL: Duration = Duration::from_millis(25);
/// As in `pace.rs`: requests are spaced where they are sent and timed where they arrive.
const JITTER: Duration = Duration::from_millis(12);
/// Posts at the beginning, and those that come while the service runs.
const N_AT_FIRST: usize = 60;
const N_LATER: usize = 20;

fn n_kills() -> usize {
    let asked = std::env::var("BOARDWALK_DAEMON_KILLS").ok();
    asked.map_or(10, |n| n.parse().expect("a number of kills"))
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_never_bursts() {
    let world = World::with_posts(Engine::Rhymix, SEED, N_AT_FIRST);
    let mut n_posted = 0;
    world.site.on_request(move |boards, request| {
        if request.n % 7 == 0 && n_posted < N_LATER {
            n_posted += 1;
            boards.post("news");
        }
    });
    let url = world.listing_url("news");
    let board = format!("[[board]]\nname = \"news\"\nurl = \"{url}\"\nschedule = \"every 1s\"\n");
    let mut daemon = Daemon::at_pace(&world, &board, RATE);
    let mut rng = Rng::new(SEED);
    for _ in 0..n_kills() {
        daemon.start();
        let n = world.server.n_received() + 1 + rng.below(20);
        let (moment, delay) = match rng.below(3) {
            0 => (Moment::Received(n), Duration::ZERO),
            1 => (Moment::Answered(n), Duration::ZERO),
            _ => (
                Moment::Answered(n),
                Duration::from_micros(rng.next_u64() % 20_000),
            ),
        };
        world.server.at(moment, delay, daemon.run().killer());
        let outcome = daemon.wait();
        assert!(outcome.killed, "{outcome}");
        world.server.forget_actions();
    }
    daemon.start();
    let all = (N_AT_FIRST + N_LATER) as f64;
    daemon.until_metric("boardwalk_articles{board=\"news\",state=\"stored\"}", |n| {
        n == all
    });
    daemon.signal("TERM");
    daemon.wait().expect_code(0);
    world.assert_whole(true);
    world.assert_no_strays();

    let conn = Connection::open(world.boardwalk.database()).unwrap();
    let events: i64 = conn
        .query_row(
            "SELECT count(*) FROM event WHERE kind = 'stored'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        events as usize,
        N_AT_FIRST + N_LATER,
        "one event for each post"
    );
    for pair in world.server.log().windows(2) {
        let gap = pair[1].at.duration_since(pair[0].at);
        let (before, after) = (&pair[0].request.target, &pair[1].request.target);
        assert!(
            gap + JITTER >= INTERVAL,
            "{after} came {gap:?} after {before}"
        );
    }
}
