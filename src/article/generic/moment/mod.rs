//! When was this page's article posted? In: a parsed page without a profile, its address, the site's zone and the moment
//! it was served. Out: the date most worth believing, where it was found, and which others lost.
//!
//! Everything on the page that names a day is a candidate, worth what its place is worth: what the page states for
//! machines, its address, elements marked as a date, words that say "published", and last any date in the text. Dates
//! that several places name gain; what is marked as changed, of a comment or of a neighbour loses. Nothing found is
//! nothing: never "now", never a day to come.

pub(in crate::article::generic) mod candidates;
pub(in crate::article::generic) mod places;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use url::Url;

pub use crate::dates::words::{Habit, Hit, Named, Order, dates_in};

use crate::document::Html;
use crate::model::PostedAt;

/// Where on a page a date was found. In the order of belief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A `<meta>` of the page's head, or `itemprop`.
    Meta,
    /// JSON-LD.
    LinkedData,
    /// The path of the page's address.
    Address,
    /// A `<time>` or `<abbr>` element.
    TimeElement,
    /// An element whose class or id speaks of a date.
    Marked,
    /// Data that scripts read.
    Script,
    /// Words of the page.
    Text,
}

impl Place {
    /// For `explain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::LinkedData => "json-ld",
            Self::Address => "address",
            Self::TimeElement => "time element",
            Self::Marked => "marked element",
            Self::Script => "script",
            Self::Text => "text",
        }
    }
}

/// A date and how it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub posted: PostedAt,
    /// The day as the page names it, in its own zone: `2026-11-24T00:30+09:00` is the 24th.
    pub day: Date,
    /// The distance from UTC that the words state.
    pub offset: Option<Offset>,
    pub place: Place,
    /// The name of the meta, the class, or the words before the date.
    pub rule: String,
    /// What belief in it came to.
    pub score: f32,
}

/// The date of posting.
pub fn find_posted(
    html: &Html,
    url: Option<&Url>,
    zone: &TimeZone,
    as_of: Timestamp,
) -> Option<Found> {
    explain_posted(html, url, zone, as_of).into_iter().next()
}

/// All dates that were weighed, the best first, one for each day and place.
pub fn explain_posted(
    html: &Html,
    url: Option<&Url>,
    zone: &TimeZone,
    as_of: Timestamp,
) -> Vec<Found> {
    let mut found = candidates::all(html, url, zone, as_of);
    candidates::weigh(&mut found);
    found
}

#[cfg(test)]
mod tests;
