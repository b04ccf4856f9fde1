//! The archive at a glance: a line a board, what troubles it, and the size on disk.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::columns::{bytes, pad, pad_left};
use super::number::{counted, grouped};
use super::{OutputError, json, moment, outbox, terminal};
use crate::health::audit::{Audit, Proof, audit};
use crate::health::verdict::Evidence;
use crate::store::{
    Archive, BoardHealth, BoardStatus, NotifierRecord, PassSummary, SizeOnDisk, StoreError,
};

const BOLD: Style = Style::new().bold();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// Everything that `status` tells; as JSON, one object.
#[derive(Debug, Serialize)]
pub struct Status {
    pub boards: Vec<BoardLine>,
    /// Boards of the configuration of which the archive has nothing yet, by name.
    pub unread: Vec<String>,
    pub notifiers: Vec<NotifierRecord>,
    pub size_on_disk: SizeOnDisk,
}

/// A board, and how much of it is held.
#[derive(Debug, Serialize)]
pub struct BoardLine {
    #[serde(flatten)]
    pub status: BoardStatus,
    pub coverage: Coverage,
}

/// How complete the copy of a board is; [`super::audit`] tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Posts that the listing has: by its newest rank, or else as many as were seen in it.
    pub n_posts: u64,
    /// Those of them whose content is held.
    pub n_held: u64,
    /// The number column says that there are no others.
    pub proven: bool,
}

impl Coverage {
    fn of(audit: &Audit) -> Self {
        Self {
            n_posts: audit.n_posts.unwrap_or(audit.held.n_listed),
            n_held: audit.held.n_stored,
            proven: audit.proof == Proof::Proven,
        }
    }
}

const HEADER: [&str; 10] = [
    "BOARD",
    "STORED",
    "PENDING",
    "RESTRICTED",
    "GONE",
    "FAILED",
    "NEWEST",
    "LAST PASS",
    "QUEUED",
    "GAPS",
];
/// Columns of numbers stand right.
const NUMBERS: [bool; 10] = [
    false, true, true, true, true, true, false, false, true, true,
];

impl Status {
    /// How the archive's boards stand, beside those that are `configured`.
    ///
    /// # Errors
    /// The store's.
    pub fn read(archive: &dyn Archive, configured: &[&str]) -> Result<Self, OutputError> {
        let boards = archive.boards()?.into_iter().map(|status| {
            let facts = archive.audit(&status.board)?;
            Ok(BoardLine {
                coverage: Coverage::of(&audit(facts)),
                status,
            })
        });
        let boards: Vec<BoardLine> = boards.collect::<Result<_, StoreError>>()?;
        let is_unread = |name: &&&str| {
            let mut held = boards.iter();
            !held.any(|board| board.status.counts.name == **name)
        };
        let unread = configured.iter().filter(is_unread);
        Ok(Self {
            unread: unread.map(|name| (*name).to_owned()).collect(),
            boards,
            notifiers: archive.notifiers()?,
            size_on_disk: archive.size_on_disk()?,
        })
    }

    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::write_line(self, out)
    }

    /// A table; times in `zone`.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_table(
        &self,
        zone: &TimeZone,
        now: Timestamp,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let rows: Vec<[String; 10]> = self
            .boards
            .iter()
            .map(|board| row(&board.status, zone, now))
            .collect();
        let widths: Vec<usize> = (0..HEADER.len())
            .map(|column| {
                let cells = rows.iter().map(|row| row[column].width());
                cells.chain([HEADER[column].width()]).max().unwrap_or(0)
            })
            .collect();
        writeln!(out, "{BOLD}{}{BOLD:#}", line(&HEADER, &widths))?;
        for (row, board) in rows.iter().zip(&self.boards) {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            writeln!(out, "{}", line(&cells, &widths))?;
            if let Some(health) = &board.status.health {
                write_health(health, &board.coverage, zone, now, out)?;
            }
            let board = &board.status;
            if let Some(trouble) = &board.trouble {
                writeln!(out, "  {WARNING}{}{WARNING:#}", terminal::line(trouble))?;
            }
            if let Some(pass) = &board.open_pass {
                writeln!(
                    out,
                    "  an unfinished pass ({}, {} so far) goes on with the next crawl",
                    counted(pass.report.n_listing_pages, "page"),
                    counted(pass.report.n_stored, "article")
                )?;
            }
        }
        for name in &self.unread {
            let name = terminal::line(name);
            writeln!(out, "{WARNING}{name}: not read yet{WARNING:#}")?;
        }
        self.write_notifiers(zone, out)?;
        let size = &self.size_on_disk;
        let kinds = [
            ("articles", size.articles_bytes),
            ("revisions", size.revisions_bytes),
            ("comments", size.comments_bytes),
            ("raw pages", size.raw_pages_bytes),
            ("search index", size.search_bytes),
            ("near copies", size.copies_bytes),
            ("receipts", size.receipts_bytes),
            ("other", size.other_bytes),
        ];
        let kinds = kinds.map(|(kind, n)| format!("{kind} {}", bytes(n)));
        let all = bytes(size.file_bytes);
        writeln!(out, "\n{all} on disk: {}", kinds.join(", "))
    }

    fn write_notifiers(&self, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
        if !self.notifiers.is_empty() {
            writeln!(out, "\n{BOLD}MESSAGES{BOLD:#}")?;
        }
        for notifier in &self.notifiers {
            let line = outbox::line(notifier, zone);
            match notifier.n_given_up > 0 || notifier.paused_until.is_some() {
                true => writeln!(out, "{WARNING}{line}{WARNING:#}")?,
                false => writeln!(out, "{line}")?,
            }
        }
        Ok(())
    }
}

/// How the board does by the service's polls, and what comes next.
fn write_health(
    health: &BoardHealth,
    coverage: &Coverage,
    zone: &TimeZone,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    match (health.verdict, health.since) {
        (Some(verdict), Some(since)) => {
            let finding = health.finding.as_deref().unwrap_or_default();
            let finding = terminal::line(finding);
            let since = moment::short(since, zone);
            write!(
                out,
                "  {WARNING}{verdict}{WARNING:#} since {since}: {finding}"
            )?;
        }
        _ if health.last_good_at.is_none() => write!(out, "  not read well yet")?,
        _ => write!(out, "  as it should be")?,
    }
    if let Some(at) = health.last_good_at {
        write!(out, "; last good {}", ago(at, now))?;
    }
    let proof = if coverage.proven { " (proven)" } else { "" };
    write!(
        out,
        "; {} of {} held{proof}",
        grouped(coverage.n_held),
        counted(coverage.n_posts, "post")
    )?;
    if let Some(next) = &health.next_pass {
        let at = moment::short(next.at, zone);
        write!(out, "; next pass {at}: {}", terminal::line(&next.reason))?;
    }
    writeln!(out)?;
    for line in health.evidence.iter().flat_map(Evidence::lines) {
        writeln!(out, "    {}", terminal::line(&line))?;
    }
    Ok(())
}

fn line(cells: &[&str], widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .iter()
        .zip(widths)
        .zip(NUMBERS)
        .map(|((cell, width), number)| match number {
            true => pad_left(cell, *width),
            false => pad(cell, *width),
        })
        .collect();
    padded.join("  ").trim_end().to_owned()
}

fn row(board: &BoardStatus, zone: &TimeZone, now: Timestamp) -> [String; 10] {
    let counts = &board.counts;
    [
        terminal::line(&counts.name).into_owned(),
        counts.n_stored.to_string(),
        counts.n_pending.to_string(),
        counts.n_restricted.to_string(),
        counts.n_gone.to_string(),
        counts.n_failed.to_string(),
        counts
            .newest_posted_at
            .map_or_else(|| "-".into(), |at| moment::short(at, zone)),
        board
            .last_pass
            .as_ref()
            .map_or_else(|| "-".into(), |pass| last_pass(pass, now)),
        board.n_jobs_queued.to_string(),
        board.n_gaps.to_string(),
    ]
}

/// `full, complete, 2 h ago`.
fn last_pass(pass: &PassSummary, now: Timestamp) -> String {
    let mut words = vec![pass.kind.to_owned()];
    words.extend(pass.end.map(str::to_owned));
    words.extend(pass.ended_at.map(|at| ago(at, now)));
    words.join(", ")
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    match seconds {
        ..60 => "just now".into(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{TestArchive, at, board, message};
    use super::*;
    use crate::health::verdict::Verdict;
    use crate::model::PassReport;
    use crate::store::NextPass;

    fn table(boards: Vec<BoardStatus>) -> String {
        let archive = TestArchive::with(Vec::new());
        let mut status = Status::read(&archive, &["news"]).expect("memory answers");
        let coverage = Coverage {
            n_posts: 1_200,
            n_held: 1_190,
            proven: true,
        };
        let line = |status| BoardLine { status, coverage };
        status.boards = boards.into_iter().map(line).collect();
        let mut out = Vec::new();
        status
            .write_table(
                &TimeZone::UTC,
                at("2026-11-21T05:00:00Z"),
                &mut anstream::StripStream::new(&mut out),
            )
            .expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn columns_stand_under_each_other_in_hangul_too() {
        let mut news = board("자유게시판");
        news.last_pass = Some(PassSummary {
            kind: "full",
            started_at: at("2026-11-21T01:00:00Z"),
            ended_at: Some(at("2026-11-21T02:30:00Z")),
            end: Some("complete"),
            report: PassReport::default(),
        });
        let expected = "\
BOARD       STORED  PENDING  RESTRICTED  GONE  FAILED  NEWEST            LAST PASS                QUEUED  GAPS
자유게시판    1190        3           8     2       1  2026-11-20 01:00  full, complete, 2 h ago       4     0
qa            1190        3           8     2       1  2026-11-20 01:00  -                             4     0

3.0 MiB on disk: articles 1.0 KiB, revisions 2.0 KiB, comments 512 B, raw pages 1.0 MiB, search index 0 B, near copies 0 B, receipts 100 B, other 7 B
";
        assert_eq!(table(vec![news, board("qa")]), expected);
    }

    #[test]
    fn trouble_and_open_passes_have_lines_of_their_own() {
        let mut news = board("news");
        news.trouble = Some("blocked\u{1b}[2J since yesterday".into());
        news.open_pass = Some(PassSummary {
            kind: "full",
            started_at: at("2026-11-21T01:00:00Z"),
            ended_at: None,
            end: None,
            report: PassReport {
                n_listing_pages: 7,
                n_stored: 120,
                ..PassReport::default()
            },
        });
        let text = table(vec![news]);
        assert!(text.contains("\n  blocked since yesterday\n"), "{text}");
        assert!(text.contains("(7 pages, 120 articles so far)"), "{text}");
    }

    #[test]
    fn a_verdict_stands_with_its_evidence_and_what_comes_next() {
        let mut news = board("news");
        news.health = Some(BoardHealth {
            verdict: Some(Verdict::Blocked),
            since: Some(at("2026-11-21T01:00:00Z")),
            finding: Some("answered 429\u{1b}[2J, wait 7200s".into()),
            evidence: Some(Evidence {
                expected_rows: Some(20.0),
                seen_rows: Some(0),
                statuses: [(429, 2)].into(),
                ..Evidence::default()
            }),
            last_good_at: Some(at("2026-11-21T00:00:00Z")),
            next_pass: Some(NextPass {
                at: at("2026-11-21T06:00:00Z"),
                reason: "its host asked to wait until then".into(),
            }),
        });
        let mut well = board("qa");
        well.health = Some(BoardHealth {
            verdict: None,
            since: None,
            finding: None,
            evidence: None,
            last_good_at: Some(at("2026-11-21T04:59:30Z")),
            next_pass: None,
        });
        let mut never = board("dead");
        never.health = Some(BoardHealth {
            last_good_at: None,
            ..well.health.clone().expect("it has one")
        });
        let text = table(vec![news, well, never]);
        assert!(text.contains("\n  not read well yet; 1,190 of"), "{text}");
        let bad = "\n  blocked since 2026-11-21 01:00: answered 429, wait 7200s; last good 5 h ago; 1,190 of 1,200 \
            posts held (proven); next pass 2026-11-21 06:00: its host asked to wait until then\n    \
            0 rows, where about 20 are usual\n    answers: 429 × 2\n";
        assert!(text.contains(bad), "{text}");
        let good = "\n  as it should be; last good just now; 1,190 of 1,200 posts held (proven)\n";
        assert!(text.contains(good), "{text}");
    }

    #[test]
    fn boards_that_were_never_read_are_told_of() {
        let archive = TestArchive::with(Vec::new());
        let status =
            Status::read(&archive, &["news", "misspelt\u{1b}[2J"]).expect("memory answers");
        let mut out = Vec::new();
        let mut plain = anstream::StripStream::new(&mut out);
        status
            .write_table(&TimeZone::UTC, at("2026-11-21T05:00:00Z"), &mut plain)
            .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.contains("\nmisspelt: not read yet\n"), "{text}");
        assert!(!text.contains("news: not read yet"), "{text}");
    }

    #[test]
    fn messages_that_were_given_up_are_told_of() {
        let mut archive = TestArchive::with(Vec::new());
        archive.messages = vec![message(1, "첫 글")];
        let status = Status::read(&archive, &["news"]).expect("memory answers");
        let mut out = Vec::new();
        let now = at("2026-11-21T05:00:00Z");
        let mut plain = anstream::StripStream::new(&mut out);
        status
            .write_table(&TimeZone::UTC, now, &mut plain)
            .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines = "\n\nMESSAGES\ndesk: 3 sent, 0 waiting, 1 given up\n\n";
        assert!(text.contains(lines), "{text}");
    }

    #[test]
    fn json_holds_the_counts_and_the_size() {
        let status = Status::read(&TestArchive::with(Vec::new()), &["news", "misspelt"])
            .expect("memory answers");
        let mut out = Vec::new();
        status.write_json(&mut out).expect("memory takes all");
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(value["boards"][0]["name"], "news");
        assert_eq!(value["boards"][0]["n_stored"], 1_190);
        assert_eq!(value["unread"], serde_json::json!(["misspelt"]));
        assert_eq!(value["size_on_disk"]["file_bytes"], 3 << 20);
    }

    #[test]
    fn a_clock_that_went_back_does_not_show_negative_times() {
        let now = at("2026-11-21T05:00:00Z");
        assert_eq!(ago(at("2026-11-22T05:00:00Z"), now), "just now");
        assert_eq!(ago(at("2026-11-18T05:00:00Z"), now), "3 days ago");
    }
}
