//! By what is a comment told from the others of its page? In: records as they repeat on the pages seen. Out: the place of
//! a value that each has and no two of one page share.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::css;
use crate::document::ElementRef;
use crate::profile::element_text;

/// The attribute by which records without ids are told apart.
const MOMENT: &str = "datetime";
/// Elements of a record that may tell its id.
const MAX_INSIDE: usize = 40;
/// Letters of an id at most; of a link, more.
const MAX_ID: usize = 60;
const MAX_LINK: usize = 300;
/// Places of the first record that are tried on the others.
const MAX_PLACES: usize = 24;

/// Its last number.
const NUMBER: &str = r"(\d+)\D*$";
/// Its last word.
const CODE: &str = r"([A-Za-z0-9]+)$";

/// The number in front of its words: `3 ： mira`, `No.3`.
const PLACE: &str = r"^\W{0,3}(?:No\.?|#)?\s?(\d+)\b";
/// Letters of its words that are looked at.
const MAX_WORDS: usize = 200;
/// All its words: short lines one below the other often tell nothing else.
const LINE: &str = r"(?s)^(.{1,200})";
/// Such lines on a page.
const MIN_LINES: usize = 3;

/// Attributes of a record's own.
const OWN: [&str; 11] = [
    "id",
    "data-id",
    "data-pid",
    "data-pk",
    "data-comment-id",
    "data-post-id",
    "data-content",
    "data-comment-sn",
    "data-no",
    "data-key",
    "data-shortid",
];

/// Links that lead to a person.
pub(super) static PERSON_LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)user|member|profile|author|/u/|[?&;]u=|uid|space|people|mailto:")
        .expect("a constant pattern")
});

/// Where a record tells its id.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The record itself where nothing is said.
    pub css: Option<String>,
    /// Its words where it is empty.
    pub attr: &'static str,
    /// What of the attribute is the id; all of it where nothing is said.
    pub pattern: Option<&'static str>,
    /// It stands in the element before the record.
    pub before: bool,
}

impl Key {
    fn numbered(css: Option<String>, attr: &'static str) -> Self {
        Self {
            css,
            attr,
            pattern: Some(NUMBER),
            before: false,
        }
    }
}

/// Where a record tells a number that is likely its id: its own attribute, or that of an element in it.
pub(super) fn likely_key(element: ElementRef<'_>) -> Option<Key> {
    let numbered = |element: ElementRef<'_>, name: &str| {
        element.attr(name).is_some_and(|value| {
            value.bytes().any(|byte| byte.is_ascii_digit()) && value.len() <= MAX_ID
        })
    };
    if let Some(name) = OWN.into_iter().find(|name| numbered(element, name)) {
        return Some(Key::numbered(None, name));
    }
    let inside = || element.descendent_elements().skip(1).take(MAX_INSIDE);
    let Some(inner) = inside().find(|inner| numbered(*inner, "id")) else {
        if let Some(anchor) = inside().find(is_bare_anchor) {
            let path = css::path_within(element, anchor);
            let css = format!("{path}[name]:not([href])");
            return Some(Key::numbered(Some(css), "name"));
        }
        // An article that tells no id is told by its moment.
        let moment = inside().find(|inner| inner.attr(MOMENT).is_some())?;
        return (element.value().name() == "article").then(|| Key {
            css: Some(css::path_within(element, moment)),
            attr: MOMENT,
            ..Key::default()
        });
    };
    let path = css::path_within(element, inner);
    Some(Key::numbered(Some(format!("{path}[id]")), "id"))
}

/// An anchor of old: no link, and named by a number alone.
pub(super) fn is_bare_anchor(element: &ElementRef<'_>) -> bool {
    let is_number = |name: &str| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_digit());
    element.value().name() == "a"
        && element.attr("href").is_none()
        && element.attr("name").is_some_and(is_number)
}

/// The place whose values differ in all records of a page: an id, an anchor's name, a link. `pages`: the records of each.
pub(super) fn distinct_key(pages: &[Vec<ElementRef<'_>>]) -> Option<Key> {
    let most = pages.iter().max_by_key(|records| records.len())?;
    let first = *most.get(1).or(most.first())?;
    let mut places = places(first);
    places.truncate(MAX_PLACES);
    let tried = places.into_iter().flat_map(|place| {
        [NUMBER, CODE].map(|pattern| Key {
            pattern: Some(pattern),
            ..place.clone()
        })
    });
    let by_place = Key {
        pattern: Some(PLACE),
        ..Key::default()
    };
    let reader = |pattern| (pattern, Regex::new(pattern).expect("a constant pattern"));
    let readers: BTreeMap<&str, Regex> = [NUMBER, CODE, PLACE].into_iter().map(reader).collect();
    let mut tried = tried.chain([by_place]);
    let found = tried.find(|key| tells_apart(key, pages, &readers));
    let by_words = || Key {
        pattern: Some(LINE),
        ..Key::default()
    };
    found.or_else(|| are_lines(pages).then(by_words))
}

/// Whether records are short lines with hardly a link in them, no two of which say the same, be it on different pages.
fn are_lines(pages: &[Vec<ElementRef<'_>>]) -> bool {
    let texts: Vec<String> = pages
        .iter()
        .flatten()
        .map(|record| element_text(*record, &[]))
        .collect();
    let distinct: HashSet<&String> = texts.iter().collect();
    let is_linked = |record: &&ElementRef<'_>| {
        record
            .descendent_elements()
            .any(|inner| inner.attr("href").is_some())
    };
    let n_linked = pages.iter().flatten().filter(is_linked).count();
    pages.iter().any(|records| records.len() >= MIN_LINES)
        && distinct.len() == texts.len()
        && texts.iter().all(|text| text.chars().count() <= MAX_WORDS)
        && 5 * n_linked <= texts.len()
}

fn tells_apart(key: &Key, pages: &[Vec<ElementRef<'_>>], readers: &BTreeMap<&str, Regex>) -> bool {
    let is_code = key.pattern == Some(CODE);
    // The words of a link are everybody's.
    if is_code && key.attr == "href" {
        return false;
    }
    let reader = key.pattern.and_then(|pattern| readers.get(pattern));
    let (mut n_all, mut n_told, mut n_beside) = (0, 0, 0);
    for records in pages {
        let values: Vec<String> = records
            .iter()
            .filter_map(|record| {
                let value = attribute(key, *record)?;
                let found = reader?.captures(&value)?.get(1)?.as_str().to_owned();
                let fits = !is_code || found.len() >= 4;
                fits.then_some(found)
            })
            .collect();
        let distinct: HashSet<&String> = values.iter().collect();
        if distinct.len() < values.len() {
            return false;
        }
        n_all += records.len();
        n_told += values.len();
        n_beside += usize::from(values.len() > 1);
    }
    n_beside > 0 && 5 * n_told >= 4 * n_all
}

fn attribute(key: &Key, record: ElementRef<'_>) -> Option<String> {
    let holder = match key.before {
        true => element_before(record)?,
        false => record,
    };
    let element = match &key.css {
        Some(css) => holder
            .select(&crate::document::Selector::parse(css).ok()?)
            .next()?,
        None => holder,
    };
    if key.attr.is_empty() {
        let words = element_text(element, &[]);
        return Some(words.chars().take(MAX_WORDS).collect());
    }
    let most = if key.attr == "href" { MAX_LINK } else { MAX_ID };
    let value = element.attr(key.attr)?;
    (value.len() <= most).then(|| value.to_owned())
}

pub(super) fn element_before(record: ElementRef<'_>) -> Option<ElementRef<'_>> {
    record.prev_siblings().find_map(ElementRef::wrap)
}

/// Where a record may tell its id, the surest first.
fn places(record: ElementRef<'_>) -> Vec<Key> {
    let mut found: Vec<Key> = OWN
        .into_iter()
        .filter(|name| record.attr(name).is_some())
        .map(|name| Key::numbered(None, name))
        .collect();
    if let Some(before) = element_before(record).filter(|before| before.value().name() == "a") {
        let named = ["id", "name"]
            .into_iter()
            .find(|name| before.attr(name).is_some());
        found.extend(named.map(|attr| Key {
            before: true,
            ..Key::numbered(None, attr)
        }));
    }
    let inside: Vec<ElementRef<'_>> = record
        .descendent_elements()
        .skip(1)
        .take(MAX_INSIDE)
        .collect();
    for attr in ["id", "name", "data-id", "data-shortid", "href"] {
        for inner in &inside {
            let Some(value) = inner.attr(attr) else {
                continue;
            };
            let is_anchor = attr != "name" || inner.value().name() == "a";
            if is_anchor && (attr != "href" || !PERSON_LINK.is_match(value)) {
                let path = css::path_within(record, *inner);
                found.push(Key::numbered(Some(format!("{path}[{attr}]")), attr));
            }
        }
    }
    found
}
