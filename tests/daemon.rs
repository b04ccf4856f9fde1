//! The service as its operator runs it: signals, a changed configuration, probes, and restarts at any moment.

mod support;

use std::time::{Duration, Instant};

use support::daemon::Daemon;
use support::site::Engine;
use support::world::World;

fn board(world: &World, name: &str, schedule: &str) -> String {
    let url = world.listing_url(name);
    format!("[[board]]\nname = \"{name}\"\nurl = \"{url}\"\nschedule = \"{schedule}\"\n")
}

fn stored(name: &str) -> String {
    format!("boardwalk_articles{{board=\"{name}\",state=\"stored\"}}")
}

#[test]
fn new_posts_are_found_by_later_passes_and_a_signal_ends_it_within_ten_seconds() {
    let world = World::with_posts(Engine::Rhymix, 11, 30);
    let mut daemon = Daemon::new(&world, &board(&world, "news", "every 1s"));
    daemon.start();
    daemon.until_metric(&stored("news"), |n| n == 30.0);
    assert_eq!(daemon.get("/healthz").unwrap().0, "HTTP/1.1 200 OK");
    assert_eq!(daemon.get("/readyz").unwrap().0, "HTTP/1.1 200 OK");
    world.site.boards(|boards| boards.post_many("news", 3));
    daemon.until_metric(&stored("news"), |n| n == 33.0);
    let told = Instant::now();
    daemon.signal("TERM");
    let outcome = daemon.wait().expect_code(0);
    assert!(told.elapsed() < Duration::from_secs(10), "{outcome}");
    world.assert_whole(true);
    world.assert_no_strays();
}

#[test]
fn a_broken_configuration_is_refused_and_a_good_one_taken_over_while_passes_go_on() {
    let world = World::with_posts(Engine::Rhymix, 12, 5);
    world.site.boards(|boards| {
        boards.add_board("free");
        boards.post_many("free", 4);
    });
    let news = board(&world, "news", "every 1s");
    let mut daemon = Daemon::new(&world, &news);
    daemon.start();
    daemon.until_metric(&stored("news"), |n| n == 5.0);
    let pid = daemon.run().pid();

    daemon.configure(&format!("{news}shedule = \"every 1s\"\n"));
    daemon.signal("HUP");
    daemon.until_metric("boardwalk_config_refused", |n| n >= 1.0);
    let (_, page) = daemon.get("/").expect("it listens");
    assert!(page.contains("`shedule` is not a key"), "{page}");
    world.site.boards(|boards| boards.post("news"));
    daemon.until_metric(&stored("news"), |n| n == 6.0);

    let answer = |path: &str| daemon.get(path).expect("it listens").0;
    assert_eq!(answer("/feeds/searches/all.atom"), "HTTP/1.1 404 Not Found");
    let search = "[[search]]\nname = \"all\"\nquery = \"board:free\"\n";
    daemon.configure(&format!(
        "{news}{}{search}",
        board(&world, "free", "every 1s")
    ));
    daemon.signal("HUP");
    daemon.until_metric(&stored("free"), |n| n == 4.0);
    daemon.until_metric("boardwalk_config_refused", |n| n == 0.0);
    assert_eq!(answer("/feeds/searches/all.atom"), "HTTP/1.1 200 OK");
    assert_eq!(daemon.run().pid(), pid);

    daemon.signal("INT");
    let outcome = daemon.wait().expect_code(0);
    assert!(outcome.stderr.contains("shedule"), "{outcome}");
    assert!(outcome.stderr.contains("daemon.toml:"), "{outcome}");
}

#[test]
fn a_board_that_cannot_be_read_at_all_is_told_of_where_its_operator_looks() {
    let world = World::with_posts(Engine::Rhymix, 15, 2);
    // No resolver asks anybody for a label of more than 63 letters (RFC 1035, 2.3.4).
    let nowhere = format!(
        "[[board]]\nname = \"nowhere\"\nurl = \"http://{}.test/news\"\n",
        "a".repeat(64)
    );
    let news = board(&world, "news", "every 1h");
    let mut daemon = Daemon::new(&world, &format!("{news}{nowhere}"));
    daemon.start();
    let page = daemon.until("the first page tells why", || {
        let (_, page) = daemon.get("/")?;
        page.contains("robots.txt could not be reached")
            .then_some(page)
    });
    assert!(page.contains("data-board=\"nowhere\""), "{page}");
    let (_, boards) = daemon.get("/api/v1/boards").expect("it listens");
    let boards: serde_json::Value = serde_json::from_str(&boards).expect("JSON");
    let mut unread = boards["unread"].as_array().expect("a list").iter();
    let nowhere = unread.find(|board| board["name"] == "nowhere");
    let reason = &nowhere.expect("it is listed")["next_pass"]["reason"];
    assert_eq!(reason, "tried again after a failure");
    daemon.signal("TERM");
    daemon.wait().expect_code(0);
}

#[test]
fn one_service_a_database() {
    let world = World::with_posts(Engine::Rhymix, 13, 2);
    let mut daemon = Daemon::new(&world, &board(&world, "news", "every 1h"));
    daemon.start();
    daemon.until_metric(&stored("news"), |n| n == 2.0);
    let mut second = Daemon::new(&world, &board(&world, "news", "every 1h"));
    second.start();
    let refused = second.wait().expect_code(2);
    assert!(refused.stderr.contains("test.db"), "{refused}");
    daemon.signal("TERM");
    daemon.wait().expect_code(0);
}

#[test]
fn a_log_for_machines_has_nothing_else_to_its_end() {
    let world = World::with_posts(Engine::Rhymix, 15, 2);
    let news = board(&world, "news", "every 1h");
    let mut daemon = Daemon::new(&world, &format!("[log]\nformat = \"json\"\n{news}"));
    daemon.start();
    daemon.until_metric(&stored("news"), |n| n == 2.0);
    daemon.signal("TERM");
    let outcome = daemon.wait().expect_code(0);
    assert!(outcome.stderr.lines().count() > 2, "{outcome}");
    for line in outcome.stderr.lines() {
        let event: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(event.is_ok(), "{line}\n{outcome}");
    }
}

#[test]
fn without_boards_there_is_nothing_to_serve() {
    let world = World::new(Engine::Rhymix, 14);
    let mut daemon = Daemon::new(&world, "");
    daemon.start();
    let refused = daemon.wait().expect_code(2);
    assert!(refused.stderr.contains("names no boards"), "{refused}");
}
