//! `boardwalk explain`: how one URL is understood.

use clap::Args;
use url::Url;

use super::{DatabaseArg, Exit};
use crate::config::{self, Options};

/// Tell how a URL is read: key, robots verdict, pace, profile, and where each field comes from
///
/// Makes one request (and one for robots.txt) and stores nothing.
#[derive(Debug, Args)]
pub(super) struct ExplainCommand {
    /// A listing or an article
    #[arg(value_parser = config::board_url)]
    url: Url,

    /// Board software or profile, where it is not to be recognised
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,

    #[command(flatten)]
    database: DatabaseArg,

    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

impl ExplainCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        // LEAD: fetch self.url once, then profile, classify, read; print the findings.
        let _ = (
            &self.url,
            &self.engine,
            self.database.or(options),
            self.json,
        );
        anyhow::bail!("explaining is under construction")
    }
}
