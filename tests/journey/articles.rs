//! Article pages: cases 27 to 36.

use crate::support::board::{Draft, Part};
use crate::support::server::{Handler, Reply, Request};
use crate::support::site::{Asked, Engine, Site};
use crate::support::truth::text;
use crate::support::world::World;

/// Makes the post disappear between its row and its page.
fn vanish(site: &Site, id: u64) {
    let reader = Site::new(site.engine(), 0);
    site.on_request(move |boards, request| {
        if matches!(reader.asked(request), Asked::Article { id: asked, .. } if asked == id)
            && !boards.boards[0].posts[&id].deleted
        {
            boards.delete("news", id);
        }
    });
}

/// Cases 27 (200 with an alert) and 28 (404 with a full page).
#[test]
fn cases_27_and_28_a_deleted_post_is_gone_and_the_error_page_is_not_its_text() {
    for engine in [Engine::Gnuboard5 { rewrite: 0 }, Engine::Rhymix] {
        let world = World::with_posts(engine, 4, 5).believing_at_once();
        let id = world.site.boards(|boards| boards.boards[0].order[2]);
        vanish(&world.site, id);
        world.crawl();
        let stored = world.stored(id);
        assert_eq!(stored["state"], "gone", "{engine:?}: {stored}");
        assert_eq!(text(&stored, "text").unwrap_or_default(), "");
        assert!(text(&stored, "gone_at").is_some());
        let n_before = world.server.n_received();
        world.crawl();
        assert_eq!(
            world.requests_since(n_before).n_articles(),
            0,
            "a deleted post is not asked for again and again"
        );
    }
}

#[test]
fn case_27_the_text_held_before_stays() {
    for engine in [Engine::Gnuboard5 { rewrite: 0 }, Engine::Rhymix] {
        let world = World::with_posts(engine, 4, 5).believing_at_once();
        world.crawl_well();
        let id = world.site.boards(|boards| {
            let id = boards.boards[0].order[2];
            // Its row shows a new comment, so that its page is asked for.
            boards.comment("news", id, None);
            id
        });
        let before = text(&world.stored(id), "text").expect("stored").to_owned();
        vanish(&world.site, id);
        world.crawl();
        let stored = world.stored(id);
        assert_eq!(stored["state"], "gone");
        assert_eq!(text(&stored, "text"), Some(before.as_str()));
        assert!(text(&stored, "gone_at").is_some());
    }
}

#[test]
fn case_28_an_outage_marks_nothing_gone() {
    let site = Site::new(Engine::Rhymix, 4);
    site.boards(|boards| boards.post_many("news", 60));
    let behind = site.clone();
    let world = World::served_by(site, move |request: &Request| {
        if matches!(behind.asked(request), Asked::Article { .. }) {
            return Reply::html(NOT_FOUND).status(404);
        }
        behind.handle(request)
    });
    let outcome = world.crawl().expect_code(1);
    assert!(outcome.stdout.contains("looks like an outage"), "{outcome}");
    let stored = world.boardwalk.export();
    assert_eq!(stored.len(), 60);
    for article in &stored {
        assert_ne!(article["state"], "gone", "{article}");
    }
}

/// The start page of a site whose software cannot reach its database.
const NOT_FOUND: &str =
    "<html><head><title>누리집</title></head><body><h1>대상을 찾을 수 없습니다.</h1></body></html>";

#[test]
fn case_29_secret_posts_keep_title_and_date_and_are_not_asked_for_again() {
    for engine in [
        Engine::Rhymix,
        Engine::Gnuboard5 { rewrite: 0 },
        Engine::Gnuboard5 { rewrite: 1 },
    ] {
        let world = World::with_posts(engine, 4, 6);
        let secret = world.site.boards(|boards| boards.secret("news"));
        world.crawl_well();
        world.assert_whole(true);
        let stored = world.stored(secret);
        assert_eq!(stored["state"], "restricted");
        assert!(text(&stored, "posted_at").is_some());
        let again = world.crawl_well();
        assert_eq!(again.n_articles(), 0);
        // The password page is never asked for.
        assert_eq!(world.requests_since(0).n_others, 0);
    }
}

#[test]
fn a_board_for_members_shows_its_rows_and_is_restricted() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 4, 6);
        world
            .site
            .boards(|boards| boards.board_mut("news").members_only = true);
        world.crawl();
        world.assert_whole(true);
    }
}

#[test]
fn case_30_a_move_within_rhymix_changes_the_board_and_keeps_the_article() {
    let world = World::with_posts(Engine::Rhymix, 4, 6);
    world
        .site
        .boards(|boards| boards.add_board("free").name.clone());
    let free = world.listing_url("free");
    world.crawl_well();
    let moved = world.site.boards(|boards| {
        let id = boards.boards[0].order[1];
        boards.relocate("news", id, "free")
    });
    world.crawl_with(&[&free]).expect_code(0);
    let stored = world.boardwalk.export();
    assert_eq!(stored.len(), 6, "nothing is stored twice");
    let stored = world.stored(moved);
    assert_eq!(stored["board"], "free");
    assert_eq!(
        stored["revision_count"].as_u64(),
        Some(1),
        "its words did not change"
    );
}

/// Cases 30 (gnuboard: a new number elsewhere) and 32 (one text, two posts).
#[test]
fn cases_30_and_32_equal_texts_are_linked_and_not_merged() {
    let world = World::with_posts(Engine::Gnuboard5 { rewrite: 0 }, 4, 6);
    let parts = vec![
        Part::paragraph("올여름 솔빛마을 작은 도서관은 저녁 아홉 시까지 문을 연다."),
        Part::paragraph("주말에는 이야기 모임이 열리고, 누구나 자리를 맡을 수 있다."),
    ];
    let pair = world.site.boards(|boards| {
        ["도서관 저녁까지 연다", "도서관 저녁까지 연다(종합)"].map(|title| {
            boards.write(
                "news",
                Draft {
                    title: title.into(),
                    author: "동네소식".into(),
                    parts: parts.clone(),
                    ..Draft::default()
                },
            )
        })
    });
    world.crawl_well();
    world.assert_whole(true);
    let [first, second] = pair.map(|id| world.stored(id));
    let links: Vec<_> = [&first, &second]
        .iter()
        .filter_map(|article| text(article, "duplicate_of"))
        .collect();
    let keys = pair.map(|id| world.key(id));
    assert_eq!(links.len(), 1, "one of the two names the other: {links:?}");
    assert!(keys.iter().any(|key| key == links[0]));
}

#[test]
fn case_31_an_edit_is_a_revision_and_the_first_text_stays() {
    let world = World::with_posts(Engine::Rhymix, 4, 6);
    world.crawl_well();
    let id = world.site.boards(|boards| {
        let id = boards.boards[0].order[2];
        boards.edit("news", id);
        boards.comment("news", id, None);
        id
    });
    world.crawl_well();
    world.assert_whole(true);
    assert_eq!(world.stored(id)["revision_count"].as_u64(), Some(2));
}

/// Cases 31 and 33: counts, tokens and the key of a protected address change with every fetch.
#[test]
fn cases_31_and_33_what_changes_by_itself_is_no_revision() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 4, 4);
        let id = world.site.boards(|boards| {
            boards.write(
                "news",
                Draft {
                    title: "사진 두 장".into(),
                    author: "산까치".into(),
                    parts: vec![
                        Part::Photo {
                            url: "https://img.example.org/press/7.jpg".into(),
                            caption: "느티공원의 오후. 산까치".into(),
                            address: Some("magpie@photo.example".into()),
                        },
                        Part::Raw {
                            html: "<p>글자로만 남은 주소: [email&#160;protected]</p>\n".into(),
                            text: "글자로만 남은 주소: [email protected]".into(),
                        },
                    ],
                    files: vec![crate::support::board::File {
                        id: 77,
                        name: "안내문.hwp".into(),
                        size: "12.0K",
                    }],
                    ..Draft::default()
                },
            )
        });
        world.crawl_well();
        let first = world.stored(id);
        let shown = text(&first, "text").expect("stored");
        assert!(
            shown.starts_with("느티공원의 오후. 산까치 magpie@photo.example\n"),
            "{shown}"
        );
        assert!(
            shown.replace('\u{a0}', " ").contains("[email protected]"),
            "{shown}"
        );
        world.site.boards(|boards| boards.comment("news", id, None));
        let requests = world.crawl_well();
        assert_eq!(requests.articles.get(&id), Some(&1));
        let second = world.stored(id);
        assert_eq!(second["revision_count"], first["revision_count"]);
        assert_eq!(second["content_hash"], first["content_hash"]);
        assert_eq!(second["comments"].as_array().map(Vec::len), Some(1));
        world.assert_no_strays();
    }
}

/// Case 34: images behind lazy attributes, relative, protocol-relative, empty.
#[test]
fn case_34_images_have_their_real_addresses_in_reading_order() {
    let world = World::with_posts(Engine::Rhymix, 4, 2);
    let id = world.site.boards(|boards| {
        boards.write(
            "news",
            Draft {
                title: "사진 여섯 장".into(),
                author: "산까치".into(),
                parts: vec![Part::Raw {
                    html: concat!(
                        "<p><img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\" ",
                        "data-src=\"https://img.example.org/a/1.jpg\" class=\"lazy\" alt=\"하나\"></p>",
                        "<p><img src=\"//img.example.org/b/2.jpg?type=w540\" ",
                        "srcset=\"//img.example.org/b/2.jpg?type=w1080 2x\"></p>",
                        "<p><img src=\"../files/attach/images/3.jpg\"></p>",
                        "<p><img src=\"\"><img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\"></p>",
                        "<p>사진 설명 하나</p>",
                    )
                    .into(),
                    text: "사진 설명 하나".into(),
                }],
                ..Draft::default()
            },
        )
    });
    world.crawl_well();
    let stored = world.stored(id);
    let urls: Vec<_> = stored["images"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|image| text(image, "url"))
        .collect();
    assert_eq!(
        urls,
        [
            "https://img.example.org/a/1.jpg".to_owned(),
            "http://img.example.org/b/2.jpg?type=w540".to_owned(),
            world.server.url("/files/attach/images/3.jpg"),
        ]
    );
}

#[test]
fn case_36_a_hundred_and_thirty_comments_come_once_each_with_their_parents() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 4, 3);
        let id = world.site.boards(|boards| {
            let id = boards.boards[0].order[1];
            let mut top = Vec::new();
            for n in 0..130 {
                let parent = (n % 3 == 2).then(|| top[n / 7 % top.len()]);
                let comment = boards.comment("news", id, parent);
                if parent.is_none() {
                    top.push(comment);
                }
                if n % 20 == 19 {
                    let post = boards.post_mut("news", id);
                    let hidden = post.comments.iter_mut().find(|other| other.id == comment);
                    hidden.expect("just written").secret = true;
                }
            }
            id
        });
        let requests = world.crawl_well();
        world.assert_whole(true);
        assert_eq!(world.stored(id)["comment_count"], 130);
        let expected: &[(u64, usize)] = if engine == Engine::Rhymix {
            // Without a number the engine shows the last page; the others are asked for once each.
            &[(id, 1), (id, 2)]
        } else {
            &[]
        };
        let mut pages = requests.comments;
        pages.sort_unstable();
        assert_eq!(pages, expected);
    }
}
