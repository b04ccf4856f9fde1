//! `boardwalk status`: the boards of an archive.

use std::io::Write;

use clap::Args;

use super::{DatabaseArg, Exit, open_archive};
use crate::config::Options;
use crate::model::{Clock, SystemClock};
use crate::outputs::status::Status;

/// Tell how the boards of the archive stand
#[derive(Debug, Args)]
pub(super) struct StatusCommand {
    #[command(flatten)]
    database: DatabaseArg,

    /// One JSON object
    #[arg(long)]
    json: bool,
}

impl StatusCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let archive = open_archive(&self.database.or(options))?;
        let configured = options.boards.iter();
        let configured: Vec<&str> = configured
            .filter_map(|board| board.name.as_deref())
            .collect();
        let status = Status::read(archive.as_ref(), &configured)?;
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        match self.json {
            true => status.write_json(&mut out)?,
            false => status.write_table(&options.zone(), SystemClock.now(), &mut out)?,
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}
