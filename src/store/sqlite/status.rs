//! How each board stands, and what the file is made of.

use rusqlite::{Connection, OptionalExtension, params};

use super::passes;
use super::values::{Count, Ms, Named};
use crate::model::{ArticleState, Board, Pass, PassKind};
use crate::store::{BoardCounts, BoardStatus, PassSummary, SizeOnDisk};

pub(super) fn boards(conn: &Connection) -> rusqlite::Result<Vec<BoardStatus>> {
    passes::boards(conn)?
        .into_iter()
        .map(|board| status(conn, board))
        .collect()
}

fn status(conn: &Connection, board: Board) -> rusqlite::Result<BoardStatus> {
    let open_pass = passes::open_pass(conn, board.id)?;
    let last_pass = passes::last_pass(conn, board.id, false)?;
    let number = |sql: &str| {
        conn.prepare_cached(sql)?
            .query_row([board.id.0], |row| row.get::<_, Count>(0).map(|n| n.0))
    };
    Ok(BoardStatus {
        counts: counts(conn, &board)?,
        n_jobs_queued: number("SELECT count(*) FROM job WHERE board = ?1")?,
        n_gaps: number("SELECT count(*) FROM gap WHERE board = ?1 AND closed_at IS NULL")?,
        trouble: trouble(conn, &board)?,
        last_pass: last_pass.map(summary),
        open_pass: open_pass.map(summary),
        board,
    })
}

fn summary(pass: Pass) -> PassSummary {
    PassSummary {
        kind: match pass.walk.kind {
            PassKind::Full => "full",
            PassKind::Incremental => "incremental",
        },
        started_at: pass.started_at,
        ended_at: pass.ended_at,
        end: PassSummary::end_word(pass.end),
        report: pass.report,
    }
}

fn counts(conn: &Connection, board: &Board) -> rusqlite::Result<BoardCounts> {
    let mut counts = BoardCounts {
        name: board.name.clone(),
        url: board.url.to_string(),
        profile: board.profile.clone(),
        ..BoardCounts::default()
    };
    let mut by_state = conn.prepare_cached(
        "SELECT state, count(*), sum(n_comments), max(posted_at) FROM article WHERE board = ?1 GROUP BY state",
    )?;
    let mut rows = by_state.query([board.id.0])?;
    while let Some(row) = rows.next()? {
        let Named(state) = row.get(0)?;
        let Count(n) = row.get(1)?;
        let Count(n_comments) = row.get(2)?;
        match state {
            ArticleState::Pending => counts.n_pending = n,
            ArticleState::Stored => counts.n_stored = n,
            ArticleState::Restricted => counts.n_restricted = n,
            ArticleState::Gone => counts.n_gone = n,
            ArticleState::Failed => counts.n_failed = n,
        }
        counts.n_articles += n;
        counts.n_comments += n_comments;
        let newest = row.get::<_, Option<Ms>>(3)?.map(|ms| ms.0);
        counts.newest_posted_at = counts.newest_posted_at.max(newest);
    }
    Ok(counts)
}

/// Why the board is not being read: it was stopped, or its host asked for a pause after the last request to it.
fn trouble(conn: &Connection, board: &Board) -> rusqlite::Result<Option<String>> {
    let stopped: Option<String> = conn
        .prepare_cached(
            "SELECT CASE WHEN end_word = 'stopped' THEN coalesce(note, 'stopped') END FROM pass
             WHERE board = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([board.id.0], |row| row.get(0))
        .optional()?
        .flatten();
    if stopped.is_some() {
        return Ok(stopped);
    }
    conn.prepare_cached(
        "SELECT paused_until, pause_reason FROM host WHERE host = ?1
            AND paused_until > coalesce((SELECT max(at) FROM request WHERE host = ?1), 0)",
    )?
    .query_row(params![board.host], |row| {
        let Ms(until) = row.get(0)?;
        let reason: Option<String> = row.get(1)?;
        Ok(format!(
            "{} asked to wait until {until} ({})",
            board.host,
            reason.as_deref().unwrap_or("no reason given")
        ))
    })
    .optional()
}

/// Bytes of what takes the room, without the pages' slack. Lengths are read from the rows' heads, not their bodies.
pub(super) fn size_on_disk(conn: &Connection, file_bytes: u64) -> rusqlite::Result<SizeOnDisk> {
    let sum = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, Count>(0).map(|n| n.0));
    Ok(SizeOnDisk {
        file_bytes,
        raw_pages_bytes: sum("SELECT coalesce(sum(octet_length(body)), 0) FROM page")?,
        text_bytes: sum(
            "SELECT (SELECT coalesce(sum(octet_length(text) + octet_length(html)), 0) FROM revision)
                + (SELECT coalesce(sum(octet_length(text)), 0) FROM comment)",
        )?,
        search_bytes: sum("SELECT coalesce(sum(octet_length(block)), 0) FROM search_data")?,
    })
}
