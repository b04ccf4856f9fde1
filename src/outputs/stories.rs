//! Stories, a line each; and the copies of one article.

use std::io::{self, Write};

use anstyle::Style;
use jiff::tz::TimeZone;

use super::number::grouped;
use super::{history, json, moment, terminal};
use crate::store::{ArticleRecord, CopyRecord, StoryRecord};

const BOLD: Style = Style::new().bold();

/// # Errors
/// The writer's.
pub fn write_json(stories: &[StoryRecord], out: &mut dyn Write) -> io::Result<()> {
    stories
        .iter()
        .try_for_each(|story| json::write_line(story, out))
}

/// Number, copies, first and last time, and the earliest article.
///
/// # Errors
/// The writer's.
pub fn write_lines(
    stories: &[StoryRecord],
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    for story in stories {
        writeln!(
            out,
            "{}  {}  {} to {}  {}  {BOLD}{}{BOLD:#}",
            story.story,
            match story.n_copies {
                1 => "1 copy".to_owned(),
                n => format!("{} copies", grouped(n)),
            },
            moment::short(story.first_at, zone),
            moment::short(story.last_at, zone),
            terminal::line(story.key.as_str()),
            terminal::line(&story.title),
        )?;
    }
    Ok(())
}

/// Lines of a difference that are shown for one copy.
const MAX_LINES: usize = 24;
/// Copies whose difference is shown; of more, the first ones tell enough.
pub const MAX_DIFFERENCES: usize = 8;

/// A copy of an article, and the words it holds now where they are to be compared.
#[derive(Debug)]
pub struct Copy {
    pub record: CopyRecord,
    pub text: Option<String>,
}

/// The list below an article: how alike each copy is, and what the later of the two changed. Nothing where there are no
/// copies.
///
/// # Errors
/// The writer's.
pub fn copies(
    article: &ArticleRecord,
    copies: &[Copy],
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    if copies.is_empty() {
        return Ok(());
    }
    let at = article.posted_at.unwrap_or(article.first_seen_at);
    writeln!(out, "\n{BOLD}Copies ({}){BOLD:#}", copies.len())?;
    for Copy { record, text } in copies {
        writeln!(
            out,
            "  {}  {}  {}, {:.0} % alike  {}  {}",
            record.id,
            moment::short(record.at, zone),
            record.verdict,
            record.similarity * 100.0,
            terminal::line(record.key.as_str()),
            terminal::line(&record.title),
        )?;
        if let (Some(its), Some(mine)) = (text, &article.text) {
            match (record.at, record.id) < (at, article.id) {
                true => difference(its, mine, out)?,
                false => difference(mine, its, out)?,
            }
        }
    }
    Ok(())
}

fn difference(before: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut whole = Vec::new();
    history::changed_lines(before, after, &mut whole)?;
    let mut lines = whole.split_inclusive(|byte| *byte == b'\n');
    for line in lines.by_ref().take(MAX_LINES) {
        out.write_all(line)?;
    }
    match lines.count() {
        0 => Ok(()),
        n => writeln!(out, "    … and {n} lines more"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{article, at};
    use super::*;
    use crate::model::ArticleKey;

    fn copy(at: jiff::Timestamp, text: Option<&str>) -> Copy {
        Copy {
            record: CopyRecord {
                id: 7,
                board: "news".into(),
                key: ArticleKey::from_stored("board.example/7".into()),
                title: "제목\u{1b}[2J".into(),
                at,
                similarity: 0.934,
                containment: 1.0,
                verdict: "near".into(),
            },
            text: text.map(str::to_owned),
        }
    }

    fn shown(copy: Copy) -> String {
        let mut out = Vec::new();
        copies(
            &article(1),
            &[copy],
            &TimeZone::UTC,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn copies_say_how_alike_they_are_and_steer_no_terminal() {
        let text = shown(copy(jiff::Timestamp::UNIX_EPOCH, None));
        assert!(
            text.contains("7  1970-01-01 00:00  near, 93 % alike  board.example/7  제목"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn what_the_later_one_changed_is_shown() {
        let its = "첫 문단이다.\n다른 문단이다.\u{1b}[2J";
        let earlier = shown(copy(jiff::Timestamp::UNIX_EPOCH, Some(its)));
        assert!(earlier.contains("- 다른 문단이다."), "{earlier}");
        assert!(earlier.contains("+ 둘째 문단이다."), "{earlier}");
        let later = shown(copy(at("2026-11-22T00:00:00Z"), Some(its)));
        assert!(later.contains("- 둘째 문단이다."), "{later}");
        assert!(later.contains("+ 다른 문단이다."), "{later}");
        assert!(!later.contains('\u{1b}'));
    }

    #[test]
    fn a_long_difference_is_cut() {
        let its: String = (0..100).map(|n| format!("줄 {n}\n")).collect();
        let text = shown(copy(at("2026-11-22T00:00:00Z"), Some(&its)));
        assert!(text.lines().count() < 40, "{text}");
        assert!(text.contains("lines more"), "{text}");
    }
}
