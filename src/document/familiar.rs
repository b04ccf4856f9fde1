//! Parts of pages that were looked through before. The pages of a board share most of what they are: menus, footers, the rows
//! of the listing below an article. Whether something wanted stands in such a part hangs on its words and on what it stands
//! in; where both are the same as a moment ago, so is the answer, and to compare them costs a fraction of finding it.
//!
//! It is a memory of this thread, bounded, and never tells anything that looking through the part would not tell.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

use hashlink::DefaultHashBuilder;

use super::wanted::Around;

/// Bytes of a part that is remembered: shorter ones are as quick to look through, and longer ones are seldom the same.
const LENGTHS: std::ops::RangeInclusive<usize> = 160..=12 * 1024;

/// Bytes in front that a part is looked up by.
const FRONT: usize = 128;

/// Parts that begin alike.
const MOST_ALIKE: usize = 16;

/// Bytes of a generation of parts, and parts; a thread remembers two.
const MOST_BYTES: usize = 256 * 1024;
const MOST_PARTS: usize = 1_024;

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

/// Parts by what they stand in and how they begin.
#[derive(Default)]
struct Generation {
    parts: HashMap<u64, Vec<Part>, DefaultHashBuilder>,
    n_parts: usize,
    n_bytes: usize,
}

impl Generation {
    fn find(&self, key: u64, rest: &[u8]) -> Option<&Part> {
        let mut alike = self.parts.get(&key)?.iter().rev();
        alike.find(|part| rest.starts_with(part.words.as_bytes()))
    }

    /// Takes the part out.
    fn take(&mut self, key: u64, rest: &[u8]) -> Option<Part> {
        let alike = self.parts.get_mut(&key)?;
        let at = alike
            .iter()
            .rposition(|part| rest.starts_with(part.words.as_bytes()))?;
        Some(alike.swap_remove(at))
    }

    fn add(&mut self, key: u64, part: Part) {
        self.n_bytes += part.n_bytes();
        self.n_parts += 1;
        let alike = self.parts.entry(key).or_default();
        if alike.len() >= MOST_ALIKE {
            alike.remove(0);
        }
        alike.push(part);
    }

    fn is_full(&self) -> bool {
        self.n_bytes > MOST_BYTES || self.n_parts >= MOST_PARTS
    }
}

impl Part {
    fn n_bytes(&self) -> usize {
        let Known {
            gaps, ids, classes, ..
        } = &self.known;
        let n_spans = gaps.len() + ids.len() + classes.len();
        self.words.len() + n_spans * size_of::<Span>()
    }
}

/// What comes again is taken over from the old generation into the young one; what does not is forgotten with the old.
#[derive(Default)]
struct Memory {
    young: Generation,
    old: Generation,
}

impl Memory {
    fn add(&mut self, key: u64, part: Part) {
        if self.young.is_full() {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.add(key, part);
    }
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
    MEMORY.with_borrow_mut(|memory| {
        if let Some(part) = memory.young.find(key, rest.as_bytes()) {
            return Some(show(&part.known));
        }
        let part = memory.old.take(key, rest.as_bytes())?;
        let shown = show(&part.known);
        memory.add(key, part);
        Some(shown)
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
    let part = Part {
        words: words.into(),
        known: known(),
    };
    MEMORY.with_borrow_mut(|memory| memory.add(key, part));
}

/// As if nothing had been met yet.
#[cfg(test)]
pub(super) fn forget() {
    MEMORY.with_borrow_mut(|memory| *memory = Memory::default());
}
