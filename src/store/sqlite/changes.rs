//! What happened to the articles, and how their counts went.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::values::{Count, Ms, Named};
use crate::model::{ArticleId, ArticleKey};
use crate::store::{ChangeFilter, ChangeRecord, CountRecord};

/// Behind which event to go on: its moment, then its number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(Timestamp, i64);

impl Place {
    pub(super) fn before(filter: &ChangeFilter) -> Self {
        Self(filter.since.unwrap_or(Timestamp::UNIX_EPOCH), i64::MIN)
    }
}

/// Up to `limit` changes that fit, oldest first, each with its place.
pub(super) fn next(
    conn: &Connection,
    filter: &ChangeFilter,
    after: Place,
    limit: u32,
) -> rusqlite::Result<Vec<(ChangeRecord, Place)>> {
    conn.prepare_cached(
        "SELECT event.id, event.at, event.kind, board.name, article.id, article.key, article.url, article.title,
            event.revision, event.note
         FROM event JOIN article ON article.id = event.article JOIN board ON board.id = event.board
         WHERE (event.at, event.id) > (?1, ?2) AND (?3 IS NULL OR board.name = ?3)
         ORDER BY event.at, event.id LIMIT ?4",
    )?
    .query_map(params![Ms(after.0), after.1, filter.board, limit], |row| {
        let Ms(at) = row.get(1)?;
        let record = ChangeRecord {
            at,
            kind: row.get::<_, Named<_>>(2)?.0,
            board: row.get(3)?,
            article: row.get(4)?,
            key: ArticleKey::from_stored(row.get(5)?),
            url: row.get(6)?,
            title: row.get(7)?,
            revision: row.get(8)?,
            note: row.get(9)?,
        };
        Ok((record, Place(at, row.get(0)?)))
    })?
    .collect()
}

pub(super) fn counts(conn: &Connection, article: ArticleId) -> rusqlite::Result<Vec<CountRecord>> {
    conn.prepare_cached(
        "SELECT at, views, votes, comments FROM count WHERE article = ?1 ORDER BY at",
    )?
    .query_map([article.0], |row| {
        let count =
            |i: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<Count>>(i)?.map(|n| n.0));
        Ok(CountRecord {
            at: row.get::<_, Ms>(0)?.0,
            views: count(1)?,
            votes: row.get(2)?,
            comments: count(3)?,
        })
    })?
    .collect()
}
