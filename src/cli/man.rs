//! `boardwalk man`: the manual's pages, for those who make packages.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::Exit;

/// Write a manual page for each command into a folder
#[derive(Debug, Args)]
pub(super) struct ManCommand {
    /// Made where it is not there
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl ManCommand {
    pub(super) fn run(self, command: clap::Command) -> anyhow::Result<Exit> {
        let problem = || format!("{} could not be written to", self.folder.display());
        std::fs::create_dir_all(&self.folder).with_context(problem)?;
        clap_mangen::generate_to(command, &self.folder).with_context(problem)?;
        Ok(Exit::Done)
    }
}
