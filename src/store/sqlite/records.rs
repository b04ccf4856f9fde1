//! Articles as the outputs get them: a row of `article`, its newest revision and its comments.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::prepare::html_at;
use super::stories;
use super::values::{Count, Json, Ms, Named, posted_at};
use crate::dedup::Hash;
use crate::dedup::words_hash;
use crate::model::{ArticleId, ArticleKey, Attachment, Image};
use crate::store::{ArticleFilter, ArticleRecord, CommentRecord, Revision, RevisionKind, Vanished};

fn select_articles() -> String {
    format!(
        "SELECT article.id, coalesce(article.moved_to, board.name), article.key, article.url,
        place.rank, article.title, article.author, article.posted_at, article.posted_precision,
        article.posted_text, article.category, article.source, revision.text, revision.images,
        revision.attachments, revision.tags, article.views, article.votes, article.comment_count,
        coalesce(place.notice, 0), article.state, article.state_reason, article.first_seen_at,
        article.fetched_at, article.gone_at, article.n_revisions,
        (SELECT text.story FROM fingerprint AS mine JOIN text ON text.id = mine.text
            WHERE mine.article = article.id
                AND (SELECT sum(n_articles) FROM text AS of_story WHERE of_story.story = text.story) > 1),
        ({}),
        article.comments_complete, place.alive_at, place.missing_at
    FROM article
    JOIN board ON board.id = article.board
    LEFT JOIN place ON place.board = article.board AND place.article = article.id
    LEFT JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions",
        stories::earliest_with_text_of("article.id")
    )
}

pub(super) fn next_articles_sql() -> String {
    format!(
        "{} WHERE article.id > ?1
            AND (?2 IS NULL OR board.name = ?2 OR article.moved_to = ?2)
            AND (?3 IS NULL OR coalesce(article.posted_at, article.first_seen_at) >= ?3)
         ORDER BY article.id LIMIT ?4",
        select_articles()
    )
}

/// Up to `limit` articles that fit, with row ids above `after`, in their order.
pub(super) fn next_articles(
    conn: &Connection,
    filter: &ArticleFilter,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<ArticleRecord>> {
    let mut select = conn.prepare_cached(&next_articles_sql())?;
    let records: Vec<ArticleRecord> = select
        .query_map(
            params![after, filter.board, filter.since.map(Ms), limit],
            read_record,
        )?
        .collect::<rusqlite::Result<_>>()?;
    records
        .into_iter()
        .map(|record| with_comments(conn, record))
        .collect()
}

pub(super) fn article(
    conn: &Connection,
    article: ArticleId,
) -> rusqlite::Result<Option<ArticleRecord>> {
    conn.prepare_cached(&format!("{} WHERE article.id = ?1", select_articles()))?
        .query_row([article.0], read_record)
        .optional()?
        .map(|record| with_comments(conn, record))
        .transpose()
}

fn read_record(row: &Row<'_>) -> rusqlite::Result<ArticleRecord> {
    let count = |i: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<Count>>(i)?.map(|n| n.0));
    let time = |i: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<Ms>>(i)?.map(|ms| ms.0));
    let posted = posted_at(row, 7)?;
    let Named(state) = row.get(20)?;
    let Ms(first_seen_at) = row.get(22)?;
    let text: Option<String> = row.get(12)?;
    let duplicate_of: Option<String> = row.get(27)?;
    Ok(ArticleRecord {
        id: row.get(0)?,
        board: row.get(1)?,
        key: ArticleKey::from_stored(row.get(2)?),
        url: row.get(3)?,
        rank: count(4)?,
        title: row.get(5)?,
        author: row.get(6)?,
        posted_at: posted.as_ref().map(|posted| posted.at),
        posted_at_precision: posted
            .as_ref()
            .map(|posted| posted.precision.as_str().to_owned()),
        posted_text: posted.map(|posted| posted.text),
        category: row.get(10)?,
        source: row.get(11)?,
        content_hash: text.as_deref().map(|text| hex(&words_hash(text))),
        text,
        images: list::<Image>(row, 13)?,
        attachments: list::<Attachment>(row, 14)?,
        comments: Vec::new(),
        tags: list::<String>(row, 15)?,
        views: count(16)?,
        votes: row.get(17)?,
        comment_count: count(18)?,
        notice: row.get(19)?,
        state,
        state_reason: row.get(21)?,
        first_seen_at,
        fetched_at: time(23)?,
        gone_at: time(24)?,
        revision_count: row.get(25)?,
        story: row.get(26)?,
        duplicate_of: duplicate_of.map(ArticleKey::from_stored),
        comments_complete: row.get(28)?,
        vanished: vanished(row, 29)?,
    })
}

/// From two columns; the interval in which an article left the list.
pub(super) fn vanished(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Vanished>> {
    let after: Option<Ms> = row.get(first)?;
    let before: Option<Ms> = row.get(first + 1)?;
    Ok(after.zip(before).map(|(after, before)| Vanished {
        after: after.0,
        before: before.0,
    }))
}

/// A JSON list; empty where no revision is held.
fn list<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<T>> {
    let list: Option<Json<Vec<T>>> = row.get(column)?;
    Ok(list.map(|list| list.0).unwrap_or_default())
}

fn hex(hash: &Hash) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

fn with_comments(conn: &Connection, mut record: ArticleRecord) -> rusqlite::Result<ArticleRecord> {
    let mut select = conn.prepare_cached(
        "SELECT key, parent, author, posted_at, text, secret, gone_at, withdrawn_at, first_seen_at FROM comment
         WHERE article = ?1 ORDER BY page, position, id",
    )?;
    record.comments = select
        .query_map([record.id], |row| {
            Ok(CommentRecord {
                key: row.get(0)?,
                parent: row.get(1)?,
                author: row.get(2)?,
                posted_at: row.get::<_, Option<Ms>>(3)?.map(|ms| ms.0),
                text: row.get(4)?,
                secret: row.get(5)?,
                gone_at: row.get::<_, Option<Ms>>(6)?.map(|ms| ms.0),
                withdrawn_at: row.get::<_, Option<Ms>>(7)?.map(|ms| ms.0),
                first_seen_at: row.get::<_, Ms>(8)?.0,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    if record.duplicate_of.is_none()
        && let Some(story) = record.story
    {
        record.duplicate_of = stories::original(conn, ArticleId(record.id), story)?;
    }
    Ok(record)
}

/// Articles by any of their names: row id, key, engine id (if only one has it), URL.
pub(super) fn find(conn: &Connection, what: &str) -> rusqlite::Result<Vec<ArticleRecord>> {
    let mut ids: Vec<i64> = Vec::new();
    let mut add = |found: Vec<i64>| {
        for id in found {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    };
    if let Ok(id) = what.parse::<i64>() {
        add(select_ids(
            conn,
            "SELECT id FROM article WHERE id = ?1",
            id,
        )?);
    }
    add(select_ids(
        conn,
        "SELECT id FROM article WHERE key = ?1",
        what,
    )?);
    add(select_ids(
        conn,
        "SELECT article FROM key_alias WHERE key = ?1",
        what,
    )?);
    let by_engine_id = select_ids(
        conn,
        "SELECT id FROM article WHERE engine_id = ?1 LIMIT 2",
        what,
    )?;
    if by_engine_id.len() == 1 {
        add(by_engine_id);
    }
    // As given, and as the parser of URLs would have written it.
    let normal = url::Url::parse(what).map(String::from).ok();
    for form in std::iter::once(what).chain(normal.as_deref()) {
        add(select_ids(
            conn,
            "SELECT id FROM article WHERE url = ?1
             UNION SELECT id FROM article WHERE found_url = ?1
             UNION SELECT article FROM alias WHERE url = ?1",
            form,
        )?);
    }
    ids.into_iter()
        .filter_map(|id| article(conn, ArticleId(id)).transpose())
        .collect()
}

fn select_ids(
    conn: &Connection,
    sql: &str,
    what: impl rusqlite::ToSql,
) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached(sql)?
        .query_map([what], |row| row.get(0))?
        .collect()
}

/// Oldest first.
pub(super) fn revisions(conn: &Connection, article: ArticleId) -> rusqlite::Result<Vec<Revision>> {
    conn.prepare_cached(
        "SELECT number, at, title, category, text, html, attachments, content_hash, images, kind, note FROM revision
         WHERE article = ?1 ORDER BY number",
    )?
    .query_map([article.0], |row| {
        let text: String = row.get(4)?;
        let html = html_at(row, 5, Some(&text))?;
        let hash: Hash = row.get(7)?;
        Ok(Revision {
            number: row.get(0)?,
            at: row.get::<_, Ms>(1)?.0,
            title: row.get(2)?,
            category: row.get(3)?,
            text,
            html,
            images: list(row, 8)?,
            attachments: list(row, 6)?,
            content_hash: hex(&hash),
            kind: row.get::<_, Named<RevisionKind>>(9)?.0,
            note: row.get(10)?,
        })
    })?
    .collect()
}
