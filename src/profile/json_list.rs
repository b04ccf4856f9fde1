//! A listing that is data: an answer in JSON, or a feed (`super::feed`), becomes the page that a person would be shown, so that whatever reads pages
//! reads it too. In: the answer's text, and where in it what stands. Out: HTML with one `li.record` a record. Pure; never an
//! error or a panic on any text. Nothing of the answer is markup in the page: what looks like it is words.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;
use url::{Position, Url};

use super::{feed, island};
use crate::model::ListingPage;

/// The list's element in the page that is made.
pub const LIST: &str = "ul.records";
/// A record's.
pub const RECORD: &str = "li.record";
/// The link to its article; its words are the title.
pub const LINK: &str = "a.title";
/// A pinned record's.
pub const PINNED: &str = "li.record.notice";
/// What stands in the place of records where there are none.
pub const NOTHING: &str = "No posts";

/// A record's fields, each with the element that shows it. `title` is the link's words, `notice` a class of the record,
/// `posts` the number of a thread's posts, of which the first is no reply.
pub const FIELDS: [(&str, &str); 9] = [
    ("title", LINK),
    ("author", "span.author"),
    ("date", "time.date"),
    ("category", "span.category"),
    ("views", "span.views"),
    ("votes", "span.votes"),
    ("comment_count", "span.replies"),
    ("notice", PINNED),
    ("posts", "span.replies"),
];

/// Letters of a value that are shown: no title is longer, and a record may hold whole articles.
const MAX_VALUE: usize = 1_000;
/// Bytes of an answer that are read: a value of one byte takes thirty in memory. Lists of a hundred posts with their bodies
/// have some 500,000.
pub(super) const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Milliseconds since 1970 have at least as many digits in their number as this; seconds have not before the year 5138.
const FIRST_MILLISECONDS: f64 = 100_000_000_000.0;

/// Where in an answer what stands. A place is a path of keys (`data.posts`, `posts.0.id`, `posts.last.id`), the empty path is
/// the whole answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonList {
    /// The answer stands in the page itself: in the script of data with this `id`, or in one without, where it is empty.
    pub island: Option<String>,
    /// The place of the list.
    pub items: String,
    /// A record's link: `{path}` is filled with what stands there in the record.
    pub url: String,
    /// Name of a field (see [`FIELDS`]) → its place in the record. Where there is none for `title`, records tell none:
    /// articles' own pages do.
    pub fields: BTreeMap<String, String>,
    /// Fields whose values are HTML (`Fish &#038; chips`).
    pub html: Vec<String>,
    /// The link to what follows: `{path}` is filled with what stands there in the answer. Where nothing does, or `null` or
    /// `false`, nothing follows.
    pub next: Option<String>,
    /// A place that holds `false` in the last answer.
    pub more: Option<String>,
    /// The board's own URL answers with an index of sitemaps. Those whose path and query match this pattern are the pages of
    /// the listing, see [`JsonList::parts`].
    pub parts: Option<String>,
}

impl JsonList {
    /// The page; `None` where the text is no JSON, or has no list where it should be. Of a page that holds its answer, the
    /// page with what it holds shown; `None` where it holds none.
    pub fn page(&self, text: &str) -> Option<String> {
        if let Some(id) = &self.island {
            return island::with_data_shown(text, id, self);
        }
        let answer = read(text)?;
        let items = at(&answer, &self.items)?.as_array()?;
        let mut page = String::from("<!DOCTYPE html><html><body>");
        // What follows records none of which can be read is not worth asking for.
        if self.show(items, &mut page) > 0 {
            self.show_next(&answer, &mut page);
        }
        page.push_str("</body></html>");
        Some(page)
    }

    /// The pages of the listing that an index of sitemaps names, in their order; `None` where the text is none. Where their
    /// names count, the highest comes first, unless the last is said to be the newer.
    pub fn parts(&self, index: &str, at: &Url) -> Option<Vec<Url>> {
        let pattern = Regex::new(&format!("^(?:{})$", self.parts.as_ref()?)).ok()?;
        let mut parts = sitemap_parts(&read(index)?, at)?;
        parts
            .retain(|part| pattern.is_match(&part.url[Position::BeforePath..Position::AfterQuery]));
        Some(in_order(parts))
    }

    /// Whether records tell titles.
    pub fn tells_titles(&self) -> bool {
        self.fields.contains_key("title")
    }

    /// Shows a list, and tells how many of its records can be read.
    pub(super) fn show(&self, items: &[Value], page: &mut String) -> usize {
        page.push_str("<ul class=\"records\">");
        let mut n_shown = 0;
        for item in items.iter().take(ListingPage::MAX_ROWS + 1) {
            n_shown += usize::from(self.record(item, page).is_some());
        }
        if items.is_empty() {
            let _ = write!(page, "<li>{NOTHING}</li>");
        }
        page.push_str("</ul>");
        n_shown
    }

    /// Shows the link to what follows, where there is one.
    pub(super) fn show_next(&self, answer: &Value, page: &mut String) {
        if let Some(next) = self.next_link(answer) {
            let _ = write!(
                page,
                "<div class=\"pagination\"><a class=\"next\" rel=\"next\" href=\"{}\">next</a></div>",
                escaped(&next)
            );
        }
    }

    /// The link to what follows this answer, as it stands in it.
    pub fn next_link(&self, answer: &Value) -> Option<String> {
        let says_no =
            |place: &String| at(answer, place).is_none_or(|more| *more == Value::Bool(false));
        if self.more.as_ref().is_some_and(says_no) {
            return None;
        }
        filled(self.next.as_ref()?, answer)
    }

    /// A record's link and the words of its fields; `None` where it has no link, or no title though others tell theirs.
    pub fn read_record(&self, item: &Value) -> Option<(String, BTreeMap<&str, String>)> {
        let url = filled(&self.url, item)?;
        let mut words: BTreeMap<&str, String> = BTreeMap::new();
        for (name, place) in &self.fields {
            let value = at(item, place);
            let said = match name.as_str() {
                "date" => value.and_then(moment),
                "notice" => value.is_some_and(is_yes).then(|| "notice".to_owned()),
                _ => value.and_then(scalar),
            };
            if let Some(said) = said.filter(|said| !said.trim().is_empty()) {
                words.insert(name.as_str(), said.chars().take(MAX_VALUE).collect());
            }
        }
        if let Some(n_posts) = words.remove("posts")
            && let Some(n_replies) = n_posts.parse::<u64>().ok().and_then(|n| n.checked_sub(1))
        {
            words.insert("comment_count", n_replies.to_string());
        }
        (words.contains_key("title") || !self.tells_titles()).then_some((url, words))
    }

    fn record(&self, item: &Value, page: &mut String) -> Option<()> {
        let (url, words) = self.read_record(item)?;
        let notice = match words.contains_key("notice") {
            true => " notice",
            false => "",
        };
        let _ = write!(
            page,
            "<li class=\"record{notice}\"><a class=\"title\" href=\"{}\">{}</a>",
            escaped(&url),
            words
                .get("title")
                .map_or(String::new(), |title| self.shown("title", title))
        );
        for (name, css) in FIELDS {
            let (Some(said), Some((tag, class))) = (words.get(name), css.split_once('.')) else {
                continue;
            };
            if matches!(name, "title" | "notice") {
                continue;
            }
            let _ = write!(
                page,
                " <{tag} class=\"{class}\">{}</{tag}>",
                self.shown(name, said)
            );
        }
        page.push_str("</li>");
        Some(())
    }

    /// A value as words of the page.
    fn shown(&self, field: &str, said: &str) -> String {
        match self.html.iter().any(|html| html == field) {
            true => without_tags(said),
            false => escaped(said),
        }
    }
}

/// An answer that is a JSON list or object, or a feed. Too long, or nested too deep (128 levels), it is none.
pub fn read(text: &str) -> Option<Value> {
    let text = beginning(text);
    match text.chars().next() {
        Some('<') if text.len() <= feed::MAX_FEED => feed::as_data(text),
        Some('{' | '[') if text.len() <= MAX_ANSWER => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// Whether an answer that can be read is a feed, not JSON.
pub fn is_markup(text: &str) -> bool {
    beginning(text).starts_with('<')
}

fn beginning(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim_start()
}

/// A file that an index of sitemaps names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitemapPart {
    pub url: Url,
    /// When something in it was last changed, as it is written there.
    pub changed: Option<String>,
}

/// The files of this host that an index of sitemaps at `at` names, as it has them; `None` where the answer is no index.
pub fn sitemap_parts(answer: &Value, at: &Url) -> Option<Vec<SitemapPart>> {
    is_sitemap(answer, "parts").then_some(())?;
    let items = answer.get("items")?.as_array()?;
    let part = |item: &Value| {
        let url = at.join(item.get("url")?.as_str()?).ok()?;
        let changed = item.get("date_published").and_then(Value::as_str);
        let is_here =
            url.scheme() == at.scheme() && url.host() == at.host() && url.port() == at.port();
        is_here.then(|| SitemapPart {
            url,
            changed: changed.map(str::to_owned),
        })
    };
    Some(items.iter().filter_map(part).collect())
}

/// Whether an answer is a sitemap of `"pages"`, or an index of such `"parts"`.
pub fn is_sitemap(answer: &Value, kind: &str) -> bool {
    answer.get("sitemap").and_then(Value::as_str) == Some(kind)
}

/// Parts by the numbers in their names, which do not change while a listing is read: the newest end first, as far as the
/// index tells which that is.
pub fn in_order(mut parts: Vec<SitemapPart>) -> Vec<Url> {
    let numbers = |part: &SitemapPart| -> Vec<u64> {
        let text = &part.url[Position::BeforePath..];
        let runs = text.split(|c: char| !c.is_ascii_digit());
        runs.filter_map(|run| run.parse().ok()).collect()
    };
    parts.sort_by_cached_key(|part| (std::cmp::Reverse(numbers(part)), part.url.clone()));
    parts.dedup_by(|a, b| a.url == b.url);
    let ends = parts.first().zip(parts.last());
    let is_reversed = ends.is_some_and(|(first, last)| {
        matches!((&first.changed, &last.changed), (Some(first), Some(last)) if first < last)
    });
    if is_reversed {
        parts.reverse();
    }
    parts.into_iter().map(|part| part.url).collect()
}

/// The place of a key in what stands at another place.
pub fn joined(place: &str, key: &str) -> String {
    match place.is_empty() {
        true => key.to_owned(),
        false => format!("{place}.{key}"),
    }
}

/// What stands at a place.
pub fn at<'v>(value: &'v Value, place: &str) -> Option<&'v Value> {
    place
        .split('.')
        .filter(|key| !key.is_empty())
        .try_fold(value, |value, key| match value {
            Value::Array(list) if key == "last" => list.last(),
            Value::Array(list) => list.get(key.parse::<usize>().ok()?),
            other => other.get(key),
        })
}

/// The template with each `{path}` filled; `None` where one stands for nothing, or for `null`, `false` or the empty text.
/// A template that is nothing but one path is a link as it stands.
pub fn filled(template: &str, value: &Value) -> Option<String> {
    let mut url = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, behind) = after.split_once('}')?;
        let said = at(value, place)
            .filter(|said| **said != Value::Bool(false))
            .and_then(scalar)
            .filter(|said| !said.is_empty())?;
        url.push_str(before);
        match before.is_empty() && behind.is_empty() && url.is_empty() {
            true => url.push_str(&said),
            false => said.chars().for_each(|c| match c {
                '?' | '#' | '&' | '+' | ' ' | '\\' => {
                    let _ = write!(url, "%{:02X}", u32::from(c));
                }
                c if c.is_control() => {}
                c => url.push(c),
            }),
        }
        rest = behind;
    }
    url.push_str(rest);
    Some(url)
}

/// The places that a template names.
pub fn places(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|part| Some(part.split_once('}')?.0))
}

/// A value that is one word or text.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A moment's words: a text as it stands, a number as seconds or milliseconds since 1970.
pub fn moment(value: &Value) -> Option<String> {
    let number = match value {
        Value::String(text) if text.len() >= 9 => match text.parse::<f64>() {
            Ok(number) => number,
            Err(_) => return Some(text.clone()),
        },
        Value::String(text) => return Some(text.clone()),
        Value::Number(number) => number.as_f64()?,
        _ => return None,
    };
    let milliseconds = match number.abs() < FIRST_MILLISECONDS {
        true => number * 1_000.0,
        false => number,
    };
    // Of numbers beyond any time, none is made.
    let at = Timestamp::from_millisecond(milliseconds as i64).ok()?;
    (number > 0.0).then(|| at.to_string())
}

/// Whether a mark is set, in the ways that data says so.
fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "yes" | "true" | "1" | "t"
        ),
        _ => false,
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// HTML without its tags; its character references stay.
fn without_tags(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        match after.split_once('>') {
            Some((_, behind)) => rest = behind,
            None => {
                words.push_str("&lt;");
                rest = after;
            }
        }
    }
    words.push_str(rest);
    words.replace('"', "&quot;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list() -> JsonList {
        let field = |name: &str, place: &str| (name.to_owned(), place.to_owned());
        JsonList {
            island: None,
            items: "data.posts".into(),
            url: "/p/{id}".into(),
            fields: BTreeMap::from([
                field("title", "title"),
                field("author", "user.name"),
                field("date", "at"),
                field("notice", "pinned"),
            ]),
            html: Vec::new(),
            next: Some("/api?after={data.cursor}".into()),
            more: None,
            parts: None,
        }
    }

    /// Those of other hosts and of other names are no pages of the listing.
    #[test]
    fn the_parts_of_an_index_come_newest_first() {
        let list = JsonList {
            parts: Some(r"/posts\-\d*\.xml".into()),
            ..list()
        };
        let at = Url::parse("http://board.example/sitemap.xml").unwrap();
        let parts = |changed: [&str; 3]| -> Vec<String> {
            let file = |(n, changed): (usize, &&str)| {
                format!(
                    "<sitemap><loc>/posts-{}.xml</loc>{changed}</sitemap>",
                    8 + n
                )
            };
            let files: String = changed.iter().enumerate().map(file).collect();
            let index = format!(
                "<sitemapindex><sitemap><loc>/tags-1.xml</loc></sitemap><sitemap><loc>http://else.example/posts-1.xml</loc></sitemap>{files}</sitemapindex>"
            );
            let parts = list.parts(&index, &at).unwrap();
            parts.iter().map(|part| part.path().to_owned()).collect()
        };
        let counted = ["/posts-10.xml", "/posts-9.xml", "/posts-8.xml"];
        assert_eq!(parts(["", "", ""]), counted);
        let days = [
            "<lastmod>2025-03-01</lastmod>",
            "<lastmod>2025-02-01</lastmod>",
            "<lastmod>2025-01-01</lastmod>",
        ];
        assert_eq!(parts([days[2], days[0], days[1]]), counted);
        assert_eq!(
            parts(days),
            ["/posts-8.xml", "/posts-9.xml", "/posts-10.xml"]
        );
        assert_eq!(list.parts("<urlset></urlset>", &at), None);
    }

    /// What no record tells is not missed.
    #[test]
    fn records_without_titles_are_rows() {
        let mut list = list();
        list.fields.remove("title");
        let page = list
            .page(r#"{"data":{"posts":[{"id":7,"at":1762000000}]}}"#)
            .unwrap();
        assert!(
            page.contains("<a class=\"title\" href=\"/p/7\"></a> <time"),
            "{page}"
        );
    }

    #[test]
    fn records_become_rows_and_the_cursor_a_link() {
        let answer = r#"{"data":{"posts":[
            {"id":7,"title":"a <b> & c","user":{"name":"mira"},"at":1762000000,"pinned":true},
            {"id":8,"user":{"name":"no title"}},
            {"id":6,"title":"d","user":null,"at":"2025-11-01T08:00:00Z","pinned":0}],"cursor":"x y"}}"#;
        assert_eq!(
            list().page(answer).unwrap(),
            "<!DOCTYPE html><html><body><ul class=\"records\">\
             <li class=\"record notice\"><a class=\"title\" href=\"/p/7\">a &lt;b&gt; &amp; c</a> <span class=\"author\">mira</span> <time class=\"date\">2025-11-01T12:26:40Z</time></li>\
             <li class=\"record\"><a class=\"title\" href=\"/p/6\">d</a> <time class=\"date\">2025-11-01T08:00:00Z</time></li></ul>\
             <div class=\"pagination\"><a class=\"next\" rel=\"next\" href=\"/api?after=x%20y\">next</a></div></body></html>"
        );
    }

    #[test]
    fn an_empty_list_says_so_and_no_list_is_none() {
        let empty = list()
            .page(r#"{"data":{"posts":[],"cursor":"z"}}"#)
            .unwrap();
        assert!(
            empty.contains(NOTHING) && !empty.contains("next"),
            "{empty}"
        );
        for text in [
            "",
            "{",
            "<html>",
            "[]",
            r#"{"data":{"posts":{}}}"#,
            "{\"data\":null}",
        ] {
            assert_eq!(list().page(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_follows_where_the_answer_says_so() {
        let list = JsonList {
            more: Some("more".into()),
            ..list()
        };
        let next = |text: &str| list.next_link(&read(text).unwrap());
        assert_eq!(
            next(r#"{"more":true,"data":{"cursor":5}}"#).unwrap(),
            "/api?after=5"
        );
        for text in [
            r#"{"more":false,"data":{"cursor":5}}"#,
            r#"{"data":{"cursor":5}}"#,
            r#"{"more":true,"data":{"cursor":null}}"#,
            r#"{"more":true,"data":{"cursor":""}}"#,
            r#"{"more":true}"#,
        ] {
            assert_eq!(next(text), None, "{text}");
        }
    }

    #[test]
    fn html_in_values_is_words() {
        let list = JsonList {
            html: vec!["title".into()],
            ..list()
        };
        let page = list
            .page(r#"{"data":{"posts":[{"id":1,"title":"Fish &#038; <i>chips</i> \"<"}]}}"#)
            .unwrap();
        assert!(page.contains(">Fish &#038; chips &quot;&lt;</a>"), "{page}");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = list().page(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn no_data_panics_and_none_is_markup(
            text in "([\\[\\]{},:]|\"data\"|\"posts\"|\"id\"|\"title\"|\"<a href=x>\"|1e308|-1|null|true){0,40}",
            title in ".{0,30}",
        ) {
            let _ = list().page(&text);
            let answer = serde_json::json!({"data": {"posts": [{"id": "<\"'>", "title": format!("{title}<x>")}]}});
            let page = list().page(&answer.to_string()).unwrap();
            prop_assert_eq!(page.matches('<').count(), page.matches('>').count());
            prop_assert!(!page.contains("<x>"));
        }
    }

    #[test]
    fn an_answer_too_deep_or_too_long_is_none() {
        let long = format!(
            "{{\"data\":{{\"posts\":[{}0]}}}}",
            "0,".repeat(MAX_ANSWER / 2)
        );
        assert_eq!(list().page(&long), None);
        assert_eq!(list().page(&"[".repeat(100_000)), None);
        assert_eq!(list().page(&"{\"data\":".repeat(100_000)), None);
    }
}
