//! The full-text index. Filled in the transaction that stores a revision, by this module alone; what is indexed are
//! the tokens of [`crate::store::search_text`], so any program that speaks FTS5 can search the file.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::ArticleId;
use crate::store::search_text::{self, bigrams};

const VERSION_NAME: &str = "search_version";

/// Puts an article's newest words in place of its earlier ones.
pub(super) fn replace(
    conn: &Connection,
    article: ArticleId,
    title: &str,
    text_tokens: &str,
    author: Option<&str>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?
        .execute([article.0])?;
    conn.prepare_cached("INSERT INTO search (rowid, title, text, author) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            article.0,
            bigrams(title),
            text_tokens,
            bigrams(author.unwrap_or_default())
        ])?;
    Ok(())
}

/// Makes the index fit `wanted` and this program's tokens: builds it anew where it was made by others or not at
/// all, and notes where it will not be kept up.
pub(super) fn bring_up_to_date(conn: &Connection, wanted: bool) -> rusqlite::Result<()> {
    let held: Option<String> = conn
        .query_row(
            "SELECT value FROM meta WHERE name = ?1",
            [VERSION_NAME],
            |row| row.get(0),
        )
        .optional()?;
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

fn rebuild(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("INSERT INTO search (search) VALUES ('delete-all')", [])?;
    let mut stored = conn.prepare(
        "SELECT article.id, article.title, revision.text, article.author FROM article
         JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions",
    )?;
    let mut rows = stored.query([])?;
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
    }
    Ok(())
}

/// Articles that hold all words of a query, best first. For the search command to come.
pub(super) fn find(conn: &Connection, query: &str, limit: u32) -> rusqlite::Result<Vec<ArticleId>> {
    let Some(expression) = search_text::match_expression(query) else {
        return Ok(Vec::new());
    };
    conn.prepare_cached("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rank LIMIT ?2")?
        .query_map(params![expression, limit], |row| row.get(0).map(ArticleId))?
        .collect()
}
