//! What one poll of a board has shown, gathered visit by visit.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Statuses that are counted apart; there are about forty in use.
const MOST_STATUSES: usize = 64;

/// What came of asking for page 1, in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A listing with rows, or one that says that it is empty.
    Rows,
    /// A page on which no listing, or no row, was found.
    Unreadable(String),
    /// A page that no profile reads.
    Unknown(String),
    /// A bot check, a block page, or a demand to stay away.
    Blocked(String),
    /// A login form, or words to that effect.
    MembersOnly(String),
    /// A page that says that there is no such board.
    NotThere(String),
    /// No page.
    None(String),
}

/// What is counted: how often it could be there, and how often it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    // Rows in which it is filled.
    RowAuthor,
    RowDate,
    RowRank,
    RowViews,
    /// Rows with the title that they had when nothing was wrong.
    TitleAsBefore,
    /// Known rows with the date that is held of them.
    DateAsBefore,
    /// Pages of articles on which an article was found, and in it the field.
    ArticleFound,
    ArticleText,
    ArticleAuthor,
    ArticleDate,
}

impl Field {
    /// There are few of them in a poll: they are gathered over several.
    pub(super) fn is_of_articles(self) -> bool {
        matches!(
            self,
            Self::ArticleFound | Self::ArticleText | Self::ArticleAuthor | Self::ArticleDate
        )
    }

    /// In words that fit behind a share.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::RowAuthor => "rows with an author",
            Self::RowDate => "rows with a date that can be read",
            Self::RowRank => "rows with a number",
            Self::RowViews => "rows with a count of views",
            Self::TitleAsBefore => "known rows with the title they had before",
            Self::DateAsBefore => "known rows with the date they had before",
            Self::ArticleFound => "pages that show an article",
            Self::ArticleText => "articles with a text",
            Self::ArticleAuthor => "articles with an author",
            Self::ArticleDate => "articles with a date",
        }
    }
}

/// `n` of `of`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub n: f64,
    pub of: f64,
}

impl Share {
    pub fn add(&mut self, other: Share) {
        self.n += other.n;
        self.of += other.of;
    }

    /// 0 where there is nothing to count.
    pub fn rate(self) -> f64 {
        if self.of > 0.0 { self.n / self.of } else { 0.0 }
    }
}

/// One poll.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// When it was over.
    pub at: Timestamp,
    pub answer: Answer,
    /// Ordinary rows of page 1; `None` where there was no listing.
    pub n_rows: Option<u32>,
    pub n_new: u64,
    /// Rows of page 1: hashes of key and title.
    pub titles: Vec<(u64, u64)>,
    pub shares: BTreeMap<Field, Share>,
    pub statuses: BTreeMap<u16, u32>,
    /// Rows seen by a walk that came to the listing's end.
    pub walked_to_the_end: Option<u64>,
    /// Posts known to be in the listing.
    pub n_listed: u64,
    /// Somebody who compared the pages with what is known found that the profile does not fit, in words.
    pub misfit: Option<String>,
    /// And what stood where before, and what stands there now.
    pub difference: Vec<String>,
}

impl Observation {
    /// Nothing was asked for yet.
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            answer: Answer::None("no page was asked for".into()),
            n_rows: None,
            n_new: 0,
            titles: Vec::new(),
            shares: BTreeMap::new(),
            statuses: BTreeMap::new(),
            walked_to_the_end: None,
            n_listed: 0,
            misfit: None,
            difference: Vec::new(),
        }
    }

    pub fn count(&mut self, field: Field, holds: bool) {
        let one = Share {
            n: f64::from(u8::from(holds)),
            of: 1.0,
        };
        self.shares.entry(field).or_default().add(one);
    }

    pub fn count_status(&mut self, status: u16) {
        if self.statuses.len() < MOST_STATUSES || self.statuses.contains_key(&status) {
            *self.statuses.entry(status).or_default() += 1;
        }
    }
}
