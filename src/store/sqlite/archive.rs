//! The outputs' door to an SQLite store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::dictionary::{Dictionaries, Unpacker};
use super::pages::{self, StoredPage};
use super::{
    audit, backup, changes, check_to_read, find, glance, guard, open_to_read, outbox, profiles,
    records, schedule, search, sql_error, status, stories,
};
use crate::health::audit::Facts;
use crate::model::{ArticleId, Board, BoardId, Pass};
use crate::store::search_query::Query;
use crate::store::{
    Answer, Archive, ArticleFilter, ArticleRecord, BoardStatus, ChangeFilter, ChangeRecord,
    CopyRecord, CountRecord, Hit, MessageRecord, NotifierRecord, QuarterCount, RawPage,
    ReceiptPlace, ReceiptRecord, Revision, SavedSchedule, SizeOnDisk, StoreError, StoryRecord,
    VerdictRecord,
};

/// Articles read at a time. Each lot is a transaction of its own, and none is open while the caller works: a reader
/// that waits (`export | less`) would else keep the journal of a running crawl from ever being cut back.
const N_AT_A_TIME: u32 = 64;

/// Likewise of raw pages, which are bigger.
const N_PAGES_AT_A_TIME: u32 = 16;

/// Reads a store, also while a crawl in another process writes it.
pub struct SqliteArchive {
    conn: Connection,
    path: PathBuf,
    dictionaries: Dictionaries,
}

impl SqliteArchive {
    /// Opens the store at `path` to be read. Makes no file.
    ///
    /// # Errors
    /// `Missing`, `Foreign`, `Damaged`, `Newer`, `Older`, `NetworkFileSystem`.
    pub fn open(path: &Path) -> Answer<Self> {
        let path = check_to_read(path)?;
        let conn = open_to_read(&path)
            .map_err(|error| sql_error("opening the store to read it", error))?;
        Ok(Self {
            conn,
            path,
            dictionaries: Dictionaries::default(),
        })
    }

    /// Copies the store into a new file, also while a crawl writes it; the copy's size in bytes.
    ///
    /// # Errors
    /// `Exists`, `Damaged` where the copy is not whole, `DiskFull`, `Open`, `Sql`.
    pub fn back_up(&self, into: &Path) -> Answer<u64> {
        backup::back_up(&self.path, into)
    }

    /// Reads every page of the store; minutes for a big one.
    ///
    /// # Errors
    /// `Damaged`, with the first finding.
    pub fn check(&self) -> Answer<()> {
        backup::check(&self.path)
    }

    /// Whether [`Archive::search`] can find words.
    ///
    /// # Errors
    /// `Sql`.
    pub fn has_search_index(&self) -> Answer<bool> {
        self.read("looking at the search index", search::is_current)
    }

    /// A raw page as it came.
    fn unpacked(&self, page: &StoredPage) -> Answer<Vec<u8>> {
        let problem = |source| StoreError::Open {
            path: self.path.clone(),
            doing: "a raw page cannot be read",
            source,
        };
        let Some(id) = page.dictionary else {
            return pages::unpack_plain(page).map_err(problem);
        };
        let unpacker = match self.dictionaries.unpacker(id) {
            Some(kept) => kept,
            None => {
                let stored =
                    self.read("reading a dictionary", |conn| pages::dictionary(conn, id))?;
                let what = "dictionary";
                let stored = stored.ok_or(StoreError::NotFound { what, id })?;
                let unpacker = Arc::new(Unpacker::of(&stored).map_err(problem)?);
                self.dictionaries.keep(id, Arc::clone(&unpacker));
                unpacker
            }
        };
        unpacker
            .unpack(&page.body, page.body_bytes as usize)
            .map_err(problem)
    }

    /// Runs `work` on one view of the store.
    fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Answer<T> {
        let read = || {
            let transaction = self.conn.unchecked_transaction()?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        read().map_err(|error| sql_error(doing, error))
    }
}

impl Archive for SqliteArchive {
    fn boards(&self) -> Answer<Vec<BoardStatus>> {
        self.read("counting what the boards hold", status::boards)
    }

    fn articles(
        &self,
        filter: &ArticleFilter,
        each: &mut dyn FnMut(ArticleRecord) -> bool,
    ) -> Answer<()> {
        let mut after = 0;
        loop {
            let lot = self.read("reading articles", |conn| {
                records::next_articles(conn, filter, after, N_AT_A_TIME)
            })?;
            let Some(last) = lot.last() else {
                return Ok(());
            };
            after = last.id;
            for record in lot {
                if !each(record) {
                    return Ok(());
                }
            }
        }
    }

    fn find(&self, what: &str) -> Answer<Vec<ArticleRecord>> {
        self.read("looking for an article", |conn| records::find(conn, what))
    }

    fn revisions(&self, article: ArticleId) -> Answer<Vec<Revision>> {
        self.read("reading revisions", |conn| {
            records::revisions(conn, article)
        })
    }

    fn changes(
        &self,
        filter: &ChangeFilter,
        each: &mut dyn FnMut(ChangeRecord) -> bool,
    ) -> Answer<()> {
        let mut after = changes::Place::before(filter);
        loop {
            let lot = self.read("reading changes", |conn| {
                changes::next(conn, filter, after, N_AT_A_TIME)
            })?;
            let Some((_, last)) = lot.last() else {
                return Ok(());
            };
            after = *last;
            for (record, _) in lot {
                if !each(record) {
                    return Ok(());
                }
            }
        }
    }

    fn counts(&self, article: ArticleId) -> Answer<Vec<CountRecord>> {
        self.read("reading counts", |conn| changes::counts(conn, article))
    }

    fn schedule(&self) -> Answer<SavedSchedule> {
        self.read("reading the schedule", schedule::saved)
    }

    fn last_passes(&self, board: BoardId, limit: u32) -> Answer<Vec<Pass>> {
        self.read("reading passes", |conn| {
            schedule::last_passes(conn, board, limit)
        })
    }

    fn audit(&self, board: &Board) -> Answer<Facts> {
        self.read("auditing a board", |conn| audit::facts(conn, board))
    }

    fn outlines(&self) -> Answer<Vec<Facts>> {
        self.read("auditing all boards", audit::outlines)
    }

    fn copies(&self, article: ArticleId) -> Answer<Vec<CopyRecord>> {
        self.read("reading copies", |conn| stories::copies_of(conn, article))
    }

    fn stories(&self, since: Option<Timestamp>, min_copies: u64) -> Answer<Vec<StoryRecord>> {
        self.read("reading stories", |conn| {
            stories::list(conn, since, min_copies)
        })
    }

    fn profiles(&self) -> Answer<Vec<String>> {
        self.read("reading learnt profiles", profiles::all)
    }

    fn search(&self, query: &Query, limit: u32, skip: u32) -> Answer<Vec<Hit>> {
        let found = self.read("searching", |conn| find::find(conn, query, limit, skip))?;
        found.ok_or(StoreError::NoSearchIndex)
    }

    fn raw_pages(
        &self,
        filter: &ArticleFilter,
        each: &mut dyn FnMut(RawPage) -> bool,
    ) -> Answer<()> {
        let mut after = 0;
        loop {
            let lot = self.read("reading raw pages", |conn| {
                pages::next_visits(conn, filter, after, N_PAGES_AT_A_TIME)
            })?;
            let Some((last, _)) = lot.last() else {
                return Ok(());
            };
            after = last.visit;
            for (mut raw, packed) in lot {
                raw.body = self.unpacked(&packed)?;
                if !each(raw) {
                    return Ok(());
                }
            }
        }
    }

    fn size_on_disk(&self) -> Answer<SizeOnDisk> {
        let file_bytes = guard::file_bytes(&self.path);
        self.read("adding up sizes", |conn| {
            status::size_on_disk(conn, file_bytes)
        })
    }

    fn posts_by_quarter(
        &self,
        board: BoardId,
        since: Timestamp,
        timed_only: bool,
    ) -> Answer<Vec<QuarterCount>> {
        self.read("counting posts", |conn| {
            glance::posts_by_quarter(conn, board, since, timed_only)
        })
    }

    fn latest(&self, board: BoardId, limit: u32, skip: u32) -> Answer<Vec<Hit>> {
        self.read("reading the latest articles", |conn| {
            glance::latest(conn, board, limit, skip)
        })
    }

    fn last_changes(&self, board: BoardId, limit: u32) -> Answer<Vec<ChangeRecord>> {
        self.read("reading the latest changes", |conn| {
            glance::last_changes(conn, board, limit)
        })
    }

    fn receipts(&self, host: &str, before: ReceiptPlace, limit: u32) -> Answer<Vec<ReceiptRecord>> {
        self.read("reading receipts", |conn| {
            glance::receipts(conn, host, before, limit)
        })
    }

    fn verdicts(&self, limit: u32) -> Answer<Vec<VerdictRecord>> {
        self.read("reading verdicts", |conn| outbox::verdicts(conn, limit))
    }

    fn notifiers(&self) -> Answer<Vec<NotifierRecord>> {
        self.read("looking at the notifiers", outbox::notifiers)
    }

    fn messages(&self, limit: u32) -> Answer<Vec<MessageRecord>> {
        self.read("reading messages", |conn| outbox::messages(conn, limit))
    }
}
