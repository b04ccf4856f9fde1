//! Notifiers against a receiver on a loopback port, under a clock that stands still until it is told otherwise.

#[cfg(feature = "email")]
mod mail;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};
use serde_json::Value;

use super::courier::backoff;
use super::sign::Key;
use super::*;
use crate::config;
use crate::fetch::{FetchOptions, Fetcher, HostPort, Pace};
use crate::model::ManualClock;
use crate::store::Archive;
use crate::store::sqlite::{OpenMode, OutboxDesk, SqliteStore, StoreOptions};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BEGIN: &str = "2026-11-25T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A message as it came.
#[derive(Debug, Clone)]
struct Got {
    at: Instant,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("ASCII")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Says what it was told to say, and then that all is well.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let body = body.to_vec();
    let at = Instant::now();
    receiver.got.lock().unwrap().push(Got { at, headers, body });
    let answer = receiver.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
}

struct Desk {
    folder: tempfile::TempDir,
    store: SqliteStore,
    clock: Arc<ManualClock>,
    receiver: Receiver,
    url: String,
    events: Connection,
}

impl Desk {
    /// An archive whose board `news` has been read once, an hour ago.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let store = SqliteStore::open(&path, OpenMode::ReadWrite, StoreOptions::default()).unwrap();
        let events = Connection::open(&path).unwrap();
        let clock = Arc::new(ManualClock::new(at(BEGIN)));
        let receiver = Receiver::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
        let desk = Self {
            folder,
            store,
            clock,
            receiver,
            url,
            events,
        };
        desk.add_board("news", Some("2026-11-24T23:00:00Z"));
        desk
    }

    fn add_board(&self, name: &str, read_at: Option<&str>) {
        let write = "INSERT INTO board (name, url, key, host, profile, added_at)
                     VALUES (?1, 'http://b.test/', ?1, 'b.test', 'rhymix', 0)";
        self.events.execute(write, [name]).unwrap();
        let write =
            "INSERT INTO pass (board, kind, page, deepest, n_torn, n_quiet, started_at, ended_at)
                     VALUES ((SELECT id FROM board WHERE name = ?1), 'full', 1, 1, 0, 0, 0, ?2)";
        let read_at = read_at.map(|read_at| at(read_at).as_millisecond());
        self.events.execute(write, params![name, read_at]).unwrap();
    }

    /// What happened now, to a post that was written at a moment.
    fn happens(&self, board: &str, kind: &str, title: &str, text: &str, posted_at: &str) {
        let now = self.clock.now().as_millisecond();
        let events = &self.events;
        events
            .execute(
                "INSERT INTO article (board, key, engine_id, url, found_url, state, listed_title, title, secret,
                    first_seen_at, last_seen_at, posted_at, n_revisions)
                 SELECT id, 'b.test/' || (SELECT count(*) FROM article), '1', 'http://b.test/1', '', 'stored', ?2, ?2, 0,
                    ?3, ?3, ?4, 1 FROM board WHERE name = ?1",
                params![board, title, now, at(posted_at).as_millisecond()],
            )
            .unwrap();
        let article = events.last_insert_rowid();
        events
            .execute(
                "INSERT INTO revision (article, number, at, title, text, html, images, attachments, tags, content_hash)
                 VALUES (?1, 1, 0, '', ?2, x'', '', '', '', x'')",
                params![article, text],
            )
            .unwrap();
        self.event(board, kind, Some(article), None);
    }

    fn post(&self, title: &str) {
        self.happens("news", "stored", title, "", BEGIN);
    }

    fn event(&self, board: &str, kind: &str, article: Option<i64>, note: Option<&str>) {
        let now = self.clock.now().as_millisecond();
        let write = "INSERT INTO event (at, board, article, kind, note)
                     SELECT ?2, id, ?3, ?4, ?5 FROM board WHERE name = ?1";
        let row = params![board, now, article, kind, note];
        self.events.execute(write, row).unwrap();
    }

    /// The notifiers of a configuration; `URL` in it is the receiver's.
    fn notifiers(&self, text: &str) -> Notifiers {
        let boards = "[[board]]\nname = \"news\"\nurl = \"http://b.test/\"\n\
                      [[board]]\nname = \"free\"\nurl = \"http://b.test/free\"\n";
        let text = format!("{boards}{}", text.replace("URL", &self.url));
        let path = self.folder.path().join("boardwalk.toml");
        let options = config::from_toml(&path, &text).unwrap();
        let list = options.notifiers.into_iter();
        let list: Vec<_> = list
            .map(|options| Arc::new(Notifier::new(options).unwrap()))
            .collect();
        let options = FetchOptions {
            allow_private: list.iter().filter_map(|one| one.place()).collect(),
            ..FetchOptions::default()
        };
        let client = HookClient::new(&options, self.clock.clone()).unwrap();
        Notifiers { client, list }
    }

    /// Receipts that were kept: host, address, status, what for, by what rule, and what went wrong.
    fn receipts(&self) -> Vec<[String; 6]> {
        let conn = Connection::open(self.folder.path().join("a.db")).unwrap();
        let mut select = conn
            .prepare(
                "SELECT host, url, coalesce(status, ''), purpose, allowed_by, coalesce(error, '')
                 FROM request ORDER BY id",
            )
            .unwrap();
        let text = |row: &rusqlite::Row<'_>, column| match row.get_ref(column).unwrap() {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str().unwrap().to_owned(),
        };
        let rows = select.query_map([], |row| Ok([0, 1, 2, 3, 4, 5].map(|n| text(row, n))));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// A courier of the one notifier in this configuration, which stands behind what has happened so far.
    async fn courier(&self, text: &str) -> Courier<SqliteStore> {
        let text = format!("[[notify]]\nname = \"desk\"\n{text}");
        let notifiers = self.notifiers(&text);
        set(&self.store, &notifiers).await.unwrap();
        let notifier = Arc::clone(&notifiers.list[0]);
        let clock: Arc<dyn Clock> = self.clock.clone();
        Courier::new(self.store.clone(), clock, notifiers.client, notifier)
    }

    async fn webhook(&self, more: &str) -> Courier<SqliteStore> {
        self.courier(&format!(
            "kind = \"webhook\"\nurl = \"URL\"\nrate = \"1000/s\"\n{more}"
        ))
        .await
    }

    fn answers(&self, answers: impl IntoIterator<Item = Response>) {
        self.receiver.answers.lock().unwrap().extend(answers);
    }

    fn got(&self) -> Vec<Got> {
        self.receiver.got.lock().unwrap().clone()
    }

    /// Titles of what came, a list a message.
    fn titles(&self) -> Vec<Vec<String>> {
        let titles = |got: &Got| {
            let body = got.json();
            let events = body["data"]["events"].as_array().unwrap().clone();
            let title = |event: &Value| match &event["article"]["title"] {
                Value::String(title) => title.clone(),
                _ => event["kind"].as_str().unwrap().to_owned(),
            };
            events.iter().map(title).collect()
        };
        self.got().iter().map(titles).collect()
    }

    fn pass(&self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

/// Looks until there is nothing more to send now; the pace between two messages passes meanwhile. Answers the next look.
async fn look_now(desk: &Desk, courier: &Courier<SqliteStore>) -> Timestamp {
    loop {
        let next = courier.look(&CancellationToken::new()).await.unwrap();
        let wait = next.duration_since(desk.clock.now());
        if wait > SignedDuration::from_millis(10) {
            return next;
        }
        desk.pass(wait);
    }
}

/// Looks, and lets the time pass until the next look, `n` times.
async fn look(desk: &Desk, courier: &Courier<SqliteStore>, n: usize) {
    for _ in 0..n {
        let next = look_now(desk, courier).await;
        desk.pass(next.duration_since(desk.clock.now()));
    }
}

fn wait_please(header: &str) -> Response {
    let headers = [(axum::http::header::RETRY_AFTER, header.to_owned())];
    (StatusCode::TOO_MANY_REQUESTS, headers).into_response()
}

#[tokio::test]
async fn a_webhook_gets_what_happened_once_and_signed() {
    let desk = Desk::new().await;
    let courier = desk.webhook("secret = \"file:secret\"").await;
    desk.post("도서관 개관");
    look(&desk, &courier, 3).await;
    let [got] = &desk.got()[..] else {
        panic!("{:?}", desk.got());
    };
    let body = got.json();
    assert_eq!(body["type"], "article.stored");
    assert_eq!(body["timestamp"], BEGIN);
    assert_eq!(body["data"]["events"][0]["article"]["title"], "도서관 개관");
    let seconds = got.header("webhook-timestamp").parse().unwrap();
    assert_eq!(seconds, at(BEGIN).as_second());
    let key = Key::parse(SECRET).unwrap();
    let signature = key.signature(got.header("webhook-id"), seconds, &got.body);
    assert_eq!(got.header("webhook-signature"), signature);
}

#[tokio::test]
async fn each_try_has_the_same_id_and_they_come_further_and_further_apart() {
    let desk = Desk::new().await;
    let courier = desk.webhook("max_tries = 5").await;
    desk.answers([500, 503, 200].map(|code| StatusCode::from_u16(code).unwrap().into_response()));
    desk.post("글");
    look(&desk, &courier, 1).await;
    assert_eq!(desk.got().len(), 1);
    desk.pass(SignedDuration::from_secs(5));
    look(&desk, &courier, 1).await;
    assert_eq!(
        desk.got().len(),
        1,
        "the first rest is at least eight seconds"
    );
    look(&desk, &courier, 40).await;
    let got = desk.got();
    assert_eq!(got.len(), 3);
    let sent_at = |got: &Got| got.header("webhook-timestamp").parse::<i64>().unwrap();
    assert!((8..=15).contains(&(sent_at(&got[1]) - sent_at(&got[0]))));
    assert!((24..=39).contains(&(sent_at(&got[2]) - sent_at(&got[1]))));
    for other in &got[1..] {
        assert_eq!(other.header("webhook-id"), got[0].header("webhook-id"));
        assert_eq!(other.body, got[0].body);
    }
}

#[test]
fn rests_are_threefold_and_end_at_six_hours_give_or_take_a_fifth() {
    for key in ["msg_a", "msg_b", "msg_c"] {
        for (n_tries, seconds) in [
            (1, 10.0),
            (2, 30.0),
            (3, 90.0),
            (9, 21_600.0),
            (100, 21_600.0),
        ] {
            let rest = backoff(key, n_tries).as_secs_f64() / seconds;
            assert!((0.79..=1.21).contains(&rest), "{key} {n_tries}: {rest}");
        }
    }
    assert_ne!(backoff("msg_a", 1), backoff("msg_b", 1));
}

#[tokio::test]
async fn a_target_that_asks_for_a_rest_gets_it_for_all_messages() {
    let desk = Desk::new().await;
    let courier = desk.webhook("").await;
    let in_words = r#"{"ok":false,"parameters":{"retry_after":300}}"#;
    desk.answers([
        wait_please("120"),
        (StatusCode::TOO_MANY_REQUESTS, in_words).into_response(),
    ]);
    desk.post("하나");
    desk.post("둘");
    look_now(&desk, &courier).await;
    desk.pass(SignedDuration::from_secs(119));
    look_now(&desk, &courier).await;
    assert_eq!(desk.got().len(), 1);
    desk.pass(SignedDuration::from_secs(1));
    look_now(&desk, &courier).await;
    assert_eq!(desk.got().len(), 2);
    desk.pass(SignedDuration::from_secs(299));
    look_now(&desk, &courier).await;
    assert_eq!(desk.got().len(), 2);
    desk.pass(SignedDuration::from_secs(1));
    look_now(&desk, &courier).await;
    assert_eq!(desk.titles(), [["하나"], ["하나"], ["하나"], ["둘"]]);
}

#[tokio::test]
async fn a_message_is_given_up_after_its_tries_and_sent_when_the_operator_says_so() {
    let desk = Desk::new().await;
    let courier = desk.webhook("max_tries = 4").await;
    desk.answers((0..4).map(|_| (StatusCode::BAD_REQUEST, "no such field").into_response()));
    desk.post("글");
    look(&desk, &courier, 200).await;
    assert_eq!(desk.got().len(), 4);
    let archive = desk.store.archive().unwrap();
    let messages = archive.messages(10).unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].due_at, messages[0].n_tries), (None, 4));
    let error = messages[0].error.as_deref();
    assert_eq!(error, Some("answered 400: no such field"));
    assert_eq!(archive.notifiers().unwrap()[0].n_given_up, 1);

    let operator = OutboxDesk::open(&desk.folder.path().join("a.db")).unwrap();
    assert_eq!(operator.retry(None, desk.clock.now()).unwrap(), 1);
    look(&desk, &courier, 1).await;
    assert_eq!(desk.got().len(), 5);
    assert_eq!(
        desk.got()[4].header("webhook-id"),
        desk.got()[0].header("webhook-id")
    );
    assert_eq!(archive.messages(10).unwrap(), []);
    assert_eq!(operator.remove(None).unwrap(), 0);
}

#[tokio::test]
async fn a_test_shares_the_pace_and_the_rests_of_messages() {
    let desk = Desk::new().await;
    let text = "[[notify]]\nname = \"desk\"\nkind = \"webhook\"\nurl = \"URL\"\nrate = \"1/min\"\n";
    let notifiers = desk.notifiers(text);
    let operator = OutboxDesk::open(&desk.folder.path().join("a.db")).unwrap();
    let minute = Duration::from_secs(60);
    let turn = || {
        let now = desk.clock.now();
        operator.take_turn("desk", minute, now).unwrap()
    };
    // No service has met it yet.
    assert_eq!(turn(), None);
    assert_eq!(turn(), None);
    set(&desk.store, &notifiers).await.unwrap();
    let began = desk.clock.now();
    assert_eq!(turn(), None);
    assert_eq!(turn(), Some(began + minute));
    // A message keeps away from the test, and the next test from the message.
    let courier = desk
        .courier(&text.replace("[[notify]]\nname = \"desk\"\n", ""))
        .await;
    desk.post("글");
    look(&desk, &courier, 1).await;
    assert_eq!(desk.got().len(), 0);
    desk.pass(SignedDuration::from_secs(60));
    look(&desk, &courier, 1).await;
    assert_eq!(desk.got().len(), 1);
    assert!(turn().is_some());
    desk.pass(SignedDuration::from_secs(120));
    assert_eq!(turn(), None);
    desk.answers([wait_please("3600")]);
    let tested = send_test(&notifiers.client, &notifiers.list[0], desk.clock.now()).await;
    assert!(tested.outcome.is_err());
    let until = desk.clock.now() + SignedDuration::from_hours(1);
    assert_eq!(tested.pause_until, Some(until));
    operator
        .record("desk", tested.receipt, tested.pause_until)
        .unwrap();
    assert_eq!(desk.receipts().len(), 2);
    desk.pass(SignedDuration::from_secs(120));
    assert_eq!(turn(), Some(until));
    desk.post("둘");
    look(&desk, &courier, 1).await;
    assert_eq!(desk.got().len(), 2, "one message and one test");
}

#[tokio::test]
async fn a_message_that_is_refused_holds_up_no_other() {
    let desk = Desk::new().await;
    let courier = desk.webhook("").await;
    desk.answers([StatusCode::UNPROCESSABLE_ENTITY.into_response()]);
    desk.post("하나");
    desk.post("둘");
    look(&desk, &courier, 1).await;
    assert_eq!(desk.titles(), [["하나"], ["둘"]]);
    let waiting = desk.store.next_message("desk").await.unwrap().unwrap();
    assert_eq!(waiting.error.as_deref(), Some("answered 422"));
}

/// A hook that was deleted, a token that is none any more, an address that has moved: whoever goes on asking with the
/// next message is soon asking for nothing but refusals.
#[tokio::test]
async fn a_target_that_would_refuse_any_message_is_asked_once_and_then_left_alone() {
    for status in [307, 401, 403, 404, 410] {
        let desk = Desk::new().await;
        let courier = desk.webhook("").await;
        let refusal = Response::builder()
            .status(status)
            .header("location", "/elsewhere")
            .body(axum::body::Body::empty());
        desk.answers([refusal.unwrap()]);
        desk.post("하나");
        desk.post("둘");
        let next = look_now(&desk, &courier).await;
        assert_eq!(desk.titles(), [["하나"]], "{status}");
        let state = desk.store.notifier("desk").await.unwrap().unwrap();
        assert!(state.paused_until > Some(desk.clock.now()), "{status}");
        let waiting = desk.store.next_message("desk").await.unwrap().unwrap();
        let error = waiting.error.unwrap();
        assert!(error.starts_with(&format!("answered {status}")), "{error}");
        assert_eq!(error.contains("not followed"), status == 307, "{error}");
        desk.pass(next.duration_since(desk.clock.now()));
        look(&desk, &courier, 20).await;
        assert_eq!(desk.titles(), [["하나"], ["하나"], ["둘"]], "{status}");
    }
}

#[tokio::test]
async fn only_what_was_asked_for_is_told() {
    let desk = Desk::new().await;
    desk.add_board("free", Some("2026-11-24T23:00:00Z"));
    let courier = desk
        .webhook("boards = [\"news\"]\nkeywords = [\"도서관\"]\nevents = [\"stored\", \"vanished\", \"alarm\"]")
        .await;
    desk.happens("free", "stored", "도서관 다른 게시판", "", BEGIN);
    desk.happens("news", "stored", "도서관 소식", "", BEGIN);
    desk.happens("news", "stored", "본문에", "새 도서관이 문을 연다", BEGIN);
    desk.happens("news", "stored", "체육관", "없다", BEGIN);
    desk.happens("news", "edited", "도서관 고침", "", BEGIN);
    desk.happens("news", "vanished", "도서관 사라짐", "", BEGIN);
    desk.event("news", "alarm", None, Some("blocked: 403"));
    desk.event("free", "alarm", None, Some("blocked: 403"));
    look(&desk, &courier, 1).await;
    assert_eq!(
        desk.titles(),
        [["도서관 소식"], ["본문에"], ["도서관 사라짐"], ["alarm"]]
    );
    let alarm = desk.got()[3].json();
    assert_eq!(alarm["type"], "board.alarm");
    assert_eq!(alarm["data"]["events"][0]["note"], "blocked: 403");
}

#[tokio::test]
async fn the_first_reading_of_a_board_and_what_is_old_are_no_news() {
    let desk = Desk::new().await;
    let courier = desk.webhook("").await;
    desk.add_board("free", None);
    for n in 0..250 {
        desk.happens("free", "stored", &format!("옛글 {n}"), "", BEGIN);
    }
    desk.happens("news", "stored", "여드레 전 글", "", "2026-11-16T23:00:00Z");
    desk.happens("news", "stored", "엿새 전 글", "", "2026-11-18T23:00:00Z");
    desk.happens(
        "news",
        "edited",
        "여드레 전 글이 바뀜",
        "",
        "2026-11-16T23:00:00Z",
    );
    look(&desk, &courier, 2).await;
    assert_eq!(desk.titles(), [["엿새 전 글"], ["여드레 전 글이 바뀜"]]);
}

#[tokio::test]
async fn who_wants_all_of_it_gets_all_of_it() {
    let desk = Desk::new().await;
    let courier = desk
        .webhook("backlog = true\ndigest = \"1h\"\ndigest_size = 100")
        .await;
    desk.add_board("free", None);
    for n in 0..250 {
        desk.happens(
            "free",
            "stored",
            &format!("옛글 {n}"),
            "",
            "2020-01-01T00:00:00Z",
        );
    }
    look(&desk, &courier, 1).await;
    desk.pass(SignedDuration::from_hours(1));
    look(&desk, &courier, 1).await;
    let sizes: Vec<usize> = desk.titles().iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 50]);
    assert_eq!(desk.titles()[2][49], "옛글 249");
}

#[tokio::test]
async fn a_digest_waits_for_its_time_or_for_its_size() {
    let desk = Desk::new().await;
    let courier = desk.webhook("digest = \"30min\"\ndigest_size = 3").await;
    desk.post("하나");
    desk.pass(SignedDuration::from_mins(10));
    desk.post("둘");
    look_now(&desk, &courier).await;
    desk.pass(SignedDuration::from_mins(19));
    look_now(&desk, &courier).await;
    assert_eq!(desk.got().len(), 0);
    desk.pass(SignedDuration::from_mins(1));
    look_now(&desk, &courier).await;
    assert_eq!(desk.titles(), [["하나", "둘"]]);
    assert_eq!(desk.got()[0].json()["type"], "digest");
    for title in ["셋", "넷", "다섯", "여섯"] {
        desk.post(title);
    }
    look_now(&desk, &courier).await;
    assert_eq!(desk.titles()[1..], [["셋", "넷", "다섯"]]);
}

#[tokio::test]
async fn a_target_is_asked_at_its_pace_also_by_the_next_process() {
    let desk = Desk::new().await;
    let courier = desk
        .courier("kind = \"webhook\"\nurl = \"URL\"\nrate = \"1/min\"")
        .await;
    desk.post("하나");
    desk.post("둘");
    look_now(&desk, &courier).await;
    desk.pass(SignedDuration::from_secs(59));
    let next = desk
        .courier("kind = \"webhook\"\nurl = \"URL\"\nrate = \"1/min\"")
        .await;
    look_now(&desk, &next).await;
    assert_eq!(desk.titles(), [["하나"]]);
    desk.pass(SignedDuration::from_secs(1));
    look_now(&desk, &next).await;
    assert_eq!(desk.titles(), [["하나"], ["둘"]]);
}

#[tokio::test]
async fn a_new_notifier_begins_with_what_happens_next_and_one_that_comes_back_too() {
    let desk = Desk::new().await;
    desk.post("전에");
    let courier = desk.webhook("").await;
    look(&desk, &courier, 1).await;
    assert_eq!(desk.got().len(), 0);
    set(&desk.store, &desk.notifiers("")).await.unwrap();
    desk.post("없는 동안");
    let courier = desk.webhook("").await;
    desk.post("뒤에");
    look(&desk, &courier, 1).await;
    assert_eq!(desk.titles(), [["뒤에"]]);
}

#[tokio::test]
async fn what_a_board_says_is_text_in_chats() {
    let desk = Desk::new().await;
    std::fs::write(desk.folder.path().join("token"), "12:ab_C-d").unwrap();
    let hostile = "@everyone <!channel> *b*\n\u{202e}https://evil.test/ &";
    let told = "new: news: @everyone <!channel> *b* https://evil.test/ & http://b.test/1";
    for (kind, field, told) in [
        (
            "kind = \"discord\"\nurl = \"URL\"",
            "content",
            told.to_owned(),
        ),
        (
            "kind = \"slack\"\nurl = \"URL\"",
            "text",
            told.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        ),
        (
            "kind = \"telegram\"\nurl = \"URL\"\nsecret = \"file:token\"\nchat = \"@desk\"",
            "text",
            told.to_owned(),
        ),
    ] {
        set(&desk.store, &desk.notifiers("")).await.unwrap();
        let courier = desk.courier(kind).await;
        desk.post(hostile);
        look(&desk, &courier, 1).await;
        let body = desk.got().pop().unwrap().json();
        assert_eq!(body[field], told, "{kind}");
        if kind.contains("discord") {
            assert_eq!(body["allowed_mentions"]["parse"], Value::Array(vec![]));
        }
        assert!(body.get("parse_mode").is_none());
    }
}

#[tokio::test]
async fn a_line_is_filled_in_and_a_long_message_says_what_it_leaves_out() {
    let desk = Desk::new().await;
    let courier = desk
        .courier("kind = \"discord\"\nurl = \"URL\"\ntemplate = \"{board}/{kind}: {title}\"\ndigest = \"1s\"")
        .await;
    desk.post("짧은 글");
    for _ in 0..40 {
        desk.post(&"긴 😀".repeat(50));
    }
    desk.pass(SignedDuration::from_secs(1));
    look(&desk, &courier, 1).await;
    let body = desk.got()[0].json();
    let text = body["content"].as_str().unwrap();
    assert!(
        text.starts_with("news/new: 짧은 글\nnews/new: 긴 😀긴"),
        "{text}"
    );
    let n_lines = text.lines().count();
    assert!(
        text.ends_with(&format!("… and {} more", 41 - (n_lines - 1))),
        "{text}"
    );
    assert!(text.encode_utf16().count() <= 2_000);
}

#[test]
fn no_error_of_a_notifier_shows_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s"), "hush/hush").unwrap();
    for kind in [
        "kind = \"webhook\"\nurl = \"http://h/\"",
        "kind = \"slack\"",
        "kind = \"telegram\"\nchat = \"1\"",
    ] {
        let text = format!("[[notify]]\nname = \"n\"\n{kind}\nsecret = \"file:s\"\n");
        let path: &Path = &folder.path().join("boardwalk.toml");
        let options = config::from_toml(path, &text).unwrap();
        let notifier = Notifier::new(options.notifiers[0].clone());
        let error = notifier.err().expect("it is no secret of this kind");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn every_try_has_a_receipt_that_names_no_secret() {
    let desk = Desk::new().await;
    let courier = desk.webhook("").await;
    desk.answers([StatusCode::BAD_REQUEST.into_response()]);
    desk.post("도서관 개관");
    look(&desk, &courier, 20).await;
    assert_eq!(desk.got().len(), 2);
    let place = HostPort::of(&desk.url.parse().unwrap())
        .unwrap()
        .to_string();
    let of = |status: &str| {
        let words = ["message", "notifier desk", ""].map(str::to_owned);
        let [purpose, allowed_by, error] = words;
        let origin = format!("http://{place}");
        [
            place.clone(),
            origin,
            status.into(),
            purpose,
            allowed_by,
            error,
        ]
    };
    assert_eq!(desk.receipts(), [of("400"), of("204")]);
}

/// A fetcher that asks the receiver's host for pages, too, so often.
fn crawler(desk: &Desk, min_interval: Duration) -> Fetcher {
    let options = FetchOptions {
        pace: Pace {
            min_interval,
            ..Pace::default()
        },
        ..FetchOptions::default()
    };
    let fetcher = Fetcher::new(options, desk.clock.clone()).unwrap();
    fetcher.host(&desk.url.parse().unwrap());
    fetcher
}

#[tokio::test]
async fn a_host_that_is_crawled_gets_messages_at_its_pace() {
    let desk = Desk::new().await;
    let mut courier = desk.webhook("").await;
    let interval = Duration::from_millis(150);
    courier.client = courier.client.beside(crawler(&desk, interval));
    for title in ["하나", "둘", "셋"] {
        desk.post(title);
    }
    look(&desk, &courier, 3).await;
    let times: Vec<Instant> = desk.got().iter().map(|got| got.at).collect();
    assert_eq!(times.len(), 3);
    for pair in times.windows(2) {
        // Five milliseconds between the turn and the receiver's clock are nobody's fault.
        let spacing = pair[1] - pair[0] + Duration::from_millis(5);
        assert!(spacing >= interval, "{spacing:?}");
    }
}

#[tokio::test]
async fn a_host_that_asked_for_a_rest_gets_no_messages_and_no_page_is_asked_of_one_that_refuses_them()
 {
    let desk = Desk::new().await;
    let mut courier = desk.webhook("").await;
    let fetcher = crawler(&desk, Duration::from_millis(1));
    let host = fetcher.host(&desk.url.parse().unwrap());
    courier.client = courier.client.beside(fetcher);
    desk.answers([wait_please("3600")]);
    desk.post("하나");
    desk.post("둘");
    look_now(&desk, &courier).await;
    assert_eq!(desk.got().len(), 1);
    let pause = host.pause_in_force().expect("the whole host is left alone");
    assert_eq!(pause.until, at(BEGIN) + SignedDuration::from_hours(1));
    // The notifier's own rest is over first, and the host's still holds.
    desk.pass(SignedDuration::from_hours(2));
    look_now(&desk, &courier).await;
    assert_eq!(desk.got().len(), 1, "tokio's hour is not over");
    assert_eq!(desk.receipts().len(), 1, "nothing was sent");
}

#[cfg(not(feature = "email"))]
#[test]
fn a_build_without_mail_says_how_to_get_it() {
    let text = "[[notify]]\nname = \"desk\"\nkind = \"email\"\nurl = \"smtps://mail.example.org\"\n\
                from = \"desk@example.org\"\nto = [\"desk@example.org\"]\n";
    let options = config::from_toml(Path::new("boardwalk.toml"), text).unwrap();
    let error = options
        .notifiers
        .into_iter()
        .map(Notifier::new)
        .next()
        .unwrap();
    let words = error.err().expect("it cannot be used").to_string();
    assert!(words.contains("--features email"), "{words}");
}
