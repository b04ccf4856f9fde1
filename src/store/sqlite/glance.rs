//! What pages of a dashboard show of a board or a host: each query reads an index from its end, and no more than asked.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, params};

use super::search::{self, HIT, JOINED};
use super::values::{Count, Ms, Named};
use crate::model::{ArticleKey, BoardId};
use crate::store::{ChangeRecord, Hit, QuarterCount, ReceiptPlace, ReceiptRecord};

/// A quarter of an hour: every zone is a multiple of it off UTC.
const QUARTER_MS: i64 = 15 * 60 * 1_000;

/// How many posts each quarter of an hour had, oldest first; quarters without any are left out.
pub(super) fn posts_by_quarter(
    conn: &Connection,
    board: BoardId,
    since: Timestamp,
    timed_only: bool,
) -> rusqlite::Result<Vec<QuarterCount>> {
    // Without the precision, the index of (board, posted_at) answers alone.
    let timed = match timed_only {
        true => "AND posted_precision IN ('hour', 'minute', 'second')",
        false => "",
    };
    conn.prepare_cached(&format!(
        "SELECT posted_at / {QUARTER_MS}, count(*) FROM article
         WHERE board = ?1 AND posted_at >= ?2 {timed} GROUP BY 1 ORDER BY 1"
    ))?
    .query_map(params![board.0, Ms(since)], |row| {
        let quarter: i64 = row.get(0)?;
        let at = Timestamp::from_millisecond(quarter.saturating_mul(QUARTER_MS));
        Ok(QuarterCount {
            at: at.unwrap_or(Timestamp::MAX),
            n_posts: row.get::<_, Count>(1)?.0,
        })
    })?
    .collect()
}

/// Articles of a board by their dates, newest first; those without a date behind them, the last seen first.
pub(super) fn latest(
    conn: &Connection,
    board: BoardId,
    limit: u32,
    skip: u32,
) -> rusqlite::Result<Vec<Hit>> {
    // Those that are passed over are passed over in the index.
    conn.prepare_cached(&format!(
        "{HIT} FROM (SELECT id FROM article WHERE board = ?1
            ORDER BY posted_at DESC, id DESC LIMIT ?2 OFFSET ?3) AS found
         CROSS JOIN article ON article.id = found.id {JOINED}
         ORDER BY article.posted_at DESC, article.id DESC"
    ))?
    .query_map(params![board.0, limit, skip], search::read_hit)?
    .collect()
}

/// Edits, deletions and the like of a board, newest first.
pub(super) fn last_changes(
    conn: &Connection,
    board: BoardId,
    limit: u32,
) -> rusqlite::Result<Vec<ChangeRecord>> {
    conn.prepare_cached(
        "SELECT event.at, event.kind, board.name, article.id, article.key, article.url, article.title,
            event.revision, event.note
         FROM event JOIN article ON article.id = event.article JOIN board ON board.id = event.board
         WHERE event.board = ?1 AND event.kind <> 'stored' ORDER BY event.at DESC, event.id DESC LIMIT ?2",
    )?
    .query_map(params![board.0, limit], |row| {
        Ok(ChangeRecord {
            at: row.get::<_, Ms>(0)?.0,
            kind: row.get::<_, Named<_>>(1)?.0,
            board: row.get(2)?,
            article: row.get(3)?,
            key: ArticleKey::from_stored(row.get(4)?),
            url: row.get(5)?,
            title: row.get(6)?,
            revision: row.get(7)?,
            note: row.get(8)?,
        })
    })?
    .collect()
}

/// Up to `limit` requests to a host before a place, newest first.
pub(super) fn receipts(
    conn: &Connection,
    host: &str,
    before: ReceiptPlace,
    limit: u32,
) -> rusqlite::Result<Vec<ReceiptRecord>> {
    // One more than asked for: the spacing of the last one is told by it.
    let mut found: Vec<ReceiptRecord> = conn
        .prepare_cached(
            "SELECT id, host, url, at, status, body_bytes, duration_ms, purpose, allowed_by, error FROM request
             WHERE host = ?1 AND (at, id) < (?2, ?3) ORDER BY at DESC, id DESC LIMIT ?4",
        )?
        .query_map(
            params![host, Ms(before.at), before.id, limit.saturating_add(1)],
            read_receipt,
        )?
        .collect::<rusqlite::Result<_>>()?;
    let moments: Vec<Timestamp> = found.iter().map(|receipt| receipt.at).collect();
    for (receipt, earlier) in found.iter_mut().zip(moments.iter().skip(1)) {
        receipt.spacing_ms = Some(millis(receipt.at.duration_since(*earlier)));
    }
    found.truncate(limit as usize);
    Ok(found)
}

fn millis(passed: SignedDuration) -> u64 {
    u64::try_from(passed.as_millis()).unwrap_or_default()
}

fn read_receipt(row: &Row<'_>) -> rusqlite::Result<ReceiptRecord> {
    Ok(ReceiptRecord {
        id: row.get(0)?,
        host: row.get(1)?,
        url: row.get(2)?,
        at: row.get::<_, Ms>(3)?.0,
        status: row.get(4)?,
        body_bytes: row.get::<_, Count>(5)?.0,
        duration_ms: row.get::<_, Count>(6)?.0,
        purpose: row.get(7)?,
        allowed_by: row.get(8)?,
        error: row.get(9)?,
        spacing_ms: None,
    })
}
