//! Which posts stand on this page, whose are they, and of when? In: a parsed page without a profile. Out: the posts of a
//! thread in the order of the page (the first is the article, the others are comments on it), or the readers' comments
//! under an article.
//!
//! Pure and bounded: no request, no panic, a number of steps that grows with the page alone.

mod anchors;
mod fields;
mod frames;
mod lines;
mod tree;

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use self::fields::Dated;
use self::frames::Frame;
use self::lines::Lines;
use self::tree::Tree;
use super::moment::candidates::habit;
use crate::article::removed::Removed;
use crate::article::{ReadOptions, text};
use crate::document::{ElementRef, Html, NodeId, Query, Selector};
use crate::model::PostedAt;

/// A post, or a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Paragraphs, separated by one line break; quotes are part of it, signatures are not.
    pub text: String,
    pub author: Option<String>,
    /// The writer's page, as the page links it.
    pub author_url: Option<String>,
    pub posted: Option<PostedAt>,
    /// The day as the words name it, if they name the year.
    pub day: Option<jiff::civil::Date>,
    /// A link to the post: its own address or a fragment.
    pub anchor: Option<String>,
    /// The element that holds its text; nothing for what is only shown where scripts do not run.
    pub node: Option<NodeId>,
}

/// What is in a body and was not written with it.
static REMOVED: LazyLock<Vec<Query>> = LazyLock::new(|| {
    [
        ".signature, .sig, .postsignature, .message-signature, .post-signature, [id^=signature], [class*=signature]",
        ".message-lastEdit, .editedby, .lastedit, .post-edited, .edited, .postnotice, .notice",
        ".attachments, .attachbox, .inline-attachment dt, .message-attachments",
        ".js-unfurl, .bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink, .post-controls, .post-buttons",
    ]
    .iter()
    .map(|text| Query::parse(text).expect("a constant selector"))
    .collect()
});

/// The posts of a thread's page; fewer than two that were found without an engine's mark are none.
pub fn find_posts(html: &Html, url: Option<&Url>, zone: &TimeZone, as_of: Timestamp) -> Vec<Post> {
    let reader = Reader::of(html, url, zone, as_of);
    let marked = reader.places(&anchors::bodies(html));
    if !marked.is_empty() {
        return reader.posts(&frames::around(&reader.tree, &marked));
    }
    // What is shown where scripts do not run is marked better than what repeats on the page.
    if let Some(unscripted) = unscripted(html) {
        let inner = crate::document::parse(unscripted);
        let reader = Reader::of(&inner, url, zone, as_of);
        let marked = reader.places(&anchors::bodies(&inner));
        if !marked.is_empty() {
            let mut posts = reader.posts(&frames::around(&reader.tree, &marked));
            for post in &mut posts {
                post.node = None;
            }
            return posts;
        }
    }
    reader.posts(&frames::by_dates(&reader.tree, &reader.dates))
}

/// The longest text of a `<noscript>`, if it may hold posts.
fn unscripted(html: &Html) -> Option<&str> {
    static NO_SCRIPT: LazyLock<Selector> =
        LazyLock::new(|| Selector::parse("noscript").expect("a constant selector"));
    html.select(&NO_SCRIPT)
        .flat_map(|element| element.text())
        .filter(|text| text.len() > LEAST_UNSCRIPTED && text.contains('<'))
        .max_by_key(|text| text.len())
}

/// Counters of visits and hints to switch scripts on are shorter.
const LEAST_UNSCRIPTED: usize = 600;

/// Readers' comments below an article; never the article itself.
pub fn find_comments(
    html: &Html,
    url: Option<&Url>,
    zone: &TimeZone,
    as_of: Timestamp,
) -> Vec<Post> {
    let reader = Reader::of(html, url, zone, as_of);
    let marked = reader.places(&anchors::comments(html));
    if !marked.is_empty() {
        return reader.posts(&frames::around(&reader.tree, &marked));
    }
    // Dates in what calls itself comments.
    let of_comments: Vec<Dated> = reader
        .dates
        .iter()
        .filter(|date| frames::is_in_comments(&reader.tree, date.at))
        .cloned()
        .collect();
    reader.posts(&frames::by_dates(&reader.tree, &of_comments))
}

struct Reader<'a> {
    html: &'a Html,
    tree: Tree<'a>,
    dates: Vec<Dated>,
}

impl<'a> Reader<'a> {
    fn of(html: &'a Html, url: Option<&Url>, zone: &TimeZone, as_of: Timestamp) -> Self {
        let tree = Tree::of(html);
        let dates = fields::dates(&tree, habit(html, url), zone, as_of);
        Reader { html, tree, dates }
    }

    /// Where these elements are in the flat page.
    fn places(&self, ids: &[NodeId]) -> Vec<u32> {
        let at: HashMap<NodeId, u32> = self
            .tree
            .nodes
            .iter()
            .zip(0..)
            .filter_map(|(node, at)| Some((node.element?.id(), at)))
            .collect();
        ids.iter().filter_map(|id| at.get(id).copied()).collect()
    }

    fn posts(&self, frames: &[Frame]) -> Vec<Post> {
        let dates = fields::posting_dates(&self.tree, frames, &self.dates);
        let writers = fields::writers(&self.tree, frames);
        let mut texts: Vec<Lines> = frames.iter().map(|frame| self.lines(frame)).collect();
        for ((lines, frame), (date, writer)) in
            texts.iter_mut().zip(frames).zip(dates.iter().zip(&writers))
        {
            if frame.body.is_none() {
                lines::cut_head(
                    lines,
                    date.map(|date| date.posted.text.as_str()),
                    writer.as_ref().map(|writer| writer.name.as_str()),
                );
            }
        }
        lines::cut_furniture(&mut texts);
        frames
            .iter()
            .zip(texts)
            .zip(dates.into_iter().zip(writers))
            .filter_map(|((frame, lines), (date, writer))| {
                let element = self.element(frame.body.unwrap_or(frame.range.start))?;
                let writer = writer.unwrap_or_default();
                Some(Post {
                    text: lines.join("\n"),
                    author: (!writer.name.is_empty()).then_some(writer.name),
                    author_url: writer.address,
                    posted: date.map(|date| date.posted.clone()),
                    day: date.and_then(|date| date.day),
                    anchor: fields::anchor(&self.tree, &frame.range, date),
                    node: Some(element.id()),
                })
            })
            .collect()
    }

    /// The lines of a post: of its body, or of all that is in its frame.
    fn lines(&self, frame: &Frame) -> Lines {
        let tops: Vec<u32> = match frame.body {
            Some(body) => vec![body],
            None => self.tree.tops(&frame.range).collect(),
        };
        let mut lines = Vec::new();
        for element in tops.into_iter().filter_map(|at| self.element(at)) {
            let text = text::render(element, &Removed::by(&REMOVED), &ReadOptions::default());
            lines.extend(text.lines().map(str::to_owned));
        }
        lines
    }

    fn element(&self, at: u32) -> Option<ElementRef<'a>> {
        let id = self.tree.node(at).element?.id();
        self.html.get(id).and_then(ElementRef::wrap)
    }
}

#[cfg(test)]
mod tests;
