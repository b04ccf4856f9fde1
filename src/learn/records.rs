//! Which elements repeat on an article's page, each with an id and a date: its comments, or the posts of a thread of
//! which the article itself is the first? In: the articles seen, and where the listing's rows stand on them. Out: a name
//! for all records, whether the article is one of them, and where each tells its id, author, date and words.
//!
//! Records need not be brothers: some engines put each post into tables of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::Regex;
use scraper::{ElementRef, Node, Selector};

use super::article::{AUTHOR_NAMES, COMMENT_NAMES, CommentRules, Sample, elements, is_within};
use super::body::{common_texts, edit_notes};
use super::css;
use super::field_rule::FieldRule;
use crate::dates::read_date;
use crate::model::{Calendar, Precision};
use crate::profile::{element_text, fold};

/// Records of one page that are looked at.
const MAX_RECORDS: usize = 60;
/// Elements of one record that are looked at.
const MAX_ELEMENTS: usize = 250;
/// Letters of a name or a date at most.
const MAX_FIELD: usize = 60;

/// The attribute by which records without ids are told apart.
pub(super) const MOMENT: &str = "datetime";

/// Cheap: what it refuses holds no date. Digits with signs between them, a month's name beside a number, or words.
static DATED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\d{1,4}\s?[-./年년]\s?\d{1,2}\s?[-./月월]\s?\d{1,4}|\d{1,2}:\d{2}|\d+\s?(?:초|분|시간|일|개월|년|秒|分|時間|小时|天|日)\s?(?:전|前)|\bago\b|yesterday|today|어제|昨天|昨日|\p{L}{3,10}\.? \d{1,2},? (?:\d{4}|'\d{2})|\d{1,2}\.? \p{L}{3,10}\.? (?:\d{4}|'\d{2})")
        .expect("a constant pattern")
});
/// Classes of an element with a post's words.
static BODY_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)content|text|body|message|memo").expect("a constant pattern")
});
/// Links that lead to a person.
static PERSON_LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)user|member|profile|author|/u/|[?&;]u=|uid|space|people|mailto:")
        .expect("a constant pattern")
});

/// Nodes of one comment, or of one post of a thread.
const MAX_IN_RECORD: usize = 5_000;

/// Records that repeat on article pages: comments, or the posts of a thread.
pub(super) struct Records {
    pub(super) css: String,
    /// The article itself is the first of them.
    pub(super) is_thread: bool,
    /// Where each tells its id.
    key: (Option<String>, &'static str),
}

/// What elements of one name are, over all pages.
#[derive(Default)]
struct Tally {
    /// On each page.
    n: Vec<usize>,
    n_dated: usize,
    keys: BTreeMap<(Option<String>, &'static str), usize>,
    /// Places of the first in document order: the outermost of nested names comes first.
    first_seen: usize,
    names: String,
}

/// Finds the records. A name counts where nearly all of its elements have an id and a date.
pub(super) fn records(samples: &[Sample<'_>], listings: &[HashSet<NodeId>]) -> Option<Records> {
    let mut tallies: HashMap<String, Tally> = HashMap::new();
    for (at, (sample, listing)) in samples.iter().zip(listings).enumerate() {
        for (order, element) in elements(&sample.page).enumerate() {
            let Some(name) = record_name(element) else {
                continue;
            };
            let tally = tallies.entry(name.clone()).or_insert_with(|| Tally {
                n: vec![0; samples.len()],
                first_seen: order,
                names: css::words_of(element),
                ..Tally::default()
            });
            if tally.n[at] >= MAX_RECORDS
                || is_within(element, listing)
                || is_nested(element, &name)
                || is_aside(element)
            {
                continue;
            }
            tally.n[at] += 1;
            tally.n_dated += usize::from(is_dated(element));
            if let Some(key) = key_of(element) {
                *tally.keys.entry(key).or_default() += 1;
            }
        }
    }
    let mut ranked: Vec<(usize, bool, std::cmp::Reverse<usize>, String, Tally)> = Vec::new();
    for (name, tally) in tallies {
        let n_all: usize = tally.n.iter().sum();
        let most = tally.n.iter().copied().max().unwrap_or(0);
        let named = COMMENT_NAMES.is_match(&tally.names);
        let keyed = tally.keys.values().copied().max().unwrap_or(0);
        if n_all > 0
            && (most >= 2 || named)
            && tally.n_dated * 5 >= n_all * 4
            && keyed * 5 >= n_all * 4
        {
            let own = tally
                .keys
                .iter()
                .max_by_key(|(_, n)| **n)
                .is_some_and(|((path, _), _)| path.is_none());
            ranked.push((n_all, own, std::cmp::Reverse(tally.first_seen), name, tally));
        }
    }
    ranked.sort_by(|a, b| (a.0, a.1, a.2, &a.3).cmp(&(b.0, b.1, b.2, &b.3)));
    let (_, _, _, css, tally) = ranked.pop()?;
    let key = tally.keys.into_iter().max_by_key(|(_, n)| *n)?.0;
    let selector = Selector::parse(&css).ok()?;
    let everywhere = tally.n.iter().all(|n| *n > 0);
    Some(Records {
        is_thread: everywhere && leads(samples, listings, &selector),
        css,
        key,
    })
}

/// Whether the first record of each page is the article itself: outside the records hardly any words differ from page
/// to page.
fn leads(samples: &[Sample<'_>], listings: &[HashSet<NodeId>], records: &Selector) -> bool {
    // Texts that stand on several pages are the template's.
    let mut common = common_texts(samples.iter().map(|sample| &sample.page));
    common.retain(|_, n| *n > 1);
    let mut n_led = 0;
    for (sample, listing) in samples.iter().zip(listings) {
        let mut found = sample.page.html.select(records);
        let Some(first) = found.next() else {
            return false;
        };
        let mut held: HashSet<NodeId> = found.map(|record| record.id()).collect();
        held.insert(first.id());
        let inside = element_text(first, &[]).chars().count();
        let outside = letters_outside(sample, &held, listing, &common);
        n_led += usize::from(outside * 3 < inside * 2);
    }
    // A short first post in a page with news of its own may look otherwise.
    n_led * 5 >= samples.len() * 4
}

/// Letters that no other page has, that stand in no link, no record and no row, and are not the title.
fn letters_outside(
    sample: &Sample<'_>,
    records: &HashSet<NodeId>,
    listing: &HashSet<NodeId>,
    common: &HashMap<String, usize>,
) -> usize {
    let mut n_letters = 0;
    let mut muted = None;
    // Some boards put the whole thread into a form of tick boxes.
    let around: HashSet<NodeId> = records
        .iter()
        .filter_map(|id| sample.page.html.tree.get(*id))
        .flat_map(|node| node.ancestors().map(|above| above.id()))
        .collect();
    for edge in sample.page.html.root_element().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) if muted.is_none() => match node.value() {
                Node::Text(text) => {
                    let text = fold(text);
                    let is_title = text.contains(&sample.row.title) || common.contains_key(&text);
                    n_letters += if is_title { 0 } else { text.chars().count() };
                }
                Node::Element(tag) => {
                    let skipped = records.contains(&node.id())
                        || listing.contains(&node.id())
                        || matches!(
                            tag.name(),
                            "a" | "head" | "script" | "style" | "nav" | "template"
                        )
                        || (tag.name() == "form" && !around.contains(&node.id()));
                    if skipped {
                        muted = Some(node.id());
                    }
                }
                _ => {}
            },
            ego_tree::iter::Edge::Close(node) if muted == Some(node.id()) => muted = None,
            _ => {}
        }
    }
    n_letters
}

/// A name that finds an element and its like: by class, by what its id begins with, or by what it stands in.
fn record_name(element: ElementRef<'_>) -> Option<String> {
    let tag = element.value().name();
    if !matches!(
        tag,
        "div"
            | "article"
            | "li"
            | "section"
            | "table"
            | "tbody"
            | "tr"
            | "dl"
            | "dd"
            | "blockquote"
    ) {
        return None;
    }
    let mut name = css::simple(element);
    let prefix = element.value().id().and_then(css::id_prefix);
    if let Some(prefix) = prefix {
        name.push_str(&format!("[id^='{prefix}']"));
    }
    if name != tag || tag == "article" {
        return Some(name);
    }
    // Nothing of its own: by its parent's class.
    let parent = element.parent().and_then(ElementRef::wrap)?;
    let above = css::simple(parent);
    let numbered = key_of(element).is_some_and(|(path, _)| path.is_none());
    (above.contains('.') && (numbered || tag == "li")).then(|| format!("{above} > {tag}"))
}

fn is_nested(element: ElementRef<'_>, name: &str) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(12)
        .any(|above| record_name(above).as_deref() == Some(name))
}

fn is_aside(element: ElementRef<'_>) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(12)
        .any(|above| matches!(above.value().name(), "nav" | "footer" | "aside"))
}

/// Whether an element tells a moment, in words or in an attribute.
fn is_dated(element: ElementRef<'_>) -> bool {
    let attribute = |inner: ElementRef<'_>| {
        ["datetime", "title"]
            .iter()
            .filter_map(|name| inner.attr(name))
            .any(|value| value.len() <= MAX_FIELD && DATED.is_match(value))
    };
    let is_small = element.descendants().take(MAX_IN_RECORD).count() < MAX_IN_RECORD;
    (is_small && DATED.is_match(&element_text(element, &[])))
        || element
            .descendent_elements()
            .take(MAX_ELEMENTS)
            .any(attribute)
}

/// Where a record tells its id: its own attribute, or that of an element in it.
fn key_of(element: ElementRef<'_>) -> Option<(Option<String>, &'static str)> {
    let numbered = |element: ElementRef<'_>, name: &str| {
        element.attr(name).is_some_and(|value| {
            value.bytes().any(|byte| byte.is_ascii_digit()) && value.len() <= 60
        })
    };
    const OWN: [&str; 10] = [
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
    ];
    if let Some(name) = OWN.into_iter().find(|name| numbered(element, name)) {
        return Some((None, name));
    }
    let mut inside = element.descendent_elements().skip(1).take(40);
    let Some(inner) = inside.find(|inner| numbered(*inner, "id")) else {
        // An article that tells no id is told by its moment.
        let mut inside = element.descendent_elements().skip(1).take(40);
        let moment = inside.find(|inner| inner.attr("datetime").is_some())?;
        return (element.value().name() == "article")
            .then(|| (Some(css::path_within(element, moment)), MOMENT));
    };
    Some((
        Some(format!("{}[id]", css::path_within(element, inner))),
        "id",
    ))
}

/// One place in a record, over all records.
#[derive(Default)]
struct Place {
    /// Per record.
    texts: Vec<Option<String>>,
    names: String,
    links: bool,
    is_link: bool,
}

/// Rules within a record. `article` are those of the article's own author and body, which in a thread are the first
/// record's.
pub(super) fn comments(
    samples: &[Sample<'_>],
    records: &Records,
    article: (&[FieldRule], &[String]),
    calendar: Calendar<'_>,
) -> Option<CommentRules> {
    let selector = Selector::parse(&records.css).ok()?;
    let (author, body) = article;
    let items: Vec<(ElementRef<'_>, &Sample<'_>)> = samples
        .iter()
        .flat_map(|sample| {
            let found = sample.page.html.select(&selector).take(MAX_RECORDS);
            found.map(move |item| (item, sample))
        })
        .collect();
    let mut rules = CommentRules {
        item: records.css.clone(),
        article_is_first: records.is_thread,
        key: records.key.clone(),
        ..CommentRules::default()
    };
    let fits_most = |rule: &FieldRule| records.is_thread && fits_most(rule, &items);
    rules.author = author.iter().find(|rule| fits_most(rule)).cloned();
    let plain = |css: &String| FieldRule::plain(css);
    rules.body = body.iter().find(|css| fits_most(&plain(css))).cloned();
    let places = places(&items);
    rules.date = date_rule(&items, &places, calendar);
    if rules.author.is_none() {
        rules.author = author_rule(&items, &places, records.is_thread);
    }
    if rules.body.is_none() {
        rules.body = body_rule(&items, &places, &rules);
    }
    let body = Selector::parse(rules.body.as_deref()?).ok()?;
    let bodies = items
        .iter()
        .filter_map(|(item, _)| item.select(&body).next());
    rules.body_remove = edit_notes(bodies);
    Some(rules)
}

/// Whether a rule finds something in nearly all records.
fn fits_most(rule: &FieldRule, items: &Items<'_, '_>) -> bool {
    let n_found = items
        .iter()
        .filter(|(item, _)| rule.value_in(*item).is_some())
        .count();
    n_found * 5 >= items.len() * 4
}

type Items<'a, 's> = [(ElementRef<'a>, &'s Sample<'a>)];

fn places(items: &Items<'_, '_>) -> BTreeMap<String, Place> {
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (at, (item, _)) in items.iter().enumerate() {
        for element in item.descendent_elements().skip(1).take(MAX_ELEMENTS) {
            let text = element_text(element, &[]);
            if text.is_empty() {
                continue;
            }
            let place = places
                .entry(css::path_within(*item, element))
                .or_insert_with(|| Place {
                    texts: vec![None; items.len()],
                    ..Place::default()
                });
            if place.texts[at].is_some() {
                continue;
            }
            place.texts[at] = Some(text);
            if place.names.is_empty() {
                place.names = css::words_of(element);
                place.is_link = matches!(element.value().name(), "a" | "button" | "form" | "ul");
                let link = element
                    .ancestors()
                    .filter_map(ElementRef::wrap)
                    .take(2)
                    .chain([element])
                    .find_map(|element| element.attr("href"));
                place.links = link.is_some_and(|href| PERSON_LINK.is_match(href));
            }
        }
    }
    places
}

/// The place, or the attribute there, that reads as a date in most records: the most exact, then the first.
fn date_rule(
    items: &Items<'_, '_>,
    places: &BTreeMap<String, Place>,
    calendar: Calendar<'_>,
) -> Option<FieldRule> {
    let mut best: Option<(f64, FieldRule)> = None;
    let mut consider = |rule: FieldRule| {
        let read: Vec<_> = items
            .iter()
            .filter_map(|(item, sample)| {
                let value = rule.value_in(*item)?;
                if value.chars().count() > MAX_FIELD {
                    return None;
                }
                read_date(&value, calendar, sample.page.as_of)
            })
            .filter(|posted| posted.precision >= Precision::Day)
            .collect();
        if read.len() * 5 < items.len() * 4 || read.is_empty() {
            return;
        }
        let exact = read
            .iter()
            .map(|posted| f64::from(posted.precision as u8))
            .sum::<f64>()
            / read.len() as f64;
        // What is the same for all of a person's posts is when he joined.
        let distinct: HashSet<_> = read.iter().map(|posted| posted.at).collect();
        let score = exact + distinct.len() as f64 / read.len() as f64
            - if rule.pattern.is_some() || rule.own {
                0.3
            } else {
                0.0
            };
        if best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, rule));
        }
    };
    for (path, place) in places {
        let n_short = place
            .texts
            .iter()
            .flatten()
            .filter(|text| text.chars().count() <= 3 * MAX_FIELD)
            .count();
        if n_short * 5 < items.len() * 4 {
            continue;
        }
        consider(FieldRule::plain(path));
        consider(FieldRule {
            own: true,
            ..FieldRule::plain(path)
        });
        consider(FieldRule::dated(path));
    }
    for attr in ["datetime", "title"] {
        for path in attribute_paths(items, attr) {
            consider(FieldRule {
                attr: Some(attr),
                ..FieldRule::plain(&path)
            });
        }
    }
    best.map(|(_, rule)| rule)
}

/// Where the first records have an element with this attribute.
fn attribute_paths(items: &Items<'_, '_>, attr: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (item, _) in items.iter().take(3) {
        for element in item.descendent_elements().skip(1).take(MAX_ELEMENTS) {
            if element
                .attr(attr)
                .is_some_and(|value| DATED.is_match(value))
            {
                let path = css::path_within(*item, element);
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
    }
    paths
}

/// Short words that are no date and no number and not always the same, best in an element named for a person or a link to
/// one.
fn author_rule(
    items: &Items<'_, '_>,
    places: &BTreeMap<String, Place>,
    is_thread: bool,
) -> Option<FieldRule> {
    let mut best: Option<(f64, &String)> = None;
    for (path, place) in places {
        let filled: Vec<&String> = place.texts.iter().flatten().collect();
        let is_name = |text: &&&String| {
            (2..=30).contains(&text.chars().count())
                && text.chars().any(char::is_alphabetic)
                && !DATED.is_match(text)
        };
        let n_names = filled.iter().filter(is_name).count();
        // The element itself, or the one around it.
        let near: Vec<&str> = path.rsplit(" > ").take(2).collect();
        let named = AUTHOR_NAMES.is_match(&place.names) || AUTHOR_NAMES.is_match(&near.join(" "));
        if n_names * 5 < items.len() * 4 {
            continue;
        }
        let n_agreed = items
            .iter()
            .zip(&place.texts)
            .filter(|((_, sample), text)| {
                is_thread && text.is_some() && sample.row.author == **text
            })
            .count();
        let distinct: HashSet<&&String> = filled.iter().collect();
        let letters: usize = filled.iter().map(|text| text.chars().count()).sum();
        let one_letter = letters <= filled.len();
        let score = f64::from(u8::from(named))
            + f64::from(u8::from(place.links))
            + if n_agreed > 0 { 3.0 } else { 0.0 }
            + if distinct.len() > 1 { 0.5 } else { -1.0 }
            - 0.02 * letters as f64 / filled.len() as f64
            - if one_letter { 2.0 } else { 0.0 };
        if score <= 0.0 {
            continue;
        }
        if best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, path));
        }
    }
    best.map(|(_, path)| FieldRule::plain(path))
}

/// The letters, over all records, of a place that says the same in most of them.
fn same_in_most(place: &Place) -> Option<usize> {
    let filled: Vec<&String> = place.texts.iter().flatten().collect();
    let first = filled.first()?;
    let n_same = filled.iter().filter(|text| text == &first).count();
    let letters = first.chars().count();
    (filled.len() > 2 && 5 * n_same >= 4 * filled.len()).then_some(letters * n_same)
}

/// The place with the most words that are neither author nor date, in an element named for them if there is one.
fn body_rule(
    items: &Items<'_, '_>,
    places: &BTreeMap<String, Place>,
    rules: &CommentRules,
) -> Option<String> {
    let fields: Vec<&FieldRule> = rules.author.iter().chain(&rules.date).collect();
    let template: Vec<(&String, usize)> = places
        .iter()
        .filter_map(|(path, place)| Some((path, same_in_most(place)?)))
        .collect();
    let mut best: Option<(f64, &String)> = None;
    for (path, place) in places {
        let n_filled = place.texts.iter().flatten().count();
        let holds_field = || {
            items.iter().any(|(item, _)| {
                let inside = |css: &str| {
                    let found = |css: &str| item.select(&Selector::parse(css).ok()?).next();
                    let (place, field) = (found(path)?, found(css)?);
                    Some(place == field || field.ancestors().any(|above| above.id() == place.id()))
                };
                fields
                    .iter()
                    .any(|field| inside(&field.css).unwrap_or(false))
            })
        };
        if n_filled * 2 < items.len() || place.is_link || holds_field() {
            continue;
        }
        let letters: usize = place
            .texts
            .iter()
            .flatten()
            .map(|text| text.chars().count().min(2_000))
            .sum();
        let named = if BODY_NAMES.is_match(&place.names) {
            1.3
        } else {
            1.0
        };
        // Buttons and labels in it that every record has.
        let furniture: usize = template
            .iter()
            .filter(|(inner, _)| {
                let rest = inner.strip_prefix(path.as_str());
                rest.is_some_and(|rest| rest.starts_with(" > "))
            })
            .map(|(_, letters)| letters)
            .sum();
        let score =
            letters as f64 * named - 2.0 * furniture as f64 - path.matches('>').count() as f64;
        if best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, path));
        }
    }
    best.map(|(_, path)| path.clone())
}
