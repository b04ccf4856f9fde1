//! What a store answers with.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::health::verdict::{Evidence, Verdict};
use crate::model::{
    ArticleId, ArticleKey, ArticleState, Attachment, Board, BoardId, EventKind, Image, Pass,
    PassEnd, PassKind, PassReport, PostedAt,
};

/// What a visit needs to know of its article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleTarget {
    pub id: ArticleId,
    pub key: ArticleKey,
    pub board: BoardId,
    pub url: String,
    pub state: ArticleState,
    /// The title as the listing showed it; may be cut.
    pub listed_title: String,
    /// As the listing showed it last.
    pub comment_count: Option<u64>,
    /// As the listing or an earlier visit told them.
    pub author: Option<String>,
    pub posted: Option<PostedAt>,
    /// How often the board has said that it is gone, in a row.
    pub n_gone_answers: u32,
}

/// Which articles a new pass asks for once more: those last looked at before these moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskAgain {
    /// Failed ones, and comment lists that are half read.
    pub failed_before: Timestamp,
    pub restricted_before: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostRecord {
    pub paused_until: Option<Timestamp>,
    pub pause_reason: Option<String>,
    pub robots: Option<StoredRobots>,
}

/// A robots file as it was fetched: at most 500 KiB of it (RFC 9309, 2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRobots {
    /// 0: it could not be reached.
    pub status: u16,
    pub body: Vec<u8>,
    pub fetched_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommentRecord {
    pub key: String,
    pub parent: Option<String>,
    pub author: Option<String>,
    pub posted_at: Option<Timestamp>,
    pub text: Option<String>,
    pub secret: bool,
    /// When a visit first saw it.
    #[serde(skip)]
    pub first_seen_at: Timestamp,
    /// When a complete reading of the comments no longer had it. Its words are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Since when its place is shown without its words. They are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
}

/// One article as exports give it: the line of the command contract. Field order is the output's order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArticleRecord {
    pub id: i64,
    /// The board's name.
    pub board: String,
    pub key: ArticleKey,
    pub url: String,
    pub rank: Option<u64>,
    pub title: String,
    pub author: Option<String>,
    pub posted_at: Option<Timestamp>,
    pub posted_at_precision: Option<String>,
    pub posted_text: Option<String>,
    pub category: Option<String>,
    pub source: Option<String>,
    /// `None` where no content is held.
    pub text: Option<String>,
    pub images: Vec<Image>,
    pub attachments: Vec<Attachment>,
    pub comments: Vec<CommentRecord>,
    pub tags: Vec<String>,
    pub views: Option<u64>,
    pub votes: Option<i64>,
    pub comment_count: Option<u64>,
    pub notice: bool,
    pub state: ArticleState,
    /// Why it is in this state, where that is not plain: `403`, `alert: …`.
    pub state_reason: Option<String>,
    pub first_seen_at: Timestamp,
    pub fetched_at: Option<Timestamp>,
    pub gone_at: Option<Timestamp>,
    pub revision_count: u32,
    /// Of the text alone, normalised: equal for two articles with the same words.
    pub content_hash: Option<String>,
    pub story: Option<i64>,
    /// Key of the earliest posted article with the same text before this one, else of the earliest near copy.
    pub duplicate_of: Option<ArticleKey>,
    /// All comment pages have been read.
    pub comments_complete: bool,
    /// When it left the list, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vanished: Option<Vanished>,
}

/// The interval in which an article left its board's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Vanished {
    /// It was listed then.
    pub after: Timestamp,
    /// It was missing then.
    pub before: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleFilter {
    pub board: Option<String>,
    /// Posted (or, without a date, first seen) at or after this moment.
    pub since: Option<Timestamp>,
}

/// One stored version of an article's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// 1 for the first.
    pub number: u32,
    pub at: Timestamp,
    pub title: String,
    pub category: Option<String>,
    pub text: String,
    pub html: String,
    pub images: Vec<Image>,
    pub attachments: Vec<Attachment>,
    pub content_hash: String,
    pub kind: RevisionKind,
    /// What changed with it outside of these fields: `author: 가 → 나`.
    pub note: Option<String>,
}

/// Where a revision comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RevisionKind {
    /// What the board showed: the first, or an edit.
    Visit,
    /// A stored page, read anew by other rules. No author changed anything.
    Reparse,
}

impl RevisionKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Reparse => "reparse",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Visit, Self::Reparse]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// Which changes are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    pub board: Option<String>,
    /// Found at or after this moment.
    pub since: Option<Timestamp>,
}

/// Something that happened to an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRecord {
    /// When a visit found it.
    pub at: Timestamp,
    pub kind: EventKind,
    pub board: String,
    /// Row id, as exports name the article.
    pub article: i64,
    pub key: ArticleKey,
    pub url: String,
    /// As it is now.
    pub title: String,
    /// The revision it led to.
    pub revision: Option<u32>,
    /// The evidence: `404`, `alert: …`.
    pub note: Option<String>,
}

/// Counts as they were seen at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CountRecord {
    pub at: Timestamp,
    pub views: Option<u64>,
    pub votes: Option<i64>,
    pub comments: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoardStatus {
    #[serde(flatten)]
    pub counts: BoardCounts,
    #[serde(skip)]
    pub board: Board,
    pub last_pass: Option<PassSummary>,
    /// A pass that was interrupted and will go on.
    pub open_pass: Option<PassSummary>,
    pub n_jobs_queued: u64,
    pub n_gaps: u64,
    /// What keeps the board from being read, if anything.
    pub trouble: Option<String>,
    /// `None`: the service has never polled it.
    pub health: Option<BoardHealth>,
}

/// How a board does, by the polls of the service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoardHealth {
    /// `None`: nothing is wrong.
    pub verdict: Option<Verdict>,
    pub since: Option<Timestamp>,
    /// What was seen, in words.
    pub finding: Option<String>,
    /// What the verdict rests on.
    pub evidence: Option<Evidence>,
    /// The last poll that found nothing wrong.
    pub last_good_at: Option<Timestamp>,
    pub next_pass: Option<NextPass>,
}

/// What the schedule plans for a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextPass {
    pub at: Timestamp,
    /// Why then, for people.
    pub reason: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BoardCounts {
    pub name: String,
    pub url: String,
    pub profile: String,
    pub n_articles: u64,
    pub n_stored: u64,
    pub n_pending: u64,
    pub n_restricted: u64,
    pub n_gone: u64,
    pub n_failed: u64,
    pub n_comments: u64,
    pub newest_posted_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassSummary {
    pub kind: &'static str,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub end: Option<&'static str>,
    #[serde(flatten)]
    pub report: PassReport,
}

impl From<Pass> for PassSummary {
    fn from(pass: Pass) -> Self {
        Self {
            kind: match pass.walk.kind {
                PassKind::Full => "full",
                PassKind::Incremental => "incremental",
            },
            started_at: pass.started_at,
            ended_at: pass.ended_at,
            end: Self::end_word(pass.end),
            report: pass.report,
        }
    }
}

impl PassSummary {
    pub fn end_word(end: Option<PassEnd>) -> Option<&'static str> {
        end.map(PassEnd::as_str)
    }
}

/// What the schedule keeps, in its own words (JSON): the store does not read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedSchedule {
    /// Of all boards together.
    pub planner: Option<String>,
    pub boards: HashMap<BoardId, String>,
}

/// Bytes by kind, indexes included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SizeOnDisk {
    pub file_bytes: u64,
    /// Rows of the articles and of their places and names.
    pub articles_bytes: u64,
    /// Titles, texts and cleaned markup, version by version.
    pub revisions_bytes: u64,
    pub comments_bytes: u64,
    /// Pages as they came, their dictionaries, and the visits that brought them.
    pub raw_pages_bytes: u64,
    pub search_bytes: u64,
    /// What near copies are found by.
    pub copies_bytes: u64,
    pub receipts_bytes: u64,
    /// Counts, events, jobs, sightings, the schedule, and room that is free.
    pub other_bytes: u64,
}

/// Another article with the same text, or nearly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CopyRecord {
    pub id: i64,
    pub board: String,
    pub key: ArticleKey,
    pub title: String,
    /// When it was posted, or else first seen.
    pub at: Timestamp,
    pub similarity: f64,
    pub containment: f64,
    /// `exact`, `near` or `truncated`.
    pub verdict: String,
}

/// An article that a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: i64,
    pub board: String,
    pub key: ArticleKey,
    pub url: String,
    pub title: String,
    pub author: Option<String>,
    pub source: Option<String>,
    pub posted_at: Option<Timestamp>,
    pub posted_at_precision: Option<String>,
    pub first_seen_at: Timestamp,
    pub state: ArticleState,
    pub gone_at: Option<Timestamp>,
    /// When it left the list, if it did.
    pub vanished: Option<Vanished>,
    pub category: Option<String>,
    pub comment_count: Option<u64>,
    pub revision_count: u32,
    /// Of the newest revision.
    pub revised_at: Option<Timestamp>,
    /// Empty where no content is held.
    pub text: String,
}

/// A page as it came, and the visit that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPage {
    /// Numbers of visits grow with time.
    pub visit: i64,
    /// As it was asked for, and where redirects led.
    pub url: String,
    pub final_url: String,
    pub status: u16,
    pub content_type: Option<String>,
    pub fetched_at: Timestamp,
    /// Decompressed, not decoded.
    pub body: Vec<u8>,
}

/// Articles joined by copies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryRecord {
    pub story: i64,
    pub n_copies: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// The earliest.
    pub key: ArticleKey,
    pub board: String,
    pub title: String,
}

/// Posts of a quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QuarterCount {
    /// Its beginning.
    pub at: Timestamp,
    pub n_posts: u64,
}

/// Where to go on in a host's receipts: its moment, then its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptPlace {
    pub at: Timestamp,
    pub id: i64,
}

impl ReceiptPlace {
    /// Behind all of them.
    pub const END: Self = Self {
        at: Timestamp::MAX,
        id: i64::MAX,
    };
}

/// A request as it was made, and what allowed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptRecord {
    pub id: i64,
    /// `host` or `host:port`.
    pub host: String,
    pub url: String,
    /// When it was sent.
    pub at: Timestamp,
    /// `None`: no answer came.
    pub status: Option<u16>,
    /// Decompressed bytes read.
    pub body_bytes: u64,
    pub duration_ms: u64,
    /// What asked for it: `listing`, `article`, `comments`, `robots`, `redirect`.
    pub purpose: String,
    /// The rule that allowed it.
    pub allowed_by: String,
    pub error: Option<String>,
    /// Since the request to the host before it; `None`: it is the first that is kept.
    pub spacing_ms: Option<u64>,
}

/// An alarm of a board, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictRecord {
    /// The event's number.
    pub event: i64,
    pub at: Timestamp,
    pub kind: EventKind,
    pub board: String,
    pub board_url: String,
    /// The verdict and the finding.
    pub note: String,
}
