//! When are two articles the same text?
//!
//! In: what an article says. Out: hashes and signatures that can be stored and compared years later on another
//! machine. Pure. Whether two articles are *one* article is not asked here: that is a question of keys.
//!
//! Exact copies are found by [`text_hash`], edits by [`content_hash`]. Near copies: a text's letters are cut into
//! pieces ([`Shingles`]), the frame of its board left out ([`Furniture`]), and keys made of the rest ([`keys`]); texts
//! that meet under a key, and may be copies as far as their outlines tell ([`Outline`]), are compared piece by piece
//! ([`Stripped::compare`]), their numbers and words where they stand, and that alone decides.

mod exact;
mod form;
mod furniture;
mod letters;
mod outline;
mod shingle;
mod sketch;
mod verify;
mod words;

pub use exact::{Normal, content_hash, normalise, text_hash, words_hash};
pub use furniture::Furniture;
pub(crate) use letters::is_settled;
pub use outline::Outline;
pub use shingle::Shingles;
pub(crate) use shingle::mix;
pub use sketch::{Key, N_KEYS, SKETCH_VERSION, keys};
pub use verify::{Comparison, Digest, Stripped, Verdict};

/// A blake3 hash.
pub type Hash = [u8; 32];
