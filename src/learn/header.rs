//! Which words stand above the columns of a listing? A table's head, the first line of a list, the line above either:
//! cells in the same order as a row's, at least two of which name a field. And which word stands in front of each cell's own?

use std::collections::BTreeSet;

use super::region::RowSeen;
use super::words::is_header;
use crate::document::{ElementRef, Query};
use crate::profile::element_text;

/// Elements in front of the rows that may be their header, at each level above them.
const MAX_TRIED: usize = 12;
/// Levels above a row at whose sides a header may stand: `tbody`, `table`, a wrapper, another.
const MAX_LEVELS: usize = 4;
const MAX_CELLS: usize = 40;

/// The words above a row's cells, by place; white space removed, in lower case. None where no header is found.
pub(super) fn headers(row: &RowSeen<'_>, unseen: &[Query]) -> Vec<String> {
    let mut level = row.element;
    for _ in 0..MAX_LEVELS {
        let before = level
            .prev_siblings()
            .filter_map(ElementRef::wrap)
            .collect::<Vec<_>>();
        // The header is the first of the lines above, or just above the table.
        let tried = before
            .iter()
            .rev()
            .take(MAX_TRIED)
            .chain(before.iter().take(2));
        for line in tried {
            let lines = std::iter::once(*line)
                .chain(
                    line.descendent_elements()
                        .filter(|inner| inner.value().name() == "tr"),
                )
                .take(3);
            for line in lines {
                let words: Vec<String> = cells(line)
                    .iter()
                    .map(|cell| squeezed(&element_text(*cell, &[unseen])))
                    .collect();
                if words.iter().filter(|word| is_header(word)).count() >= 2 {
                    return words;
                }
            }
        }
        let Some(parent) = level.parent().and_then(ElementRef::wrap) else {
            break;
        };
        level = parent;
    }
    Vec::new()
}

/// A line's cells: the children of the innermost element that holds all of them, as often as they span columns.
fn cells(line: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut around = line;
    for _ in 0..MAX_LEVELS {
        let mut children = around.child_elements();
        match (children.next(), children.next()) {
            (Some(only), None) => around = only,
            _ => break,
        }
    }
    around
        .child_elements()
        .flat_map(|cell| std::iter::repeat_n(cell, span_of(cell)))
        .take(MAX_CELLS)
        .collect()
}

fn span_of(cell: ElementRef<'_>) -> usize {
    let span = cell
        .attr("colspan")
        .and_then(|span| span.trim().parse().ok());
    span.unwrap_or(1).clamp(1, MAX_CELLS)
}

/// Which cell of its row an element is, or stands in.
pub(super) fn cell_index(row: ElementRef<'_>, element: ElementRef<'_>) -> Option<usize> {
    let cells = cells(row);
    std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .take_while(|above| *above != row)
        .find_map(|above| cells.iter().position(|cell| *cell == above))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

/// The words in front of what differs, where all rows that say anything have them and something follows: `Started by`.
pub(super) fn label_of(texts: &[Option<String>]) -> Option<String> {
    const MOST_LETTERS: usize = 24;
    let texts: Vec<&String> = texts
        .iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    let (first, others) = texts.split_first()?;
    let in_front = |label: &&str| {
        let rests: Option<BTreeSet<&str>> = others
            .iter()
            .map(|text| {
                text.strip_prefix(label)
                    .filter(|rest| rest.starts_with(char::is_whitespace))
            })
            .collect();
        label.chars().any(char::is_alphabetic) && rests.is_some_and(|rests| rests.len() > 2)
    };
    let ends = first.match_indices(char::is_whitespace);
    ends.map(|(end, _)| &first[..end])
        .take_while(|label| label.chars().count() <= MOST_LETTERS)
        .take_while(in_front)
        .last()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_all_that_stands_in_front() {
        let label = |texts: &[&str]| {
            let texts: Vec<Option<String>> =
                texts.iter().map(|text| Some((*text).into())).collect();
            label_of(&texts)
        };
        let started = [
            "Started by mira",
            "Started by kim",
            "Started by ole, long ago",
            "Started by ann",
        ];
        assert_eq!(label(&started).as_deref(), Some("Started by"));
        assert_eq!(label(&["by mira", "by kim", "by ann", "von ole"]), None);
        assert_eq!(label(&["by mira", "by mira", "by kim", "by kim"]), None);
    }
}
