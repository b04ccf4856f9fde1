//! The post behind a row: its content, and the classes of page one can meet in its place.

use serde::{Deserialize, Serialize};
use url::Url;

use super::PostedAt;

/// What a fetched page is, decided before anything of it is stored. Only `Article` is content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PageClass {
    /// A post with a body (or with none but images).
    Article,
    /// A listing page.
    Listing,
    /// There, but not for us: secret, members only, waiting for approval.
    Restricted,
    /// Deleted, moved away, or never there, said in so many words or by 404/410.
    Gone,
    /// The board itself does not exist, or is closed to guests.
    Closed,
    /// A login form where there was none before.
    Login,
    /// A bot check, CAPTCHA or block page. The board is left alone.
    Challenge,
    /// An error page, whatever its status. Tried again later.
    Error,
    /// None of these: the profile may no longer fit.
    Unknown,
}

/// The state of an article in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArticleState {
    /// Its row was seen; its page not yet.
    Pending,
    /// Content is held.
    Stored,
    /// Exists, but is not shown to us. Content held from before stays.
    Restricted,
    /// The board says it is gone. Content held from before stays.
    Gone,
    /// Its page could not be read; tried again in later passes.
    Failed,
}

impl ArticleState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Stored => "stored",
            Self::Restricted => "restricted",
            Self::Gone => "gone",
            Self::Failed => "failed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::Stored,
            Self::Restricted,
            Self::Gone,
            Self::Failed,
        ]
        .into_iter()
        .find(|state| state.as_str() == word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Absolute, behind lazy-loading attributes; never a `data:` URL or a spacer.
    pub url: String,
    #[serde(default)]
    pub alt: Option<String>,
    #[serde(default)]
    pub caption: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The engine's own id of the file (`file_srl`; gnuboard: `no`), never its token.
    pub key: String,
    pub name: String,
    /// Absolute, without the parts that change from view to view.
    pub url: String,
    /// Bytes, where the page tells.
    #[serde(default)]
    pub size: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The engine's own id.
    pub key: String,
    /// The comment this one answers, in the same article.
    pub parent: Option<String>,
    /// 0 for a comment on the article itself.
    pub depth: u32,
    pub author: Option<String>,
    pub posted: Option<PostedAt>,
    /// `None` for a secret or deleted comment, whose place is shown without its words.
    pub text: Option<String>,
    pub secret: bool,
}

/// The keys of what comments answer, by their order and depth: of the whole list of an article, in page order, since a reply
/// may stand on the page after its parent. A parent that the page itself named is kept.
pub fn parents(comments: &[Comment]) -> Vec<Option<&str>> {
    let mut path: Vec<&Comment> = Vec::new();
    let parent_of = |comment| {
        let comment: &Comment = comment;
        path.retain(|before| before.depth < comment.depth);
        let above = path.last().filter(|_| comment.depth > 0);
        let above = above.map(|above| above.key.as_str());
        path.push(comment);
        comment.parent.as_deref().or(above)
    };
    comments.iter().map(parent_of).collect()
}

/// The pages over which an article's comments are spread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommentPages {
    /// The page shown here; 1 where there is but one.
    pub current: u32,
    /// Number and URL of each other page, ascending, without `current`.
    pub others: Vec<(u32, Url)>,
}

/// A page as read by the article stage. Fields are those of content; they stay empty for other classes, save
/// that a restricted page may still show title, author and date.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    pub class: PageClass,
    /// The engine's id: as the URL that answered tells it, or where that has none (a slug), the page itself.
    pub id_in_page: Option<String>,
    /// The board the page says it belongs to, where it does.
    pub board_in_page: Option<String>,
    pub title: Option<String>,
    pub author: Option<String>,
    pub posted: Option<PostedAt>,
    pub category: Option<String>,
    /// The press that a repost was copied from, as named at its end.
    pub source: Option<String>,
    /// As a reader sees it; paragraphs separated by one newline; captions kept; protected addresses decoded.
    pub text: String,
    /// Cleaned and safe: no script, style, event handler, form or foreign frame.
    pub html: String,
    pub images: Vec<Image>,
    pub attachments: Vec<Attachment>,
    pub tags: Vec<String>,
    pub comments: Vec<Comment>,
    pub comment_pages: CommentPages,
    /// The number the page itself states, for checking.
    pub comment_count: Option<u64>,
    pub views: Option<u64>,
    pub votes: Option<i64>,
    /// The page that is held says the same by today's rules: what changed since it was read are the rules, and nobody
    /// edited it. Told by the conductor, not by the page.
    pub only_rules_changed: bool,
    /// Why this class: the rule that matched, or what was missing. For `explain` and the log.
    pub reason: String,
    pub warnings: Vec<String>,
}

impl Article {
    /// An article page of which nothing has been read yet.
    pub fn empty(class: PageClass, reason: impl Into<String>) -> Self {
        Self {
            class,
            id_in_page: None,
            board_in_page: None,
            title: None,
            author: None,
            posted: None,
            category: None,
            source: None,
            text: String::new(),
            html: String::new(),
            images: Vec::new(),
            attachments: Vec::new(),
            tags: Vec::new(),
            comments: Vec::new(),
            comment_pages: CommentPages {
                current: 1,
                others: Vec::new(),
            },
            comment_count: None,
            views: None,
            votes: None,
            only_rules_changed: false,
            reason: reason.into(),
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(key: &str, depth: u32) -> Comment {
        Comment {
            key: key.into(),
            parent: None,
            depth,
            author: None,
            posted: None,
            text: Some("x".into()),
            secret: false,
        }
    }

    #[test]
    fn parents_follow_from_order_and_depth() {
        let comments = [("a", 0), ("b", 1), ("c", 2), ("d", 1), ("e", 0), ("f", 3)]
            .map(|(key, depth)| comment(key, depth));
        assert_eq!(
            parents(&comments),
            [None, Some("a"), Some("b"), Some("a"), None, Some("e")]
        );
    }
}
