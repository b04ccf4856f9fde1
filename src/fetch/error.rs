//! Why a page was not fetched, sorted by what to do next.

use std::fmt;
use std::time::Duration;

use super::Fetched;
use super::guard::Refusal;
use crate::model::{HostPause, Receipt};

/// What to do with a job whose fetch failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Not before this time has passed: the host is paused until then.
    After(Duration),
    /// By the caller's own back-off.
    Backoff,
    /// The same request will fail again. A later pass may still ask.
    Never,
    /// The host does not want us: leave the whole board alone, and tell the operator.
    StopBoard,
}

/// A fetch that failed: why, at which URL, and all that was done and learnt on the way.
#[derive(Debug)]
pub struct FetchError {
    pub kind: FetchErrorKind,
    /// The URL at which it failed: that of a hop, where the request was redirected.
    pub url: String,
    /// Set while the host is paused: to be kept, so that a restart does not forget it.
    pub pause: Option<Box<HostPause>>,
    /// The answer behind a refusing status, as far as it could be read: a challenge page says so there.
    pub page: Option<Box<Fetched>>,
    pub(crate) receipts: Vec<Receipt>,
    /// Part of an outage of the whole host, not of this page alone.
    pub(crate) outage: bool,
}

/// Each variant exists because somebody decides by it.
#[derive(Debug, thiserror::Error)]
pub enum FetchErrorKind {
    #[error("HTTP client could not be built")]
    Setup(#[source] reqwest::Error),
    /// The URL guard said no; nothing was sent.
    #[error("refused: {0}")]
    Refused(#[source] Refusal),
    #[error("disallowed by robots.txt ({rule})")]
    Robots { rule: String },
    /// Its server failed or did not answer, so nothing may be asked of the host (RFC 9309, 2.3.1.4).
    #[error("robots.txt could not be reached")]
    RobotsUnreachable { retry_after: Duration },
    /// The host asked us to wait, earlier; nothing was sent.
    #[error("host is paused for {}s: {reason}", wait.as_secs())]
    Paused { wait: Duration, reason: String },
    /// 429, 503, or another failure with `Retry-After`. `wait` is what `Retry-After` said, or our own back-off.
    #[error("answered {status}, wait {}s", wait.as_secs())]
    Busy { status: u16, wait: Duration },
    /// 430, or an answer marked as a bot challenge.
    #[error("answered {status}: blocked ({sign})")]
    Blocked { status: u16, sign: String },
    /// 408 or 5xx.
    #[error("answered {status}")]
    Server { status: u16 },
    #[error("no connection")]
    Connect(#[source] reqwest::Error),
    #[error("connection broke")]
    Broken(#[source] reqwest::Error),
    /// Connecting, waiting and reading took longer than this together.
    #[error("took longer than {}s", limit.as_secs_f32())]
    Timeout { limit: Duration },
    #[error("body is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: u64 },
    #[error("header is larger than {limit_bytes} bytes")]
    HeaderTooLarge { limit_bytes: usize },
    /// `gzip, gzip` and the like.
    #[error("body is encoded in a way we do not read ({encoding})")]
    Encoding { encoding: String },
    /// An image, a download: not read at all.
    #[error("not a page but {content_type}")]
    NotText { content_type: String },
    #[error("redirected more than {limit} times")]
    TooManyRedirects { limit: u32 },
    /// The same URL for the third time.
    #[error("redirected in a circle")]
    RedirectLoop,
}

impl FetchErrorKind {
    pub(crate) fn at(self, url: &impl fmt::Display) -> FetchError {
        FetchError {
            kind: self,
            url: url.to_string(),
            pause: None,
            page: None,
            receipts: Vec::new(),
            outage: false,
        }
    }

    /// The name under which the host counts it.
    pub(crate) fn counter(&self) -> &'static str {
        match self {
            Self::Setup(_) => "error.setup",
            Self::Refused(_) => "error.refused",
            Self::Robots { .. } => "error.robots",
            Self::RobotsUnreachable { .. } => "error.robots_unreachable",
            Self::Paused { .. } => "error.paused",
            Self::Busy { .. } => "error.busy",
            Self::Blocked { .. } => "error.blocked",
            Self::Server { .. } => "error.server",
            Self::Connect(_) => "error.connect",
            Self::Broken(_) => "error.broken",
            Self::Timeout { .. } => "error.timeout",
            Self::TooLarge { .. } => "error.too_large",
            Self::HeaderTooLarge { .. } => "error.header_too_large",
            Self::Encoding { .. } => "error.encoding",
            Self::NotText { .. } => "error.not_text",
            Self::TooManyRedirects { .. } => "error.too_many_redirects",
            Self::RedirectLoop => "error.redirect_loop",
        }
    }

    /// No answer came, so it may be the host rather than the page.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Connect(_) | Self::Broken(_) | Self::Timeout { .. }
        )
    }
}

impl FetchError {
    /// What to do next.
    pub fn retry(&self) -> Retry {
        // While the host is paused, asking earlier than the pause's end would only be refused.
        match &self.kind {
            FetchErrorKind::RobotsUnreachable { retry_after } => Retry::After(*retry_after),
            FetchErrorKind::Paused { wait, .. } | FetchErrorKind::Busy { wait, .. } => {
                Retry::After(*wait)
            }
            FetchErrorKind::Blocked { .. } => Retry::StopBoard,
            FetchErrorKind::Server { .. }
            | FetchErrorKind::Connect(_)
            | FetchErrorKind::Broken(_)
            | FetchErrorKind::Timeout { .. }
            | FetchErrorKind::Encoding { .. } => Retry::Backoff,
            FetchErrorKind::Setup(_)
            | FetchErrorKind::Refused(_)
            | FetchErrorKind::Robots { .. }
            | FetchErrorKind::TooLarge { .. }
            | FetchErrorKind::HeaderTooLarge { .. }
            | FetchErrorKind::NotText { .. }
            | FetchErrorKind::TooManyRedirects { .. }
            | FetchErrorKind::RedirectLoop => Retry::Never,
        }
    }

    /// Nobody answered: no connection, no answer in time, or one that broke off.
    pub fn is_silence(&self) -> bool {
        matches!(
            self.kind,
            FetchErrorKind::Connect(_)
                | FetchErrorKind::Timeout { .. }
                | FetchErrorKind::Broken(_)
                | FetchErrorKind::RobotsUnreachable { .. }
        )
    }

    /// Whether this used up one of the job's tries. What is the host's fault, not the page's, does not: else an
    /// outage of an hour would leave a thousand articles marked as failed.
    pub fn counts_as_try(&self) -> bool {
        match &self.kind {
            FetchErrorKind::RobotsUnreachable { .. }
            | FetchErrorKind::Paused { .. }
            | FetchErrorKind::Busy { .. }
            | FetchErrorKind::Blocked { .. }
            | FetchErrorKind::Setup(_) => false,
            FetchErrorKind::Connect(_)
            | FetchErrorKind::Broken(_)
            | FetchErrorKind::Timeout { .. } => !self.outage,
            FetchErrorKind::Server { .. }
            | FetchErrorKind::Refused(_)
            | FetchErrorKind::Robots { .. }
            | FetchErrorKind::TooLarge { .. }
            | FetchErrorKind::HeaderTooLarge { .. }
            | FetchErrorKind::Encoding { .. }
            | FetchErrorKind::NotText { .. }
            | FetchErrorKind::TooManyRedirects { .. }
            | FetchErrorKind::RedirectLoop => true,
        }
    }

    /// Of the requests made before it failed, the failing one included.
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// The same, to keep.
    pub fn take_receipts(&mut self) -> Vec<Receipt> {
        std::mem::take(&mut self.receipts)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.kind)
    }
}

impl std::error::Error for FetchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.kind.source()
    }
}
