//! Memory stays flat: after six thousand articles the program holds hardly more than after two thousand.
//!
//! `BOARDWALK_MEMORY_ARTICLES=20000` crawls as many.
//!
//! The peak counts (`VmHWM`), so that nothing can grow and shrink between two looks. Linux only, since the numbers are
//! read from /proc.
#![cfg(target_os = "linux")]

use std::sync::mpsc;
use std::time::Duration;

use crate::support::crawl::peak_kib;
use crate::support::server::Moment;
use crate::support::site::Engine;
use crate::support::world::World;

const N_EARLY: usize = 2_000;
/// A fifth more than at the first look.
const MOST: f64 = 1.2;

#[test]
fn memory_does_not_grow_with_the_archive() {
    let asked = std::env::var("BOARDWALK_MEMORY_ARTICLES").ok();
    let n_all = asked.map_or(6_000, |n| n.parse().expect("a number of articles"));
    // The listing is walked first: robots file and pages of twenty rows.
    let n_listing_requests = 1 + n_all / 20;
    let world = World::with_posts(Engine::Rhymix, 9, n_all);
    let database = format!("sqlite:{}", world.boardwalk.database().display());
    let url = world.listing_url("news");
    let run = world.boardwalk.start(&[
        "crawl",
        &url,
        "--database",
        &database,
        "--pages",
        "all",
        "--json",
        "--rate",
        "1000/s",
        "--concurrency",
        "4",
    ]);
    let (say, said) = mpsc::channel();
    let pid = run.pid();
    for n_articles in [N_EARLY, n_all] {
        let say = say.clone();
        world.server.at(
            // The last article's page has been asked for, and not answered: the process is there for sure.
            Moment::Received(n_listing_requests + n_articles),
            Duration::ZERO,
            move || {
                let peak = peak_kib(pid).expect("the run goes on, on Linux");
                say.send(peak).expect("the test listens");
            },
        );
    }
    let outcome = run.wait().expect_code(0);
    let peaks: Vec<u64> = said.try_iter().collect();
    let [early, late] = peaks[..] else {
        panic!(
            "the run made {} requests\n{outcome}",
            world.server.n_received()
        );
    };
    eprintln!(
        "peak {early} KiB after {N_EARLY} articles, {late} KiB after {n_all}; {:?}",
        outcome.took
    );
    assert!(
        late as f64 <= early as f64 * MOST,
        "peak {early} KiB after {N_EARLY} articles, {late} KiB after {n_all}"
    );
}
