//! How often each field was filled so far, and whether it is much less often now.
//!
//! The smallest measure of a change of layout that tells a renamed column, scrambled letters and swapped dates. What
//! compares pages more closely says so in [`Observation::misfit`], which goes before this.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::observation::{Field, Observation, Share};

/// Beyond this many, sums are halved.
const MEMORY: f64 = 1_000.0;
/// A habit is one from here on.
const ENOUGH: f64 = 20.0;
const FEW_ARTICLES: f64 = 10.0;
/// Fields that are filled less often than that come in clusters, which no sum of independent rows describes.
const RELIABLE: f64 = 0.8;
/// No field is so sure that one in fifty may not lack it.
const MOST_SURE: f64 = 0.98;
/// A share this much less likely than before, in nats: one poll in 160,000 by chance.
const IMPROBABLE: f64 = 12.0;
/// Titles remembered: those of a page.
const MOST_TITLES: usize = 100;
/// How fast the usual number of rows follows.
const ROWS_STEP: f64 = 0.1;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Habit {
    shares: BTreeMap<Field, Share>,
    /// Articles since a field of theirs was last as usual.
    pending: BTreeMap<Field, Share>,
    rows: Option<f64>,
    /// Key and title, hashed, of the rows of page 1 when nothing was wrong.
    titles: Vec<(u64, u64)>,
}

impl Habit {
    pub(super) fn rows(&self) -> Option<f64> {
        self.rows
    }

    pub(super) fn learn(&mut self, seen: &Observation) {
        for (field, share) in &seen.shares {
            // Whether these are the first of many is not known yet.
            if self
                .pending
                .get(field)
                .is_some_and(|pending| pending.of > 0.0)
            {
                continue;
            }
            let sum = self.shares.entry(*field).or_default();
            sum.add(*share);
            if sum.of > MEMORY {
                sum.n /= 2.0;
                sum.of /= 2.0;
            }
        }
        self.titles.clone_from(&seen.titles);
        self.titles.truncate(MOST_TITLES);
        if let Some(n_rows) = seen.n_rows {
            let n_rows = f64::from(n_rows);
            self.rows = Some(
                self.rows
                    .map_or(n_rows, |rows| rows + ROWS_STEP * (n_rows - rows)),
            );
        }
    }

    /// Compares the rows with those of the last poll that nothing was wrong with.
    pub(super) fn compare_titles(&self, seen: &mut Observation) {
        for (key, title) in seen.titles.clone() {
            let before = self.titles.iter().find(|(known, _)| *known == key);
            if let Some((_, before)) = before {
                seen.count(Field::TitleAsBefore, title == *before);
            }
        }
    }

    /// Says which fields have fallen, and by how much.
    pub(super) fn broken(
        &mut self,
        seen: &Observation,
        fallen: &mut BTreeMap<Field, (f64, f64)>,
    ) -> Option<String> {
        let mut findings = Vec::new();
        for (field, share) in &seen.shares {
            let now = match field.is_of_articles() {
                true => self.gathered(*field, *share),
                false => *share,
            };
            let before = self.shares.get(field).copied().unwrap_or_default();
            let enough = if field.is_of_articles() {
                FEW_ARTICLES
            } else {
                ENOUGH
            };
            if before.of >= enough && has_fallen(before.rate(), now) {
                fallen.insert(*field, (before.rate(), now.rate()));
                findings.push(format!(
                    "{} of {} {} (before: {:.0} %)",
                    now.n,
                    now.of,
                    field.words(),
                    100.0 * before.rate()
                ));
            }
        }
        (!findings.is_empty()).then(|| findings.join("; "))
    }

    /// Few articles come with each poll: those without a field are counted together until one has it.
    fn gathered(&mut self, field: Field, share: Share) -> Share {
        let pending = self.pending.entry(field).or_default();
        if share.n > 0.5 * share.of {
            *pending = Share::default();
            return share;
        }
        pending.add(share);
        *pending
    }
}

/// Whether a share is so much smaller than it was that chance hardly ever does that: the log likelihood ratio of a
/// binomial count, one-sided (Chernoff's bound).
fn has_fallen(before: f64, now: Share) -> bool {
    let (p, q) = (before.min(MOST_SURE), now.rate());
    if before < RELIABLE || q >= p / 2.0 {
        return false;
    }
    let term = |a: f64, b: f64| if a > 0.0 { a * (a / b).ln() } else { 0.0 };
    now.of * (term(q, p) + term(1.0 - q, 1.0 - p)) >= IMPROBABLE
}
