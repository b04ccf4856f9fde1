//! A changed configuration: noticed at SIGHUP and when its files change, taken over whole or refused whole.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::assignment::Assigner;
use super::dashboard;
use super::systemd;
use crate::cli::outfit;
use crate::config::{self, Database, Environment, Options};
use crate::crawl::Assignment;
use crate::model::Clock;
use crate::notify::Notifiers;
use crate::outputs::web::{RefusedConfig, Web};

/// The files are looked at this often. An editor's two writes within it count as one.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// When a file was changed last, and its length; `None`: it is not there now.
type Look = Option<(SystemTime, u64)>;

/// What was refused since the last configuration that was taken; shared with the pages that show it.
#[derive(Clone, Default)]
pub(super) struct Refusal(Arc<Mutex<Option<RefusedConfig>>>);

impl Refusal {
    pub(super) fn now(&self) -> Option<RefusedConfig> {
        self.kept().clone()
    }

    fn taken(&self) {
        *self.kept() = None;
    }

    fn refused(&self, complaints: Vec<String>) {
        let mut kept = self.kept();
        let before = kept.as_ref().map_or(0, |refused| refused.n_refused);
        *kept = Some(RefusedConfig {
            n_refused: before + 1,
            complaints,
        });
    }

    fn kept(&self) -> MutexGuard<'_, Option<RefusedConfig>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

pub(super) struct Watch {
    /// The configuration's own file.
    path: Option<PathBuf>,
    /// `--database` wins over the file.
    database: Option<Database>,
    /// What is in force.
    options: Options,
    assigner: Assigner,
    refusal: Refusal,
    clock: Arc<dyn Clock>,
}

/// Who hears of a changed configuration.
pub(super) struct Listeners {
    pub(super) crawl: mpsc::Sender<Assignment>,
    pub(super) notify: mpsc::Sender<Notifiers>,
    /// `None`: no pages are served.
    pub(super) web: Option<Web>,
}

impl Watch {
    pub(super) fn new(
        options: &Options,
        database: Option<Database>,
        assigner: Assigner,
        refusal: Refusal,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            path: options.source.clone(),
            database,
            options: options.clone(),
            assigner,
            refusal,
            clock,
        }
    }

    /// Sends each assignment that a changed configuration leads to, until nobody listens.
    pub(super) async fn run(mut self, say: Listeners) {
        let Ok(mut hangups) = signal(SignalKind::hangup()) else {
            warn!(
                "SIGHUP cannot be listened to: a changed configuration is only noticed by its file"
            );
            return self.watch_files(&say).await;
        };
        loop {
            tokio::select! {
                hangup = hangups.recv() => {
                    if hangup.is_none() {
                        return self.watch_files(&say).await;
                    }
                    info!("SIGHUP: reading the configuration");
                }
                () = self.until_files_change() => info!("the configuration's files have changed"),
            }
            if !self.reload(&say).await {
                return;
            }
        }
    }

    async fn watch_files(&mut self, say: &Listeners) {
        loop {
            self.until_files_change().await;
            if !self.reload(say).await {
                return;
            }
        }
    }

    /// Returns when a file of the configuration is another one than at the call, and has been the same for one look.
    async fn until_files_change(&self) {
        let first = self.look().await;
        let mut before = first.clone();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.look().await;
            if now != first && now == before {
                return;
            }
            before = now;
        }
    }

    async fn look(&self) -> Vec<Look> {
        let profiles = self.options.profiles.iter().map(|profile| &profile.path);
        let mut looks = Vec::new();
        for path in self.path.iter().chain(profiles) {
            let file = tokio::fs::metadata(path).await.ok();
            looks.push(file.and_then(|file| Some((file.modified().ok()?, file.len()))));
        }
        looks
    }

    /// Takes the configuration over, or refuses it. `false`: nobody listens any more.
    async fn reload(&mut self, say: &Listeners) -> bool {
        systemd::reloading();
        let taken = match self.read() {
            Ok((options, assignment, notifiers)) => {
                self.warn_of_fixed(&options);
                if let Some(web) = &say.web {
                    web.set_searches(dashboard::searches(&options));
                }
                self.options = options;
                self.refusal.taken();
                say.crawl.send(assignment).await.is_ok() && say.notify.send(notifiers).await.is_ok()
            }
            Err(complaint) => {
                let complaints: Vec<String> = format!("{complaint:#}")
                    .lines()
                    .map(str::to_owned)
                    .collect();
                for complaint in &complaints {
                    error!("{complaint}");
                }
                self.refusal.refused(complaints);
                error!("the configuration is refused; the old one goes on");
                true
            }
        };
        systemd::ready();
        taken
    }

    fn read(&mut self) -> anyhow::Result<(Options, Assignment, Notifiers)> {
        let mut options = config::load(self.path.as_deref(), &Environment::of_process())?;
        if let Some(database) = &self.database {
            options.database = database.clone();
        }
        let assignment = self.assigner.assign(&options)?;
        let clock = Arc::clone(&self.clock);
        let notifiers = outfit::notifiers(&options, Some(&assignment.fetcher), clock)?;
        Ok((options, assignment, notifiers))
    }

    /// What was opened at the start stays as it is.
    fn warn_of_fixed(&self, new: &Options) {
        let old = &self.options;
        let fixed = [
            ("database", old.database != new.database),
            ("web", old.web != new.web),
            ("store", old.store != new.store),
            ("revisit", old.revisit != new.revisit),
            ("log", old.log != new.log),
        ];
        for (key, _) in fixed.into_iter().filter(|(_, changed)| *changed) {
            warn!("what is new in `{key}` takes effect when the service is started again");
        }
    }
}
