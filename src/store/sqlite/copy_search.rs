//! The candidate index outside of a crawl: for judging copies on texts of one's own, and for measuring what a text costs
//! an archive.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::copies::{self, CopyOptions, Place};
use super::copy_index::{self, Day};
use super::{prepare, schema, sql_error};
use crate::dedup::{self, Comparison, Digest, Furniture};
use crate::model::{ArticleId, BoardId};
use crate::store::Answer;

/// Texts that are added are kept in transactions of so many, as the writer of a busy archive does.
const IN_ONE_TRANSACTION: i64 = 64;

/// Texts in a file of their own.
pub struct CopySearch {
    conn: Connection,
    options: CopyOptions,
}

/// A text that shares a key with the one asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The number `insert` gave it.
    pub other: i64,
    pub comparison: Comparison,
}

impl CopySearch {
    /// In a temporary file that goes when this is dropped.
    ///
    /// # Errors
    /// `Sql`, where none can be made.
    pub fn new(options: CopyOptions) -> Answer<Self> {
        let conn = Connection::open("");
        let conn = conn.map_err(|error| sql_error("making a temporary index", error))?;
        Self::on(conn, options)
    }

    fn on(conn: Connection, options: CopyOptions) -> Answer<Self> {
        let fill = || {
            schema::make_copy_index(&conn)?;
            conn.execute_batch(
                "CREATE TABLE body (seq INTEGER PRIMARY KEY, board TEXT NOT NULL, text TEXT NOT NULL) STRICT; BEGIN",
            )?;
            Ok(())
        };
        fill().map_err(|error| sql_error("making an index", error))?;
        Ok(Self { conn, options })
    }

    /// Adds a text and compares it with the earlier ones that may be like it. `at` is in milliseconds since 1970;
    /// `furniture` knows what a board's texts all have.
    ///
    /// # Errors
    /// `Sql`.
    pub fn insert<'a>(
        &mut self,
        board: &str,
        at: Option<i64>,
        text: &str,
        furniture: impl Fn(&str) -> &'a Furniture,
    ) -> Answer<(i64, Vec<Judged>)> {
        let insert = || {
            self.conn
                .prepare_cached("INSERT INTO body (board, text) VALUES (?1, ?2)")?
                .execute(params![board, text])?;
            let seq = self.conn.last_insert_rowid();
            let mine = Arc::new(Digest::of(text)).beside(furniture(board));
            let day = Day::of(at);
            let mut judged = Vec::new();
            let mut select = self
                .conn
                .prepare_cached("SELECT board, text FROM body WHERE seq = ?1")?;
            if let Some(keys) = dedup::keys(mine.shingles()) {
                for other in copies::candidates(&self.conn, seq, &keys, &[day], self.options)? {
                    let found: Option<(String, String)> = select
                        .query_row([other], |row| Ok((row.get(0)?, row.get(1)?)))
                        .optional()?;
                    if let Some((board, text)) = found {
                        let its = Arc::new(Digest::of(&text)).beside(furniture(&board));
                        let comparison = mine.compare(&its);
                        judged.push(Judged { other, comparison });
                    }
                }
                copy_index::insert(&self.conn, seq, day, &keys)?;
            }
            if seq % IN_ONE_TRANSACTION == 0 {
                self.conn.execute_batch("COMMIT; BEGIN")?;
            }
            Ok((seq, judged))
        };
        insert().map_err(|error| sql_error("looking for copies", error))
    }
}

/// An archive that nothing is crawled into: what its writer does with a text, and no more.
pub struct CopyArchive {
    conn: Connection,
    options: CopyOptions,
}

impl CopyArchive {
    /// In a new file, with an archive's tables and settings.
    ///
    /// # Errors
    /// `Sql`, where it cannot be made.
    pub fn in_file(path: &Path, options: CopyOptions) -> Answer<Self> {
        let make = || {
            let conn = Connection::open(path)?;
            schema::configure_writer(&conn)?;
            schema::migrate(&conn, path)?;
            conn.execute_batch("BEGIN")?;
            Ok(conn)
        };
        let conn = make().map_err(|error| sql_error("making an archive", error))?;
        Ok(Self { conn, options })
    }

    /// Stores an article of a board with this text, and its place among the others. `number` and `board` count from 1; `at` is
    /// in milliseconds since 1970. Every so many are committed, as a busy writer does.
    ///
    /// # Errors
    /// `Sql`.
    pub fn insert(&self, number: u32, board: u32, at: i64, text: &str) -> Answer<()> {
        let insert = || {
            self.conn
                .prepare_cached(
                    "INSERT OR IGNORE INTO board (id, name, url, key, host, profile, added_at)
                     VALUES (?1, ?1, 'http://board.test/' || ?1, 'board.test/' || ?1, 'board.test', 'rhymix', 0)",
                )?
                .execute([board])?;
            self.conn
                .prepare_cached(
                    "INSERT INTO article (id, board, key, engine_id, url, found_url, state, listed_title, title, secret,
                        first_seen_at, last_seen_at, n_revisions)
                     VALUES (?1, ?3, 'board.test/' || ?1, ?1, 'http://board.test/news/' || ?1,
                        'http://board.test/news/' || ?1, 'stored', '', '', 0, ?2, ?2, 1)",
                )?
                .execute(params![number, at, board])?;
            self.conn
                .prepare_cached(
                    "INSERT INTO revision (article, number, at, title, text, html, images, attachments, tags,
                        content_hash, kind)
                     VALUES (?1, 1, ?2, '', ?3, x'', '[]', '[]', '[]', x'', 'visit')",
                )?
                .execute(params![number, at, text])?;
            let place = Place {
                article: ArticleId(i64::from(number)),
                board: BoardId(i64::from(board)),
                at,
            };
            let (hash, digest) = (dedup::text_hash(text), prepare::digest(text, self.options));
            copies::hold(&self.conn, place, hash, digest.as_ref(), self.options)?;
            copies::go_on_by_the_way(&self.conn, self.options)?;
            if i64::from(number) % IN_ONE_TRANSACTION == 0 {
                self.conn.execute_batch("COMMIT; BEGIN")?;
            }
            Ok(())
        };
        insert().map_err(|error| sql_error("storing a text", error))
    }

    /// Does what is put off while articles come, as the end of a crawl does.
    ///
    /// # Errors
    /// `Sql`.
    pub fn rest(&self) -> Answer<()> {
        let rest = || {
            self.conn.execute_batch("COMMIT")?;
            copies::go_on_at_opening(&self.conn, self.options)?;
            self.conn.execute_batch("BEGIN")
        };
        rest().map_err(|error| sql_error("looking for copies", error))
    }

    /// Pairs of articles with other texts that are copies, the lower number first, in order, with the verdict's word and the
    /// similarity.
    ///
    /// # Errors
    /// `Sql`.
    pub fn copies(&self) -> Answer<Vec<(u32, u32, String, f64)>> {
        let select = || {
            self.conn
                .prepare_cached(
                    "SELECT min(a.article, b.article) AS one, max(a.article, b.article) AS other, verdict, similarity
                     FROM copy JOIN fingerprint AS a ON a.text = copy.text JOIN fingerprint AS b ON b.text = copy.other
                     ORDER BY one, other",
                )?
                .query_map([], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect::<rusqlite::Result<_>>()
        };
        select().map_err(|error| sql_error("listing copies", error))
    }

    /// Pairs of texts that were found to be copies.
    ///
    /// # Errors
    /// `Sql`.
    pub fn n_copies(&self) -> Answer<u64> {
        self.count("SELECT count(*) FROM copy")
    }

    /// What the index takes of the file, without the texts.
    ///
    /// # Errors
    /// `Sql`.
    pub fn index_bytes(&self) -> Answer<u64> {
        self.count("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name LIKE 'sketch%' AND aggregate = TRUE")
    }

    fn count(&self, sql: &str) -> Answer<u64> {
        self.conn
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(|error| sql_error("measuring an archive", error))
    }
}
