//! Messages to addresses that the operator wrote down, which may therefore be private or loopback ones, as boards' may.
//! Link-local ones (cloud metadata) stay closed, and a redirect is an answer like any other: where it leads nobody has named.
//!
//! Addresses of hooks are secrets: no error here carries one.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::answer::Answer;
use super::factory::{build_client, install_crypto};
use super::guard::{Guard, Refusal, Route, SystemResolver, refusal_in};
use super::{FetchError, FetchErrorKind, FetchOptions};
use crate::model::Clock;

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
    #[error("no answer within {}s", limit.as_secs())]
    Timeout { limit: Duration },
    #[error("no connection")]
    Connect,
    #[error("connection broke")]
    Broken,
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
        })
    }

    /// One try.
    ///
    /// # Errors
    /// [`HookError`]; any status is an answer.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<HookAnswer, HookError> {
        let client = match self.guard.check(url).map_err(HookError::Refused)? {
            Route::Public => &self.public,
            Route::Named => &self.named,
        };
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).map_err(|_| HookError::Header)?;
            sent.insert(HeaderName::from_static(name), value);
        }
        let request = client.post(url.clone()).headers(sent).body(body);
        let limit = self.timeout;
        let answer = tokio::time::timeout(limit, answer_of(request)).await;
        let answer = answer.map_err(|_| HookError::Timeout { limit })??;
        Ok(HookAnswer {
            status: answer.status,
            retry_after: answer.retry_after(self.clock.now()),
            body: answer.body,
        })
    }
}

async fn answer_of(request: reqwest::RequestBuilder) -> Result<Answer, HookError> {
    let mut response = request.send().await.map_err(|error| sorted(&error))?;
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
