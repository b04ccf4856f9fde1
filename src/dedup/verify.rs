//! Is one text a copy of the other? Decided on the texts themselves: the candidate index only says which to ask about.
//!
//! The same pieces make a copy, but not alone: a daily report shares nearly all of its words with yesterday's, and a
//! follow-up repeats the old story below its news. So numbers are compared where they stand (after the same words),
//! and a text that is only partly in the other must not bring a long stretch of its own. All of it is symmetric.

use serde::Serialize;

use super::furniture::Furniture;
use super::letters::letters;
use super::shingle::{Shingles, mix, n_shared};

/// Of two whole texts that say the same: rewriting of every tenth word leaves this much.
const LEAST_SIMILARITY: f64 = 0.5;
/// Of the shorter text, where the other says more besides.
const LEAST_CONTAINMENT: f64 = 0.65;
/// So much of the shorter text may stand in one stretch that the other has not: a header, a caption. A follow-up's
/// news are longer.
const LONGEST_OWN_STRETCH: f64 = 0.2;
/// Below this many pieces there is no evidence but equality.
const FEWEST_PIECES: usize = 40;
/// Below this many, a notice with one name changed looks like a copy: nearly all must be equal.
const FEW_PIECES: usize = 150;
const LEAST_SIMILARITY_OF_FEW: f64 = 0.9;
const LEAST_CONTAINMENT_OF_FEW: f64 = 0.97;
/// A shorter text of at most this share of the other's length, nearly all of it in the other, was cut.
const CUT_BELOW: f64 = 0.8;
const CUT_CONTAINMENT: f64 = 0.8;
/// Fewer numbers than this prove nothing.
const FEWEST_NUMBERS: usize = 3;

/// What two texts are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The same letters and digits in the same order.
    Exact,
    /// One was made from the other, by editing it or adding to it.
    Near,
    /// The shorter is a part of the longer.
    Truncated,
    Different,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Truncated => "truncated",
            Self::Different => "different",
        }
    }

    pub fn is_copy(self) -> bool {
        self != Self::Different
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Exact, Self::Near, Self::Truncated, Self::Different]
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }
}

/// How alike two texts are; the same for (a, b) and (b, a).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Shared pieces of all pieces (Jaccard).
    pub similarity: f64,
    /// Shared pieces of those of the shorter text.
    pub containment: f64,
    pub verdict: Verdict,
}

/// A number where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number {
    /// The letters around it.
    place: u32,
    digits: u32,
    /// The piece that begins with it, to know furniture by.
    at: u32,
}

/// A text made ready to be compared, with all others and any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    letters: u64,
    n_letters: usize,
    shingles: Shingles,
    /// Ascending.
    numbers: Vec<Number>,
}

impl Digest {
    pub fn of(text: &str) -> Self {
        let letters = letters(text);
        let shingles = Shingles::of_letters(&letters);
        let numbers = numbers(&letters, &shingles.run);
        let hash = letters
            .iter()
            .fold(0, |hash, c| mix(hash ^ u64::from(u32::from(*c))));
        Self {
            letters: hash,
            n_letters: letters.len(),
            shingles,
            numbers,
        }
    }

    pub fn shingles(&self) -> &Shingles {
        &self.shingles
    }

    /// Whether there is enough of it to look for near copies.
    pub fn is_long_enough(&self) -> bool {
        self.shingles.len() >= FEWEST_PIECES
    }

    /// The text without a board's furniture. Whether it is *exactly* another is still asked of all of it.
    pub fn without(mut self, furniture: &Furniture) -> Self {
        if furniture.is_empty() {
            return self;
        }
        let left = furniture.leave_out(&self.shingles);
        if left.len() < self.shingles.len() {
            self.numbers
                .retain(|number| left.set.binary_search(&number.at).is_ok());
            self.shingles = left;
        }
        self
    }

    pub fn compare(&self, other: &Self) -> Comparison {
        let (a, b) = (&self.shingles, &other.shingles);
        if self.n_letters == other.n_letters && self.letters == other.letters {
            return Comparison {
                similarity: 1.0,
                containment: 1.0,
                verdict: Verdict::Exact,
            };
        }
        let shared = n_shared(&a.set, &b.set);
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let share = |of: usize| shared as f64 / of.max(1) as f64;
        let similarity = share(a.len() + b.len() - shared);
        let containment = share(short.len());
        let is_like = if short.len() < FEWEST_PIECES {
            false
        } else if short.len() < FEW_PIECES {
            similarity >= LEAST_SIMILARITY_OF_FEW || containment >= LEAST_CONTAINMENT_OF_FEW
        } else {
            similarity >= LEAST_SIMILARITY
                || (containment >= LEAST_CONTAINMENT
                    && (longest_own_stretch(short, long) <= LONGEST_OWN_STRETCH
                        || a.len() == b.len()))
        };
        let verdict = if !is_like || !numbers_agree(&self.numbers, &other.numbers) {
            Verdict::Different
        } else if (short.len() as f64) < CUT_BELOW * long.len() as f64
            && containment >= CUT_CONTAINMENT
        {
            Verdict::Truncated
        } else {
            Verdict::Near
        };
        Comparison {
            similarity,
            containment,
            verdict,
        }
    }
}

/// The longest stretch of `text` without a piece of `other`, as a share of `text`.
fn longest_own_stretch(text: &Shingles, other: &Shingles) -> f64 {
    let (mut longest, mut stretch) = (0, 0);
    for piece in &text.run {
        stretch = match other.set.binary_search(piece) {
            Ok(_) => 0,
            Err(_) => stretch + 1,
        };
        longest = longest.max(stretch);
    }
    longest as f64 / text.run.len().max(1) as f64
}

/// Letters before a number and after it that say which number it is.
const BEFORE: usize = 4;
const AFTER: usize = 2;

fn numbers(letters: &[char], run: &[u32]) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut digits = 0;
        while at < letters.len() && letters[at].is_ascii_digit() {
            digits = mix(digits ^ u64::from(u32::from(letters[at])));
            at += 1;
        }
        let words = |c: &&char| !c.is_ascii_digit();
        let before = letters[..start].iter().rev().filter(words).take(BEFORE);
        let after = letters[at..].iter().filter(words).take(AFTER);
        let place = before
            .chain(after)
            .fold(0, |hash, c| mix(hash ^ u64::from(u32::from(*c))));
        if let Some(piece) = run.get(start).or(run.last()) {
            numbers.push(Number {
                place: place as u32,
                digits: digits as u32,
                at: *piece,
            });
        }
    }
    numbers.sort_unstable();
    numbers
}

/// Two texts of one origin have the same numbers in the same places, and most of the shorter list's numbers at all.
fn numbers_agree(a: &[Number], b: &[Number]) -> bool {
    let (mut agree, mut differ) = (0, 0);
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (here, there) = (same_place(&a[i..]), same_place(&b[j..]));
        match a[i].place.cmp(&b[j].place) {
            std::cmp::Ordering::Less => i += here.len(),
            std::cmp::Ordering::Greater => j += there.len(),
            std::cmp::Ordering::Equal => {
                let met = here
                    .iter()
                    .filter(|x| there.iter().any(|y| x.digits == y.digits))
                    .count();
                let least = here.len().min(there.len());
                agree += met.min(least);
                differ += least - met.min(least);
                i += here.len();
                j += there.len();
            }
        }
    }
    if agree + differ >= FEWEST_NUMBERS && differ > agree {
        return false;
    }
    let (a, b) = (values(a), values(b));
    let least = a.len().min(b.len());
    least < FEWEST_NUMBERS || n_shared(&a, &b) * 2 >= least
}

fn same_place(numbers: &[Number]) -> &[Number] {
    let n = numbers
        .iter()
        .take_while(|number| number.place == numbers[0].place)
        .count();
    &numbers[..n]
}

fn values(numbers: &[Number]) -> Vec<u32> {
    let mut values: Vec<u32> = numbers.iter().map(|number| number.digits).collect();
    values.sort_unstable();
    values.dedup();
    values
}
