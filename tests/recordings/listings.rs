//! Every row of every recorded listing page against the boards' own databases.

use std::collections::{BTreeMap, BTreeSet};

use boardwalk::document::parse;
use boardwalk::listing::read_listing;
use boardwalk::model::Row;
use boardwalk::profile::{BoardRef, Library, Profile};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::recording::{Page, Recording, says};

struct Site {
    pages: Vec<Page>,
    cookies: Vec<String>,
    /// (board, key) → line of the truth.
    truth: BTreeMap<(String, String), Value>,
}

fn read_site(name: &str) -> Option<Site> {
    let recording = Recording::of(name)?;
    let id = |line: &Value| {
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        (text("board"), text("key"))
    };
    Some(Site {
        pages: recording.pages,
        cookies: recording.cookies,
        truth: recording
            .truth
            .into_iter()
            .map(|line| (id(&line), line))
            .collect(),
    })
}

/// What of a row differs from the truth.
fn differences(row: &Row, truth: &Value, page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |name: &str, got: String, want: String| {
        if got != want {
            found.push(format!("{name}: {got:?}, not {want:?}"));
        }
    };
    let text = |key: &str| truth[key].as_str().map(fold).unwrap_or_default();
    let titles = [text("listing_title"), text("title"), text("heading_title")];
    let title = &row.title;
    // gnuboard cuts titles in listings: at 60 characters, for phones at 30.
    let is_cut = title
        .strip_suffix('…')
        .is_some_and(|start| !start.is_empty() && titles[1].starts_with(start));
    // Which of the titles is shown depends on the skin and the view (secret and unapproved posts).
    if !titles.contains(title) && !is_cut {
        check("title", title.clone(), titles.join(" or "));
    }
    check(
        "author",
        row.author.clone().unwrap_or_default(),
        text("author"),
    );
    check(
        "notice",
        row.notice.to_string(),
        truth["is_notice"].to_string(),
    );
    if let Some(category) = &row.category {
        check("category", category.clone(), text("category"));
    }
    let count = truth["comment_count"].as_u64().unwrap();
    check(
        "comments",
        row.comment_count.unwrap_or(0).to_string(),
        count.to_string(),
    );
    if let (Some(rank), Some(number)) = (row.rank, truth["number_in_listing"].as_u64()) {
        check("rank", rank.to_string(), number.to_string());
    }
    if let Some(posted) = &row.posted {
        let written: Timestamp = truth["posted_at"].as_str().unwrap().parse().unwrap();
        if !says(posted, written) {
            check(
                "date",
                format!("{posted:?} as of {}", page.at),
                written.to_string(),
            );
        }
    } else if !row.notice {
        check("date", "none".into(), text("posted_at"));
    }
    if truth["state"] == "secret" && truth["reason"].is_null() && page.shows_locks() {
        check("secret", row.secret.to_string(), "true".into());
    }
    found
}

impl Page {
    /// Rhymix for phones and the other layouts of sketchbook5 show none.
    fn shows_locks(&self) -> bool {
        let query = self.url.query().unwrap_or_default();
        !self.body.contains("<ul class=\"lt\">") && !query.contains("listStyle=")
    }
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The board that the page is a listing of, unless it is one category of it, whose rows are numbered anew.
fn whole_board(profile: &Profile, url: &Url) -> Option<BoardRef> {
    let board = profile.identity.board(url)?;
    (!board.key.contains('?')).then_some(board)
}

/// Reads all pages of a site; returns what differs, and for each board the keys of its unfiltered listing.
fn check_site(site: &Site, profile: &Profile) -> (Vec<String>, BTreeMap<String, BTreeSet<String>>) {
    let mut wrong = Vec::new();
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for page in site.pages.iter().filter(|page| page.status == 200) {
        let board = whole_board(profile, &page.url);
        let view = page.url.query().unwrap_or_default();
        let is_view = [
            "sca=",
            "category",
            "listStyle=",
            "keyword",
            "stx=",
            "sst=",
            "sort_index=",
        ]
        .iter()
        .any(|p| view.contains(p));
        if board.is_none() && profile.identity.article(&page.url).is_none() && !is_view {
            continue;
        }
        let html = parse(&page.body);
        let listing = read_listing(&html, &page.url, profile, page.at);
        // Articles without a listing under them are no listing pages.
        let warnings = listing.warnings.iter().filter(|_| listing.container_found);
        for warning in warnings {
            wrong.push(format!("{}: warning: {warning}", page.url));
        }
        for row in &listing.rows {
            let found = profile.identity.article(&row.url).unwrap();
            let board_name = found.board.unwrap().replace("69", "kboard-1");
            let id = (board_name.clone(), row.key.id().to_owned());
            let Some(truth) = site.truth.get(&id) else {
                wrong.push(format!("{}: {id:?} is not in the truth", page.url));
                continue;
            };
            let mut differences = differences(row, truth, page);
            // Filtered and sorted views number their rows anew.
            differences.retain(|d| !(d.starts_with("rank") && is_view));
            wrong.extend(
                differences
                    .into_iter()
                    .map(|d| format!("{} {id:?} {d}", page.url)),
            );
            if board.is_some() {
                listed.entry(board_name).or_default().insert(id.1);
            }
        }
    }
    (wrong, listed)
}

/// Every page with posts tells its number, the last page and the next one.
fn check_pagers(site: &Site, profile: &Profile) {
    let mut seen: Vec<(String, u32, &Page)> = Vec::new();
    for page in site.pages.iter().filter(|page| page.status == 200) {
        if let Some(board) = whole_board(profile, &page.url) {
            let listing = read_listing(&parse(&page.body), &page.url, profile, page.at);
            // Under `page=-1` gnuboard links the pages of a board that does not exist.
            let odd = page.url.query().is_some_and(|query| query.contains("=-"));
            if listing.ordinary().count() > 0 && !odd {
                seen.push((board.key, board.page, page));
            }
        }
    }
    for (board, number, page) in &seen {
        let last = seen
            .iter()
            .filter(|(key, ..)| key == board)
            .map(|(_, number, _)| *number)
            .max();
        let pager = read_listing(&parse(&page.body), &page.url, profile, page.at).pager;
        // A board of one page may have no pager at all.
        if last > Some(1) {
            assert_eq!(
                (pager.current, pager.last),
                (Some(*number), last),
                "{}",
                page.url
            );
            let next = pager
                .next
                .and_then(|next| profile.identity.board(&next))
                .map(|next| next.page);
            assert_eq!(
                next,
                Some(number + 1).filter(|next| Some(*next) <= last),
                "{}",
                page.url
            );
        }
    }
}

fn check(name: &str, engine: &str) {
    let Some(site) = read_site(name) else { return };
    let library = Library::built_in();
    let profile = library.get(engine).unwrap();

    let (wrong, listed) = check_site(&site, &profile);
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((board, key), line) in &site.truth {
        if line["listed"] == true {
            expected
                .entry(board.clone())
                .or_default()
                .insert(key.clone());
        }
    }
    assert_eq!(listed, expected, "all listed posts, and no others");
    check_pagers(&site, &profile);

    for page in site.pages.iter().filter(|page| page.status == 200) {
        if profile
            .identity
            .board(&page.url)
            .is_some_and(|board| board.page == 1)
        {
            let html = parse(&page.body);
            let recognised = library.recognise(&html, &page.body, &site.cookies, &page.url);
            let recognised = recognised.map(|recognised| recognised.profile.engine.clone());
            assert_eq!(recognised.as_deref(), Some(engine), "{}", page.url);
        }
    }
}

#[test]
fn rows_of_rhymix_equal_its_database() {
    check("rhymix", "rhymix");
}

#[test]
fn rows_of_gnuboard5_equal_its_database() {
    check("gnuboard5", "gnuboard5");
}

#[test]
fn rows_of_gnuboard5_with_short_addresses_equal_its_database() {
    check("gnuboard5-rewrite", "gnuboard5");
}

#[test]
fn rows_of_kboard_equal_its_database() {
    check("kboard", "kboard");
}
