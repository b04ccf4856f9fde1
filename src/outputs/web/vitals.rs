//! What only the running process knows: when its heart last beat, how its hosts are asked, what comes next.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::store::NextPass;

/// The process at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Vitals {
    pub started_at: Timestamp,
    /// The scheduler's last look at what is due; it looks at least every [`Vitals::BEAT_EVERY`].
    pub beat_at: Timestamp,
    pub n_reloads: u64,
    /// Where a changed configuration was not taken over, and the old one goes on.
    pub refused_config: Option<RefusedConfig>,
    /// By name.
    pub boards: BTreeMap<String, BoardVitals>,
    /// By `host` or `host:port`.
    pub hosts: BTreeMap<String, HostVitals>,
}

impl Vitals {
    /// The scheduler looks at least this often.
    pub const BEAT_EVERY: Duration = Duration::from_secs(10);
    /// A heart that has not beaten for this long has stopped.
    pub const LONGEST_SILENCE: Duration = Duration::from_secs(60);

    /// Whether the scheduler is at work.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now.duration_since(self.beat_at).unsigned_abs() <= Self::LONGEST_SILENCE
    }
}

/// Configurations that were refused since the last one that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedConfig {
    pub n_refused: u64,
    /// What is wrong with the last of them, with file, line and column.
    pub complaints: Vec<String>,
}

/// A board of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardVitals {
    /// A pass is under way.
    pub running: bool,
    /// May be over: then it is due, and waits for its turn.
    pub next_at: Timestamp,
    /// Why then, for people.
    pub next_reason: String,
    /// As learnt.
    pub posts_per_day: f64,
    /// Why its last pass could not begin, for people.
    pub refusal: Option<String>,
}

impl BoardVitals {
    pub(super) fn next_pass(&self) -> NextPass {
        NextPass {
            at: self.next_at,
            reason: self.next_reason.clone(),
        }
    }
}

/// A host and its pace.
#[derive(Debug, Clone, PartialEq)]
pub struct HostVitals {
    /// Now between two requests.
    pub interval: Duration,
    pub paused_until: Option<Timestamp>,
    /// Requests that were sent and are not answered yet.
    pub n_in_flight: usize,
    /// Why it is paused.
    pub pause_reason: Option<String>,
    /// `requests`, `answers.2xx`, `error.timeout`, …, since the process began.
    pub counters: BTreeMap<&'static str, u64>,
}
