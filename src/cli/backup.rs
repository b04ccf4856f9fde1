//! `boardwalk backup`: a copy of the whole archive.

use std::path::PathBuf;

use clap::Args;

use super::{DatabaseArg, Exit};
use crate::config::{Database, Options};
use crate::outputs::human_bytes;
use crate::store::sqlite::SqliteArchive;

/// Copy the archive into a file, also while a crawl writes it
///
/// The copy is one moment of the archive, is checked, and appears when it is whole. `boardwalk restore` puts it back.
#[derive(Debug, Args)]
pub(super) struct BackupCommand {
    /// Where the copy goes; a file that is there already is left alone
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    database: DatabaseArg,
}

impl BackupCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Database::Sqlite(path) = self.database.or(options);
        let size = SqliteArchive::open(&path)?.back_up(&self.file)?;
        eprintln!(
            "{}: {}, whole and checked",
            self.file.display(),
            human_bytes(size)
        );
        Ok(Exit::Done)
    }
}
