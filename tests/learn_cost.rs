//! What learning costs: a few pages of an ordinary board, and pages made to cost much. Limits are those of a release
//! build; debug builds are given four times as long.
#![cfg(target_os = "linux")]

#[path = "support/cpu.rs"]
mod cpu;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use boardwalk::document::{Document, parse};
use boardwalk::learn::{MOST_TEXT, Navigation, SeenArticle, SeenPage, learn, learn_listing};
use cpu::cpu_time;
use support::replay::{Replay, corpus};
use support::tongues::TONGUES;
use support::variety::{Board, layouts};
use url::{Position, Url};

/// Per page of an ordinary board; of a page that was made to cost much.
const ORDINARY: Duration = Duration::from_millis(300);
const HOSTILE: Duration = Duration::from_secs(2);
const MOST_KIB: u64 = 256 * 1024;

fn allowed(limit: Duration) -> Duration {
    if cfg!(debug_assertions) {
        4 * limit
    } else {
        limit
    }
}

fn url(path: &str) -> Url {
    Url::parse("http://board.example")
        .unwrap()
        .join(path)
        .unwrap()
}

/// Parses and learns: listing pages, then as many articles as the samples ask for.
fn learn_from(listing: &[(String, Url)], article: &dyn Fn(&Url) -> String) -> (usize, Duration) {
    let as_of = "2026-11-28T03:00:00Z".parse().unwrap();
    let begun = cpu_time();
    let trees: Vec<Document> = listing.iter().map(|(text, _)| parse(text)).collect();
    let seen: Vec<SeenPage<'_>> = trees
        .iter()
        .zip(listing)
        .map(|(html, (_, url))| SeenPage { html, url, as_of })
        .collect();
    let turns: Vec<Url> = listing[1..].iter().map(|(_, url)| url.clone()).collect();
    let navigation = Navigation {
        turns,
        ..Navigation::default()
    };
    let Ok(draft) = learn_listing(&seen, &navigation) else {
        return (listing.len(), cpu_time() - begun);
    };
    // As a crawl does: of huge pages a few are enough.
    let mut left = MOST_TEXT.saturating_sub(listing.iter().map(|(text, _)| text.len()).sum());
    let mut pages: Vec<(Document, &Url)> = Vec::new();
    for url in &draft.samples {
        let text = article(url);
        if pages.is_empty() || text.len() <= left {
            left = left.saturating_sub(text.len());
            pages.push((parse(&text), url));
        }
    }
    let articles: Vec<SeenArticle<'_>> = pages
        .iter()
        .map(|(html, url)| SeenPage { html, url, as_of })
        .enumerate()
        .map(|(sample, page)| SeenArticle {
            sample,
            page,
            turns: &[],
        })
        .collect();
    let _ = learn(&draft, &seen[0], &articles, &[]);
    (listing.len() + articles.len(), cpu_time() - begun)
}

#[track_caller]
fn check(name: &str, limit: Duration, (n_pages, took): (usize, Duration)) {
    let each = took / u32::try_from(n_pages).unwrap();
    eprintln!("{name}: {n_pages} pages in {took:?}, {each:?} each");
    assert!(each <= allowed(limit), "{name}: {each:?} a page");
}

/// The recorded boards: a listing's two pages and five articles of each. Needs `BOARDWALK_CORPUS` and python3; without the
/// variable it says so and passes.
#[test]
fn recorded_pages_cost_little() {
    const LISTINGS: [(&str, [&str; 2]); 7] = [
        ("rhymix", ["/news", "/news?page=2"]),
        ("rhymix", ["/sketch", "/sketch?page=2"]),
        ("rhymix", ["/xed", "/xed?page=2"]),
        (
            "gnuboard5",
            [
                "/bbs/board.php?bo_table=news",
                "/bbs/board.php?bo_table=news&page=2",
            ],
        ),
        (
            "gnuboard5",
            [
                "/bbs/board.php?bo_table=pic",
                "/bbs/board.php?bo_table=pic&page=2",
            ],
        ),
        ("gnuboard5-rewrite", ["/news", "/news?page=2"]),
        ("kboard", ["/?page_id=69", "/?page_id=69&pageid=2"]),
    ];
    let Some(corpus) = corpus() else { return };
    for (site, targets) in LISTINGS {
        let folder = tempfile::tempdir().expect("a folder");
        let replay = Replay::start(&corpus, site, folder.path());
        let origin = Url::parse(&replay.origin).expect("an address");
        let listing: Vec<(String, Url)> = targets
            .iter()
            .map(|target| {
                let url = origin.join(target).expect("a target");
                (get(&url), url)
            })
            .collect();
        let cost = learn_from(&listing, &get);
        assert!(cost.0 > 2, "{site}: {} was not learnt", targets[0]);
        check(&format!("{site} {}", targets[0]), ORDINARY, cost);
    }
}

/// A page from a server on loopback.
fn get(url: &Url) -> String {
    let host = url.host_str().expect("a host");
    let port = url.port().expect("a port");
    let mut stream = TcpStream::connect((host, port)).expect("the server listens");
    let target = &url[Position::BeforePath..Position::AfterQuery];
    write!(
        stream,
        "GET {target} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n"
    )
    .expect("it is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let answer = String::from_utf8_lossy(&answer);
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    body.to_owned()
}

#[test]
fn ordinary_pages_cost_little() {
    for layout in layouts() {
        let board = Board::new(&layout, &TONGUES[0]);
        let listing: Vec<(String, Url)> = (1..=2)
            .map(|page| (board.listing_page(page), url(&board.listing_url(page))))
            .collect();
        let article = |url: &Url| {
            board
                .post_at(url)
                .map_or(String::new(), |post| board.article_page(post))
        };
        check(layout.name, ORDINARY, learn_from(&listing, &article));
    }
}

/// Peak resident memory of this process in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse().ok())
        .expect("Linux tells the peak in kB")
}

/// Pages of 100,000 elements, 10,000 levels or 50,000 links, as listings and as articles.
#[test]
fn hostile_pages_cost_bounded_time_and_memory() {
    let row = |n: usize| {
        format!(
            "<li class='r{}'><a href='/x/{n}'>word {n} and more</a> <i>2026-01-02</i> <b>who</b></li>",
            n % 3
        )
    };
    let many_links = format!("<ul>{}</ul>", (0..50_000).map(row).collect::<String>());
    let deep = format!(
        "{}{}",
        "<div class='a b'>".repeat(10_000),
        (0..200).map(row).collect::<String>()
    );
    let two_to_one = format!(
        "<table>{}</table>",
        "<tr><td>1<td><a href='/x/1'>a</a><td><a href='/x/2'>b</a>".repeat(14_000)
    );
    let of_many_kinds: String = (0..20_000)
        .map(|n| {
            format!(
                "<div><p><a href='/k{}/{}'>word {n}</a></p></div>",
                n % 400,
                n
            )
        })
        .collect();
    let many_classes: String = (0..30_000)
        .map(|n| {
            format!(
                "<div class='c{} d{} e{}'><span class=f{}>word {n} 2026-01-02</span></div>",
                n % 97,
                n % 89,
                n % 83,
                n % 79
            )
        })
        .collect();
    let nested_rows = format!(
        "<ul>{}</ul>",
        (0..100)
            .map(|n| format!(
                "<li>{}<a href='/x/{n}'>title number {n}</a>{}</li>",
                "<div class=c>".repeat(300),
                "<em>x</em>".repeat(600)
            ))
            .collect::<String>()
    );
    let many_files = format!(
        "<ul>{}</ul><div class=attachments>Attachments {}</div>",
        (0..40).map(row).collect::<String>(),
        (0..30_000)
            .map(|n| format!(
                "<b><i><a href='/download.php?no={n}'>report {n}.pdf</a> (12 KB) <u>x</u></i></b> "
            ))
            .collect::<String>()
    );
    let small: String = format!("<ul>{}</ul>", (0..40).map(row).collect::<String>());
    let pages = [
        ("many links", &many_links),
        ("deep", &deep),
        ("two articles a row", &two_to_one),
        ("many kinds", &of_many_kinds),
        ("many classes", &many_classes),
        ("deep rows", &nested_rows),
        ("many files", &many_files),
    ];
    for (name, text) in pages {
        let listing = [
            (text.clone(), url("/list")),
            (text.clone(), url("/list?page=2")),
        ];
        check(name, HOSTILE, learn_from(&listing, &|_| small.clone()));
        let listing = [(small.clone(), url("/list"))];
        let article = |url: &Url| {
            format!(
                "<title>{url}</title><h1>word {}</h1>{text}",
                url.path().len()
            )
        };
        check(
            &format!("{name}, as articles"),
            HOSTILE,
            learn_from(&listing, &article),
        );
    }
    let peak = peak_kib();
    eprintln!("peak {peak} KiB");
    assert!(peak <= MOST_KIB, "{peak} KiB");
}
