//! Stands in for Parquet where it was left out of the build.

use std::io::Write;

use super::OutputError;
use crate::store::{Archive, ArticleFilter};

/// # Errors
/// Always: says how to get it.
pub fn export(_: &dyn Archive, _: &ArticleFilter, _: &mut dyn Write) -> Result<u64, OutputError> {
    Err(OutputError::LeftOut {
        what: "Parquet",
        feature: "parquet",
    })
}
