//! How an article came to be what it is: what each revision changed, field by field, and how its counts went.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::difference::{Line, Piece, lines};
use super::number::{counted, votes};
use super::{json, moment, terminal};
use crate::store::{ArticleRecord, CommentRecord, CountRecord, Revision, RevisionKind, Vanished};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Unchanged lines shown around a changed one.
const CONTEXT: usize = 1;

/// What one revision changed in one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// `title`, `category`, `text`, `images`, `attachments`
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

/// The fields in which two revisions differ, in the order of a page. Lists have a line an item.
pub fn field_changes(before: &Revision, after: &Revision) -> Vec<FieldChange> {
    type Read = fn(&Revision) -> String;
    let fields: [(&'static str, Read); 5] = [
        ("title", |revision| revision.title.clone()),
        ("category", |revision| {
            revision.category.clone().unwrap_or_default()
        }),
        ("text", |revision| revision.text.clone()),
        ("images", |revision| {
            list(revision.images.iter().map(|image| image.url.clone()))
        }),
        ("attachments", |revision| {
            list(revision.attachments.iter().map(|file| {
                let size = file.size.map(|size| format!(" ({size} B)"));
                format!("{}{} {}", file.name, size.unwrap_or_default(), file.key)
            }))
        }),
    ];
    fields
        .into_iter()
        .map(|(field, read)| FieldChange {
            field,
            before: read(before),
            after: read(after),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("\n")
}

/// A revision as programs get it.
#[derive(Debug, Serialize)]
struct RevisionLine<'a> {
    article: i64,
    number: u32,
    at: Timestamp,
    kind: RevisionKind,
    content_hash: &'a str,
    note: Option<&'a str>,
    /// Empty for the first.
    changes: Vec<FieldChange>,
}

/// One JSON line a revision, oldest first.
///
/// # Errors
/// The writer's.
pub fn write_json(
    article: &ArticleRecord,
    revisions: &[Revision],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (place, revision) in revisions.iter().enumerate() {
        let before = place
            .checked_sub(1)
            .and_then(|before| revisions.get(before));
        let line = RevisionLine {
            article: article.id,
            number: revision.number,
            at: revision.at,
            kind: revision.kind,
            content_hash: &revision.content_hash,
            note: revision.note.as_deref(),
            changes: before.map_or_else(Vec::new, |before| field_changes(before, revision)),
        };
        json::write_line(&line, out)?;
    }
    Ok(())
}

/// For people; times in `zone`.
///
/// # Errors
/// The writer's.
pub fn write(
    article: &ArticleRecord,
    revisions: &[Revision],
    counts: &[CountRecord],
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", terminal::line(&article.title))?;
    writeln!(out, "{DIM}{}{DIM:#}", terminal::line(&article.url))?;
    if revisions.is_empty() {
        writeln!(out, "\nno content is held")?;
    }
    for (place, revision) in revisions.iter().enumerate() {
        let before = place
            .checked_sub(1)
            .and_then(|before| revisions.get(before));
        let what = match (revision.kind, before) {
            (RevisionKind::Visit, None) => "first stored",
            (RevisionKind::Visit, Some(_)) => "edited",
            (RevisionKind::Reparse, _) => "read anew from the stored page; nobody edited it",
        };
        let at = moment::short(revision.at, zone);
        writeln!(
            out,
            "\n{BOLD}Revision {}{BOLD:#} · {at} · {what}",
            revision.number
        )?;
        for change in before.map_or_else(Vec::new, |before| field_changes(before, revision)) {
            field(&change, out)?;
        }
        if let Some(note) = &revision.note {
            writeln!(out, "  {}", terminal::line(note))?;
        }
    }
    let short = |at| moment::short(at, zone);
    match (article.gone_at, article.vanished) {
        (Some(_), Some(Vanished { after, before })) => writeln!(
            out,
            "\n{BOLD}Gone{BOLD:#} between {} and {}",
            short(after),
            short(before)
        )?,
        (Some(at), None) => writeln!(out, "\n{BOLD}Gone{BOLD:#} since {}", short(at))?,
        (None, _) => {}
    }
    comments(article, revisions.first(), zone, out)?;
    series(counts, zone, out)
}

/// Comments that came after the article was first stored, and those whose words or place are no longer shown.
fn comments(
    article: &ArticleRecord,
    first: Option<&Revision>,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut news: Vec<(Timestamp, &str, &CommentRecord)> = Vec::new();
    for comment in &article.comments {
        if first.is_some_and(|first| comment.first_seen_at > first.at) {
            news.push((comment.first_seen_at, "new      ", comment));
        }
        news.extend(comment.withdrawn_at.map(|at| (at, "withdrawn", comment)));
        news.extend(comment.gone_at.map(|at| (at, "deleted  ", comment)));
    }
    news.sort_by_key(|(at, _, _)| *at);
    if !news.is_empty() {
        writeln!(out, "\n{BOLD}Comments ({}){BOLD:#}", news.len())?;
    }
    for (at, what, comment) in news {
        let author = terminal::line(comment.author.as_deref().unwrap_or("(no name)"));
        let at = moment::short(at, zone);
        write!(out, "  {at}  {what}  {author}")?;
        if let Some(text) = &comment.text {
            write!(out, "  {DIM}{}{DIM:#}", terminal::line(text))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn field(change: &FieldChange, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {DIM}{}{DIM:#}", change.field)?;
    changed_lines(&change.before, &change.after, out)
}

/// The lines that set two texts apart, and some around them.
pub(super) fn changed_lines(before: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let all = lines(&terminal::block(before), &terminal::block(after));
    let near = |place: usize| {
        let from = place.saturating_sub(CONTEXT);
        let to = (place + CONTEXT + 1).min(all.len());
        all[from..to]
            .iter()
            .any(|line| !matches!(line, Line::Same(_)))
    };
    let mut left_out = false;
    for (place, line) in all.iter().enumerate() {
        match line {
            Line::Same(_) if !near(place) => {
                if !left_out {
                    writeln!(out, "    {DIM}…{DIM:#}")?;
                }
                left_out = true;
                continue;
            }
            Line::Same(text) => writeln!(out, "    {text}")?,
            Line::Removed(pieces) => coloured('-', REMOVED, pieces, out)?,
            Line::Added(pieces) => coloured('+', ADDED, pieces, out)?,
        }
        left_out = false;
    }
    Ok(())
}

/// The whole line in its colour, what changed in it reversed.
fn coloured(mark: char, style: Style, pieces: &[Piece], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "  {style}{mark} {style:#}")?;
    for piece in pieces {
        let style = if piece.changed { style.invert() } else { style };
        write!(out, "{style}{}{style:#}", piece.text)?;
    }
    writeln!(out)
}

/// The last sightings at which a count changed.
fn series(counts: &[CountRecord], zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    const SHOWN: usize = 12;
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}Counts ({}){BOLD:#}", counts.len())?;
    for count in &counts[counts.len().saturating_sub(SHOWN)..] {
        let mut facts = vec![moment::short(count.at, zone)];
        facts.extend(count.views.map(|n| counted(n, "view")));
        facts.extend(count.votes.map(votes));
        facts.extend(count.comments.map(|n| counted(n, "comment")));
        writeln!(out, "  {}", facts.join(" · "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{article, at};
    use super::*;
    use crate::model::Attachment;

    fn revision(number: u32, text: &str) -> Revision {
        Revision {
            number,
            at: at("2026-11-24T01:05:00Z"),
            title: "도서관 개관 안내".into(),
            category: None,
            text: text.into(),
            html: String::new(),
            images: Vec::new(),
            attachments: Vec::new(),
            content_hash: "00".into(),
            kind: RevisionKind::Visit,
            note: None,
        }
    }

    fn shown(revisions: &[Revision], counts: &[CountRecord]) -> String {
        let mut out = Vec::new();
        let zone = TimeZone::get("Asia/Seoul").expect("bundled");
        write(
            &article(1),
            revisions,
            counts,
            &zone,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn revisions_tell_field_by_field_what_changed() {
        let mut second = revision(2, "하나\n둘\n셋\n넷이다\n다섯");
        second.title = "도서관 재개관 안내".into();
        second.attachments = vec![Attachment {
            key: "7".into(),
            name: "안내문.pdf".into(),
            url: String::new(),
            size: Some(10),
        }];
        let mut third = second.clone();
        (third.number, third.kind) = (3, RevisionKind::Reparse);
        third.category = Some("알림".into());
        let counts = [CountRecord {
            at: at("2026-11-24T01:00:00Z"),
            views: Some(7),
            votes: None,
            comments: Some(0),
        }];
        let expected = "\
도서관 개관 안내
https://board.example/news/1

Revision 1 · 2026-11-24 10:05 · first stored

Revision 2 · 2026-11-24 10:05 · edited
  title
  - 도서관 개관 안내
  + 도서관 재개관 안내
  text
    …
    셋
  - 넷
  + 넷이다
    다섯
  attachments
  + 안내문.pdf (10 B) 7

Revision 3 · 2026-11-24 10:05 · read anew from the stored page; nobody edited it
  category
  + 알림

Counts (1)
  2026-11-24 10:00 · 7 views · 0 comments
";
        let first = revision(1, "하나\n둘\n셋\n넷\n다섯");
        assert_eq!(shown(&[first, second, third], &counts), expected);
    }

    #[test]
    fn late_withdrawn_and_deleted_comments_are_told() {
        let mut article = article(1);
        article.comments[0].first_seen_at = at("2026-11-24T02:00:00Z");
        article.comments[0].gone_at = Some(at("2026-11-25T02:00:00Z"));
        article.comments[1].withdrawn_at = Some(at("2026-11-24T03:00:00Z"));
        let mut out = Vec::new();
        write(
            &article,
            &[revision(1, "글")],
            &[],
            &TimeZone::UTC,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let expected = "
Comments (3)
  2026-11-24 02:00  new        손님1  좋네요
  2026-11-24 03:00  withdrawn  손님2
  2026-11-25 02:00  deleted    손님1  좋네요
";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn what_vanished_did_so_between_two_looks_at_the_list() {
        let mut gone = article(1);
        gone.gone_at = Some(at("2026-11-24T03:00:00Z"));
        gone.vanished = Some(Vanished {
            after: at("2026-11-24T01:00:00Z"),
            before: at("2026-11-24T02:00:00Z"),
        });
        let mut out = Vec::new();
        let mut plain = anstream::StripStream::new(&mut out);
        write(&gone, &[revision(1, "글")], &[], &TimeZone::UTC, &mut plain)
            .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(
            text.contains("\nGone between 2026-11-24 01:00 and 2026-11-24 02:00\n"),
            "{text}"
        );
    }

    #[test]
    fn what_changed_inside_a_line_is_reversed() {
        let mut out = Vec::new();
        let revisions = [revision(1, "동결했다"), revision(2, "동결한다")];
        write(&article(1), &revisions, &[], &TimeZone::UTC, &mut out).expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.contains("\u{1b}[7m\u{1b}[31m했\u{1b}[0m"), "{text:?}");
    }

    #[test]
    fn nothing_from_the_page_steers_the_terminal() {
        let poison = "a\u{1b}]0;x\u{07}\u{1b}[2J\u{202e}\r\u{9b}1m";
        let mut second = revision(2, poison);
        second.title = poison.into();
        second.category = Some(poison.into());
        second.attachments = vec![Attachment {
            key: poison.into(),
            name: poison.into(),
            url: poison.into(),
            size: None,
        }];
        let mut hostile = article(1);
        (hostile.title, hostile.url) = (poison.into(), poison.into());
        let mut out = Vec::new();
        write(
            &hostile,
            &[revision(1, "글"), second],
            &[],
            &TimeZone::UTC,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(
            !text
                .chars()
                .any(|c| (c.is_control() && c != '\n') || crate::model::steers(c)),
            "{text:?}"
        );
        assert!(!text.contains("[2J"), "{text:?}");
    }

    #[test]
    fn json_holds_both_versions_of_each_field() {
        let mut out = Vec::new();
        write_json(
            &article(1),
            &[revision(1, "앞"), revision(2, "뒤")],
            &mut out,
        )
        .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines[0]["changes"], serde_json::json!([]));
        assert_eq!(
            lines[1]["changes"],
            serde_json::json!([{"field": "text", "before": "앞", "after": "뒤"}])
        );
    }
}
