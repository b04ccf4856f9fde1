//! What a reparse does with a store: stored pages out, what today's profiles read from them in. It makes no request and
//! takes no job.

use std::future::Future;

use jiff::Timestamp;

use super::Answer;
use crate::dedup::content_hash;
use crate::model::{ArticleId, ArticleKey, Attachment, BoardId, Image, PostedAt};

/// The fields of an article that come from its page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleFields {
    pub title: String,
    pub author: Option<String>,
    pub posted: Option<PostedAt>,
    pub category: Option<String>,
    pub source: Option<String>,
    pub text: String,
    pub html: String,
    pub images: Vec<Image>,
    pub attachments: Vec<Attachment>,
    pub tags: Vec<String>,
}

impl ArticleFields {
    /// Equal in what makes a revision: title, category, text, pictures and files.
    pub fn same_content(&self, other: &Self) -> bool {
        let hash = |fields: &Self| {
            let keys = fields.attachments.iter().map(|file| file.key.as_str());
            content_hash(
                &fields.title,
                fields.category.as_deref(),
                &fields.text,
                keys,
            )
        };
        hash(self) == hash(other) && same_images(&self.images, &other.images)
    }
}

/// The same pictures in the same order, by the paths of their addresses: hosts take turns, and queries hold sizes and
/// tokens that change from view to view.
pub(super) fn same_images(held: &[Image], now: &[Image]) -> bool {
    fn path(image: &Image) -> &str {
        let url = image.url.split(['?', '#']).next().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split_once('/').map_or("", |(_, path)| path)
    }
    held.iter().map(path).eq(now.iter().map(path))
}

/// A stored visit with its page as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawVisit {
    pub final_url: String,
    pub status: u16,
    pub content_type: Option<String>,
    pub fetched_at: Timestamp,
    /// The clock that the page's short dates go by.
    pub as_of: Timestamp,
    pub body: Vec<u8>,
}

/// An article and the page that its newest content was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReading {
    pub article: ArticleId,
    pub board: BoardId,
    pub key: ArticleKey,
    /// A revision is held.
    pub has_content: bool,
    pub fields: ArticleFields,
    /// The page of the newest content; without content the last pages, newest first. Empty: no page is kept.
    pub visits: Vec<RawVisit>,
}

/// What is to be held of an article from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread {
    pub article: ArticleId,
    pub fields: ArticleFields,
    /// When the page was fetched.
    pub fetched_at: Timestamp,
    /// What changed in fields that revisions do not hold, with the words of before.
    pub note: Option<String>,
}

pub trait Rereading: Clone + Send + Sync + 'static {
    /// Articles with at least one stored page of their own.
    fn n_readings(&self, board: Option<BoardId>) -> impl Future<Output = Answer<u64>> + Send;

    /// Up to `limit` of them, by row id, behind `after`.
    fn readings(
        &self,
        board: Option<BoardId>,
        after: ArticleId,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<StoredReading>>> + Send;

    /// One article; `None`: it has no stored page.
    fn reading(
        &self,
        article: ArticleId,
    ) -> impl Future<Output = Answer<Option<StoredReading>>> + Send;

    /// Makes a batch true in one transaction: a revision of kind [`super::RevisionKind::Reparse`] for each article. No
    /// event is written, as nobody changed anything.
    fn save_rereads(
        &self,
        rereads: Vec<Reread>,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;
}
