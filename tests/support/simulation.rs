//! The service itself, in this process, under a clock that runs as fast as the machine can follow.
//!
//! tokio's clock is stopped, and moves on by itself to the next timer whenever nothing is left to do. What it cannot see
//! is work outside of the runtime: requests on their way, changes on their way to the disk. The pilot does: while there
//! is any, it keeps the clock where it is. It looks at least every [`STEP`], so that is how much too late things may be.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use boardwalk::crawl::{Assignment, CrawlOptions, Pulse, Service, Target, crawl_forever};
use boardwalk::fetch::{FetchOptions, Fetcher, HostPort, Pace};
use boardwalk::model::Clock;
use boardwalk::profile::Library;
use boardwalk::schedule::{BoardPlan, Limits, RevisitSchedule};
use boardwalk::store::sqlite::{OpenMode, SqliteStore, StoreOptions};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How much virtual time may pass between two looks of the pilot.
pub const STEP: Duration = Duration::from_secs(2);
/// How long the pilot rests between two looks while something is on its way.
const REST: Duration = Duration::from_micros(100);
/// Looks after which a server that is known to withhold answers is not waited for.
const MOST_LOOKS: u32 = 100;

/// The simulation's time, for everybody: the service's tasks and the servers' threads.
pub struct SimClock(AtomicI64);

impl SimClock {
    pub fn new(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now.as_millisecond())))
    }

    fn set(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("within jiff's years")
    }
}

pub struct Simulation {
    pub clock: Arc<SimClock>,
    /// A server withholds answers on purpose.
    pub stalled: Arc<AtomicBool>,
    pub boards: Vec<(Target, BoardPlan)>,
    pub budget_per_s: f64,
    pub seed: u64,
}

impl Simulation {
    /// Runs the service until `end`. Called again with the same database it is a restart.
    pub fn run(&self, database: &Path, end: Timestamp) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime on the test's thread");
        runtime.block_on(self.serve(database, end));
    }

    async fn serve(&self, database: &Path, end: Timestamp) {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let options = StoreOptions {
            keep_raw_pages: false,
            search_index: false,
            revisits: RevisitSchedule::off(),
            ..StoreOptions::default()
        };
        let store = SqliteStore::open(database, OpenMode::ReadWrite, options).expect("a store");
        let fetcher = self.fetcher(Arc::clone(&clock));
        let stop = CancellationToken::new();
        let service = Service {
            store: store.clone(),
            clock: Arc::clone(&clock),
            observer: Arc::new(()),
            pulse: Arc::new(Pulse::new(clock.now())),
            stop: stop.clone(),
        };
        let (_say, changes) = mpsc::channel(1);
        let served = crawl_forever(service, self.assignment(fetcher.clone()), changes);
        let pilot = self.pilot(&fetcher, &store, end, stop);
        let (served, ()) = tokio::join!(served, pilot);
        served.expect("the store works");
    }

    /// Moves the clock on while nothing is on its way, until the end.
    async fn pilot(
        &self,
        fetcher: &Fetcher,
        store: &SqliteStore,
        end: Timestamp,
        stop: CancellationToken,
    ) {
        let (started, began) = (tokio::time::Instant::now(), self.clock.now());
        loop {
            let passed = SignedDuration::try_from(started.elapsed()).expect("a year at most");
            self.clock.set(began + passed);
            if began + passed >= end {
                stop.cancel();
            }
            let mut n_looks = 0;
            while is_busy(fetcher, store) {
                n_looks += 1;
                if n_looks > MOST_LOOKS && self.stalled.load(Ordering::SeqCst) {
                    break;
                }
                // The clock stands still while a blocking task runs.
                tokio::task::spawn_blocking(|| std::thread::park_timeout(REST))
                    .await
                    .expect("it only waits");
            }
            if stop.is_cancelled() && began + passed >= end + SignedDuration::from_mins(1) {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
    }

    fn fetcher(&self, clock: Arc<dyn Clock>) -> Fetcher {
        let allow_private = self
            .boards
            .iter()
            .filter_map(|(target, _)| HostPort::of(&target.url))
            .collect();
        let options = FetchOptions {
            pace: Pace {
                min_interval: Duration::from_secs(1),
                max_connections: 2,
                max_interval: Duration::from_secs(60),
            },
            allow_private,
            ..FetchOptions::default()
        };
        Fetcher::new(options, clock).expect("a client")
    }

    fn assignment(&self, fetcher: Fetcher) -> Assignment {
        let library = Library::built_in();
        Assignment {
            fetcher,
            boards: self.boards.clone(),
            library: Arc::new(library),
            options: CrawlOptions {
                quiet_pages: 2,
                deep_every: SignedDuration::from_hours(24 * 365),
                restricted_retry: SignedDuration::from_hours(24 * 7),
                failed_retry: SignedDuration::from_hours(6),
                max_tries: 6,
                patience: SignedDuration::from_mins(10),
                confirm_gone_after: SignedDuration::from_mins(15),
                radar_interval: Some(SignedDuration::from_secs(5)),
                max_connections: 2,
                mask_addresses: false,
                grace: Duration::from_secs(8),
                seed: self.seed,
            },
            limits: Limits {
                zone: TimeZone::get("Asia/Seoul").expect("a bundled zone"),
                budget_per_s: self.budget_per_s,
                host_budget_per_s: self.budget_per_s,
                min_interval: Duration::from_secs(30),
                max_interval: Duration::from_secs(24 * 3_600),
            },
        }
    }
}

fn is_busy(fetcher: &Fetcher, store: &SqliteStore) -> bool {
    store.n_writing() > 0 || fetcher.hosts().iter().any(|host| host.n_in_flight() > 0)
}
