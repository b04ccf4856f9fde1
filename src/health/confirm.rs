//! What is a suspicion worth?
//!
//! An article that is not listed any more is a *suspect*, nothing else: it may have been deleted, moved, hidden from
//! lists, or the whole board may be down, reset or renumbered. Only its own page tells, asked twice at an interval:
//! 404, a page that says it is gone, a redirect to another board, a page that is not shown to guests. A timeout, a
//! server's error or a block is no answer. In: how many are suspected at once, and what those asked so far have said.
//! Out: how many to ask next, and a verdict where it is not the articles that are in doubt but the board.

use serde::Serialize;

/// So many suspects at once are asked one by one, whatever the board's size: a moderator's purge.
const A_PURGE: u64 = 100;

/// More than a purge, and more than this share of the board: rather the board than its posts.
const ONE_IN: u64 = 10;

/// Suspects that are asked first where the board is in doubt.
const SAMPLE: u64 = 5;

/// The most that are asked in one pass.
const MOST_IN_A_PASS: u64 = 200;

/// Suspects of a board, and what became of those that were asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Suspects {
    /// Not asked yet, or without an answer.
    pub n_open: u64,
    /// Found missing since the board was last whole; those asked are among them.
    pub n_missing: u64,
    /// The board's listed articles, when it was last whole.
    pub n_listed: u64,
    /// Asked since then: gone, moved or restricted in so many words; and still there.
    pub n_gone: u64,
    pub n_there: u64,
    /// Being asked.
    pub n_asked: u64,
}

/// It is the board that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Very many articles left the list at once; a few of them are being asked.
    Doubtful,
    /// They left the list, and are still there: the list is cut, or the board was set up anew.
    Reset,
    /// All ranks shifted alike: the board counts in another way than before.
    Renumbered,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Doubtful => "doubtful",
            Self::Reset => "reset",
            Self::Renumbered => "renumbered",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Doubtful, Self::Reset, Self::Renumbered]
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }
}

/// How many suspects to ask now, and what is thought of the board.
pub fn ask(suspects: Suspects) -> (u64, Option<Verdict>) {
    let many = suspects.n_missing > A_PURGE && suspects.n_missing > suspects.n_listed / ONE_IN;
    let all = suspects
        .n_open
        .min(MOST_IN_A_PASS.saturating_sub(suspects.n_asked));
    if !many {
        return (all, None);
    }
    if suspects.n_there > 0 && suspects.n_there >= suspects.n_gone {
        return (0, Some(Verdict::Reset));
    }
    if suspects.n_gone >= SAMPLE {
        // Explicit, repeated evidence: so many really went.
        return (all, None);
    }
    let sample = SAMPLE.saturating_sub(suspects.n_gone + suspects.n_there + suspects.n_asked);
    (sample.min(suspects.n_open), Some(Verdict::Doubtful))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspects(n_missing: u64, n_listed: u64) -> Suspects {
        Suspects {
            n_open: n_missing,
            n_missing,
            n_listed,
            ..Suspects::default()
        }
    }

    #[test]
    fn a_purge_is_asked_for_one_by_one() {
        assert_eq!(ask(suspects(50, 47_000)), (50, None));
        assert_eq!(ask(suspects(90, 100)), (90, None));
    }

    #[test]
    fn a_board_that_lost_most_of_its_posts_is_doubted_first() {
        assert_eq!(
            ask(suspects(47_000, 47_000)),
            (SAMPLE, Some(Verdict::Doubtful))
        );
        let asked = Suspects {
            n_open: 46_995,
            n_asked: 5,
            ..suspects(47_000, 47_000)
        };
        assert_eq!(ask(asked), (0, Some(Verdict::Doubtful)));
    }

    #[test]
    fn posts_that_are_still_there_make_a_verdict_and_no_more_requests() {
        let there = Suspects {
            n_there: 5,
            ..suspects(47_000, 47_000)
        };
        assert_eq!(ask(there), (0, Some(Verdict::Reset)));
    }

    #[test]
    fn explicit_answers_of_the_sample_let_the_others_be_asked_by_and_by() {
        let gone = Suspects {
            n_gone: 5,
            ..suspects(47_000, 47_000)
        };
        assert_eq!(ask(gone), (MOST_IN_A_PASS, None));
    }
}
