//! A page as one flat list of its elements and texts, in the order of the source. In: the parsed tree. Out: numbers
//! that every later step counts with.
//!
//! A subtree is a range of the list, so that "how much text is in here" is a subtraction, taking a part out is a mark
//! in a mask, and nothing is ever copied or parsed again.

use std::collections::HashMap;

use crate::article::text;
use crate::document::{Edge, Element, ElementRef, Html, Node as TreeNode, NodeRef};

use super::lines::Measure;
use super::marks::{self, Marks};

/// What an element is to the rules, from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Tag {
    /// A text, not an element.
    Text,
    Paragraph,
    Heading(u8),
    Division,
    Section,
    Article,
    Main,
    Aside,
    Nav,
    Header,
    Footer,
    List,
    Item,
    Table,
    Row,
    Cell,
    Quote,
    Preformatted,
    Figure,
    Caption,
    Form,
    Link,
    Break,
    Image,
    Time,
    /// Any other element that stands on lines of its own.
    Block,
    /// Any other element that runs along in the line.
    Inline,
}

impl Tag {
    fn of(name: &str) -> Self {
        match name {
            "p" => Self::Paragraph,
            "h1" => Self::Heading(1),
            "h2" => Self::Heading(2),
            "h3" => Self::Heading(3),
            "h4" => Self::Heading(4),
            "h5" => Self::Heading(5),
            "h6" => Self::Heading(6),
            "div" => Self::Division,
            "section" => Self::Section,
            "article" => Self::Article,
            "main" => Self::Main,
            "aside" => Self::Aside,
            "nav" => Self::Nav,
            "header" => Self::Header,
            "footer" => Self::Footer,
            "ul" | "ol" | "dl" | "menu" => Self::List,
            "li" | "dd" | "dt" => Self::Item,
            "table" => Self::Table,
            "tr" => Self::Row,
            "td" | "th" => Self::Cell,
            "blockquote" | "q" => Self::Quote,
            "pre" => Self::Preformatted,
            "figure" => Self::Figure,
            "figcaption" => Self::Caption,
            "form" | "fieldset" => Self::Form,
            "a" => Self::Link,
            "br" => Self::Break,
            "img" => Self::Image,
            "time" => Self::Time,
            "address" | "center" | "details" | "summary" | "hr" | "body" | "html" | "caption"
            | "thead" | "tbody" | "tfoot" | "legend" | "hgroup" | "amp-img" => Self::Block,
            _ => Self::Inline,
        }
    }

    /// Stands on lines of its own.
    pub(super) fn is_block(self) -> bool {
        !matches!(
            self,
            Self::Text | Self::Link | Self::Image | Self::Time | Self::Inline | Self::Cell
        )
    }

    /// May hold the body of an article.
    pub(super) fn is_container(self) -> bool {
        matches!(
            self,
            Self::Division
                | Self::Section
                | Self::Article
                | Self::Main
                | Self::Cell
                | Self::Block
                | Self::Item
        )
    }
}

/// Elements whose content is not shown as text, with all that is in them. What the head says of the page is read.
fn is_unshown(name: &str) -> bool {
    text::is_unshown(name) && name != "head" || matches!(name, "map" | "datalist" | "dialog")
}

/// One element or text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) tag: Tag,
    /// Place of the parent in the list; its own place, for the root.
    pub(super) parent: u32,
    /// One past the place of the last descendant.
    pub(super) end: u32,
    pub(super) marks: Marks,
    /// The element; `None` for a text.
    pub(super) element: Option<Element<'a>>,
    /// The words; empty for an element.
    pub(super) text: &'a str,
    /// What rules count of the words.
    pub(super) measure: Measure,
    /// Inside a link.
    pub(super) in_link: bool,
}

/// The page, flat.
#[derive(Debug, Default)]
pub(super) struct Page<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// `<meta>` and `<link>`, in order.
    pub(super) statements: Vec<Element<'a>>,
    pub(super) scripts: Vec<ElementRef<'a>>,
    /// Class and id of the elements, each pair once.
    pub(super) names: Vec<(&'a str, &'a str)>,
    /// What `<noscript>` would show, as HTML.
    pub(super) unscripted: Vec<&'a str>,
    /// The text of the first `<title>` of the page's head.
    pub(super) title: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// Flattens a tree.
    pub(super) fn of(html: &'a Html) -> Self {
        let mut page = Page {
            nodes: Vec::with_capacity(1024),
            ..Page::default()
        };
        let mut seen: HashMap<(&'a str, &'a str), Marks> = HashMap::with_capacity(512);
        let mut open: Vec<u32> = Vec::new();
        let mut muted = None;
        let mut n_links = 0_usize;
        for edge in html.root_element().traverse() {
            match edge {
                Edge::Open(node) if muted.is_none() => match node.value() {
                    TreeNode::Element(element) => {
                        page.note(node, element);
                        if is_unshown(element.name()) {
                            muted = Some(node.id());
                            continue;
                        }
                        let tag = Tag::of(element.name());
                        n_links += usize::from(tag == Tag::Link);
                        let place = page.push(&open, tag, n_links > 0);
                        let added = &mut page.nodes[place as usize];
                        added.element = Some(element);
                        added.marks = marks_of(element, &mut seen);
                        open.push(place);
                    }
                    TreeNode::Text(text) => {
                        let place = page.push(&open, Tag::Text, n_links > 0);
                        let added = &mut page.nodes[place as usize];
                        added.text = text;
                        added.measure = Measure::of(text);
                    }
                    _ => {}
                },
                Edge::Close(node) => {
                    if let Some(id) = muted {
                        if id == node.id() {
                            muted = None;
                        }
                    } else if node.value().is_element()
                        && let Some(place) = open.pop()
                    {
                        page.nodes[place as usize].end = page.len();
                        n_links -= usize::from(page.nodes[place as usize].tag == Tag::Link);
                    }
                }
                Edge::Open(_) => {}
            }
        }
        page.names = seen.into_keys().collect();
        page
    }

    /// Keeps what speaks about the page and is not shown.
    fn note(&mut self, node: NodeRef<'a>, element: Element<'a>) {
        match element.name() {
            "meta" | "link" => self.statements.push(element),
            "script" => self.scripts.extend(ElementRef::wrap(node)),
            "noscript" => {
                let text = node.first_child().and_then(|text| text.value().as_text());
                self.unscripted.extend(text);
            }
            "title" if self.title.is_none() => {
                self.title = node.first_child().and_then(|text| text.value().as_text());
            }
            _ => {}
        }
    }

    fn push(&mut self, open: &[u32], tag: Tag, in_link: bool) -> u32 {
        let place = self.len();
        self.nodes.push(Node {
            tag,
            parent: open.last().copied().unwrap_or(place),
            end: place + 1,
            marks: Marks::default(),
            element: None,
            text: "",
            measure: Measure::default(),
            in_link,
        });
        place
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn node(&self, place: u32) -> &Node<'a> {
        &self.nodes[place as usize]
    }

    /// The place itself and all that is in it.
    pub(super) fn range(&self, place: u32) -> std::ops::Range<usize> {
        place as usize..self.node(place).end as usize
    }

    /// Whether `inner` is `outer` or in it.
    pub(super) fn holds(&self, outer: u32, inner: u32) -> bool {
        outer <= inner && inner < self.node(outer).end
    }

    /// The elements around a place, innermost first, without the place itself.
    pub(super) fn ancestors(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = place;
        std::iter::from_fn(move || {
            let parent = self.nodes.get(at as usize)?.parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }

    /// The places directly below.
    pub(super) fn children(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.node(place).end;
        let mut next = place + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = next;
                next = self.node(child).end;
                child
            })
        })
    }

    /// An attribute of an element.
    pub(super) fn attr(&self, place: u32, name: &str) -> Option<&'a str> {
        self.node(place).element?.attr(name)
    }
}

/// Marks of class, id and attributes. Classes repeat on a page, so each pair is looked at once.
fn marks_of<'a>(element: Element<'a>, seen: &mut HashMap<(&'a str, &'a str), Marks>) -> Marks {
    let class = element.attr("class").unwrap_or_default();
    let id = element.attr("id").unwrap_or_default();
    let named = if class.is_empty() && id.is_empty() {
        Marks::default()
    } else {
        *seen
            .entry((class, id))
            .or_insert_with(|| marks::of_names(class, id))
    };
    named | marks::of_attributes(element)
}

/// Which places are taken out. A subtree is taken out by its whole range.
#[derive(Debug, Clone)]
pub(super) struct Mask(Vec<bool>);

impl Mask {
    pub(super) fn none(page: &Page<'_>) -> Self {
        Mask(vec![false; page.nodes.len()])
    }

    pub(super) fn take_out(&mut self, page: &Page<'_>, place: u32) {
        self.0[page.range(place)].fill(true);
    }

    pub(super) fn is_out(&self, place: u32) -> bool {
        self.0[place as usize]
    }
}
