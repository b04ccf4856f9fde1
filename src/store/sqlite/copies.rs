//! Copies of an article, looked for when its text is stored: candidates by the keys of its sketch, a verdict on the
//! texts, and its place in a story ([`super::stories`]). Articles with the very same text share one row of `text`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, params};

use super::copy_index::{self, Day};
use super::stories;
use super::values::Count;
use crate::dedup::{self, Digest, Fingerprint, Furniture, Hash};
use crate::model::{ArticleId, BoardId};

/// What the search for copies may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyOptions {
    /// Texts that are more days apart are not compared, unless they are the very same.
    pub window_days: u16,
    /// Texts read for one: those that share the most keys. More than so many near copies are one story all the same.
    pub max_compared: u32,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            // Stories are copied while they are news (NEWS-COPY, ICLR 2023, relies on the same).
            window_days: 30,
            max_compared: 64,
        }
    }
}

/// Texts from which a board's furniture is learnt.
const SAMPLE: u32 = 64;
/// Furniture is learnt when a board has 8, 16, 32, … texts, and then every so many.
const LEARN_EVERY: u64 = 1024;

/// Where and when an article says what it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) article: ArticleId,
    pub(super) board: BoardId,
    /// When it was posted, or else first seen; milliseconds since 1970.
    pub(super) at: i64,
}

/// Puts an article's fingerprint in place of its earlier one, and its text among the others. `true`: the text is
/// another than before. It gets its place in the order of copies when the article first holds it.
pub(super) fn hold(
    conn: &Connection,
    place: Place,
    fingerprint: &Fingerprint,
    digest: &Digest,
    options: CopyOptions,
) -> rusqlite::Result<bool> {
    let held: Option<Option<Hash>> = conn
        .prepare_cached("SELECT text_hash FROM fingerprint WHERE article = ?1")?
        .query_row([place.article.0], |row| row.get(0))
        .optional()?;
    if held == Some(fingerprint.text_hash) {
        return Ok(false);
    }
    conn.prepare_cached("DELETE FROM fingerprint WHERE article = ?1")?
        .execute([place.article.0])?;
    if let Some(Some(hash)) = held {
        release(conn, hash)?;
    }
    conn.prepare_cached(
        "INSERT INTO fingerprint (article, text_hash, version, signature, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        place.article.0,
        fingerprint.text_hash,
        fingerprint.version,
        fingerprint.signature,
        place.at,
    ])?;
    if let Some(hash) = fingerprint.text_hash {
        join(conn, place, hash, digest, options)?;
    }
    Ok(true)
}

/// Looks for copies of up to `limit` articles that were stored before anybody did; `false`: there are no more.
fn catch_up(conn: &Connection, limit: u32, options: CopyOptions) -> rusqlite::Result<bool> {
    let mut select = conn.prepare_cached(
        "SELECT f.seq, a.id, a.board, coalesce(a.posted_at, a.first_seen_at), f.text_hash, coalesce(revision.text, '')
         FROM fingerprint AS f JOIN article AS a ON a.id = f.article
         LEFT JOIN revision ON revision.article = a.id AND revision.number = a.n_revisions
         WHERE f.at IS NULL ORDER BY f.seq LIMIT ?1",
    )?;
    let found: Vec<(i64, Place, Option<Hash>, String)> = select
        .query_map([limit], |row| {
            let place = Place {
                article: ArticleId(row.get(1)?),
                board: BoardId(row.get(2)?),
                at: row.get(3)?,
            };
            Ok((row.get(0)?, place, row.get(4)?, row.get(5)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (seq, place, hash, text) in &found {
        conn.prepare_cached("UPDATE fingerprint SET at = ?2 WHERE seq = ?1")?
            .execute([*seq, place.at])?;
        if let Some(hash) = hash {
            join(conn, *place, *hash, &Digest::of(text), options)?;
        }
    }
    Ok(found.len() == limit as usize)
}

/// Articles that one opening of the store catches up with, some seconds' work; what is left goes along with visits.
const AT_OPENING: u32 = 10_000;
const IN_ONE_TRANSACTION: u32 = 200;
/// Articles that each visit catches up with.
const BY_THE_WAY: u32 = 4;

/// Part by part, so that a stop loses little and what is done stays done.
pub(super) fn catch_up_at_opening(conn: &Connection, options: CopyOptions) -> rusqlite::Result<()> {
    for _ in 0..AT_OPENING / IN_ONE_TRANSACTION {
        let transaction = conn.unchecked_transaction()?;
        let more = catch_up(&transaction, IN_ONE_TRANSACTION, options)?;
        transaction.commit()?;
        if !more {
            break;
        }
    }
    Ok(())
}

/// As part of a visit's transaction.
pub(super) fn catch_up_by_the_way(conn: &Connection, options: CopyOptions) -> rusqlite::Result<()> {
    catch_up(conn, BY_THE_WAY, options).map(drop)
}

struct Text {
    id: i64,
    first_at: i64,
    indexed_at: Option<i64>,
}

/// Counts one more article for a text. A text that is new, or comes again after a while, is looked for among the others.
fn join(
    conn: &Connection,
    place: Place,
    hash: Hash,
    digest: &Digest,
    options: CopyOptions,
) -> rusqlite::Result<()> {
    let held = conn
        .prepare_cached("SELECT id, first_at, indexed_at FROM text WHERE hash = ?1")?
        .query_row([hash], |row| {
            Ok(Text {
                id: row.get(0)?,
                first_at: row.get(1)?,
                indexed_at: row.get(2)?,
            })
        })
        .optional()?;
    let text = match held {
        Some(text) => {
            conn.prepare_cached(
                "UPDATE text SET n_articles = n_articles + 1, first_at = min(first_at, ?2) WHERE id = ?1",
            )?
            .execute([text.id, place.at])?;
            text
        }
        None => {
            conn.prepare_cached(
                "INSERT INTO text (hash, n_articles, first_at, story) VALUES (?1, 1, ?2, 0)",
            )?
            .execute(params![hash, place.at])?;
            let id = conn.last_insert_rowid();
            // Of its own until it is known to be a copy.
            conn.prepare_cached("UPDATE text SET story = id WHERE id = ?1")?
                .execute([id])?;
            Text {
                id,
                first_at: place.at,
                indexed_at: None,
            }
        }
    };
    let again_after_ms = u64::from(options.window_days) * 24 * 60 * 60 * 1000 / 2;
    let is_new_here = text
        .indexed_at
        .is_none_or(|at| at.abs_diff(place.at) > again_after_ms);
    let found =
        is_new_here && digest.is_long_enough() && search(conn, text.id, place, digest, options)?;
    if found || place.at < text.first_at {
        let mut moved = stories::copies_of_text(conn, text.id)?;
        moved.push(text.id);
        stories::settle(conn, moved)?;
    }
    Ok(())
}

/// Counts one article less for a text; one that nobody has goes.
fn release(conn: &Connection, hash: Hash) -> rusqlite::Result<()> {
    let held: Option<(i64, i64)> = conn
        .prepare_cached(
            "UPDATE text SET n_articles = n_articles - 1 WHERE hash = ?1 RETURNING id, n_articles",
        )?
        .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((text, n_articles)) = held else {
        return Ok(()); // It has not been caught up with.
    };
    let mut moved = stories::copies_of_text(conn, text)?;
    if n_articles > 0 {
        conn.prepare_cached(
            "UPDATE text SET first_at = (SELECT min(at) FROM fingerprint WHERE text_hash = ?2) WHERE id = ?1",
        )?
        .execute(params![text, hash])?;
        moved.push(text);
    } else {
        conn.prepare_cached("DELETE FROM text WHERE id = ?1")?
            .execute([text])?;
    }
    stories::settle(conn, moved)
}

/// Compares a text with those that share keys, and adds its own keys. `true`: there are copies.
fn search(
    conn: &Connection,
    text: i64,
    place: Place,
    digest: &Digest,
    options: CopyOptions,
) -> rusqlite::Result<bool> {
    let my_furniture = learn(conn, place.board)?;
    let mut furniture_of = HashMap::new();
    let mut found = false;
    let mine = digest.clone().without(&my_furniture);
    for other in candidates(conn, text, Some(place.at), &mine, options)? {
        let Some((board, its_text)) = candidate(conn, other)? else {
            continue;
        };
        let its = match furniture_of.entry(board) {
            Entry::Occupied(its) => its.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(held(conn, BoardId(board))?.1),
        };
        let comparison = digest.compare_beside(&Digest::of(&its_text), &[&my_furniture, its]);
        if comparison.verdict.is_copy() {
            conn.prepare_cached(
                "INSERT INTO copy (text, other, similarity, containment, verdict) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                text.min(other),
                text.max(other),
                comparison.similarity,
                comparison.containment,
                comparison.verdict.as_str()
            ])?;
            found = true;
        }
    }
    conn.prepare_cached("UPDATE text SET indexed_at = ?2 WHERE id = ?1")?
        .execute([text, place.at])?;
    Ok(found)
}

/// Numbers of the texts that share keys, most keys first; then the text's own keys are added to the index.
pub(super) fn candidates(
    conn: &Connection,
    text: i64,
    at: Option<i64>,
    digest: &Digest,
    options: CopyOptions,
) -> rusqlite::Result<Vec<i64>> {
    let Some(keys) = dedup::keys(digest.shingles()) else {
        return Ok(Vec::new());
    };
    let day = Day::of(at);
    let shared = copy_index::find(conn, &keys, day, options.window_days)?;
    copy_index::insert(conn, text, day, &keys)?;
    let others = shared.into_iter().filter(|(other, _)| *other != text);
    let mut found: Vec<(u32, i64)> = others.map(|(other, n)| (n, other)).collect();
    found.sort_unstable_by_key(|(n, other)| (std::cmp::Reverse(*n), *other));
    found.truncate(options.max_compared as usize);
    Ok(found.into_iter().map(|(_, other)| other).collect())
}

/// A text's words and the board of the article that had it first. `None`: it is gone.
fn candidate(conn: &Connection, text: i64) -> rusqlite::Result<Option<(i64, String)>> {
    conn.prepare_cached(
        "SELECT article.board, revision.text FROM text
         JOIN fingerprint ON fingerprint.text_hash = text.hash JOIN article ON article.id = fingerprint.article
         JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions
         WHERE text.id = ?1 ORDER BY fingerprint.at, fingerprint.seq LIMIT 1",
    )?
    .query_row([text], |row| Ok((row.get(0)?, row.get(1)?)))
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

#[cfg(test)]
mod tests {
    use super::super::{OpenMode, SqliteStore, StoreOptions};
    use super::*;
    use crate::store::Archive;

    /// Syllables that come once each.
    fn numbered(from: u32, to: u32) -> String {
        let word = |n: u32| char::from_u32(0xAC00 + n * 7919 % 11_172).unwrap();
        (from..to).map(word).collect()
    }

    /// An archive with ten articles, each second one like the one before it, made before anybody looked for copies.
    fn old_archive(path: &std::path::Path) -> Connection {
        drop(SqliteStore::open(path, OpenMode::ReadWrite, StoreOptions::default()).unwrap());
        let conn = Connection::open(path).unwrap();
        conn.execute_batch(
            "INSERT INTO board (id, name, url, key, host, profile, added_at)
             VALUES (1, 'news', 'http://board.test/news', 'board.test/news', 'board.test', 'rhymix', 0)",
        )
        .unwrap();
        for n in 0..10u32 {
            let from = n / 2 * 1000 + n % 2 * 40;
            let text = numbered(from, from + 600);
            conn.execute(
                "INSERT INTO article (id, board, key, engine_id, url, found_url, state, listed_title, title, secret,
                    first_seen_at, last_seen_at, n_revisions)
                 VALUES (?1, 1, 'board.test/' || ?1, ?1, 'u' || ?1, 'u' || ?1, 'stored', 't', 't', 0, ?1 * 1000, 0, 1)",
                [n + 1],
            )
            .unwrap();
            conn.execute(
                "INSERT INTO revision (article, number, at, title, text, html, images, attachments, tags, content_hash,
                    kind)
                 VALUES (?1, 1, 0, 't', ?2, x'', '[]', '[]', '[]', x'', 'visit')",
                params![n + 1, text],
            )
            .unwrap();
            conn.execute(
                "INSERT INTO fingerprint (article, text_hash) VALUES (?1, ?2)",
                params![n + 1, dedup::text_hash(&text)],
            )
            .unwrap();
        }
        conn
    }

    #[test]
    fn what_was_stored_before_is_caught_up_with_at_opening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        old_archive(&path);
        let store = SqliteStore::open(&path, OpenMode::ReadWrite, StoreOptions::default()).unwrap();
        let stories = store.archive().unwrap().stories(None, 2).unwrap();
        assert_eq!(stories.len(), 5);
        assert!(stories.iter().all(|story| story.n_copies == 2));
    }

    #[test]
    fn catching_up_goes_on_where_it_was_stopped_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let conn = old_archive(&folder.path().join("a.db"));
        let options = CopyOptions::default();
        let n_pairs = || -> i64 {
            conn.query_row("SELECT count(*) FROM copy", [], |row| row.get(0))
                .unwrap()
        };
        let mut seen = Vec::new();
        while catch_up(&conn, 4, options).unwrap() {
            seen.push(n_pairs());
        }
        seen.push(n_pairs());
        assert_eq!(seen, [2, 4, 5]);
        assert!(!catch_up(&conn, 4, options).unwrap());
        assert_eq!(n_pairs(), 5);
    }

    #[test]
    fn a_text_that_nobody_has_any_more_goes_with_its_pairs() {
        let folder = tempfile::tempdir().unwrap();
        let conn = old_archive(&folder.path().join("a.db"));
        let options = CopyOptions::default();
        catch_up(&conn, 100, options).unwrap();
        conn.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        let place = Place {
            article: ArticleId(1),
            board: BoardId(1),
            at: 1000,
        };
        let text = numbered(9000, 9600);
        let (fingerprint, digest) = (dedup::fingerprint(&text), Digest::of(&text));
        assert!(hold(&conn, place, &fingerprint, &digest, options).unwrap());
        assert!(!hold(&conn, place, &fingerprint, &digest, options).unwrap());
        let count = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT count(*) FROM copy"), 4);
        assert_eq!(count("SELECT count(*) FROM text"), 10);
        assert_eq!(
            count("SELECT count(*) FROM text WHERE story NOT IN (SELECT id FROM text)"),
            0
        );
        assert_eq!(count("SELECT min(n_articles) FROM text"), 1);
    }
}
