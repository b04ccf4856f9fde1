//! In which time zone the days of a board begin.

use std::collections::HashMap;

use jiff::tz::TimeZone;

/// By the names of boards, and one for all others.
#[derive(Debug, Clone)]
pub struct Zones {
    default_zone: TimeZone,
    boards: HashMap<String, TimeZone>,
}

impl Zones {
    pub fn new(default_zone: TimeZone) -> Self {
        Self {
            default_zone,
            boards: HashMap::new(),
        }
    }

    /// With a zone of its own for a board.
    pub fn with(mut self, board: &str, zone: TimeZone) -> Self {
        self.boards.insert(board.to_owned(), zone);
        self
    }

    pub(super) fn of(&self, board: &str) -> &TimeZone {
        self.boards.get(board).unwrap_or(&self.default_zone)
    }

    pub(super) fn default_zone(&self) -> &TimeZone {
        &self.default_zone
    }
}
