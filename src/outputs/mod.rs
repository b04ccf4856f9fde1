//! What is in the archive? In: the reading half of the store. Out: text for terminals, JSON lines, CSV, Parquet.
//!
//! Never changes anything, and never holds more than one article in memory. Whatever came from a page is made
//! harmless where it is written: [`terminal`] for people, [`json`] and [`csv`] for programs.

pub mod audit;
pub mod changes;
mod columns;
mod comments;
pub mod csv;
mod difference;
pub mod feed;
pub mod history;
pub mod json;
mod moment;
pub mod new_file;
pub mod number;
pub mod outbox;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "no_parquet.rs"]
pub mod parquet;
pub mod search;
pub mod show;
mod snippet;
mod stable_id;
pub mod status;
pub mod stories;
pub mod terminal;
#[cfg(test)]
mod test_archive;
pub mod warc;
pub mod web;

use std::io;

pub use columns::bytes as human_bytes;

use crate::store::StoreError;

/// Why an output is not whole.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Of kind `BrokenPipe` where the reader has seen enough.
    #[error("the output could not be written")]
    Write(#[from] io::Error),
    #[error("this boardwalk was built without {what}; build it with --features {feature}")]
    LeftOut {
        what: &'static str,
        feature: &'static str,
    },
}
