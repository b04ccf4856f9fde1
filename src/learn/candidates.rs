//! What on a page may be the board's listing? For a person who is asked, or who wants to know what lost: every group of
//! rows with its score, the reason for it, and some of its rows.

use crate::document::ElementRef;

use super::region::{FLOOR, Group, groups, ranked};
use super::{Decision, SeenPage};
use crate::profile::element_text;

/// Candidates worth showing.
const MAX_CANDIDATES: usize = 5;
/// Rows shown of each.
const MAX_SAMPLES: usize = 3;
/// Letters shown of a row.
const MAX_LETTERS: usize = 120;
/// Two scores nearer to each other than this leave open which listing is meant. Of two boards on one page the scores
/// differ by what tells nothing: a few more rows, longer titles.
const CLOSE: f64 = 0.5;

/// A group of rows that may be the board's.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Candidate {
    /// CSS of a row.
    pub rows: String,
    /// What the links of its rows have in common.
    #[serde(skip)]
    pub(super) kind: String,
    pub score: f64,
    pub reason: String,
    pub n_rows: usize,
    /// Words of its first rows.
    pub samples: Vec<String>,
}

/// The groups of rows on a page, the likeliest first; `pages` are the page and, where there is one, the next.
pub fn listing_candidates(pages: &[SeenPage<'_>]) -> Vec<Candidate> {
    let first = pages.first().map(groups).unwrap_or_default();
    let second = pages.get(1).map(groups);
    ranked(&first, second.as_deref())
        .into_iter()
        .take(MAX_CANDIDATES)
        .map(|(score, reason, at)| candidate(&first[at], score, reason))
        .collect()
}

/// Whether it is open which of the candidates is the board: none reaches what a board must have, or two are as likely.
pub fn is_open(candidates: &[Candidate]) -> bool {
    match candidates {
        [] => false,
        [only] => only.score < FLOOR,
        [best, next, ..] => {
            best.score < FLOOR || (next.score >= FLOOR && best.score - next.score < CLOSE)
        }
    }
}

fn candidate(group: &Group<'_>, score: f64, reason: String) -> Candidate {
    Candidate {
        rows: group.rows_css.clone(),
        kind: group.kind.clone(),
        score,
        reason,
        n_rows: group.rows.len(),
        samples: group
            .rows
            .iter()
            .take(MAX_SAMPLES)
            .map(|row| words(row.element))
            .collect(),
    }
}

fn words(row: ElementRef<'_>) -> String {
    let text = element_text(row, &[]);
    match text.char_indices().nth(MAX_LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What was decided where a person chose.
pub(super) fn by_choice(chosen: &Candidate, lost: Vec<String>) -> Decision {
    Decision {
        what: "listing.rows",
        value: chosen.rows.clone(),
        score: chosen.score,
        reason: format!("chosen by the operator: {}", chosen.reason),
        lost,
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOSE, Candidate, FLOOR, is_open};

    #[test]
    fn it_is_open_where_none_is_likely_or_two_are_alike() {
        let good = FLOOR + 3.0;
        for (scores, want) in [
            (vec![], false),
            (vec![good], false),
            (vec![FLOOR - 0.1], true),
            (vec![FLOOR - 0.1, FLOOR - 2.0], true),
            (vec![good, good - CLOSE / 2.0], true),
            (vec![good, good - CLOSE * 2.0], false),
            // The likelier of two, of which the other is no board at all.
            (vec![FLOOR + 0.1, FLOOR - 0.1], false),
        ] {
            let candidates: Vec<Candidate> = scores
                .iter()
                .map(|score| Candidate {
                    rows: "li".into(),
                    kind: String::new(),
                    score: *score,
                    reason: String::new(),
                    n_rows: 2,
                    samples: Vec::new(),
                })
                .collect();
            assert_eq!(is_open(&candidates), want, "{scores:?}");
        }
    }
}
