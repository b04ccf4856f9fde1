//! Where everything is kept. Five doors: [`Store`] for the conductor, which changes things one whole visit at a
//! time, [`Archive`] for the outputs, which only read,
//! [`Rereading`] for a reparse, which reads stored pages anew, [`Upkeep`] for profiles that stop fitting, and [`Outbox`]
//! for messages to the outside.
//!
//! Rules every store keeps, and the conformance suite (`tests/store/`) checks:
//! - [`Store::settle`] is one transaction, and returns only after it is durable (power loss included).
//! - A job exists until it is settled. A job claimed by a process that died is claimable again.
//! - Nothing is deleted or overwritten: content that changes becomes a revision.
//! - Settling the same listing or article twice leaves the same rows as settling it once.

mod error;
mod outbox;
mod records;
mod reread;
pub mod search_query;
pub mod search_text;
pub mod sqlite;
mod turns;
mod upkeep;

use std::collections::HashMap;
use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use url::Url;

pub use error::StoreError;
pub use outbox::{
    Delivery, EventArticle, EventRecord, MessageRecord, NewMessage, NotifierRecord, NotifierState,
    Outbox,
};
pub use records::{
    ArticleFilter, ArticleRecord, ArticleTarget, AskAgain, BoardCounts, BoardHealth, BoardStatus,
    ChangeFilter, ChangeRecord, CommentRecord, CopyRecord, CountRecord, Hit, HostRecord, NextPass,
    PassSummary, QuarterCount, RawPage, ReceiptPlace, ReceiptRecord, Revision, RevisionKind,
    SavedSchedule, SizeOnDisk, StoredRobots, StoryRecord, Vanished, VerdictRecord,
};
use reread::same_images;
pub use reread::{ArticleFields, RawVisit, Reread, Rereading, StoredReading};
pub(crate) use turns::in_turn;
pub use upkeep::{Broken, Exemplar, Repair, SavedFit, Upkeep, successor};

use search_query::Query;

use crate::health::audit::Facts;
use crate::health::ledger::Numbering;
use crate::health::radar::{Plan, View};
use crate::health::verdict::{Change, Health};
use crate::model::{
    ArticleId, ArticleKey, Board, BoardId, HostPause, Job, Known, NewBoard, NewJob, OpenGap, Pass,
    PassId, PassReport, Receipt, Settled, Settlement, Walk,
};

type Answer<T> = Result<T, StoreError>;

/// How many rows a board has, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCount {
    /// Live, listed articles that are not notices, and what the board counts below the oldest of them: what the newest
    /// rank should be.
    pub n_listed: u64,
    /// Posts that are known by their ranks alone.
    pub n_unknown: u64,
}

/// What is known of a board's number column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// What the board counts below the oldest of its rows.
    pub base: u64,
    /// What the column has said so far.
    pub numbers: Numbering,
}

/// What the conductor does with a store.
pub trait Store: Rereading + Upkeep {
    /// The board with this key, made if it is new. A changed URL or profile is taken over; a name that is taken
    /// by another board becomes `host/name`.
    fn register_board(
        &self,
        board: NewBoard,
        at: Timestamp,
    ) -> impl Future<Output = Answer<Board>> + Send;

    /// A board that was known by its address alone ([`NewBoard::stranger`]) turns out to be this one, and what was told of
    /// it is told of this one. Nothing is done where there is no such board.
    fn recognised(&self, address: Url, board: NewBoard) -> impl Future<Output = Answer<()>> + Send;

    fn boards(&self) -> impl Future<Output = Answer<Vec<Board>>> + Send;

    /// Those whose keys carry this host ([`host_key`](crate::fetch::host_key)), recognised or not.
    fn boards_on(&self, host: &str) -> impl Future<Output = Answer<Vec<Board>>> + Send;

    /// The board's unfinished pass, if it has one.
    fn open_pass(&self, board: BoardId) -> impl Future<Output = Answer<Option<Pass>>> + Send;

    /// The last finished pass; with `full`, the last one of kind `Full` that ended `Complete`.
    fn last_pass(
        &self,
        board: BoardId,
        full: bool,
    ) -> impl Future<Output = Answer<Option<Pass>>> + Send;

    /// What was kept of the schedule; empty before anything was.
    fn schedule(&self) -> impl Future<Output = Answer<SavedSchedule>> + Send;

    /// Keeps the states given; those of other boards stay.
    fn save_schedule(
        &self,
        schedule: SavedSchedule,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// The last finished passes of a board, oldest first.
    fn last_passes(
        &self,
        board: BoardId,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<Pass>>> + Send;

    /// What is known of how a board does; `None`: nothing yet.
    fn health(&self, board: BoardId) -> impl Future<Output = Answer<Option<Health>>> + Send;

    /// Keeps that, and when the next pass is planned. A change becomes an event in the same transaction.
    fn save_health(
        &self,
        board: BoardId,
        health: Health,
        next: Option<NextPass>,
        change: Option<Change>,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;

    fn pass(&self, pass: PassId) -> impl Future<Output = Answer<Pass>> + Send;

    /// All passes of a board added up.
    fn totals(&self, board: BoardId) -> impl Future<Output = Answer<PassReport>> + Send;

    /// Whether a pass since the last one that read the whole board was ended by a limit, or stopped: then rows that
    /// look quiet may hide others, deeper, that no pass has seen.
    fn was_cut_short(&self, board: BoardId) -> impl Future<Output = Answer<bool>> + Send;

    /// Changes how far an open pass goes.
    fn set_limits(
        &self,
        pass: PassId,
        max_pages: Option<u32>,
        since: Option<Timestamp>,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Starts a pass. In the same transaction its first listing job is queued (`first` is asked for it, once the
    /// pass has an id), and so is a job for each article of the board that `again` speaks of.
    fn begin_pass(
        &self,
        board: BoardId,
        walk: Walk,
        first: impl FnOnce(PassId) -> NewJob + Send + 'static,
        again: AskAgain,
        at: Timestamp,
    ) -> impl Future<Output = Answer<Pass>> + Send;

    /// Up to `limit` due jobs for a host, of the given boards, by priority, then due time, then age. Each is given
    /// out once until it is settled, released, or the process ends.
    fn claim(
        &self,
        host: &str,
        boards: &[BoardId],
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Answer<Vec<Job>>> + Send;

    /// Gives a claimed job back, untouched.
    fn release(&self, job: &Job);

    /// When the earliest unclaimed job for these boards is due; `None` if there is none.
    fn next_due(
        &self,
        host: &str,
        boards: &[BoardId],
    ) -> impl Future<Output = Answer<Option<Timestamp>>> + Send;

    /// Articles of a board that were said to be gone once ([`Outcome::SaidGone`](crate::model::Outcome)), and when all of
    /// them may be asked again.
    fn unconfirmed(
        &self,
        board: BoardId,
    ) -> impl Future<Output = Answer<(u64, Option<Timestamp>)>> + Send;

    /// Queued jobs of a board: listing pages, articles and comment pages.
    fn n_queued(&self, board: BoardId) -> impl Future<Output = Answer<(u64, u64)>> + Send;

    /// What is known of these keys. `pass` decides [`Known::before_this_pass`].
    fn known(
        &self,
        pass: PassId,
        keys: Vec<ArticleKey>,
    ) -> impl Future<Output = Answer<HashMap<ArticleKey, Known>>> + Send;

    /// What a visit to an article needs to know of it.
    fn target(&self, article: ArticleId) -> impl Future<Output = Answer<ArticleTarget>> + Send;

    /// The article of a board whose content was read last: whether it is still there tells an outage from deletions.
    fn last_stored(
        &self,
        board: BoardId,
    ) -> impl Future<Output = Answer<Option<ArticleTarget>>> + Send;

    /// What is known of a board's number column.
    fn ranks(&self, board: BoardId) -> impl Future<Output = Answer<Ranks>> + Send;

    /// How many rows a board has, as far as is known: all are read for it.
    fn row_count(&self, board: BoardId) -> impl Future<Output = Answer<RowCount>> + Send;

    /// Gaps that no pass has closed yet, by page.
    fn gaps(&self, board: BoardId) -> impl Future<Output = Answer<Vec<OpenGap>>> + Send;

    /// What the deletion radar goes by after a pass's walk. `None`: the pass still walks, pages that the radar asked for
    /// are not read yet, or the board shows no ranks.
    fn radar_view(
        &self,
        board: BoardId,
        pass: PassId,
    ) -> impl Future<Output = Answer<Option<View>>> + Send;

    /// Writes down what the radar's plan says, and queues the pages it asks for. Where it asks for none, the pages of
    /// articles that are not listed any more are queued, `spacing` apart. Answers how many jobs were queued.
    fn follow_plan(
        &self,
        pass: &Pass,
        plan: Plan,
        jobs: Vec<NewJob>,
        spacing: SignedDuration,
        at: Timestamp,
    ) -> impl Future<Output = Answer<u64>> + Send;

    /// Asks the next crawl to read what the board's listing has and the archive has not. Answers about how many
    /// listing pages that takes; 0: there is no hole.
    fn ask_repair(&self, board: BoardId, at: Timestamp)
    -> impl Future<Output = Answer<u32>> + Send;

    /// A visit's request is on its way, and will soon be settled: others that are ready may wait a moment for it, to share
    /// what making them true costs. Holds as long as what is returned lives.
    fn announce(&self) -> impl Send + Sync + 'static;

    /// Makes a visit true.
    fn settle(&self, settlement: Settlement) -> impl Future<Output = Answer<Settled>> + Send;

    /// Does what visits have put off: what a board's frame is, and near copies that follow from it. At most some seconds'
    /// work, at the end of a crawl; opening the store does the same. Not after each poll of a service: a young board's frame
    /// is another one with every text that comes.
    fn tidy(&self) -> impl Future<Output = Answer<()>> + Send;

    /// Ends a pass from outside its walk (the board is blocked): its listing jobs go, its article jobs stay.
    fn stop_pass(
        &self,
        pass: PassId,
        reason: String,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Keeps a learnt profile's text, in place of an earlier one of its name.
    fn save_profile(
        &self,
        name: String,
        text: String,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// The texts of all learnt profiles.
    fn profiles(&self) -> impl Future<Output = Answer<Vec<String>>> + Send;

    /// Keeps the receipts of requests that were made for no job.
    fn save_receipts(&self, receipts: Vec<Receipt>) -> impl Future<Output = Answer<()>> + Send;

    fn host(&self, host: &str) -> impl Future<Output = Answer<Option<HostRecord>>> + Send;

    /// Keeps a pause that a host asked for outside any job.
    fn save_pause(
        &self,
        pause: HostPause,
        receipts: Vec<Receipt>,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Keeps what a host's robots file said, and the receipts of asking for it.
    fn save_robots(
        &self,
        host: &str,
        robots: StoredRobots,
        receipts: Vec<Receipt>,
    ) -> impl Future<Output = Answer<()>> + Send;
}

/// What the outputs do with a store. Synchronous: outputs run on a blocking thread.
pub trait Archive {
    fn boards(&self) -> Answer<Vec<BoardStatus>>;

    /// Calls `each` for every article that fits, oldest row first, without holding them all in memory. `each`
    /// returns `false` to stop.
    fn articles(
        &self,
        filter: &ArticleFilter,
        each: &mut dyn FnMut(ArticleRecord) -> bool,
    ) -> Answer<()>;

    /// By row id, key, engine id (if only one article has it) or any URL form that was stored.
    fn find(&self, what: &str) -> Answer<Vec<ArticleRecord>>;

    /// Oldest first.
    fn revisions(&self, article: ArticleId) -> Answer<Vec<Revision>>;

    /// Calls `each` for every change that fits, oldest first, without holding them all in memory. `each` returns
    /// `false` to stop.
    fn changes(
        &self,
        filter: &ChangeFilter,
        each: &mut dyn FnMut(ChangeRecord) -> bool,
    ) -> Answer<()>;

    /// How the counts of an article went, oldest first: a line where one of them changed.
    fn counts(&self, article: ArticleId) -> Answer<Vec<CountRecord>>;

    /// As [`Store::schedule`].
    fn schedule(&self) -> Answer<SavedSchedule>;

    /// As [`Store::last_passes`].
    fn last_passes(&self, board: BoardId, limit: u32) -> Answer<Vec<Pass>>;

    /// What is known of a board's completeness, for [`crate::health::audit::audit`].
    fn audit(&self, board: &Board) -> Answer<Facts>;

    /// The same of each board, in the order of [`Archive::boards`], without months, and of what is held the number of
    /// listed ones alone: cheap enough for a page that is opened often.
    fn outlines(&self) -> Answer<Vec<Facts>>;

    /// Copies of an article, earliest first.
    fn copies(&self, article: ArticleId) -> Answer<Vec<CopyRecord>>;

    /// Stories with at least `min_copies` articles, one of them at or after `since`; the latest first.
    fn stories(&self, since: Option<Timestamp>, min_copies: u64) -> Answer<Vec<StoryRecord>>;

    /// As [`Store::profiles`].
    fn profiles(&self) -> Answer<Vec<String>>;

    /// Articles that a query finds, `limit` of them behind the first `skip`: those that fit its words best first, the
    /// newest first where it has none. Of very many that have its words, the last seen ones are ranked. `NoSearchIndex`
    /// where there is none for its words.
    fn search(&self, query: &Query, limit: u32, skip: u32) -> Answer<Vec<Hit>>;

    /// Calls `each` for every raw page that is kept, of one board or of all, fetched at or after `since`, in the order of
    /// the visits, without holding them all in memory. `each` returns `false` to stop.
    fn raw_pages(
        &self,
        filter: &ArticleFilter,
        each: &mut dyn FnMut(RawPage) -> bool,
    ) -> Answer<()>;

    fn size_on_disk(&self) -> Answer<SizeOnDisk>;

    /// How many posts of a board each quarter of an hour had since a moment, oldest first, without those that had none.
    /// `timed_only`: only posts that tell at least their hour.
    fn posts_by_quarter(
        &self,
        board: BoardId,
        since: Timestamp,
        timed_only: bool,
    ) -> Answer<Vec<QuarterCount>>;

    /// Articles of a board, `limit` of them behind the first `skip`, by their dates, newest first.
    fn latest(&self, board: BoardId, limit: u32, skip: u32) -> Answer<Vec<Hit>>;

    /// What happened to articles of a board, apart from new ones; newest first.
    fn last_changes(&self, board: BoardId, limit: u32) -> Answer<Vec<ChangeRecord>>;

    /// Requests to a host before a place, newest first.
    fn receipts(&self, host: &str, before: ReceiptPlace, limit: u32) -> Answer<Vec<ReceiptRecord>>;

    /// Alarms of boards and their ends, newest first.
    fn verdicts(&self, limit: u32) -> Answer<Vec<VerdictRecord>>;

    /// Notifiers in figures, by name.
    fn notifiers(&self) -> Answer<Vec<NotifierRecord>>;

    /// Messages that were given up, then those that wait, by when they are due.
    fn messages(&self, limit: u32) -> Answer<Vec<MessageRecord>>;
}
