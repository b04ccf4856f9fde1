//! From a job's URL to its page: robots, turn, request, redirects, and what to make of the status.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, REFERER};
use url::Url;

use super::answer::{Answer, BodyRule, Failed, exchange, text};
use super::cookies::Cookies;
use super::error::{FetchError, FetchErrorKind};
use super::factory::{build_client, install_crypto};
use super::guard::{Guard, Resolver, Route, SystemResolver};
use super::host::{Host, Turn, host_key};
use super::robots::Consult;
use super::{FetchOptions, Fetched, Request, RobotsFile};
use crate::model::{Clock, Receipt};

const ACCEPT_PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// A server whose clock is further ahead of ours than this has none that dates could go by.
const MOST_AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// Hosts remembered. Beyond it, those that were not asked for an hour are forgotten.
const MANY_HOSTS: usize = 4_096;

/// A robots file that was asked for since the last look, and the receipts of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshRobots {
    pub host: String,
    pub file: RobotsFile,
    pub receipts: Vec<Receipt>,
}

/// Fetches pages. Clones share everything.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) options: FetchOptions,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) guard: Guard,
    /// Connects to public addresses only.
    public: Client,
    /// For hosts that the operator named. Apart from the other, so that a name that turns private between two
    /// requests gains nothing.
    named: Client,
    cookies: Cookies,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    pub(super) fresh_robots: Mutex<HashMap<String, FreshRobots>>,
    n_requests: AtomicU64,
}

/// What is gathered on the way of one `get`, whatever its end.
struct Trail<'a> {
    /// Called when a request is sent.
    sent: &'a (dyn Fn() + Sync),
    receipts: Vec<Receipt>,
    redirects: Vec<(u16, Url)>,
    cookies: Vec<String>,
}

/// One request as it goes out.
pub(super) struct Hop<'a> {
    pub(super) url: &'a Url,
    pub(super) purpose: &'static str,
    pub(super) allowed_by: String,
    pub(super) headers: HeaderMap,
    pub(super) rule: BodyRule,
    /// Called when it is sent.
    pub(super) sent: &'a (dyn Fn() + Sync),
}

impl Fetcher {
    /// # Errors
    /// `Setup`, if the HTTP client cannot be built (no TLS roots on this machine).
    pub fn new(options: FetchOptions, clock: Arc<dyn Clock>) -> Result<Self, FetchError> {
        Self::with_resolver(options, clock, Arc::new(SystemResolver))
    }

    /// With another resolver than the machine's. Its answers are filtered like any other.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn with_resolver(
        options: FetchOptions,
        clock: Arc<dyn Clock>,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, FetchError> {
        install_crypto();
        let client = |route| {
            build_client(&options, route, Arc::clone(&resolver))
                .map_err(|error| FetchErrorKind::Setup(error).at(&"HTTP client"))
        };
        Ok(Self {
            inner: Arc::new(Inner {
                public: client(Route::Public)?,
                named: client(Route::Named)?,
                guard: Guard::new(options.allow_private.clone()),
                options,
                clock,
                cookies: Cookies::default(),
                hosts: Mutex::default(),
                fresh_robots: Mutex::default(),
                n_requests: AtomicU64::new(0),
            }),
        })
    }

    /// The host that a URL is asked of.
    pub fn host(&self, url: &Url) -> Arc<Host> {
        self.inner.host(&host_key(url))
    }

    /// The host that a URL is asked of, if it was met.
    pub(crate) fn known_host(&self, url: &Url) -> Option<Arc<Host>> {
        lock(&self.inner.hosts).get(&host_key(url)).cloned()
    }

    /// All hosts met so far.
    pub fn hosts(&self) -> Vec<Arc<Host>> {
        lock(&self.inner.hosts).values().cloned().collect()
    }

    /// Tells what the store remembers of a host, before its first request. That the host is known from before
    /// means that its first request waits a whole interval: a restart is never a burst.
    pub fn restore(
        &self,
        host: &str,
        paused_until: Option<Timestamp>,
        reason: Option<&str>,
        robots: Option<RobotsFile>,
    ) {
        let host = self.inner.host(host);
        if let Some(until) = paused_until {
            host.restore_pause(until, reason.unwrap_or("from an earlier run"));
        }
        // Whoever holds the lock is asking for a newer file already.
        if let Some(file) = robots
            && self.inner.options.obey_robots
            && let Ok(mut memory) = host.robots.try_lock()
            && let Some(rules) = memory.restore(&file)
        {
            host.set_crawl_delay(rules.crawl_delay());
        }
        host.known_from_before();
    }

    /// Requests sent so far, of all kinds: pages, robots files, redirects.
    pub fn n_requests(&self) -> u64 {
        self.inner.n_requests.load(Ordering::Relaxed)
    }

    /// Robots files fetched since this was last called, for the store. Few: one a host and day.
    pub fn fresh_robots(&self) -> Vec<FreshRobots> {
        let mut fresh = lock(&self.inner.fresh_robots);
        std::mem::take(&mut *fresh).into_values().collect()
    }

    /// What the host's robots file says of a URL, in words; asks for the file if it is not known. The page itself
    /// is not asked for.
    ///
    /// # Errors
    /// As [`Fetcher::get`]; `Robots` if it is disallowed.
    pub async fn robots_verdict(&self, url: &Url) -> Result<String, FetchError> {
        let inner = &self.inner;
        inner
            .guard
            .check(url)
            .map_err(|refusal| FetchErrorKind::Refused(refusal).at(url))?;
        let host = self.host(url);
        let verdict = inner.allowed_by(&host, url).await;
        verdict.map_err(|kind| at_host(kind, url, &host))
    }

    /// The sitemaps that the robots file of a URL's host names, as far as that file is known.
    pub async fn sitemaps(&self, url: &Url) -> Vec<Url> {
        let host = self.host(url);
        let memory = host.robots.lock().await;
        match memory.consult(self.inner.clock.now()) {
            Consult::Rules(rules) => rules.sitemaps().to_vec(),
            Consult::Fetch | Consult::Wait(_) => Vec::new(),
        }
    }

    /// One try to fetch a page: robots, pace and guard at every hop. May be dropped at any time.
    ///
    /// # Errors
    /// See [`FetchErrorKind`] for the reasons and [`FetchError::retry`] for what to do next. Answers such as 403,
    /// 404 or 410 are no errors here: what they mean is for others to say.
    pub async fn get(&self, request: &Request) -> Result<Fetched, FetchError> {
        self.get_telling(request, &|| ()).await
    }

    /// Like [`Fetcher::get`]; calls `sent` whenever a request for the page leaves, after it has waited for the host's pace.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn get_telling(
        &self,
        request: &Request,
        sent: &(dyn Fn() + Sync),
    ) -> Result<Fetched, FetchError> {
        let mut trail = Trail {
            sent,
            receipts: Vec::new(),
            redirects: Vec::new(),
            cookies: Vec::new(),
        };
        match self.inner.walk(request, &mut trail).await {
            Ok(mut fetched) => {
                fetched.receipts = trail.receipts;
                Ok(fetched)
            }
            Err(mut error) => {
                error.receipts = trail.receipts;
                Err(error)
            }
        }
    }
}

impl Inner {
    pub(super) fn host(&self, key: &str) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if let Some(host) = hosts.get(key) {
            return Arc::clone(host);
        }
        if hosts.len() >= MANY_HOSTS {
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || !host.is_forgettable());
        }
        let mut pace = self.options.pace.clone();
        if let Some(interval) = self.options.host_intervals.get(key) {
            pace.min_interval = *interval;
            pace.max_interval = pace.max_interval.max(*interval);
        }
        let host = Host::new(key.to_owned(), &pace, Arc::clone(&self.clock));
        let host = Arc::new(host);
        hosts.insert(key.to_owned(), Arc::clone(&host));
        host
    }

    /// From the first URL to an answer that is not a redirect, or to a redirect that is not to be followed.
    async fn walk(&self, request: &Request, trail: &mut Trail<'_>) -> Result<Fetched, FetchError> {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut seen: HashMap<Url, u32> = HashMap::new();
        loop {
            // Once back to the same URL is how a board sets a cookie. Twice is a circle.
            let n_seen = seen.entry(url.clone()).or_default();
            *n_seen += 1;
            if *n_seen > 2 {
                return Err(FetchErrorKind::RedirectLoop.at(&url));
            }
            let (host, answer) = self.ask_for_page(request, &url, trail).await?;
            let Some(target) = answer.redirect_target(&url) else {
                return self.judge(request, &host, url, answer, trail);
            };
            host.succeeded(answer.took);
            if !(request.follow)(&target) {
                return Ok(self.page(request, url, Some(target), answer, trail));
            }
            if trail.redirects.len() >= self.options.max_redirects as usize {
                let limit = self.options.max_redirects;
                return Err(FetchErrorKind::TooManyRedirects { limit }.at(&url));
            }
            trail.redirects.push((answer.status, target.clone()));
            url = target;
        }
    }

    /// One hop of a page: may it be asked for, when, and what came.
    async fn ask_for_page(
        &self,
        request: &Request,
        url: &Url,
        trail: &mut Trail<'_>,
    ) -> Result<(Arc<Host>, Answer), FetchError> {
        let route = self
            .guard
            .check(url)
            .map_err(|refusal| FetchErrorKind::Refused(refusal).at(url))?;
        let host = self.host(&host_key(url));
        let allowed_by = match self.allowed_by(&host, url).await {
            Ok(words) => words,
            Err(kind) => return Err(at_host(kind, url, &host)),
        };
        let hop = Hop {
            url,
            purpose: if trail.redirects.is_empty() {
                request.purpose
            } else {
                "redirect"
            },
            allowed_by,
            headers: self.headers(request, url),
            rule: BodyRule::Page {
                max_bytes: self.options.max_body_bytes,
            },
            sent: trail.sent,
        };
        match self.send(&host, route, hop, &mut trail.receipts).await {
            Ok(answer) => {
                let names = self.cookies.keep(&request.jar, url, &answer.headers);
                for name in names {
                    if !trail.cookies.contains(&name) {
                        trail.cookies.push(name);
                    }
                }
                Ok((host, answer))
            }
            Err(kind) => {
                let outage = kind.is_silence() && host.was_silent(url.as_str(), "no answers");
                let mut error = at_host(kind, url, &host);
                error.outage = outage;
                Err(error)
            }
        }
    }

    /// What the status says we should do next.
    fn judge(
        &self,
        request: &Request,
        host: &Host,
        url: Url,
        answer: Answer,
        trail: &mut Trail<'_>,
    ) -> Result<Fetched, FetchError> {
        let status = answer.status;
        let retry_after = answer.retry_after(self.clock.now());
        let kind = if let Some(sign) = answer.block_sign() {
            host.refused(retry_after, &sign);
            FetchErrorKind::Blocked { status, sign }
        } else if asks_to_wait(status, retry_after) {
            let wait = host.refused(retry_after, &format!("answered {status}"));
            FetchErrorKind::Busy { status, wait }
        } else if status == 408 || status >= 500 {
            host.failed();
            FetchErrorKind::Server { status }
        } else {
            host.succeeded(answer.took);
            return Ok(self.page(request, url, None, answer, trail));
        };
        host.count(kind.counter(), 1);
        let mut error = at_host(kind, &url, host);
        error.page = Some(Box::new(self.page(request, url, None, answer, trail)));
        Err(error)
    }

    fn page(
        &self,
        request: &Request,
        final_url: Url,
        redirect_to: Option<Url>,
        answer: Answer,
        trail: &mut Trail<'_>,
    ) -> Fetched {
        let received_at = self.clock.now();
        Fetched {
            requested: request.url.clone(),
            final_url,
            redirects: std::mem::take(&mut trail.redirects),
            redirect_to,
            status: answer.status,
            content_type: text(&answer.headers, CONTENT_TYPE),
            cookies: std::mem::take(&mut trail.cookies),
            server_date: answer
                .date()
                .filter(|date| date.duration_since(received_at) < MOST_AHEAD),
            retry_after: answer.retry_after(received_at),
            received_at,
            body: answer.body,
            receipts: Vec::new(),
        }
    }

    /// Waits for the host's turn and sends. Writes the receipt, whatever comes of it.
    pub(super) async fn send(
        &self,
        host: &Arc<Host>,
        route: Route,
        hop: Hop<'_>,
        receipts: &mut Vec<Receipt>,
    ) -> Result<Answer, FetchErrorKind> {
        let mut turn: Turn = host.turn().await.map_err(|paused| FetchErrorKind::Paused {
            wait: paused.wait,
            reason: paused.reason,
        })?;
        (hop.sent)();
        let client = match route {
            Route::Public => &self.public,
            Route::Named => &self.named,
        };
        let request = client.get(hop.url.clone()).headers(hop.headers);
        self.n_requests.fetch_add(1, Ordering::Relaxed);
        let at = self.clock.now();
        let result = exchange(request, &mut turn, hop.rule, self.options.timeout).await;
        let duration = turn.started.elapsed();
        drop(turn);
        let (status, body_bytes, error) = match &result {
            Ok(answer) => (Some(answer.status), answer.body.len() as u64, None),
            Err(Failed { kind, status }) => (*status, 0, Some(with_cause(kind))),
        };
        if let Some(date) = result.as_ref().ok().and_then(Answer::date) {
            host.told_the_time(date);
        }
        host.count("bytes", body_bytes);
        host.count(counter_of(status), 1);
        if let Err(Failed { kind, .. }) = &result {
            host.count(kind.counter(), 1);
        }
        if matches!(hop.purpose, "robots" | "redirect") {
            host.count(hop.purpose, 1);
        }
        receipts.push(Receipt {
            host: host.key().to_owned(),
            url: hop.url.to_string(),
            at,
            status,
            body_bytes,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            purpose: hop.purpose,
            allowed_by: hop.allowed_by,
            error,
        });
        result.map_err(|failed| failed.kind)
    }

    fn headers(&self, request: &Request, url: &Url) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPT_PAGE));
        if let Some(cookies) = self.cookies.header(&request.jar, url) {
            headers.insert(COOKIE, cookies);
        }
        if let Some(referer) = request.referer.as_ref().and_then(|from| referer(from, url))
            && let Ok(value) = HeaderValue::from_str(&referer)
        {
            headers.insert(REFERER, value);
        }
        headers
    }
}

/// 429 and 503 do; other failures of a server do where they say for how long.
pub(super) fn asks_to_wait(status: u16, retry_after: Option<Duration>) -> bool {
    matches!(status, 429 | 503) || status >= 500 && retry_after.is_some()
}

/// Adds what the host knows: the pause in force.
fn at_host(kind: FetchErrorKind, url: &Url, host: &Host) -> FetchError {
    let mut error = kind.at(url);
    error.pause = host.pause_in_force().map(Box::new);
    error
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of this lock panics")
}

fn counter_of(status: Option<u16>) -> &'static str {
    match status.map(|status| status / 100) {
        None => "answers.none",
        Some(1) => "answers.1xx",
        Some(2) => "answers.2xx",
        Some(3) => "answers.3xx",
        Some(4) => "answers.4xx",
        Some(_) => "answers.5xx",
    }
}

/// An error and its causes in one line, for a receipt.
fn with_cause(kind: &FetchErrorKind) -> String {
    let mut words = kind.to_string();
    let mut cause = std::error::Error::source(kind);
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.ends_with(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}

/// As a browser does by default (`strict-origin-when-cross-origin`): the whole URL within a site, the origin to
/// others, nothing from https to http.
fn referer(from: &Url, to: &Url) -> Option<String> {
    if !matches!(from.scheme(), "http" | "https")
        || from.scheme() == "https" && to.scheme() != "https"
    {
        return None;
    }
    if from.origin() != to.origin() {
        return Some(format!("{}/", from.origin().ascii_serialization()));
    }
    let mut from = from.clone();
    from.set_fragment(None);
    // Neither fails on an http URL.
    let _ = from.set_username("");
    let _ = from.set_password(None);
    Some(from.into())
}
