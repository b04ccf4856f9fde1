//! What a board writes into titles, names and texts stays text wherever it is shown: on the service's pages, in feeds, in
//! spreadsheets, in the log and on the terminal.

use std::sync::LazyLock;

use serde_json::Value;

use crate::support::board::{Draft, File, Part};
use crate::support::crawl::Outcome;
use crate::support::daemon::Daemon;
use crate::support::server::{Handler, Request};
use crate::support::site::{Asked, Engine, Site};
use crate::support::truth::text;
use crate::support::world::World;

/// A mark that every hostile field carries, so that a look at an output can be sure to have seen them.
const MARK: &str = "가람";

/// Markup in every context: text, attribute, script, comment, CDATA, template.
const MARKUP: &str = "가람</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>]]><!--{{7*7}}<%=7*7%>${7*7}";
/// Colours, a new window title, the clipboard, a cleared screen, a device that answers into the shell; one-byte forms too.
const TERMINAL: &str = "가람\u{1b}[31m붉게\u{1b}]0;남의 창\u{7}\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{1b}[6n\u{9b}31m\u{8}\u{8}\u{7f}\r숨김";
/// Text that reads other than it is (CVE-2021-42574), and characters nobody sees.
const BIDI: &str = "가람\u{202e}fdp.exe\u{2066}숨은\u{2069}\u{200f}\u{feff}\u{fff9}";
/// A line of a log that never happened, and a field of one that did.
const LOG: &str = "가람\n2026-11-24T00:00:00Z ERROR boardwalk: 가짜\r\n{\"level\":\"ERROR\"}";
/// What spreadsheets run.
const FORMULAS: [&str; 6] = [
    "=HYPERLINK(\"http://evil.example\",\"가람\")",
    "+가람+1",
    "-2+3+cmd|' /C calc'!가람",
    "@SUM(가람)",
    "\t=가람",
    "＝가람",
];

fn hostile() -> Vec<&'static str> {
    [MARKUP, TERMINAL, BIDI, LOG]
        .into_iter()
        .chain(FORMULAS)
        .collect()
}

/// A board of posts that carry one hostile text each in every field, crawled, and the daemon's pages of it.
struct Shown {
    world: World,
    crawl: Outcome,
    articles: Vec<Value>,
}

static SHOWN: LazyLock<Shown> = LazyLock::new(|| {
    let world = World::new(Engine::Rhymix, 66);
    for words in hostile() {
        world.site.boards(|boards| {
            let draft = Draft {
                title: words.to_owned(),
                author: words.to_owned(),
                category: Some(words.to_owned()),
                parts: vec![
                    Part::paragraph(words),
                    Part::Photo {
                        url: "https://img.example.org/photo/1.jpg".to_owned(),
                        caption: words.to_owned(),
                        address: None,
                    },
                    Part::Raw {
                        html: "<p onclick=\"alert(4)\">가람 <a href=\"javascript:alert(5)\">누르기</a><script>alert(6)</script><iframe src=\"//evil.example\"></iframe></p>".to_owned(),
                        text: "가람 누르기".to_owned(),
                    },
                ],
                tags: vec![words.to_owned()],
                files: vec![File {
                    id: 7,
                    name: words.to_owned(),
                    size: "1KB",
                }],
            };
            let id = boards.write("news", draft);
            let comment = boards.comment("news", id, None);
            let post = boards.post_mut("news", id);
            let written = post.comments.iter_mut().find(|written| written.id == comment);
            let written = written.expect("just written");
            words.clone_into(&mut written.text);
            words.clone_into(&mut written.author);
        });
    }
    let crawl = world.crawl_with(&["-vv"]);
    let articles = world.boardwalk.export();
    Shown {
        world,
        crawl,
        articles,
    }
});

/// Nothing in it that a terminal would obey.
#[track_caller]
fn assert_plain(what: &str, said: &str) {
    let steers = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
    };
    let at = said.find(|c| steers(&c));
    assert_eq!(
        at,
        None,
        "{what}: {:?}",
        at.map(|at| said[at..].chars().take(40).collect::<String>())
    );
}

/// No element or attribute of the page runs anything that a board wrote.
#[track_caller]
fn assert_inert(what: &str, page: &str) {
    let html = boardwalk::document::Html::parse_document(page);
    for node in html.nodes() {
        let Some(element) = node.value().as_element() else {
            continue;
        };
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on"), "{what}: {name}={value}");
            let value = value.trim().to_ascii_lowercase();
            assert!(
                !value.starts_with("javascript:") && !value.starts_with("data:text"),
                "{what}: {name}={value}"
            );
        }
        assert!(
            !matches!(element.name(), "iframe" | "object" | "embed"),
            "{what}: {element:?}"
        );
    }
    let scripts = boardwalk::document::Selector::parse("script").expect("a selector");
    for script in html.select(&scripts) {
        let text: String = script.text().collect();
        assert!(!text.contains("alert("), "{what}: {text}");
    }
}

#[test]
fn every_hostile_post_is_stored_as_text() {
    let shown = &*SHOWN;
    assert_eq!(shown.articles.len(), hostile().len(), "{}", shown.crawl);
    for article in &shown.articles {
        assert_eq!(article["state"], "stored", "{article}");
        for field in ["title", "text", "author"] {
            assert!(
                text(article, field).is_some_and(|text| text.contains(MARK)),
                "{field}: {article}"
            );
        }
    }
    let markup = shown.articles.iter().filter(|article| {
        text(article, "title").is_some_and(|title| title.contains("<script>alert(1)</script>"))
    });
    assert_eq!(
        markup.count(),
        1,
        "a title is text, and stays as it was written"
    );
}

#[test]
fn ansi_and_bidi_do_not_reach_the_terminal() {
    let shown = &*SHOWN;
    assert_plain("crawl, report", &shown.crawl.stdout);
    assert_plain("crawl, log", &shown.crawl.stderr);
    let first = shown.articles[0]["id"].to_string();
    let mut runs = vec![
        vec!["search", MARK],
        vec!["status"],
        vec!["audit"],
        vec!["changes"],
        vec!["stories"],
        vec!["show", &first],
    ];
    let ids: Vec<String> = shown
        .articles
        .iter()
        .map(|article| article["id"].to_string())
        .collect();
    runs.extend(ids.iter().map(|id| vec!["show", id.as_str()]));
    for args in runs {
        let outcome = shown.world.boardwalk.run(&args);
        assert!(matches!(outcome.code, Some(0)), "{args:?}: {outcome}");
        assert_plain(&args.join(" "), &outcome.stdout);
        assert_plain(&args.join(" "), &outcome.stderr);
        if matches!(args[0], "search" | "show") {
            assert!(outcome.stdout.contains(MARK), "{args:?}: {outcome}");
        }
    }
}

/// A server's own words stand in the log where they are why a page was not read: its type, its encoding.
#[test]
fn what_a_server_says_of_itself_is_plain_in_the_log() {
    let site = Site::new(Engine::Rhymix, 67);
    let ids = site.boards(|boards| boards.post_many("news", 3));
    let behind = site.clone();
    let world = World::served_by(site, move |request: &Request| {
        let mut proper = behind.handle(request);
        let words = format!("{BIDI}\u{9b}31m\u{2028}");
        match behind.asked(request) {
            Asked::Article { id, .. } if id == ids[0] => {
                proper.headers.retain(|(name, _)| name != "Content-Type");
                proper.header("Content-Type", &format!("application/{words}"))
            }
            Asked::Article { id, .. } if id == ids[1] => proper.header("Content-Encoding", &words),
            _ => proper,
        }
    });
    world.boardwalk.have_no_patience();
    let as_text = world.crawl_with(&["-vv"]);
    world.boardwalk.forget_waits();
    let as_json = world.crawl_with(&["-vv", "--log-format", "json"]);
    // What is no page is not asked for again.
    for (outcome, n_broken) in [(&as_text, 2), (&as_json, 1)] {
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert_plain("crawl, report", &outcome.stdout);
        assert_plain("crawl, log", &outcome.stderr);
        let n_said = outcome.stderr.matches(MARK).count();
        assert!(n_said >= n_broken, "each is told of: {outcome}");
        assert!(outcome.stderr.contains("\\u202e"), "{outcome}");
    }
    for line in as_json.stderr.lines() {
        let _: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    for args in [&["status"][..], &["audit"], &["changes"]] {
        assert_plain(&args.join(" "), &world.boardwalk.run(args).stdout);
    }
}

/// A line of the log is an event: nothing that a board writes begins another.
#[test]
fn the_log_has_no_lines_of_a_boards_making() {
    let forged = SHOWN
        .crawl
        .stderr
        .lines()
        .find(|line| line.starts_with("2026-11-24T00:00:00Z ERROR"));
    assert_eq!(forged, None);
    assert!(
        SHOWN.crawl.stderr.lines().count() > hostile().len(),
        "the log tells of each page"
    );
}

#[test]
fn json_on_the_terminal_is_json() {
    let found = SHOWN
        .world
        .boardwalk
        .run(&["search", MARK, "--json"])
        .expect_code(0);
    for line in found.stdout.lines() {
        let _: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let raw = line.chars().find(|c| c.is_control() && *c != '\t');
        assert_eq!(raw, None, "{line:?}");
    }
    assert_eq!(
        found.stdout.lines().count(),
        hostile().len().min(20),
        "{found}"
    );
}

#[test]
fn no_cell_of_a_spreadsheet_is_a_formula() {
    let table = SHOWN
        .world
        .boardwalk
        .run(&["export", "--format", "csv"])
        .expect_code(0);
    let plain = table.stdout.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(plain.as_bytes());
    let mut n_rows = 0;
    for record in reader.records() {
        let record = record.expect("rows of equal length");
        n_rows += 1;
        for cell in &record {
            let runs = cell
                .trim_start_matches([' ', '\t', '\n', '\r'])
                .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
            let is_number = cell.parse::<f64>().is_ok();
            assert!(!runs || is_number, "{cell:?}");
        }
    }
    assert_eq!(n_rows, hostile().len());
    let control = plain
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    assert_eq!(control, None);
}

#[test]
fn feeds_are_whole_and_inert() {
    for format in ["atom", "json"] {
        let feed = SHOWN
            .world
            .boardwalk
            .run(&["feed", "127.0.0.1:0/news", "--format", format]);
        let feed = match feed.code {
            Some(0) => feed,
            // By the board's own name.
            _ => {
                let name = text(&SHOWN.articles[0], "board").expect("every article has a board");
                SHOWN
                    .world
                    .boardwalk
                    .run(&["feed", name, "--format", format])
                    .expect_code(0)
            }
        };
        let parsed =
            feed_rs::parser::parse(feed.stdout.as_bytes()).expect("a feed that others can read");
        assert_eq!(parsed.entries.len(), hostile().len(), "{format}");
        for entry in &parsed.entries {
            for part in [
                &entry.summary.as_ref().map(|text| text.content.clone()),
                &entry
                    .content
                    .as_ref()
                    .and_then(|content| content.body.clone()),
            ]
            .into_iter()
            .flatten()
            {
                assert_inert(format, part);
            }
        }
        let control = feed
            .stdout
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        assert_eq!(control, None, "{format}");
    }
}

#[test]
fn no_page_of_the_service_runs_what_a_board_wrote() {
    let world = &SHOWN.world;
    let board = format!(
        "[[board]]\nname = \"news\"\nurl = \"{}\"\nengine = \"rhymix\"\n",
        world.listing_url("news")
    );
    let mut daemon = Daemon::new(world, &board);
    daemon.start();
    daemon.until("the dashboard", || {
        daemon.get("/").filter(|(status, _)| status.contains("200"))
    });
    let mut paths: Vec<String> = [
        "/",
        "/boards/news",
        "/stories",
        "/receipts",
        "/search?q=%EA%B0%80%EB%9E%8C",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend(
        SHOWN
            .articles
            .iter()
            .map(|article| format!("/articles/{}", article["id"])),
    );
    for path in &paths {
        let (status, page) = daemon.get(path).expect("it listens");
        assert!(status.contains("200"), "{path}: {status}");
        assert_inert(path, &page);
        if path.starts_with("/articles") || path.ends_with("%9E%8C") {
            assert!(page.contains(MARK), "{path}: {page}");
        }
    }
    daemon.signal("TERM");
    let outcome = daemon.wait().expect_code(0);
    assert_plain("the service's log", &outcome.stderr);
}
