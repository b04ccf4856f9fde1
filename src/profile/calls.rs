//! Links that are calls of a script: `<a href="javascript:fn_view('123')">`, `<tr onclick="goView(123)">`. In: a page's
//! text, and what each call opens. Out: the text with an `href` on each such element, so that whatever reads the page
//! sees ordinary links. Runs no script: a call is a name, its arguments are digits and words. What a click opens by the data of
//! the element that is clicked is such a call, too.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::form_urlencoded::byte_serialize;

use super::hidden_links::{LIVE, attribute};

/// Arguments of one call that are looked at.
const MAX_ARGUMENTS: usize = 8;
/// Calls in a tag behind the first.
const MAX_FURTHER_CALLS: usize = 3;
/// Letters of an argument at most: ids and names are short.
const MAX_ARGUMENT: usize = 80;

/// The beginning of a tag up to the arguments of the first call in it.
static CALL_IN_TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<(?P<tag>[A-Za-z][A-Za-z0-9]{0,15})\b(?P<between>[^<>]{0,600}?(?:href|onclick)\s*=\s*["']?[^<>]{0,200}?)\b(?P<name>[A-Za-z_$][\w$]{0,60})\s*\((?P<arguments>[^()<>]{0,400})\)"#)
        .expect("a constant pattern")
});

/// What stands in one tag between a call and the next.
static NEXT_CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[^<>]{0,200}?\b(?P<name>[A-Za-z_$][\w$]{0,60})\s*\((?P<arguments>[^()<>]{0,400})\)",
    )
    .expect("a constant pattern")
});

static NOSCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)<noscript(?P<attributes>[^<>]{0,300})>(?P<inside>.*?)</noscript>")
        .expect("a constant pattern")
});

/// A function of the board's scripts that opens a page; or elements whose click does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// A function's name; a class (`.view`) or an attribute (`[data-no]`) of elements that are clicked.
    pub name: String,
    /// Path and query; `{1}` is the first argument, `{data-no}` the element's attribute.
    pub url: String,
}

impl Call {
    /// The URL that a call with these arguments opens; `None` where it has too few, or one that is no plain value.
    pub fn opens(&self, arguments: &str) -> Option<String> {
        let arguments: Vec<&str> = arguments
            .split(',')
            .take(MAX_ARGUMENTS)
            .map(|argument| argument.trim().trim_matches(['\'', '"']))
            .collect();
        let mut url = self.url.clone();
        for place in 1..=MAX_ARGUMENTS {
            let mark = format!("{{{place}}}");
            if !url.contains(&mark) {
                continue;
            }
            let value = arguments.get(place - 1).filter(|value| is_plain(value))?;
            let encoded: String = byte_serialize(value.as_bytes()).collect();
            url = url.replace(&mark, &encoded);
        }
        Some(url)
    }
}

/// An element with data for scripts.
static WITH_DATA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)<(?P<tag>a|button|tr|td|li|div|span)(?P<rest>\s[^<>]{0,1500}?\bdata-[^<>]{0,1500})>",
    )
    .expect("a constant pattern")
});
/// A place in a template that an attribute fills.
static OF_ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{(data-[\w-]+)\}").expect("a constant pattern"));

impl Call {
    fn is_click(&self) -> bool {
        self.name.starts_with(['.', '['])
    }

    /// The URL that a click on an element with these attributes opens.
    fn opens_by_data(&self, attributes: &str) -> Option<String> {
        let is_meant = match self.name.strip_prefix('.') {
            Some(class) => attribute(attributes, "class")
                .is_some_and(|classes| classes.split_whitespace().any(|held| held == class)),
            None => attribute(attributes, self.name.trim_matches(['[', ']'])).is_some(),
        };
        if !is_meant {
            return None;
        }
        let mut url = self.url.clone();
        for place in OF_ATTRIBUTE.captures_iter(&self.url) {
            let value = attribute(attributes, &place[1]).filter(|value| is_plain(value))?;
            let encoded: String = byte_serialize(value.as_bytes()).collect();
            url = url.replace(&place[0], &encoded);
        }
        Some(url)
    }
}

/// The text with links on elements that lead on by their data.
fn with_clicks<'t>(text: &'t str, calls: &[Call]) -> Cow<'t, str> {
    if !calls.iter().any(Call::is_click) || !text.contains("data-") {
        return Cow::Borrowed(text);
    }
    WITH_DATA.replace_all(text, |found: &Captures<'_>| {
        let (tag, rest) = (&found["tag"], &found["rest"]);
        let mut clicks = calls.iter().filter(|call| call.is_click());
        match clicks.find_map(|call| call.opens_by_data(rest)) {
            Some(url) if !LIVE.is_match(rest) => {
                format!("<{tag} href=\"{}\"{rest}>", escaped(&url))
            }
            _ => found[0].to_owned(),
        }
    })
}

/// A value, not an expression.
fn is_plain(argument: &str) -> bool {
    !argument.is_empty()
        && argument.len() <= MAX_ARGUMENT
        && argument
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~'))
}

/// What a page holds for readers without scripts, as a part of the page itself: the tags of each `<noscript>` that holds
/// several links or posts become a `<div>`'s. One that holds a picture or a plea stays unseen.
pub fn without_scripts(text: &str) -> Cow<'_, str> {
    /// Links of a list; a plea to switch scripts on has one.
    const MIN_LINKS: usize = 3;
    unseen_with(text, MIN_LINKS)
}

/// The same, of a board that is known to be written so: its last page may hold a single link.
pub(super) fn known_without_scripts(text: &str) -> Cow<'_, str> {
    unseen_with(text, 1)
}

fn unseen_with(text: &str, min_links: usize) -> Cow<'_, str> {
    if !text.contains("<noscript") {
        return Cow::Borrowed(text);
    }
    NOSCRIPT.replace_all(text, |found: &Captures<'_>| {
        let inside = &found["inside"];
        let holds_page = inside.matches("<a ").count() >= min_links
            || inside.contains("<article")
            || inside.contains("<time");
        match holds_page {
            true => format!("<div{}>{inside}</div>", &found["attributes"]),
            false => found[0].to_owned(),
        }
    })
}

/// The text with links where there are calls. The first `href` of an element is the one that counts (HTML Living
/// Standard, 13.2.5.33), so it is put in front.
pub fn with_links<'t>(text: &'t str, calls: &[Call]) -> Cow<'t, str> {
    match with_clicks(text, calls) {
        Cow::Borrowed(text) => with_called_links(text, calls),
        Cow::Owned(text) => Cow::Owned(with_called_links(&text, calls).into_owned()),
    }
}

fn with_called_links<'t>(text: &'t str, calls: &[Call]) -> Cow<'t, str> {
    if calls.is_empty() || !calls.iter().any(|call| text.contains(call.name.as_str())) {
        return Cow::Borrowed(text);
    }
    let opened = |call: &Captures<'_>| {
        let known = calls.iter().find(|known| known.name == call["name"]);
        known.and_then(|known| known.opens(&call["arguments"]))
    };
    let mut linked = String::new();
    let mut done = 0;
    for found in CALL_IN_TAG.captures_iter(text) {
        let whole = found.get(0).expect("a match has a whole");
        let url = opened(&found).or_else(|| {
            // `javascript:void(0)` and `event.preventDefault()` stand in front of what is meant.
            let mut rest = &text[whole.end()..];
            (0..MAX_FURTHER_CALLS).find_map(|_| {
                let next = NEXT_CALL.captures(rest)?;
                rest = &rest[next[0].len()..];
                opened(&next)
            })
        });
        if let Some(url) = url {
            let end_of_tag = whole.start() + 1 + found["tag"].len();
            linked.push_str(&text[done..end_of_tag]);
            linked.push_str(&format!(" href=\"{}\"", escaped(&url)));
            done = end_of_tag;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    linked.push_str(&text[done..]);
    Cow::Owned(linked)
}

pub(super) fn escaped(url: &str) -> String {
    url.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calls() -> Vec<Call> {
        vec![Call {
            name: "goView".into(),
            url: "/view.do?mid=a&no={1}".into(),
        }]
    }

    #[test]
    fn clicks_become_links_by_the_elements_data() {
        let calls = [
            (".view", "/view.do?no={data-no}"),
            ("[data-page]", "/list.do?page={data-page}"),
        ];
        let calls = calls.map(|(name, url)| Call {
            name: name.into(),
            url: url.into(),
        });
        for (before, after) in [
            (
                r##"<a href="#none" class="btn view" data-no="12">x</a>"##,
                r##"<a href="/view.do?no=12" href="#none" class="btn view" data-no="12">x</a>"##,
            ),
            (
                "<li data-page='3'>3</li>",
                "<li href=\"/list.do?page=3\" data-page='3'>3</li>",
            ),
            (
                r#"<a href="/there" class="view" data-no="12">x</a>"#,
                r#"<a href="/there" class="view" data-no="12">x</a>"#,
            ),
            (
                r#"<a class="view" data-no="1 + 1">x</a>"#,
                r#"<a class="view" data-no="1 + 1">x</a>"#,
            ),
        ] {
            assert_eq!(with_links(before, &calls), after);
        }
    }

    #[test]
    fn calls_become_links_whatever_element_makes_them() {
        for (before, after) in [
            (
                r#"<a href="javascript:goView('12')">x</a>"#,
                r#"<a href="/view.do?mid=a&amp;no=12" href="javascript:goView('12')">x</a>"#,
            ),
            (
                r##"<a class=b href="#" onclick="goView(12); return false;">x</a>"##,
                r##"<a href="/view.do?mid=a&amp;no=12" class=b href="#" onclick="goView(12); return false;">x</a>"##,
            ),
            (
                r#"<a href="javascript:void(0);" onclick="event.preventDefault(); goView('12')">x</a>"#,
                r#"<a href="/view.do?mid=a&amp;no=12" href="javascript:void(0);" onclick="event.preventDefault(); goView('12')">x</a>"#,
            ),
            (
                r#"<tr onclick='goView("12", 3)'>"#,
                r#"<tr href="/view.do?mid=a&amp;no=12" onclick='goView("12", 3)'>"#,
            ),
        ] {
            assert_eq!(with_links(before, &calls()), after);
        }
    }

    #[test]
    fn what_is_no_known_call_stays_as_it_is() {
        for text in [
            "<a onclick='other(1)'>x</a>",
            "<a onclick='goView(this.id + 1)'>x</a>",
            "<a onclick='goView()'>x</a>",
            "<script>function goView(no) { }</script>",
            "goView(1) <b>goView(2)</b>",
        ] {
            assert_eq!(with_links(text, &calls()), text);
        }
    }

    #[test]
    fn a_page_for_readers_without_scripts_is_read_and_a_plea_is_not() {
        let list = "<a href=1>a</a><a href=2>b</a><a href=3>c</a>";
        assert_eq!(
            without_scripts(&format!("<noscript id=x><ul>{list}</ul></noscript>")),
            format!("<div id=x><ul>{list}</ul></div>")
        );
        for text in [
            "<noscript><img src=x></noscript>",
            "<noscript>Please <a href=x>enable</a> it.</noscript>",
            "<noscript>",
        ] {
            assert_eq!(without_scripts(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<a |href=|onclick=|\"|'|goView|\\(|\\)|1|,|가|>|<| ){0,60}") {
            let _ = with_links(&text, &calls());
        }
    }
}
