//! Memory stays flat: after twenty thousand articles the program holds hardly more than after two thousand.
//!
//! The peak counts (`VmHWM`), so that nothing can grow and shrink between two looks. Linux only, since the numbers are
//! read from /proc.
#![cfg(target_os = "linux")]

mod support;

use std::sync::mpsc;
use std::time::Duration;

use support::crawl::peak_kib;
use support::server::Moment;
use support::site::Engine;
use support::world::World;

const N_ARTICLES: usize = 20_000;
const N_EARLY: usize = 2_000;
/// The listing is walked first: robots file and 1,000 pages of twenty rows.
const N_LISTING_REQUESTS: usize = 1 + N_ARTICLES / 20;
/// A fifth more than at the first look.
const MOST: f64 = 1.2;

#[test]
fn memory_does_not_grow_with_the_archive() {
    let world = World::with_posts(Engine::Rhymix, 9, N_ARTICLES);
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
    for n_articles in [N_EARLY, N_ARTICLES] {
        let say = say.clone();
        world.server.at(
            // The last article's page has been asked for, and not answered: the process is there for sure.
            Moment::Received(N_LISTING_REQUESTS + n_articles),
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
        "peak {early} KiB after {N_EARLY} articles, {late} KiB after {N_ARTICLES}; {:?}",
        outcome.took
    );
    assert!(
        late as f64 <= early as f64 * MOST,
        "peak {early} KiB after {N_EARLY} articles, {late} KiB after {N_ARTICLES}"
    );
}
