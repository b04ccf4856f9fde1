//! What the deletion radar goes by, and what follows from its plan: [`crate::health::radar`] decides.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Count, Ms, Named};
use super::{ledger, queue};
use crate::health::confirm::{Suspects, Verdict, ask};
use crate::health::radar::{PageRead, Plan, Sight, Span, Unknown, View};
use crate::model::{ArticleId, ArticleState, BoardId, JobPriority, NewJob, PassId};

/// How many posts of a board a pass has found missing.
pub(super) const FOUND_MISSING: &str = "SELECT count(*) FROM place
     WHERE board = ?1 AND missing_at IS NOT NULL AND missing_pass = ?2";

/// `None`: the pass is still walking, or pages that the radar asked for are not read yet, or the board has no ranks.
pub(super) fn view(
    conn: &Connection,
    board: BoardId,
    pass: PassId,
) -> rusqlite::Result<Option<View>> {
    let is_over: bool = conn
        .prepare_cached("SELECT ended_at IS NOT NULL FROM pass WHERE id = ?1")?
        .query_row([pass.0], |row| row.get(0))?;
    if !is_over || queue::n_radar(conn, board)? > 0 {
        return Ok(None);
    }
    let pages = pages(conn, pass)?;
    if pages.is_empty() {
        return Ok(None);
    }
    // A walk over the whole board has seen where it ends; otherwise the pager tells.
    let last_page = conn
        .prepare_cached(
            "SELECT coalesce(
                (SELECT max(page) FROM sighting WHERE pass = ?1 AND newest_rank IS NOT NULL
                    AND EXISTS (SELECT 1 FROM pass WHERE id = ?1 AND kind = 'full' AND end_word = 'complete')),
                (SELECT last_page FROM sighting WHERE pass = ?1 AND last_page IS NOT NULL ORDER BY id DESC LIMIT 1))",
        )?
        .query_row([pass.0], |row| row.get(0))?;
    let n_asked: u32 = conn
        .prepare_cached("SELECT count(*) FROM sighting WHERE pass = ?1 AND radar = 1")?
        .query_row([pass.0], |row| row.get(0))?;
    let n_repair_left: u32 = conn
        .prepare_cached(
            "SELECT repair_left FROM ledger WHERE board = ?1 AND repair_at IS NOT NULL",
        )?
        .query_row([board.0], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    Ok(Some(View {
        spans: spans(conn, board, pass)?,
        pages,
        last_page,
        rank_base: ledger::rank_base(conn, board)?,
        n_notices: n_notices(conn, board)?,
        n_found: conn
            .prepare_cached(FOUND_MISSING)?
            .query_row([board.0, pass.0], |row| row.get::<_, Count>(0).map(|n| n.0))?,
        n_asked,
        unknown: match n_repair_left {
            0 => Vec::new(),
            _ => open_holes(conn, board)?,
        },
        n_repair_left,
    }))
}

fn pages(conn: &Connection, pass: PassId) -> rusqlite::Result<Vec<PageRead>> {
    conn.prepare_cached(
        "SELECT page, newest_rank, oldest_rank FROM sighting
         WHERE pass = ?1 AND newest_rank IS NOT NULL ORDER BY id",
    )?
    .query_map([pass.0], |row| {
        Ok(PageRead {
            page: row.get(0)?,
            newest_rank: row.get::<_, Count>(1)?.0,
            oldest_rank: row.get::<_, Count>(2)?.0,
        })
    })?
    .collect()
}

/// Newest first. Rows between which all is as expected are one stretch, whether all of them were read or not.
fn spans(conn: &Connection, board: BoardId, pass: PassId) -> rusqlite::Result<Vec<Span>> {
    let mut select = conn.prepare_cached(
        "SELECT article, rank, last_seen_at, ordinal, n_unknown_below FROM place
         WHERE board = ?1 AND rank_pass = ?2 AND ordinal IS NOT NULL AND missing_at IS NULL ORDER BY ordinal DESC",
    )?;
    let mut rows = select.query(params![board.0, pass.0])?;
    let mut spans: Vec<Span> = Vec::new();
    let mut before: Option<(i64, u64)> = None;
    while let Some(row) = rows.next()? {
        let ordinal: i64 = row.get(3)?;
        let mut sight = Sight {
            article: ArticleId(row.get(0)?),
            shown: row.get::<_, Count>(1)?.0,
            expected: 0,
            n_listed: 0,
            seen_at_ms: row.get(2)?,
        };
        let last = spans.last_mut();
        let (expected, n_listed) = match (&last, before) {
            (Some(span), Some((_, n_unknown))) if span.oldest.shown == sight.shown + 1 => {
                (1 + n_unknown, 1)
            }
            (Some(_), Some((above, _))) => ledger::between(conn, board, ordinal, above)?,
            _ => (0, 0),
        };
        match last {
            Some(span) => {
                sight.expected = span.oldest.expected.saturating_sub(expected);
                sight.n_listed = span.oldest.n_listed.saturating_sub(n_listed);
                let as_expected = span.oldest.shown.checked_sub(sight.shown) == Some(expected);
                if as_expected {
                    span.oldest = sight;
                } else {
                    spans.push(Span {
                        newest: sight,
                        oldest: sight,
                    });
                }
            }
            None => {
                (sight.expected, sight.n_listed) = ledger::expected(conn, board, ordinal)?;
                spans.push(Span {
                    newest: sight,
                    oldest: sight,
                });
            }
        }
        before = Some((ordinal, row.get::<_, Count>(4)?.0));
    }
    Ok(spans)
}

/// Pinned posts that stand in no other place.
pub(super) fn n_notices(conn: &Connection, board: BoardId) -> rusqlite::Result<u64> {
    conn.prepare_cached(
        "SELECT count(*) FROM place JOIN article ON article.id = place.article
         WHERE place.board = ?1 AND notice AND state <> 'gone'",
    )?
    .query_row([board.0], |row| row.get::<_, Count>(0).map(|n| n.0))
}

/// Posts known by their ranks alone, and the article above them.
pub(super) struct HoleRow {
    pub(super) above: ArticleId,
    pub(super) below: Option<ArticleId>,
    pub(super) unknown: Unknown,
    /// The list was read there, and jumps over them.
    pub(super) hidden: bool,
}

/// Newest first.
pub(super) fn holes(conn: &Connection, board: BoardId) -> rusqlite::Result<Vec<HoleRow>> {
    let mut select = conn.prepare_cached(
        "SELECT upper.article, upper.ordinal, upper.n_unknown_below, lower.article,
            upper.jumps OR (coalesce(lower.rank_pass, upper.rank_pass) = upper.rank_pass
                AND EXISTS (SELECT 1 FROM pass WHERE id = upper.rank_pass AND kind = 'full' AND end_word = 'complete'))
         FROM place AS upper LEFT JOIN place AS lower ON lower.board = upper.board AND lower.ordinal =
            (SELECT max(ordinal) FROM place WHERE board = upper.board AND missing_at IS NULL AND ordinal < upper.ordinal)
            AND lower.missing_at IS NULL
         WHERE upper.board = ?1 AND upper.n_unknown_below > 0 AND upper.missing_at IS NULL AND upper.ordinal IS NOT NULL
         ORDER BY upper.ordinal DESC",
    )?;
    let mut rows = select.query([board.0])?;
    let mut holes = Vec::new();
    while let Some(row) = rows.next()? {
        let (expected, _) = ledger::expected(conn, board, row.get(1)?)?;
        let Count(n_unknown) = row.get(2)?;
        holes.push(HoleRow {
            above: ArticleId(row.get(0)?),
            below: row.get::<_, Option<i64>>(3)?.map(ArticleId),
            unknown: Unknown {
                newest_rank: expected.saturating_sub(1),
                oldest_rank: expected.saturating_sub(n_unknown),
            },
            hidden: row.get(4)?,
        });
    }
    Ok(holes)
}

/// Those that reading the list may close.
pub(super) fn open_holes(conn: &Connection, board: BoardId) -> rusqlite::Result<Vec<Unknown>> {
    let holes = holes(conn, board)?.into_iter();
    let open = holes.filter(|hole| !hole.hidden);
    Ok(open.map(|hole| hole.unknown).collect())
}

/// Writes what a plan says of the ledger, and queues the pages it asks for. When all sums agree, that is written down,
/// and the pages of suspects are asked for, `spacing` apart. Answers how many jobs were queued.
pub(super) fn follow(
    conn: &Connection,
    board: BoardId,
    pass: PassId,
    plan: &Plan,
    jobs: &[NewJob],
    spacing: SignedDuration,
    at: Timestamp,
) -> rusqlite::Result<u64> {
    for (article, n_unknown) in &plan.unknown_below {
        ledger::set_unknown(conn, board, *article, *n_unknown)?;
    }
    if let Some(article) = plan.oldest {
        ledger::miss_below(conn, board, article, pass, at)?;
    }
    if let Some(base) = plan.rank_base {
        // Where pinned posts are counted, one more of them is no event.
        let is_news = base != n_notices(conn, board)?;
        conn.execute(
            "UPDATE ledger SET rank_base = ?2,
                verdict = iif(?5 AND whole_at IS NOT NULL, ?3, verdict),
                verdict_at = iif(?5 AND whole_at IS NOT NULL, ?4, verdict_at)
             WHERE board = ?1",
            params![
                board.0,
                Count(base),
                Named(Verdict::Renumbered),
                Ms(at),
                is_news
            ],
        )?;
    }
    let mut n_queued = 0;
    for job in jobs {
        n_queued += u64::from(queue::push(conn, job, at)?);
    }
    if jobs.is_empty() && plan.oldest.is_none() && plan.rank_base.is_none() {
        n_queued += settle(conn, board, pass, plan, spacing, at)?;
    }
    Ok(n_queued)
}

/// The radar has nothing more to ask for in this pass.
fn settle(
    conn: &Connection,
    board: BoardId,
    pass: PassId,
    plan: &Plan,
    spacing: SignedDuration,
    at: Timestamp,
) -> rusqlite::Result<u64> {
    let n_queued = confirm(conn, board, pass, spacing, at)?;
    if plan.is_settled() {
        conn.prepare_cached(
            "UPDATE ledger SET whole_at = (SELECT started_at FROM pass WHERE id = ?2),
                whole_listed = (SELECT count(*) FROM place WHERE board = ?1 AND ordinal IS NOT NULL
                    AND missing_at IS NULL)
             WHERE board = ?1",
        )?
        .execute(params![board.0, pass.0])?;
    }
    conn.prepare_cached(
        "UPDATE ledger SET repair_at = NULL, repair_left = 0 WHERE board = ?1 AND repair_at IS NOT NULL
            AND (repair_left = 0 OR EXISTS (SELECT 1 FROM sighting WHERE pass = ?2 AND radar = 1))",
    )?
    .execute(params![board.0, pass.0])?;
    Ok(n_queued)
}

/// Asks for the pages of articles that are not listed any more.
fn confirm(
    conn: &Connection,
    board: BoardId,
    pass: PassId,
    spacing: SignedDuration,
    at: Timestamp,
) -> rusqlite::Result<u64> {
    let suspects = suspects(conn, board, pass)?;
    let (n_wanted, verdict) = ask(suspects);
    conn.prepare_cached(
        "UPDATE ledger SET verdict = ?2, verdict_at = coalesce(verdict_at, (SELECT started_at FROM pass WHERE id = ?3))
         WHERE board = ?1 AND ?2 IS NOT NULL",
    )?
    .execute(params![board.0, verdict.map(Named), pass.0])?;
    if verdict.is_none() {
        conn.prepare_cached(
            "UPDATE ledger SET verdict = NULL, verdict_at = NULL WHERE board = ?1 AND verdict = ?2",
        )?
        .execute(params![board.0, Named(Verdict::Doubtful)])?;
    }
    let mut select = conn.prepare_cached(&format!(
        "SELECT place.article {OPEN_SUSPECTS} AND asked_at IS NULL ORDER BY missing_at, ordinal DESC LIMIT ?2"
    ))?;
    let articles = select
        .query_map(params![board.0, Count(n_wanted)], |row| {
            row.get(0).map(ArticleId)
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut n_queued = 0;
    let mut due_at = at;
    for article in articles {
        n_queued += u64::from(queue::push_article(
            conn,
            article,
            JobPriority::Revisit,
            due_at,
        )?);
        conn.prepare_cached("UPDATE place SET asked_at = ?3 WHERE board = ?1 AND article = ?2")?
            .execute(params![board.0, article.0, Ms(at)])?;
        due_at += spacing;
    }
    Ok(n_queued)
}

/// Missing, and not known to be gone. What is pinned since then is in the list, only elsewhere.
const OPEN_SUSPECTS: &str = "FROM place JOIN article ON article.id = place.article
    WHERE place.board = ?1 AND missing_at IS NOT NULL AND article.state <> 'gone'
        AND coalesce(notice_pass, 0) < coalesce(missing_pass, 1)";

/// One that was asked, answered that it is there, was taken back into the order and is missing again is there as well.
fn suspects(conn: &Connection, board: BoardId, pass: PassId) -> rusqlite::Result<Suspects> {
    conn.prepare_cached(&format!(
        "WITH since AS (SELECT coalesce((SELECT verdict_at FROM ledger WHERE board = ?1 AND verdict <> ?3),
                (SELECT started_at FROM pass WHERE id = ?2)) AS at)
         SELECT (SELECT count(*) {OPEN_SUSPECTS} AND asked_at IS NULL),
            count(*) FILTER (WHERE missing_at >= since.at),
            (SELECT coalesce(max(whole_listed), 0) FROM ledger WHERE board = ?1),
            count(*) FILTER (WHERE missing_at >= since.at AND visited_at >= asked_at AND (state IN (?4, ?5) OR moved_to IS NOT NULL)),
            count(*) FILTER (WHERE missing_at >= since.at AND (visited_at >= asked_at OR relisted = 1) AND state = ?6
                AND moved_to IS NULL),
            count(*) FILTER (WHERE missing_at >= since.at AND asked_at > coalesce(visited_at, 0))
         FROM since, place JOIN article ON article.id = place.article
         WHERE place.board = ?1 AND missing_at IS NOT NULL"
    ))?
    .query_row(
        params![
            board.0,
            pass.0,
            Named(Verdict::Renumbered),
            Named(ArticleState::Gone),
            Named(ArticleState::Restricted),
            Named(ArticleState::Stored)
        ],
        |row| {
            let count = |column: usize| row.get::<_, Count>(column).map(|n| n.0);
            Ok(Suspects {
                n_open: count(0)?,
                n_missing: count(1)?,
                n_listed: count(2)?,
                n_gone: count(3)?,
                n_there: count(4)?,
                n_asked: count(5)?,
            })
        },
    )
}
