//! What stands around a link: the words of its line, the item that shows one file only, a heading above.

use std::collections::{HashMap, HashSet};

use crate::document::{ElementRef, Node, NodeId, NodeRef};

use super::super::rule::{element_text, fold};
use super::words::{heads_files, is_holder, letters_beside, name_at};
use super::{MAX_LEVELS, RUNNING_TEXT};

/// Neighbours on either side of a link that may be words of its line.
const MAX_NEIGHBOURS: usize = 20;
/// Letters of a line or an item at most; a file's name has up to 255.
const MAX_WORDS: usize = 500;
/// Elements of an item that are looked at.
const MAX_IN_ITEM: usize = 60;
/// Letters around lines of files that are no words of a text.
const NO_WORDS: usize = 3;

/// Elements that begin a line of their own.
const LINES: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "table",
    "td",
    "th",
    "ul",
];

/// What stands around a link.
pub(super) struct Surroundings<'a> {
    /// The words of the line or the item that shows this file only.
    pub(super) words: String,
    pub(super) line: String,
    /// Of the line.
    pub(super) nodes: Vec<NodeId>,
    pub(super) item: Option<ElementRef<'a>>,
    /// A heading of files stands before it.
    pub(super) headed: bool,
    /// What holds it is named for files.
    pub(super) held: bool,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(
        link: ElementRef<'a>,
        links: &HashSet<NodeId>,
        below: &HashMap<NodeId, usize>,
    ) -> Self {
        let alone = |element: ElementRef<'_>| below.get(&element.id()) == Some(&1);
        let line = Line::of(link, links);
        let mut headed = heads_files(line.before.trim_end_matches(|c: char| !c.is_alphanumeric()));
        let mut held = is_held(link);
        let line_words = line.words();
        let (mut words, mut item) = (line_words.clone(), None);
        let mut climbs = true;
        let mut level = link;
        for _ in 0..MAX_LEVELS {
            headed = headed || is_headed(level);
            let Some(parent) = level.parent().and_then(ElementRef::wrap) else {
                break;
            };
            if matches!(parent.value().name(), "html" | "body" | "main" | "article") {
                break;
            }
            let text = words_within(parent, MAX_WORDS * 4);
            climbs = climbs && alone(parent);
            match &text {
                Some(text)
                    if climbs
                        && text.chars().count() <= MAX_WORDS
                        && letters_beside(&text.replacen(words.trim(), " ", 1)) <= RUNNING_TEXT =>
                {
                    (words, item) = (text.clone(), Some(parent));
                }
                _ => climbs = false,
            }
            held = held || (text.is_some() && is_held(parent));
            level = parent;
        }
        Self {
            words,
            line: line_words,
            nodes: line.nodes,
            item,
            headed,
            held,
        }
    }

    /// The name beside a link that says no more than "download".
    pub(super) fn name(&self) -> Option<String> {
        let inside = self
            .item
            .into_iter()
            .flat_map(|item| item.descendants().take(MAX_IN_ITEM));
        let mut texts = inside.filter_map(|node| node.value().as_text().map(fold));
        let named = texts.find_map(|text| name_at(&text).map(str::to_owned));
        named.or_else(|| name_at(&self.words).map(str::to_owned))
    }
}

fn is_held(element: ElementRef<'_>) -> bool {
    let tag = element.value();
    [tag.attr("class"), tag.id()]
        .into_iter()
        .flatten()
        .any(is_holder)
}

/// Whether the words before an element are a heading of files.
fn is_headed(element: ElementRef<'_>) -> bool {
    heading_before(*element).is_some()
}

/// A node's words; none where they are more than a heading's.
fn words_of(node: NodeRef<'_>) -> String {
    match (node.value(), ElementRef::wrap(node)) {
        (Node::Text(text), _) => fold(text),
        (_, Some(element)) => words_within(element, MAX_WORDS).unwrap_or_else(|| "…".to_owned()),
        _ => String::new(),
    }
}

/// An element's words; `None` where they are longer than so many bytes.
fn words_within(element: ElementRef<'_>, most: usize) -> Option<String> {
    let mut length = 0_usize;
    for (n, node) in element.descendants().enumerate() {
        length += node.value().as_text().map_or(0, |text| text.trim().len());
        if length > most || n > most {
            return None;
        }
    }
    Some(element_text(element, &[]))
}

/// The words around a link on its line.
struct Line {
    before: String,
    own: String,
    after: String,
    nodes: Vec<NodeId>,
}

impl Line {
    fn of(link: ElementRef<'_>, links: &HashSet<NodeId>) -> Self {
        let mut line = Self {
            before: String::new(),
            own: element_text(link, &[]),
            after: String::new(),
            nodes: vec![link.id()],
        };
        // Between two files of a line stands what is said of the first, unless the names stand before their links.
        let is_named = name_at(&line.own).is_some();
        let mut level = *link;
        let (mut start, mut end) = (None, None);
        let mut before = Vec::new();
        for _ in 0..MAX_LEVELS {
            for node in level.prev_siblings().take(MAX_NEIGHBOURS) {
                start = start.or_else(|| end_of_line(node, links));
                if start.is_some() {
                    break;
                }
                before.push(node);
            }
            for node in level.next_siblings().take(MAX_NEIGHBOURS) {
                end = end.or_else(|| end_of_line(node, links));
                if end.is_some() {
                    break;
                }
                line.after = format!("{} {}", line.after, words_of(node));
                line.nodes.push(node.id());
            }
            let parent = level.parent();
            let within = parent.filter(|parent| end_of_line(*parent, &HashSet::new()).is_none());
            let Some(parent) = within.filter(|_| start.is_none() || end.is_none()) else {
                break;
            };
            level = parent;
        }
        if !(is_named && start == Some(End::AnotherLink)) {
            let words: Vec<String> = before.iter().rev().map(|node| words_of(*node)).collect();
            line.before = fold(&words.join(" "));
            line.nodes.extend(before.iter().map(|node| node.id()));
        }
        line
    }

    fn words(&self) -> String {
        fold(&format!("{} {} {}", self.before, self.own, self.after))
    }
}

/// Where a line ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Block,
    AnotherLink,
}

/// Whether a node begins another line, or another file.
fn end_of_line(node: NodeRef<'_>, links: &HashSet<NodeId>) -> Option<End> {
    let is_block = |node: NodeRef<'_>| {
        let tag = node.value().as_element();
        tag.is_some_and(|tag| LINES.contains(&tag.name()))
    };
    node.descendants().take(MAX_IN_ITEM).find_map(|inner| {
        let another = links.contains(&inner.id()).then_some(End::AnotherLink);
        another.or_else(|| is_block(inner).then_some(End::Block))
    })
}

/// Whether all words in a node are those of files, or a heading of theirs.
pub(super) fn says_only_files(node: NodeRef<'_>, blocks: &HashSet<NodeId>) -> bool {
    let mut rest = String::new();
    let mut open = vec![node];
    let mut n_seen = 0_usize;
    while let Some(node) = open.pop() {
        n_seen += 1;
        if n_seen > MAX_WORDS {
            return false;
        }
        if blocks.contains(&node.id()) {
            continue;
        }
        if let Some(text) = node.value().as_text() {
            rest.push_str(text);
            rest.push(' ');
        }
        if rest.len() > MAX_WORDS {
            return false;
        }
        open.extend(node.children());
    }
    letters_beside(&rest) <= NO_WORDS
}

/// The heading right before a node, where that is nothing but a heading of files.
pub(super) fn heading_before(node: NodeRef<'_>) -> Option<NodeId> {
    let before = node.prev_siblings().take(MAX_NEIGHBOURS);
    let mut worded = before.filter(|node| !words_of(*node).is_empty());
    let heading = worded.next()?;
    heads_files(&words_of(heading)).then(|| heading.id())
}
