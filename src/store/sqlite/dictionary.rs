//! What the pages of a board have in common is stored once: a *dictionary* of a few of its pages, which zstd refers to
//! from every other page of the same kind.
//!
//! Raw content, not a trained dictionary: on recordings of four boards, eight pages as they are make article pages 58 to
//! 170 times smaller and listing pages 28 to 245 times, a trained dictionary of zstd's usual size 11 to 14 times, gzip 4
//! to 6 times. The pages in a dictionary become references into it, so it costs next to nothing.
//!
//! A place (a board and a kind of page) gets a first dictionary from its first pages, a better one from more of them, and
//! another when its pages no longer shrink as that one promised: a new skin. Pages name the dictionary they need.
//!
//! There may be thousands of places. What is known of their last pages is small, and so is a dictionary as it lies in the
//! file: its pages are alike. Only the few places whose pages come close together get tables to look a dictionary up by,
//! which take half a megabyte and the time of a page; for the others a dictionary is looked over for each page.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use hashlink::LruCache;
use zstd::bulk::Decompressor;
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{self, CCtx, SafeResult};

use super::prepare::{PAGES, Packers};
use crate::dedup::Hash;
use crate::model::BoardId;

/// The recorded pages are a tenth larger than by level 3, whose tables take three times the room of a dictionary and three
/// times as long to make; level 9 makes them a sixth to a quarter smaller still, in eight times the time. A dictionary of eight pages is
/// looked over for a page in less time than that page takes.
const LEVEL: i32 = 1;

/// Bytes of a dictionary: about eight pages of the usual engines.
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

/// Pages that must come for each dictionary that is made, which takes some milliseconds; and dictionaries that may be made
/// before they do. Where hundreds of boards begin at once, some wait longer for theirs.
const PAGES_EACH: u64 = 64;
const MADE_AT_ONCE: u64 = 16;

/// Places whose last pages are known: half a kilobyte each.
const MAX_PLACES: usize = 16_384;

/// Dictionaries at hand as they lie in the file, a dozen kilobytes each; others are read again when they are needed.
const MAX_AT_HAND: usize = 1_024;

/// Dictionaries that are in use at a time, and the pages that one of them must pack while it is among them to be worth
/// tables. Likewise those that pages are read by.
const MAX_IN_USE: usize = 12;
const WORTH_TABLES: u32 = 4;

/// A board, and the kind of job that brings the page.
pub(super) type Place = (BoardId, String);

/// A dictionary as it lies in the file.
pub(super) struct Dictionary {
    pub(super) id: i64,
    /// Compressed to original, in thousandths; 0: nothing was promised, as there were too few pages.
    pub(super) promise: u64,
    /// zstd
    pub(super) body: Vec<u8>,
}

impl Dictionary {
    fn content(&self) -> io::Result<Vec<u8>> {
        zstd::bulk::decompress(&self.body, MAX_BYTES)
    }
}

/// Reads the pages that were packed by a dictionary.
pub(super) struct Unpacker(DecoderDictionary<'static>);

impl Unpacker {
    /// # Errors
    /// The dictionary's content cannot be unpacked.
    pub(super) fn of(dictionary: &Dictionary) -> io::Result<Self> {
        Ok(Self(DecoderDictionary::copy(&dictionary.content()?)))
    }

    pub(super) fn unpack(&self, packed: &[u8], body_bytes: usize) -> io::Result<Vec<u8>> {
        Decompressor::with_prepared_dictionary(&self.0)?.decompress(packed, body_bytes)
    }
}

/// What a dictionary is looked up by; made by the first page that is packed by it.
#[derive(Default)]
struct Tables(OnceLock<EncoderDictionary<'static>>);

/// Packs pages of a place.
#[derive(Clone)]
pub(super) struct Packer {
    dictionary: Arc<Dictionary>,
    /// Where they are worth their making.
    tables: Option<Arc<Tables>>,
}

impl Packer {
    /// The dictionary that its pages need.
    pub(super) fn dictionary(&self) -> i64 {
        self.dictionary.id
    }

    pub(super) fn pack(&self, page: &[u8]) -> io::Result<Vec<u8>> {
        let Some(Tables(tables)) = self.tables.as_deref() else {
            return pack_by(&PAGES, &self.dictionary.content()?, page);
        };
        let tables = match tables.get() {
            Some(tables) => tables,
            None => {
                let content = self.dictionary.content()?;
                tables.get_or_init(|| EncoderDictionary::copy(&content, LEVEL))
            }
        };
        pack_with(&PAGES, page, page.len(), |context, packed| {
            context.compress_using_cdict(packed, page, tables.as_cdict())
        })
    }
}

/// Packs something by the content of a dictionary, without tables.
pub(super) fn pack_by(packers: &Packers, content: &[u8], page: &[u8]) -> io::Result<Vec<u8>> {
    pack_with(
        packers,
        page,
        content.len() + page.len(),
        |context, packed| context.compress_using_dict(packed, page, content, LEVEL),
    )
}

/// Packs a page by one call of zstd that looks at so many bytes.
fn pack_with(
    packers: &Packers,
    page: &[u8],
    n_bytes: usize,
    pack: impl FnOnce(&mut CCtx<'static>, &mut Vec<u8>) -> SafeResult,
) -> io::Result<Vec<u8>> {
    let mut packed = Vec::with_capacity(zstd_safe::compress_bound(page.len()));
    packers.with(n_bytes, |packer| {
        pack(packer.context_mut(), &mut packed)
            .map_err(|code| io::Error::other(zstd_safe::get_error_name(code)))
    })?;
    packed.shrink_to_fit();
    Ok(packed)
}

/// A dictionary that has just been made of some pages.
pub(super) struct Made {
    content: Vec<u8>,
    pub(super) promise: u64,
}

impl Made {
    pub(super) fn pack(&self, page: &[u8]) -> io::Result<Vec<u8>> {
        pack_by(&PAGES, &self.content, page)
    }

    /// As it is to lie in the file.
    pub(super) fn body(&self) -> io::Result<Vec<u8>> {
        super::prepare::pack(&self.content)
    }
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
    let (mut body_bytes, mut packed_bytes) = (0, 0);
    for (_, page) in outside {
        body_bytes += page.len() as u64;
        packed_bytes += pack_by(&PAGES, &content, page)?.len() as u64;
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

struct Shelf {
    places: LruCache<Place, Recent>,
    at_hand: LruCache<i64, Arc<Dictionary>>,
    packing: LruCache<i64, InUse>,
    reading: LruCache<i64, Arc<Unpacker>>,
    /// Pages for which no dictionary was made yet.
    n_pages: u64,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            places: LruCache::new(MAX_PLACES),
            at_hand: LruCache::new(MAX_AT_HAND),
            packing: LruCache::new(MAX_IN_USE),
            reading: LruCache::new(MAX_IN_USE),
            n_pages: MADE_AT_ONCE * PAGES_EACH,
        }
    }
}

#[derive(Default)]
struct InUse {
    n_pages: u32,
    tables: Option<Arc<Tables>>,
}

/// What is known of a place's newest dictionary.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Newest {
    id: i64,
    promise: u64,
}

/// What has come to a place since its dictionary was made, or this process began.
#[derive(Default)]
struct Recent {
    newest: Option<Newest>,
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
        match self.newest {
            None => self.hashes.len() >= FIRST_AFTER,
            Some(Newest { promise: 0, .. }) => {
                self.n_pages >= SECOND_AFTER && self.hashes.len() >= MAX_RECENT
            }
            Some(Newest { promise, .. }) => {
                self.n_pages >= JUDGED_BY
                    && self.packed_bytes * 1_000 > self.body_bytes * promise * MOST_BROKEN
            }
        }
    }
}

impl Dictionaries {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("no holder of this lock panics")
    }

    /// What packs the next page of a place by its newest dictionary, if it has one. `None`: not known here; ask the file,
    /// and [`Self::put`] what it says.
    pub(super) fn packer(&self, place: &Place) -> Option<Option<Packer>> {
        let mut shelf = self.shelf();
        let Some(Newest { id, .. }) = shelf.places.get(place)?.newest else {
            return Some(None);
        };
        let dictionary = Arc::clone(shelf.at_hand.get(&id)?);
        let mut in_use = shelf.packing.remove(&id).unwrap_or_default();
        in_use.n_pages += 1;
        if in_use.n_pages >= WORTH_TABLES {
            in_use.tables.get_or_insert_default();
        }
        let tables = in_use.tables.clone();
        shelf.packing.insert(id, in_use);
        Some(Some(Packer { dictionary, tables }))
    }

    pub(super) fn unpacker(&self, id: i64) -> Option<Arc<Unpacker>> {
        self.shelf().reading.get(&id).cloned()
    }

    /// Keeps what reads pages, for the next of them.
    pub(super) fn keep(&self, id: i64, unpacker: Arc<Unpacker>) {
        self.shelf().reading.insert(id, unpacker);
    }

    /// The place's newest dictionary, as the file has it or as it was just made.
    pub(super) fn put(&self, place: Place, dictionary: Option<Dictionary>) {
        let mut shelf = self.shelf();
        let newest = dictionary.as_ref().map(|dictionary| Newest {
            id: dictionary.id,
            promise: dictionary.promise,
        });
        if let Some(dictionary) = dictionary {
            shelf.at_hand.insert(dictionary.id, Arc::new(dictionary));
        }
        let mut recent = shelf.places.remove(&place).unwrap_or_default();
        if recent.newest != newest {
            recent = Recent {
                newest,
                hashes: recent.hashes,
                ..Recent::default()
            };
        }
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
        let n_pages = (shelf.n_pages + 1).min(MADE_AT_ONCE * PAGES_EACH);
        shelf.n_pages = n_pages;
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
        if n_pages < PAGES_EACH || !recent.wants_another() {
            return None;
        }
        recent.being_made = true;
        let hashes = recent.hashes.iter().copied().collect();
        shelf.n_pages -= PAGES_EACH;
        Some(hashes)
    }

    /// None could be made: the next pages are looked at anew.
    pub(super) fn give_up(&self, place: &Place) {
        if let Some(recent) = self.shelf().places.get_mut(place) {
            *recent = Recent {
                newest: recent.newest,
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
        let other = page("그 뒤에 온 글");
        for packer in packers(&made) {
            let packed = packer.pack(&other).unwrap();
            assert!(packed.len() * 50 < other.len(), "{}", packed.len());
            let unpacker = Unpacker::of(&packer.dictionary).unwrap();
            assert_eq!(unpacker.unpack(&packed, other.len()).unwrap(), other);
        }
    }

    #[test]
    fn few_pages_promise_nothing_and_none_make_no_dictionary() {
        assert_eq!(make(&pages(4)).unwrap().unwrap().promise, 0);
        assert!(make(&[]).unwrap().is_none());
        assert!(make(&[vec![b'x'; MAX_BYTES]]).unwrap().is_none());
    }

    fn kept(id: i64, made: &Made) -> Dictionary {
        Dictionary {
            id,
            promise: made.promise,
            body: made.body().unwrap(),
        }
    }

    /// Without tables, and with them.
    fn packers(made: &Made) -> [Packer; 2] {
        [None, Some(Arc::default())].map(|tables| Packer {
            dictionary: Arc::new(kept(1, made)),
            tables,
        })
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
        assert!(shelf.packer(&place).is_none());
        shelf.put(place.clone(), None);
        assert_eq!(
            noted(&shelf, &place, 40, 200),
            [4],
            "and not while one is being made"
        );
        let with_promise = |id, promise| {
            let content = b"\n<html>".to_vec();
            let dictionary = kept(id, &Made { content, promise });
            shelf.put(place.clone(), Some(dictionary));
        };
        with_promise(1, 0);
        assert_eq!(noted(&shelf, &place, 100, 200), [16]);
        with_promise(2, 50);
        assert_eq!(
            noted(&shelf, &place, 500, 140),
            [0; 0],
            "within its promise"
        );
        with_promise(3, 50);
        assert_eq!(noted(&shelf, &place, 500, 160), [64], "a new skin");
        shelf.give_up(&place);
        assert!(shelf.packer(&place).unwrap().is_some());
    }

    /// Round after round of so many boards, each with a dictionary: those whose last page was packed with tables.
    fn with_tables(n_boards: i64) -> usize {
        let shelf = Dictionaries::default();
        let made = make(&pages(4)).unwrap().unwrap();
        let place = |board| (BoardId(board), "article".to_owned());
        for board in 0..n_boards {
            shelf.put(place(board), Some(kept(board, &made)));
        }
        let round = || {
            let packers = (0..n_boards).map(|board| shelf.packer(&place(board)).unwrap().unwrap());
            packers.filter(|packer| packer.tables.is_some()).count()
        };
        for _ in 1..WORTH_TABLES {
            round();
        }
        round()
    }

    #[test]
    fn only_places_whose_pages_come_close_together_get_tables() {
        assert_eq!(with_tables(1), 1);
        assert_eq!(with_tables(MAX_IN_USE as i64), MAX_IN_USE);
        assert_eq!(with_tables(500), 0);
    }

    #[test]
    fn boards_whose_pages_come_in_turn_get_a_dictionary_each() {
        let shelf = Dictionaries::default();
        let place = |board| (BoardId(board), "listing".to_owned());
        let mut n_wanted = vec![0; 500];
        for page in 0..150_u64 {
            for board in 0..500 {
                if page == 0 {
                    shelf.put(place(board), None);
                }
                let hash = *blake3::hash(&(page * 500 + board as u64).to_le_bytes()).as_bytes();
                let wanted = shelf.note(&place(board), hash, 1_000, 200);
                n_wanted[board as usize] += u32::from(wanted.is_some());
                if page == 4 {
                    let n_made: u32 = n_wanted.iter().sum();
                    assert!(n_made < 70, "not all at once: {n_made}");
                }
            }
        }
        assert!(n_wanted.iter().all(|n| *n == 1), "{n_wanted:?}");
    }

    #[test]
    fn no_more_dictionaries_are_at_hand_than_fit_and_what_has_come_is_not_forgotten() {
        let shelf = Dictionaries::default();
        let made = make(&pages(4)).unwrap().unwrap();
        let place = |board| (BoardId(board), "listing".to_owned());
        for board in 0..2_000 {
            shelf.put(place(board), Some(kept(board, &made)));
            shelf.note(&place(board), [1; 32], 1_000, 200);
        }
        assert_eq!(shelf.shelf().at_hand.len(), MAX_AT_HAND);
        assert!(shelf.packer(&place(0)).is_none());
        shelf.put(place(0), Some(kept(0, &made)));
        assert!(shelf.packer(&place(0)).unwrap().is_some());
        assert_eq!(shelf.shelf().places.get(&place(0)).unwrap().n_pages, 1);
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
                for packer in packers(&made) {
                    let unpacker = Unpacker::of(&packer.dictionary).unwrap();
                    for page in pages.iter().chain([&other]) {
                        let packed = packer.pack(page).unwrap();
                        prop_assert_eq!(&unpacker.unpack(&packed, page.len()).unwrap(), page);
                    }
                }
            }
        }
    }
}
