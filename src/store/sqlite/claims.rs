//! Which jobs are in flight? A set in memory: nothing is written when a job is claimed, so that a process that dies
//! has claimed nothing. Claiming runs on the writer's thread, where no job can be settled in between.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::values::Ms;
use crate::model::{ArticleId, BoardId, Job, JobId, JobKind, JobPriority, PassId};

#[derive(Debug, Clone, Default)]
pub(super) struct Claims(Arc<Mutex<HashSet<i64>>>);

impl Claims {
    fn ids(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.lock().expect("no holder of this lock panics")
    }

    pub(super) fn release(&self, job: JobId) {
        self.ids().remove(&job.0);
    }
}

/// Jobs on their way to a worker. Those that never arrive (the commit failed, the worker stopped waiting) are given
/// back.
#[derive(Debug)]
pub(super) struct Claimed {
    jobs: Vec<Job>,
    claims: Claims,
}

impl Claimed {
    pub(super) fn into_jobs(mut self) -> Vec<Job> {
        std::mem::take(&mut self.jobs)
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        for job in &self.jobs {
            self.claims.release(job.id);
        }
    }
}

const PRIORITIES: [JobPriority; 4] = [
    JobPriority::Listing,
    JobPriority::Comments,
    JobPriority::Article,
    JobPriority::Revisit,
];

/// Up to `limit` due jobs, by priority, due time and age.
pub(super) fn claim(
    conn: &Connection,
    claims: &Claims,
    host: &str,
    boards: &[BoardId],
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Claimed> {
    // Declared before the guard, so dropped after it: its `Drop` takes the same lock.
    let mut claimed = Claimed {
        jobs: Vec::new(),
        claims: claims.clone(),
    };
    let boards = boards_of_host(conn, host, boards)?;
    let mut ids = claims.ids();
    // One query a board and priority: within those the index is in the order that is asked for, however many jobs
    // wait for a later time or belong to boards that are not crawled now.
    let mut due = conn.prepare_cached(
        "SELECT due_at, id FROM job
         WHERE board = ?1 AND priority = ?2 AND due_at <= ?3 ORDER BY due_at, id",
    )?;
    let mut job = conn.prepare_cached(
        "SELECT id, board, kind, pass, article, page, url, referer, attempts, radar, said_gone_at FROM job WHERE id = ?1",
    )?;
    for priority in PRIORITIES {
        let wanted = limit - claimed.jobs.len();
        if wanted == 0 {
            break;
        }
        let mut found: Vec<(i64, i64)> = Vec::new();
        for board in &boards {
            let mut rows = due.query(params![board, priority as i64, Ms(now)])?;
            let mut n_found = 0;
            while n_found < wanted
                && let Some(row) = rows.next()?
            {
                let place = (row.get(0)?, row.get(1)?);
                if !ids.contains(&place.1) {
                    found.push(place);
                    n_found += 1;
                }
            }
        }
        found.sort_unstable();
        for (_, id) in found.into_iter().take(wanted) {
            let job = job.query_row([id], read_job)?;
            ids.insert(id);
            claimed.jobs.push(job);
        }
    }
    Ok(claimed)
}

/// Those of `boards` that are on `host`.
fn boards_of_host(conn: &Connection, host: &str, boards: &[BoardId]) -> rusqlite::Result<Vec<i64>> {
    let mut on_host = conn.prepare_cached("SELECT 1 FROM board WHERE id = ?1 AND host = ?2")?;
    let mut found = Vec::new();
    for BoardId(board) in boards {
        if on_host.exists(params![board, host])? {
            found.push(*board);
        }
    }
    Ok(found)
}

fn read_job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let kind: String = row.get(2)?;
    let kind = match kind.as_str() {
        "listing" if row.get(9)? => JobKind::Radar {
            pass: PassId(row.get(3)?),
            page: row.get(5)?,
        },
        "listing" => JobKind::Listing {
            pass: PassId(row.get(3)?),
            page: row.get(5)?,
        },
        "comments" => JobKind::Comments {
            article: ArticleId(row.get(4)?),
            page: row.get(5)?,
        },
        // The table allows no fourth kind.
        _ => JobKind::Article {
            article: ArticleId(row.get(4)?),
        },
    };
    Ok(Job {
        id: JobId(row.get(0)?),
        board: BoardId(row.get(1)?),
        kind,
        url: super::values::url(row, 6)?,
        referer: super::values::optional_url(row, 7)?,
        attempts: row.get(8)?,
        said_gone_at: row.get::<_, Option<Ms>>(10)?.map(|at| at.0),
    })
}

/// When the earliest unclaimed job is due.
pub(super) fn next_due(
    conn: &Connection,
    claims: &Claims,
    host: &str,
    boards: &[BoardId],
) -> rusqlite::Result<Option<Timestamp>> {
    let mut earliest = None;
    let mut waiting = conn.prepare_cached(
        "SELECT id, due_at FROM job WHERE board = ?1 AND priority = ?2 ORDER BY due_at, id",
    )?;
    for board in boards_of_host(conn, host, boards)? {
        for priority in PRIORITIES {
            let mut rows = waiting.query(params![board, priority as i64])?;
            while let Some(row) = rows.next()? {
                if !claims.ids().contains(&row.get(0)?) {
                    let Ms(due_at) = row.get(1)?;
                    earliest = Some(earliest.map_or(due_at, |other: Timestamp| other.min(due_at)));
                    break;
                }
            }
        }
    }
    Ok(earliest)
}
