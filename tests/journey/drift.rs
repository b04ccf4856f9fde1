//! The fault drill: boards are crawled, redesigned between two passes, and passed again. Either the profile is repaired
//! through the proof gate, and then the archive is what the board is; or the board is reported as broken, and nothing of
//! the new layout is stored. Wrong fields are never stored silently.

use std::sync::{Arc, Mutex};

use crate::support::crawl::Outcome;
use crate::support::mutate::{Marks, Mutation, mutate};
use crate::support::server::{Handler, Reply, Request};
use crate::support::site::{Engine, Site};
use crate::support::truth::{by_key, differences};
use crate::support::world::World;
use serde_json::Value;

const ENGINES: [Engine; 2] = [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }];

fn marks(engine: Engine) -> Marks {
    match engine {
        Engine::Rhymix => Marks::new("table tbody > tr", "div[class*='document_'].xe_content"),
        Engine::Gnuboard5 { .. } => Marks::new("#bo_list tbody > tr", "#bo_v_con"),
    }
}

/// A site behind a redesign that can be switched on.
#[derive(Clone)]
struct Redesigned {
    site: Site,
    mutation: Arc<Mutex<Mutation>>,
    marks: Marks,
}

impl Handler for Redesigned {
    fn handle(&self, request: &Request) -> Reply {
        let mut reply = self.site.handle(request);
        let mutation = *self.mutation.lock().expect("no holder panics");
        let is_html = reply
            .headers
            .iter()
            .any(|(name, value)| name == "Content-Type" && value.starts_with("text/html"));
        if is_html && reply.status == 200 {
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            reply.body = mutate(&text, mutation, &self.marks).into_bytes();
        }
        reply
    }
}

struct Drill {
    world: World,
    mutation: Arc<Mutex<Mutation>>,
}

impl Drill {
    /// A board with replies, notices, secret posts and comments, crawled as it was.
    fn new(engine: Engine, n_posts: usize) -> Self {
        let site = Site::new(engine, 7);
        site.boards(|boards| {
            let ids = boards.post_many("news", n_posts);
            for id in ids.iter().rev().step_by(4).take(8) {
                let first = boards.comment("news", *id, None);
                boards.comment("news", *id, Some(first));
            }
            boards.notice("news");
            boards.secret("news");
        });
        let mutation = Arc::new(Mutex::new(Mutation::Nothing));
        let handler = Redesigned {
            site: site.clone(),
            mutation: Arc::clone(&mutation),
            marks: marks(engine),
        };
        let drill = Self {
            world: World::served_by(site, handler),
            mutation,
        };
        drill.world.crawl().expect_code(0);
        drill.world.assert_whole(true);
        drill
    }

    fn redesign(&self, mutation: Mutation) {
        *self.mutation.lock().expect("no holder panics") = mutation;
    }

    fn post(&self, n: usize) {
        self.world.site.boards(|boards| {
            boards.post_many("news", n);
        });
    }

    fn pass(&self) -> Outcome {
        match std::env::var_os("SHOW_DRIFT") {
            Some(_) => self.world.crawl_with(&["-vv"]),
            None => self.world.crawl(),
        }
    }

    /// Everything that is stored as content and is not as the board has it.
    fn wrong(&self) -> Vec<String> {
        let stored = self.world.boardwalk.export();
        let found = by_key(&stored);
        let truth = self.world.truth("news");
        let mut wrong = Vec::new();
        for article in &truth {
            if let Some(stored) = found.get(&article.key)
                && stored["state"] == "stored"
            {
                wrong.extend(differences(stored, article, false));
            }
        }
        for key in found.keys() {
            if !truth.iter().any(|article| article.key == *key) {
                wrong.push(format!("{key} is no article"));
            }
        }
        wrong
    }
}

fn board(outcome: &Outcome) -> Value {
    outcome.report()["boards"][0].clone()
}

/// What became of one redesign.
#[derive(Debug, PartialEq, Eq)]
enum Result {
    /// The old profile reads it.
    Fits,
    Repaired,
    Broken,
}

fn drill(engine: Engine, mutation: Mutation) -> Result {
    let drill = Drill::new(engine, 45);
    drill.redesign(mutation);
    drill.post(3);
    let outcome = drill.pass();
    if std::env::var_os("SHOW_DRIFT").is_some() {
        eprintln!("{engine:?} {mutation:?}\n{}", outcome.stderr);
    }
    let report = board(&outcome);
    let said = format!("{engine:?}, {mutation:?}: {outcome}");
    assert_eq!(drill.wrong(), Vec::<String>::new(), "{said}");
    let result = match (report["repaired"].is_string(), report["misfit"].is_object()) {
        (_, true) => Result::Broken,
        (true, false) => Result::Repaired,
        (false, false) => Result::Fits,
    };
    match result {
        Result::Broken => {
            assert!(
                report["trouble"].as_str().is_some_and(|trouble| {
                    trouble.contains("the layout has changed") && trouble.contains("not repaired")
                }),
                "{said}"
            );
            assert_ne!(outcome.code, Some(0), "{said}");
        }
        Result::Repaired | Result::Fits => {
            assert_eq!(outcome.code, Some(0), "{said}");
            drill.world.assert_whole(true);
        }
    }
    eprintln!(
        "{engine:?} {mutation:?}: {result:?} {}{}",
        report["repaired"].as_str().unwrap_or_default(),
        report["trouble"].as_str().unwrap_or_default()
    );
    result
}

/// At least 80 % of the redesigns that leave everything on the page are survived; none is passed over.
#[test]
fn redesigned_boards_are_repaired_or_reported() {
    let mut broken = Vec::new();
    let mut n_mendable = 0;
    for engine in ENGINES {
        for mutation in Mutation::ALL {
            // What the engines have in common is tried on one of them.
            let once = matches!(
                mutation,
                Mutation::RenameClasses
                    | Mutation::SwapColumns
                    | Mutation::DateFormat
                    | Mutation::DateRiddle
                    | Mutation::HideBody
                    | Mutation::TwiceEncoded
            );
            if once && engine == Engine::Rhymix {
                continue;
            }
            let result = drill(engine, mutation);
            if mutation.is_mendable() {
                n_mendable += 1;
                if result == Result::Broken {
                    broken.push((engine, mutation));
                }
            } else {
                assert_eq!(result, Result::Broken, "{engine:?}, {mutation:?}");
            }
        }
    }
    assert!(
        5 * broken.len() <= n_mendable,
        "{} of {n_mendable} were not repaired: {broken:?}",
        broken.len()
    );
}

/// Nothing is found where nothing has changed: a quiet board, a few deletions, an edit, a renamed author.
#[test]
fn boards_that_live_on_raise_nothing() {
    for engine in ENGINES {
        let drill = Drill::new(engine, 45);
        for step in 0..4 {
            drill.world.site.boards(|boards| {
                let order = boards.board("news").expect("it is there").order.clone();
                match step {
                    0 => {}
                    1 => {
                        boards.delete("news", order[2]);
                        boards.delete("news", order[20]);
                        boards.edit("news", order[5]);
                    }
                    2 => {
                        boards.post_many("news", 40);
                    }
                    _ => {
                        for id in order.iter().skip(3) {
                            boards.delete("news", *id);
                        }
                    }
                }
            });
            let outcome = drill.pass();
            let report = board(&outcome);
            assert!(
                report["repaired"].is_null() && report["misfit"].is_null(),
                "{engine:?}, step {step}: {outcome}"
            );
        }
    }
}

/// A board that stays broken says so in every way, keeps what it had and its last good page, and is whole again as soon
/// as the old layout is back.
#[test]
fn a_board_that_cannot_be_repaired_stays_broken_and_recovers() {
    let drill = Drill::new(Engine::Gnuboard5 { rewrite: 0 }, 45);
    drill.redesign(Mutation::DateRiddle);
    drill.post(2);
    for _ in 0..2 {
        let n_before = drill.world.server.n_received();
        let outcome = drill.pass();
        let report = board(&outcome);
        let misfit = &report["misfit"];
        assert_eq!(misfit["seen_rows"], 15, "{outcome}");
        assert_eq!(misfit["evidence"][0]["measure"], "row_date", "{outcome}");
        assert_eq!(misfit["evidence"][0]["now"]["n"], 0, "{outcome}");
        assert_ne!(outcome.code, Some(0));
        assert!(drill.world.server.n_received() - n_before <= 32);
    }
    // The second time nothing is tried: it was in vain a moment ago.
    let n_before = drill.world.server.n_received();
    drill.pass();
    assert!(drill.world.server.n_received() - n_before <= 2);
    let status = drill.world.boardwalk.run(&["status", "--json"]).report();
    let trouble = status["boards"][0]["trouble"].as_str().unwrap_or_default();
    assert!(
        trouble.contains("rows with a date that can be read"),
        "{trouble}"
    );
    let archive = rusqlite::Connection::open(drill.world.boardwalk.database()).expect("a store");
    let kept: bool = archive
        .query_row(
            "SELECT good_listing IS NOT NULL AND good_article IS NOT NULL FROM fit",
            [],
            |row| row.get(0),
        )
        .expect("a row");
    assert!(kept, "the last good pages are kept");
    drop(archive);
    assert_eq!(drill.wrong(), Vec::<String>::new());

    drill.redesign(Mutation::Nothing);
    drill.pass().expect_code(0);
    drill.world.assert_whole(true);
    let status = drill.world.boardwalk.run(&["status", "--json"]).report();
    assert!(status["boards"][0]["trouble"].is_null(), "{status}");
}

/// What a broken board posts meanwhile fills its first page: that nothing there contradicts what is known is no sign that
/// it can be read again.
#[test]
fn a_broken_board_is_not_believed_because_all_on_its_first_page_is_new() {
    let drill = Drill::new(Engine::Rhymix, 45);
    drill.redesign(Mutation::TwiceEncoded);
    drill.post(2);
    assert!(board(&drill.pass())["misfit"].is_object());
    drill.post(45);
    let outcome = drill.pass();
    assert!(board(&outcome)["misfit"].is_object(), "{outcome}");
    assert_eq!(drill.wrong(), Vec::<String>::new());
    // Whether it is over is told by the pages behind the first, or, if more was posted than they hold, by an article.
    drill.redesign(Mutation::Nothing);
    drill.post(120);
    drill.pass().expect_code(0);
    drill.world.assert_whole(true);
}

/// Two redesigns, one after the other, and the way back from a repair.
#[test]
fn repairs_follow_each_other_and_can_be_rolled_back() {
    let drill = Drill::new(Engine::Rhymix, 45);
    for (n, mutation) in [Mutation::RenameClasses, Mutation::TableToDivs]
        .into_iter()
        .enumerate()
    {
        drill.redesign(mutation);
        drill.post(2);
        let outcome = drill.pass();
        assert!(
            board(&outcome)["repaired"].is_string(),
            "{mutation:?}: {outcome}"
        );
        drill.world.assert_whole(true);
        let list = drill
            .world
            .boardwalk
            .run(&["profile", "list", "news", "--json"]);
        assert_eq!(list.expect_code(0).stdout.lines().count(), n + 1);
    }
    let shown = drill.world.boardwalk.run(&["profile", "show", "news"]);
    assert!(
        shown.stdout.starts_with("# Repaired from rhymix-repaired-"),
        "{shown}"
    );
    // Back to the first repair; the next pass finds that it does not fit, and does not make the second one again.
    drill
        .world
        .boardwalk
        .run(&["profile", "rollback", "news"])
        .expect_code(0);
    let outcome = drill.pass();
    let trouble = board(&outcome)["trouble"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(trouble.contains("gone back from this repair"), "{outcome}");
    drill
        .world
        .boardwalk
        .run(&["profile", "rollback", "news"])
        .expect_code(0);
    drill.redesign(Mutation::Nothing);
    let outcome = drill.pass().expect_code(0);
    assert_eq!(board(&outcome)["profile"], "rhymix");
    drill.world.assert_whole(true);
    let outcome = drill.world.boardwalk.run(&["profile", "rollback", "news"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
}

/// The operator's own profile is never replaced: a repaired one is offered.
#[test]
fn an_own_profile_is_left_alone_and_a_repaired_one_offered() {
    let drill = Drill::new(Engine::Gnuboard5 { rewrite: 0 }, 45);
    let own = boardwalk::profile::Library::built_in_text("gnuboard5")
        .expect("it is built in")
        .replace("engine = \"gnuboard5\"", "engine = \"ours\"");
    let folder = drill.world.boardwalk.folder();
    std::fs::write(folder.join("ours.toml"), own).expect("a file");
    std::fs::write(
        folder.join("boardwalk.toml"),
        "profiles = [\"ours.toml\"]\n",
    )
    .expect("a file");
    drill.world.crawl_with(&["--engine", "ours"]).expect_code(0);
    drill.redesign(Mutation::RenameAll);
    drill.post(2);
    let outcome = drill.world.crawl_with(&["--engine", "ours"]);
    let trouble = board(&outcome)["trouble"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        trouble.contains("your own") && trouble.contains("--repaired"),
        "{outcome}"
    );
    assert_eq!(board(&outcome)["profile"], "ours");
    assert_eq!(drill.wrong(), Vec::<String>::new());
    let shown = drill
        .world
        .boardwalk
        .run(&["profile", "show", "news", "--repaired"]);
    let text = shown.expect_code(0).stdout;
    let profile = boardwalk::profile::Profile::from_toml(&text).expect("a profile");
    assert!(profile.engine.starts_with("ours-repaired-"), "{text}");
}

/// Where too little is known no proof is possible, and none is pretended.
#[test]
fn a_small_board_stays_broken_and_says_why() {
    let drill = Drill::new(Engine::Gnuboard5 { rewrite: 0 }, 12);
    drill.redesign(Mutation::RenameAll);
    drill.post(1);
    let outcome = drill.pass();
    let trouble = board(&outcome)["trouble"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        trouble.contains("no proof is possible: 13 articles"),
        "{outcome}"
    );
    assert_eq!(drill.wrong(), Vec::<String>::new());
}
