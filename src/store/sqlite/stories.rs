//! Which texts make one story? A text begins a story unless it is a copy of an earlier one that does; then it belongs to
//! that, the earliest of them. So each member of a story was compared with its first text: nothing is joined through
//! others. Texts are ordered by time and then by hash, so the order in which they came to the archive is of no account.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Count, Ms};
use crate::dedup::Hash;
use crate::model::{ArticleId, ArticleKey};
use crate::store::{CopyRecord, StoryRecord};

/// Texts that one change may move to another story; copies of copies of copies are fewer. What is left keeps its place
/// until something changes near it.
const MAX_MOVES: usize = 1000;

/// A text's place in the order; then the story it is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    first_at: i64,
    hash: Hash,
    text: i64,
    story: i64,
}

impl Node {
    fn begins_a_story(&self) -> bool {
        self.story == self.text
    }
}

/// Puts these texts, and those that follow from them, into their stories. To be called for texts that are new, whose
/// copies or time have changed, or that have lost a copy.
pub(super) fn settle(
    conn: &Connection,
    texts: impl IntoIterator<Item = i64>,
) -> rusqlite::Result<()> {
    let mut open = BTreeSet::new();
    for text in texts {
        open.extend(node(conn, text)?);
    }
    for _ in 0..MAX_MOVES {
        let Some(mine) = open.pop_first() else { break };
        let around = neighbours(conn, mine.text)?;
        let first = around
            .iter()
            .filter(|other| **other < mine && other.begins_a_story())
            .min();
        let story = first.map_or(mine.text, |first| first.text);
        if story == mine.story {
            continue;
        }
        conn.prepare_cached("UPDATE text SET story = ?2 WHERE id = ?1")?
            .execute([mine.text, story])?;
        if mine.begins_a_story() != (story == mine.text) {
            open.extend(around.into_iter().filter(|other| *other > mine));
        }
    }
    Ok(())
}

const NODE: &str = "SELECT first_at, hash, id, story FROM text";

fn read_node(row: &rusqlite::Row<'_>) -> rusqlite::Result<Node> {
    Ok(Node {
        first_at: row.get(0)?,
        hash: row.get(1)?,
        text: row.get(2)?,
        story: row.get(3)?,
    })
}

fn node(conn: &Connection, text: i64) -> rusqlite::Result<Option<Node>> {
    conn.prepare_cached(&format!("{NODE} WHERE id = ?1"))?
        .query_row([text], read_node)
        .optional()
}

fn neighbours(conn: &Connection, text: i64) -> rusqlite::Result<Vec<Node>> {
    conn.prepare_cached(&format!(
        "{NODE} WHERE id IN (SELECT other FROM copy WHERE text = ?1 UNION ALL SELECT text FROM copy WHERE other = ?1)"
    ))?
    .query_map([text], read_node)?
    .collect()
}

/// Numbers of the texts that are copies of this one.
pub(super) fn copies_of_text(conn: &Connection, text: i64) -> rusqlite::Result<Vec<i64>> {
    let found = neighbours(conn, text)?;
    Ok(found.into_iter().map(|node| node.text).collect())
}

/// An article's copies, earliest first.
pub(super) fn copies_of(
    conn: &Connection,
    article: ArticleId,
) -> rusqlite::Result<Vec<CopyRecord>> {
    conn.prepare_cached(
        "WITH mine AS (SELECT text AS id FROM fingerprint WHERE article = ?1 AND text IS NOT NULL),
        alike AS (
            SELECT id, 1.0 AS similarity, 1.0 AS containment, 'exact' AS verdict FROM mine
            UNION ALL SELECT copy.other, similarity, containment, verdict FROM mine JOIN copy ON copy.text = mine.id
            UNION ALL SELECT copy.text, similarity, containment, verdict FROM mine JOIN copy ON copy.other = mine.id)
         SELECT a.id, board.name, a.key, a.title, coalesce(a.posted_at, a.first_seen_at) AS at, similarity,
            containment, verdict
         FROM alike JOIN fingerprint AS f ON f.text = alike.id JOIN article AS a ON a.id = f.article
         JOIN board ON board.id = a.board
         WHERE a.id <> ?1 ORDER BY at, a.id",
    )?
    .query_map([article.0], |row| {
        Ok(CopyRecord {
            id: row.get(0)?,
            board: row.get(1)?,
            key: ArticleKey::from_stored(row.get(2)?),
            title: row.get(3)?,
            at: row.get::<_, Ms>(4)?.0,
            similarity: row.get(5)?,
            containment: row.get(6)?,
            verdict: row.get(7)?,
        })
    })?
    .collect()
}

/// Selects the key of the earliest article with the text of article `mine` (an expression), if that is another: by when
/// it was posted, or else first seen, and if that is the same by which was found first.
pub(super) fn earliest_with_text_of(mine: &str) -> String {
    format!(
        "SELECT first.key FROM fingerprint AS mine
         JOIN fingerprint AS other ON other.text = mine.text AND (other.at, other.article) < (mine.at, mine.article)
         JOIN article AS first ON first.id = other.article
         WHERE mine.article = {mine} ORDER BY other.at, other.article LIMIT 1"
    )
}

/// The earliest article of a story, if that has another text.
pub(super) fn original(
    conn: &Connection,
    article: ArticleId,
    story: i64,
) -> rusqlite::Result<Option<ArticleKey>> {
    conn.prepare_cached(
        "SELECT article.key FROM fingerprint AS f JOIN article ON article.id = f.article
         WHERE f.text = ?1 AND f.text IS NOT (SELECT text FROM fingerprint WHERE article = ?2)
         ORDER BY f.at, f.article LIMIT 1",
    )?
    .query_row([story, article.0], |row| {
        row.get(0).map(ArticleKey::from_stored)
    })
    .optional()
}

/// Stories of at least so many articles with one at or after `since`, the latest first.
pub(super) fn list(
    conn: &Connection,
    since: Option<Timestamp>,
    min_copies: u64,
) -> rusqlite::Result<Vec<StoryRecord>> {
    // With one min() or max(), SQLite takes the bare columns from the row that has it (lang_select.html, 2.5).
    conn.prepare_cached(
        "WITH story AS (
            SELECT story AS id, sum(n_articles) AS n FROM text GROUP BY story HAVING sum(n_articles) >= ?1),
        member AS (
            SELECT story.id, story.n, f.article, coalesce(a.posted_at, a.first_seen_at) AS at, a.key, board.name AS board,
                a.title
            FROM story JOIN text ON text.story = story.id JOIN fingerprint AS f ON f.text = text.id
            JOIN article AS a ON a.id = f.article JOIN board ON board.id = a.board)
         SELECT id, n, min(at), key, board, title,
            (SELECT max(at) FROM member AS last WHERE last.id = member.id) AS last_at
         FROM member GROUP BY id HAVING ?2 IS NULL OR last_at >= ?2 ORDER BY last_at DESC, id",
    )?
    .query_map(params![Count(min_copies), since.map(Ms)], |row| {
        Ok(StoryRecord {
            story: row.get(0)?,
            n_copies: row.get::<_, Count>(1)?.0,
            first_at: row.get::<_, Ms>(2)?.0,
            key: ArticleKey::from_stored(row.get(3)?),
            board: row.get(4)?,
            title: row.get(5)?,
            last_at: row.get::<_, Ms>(6)?.0,
        })
    })?
    .collect()
}
