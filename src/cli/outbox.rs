//! `boardwalk outbox`: messages that wait or were given up. Works beside a running service.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{DatabaseArg, Exit, Usage, open_archive};
use crate::config::{Database, Options};
use crate::model::{Clock, SystemClock};
use crate::outputs::outbox::OutboxList;
use crate::store::sqlite::OutboxDesk;

/// List messages that wait or were given up, send them again, or drop them
#[derive(Debug, Args)]
pub(super) struct OutboxCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List notifiers and their messages, those that were given up first
    List {
        #[command(flatten)]
        database: DatabaseArg,

        /// The most messages
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,

        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Have messages sent as soon as may be, by the running service or the next one
    Retry(Which),
    /// Remove messages for good
    Drop(Which),
}

#[derive(Debug, Args)]
struct Which {
    /// Number of a message, as listed
    #[arg(value_name = "MESSAGE", required_unless_present = "all")]
    message: Option<i64>,

    /// All that were given up
    #[arg(long, conflicts_with = "message")]
    all: bool,

    #[command(flatten)]
    database: DatabaseArg,
}

impl OutboxCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        match self.action {
            Action::List {
                database,
                limit,
                json,
            } => {
                let archive = open_archive(&database.or(options))?;
                let list = OutboxList::read(archive.as_ref(), limit)?;
                let mut out = std::io::stdout().lock();
                match json {
                    true => list.write_json(&mut out)?,
                    false => list.write_lines(&options.zone(), &mut out)?,
                }
                out.flush()?;
                Ok(Exit::Done)
            }
            Action::Retry(which) => {
                let n = which
                    .desk(options)?
                    .retry(which.message, SystemClock.now())?;
                which.done(n, "will be sent again")
            }
            Action::Drop(which) => {
                let n = which.desk(options)?.remove(which.message)?;
                which.done(n, "dropped")
            }
        }
    }
}

impl Which {
    fn desk(&self, options: &Options) -> anyhow::Result<OutboxDesk> {
        let Database::Sqlite(path) = self.database.or(options);
        Ok(OutboxDesk::open(&path)?)
    }

    fn done(&self, n_messages: usize, what: &str) -> anyhow::Result<Exit> {
        match (self.message, n_messages) {
            (Some(message), 0) => Err(Usage(format!("there is no message {message}")).into()),
            _ => {
                eprintln!("{n_messages} {what}");
                Ok(Exit::Done)
            }
        }
    }
}
