//! What does a board's week look like? In: what all boards have shown by hour and day. Out: a pattern for each,
//! shrunk to its neighbouring hours and to kinds of boards that are alike.
//!
//! A single pool would pull a newspaper towards a night owls' forum, so the pool is a small mixture: a few typical
//! weeks, learnt from all boards together (expectation and maximisation over Poisson counts).

use super::rhythm::{Rhythm, WeekPattern};
use super::week::{N_DAYS, N_HOUR_SLOTS};

/// Typical weeks in the mixture. Five phases of the day and a flat one to start from.
const N_KINDS: usize = 6;
const N_ROUNDS: usize = 6;
/// Evidence that a typical week starts with, in posts by slot: so that it stays smooth while few boards tell of it.
const KIND_POSTS: f64 = 3.0;
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
    let kinds = kinds(rhythms);
    for rhythm in rhythms.iter_mut() {
        let shares = shares(rhythm, &kinds);
        let mut typical = vec![0.0; N_HOUR_SLOTS];
        for (kind, share) in kinds.iter().zip(&shares) {
            for (sum, factor) in typical.iter_mut().zip(kind) {
                *sum += share * factor;
            }
        }
        let dispersion = rhythm.dispersion();
        let hours = own_hours(rhythm, &typical, dispersion);
        let days = own_days(rhythm, dispersion);
        rhythm.pattern = WeekPattern { hours, days }.normalised();
    }
}

fn kinds(rhythms: &[&mut Rhythm]) -> Vec<Vec<f64>> {
    let mut kinds: Vec<Vec<f64>> = (0..N_KINDS).map(first_guess).collect();
    for _ in 0..N_ROUNDS {
        let mut posts = vec![vec![0.0; N_HOUR_SLOTS]; N_KINDS];
        let mut expected = vec![vec![0.0; N_HOUR_SLOTS]; N_KINDS];
        for rhythm in rhythms {
            // A busy board tells more than a quiet one, but not as many times more as it posts.
            let total: f64 = rhythm.hour_posts.iter().sum();
            let worth = 1.0 / (rhythm.dispersion() * (1.0 + total / 200.0));
            for (kind, share) in shares(rhythm, &kinds).into_iter().enumerate() {
                let weight = share * worth;
                for slot in 0..N_HOUR_SLOTS {
                    posts[kind][slot] += weight * rhythm.hour_posts[slot];
                    expected[kind][slot] += weight * rhythm.hour_expected[slot];
                }
            }
        }
        for kind in 0..N_KINDS {
            let guess = first_guess(kind);
            kinds[kind] = (0..N_HOUR_SLOTS)
                .map(|slot| {
                    (posts[kind][slot] + KIND_POSTS * guess[slot])
                        / (expected[kind][slot] + KIND_POSTS)
                })
                .collect();
        }
    }
    kinds
}

/// A smooth hump at some time of the day; the last kind is flat.
fn first_guess(kind: usize) -> Vec<f64> {
    (0..N_HOUR_SLOTS)
        .map(|slot| {
            if kind + 1 == N_KINDS {
                return 1.0;
            }
            let peak = 24.0 * kind as f64 / (N_KINDS - 1) as f64;
            let angle = ((slot % 24) as f64 + 0.5 - peak) / 24.0 * std::f64::consts::TAU;
            1.0 + 0.6 * angle.cos()
        })
        .collect()
}

/// How much each kind has to say about a board.
fn shares(rhythm: &Rhythm, kinds: &[Vec<f64>]) -> Vec<f64> {
    let dispersion = rhythm.dispersion();
    let likelihoods: Vec<f64> = kinds
        .iter()
        .map(|kind| {
            let slots = rhythm
                .hour_posts
                .iter()
                .zip(&rhythm.hour_expected)
                .zip(kind);
            slots
                .map(|((posts, expected), factor)| {
                    let factor = factor.max(LEAST_FACTOR);
                    (posts * factor.ln() - expected * factor) / dispersion
                })
                .sum()
        })
        .collect();
    let most = likelihoods.iter().copied().fold(f64::MIN, f64::max);
    let mut shares: Vec<f64> = likelihoods.iter().map(|l| (l - most).exp()).collect();
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
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
