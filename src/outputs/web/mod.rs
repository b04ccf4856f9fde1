//! What the service shows over HTTP. In: the archive, and what only the running process knows ([`Vitals`]). Out: pages
//! for people, the same as JSON, feeds, probes and figures.
//!
//! Pages are whole without scripts, and none is allowed ([`headers`]) but one of our own that keeps the overview as things
//! are ([`live`]). What came from boards is text: templates escape
//! it, `reader` takes out what would steer the text around it, and a link to a board is followed by the reader alone.
//! Who may read is [`Access`]'s matter.
//!
//! `/healthz` is about the process, `/readyz` about the store; how a board stands is no matter of either. A page is a
//! file of this folder with a handler, and a line in [`router`]. Handlers read the archive through [`Web::read`], on the
//! blocking pool. Nothing here changes anything.

mod access;
mod answer;
mod api;
mod archives;
mod article;
mod board;
mod chart;
mod feeds;
mod find;
mod headers;
mod language;
mod live;
mod metrics;
mod outbox;
mod overview;
mod probes;
mod reader;
mod receipts;
mod stories;
mod style;
mod vitals;
mod zones;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use access::Access;
pub use archives::{Archives, OpenArchive};
pub use vitals::{BoardVitals, HostVitals, RefusedConfig, Vitals};
pub use zones::Zones;

use super::OutputError;
use crate::model::Clock;
use crate::store::{Archive, StoreError};
use overview::Overview;
use reader::Reader;

/// What the running process tells of itself, now.
pub type AskVitals = Arc<dyn Fn() -> Vitals + Send + Sync>;

/// What every handler gets. Clones share everything.
#[derive(Clone)]
pub struct Web {
    archives: Archives,
    vitals: AskVitals,
    clock: Arc<dyn Clock>,
    zones: Arc<Zones>,
    last_overview: Arc<Mutex<Option<Remembered>>>,
    searches: Arc<Mutex<Arc<[SavedSearch]>>>,
    streams: Arc<Semaphore>,
}

/// A search that has feeds of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    pub name: String,
    pub query: String,
}

#[derive(Clone)]
struct Remembered {
    overview: Arc<Overview>,
    good_until: Timestamp,
}

/// Counting what boards hold walks through all articles: however often it is asked for, it is done anew only when it is
/// this many times as old as it took, within these bounds.
const OVERVIEW_REST: i32 = 20;
const LEAST_OVERVIEW_AGE: SignedDuration = SignedDuration::from_secs(5);
const MOST_OVERVIEW_AGE: SignedDuration = SignedDuration::from_mins(5);

impl Web {
    pub fn new(archives: Archives, vitals: AskVitals, clock: Arc<dyn Clock>, zones: Zones) -> Self {
        Self {
            archives,
            vitals,
            clock,
            zones: Arc::new(zones),
            last_overview: Arc::default(),
            searches: Arc::new(Mutex::new(Arc::default())),
            streams: Arc::new(Semaphore::new(live::MAX_STREAMS)),
        }
    }

    /// Takes over the searches that are kept, in all clones; names are unique.
    pub fn set_searches(&self, searches: Vec<SavedSearch>) {
        *self.kept_searches() = searches.into();
    }

    fn searches(&self) -> Arc<[SavedSearch]> {
        Arc::clone(&self.kept_searches())
    }

    fn kept_searches(&self) -> MutexGuard<'_, Arc<[SavedSearch]>> {
        self.searches.lock().expect("no holder of this lock panics")
    }

    /// Of dates that belong to no single board.
    fn zone(&self) -> &TimeZone {
        self.zones.default_zone()
    }

    /// All boards, as they stood a moment ago.
    async fn overview(&self) -> Result<Arc<Overview>, OutputError> {
        let now = self.now();
        let known = self.last_overview().clone();
        if let Some(known) = known.filter(|known| now < known.good_until) {
            return Ok(known.overview);
        }
        let zones = Arc::clone(&self.zones);
        let read = self.read(move |archive| Overview::read(archive, &zones, now));
        let overview = Arc::new(read.await?);
        let took = self.now().duration_since(now);
        let age = (took * OVERVIEW_REST).clamp(LEAST_OVERVIEW_AGE, MOST_OVERVIEW_AGE);
        *self.last_overview() = Some(Remembered {
            overview: Arc::clone(&overview),
            good_until: now + age,
        });
        Ok(overview)
    }

    fn last_overview(&self) -> MutexGuard<'_, Option<Remembered>> {
        self.last_overview
            .lock()
            .expect("no holder of this lock panics")
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

/// All that is served, to those who may read it.
pub fn router(web: Web, access: Access) -> Router {
    Router::new()
        .route("/", get(overview::page))
        .route("/articles/{article}", get(article::page))
        .route(
            "/articles/{article}/versions/{number}",
            get(article::revision),
        )
        .route("/search", get(find::page))
        .route("/boards/{name}", get(board::page))
        .route("/stories", get(stories::page))
        .route("/receipts", get(receipts::page))
        .route("/outbox", get(outbox::page))
        .route("/feeds/{file}", get(feeds::feed))
        .route("/feeds/searches/{file}", get(feeds::saved_search))
        .route(live::PATH, get(live::stream))
        .route(live::script_path(), get(live::script))
        .merge(api::routes())
        .route(style::path(), get(style::sheet))
        .route(style::ICON_PATH, get(style::icon))
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::readiness))
        .route("/metrics", get(metrics::page))
        .fallback(nothing)
        .with_state(web)
        .layer(from_fn_with_state(access, access::check))
        .layer(map_response(headers::guard))
}

async fn nothing(State(_): State<Web>, reader: Reader) -> Response {
    answer::problem_page(&reader, &answer::Problem::NotThere)
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
mod page_tests;
#[cfg(test)]
mod style_tests;
#[cfg(test)]
mod tests;
