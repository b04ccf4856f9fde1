//! Notifiers, and messages that wait for them.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use super::values::{Count, Json, Ms, Named};
use super::{SqliteStore, check_to_read, hosts, schema, sql_error};
use crate::model::Receipt;
use crate::store::{
    Answer, Delivery, EventArticle, EventRecord, MessageRecord, NewMessage, NotifierRecord,
    NotifierState, Outbox, VerdictRecord,
};

/// Milliseconds above which a post's age at its finding makes it no news.
const OLD_MS: i64 = 7 * 86_400_000;

const MESSAGE: &str =
    "SELECT id, notifier, key, made_at, due_at, n_tries, error, events FROM message";

impl Outbox for SqliteStore {
    async fn set_notifiers(&self, names: Vec<String>) -> Answer<()> {
        self.write("taking over the notifiers", move |conn| {
            set_notifiers(conn, &names)
        })
        .await
    }

    async fn notifier(&self, name: &str) -> Answer<Option<NotifierState>> {
        let name = name.to_owned();
        self.read("looking at a notifier", move |conn| state(conn, &name))
            .await
    }

    async fn events_after(&self, event: i64, limit: u32) -> Answer<Vec<EventRecord>> {
        self.read("reading events", move |conn| {
            events_after(conn, event, limit)
        })
        .await
    }

    async fn queue(
        &self,
        notifier: &str,
        before: i64,
        last_event: i64,
        messages: Vec<NewMessage>,
        at: Timestamp,
    ) -> Answer<()> {
        let notifier = notifier.to_owned();
        self.write("queueing messages", move |conn| {
            queue(conn, &notifier, before, last_event, &messages, at)
        })
        .await
    }

    async fn next_message(&self, notifier: &str) -> Answer<Option<MessageRecord>> {
        let notifier = notifier.to_owned();
        self.read("looking for a message", move |conn| {
            conn.prepare_cached(&format!(
                "{MESSAGE} WHERE notifier = ?1 AND due_at IS NOT NULL ORDER BY due_at, id LIMIT 1"
            ))?
            .query_row([notifier], message)
            .optional()
        })
        .await
    }

    async fn record(
        &self,
        message: i64,
        notifier: &str,
        delivery: Delivery,
        receipt: Option<Receipt>,
        at: Timestamp,
    ) -> Answer<()> {
        let notifier = notifier.to_owned();
        self.write("writing down a try", move |conn| {
            record(conn, message, &notifier, &delivery, at)?;
            hosts::keep_receipts(conn, receipt.as_slice())
        })
        .await
    }
}

fn set_notifiers(conn: &Connection, names: &[String]) -> rusqlite::Result<()> {
    conn.execute(
        "DELETE FROM notifier WHERE name NOT IN (SELECT value FROM json_each(?1))",
        [Json(names)],
    )?;
    // Numbers are never given twice: the last one that was given is kept even when its event is gone.
    conn.execute(
        "INSERT INTO notifier (name, last_event)
         SELECT value, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)
         FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING",
        [Json(names)],
    )?;
    Ok(())
}

fn state(conn: &Connection, name: &str) -> rusqlite::Result<Option<NotifierState>> {
    conn.prepare_cached(
        "SELECT last_event, sent_at, paused_until,
            (SELECT count(*) FROM message WHERE notifier = ?1 AND due_at IS NOT NULL)
         FROM notifier WHERE name = ?1",
    )?
    .query_row([name], |row| {
        Ok(NotifierState {
            last_event: row.get(0)?,
            sent_at: moment(row, 1)?,
            paused_until: moment(row, 2)?,
            n_waiting: row.get::<_, Count>(3)?.0,
        })
    })
    .optional()
}

fn events_after(conn: &Connection, event: i64, limit: u32) -> rusqlite::Result<Vec<EventRecord>> {
    conn.prepare_cached(
        "SELECT event.id, event.at, event.kind, board.name, event.revision, event.note,
            article.id, article.key, article.url, article.title, article.author, article.posted_at,
            revision.text,
            event.kind = 'stored' AND (
                article.first_seen_at <= coalesce(
                    (SELECT ended_at FROM pass WHERE pass.board = event.board AND ended_at IS NOT NULL
                     ORDER BY id LIMIT 1),
                    article.first_seen_at)
                OR coalesce(event.at - article.posted_at > ?3, false))
         FROM event JOIN board ON board.id = event.board
         LEFT JOIN article ON article.id = event.article
         LEFT JOIN revision ON revision.article = article.id AND revision.number = article.n_revisions
         WHERE event.id > ?1 ORDER BY event.id LIMIT ?2",
    )?
    .query_map(params![event, limit, OLD_MS], |row| {
        let article = match row.get::<_, Option<i64>>(6)? {
            Some(id) => Some(EventArticle {
                id,
                key: row.get(7)?,
                url: row.get(8)?,
                title: row.get(9)?,
                author: row.get(10)?,
                posted_at: moment(row, 11)?,
                text: row.get::<_, Option<String>>(12)?.unwrap_or_default(),
            }),
            None => None,
        };
        Ok(EventRecord {
            id: row.get(0)?,
            at: row.get::<_, Ms>(1)?.0,
            kind: row.get::<_, Named<_>>(2)?.0,
            board: row.get(3)?,
            revision: row.get(4)?,
            note: row.get(5)?,
            article,
            is_backlog: row.get::<_, Option<bool>>(13)?.unwrap_or_default(),
        })
    })?
    .collect()
}

fn queue(
    conn: &Connection,
    notifier: &str,
    before: i64,
    last_event: i64,
    messages: &[NewMessage],
    at: Timestamp,
) -> rusqlite::Result<()> {
    let n_moved = conn
        .prepare_cached("UPDATE notifier SET last_event = ?3 WHERE name = ?1 AND last_event = ?2")?
        .execute(params![notifier, before, last_event])?;
    if n_moved == 0 {
        return Ok(());
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO message (notifier, key, events, made_at, due_at) VALUES (?1, ?2, ?3, ?4, ?4)",
    )?;
    for message in messages {
        insert.execute(params![
            notifier,
            message.key,
            Json(&message.events),
            Ms(at)
        ])?;
    }
    Ok(())
}

fn record(
    conn: &Connection,
    message: i64,
    notifier: &str,
    delivery: &Delivery,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let (error, due_at, pause_until) = match delivery {
        Delivery::Sent => {
            conn.prepare_cached("DELETE FROM message WHERE id = ?1")?
                .execute([message])?;
            conn.prepare_cached(
                "UPDATE notifier SET n_sent = n_sent + 1, sent_at = ?2, paused_until = NULL WHERE name = ?1",
            )?
            .execute(params![notifier, Ms(at)])?;
            return Ok(());
        }
        Delivery::Failed {
            error,
            due_at,
            pause_until,
        } => (error, due_at, pause_until),
    };
    conn.prepare_cached(
        "UPDATE message SET n_tries = n_tries + 1, error = ?2, due_at = ?3 WHERE id = ?1",
    )?
    .execute(params![message, error, due_at.map(Ms)])?;
    conn.prepare_cached("UPDATE notifier SET n_failed = n_failed + 1, sent_at = ?2, paused_until = ?3 WHERE name = ?1")?
        .execute(params![notifier, Ms(at), pause_until.map(Ms)])?;
    Ok(())
}

fn message(row: &Row<'_>) -> rusqlite::Result<MessageRecord> {
    Ok(MessageRecord {
        id: row.get(0)?,
        notifier: row.get(1)?,
        key: row.get(2)?,
        made_at: row.get::<_, Ms>(3)?.0,
        due_at: moment(row, 4)?,
        n_tries: row.get(5)?,
        error: row.get(6)?,
        events: row.get::<_, Json<_>>(7)?.0,
    })
}

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Ms>>(column)?.map(|at| at.0))
}

/// Messages that wait or were given up, those that were given up first, `limit` of them.
pub(super) fn messages(conn: &Connection, limit: u32) -> rusqlite::Result<Vec<MessageRecord>> {
    conn.prepare_cached(&format!(
        "{MESSAGE} ORDER BY due_at IS NOT NULL, due_at, id LIMIT ?1"
    ))?
    .query_map([limit], message)?
    .collect()
}

/// By name; those that are gone while messages of theirs are left, too.
pub(super) fn notifiers(conn: &Connection) -> rusqlite::Result<Vec<NotifierRecord>> {
    conn.prepare_cached(
        "SELECT names.name, notifier.name IS NOT NULL, coalesce(notifier.n_sent, 0), coalesce(notifier.n_failed, 0),
            notifier.sent_at, notifier.paused_until,
            (SELECT count(*) FROM message WHERE notifier = names.name AND due_at IS NOT NULL),
            (SELECT count(*) FROM message WHERE notifier = names.name AND due_at IS NULL)
         FROM (SELECT name FROM notifier UNION SELECT notifier FROM message) names
         LEFT JOIN notifier ON notifier.name = names.name ORDER BY names.name",
    )?
    .query_map([], |row| {
        Ok(NotifierRecord {
            name: row.get(0)?,
            configured: row.get(1)?,
            n_sent: row.get::<_, Count>(2)?.0,
            n_failed: row.get::<_, Count>(3)?.0,
            sent_at: moment(row, 4)?,
            paused_until: moment(row, 5)?,
            n_waiting: row.get::<_, Count>(6)?.0,
            n_given_up: row.get::<_, Count>(7)?.0,
        })
    })?
    .collect()
}

/// Alarms and their ends, newest first.
pub(super) fn verdicts(conn: &Connection, limit: u32) -> rusqlite::Result<Vec<VerdictRecord>> {
    conn.prepare_cached(
        "SELECT event.id, event.at, event.kind, board.name, board.url, event.note
         FROM event JOIN board ON board.id = event.board
         WHERE event.article IS NULL ORDER BY event.id DESC LIMIT ?1",
    )?
    .query_map([limit], |row| {
        Ok(VerdictRecord {
            event: row.get(0)?,
            at: row.get::<_, Ms>(1)?.0,
            kind: row.get::<_, Named<_>>(2)?.0,
            board: row.get(3)?,
            board_url: row.get(4)?,
            note: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        })
    })?
    .collect()
}

/// What an operator does about messages, also beside a running service: it finds them changed when it looks next.
pub struct OutboxDesk(Connection);

impl OutboxDesk {
    /// Makes no file.
    ///
    /// # Errors
    /// As for an archive that is opened to be read.
    pub fn open(path: &Path) -> Answer<Self> {
        let path = check_to_read(path)?;
        let open = || {
            let conn = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            schema::configure_desk(&conn)?;
            Ok(conn)
        };
        open()
            .map(Self)
            .map_err(|error| sql_error("opening the store", error))
    }

    /// Has messages that were given up, or wait, sent as soon as may be, with all tries before them. `None`: all that were
    /// given up. Answers how many.
    ///
    /// # Errors
    /// `Sql`.
    pub fn retry(&self, message: Option<i64>, now: Timestamp) -> Answer<usize> {
        self.0
            .execute(
                "UPDATE message SET due_at = ?2, n_tries = 0
                 WHERE CASE WHEN ?1 IS NULL THEN due_at IS NULL ELSE id = ?1 END",
                params![message, Ms(now)],
            )
            .map_err(|error| sql_error("putting messages back", error))
    }

    /// Takes a notifier's next turn, if its target's rest and the pace let it: messages wait `min_interval` from then on. If
    /// not, answers when they will. Of a notifier that no service has taken over yet nothing is known.
    ///
    /// # Errors
    /// `Sql`.
    pub fn take_turn(
        &self,
        notifier: &str,
        min_interval: Duration,
        now: Timestamp,
    ) -> Answer<Option<Timestamp>> {
        let wait_ms = i64::try_from(min_interval.as_millis()).unwrap_or(i64::MAX);
        let take = || {
            // In one statement: a service may send at the same time.
            let n_taken = self.0.execute(
                "UPDATE notifier SET sent_at = ?3
                 WHERE name = ?1 AND coalesce(sent_at + ?2, ?3) <= ?3 AND coalesce(paused_until, ?3) <= ?3",
                params![notifier, wait_ms, Ms(now)],
            )?;
            if n_taken > 0 {
                return Ok(None);
            }
            self.0
                .query_row(
                    "SELECT max(coalesce(sent_at + ?2, ?3), coalesce(paused_until, ?3)) FROM notifier
                     WHERE name = ?1",
                    params![notifier, wait_ms, Ms(now)],
                    |row| Ok(row.get::<_, Ms>(0)?.0),
                )
                .optional()
        };
        take().map_err(|error| sql_error("taking a turn", error))
    }

    /// Keeps what came of a try that is no message of the outbox; `pause_until`: its target asked for a rest.
    ///
    /// # Errors
    /// `Sql`.
    pub fn record(
        &self,
        notifier: &str,
        receipt: Option<Receipt>,
        pause_until: Option<Timestamp>,
    ) -> Answer<()> {
        let keep = || {
            self.0.execute(
                "UPDATE notifier SET paused_until = ?2 WHERE name = ?1 AND ?2 > coalesce(paused_until, 0)",
                params![notifier, pause_until.map(Ms)],
            )?;
            hosts::keep_receipts(&self.0, receipt.as_slice())
        };
        keep().map_err(|error| sql_error("writing down a try", error))
    }

    /// Removes a message for good, or all that were given up. Answers how many.
    ///
    /// # Errors
    /// `Sql`.
    pub fn remove(&self, message: Option<i64>) -> Answer<usize> {
        self.0
            .execute(
                "DELETE FROM message WHERE CASE WHEN ?1 IS NULL THEN due_at IS NULL ELSE id = ?1 END",
                [message],
            )
            .map_err(|error| sql_error("removing messages", error))
    }
}
