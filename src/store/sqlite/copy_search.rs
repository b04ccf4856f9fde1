//! The candidate index outside of a crawl: for judging copies on texts of one's own, and for measuring what a text costs
//! an archive.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::copies::{self, CopyOptions, Place};
use super::{schema, sql_error};
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
            conn.execute_batch("CREATE TABLE band (key)")?;
            conn.execute_batch(schema::COPY_INDEX)?;
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
            let (digest, frame) = (Digest::of(text), furniture(board));
            let mine = digest.clone().without(frame);
            let mut judged = Vec::new();
            let mut select = self
                .conn
                .prepare_cached("SELECT board, text FROM body WHERE seq = ?1")?;
            for other in copies::candidates(&self.conn, seq, at, &mine, self.options)? {
                let found: Option<(String, String)> = select
                    .query_row([other], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let Some((board, text)) = found else {
                    continue;
                };
                let comparison =
                    digest.compare_beside(&Digest::of(&text), &[frame, furniture(&board)]);
                judged.push(Judged { other, comparison });
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
            conn.execute_batch(
                "INSERT INTO board (id, name, url, key, host, profile, added_at)
                 VALUES (1, 'news', 'http://board.test/news', 'board.test/news', 'board.test', 'rhymix', 0);
                 BEGIN",
            )?;
            Ok(conn)
        };
        let conn = make().map_err(|error| sql_error("making an archive", error))?;
        Ok(Self { conn, options })
    }

    /// Stores an article with this text, and its place among the others. `number` counts from 1; `at` is in milliseconds
    /// since 1970. Every so many are committed, as a busy writer does.
    ///
    /// # Errors
    /// `Sql`.
    pub fn insert(&self, number: u32, at: i64, text: &str) -> Answer<()> {
        let insert = || {
            self.conn
                .prepare_cached(
                    "INSERT INTO article (id, board, key, engine_id, url, found_url, state, listed_title, title, secret,
                        first_seen_at, last_seen_at, n_revisions)
                     VALUES (?1, 1, 'board.test/' || ?1, ?1, 'http://board.test/news/' || ?1,
                        'http://board.test/news/' || ?1, 'stored', '', '', 0, ?2, ?2, 1)",
                )?
                .execute(params![number, at])?;
            self.conn
                .prepare_cached(
                    "INSERT INTO revision (article, number, at, title, text, html, images, attachments, tags,
                        content_hash, kind)
                     VALUES (?1, 1, ?2, '', ?3, x'', '[]', '[]', '[]', x'', 'visit')",
                )?
                .execute(params![number, at, text])?;
            let place = Place {
                article: ArticleId(i64::from(number)),
                board: BoardId(1),
                at,
            };
            let (fingerprint, digest) = (dedup::fingerprint(text), Digest::of(text));
            copies::hold(&self.conn, place, &fingerprint, &digest, self.options)?;
            if i64::from(number) % IN_ONE_TRANSACTION == 0 {
                self.conn.execute_batch("COMMIT; BEGIN")?;
            }
            Ok(())
        };
        insert().map_err(|error| sql_error("storing a text", error))
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
