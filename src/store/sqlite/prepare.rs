//! What can be worked out before a settlement reaches the writer: compression and tokens. Pure, and the costly part
//! of settling, so it does not run on the writer's thread, where one visit comes after the other.

use std::io::Read as _;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::Row;
use rusqlite::types::Type;
use zstd::bulk::Compressor;

use super::StoreOptions;
use super::copies::CopyOptions;
use super::dictionary::{Packer, pack_by};
use crate::dedup::{Digest, Hash, Normal};
use crate::model::{Article, Outcome, Settlement};
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
    /// Before packing.
    pub(super) body_bytes: u64,
    /// zstd
    pub(super) body: Vec<u8>,
    /// The dictionary it is packed by.
    pub(super) dictionary: Option<i64>,
}

pub(super) struct PackedContent {
    /// See [`pack_html`].
    pub(super) html: Vec<u8>,
    pub(super) normal: Normal,
    /// `None`: too short to tell a copy from a coincidence.
    pub(super) text_hash: Option<Hash>,
    /// What near copies are told by. `None`: they are not looked for.
    pub(super) digest: Option<Arc<Digest>>,
    /// `None`: no index is kept.
    pub(super) text_tokens: Option<String>,
}

/// `packer`: by the newest dictionary for pages like the settlement's, if there is one. What is packed is taken out of the
/// settlement: dozens may wait for one commit.
pub(super) fn prepare(
    mut settlement: Settlement,
    options: StoreOptions,
    packer: Option<&Packer>,
) -> std::io::Result<Prepared> {
    let body = settlement.page.as_mut().map(|page| take(&mut page.body));
    let page = match body {
        Some(body) if options.keep_raw_pages => Some(pack_page(&body, packer)?),
        _ => None,
    };
    let content = match &mut settlement.outcome {
        Outcome::Article { content, .. } => Some(pack_content(content, options)?),
        _ => None,
    };
    Ok(Prepared {
        settlement,
        page,
        content,
    })
}

fn pack_page(body: &[u8], packer: Option<&Packer>) -> std::io::Result<PackedPage> {
    Ok(PackedPage {
        hash: *blake3::hash(body).as_bytes(),
        body_bytes: body.len() as u64,
        body: match packer {
            Some(packer) => packer.pack(body)?,
            None => pack(body)?,
        },
        dictionary: packer.map(Packer::dictionary),
    })
}

fn pack_content(content: &mut Article, options: StoreOptions) -> std::io::Result<PackedContent> {
    let normal = Normal::of(&content.text);
    Ok(PackedContent {
        html: pack_html(&take(&mut content.html), &content.text)?,
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
    let mut packed = PAGES.with(bytes.len(), |packer| packer.compress(bytes))?;
    packed.shrink_to_fit();
    Ok(packed)
}

/// For pages, and for what is read from them: the tables of one are another's only when they have been cleared.
pub(super) static PAGES: Packers = Packers::new();
pub(super) static CONTENTS: Packers = Packers::new();

/// Packers that nobody uses now. Their tables are kept: to make and clear them costs more than to pack an article.
pub(super) struct Packers(Mutex<Vec<Compressor<'static>>>);

impl Packers {
    /// Larger tables than those for a page and its dictionary are not worth keeping.
    const MOST: usize = 512 * 1024;
    /// More than there are processors do not pack at once. Not one for each thread: a thread of the blocking pool lives long
    /// after it has done what it was begun for, and there may be a hundred.
    const MOST_IDLE: usize = 4;

    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Compressor<'static>>> {
        self.0.lock().expect("no holder of this lock panics")
    }

    /// Packs so many bytes.
    pub fn with<T>(
        &self,
        n_bytes: usize,
        work: impl FnOnce(&mut Compressor<'static>) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        if n_bytes > Self::MOST {
            return work(&mut Compressor::new(ZSTD_LEVEL)?);
        }
        let kept = self.idle().pop();
        let mut packer = match kept {
            Some(packer) => packer,
            None => Compressor::new(ZSTD_LEVEL)?,
        };
        let packed = work(&mut packer)?;
        let mut idle = self.idle();
        if idle.len() < Self::MOST_IDLE {
            idle.push(packer);
        }
        Ok(packed)
    }
}

/// The inverse of what was packed.
pub(super) fn unpack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::stream::decode_all(bytes)
}

/// A revision's HTML, packed by its text, which stands beside it: what both say is a reference, and only tags are left. A
/// fifth of what zstd makes of the HTML alone, in half the time. `zstd -d -D TEXT` reads it, too.
pub(super) fn pack_html(html: &str, text: &str) -> std::io::Result<Vec<u8>> {
    pack_by(&CONTENTS, text.as_bytes(), html.as_bytes())
}

/// The HTML in a column of a revision's row, beside its text; empty where there is no revision.
pub(super) fn html_at(row: &Row<'_>, at: usize, text: Option<&str>) -> rusqlite::Result<String> {
    let Some(packed) = row.get::<_, Option<Vec<u8>>>(at)? else {
        return Ok(String::new());
    };
    unpack_html(&packed, text.unwrap_or_default())
        .map_err(|_| rusqlite::Error::InvalidColumnType(at, "html".into(), Type::Blob))
}

/// The inverse of [`pack_html`], and that of HTML which was packed alone, as earlier versions did.
fn unpack_html(packed: &[u8], text: &str) -> std::io::Result<String> {
    let mut html = String::new();
    let mut decoder = zstd::stream::Decoder::with_dictionary(packed, text.as_bytes())?;
    decoder.read_to_string(&mut html)?;
    Ok(html)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_beside_its_text_is_little_more_than_its_tags() {
        let words = (0..400).map(|n| format!("{:x}", n * n * 7_919));
        let text = words.collect::<Vec<_>>().join(" ");
        let html = format!("<p>{}</p>", text.replace(" 1", " <b>1</b>"));
        let packed = pack_html(&html, &text).unwrap();
        assert!(packed.len() * 3 < pack(html.as_bytes()).unwrap().len());
        assert_eq!(unpack_html(&packed, &text).unwrap(), html);
    }

    #[test]
    fn html_that_was_packed_alone_is_read_beside_any_text() {
        let html = "<p>words</p>".repeat(20);
        for text in ["", "words", &"words and other words ".repeat(20)] {
            let alone = pack(html.as_bytes()).unwrap();
            assert_eq!(unpack_html(&alone, text).unwrap(), html);
        }
    }

    proptest! {
        /// A text may say anything, be it what zstd's own files begin with.
        #[test]
        fn html_comes_back(html in "(<p>|[a-c]{1,9}|가 |\n){0,60}", text in "(7\u{a4}0|[a-c]{1,9}|가 |\n){0,60}") {
            let packed = pack_html(&html, &text).unwrap();
            prop_assert_eq!(unpack_html(&packed, &text).unwrap(), html);
        }
    }
}
