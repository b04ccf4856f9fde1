//! Which rows are pinned? In: the board's rows on the pages seen. Out: selectors that only pinned rows match: class words
//! that say so, or that only rows have which stand on both pages.

use std::collections::{BTreeMap, BTreeSet};

use scraper::ElementRef;

use super::columns::{Columns, MAX_ELEMENTS, shown};
use super::region::RowSeen;
use super::words::NOTICE_CLASS;
use super::{Decision, address, css};
use crate::profile::says_pinned;

/// Signs of pinned rows: class words that say so, or that only rows have which stand on both pages.
pub(super) fn learn_notices(
    learnt: &mut Columns,
    pages: &[Vec<RowSeen<'_>>],
    rows: &[&RowSeen<'_>],
) {
    let on_both: BTreeSet<String> = match pages {
        [first, second, ..] => {
            let there: BTreeSet<String> =
                second.iter().map(|row| address::bare(&row.url)).collect();
            let n_ordinary_again = first
                .iter()
                .rev()
                .take_while(|row| there.contains(&address::bare(&row.url)))
                .count();
            // A row pushed down stands at the end of page 1 and the top of page 2.
            let last = first.len().saturating_sub(n_ordinary_again);
            first[..last]
                .iter()
                .map(|row| address::bare(&row.url))
                .filter(|key| there.contains(key))
                .collect()
        }
        _ => BTreeSet::new(),
    };
    let repeats = |row: &RowSeen<'_>| on_both.contains(&address::bare(&row.url));
    let mut words: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let inner = row.element.descendent_elements().skip(1).take(80);
        for element in std::iter::once(row.element).chain(inner) {
            let is_row = element == row.element;
            for class in element
                .value()
                .classes()
                .filter(|class| css::is_stable(class))
            {
                if is_row || NOTICE_CLASS.is_match(class) {
                    words
                        .entry(format!(".{class}"))
                        .or_insert_with(|| vec![false; rows.len()])[at] = true;
                }
            }
        }
    }
    // `stickthread_12` among `normalthread_34`.
    let prefix = |row: &RowSeen<'_>| {
        let id = row.element.value().id()?;
        let digits = id.find(|c: char| c.is_ascii_digit())?;
        let plain = id[..digits]
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        (digits >= 3 && plain).then(|| id[..digits].to_owned())
    };
    for (at, row) in rows.iter().enumerate() {
        if let Some(prefix) = prefix(row) {
            words
                .entry(format!("[id^='{prefix}']"))
                .or_insert_with(|| vec![false; rows.len()])[at] = true;
        }
    }
    let n_pinned_by_text: Vec<bool> = rows
        .iter()
        .map(|row| {
            let mut leaves = row.element.descendent_elements().skip(1).take(80);
            leaves.any(|element| element != row.link && says_pinned(&shown(element)))
        })
        .collect();
    for (word, has) in &words {
        let n_has = has.iter().filter(|has| **has).count();
        let named = NOTICE_CLASS.is_match(word);
        let all_repeat = rows
            .iter()
            .zip(has)
            .filter(|(_, has)| **has)
            .all(|(row, _)| repeats(row));
        let all_said = has
            .iter()
            .zip(&n_pinned_by_text)
            .all(|(has, said)| !has || *said);
        let exact = !on_both.is_empty() && all_repeat;
        if n_has > 0
            && 2 * n_has <= rows.len().max(2)
            && (named || exact || (all_said && n_has >= 1))
        {
            learnt.notice.push(word.clone());
            learnt.decisions.push(Decision {
                what: "listing.notice",
                value: word.clone(),
                score: n_has as f64 / rows.len() as f64,
                reason: match (named, exact) {
                    (true, _) => format!("the class says so, on {n_has} rows"),
                    (_, true) => format!("the {n_has} rows that have it stand on both pages"),
                    _ => format!("the {n_has} rows that have it say so in words"),
                },
                lost: Vec::new(),
            });
        }
    }
    learnt.notice.truncate(6);
}

pub(super) fn is_notice(row: ElementRef<'_>, notice: &[String]) -> bool {
    let holds = |element: ElementRef<'_>| {
        element
            .value()
            .classes()
            .any(|class| notice.iter().any(|word| word[1..] == *class))
    };
    let by_id = row.value().id().is_some_and(|id| {
        let prefixes = notice
            .iter()
            .filter_map(|word| word.strip_prefix("[id^='")?.strip_suffix("']"));
        prefixes.into_iter().any(|prefix| id.starts_with(prefix))
    });
    if by_id {
        return true;
    }
    std::iter::once(row)
        .chain(row.descendent_elements().skip(1).take(MAX_ELEMENTS))
        .any(holds)
        || row
            .descendent_elements()
            .skip(1)
            .take(6)
            .any(|cell| says_pinned(&shown(cell)))
}
