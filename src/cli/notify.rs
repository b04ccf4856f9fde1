//! `boardwalk notify`: whether a notifier of the configuration works. Works beside a running service, whose pace it shares.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{DatabaseArg, Exit, Usage, outfit};
use crate::config::{Database, Options};
use crate::model::{Clock, SystemClock};
use crate::notify::{Notifiers, send_test};
use crate::store::sqlite::OutboxDesk;

/// A turn that comes sooner is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Try out the notifiers of the configuration
#[derive(Debug, Args)]
pub(super) struct NotifyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send one message that says that it is a test, at the pace of the others
    Test {
        /// A notifier of the configuration
        #[arg(value_name = "NAME")]
        name: String,

        #[command(flatten)]
        database: DatabaseArg,
    },
}

impl NotifyCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Action::Test { name, database } = self.action;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let known = options.notifiers.iter().find(|known| known.name == name);
        let Some(min_interval) = known.map(|notifier| notifier.min_interval) else {
            let words = format!("no notifier of the configuration is named {name}");
            return Err(Usage(words).into());
        };
        let mut only = options.clone();
        only.notifiers.retain(|notifier| notifier.name == name);
        let notifiers = outfit::notifiers(&only, None, Arc::clone(&clock))?;
        let Database::Sqlite(path) = database.or(options);
        // Before the first crawl there is no archive, and no pace to be kept.
        let desk = path.exists().then(|| OutboxDesk::open(&path)).transpose()?;
        outfit::runtime()?.block_on(async {
            if let Some(desk) = &desk
                && let Some(at) = turn(desk, &name, min_interval, clock.as_ref()).await?
            {
                eprintln!("{name} takes no message before {at:.0}");
                return Ok(Exit::Partial);
            }
            test(&notifiers, desk.as_ref(), clock.now()).await
        })
    }
}

/// Takes the notifier's turn, or answers when it comes.
async fn turn(
    desk: &OutboxDesk,
    name: &str,
    min_interval: Duration,
    clock: &dyn Clock,
) -> anyhow::Result<Option<Timestamp>> {
    let until = clock.now() + LONGEST_WAIT;
    loop {
        let now = clock.now();
        match desk.take_turn(name, min_interval, now)? {
            None => return Ok(None),
            Some(at) if at > until => return Ok(Some(at)),
            Some(at) => {
                let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
                tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
            }
        }
    }
}

async fn test(
    notifiers: &Notifiers,
    desk: Option<&OutboxDesk>,
    now: Timestamp,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for notifier in &notifiers.list {
        let name = notifier.name();
        let tested = send_test(&notifiers.client, notifier, now).await;
        if let Some(desk) = desk {
            desk.record(name, tested.receipt, tested.pause_until)?;
        }
        match tested.outcome {
            Ok(()) => eprintln!("{name} has taken the test"),
            Err(reason) => {
                eprintln!("{name} has not taken the test: {reason}");
                exit = Exit::Partial;
            }
        }
    }
    Ok(exit)
}
