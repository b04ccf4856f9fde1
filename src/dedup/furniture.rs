//! What stands in many texts of one board and says nothing: skip links, the press's line, the copyright line. In: the
//! pieces of some of its texts. Out: the pieces to be left out when its texts are compared.

use super::shingle::Shingles;

/// In more than a tenth of the texts …
const SHARE: usize = 10;
/// … and in at least so many.
const MIN_TEXTS: usize = 4;
/// Some 12,000 letters of frame; no board has more, and the table stays small.
const MAX_PIECES: usize = 8192;
/// A text of which less than this would remain is compared whole: it is nothing but frame.
const MIN_LEFT: usize = 40;

/// A board's furniture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Furniture(Vec<u32>);

impl Furniture {
    /// From a sample of a board's texts.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a Shingles>) -> Self {
        let mut n_texts = 0;
        let mut all: Vec<u32> = Vec::new();
        for text in texts {
            n_texts += 1;
            all.extend(text.set());
        }
        let least = MIN_TEXTS.max(n_texts / SHARE + 1);
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

    /// The text's pieces without these, if at least a quarter of it remains.
    pub fn leave_out(&self, text: &Shingles) -> Shingles {
        if self.0.is_empty() {
            return text.clone();
        }
        let keeps = |piece: &u32| self.0.binary_search(piece).is_err();
        let set: Vec<u32> = text.set.iter().copied().filter(keeps).collect();
        if set.len() < MIN_LEFT || set.len() * 4 < text.set.len() {
            return text.clone();
        }
        let run = text.run.iter().copied().filter(keeps).collect();
        Shingles { set, run }
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
        let left = furniture.leave_out(&texts[0]);
        assert!(left.len() < texts[0].len() && left.len() * 2 > texts[0].len());
        assert_eq!(Furniture::from_bytes(&furniture.to_bytes()), furniture);
        // Three texts are no board.
        assert!(Furniture::of(&texts[..3]).is_empty());
        // What is all frame is kept whole.
        assert_eq!(furniture.leave_out(&frame), frame);
    }
}
