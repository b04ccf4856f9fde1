//! Who is to hear of what happened? In: events, and the notifiers of the configuration. Out: messages to webhooks, chats and mailboxes,
//! each sent until its target has taken it, or given up and kept for the operator.
//!
//! At least once: a notifier goes on behind an event in the transaction that queues its message, and a message is removed
//! after its target took it. One that was sent when the process was killed is sent again, with the same key. A target
//! that does not answer rests, and so do its messages, in order; one that refuses a message holds up no other.
//!
//! What a board says is text here, too: it can neither call a chat's members nor format a message. Secrets are never logged,
//! and no error carries an address.

mod courier;
mod plan;
mod sign;
mod target;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use courier::{Courier, Tested, send_test};
pub use target::{Notifier, SetupError};

use crate::fetch::HookClient;
use crate::model::Clock;
use crate::store::{Outbox, StoreError};

/// Notifiers of a configuration, and what they send with.
#[derive(Clone)]
pub struct Notifiers {
    pub client: HookClient,
    pub list: Vec<Arc<Notifier>>,
}

/// Sends messages until it is told to stop.
pub struct Service<O> {
    store: O,
    clock: Arc<dyn Clock>,
    first: Notifiers,
}

impl<O: Outbox> Service<O> {
    /// Notifiers are set when this returns: they hear of what happens from then on.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(
        store: O,
        clock: Arc<dyn Clock>,
        first: Notifiers,
    ) -> Result<Self, StoreError> {
        set(&store, &first).await?;
        Ok(Self {
            store,
            clock,
            first,
        })
    }

    /// Serves the first notifiers, and each others that come after them.
    ///
    /// # Errors
    /// The store's.
    pub async fn run(
        self,
        mut changes: mpsc::Receiver<Notifiers>,
        stop: CancellationToken,
    ) -> Result<(), StoreError> {
        let mut notifiers = self.first;
        loop {
            let until = stop.child_token();
            let mut couriers = JoinSet::new();
            for notifier in &notifiers.list {
                let courier = Courier::new(
                    self.store.clone(),
                    Arc::clone(&self.clock),
                    notifiers.client.clone(),
                    Arc::clone(notifier),
                );
                couriers.spawn(courier.serve(until.clone()));
            }
            let next = tokio::select! {
                () = stop.cancelled() => None,
                next = changes.recv() => next,
            };
            let Some(next) = next else {
                stop.cancelled().await;
                return Ok(());
            };
            // Tries in flight end first, so that nothing is sent twice without need.
            until.cancel();
            while couriers.join_next().await.is_some() {}
            set(&self.store, &next).await?;
            notifiers = next;
        }
    }
}

async fn set<O: Outbox>(store: &O, notifiers: &Notifiers) -> Result<(), StoreError> {
    let names = notifiers.list.iter().map(|one| one.name().to_owned());
    store.set_notifiers(names.collect()).await
}
