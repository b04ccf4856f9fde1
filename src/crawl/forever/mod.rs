//! The service: passes of all boards when the schedule says so, and whatever else is queued, until it is told to stop.
//!
//! Everything that matters is in the store, so a restart is the normal case: open passes go on, polls that were missed
//! are made up once, and the planner hands out what is overdue at its own pace. A changed configuration is a restart
//! within the process: workers end their visits, and a new [`generation`] goes on where they stood.

mod checkup;
mod generation;
mod hosts;
mod open;
mod plan;
mod pulse;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::info;

pub use plan::{add_board, board_plan, limits, n_passes_wanted, planner};
pub use pulse::{Pulse, PulseOfBoard};

use super::board::Target;
use super::crew::{CrawlOptions, Observer};
use super::once::CrawlError;
use crate::fetch::Fetcher;
use crate::model::Clock;
use crate::profile::Library;
use crate::schedule::{BoardPlan, Limits};
use crate::store::Store;
use generation::{End, Generation};

/// What a configuration asks of the service.
pub struct Assignment {
    pub fetcher: Fetcher,
    pub library: Arc<Library>,
    pub options: CrawlOptions,
    pub limits: Limits,
    pub boards: Vec<(Target, BoardPlan)>,
}

/// What stays when the configuration changes.
pub struct Service<S> {
    pub store: S,
    pub clock: Arc<dyn Clock>,
    pub observer: Arc<dyn Observer>,
    pub pulse: Arc<Pulse>,
    /// Cancelled by the first signal.
    pub stop: CancellationToken,
}

/// Serves `first`, and each assignment that comes after it, until the stop.
///
/// # Errors
/// Only the store's: everything a board or the network does is recorded there.
pub async fn crawl_forever<S: Store>(
    service: Service<S>,
    first: Assignment,
    mut changes: mpsc::Receiver<Assignment>,
) -> Result<(), CrawlError> {
    let mut assignment = first;
    loop {
        let generation = Generation::new(&service, assignment).await?;
        match generation.run(&mut changes).await? {
            End::Stopped => return Ok(()),
            End::Changed(next) => assignment = *next,
        }
        service.pulse.reloaded();
        info!("the configuration has changed; passes under way go on");
    }
}
