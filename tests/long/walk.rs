//! While posts are added on top and deleted at random during the walk, no article is missed that was alive from start
//! to end. Held over many boards, each with a seed of its own.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::board::Boards;
use crate::support::seed::Rng;
use crate::support::server::Request;
use crate::support::site::{Asked, Engine, Numbers, Site};
use crate::support::truth::text;
use crate::support::world::World;

const N_SEEDS: u64 = 60;
/// Ten listing pages of twenty rows.
const N_POSTS: usize = 200;
/// Small enough that no board runs empty, large enough that most walks are disturbed on several pages.
const PER_MILLE_ADDED: u64 = 30;
const PER_MILLE_DELETED: u64 = 30;
/// Posts deleted before their page was asked for are asked for twice, seconds apart; and many of them look like an
/// outage, which is waited out. Neither is what this test is about.
const MOST_DELETED_UNASKED: usize = 8;
/// Crawls at a time: they wait for such second looks more than they work.
const N_AT_A_TIME: usize = 12;

/// What happens to a board while it is walked.
struct Disturbance {
    rng: Rng,
    reader: Site,
    /// Articles that were asked for.
    asked: BTreeSet<u64>,
    n_deleted_unasked: usize,
}

impl Disturbance {
    /// Between two requests nothing, an arrival or a deletion; now and then a whole burst.
    fn before(&mut self, boards: &mut Boards, request: &Request) {
        if let Asked::Article { id, .. } = self.reader.asked(request) {
            self.asked.insert(id);
        }
        if self.rng.chance(PER_MILLE_ADDED) {
            let n = self.n_at_once();
            boards.post_many("news", n);
        }
        if self.rng.chance(PER_MILLE_DELETED) {
            for _ in 0..self.n_at_once() {
                self.delete_one(boards);
            }
        }
    }

    fn n_at_once(&mut self) -> usize {
        if self.rng.chance(200) {
            1 + self.rng.below(25)
        } else {
            1
        }
    }

    fn delete_one(&mut self, boards: &mut Boards) {
        let order = &boards.boards[0].order;
        // More often near the top, where people look, and where the walk has been.
        let place = self.rng.below(order.len()).min(self.rng.below(order.len()));
        let id = order[place];
        if !self.asked.contains(&id) {
            if self.n_deleted_unasked == MOST_DELETED_UNASKED {
                return;
            }
            self.n_deleted_unasked += 1;
        }
        boards.delete("news", id);
    }
}

fn is_ranked(seed: u64) -> bool {
    seed % 4 != 3
}

/// The engine, its way of past-the-end and whether it shows ranks vary with the seed.
fn world_of(seed: u64) -> World {
    let engine = match seed % 3 {
        0 => Engine::Gnuboard5 {
            rewrite: (seed / 3 % 2) as u8,
        },
        _ => Engine::Rhymix,
    };
    let world = World::with_posts(engine, seed, N_POSTS);
    world.site.quirk(|quirks| {
        quirks.rows_per_page = 20;
        if !is_ranked(seed) {
            quirks.numbers = Numbers::Blank;
        }
        quirks.pager_shows_last = seed % 5 != 4;
    });
    if seed.is_multiple_of(2) {
        world.site.boards(|boards| {
            boards.notice("news");
        });
    }
    world
}

/// What was missed, or asked for twice, on the board of this seed.
fn complaints(seed: u64) -> Vec<String> {
    let world = world_of(seed);
    let alive_before: BTreeSet<u64> = world
        .truth("news")
        .into_iter()
        .map(|article| article.id)
        .collect();
    let mut disturbance = Disturbance {
        rng: Rng::new(seed),
        reader: Site::new(world.site.engine(), 0),
        asked: BTreeSet::new(),
        n_deleted_unasked: 0,
    };
    world
        .site
        .on_request(move |boards, request| disturbance.before(boards, request));
    let outcome = world.crawl();
    world.site.clear_hooks();
    let mut complaints = Vec::new();
    // Deleted articles may leave something to be looked at again.
    if !matches!(outcome.code, Some(0 | 1)) {
        complaints.push(format!("{outcome}"));
    }
    let stored = world.boardwalk.export();
    let held: BTreeSet<&str> = stored
        .iter()
        .filter(|article| article["state"] == "stored")
        .filter_map(|article| text(article, "key"))
        .collect();
    let missed: Vec<u64> = world
        .truth("news")
        .into_iter()
        .filter(|article| {
            alive_before.contains(&article.id) && !held.contains(article.key.as_str())
        })
        .map(|article| article.id)
        .collect();
    if !missed.is_empty() {
        let quirks = world.site.lock().quirks.clone();
        complaints.push(format!(
            "{} of {N_POSTS} were missed: {missed:?}; {:?}, numbers {:?}, last page in pager {}; listing pages {:?}\n{}",
            missed.len(),
            world.site.engine(),
            quirks.numbers,
            quirks.pager_shows_last,
            world.requests_since(0).listings,
            outcome.stdout,
        ));
    }
    let twice: Vec<String> = world
        .requests_since(0)
        .articles
        .iter()
        .filter(|(id, n)| {
            let deleted = world
                .site
                .boards(|boards| boards.boards[0].posts[*id].deleted);
            **n > 1 && !deleted
        })
        .map(|(id, n)| format!("article {id} was asked for {n} times"))
        .collect();
    // Where several are gone, one that was there is asked for once more: it tells deletions from an outage.
    let n_probes = usize::from(stored.iter().any(|article| article["state"] == "gone"));
    if twice.len() > n_probes {
        complaints.extend(twice);
    }
    if !world.site.strays().is_empty() {
        complaints.push(format!("strays: {:?}", world.site.strays()));
    }
    complaints
}

#[test]
fn articles_alive_throughout_are_stored() {
    let next = AtomicU64::new(0);
    let found: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..N_AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= N_SEEDS {
                        break;
                    }
                    // Before the lock: a crawl takes seconds.
                    let complaints = complaints(seed);
                    found
                        .lock()
                        .expect("no holder of this lock panics")
                        .extend(complaints.iter().map(|what| format!("seed {seed}: {what}")));
                }
            });
        }
    });
    let found = found.into_inner().expect("no holder of this lock panics");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
