//! By which names may an element be a record of a page: a comment, or a post of a thread? In: an element. Out: selectors
//! that find it and its like.

use crate::document::ElementRef;

use super::article::COMMENT_NAMES;
use super::css;
use super::record_keys::{is_bare_anchor, likely_key};

/// Elements between the beginning of a record and the anchor in it.
const MAX_TO_ANCHOR: usize = 20;

/// The names by which an element may be a record. Of the rows of a table that one class colours, only some may begin one.
pub(super) fn record_names(element: ElementRef<'_>) -> impl Iterator<Item = String> {
    let is_row = element.value().name() == "tr" && element.value().classes().next().is_some();
    let anchored = is_row.then(|| anchored_name(element)).flatten();
    record_name(element).into_iter().chain(anchored)
}

/// A name that finds an element and its like: by class, by what its id begins with, or by what it stands in.
fn record_name(element: ElementRef<'_>) -> Option<String> {
    let tag = element.value().name();
    if !matches!(
        tag,
        "div"
            | "article"
            | "li"
            | "section"
            | "table"
            | "tbody"
            | "tr"
            | "dl"
            | "dt"
            | "dd"
            | "blockquote"
    ) {
        return None;
    }
    let mut name = css::simple(element);
    let prefix = element.value().id().and_then(css::id_prefix);
    if let Some(prefix) = prefix {
        name.push_str(&format!("[id^='{prefix}']"));
    }
    if name != tag || tag == "article" {
        return Some(name);
    }
    // Nothing of its own: by its parent's class.
    let parent = element.parent().and_then(ElementRef::wrap)?;
    let above = css::simple(parent);
    let numbered = likely_key(element).is_some_and(|key| key.css.is_none());
    if above.contains('.') && (numbered || matches!(tag, "li" | "dt")) {
        return Some(format!("{above} > {tag}"));
    }
    anchored_name(element)
}

/// A name by an anchor in the element: `table:has(> tbody > tr > td > a[id^='c'])`.
fn anchored_name(element: ElementRef<'_>) -> Option<String> {
    let inside = || element.descendent_elements().skip(1).take(MAX_TO_ANCHOR);
    let tag = element.value().name();
    if let Some(anchor) = inside().find(is_bare_anchor) {
        let path = css::path_within(element, anchor);
        return Some(format!("{tag}:has(> {path}[name]:not([href]))"));
    }
    let (anchor, attr, prefix) = inside().find_map(|inner| {
        let is_anchor = inner.value().name() == "a";
        let named = ["id", "name"]
            .into_iter()
            .filter(|attr| is_anchor || *attr == "id");
        named
            .filter_map(|attr| Some((inner, attr, css::id_prefix(inner.attr(attr)?)?)))
            .next()
    })?;
    let path = css::path_within(element, anchor);
    Some(format!("{tag}:has(> {path}[{attr}^='{prefix}'])"))
}

/// Whether an element, or one with an id of its own what is around it, is named for what is said of an article.
pub(super) fn is_named_for_replies(element: ElementRef<'_>) -> bool {
    const LEVELS: usize = 3;
    let has_id = element.value().id().and_then(css::id_prefix).is_some();
    let around = element.ancestors().filter_map(ElementRef::wrap);
    std::iter::once(element)
        .chain(around.take(if has_id { LEVELS } else { 0 }))
        .any(|named| COMMENT_NAMES.is_match(&css::words_of(named)))
}

/// Whether an element is but a part of a record of its own name. With ids of their own both are records, the inner one an
/// answer to the outer.
pub(super) fn is_nested(element: ElementRef<'_>, name: &str) -> bool {
    let own = name.split(":has(").next().unwrap_or(name);
    let is_told_apart = own.contains("[id^=");
    !is_told_apart
        && element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(12)
            .any(|above| record_name(above).as_deref() == Some(name))
}
