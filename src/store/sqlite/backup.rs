//! Copies of a whole store, made while a crawl writes it, and put back.
//!
//! `VACUUM INTO` reads one view of the store and writes a file of its own, without what was deleted and without a
//! journal. A copy is checked page by page, and appears under its name only when it is whole and on the disk.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::guard::{self, Lock, sidecar};
use super::{check_to_read, open_to_read, sql_error};
use crate::store::{Answer, StoreError};

/// Writes the store at `path` into a new file; its size in bytes.
pub(super) fn back_up(path: &Path, into: &Path) -> Answer<u64> {
    let into = guard::resolve(into)?;
    if into.exists() {
        return Err(StoreError::Exists { path: into });
    }
    let part = copy_beside(path, &into)?;
    put_in_place(&part, &into)?;
    Ok(guard::file_bytes(&into))
}

/// Puts a copy of the store at `from` in the place of the one at `to`. What stood there is kept under another name,
/// which is answered.
///
/// # Errors
/// `Missing`, `Foreign`, `Damaged`, `Newer` for `from`; `InUse`, `NetworkFileSystem` for `to`, and `Exists` where there
/// is a store and `replace` is not set. None of these changes anything.
pub fn restore(from: &Path, to: &Path, replace: bool) -> Answer<Option<PathBuf>> {
    let from = match check_to_read(from) {
        // A crawl brings it up to date.
        Err(StoreError::Older { path, .. }) => path,
        Err(StoreError::Missing { path }) => {
            return Err(StoreError::Open {
                path,
                doing: "there is no archive in this file",
                source: io::ErrorKind::NotFound.into(),
            });
        }
        other => other?,
    };
    let to = guard::resolve(to)?;
    guard::refuse_network_file_system(&to)?;
    let mut lock = Lock::take(&to)?;
    if to.exists() && !replace {
        return Err(StoreError::Exists { path: to });
    }
    let part = copy_beside(&from, &to)?;
    let aside = to.exists().then(|| move_aside(&to)).transpose()?;
    put_in_place(&part, &to)?;
    lock.mark();
    Ok(aside)
}

/// A checked copy of the store at `path` in the folder of `place`, under a name of its own.
fn copy_beside(path: &Path, place: &Path) -> Answer<PathBuf> {
    let part = sidecar(place, &format!(".{}.part", std::process::id()));
    let copy = |conn: Connection| {
        // The file is opened to be read; what is written is another one.
        conn.pragma_update(None, "query_only", false)?;
        conn.execute("VACUUM INTO ?1", [part.to_string_lossy()])
    };
    let made = open_to_read(path)
        .and_then(copy)
        .map_err(|error| sql_error("copying the store", error))
        .and_then(|_| check(&part));
    if let Err(error) = made {
        // What there is of it is of no use to anybody.
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    Ok(part)
}

/// Reads every page of a store.
pub(super) fn check(path: &Path) -> Answer<()> {
    let finding = open_to_read(path)
        .and_then(|conn| conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)))
        .map_err(|error| sql_error("checking the store", error))?;
    if finding == "ok" {
        return Ok(());
    }
    let path = path.to_owned();
    Err(StoreError::Damaged { path, finding })
}

fn put_in_place(part: &Path, place: &Path) -> Answer<()> {
    let put = || {
        File::open(part)?.sync_all()?;
        fs::rename(part, place)?;
        sync_folder(place)
    };
    put().map_err(|source| StoreError::Open {
        path: place.to_owned(),
        doing: "the copy cannot be put in its place",
        source,
    })
}

/// Gives a store that is not open another name, with its journal if that holds anything.
fn move_aside(path: &Path) -> Answer<PathBuf> {
    // A whole store needs no journal any more; a damaged one keeps what it has.
    if let Ok(conn) = Connection::open(path) {
        let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
    let aside = (1..=u32::MAX)
        .map(|n| sidecar(path, &format!(".replaced-{n}")))
        .find(|aside| !aside.exists())
        .ok_or_else(|| StoreError::Exists {
            path: path.to_owned(),
        })?;
    let moved = || {
        let journal = sidecar(path, "-wal");
        if guard::byte_size(&journal) > 0 {
            fs::rename(journal, sidecar(&aside, "-wal"))?;
        }
        for ending in ["-wal", "-shm"] {
            match fs::remove_file(sidecar(path, ending)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(path, &aside)?;
        sync_folder(path)
    };
    moved().map_err(|source| StoreError::Open {
        path: path.to_owned(),
        doing: "it cannot be moved aside",
        source,
    })?;
    Ok(aside)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
