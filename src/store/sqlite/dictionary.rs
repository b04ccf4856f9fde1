//! What the pages of a board have in common is stored once: a *dictionary* of a few of its pages, which zstd refers to
//! from every other page of the same kind.
//!
//! Raw content, not a trained dictionary: on recordings of four boards, eight pages as they are make article pages 58 to
//! 170 times smaller and listing pages 28 to 245 times, a trained dictionary of zstd's usual size 11 to 14 times, gzip 4
//! to 6 times. The pages in a dictionary become references into it, so it costs next to nothing.
//!
//! A place (a board and a kind of page) gets a first dictionary from its first pages, a better one from more of them, and
//! another when its pages no longer shrink as that one promised: a new skin. Pages name the dictionary they need.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CParameter, DictAttachPref};

use crate::dedup::Hash;
use crate::model::BoardId;

/// Its tables are built in a moment and take little memory, and pages are packed while others are being read. Level 9 makes
/// the recorded pages a sixth to a quarter smaller still, in eight times the time.
const LEVEL: i32 = 3;

/// Bytes of a dictionary: about eight pages of the usual engines. What it costs in memory is some times this.
const MAX_BYTES: usize = 384 * 1024;

/// Pages in a dictionary. Of the counts measured (1, 4, 8) the best for every kind of page of every board but one.
const MAX_PAGES: usize = 8;

/// Pages after which a place gets its first dictionary, and those after which it gets one of more pages.
const FIRST_AFTER: usize = 4;
const SECOND_AFTER: u64 = 16;

/// Pages by which it is judged whether a dictionary keeps its promise, and the factor by which it may fail it.
const JUDGED_BY: u64 = 64;
const MOST_BROKEN: u64 = 3;

/// No dictionary promises more than a hundredth: pages that are neighbours are also alike in what they say, and those to
/// come will not be.
const LEAST_PROMISE: u64 = 10;

/// The last pages of a place: half of them make the next dictionary, the other half tell what it promises.
const MAX_RECENT: usize = 2 * MAX_PAGES;

/// Dictionaries and places kept in memory; others are read again when they are needed. Prepared for packing, one takes
/// five megabytes or so; to read with, hardly more than its own bytes.
const MAX_KEPT: usize = 12;

/// A board, and the kind of job that brings the page.
pub(super) type Place = (BoardId, String);

pub(super) struct Dictionary {
    pub(super) id: i64,
    /// Compressed to original, in thousandths; 0: nothing was promised, as there were too few pages.
    pub(super) promise: u64,
    content: Box<[u8]>,
    /// Made when they are first needed: who reads pages does not pack any, and the tables for packing are the large ones.
    to_pack: OnceLock<EncoderDictionary<'static>>,
    to_unpack: OnceLock<DecoderDictionary<'static>>,
}

impl Dictionary {
    pub(super) fn prepare(id: i64, promise: u64, content: &[u8]) -> Self {
        Self {
            id,
            promise,
            content: content.into(),
            to_pack: OnceLock::new(),
            to_unpack: OnceLock::new(),
        }
    }

    pub(super) fn pack(&self, page: &[u8]) -> io::Result<Vec<u8>> {
        let to_pack = self
            .to_pack
            .get_or_init(|| EncoderDictionary::copy(&self.content, LEVEL));
        let mut compressor = Compressor::with_prepared_dictionary(to_pack)?;
        // The dictionary is looked up where it is; else its tables would be copied for each page.
        compressor.set_parameter(CParameter::ForceAttachDict(DictAttachPref::ForceAttach))?;
        compressor.compress(page)
    }

    pub(super) fn unpack(&self, packed: &[u8], body_bytes: usize) -> io::Result<Vec<u8>> {
        let to_unpack = self
            .to_unpack
            .get_or_init(|| DecoderDictionary::copy(&self.content));
        Decompressor::with_prepared_dictionary(to_unpack)?.decompress(packed, body_bytes)
    }
}

/// A dictionary that has just been made of some pages.
pub(super) struct Made {
    pub(super) content: Vec<u8>,
    pub(super) promise: u64,
}

/// Makes a dictionary of a place's recent pages, oldest first. `None`: they hold too little.
pub(super) fn make(pages: &[Vec<u8>]) -> io::Result<Option<Made>> {
    let enough = pages.len() >= 2 * FIRST_AFTER;
    let (inside, outside): (Vec<_>, Vec<_>) = pages
        .iter()
        .enumerate()
        .partition(|(place, _)| !enough || place % 2 == 0);
    // A line end in front: content that begins with zstd's magic number would be taken for a trained dictionary.
    let mut content = vec![b'\n'];
    for (_, page) in inside.into_iter().rev().take(MAX_PAGES) {
        if content.len() + page.len() <= MAX_BYTES {
            content.extend_from_slice(page);
        }
    }
    if content.len() == 1 {
        return Ok(None);
    }
    let dictionary = Dictionary::prepare(0, 0, &content);
    let (mut body_bytes, mut packed_bytes) = (0, 0);
    for (_, page) in outside {
        body_bytes += page.len() as u64;
        packed_bytes += dictionary.pack(page)?.len() as u64;
    }
    let promise = match body_bytes {
        0 => 0,
        bytes => (packed_bytes * 1_000 / bytes).max(LEAST_PROMISE),
    };
    Ok(Some(Made { content, promise }))
}

/// The dictionaries in use, shared by all visits.
#[derive(Default)]
pub(super) struct Dictionaries(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    places: HashMap<Place, Recent>,
    by_id: HashMap<i64, Arc<Dictionary>>,
    /// Least recently used first.
    order: VecDeque<Place>,
}

/// What has come to a place since its dictionary was made, or this process began.
#[derive(Default)]
struct Recent {
    dictionary: Option<Arc<Dictionary>>,
    hashes: VecDeque<Hash>,
    n_pages: u64,
    body_bytes: u64,
    packed_bytes: u64,
    being_made: bool,
}

impl Recent {
    /// Whether it is time for a dictionary, or another one.
    fn wants_another(&self) -> bool {
        if self.being_made {
            return false;
        }
        match &self.dictionary {
            None => self.hashes.len() >= FIRST_AFTER,
            Some(dictionary) if dictionary.promise == 0 => {
                self.n_pages >= SECOND_AFTER && self.hashes.len() >= MAX_RECENT
            }
            Some(dictionary) => {
                self.n_pages >= JUDGED_BY
                    && self.packed_bytes * 1_000
                        > self.body_bytes * dictionary.promise * MOST_BROKEN
            }
        }
    }
}

impl Dictionaries {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("no holder of this lock panics")
    }

    /// `None`: not known here; ask the file, and [`Self::put`] what it says.
    pub(super) fn newest(&self, place: &Place) -> Option<Option<Arc<Dictionary>>> {
        let mut shelf = self.shelf();
        let found = shelf.places.get(place)?.dictionary.clone();
        shelf.order.retain(|other| other != place);
        shelf.order.push_back(place.clone());
        Some(found)
    }

    pub(super) fn by_id(&self, id: i64) -> Option<Arc<Dictionary>> {
        self.shelf().by_id.get(&id).cloned()
    }

    /// Keeps a dictionary for those who read pages.
    pub(super) fn keep(&self, dictionary: Arc<Dictionary>) {
        let mut shelf = self.shelf();
        if shelf.by_id.len() >= MAX_KEPT {
            shelf.by_id.clear();
        }
        shelf.by_id.insert(dictionary.id, dictionary);
    }

    /// The place's newest dictionary, as the file has it or as it was just made.
    pub(super) fn put(&self, place: Place, dictionary: Option<Arc<Dictionary>>) {
        let mut shelf = self.shelf();
        let hashes = shelf
            .places
            .remove(&place)
            .map(|recent| recent.hashes)
            .unwrap_or_default();
        shelf.order.retain(|other| *other != place);
        if shelf.order.len() >= MAX_KEPT
            && let Some(oldest) = shelf.order.pop_front()
        {
            shelf.places.remove(&oldest);
        }
        shelf.order.push_back(place.clone());
        let recent = Recent {
            dictionary,
            hashes,
            ..Recent::default()
        };
        shelf.places.insert(place, recent);
    }

    /// A page has come to the place. Answers the hashes of its last pages, oldest first, if it is time to make a
    /// dictionary of them; then whoever asked makes it, and ends with [`Self::put`] or [`Self::give_up`].
    pub(super) fn note(
        &self,
        place: &Place,
        hash: Hash,
        body_bytes: u64,
        packed_bytes: u64,
    ) -> Option<Vec<Hash>> {
        let mut shelf = self.shelf();
        let recent = shelf.places.get_mut(place)?;
        if !recent.hashes.contains(&hash) {
            recent.hashes.push_back(hash);
            if recent.hashes.len() > MAX_RECENT {
                recent.hashes.pop_front();
            }
        }
        recent.n_pages += 1;
        recent.body_bytes += body_bytes;
        recent.packed_bytes += packed_bytes;
        let wanted = recent.wants_another();
        recent.being_made |= wanted;
        wanted.then(|| recent.hashes.iter().copied().collect())
    }

    /// None could be made: the next pages are looked at anew.
    pub(super) fn give_up(&self, place: &Place) {
        if let Some(recent) = self.shelf().places.get_mut(place) {
            let dictionary = recent.dictionary.take();
            *recent = Recent {
                dictionary,
                ..Recent::default()
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(words: &str) -> Vec<u8> {
        let frame = (0..200).map(|n| {
            format!(
                "<div class=\"menu-{n}\"><a href=\"/b/{}\">칸 {n}</a></div>",
                n * 7919
            )
        });
        format!("<html>{}<p>{words}</p></html>", frame.collect::<String>()).into_bytes()
    }

    fn pages(n: usize) -> Vec<Vec<u8>> {
        (0..n).map(|n| page(&format!("{n}번째 글이다"))).collect()
    }

    #[test]
    fn a_page_becomes_what_sets_it_apart() {
        let made = make(&pages(16)).unwrap().unwrap();
        assert!(
            (LEAST_PROMISE..20).contains(&made.promise),
            "{}",
            made.promise
        );
        let dictionary = Dictionary::prepare(1, made.promise, &made.content);
        let other = page("그 뒤에 온 글");
        let packed = dictionary.pack(&other).unwrap();
        assert!(packed.len() * 50 < other.len(), "{}", packed.len());
        assert_eq!(dictionary.unpack(&packed, other.len()).unwrap(), other);
    }

    #[test]
    fn few_pages_promise_nothing_and_none_make_no_dictionary() {
        assert_eq!(make(&pages(4)).unwrap().unwrap().promise, 0);
        assert!(make(&[]).unwrap().is_none());
        assert!(make(&[vec![b'x'; MAX_BYTES]]).unwrap().is_none());
    }

    fn noted(shelf: &Dictionaries, place: &Place, n: u64, packed_bytes: u64) -> Vec<u64> {
        let mut wanted = Vec::new();
        for i in 0..n {
            let hash = *blake3::hash(&i.to_le_bytes()).as_bytes();
            if shelf.note(place, hash, 1_000, packed_bytes).is_some() {
                wanted.push(i + 1);
            }
        }
        wanted
    }

    #[test]
    fn dictionaries_are_made_early_improved_once_and_replaced_when_they_fail() {
        let shelf = Dictionaries::default();
        let place = (BoardId(1), "article".to_owned());
        assert!(shelf.newest(&place).is_none());
        shelf.put(place.clone(), None);
        assert_eq!(
            noted(&shelf, &place, 40, 200),
            [4],
            "and not while one is being made"
        );
        let with_promise = |promise| {
            let dictionary = Dictionary::prepare(1, promise, b"\n<html>");
            shelf.put(place.clone(), Some(Arc::new(dictionary)));
        };
        with_promise(0);
        assert_eq!(noted(&shelf, &place, 100, 200), [16]);
        with_promise(50);
        assert_eq!(
            noted(&shelf, &place, 500, 140),
            [0; 0],
            "within its promise"
        );
        with_promise(50);
        assert_eq!(noted(&shelf, &place, 500, 160), [64], "a new skin");
        shelf.give_up(&place);
        assert!(shelf.newest(&place).unwrap().is_some());
    }

    #[test]
    fn no_more_places_are_kept_than_fit() {
        let shelf = Dictionaries::default();
        for board in 0..100 {
            shelf.put((BoardId(board), "listing".into()), None);
        }
        assert_eq!(shelf.shelf().places.len(), MAX_KEPT);
        assert!(shelf.newest(&(BoardId(99), "listing".into())).is_some());
    }

    proptest! {
        #[test]
        fn any_pages_come_back_as_they_were(
            pages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..20),
            other in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            // As a page that begins with the magic number of trained dictionaries would.
            let mut pages = pages;
            pages[0].splice(0..0, [0x37, 0xA4, 0x30, 0xEC]);
            if let Some(made) = make(&pages).unwrap() {
                let dictionary = Dictionary::prepare(1, made.promise, &made.content);
                for page in pages.iter().chain([&other]) {
                    let packed = dictionary.pack(page).unwrap();
                    prop_assert_eq!(&dictionary.unpack(&packed, page.len()).unwrap(), page);
                }
            }
        }
    }
}
