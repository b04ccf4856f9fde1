//! Fake success: case 39. What is no page is never content, never a deletion, never an empty board.

use std::sync::{Arc, Mutex};

use crate::support::faults::{Fault, Faulty};
use crate::support::server::Request;
use crate::support::site::{Asked, Engine, Site};
use crate::support::truth::text;
use crate::support::world::World;

/// All that answers in a page's place without being one.
fn fakes() -> Vec<Fault> {
    vec![
        Fault::Challenge,
        Fault::Status(430),
        Fault::Cloud,
        Fault::TooMany(Some(120)),
        Fault::TooMany(None),
        Fault::Unavailable(None),
        Fault::Status(500),
        Fault::Login,
        Fault::Empty,
        Fault::HalfBody,
        Fault::BrokenGzip,
        Fault::FalseGzip,
        Fault::Bomb(200),
    ]
}

/// A board of four posts, and a switch: the fault that all requests for which `hit` holds are answered with.
fn world(hit: fn(&Asked) -> bool) -> (World, Arc<Mutex<Option<Fault>>>) {
    let site = Site::new(Engine::Rhymix, 39);
    site.boards(|boards| boards.post_many("news", 4));
    let switch: Arc<Mutex<Option<Fault>>> = Arc::default();
    let (read, on) = (site.clone(), Arc::clone(&switch));
    let spoiled = Faulty::new(site.clone(), move |request: &Request, _| {
        let fault = on.lock().expect("no holder of this lock panics").clone();
        fault.filter(|_| hit(&read.asked(request)))
    });
    let world = World::served_by(site, spoiled);
    world.boardwalk.have_no_patience();
    (world, switch)
}

fn set(switch: &Mutex<Option<Fault>>, fault: &Fault) {
    *switch.lock().expect("no holder of this lock panics") = Some(fault.clone());
}

/// Case 39: in an article's place.
#[test]
fn case_39_what_is_no_article_is_not_stored_and_nothing_is_gone() {
    for fault in fakes() {
        let (world, switch) = world(|asked| matches!(asked, Asked::Article { .. }));
        world.crawl_well();
        let (known, new) = world.site.boards(|boards| {
            let known = boards.boards[0].order[1];
            // Its row shows that there is something new.
            boards.comment("news", known, None);
            (known, boards.post("news"))
        });
        let before = world.stored(known);
        set(&switch, &fault);
        let n_before = world.server.n_received();
        let outcome = world.crawl();
        let requests = world.requests_since(n_before);
        assert!(requests.n_articles() >= 1, "{fault:?}: {outcome}");
        assert!(
            requests.articles.values().all(|n| *n == 1),
            "{fault:?}: asked again at once: {requests:?}"
        );

        let stored = world.boardwalk.export();
        assert_eq!(stored.len(), 5, "{fault:?}");
        for article in &stored {
            assert_ne!(article["state"], "gone", "{fault:?}: {article}");
        }
        let after = world.stored(known);
        for field in ["title", "text", "content_hash", "revision_count", "images"] {
            assert_eq!(after[field], before[field], "{fault:?}: {field}");
        }
        let new = world.stored(new);
        assert_ne!(new["state"], "stored", "{fault:?}: {new}");
        assert_eq!(text(&new, "text"), None, "{fault:?}");
        if fault != Fault::Login {
            // The size of a page is not tried again in this pass.
            let too_large = matches!(fault, Fault::Bomb(_));
            let state = if too_large { "failed" } else { "stored" };
            assert_eq!(after["state"], state, "{fault:?}");
            // The operator hears of it.
            assert_eq!(outcome.code, Some(1), "{fault:?}: {outcome}");
        }
    }
}

/// Case 39: in a listing's place, also as a frame without rows.
#[test]
fn case_39_what_is_no_listing_is_no_empty_board() {
    for fault in fakes().into_iter().chain([Fault::NoRows]) {
        let (world, switch) = world(|asked| matches!(asked, Asked::Listing { .. }));
        world.crawl_well();
        world.site.boards(|boards| boards.post("news"));
        let before = world.boardwalk.export();
        set(&switch, &fault);
        let n_before = world.server.n_received();
        let outcome = world.crawl();
        assert_ne!(outcome.code, Some(0), "{fault:?}: {outcome}");
        assert_eq!(world.boardwalk.export(), before, "{fault:?}");
        let requests = world.requests_since(n_before);
        assert_eq!(requests.listings, [1], "{fault:?}: {outcome}");
        assert_eq!(requests.n_articles(), 0, "{fault:?}");
    }
}

/// Case 39: a page in the middle that has lost its rows is not the end of the board.
#[test]
fn case_39_a_page_without_rows_and_without_a_word_is_asked_for_again() {
    let site = Site::new(Engine::Rhymix, 39);
    site.boards(|boards| boards.post_many("news", 45));
    let read = site.clone();
    let spoiled = Faulty::new(site.clone(), move |request: &Request, n_before| {
        let second = matches!(read.asked(request), Asked::Listing { page: 2, .. });
        (second && n_before == 0).then_some(Fault::NoRows)
    });
    let world = World::served_by(site, spoiled);
    let requests = world.crawl_well();
    assert_eq!(requests.listings, [1, 2, 2, 3]);
    world.assert_whole(true);
}
