//! Putting jobs into the queue and taking them out. A page is in it once: asking for it again changes nothing.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{Count, Ms};
use crate::model::{ArticleId, BoardId, JobId, JobKind, JobPriority, NewJob, PassId};

/// `true`: it was not in the queue yet.
pub(super) fn push(conn: &Connection, job: &NewJob, at: Timestamp) -> rusqlite::Result<bool> {
    let is_radar = matches!(job.kind, JobKind::Radar { .. });
    let (kind, pass, article, page) = match job.kind {
        JobKind::Listing { pass, page } | JobKind::Radar { pass, page } => {
            ("listing", Some(pass.0), None, Some(page))
        }
        JobKind::Article { article } => ("article", None, Some(article.0), None),
        JobKind::Comments { article, page } => ("comments", None, Some(article.0), Some(page)),
    };
    let n_rows = conn
        .prepare_cached(
            "INSERT INTO job (board, kind, pass, article, page, url, referer, priority, due_at, queued_at, radar)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            job.board.0,
            kind,
            pass,
            article,
            page,
            job.url.as_str(),
            job.referer.as_ref().map(|url| url.as_str()),
            job.priority as i64,
            Ms(job.due_at),
            Ms(at),
            is_radar,
        ])?;
    Ok(n_rows > 0)
}

/// Queues an article of the store by the URL it was found by. `true`: it was not in the queue yet.
pub(super) fn push_article(
    conn: &Connection,
    article: ArticleId,
    priority: JobPriority,
    at: Timestamp,
) -> rusqlite::Result<bool> {
    let n_rows = conn
        .prepare_cached(
            "INSERT INTO job (board, kind, article, url, referer, priority, due_at, queued_at)
             SELECT article.board, 'article', article.id, article.found_url, board.url, ?2, ?3, ?3
             FROM article JOIN board ON board.id = article.board WHERE article.id = ?1
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![article.0, priority as i64, Ms(at)])?;
    Ok(n_rows > 0)
}

/// What a settlement needs to know of its job.
#[derive(Debug, Clone)]
pub(super) struct QueuedJob {
    pub(super) id: JobId,
    pub(super) board: BoardId,
    pub(super) url: String,
    pub(super) is_comments: bool,
    pub(super) article: Option<ArticleId>,
    pub(super) page: Option<u32>,
}

macro_rules! queued {
    () => {
        "id, board, url, kind = 'comments', article, page"
    };
}

/// `None`: it was settled before, or its pass was stopped.
pub(super) fn find(conn: &Connection, job: JobId) -> rusqlite::Result<Option<QueuedJob>> {
    conn.prepare_cached(concat!("SELECT ", queued!(), " FROM job WHERE id = ?1"))?
        .query_row([job.0], read)
        .optional()
}

/// Takes a job out of the queue. `None`: as for [`find`].
pub(super) fn take(conn: &Connection, job: JobId) -> rusqlite::Result<Option<QueuedJob>> {
    conn.prepare_cached(concat!(
        "DELETE FROM job WHERE id = ?1 RETURNING ",
        queued!()
    ))?
    .query_row([job.0], read)
    .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<QueuedJob> {
    Ok(QueuedJob {
        id: JobId(row.get(0)?),
        board: BoardId(row.get(1)?),
        url: row.get(2)?,
        is_comments: row.get(3)?,
        article: row.get::<_, Option<i64>>(4)?.map(ArticleId),
        page: row.get(5)?,
    })
}

pub(super) fn remove(conn: &Connection, job: JobId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM job WHERE id = ?1")?
        .execute([job.0])?;
    Ok(())
}

pub(super) fn remove_listings(conn: &Connection, pass: PassId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM job WHERE kind = 'listing' AND pass = ?1")?
        .execute([pass.0])?;
    Ok(())
}

/// What an earlier pass wanted to look at: the next one measures anew.
pub(super) fn remove_radar(conn: &Connection, board: BoardId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM job WHERE board = ?1 AND radar = 1")?
        .execute([board.0])?;
    Ok(())
}

/// Listing pages that the radar still waits for.
pub(super) fn n_radar(conn: &Connection, board: BoardId) -> rusqlite::Result<u32> {
    conn.prepare_cached(
        "SELECT count(*) FROM job WHERE board = ?1 AND priority = ?2 AND radar = 1",
    )?
    .query_row(params![board.0, JobPriority::Listing as i64], |row| {
        row.get(0)
    })
}

pub(super) fn put_off(
    conn: &Connection,
    job: JobId,
    due_at: Timestamp,
    counts: bool,
    error: &str,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE job SET due_at = ?2, attempts = attempts + ?3, last_error = ?4 WHERE id = ?1",
    )?
    .execute(params![job.0, Ms(due_at), counts, error])?;
    Ok(())
}

/// The article was said to be gone at this moment, for the first time or again.
pub(super) fn note_gone(conn: &Connection, job: JobId, at: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE job SET said_gone_at = coalesce(said_gone_at, ?2) WHERE id = ?1")?
        .execute(params![job.0, Ms(at)])?;
    Ok(())
}

/// Articles that were said to be gone once, and when all of them may be asked again.
pub(super) fn unconfirmed(
    conn: &Connection,
    board: BoardId,
) -> rusqlite::Result<(u64, Option<Timestamp>)> {
    conn.prepare_cached(
        "SELECT count(*), max(due_at) FROM job WHERE board = ?1 AND said_gone_at IS NOT NULL",
    )?
    .query_row([board.0], |row| {
        let Count(n) = row.get(0)?;
        Ok((n, row.get::<_, Option<Ms>>(1)?.map(|at| at.0)))
    })
}

/// Comment pages of an article that are still to be read.
pub(super) fn n_comment_pages(conn: &Connection, article: ArticleId) -> rusqlite::Result<u32> {
    conn.prepare_cached("SELECT count(*) FROM job WHERE kind = 'comments' AND article = ?1")?
        .query_row([article.0], |row| row.get(0))
}
