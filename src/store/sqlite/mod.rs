//! The store in one SQLite file. All SQL of boardwalk is in this folder.
//!
//! In: the conductor's calls ([`Store`]) and the outputs' ([`crate::store::Archive`], by [`SqliteArchive`]).
//! Out: rows. One thread owns the writing connection and commits what is queued as a group ([`writer`]); a few
//! reading connections serve the rest. Times are whole milliseconds since 1970 in UTC, all of them.
//!
//! It must never answer before the commit is on the disk, never open a file that it cannot vouch for, and never
//! make a new store where an unreadable one lies ([`guard`]).

mod archive;

use std::path::Path;

pub use archive::SqliteArchive;

use jiff::Timestamp;
use std::collections::HashMap;

use super::{Answer, ArticleTarget, HostRecord, Store, StoreError, StoredRobots};
use crate::model::{
    ArticleId, ArticleKey, Board, BoardId, Gap, Job, Known, NewBoard, NewJob, Pass, PassId,
    Receipt, Settled, Settlement, Walk,
};

/// Who opens a store, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// A crawl: makes the file if there is none, and is alone on it.
    ReadWrite,
    /// Looks only, also while a crawl in another process writes. A call that would change something answers
    /// [`StoreError::ReadOnly`].
    ReadOnly,
}

/// What is kept beside the articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreOptions {
    /// Keep each fetched page as it came, compressed.
    pub keep_raw_pages: bool,
    /// Fill the full-text index. Turned on later, it is built when the store is opened.
    pub search_index: bool,
    /// Receipts of requests older than this many days are removed.
    pub receipts_days: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            keep_raw_pages: true,
            search_index: true,
            receipts_days: 90,
        }
    }
}

/// A store in one SQLite file. Clones share it; the last one to be dropped closes it cleanly.
#[derive(Clone)]
pub struct SqliteStore {}

impl SqliteStore {
    /// Opens the store at `path`. Blocks: for a big file the check at the start may take seconds.
    ///
    /// # Errors
    /// `InUse`, `NetworkFileSystem`, `Damaged`, `Foreign`, `Newer`; read-only also `Missing` and `Older`. None of
    /// these changes the file.
    pub fn open(path: &Path, mode: OpenMode, options: StoreOptions) -> Result<Self, StoreError> {
        let _ = (path, mode, options);
        todo!()
    }
}

#[allow(unused_variables)]
impl Store for SqliteStore {
    async fn register_board(&self, board: NewBoard, at: Timestamp) -> Answer<Board> {
        todo!()
    }

    async fn boards(&self) -> Answer<Vec<Board>> {
        todo!()
    }

    async fn open_pass(&self, board: BoardId) -> Answer<Option<Pass>> {
        todo!()
    }

    async fn last_pass(&self, board: BoardId, full: bool) -> Answer<Option<Pass>> {
        todo!()
    }

    async fn pass(&self, pass: PassId) -> Answer<Pass> {
        todo!()
    }

    async fn begin_pass(
        &self,
        board: BoardId,
        walk: Walk,
        first: impl FnOnce(PassId) -> NewJob + Send + 'static,
        restricted_before: Timestamp,
        at: Timestamp,
    ) -> Answer<Pass> {
        todo!()
    }

    async fn claim(
        &self,
        host: &str,
        boards: &[BoardId],
        now: Timestamp,
        limit: usize,
    ) -> Answer<Vec<Job>> {
        todo!()
    }

    fn release(&self, job: &Job) {
        todo!()
    }

    async fn next_due(&self, host: &str, boards: &[BoardId]) -> Answer<Option<Timestamp>> {
        todo!()
    }

    async fn n_queued(&self, board: BoardId) -> Answer<(u64, u64)> {
        todo!()
    }

    async fn known(
        &self,
        pass: PassId,
        keys: Vec<ArticleKey>,
    ) -> Answer<HashMap<ArticleKey, Known>> {
        todo!()
    }

    async fn target(&self, article: ArticleId) -> Answer<ArticleTarget> {
        todo!()
    }

    async fn n_listed(&self, board: BoardId) -> Answer<u64> {
        todo!()
    }

    async fn gaps(&self, board: BoardId) -> Answer<Vec<Gap>> {
        todo!()
    }

    async fn settle(&self, settlement: Settlement) -> Answer<Settled> {
        todo!()
    }

    async fn stop_pass(&self, pass: PassId, reason: String, at: Timestamp) -> Answer<()> {
        todo!()
    }

    async fn host(&self, host: &str) -> Answer<Option<HostRecord>> {
        todo!()
    }

    async fn save_robots(
        &self,
        host: &str,
        robots: StoredRobots,
        receipts: Vec<Receipt>,
    ) -> Answer<()> {
        todo!()
    }
}
