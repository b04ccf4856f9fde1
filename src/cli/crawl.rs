//! `boardwalk crawl`: walk boards once.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::person::{AtTerminal, at_terminal};
use super::{DatabaseArg, Exit, Progress, Usage, outfit, report};
use crate::config::{self, BoardOptions, Database, Options, PageLimit, Since, human};
use crate::crawl::{Adviser, Finish, Observer, Outfit, Sighting, crawl_once};
use crate::model::SystemClock;
use crate::profile::Library;
use crate::store::sqlite::{OpenMode, SqliteStore};

/// Walk boards, fetch their articles, keep them
///
/// Goes on where an earlier crawl stopped. A URL needs no configuration: the board software is recognised from the
/// page. Exit codes: 0 done; 1 done, but some pages failed and will be tried again; 2 usage or configuration;
/// 3 nothing could be crawled; 130 interrupted.
#[derive(Debug, Args)]
pub(super) struct CrawlCommand {
    /// A page of a board's listing, or the name of a board in the configuration
    #[arg(required = true, value_name = "URL|BOARD")]
    boards: Vec<String>,

    #[command(flatten)]
    database: DatabaseArg,

    /// Listing pages to read of each board at most: a number, or all [default: all]
    #[arg(long, value_name = "N|all")]
    pages: Option<PageLimit>,

    /// Do not walk to anything older: 2025-01-31 (in the board's time zone), or a moment with its offset
    #[arg(long, value_name = "DATE")]
    since: Option<Since>,

    /// Pace for each host, as in 2/s or 30/min; robots.txt may ask for less [default: 1/s]
    #[arg(long, value_parser = human::rate)]
    rate: Option<Duration>,

    /// Requests in flight at a time for each host, 1 to 64 [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    concurrency: Option<u8>,

    /// Board software or profile, where it is not to be recognised
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,

    /// A profile's file to read the boards with; or `learn`: built-in profiles are switched off, and how to read a
    /// board is learnt from its pages
    #[arg(long, value_name = "FILE|learn", conflicts_with = "engine")]
    profile: Option<String>,

    /// Zone of the dates on the pages, as in Asia/Seoul [default: the profile's]
    #[arg(long, value_name = "ZONE", value_parser = config::time_zone)]
    timezone: Option<TimeZone>,

    /// Report as JSON on the standard output
    #[arg(long)]
    json: bool,
}

/// Everything a crawl was asked for: flags, environment and file in one.
#[derive(Debug, Clone, PartialEq)]
pub struct CrawlArgs {
    /// With the flags for database, pace and connections taken in.
    pub options: Options,
    /// In the order of the command line, none twice, with the flags for pages, date, engine and zone taken in.
    pub boards: Vec<BoardOptions>,
    /// Built-in profiles are switched off.
    pub learn_only: bool,
    /// The report is written as JSON.
    pub json: bool,
    /// Progress bars are wanted, and there is a terminal for them.
    pub progress: bool,
}

impl CrawlCommand {
    pub(super) fn run(self, options: Options, quiet: bool) -> anyhow::Result<Exit> {
        let terminal = std::io::stderr().is_terminal();
        let args = self.into_args(options, terminal && !quiet)?;
        run(args)
    }

    fn into_args(self, mut options: Options, terminal: bool) -> anyhow::Result<CrawlArgs> {
        options.database = self.database.or(&options);
        if let Some(interval) = self.rate {
            options.pace.min_interval = interval;
            options.pace.max_interval = options.pace.max_interval.max(interval);
        }
        if let Some(connections) = self.concurrency {
            options.pace.max_connections = usize::from(connections);
        }
        let learn_only = self.profile.as_deref() == Some(outfit::LEARN);
        let engine = match self.profile.as_deref().filter(|_| !learn_only) {
            Some(file) => Some(outfit::own_profile(&mut options, file)?),
            None => self.engine.clone(),
        };
        let mut boards: Vec<BoardOptions> = Vec::new();
        for named in &self.boards {
            let mut board = find(named, &options)?;
            if let Some(pages) = self.pages {
                board.pages = pages;
            }
            board.since = self.since.or(board.since);
            if self.rate.is_some() {
                board.min_interval = None;
            }
            if let Some(engine) = &engine {
                board.engine = Some(engine.clone());
            }
            if let Some(zone) = &self.timezone {
                board.timezone = Some(zone.clone());
            }
            if !boards.iter().any(|other| other.url == board.url) {
                boards.push(board);
            }
        }
        Ok(CrawlArgs {
            options,
            boards,
            learn_only,
            json: self.json,
            progress: terminal && !self.json,
        })
    }
}

/// Opens the store, crawls, and tells what came of it.
fn run(args: CrawlArgs) -> anyhow::Result<Exit> {
    let options = &args.options;
    let library = match args.learn_only {
        true => Library::default(),
        false => outfit::library(options)?,
    };
    let targets = args
        .boards
        .iter()
        .map(|board| outfit::target(options, &library, board))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let fetcher = outfit::fetcher(options, &args.boards)?;
    let Database::Sqlite(path) = &options.database;
    let store_options = outfit::store_options(options);
    let store = SqliteStore::open(path, OpenMode::ReadWrite, store_options)?;
    let progress = Progress::new(args.progress);
    let stop = CancellationToken::new();
    let outfit = Outfit {
        store,
        fetcher,
        library: Arc::new(library),
        clock: Arc::new(SystemClock),
        observer: Arc::new(Watcher {
            // Who wants bars sits there and can be asked.
            person: if args.progress { at_terminal() } else { None },
            progress: progress.clone(),
        }),
        stop: stop.clone(),
        database: options.database.to_string(),
    };
    let report = outfit::runtime()?.block_on(async {
        tokio::spawn(wait_for_signals(stop));
        crawl_once(outfit, outfit::crawl_options(options), targets).await
    });
    progress.finish();
    let report = report?;
    if args.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        report::print(&report)?;
    }
    Ok(match report.finish {
        Finish::Done => Exit::Done,
        Finish::Partial => Exit::Partial,
        Finish::Nothing => Exit::Nothing,
        Finish::Interrupted => Exit::Interrupted,
    })
}

/// The first signal lets the visits in flight end, if they do so soon; the second ends the process at once, which loses
/// nothing but what was in flight.
pub(super) async fn wait_for_signals(stop: CancellationToken) {
    wait_for_signal().await;
    let notice = "stopping within ten seconds: what is in flight is finished first; once more to stop at once";
    // To a person; whoever else reads this stream reads a log, of one form from its first line to its last.
    if std::io::stderr().is_terminal() {
        anstream::eprintln!("{notice}");
    } else {
        tracing::info!("{notice}");
    }
    // Said first: where nothing is in flight, the run ends at once.
    stop.cancel();
    wait_for_signal().await;
    std::process::exit(Exit::Interrupted as i32);
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    // Without a handler the default action ends the process, which is safe too.
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => {
            if interrupt.is_err() {
                std::future::pending::<()>().await;
            }
        }
        _ = terminate.recv() => {}
    }
}

/// Draws what the crawl tells, and asks what it wants to know.
struct Watcher {
    progress: Progress,
    person: Option<AtTerminal>,
}

impl Observer for Watcher {
    fn see(&self, sighting: Sighting) {
        match sighting {
            Sighting::Listing { done, total } => self.progress.listing(done, total),
            Sighting::Articles { done, total } => self.progress.articles(done, total),
            Sighting::Note(note) => {
                tracing::info!("{note}");
                self.progress.message(&note);
            }
        }
    }

    fn adviser(&self) -> Option<&dyn Adviser> {
        self.person.as_ref().map(|person| person as &dyn Adviser)
    }
}

/// A name of the configuration, the URL of a board in it, or any other URL.
fn find(named: &str, options: &Options) -> Result<BoardOptions, Usage> {
    if let Some(board) = options.board(named) {
        return Ok(board.clone());
    }
    if named.contains("://") {
        let url: Url = config::board_url(named).map_err(Usage)?;
        let known = options.boards.iter().find(|board| board.url == url);
        return Ok(known
            .cloned()
            .unwrap_or_else(|| BoardOptions::from_url(url)));
    }
    let names: Vec<&str> = options
        .boards
        .iter()
        .filter_map(|board| board.name.as_deref())
        .collect();
    let known = match names.as_slice() {
        [] => "the configuration names none".to_owned(),
        names => format!("known are {}", names.join(", ")),
    };
    let hint = match named.contains(['.', '/']) {
        true => format!("; if it is a page, write http://{named} or https://{named}"),
        false => String::new(),
    };
    Err(Usage(format!("there is no board {named}; {known}{hint}")))
}

#[cfg(test)]
mod tests;
