//! The newest articles of a board or of a search, and what was told of the boards, for feed readers: Atom (RFC 4287) and JSON Feed 1.1.
//!
//! A feed holds the newest by their own dates, so an archive that is read for the first time floods no reader: older
//! posts that come in later stand behind the newest, outside the feed. An entry's id is made from the article's key and
//! stays, whatever becomes of its URL; an edit changes its time of update alone.

mod atom;
mod json_feed;

use jiff::Timestamp;

pub use atom::write as write_atom;
pub use json_feed::write as write_json;

use super::stable_id::stable_id;
use crate::model::{ArticleKey, ArticleState};
use crate::store::{Hit, VerdictRecord};

/// What a reader subscribes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    pub title: String,
    /// What makes it this feed: goes into its id.
    pub about: String,
    /// The page that people read instead, where there is one.
    pub home_url: Option<String>,
    /// Where the feed itself is served, where it is.
    pub self_url: Option<String>,
    pub entries: Vec<Entry>,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub url: String,
    pub title: String,
    pub author: Option<String>,
    pub published: Timestamp,
    pub updated: Timestamp,
    /// Category, press and state.
    pub tags: Vec<String>,
    pub comment_count: Option<u64>,
    pub text: String,
}

impl Feed {
    /// Of what a search found.
    pub fn of(title: String, about: String, hits: Vec<Hit>) -> Self {
        Self {
            title: xml_text(&title),
            about,
            home_url: None,
            self_url: None,
            entries: hits.into_iter().map(Entry::from).collect(),
        }
    }

    /// Of how the boards do: an entry where something went wrong with one, and one where that was over.
    pub fn of_health(verdicts: Vec<VerdictRecord>) -> Self {
        Self {
            title: "boardwalk: how the boards do".to_owned(),
            about: "health of all boards".to_owned(),
            home_url: None,
            self_url: None,
            entries: verdicts.into_iter().map(Entry::from).collect(),
        }
    }

    /// Stays the same for the same board or search.
    pub fn id(&self) -> String {
        stable_id(&format!("feed {}", self.about))
    }

    /// When anything in it changed last. A feed without entries has not changed since 1970.
    pub fn updated(&self) -> Timestamp {
        let latest = self.entries.iter().map(|entry| entry.updated).max();
        latest.unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Hit> for Entry {
    fn from(hit: Hit) -> Self {
        let published = hit.posted_at.unwrap_or(hit.first_seen_at);
        let edited = hit.revised_at.filter(|_| hit.revision_count > 1);
        let updated = [edited, hit.gone_at, Some(published)]
            .into_iter()
            .flatten()
            .max();
        let state = match hit.state {
            ArticleState::Gone | ArticleState::Restricted => Some(hit.state.as_str().to_owned()),
            ArticleState::Pending | ArticleState::Stored | ArticleState::Failed => None,
        };
        Self {
            id: entry_id(&hit.key),
            url: xml_text(&hit.url),
            title: xml_text(&hit.title),
            author: hit.author.as_deref().map(xml_text),
            published,
            updated: updated.unwrap_or(published),
            tags: [hit.category, hit.source, state]
                .into_iter()
                .flatten()
                .map(|tag| xml_text(&tag))
                .collect(),
            comment_count: hit.comment_count,
            text: xml_text(&hit.text),
        }
    }
}

impl From<VerdictRecord> for Entry {
    fn from(verdict: VerdictRecord) -> Self {
        let VerdictRecord {
            event, at, board, ..
        } = verdict;
        let kind = verdict.kind.as_str();
        Self {
            // The moment too: numbers begin anew in each archive.
            id: stable_id(&format!("event {event} {at}")),
            url: xml_text(&verdict.board_url),
            title: xml_text(&format!("{board}: {kind}: {}", verdict.note)),
            author: None,
            published: at,
            updated: at,
            tags: vec![kind.to_owned(), xml_text(&board)],
            comment_count: None,
            text: xml_text(&verdict.note),
        }
    }
}

impl Entry {
    /// Its text as markup: a paragraph a line. Nothing of the page's own markup, scripts or pictures is in it.
    fn html(&self) -> String {
        let paragraph = |line: &str| format!("<p>{}</p>", quick_xml::escape::escape(line));
        self.text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(paragraph)
            .collect()
    }
}

fn entry_id(key: &ArticleKey) -> String {
    stable_id(&format!("article {}", key.as_str()))
}

/// Characters that XML 1.0 can hold (2.2), without those that turn the order of text around.
fn xml_text(text: &str) -> String {
    let fine = |c: &char| {
        let held = matches!(*c, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        held && !('\u{7f}'..='\u{9f}').contains(c) && !crate::model::steers(*c)
    };
    text.chars().filter(fine).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::EventKind;
    use crate::outputs::test_archive::{at, hit};

    fn feed(hits: Vec<Hit>) -> Feed {
        Feed {
            home_url: Some("https://board.example/news".into()),
            self_url: Some("https://archive.example/feeds/news.atom".into()),
            ..Feed::of("소식".into(), "news".into(), hits)
        }
    }

    fn read_back(bytes: &[u8]) -> feed_rs::model::Feed {
        feed_rs::parser::parse(bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
    }

    fn both(feed: &Feed) -> [Vec<u8>; 2] {
        let (mut atom, mut json) = (Vec::new(), Vec::new());
        write_atom(feed, &mut atom).expect("memory takes all");
        write_json(feed, &mut json).expect("memory takes all");
        [atom, json]
    }

    #[test]
    fn an_independent_reader_finds_what_was_written() {
        let mut edited = hit(7);
        edited.revision_count = 2;
        edited.revised_at = Some(at("2026-11-25T00:00:00Z"));
        let feed = feed(vec![edited, hit(6)]);
        for bytes in both(&feed) {
            let read = read_back(&bytes);
            assert_eq!(read.title.expect("a title").content, "소식");
            assert_eq!(read.entries.len(), 2);
            let entry = &read.entries[0];
            assert_eq!(
                entry.title.as_ref().expect("a title").content,
                "도서관 <개관> & 안내"
            );
            assert_eq!(entry.authors[0].name.as_deref(), Some("사서"));
            assert_eq!(entry.links[0].href, "https://board.example/news/7?a=1&b=2");
            assert_eq!(
                entry.published.expect("a date").to_rfc3339(),
                "2026-11-19T15:00:00+00:00"
            );
            assert_eq!(
                entry.updated.expect("a date").to_rfc3339(),
                "2026-11-25T00:00:00+00:00"
            );
            let body = entry
                .content
                .as_ref()
                .and_then(|content| content.body.clone());
            assert_eq!(body.as_deref(), Some("<p>첫 &lt;문단&gt;</p><p>둘째</p>"));
        }
    }

    #[test]
    fn ids_stay_when_all_else_changes() {
        let before = feed(vec![hit(7)]);
        let mut changed = hit(7);
        changed.url = "https://elsewhere.example/".into();
        changed.title = "다른 제목".into();
        changed.state = ArticleState::Gone;
        let after = feed(vec![changed]);
        assert_eq!(before.entries[0].id, after.entries[0].id);
        assert_eq!(
            after.entries[0].tags.last().map(String::as_str),
            Some("gone")
        );
        assert_ne!(before.entries[0].id, feed(vec![hit(8)]).entries[0].id);
        assert_ne!(
            before.id(),
            Feed::of("소식".into(), "other".into(), vec![]).id()
        );
    }

    #[test]
    fn what_is_told_of_boards_is_an_entry_each() {
        let verdict = |event, kind, note: &str| VerdictRecord {
            event,
            at: at("2026-11-25T00:00:00Z"),
            kind,
            board: "소식".into(),
            board_url: "https://board.example/news".into(),
            note: note.into(),
        };
        let feed = Feed::of_health(vec![
            verdict(
                8,
                EventKind::Recovered,
                "blocked since 2026-11-24T00:00:00Z",
            ),
            verdict(5, EventKind::Alarm, "blocked: 3 of 3 answers were <403>"),
        ]);
        for bytes in both(&feed) {
            let read = read_back(&bytes);
            assert_eq!(read.entries.len(), 2);
            assert_ne!(read.entries[0].id, read.entries[1].id);
            let entry = &read.entries[1];
            let title = &entry.title.as_ref().expect("a title").content;
            assert_eq!(title, "소식: alarm: blocked: 3 of 3 answers were <403>");
            assert_eq!(entry.links[0].href, "https://board.example/news");
            assert_eq!(
                entry.updated.expect("a date").to_rfc3339(),
                "2026-11-25T00:00:00+00:00"
            );
        }
    }

    #[test]
    fn an_empty_feed_is_valid_and_old() {
        for bytes in both(&feed(Vec::new())) {
            assert_eq!(read_back(&bytes).entries.len(), 0);
        }
    }

    proptest! {
        #[test]
        fn any_text_makes_a_feed_that_can_be_read(title in any::<String>(), text in any::<String>()) {
            let hostile = Hit { title: format!("x{title}"), text, author: Some(title), ..hit(7) };
            for bytes in both(&feed(vec![hostile])) {
                prop_assert_eq!(read_back(&bytes).entries.len(), 1);
            }
        }
    }
}
