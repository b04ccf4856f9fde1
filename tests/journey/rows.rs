//! Listing rows: cases 11 to 17.

use crate::support::board::{Draft, Part};
use crate::support::site::Engine;
use crate::support::truth::text;
use crate::support::world::World;

#[test]
fn case_11_a_deletion_renumbers_and_changes_no_article() {
    let world = World::with_posts(Engine::Rhymix, 2, 45).believing_at_once();
    world.crawl_well();
    let gone = world.site.boards(|boards| boards.boards[0].order[10]);
    world.site.boards(|boards| boards.delete("news", gone));
    let requests = world.crawl_well();
    // The ranks tell which one left the list; its own page is asked twice, and nobody else's.
    assert_eq!(requests.articles.keys().collect::<Vec<_>>(), [&gone]);
    assert_eq!(requests.n_articles(), 2, "{requests:?}");
    let key = world.key(gone);
    let stored = world.boardwalk.export();
    assert_eq!(stored.len(), 45);
    for article in &stored {
        let state = if article["key"] == key.as_str() {
            "gone"
        } else {
            "stored"
        };
        assert_eq!(article["state"], state);
        assert!(article["revision_count"].as_u64() <= Some(1), "{article}");
    }
}

#[test]
fn case_12_notices_on_every_page_are_stored_once_and_do_not_stop_the_walk() {
    let world = World::new(Engine::Rhymix, 2);
    // The oldest posts of all are the notices.
    world.site.boards(|boards| {
        boards.notice("news");
        boards.notice("news");
        boards.post_many("news", 95);
    });
    let requests = world.crawl_well();
    assert_eq!(requests.listings, [1, 2, 3, 4, 5]);
    assert_eq!(requests.n_articles(), 97);
    world.assert_whole(true);
    // Nothing but the notices is known on page 1 if twenty posts came: the walk must not stop there.
    world.site.boards(|boards| boards.post_many("news", 25));
    let requests = world.crawl_well();
    assert_eq!(requests.n_articles(), 25);
    world.assert_whole(false);
}

/// Cases 13 and 14: the listing under the article, and the marks of its current row.
#[test]
fn cases_13_and_14_the_listing_under_an_article_is_not_read() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 2, 25);
        world.site.quirk(|quirks| quirks.current_mark = "»»»»» ");
        world.crawl_well();
        // Titles and texts are the board's own, and nothing of the rows below is in them.
        world.assert_whole(true);
    }
}

#[test]
fn case_15_counts_and_marks_are_no_part_of_the_title() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 2, 5);
        let now = world.site.now();
        world.site.boards(|boards| {
            // New enough to carry the mark of new posts.
            boards.set_cursor(now, 120);
            let id = boards.write(
                "news",
                Draft {
                    title: "예산안 통과(2)".into(),
                    author: "가람".into(),
                    parts: vec![Part::paragraph("예산안이 두 번째 표결에서 통과했다.")],
                    ..Draft::default()
                },
            );
            for _ in 0..6 {
                boards.comment("news", id, None);
            }
            let secret = boards.secret("news");
            boards.post_mut("news", secret).draft = Some(Box::new(Draft {
                title: "금리 동결 [6]".into(),
                author: "호두과자".into(),
                ..Draft::default()
            }));
        });
        world.crawl_well();
        world.assert_whole(true);
        let counted = world.site.boards(|boards| boards.boards[0].order[1]);
        assert_eq!(world.stored(counted)["comment_count"], 6);
    }
}

/// Cases 16 and 18: a category link stands before the title's, and titles hold markup-like text.
#[test]
fn cases_16_and_18_titles_are_decoded_once_and_categories_stand_apart() {
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::new(engine, 2);
        world.site.boards(|boards| {
            for title in [
                "[속보] 굵은 제목 <script>alert(1)</script> & \"따옴표\"",
                "&lt;b&gt; 는 글자 그대로",
                "[단독] A&B, 1 < 2",
            ] {
                boards.write(
                    "news",
                    Draft {
                        title: title.into(),
                        author: "<b>태그</b>".into(),
                        category: Some("장터".into()),
                        parts: vec![Part::paragraph(&format!("제목은 {title} 이다."))],
                        ..Draft::default()
                    },
                );
            }
        });
        world.crawl_well();
        world.assert_whole(true);
        let shown = world
            .boardwalk
            .run(&["show", &world.key(world.truth("news")[2].id)])
            .expect_code(0);
        assert!(
            shown.stdout.contains("<script>alert(1)</script>"),
            "{shown}"
        );
    }
}

#[test]
fn case_17_secret_posts_with_one_title_are_distinct_and_restricted() {
    let world = World::with_posts(Engine::Rhymix, 2, 10);
    let secrets = world.site.boards(|boards| {
        (0..3)
            .map(|_| {
                let id = boards.secret("news");
                boards.post_mut("news", id).draft = Some(Box::new(Draft {
                    title: "비밀글 입니다.".into(),
                    author: "종이배".into(),
                    ..Draft::default()
                }));
                id
            })
            .collect::<Vec<_>>()
    });
    world.crawl_well();
    for id in secrets {
        let stored = world.stored(id);
        assert_eq!(stored["state"], "restricted");
        assert_eq!(text(&stored, "title"), Some("비밀글 입니다."));
        assert!(stored["duplicate_of"].is_null(), "{stored}");
    }
    // Asked once; not again by the next crawl.
    let requests = world.crawl_well();
    assert_eq!(requests.n_articles(), 0);
}
