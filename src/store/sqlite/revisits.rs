//! Articles to be looked at again: planned when one is settled, queued when a pass begins. When each is due is
//! [`crate::schedule`]'s answer; a plan is kept with the article, so that a pass reads the due ones only.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::queue;
use super::values::Ms;
use crate::model::{ArticleId, BoardId, JobPriority};
use crate::schedule::{History, RevisitSchedule};

const SCHEDULE_NAME: &str = "revisit_schedule";

const HISTORY: &str = "SELECT id, first_seen_at, posted_at, fetched_at, changed_at FROM article
    WHERE state = 'stored' AND fetched_at IS NOT NULL";

fn read_history(row: &Row<'_>) -> rusqlite::Result<(ArticleId, History)> {
    let time = |i: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<Ms>>(i)?.map(|ms| ms.0));
    let history = History {
        first_seen_at: row.get::<_, Ms>(1)?.0,
        posted_at: time(2)?,
        visited_at: row.get::<_, Ms>(3)?.0,
        changed_at: time(4)?,
    };
    Ok((ArticleId(row.get(0)?), history))
}

/// Plans the next visit of an article that has just been settled; one without content has none.
pub(super) fn plan(
    conn: &Connection,
    article: ArticleId,
    schedule: &RevisitSchedule,
) -> rusqlite::Result<()> {
    let history = conn
        .prepare_cached(&format!("{HISTORY} AND id = ?1"))?
        .query_row([article.0], read_history)
        .optional()?;
    save(
        conn,
        article,
        history.and_then(|(_, history)| schedule.next_visit(&history)),
    )
}

fn save(conn: &Connection, article: ArticleId, at: Option<Timestamp>) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE article SET revisit_at = ?2 WHERE id = ?1 AND revisit_at IS NOT ?2",
    )?
    .execute(params![article.0, at.map(Ms)])?;
    Ok(())
}

/// Queues those of a board that are due, behind everything that is new. A page that waits already waits once.
pub(super) fn queue_due(
    conn: &Connection,
    board: BoardId,
    limit: u32,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let mut due = conn.prepare_cached(
        "SELECT id FROM article WHERE board = ?1 AND revisit_at <= ?2 AND state = 'stored'
         ORDER BY revisit_at, id LIMIT ?3",
    )?;
    let due: Vec<i64> = due
        .query_map(params![board.0, Ms(at), limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for article in due {
        queue::push_article(conn, ArticleId(article), JobPriority::Revisit, at)?;
    }
    Ok(())
}

/// Plans all articles anew where they were planned by another schedule, or by none.
pub(super) fn bring_up_to_date(
    conn: &Connection,
    schedule: &RevisitSchedule,
) -> rusqlite::Result<()> {
    let words = schedule.words();
    let held: Option<String> = conn
        .query_row(
            "SELECT value FROM meta WHERE name = ?1",
            [SCHEDULE_NAME],
            |row| row.get(0),
        )
        .optional()?;
    if held.as_ref() == Some(&words) {
        return Ok(());
    }
    let transaction = conn.unchecked_transaction()?;
    {
        let mut select =
            transaction.prepare(&format!("{HISTORY} AND id > ?1 ORDER BY id LIMIT 1000"))?;
        let mut after = 0;
        loop {
            let some: Vec<(ArticleId, History)> = select
                .query_map([after], read_history)?
                .collect::<rusqlite::Result<_>>()?;
            let Some((last, _)) = some.last() else { break };
            after = last.0;
            for (article, history) in &some {
                save(&transaction, *article, schedule.next_visit(history))?;
            }
        }
    }
    transaction.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
        [SCHEDULE_NAME, &words],
    )?;
    transaction.commit()
}
