//! A page's tree with an index of its names. A profile puts half a hundred selectors to a page, and most select nothing on
//! it: each of them is answered from the index, without another walk over the tree.

use std::ops::Deref;
use std::sync::OnceLock;

use super::dom::{ElementRef, Html, NodeId};
use super::hashes::{NameHash, NameKind};

/// Names of a page that are indexed. Beyond this the tree is walked instead.
const MAX_NAMES: usize = 400_000;

/// A page's tree, and where on it which names are. The index is made when something is asked of it.
#[derive(Debug)]
pub struct Document {
    html: Html,
    index: OnceLock<Option<Index>>,
}

impl Document {
    /// The element that all others stand in, with what is known of them.
    pub fn root(&self) -> Scope<'_> {
        Scope {
            element: self.html.root_element(),
            inside: Inside::Page(self),
        }
    }

    /// `None`: there are too many names.
    pub(super) fn index(&self) -> Option<&Index> {
        self.index.get_or_init(|| Index::of(&self.html)).as_ref()
    }
}

impl From<Html> for Document {
    fn from(html: Html) -> Self {
        Self {
            html,
            index: OnceLock::new(),
        }
    }
}

impl Deref for Document {
    type Target = Html;

    fn deref(&self) -> &Html {
        &self.html
    }
}

/// A row, or a comment: small, and searched for one thing after the other.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    element: ElementRef<'a>,
    /// In document order.
    inside: Vec<ElementRef<'a>>,
}

impl<'a> Part<'a> {
    pub fn of(element: ElementRef<'a>) -> Self {
        let inside = element.inside().filter_map(ElementRef::wrap);
        Self {
            element,
            inside: inside.collect(),
        }
    }

    pub fn element(&self) -> ElementRef<'a> {
        self.element
    }
}

/// An element that is searched.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    element: ElementRef<'a>,
    inside: Inside<'a>,
}

/// What is known of what stands in an element.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inside<'a> {
    Nothing,
    /// It is the page's root.
    Page(&'a Document),
    /// All elements, in document order.
    Known(&'a [ElementRef<'a>]),
}

impl<'a> Scope<'a> {
    pub fn element(self) -> ElementRef<'a> {
        self.element
    }

    pub(super) fn inside(self) -> Inside<'a> {
        self.inside
    }
}

impl<'a> From<ElementRef<'a>> for Scope<'a> {
    fn from(element: ElementRef<'a>) -> Self {
        Self {
            element,
            inside: Inside::Nothing,
        }
    }
}

impl<'a> From<&'a Part<'_>> for Scope<'a> {
    fn from(part: &'a Part<'_>) -> Self {
        Self {
            element: part.element,
            inside: Inside::Known(&part.inside),
        }
    }
}

/// Names → elements.
#[derive(Debug)]
pub(super) struct Index {
    /// In document order.
    elements: Vec<NodeId>,
    /// A name, and the place of an element that has it; in document order.
    names: Vec<(NameHash, u32)>,
    /// Of each slot of hashes the first name, and of each name the next of its slot; [`NONE`] where there is none.
    first: Vec<u32>,
    next: Vec<u32>,
}

/// No name: a page has fewer.
const NONE: u32 = u32::MAX;

impl Index {
    fn of(html: &Html) -> Option<Self> {
        let mut index = Self {
            elements: Vec::new(),
            names: Vec::new(),
            first: Vec::new(),
            next: Vec::new(),
        };
        for found in html.document().inside().filter_map(ElementRef::wrap) {
            let element = found.value();
            let at = u32::try_from(index.elements.len()).ok()?;
            index.elements.push(found.id());
            let mut note = |hash| index.names.push((hash, at));
            match element.is_html() {
                true => note(NameHash::of(NameKind::Tag, element.name())),
                false => note(NameHash::FOREIGN),
            }
            for (name, value) in element.attrs() {
                match name {
                    "id" => note(NameHash::of(NameKind::Id, value)),
                    "class" => {
                        let words = value.split_ascii_whitespace();
                        words.for_each(|word| note(NameHash::of(NameKind::Class, word)));
                    }
                    _ => {}
                }
            }
            if index.names.len() > MAX_NAMES {
                return None;
            }
        }
        index.link();
        Some(index)
    }

    fn link(&mut self) {
        let n_names = self.names.len();
        self.first = vec![NONE; n_names.next_power_of_two()];
        self.next = vec![NONE; n_names];
        // Backwards, so that each slot begins with what stands first on the page.
        for (at, (name, _)) in self.names.iter().enumerate().rev() {
            let slot = name.slot(self.first.len());
            let at_slot = &mut self.first[slot];
            self.next[at] = std::mem::replace(at_slot, u32::try_from(at).unwrap_or(NONE));
        }
    }

    /// Elements that may have the name, in document order.
    fn having(&self, name: NameHash) -> impl Iterator<Item = usize> {
        let slot = name.slot(self.first.len());
        let linked = |at: u32| (at != NONE).then_some(at as usize);
        let in_slot =
            std::iter::successors(linked(self.first[slot]), move |at| linked(self.next[*at]));
        in_slot
            .map(|at| self.names[at])
            .filter(move |(other, _)| *other == name)
            .map(|(_, element)| element as usize)
    }

    /// Elements that may have one of the names, in document order.
    pub fn having_one(&self, names: &[NameHash]) -> impl Iterator<Item = NodeId> {
        let mut found: Vec<usize> = names.iter().flat_map(|name| self.having(*name)).collect();
        if names.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
        found.into_iter().map(|at| self.elements[at])
    }
}
