//! What the running service tells of itself: when it last looked, and what comes next.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;

use crate::fetch::{Fetcher, HostSnapshot};
use crate::schedule::Next;

/// Written by the service, read by whoever wants to know.
pub struct Pulse {
    started_at: Timestamp,
    state: Mutex<State>,
}

struct State {
    beat_at: Timestamp,
    n_reloads: u64,
    boards: BTreeMap<String, PulseOfBoard>,
    fetcher: Option<Fetcher>,
}

/// A board of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct PulseOfBoard {
    /// A pass is under way.
    pub running: bool,
    pub next: Next,
    /// Why its last poll could not begin, for people.
    pub refusal: Option<String>,
}

impl Pulse {
    pub fn new(now: Timestamp) -> Self {
        Self {
            started_at: now,
            state: Mutex::new(State {
                beat_at: now,
                n_reloads: 0,
                boards: BTreeMap::new(),
                fetcher: None,
            }),
        }
    }

    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// When the service last looked at what is due.
    pub fn beat_at(&self) -> Timestamp {
        self.state().beat_at
    }

    pub fn n_reloads(&self) -> u64 {
        self.state().n_reloads
    }

    /// By name.
    pub fn boards(&self) -> BTreeMap<String, PulseOfBoard> {
        self.state().boards.clone()
    }

    /// The hosts that were met since the service began, or since how they are asked was configured anew.
    pub fn hosts(&self) -> Vec<HostSnapshot> {
        let fetcher = self.state().fetcher.clone();
        let hosts = fetcher.map(|fetcher| fetcher.hosts()).unwrap_or_default();
        hosts.iter().map(|host| host.snapshot()).collect()
    }

    pub(super) fn beat(&self, now: Timestamp) {
        self.state().beat_at = now;
    }

    /// These boards, and no others.
    pub(super) fn boards_are(&self, boards: BTreeMap<String, PulseOfBoard>) {
        self.state().boards = boards;
    }

    pub(super) fn board_is(&self, name: String, board: PulseOfBoard) {
        self.state().boards.insert(name, board);
    }

    pub(super) fn begins_with(&self, fetcher: Fetcher) {
        self.state().fetcher = Some(fetcher);
    }

    pub(super) fn reloaded(&self) {
        self.state().n_reloads += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}
