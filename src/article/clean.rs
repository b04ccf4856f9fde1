//! An element → HTML that is safe to show: an allow-list of tags and attributes, absolute links, nothing that runs.
//!
//! Walks the tree without recursion. What is not on the list loses its tag and keeps its text; what is not shown loses
//! both.

use url::Url;

use crate::document::{Edge, ElementRef, Node, NodeId};

use super::removed::Removed;
use super::{ReadOptions, addresses, media, text};

/// The attributes that a tag may keep; `None` where it is not kept itself.
fn kept(tag: &str) -> Option<&'static [&'static str]> {
    Some(match tag {
        "p" | "br" | "hr" | "div" | "span" | "b" | "strong" | "i" | "em" | "u" | "s" | "del"
        | "ins" | "sub" | "sup" | "small" | "blockquote" | "pre" | "code" | "ul" | "dl" | "dt"
        | "dd" | "figure" | "figcaption" | "table" | "caption" | "thead" | "tbody" | "tfoot"
        | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ruby" | "rt" | "rp" => &[],
        "a" => &["href", "title"],
        "img" => &["src", "alt", "title", "width", "height"],
        "ol" => &["start"],
        "li" => &["value"],
        "td" | "th" => &["colspan", "rowspan"],
        "time" => &["datetime"],
        _ => return None,
    })
}

const VOID: [&str; 3] = ["br", "hr", "img"];

/// Tags nested deeper than this lose their tag, so that what reads the result is not led into deep recursion.
const MAX_DEPTH: usize = 64;

/// The inner HTML of `element`, cleaned.
pub(super) fn clean(
    element: ElementRef<'_>,
    removed: &Removed<'_>,
    base: &Url,
    options: &ReadOptions,
) -> String {
    let mut out = String::new();
    let mut muted: Option<NodeId> = None;
    let mut open: Vec<(NodeId, &str)> = Vec::new();
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) if muted.is_none() && node.id() != element.id() => {
                match node.value() {
                    Node::Text(_) if removed.nodes.contains(&node.id()) => {}
                    Node::Text(words) => escape(words, &mut out),
                    Node::Element(tag) => {
                        let Some(inner) = ElementRef::wrap(node) else {
                            continue;
                        };
                        let name = tag.name();
                        if let Some(address) = addresses::protected(inner) {
                            let shown = if options.mask_addresses {
                                addresses::mask(&address)
                            } else {
                                address
                            };
                            escape(&shown, &mut out);
                            muted = Some(node.id());
                        } else if text::is_unshown(name)
                            || text::hidden(inner)
                            || removed.holds(inner)
                        {
                            muted = Some(node.id());
                        } else if kept(name).is_some()
                            && open.len() < MAX_DEPTH
                            && start(inner, base, options, &mut out)
                            && !VOID.contains(&name)
                        {
                            open.push((node.id(), name));
                        }
                    }
                    _ => {}
                }
            }
            Edge::Close(node) if muted == Some(node.id()) => muted = None,
            Edge::Close(node)
                if muted.is_none() && open.last().is_some_and(|(id, _)| *id == node.id()) =>
            {
                let (_, name) = open.pop().expect("just seen");
                out.extend(["</", name, ">"]);
            }
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// Writes a start tag; `false` where the tag makes no sense without an attribute it lacks.
fn start(element: ElementRef<'_>, base: &Url, options: &ReadOptions, out: &mut String) -> bool {
    let tag = element.value();
    let name = tag.name();
    if name == "img" {
        let Some(src) = media::source_of(element, base) else {
            return false;
        };
        out.push_str("<img src=\"");
        escape(&src, out);
        out.push('"');
    } else {
        out.extend(["<", name]);
    }
    for attribute in kept(name).unwrap_or_default() {
        let value = match (*attribute, tag.attr(attribute)) {
            (_, None) | ("src", _) => continue,
            ("href", Some(href)) => match link_of(href, base, options) {
                Some(link) => link,
                None => continue,
            },
            (_, Some(value)) => value.chars().filter(|c| !c.is_control()).collect(),
        };
        out.extend([" ", attribute, "=\""]);
        escape(&value, out);
        out.push('"');
    }
    out.push('>');
    true
}

/// A protected address becomes `mailto:`; its masked form leads nowhere, and so does the edge's own page.
fn link_of(href: &str, base: &Url, options: &ReadOptions) -> Option<String> {
    if addresses::is_protection(href) {
        let address = addresses::linked(href).filter(|_| !options.mask_addresses)?;
        return safe_link(&format!("mailto:{address}"), base);
    }
    safe_link(href, base)
}

/// An absolute `http`, `https` or `mailto` link.
fn safe_link(href: &str, base: &Url) -> Option<String> {
    let link = base.join(href.trim()).ok()?;
    matches!(link.scheme(), "http" | "https" | "mailto").then(|| link.to_string())
}

fn escape(text: &str, out: &mut String) {
    /// In front of these a run ends that is taken over as it stands; `\u{c2}` leads some control characters.
    const ENDS: [bool; 256] = {
        let mut ends = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            ends[byte] = byte < 0x20 || matches!(byte, 0x22 | 0x26 | 0x3c | 0x3e | 0x7f | 0xc2);
            byte += 1;
        }
        ends
    };
    let mut rest = text;
    loop {
        let run = rest.bytes().position(|byte| ENDS[usize::from(byte)]);
        let (run, after) = rest.split_at(run.unwrap_or(rest.len()));
        out.push_str(run);
        let mut chars = after.chars();
        match chars.next() {
            None => return,
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some(c) if c.is_control() && !matches!(c, '\n' | '\t') => {}
            Some(c) => out.push(c),
        }
        rest = chars.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(fragment: &str) -> String {
        let html = crate::document::Html::parse_fragment(fragment);
        let base = Url::parse("http://board.test/news/1").expect("a URL");
        clean(
            html.root_element(),
            &Removed::default(),
            &base,
            &ReadOptions::default(),
        )
    }

    #[test]
    fn nothing_that_runs_is_left() {
        assert_eq!(
            cleaned(
                "<p onclick=x() style=y>a<script>b</script><iframe src=c></iframe><a href='javascript:d'>e</a><img src=x onerror=f></p>"
            ),
            "<p>a<a>e</a><img src=\"http://board.test/news/x\"></p>"
        );
    }

    #[test]
    fn links_are_absolute_and_text_is_escaped() {
        assert_eq!(
            cleaned("<a href='../x?a=1&amp;b=\"2'>&lt;b&gt; &amp; \"c\"</a>"),
            "<a href=\"http://board.test/x?a=1&amp;b=%222\">&lt;b&gt; &amp; &quot;c&quot;</a>"
        );
    }

    #[test]
    fn unknown_tags_lose_their_tag_only() {
        assert_eq!(
            cleaned("<custom-x><b>a</b></custom-x><form><p>c</p></form>"),
            "<b>a</b><p>c</p>"
        );
    }

    #[test]
    fn protected_links_lead_to_the_address_or_nowhere() {
        let page = "<a href='/cdn-cgi/l/email-protection#0061406278'>기자</a><a href='/cdn-cgi/l/email-protection'>x</a>";
        assert_eq!(cleaned(page), "<a href=\"mailto:a@bx\">기자</a><a>x</a>");
        let html = crate::document::Html::parse_fragment(page);
        let base = Url::parse("http://board.test/").expect("a URL");
        let masked = ReadOptions {
            mask_addresses: true,
        };
        assert_eq!(
            clean(html.root_element(), &Removed::default(), &base, &masked),
            "<a>기자</a><a>x</a>"
        );
    }

    #[test]
    fn depth_is_capped() {
        let deep = format!("{}x{}", "<div>".repeat(5_000), "</div>".repeat(5_000));
        assert_eq!(cleaned(&deep).matches("<div>").count(), MAX_DEPTH);
    }
}
