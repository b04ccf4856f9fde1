//! How each board does: the verdict in force, and what it was judged by.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Json, Ms, Named};
use crate::health::verdict::{Change, Health};
use crate::model::{BoardId, EventKind};
use crate::store::{BoardHealth, NextPass};

/// `None` also where another version kept it in words that this one does not know: it is learnt again.
pub(super) fn health(conn: &Connection, board: BoardId) -> rusqlite::Result<Option<Health>> {
    let state: Option<String> = conn
        .prepare_cached("SELECT state FROM health WHERE board = ?1")?
        .query_row([board.0], |row| row.get(0))
        .optional()?;
    Ok(state.and_then(|state| serde_json::from_str(&state).ok()))
}

/// Keeps a state, and tells its change in the same transaction: an alarm is never lost and never told twice.
pub(super) fn save(
    conn: &Connection,
    board: BoardId,
    health: &Health,
    next: Option<&NextPass>,
    change: Option<&Change>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let standing = health.standing.as_ref();
    conn.prepare_cached(
        "INSERT INTO health (board, verdict, since, finding, last_good_at, state, next_at, next_reason, saved_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (board) DO UPDATE SET verdict = excluded.verdict, since = excluded.since,
            finding = excluded.finding, last_good_at = excluded.last_good_at, state = excluded.state,
            next_at = excluded.next_at, next_reason = excluded.next_reason, saved_at = excluded.saved_at",
    )?
    .execute(params![
        board.0,
        standing.map(|standing| Named(standing.verdict)),
        standing.map(|standing| Ms(standing.since)),
        standing.map(|standing| standing.evidence.finding.as_str()),
        health.last_good_at().map(Ms),
        Json(health),
        next.map(|next| Ms(next.at)),
        next.map(|next| next.reason.as_str()),
        Ms(at),
    ])?;
    let Some(change) = change else {
        return Ok(());
    };
    let (kind, note) = match change {
        Change::Alarm { verdict, evidence } => {
            (EventKind::Alarm, format!("{verdict}: {}", evidence.finding))
        }
        Change::Recovered { verdict, since } => {
            (EventKind::Recovered, format!("{verdict} since {since:.0}"))
        }
    };
    conn.prepare_cached("INSERT INTO event (at, board, kind, note) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![Ms(at), board.0, Named(kind), note])?;
    Ok(())
}

/// What `status` tells of it.
pub(super) fn of_board(conn: &Connection, board: BoardId) -> rusqlite::Result<Option<BoardHealth>> {
    conn.prepare_cached(
        "SELECT verdict, since, finding, last_good_at, next_at, next_reason, state FROM health WHERE board = ?1",
    )?
    .query_row([board.0], |row| {
        let moment = |i: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<Ms>>(i)?.map(|at| at.0));
        let state: Option<Health> = serde_json::from_str(row.get_ref(6)?.as_str()?).ok();
        let standing = state.and_then(|state| state.standing);
        Ok(BoardHealth {
            evidence: standing.map(|standing| standing.evidence),
            verdict: row.get::<_, Option<Named<_>>>(0)?.map(|verdict| verdict.0),
            since: moment(1)?,
            finding: row.get(2)?,
            last_good_at: moment(3)?,
            next_pass: match moment(4)? {
                Some(at) => Some(NextPass {
                    at,
                    reason: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
                }),
                None => None,
            },
        })
    })
    .optional()
}
