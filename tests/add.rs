//! A board comes into the configuration after a preview, the file keeps what it said, and a crawl by name then reads the
//! board without learning it again.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use boardwalk::crawl::{Adviser, Observer, Sighting, Target, preview};
use boardwalk::fetch::{FetchOptions, Fetcher, HostPort, Pace};
use boardwalk::learn::Candidate;
use boardwalk::model::SystemClock;
use boardwalk::profile::Library;
use support::crawl::{Boardwalk, Outcome};
use support::server::{Handler, Reply, Request, Server};
use support::shapes::posts::ENGLISH;
use support::shapes::{Board, Shape, notices, shapes};
use support::site::Engine;
use support::world::World;
use url::Url;

/// Pages by path and query, of which the first need not be numbered; everything else is not there.
struct Pages(BTreeMap<String, String>);

impl Handler for Pages {
    fn handle(&self, request: &Request) -> Reply {
        let first = format!("{}&page=1", request.target);
        match self.0.get(&request.target).or(self.0.get(&first)) {
            Some(page) => Reply::html(page.clone()),
            None => Reply::html("<p>There is nothing here.").status(404),
        }
    }
}

const N_POSTS: usize = 23;

/// A board of software that no built-in profile knows; the path of its listing.
fn unknown_board() -> (Server, String) {
    let shape = shapes()
        .into_iter()
        .find(|shape| shape.name == "dcinside")
        .map(|shape| Shape {
            n_posts: N_POSTS,
            tongue: &ENGLISH,
            ..shape
        })
        .expect("a shape");
    let site = shape.site();
    let server = Server::start(move |request: &Request| site.answer(request));
    (server, (shape.listing_url)(1))
}

const HASTE: &str = "# in haste: our own board\n[pace]\nrate = \"1000/s\" # loopback\n";

fn in_haste() -> Boardwalk {
    let boardwalk = Boardwalk::new();
    write(&boardwalk, HASTE);
    boardwalk
}

fn write(boardwalk: &Boardwalk, text: &str) {
    std::fs::write(config_of(boardwalk), text).expect("written");
}

fn config_of(boardwalk: &Boardwalk) -> std::path::PathBuf {
    boardwalk.folder().join("boardwalk.toml")
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[track_caller]
fn expect_all(outcome: &Outcome, parts: &[&str]) {
    for part in parts {
        assert!(outcome.stdout.contains(part), "{part}\n{outcome}");
    }
}

#[test]
fn a_learnt_board_is_crawled_by_name_without_learning_it_again() {
    let (server, listing) = unknown_board();
    let boardwalk = in_haste();
    let added = boardwalk
        .run_plain(&["add", &server.url(&listing), "--name", "coast", "--yes"])
        .expect_code(0);
    expect_all(
        &added,
        &[
            "learnt from its pages",
            "listing.rows",
            "article.body",
            "score",
            "robots: no file (404)",
            "one request each 0.001 s",
            "About the",
            &notices(&ENGLISH)[0].title,
            "requests, robots.txt included",
        ],
    );
    let n_asked = server.n_received();
    assert!(n_asked <= 11, "{n_asked} requests, robots.txt included");
    expect_all(
        &added,
        &[&format!("{n_asked} requests, robots.txt included")],
    );

    let config = text_of(&config_of(&boardwalk));
    assert!(config.contains("# in haste: our own board\n"), "{config}");
    assert!(
        config.contains("rate = \"1000/s\" # loopback\n"),
        "{config}"
    );
    let profiles = names(&boardwalk.folder().join("profiles"));
    assert_eq!(profiles.len(), 1, "{profiles:?}");
    let profile = text_of(&boardwalk.folder().join("profiles").join(&profiles[0]));
    assert!(
        profile.contains("# most words that differ between articles"),
        "{profile}"
    );
    boardwalk.run_plain(&["check"]).expect_code(0);

    let crawled = boardwalk.run(&["crawl", "coast", "--json"]).expect_code(0);
    let report = crawled.report();
    assert_eq!(report["boards"][0]["name"], "coast");
    let engine = profiles[0].trim_end_matches(".toml");
    assert_eq!(report["boards"][0]["profile"], engine);
    // robots.txt, three pages of the listing, each article once: nothing else.
    let targets = server.targets().split_off(n_asked);
    let n_articles = boardwalk.export().len();
    assert_eq!(n_articles, N_POSTS + notices(&ENGLISH).len());
    let n_listing = report["boards"][0]["n_listing_pages"]
        .as_u64()
        .expect("a number");
    assert_eq!(
        targets.len(),
        1 + usize::try_from(n_listing).unwrap() + n_articles,
        "{targets:?}"
    );
    assert_eq!(report["n_requests"], targets.len());
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_written() {
    let (server, listing) = unknown_board();
    let boardwalk = in_haste();
    let said = boardwalk
        .run_plain(&["add", &server.url(&listing)])
        .expect_code(2);
    expect_all(&said, &["learnt from its pages", "About the"]);
    assert!(
        said.stderr.contains("--yes writes without asking"),
        "{said}"
    );
    assert_eq!(names(boardwalk.folder()), ["boardwalk.toml"]);
    assert_eq!(text_of(&config_of(&boardwalk)), HASTE);
}

#[test]
fn a_recognised_board_is_added_once_whatever_page_is_named() {
    let world = World::with_posts(Engine::Rhymix, 41, 25);
    let boardwalk = &world.boardwalk;
    write(boardwalk, HASTE);
    let url = world.listing_url("news");
    let added = boardwalk
        .run_plain(&["add", &url, "--yes", "--json"])
        .expect_code(0);
    let answer = added.report();
    assert_eq!(answer["written"], "boardwalk.toml");
    assert_eq!(answer["known_by"], "recognised");
    assert_eq!(answer["engine"], "rhymix");
    assert_eq!(answer["listing"]["rows"].as_array().map(Vec::len), Some(10));
    assert_eq!(answer["article"]["class"], "article");
    assert_eq!(answer["n_requests"], world.server.n_received());
    let before = text_of(&config_of(boardwalk));

    // By the same URL: without a request. By another one: after a look.
    let n_before = world.server.n_received();
    for url in [url.clone(), format!("{url}?page=2")] {
        let again = boardwalk
            .run_plain(&["add", &url, "--yes", "--json"])
            .expect_code(0);
        assert_eq!(again.report()["already"], "news", "{again}");
        assert_eq!(again.report()["written"], serde_json::Value::Null);
        if !url.contains('?') {
            assert_eq!(world.server.n_received(), n_before);
        }
    }
    assert_eq!(text_of(&config_of(boardwalk)), before);
    assert_eq!(names(boardwalk.folder()), ["boardwalk.toml"]);

    boardwalk.run(&["crawl", "news"]).expect_code(0);
    world.assert_whole(true);
}

#[test]
fn names_are_unique_and_a_name_that_is_taken_costs_no_request() {
    let world = World::with_posts(Engine::Rhymix, 42, 5);
    let boardwalk = &world.boardwalk;
    write(
        boardwalk,
        "[[board]]\nname = \"news\"\nurl = \"http://h.test/news\"\n[pace]\nrate = \"1000/s\"\n",
    );
    let url = world.listing_url("news");
    let said = boardwalk
        .run_plain(&["add", &url, "--yes", "--name", "news"])
        .expect_code(2);
    assert!(said.stderr.contains("another board named news"), "{said}");
    assert_eq!(world.server.n_received(), 0);
    let added = boardwalk.run_plain(&["add", &url, "--yes"]).expect_code(0);
    expect_all(&added, &["news-2 is in boardwalk.toml"]);
}

/// Each reads the file, looks at its board and writes: none may write over what another has added meanwhile.
#[test]
fn boards_added_at_the_same_time_are_all_there() {
    let worlds: Vec<World> = (51..54)
        .map(|seed| World::with_posts(Engine::Rhymix, seed, 5))
        .collect();
    let boardwalk = in_haste();
    let urls: Vec<String> = worlds
        .iter()
        .map(|world| world.listing_url("news"))
        .collect();
    let names = ["a", "b", "c"];
    let runs: Vec<_> = urls
        .iter()
        .zip(names)
        .map(|(url, name)| boardwalk.start(&["add", url, "--yes", "--name", name]))
        .collect();
    for run in runs {
        run.wait().expect_code(0);
    }
    let config = text_of(&config_of(&boardwalk));
    assert!(config.starts_with(HASTE), "{config}");
    for name in names {
        assert!(config.contains(&format!("name = \"{name}\"\n")), "{config}");
    }
    boardwalk.run_plain(&["check"]).expect_code(0);
}

/// The operator has changed a learnt profile, and the board is learnt once more: both are kept, apart.
#[test]
fn a_profile_that_was_changed_by_hand_stays_when_its_board_is_learnt_again() {
    let (server, listing) = unknown_board();
    let url = server.url(&listing);
    let boardwalk = in_haste();
    boardwalk.run_plain(&["add", &url, "--yes"]).expect_code(0);
    let folder = boardwalk.folder().join("profiles");
    let own = folder.join(&names(&folder)[0]);
    let changed = format!("{}# by hand\n", text_of(&own));
    std::fs::write(&own, &changed).expect("written");
    let config = text_of(&config_of(&boardwalk));
    let boards = config.find("# 127").expect("the board's comment");
    write(&boardwalk, &config[..boards]);

    let learn = ["add", &url, "--yes", "--json", "--profile", "learn"];
    let answer = boardwalk.run_plain(&learn).expect_code(0).report();
    assert_eq!(answer["known_by"], "learnt");
    assert_eq!(text_of(&own), changed);
    let engine = own
        .file_stem()
        .and_then(|stem| stem.to_str())
        .expect("a name");
    let config = text_of(&config_of(&boardwalk));
    assert!(
        config.contains(&format!("engine = \"{engine}-2\"\n")),
        "{config}"
    );
    assert_eq!(names(&folder).len(), 2);
    boardwalk.run_plain(&["check"]).expect_code(0);
    boardwalk.run(&["crawl", &url]).expect_code(0);

    // Recognising comes to the name of the changed one, which is then the one that reads the board.
    write(&boardwalk, &config[..boards]);
    let answer = boardwalk
        .run_plain(&["add", &url, "--yes", "--json"])
        .expect_code(0)
        .report();
    assert_eq!(
        (&answer["known_by"], &answer["engine"]),
        (&"named".into(), &engine.into())
    );
    assert_eq!(answer["profile_file"], serde_json::Value::Null);
}

#[test]
fn the_file_is_made_where_it_was_named_and_links_stay_links() {
    let world = World::with_posts(Engine::Rhymix, 43, 5);
    let boardwalk = &world.boardwalk;
    let url = world.listing_url("news");
    boardwalk
        .run_plain(&["add", &url, "--yes", "--config", "mine/new.toml"])
        .expect_code(0);
    let made = text_of(&boardwalk.folder().join("mine/new.toml"));
    assert!(made.contains("[[board]]\nname = \"news\"\n"), "{made}");

    std::fs::write(boardwalk.folder().join("real.toml"), HASTE).expect("written");
    std::os::unix::fs::symlink("real.toml", config_of(boardwalk)).expect("a link");
    boardwalk.run_plain(&["add", &url, "--yes"]).expect_code(0);
    let link = std::fs::symlink_metadata(config_of(boardwalk)).expect("there");
    assert!(link.is_symlink());
    let real = text_of(&boardwalk.folder().join("real.toml"));
    assert!(
        real.starts_with(HASTE) && real.contains("[[board]]"),
        "{real}"
    );
}

#[test]
fn a_page_that_teaches_nothing_is_refused_with_what_was_seen() {
    let page = "<ul class=menu><li><a href='/a'>Home</a><li><a href='/b'>About</a><li><a href='/c'>Help</a></ul>\
                <p>We are closed for the winter. Write to us if the lantern fails.";
    let server = Server::start(Pages([("/".to_owned(), page.to_owned())].into()));
    let boardwalk = in_haste();
    let said = boardwalk
        .run_plain(&["add", &server.url("/"), "--yes"])
        .expect_code(3);
    assert!(said.stderr.contains("no listing was found"), "{said}");
    assert_eq!(names(boardwalk.folder()), ["boardwalk.toml"]);

    // What a crawl asked for before it gave up is counted and has its receipts.
    let n_before = server.n_received();
    let crawled = boardwalk
        .run(&["crawl", &server.url("/"), "--json"])
        .expect_code(3);
    let n_asked = server.n_received() - n_before;
    assert_eq!(crawled.report()["n_requests"], n_asked);
    assert_eq!(n_receipts(&boardwalk), n_asked);
}

fn n_receipts(boardwalk: &Boardwalk) -> usize {
    let archive = rusqlite::Connection::open(boardwalk.database()).expect("an archive");
    let count: i64 = archive
        .query_row("SELECT count(*) FROM request", [], |row| row.get(0))
        .expect("a count");
    usize::try_from(count).expect("no less than none")
}

#[test]
fn every_request_of_learning_is_counted_and_has_its_receipt() {
    let (server, listing) = unknown_board();
    let boardwalk = Boardwalk::new();
    let report = boardwalk
        .crawl(&server.url(&listing), &[])
        .expect_code(0)
        .report();
    assert_eq!(report["n_requests"], server.n_received());
    assert_eq!(n_receipts(&boardwalk), server.n_received());
}

#[test]
fn a_profile_that_somebody_named_is_never_replaced_by_a_learnt_one() {
    let (server, listing) = unknown_board();
    let url = server.url(&listing);
    let boardwalk = in_haste();
    boardwalk.run_plain(&["add", &url, "--yes"]).expect_code(0);
    let folder = boardwalk.folder().join("profiles");
    let own = folder.join(&names(&folder)[0]);
    // Somebody improves it; its name is the one that learning gives.
    let improved = text_of(&own).replace("title = \"127.0.0.1 (learnt)\"", "title = \"Ours\"");
    assert!(improved.contains("\"Ours\""), "{improved}");
    std::fs::write(&own, &improved).expect("written");
    let report = boardwalk
        .crawl(&format!("{url}#"), &[])
        .expect_code(0)
        .report();
    let engine = report["boards"][0]["profile"].clone();
    assert_eq!(text_of(&own), improved);

    // Another database, no configuration: learnt there first, then read with the file that is named.
    let other = Boardwalk::new();
    other.crawl(&url, &["--pages", "1"]).expect_code(0);
    let renamed = other.folder().join("hand.toml");
    let engine = engine.as_str().expect("a name");
    std::fs::write(&renamed, improved.replace(engine, "by-hand")).expect("written");
    write(&other, HASTE);
    let named = ["--profile", "hand.toml"];
    let report = other.crawl(&url, &named).expect_code(0).report();
    assert_eq!(report["boards"][0]["profile"], "by-hand");
    let added = other
        .run_plain(&["add", &url, "--yes", "--json", "--profile", "hand.toml"])
        .expect_code(0);
    assert_eq!(added.report()["known_by"], "named");
    let config = text_of(&config_of(&other));
    assert!(config.contains("profiles = [\"hand.toml\"]"), "{config}");
    other
        .run(&["crawl", "--rate", "1000/s", &url])
        .expect_code(0);
}

#[test]
fn explain_tells_rules_places_and_what_lost() {
    let (server, listing) = unknown_board();
    let boardwalk = Boardwalk::new();
    let url = server.url(&listing);
    boardwalk.crawl(&url, &[]).expect_code(0);
    let told = boardwalk
        .run(&["explain", &url, "--json"])
        .expect_code(0)
        .report();
    assert_eq!(told["known_by"], "learnt");
    let rows = told["row_fields"].as_array().expect("a list");
    let author = rows
        .iter()
        .find(|trace| trace["field"] == "author")
        .expect("authors");
    assert_eq!(author["rule"], "listing.author[0]");
    assert_eq!(author["n_rows"], author["of_rows"]);
    assert!(
        author["at"].as_str().is_some_and(|at| at.contains("tr")),
        "{author}"
    );
    assert!(
        told["notes"]["listing.author"][0]
            .as_str()
            .is_some_and(|note| note.contains("score"))
    );
    assert!(!told["row_groups"].as_array().expect("a list").is_empty());

    // As the board links it: its server knows no other form.
    let asked = server.log();
    let target = asked
        .iter()
        .map(|entry| entry.request.target.as_str())
        .find(|target| target.contains("/view/"));
    let article = server.url(target.expect("an article was asked for"));
    let told = boardwalk
        .run(&["explain", &article, "--json"])
        .expect_code(0)
        .report();
    let fields = told["fields"].as_array().expect("a list");
    let body = fields
        .iter()
        .find(|trace| trace["field"] == "text")
        .expect("a body");
    assert_eq!(body["rule"], "article.body[0]");
    let notes = told["notes"]["article.body"].to_string();
    assert!(
        notes.contains("lost: ") && notes.contains("score"),
        "{notes}"
    );
    let said = boardwalk.run(&["explain", &article]).expect_code(0);
    expect_all(
        &said,
        &["learnt by an earlier crawl", "[article.body[0]]", "lost: "],
    );
}

/// Chooses the candidate whose rows hold a word, and remembers what it was asked.
struct Chooser {
    word: &'static str,
    asked: Mutex<Vec<Candidate>>,
}

impl Observer for Chooser {
    fn see(&self, _: Sighting) {}

    fn adviser(&self) -> Option<&dyn Adviser> {
        Some(self)
    }
}

impl Adviser for Chooser {
    fn which_listing(&self, _: &Url, candidates: &[Candidate]) -> Option<usize> {
        *self.asked.lock().expect("not poisoned") = candidates.to_vec();
        candidates
            .iter()
            .position(|candidate| candidate.samples.iter().any(|row| row.contains(self.word)))
    }
}

/// Two lists of one shape on one page; each article says its title and its words.
fn two_lists() -> Server {
    let mut pages = BTreeMap::new();
    let mut lists = String::new();
    for kind in ["lantern", "harbour"] {
        let mut rows = String::new();
        for n in 1..=8 {
            let title = format!("The {kind} at the {n}th mile");
            rows.push_str(&format!(
                "<li><a href='/{kind}/{n}'>{title}</a> <i>quill</i> <time>2026-11-{n:02}</time></li>"
            ));
            pages.insert(
                format!("/{kind}/{n}"),
                format!(
                    "<html lang=en><body><h1>{title}</h1><i class=author>quill</i> <time>2026-11-{n:02}</time>\
                     <div class=words><p>It was {n} o'clock when the {kind} was seen by {n} of us, and nobody else.</p></div>"
                ),
            );
        }
        lists.push_str(&format!(
            "<div class={kind}s><ul class={kind}s>{rows}</ul></div>"
        ));
    }
    pages.insert(
        "/".into(),
        format!("<html lang=en><body><h1>The coast</h1>{lists}</body></html>"),
    );
    Server::start(Pages(pages))
}

fn asked_and_read(server: &Server, word: &'static str) -> (Vec<Candidate>, Vec<String>) {
    let url = Url::parse(&server.url("/")).expect("a URL");
    let options = FetchOptions {
        pace: Pace {
            min_interval: std::time::Duration::from_millis(1),
            ..Pace::default()
        },
        allow_private: HostPort::of(&url).into_iter().collect(),
        ..FetchOptions::default()
    };
    let fetcher = Fetcher::new(options, Arc::new(SystemClock)).expect("a fetcher");
    let chooser = Arc::new(Chooser {
        word,
        asked: Mutex::default(),
    });
    let observer: Arc<dyn Observer> = chooser.clone();
    let library = Arc::new(Library::built_in());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let seen = runtime
        .block_on(preview(&fetcher, &library, &Target::new(url), &observer))
        .expect("a preview");
    let rows = seen.listing.expect("a listing").rows;
    let asked = chooser.asked.lock().expect("not poisoned").clone();
    (asked, rows.into_iter().map(|row| row.title).collect())
}

#[test]
fn where_two_listings_are_as_likely_a_person_chooses() {
    let server = two_lists();
    for word in ["lantern", "harbour"] {
        let (asked, rows) = asked_and_read(&server, word);
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(
            asked.iter().all(|candidate| candidate.samples.len() == 3),
            "{asked:?}"
        );
        assert_eq!(rows.len(), 8, "{rows:?}");
        assert!(
            rows.iter().all(|row| row.contains(word)),
            "{word}: {rows:?}"
        );
    }
    // No answer: the likelier of them, as without a person.
    let (asked, rows) = asked_and_read(&server, "nothing of the kind");
    assert_eq!((asked.len(), rows.len()), (2, 8), "{rows:?}");
}
