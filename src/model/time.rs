//! A moment as a board shows it: the instant, how exact it is, and the words it was read from.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of a date of three numbers stands first: `10/11/2025`, `10.11.25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NumberOrder {
    /// `25.11.10`
    YearFirst,
    /// `11/10/2025`, `11/10/25`
    MonthFirst,
    /// `10/11/2025`, `10.11.25`
    DayFirst,
}

impl NumberOrder {
    /// The word of profiles.
    pub fn name(self) -> &'static str {
        match self {
            Self::YearFirst => "year-first",
            Self::MonthFirst => "month-first",
            Self::DayFirst => "day-first",
        }
    }
}

/// How a board writes dates.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    /// Of dates that name none.
    pub zone: &'a TimeZone,
    /// Where it is not known, a date that either order fits is not read, and a year of two digits stands first.
    pub order: Option<NumberOrder>,
}

impl<'a> From<&'a TimeZone> for Calendar<'a> {
    fn from(zone: &'a TimeZone) -> Self {
        Self { zone, order: None }
    }
}

/// How exact a shown time is. Ordered from coarse to fine, so that `a > b` means "a says more than b".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Precision {
    /// The word kept in the store and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }

    /// The inverse of [`Precision::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Year,
            Self::Month,
            Self::Day,
            Self::Hour,
            Self::Minute,
            Self::Second,
        ]
        .into_iter()
        .find(|precision| precision.as_str() == word)
    }
}

/// When a post was written, as far as a page tells.
///
/// `at` is the *start* of the interval that `precision` names, in the site's time zone (a day-precision
/// `2026.11.23` in Seoul is `2026-11-22T15:00:00Z`); only "2 hours ago" keeps its minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedAt {
    /// UTC.
    pub at: Timestamp,
    pub precision: Precision,
    /// The words on the page, white space folded.
    pub text: String,
}

impl PostedAt {
    /// The finer of two readings; at equal precision `self`, the one already held, unless it was counted back from the
    /// moment of the page and the other names the moment itself.
    /// A coarser reading (`2시간 전`, a listing's day) never overwrites a finer one.
    pub fn finer(self, other: Option<PostedAt>) -> PostedAt {
        match other {
            Some(other) if other.precision > self.precision => other,
            Some(other)
                if other.precision == self.precision
                    && self.is_relative()
                    && !other.is_relative() =>
            {
                other
            }
            _ => self,
        }
    }

    /// Two readings of one moment, each as exact as it says.
    pub fn agrees(&self, other: &PostedAt) -> bool {
        let away = self.at.duration_since(other.at).abs().as_secs();
        match self.precision.min(other.precision) {
            Precision::Second => away <= 1,
            Precision::Minute => away < 60,
            Precision::Hour => away < 3_600,
            Precision::Day => away < 86_400,
            Precision::Month => away < 31 * 86_400,
            Precision::Year => away < 366 * 86_400,
        }
    }

    /// `43분 전`, `3 hours ago`, `15h`: off by up to one unit, since a page rounds and is served a moment later.
    pub fn is_relative(&self) -> bool {
        let text = self.text.trim().to_lowercase();
        let short = text
            .strip_suffix(['s', 'm', 'h', 'd', 'w', 'y'])
            .is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
        short
            || ["전", "前", "ago", "방금"]
                .iter()
                .any(|word| text.ends_with(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, second: i64, precision: Precision) -> PostedAt {
        PostedAt {
            at: Timestamp::from_second(second).expect("in range"),
            precision,
            text: text.into(),
        }
    }

    #[test]
    fn the_finer_reading_stays() {
        let day = read("2026.11.23", 0, Precision::Day);
        let minute = read("2026.11.23 10:21", 60, Precision::Minute);
        let ago = read("2시간 전", 120, Precision::Hour);
        assert_eq!(day.clone().finer(Some(minute.clone())), minute);
        assert_eq!(minute.clone().finer(Some(day.clone())), minute);
        assert_eq!(minute.clone().finer(Some(ago)), minute);
        assert_eq!(minute.clone().finer(None), minute);
    }

    #[test]
    fn a_named_moment_replaces_one_that_was_counted_back() {
        let ago = read("58분 전", 60, Precision::Minute);
        let named = read("2026.11.24 00:39", 0, Precision::Minute);
        assert_eq!(ago.clone().finer(Some(named.clone())), named);
        assert_eq!(named.clone().finer(Some(ago)), named);
    }
}
