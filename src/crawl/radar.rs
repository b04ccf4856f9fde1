//! The deletion radar at work: after a pass's walk, the few listing pages that tell what has vanished elsewhere.
//!
//! [`crate::health::radar`] decides which pages; this asks for them, a share of the host's pace apart. Nothing is kept
//! in memory: the plan is made anew, from what is stored, each time the last page it asked for has been settled. A run
//! that is killed in between loses nothing but the question, which the next pass asks again.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::{debug, info};

use super::board::BoardContext;
use super::crew::Crew;
use super::listing_visit::{Found, known_of, listing_job, misfit, to_revisit};
use super::visit::again;
use crate::fetch::Fetched;
use crate::health::radar::plan;
use crate::model::{Job, JobKind, NewJob, Outcome, PageClass, PassId};
use crate::store::{Store, StoreError};

/// How often one call may change the ledger before it asks for pages: each change (the board's end, a new base) makes
/// the next one impossible.
const MOST_CHANGES: u32 = 4;

/// Makes the next plan of a pass whose walk is over. Answers how many jobs it queued.
pub(super) async fn follow<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    pass: PassId,
) -> Result<u64, StoreError> {
    let Some(interval) = crew.options.radar_interval else {
        return Ok(0);
    };
    let pass = crew.store.pass(pass).await?;
    if pass.walk.moved {
        // Rows shifted between its pages: their ranks do not speak of one moment, and posts that are there would be
        // suspected. The next pass asks.
        return Ok(0);
    }
    for _ in 0..MOST_CHANGES {
        let Some(view) = crew.store.radar_view(board.board.id, pass.id).await? else {
            return Ok(0);
        };
        let plan = plan(&view);
        let now = crew.clock.now();
        let mut due_at = now;
        let mut jobs = Vec::new();
        for page in &plan.read {
            due_at += interval;
            jobs.push(job(board, pass.id, *page, due_at));
        }
        if plan.n_open > 0 {
            info!(
                "{}: {} posts vanished or entered out of sight; pages to read: {:?}",
                board.board.name, plan.n_open, plan.read
            );
        }
        let changed = plan.oldest.is_some() || plan.rank_base.is_some();
        let n_queued = crew
            .store
            .follow_plan(&pass, plan, jobs, interval, now)
            .await?;
        if !changed {
            return Ok(n_queued);
        }
    }
    debug!("{}: the ledger does not come to rest", board.board.name);
    Ok(0)
}

fn job(board: &BoardContext, pass: PassId, page: u32, due_at: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::Radar { pass, page },
        ..listing_job(board, pass, page, due_at)
    }
}

/// What follows from a page that the radar asked for.
pub(super) async fn outcome<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    fetched: &Fetched,
    found: Found,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let known = known_of(crew, &found).await?;
    if fetched.status < 400 && misfit(crew, board, &found, &known).is_some() {
        // The next pass's first page asks why.
        return Ok(given_up(found.pass));
    }
    let Found {
        pass,
        class,
        listing,
        ..
    } = found;
    // No rows in the frame of a listing: the board has become shorter than the plan thought.
    let unreadable = listing.ordinary().next().is_none() && !listing.container_found;
    if fetched.status >= 400 || class == PageClass::Error || unreadable {
        let error = format!("no rows found in {} (status {})", job.url, fetched.status);
        let due_at = at + crew.backoff(job.attempts);
        return again(crew, board, job, error, true, due_at, at).await;
    }
    Ok(Outcome::Radar {
        pass,
        revisit: to_revisit(&listing.rows, &known),
        last_page: listing.pager.last,
        rows: listing.rows,
    })
}

/// A page that could not be read tells nothing; the next pass asks for another.
pub(super) fn given_up(pass: PassId) -> Outcome {
    Outcome::Radar {
        pass,
        rows: Vec::new(),
        revisit: Vec::new(),
        last_page: None,
    }
}
