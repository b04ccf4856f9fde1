//! The elements in which board and forum software puts what people wrote. In: the flat page. Out: the body of a post, or
//! the posts of a thread.
//!
//! One name of an engine's own template says more than any count of words.

use super::marks::Marks;
use super::page::Page;

/// What an element must have.
enum Sign {
    /// A class of this name.
    Class(&'static str),
    /// A class that begins so.
    ClassBegins(&'static str),
    Id(&'static str),
    IdBegins(&'static str),
    /// An attribute that [`Marks::PART`] knows, with its value.
    Part(&'static str, &'static str),
    /// A class of the element and one of an element around it.
    Within(&'static str, &'static [&'static str]),
}

/// Bodies of board posts: there is one of them on a page.
const POSTS: &[Sign] = &[
    // XE and Rhymix; comments are `comment_…`.
    Sign::ClassBegins("document_"),
    // gnuboard.
    Sign::Id("bo_v_con"),
    Sign::Id("writeContents"),
    // KBoard.
    Sign::Within("content-view", &["kboard-content"]),
    Sign::Class("content-view"),
];

/// Messages of threads: as many as the page has posts.
const MESSAGES: &[Sign] = &[
    // XenForo 2 and 1.
    Sign::Within("bbWrapper", &["message-body"]),
    Sign::Class("bbWrapper"),
    Sign::Class("messageText"),
    // phpBB 3.
    Sign::Within("content", &["postbody"]),
    // vBulletin.
    Sign::IdBegins("post_message_"),
    // Invision.
    Sign::Part("data-role", "commentContent"),
    // Vanilla.
    Sign::Within("Message", &["Item-Body", "Discussion"]),
    // Discourse, with scripts and without.
    Sign::Within("cooked", &["topic-post"]),
    Sign::Within("post", &["topic-body", "crawler-post"]),
    // Stack Exchange.
    Sign::Within("js-post-body", &["postcell", "answercell"]),
    // MyBB.
    Sign::Within("post_body", &["post_content"]),
    // SMF.
    Sign::IdBegins("msg_"),
    // Flarum without scripts, NodeBB.
    Sign::Within("Post-body", &["Post"]),
    Sign::Part("component", "post/content"),
    // Discuz!.
    Sign::IdBegins("postmessage_"),
];

impl Sign {
    fn fits(&self, page: &Page<'_>, at: u32) -> bool {
        let Some(element) = page.node(at).element else {
            return false;
        };
        let class = |wanted: &str| element.classes().any(|class| class == wanted);
        match *self {
            Sign::Class(wanted) => class(wanted),
            Sign::ClassBegins(start) => element.classes().any(|class| {
                class
                    .strip_prefix(start)
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            }),
            Sign::Id(wanted) => element.attr("id") == Some(wanted),
            Sign::IdBegins(start) => element.attr("id").is_some_and(|id| {
                id.strip_prefix(start)
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            }),
            Sign::Part(name, value) => {
                page.node(at).marks.any(Marks::PART) && element.attr(name) == Some(value)
            }
            Sign::Within(inner, outer) => {
                class(inner)
                    && page.ancestors(at).take(8).any(|above| {
                        page.node(above).element.is_some_and(|element| {
                            element.classes().any(|class| outer.contains(&class))
                        })
                    })
            }
        }
    }
}

impl Sign {
    /// Whether a page whose elements have these classes and ids may have it: a page has few names, and many elements.
    fn may_fit(&self, names: &[(&str, &str)]) -> bool {
        let is_class = |part: &str| names.iter().any(|(class, _)| class.contains(part));
        match *self {
            Sign::Class(part) | Sign::ClassBegins(part) => is_class(part),
            Sign::Within(inner, outer) => {
                is_class(inner) && outer.iter().any(|part| is_class(part))
            }
            Sign::Id(part) | Sign::IdBegins(part) => {
                names.iter().any(|(_, id)| id.starts_with(part))
            }
            Sign::Part(..) => true,
        }
    }
}

/// The elements that fit a sign, in the order of the page, without those within another.
fn all(page: &Page<'_>, sign: &Sign) -> Vec<u32> {
    let mut found = Vec::new();
    if !sign.may_fit(&page.names) {
        return found;
    }
    let mut at = 0;
    while at < page.len() {
        if sign.fits(page, at) {
            found.push(at);
            at = page.node(at).end;
        } else {
            at += 1;
        }
    }
    found
}

/// The body of a board's post.
pub(super) fn post(page: &Page<'_>) -> Option<u32> {
    POSTS
        .iter()
        .find_map(|sign| all(page, sign).first().copied())
}

/// The messages of a thread.
pub(super) fn messages(page: &Page<'_>) -> Vec<u32> {
    MESSAGES
        .iter()
        .map(|sign| all(page, sign))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}
