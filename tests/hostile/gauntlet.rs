//! All misbehaving boards at once: each case is a board of three posts on a server of its own, one of whose answers is
//! spoiled. One run crawls them all; then the servers mend their ways, and a second run goes on. So each case is held
//! against the board itself, and all of them are each other's bystanders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::crawl::{Boardwalk, Outcome, Run};
use crate::support::server::{Entry, Handler, Reply, Request, Server};
use crate::support::site::{Asked, Engine, Site};
use crate::support::truth::{Truth, assert_same, differences, text, truth};
use crate::{pages, wire};

/// Of each board; the second one from the top is the one whose answers are spoiled.
const N_POSTS: usize = 3;
/// Of the configuration: what takes longer was never going to come. Long enough for a proper answer on a busy machine.
pub const TIMEOUT: Duration = Duration::from_secs(3);
/// Likewise.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// What a run with all cases in flight may take, debug build included; a body in flight has at most a mebibyte, its tree
/// some twenty.
const MOST_KIB: u64 = 600 * 1024;

/// Which answers are spoiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Article,
    Listing,
    Robots,
    Everywhere,
}

pub type Spoil = fn(&Request, Reply) -> Reply;

/// A way to misbehave.
pub struct Case {
    pub name: &'static str,
    pub place: Place,
    pub spoil: Spoil,
}

/// Declares cases: a name, what is spoiled and how, and what must come of it. Each becomes a board and a test.
macro_rules! cases {
    ($($(#[doc = $doc:literal])* $name:ident: $place:ident, $spoil:expr => $check:expr;)*) => {
        pub fn cases() -> Vec<$crate::gauntlet::Case> {
            vec![$($crate::gauntlet::Case {
                name: stringify!($name),
                place: $crate::gauntlet::Place::$place,
                spoil: $spoil,
            }),*]
        }
        $($(#[doc = $doc])* #[test] fn $name() {
            let check: fn(&$crate::gauntlet::Found) = $check;
            check($crate::gauntlet::found(stringify!($name)));
        })*
    };
}
pub(crate) use cases;

/// What came of a case.
pub struct Found {
    pub name: &'static str,
    place: Place,
    /// What the store held of the board after the first run, and after the second.
    pub first: Vec<Value>,
    pub second: Vec<Value>,
    /// Why requests of the first run failed, as their receipts have it.
    pub errors: Vec<String>,
    /// The board's part of the first run's report.
    pub report: Value,
    pub truth: Vec<Truth>,
    /// What the server was asked by the first run.
    pub log: Vec<Entry>,
}

impl Found {
    /// The spoiled post as the first run left it.
    #[track_caller]
    pub fn spoiled(&self) -> &Value {
        let key = self.victim_key();
        let found = self
            .first
            .iter()
            .find(|article| text(article, "key") == Some(&key));
        found.unwrap_or_else(|| panic!("{}: {key} was lost: {:?}", self.name, self.first))
    }

    fn victim_key(&self) -> String {
        self.truth[1].key.clone()
    }

    /// The answer was recognised as broken, in these words; nothing of it was kept, and the other posts are whole. Once
    /// the server behaves, so is everything.
    #[track_caller]
    pub fn fails(&self, words: &str) {
        assert!(
            self.errors.iter().any(|error| error.contains(words)),
            "{}: no request failed with \"{words}\": {:?}\n{}",
            self.name,
            self.errors,
            self.report
        );
        self.is_not_believed();
    }

    /// Nothing of the answer was kept, whatever it was taken for.
    #[track_caller]
    pub fn is_not_believed(&self) {
        match self.place {
            Place::Article => {
                let spoiled = self.spoiled();
                assert!(
                    matches!(text(spoiled, "state"), Some("pending" | "failed")),
                    "{}: {spoiled}",
                    self.name
                );
                assert_eq!(text(spoiled, "text"), None, "{}", self.name);
                let others: Vec<Value> = self
                    .first
                    .iter()
                    .filter(|article| text(article, "key") != Some(&self.victim_key()))
                    .cloned()
                    .collect();
                let truth = [self.truth[0].clone(), self.truth[2].clone()];
                assert_same(&others, &truth, true);
            }
            Place::Listing | Place::Robots | Place::Everywhere => {
                assert_eq!(self.first, Vec::<Value>::new(), "{}", self.name);
                assert_ne!(self.report["walk"], "complete", "{}", self.report);
            }
        }
        self.is_whole_in_the_end();
    }

    /// The first run has read all posts as they are.
    #[track_caller]
    pub fn is_whole_at_once(&self) {
        assert_same(&self.first, &self.truth, true);
    }

    #[track_caller]
    pub fn is_whole_in_the_end(&self) {
        assert_same(&self.second, &self.truth, true);
    }

    /// What stands wrong in the spoiled post, by the board itself.
    pub fn wrong_fields(&self) -> Vec<String> {
        differences(self.spoiled(), &self.truth[1], true)
    }

    /// Targets asked for, without robots.txt.
    pub fn targets(&self) -> Vec<&str> {
        let asked = self.log.iter().map(|entry| entry.request.target.as_str());
        asked.filter(|target| *target != "/robots.txt").collect()
    }
}

/// What came of both runs.
struct Gauntlet {
    found: BTreeMap<&'static str, Found>,
    first: Outcome,
    peak_kib: u64,
    /// Hosts with receipts of the first run: those that were asked, whether they answered or not.
    asked: BTreeSet<String>,
    servers: BTreeSet<String>,
}

static GAUNTLET: LazyLock<Gauntlet> = LazyLock::new(run);

/// What came of the case of this name.
#[track_caller]
pub fn found(name: &str) -> &'static Found {
    &GAUNTLET.found[name]
}

/// A case's board while it runs.
struct Stage {
    case: Case,
    site: Site,
    server: Server,
}

fn stage(case: Case, healed: &Arc<AtomicBool>) -> Stage {
    let seed = case.name.bytes().fold(6, |hash: u64, byte| {
        hash.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let site = Site::new(Engine::Rhymix, seed);
    let posts = site.boards(|boards| boards.post_many("news", N_POSTS));
    let (behind, healed) = (site.clone(), Arc::clone(healed));
    let (place, spoil, id) = (case.place, case.spoil, posts[1]);
    let server = Server::start(move |request: &Request| {
        let proper = behind.handle(request);
        let hit = match (place, behind.asked(request)) {
            (Place::Everywhere, asked) => asked != Asked::Robots,
            (Place::Article, Asked::Article { id: asked, .. }) => asked == id,
            (Place::Listing, asked) => matches!(asked, Asked::Listing { .. }),
            (Place::Robots, asked) => asked == Asked::Robots,
            _ => false,
        };
        if hit && !healed.load(Ordering::SeqCst) {
            spoil(request, proper)
        } else {
            proper
        }
    });
    Stage { case, site, server }
}

fn run() -> Gauntlet {
    let healed = Arc::new(AtomicBool::new(false));
    wire::prepare();
    let cases = wire::cases().into_iter().chain(pages::cases());
    let stages: Vec<Stage> = cases.map(|case| stage(case, &healed)).collect();
    let boardwalk = Boardwalk::new();
    let mut config = format!(
        "[http]\ntimeout = \"{}s\"\nmax_body = \"{}KiB\"\n[pace]\nrate = \"1000/s\"\n\
         [walk]\npatience = \"0s\"\n",
        TIMEOUT.as_secs(),
        MAX_BODY_BYTES / 1024
    );
    for Stage { case, server, .. } in &stages {
        config += &format!(
            "[[board]]\nname = \"{}\"\nurl = \"{}\"\nengine = \"rhymix\"\npages = {}\n",
            case.name,
            server.url("/news"),
            pages::MOST_PAGES
        );
    }
    std::fs::write(boardwalk.folder().join("boardwalk.toml"), config).expect("a folder of our own");
    let database = format!("sqlite:{}", boardwalk.database().display());
    let mut args = vec!["crawl", "--json", "--database", &database];
    args.extend(stages.iter().map(|stage| stage.case.name));

    let running = boardwalk.start(&args);
    let peak_kib = peak_until_over(&running);
    let first = running.wait();
    assert_eq!(first.code, Some(1), "{first}");
    let after_first = by_board(&boardwalk);
    let report = first.report();
    let logs: Vec<Vec<Entry>> = stages.iter().map(|stage| stage.server.log()).collect();

    healed.store(true, Ordering::SeqCst);
    boardwalk.forget_waits();
    let conn = Connection::open(boardwalk.database()).expect("the store is there");
    let errors = errors_by_host(&conn);
    let asked = hosts_asked(&conn);
    drop(conn);
    let servers = stages.iter().map(|stage| stage.server.addr().to_string());
    let servers = servers.collect();
    let second = boardwalk.start(&args).wait();
    let after_second = by_board(&boardwalk);
    assert!(matches!(second.code, Some(0 | 1)), "{second}");

    let found = stages.iter().zip(logs).map(|(stage, log)| {
        let name = stage.case.name;
        let host = stage.server.addr().to_string();
        let of = |all: &BTreeMap<String, Vec<Value>>| all.get(name).cloned().unwrap_or_default();
        let found = Found {
            name,
            place: stage.case.place,
            first: of(&after_first),
            second: of(&after_second),
            errors: errors.get(&host).cloned().unwrap_or_default(),
            report: of_board(&report, name),
            // Boards are called by their case here.
            truth: truth(&stage.site, &host, "news")
                .into_iter()
                .map(|post| Truth {
                    board: name.to_owned(),
                    ..post
                })
                .collect(),
            log,
        };
        (name, found)
    });
    Gauntlet {
        found: found.collect(),
        first,
        peak_kib,
        asked,
        servers,
    }
}

fn hosts_asked(conn: &Connection) -> BTreeSet<String> {
    let mut select = conn
        .prepare("SELECT DISTINCT host FROM request")
        .expect("receipts are kept");
    let hosts = select.query_map([], |row| row.get(0));
    let hosts = hosts.expect("receipts are kept");
    hosts.map(|host| host.expect("a row of text")).collect()
}

/// The peak of a run's resident memory, looked at until it ends.
fn peak_until_over(run: &Run) -> u64 {
    let mut peak = 0;
    while !run.is_over() {
        peak = run.peak_kib().unwrap_or(peak);
        std::thread::park_timeout(Duration::from_millis(20));
    }
    peak
}

fn by_board(boardwalk: &Boardwalk) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for article in boardwalk.export() {
        let board = text(&article, "board")
            .expect("every article has a board")
            .to_owned();
        found.entry(board).or_default().push(article);
    }
    found
}

fn errors_by_host(conn: &Connection) -> BTreeMap<String, Vec<String>> {
    let mut select = conn
        .prepare("SELECT host, error FROM request WHERE error IS NOT NULL ORDER BY id")
        .expect("receipts are kept");
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("receipts are kept");
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let (host, error): (String, String) = row.expect("a row of text");
        found.entry(host).or_default().push(error);
    }
    found
}

fn of_board(report: &Value, name: &str) -> Value {
    let boards = report["boards"].as_array().expect("a list of boards");
    let found = boards.iter().find(|board| board["name"] == name);
    found
        .cloned()
        .unwrap_or_else(|| panic!("{name} is not in the report: {report}"))
}

#[test]
fn all_of_it_together_takes_little_time_and_memory() {
    let Gauntlet {
        first,
        peak_kib,
        found,
        ..
    } = &*GAUNTLET;
    eprintln!(
        "{} boards in {:?}, peak {peak_kib} KiB",
        found.len(),
        first.took
    );
    assert!(*peak_kib < MOST_KIB, "{peak_kib} KiB");
    // Hosts are worked on side by side: the slow ones take their timeouts, and nobody waits for them.
    assert!(first.took < 20 * TIMEOUT, "{first}");
}

/// Each link, base and refresh to somewhere else leads nowhere.
#[test]
fn nobody_else_was_asked() {
    let Gauntlet { asked, servers, .. } = &*GAUNTLET;
    let others: Vec<&String> = asked.difference(servers).collect();
    assert!(others.is_empty() && !asked.is_empty(), "{others:?}");
}

#[test]
fn no_case_panics() {
    let stderr = &GAUNTLET.first.stderr;
    assert!(!stderr.contains("panicked"), "{stderr}");
}

/// What the terminal and the log show of it carries nothing that a terminal would obey.
#[test]
fn nothing_of_it_reaches_the_terminal_as_a_command() {
    let Outcome { stdout, stderr, .. } = &GAUNTLET.first;
    for said in [stdout, stderr] {
        let control = said
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(control, None, "{said:?}");
    }
}
