//! Crawls the recorded boards through the replay server, and compares what is stored with the truth from their databases.

use std::path::Path;

use crate::support::recorded::{Findings, by_id, compare_all, listed};
use crate::support::replay::{Replay, boardwalk, check_requests, corpus};

/// A recorded site: its folder, and the listings to crawl.
struct Site {
    name: &'static str,
    listings: &'static [&'static str],
}

const SITES: [Site; 4] = [
    Site {
        name: "rhymix",
        listings: &["/news", "/sketch", "/xed", "/members", "/robot", "/board"],
    },
    Site {
        name: "gnuboard5",
        listings: &[
            "/bbs/board.php?bo_table=news",
            "/bbs/board.php?bo_table=pic",
            "/bbs/board.php?bo_table=free",
            "/bbs/board.php?bo_table=member",
        ],
    },
    Site {
        name: "gnuboard5-rewrite",
        listings: &["/news", "/pic", "/free", "/member"],
    },
    Site {
        name: "kboard",
        listings: &["/?page_id=69"],
    },
];

/// Share of bodies that must equal the truth.
const BODY_FLOOR: f64 = 0.99;

fn check_site(site: &Site, corpus: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let replay = Replay::start(corpus, site.name, folder.path());
    let database = format!("sqlite:{}", folder.path().join("board.db").display());
    let urls: Vec<String> = site
        .listings
        .iter()
        .map(|path| format!("{}{path}", replay.origin))
        .collect();
    let mut arguments = vec![
        "crawl",
        "--pages",
        "all",
        "--rate",
        "500/s",
        "--json",
        "--database",
        &database,
    ];
    arguments.extend(urls.iter().map(String::as_str));
    let (code, stdout, stderr) = boardwalk(&arguments);
    assert_eq!(code, 0, "{}: {stdout}\n{stderr}", site.name);

    let (_, exported, _) = boardwalk(&["export", "--format", "jsonl", "--database", &database]);
    let held = by_id(&exported);
    let wanted = listed(&corpus.join("sites").join(site.name))
        .into_iter()
        .map(|((board, key), post)| {
            // A board on a page is named by the page.
            let board = if site.name == "kboard" {
                "69".into()
            } else {
                board
            };
            ((board, key), post)
        })
        .collect();
    let findings = compare_all(&held, &wanted, &replay.origin);
    check_requests(&replay.requests(), site.name);

    let n_before = replay.requests().len();
    let (code, stdout, stderr) = boardwalk(&arguments);
    assert_eq!(code, 0, "{}: {stdout}\n{stderr}", site.name);
    let again: Vec<String> = replay.requests()[n_before..]
        .iter()
        .map(|request| request["target"].to_string())
        .collect();
    assert!(
        again.len() <= 3 * site.listings.len(),
        "{}: an unchanged site cost {again:#?}",
        site.name
    );
    check_raw_pages(&folder.path().join("board.db"), site.name);
    judge(findings, site.name);
}

/// gzip makes these pages 3.9 to 5.8 times smaller.
const LEAST_SHRUNK: f64 = 18.0;

/// Raw pages, their dictionaries included.
fn check_raw_pages(database: &Path, site: &str) {
    let archive = rusqlite::Connection::open(database).expect("a store");
    let (raw, packed): (f64, f64) = archive
        .query_row(
            "SELECT total(body_bytes), total(length(body)) + (SELECT total(length(body)) FROM dictionary) FROM page",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("raw pages");
    let shrunk = raw / packed;
    eprintln!("{site}: {raw} bytes of raw pages are {packed} stored: {shrunk:.1} times smaller");
    assert!(shrunk >= LEAST_SHRUNK, "{site}: {shrunk:.1}");
}

fn judge(findings: Findings, site: &str) {
    let mut bad = Vec::new();
    for (field, examples) in &findings.by_field {
        let tolerated = if *field == "text" {
            (findings.n_compared[field] as f64 * (1.0 - BODY_FLOOR)) as usize
        } else {
            0
        };
        let shown = examples
            .iter()
            .take(4)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n    ");
        let line = format!("{site}, {field}: {} differ\n    {shown}", examples.len());
        eprintln!("{line}");
        if examples.len() > tolerated {
            bad.push(line);
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn rhymix_is_stored_as_its_database_has_it() {
    if let Some(corpus) = corpus() {
        check_site(&SITES[0], &corpus);
    }
}

#[test]
fn gnuboard5_is_stored_as_its_database_has_it() {
    if let Some(corpus) = corpus() {
        check_site(&SITES[1], &corpus);
    }
}

#[test]
fn gnuboard5_with_short_urls_is_stored_as_its_database_has_it() {
    if let Some(corpus) = corpus() {
        check_site(&SITES[2], &corpus);
    }
}

#[test]
fn kboard_is_stored_as_its_database_has_it() {
    if let Some(corpus) = corpus() {
        check_site(&SITES[3], &corpus);
    }
}
