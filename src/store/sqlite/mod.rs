//! The store in one SQLite file. All SQL of boardwalk is in this folder.
//!
//! In: the conductor's calls ([`crate::store::Store`]) and the outputs' ([`crate::store::Archive`], by [`SqliteArchive`]).
//! Out: rows. One thread owns the writing connection and commits what is queued as a group ([`writer`]); a few
//! reading connections serve the rest. Times are whole milliseconds since 1970 in UTC, all of them.
//!
//! It must never answer before the commit is on the disk, never open a file that it cannot vouch for, and never
//! make a new store where an unreadable one lies ([`guard`]).

mod archive;
mod audit;
mod backup;
mod changes;
mod claims;
mod copies;
mod copy_index;
mod copy_search;
mod dictionary;
mod digests;
mod door;
mod find;
mod frames;
mod glance;
mod guard;
mod health;
mod hosts;
mod ledger;
mod outbox;
mod pages;
mod passes;
mod prepare;
mod profiles;
mod queue;
mod radar;
mod read;
mod readers;
mod records;
mod rereads;
mod revisits;
mod schedule;
mod schema;
mod search;
mod settle;
mod status;
mod stories;
mod upkeep;
mod values;
mod vault;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use archive::SqliteArchive;
pub use backup::restore;
pub use copies::CopyOptions;
pub use copy_search::{CopyArchive, CopySearch, Judged};
pub use outbox::OutboxDesk;

use super::{Answer, StoreError};
use crate::schedule::RevisitSchedule;
use claims::Claims;
use dictionary::Dictionaries;
use guard::Found;
use readers::Readers;
use writer::Writer;

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
    /// Raw pages older than this many days are removed. What was read from them stays.
    pub raw_pages_days: Option<u32>,
    /// The oldest raw pages are removed where all together take more, as they are stored.
    pub raw_pages_max_bytes: Option<u64>,
    /// Fill the full-text index. Turned on later, it is built when the store is opened.
    pub search_index: bool,
    /// Receipts of requests older than this many days are removed.
    pub receipts_days: u32,
    /// When articles are visited again without a sign of change. With another one than before, all are planned anew
    /// when the store is opened.
    pub revisits: RevisitSchedule,
    /// How copies are looked for.
    pub copies: CopyOptions,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            keep_raw_pages: true,
            raw_pages_days: None,
            raw_pages_max_bytes: None,
            search_index: true,
            receipts_days: 90,
            revisits: RevisitSchedule::default(),
            copies: CopyOptions::default(),
        }
    }
}

/// Milliseconds between two removals of old receipts. Each removes a bounded number, more than a minute adds.
const PRUNE_EVERY_MS: i64 = 60_000;

/// A store in one SQLite file. A job whose settlement fails stays claimed: whoever asked decides whether it is
/// released or left for the next run. Clones share the store; the last one to be dropped closes it cleanly, which may block for
/// some milliseconds.
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

/// Fields are dropped in this order: first the writer ends, last the lock goes.
struct Inner {
    /// `None`: opened to be read.
    writer: Option<Writer>,
    readers: Readers,
    claims: Claims,
    options: StoreOptions,
    pruned_at: AtomicI64,
    retained_at: AtomicI64,
    dictionaries: Dictionaries,
    /// The last page that was looked at for whether it is packed by itself.
    plain_after: AtomicI64,
    path: PathBuf,
    // Held, never looked at.
    _lock: Mutex<Option<guard::Lock>>,
}

impl SqliteStore {
    /// Opens the store at `path`. Blocks: for a big file the check at the start may take seconds.
    ///
    /// # Errors
    /// `InUse`, `NetworkFileSystem`, `Damaged`, `Foreign`, `Newer`; read-only also `Missing` and `Older`. None of
    /// these changes the file.
    pub fn open(path: &Path, mode: OpenMode, options: StoreOptions) -> Result<Self, StoreError> {
        let (path, writer, lock) = match mode {
            OpenMode::ReadWrite => {
                let (path, conn, lock) = open_to_write(path, options)?;
                let writer = Writer::start(conn, search::write_waiting).map_err(|source| {
                    StoreError::Open {
                        path: path.clone(),
                        doing: "its thread cannot be started",
                        source,
                    }
                })?;
                (path, Some(writer), Some(lock))
            }
            OpenMode::ReadOnly => (check_to_read(path)?, None, None),
        };
        Ok(Self(Arc::new(Inner {
            writer,
            readers: Readers::new(path.clone()),
            claims: Claims::default(),
            options,
            pruned_at: AtomicI64::new(i64::MIN),
            retained_at: AtomicI64::new(i64::MIN),
            dictionaries: Dictionaries::default(),
            plain_after: AtomicI64::new(0),
            path,
            _lock: Mutex::new(lock),
        })))
    }

    /// Another door to the same file, for outputs.
    ///
    /// # Errors
    /// `Sql`, where no further connection can be made.
    pub fn archive(&self) -> Result<SqliteArchive, StoreError> {
        SqliteArchive::open(&self.0.path)
    }

    /// Changes that were asked for and are not on the disk yet.
    pub fn n_writing(&self) -> usize {
        self.0.writer.as_ref().map_or(0, Writer::n_waiting)
    }

    async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        self.0.readers.read(doing, work).await
    }

    /// Like [`Self::read`], for what is done in a moment.
    async fn look_up<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Answer<T> {
        self.0.readers.look_up(doing, work).await
    }

    fn writer(&self) -> Answer<&Writer> {
        self.0.writer.as_ref().ok_or(StoreError::ReadOnly)
    }

    async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let work = move |conn: &Connection| work(conn).map_err(|error| sql_error(doing, error));
        self.writer()?.call(work, || ()).await
    }

    /// Reads by the connection that writes: nothing that was settled before is missed.
    async fn look<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let work = move |conn: &Connection| work(conn).map_err(|error| sql_error(doing, error));
        self.writer()?.look(work).await
    }

    /// Once a minute of the crawl's clock: whether old receipts are to be removed now.
    fn is_time_to_prune(&self, now: Timestamp) -> bool {
        let now = now.as_millisecond();
        let last = self.0.pruned_at.load(Ordering::Relaxed);
        let due = now.saturating_sub(last) >= PRUNE_EVERY_MS;
        if due {
            self.0.pruned_at.store(now, Ordering::Relaxed);
        }
        due
    }
}

fn open_to_write(path: &Path, options: StoreOptions) -> Answer<(PathBuf, Connection, guard::Lock)> {
    let path = guard::resolve(path)?;
    guard::refuse_network_file_system(&path)?;
    let mut lock = guard::Lock::take(&path)?;
    guard::inspect(&path, true)?;
    let opened = |error| sql_error("opening the store", error);
    let conn = Connection::open(&path).map_err(opened)?;
    schema::configure_writer(&conn).map_err(opened)?;
    schema::migrate(&conn, &path)
        .map_err(|error| sql_error("bringing the store up to date", error))?;
    search::bring_up_to_date(&conn, options.search_index)
        .map_err(|error| sql_error("building the search index", error))?;
    revisits::bring_up_to_date(&conn, &options.revisits)
        .map_err(|error| sql_error("planning visits", error))?;
    copies::go_on_at_opening(&conn, options.copies)
        .map_err(|error| sql_error("looking for copies", error))?;
    lock.mark();
    Ok((path, conn, lock))
}

/// Makes sure that a file can be read as a store of this schema.
fn check_to_read(path: &Path) -> Answer<PathBuf> {
    let path = guard::resolve(path).map_err(|error| match error {
        StoreError::Open { path, .. } => StoreError::Missing { path },
        other => other,
    })?;
    guard::refuse_network_file_system(&path)?;
    let known = schema::newest();
    match guard::inspect(&path, false)? {
        Found::Nothing => Err(StoreError::Missing { path }),
        Found::Store { schema } if schema == known => Ok(path),
        // Its making was interrupted: there is nothing in it yet.
        Found::Store { schema: 0 } => Err(StoreError::Missing { path }),
        Found::Store { schema: found } => Err(StoreError::Older { path, found, known }),
    }
}

fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    schema::configure_reader(&conn)?;
    Ok(conn)
}

/// Sorts an error of SQLite by what the operator can do.
fn sql_error(doing: &'static str, source: rusqlite::Error) -> StoreError {
    match source {
        error if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
            StoreError::DiskFull(error)
        }
        rusqlite::Error::FromSqlConversionFailure(_, _, error) => StoreError::Value {
            what: doing,
            found: error.to_string(),
        },
        source => StoreError::Sql { doing, source },
    }
}

#[cfg(test)]
mod tests;
