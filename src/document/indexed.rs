//! A page's tree with an index of its names. A profile puts half a hundred selectors to a page, and most select nothing on
//! it: each of them is answered from the index, without another walk over the tree.

use std::ops::Deref;
use std::sync::OnceLock;

use super::dom::{ElementRef, Html, NodeId};
use super::hashes::NameHash;

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
        // A row has some dozen elements, a comment two.
        let mut inside = Vec::with_capacity(24);
        inside.extend(element.inside().filter_map(ElementRef::wrap));
        Self { element, inside }
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

/// Names → elements: those of [`Html::names`], linked.
#[derive(Debug)]
pub(super) struct Index {
    /// Of each slot of hashes the first name, and of each name the next of its slot; [`NONE`] where there is none.
    first: Vec<u32>,
    next: Vec<u32>,
}

/// No name: a page has fewer.
const NONE: u32 = u32::MAX;

impl Index {
    fn of(html: &Html) -> Option<Self> {
        let names = html.names()?;
        let mut index = Self {
            first: vec![NONE; names.len().next_power_of_two()],
            next: vec![NONE; names.len()],
        };
        // Backwards, so that each slot begins with what stands first on the page.
        for (at, (name, _)) in names.iter().enumerate().rev() {
            let slot = name.slot(index.first.len());
            let at_slot = &mut index.first[slot];
            index.next[at] = std::mem::replace(at_slot, u32::try_from(at).unwrap_or(NONE));
        }
        Some(index)
    }

    /// Elements that may have the name, in document order.
    fn having<'n>(
        &'n self,
        names: &'n [(NameHash, NodeId)],
        name: NameHash,
    ) -> impl Iterator<Item = NodeId> {
        let linked = |at: u32| (at != NONE).then_some(at as usize);
        let first = linked(self.first[name.slot(self.first.len())]);
        let in_slot = std::iter::successors(first, move |at| linked(self.next[*at]));
        let found = in_slot.map(|at| names[at]);
        found
            .filter(move |(other, _)| *other == name)
            .map(|(_, id)| id)
    }

    /// Elements that may have one of the names, in document order.
    pub fn having_one<'n>(
        &'n self,
        html: &'n Html,
        names: &[NameHash],
    ) -> impl Iterator<Item = NodeId> + use<'n> {
        let of_page = html.names().unwrap_or_default();
        let having = |name: &NameHash| self.having(of_page, *name);
        let (only, several) = match names {
            [only] => (Some(having(only)), Vec::new()),
            _ => {
                let mut found: Vec<NodeId> = names.iter().flat_map(having).collect();
                found.sort_unstable();
                found.dedup();
                (None, found)
            }
        };
        only.into_iter().flatten().chain(several)
    }
}
