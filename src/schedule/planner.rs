//! The clockwork: which boards are due now, what was learnt from a poll, when each is due next and why.
//!
//! In: moments and outcomes. Out: boards and moments. It reads no clock: whoever drives it says what time it is, and
//! asks again at [`Planner::wake_at`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::limits::{BoardPlan, Limits};
use super::policy::Policy;
use super::price::{self, Demand};
use super::reason::{Next, Reason};
use super::rhythm::Rhythm;
use super::state::{BoardState, PlannerState, is_sound};
use super::week::{DAY_S, HOUR_S, N_DAYS, WeekClock, seconds, timestamp};
use crate::model::BoardId;

/// The price is found anew this often, and the patterns this often.
const REPRICE_S: f64 = HOUR_S;
const RELEARN_S: f64 = 6.0 * HOUR_S;
/// Less of a day than this is left: the price stays, for a few requests more or less would swing it.
const SHORT_REST_S: f64 = 4.0 * HOUR_S;
/// No day spends more or less than its budget by a larger share than this.
const DAY_BAND: f64 = 0.03;
/// What chance takes of that: a day's requests depart from its plan by a sixth of their number's root, in standard deviations
/// (measured on boards of all kinds), and hardly ever by five of these.
const MOST_CHANCE: f64 = 5.0 / 6.0;
/// Operators' own intervals and cron expressions come out of the budget, but leave this share to the rest.
const LEAST_ADAPTIVE_SHARE: f64 = 0.1;
/// Polls are started at most this many times as fast as the budget allows, with twelve seconds' worth at once: in
/// no minute more than two and a half times the mean. Offices that are silent at the same hours need nearly as much in
/// the others; after a pause, this is what spreads the boards that are overdue.
const RUSH: f64 = 2.3;
const RUSH_WORTH_S: f64 = 12.0;
/// A failed poll is tried again after this, then after twice as long, and so on.
const FIRST_RETRY_S: f64 = 60.0;
const MOST_DOUBLINGS: u32 = 12;
/// And after no longer than this share of the time for which it has failed, so that its recovery is noticed.
const FAILING_SHARE: f64 = 0.1;
/// Before anything is planned: ten minutes for a board of ten posts a day.
const FIRST_PRICE: f64 = 20.0;
/// What a poll of a board came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    pub started_at: Timestamp,
    /// Listing pages that were asked for.
    pub n_requests: u32,
    /// New posts; `None` where it failed.
    pub n_new: Option<u32>,
    /// The host asked not to be asked before.
    pub not_before: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct Entry {
    plan: BoardPlan,
    host: usize,
    state: BoardState,
    /// Since when it waits for its first poll.
    added_s: f64,
    /// Handed out by [`Planner::due`], and not yet recorded.
    running: bool,
    next_ms: i64,
    reason: Reason,
}

/// Drives the polls of all boards under one budget.
#[derive(Debug)]
pub struct Planner {
    limits: Limits,
    clock: WeekClock,
    boards: BTreeMap<BoardId, Entry>,
    hosts: Vec<String>,
    /// Boards that are not running, by when they are due.
    queue: BTreeSet<(i64, BoardId)>,
    state: PlannerState,
    /// By host: its boards pay this for a request.
    prices: Vec<f64>,
    /// Polls that may start at once.
    tokens: f64,
    tokens_at_s: f64,
    now_s: f64,
    /// Something changed that the price depends on.
    stale: bool,
    n_plans: u64,
}

impl Planner {
    pub fn new(limits: Limits, now: Timestamp) -> Self {
        let now_s = seconds(now);
        Self {
            clock: WeekClock::new(limits.zone.clone()),
            boards: BTreeMap::new(),
            hosts: Vec::new(),
            queue: BTreeSet::new(),
            state: PlannerState::default(),
            prices: Vec::new(),
            tokens: 0.0,
            tokens_at_s: now_s,
            now_s,
            stale: true,
            n_plans: 0,
            limits,
        }
    }

    /// What is not a board's own: to be kept with the boards' states.
    pub fn state(&self) -> &PlannerState {
        &self.state
    }

    /// Goes on from a kept state. What is not sound is left out.
    pub fn resume(&mut self, state: PlannerState) {
        if state.is_sound() {
            self.state = state;
            self.state.ledger_s = None;
        }
    }

    /// Adds a board, or gives it another plan. A new one starts from `state`, and without one is due at once.
    pub fn add(
        &mut self,
        board: BoardId,
        plan: BoardPlan,
        state: Option<BoardState>,
        now: Timestamp,
    ) {
        let host = self.host_number(&plan.host);
        self.now_s = seconds(now);
        self.stale = true;
        match self.boards.get_mut(&board) {
            Some(entry) => {
                entry.plan = plan;
                entry.host = host;
            }
            None => {
                let state = state.filter(is_sound).unwrap_or_default();
                let entry = Entry {
                    plan,
                    host,
                    state,
                    added_s: self.now_s,
                    running: false,
                    next_ms: 0,
                    reason: Reason::First,
                };
                self.boards.insert(board, entry);
            }
        }
        self.place(board);
    }

    pub fn remove(&mut self, board: BoardId) {
        if let Some(entry) = self.boards.remove(&board) {
            self.queue.remove(&(entry.next_ms, board));
            self.stale = true;
        }
    }

    /// A board that is known by another number from now on.
    pub fn rename(&mut self, old: BoardId, new: BoardId) {
        if let Some(entry) = self.boards.remove(&old) {
            self.queue.remove(&(entry.next_ms, old));
            self.remove(new);
            self.boards.insert(new, entry);
            self.place(new);
        }
    }

    /// How often all boards were planned anew. In between, only boards move that are handed out or recorded.
    pub fn n_plans(&self) -> u64 {
        self.n_plans
    }

    /// What is to be kept of a board.
    pub fn board_state(&self, board: BoardId) -> Option<&BoardState> {
        self.boards.get(&board).map(|entry| &entry.state)
    }

    /// The boards to poll now. Each is handed out once, until [`Planner::record`] is told what came of it.
    pub fn due(&mut self, now: Timestamp) -> Vec<BoardId> {
        self.plan(now);
        let now_ms = now.as_millisecond();
        let mut due = Vec::new();
        while let Some(&(next_ms, board)) = self.queue.first() {
            if next_ms > now_ms || self.tokens < 1.0 {
                break;
            }
            self.queue.pop_first();
            self.tokens -= 1.0;
            if let Some(entry) = self.boards.get_mut(&board) {
                entry.running = true;
                due.push(board);
            }
        }
        due
    }

    /// When [`Planner::due`] should be asked again.
    pub fn wake_at(&self) -> Timestamp {
        let reprice_s = self
            .state
            .ledger_s
            .map_or(self.now_s, |at_s| at_s + REPRICE_S);
        let Some(&(next_ms, _)) = self.queue.first() else {
            return timestamp(reprice_s);
        };
        let missing = (1.0 - self.tokens).max(0.0);
        let token_s = self.tokens_at_s + missing / self.tokens_per_s();
        // A millisecond more, so that rounding does not wake it too early.
        let token_s = if missing > 0.0 {
            token_s + 0.001
        } else {
            token_s
        };
        timestamp(reprice_s.min((next_ms as f64 / 1_000.0).max(token_s)))
    }

    /// Takes in what came of a poll.
    pub fn record(&mut self, board: BoardId, poll: &Poll) {
        let Some(entry) = self.boards.get_mut(&board) else {
            return;
        };
        if entry.plan.policy == Policy::Adaptive {
            self.state.spent += f64::from(poll.n_requests);
        }
        entry.state.take_in(&self.clock, poll);
        entry.running = false;
        self.place(board);
    }
    /// Takes in polls of a board from before this run, in order; what its state already knows is passed over.
    pub fn recall(&mut self, board: BoardId, polls: &[Poll]) {
        let Some(entry) = self.boards.get_mut(&board) else {
            return;
        };
        for poll in polls {
            let started_s = seconds(poll.started_at);
            let is_news = entry
                .state
                .started_s
                .is_none_or(|last_s| last_s < started_s);
            if is_news && started_s <= self.now_s {
                entry.state.take_in(&self.clock, poll);
            }
        }
        self.stale = true;
        self.place(board);
    }

    /// Gives a board back that was due and could not be polled.
    pub fn release(&mut self, board: BoardId) {
        if let Some(entry) = self.boards.get_mut(&board) {
            entry.running = false;
            self.place(board);
        }
    }

    /// The next polls of a board, if each finds what is expected; the first is [`Planner::next`].
    pub fn upcoming(&self, board: BoardId, n_polls: usize) -> Vec<Next> {
        let (Some(first), Some(entry)) = (self.next(board), self.boards.get(&board)) else {
            return Vec::new();
        };
        let mut entry = entry.clone();
        let mut polls = vec![first];
        while polls.len() < n_polls {
            let last_ms = entry.next_ms.max(timestamp(self.now_s).as_millisecond());
            let last_s = last_ms as f64 / 1_000.0;
            entry.state.polled_s = Some(last_s);
            entry.state.started_s = Some(last_s);
            entry.state.n_failures = 0;
            entry.running = false;
            let (next_ms, reason) = self.placed(&entry);
            (entry.next_ms, entry.reason) = (next_ms, reason);
            polls.push(self.describe(&entry));
        }
        polls
    }

    /// How many posts a board's rhythm lets expect between two moments, at most a month apart, and how much their
    /// number varies: its variance over its mean.
    pub fn expected(&self, board: BoardId, from: Timestamp, to: Timestamp) -> Option<(f64, f64)> {
        let rhythm = &self.boards.get(&board)?.state.rhythm;
        let (from_s, to_s) = (seconds(from), seconds(to));
        let most_s = from_s + 31.0 * DAY_S;
        let n_posts = rhythm.expected(&self.clock, from_s, to_s.min(most_s));
        Some((n_posts, rhythm.dispersion()))
    }

    /// When a board is due next, and why then. `None`: there is no such board.
    pub fn next(&self, board: BoardId) -> Option<Next> {
        self.boards.get(&board).map(|entry| self.describe(entry))
    }

    fn describe(&self, entry: &Entry) -> Next {
        let reason = if entry.running {
            Reason::Running
        } else {
            entry.reason.clone()
        };
        let state = &entry.state;
        let next_s = entry.next_ms as f64 / 1_000.0;
        let expected = match state.polled_s {
            Some(last_s) if next_s > last_s => {
                let most_s = last_s + 31.0 * DAY_S;
                state
                    .rhythm
                    .expected(&self.clock, last_s, next_s.min(most_s))
            }
            _ => 0.0,
        };
        Next {
            at: timestamp(next_s),
            reason,
            last_at: state.polled_s.map(timestamp),
            n_expected: expected,
            posts_per_day: state.rhythm.rate_per_s() * DAY_S,
        }
    }

    fn host_number(&mut self, host: &str) -> usize {
        match self.hosts.iter().position(|known| known == host) {
            Some(number) => number,
            None => {
                self.hosts.push(host.to_owned());
                self.prices.push(FIRST_PRICE);
                self.hosts.len() - 1
            }
        }
    }

    /// Makes `now` the present: settles what was spent, and finds the price anew where it is time to. Done by
    /// [`Planner::due`]; by itself for who only wants to know what is planned.
    pub fn plan(&mut self, now: Timestamp) {
        let now_s = seconds(now);
        if now_s < self.now_s {
            self.clock_went_back(now_s);
        }
        self.now_s = now_s;
        let passed_s = (now_s - self.tokens_at_s).max(0.0);
        let most = self.tokens_per_s() / RUSH * RUSH_WORTH_S;
        self.tokens = (self.tokens + passed_s * self.tokens_per_s()).min(most.max(1.0));
        self.tokens_at_s = now_s;
        let due = self
            .state
            .ledger_s
            .is_none_or(|at_s| now_s >= at_s + REPRICE_S);
        if due || self.stale {
            self.reprice();
        }
    }

    /// Nothing can have happened later than now: what was noted for later times is brought to the present.
    fn clock_went_back(&mut self, now_s: f64) {
        self.tokens_at_s = self.tokens_at_s.min(now_s);
        self.state.ledger_s = None;
        self.state.relearnt_s = self.state.relearnt_s.min(now_s);
        for entry in self.boards.values_mut() {
            entry.added_s = entry.added_s.min(now_s);
            let state = &mut entry.state;
            for at_s in [&mut state.polled_s, &mut state.started_s] {
                *at_s = at_s.map(|at_s| at_s.min(now_s));
            }
        }
        self.stale = true;
    }

    fn tokens_per_s(&self) -> f64 {
        let wanted = self.limits.budget_per_s.max(self.state.fixed_per_s * 2.0);
        (RUSH * wanted).max(1e-6)
    }

    fn reprice(&mut self) {
        if self.now_s >= self.state.relearnt_s + RELEARN_S || self.state.relearnt_s > self.now_s {
            let mut rhythms: Vec<&mut Rhythm> = self
                .boards
                .values_mut()
                .map(|entry| &mut entry.state.rhythm)
                .collect();
            Rhythm::compare(&mut rhythms);
            super::pattern::relearn(&mut rhythms);
            self.state.relearnt_s = self.now_s;
        }
        self.stale = false;
        self.n_plans += 1;
        self.settle_ledger();
        let boards: Vec<BoardId> = self.boards.keys().copied().collect();
        for board in boards {
            self.place(board);
        }
    }

    /// Compares what was spent with what was planned, and plans the rest of the day.
    fn settle_ledger(&mut self) {
        let now_s = self.now_s;
        self.state.fixed_per_s = self.fixed_per_s();
        let budget_per_s = (self.limits.budget_per_s - self.state.fixed_per_s)
            .max(LEAST_ADAPTIVE_SHARE * self.limits.budget_per_s);
        let n_hosts = self.hosts.len();
        let day_ends_s = self.clock.midnight_after(now_s);
        let day = self.clock.day_number(now_s);
        let plan = |from_s: f64, to_s: f64| self.demands(from_s, to_s);
        let host_budget = |length_s: f64| self.limits.host_budget_per_s * length_s;
        // Worked on aside: the plans borrow everything else.
        let mut state = self.state.clone();
        let mut continued = false;
        if let Some(at_s) = state.ledger_s.filter(|at_s| *at_s <= now_s) {
            let passed = plan(at_s.max(now_s - 2.0 * DAY_S), now_s);
            // Hosts that are new since then have no limit yet.
            state.host_limits.resize(n_hosts, f64::INFINITY);
            let planned = price::spend(&passed, &state.host_limits, state.pace);
            state.allotted += planned;
            // After a longer pause nothing is made up.
            continued = now_s - at_s < 2.0 * REPRICE_S;
            if continued {
                state.balance(planned, budget_per_s * DAY_S);
            }
        }
        if !continued {
            state.spent = 0.0;
            state.debt = 0.0;
        }
        let began_s = self.clock.midnight_before(now_s);
        let day_s = day_ends_s - began_s;
        let whole = plan(began_s, day_ends_s);
        let rest = plan(now_s, day_ends_s);
        let rest_s = day_ends_s - now_s;
        let day_budget = self.day_budget(began_s, budget_per_s);
        // A host's own budget is for a day, to be spent when its boards are busy.
        let limits = price::host_limits(&whole, n_hosts, host_budget(day_s));
        if state.day != Some(day) || !continued {
            // A new day, or the middle of one: as if it had been planned from its beginning.
            state.pace = price::solve(&whole, &limits, day_budget);
            state.allotted = day_budget - price::spend(&rest, &limits, state.pace);
        } else if rest_s > SHORT_REST_S {
            let left = day_budget - state.allotted;
            state.pace = price::solve(&rest, &limits, left);
        }
        let trimmed = state.pace * state.trim;
        self.prices = limits
            .iter()
            .map(|most| price::price_of(trimmed.min(*most)))
            .collect();
        state.host_limits = limits;
        state.day = Some(day);
        state.ledger_s = Some(now_s);
        self.state = state;
    }

    /// What the day that began then is to spend, as the first of a week. A week from any day on is planned alike, so nothing has
    /// to be kept for the others to make up for it.
    fn day_budget(&self, began_s: f64, budget_per_s: f64) -> f64 {
        let chance = MOST_CHANCE / (budget_per_s * DAY_S).sqrt();
        let band = (DAY_BAND - chance).max(0.0);
        let mut from_s = began_s;
        let week = [(); N_DAYS].map(|()| {
            let to_s = self.clock.midnight_after(from_s);
            let day = price::Day::new(&self.demands(from_s, to_s), budget_per_s * (to_s - from_s));
            from_s = to_s;
            day
        });
        price::first_of(&week, band)
    }

    /// Requests a second that fixed intervals and cron expressions take.
    fn fixed_per_s(&self) -> f64 {
        let now = timestamp(self.now_s);
        let of_board = |entry: &Entry| match &entry.plan.policy {
            Policy::Adaptive => None,
            Policy::Every(interval) => Some(interval.as_secs_f64()),
            Policy::Cron(cron) => {
                let zone = entry.plan.zone(&self.limits);
                let first = cron.next_after(now, zone)?;
                let second = cron.next_after(first, zone)?;
                Some(seconds(second) - seconds(first))
            }
        };
        self.boards
            .values()
            .filter_map(|entry| Some(entry.state.requests / of_board(entry)?.max(1.0)))
            .sum()
    }

    fn demands(&self, from_s: f64, to_s: f64) -> Vec<Demand> {
        let stretches: Vec<(f64, super::week::Stretch)> = {
            let mut at_s = from_s;
            let stretches = self.clock.stretches(from_s, to_s);
            stretches
                .map(|stretch| {
                    let began_s = at_s;
                    at_s += stretch.length_s;
                    (began_s, stretch)
                })
                .collect()
        };
        let adaptive = self
            .boards
            .values()
            .filter(|entry| entry.plan.policy == Policy::Adaptive);
        adaptive
            .map(|entry| {
                let (least_s, most_s) = entry.plan.interval_bounds(&self.limits);
                let rate = entry.state.rhythm.rate_per_s();
                let worth = entry.plan.weight / entry.state.requests;
                let open = |began_s: f64| {
                    entry.plan.open.as_ref().is_none_or(|hours| {
                        hours.is_open(timestamp(began_s), entry.plan.zone(&self.limits))
                    })
                };
                Demand {
                    host: entry.host,
                    cost: entry.state.requests,
                    least_per_s: 1.0 / most_s,
                    most_per_s: 1.0 / least_s,
                    stretches: stretches
                        .iter()
                        .filter(|(began_s, _)| open(*began_s))
                        .map(|(_, stretch)| {
                            let rate = entry.state.rhythm.rate_at(rate, stretch.hour, stretch.day);
                            (stretch.length_s, (worth * rate).sqrt())
                        })
                        .collect(),
                }
            })
            .collect()
    }

    /// Finds when a board is due, and puts it into the queue.
    fn place(&mut self, board: BoardId) {
        let Some(entry) = self.boards.get(&board) else {
            return;
        };
        let (next_ms, reason) = self.placed(entry);
        let (running, old_ms) = (entry.running, entry.next_ms);
        self.queue.remove(&(old_ms, board));
        if let Some(entry) = self.boards.get_mut(&board) {
            entry.next_ms = next_ms;
            entry.reason = reason;
        }
        if !running {
            self.queue.insert((next_ms, board));
        }
    }

    /// When a board is due, all things considered.
    fn placed(&self, entry: &Entry) -> (i64, Reason) {
        let (mut at_s, mut reason) = self.wanted(entry);
        if let Some(not_before_s) = entry.state.not_before_s.filter(|until_s| *until_s > at_s) {
            (at_s, reason) = (not_before_s, Reason::AskedToWait);
        }
        if let Some(hours) = &entry.plan.open {
            // An overdue board opens now, not when it was due.
            let at = timestamp(at_s.max(self.now_s));
            let opens = hours.open_from(at, entry.plan.zone(&self.limits));
            if opens > at {
                (at_s, reason) = (seconds(opens), Reason::Closed);
            }
        }
        (timestamp(at_s).as_millisecond(), reason)
    }

    /// When a board's own policy wants it.
    fn wanted(&self, entry: &Entry) -> (f64, Reason) {
        let state = &entry.state;
        let Some(started_s) = state.started_s else {
            return (entry.added_s, Reason::First);
        };
        let (least_s, most_s) = entry.plan.interval_bounds(&self.limits);
        let regular = match &entry.plan.policy {
            Policy::Every(interval) => {
                let interval_s = interval.as_secs_f64().max(1.0);
                (started_s + interval_s, Reason::Every)
            }
            Policy::Cron(cron) => {
                let next = cron.next_after(timestamp(started_s), entry.plan.zone(&self.limits));
                let next_s = next.map_or(started_s + most_s, seconds);
                (next_s, Reason::Cron)
            }
            Policy::Adaptive => {
                let from_s = state.polled_s.unwrap_or(started_s);
                let price = self.prices[entry.host] * state.requests / entry.plan.weight;
                let latest_s = from_s + most_s;
                let at_s = state.rhythm.reaches(&self.clock, from_s, price, latest_s);
                if at_s < from_s + least_s {
                    (from_s + least_s, Reason::LeastInterval)
                } else if at_s >= latest_s {
                    (latest_s, Reason::LongestInterval)
                } else {
                    (at_s, Reason::Worth { price })
                }
            }
        };
        if state.n_failures == 0 {
            return regular;
        }
        let doublings = (state.n_failures - 1).min(MOST_DOUBLINGS);
        let pause_s = FIRST_RETRY_S * f64::from(2_u32.pow(doublings));
        // Not later than it would be asked anyway. Where that goes by the last poll that worked, and is over already: the
        // longer it has failed the later.
        let latest_s = match entry.plan.policy {
            Policy::Every(_) | Policy::Cron(_) => regular.0 - started_s,
            Policy::Adaptive => {
                let worked_s = state.polled_s.unwrap_or(started_s - most_s / FAILING_SHARE);
                let planned_s = regular.0 - worked_s.max(started_s - most_s);
                let failing_s = (started_s - worked_s) * FAILING_SHARE;
                planned_s.max(failing_s.min(most_s))
            }
        };
        let pause_s = pause_s.min(latest_s).max(least_s);
        (
            started_s + pause_s,
            Reason::Retry {
                n_failures: state.n_failures,
            },
        )
    }
}
