//! The deletion radar over HTTP, with the program as it is: posts vanish far from page 1, and a later crawl finds which,
//! with few listing pages.

use std::time::Duration;

use crate::support::server::Moment;
use crate::support::site::Engine;
use crate::support::world::World;

/// As many as the recorded boards hold.
const N_POSTS: usize = 296;

/// The post at this place from the oldest goes. Its id.
fn delete(world: &World, at: usize) -> u64 {
    world.site.boards(|boards| {
        let id = boards.board("news").expect("made with the site").order[at];
        boards.delete("news", id);
        id
    })
}

fn engines() -> [Engine; 2] {
    [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }]
}

#[test]
fn deletions_anywhere_are_found_with_at_most_eight_listing_pages_each() {
    for engine in engines() {
        let world = World::with_posts(engine, 5, N_POSTS).believing_at_once();
        world.crawl_well();
        for at in [70, 150, 290] {
            let id = delete(&world, at);
            let requests = world.crawl_well();
            assert!(
                requests.listings.len() <= 8,
                "{engine:?}, post {at}: {requests:?}"
            );
            let stored = world.stored(id);
            assert_eq!(
                stored["state"], "gone",
                "{engine:?}, post {at}: {requests:?}"
            );
            assert!(stored["text"].is_string(), "its words are kept");
            assert!(stored["vanished"]["after"].as_str() < stored["vanished"]["before"].as_str());
        }
        world.assert_no_strays();
    }
}

#[test]
fn an_audit_proves_what_is_held_and_a_repair_closes_the_holes() {
    let world = World::with_posts(Engine::Rhymix, 6, 130);
    world.crawl_with(&["--pages", "2"]).expect_code(0);
    let before = world.audit();
    assert_eq!(before["n_posts"], 130);
    assert_eq!(before["n_unknown"], 90, "{before}");
    assert_eq!(before["holes"][0]["reason"], "limit", "{before}");
    world
        .boardwalk
        .run(&["audit", "news", "--repair"])
        .expect_code(0);
    let n_before = world.server.n_received();
    world.crawl_with(&["--pages", "2"]).expect_code(0);
    let requests = world.requests_since(n_before);
    // The hole is five of seven pages.
    let n_listings = requests.listings.len();
    assert!(n_listings <= 5 + 3, "{requests:?}");
    let after = world.audit();
    assert_eq!(after["n_unknown"], 0, "{after}");
    assert_eq!(after["proof"], "proven", "{after}");
    assert_eq!(after["n_stored"], 130, "{after}");
}

#[test]
fn a_post_that_left_the_list_and_is_there_again_is_no_tombstone() {
    let world = World::with_posts(Engine::Rhymix, 7, 130);
    world.crawl_well();
    let id = world.site.boards(|boards| {
        let board = boards.board_mut("news");
        board.order.remove(90)
    });
    // Its own page still answers.
    world.crawl_well();
    assert_eq!(world.stored(id)["state"], "stored");
    world
        .site
        .boards(|boards| boards.board_mut("news").order.insert(90, id));
    world.crawl_well();
    let audit = world.audit();
    assert_eq!(audit["proof"], "proven", "{audit}");
    assert_eq!(audit["n_listed"], 130, "{audit}");
}

/// The list is cut to its first page, as after a failed restore: the posts are still there by their URLs.
#[test]
fn a_list_that_lost_most_of_its_rows_is_a_verdict_and_no_heap_of_tombstones() {
    let world = World::with_posts(Engine::Rhymix, 8, N_POSTS);
    world.crawl_well();
    let lost = world.site.boards(|boards| {
        let order = &mut boards.board_mut("news").order;
        order.split_off(20)
    });
    // The first crawl doubts, and asks a few; by the second they have left its order again, and it knows.
    let n_asked: usize = (0..3).map(|_| world.crawl_well().articles.len()).sum();
    let audit = world.audit();
    assert_eq!(audit["verdict"], "reset", "{audit}");
    assert!(n_asked <= 5, "{n_asked} articles were asked for");
    for id in lost {
        assert_eq!(world.stored(id)["state"], "stored", "post {id}");
    }
}

/// One answer is no evidence, and a run does not wait for the second: it says what is pending, and a later run asks.
#[test]
fn a_post_is_believed_gone_when_it_is_said_again_a_good_while_later() {
    let world = World::with_posts(Engine::Rhymix, 9, 45);
    world.crawl_well();
    let id = delete(&world, 30);
    let outcome = world.crawl().expect_code(0);
    assert_eq!(
        outcome.report()["boards"][0]["n_unconfirmed"],
        1,
        "{outcome}"
    );
    assert!(
        outcome.report()["hints"][0]
            .as_str()
            .is_some_and(|hint| hint.contains("said to be gone")),
        "{outcome}"
    );
    assert_eq!(world.stored(id)["state"], "stored");
    // A second run that comes too early does not ask.
    let requests = world.crawl_well();
    assert_eq!(requests.n_articles(), 0, "{requests:?}");
    assert_eq!(world.stored(id)["state"], "stored");
    // One for which enough time has passed does: the first answer was kept.
    make_jobs_due(&world);
    world.boardwalk.believe_at_once();
    let requests = world.crawl_well();
    assert_eq!(requests.n_articles(), 1, "{requests:?}");
    let stored = world.stored(id);
    assert_eq!(stored["state"], "gone");
    assert!(stored["vanished"]["after"].as_str() < stored["vanished"]["before"].as_str());
}

/// A post that is back when it is asked for again was never gone; nor is it believed at once the next time.
#[test]
fn a_post_that_is_back_at_the_second_question_is_no_tombstone() {
    let world = World::with_posts(Engine::Rhymix, 9, 45);
    world.crawl_well();
    let id = delete(&world, 30);
    world.crawl_well();
    world.site.boards(|boards| {
        let board = boards.board_mut("news");
        board.posts.get_mut(&id).expect("it was there").deleted = false;
        board.order.insert(30, id);
    });
    make_jobs_due(&world);
    for _ in 0..2 {
        world.crawl_well();
    }
    assert_eq!(world.stored(id)["state"], "stored");
    let audit = world.audit();
    assert_eq!(audit["proof"], "proven", "{audit}");
}

fn make_jobs_due(world: &World) {
    let archive = rusqlite::Connection::open(world.boardwalk.database()).expect("an archive");
    archive
        .execute("UPDATE job SET due_at = 0", [])
        .expect("jobs");
}

/// Killed at each of its requests in turn, while it bisects and while it asks what is gone, a crawl goes on with the next
/// run: all deletions are found, and nothing else is taken for one.
#[test]
fn a_radar_that_is_killed_loses_nothing_and_invents_nothing() {
    let world = World::with_posts(Engine::Rhymix, 10, N_POSTS).believing_at_once();
    world.crawl_well();
    let url = world.listing_url("news");
    let gone = world.site.boards(|boards| {
        let order = boards
            .board("news")
            .expect("made with the site")
            .order
            .clone();
        let gone = [order[75], order[160], order[161], order[250]];
        gone.iter().for_each(|id| boards.delete("news", *id));
        gone
    });
    let mut n_kills = 0;
    // One request further each time, as long as a run is not over before.
    for nth in (1..40).flat_map(|n| [n, n]) {
        let n = world.server.n_received() + nth;
        let moment = match n_kills % 2 {
            0 => Moment::Received(n),
            _ => Moment::Answered(n),
        };
        let outcome = world
            .boardwalk
            .crawl_until(&url, &[], &world.server, moment, Duration::ZERO);
        if !outcome.killed {
            break;
        }
        n_kills += 1;
        let states = world.boardwalk.export();
        let invented = states
            .iter()
            .filter(|article| article["state"] == "gone")
            .filter(|article| {
                !gone
                    .iter()
                    .any(|id| article["key"] == world.key(*id).as_str())
            });
        assert_eq!(invented.count(), 0, "after {n_kills} kills");
    }
    assert!(
        n_kills > 5,
        "only {n_kills} kills: none came while the radar worked"
    );
    // What a killed run had found out is asked anew by a pass of its own.
    for _ in 0..2 {
        world.crawl_well();
    }
    for id in gone {
        assert_eq!(
            world.stored(id)["state"],
            "gone",
            "post {id}, after {n_kills} kills"
        );
    }
    let audit = world.audit();
    assert_eq!(audit["proof"], "proven", "{audit}");
    assert_eq!(audit["n_listed"], N_POSTS - gone.len(), "{audit}");
}
