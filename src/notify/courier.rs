//! One notifier at work: looks at what happened, queues messages, and sends those that are due, one at a time.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

use super::plan::plan;
use super::target::{Notifier, Outgoing};
use crate::fetch::{Attempt, HookAnswer, HookClient, HookError, MailError};
use crate::model::{Clock, Receipt};
use crate::store::{Delivery, MessageRecord, NotifierState, Outbox, StoreError};

/// What happened is looked for this often.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// Where events are being gathered: reading them again costs more than a late beginning of the next lot.
const GATHER_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// After an error of the store.
const REST: SignedDuration = SignedDuration::from_secs(60);
/// Events that are read at a time, with their texts.
const N_EVENTS: u32 = 100;
/// No more are queued where so many wait: events are kept anyway.
const MAX_WAITING: u64 = 1_000;
const FIRST_BACKOFF: Duration = Duration::from_secs(10);
const LONGEST_BACKOFF: Duration = Duration::from_secs(6 * 3_600);
/// What a target may ask for, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3_600);
/// Characters of an answer that are kept as the reason of a failure.
const REASON_CHARS: usize = 200;

pub struct Courier<O> {
    store: O,
    clock: Arc<dyn Clock>,
    pub(super) client: HookClient,
    notifier: Arc<Notifier>,
}

impl<O: Outbox> Courier<O> {
    pub fn new(
        store: O,
        clock: Arc<dyn Clock>,
        client: HookClient,
        notifier: Arc<Notifier>,
    ) -> Self {
        Self {
            store,
            clock,
            client,
            notifier,
        }
    }

    /// Works until the stop. A try in flight is ended first.
    pub(super) async fn serve(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let next = match self.look(&stop).await {
                Ok(next) => next,
                Err(problem) => {
                    let name = self.notifier.name();
                    error!("notifier {name}: {problem}; it rests for a minute");
                    self.clock.now() + REST
                }
            };
            let rest = next.duration_since(self.clock.now());
            let rest = Duration::try_from(rest).unwrap_or_default();
            let rest = rest.max(Duration::from_millis(1));
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Queues what is to be told, and sends what is due. Answers when to look again.
    ///
    /// # Errors
    /// The store's: what a target does is recorded there.
    pub async fn look(&self, stop: &CancellationToken) -> Result<Timestamp, StoreError> {
        let look_again = self.gather().await?;
        while !stop.is_cancelled() {
            let Some(state) = self.store.notifier(self.notifier.name()).await? else {
                break;
            };
            let Some(message) = self.store.next_message(self.notifier.name()).await? else {
                break;
            };
            let now = self.clock.now();
            let due_at = self.due_at(&message, &state);
            if due_at > now {
                return Ok(due_at.min(look_again));
            }
            let (delivery, receipt) = self.try_once(&message, now).await;
            self.tell(&message, &delivery);
            let at = self.clock.now();
            let name = self.notifier.name();
            self.store
                .record(message.id, name, delivery, receipt, at)
                .await?;
        }
        Ok(look_again)
    }

    async fn gather(&self) -> Result<Timestamp, StoreError> {
        let name = self.notifier.name();
        loop {
            let now = self.clock.now();
            let state = self.store.notifier(name).await?;
            let Some(state) = state.filter(|state| state.n_waiting < MAX_WAITING) else {
                return Ok(now + LOOK_EVERY);
            };
            // A lot of a digest may be larger than what is read at a time.
            let limit = N_EVENTS.max(self.notifier.options.digest_size as u32);
            let events = self.store.events_after(state.last_event, limit).await?;
            let more = events.len() == limit as usize;
            let Some(plan) = plan(&self.notifier, events, more, now) else {
                return Ok(now + LOOK_EVERY);
            };
            if plan.last_event > state.last_event {
                self.store
                    .queue(name, state.last_event, plan.last_event, plan.messages, now)
                    .await?;
            }
            if let Some(until) = plan.gathering_until {
                return Ok(until.min(now + GATHER_EVERY));
            }
            if !more {
                return Ok(now + LOOK_EVERY);
            }
        }
    }

    /// When a message may be sent, by its own time, its target's rest, and the pace. Kept moments, so that a restart is no
    /// burst.
    fn due_at(&self, message: &MessageRecord, state: &NotifierState) -> Timestamp {
        let paced = state
            .sent_at
            .map(|at| later(at, self.notifier.options.min_interval));
        [message.due_at, state.paused_until, paced]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(Timestamp::MIN)
    }

    async fn try_once(
        &self,
        message: &MessageRecord,
        now: Timestamp,
    ) -> (Delivery, Option<Receipt>) {
        let outgoing = self.notifier.outgoing(&message.key, &message.events, now);
        let (sent, receipt) = send(&self.client, self.notifier.name(), outgoing).await;
        let delivery = match sent {
            Ok(()) => Delivery::Sent,
            Err(failure) => self.failed(message, failure),
        };
        (delivery, receipt)
    }

    fn failed(&self, message: &MessageRecord, failure: Failure) -> Delivery {
        let now = self.clock.now();
        let n_tries = message.n_tries + 1;
        let wait = backoff(&message.key, n_tries);
        let wait = wait.max(failure.retry_after.unwrap_or_default().min(LONGEST_PAUSE));
        let next = later(now, wait);
        // Where its target is at fault, the message keeps its place in the queue, and all of them rest.
        let due_at = match failure.of_target {
            true => message.due_at,
            false => Some(next),
        };
        Delivery::Failed {
            error: failure.reason,
            due_at: due_at.filter(|_| n_tries < self.notifier.options.max_tries),
            pause_until: failure.of_target.then_some(next),
        }
    }

    fn tell(&self, message: &MessageRecord, delivery: &Delivery) {
        let (name, key) = (self.notifier.name(), &message.key);
        match delivery {
            Delivery::Sent => debug!("notifier {name}: {key} was taken"),
            Delivery::Failed {
                error,
                due_at: None,
                ..
            } => error!(
                "notifier {name}: {key} is given up ({error}); `boardwalk outbox retry {}` sends it again",
                message.id
            ),
            Delivery::Failed { error, .. } => {
                warn!("notifier {name}: {key} was not taken: {error}")
            }
        }
    }
}

/// What came of a test.
#[derive(Debug)]
pub struct Tested {
    /// Why it was not taken.
    pub outcome: Result<(), String>,
    /// Its target wants no message before.
    pub pause_until: Option<Timestamp>,
    pub receipt: Option<Receipt>,
}

/// Sends one message that says it is a test.
pub async fn send_test(client: &HookClient, notifier: &Notifier, now: Timestamp) -> Tested {
    let key = format!("msg_test_{}", now.as_millisecond());
    let (sent, receipt) = send(client, notifier.name(), notifier.test(&key, now)).await;
    let asked = sent.as_ref().err().and_then(|failure| failure.retry_after);
    Tested {
        pause_until: asked.map(|wait| later(now, wait.min(LONGEST_PAUSE))),
        outcome: sent.map_err(|failure| failure.reason),
        receipt,
    }
}

struct Failure {
    reason: String,
    /// It would have met any message.
    of_target: bool,
    retry_after: Option<Duration>,
}

async fn send(
    client: &HookClient,
    notifier: &str,
    outgoing: Outgoing<'_>,
) -> (Result<(), Failure>, Option<Receipt>) {
    let allowed_by = format!("notifier {notifier}");
    match outgoing {
        Outgoing::Hook { url, headers, body } => {
            let Attempt { outcome, receipt } = client.post(url, &headers, body, &allowed_by).await;
            (taken_by_hook(outcome), receipt)
        }
        Outgoing::Mail { server, mail } => {
            let Attempt { outcome, receipt } = client.mail(server, &mail, &allowed_by).await;
            (taken_by_server(outcome), receipt)
        }
    }
}

fn taken_by_hook(outcome: Result<HookAnswer, HookError>) -> Result<(), Failure> {
    match outcome {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => Err(Failure {
            reason: reason(&answer),
            // These are about what was sent (RFC 9110, 15.5.1, 15.5.14, 15.5.21). All else would meet any message: an
            // outage, a limit, a token that is none any more, a hook that was deleted or has moved.
            of_target: !matches!(answer.status, 400 | 413 | 422),
            retry_after: answer.retry_after.or_else(|| asked_in_body(&answer.body)),
        }),
        Err(error) => Err(Failure {
            reason: error.to_string(),
            of_target: !matches!(error, HookError::Header),
            retry_after: match error {
                HookError::Paused { wait, .. } => Some(wait),
                _ => None,
            },
        }),
    }
}

fn taken_by_server(outcome: Result<u16, MailError>) -> Result<(), Failure> {
    outcome.map(drop).map_err(|error| Failure {
        // 552 and 554 are about what the message says (RFC 5321, 4.2.3); all else would meet any other.
        of_target: !matches!(
            error,
            MailError::Answered {
                code: 552 | 554,
                ..
            }
        ),
        reason: error.to_string(),
        retry_after: None,
    })
}

fn reason(answer: &HookAnswer) -> String {
    let said: String = String::from_utf8_lossy(&answer.body)
        .chars()
        .filter(|c| !c.is_control())
        .take(REASON_CHARS)
        .collect();
    match (answer.status, said.trim()) {
        (status @ 300..400, _) => format!("answered {status}; redirects are not followed"),
        (status, "") => format!("answered {status}"),
        (status, said) => format!("answered {status}: {said}"),
    }
}

/// Telegram and Discord say in their answers how many seconds they want.
fn asked_in_body(body: &[u8]) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Asked {
        retry_after: Option<f64>,
        parameters: Option<Parameters>,
    }
    #[derive(Deserialize)]
    struct Parameters {
        retry_after: Option<f64>,
    }
    let asked: Asked = serde_json::from_slice(body).ok()?;
    let in_parameters = asked.parameters.and_then(|asked| asked.retry_after);
    Duration::try_from_secs_f64(asked.retry_after.or(in_parameters)?).ok()
}

/// Threefold after each try, give or take a fifth by the message's key: messages that failed together part.
pub(super) fn backoff(key: &str, n_tries: u32) -> Duration {
    let plain = FIRST_BACKOFF.saturating_mul(3_u32.saturating_pow(n_tries.saturating_sub(1)));
    let hash = blake3::hash(format!("{key} {n_tries}").as_bytes());
    let spread = f64::from(hash.as_bytes()[0]) / 255.0;
    plain.min(LONGEST_BACKOFF).mul_f64(0.8 + 0.4 * spread)
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
