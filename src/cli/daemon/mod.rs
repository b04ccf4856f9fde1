//! `boardwalk daemon`: passes of the configuration's boards when the schedule says so, until a signal.

mod assignment;
mod reload;
mod systemd;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::crawl::wait_for_signals;
use super::{DatabaseArg, Exit, Usage, outfit};
use crate::config::{Database, Options};
use crate::crawl::{Observer, Pulse, Service, Sighting, crawl_forever};
use crate::fetch::HostSnapshot;
use crate::model::{Clock, SystemClock};
use crate::outputs::web::{self, Archives, BoardVitals, HostVitals, Vitals, Web};
use crate::store::sqlite::{OpenMode, SqliteArchive, SqliteStore};
use crate::store::{Archive, StoreError};
use assignment::Assigner;
use reload::Watch;

/// Run as a service: crawl the configuration's boards by their schedules until a signal
#[derive(Debug, Args)]
pub(super) struct DaemonCommand {
    #[command(flatten)]
    database: DatabaseArg,
}

impl DaemonCommand {
    pub(super) fn run(self, mut options: Options) -> anyhow::Result<Exit> {
        options.database = self.database.or(&options);
        if options.boards.is_empty() {
            let named = match &options.source {
                Some(path) => format!("{} names no boards", path.display()),
                None => "there is no configuration file".to_owned(),
            };
            return Err(Usage(format!(
                "{named}; the service crawls the boards of its file"
            ))
            .into());
        }
        let mut assigner = Assigner::default();
        let first = assigner.assign(&options)?;
        let Database::Sqlite(path) = &options.database;
        let store_options = outfit::store_options(&options);
        let store = SqliteStore::open(path, OpenMode::ReadWrite, store_options)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let pulse = Arc::new(Pulse::new(clock.now()));
        let n_refused = Arc::new(AtomicU64::new(0));
        let stop = CancellationToken::new();
        outfit::runtime()?.block_on(async {
            let mut helpers = JoinSet::new();
            helpers.spawn(wait_for_signals(stop.clone()));
            if let Some(address) = options.web.listen {
                let listener = TcpListener::bind(address)
                    .await
                    .with_context(|| format!("web.listen: {address} cannot be listened on"))?;
                info!("listening on http://{address}");
                let web = web_of(path.clone(), Arc::clone(&pulse), Arc::clone(&n_refused));
                helpers.spawn(serve_web(listener, web, stop.clone()));
            }
            helpers.spawn(systemd::beat(Arc::clone(&pulse), Arc::clone(&clock)));
            let (say, changes) = mpsc::channel(1);
            let watch = Watch::new(&options, self.database.database, assigner, n_refused);
            helpers.spawn(watch.run(say));
            let service = Service {
                store,
                clock,
                observer: Arc::new(Log),
                pulse,
                stop: stop.clone(),
            };
            systemd::ready();
            info!("serving {} boards", options.boards.len());
            let stopping = async {
                stop.cancelled().await;
                systemd::stopping();
                std::future::pending().await
            };
            tokio::select! {
                served = crawl_forever(service, first, changes) => served?,
                () = stopping => {}
            }
            info!("stopped");
            Ok(Exit::Done)
        })
    }
}

/// What a one-off run shows on a terminal goes to the log.
struct Log;

impl Observer for Log {
    fn see(&self, sighting: Sighting) {
        if let Sighting::Note(note) = sighting {
            info!("{note}");
        }
    }
}

async fn serve_web(listener: TcpListener, web: Web, stop: CancellationToken) {
    if let Err(error) = web::serve(listener, web::router(web), stop).await {
        error!("the web server has ended: {error}");
    }
}

fn web_of(path: std::path::PathBuf, pulse: Arc<Pulse>, n_refused: Arc<AtomicU64>) -> Web {
    let open = move || -> Result<Box<dyn Archive + Send>, StoreError> {
        Ok(Box::new(SqliteArchive::open(&path)?))
    };
    let vitals = move || vitals(&pulse, n_refused.load(Ordering::Relaxed));
    Web::new(
        Archives::new(Arc::new(open)),
        Arc::new(vitals),
        Arc::new(SystemClock),
    )
}

/// The pulse in the words of the outputs, which know nothing of crawling.
fn vitals(pulse: &Pulse, n_refused_reloads: u64) -> Vitals {
    let boards: BTreeMap<String, BoardVitals> = pulse
        .boards()
        .into_iter()
        .map(|(name, board)| {
            let vitals = BoardVitals {
                running: board.running,
                next_at: board.next.at,
                next_reason: board.next.reason.to_string(),
                posts_per_day: board.next.posts_per_day,
            };
            (name, vitals)
        })
        .collect();
    Vitals {
        started_at: pulse.started_at(),
        beat_at: pulse.beat_at(),
        n_reloads: pulse.n_reloads(),
        n_refused_reloads,
        boards,
        hosts: pulse.hosts().into_iter().map(host_vitals).collect(),
    }
}

fn host_vitals(host: HostSnapshot) -> (String, HostVitals) {
    let vitals = HostVitals {
        interval: host.interval,
        paused_until: host.paused_until,
        n_in_flight: host.n_in_flight,
        pause_reason: host.reason,
        counters: host.counters,
    };
    (host.host, vitals)
}
