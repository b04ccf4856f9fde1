//! `boardwalk doctor`: is all well around an archive?

use std::fmt::Display;
use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use url::Url;

use super::{DatabaseArg, Exit, outfit};
use crate::config::{BoardOptions, Database, Options};
use crate::fetch::{Resolver, SystemResolver};
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
    match rustix::fs::statvfs(folder) {
        Ok(stat) => room(&what, stat.f_bavail.saturating_mul(stat.f_frsize)),
        Err(error) => finding(&what, Grade::Bad, error),
    }
}

fn room(what: &str, free_bytes: u64) -> Finding {
    let free = human_bytes(free_bytes);
    match free_bytes {
        ..NO_ROOM => {
            let says = format!("{free} free: make room, or no more is stored");
            finding(what, Grade::Bad, says)
        }
        NO_ROOM..LITTLE_ROOM => {
            let says = format!("{free} free: it may soon be full");
            finding(what, Grade::Note, says)
        }
        LITTLE_ROOM.. => finding(what, Grade::Good, format!("{free} free")),
    }
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
            format!("it says {now:.0}, and the archive was written at {newest:.0}; set it right"),
        ),
        _ => finding("clock", Grade::Good, format!("{now:.0}")),
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

/// The clock, held against those of the hosts that were asked. One may be wrong; two that agree are believed.
fn clocks_of_hosts(ahead: &[SignedDuration]) -> Option<Finding> {
    let differs = |ahead: &&SignedDuration| ahead.abs() > CLOCK_MAY_DIFFER;
    let all_one_way = ahead.iter().all(SignedDuration::is_positive)
        || ahead.iter().all(SignedDuration::is_negative);
    if !all_one_way || !ahead.iter().all(|one| differs(&one)) {
        return None;
    }
    let least = ahead.iter().min_by_key(|ahead| ahead.abs())?;
    let way = if least.is_positive() { "slow" } else { "fast" };
    let says = format!(
        "by the clock of {} it is {:#} {way}",
        counted(ahead.len() as u64, "host"),
        SignedDuration::from_secs(least.abs().as_secs())
    );
    let grade = if ahead.len() > 1 {
        Grade::Bad
    } else {
        Grade::Note
    };
    Some(finding("clock", grade, says))
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
        // A proxy looks names up by itself.
        if options.http.proxy.is_none()
            && let Some(nameless) = runtime.block_on(nameless(&board.url))
        {
            findings.push(nameless);
            continue;
        }
        let what = format!("robots.txt for {}", board.url);
        findings.push(match runtime.block_on(fetcher.robots_verdict(&board.url)) {
            Ok(verdict) => {
                let pace = fetcher.host(&board.url).snapshot().interval;
                let says = format!(
                    "{verdict}; one request each {} s",
                    (pace.as_secs_f64() * 1_000.0).round() / 1_000.0
                );
                finding(&what, Grade::Good, says)
            }
            Err(error) => {
                let fresh = fetcher.fresh_robots().into_iter();
                let mut receipts = fresh.flat_map(|robots| robots.receipts);
                let says = match receipts.find_map(|receipt| receipt.error) {
                    Some(cause) => format!("{}: {cause}", error.kind),
                    None => error.kind.to_string(),
                };
                finding(&what, Grade::Bad, says)
            }
        });
    }
    let hosts = fetcher.hosts();
    let ahead: Vec<SignedDuration> = hosts
        .iter()
        .filter_map(|host| host.snapshot().clock_ahead)
        .collect();
    findings.extend(clocks_of_hosts(&ahead));
    Ok(())
}

/// What is wrong with the name of a host; `None`: it has an address, or is one.
async fn nameless(url: &Url) -> Option<Finding> {
    let name = url.domain()?;
    let what = format!("name {name}");
    match SystemResolver.resolve(name).await {
        Ok(addresses) if addresses.is_empty() => {
            Some(finding(&what, Grade::Bad, "it has no address"))
        }
        Ok(_) => None,
        Err(error) => {
            let says = format!(
                "it has no address ({error}); look after the name or this machine's resolver"
            );
            Some(finding(&what, Grade::Bad, says))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};
    use std::net::TcpListener;

    use super::*;
    use crate::config;
    use crate::store::sqlite::{OpenMode, SqliteStore, StoreOptions};

    fn options(text: &str) -> Options {
        config::from_toml(Path::new("boardwalk.toml"), text).unwrap()
    }

    /// An archive with these boards, each with its address.
    fn held(folder: &Path, boards: &[(&str, &str)]) -> std::path::PathBuf {
        let path = folder.join("a.db");
        drop(SqliteStore::open(&path, OpenMode::ReadWrite, StoreOptions::default()).unwrap());
        let conn = rusqlite::Connection::open(&path).unwrap();
        for (name, url) in boards {
            let host = crate::fetch::host_key(&url.parse().unwrap());
            conn.execute(
                "INSERT INTO board (name, url, key, host, profile, added_at) VALUES (?1, ?2, ?2, ?3, 'rhymix', 0)",
                [name, url, host.as_str()],
            )
            .unwrap();
        }
        path
    }

    fn graded(findings: &[Finding]) -> Vec<(&str, Grade)> {
        let graded = findings.iter().map(|one| (one.what.as_str(), one.grade));
        graded.collect()
    }

    #[test]
    fn an_archive_with_a_page_that_was_overwritten_is_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = held(folder.path(), &[("news", "http://b.test/news")]);
        let mut findings = Vec::new();
        assert_eq!(archive(&path, &Options::default(), &mut findings).len(), 1);
        let what = format!("archive {}", path.display());
        assert_eq!(graded(&findings), [(what.as_str(), Grade::Good)]);

        let mut file = std::fs::File::options()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        let mut head = [0; 100];
        file.read_exact(&mut head).unwrap();
        // Bytes a page (SQLite's file format, 1.3.2); the third is one of some table or index.
        let page_bytes = u64::from(u16::from_be_bytes([head[16], head[17]]));
        file.seek(SeekFrom::Start(2 * page_bytes)).unwrap();
        file.write_all(&vec![0xA5; page_bytes as usize]).unwrap();
        findings.clear();
        archive(&path, &Options::default(), &mut findings);
        let found = findings.iter().find(|one| one.grade == Grade::Bad);
        assert_eq!(found.expect("it is not whole").what, what);
    }

    #[test]
    fn little_room_is_worth_knowing_and_none_is_bad() {
        for (free, grade) in [
            (NO_ROOM - 1, Grade::Bad),
            (LITTLE_ROOM - 1, Grade::Note),
            (LITTLE_ROOM, Grade::Good),
        ] {
            assert_eq!(room("disk", free).grade, grade, "{free}");
        }
        assert_eq!(disk(Path::new("/nowhere/at/all/a.db")).grade, Grade::Bad);
    }

    #[test]
    fn what_configuration_and_archive_do_not_share_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = held(
            folder.path(),
            &[
                ("same", "http://b.test/same"),
                ("moved", "http://b.test/moved"),
                ("forgotten", "http://b.test/forgotten"),
            ],
        );
        let board =
            |name: &str, url: &str| format!("[[board]]\nname = \"{name}\"\nurl = \"{url}\"\n");
        let options = options(
            &[
                board("same", "http://b.test/same"),
                board("moved", "http://other.test/moved"),
                board("new", "http://b.test/new"),
            ]
            .concat(),
        );
        let boards = archive(&path, &options, &mut Vec::new());
        let mut findings = Vec::new();
        drift(&boards, &options, &mut findings);
        assert_eq!(
            graded(&findings),
            [
                ("board moved", Grade::Note),
                ("board new", Grade::Note),
                ("board forgotten", Grade::Note)
            ]
        );
        assert!(
            findings[0].says.contains("other.test"),
            "{}",
            findings[0].says
        );
    }

    #[test]
    fn a_clock_that_stands_before_the_last_pass_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = held(folder.path(), &[("news", "http://b.test/news")]);
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.execute(
            "INSERT INTO pass (board, kind, page, deepest, n_torn, n_quiet, started_at, ended_at)
             VALUES (1, 'full', 1, 1, 0, 0, 0, 3600000)",
            [],
        )
        .unwrap();
        let boards = archive(&path, &Options::default(), &mut Vec::new());
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(clock(&boards, at(3_540)).grade, Grade::Good);
        assert_eq!(clock(&boards, at(1_800)).grade, Grade::Bad);
    }

    #[test]
    fn a_clock_that_hosts_do_not_agree_with_is_wrong() {
        let grade = |seconds: &[i64]| {
            let ahead: Vec<_> = seconds
                .iter()
                .map(|s| SignedDuration::from_secs(*s))
                .collect();
            clocks_of_hosts(&ahead).map(|found| found.grade)
        };
        assert_eq!(grade(&[]), None);
        assert_eq!(grade(&[1, -1, 0]), None);
        assert_eq!(grade(&[3_600]), Some(Grade::Note), "its own may be wrong");
        assert_eq!(grade(&[3_600, 3_601]), Some(Grade::Bad));
        assert_eq!(grade(&[-3_600, -3_601]), Some(Grade::Bad));
        assert_eq!(grade(&[3_600, 2]), None, "one is wrong, and it is not ours");
        assert_eq!(grade(&[3_600, -3_600]), None);
        let ahead = [3_661, 3_600].map(SignedDuration::from_secs);
        let found = clocks_of_hosts(&ahead).expect("it is slow");
        assert_eq!(found.says, "by the clock of 2 hosts it is 1h slow");
    }

    #[test]
    fn hosts_that_do_not_answer_and_names_without_an_address_are_told_apart() {
        // Nobody listens there any more.
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        // No resolver asks anybody for a label of more than 63 letters (RFC 1035, 2.3.4).
        let nameless = format!("http://{}.test/free", "a".repeat(64));
        let options = options(&format!(
            "[[board]]\nname = \"news\"\nurl = \"http://127.0.0.1:{port}/news\"\n\
             [[board]]\nname = \"free\"\nurl = \"{nameless}\"\n"
        ));
        let mut findings = Vec::new();
        robots(&options, &[], &mut findings).unwrap();
        let [news, free] = &findings[..] else {
            panic!("{findings:?}");
        };
        assert_eq!((news.grade, free.grade), (Grade::Bad, Grade::Bad));
        assert!(news.what.starts_with("robots.txt for http://127.0.0.1"));
        assert!(news.says.contains("Connection refused"), "{}", news.says);
        assert!(free.what.starts_with("name aaaa"), "{}", free.what);
        assert!(free.says.contains("no address"), "{}", free.says);
    }
}
