//! `boardwalk restore`: a backup becomes the archive.

use std::path::PathBuf;

use clap::Args;

use super::{DatabaseArg, Exit};
use crate::config::{Database, Options};
use crate::store::sqlite;

/// Put a backup in the archive's place
///
/// The backup is checked and stays where it is. Stop crawls and the daemon first: an archive in use is left alone.
#[derive(Debug, Args)]
pub(super) struct RestoreCommand {
    /// What `boardwalk backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where an archive is there already: keep it under another name
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    database: DatabaseArg,
}

impl RestoreCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Database::Sqlite(path) = self.database.or(options);
        let aside = sqlite::restore(&self.file, &path, self.replace)?;
        eprintln!("{} is what {} holds", path.display(), self.file.display());
        if let Some(aside) = aside {
            eprintln!("what was there before is {}", aside.display());
        }
        Ok(Exit::Done)
    }
}
