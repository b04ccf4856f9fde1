//! Is one text a copy of the other? Decided on the texts themselves: the candidate index only says which to ask about.
//!
//! The same pieces make a copy, but not alone: a daily report shares nearly all of its words with yesterday's, and a
//! follow-up repeats the old story below its news. So numbers are compared where they stand (after the same words), what
//! a form is filled in with likewise ([`super::form`]), and a text that is only partly in the other must not bring a long
//! stretch of its own. All of it is symmetric.

use std::sync::Arc;

use serde::Serialize;

use super::form;
use super::furniture::Furniture;
use super::letters::{is_dense, letters};
use super::outline::Outline;
use super::shingle::{LETTERS, Shingles, mix, n_shared, shared};
use super::words::{Word, words};

/// Of two whole texts that say the same: rewriting of every tenth word leaves this much.
const LEAST_SIMILARITY: f64 = 0.5;
/// Of the shorter text, where the other says more besides.
const LEAST_CONTAINMENT: f64 = 0.65;
/// So much of the shorter text may stand in one stretch that the other has not: a header, a caption. A follow-up's
/// news are longer.
const LONGEST_OWN_STRETCH: f64 = 0.2;
/// Of the words that two texts use by chance, in pieces, of which one begins at every letter.
const LONGEST_PHRASE: usize = 12;
/// A header or a caption is no longer, however short the text.
const SHORT_STRETCH: usize = 80;
/// Below this many pieces there is no evidence but equality.
const FEWEST_PIECES: usize = 40;
/// Below this many, a notice with one name changed looks like a copy: nearly all must be equal.
const FEW_PIECES: usize = 150;
const LEAST_SIMILARITY_OF_FEW: f64 = 0.9;
const LEAST_CONTAINMENT_OF_FEW: f64 = 0.97;
/// Of a short text that was cut out of a longer one, so much is between the first words they share and the last.
const LEAST_CORE: f64 = 0.7;
/// … and so much of that is in the longer one: the cut may go through a word.
const CORE_CONTAINMENT: f64 = 0.92;
/// A shorter text of at most this share of the other's length, nearly all of it in the other, was cut.
const CUT_BELOW: f64 = 0.8;
const CUT_CONTAINMENT: f64 = 0.8;
/// Fewer numbers than this prove nothing.
const FEWEST_NUMBERS: usize = 3;
/// So many numbers at their places, all the same, are proof enough that it is the same report.
const MANY_NUMBERS: usize = 8;

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

impl Comparison {
    /// No copy, if it seems to be one and this holds.
    fn unless(self, is_other: impl FnOnce() -> bool) -> Self {
        match self.verdict.is_copy() && is_other() {
            true => Self {
                verdict: Verdict::Different,
                ..self
            },
            false => self,
        }
    }
}

/// A number where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number {
    /// The letters around it.
    place: u32,
    digits: u32,
    /// The piece that begins with it, to know furniture by.
    at: u32,
    /// The piece that ends before it.
    after: u32,
}

/// A text made ready to be compared, with all others and any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    letters: u64,
    n_letters: usize,
    shingles: Shingles,
    /// Ascending.
    numbers: Vec<Number>,
    /// In the text's order.
    pub(super) words: Vec<Word>,
}

impl Digest {
    pub fn of(text: &str) -> Self {
        let letters = letters(text);
        let words = words(&letters);
        let letters = letters.all;
        let shingles = Shingles::of_letters(&letters);
        let numbers = numbers(&letters, &shingles.run);
        // A letter has 21 bits: three at a time.
        let hash = letters.chunks(3).fold(0, |hash, some| {
            let some = some
                .iter()
                .fold(0, |all, c| all << 21 | u64::from(u32::from(*c)));
            mix(hash ^ some)
        });
        Self {
            letters: hash,
            n_letters: letters.len(),
            shingles,
            numbers,
            words,
        }
    }

    pub fn shingles(&self) -> &Shingles {
        &self.shingles
    }

    /// Whether there is enough of it to look for near copies.
    pub fn is_long_enough(&self) -> bool {
        self.shingles.len() >= FEWEST_PIECES
    }

    /// What it takes in memory.
    pub fn n_bytes(&self) -> usize {
        let Shingles { set, run } = &self.shingles;
        size_of_val(self)
            + size_of_val(&set[..])
            + size_of_val(&run[..])
            + size_of_val(&self.numbers[..])
            + size_of_val(&self.words[..])
    }

    /// The text beside its board's furniture.
    pub fn beside(self: &Arc<Self>, furniture: &Furniture) -> Stripped {
        let left_out = furniture.of_text(&self.shingles);
        let rest = match left_out.is_empty() {
            true => Rest::All,
            false => {
                let mut shingles = self.shingles.clone();
                shingles.leave_out(&left_out);
                let is_left = |number: &&Number| shingles.set.binary_search(&number.at).is_ok();
                let numbers = self.numbers.iter().filter(is_left).copied().collect();
                match is_enough(&shingles, &self.shingles) {
                    true => Rest::Some(shingles, numbers),
                    false => Rest::TooLittle,
                }
            }
        };
        let slots = match furniture.slots() {
            [] => Vec::new(),
            slots => shared(slots, &form::places(&self.words)),
        };
        let frame = left_out
            .iter()
            .chain(&slots)
            .fold(0, |hash, piece| mix(hash ^ (u64::from(*piece) + 1)));
        Stripped {
            whole: Arc::clone(self),
            rest,
            slots,
            frame,
            furniture: furniture.stamp(),
        }
    }

    /// Compares all of both texts.
    pub fn compare(&self, other: &Self) -> Comparison {
        if self.is_same(other) {
            return EXACT;
        }
        let comparison = judge(self.all(), other.all(), false);
        comparison.unless(|| is_filled_otherwise(self, other, &[&[], &[]]))
    }

    fn all(&self) -> (&Shingles, &[Number]) {
        (&self.shingles, &self.numbers)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.n_letters == other.n_letters && self.letters == other.letters
    }
}

/// A text and what it says beside its board's furniture.
#[derive(Debug, Clone)]
pub struct Stripped {
    whole: Arc<Digest>,
    rest: Rest,
    /// Places at which its board's forms are filled in, ascending.
    slots: Vec<u32>,
    frame: u64,
    furniture: u64,
}

#[derive(Debug, Clone)]
enum Rest {
    All,
    Some(Shingles, Vec<Number>),
    /// It is nothing but frame.
    TooLittle,
}

impl Stripped {
    /// What its keys are made of: all of it where too little is left.
    pub fn shingles(&self) -> &Shingles {
        match &self.rest {
            Rest::Some(shingles, _) => shingles,
            Rest::All | Rest::TooLittle => &self.whole.shingles,
        }
    }

    /// Which of the furniture was left out, and which of its slots the text has. What is said of the text, and of it and
    /// any other, changes only with this.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// Whether there is enough of the whole text to look for near copies.
    pub fn is_long_enough(&self) -> bool {
        self.whole.is_long_enough()
    }

    /// Compares what two texts say beside the furniture of their boards. Whether one is *exactly* the other is asked of
    /// all of it; a text that is nothing but furniture is compared whole, and must be all but equal.
    pub fn compare(&self, other: &Self) -> Comparison {
        if self.whole.is_same(&other.whole) {
            return EXACT;
        }
        let comparison = match (self.left(), other.left()) {
            (Some(a), Some(b)) => judge(a, b, false),
            _ => judge(self.whole.all(), other.whole.all(), true),
        };
        comparison
            .unless(|| is_filled_otherwise(&self.whole, &other.whole, &[&self.slots, &other.slots]))
    }

    /// The stamp of the furniture that it stands beside.
    pub fn furniture(&self) -> u64 {
        self.furniture
    }

    /// `None` for a text that is nothing but furniture: what of it is compared depends on the other.
    pub fn outline(&self) -> Option<Outline> {
        let letters = (self.whole.letters, self.whole.n_letters);
        let (rest, _) = self.left()?;
        Some(Outline::of(letters, rest))
    }

    fn left(&self) -> Option<(&Shingles, &[Number])> {
        match &self.rest {
            Rest::All => Some(self.whole.all()),
            Rest::Some(shingles, numbers) => Some((shingles, numbers)),
            Rest::TooLittle => None,
        }
    }
}

const EXACT: Comparison = Comparison {
    similarity: 1.0,
    containment: 1.0,
    verdict: Verdict::Exact,
};

/// The same for (a, b) and (b, a): which of the ways to lay one text beside the other is taken depends on what comes first.
fn is_filled_otherwise(a: &Digest, b: &Digest, slots: &[&[u32]; 2]) -> bool {
    let (first, second) = if a.letters <= b.letters {
        (a, b)
    } else {
        (b, a)
    };
    let is_slot = |place| {
        slots
            .iter()
            .any(|slots| slots.binary_search(&place).is_ok())
    };
    form::is_filled_otherwise(&first.words, &second.words, is_slot)
}

/// `is_weak`: what the texts share may be in any text of their boards.
fn judge(a: (&Shingles, &[Number]), b: (&Shingles, &[Number]), is_weak: bool) -> Comparison {
    let ((a, a_numbers), (b, b_numbers)) = (a, b);
    let shared = n_shared(&a.set, &b.set);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let share = |of: usize| shared as f64 / of.max(1) as f64;
    let similarity = share(a.len() + b.len() - shared);
    let containment = share(short.len());
    let is_enough = short.len() >= FEWEST_PIECES;
    let is_alike = is_enough
        && (similarity >= LEAST_SIMILARITY
            || (containment >= LEAST_CONTAINMENT
                && (a.len() == b.len() || !brings_its_own(short, long))));
    let is_weak_or_few = is_weak || short.len() < FEW_PIECES;
    let is_all_but_equal = is_enough
        && is_weak_or_few
        && (similarity >= LEAST_SIMILARITY_OF_FEW
            || containment >= LEAST_CONTAINMENT_OF_FEW
            || (!is_weak && is_shorter(short, long) && is_cut_out(short, long)));
    let verdict = || {
        // Most texts that share a key share little else, and need not be asked for their numbers.
        if !is_alike && !is_all_but_equal {
            return Verdict::Different;
        }
        let numbers = Evidence::of((a, a_numbers), (b, b_numbers));
        let is_like = match is_weak_or_few && numbers != Evidence::For {
            true => is_all_but_equal,
            false => is_alike,
        };
        if !is_like || numbers == Evidence::Against {
            Verdict::Different
        } else if is_shorter(short, long) && containment >= CUT_CONTAINMENT {
            Verdict::Truncated
        } else {
            Verdict::Near
        }
    };
    Comparison {
        similarity,
        containment,
        verdict: verdict(),
    }
}

/// Whether two texts of so many pieces that share no more than these may be copies, but for [`is_cut_out`].
pub(super) fn may_be_alike(n_shared: usize, n_pieces: usize, n_others: usize) -> bool {
    let n_shared = n_shared.min(n_pieces).min(n_others);
    let share = |of: usize| n_shared as f64 / of.max(1) as f64;
    share(n_pieces + n_others - n_shared) >= LEAST_SIMILARITY
        || share(n_pieces.min(n_others)) >= LEAST_CONTAINMENT
}

/// Whether [`is_cut_out`] may hold for a text of which no more than these pieces are shared: each that is not stands at one
/// place at least.
pub(super) fn may_be_cut_out(n_shared: usize, n_pieces: usize, n_run: usize) -> bool {
    let least_places = LEAST_CORE * CORE_CONTAINMENT * n_run as f64;
    n_run as f64 - n_pieces.saturating_sub(n_shared) as f64 >= least_places.floor()
}

fn is_enough(left: &Shingles, whole: &Shingles) -> bool {
    left.len() == whole.len() || (left.len() >= FEWEST_PIECES && left.len() * 4 >= whole.len())
}

fn is_shorter(short: &Shingles, long: &Shingles) -> bool {
    (short.len() as f64) < CUT_BELOW * long.len() as f64
}

/// Whether a text of few pieces is all in the other but for what stands around it: a press's line, a name.
fn is_cut_out(short: &Shingles, long: &Shingles) -> bool {
    let n_pieces = short.run.len();
    let mut core: Option<(usize, usize)> = None;
    let mut n_shared = 0;
    for (at, piece) in short.run.iter().enumerate() {
        if long.set.binary_search(piece).is_ok() {
            n_shared += 1;
            core = Some((core.map_or(at, |(first, _)| first), at));
        }
    }
    let n_core = core.map_or(0, |(first, last)| last + 1 - first);
    n_core >= FEWEST_PIECES
        && n_core as f64 >= LEAST_CORE * n_pieces as f64
        && f64::from(n_shared) >= CORE_CONTAINMENT * n_core as f64
}

/// Whether a text has a long stretch without a part of the other. A phrase that both happen to use does not end one.
fn brings_its_own(text: &Shingles, other: &Shingles) -> bool {
    let (mut longest, mut stretch, mut phrase) = (0, 0, 0);
    for piece in &text.run {
        if other.set.binary_search(piece).is_err() {
            stretch += phrase + 1;
            phrase = 0;
            longest = longest.max(stretch);
        } else if phrase < LONGEST_PHRASE {
            phrase += 1;
        } else {
            stretch = 0;
        }
    }
    longest > SHORT_STRETCH && longest as f64 > LONGEST_OWN_STRETCH * text.run.len() as f64
}

/// What stands before a number and says which number it is, in Latin letters' worth: a name and a word or two. Less, and
/// the columns of a table are taken for one another, or the dates above two articles for the same date.
const BEFORE: u32 = 16;
/// Letters after it.
const AFTER: usize = 2;
/// Numbers with no more letters than these between them say one thing, a price or when a page was written: the date line
/// that two presses' software sets in the same words is one number that differs, not five.
const BETWEEN: usize = 4;
/// But a table is no single number.
const MOST_IN_ONE: usize = 6;

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
        for _ in 0..MOST_IN_ONE {
            while at < letters.len() && letters[at].is_ascii_digit() {
                digits = mix(digits ^ u64::from(u32::from(letters[at])));
                at += 1;
            }
            let near = letters[at..].iter().take(BETWEEN + 1);
            match near.clone().position(char::is_ascii_digit) {
                Some(n_between) if n_between > 0 => {
                    digits = mix(digits);
                    at += n_between;
                }
                _ => break,
            }
        }
        while !letters[at - 1].is_ascii_digit() {
            at -= 1;
        }
        let words = |c: &&char| !c.is_ascii_digit();
        let before = letters[..start].iter().rev().filter(words);
        let before = before.scan(0, |weight, c| {
            let is_near = *weight < BEFORE;
            *weight += 1 + u32::from(is_dense(*c));
            is_near.then_some(c)
        });
        let after = letters[at..].iter().filter(words).take(AFTER);
        let place = before
            .chain(after)
            .fold(0, |hash, c| mix(hash ^ u64::from(u32::from(*c))));
        if let Some(piece) = run.get(start).or(run.last()) {
            numbers.push(Number {
                place: place as u32,
                digits: digits as u32,
                at: *piece,
                after: run
                    .get(piece_before(letters, start))
                    .copied()
                    .unwrap_or_default(),
            });
        }
    }
    numbers.sort_unstable();
    numbers
}

/// Where the last whole piece before a place begins.
fn piece_before(letters: &[char], end: usize) -> usize {
    let mut weight = 0;
    let before = letters[..end].iter().rposition(|c| {
        weight += 1 + u32::from(is_dense(*c));
        weight >= LETTERS
    });
    before.unwrap_or(0)
}

/// What the numbers of two texts say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    For,
    Nothing,
    Against,
}

impl Evidence {
    /// Two texts of one origin have the same numbers in the same places, and most of the shorter list's numbers at all.
    fn of((a, a_numbers): (&Shingles, &[Number]), (b, b_numbers): (&Shingles, &[Number])) -> Self {
        let (agree, differ) = at_the_same_places(a_numbers, b_numbers);
        // One number that differs may be a correction.
        if agree + differ >= FEWEST_NUMBERS && differ > 1 && differ * 3 > agree {
            return Self::Against;
        }
        let (a, b) = (values(a_numbers, b), values(b_numbers, a));
        let least = a.len().min(b.len());
        if least >= FEWEST_NUMBERS && n_shared(&a, &b) * 2 < least {
            Self::Against
        } else if agree >= MANY_NUMBERS && differ == 0 {
            Self::For
        } else {
            Self::Nothing
        }
    }
}

/// How many numbers agree and differ where the words around them are the same.
fn at_the_same_places(a: &[Number], b: &[Number]) -> (usize, usize) {
    let (mut agree, mut differ) = (0, 0);
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (here, there) = (same_place(&a[i..]), same_place(&b[j..]));
        match a[i].place.cmp(&b[j].place) {
            std::cmp::Ordering::Less => i += here.len(),
            std::cmp::Ordering::Greater => j += there.len(),
            std::cmp::Ordering::Equal => {
                let met = n_same_digits(here, there);
                agree += met;
                differ += here.len().min(there.len()) - met;
                i += here.len();
                j += there.len();
            }
        }
    }
    (agree, differ)
}

/// Of two ascending lists from one place, each number once.
fn n_same_digits(a: &[Number], b: &[Number]) -> usize {
    let digits =
        |numbers: &[Number]| -> Vec<u32> { numbers.iter().map(|number| number.digits).collect() };
    n_shared(&digits(a), &digits(b))
}

fn same_place(numbers: &[Number]) -> &[Number] {
    let n = numbers
        .iter()
        .take_while(|number| number.place == numbers[0].place)
        .count();
    &numbers[..n]
}

/// The numbers that follow on words of the other text: not the date above an article, nor the telephone below it.
fn values(numbers: &[Number], other: &Shingles) -> Vec<u32> {
    let follows = |number: &&Number| other.set.binary_search(&number.after).is_ok();
    let numbers = numbers.iter().filter(follows);
    let mut values: Vec<u32> = numbers.map(|number| number.digits).collect();
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Syllables that come once each: two of these share what they share of the numbers.
    fn numbered(from: u32, to: u32) -> String {
        let word = |n: u32| char::from_u32(0xAC00 + n * 7919 % 11_172).unwrap();
        (from..to).map(word).collect()
    }

    fn verdict(a: &str, b: &str) -> Verdict {
        let (a, b) = (Digest::of(a), Digest::of(b));
        assert_eq!(a.compare(&b), b.compare(&a));
        a.compare(&b).verdict
    }

    #[test]
    fn each_verdict_has_its_case() {
        let text = numbered(0, 600);
        assert_eq!(verdict(&text, &format!(" {text}!")), Verdict::Exact);
        assert_eq!(verdict(&text, &numbered(60, 660)), Verdict::Near);
        assert_eq!(verdict(&text, &numbered(0, 250)), Verdict::Truncated);
        assert_eq!(verdict(&text, &numbered(500, 1100)), Verdict::Different);
        // The last third of one, below news of its own.
        let follow_up = numbered(2000, 2300) + &numbered(0, 300);
        assert_eq!(verdict(&text, &follow_up), Verdict::Different);
    }

    #[test]
    fn a_first_paragraph_with_a_press_s_line_was_cut_out() {
        let lede = numbered(0, 90) + &numbered(5000, 5015);
        assert_eq!(verdict(&numbered(0, 600), &lede), Verdict::Truncated);
        // The same words in a notice as long as the other are a template.
        let notice = |name: u32| numbered(name, name + 8) + &numbered(0, 60);
        assert_eq!(verdict(&notice(3000), &notice(4000)), Verdict::Different);
    }

    #[test]
    fn a_report_with_other_numbers_is_another_report() {
        let report = |day: u32| -> String {
            (0..10)
                .map(|n| format!("{}{} ", numbered(n * 40, n * 40 + 40), 1000 + n * day))
                .collect()
        };
        assert_eq!(verdict(&report(3), &report(7)), Verdict::Different);
        let corrected = report(3).replace("1009", "1010");
        assert_eq!(verdict(&report(3), &corrected), Verdict::Near);
    }

    #[test]
    fn one_corrected_number_makes_no_other_story() {
        let story = |n_hurt: u32| {
            let words = |n: u32| numbered(100 * n, 100 * n + 100);
            format!(
                "{}12일{}{n_hurt}명{}3대{}",
                words(0),
                words(1),
                words(2),
                words(3)
            )
        };
        assert_eq!(verdict(&story(3), &story(5)), Verdict::Near);
    }

    #[test]
    fn a_number_that_stands_twice_agrees_once_with_one_that_stands_once() {
        let list = |prices: [u32; 3]| -> String {
            let line = |price: u32| format!("오늘아침시장상품가격은{price}원 ");
            numbered(0, 300) + &prices.map(line).concat()
        };
        verdict(&list([1200, 1200, 1200]), &list([1200, 1300, 1400]));
    }

    /// Each as it would be beside a board's furniture that is learnt from texts with these words in common.
    fn beside(texts: [&str; 2], common: &str) -> [Stripped; 2] {
        let others = (0..8)
            .map(|n| Digest::of(&(common.to_owned() + &numbered(9000 + n * 200, 9180 + n * 200))));
        let furniture = Furniture::of(&others.collect::<Vec<_>>());
        texts.map(|text| Arc::new(Digest::of(text)).beside(&furniture))
    }

    #[test]
    fn outlines_rule_out_texts_that_share_little_and_no_copies() {
        let text = numbered(0, 600);
        let may_be = |other: &str| {
            let [a, b] = beside([&text, other], "");
            a.outline().unwrap().may_be_copy(&b.outline().unwrap())
        };
        assert!(may_be(&numbered(60, 660)) && may_be(&numbered(0, 90)));
        assert!(!may_be(&numbered(1000, 1600)) && !may_be(&numbered(450, 1050)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn no_copy_is_ruled_out(
            own in proptest::collection::vec((0..40_u32, 1..60_u32), 1..12),
            kept in proptest::collection::vec(proptest::bool::weighted(0.8), 12),
            news in 0..80_u32,
            common in 0..60_u32,
        ) {
            // Runs of words, some of them again and again; the other text lacks some, and says something else.
            let words = |(from, n): &(u32, u32)| numbered(from * 20, from * 20 + n);
            let text: String = own.iter().map(words).collect();
            let kept = own.iter().zip(&kept).filter(|(_, is_kept)| **is_kept);
            let other = kept.map(|(run, _)| words(run)).collect::<String>() + &numbered(7000, 7000 + news);
            let [a, b] = beside([&text, &other], &numbered(0, common));
            let is_copy = a.compare(&b).verdict.is_copy();
            if let (Some(mine), Some(its)) = (a.outline(), b.outline()) {
                prop_assert!(!is_copy || mine.may_be_copy(&its));
                prop_assert_eq!(mine.may_be_copy(&its), its.may_be_copy(&mine));
            }
        }
    }

    proptest! {
        #[test]
        fn neither_text_is_the_first(
            a in proptest::collection::vec((0..3u32, 0..4u32), 10..40),
            b in proptest::collection::vec((0..3u32, 0..4u32), 10..40),
        ) {
            let text = |lines: &[(u32, u32)]| -> String {
                lines.iter().map(|(words, n)| numbered(words * 20, words * 20 + 12) + &n.to_string()).collect()
            };
            let (a, b) = (Digest::of(&text(&a)), Digest::of(&text(&b)));
            prop_assert_eq!(a.compare(&b), b.compare(&a));
        }
    }

    #[test]
    fn what_every_text_of_a_board_has_is_no_evidence() {
        let frame = numbered(0, 400);
        let text = |n: u32| frame.clone() + &numbered(1000 + 200 * n, 1180 + 200 * n);
        let texts: Vec<Digest> = (0..12).map(|n| Digest::of(&text(n))).collect();
        assert_eq!(texts[0].compare(&texts[1]).verdict, Verdict::Near);
        let furniture = Furniture::of(&texts);
        let stripped = |text: &Digest| Arc::new(text.clone()).beside(&furniture);
        let beside = |a: &Digest, b: &Digest| stripped(a).compare(&stripped(b)).verdict;
        // Another frame in front of the same words, and the frame with other words.
        let copy = Digest::of(&(numbered(6000, 6030) + &text(0)[frame.len()..]));
        assert_eq!(beside(&texts[0], &copy), Verdict::Near);
        assert_eq!(beside(&texts[0], &texts[1]), Verdict::Different);
        // Nothing but frame: all but equal, or no copy.
        let bare = |from: usize| Digest::of(&frame.chars().skip(from).collect::<String>());
        assert_eq!(beside(&bare(0), &bare(5)), Verdict::Near);
        let turned = numbered(200, 400) + &numbered(3000, 3020) + &numbered(0, 100);
        assert_eq!(
            beside(&bare(0), &Digest::of(&(turned + "가나다"))),
            Verdict::Different
        );
    }
}
