//! An element → its text as a reader sees it: paragraphs separated by one newline, white space folded, captions kept,
//! nothing that is hidden. Walks the tree without recursion, so that no depth of nesting exhausts the stack.

use super::removed::Removed;
use super::{ReadOptions, addresses};
use crate::document::{Document, Edge, ElementRef, Node, NodeId, fold_into};
use crate::profile::Profile;

/// Elements that stand on lines of their own.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Elements whose content is not shown as text.
pub(super) fn is_unshown(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "textarea"
            | "select"
            | "option"
            | "button"
            | "input"
            | "iframe"
            | "object"
            | "embed"
            | "audio"
            | "video"
            | "svg"
            | "canvas"
            | "head"
            | "title"
    )
}

/// The body of a page's article by the profile's rules: the first element that matches the first selector that
/// matches anything.
pub(super) fn body<'a>(html: &'a Document, profile: &Profile) -> Option<ElementRef<'a>> {
    profile
        .article
        .body
        .iter()
        .find_map(|selector| selector.select_in(html).next())
}

/// Hidden by its own attributes, or made to confuse copies (Discuz!'s `jammer`).
pub(super) fn hidden(element: ElementRef<'_>) -> bool {
    let tag = element.value();
    let style_hides = tag.attr("style").is_some_and(|style| {
        // Most styles say nothing of the kind, and need not be written out without their spaces.
        let says = |word: &str| {
            let mut parts = style.as_bytes().windows(word.len());
            parts.any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        if !says("none") && !says("hidden") {
            return false;
        }
        let letters = style.chars().filter(|c| !c.is_whitespace());
        let style: String = letters.map(|c| c.to_ascii_lowercase()).collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    });
    style_hides
        || tag.attr("hidden").is_some()
        || tag.attr("class").is_some_and(|classes| {
            classes
                .split_ascii_whitespace()
                .any(|class| class == "jammer")
        })
}

/// The element's text, without what is removed.
pub(super) fn render(
    element: ElementRef<'_>,
    removed: &Removed<'_>,
    options: &ReadOptions,
) -> String {
    let mut lines = Lines::default();
    let mut muted: Option<NodeId> = None;
    let mut pre_depth = 0_usize;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) if muted.is_none() => match node.value() {
                Node::Text(_) if removed.nodes.contains(&node.id()) => {}
                Node::Text(words) if pre_depth > 0 => lines.preformatted(words),
                Node::Text(words) => lines.words(words),
                Node::Element(tag) => {
                    let Some(inner) = ElementRef::wrap(node) else {
                        continue;
                    };
                    let is_root = node.id() == element.id();
                    let name = tag.name();
                    if let Some(address) = addresses::protected(inner) {
                        let shown = if options.mask_addresses {
                            addresses::mask(&address)
                        } else {
                            address
                        };
                        lines.words(&shown);
                        muted = Some(node.id());
                    } else if !is_root
                        && (is_unshown(name) || hidden(inner) || removed.holds(inner))
                    {
                        muted = Some(node.id());
                    } else if name == "br" {
                        lines.end();
                    } else if matches!(name, "td" | "th") {
                        lines.space();
                    } else if is_block(name) {
                        lines.end();
                        pre_depth += usize::from(name == "pre");
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if muted.is_some() {
                    if muted == Some(node.id()) {
                        muted = None;
                    }
                } else if let Node::Element(tag) = node.value()
                    && is_block(tag.name())
                {
                    lines.end();
                    pre_depth = pre_depth.saturating_sub(usize::from(tag.name() == "pre"));
                }
            }
            Edge::Open(_) => {}
        }
    }
    lines.finish()
}

/// Lines in the making. White space is folded (U+00A0 is white space), control and zero-width characters go.
#[derive(Default)]
struct Lines {
    done: String,
    line: String,
    space: bool,
}

impl Lines {
    fn words(&mut self, words: &str) {
        fold_into(&mut self.line, &mut self.space, words, |c| {
            matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
        });
    }

    fn preformatted(&mut self, words: &str) {
        for (at, line) in words.split('\n').enumerate() {
            if at > 0 {
                self.end();
            }
            self.words(line);
        }
    }

    fn space(&mut self) {
        self.space = true;
    }

    fn end(&mut self) {
        if !self.line.is_empty() {
            if !self.done.is_empty() {
                self.done.push('\n');
            }
            self.done.push_str(&self.line);
            self.line.clear();
        }
        self.space = false;
    }

    fn finish(mut self) -> String {
        self.end();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Html;

    use super::*;

    fn text_of(fragment: &str) -> String {
        let html = Html::parse_fragment(fragment);
        render(
            html.root_element(),
            &Removed::default(),
            &ReadOptions::default(),
        )
    }

    #[test]
    fn paragraphs_and_breaks_are_lines() {
        assert_eq!(
            text_of("<p>하나</p>\n\n<p>둘<br>셋</p> 넷 <div><div>다섯</div></div>"),
            "하나\n둘\n셋\n넷\n다섯"
        );
    }

    #[test]
    fn white_space_is_folded_and_entities_decoded_once() {
        assert_eq!(
            text_of("<p> a\u{a0}&nbsp; b\n\tc &amp;lt; </p><p>&nbsp;</p>"),
            "a b c &lt;"
        );
    }

    #[test]
    fn captions_and_cells_are_kept() {
        assert_eq!(
            text_of(
                "<figure><img src=x><figcaption>사진 설명</figcaption></figure><table><tr><td>가</td><td>나</td></tr><tr><td>다</td></tr></table>"
            ),
            "사진 설명\n가 나\n다"
        );
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        assert_eq!(
            text_of(
                "a<script>b</script><style>c</style><span style='display: none'>d</span><i hidden>e</i><font class=jammer>f</font><textarea>g</textarea>"
            ),
            "a"
        );
    }

    #[test]
    fn protected_addresses_are_words_of_the_text() {
        let protected = "기자 <a href='/cdn-cgi/l/email-protection' class='__cf_email__' data-cfemail='0061406278'>[email&#160;protected]</a>.";
        assert_eq!(text_of(protected), "기자 a@bx.");
        let nested = "<a href='/cdn-cgi/l/email-protection#0061406278'><span class='__cf_email__' data-cfemail='036243617b'>[email&#160;protected]</span></a>";
        assert_eq!(text_of(nested), "a@bx");
        assert_eq!(
            text_of("<a href='/cdn-cgi/l/email-protection#0061406278'>[email&#160;protected]</a>"),
            "a@bx"
        );
        assert_eq!(
            text_of("<a href='/cdn-cgi/l/email-protection#0061406278'>홍길동 기자</a>"),
            "홍길동 기자",
            "a link with words of its own keeps them"
        );
        assert_eq!(
            text_of("기자 <a href='/x'>[email&#160;protected]</a>"),
            "기자 [email protected]"
        );
    }

    #[test]
    fn depth_does_not_exhaust_the_stack() {
        let deep = format!("{}x{}", "<div>".repeat(20_000), "</div>".repeat(20_000));
        assert_eq!(text_of(&deep), "x");
    }
}
