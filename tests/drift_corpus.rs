//! The fault drill (`tests/journey/drift.rs`) over recorded boards: each is crawled as it was recorded, redesigned, and passed
//! again with a few posts that are new to the archive. Needs `BOARDWALK_CORPUS` as `tests/recordings` does; without it
//! nothing is compared.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use support::crawl::Boardwalk;
use support::mutate::{Marks, Mutation, mutate};
use support::server::{Handler, Reply, Request, Server};

/// Posts that the archive has not seen when the redesign comes.
const N_NEW: usize = 4;

fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("BOARDWALK_CORPUS").map(PathBuf::from);
    if path.is_none() {
        eprintln!("BOARDWALK_CORPUS is not set: recorded boards are not redesigned");
    }
    path
}

/// `tools/replay.py`, which serves a recording.
struct Replay {
    child: Child,
    address: String,
}

impl Replay {
    fn start(corpus: &Path, site: &str) -> Self {
        let mut child = Command::new("python3")
            .arg(corpus.join("../tools/replay.py"))
            .arg(corpus.join("sites").join(site).join("site.jsonl.xz"))
            .args([
                "--port",
                "0",
                "--seconds",
                "1800",
                "--map-host",
                "--log",
                "/dev/null",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut first)
            .expect("the server says where it is");
        let origin = first.split_whitespace().last().expect("an address");
        let address = origin.trim_start_matches("http://").trim_end_matches('/');
        Self {
            address: address.to_owned(),
            child,
        }
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks the replay server, and redesigns what it says.
struct Front {
    address: String,
    mutation: Arc<Mutex<Mutation>>,
    marks: Marks,
}

impl Handler for Front {
    fn handle(&self, request: &Request) -> Reply {
        let mut reply = forward(&self.address, request);
        let mutation = *self.mutation.lock().expect("no holder panics");
        let is_html = reply.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with("text/html")
        });
        if is_html && reply.status == 200 {
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            reply.body = mutate(&text, mutation, &self.marks).into_bytes();
        }
        reply
    }
}

fn forward(address: &str, request: &Request) -> Reply {
    let mut stream = TcpStream::connect(address).expect("the replay server runs");
    let mut head = format!("{} {} HTTP/1.0\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        let passed = ["host", "cookie", "user-agent", "referer", "accept"];
        if passed.contains(&name.to_ascii_lowercase().as_str()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("an answer has a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .expect("a status");
    let dropped = ["content-length", "connection", "transfer-encoding"];
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .filter(|(name, _)| !dropped.contains(&name.to_ascii_lowercase().as_str()))
        .collect();
    let mut reply = Reply::html(answer[end + 4..].to_vec()).status(status);
    reply.headers = headers;
    reply
}

/// What of an article must be as it is recorded.
fn fields(article: &Value) -> BTreeMap<&'static str, Value> {
    const FIELDS: [&str; 13] = [
        "title",
        "author",
        "posted_at",
        "posted_at_precision",
        "category",
        "source",
        "text",
        "images",
        "attachments",
        "comments",
        "tags",
        "state",
        "revision_count",
    ];
    let mut fields: BTreeMap<&'static str, Value> = FIELDS
        .into_iter()
        .map(|field| (field, article[field].clone()))
        .collect();
    // Who was there first is told by when we saw it.
    if let Some(Value::Array(comments)) = fields.get_mut("comments") {
        for comment in comments {
            comment
                .as_object_mut()
                .map(|comment| comment.remove("first_seen_at"));
        }
    }
    fields
}

fn by_key(articles: &[Value]) -> BTreeMap<String, &Value> {
    articles
        .iter()
        .map(|article| (article["key"].as_str().expect("a key").to_owned(), article))
        .collect()
}

/// Takes the newest posts out of an archive, so that they are new to it; but not the only ones with comments, without
/// which no proof says anything of those.
fn forget_newest(database: &Path) {
    let archive = rusqlite::Connection::open(database).expect("a store");
    archive
        .execute_batch(&format!(
            "PRAGMA foreign_keys = ON;
             DELETE FROM article WHERE id IN (SELECT id FROM article WHERE state = 'stored'
                AND id IN (SELECT article FROM place WHERE NOT notice)
                AND (n_comments = 0 OR (SELECT count(*) FROM article AS other WHERE other.n_comments > 0) > 8)
                ORDER BY posted_at DESC, id DESC LIMIT {N_NEW});"
        ))
        .expect("articles go");
}

#[derive(Debug, Default)]
struct Tally {
    n: usize,
    broken: Vec<String>,
}

fn drill_site(site: &str, listings: &[&str], marks: &Marks) {
    let Some(corpus) = corpus() else { return };
    let replay = Replay::start(&corpus, site);
    let mutation = Arc::new(Mutex::new(Mutation::Nothing));
    let server = Server::start(Front {
        address: replay.address.clone(),
        mutation: Arc::clone(&mutation),
        marks: marks.clone(),
    });
    let mut tally = Tally::default();
    for listing in listings {
        let url = server.url(listing);
        *mutation.lock().expect("no holder panics") = Mutation::Nothing;
        let clean = Boardwalk::new();
        clean.crawl(&url, &[]).expect_code(0);
        let truth = clean.export();
        for redesign in Mutation::ALL.into_iter().chain([Mutation::Nothing]) {
            let only = std::env::var("DRIFT_ONLY").unwrap_or_default();
            if !only.is_empty() && format!("{redesign:?}") != only {
                continue;
            }
            *mutation.lock().expect("no holder panics") = redesign;
            let boardwalk = Boardwalk::new();
            std::fs::copy(clean.database(), boardwalk.database()).expect("a copy");
            forget_newest(&boardwalk.database());
            drill(&boardwalk, &url, redesign, &truth, &mut tally);
        }
    }
    assert!(
        5 * tally.broken.len() <= tally.n,
        "{site}: {} of {} were not repaired:\n{}",
        tally.broken.len(),
        tally.n,
        tally.broken.join("\n")
    );
}

fn drill(boardwalk: &Boardwalk, url: &str, redesign: Mutation, truth: &[Value], tally: &mut Tally) {
    let verbose: &[&str] = match std::env::var_os("SHOW_DRIFT") {
        Some(_) => &["-vv"],
        None => &[],
    };
    let outcome = boardwalk.crawl(url, verbose);
    let report = outcome.report()["boards"][0].clone();
    let said = format!(
        "{url} {redesign:?}: {}{}",
        report["repaired"].as_str().unwrap_or_default(),
        report["trouble"].as_str().unwrap_or_default()
    );
    eprintln!("{said}");
    if !verbose.is_empty() {
        eprintln!("{}", outcome.stderr);
    }
    let broken = report["misfit"].is_object();
    let held = boardwalk.export();
    let held = by_key(&held);
    let truth = by_key(truth);
    for (key, article) in &held {
        let Some(known) = truth.get(key) else {
            panic!("{said}\n{key} is no article");
        };
        if article["state"] == "stored" {
            for (field, value) in fields(article) {
                assert_eq!(value, fields(known)[field], "{said}\n{key} {field}");
            }
        }
    }
    if !broken {
        assert_eq!(held.len(), truth.len(), "{said}\n{outcome}");
        let pending = held
            .values()
            .filter(|article| article["state"] == "pending");
        assert_eq!(pending.count(), 0, "{said}");
    }
    if redesign == Mutation::Nothing {
        assert!(report["repaired"].is_null() && !broken, "{said}");
    } else if redesign.is_mendable() {
        tally.n += 1;
        if broken {
            tally.broken.push(said);
        }
    } else {
        assert!(broken, "{said}");
    }
}

#[test]
fn rhymix_boards_are_repaired_or_reported() {
    let marks = Marks::new(
        "table tbody > tr, ol.bd_lst > li, ul.lt > li",
        "[class*='document_'].xe_content, [class*='document_'].rhymix_content",
    );
    drill_site("rhymix", &["/sketch", "/xed", "/robot"], &marks);
}

#[test]
fn gnuboard5_boards_are_repaired_or_reported() {
    let marks = Marks::new("#bo_list tbody > tr, #gall_ul > li", "#bo_v_con");
    let listings = [
        "/bbs/board.php?bo_table=news",
        "/bbs/board.php?bo_table=pic",
    ];
    drill_site("gnuboard5", &listings, &marks);
}

#[test]
fn gnuboard5_boards_with_short_urls_are_repaired_or_reported() {
    let marks = Marks::new("#bo_list tbody > tr, #gall_ul > li", "#bo_v_con");
    drill_site("gnuboard5-rewrite", &["/pic"], &marks);
}

#[test]
fn kboard_boards_are_repaired_or_reported() {
    let marks = Marks::new(".kboard-list tbody > tr", ".content-view");
    drill_site("kboard", &["/?page_id=69"], &marks);
}
