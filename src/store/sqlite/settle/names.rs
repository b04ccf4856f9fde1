//! The names of an article: its key, the keys it had before, and the URLs it answers by.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::pages;
use crate::model::{ArticleId, ArticleKey};

/// The article with this key, or that had it while its number was unknown.
pub(super) fn find(conn: &Connection, key: &ArticleKey) -> rusqlite::Result<Option<ArticleId>> {
    conn.prepare_cached(
        "SELECT id FROM article WHERE key = ?1
         UNION ALL SELECT article FROM key_alias WHERE key = ?1 LIMIT 1",
    )?
    .query_row([key.as_str()], |row| row.get(0).map(ArticleId))
    .optional()
}

pub(super) fn add_alias(conn: &Connection, article: ArticleId, url: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO alias (url, article) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![url, article.0])?;
    Ok(())
}

/// Gives an article that was found by a slug the key with its number. Where that key has an article already, the
/// two are one: the answer is that article, and the other's names lead to it.
pub(super) fn settle_key(
    conn: &Connection,
    article: ArticleId,
    (key, n_revisions): (&ArticleKey, u32),
    id_in_page: Option<&str>,
) -> rusqlite::Result<ArticleId> {
    let Some(id) = id_in_page.filter(|id| !id.is_empty() && !id.contains('/')) else {
        return Ok(article);
    };
    let slug = key.id();
    let Some(scope) = key
        .as_str()
        .strip_suffix(slug)
        .filter(|_| slug.starts_with('~'))
    else {
        return Ok(article);
    };
    let new = ArticleKey::new(scope.trim_end_matches('/'), id);
    match find(conn, &new)? {
        None => {
            conn.execute(
                "UPDATE article SET key = ?2, engine_id = ?3 WHERE id = ?1",
                params![article.0, new.as_str(), new.id()],
            )?;
            add_key(conn, article, key)?;
            Ok(article)
        }
        // Content that was stored under the slug is not thrown away for tidiness: then both stay.
        Some(other) if other == article || n_revisions > 0 => Ok(article),
        Some(other) => {
            merge(conn, article, other)?;
            add_key(conn, other, key)?;
            Ok(other)
        }
    }
}

fn add_key(conn: &Connection, article: ArticleId, key: &ArticleKey) -> rusqlite::Result<()> {
    conn.execute(
        "INSERT INTO key_alias (key, article) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET article = excluded.article",
        params![key.as_str(), article.0],
    )?;
    Ok(())
}

/// `from` holds no content: its names and places go to `to`, and its row goes.
fn merge(conn: &Connection, from: ArticleId, to: ArticleId) -> rusqlite::Result<()> {
    let pair = [from.0, to.0];
    conn.execute(
        "INSERT INTO alias (url, article) SELECT url, ?2 FROM article WHERE id = ?1
         UNION SELECT found_url, ?2 FROM article WHERE id = ?1 ON CONFLICT DO NOTHING",
        pair,
    )?;
    conn.execute("UPDATE alias SET article = ?2 WHERE article = ?1", pair)?;
    conn.execute("UPDATE key_alias SET article = ?2 WHERE article = ?1", pair)?;
    conn.execute(
        "UPDATE OR IGNORE place SET article = ?2 WHERE article = ?1",
        pair,
    )?;
    pages::hand_over(conn, from, to)?;
    conn.execute("DELETE FROM article WHERE id = ?1", [from.0])?;
    // What is about to be stored is the other one's content too: no need to fetch it again.
    conn.execute(
        "DELETE FROM job WHERE kind = 'article' AND article = ?1",
        [to.0],
    )?;
    Ok(())
}
