//! One job through all stages: claim → fetch → decode → read → settle. This is the whole journey of a page.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::{Instrument, debug, info_span, warn};

use super::board::BoardContext;
use super::crew::{Crew, Trouble};
use super::fit::Glance;
use super::parsing;
use super::parts::{Part, forget, part};
use super::symptoms::{note_block, note_failure};
use super::{article_visit, listing_visit, radar};
use crate::article::{PageView, classify};
use crate::document::{Document, LeftOut, parse_wanted};
use crate::fetch::{FetchError, FetchErrorKind, Fetched, Fetcher, Request, Retry};
use crate::model::{
    HostPause, Job, JobKind, Outcome, PageClass, PassId, Settled, Settlement, Visited,
};
use crate::store::{Store, StoreError, StoredRobots};

/// How long a board that shows a bot check or a block page is left alone. Known blocks last over an hour
/// (BOARDS.md 9).
const BLOCK_PAUSE_S: i64 = 2 * 3_600;

/// Requests without an answer after which a host that has never answered is given up for this run.
const MOST_SILENT: u64 = 3;

/// Visits one page and makes all that follows from it true. An error is the store's: the run cannot go on.
pub(super) async fn visit<S: Store>(crew: &Crew<S>, job: Job) -> Result<Settled, StoreError> {
    let board = crew.board(job.board);
    let span = info_span!(
        "visit", job.id = job.id.0, board = %board.board.name, url = %job.url, attempt = job.attempts,
    );
    async {
        let pass = match job.kind {
            JobKind::Listing { pass, .. } => Some(pass),
            _ => None,
        };
        crew.fits
            .ready(&crew.store, &board, pass, crew.clock.now())
            .await?;
        // From the moment that its request is sent, not while it waits for its host's pace.
        let coming = OnceLock::new();
        let announce = || drop(coming.set(crew.store.announce()));
        let answer = match take_at_hand(crew, &job) {
            Some(fetched) => Ok(fetched),
            None => {
                crew.fetcher
                    .get_telling(&request(&board, &job), &announce)
                    .await
            }
        };
        let answer = match answer {
            Ok(fetched) => part(crew, &board, &job, fetched).await,
            Err(error) => Err(error),
        };
        let size = answer.as_ref().map_or(0, |part| part.fetched.body.len());
        let _room = room_for(size).await;
        let at = crew.clock.now();
        let settlement = match answer {
            Ok(Part {
                mut fetched,
                follows,
            }) => {
                crew.polls
                    .note(job.board, |seen| seen.count_status(fetched.status));
                crew.tally.n_answers.fetch_add(1, Ordering::Relaxed);
                let receipts = std::mem::take(&mut fetched.receipts);
                let mut settlement = read(crew, &board, &job, fetched, follows, at).await?;
                settlement.receipts = receipts;
                settlement
            }
            Err(error) => failed(crew, &board, &job, error, at).await?,
        };
        save_robots(&crew.store, &crew.fetcher).await?;
        let ended = ended_pass(&settlement.outcome);
        let mut settled = crew.store.settle(settlement).await?;
        if let Some(pass) = ended {
            crew.polls.walked(job.board, pass);
            forget(crew, pass);
        }
        if let JobKind::Listing { pass, .. } | JobKind::Radar { pass, .. } = job.kind {
            settled.n_queued += radar::follow(crew, &board, pass).await?;
        }
        crew.tally
            .n_due
            .fetch_add(settled.n_queued, Ordering::Relaxed);
        crew.show_progress();
        Ok(settled)
    }
    .instrument(span)
    .await
}

/// Robots files that were fetched on the way outlive the run.
pub(super) async fn save_robots<S: Store>(store: &S, fetcher: &Fetcher) -> Result<(), StoreError> {
    for fresh in fetcher.fresh_robots() {
        let robots = StoredRobots {
            status: fresh.file.status,
            body: fresh.file.body,
            fetched_at: fresh.file.fetched_at,
        };
        store
            .save_robots(&fresh.host, robots, fresh.receipts)
            .await?;
    }
    Ok(())
}

/// The pass whose walk ends with this.
fn ended_pass(outcome: &Outcome) -> Option<PassId> {
    match outcome {
        Outcome::Listing { pass, end, .. } | Outcome::ListingSkipped { pass, end, .. } => {
            end.map(|_| *pass)
        }
        _ => None,
    }
}

fn take_at_hand<S>(crew: &Crew<S>, job: &Job) -> Option<Fetched> {
    crew.at_hand
        .lock()
        .expect("no holder of this lock panics")
        .remove(&job.id)
}

fn request(board: &BoardContext, job: &Job) -> Request {
    let purpose = match job.kind {
        JobKind::Listing { .. } => "listing",
        JobKind::Radar { .. } => "radar",
        JobKind::Article { .. } => "article",
        JobKind::Comments { .. } => "comments",
    };
    board.request(job.url.clone(), job.referer.clone(), purpose)
}

/// Pages that are read and settled at a time in the whole process, in kibibytes: a tree takes some fifteen times its page,
/// so a few of the largest at once would not fit into a small machine. Of ordinary pages a hundred do.
const MOST_READ_KIB: u32 = 8 * 1024;
static READ: Semaphore = Semaphore::const_new(MOST_READ_KIB as usize);

/// Room for a page of so many bytes, until it is dropped. One beyond all room gets all of it.
async fn room_for(body_bytes: usize) -> SemaphorePermit<'static> {
    let kib = u32::try_from(body_bytes.div_ceil(1024)).unwrap_or(MOST_READ_KIB);
    let room = READ.acquire_many(kib.min(MOST_READ_KIB)).await;
    room.expect("the semaphore is never closed")
}

/// A page as the reading stages get it.
pub(super) struct Answer<'f> {
    pub fetched: &'f Fetched,
    pub text: &'f str,
    /// The clock by which the page's short dates go: the server's, where it tells a sane one.
    pub as_of: Timestamp,
}

impl Answer<'_> {
    pub fn view<'a>(&'a self, html: &'a Document) -> PageView<'a> {
        PageView {
            html,
            source: self.text,
            url: &self.fetched.final_url,
            redirect_to: self.fetched.redirect_to.as_ref(),
            status: self.fetched.status,
            as_of: self.as_of,
        }
    }
}

/// Decodes and parses, and lets the job's kind decide what follows.
async fn read<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    fetched: Fetched,
    follows: Option<url::Url>,
    at: Timestamp,
) -> Result<Settlement, StoreError> {
    let as_of = fetched.server_date.unwrap_or(fetched.received_at);
    let context = Arc::clone(board);
    let kind = job.kind.clone();
    let size = fetched.body.len();
    let (mut fetched, charset, (class, reason, reading)) = parsing::read_page(size, move || {
        let decoded = context.decode(&fetched);
        let answer = Answer {
            fetched: &fetched,
            text: &decoded.text,
            as_of,
        };
        let read = read_page(&answer, &kind, &context);
        let charset = decoded.charset;
        (fetched, charset, read)
    })
    .await;
    debug!(status = fetched.status, class = ?class, reason, "read {}", job.url);

    let page = Some(visited(&mut fetched, charset, as_of));
    if class == PageClass::Challenge {
        return Ok(blocked(crew, board, job, page, reason, at));
    }
    let outcome = match (&job.kind, reading) {
        (JobKind::Radar { pass, .. }, Reading::Listing(listing, glance)) => {
            let found = listing_visit::Found {
                pass: *pass,
                page: 0,
                class,
                reason,
                listing,
                glance,
            };
            radar::outcome(crew, board, job, &fetched, found, at).await?
        }
        (JobKind::Listing { pass, page }, Reading::Listing(mut listing, glance)) => {
            listing.pager.next = follows.or(listing.pager.next);
            let found = listing_visit::Found {
                pass: *pass,
                page: *page,
                class,
                reason,
                listing,
                glance,
            };
            listing_visit::outcome(crew, board, job, &fetched, found, at).await?
        }
        (JobKind::Article { article }, Reading::Article(content, glance)) => {
            let found = (content, glance);
            article_visit::outcome(crew, board, job, *article, &fetched, found, at).await?
        }
        (JobKind::Comments { article, page }, Reading::Comments(comments, pages)) => {
            let read = (comments, pages);
            article_visit::comments_outcome(
                crew, board, job, *article, *page, class, reason, read, at,
            )
        }
        _ => unreachable!("a reading is made for its job's kind"),
    };
    Ok(Settlement {
        job: job.id,
        outcome,
        page,
        receipts: Vec::new(),
        pause: None,
        at,
    })
}

/// What the page is, why, and what it holds. First from what of it the profile asks for; the whole page is parsed only
/// where that does not show what the job is after.
fn read_page(
    answer: &Answer<'_>,
    kind: &JobKind,
    context: &BoardContext,
) -> (PageClass, String, Reading) {
    let text = context.profile.prepared(answer.text);
    let part = context
        .wanted(kind, &answer.fetched.final_url)
        .and_then(|wanted| parse_wanted(&text, wanted))
        .and_then(|(html, left_out)| read_tree(answer, &html, &left_out, kind, context))
        .filter(shows_what_was_asked);
    part.unwrap_or_else(|| {
        let html = crate::document::parse(&text);
        read_tree(answer, &html, &LeftOut::default(), kind, context)
            .expect("nothing was left out of the page")
    })
}

/// `None`: what was left out cannot be told from this.
fn read_tree(
    answer: &Answer<'_>,
    html: &Document,
    left_out: &LeftOut<'_>,
    kind: &JobKind,
    context: &BoardContext,
) -> Option<(PageClass, String, Reading)> {
    let view = answer.view(html);
    let reading = match kind {
        JobKind::Listing { .. } | JobKind::Radar { .. } => {
            let glance = Glance::at_listing(&view, left_out, &context.profile)?;
            Reading::Listing(listing_visit::read(&view, context), glance)
        }
        JobKind::Article { .. } => article_visit::read(&view, left_out, context)?,
        JobKind::Comments { .. } => article_visit::read_comments(&view, context),
    };
    // Reading an article has told what the page is.
    let (class, reason) = match &reading {
        Reading::Article(content, _) => (content.class, content.reason.clone()),
        Reading::Listing(..) | Reading::Comments(..) => classify(&view, Some(&context.profile)),
    };
    Some((class, reason, reading))
}

/// Other classes are told by what a page lacks, which part of it cannot show.
fn shows_what_was_asked((class, _, reading): &(PageClass, String, Reading)) -> bool {
    match reading {
        Reading::Article(..) | Reading::Comments(..) => *class == PageClass::Article,
        Reading::Listing(page, _) => *class == PageClass::Listing && page.container_found,
    }
}

pub(super) enum Reading {
    Listing(crate::model::ListingPage, Glance),
    Article(Box<crate::model::Article>, Glance),
    Comments(Vec<crate::model::Comment>, crate::model::CommentPages),
}

/// Takes the body out of what was fetched: nobody reads it again.
fn visited(fetched: &mut Fetched, charset: &str, as_of: Timestamp) -> Visited {
    let body = std::mem::take(&mut fetched.body);
    Visited {
        url: fetched.requested.to_string(),
        final_url: fetched.final_url.to_string(),
        status: fetched.status,
        content_type: fetched.content_type.clone(),
        charset: charset.to_owned(),
        fetched_at: fetched.received_at,
        as_of,
        body,
    }
}

/// The host does not want us: it is left alone, and the operator is told. Nothing is tried to get round it.
fn blocked<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
    job: &Job,
    page: Option<Visited>,
    reason: String,
    at: Timestamp,
) -> Settlement {
    let until = at + jiff::SignedDuration::from_secs(BLOCK_PAUSE_S);
    note_block(crew, job.board, &reason);
    crew.trouble(
        job.board,
        Trouble {
            what: format!("blocked by {}: {reason}", board.board.host),
            advice: "boardwalk does not go round blocks: wait some hours, lower --rate, or ask the site's owner"
                .into(),
        },
    );
    crew.fetcher
        .restore(&board.board.host, Some(until), Some(&reason), None);
    Settlement {
        job: job.id,
        outcome: Outcome::Retry {
            due_at: until,
            error: format!("blocked: {reason}"),
            counts: false,
        },
        page,
        receipts: Vec::new(),
        pause: Some(HostPause {
            host: board.board.host.clone(),
            until,
            reason,
        }),
        at,
    }
}

/// No page came. Sorted by what to do next.
async fn failed<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    mut error: FetchError,
    at: Timestamp,
) -> Result<Settlement, StoreError> {
    let said = error_text(&error);
    note_failure(crew, job, &error, &said);
    let receipts = error.take_receipts();
    if let Some(status) = receipts.last().and_then(|receipt| receipt.status) {
        crew.polls.note(job.board, |seen| seen.count_status(status));
    }
    let pause = error.pause.take().map(|pause| *pause);
    let counts = error.counts_as_try() || busy_too_often(crew, job, &error);
    if error.is_silence() {
        silent(crew, board, job, &said);
    }
    let outcome = match error.retry() {
        Retry::StopBoard => {
            let mut settlement = blocked(crew, board, job, None, said, at);
            settlement.receipts = receipts;
            return Ok(settlement);
        }
        Retry::Never => give_up(crew, board, job, said, at).await?,
        Retry::After(wait) => {
            let wait = jiff::SignedDuration::try_from(wait)
                .unwrap_or(jiff::SignedDuration::from_hours(24));
            again(crew, board, job, said, counts, at + wait, at).await?
        }
        Retry::Backoff => {
            let wait = crew.backoff(job.attempts);
            again(crew, board, job, said, counts, at + wait, at).await?
        }
    };
    Ok(Settlement {
        job: job.id,
        outcome,
        page: None,
        receipts,
        pause,
        at,
    })
}

/// A page that asks to come back later does not fail; one that does so time and again does.
fn busy_too_often<S>(crew: &Crew<S>, job: &Job, error: &FetchError) -> bool {
    /// Answers of this kind to one job, in one run, that are free.
    const FREE: u32 = 3;
    if !matches!(error.kind, FetchErrorKind::Busy { .. }) {
        return false;
    }
    let mut busy = crew.busy.lock().expect("no holder of this lock panics");
    let n_times = busy.entry(job.id).or_default();
    *n_times += 1;
    *n_times > FREE
}

/// A host that has not answered once in this run is not waited for: who started it is told, and may look why. (One that
/// falls silent later is paused for longer and longer, until the operator's patience ends.)
fn silent<S: Store>(crew: &Crew<S>, board: &BoardContext, job: &Job, said: &str) {
    let n_silent = crew.tally.n_silent.fetch_add(1, Ordering::Relaxed) + 1;
    if n_silent >= MOST_SILENT && crew.tally.n_answers.load(Ordering::Relaxed) == 0 {
        crew.trouble(
            job.board,
            Trouble {
                what: format!("{} does not answer: {said}", board.board.host),
                advice: "check the address and the network; what is queued waits for the next run"
                    .into(),
            },
        );
    }
}

/// Tries again at `due_at`, unless the job's tries are used up.
pub(super) async fn again<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    error: String,
    counts: bool,
    due_at: Timestamp,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    if counts && job.attempts + 1 >= crew.options.max_tries {
        return give_up(crew, board, job, error, at).await;
    }
    debug!(error, "will try {} again at {due_at}", job.url);
    Ok(Outcome::Retry {
        due_at,
        error,
        counts,
    })
}

/// The job will not succeed in this pass.
async fn give_up<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    error: String,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    warn!("gave up on {}: {error}", job.url);
    match &job.kind {
        JobKind::Radar { pass, .. } => Ok(radar::given_up(*pass)),
        JobKind::Listing { pass, .. } => {
            listing_visit::unreadable(crew, board, job, *pass, error, at).await
        }
        JobKind::Article { article } | JobKind::Comments { article, .. } => {
            Ok(article_visit::failed(*article, error))
        }
    }
}

/// An error and its causes in one line.
pub(super) fn error_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
