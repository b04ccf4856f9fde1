//! What keeps profiles in repair: how each board's profile fits, records to prove a new one by, and the profiles that
//! came of it. The store does not read what the words mean.

use std::future::Future;

use jiff::Timestamp;

use super::{Answer, RawVisit, StoredReading};
use crate::model::{ArticleId, BoardId};

/// How a board's profile fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedFit {
    /// [`crate::health::fit::History`] as JSON.
    pub history: String,
    /// `None`: it fits, as far as is known.
    pub broken: Option<Broken>,
}

/// A profile that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Broken {
    pub since: Timestamp,
    /// In one line.
    pub summary: String,
    /// [`crate::health::fit::Finding`] as JSON.
    #[serde(skip)]
    pub finding: String,
    /// Why there is no repaired one in its place.
    pub why_not: String,
    /// When a repair was tried last.
    pub tried_at: Timestamp,
}

/// An article that is held, to be read again from a fresh page.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    pub reading: StoredReading,
    /// In the form that the listing links.
    pub url: String,
    /// Of all its pages.
    pub n_comments: u64,
}

/// A profile made from one that did not fit any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Repair {
    pub at: Timestamp,
    pub old_name: String,
    pub name: String,
    #[serde(skip)]
    pub text: String,
    /// Not in use: the old one is the operator's own.
    pub offered: bool,
    pub finding: String,
    pub proof: String,
    /// When the operator went back to the old one.
    pub undone_at: Option<Timestamp>,
}

/// The name that repairs have put in the place of `name`: where each of them led on from the one before.
pub fn successor<'a>(repairs: &'a [Repair], name: &'a str) -> &'a str {
    let in_use = |repair: &&Repair| !repair.offered && repair.undone_at.is_none();
    repairs.iter().filter(in_use).fold(name, |name, repair| {
        if repair.old_name == name {
            &repair.name
        } else {
            name
        }
    })
}

pub trait Upkeep: Clone + Send + Sync + 'static {
    /// `None`: nothing has been counted yet.
    fn fit(&self, board: BoardId) -> impl Future<Output = Answer<Option<SavedFit>>> + Send;

    /// Keeps it. With a profile that does not fit, the pages that it last read well (before the newest pass) are exempt
    /// from removal until it fits again.
    fn save_fit(&self, board: BoardId, fit: SavedFit) -> impl Future<Output = Answer<()>> + Send;

    /// Up to `limit` articles of a board with content and its page, all of it fetched before a moment: the newest, and those
    /// with comments and files.
    fn exemplars(
        &self,
        board: BoardId,
        limit: u32,
        before: Timestamp,
    ) -> impl Future<Output = Answer<Vec<Exemplar>>> + Send;

    /// The last stored page of each of the first `n_pages` listing pages, fetched before a moment.
    fn stored_listings(
        &self,
        board: BoardId,
        n_pages: u32,
        before: Timestamp,
    ) -> impl Future<Output = Answer<Vec<RawVisit>>> + Send;

    /// What was stored of an article came from a page that was misread: it counts as failed, and its page is asked for
    /// again. Nothing is removed.
    fn distrust(
        &self,
        article: ArticleId,
        reason: String,
        at: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Oldest first.
    fn repairs(&self, board: BoardId) -> impl Future<Output = Answer<Vec<Repair>>> + Send;

    /// Keeps a repaired profile and, unless it is only offered, puts the board in its care.
    fn save_repair(
        &self,
        board: BoardId,
        repair: Repair,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Goes back to the profile before the last repair in use. Answers that repair; `None`: there is none.
    fn undo_repair(
        &self,
        board: BoardId,
        at: Timestamp,
    ) -> impl Future<Output = Answer<Option<Repair>>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(old_name: &str, name: &str) -> Repair {
        Repair {
            at: Timestamp::UNIX_EPOCH,
            old_name: old_name.into(),
            name: name.into(),
            text: String::new(),
            offered: false,
            finding: String::new(),
            proof: String::new(),
            undone_at: None,
        }
    }

    #[test]
    fn repairs_lead_from_one_name_to_the_next_unless_undone_or_only_offered() {
        let mut repairs = vec![repair("a", "b"), repair("b", "c"), repair("x", "y")];
        assert_eq!(successor(&repairs, "a"), "c");
        assert_eq!(successor(&repairs, "z"), "z");
        repairs[1].undone_at = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(successor(&repairs, "a"), "b");
        repairs[0].offered = true;
        assert_eq!(successor(&repairs, "a"), "a");
    }
}
