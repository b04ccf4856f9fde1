//! What is kept between two runs: small, bounded, and checked when it comes back.

use serde::{Deserialize, Serialize};

use super::planner::Poll;
use super::rhythm::Rhythm;
use super::week::{WeekClock, seconds};

/// The trim moves at most this much at a time: five per cent an hour.
const TRIM_STEP: f64 = 0.05;
const TRIM_BOUNDS: (f64, f64) = (0.25, 1.5);
/// What was spent too much is taken back over this share of a day's budget's time.
const PAY_BACK_DAYS: f64 = 0.25;
/// How much of the running ratio of spent to planned an hour replaces.
const BIAS_STEP: f64 = 0.05;

/// Polls over which the cost of one is averaged.
const COST_STEP: f64 = 0.05;
const MOST_COST: f64 = 1_000.0;

/// Polls with more new posts read further pages, as they would have to sooner or later however often the board was
/// polled: only the others tell what one poll more would cost. No known engine shows fewer rows on a page.
const FIRST_PAGE_POSTS: u32 = 10;

/// Of one board: about a hundred numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoardState {
    /// When the last poll that worked began; likewise the last one of all.
    pub(super) polled_s: Option<f64>,
    pub(super) started_s: Option<f64>,
    pub(super) n_failures: u32,
    pub(super) not_before_s: Option<f64>,
    /// What one poll costs, on average.
    pub(super) requests: f64,
    pub(super) rhythm: Rhythm,
}

impl Default for BoardState {
    fn default() -> Self {
        Self {
            polled_s: None,
            started_s: None,
            n_failures: 0,
            not_before_s: None,
            requests: 1.0,
            rhythm: Rhythm::default(),
        }
    }
}

impl BoardState {
    /// Learns from a poll.
    pub(super) fn take_in(&mut self, clock: &WeekClock, poll: &Poll) {
        let started_s = seconds(poll.started_at);
        self.not_before_s = poll.not_before.map(seconds);
        match poll.n_new {
            Some(n_new) => {
                // At the first poll, all that was ever posted is new: it tells nothing of the rate.
                if let Some(last_s) = self.polled_s {
                    self.rhythm.learn(clock, last_s, started_s, n_new);
                    if n_new <= FIRST_PAGE_POSTS {
                        let requests = f64::from(poll.n_requests).clamp(1.0, MOST_COST);
                        self.requests += COST_STEP * (requests - self.requests);
                    }
                }
                self.polled_s = Some(started_s);
                self.n_failures = 0;
            }
            None => self.n_failures = self.n_failures.saturating_add(1),
        }
        self.started_s = Some(started_s);
    }
}

pub(super) fn is_sound(state: &BoardState) -> bool {
    let moments = [state.polled_s, state.started_s, state.not_before_s];
    moments.into_iter().flatten().all(f64::is_finite)
        && state.requests.is_finite()
        && state.requests >= 1.0
        && state.rhythm.is_sound()
}

/// Of all boards together: where the day's spending stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannerState {
    /// `1 / sqrt(2 · price)` of the plan, before the trim.
    pub(super) pace: f64,
    /// Corrects what plans leave out: further pages, failures, rounding.
    pub(super) trim: f64,
    /// Spent for planned, on average.
    pub(super) bias: f64,
    /// Spent beyond the plan, and not yet taken back.
    pub(super) debt: f64,
    /// Spent since the ledger was last settled.
    pub(super) spent: f64,
    /// Planned for this day so far.
    pub(super) allotted: f64,
    pub(super) day: Option<i64>,
    pub(super) fixed_per_s: f64,
    pub(super) ledger_s: Option<f64>,
    pub(super) relearnt_s: f64,
    /// By host, in the order of this run: no longer than that.
    #[serde(skip)]
    pub(super) host_limits: Vec<f64>,
}

impl Default for PlannerState {
    fn default() -> Self {
        Self {
            pace: 0.1,
            trim: 1.0,
            bias: 1.0,
            debt: 0.0,
            spent: 0.0,
            allotted: 0.0,
            day: None,
            fixed_per_s: 0.0,
            ledger_s: None,
            relearnt_s: 0.0,
            host_limits: Vec::new(),
        }
    }
}

impl PlannerState {
    /// Takes in what was spent in the time for which `planned` requests were planned.
    pub(super) fn balance(&mut self, planned: f64, day_budget: f64) {
        self.debt += self.spent - planned;
        let trimmed = planned * self.trim;
        // Less than an hour's worth tells nothing: boards were added, or the day has ended.
        if trimmed > day_budget / 50.0 {
            let ratio = (self.spent / trimmed).clamp(0.5, 2.0);
            self.bias += BIAS_STEP * (ratio - self.bias);
            let debt = (self.debt / (PAY_BACK_DAYS * day_budget)).clamp(-0.5, 0.5);
            let wanted = (1.0 - debt) / self.bias;
            let step = (wanted / self.trim).clamp(1.0 - TRIM_STEP, 1.0 + TRIM_STEP);
            self.trim = (self.trim * step).clamp(TRIM_BOUNDS.0, TRIM_BOUNDS.1);
        }
        self.spent = 0.0;
    }

    pub(super) fn is_sound(&self) -> bool {
        let positive = [self.pace, self.trim, self.bias];
        let any = [
            self.debt,
            self.spent,
            self.allotted,
            self.fixed_per_s,
            self.relearnt_s,
        ];
        positive.iter().all(|n| n.is_finite() && *n > 0.0) && any.iter().all(|n| n.is_finite())
    }
}
