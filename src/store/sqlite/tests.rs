//! What the two doors do not show: events, receipts, raw pages and earlier words. The rest is in `tests/store/`.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use url::Url;

use super::*;
use crate::model::*;
use crate::store::{AskAgain, Store};

fn again(at: Timestamp) -> AskAgain {
    AskAgain {
        failed_before: at,
        restricted_before: at,
    }
}

struct Desk {
    store: SqliteStore,
    conn: Connection,
    board: BoardId,
    pass: PassId,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new(options: StoreOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let store = SqliteStore::open(&path, OpenMode::ReadWrite, options).unwrap();
        let now = "2026-11-23T15:50:00Z".parse().unwrap();
        let board = NewBoard {
            name: "news".into(),
            url: url("/news"),
            key: "board.test/news".into(),
            host: "board.test".into(),
            profile: "rhymix".into(),
        };
        let board = store.register_board(board, now).await.unwrap().id;
        let first = move |pass| job(board, JobKind::Listing { pass, page: 1 }, now);
        let pass = store
            .begin_pass(board, walk(), first, again(now), now)
            .await
            .unwrap()
            .id;
        Self {
            store,
            conn: Connection::open(&path).unwrap(),
            board,
            pass,
            now,
            _folder: folder,
        }
    }

    async fn settle(&mut self, outcome: Outcome) {
        self.settle_with(outcome, None, vec![]).await;
    }

    /// Settles the next job, which need not be the one that fits the outcome.
    async fn settle_with(
        &mut self,
        outcome: Outcome,
        page: Option<Visited>,
        receipts: Vec<Receipt>,
    ) {
        let boards = [self.board];
        let jobs = self.store.claim("board.test", &boards, self.now, 1);
        let job = jobs.await.unwrap().remove(0).id;
        let settlement = Settlement {
            job,
            outcome,
            page,
            receipts,
            pause: None,
            at: self.now,
        };
        self.store.settle(settlement).await.unwrap();
        self.now += SignedDuration::from_mins(2);
    }

    /// Admits article 1, and asks for another look at it.
    async fn list(&mut self) {
        let rows = vec![Row {
            key: ArticleKey::new("board.test", "1"),
            url: url("/news/1"),
            canonical_url: url("/news/1"),
            title: "제목".into(),
            author: None,
            posted: None,
            category: None,
            rank: Some(1),
            notice: false,
            current: false,
            secret: false,
            views: None,
            votes: None,
            comment_count: None,
        }];
        let kind = JobKind::Listing {
            pass: self.pass,
            page: 1,
        };
        // The next listing page waits far in the future, so that the article is claimed before it.
        let later = self.now + SignedDuration::from_hours(1000);
        self.settle(Outcome::Listing {
            pass: self.pass,
            revisit: vec![rows[0].key.clone()],
            rows,
            walk: walk(),
            next: Some(job(self.board, kind, later)),
            gap: None,
            gaps: GapSteps::default(),
            end: None,
        })
        .await;
    }

    /// Puts the article into the queue again.
    fn queue_again(&self) {
        queue::push_article(&self.conn, ARTICLE, JobPriority::Revisit, self.now).unwrap();
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        let mut select = self.conn.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }
}

const ARTICLE: ArticleId = ArticleId(1);

fn url(path: &str) -> Url {
    Url::parse(&format!("http://board.test{path}")).unwrap()
}

fn job(board: BoardId, kind: JobKind, due_at: Timestamp) -> NewJob {
    NewJob {
        board,
        kind,
        url: url("/news?page=1"),
        referer: None,
        priority: JobPriority::Listing,
        due_at,
    }
}

fn walk() -> Walk {
    Walk {
        kind: PassKind::Full,
        page: 1,
        deepest: 0,
        edge: None,
        n_torn: 0,
        n_still: 0,
        n_quiet: 0,
        last_page_digest: None,
        ahead: None,
        moved: false,
        last_shown: None,
        first_page_digest: None,
        deficit: None,
        newest_rank: None,
        max_pages: None,
        since: None,
        n_rounds: 0,
        late: false,
        top: None,
    }
}

fn content(text: &str, comment: Option<&str>) -> Outcome {
    let mut content = Article::empty(PageClass::Article, "");
    content.text = text.into();
    content.comments = comment
        .map(|words| Comment {
            key: "c".into(),
            parent: None,
            depth: 0,
            author: None,
            posted: None,
            text: Some(words.into()),
            secret: false,
        })
        .into_iter()
        .collect();
    Outcome::Article {
        article: ARTICLE,
        content: Box::new(content),
        moved_to: None,
        canonical_url: None,
        comment_jobs: vec![],
    }
}

fn state(state: ArticleState) -> Outcome {
    Outcome::ArticleState {
        article: ARTICLE,
        state,
        title: None,
        author: None,
        posted: None,
        reason: "404".into(),
    }
}

fn visited(body: &str, at: Timestamp) -> Visited {
    Visited {
        url: url("/news/1").into(),
        final_url: url("/news/1").into(),
        status: 200,
        content_type: Some("text/html".into()),
        charset: "utf-8".into(),
        fetched_at: at,
        as_of: at,
        body: body.into(),
    }
}

#[tokio::test]
async fn each_change_is_one_event() {
    let mut desk = Desk::new(StoreOptions::default()).await;
    desk.list().await;
    let visits = [
        content("하나", None),
        content("하나", None),
        content("둘", None),
        state(ArticleState::Gone),
        state(ArticleState::Gone),
        content("둘", None),
        state(ArticleState::Failed),
        state(ArticleState::Restricted),
        content("셋", None),
    ];
    for visit in visits {
        desk.queue_again();
        desk.settle(visit).await;
    }
    let events = desk.lines(
        "SELECT kind || coalesce(' ' || revision, '') || coalesce(': ' || note, '') FROM event ORDER BY id",
    );
    let expected = [
        "stored 1",
        "edited 2",
        "vanished: 404",
        "reappeared",
        "restricted: 404",
        "edited 3",
        "reappeared",
    ];
    assert_eq!(events, expected);
}

/// What a visit costs the store hangs on the number of its statements. Counted, since time depends on the machine.
#[tokio::test]
async fn an_articles_first_visit_takes_few_statements() {
    use std::sync::atomic::AtomicUsize;

    use rusqlite::trace::{TraceEvent, TraceEventCodes};

    let options = StoreOptions {
        keep_raw_pages: false,
        search_index: false,
        ..StoreOptions::default()
    };
    let mut desk = Desk::new(options).await;
    desk.list().await;
    desk.queue_again();
    let prepared = prepare::prepare(
        Settlement {
            job: JobId(
                desk.lines("SELECT CAST(max(id) AS TEXT) FROM job")[0]
                    .parse()
                    .unwrap(),
            ),
            outcome: content(
                "스무 글자보다 긴 글이어야 베낀 글인지 알 수 있다고 합니다.",
                Some("댓글"),
            ),
            page: None,
            receipts: vec![],
            pause: None,
            at: desk.now,
        },
        options,
        None,
    )
    .unwrap();
    let n = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&n);
    let count = move |event: TraceEvent<'_>| {
        if matches!(event, TraceEvent::Stmt(..)) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    };
    desk.conn
        .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(count))
        .unwrap();
    let settled = settle::settle(&desk.conn, &prepared, &options).unwrap();
    assert!(settled.stored);
    let n = n.load(Ordering::Relaxed);
    assert!(n <= 26, "{n} statements");
}

#[tokio::test]
async fn raw_pages_are_kept_once_each_and_visits_all() {
    let mut desk = Desk::new(StoreOptions::default()).await;
    desk.list().await;
    for body in ["<p>하나</p>", "<p>하나</p>", "<p>둘</p>"] {
        desk.queue_again();
        let page = visited(body, desk.now);
        desk.settle_with(content("같은", None), Some(page), vec![])
            .await;
    }
    let bodies: Vec<String> = {
        let mut select = desk
            .conn
            .prepare("SELECT body FROM page ORDER BY id")
            .unwrap();
        let packed = select
            .query_map([], |row| row.get::<_, Vec<u8>>(0))
            .unwrap();
        packed
            .map(|packed| String::from_utf8(prepare::unpack(&packed.unwrap()).unwrap()).unwrap())
            .collect()
    };
    assert_eq!(bodies, ["<p>하나</p>", "<p>둘</p>"]);
    let visits =
        desk.lines("SELECT page || ' ' || article || ' ' || status FROM visit ORDER BY id");
    assert_eq!(visits, ["1 1 200", "1 1 200", "2 1 200"]);
}

#[tokio::test]
async fn raw_pages_can_be_switched_off() {
    let options = StoreOptions {
        keep_raw_pages: false,
        ..StoreOptions::default()
    };
    let mut desk = Desk::new(options).await;
    desk.list().await;
    let page = visited("<p>", desk.now);
    desk.settle_with(content("같은", None), Some(page), vec![])
        .await;
    let kept = desk.lines("SELECT hex(hash) FROM page UNION ALL SELECT url FROM visit");
    assert_eq!(kept, [""; 0]);
}

#[tokio::test]
async fn receipts_are_kept_for_their_days_also_of_visits_that_came_too_late() {
    let options = StoreOptions {
        receipts_days: 2,
        ..StoreOptions::default()
    };
    let mut desk = Desk::new(options).await;
    desk.list().await;
    let receipt = |desk: &Desk, path: &str| Receipt {
        host: "board.test".into(),
        url: url(path).into(),
        at: desk.now,
        status: Some(200),
        body_bytes: 10,
        duration_ms: 3,
        purpose: "article",
        allowed_by: "robots: no file".into(),
        error: None,
    };
    let urls = "SELECT url FROM request ORDER BY id";
    let first = receipt(&desk, "/first");
    desk.settle_with(content("하나", None), None, vec![first])
        .await;
    // This job is not there any more.
    let late = Settlement {
        job: JobId(1),
        outcome: content("둘", None),
        page: None,
        receipts: vec![receipt(&desk, "/late")],
        pause: None,
        at: desk.now,
    };
    desk.store.settle(late).await.unwrap();
    assert_eq!(
        desk.lines(urls),
        ["http://board.test/first", "http://board.test/late"]
    );
    assert_eq!(desk.lines("SELECT text FROM revision"), ["하나"]);
    desk.now += SignedDuration::from_hours(49);
    desk.queue_again();
    let newest = receipt(&desk, "/newest");
    desk.settle_with(content("하나", None), None, vec![newest])
        .await;
    assert_eq!(desk.lines(urls), ["http://board.test/newest"]);
}

#[tokio::test]
async fn old_sightings_go_but_the_last_of_each_page() {
    let options = StoreOptions {
        receipts_days: 2,
        ..StoreOptions::default()
    };
    let mut desk = Desk::new(options).await;
    desk.list().await;
    let insert = |page: u32, rank: u32, at: Timestamp| {
        format!(
            "INSERT INTO sighting (board, pass, page, radar, at, newest_rank, oldest_rank)
             SELECT board, id, {page}, 0, {}, {rank}, {rank} FROM pass RETURNING 'kept'",
            at.as_millisecond()
        )
    };
    for (page, rank) in [(1, 900), (1, 901), (2, 880)] {
        desk.lines(&insert(page, rank, desk.now));
    }
    desk.now += SignedDuration::from_hours(49);
    desk.lines(&insert(3, 860, desk.now));
    desk.queue_again();
    desk.settle(content("하나", None)).await;
    assert_eq!(
        desk.lines(
            "SELECT page || ':' || newest_rank FROM sighting WHERE newest_rank > 800 ORDER BY id"
        ),
        ["1:901", "2:880", "3:860"]
    );
}

#[tokio::test]
async fn earlier_words_of_a_comment_are_kept() {
    let mut desk = Desk::new(StoreOptions::default()).await;
    desk.list().await;
    for words in ["처음 말", "고친 말", "고친 말"] {
        desk.queue_again();
        desk.settle(content("글", Some(words))).await;
    }
    assert_eq!(desk.lines("SELECT text FROM comment"), ["고친 말"]);
    assert_eq!(desk.lines("SELECT text FROM comment_before"), ["처음 말"]);
}

#[tokio::test]
async fn counts_have_a_row_where_one_changed() {
    let mut desk = Desk::new(StoreOptions::default()).await;
    desk.list().await;
    for (views, comments) in [
        (Some(1), Some(2)),
        (Some(1), Some(2)),
        (None, None),
        (Some(3), Some(2)),
    ] {
        let mut visit = content("글", None);
        if let Outcome::Article { content, .. } = &mut visit {
            content.views = views;
            content.comment_count = comments;
        }
        desk.queue_again();
        desk.settle(visit).await;
    }
    let series = desk.lines("SELECT views || ' ' || comments FROM count ORDER BY at");
    assert_eq!(series, ["1 2", "3 2"]);
}

/// The planner must not read whole tables for what is asked at every visit.
#[tokio::test]
async fn frequent_questions_use_an_index() {
    let desk = Desk::new(StoreOptions::default()).await;
    let export = records::next_articles_sql().replace('?', "9 + ");
    let earliest = stories::earliest_with_text_of("1");
    let missing = radar::FOUND_MISSING.replace('?', "9 + ");
    for sql in [
        export.as_str(),
        "SELECT id FROM job WHERE board = 1 AND priority = 2 AND due_at <= 3 ORDER BY due_at, id",
        "SELECT id FROM article WHERE key = 'k' UNION ALL SELECT article FROM key_alias WHERE key = 'k' LIMIT 1",
        "SELECT count(*) FROM job WHERE kind = 'comments' AND article = 1",
        "DELETE FROM job WHERE kind = 'comments' AND article = 1",
        missing.as_str(),
        "SELECT page FROM gap WHERE board = 1 AND closed_at IS NULL ORDER BY page",
        earliest.as_str(),
        "SELECT id FROM article WHERE board = 1 AND comments_torn = 1 AND state = 'stored'",
        "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE at < 1 ORDER BY at LIMIT 2000)",
    ] {
        let mut plan = desk
            .conn
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let steps: Vec<String> = plan
            .query_map([], |row| row.get(3))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        let slow = |step: &&String| step.starts_with("SCAN") || step.contains("TEMP B-TREE");
        assert_eq!(steps.iter().find(slow), None, "{sql}: {steps:?}");
    }
}
