//! The one door to the HTML parser. In: a page's text. Out: its tree. Everything that is parsed comes through here, so
//! that what is handed to html5ever (nearly all of a page's cost) can be bounded, and later made smaller, in one place.
//!
//! html5ever looks through the stack of open elements for many a tag, so that its time grows with the square of the
//! depth of nesting: 40,000 open `<div>` take seconds. Real pages nest a few dozen deep; text behind the point where a
//! page is nested [`MAX_DEPTH`] deep is cut off. So is what follows a tag of more than [`MAX_ATTRIBUTES`] attributes.

use scraper::Html;

/// Open elements at a time. The deepest page among the recordings has 40.
const MAX_DEPTH: usize = 512;

/// Attributes of an element. html5ever compares each with all before it; more than a few dozen are no one's page.
const MAX_ATTRIBUTES: usize = 1_000;

/// Elements that have no end tag (HTML Living Standard, 13.1.2).
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose end tag is commonly left out; an open one does not nest the next.
const OPTIONAL_END: [&str; 12] = [
    "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
];

/// Elements whose content is text up to their end tag.
const RAW: [&str; 6] = ["script", "style", "textarea", "title", "xmp", "iframe"];

/// The page's tree.
pub fn parse(text: &str) -> Html {
    Html::parse_document(shallow(text))
}

/// The text up to where it is nested too deep; all of it, for any page that is meant to be read.
fn shallow(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(offset) = find(bytes, at, b'<') {
        let start = offset;
        at = offset + 1;
        if text[at..].starts_with("!--") {
            at = text[at..]
                .find("-->")
                .map_or(bytes.len(), |end| at + end + 3);
            continue;
        }
        let closing = bytes.get(at) == Some(&b'/');
        let name_at = at + usize::from(closing);
        let name_len = bytes[name_at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        if name_len > 0 && !closing && has_too_many_attributes(bytes, name_at + name_len) {
            return &text[..start];
        }
        if name_len == 0 || name_len > 16 {
            // Long names are custom elements; they nest too, but not by accident.
            depth += usize::from(name_len > 16 && !closing);
        } else {
            let name = text[name_at..name_at + name_len].to_ascii_lowercase();
            if VOID.contains(&name.as_str()) || OPTIONAL_END.contains(&name.as_str()) {
                // Nested tables nest by their `table`.
            } else if closing {
                depth = depth.saturating_sub(1);
            } else {
                depth += 1;
                if RAW.contains(&name.as_str()) {
                    at = end_of_raw(text, at, &name);
                }
            }
        }
        if depth > MAX_DEPTH {
            return &text[..start];
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
                let Some(end) = find(bytes, at + 1, *quote) else {
                    return false;
                };
                at = end;
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

fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    let found = bytes.get(from..)?.iter().position(|b| *b == byte)?;
    Some(from + found)
}

/// Where the end tag of a raw-text element begins; the end of the text, if there is none.
fn end_of_raw(text: &str, from: usize, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(start) = find(bytes, at, b'<') {
        let tag = bytes.get(start + 1..start + 2 + name.len());
        if tag.is_some_and(|tag| tag[0] == b'/' && tag[1..].eq_ignore_ascii_case(name.as_bytes())) {
            return start;
        }
        at = start + 1;
    }
    bytes.len()
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

    proptest! {
        #[test]
        fn no_text_panics(text in "(<|/|!--|-->|div|script|p|>|가|\"|=| ){0,80}") {
            prop_assert!(text.starts_with(shallow(&text)));
        }
    }
}
