//! Walking pages: cases 21 to 26. The property behind 23 and 24 is held over many seeds by `tests/long/walk.rs`.

use crate::support::site::{Asked, Engine, Numbers, Order, PastEnd, Site};
use crate::support::world::World;

const PAST_ENDS: [PastEnd; 5] = [
    PastEnd::Empty,
    PastEnd::LastPageAgain,
    PastEnd::RedirectToLast,
    PastEnd::NotFound,
    PastEnd::FirstPage,
];

/// Without ranks each page is read twice, to prove that no row slipped past; and the end is only believed after a second
/// look, which a redirect makes one request longer each time.
const MORE_AT_THE_END: usize = 4;

fn engines() -> [Engine; 2] {
    [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }]
}

/// Cases 21 and 22: the pager does not name the last page, and no rank tells how many posts there are.
#[test]
fn cases_21_and_22_the_walk_ends_whatever_is_behind_the_last_page() {
    for engine in engines() {
        for past_end in PAST_ENDS {
            let world = World::new(engine, 3);
            world.site.quirk(|quirks| {
                quirks.past_end = past_end;
                quirks.pager_shows_last = false;
                quirks.numbers = Numbers::Blank;
            });
            // The last page is full, so that nothing on it says that it is the last.
            let n_rows = world.site.lock().quirks.rows_per_page;
            world
                .site
                .boards(|boards| boards.post_many("news", 3 * n_rows));
            let requests = world.crawl_well();
            world.assert_whole(false);
            assert!(
                requests.listings.len() <= 2 * 3 + MORE_AT_THE_END,
                "{engine:?} {past_end:?}: {requests:?}"
            );
            assert!(
                requests.articles.values().all(|n| *n == 1),
                "{engine:?} {past_end:?}: {requests:?}"
            );
            for target in world.server.targets() {
                assert!(
                    !target.ends_with("page=0") && !target.contains("page=-"),
                    "{target}"
                );
            }
        }
    }
}

#[test]
fn case_21_with_ranks_nothing_is_asked_for_behind_the_last_page() {
    for engine in engines() {
        let world = World::with_posts(engine, 3, 45);
        let requests = world.crawl_well();
        assert_eq!(requests.listings, [1, 2, 3]);
    }
}

/// Calls `change` once, before the nth listing page is answered.
fn before_listing(
    site: &Site,
    n: usize,
    change: impl FnOnce(&mut crate::support::board::Boards) + Send + 'static,
) {
    let engine = site.engine();
    let reader = Site::new(engine, 0);
    let mut n_seen = 0;
    let mut change = Some(change);
    site.on_request(move |boards, request| {
        if matches!(reader.asked(request), Asked::Listing { .. }) {
            n_seen += 1;
            if n_seen == n
                && let Some(change) = change.take()
            {
                change(boards);
            }
        }
    });
}

#[test]
fn case_23_posts_that_arrive_while_walking_are_no_trouble() {
    for engine in engines() {
        let world = World::with_posts(engine, 3, 90);
        let old = world.truth("news");
        before_listing(&world.site, 2, |boards| {
            boards.post_many("news", 3);
        });
        let requests = world.crawl_well();
        for article in &old {
            assert_eq!(
                requests.articles.get(&article.id),
                Some(&1),
                "{}",
                article.key
            );
        }
        // What came on top is the next crawl's, at the latest.
        let again = world.crawl_well();
        assert!(requests.n_articles() + again.n_articles() == 93);
        world.assert_whole(false);
    }
}

#[test]
fn case_24_a_deletion_while_walking_hides_no_article() {
    for engine in engines() {
        for n_deleted in [1, 4] {
            let world = World::with_posts(engine, 3, 90);
            before_listing(&world.site, 2, move |boards| {
                for id in boards.boards[0]
                    .order
                    .clone()
                    .into_iter()
                    .skip(2)
                    .take(n_deleted)
                {
                    boards.delete("news", id);
                }
            });
            world.crawl_well();
            let stored = world.boardwalk.export();
            for article in world.truth("news") {
                assert!(
                    stored
                        .iter()
                        .any(|row| row["key"] == article.key.as_str() && row["state"] == "stored"),
                    "{engine:?}: {} slipped through",
                    article.key
                );
            }
            // The two or five that were listed and then deleted are known, and not taken for content.
            assert_eq!(stored.len(), 90);
        }
    }
}

#[test]
fn case_25_an_old_thread_on_top_does_not_stop_the_walk() {
    let world = World::with_posts(Engine::Rhymix, 3, 60);
    world.site.quirk(|quirks| {
        quirks.order = Order::LastReply;
        quirks.numbers = Numbers::Blank;
    });
    world.crawl_well();
    // The oldest post of all is answered, then a new one is written, then two more old ones are answered.
    let (old, new) = world.site.boards(|boards| {
        let order = boards.boards[0].order.clone();
        let new = boards.post("news");
        let old = [order[59], order[58], order[41]];
        for id in old {
            boards.comment("news", id, None);
        }
        (old, new)
    });
    let requests = world.crawl_well();
    assert_eq!(requests.articles.get(&new), Some(&1), "{requests:?}");
    for id in old {
        assert_eq!(requests.articles.get(&id), Some(&1), "{requests:?}");
    }
    assert_eq!(requests.n_articles(), 4, "{requests:?}");
    world.assert_whole(false);
}

#[test]
fn case_26_a_reply_deep_in_the_list_is_found() {
    let world = World::with_posts(Engine::Gnuboard5 { rewrite: 0 }, 3, 90);
    world.crawl_well();
    let reply = world.site.boards(|boards| {
        let parent = boards.boards[0].order[20];
        boards.reply("news", parent)
    });
    let requests = world.crawl_well();
    assert_eq!(requests.articles.get(&reply), Some(&1), "{requests:?}");
    assert_eq!(requests.n_articles(), 1);
    world.assert_whole(false);
}

#[test]
fn an_unfinished_walk_goes_on_where_it_stood() {
    let world = World::with_posts(Engine::Rhymix, 3, 100);
    let moment = crate::support::server::Moment::Received(30);
    let outcome = world.boardwalk.crawl_until(
        &world.listing_url("news"),
        &[],
        &world.server,
        moment,
        std::time::Duration::ZERO,
    );
    assert!(outcome.killed, "{outcome}");
    world.crawl_well();
    world.assert_whole(true);
    let requests = world.requests_since(0);
    // Five listing pages, a hundred articles, and at most what was in flight once more.
    assert!(requests.listings.len() <= 5 + 1, "{requests:?}");
    assert!(requests.n_articles() <= 100 + 4, "{requests:?}");
}

/// Most of what a service does all day.
#[test]
fn a_site_that_has_not_changed_costs_three_requests_a_board_and_no_article() {
    for engine in engines() {
        let world = World::with_posts(engine, 3, 130);
        assert_eq!(world.crawl_well().n_articles(), 130);
        let again = world.crawl_well();
        assert!(again.listings.len() <= 3, "{engine:?}: {again:?}");
        assert_eq!(
            (again.n_articles(), again.comments.len(), again.n_others),
            (0, 0, 0),
            "{engine:?}: {again:?}"
        );
    }
}
