//! The one door to the HTML parser. In: a page's text. Out: its tree. Everything that is parsed comes through here, so
//! that what is handed to html5ever (nearly all of a page's cost) is bounded, and made smaller, in one place: who knows
//! which elements will be looked for gets the tree of those alone ([`parse_wanted`]), made without html5ever where what is
//! left needs no mending.
//!
//! html5ever looks through the stack of open elements for many a tag, so that its time grows with the square of the
//! depth of nesting: 40,000 open `<div>` take seconds. Real pages nest a few dozen deep; text behind the point where a
//! page is nested [`MAX_DEPTH`] deep is cut off. So is what follows a tag of more than [`MAX_ATTRIBUTES`] attributes.

mod chain;
mod cut;
mod dom;
mod familiar;
mod hashes;
mod indexed;
mod nesting;
mod query;
mod selector;
mod steps;
mod tags;
mod tree;
mod wanted;
mod whole;
mod words;

use tags::{Kind, Tags};

pub use cut::LeftOut;
pub use dom::{Children, Edge, Element, ElementRef, Html, Node, NodeId, NodeRef};
pub use indexed::{Document, Part, Scope};
pub use nesting::Unclear;
pub use query::{Query, first_of};
pub use selector::Selector;
pub use wanted::Wanted;
pub use words::fold_into;

/// Open elements at a time. The deepest page among the recordings has 40.
const MAX_DEPTH: usize = 512;

/// Tags of a page. The parser's tree takes some 250 bytes for each, and ours half of that, so that those of the largest body
/// that is read would take most of a gigabyte; a listing of two thousand rows has 30,000.
const MAX_TAGS: usize = 300_000;

/// Attributes of an element. html5ever compares each with all before it; more than a few dozen are no one's page.
const MAX_ATTRIBUTES: usize = 1_000;

/// The last comment of a page that was cut.
const CUT: &str = "too deep or too much from here on";

/// Elements that have no end tag (HTML Living Standard, 13.1.2).
const VOID: [&str; 17] = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "hr", "img", "input", "keygen",
    "link", "meta", "param", "source", "track", "wbr",
];

/// Elements whose end tag is commonly left out; an open one does not nest the next.
const OPTIONAL_END: [&str; 12] = [
    "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
];

/// The page's tree.
pub fn parse(text: &str) -> Document {
    let part = shallow(text);
    let html = match part.len() == text.len() {
        true => Html::parse_document(text),
        false => Html::parse_document(&format!("{part}<!--{CUT}-->")),
    };
    html.into()
}

/// Whether the tree is that of a part of its page: what comes after is nested too deep, or too much, to be
/// read.
pub fn is_cut(html: &Html) -> bool {
    let last = html.nodes().next_back();
    last.and_then(|node| node.value().as_comment()) == Some(CUT)
}

/// The tree of a page without the parts in which nothing is that `wanted` could select; whatever one of its selectors selects
/// in the whole tree, it selects here, the same inside and in the same order. `None`: nothing can be left out for sure,
/// or next to nothing; [`parse`] it whole.
pub fn parse_wanted<'t>(text: &'t str, wanted: &Wanted) -> Option<(Document, LeftOut<'t>)> {
    let (rest, left_out) = cut::cut(text, wanted).ok()??;
    if let Ok(html) = rest.tree() {
        return Some((html.into(), left_out));
    }
    let text = rest.text();
    // What is too deep or too much to be read is not what is left of it.
    let is_bounded = shallow(&text).len() == text.len();
    is_bounded.then(|| (Html::parse_document(&text).into(), left_out))
}

/// The tree of a page whose tags tell what html5ever would make of it, at a fraction of its price. [`parse_wanted`] asks for
/// it first; here for measurements and tests.
///
/// # Errors
/// The page's tags do not tell its tree.
pub fn tree_of_plain(text: &str) -> Result<Html, Unclear> {
    tree::tree_of(text)
}

/// What [`parse_wanted`] parses, for measurements and tests. `None`: next to nothing can be left out.
///
/// # Errors
/// The page's tags do not tell which elements are open.
pub fn without_unwanted(text: &str, wanted: &Wanted) -> Result<Option<String>, Unclear> {
    let cut = cut::cut(text, wanted)?;
    Ok(cut.map(|(rest, _)| rest.text()))
}

/// The text up to where it is nested too deep, or has more tags than are read; all of it, for any page that is meant to be read.
fn shallow(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut n_svg = 0_usize;
    let mut n_tags = 0_usize;
    let mut tags = Tags::new(text);
    while let Some(tag) = tags.next() {
        tags.forget_attributes(0);
        n_tags += 1;
        if n_tags > MAX_TAGS {
            return &text[..tag.start];
        }
        let is_opened = matches!(tag.kind, Kind::Start | Kind::SelfClosing);
        if is_opened && has_too_many_attributes(text.as_bytes(), tag.start + 1 + tag.name.len()) {
            return &text[..tag.start];
        }
        let mut room = tags::room();
        // Long names are custom elements; they nest too, but not by accident.
        let name = tags::lower(tag.name, &mut room).unwrap_or("custom");
        if VOID.contains(&name) || OPTIONAL_END.contains(&name) {
            // Nested tables nest by their `table`.
            continue;
        }
        match tag.kind {
            Kind::Start => depth += 1,
            // Anywhere but in `<svg>` the slash means nothing.
            Kind::SelfClosing => depth += usize::from(n_svg == 0),
            Kind::End => depth = depth.saturating_sub(1),
            Kind::Text | Kind::Comment | Kind::Unclear => {}
        }
        if name == "svg" {
            n_svg = match tag.kind {
                Kind::Start => n_svg + 1,
                Kind::End => n_svg.saturating_sub(1),
                _ => n_svg,
            };
            tags.foreign = n_svg > 0;
        }
        if depth > MAX_DEPTH {
            return &text[..tag.start];
        }
    }
    text
}

/// Whether the tag whose name ends here has more attributes than are read. Counts too many rather than too few.
fn has_too_many_attributes(bytes: &[u8], from: usize) -> bool {
    let mut n_attributes = 0;
    let (mut in_word, mut before_value) = (true, false);
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return false,
            quote @ (b'"' | b'\'') if before_value => {
                let Some(end) = memchr::memchr(*quote, &bytes[at + 1..]) else {
                    return false;
                };
                at += 1 + end;
                (in_word, before_value) = (false, false);
            }
            b'=' => before_value = true,
            b'/' => (in_word, before_value) = (false, false),
            space if space.is_ascii_whitespace() => in_word = false,
            _ => {
                if !in_word && !before_value {
                    n_attributes += 1;
                    if n_attributes > MAX_ATTRIBUTES {
                        return true;
                    }
                }
                (in_word, before_value) = (true, false);
            }
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_pages_are_parsed_whole() {
        let page = format!(
            "<!DOCTYPE html><!-- < <div> --><script>if (a<b) document.write('<div>')</script>{}",
            "<ul><li>a<li>b<br><img src=x></ul><div><p>c</div>".repeat(2_000)
        );
        assert_eq!(shallow(&page), page);
    }

    #[test]
    fn a_page_nested_too_deep_is_cut_there() {
        let page = "<div>".repeat(100_000);
        assert_eq!(shallow(&page).len(), MAX_DEPTH * "<div>".len());
        let custom = "<a-very-long-custom-name>".repeat(100_000);
        assert!(shallow(&custom).len() < custom.len());
    }

    #[test]
    fn a_tree_tells_whether_it_is_whole() {
        assert!(is_cut(&parse(&"<div>".repeat(100_000))));
        assert!(is_cut(&parse(&format!(
            "<p>a</p>{}",
            "<i><b>".repeat(1_000)
        ))));
        assert!(is_cut(&parse(&"<i>x</i>".repeat(MAX_TAGS / 2 + 1))));
        assert!(!is_cut(&parse(&"<i>x</i>".repeat(MAX_TAGS / 2))));
        assert!(!is_cut(&parse("<p>a</p><!-- b -->")));
        assert!(!is_cut(&parse("")));
    }

    /// Within quotes and values nothing is an attribute, and nothing ends the tag.
    #[test]
    fn a_tag_of_too_many_attributes_is_cut_off() {
        let many = |n: usize| {
            (0..n)
                .map(|n| format!(" a{n}='>' b{n}"))
                .collect::<String>()
        };
        let page = format!("<p>before</p><i{}>x</i>", many(MAX_ATTRIBUTES));
        assert_eq!(shallow(&page), "<p>before</p>");
        let page = format!("<p{}>x</p>", many(MAX_ATTRIBUTES / 2));
        assert_eq!(shallow(&page), page);
        let page = format!("<p title=\"{}\">x</p>", "a word ".repeat(9_000));
        assert_eq!(shallow(&page), page);
    }

    /// Familiar parts are not looked through, and may hold any number of tags.
    #[test]
    fn what_is_left_is_bounded_as_the_whole_is() {
        let selector = Selector::parse("#kept").expect("a selector");
        let wanted = Wanted::new([&selector], []).expect("a selector that tags can answer");
        let row = format!("<ul><li>{}</li></ul>", "<i>x</i>".repeat(1_000));
        let page = |n: usize| {
            let (menu, rows) = ("<div>menu</div>".repeat(n * 200), row.repeat(n));
            format!(
                "<!doctype html><html><head></head><body><a>{rows}</a>{menu}<p id=kept>x</body></html>"
            )
        };
        assert!(parse_wanted(&page(20), &wanted).is_some());
        assert!(parse_wanted(&page(400), &wanted).is_none());
    }

    #[test]
    fn icons_do_not_nest() {
        let page = format!("<svg>{}</svg><p>x", "<path d='M0 0'/>".repeat(2_000));
        assert_eq!(shallow(&page), page);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<|/|!--|-->|div|script|p|>|가|\"|=| ){0,80}") {
            prop_assert!(text.starts_with(shallow(&text)));
        }
    }
}
