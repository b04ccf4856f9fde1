//! What is held of a text that is to be compared. Texts that have many near copies, or fill in the same form, are compared
//! with again and again: their pieces are kept for a while, so that their words need not be read and cut up each time.
//!
//! Kept by the texts' hashes. A number may become another text's, where a transaction is undone or in another file.

use std::cell::RefCell;
use std::sync::Arc;

use hashlink::LruCache;
use rusqlite::{Connection, OptionalExtension};

use crate::dedup::{Digest, Hash};
use crate::model::BoardId;

/// Bytes of the pieces that are kept on a thread: some hundred texts'. One thread writes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

pub(super) struct Held {
    pub(super) board: BoardId,
    pub(super) digest: Arc<Digest>,
    /// `None`: it has not been compared yet.
    pub(super) frame: Option<i64>,
    pub(super) rekeyed: bool,
}

/// `None`: the text is gone.
pub(super) fn held(conn: &Connection, text: i64) -> rusqlite::Result<Option<Held>> {
    let found: Option<(BoardId, Option<i64>, bool, Hash)> = conn
        .prepare_cached("SELECT board, frame, rekeyed, hash FROM text WHERE id = ?1")?
        .query_row([text], |row| {
            Ok((BoardId(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((board, frame, rekeyed, hash)) = found else {
        return Ok(None);
    };
    let digest = match kept(&hash) {
        Some(digest) => digest,
        None => {
            let Some(words) = words(conn, text)? else {
                return Ok(None);
            };
            let digest = Arc::new(Digest::of(&words));
            keep(hash, Arc::clone(&digest));
            digest
        }
    };
    Ok(Some(Held {
        board,
        digest,
        frame,
        rekeyed,
    }))
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
