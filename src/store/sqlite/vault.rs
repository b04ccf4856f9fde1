//! Raw pages between the doors and the file: packed by their place's dictionary before they reach the writer, unpacked
//! when they are read again, removed when they are older or more than the operator wants.
//!
//! Nothing of it happens on the writer's thread but the rows themselves.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::SqliteStore;
use super::dictionary::{self, Dictionary, Packer, Place, Unpacker};
use super::pages::{self, StoredPage};
use crate::dedup::Hash;
use crate::model::JobId;
use crate::store::{Answer, StoreError, in_turn};

/// Milliseconds between two looks at how old and how many the raw pages are.
const RETAIN_EVERY_MS: i64 = 3_600_000;

impl SqliteStore {
    /// The place of a job's page, and what packs it by its place's dictionary.
    pub(super) async fn packing(&self, job: JobId) -> Answer<Option<(Place, Option<Packer>)>> {
        let place = self
            .look_up("looking up a job", |conn| pages::place_of(conn, job))
            .await?;
        let Some(place) = place else {
            return Ok(None);
        };
        let shelf = &self.0.dictionaries;
        if let Some(packer) = shelf.packer(&place) {
            return Ok(Some((place, packer)));
        }
        let newest = self
            .look_up("reading a dictionary", |conn| {
                pages::newest_dictionary(conn, &place)
            })
            .await?;
        shelf.put(place.clone(), newest);
        let packer = shelf.packer(&place).flatten();
        Ok(Some((place, packer)))
    }

    /// A page has been packed and stored. Now and then that is the moment to make its place a dictionary.
    pub(super) async fn note_page(
        &self,
        place: &Place,
        hash: Hash,
        body_bytes: u64,
        packed_bytes: u64,
        at: Timestamp,
    ) -> Answer<()> {
        let shelf = &self.0.dictionaries;
        let Some(recent) = shelf.note(place, hash, body_bytes, packed_bytes) else {
            return Ok(());
        };
        let made = self.make_dictionary(place, recent, at).await;
        if !matches!(made, Ok(true)) {
            shelf.give_up(place);
        }
        made.map(|_| ())
    }

    async fn make_dictionary(
        &self,
        place: &Place,
        recent: Vec<Hash>,
        at: Timestamp,
    ) -> Answer<bool> {
        let (board, after) = (place.0, self.0.plain_after.load(Ordering::Relaxed));
        let (stored, plain, last) = self
            .read("reading raw pages", move |conn| {
                let (plain, last) = pages::plain(conn, board, after)?;
                Ok((pages::by_hashes(conn, &recent)?, plain, last))
            })
            .await?;
        self.0.plain_after.store(last, Ordering::Relaxed);
        let mut recent = Vec::with_capacity(stored.len());
        for page in stored {
            recent.push((self.unpacker(&page).await?, page));
        }
        let made = self
            .off_thread("a dictionary cannot be made", move || {
                let bodies = recent
                    .iter()
                    .map(|(unpacker, page)| unpack(unpacker.as_deref(), page))
                    .collect::<io::Result<Vec<_>>>()?;
                let Some(made) = dictionary::make(&bodies)? else {
                    return Ok(None);
                };
                let mut repacked = Vec::with_capacity(bodies.len() + plain.len());
                for ((_, page), body) in recent.iter().zip(&bodies) {
                    repacked.push((page.id, made.pack(body)?));
                }
                for page in plain {
                    repacked.push((page.id, made.pack(&unpack(None, &page)?)?));
                }
                Ok(Some((made.promise, made.body()?, repacked)))
            })
            .await?;
        let Some((promise, body, repacked)) = made else {
            return Ok(false);
        };
        let of = place.clone();
        let dictionary = self
            .write("keeping a dictionary", move |conn| {
                pages::remove_unused_dictionaries(conn, at)?;
                let id = pages::save_dictionary(conn, &of, promise, &body, &repacked, at)?;
                Ok(Dictionary { id, promise, body })
            })
            .await?;
        self.0.dictionaries.put(place.clone(), Some(dictionary));
        Ok(true)
    }

    /// A raw page as it came.
    pub(super) async fn unpacked(&self, page: StoredPage) -> Answer<Vec<u8>> {
        let unpacker = self.unpacker(&page).await?;
        self.off_thread("a raw page cannot be read", move || {
            unpack(unpacker.as_deref(), &page)
        })
        .await
    }

    /// What reads a page; `None`: it was packed by itself.
    async fn unpacker(&self, page: &StoredPage) -> Answer<Option<Arc<Unpacker>>> {
        let Some(id) = page.dictionary else {
            return Ok(None);
        };
        if let Some(kept) = self.0.dictionaries.unpacker(id) {
            return Ok(Some(kept));
        }
        let stored = self
            .read("reading a dictionary", move |conn| {
                pages::dictionary(conn, id)
            })
            .await?
            .ok_or(StoreError::NotFound {
                what: "dictionary",
                id,
            })?;
        let unpacker = self
            .off_thread("a dictionary cannot be read", move || {
                Ok(Arc::new(Unpacker::of(&stored)?))
            })
            .await?;
        self.0.dictionaries.keep(id, Arc::clone(&unpacker));
        Ok(Some(unpacker))
    }

    /// Once an hour of the crawl's clock: removes raw pages that are older, or more, than wanted.
    pub(super) async fn retain_pages(&self, now: Timestamp) -> Answer<()> {
        let options = self.0.options;
        if options.raw_pages_days.is_none() && options.raw_pages_max_bytes.is_none() {
            return Ok(());
        }
        let last = self.0.retained_at.load(Ordering::Relaxed);
        if now.as_millisecond().saturating_sub(last) < RETAIN_EVERY_MS {
            return Ok(());
        }
        self.0
            .retained_at
            .store(now.as_millisecond(), Ordering::Relaxed);
        if let Some(days) = options.raw_pages_days {
            let before = now - SignedDuration::from_hours(24 * i64::from(days));
            while self.remove_oldest(before).await?.n_visits > 0 {}
        }
        if let Some(most) = options.raw_pages_max_bytes {
            let mut held = self
                .read("adding up raw pages", pages::stored_bytes)
                .await?;
            while held > most {
                let removed = self.remove_oldest(now).await?;
                if removed.n_visits == 0 {
                    break;
                }
                held = held.saturating_sub(removed.bytes);
            }
        }
        self.write("removing dictionaries", move |conn| {
            pages::remove_unused_dictionaries(conn, now)
        })
        .await
    }

    async fn remove_oldest(&self, before: Timestamp) -> Answer<pages::Removed> {
        self.write("removing raw pages", move |conn| {
            pages::remove_oldest(conn, before)
        })
        .await
    }

    /// Runs what costs time on the blocking pool, when its turn comes.
    pub(super) async fn off_thread<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let answer = in_turn(work).await;
        self.here(doing, || answer.map_err(io::Error::other)?)
    }

    /// Runs what is done in a moment.
    pub(super) fn here<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> io::Result<T>,
    ) -> Answer<T> {
        work().map_err(|source| StoreError::Open {
            path: self.0.path.clone(),
            doing,
            source,
        })
    }
}

fn unpack(unpacker: Option<&Unpacker>, page: &StoredPage) -> io::Result<Vec<u8>> {
    match unpacker {
        None => pages::unpack_plain(page),
        Some(unpacker) => unpacker.unpack(&page.body, page.body_bytes as usize),
    }
}
