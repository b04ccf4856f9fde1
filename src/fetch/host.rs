//! When may the next request go to this host? One `Host` owns the limiter, the connections, the pause, the robots
//! file and the counters of a host; nothing is sent to it but through [`Host::turn`].
//!
//! Waiting is first come, first served, uses tokio's clock (which a test can stop) and may be given up at any
//! time. Must never: let a late success shorten a pause, or let a restart be a burst.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tracing::{debug, info, warn};
use url::Url;

use super::Pace;
use super::robots::RobotsMemory;
use super::throttle::Throttle;
use crate::model::{Clock, HostPause};

/// A request waits for a pause up to this long; for a longer one it fails with `Paused`, so that its job is
/// given back and a stop need not wait for it.
const LONGEST_PATIENCE: Duration = Duration::from_secs(10);
/// A `Retry-After` beyond a week is taken for a mistake: after a week we ask again.
const LONGEST_PAUSE: Duration = Duration::from_secs(7 * 86_400);
/// First pause of a host that refused without saying for how long; doubled each time, up to half an hour.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_OWN_PAUSE: Duration = Duration::from_secs(30 * 60);
/// Different pages in a row without an answer from which on the host, not the page, is taken to be down.
const OUTAGE_PAGES: usize = 3;
/// Servers commonly close a connection idle for five seconds (Apache's default). After less than that it is taken
/// to be open.
const KEEP_ALIVE: Duration = Duration::from_secs(4);

/// The unit of politeness: `host`, or `host:port` where that is not the scheme's own.
pub fn host_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// governor on tokio's clock: the time since the host was made.
#[derive(Debug, Clone)]
struct TokioClock {
    started: Instant,
}

impl GovernorClock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

#[derive(Debug, Clone)]
struct Pause {
    until: Instant,
    until_at: Timestamp,
    reason: String,
}

struct State {
    throttle: Throttle,
    limiter: Limiter,
    /// The interval that `limiter` was made for.
    limiter_interval: Duration,
    pause: Option<Pause>,
    /// Own pauses in a row, without an answer between them.
    n_own_pauses: u32,
    /// Pages in a row that got no answer; at most [`OUTAGE_PAGES`] of them, each once.
    silent: Vec<String>,
    n_in_flight: usize,
    /// Connections that are probably open and idle, and since when.
    idle: usize,
    idle_since: Instant,
    last_turn: Instant,
    /// The host's clock before ours, by the last answer that told it.
    clock_ahead: Option<SignedDuration>,
    counters: BTreeMap<&'static str, u64>,
}

/// What a host looks like from outside, for `status` and `explain`.
#[derive(Debug, Clone, PartialEq)]
pub struct HostSnapshot {
    pub host: String,
    /// Now between two requests.
    pub interval: Duration,
    /// Aimed at: the configured one, or what the robots file asks for.
    pub normal_interval: Duration,
    pub paused_until: Option<Timestamp>,
    /// Why it is paused.
    pub reason: Option<String>,
    /// Different pages in a row that got no answer, counted up to three.
    pub n_silent: usize,
    /// Requests that were sent and are not answered yet.
    pub n_in_flight: usize,
    /// The host's clock before ours, to the second, by the last answer that told it.
    pub clock_ahead: Option<SignedDuration>,
    /// `requests`, `answers.2xx`, `error.timeout`, …
    pub counters: BTreeMap<&'static str, u64>,
}

pub struct Host {
    key: String,
    clock: Arc<dyn Clock>,
    started: Instant,
    max_connections: usize,
    connections: Arc<Semaphore>,
    /// Held by the one whose turn is next; tokio's mutex gives it out first come, first served.
    gate: Arc<tokio::sync::Mutex<()>>,
    // A std mutex: held for a few field reads, never across an await.
    state: Mutex<State>,
    pub(crate) robots: tokio::sync::Mutex<RobotsMemory>,
}

/// The host is paused for longer than a request waits.
#[derive(Debug)]
pub(crate) struct Paused {
    pub wait: Duration,
    pub reason: String,
}

/// The right to send one request now.
pub(crate) struct Turn {
    host: Arc<Host>,
    _connection: OwnedSemaphorePermit,
    /// Held until the answer, if a connection had to be opened: see [`Host::turn`].
    gate: Option<OwnedMutexGuard<()>>,
    pub started: Instant,
}

impl Host {
    pub(crate) fn new(key: String, pace: &Pace, clock: Arc<dyn Clock>) -> Self {
        let started = Instant::now();
        let throttle = Throttle::new(pace);
        let max_connections = pace.max_connections.max(1);
        Self {
            key,
            clock,
            started,
            max_connections,
            connections: Arc::new(Semaphore::new(max_connections)),
            gate: Arc::default(),
            state: Mutex::new(State {
                limiter: new_limiter(throttle.interval(), started),
                limiter_interval: throttle.interval(),
                throttle,
                pause: None,
                n_own_pauses: 0,
                silent: Vec::new(),
                n_in_flight: 0,
                idle: 0,
                idle_since: started,
                last_turn: started,
                clock_ahead: None,
                counters: BTreeMap::new(),
            }),
            robots: tokio::sync::Mutex::default(),
        }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }

    /// The host is known from before this process: its first request waits a whole interval, since the last one
    /// may have been sent a moment ago.
    pub(crate) fn known_from_before(&self) {
        // An error says that the cell is taken already, which is as good.
        let _ = self.state().limiter.check();
    }

    /// Waits until one more request may be sent.
    ///
    /// The interval is counted from the moment a request is written. Over an open connection that is now. Where
    /// one must be opened first, we cannot see when; its answer is the last moment possible, so the next turn
    /// comes an interval after that.
    pub(crate) async fn turn(self: &Arc<Self>) -> Result<Turn, Paused> {
        let connection = Arc::clone(&self.connections)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let gate = Arc::clone(&self.gate).lock_owned().await;
        loop {
            let now = Instant::now();
            // Looked at afresh after each sleep: a pause may have come, or the limiter been replaced.
            let wait_until = {
                let state = self.state();
                match state.pause.as_ref().filter(|pause| pause.until > now) {
                    Some(pause) if pause.until > now + LONGEST_PATIENCE => {
                        return Err(Paused {
                            wait: pause.until - now,
                            reason: pause.reason.clone(),
                        });
                    }
                    Some(pause) => pause.until,
                    None => match state.limiter.check() {
                        Ok(()) => break,
                        Err(not_until) => self.started + not_until.earliest_possible(),
                    },
                }
            };
            tokio::time::sleep_until(wait_until).await;
        }
        let started = Instant::now();
        let mut state = self.state();
        let warm = state.idle > 0 && started.duration_since(state.idle_since) < KEEP_ALIVE;
        state.idle = if warm { state.idle - 1 } else { 0 };
        state.last_turn = started;
        state.n_in_flight += 1;
        *state.counters.entry("requests").or_default() += 1;
        drop(state);
        Ok(Turn {
            host: Arc::clone(self),
            _connection: connection,
            gate: (!warm).then_some(gate),
            started,
        })
    }

    pub(crate) fn count(&self, counter: &'static str, by: u64) {
        *self.state().counters.entry(counter).or_default() += by;
    }

    /// An answer told the host's time.
    pub(crate) fn told_the_time(&self, date: Timestamp) {
        let ahead = date.duration_since(self.clock.now());
        self.state().clock_ahead = Some(ahead);
    }

    /// The host answered something that is neither a refusal nor an error of its server.
    pub(crate) fn succeeded(&self, took: Duration) {
        let mut state = self.state();
        state.n_own_pauses = 0;
        state.silent.clear();
        state.throttle.answered(took);
        self.renew_limiter(&mut state);
    }

    /// The host answered that it failed: it is there, so this is no outage, but no success either.
    pub(crate) fn failed(&self) {
        self.state().silent.clear();
    }

    /// The host refused. Pauses it for `retry_after`, or by our own back-off; returns how long from now.
    /// A pause is only ever prolonged: a success that was on its way when it began says nothing about it.
    pub(crate) fn refused(&self, retry_after: Option<Duration>, reason: &str) -> Duration {
        let mut state = self.state();
        let now = Instant::now();
        // Requests in flight together are refused together; that is one refusal.
        if state.pause.as_ref().is_none_or(|pause| pause.until <= now) {
            state.throttle.refused();
            self.renew_limiter(&mut state);
        }
        self.pause(&mut state, retry_after, reason)
    }

    /// No answer came for `url`. Returns true if that is part of an outage of the whole host: then it is paused.
    pub(crate) fn was_silent(&self, url: &str, reason: &str) -> bool {
        let mut state = self.state();
        if state.silent.len() < OUTAGE_PAGES && !state.silent.iter().any(|known| known == url) {
            state.silent.push(url.to_owned());
        }
        let outage = state.silent.len() >= OUTAGE_PAGES;
        if outage {
            self.pause(&mut state, None, reason);
        }
        outage
    }

    fn pause(&self, state: &mut State, asked: Option<Duration>, reason: &str) -> Duration {
        let now = Instant::now();
        let running = state.pause.clone().filter(|pause| pause.until > now);
        let wait = match asked {
            Some(asked) => asked.min(LONGEST_PAUSE),
            None if running.is_some() => Duration::ZERO,
            None => {
                let doublings = state.n_own_pauses.min(10);
                state.n_own_pauses += 1;
                (FIRST_PAUSE * 2u32.pow(doublings)).min(LONGEST_OWN_PAUSE)
            }
        };
        let until = now + wait;
        match running {
            // Only the deadline lifts a pause (RFC 9110, 10.2.3).
            Some(running) if running.until >= until => running.until - now,
            _ => {
                let until_at = later(self.clock.now(), wait);
                warn!(host = %self.key, pause_s = wait.as_secs(), "pause {}: {reason}", self.key);
                state.pause = Some(Pause {
                    until,
                    until_at,
                    reason: reason.to_owned(),
                });
                *state.counters.entry("pauses").or_default() += 1;
                wait
            }
        }
    }

    /// Takes up a pause that the store remembers.
    pub(crate) fn restore_pause(&self, until_at: Timestamp, reason: &str) {
        let wait = until_at.duration_since(self.clock.now());
        let Ok(wait) = Duration::try_from(wait) else {
            return; // It is over.
        };
        let mut state = self.state();
        let until = Instant::now() + wait.min(LONGEST_PAUSE);
        if state.pause.as_ref().is_none_or(|pause| pause.until < until) {
            state.pause = Some(Pause {
                until,
                until_at,
                reason: reason.to_owned(),
            });
        }
    }

    /// The pause in force, for the store.
    pub fn pause_in_force(&self) -> Option<HostPause> {
        let state = self.state();
        let pause = state.pause.as_ref()?;
        (pause.until > Instant::now()).then(|| HostPause {
            host: self.key.clone(),
            until: pause.until_at,
            reason: pause.reason.clone(),
        })
    }

    pub(crate) fn set_crawl_delay(&self, delay: Option<Duration>) {
        let mut state = self.state();
        let in_force = state.throttle.set_crawl_delay(delay);
        if let Some(asked) = delay.filter(|asked| *asked > in_force) {
            info!(host = %self.key, "crawl-delay of {}s is cut to {}s", asked.as_secs(), in_force.as_secs());
        }
        self.renew_limiter(&mut state);
    }

    /// A quota cannot be changed, so a new interval means a new limiter. Its first cell is taken at once: else
    /// each change would give a request for free.
    fn renew_limiter(&self, state: &mut State) {
        let interval = state.throttle.interval();
        if interval == state.limiter_interval {
            return;
        }
        debug!(host = %self.key, interval_ms = interval.as_millis() as u64, "new pace for {}", self.key);
        self.take_cell_of_new_limiter(state);
    }

    fn take_cell_of_new_limiter(&self, state: &mut State) {
        state.limiter_interval = state.throttle.interval();
        state.limiter = new_limiter(state.limiter_interval, self.started);
        let _ = state.limiter.check();
    }

    /// Requests that were sent and are not answered yet.
    pub fn n_in_flight(&self) -> usize {
        self.state().n_in_flight
    }

    pub fn snapshot(&self) -> HostSnapshot {
        let pause = self.pause_in_force();
        let state = self.state();
        HostSnapshot {
            host: self.key.clone(),
            interval: state.throttle.interval(),
            normal_interval: state.throttle.floor(),
            paused_until: pause.as_ref().map(|pause| pause.until),
            reason: pause.map(|pause| pause.reason),
            n_silent: state.silent.len(),
            n_in_flight: state.n_in_flight,
            clock_ahead: state.clock_ahead,
            counters: state.counters.clone(),
        }
    }

    /// Nothing was sent for an hour, and nothing need be remembered: this host may be forgotten.
    pub(crate) fn is_forgettable(&self) -> bool {
        let state = self.state();
        let now = Instant::now();
        let paused = state.pause.as_ref().is_some_and(|pause| pause.until > now);
        !paused
            && self.connections.available_permits() == self.max_connections
            && now.duration_since(state.last_turn) > Duration::from_secs(3_600)
    }
}

impl Turn {
    /// The header of the answer came, or nothing will. Lets the next one go.
    pub(crate) fn answered(&mut self) {
        if let Some(gate) = self.gate.take() {
            let mut state = self.host.state();
            self.host.take_cell_of_new_limiter(&mut state);
            drop(state);
            drop(gate);
        }
    }

    /// The whole answer was read, and its connection may be used again.
    pub(crate) fn connection_is_free(&self) {
        let mut state = self.host.state();
        state.idle = (state.idle + 1).min(self.host.max_connections);
        state.idle_since = Instant::now();
    }
}

impl Drop for Turn {
    /// A request that was given up may still have been sent.
    fn drop(&mut self) {
        self.answered();
        self.host.state().n_in_flight -= 1;
    }
}

fn new_limiter(interval: Duration, started: Instant) -> Limiter {
    let quota = Quota::with_period(interval).expect("the throttle's interval is never zero");
    RateLimiter::direct_with_clock(quota, TokioClock { started })
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| now.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
