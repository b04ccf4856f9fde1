//! What of a body's elements is no part of its article: what a profile selects, and what shows its files.

use std::collections::HashSet;

use crate::document::{ElementRef, NodeId, Query};

#[derive(Debug, Default)]
pub(super) struct Removed<'r> {
    selectors: &'r [Query],
    /// Elements and texts.
    pub(super) nodes: HashSet<NodeId>,
}

impl<'r> Removed<'r> {
    pub(super) fn by(selectors: &'r [Query]) -> Self {
        Self {
            selectors,
            nodes: HashSet::new(),
        }
    }

    /// Besides, these elements and texts.
    pub(super) fn and(self, nodes: HashSet<NodeId>) -> Self {
        Self { nodes, ..self }
    }

    /// Whether an element goes, with all that is in it.
    pub(super) fn holds(&self, element: ElementRef<'_>) -> bool {
        self.nodes.contains(&element.id())
            || self
                .selectors
                .iter()
                .any(|selector| selector.matches(&element))
    }
}
