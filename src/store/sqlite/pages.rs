//! Raw pages: each content once, by its hash, and every visit that brought it; and the dictionaries they are packed by.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::dictionary::{Dictionary, Place};
use super::prepare::{self, PackedPage};
use super::queue::QueuedJob;
use super::values::{Count, Json, Ms};
use crate::dedup::Hash;
use crate::model::{ArticleId, BoardId, JobId, Visited};
use crate::store::{ArticleFilter, RawPage};

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
            conn.prepare_cached(
                "INSERT INTO page (hash, body_bytes, body, dictionary) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                packed.hash,
                Count(packed.body_bytes),
                packed.body,
                packed.dictionary
            ])?;
            conn.last_insert_rowid()
        }
    };
    conn.prepare_cached(
        "INSERT INTO visit (page, board, article, page_number, url, final_url, status, content_type,
            charset, fetched_at, as_of)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
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
        Ms(visited.as_of),
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

/// Where the page that a job brings belongs; `None`: the job is settled already.
pub(super) fn place_of(conn: &Connection, job: JobId) -> rusqlite::Result<Option<Place>> {
    conn.prepare_cached("SELECT board, kind FROM job WHERE id = ?1")?
        .query_row([job.0], |row| Ok((BoardId(row.get(0)?), row.get(1)?)))
        .optional()
}

fn read_dictionary(row: &rusqlite::Row<'_>) -> rusqlite::Result<Dictionary> {
    Ok(Dictionary {
        id: row.get(0)?,
        promise: row.get::<_, Count>(1)?.0,
        body: row.get(2)?,
    })
}

pub(super) fn newest_dictionary(
    conn: &Connection,
    place: &Place,
) -> rusqlite::Result<Option<Dictionary>> {
    conn.prepare_cached(
        "SELECT id, promise, body FROM dictionary WHERE board = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1",
    )?
    .query_row(params![place.0.0, place.1], read_dictionary)
    .optional()
}

pub(super) fn dictionary(conn: &Connection, id: i64) -> rusqlite::Result<Option<Dictionary>> {
    conn.prepare_cached("SELECT id, promise, body FROM dictionary WHERE id = ?1")?
        .query_row([id], read_dictionary)
        .optional()
}

/// A raw page as it lies in the file.
#[derive(Debug, Clone)]
pub(super) struct StoredPage {
    pub(super) id: i64,
    pub(super) body_bytes: u64,
    pub(super) body: Vec<u8>,
    pub(super) dictionary: Option<i64>,
}

/// Those that are held, in the order asked for.
pub(super) fn by_hashes(conn: &Connection, hashes: &[Hash]) -> rusqlite::Result<Vec<StoredPage>> {
    let mut select =
        conn.prepare_cached("SELECT id, body_bytes, body, dictionary FROM page WHERE hash = ?1")?;
    let mut pages = Vec::new();
    for hash in hashes {
        pages.extend(select.query_row([hash], read_page).optional()?);
    }
    Ok(pages)
}

/// Some of a board's pages that were packed without a dictionary: they came first, while one was made, or in an older
/// store. Looks at pages with numbers above `after`, and answers the last one's, by which the next look goes on; 0: there
/// are no more.
pub(super) fn plain(
    conn: &Connection,
    board: BoardId,
    after: i64,
) -> rusqlite::Result<(Vec<StoredPage>, i64)> {
    /// Pages looked at, and taken: what a moment bears.
    const MOST_LOOKED_AT: u32 = 256;
    const MOST: usize = 64;
    let mut all = conn.prepare_cached(
        "SELECT id, body_bytes, body, dictionary,
            EXISTS (SELECT 1 FROM visit WHERE visit.page = page.id AND visit.board = ?1)
         FROM page WHERE dictionary IS NULL AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    let mut rows = all.query(params![board.0, after, MOST_LOOKED_AT])?;
    let (mut plain, mut n_looked_at, mut last) = (Vec::new(), 0, after);
    while let Some(row) = rows.next()? {
        n_looked_at += 1;
        last = row.get(0)?;
        if row.get(4)? {
            plain.push(read_page(row)?);
        }
        if plain.len() == MOST {
            return Ok((plain, last));
        }
    }
    let is_end = n_looked_at < MOST_LOOKED_AT;
    Ok((plain, if is_end { 0 } else { last }))
}

/// Up to `limit` visits that fit, with numbers above `after`, in their order; their pages are still packed.
pub(super) fn next_visits(
    conn: &Connection,
    filter: &ArticleFilter,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(RawPage, StoredPage)>> {
    conn.prepare_cached(
        "SELECT page.id, page.body_bytes, page.body, page.dictionary, visit.id, visit.url, visit.final_url,
            visit.status, visit.content_type, visit.fetched_at
         FROM visit JOIN page ON page.id = visit.page JOIN board ON board.id = visit.board
         WHERE visit.id > ?1 AND (?2 IS NULL OR board.name = ?2) AND (?3 IS NULL OR visit.fetched_at >= ?3)
         ORDER BY visit.id LIMIT ?4",
    )?
    .query_map(
        params![after, filter.board, filter.since.map(Ms), limit],
        |row| {
            let raw = RawPage {
                visit: row.get(4)?,
                url: row.get(5)?,
                final_url: row.get(6)?,
                status: row.get(7)?,
                content_type: row.get(8)?,
                fetched_at: row.get::<_, Ms>(9)?.0,
                body: Vec::new(),
            };
            Ok((raw, read_page(row)?))
        },
    )?
    .collect()
}

/// Columns: id, body_bytes, body, dictionary.
pub(super) fn read_page(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredPage> {
    Ok(StoredPage {
        id: row.get(0)?,
        body_bytes: row.get::<_, Count>(1)?.0,
        body: row.get(2)?,
        dictionary: row.get(3)?,
    })
}

/// Keeps a dictionary, and the pages it was made of packed by it. Answers its number.
pub(super) fn save_dictionary(
    conn: &Connection,
    place: &Place,
    promise: u64,
    body: &[u8],
    repacked: &[(i64, Vec<u8>)],
    at: Timestamp,
) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "INSERT INTO dictionary (board, kind, made_at, promise, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![place.0.0, place.1, Ms(at), Count(promise), body])?;
    let id = conn.last_insert_rowid();
    let mut update = conn.prepare_cached(
        "UPDATE page SET body = ?2, dictionary = ?3 WHERE id = ?1 AND length(body) > length(?2)",
    )?;
    for (page, body) in repacked {
        update.execute(params![page, body, id])?;
    }
    Ok(id)
}

/// What is removed in one transaction: some milliseconds.
const MAX_REMOVED: u32 = 200;

/// Bytes of all raw pages as they are stored.
pub(super) fn stored_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    conn.query_row(
        "SELECT coalesce(sum(octet_length(body)), 0) FROM page",
        [],
        |row| row.get::<_, Count>(0).map(|n| n.0),
    )
}

/// What one step of removing did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Removed {
    pub(super) n_visits: usize,
    pub(super) bytes: u64,
}

/// Removes the oldest visits made before a moment, a bounded number, and the pages that only they brought.
pub(super) fn remove_oldest(conn: &Connection, before: Timestamp) -> rusqlite::Result<Removed> {
    let mut oldest = conn.prepare_cached(
        "DELETE FROM visit WHERE id IN
            (SELECT id FROM visit WHERE fetched_at < ?1
                AND id NOT IN (SELECT good_listing FROM fit WHERE good_listing IS NOT NULL
                    UNION ALL SELECT good_article FROM fit WHERE good_article IS NOT NULL)
             ORDER BY fetched_at, id LIMIT ?2)
         RETURNING page",
    )?;
    let pages: Vec<i64> = oldest
        .query_map(params![Ms(before), MAX_REMOVED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut unused = conn.prepare_cached(
        "DELETE FROM page WHERE id IN (SELECT value FROM json_each(?1))
            AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.page = page.id)
         RETURNING octet_length(body)",
    )?;
    let mut bytes = 0;
    let mut rows = unused.query([Json(&pages)])?;
    while let Some(row) = rows.next()? {
        bytes += row.get::<_, Count>(0)?.0;
    }
    Ok(Removed {
        n_visits: pages.len(),
        bytes,
    })
}

/// Removes dictionaries that no page needs and that were replaced over a day ago: no visit in flight can still name
/// them.
pub(super) fn remove_unused_dictionaries(conn: &Connection, at: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM dictionary
         WHERE NOT EXISTS (SELECT 1 FROM page WHERE page.dictionary = dictionary.id)
            AND EXISTS (SELECT 1 FROM dictionary AS newer WHERE newer.board = dictionary.board
                AND newer.kind = dictionary.kind AND newer.id > dictionary.id AND newer.made_at < ?1)",
    )?
    .execute([Ms(at - SignedDuration::from_hours(24))])?;
    Ok(())
}

/// Plain zstd: a page that no dictionary was there for.
pub(super) fn unpack_plain(page: &StoredPage) -> std::io::Result<Vec<u8>> {
    prepare::unpack(&page.body)
}
