//! What does this URL answer? In: a request of a job. Out: a page's bytes and the receipts of asking for it, or
//! an error that says what to do next.
//!
//! Every request (robots files and each redirect hop too) goes through the [`Host`] it is sent to, which owns the
//! pace, and past the [`guard`], which keeps us out of private networks. One `get` is one try: who wants it again
//! queues it again. Must never: read a body without a cap, retry by itself, follow a redirect it was not told to
//! follow, or decide what a page means.

mod answer;
mod charset;
mod client;
mod consult;
mod cookies;
mod decode;
mod error;
mod factory;
mod guard;
mod hook;
mod host;
mod mail;
mod robots;
#[cfg(test)]
pub(crate) mod tests;
mod throttle;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

pub use client::{Fetcher, FreshRobots};
pub use decode::{Decoded, decode, decode_as, tld_of};
pub use error::{FetchError, FetchErrorKind, Retry};
pub use factory::install_crypto;
pub use guard::{HostPort, Refusal, Resolved, Resolver, SystemResolver};
pub use hook::{Attempt, HookAnswer, HookClient, HookError};
pub use host::{Host, HostSnapshot, host_key};
pub use mail::{CAN_MAIL, Mail, MailError, MailServer, is_mail_address};

use crate::model::Receipt;

/// How fast one host may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Least time between the starts of two requests. A robots file may ask for more, never for less.
    pub min_interval: Duration,
    /// Most requests in flight at a time; at least 1.
    pub max_connections: usize,
    /// The host's own back-off ends here.
    pub max_interval: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            min_interval: Duration::from_secs(1),
            max_connections: 2,
            max_interval: Duration::from_secs(60),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct FetchOptions {
    pub user_agent: String,
    pub accept_language: String,
    /// For one request: connecting, waiting and reading the body.
    pub timeout: Duration,
    /// Counted after decompression.
    pub max_body_bytes: u64,
    /// Hops followed for one page.
    pub max_redirects: u32,
    pub pace: Pace,
    /// Hosts (`host` or `host:port`) with a least interval of their own.
    pub host_intervals: HashMap<String, Duration>,
    /// `false` is written into every receipt.
    pub obey_robots: bool,
    /// Hosts and ports that the operator named, and which may therefore have a private or loopback address.
    pub allow_private: Vec<HostPort>,
    /// Only from our own configuration, never from the environment. What the proxy connects to is the
    /// proxy's to guard.
    pub proxy: Option<Url>,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            user_agent: concat!("boardwalk/", env!("CARGO_PKG_VERSION")).into(),
            accept_language: "ko-KR,ko;q=0.9,en;q=0.5".into(),
            timeout: Duration::from_secs(30),
            max_body_bytes: 8 * 1024 * 1024,
            max_redirects: 10,
            pace: Pace::default(),
            host_intervals: HashMap::new(),
            obey_robots: true,
            allow_private: Vec::new(),
            proxy: None,
        }
    }
}

/// Decides whether a redirect is followed.
pub type Follow = Arc<dyn Fn(&Url) -> bool + Send + Sync>;

/// One page to be asked for.
#[derive(Clone)]
pub struct Request {
    pub url: Url,
    /// Name of the cookie jar: one for each board.
    pub jar: String,
    /// The page that linked here. What of it is sent is decided as a browser does.
    pub referer: Option<Url>,
    /// `listing`, `article`, `comments`, …: what the receipt says asked for it.
    pub purpose: &'static str,
    /// A redirect to a URL it refuses is not followed, and is no error: see [`Fetched::redirect_to`].
    pub follow: Follow,
}

impl Request {
    /// A request that follows every redirect, without referer.
    pub fn new(url: Url, jar: &str, purpose: &'static str) -> Self {
        Self {
            url,
            jar: jar.to_owned(),
            referer: None,
            purpose,
            follow: Arc::new(|_| true),
        }
    }
}

/// An answer, with whatever status the board chose; those that only ask us to come back later are errors.
#[derive(Debug, Clone)]
pub struct Fetched {
    pub requested: Url,
    /// What this is the answer of, after the redirects that were followed.
    pub final_url: Url,
    /// Status of each hop followed, and where it led.
    pub redirects: Vec<(u16, Url)>,
    /// The answer is a redirect to this URL, which `follow` refused.
    pub redirect_to: Option<Url>,
    pub status: u16,
    pub content_type: Option<String>,
    /// Names of the cookies set on the way; values are nobody's business.
    pub cookies: Vec<String>,
    /// Decompressed. Empty where an answer other than 2xx is not text.
    pub body: Vec<u8>,
    /// The server's own clock, from its `Date` header.
    /// `None` where that is days ahead of ours.
    pub server_date: Option<Timestamp>,
    pub received_at: Timestamp,
    pub retry_after: Option<Duration>,
    /// In order; those of robots files are kept apart, see [`Fetcher::fresh_robots`].
    pub receipts: Vec<Receipt>,
}

impl Fetched {
    /// The body as text. `hint` is the profile's charset, for pages that declare none.
    pub fn decode(&self, hint: Option<&str>) -> Decoded<'_> {
        decode(
            &self.body,
            self.content_type.as_deref(),
            hint,
            tld_of(&self.final_url),
        )
    }
}

/// A robots file as it was fetched, for the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotsFile {
    /// 0: it could not be reached.
    pub status: u16,
    /// At most 500 KiB (RFC 9309, 2.5), cut at a line's end; empty unless the status is 2xx.
    pub body: Vec<u8>,
    pub fetched_at: Timestamp,
}

impl RobotsFile {
    /// Whether the file allows a URL, and the delay between requests that it asks for, which is held to a limit where it
    /// is obeyed. `None`: it could not be reached, so nothing may be asked for.
    pub fn reading(&self, url: &Url) -> Option<(bool, Option<Duration>)> {
        let rules = robots::Rules::of(self).ok()?;
        Some((rules.verdict(url).allowed, rules.crawl_delay()))
    }
}
