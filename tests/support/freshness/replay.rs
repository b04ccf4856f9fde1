//! Plays traces through schedules, and measures how long posts wait to be listed.

use std::time::Duration;

use boardwalk::model::BoardId;
use boardwalk::schedule::{BoardPlan, Limits, Planner, Poll};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Rows of a listing page; more new posts take a further request each.
pub const PAGE_ROWS: usize = 20;

/// When each board was polled, in seconds since 1970, in order.
pub type Polls = Vec<Vec<f64>>;

pub struct Window {
    pub from_s: f64,
    pub to_s: f64,
}

/// Posts in (from, to].
fn between(posts: &[f64], from_s: f64, to_s: f64) -> usize {
    let before = |at_s: f64| posts.partition_point(|post| *post <= at_s);
    before(to_s).saturating_sub(before(from_s))
}

pub fn requests_for(n_new: usize) -> usize {
    n_new / PAGE_ROWS + 1
}

fn moment(at_s: f64) -> Timestamp {
    Timestamp::from_millisecond((at_s * 1_000.0).round() as i64).expect("traces are of our time")
}

/// The limits under which traces are replayed.
pub fn limits(budget_per_s: f64, zone: TimeZone) -> Limits {
    Limits {
        zone,
        budget_per_s,
        host_budget_per_s: budget_per_s,
        min_interval: Duration::from_secs(30),
        max_interval: Duration::from_secs(86_400),
    }
}

/// The daemon's own scheduling code, learning as it goes.
pub fn adaptive(traces: &[&[f64]], window: &Window, limits: Limits) -> Polls {
    let start = moment(window.from_s);
    let mut planner = Planner::new(limits, start);
    for number in 0..traces.len() {
        planner.add(
            BoardId(number as i64),
            // A host each: no bottleneck but the budget.
            BoardPlan::of_host(format!("host{number}")),
            None,
            start,
        );
    }
    let mut polls: Polls = vec![Vec::new(); traces.len()];
    let mut now = start;
    let end = moment(window.to_s);
    while now < end {
        for board in planner.due(now) {
            let number = board.0 as usize;
            let at_s = now.as_millisecond() as f64 / 1_000.0;
            let last_s = polls[number].last().copied().unwrap_or(f64::MIN);
            let n_new = between(traces[number], last_s, at_s);
            // At the first poll all that was ever posted is new; it takes one page to know the newest.
            let n_requests = if polls[number].is_empty() {
                1
            } else {
                requests_for(n_new)
            };
            polls[number].push(at_s);
            let poll = Poll {
                started_at: now,
                n_requests: u32::try_from(n_requests).unwrap_or(u32::MAX),
                n_new: Some(u32::try_from(n_new).unwrap_or(u32::MAX)),
                not_before: None,
            };
            planner.record(board, &poll);
        }
        now = planner
            .wake_at()
            .max(now + jiff::SignedDuration::from_millis(1));
    }
    polls
}

/// All boards as often as the budget allows, one after the other.
pub fn fixed(n_boards: usize, window: &Window, budget_per_s: f64) -> Polls {
    let interval_s = n_boards as f64 / budget_per_s;
    (0..n_boards)
        .map(|number| {
            let first_s = window.from_s + interval_s * number as f64 / n_boards as f64;
            let n = ((window.to_s - first_s) / interval_s).ceil().max(0.0) as usize;
            (0..n).map(|i| first_s + i as f64 * interval_s).collect()
        })
        .collect()
}

/// What came of a schedule.
#[derive(Debug, Clone)]
pub struct Score {
    pub n_requests: usize,
    /// Sorted.
    pub delays_s: Vec<f64>,
    /// Requests by day of the window.
    pub by_day: Vec<usize>,
}

impl Score {
    pub fn mean_s(&self) -> f64 {
        self.delays_s.iter().sum::<f64>() / (self.delays_s.len().max(1)) as f64
    }

    /// The smallest delay that this share of posts does not exceed.
    pub fn percentile_s(&self, share: f64) -> f64 {
        let rank = (share * self.delays_s.len() as f64).ceil() as usize;
        let place = rank.clamp(1, self.delays_s.len().max(1)) - 1;
        self.delays_s.get(place).copied().unwrap_or(0.0)
    }
}

/// Delays of the posts, and requests, in the scored days. A post that no poll sees waits until the end.
pub fn score(traces: &[&[f64]], polls: &Polls, scored: &Window) -> Score {
    let n_days = ((scored.to_s - scored.from_s) / 86_400.0).ceil().max(1.0) as usize;
    let mut score = Score {
        n_requests: 0,
        delays_s: Vec::new(),
        by_day: vec![0; n_days],
    };
    for (posts, polls) in traces.iter().zip(polls) {
        let mut last_s = f64::MIN;
        for (i, at_s) in polls.iter().enumerate() {
            let n_new = if i == 0 {
                0
            } else {
                between(posts, last_s, *at_s)
            };
            last_s = *at_s;
            if (scored.from_s..scored.to_s).contains(at_s) {
                score.n_requests += requests_for(n_new);
                let day = ((at_s - scored.from_s) / 86_400.0) as usize;
                score.by_day[day.min(n_days - 1)] += requests_for(n_new);
            }
        }
        let first = posts.partition_point(|post| *post < scored.from_s);
        for post in posts[first..]
            .iter()
            .take_while(|post| **post < scored.to_s)
        {
            let seen = polls.partition_point(|poll| poll < post);
            let at_s = polls.get(seen).copied().unwrap_or(scored.to_s);
            score.delays_s.push(at_s.max(*post) - post);
        }
    }
    score.delays_s.sort_by(f64::total_cmp);
    score
}
