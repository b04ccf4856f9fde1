//! How complete is what we hold of a board, and can that be proven?
//!
//! In: counts from the store. Out: an [`Audit`]: coverage now and by month, holes with what is known of them, and
//! whether the number column proves it. Where the column is no rank, or the board was never read to its end,
//! the audit says so instead of giving a figure that looks like a proof.

use jiff::Timestamp;
use serde::Serialize;

use super::confirm::Verdict;
use super::ledger::Numbering;

/// Articles of a board, or of one month of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Held {
    /// In the listing, as far as we know.
    pub n_listed: u64,
    pub n_stored: u64,
    pub n_pending: u64,
    pub n_restricted: u64,
    pub n_failed: u64,
    /// The board said that it is gone. What we held of it is kept.
    pub n_gone: u64,
    /// There by its own page, but in no list.
    pub n_unlisted: u64,
}

/// Why a hole is a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoleReason {
    /// A page there could not be read.
    Unread,
    /// Rows shifted while it was walked.
    Torn,
    /// A limit (`--pages`, `--since`) ended the walk above it.
    Limit,
    /// No pass has been there.
    NeverRead,
    /// The list was read there, and jumps over them: it does not show them, or not to us.
    Hidden,
}

/// Posts that are in the listing and not in the archive: known by the ranks they take up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    pub n_posts: u64,
    /// Ranks, both included, as they should be now.
    pub newest_rank: u64,
    pub oldest_rank: u64,
    /// When the articles that enclose it were posted.
    pub before: Option<Timestamp>,
    pub after: Option<Timestamp>,
    pub reason: HoleReason,
}

/// What the store knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    pub board: String,
    /// Rank of the newest row, when page 1 was last read; and the rank below the oldest post's.
    pub newest_rank: Option<u64>,
    pub rank_base: u64,
    pub numbers: Numbering,
    /// Of the listed ones, those that no rank was found for: where ranks are counted, the board does not count them.
    pub n_uncounted: u64,
    /// Pinned posts that stand in no other place.
    pub n_notices: u64,
    pub all: Held,
    /// `2026-11`, in order.
    pub months: Vec<(String, Held)>,
    pub holes: Vec<Hole>,
    /// The start of the last pass in which all sums agreed.
    pub whole_at: Option<Timestamp>,
    /// Not listed any more; their own pages have not answered yet.
    pub n_suspects: u64,
    pub verdict: Option<Verdict>,
    /// A repair was asked for and is not finished.
    pub repairing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Articles and holes add up to the newest rank.
    Proven,
    /// They do not: posts have come, gone or moved that no pass has placed yet.
    NotYet,
    /// The number column is no rank, or there is none.
    NotProvable,
}

/// What the number column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    Posts,
    PostsAndNotices,
    /// Posts that are shown to nobody, or not to us, too.
    HiddenToo,
    /// Threads: replies have no number.
    Threads,
    /// From another number than 1.
    Otherwise,
    /// No rank.
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Month {
    pub month: String,
    #[serde(flatten)]
    pub held: Held,
}

/// The statement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audit {
    pub board: String,
    pub proof: Proof,
    pub column_counts: Counts,
    /// Posts that the listing has, by its newest rank; `None`: it does not tell.
    pub n_posts: Option<u64>,
    /// Posts that it has and we do not know of, holes and unexplained ones together.
    pub n_unknown: Option<u64>,
    /// `n_posts` less what we list and the holes: positive, something entered unseen; negative, something vanished.
    pub n_unexplained: Option<i64>,
    #[serde(flatten)]
    pub held: Held,
    pub n_suspects: u64,
    pub whole_at: Option<Timestamp>,
    pub verdict: Option<Verdict>,
    pub repairing: bool,
    pub holes: Vec<Hole>,
    pub months: Vec<Month>,
}

pub fn audit(facts: Facts) -> Audit {
    let ranked = facts.numbers.is_rank();
    let n_posts = facts
        .newest_rank
        .filter(|_| ranked)
        .map(|rank| rank.saturating_sub(facts.rank_base) + facts.n_uncounted);
    let in_holes: u64 = facts.holes.iter().map(|hole| hole.n_posts).sum();
    let hides = (facts.holes.iter()).any(|hole| hole.reason == HoleReason::Hidden);
    let n_unexplained = n_posts.map(|n| n as i64 - facts.all.n_listed as i64 - in_holes as i64);
    let proof = match n_unexplained {
        None => Proof::NotProvable,
        Some(0) if facts.whole_at.is_some() => Proof::Proven,
        Some(_) => Proof::NotYet,
    };
    let column_counts = match (ranked, facts.rank_base) {
        (false, _) => Counts::Nothing,
        (true, 0) if facts.n_uncounted > 0 => Counts::Threads,
        (true, 0) if hides => Counts::HiddenToo,
        (true, 0) => Counts::Posts,
        (true, base) if base == facts.n_notices => Counts::PostsAndNotices,
        (true, _) => Counts::Otherwise,
    };
    Audit {
        board: facts.board,
        proof,
        column_counts,
        n_posts,
        n_unknown: n_unexplained.map(|n| in_holes + n.max(0) as u64),
        n_unexplained,
        held: facts.all,
        n_suspects: facts.n_suspects,
        whole_at: facts.whole_at,
        verdict: facts.verdict,
        repairing: facts.repairing,
        holes: facts.holes,
        months: facts
            .months
            .into_iter()
            .map(|(month, held)| Month { month, held })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            newest_rank: Some(296),
            numbers: Numbering {
                n_tight: 281,
                ..Numbering::default()
            },
            all: Held {
                n_listed: 296,
                n_stored: 290,
                n_restricted: 6,
                ..Held::default()
            },
            whole_at: Some("2026-11-20T00:00:00Z".parse().unwrap()),
            ..Facts::default()
        }
    }

    #[test]
    fn articles_that_add_up_to_the_newest_rank_are_proof() {
        let audit = audit(facts());
        assert_eq!(audit.proof, Proof::Proven);
        assert_eq!(audit.n_unknown, Some(0));
        assert_eq!(audit.column_counts, Counts::Posts);
    }

    #[test]
    fn a_hole_is_counted_and_does_not_spoil_the_proof() {
        let mut holed = facts();
        holed.all.n_listed = 256;
        holed.holes = vec![Hole {
            n_posts: 40,
            newest_rank: 100,
            oldest_rank: 61,
            before: None,
            after: None,
            reason: HoleReason::Unread,
        }];
        let audit = audit(holed);
        assert_eq!((audit.proof, audit.n_unknown), (Proof::Proven, Some(40)));
    }

    #[test]
    fn sums_that_differ_are_said() {
        let mut more = facts();
        more.newest_rank = Some(300);
        let audit = audit(more);
        assert_eq!(
            (audit.proof, audit.n_unexplained, audit.n_unknown),
            (Proof::NotYet, Some(4), Some(4))
        );
    }

    #[test]
    fn ids_prove_nothing() {
        let mut ids = facts();
        ids.numbers.n_loose = 100;
        let audit = audit(ids);
        assert_eq!((audit.proof, audit.n_posts), (Proof::NotProvable, None));
        assert_eq!(audit.column_counts, Counts::Nothing);
    }
}
