//! What stands in many texts of one board and says nothing: skip links, the press's line, the copyright line. In: the
//! pieces of some of its texts. Out: the pieces to be left out when its texts are compared.

use super::shingle::{Shingles, n_shared, shared};

/// In more than a tenth of the texts …
const SHARE: usize = 10;
/// … and in at least so many.
const MIN_TEXTS: usize = 4;
/// Some 12,000 letters of frame; no board has more, and the table stays small.
const MAX_PIECES: usize = 8192;
/// Texts that share so much (Jaccard) are one text as far as frames go.
const SAME_AGAIN: f64 = 0.7;

/// A board's furniture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Furniture(Vec<u32>);

impl Furniture {
    /// From a sample of a board's texts. A story that stands there several times counts once, and so does a report whose
    /// words are the same every day.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a Shingles>) -> Self {
        let mut unlike: Vec<&Shingles> = Vec::new();
        for text in texts {
            if !unlike.iter().any(|other| is_same_again(text, other)) {
                unlike.push(text);
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
        Self(pieces)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As stored: little-endian, ascending.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|piece| piece.to_le_bytes())
            .collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Self {
        let words = bytes.as_chunks::<4>().0;
        let mut pieces: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        pieces.sort_unstable();
        Self(pieces)
    }

    /// Those that a text has.
    pub(super) fn of_text(&self, text: &Shingles) -> Vec<u32> {
        shared(&self.0, &text.set)
    }
}

fn is_same_again(a: &Shingles, b: &Shingles) -> bool {
    // The number of pieces alone rules most out.
    let (least, most) = (a.len().min(b.len()), a.len().max(b.len()));
    least as f64 >= SAME_AGAIN * most as f64 && {
        let shared = n_shared(&a.set, &b.set);
        shared as f64 >= SAME_AGAIN * (least + most - shared) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(i: usize) -> Shingles {
        let body: String = (0..80)
            .map(|j| format!("{} 이야기 ", i * 7919 + j * 104_729))
            .collect();
        Shingles::of(&format!(
            "본문 바로가기 우리동네신문 {body} 무단 전재와 재배포를 금합니다"
        ))
    }

    #[test]
    fn the_frame_of_a_board_is_left_out_and_nothing_else() {
        let texts: Vec<Shingles> = (0..20).map(text).collect();
        let furniture = Furniture::of(&texts);
        let frame = Shingles::of("무단 전재와 재배포를 금합니다");
        assert!(frame.set.iter().all(|piece| furniture.0.contains(piece)));
        let mut left = texts[0].clone();
        left.leave_out(&furniture.of_text(&left));
        assert!(left.len() < texts[0].len() && left.len() * 2 > texts[0].len());
        assert_eq!(Furniture::from_bytes(&furniture.to_bytes()), furniture);
        // Three texts are no board.
        assert!(Furniture::of(&texts[..3]).is_empty());
        // One story five times is no frame.
        let story = text(0);
        let copies: Vec<&Shingles> = texts[..3].iter().chain([&story; 5]).collect();
        assert!(Furniture::of(copies).is_empty());
    }
}
