//! `boardwalk stories`: what was copied from board to board.

use std::io::Write;

use clap::Args;

use super::{DatabaseArg, Exit, Usage, open_archive};
use crate::config::{Options, Since};
use crate::outputs::stories;

/// List stories: articles that are copies of one another, the latest first
#[derive(Debug, Args)]
pub(super) struct StoriesCommand {
    /// Only stories with an article posted at or after this date (in the zone of this machine)
    #[arg(long, value_name = "DATE")]
    since: Option<Since>,

    /// Only stories of at least so many articles
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_copies: u64,

    #[command(flatten)]
    database: DatabaseArg,

    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

impl StoriesCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let archive = open_archive(&self.database.or(options))?;
        let zone = options.zone();
        let since = self.since.map(|since| since.in_zone(&zone));
        let found = archive.stories(since.transpose().map_err(Usage)?, self.min_copies)?;
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        match self.json {
            true => stories::write_json(&found, &mut out)?,
            false => stories::write_lines(&found, &zone, &mut out)?,
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}
