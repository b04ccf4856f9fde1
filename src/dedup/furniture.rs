//! What stands in many texts of one board and says nothing: skip links, the press's line, the copyright line; and where its
//! forms are filled in ([`super::form`]). In: some of its texts. Out: the pieces to be left out when its texts are compared,
//! and the places at which other words make another story.

use std::borrow::Borrow;

use super::form;
use super::outline::Places;
use super::shingle::{Shingles, mix, n_shared_if_many, shared};
use super::verify::Digest;
use super::words::Word;

/// In more than a tenth of the texts …
const SHARE: usize = 10;
/// … and in at least so many.
const MIN_TEXTS: usize = 4;
/// Some 12,000 letters of frame; no board has more, and the table stays small.
const MAX_PIECES: usize = 8192;
/// Texts that share so much (Jaccard) are one text as far as frames go.
const SAME_AGAIN: f64 = 0.7;

/// Texts that share so much may be one form.
const ALIKE: f64 = 0.5;
/// Forms have fewer places than this; a board of nothing but forms has some hundreds.
const MAX_SLOTS: usize = 4096;

/// A board's furniture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Furniture {
    /// Ascending.
    pieces: Vec<u32>,
    /// Places at which its forms are filled in, ascending.
    slots: Vec<u32>,
    stamp: u64,
}

impl Furniture {
    /// From a sample of a board's texts. A story that stands there several times counts once, and so does a report whose
    /// words are the same every day.
    pub fn of<D: Borrow<Digest>>(texts: &[D]) -> Self {
        let texts: Vec<&Digest> = texts.iter().map(Borrow::borrow).collect();
        let pairs = alike(&texts);
        let mut unlike: Vec<&Shingles> = Vec::new();
        let mut is_unlike = vec![true; texts.len()];
        for (n, text) in texts.iter().enumerate() {
            let mut again = pairs
                .iter()
                .filter(|pair| pair.1 == n && pair.2 >= SAME_AGAIN);
            is_unlike[n] = !again.any(|pair| is_unlike[pair.0]);
            if is_unlike[n] {
                unlike.push(text.shingles());
            }
        }
        let mut all: Vec<u32> = unlike.iter().flat_map(|text| text.set()).copied().collect();
        let least = MIN_TEXTS.max(unlike.len() / SHARE + 1);
        all.sort_unstable();
        let mut counted: Vec<(usize, u32)> = all
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() >= least)
            .map(|same| (same.len(), same[0]))
            .collect();
        if counted.len() > MAX_PIECES {
            counted.sort_unstable_by(|a, b| b.cmp(a));
            counted.truncate(MAX_PIECES);
        }
        let mut pieces: Vec<u32> = counted.into_iter().map(|(_, piece)| piece).collect();
        pieces.sort_unstable();
        Self::new(pieces, slots(&texts, &pairs))
    }

    fn new(pieces: Vec<u32>, slots: Vec<u32>) -> Self {
        let parts = [&pieces, &slots];
        let words = parts
            .iter()
            .flat_map(|part| part.iter().map(|word| u64::from(*word) + 1).chain([0]));
        let stamp = words.fold(0, |hash, word| mix(hash ^ word));
        Self {
            pieces,
            slots,
            stamp,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.slots.is_empty()
    }

    /// A number that tells it from any other one a board may have had before.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// As stored: the number of pieces, the pieces, the slots; little-endian. Nothing for none.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.is_empty() {
            return Vec::new();
        }
        let n_pieces = self.pieces.len() as u32;
        let words = [n_pieces].into_iter().chain(self.pieces.iter().copied());
        let words = words.chain(self.slots.iter().copied());
        words.flat_map(u32::to_le_bytes).collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut words = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .copied()
            .map(u32::from_le_bytes);
        let n_pieces = words.next().unwrap_or_default() as usize;
        let mut pieces: Vec<u32> = words.by_ref().take(n_pieces).collect();
        let mut slots: Vec<u32> = words.collect();
        pieces.sort_unstable();
        slots.sort_unstable();
        Self::new(pieces, slots)
    }

    /// Places at which the board's forms are filled in, ascending.
    pub(super) fn slots(&self) -> &[u32] {
        &self.slots
    }

    /// Those that a text has.
    pub(super) fn of_text(&self, text: &Shingles) -> Vec<u32> {
        shared(&self.pieces, &text.set)
    }
}

/// Two texts by their numbers, the lower one first, and what they share (Jaccard).
type Pair = (usize, usize, f64);

/// At which places the forms among a board's texts are filled in.
fn slots(texts: &[&Digest], alike: &[Pair]) -> Vec<u32> {
    let words: Vec<&[Word]> = texts.iter().map(|text| text.words.as_slice()).collect();
    let mut slots = form::slots(&words, alike.iter().map(|pair| (pair.0, pair.1)));
    slots.truncate(MAX_SLOTS);
    slots
}

/// The texts that may be one form, in order.
fn alike(texts: &[&Digest]) -> Vec<Pair> {
    let places: Vec<Places> = texts
        .iter()
        .map(|text| Places::of(text.shingles()))
        .collect();
    let pairs = (0..texts.len()).flat_map(|n| (n + 1..texts.len()).map(move |m| (n, m)));
    let alike = pairs.filter_map(|(n, m)| {
        let (a, b) = (texts[n].shingles(), texts[m].shingles());
        let (least, most) = (a.len().min(b.len()), a.len().max(b.len()));
        // The number of pieces alone rules most out, and where they fall nearly all others.
        if (least as f64) < ALIKE * most as f64 {
            return None;
        }
        let needed = (ALIKE * (least + most) as f64 / (1.0 + ALIKE)) as usize;
        if places[n].most_shared(&places[m]) < needed {
            return None;
        }
        let n_shared = n_shared_if_many(&a.set, &b.set, needed)? as f64;
        let share = n_shared / ((least + most) as f64 - n_shared).max(1.0);
        (share >= ALIKE).then_some((n, m, share))
    });
    alike.collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Of a board with a frame.
    pub fn text(i: usize) -> Digest {
        let body: String = (0..80)
            .map(|j| format!("{} 이야기 ", i * 7919 + j * 104_729))
            .collect();
        Digest::of(&format!(
            "본문 바로가기 우리동네신문 {body} 무단 전재와 재배포를 금합니다"
        ))
    }

    #[test]
    fn the_frame_of_a_board_is_left_out_and_nothing_else() {
        let texts: Vec<Digest> = (0..20).map(text).collect();
        let furniture = Furniture::of(&texts);
        let frame = Shingles::of("무단 전재와 재배포를 금합니다");
        assert!(
            frame
                .set
                .iter()
                .all(|piece| furniture.pieces.contains(piece))
        );
        let whole = texts[0].shingles();
        let mut left = whole.clone();
        left.leave_out(&furniture.of_text(&left));
        assert!(left.len() < whole.len() && left.len() * 2 > whole.len());
        assert_eq!(Furniture::from_bytes(&furniture.to_bytes()), furniture);
        assert_eq!(Furniture::from_bytes(&[]), Furniture::default());
        // Three texts are no board.
        assert!(Furniture::of(&texts[..3]).is_empty());
        // One story five times is no frame.
        let copies = [0, 1, 2, 0, 0, 0, 0, 0].map(text);
        assert!(Furniture::of(&copies).is_empty());
    }
}
