//! Where are a record's words that have no element of their own? In: records, the place with most of their words, and
//! their fields. Out: the element in which paragraphs, quotations and lists stand beside name and moment, and what of it
//! is none of the words.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use crate::document::{ElementRef, NodeId, NodeRef, Selector};

use super::css;
use super::field_rule::FieldRule;
use crate::profile::{element_text, fold};

/// Names of what is no words of a record.
const MAX_APART: usize = 8;

/// Words without an element of their own.
pub(super) struct Loose {
    /// What holds them; `None`: the record itself.
    pub css: Option<String>,
    /// Elements in it that are no part of them.
    pub apart: Vec<String>,
}

/// What holds the words of a record.
struct Holder<'a> {
    item: ElementRef<'a>,
    element: ElementRef<'a>,
    /// The records of its page, and what is around them.
    records: Rc<HashSet<NodeId>>,
}

/// The element around a place, where that is one paragraph of several or the words stand bare beside it. `None` where the
/// place has a name of its own, or what stands around it cannot be told from the words.
pub(super) fn around(
    pages: &[Vec<ElementRef<'_>>],
    place: Option<&str>,
    fields: &[&FieldRule],
) -> Option<Loose> {
    let outer = match place {
        None => None,
        Some(place) => {
            let (outer, last) = place.rsplit_once(" > ").unwrap_or(("", place));
            if !is_paragraph(last) {
                return None;
            }
            Some(outer).filter(|outer| !outer.is_empty())
        }
    };
    let inside = outer.map(Selector::parse).transpose().ok()?;
    let mut holders: Vec<Holder<'_>> = Vec::new();
    for items in pages {
        // Answers that stand in the record they answer are records of their own.
        let records: Rc<HashSet<NodeId>> = Rc::new(
            items
                .iter()
                .flat_map(|item| item.ancestors().map(|above| above.id()).chain([item.id()]))
                .collect(),
        );
        holders.extend(items.iter().filter_map(|item| {
            let element = match &inside {
                None => *item,
                Some(css) => item.select(css).next()?,
            };
            Some(Holder {
                item: *item,
                element,
                records: Rc::clone(&records),
            })
        }));
    }
    let apart = apart(&holders, fields)?;
    let words = place.and_then(|place| Selector::parse(place).ok());
    let (mut n_all, mut n_in_place) = (0, 0);
    for Holder { item, element, .. } in &holders {
        let of_words = |child: NodeRef<'_>| match ElementRef::wrap(child) {
            Some(element) if apart.contains(&css::simple(element)) => 0,
            Some(element) => element_text(element, &[]).chars().count(),
            None => child
                .value()
                .as_text()
                .map_or(0, |text| fold(text).chars().count()),
        };
        n_all += element.children().map(of_words).sum::<usize>();
        let own = words.as_ref().and_then(|css| item.select(css).next());
        n_in_place += own.map_or(0, |own| element_text(own, &[]).chars().count());
    }
    let is_more = 10 * n_all > 11 * n_in_place && n_all > 0;
    is_more.then(|| Loose {
        css: outer.map(str::to_owned),
        apart: apart.into_iter().collect(),
    })
}

/// Whether a step of a path names no more than a block of words.
fn is_paragraph(step: &str) -> bool {
    let tag = step.split([':', '.']).next().unwrap_or_default();
    !step.contains('.') && (is_flow(tag) || tag == "div") && tag != "table"
}

/// What people's words are made of.
fn is_flow(tag: &str) -> bool {
    matches!(
        tag,
        "p" | "blockquote"
            | "ul"
            | "ol"
            | "pre"
            | "table"
            | "figure"
            | "br"
            | "hr"
            | "img"
            | "b"
            | "i"
            | "em"
            | "code"
            | "u"
            | "s"
    )
}

/// Names of what stands beside the words: fields, what holds `records`, and what says the same in all records. `None` where one name is both,
/// or something else has a name.
fn apart(holders: &[Holder<'_>], fields: &[&FieldRule]) -> Option<BTreeSet<String>> {
    let fields: Vec<Selector> = fields
        .iter()
        .filter_map(|rule| Selector::parse(&rule.css).ok())
        .collect();
    // By name: how often it is a field or holds one, how often it is there, and what it says.
    let mut named: BTreeMap<String, (usize, usize, BTreeSet<String>)> = BTreeMap::new();
    let mut bare: BTreeMap<String, usize> = BTreeMap::new();
    for Holder {
        item,
        element: holder,
        records,
    } in holders
    {
        let held: Vec<ElementRef<'_>> = fields
            .iter()
            .filter_map(|css| item.select(css).next())
            .collect();
        if held.contains(holder) {
            return None;
        }
        for child in holder.children() {
            if let Some(text) = child.value().as_text() {
                *bare.entry(fold(text)).or_default() += 1;
            }
            let Some(element) = ElementRef::wrap(child) else {
                continue;
            };
            let is_field = records.contains(&element.id())
                || held.iter().any(|field| {
                    *field == element || field.ancestors().any(|above| above.id() == element.id())
                });
            let entry = named.entry(css::simple(element)).or_default();
            entry.0 += usize::from(is_field);
            entry.1 += 1;
            entry.2.insert(element_text(element, &[]));
        }
    }
    // Words of the template that have no name cannot be taken away.
    let is_template = |(text, n): (&String, &usize)| {
        text.chars().any(char::is_alphanumeric) && *n > 2 && 2 * n > holders.len()
    };
    if bare.iter().any(is_template) {
        return None;
    }
    let mut apart = BTreeSet::new();
    for (name, (n_field, n, texts)) in named {
        let tag = name.split('.').next().unwrap_or_default();
        let is_same = texts.len() == 1 && n > 2;
        let is_silent = texts.iter().all(String::is_empty);
        if n_field == n || is_same && !is_flow(&name) {
            apart.insert(name);
        } else if n_field > 0 || !(is_silent || is_flow(tag)) {
            return None;
        }
    }
    (apart.len() <= MAX_APART).then_some(apart)
}
