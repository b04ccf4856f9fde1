//! Records as JSON, one a line: the contract with programs.
//!
//! Control characters beyond ASCII and bidirectional controls are written as `\u....`, which programs read as the same
//! value and terminals do not act on.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use super::OutputError;
use crate::model::{escape, is_escaped};
use crate::store::{Archive, ArticleFilter};

/// Writes `value` as one line.
///
/// # Errors
/// The writer's.
pub fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless);
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes each article that fits as one line (JSON Lines); how many there were.
///
/// # Errors
/// The store's and the writer's; lines before it are whole.
pub fn export(
    archive: &dyn Archive,
    filter: &ArticleFilter,
    out: &mut dyn Write,
) -> Result<u64, OutputError> {
    let mut n_written = 0;
    let mut failure = None;
    archive.articles(filter, &mut |article| match write_line(&article, out) {
        Ok(()) => {
            n_written += 1;
            true
        }
        Err(error) => {
            failure = Some(error);
            false
        }
    })?;
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(n_written),
    }
}

struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain_from = 0;
        for (at, c) in fragment.char_indices() {
            if is_escaped(c) {
                CompactFormatter.write_string_fragment(writer, &fragment[plain_from..at])?;
                writer.write_all(escape(c).as_bytes())?;
                plain_from = at + c.len_utf8();
            }
        }
        CompactFormatter.write_string_fragment(writer, &fragment[plain_from..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{TestArchive, article};
    use super::*;

    #[test]
    fn each_article_is_a_line_with_every_field_of_the_contract() {
        let archive = TestArchive::with(vec![article(1), article(2)]);
        let mut out = Vec::new();
        let n = export(&archive, &ArticleFilter::default(), &mut out).expect("memory takes all");
        assert_eq!(n, 2);
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON value"))
            .collect();
        assert_eq!(lines.len(), 2);
        // DESIGN.md, "Commands".
        for field in [
            "id",
            "board",
            "key",
            "url",
            "rank",
            "title",
            "author",
            "posted_at",
            "posted_at_precision",
            "posted_text",
            "category",
            "source",
            "text",
            "images",
            "attachments",
            "comments",
            "views",
            "votes",
            "comment_count",
            "notice",
            "state",
            "first_seen_at",
            "fetched_at",
            "gone_at",
            "revision_count",
            "content_hash",
            "story",
            "duplicate_of",
        ] {
            assert!(lines[0].get(field).is_some(), "{field} is missing");
        }
        assert!(lines[0]["gone_at"].is_null());
        assert_eq!(lines[0]["state"], "stored");
    }

    #[test]
    fn what_a_terminal_acts_on_is_escaped_and_keeps_its_value() {
        let text = "가\u{1b}[31m\u{9b}2J\u{202e}\u{7f}\u{85}\"\\\u{2028}";
        let mut out = Vec::new();
        write_line(&text, &mut out).expect("memory takes all");
        let written = String::from_utf8(out).expect("UTF-8");
        assert!(
            !written
                .trim_end()
                .chars()
                .any(|c| c.is_control() || crate::model::steers(c)),
            "{written:?}"
        );
        assert_eq!(
            serde_json::from_str::<String>(&written).expect("JSON"),
            text
        );
    }

    #[test]
    fn a_writer_that_fails_ends_the_reading() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let archive = TestArchive::with((1..=100).map(article).collect());
        let error = export(&archive, &ArticleFilter::default(), &mut Closed).unwrap_err();
        assert!(
            matches!(error, OutputError::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
        );
        assert_eq!(archive.n_read.get(), 1);
    }
}
