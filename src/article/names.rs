//! Classes and ids of the template that an article's page is made by. In: its tree, and what was noted of the elements
//! that are not in it. Out: names that tell one template from another, numbers taken out.
//!
//! What is in a text or a comment is its author's, and the rows of a listing below come and go: their names are left out.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::sync::{Arc, LazyLock};

use hashlink::{DefaultHashBuilder, LruCache};

use crate::document::{Document, ElementRef, LeftOut, NodeId, Query};
use crate::profile::Profile;

/// Elements and names of a page that are looked at.
const MAX_ELEMENTS: usize = 20_000;
const MAX_NAMES: usize = 400;
/// Templates whose names are at hand, on each thread: some ten kilobytes each.
const MAX_KNOWN: usize = 16;
/// Letters of a name with its mark; longer ones are made by machines.
pub const MAX_LETTERS: usize = 120;

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
) -> Option<Arc<BTreeSet<String>>> {
    let mut written = written(html, profile);
    let ids = left_out.ids.iter().map(|id| Written::Id(id));
    written.extend(ids.chain(left_out.classes.iter().map(|list| Written::Classes(list))));
    let number = number_of(&written);
    if let Some(known) = KNOWN.with_borrow_mut(|known| known.get(&number).cloned()) {
        return Some(known);
    }
    let mut names = Names::default();
    for written in written {
        if names.found.len() >= MAX_NAMES {
            break;
        }
        match written {
            Written::Id(id) => names.add('#', id),
            Written::Classes(list) => {
                let classes = list.split_ascii_whitespace();
                classes.for_each(|class| names.add('.', class));
            }
        }
    }
    let are_all = names.found.len() < MAX_NAMES;
    if !are_all && *left_out != LeftOut::default() {
        return None;
    }
    let found: Arc<BTreeSet<String>> = Arc::new(names.found.into_iter().collect());
    if are_all {
        KNOWN.with_borrow_mut(|known| known.insert(number, Arc::clone(&found)));
    }
    Some(found)
}

/// An attribute of the template's, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Written<'a> {
    Id(&'a str),
    Classes(&'a str),
}

thread_local! {
    /// The names of the last templates, by all that is written in them: most pages of a board say the same.
    static KNOWN: RefCell<LruCache<u64, Arc<BTreeSet<String>>>> = RefCell::new(LruCache::new(MAX_KNOWN));
}

/// The attributes of the elements that are the template's, each once.
fn written<'a>(html: &'a Document, profile: &Profile) -> Vec<Written<'a>> {
    let apart: HashSet<NodeId> = apart(profile)
        .flat_map(|selector| selector.select_in(html))
        .map(|element| element.id())
        .collect();
    let mut met = HashSet::<Written<'a>, DefaultHashBuilder>::default();
    let mut written = Vec::new();
    let mut n_elements = 0;
    let root = *html.root_element();
    let mut next = Some(root);
    while let Some(node) = next {
        next = node.next_in(root);
        let Some(element) = ElementRef::wrap(node) else {
            continue;
        };
        n_elements += 1;
        if n_elements > MAX_ELEMENTS {
            break;
        }
        if apart.contains(&node.id()) {
            next = node.next_behind_in(root);
            continue;
        }
        let tag = element.value();
        let id = tag.id().map(Written::Id);
        let classes = tag.attr("class").map(Written::Classes);
        written.extend(id.into_iter().chain(classes).filter(|new| met.insert(*new)));
    }
    written
}

/// The same for the same attributes, in whatever order: what was left out has none.
fn number_of(written: &[Written<'_>]) -> u64 {
    static SEED: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    let numbers = written.iter().map(|written| SEED.hash_one(written));
    numbers.fold(0, u64::wrapping_add)
}

/// Names of a page, each once.
#[derive(Default)]
struct Names {
    found: HashSet<String, DefaultHashBuilder>,
    room: String,
}

impl Names {
    fn add(&mut self, mark: char, written: &str) {
        self.room.clear();
        self.room.push(mark);
        push_without_numbers(&mut self.room, written, MAX_LETTERS - 1);
        if !self.found.contains(&self.room) {
            self.found.insert(self.room.clone());
        }
    }
}

/// Adds what the first `most` letters say. Every number is 0.
pub fn push_without_numbers(plain: &mut String, letters: &str, most: usize) {
    let end = letters.char_indices().nth(most).map(|(end, _)| end);
    let mut rest = &letters[..end.unwrap_or(letters.len())];
    while let Some(at) = rest.bytes().position(|byte| byte.is_ascii_digit()) {
        plain.push_str(&rest[..at]);
        if !plain.ends_with('0') {
            plain.push('0');
        }
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    plain.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;
    use crate::profile::Library;

    #[test]
    fn names_are_those_of_the_page_whatever_was_read_before() {
        let rules = Library::built_in().get("rhymix").expect("built in");
        let names = |page: &str| {
            let html = parse(page);
            let names = template_names(&html, &LeftOut::default(), &rules);
            names
                .expect("few names")
                .iter()
                .cloned()
                .collect::<Vec<_>>()
        };
        let one = names("<div id=post-12 class='b a'><p class=a></div>");
        assert_eq!(one, ["#post-0", ".a", ".b"]);
        assert_eq!(names("<p class=a></p><i class='b a' id=post-12></i>"), one);
        assert_eq!(names("<div id=post-12 class='b'></div>"), ["#post-0", ".b"]);
        assert_eq!(names("<div id=a class=post-12></div>"), ["#a", ".post-0"]);
    }
}
