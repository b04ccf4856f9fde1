//! What happened to the archive's articles: a line each, newest last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::tz::TimeZone;

use super::{OutputError, json, moment, terminal};
use crate::model::EventKind;
use crate::store::{Archive, ChangeFilter, ChangeRecord};

const DIM: Style = Style::new().dimmed();

/// Writes the changes that fit, as JSON lines or for people, in `zone`. Answers how many there were.
///
/// # Errors
/// The store's, the writer's.
pub fn write(
    archive: &dyn Archive,
    filter: &ChangeFilter,
    as_json: bool,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> Result<u64, OutputError> {
    let mut n_written = 0;
    let mut problem = None;
    archive.changes(filter, &mut |change| {
        let written = match as_json {
            true => json::write_line(&change, out),
            false => write_line(&change, zone, out),
        };
        n_written += 1;
        problem = written.err();
        problem.is_none()
    })?;
    match problem {
        Some(error) => Err(error.into()),
        None => Ok(n_written),
    }
}

fn write_line(change: &ChangeRecord, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    // Padded before it is coloured: the longest word has ten letters.
    let (word, style) = match change.kind {
        EventKind::Stored => ("new       ", AnsiColor::Green.on_default()),
        EventKind::Edited => ("edited    ", AnsiColor::Yellow.on_default()),
        EventKind::Vanished => ("vanished  ", AnsiColor::Red.on_default()),
        EventKind::Restricted => ("restricted", AnsiColor::Red.on_default()),
        EventKind::Reappeared => ("reappeared", AnsiColor::Cyan.on_default()),
        EventKind::Alarm => ("alarm     ", AnsiColor::Red.on_default()),
        EventKind::Recovered => ("recovered ", AnsiColor::Green.on_default()),
    };
    let at = moment::short(change.at, zone);
    let board = terminal::line(&change.board);
    let title = terminal::line(&change.title);
    write!(
        out,
        "{at}  {style}{word}{style:#}  {board}  {}  {title}",
        change.article
    )?;
    if let Some(revision) = change.revision.filter(|_| change.kind == EventKind::Edited) {
        write!(out, "  {DIM}revision {revision}{DIM:#}")?;
    }
    if let Some(note) = &change.note {
        write!(out, "  {DIM}({}){DIM:#}", terminal::line(note))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{TestArchive, at};
    use super::*;
    use crate::model::ArticleKey;

    fn change(kind: EventKind, title: &str) -> ChangeRecord {
        ChangeRecord {
            at: at("2026-11-24T01:05:00Z"),
            kind,
            board: "news".into(),
            article: 12,
            key: ArticleKey::new("board.example", "1003"),
            url: "https://board.example/news/1003".into(),
            title: title.into(),
            revision: (kind == EventKind::Edited).then_some(2),
            note: (kind == EventKind::Vanished).then(|| "404".into()),
        }
    }

    fn shown(changes: Vec<ChangeRecord>, as_json: bool) -> String {
        let mut archive = TestArchive::with(Vec::new());
        archive.changes = changes;
        let mut out = Vec::new();
        let n_written = write(
            &archive,
            &ChangeFilter::default(),
            as_json,
            &TimeZone::UTC,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        assert_eq!(n_written, archive.changes.len() as u64);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn each_change_is_a_line() {
        let changes = vec![
            change(EventKind::Stored, "첫 글"),
            change(EventKind::Edited, "고친 글"),
            change(EventKind::Vanished, "사라진\u{1b}[2J\n글"),
        ];
        let expected = "\
2026-11-24 01:05  new         news  12  첫 글
2026-11-24 01:05  edited      news  12  고친 글  revision 2
2026-11-24 01:05  vanished    news  12  사라진 글  (404)
";
        assert_eq!(shown(changes.clone(), false), expected);
        let json = shown(changes, true);
        assert_eq!(json.lines().count(), 3);
        assert!(json.contains(r#""kind":"vanished""#), "{json}");
    }
}
