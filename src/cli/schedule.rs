//! `boardwalk schedule`: when are the boards of the configuration polled next, and why then?
//!
//! From the configuration and the archive alone: the state that the service keeps, and the passes since. Asks nobody.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{DatabaseArg, Exit, Usage, open_archive};
use crate::config::{BoardOptions, Options};
use crate::crawl;
use crate::model::{BoardId, Clock, SystemClock};
use crate::outputs::terminal;
use crate::schedule::{Next, Planner};
use crate::store::{Archive, BoardStatus, StoreError};

/// Tell when the boards of the configuration are polled next
#[derive(Debug, Args)]
pub(super) struct ScheduleCommand {
    /// Only this board
    #[arg(value_name = "BOARD")]
    board: Option<String>,

    #[command(flatten)]
    database: DatabaseArg,

    /// Also tell why then, and what is known of each board's rhythm
    #[arg(long)]
    explain: bool,

    /// Runs to tell of each board
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,

    /// One JSON object a run
    #[arg(long)]
    json: bool,
}

/// A run to come.
#[derive(Debug, Serialize)]
struct Run {
    board: String,
    at: Timestamp,
    /// Its time has come already.
    due: bool,
    reason: String,
    last_at: Option<Timestamp>,
    posts_per_day: f64,
    new_posts_expected: f64,
}

impl ScheduleCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        if let Some(name) = &self.board
            && options.board(name).is_none()
        {
            return Err(Usage(format!("the configuration names no board {name}")).into());
        }
        let archive = match open_archive(&self.database.or(options)) {
            Ok(archive) => Some(archive),
            // Nothing was crawled yet: every board is due.
            Err(StoreError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let now = SystemClock.now();
        let zone = options.zone();
        let (mut planner, boards) = planner(options, archive.as_deref(), now)?;
        planner.plan(now);
        let mut runs: Vec<Run> = Vec::new();
        for (id, board) in &boards {
            if self.board.is_none() || self.board == board.name {
                let upcoming = planner.upcoming(*id, usize::from(self.runs));
                runs.extend(upcoming.iter().map(|next| run(board, next, now)));
            }
        }
        runs.sort_by(|a, b| (a.at, &a.board).cmp(&(b.at, &b.board)));
        let mut out = anstream::AutoStream::auto(io::stdout()).lock();
        if self.json {
            for run in &runs {
                writeln!(out, "{}", serde_json::to_string(run)?)?;
            }
        } else if runs.is_empty() {
            writeln!(out, "the configuration names no boards")?;
        } else {
            table(&runs, self.explain, &zone, &mut out)?;
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

/// A planner that knows what the archive knows, and the configuration's boards by the numbers it knows them by. Boards
/// that were never crawled get negative numbers.
fn planner<'o>(
    options: &'o Options,
    archive: Option<&dyn Archive>,
    now: Timestamp,
) -> anyhow::Result<(Planner, Vec<(BoardId, &'o BoardOptions)>)> {
    let (known, saved) = match archive {
        Some(archive) => (archive.boards()?, archive.schedule()?),
        None => Default::default(),
    };
    let mut planner = crawl::planner(crawl::limits(&options.schedule), &saved, now);
    let mut boards = Vec::new();
    for (number, board) in options.boards.iter().enumerate() {
        let found = known.iter().find(|status| is_board(status, board));
        let id = match found {
            Some(status) => status.board.id,
            None => BoardId(-1 - i64::try_from(number)?),
        };
        let passes = match (archive, found) {
            (Some(archive), Some(_)) => {
                archive.last_passes(id, crawl::n_passes_wanted(&saved, id))?
            }
            _ => Vec::new(),
        };
        let plan = crawl::board_plan(board);
        crawl::add_board(&mut planner, id, plan, &saved, &passes, now);
        boards.push((id, board));
    }
    Ok((planner, boards))
}

fn is_board(status: &BoardStatus, board: &BoardOptions) -> bool {
    Some(&status.board.name) == board.name.as_ref() || status.board.url == board.url
}

fn run(board: &BoardOptions, next: &Next, now: Timestamp) -> Run {
    let rounded = |number: f64| (number * 100.0).round() / 100.0;
    Run {
        board: board.label().to_owned(),
        at: next.at,
        due: next.at <= now,
        reason: next.reason.to_string(),
        last_at: next.last_at,
        posts_per_day: rounded(next.posts_per_day),
        new_posts_expected: rounded(next.n_expected),
    }
}

fn table(runs: &[Run], explain: bool, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    for run in runs {
        let at = run.at.to_zoned_datetime(zone.clone());
        let at = match run.due {
            true => "now".to_owned(),
            false => at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
        };
        writeln!(out, "{at:<24}  {}", terminal::line(&run.board))?;
        if !explain {
            continue;
        }
        writeln!(out, "    {}", run.reason)?;
        if let Some(last_at) = run.last_at {
            let last = last_at.to_zoned_datetime(zone.clone());
            writeln!(
                out,
                "    {:.1} posts a day; {:.1} new ones expected since {}",
                run.posts_per_day,
                run.new_posts_expected,
                last.strftime("%Y-%m-%d %H:%M:%S %Z")
            )?;
        }
    }
    Ok(())
}
