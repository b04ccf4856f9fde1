//! A page whose words stand in data for its own scripts: `<script type="application/json">`, or a variable that a script
//! makes of it. In: the page's text, and which of its scripts. Out: the page with that data shown behind the script, each
//! object, list and value an element with its key as class, so that whatever reads pages reads it too; where the list of
//! posts is, it is shown as one of an answer is. Pure; data that is broken, too long or too deep is not shown.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use crate::document::Selector;

use super::assigned::assigned;
use super::flat_data::unflattened;
use super::json_list::{self, JsonList, MAX_ANSWER, escaped};

/// Scripts of data that are looked at.
const MAX_ISLANDS: usize = 30;
/// Elements that show a page's data; a thread of a hundred posts takes some 2,000.
const MAX_ELEMENTS: usize = 30_000;
/// Levels that are shown.
const MAX_LEVELS: usize = 24;
/// Letters of a key that is a class.
const MAX_CLASS: usize = 40;

static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?is)<script\b(?P<attributes>[^<>]{0,500})>(?P<data>.*?)</script\s*>")
});
static IS_DATA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\btype\s*=\s*["']?application/json\b"#));
static ID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)(?:^|\s)id\s*=\s*["']?([^\s"'<>]{1,100})"#));
/// Tags that texts are written with.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)</?(?:p|br|div|span|a|img|b|i|u|em|strong|h[1-6]|ul|ol|li|blockquote|figure|table|pre|code|video|iframe)\b[^<>]*>",
    )
});
static GREEDY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)<(/?)(?:script|plaintext|svg|math|template)\b"));
static WHOLE: LazyLock<Selector> = LazyLock::new(|| {
    Selector::parse("body > ul:only-child > li:only-child > div:first-child + i:last-child")
        .expect("a constant selector")
});
static BODY: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("body").expect("a constant selector"));

/// Keys of moments.
static DATE_KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)date|time|created|updated|publish|posted|_at$|[a-z]At$|^at$|^ts$|regist|reg_?d")
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// Data that a script holds.
struct Island<'t> {
    /// The script's `id`; empty where it has none. Of a variable `window.` and its name.
    id: Cow<'t, str>,
    data: Cow<'t, str>,
    /// Where its script ends in the page.
    end: usize,
}

impl Island<'_> {
    fn read(&self) -> Option<Value> {
        let is_json = self.data.trim_start().starts_with(['{', '[']);
        let data = json_list::read(&self.data).filter(|_| is_json)?;
        Some(unflattened(&data).unwrap_or(data))
    }
}

fn islands(text: &str) -> impl Iterator<Item = Island<'_>> {
    SCRIPT
        .captures_iter(text)
        .flat_map(|found| {
            let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
            let (attributes, data) = (part("attributes"), part("data"));
            let end = found.get(0).map_or(0, |whole| whole.end());
            if IS_DATA.is_match(attributes) {
                let id = ID.captures(attributes).and_then(|found| found.get(1));
                let id = Cow::Borrowed(id.map_or("", |id| id.as_str()));
                let data = Cow::Borrowed(data);
                return vec![Island { id, data, end }];
            }
            if attributes.contains("src=") {
                return Vec::new();
            }
            let variables = assigned(data).into_iter();
            let island = |(name, data)| Island {
                id: Cow::Owned(format!("window.{name}")),
                data,
                end,
            };
            variables.map(island).collect()
        })
        .take(MAX_ISLANDS)
}

/// Whether a page may hold data.
pub fn holds_data(text: &str) -> bool {
    islands(text).next().is_some()
}

/// What a page holds as data: the `id` of each script, and what it says.
pub fn data_of(text: &str) -> Vec<(String, Value)> {
    let read = |island: Island<'_>| Some((island.id.to_string(), island.read()?));
    islands(text).filter_map(read).collect()
}

/// The page with the data of the scripts with this `id` shown; `None` where none can be read.
pub(super) fn with_data_shown(text: &str, id: &str, list: &JsonList) -> Option<String> {
    let mut shown = Shown {
        list,
        page: String::new(),
        n_left: MAX_ELEMENTS,
        bytes_left: MAX_ANSWER,
        n_records: 0,
    };
    let mut done = 0;
    for island in islands(text).filter(|island| island.id == id) {
        let Some(data) = island.read() else { continue };
        // A script may make several variables.
        shown
            .page
            .push_str(text.get(done..island.end).unwrap_or(""));
        done = island.end;
        shown.n_records = 0;
        shown.value(&data, "data", "", 0);
        if shown.n_records > 0 {
            list.show_next(&data, &mut shown.page);
        }
    }
    (done > 0).then(|| {
        shown.page.push_str(&text[done..]);
        shown.page
    })
}

struct Shown<'l> {
    list: &'l JsonList,
    page: String,
    n_left: usize,
    bytes_left: usize,
    n_records: usize,
}

impl Shown<'_> {
    fn value(&mut self, value: &Value, key: &str, place: &str, level: usize) {
        if self.n_left == 0 || level > MAX_LEVELS {
            return;
        }
        self.n_left -= 1;
        let class = class_of(key);
        match value {
            Value::Array(items) if place == self.list.items => {
                self.n_records += self.list.show(items, &mut self.page);
            }
            Value::Array(items) => {
                let _ = write!(self.page, "<ul{class}>");
                // Comments are told from the entries of a list that they stand in.
                let of_list = match is_class(key) {
                    true => format!(" in-{key}"),
                    false => String::new(),
                };
                for (at, item) in items.iter().enumerate() {
                    let place = json_list::joined(place, &at.to_string());
                    match item {
                        Value::Object(inner) => {
                            let _ =
                                write!(self.page, "<li class=\"item{of_list}\"{}>", id_of(inner));
                            self.inside(inner, &place, level + 1);
                            self.page.push_str("</li>");
                        }
                        other => self.value(other, "", &place, level + 1),
                    }
                    if self.n_left == 0 {
                        break;
                    }
                }
                self.page.push_str("</ul>");
            }
            Value::Object(inner) => {
                let _ = write!(self.page, "<div{class}{}>", id_of(inner));
                self.inside(inner, place, level);
                self.page.push_str("</div>");
            }
            single => {
                let said = match DATE_KEY.is_match(key) {
                    true => epoch(single),
                    false => None,
                };
                let said = said
                    .or_else(|| json_list::scalar(single))
                    .unwrap_or_default();
                let words = words(&said);
                if said.is_empty() || words.len() > self.bytes_left {
                    return;
                }
                self.bytes_left -= words.len();
                let _ = write!(self.page, "<div{class}>{words}</div>");
            }
        }
    }

    fn inside(&mut self, object: &Map<String, Value>, place: &str, level: usize) {
        self.n_left = self.n_left.saturating_sub(1);
        for (key, value) in object {
            self.value(value, key, &json_list::joined(place, key), level + 1);
        }
    }
}

/// The words of a moment that is told as a number of this century.
fn epoch(value: &Value) -> Option<String> {
    /// Seconds from 2000 to 2100.
    const CENTURY: std::ops::Range<f64> = 946_684_800.0..4_102_444_800.0;
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) if text.len() >= 9 => text.parse().ok()?,
        _ => return None,
    };
    let is_moment = CENTURY.contains(&number) || CENTURY.contains(&(number / 1_000.0));
    is_moment.then(|| json_list::moment(value)).flatten()
}

/// Whether a key can be a class in any selector.
fn is_class(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.len() <= MAX_CLASS
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A key as a class, where it can be one.
fn class_of(key: &str) -> String {
    match is_class(key) {
        true => format!(" class=\"{key}\""),
        false => String::new(),
    }
}

/// What tells an object from others, as an attribute.
fn id_of(object: &Map<String, Value>) -> String {
    const NAMES: [&str; 6] = ["id", "_id", "no", "seq", "idx", "uid"];
    let id = NAMES.iter().find_map(|name| object.get(*name));
    match id.and_then(json_list::scalar) {
        Some(id) if id.len() <= 100 => format!(" data-id=\"{}\"", escaped(&id)),
        _ => String::new(),
    }
}

/// A value as a part of a page: HTML as it is written, other words line by line. Tags that the value does not close end
/// with it, and those that it did not open close nothing.
fn words(said: &str) -> String {
    if !MARKUP.is_match(said) {
        return escaped(said).replace('\n', "<br>");
    }
    // Written anew, these might take what follows them for their own (HTML Living Standard, 13.2.5.19, 13.2.6.5). They show
    // no words.
    let said = GREEDY.replace_all(said, "<${1}style");
    let html = crate::document::parse(&said);
    let Some(body) = html.select(&BODY).next() else {
        return String::new();
    };
    let written = body.inner_html();
    match stays_inside(&written) {
        true => written,
        false => escaped(&body.text().collect::<String>()),
    }
}

/// Whether HTML ends nothing of what shows it: some trees are read as others where they are written anew.
fn stays_inside(html: &str) -> bool {
    let page = format!("<ul><li><div>{html}</div><i></i></li></ul>");
    let page = crate::document::parse(&page);
    page.select(&WHOLE).next().is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list() -> JsonList {
        JsonList {
            island: Some("state".into()),
            items: "page.posts".into(),
            url: "/p/{id}".into(),
            fields: [("title".to_owned(), "title".to_owned())].into(),
            ..JsonList::default()
        }
    }

    fn shown(data: &str) -> Option<String> {
        list().page(&format!(
            "<html><body><p>x</p><script id=state type=application/json>{data}</script><i>y</i></body></html>"
        ))
    }

    fn behind_the_script(data: &str) -> String {
        let page = shown(data).unwrap();
        let (_, behind) = page.split_once("</script>").unwrap();
        behind
            .strip_suffix("<i>y</i></body></html>")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn the_list_is_shown_as_records_and_all_else_by_its_keys() {
        assert_eq!(
            behind_the_script(
                r#"{"page":{"posts":[{"id":7,"title":"Tides & \"fish\""},{"id":8}],"n":2,"a b":null,"tags":["x",{"no":"q"}]}}"#
            ),
            "<div class=\"data\"><div class=\"page\">\
             <div class=\"n\">2</div>\
             <ul class=\"records\"><li class=\"record\"><a class=\"title\" href=\"/p/7\">Tides &amp; &quot;fish&quot;</a></li></ul>\
             <ul class=\"tags\"><div>x</div><li class=\"item in-tags\" data-id=\"q\"><div class=\"no\">q</div></li></ul>\
             </div></div>"
        );
    }

    #[test]
    fn a_text_is_shown_line_by_line_and_html_as_it_is_written() {
        for (value, expected) in [
            (r"a < b\nc", "a &lt; b<br>c"),
            (r"\u003cp>one\u003c/p>", "<p>one</p>"),
            (
                r"\u003cp>x\u003cscript>\u003c!--\u003cscript>\u003c/div>",
                "<p>x<style><!--<style></div></style></p>",
            ),
            // A body stays within its element.
            (
                r"\u003c/div>\u003c/ul>\u003cb>two\u003cp>x",
                "<b>two<p>x</p></b>",
            ),
            (
                r"\u003cp>\u003c!-- \u003c/body>\u003c/html>three",
                "<p><!-- </body></html>three--></p>",
            ),
        ] {
            assert_eq!(
                behind_the_script(&format!(r#"{{"text":"{value}"}}"#)),
                format!("<div class=\"data\"><div class=\"text\">{expected}</div></div>"),
                "{value}"
            );
        }
    }

    #[test]
    fn only_the_named_script_is_shown_and_only_as_data() {
        let other = "<script type='application/json' id='other'>{\"page\":{}}</script>";
        for page in [
            other,
            "<script id=state>{}</script>",
            "<script id=state type=application/json>{",
            "<script id=state type=application/json><rss></rss></script>",
            "<script id=state type=application/json>{\"page\":</script>",
            "{\"page\":{\"posts\":[]}}",
        ] {
            assert_eq!(list().page(page), None, "{page}");
        }
        let page =
            format!("{other}<script TYPE=\"application/json\" id=\"state\" async>[]</script>");
        assert!(list().page(&page).is_some());
        assert_eq!(
            data_of(&page),
            [
                ("other".to_owned(), serde_json::json!({"page": {}})),
                ("state".to_owned(), serde_json::json!([]))
            ]
        );
    }

    #[test]
    fn hostile_data_is_bounded() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(shown(&deep), None);
        let long = format!("[{}0]", "0,".repeat(MAX_ANSWER / 2));
        assert_eq!(shown(&long), None);
        for wide in [
            format!("[{}0]", "0,".repeat(1_000_000)),
            format!("[{}{{}}]", "{},".repeat(1_000_000)),
            format!("\u{20}[\"{}\"]", "&".repeat(MAX_ANSWER - 10)),
        ] {
            let n_shown = shown(&wide).unwrap().len() - wide.len();
            assert!(n_shown < MAX_ANSWER + MAX_ELEMENTS * 60, "{n_shown}");
        }
        let scripts = "<script type=application/json>{}".repeat(50_000);
        assert_eq!(list().page(&scripts), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<script id=state type=application/json>|</script>|[\\[\\]{},:]|\"page\"|\"posts\"|\"<p>\"|\"id\"|1|null|가|<){0,40}") {
            let _ = list().page(&text);
        }

        #[test]
        fn no_value_ends_what_shows_it(value in "(</div>|</li>|</ul>|<p>|<div>|<b>|<li>|</body>|<table>|<!--|<a href=x>|<script>|<plaintext>|<svg>|<style>|\"|'|x|가| ){0,12}") {
            let data = serde_json::json!({"a": [{"text": value, "z": "last"}]}).to_string().replace('<', "\\u003c");
            let page = crate::document::parse(&shown(&data).unwrap());
            let last = Selector::parse("div.data > ul.a > li.item > div.z").unwrap();
            prop_assert_eq!(page.select(&last).count(), 1);
        }
    }
}
