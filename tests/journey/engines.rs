//! Every field of every article, on boards of each engine; and a second crawl that finds nothing to do.

use crate::support::board::{Boards, Draft, File, Part};
use crate::support::site::{Engine, Numbers, Robots, Site};
use crate::support::world::World;

/// Ordinary posts of the rich board; five listing pages on Rhymix, six on gnuboard5.
const N_POSTS: usize = 70;

/// A board with a bit of everything that a page can show.
fn enrich(boards: &mut Boards) {
    boards.post_many("news", N_POSTS);
    boards.notice("news");
    boards.notice("news");
    boards.secret("news");
    let parent = boards.boards[0].order[30];
    boards.reply("news", parent);
    boards.write(
        "news",
        Draft {
            title: "‘큰들’ 새길 열려… \"기다렸다\" & <마을> 잔치".into(),
            author: "동네소식".into(),
            category: Some("소식".into()),
            parts: vec![
                Part::Photo {
                    url: "https://img.example.org/press/1.jpg".into(),
                    caption: "큰들 새길에서 사람들이 걷고 있다. 보리차 기자".into(),
                    address: Some("reader@press.example".into()),
                },
                Part::paragraph("큰들과 새나루를 잇는 길이 열렸다. 걸어서 이십 분이 걸린다."),
                Part::Photo {
                    url: "https://img.example.org/press/2.jpg?type=w540&v=2".into(),
                    caption: "개통식에 나온 아이들. 마을사진관".into(),
                    address: None,
                },
                Part::paragraph("다음 달에는 가로등을 더 단다."),
            ],
            tags: vec!["새길".into(), "큰들".into()],
            files: vec![
                File {
                    id: 9001,
                    name: "약도 (최종).hwp".into(),
                    size: "29.3K",
                },
                File {
                    id: 9002,
                    name: "일정.zip".into(),
                    size: "11.9K",
                },
            ],
        },
    );
    let discussed = boards.boards[0].order[5];
    let first = boards.comment("news", discussed, None);
    let answer = boards.comment("news", discussed, Some(first));
    boards.comment("news", discussed, Some(answer));
    boards.comment("news", discussed, Some(first));
    boards.comment("news", discussed, None);
    let hidden = boards.comment("news", discussed, None);
    boards
        .post_mut("news", discussed)
        .comments
        .iter_mut()
        .find(|comment| comment.id == hidden)
        .expect("just written")
        .secret = true;
}

fn rich(engine: Engine) -> World {
    let world = World::new(engine, 11);
    world.site.boards(enrich);
    // Two posts of today, whose dates show the time only on gnuboard5.
    let now = world.site.now();
    world.site.boards(|boards| {
        boards.set_cursor(now, 40);
        boards.post_many("news", 2);
    });
    world
}

fn everything_comes_out_and_a_second_crawl_has_nothing_to_do(world: &World) {
    let requests = world.crawl_well();
    world.assert_whole(true);
    world.assert_no_strays();
    let listed = world.truth("news");
    for article in &listed {
        assert_eq!(
            requests.articles.get(&article.id),
            Some(&1),
            "{} was not asked for exactly once",
            article.key
        );
    }
    assert_eq!(requests.n_articles(), listed.len(), "{requests:?}");
    let n_pages = *requests.listings.iter().max().expect("it walked");
    assert_eq!(
        requests.listings,
        (1..=n_pages).collect::<Vec<_>>(),
        "each page once, none twice"
    );

    let before = world.boardwalk.export();
    let again = world.crawl_well();
    assert!(again.listings.len() <= 3, "{again:?}");
    assert_eq!(again.n_articles() + again.comments.len(), 0, "{again:?}");
    assert_eq!(world.boardwalk.export(), before);
    world.assert_no_strays();
}

#[test]
fn a_rhymix_board() {
    everything_comes_out_and_a_second_crawl_has_nothing_to_do(&rich(Engine::Rhymix));
}

#[test]
fn a_gnuboard5_board() {
    everything_comes_out_and_a_second_crawl_has_nothing_to_do(&rich(Engine::Gnuboard5 {
        rewrite: 0,
    }));
}

#[test]
fn a_gnuboard5_board_with_short_addresses() {
    everything_comes_out_and_a_second_crawl_has_nothing_to_do(&rich(Engine::Gnuboard5 {
        rewrite: 1,
    }));
}

#[test]
fn a_gallery_without_ranks() {
    let world = World::with_posts(Engine::Gnuboard5 { rewrite: 0 }, 5, 50);
    world.site.quirk(|quirks| {
        quirks.gallery = true;
        quirks.numbers = Numbers::Blank;
    });
    // A gallery shows no category.
    world
        .site
        .boards(|boards| boards.board_mut("news").categories = false);
    let requests = world.crawl_well();
    world.assert_whole(false);
    assert!(requests.articles.values().all(|n| *n == 1));
    // Without ranks each page is read once more to prove that nothing slipped past, and page 1 at the end.
    assert!(requests.listings.len() <= 2 * 4 + 2, "{requests:?}");
    let again = world.crawl_well();
    assert!(again.listings.len() <= 3, "{again:?}");
    assert_eq!(again.n_articles(), 0);
}

/// Cases 38: CP949 bytes under an `euc-kr` label in the markup, no charset in the header.
#[test]
fn an_euc_kr_board() {
    let world = World::with_posts(Engine::Gnuboard5 { rewrite: 0 }, 3, 20);
    world.site.quirk(|quirks| quirks.euc_kr = true);
    world.site.boards(|boards| {
        boards.write(
            "news",
            Draft {
                title: "똠양꿍 펲시 햏 뷁".into(),
                author: "보리차".into(),
                category: Some("장터".into()),
                parts: vec![Part::paragraph("완성형에 없는 글자: 똠 펲 햏 뷁 쀍.")],
                ..Draft::default()
            },
        )
    });
    world.crawl_well();
    world.assert_whole(true);
    world.assert_no_strays();
}

/// Case 38, second half: the header says UTF-8, the markup says EUC-KR, the bytes are UTF-8.
#[test]
fn markup_that_lies_about_its_charset() {
    let site = Site::new(Engine::Gnuboard5 { rewrite: 0 }, 3);
    site.boards(|boards| boards.post_many("news", 3));
    let behind = site.clone();
    let world = World::served_by(site, move |request: &crate::support::server::Request| {
        let mut reply = crate::support::server::Handler::handle(&behind, request);
        let html = String::from_utf8(reply.body).expect("this site speaks UTF-8");
        reply.body = html
            .replace("<meta charset=\"utf-8\">", "<meta charset=\"euc-kr\">")
            .into_bytes();
        reply
    });
    world.crawl_well();
    world.assert_whole(true);
}

#[test]
fn what_robots_txt_forbids_is_not_asked_for() {
    let world = World::with_posts(Engine::Rhymix, 3, 5);
    let forbidden = world.site.boards(|boards| boards.boards[0].order[2]);
    world.site.set_robots(Robots::Text(format!(
        "User-agent: *\nDisallow: /news/{forbidden}\n"
    )));
    let outcome = world.crawl();
    assert_ne!(outcome.code, Some(3), "{outcome}");
    let requests = world.requests_since(0);
    assert_eq!(requests.articles.get(&forbidden), None);
    assert_eq!(requests.n_articles(), 4);
    assert_eq!(requests.n_robots, 1);
}

#[test]
fn a_board_that_is_forbidden_altogether_ends_with_exit_code_3() {
    let world = World::with_posts(Engine::Rhymix, 3, 5);
    world
        .site
        .set_robots(Robots::Text("User-agent: *\nDisallow: /\n".into()));
    world.crawl().expect_code(3);
    assert_eq!(world.server.targets(), ["/robots.txt"]);
}

#[test]
fn pages_limits_the_walk() {
    let world = World::with_posts(Engine::Rhymix, 3, 70);
    world.crawl_with(&["--pages", "2"]).expect_code(0);
    let requests = world.requests_since(0);
    assert_eq!(requests.listings, [1, 2]);
    assert_eq!(requests.n_articles(), 40);
}
