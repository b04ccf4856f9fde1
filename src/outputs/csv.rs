//! Records as CSV, for spreadsheets: UTF-8 with a byte order mark (without one they guess the locale's charset), and
//! no cell that they would run as a formula.
//!
//! Columns are the fields of [`ArticleRecord`] in their order, `vanished` as two; lists are JSON in a cell. JSON lines are exact, this is
//! for looking: control characters other than line ends and tabs are removed.

use std::io::{self, Write};

use serde::Serialize;

use super::OutputError;
use crate::store::{Archive, ArticleFilter, ArticleRecord};

/// Cells are named by these.
const COLUMNS: [&str; 33] = [
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
    "tags",
    "views",
    "votes",
    "comment_count",
    "notice",
    "state",
    "state_reason",
    "first_seen_at",
    "fetched_at",
    "gone_at",
    "revision_count",
    "content_hash",
    "story",
    "duplicate_of",
    "comments_complete",
    "vanished_after",
    "vanished_before",
];

/// Writes a header and each article that fits; how many there were.
///
/// # Errors
/// The store's and the writer's.
pub fn export(
    archive: &dyn Archive,
    filter: &ArticleFilter,
    out: &mut dyn Write,
) -> Result<u64, OutputError> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS).map_err(io_error)?;
    let mut n_written = 0;
    let mut failure = None;
    archive.articles(filter, &mut |article| {
        let written = csv.write_record(cells(&article)).map_err(io_error);
        match written {
            Ok(()) => {
                n_written += 1;
                true
            }
            Err(error) => {
                failure = Some(error);
                false
            }
        }
    })?;
    if let Some(error) = failure {
        return Err(error.into());
    }
    csv.flush()?;
    Ok(n_written)
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn cells(article: &ArticleRecord) -> [String; COLUMNS.len()] {
    // Named one by one: a new field must not be forgotten here.
    let ArticleRecord {
        id,
        board,
        key,
        url,
        rank,
        title,
        author,
        posted_at,
        posted_at_precision,
        posted_text,
        category,
        source,
        text,
        images,
        attachments,
        comments,
        tags,
        views,
        votes,
        comment_count,
        notice,
        state,
        state_reason,
        first_seen_at,
        fetched_at,
        gone_at,
        vanished,
        revision_count,
        content_hash,
        story,
        duplicate_of,
        comments_complete,
    } = article;
    [
        id.to_string(),
        words(board),
        words(key.as_str()),
        words(url),
        number(rank),
        words(title),
        maybe(author),
        number(posted_at),
        maybe(posted_at_precision),
        maybe(posted_text),
        maybe(category),
        maybe(source),
        maybe(text),
        list(images),
        list(attachments),
        list(comments),
        list(tags),
        number(views),
        number(votes),
        number(comment_count),
        notice.to_string(),
        state.as_str().to_owned(),
        maybe(state_reason),
        first_seen_at.to_string(),
        number(fetched_at),
        number(gone_at),
        revision_count.to_string(),
        maybe(content_hash),
        number(story),
        duplicate_of
            .as_ref()
            .map(|key| words(key.as_str()))
            .unwrap_or_default(),
        comments_complete.to_string(),
        number(&vanished.as_ref().map(|vanished| vanished.after)),
        number(&vanished.as_ref().map(|vanished| vanished.before)),
    ]
}

fn number(value: &Option<impl ToString>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn maybe(text: &Option<String>) -> String {
    text.as_deref().map(words).unwrap_or_default()
}

fn list(items: &[impl Serialize]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let json = serde_json::to_string(items).expect("records hold nothing that JSON cannot");
    words(&json)
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes in front of what would begin one (OWASP, CSV
/// injection; full-width forms too, which some take for the ASCII ones).
fn words(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let clean: String = text
        .chars()
        .filter(|c| matches!(c, '\t' | '\n') || !(c.is_control() || crate::model::steers(*c)))
        .collect();
    // What stood behind a removed character may be first now.
    let risky =
        risky || clean.starts_with(['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠']);
    match risky {
        true => format!("'{clean}"),
        false => clean,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_archive::{TestArchive, article};
    use super::*;

    fn exported(articles: Vec<ArticleRecord>) -> (Vec<String>, Vec<csv::StringRecord>) {
        let mut out = Vec::new();
        export(
            &TestArchive::with(articles),
            &ArticleFilter::default(),
            &mut out,
        )
        .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header");
        let header = header.iter().map(str::to_owned).collect();
        (
            header,
            reader.records().map(|row| row.expect("a row")).collect(),
        )
    }

    #[test]
    fn columns_are_the_record_s_fields_in_their_order() {
        let mut vanished = article(1);
        vanished.vanished = Some(crate::store::Vanished {
            after: vanished.first_seen_at,
            before: vanished.first_seen_at,
        });
        let json = serde_json::to_string(&vanished).expect("JSON");
        let (header, _) = exported(Vec::new());
        let mut from = 0;
        for name in &header {
            let field = name.strip_prefix("vanished_").unwrap_or(name);
            let at = json[from..].find(&format!("\"{field}\":"));
            from += at.unwrap_or_else(|| panic!("{name} is missing or out of order"));
        }
        let fields = serde_json::to_value(&vanished).expect("JSON");
        // One of the fields has two columns.
        assert_eq!(
            fields.as_object().map(|fields| fields.len() + 1),
            Some(header.len())
        );
    }

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        let mut hostile = article(1);
        hostile.title = "=HYPERLINK(\"http://x/\",\"news\")".into();
        hostile.author = Some("@SUM(A1)".into());
        hostile.category = Some("\u{0}=1+1".into());
        hostile.votes = Some(-3);
        hostile.text = Some("1\n2, \"3\"".into());
        let (header, rows) = exported(vec![hostile]);
        let cell = |name: &str| {
            let column = header.iter().position(|other| other == name);
            rows[0][column.expect("a column of that name")].to_owned()
        };
        assert_eq!(cell("title"), "'=HYPERLINK(\"http://x/\",\"news\")");
        assert_eq!(cell("author"), "'@SUM(A1)");
        assert_eq!(cell("category"), "'=1+1");
        assert_eq!(cell("votes"), "-3");
        assert_eq!(cell("text"), "1\n2, \"3\"");
        assert_eq!(cell("gone_at"), "");
        assert!(cell("comments").starts_with("[{"));
    }

    #[test]
    fn the_times_between_which_an_article_vanished_have_columns() {
        let mut gone = article(1);
        let (after, before) = ("2026-11-20T01:00:00Z", "2026-11-21T13:00:00Z");
        gone.vanished = Some(crate::store::Vanished {
            after: after.parse().expect("a moment"),
            before: before.parse().expect("a moment"),
        });
        let (header, rows) = exported(vec![gone, article(2)]);
        let column = |name: &str| header.iter().position(|other| other == name);
        let cell = |row: usize, name: &str| {
            rows[row][column(name).expect("a column of that name")].to_owned()
        };
        assert_eq!(cell(0, "vanished_after"), after);
        assert_eq!(cell(0, "vanished_before"), before);
        assert_eq!(cell(1, "vanished_after"), "");
    }

    proptest! {
        #[test]
        fn no_text_begins_a_formula(text in any::<String>()) {
            let cell = words(&text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
        }
    }
}
