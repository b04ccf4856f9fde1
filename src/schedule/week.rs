//! Which hour of the week is it, on the boards' side of the world? In: a moment and a zone. Out: slots.
//!
//! Moments are seconds since 1970 as `f64`: exact to well under a microsecond for centuries to come.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// 24 hours of working days, then 24 of the weekend.
pub(super) const N_HOUR_SLOTS: usize = 48;
pub(super) const N_DAYS: usize = 7;
pub(super) const HOUR_S: f64 = 3_600.0;
pub(super) const DAY_S: f64 = 86_400.0;

pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1_000.0
}

/// The inverse of [`seconds`]; what lies outside of jiff's years is moved to their end.
pub(super) fn timestamp(seconds: f64) -> Timestamp {
    // A float beyond the integers saturates.
    let ms = (seconds * 1_000.0).round() as i64;
    let least = Timestamp::MIN.as_millisecond() + 1;
    let most = Timestamp::MAX.as_millisecond() - 1;
    Timestamp::from_millisecond(ms.clamp(least, most)).expect("it was moved into the range")
}

/// A stretch of time within one hour of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// 0 to 47.
    pub(super) hour: usize,
    /// 0 is Monday.
    pub(super) day: usize,
    pub(super) length_s: f64,
}

/// Local wall time.
#[derive(Debug, Clone)]
pub(super) struct WeekClock {
    zone: TimeZone,
}

impl WeekClock {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// Seconds since 1970 as the wall clock counts them.
    fn local(&self, at_s: f64) -> f64 {
        at_s + f64::from(self.zone.to_offset(timestamp(at_s)).seconds())
    }

    /// The rest of the hour that `at_s` is in.
    pub(super) fn rest_of_hour(&self, at_s: f64) -> Stretch {
        let local = self.local(at_s);
        let hours = (local / HOUR_S).floor();
        let days = (hours / 24.0).floor();
        let hour = (hours - days * 24.0) as usize;
        // 1 January 1970 was a Thursday.
        let day = (days + 3.0).rem_euclid(7.0) as usize;
        // Never nothing, so that who walks by hours always arrives.
        let length_s = ((hours + 1.0) * HOUR_S - local).max(1e-3);
        Stretch {
            hour: if day >= 5 { 24 + hour % 24 } else { hour % 24 },
            day: day % N_DAYS,
            length_s,
        }
    }

    /// The hours between two moments.
    pub(super) fn stretches(&self, from_s: f64, to_s: f64) -> impl Iterator<Item = Stretch> + '_ {
        let mut at_s = from_s;
        std::iter::from_fn(move || {
            if at_s >= to_s {
                return None;
            }
            let mut stretch = self.rest_of_hour(at_s);
            stretch.length_s = stretch.length_s.min(to_s - at_s);
            at_s += stretch.length_s;
            Some(stretch)
        })
    }

    /// Which day it is: a number that changes at midnight.
    pub(super) fn day_number(&self, at_s: f64) -> i64 {
        (self.local(at_s) / DAY_S).floor() as i64
    }

    /// When the day began.
    pub(super) fn midnight_before(&self, at_s: f64) -> f64 {
        let local = self.local(at_s);
        let passed = local.rem_euclid(DAY_S);
        // A clock that was changed since then has moved midnight by as much.
        let there = at_s - passed;
        let drift = self.local(there) - (local - passed);
        (there - drift).min(at_s)
    }

    /// When the next day begins.
    pub(super) fn midnight_after(&self, at_s: f64) -> f64 {
        let local = self.local(at_s);
        let rest = DAY_S - local.rem_euclid(DAY_S);
        // A clock that is changed before then moves midnight by as much.
        let there = at_s + rest;
        let drift = self.local(there) - (local + rest);
        (there - drift).max(at_s + 1.0)
    }
}
