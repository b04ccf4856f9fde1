//! Copies of an article, looked for when its text is stored: candidates by the keys of its sketch, a verdict on the
//! texts, and the story of all that hang together.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Count, Ms};
use crate::dedup::{Comparison, Digest, Furniture, Sketch, Verdict};
use crate::model::{ArticleId, ArticleKey, BoardId};
use crate::store::{CopyRecord, StoryRecord};

/// Stories are copied while they are news.
const WINDOW_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// Texts read for one article: those that share the most keys. More than so many near copies are one story all the same,
/// for each of them is joined to some.
const MAX_CANDIDATES: usize = 32;
/// Articles looked at under one key, the newest.
const MAX_UNDER_KEY: u32 = 256;
/// Texts from which a board's furniture is learnt.
const SAMPLE: u32 = 64;
/// Furniture is learnt when a board has 8, 16, 32, … texts, and then every so many.
const LEARN_EVERY: u64 = 1024;

/// Puts an article whose fingerprint has just been stored in its place among the others.
pub(super) fn link(
    conn: &Connection,
    article: ArticleId,
    board: BoardId,
    at: Timestamp,
    digest: &Digest,
) -> rusqlite::Result<()> {
    // Joined to the first that had this very text and to the last: when the first is edited, the others stay joined.
    let (seq, first, last): (i64, Option<i64>, Option<i64>) = conn
        .prepare_cached(
            "SELECT mine.seq,
                (SELECT other.article FROM fingerprint AS other
                 WHERE other.text_hash = mine.text_hash AND other.seq < mine.seq ORDER BY other.seq LIMIT 1),
                (SELECT other.article FROM fingerprint AS other
                 WHERE other.text_hash = mine.text_hash AND other.seq < mine.seq ORDER BY other.seq DESC LIMIT 1)
             FROM fingerprint AS mine WHERE mine.article = ?1",
        )?
        .query_row([article.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    unlink(conn, article)?;
    for other in [first, last].into_iter().flatten() {
        let same = Comparison {
            similarity: 1.0,
            containment: 1.0,
            verdict: Verdict::Exact,
        };
        keep(conn, article, ArticleId(other), same)?;
    }
    if !digest.is_long_enough() {
        return Ok(());
    }
    let mut furniture = HashMap::new();
    furniture.insert(board.0, learn(conn, board)?);
    let mine = digest.clone().without(&furniture[&board.0]);
    let Some(sketch) = Sketch::of(mine.shingles().set()) else {
        return Ok(());
    };
    for seq in candidates(conn, seq, &sketch)? {
        let Some(other) = candidate(conn, seq)? else {
            continue;
        };
        if is_too_far_apart(Some(at.as_millisecond()), Some(other.at)) || other.article == article.0
        {
            continue;
        }
        let its = match furniture.entry(other.board) {
            std::collections::hash_map::Entry::Occupied(its) => its.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(held(conn, BoardId(other.board))?.1)
            }
        };
        let comparison = mine.compare(&Digest::of(&other.text).without(its));
        if comparison.verdict.is_copy() {
            keep(conn, article, ArticleId(other.article), comparison)?;
        }
    }
    Ok(())
}

/// Numbers of the fingerprints that share keys, most keys first; the sketch's own keys are added.
pub(super) fn candidates(
    conn: &Connection,
    seq: i64,
    sketch: &Sketch,
) -> rusqlite::Result<Vec<i64>> {
    let mut shared: BTreeMap<i64, u32> = BTreeMap::new();
    let mut select =
        conn.prepare_cached("SELECT seq FROM band WHERE key = ?1 ORDER BY seq DESC LIMIT ?2")?;
    let mut insert =
        conn.prepare_cached("INSERT INTO band (key, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for key in sketch.keys() {
        // As a signed number: four bytes in the file instead of six.
        let key = key.cast_signed();
        let mut rows = select.query(params![key, MAX_UNDER_KEY])?;
        while let Some(row) = rows.next()? {
            *shared.entry(row.get(0)?).or_default() += 1;
        }
        insert.execute(params![key, seq])?;
    }
    let mut found: Vec<(u32, i64)> = shared.into_iter().map(|(seq, n)| (n, seq)).collect();
    found.sort_unstable_by_key(|(n, seq)| (std::cmp::Reverse(*n), *seq));
    found.truncate(MAX_CANDIDATES);
    Ok(found.into_iter().map(|(_, seq)| seq).collect())
}

/// In milliseconds. What has no time may be of any.
pub(super) fn is_too_far_apart(a: Option<i64>, b: Option<i64>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.abs_diff(b) > WINDOW_MS)
}

struct Candidate {
    article: i64,
    board: i64,
    at: i64,
    text: String,
}

fn candidate(conn: &Connection, seq: i64) -> rusqlite::Result<Option<Candidate>> {
    conn.prepare_cached(
        "SELECT article.id, article.board, coalesce(article.posted_at, article.first_seen_at), revision.text
         FROM fingerprint JOIN article ON article.id = fingerprint.article
         JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions
         WHERE fingerprint.seq = ?1",
    )?
    .query_row([seq], |row| {
        Ok(Candidate {
            article: row.get(0)?,
            board: row.get(1)?,
            at: row.get(2)?,
            text: row.get(3)?,
        })
    })
    .optional()
}

/// Number of texts a board has had, and its furniture.
fn held(conn: &Connection, board: BoardId) -> rusqlite::Result<(u64, Furniture)> {
    let held = conn
        .prepare_cached("SELECT n_texts, pieces FROM furniture WHERE board = ?1")?
        .query_row([board.0], |row| {
            let pieces = row.get_ref(1)?.as_blob()?;
            Ok((row.get::<_, Count>(0)?.0, Furniture::from_bytes(pieces)))
        })
        .optional()?;
    Ok(held.unwrap_or_default())
}

/// Counts one more text of a board; learns its furniture anew where it is time.
fn learn(conn: &Connection, board: BoardId) -> rusqlite::Result<Furniture> {
    let (n_texts, mut furniture) = held(conn, board)?;
    let n_texts = n_texts + 1;
    let is_time =
        (n_texts >= 8 && n_texts.is_power_of_two()) || n_texts.is_multiple_of(LEARN_EVERY);
    if !is_time {
        conn.prepare_cached(
            "INSERT INTO furniture (board, n_texts, pieces) VALUES (?1, 1, x'')
             ON CONFLICT (board) DO UPDATE SET n_texts = n_texts + 1",
        )?
        .execute([board.0])?;
        return Ok(furniture);
    }
    let texts: Vec<Digest> = conn
        .prepare_cached(
            "SELECT revision.text FROM article
             JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions
             WHERE article.board = ?1 AND article.state = 'stored' ORDER BY article.visited_at DESC LIMIT ?2",
        )?
        .query_map(params![board.0, SAMPLE], |row| {
            Ok(Digest::of(row.get_ref(0)?.as_str()?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    furniture = Furniture::of(texts.iter().map(Digest::shingles));
    conn.prepare_cached("UPDATE furniture SET n_texts = ?2, pieces = ?3 WHERE board = ?1")?
        .execute(params![board.0, Count(n_texts), furniture.to_bytes()])?;
    Ok(furniture)
}

/// Keeps a pair, and joins the stories of the two: the lower number stays.
fn keep(
    conn: &Connection,
    one: ArticleId,
    two: ArticleId,
    comparison: Comparison,
) -> rusqlite::Result<()> {
    let (low, high) = (one.0.min(two.0), one.0.max(two.0));
    conn.prepare_cached(
        "INSERT INTO copy (article, other, similarity, containment, verdict) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        low,
        high,
        comparison.similarity,
        comparison.containment,
        comparison.verdict.as_str()
    ])?;
    let of = |article| story_of(conn, ArticleId(article));
    let story = match (of(low)?, of(high)?) {
        (Some(a), Some(b)) if a != b => {
            conn.prepare_cached("UPDATE story SET story = ?1 WHERE story = ?2")?
                .execute([a.min(b), a.max(b)])?;
            a.min(b)
        }
        (Some(story), _) | (None, Some(story)) => story,
        (None, None) => new_story(conn)?,
    };
    for article in [low, high] {
        put(conn, article, story)?;
    }
    Ok(())
}

fn story_of(conn: &Connection, article: ArticleId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT story FROM story WHERE article = ?1")?
        .query_row([article.0], |row| row.get(0))
        .optional()
}

fn new_story(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("INSERT INTO story_number DEFAULT VALUES")?
        .execute([])?;
    Ok(conn.last_insert_rowid())
}

fn put(conn: &Connection, article: i64, story: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO story (article, story) VALUES (?1, ?2)
         ON CONFLICT (article) DO UPDATE SET story = excluded.story",
    )?
    .execute([article, story])?;
    Ok(())
}

/// Takes an article whose text has changed out of its story; what hung together by it alone falls apart.
fn unlink(conn: &Connection, article: ArticleId) -> rusqlite::Result<()> {
    let Some(story) = story_of(conn, article)? else {
        return Ok(());
    };
    conn.execute(
        "DELETE FROM copy WHERE article = ?1 OR other = ?1",
        [article.0],
    )?;
    conn.execute("DELETE FROM story WHERE article = ?1", [article.0])?;
    let column = |sql: &str| -> rusqlite::Result<Vec<i64>> {
        conn.prepare_cached(sql)?
            .query_map([story], |row| row.get(0))?
            .collect()
    };
    let mut left = column("SELECT article FROM story WHERE story = ?1 ORDER BY article")?;
    let mut is_first = true;
    while let Some(start) = left.first().copied() {
        let mut set = vec![start];
        left.retain(|article| *article != start);
        let mut next = 0;
        while let Some(article) = set.get(next).copied() {
            next += 1;
            let neighbours: Vec<i64> = conn
                .prepare_cached(
                    "SELECT other FROM copy WHERE article = ?1 UNION SELECT article FROM copy WHERE other = ?1",
                )?
                .query_map([article], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for neighbour in neighbours {
                if let Some(at) = left.iter().position(|left| *left == neighbour) {
                    set.push(left.remove(at));
                }
            }
        }
        if set.len() == 1 {
            conn.execute("DELETE FROM story WHERE article = ?1", [start])?;
        } else if std::mem::replace(&mut is_first, false) {
            // The part with the earliest article keeps the number.
        } else {
            let number = new_story(conn)?;
            for article in set {
                put(conn, article, number)?;
            }
        }
    }
    Ok(())
}

/// An article's copies, earliest first.
pub(super) fn of(conn: &Connection, article: ArticleId) -> rusqlite::Result<Vec<CopyRecord>> {
    conn.prepare_cached(
        "SELECT a.id, board.name, a.key, a.title, coalesce(a.posted_at, a.first_seen_at) AS at, similarity,
            containment, verdict
         FROM (SELECT other AS id, similarity, containment, verdict FROM copy WHERE article = ?1
            UNION ALL SELECT article, similarity, containment, verdict FROM copy WHERE other = ?1) AS pair
         JOIN article AS a ON a.id = pair.id JOIN board ON board.id = a.board
         ORDER BY at, a.id",
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

pub(super) fn stories(
    conn: &Connection,
    since: Option<Timestamp>,
    min_copies: u64,
) -> rusqlite::Result<Vec<StoryRecord>> {
    // With min(), SQLite takes the bare columns from the row that has the least (lang_select.html, 2.5).
    conn.prepare_cached(
        "SELECT story.story, count(*) AS n, min(coalesce(a.posted_at, a.first_seen_at)), a.key, board.name, a.title,
            (SELECT max(coalesce(b.posted_at, b.first_seen_at)) FROM story AS s JOIN article AS b ON b.id = s.article
             WHERE s.story = story.story) AS last_at
         FROM story JOIN article AS a ON a.id = story.article JOIN board ON board.id = a.board
         GROUP BY story.story HAVING n >= ?1 AND (?2 IS NULL OR last_at >= ?2)
         ORDER BY last_at DESC, story.story",
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
