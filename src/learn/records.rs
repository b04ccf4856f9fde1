//! Which elements repeat on an article's page, each with an id and a date: its comments, or the posts of a thread of
//! which the article itself is the first? In: the articles seen, and where the listing's rows stand on them. Out: a name
//! for all records, whether the article is one of them, and where each tells its id, author, date and words.
//!
//! Records need not be brothers: some engines put each post into tables of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::article::{AUTHOR_NAMES, COMMENT_NAMES, CommentRules, Sample, elements, is_within};
use super::body::{common_texts, edit_notes, forms_to_fill_in, furniture};
use super::css;
use super::depth::depth;
use super::field_rule::FieldRule;
use super::loose;
use super::record_dates::date_rule;
use super::record_keys::{Key, PERSON_LINK, distinct_key, likely_key};
use super::record_names::{is_named_for_replies, is_nested, record_names};
use super::titles::repeats;
use crate::document::{ElementRef, Node, NodeId, Selector};
use crate::model::Calendar;
use crate::profile::{element_text, fold};

/// Records of one page that are looked at.
const MAX_RECORDS: usize = 60;
/// Elements of one record that are looked at.
const MAX_ELEMENTS: usize = 250;
/// Letters of a name or a date at most.
pub(super) const MAX_FIELD: usize = 60;

/// Cheap: what it refuses holds no date. Digits with signs between them, a month's name beside a number, or words.
pub(super) static DATED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\d{1,4}\s?[-./年년]\s?\d{1,2}\s?[-./月월]\s?\d{1,4}|\d{1,2}:\d{2}|\d+\s?(?:초|분|시간|일|개월|년|秒|分|時間|小时|天|日)\s?(?:전|前)|\bago\b|yesterday|today|어제|昨天|昨日|\p{L}{3,10}\.? \d{1,2},? (?:\d{4}|'\d{2})|\d{1,2}\.? \p{L}{3,10}\.? (?:\d{4}|'\d{2})")
        .expect("a constant pattern")
});
/// Classes of an element with a post's words.
static BODY_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)content|text|body|message|memo").expect("a constant pattern")
});
/// Names of records without a likely id that are looked through for one.
const MAX_UNKEYED: usize = 6;
/// Nodes of one comment, or of one post of a thread.
const MAX_IN_RECORD: usize = 5_000;

/// Records that repeat on article pages: comments, or the posts of a thread.
pub(super) struct Records {
    pub(super) css: String,
    /// The article itself is the first of them.
    pub(super) is_thread: bool,
    /// Where each tells its id.
    key: Key,
    /// Elements before a record that belong to it, and a selector of them.
    n_heads: usize,
    heads: Option<String>,
}

impl Records {
    /// A selector of all that belongs to records.
    pub(super) fn all(&self) -> String {
        match &self.heads {
            Some(heads) => format!("{heads}, {}", self.css),
            None => self.css.clone(),
        }
    }

    /// Of what it selects, how many of the first are the article itself.
    pub(super) fn n_first(&self) -> usize {
        match self.is_thread {
            true => 1 + usize::from(self.heads.is_some()),
            false => 0,
        }
    }
}

/// What elements of one name are, over all pages.
#[derive(Default, Clone)]
struct Tally {
    /// On each page.
    n: Vec<usize>,
    n_dated: usize,
    keys: BTreeMap<Key, usize>,
    /// Places of the first in document order: the outermost of nested names comes first.
    first_seen: usize,
    /// A name says what they are: then one on a page is enough.
    is_named: bool,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        for (n, more) in self.n.iter_mut().zip(&other.n) {
            *n += more;
        }
        self.n_dated += other.n_dated;
        for (key, n) in &other.keys {
            *self.keys.entry(key.clone()).or_default() += n;
        }
        self.first_seen = self.first_seen.min(other.first_seen);
        self.is_named |= other.is_named;
    }
}

/// Finds the records. A name counts where nearly all of its elements have an id and a date.
pub(super) fn records(samples: &[Sample<'_>], listings: &[HashSet<NodeId>]) -> Option<Records> {
    let mut tallies: HashMap<String, Tally> = HashMap::new();
    for (at, (sample, listing)) in samples.iter().zip(listings).enumerate() {
        let named = elements(&sample.page)
            .enumerate()
            .flat_map(|(order, element)| {
                record_names(element).map(move |name| (order, element, name))
            });
        for (order, element, name) in named {
            let tally = tallies.entry(name.clone()).or_insert_with(|| Tally {
                n: vec![0; samples.len()],
                first_seen: order,
                is_named: is_named_for_replies(element),
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
            if let Some(key) = likely_key(element) {
                *tally.keys.entry(key).or_default() += 1;
            }
        }
    }
    let tallies = with_their_like(tallies);
    let mut ranked: Vec<(_, String, Option<Key>)> = Vec::new();
    for (name, tally) in tallies {
        let n_all: usize = tally.n.iter().sum();
        let most = tally.n.iter().copied().max().unwrap_or(0);
        if n_all > 0 && (most >= 2 || tally.is_named) && tally.n_dated * 5 >= n_all * 4 {
            let key = tally.keys.into_iter().max_by_key(|(_, n)| *n);
            let key = key.filter(|(_, n)| n * 5 >= n_all * 4).map(|(key, _)| key);
            let own = key.as_ref().is_some_and(|key| key.css.is_none());
            // Of two names for the same elements the plainer one is less likely to find others, too.
            let order = std::cmp::Reverse((tally.first_seen, name.len()));
            ranked.push(((tally.n_dated, own, order), name, key));
        }
    }
    ranked.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
    let likely = ranked
        .iter()
        .find_map(|(_, css, key)| Some((css, key.clone()?)));
    // Where no record has a number that must be its id, the values at one place may differ nevertheless.
    let (css, key) = likely.or_else(|| {
        let unkeyed = ranked.iter().take(MAX_UNKEYED);
        let mut keyed = unkeyed.filter_map(|((n, ..), css, _)| {
            let selector = Selector::parse(css).ok()?;
            let key = distinct_key(&found(samples, listings, &selector))?;
            Some((*n, css, key))
        });
        let (n, css, key) = keyed.next()?;
        // What tells its id itself is the record, rather than a part of it.
        let own = (key.css.is_some() || key.before).then(|| {
            keyed.find(|(n_own, _, key)| 5 * n_own >= 4 * n && key.css.is_none() && !key.before)
        });
        let (_, css, key) = own.flatten().unwrap_or((n, css, key));
        Some((css, key))
    })?;
    let selector = Selector::parse(css).ok()?;
    let pages = found(samples, listings, &selector);
    let n_heads = usize::from(key.before);
    let mut records = Records {
        is_thread: false,
        css: css.clone(),
        key,
        n_heads,
        heads: None,
    };
    if let Some(tag) = followed_by(&pages) {
        records.css = format!("{css} + {tag}");
        records.heads = Some(css.clone());
        records.n_heads = 1;
    }
    let everywhere = pages.iter().all(|records| !records.is_empty());
    records.is_thread = everywhere && leads(samples, listings, &records);
    Some(records)
}

/// Counts under each name also those that bear its classes and more: the first post of a thread often has a class of its
/// own.
fn with_their_like(tallies: HashMap<String, Tally>) -> HashMap<String, Tally> {
    /// Names beyond that are those of pages without a style.
    const MAX_NAMES: usize = 2_000;
    let parts = |name: &str| -> Option<(String, BTreeSet<String>)> {
        let (classes, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
        let mut words = classes.split('.');
        let tag = words.next()?.to_owned();
        let is_simple = !name.contains([' ', ':']);
        is_simple.then(|| (tag + rest, words.map(str::to_owned).collect()))
    };
    let mut alike: HashMap<String, Vec<(String, BTreeSet<String>)>> = HashMap::new();
    for name in tallies.keys().take(MAX_NAMES) {
        if let Some((kind, classes)) = parts(name) {
            alike.entry(kind).or_default().push((name.clone(), classes));
        }
    }
    let mut all = tallies.clone();
    for names in alike.values() {
        for (name, classes) in names.iter().filter(|(_, classes)| !classes.is_empty()) {
            let richer = names
                .iter()
                .filter(|(_, others)| others.len() > classes.len() && others.is_superset(classes));
            for (other, _) in richer {
                if let Some(tally) = all.get_mut(name) {
                    tally.add(&tallies[other]);
                }
            }
        }
    }
    all
}

/// The elements of a name on each page, without those in its listing.
fn found<'a>(
    samples: &[Sample<'a>],
    listings: &[HashSet<NodeId>],
    selector: &Selector,
) -> Vec<Vec<ElementRef<'a>>> {
    let of_page = |(sample, listing): (&Sample<'a>, &HashSet<NodeId>)| {
        let all = sample.page.html.select(selector);
        let own = all.filter(|element| !is_within(*element, listing));
        own.take(MAX_RECORDS).collect()
    };
    samples.iter().zip(listings).map(of_page).collect()
}

/// The tag of the elements right behind the records, where these are but their headings: nearly all of them are followed
/// by one, and those say more.
fn followed_by(pages: &[Vec<ElementRef<'_>>]) -> Option<String> {
    let mut tags: BTreeMap<String, usize> = BTreeMap::new();
    let (mut n_all, mut n_inside, mut n_behind) = (0, 0, 0);
    for records in pages {
        let ids: HashSet<NodeId> = records.iter().map(|record| record.id()).collect();
        for record in records {
            n_all += 1;
            n_inside += element_text(*record, &[]).chars().count();
            let next = record.next_siblings().find_map(ElementRef::wrap);
            let Some(next) = next.filter(|next| !ids.contains(&next.id())) else {
                continue;
            };
            let tag = next.value().name();
            if matches!(
                tag,
                "div" | "dd" | "section" | "blockquote" | "p" | "article" | "td" | "tr"
            ) {
                n_behind += element_text(next, &[]).chars().count();
                *tags.entry(tag.to_owned()).or_default() += 1;
            }
        }
    }
    let (tag, n) = tags.into_iter().max_by_key(|(_, n)| *n)?;
    (n == n_all && n_all > 1 && n_behind > n_inside).then_some(tag)
}

/// Whether the first record of each page is the article itself: outside the records hardly any words differ from page
/// to page.
fn leads(samples: &[Sample<'_>], listings: &[HashSet<NodeId>], records: &Records) -> bool {
    let selectors = (
        Selector::parse(&records.css),
        Selector::parse(&records.all()),
    );
    let (Ok(bodies), Ok(all)) = selectors else {
        return false;
    };
    // Texts that stand on several pages are the template's.
    let mut common = common_texts(samples.iter().map(|sample| &sample.page));
    common.retain(|_, n| *n > 1);
    let mut n_led = 0;
    for (sample, listing) in samples.iter().zip(listings) {
        let Some(first) = sample.page.html.select(&bodies).next() else {
            return false;
        };
        let found = sample.page.html.select(&all);
        let held: HashSet<NodeId> = found.map(|record| record.id()).collect();
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
    let forms = forms_to_fill_in(&sample.page);
    let mut n_letters = 0;
    let mut muted = None;
    // Some boards put the whole thread into a form of tick boxes.
    let around: HashSet<NodeId> = records
        .iter()
        .filter_map(|id| sample.page.html.get(*id))
        .flat_map(|node| node.ancestors().map(|above| above.id()))
        .collect();
    for edge in sample.page.html.root_element().traverse() {
        match edge {
            crate::document::Edge::Open(node) if muted.is_none() => match node.value() {
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
                        || (forms.contains(&node.id()) && !around.contains(&node.id()));
                    if skipped {
                        muted = Some(node.id());
                    }
                }
                _ => {}
            },
            crate::document::Edge::Close(node) if muted == Some(node.id()) => muted = None,
            _ => {}
        }
    }
    n_letters
}

/// Whether an element is no part of what the page is about. Some boards put what was said of a post beside it, too: then
/// its own id says what it is.
fn is_aside(element: ElementRef<'_>) -> bool {
    let is_comment = element
        .value()
        .id()
        .is_some_and(|id| COMMENT_NAMES.is_match(id));
    let beside = |tag: &str| matches!(tag, "nav" | "footer") || (tag == "aside" && !is_comment);
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(12)
        .any(|above| beside(above.value().name()))
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

/// A record with its heads in front of it.
pub(super) struct Record<'a, 's> {
    pub(super) parts: Vec<ElementRef<'a>>,
    pub(super) sample: &'s Sample<'a>,
}

impl<'a, 's> Record<'a, 's> {
    fn new(item: ElementRef<'a>, n_heads: usize, sample: &'s Sample<'a>) -> Self {
        let before = item.prev_siblings().filter_map(ElementRef::wrap);
        let mut parts: Vec<ElementRef<'a>> = before.take(n_heads).collect();
        parts.push(item);
        Self { parts, sample }
    }

    /// The record without its heads.
    fn item(&self) -> ElementRef<'a> {
        *self.parts.last().expect("a record is its own last part")
    }

    pub(super) fn value(&self, rule: &FieldRule) -> Option<String> {
        self.parts.iter().find_map(|part| rule.value_in(*part))
    }

    fn select(&self, css: &str) -> Option<ElementRef<'a>> {
        let selector = Selector::parse(css).ok()?;
        self.parts
            .iter()
            .find_map(|part| part.select(&selector).next())
    }

    /// Elements of it, each with the part that it stands in.
    pub(super) fn elements(&self) -> impl Iterator<Item = (ElementRef<'a>, ElementRef<'a>)> {
        self.parts.iter().flat_map(|part| {
            let inside = part.descendent_elements().skip(1).take(MAX_ELEMENTS);
            inside.map(|element| (*part, element))
        })
    }
}

/// One place in a record, over all records.
#[derive(Default)]
pub(super) struct Place {
    /// Per record.
    pub(super) texts: Vec<Option<String>>,
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
    let items: Vec<Record<'_, '_>> = samples
        .iter()
        .flat_map(|sample| {
            let found = sample.page.html.select(&selector).take(MAX_RECORDS);
            found.map(move |item| Record::new(item, records.n_heads, sample))
        })
        .collect();
    let pages: Vec<Vec<ElementRef<'_>>> = samples
        .iter()
        .map(|sample| {
            sample
                .page
                .html
                .select(&selector)
                .take(MAX_RECORDS)
                .collect()
        })
        .collect();
    let own_key = records.key.css.is_none() && !records.key.before;
    let mut rules = CommentRules {
        depth: depth(&pages, &records.css, own_key),
        item: records.css.clone(),
        article_is_first: records.is_thread,
        key: records.key.clone(),
        n_heads: records.n_heads,
        heads: records.heads.clone(),
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
    let own_items: Vec<ElementRef<'_>> = items.iter().map(Record::item).collect();
    let fields: Vec<&FieldRule> = rules.author.iter().chain(&rules.date).collect();
    let loose = loose::around(&pages, rules.body.as_deref(), &fields);
    if let Some(loose) = &loose {
        rules.body.clone_from(&loose.css);
    }
    let bodies: Vec<ElementRef<'_>> = match rules.body.as_deref() {
        Some(css) => {
            let body = Selector::parse(css).ok()?;
            let items = items.iter();
            items
                .filter_map(|record| record.item().select(&body).next())
                .collect()
        }
        // Behind its heads nothing but the words is left.
        None if records.heads.is_some() || loose.is_some() => own_items,
        None => return None,
    };
    rules.body_remove = loose.map_or_else(Vec::new, |loose| loose.apart);
    for name in furniture(&bodies) {
        if !rules.body_remove.contains(&name) {
            rules.body_remove.push(name);
        }
    }
    for note in edit_notes(bodies) {
        if !rules.body_remove.contains(&note) {
            rules.body_remove.push(note);
        }
    }
    Some(rules)
}

/// Whether a rule finds something in nearly all records.
fn fits_most(rule: &FieldRule, items: &Items<'_, '_>) -> bool {
    let n_found = items
        .iter()
        .filter(|record| record.value(rule).is_some())
        .count();
    n_found * 5 >= items.len() * 4
}

pub(super) type Items<'a, 's> = [Record<'a, 's>];

fn places(items: &Items<'_, '_>) -> BTreeMap<String, Place> {
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (at, record) in items.iter().enumerate() {
        for (part, element) in record.elements() {
            let text = element_text(element, &[]);
            if text.is_empty() {
                continue;
            }
            let place = places
                .entry(css::path_within(part, element))
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
    let shared = shared_ends(items, &places);
    places.extend(shared);
    places
}

/// Places by their last step alone, where what is around it has different names in different records, such as the first
/// post of a thread.
fn shared_ends(items: &Items<'_, '_>, places: &BTreeMap<String, Place>) -> BTreeMap<String, Place> {
    let is_usual = |place: &Place| 5 * place.texts.iter().flatten().count() >= 4 * items.len();
    let mut ends: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for (path, place) in places {
        let end = path.rsplit(" > ").next().unwrap_or(path);
        if end.contains('.') && !end.contains(':') {
            ends.entry(end).or_default().push(place);
        }
    }
    ends.retain(|_, places| places.len() > 1 && !places.iter().any(|place| is_usual(place)));
    let merged = ends.into_iter().map(|(end, places)| {
        let of_record = |record: &Record<'_, '_>| {
            let text = element_text(record.select(end)?, &[]);
            (!text.is_empty()).then_some(text)
        };
        let place = Place {
            texts: items.iter().map(of_record).collect(),
            names: places[0].names.clone(),
            links: places[0].links,
            is_link: places[0].is_link,
        };
        (end.to_owned(), place)
    });
    merged.filter(|(_, place)| is_usual(place)).collect()
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
            .filter(|(record, text)| {
                is_thread && text.is_some() && record.sample.row.author == **text
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
        let in_item = items.iter().any(|record| {
            Selector::parse(path).is_ok_and(|css| record.item().select(&css).next().is_some())
        });
        let holds_field = || {
            items.iter().any(|record| {
                let inside = |css: &str| {
                    let (place, field) = (record.select(path)?, record.select(css)?);
                    Some(place == field || field.ancestors().any(|above| above.id() == place.id()))
                };
                fields
                    .iter()
                    .any(|field| inside(&field.css).unwrap_or(false))
            })
        };
        if n_filled * 2 < items.len() || place.is_link || !in_item || holds_field() {
            continue;
        }
        let letters: usize = place
            .texts
            .iter()
            .zip(items)
            .filter_map(|(text, record)| Some((text.as_deref()?, record)))
            .filter(|(text, record)| !repeats(text, &record.sample.row.title))
            .map(|(text, _)| text.chars().count().min(2_000))
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
