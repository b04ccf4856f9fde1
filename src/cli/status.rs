//! `boardwalk status`: the boards of an archive.

use std::io::Write;

use clap::Args;
use jiff::tz::TimeZone;

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
        let status = Status::read(archive.as_ref())?;
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        match self.json {
            true => status.write_json(&mut out)?,
            false => status.write_table(&TimeZone::system(), SystemClock.now(), &mut out)?,
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}
