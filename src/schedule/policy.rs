//! How the operator wants a board's polls placed: by its own rhythm, at a fixed interval, or by a cron expression.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{CivilDateTime, CronDateTime, Resolution};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

/// How the moments of a board's polls are found.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Policy {
    /// When the posts that are expected to wait are worth a request.
    #[default]
    Adaptive,
    /// This long after the last poll began.
    Every(Duration),
    Cron(Cron),
}

/// A cron expression of five fields: minute, hour, day, month, weekday; or a nickname like `@hourly`.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    parsed: Arc<croner::Cron>,
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Cron {
    type Err = String;

    /// Refuses what would never come (`0 0 31 2 *`).
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let parsed = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build()
            .parse(text)
            .map_err(|error| {
                let why = error.to_string();
                let why = why.trim_end_matches('.');
                format!("`{text}` is not a cron expression of five fields ({why})")
            })?;
        let cron = Self {
            text: text.to_owned(),
            parsed: Arc::new(parsed),
        };
        // Leap days come at least once in eight years, which croner's own search covers.
        match cron.next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC) {
            Some(_) => Ok(cron),
            None => Err(format!("`{text}` never comes")),
        }
    }
}

impl Cron {
    /// The first moment after this one. A wall time that a clock change skips is made up when the clock has been
    /// changed; one that it repeats counts once, unless the expression is for every hour.
    pub(super) fn next_after(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let from = Moment(at.to_zoned_datetime(zone.clone()));
        let found = self.parsed.find_next_occurrence(&from, false).ok()?;
        Some(found.0.timestamp())
    }
}

/// croner knows an older jiff; this speaks for ours.
#[derive(Debug, Clone)]
struct Moment(ZonedDateTime);

impl CronDateTime for Moment {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0.datetime();
        let part = |part: i8| u32::from(part.unsigned_abs());
        CivilDateTime::from_ymd_hms(
            i32::from(at.year()),
            part(at.month()),
            part(at.day()),
            part(at.hour()),
            part(at.minute()),
            part(at.second()),
        )
        .expect("jiff's dates and times exist")
    }

    fn civil_weekday(&self) -> croner::Weekday {
        let sunday_zero = self.0.weekday().to_sunday_zero_offset().unsigned_abs();
        croner::Weekday::from_days_from_sunday(u32::from(sunday_zero))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let ambiguous = self
            .0
            .time_zone()
            .to_ambiguous_zoned_datetime(civil_of(civil)?);
        let moment = |found: Result<ZonedDateTime, jiff::Error>| {
            found.map(Moment).map_err(|_| CronError::InvalidTime)
        };
        Ok(match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => {
                Resolution::Single(moment(ambiguous.unambiguous())?)
            }
            AmbiguousOffset::Fold { .. } => Resolution::Ambiguous(
                moment(ambiguous.clone().earlier())?,
                moment(ambiguous.later())?,
            ),
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let moved = self.0.checked_add(SignedDuration::from_secs(seconds));
        moved.ok().map(Moment)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

fn civil_of(civil: CivilDateTime) -> Result<DateTime, CronError> {
    let part = |part: u32| i8::try_from(part).map_err(|_| CronError::InvalidDate);
    let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
    let (month, day) = (part(civil.month())?, part(civil.day())?);
    let (hour, minute, second) = (
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
    );
    DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| CronError::InvalidDate)
}
