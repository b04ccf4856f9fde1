//! The archive at a glance: a line a board, what troubles it, and the size on disk.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::columns::{bytes, pad, pad_left};
use super::{OutputError, json, moment, terminal};
use crate::store::{Archive, BoardStatus, PassSummary, SizeOnDisk};

const BOLD: Style = Style::new().bold();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// Everything that `status` tells; as JSON, one object.
#[derive(Debug, Serialize)]
pub struct Status {
    pub boards: Vec<BoardStatus>,
    pub size_on_disk: SizeOnDisk,
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
    /// # Errors
    /// The store's.
    pub fn read(archive: &dyn Archive) -> Result<Self, OutputError> {
        Ok(Self {
            boards: archive.boards()?,
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
            .map(|board| row(board, zone, now))
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
            if let Some(trouble) = &board.trouble {
                writeln!(out, "  {WARNING}{}{WARNING:#}", terminal::line(trouble))?;
            }
            if let Some(pass) = &board.open_pass {
                writeln!(
                    out,
                    "  an interrupted pass ({} pages, {} articles so far) goes on with the next crawl",
                    pass.report.n_listing_pages, pass.report.n_stored
                )?;
            }
        }
        let size = &self.size_on_disk;
        let kinds = [
            ("articles", size.articles_bytes),
            ("revisions", size.revisions_bytes),
            ("comments", size.comments_bytes),
            ("raw pages", size.raw_pages_bytes),
            ("search index", size.search_bytes),
            ("receipts", size.receipts_bytes),
            ("other", size.other_bytes),
        ];
        let kinds = kinds.map(|(kind, n)| format!("{kind} {}", bytes(n)));
        let all = bytes(size.file_bytes);
        writeln!(out, "\n{all} on disk: {}", kinds.join(", "))
    }
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
    use super::super::test_archive::{TestArchive, at, board};
    use super::*;
    use crate::model::PassReport;

    fn table(boards: Vec<BoardStatus>) -> String {
        let archive = TestArchive::with(Vec::new());
        let mut status = Status::read(&archive).expect("memory answers");
        status.boards = boards;
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

3.0 MiB on disk: articles 1.0 KiB, revisions 2.0 KiB, comments 512 B, raw pages 1.0 MiB, search index 0 B, receipts 100 B, other 7 B
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
    fn json_holds_the_counts_and_the_size() {
        let status = Status::read(&TestArchive::with(Vec::new())).expect("memory answers");
        let mut out = Vec::new();
        status.write_json(&mut out).expect("memory takes all");
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(value["boards"][0]["name"], "news");
        assert_eq!(value["boards"][0]["n_stored"], 1_190);
        assert_eq!(value["size_on_disk"]["file_bytes"], 3 << 20);
    }

    #[test]
    fn a_clock_that_went_back_does_not_show_negative_times() {
        let now = at("2026-11-21T05:00:00Z");
        assert_eq!(ago(at("2026-11-22T05:00:00Z"), now), "just now");
        assert_eq!(ago(at("2026-11-18T05:00:00Z"), now), "3 days ago");
    }
}
