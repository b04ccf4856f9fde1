//! What is kept of messages to the outside. Events are numbered in the order of their commits, and a notifier remembers
//! the last one it has looked at; that it goes on and that its messages are queued is one transaction. So a kill at any
//! moment sends a message once more at worst.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::model::{EventKind, Receipt};

/// What happened, as far as a message tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Grows with the time of the commit; never given twice.
    pub id: i64,
    pub at: Timestamp,
    pub kind: EventKind,
    pub board: String,
    /// `None`: it is about the board.
    pub article: Option<EventArticle>,
    pub revision: Option<u32>,
    /// Evidence or finding.
    pub note: Option<String>,
    /// A post that was there before its board was read to the end for the first time, or more than a week older than its
    /// finding: new to the archive, and news to nobody.
    #[serde(skip)]
    pub is_backlog: bool,
}

/// The article of an event, as it is held now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventArticle {
    pub id: i64,
    pub key: String,
    pub url: String,
    pub title: String,
    pub author: Option<String>,
    pub posted_at: Option<Timestamp>,
    /// Whole when it is read from the store, its beginning in a message.
    pub text: String,
}

/// How a notifier stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifierState {
    /// The last event it has looked at.
    pub last_event: i64,
    pub sent_at: Option<Timestamp>,
    /// Its target is not asked before.
    pub paused_until: Option<Timestamp>,
    /// Messages that wait.
    pub n_waiting: u64,
}

/// A message that is to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// As the receiver sees it.
    pub key: String,
    pub events: Vec<EventRecord>,
}

/// A message that waits, or was given up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageRecord {
    pub id: i64,
    pub notifier: String,
    pub key: String,
    pub made_at: Timestamp,
    /// `None`: it was given up.
    pub due_at: Option<Timestamp>,
    /// Tries so far, all failed.
    pub n_tries: u32,
    /// Why the last one failed.
    pub error: Option<String>,
    pub events: Vec<EventRecord>,
}

/// A notifier in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotifierRecord {
    pub name: String,
    /// `false`: the service's configuration has it no more, but messages of it are left.
    pub configured: bool,
    pub n_sent: u64,
    /// Tries that failed.
    pub n_failed: u64,
    /// The last try, whatever came of it.
    pub sent_at: Option<Timestamp>,
    pub paused_until: Option<Timestamp>,
    pub n_waiting: u64,
    pub n_given_up: u64,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    Sent,
    Failed {
        error: String,
        /// `None`: it is given up.
        due_at: Option<Timestamp>,
        /// The target asked for a rest, or is not there.
        pause_until: Option<Timestamp>,
    },
}

/// What the notifiers do with a store.
pub trait Outbox: Clone + Send + Sync + 'static {
    /// Takes over which notifiers there are. A new one begins behind the last event that there is: what happened before
    /// it is no news. One that is gone is forgotten, its messages are kept.
    fn set_notifiers(&self, names: Vec<String>) -> impl Future<Output = Answer<()>> + Send;

    /// `None` for one that was not set.
    fn notifier(&self, name: &str) -> impl Future<Output = Answer<Option<NotifierState>>> + Send;

    /// Up to `limit` events behind the one with this number, in order.
    fn events_after(
        &self,
        event: i64,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<EventRecord>>> + Send;

    /// Queues messages, and has the notifier go on to `last_event`, in one transaction. Nothing is done where it does not
    /// stand at `before` any more.
    fn queue(
        &self,
        notifier: &str,
        before: i64,
        last_event: i64,
        messages: Vec<NewMessage>,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// The message that waits and is due first.
    fn next_message(
        &self,
        notifier: &str,
    ) -> impl Future<Output = Answer<Option<MessageRecord>>> + Send;

    /// Writes down what became of a try, and the receipt of it. One that was sent is removed.
    fn record(
        &self,
        message: i64,
        notifier: &str,
        delivery: Delivery,
        receipt: Option<Receipt>,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;
}
