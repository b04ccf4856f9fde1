//! A moment as it is shown: no finer than it is known.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::model::Precision;

/// `2026`, `2026-11`, `2026-11-20`, `2026-11-20 10h KST`, `2026-11-20 10:05 KST`; with seconds where they are known.
pub(super) fn with_precision(at: Timestamp, precision: Precision, zone: &TimeZone) -> String {
    let form = match precision {
        Precision::Year => "%Y",
        Precision::Month => "%Y-%m",
        Precision::Day => "%Y-%m-%d",
        Precision::Hour => "%Y-%m-%d %Hh %Z",
        Precision::Minute => "%Y-%m-%d %H:%M %Z",
        Precision::Second => "%Y-%m-%d %H:%M:%S %Z",
    };
    ZonedDateTime::new(at, zone.clone())
        .strftime(form)
        .to_string()
}

/// To the minute, without the zone, for tables.
pub(super) fn short(at: Timestamp, zone: &TimeZone) -> String {
    ZonedDateTime::new(at, zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_finer_than_known_is_shown() {
        let at: Timestamp = "2026-11-19T15:04:05Z".parse().expect("a moment");
        let seoul = TimeZone::get("Asia/Seoul").expect("bundled");
        for (precision, shown) in [
            (Precision::Year, "2026"),
            (Precision::Month, "2026-11"),
            (Precision::Day, "2026-11-20"),
            (Precision::Hour, "2026-11-20 00h KST"),
            (Precision::Minute, "2026-11-20 00:04 KST"),
            (Precision::Second, "2026-11-20 00:04:05 KST"),
        ] {
            assert_eq!(with_precision(at, precision, &seoul), shown);
        }
        assert_eq!(short(at, &TimeZone::UTC), "2026-11-19 15:04");
    }
}
