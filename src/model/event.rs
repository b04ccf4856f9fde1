//! What happened to an article, or to a board, for notifiers and feeds. Written in the transaction that made it true.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// First content.
    Stored,
    /// A revision of title, body, category or attachments.
    Edited,
    /// The board says it is gone.
    Vanished,
    /// Shown to nobody but its author and the moderators.
    Restricted,
    /// Was gone or restricted, and is there again.
    Reappeared,
    /// Of a board: something is wrong with it.
    Alarm,
    /// Of a board: that is over.
    Recovered,
}

impl EventKind {
    pub const ALL: [Self; 7] = [
        Self::Stored,
        Self::Edited,
        Self::Vanished,
        Self::Restricted,
        Self::Reappeared,
        Self::Alarm,
        Self::Recovered,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Edited => "edited",
            Self::Vanished => "vanished",
            Self::Restricted => "restricted",
            Self::Reappeared => "reappeared",
            Self::Alarm => "alarm",
            Self::Recovered => "recovered",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
