//! A signature of a set of shingles whose places agree as often as the sets do, and the keys under which texts that
//! share a third to all of their pieces meet.
//!
//! Fast similarity sketching (Dahlgaard, Knudsen, Thorup 2017): a round throws every piece into one of the places with
//! one hash, and a place keeps the least; rounds go on until no place is empty, which for a text of more than a thousand
//! pieces is after the first. It is as exact as 126 separate minima at a hundredth of the price.

use super::shingle::mix;

/// Places of a sketch.
pub const N_MINIMA: usize = 126;
/// Places that make one key.
const BAND: usize = 3;
/// Keys of a sketch: two texts that share half of their pieces meet under one of them in 996 cases of 1,000.
pub const N_BANDS: usize = N_MINIMA / BAND;
/// Of the stored format: how a text becomes letters, pieces, minima and bytes.
pub const SKETCH_VERSION: u32 = 1;

/// 126 values of 32 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch([u32; N_MINIMA]);

impl Sketch {
    /// `None` for no pieces at all.
    pub fn of(pieces: &[u32]) -> Option<Self> {
        if pieces.is_empty() {
            return None;
        }
        let mut minima = [0u32; N_MINIMA];
        let mut filled = [false; N_MINIMA];
        // After as many rounds as places, each further round fills one place.
        for round in 0..2 * N_MINIMA {
            let mut this_round = [u32::MAX; N_MINIMA];
            let mut met = [false; N_MINIMA];
            let seed = mix(round as u64 + 1);
            for piece in pieces {
                let hash = mix(u64::from(*piece) ^ seed);
                let place = match round.checked_sub(N_MINIMA) {
                    None => (((hash >> 32) * N_MINIMA as u64) >> 32) as usize,
                    Some(place) => place,
                };
                met[place] = true;
                this_round[place] = this_round[place].min(hash as u32);
            }
            for place in 0..N_MINIMA {
                if met[place] && !filled[place] {
                    filled[place] = true;
                    minima[place] = this_round[place] ^ seed as u32;
                }
            }
            if filled.iter().all(|filled| *filled) {
                break;
            }
        }
        Some(Self(minima))
    }

    /// As stored: little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|min| min.to_le_bytes()).collect()
    }

    /// `None`: these are not the bytes of a sketch.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return None;
        }
        let minima: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        minima.try_into().ok().map(Self)
    }

    /// One key a band; the band's number is in it.
    pub fn keys(&self) -> [u32; N_BANDS] {
        std::array::from_fn(|band| {
            let [a, b, c] = std::array::from_fn(|i| u64::from(self.0[band * BAND + i]));
            let hash = mix(a | b << 32) ^ c.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (mix(hash.wrapping_add(band as u64)) >> 32) as u32
        })
    }

    /// Share of places that agree: an estimate of the Jaccard similarity.
    pub fn similarity(&self, other: &Self) -> f64 {
        let n = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        n as f64 / N_MINIMA as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(from: u32, to: u32) -> Vec<u32> {
        (from..to).map(|n| mix(u64::from(n)) as u32).collect()
    }

    #[test]
    fn it_estimates_how_much_is_shared_for_short_and_long_sets() {
        for n in [60, 300, 3000] {
            for (shift, expected) in [(0, 1.0), (n / 4, 0.6), (n / 3, 0.5), (n, 0.0)] {
                let trials = 40;
                let sum: f64 = (0..trials)
                    .map(|i| {
                        let from = i * 10 * n;
                        let a = Sketch::of(&pieces(from, from + n)).unwrap();
                        let b = Sketch::of(&pieces(from + shift, from + shift + n)).unwrap();
                        a.similarity(&b)
                    })
                    .sum();
                let mean = sum / f64::from(trials);
                assert!((mean - expected).abs() < 0.03, "{n} {shift}: {mean}");
            }
        }
    }

    #[test]
    fn the_stored_format_is_this() {
        let sketch = Sketch::of(&pieces(0, 500)).unwrap();
        let hash = blake3::hash(&sketch.to_bytes()).to_hex();
        assert_eq!(
            &hash[..16],
            "1fd9c4208b2454f6",
            "a new format needs a new version"
        );
    }

    proptest! {
        #[test]
        fn bytes_come_back(pieces in proptest::collection::vec(any::<u32>(), 1..200), other in proptest::collection::vec(any::<u8>(), 0..600)) {
            let sketch = Sketch::of(&pieces).unwrap();
            let mut turned = pieces.clone();
            turned.reverse();
            prop_assert_eq!(Sketch::of(&turned), Some(sketch.clone()));
            prop_assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), Some(sketch));
            prop_assert_eq!(Sketch::from_bytes(&other).is_some(), other.len() == 4 * N_MINIMA);
        }
    }
}
