//! What can be worked out before a settlement reaches the writer: compression and tokens. Pure, and the costly part
//! of settling, so it does not run on the writer's thread, where one visit comes after the other.

use std::sync::{Arc, Mutex};

use zstd::bulk::Compressor;

use super::StoreOptions;
use super::copies::CopyOptions;
use super::dictionary::Packer;
use crate::dedup::{Digest, Hash, Normal};
use crate::model::{Article, Outcome, Settlement, Visited};
use crate::store::search_text::bigrams;

/// Bytes of a page, and of what was read from it, that are prepared on the spot: a millisecond or two.
const ORDINARY: usize = 192 * 1024;

/// What makes a page small is its dictionary; of an article, level 3 would take off a fortieth more.
const ZSTD_LEVEL: i32 = 1;

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
    pub(super) normal: Normal,
    /// `None`: too short to tell a copy from a coincidence.
    pub(super) text_hash: Option<Hash>,
    /// What near copies are told by. `None`: they are not looked for.
    pub(super) digest: Option<Arc<Digest>>,
    /// `None`: no index is kept.
    pub(super) text_tokens: Option<String>,
}

/// `packer`: by the newest dictionary for pages like the settlement's, if there is one.
pub(super) fn prepare(
    settlement: Settlement,
    options: StoreOptions,
    packer: Option<&Packer>,
) -> std::io::Result<Prepared> {
    let page = match &settlement.page {
        Some(page) if options.keep_raw_pages => Some(pack_page(page, packer)?),
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

fn pack_page(page: &Visited, packer: Option<&Packer>) -> std::io::Result<PackedPage> {
    Ok(PackedPage {
        hash: *blake3::hash(&page.body).as_bytes(),
        body: match packer {
            Some(packer) => packer.pack(&page.body)?,
            None => pack(&page.body)?,
        },
        dictionary: packer.map(Packer::dictionary),
    })
}

fn pack_content(content: &Article, options: StoreOptions) -> std::io::Result<PackedContent> {
    let normal = Normal::of(&content.text);
    Ok(PackedContent {
        html: pack(content.html.as_bytes())?,
        text_hash: normal.text_hash(),
        normal,
        digest: digest(&content.text, options.copies),
        text_tokens: options.search_index.then(|| bigrams(&content.text)),
    })
}

pub(super) fn digest(text: &str, options: CopyOptions) -> Option<Arc<Digest>> {
    options.near_copies.then(|| Arc::new(Digest::of(text)))
}

/// Whether a settlement is prepared so soon that handing it to another thread would cost more.
pub(super) fn is_quick(settlement: &Settlement) -> bool {
    let page = settlement.page.as_ref().map_or(0, |page| page.body.len());
    let content = match &settlement.outcome {
        Outcome::Article { content, .. } => content.text.len() + content.html.len(),
        _ => 0,
    };
    page + content <= ORDINARY
}

pub(super) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = with_packer(bytes.len(), |packer| packer.compress(bytes))?;
    packed.shrink_to_fit();
    Ok(packed)
}

/// Packs so many bytes.
pub(super) fn with_packer<T>(
    n_bytes: usize,
    work: impl FnOnce(&mut Compressor<'static>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    /// Larger tables than those for a page and its dictionary are not worth keeping.
    const MOST: usize = 512 * 1024;
    /// More than there are processors do not pack at once. Not one for each thread: a thread of the blocking pool lives long
    /// after it has done what it was begun for, and there may be a hundred.
    const MOST_IDLE: usize = 4;
    /// Their tables are kept: to make and clear them costs more than to pack an article.
    static IDLE: Mutex<Vec<Compressor<'static>>> = Mutex::new(Vec::new());
    let idle = || IDLE.lock().expect("no holder of this lock panics");
    if n_bytes > MOST {
        return work(&mut Compressor::new(ZSTD_LEVEL)?);
    }
    let kept = idle().pop();
    let mut packer = match kept {
        Some(packer) => packer,
        None => Compressor::new(ZSTD_LEVEL)?,
    };
    let packed = work(&mut packer)?;
    let mut idle = idle();
    if idle.len() < MOST_IDLE {
        idle.push(packer);
    }
    Ok(packed)
}

/// The inverse of what was packed.
pub(super) fn unpack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::stream::decode_all(bytes)
}
