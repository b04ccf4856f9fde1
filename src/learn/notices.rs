//! Which rows are pinned? In: the board's rows on the pages seen. Out: selectors that only pinned rows match: class words
//! that say so, or that only rows have which stand on both pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{ElementRef, Selector};

use super::columns::{Columns, shown};
use super::region::RowSeen;
use super::words::NOTICE_CLASS;
use super::{Decision, address, css};
use crate::profile::{mentions_pinned, says_pinned};

/// Levels above a row that may be a section of pinned ones.
const SECTION_LEVELS: usize = 3;

/// Letters of a picture's address that names it: an avatar's may be a whole picture.
const MAX_SOURCE: usize = 80;

/// Signs of pinned rows: class words that say so, or that only rows have which stand on both pages.
pub(super) fn learn_notices(
    learnt: &mut Columns,
    pages: &[Vec<RowSeen<'_>>],
    rows: &[&RowSeen<'_>],
) {
    let on_both = on_both(pages);
    let repeats = |row: &RowSeen<'_>| on_both.contains(&address::bare(&row.url));
    let words = marks(rows);
    let n_pinned_by_text: Vec<bool> = rows
        .iter()
        .map(|row| {
            let mut leaves = row.element.descendent_elements().skip(1).take(80);
            leaves.any(|element| element != row.link && says_pinned(&shown(element)))
        })
        .collect();
    let repeating: Vec<bool> = rows.iter().map(|row| repeats(row)).collect();
    for (word, has) in &words {
        let n_has = has.iter().filter(|has| **has).count();
        // A picture that all pinned rows have and no other needs no word for it.
        let is_picture = word.starts_with("img[src=");
        let named = is_named(word);
        let all_repeat = rows
            .iter()
            .zip(has)
            .filter(|(_, has)| **has)
            .all(|(row, _)| repeats(row));
        let all_said = has
            .iter()
            .zip(&n_pinned_by_text)
            .all(|(has, said)| !has || *said);
        let all_have = || rows.iter().zip(has).all(|(row, has)| *has || !repeats(row));
        let exact = !on_both.is_empty() && all_repeat && (!is_picture || all_have());
        if n_has > 0
            && 2 * n_has <= rows.len().max(2)
            && (named || exact || (all_said && n_has >= 1))
        {
            let by_chance = !named && !all_said;
            if by_chance && said_by_others(&words, &repeating) {
                continue;
            }
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

/// Whether a mark says itself that its rows are pinned.
fn is_named(word: &str) -> bool {
    let says = |sign: &str| word.contains(sign);
    !word.starts_with("img[src=")
        && (NOTICE_CLASS.is_match(word)
            || word.starts_with("img[")
            || says("[title=")
            || says("[aria-label="))
}

/// Whether marks that say so already tell all rows that stand on both pages: what only these rows have, too, may be their
/// place among all.
fn said_by_others(words: &BTreeMap<String, Vec<bool>>, repeating: &[bool]) -> bool {
    let told = |at: usize| words.iter().any(|(word, has)| is_named(word) && has[at]);
    let mut pinned = (0..repeating.len()).filter(|at| repeating[*at]).peekable();
    pinned.peek().is_some() && pinned.all(told)
}

/// Rows of page 1 that page 2 has, too, without those that were pushed down meanwhile.
fn on_both(pages: &[Vec<RowSeen<'_>>]) -> BTreeSet<String> {
    match pages {
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
    }
}

/// What may mark a row, and which rows have it: class words of the row, of what is in it, of the section it stands in, and
/// the beginning of its id.
fn marks(rows: &[&RowSeen<'_>]) -> BTreeMap<String, Vec<bool>> {
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
    // A badge that says so to who points at it.
    for (at, row) in rows.iter().enumerate() {
        for element in row.element.descendent_elements().skip(1).take(80) {
            if let Some(sign) = title_sign(element) {
                words.entry(sign).or_insert_with(|| vec![false; rows.len()])[at] = true;
            }
        }
    }
    // A picture that says so.
    for (at, row) in rows.iter().enumerate() {
        let pictures = row.element.descendent_elements().skip(1).take(80);
        for picture in pictures.filter(|element| element.value().name() == "img") {
            for sign in picture_sign(picture)
                .into_iter()
                .chain(picture_itself(picture))
            {
                words.entry(sign).or_insert_with(|| vec![false; rows.len()])[at] = true;
            }
        }
    }
    // A section of its own.
    for (at, row) in rows.iter().enumerate() {
        let above = row
            .element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(SECTION_LEVELS);
        for class in above.flat_map(|above| {
            above
                .value()
                .classes()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        }) {
            if css::is_stable(&class) {
                words
                    .entry(format!(".{class} *"))
                    .or_insert_with(|| vec![false; rows.len()])[at] = true;
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
    words
}

/// A selector of an element whose explanation says that its row is pinned.
fn title_sign(element: ElementRef<'_>) -> Option<String> {
    let is_picture = element.value().name() == "img";
    ["title", "aria-label"].into_iter().find_map(|name| {
        let value = element
            .attr(name)
            .filter(|value| !is_picture && labels_pinned(element, value))?;
        let is_plain = !value.contains(['\'', '\\', '\n']);
        is_plain.then(|| format!("{}[{name}='{value}']", css::tag(element)))
    })
}

/// Whether an element's explanation says that its row is pinned; an icon's may do so in a sentence.
fn labels_pinned(element: ElementRef<'_>, value: &str) -> bool {
    says_pinned(value) || (shown(element).is_empty() && mentions_pinned(value))
}

/// A selector of this very picture.
fn picture_itself(picture: ElementRef<'_>) -> Option<String> {
    let source = picture.attr("src")?;
    let is_plain = source.len() <= MAX_SOURCE && !source.contains(['\'', '\\', '\n', '?']);
    is_plain.then(|| format!("img[src='{source}']"))
}

/// A selector of a picture that stands for a pinned row: by its words, else by its file's name.
fn picture_sign(picture: ElementRef<'_>) -> Option<String> {
    let quotable = |value: &str| !value.contains(['\'', '\\', '\n']);
    let said = ["alt", "title"].into_iter().find_map(|name| {
        let value = picture
            .attr(name)
            .filter(|value| labels_pinned(picture, value))?;
        Some((name, "=", value))
    });
    let named = || {
        let path = picture.attr("src")?.split(['?', '#']).next()?;
        let file = path.rsplit('/').next()?;
        NOTICE_CLASS.is_match(file).then_some(("src", "*=", file))
    };
    let (name, sign, value) = said.or_else(named)?;
    quotable(value).then(|| format!("img[{name}{sign}'{value}']"))
}

/// Signs of pinned rows, ready to be asked of many.
pub(super) struct Pinned(Vec<Selector>);

impl Pinned {
    pub(super) fn new(notice: &[String]) -> Self {
        let parsed = notice.iter().filter_map(|css| Selector::parse(css).ok());
        Self(parsed.collect())
    }

    pub(super) fn holds(&self, row: ElementRef<'_>) -> bool {
        let marked =
            |selector: &Selector| selector.matches(&row) || row.select(selector).next().is_some();
        let says = |cell: ElementRef<'_>| says_pinned(&shown(cell));
        self.0.iter().any(marked) || row.descendent_elements().skip(1).take(6).any(says)
    }
}
