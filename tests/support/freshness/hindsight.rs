//! What were a board's true rates? For traces of real boards nobody knows; in hindsight they can be told well: the level
//! of a day from the days around it, the shape of the week from all weeks. Between believing every post (which would be to
//! know the future) and a flat line: the more bursty a board, the less a day's or an hour's count tells. On generated traces
//! an oracle that is told these rates is about as good as one that is told the true ones.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::replay::Window;

const HOUR_S: f64 = 3_600.0;
const N_SLOTS: usize = 48;
/// Days over which the level is smoothed, to each side.
const LEVEL_DAYS: f64 = 2.5;
/// What the whole trace's mean is worth against the days around, in posts; where these come in bursts, in bursts.
const LEVEL_POSTS: f64 = 12.0;
/// What the neighbouring hours are worth against the hour itself, and the even day against both; likewise.
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
    // The first round, which takes posts to come one by one, tells how bursty they are.
    let mut dispersion = 1.0;
    for _ in 0..4 {
        level = levels(&counts[..n_told], &slots, &shape, mean, dispersion);
        shape = week(&counts[..n_told], &slots, &level, dispersion);
        dispersion = dispersion_of(&counts[..n_told], &slots, &shape, &level);
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

/// Variance over mean of the counts by hour: 1 where posts come one by one, about as many as a burst has where they do not.
/// Told from one hour to the next, so that a level or a shape that is not yet right does not look like bursts.
fn dispersion_of(counts: &[f64], slots: &[usize], shape: &[f64], level: &[f64]) -> f64 {
    let told = |hour: usize| level[hour / 24] * shape[slots[hour]];
    let (mut off, mut expected) = (0.0, f64::MIN_POSITIVE);
    for hour in 1..counts.len() {
        let step = (counts[hour] - told(hour)) - (counts[hour - 1] - told(hour - 1));
        off += step * step;
        expected += told(hour) + told(hour - 1);
    }
    (off / expected).max(1.0)
}

/// Posts an hour by the week's mean, by day.
fn levels(counts: &[f64], slots: &[usize], shape: &[f64], mean: f64, dispersion: f64) -> Vec<f64> {
    let level_posts = LEVEL_POSTS * dispersion;
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
            mean * (posts + level_posts) / (mean * exposure + level_posts)
        })
        .collect()
}

/// Relative rates by slot.
fn week(counts: &[f64], slots: &[usize], level: &[f64], dispersion: f64) -> Vec<f64> {
    let (hour_posts, even_posts) = (HOUR_POSTS * dispersion, EVEN_POSTS);
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
                (around(&posts, slot) + even_posts) / (around(&expected, slot) + even_posts);
            (posts[slot] + hour_posts * neighbours) / (expected[slot] + hour_posts)
        })
        .collect()
}
