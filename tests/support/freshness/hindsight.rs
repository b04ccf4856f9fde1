//! What were a board's true rates? For traces of real boards nobody knows; in hindsight they can be told well: the level
//! of a day from the days around it, the shape of the week from all weeks. Between believing every post (which would be to
//! know the future) and a flat line. On generated traces an oracle that is told these rates is a few per cent *better* than
//! one that is told the true ones, so that it flatters no policy.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::replay::Window;

const HOUR_S: f64 = 3_600.0;
const N_SLOTS: usize = 48;
/// Days over which the level is smoothed, to each side.
const LEVEL_DAYS: f64 = 2.5;
/// What the whole trace's mean is worth against the days around, in posts.
const LEVEL_POSTS: f64 = 12.0;
/// What the neighbouring hours are worth against the hour itself, and the even day against both, in posts.
const HOUR_POSTS: f64 = 12.0;
const EVEN_POSTS: f64 = 1.5;

/// Rates by hour from the window's start.
pub fn rates(posts: &[f64], window: &Window, zone: &TimeZone) -> Vec<f64> {
    let n_hours = ((window.to_s - window.from_s) / HOUR_S).ceil().max(1.0) as usize;
    let mut counts = vec![0.0; n_hours];
    for post in posts {
        let hour = ((post - window.from_s) / HOUR_S).max(0.0) as usize;
        counts[hour.min(n_hours - 1)] += 1.0;
    }
    // The window goes on after the last post: those hours tell nothing.
    let n_told = posts.last().map_or(0, |last| {
        (((last - window.from_s) / HOUR_S).ceil().max(1.0) as usize).min(n_hours)
    });
    let slots: Vec<usize> = (0..n_hours)
        .map(|hour| slot(window.from_s + (hour as f64 + 0.5) * HOUR_S, zone))
        .collect();
    let mean = counts.iter().sum::<f64>() / n_told.max(1) as f64;
    let mut shape = vec![1.0; N_SLOTS];
    let mut level = Vec::new();
    for _ in 0..3 {
        level = levels(&counts[..n_told], &slots, &shape, mean);
        shape = week(&counts[..n_told], &slots, &level);
    }
    (0..n_hours)
        .map(|hour| {
            let level = level
                .get(hour / 24)
                .or(level.last())
                .copied()
                .unwrap_or(0.0);
            level * shape[slots[hour]] / HOUR_S
        })
        .collect()
}

fn slot(at_s: f64, zone: &TimeZone) -> usize {
    let at = Timestamp::from_second(at_s as i64).expect("traces are of our time");
    let local = at.to_zoned_datetime(zone.clone());
    let hour = usize::from(local.hour().unsigned_abs());
    let weekend = local.weekday().to_monday_zero_offset() >= 5;
    if weekend { 24 + hour } else { hour }
}

/// Posts an hour by the week's mean, by day.
fn levels(counts: &[f64], slots: &[usize], shape: &[f64], mean: f64) -> Vec<f64> {
    let mut by_day = vec![(0.0, 0.0); counts.len().div_ceil(24)];
    for (hour, count) in counts.iter().enumerate() {
        by_day[hour / 24].0 += count;
        by_day[hour / 24].1 += shape[slots[hour]];
    }
    (0..by_day.len())
        .map(|day| {
            let (mut posts, mut exposure) = (0.0, 0.0);
            for (other, (n, e)) in by_day.iter().enumerate() {
                let off = (day as f64 - other as f64) / LEVEL_DAYS;
                let weight = (-off * off / 2.0).exp();
                posts += weight * n;
                exposure += weight * e;
            }
            mean * (posts + LEVEL_POSTS) / (mean * exposure + LEVEL_POSTS)
        })
        .collect()
}

/// Relative rates by slot.
fn week(counts: &[f64], slots: &[usize], level: &[f64]) -> Vec<f64> {
    let (mut posts, mut expected) = (vec![0.0; N_SLOTS], vec![0.0; N_SLOTS]);
    for (hour, count) in counts.iter().enumerate() {
        posts[slots[hour]] += count;
        expected[slots[hour]] += level[hour / 24];
    }
    let around = |sums: &[f64], slot: usize| {
        let (first, hour) = (slot / 24 * 24, slot % 24);
        let at = |hour: usize| sums[first + hour % 24];
        0.5 * sums[slot] + at(hour + 1) + at(hour + 23) + 0.4 * (at(hour + 2) + at(hour + 22))
    };
    (0..N_SLOTS)
        .map(|slot| {
            let neighbours =
                (around(&posts, slot) + EVEN_POSTS) / (around(&expected, slot) + EVEN_POSTS);
            (posts[slot] + HOUR_POSTS * neighbours) / (expected[slot] + HOUR_POSTS)
        })
        .collect()
}
