//! `boardwalk doctor`: is all well around an archive?

use std::fmt::Display;
use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{DatabaseArg, Exit, outfit};
use crate::config::{BoardOptions, Database, Options};
use crate::model::{Clock, SystemClock};
use crate::outputs::number::counted;
use crate::outputs::{human_bytes, json, terminal};
use crate::store::sqlite::SqliteArchive;
use crate::store::{Archive, BoardStatus, StoreError};

/// Room on the disk below which a crawl may soon stop, and below which it does.
const LITTLE_ROOM: u64 = 1 << 30;
const NO_ROOM: u64 = 64 << 20;

/// A clock may be so much behind what another machine wrote.
const CLOCK_MAY_DIFFER: SignedDuration = SignedDuration::from_mins(2);

/// Look after configuration, archive, disk, clock and boards
///
/// Asks each board's host for its robots.txt, nothing else, and changes nothing. Exit code 1 where something needs you.
#[derive(Debug, Args)]
pub(super) struct DoctorCommand {
    /// Ask no host for anything
    #[arg(long)]
    offline: bool,

    #[command(flatten)]
    database: DatabaseArg,

    /// One JSON object a finding
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Grade {
    Good,
    /// Worth knowing.
    Note,
    Bad,
}

/// What was found about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    grade: Grade,
    says: String,
}

fn finding(what: &str, grade: Grade, says: impl Display) -> Finding {
    Finding {
        what: what.to_owned(),
        grade,
        says: says.to_string(),
    }
}

impl DoctorCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Database::Sqlite(path) = self.database.or(options);
        let mut findings = vec![configuration(options), profiles(options)];
        let boards = archive(&path, options, &mut findings);
        findings.push(disk(&path));
        findings.push(clock(&boards, SystemClock.now()));
        drift(&boards, options, &mut findings);
        if !self.offline {
            robots(options, &boards, &mut findings)?;
        }
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        for found in &findings {
            if self.json {
                json::write_line(found, &mut out)?;
            } else {
                let (style, sign) = sign(found.grade);
                let (what, says) = (terminal::line(&found.what), terminal::line(&found.says));
                writeln!(out, "{style}{sign:<4}{style:#}  {what}: {says}")?;
            }
        }
        out.flush()?;
        match findings.iter().any(|found| found.grade == Grade::Bad) {
            true => Ok(Exit::Partial),
            false => Ok(Exit::Done),
        }
    }
}

fn sign(grade: Grade) -> (Style, &'static str) {
    match grade {
        Grade::Good => (AnsiColor::Green.on_default(), "good"),
        Grade::Note => (AnsiColor::Yellow.on_default(), "note"),
        Grade::Bad => (AnsiColor::Red.on_default().bold(), "BAD"),
    }
}

/// It has been read before any command runs.
fn configuration(options: &Options) -> Finding {
    let says = match &options.source {
        Some(path) => {
            let boards = counted(options.boards.len() as u64, "board");
            format!("{}, {boards}", path.display())
        }
        None => "no file: everything is at its default".to_owned(),
    };
    finding("configuration", Grade::Good, says)
}

fn profiles(options: &Options) -> Finding {
    match outfit::library(options) {
        Ok(library) => finding(
            "profiles",
            Grade::Good,
            library.names().collect::<Vec<_>>().join(", "),
        ),
        Err(error) => finding("profiles", Grade::Bad, error),
    }
}

/// Reads the whole store once. Answers its boards.
fn archive(path: &Path, options: &Options, findings: &mut Vec<Finding>) -> Vec<BoardStatus> {
    let what = format!("archive {}", path.display());
    let archive = match SqliteArchive::open(path) {
        Ok(archive) => archive,
        Err(error @ StoreError::Missing { .. }) => {
            findings.push(finding(&what, Grade::Note, error));
            return Vec::new();
        }
        Err(error) => {
            findings.push(finding(&what, Grade::Bad, error));
            return Vec::new();
        }
    };
    let checked = archive.check().and_then(|()| archive.size_on_disk());
    findings.push(match checked {
        Ok(size) => finding(
            &what,
            Grade::Good,
            format!("{}, every page is whole", human_bytes(size.file_bytes)),
        ),
        Err(error) => finding(&what, Grade::Bad, error),
    });
    if options.store.search_index && !archive.has_search_index().unwrap_or(false) {
        findings.push(finding(
            "search index",
            Grade::Note,
            StoreError::NoSearchIndex,
        ));
    }
    archive.boards().unwrap_or_else(|error| {
        findings.push(finding(&what, Grade::Bad, error));
        Vec::new()
    })
}

fn disk(path: &Path) -> Finding {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let what = format!("disk of {}", folder.display());
    let free = match rustix::fs::statvfs(folder) {
        Ok(stat) => stat.f_bavail.saturating_mul(stat.f_frsize),
        Err(error) => return finding(&what, Grade::Bad, error),
    };
    let grade = match free {
        _ if free < NO_ROOM => Grade::Bad,
        _ if free < LITTLE_ROOM => Grade::Note,
        _ => Grade::Good,
    };
    finding(&what, grade, format!("{} free", human_bytes(free)))
}

/// A clock that stands before what was written already would date posts wrongly and wait for hours that have been.
fn clock(boards: &[BoardStatus], now: Timestamp) -> Finding {
    let passes = boards
        .iter()
        .flat_map(|board| [&board.last_pass, &board.open_pass])
        .flatten();
    let newest = passes
        .map(|pass| pass.ended_at.unwrap_or(pass.started_at))
        .max();
    match newest {
        Some(newest) if newest > now + CLOCK_MAY_DIFFER => finding(
            "clock",
            Grade::Bad,
            format!("it says {now}, and the archive was written at {newest}; set it right"),
        ),
        _ => finding("clock", Grade::Good, now),
    }
}

/// What configuration and archive do not have in common.
fn drift(boards: &[BoardStatus], options: &Options, findings: &mut Vec<Finding>) {
    for wanted in &options.boards {
        let what = format!("board {}", wanted.label());
        let held = boards
            .iter()
            .find(|board| Some(&board.counts.name) == wanted.name.as_ref());
        match held {
            None => findings.push(finding(&what, Grade::Note, "not crawled yet")),
            Some(held) if held.board.host != crate::fetch::host_key(&wanted.url) => {
                findings.push(finding(
                    &what,
                    Grade::Note,
                    format!(
                        "the archive has it at {}, the configuration at {}",
                        held.counts.url, wanted.url
                    ),
                ));
            }
            Some(held) => findings.extend(
                held.trouble
                    .as_ref()
                    .map(|trouble| finding(&what, Grade::Bad, trouble)),
            ),
        }
    }
    if options.boards.is_empty() {
        return;
    }
    for board in boards {
        let known = |wanted: &&BoardOptions| wanted.name.as_ref() == Some(&board.counts.name);
        if !options.boards.iter().any(|wanted| known(&wanted)) {
            findings.push(finding(
                &format!("board {}", board.counts.name),
                Grade::Note,
                "in the archive, and not in the configuration: nothing polls it",
            ));
        }
    }
}

/// Name, connection and robots.txt of each board: of the configuration, or of the archive where that names none.
fn robots(
    options: &Options,
    boards: &[BoardStatus],
    findings: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    let targets: Vec<BoardOptions> = match options.boards.as_slice() {
        [] => boards
            .iter()
            .map(|board| BoardOptions::from_url(board.board.url.clone()))
            .collect(),
        wanted => wanted.to_vec(),
    };
    let fetcher = outfit::fetcher(options, &targets)?;
    let runtime = outfit::runtime()?;
    for board in &targets {
        let what = format!("robots.txt for {}", board.url);
        findings.push(match runtime.block_on(fetcher.robots_verdict(&board.url)) {
            Ok(verdict) => {
                let pace = fetcher.host(&board.url).snapshot().interval;
                let says = format!(
                    "{verdict}; a request each {:.1} s at most",
                    pace.as_secs_f64()
                );
                finding(&what, Grade::Good, says)
            }
            Err(error) => finding(&what, Grade::Bad, error),
        });
    }
    Ok(())
}
