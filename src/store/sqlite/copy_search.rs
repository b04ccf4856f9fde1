//! The candidate index over texts that are in no archive: for judging copies on texts of one's own.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::copies::{self, CopyOptions};
use super::{schema, sql_error};
use crate::dedup::{Comparison, Digest, Furniture};
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

    /// In a new file, with the settings of an archive, to measure what one costs.
    ///
    /// # Errors
    /// `Sql`, where it cannot be made or is there already.
    pub fn in_file(path: &Path, options: CopyOptions) -> Answer<Self> {
        let open = || {
            let conn = Connection::open(path)?;
            schema::configure_writer(&conn)?;
            Ok(conn)
        };
        let conn = open().map_err(|error| sql_error("making an index", error))?;
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

    /// What the index takes of the file, without the texts.
    ///
    /// # Errors
    /// `Sql`.
    pub fn index_bytes(&self) -> Answer<u64> {
        self.conn
            .query_row(
                "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name LIKE 'sketch%' AND aggregate = TRUE",
                [],
                |row| row.get::<_, i64>(0),
            )
            .map(i64::unsigned_abs)
            .map_err(|error| sql_error("measuring an index", error))
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
