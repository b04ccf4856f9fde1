//! The pages in a real browser: each opens without a complaint of its console or of the content policy, a Korean search
//! finds, a difference can be followed, what hears or enlarges pages finds its way, and an open overview shows a pass that
//! runs. Pictures of them are kept in
//! `target/screenshots`.
//!
//! Needs Chromium: Debian's package `chromium`, and `fonts-noto-cjk` for Korean on the pictures.

mod support;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use boardwalk::document::{ElementRef, Html, Selector};
use serde_json::{Value, json};

use support::board::{Draft, Part};
use support::daemon::Daemon;
use support::site::Engine;
use support::world::World;

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

/// A window, and what the reader's system prefers.
#[derive(Clone, Copy)]
struct Look {
    name: &'static str,
    size: &'static str,
    dark: bool,
}

const DESK: Look = Look {
    name: "desk-light",
    size: "1280,800",
    dark: false,
};
const PHONE_AT_NIGHT: Look = Look {
    name: "phone-dark",
    size: "390,844",
    dark: true,
};

struct Browser {
    program: PathBuf,
    /// Of this test alone: its profile and nothing else.
    folder: tempfile::TempDir,
    address: String,
}

impl Browser {
    /// # Panics
    /// If there is none.
    fn new(address: String) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path)
            .flat_map(|folder| NAMES.map(|name| folder.join(name)))
            .find(|program| program.is_file())
            .expect(
                "this test opens the pages in Chromium, and there is none: apt-get install chromium fonts-noto-cjk",
            );
        Self {
            program,
            folder: tempfile::tempdir().expect("a temporary folder"),
            address,
        }
    }

    /// Opens a page, keeps a picture of it, and gives back its document.
    ///
    /// # Panics
    /// If the browser complains of anything.
    #[track_caller]
    fn open(&self, path: &str, picture: &str, look: Look) -> Html {
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&pictures).expect("a folder of our own");
        let file = pictures.join(format!("{picture}-{}.png", look.name));
        // A picture of an earlier run would hide that there is none of this one.
        let _ = fs::remove_file(&file);
        // 0 is dark, 1 is light.
        let scheme = u8::from(!look.dark);
        let output = Command::new(&self.program)
            .env("HOME", self.folder.path())
            .args(ALONE)
            .args([
                "--enable-logging=stderr",
                "--log-level=0",
                "--virtual-time-budget=2000",
            ])
            .arg(self.profile())
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--window-size={}", look.size))
            .arg(format!("--screenshot={}", file.display()))
            .arg("--dump-dom")
            .arg(format!("{}{path}", self.address))
            .output()
            .expect("the browser starts");
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{path}: {log}");
        for complaint in ["CONSOLE", "Content Security Policy", "Refused to"] {
            assert!(!log.contains(complaint), "{path}: {log}");
        }
        assert!(file.is_file(), "there is no picture of {path}: {log}");
        Html::parse_document(&String::from_utf8_lossy(&output.stdout))
    }

    fn profile(&self) -> String {
        format!("--user-data-dir={}", self.folder.path().display())
    }

    /// A browser that stays open, at a page whose timers go off within 200 ms.
    fn stay(&self, path: &str) -> Tab {
        let pipes = ["in", "out"].map(|name| self.folder.path().join(name));
        let made = Command::new("mkfifo").args(&pipes).status();
        assert!(made.expect("mkfifo").success(), "pipes can be made");
        let child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<\"$IN\" 4>\"$OUT\"", "sh"])
            .arg(&self.program)
            .args(ALONE)
            .args(["--remote-debugging-pipe", &self.profile()])
            .env("HOME", self.folder.path())
            .env("IN", &pipes[0])
            .env("OUT", &pipes[1])
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let to = File::options().write(true).open(&pipes[0]);
        let from = File::open(&pipes[1]);
        let mut tab = Tab {
            child,
            to: to.expect("the browser reads it"),
            from: BufReader::new(from.expect("the browser writes to it")),
            n_sent: 0,
            session: None,
        };
        let opened = tab.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": opened["targetId"], "flatten": true });
        let attached = tab.ask("Target.attachToTarget", target);
        tab.session = Some(attached["sessionId"].clone());
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            tab.ask(domain, json!({}));
        }
        let hurry = "window.unhurried = window.setTimeout;
            window.setTimeout = (work, ms) => window.unhurried(work, Math.min(ms, 200));";
        tab.ask(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": hurry }),
        );
        let url = format!("{}{path}", self.address);
        tab.ask("Page.navigate", json!({ "url": url }));
        tab
    }
}

/// Of a browser that shares nothing with any other and asks nobody for anything. Containers have no user namespaces for
/// its sandbox; it opens nothing but our own pages.
const ALONE: [&str; 10] = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-sandbox",
];

/// An open page, spoken to by the Chrome DevTools Protocol: JSON, each message ended by a zero byte.
struct Tab {
    child: Child,
    to: File,
    from: BufReader<File>,
    n_sent: u64,
    session: Option<Value>,
}

impl Tab {
    /// # Panics
    /// If it refuses, or the page has complained of anything meanwhile.
    #[track_caller]
    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.n_sent += 1;
        let mut asked = json!({ "id": self.n_sent, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            asked["sessionId"] = session.clone();
        }
        write!(self.to, "{asked}\0").expect("the browser listens");
        loop {
            let mut said = Vec::new();
            let n_bytes = self.from.read_until(0, &mut said);
            assert!(
                n_bytes.expect("it can be read") > 0,
                "the browser has ended at {method}"
            );
            said.pop();
            let said: Value = serde_json::from_slice(&said).expect("JSON");
            let event = said["method"].as_str().unwrap_or_default();
            let complains = [
                "Runtime.exceptionThrown",
                "Runtime.consoleAPICalled",
                "Log.entryAdded",
            ];
            assert!(!complains.contains(&event), "{said}");
            if said["id"] == json!(self.n_sent) {
                assert!(said.get("error").is_none(), "{method}: {said}");
                return said["result"].clone();
            }
        }
    }

    /// Waits until an expression of the page is true, looking whenever something on it has changed.
    ///
    /// # Panics
    /// If that does not come within a minute.
    #[track_caller]
    fn until(&mut self, condition: &str) {
        let expression = format!(
            "new Promise((hold, fail) => {{
                const look = () => ({condition}) && hold(true);
                const all = {{ subtree: true, childList: true, attributes: true, characterData: true }};
                new MutationObserver(look).observe(document, all);
                unhurried(() => fail(new Error(document.body.innerText)), 60000);
                look();
            }})"
        );
        let asked =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.ask("Runtime.evaluate", asked);
        assert_eq!(answer["result"]["value"], true, "{condition}: {answer}");
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector of ours");
    page.select(&selector).collect()
}

fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn only<'a>(page: &'a Html, selector: &str) -> ElementRef<'a> {
    let found = all(page, selector);
    assert_eq!(found.len(), 1, "{selector} in {}", page.html());
    found[0]
}

/// What screen readers and keyboards need (WCAG 2.2: 1.1.1, 1.3.1, 2.4.1, 2.4.2, 2.4.4, 3.1.1, 4.1.2).
#[track_caller]
fn assert_accessible(page: &Html, path: &str) {
    let language = only(page, "html").attr("lang").unwrap_or_default();
    assert!(
        ["en", "ko"].contains(&language),
        "{path}: lang {language:?}"
    );
    assert!(
        !words(only(page, "head > title")).is_empty(),
        "{path}: no title"
    );
    only(page, "main");
    only(page, "h1");
    let mut level = 0;
    for heading in all(page, "h1, h2, h3, h4, h5, h6") {
        let next = heading.value().name()[1..].parse::<u8>().expect("h1 to h6");
        assert!(next <= level + 1, "{path}: h{next} after h{level}");
        assert!(!words(heading).is_empty(), "{path}: an empty heading");
        level = next;
    }
    let labels: HashSet<&str> = all(page, "label")
        .iter()
        .filter_map(|label| label.attr("for"))
        .collect();
    for input in all(page, "input:not([type=hidden]), select, textarea") {
        let named = input.attr("id").is_some_and(|id| labels.contains(id));
        assert!(named, "{path}: {} has no label", input.html());
    }
    for link in all(page, "a[href], button") {
        assert!(
            !words(link).is_empty(),
            "{path}: {} says nothing",
            link.html()
        );
    }
    for picture in all(page, "svg") {
        assert!(
            picture.attr("aria-label").is_some(),
            "{path}: a picture without words"
        );
    }
    let mut ids = HashSet::new();
    for element in all(page, "[id]") {
        let id = element.attr("id").unwrap_or_default();
        assert!(ids.insert(id), "{path}: the id {id} is there twice");
    }
    assert!(
        all(
            page,
            "script:not([src^='/assets/']), img, iframe, [style], [onclick]"
        )
        .is_empty(),
        "{path}"
    );
}

/// A board with all that pages show: an edit, a deletion, a copy, comments, and words that want to be markup.
fn world() -> World {
    let world = World::new(Engine::Rhymix, 41).believing_at_once();
    let now = world.site.now();
    let (edited, deleted) = world.site.boards(|boards| {
        let write = |title: &str, text: &str| Draft {
            title: title.into(),
            author: "김사서".into(),
            parts: text.lines().map(Part::paragraph).collect(),
            ..Draft::default()
        };
        // A month of posts, more on some days than on others, most of them in the evening.
        for days_ago in (2..28).rev() {
            boards.set_cursor(now, days_ago * 1_440 + days_ago * 37 % 400);
            boards.post_many("news", [1, 3, 0, 5, 2, 4][days_ago as usize % 6]);
        }
        boards.set_cursor(now, 300);
        let story = "마을 도서관이 새로 문을 엽니다. 열람실은 두 층이고, 어린이 자료실은 일 층에 있습니다.\n\
                     개관식은 십이월 첫째 토요일 오전 열 시에 열립니다. 누구나 오실 수 있습니다.\n\
                     주차장이 좁으니 걸어오시거나 버스를 타 주시기 바랍니다.";
        boards.write("news", write("[알림] 도서관 개관 안내", story));
        let edited = boards.write("news", write("도서관 개관 안내", story));
        let first = boards.comment("news", edited, None);
        boards.comment("news", edited, Some(first));
        boards.comment("news", edited, None);
        let hostile = "<script>document.title='taken'</script><img src=x onerror=alert(1)>";
        boards.write("news", write(hostile, hostile));
        let deleted = boards.post("news");
        boards.post_many("news", 5);
        boards.add_board("free");
        boards.post_many("free", 8);
        (edited, deleted)
    });
    world.crawl().expect_code(0);
    world.site.boards(|boards| {
        boards.edit("news", edited);
        boards.comment("news", edited, None);
        boards.delete("news", deleted);
    });
    world.crawl().expect_code(0);
    world
}

#[test]
fn pages_are_good_to_read_in_a_browser() {
    let world = world();
    let boards = ["news", "free"].map(|name| {
        let url = world.listing_url(name);
        format!("[[board]]\nname = \"{name}\"\nurl = \"{url}\"\nschedule = \"every 1h\"\n")
    });
    let mut daemon = Daemon::new(&world, &boards.concat());
    daemon.start();
    let stored = "boardwalk_articles{board=\"free\",state=\"stored\"}";
    daemon.until_metric(stored, |n| n == 8.0);
    let browser = Browser::new(format!("http://{}", daemon.address));

    let overview = browser.open("/?lang=ko", "overview", DESK);
    assert_accessible(&overview, "overview");
    let links = all(&overview, ".boards h2 a");
    assert_eq!(links.len(), 2);
    let to_board = links
        .iter()
        .find(|link| words(**link) == "news")
        .and_then(|link| link.attr("href"))
        .expect("a link");

    let board = browser.open(to_board, "board", DESK);
    assert_accessible(&board, "board");
    assert!(
        only(&board, "html").attr("lang") == Some("ko"),
        "the language is kept"
    );
    assert!(!all(&board, ".heat rect").is_empty());

    let found = browser.open(
        "/search?q=%EA%B0%9C%EA%B4%80%EC%8B%9D&lang=ko",
        "search",
        DESK,
    );
    assert_accessible(&found, "search");
    assert_eq!(words(all(&found, ".hits mark")[0]), "개관식");
    let hits = all(&found, ".hits h2 a");
    assert_eq!(
        hits.len(),
        2,
        "{:?}",
        hits.iter().map(|hit| words(*hit)).collect::<Vec<_>>()
    );
    let to_article = hits
        .iter()
        .find(|hit| words(**hit) == "도서관 개관 안내")
        .and_then(|hit| hit.attr("href"))
        .expect("the edited one");

    let article = browser.open(to_article, "article", DESK);
    assert_accessible(&article, "article");
    assert_eq!(all(&article, ".comments li").len(), 4);
    assert!(
        all(&article, ".timeline li").len() >= 2,
        "the copy is in the timeline"
    );
    let to_version = only(&article, ".versions a").attr("href").expect("a link");

    let version = browser.open(to_version, "version", DESK);
    assert_accessible(&version, "version");
    assert!(!all(&version, ".diff ins").is_empty(), "{}", version.html());

    for (path, name) in [
        ("/stories", "stories"),
        ("/receipts", "receipts"),
        ("/outbox", "outbox"),
    ] {
        let page = browser.open(path, name, DESK);
        assert_accessible(&page, path);
    }
    let hostile = browser.open("/search?q=onerror", "hostile", DESK);
    assert_accessible(&hostile, "hostile");
    assert_eq!(all(&hostile, ".hits li").len(), 1);
    assert_eq!(words(only(&hostile, "head > title")), "onerror · boardwalk");

    for (path, name) in [
        ("/", "overview"),
        (to_article, "article"),
        (to_board, "board"),
    ] {
        let page = browser.open(path, name, PHONE_AT_NIGHT);
        assert_accessible(&page, name);
    }
    a_pass_shows_on_an_open_overview(&world, &daemon, &browser, &boards.concat());
    daemon.signal("TERM");
    daemon.wait().expect_code(0);
}

/// The page hears that a board is being read while its answer is held back, and then shows what is new; nobody reloads it.
fn a_pass_shows_on_an_open_overview(
    world: &World,
    daemon: &Daemon<'_>,
    browser: &Browser,
    boards: &str,
) {
    let mut tab = browser.stay("/?lang=en");
    tab.until("document.readyState === 'complete' && (window.opened = document.body)");
    world.site.boards(|boards| boards.post("free"));
    let (release, held) = mpsc::channel::<()>();
    world.site.on_request(move |_, _| {
        // Until there is nobody who could release it.
        let _ = held.recv_timeout(Duration::from_secs(30));
    });
    daemon.configure(&boards.replace("every 1h", "every 1s"));
    daemon.signal("HUP");
    let free = "document.querySelector('li[data-board=free]')";
    tab.until(&format!("!{free}.querySelector('.live').hidden"));
    drop(release);
    tab.until(&format!("{free}.querySelector('dd').innerText === '9'"));
    tab.until("window.opened === document.body");
}
