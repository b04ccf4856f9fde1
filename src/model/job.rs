//! A job: one page to be visited. It lives in the store until the transaction that settles its visit.

use jiff::Timestamp;
use url::Url;

use super::{ArticleId, BoardId, PassId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobKind {
    /// Page `page` of the board's listing, for a pass.
    Listing { pass: PassId, page: u32 },
    /// Page `page` of the board's listing, asked for by the deletion radar after that pass's walk: its rows are believed,
    /// the walk does not move.
    Radar { pass: PassId, page: u32 },
    /// An article's own page.
    Article { article: ArticleId },
    /// A further page of an article's comments.
    Comments { article: ArticleId, page: u32 },
}

/// Lower goes first. Listing pages precede articles: the faster the walk, the fewer rows shift under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobPriority {
    Listing = 0,
    /// Before new articles, so that few comment lists stand half read.
    Comments = 1,
    Article = 2,
    /// Secret posts and failures looked at again.
    Revisit = 3,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub board: BoardId,
    pub kind: JobKind,
    pub url: Url,
    /// The page that linked to it.
    pub referer: Option<Url>,
    pub priority: JobPriority,
    /// Not before this moment.
    pub due_at: Timestamp,
}

/// A claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub board: BoardId,
    pub kind: JobKind,
    pub url: Url,
    pub referer: Option<Url>,
    /// Earlier tries that failed, in all runs.
    pub attempts: u32,
    /// When the board first said that the article is gone, if it was that which put the job off.
    pub said_gone_at: Option<Timestamp>,
}
