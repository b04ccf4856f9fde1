//! Stored pages read anew: which page belongs to an article's newest content, and the revision that a reparse makes.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::copies::CopyOptions;
use super::pages::{StoredPage, read_page};
use super::prepare::{self, html_at};
use super::values::{Json, Ms, Named, posted_at};
use super::{SqliteStore, StoreOptions, copies, search, sql_error};
use crate::dedup::{Digest, Hash, Normal};
use crate::model::{ArticleId, ArticleKey, ArticleState, BoardId};
use crate::store::search_text::bigrams;
use crate::store::{
    Answer, ArticleFields, RawVisit, Reread, Rereading, RevisionKind, StoredReading,
};

/// A revision is made at most this long after its page came: the time that reading and settling take, and more.
const SETTLED_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Pages tried for an article without content.
const MAX_TRIES: u32 = 3;

/// An article whose pages are still packed.
pub(super) struct Packed {
    reading: StoredReading,
    pages: Vec<(RawVisit, StoredPage)>,
}

const WITH_PAGES: &str = "(?1 IS NULL OR article.board = ?1)
    AND EXISTS (SELECT 1 FROM visit WHERE visit.article = article.id AND visit.page_number IS NULL)";

fn count(conn: &Connection, board: Option<BoardId>) -> rusqlite::Result<u64> {
    conn.prepare_cached(&format!("SELECT count(*) FROM article WHERE {WITH_PAGES}"))?
        .query_row([board.map(|board| board.0)], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
}

const READING: &str = "SELECT article.id, article.board, article.key, article.title, article.author,
        article.posted_at, article.posted_precision, article.posted_text, article.category, article.source,
        revision.text, revision.html, revision.images, revision.attachments, revision.tags, revision.title,
        revision.category,
        (SELECT max(at) FROM revision WHERE revision.article = article.id AND kind = 'visit')
    FROM article
    LEFT JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions";

fn next(
    conn: &Connection,
    board: Option<BoardId>,
    after: ArticleId,
    limit: u32,
) -> rusqlite::Result<Vec<Packed>> {
    let mut select = conn.prepare_cached(&format!(
        "{READING} WHERE article.id > ?2 AND {WITH_PAGES} ORDER BY article.id LIMIT ?3"
    ))?;
    let found: Vec<(StoredReading, Option<Timestamp>)> = select
        .query_map(params![board.map(|board| board.0), after.0, limit], read)?
        .collect::<rusqlite::Result<_>>()?;
    found
        .into_iter()
        .map(|found| with_pages(conn, found))
        .collect()
}

pub(super) fn one(conn: &Connection, article: ArticleId) -> rusqlite::Result<Option<Packed>> {
    let found = conn
        .prepare_cached(&format!("{READING} WHERE article.id = ?1"))?
        .query_row([article.0], read)
        .optional()?
        .map(|found| with_pages(conn, found))
        .transpose()?;
    Ok(found.filter(|packed| !packed.pages.is_empty()))
}

fn with_pages(
    conn: &Connection,
    (reading, read_at): (StoredReading, Option<Timestamp>),
) -> rusqlite::Result<Packed> {
    let pages = pages_of(conn, reading.article, read_at)?;
    Ok(Packed { reading, pages })
}

/// The article as it is held, and when the visit was settled that brought its newest content.
fn read(row: &Row<'_>) -> rusqlite::Result<(StoredReading, Option<Timestamp>)> {
    fn list<T: serde::de::DeserializeOwned>(row: &Row<'_>, i: usize) -> rusqlite::Result<Vec<T>> {
        Ok(row
            .get::<_, Option<Json<Vec<T>>>>(i)?
            .map(|list| list.0)
            .unwrap_or_default())
    }
    let text: Option<String> = row.get(10)?;
    let html = html_at(row, 11, text.as_deref())?;
    let has_content = text.is_some();
    // What the newest revision says; the article's row may meanwhile follow the listing.
    let title = row.get::<_, Option<String>>(15)?;
    let category: Option<String> = row.get(if has_content { 16 } else { 8 })?;
    let fields = ArticleFields {
        title: match title {
            Some(title) => title,
            None => row.get(3)?,
        },
        author: row.get(4)?,
        posted: posted_at(row, 5)?,
        category,
        source: row.get(9)?,
        text: text.unwrap_or_default(),
        html,
        images: list(row, 12)?,
        attachments: list(row, 13)?,
        tags: list(row, 14)?,
    };
    let reading = StoredReading {
        article: ArticleId(row.get(0)?),
        board: BoardId(row.get(1)?),
        key: ArticleKey::from_stored(row.get(2)?),
        has_content,
        fields,
        visits: Vec::new(),
    };
    Ok((reading, row.get::<_, Option<Ms>>(17)?.map(|ms| ms.0)))
}

/// The page of the newest content. Where it is not kept any more, a later page of the article does as well: had that
/// said something else, there would be a newer revision. An earlier one does not: it may hold words since changed.
fn pages_of(
    conn: &Connection,
    article: ArticleId,
    read_at: Option<Timestamp>,
) -> rusqlite::Result<Vec<(RawVisit, StoredPage)>> {
    let limit = if read_at.is_some() { 1 } else { MAX_TRIES };
    conn.prepare_cached(
        "SELECT page.id, page.body_bytes, page.body, page.dictionary, visit.final_url, visit.status,
            visit.content_type, visit.fetched_at, coalesce(visit.as_of, visit.fetched_at)
         FROM visit JOIN page ON page.id = visit.page
         WHERE visit.article = ?1 AND visit.page_number IS NULL AND (?2 IS NULL OR visit.fetched_at >= ?2)
         ORDER BY visit.fetched_at <= ?3 DESC, visit.fetched_at DESC, visit.id DESC LIMIT ?4",
    )?
    .query_map(
        params![
            article.0,
            read_at.map(|at| Ms(at - SETTLED_WITHIN)),
            read_at.map(Ms),
            limit
        ],
        |row| {
            Ok((raw_visit(row, 4)?, read_page(row)?))
        },
    )?
    .collect()
}

/// Its URL, status, content type and times, from `first` on; the body is unpacked later.
pub(super) fn raw_visit(row: &Row<'_>, first: usize) -> rusqlite::Result<RawVisit> {
    Ok(RawVisit {
        final_url: row.get(first)?,
        status: row.get(first + 1)?,
        content_type: row.get(first + 2)?,
        fetched_at: row.get::<_, Ms>(first + 3)?.0,
        as_of: row.get::<_, Ms>(first + 4)?.0,
        body: Vec::new(),
    })
}

/// What of a reread can be worked out before it reaches the writer.
struct Prepared {
    reread: Reread,
    html: Vec<u8>,
    hash: Hash,
    text_hash: Option<Hash>,
    digest: Option<Arc<Digest>>,
    tokens: Option<String>,
}

fn prepared(reread: Reread, options: StoreOptions) -> std::io::Result<Prepared> {
    let fields = &reread.fields;
    let keys = fields.attachments.iter().map(|file| file.key.as_str());
    let normal = Normal::of(&fields.text);
    Ok(Prepared {
        html: prepare::pack_html(&fields.html, &fields.text)?,
        hash: normal.content_hash(&fields.title, fields.category.as_deref(), keys),
        text_hash: normal.text_hash(),
        digest: prepare::digest(&fields.text, options.copies),
        tokens: options.search_index.then(|| bigrams(&fields.text)),
        reread,
    })
}

fn save(
    conn: &Connection,
    prepared: &Prepared,
    at: Timestamp,
    options: CopyOptions,
) -> rusqlite::Result<()> {
    let (article, fields) = (prepared.reread.article, &prepared.reread.fields);
    conn.prepare_cached(
        "INSERT INTO revision (article, number, at, title, category, text, html, images, attachments, tags,
            content_hash, kind, note)
         SELECT id, n_revisions + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM article WHERE id = ?1",
    )?
    .execute(params![
        article.0,
        Ms(at),
        fields.title,
        fields.category,
        fields.text,
        prepared.html,
        Json(&fields.images),
        Json(&fields.attachments),
        Json(&fields.tags),
        prepared.hash,
        Named(RevisionKind::Reparse),
        prepared.reread.note,
    ])?;
    // A page that could not be read when it came is read now; one that is gone or restricted by now stays so.
    conn.prepare_cached(
        "UPDATE article SET n_revisions = n_revisions + 1, title = ?2, author = ?3, posted_at = ?4,
            posted_precision = ?5, posted_text = ?6, category = ?7, source = ?8,
            state_reason = iif(state = ?9 AND n_revisions = 0, NULL, state_reason),
            state = iif(state = ?9 AND n_revisions = 0, ?10, state), fetched_at = coalesce(fetched_at, ?11)
         WHERE id = ?1",
    )?
    .execute(params![
        article.0,
        fields.title,
        fields.author,
        fields.posted.as_ref().map(|posted| Ms(posted.at)),
        fields
            .posted
            .as_ref()
            .map(|posted| Named(posted.precision)),
        fields.posted.as_ref().map(|posted| &posted.text),
        fields.category,
        fields.source,
        Named(ArticleState::Failed),
        Named(ArticleState::Stored),
        Ms(prepared.reread.fetched_at),
    ])?;
    let place = conn
        .prepare_cached(
            "SELECT board, coalesce(posted_at, first_seen_at) FROM article WHERE id = ?1",
        )?
        .query_row([article.0], |row| {
            Ok(copies::Place {
                article,
                board: BoardId(row.get(0)?),
                at: row.get(1)?,
            })
        })?;
    copies::hold(
        conn,
        place,
        prepared.text_hash,
        prepared.digest.as_ref(),
        options,
    )?;
    if let Some(tokens) = &prepared.tokens {
        search::replace(
            conn,
            article,
            &fields.title,
            tokens,
            fields.author.as_deref(),
        )?;
    }
    Ok(())
}

impl SqliteStore {
    pub(super) async fn unpacked_reading(&self, packed: Packed) -> Answer<StoredReading> {
        let mut reading = packed.reading;
        for (mut visit, page) in packed.pages {
            visit.body = self.unpacked(page).await?;
            reading.visits.push(visit);
        }
        Ok(reading)
    }
}

impl Rereading for SqliteStore {
    async fn n_readings(&self, board: Option<BoardId>) -> Answer<u64> {
        self.read("counting stored pages", move |conn| count(conn, board))
            .await
    }

    async fn readings(
        &self,
        board: Option<BoardId>,
        after: ArticleId,
        limit: u32,
    ) -> Answer<Vec<StoredReading>> {
        let packed = self
            .read("reading stored pages", move |conn| {
                next(conn, board, after, limit)
            })
            .await?;
        let mut readings = Vec::with_capacity(packed.len());
        for packed in packed {
            readings.push(self.unpacked_reading(packed).await?);
        }
        Ok(readings)
    }

    async fn reading(&self, article: ArticleId) -> Answer<Option<StoredReading>> {
        let packed = self
            .read("reading a stored page", move |conn| one(conn, article))
            .await?;
        match packed {
            Some(packed) => self.unpacked_reading(packed).await.map(Some),
            None => Ok(None),
        }
    }

    async fn save_rereads(&self, rereads: Vec<Reread>, at: Timestamp) -> Answer<()> {
        let options = self.0.options;
        let all = self
            .off_thread("a page cannot be compressed", move || {
                rereads
                    .into_iter()
                    .map(|reread| prepared(reread, options))
                    .collect::<std::io::Result<Vec<_>>>()
            })
            .await?;
        let work = move |conn: &Connection| {
            all.iter()
                .try_for_each(|prepared| save(conn, prepared, at, options.copies))
                .map_err(|error| sql_error("keeping what was read anew", error))
        };
        self.writer()?.call(work, || ()).await
    }
}
