//! A page as one flat list in the order of the source. In: the parsed tree. Out: nodes whose subtree is a range, with
//! running sums of their text, so that "how much does this hold" is a subtraction.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::document::{Edge, Element, ElementRef, Html, Node as TreeNode, NodeId};

/// More nodes of a page are not looked at.
const MAX_NODES: usize = 150_000;

/// An element or a text.
pub(super) struct Node<'a> {
    /// Nothing for a text.
    pub(super) element: Option<ElementRef<'a>>,
    pub(super) text: &'a str,
    pub(super) parent: u32,
    /// One past the last node within.
    pub(super) end: u32,
    /// What it looks like: tag and classes, without numbers and states.
    pub(super) shape: u64,
}

/// The flat page.
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// Letters and digits before each node, and of them those within links.
    chars: Vec<u32>,
    links: Vec<u32>,
}

impl<'a> Tree<'a> {
    pub(super) fn of(html: &'a Html) -> Self {
        let mut tree = Tree {
            nodes: Vec::new(),
            chars: vec![0],
            links: vec![0],
        };
        // A page has few classes and many elements.
        let mut shapes: HashMap<(&str, Option<&str>), u64> = HashMap::new();
        let mut open: Vec<(u32, NodeId)> = Vec::new();
        let mut unshown: Option<NodeId> = None;
        let mut n_links_open = 0_usize;
        for edge in html.root_element().traverse() {
            match edge {
                Edge::Open(node) => {
                    if unshown.is_some() || tree.nodes.len() >= MAX_NODES {
                        continue;
                    }
                    let parent = open.last().map_or(0, |(at, _)| *at);
                    let at = tree.nodes.len() as u32;
                    match node.value() {
                        TreeNode::Text(text) => {
                            if text.trim().is_empty() {
                                continue;
                            }
                            let n = text.chars().filter(|c| c.is_alphanumeric()).count() as u32;
                            let words = Node {
                                element: None,
                                text,
                                parent,
                                end: at + 1,
                                shape: 0,
                            };
                            tree.push(words, n, n_links_open > 0);
                        }
                        TreeNode::Element(tag) => {
                            if is_unshown(tag.name()) {
                                unshown = Some(node.id());
                                continue;
                            }
                            n_links_open += usize::from(tag.name() == "a");
                            let shape = *shapes
                                .entry((tag.name(), tag.attr("class")))
                                .or_insert_with(|| shape_of(tag));
                            let element = Node {
                                element: ElementRef::wrap(node),
                                text: "",
                                parent,
                                end: at + 1,
                                shape,
                            };
                            tree.push(element, 0, false);
                            open.push((at, node.id()));
                        }
                        _ => {}
                    }
                }
                Edge::Close(node) => {
                    if unshown == Some(node.id()) {
                        unshown = None;
                    } else if open.last().is_some_and(|(_, id)| *id == node.id())
                        && let Some((at, _)) = open.pop()
                    {
                        tree.nodes[at as usize].end = tree.nodes.len() as u32;
                        let is_link = tree.tag(at) == "a";
                        n_links_open -= usize::from(is_link);
                    }
                }
            }
        }
        let end = tree.nodes.len() as u32;
        for (at, _) in open {
            tree.nodes[at as usize].end = end;
        }
        tree
    }

    fn push(&mut self, node: Node<'a>, n_chars: u32, in_link: bool) {
        self.nodes.push(node);
        let (chars, links) = (self.last(&self.chars), self.last(&self.links));
        self.chars.push(chars + n_chars);
        self.links.push(links + if in_link { n_chars } else { 0 });
    }

    fn last(&self, sums: &[u32]) -> u32 {
        sums.last().copied().unwrap_or(0)
    }

    pub(super) fn len(&self) -> u32 {
        self.nodes.len() as u32
    }

    pub(super) fn node(&self, at: u32) -> &Node<'a> {
        &self.nodes[at as usize]
    }

    pub(super) fn tag(&self, at: u32) -> &'a str {
        self.node(at)
            .element
            .map_or("", |element| element.value().name())
    }

    pub(super) fn attr(&self, at: u32, name: &str) -> Option<&'a str> {
        self.node(at).element?.value().attr(name)
    }

    /// Class, id and itemprop in lower case.
    pub(super) fn names(&self, at: u32) -> String {
        let mut names = String::new();
        for attribute in ["class", "id", "itemprop", "rel", "data-role"] {
            if let Some(value) = self.attr(at, attribute) {
                names.push(' ');
                names.extend(value.chars().take(160));
            }
        }
        names.make_ascii_lowercase();
        names
    }

    pub(super) fn range(&self, at: u32) -> Range<u32> {
        at..self.node(at).end
    }

    /// Letters and digits in a range.
    pub(super) fn chars(&self, range: &Range<u32>) -> u32 {
        self.chars[range.end as usize] - self.chars[range.start as usize]
    }

    /// Of them, those outside links.
    pub(super) fn prose(&self, range: &Range<u32>) -> u32 {
        let links = self.links[range.end as usize] - self.links[range.start as usize];
        self.chars(range) - links
    }

    /// Parents, nearest first, up to the root.
    pub(super) fn ancestors(&self, at: u32) -> impl Iterator<Item = u32> {
        let mut at = at;
        std::iter::from_fn(move || {
            if at == 0 {
                return None;
            }
            at = self.node(at).parent;
            Some(at)
        })
    }

    pub(super) fn children(&self, at: u32) -> impl Iterator<Item = u32> {
        let end = self.node(at).end;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = next;
            next = self.node(child).end;
            Some(child)
        })
    }

    /// The nodes of a range that are within no other of it.
    pub(super) fn tops(&self, range: &Range<u32>) -> impl Iterator<Item = u32> {
        let end = range.end;
        let mut next = range.start;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let top = next;
            next = self.node(top).end;
            Some(top)
        })
    }

    /// The words of a range, white space folded, at most so many bytes.
    pub(super) fn words(&self, range: &Range<u32>, most: usize) -> String {
        let mut words = String::new();
        for at in range.clone() {
            for word in self.node(at).text.split_whitespace() {
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(word);
            }
            if words.len() > most {
                break;
            }
        }
        words
    }

    /// How an element looks together with what is around it.
    pub(super) fn path_shape(&self, at: u32, n_levels: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.node(at).shape.hash(&mut hasher);
        for above in self.ancestors(at).take(n_levels) {
            self.node(above).shape.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// For each of these nodes the highest element around it that holds no other of them.
    pub(super) fn alone(&self, members: &[u32]) -> Vec<u32> {
        let mut sorted = members.to_vec();
        sorted.sort_unstable();
        let top_of = |member: u32| {
            let first = sorted.partition_point(|other| *other < member);
            let behind = sorted.partition_point(|other| *other <= member);
            // What stands here twice is its own neighbour.
            let before = if behind - first > 1 {
                Some(member)
            } else {
                first.checked_sub(1).map(|at| sorted[at])
            };
            let after = sorted.get(behind);
            let mut top = member;
            for above in self.ancestors(member) {
                let holds_other = before.is_some_and(|before| above < before)
                    || after.is_some_and(|after| *after < self.node(above).end);
                if above == 0 || holds_other {
                    break;
                }
                top = above;
            }
            top
        };
        members.iter().map(|member| top_of(*member)).collect()
    }
}

/// Elements whose content is not shown as text.
fn is_unshown(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "textarea"
            | "select"
            | "option"
            | "svg"
            | "iframe"
            | "object"
            | "head"
    )
}

/// Tag and classes as a number. Digits in classes are numbers of posts; some words tell a state and not a kind.
fn shape_of(tag: Element<'_>) -> u64 {
    const STATES: [&str; 16] = [
        "odd",
        "even",
        "first",
        "last",
        "alt",
        "active",
        "unread",
        "new",
        "online",
        "offline",
        "current",
        "selected",
        "op",
        "bg",
        "row",
        "has-profile",
    ];
    let mut classes: Vec<String> = tag
        .classes()
        .take(12)
        .map(|class| class.chars().filter(|c| !c.is_ascii_digit()).collect())
        .filter(|class: &String| !STATES.contains(&class.to_ascii_lowercase().as_str()))
        .collect();
    classes.sort_unstable();
    classes.dedup();
    let mut hasher = DefaultHasher::new();
    tag.name().hash(&mut hasher);
    classes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtrees_are_ranges_with_sums() {
        let html = crate::document::parse("<div><p>one</p><p>two <a>six</a></p></div>");
        let tree = Tree::of(&html);
        let all = 0..tree.len();
        assert_eq!(tree.chars(&all), 9);
        assert_eq!(tree.prose(&all), 6);
        assert_eq!(tree.words(&all, 100), "one two six");
    }

    #[test]
    fn each_stands_alone_as_high_as_it_can() {
        let html =
            crate::document::parse("<ul><li><p><b>1</b></p></li><li><p><b>2</b></p></li></ul>");
        let tree = Tree::of(&html);
        let bold: Vec<u32> = (0..tree.len()).filter(|at| tree.tag(*at) == "b").collect();
        let tops = tree.alone(&bold);
        assert!(tops.iter().all(|at| tree.tag(*at) == "li"));
    }
}
