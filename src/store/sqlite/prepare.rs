//! What can be worked out before a settlement reaches the writer: compression and tokens. Pure, and the costly part
//! of settling, so it runs on the blocking pool, many visits at a time.

use crate::dedup::{self, Digest, Hash};
use crate::model::{Article, Outcome, Settlement, Visited};
use crate::store::search_text::bigrams;

use super::StoreOptions;
use super::dictionary::Dictionary;

/// Level 3: the knee of zstd's curve for pages of some tens of kilobytes.
const ZSTD_LEVEL: i32 = 3;

/// A settlement with all that needs no look into the store.
pub(super) struct Prepared {
    pub(super) settlement: Settlement,
    /// The raw page, if it is to be kept.
    pub(super) page: Option<PackedPage>,
    /// For an article's content.
    pub(super) content: Option<PackedContent>,
}

pub(super) struct PackedPage {
    pub(super) hash: [u8; 32],
    /// zstd
    pub(super) body: Vec<u8>,
    /// The dictionary it is packed by.
    pub(super) dictionary: Option<i64>,
}

pub(super) struct PackedContent {
    /// zstd
    pub(super) html: Vec<u8>,
    /// `None`: too short to tell a copy from a coincidence.
    pub(super) text_hash: Option<Hash>,
    /// What near copies are told by.
    pub(super) digest: Digest,
    /// `None`: no index is kept.
    pub(super) text_tokens: Option<String>,
}

/// `dictionary`: the newest one for pages like the settlement's, if there is one.
pub(super) fn prepare(
    settlement: Settlement,
    options: StoreOptions,
    dictionary: Option<&Dictionary>,
) -> std::io::Result<Prepared> {
    let page = match &settlement.page {
        Some(page) if options.keep_raw_pages => Some(pack_page(page, dictionary)?),
        _ => None,
    };
    let content = match &settlement.outcome {
        Outcome::Article { content, .. } => Some(pack_content(content, options)?),
        _ => None,
    };
    Ok(Prepared {
        settlement,
        page,
        content,
    })
}

fn pack_page(page: &Visited, dictionary: Option<&Dictionary>) -> std::io::Result<PackedPage> {
    Ok(PackedPage {
        hash: *blake3::hash(&page.body).as_bytes(),
        body: match dictionary {
            Some(dictionary) => dictionary.pack(&page.body)?,
            None => pack(&page.body)?,
        },
        dictionary: dictionary.map(|dictionary| dictionary.id),
    })
}

fn pack_content(content: &Article, options: StoreOptions) -> std::io::Result<PackedContent> {
    Ok(PackedContent {
        html: pack(content.html.as_bytes())?,
        text_hash: dedup::text_hash(&content.text),
        digest: Digest::of(&content.text),
        text_tokens: options.search_index.then(|| bigrams(&content.text)),
    })
}

pub(super) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, ZSTD_LEVEL)
}

/// The inverse of what was packed.
pub(super) fn unpack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::stream::decode_all(bytes)
}
