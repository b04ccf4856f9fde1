//! Where do records tell their moments? In: comments, or the posts of a thread, and the places in them. Out: a rule for the
//! place, the attribute or the part of a line that reads as a date in most of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::css;
use super::field_rule::{FieldRule, PartReader};
use super::records::{DATED, Items, MAX_FIELD, Place, Record};
use super::within;
use crate::dates::read_date;
use crate::model::{Calendar, Precision};

/// Records whose dates among other words give patterns.
const MAX_PATTERNED: usize = 2;

/// The place, or the attribute there, that reads as a date in most records: the most exact, then the first.
pub(super) fn date_rule(
    items: &Items<'_, '_>,
    places: &BTreeMap<String, Place>,
    calendar: Calendar<'_>,
) -> Option<FieldRule> {
    let mut best: Option<(f64, FieldRule)> = None;
    let mut consider = |rule: FieldRule| {
        let Some(score) = worth(&rule, items, calendar) else {
            return;
        };
        if best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, rule));
        }
    };
    for (path, place) in places {
        if !is_line_in_most(place, items.len()) {
            continue;
        }
        consider(FieldRule::plain(path));
        consider(FieldRule {
            own: true,
            ..FieldRule::plain(path)
        });
        consider(FieldRule::dated(path));
        for pattern in date_patterns(items, calendar, &FieldRule::plain(path)) {
            consider(FieldRule {
                pattern: Some(pattern),
                ..FieldRule::plain(path)
            });
        }
    }
    if items.iter().any(|record| record.parts.len() > 1) {
        // A heading whose own words are name and date.
        consider(FieldRule {
            own: true,
            ..FieldRule::plain("")
        });
        consider(FieldRule::dated(""));
    }
    for attr in ["datetime", "title"] {
        for path in attribute_paths(items, attr) {
            let rule = FieldRule {
                attr: Some(attr),
                ..FieldRule::plain(&path)
            };
            for pattern in date_patterns(items, calendar, &rule) {
                consider(FieldRule {
                    pattern: Some(pattern),
                    ..rule.clone()
                });
            }
            consider(rule);
        }
    }
    best.map(|(_, rule)| rule)
}

/// How likely a rule finds the moments of records; `None` where it finds none in one of five.
fn worth(rule: &FieldRule, items: &Items<'_, '_>, calendar: Calendar<'_>) -> Option<f64> {
    /// What each letter counts against a place: all of them less than anything else does.
    const LETTER: f64 = 0.001;
    /// What a rule loses that takes the date out of other words.
    const TAKEN_OUT: f64 = 0.3;
    /// More than that.
    const AMONG_WORDS: f64 = 0.7;
    /// What a rule would lose that read none: one record of twenty outweighs what the others differ in.
    const UNREAD: f64 = 8.0;
    let reader = PartReader::new(rule)?;
    let (mut n_yearless, mut n_letters, mut n_among) = (0, 0, 0);
    let read: Vec<_> = items
        .iter()
        .filter_map(|record| {
            let value = record
                .parts
                .iter()
                .find_map(|part| reader.value_in(*part))?;
            if value.chars().count() > MAX_FIELD {
                return None;
            }
            let posted = read_date(&value, calendar, record.sample.page.as_of)?;
            n_yearless += usize::from(within::lacks_year(&value));
            n_letters += value.chars().count();
            n_among += usize::from(within::is_among_words(&value));
            Some(posted)
        })
        .filter(|posted| posted.precision >= Precision::Day)
        .collect();
    if read.len() * 5 < items.len() * 4 || read.is_empty() {
        return None;
    }
    let of_read = |n: usize| n as f64 / read.len() as f64;
    let exact: f64 = read
        .iter()
        .map(|posted| f64::from(posted.precision as u8))
        .sum();
    // What is the same for all of a person's posts is when he joined.
    let distinct: HashSet<_> = read.iter().map(|posted| posted.at).collect();
    let is_taken_out = rule.pattern.is_some() || rule.own;
    let score = exact / read.len() as f64 + of_read(distinct.len())
        - UNREAD * (1.0 - read.len() as f64 / items.len() as f64)
        // Which year it was, a reader may only guess.
        - 0.5 * of_read(n_yearless)
        // Other words may have numbers of their own.
        - AMONG_WORDS * of_read(n_among)
        // Of two that hold the moment, one in the other, the inner one has less of the record's words.
        - LETTER * of_read(n_letters)
        - if is_taken_out { TAKEN_OUT } else { 0.0 };
    Some(score)
}

/// Whether a place has no more than a line's words in most records.
fn is_line_in_most(place: &Place, n_records: usize) -> bool {
    let is_line = |text: &&String| text.chars().count() <= 3 * MAX_FIELD;
    let n_lines = place.texts.iter().flatten().filter(is_line).count();
    n_lines * 5 >= n_records * 4
}

/// Patterns of the dates that stand among other words in the first records.
fn date_patterns(
    items: &Items<'_, '_>,
    calendar: Calendar<'_>,
    rule: &FieldRule,
) -> BTreeSet<String> {
    let of_record = |record: &Record<'_, '_>| {
        let text = record.value(rule)?;
        let is_date = |part: &str| {
            let read = read_date(part, calendar, record.sample.page.as_of);
            read.is_some_and(|posted| posted.precision >= Precision::Day)
        };
        let is_line = text.chars().count() <= 2 * MAX_FIELD && !is_date(&text);
        is_line.then(|| within::date_patterns(&text, &is_date))
    };
    let first = items.iter().take(MAX_PATTERNED);
    first.filter_map(of_record).flatten().collect()
}

/// Where the first records have an element with this attribute.
fn attribute_paths(items: &Items<'_, '_>, attr: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for record in items.iter().take(3) {
        for (part, element) in record.elements() {
            if element
                .attr(attr)
                .is_some_and(|value| DATED.is_match(value))
            {
                let path = css::path_within(part, element);
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
    }
    paths
}
