//! `boardwalk check`: are configuration and profiles right?

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::{Exit, Usage, outfit};
use crate::config::{BoardOptions, Complaint, ConfigError, Options, Place};
use crate::crawl::explain;
use crate::outputs::terminal;
use crate::profile::Profile;

/// Check the configuration and all profiles
///
/// Every complaint is told with its file, line and column. Exit code 2 if there are any.
#[derive(Debug, Args)]
pub(super) struct CheckCommand {
    /// Only this board, besides the file as a whole
    #[arg(value_name = "BOARD")]
    board: Option<String>,

    /// Also read one page of each board, politely, and store nothing
    #[arg(long)]
    live: bool,
}

impl CheckCommand {
    /// The configuration itself has been read, and so is right, before this is called.
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let boards: Vec<&BoardOptions> = match &self.board {
            Some(name) => vec![
                options
                    .board(name)
                    .ok_or_else(|| Usage(format!("the configuration names no board {name}")))?,
            ],
            None => options.boards.iter().collect(),
        };
        let complaints = complaints(options, &boards);
        if !complaints.is_empty() {
            return Err(ConfigError::Complaints(complaints).into());
        }
        let mut out = std::io::stdout().lock();
        match &options.source {
            Some(path) => writeln!(out, "{}: good", path.display())?,
            None => writeln!(out, "no configuration file: everything is at its default")?,
        }
        writeln!(
            out,
            "{} boards, {} profiles of your own",
            boards.len(),
            options.profiles.len()
        )?;
        if self.live {
            return live(options, &boards, &mut out);
        }
        Ok(Exit::Done)
    }
}

/// Reads page 1 of each board and says what is on it. Partial where one of them is not as it should be.
fn live(options: &Options, boards: &[&BoardOptions], out: &mut impl Write) -> anyhow::Result<Exit> {
    let owned: Vec<BoardOptions> = boards.iter().map(|board| (*board).clone()).collect();
    let library = Arc::new(outfit::library(options)?);
    let fetcher = outfit::fetcher(options, &owned)?;
    let runtime = outfit::runtime()?;
    let mut exit = Exit::Done;
    for board in &owned {
        let target = outfit::target(options, &library, board)?;
        let label = terminal::line(board.label());
        let explained = runtime.block_on(explain(&fetcher, Arc::clone(&library), &target));
        let found = match &explained {
            Ok(explanation) => explanation
                .listing
                .as_ref()
                .filter(|found| found.n_rows > 0),
            Err(_) => None,
        };
        match (&explained, found) {
            (Err(error), _) => writeln!(out, "{label}: {}", terminal::line(&error.to_string()))?,
            (Ok(explanation), Some(listing)) => writeln!(
                out,
                "{label}: {}, {} rows, newest \"{}\"",
                explanation.profile.as_deref().unwrap_or("?"),
                listing.n_rows,
                terminal::line(
                    listing
                        .rows
                        .iter()
                        .find(|row| !row.notice)
                        .map_or("", |row| row.title.as_str())
                )
            )?,
            (Ok(explanation), None) => writeln!(
                out,
                "{label}: no rows; the page is {} ({})",
                explanation.class,
                terminal::line(&explanation.class_reason)
            )?,
        }
        if found.is_none() {
            exit = Exit::Partial;
        }
    }
    Ok(exit)
}

/// Everything that is wrong with the operator's profiles, and with what boards lay over theirs.
fn complaints(options: &Options, boards: &[&BoardOptions]) -> Vec<Complaint> {
    let mut complaints = match outfit::library(options) {
        Err(ConfigError::Complaints(found)) => found,
        _ => Vec::new(),
    };
    let file = options.source.as_deref().unwrap_or(Path::new(""));
    let mut complain = |board: &BoardOptions, message: String| {
        complaints.push(Complaint {
            path: PathBuf::from(file),
            // Overrides have lost their places; their board has one.
            place: board.place.unwrap_or(Place { line: 1, column: 1 }),
            message: format!("board {}: {message}", board.label()),
        });
    };
    for board in boards {
        // Without an engine the profile is only known when the first page is.
        let Some(engine) = &board.engine else {
            continue;
        };
        match outfit::profile_text(options, engine) {
            None => complain(board, format!("there is no profile {engine}")),
            Some(text) => {
                if let Err(found) = Profile::from_toml_with(&text, &board.overrides) {
                    for complaint in found {
                        complain(board, complaint.message);
                    }
                }
            }
        }
    }
    complaints
}
