//! All that follows from one visit, to be made true in one transaction that also settles the job.

use jiff::Timestamp;

use super::{
    Article, ArticleKey, ArticleState, Comment, Gap, GapSteps, JobId, NewJob, PassEnd, PassId,
    PostedAt, Receipt, Row, Visited, Walk,
};

/// The article's row in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArticleId(pub i64);

/// What the store knows of a row's article before the page is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub article: ArticleId,
    pub state: ArticleState,
    /// As the listing showed them last.
    pub title: String,
    pub comment_count: Option<u64>,
    /// As they are held, by the listing or the article's own page.
    pub author: Option<String>,
    pub posted: Option<PostedAt>,
    /// The canonical URL it is stored under.
    pub url: String,
    /// First seen by an earlier pass than this one.
    pub before_this_pass: bool,
}

/// A host asked us to wait. Kept, so that a restart does not forget it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPause {
    pub host: String,
    pub until: Timestamp,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A listing page was read.
    Listing {
        pass: PassId,
        /// Rows to be admitted: unknown ones become pending articles with a job each; known ones are refreshed
        /// (rank, counts, notice flag, a finer date) and get a job if they are in `revisit`.
        rows: Vec<Row>,
        /// Known articles to fetch again: changed title or comment count, secret ones, failures.
        revisit: Vec<ArticleKey>,
        /// The walk after this page.
        walk: Walk,
        /// The next listing job, if the walk goes on.
        next: Option<NewJob>,
        /// A stretch that this page leaves open, to be filled by a later pass.
        gap: Option<Gap>,
        /// What the page means for the gaps that were open before it.
        gaps: GapSteps,
        end: Option<PassEnd>,
    },
    /// A listing page that the radar asked for was read, or given up (then without rows). Rows as in `Listing`.
    Radar {
        pass: PassId,
        rows: Vec<Row>,
        revisit: Vec<ArticleKey>,
        /// The last page, where the pager links it.
        last_page: Option<u32>,
    },
    /// A page could not be read for good: the walk goes on behind it.
    ListingSkipped {
        pass: PassId,
        walk: Walk,
        next: Option<NewJob>,
        gap: Option<Gap>,
        end: Option<PassEnd>,
        error: String,
    },
    /// An article's content. `key` and `url` are what the final page says: a move to another board changes
    /// `board_name`, never the key.
    Article {
        article: ArticleId,
        content: Box<Article>,
        /// The board the article is on now, if not the one it was found on (`/board/1010`).
        moved_to: Option<String>,
        canonical_url: Option<String>,
        /// Jobs for the further pages of its comments.
        comment_jobs: Vec<NewJob>,
    },
    /// The article's number was not in its URL (a slug) and the page told it: the article gets this key. Where
    /// an article with that key is already there, this one becomes its alias.
    Comments {
        article: ArticleId,
        page: u32,
        comments: Vec<Comment>,
        /// The page behind it, where only this one links it.
        further: Option<NewJob>,
    },
    /// There is no content to store; the article's state says why. Content held from before stays.
    ArticleState {
        article: ArticleId,
        state: ArticleState,
        /// What a restricted page still shows.
        title: Option<String>,
        author: Option<String>,
        posted: Option<PostedAt>,
        /// The evidence: `404`, `alert: 글이 존재하지 않습니다`, …
        reason: String,
    },
    /// This job's article turned out to be another one (a comment's id that redirects to its post).
    NotAnArticle { article: ArticleId, reason: String },
    /// The board says that the article is not there: it is asked again at `due_at`, and believed then. The job remembers
    /// when it was said first.
    SaidGone { due_at: Timestamp, reason: String },
    /// Try again at `due_at`. `counts`: whether it uses up one of the job's tries (a robots file that cannot be
    /// reached or a paused host does not).
    Retry {
        due_at: Timestamp,
        error: String,
        counts: bool,
    },
}

/// One visit, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    pub job: JobId,
    pub outcome: Outcome,
    pub page: Option<Visited>,
    pub receipts: Vec<Receipt>,
    pub pause: Option<HostPause>,
    /// The moment of the visit, by the injected clock.
    pub at: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Articles whose row was new.
    pub n_new: u64,
    /// Jobs that the visit put into the queue.
    pub n_queued: u64,
    /// First content was stored.
    pub stored: bool,
    /// A revision was stored.
    pub changed: bool,
    /// Its text equals that of another article.
    pub duplicate_of: Option<ArticleKey>,
}
