//! How fresh are boards under the adaptive schedule? Floors for a small set of invented boards, so that a change of the
//! scheduling code that makes it worse is seen. `examples/freshness.rs` measures the same on real traces.

// The example uses the rest.
#[allow(dead_code)]
#[path = "support/freshness/mod.rs"]
mod freshness;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use freshness::replay::{Polls, Window, adaptive, fixed, limits, score};
use freshness::{hindsight, oracle, traces};
use jiff::tz::TimeZone;

const DAY_S: f64 = 86_400.0;
const N_BOARDS: usize = 60;
const N_DAYS: usize = 22;
const WARM_UP_DAYS: f64 = 7.0;
/// One request for each board in ten minutes.
const BUDGET_PER_S: f64 = N_BOARDS as f64 / 600.0;
/// In an hour.
const TIGHT_BUDGET_PER_S: f64 = BUDGET_PER_S / 6.0;

/// The structure of the schedule was chosen looking at the first.
const SEEDS: RangeInclusive<u64> = 1..=3;

static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| SEEDS.map(World::new).collect());

/// An oracle: rates, window and budget into polls.
type Plan = fn(&[Vec<f64>], &Window, f64) -> Polls;

struct World {
    seed: u64,
    budget_per_s: f64,
    boards: Vec<traces::Board>,
    window: Window,
    scored: Window,
    /// Of the adaptive schedule.
    polls: Polls,
}

impl World {
    fn new(seed: u64) -> Self {
        Self::of(seed, traces::generate(seed, N_BOARDS, N_DAYS), BUDGET_PER_S)
    }

    fn of(seed: u64, boards: Vec<traces::Board>, budget_per_s: f64) -> Self {
        let start_s = traces::START_S as f64;
        let to_s = start_s + N_DAYS as f64 * DAY_S;
        let window = Window {
            from_s: start_s,
            to_s,
        };
        let posts: Vec<&[f64]> = boards.iter().map(|board| board.posts.as_slice()).collect();
        let polls = adaptive(&posts, &window, limits(budget_per_s, TimeZone::UTC));
        Self {
            seed,
            budget_per_s,
            polls,
            boards,
            window,
            // The last day is not scored: its last posts have no poll after them.
            scored: Window {
                from_s: start_s + WARM_UP_DAYS * DAY_S,
                to_s: to_s - DAY_S,
            },
        }
    }

    fn posts(&self) -> Vec<&[f64]> {
        let posts = self.boards.iter().map(|board| board.posts.as_slice());
        posts.collect()
    }

    fn mean_s(&self, polls: &Polls) -> f64 {
        score(&self.posts(), polls, &self.scored).mean_s()
    }

    /// The mean delay under the schedule.
    fn learnt_s(&self) -> f64 {
        self.mean_s(&self.polls)
    }

    /// The mean delay under an oracle that knows the true rates, and makes as many requests in the scored days as the
    /// schedule did.
    fn bound_s(&self, plan: Plan) -> f64 {
        self.bound_by_s(plan, &self.rates())
    }

    fn bound_by_s(&self, plan: Plan, rates: &[Vec<f64>]) -> f64 {
        let polls = |budget_per_s: f64| plan(rates, &self.window, budget_per_s);
        // Its plan counts polls; further pages, and days of more or less news, come on top.
        let n_requests =
            |polls: &Polls| score(&self.posts(), polls, &self.scored).n_requests as f64;
        let spent = n_requests(&polls(self.budget_per_s)) / n_requests(&self.polls);
        self.mean_s(&polls(self.budget_per_s / spent))
    }

    fn rates(&self) -> Vec<Vec<f64>> {
        self.boards
            .iter()
            .map(|board| board.rates.clone())
            .collect()
    }

    /// Holds each day's spend to the budget within three per cent, and each week's within half a one.
    #[track_caller]
    fn check_spending(&self) {
        let seed = self.seed;
        let scored = score(&self.posts(), &self.polls, &self.scored);
        let shares = scored.by_day.iter();
        let shares: Vec<f64> = shares
            .map(|n_requests| *n_requests as f64 / (self.budget_per_s * DAY_S))
            .collect();
        for (day, share) in shares.iter().enumerate() {
            assert!(
                (share - 1.0).abs() <= 0.03,
                "seed {seed}, day {day}: {share}"
            );
        }
        for week in shares.chunks_exact(7) {
            let share = mean(week);
            assert!(
                (share - 1.0).abs() <= 0.005,
                "seed {seed}: {share} of {week:?}"
            );
        }
    }

    /// Delays of a board's posts between two moments.
    fn delays_s(&self, board: usize, from_s: f64, to_s: f64) -> Vec<f64> {
        let posts = [self.boards[board].posts.as_slice()];
        let polls = vec![self.polls[board].clone()];
        score(&posts, &polls, &Window { from_s, to_s }).delays_s
    }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

#[test]
fn learning_costs_little_and_fixed_intervals_cost_much() {
    let (mut fixed_cost, mut n) = (0.0, 0.0);
    for world in WORLDS.iter() {
        let seed = world.seed;
        let learnt_s = world.learnt_s();
        let (index_s, exact_s) = (world.bound_s(oracle::index), world.bound_s(oracle::exact));
        let fixed_s = world.mean_s(&fixed(N_BOARDS, &world.window, BUDGET_PER_S));
        println!(
            "seed {seed}: {:.3} x index, {:.3} x exact, fixed {:.2}",
            learnt_s / index_s,
            learnt_s / exact_s,
            fixed_s / learnt_s
        );
        assert!(
            learnt_s <= 1.12 * index_s,
            "seed {seed}: {learnt_s} {index_s}"
        );
        assert!(
            learnt_s <= 1.10 * exact_s,
            "seed {seed}: {learnt_s} {exact_s}"
        );
        fixed_cost += fixed_s / learnt_s;
        n += 1.0;
    }
    assert!(fixed_cost / n >= 2.2, "{}", fixed_cost / n);
}

/// Replays a family of boards, and prints what its schedule costs over the exact oracle and over one with a budget for each
/// day; holds the first to `most`, the second to `most_by_day`, in the mean over the seeds: which posts happen to come just
/// after a poll is worth a hundredth and more in each.
#[track_caller]
fn check_family(
    generate: fn(u64, usize, usize) -> Vec<traces::Board>,
    budget_per_s: f64,
    most: f64,
    most_by_day: f64,
) -> Vec<World> {
    let worlds: Vec<World> = SEEDS
        .map(|seed| World::of(seed, generate(seed, N_BOARDS, N_DAYS), budget_per_s))
        .collect();
    for (plan, most) in [
        (oracle::exact as Plan, most),
        (oracle::exact_by_day, most_by_day),
    ] {
        let cost = |world: &World| world.learnt_s() / world.bound_s(plan);
        let costs: Vec<f64> = worlds.iter().map(cost).collect();
        println!("{:.3} of {costs:.3?}", mean(&costs));
        assert!(mean(&costs) <= most, "{costs:?}");
    }
    worlds
}

/// Posts that come three at a time tell less of the rate than posts that come one by one.
#[test]
fn bursts_cost_little_more() {
    let worlds = check_family(traces::bursty, BUDGET_PER_S, 1.10, 1.09);
    worlds.iter().for_each(World::check_spending);
}

/// What is never at the hours that most boards live at must be learnt from each board alone.
#[test]
fn boards_without_hours_of_work_are_learnt_too() {
    let worlds = check_family(traces::sleepless, BUDGET_PER_S, 1.14, 1.13);
    worlds.iter().for_each(World::check_spending);
}

/// Where all boards are silent at the same hours, what they do not need then is spent when they are not. Each day has its
/// own budget but for a narrow band, so that most of the weekends' cannot be. An oracle with a budget for each day has 1.11,
/// 1.12 and 1.13 times the delay of one with the week's on these seeds, and 1.14 to 1.16 times under the tight budget,
/// whatever it knows of the boards; the band takes a hundredth off that.
#[test]
fn offices_get_the_budget_of_their_nights() {
    let worlds = check_family(traces::offices, BUDGET_PER_S, 1.15, 1.02);
    worlds.iter().for_each(World::check_spending);
}

#[test]
fn a_tight_budget_is_well_spent() {
    check_family(traces::generate, TIGHT_BUDGET_PER_S, 1.11, 1.10);
    check_family(traces::offices, TIGHT_BUDGET_PER_S, 1.23, 1.08);
}

#[test]
fn every_day_and_week_spends_the_budget() {
    WORLDS.iter().for_each(World::check_spending);
}

#[test]
fn no_minute_is_much_busier_than_the_mean() {
    let mut by_minute = std::collections::HashMap::new();
    for at_s in WORLDS[0].polls.iter().flatten() {
        *by_minute.entry((at_s / 60.0) as i64).or_insert(0_u32) += 1;
    }
    let most = by_minute.values().max().copied().unwrap_or(0);
    assert!(f64::from(most) <= 2.5 * BUDGET_PER_S * 60.0, "{most}");
}

#[test]
fn new_boards_settle_within_a_day() {
    for world in WORLDS.iter() {
        let seed = world.seed;
        let start_s = world.window.from_s;
        let (mut new, mut settled) = (Vec::new(), Vec::new());
        // Tuesdays, so that the weekend does not matter; boards that jump meanwhile are left out.
        for board in (0..N_BOARDS).filter(|board| world.boards[*board].jump_s.is_none()) {
            let of_day = |day: f64| {
                let from_s = start_s + day * DAY_S;
                world.delays_s(board, from_s, from_s + DAY_S)
            };
            new.extend(of_day(1.0));
            settled.extend(of_day(8.0));
            settled.extend(of_day(15.0));
        }
        let ratio = mean(&new) / mean(&settled);
        println!("seed {seed}: {ratio:.3}");
        assert!(ratio <= 1.5, "seed {seed}: {ratio}");
    }
}

#[test]
fn a_five_fold_jump_is_followed_within_hours() {
    let (mut after, mut later) = (Vec::new(), Vec::new());
    for world in WORLDS.iter() {
        for (board, truth) in world.boards.iter().enumerate() {
            let Some(jump_s) = truth
                .jump_s
                .filter(|at_s| at_s + 4.0 * DAY_S < world.scored.to_s)
            else {
                continue;
            };
            let from_s = jump_s + 6.0 * 3_600.0;
            after.extend(world.delays_s(board, from_s, from_s + DAY_S));
            // A week later it is the same time of the week, or as near as the trace reaches.
            let from_s = (from_s + 7.0 * DAY_S).min(world.scored.to_s - DAY_S);
            later.extend(world.delays_s(board, from_s, from_s + DAY_S));
        }
    }
    let ratio = mean(&after) / mean(&later);
    println!("{ratio:.3} over {} posts", after.len());
    assert!(after.len() > 100 && ratio <= 1.5, "{ratio}");
}

#[test]
fn rates_told_in_hindsight_make_as_good_an_oracle_as_the_true_ones() {
    let bursty = World::of(2, traces::bursty(2, N_BOARDS, N_DAYS), BUDGET_PER_S);
    for world in [&WORLDS[0], &bursty] {
        let told: Vec<Vec<f64>> = world
            .posts()
            .iter()
            .map(|posts| hindsight::rates(posts, &world.window, &TimeZone::UTC))
            .collect();
        let told_s = world.bound_by_s(oracle::exact, &told);
        let true_s = world.bound_s(oracle::exact);
        let ratio = told_s / true_s;
        assert!((0.95..=1.05).contains(&ratio), "{ratio}");
    }
}
