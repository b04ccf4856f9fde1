//! Boards in shapes that no built-in profile knows are learnt from a few pages and crawled whole; then every key, title,
//! author, date, body and comment in the store must be what the board's generator put there.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use boardwalk::document::parse;
use boardwalk::learn::{Navigation, SeenPage, learn_listing};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;
use support::crawl::Boardwalk;
use support::server::{Request, Server};
use support::shapes::{Board, Plan, Post, Said, boards};
use url::Url;

/// Requests that learning may make, the first page's included.
const MOST_LEARNING: usize = 10;

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or("")
}

/// What is wrong with the store, one line each.
struct Findings {
    plan: Plan,
    wrong: Vec<String>,
}

impl Findings {
    fn same(&mut self, what: &str, got: &str, want: &str) {
        if got != want {
            self.wrong
                .push(format!("{what}: got {got:?}, want {want:?}"));
        }
    }

    /// The moment to the precision that is claimed, which must be the day's at least.
    fn moment(&mut self, what: &str, got: &Value, want: DateTime) {
        let format = match shown(got, "posted_at_precision") {
            "day" => "%Y-%m-%d",
            "hour" => "%Y-%m-%d %H",
            "minute" => "%Y-%m-%d %H:%M",
            "second" => "%Y-%m-%d %H:%M:%S",
            _ => "%Y-%m-%d no precision",
        };
        let local = shown(got, "posted_at")
            .parse::<Timestamp>()
            .ok()
            .and_then(|at| at.in_tz(self.plan.tongue.zone).ok())
            .map(|zoned| zoned.datetime().strftime(format).to_string());
        self.same(
            &format!("{what}, date ({})", shown(got, "posted_text")),
            &local.unwrap_or_default(),
            &want.strftime(format).to_string(),
        );
    }

    fn post(&mut self, got: &Value, want: &Post) {
        let what = format!("post {}", want.id);
        self.same(&format!("{what}, state"), shown(got, "state"), "stored");
        self.same(&format!("{what}, title"), shown(got, "title"), &want.title);
        self.same(
            &format!("{what}, author"),
            shown(got, "author"),
            &want.said.author,
        );
        self.same(
            &format!("{what}, text"),
            &folded(shown(got, "text")),
            &folded(&want.said.lines.join(" ")),
        );
        self.same(
            &format!("{what}, notice"),
            &got["notice"].to_string(),
            &want.notice.to_string(),
        );
        // A pinned row says that it is pinned in the number's place.
        if self.plan.shown.rank && !want.notice {
            self.same(
                &format!("{what}, rank"),
                &got["rank"].to_string(),
                &want.rank.to_string(),
            );
        }
        self.moment(&what, got, want.said.at);
        if !self.plan.shown.comments {
            return;
        }
        let none = Vec::new();
        let comments = got["comments"].as_array().unwrap_or(&none);
        self.same(
            &format!("{what}, number of comments"),
            &comments.len().to_string(),
            &want.replies.len().to_string(),
        );
        for (got, want) in comments.iter().zip(&want.replies) {
            self.comment(&format!("{what}, comment {}", want.id), got, want);
        }
    }

    fn comment(&mut self, what: &str, got: &Value, want: &Said) {
        self.same(
            &format!("{what}, author"),
            shown(got, "author"),
            &want.author,
        );
        self.same(
            &format!("{what}, text"),
            &folded(shown(got, "text")),
            &folded(&want.lines.join(" ")),
        );
        self.moment(what, got, want.at);
    }
}

/// Crawls a board of this shape as an unknown one. What is wrong with what was stored, one line each.
fn crawled(board: &dyn Board) -> Vec<String> {
    let (plan, all, pinned) = (board.plan(), board.posts(), board.pinned());
    let site = board.site();
    let handler = site.clone();
    let server = Server::start(move |request: &Request| handler.answer(request));
    let boardwalk = Boardwalk::new();
    let url = server.url(&board.listing_url(1));
    let outcome = boardwalk.crawl(&url, &["--profile", "learn", "--verbose"]);
    if outcome.code != Some(0) {
        let report = outcome.report();
        let said = &report["boards"][0];
        return vec![format!(
            "{}: {}; asked: {:?}",
            said["walk"],
            said["trouble"],
            server.targets()
        )];
    }
    if std::env::var_os("SHOW_LEARNT").is_some() {
        let archive = rusqlite::Connection::open(boardwalk.database()).expect("a store");
        let text: String = archive
            .query_row("SELECT text FROM learnt_profile", [], |row| row.get(0))
            .expect("a profile");
        eprintln!("{text}");
    }
    let mut findings = Findings {
        plan,
        wrong: Vec::new(),
    };
    let learning = outcome
        .stderr
        .lines()
        .find_map(|line| line.split(" with ").nth(1)?.split(' ').next()?.parse().ok())
        .unwrap_or(usize::MAX);
    if learning > MOST_LEARNING {
        findings.wrong.push(format!(
            "{learning} requests to learn it\n{}",
            outcome.stderr
        ));
    }
    let mut held: BTreeMap<String, Value> = BTreeMap::new();
    for record in boardwalk.export() {
        held.insert(path_of(shown(&record, "url")), record);
    }
    let keys: BTreeSet<&str> = held.values().map(|record| shown(record, "key")).collect();
    findings.same("keys", &keys.len().to_string(), &held.len().to_string());
    for want in pinned.iter().chain(&all) {
        let id = board.id(want);
        let mut found = held.iter().filter(|(_, record)| {
            shown(record, "key")
                .split(['/', '~', '?', '='])
                .any(|part| part == id)
        });
        match (found.next(), found.next()) {
            (Some((_, got)), None) => findings.post(got, want),
            (None, _) => findings.wrong.push(format!("post {id} was not found")),
            (Some(_), Some(_)) => findings.wrong.push(format!("post {id} was found twice")),
        }
    }
    findings.same(
        "articles",
        &held.len().to_string(),
        &(pinned.len() + all.len()).to_string(),
    );
    let strays = site.strays.lock().expect("no holder of this lock panics");
    let beyond = |target: &String| {
        let past = (1..4).map(|n| board.listing_url(board.n_pages() + n));
        target == "/robots.txt" || past.into_iter().any(|past| past == *target)
    };
    for stray in strays.iter().filter(|target| !beyond(target)) {
        findings.wrong.push(format!("{stray} was asked for"));
    }
    findings.wrong
}

fn path_of(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |url| url[url::Position::BeforePath..].to_owned(),
    )
}

fn check(name: &str) {
    let all = boards();
    let board = all
        .iter()
        .find(|board| board.plan().name == name)
        .expect("a board of this name");
    let wrong = crawled(board.as_ref());
    let said: Vec<&str> = wrong.iter().take(6).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "\n{name}, {} wrong:\n{}",
        wrong.len(),
        said.join("\n")
    );
}

/// One test a board, named for it.
macro_rules! boards {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            check($name);
        })*

        #[test]
        fn every_board_has_a_test() {
            let tested = [$($name),*];
            let missing: Vec<&str> = boards().iter().map(|board| board.plan().name).filter(|name| !tested.contains(name)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    };
}

boards! {
    phpbb_in_german: "phpbb-german",
    phpbb_in_french: "phpbb-french",
    mybb: "mybb",
    smf: "smf",
    vbulletin: "vbulletin",
    xenforo: "xenforo",
    discuz: "discuz",
    flarum_without_scripts: "flarum",
    discourse_without_scripts: "discourse",
    fivechannel: "5channel",
    flaskbb: "flaskbb",
    spirit: "spirit",
    nodebb: "nodebb",
    dcinside: "dcinside",
    clien: "clien",
    ppomppu: "ppomppu",
    a_towns_notices: "town",
    a_towns_notices_by_script: "town-of-scripts",
    cards: "cards",
    a_blog: "blog",
    a_newspapers_section: "newspaper",
    a_list_by_cursor: "cursor",
    vbulletin_4: "vbulletin4",
    vbulletin_5: "vbulletin5",
    questions_and_answers: "questions",
    questions_with_cards_of_askers: "stack",
    an_aggregator_of_links: "aggregator",
    a_thread_board_of_cgi_scripts: "kent",
    a_magazine_of_cards: "casper",
    tistory: "tistory",
    a_districts_notices: "district",
    drupal: "drupal",
    punbb: "punbb",
    zeroboard: "zeroboard",
    a_weblog: "weblog",
    lemmy: "lemmy",
}

const ORIGIN: &str = "http://board.example";

fn as_of() -> Timestamp {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn url(path: &str) -> Url {
    Url::parse(&format!("{ORIGIN}{path}")).unwrap()
}

/// A page of words, a menu and a form is no board, and nothing is made up.
#[test]
fn a_page_without_a_listing_is_refused() {
    let text = "<html><body><ul class=menu><li><a href='/a'>Home</a><li><a href='/b'>About</a><li><a href='/c'>Help</a></ul>\
                <p>We are closed for the winter. Write to us if the lantern fails.</p></body></html>";
    let html = parse(text);
    let at = url("/");
    let refusal = learn_listing(
        &[SeenPage {
            html: &html,
            url: &at,
            as_of: as_of(),
        }],
        &Navigation::default(),
    )
    .unwrap_err();
    assert!(
        refusal.to_string().starts_with("no listing was found"),
        "{refusal}"
    );
}

/// 50,000 links, 100,000 elements, 10,000 levels: learnt or refused in bounded time, without a panic.
#[test]
fn hostile_pages_are_answered_in_time() {
    let many: String = (0..50_000)
        .map(|n| format!("<div><a href='/x/{n}'>word {n}</a></div>"))
        .collect();
    let deep = format!(
        "{}<a href='/x/1'>a</a><a href='/x/2'>b</a>",
        "<div class=a>".repeat(10_000)
    );
    let wide = format!(
        "<table>{}</table>",
        "<tr><td>1<td><a href='/x/1'>a</a>".repeat(30_000)
    );
    for text in [many, deep, wide] {
        let begun = std::time::Instant::now();
        let html = parse(&text);
        let at = url("/list");
        let _ = learn_listing(
            &[SeenPage {
                html: &html,
                url: &at,
                as_of: as_of(),
            }],
            &Navigation::default(),
        );
        eprintln!("{} bytes: {:?}", text.len(), begun.elapsed());
    }
}
