//! The pieces of a text that are compared as a set: every run of letters of about nine Latin letters' worth.
//!
//! A Hangul syllable or an ideograph counts for two letters, so a piece of Korean has five characters, one of English
//! nine, and one of a mixed text between; where a piece ends is decided on the spot, so a header in another language
//! changes no piece of the text below it.

use super::letters::{is_dense, letters};

/// Measured best for English; five for Korean follows from [`is_dense`].
pub(super) const LETTERS: u32 = 9;
pub(super) const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Pieces of a text as hashes; a stored format, like all that is made of it ([`super::SKETCH_VERSION`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shingles {
    /// Ascending, each once.
    pub(super) set: Vec<u32>,
    /// In the text's order.
    pub(super) run: Vec<u32>,
}

impl Shingles {
    pub fn of(text: &str) -> Self {
        Self::of_letters(&letters(text).all)
    }

    pub(super) fn of_letters(letters: &[char]) -> Self {
        let run = pieces(letters);
        let set = different(&run);
        Self { set, run }
    }

    /// How many different pieces there are.
    pub fn len(&self) -> usize {
        self.set.len()
    }

    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The different pieces, ascending.
    pub fn set(&self) -> &[u32] {
        &self.set
    }

    /// Takes out these pieces, ascending.
    pub(super) fn leave_out(&mut self, pieces: &[u32]) {
        let mut rest = pieces;
        self.set.retain(|piece| {
            let n_smaller = rest.iter().take_while(|other| *other < piece).count();
            rest = &rest[n_smaller..];
            rest.first() != Some(piece)
        });
        // By some of their bits: most pieces of a text are none of these, and need not be looked for among them.
        let place = |piece: u32| (piece as usize % 4096 / 64, 1_u64 << (piece % 64));
        let mut some = [0_u64; 64];
        for piece in pieces {
            let (at, bit) = place(*piece);
            some[at] |= bit;
        }
        self.run.retain(|piece| {
            let (at, bit) = place(*piece);
            some[at] & bit == 0 || pieces.binary_search(piece).is_err()
        });
    }
}

/// Spreads each bit over all: the finaliser of MurmurHash3.
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    x = (x ^ (x >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    x ^ (x >> 33)
}

fn pieces(letters: &[char]) -> Vec<u32> {
    const MAX: usize = LETTERS as usize + 1;
    let mut powers = [1u64; MAX];
    for i in 1..MAX {
        powers[i] = powers[i - 1].wrapping_mul(BASE);
    }
    let mut run = Vec::with_capacity(letters.len());
    let (mut length, mut weight, mut hash) = (0, 0, 0u64);
    let mut ahead = letters.iter();
    for first in letters {
        while weight < LETTERS {
            let Some(next) = ahead.next() else {
                return run;
            };
            hash = hash
                .wrapping_mul(BASE)
                .wrapping_add(u64::from(u32::from(*next)) + 1);
            weight += weight_of(*next);
            length += 1;
        }
        run.push((mix(hash) >> 32) as u32);
        length -= 1;
        let first_part = (u64::from(u32::from(*first)) + 1).wrapping_mul(powers[length]);
        hash = hash.wrapping_sub(first_part);
        weight -= weight_of(*first);
    }
    run
}

/// The different pieces, ascending. They are hashes, and so spread evenly over their first bits: what is left to be sorted
/// are a few at a time.
fn different(run: &[u32]) -> Vec<u32> {
    const BITS: u32 = 8;
    let slot = |piece: u32| (piece >> (u32::BITS - BITS)) as usize;
    // Where each slot begins, one further on.
    let mut ends = [0_usize; (1 << BITS) + 1];
    run.iter().for_each(|piece| ends[slot(*piece) + 1] += 1);
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    let mut set = vec![0; run.len()];
    for piece in run {
        let end = &mut ends[slot(*piece)];
        set[*end] = *piece;
        *end += 1;
    }
    let mut from = 0;
    for end in &ends[..1 << BITS] {
        set[from..*end].sort_unstable();
        from = *end;
    }
    set.dedup();
    set
}

/// In Latin letters.
fn weight_of(c: char) -> u32 {
    match c {
        // Nearly all there are.
        '\0'..='\u{10ff}' => 1,
        '가'..='힣' => 2,
        c => 1 + u32::from(is_dense(c)),
    }
}

/// How many values two ascending lists share.
pub(super) fn n_shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        n += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    n
}

/// Like [`n_shared`]. `None`, as soon as that is known: fewer than `least`.
pub(super) fn n_shared_if_many(a: &[u32], b: &[u32], least: usize) -> Option<usize> {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        if n + (a.len() - i).min(b.len() - j) < least {
            return None;
        }
        let (x, y) = (a[i], b[j]);
        n += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    (n >= least).then_some(n)
}

/// What two ascending lists share.
pub(super) fn shared(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        if x == y {
            found.push(x);
        }
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn korean_has_pieces_of_five_and_english_of_nine() {
        assert_eq!(Shingles::of("가나다라마").run.len(), 1);
        assert_eq!(Shingles::of("가나다라").run.len(), 0);
        assert_eq!(Shingles::of("abcdefghi").run.len(), 1);
        assert_eq!(Shingles::of("abcdefgh").run.len(), 0);
    }

    proptest! {
        #[test]
        fn what_is_left_out_goes_and_nothing_else(text in "[가나다라a-c0-9]{0,200}", other in "[가나다라a-c0-9]{0,100}") {
            let pieces = Shingles::of(&other);
            let whole = Shingles::of(&text);
            let mut rest = whole.clone();
            rest.leave_out(&pieces.set);
            let is_left = |piece: &&u32| !pieces.set.contains(piece);
            prop_assert!(rest.set.iter().eq(whole.set.iter().filter(is_left)));
            prop_assert!(rest.run.iter().eq(whole.run.iter().filter(is_left)));
        }

        #[test]
        fn pieces_are_in_order_and_each_is_there_once(run in proptest::collection::vec(prop_oneof![any::<u32>(), 0..9_u32], 0..600)) {
            let expected: Vec<u32> = std::collections::BTreeSet::from_iter(run.iter().copied()).into_iter().collect();
            prop_assert_eq!(different(&run), expected);
        }

        #[test]
        fn few_that_are_shared_need_not_be_counted(a in "[가나다라a-c]{0,80}", b in "[가나다라a-c]{0,80}", least in 0_usize..40) {
            let (a, b) = (Shingles::of(&a).set, Shingles::of(&b).set);
            let n = n_shared(&a, &b);
            prop_assert_eq!(n_shared_if_many(&a, &b, least), (n >= least).then_some(n));
        }

        #[test]
        fn a_piece_does_not_depend_on_what_stands_around_it(before in "[가-하a-z0-9]{0,20}", text in "[가-하a-z0-9]{10,30}", after in "[가-하a-z]{0,20}") {
            let alone = Shingles::of(&text);
            let inside = Shingles::of(&format!("{before}{text}{after}"));
            prop_assert_eq!(n_shared(&alone.set, &inside.set), alone.len());
        }
    }
}
