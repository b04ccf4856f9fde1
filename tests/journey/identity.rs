//! Identity and URLs: cases 1 to 10.

use crate::support::server::{Handler, Reply, Request};
use crate::support::site::{Engine, Site};
use crate::support::truth::{assert_same, by_key, text};
use crate::support::world::World;

#[test]
fn case_1_the_page_in_a_link_is_no_part_of_the_article() {
    let world = World::with_posts(Engine::Rhymix, 1, 45);
    world.crawl_well();
    // A post on top pushes a row to the next page, where its link says so.
    world.site.boards(|boards| boards.post("news"));
    let requests = world.crawl_well();
    assert_eq!(requests.n_articles(), 1, "{requests:?}");
    for article in world.boardwalk.export() {
        let url = text(&article, "url").expect("every article has a URL");
        assert!(!url.contains('?'), "{url}");
    }
    world.assert_whole(false);
}

#[test]
fn case_2_all_spellings_of_a_url_are_one_board_and_one_article() {
    let world = World::with_posts(Engine::Rhymix, 1, 5);
    world.crawl_well();
    let n_before = world.server.n_received();
    for listing in ["/?mid=news", "/index.php?mid=news", "/news?page=1"] {
        world
            .boardwalk
            .crawl(&world.server.url(listing), &[])
            .expect_code(0);
    }
    assert_eq!(world.requests_since(n_before).n_articles(), 0);
    assert_eq!(world.boardwalk.export().len(), 5);

    let id = world.site.boards(|boards| boards.boards[0].order[0]);
    let title = text(&world.stored(id), "title")
        .expect("a title")
        .to_owned();
    for spelling in [
        format!("/news/{id}"),
        format!("/?mid=news&document_srl={id}"),
        format!("/index.php?document_srl={id}&mid=news"),
        format!("/news?document_srl={id}"),
        format!("/news/{id}?category=79&utm_source=x&page=4"),
        format!("/news/{id}#comment"),
    ] {
        let shown = world
            .boardwalk
            .run(&["show", &world.server.url(&spelling)])
            .expect_code(0);
        assert!(shown.stdout.contains(&title), "{spelling}: {shown}");
    }
}

/// Case 3, and 30 for Rhymix: the row still links the old board.
#[test]
fn case_3_a_redirect_to_another_board_is_followed_and_is_the_same_article() {
    let world = World::with_posts(Engine::Rhymix, 1, 5);
    let moved = world.site.boards(|boards| {
        boards.add_board("free");
        boards.boards[0].order[3]
    });
    world.site.on_request(move |boards, request| {
        if request.path() == format!("/news/{moved}") && boards.boards[0].posts.contains_key(&moved)
        {
            boards.relocate("news", moved, "free");
        }
    });
    world.crawl_well();
    let stored = world.stored(moved);
    assert_eq!(stored["state"], "stored");
    assert_eq!(stored["board"], "free");
    assert_eq!(
        text(&stored, "url"),
        Some(world.server.url(&format!("/free/{moved}")).as_str())
    );
    assert_eq!(world.boardwalk.export().len(), 5);
}

#[test]
fn case_3_a_redirect_loop_ends_and_the_rest_is_stored() {
    let site = Site::new(Engine::Rhymix, 1);
    let ids = site.boards(|boards| boards.post_many("news", 5));
    let looping = ids[2];
    let behind = site.clone();
    let world = World::served_by(site, move |request: &Request| {
        if request.path() == format!("/news/{looping}") {
            return Reply::redirect(301, &format!("/news/{looping}?page=7"));
        }
        behind.handle(request)
    });
    let outcome = world.crawl();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let requests = world.requests_since(0);
    // Each try may follow a few hops; tries are few.
    assert!(requests.articles[&looping] <= 30, "{requests:?}");
    assert_ne!(world.stored(looping)["state"], "stored");
    assert_eq!(
        world
            .boardwalk
            .export()
            .iter()
            .filter(|article| article["state"] == "stored")
            .count(),
        4
    );
}

#[test]
fn case_6_one_number_on_two_boards_is_two_articles() {
    let world = World::with_posts(Engine::Gnuboard5 { rewrite: 0 }, 1, 8);
    world.site.boards(|boards| {
        boards.add_board("free");
        boards.post_many("free", 8);
    });
    let free = world.listing_url("free");
    world.crawl_with(&[&free]).expect_code(0);
    let stored = world.boardwalk.export();
    let mut truth = world.truth("news");
    truth.extend(world.truth("free"));
    assert_same(&stored, &truth, true);
    let keys = by_key(&stored);
    assert!(keys.contains_key(&format!("{}/news/1", world.host())));
    assert!(keys.contains_key(&format!("{}/free/1", world.host())));
}

#[test]
fn case_7_a_comment_in_the_article_s_place_is_no_article() {
    let site = Site::new(Engine::Gnuboard5 { rewrite: 0 }, 1);
    let ids = site.boards(|boards| boards.post_many("news", 5));
    let (parent, comment) = (
        ids[1],
        site.boards(|boards| boards.comment("news", ids[1], None)),
    );
    // One row of the listing links the comment's number instead of a post's.
    let replaced = ids[3];
    let behind = site.clone();
    let world = World::served_by(site, move |request: &Request| {
        let mut reply = behind.handle(request);
        if request.query("wr_id").is_none() {
            let html = String::from_utf8(reply.body).expect("this site speaks UTF-8");
            reply.body = html
                .replace(
                    &format!("wr_id={replaced}\""),
                    &format!("wr_id={comment}\""),
                )
                .into_bytes();
        }
        reply
    });
    world.crawl();
    let stored = world.boardwalk.export();
    let articles: Vec<_> = stored
        .iter()
        .filter(|article| article["state"] == "stored")
        .filter_map(|article| text(article, "key"))
        .collect();
    assert_eq!(articles.len(), 4, "{articles:?}");
    assert!(articles.contains(&world.key(parent).as_str()));
    assert!(!articles.contains(&world.key(comment).as_str()));
    assert!(
        stored
            .iter()
            .all(|article| !text(article, "key").unwrap_or("").contains('#'))
    );
}

#[test]
fn case_8_session_ids_in_links_do_not_make_new_articles() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 1, 45);
        world.site.quirk(|quirks| quirks.session_ids = true);
        let requests = world.crawl_well();
        assert_eq!(requests.n_articles(), 45);
        world.assert_whole(true);
        let again = world.crawl_well();
        assert_eq!(again.n_articles(), 0);
        assert!(again.listings.len() <= 3);
        for target in world.server.targets() {
            assert!(!target.contains("PHPSESSID"), "{target}");
        }
    }
}

/// Cases 9 and 10: the pages are full of links that act, sort, filter and print.
#[test]
fn cases_9_and_10_only_the_plain_walk_is_asked_for() {
    for engine in [
        Engine::Rhymix,
        Engine::Gnuboard5 { rewrite: 0 },
        Engine::Gnuboard5 { rewrite: 1 },
    ] {
        let world = World::with_posts(engine, 1, 200);
        let requests = world.crawl_well();
        world.assert_no_strays();
        assert_eq!(requests.n_others, 0);
        let n_pages = 200usize.div_ceil(world.site.lock().quirks.rows_per_page);
        assert_eq!(requests.listings, (1..=n_pages).collect::<Vec<_>>());
        assert!(requests.n_robots <= 1);
        for entry in world.server.log() {
            assert_eq!(entry.request.method, "GET");
        }
    }
}
