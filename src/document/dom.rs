//! A page's tree. Its nodes lie in one row, in the order in which they were made, and point at each other by their
//! places; their words and values lie in another one. So a tree costs four allocations, however many nodes it has, and some
//! sixty bytes a node: html5ever's as [`scraper`] keeps it takes two hundred, and more allocations for each element.
//!
//! The names are scraper's ([`ElementRef`], [`Node`]), and so is what they do.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Deref;

use html5ever::{LocalName, local_name};

use super::hashes::{NameBits, NameHash, NameKind};

/// A place in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    pub(super) const ROOT: Self = Self(NonZeroU32::MIN);

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Doctype,
    Comment,
    Text,
    /// Of html.
    Element,
    /// Of `<svg>` and `<math>`.
    Foreign,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    kind: Kind,
    /// Of an element.
    name: LocalName,
    /// Of an element its name, its id and its classes.
    bits: NameBits,
    parent: Option<NodeId>,
    before: Option<NodeId>,
    after: Option<NodeId>,
    first: Option<NodeId>,
    last: Option<NodeId>,
    /// Of an element the places of its attributes; else that of its words.
    span: Span,
}

/// A part of what the tree holds, from and to.
type Span = (u32, u32);

#[derive(Debug, Clone)]
struct Attribute {
    name: LocalName,
    /// See [`mark`].
    mark: [u8; 2],
    /// Of another namespace: `xlink:href`.
    is_foreign: bool,
    value: Span,
}

/// What tells most names of attributes from each other.
fn mark(name: &str) -> [u8; 2] {
    let bytes = name.as_bytes();
    [bytes.len() as u8, bytes.last().copied().unwrap_or_default()]
}

/// The tree of a page, or of a part of one.
#[derive(Debug, Clone)]
pub struct Html {
    entries: Vec<Entry>,
    attributes: Vec<Attribute>,
    /// All that is said in it, one after the other.
    words: String,
    /// What elements may be found by, in document order. More than [`MAX_NAMES`]: not all.
    names: Vec<(NameHash, NodeId)>,
    /// Texts that were put together from two places.
    n_joined: u32,
}

/// Texts that may be put together: each time all that there is of it is copied. Pages have a few, around the end of the body.
const MAX_JOINED: u32 = 64;

/// Names of a page that are indexed. Beyond this the tree is walked instead.
const MAX_NAMES: usize = 400_000;

/// There are more words than a tree can hold (4 GiB), or they lie in too many places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// How a tree is made: each node is appended to one that is there.
impl Html {
    /// With nothing but the document, and room for so many nodes, attributes and bytes.
    pub(super) fn with_room(n_nodes: usize, n_attributes: usize, n_bytes: usize) -> Self {
        let mut entries = Vec::with_capacity(n_nodes + 1);
        entries.push(Entry {
            kind: Kind::Document,
            name: LocalName::default(),
            bits: NameBits::NONE,
            parent: None,
            before: None,
            after: None,
            first: None,
            last: None,
            span: (0, 0),
        });
        Self {
            entries,
            attributes: Vec::with_capacity(n_attributes),
            words: String::with_capacity(n_bytes),
            names: Vec::with_capacity(n_nodes),
            n_joined: 0,
        }
    }

    /// Where the next element's attributes begin.
    pub(super) fn n_attributes(&self) -> usize {
        self.attributes.len()
    }

    /// Whether an attribute of this name was added since there were `from` of them.
    pub(super) fn has_attribute(&self, from: usize, name: &LocalName) -> bool {
        let mut added = self.attributes[from..].iter();
        added.any(|other| other.name == *name)
    }

    /// One more for the element that is appended next.
    pub(super) fn push_attribute(
        &mut self,
        name: LocalName,
        is_foreign: bool,
        value: &str,
    ) -> Result<(), TooLarge> {
        let value = self.held(value)?;
        self.attributes.push(Attribute {
            mark: mark(&name),
            name,
            is_foreign,
            value,
        });
        Ok(())
    }

    /// Appends an element that has the attributes added since there were `from` of them.
    pub(super) fn append_element(
        &mut self,
        parent: NodeId,
        kind: Kind,
        name: LocalName,
        from: usize,
    ) -> Result<NodeId, TooLarge> {
        let place = |at: usize| u32::try_from(at).map_err(|_| TooLarge);
        let span = (place(from)?, place(self.attributes.len())?);
        let tag = match kind {
            Kind::Foreign => NameHash::FOREIGN,
            _ => NameHash::of(NameKind::Tag, &name),
        };
        let id = self.append(parent, kind, name, span)?;
        let mut bits = tag.bit();
        let mut note = |name: NameHash| {
            bits = bits | name.bit();
            if self.names.len() <= MAX_NAMES {
                self.names.push((name, id));
            }
        };
        note(tag);
        for attribute in &self.attributes[from..] {
            let (from, to) = attribute.value;
            let value = &self.words[from as usize..to as usize];
            if attribute.name == local_name!("id") {
                note(NameHash::of(NameKind::Id, value));
            } else if attribute.name == local_name!("class") {
                let words = value.split_ascii_whitespace();
                words.for_each(|word| note(NameHash::of(NameKind::Class, word)));
            }
        }
        // How those of other languages are compared is not ours to say.
        self.entries[id.index()].bits = match kind {
            Kind::Foreign => NameBits::ALL,
            _ => bits,
        };
        Ok(id)
    }

    /// Appends a doctype or a comment.
    pub(super) fn append_unshown(
        &mut self,
        parent: NodeId,
        kind: Kind,
        words: &str,
    ) -> Result<(), TooLarge> {
        let words = self.held(words)?;
        self.append(parent, kind, LocalName::default(), words)
            .map(drop)
    }

    /// Appends text. Behind text it is one node with that.
    pub(super) fn append_text(&mut self, parent: NodeId, words: &str) -> Result<(), TooLarge> {
        if words.is_empty() {
            return Ok(());
        }
        let before = self.entries[parent.index()].last;
        let before = before.filter(|id| self.entries[id.index()].kind == Kind::Text);
        let (from, to) = self.held(words)?;
        let Some(before) = before else {
            let name = LocalName::default();
            return self.append(parent, Kind::Text, name, (from, to)).map(drop);
        };
        let held = self.entries[before.index()].span;
        self.entries[before.index()].span = match held.1 == from {
            true => (held.0, to),
            // Something that was no child of the same parent came between.
            false if self.n_joined >= MAX_JOINED => return Err(TooLarge),
            false => {
                self.n_joined += 1;
                let both = [held, (from, to)].map(|span| self.part(span)).concat();
                self.held(&both)?
            }
        };
        Ok(())
    }

    fn append(
        &mut self,
        parent: NodeId,
        kind: Kind,
        name: LocalName,
        span: Span,
    ) -> Result<NodeId, TooLarge> {
        let id = u32::try_from(self.entries.len() + 1).ok();
        let id = id.and_then(NonZeroU32::new).map(NodeId).ok_or(TooLarge)?;
        let before = self.entries[parent.index()].last.replace(id);
        match before {
            Some(before) => self.entries[before.index()].after = Some(id),
            None => self.entries[parent.index()].first = Some(id),
        }
        self.entries.push(Entry {
            kind,
            name,
            bits: NameBits::NONE,
            parent: Some(parent),
            before,
            after: None,
            first: None,
            last: None,
            span,
        });
        Ok(id)
    }

    fn held(&mut self, words: &str) -> Result<Span, TooLarge> {
        let place = |at: usize| u32::try_from(at).map_err(|_| TooLarge);
        let from = place(self.words.len())?;
        self.words.push_str(words);
        Ok((from, place(self.words.len())?))
    }

    fn part(&self, (from, to): Span) -> &str {
        &self.words[from as usize..to as usize]
    }
}

impl Html {
    /// Where all nodes are.
    pub fn document(&self) -> NodeRef<'_> {
        self.node(NodeId::ROOT)
    }

    /// The outermost element.
    ///
    /// # Panics
    /// Never for a page that was parsed: it always has one.
    pub fn root_element(&self) -> ElementRef<'_> {
        let mut outermost = self.document().children().filter_map(ElementRef::wrap);
        outermost.next().expect("a parsed page has a root")
    }

    /// The node of an id that this tree has given. `None`: another tree's, of a place that this one has not.
    pub fn get(&self, id: NodeId) -> Option<NodeRef<'_>> {
        (id.index() < self.entries.len()).then(|| self.node(id))
    }

    /// All nodes, in the order in which they were made: nearly always that of the document.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeRef<'_>> {
        let ids = 1..=u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let ids = ids.filter_map(|id| NonZeroU32::new(id).map(NodeId));
        ids.map(|id| self.node(id))
    }

    /// What elements may be found by, in document order: elements are made in it. `None`: there are too many.
    pub(super) fn names(&self) -> Option<&[(NameHash, NodeId)]> {
        (self.names.len() <= MAX_NAMES).then_some(&self.names)
    }

    fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }
}

/// Whether both are the same page's: their nodes in the same order, with the same words; attributes in any order.
impl PartialEq for Html {
    fn eq(&self, other: &Self) -> bool {
        let (mut ours, mut theirs) = (self.document().traverse(), other.document().traverse());
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(Edge::Open(a)), Some(Edge::Open(b))) if a.value().is_alike(&b.value()) => {}
                (Some(Edge::Close(_)), Some(Edge::Close(_))) => {}
                _ => return false,
            }
        }
    }
}

impl Eq for Html {}

/// What a node is.
#[derive(Debug, Clone, Copy)]
pub enum Node<'a> {
    /// What all others are in.
    Document,
    Doctype,
    Comment(&'a str),
    Text(&'a str),
    Element(Element<'a>),
}

impl<'a> Node<'a> {
    pub fn is_element(&self) -> bool {
        matches!(self, Self::Element(_))
    }

    pub fn as_element(&self) -> Option<Element<'a>> {
        match self {
            Self::Element(element) => Some(*element),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&'a str> {
        match self {
            Self::Text(words) => Some(words),
            _ => None,
        }
    }

    pub fn as_comment(&self) -> Option<&'a str> {
        match self {
            Self::Comment(words) => Some(words),
            _ => None,
        }
    }

    fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Document, Self::Document) | (Self::Doctype, Self::Doctype) => true,
            (Self::Comment(a), Self::Comment(b)) | (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Element(a), Self::Element(b)) => {
                let sorted = |element: &Element<'a>| {
                    let mut attributes: Vec<_> = element.attrs().collect();
                    attributes.sort_unstable();
                    attributes
                };
                a.entry.kind == b.entry.kind
                    && a.entry.name == b.entry.name
                    && sorted(a) == sorted(b)
            }
            _ => false,
        }
    }
}

/// What an element is by itself: its name and its attributes.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    tree: &'a Html,
    entry: &'a Entry,
}

impl<'a> Element<'a> {
    /// In small letters, but for some of svg's.
    pub fn name(&self) -> &'a str {
        &self.entry.name
    }

    pub(super) fn local_name(&self) -> &'a LocalName {
        &self.entry.name
    }

    /// Whether it is one of html's, not of `<svg>`'s or `<math>`'s.
    pub fn is_html(&self) -> bool {
        self.entry.kind == Kind::Element
    }

    /// Its name, its id and its classes, in any case.
    pub(super) fn bits(&self) -> NameBits {
        self.entry.bits
    }

    fn attributes(&self) -> &'a [Attribute] {
        let (from, to) = self.entry.span;
        &self.tree.attributes[from as usize..to as usize]
    }

    fn words(&self, span: Span) -> &'a str {
        self.tree.part(span)
    }

    /// The value of an attribute, character references decoded; empty where none was written.
    pub fn attr(&self, name: &str) -> Option<&'a str> {
        let mut attributes = self.attributes().iter();
        let mark = mark(name);
        let is_named = |other: &&Attribute| other.mark == mark && *other.name == *name;
        let found = attributes.find(|other| is_named(other) && !other.is_foreign)?;
        Some(self.words(found.value))
    }

    /// Likewise, of whatever namespace.
    pub(super) fn value_of(&self, name: &LocalName) -> Option<&'a str> {
        let mut attributes = self.attributes().iter();
        let found = attributes.find(|other| other.name == *name)?;
        Some(self.words(found.value))
    }

    /// Whether an attribute of this name passes, whatever its namespace where `any`.
    pub(super) fn has_value(
        &self,
        name: &LocalName,
        any: bool,
        passes: impl Fn(&str) -> bool,
    ) -> bool {
        let mut attributes = self.attributes().iter();
        attributes.any(|other| {
            other.name == *name && (any || !other.is_foreign) && passes(self.words(other.value))
        })
    }

    /// Names and values of its attributes, each name once.
    pub fn attrs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let element = *self;
        let attributes = self.attributes().iter();
        attributes.map(move |attribute| (&*attribute.name, element.words(attribute.value)))
    }

    pub fn id(&self) -> Option<&'a str> {
        self.value_of(&html5ever::local_name!("id"))
    }

    /// As they are written, one that is written twice twice.
    pub fn classes(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        let written = self.value_of(&html5ever::local_name!("class"));
        written.unwrap_or_default().split_ascii_whitespace()
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name())?;
        for (name, value) in self.attrs() {
            write!(f, " {name}={value:?}")?;
        }
        f.write_str(">")
    }
}

/// A node at its place.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    tree: &'a Html,
    id: NodeId,
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.tree, other.tree)
    }
}

impl Eq for NodeRef<'_> {}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<'a> NodeRef<'a> {
    pub fn id(&self) -> NodeId {
        self.id
    }

    pub fn tree(&self) -> &'a Html {
        self.tree
    }

    pub(super) fn entry(&self) -> &'a Entry {
        &self.tree.entries[self.id.index()]
    }

    pub fn value(&self) -> Node<'a> {
        let entry = self.entry();
        let words = || self.tree.part(entry.span);
        match entry.kind {
            Kind::Document => Node::Document,
            Kind::Doctype => Node::Doctype,
            Kind::Comment => Node::Comment(words()),
            Kind::Text => Node::Text(words()),
            Kind::Element | Kind::Foreign => Node::Element(Element {
                tree: self.tree,
                entry,
            }),
        }
    }

    pub fn is_element(&self) -> bool {
        matches!(self.entry().kind, Kind::Element | Kind::Foreign)
    }

    fn at(self, id: Option<NodeId>) -> Option<Self> {
        Some(self.tree.node(id?))
    }

    pub fn parent(&self) -> Option<Self> {
        self.at(self.entry().parent)
    }

    pub fn first_child(&self) -> Option<Self> {
        self.at(self.entry().first)
    }

    pub fn last_child(&self) -> Option<Self> {
        self.at(self.entry().last)
    }

    pub fn next_sibling(&self) -> Option<Self> {
        self.at(self.entry().after)
    }

    pub fn prev_sibling(&self) -> Option<Self> {
        self.at(self.entry().before)
    }

    /// Outwards, without the node itself.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// Those behind it, nearest first.
    pub fn next_siblings(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        std::iter::successors(self.next_sibling(), Self::next_sibling)
    }

    /// Those in front of it, nearest first.
    pub fn prev_siblings(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        std::iter::successors(self.prev_sibling(), Self::prev_sibling)
    }

    pub fn children(&self) -> Children<'a> {
        Children {
            ends: self.first_child().zip(self.last_child()),
        }
    }

    /// The node itself and all that is in it, in document order.
    pub fn descendants(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        std::iter::once(*self).chain(self.inside())
    }

    /// All that is in it, in document order.
    pub fn inside(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        let scope = *self;
        std::iter::successors(self.first_child(), move |node| node.next_in(scope))
    }

    /// What follows it in document order, as long as it is in `scope`.
    pub fn next_in(self, scope: Self) -> Option<Self> {
        self.first_child().or_else(|| self.next_behind_in(scope))
    }

    /// Likewise, of what is not in the node itself.
    pub fn next_behind_in(self, scope: Self) -> Option<Self> {
        let mut around = self;
        while around.id != scope.id {
            if let Some(next) = around.next_sibling() {
                return Some(next);
            }
            around = around.parent()?;
        }
        None
    }

    /// The beginnings and ends of the node itself and of all that is in it, in document order.
    pub fn traverse(&self) -> impl Iterator<Item = Edge<'a>> + Clone + use<'a> {
        let scope = *self;
        std::iter::successors(Some(Edge::Open(scope)), move |edge| match edge {
            Edge::Open(node) => Some(match node.first_child() {
                Some(child) => Edge::Open(child),
                None => Edge::Close(*node),
            }),
            Edge::Close(node) if node.id == scope.id => None,
            Edge::Close(node) => match node.next_sibling() {
                Some(next) => Some(Edge::Open(next)),
                None => node.parent().map(Edge::Close),
            },
        })
    }
}

/// Where a node begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge<'a> {
    Open(NodeRef<'a>),
    Close(NodeRef<'a>),
}

/// What is directly in a node.
#[derive(Debug, Clone)]
pub struct Children<'a> {
    /// The first and the last that are left.
    ends: Option<(NodeRef<'a>, NodeRef<'a>)>,
}

impl<'a> Iterator for Children<'a> {
    type Item = NodeRef<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, last) = self.ends?;
        self.ends = match first == last {
            true => None,
            false => first.next_sibling().map(|next| (next, last)),
        };
        Some(first)
    }
}

impl DoubleEndedIterator for Children<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (first, last) = self.ends?;
        self.ends = match first == last {
            true => None,
            false => last.prev_sibling().map(|before| (first, before)),
        };
        Some(last)
    }
}

/// A node that is an element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ElementRef<'a>(NodeRef<'a>);

impl<'a> ElementRef<'a> {
    /// `None`: it is none.
    pub fn wrap(node: NodeRef<'a>) -> Option<Self> {
        node.is_element().then_some(Self(node))
    }

    pub fn value(&self) -> Element<'a> {
        Element {
            tree: self.0.tree,
            entry: self.0.entry(),
        }
    }

    /// See [`Element::attr`].
    pub fn attr(&self, name: &str) -> Option<&'a str> {
        self.value().attr(name)
    }

    /// The texts in it, in document order.
    pub fn text(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        self.inside().filter_map(|node| node.value().as_text())
    }

    /// The elements directly in it.
    pub fn child_elements(&self) -> impl DoubleEndedIterator<Item = Self> + Clone + use<'a> {
        self.children().filter_map(Self::wrap)
    }

    /// Itself and the elements in it, in document order.
    pub fn descendent_elements(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        self.descendants().filter_map(Self::wrap)
    }
}

impl<'a> Deref for ElementRef<'a> {
    type Target = NodeRef<'a>;

    fn deref(&self) -> &NodeRef<'a> {
        &self.0
    }
}

impl fmt::Debug for ElementRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}
