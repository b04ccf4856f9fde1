//! Ledger and radar against hundreds of boards of the plainest kind: a list of posts whose ranks are counted from its
//! end. The ledger here is a vector; the store's is a table, and both ask the same functions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ledger::{Changes, Place, STEP, Shown, Window, kept, ranks_of, reconcile};
use super::radar::{PageRead, Plan, Sight, Span, Unknown, View, most_pages, plan};
use crate::model::ArticleId;

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// Newest first.
struct Board {
    posts: Vec<i64>,
    next: i64,
    rows: usize,
    /// Rows of page 1 that pinned posts take.
    n_pinned: usize,
    rank_base: u64,
}

impl Board {
    fn new(n_posts: usize, rows: usize, n_pinned: usize) -> Self {
        Self {
            posts: (1..=n_posts as i64).rev().collect(),
            next: n_posts as i64 + 1,
            rows,
            n_pinned,
            rank_base: 0,
        }
    }

    fn post(&mut self) {
        self.posts.insert(0, self.next);
        self.next += 1;
    }

    fn n_pages(&self) -> u32 {
        let n = self.posts.len().saturating_sub(self.rows - self.n_pinned);
        1 + n.div_ceil(self.rows) as u32
    }

    fn page(&self, page: u32) -> Vec<(i64, u64)> {
        let first = self.rows - self.n_pinned;
        let (from, to) = match page {
            1 => (0, first),
            page => {
                let from = first + (page as usize - 2) * self.rows;
                (from, from + self.rows)
            }
        };
        let n = self.posts.len();
        (from..to.min(n))
            .map(|at| (self.posts[at], self.rank_base + (n - at) as u64))
            .collect()
    }
}

#[derive(Default)]
struct Memory {
    /// Ordinal, rank and reading of the last sighting in this pass.
    places: HashMap<i64, (i64, Option<(u64, i64)>)>,
    listed: BTreeMap<i64, Place>,
    base: u64,
    pages: Vec<PageRead>,
    last_page: Option<u32>,
    missing: BTreeSet<i64>,
    n_found: u64,
    n_asked: u32,
    n_read: i64,
    repair: u32,
}

impl Memory {
    fn begin(&mut self) {
        for (_, seen) in self.places.values_mut() {
            *seen = None;
        }
        self.pages.clear();
        self.n_found = 0;
        self.n_asked = 0;
    }

    fn expected(&self, ordinal: i64) -> (u64, u64) {
        let below = self.listed.range(..=ordinal);
        below.fold((self.base, 0), |(sum, n), (_, place)| {
            (sum + 1 + place.n_unknown_below, n + 1)
        })
    }

    fn joined(&self, rank: u64, rows: &[(i64, u64)]) -> Option<Shown> {
        self.places
            .iter()
            .filter(|(article, (ordinal, seen))| {
                seen.is_some_and(|(seen, _)| seen == rank)
                    && self
                        .listed
                        .get(ordinal)
                        .is_some_and(|place| place.article.0 == **article)
                    && rows.iter().all(|row| row.0 != **article)
            })
            .max_by_key(|(article, (_, seen))| (seen.map(|seen| seen.1), **article))
            .map(|(article, (ordinal, _))| Shown {
                article: ArticleId(*article),
                rank,
                ordinal: Some(*ordinal),
                joined: true,
            })
    }

    fn read(&mut self, board: &Board, page: u32, radar: bool) {
        let rows = board.page(page);
        self.last_page = Some(board.n_pages());
        self.n_asked += u32::from(radar);
        self.repair -= u32::from(radar && self.repair > 0);
        self.n_read += 1;
        let numbers: Vec<_> = rows.iter().map(|row| Some(row.1)).collect();
        let Some(ranks) = ranks_of(&numbers) else {
            return;
        };
        self.pages.push(PageRead {
            page,
            newest_rank: ranks[0].expect("no blank"),
            oldest_rank: ranks[ranks.len() - 1].expect("no blank"),
        });
        let mut changes = self.look(&rows, page);
        if changes.no_room {
            let places: Vec<Place> = self.listed.values().copied().collect();
            self.listed.clear();
            for (at, place) in places.into_iter().enumerate() {
                self.put(
                    place.article.0,
                    (at as i64 + 1) * STEP,
                    place.n_unknown_below,
                );
            }
            changes = self.look(&rows, page);
            assert!(!changes.no_room);
        }
        self.write(&changes);
        for (article, rank) in rows {
            if self.missing.remove(&article) {
                let ordinal = self.places[&article].0;
                if !self.listed.contains_key(&ordinal) {
                    self.put(article, ordinal, 0);
                }
            }
            self.places.get_mut(&article).expect("placed").1 = Some((rank, self.n_read));
        }
    }

    fn put(&mut self, article: i64, ordinal: i64, n_unknown_below: u64) {
        let seen = self.places.get(&article).and_then(|place| place.1);
        self.places.insert(article, (ordinal, seen));
        let place = Place {
            article: ArticleId(article),
            ordinal,
            n_unknown_below,
        };
        assert!(
            self.listed.insert(ordinal, place).is_none(),
            "two in one place"
        );
    }

    fn look(&self, rows: &[(i64, u64)], page: u32) -> Changes {
        let mut shown: Vec<Shown> = rows
            .iter()
            .map(|(article, rank)| Shown {
                article: ArticleId(*article),
                rank: *rank,
                ordinal: self.places.get(article).map(|place| place.0),
                joined: false,
            })
            .collect();
        if page > 1
            && let Some(above) = self.joined(rows[0].1 + 1, rows)
        {
            shown.insert(0, above);
        }
        if let Some(below) = self.joined(rows[rows.len() - 1].1 - 1, rows) {
            shown.push(below);
        }
        let keep = kept(&shown);
        let shown: Vec<Shown> = shown
            .iter()
            .zip(&keep)
            .filter(|(row, keep)| **keep || !row.joined)
            .map(|(row, _)| *row)
            .collect();
        let keep = kept(&shown);
        let window = self.window(&shown, &keep, page);
        reconcile(&shown, &keep, &window, page == 1)
    }

    fn window(&self, shown: &[Shown], keep: &[bool], page: u32) -> Window {
        let kept: Vec<i64> = shown
            .iter()
            .zip(keep)
            .filter(|(_, keep)| **keep)
            .filter_map(|(row, _)| row.ordinal)
            .collect();
        let under = |at: i64| self.listed.range(..at).next_back().map(|(_, place)| *place);
        let mut window = Window::default();
        if let (Some(highest), Some(lowest)) = (kept.first(), kept.last()) {
            window.between = self
                .listed
                .range(lowest..=highest)
                .map(|(_, place)| *place)
                .collect();
            let above = self.listed.range(highest + 1..);
            if page == 1 {
                window.over = above.map(|(_, place)| *place).collect();
            } else {
                window.above = above.map(|(_, place)| *place).next();
            }
            window.below = under(*lowest);
        } else {
            if page > 1 {
                window.above = self
                    .listed
                    .values()
                    .find(|place| self.expected(place.ordinal).0 >= shown[0].rank)
                    .copied();
            }
            window.below = under(window.above.map_or(i64::MAX, |place| place.ordinal));
        }
        window.rank_below = window
            .below
            .map_or(self.base, |below| self.expected(below.ordinal).0);
        window
    }

    fn write(&mut self, changes: &Changes) {
        for (article, _) in &changes.placed {
            if let Some((ordinal, _)) = self.places.get(&article.0)
                && self
                    .listed
                    .get(ordinal)
                    .is_some_and(|place| place.article == *article)
            {
                self.listed.remove(&ordinal.clone());
            }
        }
        for article in &changes.missing {
            self.miss(article.0);
        }
        for (article, ordinal) in &changes.placed {
            self.missing.remove(&article.0);
            self.put(article.0, *ordinal, 0);
        }
        for (article, n_unknown) in &changes.unknown_below {
            self.set_unknown(*article, *n_unknown);
        }
    }

    fn set_unknown(&mut self, article: ArticleId, n_unknown: u64) {
        let ordinal = self.places[&article.0].0;
        if let Some(place) = self.listed.get_mut(&ordinal) {
            place.n_unknown_below = n_unknown;
        }
    }

    fn miss(&mut self, article: i64) {
        let ordinal = self.places[&article].0;
        self.listed.remove(&ordinal);
        self.missing.insert(article);
        self.n_found += 1;
    }

    fn view(&self) -> View {
        let mut spans: Vec<Span> = Vec::new();
        for (ordinal, place) in self.listed.iter().rev() {
            let Some((shown, n_read)) = self.places[&place.article.0].1 else {
                continue;
            };
            let (expected, n_listed) = self.expected(*ordinal);
            let sight = Sight {
                article: place.article,
                shown,
                expected,
                n_listed,
                seen_at_ms: n_read,
            };
            match spans.last_mut() {
                Some(span)
                    if span.oldest.shown.checked_sub(shown)
                        == Some(span.oldest.expected - expected) =>
                {
                    span.oldest = sight;
                }
                _ => spans.push(Span {
                    newest: sight,
                    oldest: sight,
                }),
            }
        }
        let unknown = self
            .listed
            .values()
            .filter(|place| place.n_unknown_below > 0)
            .map(|place| {
                let expected = self.expected(place.ordinal).0;
                Unknown {
                    newest_rank: expected - 1,
                    oldest_rank: expected - place.n_unknown_below,
                }
            })
            .collect();
        View {
            spans,
            pages: self.pages.clone(),
            last_page: self.last_page,
            rank_base: self.base,
            n_notices: 0,
            n_found: self.n_found,
            n_asked: self.n_asked,
            unknown: if self.repair > 0 { unknown } else { Vec::new() },
            n_repair_left: self.repair,
        }
    }

    fn follow(&mut self, plan: &Plan) {
        for (article, n_unknown) in &plan.unknown_below {
            self.set_unknown(*article, *n_unknown);
        }
        if let Some(oldest) = plan.oldest {
            let at = self.places[&oldest.0].0;
            let lower: Vec<i64> = self
                .listed
                .range(..at)
                .map(|(_, place)| place.article.0)
                .collect();
            for article in lower {
                self.miss(article);
            }
            self.set_unknown(oldest, 0);
        }
        if let Some(base) = plan.rank_base {
            self.base = base;
        }
    }

    /// A pass: pages 1 and 2, and what the radar asks for. Between requests the board may change.
    fn pass(&mut self, board: &mut Board, mut between: impl FnMut(&mut Board)) -> bool {
        self.begin();
        for page in 1..=2.min(board.n_pages()) {
            self.read(board, page, false);
            between(board);
        }
        for _ in 0..200 {
            let plan = plan(&self.view());
            self.follow(&plan);
            if plan.oldest.is_some() || plan.rank_base.is_some() {
                continue;
            }
            if plan.read.is_empty() {
                return plan.is_settled();
            }
            for page in plan.read {
                if page <= board.n_pages() {
                    self.read(board, page, true);
                } else {
                    self.n_asked += 1;
                }
                between(board);
            }
        }
        // The board changes faster than it is read; the next pass begins anew.
        false
    }

    fn walk(&mut self, board: &Board, pages: std::ops::RangeInclusive<u32>) {
        self.begin();
        for page in pages {
            self.read(board, page, false);
        }
    }

    /// Suspects that are still there by their own pages go back into the order.
    fn relist(&mut self, board: &Board) {
        let there: Vec<i64> = self
            .missing
            .iter()
            .filter(|article| board.posts.contains(article))
            .copied()
            .collect();
        for article in there {
            let mut ordinal = self.places[&article].0;
            while self.listed.contains_key(&ordinal) {
                ordinal -= 1;
            }
            self.missing.remove(&article);
            self.put(article, ordinal, 0);
        }
    }

    #[track_caller]
    fn assert_same(&self, board: &Board, what: &str) {
        let listed: Vec<i64> = self
            .listed
            .values()
            .rev()
            .map(|place| place.article.0)
            .collect();
        assert_eq!(listed, board.posts, "{what}");
        let n_unknown: u64 = self
            .listed
            .values()
            .map(|place| place.n_unknown_below)
            .sum();
        assert_eq!(n_unknown, 0, "{what}");
    }
}

fn crawled(board: &Board) -> Memory {
    let mut memory = Memory::default();
    memory.walk(board, 1..=board.n_pages());
    memory.assert_same(board, "the first walk");
    memory
}

#[test]
fn any_one_deletion_of_296_costs_at_most_8_listing_pages() {
    for (rows, n_pinned) in [(20, 0), (15, 2)] {
        let mut most = 0;
        for at in 0..296 {
            let mut board = Board::new(296, rows, n_pinned);
            let mut memory = crawled(&board);
            let gone = board.posts.remove(at);
            assert!(memory.pass(&mut board, |_| ()), "post {at}");
            memory.assert_same(&board, &format!("post {at}"));
            assert_eq!(memory.missing, BTreeSet::from([gone]));
            // With the two pages that the pass reads anyway.
            most = most.max(memory.n_read as u32 - Board::new(296, rows, n_pinned).n_pages());
        }
        assert!(most <= 8, "{most} pages of {rows} rows");
    }
}

#[test]
fn deletions_purges_and_arrivals_are_found_within_the_bound() {
    for seed in 0..100 {
        let mut rng = Rng(seed);
        let mut board = Board::new(30 + rng.below(900), 10 + rng.below(30), rng.below(4));
        let mut memory = crawled(&board);
        for round in 0..3 {
            let n_before = board.posts.len();
            for _ in 0..rng.below(8) {
                let at = rng.below(board.posts.len());
                board.posts.remove(at);
            }
            if rng.below(3) == 0 && board.posts.len() > 60 {
                let at = rng.below(board.posts.len() - 55);
                board.posts.drain(at..at + 5 + rng.below(45));
            }
            let n_gone = n_before - board.posts.len();
            // No more than the two pages of the pass show; a longer absence is the walk's.
            for _ in 0..rng.below(board.rows) {
                board.post();
            }
            let what = format!("seed {seed}, round {round}, {n_gone} gone");
            let n_pages = board.n_pages();
            assert!(memory.pass(&mut board, |_| ()), "{what}");
            memory.assert_same(&board, &what);
            let most = most_pages(n_gone as u64, n_pages);
            assert!(
                memory.n_asked <= most,
                "{what}: {} > {most}",
                memory.n_asked
            );
        }
    }
}

#[test]
fn posts_that_enter_the_middle_are_found_unless_a_deletion_hides_them() {
    for seed in 0..60 {
        let mut rng = Rng(seed);
        let mut board = Board::new(200 + rng.below(600), 20, 0);
        let mut memory = crawled(&board);
        let at = rng.below(board.posts.len() + 1);
        board.posts.insert(at, board.next);
        board.next += 1;
        assert!(memory.pass(&mut board, |_| ()), "seed {seed}");
        memory.assert_same(&board, &format!("seed {seed}, entered at {at}"));
    }
}

#[test]
fn an_entry_can_hide_a_deletion_until_the_whole_board_is_read() {
    let mut board = Board::new(400, 20, 0);
    let mut memory = crawled(&board);
    let gone = board.posts.remove(200);
    board.posts.insert(205, 9_000);
    assert!(memory.pass(&mut board, |_| ()), "the sums agree");
    assert!(
        memory.missing.is_empty(),
        "nothing shows that {gone} is gone"
    );
    memory.walk(&board, 1..=board.n_pages());
    memory.assert_same(&board, "after a pass over the whole board");
}

#[test]
fn pages_that_shift_while_the_plan_is_executed_lead_to_the_truth_in_the_end() {
    for seed in 0..60 {
        let mut rng = Rng(seed);
        let mut board = Board::new(100 + rng.below(600), 20, rng.below(3));
        let mut memory = crawled(&board);
        for _ in 0..1 + rng.below(5) {
            let at = rng.below(board.posts.len());
            board.posts.remove(at);
        }
        memory.pass(&mut board, |board| match rng.below(12) {
            0 | 1 => board.post(),
            2 => {
                let at = rng.below(board.posts.len());
                board.posts.remove(at);
            }
            _ => {}
        });
        // The board is quiet now. What the last pass misjudged, the next ones put right.
        for _ in 0..6 {
            memory.relist(&board);
            memory.pass(&mut board, |_| ());
        }
        memory.assert_same(&board, &format!("seed {seed}"));
    }
}

#[test]
fn a_board_that_counts_from_another_number_is_renumbered_and_nothing_vanished() {
    for (n_posts, base) in [(296, 1_000), (3_000, 7), (50, 65)] {
        let mut board = Board::new(n_posts, 20, 0);
        let mut memory = crawled(&board);
        board.rank_base = base;
        assert!(memory.pass(&mut board, |_| ()));
        assert_eq!((memory.base, memory.missing.len()), (base, 0));
        memory.assert_same(&board, "renumbered");
        board.rank_base = 0;
        assert!(memory.pass(&mut board, |_| ()));
        assert_eq!((memory.base, memory.missing.len()), (0, 0));
    }
}

#[test]
fn posts_that_come_back_take_their_old_places() {
    let mut board = Board::new(600, 20, 0);
    let mut memory = crawled(&board);
    for at in [3, 50, 300, 599] {
        let before = board.posts.clone();
        board.posts.remove(at);
        assert!(memory.pass(&mut board, |_| ()));
        assert_eq!(memory.missing.len(), 1);
        board.posts = before;
        assert!(memory.pass(&mut board, |_| ()));
        memory.assert_same(&board, &format!("post {at} again"));
        assert!(memory.missing.is_empty());
    }
}

#[test]
fn holes_are_closed_with_a_page_each_and_a_few_to_find_them() {
    for seed in 0..60 {
        let mut rng = Rng(seed);
        let mut board = Board::new(400 + rng.below(400), 20, rng.below(3));
        let n_pages = board.n_pages();
        let mut memory = Memory::default();
        memory.begin();
        let skipped: BTreeSet<u32> = (0..1 + rng.below(4))
            .map(|_| 3 + rng.below(n_pages as usize - 3) as u32)
            .collect();
        for page in (1..=n_pages).filter(|page| !skipped.contains(page)) {
            memory.read(&board, page, false);
        }
        let n_before = memory.n_read;
        memory.repair = skipped.len() as u32 + n_pages.ilog2();
        let what = format!("seed {seed}, pages {skipped:?} of {n_pages} unread");
        assert!(memory.pass(&mut board, |_| ()), "{what}");
        memory.assert_same(&board, &what);
        // Two of them are the pass's own.
        let n_asked = (memory.n_read - n_before - 2) as usize;
        assert!(
            n_asked <= skipped.len() + n_pages.ilog2() as usize,
            "{what}: {n_asked}"
        );
    }
}

#[test]
fn an_archive_begun_at_the_top_knows_what_it_lacks_and_still_finds_deletions() {
    let mut board = Board::new(1_000, 20, 0);
    let mut memory = Memory::default();
    memory.walk(&board, 1..=10);
    assert_eq!(memory.listed.len(), 200);
    let lowest = memory.listed.values().next().expect("200 of them");
    assert_eq!(lowest.n_unknown_below, 800);
    let gone = board.posts.remove(150);
    assert!(memory.pass(&mut board, |_| ()));
    assert_eq!(memory.missing, BTreeSet::from([gone]));
}
