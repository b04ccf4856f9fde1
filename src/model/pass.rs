//! A pass: one walk of a board, from page 1 towards the end. Its state is a row in the store, so that it
//! goes on where it stood after a stop at any moment.

use jiff::Timestamp;

use super::{ArticleKey, BoardId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PassId(pub i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassKind {
    /// To the end of the board (or `--pages`, `--since`): the first pass, and a deeper look from time to time.
    Full,
    /// Until pages bring nothing new.
    Incremental,
}

/// The last row up to which the walk is known to be whole: what the next page is joined to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    pub key: ArticleKey,
    pub rank: Option<u64>,
}

/// Where a walk stands. Pure state; `listing::walk` decides how it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    pub kind: PassKind,
    /// The page to read next.
    pub page: u32,
    /// The furthest page read so far.
    pub deepest: u32,
    /// Oldest row of the last page that was joined; `None` before page 1, or after a gap.
    pub edge: Option<Edge>,
    /// Steps back in a row because a page did not join; reset by a join.
    pub n_torn: u32,
    /// Of those, the ones in a row that found the page as it was.
    pub n_still: u32,
    /// Rows were seen to shift while this walk went on.
    pub moved: bool,
    /// The last page that a pager of this walk has linked.
    pub last_shown: Option<u32>,
    /// Pages in a row that brought nothing new.
    pub n_quiet: u32,
    /// Keys of the last page's ordinary rows, hashed: the same page again means the end.
    pub last_page_digest: Option<String>,
    /// Likewise of page 1: some engines show it for every number past the end.
    pub first_page_digest: Option<String>,
    /// Boards without ranks: oldest row of the page ahead, while this page is read again only to prove that the
    /// two join.
    pub ahead: Option<Edge>,
    /// Rank of the newest ordinary row on page 1, when the walk began.
    pub newest_rank: Option<u64>,
    /// By how many `newest_rank` exceeds the articles known to be listed. A pass that finds more missing than the
    /// one before it does not stop at quiet pages: a reply may stand deep under an old parent.
    pub deficit: Option<i64>,
    /// Stop after this page (`--pages`).
    pub max_pages: Option<u32>,
    /// Stop at rows older than this (`--since`).
    pub since: Option<Timestamp>,
    /// Boards without ranks: how often the walk has begun anew at page 1 to see whether a row slipped by.
    pub n_rounds: u32,
    /// Likewise: this round found a row that the one before it should have found.
    pub late: bool,
    /// Likewise: the newest ordinary row of page 1 when this round began.
    pub top: Option<ArticleKey>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    pub id: PassId,
    pub board: BoardId,
    pub walk: Walk,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub end: Option<PassEnd>,
    pub report: PassReport,
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PassEnd {
    /// Rank 1, the pager's last page, an empty page, the last page again, a 404 past the end.
    Complete,
    /// Nothing new on several pages.
    CaughtUp,
    /// `--pages` or `--since` was reached.
    Limit,
    /// The board is closed, blocked or no longer fits its profile.
    Stopped,
}

impl PassEnd {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::CaughtUp => "caught up",
            Self::Limit => "limit",
            Self::Stopped => "stopped",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Complete, Self::CaughtUp, Self::Limit, Self::Stopped]
            .into_iter()
            .find(|end| end.as_str() == word)
    }
}

/// Counters of a pass, added up in the transactions that made them true.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct PassReport {
    pub n_listing_pages: u64,
    pub n_rows: u64,
    /// Articles whose row was seen for the first time.
    pub n_new: u64,
    /// Articles whose content was stored for the first time.
    pub n_stored: u64,
    /// Revisions.
    pub n_changed: u64,
    pub n_restricted: u64,
    pub n_gone: u64,
    pub n_failed: u64,
    /// Stored articles whose text equals another's.
    pub n_duplicates: u64,
}

impl PassReport {
    /// What was added since an earlier sum.
    pub fn since(self, before: &PassReport) -> PassReport {
        PassReport {
            n_listing_pages: self.n_listing_pages.saturating_sub(before.n_listing_pages),
            n_rows: self.n_rows.saturating_sub(before.n_rows),
            n_new: self.n_new.saturating_sub(before.n_new),
            n_stored: self.n_stored.saturating_sub(before.n_stored),
            n_changed: self.n_changed.saturating_sub(before.n_changed),
            n_restricted: self.n_restricted.saturating_sub(before.n_restricted),
            n_gone: self.n_gone.saturating_sub(before.n_gone),
            n_failed: self.n_failed.saturating_sub(before.n_failed),
            n_duplicates: self.n_duplicates.saturating_sub(before.n_duplicates),
        }
    }
}

/// A stretch of a listing that a walk could not read or could not join.
///
/// What lies in it is told by its edges, not by its page: after forty new posts the same rows stand two pages deeper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where it was found.
    pub page: u32,
    /// The row above it; `None`: the top of the board.
    pub above: Option<Edge>,
    /// The row below it; `None` while no page behind it has been read.
    pub below: Option<Edge>,
    pub reason: GapReason,
    /// What happened, for the operator.
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GapId(pub i64);

/// A gap that no walk has closed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenGap {
    pub id: GapId,
    pub gap: Gap,
    /// The pass that found it.
    pub found_by: PassId,
    /// The pass whose unbroken stretch has come from the gap's upper edge, or from above it, to where it stands.
    pub reached_by: Option<PassId>,
    /// Posts of the board first seen since: by so many rows, at most, additions have pushed it down.
    pub n_added: u64,
}

/// What a listing page means for the gaps that are open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GapSteps {
    /// The stretch that this pass had walked without a tear ended here.
    pub broken: bool,
    /// The page, or the stretch that it ends, holds their upper edge.
    pub reached: Vec<GapId>,
    /// The first row behind them became known.
    pub bounded: Vec<(GapId, Edge)>,
    /// Walked through from their upper edge to the lower one.
    pub closed: Vec<GapId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// The page could not be fetched or read.
    Unread,
    /// The page was read, but rows between it and the one before may be missing.
    Torn,
}
