//! The deletion radar on recorded boards of two engines: any one post vanishes, and the next crawl finds which, with at
//! most eight listing pages. The server in front of the recording takes the post out of the list, renumbers what is above
//! it, moves the rows up and answers for its page as the engine does for a deleted one.
//!
//! `BOARDWALK_RADAR_POSTS` says how many posts, evenly spread, vanish in
//! turn; `all` is each of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::support::crawl::Boardwalk;
use crate::support::replay::{Replay, corpus};
use crate::support::server::{Handler, Reply, Request, Server};
use regex::Regex;

const MOST_LISTINGS: usize = 8;
const N_POSTS: usize = 12;

struct Recorded {
    name: &'static str,
    listing: &'static str,
    n_pages: usize,
    /// The number column, then the digits.
    rank: &'static str,
    /// The article's id in its row.
    id: &'static str,
    /// The target of an article's page, with its id.
    article: &'static str,
    /// Answered as a deleted post is.
    deleted: &'static str,
    not_a_page: &'static str,
}

const RHYMIX: Recorded = Recorded {
    name: "rhymix",
    listing: "/news",
    n_pages: 15,
    rank: r#"(<td class="no">\s*)(\d+)"#,
    id: r#"href="/news/(\d+)"#,
    article: r"^/news/(\d+)(?:\?page=\d+)?$",
    deleted: "/news/99999999",
    not_a_page: r"^/news/",
};

const GNUBOARD5: Recorded = Recorded {
    name: "gnuboard5",
    listing: "/bbs/board.php?bo_table=news",
    n_pages: 20,
    rank: r#"(<td class="td_num2">\s*)(\d+)"#,
    id: r"bo_table=news&amp;wr_id=(\d+)",
    article: r"^/bbs/board\.php\?bo_table=news&wr_id=(\d+)(?:&page=\d+)?$",
    deleted: "/bbs/board.php?bo_table=news&wr_id=99999999",
    not_a_page: r"wr_id=",
};

impl Recorded {
    fn page(&self, page: usize) -> String {
        match (page, self.listing.contains('?')) {
            (1, _) => self.listing.to_owned(),
            (page, true) => format!("{}&page={page}", self.listing),
            (page, false) => format!("{}?page={page}", self.listing),
        }
    }

    /// Which page of the listing is asked for, if it is one.
    fn asked_page(&self, target: &str) -> Option<usize> {
        if Regex::new(self.not_a_page)
            .expect("a pattern")
            .is_match(target)
        {
            return None;
        }
        let rest = target.strip_prefix(self.listing)?;
        match rest.trim_start_matches(['?', '&']).strip_prefix("page=") {
            Some(page) => page.parse().ok(),
            None => rest.is_empty().then_some(1),
        }
    }
}

/// A numbered row as it stands in the page.
#[derive(Clone)]
struct Row {
    id: u64,
    html: String,
}

/// A page's text before its numbered rows, the rows, and what follows.
fn split(page: &str, of: &Recorded) -> (String, Vec<Row>, String) {
    let (rank, id) = (
        Regex::new(of.rank).expect("a pattern"),
        Regex::new(of.id).expect("a pattern"),
    );
    let row = Regex::new(r"(?s)<tr.*?</tr>").expect("a pattern");
    let (mut rows, mut from, mut to) = (Vec::new(), page.len(), page.len());
    for found in row.find_iter(page) {
        let html = found.as_str();
        if let (true, Some(id)) = (rank.is_match(html), id.captures(html)) {
            if rows.is_empty() {
                from = found.start();
            }
            to = found.end();
            let id = id[1].parse().expect("digits");
            rows.push(Row {
                id,
                html: html.to_owned(),
            });
        }
    }
    (page[..from].to_owned(), rows, page[to..].to_owned())
}

/// The recording, with one post gone.
#[derive(Clone)]
struct Front {
    of: &'static Recorded,
    behind: String,
    /// All numbered rows, newest first.
    rows: Arc<Vec<Row>>,
    /// How many of them each page shows: on the first, notices may take the place of some.
    rows_of_pages: Arc<Vec<usize>>,
    gone: Arc<Mutex<Option<u64>>>,
}

impl Front {
    fn new(of: &'static Recorded, origin: &str) -> Self {
        let mut front = Self {
            of,
            behind: origin.trim_start_matches("http://").to_owned(),
            rows: Arc::default(),
            rows_of_pages: Arc::default(),
            gone: Arc::default(),
        };
        let (mut rows, mut rows_of_pages) = (Vec::new(), Vec::new());
        for page in 1..=of.n_pages {
            let reply = front.ask(&of.page(page), &[]);
            let (_, on_page, _) = split(&String::from_utf8_lossy(&reply.body), of);
            rows_of_pages.push(on_page.len());
            rows.extend(on_page);
        }
        front.rows_of_pages = Arc::new(rows_of_pages);
        front.rows = Arc::new(rows);
        front
    }

    /// What the recording says. The client's own address stands in its links.
    fn ask(&self, target: &str, headers: &[(String, String)]) -> Reply {
        let mut stream = TcpStream::connect(&self.behind).expect("the replay server is up");
        let mut request = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n");
        let has_host = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if !has_host {
            request += &format!("Host: {}\r\n", self.behind);
        }
        const KEPT: [&str; 5] = ["host", "user-agent", "accept", "accept-language", "cookie"];
        for (name, value) in headers {
            if KEPT.contains(&name.to_ascii_lowercase().as_str()) {
                request += &format!("{name}: {value}\r\n");
            }
        }
        stream
            .write_all(format!("{request}\r\n").as_bytes())
            .expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let head = head.expect("the head's end");
        let text = String::from_utf8_lossy(&answer[..head]).into_owned();
        let mut lines = text.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|word| word.parse().ok()).expect("a status");
        let mut reply = Reply::html(answer[head + 4..].to_vec()).status(status);
        reply.headers.clear();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if !["content-length", "connection", "etag", "last-modified"]
                .contains(&name.to_ascii_lowercase().as_str())
            {
                reply = reply.header(name, value.trim());
            }
        }
        reply
    }

    /// A page of the listing without the post: the rows above it have one rank less, those below it move up. Their
    /// links name `host`, as the rest of the page does: those of another host are no links to the board's posts.
    fn without(&self, gone: u64, page: usize, text: &str, host: &str) -> String {
        let rank = Regex::new(self.of.rank).expect("a pattern");
        let (before, _, after) = split(text, self.of);
        let at = self.rows.iter().position(|row| row.id == gone);
        let at = at.expect("it was listed");
        let left = self.rows.iter().enumerate().filter(|(n, _)| *n != at);
        let rows_of_pages = &self.rows_of_pages;
        let here: Vec<String> = left
            .skip(rows_of_pages.iter().take(page - 1).sum())
            .take(rows_of_pages.get(page - 1).copied().unwrap_or_default())
            .map(|(n, row)| match n < at {
                true => rank
                    .replace(&row.html, |found: &regex::Captures<'_>| {
                        let was: u64 = found[2].parse().expect("digits");
                        format!("{}{}", &found[1], was - 1)
                    })
                    .into_owned(),
                false => row.html.clone(),
            })
            .collect();
        let here = here.join("\n").replace(&self.behind, host);
        format!("{before}{here}{after}")
    }
}

impl Handler for Front {
    fn handle(&self, request: &Request) -> Reply {
        let gone = *self.gone.lock().expect("no holder of this lock panics");
        let Some(gone) = gone else {
            return self.ask(&request.target, &request.headers);
        };
        let article = Regex::new(self.of.article).expect("a pattern");
        let is_it = |found: regex::Captures<'_>| found[1].parse() == Ok(gone);
        if article.captures(&request.target).is_some_and(is_it) {
            return self.ask(self.of.deleted, &request.headers);
        }
        let mut reply = self.ask(&request.target, &request.headers);
        if let Some(page) = self.of.asked_page(&request.target) {
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            let is_host = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("host");
            let host = request.headers.iter().find(is_host);
            let (_, host) = host.expect("a client of HTTP/1.1 names the host");
            reply.body = self.without(gone, page, &text, host).into_bytes();
        }
        reply
    }
}

fn check(of: &'static Recorded, corpus: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let replay = Replay::start_for_any_host(corpus, of.name, folder.path());
    let front = Front::new(of, &replay.origin);
    assert!(
        front.rows.len() >= 296,
        "{} numbered rows",
        front.rows.len()
    );
    let server = Server::start(front.clone());
    let boardwalk = Boardwalk::new();
    boardwalk.believe_at_once();
    let url = server.url(of.listing);
    boardwalk.crawl(&url, &[]).expect_code(0);
    let whole = std::fs::read(boardwalk.database()).expect("an archive");
    let wanted = std::env::var("BOARDWALK_RADAR_POSTS").ok();
    let n_wanted = match wanted.as_deref() {
        Some("all") => front.rows.len(),
        Some(n) => n.parse().expect("a number of posts, or `all`"),
        None => N_POSTS,
    };
    let step = front.rows.len().div_ceil(n_wanted);
    let mut most = 0;
    for row in front.rows.iter().step_by(step) {
        for end in ["-wal", "-shm"] {
            let mut path = boardwalk.database().into_os_string();
            path.push(end);
            let _ = std::fs::remove_file(path);
        }
        std::fs::write(boardwalk.database(), &whole).expect("the archive as it was");
        *front.gone.lock().expect("no holder of this lock panics") = Some(row.id);
        let n_before = server.n_received();
        boardwalk.crawl(&url, &[]).expect_code(0);
        let targets: Vec<String> = server.targets().split_off(n_before);
        let n_listings = targets
            .iter()
            .filter(|target| of.asked_page(target).is_some())
            .count();
        most = most.max(n_listings);
        let gone: Vec<String> = boardwalk
            .export()
            .into_iter()
            .filter(|article| article["state"] == "gone")
            .map(|article| article["key"].to_string())
            .collect();
        assert_eq!(
            gone.len(),
            1,
            "{}: post {}: {gone:?}, {targets:?}",
            of.name,
            row.id
        );
        assert!(
            gone[0].trim_matches('"').ends_with(&format!("/{}", row.id)),
            "{}: post {}: {gone:?}",
            of.name,
            row.id
        );
        assert!(
            n_listings <= MOST_LISTINGS,
            "{}: post {}: {n_listings} listing pages: {targets:?}",
            of.name,
            row.id
        );
    }
    eprintln!("{}: at most {most} listing pages", of.name);
}

#[test]
fn any_post_of_a_recorded_rhymix_board_that_vanishes_is_found() {
    if let Some(corpus) = corpus() {
        check(&RHYMIX, &corpus);
    }
}

#[test]
fn any_post_of_a_recorded_gnuboard_that_vanishes_is_found() {
    if let Some(corpus) = corpus() {
        check(&GNUBOARD5, &corpus);
    }
}
