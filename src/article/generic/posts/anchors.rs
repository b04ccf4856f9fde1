//! Where forum software puts what people wrote. In: the page. Out: the bodies of posts, in the order of the page.
//!
//! One name of an engine's own template says more than any count of words.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::document::{Html, NodeId, Selector};

use crate::profile::words_asked;

/// Bodies of posts, by engine; the first that matches is believed.
const BODIES: &[&str] = &[
    // XenForo 2, 1.
    ".message-body .bbWrapper",
    ".message blockquote.messageText",
    // phpBB 3 and 2.
    ".postbody .content",
    "td > span.postbody, td.postbody",
    // vBulletin 3 to 5.
    "[id^=post_message_]",
    ".js-post__content-text",
    // Invision 4, 3.
    "[data-role=commentContent]",
    ".post_body .post.entry-content, .post_body [itemprop=commentText]",
    // Vanilla.
    ".Item-Body .Message, .Comment .Message, .Discussion .Message",
    // Discourse, with scripts and without.
    ".topic-post .cooked",
    "[itemtype*=DiscussionForumPosting] .post[itemprop], .topic-body .post, .crawler-post .post",
    // MyBB, SMF, Simple Machines 1.
    ".post_body[id^=pid_]",
    ".post_body.scaleimages",
    "[id^=msg_].inner, .post .inner[id^=msg_], .post > .inner",
    // Flarum, NodeBB.
    "article.CommentPost .Post-body",
    "[component=post] [component='post/content']",
    // Discuz!.
    "[id^=postmessage_]",
    // FluxBB, PunBB.
    ".blockpost .postmsg, .post .entry-content.postmsg",
    // WoltLab.
    "article.wbbPost .messageText, .messageBody .messageText",
    // Phorum.
    ".message-body, .PhorumReadBodyText",
    // 5ch and its kin.
    ".post > .message, .post > .post-content, dl.thread > dd",
    // Stack Exchange.
    ".postcell .js-post-body, .answercell .js-post-body",
    // YaBB, UBB, Kunena, bbPress, wpForo, AnswerHub-like.
    ".kmsg",
    ".bbp-reply-content, .bbp-topic-content",
    ".wpforo-post-content",
    // What schema.org calls a post, whatever the engine.
    "[itemtype*='DiscussionForumPosting' i] [itemprop=text], [itemtype*='schema.org/Question' i] [itemprop=text], [itemtype*='schema.org/Answer' i] [itemprop=text]",
];

/// Bodies of readers' comments under articles, by engine.
const COMMENTS: &[&str] = &[
    // XE, Rhymix.
    "[class*=comment_].xe_content, [class*=comment_].rhymix_content, .fdb_itm .xe_content",
    // gnuboard.
    "#bo_vc .cmt_contents, #bo_vc .bo_vc_con",
    // KBoard.
    ".kboard-comments-list .comments-list-content",
    // WordPress.
    "[id*=comment-] .comment-content, [id*=comment-] .comment-text",
    // DCinside.
    ".cmt_list .usertxt",
    // Clien, Ppomppu and similar.
    ".comment_row .comment_view, .comment_content",
];

static BODY_SELECTORS: LazyLock<Vec<Anchor>> = LazyLock::new(|| compiled(BODIES));
static COMMENT_SELECTORS: LazyLock<Vec<Anchor>> = LazyLock::new(|| compiled(COMMENTS));

/// A selector, and for each of its alternatives the names without which no element fits it, in lower case.
struct Anchor {
    selector: Selector,
    needed: Vec<Vec<String>>,
}

impl Anchor {
    fn may_fit(&self, names: &str) -> bool {
        let are_there = |needed: &Vec<String>| needed.iter().all(|name| names.contains(name));
        self.needed.iter().any(are_there)
    }
}

fn compiled(selectors: &[&str]) -> Vec<Anchor> {
    selectors
        .iter()
        .map(|text| Anchor {
            selector: Selector::parse(text).expect("a constant selector; a test parses each"),
            needed: words_asked(&text.to_ascii_lowercase(), true)
                .into_iter()
                .map(|words| words.into_iter().map(str::to_owned).collect())
                .collect(),
        })
        .collect()
}

/// All names and values that selectors ask for, of a page's elements, in lower case.
fn names(html: &Html) -> String {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut names = String::new();
    for node in html.nodes() {
        let Some(element) = node.value().as_element() else {
            continue;
        };
        for (name, value) in element.attrs() {
            if matches!(
                name,
                "class" | "id" | "itemprop" | "itemtype" | "data-role" | "component"
            ) && seen.insert(value)
            {
                names.push_str(value);
                names.push(' ');
            }
        }
    }
    names.make_ascii_lowercase();
    names
}

/// More posts of one page are not read.
const MAX_POSTS: usize = 2_000;

/// The bodies of a thread's posts.
pub(super) fn bodies(html: &Html) -> Vec<NodeId> {
    found(html, &BODY_SELECTORS)
}

/// The bodies of comments.
pub(super) fn comments(html: &Html) -> Vec<NodeId> {
    found(html, &COMMENT_SELECTORS)
}

fn found(html: &Html, anchors: &[Anchor]) -> Vec<NodeId> {
    let names = names(html);
    for anchor in anchors {
        if !anchor.may_fit(&names) {
            continue;
        }
        let found: Vec<_> = html
            .select(&anchor.selector)
            .take(MAX_POSTS)
            .map(|element| element.id())
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selector_is_one() {
        assert_eq!(BODY_SELECTORS.len(), BODIES.len());
        assert_eq!(COMMENT_SELECTORS.len(), COMMENTS.len());
    }

    #[test]
    fn each_needs_a_name_of_its_own() {
        for anchor in BODY_SELECTORS.iter().chain(COMMENT_SELECTORS.iter()) {
            let has_long = |names: &Vec<String>| names.iter().any(|name| name.len() > 3);
            assert!(anchor.needed.iter().all(has_long), "{:?}", anchor.needed);
        }
    }
}
