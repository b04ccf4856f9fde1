//! `boardwalk config`: about the configuration file.

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::Exit;

/// Print the configuration's schema, or a file with every key at its default
#[derive(Debug, Args)]
pub(super) struct ConfigCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The JSON schema, for editors
    Schema,
    /// Every key at its default, explained; a file to start from
    Default,
}

impl ConfigCommand {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let text = match self.what {
            What::Schema => crate::config::schema(),
            What::Default => crate::config::DEFAULT_TEXT.to_owned(),
        };
        io::stdout().lock().write_all(text.as_bytes())?;
        Ok(Exit::Done)
    }
}
