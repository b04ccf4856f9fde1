//! What could be reached by one who knows every board's true rate at every hour: the bounds that schedules are measured
//! against.

use super::replay::{Polls, Window};

/// Polls are planned by the minute; where boards can be polled every few minutes, in this many steps of the mean interval.
const LONGEST_STEP_S: f64 = 60.0;
const STEPS_AN_INTERVAL: f64 = 8.0;
const SHORTEST_STEP_S: f64 = 1.0;
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;

/// The index rule with the true rates: polls when the expected waiting reaches the price. Rates are by hour from the
/// window's start.
pub fn index(rates: &[Vec<f64>], window: &Window, budget_per_s: f64) -> Polls {
    let polls = |price: f64| -> Polls {
        rates
            .iter()
            .map(|rates| index_of_board(rates, window, price))
            .collect()
    };
    let budget = budget_per_s * (window.to_s - window.from_s);
    let price = calibrate(budget, |price| {
        polls(price).iter().map(Vec::len).sum::<usize>() as f64
    });
    polls(price)
}

fn index_of_board(rates: &[f64], window: &Window, price: f64) -> Vec<f64> {
    let mut polls = vec![window.from_s];
    let (mut at_s, mut n_waiting, mut waited) = (window.from_s, 0.0_f64, 0.0_f64);
    for (hour, rate) in rates.iter().enumerate() {
        let end_s = (window.from_s + (hour + 1) as f64 * HOUR_S).min(window.to_s);
        while at_s < end_s {
            let length_s = end_s - at_s;
            let gathered = waited + length_s * (n_waiting + rate * length_s / 2.0);
            if gathered < price {
                waited = gathered;
                n_waiting += rate * length_s;
                break;
            }
            let missing = price - waited;
            let root = (n_waiting * n_waiting + 2.0 * rate * missing).sqrt();
            at_s += (2.0 * missing / (n_waiting + root)).max(1.0);
            (waited, n_waiting) = (0.0, 0.0);
            polls.push(at_s);
        }
        at_s = at_s.max(end_s);
    }
    polls
}

/// The exact optimum on a grid of a minute or less, by dynamic programming over each board: of all sets of polls, the one with the
/// least expected waiting plus price times polls.
pub fn exact(rates: &[Vec<f64>], window: &Window, budget_per_s: f64) -> Polls {
    let interval_s = rates.len() as f64 / budget_per_s;
    let step_s = (interval_s / STEPS_AN_INTERVAL).clamp(SHORTEST_STEP_S, LONGEST_STEP_S);
    let polls = |price: f64| -> Polls {
        rates
            .iter()
            .map(|rates| exact_of_board(rates, window, price, step_s))
            .collect()
    };
    let budget = budget_per_s * (window.to_s - window.from_s);
    let price = calibrate(budget, |price| {
        polls(price).iter().map(Vec::len).sum::<usize>() as f64
    });
    polls(price)
}

/// Likewise for one who, as the daemon, may not save one day's budget for another.
pub fn exact_by_day(rates: &[Vec<f64>], window: &Window, budget_per_s: f64) -> Polls {
    let mut polls: Polls = vec![Vec::new(); rates.len()];
    let n_days = ((window.to_s - window.from_s) / DAY_S).ceil() as usize;
    for day in 0..n_days {
        let from_s = window.from_s + day as f64 * DAY_S;
        let of_day = Window {
            from_s,
            to_s: (from_s + DAY_S).min(window.to_s),
        };
        let rates: Vec<Vec<f64>> = rates
            .iter()
            .map(|rates| rates.iter().skip(day * 24).take(24).copied().collect())
            .collect();
        for (all, more) in polls.iter_mut().zip(exact(&rates, &of_day, budget_per_s)) {
            all.extend(more);
        }
    }
    polls
}

/// With `posts[t]` and `moments[t]` the sums of rate and of rate times time up to step t, posts between polls j and k
/// wait `k·(posts[k] − posts[j]) − (moments[k] − moments[j])`. So the best plan up to k is a minimum over lines
/// `best[j] + moments[j] − k·posts[j]`: their slopes fall with j and k grows, which a monotone hull answers in constant
/// time.
fn exact_of_board(rates: &[f64], window: &Window, price: f64, step_s: f64) -> Vec<f64> {
    let n_steps = ((window.to_s - window.from_s) / step_s) as usize;
    let (mut posts, mut moment) = (0.0_f64, 0.0_f64);
    // (slope, intercept, step) of the lines on the hull.
    let mut hull: Vec<(f64, f64, usize)> = vec![(0.0, 0.0, 0)];
    let mut head = 0;
    let mut before: Vec<u32> = vec![0];
    for k in 1..=n_steps {
        let hour = ((k as f64 - 0.5) * step_s / HOUR_S) as usize;
        let rate = rates.get(hour).copied().unwrap_or(0.0) * step_s;
        posts += rate;
        moment += rate * (k as f64 - 0.5);
        let at = k as f64;
        let value = |line: &(f64, f64, usize)| line.0 * at + line.1;
        while head + 1 < hull.len() && value(&hull[head + 1]) <= value(&hull[head]) {
            head += 1;
        }
        before.push(hull[head].2 as u32);
        let best = at * posts - moment + value(&hull[head]) + price / step_s;
        let line = (-posts, best + moment, k);
        while hull.len() > head + 1 {
            let (a, b) = (hull[hull.len() - 2], hull[hull.len() - 1]);
            // The middle line is nowhere the least.
            let covered = (line.1 - a.1) * (a.0 - b.0) <= (b.1 - a.1) * (a.0 - line.0);
            if !covered {
                break;
            }
            hull.pop();
        }
        hull.push(line);
    }
    let mut polls = Vec::new();
    let mut k = n_steps;
    while k > 0 {
        polls.push(window.from_s + k as f64 * step_s);
        k = before[k] as usize;
    }
    polls.reverse();
    polls
}

/// The price at which as many polls are made as the budget allows: their number goes with one over its square root.
fn calibrate(budget: f64, n_polls: impl Fn(f64) -> f64) -> f64 {
    let mut price = 1_000.0_f64;
    for _ in 0..20 {
        let ratio = n_polls(price) / budget;
        if (ratio - 1.0).abs() < 1e-3 {
            break;
        }
        price = (price * (ratio * ratio).clamp(0.01, 100.0)).clamp(1e-2, 1e9);
    }
    price
}
