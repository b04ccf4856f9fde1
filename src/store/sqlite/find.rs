//! Which articles does a query find, and in which order? In: a [`Query`]. Out: hits.
//!
//! Three steps, of which only the last one reads rows of articles, and of these no more than are shown: what narrows is read
//! from indexes into a set of numbers; words are looked up in the full-text index, newest first, and held against that set;
//! what remains is ranked. What each costs is bounded by the number of articles (some tens of nanoseconds for each), or by
//! [`MOST_RANKED`].

use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::search::{HIT, JOINED, is_current, read_hit};
use crate::store::Hit;
use crate::store::search_query::Query;

/// Matches that are ranked, about a microsecond each. Of words that more articles have, the last that were seen: they tell
/// little of any of them.
const MOST_RANKED: u32 = 3_000;

const MATCHES: &str = "SELECT rowid FROM search
    WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 AND (?4 IS NULL OR holds(?4, rowid))
    ORDER BY rowid DESC LIMIT ?5";

/// Title, text and author weigh differently.
fn best_of() -> String {
    format!(
        "{HIT} FROM (
            SELECT rowid AS id, bm25(search, 4.0, 1.0, 2.0) AS score FROM search
            WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 AND holds(?4, rowid)
            ORDER BY score, rowid DESC LIMIT ?5 OFFSET ?6) AS found
         CROSS JOIN article ON article.id = found.id {JOINED} ORDER BY found.score, found.id DESC"
    )
}

const WHEN: &str = "coalesce(article.posted_at, article.first_seen_at)";

/// Gives SQL the function `holds(set, id)`, whose sets are [`IdSet`]s.
pub(super) fn add_functions(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    conn.create_scalar_function("holds", 2, flags, |context| {
        let (bits, id) = (context.get_raw(0).as_blob()?, context.get_raw(1).as_i64()?);
        Ok(is_in(bits, id))
    })
}

/// Numbers of articles, a bit each: filled and asked in a tenth of the time that a table of SQL takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct IdSet {
    bits: Vec<u8>,
}

/// A byte of a set, and the bit in it.
fn place(id: i64) -> Option<(usize, u8)> {
    let id = usize::try_from(id).ok()?;
    Some((id / 8, 1 << (id % 8)))
}

fn is_in(bits: &[u8], id: i64) -> bool {
    place(id).is_some_and(|(byte, bit)| bits.get(byte).is_some_and(|held| held & bit != 0))
}

impl IdSet {
    /// What a statement with one column selects.
    fn of(conn: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Self> {
        let mut set = Self::default();
        let mut select = conn.prepare_cached(sql)?;
        let mut rows = select.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            set.add(row.get(0)?);
        }
        Ok(set)
    }

    fn add(&mut self, id: i64) {
        let Some((byte, bit)) = place(id) else {
            return;
        };
        if byte >= self.bits.len() {
            self.bits.resize(byte + 1, 0);
        }
        self.bits[byte] |= bit;
    }

    fn keep(&mut self, others: &Self) {
        self.bits.truncate(others.bits.len());
        for (held, other) in self.bits.iter_mut().zip(&others.bits) {
            *held &= other;
        }
    }

    /// Of its lowest and highest number, or wider by up to seven. `None`: it is empty.
    fn bounds(&self) -> Option<(i64, i64)> {
        let holds_any = |byte: &u8| *byte != 0;
        let first = self.bits.iter().position(holds_any)?;
        let last = self.bits.iter().rposition(holds_any)?;
        let number = |bit: usize| i64::try_from(bit).unwrap_or(i64::MAX);
        Some((number(first * 8), number(last * 8 + 7)))
    }
}

impl FromIterator<i64> for IdSet {
    fn from_iter<I: IntoIterator<Item = i64>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.add(id));
        set
    }
}

impl ToSql for IdSet {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.bits)))
    }
}

/// Up to `limit` articles behind the first `skip`. `None`: there is no index for the words of the query.
pub(super) fn find(
    conn: &Connection,
    query: &Query,
    limit: u32,
    skip: u32,
) -> rusqlite::Result<Option<Vec<Hit>>> {
    if query.index_words.is_some() && !is_current(conn)? {
        return Ok(None);
    }
    let fits = narrowed(conn, query)?;
    let Some(words) = &query.index_words else {
        return newest(conn, query, fits.as_ref(), limit, skip).map(Some);
    };
    if query.newest_first {
        let all = matches(conn, &words.expression, fits.as_ref(), u32::MAX)?;
        let all: IdSet = all.into_iter().collect();
        return newest(conn, query, Some(&all), limit, skip).map(Some);
    }
    let fits = match (in_time(conn, query)?, fits) {
        (Some(mut time), Some(fits)) => {
            time.keep(&fits);
            Some(time)
        }
        (time, fits) => time.or(fits),
    };
    let last_seen = matches(conn, &words.expression, fits.as_ref(), MOST_RANKED)?;
    // Few are found of a rare word; of a common one, too, where the query narrows.
    let is_rare = fits.is_none() && last_seen.len() < MOST_RANKED as usize;
    let ranking = match is_rare {
        true => &words.ranking,
        false => &words.cheap_ranking,
    };
    best(conn, ranking, &last_seen, limit, skip).map(Some)
}

/// When an article was posted is to be at or after the one and before the other.
fn time_bounds(query: &Query) -> (i64, i64) {
    let ms =
        |at: Option<jiff::Timestamp>, otherwise| at.map_or(otherwise, |at| at.as_millisecond());
    (ms(query.after, i64::MIN), ms(query.before, i64::MAX))
}

/// What was posted when the query says. `None`: it says nothing of that.
fn in_time(conn: &Connection, query: &Query) -> rusqlite::Result<Option<IdSet>> {
    if query.after.is_none() && query.before.is_none() {
        return Ok(None);
    }
    let (after, before) = time_bounds(query);
    let sql = format!("SELECT id FROM article WHERE {WHEN} >= ?1 AND {WHEN} < ?2");
    IdSet::of(conn, &sql, &[after.into(), before.into()]).map(Some)
}

/// All else that the query says of what it finds, apart from its words. `None`: nothing.
fn narrowed(conn: &Connection, query: &Query) -> rusqlite::Result<Option<IdSet>> {
    let mut fits: Option<IdSet> = None;
    let mut narrow = |sql: &str, values: &[Value]| -> rusqlite::Result<()> {
        let more = IdSet::of(conn, sql, values)?;
        match &mut fits {
            Some(fits) => fits.keep(&more),
            None => fits = Some(more),
        }
        Ok(())
    };
    if let Some(name) = &query.board {
        narrow(
            "SELECT id FROM article WHERE board = (SELECT id FROM board WHERE name = ?1)
             UNION ALL SELECT id FROM article WHERE moved_to = ?1",
            &[name.clone().into()],
        )?;
    }
    if let Some(source) = &query.source {
        // From each name to the next one: there are few.
        narrow(
            "SELECT id FROM article WHERE source IN (
                WITH RECURSIVE known (name) AS (
                    SELECT min(source) FROM article WHERE source IS NOT NULL
                    UNION ALL
                    SELECT (SELECT min(source) FROM article WHERE source > known.name)
                    FROM known WHERE known.name IS NOT NULL)
                SELECT name FROM known WHERE instr(lower(name), lower(?1)) > 0)",
            &[source.clone().into()],
        )?;
    }
    if query.gone {
        // The index of states begins with boards.
        narrow(
            "SELECT id FROM article WHERE board IN (SELECT id FROM board) AND state = 'gone'",
            &[],
        )?;
    }
    if query.edited {
        // An edit is a revision that a visit found after the first one.
        narrow(
            "SELECT id FROM article WHERE n_revisions > 1 AND EXISTS (
                SELECT 1 FROM revision AS edit
                WHERE edit.article = article.id AND edit.number > 1 AND edit.kind = 'visit')",
            &[],
        )?;
    }
    Ok(fits)
}

/// Those that have the words, at most so many, the last that were seen first.
fn matches(
    conn: &Connection,
    expression: &str,
    fits: Option<&IdSet>,
    most: u32,
) -> rusqlite::Result<Vec<i64>> {
    let (least, last) = match fits.map(IdSet::bounds) {
        Some(Some(bounds)) => bounds,
        Some(None) => return Ok(Vec::new()),
        None => (i64::MIN, i64::MAX),
    };
    conn.prepare_cached(MATCHES)?
        .query_map((expression, least, last, fits, most), |row| row.get(0))?
        .collect()
}

/// Of some articles those that a ranking puts first. `ids` fall.
fn best(
    conn: &Connection,
    ranking: &str,
    ids: &[i64],
    limit: u32,
    skip: u32,
) -> rusqlite::Result<Vec<Hit>> {
    let (Some(most), Some(least)) = (ids.first(), ids.last()) else {
        return Ok(Vec::new());
    };
    let set: IdSet = ids.iter().copied().collect();
    conn.prepare_cached(&best_of())?
        .query_map((ranking, least, most, &set, limit, skip), read_hit)?
        .collect()
}

/// By date, of all or of some, in the time that the query gives.
fn newest(
    conn: &Connection,
    query: &Query,
    of: Option<&IdSet>,
    limit: u32,
    skip: u32,
) -> rusqlite::Result<Vec<Hit>> {
    let sql = format!(
        "{HIT} FROM (
            SELECT article.id FROM article
            WHERE {WHEN} >= ?1 AND {WHEN} < ?2 AND (?3 IS NULL OR holds(?3, article.id))
            ORDER BY {WHEN} DESC, article.id DESC LIMIT ?4 OFFSET ?5) AS found
         CROSS JOIN article ON article.id = found.id {JOINED} ORDER BY {WHEN} DESC, article.id DESC"
    );
    if of.is_some_and(|of| of.bounds().is_none()) {
        return Ok(Vec::new());
    }
    let (after, before) = time_bounds(query);
    conn.prepare_cached(&sql)?
        .query_map((after, before, of, limit, skip), read_hit)?
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use rusqlite::StatementStatus;
    use rusqlite::params;

    use super::*;
    use crate::store::search_text::bigrams;
    use crate::store::sqlite::{schema, search};

    fn archive() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        for sql in schema::all() {
            conn.execute_batch(sql).unwrap();
        }
        add_functions(&conn).unwrap();
        search::configure_writer(&conn).unwrap();
        search::bring_up_to_date(&conn, true).unwrap();
        conn
    }

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
        let query = Query::parse(query, &TimeZone::UTC);
        let statements = [MATCHES, &best_of()];
        let n_steps = |sql: &str| {
            let statement = conn.prepare_cached(sql).unwrap();
            statement.reset_status(StatementStatus::VmStep)
        };
        // What was counted before is of other queries.
        let _ = statements.map(n_steps);
        let found = find(conn, &query, 20, 0).unwrap().expect("an index");
        assert_eq!(found.len(), 20);
        // Statements that were made ready before are counted together.
        statements.map(n_steps).iter().sum()
    }

    #[test]
    fn a_word_that_all_have_costs_no_more_in_a_larger_archive() {
        let conn = archive();
        add(&conn, 1, MOST_RANKED + 1_000);
        let queries = [
            "도서관",
            "\"도서관 소식을\"",
            "도서관 소식을 함께 전한다",
            "도서관 board:news",
            "도서관 after:1970 before:1971",
        ];
        let smaller = queries.map(|query| steps(&conn, query));
        add(&conn, MOST_RANKED + 1_001, 3 * MOST_RANKED);
        let larger = queries.map(|query| steps(&conn, query));
        for (i, query) in queries.iter().enumerate() {
            let (smaller, larger) = (smaller[i], larger[i]);
            assert!(
                larger <= smaller + smaller / 50,
                "{query}: {smaller} steps, then {larger}"
            );
            // And few of them a match: nothing of an article is looked at that is not shown.
            assert!(larger < 40 * MOST_RANKED as i32, "{query}: {larger} steps");
        }
    }

    #[test]
    fn by_date_or_by_rank_the_same_articles_are_found() {
        let conn = archive();
        add(&conn, 1, 100);
        let ids = |text: &str, newest_first| {
            let mut query = Query::parse(text, &TimeZone::UTC);
            query.newest_first = newest_first;
            let found = find(&conn, &query, 200, 0).unwrap().expect("an index");
            found.iter().map(|hit| hit.id).collect::<Vec<_>>()
        };
        let all: Vec<i64> = (1..=100).rev().collect();
        for query in ["도서관", "소식 도서", "board:news 도서관", "board:news", ""] {
            assert_eq!(ids(query, false), all, "{query}");
            assert_eq!(ids(query, true), all, "{query}");
        }
        assert_eq!(ids("board:other 도서관", false), [0; 0]);
        assert_eq!(ids("board:news is:gone", true), [0; 0]);
    }

    proptest! {
        #[test]
        fn a_set_holds_what_both_have(
            first in proptest::collection::btree_set(0..200_i64, 0..60),
            second in proptest::collection::btree_set(0..300_i64, 0..60),
        ) {
            let set = |ids: &std::collections::BTreeSet<i64>| {
                ids.iter().copied().collect::<IdSet>()
            };
            let mut both = set(&first);
            both.keep(&set(&second));
            for id in -1..310 {
                let held = first.contains(&id) && second.contains(&id);
                prop_assert_eq!(is_in(&both.bits, id), held);
            }
            let held: Vec<i64> = first.intersection(&second).copied().collect();
            prop_assert_eq!(both.bounds().is_none(), held.is_empty());
            if let (Some((least, most)), [lowest, .., highest]) = (both.bounds(), &held[..]) {
                prop_assert!((lowest - 7..=*lowest).contains(&least) && (*highest..=highest + 7).contains(&most));
            }
        }
    }
}
