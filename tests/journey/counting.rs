//! Boards whose number column counts something else than the rows that it stands beside: what an audit says of them, and
//! that the radar neither asks for ever for what is not there, nor calls gone what is.

use crate::support::site::{Engine, Numbers};
use crate::support::world::World;

const N_POSTS: usize = 130;

/// A board with notices, replies in threads and secret posts among the ordinary ones.
fn board(engine: Engine, numbers: Numbers) -> World {
    let world = World::new(engine, 11).believing_at_once();
    world.site.boards(|boards| {
        for n in 0..N_POSTS {
            let id = match n % 20 {
                7 => boards.secret("news"),
                _ => boards.post("news"),
            };
            if n % 16 == 3 {
                boards.reply("news", id);
            }
        }
        boards.notice("news");
        boards.notice("news");
    });
    world.site.quirk(|quirks| quirks.numbers = numbers);
    world
}

/// An ordinary post of the middle of the board goes. Its id.
fn delete_one(world: &World) -> u64 {
    world.site.boards(|boards| {
        let board = boards.board("news").expect("made with the site");
        let is_plain = |id: &&u64| {
            let post = &board.posts[id];
            post.reply_to.is_none() && !post.secret
        };
        let mut from_the_middle = board.order.iter().skip(board.order.len() / 2);
        let id = *from_the_middle.find(is_plain).expect("most posts are");
        boards.delete("news", id);
        id
    })
}

fn engines() -> [Engine; 2] {
    [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }]
}

/// How many rows guests are shown, and how many there are.
fn truth(world: &World, numbers: Numbers) -> (u64, u64) {
    world.site.boards(|boards| {
        let board = boards.board("news").expect("made with the site");
        let hides = |id: &&u64| numbers == Numbers::HiddenToo && board.posts[id].secret;
        let n_hidden = board.order.iter().filter(hides).count() as u64;
        let n_posts = board.order.len() as u64;
        (n_posts - n_hidden, n_posts)
    })
}

#[track_caller]
fn assert_proven(world: &World, numbers: Numbers, counts: &str) {
    let audit = world.audit();
    let (n_listed, n_posts) = truth(world, numbers);
    assert_eq!(audit["proof"], "proven", "{audit}");
    assert_eq!(audit["column_counts"], counts, "{audit}");
    assert_eq!(audit["n_listed"], n_listed, "{audit}");
    assert_eq!(audit["n_posts"], n_posts, "{audit}");
    assert_eq!(audit["n_unknown"], n_posts - n_listed, "{audit}");
    let holes = audit["holes"].as_array().expect("a list");
    assert!(
        holes.iter().all(|hole| hole["reason"] == "hidden"),
        "{audit}"
    );
}

#[test]
fn a_board_that_counts_its_rows_in_another_way_is_proven_as_well() {
    for (numbers, counts) in [
        (Numbers::RowsAndNotices, "posts-and-notices"),
        (Numbers::HiddenToo, "hidden-too"),
        (Numbers::Threads, "threads"),
    ] {
        for engine in engines() {
            let world = board(engine, numbers);
            let what = format!("{engine:?}, {numbers:?}");
            world.crawl_well();
            assert_proven(&world, numbers, counts);
            let id = delete_one(&world);
            let requests = world.crawl_well();
            assert!(requests.listings.len() <= 8, "{what}: {requests:?}");
            assert_eq!(world.stored(id)["state"], "gone", "{what}");
            assert_proven(&world, numbers, counts);
            assert_eq!(world.crawl_well().listings, [1, 2], "{what}");
            world.assert_no_strays();
        }
    }
}

#[test]
fn what_the_list_hides_is_no_work_for_a_repair() {
    let world = board(Engine::Rhymix, Numbers::HiddenToo);
    world.crawl_well();
    let repair = world.boardwalk.run(&["audit", "--repair"]).expect_code(0);
    assert!(
        repair.stderr.contains("there is no hole to close"),
        "{}",
        repair.stderr
    );
    assert_eq!(world.crawl_well().listings, [1, 2]);
}

#[test]
fn one_more_notice_is_no_renumbering() {
    let world = board(Engine::Rhymix, Numbers::RowsAndNotices);
    world.crawl_well();
    world.site.boards(|boards| boards.notice("news"));
    world.crawl_well();
    let audit = world.audit();
    assert_eq!(audit["verdict"], serde_json::Value::Null, "{audit}");
    assert_eq!(audit["column_counts"], "posts-and-notices", "{audit}");
    assert_eq!(audit["n_unknown"], 0, "{audit}");
}

#[test]
fn ids_and_blanks_prove_nothing_and_the_board_is_walked_whole_all_the_same() {
    for numbers in [Numbers::Ids, Numbers::Blank] {
        for engine in engines() {
            let world = board(engine, numbers);
            let what = format!("{engine:?}, {numbers:?}");
            // What is gone before the first crawl leaves a gap among the ids.
            delete_one(&world);
            world.crawl_well();
            let audit = world.audit();
            let (n_listed, _) = truth(&world, numbers);
            assert_eq!(audit["proof"], "not-provable", "{what}: {audit}");
            assert_eq!(audit["n_listed"], n_listed, "{what}: {audit}");
            assert_eq!(audit["n_posts"], serde_json::Value::Null, "{what}: {audit}");
            assert_eq!(world.crawl_well().listings, [1, 2], "{what}");
        }
    }
}
