//! Which element of an article's page holds a field that the rows do not tell? In: the articles seen. Out: a rule, for an
//! element that says itself what it holds: by the words in front of it, by its name, by being a date.

use std::collections::BTreeSet;

use regex::Regex;

use super::article::{Reader, Sample, elements};
use super::field_rule::FieldRule;
use super::ground::Ground;
use super::words::introduces_author;
use super::{Decision, css};
use crate::document::{ElementRef, Node};
use crate::profile::{element_text, fold};

/// Letters of a field's value at most.
const MAX_FIELD: usize = 60;
/// Letters of the element that holds a field, on any page: a short post is no line, nor is what holds a long one.
const MAX_AROUND: usize = 3 * MAX_FIELD;
/// Elements of the first page that are tried on the others.
const MAX_CANDIDATES: usize = 30;

/// Names of a candidate that are tried: of lines of one class, only their places tell them apart.
const MAX_NAMES: usize = 6;

/// Elements in a candidate that may say no more than the field.
const MAX_INSIDE: usize = 12;

/// A search for one field.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub what: &'static str,
    pub samples: &'s [Sample<'s>],
    pub grounds: &'s [Ground<'s>],
    /// Whether words may be the field's.
    pub fits: &'s dyn Fn(&Sample<'_>, &str) -> bool,
    /// Attributes that may hold it, the surest first; `None`: the element's words.
    pub attributes: &'s [Option<&'static str>],
    /// Patterns that take the field out of longer words.
    pub parts: &'s dyn Fn(&Sample<'_>, &str) -> Vec<String>,
    /// The first link in an element may be all of the field.
    pub in_links: bool,
    /// Articles do not all have the same: the clock of the page is no date of a post.
    pub varies: bool,
}

impl Search<'_> {
    /// The first candidate of the first page with a fitting value on most pages.
    pub(super) fn first(
        &self,
        decisions: &mut Vec<Decision>,
        reason: &str,
        is_candidate: &dyn Fn(&Sample<'_>, ElementRef<'_>) -> bool,
    ) -> Vec<FieldRule> {
        let Some((first, ground)) = self.samples.first().zip(self.grounds.first()) else {
            return Vec::new();
        };
        let candidates = elements(&first.page)
            .filter(|element| is_candidate(first, *element) && ground.may_hold(*element))
            .take(MAX_CANDIDATES);
        // A box named for the author may hold his rank, too: the name is its first link with words. What is named for a
        // moment may be all of a short post.
        let inside = |outer| {
            let link = self.link_in(outer).or_else(|| self.words_in(first, outer));
            link.or_else(|| self.moment_in(first, outer))
        };
        for element in candidates.flat_map(|outer| inside(outer).into_iter().chain([outer])) {
            for css in css::names_of(element).into_iter().take(MAX_NAMES) {
                let mut rules = self.rules(&css, first, element).into_iter();
                if let Some(rule) = rules.find(|rule| self.holds(rule)) {
                    decisions.push(Decision {
                        what: self.what,
                        value: rule.css.clone(),
                        score: 1.0,
                        reason: format!("the rows do not tell it; {reason}"),
                        lost: Vec::new(),
                    });
                    return vec![rule];
                }
            }
        }
        Vec::new()
    }

    /// What the page states for machines, where that differs from page to page: otherwise it is the site's.
    pub(super) fn stated(&self, decisions: &mut Vec<Decision>, places: &[&str]) -> Vec<FieldRule> {
        let rules = places.iter().map(|css| FieldRule {
            attr: Some("content"),
            ..FieldRule::plain(css)
        });
        let differs = |rule: &FieldRule| {
            let reader = Reader::new(rule);
            let values = self
                .samples
                .iter()
                .filter_map(|sample| reader.as_ref()?.value(&sample.page));
            values.collect::<BTreeSet<_>>().len() > 1
        };
        let mut held = rules.filter(|rule| differs(rule) && self.holds(rule));
        let found: Vec<FieldRule> = held.next().into_iter().collect();
        decisions.extend(found.iter().map(|rule| Decision {
            what: self.what,
            value: rule.css.clone(),
            score: 1.0,
            reason: "the rows do not tell it; the page states it for machines".to_owned(),
            lost: Vec::new(),
        }));
        found
    }

    /// Ways to the field in an element of the first page.
    fn rules(&self, css: &str, first: &Sample<'_>, element: ElementRef<'_>) -> Vec<FieldRule> {
        let mut found = Vec::new();
        for attr in self.attributes {
            let text = match attr {
                Some(name) => element.attr(name).map(fold),
                None => Some(element_text(element, &[])),
            };
            let Some(text) = text.filter(|text| text.chars().count() <= MAX_FIELD) else {
                continue;
            };
            let parts = (self.parts)(first, &text).into_iter().map(Some);
            found.extend([None].into_iter().chain(parts).map(|pattern| FieldRule {
                attr: *attr,
                pattern,
                ..FieldRule::plain(css)
            }));
        }
        found
    }

    fn link_in<'a>(&self, outer: ElementRef<'a>) -> Option<ElementRef<'a>> {
        let mut inside = outer.descendent_elements().skip(1).take(MAX_INSIDE);
        inside.find(|inner| {
            self.in_links && inner.value().name() == "a" && !element_text(*inner, &[]).is_empty()
        })
    }

    /// The first words in a box that says more than the field.
    fn words_in<'a>(&self, sample: &Sample<'_>, outer: ElementRef<'a>) -> Option<ElementRef<'a>> {
        if !self.in_links || (self.fits)(sample, &element_text(outer, &[])) {
            return None;
        }
        let mut inside = outer.descendent_elements().skip(1).take(MAX_INSIDE);
        inside.find(|inner| {
            let is_leaf = inner.child_elements().next().is_none();
            is_leaf && (self.fits)(sample, &element_text(*inner, &[]))
        })
    }

    /// The inmost of the first elements in a box that fit, where articles do not all have the same.
    fn moment_in<'a>(&self, sample: &Sample<'_>, outer: ElementRef<'a>) -> Option<ElementRef<'a>> {
        let fits_in = |element: ElementRef<'_>| {
            let text = element_text(element, &[]);
            let part = |pattern: &String| {
                let part = Regex::new(pattern).ok()?;
                let part = part.captures(&text)?.get(1)?;
                (self.fits)(sample, part.as_str()).then_some(())
            };
            text.chars().count() <= MAX_FIELD
                && ((self.fits)(sample, &text)
                    || (self.parts)(sample, &text).iter().find_map(part).is_some())
        };
        let inside = outer.descendent_elements().skip(1).take(MAX_INSIDE);
        let fitting =
            inside.filter(|inner| self.varies && inner.value().name() != "a" && fits_in(*inner));
        fitting.fold(None, |held: Option<ElementRef<'a>>, inner| match held {
            Some(held) if inner.ancestors().all(|above| above.id() != held.id()) => Some(held),
            _ => Some(inner),
        })
    }

    fn holds(&self, rule: &FieldRule) -> bool {
        let Some(reader) = Reader::new(rule) else {
            return false;
        };
        let mut is_box = false;
        let values: Vec<String> = self
            .samples
            .iter()
            .zip(self.grounds)
            .filter_map(|(sample, ground)| {
                let (text, element, _) = reader.read(&sample.page)?;
                is_box |=
                    rule.attr.is_none() && element_text(element, &[]).chars().count() > MAX_AROUND;
                let short = text.chars().count() <= MAX_FIELD;
                let is_own = ground.may_hold(element);
                (short && is_own && (self.fits)(sample, &text)).then_some(text)
            })
            .collect();
        let same = values.iter().all(|value| *value == values[0]);
        !is_box
            && 2 * values.len() > self.samples.len()
            && !(self.varies && same && values.len() >= 3)
    }
}

/// Whether the words right in front of an element say that its author's name follows.
pub(super) fn follows_by(element: ElementRef<'_>) -> bool {
    let before = element.prev_siblings().find_map(|node| match node.value() {
        Node::Text(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        }
        Node::Element(_) => ElementRef::wrap(node).map(|element| element_text(element, &[])),
        _ => None,
    });
    before.is_some_and(|before| introduces_author(&before))
}

/// A time element, or one whose name a pattern knows.
pub(super) fn is_named(element: ElementRef<'_>, names: &Regex) -> bool {
    names.is_match(&css::words_of(element))
}
