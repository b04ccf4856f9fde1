//! Which words of a row are the title? In: the board's rows. Out: a selector, where the title is not all that the link says,
//! and what in it is none of the title. Where rows tell none: what articles call themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::document::{ElementRef, Selector};

use super::article::Sample;
use super::columns::{Columns, MAX_ELEMENTS, NUMBER, shown};
use super::css;
use super::region::RowSeen;
use super::title_link::MAX_DATE;
use super::words::{DATED, class_says};
use crate::profile::element_text;

/// Letters of a link that says what it does: `[Reply]`, `12 comments`.
const MAX_LABEL: usize = 16;
/// Letters of a title that has no name.
const MAX_TITLE: usize = 120;
/// Different labels, their numbers aside: `no comments`, `1 comment`, `12 comments`.
const MAX_LABELS: usize = 3;

static HEADINGS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("h1, h2, h3").expect("a constant selector"));
static PAGE_TITLE: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("head > title").expect("a constant selector"));
/// Headings of a page that are looked at.
const MAX_HEADINGS: usize = 100;

/// Gives samples whose rows tell no title the one that their pages bear: the longest heading that the page's own title
/// begins with, or holds. One that several pages bear is the site's, and none of an article.
pub(super) fn title_of_own(samples: &mut [Sample<'_>]) {
    let own: Vec<Option<String>> = samples
        .iter()
        .map(|sample| {
            let html = sample.page.html;
            let whole = element_text(html.select(&PAGE_TITLE).next()?, &[]);
            let headings = html.select(&HEADINGS).take(MAX_HEADINGS);
            headings
                .map(|heading| element_text(heading, &[]))
                .filter(|text| text.chars().any(char::is_alphanumeric) && whole.contains(text))
                .max_by_key(|text| (whole.starts_with(text.as_str()), text.len()))
        })
        .collect();
    for (sample, title) in samples.iter_mut().zip(&own) {
        let n_bearing = own.iter().filter(|other| *other == title).count();
        if let Some(title) = title.as_ref().filter(|_| n_bearing == 1) {
            sample.row.title.clone_from(title);
        }
    }
}

/// Whether a text says no more than the title, as the subjects of replies do: `Re: …`.
pub(super) fn repeats(text: &str, title: &str) -> bool {
    /// Letters in front of it: `Antwort: `.
    const MAX_BEFORE: usize = 12;
    text.strip_suffix(title).is_some_and(|before| {
        before.is_empty()
            || (before.chars().count() <= MAX_BEFORE && before.trim_end().ends_with([':', '：']))
    })
}

/// The title where it is not the whole of the link: a heading in a card. And what in the link is not the title.
pub(super) fn title(learnt: &mut Columns, rows: &[&RowSeen<'_>]) {
    let mut heading: BTreeMap<String, usize> = BTreeMap::new();
    // By name: how often it is none of the title, and how often it stands in a link at all.
    let mut not_title: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in rows {
        let whole = shown(row.link);
        let inside: Vec<ElementRef<'_>> = row.link.descendent_elements().skip(1).take(60).collect();
        let is_heading = |element: &&ElementRef<'_>| {
            matches!(
                element.value().name(),
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            ) || class_says(&css::words_of(**element), "title")
        };
        if let Some(found) = inside.iter().find(is_heading)
            && shown(*found).chars().any(char::is_alphanumeric)
        {
            // Of two such elements, one in the other, the outer one may hold a badge, too.
            let n_letters = |element: ElementRef<'_>| shown(element).chars().count();
            let is_rest = |inner: &ElementRef<'_>| {
                is_heading(&inner)
                    && inner.ancestors().any(|above| above.id() == found.id())
                    && 2 * n_letters(*inner) > n_letters(*found)
            };
            let inmost = inside.iter().copied().rfind(is_rest);
            *heading
                .entry(css::path_within(row.element, inmost.unwrap_or(*found)))
                .or_default() += 1;
        } else if whole.is_empty() {
            // The link lies over the row and has no words.
            let named = row
                .element
                .descendent_elements()
                .skip(1)
                .take(80)
                .find(|element| is_heading(&element));
            if let Some(found) = named {
                *heading
                    .entry(css::path_within(row.element, found))
                    .or_default() += 1;
            }
        }
        for element in inside {
            let text = shown(element);
            let names = css::words_of(element);
            let is_count = NUMBER.is_match(&text) && text.chars().count() <= 8;
            let squeezed: String = text.to_lowercase().split_whitespace().collect();
            let is_mark = matches!(
                squeezed.as_str(),
                "n" | "new" | "new!" | "hot" | "h" | "up" | "새글" | "n새글" | "새게시글"
            );
            let is_kind = class_says(&names, "category");
            if !text.is_empty() {
                let held = not_title.entry(css::with_states(element)).or_default();
                held.0 += usize::from((is_count || is_mark || is_kind) && whole != text);
                held.1 += 1;
            }
        }
    }
    let best = heading.into_iter().max_by_key(|(_, n)| *n);
    learnt.title_css = best
        .filter(|(_, n)| 2 * n >= rows.len())
        .map(|(path, _)| path)
        .or_else(|| title_elsewhere(rows));
    learnt.title_remove = not_title
        .into_iter()
        .filter(|(name, (n, n_all))| {
            let is_telling = name.contains('.') || matches!(name.as_str(), "em" | "small" | "i");
            *n > 0 && (is_telling || n == n_all)
        })
        .map(|(name, _)| name)
        .take(6)
        .collect();
}

/// Where the links of rows say the same (`Reply`, `3 comments`), the title stands elsewhere: in the words that differ most,
/// best in an element named for titles or in a link that leads away, else in the first words of a row that differ. Some
/// rows may have it in their link nevertheless.
fn title_elsewhere(rows: &[&RowSeen<'_>]) -> Option<String> {
    let letters_of =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphabetic()).collect() };
    let mut labels: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        *labels.entry(letters_of(&shown(row.link))).or_default() += 1;
    }
    labels.retain(|label, n| *n > 1 && label.chars().count() <= MAX_LABEL);
    let n_labelled: usize = labels.values().sum();
    if labels.len() > MAX_LABELS || 5 * n_labelled < rows.len() {
        return None;
    }
    let (labelled, titled): (Vec<&&RowSeen<'_>>, Vec<&&RowSeen<'_>>) = rows
        .iter()
        .partition(|row| labels.contains_key(&letters_of(&shown(row.link))));
    let titled: Vec<String> = titled.into_iter().map(|row| shown(row.link)).collect();
    // Short titles that are given twice are no labels: nothing else is there that could be the title.
    let says_other = |path: &String| {
        let Ok(place) = Selector::parse(path) else {
            return false;
        };
        let is_other = |row: &&&&RowSeen<'_>| {
            let mut found = row.element.select(&place);
            found
                .next()
                .is_some_and(|place| !shown(place).starts_with(&shown(row.link)))
        };
        5 * labelled.iter().filter(is_other).count() >= 4 * labelled.len()
    };
    let mut places: BTreeMap<String, (BTreeSet<String>, usize, bool)> = BTreeMap::new();
    // Words without a name, by where they stand in the rows.
    let mut unnamed: BTreeMap<(usize, String), (BTreeSet<String>, usize)> = BTreeMap::new();
    for row in rows {
        let inside = row.element.descendent_elements().skip(1).take(MAX_ELEMENTS);
        for (at, element) in inside
            .enumerate()
            .filter(|(_, element)| is_phrase(*element))
        {
            let text = shown(element);
            if (2..=MAX_TITLE).contains(&text.chars().count()) && !DATED.is_match(&text) {
                let path = css::path_within(row.element, element);
                let place = unnamed.entry((at, path)).or_default();
                place.1 += letters_of(&text).chars().count();
                place.0.insert(text);
            }
        }
        for element in row.element.descendent_elements().skip(1).take(MAX_ELEMENTS) {
            let named = class_says(&css::words_of(element), "title");
            if !named && element.value().name() != "a" {
                continue;
            }
            let text = shown(element);
            if text.chars().count() <= MAX_DATE && DATED.is_match(&text) {
                continue;
            }
            let place = places
                .entry(css::path_within(row.element, element))
                .or_default();
            place.1 += letters_of(&text).chars().count();
            place.0.insert(text);
            place.2 |= named;
        }
    }
    let differs = |texts: &BTreeSet<String>| {
        let n_again = titled.iter().filter(|title| texts.contains(*title)).count();
        5 * texts.len() >= 4 * rows.len() && 5 * n_again >= 4 * titled.len()
    };
    places
        .into_iter()
        .filter(|(_, (texts, letters, _))| differs(texts) && *letters >= 6 * rows.len())
        .filter(|(path, _)| says_other(path))
        .max_by_key(|(path, (_, letters, named))| (*named, *letters, std::cmp::Reverse(path.len())))
        .map(|(path, _)| path)
        .or_else(|| {
            let mut unnamed = unnamed.into_iter();
            let first = unnamed.find(|((_, path), (texts, letters))| {
                differs(texts) && *letters >= 4 * rows.len() && says_other(path)
            });
            first.map(|((_, path), _)| path)
        })
}

/// Whether an element is a few words in a line, and no link.
fn is_phrase(element: ElementRef<'_>) -> bool {
    let is_inline = matches!(
        element.value().name(),
        "span" | "b" | "strong" | "font" | "big" | "em" | "td" | "h2" | "h3" | "h4" | "h5"
    );
    is_inline && element.child_elements().next().is_none()
}
