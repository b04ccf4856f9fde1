//! What the schedule keeps, and the passes it can learn from.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::passes::{self, read_pass};
use super::values::Ms;
use crate::model::{BoardId, Pass};
use crate::store::SavedSchedule;

/// The row of `meta` that holds the state of all boards together.
const META: &str = "schedule";

pub(super) fn saved(conn: &Connection) -> rusqlite::Result<SavedSchedule> {
    let planner = conn
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([META], |row| row.get(0))
        .optional()?;
    let boards = conn
        .prepare_cached("SELECT board, state FROM schedule")?
        .query_map([], |row| Ok((BoardId(row.get(0)?), row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(SavedSchedule { planner, boards })
}

pub(super) fn save(
    conn: &Connection,
    schedule: &SavedSchedule,
    at: Timestamp,
) -> rusqlite::Result<()> {
    if let Some(planner) = &schedule.planner {
        conn.prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![META, planner])?;
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO schedule (board, state, saved_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (board) DO UPDATE SET state = excluded.state, saved_at = excluded.saved_at",
    )?;
    for (board, state) in &schedule.boards {
        insert.execute(params![board.0, state, Ms(at)])?;
    }
    Ok(())
}

/// The last passes of a board that have ended, oldest first.
pub(super) fn last_passes(
    conn: &Connection,
    board: BoardId,
    limit: u32,
) -> rusqlite::Result<Vec<Pass>> {
    let mut found: Vec<Pass> = conn
        .prepare_cached(&format!(
            "{} WHERE board = ?1 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT ?2",
            passes::PASS
        ))?
        .query_map(params![board.0, limit], read_pass)?
        .collect::<rusqlite::Result<_>>()?;
    found.reverse();
    Ok(found)
}
