//! Names as numbers, by which most elements are told from those that are looked for in one comparison.

use std::ops::BitOr;

/// What an element may be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    Tag,
    Id,
    Class,
}

/// A name as a number, in any case. Different names may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NameHash(u32);

impl NameHash {
    /// Of elements that are not html's: their names count otherwise, so that each is looked at for every tag.
    pub const FOREIGN: Self = Self(0);

    pub fn of(kind: NameKind, name: &str) -> Self {
        const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
        // Letters become small ones; that other signs change too does not matter.
        let mix = |hash: u64, letters: u64| {
            let folded = letters | u64::from_le_bytes([0x20; 8]);
            (hash.rotate_left(5) ^ folded).wrapping_mul(MIX)
        };
        let (eights, rest) = name.as_bytes().as_chunks();
        let whole = eights.iter().map(|eight| u64::from_le_bytes(*eight));
        let mut hash = whole.fold(kind as u64 + 1, mix);
        if !rest.is_empty() {
            let letters = rest.iter().rev();
            hash = mix(
                hash,
                letters.fold(0, |letters, byte| letters << 8 | u64::from(*byte)),
            );
        }
        Self((hash >> 32) as u32 | 1)
    }

    /// One of `n_slots`, a power of two.
    pub fn slot(self, n_slots: usize) -> usize {
        self.0 as usize >> 1 & (n_slots - 1)
    }

    /// One bit of [`NameBits`].
    pub fn bit(self) -> NameBits {
        NameBits(1 << (self.0 >> 26))
    }
}

/// Names an element may have: each has one of these bits, and shares it with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameBits(u64);

impl NameBits {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(u64::MAX);

    /// Whether both may have a name in common.
    pub fn may_share(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for NameBits {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
