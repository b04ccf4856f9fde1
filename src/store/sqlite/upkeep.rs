//! How profiles fit, the records that prove a new one, and the profiles that repairs have made.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::pages::{StoredPage, read_page};
use super::rereads::{self, Packed};
use super::values::{Count, Ms, Named};
use super::{SqliteStore, profiles, queue};
use crate::model::{ArticleId, ArticleState, BoardId, JobPriority};
use crate::store::{Answer, Broken, Exemplar, RawVisit, Repair, SavedFit, Upkeep};

pub(super) fn fit(conn: &Connection, board: BoardId) -> rusqlite::Result<Option<SavedFit>> {
    conn.prepare_cached(
        "SELECT history, broken_since, summary, finding, why_not, tried_at FROM fit WHERE board = ?1",
    )?
    .query_row([board.0], |row| {
        let broken = match row.get::<_, Option<Ms>>(1)? {
            None => None,
            Some(Ms(since)) => Some(Broken {
                since,
                summary: row.get(2)?,
                finding: row.get(3)?,
                why_not: row.get(4)?,
                tried_at: row.get::<_, Ms>(5)?.0,
            }),
        };
        Ok(SavedFit {
            history: row.get(0)?,
            broken,
        })
    })
    .optional()
}

fn save_fit(conn: &Connection, board: BoardId, fit: &SavedFit) -> rusqlite::Result<()> {
    let broken = fit.broken.as_ref();
    conn.prepare_cached(
        "INSERT INTO fit (board, history, broken_since, summary, finding, why_not, tried_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (board) DO UPDATE SET history = excluded.history, broken_since = excluded.broken_since,
            summary = excluded.summary, finding = excluded.finding, why_not = excluded.why_not,
            tried_at = excluded.tried_at",
    )?
    .execute(params![
        board.0,
        fit.history,
        broken.map(|broken| Ms(broken.since)),
        broken.map(|broken| &broken.summary),
        broken.map(|broken| &broken.finding),
        broken.map(|broken| &broken.why_not),
        broken.map(|broken| Ms(broken.tried_at)),
    ])?;
    let keep = if broken.is_some() {
        "UPDATE fit SET good_listing = coalesce(good_listing,
                (SELECT id FROM visit WHERE board = ?1 AND article IS NULL AND page_number = 1 AND status = 200
                    AND fetched_at < (SELECT max(started_at) FROM pass WHERE board = ?1)
                 ORDER BY fetched_at DESC LIMIT 1)),
            good_article = coalesce(good_article,
                (SELECT visit.id FROM visit JOIN article ON article.id = visit.article
                 WHERE visit.board = ?1 AND visit.page_number IS NULL AND article.n_revisions > 0 AND visit.status = 200
                    AND visit.fetched_at < (SELECT max(started_at) FROM pass WHERE board = ?1)
                 ORDER BY visit.fetched_at DESC LIMIT 1))
         WHERE board = ?1"
    } else {
        "UPDATE fit SET good_listing = NULL, good_article = NULL WHERE board = ?1"
    };
    conn.prepare_cached(keep)?.execute([board.0])?;
    Ok(())
}

fn exemplars(
    conn: &Connection,
    board: BoardId,
    limit: u32,
    before: Timestamp,
) -> rusqlite::Result<Vec<(Packed, String, u64)>> {
    // The newest are the likeliest to be there still; those with comments and files are the ones that prove most.
    let chosen: Vec<(i64, String, Count)> = conn
        .prepare_cached(
            "SELECT id, found_url, n_comments FROM (
                SELECT article.id, found_url, n_comments,
                    row_number() OVER (ORDER BY posted_at DESC, article.id DESC) AS age,
                    row_number() OVER (ORDER BY (n_comments > 0) + (revision.attachments <> '[]') DESC,
                        posted_at DESC, article.id DESC) AS wealth
                FROM article
                JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions
                WHERE board = ?1 AND state = ?2 AND moved_to IS NULL
                    AND (SELECT max(fetched_at) FROM visit
                        WHERE visit.article = article.id AND visit.page_number IS NULL) < ?4)
             ORDER BY min(age, wealth), id DESC LIMIT ?3",
        )?
        .query_map(
            params![board.0, Named(ArticleState::Stored), limit, Ms(before)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::with_capacity(chosen.len());
    for (id, url, Count(n_comments)) in chosen {
        if let Some(packed) = rereads::one(conn, ArticleId(id))? {
            found.push((packed, url, n_comments));
        }
    }
    Ok(found)
}

fn listings(
    conn: &Connection,
    board: BoardId,
    n_pages: u32,
    before: Timestamp,
) -> rusqlite::Result<Vec<(RawVisit, StoredPage)>> {
    conn.prepare_cached(
        "SELECT page.id, page.body_bytes, page.body, page.dictionary, visit.final_url, visit.status,
            visit.content_type, visit.fetched_at, coalesce(visit.as_of, visit.fetched_at)
         FROM visit JOIN page ON page.id = visit.page
         WHERE visit.id IN (
            SELECT (SELECT id FROM visit AS last WHERE last.board = ?1 AND last.article IS NULL
                    AND last.page_number = numbers.value AND last.status = 200 AND last.fetched_at < ?3
                    ORDER BY fetched_at DESC, id DESC LIMIT 1)
            FROM (WITH RECURSIVE count (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM count WHERE value < ?2)
                SELECT value FROM count) AS numbers)
         ORDER BY visit.page_number",
    )?
    .query_map(params![board.0, n_pages, Ms(before)], |row| {
        Ok((rereads::raw_visit(row, 4)?, read_page(row)?))
    })?
    .collect()
}

const REPAIR: &str =
    "SELECT at, old_name, name, text, offered, finding, proof, undone_at FROM repair";

fn read_repair(row: &Row<'_>) -> rusqlite::Result<Repair> {
    Ok(Repair {
        at: row.get::<_, Ms>(0)?.0,
        old_name: row.get(1)?,
        name: row.get(2)?,
        text: row.get(3)?,
        offered: row.get(4)?,
        finding: row.get(5)?,
        proof: row.get(6)?,
        undone_at: row.get::<_, Option<Ms>>(7)?.map(|ms| ms.0),
    })
}

pub(super) fn repairs(conn: &Connection, board: BoardId) -> rusqlite::Result<Vec<Repair>> {
    conn.prepare_cached(&format!("{REPAIR} WHERE board = ?1 ORDER BY id"))?
        .query_map([board.0], read_repair)?
        .collect()
}

fn save_repair(conn: &Connection, board: BoardId, repair: &Repair) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO repair (board, at, old_name, name, text, offered, finding, proof)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        board.0,
        Ms(repair.at),
        repair.old_name,
        repair.name,
        repair.text,
        repair.offered,
        repair.finding,
        repair.proof
    ])?;
    if !repair.offered {
        profiles::save(conn, &repair.name, &repair.text, repair.at)?;
        entrust(conn, board, &repair.name)?;
    }
    Ok(())
}

/// The board is read by this profile from now on.
fn entrust(conn: &Connection, board: BoardId, profile: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE board SET profile = ?2 WHERE id = ?1")?
        .execute(params![board.0, profile])?;
    Ok(())
}

fn undo_repair(
    conn: &Connection,
    board: BoardId,
    at: Timestamp,
) -> rusqlite::Result<Option<Repair>> {
    let last: Option<(i64, Repair)> = conn
        .prepare_cached(
            "SELECT at, old_name, name, text, offered, finding, proof, undone_at, id FROM repair
             WHERE board = ?1 AND NOT offered AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
        )?
        .query_row([board.0], |row| Ok((row.get(8)?, read_repair(row)?)))
        .optional()?;
    let Some((id, repair)) = last else {
        return Ok(None);
    };
    conn.prepare_cached("UPDATE repair SET undone_at = ?2 WHERE id = ?1")?
        .execute(params![id, Ms(at)])?;
    entrust(conn, board, &repair.old_name)?;
    Ok(Some(repair))
}

impl Upkeep for SqliteStore {
    async fn fit(&self, board: BoardId) -> Answer<Option<SavedFit>> {
        self.read("looking how a profile fits", move |conn| fit(conn, board))
            .await
    }

    async fn save_fit(&self, board: BoardId, fit: SavedFit) -> Answer<()> {
        self.write("keeping how a profile fits", move |conn| {
            save_fit(conn, board, &fit)
        })
        .await
    }

    async fn exemplars(
        &self,
        board: BoardId,
        limit: u32,
        before: Timestamp,
    ) -> Answer<Vec<Exemplar>> {
        let packed = self
            .read("reading known articles", move |conn| {
                exemplars(conn, board, limit, before)
            })
            .await?;
        let mut found = Vec::with_capacity(packed.len());
        for (packed, url, n_comments) in packed {
            found.push(Exemplar {
                reading: self.unpacked_reading(packed).await?,
                url,
                n_comments,
            });
        }
        Ok(found)
    }

    async fn stored_listings(
        &self,
        board: BoardId,
        n_pages: u32,
        before: Timestamp,
    ) -> Answer<Vec<RawVisit>> {
        let packed = self
            .read("reading stored listing pages", move |conn| {
                listings(conn, board, n_pages, before)
            })
            .await?;
        let mut visits = Vec::with_capacity(packed.len());
        for (mut visit, page) in packed {
            visit.body = self.unpacked(page).await?;
            visits.push(visit);
        }
        Ok(visits)
    }

    async fn distrust(&self, article: ArticleId, reason: String, at: Timestamp) -> Answer<()> {
        self.write("marking an article as misread", move |conn| {
            conn.prepare_cached("UPDATE article SET state = ?2, state_reason = ?3 WHERE id = ?1")?
                .execute(params![article.0, Named(ArticleState::Failed), reason])?;
            queue::push_article(conn, article, JobPriority::Revisit, at)?;
            Ok(())
        })
        .await
    }

    async fn repairs(&self, board: BoardId) -> Answer<Vec<Repair>> {
        self.read("listing repaired profiles", move |conn| {
            repairs(conn, board)
        })
        .await
    }

    async fn save_repair(&self, board: BoardId, repair: Repair) -> Answer<()> {
        self.write("keeping a repaired profile", move |conn| {
            save_repair(conn, board, &repair)
        })
        .await
    }

    async fn undo_repair(&self, board: BoardId, at: Timestamp) -> Answer<Option<Repair>> {
        self.write("going back to an earlier profile", move |conn| {
            undo_repair(conn, board, at)
        })
        .await
    }
}
