//! One host's worker: works while there is something to do, rests until there is again.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::crawl::crew::{Crew, wait_between};
use crate::crawl::worker::work;
use crate::model::BoardId;
use crate::store::{Store, StoreError};

/// Serves a host until the stop.
pub(super) async fn serve<S: Store>(crew: Arc<Crew<S>>, host: String) -> Result<(), StoreError> {
    loop {
        work(&crew, &host).await?;
        if crew.stop.is_cancelled() {
            return Ok(());
        }
        give_up_polls(&crew, &host).await?;
        let rest = until_next_job(&crew, &host).await?;
        tokio::select! {
            () = crew.stop.cancelled() => return Ok(()),
            () = crew.nudge.notified() => {}
            () = sleep(rest) => {}
        }
    }
}

/// Nothing is due soon: polls that are still under way cannot go on now.
async fn give_up_polls<S: Store>(crew: &Crew<S>, host: &str) -> Result<(), StoreError> {
    let now = crew.clock.now();
    for board in crew.boards_on(host) {
        if !crew.polls.is_under_way(board) {
            continue;
        }
        let next_due = crew.store.next_due(host, &[board]).await?;
        let soon = |at: Timestamp| at.duration_since(now) <= crew.options.patience;
        // One that was begun a moment ago has its first job due now.
        if !crew.in_trouble(board) && next_due.is_some_and(soon) {
            continue;
        }
        crew.polls.give_up(board, pause_end(crew, board));
    }
    Ok(())
}

fn pause_end<S>(crew: &Crew<S>, board: BoardId) -> Option<Timestamp> {
    let url = &crew.board(board).board.url;
    crew.fetcher
        .host(url)
        .pause_in_force()
        .map(|pause| pause.until)
}

/// How long there is nothing to do. Boards in trouble are left alone until their next pass.
async fn until_next_job<S: Store>(
    crew: &Crew<S>,
    host: &str,
) -> Result<Option<Duration>, StoreError> {
    let mut open = crew.boards_on(host);
    open.retain(|board| !crew.in_trouble(*board));
    let Some(board) = open.first().copied() else {
        return Ok(None);
    };
    let next_due = crew.store.next_due(host, &open).await?;
    let now = crew.clock.now();
    Ok(next_due.map(|due_at| {
        let due_at = pause_end(crew, board).map_or(due_at, |end| due_at.max(end));
        wait_between(now, due_at).max(Duration::from_millis(1))
    }))
}

/// For ever, where it is not said for how long.
async fn sleep(rest: Option<Duration>) {
    match rest {
        Some(rest) => tokio::time::sleep(rest).await,
        None => std::future::pending().await,
    }
}
