//! `boardwalk check`: are configuration and profiles right?

use std::io::Write;
use std::sync::Arc;

use clap::Args;

use super::outfit::{self, library, profile_text};
use super::{Exit, Usage};
use crate::config::{BoardOptions, Complaint, ConfigError, Options, Place};
use crate::crawl::explain;
use crate::outputs::number::counted;
use crate::outputs::terminal;
use crate::profile::{Library, Profile};

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
        let library = library(options)?;
        let complaints: Vec<Complaint> = boards
            .iter()
            .flat_map(|board| about_board(options, &library, board))
            .collect();
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
            "{}, {} of your own",
            counted(boards.len() as u64, "board"),
            counted(options.profiles.len() as u64, "profile")
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
                "{label}: {}, {}, newest \"{}\"",
                explanation.profile.as_deref().unwrap_or("?"),
                counted(listing.n_rows as u64, "row"),
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

/// What is wrong with a board's engine and the fields it lays over it.
fn about_board(options: &Options, library: &Library, board: &BoardOptions) -> Vec<Complaint> {
    let complaint = |message: &str| Complaint {
        path: options.source.clone().unwrap_or_default(),
        // Overrides have lost their places; their board has one.
        place: board.place.unwrap_or(Place { line: 1, column: 1 }),
        message: format!("board {}: {message}", board.label()),
    };
    let known: Vec<&str> = library.names().collect();
    let engines = match board.engine.as_deref() {
        Some(engine) if known.contains(&engine) => vec![engine],
        Some(engine) => {
            let known = known.join(", ");
            return vec![complaint(&format!(
                "there is no engine {engine}; known are {known}"
            ))];
        }
        // Which one reads it is known when its first page is; the fields must fit some.
        None => known,
    };
    if board.overrides.is_empty() {
        return Vec::new();
    }
    let mut refusals = Vec::new();
    for engine in engines {
        let text = profile_text(options, engine).unwrap_or_default();
        match Profile::from_toml_with(&text, &board.overrides) {
            Ok(_) => return Vec::new(),
            Err(found) => refusals.push(found),
        }
    }
    let first = refusals.into_iter().next().unwrap_or_default();
    let first = first.iter();
    first
        .map(|found| complaint(&format!("override: {}", found.message)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn said(wishes: &str) -> Vec<String> {
        let text = format!("\n[[board]]\nname = \"a\"\nurl = \"http://h/a\"\n{wishes}\n");
        let options = crate::config::from_toml(Path::new("b.toml"), &text).expect("a good file");
        let library = library(&options).expect("good profiles");
        about_board(&options, &library, &options.boards[0])
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_unknown_engine_is_told_with_the_known_ones() {
        let said = said("engine = \"phpbb9\"");
        assert_eq!(said.len(), 1, "{said:?}");
        let start = "b.toml:2:1: board a: there is no engine phpbb9; known are gnuboard4, ";
        assert!(said[0].starts_with(start), "{said:?}");
    }

    #[test]
    fn fields_that_make_no_profile_are_told_at_their_board() {
        for engine in ["engine = \"rhymix\"\n", ""] {
            let said = said(&format!("{engine}override.listing.rows = [\"a[\"]"));
            assert!(
                said.iter()
                    .any(|line| line.starts_with("b.toml:2:1: board a: override: ")),
                "{said:?}"
            );
        }
    }

    #[test]
    fn fields_that_fit_are_not_complained_about() {
        for engine in ["engine = \"rhymix\"\n", ""] {
            let said = said(&format!("{engine}override.title = \"Ours\""));
            assert!(said.is_empty(), "{said:?}");
        }
    }
}
