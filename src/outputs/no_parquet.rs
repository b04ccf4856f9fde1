//! Stands in for Parquet where it was left out of the build.

use std::io::{self, Write};

use super::OutputError;
use crate::store::{Archive, ArticleFilter};

/// # Errors
/// Always: says how to get it.
pub fn export(_: &dyn Archive, _: &ArticleFilter, _: &mut dyn Write) -> Result<u64, OutputError> {
    let words = "this boardwalk was built without Parquet; build it with --features parquet";
    Err(io::Error::new(io::ErrorKind::Unsupported, words).into())
}
