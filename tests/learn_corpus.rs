//! The recorded boards of the development corpus with every built-in profile switched off: each is learnt from its own
//! pages, walked whole, and held against its database. Needs `BOARDWALK_CORPUS` and python3; without the variable it says
//! so and passes.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use boardwalk::profile::Profile;
use serde_json::Value;
use support::recorded::{Findings, by_id, compare_all, listed};
use support::replay::{Replay, boardwalk, check_requests, corpus};
use url::Url;

/// A recorded board, and what is not reached on it.
struct Case {
    site: &'static str,
    /// Its name in the truth.
    board: &'static str,
    listing: &'static str,
    /// Field → share that must be right, where that is not the rule's ([`floor`]).
    floors: &'static [(&'static str, f64)],
}

/// The share of values that must equal the truth.
fn floor(field: &str) -> f64 {
    match field {
        "text" => 0.97,
        "author" | "date" => 0.98,
        // A post that waits for approval says so where its text would be.
        "state" => 0.97,
        // Few posts have any, and no sample need be one of them; then they are not learnt.
        "comment_count" | "comments" | "images" => 0.96,
        "date precision" => 0.98,
        // Of files, whole lists are compared: recall and precision are 1, or the floor is missed.
        // Shown in the article only, on some boards.
        "category" | "listed title" => 0.0,
        _ => 1.0,
    }
}

/// Requests before the profile is fixed; robots.txt is one of them.
const MAX_REQUESTS: usize = 10;

fn findings_of(case: &Case, corpus: &Path) -> Findings {
    let folder = tempfile::tempdir().expect("a folder");
    let replay = Replay::start(corpus, case.site, folder.path());
    let database = format!("sqlite:{}", folder.path().join("board.db").display());
    let url = format!("{}{}", replay.origin, case.listing);
    let (code, stdout, stderr) = boardwalk(&[
        "crawl",
        "--profile",
        "learn",
        "--pages",
        "all",
        "--rate",
        "500/s",
        "--json",
        "--database",
        &database,
        &url,
    ]);
    assert_eq!(code, 0, "{}: {stdout}\n{stderr}", case.listing);
    let report: Value = serde_json::from_str(&stdout).expect("a report");
    assert_eq!(report["boards"][0]["walk"], "complete", "{stdout}");
    let requests = replay.requests();
    check_requests(&requests, case.site);
    check_learning(&requests, case);
    let wanted: BTreeMap<(String, String), Value> = listed(&corpus.join("sites").join(case.site))
        .into_iter()
        .filter(|((board, _), _)| board == case.board)
        .collect();
    check_keys(
        &folder.path().join("board.db"),
        &replay.origin,
        wanted.values(),
    );
    let (_, exported, _) = boardwalk(&["export", "--format", "jsonl", "--database", &database]);
    let held = by_id(&exported)
        .into_iter()
        .map(|((_, id), record)| ((case.board.to_owned(), id), record))
        .collect();
    compare_all(&held, &wanted, &replay.origin)
}

/// State that boards add to the links of articles (BOARDS.md 12.2).
const STATES: [&str; 7] = [
    "page=3",
    "pageid=2",
    "category=79",
    "sop=and&sst=wr_hit&sod=desc&sfl=&stx=&sca=&page=2",
    "sort_index=regdate&order_type=desc",
    "device=mobile",
    "PHPSESSID=0123456789abcdef",
];

/// The key of every article in every form of its URL is the same, ends in the database's own id, and is no other's; what
/// acts on an article is none.
fn check_keys<'t>(database: &Path, origin: &str, posts: impl Iterator<Item = &'t Value>) {
    let archive = rusqlite::Connection::open(database).expect("a store");
    let text: String = archive
        .query_row("SELECT text FROM learnt_profile", [], |row| row.get(0))
        .expect("one learnt profile");
    let profile = Profile::from_toml(&text).expect("a profile");
    let key = |url: &str| {
        let url = Url::parse(url).expect("a URL");
        let found = profile.identity.article(&url);
        found.map(|found| found.key.as_str().to_owned())
    };
    let mut keys = BTreeSet::new();
    for post in posts {
        let id = post["key"]
            .as_str()
            .map_or_else(|| post["key"].to_string(), str::to_owned);
        let plain = format!("{origin}{}", post["canonical_url"].as_str().expect("a URL"));
        let own = key(&plain).unwrap_or_else(|| panic!("{plain} has no key"));
        assert_eq!(own.rsplit('/').next(), Some(id.as_str()), "{plain}: {own}");
        let sign = if plain.contains('?') { '&' } else { '?' };
        for state in STATES {
            let form = format!("{plain}{sign}{state}");
            assert_eq!(key(&form).as_ref(), Some(&own), "{form}");
        }
        for (article, act) in [("board.php", "write.php"), ("mod=document", "mod=editor")] {
            let acting = plain.replace(article, act);
            assert!(
                acting == plain || key(&acting).is_none(),
                "{acting} is no article"
            );
        }
        assert!(keys.insert(own), "{plain}: the key of another");
    }
}

/// All that is asked for before anything is asked for again was for learning: the walk begins with page 2, or with an
/// article that was read to learn.
fn check_learning(requests: &[Value], case: &Case) {
    let mut asked = BTreeSet::new();
    let n_learning = requests
        .iter()
        .take_while(|request| asked.insert(in_order(&request["target"])))
        .count();
    eprintln!("{}: {n_learning} requests to learn it", case.listing);
    assert!(
        n_learning <= MAX_REQUESTS,
        "{}: {n_learning} requests",
        case.listing
    );
}

/// A path and its parameters by name: some boards link one page in several orders.
fn in_order(target: &Value) -> (String, BTreeSet<String>) {
    let target = target.as_str().expect("a target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (
        path.to_owned(),
        query.split('&').map(str::to_owned).collect(),
    )
}

fn judge(case: &Case, findings: &Findings) {
    let mut bad = Vec::new();
    for (field, n_compared) in &findings.n_compared {
        let differences = findings.by_field.get(field).map_or(&[][..], Vec::as_slice);
        let right = 1.0 - differences.len() as f64 / *n_compared as f64;
        let own = case.floors.iter().find(|(name, _)| name == field);
        let floor = own.map_or_else(|| floor(field), |(_, floor)| *floor);
        let examples: String = differences
            .iter()
            .take(3)
            .map(|line| format!("\n    {line}"))
            .collect();
        let line = format!(
            "{} {}, {field}: {:.1} % of {n_compared} right{examples}",
            case.site,
            case.board,
            100.0 * right
        );
        eprintln!("{line}");
        if right < floor {
            bad.push(line);
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

fn check(case: &Case) {
    if let Some(corpus) = corpus() {
        judge(case, &findings_of(case, &corpus));
    }
}

fn case(site: &'static str, board: &'static str, listing: &'static str) -> Case {
    Case {
        site,
        board,
        listing,
        floors: &[],
    }
}

#[test]
fn rhymix_in_its_default_skin() {
    check(&case("rhymix", "news", "/news"));
}

#[test]
fn rhymix_in_sketchbook() {
    check(&case("rhymix", "sketch", "/sketch"));
}

#[test]
fn rhymix_in_xedition() {
    check(&case("rhymix", "xed", "/xed"));
}

#[test]
fn rhymix_whose_articles_are_for_members() {
    check(&case("rhymix", "members", "/members"));
}

#[test]
fn rhymix_without_a_listing_under_articles() {
    check(&case("rhymix", "robot", "/robot"));
}

#[test]
fn rhymix_with_three_posts() {
    check(&case("rhymix", "board", "/board"));
}

#[test]
fn gnuboard5() {
    check(&case("gnuboard5", "news", "/bbs/board.php?bo_table=news"));
}

#[test]
fn gnuboard5_as_a_gallery() {
    check(&case("gnuboard5", "pic", "/bbs/board.php?bo_table=pic"));
}

#[test]
fn gnuboard5_with_short_addresses() {
    check(&case("gnuboard5-rewrite", "news", "/news"));
}

#[test]
fn gnuboard5_as_a_gallery_with_short_addresses() {
    check(&case("gnuboard5-rewrite", "pic", "/pic"));
}

#[test]
fn kboard() {
    check(&case("kboard", "kboard-1", "/?page_id=69"));
}

/// One row among menus is no evidence of where rows are: refused, with what was seen.
#[test]
fn boards_of_one_post_are_refused() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let replay = Replay::start(&corpus, "gnuboard5", folder.path());
    for board in ["free", "member"] {
        let database = format!("sqlite:{}", folder.path().join(board).display());
        let url = format!("{}/bbs/board.php?bo_table={board}", replay.origin);
        let (code, stdout, stderr) = boardwalk(&[
            "crawl",
            "--profile",
            "learn",
            "--rate",
            "500/s",
            "--json",
            "--database",
            &database,
            &url,
        ]);
        assert_eq!(code, 3, "{stdout}\n{stderr}");
        assert!(stdout.contains("do not teach how to read it"), "{stdout}");
    }
}
