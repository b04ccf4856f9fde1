//! Raw pages between the doors and the file: packed by their place's dictionary before they reach the writer, unpacked
//! when they are read again, removed when they are older or more than the operator wants.
//!
//! Nothing of it happens on the writer's thread but the rows themselves.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::dictionary::{self, Dictionary, Place};
use super::pages::{self, StoredDictionary, StoredPage};
use super::{SqliteStore, prepare};
use crate::dedup::Hash;
use crate::model::JobId;
use crate::store::{Answer, StoreError};

/// Milliseconds between two looks at how old and how many the raw pages are.
const RETAIN_EVERY_MS: i64 = 3_600_000;

impl SqliteStore {
    /// The place of a job's page, and the dictionary for it.
    pub(super) async fn packing(
        &self,
        job: JobId,
    ) -> Answer<Option<(Place, Option<Arc<Dictionary>>)>> {
        let place = self
            .read("looking up a job", move |conn| pages::place_of(conn, job))
            .await?;
        let Some(place) = place else {
            return Ok(None);
        };
        if let Some(newest) = self.0.dictionaries.newest(&place) {
            return Ok(Some((place, newest)));
        }
        let of = place.clone();
        let stored = self
            .read("reading a dictionary", move |conn| {
                pages::newest_dictionary(conn, &of)
            })
            .await?;
        let newest = match stored {
            Some(stored) => Some(self.prepared(stored).await?),
            None => None,
        };
        self.0.dictionaries.put(place.clone(), newest.clone());
        Ok(Some((place, newest)))
    }

    async fn prepared(&self, stored: StoredDictionary) -> Answer<Arc<Dictionary>> {
        self.off_thread("a dictionary cannot be read", move || {
            Ok(Arc::new(stored.prepare()?))
        })
        .await
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
        let board = place.0;
        let (stored, plain) = self
            .read("reading raw pages", move |conn| {
                Ok((pages::by_hashes(conn, &recent)?, pages::plain(conn, board)?))
            })
            .await?;
        let mut ids = Vec::new();
        let mut bodies = Vec::new();
        for page in stored {
            ids.push(page.id);
            bodies.push(self.unpacked(page).await?);
        }
        let made = self
            .off_thread("a dictionary cannot be made", move || {
                let Some(made) = dictionary::make(&bodies)? else {
                    return Ok(None);
                };
                let packer = Dictionary::prepare(0, 0, &made.content);
                let mut repacked = ids
                    .into_iter()
                    .zip(&bodies)
                    .map(|(id, body)| Ok((id, packer.pack(body)?)))
                    .collect::<io::Result<Vec<_>>>()?;
                for page in plain {
                    repacked.push((page.id, packer.pack(&pages::unpack_plain(&page)?)?));
                }
                let packed_content = prepare::pack(&made.content)?;
                Ok(Some((made, packed_content, repacked)))
            })
            .await?;
        let Some((made, packed_content, repacked)) = made else {
            return Ok(false);
        };
        let (promise, content) = (made.promise, made.content.clone());
        let of = place.clone();
        let id = self
            .write("keeping a dictionary", move |conn| {
                pages::remove_unused_dictionaries(conn, at)?;
                pages::save_dictionary(conn, &of, &made, &packed_content, &repacked, at)
            })
            .await?;
        let dictionary = self
            .off_thread("a dictionary cannot be made", move || {
                Ok(Arc::new(Dictionary::prepare(id, promise, &content)))
            })
            .await?;
        self.0.dictionaries.put(place.clone(), Some(dictionary));
        Ok(true)
    }

    /// A raw page as it came.
    pub(super) async fn unpacked(&self, page: StoredPage) -> Answer<Vec<u8>> {
        let dictionary = match page.dictionary {
            None => None,
            Some(id) => Some(self.dictionary(id).await?),
        };
        self.off_thread("a raw page cannot be read", move || match dictionary {
            None => pages::unpack_plain(&page),
            Some(dictionary) => dictionary.unpack(&page.body, page.body_bytes as usize),
        })
        .await
    }

    async fn dictionary(&self, id: i64) -> Answer<Arc<Dictionary>> {
        if let Some(kept) = self.0.dictionaries.by_id(id) {
            return Ok(kept);
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
        let dictionary = self.prepared(stored).await?;
        self.0.dictionaries.keep(Arc::clone(&dictionary));
        Ok(dictionary)
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

    /// Runs what costs time on the blocking pool.
    pub(super) async fn off_thread<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let answer = tokio::task::spawn_blocking(work).await;
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
