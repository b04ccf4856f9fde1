//! One host's jobs, as many at a time as its politeness allows, until none is due.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tracing::debug;

use super::crew::{Crew, Sighting, Trouble, wait_between};
use super::visit::visit;
use crate::model::{BoardId, HostPause, Job, Settled};
use crate::store::{Store, StoreError};

/// Why a host's work ended for this run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HostEnd {
    /// No job is left.
    Done,
    /// What is left is due later than this run waits; or the host asked for a longer pause.
    Later,
    /// A signal.
    Stopped,
}

/// Works through the due jobs of a host's boards. Visits in flight are waited for, after a stop no longer than the
/// run's grace: then they are given back.
pub(super) async fn work<S: Store>(crew: &Arc<Crew<S>>, host: &str) -> Result<(), StoreError> {
    let mut in_flight: JoinSet<Result<Settled, StoreError>> = JoinSet::new();
    let result = dispatch(crew, host, &mut in_flight).await;
    let all_ended = async {
        while let Some(ended) = in_flight.join_next().await {
            joined(ended)?;
        }
        Ok(())
    };
    match result {
        Ok(HostEnd::Done | HostEnd::Later) => all_ended.await?,
        Ok(HostEnd::Stopped) | Err(_) => {
            if let Ok(ended) = tokio::time::timeout(crew.options.grace, all_ended).await {
                ended?;
            }
            in_flight.shutdown().await;
        }
    }
    result.map(|_| ())
}

/// A claimed job. Unless it is settled, it is given back when its visit ends, in whatever way.
struct Claimed<S: Store> {
    store: S,
    job: Option<Job>,
}

impl<S: Store> Drop for Claimed<S> {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            self.store.release(&job);
        }
    }
}

async fn visit_claimed<S: Store>(crew: Arc<Crew<S>>, job: Job) -> Result<Settled, StoreError> {
    let mut claimed = Claimed {
        store: crew.store.clone(),
        job: Some(job.clone()),
    };
    let settled = visit(&crew, job).await?;
    claimed.job = None;
    Ok(settled)
}

async fn dispatch<S: Store>(
    crew: &Arc<Crew<S>>,
    host: &str,
    in_flight: &mut JoinSet<Result<Settled, StoreError>>,
) -> Result<HostEnd, StoreError> {
    loop {
        // Visits are settled in groups: those that ended together make room together.
        while let Some(ended) = in_flight.try_join_next() {
            joined(ended)?;
        }
        if crew.stop.is_cancelled() {
            return Ok(HostEnd::Stopped);
        }
        let mut open = crew.boards_on(host);
        open.retain(|board| !crew.in_trouble(*board));
        if open.is_empty() {
            return Ok(HostEnd::Later);
        }
        let now = crew.clock.now();
        if let Some(pause) = paused(crew, &open, now) {
            if pause.until.duration_since(now) > crew.options.patience {
                for board in &open {
                    crew.trouble(
                        *board,
                        Trouble {
                            what: format!(
                                "{host} is left alone until {} ({})",
                                pause.until, pause.reason
                            ),
                            advice: "run again after that".into(),
                        },
                    );
                }
                return Ok(HostEnd::Later);
            }
            let wait = wait_between(now, pause.until);
            tell_wait(crew, host, wait, &pause.reason);
            tokio::select! {
                () = crew.stop.cancelled() => {}
                () = crew.nudge.notified() => {}
                Some(ended) = in_flight.join_next() => { joined(ended)?; }
                () = tokio::time::sleep(wait) => {}
            }
            continue;
        }
        let free = crew.options.max_connections.saturating_sub(in_flight.len());
        if free > 0 {
            // No more than can go at once: a settled listing page may bring a more urgent job.
            let jobs = crew.store.claim(host, &open, now, free).await?;
            let found = !jobs.is_empty();
            for job in jobs {
                // All that a visit may keep between two awaits is large, and would be moved from hand to hand.
                in_flight.spawn(Box::pin(visit_claimed(Arc::clone(crew), job)));
            }
            if found {
                continue;
            }
        }
        // With no room for another it does not matter when the next one is due.
        let next_due = match free {
            0 => None,
            _ => crew.store.next_due(host, &open).await?,
        };
        if in_flight.is_empty() {
            match next_due {
                None => return Ok(HostEnd::Done),
                Some(at) if at.duration_since(now) > crew.options.patience => {
                    debug!("the next job for {host} is due at {at}");
                    return Ok(HostEnd::Later);
                }
                Some(_) => {}
            }
        }
        if in_flight.is_empty()
            && let Some(at) = next_due
        {
            tell_wait(
                crew,
                host,
                wait_between(now, at),
                "a page is tried again then",
            );
        }
        let until_due = match next_due {
            Some(at) => wait_between(now, at).max(Duration::from_millis(1)),
            None => Duration::MAX,
        };
        tokio::select! {
            () = crew.stop.cancelled() => {}
            () = crew.nudge.notified() => {}
            Some(ended) = in_flight.join_next() => { joined(ended)?; }
            () = sleep(until_due) => {}
        }
    }
}

/// Waits longer than a few seconds are told.
fn tell_wait<S>(crew: &Crew<S>, host: &str, wait: Duration, reason: &str) {
    const WORTH_TELLING: Duration = Duration::from_secs(3);
    if wait > WORTH_TELLING {
        crew.observer.see(Sighting::Note(format!(
            "waiting {} s for {host}: {reason}",
            wait.as_secs()
        )));
    }
}

/// The pause that the boards' host is in, if any.
fn paused<S>(crew: &Crew<S>, boards: &[BoardId], now: Timestamp) -> Option<HostPause> {
    let url = &crew.board(*boards.first()?).board.url;
    let pause = crew.fetcher.host(url).pause_in_force()?;
    (pause.until > now).then_some(pause)
}

/// Sleeps for `wait`; for ever if that is [`Duration::MAX`].
async fn sleep(wait: Duration) {
    if wait == Duration::MAX {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(wait).await;
}

fn joined(
    ended: Result<Result<Settled, StoreError>, tokio::task::JoinError>,
) -> Result<Settled, StoreError> {
    match ended {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
