//! What the file tells of a board's completeness, and the request to repair it.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Count, Ms, Named};
use super::{ledger, passes, radar};
use crate::health::audit::{Facts, Held, Hole, HoleReason};
use crate::health::confirm::Verdict;
use crate::model::{ArticleId, ArticleState, Board, BoardId, GapReason, PassEnd};

pub(super) fn facts(conn: &Connection, board: &Board) -> rusqlite::Result<Facts> {
    let mut facts = outline(conn, board)?;
    for (month, held) in months(conn, board.id)? {
        add(&mut facts.all, &held);
        facts.months.push((month, held));
    }
    Ok(facts)
}

/// Of all boards, without months, and of what is held how much is listed alone: so few articles are looked up.
pub(super) fn outlines(conn: &Connection) -> rusqlite::Result<Vec<Facts>> {
    let places = by_board(
        conn,
        "SELECT board, count(*) FROM place WHERE NOT notice AND missing_at IS NULL GROUP BY board",
    )?;
    // Of these, the ones that `months` would not call listed.
    let elsewhere = by_board(
        conn,
        "SELECT board, count(*) FROM (
            SELECT place.board FROM article CROSS JOIN place ON place.article = article.id
            WHERE article.board IN (SELECT id FROM board) AND state = 'gone' AND NOT notice AND missing_at IS NULL
            UNION ALL
            SELECT place.board FROM article CROSS JOIN place ON place.article = article.id AND place.board = article.board
            WHERE moved_to IS NOT NULL AND state <> 'gone' AND NOT notice AND missing_at IS NULL)
         GROUP BY board",
    )?;
    let of = |counts: &HashMap<i64, u64>, board: &Board| {
        counts.get(&board.id.0).copied().unwrap_or_default()
    };
    let outline = |board: Board| {
        let mut facts = outline(conn, &board)?;
        facts.all.n_listed = of(&places, &board).saturating_sub(of(&elsewhere, &board));
        Ok(facts)
    };
    passes::boards(conn)?.into_iter().map(outline).collect()
}

/// A number for each board, by a query of both.
pub(super) fn by_board(conn: &Connection, sql: &str) -> rusqlite::Result<HashMap<i64, u64>> {
    conn.prepare_cached(sql)?
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, Count>(1)?.0)))?
        .collect()
}

/// All but what is held.
fn outline(conn: &Connection, board: &Board) -> rusqlite::Result<Facts> {
    let mut facts = Facts {
        board: board.name.clone(),
        rank_base: ledger::rank_base(conn, board.id)?,
        newest_rank: newest_rank(conn, board.id)?,
        n_notices: radar::n_notices(conn, board.id)?,
        n_suspects: number(
            conn,
            board.id,
            "SELECT count(*) FROM place JOIN article ON article.id = place.article
             WHERE place.board = ?1 AND missing_at IS NOT NULL AND state <> 'gone'
                AND (asked_at IS NULL OR asked_at > coalesce(visited_at, 0))",
        )?,
        n_uncounted: number(
            conn,
            board.id,
            "SELECT count(*) FROM place JOIN article ON article.id = place.article
             WHERE place.board = ?1 AND NOT notice AND ordinal IS NULL AND missing_at IS NULL AND state <> 'gone'
                AND NOT (article.board = place.board AND moved_to IS NOT NULL)",
        )?,
        numbers: ledger::numbering(conn, board.id)?,
        holes: holes(conn, board.id)?,
        ..Facts::default()
    };
    read_ledger(conn, board.id, &mut facts)?;
    Ok(facts)
}

fn number(conn: &Connection, board: BoardId, sql: &str) -> rusqlite::Result<u64> {
    conn.prepare_cached(sql)?
        .query_row([board.0], |row| row.get::<_, Count>(0).map(|n| n.0))
}

/// As page 1 showed it last.
fn newest_rank(conn: &Connection, board: BoardId) -> rusqlite::Result<Option<u64>> {
    conn.prepare_cached(
        "SELECT newest_rank FROM sighting WHERE board = ?1 AND page = 1 AND newest_rank IS NOT NULL
         ORDER BY id DESC LIMIT 1",
    )?
    .query_row([board.0], |row| row.get::<_, Count>(0).map(|n| n.0))
    .optional()
}

fn read_ledger(conn: &Connection, board: BoardId, facts: &mut Facts) -> rusqlite::Result<()> {
    let mut select = conn.prepare_cached(
        "SELECT whole_at, verdict, repair_at IS NOT NULL FROM ledger WHERE board = ?1",
    )?;
    let mut rows = select.query([board.0])?;
    if let Some(row) = rows.next()? {
        facts.whole_at = row.get::<_, Option<Ms>>(0)?.map(|ms| ms.0);
        facts.verdict = row
            .get::<_, Option<Named<Verdict>>>(1)?
            .map(|verdict| verdict.0);
        facts.repairing = row.get(2)?;
    }
    Ok(())
}

/// By the month in which an article was posted, or first seen, in UTC.
fn months(conn: &Connection, board: BoardId) -> rusqlite::Result<Vec<(String, Held)>> {
    let mut select = conn.prepare_cached(
        "SELECT strftime('%Y-%m', coalesce(posted_at, place.first_seen_at) / 1000, 'unixepoch') AS month, state,
            missing_at IS NOT NULL OR (article.board = place.board AND moved_to IS NOT NULL), count(*)
         FROM place JOIN article ON article.id = place.article
         WHERE place.board = ?1 AND NOT notice GROUP BY 1, 2, 3 ORDER BY 1",
    )?;
    let mut rows = select.query([board.0])?;
    let mut months: Vec<(String, Held)> = Vec::new();
    while let Some(row) = rows.next()? {
        let month: String = row.get::<_, Option<String>>(0)?.unwrap_or_default();
        if months.last().is_none_or(|(last, _)| *last != month) {
            months.push((month, Held::default()));
        }
        let Some((_, held)) = months.last_mut() else {
            continue;
        };
        let Named(state) = row.get(1)?;
        let is_missing: bool = row.get(2)?;
        let Count(n) = row.get(3)?;
        if state == ArticleState::Gone {
            held.n_gone += n;
            continue;
        }
        if is_missing {
            held.n_unlisted += n;
        } else {
            held.n_listed += n;
        }
        match state {
            ArticleState::Pending => held.n_pending += n,
            ArticleState::Stored => held.n_stored += n,
            ArticleState::Restricted => held.n_restricted += n,
            ArticleState::Failed => held.n_failed += n,
            ArticleState::Gone => {}
        }
    }
    Ok(months)
}

fn add(sum: &mut Held, part: &Held) {
    sum.n_listed += part.n_listed;
    sum.n_stored += part.n_stored;
    sum.n_pending += part.n_pending;
    sum.n_restricted += part.n_restricted;
    sum.n_failed += part.n_failed;
    sum.n_gone += part.n_gone;
    sum.n_unlisted += part.n_unlisted;
}

fn holes(conn: &Connection, board: BoardId) -> rusqlite::Result<Vec<Hole>> {
    let open_gap = conn
        .prepare_cached(
            "SELECT reason FROM gap WHERE board = ?1 AND closed_at IS NULL ORDER BY page LIMIT 1",
        )?
        .query_row([board.0], |row| row.get::<_, Named<GapReason>>(0))
        .optional()?;
    let was_limited: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM pass WHERE board = ?1 AND end_word = ?2
                AND id > coalesce((SELECT max(id) FROM pass WHERE board = ?1 AND kind = 'full'
                    AND end_word = ?3), 0))",
        )?
        .query_row(
            params![board.0, Named(PassEnd::Limit), Named(PassEnd::Complete)],
            |row| row.get(0),
        )?;
    let mut holes = Vec::new();
    for hole in radar::holes(conn, board)? {
        let reason = match (&hole.below, &open_gap) {
            _ if hole.hidden => HoleReason::Hidden,
            (None, _) if was_limited => HoleReason::Limit,
            (_, Some(Named(GapReason::Unread))) => HoleReason::Unread,
            (_, Some(Named(GapReason::Torn))) => HoleReason::Torn,
            _ if was_limited => HoleReason::Limit,
            _ => HoleReason::NeverRead,
        };
        holes.push(Hole {
            n_posts: hole.unknown.newest_rank - hole.unknown.oldest_rank + 1,
            newest_rank: hole.unknown.newest_rank,
            oldest_rank: hole.unknown.oldest_rank,
            before: posted_at(conn, Some(hole.above))?,
            after: posted_at(conn, hole.below)?,
            reason,
        });
    }
    Ok(holes)
}

fn posted_at(conn: &Connection, article: Option<ArticleId>) -> rusqlite::Result<Option<Timestamp>> {
    let Some(article) = article else {
        return Ok(None);
    };
    conn.prepare_cached("SELECT posted_at FROM article WHERE id = ?1")?
        .query_row([article.0], |row| {
            Ok(row.get::<_, Option<Ms>>(0)?.map(|ms| ms.0))
        })
}

/// Lets the next crawl read the board's holes. Answers about how many listing pages that takes.
pub(super) fn ask_repair(
    conn: &Connection,
    board: BoardId,
    at: Timestamp,
) -> rusqlite::Result<u32> {
    let Count(n_rows) = conn
        .prepare_cached(
            "SELECT coalesce(max(newest_rank - oldest_rank + 1), 20) FROM sighting WHERE board = ?1",
        )?
        .query_row([board.0], |row| row.get(0))?;
    let n_rows = n_rows.max(1);
    let mut n_pages = 0_u64;
    for hole in radar::open_holes(conn, board)? {
        let n_posts = hole.newest_rank - hole.oldest_rank;
        n_pages += n_posts / n_rows + 1 + u64::from(n_posts > 0);
    }
    if n_pages == 0 {
        return Ok(0);
    }
    // As many again as it takes to find a rank among pages that have shifted.
    let n_listed = number(
        conn,
        board,
        "SELECT coalesce(max(newest_rank), 1) FROM sighting WHERE board = ?1",
    )?;
    let more = (n_listed / n_rows + 2).ilog2();
    let n_pages = u32::try_from(n_pages).unwrap_or(u32::MAX);
    conn.prepare_cached("UPDATE ledger SET repair_at = ?2, repair_left = ?3 WHERE board = ?1")?
        .execute(params![board.0, Ms(at), n_pages.saturating_add(more)])?;
    Ok(n_pages)
}
