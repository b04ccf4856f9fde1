//! Where might a page get its rows from, if they do not stand in it? In: the page. Out: URLs of the same site that may
//! answer with a list in JSON, the likeliest first, each with what speaks for it. Only what a page names, or what its
//! software is known for; nothing that acts.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::islands::islands;
use super::pattern;
use super::scripts::{MadePath, made_paths};
use crate::document::{Html, Selector};
use crate::learn::address::{is_same_host, parameters};
use crate::profile::json_list;

/// Bytes of scripts that are looked at.
const MAX_SCRIPT: usize = 512 * 1024;
/// Endpoints worth asking; more are guesses.
const MAX_ENDPOINTS: usize = 3;
/// What must speak for a URL before it is asked for.
const FLOOR: i32 = 2;

static SCRIPTS: LazyLock<Selector> = LazyLock::new(|| selector("script:not([src])"));
static GENERATOR: LazyLock<Selector> =
    LazyLock::new(|| selector("meta[name='generator' i][content]"));
static REST: LazyLock<Selector> =
    LazyLock::new(|| selector("link[rel='https://api.w.org/'][href]"));
static FEEDS: LazyLock<Selector> = LazyLock::new(|| {
    selector(
        "link[rel~='alternate' i][type$='+xml' i][href], link[rel~='alternate' i][type='application/feed+json' i][href], link[rel='sitemap' i][href]",
    )
});
static PRELOADED: LazyLock<Selector> =
    LazyLock::new(|| selector("link[rel~='preload' i][as='fetch' i][href]"));
/// More than what any name in a script says.
const PRELOADED_SCORE: i32 = 50;
/// A page about one text: its feed is another page's.
static ONE_TEXT: LazyLock<Selector> =
    LazyLock::new(|| selector("meta[property='og:type'][content='article' i]"));
static NODEBB: LazyLock<Selector> = LazyLock::new(|| selector("script#ajaxify-data"));

/// What an unwanted URL does, or is about.
static UNWANTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)delete|remove|log-?out|log-?in|sign|write|create|update|edit|save|submit|vote|like|report|upload|track|analytic|notif|session|auth|config|suggest|search|beacon|csrf|token/|subscribe|/me\b|/users?/|comment",
    )
});
static SENDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:post|put|delete|patch|sendBeacon)\s*\(\s*$"));
static SENDS_AFTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)^[^;]{0,60}method["']?\s*:\s*["'](?:POST|PUT|DELETE|PATCH)"#));
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:fetch|get|getJSON|ajax|load|axios|request|open)\s*\(\s*(?:["']GET["']\s*,\s*)?$"#,
    )
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?:url|uri|api|endpoint|source|feed|more|next)\w*["']?\s*[:=]\s*$"#)
});
static MACHINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)/api\b|\.json\b|/ajax|format=json|/wp-json/|/rest/|/v\d+/"));
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)posts?\b|list|topics?\b|articles?\b|items?\b|threads?\b|feed|news|latest|entries|board",
    )
});
static DATA_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^data-.*(?:url|api|endpoint|src|source|feed|href|load|next|more)")
});
pub(super) static PAGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:p|pg|paged?|(?:current|next)_?page|page_?(?:no|num|number|index))$")
});
pub(super) static OFFSET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:offset|start|skip|from|begin|limitstart)$"));
static CURSOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)cursor|after|before|token|continu|max_?id|since|last|next|until|^(?:id|key|mark|from_?id)$",
    )
});
static FIRST_PAGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bpage(?:_?(?:no|num|number|index))?\s*[=:]\s*(\d{1,3})\b"));

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a constant selector")
}

/// A URL that may answer with the page's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub url: Url,
    /// What speaks for it.
    pub reason: String,
    /// The parameter that counts pages or rows, as far as it is known.
    pub(super) turned: Option<String>,
    /// A parameter that says where an answer goes on; the first has none.
    pub(super) cursor: Option<String>,
    /// How a record's link is made, as far as the page or its software tells; the likeliest first.
    pub(super) links: Vec<String>,
    /// The answer stands in the page itself: see [`JsonList::island`](crate::profile::JsonList::island).
    pub island: Option<String>,
    /// How links are made is a guess, which an article must confirm.
    pub is_guess: bool,
    /// What stands in its path around that of the page whose data it has: other pages' data stand likewise.
    pub(super) frame: Option<(String, String)>,
}

/// The endpoints that a page names, and first of all, what it holds itself.
pub fn endpoints(text: &str, html: &Html, url: &Url) -> Vec<Endpoint> {
    let mut scripts = String::new();
    for text in html.select(&SCRIPTS).flat_map(|script| script.text()) {
        if scripts.len() + text.len() <= MAX_SCRIPT {
            scripts.push_str(text);
            scripts.push('\n');
        }
    }
    let made = made_paths(&scripts);
    let first_page = FIRST_PAGE
        .captures(&scripts)
        .and_then(|found| found[1].parse().ok())
        .unwrap_or(1);
    let links: Vec<String> = made
        .iter()
        .map(|made| &made.path)
        .filter(|path| path.contains('{') && path.starts_with('/') && !MACHINE.is_match(path))
        .cloned()
        .collect();
    let mut found: Vec<(i32, Endpoint)> = of_software(html, url);
    found.extend(preloaded(html, url).map(|endpoint| (PRELOADED_SCORE, endpoint)));
    found.extend(feeds(html, url).map(|endpoint| (0, endpoint)));
    let attributes = in_attributes(html);
    for made in made.iter().chain(&attributes) {
        let score = score(made);
        if score < FLOOR {
            continue;
        }
        if let Some(mut endpoint) = endpoint(&made.path, url, first_page) {
            endpoint.reason = format!("{} stands in the page", made.path);
            found.push((score, endpoint));
        }
    }
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut all = islands(text, html, url, &links);
    let mut kept: Vec<Endpoint> = Vec::new();
    for (_, mut endpoint) in found {
        let same = kept.iter().any(|held| held.url == endpoint.url);
        if kept.len() < MAX_ENDPOINTS && !same && endpoint.url != *url {
            endpoint.links.extend(links.iter().cloned());
            kept.push(endpoint);
        }
    }
    all.extend(kept);
    all
}

/// The page as an endpoint, where it is one itself: somebody named a feed.
pub fn as_endpoint(text: &str, url: &Url) -> Option<Endpoint> {
    json_list::read(text)?;
    Some(Endpoint {
        reason: "the page is data itself".to_owned(),
        ..endpoint(&url[url::Position::BeforePath..], url, 1)?
    })
}

/// What the page's software answers in JSON, by its own documentation.
fn of_software(html: &Html, url: &Url) -> Vec<(i32, Endpoint)> {
    const SURE: i32 = 100;
    let mut found = Vec::new();
    let mut add = |path: String, reason: &str, turned: &str, links: &[&str]| {
        if let Ok(url) = url.join(&path) {
            found.push((
                SURE,
                Endpoint {
                    url,
                    reason: reason.to_owned(),
                    turned: Some(turned.to_owned()),
                    cursor: None,
                    links: links.iter().map(|link| (*link).to_owned()).collect(),
                    island: None,
                    is_guess: false,
                    frame: None,
                },
            ));
        }
    };
    let generator = html
        .select(&GENERATOR)
        .next()
        .and_then(|meta| meta.attr("content"))
        .unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    if generator.starts_with("Discourse") {
        let list = if path.is_empty() { "/latest" } else { path };
        add(
            format!("{list}.json"),
            "Discourse's lists have a .json form",
            "page",
            &["/t/{slug}/{id}"],
        );
    }
    if generator.starts_with("NodeBB") || html.select(&NODEBB).next().is_some() {
        let list = if path.is_empty() { "/recent" } else { path };
        add(
            format!("/api{list}"),
            "NodeBB's pages stand below /api as data",
            "page",
            &["/topic/{slug}"],
        );
    }
    if let Some(root) = html.select(&REST).next().and_then(|link| link.attr("href")) {
        let root = root.trim().trim_end_matches('/');
        let list = match root.contains("?rest_route=") {
            true => format!("{root}/wp/v2/posts&page=1"),
            false => format!("{root}/wp/v2/posts?page=1"),
        };
        add(
            list,
            "the page links WordPress's REST interface",
            "page",
            &[],
        );
    }
    found
}

/// The feeds that a page links, as far as they are those of its rows. They have the newest entries only: whatever else
/// the page names goes first.
fn feeds(html: &Html, url: &Url) -> impl Iterator<Item = Endpoint> {
    let is_list = html.select(&ONE_TEXT).next().is_none();
    html.select(&FEEDS)
        .filter(move |_| is_list)
        .filter_map(|link| endpoint(link.attr("href")?.trim(), url, 1))
        .filter(|feed| !UNWANTED.is_match(feed.url.path()))
        .map(|feed| Endpoint {
            reason: "the page links this feed".to_owned(),
            ..feed
        })
}

/// Data that the page asks browsers to fetch before its scripts do (HTML, "Link type `preload`"). Where the path holds that
/// of the page, or `index` in place of none, the data are the page's own.
fn preloaded(html: &Html, url: &Url) -> impl Iterator<Item = Endpoint> {
    let page = url.path().trim_end_matches('/');
    let page = if page.is_empty() { "/index" } else { page };
    html.select(&PRELOADED)
        .filter_map(|link| endpoint(link.attr("href")?.trim(), url, 1))
        .filter(|data| !UNWANTED.is_match(data.url.path()))
        .filter_map(move |data| {
            let (before, after) = data.url.path().split_once(&format!("{page}/"))?;
            Some(Endpoint {
                reason: "the page's data are fetched from there".to_owned(),
                frame: Some((before.to_owned(), format!("/{after}"))),
                ..data
            })
        })
}

/// Paths in attributes that are named for one: `data-next-url="/more?page=2"`.
fn in_attributes(html: &Html) -> Vec<MadePath> {
    const MAX_ELEMENTS: usize = 20_000;
    html.root_element()
        .descendent_elements()
        .take(MAX_ELEMENTS)
        .flat_map(|element| element.value().attrs())
        .filter(|(name, value)| {
            DATA_NAME.is_match(name) && value.starts_with(['/', 'h']) && value.len() < 1_000
        })
        .map(|(name, value)| MadePath {
            path: value.trim().to_owned(),
            before: format!("{name}="),
            after: String::new(),
        })
        .collect()
}

fn score(made: &MadePath) -> i32 {
    let (path, query) = made.path.split_once('?').unwrap_or((&made.path, ""));
    if UNWANTED.is_match(path) || SENDS.is_match(&made.before) || SENDS_AFTER.is_match(&made.after)
    {
        return 0;
    }
    let turned = query
        .split('&')
        .filter_map(|part| part.split('=').next())
        .any(|name| PAGE.is_match(name) || OFFSET.is_match(name));
    2 * i32::from(CALL.is_match(&made.before))
        + i32::from(NAMED.is_match(&made.before))
        + 2 * i32::from(MACHINE.is_match(&made.path))
        + i32::from(turned || query.contains('{'))
        + i32::from(LISTED.is_match(path))
}

/// The URL of the first answer: gaps are filled with what asks for it, or left out.
pub(super) fn endpoint(made: &str, page: &Url, first_page: u32) -> Option<Endpoint> {
    let (path, query) = made.split_once('?').unwrap_or((made, ""));
    if path.contains(['{', '}']) {
        return None;
    }
    let (mut turned, mut cursor) = (None, None);
    let mut kept: Vec<String> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if PAGE.is_match(name) || OFFSET.is_match(name) {
            turned = Some(name.to_owned());
            match value.contains('{') || value.is_empty() {
                true if PAGE.is_match(name) => kept.push(format!("{name}={first_page}")),
                true => kept.push(format!("{name}=0")),
                false => kept.push(part.to_owned()),
            }
        } else if value.contains('{') || value.is_empty() {
            if CURSOR.is_match(name) {
                cursor = Some(name.to_owned());
            }
        } else {
            kept.push(part.to_owned());
        }
    }
    let query = match kept.is_empty() {
        true => String::new(),
        false => format!("?{}", kept.join("&")),
    };
    let mut url = page.join(&format!("{path}{query}")).ok()?;
    url.set_fragment(None);
    let same = url.scheme() == page.scheme() && is_same_host(&url, page);
    same.then(|| Endpoint {
        url,
        reason: String::new(),
        turned,
        cursor,
        links: Vec::new(),
        island: None,
        is_guess: false,
        frame: None,
    })
}

impl Endpoint {
    /// Whether the parameter counts rows, not pages.
    pub(super) fn counts_rows(&self) -> bool {
        self.turned
            .as_ref()
            .is_some_and(|name| OFFSET.is_match(name))
    }

    /// What the counting parameter holds in the first answer's URL.
    pub(super) fn first_number(&self) -> Option<u64> {
        parameters(&self.url)
            .get(self.turned.as_ref()?)?
            .parse()
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let url = Url::parse("http://board.example/feed").unwrap();
        endpoints(text, &Html::parse_document(text), &url)
            .into_iter()
            .map(|endpoint| endpoint.url[url::Position::BeforePath..].to_owned())
            .collect()
    }

    #[test]
    fn endpoints_are_read_from_what_a_page_names() {
        for (text, expected) in [
            (
                "<script>let page = 0; fetch(`/api/posts?page=${page}&size=10`)</script>",
                vec!["/api/posts?page=0&size=10"],
            ),
            (
                "<script>$.getJSON('/board/more?start=' + n)</script>",
                vec!["/board/more?start=0"],
            ),
            (
                "<script>fetch('/api/stream?after=' + cursor + '&kind=text')</script>",
                vec!["/api/stream?kind=text"],
            ),
            (
                "<div data-load-url='/list.json?page=2'></div>",
                vec!["/list.json?page=2"],
            ),
            (
                "<link as=fetch rel=preload href=/page-data/feed/page-data.json><link as=fetch rel=preload href=/page-data/app-data.json>\
                 <link rel=preload as=script href=/feed/x.js>",
                vec!["/page-data/feed/page-data.json"],
            ),
            (
                "<meta name=generator content='Discourse 3.4'>",
                vec!["/feed.json"],
            ),
            (
                "<script id=ajaxify-data type=application/json>{}</script>",
                vec!["/api/feed"],
            ),
            (
                "<link rel='https://api.w.org/' href='http://board.example/wp-json/'>",
                vec!["/wp-json/wp/v2/posts?page=1"],
            ),
            (
                "<link rel=alternate type=application/rss+xml href='/comments/feed'>\
                 <link rel='alternate' type='application/rss+xml' href='/garden/feed?kind=rss'>\
                 <link rel=alternate hreflang=ko href='/ko'><script>fetch('/api/posts')</script>",
                vec!["/api/posts", "/garden/feed?kind=rss"],
            ),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn what_acts_or_is_elsewhere_is_not_asked_for() {
        for text in [
            "<script>fetch('/api/posts', {method: 'POST'})</script>",
            "<script>$.post('/api/posts')</script>",
            "<script>fetch('/api/posts/delete?page=1')</script>",
            "<script>fetch('https://elsewhere.example/api/posts?page=1')</script>",
            "<script>fetch('/api/logout')</script>",
            "<a data-href='/about'>x</a>",
            "<meta property=og:type content=article><link rel=alternate type=application/rss+xml href=/feed>",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
