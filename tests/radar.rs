//! The deletion radar over HTTP, with the program as it is: posts vanish far from page 1, and a later crawl finds which,
//! with few listing pages.

mod support;

use support::site::Engine;
use support::world::World;

/// As many as the recorded boards hold.
const N_POSTS: usize = 296;

/// Both engines, and what the radar may cost on them: the two pages that every pass reads are in it.
fn engines() -> [Engine; 2] {
    [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }]
}

#[test]
fn deletions_anywhere_are_found_with_at_most_eight_listing_pages_each() {
    for engine in engines() {
        let world = World::with_posts(engine, 5, N_POSTS);
        world.crawl_well();
        for at in [70, 150, 290] {
            let id = world.site.boards(|boards| {
                let board = boards.board("news").expect("made with the site");
                board.order[at]
            });
            world.site.boards(|boards| boards.delete("news", id));
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
    let audit = || {
        world
            .boardwalk
            .run(&["audit", "--json"])
            .expect_code(0)
            .report()
    };
    let before = audit();
    assert_eq!(before["n_posts"], 130);
    assert_eq!(before["n_unknown"], 90, "{before}");
    assert_eq!(before["holes"][0]["reason"], "limit", "{before}");
    world
        .boardwalk
        .run(&["audit", "news", "--repair"])
        .expect_code(0);
    world.crawl_with(&["--pages", "2"]).expect_code(0);
    let after = audit();
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
    let audit = world
        .boardwalk
        .run(&["audit", "--json"])
        .expect_code(0)
        .report();
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
    let audit = world
        .boardwalk
        .run(&["audit", "--json"])
        .expect_code(0)
        .report();
    assert_eq!(audit["verdict"], "reset", "{audit}");
    assert!(n_asked <= 5, "{n_asked} articles were asked for");
    for id in lost {
        assert_eq!(world.stored(id)["state"], "stored", "post {id}");
    }
}
