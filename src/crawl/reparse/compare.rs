//! What sets a page's new reading apart from the one that is held. Pure.

use serde::Serialize;

use crate::model::{Article, PostedAt};
use crate::store::{ArticleFields as Fields, StoredReading};

/// Letters of a text that an example shows around its first difference.
const SHOWN_LETTERS: usize = 80;
/// Of them, those in front of it.
const LETTERS_BEFORE: usize = 20;

/// An article that changes in some field: an excerpt of both readings, around their first difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Row id, as exports name the article.
    pub article: i64,
    pub key: String,
    pub before: String,
    pub after: String,
}

/// A field that changes.
pub(super) struct Change {
    pub(super) field: &'static str,
    before: String,
    after: String,
}

impl Change {
    pub(super) fn example(self, reading: &StoredReading) -> Example {
        let (before, after) = around_difference(&self.before, &self.after);
        Example {
            article: reading.article.0,
            key: reading.key.to_string(),
            before,
            after,
        }
    }
}

pub(super) struct Compared {
    /// What is to be held.
    pub(super) fields: Fields,
    /// Empty: it is what is held.
    pub(super) changes: Vec<Change>,
    /// The changes that no revision shows, in words.
    pub(super) note: Option<String>,
}

/// What a page does not tell stays as it is held (from the listing, or from a page that told more), as in a visit.
pub(super) fn compare(held: &Fields, read: Article, has_content: bool) -> Compared {
    let fields = Fields {
        title: read.title.unwrap_or_else(|| held.title.clone()),
        author: read.author.or_else(|| held.author.clone()),
        posted: date(held.posted.as_ref(), read.posted),
        category: read.category.or_else(|| held.category.clone()),
        source: read.source.or_else(|| held.source.clone()),
        text: read.text,
        html: read.html,
        images: read.images,
        attachments: read.attachments,
        tags: read.tags,
    };
    type Show = fn(&Fields) -> String;
    // Author, date and source stand with the article, not in its revisions.
    let all: [(&'static str, bool, Show); 10] = [
        ("title", true, |fields| fields.title.clone()),
        ("author", false, |fields| {
            fields.author.clone().unwrap_or_default()
        }),
        ("posted", false, |fields| date_words(fields.posted.as_ref())),
        ("category", true, |fields| {
            fields.category.clone().unwrap_or_default()
        }),
        ("source", false, |fields| {
            fields.source.clone().unwrap_or_default()
        }),
        ("text", true, |fields| fields.text.clone()),
        ("html", true, |fields| fields.html.clone()),
        ("images", true, |fields| json(&fields.images)),
        ("attachments", true, |fields| json(&fields.attachments)),
        ("tags", true, |fields| fields.tags.join(", ")),
    ];
    let mut changes = Vec::new();
    let mut notes = Vec::new();
    for (field, in_revision, show) in all {
        let (before, after) = (show(held), show(&fields));
        // A first content is one even where it is empty.
        if before != after || (!has_content && field == "text") {
            if !in_revision {
                notes.push(format!("{field}: {before} → {after}"));
            }
            changes.push(Change {
                field,
                before,
                after,
            });
        }
    }
    Compared {
        fields,
        changes,
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// The page's own date, unless what is held is finer, or names a moment that the page only counts back to.
fn date(held: Option<&PostedAt>, read: Option<PostedAt>) -> Option<PostedAt> {
    match (held, read) {
        (Some(held), Some(read)) if read.precision == held.precision => {
            // `finer` prefers its left side at equal precision; here that is the new reading.
            Some(read.finer(Some(held.clone())))
        }
        (Some(held), read) => Some(held.clone().finer(read)),
        (None, read) => read,
    }
}

fn date_words(posted: Option<&PostedAt>) -> String {
    posted.map_or_else(String::new, |posted| {
        format!(
            "{} ({}, \"{}\")",
            posted.at,
            posted.precision.as_str(),
            posted.text
        )
    })
}

fn json(items: &impl Serialize) -> String {
    serde_json::to_string(items).unwrap_or_default()
}

/// Excerpts of two texts that begin a little before they part.
fn around_difference(before: &str, after: &str) -> (String, String) {
    let n_same = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let skipped = n_same.saturating_sub(LETTERS_BEFORE);
    let excerpt = |text: &str| {
        let mut shown: String = text.chars().skip(skipped).take(SHOWN_LETTERS).collect();
        if skipped > 0 {
            shown.insert(0, '…');
        }
        if text.chars().nth(skipped + SHOWN_LETTERS).is_some() {
            shown.push('…');
        }
        shown
    };
    (excerpt(before), excerpt(after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{PageClass, Precision};

    fn read(title: Option<&str>, text: &str) -> Article {
        Article {
            title: title.map(str::to_owned),
            text: text.into(),
            ..Article::empty(PageClass::Article, "body found")
        }
    }

    fn posted(second: i64, precision: Precision) -> PostedAt {
        PostedAt {
            at: jiff::Timestamp::from_second(second).unwrap(),
            precision,
            text: "x".into(),
        }
    }

    fn names(compared: &Compared) -> Vec<&'static str> {
        compared.changes.iter().map(|change| change.field).collect()
    }

    #[test]
    fn what_the_page_does_not_tell_stays() {
        let held = Fields {
            title: "제목".into(),
            author: Some("이름".into()),
            text: "본문".into(),
            ..Fields::default()
        };
        let compared = compare(&held, read(None, "본문"), true);
        assert_eq!(names(&compared), [""; 0]);
        assert_eq!(compared.fields, held);
    }

    #[test]
    fn every_changed_field_is_named_and_those_outside_of_revisions_are_noted() {
        let held = Fields {
            title: "제목".into(),
            author: Some("가".into()),
            text: "본문".into(),
            ..Fields::default()
        };
        let mut page = read(Some("다른 제목"), "다른 본문");
        page.author = Some("나".into());
        let compared = compare(&held, page, true);
        assert_eq!(names(&compared), ["title", "author", "text"]);
        assert_eq!(compared.note.as_deref(), Some("author: 가 → 나"));
    }

    #[test]
    fn a_date_read_otherwise_replaces_an_equally_fine_one_and_no_finer_one() {
        let date_of = |held, read| date(Some(&held), Some(read)).unwrap().at.as_second();
        let minute = |second| posted(second, Precision::Minute);
        assert_eq!(date_of(minute(60), minute(120)), 120);
        assert_eq!(date_of(minute(60), posted(0, Precision::Day)), 60);
        assert_eq!(date_of(posted(0, Precision::Day), minute(60)), 60);
    }

    #[test]
    fn an_empty_first_content_is_content() {
        assert_eq!(
            names(&compare(&Fields::default(), read(None, ""), false)),
            ["text"]
        );
    }

    #[test]
    fn examples_begin_where_the_texts_part() {
        let same = "가".repeat(100);
        let (before, after) = around_difference(&format!("{same}나"), &format!("{same}다"));
        assert_eq!(before, format!("…{}나", "가".repeat(20)));
        assert_eq!(after, format!("…{}다", "가".repeat(20)));
    }

    proptest! {
        /// What was applied compares as unchanged: a run that was killed can be run again.
        #[test]
        fn comparing_twice_changes_nothing_more(
            title in proptest::option::of(".{0,4}"), text in ".{0,9}", author in proptest::option::of(".{0,4}"),
            held_day in any::<bool>(), read_minute in any::<bool>(), words in "(방금|3시간 전|2026-11-24)",
        ) {
            let mut page = read(title.as_deref(), &text);
            page.author = author;
            let precision = |fine| if fine { Precision::Minute } else { Precision::Day };
            page.posted = Some(PostedAt { text: words, ..posted(90, precision(read_minute)) });
            let held = Fields { posted: Some(posted(60, precision(!held_day))), ..Fields::default() };
            let once = compare(&held, page.clone(), false);
            let twice = compare(&once.fields, page, true);
            prop_assert_eq!(names(&twice), [""; 0]);
        }
    }
}
