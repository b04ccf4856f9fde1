//! A one-off crawl: recognise the boards, begin or go on with their passes, work until nothing is due, report.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio_util::sync::CancellationToken;

use super::begin::{
    Introduced, Past, begin, introduce, is_stale, job_of_page, unfinished_pass, with_learnt,
};
use super::board::{BoardContext, Target, TargetError};
use super::crew::{CrawlOptions, Crew, Observer};
use super::report::{BoardReport, CrawlReport, Finish};
use super::worker::work;
use crate::fetch::{Fetched, Fetcher, host_key};
use crate::model::{BoardId, Clock, JobId, PassEnd, PassKind, PassReport};
use crate::profile::Library;
use crate::store::{Store, StoreError};

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
    let outfit = Arc::new(outfit);
    let Prepared {
        boards,
        at_hand,
        stale,
        failed: failed_targets,
    } = prepare_all(&outfit, &options, targets).await?;
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
    for board in crew.board_ids() {
        let (_, articles) = crew.store.n_queued(board).await?;
        crew.tally.n_due.fetch_add(articles, Ordering::Relaxed);
    }
    work_hosts(&crew).await?;
    // Once more where page 1 was read long ago, and where the walk has left something open.
    for board in crew.board_ids() {
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
            work_hosts(&crew).await?;
        }
    }
    crew.store.tidy().await?;
    let mut report = report(&crew, failed_targets, &outfit.database).await?;
    report.duration_s = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// What the targets turned out to be.
#[derive(Default)]
struct Prepared {
    boards: BTreeMap<BoardId, Arc<BoardContext>>,
    at_hand: HashMap<JobId, Fetched>,
    /// Boards whose pass was begun long ago.
    stale: Vec<BoardId>,
    failed: Vec<(Target, TargetError)>,
}

impl Prepared {
    fn add(&mut self, other: Self) {
        self.boards.extend(other.boards);
        self.at_hand.extend(other.at_hand);
        self.stale.extend(other.stale);
        self.failed.extend(other.failed);
    }
}

/// All hosts at a time, each host's targets in turn: most of the time is spent waiting for a host's pace. Where a person
/// may be asked, one target comes after the other.
async fn prepare_all<S: Store>(
    outfit: &Arc<Outfit<S>>,
    options: &CrawlOptions,
    targets: Vec<Target>,
) -> Result<Prepared, StoreError> {
    let mut by_host: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    for target in targets {
        let host = match outfit.observer.adviser() {
            Some(_) => String::new(),
            None => host_key(&target.url),
        };
        by_host.entry(host).or_default().push(target);
    }
    let mut hosts = tokio::task::JoinSet::new();
    for targets in by_host.into_values() {
        let (outfit, options) = (Arc::clone(outfit), options.clone());
        hosts.spawn(async move {
            let mut prepared = Prepared::default();
            for target in targets {
                if outfit.stop.is_cancelled() {
                    break;
                }
                match prepare(&outfit, &options, &target, &mut prepared.at_hand).await? {
                    Ok((context, was_stale)) => {
                        let board = context.board.id;
                        prepared.stale.extend(was_stale.then_some(board));
                        prepared.boards.insert(board, Arc::new(context));
                    }
                    Err(error) => prepared.failed.push((target, error)),
                }
            }
            Ok::<_, StoreError>(prepared)
        });
    }
    let mut all = Prepared::default();
    while let Some(joined) = hosts.join_next().await {
        match joined {
            Ok(prepared) => all.add(prepared?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(all)
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
    let store = &outfit.store;
    let Introduced { mut context, page } = match introduce(outfit, options, target).await? {
        Ok(introduced) => introduced,
        Err(error) => return Ok(Err(error)),
    };
    let board = context.board.id;
    context.totals_before = store.totals(board).await?;
    if let Some(open) = unfinished_pass(store, &context).await? {
        return Ok(Ok((context, is_stale(&open, now))));
    }
    let past = Past::of(store, &context, options, now).await?;
    let due_now = store
        .next_due(&context.board.host, &[board])
        .await?
        .is_some_and(|at| at <= now);
    if let (true, true, Some(last)) = (past.may_resume(), due_now, &past.last) {
        let was_stale = is_stale(last, now);
        return Ok(Ok((context, was_stale)));
    }
    begin(store, &context, past.next_kind(), options, now).await?;
    if let Some(page) = page
        && let Some(job) = job_of_page(outfit, &context, &page).await?
    {
        at_hand.insert(job, page);
    }
    Ok(Ok((context, false)))
}

async fn work_hosts<S: Store>(crew: &Arc<Crew<S>>) -> Result<(), StoreError> {
    let boards = crew.board_ids();
    let hosts_of_boards: BTreeSet<String> = boards
        .into_iter()
        .map(|board| crew.board(board).board.host.clone())
        .collect();
    let mut hosts = tokio::task::JoinSet::new();
    for host in hosts_of_boards {
        let crew = Arc::clone(crew);
        hosts.spawn(async move {
            let end = work(&crew, &host).await;
            if end.is_err() {
                // The store is everybody's: without it no host's work can be kept.
                crew.stop.cancel();
            }
            end
        });
    }
    let mut broken = None;
    while let Some(joined) = hosts.join_next().await {
        match joined {
            // What is left in the queue tells how it ended.
            Ok(Ok(())) => {}
            Ok(Err(error)) => broken = Some(error),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    match broken {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

async fn report<S: Store>(
    crew: &Crew<S>,
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
            n_unconfirmed: 0,
            n_gaps: 0,
            trouble: Some(error.to_string()),
            repaired: None,
            misfit: None,
        })
        .collect();
    let n_refused = boards.len();
    for board in crew.board_ids() {
        boards.push(board_report(crew, &crew.board(board), &mut hints).await?);
    }
    boards.sort_by(|a, b| a.name.cmp(&b.name));
    let interrupted = crew.stop.is_cancelled();
    let open = |board: &BoardReport| {
        board.n_queued > board.n_unconfirmed
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
    } else if boards.iter().any(open) {
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
    let (n_unconfirmed, confirm_at) = crew.store.unconfirmed(board.id).await?;
    if let Some(at) = confirm_at {
        hints.push(format!(
            "{}: posts that are said to be gone or closed: {n_unconfirmed}; a run after {at:.0} asks once more, and believes it then",
            board.name
        ));
    }
    let trouble = crew.troubles().get(&board.id).cloned();
    if let Some(trouble) = &trouble {
        hints.push(format!("{}: {}", board.name, trouble.advice));
    }
    crew.fits.save(&crew.store, board.id).await?;
    let (repaired, broken) = crew
        .fits
        .of(board.id, |fit| (fit.repaired.clone(), fit.broken.clone()));
    let misfit = broken.and_then(|broken| serde_json::from_str(&broken.finding).ok());
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
        n_unconfirmed,
        n_gaps: crew.store.gaps(board.id).await?.len() as u64,
        trouble: trouble.map(|trouble| trouble.what),
        repaired,
        misfit,
    })
}
