//! What is one request worth? In: the rates of all boards over the day, and the budgets. Out: one price, in post-seconds
//! of waiting for a request; a higher one for boards of a host that is a bottleneck.
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
