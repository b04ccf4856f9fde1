//! Crawls the recorded boards of the development corpus through the replay server, and compares what is stored with
//! the truth from their databases. Needs `BOARDWALK_CORPUS` (the folder `corpus`, with `tools/replay.py` beside it) and
//! python3; without the variable it says so and passes, since the repository itself is self-contained.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

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

fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("BOARDWALK_CORPUS").map(PathBuf::from);
    if path.is_none() {
        eprintln!("BOARDWALK_CORPUS is not set: the recorded boards are not compared");
    }
    path
}

struct Replay {
    child: Child,
    origin: String,
    log: PathBuf,
}

impl Replay {
    fn start(corpus: &Path, site: &str, folder: &Path) -> Self {
        let log = folder.join("requests.jsonl");
        let mut child = Command::new("python3")
            .arg(corpus.join("../tools/replay.py"))
            .arg(corpus.join("sites").join(site).join("site.jsonl.xz"))
            .args(["--port", "0", "--seconds", "600", "--log"])
            .arg(&log)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut first)
            .expect("the server says where it is");
        let origin = first
            .split_whitespace()
            .last()
            .expect("an address")
            .trim_end_matches('/')
            .to_owned();
        Self { child, origin, log }
    }

    fn requests(&self) -> Vec<Value> {
        std::fs::read_to_string(&self.log)
            .unwrap_or_default()
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn boardwalk(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_boardwalk"))
        .args(arguments)
        .output()
        .expect("boardwalk starts");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect()
}

fn folded(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_default()
        .split(|c: char| c.is_whitespace() || c == '\u{a0}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The mismatches of a site, by field.
#[derive(Default)]
struct Findings {
    by_field: BTreeMap<&'static str, Vec<String>>,
    n_bodies: usize,
}

impl Findings {
    fn check(&mut self, field: &'static str, id: &str, got: &str, want: &str) {
        if got != want {
            let cut = |text: &str| text.chars().take(160).collect::<String>();
            self.by_field.entry(field).or_default().push(format!(
                "{id}: got {:?}, want {:?}",
                cut(got),
                cut(want)
            ));
        }
    }
}

fn path_of(url: &Value, origin: &str) -> String {
    let url = url.as_str().unwrap_or_default();
    url.strip_prefix(origin).unwrap_or(url).to_owned()
}

fn state_of(truth: &Value) -> &'static str {
    match truth["state"].as_str().expect("a state") {
        "public" => "stored",
        "secret" | "member_only" => "restricted",
        _ => "gone",
    }
}

fn compare(findings: &mut Findings, id: &str, got: &Value, want: &Value, origin: &str) {
    findings.check(
        "state",
        id,
        got["state"].as_str().unwrap_or_default(),
        state_of(want),
    );
    let listed_title = if want["listing_title"].is_null() {
        &want["title"]
    } else {
        &want["listing_title"]
    };
    let stored = state_of(want) == "stored";
    if stored {
        findings.check("title", id, &folded(&got["title"]), &folded(&want["title"]));
    } else if folded(&got["title"]) != folded(&want["title"]) {
        // What a guest is shown of a closed post is the listing's title.
        findings.check(
            "listed title",
            id,
            &folded(&got["title"]),
            &folded(listed_title),
        );
    }
    findings.check(
        "author",
        id,
        &folded(&got["author"]),
        &folded(&want["author"]),
    );
    compare_date(findings, id, got, want, stored);
    if stored {
        findings.check(
            "category",
            id,
            &got["category"].to_string(),
            &want["category"].to_string(),
        );
        findings.check(
            "comment_count",
            id,
            &got["comment_count"].as_u64().unwrap_or(0).to_string(),
            &want["comment_count"].to_string(),
        );
    }
    findings.check(
        "notice",
        id,
        &got["notice"].to_string(),
        &want["is_notice"].to_string(),
    );
    if !want["number_in_listing"].is_null() {
        findings.check(
            "rank",
            id,
            &got["rank"].to_string(),
            &want["number_in_listing"].to_string(),
        );
    }
    if !stored {
        findings.check("text", id, &got["text"].to_string(), "null");
        return;
    }
    findings.n_bodies += 1;
    findings.check(
        "text",
        id,
        &folded(&got["text"]),
        &folded(&want["body_text"]),
    );
    let images = |list: &Value| {
        let each = list.as_array().into_iter().flatten();
        each.map(|image| {
            format!(
                "{} [{}]",
                path_of(&image["url"], origin),
                folded(&image["alt"])
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    findings.check(
        "images",
        id,
        &images(&got["images"]),
        &images(&want["images"]),
    );
    let files = |list: &Value| {
        let each = list.as_array().into_iter().flatten();
        each.map(|file| {
            format!(
                "{} {}",
                folded(&file["name"]),
                path_of(&file["url"], origin)
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    findings.check(
        "attachments",
        id,
        &files(&got["attachments"]),
        &files(&want["attachments"]),
    );
    let comments = |list: &Value| {
        let each = list.as_array().into_iter().flatten();
        each.map(|comment| {
            format!(
                "{} < {} {} {}",
                comment["key"],
                comment["parent"],
                folded(&comment["author"]),
                folded(&comment["text"])
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    findings.check(
        "comments",
        id,
        &comments(&got["comments"]),
        &comments(&want["comments"]),
    );
}

/// Equal to the precision we claim, and that is at least the one the pages show.
fn compare_date(findings: &mut Findings, id: &str, got: &Value, want: &Value, stored: bool) {
    let order = ["year", "month", "day", "hour", "minute", "second"];
    let rank = |word: &str| order.iter().position(|known| *known == word).unwrap_or(0);
    let precision = got["posted_at_precision"].as_str().unwrap_or("none");
    let Some(text) = want["posted_at"].as_str() else {
        return;
    };
    let zone = jiff::tz::TimeZone::get("Asia/Seoul").expect("a known zone");
    let want_at: jiff::Timestamp = text.parse().expect("a time");
    let shown = want["shown_precision"].as_str().unwrap_or("minute");
    if stored {
        let fine_enough = rank(precision) >= rank(shown);
        findings.check(
            "date precision",
            id,
            if fine_enough { shown } else { precision },
            shown,
        );
    }
    let Some(got_at) = got["posted_at"].as_str() else {
        findings.check("date", id, "none", text);
        return;
    };
    let got_at: jiff::Timestamp = got_at.parse().expect("a time");
    let cut = |at: jiff::Timestamp| {
        let local = at.to_zoned_datetime(zone.clone());
        let format = match precision {
            "day" => "%Y-%m-%d",
            "hour" => "%Y-%m-%d %H",
            "minute" => "%Y-%m-%d %H:%M",
            _ => "%Y-%m-%d %H:%M:%S",
        };
        local.strftime(format).to_string()
    };
    findings.check("date", id, &cut(got_at), &cut(want_at));
}

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
    let mut held: BTreeMap<(String, String), Value> = BTreeMap::new();
    for record in lines(&exported) {
        let board = record["board"].as_str().expect("a board").to_owned();
        let key = record["key"].as_str().expect("a key");
        let id = key.rsplit('/').next().expect("an id").to_owned();
        let twice = held.insert((board, id.clone()), record);
        assert!(twice.is_none(), "{}: {id} is there twice", site.name);
    }
    let truth = std::fs::read_to_string(corpus.join("sites").join(site.name).join("truth.jsonl"))
        .expect("the truth");
    let mut findings = Findings::default();
    let mut wanted = BTreeSet::new();
    for want in lines(&truth) {
        if want["listed"] != true {
            continue;
        }
        let board = want["board"].as_str().expect("a board");
        let board = if site.name == "kboard" { "69" } else { board };
        let key = want["key"]
            .as_str()
            .map_or_else(|| want["key"].to_string(), str::to_owned);
        let id = (board.to_owned(), key);
        match held.get(&id) {
            Some(got) => compare(&mut findings, &id.1, got, &want, &replay.origin),
            None => findings.check("found", &id.1, "nothing", board),
        }
        wanted.insert(id);
    }
    for id in held.keys().filter(|id| !wanted.contains(*id)) {
        findings.check("extra", &id.1, &id.0, "nothing");
    }
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

/// Nothing that acts, sorts, filters, prints or downloads is ever asked for.
fn check_requests(requests: &[Value], site: &str) {
    const REFUSED: [&str; 14] = [
        "act=",
        "sort_index",
        "sst=",
        "sfl=",
        "stx=",
        "sca=",
        "category",
        "search_",
        "download",
        "print",
        "write.php",
        "password.php",
        "page=0",
        "page=-",
    ];
    for request in requests {
        let target = request["target"].as_str().expect("a target");
        let refused = REFUSED.iter().find(|word| target.contains(**word));
        assert_eq!(refused, None, "{site}: {target} was asked for");
    }
}

fn judge(findings: Findings, site: &str) {
    let mut bad = Vec::new();
    for (field, examples) in &findings.by_field {
        let tolerated = if *field == "text" {
            (findings.n_bodies as f64 * (1.0 - BODY_FLOOR)) as usize
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
