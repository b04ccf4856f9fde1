//! What every visit of a run shares.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::board::BoardContext;
use super::fit::Fits;
use super::parts::Parts;
use super::polls::Polls;
use crate::fetch::{Fetched, Fetcher};
use crate::learn::Candidate;
use crate::model::{ArticleId, BoardId, Clock, JobId};

/// How a run behaves. Every value has its default in the configuration.
#[derive(Debug, Clone)]
pub struct CrawlOptions {
    /// Pages in a row without news after which a later pass ends.
    pub quiet_pages: u32,
    /// A pass goes to the board's end when the last one that did is older than this.
    pub deep_every: SignedDuration,
    /// Secret and members-only posts are asked for again after this long.
    pub restricted_retry: SignedDuration,
    /// Failed posts are asked for again by a pass that begins this long after.
    pub failed_retry: SignedDuration,
    /// Tries for one page, over all runs, before it counts as failed.
    pub max_tries: u32,
    /// The longest a one-off run waits for a host that asked for a pause, or for a retry.
    pub patience: SignedDuration,
    /// An article that is said to be gone is asked for once more this long after, and then believed to be. A one-off run
    /// does not wait for that, unless it is less than its patience.
    pub confirm_gone_after: SignedDuration,
    /// Least time between two requests of the deletion radar: its share of the host's pace. `None`: it is off.
    pub radar_interval: Option<SignedDuration>,
    /// Visits in flight per host.
    pub max_connections: usize,
    /// E-mail addresses are stored masked.
    pub mask_addresses: bool,
    /// How long visits in flight may take once the run is to stop; then they are given back.
    pub grace: Duration,
    /// Seed of the jitter in retry times.
    pub seed: u64,
}

/// Something worth showing to who waits for the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// Listing pages read, and how many there are, if a pager has told.
    Listing { done: u64, total: Option<u64> },
    /// Articles and comment pages visited, and how many are known to be due.
    Articles { done: u64, total: u64 },
    /// A sentence for the operator.
    Note(String),
}

/// Whoever watches a run: a progress bar, or nobody.
pub trait Observer: Send + Sync + 'static {
    fn see(&self, sighting: Sighting);

    /// Who can be asked what the pages do not tell; nobody, unless a person sits there.
    fn adviser(&self) -> Option<&dyn Adviser> {
        None
    }
}

/// A person who is asked where learning a board would be guessing. Called on the blocking pool; an answer may take its
/// time.
pub trait Adviser: Send + Sync {
    /// Which of the candidates is the listing of the board at `url`? `None`: none of them, or no answer.
    fn which_listing(&self, url: &Url, candidates: &[Candidate]) -> Option<usize>;
}

impl Observer for () {
    fn see(&self, _: Sighting) {}
}

/// Shared by all workers of a run.
pub(super) struct Crew<S> {
    pub store: S,
    pub fetcher: Fetcher,
    pub clock: Arc<dyn Clock>,
    pub options: CrawlOptions,
    roster: Mutex<Roster>,
    pub observer: Arc<dyn Observer>,
    /// Cancelled by the first signal: no new visit begins.
    pub stop: CancellationToken,
    pub tally: Tally,
    /// The page by which a board was recognised, kept for its first visit so that it is fetched once.
    pub at_hand: Mutex<HashMap<JobId, Fetched>>,
    troubles: Mutex<HashMap<BoardId, Trouble>>,
    /// Articles that a board has called gone for the first time in this run, with [`Tally::n_there`] at that time.
    pub gone_once: Mutex<HashMap<ArticleId, u64>>,
    /// Jobs whose page said "later", and how often in this run.
    pub busy: Mutex<HashMap<JobId, u32>>,
    /// What the service wants to know of its boards' passes.
    pub polls: Arc<Polls>,
    /// There is more to do than its workers saw when they last looked.
    pub nudge: Notify,
    /// How the boards' profiles fit.
    pub fits: Fits,
    /// Held by whoever repairs a profile.
    pub mending: tokio::sync::Mutex<()>,
    /// What the boards' indexes of sitemaps name.
    pub parts: Mutex<Parts>,
    jitter: AtomicU64,
}

/// The boards of a run. A host's are asked for with each of its pages.
#[derive(Default)]
struct Roster {
    boards: BTreeMap<BoardId, Arc<BoardContext>>,
    by_host: HashMap<String, BTreeSet<BoardId>>,
}

impl Roster {
    fn insert(&mut self, context: Arc<BoardContext>) {
        let board = &context.board;
        match self.by_host.get_mut(&board.host) {
            Some(on_host) => {
                on_host.insert(board.id);
            }
            None => {
                let on_host = BTreeSet::from([board.id]);
                self.by_host.insert(board.host.clone(), on_host);
            }
        }
        self.boards.insert(board.id, context);
    }
}

impl FromIterator<Arc<BoardContext>> for Roster {
    fn from_iter<I: IntoIterator<Item = Arc<BoardContext>>>(boards: I) -> Self {
        let mut roster = Self::default();
        for context in boards {
            roster.insert(context);
        }
        roster
    }
}

/// Why a board or its host is left alone for the rest of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub what: String,
    /// What the operator can do.
    pub advice: String,
}

/// Counted in memory, for progress and the report; the store has its own.
#[derive(Default)]
pub(super) struct Tally {
    pub n_listing: AtomicU64,
    pub n_pages_known: AtomicU64,
    pub n_articles: AtomicU64,
    pub n_due: AtomicU64,
    /// Requests that brought an answer of any kind, and those that brought none.
    pub n_answers: AtomicU64,
    pub n_silent: AtomicU64,
    /// Articles' pages that were there, whatever they showed.
    pub n_there: AtomicU64,
    /// "Gone" answers in a row, without a page that was there: an outage looks like this.
    pub n_gone_in_a_row: AtomicU32,
}

impl<S> Crew<S> {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        store: S,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
        options: CrawlOptions,
        boards: BTreeMap<BoardId, Arc<BoardContext>>,
        observer: Arc<dyn Observer>,
        stop: CancellationToken,
        at_hand: HashMap<JobId, Fetched>,
    ) -> Self {
        let jitter = AtomicU64::new(options.seed);
        Self {
            store,
            fetcher,
            clock,
            options,
            roster: Mutex::new(boards.into_values().collect()),
            observer,
            stop,
            tally: Tally::default(),
            at_hand: Mutex::new(at_hand),
            troubles: Mutex::new(HashMap::new()),
            gone_once: Mutex::new(HashMap::new()),
            busy: Mutex::new(HashMap::new()),
            polls: Arc::default(),
            nudge: Notify::new(),
            fits: Fits::default(),
            mending: tokio::sync::Mutex::new(()),
            parts: Mutex::default(),
            jitter,
        }
    }

    /// The same crew, whose passes somebody follows.
    pub fn followed_by(self, polls: Arc<Polls>) -> Self {
        Self { polls, ..self }
    }

    pub fn board(&self, id: BoardId) -> Arc<BoardContext> {
        Arc::clone(
            self.roster()
                .boards
                .get(&id)
                .expect("jobs are claimed for the boards of this run only"),
        )
    }

    pub fn board_ids(&self) -> Vec<BoardId> {
        self.roster().boards.keys().copied().collect()
    }

    /// From now on the board is read as this says.
    pub fn replace_board(&self, board: BoardContext) {
        self.roster().insert(Arc::new(board));
    }

    /// A board as it is read now: its profile may have been repaired since.
    pub fn current(&self, known: Arc<BoardContext>) -> Arc<BoardContext> {
        let roster = self.roster();
        roster.boards.get(&known.board.id).map_or(known, Arc::clone)
    }

    pub fn boards_on(&self, host: &str) -> Vec<BoardId> {
        let roster = self.roster();
        let on_host = roster.by_host.get(host).into_iter().flatten();
        on_host.copied().collect()
    }

    /// One board more, or one that is to be looked at again after a trouble.
    pub fn welcome(&self, context: Arc<BoardContext>) {
        self.troubles().remove(&context.board.id);
        self.roster().insert(context);
        // Whoever did not answer the passes before may answer this one.
        self.tally.n_answers.store(0, Ordering::Relaxed);
        self.tally.n_silent.store(0, Ordering::Relaxed);
        self.nudge.notify_one();
    }

    /// Page 1 of a board, fetched to recognise it, for the job that asks for it.
    pub fn put_at_hand(&self, job: JobId, page: Fetched) {
        let mut at_hand = self.at_hand.lock().expect("no holder of this lock panics");
        at_hand.insert(job, page);
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().expect("no holder of this lock panics")
    }

    pub fn troubles(&self) -> MutexGuard<'_, HashMap<BoardId, Trouble>> {
        self.troubles.lock().expect("no holder of this lock panics")
    }

    pub fn trouble(&self, board: BoardId, trouble: Trouble) {
        let told = self.troubles().insert(board, trouble.clone());
        if told.is_none() {
            self.observer.see(Sighting::Note(format!(
                "{}: {}",
                self.board(board).board.name,
                trouble.what
            )));
        }
    }

    pub fn in_trouble(&self, board: BoardId) -> bool {
        self.troubles().contains_key(&board)
    }

    /// When to try again after `attempts` failures: 5 s, doubled each time up to an hour, plus up to a half again,
    /// so that the retries of one outage do not come back together.
    pub fn backoff(&self, attempts: u32) -> SignedDuration {
        const FIRST_S: u64 = 5;
        const MOST_S: u64 = 3_600;
        let base_ms = (FIRST_S << attempts.min(16)).min(MOST_S) * 1_000;
        let extra_ms = self.random() % (base_ms / 2);
        SignedDuration::from_millis((base_ms + extra_ms) as i64)
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    fn random(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self
            .jitter
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn show_progress(&self) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let pages = load(&self.tally.n_pages_known);
        self.observer.see(Sighting::Listing {
            done: load(&self.tally.n_listing),
            total: (pages > 0).then_some(pages),
        });
        self.observer.see(Sighting::Articles {
            done: load(&self.tally.n_articles),
            total: load(&self.tally.n_due),
        });
    }
}

/// From now until `then`, never negative.
pub(super) fn wait_between(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO)
}
