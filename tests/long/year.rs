//! A year of a board under a virtual clock, with the walk, the store and the radar as they are: thirty posts a day, two
//! in a hundred deleted at random ages, one in a hundred edited, purges of 5 to 50 posts, late comments, a day without
//! an answer, and a renumbering. Twelve passes a day. Each deletion must be found and dated to within two passes, none
//! invented, the audit must say each day what the board holds, and the radar must keep to its bound.
//!
//! `BOARDWALK_YEAR_DAYS=365` runs the whole year; by default it has 27 days with all that happens in them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use boardwalk::health::audit::{Proof, audit};
use boardwalk::health::radar::{most_pages, plan};
use boardwalk::listing::{Facts, advance, begin, has_late};
use boardwalk::model::*;
use boardwalk::store::sqlite::{OpenMode, SqliteStore, StoreOptions};
use boardwalk::store::{Archive, ArticleFilter, AskAgain, Store};
use jiff::{SignedDuration, Timestamp};
use url::Url;

const HOST: &str = "board.test";
const ROWS: usize = 20;
const PASS_EVERY: SignedDuration = SignedDuration::from_hours(2);
/// The default.
const CONFIRM_GONE_AFTER: SignedDuration = SignedDuration::from_mins(15);
const POSTS_A_DAY: u64 = 30;
const N_AT_FIRST: usize = 1_500;
const PURGE_EVERY_DAYS: u64 = 12;
const OFFLINE_DAY: u64 = 15;
const RENUMBERED_DAY: u64 = 25;
const DEEP_EVERY_DAYS: u64 = 30;

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

struct Post {
    id: u64,
    posted: Timestamp,
    revision: u32,
    n_comments: u64,
}

/// The board: newest first.
struct Sim {
    rng: Rng,
    now: Timestamp,
    posts: Vec<Post>,
    next_id: u64,
    /// What will be deleted, and when.
    doomed: BTreeSet<(Timestamp, u64)>,
    deleted: BTreeMap<u64, Timestamp>,
    offline: bool,
    rank_base: u64,
}

impl Sim {
    fn post(&mut self) {
        self.next_id += 1 + self.rng.below(5);
        let id = self.next_id;
        self.posts.insert(
            0,
            Post {
                id,
                posted: self.now,
                revision: 0,
                n_comments: 0,
            },
        );
        // Two in a hundred, at any age up to ninety days.
        if self.rng.below(100) < 2 {
            let age = SignedDuration::from_mins(self.rng.below(90 * 24 * 60) as i64);
            self.doomed.insert((self.now + age, id));
        }
    }

    fn delete(&mut self, at: usize) {
        let post = self.posts.remove(at);
        self.deleted.insert(post.id, self.now);
    }

    /// Two hours pass, minute by minute where something happens.
    fn pass_time(&mut self) {
        let end = self.now + PASS_EVERY;
        while self.now < end {
            self.now += SignedDuration::from_mins(10);
            while let Some((at, id)) = self.doomed.first().copied()
                && at <= self.now
            {
                self.doomed.pop_first();
                if let Some(at) = self.posts.iter().position(|post| post.id == id) {
                    self.delete(at);
                }
            }
            if self.rng.below(144) < POSTS_A_DAY {
                self.post();
            }
            let n = self.posts.len() as u64;
            if self.rng.below(480) == 0 {
                let at = self.rng.below(n) as usize;
                self.posts[at].revision += 1;
            }
            if self.rng.below(3) == 0 {
                let at = self.rng.below(n) as usize;
                self.posts[at].n_comments += 1;
            }
        }
    }

    fn purge(&mut self) {
        let n = 5 + self.rng.below(46) as usize;
        let at = self.rng.below((self.posts.len() - n) as u64) as usize;
        for _ in 0..n {
            self.delete(at);
        }
    }

    fn n_pages(&self) -> u32 {
        self.posts.len().div_ceil(ROWS) as u32
    }

    fn page(&self, page: u32) -> ListingPage {
        let from = (page as usize - 1) * ROWS;
        let n = self.posts.len();
        let rows = (from..(from + ROWS).min(n)).map(|at| {
            let post = &self.posts[at];
            Row {
                rank: Some(self.rank_base + (n - at) as u64),
                ..row(post)
            }
        });
        ListingPage {
            rows: rows.collect(),
            pager: Pager {
                current: (page <= self.n_pages()).then_some(page),
                last: Some(self.n_pages()),
                next: None,
            },
            container_found: true,
            ..ListingPage::default()
        }
    }
}

fn url(path: &str) -> Url {
    Url::parse(&format!("http://{HOST}{path}")).unwrap()
}

fn row(post: &Post) -> Row {
    Row {
        key: ArticleKey::new(HOST, &post.id.to_string()),
        url: url(&format!("/news/{}", post.id)),
        canonical_url: url(&format!("/news/{}", post.id)),
        title: format!("글 {} ({})", post.id, post.revision),
        author: None,
        posted: Some(PostedAt {
            at: post.posted,
            precision: Precision::Minute,
            text: post.posted.to_string(),
        }),
        category: None,
        rank: None,
        notice: false,
        current: false,
        secret: false,
        views: None,
        votes: None,
        comment_count: Some(post.n_comments),
    }
}

/// The conductor, without a network.
struct Crawl {
    sim: Sim,
    store: SqliteStore,
    board: Board,
    asked_once: HashSet<ArticleId>,
    n_radar: u32,
}

impl Crawl {
    async fn pass(&mut self, kind: PassKind) {
        if self.store.open_pass(self.board.id).await.unwrap().is_none() {
            let (board, at) = (self.board.clone(), self.sim.now);
            let first = move |pass| listing_job(&board, JobKind::Listing { pass, page: 1 }, 1, at);
            self.store
                .begin_pass(
                    self.board.id,
                    begin(kind, None, None),
                    first,
                    AskAgain {
                        failed_before: self.sim.now,
                        restricted_before: self.sim.now - SignedDuration::from_hours(24 * 7),
                    },
                    self.sim.now,
                )
                .await
                .unwrap();
        }
        let boards = [self.board.id];
        loop {
            let jobs = self
                .store
                .claim(HOST, &boards, self.sim.now, 1)
                .await
                .unwrap();
            let Some(job) = jobs.into_iter().next() else {
                let next = self.store.next_due(HOST, &boards).await.unwrap();
                let wait = SignedDuration::from_mins(10);
                match next {
                    Some(at) if at.duration_since(self.sim.now) < wait => self.sim.now = at,
                    _ => return,
                }
                continue;
            };
            self.visit(job).await;
        }
    }

    async fn visit(&mut self, job: Job) {
        let at = self.sim.now;
        let outcome = if self.sim.offline {
            Outcome::Retry {
                due_at: at + SignedDuration::from_hours(1),
                error: "no answer".into(),
                counts: false,
            }
        } else {
            match &job.kind {
                JobKind::Listing { pass, page } => self.listing(*pass, *page).await,
                JobKind::Radar { pass, page } => {
                    self.n_radar += 1;
                    let listing = self.sim.page(*page);
                    Outcome::Radar {
                        pass: *pass,
                        rows: listing.rows,
                        revisit: Vec::new(),
                        last_page: listing.pager.last,
                    }
                }
                JobKind::Article { article } => self.article(*article).await,
                JobKind::Comments { .. } => unreachable!("no article here has comment pages"),
            }
        };
        let settlement = Settlement {
            job: job.id,
            outcome,
            page: None,
            receipts: Vec::new(),
            pause: None,
            at,
        };
        self.store.settle(settlement).await.unwrap();
        if let JobKind::Listing { pass, .. } | JobKind::Radar { pass, .. } = job.kind {
            self.follow(pass).await;
        }
    }

    async fn listing(&mut self, pass: PassId, page: u32) -> Outcome {
        let pass = self.store.pass(pass).await.unwrap();
        let listing = self.sim.page(page);
        let keys = listing.rows.iter().map(|row| row.key.clone()).collect();
        let known = self.store.known(pass.id, keys).await.unwrap();
        let n_unknown = listing
            .rows
            .iter()
            .filter(|row| !known.contains_key(&row.key))
            .count();
        let n_new = listing
            .rows
            .iter()
            .filter(|row| {
                known
                    .get(&row.key)
                    .is_none_or(|known| !known.before_this_pass)
            })
            .count();
        let earlier = self.store.last_pass(self.board.id, false).await.unwrap();
        let gaps = self.store.gaps(self.board.id).await.unwrap();
        let row_count = self.store.row_count(self.board.id).await.unwrap();
        let ranks = self.store.ranks(self.board.id).await.unwrap();
        let facts = Facts {
            pass: pass.id,
            n_new,
            late: has_late(&listing, page, |key| known.contains_key(key)),
            n_added: n_unknown as u64,
            n_listed: Some(row_count.n_listed + n_unknown as u64),
            rank_base: ranks.base,
            n_unknown: row_count.n_unknown,
            counts_rows: true,
            earlier_deficit: earlier.and_then(|pass| pass.walk.deficit),
            gaps: &gaps,
            quiet_pages: 2,
        };
        let step = advance(&pass.walk, &listing, facts);
        let next = step.next.map(|page| {
            let kind = JobKind::Listing {
                pass: pass.id,
                page,
            };
            listing_job(&self.board, kind, page, self.sim.now)
        });
        Outcome::Listing {
            pass: pass.id,
            rows: listing.rows,
            revisit: Vec::new(),
            walk: step.walk,
            next,
            gap: step.gap,
            gaps: step.gaps,
            end: step.end,
        }
    }

    async fn article(&mut self, article: ArticleId) -> Outcome {
        let target = self.store.target(article).await.unwrap();
        let id: u64 = target.key.id().parse().unwrap();
        if self.sim.posts.iter().any(|post| post.id == id) {
            return Outcome::Article {
                article,
                content: Box::new(Article {
                    title: Some(format!("글 {id}")),
                    text: format!("글 {id}의 본문"),
                    ..Article::empty(PageClass::Article, "body found")
                }),
                moved_to: None,
                canonical_url: None,
                comment_jobs: Vec::new(),
            };
        }
        if self.asked_once.insert(article) {
            return Outcome::Retry {
                due_at: self.sim.now + CONFIRM_GONE_AFTER,
                error: "404".into(),
                counts: false,
            };
        }
        Outcome::ArticleState {
            article,
            state: ArticleState::Gone,
            title: None,
            author: None,
            posted: None,
            reason: "404".into(),
        }
    }

    async fn follow(&mut self, pass: PassId) {
        let pass = self.store.pass(pass).await.unwrap();
        let spacing = SignedDuration::from_secs(5);
        for _ in 0..4 {
            let Some(view) = self.store.radar_view(self.board.id, pass.id).await.unwrap() else {
                return;
            };
            let plan = plan(&view);
            let jobs = plan
                .read
                .iter()
                .map(|page| {
                    let kind = JobKind::Radar {
                        pass: pass.id,
                        page: *page,
                    };
                    listing_job(&self.board, kind, *page, self.sim.now)
                })
                .collect();
            let changed = plan.oldest.is_some() || plan.rank_base.is_some();
            self.store
                .follow_plan(&pass, plan, jobs, spacing, self.sim.now)
                .await
                .unwrap();
            if !changed {
                return;
            }
        }
    }
}

fn listing_job(board: &Board, kind: JobKind, page: u32, at: Timestamp) -> NewJob {
    NewJob {
        board: board.id,
        kind,
        url: url(&format!("/news?page={page}")),
        referer: None,
        priority: JobPriority::Listing,
        due_at: at,
    }
}

/// What the archive says of each article: by id, its state and the interval in which it vanished.
fn vanished(
    archive: &dyn Archive,
) -> BTreeMap<u64, (ArticleState, Option<(Timestamp, Timestamp)>)> {
    let mut found = BTreeMap::new();
    archive
        .articles(&ArticleFilter::default(), &mut |record| {
            let interval = record
                .vanished
                .map(|vanished| (vanished.after, vanished.before));
            found.insert(record.key.id().parse().unwrap(), (record.state, interval));
            true
        })
        .unwrap();
    found
}

async fn begin_year(folder: &std::path::Path) -> Crawl {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let options = StoreOptions {
        keep_raw_pages: false,
        search_index: false,
        ..StoreOptions::default()
    };
    let store = SqliteStore::open(&folder.join("year.db"), OpenMode::ReadWrite, options).unwrap();
    let new = NewBoard {
        name: "news".into(),
        url: url("/news"),
        key: format!("{HOST}/news"),
        host: HOST.into(),
        profile: "rhymix".into(),
    };
    let board = store.register_board(new, now).await.unwrap();
    let mut sim = Sim {
        rng: Rng(2026),
        now,
        posts: Vec::new(),
        next_id: 1_000,
        doomed: BTreeSet::new(),
        deleted: BTreeMap::new(),
        offline: false,
        rank_base: 0,
    };
    for _ in 0..N_AT_FIRST {
        sim.post();
    }
    Crawl {
        sim,
        store,
        board,
        asked_once: HashSet::new(),
        n_radar: 0,
    }
}

#[tokio::test]
async fn a_year_of_deletions_is_found_dated_and_accounted_for() {
    let n_days: u64 = std::env::var("BOARDWALK_YEAR_DAYS")
        .ok()
        .and_then(|days| days.parse().ok())
        .unwrap_or(27);
    let folder = tempfile::tempdir().unwrap();
    let mut crawl = begin_year(folder.path()).await;
    crawl.pass(PassKind::Full).await;
    let (mut n_radar, mut n_found) = (0, 0);
    for day in 1..=n_days {
        crawl.sim.offline = day == OFFLINE_DAY;
        if day == RENUMBERED_DAY {
            crawl.sim.rank_base = 1_000;
        }
        for hour in 0..12 {
            crawl.sim.pass_time();
            if day % PURGE_EVERY_DAYS == 0 && hour == 5 {
                crawl.sim.purge();
            }
            let before = vanished_count(&crawl).await;
            crawl.n_radar = 0;
            let deep = day % DEEP_EVERY_DAYS == 0 && hour == 3;
            let kind = match deep {
                true => PassKind::Full,
                false => PassKind::Incremental,
            };
            crawl.pass(kind).await;
            let k = vanished_count(&crawl).await - before;
            let most = most_pages(k, crawl.sim.n_pages());
            assert!(
                crawl.n_radar <= most,
                "day {day}, pass {hour}: {} pages for {k} deletions",
                crawl.n_radar
            );
            n_radar += crawl.n_radar;
            n_found += k;
        }
        if !crawl.sim.offline {
            compare(&crawl, day);
        }
    }
    assert!(n_found > 0);
    eprintln!("{n_days} days: {n_found} deletions found with {n_radar} listing pages of the radar");
}

async fn vanished_count(crawl: &Crawl) -> u64 {
    let archive = crawl.store.archive().unwrap();
    let facts = archive.audit(&crawl.board).unwrap();
    facts.all.n_gone + facts.all.n_unlisted
}

/// The day's end: the audit says what the simulator knows.
fn compare(crawl: &Crawl, day: u64) {
    let archive = crawl.store.archive().unwrap();
    let audit = audit(archive.audit(&crawl.board).unwrap());
    let n_alive = crawl.sim.posts.len() as u64;
    assert_eq!(
        (audit.proof, audit.n_posts, audit.held.n_listed),
        (Proof::Proven, Some(n_alive), n_alive),
        "day {day}: {audit:?}"
    );
    // Those that the last passes found missing are held as they were until their pages have said so again.
    let n_awaited = audit.held.n_unlisted;
    assert_eq!(audit.held.n_stored, n_alive + n_awaited, "day {day}");
    assert!(audit.holes.is_empty(), "day {day}: {:?}", audit.holes);
    let held = vanished(&archive);
    let alive: BTreeSet<u64> = crawl.sim.posts.iter().map(|post| post.id).collect();
    for (id, (state, interval)) in held {
        let deleted = crawl.sim.deleted.get(&id);
        match (state, interval) {
            (state @ (ArticleState::Gone | ArticleState::Stored), Some((after, before))) => {
                let since = crawl.sim.now.duration_since(before);
                assert!(
                    state == ArticleState::Gone || since <= PASS_EVERY * 2,
                    "day {day}: {id} was missing at {before} and is not believed gone yet"
                );
                let at = *deleted.unwrap_or_else(|| panic!("day {day}: {id} was not deleted"));
                assert!(
                    after <= at && at <= before,
                    "day {day}: {id} deleted at {at}, said to be between {after} and {before}"
                );
                // Nobody can know better when the board was away.
                let offline = day_of(at) >= OFFLINE_DAY && day_of(after) <= OFFLINE_DAY;
                let width = before.duration_since(after);
                assert!(
                    offline || width <= PASS_EVERY * 2,
                    "day {day}: {id} is dated to {width:#}"
                );
            }
            (ArticleState::Stored, None) => assert!(alive.contains(&id), "day {day}: {id} is gone"),
            other => panic!("day {day}: {id} is {other:?}"),
        }
    }
}

fn day_of(at: Timestamp) -> u64 {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    (at.duration_since(start).as_hours() / 24) as u64 + 1
}
