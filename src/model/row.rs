//! One line of a listing, and the page it stands on.

use jiff::Timestamp;
use url::Url;

use super::{ArticleKey, PostedAt};

/// One line of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub key: ArticleKey,
    /// As found in the page, made absolute; session ids and the fragment removed. This is what is requested.
    pub url: Url,
    /// The form without state (`page=`, category, search): what is stored and shown.
    pub canonical_url: Url,
    /// Without counts, icons and marks that the skin glues to it.
    pub title: String,
    pub author: Option<String>,
    pub posted: Option<PostedAt>,
    pub category: Option<String>,
    /// The number column, where it holds digits.
    pub rank: Option<u64>,
    /// A pinned row.
    pub notice: bool,
    /// The article this listing stands under.
    pub current: bool,
    /// Shown with a lock.
    pub secret: bool,
    pub views: Option<u64>,
    pub votes: Option<i64>,
    pub comment_count: Option<u64>,
}

/// What the pager under a listing tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page shown, by the pager's own mark.
    pub current: Option<u32>,
    /// The last page, where the pager links it.
    pub last: Option<u32>,
    /// The link to the following page, as found.
    pub next: Option<Url>,
}

/// A listing page as read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingPage {
    /// In page order, notices included. At most [`ListingPage::MAX_ROWS`].
    pub rows: Vec<Row>,
    pub pager: Pager,
    /// The page says in words that it holds no posts (`게시물이 없습니다`).
    pub says_empty: bool,
    /// The container of the listing was found. Rows without it, or it without rows and without
    /// `says_empty`, is a sign that the profile no longer fits.
    pub container_found: bool,
    /// The server's clock when it answered, by which short dates were read.
    pub as_of: Option<Timestamp>,
    /// What could not be read, for `explain` and the log: `row 3: no article link`.
    pub warnings: Vec<String>,
}

impl ListingPage {
    /// Rows beyond this many are not read: no engine lists more, and a page is hostile until shown otherwise.
    pub const MAX_ROWS: usize = 5_000;

    /// Rows that are part of the board's order: neither pinned nor the mark of an open article.
    pub fn ordinary(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.notice)
    }
}
