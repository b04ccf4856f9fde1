//! `boardwalk reparse`: stored pages, read by today's profiles.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::crawl::wait_for_signals;
use super::{DatabaseArg, Exit, Usage, outfit};
use crate::config::{BoardOptions, Database, Options};
use crate::crawl::{Reparse, ReparseReport, Target, stored_board};
use crate::model::{Board, SystemClock};
use crate::outputs::terminal;
use crate::profile::Library;
use crate::store::Store;
use crate::store::sqlite::{OpenMode, SqliteStore};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Read the stored pages again by today's profiles, without a request
///
/// Shows what would change, by field, with examples; --apply stores it, as revisions that are no edits of their authors.
/// A run that was stopped is simply run again.
#[derive(Debug, Args)]
pub(super) struct ReparseCommand {
    /// Only this board
    #[arg(value_name = "BOARD")]
    board: Option<String>,

    /// Store what changes; the archive must not be in use
    #[arg(long)]
    apply: bool,

    #[command(flatten)]
    database: DatabaseArg,

    /// Report as JSON
    #[arg(long)]
    json: bool,
}

impl ReparseCommand {
    pub(super) fn run(self, options: &Options, quiet: bool) -> anyhow::Result<Exit> {
        let library = outfit::library(options)?;
        let Database::Sqlite(path) = self.database.or(options);
        let mode = match self.apply {
            true => OpenMode::ReadWrite,
            false => OpenMode::ReadOnly,
        };
        if !path.exists() {
            // Only a crawl makes an archive.
            return Err(crate::store::StoreError::Missing { path }.into());
        }
        let store = SqliteStore::open(&path, mode, outfit::store_options(options))?;
        let bar = progress(std::io::stderr().is_terminal() && !quiet && !self.json);
        let stop = CancellationToken::new();
        let (board, apply) = (self.board, self.apply);
        let report = outfit::runtime()?.block_on(async {
            let boards = store.boards().await?;
            let only = match &board {
                None => None,
                Some(name) => Some(named(name, &boards)?),
            };
            let mut contexts = Vec::new();
            for board in boards {
                let target = target_of(&board, options, &library)?;
                contexts.extend(stored_board(
                    board,
                    &target,
                    &library,
                    options.text.mask_addresses,
                ));
            }
            let reparse = Reparse {
                store,
                boards: contexts,
                only,
                apply,
                clock: Arc::new(SystemClock),
                stop: stop.clone(),
            };
            tokio::spawn(wait_for_signals(stop));
            let report = reparse.run(|done, total| {
                bar.set_length(total);
                bar.set_position(done);
            });
            anyhow::Ok(report.await?)
        });
        bar.finish_and_clear();
        let report = report?;
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        if self.json {
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        } else {
            print(&report, &mut out)?;
        }
        out.flush()?;
        Ok(match report.interrupted {
            true => Exit::Interrupted,
            false => Exit::Done,
        })
    }
}

fn progress(visible: bool) -> ProgressBar {
    if !visible {
        return ProgressBar::hidden();
    }
    let style = "{prefix:>8} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta} left";
    ProgressBar::no_length()
        .with_style(ProgressStyle::with_template(style).expect("a constant template"))
        .with_prefix("pages")
}

fn named(name: &str, boards: &[Board]) -> Result<crate::model::BoardId, Usage> {
    boards
        .iter()
        .find(|board| board.name == name)
        .map(|board| board.id)
        .ok_or_else(|| {
            let names: Vec<&str> = boards.iter().map(|board| board.name.as_str()).collect();
            Usage(format!(
                "the archive has no board {name}; it holds {}",
                names.join(", ")
            ))
        })
}

/// The operator's wishes for a board of the archive: those of the board of this name or address in the configuration.
fn target_of(board: &Board, options: &Options, library: &Library) -> anyhow::Result<Target> {
    let of_this_board = |wanted: &&BoardOptions| {
        wanted.name.as_deref() == Some(board.name.as_str()) || wanted.url == board.url
    };
    match options.boards.iter().find(of_this_board) {
        Some(wanted) => outfit::target(options, library, wanted),
        None => Ok(Target::new(board.url.clone())),
    }
}

fn print(report: &ReparseReport, out: &mut dyn Write) -> std::io::Result<()> {
    let changed = if report.applied {
        "changed"
    } else {
        "would change"
    };
    writeln!(
        out,
        "{} articles read from stored pages: {} {changed}, {} unchanged",
        report.n_articles, report.n_changed, report.n_unchanged
    )?;
    for (n, what) in [
        (report.n_new_content, "of the changed had no content before"),
        (
            report.n_no_article,
            "show no article by today's profile (restricted, gone, an error page); what is held stays",
        ),
        (
            report.n_without_page,
            "have lost the page that they were read from",
        ),
        (
            report.n_without_profile,
            "are of a board whose profile is not known",
        ),
    ] {
        if n > 0 {
            writeln!(out, "{n} {what}")?;
        }
    }
    for (name, field) in &report.fields {
        writeln!(out, "\n{BOLD}{name}{BOLD:#} ({})", field.n_changed)?;
        for example in &field.examples {
            let key = terminal::line(&example.key);
            writeln!(out, "  {DIM}{} · {key}{DIM:#}", example.article)?;
            let (before, after) = (
                terminal::line(&example.before),
                terminal::line(&example.after),
            );
            writeln!(out, "    {REMOVED}- {before}{REMOVED:#}")?;
            writeln!(out, "    {ADDED}+ {after}{ADDED:#}")?;
        }
    }
    if report.interrupted {
        writeln!(out, "\nstopped before the end: run the same command again")?;
    } else if !report.applied && report.n_changed > 0 {
        writeln!(out, "\nnothing was stored; --apply does it")?;
    }
    Ok(())
}
