//! Learnt profiles, as text. What they mean is not the store's business.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::values::Ms;

pub(super) fn save(
    conn: &Connection,
    name: &str,
    text: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    conn.execute(
        "INSERT INTO learnt_profile (name, text, learnt_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET text = excluded.text, learnt_at = excluded.learnt_at",
        params![name, text, Ms(at)],
    )?;
    Ok(())
}

pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached("SELECT text FROM learnt_profile ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}
