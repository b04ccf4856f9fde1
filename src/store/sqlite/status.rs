//! How each board stands, and what the file is made of.

use rusqlite::{Connection, OptionalExtension, params};

use super::values::{Count, Ms, Named};
use super::{audit, health, passes};
use crate::model::{ArticleState, Board};
use crate::store::{BoardCounts, BoardStatus, PassSummary, SizeOnDisk};

pub(super) fn boards(conn: &Connection) -> rusqlite::Result<Vec<BoardStatus>> {
    // One walk through an index that has both.
    let n_comments = audit::by_board(
        conn,
        "SELECT board, sum(n_comments) FROM article WHERE n_comments > 0 GROUP BY board",
    )?;
    passes::boards(conn)?
        .into_iter()
        .map(|board| {
            let n_comments = n_comments.get(&board.id.0).copied().unwrap_or_default();
            status(conn, board, n_comments)
        })
        .collect()
}

fn status(conn: &Connection, board: Board, n_comments: u64) -> rusqlite::Result<BoardStatus> {
    let open_pass = passes::open_pass(conn, board.id)?;
    let last_pass = passes::last_pass(conn, board.id, false)?;
    let number = |sql: &str| {
        conn.prepare_cached(sql)?
            .query_row([board.id.0], |row| row.get::<_, Count>(0).map(|n| n.0))
    };
    Ok(BoardStatus {
        counts: counts(conn, &board, n_comments)?,
        n_jobs_queued: number("SELECT count(*) FROM job WHERE board = ?1")?,
        n_gaps: number("SELECT count(*) FROM gap WHERE board = ?1 AND closed_at IS NULL")?,
        trouble: trouble(conn, &board)?,
        health: health::of_board(conn, board.id)?,
        last_pass: last_pass.map(PassSummary::from),
        open_pass: open_pass.map(PassSummary::from),
        board,
    })
}

fn counts(conn: &Connection, board: &Board, n_comments: u64) -> rusqlite::Result<BoardCounts> {
    let mut counts = BoardCounts {
        name: board.name.clone(),
        url: board.url.to_string(),
        profile: board.profile.clone(),
        n_comments,
        ..BoardCounts::default()
    };
    // Indexes answer alone.
    let newest: Option<Ms> = conn
        .prepare_cached("SELECT max(posted_at) FROM article WHERE board = ?1")?
        .query_row([board.id.0], |row| row.get(0))?;
    counts.newest_posted_at = newest.map(|ms| ms.0);
    let mut by_state =
        conn.prepare_cached("SELECT state, count(*) FROM article WHERE board = ?1 GROUP BY state")?;
    let mut rows = by_state.query([board.id.0])?;
    while let Some(row) = rows.next()? {
        let Named(state) = row.get(0)?;
        let Count(n) = row.get(1)?;
        match state {
            ArticleState::Pending => counts.n_pending = n,
            ArticleState::Stored => counts.n_stored = n,
            ArticleState::Restricted => counts.n_restricted = n,
            ArticleState::Gone => counts.n_gone = n,
            ArticleState::Failed => counts.n_failed = n,
        }
        counts.n_articles += n;
    }
    Ok(counts)
}

/// Why the board is not being read: its profile does not fit any more, it was stopped, the listing does not answer, or its
/// host is left alone since the last request to it.
fn trouble(conn: &Connection, board: &Board) -> rusqlite::Result<Option<String>> {
    let misfit: Option<String> = conn
        .prepare_cached(
            "SELECT summary || '; not repaired: ' || why_not FROM fit
             WHERE board = ?1 AND broken_since IS NOT NULL",
        )?
        .query_row([board.id.0], |row| row.get(0))
        .optional()?;
    if misfit.is_some() {
        return Ok(misfit);
    }
    let stopped: Option<String> = conn
        .prepare_cached(
            "SELECT CASE WHEN end_word = 'stopped' THEN coalesce(note, 'stopped') END FROM pass
             WHERE board = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([board.id.0], |row| row.get(0))
        .optional()?
        .flatten();
    if stopped.is_some() {
        return Ok(stopped);
    }
    let unanswered: Option<String> = conn
        .prepare_cached(
            "SELECT last_error FROM job
             WHERE board = ?1 AND kind = 'listing' AND page = 1 AND last_error IS NOT NULL
                -- A verdict says it already.
                AND NOT EXISTS (SELECT 1 FROM health WHERE board = ?1 AND verdict IS NOT NULL) LIMIT 1",
        )?
        .query_row([board.id.0], |row| row.get(0))
        .optional()?;
    if let Some(error) = unanswered {
        return Ok(Some(format!(
            "its listing could not be read so far: {error}"
        )));
    }
    conn.prepare_cached(
        "SELECT paused_until, pause_reason FROM host WHERE host = ?1
            AND paused_until > coalesce((SELECT max(at) FROM request WHERE host = ?1), 0)",
    )?
    .query_row(params![board.host], |row| {
        let Ms(until) = row.get(0)?;
        let reason: Option<String> = row.get(1)?;
        Ok(format!(
            "{} is left alone until {until:.0} ({})",
            board.host,
            reason.as_deref().unwrap_or("no reason given")
        ))
    })
    .optional()
}

/// Up to this size every page of the file is looked at, which takes some seconds; a bigger file is added up from the
/// lengths in its rows, which leaves out indexes and slack.
const MAX_LOOKED_THROUGH_BYTES: u64 = 2 << 30;

pub(super) fn size_on_disk(conn: &Connection, file_bytes: u64) -> rusqlite::Result<SizeOnDisk> {
    if file_bytes <= MAX_LOOKED_THROUGH_BYTES {
        look_through(conn, file_bytes)
    } else {
        add_up(conn, file_bytes)
    }
}

/// What each table and its indexes take, whole pages (sqlite.org/dbstat.html).
fn look_through(conn: &Connection, file_bytes: u64) -> rusqlite::Result<SizeOnDisk> {
    let mut size = SizeOnDisk {
        file_bytes,
        ..SizeOnDisk::default()
    };
    let mut select = conn.prepare(
        "SELECT coalesce(sqlite_schema.tbl_name, stat.name), sum(stat.pgsize) FROM dbstat AS stat
         LEFT JOIN sqlite_schema ON sqlite_schema.name = stat.name WHERE stat.aggregate = TRUE GROUP BY 1",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        let Count(bytes) = row.get(1)?;
        let kind = match table.as_str() {
            "article" | "place" | "alias" | "key_alias" => &mut size.articles_bytes,
            "revision" => &mut size.revisions_bytes,
            "comment" | "comment_before" => &mut size.comments_bytes,
            "page" | "visit" | "dictionary" => &mut size.raw_pages_bytes,
            "request" => &mut size.receipts_bytes,
            "text" | "fingerprint" | "copy" | "furniture" | "sample" => &mut size.copies_bytes,
            sketch if sketch.starts_with("sketch") => &mut size.copies_bytes,
            search if search.starts_with("search") => &mut size.search_bytes,
            _ => &mut size.other_bytes,
        };
        *kind += bytes;
    }
    size.other_bytes = rest(&size);
    Ok(size)
}

fn add_up(conn: &Connection, file_bytes: u64) -> rusqlite::Result<SizeOnDisk> {
    let sum = |lengths: &str, table: &str| {
        let sql = format!("SELECT coalesce(sum({lengths}), 0) FROM {table}");
        conn.query_row(&sql, [], |row| row.get::<_, Count>(0).map(|n| n.0))
    };
    let mut size = SizeOnDisk {
        file_bytes,
        articles_bytes: sum(
            "octet_length(key) + octet_length(url) + octet_length(found_url) + octet_length(title)
                + octet_length(listed_title)",
            "article",
        )?,
        revisions_bytes: sum("octet_length(text) + octet_length(html)", "revision")?,
        comments_bytes: sum("coalesce(octet_length(text), 0)", "comment")?,
        raw_pages_bytes: sum("octet_length(body)", "page")?
            + sum("octet_length(body)", "dictionary")?,
        search_bytes: sum("octet_length(block)", "search_data")?,
        copies_bytes: sum("octet_length(entries)", "sketch_bucket")?
            + sum("octet_length(texts)", "sketch_recent")?
            + sum("octet_length(bits)", "sketch_filter")?
            + sum("2 * octet_length(hash)", "text")?,
        receipts_bytes: sum("octet_length(url) + octet_length(allowed_by)", "request")?,
        other_bytes: 0,
    };
    size.other_bytes = rest(&size);
    Ok(size)
}

/// What no kind accounts for.
fn rest(size: &SizeOnDisk) -> u64 {
    let known = size.articles_bytes
        + size.revisions_bytes
        + size.comments_bytes
        + size.raw_pages_bytes
        + size.search_bytes
        + size.copies_bytes
        + size.receipts_bytes;
    size.file_bytes.saturating_sub(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_measure_know_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = Connection::open(&path).unwrap();
        super::super::schema::configure_writer(&conn).unwrap();
        super::super::schema::migrate(&conn, &path).unwrap();
        conn.execute_batch(
            "INSERT INTO board VALUES (1, 'news', 'http://b.test/', 'b.test/news', 'b.test', 'rhymix', 0);
             INSERT INTO article (id, board, key, engine_id, url, found_url, state, listed_title, title, secret,
                first_seen_at, last_seen_at)
                VALUES (1, 1, 'b.test/1', '1', 'http://b.test/1', 'http://b.test/1', 'stored', 'x', 'x', 0, 0, 0);
             INSERT INTO revision VALUES (1, 1, 1, 0, 'x', NULL, 'text', x'00', '[]', '[]', '[]', x'00', 'visit', NULL);
             INSERT INTO comment (article, key, page, position, depth, text, secret, round, first_seen_at)
                VALUES (1, 'c', 1, 0, 0, 'words', 0, 1, 0);
             INSERT INTO page (hash, body_bytes, body) VALUES (x'00', 3, x'000102');
             INSERT INTO request VALUES (1, 'b.test', 'http://b.test/', 0, 200, 0, 0, 'listing', 'x', NULL);
             INSERT INTO text (hash, n_articles, first_at, board, story) VALUES (x'00', 1, 0, 1, 1);
             INSERT INTO search (rowid, title, text, author) VALUES (1, 'x', 'y', 'z');",
        )
        .unwrap();
        let looked = look_through(&conn, 1 << 20).unwrap();
        let added = add_up(&conn, 1 << 20).unwrap();
        for size in [&looked, &added] {
            for bytes in [
                size.articles_bytes,
                size.revisions_bytes,
                size.comments_bytes,
                size.raw_pages_bytes,
                size.search_bytes,
                size.copies_bytes,
                size.receipts_bytes,
                size.other_bytes,
            ] {
                assert!(bytes > 0, "{size:?}");
            }
        }
        assert!(looked.revisions_bytes >= 4096 && added.revisions_bytes < 4096);
    }
}
