//! The service under one configuration: hands due boards to the workers of their hosts, and tells the planner what
//! came of it.
//!
//! One task owns the planner and everything else here, so that nothing needs a lock; opening polls and working on hosts
//! are tasks of their own, which report to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::checkup::{complete, tell};
use super::hosts::serve;
use super::open::{Opened, open_poll};
use super::plan::{add_board, n_passes_wanted, planner, poll_of};
use super::pulse::{Pulse, PulseOfBoard};
use super::{Assignment, Service};
use crate::crawl::begin::{Introduced, held, introduce, is_remembered, stranger, with_learnt};
use crate::crawl::board::{BoardContext, Target, TargetError};
use crate::crawl::crew::{CrawlOptions, Crew, wait_between};
use crate::crawl::once::Outfit;
use crate::crawl::polls::{Over, PollEnd, Polls};
use crate::health::verdict::{Change, Expectation, Health, Observation};
use crate::model::{BoardId, Pass};
use crate::schedule::{Planner, Poll, Reason};
use crate::store::{NextPass, SavedSchedule, Store, StoreError};

/// The scheduler looks at least this often, so that a heart that stands still is noticed.
const BEAT_EVERY: Duration = Duration::from_secs(10);

/// Why a generation ended.
pub(super) enum End {
    Stopped,
    Changed(Box<Assignment>),
}

/// A board of the configuration.
struct Served {
    target: Target,
    /// Known once the board has been recognised.
    context: Option<Arc<BoardContext>>,
    /// Why its last poll could not begin, for people.
    refusal: Option<String>,
}

impl Served {
    fn label(&self) -> String {
        match (&self.target.name, &self.context) {
            (Some(name), _) => name.clone(),
            (None, Some(context)) => context.board.name.clone(),
            (None, None) => self.target.url.to_string(),
        }
    }
}

type Opening = (BoardId, Result<Result<Opened, TargetError>, StoreError>);

pub(super) struct Generation<S> {
    outfit: Arc<Outfit<S>>,
    options: CrawlOptions,
    planner: Planner,
    boards: BTreeMap<BoardId, Served>,
    crews: HashMap<String, Arc<Crew<S>>>,
    workers: JoinSet<Result<(), StoreError>>,
    openings: JoinSet<Opening>,
    polls: Arc<Polls>,
    healths: BTreeMap<BoardId, Health>,
    pulse: Arc<Pulse>,
    /// What the pulse was told of last: a plan, and boards that have moved since.
    told: Option<u64>,
    moved: BTreeSet<BoardId>,
    /// The service's own: the generation's is `outfit.stop`.
    stop: CancellationToken,
}

impl<S: Store> Generation<S> {
    /// Takes up what is known of the boards, and begins with what is queued for them.
    pub async fn new(service: &Service<S>, assignment: Assignment) -> Result<Self, StoreError> {
        let now = service.clock.now();
        let mut outfit = Outfit {
            store: service.store.clone(),
            fetcher: assignment.fetcher,
            library: assignment.library,
            clock: Arc::clone(&service.clock),
            observer: Arc::clone(&service.observer),
            stop: service.stop.child_token(),
            database: String::new(),
        };
        outfit.library = with_learnt(&outfit).await?;
        service.pulse.begins_with(outfit.fetcher.clone());
        let saved = service.store.schedule().await?;
        let mut generation = Self {
            planner: planner(assignment.limits, &saved, now),
            outfit: Arc::new(outfit),
            options: assignment.options,
            boards: BTreeMap::new(),
            crews: HashMap::new(),
            workers: JoinSet::new(),
            openings: JoinSet::new(),
            polls: Arc::default(),
            healths: BTreeMap::new(),
            pulse: Arc::clone(&service.pulse),
            told: None,
            moved: BTreeSet::new(),
            stop: service.stop.clone(),
        };
        for (number, (target, plan)) in (1..).zip(assignment.boards) {
            let context = generation.remember(&target).await?;
            let held = match &context {
                Some(known) => Some(known.board.id),
                None => held(&generation.outfit, &target.url)
                    .await?
                    .map(|held| held.id),
            };
            // Boards that were never asked for get negative numbers until they are.
            let board = held.unwrap_or(BoardId(-number));
            if let Some(other) = generation.boards.get(&board) {
                let url = &target.url;
                warn!(
                    "{url} is a second address of {}; it is left out",
                    other.label()
                );
                continue;
            }
            let n_passes = n_passes_wanted(&saved, board);
            let passes: Vec<Pass> = service.store.last_passes(board, n_passes).await?;
            add_board(&mut generation.planner, board, plan, &saved, &passes, now);
            if let Some(context) = &context {
                generation.polls.follow(board, now);
                generation
                    .crew_of(&context.board.host)
                    .welcome(Arc::clone(context));
            }
            let served = Served {
                target,
                context,
                refusal: None,
            };
            generation.boards.insert(board, served);
        }
        Ok(generation)
    }

    /// A board that can be read without asking anybody.
    async fn remember(&self, target: &Target) -> Result<Option<Arc<BoardContext>>, StoreError> {
        if !is_remembered(&self.outfit, target).await? {
            return Ok(None);
        }
        match introduce(&self.outfit, &self.options, target).await? {
            Ok(Introduced { context, .. }) => Ok(Some(Arc::new(context))),
            Err(error) => {
                debug!("{error}");
                Ok(None)
            }
        }
    }

    /// Serves until the stop, or until the configuration changes.
    pub async fn run(
        mut self,
        changes: &mut mpsc::Receiver<Assignment>,
    ) -> Result<End, StoreError> {
        let end = self.serve(changes).await;
        // Whatever happened, visits in flight are ended or given back.
        self.outfit.stop.cancel();
        self.openings.shutdown().await;
        while let Some(worker) = self.workers.join_next().await {
            joined(worker)?;
        }
        self.record_ended().await?;
        end
    }

    async fn serve(&mut self, changes: &mut mpsc::Receiver<Assignment>) -> Result<End, StoreError> {
        let polls = Arc::clone(&self.polls);
        let mut may_change = true;
        loop {
            let now = self.outfit.clock.now();
            for board in self.planner.due(now) {
                self.open(board);
            }
            self.beat(now);
            let wake = wait_between(now, self.planner.wake_at());
            tokio::select! {
                () = self.stop.cancelled() => return Ok(End::Stopped),
                change = changes.recv(), if may_change => match change {
                    Some(next) => return Ok(End::Changed(Box::new(next))),
                    None => may_change = false,
                },
                Some(opening) = self.openings.join_next() => {
                    let (board, opened) = joined(opening);
                    self.opened(board, opened?).await?;
                }
                Some(worker) = self.workers.join_next() => joined(worker)?,
                () = polls.until_one_ends() => self.record_ended().await?,
                () = tokio::time::sleep(wake.clamp(Duration::from_millis(1), BEAT_EVERY)) => {}
            }
        }
    }

    fn open(&mut self, board: BoardId) {
        let Some(served) = self.boards.get(&board) else {
            self.planner.remove(board);
            return;
        };
        self.moved.insert(board);
        self.polls.opening(board);
        let target = served.target.clone();
        let context = served
            .context
            .clone()
            .map(|known| match self.crews.get(&known.board.host) {
                Some(crew) => crew.current(known),
                None => known,
            });
        let (outfit, options) = (Arc::clone(&self.outfit), self.options.clone());
        self.openings
            .spawn(async move { (board, open_poll(&outfit, &options, &target, context).await) });
    }

    /// Hands a poll to its host's worker.
    async fn opened(
        &mut self,
        board: BoardId,
        opened: Result<Opened, TargetError>,
    ) -> Result<(), StoreError> {
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                return self.refused(board, &error).await;
            }
        };
        let context = opened.context;
        let id = context.board.id;
        self.moved.insert(id);
        if id != board && !self.took_number(board, id) {
            return Ok(());
        }
        if let Some(served) = self.boards.get_mut(&id) {
            served.context = Some(Arc::clone(&context));
            served.refusal = None;
        }
        self.polls.follow(id, self.outfit.clock.now());
        self.polls.begun(id, opened.pass, opened.started_at);
        let crew = self.crew_of(&context.board.host);
        if let Some((job, page)) = opened.at_hand {
            crew.put_at_hand(job, page);
        }
        crew.welcome(context);
        Ok(())
    }

    /// The board is recognised, and has a number of the store's from now on. `false`: it is another board of the
    /// configuration, under a second address.
    fn took_number(&mut self, before: BoardId, id: BoardId) -> bool {
        let Some(served) = self.boards.remove(&before) else {
            return false;
        };
        self.told = None;
        if let Some(other) = self.boards.get(&id) {
            let url = &served.target.url;
            warn!(
                "{url} is a second address of {}; it is left out",
                other.label()
            );
            self.planner.remove(before);
            return false;
        }
        self.planner.rename(before, id);
        self.boards.insert(id, served);
        true
    }

    /// The board could not be recognised.
    async fn refused(&mut self, board: BoardId, error: &TargetError) -> Result<(), StoreError> {
        let now = self.outfit.clock.now();
        self.moved.insert(board);
        let Some(served) = self.boards.get_mut(&board) else {
            return Ok(());
        };
        warn!("{}: {error}", served.label());
        served.refusal = Some(error.to_string());
        let target = served.target.clone();
        let id = stranger(&self.outfit, &target).await?.id;
        if id != board && !self.took_number(board, id) {
            return Ok(());
        }
        self.moved.insert(id);
        let pause = self.outfit.fetcher.host(&target.url).pause_in_force();
        let failed = Poll {
            started_at: now,
            n_requests: 1,
            n_new: None,
            not_before: pause.map(|pause| pause.until),
        };
        self.planner.record(id, &failed);
        let seen = error.answer().map(|answer| Observation {
            answer,
            ..Observation::new(now)
        });
        let mut health = self.health_of(id).await?;
        let change = seen.and_then(|seen| health.judge(seen, None));
        self.keep_health(id, health, change).await
    }

    /// Tells the planner of the polls that are over, and keeps what it makes of them.
    async fn record_ended(&mut self) -> Result<(), StoreError> {
        let ended = self.polls.take_ended();
        if ended.is_empty() {
            return Ok(());
        }
        let mut saved = SavedSchedule::default();
        for end in ended {
            self.record(end).await?;
            if let Some(state) = self.planner.board_state(end.board) {
                saved.boards.insert(end.board, as_text(state));
            }
        }
        saved.planner = Some(as_text(self.planner.state()));
        let now = self.outfit.clock.now();
        self.outfit.store.save_schedule(saved, now).await
    }

    async fn record(&mut self, end: PollEnd) -> Result<(), StoreError> {
        let pass = self.outfit.store.pass(end.pass).await?;
        let of_pass = poll_of(&pass);
        let poll = match end.over {
            Over::Walked => Poll {
                started_at: end.started_at,
                ..of_pass
            },
            Over::GivenUp { not_before } => Poll {
                started_at: end.started_at,
                n_new: None,
                not_before,
                ..of_pass
            },
        };
        // Before the planner learns from this poll: what was to be expected of it.
        let now = self.outfit.clock.now();
        let health = self.health_of(end.board).await?;
        let expected = health
            .heard_at()
            .and_then(|since| self.planner.expected(end.board, since, now));
        self.planner.record(end.board, &poll);
        self.moved.insert(end.board);
        self.check_up(&end, &pass, health, expected).await?;
        if let (Some(served), Some(next)) =
            (self.boards.get(&end.board), self.planner.next(end.board))
        {
            let found = match poll.n_new {
                Some(n_new) => format!("{n_new} new"),
                None => "not read".to_owned(),
            };
            info!(
                "{}: {found} on {} pages; next at {} ({})",
                served.label(),
                pass.report.n_listing_pages,
                next.at,
                next.reason
            );
        }
        Ok(())
    }

    async fn health_of(&mut self, board: BoardId) -> Result<Health, StoreError> {
        if let Some(health) = self.healths.remove(&board) {
            return Ok(health);
        }
        let kept = self.outfit.store.health(board).await?;
        Ok(kept.unwrap_or_default())
    }

    /// What the poll says of how the board does; `expected` are posts, and how much their number varies.
    async fn check_up(
        &mut self,
        end: &PollEnd,
        pass: &Pass,
        mut health: Health,
        expected: Option<(f64, f64)>,
    ) -> Result<(), StoreError> {
        let board = end.board;
        let (store, now) = (&self.outfit.store, self.outfit.clock.now());
        let served = self.boards.get(&board);
        let refusal = served
            .and_then(|served| served.context.as_ref())
            .and_then(|context| self.polls.refusal(&context.board.host));
        let n_listed = store.row_count(board).await?.n_listed;
        let seen = self
            .polls
            .take_seen(board, now)
            .and_then(|seen| complete(seen, end, pass, refusal, n_listed, now));
        let expected = expected.map(|(n_posts, dispersion)| Expectation {
            n_posts,
            dispersion,
        });
        let change = seen.and_then(|seen| health.judge(seen, expected));
        self.keep_health(board, health, change).await
    }

    /// Keeps how a board does, and tells what has changed.
    async fn keep_health(
        &mut self,
        board: BoardId,
        health: Health,
        change: Option<Change>,
    ) -> Result<(), StoreError> {
        if let Some(served) = self.boards.get(&board) {
            tell(&served.label(), change.as_ref());
        }
        let next = self.planner.next(board).map(|next| NextPass {
            at: next.at,
            reason: next.reason.to_string(),
        });
        let kept = health.clone();
        self.healths.insert(board, health);
        let now = self.outfit.clock.now();
        let store = &self.outfit.store;
        store.save_health(board, kept, next, change, now).await
    }

    /// The workers of a host; its first board starts them.
    fn crew_of(&mut self, host: &str) -> Arc<Crew<S>> {
        if let Some(crew) = self.crews.get(host) {
            return Arc::clone(crew);
        }
        let outfit = &self.outfit;
        let crew = Crew::new(
            outfit.store.clone(),
            outfit.fetcher.clone(),
            Arc::clone(&outfit.clock),
            self.options.clone(),
            BTreeMap::new(),
            Arc::clone(&outfit.observer),
            outfit.stop.clone(),
            HashMap::new(),
        );
        let crew = Arc::new(crew.followed_by(Arc::clone(&self.polls)));
        self.workers
            .spawn(serve(Arc::clone(&crew), host.to_owned()));
        self.crews.insert(host.to_owned(), Arc::clone(&crew));
        crew
    }

    /// Tells who wants to know that the service is there, and what has changed of what comes next: to work that out for
    /// thousands of boards takes longer than a poll.
    fn beat(&mut self, now: Timestamp) {
        let plan = Some(self.planner.n_plans());
        let moved = std::mem::take(&mut self.moved);
        if self.told == plan {
            let moved = moved.into_iter().filter_map(|board| self.upcoming(board));
            moved.for_each(|(name, board)| self.pulse.board_is(name, board));
        } else {
            let all = self.boards.keys().filter_map(|board| self.upcoming(*board));
            self.pulse.boards_are(all.collect());
            self.told = plan;
        }
        self.pulse.beat(now);
    }

    fn upcoming(&self, board: BoardId) -> Option<(String, PulseOfBoard)> {
        let served = self.boards.get(&board)?;
        let next = self.planner.next(board)?;
        let pulse = PulseOfBoard {
            running: next.reason == Reason::Running,
            next,
            refusal: served.refusal.clone(),
        };
        Some((served.label(), pulse))
    }
}

/// A panic of a task is the service's.
fn joined<T>(ended: Result<T, JoinError>) -> T {
    match ended {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// States are plain numbers and lists.
fn as_text(state: &impl serde::Serialize) -> String {
    serde_json::to_string(state).expect("numbers and lists can always be written as text")
}
