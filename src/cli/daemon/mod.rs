//! `boardwalk daemon`: passes of the configuration's boards when the schedule says so, until a signal.

mod assignment;
mod dashboard;
mod reload;
mod systemd;

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
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
use crate::model::{Clock, SystemClock};
use crate::notify::{self, Notifiers};
use crate::outputs::number::counted;
use crate::outputs::web;
use crate::store::sqlite::{OpenMode, SqliteStore};
use assignment::Assigner;
use reload::{Listeners, Refusal, Watch};

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
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let notifiers = outfit::notifiers(&options, Some(&first.fetcher), Arc::clone(&clock))?;
        let Database::Sqlite(path) = &options.database;
        let store_options = outfit::store_options(&options);
        let store = SqliteStore::open(path, OpenMode::ReadWrite, store_options)?;
        let pulse = Arc::new(Pulse::new(clock.now()));
        let refusal = Refusal::default();
        let stop = CancellationToken::new();
        outfit::runtime()?.block_on(async {
            let mut helpers = JoinSet::new();
            helpers.spawn(wait_for_signals(stop.clone()));
            let mut served = None;
            if let Some(address) = options.web.listen {
                let listener = TcpListener::bind(address)
                    .await
                    .with_context(|| format!("web.listen: {address} cannot be listened on"))?;
                info!("listening on http://{address}");
                let web =
                    dashboard::web(&options, path.clone(), Arc::clone(&pulse), refusal.clone());
                let router = web::router(web.clone(), dashboard::access(&options));
                served = Some(web);
                helpers.spawn(serve_web(listener, router, stop.clone()));
            }
            helpers.spawn(systemd::beat(Arc::clone(&pulse), Arc::clone(&clock)));
            let notify = notify::Service::new(store.clone(), Arc::clone(&clock), notifiers).await?;
            let (say_crawl, changes) = mpsc::channel(1);
            let (say_notify, other_notifiers) = mpsc::channel(1);
            helpers.spawn(tell(notify, other_notifiers, stop.clone()));
            let watch = Watch::new(
                &options,
                self.database.database,
                assigner,
                refusal,
                Arc::clone(&clock),
            );
            helpers.spawn(watch.run(Listeners {
                crawl: say_crawl,
                notify: say_notify,
                web: served,
            }));
            let service = Service {
                store,
                clock,
                observer: Arc::new(Log),
                pulse,
                stop: stop.clone(),
            };
            systemd::ready();
            info!("serving {}", counted(options.boards.len() as u64, "board"));
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

async fn serve_web(listener: TcpListener, router: Router, stop: CancellationToken) {
    if let Err(error) = web::serve(listener, router, stop).await {
        error!("the web server has ended: {error}");
    }
}

async fn tell(
    service: notify::Service<SqliteStore>,
    changes: mpsc::Receiver<Notifiers>,
    stop: CancellationToken,
) {
    if let Err(error) = service.run(changes, stop).await {
        error!("messages are not sent any more: {error}");
    }
}
