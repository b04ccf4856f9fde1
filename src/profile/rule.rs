//! How to get one value out of an element, compiled.

use std::sync::LazyLock;

use regex::Regex;

use crate::document::{Edge, ElementRef, Node, Query, Scope, fold_into};

/// Elements whose text is never words of the page.
fn is_wordless(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "noscript" | "template" | "textarea" | "svg"
    )
}

/// Elements that end a word: `<td>공지</td><td>제목</td>` is two words.
fn ends_a_word(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "blockquote"
            | "br"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "figure"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "td"
            | "tr"
            | "ul"
    )
}

/// Words that only screen readers see (`N새글`, `댓글 6개`). They are no part of any value of a row.
pub static UNSEEN: LazyLock<Vec<Query>> = LazyLock::new(|| {
    [
        ".sound_only",
        ".blind",
        ".sr-only",
        ".visually-hidden",
        ".screen-reader-text",
        "[hidden]",
        "[style*='display:none']",
        "[style*='display: none']",
    ]
    .into_iter()
    .map(|selector| Query::parse(selector).expect("a constant selector"))
    .collect()
});

/// One compiled rule.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) select: Option<Query>,
    pub(super) attr: Option<String>,
    pub(super) remove: Vec<Query>,
    pub(super) own: bool,
    pub(super) pattern: Option<Regex>,
    pub(super) last: bool,
}

impl Rule {
    /// The value, white space folded (U+00A0 too) and control characters removed; `None` where there is none or
    /// it is empty. Where the rule has a pattern, the first element whose value matches it counts.
    pub fn value<'a>(&self, root: impl Into<Scope<'a>>) -> Option<String> {
        let root = root.into();
        self.value_in(root, root.element(), &[])
    }

    /// Like [`Rule::value`], but only from `within` (an element of `root`, or `root` itself) and without the text
    /// of what `remove` selects.
    pub fn value_in<'a>(
        &self,
        root: impl Into<Scope<'a>>,
        within: ElementRef<'_>,
        remove: &[Query],
    ) -> Option<String> {
        let root = root.into();
        let Some(select) = &self.select else {
            return self.value_of(root.element(), remove);
        };
        let in_place = |element: &ElementRef<'_>| {
            within == root.element()
                || *element == within
                || element.ancestors().any(|a| a == *within)
        };
        let n_tried = if self.pattern.is_some() {
            usize::MAX
        } else {
            1
        };
        let mut found = select.select(root).filter(in_place);
        if self.last {
            let found: Vec<ElementRef<'_>> = found.collect();
            let mut last = found.into_iter().rev().take(n_tried);
            return last.find_map(|element| self.value_of(element, remove));
        }
        // A page is looked through no further than to the first that will do.
        found
            .by_ref()
            .take(n_tried)
            .find_map(|element| self.value_of(element, remove))
    }

    /// What selects the element; `None` where the rule reads the one it is put to.
    pub fn selector(&self) -> Option<&Query> {
        self.select.as_ref()
    }

    /// What is left out of the element's text.
    pub fn removed(&self) -> &[Query] {
        &self.remove
    }

    /// The attribute the rule reads, if it does not read text.
    pub fn attribute(&self) -> Option<&str> {
        self.attr.as_deref()
    }

    /// The first (or last) element the rule selects; `root` itself where it has no selector.
    pub fn element<'a>(&self, root: impl Into<Scope<'a>>) -> Option<ElementRef<'a>> {
        let root = root.into();
        match &self.select {
            None => Some(root.element()),
            Some(select) if self.last => select.select(root).last(),
            Some(select) => select.select(root).next(),
        }
    }

    fn value_of(&self, element: ElementRef<'_>, remove: &[Query]) -> Option<String> {
        let text = match &self.attr {
            Some(name) => fold(element.attr(name)?),
            None if self.own => fold(
                &element
                    .children()
                    .filter_map(|child| child.value().as_text().map(|text| text.to_string()))
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            None => element_text(element, &[&self.remove, remove]),
        };
        let text = match &self.pattern {
            None => text,
            Some(pattern) => {
                let captures = pattern.captures(&text)?;
                let group = captures.iter().skip(1).flatten().next();
                fold(group.or(captures.get(0))?.as_str())
            }
        };
        (!text.is_empty()).then_some(text)
    }
}

/// The value of the first rule that yields one.
pub fn first_value<'a>(rules: &[Rule], root: impl Into<Scope<'a>>) -> Option<String> {
    let root = root.into();
    rules.iter().find_map(|rule| rule.value(root))
}

/// An element's words as a reader sees them, folded, without the elements that any selector of `remove` selects
/// (the element itself is never removed), without scripts and styles.
pub fn element_text(element: ElementRef<'_>, remove: &[&[Query]]) -> String {
    // Most values are a few words.
    let (mut text, mut space) = (String::with_capacity(64), false);
    // The node below which nothing counts, while we are inside it.
    let mut muted = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) if muted.is_none() => match node.value() {
                Node::Text(words) => fold_into(&mut text, &mut space, words, |_| false),
                Node::Element(tag) => {
                    space |= ends_a_word(tag.name());
                    let removed = node.id() != element.id()
                        && (is_wordless(tag.name())
                            || ElementRef::wrap(node).is_some_and(|inner| {
                                remove
                                    .iter()
                                    .any(|list| list.iter().any(|s| s.matches(&inner)))
                            }));
                    if removed {
                        muted = Some(node.id());
                    }
                }
                _ => {}
            },
            Edge::Close(node) if muted == Some(node.id()) => muted = None,
            Edge::Close(node) if muted.is_none() => {
                if let Node::Element(tag) = node.value() {
                    space |= ends_a_word(tag.name());
                }
            }
            _ => {}
        }
    }
    text
}

/// Runs of white space (U+00A0 and U+3000 too) become one space, none at the ends; control characters go.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space = false;
    fold_into(&mut folded, &mut space, text, |_| false);
    folded
}
