//! What is one request worth? In: the rates of all boards over the day, and the budgets. Out: one price, in post-seconds
//! of waiting for a request; a higher one for boards of a host that is a bottleneck.
//!
//! The best price would be the same all week. But each day is held to its own budget, but for a narrow band: so a day on which
//! more is posted than on others of its week has a little more to spend, and the others as much less.
//!
//! A board is asked `sqrt(weight · rate / (2 · price · cost))` times a second, within its bounds; the price is the one at
//! which the day's plan spends the day's budget. Work is done in `pace = 1 / sqrt(2 · price)`, in which plans are linear
//! but for their bounds.

/// One board's part in a plan.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    pub(super) host: usize,
    /// Requests that one poll takes.
    pub(super) cost: f64,
    pub(super) least_per_s: f64,
    pub(super) most_per_s: f64,
    /// By stretch of the window: how long it is, and `sqrt(weight · rate / cost)` in it. Closed hours are left out.
    pub(super) stretches: Vec<(f64, f64)>,
}

impl Demand {
    /// What it would spend at a pace of one, but for its bounds.
    fn need(&self) -> f64 {
        let polls = self
            .stretches
            .iter()
            .map(|(length_s, root)| length_s * root);
        polls.sum::<f64>() * self.cost
    }

    fn spend(&self, pace: f64) -> f64 {
        let polls: f64 = self
            .stretches
            .iter()
            .map(|(length_s, root)| {
                length_s * (pace * root).clamp(self.least_per_s, self.most_per_s)
            })
            .sum();
        polls * self.cost
    }
}

/// Far beyond any price: from one request for a post-second to one for thirty thousand years.
const LEAST_PACE: f64 = 1e-6;
const MOST_PACE: f64 = 1e2;
/// The pace is found to a ten-thousandth.
const PRECISION: f64 = 1e-4;

/// What a plan spends at a pace, where no host's boards are asked faster than its limit.
pub(super) fn spend(demands: &[Demand], host_limits: &[f64], pace: f64) -> f64 {
    let of_board = |demand: &Demand| demand.spend(pace.min(host_limits[demand.host]));
    demands.iter().map(of_board).sum()
}

/// The pace at which the plan spends the budget; the fastest one where no pace does.
pub(super) fn solve(demands: &[Demand], host_limits: &[f64], budget: f64) -> f64 {
    bisect(budget, |pace| spend(demands, host_limits, pace))
}

/// A day of a week.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    budget: f64,
    /// What its boards would spend at a pace of one.
    need: f64,
}

impl Day {
    pub(super) fn new(demands: &[Demand], budget: f64) -> Self {
        Self {
            budget,
            need: demands.iter().map(Demand::need).sum(),
        }
    }

    fn spend(&self, pace: f64, band: f64) -> f64 {
        let (least, most) = (self.budget * (1.0 - band), self.budget * (1.0 + band));
        (pace * self.need).clamp(least, most)
    }
}

/// What the first of these days is to spend, where at one pace for all of them they spend their budgets together, and none
/// departs from its own by more than the band: a share of it.
pub(super) fn first_of(days: &[Day], band: f64) -> f64 {
    let spend = |pace: f64| days.iter().map(|day| day.spend(pace, band)).sum::<f64>();
    let pace = bisect(days.iter().map(|day| day.budget).sum(), spend);
    days.first().map_or(0.0, |day| day.spend(pace, band))
}

/// For each host: the fastest pace that its own budget allows.
pub(super) fn host_limits(demands: &[Demand], n_hosts: usize, host_budget: f64) -> Vec<f64> {
    let mut by_host: Vec<Vec<&Demand>> = vec![Vec::new(); n_hosts];
    for demand in demands {
        by_host[demand.host].push(demand);
    }
    let of_host = |demands: &Vec<&Demand>| {
        let spend = |pace: f64| demands.iter().map(|demand| demand.spend(pace)).sum::<f64>();
        if spend(MOST_PACE) <= host_budget {
            return f64::INFINITY;
        }
        bisect(host_budget, spend)
    };
    by_host.iter().map(of_host).collect()
}

/// `spend` grows with the pace.
fn bisect(budget: f64, spend: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (LEAST_PACE, MOST_PACE);
    while high > low * (1.0 + PRECISION) {
        let middle = (low * high).sqrt();
        if spend(middle) > budget {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

pub(super) fn price_of(pace: f64) -> f64 {
    0.5 / (pace * pace)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each of seven days of a budget of a hundred is to spend, each planned on its own day.
    fn week(needs: [f64; 7], band: f64) -> [f64; 7] {
        let mut days = needs.map(|need| Day {
            budget: 100.0,
            need,
        });
        needs.map(|_| {
            let spent = first_of(&days, band);
            days.rotate_left(1);
            spent
        })
    }

    #[test]
    fn a_week_spends_its_budget_and_no_day_leaves_the_band() {
        for needs in [
            [900.0, 900.0, 900.0, 900.0, 900.0, 90.0, 90.0],
            [900.0, 905.0, 890.0, 910.0, 900.0, 902.0, 897.0],
            [10.0, 10.0, 10.0, 900.0, 10.0, 10.0, 10.0],
            [3.0, 900.0, 900.0, 900.0, 900.0, 900.0, 900.0],
        ] {
            let spent = week(needs, 0.02);
            let sum: f64 = spent.iter().sum();
            assert!((sum - 700.0).abs() < 0.1, "{needs:?}: {spent:?}");
            assert!(
                spent.iter().all(|spent| (98.0..=102.0).contains(spent)),
                "{needs:?}: {spent:?}"
            );
        }
    }

    #[test]
    fn working_days_have_what_the_weekend_does_not_need() {
        let spent = week([900.0, 900.0, 900.0, 900.0, 900.0, 90.0, 90.0], 0.02);
        for (spent, expected) in spent
            .iter()
            .zip([100.8, 100.8, 100.8, 100.8, 100.8, 98.0, 98.0])
        {
            assert!((spent - expected).abs() < 0.05, "{spent} {expected}");
        }
    }

    #[test]
    fn without_a_band_or_a_difference_each_day_spends_its_own_budget() {
        for spent in [
            week([900.0, 900.0, 900.0, 900.0, 900.0, 90.0, 90.0], 0.0),
            week([5.0; 7], 0.02),
            week([0.0; 7], 0.0),
        ] {
            assert!(
                spent.iter().all(|spent| (spent - 100.0).abs() < 0.05),
                "{spent:?}"
            );
        }
    }
}
