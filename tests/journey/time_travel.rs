//! An archive that is told what happened, and read anew: `changes`, `show --history`, `reparse`, as a user runs them.

use crate::support::crawl::Outcome;
use crate::support::site::Engine;
use crate::support::truth::text;
use crate::support::world::World;
use serde_json::Value;

const ENGINES: [Engine; 2] = [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }];

fn lines(outcome: &Outcome) -> Vec<Value> {
    outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON value on each line"))
        .collect()
}

/// A board with one post edited and one deleted between two crawls. Answers the edited one's id.
fn edited(engine: Engine) -> (World, u64) {
    let world = World::with_posts(engine, 11, 25);
    world.crawl_well();
    let id = world.site.boards(|boards| {
        let id = boards.boards[0].order[3];
        boards.edit("news", id);
        // The row shows a new comment, so that the page is asked for.
        boards.comment("news", id, None);
        id
    });
    world.crawl_well();
    (world, id)
}

#[test]
fn an_edit_is_shown_as_a_difference_and_listed_as_a_change() {
    for engine in ENGINES {
        let (world, id) = edited(engine);
        let key = world.key(id);
        let shown = world
            .boardwalk
            .run(&["show", &key, "--history"])
            .expect_code(0);
        assert!(shown.stdout.contains("Revision 2"), "{shown}");
        assert!(shown.stdout.contains("edited"), "{shown}");
        assert!(shown.stdout.contains("\n  + "), "{shown}");
        assert!(!shown.stdout.contains('\u{1b}'), "no colours into a pipe");
        let revisions = world
            .boardwalk
            .run(&["show", &key, "--history", "--json"])
            .expect_code(0);
        let revisions = lines(&revisions);
        assert_eq!(revisions.len(), 2);
        assert_eq!(revisions[1]["kind"], "visit");
        assert_eq!(revisions[1]["changes"][0]["field"], "text");

        let changes = world
            .boardwalk
            .run(&["changes", "news", "--json"])
            .expect_code(0);
        let changes = lines(&changes);
        assert_eq!(changes.len(), 26, "25 new, one edited");
        assert_eq!(changes[25]["kind"], "edited");
        assert_eq!(changes[25]["key"], key.as_str());
        let since = world
            .boardwalk
            .run(&["changes", "--since", "2999-01-01"])
            .expect_code(0);
        assert_eq!(since.stdout, "");
        let unknown = world.boardwalk.run(&["changes", "nowhere"]).expect_code(2);
        assert!(unknown.stderr.contains("has no board nowhere"), "{unknown}");
    }
}

/// A profile that takes the page's title for the category, for the board of this world.
fn write_other_profile(world: &World) {
    let text = format!(
        "[[board]]\nname = \"news\"\nurl = \"{}\"\n\
         override = {{ article = {{ category = [\"title\"] }} }}\n",
        world.listing_url("news")
    );
    let path = world.boardwalk.folder().join("boardwalk.toml");
    std::fs::write(path, text).expect("written");
}

fn reparse(world: &World, args: &[&str]) -> Value {
    let mut all = vec!["reparse", "news", "--json"];
    all.extend(args);
    world.boardwalk.run(&all).expect_code(0).report()
}

/// A report without what tells a preview from an application.
fn found(mut report: Value) -> Value {
    report["applied"] = Value::Null;
    report
}

#[test]
fn a_reparse_by_the_same_profile_changes_nothing() {
    for engine in ENGINES {
        let (world, _) = edited(engine);
        let before = world.boardwalk.export();
        let report = reparse(&world, &["--apply"]);
        assert_eq!(report["n_articles"], 25, "{report}");
        assert_eq!(report["n_changed"], 0, "{report}");
        assert_eq!(report["n_no_article"], 0, "{report}");
        assert_eq!(world.boardwalk.export(), before);
    }
}

#[test]
fn a_preview_is_what_applying_does_and_neither_asks_the_board() {
    for engine in ENGINES {
        let (world, id) = edited(engine);
        let n_before = world.server.n_received();
        let export_before = world.boardwalk.export();
        write_other_profile(&world);

        let preview = reparse(&world, &[]);
        assert_eq!(preview["applied"], false);
        assert_eq!(preview["n_changed"], 25, "{preview}");
        assert_eq!(preview["fields"]["category"]["n_changed"], 25, "{preview}");
        let examples = preview["fields"]["category"]["examples"].as_array();
        assert_eq!(examples.map(Vec::len), Some(3), "{preview}");
        assert_eq!(
            world.boardwalk.export(),
            export_before,
            "a preview stores nothing"
        );

        let applied = reparse(&world, &["--apply"]);
        assert_eq!(applied["applied"], true);
        assert_eq!(found(applied), found(preview.clone()));
        let stored = world.stored(id);
        assert_eq!(stored["revision_count"], 3);
        let category = text(&stored, "category").expect("the page's title");
        assert!(category.len() > 10, "{category}");

        let again = reparse(&world, &[]);
        assert_eq!(again["n_changed"], 0, "{again}");
        assert_eq!(world.server.n_received(), n_before, "no request was made");
        let changes = world.boardwalk.run(&["changes", "--json"]).expect_code(0);
        assert_eq!(lines(&changes).len(), 26, "nobody edited anything");
        let key = world.key(id);
        let shown = world
            .boardwalk
            .run(&["show", &key, "--history"])
            .expect_code(0);
        assert!(shown.stdout.contains("nobody edited it"), "{shown}");
        // For people: counts by field, and how to go on. Without the other profile some pages name no category; then
        // the one that is held stays.
        std::fs::remove_file(world.boardwalk.folder().join("boardwalk.toml")).expect("there");
        let shown = world.boardwalk.run(&["reparse"]).expect_code(0);
        assert!(shown.stdout.contains("would change"), "{shown}");
        assert!(shown.stdout.contains("\ncategory ("), "{shown}");
        assert!(shown.stdout.contains("--apply"), "{shown}");
        assert_eq!(shown.stderr, "", "no bar where there is no terminal");
    }
}

#[test]
fn a_reparse_that_is_killed_is_simply_run_again() {
    let world = World::with_posts(Engine::Rhymix, 12, 400);
    world.crawl_well();
    write_other_profile(&world);
    let preview = reparse(&world, &[]);
    let database = format!("sqlite:{}", world.boardwalk.database().display());
    // Killed as soon as the first batch is in the file.
    let run = world
        .boardwalk
        .start(&["reparse", "--apply", "--database", &database]);
    let reader = rusqlite::Connection::open(world.boardwalk.database()).expect("a store");
    let n_rereads = || {
        reader
            .query_row(
                "SELECT count(*) FROM revision WHERE kind = 'reparse'",
                [],
                |row| row.get::<_, i64>(0),
            )
            .unwrap_or_default()
    };
    while n_rereads() == 0 && !run.is_over() {
        std::hint::spin_loop();
    }
    run.kill();
    drop(reader);
    let report = reparse(&world, &["--apply"]);
    let n_changed = report["n_changed"].as_u64().expect("a count");
    let n_unchanged = report["n_unchanged"].as_u64().expect("a count");
    assert_eq!(n_changed + n_unchanged, 400, "{report}");
    assert_eq!(n_unchanged % 64, 0, "batches are whole: {report}");
    assert_eq!(preview["n_changed"], 400);
    for article in world.boardwalk.export() {
        assert_eq!(article["revision_count"], 2, "{article}");
    }
}

/// Who updates boardwalk, or mends a profile, and does not reparse: the next visits read otherwise.
#[test]
fn a_visit_that_reads_the_same_page_by_other_rules_finds_no_edit() {
    for engine in ENGINES {
        let world = World::with_posts(engine, 13, 25);
        world.crawl_well();
        write_other_profile(&world);
        let (commented, edited) = world.site.boards(|boards| {
            let order = boards.boards[0].order.clone();
            boards.edit("news", order[5]);
            // Their rows show new comments, so that their pages are asked for.
            for id in [order[2], order[5]] {
                boards.comment("news", id, None);
            }
            (order[2], order[5])
        });
        world.crawl_well();
        let changes = world.boardwalk.run(&["changes", "--json"]).expect_code(0);
        let found: Vec<(String, String)> = lines(&changes)
            .iter()
            .filter(|change| change["kind"] != "stored")
            .map(|change| (change["kind"].to_string(), change["key"].to_string()))
            .collect();
        assert_eq!(
            found,
            [(r#""edited""#.to_owned(), format!("{:?}", world.key(edited)))],
            "{engine:?}"
        );
        for (id, kind) in [(commented, "reparse"), (edited, "visit")] {
            let shown = world
                .boardwalk
                .run(&["show", &world.key(id), "--history", "--json"]);
            let revisions = lines(&shown.expect_code(0));
            assert_eq!(revisions.len(), 2, "{engine:?}");
            assert_eq!(revisions[1]["kind"], kind, "{engine:?}");
        }
    }
}
