//! What a search found, an article each.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::snippet::{Stretch, marked, snippet};
use super::{json, moment, terminal};
use crate::model::{ArticleKey, ArticleState, Precision};
use crate::store::{Hit, Vanished};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FOUND: Style = AnsiColor::Yellow.on_default().bold();

/// A line of `search --json`.
#[derive(Debug, Serialize)]
pub struct Found<'a> {
    pub id: i64,
    pub board: &'a str,
    pub key: &'a ArticleKey,
    pub url: &'a str,
    pub title: &'a str,
    pub author: Option<&'a str>,
    pub source: Option<&'a str>,
    pub posted_at: Option<Timestamp>,
    pub posted_at_precision: Option<&'a str>,
    pub first_seen_at: Timestamp,
    pub state: ArticleState,
    pub gone_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vanished: Option<Vanished>,
    pub revision_count: u32,
    pub snippet: Vec<Stretch>,
}

impl<'a> Found<'a> {
    pub fn new(hit: &'a Hit, words: &[String]) -> Self {
        Self {
            id: hit.id,
            board: &hit.board,
            key: &hit.key,
            url: &hit.url,
            title: &hit.title,
            author: hit.author.as_deref(),
            source: hit.source.as_deref(),
            posted_at: hit.posted_at,
            posted_at_precision: hit.posted_at_precision.as_deref(),
            first_seen_at: hit.first_seen_at,
            state: hit.state,
            gone_at: hit.gone_at,
            vanished: hit.vanished,
            revision_count: hit.revision_count,
            snippet: snippet(&hit.text, words),
        }
    }
}

/// # Errors
/// The writer's.
pub fn write_json(hits: &[Hit], words: &[String], out: &mut dyn Write) -> io::Result<()> {
    hits.iter()
        .try_for_each(|hit| json::write_line(&Found::new(hit, words), out))
}

/// Title, facts and snippet, three lines an article.
///
/// # Errors
/// The writer's.
pub fn write_lines(
    hits: &[Hit],
    words: &[String],
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    for hit in hits {
        write_stretches(&marked(&hit.title, words), BOLD, out)?;
        writeln!(out, "\n  {DIM}{}{DIM:#}", facts(hit, zone).join(" · "))?;
        if !hit.text.is_empty() {
            write!(out, "  ")?;
            write_stretches(&snippet(&hit.text, words), Style::new(), out)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn write_stretches(stretches: &[Stretch], plain: Style, out: &mut dyn Write) -> io::Result<()> {
    stretches.iter().try_for_each(|stretch| {
        let style = if stretch.hit { FOUND } else { plain };
        write!(out, "{style}{}{style:#}", terminal::line(&stretch.text))
    })
}

fn facts(hit: &Hit, zone: &TimeZone) -> Vec<String> {
    let text = |text: &Option<String>| {
        text.as_deref()
            .map(|text| terminal::line(text).into_owned())
    };
    let precision = hit
        .posted_at_precision
        .as_deref()
        .and_then(Precision::parse);
    let mut facts = vec![hit.id.to_string(), terminal::line(&hit.board).into_owned()];
    facts.extend(text(&hit.author));
    facts.extend(
        hit.posted_at
            .map(|at| moment::with_precision(at, precision.unwrap_or(Precision::Minute), zone)),
    );
    facts.extend(text(&hit.source));
    match (hit.gone_at, hit.vanished) {
        (Some(_), Some(Vanished { after, before })) => facts.push(format!(
            "gone between {} and {}",
            moment::short(after, zone),
            moment::short(before, zone)
        )),
        (Some(at), None) => facts.push(format!("gone {}", moment::short(at, zone))),
        (None, _) => {}
    }
    if hit.revision_count > 1 {
        facts.push(format!("{} versions", hit.revision_count));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::test_archive::{at, hit};

    fn gone() -> Hit {
        Hit {
            title: "도서관\u{1b}[2J 개관".into(),
            state: ArticleState::Gone,
            gone_at: Some(at("2026-11-21T00:00:00Z")),
            revision_count: 2,
            text: "새 도서관이 문을 연다".into(),
            ..hit(7)
        }
    }

    #[test]
    fn a_hit_says_what_it_is_and_steers_no_terminal() {
        let seoul = TimeZone::get("Asia/Seoul").expect("bundled");
        let mut out = Vec::new();
        write_lines(
            &[gone()],
            &["도서관".to_owned()],
            &seoul,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "도서관 개관\n  7 · news · 사서 · 2026-11-20 · gone 2026-11-21 09:00 · 2 versions\n  새 도서관이 문을 연다\n"
        );
    }

    #[test]
    fn a_hit_says_between_which_moments_it_vanished() {
        let vanished = Vanished {
            after: at("2026-11-20T22:00:00Z"),
            before: at("2026-11-21T00:00:00Z"),
        };
        let hit = Hit {
            vanished: Some(vanished),
            ..gone()
        };
        let facts = facts(&hit, &TimeZone::UTC);
        let said = "gone between 2026-11-20 22:00 and 2026-11-21 00:00";
        assert!(facts.contains(&said.to_owned()), "{facts:?}");
        // One that left the list and is there all the same is not gone.
        let there = Hit {
            gone_at: None,
            ..hit
        };
        assert!(
            !super::facts(&there, &TimeZone::UTC)
                .iter()
                .any(|fact| fact.starts_with("gone"))
        );
    }

    #[test]
    fn programs_get_the_snippet_in_stretches() {
        let mut out = Vec::new();
        write_json(&[gone()], &["도서관".to_owned()], &mut out).expect("memory takes all");
        let line: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(line["state"], "gone");
        assert_eq!(
            line["snippet"][1],
            serde_json::json!({"text": "도서관", "hit": true})
        );
    }
}
