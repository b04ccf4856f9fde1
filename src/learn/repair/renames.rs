//! Which class or id has become which? In: stored and fresh trees of the same pages. Out: a table of names.
//!
//! Words that stand as often on the one page as on the other anchor the two trees to each other: the elements around them, from the inside
//! out, are the same ones. Each such pair votes for what its names have become.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::document::{Document, ElementRef, Html, NodeId};
use crate::profile::fold;

/// Words of a page that are compared.
const MAX_TEXTS: usize = 2_000;
/// Elements around a word.
const MAX_LEVELS: usize = 40;
/// Children of one element that are paired.
const MAX_CHILDREN: usize = 60;
/// Words that stand on a page more often are furniture.
const MAX_TIMES: usize = 4;
/// Shorter words anchor nothing.
const MIN_LETTERS: usize = 2;
/// A name has become another if so many of its votes say so.
const SURE: f64 = 0.6;

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\[[^\]]*\]|[.#]-?[A-Za-z_][\w-]*"#).expect("a constant pattern")
});

/// Names with their sigil (`.subject`, `#list`), old to new.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Renames(BTreeMap<String, String>);

impl Renames {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A selector with its classes and ids under their new names; what stands in brackets stays.
    pub(super) fn apply(&self, selector: &str) -> String {
        NAME.replace_all(selector, |found: &Captures<'_>| {
            let name = &found[0];
            self.0.get(name).cloned().unwrap_or_else(|| name.to_owned())
        })
        .into_owned()
    }
}

type Votes = BTreeMap<String, BTreeMap<String, usize>>;

pub(super) fn renames(pairs: &[(&Document, &Document)]) -> Renames {
    let mut votes = Votes::new();
    for (old, new) in pairs {
        compare(old, new, &mut votes);
    }
    let table = votes
        .into_iter()
        .filter_map(|(old, votes)| {
            let all: usize = votes.values().sum();
            let (new, n) = votes.into_iter().max_by_key(|(_, n)| *n)?;
            (new != old && n as f64 >= SURE * all as f64).then_some((old, new))
        })
        .collect();
    Renames(table)
}

fn compare(old: &Html, new: &Html, votes: &mut Votes) {
    let there = texts(new);
    let mut paired: HashSet<(NodeId, NodeId)> = HashSet::new();
    for (text, places) in texts(old) {
        // Some themes print everything twice.
        if let Some(others) = there.get(&text)
            && others.len() == places.len()
            && places.len() <= MAX_TIMES
        {
            for (old, new) in places.into_iter().zip(others) {
                pair_around(old, *new, &mut paired, votes);
            }
        }
    }
}

/// The words of a page, each with the elements that say them, in page order.
fn texts(html: &Html) -> BTreeMap<String, Vec<ElementRef<'_>>> {
    let mut found: BTreeMap<String, Vec<ElementRef<'_>>> = BTreeMap::new();
    let mut n_found = 0;
    for node in html.root_element().descendants() {
        let Some(text) = node.value().as_text() else {
            continue;
        };
        let text = fold(text);
        let Some(parent) = node.parent().and_then(ElementRef::wrap) else {
            continue;
        };
        let wordless = matches!(
            parent.value().name(),
            "script" | "style" | "title" | "noscript"
        );
        if wordless || text.chars().count() < MIN_LETTERS {
            continue;
        }
        found.entry(text).or_default().push(parent);
        n_found += 1;
        if n_found >= MAX_TEXTS {
            break;
        }
    }
    found
}

/// Pairs the elements around a text that both pages have, by the longest common run of their tags: a page that has
/// wrappers more has elements that pair with none.
fn pair_around(
    old: ElementRef<'_>,
    new: ElementRef<'_>,
    paired: &mut HashSet<(NodeId, NodeId)>,
    votes: &mut Votes,
) {
    if !paired.insert((old.id(), new.id())) {
        return;
    }
    let (old, new) = (above(old), above(new));
    // Elements that both chains have in common with an earlier text have voted.
    let mut best = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let both = if a.value().name() == b.value().name() {
                best[i + 1][j + 1] + 2 + shared(*a, *b)
            } else {
                0
            };
            best[i][j] = both.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        let (a, b) = (old[i], new[j]);
        let both = a.value().name() == b.value().name()
            && best[i][j] == best[i + 1][j + 1] + 2 + shared(a, b);
        if both {
            if i == 0 || paired.insert((a.id(), b.id())) {
                vote(a, b, votes);
                pair_children(a, b, paired, votes);
            }
            (i, j) = (i + 1, j + 1);
        } else if best[i][j] == best[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
}

fn above(element: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .take(MAX_LEVELS)
        .collect()
}

/// Names that two elements share.
fn shared(a: ElementRef<'_>, b: ElementRef<'_>) -> u32 {
    let same_id = a.value().id().is_some() && a.value().id() == b.value().id();
    let classes = a
        .value()
        .classes()
        .filter(|class| b.value().classes().any(|other| other == *class))
        .count();
    u32::from(same_id) + u32::try_from(classes).unwrap_or(u32::MAX).min(8)
}

/// Icons and inputs have no words, and those of counts have changed; where all children pair by their tags, they pair
/// too.
fn pair_children(
    a: ElementRef<'_>,
    b: ElementRef<'_>,
    paired: &HashSet<(NodeId, NodeId)>,
    votes: &mut Votes,
) {
    let (old, new): (Vec<_>, Vec<_>) = (
        a.child_elements().take(MAX_CHILDREN).collect(),
        b.child_elements().take(MAX_CHILDREN).collect(),
    );
    let same = old.len() == new.len()
        && old
            .iter()
            .zip(&new)
            .all(|(a, b)| a.value().name() == b.value().name());
    if !same {
        return;
    }
    for (a, b) in old.into_iter().zip(new) {
        // Not taken for paired: a text below them may come later, and pairs what else stands there.
        if paired.contains(&(a.id(), b.id())) {
            continue;
        }
        vote(a, b, votes);
        if a.text().all(|text| text.trim().is_empty()) {
            for (a, b) in a
                .child_elements()
                .zip(b.child_elements())
                .take(MAX_CHILDREN)
            {
                vote(a, b, votes);
            }
        }
    }
}

fn vote(a: ElementRef<'_>, b: ElementRef<'_>, votes: &mut Votes) {
    let mut say = |sigil: char, old: &str, new: &str| {
        *votes
            .entry(format!("{sigil}{old}"))
            .or_default()
            .entry(format!("{sigil}{new}"))
            .or_default() += 1;
    };
    if let (Some(old), Some(new)) = (a.value().id(), b.value().id()) {
        say('#', old, new);
    }
    // In the order of the attribute: a template writes them in one order. (`classes()` sorts them.)
    let words = |element: ElementRef<'_>| -> Vec<String> {
        let class = element.value().attr("class").unwrap_or_default();
        class.split_whitespace().map(str::to_owned).collect()
    };
    let (old, new) = (words(a), words(b));
    if old.len() == new.len() {
        for (old, new) in old.iter().zip(&new) {
            say('.', old, new);
        }
        return;
    }
    for kept in old.iter().filter(|class| new.contains(class)) {
        say('.', kept, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    const OLD: &str = "<div id=list><ul class='rows wide'><li class=row><b class=t>Lantern oil</b><i class=lock></i></li>\
        <li class=row><b class=t>Harbour log</b></li></ul></div>";

    #[test]
    fn names_that_changed_everywhere_are_found() {
        let new = OLD
            .replace("list", "x1")
            .replace("rows", "x2")
            .replace("class=row>", "class=x3>")
            .replace("class=t>", "class=x4>")
            .replace("lock", "x5");
        let names = renames(&[(&parse(OLD), &parse(&new))]);
        assert_eq!(
            names.apply("#list > .rows.wide li.row .t, a[href='.t'] .lock"),
            "#x1 > .x2.wide li.x3 .x4, a[href='.t'] .x5"
        );
    }

    #[test]
    fn wrappers_change_no_names() {
        let new = OLD
            .replace("<li class=row>", "<li class=row><div class=w>")
            .replace("</li>", "</div></li>");
        let names = renames(&[(&parse(OLD), &parse(&new))]);
        assert_eq!(names, Renames::default());
    }
}
