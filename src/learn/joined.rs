//! Columns that a state of their row names differently. In: the columns of a listing's rows. Out: those of one place as one.

use std::collections::BTreeMap;

use super::columns::{Column, text_at};
use super::css;
use super::region::RowSeen;

/// Columns of one place that have different names in different rows, since a class on the way tells a state of the row
/// (`div.regular > span`, `div.pinned > span`), are one, named by what the ways share.
pub(super) fn joined(columns: Vec<Column>, rows: &[&RowSeen<'_>]) -> Vec<Column> {
    let n_filled = |column: &Column| column.texts.iter().flatten().count();
    let mut joined: Vec<Column> = Vec::new();
    let mut by_tags: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for column in columns {
        let tags = css::tags_of(&column.css);
        let places = by_tags.entry(tags).or_default();
        let same = places.iter().copied().take(MAX_JOINED).find_map(|at| {
            let held = &joined[at];
            let mut pairs = held.texts.iter().zip(&column.texts);
            let never_both = pairs.all(|(a, b)| a.is_none() || b.is_none());
            let path = never_both.then(|| css::shared_path(&held.css, &column.css))??;
            finds_both(&path, held, &column, rows).then_some((at, path))
        });
        let Some((at, path)) = same else {
            places.push(joined.len());
            joined.push(column);
            continue;
        };
        let held = &mut joined[at];
        held.css = path;
        if n_filled(&column) > n_filled(held) {
            held.names.clone_from(&column.names);
            held.header.clone_from(&column.header);
        }
        for (text, more) in held.texts.iter_mut().zip(column.texts) {
            *text = text.take().or(more);
        }
        for (link, more) in held.links.iter_mut().zip(column.links) {
            *link = link.take().or(more);
        }
    }
    joined
}

/// Columns of one way by tags that one is compared with.
const MAX_JOINED: usize = 8;

/// Whether a name finds in each row what one of two columns has there, and nothing where neither has any.
fn finds_both(path: &str, a: &Column, b: &Column, rows: &[&RowSeen<'_>]) -> bool {
    let mut pairs = rows.iter().zip(a.texts.iter().zip(&b.texts));
    pairs.all(|(row, (a, b))| {
        let held = a.as_ref().or(b.as_ref()).filter(|text| !text.is_empty());
        text_at(row.element, path).as_ref() == held
    })
}
