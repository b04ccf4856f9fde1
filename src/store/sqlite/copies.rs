//! Copies of an article, looked for when its text is stored: candidates by the keys of its sketch, a verdict on the
//! texts, and its place in a story ([`super::stories`]). Articles with the very same text share one row of `text`.
//!
//! What is found follows from the texts that are held, the boards they are on and their times, and not from the order in
//! which they came: where a board's furniture changes ([`super::frames`]), its texts are compared anew ([`go_on`]).
//! But of a text with very many candidates only [`CopyOptions::max_compared`] are read.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::copy_index::{self, Day};
use super::digests::{self, held};
use super::{frames, stories};
use crate::dedup::{self, Comparison, Digest, Furniture, Hash, Key, N_KEYS, Stripped};
use crate::model::{ArticleId, BoardId};

/// What the search for copies may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyOptions {
    /// Whether others than those with the very same text are looked for at all. Turned on later, texts are caught up with.
    pub near_copies: bool,
    /// Texts that are more days apart are not compared, unless they are the very same.
    pub window_days: u16,
    /// Texts read for one: those that share the most keys. More than so many near copies are one story all the same.
    pub max_compared: u32,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            near_copies: true,
            // Stories are copied while they are news (NEWS-COPY, ICLR 2023, relies on the same).
            window_days: 30,
            max_compared: 64,
        }
    }
}

/// Where and when an article says what it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) article: ArticleId,
    pub(super) board: BoardId,
    /// When it was posted, or else first seen; milliseconds since 1970.
    pub(super) at: i64,
}

/// An article's text, beside what it was and what others have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    AsBefore,
    /// Another than before, and no other article's; or too short to be a copy.
    Alone,
    /// Another than before, and other articles have it.
    Shared,
}

/// Notes what text an article has, in place of its earlier one. `hash` is `None` for texts that are too short to be copies,
/// `digest` where near copies are not looked for.
pub(super) fn hold(
    conn: &Connection,
    place: Place,
    hash: Option<Hash>,
    digest: Option<&Arc<Digest>>,
    options: CopyOptions,
) -> rusqlite::Result<Held> {
    let held: Option<Option<(i64, Hash)>> = conn
        .prepare_cached(
            "SELECT text.id, text.hash FROM fingerprint LEFT JOIN text ON text.id = fingerprint.text WHERE article = ?1",
        )?
        .query_row([place.article.0], |row| {
            Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?))
        })
        .optional()?;
    if held.is_some_and(|held| held.map(|(_, hash)| hash) == hash) {
        return Ok(Held::AsBefore);
    }
    let (mut is_shared, mut stripped) = (false, None);
    let text = match hash {
        None => None,
        Some(hash) => Some(match count_one_more(conn, hash)? {
            Some(text) => {
                is_shared = true;
                text
            }
            None => {
                if let Some(digest) = digest {
                    digests::keep(hash, Arc::clone(digest));
                    stripped = Some(digest.beside(&frames::of(conn, place.board)?));
                }
                add(conn, place, hash, stripped.as_ref().map(Stripped::frame))?
            }
        }),
    };
    // Each in a statement of its own: for one that may do either, SQLite keeps copies of all pages that it changes.
    let write = match held {
        None => "INSERT INTO fingerprint (article, text, at) VALUES (?1, ?2, ?3)",
        Some(_) => "UPDATE fingerprint SET text = ?2, at = ?3 WHERE article = ?1",
    };
    conn.prepare_cached(write)?
        .execute(params![place.article.0, text, place.at])?;
    if let Some(Some((text, hash))) = held {
        release(conn, place.board, text, hash, options)?;
    }
    if let (Some(text), Some(hash)) = (text, hash) {
        frames::sample(conn, place.board, hash)?;
        match stripped {
            Some(stripped) => {
                let has_copies = search_on_its_day(conn, place, (text, hash), &stripped, options)?;
                if has_copies {
                    settle_around(conn, text)?;
                }
            }
            None if is_shared => join(conn, place, (text, hash), digest, options)?,
            None => {}
        }
    }
    Ok(match is_shared {
        true => Held::Shared,
        false => Held::Alone,
    })
}

/// Counts one more article for a text: its number. `None`: it is new.
fn count_one_more(conn: &Connection, hash: Hash) -> rusqlite::Result<Option<i64>> {
    let text: Option<i64> = conn
        .prepare_cached("SELECT id FROM text WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    if let Some(text) = text {
        conn.prepare_cached("UPDATE text SET n_articles = n_articles + 1 WHERE id = ?1")?
            .execute([text])?;
    }
    Ok(text)
}

/// A new text, a story of its own until it is known to be a copy. `frame`: `None` until it is compared.
fn add(conn: &Connection, place: Place, hash: Hash, frame: Option<u64>) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "INSERT INTO text (hash, n_articles, first_at, board, frame, story)
         VALUES (?1, 1, ?2, ?3, ?4, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'text'), 0) + 1)",
    )?
    .execute(params![hash, place.at, place.board.0, frame.map(u64::cast_signed)])?;
    Ok(conn.last_insert_rowid())
}

/// One more article has a text: it is looked for among the others again if it comes on another day.
fn join(
    conn: &Connection,
    place: Place,
    (text, hash): (i64, Hash),
    digest: Option<&Arc<Digest>>,
    options: CopyOptions,
) -> rusqlite::Result<()> {
    let became_earlier = conn
        .prepare_cached(
            "UPDATE text SET first_at = ?2, board = ?3 WHERE id = ?1 AND (first_at, board) > (?2, ?3)",
        )?
        .execute(params![text, place.at, place.board.0])?
        > 0;
    if became_earlier {
        // Its board may be another one.
        compare_again(conn, text, options)?;
    }
    let (board, is_compared): (i64, bool) = conn
        .prepare_cached("SELECT board, frame IS NOT NULL FROM text WHERE id = ?1")?
        .query_row([text], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut moved = became_earlier;
    if is_compared && is_of_a_new_day(conn, place, text)? {
        match digest {
            Some(digest) => {
                let stripped = digest.beside(&frames::of(conn, BoardId(board))?);
                moved |= search_on_its_day(conn, place, (text, hash), &stripped, options)?;
            }
            None => put_off(conn, text)?,
        }
    }
    match moved {
        true => settle_around(conn, text),
        false => Ok(()),
    }
}

/// Counts one article less for a text; one that nobody has goes.
fn release(
    conn: &Connection,
    board: BoardId,
    text: i64,
    hash: Hash,
    options: CopyOptions,
) -> rusqlite::Result<()> {
    let n_articles: i64 = conn
        .prepare_cached(
            "UPDATE text SET n_articles = n_articles - 1 WHERE id = ?1 RETURNING n_articles",
        )?
        .query_row([text], |row| row.get(0))?;
    frames::unsample(conn, board, text, hash)?;
    if n_articles == 0 {
        let alone = stories::copies_of_text(conn, text)?;
        conn.prepare_cached("DELETE FROM text WHERE id = ?1")?
            .execute([text])?;
        return stories::settle(conn, alone);
    }
    conn.prepare_cached(
        "UPDATE text SET (first_at, board) = (
            SELECT f.at, article.board FROM fingerprint AS f JOIN article ON article.id = f.article
            WHERE f.text = ?1 ORDER BY f.at, article.board LIMIT 1)
         WHERE id = ?1",
    )?
    .execute([text])?;
    compare_again(conn, text, options)?;
    settle_around(conn, text)
}

fn settle_around(conn: &Connection, text: i64) -> rusqlite::Result<()> {
    let mut moved = stories::copies_of_text(conn, text)?;
    moved.push(text);
    stories::settle(conn, moved)
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Whether no other article has the text on that day.
fn is_of_a_new_day(conn: &Connection, place: Place, text: i64) -> rusqlite::Result<bool> {
    let midnight = place.at.div_euclid(DAY_MS) * DAY_MS;
    let is_known = conn
        .prepare_cached(
            "SELECT 1 FROM fingerprint WHERE text = ?1 AND at >= ?2 AND at < ?3 AND article <> ?4",
        )?
        .exists([text, midnight, midnight + DAY_MS, place.article.0])?;
    Ok(!is_known)
}

fn days_of(conn: &Connection, text: i64) -> rusqlite::Result<Vec<Day>> {
    let mut select =
        conn.prepare_cached("SELECT at FROM fingerprint WHERE text = ?1 ORDER BY at")?;
    let mut days: Vec<Day> = select
        .query_map([text], |row| row.get(0).map(Day::of))?
        .collect::<rusqlite::Result<_>>()?;
    days.dedup();
    Ok(days)
}

/// A text that shares keys, and what the comparison says.
type Found = (i64, Comparison);

/// Looks for copies around the day of a place where the text has just turned up, and notes them. `true`: there are any.
fn search_on_its_day(
    conn: &Connection,
    place: Place,
    (text, hash): (i64, Hash),
    stripped: &Stripped,
    options: CopyOptions,
) -> rusqlite::Result<bool> {
    let day = Day::of(Some(place.at));
    let found = search(conn, (text, hash), stripped, &[day], options)?;
    note_copies(conn, text, &found)
}

/// Compares a text of these days with those that share keys, and adds its own keys: its copies.
fn search(
    conn: &Connection,
    (text, hash): (i64, Hash),
    stripped: &Stripped,
    days: &[Day],
    options: CopyOptions,
) -> rusqlite::Result<Vec<Found>> {
    if !stripped.is_long_enough() {
        return Ok(Vec::new());
    }
    let Some(keys) = dedup::keys(stripped.shingles()) else {
        return Ok(Vec::new());
    };
    let outline = digests::outline_of(hash, stripped);
    let none = Furniture::default();
    let mut furniture_of: HashMap<BoardId, Furniture> = HashMap::new();
    let mut found = Vec::new();
    for other in candidates(conn, text, &keys, days, options)? {
        let Some(held) = held(conn, other)? else {
            continue;
        };
        let furniture = match furniture_of.entry(held.board) {
            _ if !held.is_framed => &none,
            Entry::Occupied(its) => its.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(frames::of(conn, held.board)?),
        };
        if let (Some(mine), Some(its)) = (&outline, held.outline(furniture.stamp()))
            && !mine.may_be_copy(&its)
        {
            continue;
        }
        let Some(digest) = held.digest(conn)? else {
            continue;
        };
        let its = digest.beside(furniture);
        // For the next text that is held against it.
        digests::outline_of(held.hash, &its);
        if held.rekeyed && !meet(&keys, &its) {
            continue;
        }
        let comparison = stripped.compare(&its);
        if comparison.verdict.is_copy() {
            found.push((other, comparison));
        }
    }
    for day in days {
        copy_index::insert(conn, text, *day, &keys)?;
    }
    Ok(found)
}

fn meet(keys: &[Key; N_KEYS], other: &Stripped) -> bool {
    let theirs = dedup::keys(other.shingles());
    theirs.is_some_and(|theirs| keys.iter().zip(&theirs).any(|(a, b)| a.meets(b)))
}

/// Numbers of the texts that share keys, most keys first.
pub(super) fn candidates(
    conn: &Connection,
    text: i64,
    keys: &[Key; N_KEYS],
    days: &[Day],
    options: CopyOptions,
) -> rusqlite::Result<Vec<i64>> {
    let mut found: Vec<(usize, i64)> = Vec::new();
    for day in days {
        let shared = copy_index::find(conn, keys, *day, options.window_days)?;
        let others = shared.chunk_by(|a, b| a == b);
        found.extend(others.map(|same| (same.len(), i64::from(same[0]))));
    }
    // Of what is found around several days the most counts.
    found.sort_unstable_by_key(|(n, other)| (*other, std::cmp::Reverse(*n)));
    found.dedup_by_key(|(_, other)| *other);
    found.retain(|(_, other)| *other != text);
    found.sort_unstable_by_key(|(n, other)| (std::cmp::Reverse(*n), *other));
    found.truncate(options.max_compared as usize);
    Ok(found.into_iter().map(|(_, other)| other).collect())
}

/// Adds pairs. `true`: there are any.
fn note_copies(conn: &Connection, text: i64, found: &[Found]) -> rusqlite::Result<bool> {
    for (other, comparison) in found {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO copy (text, other, similarity, containment, verdict) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            text.min(*other),
            text.max(*other),
            comparison.similarity,
            comparison.containment,
            comparison.verdict.as_str()
        ])?;
    }
    Ok(!found.is_empty())
}

fn note_compared(conn: &Connection, text: i64, stripped: &Stripped) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE text SET rekeyed = rekeyed OR frame IS NOT NULL, frame = ?2 WHERE id = ?1",
    )?
    .execute(params![text, stripped.frame().cast_signed()])?;
    Ok(())
}

/// Pieces of the texts with these hashes.
pub(super) fn digests(conn: &Connection, hashes: &[Hash]) -> rusqlite::Result<Vec<Arc<Digest>>> {
    let mut digests = Vec::new();
    for hash in hashes {
        let text: Option<i64> = conn
            .prepare_cached("SELECT id FROM text WHERE hash = ?1")?
            .query_row([hash], |row| row.get(0))
            .optional()?;
        if let Some(text) = text
            && let Some(held) = held(conn, text)?
        {
            digests.extend(held.digest(conn)?);
        }
    }
    Ok(digests)
}

/// Leaves a text to be compared when near copies are looked for again: another board or day may have become its own.
fn put_off(conn: &Connection, text: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE text SET rekeyed = TRUE, frame = NULL WHERE id = ?1 AND frame IS NOT NULL",
    )?
    .execute([text])?;
    Ok(())
}

/// Compares a text anew if other furniture is left out of it now than when that was done, or if it never was.
fn compare_again(conn: &Connection, text: i64, options: CopyOptions) -> rusqlite::Result<()> {
    if !options.near_copies {
        return put_off(conn, text);
    }
    let Some(held) = held(conn, text)? else {
        return Ok(());
    };
    let Some(digest) = held.digest(conn)? else {
        return Ok(());
    };
    let stripped = digest.beside(&frames::of(conn, held.board)?);
    if held.frame == Some(stripped.frame().cast_signed()) {
        return Ok(());
    }
    let before = stories::copies_of_text(conn, text)?;
    let found = search(
        conn,
        (text, held.hash),
        &stripped,
        &days_of(conn, text)?,
        options,
    )?;
    note_compared(conn, text, &stripped)?;
    for other in &before {
        conn.prepare_cached("DELETE FROM copy WHERE text = ?1 AND other = ?2")?
            .execute([text.min(*other), text.max(*other)])?;
    }
    note_copies(conn, text, &found)?;
    let mut moved: BTreeSet<i64> = before.into_iter().collect();
    moved.extend(found.iter().map(|(other, _)| *other));
    moved.insert(text);
    stories::settle(conn, moved)
}

/// Parts that one opening of the store, or the end of a crawl, goes on with: some seconds' work. What is left goes along
/// with visits.
pub(super) const PARTS_AT_REST: u32 = 50;
/// Texts of a part, which is one transaction: a stop loses little, and what is done stays done.
const IN_ONE_PART: u32 = 200;
/// Texts that each visit goes on with.
const BY_THE_WAY: u32 = 4;

pub(super) fn go_on_at_opening(conn: &Connection, options: CopyOptions) -> rusqlite::Result<()> {
    for _ in 0..PARTS_AT_REST {
        let transaction = conn.unchecked_transaction()?;
        let more = go_on_at_rest(&transaction, options)?;
        transaction.commit()?;
        if !more {
            break;
        }
    }
    Ok(())
}

/// One part. `false`: there is nothing to do.
pub(super) fn go_on_at_rest(conn: &Connection, options: CopyOptions) -> rusqlite::Result<bool> {
    go_on(conn, IN_ONE_PART, true, options)
}

/// As part of a visit's transaction.
pub(super) fn go_on_by_the_way(conn: &Connection, options: CopyOptions) -> rusqlite::Result<()> {
    go_on(conn, BY_THE_WAY, false, options).map(drop)
}

/// Learns the furniture of a board whose sample has changed (wholly; or, at rest, at all), or compares up to `limit` texts:
/// those that never were, and those of boards with other furniture. `false`: there is nothing to do, or it is not to be done.
fn go_on(
    conn: &Connection,
    limit: u32,
    at_rest: bool,
    options: CopyOptions,
) -> rusqlite::Result<bool> {
    if !options.near_copies {
        return Ok(false);
    }
    if let Some(board) = frames::to_learn(conn, at_rest)? {
        frames::learn(conn, board)?;
        return Ok(true);
    }
    let alone: Vec<i64> = conn
        .prepare_cached("SELECT id FROM text WHERE frame IS NULL ORDER BY id LIMIT ?1")?
        .query_map([limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let texts = match alone.is_empty() {
        true => frames::sweep(conn, limit)?,
        false => Some(alone),
    };
    for text in texts.iter().flatten() {
        compare_again(conn, *text, options)?;
    }
    Ok(texts.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::{OpenMode, SqliteStore, StoreOptions, schema};
    use super::*;
    use crate::store::Archive;

    /// Syllables that come once each.
    fn numbered(from: u32, to: u32) -> String {
        let word = |n: u32| char::from_u32(0xAC00 + n * 7919 % 11_172).unwrap();
        (from..to).map(word).collect()
    }

    /// Of a schema before near copies were looked for, with ten articles, each second one like the one before it.
    fn old_archive(path: &std::path::Path) -> Connection {
        let conn = Connection::open(path).unwrap();
        schema::configure_writer(&conn).unwrap();
        for sql in &schema::all()[..6] {
            conn.execute_batch(sql).unwrap();
        }
        conn.pragma_update(None, "user_version", 6).unwrap();
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
                "INSERT INTO revision (article, number, at, title, text, html, images, attachments, tags, content_hash)
                 VALUES (?1, 1, 0, 't', ?2, x'', '[]', '[]', '[]', x'')",
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

    /// The same, brought up to date, but for the copies.
    fn taken_on(path: &std::path::Path) -> Connection {
        let conn = old_archive(path);
        schema::migrate(&conn, path).unwrap();
        conn
    }

    #[test]
    fn what_was_stored_before_is_caught_up_with_at_opening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(old_archive(&path));
        let store = SqliteStore::open(&path, OpenMode::ReadWrite, StoreOptions::default()).unwrap();
        let stories = store.archive().unwrap().stories(None, 2).unwrap();
        assert_eq!(stories.len(), 5);
        assert!(stories.iter().all(|story| story.n_copies == 2));
    }

    #[test]
    fn catching_up_goes_on_where_it_was_stopped_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let conn = taken_on(&folder.path().join("a.db"));
        let options = CopyOptions::default();
        let n_pairs = || -> i64 {
            conn.query_row("SELECT count(*) FROM copy", [], |row| row.get(0))
                .unwrap()
        };
        let mut seen = Vec::new();
        for _ in 0..20 {
            let more = go_on(&conn, 4, true, options).unwrap();
            seen.push(n_pairs());
            if !more {
                break;
            }
        }
        // First the furniture is learnt (there is none), then come four, four and two texts, in the order of their hashes.
        assert!(seen.is_sorted() && seen[0] == 0 && seen[1] < 5, "{seen:?}");
        assert_eq!(seen[3..], [5, 5]);
    }

    #[test]
    fn a_text_that_nobody_has_any_more_goes_with_its_pairs() {
        let folder = tempfile::tempdir().unwrap();
        let conn = taken_on(&folder.path().join("a.db"));
        let options = CopyOptions::default();
        go_on_at_opening(&conn, options).unwrap();
        let place = Place {
            article: ArticleId(1),
            board: BoardId(1),
            at: 1000,
        };
        let text = numbered(9000, 9600);
        let (hash, digest) = (dedup::text_hash(&text), Arc::new(Digest::of(&text)));
        let held = || hold(&conn, place, hash, Some(&digest), options).unwrap();
        assert_eq!([held(), held()], [Held::Alone, Held::AsBefore]);
        let count = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT count(*) FROM copy"), 4);
        assert_eq!(count("SELECT count(*) FROM text"), 10);
        assert_eq!(
            count("SELECT count(*) FROM text WHERE story NOT IN (SELECT id FROM text)"),
            0
        );
        assert_eq!(count("SELECT min(n_articles) FROM text"), 1);
        assert_eq!(count("SELECT count(*) FROM sample"), 10);
    }
}
