//! What is held of a text that is to be compared. Texts that have many near copies, or fill in the same form, are compared
//! with again and again: their pieces are kept for a while, so that their words need not be read and cut up each time. Most
//! texts that share a key with another share little else; their outlines are kept for longer, and rule them out unread.
//!
//! Kept by the texts' hashes. A number may become another text's, where a transaction is undone or in another file.

use std::cell::RefCell;
use std::sync::Arc;

use hashlink::LruCache;
use rusqlite::{Connection, OptionalExtension};

use crate::dedup::{Digest, Hash, Outline, Stripped};
use crate::model::BoardId;

/// Bytes of the pieces that are kept on a thread: some hundred texts'. One thread writes.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Outlines that are kept on a thread: 8 MiB, fifteen thousand texts.
const MOST_OUTLINES: usize = 8 * 1024 * 1024 / (Outline::BYTES + size_of::<Hash>());

pub(super) struct Held {
    text: i64,
    pub(super) hash: Hash,
    pub(super) board: BoardId,
    /// `None`: it has not been compared yet.
    pub(super) frame: Option<i64>,
    pub(super) rekeyed: bool,
    /// Whether its board has furniture.
    pub(super) is_framed: bool,
}

/// `None`: the text is gone.
pub(super) fn held(conn: &Connection, text: i64) -> rusqlite::Result<Option<Held>> {
    conn.prepare_cached(
        "SELECT hash, board, frame, rekeyed,
            coalesce((SELECT length(pieces) FROM furniture WHERE furniture.board = text.board), 0) > 0
         FROM text WHERE id = ?1",
    )?
    .query_row([text], |row| {
        Ok(Held {
            text,
            hash: row.get(0)?,
            board: BoardId(row.get(1)?),
            frame: row.get(2)?,
            rekeyed: row.get(3)?,
            is_framed: row.get(4)?,
        })
    })
    .optional()
}

impl Held {
    /// Its pieces. `None`: nobody has the text any more.
    pub(super) fn digest(&self, conn: &Connection) -> rusqlite::Result<Option<Arc<Digest>>> {
        if let Some(digest) = kept(&self.hash) {
            return Ok(Some(digest));
        }
        let words = words(conn, self.text)?;
        let digest = words.map(|words| Arc::new(Digest::of(&words)));
        if let Some(digest) = &digest {
            keep(self.hash, Arc::clone(digest));
        }
        Ok(digest)
    }

    /// Its outline beside the furniture of this stamp, if it was held against another text lately.
    pub(super) fn outline(&self, furniture: u64) -> Option<Arc<Outline>> {
        kept_outline(&self.hash, furniture)
    }
}

/// The outline of a text, for now and for the next texts that it is held against.
pub(super) fn outline_of(hash: Hash, text: &Stripped) -> Option<Arc<Outline>> {
    let furniture = text.furniture();
    if let Some(outline) = kept_outline(&hash, furniture) {
        return Some(outline);
    }
    let outline = Arc::new(text.outline()?);
    OUTLINES.with_borrow_mut(|kept| kept.insert(hash, (furniture, Arc::clone(&outline))));
    Some(outline)
}

fn kept_outline(hash: &Hash, furniture: u64) -> Option<Arc<Outline>> {
    OUTLINES.with_borrow_mut(|kept| {
        let (its, outline) = kept.get(hash)?;
        (*its == furniture).then(|| Arc::clone(outline))
    })
}

fn words(conn: &Connection, text: i64) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached(
        "SELECT revision.text FROM fingerprint JOIN article ON article.id = fingerprint.article
         JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions
         WHERE fingerprint.text = ?1 LIMIT 1",
    )?
    .query_row([text], |row| row.get(0))
    .optional()
}

struct Kept {
    digests: LruCache<Hash, Arc<Digest>>,
    n_bytes: usize,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(Kept {
        digests: LruCache::new_unbounded(),
        n_bytes: 0,
    });
    /// By the furniture that each stands beside.
    static OUTLINES: RefCell<LruCache<Hash, (u64, Arc<Outline>)>> = RefCell::new(LruCache::new(MOST_OUTLINES));
}

fn kept(hash: &Hash) -> Option<Arc<Digest>> {
    KEPT.with_borrow_mut(|kept| kept.digests.get(hash).cloned())
}

/// Keeps the pieces of a text that has just come: it is compared again as soon as more of its board is known.
pub(super) fn keep(hash: Hash, digest: Arc<Digest>) {
    KEPT.with_borrow_mut(|kept| {
        kept.n_bytes += digest.n_bytes();
        if let Some(before) = kept.digests.insert(hash, digest) {
            kept.n_bytes -= before.n_bytes();
        }
        while kept.n_bytes > MOST_BYTES
            && let Some((_, oldest)) = kept.digests.remove_lru()
        {
            kept.n_bytes -= oldest.n_bytes();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_fits_and_the_last_used_stay() {
        let digest = Arc::new(Digest::of(&"가나다라마바사아자차카타파하".repeat(200)));
        let n_fit = MOST_BYTES / digest.n_bytes();
        let hash = |n: usize| -> Hash { *blake3::hash(&n.to_le_bytes()).as_bytes() };
        for n in 0..2 * n_fit {
            keep(hash(n), digest.clone());
            assert!(kept(&hash(0)).is_some());
        }
        assert!(kept(&hash(1)).is_none());
        assert!(kept(&hash(2 * n_fit - 1)).is_some());
        KEPT.with_borrow(|kept| {
            assert_eq!(kept.digests.len(), n_fit);
            assert_eq!(kept.n_bytes, n_fit * digest.n_bytes());
        });
    }
}
