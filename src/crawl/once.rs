//! A one-off crawl: recognise the boards, begin or go on with their passes, work until nothing is due, report.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::board::{BoardContext, Known, Target, TargetError, recognise};
use super::crew::{CrawlOptions, Crew, Observer};
use super::listing_visit::listing_job;
use super::report::{BoardReport, CrawlReport, Finish};
use super::visit::save_robots;
use super::worker::{HostEnd, work};
use crate::fetch::{Fetched, Fetcher, RobotsFile, host_key};
use crate::listing;
use crate::model::{BoardId, Clock, JobId, Pass, PassEnd, PassKind, PassReport};
use crate::profile::{Library, Profile};
use crate::store::{Store, StoreError};

/// A pass that an earlier run began is only finished if it is not older than this; a new look at page 1 follows an
/// older one, which by then has missed what came on top.
const STALE_WALK: SignedDuration = SignedDuration::from_mins(10);

#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything a run needs from outside.
pub struct Outfit<S> {
    pub store: S,
    pub fetcher: Fetcher,
    pub library: Arc<Library>,
    pub clock: Arc<dyn Clock>,
    pub observer: Arc<dyn Observer>,
    /// Cancelled by the first signal.
    pub stop: CancellationToken,
    /// For the report: where the store is.
    pub database: String,
}

/// Crawls `targets` until nothing is due, or the outfit's `stop` is cancelled.
///
/// # Errors
/// Only the store's: everything a board or the network does becomes part of the report.
pub async fn crawl_once<S: Store>(
    mut outfit: Outfit<S>,
    options: CrawlOptions,
    targets: Vec<Target>,
) -> Result<CrawlReport, CrawlError> {
    let begun = tokio::time::Instant::now();
    outfit.library = with_learnt(&outfit).await?;
    let mut failed_targets = Vec::new();
    let mut boards = HashMap::new();
    let mut at_hand = HashMap::new();
    let mut stale = Vec::new();
    for target in targets {
        if outfit.stop.is_cancelled() {
            break;
        }
        match prepare(&outfit, &options, &target, &mut at_hand).await? {
            Ok((context, was_stale)) => {
                if was_stale {
                    stale.push(context.board.id);
                }
                boards.insert(context.board.id, Arc::new(context));
            }
            Err(error) => failed_targets.push((target, error)),
        }
    }
    let crew = Arc::new(Crew::new(
        outfit.store.clone(),
        outfit.fetcher.clone(),
        Arc::clone(&outfit.clock),
        options,
        boards,
        Arc::clone(&outfit.observer),
        outfit.stop.clone(),
        at_hand,
    ));
    for board in crew.boards.keys() {
        let (_, articles) = crew.store.n_queued(*board).await?;
        crew.tally.n_due.fetch_add(articles, Ordering::Relaxed);
    }
    let mut ends = work_hosts(&crew).await?;
    // Once more where page 1 was read long ago, and where the walk has left something open.
    for board in crew.boards.keys().copied().collect::<Vec<_>>() {
        let finished = crew.store.open_pass(board).await?.is_none();
        let unfinished = stale.contains(&board) || !crew.store.gaps(board).await?.is_empty();
        if finished && unfinished && !outfit.stop.is_cancelled() && !crew.in_trouble(board) {
            begin(
                &crew.store,
                &crew.board(board),
                PassKind::Incremental,
                &crew.options,
                crew.clock.now(),
            )
            .await?;
            ends = work_hosts(&crew).await?;
        }
    }
    let mut report = report(&crew, &ends, failed_targets, &outfit.database).await?;
    report.duration_s = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// Recognises a target, registers its board, and sees to it that it has an open pass. The flag tells that the pass
/// was begun long ago.
async fn prepare<S: Store>(
    outfit: &Outfit<S>,
    options: &CrawlOptions,
    target: &Target,
    at_hand: &mut HashMap<JobId, Fetched>,
) -> Result<Result<(BoardContext, bool), TargetError>, StoreError> {
    let now = outfit.clock.now();
    let mut target = target.clone();
    restore_host(outfit, &target).await?;
    let remembered = match &target.profile {
        Some(_) => None,
        None => remembered(outfit, &target).await?,
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
    target.profile = target.profile.or(certain);
    target.profile = target.profile.map(|profile| target.tailor.apply(profile));
    let mut spent = Vec::new();
    let known = recognise(
        &outfit.fetcher,
        &outfit.library,
        &target,
        fallback,
        &outfit.observer,
        &mut spent,
    )
    .await;
    outfit.store.save_receipts(spent).await?;
    let known = match known {
        Ok(known) => known,
        Err(error) => {
            keep_what_was_said(outfit, &target).await?;
            return Ok(Err(error));
        }
    };
    save_robots(&outfit.store, &outfit.fetcher).await?;
    let Known {
        new,
        profile,
        page,
        serves_walk,
        lesson,
        ..
    } = known;
    let page = page.filter(|_| serves_walk);
    if let Some(lesson) = lesson {
        let learnt = lesson.learnt;
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
    let board = outfit.store.register_board(new, now).await?;
    let mut context = BoardContext::new(board, &target, profile, options.mask_addresses);
    context.totals_before = outfit.store.totals(context.board.id).await?;
    let board = context.board.id;
    let limits = (context.max_pages, context.since);
    if let Some(pass) = outfit.store.open_pass(board).await? {
        info!(
            "going on with the pass of {} begun at {}",
            context.board.name, pass.started_at
        );
        if (pass.walk.max_pages, pass.walk.since) != limits {
            outfit.store.set_limits(pass.id, limits.0, limits.1).await?;
        }
        let was_stale = now.duration_since(pass.started_at) > STALE_WALK;
        return Ok(Ok((context, was_stale)));
    }
    let last = outfit.store.last_pass(board, false).await?;
    let same_limits = last
        .as_ref()
        .is_some_and(|last| (last.walk.max_pages, last.walk.since) == limits);
    let cut_short = outfit.store.was_cut_short(board).await?;
    // Articles of an interrupted run are still queued, its walk is done: they come first, and a pass begun a moment
    // ago needs no successor.
    let may_resume = !cut_short || (same_limits && ended_by(last.as_ref(), PassEnd::Limit));
    let due_now = outfit
        .store
        .next_due(&context.board.host, &[board])
        .await?
        .is_some_and(|at| at <= now);
    if let (true, true, Some(last)) = (may_resume, due_now, &last) {
        let was_stale = now.duration_since(last.started_at) > STALE_WALK;
        return Ok(Ok((context, was_stale)));
    }
    let last_full = outfit.store.last_pass(board, true).await?;
    let fresh = last_full
        .and_then(|pass| pass.ended_at)
        .is_some_and(|ended| now.duration_since(ended) < options.deep_every);
    let kind = if cut_short {
        // Quiet rows prove nothing below the limit of an earlier pass, except up to that same limit.
        let again =
            same_limits && limits != (None, None) && !ended_by(last.as_ref(), PassEnd::Stopped);
        if again {
            PassKind::Incremental
        } else {
            PassKind::Full
        }
    } else if fresh {
        PassKind::Incremental
    } else {
        PassKind::Full
    };
    begin(&outfit.store, &context, kind, options, now).await?;
    if let Some(page) = page {
        keep_at_hand(outfit, &context, page, at_hand).await?;
    }
    Ok(Ok((context, false)))
}

/// All profiles of this run: those it was given, and those that earlier runs have learnt.
async fn with_learnt<S: Store>(outfit: &Outfit<S>) -> Result<Arc<Library>, StoreError> {
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

fn ended_by(pass: Option<&Pass>, end: PassEnd) -> bool {
    pass.is_some_and(|pass| pass.end == Some(end))
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

/// Hands page 1, fetched to recognise the board, to the job that asks for it.
async fn keep_at_hand<S: Store>(
    outfit: &Outfit<S>,
    context: &BoardContext,
    page: Fetched,
    at_hand: &mut HashMap<JobId, Fetched>,
) -> Result<(), StoreError> {
    let now = outfit.clock.now();
    let board = [context.board.id];
    for job in outfit
        .store
        .claim(&context.board.host, &board, now, 1)
        .await?
    {
        if job.url == page.requested || job.url == page.final_url {
            at_hand.insert(job.id, page);
            outfit.store.release(&job);
            return Ok(());
        }
        outfit.store.release(&job);
    }
    Ok(())
}

async fn begin<S: Store>(
    store: &S,
    context: &BoardContext,
    kind: PassKind,
    options: &CrawlOptions,
    now: Timestamp,
) -> Result<Pass, StoreError> {
    let walk = listing::begin(kind, context.max_pages, context.since);
    let first = {
        let job = listing_job(context, crate::model::PassId(0), 1, now);
        move |pass| crate::model::NewJob {
            kind: crate::model::JobKind::Listing { pass, page: 1 },
            ..job
        }
    };
    store
        .begin_pass(
            context.board.id,
            walk,
            first,
            now - options.restricted_retry,
            now,
        )
        .await
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

/// The profile that an earlier run recognised for this URL's board.
async fn remembered<S: Store>(
    outfit: &Outfit<S>,
    target: &Target,
) -> Result<Option<Arc<crate::profile::Profile>>, StoreError> {
    for board in outfit.store.boards().await? {
        if let Some(profile) = outfit.library.get(&board.profile)
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

async fn work_hosts<S: Store>(
    crew: &Arc<Crew<S>>,
) -> Result<BTreeMap<String, HostEnd>, StoreError> {
    let mut by_host: BTreeMap<String, Vec<BoardId>> = BTreeMap::new();
    for context in crew.boards.values() {
        by_host
            .entry(context.board.host.clone())
            .or_default()
            .push(context.board.id);
    }
    let mut hosts = tokio::task::JoinSet::new();
    for (host, boards) in by_host {
        let crew = Arc::clone(crew);
        hosts.spawn(async move {
            let end = work(Arc::clone(&crew), host.clone(), boards).await;
            if end.is_err() {
                // The store is everybody's: without it no host's work can be kept.
                crew.stop.cancel();
            }
            (host, end)
        });
    }
    let mut ends = BTreeMap::new();
    let mut broken = None;
    while let Some(joined) = hosts.join_next().await {
        match joined {
            Ok((host, Ok(end))) => {
                ends.insert(host, end);
            }
            Ok((_, Err(error))) => broken = Some(error),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    match broken {
        Some(error) => Err(error),
        None => Ok(ends),
    }
}

async fn report<S: Store>(
    crew: &Crew<S>,
    ends: &BTreeMap<String, HostEnd>,
    failed_targets: Vec<(Target, TargetError)>,
    database: &str,
) -> Result<CrawlReport, StoreError> {
    let mut hints = Vec::new();
    let mut boards: Vec<BoardReport> = failed_targets
        .into_iter()
        .map(|(target, error)| BoardReport {
            name: target.name.unwrap_or_else(|| target.url.to_string()),
            url: target.url.to_string(),
            profile: None,
            walk: None,
            counts: PassReport::default(),
            n_queued: 0,
            n_gaps: 0,
            trouble: Some(error.to_string()),
        })
        .collect();
    let n_refused = boards.len();
    for context in crew.boards.values() {
        boards.push(board_report(crew, context, &mut hints).await?);
    }
    boards.sort_by(|a, b| a.name.cmp(&b.name));
    let interrupted = crew.stop.is_cancelled();
    let open = |board: &BoardReport| {
        board.n_queued > 0
            || board.n_gaps > 0
            || board.counts.n_failed > 0
            || board.trouble.is_some()
    };
    let nothing = boards
        .iter()
        .all(|board| board.trouble.is_some() && board.counts.n_rows == 0);
    let finish = if interrupted {
        hints.push("run the same command again: it goes on where it stopped".into());
        Finish::Interrupted
    } else if n_refused == boards.len() || nothing {
        Finish::Nothing
    } else if boards.iter().any(open) || ends.values().any(|end| *end == HostEnd::Later) {
        Finish::Partial
    } else {
        Finish::Done
    };
    if finish == Finish::Partial && hints.is_empty() {
        hints.push("what is queued or failed is tried again by the next run".into());
    }
    Ok(CrawlReport {
        finish,
        boards,
        n_requests: crew.fetcher.n_requests(),
        duration_s: 0.0,
        database: database.to_owned(),
        hints,
    })
}

async fn board_report<S: Store>(
    crew: &Crew<S>,
    context: &BoardContext,
    hints: &mut Vec<String>,
) -> Result<BoardReport, StoreError> {
    let board = &context.board;
    let pass = match crew.store.open_pass(board.id).await? {
        Some(pass) => Some(pass),
        None => crew.store.last_pass(board.id, false).await?,
    };
    let (n_listing, n_articles) = crew.store.n_queued(board.id).await?;
    let trouble = crew
        .troubles
        .lock()
        .expect("no holder of this lock panics")
        .get(&board.id)
        .cloned();
    if let Some(trouble) = &trouble {
        hints.push(format!("{}: {}", board.name, trouble.advice));
    }
    Ok(BoardReport {
        name: board.name.clone(),
        url: board.url.to_string(),
        profile: Some(board.profile.clone()),
        walk: pass.as_ref().and_then(|pass| pass.end).map(PassEnd::as_str),
        counts: crew
            .store
            .totals(board.id)
            .await?
            .since(&context.totals_before),
        n_queued: n_listing + n_articles,
        n_gaps: crew.store.gaps(board.id).await?.len() as u64,
        trouble: trouble.map(|trouble| trouble.what),
    })
}
