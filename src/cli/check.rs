//! `boardwalk check`: are configuration and profiles right?

use std::io::Write;

use clap::Args;

use super::outfit::{library, profile_text};
use super::{Exit, Usage};
use crate::config::{BoardOptions, Complaint, ConfigError, Options, Place};
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
            "{} boards, {} profiles of your own",
            boards.len(),
            options.profiles.len()
        )?;
        if self.live {
            // LEAD: fetch and read one page of each of `boards`, print a line each.
            anyhow::bail!("reading pages live is under construction");
        }
        Ok(Exit::Done)
    }
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
