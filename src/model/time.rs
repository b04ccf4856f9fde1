//! A moment as a board shows it: the instant, how exact it is, and the words it was read from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// The finer of two readings; at equal precision `self`, the one already held.
    /// A coarser reading (`2시간 전`, a listing's day) never overwrites a finer one.
    pub fn finer(self, other: Option<PostedAt>) -> PostedAt {
        match other {
            Some(other) if other.precision > self.precision => other,
            _ => self,
        }
    }
}
