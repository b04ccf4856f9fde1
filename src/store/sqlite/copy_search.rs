//! The candidate index over texts that are in no archive: for judging copies on texts of one's own.

use rusqlite::{Connection, OptionalExtension, params};

use super::copies::{self, CopyOptions};
use super::{schema, sql_error};
use crate::dedup::{Comparison, Digest, Furniture};
use crate::store::Answer;

/// Texts in a temporary file that goes when this is dropped.
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
    /// # Errors
    /// `Sql`, where no temporary file can be made.
    pub fn new(options: CopyOptions) -> Answer<Self> {
        let open = || {
            let conn = Connection::open("")?;
            conn.execute_batch("CREATE TABLE band (key)")?;
            conn.execute_batch(schema::COPY_INDEX)?;
            conn.execute_batch(
                "CREATE TABLE body (seq INTEGER PRIMARY KEY, board TEXT NOT NULL, text TEXT NOT NULL) STRICT; BEGIN",
            )?;
            Ok(conn)
        };
        let conn = open().map_err(|error| sql_error("making a temporary index", error))?;
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
            Ok((seq, judged))
        };
        insert().map_err(|error| sql_error("looking for copies", error))
    }
}
