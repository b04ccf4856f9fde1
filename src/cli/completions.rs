//! `boardwalk completions`: a script for the shell.

use std::io::{self, Write};

use clap::Args;
use clap_complete::Shell;

use super::Exit;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(super) struct CompletionsCommand {
    shell: Shell,
}

impl CompletionsCommand {
    pub(super) fn run(self, command: &mut clap::Command) -> anyhow::Result<Exit> {
        // Into memory first: clap_complete panics where its writer fails, as a closed pipe does.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "boardwalk", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(Exit::Done)
    }
}
