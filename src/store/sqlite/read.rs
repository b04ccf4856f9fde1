//! What the conductor asks between two visits.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::ledger;
use super::values::{Count, Json, Named, posted_at};
use crate::model::{ArticleId, ArticleKey, ArticleState, BoardId, Known, PassId};
use crate::store::{ArticleTarget, Ranks, RowCount};

/// Title and comment count are those of the listing's last sighting, not of the article's page: a row is compared
/// with what the same column showed before.
pub(super) fn known(
    conn: &Connection,
    pass: PassId,
    keys: &[ArticleKey],
) -> rusqlite::Result<HashMap<ArticleKey, Known>> {
    let mut known = HashMap::new();
    let mut select = conn.prepare_cached(
        "SELECT asked.value, article.id, state, listed_title, listed_comments, article.url,
            EXISTS (SELECT 1 FROM place JOIN pass ON pass.id = ?2 AND pass.board = place.board
                WHERE place.article = article.id AND place.first_pass <> pass.id),
            author, posted_at, posted_precision, posted_text
         FROM json_each(?1) AS asked
         JOIN article ON article.id = coalesce(
            (SELECT id FROM article WHERE key = asked.value),
            (SELECT article FROM key_alias WHERE key = asked.value))",
    )?;
    let mut rows = select.query(params![Json(keys), pass.0])?;
    while let Some(row) = rows.next()? {
        let Named(state) = row.get(2)?;
        let entry = Known {
            article: ArticleId(row.get(1)?),
            state,
            title: row.get(3)?,
            comment_count: row.get::<_, Option<Count>>(4)?.map(|n| n.0),
            url: row.get(5)?,
            before_this_pass: row.get(6)?,
            author: row.get(7)?,
            posted: posted_at(row, 8)?,
        };
        known.insert(ArticleKey::from_stored(row.get(0)?), entry);
    }
    Ok(known)
}

pub(super) fn target(
    conn: &Connection,
    article: ArticleId,
) -> rusqlite::Result<Option<ArticleTarget>> {
    conn.prepare_cached(
        "SELECT id, key, board, url, state, listed_title, n_gone_answers, author, posted_at, posted_precision, posted_text,
            listed_comments
         FROM article WHERE id = ?1",
    )?
    .query_row([article.0], |row| {
        let Named(state) = row.get(4)?;
        Ok(ArticleTarget {
            id: ArticleId(row.get(0)?),
            key: ArticleKey::from_stored(row.get(1)?),
            board: BoardId(row.get(2)?),
            url: row.get(3)?,
            state,
            listed_title: row.get(5)?,
            n_gone_answers: row.get(6)?,
            author: row.get(7)?,
            posted: posted_at(row, 8)?,
            comment_count: row.get::<_, Option<Count>>(11)?.map(|n| n.0),
        })
    })
    .optional()
}

pub(super) fn last_stored(
    conn: &Connection,
    board: BoardId,
) -> rusqlite::Result<Option<ArticleTarget>> {
    let article = conn
        .prepare_cached(
            "SELECT id FROM article WHERE board = ?1 AND state = ?2 ORDER BY visited_at DESC LIMIT 1",
        )?
        .query_row(params![board.0, Named(ArticleState::Stored)], |row| {
            row.get(0).map(ArticleId)
        })
        .optional()?;
    article.map_or(Ok(None), |article| target(conn, article))
}

/// Listing pages; articles and comment pages.
pub(super) fn n_queued(conn: &Connection, board: BoardId) -> rusqlite::Result<(u64, u64)> {
    conn.prepare_cached(
        "SELECT count(*) FILTER (WHERE kind = 'listing'), count(*) FILTER (WHERE kind <> 'listing')
         FROM job WHERE board = ?1",
    )?
    .query_row([board.0], |row| {
        Ok((row.get::<_, Count>(0)?.0, row.get::<_, Count>(1)?.0))
    })
}

pub(super) fn ranks(conn: &Connection, board: BoardId) -> rusqlite::Result<Ranks> {
    Ok(Ranks {
        base: ledger::rank_base(conn, board)?,
        numbers: ledger::numbering(conn, board)?,
    })
}

/// An article that has moved away is not listed here any more.
pub(super) fn row_count(conn: &Connection, board: BoardId) -> rusqlite::Result<RowCount> {
    let (n_listed, n_unknown) = conn
        .prepare_cached(
            "SELECT count(*), coalesce(sum(n_unknown_below), 0)
             FROM place JOIN article ON article.id = place.article
             WHERE place.board = ?1 AND NOT place.notice AND place.missing_at IS NULL AND article.state <> 'gone'
                AND NOT (article.board = place.board AND article.moved_to IS NOT NULL)",
        )?
        .query_row([board.0], |row| {
            Ok((row.get::<_, Count>(0)?.0, row.get::<_, Count>(1)?.0))
        })?;
    Ok(RowCount {
        n_listed: n_listed.saturating_add(ledger::rank_base(conn, board)?),
        n_unknown,
    })
}
