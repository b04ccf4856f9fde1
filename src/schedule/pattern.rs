//! What does a board's week look like? In: what all boards have shown by hour and day. Out: a pattern for each,
//! shrunk to its neighbouring hours and to kinds of boards that are alike.
//!
//! A single pool would pull a newspaper towards a night owls' forum, so the pool is a small mixture: a few typical
//! weeks, learnt from all boards together (expectation and maximisation over Poisson counts). People who live alike do
//! not live at the same hours: some begin at seven, some at ten, and some in another part of the world. So each typical
//! week may be turned by any number of hours, and how far is told from the board's posts, too. (Transformed mixtures:
//! Frey & Jojic, 2003.)

use super::rhythm::{Rhythm, WeekPattern};
use super::week::{N_DAYS, N_HOUR_SLOTS};

/// How steep the humps are that the typical weeks start from: an even day, then ever shorter ones. (The exponents of
/// von Mises densities.) More kinds than these told nothing more.
const FIRST_STEEPNESS: [f64; 4] = [0.0, 0.6, 1.5, 4.0];
const N_KINDS: usize = FIRST_STEEPNESS.len();
/// Hours by which a kind may be turned.
const N_TURNS: usize = 24;
const N_PLACES: usize = N_KINDS * N_TURNS;
const N_ROUNDS: usize = 6;
/// Evidence that a typical week starts with, in posts by slot: so that it stays smooth while few boards tell of it.
const KIND_POSTS: f64 = 3.0;
/// What it is worth that all kinds, at all turns, are equally common: in boards.
const EVEN_BOARDS: f64 = 2.0;
/// Posts from which on a board tells no more of its kind.
const MOST_TOLD_POSTS: f64 = 200.0;
/// A kind with less of a share in a board is left out: it costs time, and changes nothing.
const LEAST_SHARE: f64 = 1e-3;
/// What the typical week is worth against a board's own counts, in posts by slot: first over a few hours together,
/// then for the hour alone.
const WIDE_POSTS: f64 = 4.0;
const OWN_POSTS: f64 = 6.0;
/// What an even week is worth against a board's own days, in posts by day. Weekends are told by the hours already; of what
/// else days differ in, less is lost by being late to learn it than by taking chance for it.
const DAY_POSTS: f64 = 30.0;
/// Weights of the neighbouring hours, one and two away.
const NEIGHBOURS: [f64; 2] = [0.6, 0.25];
/// A pattern never says "never".
const LEAST_FACTOR: f64 = 0.01;

/// Learns the patterns of all boards anew.
pub(super) fn relearn(rhythms: &mut [&mut Rhythm]) {
    let kinds = Kinds::of(rhythms);
    for rhythm in rhythms.iter_mut() {
        let typical = kinds.typical_week(rhythm);
        let dispersion = rhythm.dispersion();
        let hours = own_hours(rhythm, &typical, dispersion);
        let days = own_days(rhythm, dispersion);
        rhythm.pattern = WeekPattern { hours, days }.normalised();
    }
}

/// Typical weeks, and how common each is at each turn.
struct Kinds {
    /// Relative rates by slot.
    weeks: Vec<Vec<f64>>,
    /// Share of the boards, by kind and turn.
    common: Vec<f64>,
}

impl Kinds {
    fn first() -> Self {
        Self {
            weeks: FIRST_STEEPNESS.map(hump).to_vec(),
            common: vec![1.0 / N_PLACES as f64; N_PLACES],
        }
    }

    fn of(rhythms: &[&mut Rhythm]) -> Self {
        let first = Self::first();
        let mut kinds = Self::first();
        for _ in 0..N_ROUNDS {
            let mut posts = vec![vec![0.0; N_HOUR_SLOTS]; N_KINDS];
            let mut expected = vec![vec![0.0; N_HOUR_SLOTS]; N_KINDS];
            let mut members = vec![EVEN_BOARDS / N_PLACES as f64; N_PLACES];
            for rhythm in rhythms {
                // A busy board tells more than a quiet one, but not as many times more as it posts.
                let total: f64 = rhythm.hour_posts.iter().sum();
                let worth = 1.0 / (rhythm.dispersion() * (1.0 + total / MOST_TOLD_POSTS));
                for (place, share) in kinds.shares(rhythm) {
                    members[place] += share;
                    let (kind, turn) = (place / N_TURNS, place % N_TURNS);
                    for slot in 0..N_HOUR_SLOTS {
                        let of_kind = turned_back(slot, turn);
                        posts[kind][of_kind] += share * worth * rhythm.hour_posts[slot];
                        expected[kind][of_kind] += share * worth * rhythm.hour_expected[slot];
                    }
                }
            }
            for kind in 0..N_KINDS {
                for slot in 0..N_HOUR_SLOTS {
                    kinds.weeks[kind][slot] = (posts[kind][slot]
                        + KIND_POSTS * first.weeks[kind][slot])
                        / (expected[kind][slot] + KIND_POSTS);
                }
            }
            let n_members: f64 = members.iter().sum();
            kinds.common = members.iter().map(|n| n / n_members).collect();
        }
        kinds
    }

    /// How much each kind at each turn has to say about a board: those that have anything to say.
    fn shares(&self, rhythm: &Rhythm) -> Vec<(usize, f64)> {
        let dispersion = rhythm.dispersion();
        let total: f64 = rhythm.hour_posts.iter().sum();
        let mut likelihoods = Vec::with_capacity(N_PLACES);
        for week in &self.weeks {
            let logs: Vec<f64> = week.iter().map(|f| f.max(LEAST_FACTOR).ln()).collect();
            for turn in 0..N_TURNS {
                let (mut hits, mut mass) = (0.0, f64::MIN_POSITIVE);
                for slot in 0..N_HOUR_SLOTS {
                    let of_kind = turned_back(slot, turn);
                    hits += rhythm.hour_posts[slot] * logs[of_kind];
                    mass += rhythm.hour_expected[slot] * week[of_kind].max(LEAST_FACTOR);
                }
                // Only of when the posts came: how many there were is not a matter of kinds.
                let likelihood = (hits - total * mass.ln()) / dispersion;
                likelihoods.push(likelihood + self.common[likelihoods.len()].ln());
            }
        }
        let most = likelihoods.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = likelihoods.iter().map(|l| (l - most).exp()).sum();
        likelihoods
            .iter()
            .map(|l| (l - most).exp() / sum)
            .enumerate()
            .filter(|(_, share)| *share >= LEAST_SHARE)
            .collect()
    }

    /// The week that boards like this one have.
    fn typical_week(&self, rhythm: &Rhythm) -> Vec<f64> {
        let shares = self.shares(rhythm);
        let at = |slot: usize| {
            let told = shares.iter().map(|(place, share)| {
                share * self.weeks[place / N_TURNS][turned_back(slot, place % N_TURNS)]
            });
            told.sum()
        };
        (0..N_HOUR_SLOTS).map(at).collect()
    }
}

/// The slot of a kind that, turned by so many hours, is at this one.
fn turned_back(slot: usize, turn: usize) -> usize {
    slot / 24 * 24 + (slot % 24 + 24 - turn) % 24
}

/// A day with a hump at noon, every day of the week.
fn hump(steepness: f64) -> Vec<f64> {
    let rate = |slot: usize| {
        let angle = (slot as f64 + 0.5 - 12.0) / 24.0 * std::f64::consts::TAU;
        (steepness * angle.cos()).exp()
    };
    let mean = (0..24).map(rate).sum::<f64>() / 24.0;
    (0..N_HOUR_SLOTS).map(|slot| rate(slot) / mean).collect()
}

fn own_hours(rhythm: &Rhythm, typical: &[f64], dispersion: f64) -> Vec<f64> {
    // How the board departs from its kind: over some hours together, then in each alone.
    let ratio = |base: &[f64], slot: usize, neighbours: &[f64], prior: f64| {
        let (first, hour) = (slot / 24 * 24, slot % 24);
        let mut posts = rhythm.hour_posts[slot];
        let mut expected = rhythm.hour_expected[slot] * base[slot];
        for (i, weight) in neighbours.iter().enumerate() {
            for other in [(hour + 23 - i) % 24, (hour + 1 + i) % 24] {
                posts += weight * rhythm.hour_posts[first + other];
                expected += weight * rhythm.hour_expected[first + other] * base[first + other];
            }
        }
        (posts / dispersion + prior) / (expected / dispersion + prior)
    };
    let wide: Vec<f64> = (0..N_HOUR_SLOTS)
        .map(|slot| typical[slot] * ratio(typical, slot, &NEIGHBOURS, WIDE_POSTS))
        .collect();
    (0..N_HOUR_SLOTS)
        .map(|slot| (wide[slot] * ratio(&wide, slot, &[], OWN_POSTS)).max(LEAST_FACTOR))
        .collect()
}

fn own_days(rhythm: &Rhythm, dispersion: f64) -> Vec<f64> {
    (0..N_DAYS)
        .map(|day| {
            (rhythm.day_posts[day] / dispersion + DAY_POSTS)
                / (rhythm.day_expected[day] / dispersion + DAY_POSTS)
        })
        .collect()
}
