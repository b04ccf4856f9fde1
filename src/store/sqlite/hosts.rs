//! What is kept of a host: how long it asked us to wait, its robots file, and the receipts of all requests to it.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Count, Ms};
use crate::model::{HostPause, Receipt};
use crate::store::{HostRecord, StoredRobots};

/// Receipts removed at once: a large heap of old ones must not hold up the visits.
const MAX_PRUNED: u32 = 2_000;

pub(super) fn host(conn: &Connection, host: &str) -> rusqlite::Result<Option<HostRecord>> {
    conn.prepare_cached(
        "SELECT paused_until, pause_reason, robots_status, robots_body, robots_fetched_at
         FROM host WHERE host = ?1",
    )?
    .query_row([host], |row| {
        let robots = match row.get::<_, Option<Ms>>(4)? {
            Some(Ms(fetched_at)) => Some(StoredRobots {
                status: row.get(2)?,
                body: row.get(3)?,
                fetched_at,
            }),
            None => None,
        };
        Ok(HostRecord {
            paused_until: row.get::<_, Option<Ms>>(0)?.map(|ms| ms.0),
            pause_reason: row.get(1)?,
            robots,
        })
    })
    .optional()
}

pub(super) fn save_robots(
    conn: &Connection,
    host: &str,
    robots: &StoredRobots,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO host (host, robots_status, robots_body, robots_fetched_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (host) DO UPDATE SET robots_status = excluded.robots_status,
            robots_body = excluded.robots_body, robots_fetched_at = excluded.robots_fetched_at",
    )?
    .execute(params![
        host,
        robots.status,
        robots.body,
        Ms(robots.fetched_at)
    ])?;
    Ok(())
}

/// Only a later end replaces a pause: what another request was told must not shorten it.
pub(super) fn pause(conn: &Connection, pause: &HostPause) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO host (host, paused_until, pause_reason) VALUES (?1, ?2, ?3)
         ON CONFLICT (host) DO UPDATE SET paused_until = excluded.paused_until,
            pause_reason = excluded.pause_reason
         WHERE excluded.paused_until > coalesce(paused_until, 0)",
    )?
    .execute(params![pause.host, Ms(pause.until), pause.reason])?;
    Ok(())
}

pub(super) fn keep_receipts(conn: &Connection, receipts: &[Receipt]) -> rusqlite::Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO request
            (host, url, at, status, body_bytes, duration_ms, purpose, allowed_by, error)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for receipt in receipts {
        insert.execute(params![
            receipt.host,
            receipt.url,
            Ms(receipt.at),
            receipt.status,
            Count(receipt.body_bytes),
            Count(receipt.duration_ms),
            receipt.purpose,
            receipt.allowed_by,
            receipt.error,
        ])?;
    }
    Ok(())
}

/// Removes some of the receipts, and of the listing pages that the ledger of ranks has seen, that are older than `days`
/// days. Of each listing page the last sighting stays: the audit goes by it.
pub(super) fn prune(conn: &Connection, now: Timestamp, days: u32) -> rusqlite::Result<()> {
    let age = SignedDuration::from_hours(24 * i64::from(days));
    let Ok(oldest) = now.checked_sub(age) else {
        return Ok(());
    };
    conn.prepare_cached(
        "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE at < ?1 ORDER BY at LIMIT ?2)",
    )?
    .execute(params![Ms(oldest), MAX_PRUNED])?;
    conn.prepare_cached(
        "DELETE FROM sighting WHERE id IN (
            SELECT id FROM sighting AS old WHERE at < ?1 AND EXISTS (
                SELECT 1 FROM sighting AS newer
                WHERE newer.board = old.board AND newer.page = old.page AND newer.id > old.id)
            ORDER BY id LIMIT ?2)",
    )?
    .execute(params![Ms(oldest), MAX_PRUNED])?;
    Ok(())
}
