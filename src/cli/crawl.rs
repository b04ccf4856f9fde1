//! `boardwalk crawl`: walk boards once.

use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use url::Url;

use super::{DatabaseArg, Exit, Usage};
use crate::config::{self, BoardOptions, Options, PageLimit, Since, human};

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
    /// The report is written as JSON.
    pub json: bool,
    /// Progress bars are wanted, and there is a terminal for them.
    pub progress: bool,
}

impl CrawlCommand {
    pub(super) fn run(self, options: Options, quiet: bool) -> anyhow::Result<Exit> {
        let terminal = std::io::stderr().is_terminal();
        let args = self.into_args(options, terminal && !quiet)?;
        // LEAD: crate::crawl::run(args) goes here; its report says which `Exit`.
        let _ = args;
        anyhow::bail!("crawling is under construction")
    }

    fn into_args(self, mut options: Options, terminal: bool) -> Result<CrawlArgs, Usage> {
        options.database = self.database.or(&options);
        if let Some(interval) = self.rate {
            options.pace.min_interval = interval;
            options.pace.max_interval = options.pace.max_interval.max(interval);
        }
        if let Some(connections) = self.concurrency {
            options.pace.max_connections = usize::from(connections);
        }
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
            if let Some(engine) = &self.engine {
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
            json: self.json,
            progress: terminal && !self.json,
        })
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
