//! Stories, a line each; and the copies of one article.

use std::io::{self, Write};

use anstyle::Style;
use jiff::tz::TimeZone;

use super::{json, moment, terminal};
use crate::store::{CopyRecord, StoryRecord};

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
            "{}  {} copies  {} to {}  {}  {BOLD}{}{BOLD:#}",
            story.story,
            story.n_copies,
            moment::short(story.first_at, zone),
            moment::short(story.last_at, zone),
            terminal::line(story.key.as_str()),
            terminal::line(&story.title),
        )?;
    }
    Ok(())
}

/// The list below an article; nothing where there are no copies.
///
/// # Errors
/// The writer's.
pub fn copies(copies: &[CopyRecord], zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    if copies.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}Copies ({}){BOLD:#}", copies.len())?;
    for copy in copies {
        writeln!(
            out,
            "  {}  {}  {}, {:.0} % alike  {}  {}",
            copy.id,
            moment::short(copy.at, zone),
            copy.verdict,
            copy.similarity * 100.0,
            terminal::line(copy.key.as_str()),
            terminal::line(&copy.title),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ArticleKey;

    #[test]
    fn copies_say_how_alike_they_are_and_steer_no_terminal() {
        let copy = CopyRecord {
            id: 7,
            board: "news".into(),
            key: ArticleKey::from_stored("board.example/7".into()),
            title: "제목\u{1b}[2J".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            similarity: 0.934,
            containment: 1.0,
            verdict: "near".into(),
        };
        let mut out = Vec::new();
        copies(
            &[copy],
            &TimeZone::UTC,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(
            text.contains("7  1970-01-01 00:00  near, 93 % alike  board.example/7  제목"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }
}
