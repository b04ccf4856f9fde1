//! `boardwalk check`: are configuration and profiles right?

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, Usage};
use crate::config::{BoardOptions, Complaint, ConfigError, Options, Place};

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
        let complaints = complaints(options, &boards, &mut compile);
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

/// What the compiler of profiles says of a text, with a board's overrides over it.
type Compile<'c> = dyn FnMut(Profile<'_>, &toml::Table) -> Vec<(Place, String)> + 'c;

/// Which profile.
enum Profile<'p> {
    /// One of the operator's files.
    Text(&'p str),
    /// A built-in one, or one of the operator's, by name.
    Named(&'p str),
}

/// Stands in for the profile stage until it is there.
fn compile(profile: Profile<'_>, overrides: &toml::Table) -> Vec<(Place, String)> {
    // LEAD: Text: Profile::from_toml(text); Named: the library's text through Profile::from_toml_with, and a
    // complaint with the known names where there is none. Complaint { line, column, .. } becomes (Place, message).
    let _ = overrides;
    match profile {
        Profile::Named(_) => Vec::new(),
        Profile::Text(text) => match toml::from_str::<crate::profile::ProfileFile>(text) {
            Ok(_) => Vec::new(),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                vec![(Place::of(text, at), error.message().to_owned())]
            }
        },
    }
}

fn complaints(
    options: &Options,
    boards: &[&BoardOptions],
    compile: &mut Compile<'_>,
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in &options.profiles {
        let found = compile(Profile::Text(&source.text), &toml::Table::new());
        complaints.extend(found.into_iter().map(|(place, message)| Complaint {
            path: source.path.clone(),
            place,
            message,
        }));
    }
    let file = options.source.as_deref().unwrap_or(Path::new(""));
    for board in boards {
        let Some(engine) = &board.engine else {
            // Without an engine the profile is only known when the first page is.
            continue;
        };
        let found = compile(Profile::Named(engine), &board.overrides);
        complaints.extend(found.into_iter().map(|(_, message)| Complaint {
            path: PathBuf::from(file),
            // Overrides have lost their places; their board has one.
            place: board.place.unwrap_or(Place { line: 1, column: 1 }),
            message: format!("board {}: {message}", board.label()),
        }));
    }
    complaints
}
