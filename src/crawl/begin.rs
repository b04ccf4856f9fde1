//! From a target to a board with an open pass: what a one-off run and the service do before the first visit.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tracing::info;
use url::Url;

use super::board::{BoardContext, Known, Target, TargetError, recognise};
use super::crew::CrawlOptions;
use super::learning::Lesson;
use super::listing_visit::listing_job;
use super::once::Outfit;
use super::visit::save_robots;
use crate::fetch::{Fetched, RobotsFile, host_key};
use crate::listing;
use crate::model::{Board, JobId, JobKind, NewBoard, NewJob, Pass, PassEnd, PassId, PassKind};
use crate::profile::{Library, Profile};
use crate::store::{AskAgain, Store, StoreError, successor};

/// A pass that an earlier run began is only finished if it is not older than this; a new look at page 1 follows an
/// older one, which by then has missed what came on top.
const STALE_WALK: SignedDuration = SignedDuration::from_mins(10);

/// A board that is known, and page 1 if it was fetched to get to know it.
pub(super) struct Introduced {
    pub context: BoardContext,
    pub page: Option<Fetched>,
}

/// Whether posts have come on top since a pass, begun long ago, has read page 1.
pub(super) fn is_stale(pass: &Pass, now: Timestamp) -> bool {
    now.duration_since(pass.started_at) > STALE_WALK
}

/// Recognises a target and registers its board. Asks its host only where no profile is named or remembered.
pub(super) async fn introduce<S: Store>(
    outfit: &Outfit<S>,
    options: &CrawlOptions,
    target: &Target,
) -> Result<Result<Introduced, TargetError>, StoreError> {
    let now = outfit.clock.now();
    let mut target = target.clone();
    restore_host(outfit, &target).await?;
    let known = match know(outfit, &mut target).await? {
        Ok(known) => known,
        Err(error) => return Ok(Err(error)),
    };
    let Known {
        new,
        profile,
        page,
        serves_walk,
        lesson,
        ..
    } = known;
    if let Some(Lesson { learnt, .. }) = lesson {
        outfit
            .store
            .save_profile(learnt.name, learnt.text, now)
            .await?;
    }
    let profile = if target.profile.is_some() {
        profile
    } else {
        target.tailor.apply(profile)
    };
    let address = target.url.clone();
    outfit.store.recognised(address, new.clone()).await?;
    let board = outfit.store.register_board(new, now).await?;
    let mut context = BoardContext::new(board, &target, profile, options.mask_addresses);
    context.own_profile |= outfit.library.is_own(&context.profile.engine);
    Ok(Ok(Introduced {
        context,
        page: page.filter(|_| serves_walk),
    }))
}

/// The board that is held of an address, whether or not anybody can read it.
pub(super) async fn held<S: Store>(
    outfit: &Outfit<S>,
    address: &Url,
) -> Result<Option<Board>, StoreError> {
    let boards = outfit.store.boards_on(&host_key(address)).await?;
    Ok(boards.into_iter().find(|board| board.url == *address))
}

/// The board of a target that could not be recognised, so that what becomes of it can be told.
pub(super) async fn stranger<S: Store>(
    outfit: &Outfit<S>,
    target: &Target,
) -> Result<Board, StoreError> {
    if let Some(board) = held(outfit, &target.url).await? {
        return Ok(board);
    }
    let stranger = NewBoard::stranger(&target.url, host_key(&target.url), target.name.clone());
    let now = outfit.clock.now();
    outfit.store.register_board(stranger, now).await
}

/// The board's unfinished pass, if it has one; with the limits that are asked for now.
pub(super) async fn unfinished_pass<S: Store>(
    store: &S,
    context: &BoardContext,
) -> Result<Option<Pass>, StoreError> {
    let Some(pass) = store.open_pass(context.board.id).await? else {
        return Ok(None);
    };
    info!(
        "going on with the pass of {} begun at {}",
        context.board.name, pass.started_at
    );
    let limits = (context.max_pages, context.since);
    if (pass.walk.max_pages, pass.walk.since) != limits {
        store.set_limits(pass.id, limits.0, limits.1).await?;
    }
    Ok(Some(pass))
}

/// What the passes before it mean for the next one.
pub(super) struct Past {
    pub last: Option<Pass>,
    /// A pass since the last whole one was ended by a limit, or stopped.
    pub cut_short: bool,
    /// The last pass had the limits that are asked for now.
    same_limits: bool,
    limited: bool,
    /// A whole pass ended not long ago.
    fresh: bool,
}

impl Past {
    pub async fn of<S: Store>(
        store: &S,
        context: &BoardContext,
        options: &CrawlOptions,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let board = context.board.id;
        let limits = (context.max_pages, context.since);
        let last = store.last_pass(board, false).await?;
        let last_full = store.last_pass(board, true).await?;
        Ok(Self {
            same_limits: last
                .as_ref()
                .is_some_and(|last| (last.walk.max_pages, last.walk.since) == limits),
            limited: limits != (None, None),
            cut_short: store.was_cut_short(board).await?,
            fresh: last_full
                .and_then(|pass| pass.ended_at)
                .is_some_and(|ended| now.duration_since(ended) < options.deep_every),
            last,
        })
    }

    /// Articles of an interrupted run are still queued, its walk is done: they may come first, for a pass begun a
    /// moment ago needs no successor.
    pub fn may_resume(&self) -> bool {
        !self.cut_short || (self.same_limits && self.ended_by(PassEnd::Limit))
    }

    pub fn next_kind(&self) -> PassKind {
        if self.cut_short {
            // Quiet rows prove nothing below the limit of an earlier pass, except up to that same limit.
            let again = self.same_limits && self.limited && !self.ended_by(PassEnd::Stopped);
            match again {
                true => PassKind::Incremental,
                false => PassKind::Full,
            }
        } else if self.fresh {
            PassKind::Incremental
        } else {
            PassKind::Full
        }
    }

    fn ended_by(&self, end: PassEnd) -> bool {
        let last = self.last.as_ref();
        last.is_some_and(|pass| pass.end == Some(end))
    }
}

/// Begins a pass; its first page is the one that is at hand, if there is one.
pub(super) async fn begin<S: Store>(
    store: &S,
    context: &BoardContext,
    kind: PassKind,
    options: &CrawlOptions,
    now: Timestamp,
) -> Result<Pass, StoreError> {
    let walk = listing::begin(kind, context.max_pages, context.since);
    let first = {
        let job = listing_job(context, PassId(0), 1, now);
        move |pass| NewJob {
            kind: JobKind::Listing { pass, page: 1 },
            ..job
        }
    };
    let again = AskAgain {
        failed_before: now - options.failed_retry,
        restricted_before: now - options.restricted_retry,
    };
    store
        .begin_pass(context.board.id, walk, first, again, now)
        .await
}

/// Finds the job that asks for page 1, which was fetched to recognise the board.
pub(super) async fn job_of_page<S: Store>(
    outfit: &Outfit<S>,
    context: &BoardContext,
    page: &Fetched,
) -> Result<Option<JobId>, StoreError> {
    let now = outfit.clock.now();
    let board = [context.board.id];
    let claimed = outfit
        .store
        .claim(&context.board.host, &board, now, 1)
        .await?;
    let mut found = None;
    for job in claimed {
        if job.url == page.requested || job.url == page.final_url {
            found = Some(job.id);
        }
        outfit.store.release(&job);
    }
    Ok(found)
}

/// Which profile reads the target: the one that was named, or that an earlier run found, or one that its first page leads
/// to. What was asked for is on record, whatever came of it.
async fn know<S: Store>(
    outfit: &Outfit<S>,
    target: &mut Target,
) -> Result<Result<Known, TargetError>, StoreError> {
    let remembered = match &target.profile {
        Some(_) => None,
        None => remembered(outfit, target).await?,
    };
    let (certain, fallback) = match remembered {
        // Somebody may have written a better one since.
        Some(learnt)
            if outfit.library.get_given(&learnt.engine).is_none()
                && outfit.library.may_recognise(&target.url) =>
        {
            (None, Some(learnt))
        }
        other => (other, None),
    };
    let profile = match target.profile.take() {
        Some(named) => Some(repaired(outfit, target, named).await?),
        None => certain,
    };
    target.profile = profile.map(|profile| target.tailor.apply(profile));
    let mut spent = Vec::new();
    let known = recognise(
        &outfit.fetcher,
        &outfit.library,
        target,
        fallback,
        &outfit.observer,
        &mut spent,
    )
    .await;
    if !spent.is_empty() {
        outfit.store.save_receipts(spent).await?;
    }
    if known.is_err() {
        keep_what_was_said(outfit, target).await?;
    }
    save_robots(&outfit.store, &outfit.fetcher).await?;
    Ok(known)
}

/// All profiles of this run: those it was given, and those that earlier runs have learnt.
pub(super) async fn with_learnt<S: Store>(outfit: &Outfit<S>) -> Result<Arc<Library>, StoreError> {
    let mut library = (*outfit.library).clone();
    for text in outfit.store.profiles().await? {
        match Profile::from_toml(&text) {
            Ok(profile) => library.add_learnt(profile),
            Err(_) => tracing::warn!(
                "a profile learnt by another version cannot be read; it is learnt again"
            ),
        }
    }
    Ok(Arc::new(library))
}

/// A board that was not reached may have asked us to wait; the next run must know.
async fn keep_what_was_said<S: Store>(
    outfit: &Outfit<S>,
    target: &Target,
) -> Result<(), StoreError> {
    save_robots(&outfit.store, &outfit.fetcher).await?;
    if let Some(pause) = outfit.fetcher.host(&target.url).pause_in_force() {
        outfit.store.save_pause(pause, Vec::new()).await?;
    }
    Ok(())
}

/// What an earlier run learnt of the host: a pause it asked for, its robots file. Any host may have been asked a moment
/// ago by a run that was killed, so the first request to it always waits a whole interval.
async fn restore_host<S: Store>(outfit: &Outfit<S>, target: &Target) -> Result<(), StoreError> {
    let host = host_key(&target.url);
    let record = outfit.store.host(&host).await?.unwrap_or_default();
    let robots = record.robots.map(|robots| RobotsFile {
        status: robots.status,
        body: robots.body,
        fetched_at: robots.fetched_at,
    });
    outfit.fetcher.restore(
        &host,
        record.paused_until,
        record.pause_reason.as_deref(),
        robots,
    );
    Ok(())
}

/// Whether a board can be introduced without asking its host.
pub(super) async fn is_remembered<S: Store>(
    outfit: &Outfit<S>,
    target: &Target,
) -> Result<bool, StoreError> {
    Ok(target.profile.is_some() || remembered(outfit, target).await?.is_some())
}

/// The profile that an earlier run recognised for this URL's board.
async fn remembered<S: Store>(
    outfit: &Outfit<S>,
    target: &Target,
) -> Result<Option<Arc<Profile>>, StoreError> {
    for board in outfit.store.boards_on(&host_key(&target.url)).await? {
        if let Some(profile) = of_name(outfit, &board.profile).await?
            && profile
                .identity
                .board(&target.url)
                .is_some_and(|found| found.key == board.key)
        {
            return Ok(Some(profile));
        }
    }
    Ok(None)
}

/// A profile of the library, or one that was made since the library was filled.
async fn of_name<S: Store>(
    outfit: &Outfit<S>,
    name: &str,
) -> Result<Option<Arc<Profile>>, StoreError> {
    if let Some(profile) = outfit.library.get(name) {
        return Ok(Some(profile));
    }
    let texts = outfit.store.profiles().await?;
    let mut profiles = texts
        .iter()
        .filter_map(|text| Profile::from_toml(text).ok());
    Ok(profiles
        .find(|profile| profile.engine == name)
        .map(Arc::new))
}

/// The profile that repairs have put in the place of the one that the operator named, unless that is his own.
async fn repaired<S: Store>(
    outfit: &Outfit<S>,
    target: &Target,
    named: Arc<Profile>,
) -> Result<Arc<Profile>, StoreError> {
    let key = named.identity.board(&target.url).map(|found| found.key);
    if outfit.library.is_own(&named.engine) {
        return Ok(named);
    }
    for board in outfit.store.boards_on(&host_key(&target.url)).await? {
        if key.as_ref() == Some(&board.key) {
            let repairs = outfit.store.repairs(board.id).await?;
            let name = successor(&repairs, &named.engine);
            return Ok(of_name(outfit, name).await?.unwrap_or(named));
        }
    }
    Ok(named)
}
