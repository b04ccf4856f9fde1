//! `boardwalk notify`: whether a notifier of the configuration works.

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{Exit, Usage, outfit};
use crate::config::Options;
use crate::model::{Clock, SystemClock};
use crate::notify::send_test;

/// Try out the notifiers of the configuration
#[derive(Debug, Args)]
pub(super) struct NotifyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send one message that says that it is a test
    Test {
        /// A notifier of the configuration
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl NotifyCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Action::Test { name } = self.action;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let known = options.notifiers.iter().any(|known| known.name == name);
        if !known {
            let words = format!("no notifier of the configuration is named {name}");
            return Err(Usage(words).into());
        }
        let mut only = options.clone();
        only.notifiers.retain(|notifier| notifier.name == name);
        let notifiers = outfit::notifiers(&only, None, Arc::clone(&clock))?;
        let sent = outfit::runtime()?.block_on(async {
            for notifier in &notifiers.list {
                send_test(&notifiers.client, notifier, clock.now()).await?;
            }
            Ok::<_, String>(())
        });
        match sent {
            Ok(()) => {
                eprintln!("{name} has taken the test");
                Ok(Exit::Done)
            }
            Err(reason) => {
                eprintln!("{name} has not taken the test: {reason}");
                Ok(Exit::Partial)
            }
        }
    }
}
