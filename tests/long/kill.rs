//! Killed a hundred times at moments chosen by a seed, a crawl of two thousand articles ends with all of them, each
//! once, and has asked for hardly anything twice.
//!
//! The server kills the program itself (SIGKILL): at the moment a request has been read, before it is answered; or
//! when the answer is out, at once or a little later, while the program reads and writes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::crawl::Outcome;
use crate::support::seed::Rng;
use crate::support::server::{Handler, Moment, Request};
use crate::support::site::{Asked, Engine, Site};
use crate::support::world::World;

const SEED: u64 = 20_261_124;
const N_ARTICLES: usize = 2_000;
const N_KILLS: usize = 100;
/// As `support::crawl` passes it to the program.
const CONCURRENCY: usize = 4;
/// The longest that the server thinks about an answer.
const MAX_LATENCY_US: u64 = 2_000;

/// Rhymix, with a little latency that depends on the seed and the request.
fn slow_world() -> World {
    let site = Site::new(Engine::Rhymix, SEED);
    site.boards(|boards| boards.post_many("news", N_ARTICLES));
    let behind = site.clone();
    World::served_by(site, move |request: &Request| {
        let latency_us = Rng::for_thing(SEED, request.n as u64).next_u64() % MAX_LATENCY_US;
        behind
            .handle(request)
            .latency(Duration::from_micros(latency_us))
    })
}

/// A moment within the next requests, and a delay behind it.
fn next_moment(rng: &mut Rng, n_received: usize) -> (Moment, Duration) {
    // On average a kill comes after three quarters of a hundredth of the work: the last ones must still find some, also
    // on a machine that does much within the delays below.
    let n = n_received + 1 + rng.below(3 * N_ARTICLES / (2 * N_KILLS));
    match rng.below(3) {
        0 => (Moment::Received(n), Duration::ZERO),
        1 => (Moment::Answered(n), Duration::ZERO),
        // The time in which a page is parsed, and its transaction written.
        _ => (
            Moment::Answered(n),
            Duration::from_micros(rng.next_u64() % 20_000),
        ),
    }
}

#[test]
fn a_hundred_kills_lose_nothing_and_repeat_only_what_was_in_flight() {
    let world = slow_world();
    let url = world.listing_url("news");
    let mut rng = Rng::new(SEED);
    // Requests received before each kill.
    let mut killed_at = Vec::new();
    while killed_at.len() < N_KILLS {
        let n_before = world.server.n_received();
        let (moment, delay) = next_moment(&mut rng, n_before);
        let outcome = world
            .boardwalk
            .crawl_until(&url, &[], &world.server, moment, delay);
        assert!(
            outcome.killed,
            "the crawl was over after {} kills: the moments are too far apart\n{outcome}",
            killed_at.len()
        );
        killed_at.push(world.server.n_received());
    }
    let last: Outcome = world.crawl().expect_code(0);
    assert!(!last.killed);

    world.assert_whole(true);
    world.assert_no_strays();
    let repeated = repeated(&world);
    let n_repeated: usize = repeated.values().map(|times| times.len() - 1).sum();
    eprintln!(
        "{} requests, {n_repeated} of them repeated, after {N_KILLS} kills",
        world.server.n_received()
    );
    assert!(
        n_repeated <= CONCURRENCY * N_KILLS,
        "{n_repeated} requests were repeated; at most {CONCURRENCY} were in flight at each of {N_KILLS} kills"
    );
    // Not only are they few: each one was under way when a kill came.
    for (asked, times) in repeated {
        for n in &times[..times.len() - 1] {
            // A request may have lain unread when its sender was killed: it is counted after the kill.
            let in_flight = killed_at
                .iter()
                .any(|kill| n.abs_diff(*kill) < 2 * CONCURRENCY);
            assert!(
                in_flight,
                "{asked} was asked for at {times:?}, and no kill came soon after {n}: {killed_at:?}"
            );
        }
    }
}

/// What was asked for more than once, with the numbers of the requests. `page=` in an article's URL says only on which
/// page its row was found.
fn repeated(world: &World) -> BTreeMap<String, Vec<usize>> {
    let mut asked: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for entry in world.server.log() {
        let what = match world.site.asked(&entry.request) {
            Asked::Article { id, .. } => format!("article {id}"),
            Asked::Listing { page, .. } => format!("listing page {page}"),
            _ => entry.request.target.clone(),
        };
        asked.entry(what).or_default().push(entry.request.n);
    }
    asked.retain(|_, times| times.len() > 1);
    asked
}
