//! The full-text index. Filled in the transaction that stores a revision, by this module alone; what is indexed are
//! the tokens of [`crate::store::search_text`], so any program that speaks FTS5 can search the file.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::records;
use super::values::{Count, Ms, Named, posted_at};
use crate::model::{ArticleId, ArticleKey};
use crate::store::Hit;
use crate::store::search_text::{self, bigrams};

const VERSION_NAME: &str = "search_version";

/// Articles whose words wait at a time, when the index is built anew.
const MOST_WAITING: u32 = 256;

/// Words on their way into the index. FTS5 writes a segment of its own whenever a savepoint is taken, which each statement
/// does that changes it, or an article's number is lower than the last one's; and it pays for each segment again when it
/// merges them. So what changes within a transaction is put there by one statement and in order ([`write_waiting`]), and
/// until then stands here, where a change that fails takes it back.
const WAITING: &str = "CREATE TEMP TABLE IF NOT EXISTS search_waiting (
    article INTEGER PRIMARY KEY,
    title   TEXT NOT NULL,
    text    TEXT NOT NULL,
    author  TEXT NOT NULL
) STRICT";

/// Prepares the connection that writes.
pub(super) fn configure_writer(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(WAITING)
}

/// Puts an article's newest words in place of its earlier ones, before this transaction ends.
pub(super) fn replace(
    conn: &Connection,
    article: ArticleId,
    title: &str,
    text_tokens: &str,
    author: Option<&str>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO temp.search_waiting VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            article.0,
            bigrams(title),
            text_tokens,
            bigrams(author.unwrap_or_default())
        ])?;
    Ok(())
}

/// Puts what waits into the index.
pub(super) fn write_waiting(conn: &Connection) -> rusqlite::Result<()> {
    let any = conn
        .prepare_cached("SELECT 1 FROM temp.search_waiting LIMIT 1")?
        .exists([])?;
    if !any {
        return Ok(());
    }
    for sql in [
        "DELETE FROM search WHERE rowid IN (SELECT article FROM temp.search_waiting)",
        "INSERT INTO search (rowid, title, text, author)
         SELECT article, title, text, author FROM temp.search_waiting ORDER BY article",
        "DELETE FROM temp.search_waiting",
    ] {
        conn.prepare_cached(sql)?.execute([])?;
    }
    Ok(())
}

/// Makes the index fit `wanted` and this program's tokens: builds it anew where it was made by others or not at
/// all, and notes where it will not be kept up.
pub(super) fn bring_up_to_date(conn: &Connection, wanted: bool) -> rusqlite::Result<()> {
    let held = version(conn)?;
    let version = if wanted {
        search_text::VERSION.to_string()
    } else {
        "off".to_string()
    };
    if held.as_ref() == Some(&version) {
        return Ok(());
    }
    let transaction = conn.unchecked_transaction()?;
    if wanted {
        rebuild(&transaction)?;
    }
    transaction.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
        [VERSION_NAME, &version],
    )?;
    transaction.commit()
}

/// Whether the index is kept up, with this program's tokens.
pub(super) fn is_current(conn: &Connection) -> rusqlite::Result<bool> {
    Ok(version(conn)? == Some(search_text::VERSION.to_string()))
}

/// Of the tokens in the index; `off` where it is not kept up.
fn version(conn: &Connection) -> rusqlite::Result<Option<String>> {
    conn.query_row(
        "SELECT value FROM meta WHERE name = ?1",
        [VERSION_NAME],
        |row| row.get(0),
    )
    .optional()
}

fn rebuild(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("INSERT INTO search (search) VALUES ('delete-all')", [])?;
    let mut stored = conn.prepare(
        "SELECT article.id, article.title, revision.text, article.author FROM article
         JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions",
    )?;
    let mut rows = stored.query([])?;
    let mut n_waiting = 0_u32;
    while let Some(row) = rows.next()? {
        let title: String = row.get(1)?;
        let text: String = row.get(2)?;
        let author: Option<String> = row.get(3)?;
        replace(
            conn,
            ArticleId(row.get(0)?),
            &title,
            &bigrams(&text),
            author.as_deref(),
        )?;
        n_waiting += 1;
        if n_waiting.is_multiple_of(MOST_WAITING) {
            write_waiting(conn)?;
        }
    }
    write_waiting(conn)
}

pub(super) const HIT: &str = "SELECT article.id, coalesce(article.moved_to, board.name), article.key, article.url, article.title,
        article.author, article.source, article.posted_at, article.posted_precision, article.posted_text,
        article.first_seen_at, article.state, article.gone_at, article.n_revisions, coalesce(revision.text, ''),
        article.category, article.comment_count, revision.at, place.alive_at, place.missing_at";

pub(super) const JOINED: &str = "JOIN board ON board.id = article.board
    LEFT JOIN place ON place.board = article.board AND place.article = article.id
    LEFT JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions";

pub(super) fn read_hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    let posted = posted_at(row, 7)?;
    let precision = posted
        .as_ref()
        .map(|posted| posted.precision.as_str().to_owned());
    let Named(state) = row.get(11)?;
    Ok(Hit {
        id: row.get(0)?,
        board: row.get(1)?,
        key: ArticleKey::from_stored(row.get(2)?),
        url: row.get(3)?,
        title: row.get(4)?,
        author: row.get(5)?,
        source: row.get(6)?,
        posted_at: posted.map(|posted| posted.at),
        posted_at_precision: precision,
        first_seen_at: row.get::<_, Ms>(10)?.0,
        state,
        gone_at: row.get::<_, Option<Ms>>(12)?.map(|ms| ms.0),
        vanished: records::vanished(row, 18)?,
        revision_count: row.get(13)?,
        text: row.get(14)?,
        category: row.get(15)?,
        comment_count: row.get::<_, Option<Count>>(16)?.map(|n| n.0),
        revised_at: row.get::<_, Option<Ms>>(17)?.map(|ms| ms.0),
    })
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::*;

    #[test]
    fn what_changes_within_a_transaction_becomes_one_segment() {
        let conn = Connection::open_in_memory().unwrap();
        for sql in schema::all() {
            conn.execute_batch(sql).unwrap();
        }
        configure_writer(&conn).unwrap();
        let transaction = conn.unchecked_transaction().unwrap();
        for article in (1..=40).rev() {
            let text = bigrams(&format!("{article}번째 글의 본문이다"));
            replace(
                &transaction,
                ArticleId(article),
                "제목",
                &text,
                Some("기자"),
            )
            .unwrap();
        }
        write_waiting(&transaction).unwrap();
        transaction.commit().unwrap();
        let count = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT count(DISTINCT segid) FROM search_idx"), 1);
        let found = "SELECT count(*) FROM search WHERE search MATCH '\"본문 문이\"'";
        assert_eq!(count(found), 40);
        // Another text in place of the first.
        replace(&conn, ArticleId(1), "제목", &bigrams("다른 글"), None).unwrap();
        write_waiting(&conn).unwrap();
        assert_eq!(count(found), 39);
        assert_eq!(count("SELECT count(*) FROM temp.search_waiting"), 0);
    }
}
