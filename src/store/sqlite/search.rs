//! The full-text index. Filled in the transaction that stores a revision, by this module alone; what is indexed are
//! the tokens of [`crate::store::search_text`], so any program that speaks FTS5 can search the file.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::records;
use super::values::{Count, Ms, Named, posted_at};
use crate::model::{ArticleId, ArticleKey};
use crate::store::Hit;
use crate::store::search_query::Query;
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

/// Matches that are ranked, about a microsecond each. Of a word that more articles have, the last that were seen: it tells
/// little of any of them.
const MOST_RANKED: u32 = 6_000;

pub(super) const HIT: &str = "SELECT article.id, coalesce(article.moved_to, board.name), article.key, article.url, article.title,
        article.author, article.source, article.posted_at, article.posted_precision, article.posted_text,
        article.first_seen_at, article.state, article.gone_at, article.n_revisions, coalesce(revision.text, ''),
        article.category, article.comment_count, revision.at, place.alive_at, place.missing_at";

pub(super) const JOINED: &str = "JOIN board ON board.id = article.board
    LEFT JOIN place ON place.board = article.board AND place.article = article.id
    LEFT JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions";

/// A condition in SQL, and what stands for its question marks.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push(sql.to_owned());
        self.values.extend(values);
    }

    /// `fits` selects numbers of articles from an index: looking each match up among them costs a third of looking up its
    /// article.
    fn among(&mut self, id: &str, fits: &str, values: impl IntoIterator<Item = Value>) {
        // The mark keeps SQLite from beginning with these.
        self.add(&format!("+{id} IN ({fits})"), values);
    }

    /// What a query says of matches of its words, apart from these.
    fn of_matches(query: &Query) -> Self {
        let mut those = Self::default();
        let id = "search.rowid";
        if let Some(name) = &query.board {
            those.among(
                id,
                "SELECT id FROM article WHERE board = (SELECT id FROM board WHERE name = ?)
                 UNION ALL SELECT id FROM article WHERE moved_to = ?",
                [name.clone().into(), name.clone().into()],
            );
        }
        for (bound, at) in [(">=", query.after), ("<", query.before)] {
            if let Some(at) = at {
                let fits = format!(
                    "SELECT id FROM article WHERE coalesce(posted_at, first_seen_at) {bound} ?"
                );
                those.among(id, &fits, [at.as_millisecond().into()]);
            }
        }
        those.narrow(query, id);
        those
    }

    /// What a query without words says. Boards and dates have indexes that hold what is shown in order.
    fn of_articles(query: &Query) -> Self {
        let mut those = Self::default();
        if let Some(name) = &query.board {
            those.add(
                "(article.board = (SELECT id FROM board WHERE name = ?) OR article.moved_to = ?)",
                [name.clone().into(), name.clone().into()],
            );
        }
        for (bound, at) in [(">=", query.after), ("<", query.before)] {
            if let Some(at) = at {
                let fits = format!("coalesce(article.posted_at, article.first_seen_at) {bound} ?");
                those.add(&fits, [at.as_millisecond().into()]);
            }
        }
        those.narrow(query, "article.id");
        those
    }

    /// What few articles are.
    fn narrow(&mut self, query: &Query, id: &str) {
        if let Some(source) = &query.source {
            // From each name to the next one: there are few.
            self.among(
                id,
                "SELECT id FROM article WHERE source IN (
                    WITH RECURSIVE known (name) AS (
                        SELECT min(source) FROM article WHERE source IS NOT NULL
                        UNION ALL
                        SELECT (SELECT min(source) FROM article WHERE source > known.name)
                        FROM known WHERE known.name IS NOT NULL)
                    SELECT name FROM known WHERE instr(lower(name), lower(?)) > 0)",
                [source.clone().into()],
            );
        }
        if query.gone {
            // The index of states begins with boards.
            self.among(
                id,
                "SELECT id FROM article WHERE board IN (SELECT id FROM board) AND state = 'gone'",
                [],
            );
        }
        if query.edited {
            // An edit is a revision that a visit found after the first one.
            self.among(
                id,
                "SELECT id FROM article WHERE n_revisions > 1 AND EXISTS (
                    SELECT 1 FROM revision AS edit
                    WHERE edit.article = article.id AND edit.number > 1 AND edit.kind = 'visit')",
                [],
            );
        }
    }
}

/// Up to `limit` articles behind the first `skip`. `None`: there is no index for the words of the query.
pub(super) fn find(
    conn: &Connection,
    query: &Query,
    limit: u32,
    skip: u32,
) -> rusqlite::Result<Option<Vec<Hit>>> {
    if query.expression.is_some() && !is_current(conn)? {
        return Ok(None);
    }
    let (sql, values) = select(query, limit, skip);
    conn.prepare_cached(&sql)?
        .query_map(params_from_iter(values), read_hit)?
        .collect::<rusqlite::Result<_>>()
        .map(Some)
}

/// First which articles, by as little of each as will do; then all of these few.
fn select(query: &Query, limit: u32, skip: u32) -> (String, Vec<Value>) {
    let (found, mut values) = which(query, u64::from(limit) + u64::from(skip));
    values.extend([i64::from(limit).into(), i64::from(skip).into()]);
    let sql = format!(
        "{HIT} FROM (SELECT id, score FROM ({found}) ORDER BY score, id DESC LIMIT ? OFFSET ?) AS found
         CROSS JOIN article ON article.id = found.id {JOINED} ORDER BY found.score, found.id DESC"
    );
    (sql, values)
}

/// Selects `id` and `score` of what fits, at least the best `n_wanted`; the least score is the best.
fn which(query: &Query, n_wanted: u64) -> (String, Vec<Value>) {
    const NEWEST: &str = "coalesce(article.posted_at, article.first_seen_at)";
    let mut those = Conditions::default();
    let Some(expression) = &query.expression else {
        let those = Conditions::of_articles(query);
        let fits = those.sql.iter().map(|sql| format!(" AND {sql}"));
        let fits: String = fits.collect();
        let sql = format!(
            "SELECT article.id, -{NEWEST} AS score FROM article WHERE TRUE{fits}
             ORDER BY {NEWEST} DESC, article.id DESC LIMIT {n_wanted}"
        );
        return (sql, those.values);
    };
    match &query.telling {
        // How common a phrase is must be counted for each one that ranks, and for each query.
        Some(telling) if !query.newest_first => {
            those.add("search MATCH ?", [telling.clone().into()]);
            // Of the second walk each row is looked up, not the first walk done for each row.
            those.add(
                "+search.rowid IN (SELECT rowid FROM search WHERE search MATCH ?)",
                [expression.clone().into()],
            );
        }
        _ => those.add("search MATCH ?", [expression.clone().into()]),
    }
    let narrowed = Conditions::of_matches(query);
    those.sql.extend(narrowed.sql);
    those.values.extend(narrowed.values);
    let fits = those.sql.join(" AND ");
    let sql = match query.newest_first {
        true => format!(
            "SELECT search.rowid AS id, -{NEWEST} AS score FROM search
             CROSS JOIN article ON article.id = search.rowid WHERE {fits}"
        ),
        // Title, text and author weigh differently.
        false => format!(
            "SELECT search.rowid AS id, bm25(search, 4.0, 1.0, 2.0) AS score FROM search
             WHERE {fits} ORDER BY search.rowid DESC LIMIT {MOST_RANKED}"
        ),
    };
    (sql, those.values)
}

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
    use jiff::tz::TimeZone;
    use rusqlite::StatementStatus;

    use super::*;
    use crate::store::sqlite::schema;

    /// A board whose every article says the same, from `first` to `last`.
    fn add(conn: &Connection, first: u32, last: u32) {
        conn.execute(
            "INSERT OR IGNORE INTO board (id, name, url, key, host, profile, added_at)
             VALUES (1, 'news', '', '', '', '', 0)",
            [],
        )
        .unwrap();
        conn.execute(
            "WITH RECURSIVE n (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
             INSERT INTO article (id, board, key, engine_id, url, found_url, state, listed_title, title, secret,
                first_seen_at, last_seen_at)
             SELECT n, 1, n, n, n, n, 'stored', '', '', 0, n, n FROM n",
            [first, last],
        )
        .unwrap();
        conn.execute(
            "INSERT INTO search (rowid, title, text, author) SELECT id, '', ?2, '' FROM article WHERE id >= ?1",
            params![first, bigrams("도서관 소식을 함께 전한다")],
        )
        .unwrap();
    }

    /// Steps of SQLite's machine: the same on every computer.
    fn steps(conn: &Connection, query: &str) -> i32 {
        let (sql, values) = select(&Query::parse(query, &TimeZone::UTC), 20, 0);
        let mut statement = conn.prepare(&sql).unwrap();
        let mut rows = statement.query(params_from_iter(values)).unwrap();
        let mut n_found = 0;
        while rows.next().unwrap().is_some() {
            n_found += 1;
        }
        assert_eq!(n_found, 20, "{query}");
        drop(rows);
        statement.get_status(StatementStatus::VmStep)
    }

    #[test]
    fn a_word_that_all_have_costs_no_more_in_a_larger_archive() {
        let conn = Connection::open_in_memory().unwrap();
        for sql in schema::all() {
            conn.execute_batch(sql).unwrap();
        }
        add(&conn, 1, MOST_RANKED + 1_000);
        let queries = ["도서관", "\"도서관 소식을\""];
        let smaller = queries.map(|query| steps(&conn, query));
        add(&conn, MOST_RANKED + 1_001, 2 * MOST_RANKED);
        let larger = queries.map(|query| steps(&conn, query));
        for (i, query) in queries.iter().enumerate() {
            let (smaller, larger) = (smaller[i], larger[i]);
            assert!(
                larger <= smaller + smaller / 50,
                "{query}: {smaller} steps, then {larger}"
            );
            // And few of them a match: nothing of an article is looked at that does not rank or narrow.
            assert!(larger < 30 * MOST_RANKED as i32, "{query}: {larger} steps");
        }
        // What narrows is read from an index, whole: a few steps an article.
        for narrow in ["board:news", "after:1970", "before:1971"] {
            let steps = steps(&conn, &format!("도서관 {narrow}"));
            let most = larger[0] + 16 * 2 * MOST_RANKED as i32;
            assert!(steps < most, "{narrow}: {steps} steps");
        }
    }
}
