//! Boards, passes and gaps: what is written of them outside of a visit, and how they are read.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::values::{Count, Ms, Named, url};
use super::{ledger, queue};
use crate::model::{
    ArticleId, ArticleKey, Board, BoardId, Edge, Gap, GapId, GapSteps, JobPriority, NewBoard,
    NewJob, OpenGap, Pass, PassEnd, PassId, PassReport, Walk,
};
use crate::store::AskAgain;

const BOARD: &str = "SELECT id, name, url, key, host, profile FROM board";

pub(super) fn read_board(row: &Row<'_>) -> rusqlite::Result<Board> {
    Ok(Board {
        id: BoardId(row.get(0)?),
        name: row.get(1)?,
        url: url(row, 2)?,
        key: row.get(3)?,
        host: row.get(4)?,
        profile: row.get(5)?,
    })
}

pub(super) fn boards(conn: &Connection) -> rusqlite::Result<Vec<Board>> {
    conn.prepare_cached(&format!("{BOARD} ORDER BY id"))?
        .query_map([], read_board)?
        .collect()
}

/// A key is the host, a slash and more, or the whole address of a board that is not recognised; the next character after
/// a slash is 0.
pub(super) fn boards_on(conn: &Connection, host: &str) -> rusqlite::Result<Vec<Board>> {
    conn.prepare_cached(&format!(
        "{BOARD} WHERE (key >= ?1 || '/' AND key < ?1 || '0')
         OR (key >= 'http://' || ?1 || '/' AND key < 'http://' || ?1 || '0')
         OR (key >= 'https://' || ?1 || '/' AND key < 'https://' || ?1 || '0')
         ORDER BY id"
    ))?
    .query_map([host], read_board)?
    .collect()
}

pub(super) fn register_board(
    conn: &Connection,
    board: &NewBoard,
    at: Timestamp,
) -> rusqlite::Result<Board> {
    let name = free_name(conn, board)?;
    // A name that was given before is kept: it stands in exports, feeds and the operator's memory.
    conn.execute(
        "INSERT INTO board (name, url, key, host, profile, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (key) DO UPDATE SET url = excluded.url, profile = excluded.profile",
        params![
            name,
            board.url.as_str(),
            board.key,
            board.host,
            board.profile,
            Ms(at)
        ],
    )?;
    let registered = board_of_key(conn, &board.key)?;
    registered.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

pub(super) fn board_of_key(conn: &Connection, key: &str) -> rusqlite::Result<Option<Board>> {
    conn.prepare_cached(&format!("{BOARD} WHERE key = ?1"))?
        .query_row([key], read_board)
        .optional()
}

pub(super) fn recognised(
    conn: &Connection,
    address: &Url,
    board: &NewBoard,
) -> rusqlite::Result<()> {
    let of_key = |key: &str| board_of_key(conn, key).map(|held| held.map(|board| board.id.0));
    let Some(stranger) = of_key(address.as_str())? else {
        return Ok(());
    };
    let Some(known) = of_key(&board.key)? else {
        // The key first: a name that only the stranger has is free.
        conn.execute(
            "UPDATE board SET key = ?2, url = ?3, host = ?4, profile = ?5 WHERE id = ?1",
            params![
                stranger,
                board.key,
                board.url.as_str(),
                board.host,
                board.profile
            ],
        )?;
        let name = free_name(conn, board)?;
        conn.execute(
            "UPDATE board SET name = ?2 WHERE id = ?1",
            params![stranger, name],
        )?;
        return Ok(());
    };
    // A board that was never read has nothing else.
    for moved in ["event", "health", "schedule"] {
        conn.execute(
            &format!("UPDATE OR IGNORE {moved} SET board = ?2 WHERE board = ?1"),
            params![stranger, known],
        )?;
        conn.execute(&format!("DELETE FROM {moved} WHERE board = ?1"), [stranger])?;
    }
    conn.execute("DELETE FROM board WHERE id = ?1", [stranger])?;
    Ok(())
}

/// The name asked for, `host/name` where another board has it, the key where that is taken too.
fn free_name(conn: &Connection, board: &NewBoard) -> rusqlite::Result<String> {
    let mut taken = conn.prepare_cached("SELECT 1 FROM board WHERE name = ?1 AND key <> ?2")?;
    for name in [board.name.clone(), format!("{}/{}", board.host, board.name)] {
        if !taken.exists(params![name, board.key])? {
            return Ok(name);
        }
    }
    Ok(board.key.clone())
}

pub(super) const PASS: &str = "SELECT id, board, kind, page, deepest, edge_key, edge_rank, n_torn, n_quiet,
    last_page_digest, ahead_key, ahead_rank, newest_rank, deficit, max_pages, since, started_at, ended_at, end_word,
    n_listing_pages, n_rows, n_new, n_stored, n_changed, n_restricted, n_gone, n_failed, n_duplicates, moved, first_page_digest, last_shown,
    n_rounds, late, top_key, n_still FROM pass";

pub(super) fn read_pass(row: &Row<'_>) -> rusqlite::Result<Pass> {
    let Named(kind) = row.get(2)?;
    Ok(Pass {
        id: PassId(row.get(0)?),
        board: BoardId(row.get(1)?),
        walk: Walk {
            kind,
            page: row.get(3)?,
            deepest: row.get(4)?,
            edge: read_edge(row, 5)?,
            n_torn: row.get(7)?,
            n_still: row.get(34)?,
            moved: row.get(28)?,
            first_page_digest: row.get(29)?,
            last_shown: row.get(30)?,
            n_quiet: row.get(8)?,
            last_page_digest: row.get(9)?,
            ahead: read_edge(row, 10)?,
            newest_rank: row.get::<_, Option<Count>>(12)?.map(|n| n.0),
            deficit: row.get(13)?,
            max_pages: row.get(14)?,
            since: row.get::<_, Option<Ms>>(15)?.map(|ms| ms.0),
            n_rounds: row.get(31)?,
            late: row.get(32)?,
            top: row
                .get::<_, Option<String>>(33)?
                .map(ArticleKey::from_stored),
        },
        started_at: row.get::<_, Ms>(16)?.0,
        ended_at: row.get::<_, Option<Ms>>(17)?.map(|ms| ms.0),
        end: row.get::<_, Option<Named<PassEnd>>>(18)?.map(|end| end.0),
        report: read_report(row, 19)?,
    })
}

/// A key and the rank in the column after it.
fn read_edge(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Edge>> {
    let rank = row.get::<_, Option<Count>>(first + 1)?.map(|n| n.0);
    let key = row.get::<_, Option<String>>(first)?;
    Ok(key.map(|key| Edge {
        key: ArticleKey::from_stored(key),
        rank,
    }))
}

fn read_report(row: &Row<'_>, first: usize) -> rusqlite::Result<PassReport> {
    let count = |i: usize| row.get::<_, Count>(first + i).map(|n| n.0);
    Ok(PassReport {
        n_listing_pages: count(0)?,
        n_rows: count(1)?,
        n_new: count(2)?,
        n_stored: count(3)?,
        n_changed: count(4)?,
        n_restricted: count(5)?,
        n_gone: count(6)?,
        n_failed: count(7)?,
        n_duplicates: count(8)?,
    })
}

pub(super) fn pass(conn: &Connection, pass: PassId) -> rusqlite::Result<Option<Pass>> {
    conn.prepare_cached(&format!("{PASS} WHERE id = ?1"))?
        .query_row([pass.0], read_pass)
        .optional()
}

pub(super) fn open_pass(conn: &Connection, board: BoardId) -> rusqlite::Result<Option<Pass>> {
    conn.prepare_cached(&format!("{PASS} WHERE board = ?1 AND ended_at IS NULL"))?
        .query_row([board.0], read_pass)
        .optional()
}

/// The last one that ended; with `full`, that was full and complete.
pub(super) fn last_pass(
    conn: &Connection,
    board: BoardId,
    full: bool,
) -> rusqlite::Result<Option<Pass>> {
    let fits = if full {
        "AND kind = 'full' AND end_word = 'complete'"
    } else {
        ""
    };
    conn.prepare_cached(&format!(
        "{PASS} WHERE board = ?1 AND ended_at IS NOT NULL {fits} ORDER BY id DESC LIMIT 1"
    ))?
    .query_row([board.0], read_pass)
    .optional()
}

pub(super) fn totals(conn: &Connection, board: BoardId) -> rusqlite::Result<PassReport> {
    conn.prepare_cached(
        "SELECT coalesce(sum(n_listing_pages), 0), coalesce(sum(n_rows), 0), coalesce(sum(n_new), 0),
            coalesce(sum(n_stored), 0), coalesce(sum(n_changed), 0), coalesce(sum(n_restricted), 0),
            coalesce(sum(n_gone), 0), coalesce(sum(n_failed), 0), coalesce(sum(n_duplicates), 0)
         FROM pass WHERE board = ?1",
    )?
    .query_row([board.0], |row| read_report(row, 0))
}

pub(super) fn was_cut_short(conn: &Connection, board: BoardId) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM pass WHERE board = ?1 AND end_word IN (?2, ?3)
            AND id > coalesce((SELECT max(id) FROM pass WHERE board = ?1 AND kind = 'full' AND end_word = ?4), 0))",
    )?
    .query_row(
        params![
            board.0,
            Named(PassEnd::Limit),
            Named(PassEnd::Stopped),
            Named(PassEnd::Complete)
        ],
        |row| row.get(0),
    )
}

pub(super) fn set_limits(
    conn: &Connection,
    pass: PassId,
    max_pages: Option<u32>,
    since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE pass SET max_pages = ?2, since = ?3 WHERE id = ?1")?
        .execute(params![pass.0, max_pages, since.map(Ms)])?;
    Ok(())
}

pub(super) fn begin_pass(
    conn: &Connection,
    board: BoardId,
    walk: &Walk,
    first: impl FnOnce(PassId) -> NewJob,
    ask_again: AskAgain,
    at: Timestamp,
) -> rusqlite::Result<PassId> {
    conn.execute(
        "INSERT INTO pass (board, kind, page, deepest, n_torn, n_quiet, started_at)
         VALUES (?1, ?2, 0, 0, 0, 0, ?3)",
        params![board.0, Named(walk.kind), Ms(at)],
    )?;
    let pass = PassId(conn.last_insert_rowid());
    save_walk(conn, pass, walk)?;
    queue::remove_radar(conn, board)?;
    ledger::relist(conn, board)?;
    queue::push(conn, &first(pass), at)?;
    // Half-read comment lists are failures too: the article is there, but not whole.
    let mut again = conn.prepare_cached(
        "SELECT id FROM article WHERE board = ?1 AND state = 'failed'
            AND coalesce(visited_at, first_seen_at) <= ?3
         UNION
         SELECT id FROM article WHERE board = ?1 AND state = 'restricted'
            AND coalesce(visited_at, first_seen_at) < ?2
         UNION
         SELECT id FROM article WHERE board = ?1 AND comments_torn = 1 AND state = 'stored'
            AND coalesce(visited_at, first_seen_at) <= ?3
         ORDER BY id",
    )?;
    let mut rows = again.query(params![
        board.0,
        Ms(ask_again.restricted_before),
        Ms(ask_again.failed_before)
    ])?;
    while let Some(row) = rows.next()? {
        queue::push_article(conn, ArticleId(row.get(0)?), JobPriority::Revisit, at)?;
    }
    Ok(pass)
}

pub(super) fn save_walk(conn: &Connection, pass: PassId, walk: &Walk) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE pass SET kind = ?2, page = ?3, deepest = ?4, edge_key = ?5, edge_rank = ?6, n_torn = ?7,
            n_quiet = ?8, last_page_digest = ?9, ahead_key = ?10, ahead_rank = ?11, newest_rank = ?12,
            deficit = ?13, max_pages = ?14, since = ?15, moved = ?16, first_page_digest = ?17,
            last_shown = ?18, n_rounds = ?19, late = ?20, top_key = ?21, n_still = ?22
         WHERE id = ?1",
    )?
    .execute(params![
        pass.0,
        Named(walk.kind),
        walk.page,
        walk.deepest,
        walk.edge.as_ref().map(|edge| edge.key.as_str()),
        walk.edge.as_ref().and_then(|edge| edge.rank).map(Count),
        walk.n_torn,
        walk.n_quiet,
        walk.last_page_digest,
        walk.ahead.as_ref().map(|edge| edge.key.as_str()),
        walk.ahead.as_ref().and_then(|edge| edge.rank).map(Count),
        walk.newest_rank.map(Count),
        walk.deficit,
        walk.max_pages,
        walk.since.map(Ms),
        walk.moved,
        walk.first_page_digest,
        walk.last_shown,
        walk.n_rounds,
        walk.late,
        walk.top.as_ref().map(ArticleKey::as_str),
        walk.n_still,
    ])?;
    Ok(())
}

/// Ends a pass, once: a second end changes nothing. Its listing jobs go.
pub(super) fn end(
    conn: &Connection,
    pass: PassId,
    end: PassEnd,
    note: Option<&str>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE pass SET ended_at = ?2, end_word = ?3, note = ?4 WHERE id = ?1 AND ended_at IS NULL",
    )?
    .execute(params![pass.0, Ms(at), Named(end), note])?;
    if end == PassEnd::Complete {
        // The whole board was read: what was only pinned in it is a notice now, wherever it stood before.
        conn.prepare_cached(
            "UPDATE place SET notice = 1, ordinary_pass = NULL
             WHERE board = (SELECT board FROM pass WHERE id = ?1 AND kind = 'full')
                AND notice_pass = ?1 AND ordinary_pass IS NOT NULL AND ordinary_pass <> ?1",
        )?
        .execute([pass.0])?;
        // Whatever rows earlier passes missed have been on a page of this one.
        conn.prepare_cached(
            "UPDATE gap SET closed_at = ?2, closed_by = ?1
             FROM pass WHERE pass.id = ?1 AND gap.board = pass.board AND gap.closed_at IS NULL
                AND gap.pass <> ?1 AND pass.kind = 'full'",
        )?
        .execute(params![pass.0, Ms(at)])?;
    }
    queue::remove_listings(conn, pass)
}

/// What a visit is counted for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counting {
    Pass(PassId),
    /// An article's board: its open pass, else its latest, if it has had any.
    Board(BoardId),
}

/// Adds to a pass's counters.
pub(super) fn add_report(
    conn: &Connection,
    counting: Counting,
    report: &PassReport,
) -> rusqlite::Result<()> {
    if *report == PassReport::default() {
        return Ok(());
    }
    macro_rules! add_to {
        ($pass:literal) => {
            concat!(
                "UPDATE pass SET n_listing_pages = n_listing_pages + ?2, n_rows = n_rows + ?3, n_new = n_new + ?4,
                    n_stored = n_stored + ?5, n_changed = n_changed + ?6, n_restricted = n_restricted + ?7,
                    n_gone = n_gone + ?8, n_failed = n_failed + ?9, n_duplicates = n_duplicates + ?10
                 WHERE id = ",
                $pass
            )
        };
    }
    let (add, id) = match counting {
        Counting::Pass(pass) => (add_to!("?1"), pass.0),
        Counting::Board(board) => (
            add_to!(
                "coalesce((SELECT id FROM pass WHERE board = ?1 AND ended_at IS NULL),
                    (SELECT max(id) FROM pass WHERE board = ?1))"
            ),
            board.0,
        ),
    };
    conn.prepare_cached(add)?.execute(params![
        id,
        Count(report.n_listing_pages),
        Count(report.n_rows),
        Count(report.n_new),
        Count(report.n_stored),
        Count(report.n_changed),
        Count(report.n_restricted),
        Count(report.n_gone),
        Count(report.n_failed),
        Count(report.n_duplicates),
    ])?;
    Ok(())
}

pub(super) fn gaps(conn: &Connection, board: BoardId) -> rusqlite::Result<Vec<OpenGap>> {
    conn.prepare_cached(
        "SELECT id, page, reason, note, above_key, above_rank, below_key, below_rank, pass, reached_by,
            (SELECT count(*) FROM place WHERE place.board = gap.board AND notice = 0 AND first_seen_at > opened_at)
         FROM gap WHERE board = ?1 AND closed_at IS NULL ORDER BY page, id",
    )?
    .query_map([board.0], |row| {
        let Named(reason) = row.get(2)?;
        Ok(OpenGap {
            id: GapId(row.get(0)?),
            gap: Gap {
                page: row.get(1)?,
                reason,
                note: row.get(3)?,
                above: read_edge(row, 4)?,
                below: read_edge(row, 6)?,
            },
            found_by: PassId(row.get(8)?),
            reached_by: row.get::<_, Option<i64>>(9)?.map(PassId),
            n_added: row.get::<_, Count>(10)?.0,
        })
    })?
    .collect()
}

/// A gap that is open already keeps its first moment and gets the newer reason.
pub(super) fn open_gap(
    conn: &Connection,
    board: BoardId,
    pass: PassId,
    gap: &Gap,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let key = |edge: &Option<Edge>| edge.as_ref().map(|edge| edge.key.as_str().to_owned());
    let rank = |edge: &Option<Edge>| edge.as_ref().and_then(|edge| edge.rank).map(Count);
    conn.prepare_cached(
        "INSERT INTO gap (board, pass, page, reason, note, opened_at, above_key, above_rank, below_key, below_rank)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (board, page, coalesce(above_key, '')) WHERE closed_at IS NULL
         DO UPDATE SET reason = excluded.reason, note = excluded.note",
    )?
    .execute(params![
        board.0,
        pass.0,
        gap.page,
        Named(gap.reason),
        gap.note,
        Ms(at),
        key(&gap.above),
        rank(&gap.above),
        key(&gap.below),
        rank(&gap.below),
    ])?;
    Ok(())
}

/// What a page of `pass` meant for the board's open gaps.
pub(super) fn step_gaps(
    conn: &Connection,
    board: BoardId,
    pass: PassId,
    steps: &GapSteps,
    at: Timestamp,
) -> rusqlite::Result<()> {
    if steps.broken {
        conn.prepare_cached(
            "UPDATE gap SET reached_by = NULL WHERE board = ?1 AND reached_by = ?2 AND closed_at IS NULL",
        )?
        .execute([board.0, pass.0])?;
    }
    for gap in &steps.reached {
        conn.prepare_cached("UPDATE gap SET reached_by = ?2 WHERE id = ?1")?
            .execute([gap.0, pass.0])?;
    }
    for (gap, edge) in &steps.bounded {
        conn.prepare_cached("UPDATE gap SET below_key = ?2, below_rank = ?3 WHERE id = ?1")?
            .execute(params![gap.0, edge.key.as_str(), edge.rank.map(Count)])?;
    }
    for gap in &steps.closed {
        conn.prepare_cached(
            "UPDATE gap SET closed_at = ?3, closed_by = ?2 WHERE id = ?1 AND closed_at IS NULL",
        )?
        .execute(params![gap.0, pass.0, Ms(at)])?;
    }
    Ok(())
}
