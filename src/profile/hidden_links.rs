//! Links whose way does not stand in their `href`: it stands in another attribute, or in the hidden fields of a form around
//! the link, where a script takes it from. In: a page's text. Out: the text with an `href` on each such element, so that
//! whatever reads the page sees ordinary links. Runs no script, and changes nothing that leads somewhere already.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::form_urlencoded::byte_serialize;

use super::calls::escaped;

/// Letters of a form that is looked at: a row's has a few hidden fields and a title.
const MAX_FORM: usize = 8_000;
/// Hidden fields of one form that are sent.
const MAX_FIELDS: usize = 20;

/// A link or a button with data for scripts.
static WITH_DATA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)<(?P<tag>a|button)(?P<rest>\s[^<>]{0,1500}?\sdata-[^<>]{0,1500})>"#)
});
/// The way, in data: `data-url="/view?no=1"`.
static WAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\sdata-(?:[a-z]+-)*(?:url|href|link|path)\s*=\s*(?:"(?P<a>[/?][^"]{1,500})"|'(?P<b>[/?][^']{1,500})')"#,
    )
});
/// An address that leads somewhere.
pub(super) static LIVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\shref\s*=\s*["']?\s*(?:[^"'\s#>j]|j[^"'\sa>]|ja[^"'\sv>])"#));
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?is)<form\b(?P<attributes>[^<>]{0,600})>(?P<inside>.*?)</form\s*>")
});
static INPUT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)<input\b(?P<attributes>[^<>]{0,600})>"));
/// A link that sends the form around it.
static SENDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)<a(?P<rest>\s[^<>]{0,600}\bsubmit\s*\(\s*\)[^<>]{0,300})>"));
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?P<name>[a-z0-9_-]+)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+))"#)
});
/// Fields that are no part of a page's address.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)csrf|token|nonce|session"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// The text with links where there is a way for scripts. The first `href` of an element is the one that counts (HTML Living
/// Standard, 13.2.5.33), so it is put in front.
pub fn with_hidden_links(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if text.contains("submit")
        && let Cow::Owned(linked) = FORM.replace_all(&text, with_sent_links)
    {
        text = Cow::Owned(linked);
    }
    if text.contains("data-")
        && let Cow::Owned(linked) = WITH_DATA.replace_all(&text, with_data_link)
    {
        text = Cow::Owned(linked);
    }
    text
}

fn with_data_link(found: &Captures<'_>) -> String {
    let (tag, rest) = (&found["tag"], &found["rest"]);
    let way = WAY.captures(rest).filter(|_| !LIVE.is_match(rest));
    match way.and_then(|way| Some(way.name("a").or(way.name("b"))?.as_str().to_owned())) {
        // What stands in an attribute is escaped already.
        Some(way) => format!("<{tag} href=\"{}\"{rest}>", way.replace('"', "&quot;")),
        None => found[0].to_owned(),
    }
}

/// A form with links that send it: they lead where its action and its hidden fields do.
fn with_sent_links(found: &Captures<'_>) -> String {
    let (attributes, inside) = (&found["attributes"], &found["inside"]);
    if inside.len() > MAX_FORM || !SENDS.is_match(inside) {
        return found[0].to_owned();
    }
    let Some(action) = attribute(attributes, "action").filter(|action| !action.is_empty()) else {
        return found[0].to_owned();
    };
    let mut url = action.replace("&amp;", "&");
    let hidden = INPUT
        .captures_iter(inside)
        .filter(|input| {
            attribute(&input["attributes"], "type")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"))
        })
        .filter_map(|input| {
            let name = attribute(&input["attributes"], "name")?.to_owned();
            let value = attribute(&input["attributes"], "value")?.to_owned();
            (!value.is_empty() && !TOKEN.is_match(&name)).then_some((name, value))
        });
    for (name, value) in hidden.take(MAX_FIELDS) {
        let joint = if url.contains('?') { '&' } else { '?' };
        let encoded: String = byte_serialize(value.as_bytes()).collect();
        let _ = write!(url, "{joint}{name}={encoded}");
    }
    let link = escaped(&url);
    let inside = SENDS.replace_all(inside, |sends: &Captures<'_>| {
        match LIVE.is_match(&sends["rest"]) {
            true => sends[0].to_owned(),
            false => format!("<a href=\"{link}\"{}>", &sends["rest"]),
        }
    });
    format!("<form{attributes}>{inside}</form>")
}

pub(super) fn attribute<'t>(attributes: &'t str, wanted: &str) -> Option<&'t str> {
    let mut all = ATTRIBUTE.captures_iter(attributes);
    let found = all.find(|found| found["name"].eq_ignore_ascii_case(wanted))?;
    let value = found.name("a").or(found.name("b")).or(found.name("c"))?;
    Some(value.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ways_for_scripts_become_links() {
        for (before, after) in [
            (
                r##"<a class="x" href="#modal" data-uid="3" data-url="/?m=bbs&amp;uid=3">x</a>"##,
                r##"<a href="/?m=bbs&amp;uid=3" class="x" href="#modal" data-uid="3" data-url="/?m=bbs&amp;uid=3">x</a>"##,
            ),
            (
                r#"<button class=m data-next-url='/s?page=2'>More</button>"#,
                r#"<button href="/s?page=2" class=m data-next-url='/s?page=2'>More</button>"#,
            ),
            (
                r#"<form name="f" method="get" action="/view.do"><input type="hidden" name="bbs" value="B_1"><input name="no" type=hidden value='7'/><input type=hidden name=_csrf value=x><input type="hidden" name="q" value=""><a href="" onclick="event.preventDefault(); parentNode.submit();">x</a></form>"#,
                r#"<form name="f" method="get" action="/view.do"><input type="hidden" name="bbs" value="B_1"><input name="no" type=hidden value='7'/><input type=hidden name=_csrf value=x><input type="hidden" name="q" value=""><a href="/view.do?bbs=B_1&amp;no=7" href="" onclick="event.preventDefault(); parentNode.submit();">x</a></form>"#,
            ),
        ] {
            assert_eq!(with_hidden_links(before), after);
        }
    }

    #[test]
    fn what_leads_somewhere_already_or_nowhere_stays_as_it_is() {
        for text in [
            r#"<a href="/view/3" data-url="/share?no=3">x</a>"#,
            r#"<a href='view.php?no=3' data-link="/x">x</a>"#,
            r#"<a href="join" data-link="/x">x</a>"#,
            r##"<a href="#" data-url="https://elsewhere.example/">x</a>"##,
            r##"<a href="#" data-title="/view/3">x</a>"##,
            r#"<form action="/x"><input type=hidden name=a value=1><a href="/y" onclick="log(); submit()">x</a></form>"#,
            r#"<form><input type=hidden name=a value=1><a href="" onclick="submit()">x</a></form>"#,
            "<form action='/x'><a onclick='submit()'",
        ] {
            assert_eq!(with_hidden_links(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<form action='/x'>|</form>|<a |<input type=hidden name=a value=|href=|data-url=|onclick=|submit\\(\\)|\"|'|/|>|<|가| ){0,60}") {
            let _ = with_hidden_links(&text);
        }
    }
}
