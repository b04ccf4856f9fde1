//! The candidate index over texts that are in no archive: for judging copies on texts of one's own.

use rusqlite::{Connection, OptionalExtension, params};

use super::{copies, sql_error};
use crate::dedup::{Comparison, Digest, Furniture, Sketch};
use crate::store::Answer;

/// Texts in a temporary file that goes when this is dropped.
pub struct CopySearch {
    conn: Connection,
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
    pub fn new() -> Answer<Self> {
        let open = || {
            let conn = Connection::open("")?;
            conn.execute_batch(
                "CREATE TABLE band (key INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (key, seq))
                    STRICT, WITHOUT ROWID;
                 CREATE TABLE body (seq INTEGER PRIMARY KEY, board TEXT NOT NULL, at INTEGER, text TEXT NOT NULL) STRICT;
                 BEGIN",
            )?;
            Ok(conn)
        };
        let conn = open().map_err(|error| sql_error("making a temporary index", error))?;
        Ok(Self { conn })
    }

    /// Adds a text and compares it with the earlier ones that may be like it. `at` is in milliseconds since 1970;
    /// `furniture` knows what a board's texts all have.
    ///
    /// # Errors
    /// `Sql`.
    pub fn insert(
        &mut self,
        board: &str,
        at: Option<i64>,
        text: &str,
        furniture: impl Fn(&str) -> Furniture,
    ) -> Answer<(i64, Vec<Judged>)> {
        let insert = || {
            self.conn
                .prepare_cached("INSERT INTO body (board, at, text) VALUES (?1, ?2, ?3)")?
                .execute(params![board, at, text])?;
            let seq = self.conn.last_insert_rowid();
            let mine = Digest::of(text).without(&furniture(board));
            let mut judged = Vec::new();
            let Some(sketch) = Sketch::of(mine.shingles().set()) else {
                return Ok((seq, judged));
            };
            let mut select = self
                .conn
                .prepare_cached("SELECT board, at, text FROM body WHERE seq = ?1")?;
            for other in copies::candidates(&self.conn, seq, &sketch)? {
                let found: Option<(String, Option<i64>, String)> = select
                    .query_row([other], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                let Some((board, its, text)) = found else {
                    continue;
                };
                if copies::is_too_far_apart(at, its) {
                    continue;
                }
                let comparison = mine.compare(&Digest::of(&text).without(&furniture(&board)));
                judged.push(Judged { other, comparison });
            }
            Ok((seq, judged))
        };
        insert().map_err(|error| sql_error("looking for copies", error))
    }
}
