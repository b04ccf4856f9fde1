//! Where a text's pieces fall, in half a kilobyte. Two outlines tell no less than all that two texts can share, and for most
//! texts that meet under a key that is too little for a copy: neither needs to be read.

use super::shingle::Shingles;
use super::verify::{may_be_alike, may_be_cut_out};

/// Words of an outline. The pieces of a usual text rarely meet in so many bits.
const WORDS: usize = 64;

/// Where pieces fall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    words: Box<[u64; WORDS]>,
    /// Pieces that fall where another one fell.
    n_hidden: usize,
}

impl Places {
    pub fn of(text: &Shingles) -> Self {
        let mut words = Box::new([0; WORDS]);
        for piece in &text.set {
            let (word, bit) = place(*piece);
            words[word] |= bit;
        }
        let n_taken: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        Self {
            words,
            n_hidden: text.len() - n_taken,
        }
    }

    /// No two texts share more pieces than this.
    pub fn most_shared(&self, other: &Self) -> usize {
        let both = self.words.iter().zip(other.words.iter());
        let n_both: usize = both.map(|(a, b)| (a & b).count_ones() as usize).sum();
        n_both + self.n_hidden.min(other.n_hidden)
    }
}

/// What has to be known of a text to rule most others out. Of what it says beside its board's furniture, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Of all of it: its letters' hash, and how many.
    letters: (u64, usize),
    places: Places,
    /// Different pieces, and all.
    n_pieces: usize,
    n_run: usize,
}

impl Outline {
    /// What one takes in memory.
    pub const BYTES: usize = size_of::<Self>() + size_of::<[u64; WORDS]>();

    pub(super) fn of(letters: (u64, usize), rest: &Shingles) -> Self {
        Self {
            letters,
            places: Places::of(rest),
            n_pieces: rest.len(),
            n_run: rest.run.len(),
        }
    }

    /// `false`: a comparison would say that neither is a copy of the other.
    pub fn may_be_copy(&self, other: &Self) -> bool {
        let n_shared = self.places.most_shared(&other.places);
        self.letters == other.letters
            || may_be_alike(n_shared, self.n_pieces, other.n_pieces)
            || [self, other]
                .iter()
                .any(|short| may_be_cut_out(n_shared, short.n_pieces, short.n_run))
    }
}

/// Pieces are hashes: some of their bits are as good as any.
fn place(piece: u32) -> (usize, u64) {
    ((piece >> 6) as usize % WORDS, 1 << (piece % 64))
}

#[cfg(test)]
mod tests {
    use super::super::furniture::tests::text;
    use super::super::shingle::shared;
    use super::super::verify::Digest;
    use super::*;

    #[test]
    fn no_two_texts_share_more_than_where_they_fall_allows() {
        let texts: Vec<Digest> = (0..30).map(|i| text(i / 2 * 3)).collect();
        let pairs = texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b)));
        let mut n_ruled_out = 0;
        for (a, b) in pairs {
            let (a, b) = (a.shingles(), b.shingles());
            let n_shared = shared(&a.set, &b.set).len();
            let most = Places::of(a).most_shared(&Places::of(b));
            assert!(n_shared <= most, "{n_shared} > {most}");
            n_ruled_out += usize::from(most * 2 < a.len());
        }
        assert!(n_ruled_out > 700, "{n_ruled_out} of 900");
    }
}
