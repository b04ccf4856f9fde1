//! Keys under which texts meet that may be copies: those that share a third to all of their pieces, and those that begin
//! alike, as a text and its first paragraph do.
//!
//! Fast similarity sketching (Dahlgaard, Knudsen, Thorup 2017): a round throws every piece into one of the places with
//! one hash, and a place keeps the least; rounds go on until no place is empty, which for a text of more than a thousand
//! pieces is after the first. It is as exact as separate minima at a hundredth of the price.

use super::shingle::{Shingles, mix};

/// Minima of which some more must agree than the one that says where a key is found. That one alone would be the same
/// for all texts with a common phrase; with more of them in it, a text would need more keys to be found by, and each is a
/// page of the index to be read.
const MARKS: usize = 10;
/// Marks that must be the same. Of two texts that share one piece in a hundred, one pair in 5,000 meets. Marks are
/// bytes, so one pair in 1,500 of those that have one place by a common phrase meets by chance alone.
const LEAST_MARKS: usize = 2;
/// Minima of a key.
const BAND: usize = 1 + MARKS;
/// Keys of a whole text: two that share half of their pieces meet under one of them in 983 cases of 1,000, two that share
/// a third in 881. Each key is a page to be read of each run of the index, however large it has grown.
const WHOLE_KEYS: usize = 6;
/// Pieces at a text's beginning that have keys of their own: a paragraph.
const HEAD: usize = 120;
/// A paragraph and three quarters of it meet in 94 cases of 100 by these alone.
const HEAD_KEYS: usize = 2;
/// A first sentence, which the shortest text that was cut out of another still has whole: such texts always meet, unless
/// something was put in front.
const OPENING: usize = 60;
const OPENING_KEYS: usize = 1;

/// Keys of a text.
pub const N_KEYS: usize = WHOLE_KEYS + HEAD_KEYS + OPENING_KEYS;
/// Of the stored format: how a text becomes letters, pieces, minima and keys.
pub const SKETCH_VERSION: u32 = 5;

/// Two texts meet under a key if it has the same place and two of its marks are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub place: u32,
    pub marks: [u8; MARKS],
}

impl Key {
    /// As stored.
    pub const BYTES: usize = 4 + MARKS;

    pub fn meets(&self, other: &Self) -> bool {
        if self.place != other.place {
            return false;
        }
        let same = self.marks.iter().zip(&other.marks).filter(|(a, b)| a == b);
        same.count() >= LEAST_MARKS
    }

    /// Little-endian, place first.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.place.to_le_bytes());
        bytes[4..].copy_from_slice(&self.marks);
        bytes
    }

    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let [a, b, c, d, marks @ ..] = bytes;
        Self {
            place: u32::from_le_bytes([a, b, c, d]),
            marks,
        }
    }
}

/// The keys of a text; which of them it is, is in each. `None` for no pieces at all.
pub fn keys(text: &Shingles) -> Option<[Key; N_KEYS]> {
    if text.is_empty() {
        return None;
    }
    let whole = minima::<{ BAND * WHOLE_KEYS }>(&text.set);
    let first = |n_pieces: usize| &text.run[..n_pieces.min(text.run.len())];
    let head = minima::<{ BAND * HEAD_KEYS }>(first(HEAD));
    let opening = minima::<{ BAND * OPENING_KEYS }>(first(OPENING));
    let bands = whole.as_chunks::<BAND>().0.iter();
    let bands = bands.chain(head.as_chunks().0).chain(opening.as_chunks().0);
    let mut keys = [Key {
        place: 0,
        marks: [0; MARKS],
    }; N_KEYS];
    for (key, (n, band)) in keys.iter_mut().zip(bands.enumerate()) {
        let (place, marks) = band.split_first().expect("a band is not empty");
        key.place = (mix((n as u64 + 1) ^ (u64::from(*place) << 8)) >> 32) as u32;
        for (mark, minimum) in key.marks.iter_mut().zip(marks) {
            *mark = (mix(u64::from(*minimum)) >> 56) as u8;
        }
    }
    Some(keys)
}

/// `N` values of a set that is not empty, of which two sets have as many in common as they have pieces.
fn minima<const N: usize>(pieces: &[u32]) -> [u32; N] {
    let mut minima = [0u32; N];
    let mut filled = [false; N];
    // After as many rounds as places, each further round fills one place.
    for round in 0..2 * N {
        let mut this_round = [u32::MAX; N];
        let mut met = [false; N];
        let seed = mix(round as u64 + 1);
        for piece in pieces {
            let hash = mix(u64::from(*piece) ^ seed);
            let place = match round.checked_sub(N) {
                None => (((hash >> 32) * N as u64) >> 32) as usize,
                Some(place) => place,
            };
            met[place] = true;
            this_round[place] = this_round[place].min(hash as u32);
        }
        for place in 0..N {
            if met[place] && !filled[place] {
                filled[place] = true;
                minima[place] = this_round[place] ^ seed as u32;
            }
        }
        if filled.iter().all(|filled| *filled) {
            break;
        }
    }
    minima
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(from: u32, to: u32) -> Vec<u32> {
        (from..to).map(|n| mix(u64::from(n)) as u32).collect()
    }

    fn text(from: u32, to: u32) -> Shingles {
        let run = pieces(from, to);
        let mut set = run.clone();
        set.sort_unstable();
        Shingles { set, run }
    }

    fn n_shared(a: &Shingles, b: &Shingles) -> usize {
        let (a, b) = (keys(a).unwrap(), keys(b).unwrap());
        a.iter().zip(&b).filter(|(a, b)| a.meets(b)).count()
    }

    #[test]
    fn minima_agree_as_often_as_the_sets_share_for_short_and_long_sets() {
        for n in [60, 300, 3000] {
            for (shift, expected) in [(0, 1.0), (n / 4, 0.6), (n / 3, 0.5), (n, 0.0)] {
                let trials = 40;
                let agree: usize = (0..trials)
                    .map(|i| {
                        let from = i * 10 * n;
                        let a = minima::<126>(&pieces(from, from + n));
                        let b = minima::<126>(&pieces(from + shift, from + shift + n));
                        a.iter().zip(&b).filter(|(a, b)| a == b).count()
                    })
                    .sum();
                let mean = agree as f64 / f64::from(trials * 126);
                assert!((mean - expected).abs() < 0.03, "{n} {shift}: {mean}");
            }
        }
    }

    #[test]
    fn halves_meet_and_so_do_a_text_and_its_first_paragraph() {
        let trials = 200;
        let meet = |a: fn(u32) -> Shingles, b: fn(u32) -> Shingles| {
            (0..trials)
                .filter(|i| n_shared(&a(i * 10_000), &b(i * 10_000)) > 0)
                .count()
        };
        let half = meet(
            |from| text(from, from + 900),
            |from| text(from + 300, from + 1200),
        );
        assert!(half >= 190, "{half}");
        let cut = meet(
            |from| text(from, from + 1200),
            |from| text(from, from + 100),
        );
        assert!(cut >= 186, "{cut}");
        let sentence = meet(|from| text(from, from + 1200), |from| text(from, from + 60));
        assert_eq!(sentence, trials as usize);
        let unlike = meet(
            |from| text(from, from + 900),
            |from| text(from + 1000, from + 1900),
        );
        assert_eq!(unlike, 0);
    }

    #[test]
    fn the_stored_format_is_this() {
        let keys: Vec<u8> = keys(&text(0, 500))
            .unwrap()
            .iter()
            .flat_map(|key| key.to_bytes())
            .collect();
        let hash = blake3::hash(&keys).to_hex();
        assert_eq!(
            &hash[..16],
            "4be2a97f3d5cc7b8",
            "a new format needs a new version"
        );
    }

    proptest! {
        #[test]
        fn bytes_come_back(place: u32, marks: [u8; MARKS]) {
            let key = Key { place, marks };
            prop_assert_eq!(Key::from_bytes(key.to_bytes()), key);
        }

        #[test]
        fn minima_do_not_depend_on_order_or_repetition(pieces in proptest::collection::vec(any::<u32>(), 1..200)) {
            let mut turned = pieces.clone();
            turned.reverse();
            turned.extend(&pieces);
            prop_assert_eq!(minima::<100>(&turned), minima::<100>(&pieces));
        }
    }
}
