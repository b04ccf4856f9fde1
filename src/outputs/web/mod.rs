//! What the service shows over HTTP. In: the archive, and what only the running process knows ([`Vitals`]). Out:
//! probes and figures.
//!
//! `/healthz` is about the process, `/readyz` about the store; how a board stands is no matter of either. A page is a
//! file of this folder with a handler, and a line in [`router`]. Handlers read the archive through [`Web::read`], on the
//! blocking pool. Nothing here changes anything.

mod archives;
mod metrics;
mod probes;
mod vitals;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use archives::{Archives, OpenArchive};
pub use vitals::{BoardVitals, HostVitals, Vitals};

use super::OutputError;
use crate::model::Clock;
use crate::store::{Archive, StoreError};

/// What the running process tells of itself, now.
pub type AskVitals = Arc<dyn Fn() -> Vitals + Send + Sync>;

/// What every handler gets. Clones share everything.
#[derive(Clone)]
pub struct Web {
    archives: Archives,
    vitals: AskVitals,
    clock: Arc<dyn Clock>,
}

impl Web {
    pub fn new(archives: Archives, vitals: AskVitals, clock: Arc<dyn Clock>) -> Self {
        Self {
            archives,
            vitals,
            clock,
        }
    }

    pub fn vitals(&self) -> Vitals {
        (self.vitals)()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs `work` on a connection of its own, on the blocking pool.
    ///
    /// # Errors
    /// Those of `work`, and those of opening the archive.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Archive) -> Result<T, OutputError> + Send + 'static,
    ) -> Result<T, OutputError> {
        let archives = self.archives.clone();
        tokio::task::spawn_blocking(move || archives.read(work))
            .await
            .map_err(|_| OutputError::Store(StoreError::Closed))?
    }
}

/// All that is served.
pub fn router(web: Web) -> Router {
    Router::new()
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::readiness))
        .route("/metrics", get(metrics::page))
        .with_state(web)
}

/// Answers until `stop`, then lets the requests in flight end.
///
/// # Errors
/// The listener's.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

#[cfg(test)]
mod tests;
