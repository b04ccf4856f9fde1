//! Raw pages: each content once, by its hash, and every visit that brought it.

use rusqlite::{Connection, OptionalExtension, params};

use super::prepare::PackedPage;
use super::queue::QueuedJob;
use super::values::{Count, Ms};
use crate::model::{ArticleId, Visited};

pub(super) fn keep(
    conn: &Connection,
    job: &QueuedJob,
    visited: &Visited,
    packed: &PackedPage,
) -> rusqlite::Result<()> {
    let held: Option<i64> = conn
        .prepare_cached("SELECT id FROM page WHERE hash = ?1")?
        .query_row([packed.hash], |row| row.get(0))
        .optional()?;
    let page = match held {
        Some(page) => page,
        None => {
            conn.prepare_cached("INSERT INTO page (hash, body_bytes, body) VALUES (?1, ?2, ?3)")?
                .execute(params![
                    packed.hash,
                    Count(visited.body.len() as u64),
                    packed.body
                ])?;
            conn.last_insert_rowid()
        }
    };
    conn.prepare_cached(
        "INSERT INTO visit (page, board, article, page_number, url, final_url, status, content_type,
            charset, fetched_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        page,
        job.board.0,
        job.article.map(|article| article.0),
        job.page,
        visited.url,
        visited.final_url,
        visited.status,
        visited.content_type,
        visited.charset,
        Ms(visited.fetched_at),
    ])?;
    Ok(())
}

/// The visits of an article that is found to be another one now belong to that one.
pub(super) fn hand_over(conn: &Connection, from: ArticleId, to: ArticleId) -> rusqlite::Result<()> {
    conn.execute(
        "UPDATE visit SET article = ?2 WHERE article = ?1",
        [from.0, to.0],
    )?;
    Ok(())
}
