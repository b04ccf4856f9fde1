//! Parts of pages that were looked through before. The pages of a board share most of what they are: menus, footers, the rows
//! of the listing below an article. Whether something wanted stands in such a part hangs on its words and on what it stands
//! in; where both are the same as a moment ago, so is the answer, and to compare them costs a fraction of finding it.
//!
//! It is a memory of this thread, bounded, and never tells anything that looking through the part would not tell.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

use super::wanted::Around;

/// Bytes of a part that is remembered: shorter ones are as quick to look through, and longer ones are seldom the same.
const LENGTHS: std::ops::RangeInclusive<usize> = 160..=12 * 1024;

/// Bytes in front that a part is looked up by.
const FRONT: usize = 128;

/// Parts that begin alike.
const MOST_ALIKE: usize = 16;

/// Bytes that are remembered on a thread, and parts.
const MOST_BYTES: usize = 1024 * 1024;
const MOST_PARTS: usize = 4_096;

/// What a part stands in, as one number: the same way from the root, in the same page's sense, asked for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Context(u64);

impl Context {
    /// `asked` is a number of its own for each set of selectors.
    pub fn of_page(asked: u64, is_standard: bool) -> Self {
        Self(mix(mix(*SEED, asked), u64::from(is_standard)))
    }

    /// Inside an element of this name.
    pub fn inside(self, name: u128, is_plain: bool, around: (Around, Around), apart: bool) -> Self {
        let halves = [name as u64, (name >> 64) as u64, around.0, around.1];
        let flags = u64::from(is_plain) << 1 | u64::from(apart);
        Self(mix(halves.into_iter().fold(self.0, mix), flags))
    }
}

/// Another one in each process, so that nobody can write two ways that look the same.
static SEED: LazyLock<u64> =
    LazyLock::new(|| std::hash::RandomState::new().hash_one("familiar parts"));

fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0x9E37_79B9_7F4A_7C15;
    (product >> 64) as u64 ^ product as u64 ^ hash.rotate_left(23)
}

/// A place in a part.
pub(super) type Span = (usize, usize);

/// What is known of a part in which nothing is wanted. Places count from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known {
    /// Bytes up to the end tag of the element that the part is the content of.
    pub length: usize,
    /// What can be cut out of it.
    pub gaps: Vec<Span>,
    pub ids: Vec<Span>,
    pub classes: Vec<Span>,
}

struct Part {
    /// With the end tag.
    words: Box<str>,
    known: Known,
}

#[derive(Default)]
struct Memory {
    /// By what they stand in and how they begin.
    parts: HashMap<u64, Vec<Part>>,
    n_parts: usize,
    n_bytes: usize,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

fn key(context: Context, words: &[u8]) -> Option<u64> {
    let parts = words.get(..FRONT)?.chunks_exact(8);
    let parts = parts.map(|part| u64::from_le_bytes(part.try_into().expect("eight bytes")));
    Some(parts.fold(context.0, |hash, part| {
        (hash.rotate_left(5) ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }))
}

/// Shows what is known of the content that `rest` begins with, if it was met before in this context.
pub(super) fn recall<R>(context: Context, rest: &str, show: impl FnOnce(&Known) -> R) -> Option<R> {
    let key = key(context, rest.as_bytes())?;
    MEMORY.with_borrow(|memory| {
        let mut alike = memory.parts.get(&key)?.iter().rev();
        let part = alike.find(|part| rest.as_bytes().starts_with(part.words.as_bytes()))?;
        Some(show(&part.known))
    })
}

/// Keeps what was found out of a content. `words`: the content with the end tag behind it.
pub(super) fn remember(context: Context, words: &str, known: impl FnOnce() -> Known) {
    if !LENGTHS.contains(&words.len()) {
        return;
    }
    let Some(key) = key(context, words.as_bytes()) else {
        return;
    };
    MEMORY.with_borrow_mut(|memory| {
        if memory.n_bytes > MOST_BYTES || memory.n_parts >= MOST_PARTS {
            *memory = Memory::default();
        }
        let known = known();
        let n_spans = known.gaps.len() + known.ids.len() + known.classes.len();
        memory.n_bytes += words.len() + n_spans * size_of::<Span>();
        memory.n_parts += 1;
        let alike = memory.parts.entry(key).or_default();
        if alike.len() >= MOST_ALIKE {
            alike.remove(0);
        }
        alike.push(Part {
            words: words.into(),
            known,
        });
    });
}

/// As if nothing had been met yet.
#[cfg(test)]
pub(super) fn forget() {
    MEMORY.with_borrow_mut(|memory| *memory = Memory::default());
}
