//! Counts as small pictures: posts a day as bars, posts by hour and weekday as shades. Pure.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use serde::Serialize;

use crate::store::QuarterCount;

/// A day of a board's zone and its posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) n_posts: u64,
}

/// The last `n_days` days up to and with that of `now`, those without posts among them.
pub(super) fn by_day(
    counts: &[QuarterCount],
    zone: &TimeZone,
    now: Timestamp,
    n_days: usize,
) -> Vec<Day> {
    let today = ZonedDateTime::new(now, zone.clone()).date();
    let mut days: Vec<Day> = (0..n_days)
        .rev()
        .map(|ago| Day {
            date: today.saturating_sub((ago as i64).days()),
            n_posts: 0,
        })
        .collect();
    for count in counts {
        let date = ZonedDateTime::new(count.at, zone.clone()).date();
        if let Ok(place) = days.binary_search_by_key(&date, |day| day.date) {
            days[place].n_posts += count.n_posts;
        }
    }
    days
}

/// One bar of a sparkline, in units of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: f64,
    pub(super) height: f64,
    pub(super) label: String,
}

/// Width of a bar with the space behind it, and of the bar alone.
pub(super) const BAR_STEP: usize = 5;
pub(super) const SPARK_HEIGHT: f64 = 28.0;

/// Days as bars; a day without posts is a hairline.
pub(super) fn bars(days: &[Day]) -> Vec<Bar> {
    let most = days.iter().map(|day| day.n_posts).max().unwrap_or(0).max(1);
    days.iter()
        .enumerate()
        .map(|(i, day)| {
            let share = day.n_posts as f64 / most as f64;
            let height = (share * SPARK_HEIGHT).max(1.0);
            Bar {
                x: i * BAR_STEP,
                y: (10.0 * (SPARK_HEIGHT - height)).round() / 10.0,
                height: (10.0 * height).round() / 10.0,
                label: format!("{}: {}", day.date, day.n_posts),
            }
        })
        .collect()
}

/// Posts by weekday (Monday first) and hour, in a board's zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Rhythm {
    pub(super) n_posts: u64,
    pub(super) by_weekday_and_hour: [[u64; 24]; 7],
}

impl Rhythm {
    pub(super) fn of(counts: &[QuarterCount], zone: &TimeZone) -> Self {
        let mut rhythm = Self::default();
        for count in counts {
            let local = ZonedDateTime::new(count.at, zone.clone());
            let weekday = local.weekday().since(Weekday::Monday).unsigned_abs() as usize;
            let hour = local.hour().unsigned_abs() as usize;
            rhythm.by_weekday_and_hour[weekday % 7][hour % 24] += count.n_posts;
            rhythm.n_posts += count.n_posts;
        }
        rhythm
    }

    /// Shades from 0 (nothing) to 5 (the busiest hour).
    pub(super) fn shades(&self) -> Vec<Vec<Shade>> {
        let most = self.by_weekday_and_hour.iter().flatten().max();
        let most = most.copied().unwrap_or(0).max(1);
        let shade = |n_posts: u64| Shade {
            n_posts,
            level: (n_posts * 5).div_ceil(most).min(5),
        };
        self.by_weekday_and_hour
            .iter()
            .map(|hours| hours.iter().copied().map(shade).collect())
            .collect()
    }
}

/// One hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shade {
    pub(super) n_posts: u64,
    pub(super) level: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::test_archive::at;

    fn count(moment: &str, n_posts: u64) -> QuarterCount {
        QuarterCount {
            at: at(moment),
            n_posts,
        }
    }

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").expect("bundled")
    }

    #[test]
    fn a_day_begins_in_the_boards_zone() {
        // 23:45 and 00:00 in Seoul.
        let counts = [
            count("2026-11-19T14:45:00Z", 2),
            count("2026-11-19T15:00:00Z", 3),
        ];
        let days = by_day(&counts, &seoul(), at("2026-11-20T03:00:00Z"), 3);
        let shown: Vec<String> = days
            .iter()
            .map(|day| format!("{} {}", day.date, day.n_posts))
            .collect();
        assert_eq!(shown, ["2026-11-18 0", "2026-11-19 2", "2026-11-20 3"]);
    }

    #[test]
    fn the_busiest_day_fills_the_height_and_an_empty_one_is_a_line() {
        let days = by_day(
            &[count("2026-11-20T00:00:00Z", 10)],
            &TimeZone::UTC,
            at("2026-11-20T03:00:00Z"),
            2,
        );
        let bars = bars(&days);
        assert_eq!((bars[0].height, bars[1].height), (1.0, SPARK_HEIGHT));
        assert_eq!(bars[1].label, "2026-11-20: 10");
    }

    #[test]
    fn the_rhythm_is_by_local_weekday_and_hour() {
        // Friday 2026-11-20, 00:00 in Seoul, still Thursday in UTC.
        let rhythm = Rhythm::of(&[count("2026-11-19T15:00:00Z", 4)], &seoul());
        assert_eq!(rhythm.by_weekday_and_hour[4][0], 4);
        assert_eq!(rhythm.shades()[4][0].level, 5);
        assert_eq!(rhythm.shades()[3][15].level, 0);
    }
}
