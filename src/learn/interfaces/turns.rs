//! How is what follows an answer asked for? In: the answer, and how it was asked for. Out: the URLs that may bring what
//! follows, the likeliest first. Whether one does is for who asks to see: the records must be others.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use url::Url;

use super::endpoints::{Endpoint, OFFSET, PAGE};
use super::pattern;
use crate::learn::address::{is_same_host, parameters};
use crate::profile::JsonList;
use crate::profile::json_list::{at, filled, joined, places, scalar};

/// Ways that are worth a request each.
const MAX_TURNS: usize = 2;
/// Levels of an answer on which it tells of what follows.
const MAX_LEVELS: usize = 3;
/// Values that are looked at.
const MAX_VALUES: usize = 300;

static NEXT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)next|more|older"));
static CURSOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)cursor|after|next|token|continu|before|max_?id|since"));
static MORE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:has_?(?:more|next)\w*|more|more_available)$"));
static TOTAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(?:total\w*|count|\w*_?total)$"));
static N_PAGES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:(?:total|num|n|max)_?pages?|pages?_?count|last_?page)$"));

/// A way to what follows the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub url: Url,
    /// Each answer tells itself what follows it, here: see [`JsonList::next`]. Otherwise a number is counted up.
    pub next: Option<String>,
    /// See [`JsonList::more`].
    pub more: Option<String>,
    pub reason: String,
}

/// The ways that an answer and its URL tell of, and whether the answer says that there is more.
pub(super) fn turns(endpoint: &Endpoint, answer: &Value, list: &JsonList) -> (Vec<Turn>, bool) {
    let n_items = at(answer, &list.items)
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let told = told(answer);
    let more = told
        .iter()
        .find(|(place, value)| MORE.is_match(last(place)) && value.is_boolean())
        .map(|(place, _)| place.clone());
    let says_more = told.iter().any(|(place, value)| {
        let is_more = MORE.is_match(last(place)) && **value == Value::Bool(true);
        let total = value.as_u64().filter(|_| TOTAL.is_match(last(place)));
        let n_pages = value.as_u64().filter(|_| N_PAGES.is_match(last(place)));
        is_more
            || total.is_some_and(|total| total > n_items as u64)
            || n_pages.is_some_and(|n_pages| n_pages > 1)
    });
    let mut found: Vec<Turn> = told
        .iter()
        .filter_map(|(place, value)| linked(endpoint, place, value))
        .collect();
    // A page for people holds tokens of many kinds.
    if endpoint.island.is_none() {
        found.extend(
            told.iter()
                .filter_map(|(place, value)| by_cursor(endpoint, place, value)),
        );
        found.extend(by_last_record(endpoint, answer, list));
    }
    found.extend(by_number(endpoint, n_items));
    if found.is_empty() && says_more {
        found.push(Turn {
            url: with_parameter(&endpoint.url, "page", "2"),
            next: None,
            more: None,
            reason: "the answer says that there is more, and pages are most often counted".into(),
        });
    }
    for turn in &mut found {
        turn.more = more.clone().filter(|_| turn.next.is_some());
    }
    found.truncate(MAX_TURNS);
    (found, says_more)
}

/// What an answer tells besides its records.
fn told(answer: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), answer, 0)];
    while let Some((place, value, level)) = open.pop() {
        match value {
            Value::Object(inner) if level < MAX_LEVELS => {
                for (key, value) in inner {
                    if !key.contains(['.', '{', '}']) && found.len() + open.len() < MAX_VALUES {
                        open.push((joined(&place, key), value, level + 1));
                    }
                }
            }
            Value::Object(_) | Value::Array(_) | Value::Null => {}
            single => found.push((place, single)),
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn last(place: &str) -> &str {
    place.rsplit('.').next().unwrap_or_default()
}

/// A link to what follows.
fn linked(endpoint: &Endpoint, place: &str, value: &Value) -> Option<Turn> {
    let text = value.as_str().filter(|_| NEXT.is_match(place))?;
    if !(text.starts_with("http") || text.starts_with('/') || text.starts_with('?')) {
        return None;
    }
    let mut url = endpoint.url.join(text).ok()?;
    if !is_same_host(&url, &endpoint.url) {
        return None;
    }
    if let Some((before, after)) = endpoint.frame.as_ref().filter(|_| text.starts_with('/')) {
        let after = match text.ends_with('/') {
            true => after.trim_start_matches('/'),
            false => after,
        };
        return Some(Turn {
            url: endpoint.url.join(&format!("{before}{text}{after}")).ok()?,
            next: Some(format!("{before}{{{place}}}{after}")),
            more: None,
            reason: format!(
                "{place} links the page that follows, whose data stand where this page's do"
            ),
        });
    }
    // `/latest?page=1` follows `/latest.json`: the link is the one for people.
    let is_same = url.path() == endpoint.url.path();
    if !is_same {
        url.query()?;
        url.set_path(endpoint.url.path());
    }
    let here = parameters(&endpoint.url);
    let counted = parameters(&url).into_iter().any(|(name, value)| {
        (PAGE.is_match(&name) || OFFSET.is_match(&name))
            && value.parse::<u32>().is_ok()
            && here.get(&name) != Some(&value)
    });
    if url == endpoint.url || (!counted && !is_same) {
        return None;
    }
    Some(Turn {
        reason: format!("{place} links what follows"),
        // Where pages are counted, rows that come and go move what is on them: the walk must know.
        next: (!counted).then(|| format!("{{{place}}}")),
        more: None,
        url,
    })
}

/// A mark from which the next answer goes on.
fn by_cursor(endpoint: &Endpoint, place: &str, value: &Value) -> Option<Turn> {
    let key = last(place);
    let mark = match value {
        Value::Bool(_) => return None,
        other => scalar(other).filter(|mark| !mark.is_empty() && mark.len() <= 1_000)?,
    };
    let is_link = mark.starts_with('/') || mark.starts_with("http") || mark.starts_with('?');
    let counts = endpoint.turned.is_some() && mark.parse::<u32>().is_ok();
    if !CURSOR.is_match(key) || is_link || counts || MORE.is_match(key) {
        return None;
    }
    let own: String = key
        .trim_start_matches("next")
        .trim_start_matches(['_', '-'])
        .to_owned();
    let mut letters = own.chars();
    let own: String = letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect();
    let name = match (&endpoint.cursor, own.is_empty()) {
        (Some(name), _) => name.clone(),
        (None, true) => "cursor".to_owned(),
        (None, false) => own,
    };
    marked(endpoint, &name, &format!("{{{place}}}"), &mark)
}

/// The last record is the mark: `?before=1023`.
fn by_last_record(endpoint: &Endpoint, answer: &Value, list: &JsonList) -> Option<Turn> {
    let name = endpoint.cursor.as_ref()?;
    let place = places(&list.url).last()?;
    let dot = if list.items.is_empty() { "" } else { "." };
    let gap = format!("{{{}{dot}last.{place}}}", list.items);
    let mark = filled(&gap, answer)?;
    marked(endpoint, name, &gap, &mark)
}

fn marked(endpoint: &Endpoint, name: &str, gap: &str, mark: &str) -> Option<Turn> {
    let template = with_parameter(&endpoint.url, name, "%00");
    let template = template[url::Position::BeforePath..].replace("%00", gap);
    // As the profile will fill it.
    let encoded = filled("-{mark}", &serde_json::json!({ "mark": mark }))?;
    Some(Turn {
        url: with_parameter(&endpoint.url, name, &encoded[1..]),
        reason: format!("{gap} marks where {name} goes on"),
        next: Some(template),
        more: None,
    })
}

fn by_number(endpoint: &Endpoint, n_items: usize) -> Option<Turn> {
    let name = endpoint.turned.as_ref()?;
    let rows = endpoint.counts_rows();
    let first = endpoint.first_number().unwrap_or(u64::from(!rows));
    let step = if rows { n_items as u64 } else { 1 };
    Some(Turn {
        url: with_parameter(&endpoint.url, name, &first.checked_add(step)?.to_string()),
        next: None,
        more: None,
        reason: format!("{name} counts"),
    })
}

/// The URL with this parameter; the others stay byte for byte.
fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let mut parts: Vec<String> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let new = format!("{name}={value}");
    match parts
        .iter_mut()
        .find(|part| part.split('=').next() == Some(name))
    {
        Some(held) => *held = new,
        None => parts.push(new),
    }
    let mut url = url.clone();
    url.set_query(Some(&parts.join("&")));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(target: &str, turned: Option<&str>, cursor: Option<&str>) -> Endpoint {
        Endpoint {
            url: Url::parse("http://board.example")
                .unwrap()
                .join(target)
                .unwrap(),
            reason: String::new(),
            turned: turned.map(str::to_owned),
            cursor: cursor.map(str::to_owned),
            links: Vec::new(),
            island: None,
            is_guess: false,
            frame: None,
        }
    }

    /// Target and template of the first way.
    fn first(endpoint: &Endpoint, answer: &str) -> (String, Option<String>) {
        let list = JsonList {
            items: "posts".into(),
            url: "/p/{id}".into(),
            ..JsonList::default()
        };
        let answer = serde_json::from_str(answer).unwrap();
        let turn = turns(endpoint, &answer, &list).0.remove(0);
        (turn.url[url::Position::BeforePath..].to_owned(), turn.next)
    }

    #[test]
    fn what_follows_is_asked_for_as_the_answer_says() {
        let posts = r#""posts":[{"id":9},{"id":8}]"#;
        for (endpoint, rest, target, next) in [
            (
                endpoint("/a?page=1", Some("page"), None),
                "",
                "/a?page=2",
                None,
            ),
            (
                endpoint("/a?n=2&start=0", Some("start"), None),
                "",
                "/a?n=2&start=2",
                None,
            ),
            (
                endpoint("/a", None, Some("after")),
                r#","meta":{"cursor":"x="}"#,
                "/a?after=x=",
                Some("/a?after={meta.cursor}"),
            ),
            (
                endpoint("/a?k=1", None, None),
                r#","nextCursor":77"#,
                "/a?k=1&cursor=77",
                Some("/a?k=1&cursor={nextCursor}"),
            ),
            (
                endpoint("/a", None, None),
                r#","links":{"next":"/a?after=q"}"#,
                "/a?after=q",
                Some("{links.next}"),
            ),
            (
                endpoint("/a", None, None),
                r#","next":"/a?page=2"}"#.trim_end_matches('}'),
                "/a?page=2",
                None,
            ),
            (
                endpoint("/latest.json", Some("page"), None),
                r#","more":"/latest?x=1&page=1""#,
                "/latest.json?x=1&page=1",
                None,
            ),
            (
                endpoint("/a", None, Some("before")),
                "",
                "/a?before=8",
                Some("/a?before={posts.last.id}"),
            ),
            (
                endpoint("/a", None, None),
                r#","total":40"#,
                "/a?page=2",
                None,
            ),
            (
                endpoint("/a", None, None),
                r#","meta":{"pageCount":2}"#,
                "/a?page=2",
                None,
            ),
        ] {
            let answer = format!("{{{posts}{rest}}}");
            assert_eq!(
                first(&endpoint, &answer),
                (target.to_owned(), next.map(str::to_owned)),
                "{answer}"
            );
        }
    }

    /// What a page for people holds besides its rows is no cursor.
    #[test]
    fn a_pages_own_data_marks_no_place() {
        let island = Endpoint {
            island: Some("state".into()),
            ..endpoint("/a", None, None)
        };
        let answer = r#"{"posts":[{"id":9}],"csrfToken":"x1","total":1}"#;
        let answer = serde_json::from_str(answer).unwrap();
        let list = JsonList {
            items: "posts".into(),
            ..JsonList::default()
        };
        assert_eq!(turns(&island, &answer, &list), (vec![], false));
    }
}
