//! What can go wrong with a store, sorted by what the operator can do.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path} is in use by another boardwalk; stop it or choose another --database", path = .path.display())]
    InUse { path: PathBuf },
    #[error(
        "{path} is on a network file system ({kind}), where SQLite's locks cannot be trusted; choose a local disk",
        path = .path.display()
    )]
    NetworkFileSystem { path: PathBuf, kind: &'static str },
    #[error(
        "{path} is damaged: {finding}; nothing was changed. Restore a backup, or move the file away to start anew",
        path = .path.display()
    )]
    Damaged { path: PathBuf, finding: String },
    #[error("{path} is not a boardwalk store", path = .path.display())]
    Foreign { path: PathBuf },
    #[error("{path} was written by a newer boardwalk (schema {found}, this one knows {known})", path = .path.display())]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "{path} was written by an older boardwalk (schema {found}, this one reads {known}); a crawl brings it up to date",
        path = .path.display()
    )]
    Older {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "the archive has no search index that this boardwalk reads; with `store.search_index` on, the next crawl makes it"
    )]
    NoSearchIndex,
    #[error("the store was opened to be read only")]
    ReadOnly,
    #[error("{path} is there already; nothing was changed", path = .path.display())]
    Exists { path: PathBuf },
    #[error("{path} does not exist; a crawl makes it", path = .path.display())]
    Missing { path: PathBuf },
    #[error("{path}: {doing}", path = .path.display())]
    Open {
        path: PathBuf,
        doing: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("the disk is full; nothing was lost, what was in flight will be fetched again")]
    DiskFull(#[source] rusqlite::Error),
    #[error("the store failed while {doing}")]
    Sql {
        doing: &'static str,
        #[source]
        source: rusqlite::Error,
    },
    #[error("the store's value {what} cannot be read: {found}")]
    Value { what: &'static str, found: String },
    #[error("there is no {what} {id} in the store")]
    NotFound { what: &'static str, id: i64 },
    #[error("the store is closed")]
    Closed,
}
