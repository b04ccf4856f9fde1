//! Has the walk been through the gaps that earlier pages left open?
//!
//! In: the gaps, and a page just read. Out: [`GapSteps`]. Pure. A gap is known by the rows above and below it. It is
//! closed when one unbroken stretch of a walk has come from the upper edge, or from above it, down to the lower one:
//! then every row that lay between them and is still there was on a page that was read. Where an edge has been deleted
//! since, nothing short of the board's end proves that, and the next full pass closes the gap. Ranks tell how many rows
//! lie between the edges: a page that begins behind the upper one, with as many that nobody knew, has them all.

use super::join::{edge_at, edge_of, highest_rank};
use crate::model::{Edge, Gap, GapReason, GapSteps, ListingPage, OpenGap, PassEnd, PassId};

/// Pages read behind the place where a gap's lower edge should be before it is given up for this pass.
const PAGES_BEYOND: u64 = 2;

/// What page `number` of pass `pass` means for the gaps. `broken`: the page was not joined to those before it.
pub(super) fn steps(
    open: &[OpenGap],
    pass: PassId,
    number: u32,
    page: &ListingPage,
    n_new: usize,
    broken: bool,
    end: Option<PassEnd>,
) -> GapSteps {
    let mut steps = GapSteps {
        broken,
        ..GapSteps::default()
    };
    let holds = |edge: &Edge| page.ordinary().any(|row| row.key == edge.key);
    let top = highest_rank(page);
    for gap in open {
        let reached_before = gap.reached_by == Some(pass) && !broken;
        let on_page = gap.gap.above.as_ref().is_some_and(&holds);
        // Ranks only fall while a post lives: a page that begins where the gap did, or above it, is not behind it.
        let by_rank = begins_behind(gap)
            .zip(top)
            .is_some_and(|(begin, top)| top >= begin);
        if !reached_before && (number == 1 || on_page || by_rank) {
            steps.reached.push(gap.id);
        } else if !reached_before {
            bound(gap, pass, number, page, &mut steps);
            continue;
        }
        let through = match &gap.gap.below {
            Some(below) => holds(below),
            // Nothing behind it was ever read: one page was all that could not be read. A tear without a lower edge goes down
            // to the board's end.
            None => gap.gap.reason == GapReason::Unread && reached_before && !on_page,
        } || (number > 1 && holds_all(gap, page, n_new));
        if through || end == Some(PassEnd::Complete) {
            steps.closed.push(gap.id);
        }
    }
    steps
}

/// Rank of the first row behind the upper edge, when the gap was found.
fn begins_behind(gap: &OpenGap) -> Option<u64> {
    gap.gap.above.as_ref()?.rank?.checked_sub(1)
}

/// Rows between the edges when the gap was found, as far as ranks tell.
pub(super) fn n_missing(gap: &OpenGap) -> Option<u64> {
    let below = gap.gap.below.as_ref()?.rank?;
    Some(begins_behind(gap)?.saturating_sub(below))
}

/// Whether the page begins with the gap's first row, and has as many rows that nobody knew as were missing.
fn holds_all(gap: &OpenGap, page: &ListingPage, n_new: usize) -> bool {
    let Some((first, n_missing)) = begins_behind(gap).zip(n_missing(gap)) else {
        return false;
    };
    let is_between = |rank: &u64| first.saturating_sub(*rank) < n_missing;
    let ranks = page.ordinary().filter_map(|row| row.rank);
    highest_rank(page) == Some(first)
        && ranks.filter(is_between).count() as u64 == n_missing
        && n_new as u64 >= n_missing
}

/// The first row that the gap's own pass reads behind it is its lower edge.
fn bound(gap: &OpenGap, pass: PassId, number: u32, page: &ListingPage, steps: &mut GapSteps) {
    if gap.found_by != pass || gap.gap.below.is_some() || number <= gap.gap.page {
        return;
    }
    if let Some(first) = page.ordinary().next() {
        steps.bounded.push((gap.id, edge_at(first)));
    }
}

/// The page to go on with for the sake of a gap that lies ahead: the one where its first row should stand; or, where that
/// was jumped over, the one before. `None`: no gap lies ahead, or this pass has been past them all. `is_deepest`: no
/// page further down has been read.
pub(super) fn ahead(
    open: &[OpenGap],
    steps: &GapSteps,
    pass: PassId,
    (number, is_deepest): (u32, bool),
    page: &ListingPage,
) -> Option<u32> {
    let per_page = (page.ordinary().count() as u64).max(1);
    let last = edge_of(page)?;
    let top = highest_rank(page);
    let is_over = |gap: &OpenGap| {
        let is_reached = gap.reached_by == Some(pass) || steps.reached.contains(&gap.id);
        let begin = begins_behind(gap).zip(top);
        is_deepest && number > 1 && !is_reached && begin.is_some_and(|(begin, top)| top < begin)
    };
    open.iter()
        // What this very pass left open is for the next one.
        .filter(|gap| gap.found_by != pass && !steps.closed.contains(&gap.id))
        .filter_map(|gap| {
            let to = target(gap, &last, per_page, number)?;
            Some(if is_over(gap) { number - 1 } else { to })
        })
        .min()
}

fn target(open: &OpenGap, last: &Edge, per_page: u64, number: u32) -> Option<u32> {
    let Gap { above, below, .. } = &open.gap;
    let lower = below.as_ref().or(above.as_ref()).and_then(|edge| edge.rank);
    let next = number.saturating_add(1);
    if let (Some(at), Some(lower)) = (last.rank, lower) {
        if at.saturating_add(PAGES_BEYOND * per_page) < lower {
            return None;
        }
        let upper = above.as_ref().and_then(|edge| edge.rank).unwrap_or(at);
        let skipped = at.saturating_sub(upper) / per_page;
        return Some(next.saturating_add(u32::try_from(skipped).unwrap_or(0)));
    }
    // Without ranks only its old page tells, and what came on top since.
    let pushed = open.n_added.div_ceil(per_page) + PAGES_BEYOND;
    let deepest = u64::from(open.gap.page) + pushed;
    (u64::from(number) < deepest).then_some(next.max(open.gap.page.saturating_sub(1)))
}
