//! What does a listing page say about the order of the articles we know?
//!
//! In: the page's numbered rows, and the places that the ledger holds around them. Out: [`Changes`]: where new rows
//! belong, which articles are no longer listed between two rows that now touch, and how many posts are known only by
//! the ranks they take up.
//!
//! Every listed article has an *ordinal*: a number that only tells the order, with room between any two for posts that
//! enter the middle (moved in, made public, replies under old parents). Ranks shift with each deletion, ordinals do
//! not. The rank that an article should have is then a count: one for each listed article up to it, plus the posts that
//! are known by their ranks alone (`n_unknown_below`).

use crate::model::ArticleId;

/// Room between two neighbours. Halving it leaves place for 24 posts that each enter right below the one before.
pub const STEP: i64 = 1 << 24;

/// Most steps left free below a page that stands on top of everything known, for the pages that follow it.
const MOST_STEPS: u64 = 1 << 24;

/// A page whose numbers span more than this many times its rows is not numbered by rank.
const LOOSEST: u64 = 2;

/// A listed article, as the ledger holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub article: ArticleId,
    pub ordinal: i64,
    /// Posts between it and the next listed article below, known by their ranks alone.
    pub n_unknown_below: u64,
}

/// A numbered row of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub article: ArticleId,
    pub rank: u64,
    /// The place it had, listed or not.
    pub ordinal: Option<i64>,
    /// Not of this page: the row of another page of the same pass whose rank follows on this one's.
    pub joined: bool,
}

/// The ledger around a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// The next listed article above all rows that keep their place; for page 1 there can be none.
    pub above: Option<Place>,
    /// Listed articles from the highest to the lowest of those rows, both included, newest first.
    pub between: Vec<Place>,
    /// Page 1 only: listed articles above the highest of those rows. They are not where they should be.
    pub over: Vec<Place>,
    /// The next listed article below all of them.
    pub below: Option<Place>,
    /// The rank that `below` should have; where there is none, the rank that the oldest post does not reach.
    pub rank_below: u64,
}

/// What follows for the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ordinals.
    pub placed: Vec<(ArticleId, i64)>,
    /// Not listed any more: two rows touch between which they stood.
    pub missing: Vec<ArticleId>,
    pub unknown_below: Vec<(ArticleId, u64)>,
    /// Of those, the ones whose next row the page shows as well: the list jumps over what is unknown.
    pub jumps: Vec<ArticleId>,
    /// Two neighbours are too close for what came between them: number the board anew and ask again.
    pub no_room: bool,
}

/// The ranks of a page's ordinary rows, in page order; `None` if the numbers do not fall from row to row like ranks do.
/// A blank is the mark of an open article if its neighbours' numbers leave room for it, and else a row that the board
/// does not count: replies of old board software, which count their threads alone.
pub fn ranks_of(numbers: &[Option<u64>]) -> Option<Vec<Option<u64>>> {
    let mut ranks = numbers.to_vec();
    let numbered: Vec<(usize, u64)> = numbers
        .iter()
        .enumerate()
        .filter_map(|(at, number)| Some((at, (*number)?)))
        .collect();
    for pair in numbered.windows(2) {
        let [(upper_at, upper), (lower_at, lower)] = *pair else {
            continue;
        };
        if lower >= upper {
            return None;
        }
        if upper - lower == (lower_at - upper_at) as u64 {
            for (rank, blank) in (lower + 1..upper).rev().zip(upper_at + 1..) {
                ranks[blank] = Some(rank);
            }
        }
    }
    let (_, highest) = numbered.first()?;
    let (_, lowest) = numbered.last()?;
    let n_ranks = ranks.iter().flatten().count() as u64;
    (*lowest > 0 && highest - lowest < LOOSEST * n_ranks).then_some(ranks)
}

/// What number columns say of whether they count the rows: of a page, or of all pages of a board so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbering {
    /// Neighbours whose numbers fall by exactly one.
    pub n_tight: u64,
    /// Other neighbours; on a page whose numbers do not fall like ranks, all rows.
    pub n_loose: u64,
    /// The newest rows' numbers are their ids.
    pub ids: bool,
}

impl Numbering {
    /// Of a page's ordinary rows, in page order: numbers, and the ids of the articles where those are numbers. With what
    /// [`ranks_of`] makes of the numbers.
    pub fn of(rows: &[(Option<u64>, Option<u64>)]) -> (Self, Option<Vec<Option<u64>>>) {
        let numbers: Vec<Option<u64>> = rows.iter().map(|(number, _)| *number).collect();
        let n_numbered = numbers.iter().flatten().count() as u64;
        let is_id = |(number, id): &&(Option<u64>, Option<u64>)| number.is_some() && number == id;
        let n_ids = rows.iter().filter(is_id).count() as u64;
        let ranks = ranks_of(&numbers);
        let (n_tight, n_loose) = match &ranks {
            Some(ranks) => {
                let ranks: Vec<u64> = ranks.iter().flatten().copied().collect();
                let falls = ranks.windows(2).filter(|pair| pair[0] - pair[1] == 1);
                let n_tight = falls.count() as u64;
                (n_tight, ranks.len() as u64 - 1 - n_tight)
            }
            // Numbers that are no ranks count against the column; rows without any say nothing.
            None if n_numbered > 0 => (0, rows.len() as u64),
            None => (0, 0),
        };
        let said = Self {
            n_tight,
            n_loose,
            ids: n_numbered > 0 && is_most(n_ids, n_numbered),
        };
        (said, ranks)
    }

    /// Likewise of a page of the same board, read now. Its ids count if it is the first one: ids and ranks are the same
    /// until a first post is gone, and from there on in older posts only.
    pub fn and(self, page: Self, is_first: bool) -> Self {
        Self {
            n_tight: self.n_tight.saturating_add(page.n_tight),
            n_loose: self.n_loose.saturating_add(page.n_loose),
            ids: if is_first { page.ids } else { self.ids },
        }
    }

    /// Is the number column a rank? Ids leave gaps wherever a post is gone or was never on this board; ranks never do,
    /// save where a board counts rows that it does not show us.
    pub fn is_rank(self) -> bool {
        self.n_tight > 0 && !self.is_no_rank()
    }

    /// It is known not to be one. Of a single row neither is known.
    pub fn is_no_rank(self) -> bool {
        self.n_loose > 0
            && (self.ids || !is_most(self.n_tight, self.n_tight.saturating_add(self.n_loose)))
    }
}

/// A page of 20 rows with two gaps is most of one.
fn is_most(n: u64, of: u64) -> bool {
    n.saturating_mul(100) >= of.saturating_mul(89)
}

/// Which rows keep their places: the longest run of ordinals that fall. The others are new, or have moved.
pub fn kept(rows: &[Shown]) -> Vec<bool> {
    // Patience sorting on the reversed order; `tails[n]` ends the best run of n + 1 rows.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; rows.len()];
    for (at, row) in rows.iter().enumerate() {
        let Some(ordinal) = row.ordinal else {
            continue;
        };
        let run = tails.partition_point(|tail| rows[*tail].ordinal > Some(ordinal));
        before[at] = run.checked_sub(1).map(|shorter| tails[shorter]);
        if run == tails.len() {
            tails.push(at);
        } else {
            tails[run] = at;
        }
    }
    let mut keep = vec![false; rows.len()];
    let mut next = tails.last().copied();
    while let Some(at) = next {
        keep[at] = true;
        next = before[at];
    }
    keep
}

/// What the page says. `keep` is [`kept`] of the rows; rows that were joined from other pages and do not keep their
/// place must have been left out. `is_first`: it is page 1.
pub fn reconcile(rows: &[Shown], keep: &[bool], window: &Window, is_first: bool) -> Changes {
    let mut changes = Changes::default();
    let Some(ordinals) = place(rows, keep, window, is_first) else {
        changes.no_room = true;
        return changes;
    };
    for ((row, keep), ordinal) in rows.iter().zip(keep).zip(&ordinals) {
        if !keep {
            changes.placed.push((row.article, *ordinal));
        }
    }
    let mut absent: Vec<Place> = window
        .between
        .iter()
        .filter(|place| rows.iter().all(|row| row.article != place.article))
        .copied()
        .collect();
    absent.sort_by_key(|place| std::cmp::Reverse(place.ordinal));
    changes
        .missing
        .extend(window.over.iter().filter_map(|place| {
            rows.iter()
                .all(|row| row.article != place.article)
                .then_some(place.article)
        }));
    for (pair, ordinal) in rows.windows(2).zip(ordinals.windows(2)) {
        let inside = absent
            .iter()
            .filter(|place| place.ordinal < ordinal[0] && place.ordinal > ordinal[1]);
        let n_unknown = n_between(pair).saturating_sub(inside.count() as u64);
        changes.unknown_below.push((pair[0].article, n_unknown));
        if n_unknown > 0 {
            changes.jumps.push(pair[0].article);
        }
    }
    // Between two rows that keep their places, all that is not on the page is missing if all rows between them touch.
    let anchors: Vec<usize> = (0..rows.len()).filter(|at| keep[*at]).collect();
    for anchor in anchors.windows(2) {
        let (from, to) = (anchor[0], anchor[1]);
        if rows[from..=to].windows(2).all(|pair| n_between(pair) == 0) {
            let inside: Vec<ArticleId> = absent
                .iter()
                .filter(|place| place.ordinal < ordinals[from] && place.ordinal > ordinals[to])
                .map(|place| place.article)
                .collect();
            let one_page = !rows[from].joined && !rows[to].joined;
            if one_page || inside.len() as i64 <= n_vanished(rows, keep, window, from) {
                changes.missing.extend(inside);
            }
        }
    }
    unknown_around(rows, keep, window, is_first, &mut changes);
    changes
}

/// By how much the rank of a row that keeps its place is lower than it should be. No more can have vanished below it, so
/// that two pages which were read at different times, with deletions in between, are not taken to touch.
fn n_vanished(rows: &[Shown], keep: &[bool], window: &Window, at: usize) -> i64 {
    let known: u64 = window
        .between
        .iter()
        .filter(|place| Some(place.ordinal) <= rows[at].ordinal)
        .map(|place| 1 + place.n_unknown_below)
        .sum();
    let n_new = keep[at..].iter().filter(|keep| !**keep).count() as u64;
    (window.rank_below + known + n_new) as i64 - rows[at].rank as i64
}

/// Posts that the ranks of two neighbours leave room for.
fn n_between(pair: &[Shown]) -> u64 {
    pair[0].rank.saturating_sub(pair[1].rank).saturating_sub(1)
}

/// The unknown posts above the page's first row and below its last: what was unknown before, less what is known now.
fn unknown_around(
    rows: &[Shown],
    keep: &[bool],
    window: &Window,
    is_first: bool,
    changes: &mut Changes,
) {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return;
    };
    let is_kept = |at: usize| keep.get(at).copied().unwrap_or(false);
    let n_leading = keep.iter().take_while(|keep| !**keep).count();
    let n_trailing = keep.iter().rev().take_while(|keep| !**keep).count();
    let before_above = window
        .above
        .filter(|_| !is_first)
        .map(|above| above.n_unknown_below);
    let mut n_below = 0;
    if n_trailing == rows.len() {
        n_below = (last.rank - 1).saturating_sub(window.rank_below);
        if let Some(before) = before_above {
            n_below = n_below.min(before.saturating_sub(n_leading as u64));
        }
        changes.unknown_below.push((last.article, n_below));
    } else if n_trailing > 0 {
        let above_run = &rows[rows.len() - n_trailing - 1];
        let before = window
            .between
            .iter()
            .find(|place| place.article == above_run.article)
            .map_or(0, |place| place.n_unknown_below);
        let left = before.saturating_sub(n_trailing as u64);
        changes.unknown_below.push((last.article, left));
    }
    if let (Some(above), Some(before), false) = (window.above, before_above, is_kept(0)) {
        let left = before.saturating_sub(n_leading as u64 + n_below);
        debug_assert!(first.rank >= last.rank);
        changes.unknown_below.push((above.article, left));
    }
}

/// An ordinal for each row: its own if it keeps it, else one between its neighbours'.
fn place(rows: &[Shown], keep: &[bool], window: &Window, is_first: bool) -> Option<Vec<i64>> {
    let mut ordinals: Vec<i64> = rows.iter().map(|row| row.ordinal.unwrap_or(0)).collect();
    let mut at = 0;
    while at < rows.len() {
        if keep[at] {
            at += 1;
            continue;
        }
        let end = (at..rows.len())
            .find(|next| keep[*next])
            .unwrap_or(rows.len());
        let upper = match at {
            0 if is_first => None,
            0 => window.above.map(|place| place.ordinal),
            _ => Some(ordinals[at - 1]),
        };
        let lower = match rows.get(end) {
            Some(row) => row.ordinal,
            None => window.below.map(|place| place.ordinal),
        };
        let over = window.over.iter().map(|place| place.ordinal).max();
        let lower = if at == 0 && is_first {
            lower.max(over)
        } else {
            lower
        };
        let n = (end - at) as i64;
        let run = &mut ordinals[at..end];
        match (upper, lower) {
            (Some(upper), Some(lower)) => {
                let spacing = STEP.min((upper - lower) / (n + 1));
                if spacing == 0 {
                    return None;
                }
                // Near the neighbour that the page itself shows.
                if at == 0 && end < rows.len() {
                    fill(run, lower + spacing * n, spacing);
                } else {
                    fill(run, upper - spacing, spacing);
                }
                if !step_aside(run, lower, &window.between) {
                    return None;
                }
            }
            (None, Some(lower)) => {
                let n_free = if end == rows.len() {
                    let lowest = rows[end - 1].rank;
                    lowest
                        .saturating_sub(window.rank_below)
                        .clamp(1, MOST_STEPS) as i64
                } else {
                    1
                };
                fill(run, lower.checked_add(STEP * (n_free + n - 1))?, STEP);
            }
            (Some(upper), None) => fill(run, upper.checked_sub(STEP)?, STEP),
            (None, None) => fill(run, STEP * n, STEP),
        }
        at = end;
    }
    Some(ordinals)
}

/// Moves ordinals down past those that listed articles have. `false`: there is no room for it.
fn step_aside(run: &mut [i64], lower: i64, listed: &[Place]) -> bool {
    let mut below = i64::MAX;
    for ordinal in run {
        *ordinal = (*ordinal).min(below - 1);
        while listed.iter().any(|place| place.ordinal == *ordinal) {
            *ordinal -= 1;
        }
        below = *ordinal;
    }
    below > lower
}

/// Falling numbers from `first` on.
fn fill(run: &mut [i64], first: i64, spacing: i64) {
    for (n, ordinal) in run.iter_mut().enumerate() {
        *ordinal = first.saturating_sub(spacing.saturating_mul(n as i64));
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
