//! Where does a walk go after this page?
//!
//! In: the walk's state, the page just read, and what the store knew of its rows. Out: a [`Step`]: the walk after
//! the page, the page to read next, a gap that stays open, or the end. Pure: reads no clock, store or network; the
//! conductor makes a step true in the transaction that settles the page.

use super::gaps;
use super::join::{Join, digest, edge_at, edge_of, highest_rank, join};
use crate::model::{
    ArticleKey, Edge, Gap, GapReason, GapSteps, ListingPage, OpenGap, PassEnd, PassId, PassKind,
    Row, Walk,
};

/// Tears at one page border after which the walk goes on and leaves a gap behind. Each costs two requests.
const MAX_TORN: u32 = 12;

/// Times in a row that the page before, read again, ends as it did: rows were not pulled up. The board counts rows that it
/// does not show, or from another number than 1.
const MAX_STILL: u32 = 3;

/// No walk goes deeper, whatever the pager says: 100,000 pages of 20 rows are more than any board known holds.
const MAX_PAGES: u32 = 100_000;

/// Times that the walk of a board without ranks begins anew because rows moved under it. Each reads the whole board.
const MAX_ROUNDS: u32 = 6;

/// What the store knew of the page's rows before it was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    pub pass: PassId,
    /// Rows whose article no earlier pass had seen.
    pub n_new: usize,
    /// [`has_late`] of the page.
    pub late: bool,
    /// Ordinary rows whose article was not known at all.
    pub n_added: u64,
    /// Listed articles known once this page is settled, notices left out. To count them is to read all rows of the board:
    /// see [`needs_count`].
    pub n_listed: Option<u64>,
    /// The rank below the oldest post's: 0 on a board that counts to 1.
    pub rank_base: u64,
    /// Posts that are known by their ranks alone, if they were counted.
    pub n_unknown: u64,
    /// Numbers count the rows, as far as is known; otherwise the walk does not go by them.
    pub counts_rows: bool,
    /// [`Walk::deficit`] at the end of the pass before.
    pub earlier_deficit: Option<i64>,
    /// What walks have left open on this board.
    pub gaps: &'a [OpenGap],
    /// Quiet pages in a row after which an incremental pass ends; at least 1.
    pub quiet_pages: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub walk: Walk,
    /// The page to read next; `None` together with `end`.
    pub next: Option<u32>,
    pub gap: Option<Gap>,
    /// What the page means for gaps left open before.
    pub gaps: GapSteps,
    pub end: Option<PassEnd>,
}

impl Step {
    fn to(walk: Walk) -> Self {
        Self {
            next: Some(walk.page),
            walk,
            gap: None,
            gaps: GapSteps::default(),
            end: None,
        }
    }

    pub(super) fn end(walk: Walk, end: PassEnd) -> Self {
        Self {
            walk,
            next: None,
            gap: None,
            gaps: GapSteps::default(),
            end: Some(end),
        }
    }
}

/// Does page `number` show a row, not known before, in a place that an earlier look at the board should have shown? What
/// stands above all known rows of page 1 has come since; anything else has been missed.
pub fn has_late(page: &ListingPage, number: u32, is_known: impl Fn(&ArticleKey) -> bool) -> bool {
    let known = |row: &&Row| is_known(&row.key);
    if number > 1 {
        return !page.ordinary().all(|row| known(&row));
    }
    !page
        .ordinary()
        .skip_while(|row| !known(row))
        .all(|row| known(&row))
}

/// A walk before its first page.
pub fn begin(kind: PassKind, max_pages: Option<u32>, since: Option<jiff::Timestamp>) -> Walk {
    Walk {
        kind,
        page: 1,
        deepest: 0,
        edge: None,
        n_torn: 0,
        n_still: 0,
        moved: false,
        last_shown: None,
        n_quiet: 0,
        last_page_digest: None,
        first_page_digest: None,
        ahead: None,
        newest_rank: None,
        deficit: None,
        max_pages,
        since,
        n_rounds: 0,
        late: false,
        top: None,
    }
}

/// The step after page `walk.page` was read.
pub fn advance(walk: &Walk, page: &ListingPage, facts: Facts<'_>) -> Step {
    if !facts.counts_rows && page.ordinary().any(|row| row.rank.is_some()) {
        let (walk, page) = unnumbered(walk, page);
        return advance(&walk, &page, facts);
    }
    let nothing = ListingPage::default();
    let page = if is_another_page(walk, page) {
        &nothing
    } else {
        page
    };
    let mut step = join_on(walk, page, facts);
    if step.end == Some(PassEnd::Complete) {
        step = look_again(walk, step);
    }
    let broken = step.gap.is_some() || (walk.page > 1 && walk.edge.is_none());
    let n_new = facts.n_new;
    step.gaps = gaps::steps(
        facts.gaps, facts.pass, walk.page, page, n_new, broken, step.end,
    );
    if step.end == Some(PassEnd::CaughtUp) {
        on_to_a_gap(walk, page, facts, &mut step);
    }
    step
}

/// Whether a step that was made without a count of the board's rows must be made again with one: where ranks are held
/// against it. On the way down a whole board what each page adds is added to the count of the first page; it is counted
/// again at the end.
pub fn needs_count(walk: &Walk, step: &Step) -> bool {
    let goes_down = walk.kind == PassKind::Full && walk.page > 1 && walk.deficit.is_some();
    step.walk.newest_rank.is_some() && (!goes_down || step.end.is_some())
}

/// As if there were no numbers.
fn unnumbered(walk: &Walk, page: &ListingPage) -> (Walk, ListingPage) {
    let (mut walk, mut page) = (walk.clone(), page.clone());
    for row in &mut page.rows {
        row.rank = None;
    }
    for edge in [&mut walk.edge, &mut walk.ahead].into_iter().flatten() {
        edge.rank = None;
    }
    walk.newest_rank = None;
    walk.deficit = None;
    (walk, page)
}

/// Nothing new here, but something is still open further down: the walk goes on to there.
fn on_to_a_gap(walk: &Walk, page: &ListingPage, facts: Facts<'_>, step: &mut Step) {
    let reachable =
        |to: &u32| step.walk.since.is_none() && step.walk.max_pages.is_none_or(|max| *to <= max);
    let place = (walk.page, walk.page > walk.deepest);
    let ahead = gaps::ahead(facts.gaps, &step.gaps, facts.pass, place, page);
    let Some(to) = ahead.filter(reachable) else {
        return;
    };
    step.end = None;
    // Above, all is known; only where no ranks tell a gap's end, it is followed until nothing more is new.
    if facts
        .gaps
        .iter()
        .any(|open| gaps::n_missing(open).is_none())
    {
        step.walk.n_quiet = 0;
    }
    if to != step.walk.page {
        step.walk.page = to;
        step.walk.edge = None;
        step.walk.last_page_digest = None;
    }
    step.next = Some(step.walk.page);
}

/// A board without ranks was read to its end. A deletion and an arrival between the same two requests may have hidden a
/// row: what the one pulled up, the other pushed down again, and each page seems to join the next. So page 1 is looked at
/// once more; if anything has moved, the walk begins anew, until a round finds no row that the one before it missed.
fn look_again(walk: &Walk, mut step: Step) -> Step {
    let unranked = step
        .walk
        .edge
        .as_ref()
        .is_some_and(|edge| edge.rank.is_none());
    let starts = walk.page == 1 && walk.deepest == 0;
    let confirmed = walk.n_rounds > 0 && (starts || !step.walk.late);
    if walk.kind != PassKind::Full || !unranked || confirmed {
        return step;
    }
    if walk.n_rounds == MAX_ROUNDS {
        step.gap = Some(Gap {
            page: 1,
            above: None,
            below: None,
            reason: GapReason::Torn,
            note: format!("the board did not rest in {MAX_ROUNDS} walks; rows may be missing"),
        });
        return step;
    }
    let mut again = step.walk;
    again.n_rounds += 1;
    again.page = 1;
    again.deepest = 0;
    again.edge = None;
    again.ahead = None;
    again.n_torn = 0;
    again.n_still = 0;
    again.n_quiet = 0;
    again.last_page_digest = None;
    again.first_page_digest = None;
    Step {
        gap: step.gap,
        ..Step::to(again)
    }
}

fn join_on(walk: &Walk, page: &ListingPage, facts: Facts<'_>) -> Step {
    let number = walk.page;
    let Some(last_row) = edge_of(page) else {
        return past_the_end(walk, facts.rank_base);
    };
    let mut after = walk.clone();
    if number == 1 {
        after.newest_rank = highest_rank(page);
        after.first_page_digest = digest(page);
    }
    after.late |= facts.late && walk.n_rounds > 0;
    if number == 1 && walk.deepest == 0 {
        let top = page.ordinary().next().map(|row| row.key.clone());
        if walk.n_rounds > 0 && !walk.moved && walk.top == top && !facts.late {
            // Nothing came and nothing moved: each page ended as it did when the next one was read.
            after.edge = Some(last_row);
            return Step::end(after, PassEnd::Complete);
        }
        after.top = top;
        after.moved = false;
        after.late = facts.late && walk.n_rounds > 0;
    }
    after.deficit = match (after.newest_rank, facts.n_listed) {
        (None, _) => None,
        (Some(rank), Some(n_listed)) => Some(rank as i64 - n_listed as i64),
        (Some(_), None) => walk.deficit.map(|before| before - facts.n_added as i64),
    };

    let mut gap = None;
    after.last_shown = page.pager.last.or(after.last_shown);
    let unmoved = walk.edge.as_ref() == Some(&last_row);
    after.moved |= has_moved(walk, page, &last_row);
    if let Some(ahead) = after.ahead.take() {
        return prove(walk, after, ahead, last_row, page, facts);
    }
    if is_look_back(walk) {
        if unmoved && number == walk.deepest && last_row.rank.is_none() {
            // From behind the end: the last rows are where they were.
            return Step::end(after, PassEnd::Complete);
        }
        after.n_still = if unmoved { walk.n_still + 1 } else { 0 };
    }
    match join(walk.edge.as_ref(), page) {
        Join::First | Join::Joined => {}
        Join::Unproven if needs_no_proof(walk, facts) => {}
        // Of rows between two pages without news none is news.
        Join::Torn if needs_no_proof(walk, facts) && walk.n_quiet > 0 => {}
        Join::Torn if walk.n_still >= most_still(page) => {}
        Join::Torn | Join::Unproven if number > 1 && walk.n_torn < MAX_TORN => {
            return step_back(after, page);
        }
        Join::Torn | Join::Unproven => {
            gap = Some(Gap {
                page: number,
                above: walk.edge.clone(),
                below: page.ordinary().next().map(edge_at),
                reason: GapReason::Torn,
                note: format!(
                    "rows between page {} and page {number} may be missing",
                    number.saturating_sub(1).max(1)
                ),
            });
        }
    }
    if !is_look_back(walk) {
        after.n_still = 0;
    }
    after.edge = Some(last_row);
    let mut step = onward(after, page, facts);
    step.gap = gap;
    step
}

/// The step after page `walk.page` could not be read for good. Page 1 unread ends the pass.
pub fn skip(walk: &Walk, note: &str) -> Step {
    let number = walk.page;
    // It was asked for because of a gap that is known already.
    let for_a_gap = number > 1 && walk.edge.is_none() && number != walk.deepest.saturating_add(1);
    let mut after = walk.clone();
    let above = after.edge.take();
    after.ahead = None;
    after.last_page_digest = None;
    after.deepest = after.deepest.max(number);
    after.page = number.saturating_add(1);
    let at_limit = walk.max_pages.is_some_and(|max| number >= max);
    let end = if number == 1 {
        Some(PassEnd::Stopped)
    } else if at_limit || number >= MAX_PAGES {
        Some(PassEnd::Limit)
    } else {
        None
    };
    Step {
        next: end.is_none().then_some(after.page),
        walk: after,
        gap: (!for_a_gap).then(|| Gap {
            page: number,
            above,
            below: None,
            reason: GapReason::Unread,
            note: note.to_owned(),
        }),
        gaps: GapSteps {
            broken: true,
            ..GapSteps::default()
        },
        end,
    }
}

/// The page that ended in the walk's edge is read again, because of what the next one showed.
fn is_look_back(walk: &Walk) -> bool {
    walk.page < walk.deepest || (walk.page == walk.deepest && walk.last_page_digest.is_none())
}

/// Rows were pushed onto this page from the one before, or the page read again is not as it was.
fn has_moved(walk: &Walk, page: &ListingPage, last_row: &Edge) -> bool {
    let Some(edge) = &walk.edge else {
        return false;
    };
    if is_look_back(walk) {
        return edge != last_row;
    }
    page.ordinary().any(|row| row.key == edge.key)
}

/// Times that a border is found still before it is believed. Where numbers are missing among a page's own rows, the board
/// plainly counts rows that it does not show. Elsewhere an arrival may have mended each time what a deletion tore.
fn most_still(page: &ListingPage) -> u32 {
    let ranks = page.ordinary().filter_map(|row| row.rank);
    match ranks.is_sorted_by(|rank, next| *rank <= next + 1) {
        true => MAX_STILL + 2,
        false => MAX_STILL,
    }
}

/// The board answered with some other page: the last one again, page 1, or wherever a redirect led.
fn is_another_page(walk: &Walk, page: &ListingPage) -> bool {
    let number = walk.page;
    if number <= walk.deepest || number == 1 {
        return false;
    }
    let pager = &page.pager;
    if pager.current.is_some_and(|current| current != number) {
        return true;
    }
    // A pager that shows this page among others vouches for it, even if new posts have pushed every row of the page
    // before onto it.
    if pager.current.is_some() && pager.last.is_some_and(|last| last >= number) {
        return false;
    }
    let shown = digest(page);
    let same_as_before =
        shown.is_some() && (shown == walk.last_page_digest || shown == walk.first_page_digest);
    let lowest = page.ordinary().filter_map(|row| row.rank).min();
    let no_progress = match (walk.edge.as_ref().and_then(|edge| edge.rank), lowest) {
        (Some(at), Some(lowest)) => lowest >= at,
        _ => false,
    };
    same_as_before || no_progress
}

/// Behind the last row. The board is whole if the walk came down to the first rank; otherwise the last rows may have
/// been pulled to the page before, which is read once more.
fn past_the_end(walk: &Walk, rank_base: u64) -> Step {
    let mut after = walk.clone();
    let ends_at = walk.edge.as_ref().and_then(|edge| edge.rank);
    let short_of_the_end = ends_at.is_some_and(|rank| rank > rank_base.saturating_add(1));
    // Without ranks nothing tells: one look back shows whether the last rows are still where they were.
    let in_doubt = walk.kind == PassKind::Full
        || walk.moved
        || walk.last_shown.is_some_and(|last| walk.page <= last);
    let unranked =
        in_doubt && walk.edge.as_ref().is_some_and(|edge| edge.rank.is_none()) && walk.n_torn == 0;
    let look_back =
        unranked || (short_of_the_end && walk.n_torn < MAX_TORN && walk.n_still < MAX_STILL);
    if look_back && walk.page > 1 {
        after.n_torn += 1;
        after.page -= 1;
        after.last_page_digest = None;
        return Step::to(after);
    }
    // A board that never moved under the walk just does not count down to 1. One that did may have had the last word.
    let gap = (short_of_the_end && walk.moved).then(|| Gap {
        page: walk.page,
        above: walk.edge.clone(),
        below: None,
        reason: GapReason::Torn,
        note: format!(
            "the listing ended on page {} before rank {}; its last rows may be missing",
            walk.page.saturating_sub(1).max(1),
            rank_base.saturating_add(1),
        ),
    });
    Step {
        gap,
        ..Step::end(after, PassEnd::Complete)
    }
}

/// A page of a board without ranks, read again because the page after it (`ahead`) did not overlap it. If it still
/// ends in the same row, nothing lay between the two; otherwise the page after it is read again too.
fn prove(
    walk: &Walk,
    mut after: Walk,
    ahead: Edge,
    last_row: Edge,
    page: &ListingPage,
    facts: Facts<'_>,
) -> Step {
    let edge_key = walk.edge.as_ref().map(|edge| &edge.key);
    if edge_key == Some(&last_row.key) {
        after.edge = Some(ahead);
        after.page = walk.page.saturating_add(1);
        after.n_torn = 0;
        after.n_still = 0;
        let mut step = onward(after, page, facts);
        step.walk
            .last_page_digest
            .clone_from(&walk.last_page_digest);
        return step;
    } else if page.ordinary().any(|row| Some(&row.key) == edge_key) {
        after.edge = Some(last_row);
    }
    onward(after, page, facts)
}

/// On a page without news in a pass that only looks for news, a join proves nothing of interest.
fn needs_no_proof(walk: &Walk, facts: Facts<'_>) -> bool {
    walk.kind == PassKind::Incremental && facts.n_new == 0
}

/// Reads the page before this one again.
fn step_back(mut after: Walk, page: &ListingPage) -> Step {
    let ranked =
        after.edge.as_ref().is_some_and(|edge| edge.rank.is_some()) && highest_rank(page).is_some();
    after.ahead = if ranked { None } else { edge_of(page) };
    after.deepest = after.deepest.max(after.page);
    after.n_torn += 1;
    after.page -= 1;
    // Of the page ahead, which is not read again if it turns out to join.
    after.last_page_digest = if ranked { None } else { digest(page) };
    Step::to(after)
}

/// The page is joined: on to the next, unless something ends the walk here.
pub(super) fn onward(mut after: Walk, page: &ListingPage, facts: Facts<'_>) -> Step {
    let number = after.page;
    if number > after.deepest {
        after.n_torn = 0;
        after.n_still = 0;
        after.n_quiet = match facts.n_new {
            0 => after.n_quiet + 1,
            // It was caught up before: what is new here was open.
            _ if is_quiet(&after, facts) => after.n_quiet,
            _ => 0,
        };
    }
    after.deepest = after.deepest.max(number);
    after.last_page_digest = digest(page);
    let end = end_of(&after, page, facts);
    after.page = number.saturating_add(1);
    match end {
        None => Step::to(after),
        Some(end) => Step::end(after, end),
    }
}

fn end_of(after: &Walk, page: &ListingPage, facts: Facts<'_>) -> Option<PassEnd> {
    let number = after.page;
    let rank = after.edge.as_ref().and_then(|edge| edge.rank);
    if rank == Some(1) {
        return Some(PassEnd::Complete);
    }
    // Without rank 1 the page behind the last is asked for, whatever the pager shows: a block of page links that ends
    // here may be just a block that is full.
    if after.max_pages.is_some_and(|max| number >= max) || number >= MAX_PAGES {
        return Some(PassEnd::Limit);
    }
    if let Some(since) = after.since
        && page
            .ordinary()
            .all(|row| row.posted.as_ref().is_some_and(|posted| posted.at < since))
    {
        return Some(PassEnd::Limit);
    }
    is_quiet(after, facts).then_some(PassEnd::CaughtUp)
}

/// Whether pages enough without news say that there are none further down.
fn is_quiet(after: &Walk, facts: Facts<'_>) -> bool {
    let earlier = facts.earlier_deficit.unwrap_or(0).max(0);
    // What is known to be open is no sign of anything else.
    let in_gaps: u64 = facts.gaps.iter().filter_map(gaps::n_missing).sum();
    let known = i64::try_from(in_gaps.max(facts.n_unknown)).unwrap_or(i64::MAX);
    let more_missing = after.deficit.unwrap_or(0) > earlier.max(known);
    after.kind == PassKind::Incremental
        && after.n_quiet >= facts.quiet_pages.max(1)
        && !more_missing
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
