//! What is done with bytes from outside, a function for each reader, with what must hold whatever the bytes are. The
//! fuzz targets call these, and so do the property tests of `tests/hostile`, so that both look for the same faults.
//!
//! A function returns: the bytes were survived. It panics: a promise of the reader was broken.

use std::path::Path;
use std::sync::LazyLock;

use boardwalk::article::{self, PageView, ReadOptions};
use boardwalk::config;
use boardwalk::dates::{combine, read_date};
use boardwalk::document;
use boardwalk::fetch::{RobotsFile, decode as decode_body, decode_as};
use boardwalk::learn::{self, Navigation, SeenArticle, SeenPage};
use boardwalk::listing::{page_links, read_listing};
use boardwalk::model::{ListingPage, PageClass};
use boardwalk::profile::{Library, Profile};
use boardwalk::store::search_query::Query;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::built_in);

/// When all pages were served.
fn as_of() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().expect("a constant moment")
}

/// Zones with and without summer time, on both sides of the date line.
fn zones() -> [TimeZone; 3] {
    ["Asia/Seoul", "America/New_York", "Pacific/Apia"]
        .map(|name| TimeZone::get(name).expect("the time zones are bundled"))
}

/// The first line of the bytes, and the rest: two inputs in one.
fn parts(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(bytes);
    match text.split_once('\n') {
        Some((first, rest)) => (first.to_owned(), rest.to_owned()),
        None => (text.into_owned(), String::new()),
    }
}

/// Bytes to text: what was valid UTF-8 without a claim stays as it was, and no label leads out of the known ones.
pub fn decode(bytes: &[u8]) {
    let (label, _) = parts(bytes);
    let plain = decode_body(bytes, None, None, None);
    if let Ok(text) = std::str::from_utf8(bytes)
        && plain.charset == "UTF-8"
    {
        assert_eq!(plain.text, text.strip_prefix('\u{FEFF}').unwrap_or(text));
        assert_eq!(plain.n_replaced, 0);
    }
    decode_body(bytes, Some(&label), Some(&label), Some(&label));
    let in_header = format!("text/html; charset={label}");
    for tld in ["kr", "jp", "cn", "com"] {
        decode_body(bytes, Some(&in_header), Some("euc-kr"), Some(tld));
    }
    decode_as(bytes, &label);
}

/// A robots file and a URL's path: a verdict, whatever stands there; a client error allows, an unreachable file nothing.
pub fn robots(bytes: &[u8]) {
    let (path, _) = parts(bytes);
    let mut url = Url::parse("http://board.example/").expect("a constant URL");
    url.set_path(&path);
    url.set_query(Some(&path));
    for (status, allowed) in [(200, None), (404, Some(true)), (503, Some(false))] {
        let file = RobotsFile {
            status,
            body: bytes.to_vec(),
            fetched_at: as_of(),
        };
        let reading = file.reading(&url);
        if let Some(allowed) = allowed {
            assert_eq!(reading.is_some_and(|(may, _)| may), allowed);
        }
    }
}

/// Words of a date: none ahead of the page's own time, none from before boards existed.
pub fn dates(bytes: &[u8]) {
    let (cell, tooltip) = parts(bytes);
    for zone in zones() {
        for found in [
            read_date(&cell, &zone, as_of()),
            combine(&cell, &tooltip, &zone, as_of()),
        ]
        .into_iter()
        .flatten()
        {
            // A day without a time may begin before noon of the page's day, and end behind it.
            assert!(
                found.at <= as_of() + SignedDuration::from_hours(24),
                "{found:?}"
            );
            assert!(zone.to_datetime(found.at).year() >= 1990 - 1, "{found:?}");
        }
    }
    // The ends of time.
    for as_of in [Timestamp::MIN, Timestamp::MAX] {
        read_date(&cell, &TimeZone::UTC, as_of);
    }
}

/// A URL to an identity: an article's canonical URL is a spelling of the same article, a page of a listing one of the
/// same listing, and what is requested is settled at once.
pub fn identity(bytes: &[u8]) {
    let (first, rest) = parts(bytes);
    let base = Url::parse("http://board.example/news?page=2").expect("a constant URL");
    let mut built = base.clone();
    built.set_path(&first);
    built.set_query((!rest.is_empty()).then_some(&rest));
    for url in [base.join(&first).ok(), Some(built)].into_iter().flatten() {
        for name in LIBRARY.names() {
            let profile = LIBRARY.get(name).expect("it was just named");
            let identity = &profile.identity;
            if let Some(article) = identity.article(&url) {
                let again = identity.article(&article.canonical_url);
                assert_eq!(
                    again.map(|again| again.key),
                    Some(article.key.clone()),
                    "{name} {url}"
                );
                identity.with_id(&article, "12");
            }
            if let Some(board) = identity.board(&url)
                && let Some(third) = identity.listing_page(&url, 3)
            {
                let again = identity.board(&third).map(|again| (again.key, again.page));
                assert_eq!(again, Some((board.key, 3)), "{name} {url}");
            }
            let clean = identity.requestable(&url);
            assert_eq!(identity.requestable(&clean), clean, "{name} {url}");
        }
    }
}

/// A listing page, by every built-in profile: bounded rows, each with a key and a title without control characters.
pub fn listing(bytes: &[u8]) {
    let text = decode_body(bytes, None, None, Some("kr")).text;
    let html = document::parse(&text);
    let url = Url::parse("http://board.example/news?page=2").expect("a constant URL");
    for name in LIBRARY.names() {
        let profile = LIBRARY.get(name).expect("it was just named");
        let page = read_listing(&html, &url, &profile, as_of());
        assert!(page.rows.len() <= ListingPage::MAX_ROWS);
        for row in &page.rows {
            assert!(matches!(row.url.scheme(), "http" | "https"), "{}", row.url);
        }
    }
    page_links(&html, &url);
}

/// An article's page, by every built-in profile and without one: only articles are content, and their markup has lost
/// all that runs.
pub fn article(bytes: &[u8]) {
    let text = decode_body(bytes, None, None, Some("kr")).text;
    let html = document::parse(&text);
    let url = Url::parse("http://board.example/news/12").expect("a constant URL");
    let view = PageView {
        html: &html,
        source: &text,
        url: &url,
        redirect_to: None,
        status: 200,
        as_of: as_of(),
    };
    for name in LIBRARY.names() {
        let profile = LIBRARY.get(name).expect("it was just named");
        let read = article::read_article(&view, &profile, &ReadOptions::default());
        if read.class != PageClass::Article {
            assert!(read.text.is_empty() && read.html.is_empty());
        }
        assert_harmless(&read.html);
    }
    article::extract(&view, &LIBRARY);
}

/// Nothing in stored markup runs, frames or loads by itself.
fn assert_harmless(markup: &str) {
    let parsed = document::parse(markup);
    for node in parsed.nodes() {
        let Some(element) = node.value().as_element() else {
            continue;
        };
        let name = element.name();
        assert!(
            !matches!(
                name,
                "script" | "iframe" | "object" | "embed" | "style" | "form"
            ),
            "{markup}"
        );
        for (attribute, value) in element.attrs() {
            assert!(!attribute.starts_with("on"), "{markup}");
            if matches!(attribute, "href" | "src") {
                let scheme = Url::parse(value).map(|url| url.scheme().to_owned());
                assert!(
                    scheme.is_err()
                        || scheme.is_ok_and(|scheme| matches!(
                            scheme.as_str(),
                            "http" | "https" | "mailto" | "tel"
                        )),
                    "{value}"
                );
            }
        }
    }
}

/// A board that no profile knows: a profile that compiles, or a refusal.
pub fn learn(bytes: &[u8]) {
    let text = decode_body(bytes, None, None, Some("kr")).text;
    let html = document::parse(&text);
    let url = Url::parse("http://board.example/news").expect("a constant URL");
    let page = SeenPage {
        html: &html,
        url: &url,
        as_of: as_of(),
    };
    learn::calls(&html, &url);
    learn::listing_candidates(&[page]);
    let found = page_links(&html, &url);
    let navigation = Navigation {
        turns: found
            .following
            .into_iter()
            .chain(found.pages)
            .take(12)
            .collect(),
        ..Navigation::default()
    };
    let Ok(draft) = learn::learn_listing(&[page], &navigation) else {
        return;
    };
    // The page serves as its own articles: the learner must bear whatever it is given.
    let articles: Vec<SeenArticle<'_>> = (0..draft.samples.len().min(2))
        .map(|sample| SeenArticle {
            sample,
            page,
            turns: &[],
        })
        .collect();
    if let Ok(learnt) = learn::learn(&draft, &page, &articles, &[]) {
        let profile = Profile::from_toml(&learnt.text);
        assert!(profile.is_ok(), "{:?}\n{}", profile.err(), learnt.text);
    }
}

/// A configuration's text, and a profile's: options, or complaints that have a place.
pub fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let path = Path::new("boardwalk.toml");
    if let Err(complaints) = config::from_toml(path, &text) {
        assert!(!complaints.is_empty());
    }
    if let Err(complaints) = Profile::from_toml(&text) {
        assert!(!complaints.is_empty());
    }
    let _ = config::board_url(&text);
    let _ = config::board_name(&text);
    let _ = config::time_zone(&text);
}

/// A search as it is typed.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for zone in zones() {
        let query = Query::parse(&text, &zone);
        assert!(query.words.iter().all(|word| !word.is_empty()));
    }
}
