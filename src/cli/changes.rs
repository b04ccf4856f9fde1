//! `boardwalk changes`: what happened.

use std::io::{BufWriter, Write};

use clap::Args;

use super::export::known_board;
use super::{DatabaseArg, Exit, Usage, open_archive};
use crate::config::{Options, Since};
use crate::outputs::changes;
use crate::store::ChangeFilter;

/// List what is new, edited, vanished and back, newest last
#[derive(Debug, Args)]
pub(super) struct ChangesCommand {
    /// Only this board
    #[arg(value_name = "BOARD")]
    board: Option<String>,

    /// Only what was found at or after this date (in the zone of this machine)
    #[arg(long, value_name = "DATE")]
    since: Option<Since>,

    #[command(flatten)]
    database: DatabaseArg,

    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

impl ChangesCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let archive = open_archive(&self.database.or(options))?;
        let zone = options.zone();
        let since = self.since.map(|since| since.in_zone(&zone));
        let filter = ChangeFilter {
            board: self.board,
            since: since.transpose().map_err(Usage)?,
        };
        if let Some(name) = &filter.board {
            known_board(archive.as_ref(), name)?;
        }
        let stdout = anstream::AutoStream::auto(std::io::stdout()).lock();
        let mut out = BufWriter::new(stdout);
        changes::write(archive.as_ref(), &filter, self.json, &zone, &mut out)?;
        out.flush()?;
        Ok(Exit::Done)
    }
}
