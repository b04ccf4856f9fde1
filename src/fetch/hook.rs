//! Messages to addresses that the operator wrote down, which may therefore be private or loopback ones, as boards' may.
//! Link-local ones (cloud metadata) stay closed, and a redirect is an answer like any other: where it leads nobody has named.
//!
//! Addresses of hooks are secrets: no error here carries one.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder};
use tokio::time::Instant;
use url::Url;

use super::answer::Answer;
use super::client::asks_to_wait;
use super::factory::{build_client, install_crypto};
use super::guard::{Guard, Refusal, Route, SystemResolver, refusal_in};
use super::host::{Paused, Turn, host_key};
use super::{FetchError, FetchErrorKind, FetchOptions, Fetcher};
use crate::model::{Clock, Receipt};

/// The most that is read of an answer: enough for why it is no success.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Sends messages. Clones share connections.
#[derive(Clone)]
pub struct HookClient {
    public: Client,
    named: Client,
    guard: Arc<Guard>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    /// Asks hosts for pages.
    fetcher: Option<Fetcher>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookAnswer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    /// Its beginning.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("refused: {0}")]
    Refused(Refusal),
    #[error("a header's value cannot be sent")]
    Header,
    /// A host of boards asked us to wait; nothing was sent.
    #[error("host is paused for {}s: {reason}", wait.as_secs())]
    Paused { wait: Duration, reason: String },
    #[error("no answer within {}s", limit.as_secs())]
    Timeout { limit: Duration },
    #[error("no connection")]
    Connect,
    #[error("connection broke")]
    Broken,
}

/// One try, and the proof of it.
#[derive(Debug)]
pub struct Attempt<T, E> {
    pub outcome: Result<T, E>,
    /// Names the host alone: what follows it may be a secret. `None`: nothing was sent.
    pub receipt: Option<Receipt>,
}

impl<T, E> Attempt<T, E> {
    pub(super) fn unsent(error: E) -> Self {
        Self {
            outcome: Err(error),
            receipt: None,
        }
    }
}

/// A message on its way.
pub(super) struct Receipted {
    at: Timestamp,
    started: Instant,
}

impl Receipted {
    pub(super) fn begin(clock: &dyn Clock) -> Self {
        Self {
            at: clock.now(),
            started: Instant::now(),
        }
    }

    pub(super) fn end(
        self,
        host: String,
        url: String,
        status: Option<u16>,
        body_bytes: u64,
        allowed_by: &str,
        error: Option<String>,
    ) -> Receipt {
        let duration = self.started.elapsed();
        Receipt {
            host,
            url,
            at: self.at,
            status,
            body_bytes,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            purpose: "message",
            allowed_by: allowed_by.to_owned(),
            error,
        }
    }
}

impl HookClient {
    /// Of `options`, what is about redirects, pace and robots is of no account.
    ///
    /// # Errors
    /// `Setup`.
    pub fn new(options: &FetchOptions, clock: Arc<dyn Clock>) -> Result<Self, FetchError> {
        install_crypto();
        let client = |route| {
            build_client(options, route, Arc::new(SystemResolver))
                .map_err(|error| FetchErrorKind::Setup(error).at(&"HTTP client"))
        };
        Ok(Self {
            public: client(Route::Public)?,
            named: client(Route::Named)?,
            guard: Arc::new(Guard::new(options.allow_private.clone())),
            timeout: options.timeout,
            clock,
            fetcher: None,
        })
    }

    /// A host that this fetcher asks, too, gets messages in its turn only: pages and messages share its pace and its pauses.
    pub fn beside(mut self, fetcher: Fetcher) -> Self {
        self.fetcher = Some(fetcher);
        self
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(super) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// One try; `reason` stands in its receipt as what allowed it. Any status is an answer.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
        reason: &str,
    ) -> Attempt<HookAnswer, HookError> {
        let request = match self.request(url, headers, body) {
            Ok(request) => request,
            Err(error) => return Attempt::unsent(error),
        };
        let host = self.fetcher.as_ref().and_then(|it| it.known_host(url));
        let mut turn = match &host {
            Some(host) => match host.turn().await {
                Ok(turn) => Some(turn),
                Err(Paused { wait, reason }) => {
                    return Attempt::unsent(HookError::Paused { wait, reason });
                }
            },
            None => None,
        };
        let sending = Receipted::begin(self.clock());
        let limit = self.timeout;
        let answer = tokio::time::timeout(limit, answer_of(request, turn.as_mut())).await;
        let answer = answer.unwrap_or(Err(HookError::Timeout { limit }));
        drop(turn);
        let outcome = answer.map(|answer| HookAnswer {
            status: answer.status,
            retry_after: answer.retry_after(self.clock.now()),
            body: answer.body,
        });
        if let (Some(host), Ok(answer)) = (&host, &outcome)
            && asks_to_wait(answer.status, answer.retry_after)
        {
            let why = format!("answered {} to a message", answer.status);
            host.refused(answer.retry_after, &why);
        }
        let answer = outcome.as_ref().ok();
        let receipt = sending.end(
            host_key(url),
            url.origin().ascii_serialization(),
            answer.map(|answer| answer.status),
            answer.map_or(0, |answer| answer.body.len() as u64),
            reason,
            outcome.as_ref().err().map(ToString::to_string),
        );
        Attempt {
            outcome,
            receipt: Some(receipt),
        }
    }

    fn request(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<RequestBuilder, HookError> {
        let client = match self.guard.check(url).map_err(HookError::Refused)? {
            Route::Public => &self.public,
            Route::Named => &self.named,
        };
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).map_err(|_| HookError::Header)?;
            sent.insert(HeaderName::from_static(name), value);
        }
        Ok(client.post(url.clone()).headers(sent).body(body))
    }
}

async fn answer_of(request: RequestBuilder, turn: Option<&mut Turn>) -> Result<Answer, HookError> {
    let mut response = request.send().await.map_err(|error| sorted(&error))?;
    if let Some(turn) = turn {
        turn.answered();
    }
    let mut body = Vec::new();
    // What is beyond the limit, or does not come, changes nothing: the status has told it.
    while body.len() < MAX_ANSWER_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        let room = MAX_ANSWER_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body,
        took: Duration::ZERO,
    })
}

fn sorted(error: &reqwest::Error) -> HookError {
    match refusal_in(error) {
        Some(refusal) => HookError::Refused(refusal),
        None if error.is_connect() => HookError::Connect,
        None => HookError::Broken,
    }
}
