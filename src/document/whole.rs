//! Trees of whole pages: html5ever's, made by scraper, taken over into ours; and ours written out again by html5ever.

use std::io;

use ego_tree::iter::Edge as Theirs;
use html5ever::serialize::{Serialize, SerializeOpts, Serializer, TraversalScope, serialize};
use html5ever::{QualName, ns};

use super::dom::{Edge, Element, ElementRef, Html, Kind, Node, NodeId, NodeRef, TooLarge};

impl Html {
    /// The page's tree, as browsers make it.
    pub fn parse_document(text: &str) -> Self {
        taken_over(&scraper::Html::parse_document(text))
    }

    /// The tree of a part of a page.
    pub fn parse_fragment(text: &str) -> Self {
        taken_over(&scraper::Html::parse_fragment(text))
    }

    /// The page, written out.
    pub fn html(&self) -> String {
        written(self.document(), TraversalScope::IncludeNode)
    }
}

impl ElementRef<'_> {
    /// The element, written out.
    pub fn html(&self) -> String {
        written(**self, TraversalScope::IncludeNode)
    }

    /// What is in it, written out.
    pub fn inner_html(&self) -> String {
        written(**self, TraversalScope::ChildrenOnly(None))
    }
}

/// A page of more words than a tree can hold (4 GiB) is empty; a body is cut long before.
fn taken_over(html: &scraper::Html) -> Html {
    try_taken_over(html).unwrap_or_else(|TooLarge| Html::parse_document(""))
}

fn try_taken_over(html: &scraper::Html) -> Result<Html, TooLarge> {
    let mut tree = Html::with_room(html.tree.values().len(), 0, 0);
    let mut open = vec![NodeId::ROOT];
    for edge in html.tree.root().traverse().skip(1) {
        let (Theirs::Open(node), Some(&parent)) = (edge, open.last()) else {
            open.pop();
            continue;
        };
        let mut inside = parent;
        match node.value() {
            scraper::Node::Element(element) => {
                let from = tree.n_attributes();
                for (name, value) in &element.attrs {
                    tree.push_attribute(name.local.clone(), !name.ns.is_empty(), value)?;
                }
                let kind = match element.name.ns == ns!(html) {
                    true => Kind::Element,
                    false => Kind::Foreign,
                };
                inside = tree.append_element(parent, kind, element.name.local.clone(), from)?;
            }
            scraper::Node::Text(text) => tree.append_text(parent, text)?,
            scraper::Node::Comment(words) => tree.append_unshown(parent, Kind::Comment, words)?,
            scraper::Node::Doctype(_) => tree.append_unshown(parent, Kind::Doctype, "")?,
            scraper::Node::ProcessingInstruction(words) => {
                tree.append_unshown(parent, Kind::Comment, words)?;
            }
            scraper::Node::Document | scraper::Node::Fragment => {}
        }
        open.push(inside);
    }
    Ok(tree)
}

fn written(node: NodeRef<'_>, traversal_scope: TraversalScope) -> String {
    let mut out = Vec::new();
    let options = SerializeOpts {
        traversal_scope,
        scripting_enabled: false,
        ..SerializeOpts::default()
    };
    // Writing to memory does not fail.
    let _ = serialize(&mut out, &Written(node), options);
    String::from_utf8(out).unwrap_or_default()
}

struct Written<'a>(NodeRef<'a>);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, out: &mut S, scope: TraversalScope) -> io::Result<()> {
        let named = |element: Element<'_>| {
            let namespace = match element.is_html() {
                true => ns!(html),
                false => ns!(svg),
            };
            QualName::new(None, namespace, element.local_name().clone())
        };
        for edge in self.0.traverse() {
            let (Edge::Open(node) | Edge::Close(node)) = edge;
            if node == self.0 && scope != TraversalScope::IncludeNode {
                continue;
            }
            match (edge, node.value()) {
                (Edge::Open(_), Node::Doctype) => out.write_doctype("html")?,
                (Edge::Open(_), Node::Comment(words)) => out.write_comment(words)?,
                (Edge::Open(_), Node::Text(words)) => out.write_text(words)?,
                (Edge::Open(_), Node::Element(element)) => {
                    let attributes: Vec<_> = element
                        .attrs()
                        .map(|(name, value)| (QualName::new(None, ns!(), name.into()), value))
                        .collect();
                    let attributes = attributes.iter().map(|(name, value)| (name, *value));
                    out.start_elem(named(element), attributes)?;
                }
                (Edge::Close(_), Node::Element(element)) => {
                    out.end_elem(named(element))?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
