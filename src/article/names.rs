//! Classes and ids of the template that an article's page is made by. In: its tree, and what was noted of the elements
//! that are not in it. Out: names that tell one template from another, numbers taken out.
//!
//! What is in a text or a comment is its author's, and the rows of a listing below come and go: their names are left out.

use std::collections::{BTreeSet, HashSet};

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use hashlink::DefaultHashBuilder;
use scraper::ElementRef;

use crate::document::{Document, LeftOut, Query, attribute};
use crate::profile::Profile;

/// Elements and names of a page that are looked at.
const MAX_ELEMENTS: usize = 20_000;
const MAX_NAMES: usize = 400;
/// Letters of a name; longer ones are made by machines.
const MAX_LETTERS: usize = 120;

/// Selectors of the elements whose names, and those of what is in them, are not the template's.
pub(super) fn apart(profile: &Profile) -> impl Iterator<Item = &Query> {
    profile
        .article
        .body
        .iter()
        .chain(&profile.comments.item)
        .chain(&profile.listing.container)
}

/// `.class` and `#id`. `None`: there are more of them than are looked at, and which ones hangs on what was left out.
pub fn template_names(
    html: &Document,
    left_out: &LeftOut<'_>,
    profile: &Profile,
) -> Option<BTreeSet<String>> {
    let apart: HashSet<NodeId> = apart(profile)
        .flat_map(|selector| selector.select_in(html))
        .map(|element| element.id())
        .collect();
    let mut names = Names::default();
    let mut n_elements = 0;
    let mut skipped = None;
    for edge in html.root_element().traverse() {
        let node = match edge {
            Edge::Open(node) => node,
            Edge::Close(node) => {
                skipped = skipped.filter(|skipped| *skipped != node.id());
                continue;
            }
        };
        let Some(element) = ElementRef::wrap(node) else {
            continue;
        };
        n_elements += 1;
        if n_elements > MAX_ELEMENTS {
            break;
        }
        if skipped.is_some() {
            continue;
        }
        if apart.contains(&node.id()) {
            skipped = Some(node.id());
            continue;
        }
        let tag = element.value();
        if let Some(id) = attribute(tag, "id") {
            names.add('#', id);
        }
        if let Some(classes) = attribute(tag, "class") {
            names.add_classes(classes);
        }
        if names.found.len() >= MAX_NAMES {
            break;
        }
    }
    for id in &left_out.ids {
        names.add('#', id);
    }
    for classes in &left_out.classes {
        names.add_classes(classes);
    }
    let are_all = names.found.len() < MAX_NAMES || *left_out == LeftOut::default();
    are_all.then(|| names.found.into_iter().collect())
}

/// Names of a page, each once.
#[derive(Default)]
struct Names<'a> {
    found: HashSet<String, DefaultHashBuilder>,
    /// As they are written: most elements are written like one before them.
    written: HashSet<(char, &'a str), DefaultHashBuilder>,
    room: String,
}

impl<'a> Names<'a> {
    fn add(&mut self, mark: char, written: &'a str) {
        if !self.written.insert((mark, written)) {
            return;
        }
        self.room.clear();
        self.room.push(mark);
        push_without_numbers(&mut self.room, written, MAX_LETTERS - 1);
        if !self.found.contains(&self.room) {
            self.found.insert(self.room.clone());
        }
    }

    fn add_classes(&mut self, classes: &'a str) {
        /// No class has a space in it, so that this is the mark of a whole list.
        const LIST: char = ' ';
        if self.written.insert((LIST, classes)) {
            for class in classes.split_ascii_whitespace() {
                self.add('.', class);
            }
        }
    }
}

/// Every number is 0.
pub fn without_numbers(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    push_without_numbers(&mut plain, words, MAX_LETTERS);
    plain
}

fn push_without_numbers(plain: &mut String, words: &str, max_letters: usize) {
    for c in words.chars().take(max_letters) {
        match c {
            '0'..='9' if plain.ends_with('0') => {}
            '0'..='9' => plain.push('0'),
            _ => plain.push(c),
        }
    }
}
