//! What the operator allows: budgets and bounds for all boards, and wishes for one.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::hours::OpeningHours;
use super::policy::Policy;

/// For all boards.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Of the days and weeks of rhythms; and of cron expressions and opening hours of boards that name none.
    pub zone: TimeZone,
    /// Listing requests a second, of all boards together.
    pub budget_per_s: f64,
    /// Likewise of the boards of one host.
    pub host_budget_per_s: f64,
    /// No board is polled more often, or less often, unless its own wishes say so.
    pub min_interval: Duration,
    pub max_interval: Duration,
}

/// For one board.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardPlan {
    pub host: String,
    /// Of its cron expression and opening hours, instead of the general one.
    pub zone: Option<TimeZone>,
    pub policy: Policy,
    pub open: Option<OpeningHours>,
    /// How many times as much a waiting post counts as one of another board; above 0.
    pub weight: f64,
    /// The longest time between two polls.
    pub max_delay: Option<Duration>,
}

impl BoardPlan {
    /// An adaptive board without any wishes.
    pub fn of_host(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            zone: None,
            policy: Policy::Adaptive,
            open: None,
            weight: 1.0,
            max_delay: None,
        }
    }

    pub(super) fn zone<'p>(&'p self, limits: &'p Limits) -> &'p TimeZone {
        self.zone.as_ref().unwrap_or(&limits.zone)
    }

    /// The shortest and the longest time between two polls, in seconds.
    pub(super) fn interval_bounds(&self, limits: &Limits) -> (f64, f64) {
        let most = self
            .max_delay
            .map_or(limits.max_interval, |delay| delay.min(limits.max_interval))
            .as_secs_f64()
            .max(1.0);
        // A delay that the board was promised wins over the general interval.
        let least = limits.min_interval.as_secs_f64().max(1.0).min(most);
        (least, most)
    }
}
