//! `boardwalk export`: everything, for other programs.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use tracing::info;

use super::{DatabaseArg, Exit, Usage, open_archive};
use crate::config::{Options, Since};
use crate::model::{Clock, SystemClock};
use crate::outputs::new_file::NewFile;
use crate::outputs::{OutputError, csv, json, parquet, warc};
use crate::store::{Archive, ArticleFilter};

/// Write articles as JSON lines, CSV or Parquet, or the pages they came from as WARC
#[derive(Debug, Args)]
pub(super) struct ExportCommand {
    /// jsonl: one JSON object a line, exact. csv: for spreadsheets, without control characters, formulas disarmed.
    /// parquet: for analyses, a typed column a field, where it was built with that. warc: raw pages for web archives,
    /// gzipped
    #[arg(long)]
    format: Format,

    /// Only this board
    #[arg(long, value_name = "NAME")]
    board: Option<String>,

    /// Only what was posted at or after this date (in the zone of this machine); without a date, first seen. Of raw pages:
    /// fetched
    #[arg(long, value_name = "DATE")]
    since: Option<Since>,

    /// Into this file, which appears when it is whole [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
    Parquet,
    Warc,
}

impl ExportCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let archive = open_archive(&self.database.or(options))?;
        let since = self.since.map(|since| since.in_zone(&options.zone()));
        let filter = ArticleFilter {
            since: since.transpose().map_err(Usage)?,
            board: self.board,
        };
        if let Some(name) = &filter.board {
            known_board(archive.as_ref(), name)?;
        }
        let n_written = match self.output.as_deref() {
            None => to_stdout(self.format, archive.as_ref(), &filter)?,
            Some(path) if path == Path::new("-") => {
                to_stdout(self.format, archive.as_ref(), &filter)?
            }
            Some(path) => {
                let problem = || format!("{} could not be written", path.display());
                let mut file = NewFile::begin(path).with_context(problem)?;
                let n_written = write(self.format, archive.as_ref(), &filter, &mut file)?;
                file.finish().with_context(problem)?;
                n_written
            }
        };
        let what = if self.format == Format::Warc {
            "pages"
        } else {
            "articles"
        };
        info!(n_written, "exported {n_written} {what}");
        Ok(Exit::Done)
    }
}

/// A misspelt board would look like an empty one.
pub(super) fn known_board(archive: &dyn Archive, name: &str) -> anyhow::Result<()> {
    let boards = archive.boards()?;
    if boards.iter().any(|board| board.counts.name == name) {
        return Ok(());
    }
    let names: Vec<&str> = boards
        .iter()
        .map(|board| board.counts.name.as_str())
        .collect();
    let known = match names.as_slice() {
        [] => "it holds none".to_owned(),
        names => format!("it holds {}", names.join(", ")),
    };
    Err(Usage(format!("the archive has no board {name}; {known}")).into())
}

fn to_stdout(
    format: Format,
    archive: &dyn Archive,
    filter: &ArticleFilter,
) -> Result<u64, OutputError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let n_written = write(format, archive, filter, &mut out)?;
    out.flush()?;
    Ok(n_written)
}

fn write(
    format: Format,
    archive: &dyn Archive,
    filter: &ArticleFilter,
    out: &mut dyn Write,
) -> Result<u64, OutputError> {
    match format {
        Format::Jsonl => json::export(archive, filter, out),
        Format::Csv => csv::export(archive, filter, out),
        Format::Parquet => parquet::export(archive, filter, out),
        Format::Warc => warc::export(archive, filter, SystemClock.now(), out),
    }
}
