//! What of a board's texts is its frame? Learnt from a sample that does not depend on the order in which they came: those
//! with the least hashes. In: texts as they come and go. Out: the board's furniture, and which texts were compared beside
//! another.

use rusqlite::{Connection, OptionalExtension, params};

use super::copies;
use crate::dedup::{Furniture, Hash};
use crate::model::BoardId;

/// Texts from which a board's furniture is learnt. (Schema 15 counts to this too.)
const SAMPLE: i64 = 64;

/// A board's furniture.
pub(super) fn of(conn: &Connection, board: BoardId) -> rusqlite::Result<Furniture> {
    let pieces = conn
        .prepare_cached("SELECT pieces FROM furniture WHERE board = ?1")?
        .query_row([board.0], |row| {
            Ok(Furniture::from_bytes(row.get_ref(0)?.as_blob()?))
        })
        .optional()?;
    Ok(pieces.unwrap_or_default())
}

/// An article of the board has this text now.
pub(super) fn sample(conn: &Connection, board: BoardId, hash: Hash) -> rusqlite::Result<()> {
    let held: Option<(i64, Option<Hash>)> = conn
        .prepare_cached("SELECT n_sample, last_hash FROM furniture WHERE board = ?1")?
        .query_row([board.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (n_sample, last) = held.unwrap_or_default();
    if n_sample >= SAMPLE && last.is_some_and(|last| last <= hash) {
        return Ok(());
    }
    let is_new = conn
        .prepare_cached("INSERT OR IGNORE INTO sample (board, hash) VALUES (?1, ?2)")?
        .execute(params![board.0, hash])?;
    if is_new == 0 {
        return Ok(());
    }
    if n_sample >= SAMPLE {
        conn.prepare_cached("DELETE FROM sample WHERE board = ?1 AND hash = ?2")?
            .execute(params![board.0, last])?;
    }
    if held.is_none() {
        conn.prepare_cached(
            "INSERT INTO furniture (board, n_sample, n_changes, pieces) VALUES (?1, 0, 0, x'')",
        )?
        .execute([board.0])?;
    }
    note_change(conn, board, (n_sample + 1).min(SAMPLE))
}

/// An article of the board has this text no more.
pub(super) fn unsample(
    conn: &Connection,
    board: BoardId,
    text: i64,
    hash: Hash,
) -> rusqlite::Result<()> {
    let is_still_there = conn
        .prepare_cached(
            "SELECT 1 FROM fingerprint AS f JOIN article ON article.id = f.article
             WHERE f.text = ?1 AND article.board = ?2",
        )?
        .exists(params![text, board.0])?;
    let taken = match is_still_there {
        true => 0,
        false => conn
            .prepare_cached("DELETE FROM sample WHERE board = ?1 AND hash = ?2")?
            .execute(params![board.0, hash])?,
    };
    if taken == 0 {
        return Ok(());
    }
    // The next one takes its place: with the hashes in order, it is not far.
    conn.prepare_cached(
        "INSERT OR IGNORE INTO sample (board, hash)
         SELECT ?1, text.hash FROM text
         WHERE text.hash > (SELECT last_hash FROM furniture WHERE board = ?1)
            AND EXISTS (SELECT 1 FROM fingerprint AS f JOIN article ON article.id = f.article
                WHERE f.text = text.id AND article.board = ?1)
            AND (SELECT n_sample FROM furniture WHERE board = ?1) >= ?2
         ORDER BY text.hash LIMIT 1",
    )?
    .execute([board.0, SAMPLE])?;
    let n_sample = conn
        .prepare_cached("SELECT count(*) FROM sample WHERE board = ?1")?
        .query_row([board.0], |row| row.get(0))?;
    note_change(conn, board, n_sample)
}

fn note_change(conn: &Connection, board: BoardId, n_sample: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE furniture SET n_sample = ?2, n_changes = n_changes + 1,
            last_hash = (SELECT max(hash) FROM sample WHERE board = ?1)
         WHERE board = ?1",
    )?
    .execute([board.0, n_sample])?;
    Ok(())
}

/// A board whose sample is another than the one its furniture was learnt from: wholly or, at rest, at all. Three times
/// over where it has furniture: with other furniture, all its texts are to be held against each other again. While a board is
/// walked for the first time, that is each time it has grown twentyfold.
pub(super) fn to_learn(conn: &Connection, at_rest: bool) -> rusqlite::Result<Option<BoardId>> {
    let sql = match at_rest {
        true => "SELECT board FROM furniture WHERE n_changes > 0 LIMIT 1",
        false => {
            "SELECT board FROM furniture WHERE n_changes > 0 AND n_changes >= n_sample
                AND (length(pieces) = 0 OR n_changes >= 3 * n_sample) LIMIT 1"
        }
    };
    conn.prepare_cached(sql)?
        .query_row([], |row| row.get(0).map(BoardId))
        .optional()
}

/// Learns a board's furniture. If it is another than before, its texts are to be held against it ([`sweep`]).
pub(super) fn learn(conn: &Connection, board: BoardId) -> rusqlite::Result<()> {
    let hashes: Vec<Hash> = conn
        .prepare_cached("SELECT hash FROM sample WHERE board = ?1 ORDER BY hash")?
        .query_map([board.0], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let texts = copies::digests(conn, &hashes)?;
    let furniture = Furniture::of(&texts);
    let is_other = furniture != of(conn, board)?;
    conn.prepare_cached("UPDATE furniture SET n_changes = 0 WHERE board = ?1")?
        .execute([board.0])?;
    if is_other {
        conn.prepare_cached(
            "UPDATE furniture SET pieces = ?2, swept_to = 0, sweep_to = (SELECT coalesce(max(id), 0) FROM text)
             WHERE board = ?1",
        )?
        .execute(params![board.0, furniture.to_bytes()])?;
    }
    Ok(())
}

/// The next texts that were compared beside other furniture than their board's; they are taken for done. `None`: there
/// is no board with such texts.
pub(super) fn sweep(conn: &Connection, limit: u32) -> rusqlite::Result<Option<Vec<i64>>> {
    let found: Option<(i64, i64, i64)> = conn
        .prepare_cached(
            "SELECT board, swept_to, sweep_to FROM furniture WHERE swept_to < sweep_to LIMIT 1",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((board, swept_to, sweep_to)) = found else {
        return Ok(None);
    };
    let texts: Vec<i64> = conn
        .prepare_cached(
            "SELECT id FROM text WHERE board = ?1 AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4",
        )?
        .query_map([board, swept_to, sweep_to, i64::from(limit)], |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    let last = match texts.last() {
        Some(last) if texts.len() == limit as usize => *last,
        _ => sweep_to,
    };
    conn.prepare_cached("UPDATE furniture SET swept_to = ?2 WHERE board = ?1")?
        .execute([board, last])?;
    Ok(Some(texts))
}
