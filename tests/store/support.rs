//! A board to settle visits of, on any store: what every test of the suite starts from.

use boardwalk::model::*;
use boardwalk::store::{Archive, ArticleFilter, ArticleRecord, AskAgain, Store};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// A place where a store can be opened, closed and opened again.
pub trait Place {
    type Store: Store;
    type Archive: Archive;
    fn open(&self) -> Self::Store;
    fn archive(&self) -> Self::Archive;
}

/// A walk of one board, a minute a visit.
pub struct Bench<P: Place> {
    pub place: P,
    pub store: P::Store,
    pub board: Board,
    pub pass: PassId,
    pub now: Timestamp,
}

pub const HOST: &str = "board.test";

pub fn url(path: &str) -> Url {
    Url::parse(&format!("http://{HOST}{path}")).unwrap()
}

pub fn key(id: &str) -> ArticleKey {
    ArticleKey::new(HOST, id)
}

/// 2026-11-23T15:50:00Z, the clock of CASES.md.
pub fn start() -> Timestamp {
    "2026-11-23T15:50:00Z".parse().unwrap()
}

pub fn walk(kind: PassKind) -> Walk {
    boardwalk::listing::begin(kind, None, None)
}

pub fn new_board(name: &str, host: &str) -> NewBoard {
    NewBoard {
        name: name.into(),
        url: Url::parse(&format!("http://{host}/{name}")).unwrap(),
        key: format!("{host}/{name}"),
        host: host.into(),
        profile: "rhymix".into(),
    }
}

pub fn row(id: &str) -> Row {
    Row {
        key: key(id),
        url: url(&format!("/news/{id}?page=1")),
        canonical_url: url(&format!("/news/{id}")),
        title: format!("제목 {id}"),
        author: Some("글쓴이".into()),
        posted: Some(posted("2026-11-22T15:00:00Z", Precision::Day)),
        category: None,
        rank: id.parse().ok(),
        notice: false,
        current: false,
        secret: false,
        views: None,
        votes: None,
        comment_count: None,
    }
}

pub fn posted(at: &str, precision: Precision) -> PostedAt {
    PostedAt {
        at: at.parse().unwrap(),
        precision,
        text: at.into(),
    }
}

pub fn text(words: &str) -> String {
    format!("{words}: 한국은행이 기준금리를 동결했다고 밝혔다. 시장은 예상한 결과라고 보았다.")
}

pub fn content(words: &str) -> Article {
    Article {
        title: Some(format!("{words} 전체 제목")),
        text: text(words),
        html: format!("<p>{}</p>", text(words)),
        ..Article::empty(PageClass::Article, "body found")
    }
}

pub fn comment(key: &str, depth: u32) -> Comment {
    Comment {
        key: key.into(),
        parent: None,
        depth,
        author: Some("댓글쓴이".into()),
        posted: None,
        text: Some(format!("댓글 {key}")),
        secret: false,
    }
}

/// The listing outcome that admits rows and changes nothing else.
pub fn listing(pass: PassId, rows: Vec<Row>) -> Outcome {
    Outcome::Listing {
        pass,
        rows,
        revisit: vec![],
        walk: walk(PassKind::Full),
        next: None,
        gap: None,
        gaps: GapSteps::default(),
        end: None,
    }
}

pub fn article(article: ArticleId, content: Article) -> Outcome {
    Outcome::Article {
        article,
        content: Box::new(content),
        moved_to: None,
        canonical_url: None,
        comment_jobs: vec![],
    }
}

pub fn state(article: ArticleId, state: ArticleState, reason: &str) -> Outcome {
    Outcome::ArticleState {
        article,
        state,
        title: None,
        author: None,
        posted: None,
        reason: reason.into(),
    }
}

pub fn receipt(path: &str, at: Timestamp) -> Receipt {
    Receipt {
        host: HOST.into(),
        url: url(path).into(),
        at,
        status: Some(200),
        body_bytes: 1000,
        duration_ms: 12,
        purpose: "article",
        allowed_by: "robots: no file".into(),
        error: None,
    }
}

impl<P: Place> Bench<P> {
    /// A board with its first pass begun.
    pub async fn new(place: P) -> Self {
        let store = place.open();
        let board = store
            .register_board(new_board("news", HOST), start())
            .await
            .unwrap();
        let mut bench = Self {
            place,
            store,
            board,
            pass: PassId(0),
            now: start(),
        };
        bench.begin(PassKind::Full).await;
        bench
    }

    pub async fn begin(&mut self, kind: PassKind) -> Pass {
        let pass = self
            .store
            .begin_pass(
                self.board.id,
                walk(kind),
                self.first_job(),
                AskAgain {
                    failed_before: self.now,
                    restricted_before: self.now - SignedDuration::from_hours(24),
                },
                self.now,
            )
            .await
            .unwrap();
        self.pass = pass.id;
        pass
    }

    /// What makes a pass's first job.
    pub fn first_job(&self) -> impl FnOnce(PassId) -> NewJob + Send + 'static {
        let (board, now) = (self.board.id, self.now);
        move |pass| listing_job(board, pass, 1, now)
    }

    pub async fn end_pass(&mut self, end: PassEnd) {
        let job = self.next().await.expect("a listing job is queued");
        let held = self.store.pass(self.pass).await.unwrap().walk;
        let mut outcome = listing(self.pass, vec![]);
        if let Outcome::Listing {
            end: of_pass, walk, ..
        } = &mut outcome
        {
            *of_pass = Some(end);
            *walk = held;
        }
        self.settle(&job, outcome).await;
    }

    /// Rows that a board has, as far as is known.
    pub async fn n_listed(&self, board: BoardId) -> u64 {
        self.store.row_count(board).await.unwrap().n_listed
    }

    pub async fn claim(&self, limit: usize) -> Vec<Job> {
        self.store
            .claim(HOST, &[self.board.id], self.now, limit)
            .await
            .unwrap()
    }

    pub async fn next(&self) -> Option<Job> {
        self.claim(1).await.pop()
    }

    pub fn settlement(&self, job: &Job, outcome: Outcome) -> Settlement {
        Settlement {
            job: job.id,
            outcome,
            page: None,
            receipts: vec![],
            pause: None,
            at: self.now,
        }
    }

    /// Settles a visit, a minute after the one before.
    pub async fn settle(&mut self, job: &Job, outcome: Outcome) -> Settled {
        self.now += SignedDuration::from_mins(1);
        self.store
            .settle(self.settlement(job, outcome))
            .await
            .unwrap()
    }

    /// Reads a page of these rows; the walk goes on with the next page.
    pub async fn list(&mut self, rows: Vec<Row>) -> Settled {
        self.list_again(rows, vec![]).await
    }

    /// The same, with articles to be visited again.
    pub async fn list_again(&mut self, rows: Vec<Row>, again: Vec<ArticleKey>) -> Settled {
        let job = self.next().await.expect("a listing job is queued");
        let JobKind::Listing { page, .. } = job.kind else {
            panic!("{job:?} is no listing job");
        };
        let mut outcome = listing(self.pass, rows);
        if let Outcome::Listing {
            next,
            revisit,
            walk,
            ..
        } = &mut outcome
        {
            *next = Some(listing_job(self.board.id, self.pass, page + 1, self.now));
            *revisit = again;
            walk.page = page + 1;
            walk.deepest = page;
        }
        self.settle(&job, outcome).await
    }

    /// Admits one article and stores its content.
    pub async fn store_article(&mut self, id: &str, content: Article) -> Settled {
        self.list(vec![row(id)]).await;
        let (job, of) = self.next_article().await;
        self.settle(&job, article(of, content)).await
    }

    /// Visits an article that is already known.
    pub async fn visit_again(
        &mut self,
        id: &str,
        outcome: impl FnOnce(ArticleId) -> Outcome,
    ) -> Settled {
        self.list_again(vec![row(id)], vec![key(id)]).await;
        let (job, of) = self.next_article().await;
        self.settle(&job, outcome(of)).await
    }

    /// The next job that is not a listing page.
    pub async fn next_article(&self) -> (Job, ArticleId) {
        let jobs = self.claim(usize::MAX).await;
        let mut found = None;
        for job in jobs {
            match job.kind {
                JobKind::Article { article } if found.is_none() => found = Some((job, article)),
                JobKind::Article { .. }
                | JobKind::Listing { .. }
                | JobKind::Radar { .. }
                | JobKind::Comments { .. } => {
                    self.store.release(&job);
                }
            }
        }
        found.expect("an article job is queued")
    }

    pub fn records(&self) -> Vec<ArticleRecord> {
        let mut records = Vec::new();
        self.place
            .archive()
            .articles(&ArticleFilter::default(), &mut |record| {
                records.push(record);
                true
            })
            .unwrap();
        records
    }

    pub fn record(&self, id: &str) -> ArticleRecord {
        let mut found = self.place.archive().find(key(id).as_str()).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    pub async fn report(&self) -> PassReport {
        self.store.pass(self.pass).await.unwrap().report
    }
}

pub fn listing_job(board: BoardId, pass: PassId, page: u32, due_at: Timestamp) -> NewJob {
    NewJob {
        board,
        kind: JobKind::Listing { pass, page },
        url: url(&format!("/news?page={page}")),
        referer: None,
        priority: JobPriority::Listing,
        due_at,
    }
}

pub fn comments_job(board: BoardId, article: ArticleId, page: u32, due_at: Timestamp) -> NewJob {
    NewJob {
        board,
        kind: JobKind::Comments { article, page },
        url: url(&format!("/news/1?cpage={page}")),
        referer: None,
        priority: JobPriority::Comments,
        due_at,
    }
}

/// All that failed or was restricted, if it was last looked at before `at`.
pub fn again(at: Timestamp) -> AskAgain {
    AskAgain {
        failed_before: at,
        restricted_before: at,
    }
}
