//! Stub until the real one is merged: every form of date a board shows.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::PostedAt;

pub fn read_date(_text: &str, _zone: &TimeZone, _as_of: Timestamp) -> Option<PostedAt> {
    None
}

pub fn combine(
    _cell: &str,
    _tooltip: &str,
    _zone: &TimeZone,
    _as_of: Timestamp,
) -> Option<PostedAt> {
    None
}
