//! What learning costs: a few pages of an ordinary board, and pages made to cost much. Limits are those of a release
//! build; debug builds are given four times as long.
#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;

use boardwalk::document::parse;
use boardwalk::learn::{MOST_TEXT, Navigation, SeenArticle, SeenPage, learn, learn_listing};
use scraper::Html;
use support::tongues::TONGUES;
use support::variety::{Board, layouts};
use url::Url;

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

/// Processor time of this thread: what else the machine does is not counted. In ticks of 10 ms.
fn spent() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux tells of a thread");
    // The name before may hold spaces; user and system time are the 14th and 15th field.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let n_ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * n_ticks)
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
    let begun = spent();
    let trees: Vec<Html> = listing.iter().map(|(text, _)| parse(text)).collect();
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
        return (listing.len(), spent() - begun);
    };
    // As a crawl does: of huge pages a few are enough.
    let mut left = MOST_TEXT.saturating_sub(listing.iter().map(|(text, _)| text.len()).sum());
    let mut pages: Vec<(Html, &Url)> = Vec::new();
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
    (listing.len() + articles.len(), spent() - begun)
}

#[track_caller]
fn check(name: &str, limit: Duration, (n_pages, took): (usize, Duration)) {
    let each = took / u32::try_from(n_pages).unwrap();
    eprintln!("{name}: {n_pages} pages in {took:?}, {each:?} each");
    assert!(each <= allowed(limit), "{name}: {each:?} a page");
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
    let small: String = format!("<ul>{}</ul>", (0..40).map(row).collect::<String>());
    let pages = [
        ("many links", &many_links),
        ("deep", &deep),
        ("two articles a row", &two_to_one),
        ("many kinds", &of_many_kinds),
        ("many classes", &many_classes),
        ("deep rows", &nested_rows),
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
