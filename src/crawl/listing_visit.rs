//! What follows from a visit to a listing page.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use tracing::{info, warn};
use url::Url;

use super::board::BoardContext;
use super::crew::{Crew, Trouble};
use super::fit::{Glance, listing_reading};
use super::mend::{Mended, mend};
use super::relapse::relapse;
use super::symptoms::{note_no_rows, note_rows};
use super::visit::again;
use crate::article::PageView;
use crate::fetch::Fetched;
use crate::health::fit::{Finding, judge};
use crate::health::ledger::Numbering;
use crate::listing::{
    Facts, Step, advance, advance_chain, has_late, needs_count, read_listing, skip,
};
use crate::model::{
    ArticleKey, ArticleState, Job, JobKind, JobPriority, Known, ListingPage, NewJob, Outcome,
    PageClass, Pass, PassEnd, PassId, PassKind, Row,
};
use crate::store::{Store, StoreError};

/// A listing page as it came out of the reading stages.
pub(super) struct Found {
    pub pass: PassId,
    pub page: u32,
    pub class: PageClass,
    pub reason: String,
    pub listing: ListingPage,
    pub glance: Glance,
}

/// Pure part, on the blocking pool.
pub(super) fn read(view: &PageView<'_>, context: &BoardContext) -> ListingPage {
    let mut listing = read_listing(view.html, view.url, &context.profile, view.as_of);
    // A page that was redirected tells by its URL which one it is.
    if listing.pager.current.is_none()
        && !context.profile.pager.chained
        && let Some(found) = context.profile.identity.board(view.url)
        && view.url.query().is_some_and(|query| query.contains("page"))
    {
        listing.pager.current = Some(found.page);
    }
    listing
}

pub(super) async fn outcome<S: Store>(
    crew: &Crew<S>,
    board: &std::sync::Arc<BoardContext>,
    job: &Job,
    fetched: &Fetched,
    found: Found,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let pass = crew.store.pass(found.pass).await?;
    let known = known_of(crew, &found).await?;
    if fetched.status < 400
        && fetched.redirect_to.is_none()
        && let Some(finding) = match misfit(crew, board, &found, &known) {
            None if found.page == 1 => relapse(crew, board, &found, &known).await?,
            finding => finding,
        }
    {
        return match mend(crew, board, &finding, at).await? {
            Mended::Repaired => Ok(Outcome::Retry {
                due_at: at,
                error: format!("{finding}; it is read again by the repaired profile"),
                counts: false,
            }),
            Mended::Broken(why_not) => Ok(Outcome::ListingSkipped {
                pass: pass.id,
                walk: pass.walk.clone(),
                next: None,
                gap: None,
                end: Some(PassEnd::Stopped),
                error: format!("{finding}; not repaired: {why_not}"),
            }),
        };
    }
    let nothing = found.listing.rows.is_empty() && !found.listing.says_empty;
    // What this page's own pager shows is newer than what those before it did: the last page may have been emptied.
    let promised = found
        .listing
        .pager
        .last
        .or(pass.walk.last_shown)
        .is_some_and(|last| found.page <= last);
    let refused = fetched.status >= 400 || (nothing && !found.listing.container_found);
    match found.class {
        PageClass::Gone | PageClass::Closed | PageClass::Restricted | PageClass::Login
            if refused && found.page == 1 =>
        {
            note_no_rows(crew, job.board, found.class, &found.reason, &found.reason);
            return Ok(closed(crew, board, &pass, &found));
        }
        // 404 behind the last page is one way to end a listing; in front of it, it is a fault.
        PageClass::Gone | PageClass::Closed if refused && !promised => {
            return admit(crew, board, &pass, ListingPage::default(), &known, at).await;
        }
        _ => {}
    }
    // No rows where there should be some: a fault of the moment, or a new layout (CASES 39).
    let pages_follow = found
        .listing
        .pager
        .last
        .is_some_and(|last| last > found.page);
    let missing =
        nothing && (found.page == 1 || promised || pages_follow || !found.listing.container_found);
    if refused || missing || found.class == PageClass::Error {
        let due_at = at + crew.backoff(job.attempts);
        let what = if found.listing.container_found {
            "rows"
        } else {
            "listing"
        };
        let error = format!(
            "no {what} found in {} (status {}, {})",
            job.url, fetched.status, found.reason
        );
        if found.page == 1 {
            note_no_rows(crew, job.board, found.class, &found.reason, &error);
        }
        return again(crew, board, job, error, true, due_at, at).await;
    }
    for warning in &found.listing.warnings {
        tracing::debug!("{}: {warning}", job.url);
    }
    let reading = listing_reading(&found, &known, &board.profile);
    crew.fits
        .note(&crew.store, board.board.id, &reading)
        .await?;
    admit(crew, board, &pass, found.listing, &known, at).await
}

/// What is held of the articles that a listing page links to.
pub(super) async fn known_of<S: Store>(
    crew: &Crew<S>,
    found: &Found,
) -> Result<HashMap<ArticleKey, Known>, StoreError> {
    let rows = found.listing.rows.iter().map(|row| row.key.clone());
    let keys = rows.chain(found.glance.linked.iter().cloned()).collect();
    crew.store.known(found.pass, keys).await
}

/// Whether the page says that the board's profile does not fit any more.
pub(super) fn misfit<S>(
    crew: &Crew<S>,
    board: &BoardContext,
    found: &Found,
    known: &HashMap<ArticleKey, Known>,
) -> Option<Finding> {
    let reading = listing_reading(found, known, &board.profile);
    judge(&crew.fits.history(board.board.id), &reading)
}

/// The page's rows, and the step that the walk takes with them.
async fn admit<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
    pass: &Pass,
    listing: ListingPage,
    known: &HashMap<ArticleKey, Known>,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    if pass.walk.page == 1 {
        note_rows(crew, board.board.id, &listing, known);
    }
    let unknown = |row: &&Row| !known.contains_key(&row.key);
    let n_unknown = listing.ordinary().filter(unknown).count() as u64;
    let n_new = listing
        .rows
        .iter()
        .filter(|row| {
            known
                .get(&row.key)
                .is_none_or(|known| !known.before_this_pass)
        })
        .count();
    let earlier = crew.store.last_pass(board.board.id, false).await?;
    let gaps = crew.store.gaps(board.board.id).await?;
    let ranks = crew.store.ranks(board.board.id).await?;
    let numbers: Vec<_> = listing
        .ordinary()
        .map(|row| (row.rank, row.key.id().parse().ok()))
        .collect();
    let numbers = ranks
        .numbers
        .and(Numbering::of(&numbers).0, pass.walk.page == 1);
    let mut facts = Facts {
        pass: pass.id,
        n_new,
        late: has_late(&listing, pass.walk.page, |key| known.contains_key(key)),
        n_added: n_unknown,
        n_listed: None,
        rank_base: ranks.base,
        n_unknown: 0,
        counts_rows: !numbers.is_no_rank(),
        earlier_deficit: earlier.and_then(|pass| pass.walk.deficit),
        gaps: &gaps,
        quiet_pages: crew.options.quiet_pages,
    };
    let advance = match board.profile.pager.chained {
        true => advance_chain,
        false => advance,
    };
    let mut step = advance(&pass.walk, &listing, facts);
    if needs_count(&pass.walk, &step) {
        let row_count = crew.store.row_count(board.board.id).await?;
        facts.n_listed = Some(row_count.n_listed + n_unknown);
        facts.n_unknown = row_count.n_unknown;
        step = advance(&pass.walk, &listing, facts);
    }
    let revisit = to_revisit(&listing.rows, known);
    crew.tally.n_listing.fetch_add(1, Ordering::Relaxed);
    if let Some(last) = listing.pager.last {
        let shown = pass.walk.max_pages.map_or(last, |max| last.min(max));
        let shown = if pass.walk.kind == PassKind::Full {
            shown
        } else {
            0
        };
        crew.tally
            .n_pages_known
            .store(u64::from(shown), Ordering::Relaxed);
    }
    let linked = listing.pager.next.filter(|_| board.profile.pager.chained);
    Ok(step_outcome(
        board,
        pass,
        step,
        linked,
        listing.rows,
        revisit,
        at,
    ))
}

/// Articles of known rows whose own pages have something new, as far as these rows tell.
pub(super) fn to_revisit(rows: &[Row], known: &HashMap<ArticleKey, Known>) -> Vec<ArticleKey> {
    rows.iter()
        .filter(|row| known.get(&row.key).is_some_and(|known| changed(row, known)))
        .map(|row| row.key.clone())
        .collect()
}

/// Does the listing show that the article's page has something new?
fn changed(row: &Row, known: &Known) -> bool {
    let worth = match known.state {
        ArticleState::Stored => true,
        // Their pages wait for their own turn.
        ArticleState::Pending | ArticleState::Failed | ArticleState::Restricted => false,
        // It is listed again.
        ArticleState::Gone => return true,
    };
    // A row without a count says nothing; one with a count where there was none is a first comment.
    let count_changed = row
        .comment_count
        .is_some_and(|count| count != known.comment_count.unwrap_or(0));
    // New on this board, and stored as another board's: it may have moved here.
    let moved = !known.before_this_pass && row.canonical_url.as_str() != known.url;
    worth && (row.title != known.title || count_changed || moved)
}

fn step_outcome(
    board: &BoardContext,
    pass: &Pass,
    step: Step,
    linked: Option<Url>,
    rows: Vec<Row>,
    revisit: Vec<ArticleKey>,
    at: Timestamp,
) -> Outcome {
    if let Some(gap) = &step.gap {
        warn!("{}: {}", board.board.name, gap.note);
    }
    if let Some(end) = step.end {
        info!(
            "walk of {} ended on page {}: {}",
            board.board.name,
            pass.walk.page,
            end.as_str()
        );
    }
    Outcome::Listing {
        pass: pass.id,
        rows,
        revisit,
        next: step.next.map(|page| {
            let job = listing_job(board, pass.id, page, at);
            match linked {
                Some(url) => NewJob { url, ..job },
                None => job,
            }
        }),
        gaps: step.gaps,
        walk: step.walk,
        gap: step.gap,
        end: step.end,
    }
}

/// The job for a page of the listing.
pub(super) fn listing_job(board: &BoardContext, pass: PassId, page: u32, at: Timestamp) -> NewJob {
    let url = board
        .profile
        .identity
        .listing_page(&board.board.url, page)
        .unwrap_or_else(|| board.board.url.clone());
    let referer = (page > 1)
        .then(|| {
            board
                .profile
                .identity
                .listing_page(&board.board.url, page - 1)
        })
        .flatten();
    NewJob {
        board: board.board.id,
        kind: JobKind::Listing { pass, page },
        url,
        referer,
        priority: JobPriority::Listing,
        due_at: at,
    }
}

/// The board is not shown to us, or is not there.
fn closed<S: Store>(crew: &Crew<S>, board: &BoardContext, pass: &Pass, found: &Found) -> Outcome {
    let (what, advice) = match found.class {
        PageClass::Restricted | PageClass::Login => (
            format!("the listing is not shown to guests ({})", found.reason),
            "boardwalk reads what a guest may read; choose another board",
        ),
        _ => (
            format!("the board is not there ({})", found.reason),
            "check the address in a browser",
        ),
    };
    crew.trouble(
        board.board.id,
        Trouble {
            what: what.clone(),
            advice: advice.into(),
        },
    );
    Outcome::ListingSkipped {
        pass: pass.id,
        walk: pass.walk.clone(),
        next: None,
        gap: None,
        end: Some(PassEnd::Stopped),
        error: what,
    }
}

/// A listing page could not be read, whatever was tried: the walk goes on behind it and remembers the gap.
pub(super) async fn unreadable<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
    job: &Job,
    pass: PassId,
    error: String,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let pass = crew.store.pass(pass).await?;
    let mut step = skip(&pass.walk, &error);
    if board.profile.pager.chained && step.end.is_none() {
        // Nothing else leads to what is behind it.
        step.next = None;
        step.end = Some(PassEnd::Limit);
    }
    if step.end == Some(PassEnd::Stopped) {
        crew.trouble(
            job.board,
            Trouble {
                what: format!("page 1 could not be read: {error}"),
                advice: "try again later, or `boardwalk explain` the address".into(),
            },
        );
    }
    Ok(Outcome::ListingSkipped {
        pass: pass.id,
        next: step.next.map(|page| listing_job(board, pass.id, page, at)),
        walk: step.walk,
        gap: step.gap,
        end: step.end,
        error,
    })
}
