//! The ledger of ranks: where each article stands in its board's order, and which are no longer listed.
//!
//! What a page says is decided by [`crate::health::ledger`]; here the places around the page are fetched, and what
//! follows is written, inside the transaction that settles the page.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::values::{Count, Ms};
use crate::health::ledger::{Changes, Numbering, Place, STEP, Shown, Window, kept, reconcile};
use crate::model::{ArticleId, BoardId, PassId};

/// A listing page that was read.
pub(super) struct Sighting {
    pub(super) board: BoardId,
    pub(super) pass: PassId,
    pub(super) page: u32,
    pub(super) radar: bool,
    pub(super) last_page: Option<u32>,
    pub(super) at: Timestamp,
}

/// An ordinary row of it.
pub(super) struct Numbered {
    pub(super) article: ArticleId,
    /// What the number column says.
    pub(super) number: Option<u64>,
    /// The article's own, where it is a number.
    pub(super) id: Option<u64>,
}

/// Listed articles that have a place. SQLite takes the partial index only for exactly these words.
const LISTED: &str = "board = ?1 AND ordinal IS NOT NULL AND missing_at IS NULL";

/// Takes in the numbers of a page's ordinary rows, in page order.
pub(super) fn sight(
    conn: &Connection,
    sighting: &Sighting,
    rows: &[Numbered],
) -> rusqlite::Result<()> {
    if sighting.radar {
        conn.prepare_cached(
            "UPDATE ledger SET repair_left = max(0, repair_left - 1) WHERE board = ?1 AND repair_at IS NOT NULL",
        )?
        .execute([sighting.board.0])?;
    }
    let numbers: Vec<_> = rows.iter().map(|row| (row.number, row.id)).collect();
    let (said, ranks) = Numbering::of(&numbers);
    if ranks.is_none() && said.n_loose == 0 && !sighting.radar {
        return Ok(());
    }
    let so_far = numbering(conn, sighting.board)?.and(said, sighting.page == 1);
    keep_numbering(conn, sighting.board, so_far)?;
    let Some(ranks) = ranks.filter(|_| !so_far.is_no_rank()) else {
        if sighting.radar {
            keep(conn, sighting, None, None)?;
        }
        return Ok(());
    };
    // Rows that the board does not count have no place in its order.
    let rows: Vec<(ArticleId, u64)> = rows
        .iter()
        .zip(ranks)
        .filter_map(|(row, rank)| Some((row.article, rank?)))
        .collect();
    let rank = |row: &(ArticleId, u64)| row.1;
    keep(
        conn,
        sighting,
        rows.first().map(rank),
        rows.last().map(rank),
    )?;
    let mut changes = look(conn, sighting, &rows)?;
    if changes.no_room {
        make_room(conn, sighting.board)?;
        changes = look(conn, sighting, &rows)?;
    }
    // What changes of a row is written at once.
    let mut elsewhere: HashMap<ArticleId, i64> = changes.placed.drain(..).collect();
    let here: Vec<Option<i64>> = rows.iter().map(|row| elsewhere.remove(&row.0)).collect();
    changes.placed.extend(elsewhere);
    write(conn, sighting, &changes)?;
    for ((article, rank), ordinal) in rows.iter().zip(here) {
        see(conn, sighting, *article, *rank, ordinal)?;
    }
    Ok(())
}

/// The row is there, at this rank; `ordinal`: where it stands among the others, if that is another place than before.
fn see(
    conn: &Connection,
    sighting: &Sighting,
    article: ArticleId,
    rank: u64,
    ordinal: Option<i64>,
) -> rusqlite::Result<()> {
    const SEEN: &str =
        "UPDATE place SET rank = ?3, rank_pass = ?4, missing_at = NULL, missing_pass = NULL,
            alive_at = NULL, asked_at = NULL, relisted = 0";
    const WHICH: &str = "WHERE board = ?1 AND article = ?2";
    let (board, pass) = (sighting.board.0, sighting.pass.0);
    match ordinal {
        None => conn
            .prepare_cached(&format!("{SEEN} {WHICH}"))?
            .execute(params![board, article.0, Count(rank), pass])?,
        Some(ordinal) => conn
            .prepare_cached(&format!("{SEEN}, ordinal = ?5 {WHICH}"))?
            .execute(params![board, article.0, Count(rank), pass, ordinal])?,
    };
    Ok(())
}

/// Of all pages so far.
pub(super) fn numbering(conn: &Connection, board: BoardId) -> rusqlite::Result<Numbering> {
    let found = conn
        .prepare_cached("SELECT n_tight, n_loose, ids FROM ledger WHERE board = ?1")?
        .query_row([board.0], |row| {
            Ok(Numbering {
                n_tight: row.get::<_, Count>(0)?.0,
                n_loose: row.get::<_, Count>(1)?.0,
                ids: row.get(2)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn keep_numbering(conn: &Connection, board: BoardId, said: Numbering) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO ledger (board, n_tight, n_loose, ids) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (board) DO UPDATE SET n_tight = excluded.n_tight, n_loose = excluded.n_loose, ids = excluded.ids",
    )?
    .execute(params![
        board.0,
        Count(said.n_tight),
        Count(said.n_loose),
        said.ids
    ])?;
    Ok(())
}

/// Keeps that the page was read, and which ranks it showed.
fn keep(
    conn: &Connection,
    sighting: &Sighting,
    newest: Option<u64>,
    oldest: Option<u64>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO sighting (board, pass, page, radar, at, newest_rank, oldest_rank, last_page)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        sighting.board.0,
        sighting.pass.0,
        sighting.page,
        sighting.radar,
        Ms(sighting.at),
        newest.map(Count),
        oldest.map(Count),
        sighting.last_page
    ])?;
    Ok(())
}

/// What the page says, with the places around it as they are now.
fn look(
    conn: &Connection,
    sighting: &Sighting,
    rows: &[(ArticleId, u64)],
) -> rusqlite::Result<Changes> {
    let board = sighting.board;
    let mut shown = Vec::with_capacity(rows.len() + 2);
    let mut ordinal =
        conn.prepare_cached("SELECT ordinal FROM place WHERE board = ?1 AND article = ?2")?;
    for (article, rank) in rows {
        shown.push(Shown {
            article: *article,
            rank: *rank,
            ordinal: ordinal
                .query_row(params![board.0, article.0], |row| row.get(0))
                .optional()?
                .flatten(),
            joined: false,
        });
    }
    let (Some((_, newest)), Some((_, oldest))) = (rows.first(), rows.last()) else {
        return Ok(Changes::default());
    };
    if sighting.page > 1
        && let Some(above) = joined(conn, sighting, newest.saturating_add(1), &shown)?
    {
        shown.insert(0, above);
    }
    if let Some(below) = joined(conn, sighting, oldest.saturating_sub(1), &shown)? {
        shown.push(below);
    }
    let mut keep = kept(&shown);
    let mut at = 0;
    shown.retain(|row| {
        at += 1;
        keep[at - 1] || !row.joined
    });
    if shown.len() < keep.len() {
        keep = kept(&shown);
    }
    let window = window(conn, sighting, &shown, &keep)?;
    Ok(reconcile(&shown, &keep, &window, sighting.page == 1))
}

/// The row of another page, seen in the same pass, whose rank follows on this page's.
fn joined(
    conn: &Connection,
    sighting: &Sighting,
    rank: u64,
    rows: &[Shown],
) -> rusqlite::Result<Option<Shown>> {
    let mut select = conn.prepare_cached(
        "SELECT article, ordinal FROM place
         WHERE board = ?1 AND rank_pass = ?2 AND rank = ?3 AND missing_at IS NULL AND ordinal IS NOT NULL
         ORDER BY last_seen_at DESC, article",
    )?;
    let mut found = select.query(params![sighting.board.0, sighting.pass.0, Count(rank)])?;
    while let Some(row) = found.next()? {
        let article = ArticleId(row.get(0)?);
        if rows.iter().all(|row| row.article != article) {
            return Ok(Some(Shown {
                article,
                rank,
                ordinal: Some(row.get(1)?),
                joined: true,
            }));
        }
    }
    Ok(None)
}

fn read_place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        article: ArticleId(row.get(0)?),
        ordinal: row.get(1)?,
        n_unknown_below: row.get::<_, Count>(2)?.0,
    })
}

fn place(
    conn: &Connection,
    board: BoardId,
    which: &str,
    bound: i64,
) -> rusqlite::Result<Option<Place>> {
    conn.prepare_cached(&format!(
        "SELECT article, ordinal, n_unknown_below FROM place WHERE {LISTED} AND {which} LIMIT 1"
    ))?
    .query_row(params![board.0, bound], read_place)
    .optional()
}

fn places(conn: &Connection, board: BoardId, from: i64, to: i64) -> rusqlite::Result<Vec<Place>> {
    conn.prepare_cached(&format!(
        "SELECT article, ordinal, n_unknown_below FROM place WHERE {LISTED} AND ordinal BETWEEN ?2 AND ?3
         ORDER BY ordinal DESC"
    ))?
    .query_map(params![board.0, from, to], read_place)?
    .collect()
}

/// The next listed article above or below an ordinal.
fn above(conn: &Connection, board: BoardId, ordinal: i64) -> rusqlite::Result<Option<Place>> {
    place(conn, board, "ordinal > ?2 ORDER BY ordinal", ordinal)
}

fn below(conn: &Connection, board: BoardId, ordinal: i64) -> rusqlite::Result<Option<Place>> {
    place(conn, board, "ordinal < ?2 ORDER BY ordinal DESC", ordinal)
}

fn window(
    conn: &Connection,
    sighting: &Sighting,
    rows: &[Shown],
    keep: &[bool],
) -> rusqlite::Result<Window> {
    let board = sighting.board;
    let is_first = sighting.page == 1;
    let mut kept_ordinals = rows
        .iter()
        .zip(keep)
        .filter(|(_, keep)| **keep)
        .filter_map(|(row, _)| row.ordinal);
    let highest = kept_ordinals.next();
    let lowest = kept_ordinals.next_back().or(highest);
    let mut window = Window::default();
    match (highest, lowest) {
        (Some(highest), Some(lowest)) => {
            window.between = places(conn, board, lowest, highest)?;
            if is_first {
                window.over = places(conn, board, highest.saturating_add(1), i64::MAX)?;
            } else {
                window.above = above(conn, board, highest)?;
            }
            window.below = below(conn, board, lowest)?;
        }
        _ => {
            if !is_first {
                window.above = at_rank(conn, board, rows[0].rank)?;
            }
            let under = window.above.map_or(i64::MAX, |place| place.ordinal);
            window.below = below(conn, board, under)?;
        }
    }
    window.rank_below = match window.below {
        Some(below) => expected(conn, board, below.ordinal)?.0,
        None => rank_base(conn, board)?,
    };
    Ok(window)
}

/// The lowest listed article that should have at least this rank. Reads the whole board; asked only for a page of which
/// no row is known and that joins no other.
fn at_rank(conn: &Connection, board: BoardId, rank: u64) -> rusqlite::Result<Option<Place>> {
    let base = rank_base(conn, board)?;
    conn.prepare_cached(&format!(
        "SELECT article, ordinal, n_unknown_below FROM (
            SELECT article, ordinal, n_unknown_below, sum(1 + n_unknown_below) OVER (ORDER BY ordinal) AS expected
            FROM place WHERE {LISTED})
         WHERE expected >= ?2 ORDER BY ordinal LIMIT 1"
    ))?
    .query_row(
        params![board.0, Count(rank.saturating_sub(base))],
        read_place,
    )
    .optional()
}

pub(super) fn rank_base(conn: &Connection, board: BoardId) -> rusqlite::Result<u64> {
    Ok(conn
        .prepare_cached("SELECT rank_base FROM ledger WHERE board = ?1")?
        .query_row([board.0], |row| row.get::<_, Count>(0))
        .optional()?
        .map_or(0, |base| base.0))
}

/// The rank that the article at an ordinal should have, and how many articles are listed up to it.
pub(super) fn expected(
    conn: &Connection,
    board: BoardId,
    ordinal: i64,
) -> rusqlite::Result<(u64, u64)> {
    let base = rank_base(conn, board)?;
    let (Count(sum), Count(n_listed)) = conn
        .prepare_cached(&format!(
            "SELECT coalesce(sum(1 + n_unknown_below), 0), count(*) FROM place WHERE {LISTED} AND ordinal <= ?2"
        ))?
        .query_row(params![board.0, ordinal], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((base.saturating_add(sum), n_listed))
}

/// How much less that is below than above, for two ordinals that are near each other.
pub(super) fn between(
    conn: &Connection,
    board: BoardId,
    lower: i64,
    upper: i64,
) -> rusqlite::Result<(u64, u64)> {
    let (Count(sum), Count(n_listed)) = conn
        .prepare_cached(&format!(
            "SELECT coalesce(sum(1 + n_unknown_below), 0), count(*) FROM place
             WHERE {LISTED} AND ordinal > ?2 AND ordinal <= ?3"
        ))?
        .query_row(params![board.0, lower, upper], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok((sum, n_listed))
}

/// Gives every place of a board a fresh ordinal, in the same order.
fn make_room(conn: &Connection, board: BoardId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE place SET ordinal = anew.ordinal FROM (
            SELECT article, ?2 * row_number() OVER (ORDER BY ordinal, article) AS ordinal
            FROM place WHERE board = ?1 AND ordinal IS NOT NULL) AS anew
         WHERE place.board = ?1 AND place.article = anew.article",
    )?
    .execute(params![board.0, STEP])?;
    Ok(())
}

fn write(conn: &Connection, sighting: &Sighting, changes: &Changes) -> rusqlite::Result<()> {
    let board = sighting.board;
    let mut ordinal =
        conn.prepare_cached("UPDATE place SET ordinal = ?3 WHERE board = ?1 AND article = ?2")?;
    for (article, at) in &changes.placed {
        ordinal.execute(params![board.0, article.0, at])?;
    }
    for article in &changes.missing {
        miss(conn, board, *article, Some(sighting.pass), sighting.at)?;
    }
    for (article, n_unknown) in &changes.unknown_below {
        set_unknown(conn, board, *article, *n_unknown)?;
    }
    for article in &changes.jumps {
        conn.prepare_cached("UPDATE place SET jumps = 1 WHERE board = ?1 AND article = ?2")?
            .execute([board.0, article.0])?;
    }
    Ok(())
}

pub(super) fn set_unknown(
    conn: &Connection,
    board: BoardId,
    article: ArticleId,
    n_unknown: u64,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE place SET n_unknown_below = ?3, jumps = 0
         WHERE board = ?1 AND article = ?2 AND n_unknown_below <> ?3",
    )?
    .execute(params![board.0, article.0, Count(n_unknown)])?;
    Ok(())
}

/// The article is not listed any more. It was when its row was last seen, and at the start of the last pass in which all
/// sums agreed.
fn miss(
    conn: &Connection,
    board: BoardId,
    article: ArticleId,
    pass: Option<PassId>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE place SET missing_at = ?4, missing_pass = ?3, n_unknown_below = 0, alive_at = max(last_seen_at,
            coalesce((SELECT whole_at FROM ledger WHERE ledger.board = place.board), 0))
         WHERE board = ?1 AND article = ?2 AND missing_at IS NULL",
    )?
    .execute(params![board.0, article.0, pass.map(|pass| pass.0), Ms(at)])?;
    Ok(())
}

/// All listed articles below this one are missing.
pub(super) fn miss_below(
    conn: &Connection,
    board: BoardId,
    article: ArticleId,
    pass: PassId,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let ordinal: i64 = conn.query_row(
        "SELECT ordinal FROM place WHERE board = ?1 AND article = ?2",
        params![board.0, article.0],
        |row| row.get(0),
    )?;
    for place in places(conn, board, i64::MIN, ordinal.saturating_sub(1))? {
        miss(conn, board, place.article, Some(pass), at)?;
    }
    set_unknown(conn, board, article, 0)
}

/// The board said that an article is gone: it is not listed any more, wherever it stood. What was unknown below it is
/// now below its neighbour.
pub(super) fn unlist(conn: &Connection, article: ArticleId, at: Timestamp) -> rusqlite::Result<()> {
    let mut select = conn.prepare_cached(
        "SELECT board, ordinal, n_unknown_below FROM place
         WHERE article = ?1 AND ordinal IS NOT NULL AND missing_at IS NULL",
    )?;
    let found = select
        .query_map([article.0], |row| {
            Ok((BoardId(row.get(0)?), row.get(1)?, row.get::<_, Count>(2)?.0))
        })?
        .collect::<rusqlite::Result<Vec<(BoardId, i64, u64)>>>()?;
    for (board, ordinal, n_unknown) in found {
        miss(conn, board, article, None, at)?;
        if let (true, Some(next)) = (n_unknown > 0, above(conn, board, ordinal)?) {
            let sum = next.n_unknown_below.saturating_add(n_unknown);
            set_unknown(conn, board, next.article, sum)?;
        }
    }
    Ok(())
}

/// Takes suspects whose own pages are still there back into the order, once: pages that shifted between two readings
/// may have made them suspects. If they really left the list, the sums say so again, and then they stay out of it.
pub(super) fn relist(conn: &Connection, board: BoardId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE place SET missing_at = NULL, missing_pass = NULL, alive_at = NULL, asked_at = NULL, relisted = 1
         WHERE board = ?1 AND missing_at IS NOT NULL AND relisted = 0 AND asked_at IS NOT NULL
            AND EXISTS (SELECT 1 FROM article WHERE article.id = place.article AND state = 'stored'
                AND moved_to IS NULL AND visited_at >= asked_at)",
    )?
    .execute([board.0])?;
    Ok(())
}
