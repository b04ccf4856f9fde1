//! Which listing pages must be read to find what has vanished?
//!
//! In: for each stretch of a board that this pass has seen without a break, the ranks shown at its ends and the ranks
//! that the ledger expects there. Out: a [`Plan`]: pages to read, or the word that all sums agree.
//!
//! Between two stretches the ledger expects so many posts, and the ranks leave room for so many. If it expects `k`
//! more, `k` more vanished in between than entered; the page in the middle halves the question, and each page answers
//! for all deletions at once. Where two stretches touch, whatever the ledger holds between them is gone: the page that
//! made them touch has said so ([`super::ledger`]). Ranks count from the oldest post, so that posts arriving on top
//! while the plan is executed change nothing but the numbers of the pages.
//!
//! What it cannot see: a post that entered in the same stretch in which another vanished, as long as no page between the
//! two is read. The sums agree then. A pass over the whole board sees it.

use std::collections::BTreeSet;

use crate::model::ArticleId;

/// A change of all ranks by more than this is first looked for at the board's end: if the last page has moved as
/// much as the first, the board was renumbered, and bisecting would find nothing.
const MANY: u64 = 64;

/// One end of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    pub article: ArticleId,
    /// As the page showed it.
    pub shown: u64,
    /// By the ledger, as it stands now.
    pub expected: u64,
    /// Listed articles up to this one: `expected` without those known by rank alone.
    pub n_listed: u64,
    /// When the page was read; only compared.
    pub seen_at_ms: i64,
}

/// Rows that touch: seen on one page, or on pages whose ranks follow each other, with nothing listed between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub newest: Sight,
    pub oldest: Sight,
}

/// A page that was read in this pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRead {
    pub page: u32,
    pub newest_rank: u64,
    pub oldest_rank: u64,
}

impl PageRead {
    fn n_rows(&self) -> u64 {
        self.newest_rank - self.oldest_rank + 1
    }
}

/// Posts that are known by their ranks alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// Expected ranks, both included.
    pub newest_rank: u64,
    pub oldest_rank: u64,
}

/// All that the plan goes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Newest first; ends and middles do not overlap.
    pub spans: Vec<Span>,
    /// In the order in which they were read.
    pub pages: Vec<PageRead>,
    /// The last page, where the pager tells.
    pub last_page: Option<u32>,
    /// The rank below the oldest post's: 0 on a board that counts to 1.
    pub rank_base: u64,
    /// Pinned posts that stand in no other place: on some boards the ranks count them, too.
    pub n_notices: u64,
    /// Found missing in this pass already.
    pub n_found: u64,
    /// Pages that the radar has asked for in this pass.
    pub n_asked: u32,
    /// To be read as well, because the operator asked for it; and how many pages that may still cost.
    pub unknown: Vec<Unknown>,
    pub n_repair_left: u32,
}

/// What is to be done next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In ascending order, each once.
    pub read: Vec<u32>,
    /// So many posts lie directly below this article that are known by their ranks alone.
    pub unknown_below: Vec<(ArticleId, u64)>,
    /// All listed articles below this one are missing: it is the oldest there is.
    pub oldest: Option<ArticleId>,
    /// The board now counts from another number.
    pub rank_base: Option<u64>,
    /// Posts that vanished, or entered, in stretches that are not read yet.
    pub n_open: u64,
}

impl Plan {
    /// All sums agree: every article that the ledger lists was listed when the pass began.
    pub fn is_settled(&self) -> bool {
        self.n_open == 0 && self.oldest.is_none() && self.rank_base.is_none()
    }
}

/// What lies between two stretches.
#[derive(Debug, Clone, Copy)]
struct Between {
    newest: Sight,
    /// `None`: the board's end.
    oldest: Option<Sight>,
    /// Posts that the ranks leave room for.
    n_room: u64,
    /// Listed articles that the ledger holds there.
    n_listed: u64,
    /// Posts that it knows there by their ranks alone.
    n_unknown: u64,
    /// Vanished less entered.
    n_less: i64,
}

/// The most pages that the radar asks for in a pass that finds `k` deletions on a board of `n_pages`.
pub fn most_pages(k: u64, n_pages: u32) -> u32 {
    let log = f64::from(n_pages.max(2)).log2();
    (1.5 * k as f64 * log).min(f64::from(u32::MAX - 2)) as u32 + 2
}

pub fn plan(view: &View) -> Plan {
    let mut plan = Plan::default();
    let stretches = stretches(view);
    if let Some((oldest, base)) = new_base(view, &stretches) {
        plan.rank_base = Some(base);
        plan.unknown_below.push((oldest, 0));
        return plan;
    }
    let mut wanted = Vec::new();
    let mut ask_last = false;
    for between in &stretches {
        if between.n_less == 0 {
            continue;
        }
        if between.n_listed == 0 && between.n_unknown > 0 {
            // Nothing known can have vanished there: what is unknown has become less or more.
            plan.unknown_below
                .push((between.newest.article, between.n_room));
            continue;
        }
        plan.n_open += between.n_less.unsigned_abs();
        if between.oldest.is_none() && between.newest.shown <= view.rank_base {
            // Ranks that there should not be: the last page tells from which number the board counts now.
            ask_last = true;
            continue;
        }
        if between.n_room == 0 {
            if between.oldest.is_none() {
                plan.oldest = Some(between.newest.article);
            } else {
                // They touch only by ranks seen at different times: the newer page tells.
                wanted.push(between.newest.shown);
            }
            continue;
        }
        wanted.push(probe(view, between));
    }
    let most = most_pages(view.n_found + plan.n_open, n_pages(view)).saturating_sub(view.n_asked);
    let mut read = pages_of(view, &wanted, most);
    if let (true, true, Some(last)) = (ask_last, most > 0, view.last_page) {
        read.push(last);
    }
    let filling: Vec<u64> = view
        .unknown
        .iter()
        .flat_map(|unknown| page_steps(unknown, page_rows(view)))
        .take(view.n_repair_left as usize)
        .collect();
    read.extend(pages_of(view, &filling, view.n_repair_left));
    read.sort_unstable();
    read.dedup();
    plan.read = read;
    plan
}

/// At most `most` pages for these ranks, each once.
fn pages_of(view: &View, ranks: &[u64], most: u32) -> Vec<u32> {
    let mut pages: Vec<u32> = ranks.iter().map(|rank| page_of(view, *rank)).collect();
    pages.sort_unstable();
    pages.dedup();
    pages.truncate(most as usize);
    pages
}

/// A rank on each page that a stretch of unknown posts takes up.
fn page_steps(unknown: &Unknown, n_rows: u64) -> impl Iterator<Item = u64> {
    let (newest, oldest) = (unknown.newest_rank, unknown.oldest_rank);
    let n_steps = newest.saturating_sub(oldest).div_ceil(n_rows);
    (0..=n_steps).map(move |step| newest.saturating_sub(step * n_rows).max(oldest))
}

/// The rank whose page tells most about a stretch.
fn probe(view: &View, between: &Between) -> u64 {
    let lowest = between.oldest.map_or(view.rank_base, |sight| sight.shown);
    // Seen before the stretch below it: what vanished in the meantime looks like an entry.
    if between.n_less < 0
        && between
            .oldest
            .is_some_and(|oldest| between.newest.seen_at_ms < oldest.seen_at_ms)
        && !refreshed(view, between.newest.shown)
    {
        return between.newest.shown;
    }
    if between.oldest.is_none() && between.n_less.unsigned_abs() > MANY {
        return lowest + 1;
    }
    let highest = between.newest.shown - 1;
    highest - (between.n_room - 1) / 2
}

/// The page that showed this rank was read more than once in this pass.
fn refreshed(view: &View, rank: u64) -> bool {
    view.pages
        .iter()
        .filter(|page| page.newest_rank >= rank && page.oldest_rank <= rank)
        .count()
        > 1
}

fn stretches(view: &View) -> Vec<Between> {
    let mut found = Vec::new();
    for (at, span) in view.spans.iter().enumerate() {
        let newest = span.oldest;
        let oldest = view.spans.get(at + 1).map(|next| next.newest);
        let (expected, shown, n_listed) = oldest
            .map_or((view.rank_base, view.rank_base, 0), |sight| {
                (sight.expected, sight.shown, sight.n_listed)
            });
        let n_room = newest.shown.saturating_sub(shown).saturating_sub(1);
        let n_expected = newest.expected.saturating_sub(expected) as i64 - 1;
        let n_listed = newest.n_listed.saturating_sub(n_listed).saturating_sub(1);
        let between = Between {
            newest,
            oldest,
            n_room,
            n_listed,
            n_unknown: (n_expected.max(0) as u64).saturating_sub(n_listed),
            n_less: n_expected - (newest.shown as i64 - shown as i64 - 1),
        };
        found.push(between);
    }
    found
}

/// The oldest article that the ledger knows stands at the very end of the listing, and its rank is not the first one:
/// the board counts from another number than it did. Where as many ranks below it were taken for posts not read yet as
/// there are pinned posts, those are counted.
fn new_base(view: &View, stretches: &[Between]) -> Option<(ArticleId, u64)> {
    let lowest = stretches.last()?;
    let page = view
        .pages
        .iter()
        .rev()
        .find(|page| page.oldest_rank == lowest.newest.shown)?;
    let at_the_end = view.last_page == Some(page.page);
    let counts_notices = lowest.n_unknown > 0 && lowest.n_unknown == view.n_notices;
    let is_lowest = lowest.newest.n_listed == 1 && (lowest.n_unknown == 0 || counts_notices);
    (is_lowest && at_the_end && (lowest.n_less != 0 || counts_notices))
        .then(|| (lowest.newest.article, lowest.newest.shown - 1))
}

/// Rows of an ordinary page. Page 1 may hold fewer: on some engines pinned rows take the place of others.
fn page_rows(view: &View) -> u64 {
    let n_rows = |later: bool| {
        view.pages
            .iter()
            .filter(|page| !later || page.page > 1)
            .map(PageRead::n_rows)
            .max()
    };
    n_rows(true).or_else(|| n_rows(false)).unwrap_or(20).max(1)
}

fn n_pages(view: &View) -> u32 {
    let newest = view.pages.iter().map(|page| page.newest_rank).max();
    let by_rank = newest.unwrap_or(0).saturating_sub(view.rank_base) / page_rows(view) + 1;
    view.last_page
        .unwrap_or(u32::try_from(by_rank).unwrap_or(u32::MAX))
}

/// The page on which a rank should stand, counted from the nearest page that was read; of several readings of one page
/// the newest counts.
fn page_of(view: &View, rank: u64) -> u32 {
    let n_rows = page_rows(view);
    let mut best: Option<(u64, u64)> = None;
    let mut counted = BTreeSet::new();
    for read in view.pages.iter().rev() {
        if !counted.insert(read.page) {
            continue;
        }
        let (distance, page) = if rank > read.newest_rank {
            let distance = rank - read.newest_rank;
            let n_back = distance.div_ceil(n_rows);
            (distance, u64::from(read.page).saturating_sub(n_back).max(1))
        } else if rank < read.oldest_rank {
            let distance = read.oldest_rank - rank;
            (distance, u64::from(read.page) + distance.div_ceil(n_rows))
        } else {
            (0, u64::from(read.page))
        };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, page));
        }
    }
    let page = best.map_or(1, |(_, page)| page);
    let page = u32::try_from(page).unwrap_or(u32::MAX);
    page.min(view.last_page.unwrap_or(u32::MAX)).max(1)
}

#[cfg(test)]
#[path = "radar_tests.rs"]
mod tests;
