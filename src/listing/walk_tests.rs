//! Walks over simulated boards that change between two requests.

use std::collections::BTreeSet;

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::model::{ArticleKey, GapId, Pager, Row};

#[derive(Debug, Clone)]
enum Change {
    Add(u8),
    /// Deletes the post at this share (of 256) of the board, counted from the top.
    Delete(u8),
}

/// What a board shows behind its last page.
#[derive(Debug, Clone, Copy)]
enum PastTheEnd {
    Empty,
    LastPageAgain,
    PageOneAgain,
}

struct Board {
    /// Newest first.
    posts: Vec<u32>,
    next_id: u32,
    per_page: usize,
    ranked: bool,
    pager: bool,
    past_the_end: PastTheEnd,
}

impl Board {
    fn new(n_posts: u32, per_page: usize, ranked: bool) -> Self {
        Self {
            posts: (1..=n_posts).rev().collect(),
            next_id: n_posts + 1,
            per_page,
            ranked,
            pager: true,
            past_the_end: PastTheEnd::Empty,
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Add(n) => {
                for _ in 0..*n {
                    self.posts.insert(0, self.next_id);
                    self.next_id += 1;
                }
            }
            Change::Delete(share) if !self.posts.is_empty() => {
                let at = self.posts.len() * usize::from(*share) / 256;
                self.posts.remove(at);
            }
            Change::Delete(_) => {}
        }
    }

    fn n_pages(&self) -> u32 {
        self.posts.len().div_ceil(self.per_page).max(1) as u32
    }

    fn page(&self, number: u32) -> ListingPage {
        let shown = match self.past_the_end {
            _ if number <= self.n_pages() => number,
            PastTheEnd::Empty => number,
            PastTheEnd::LastPageAgain => self.n_pages(),
            PastTheEnd::PageOneAgain => 1,
        };
        let start = (shown as usize - 1) * self.per_page;
        let rows = self
            .posts
            .iter()
            .enumerate()
            .skip(start)
            .take(self.per_page)
            .map(|(at, id)| row(*id, self.ranked.then(|| (self.posts.len() - at) as u64)))
            .collect();
        let pager = if self.pager {
            Pager {
                current: (shown == number && number <= self.n_pages()).then_some(number),
                last: Some(self.n_pages()),
                next: (shown < self.n_pages()).then(|| {
                    Url::parse(&format!("http://board.test/news?page={}", shown + 1))
                        .expect("a URL")
                }),
            }
        } else {
            Pager::default()
        };
        ListingPage {
            rows,
            pager,
            container_found: true,
            ..ListingPage::default()
        }
    }
}

fn row(id: u32, rank: Option<u64>) -> Row {
    let url = Url::parse(&format!("http://board.test/news/{id}")).expect("a URL");
    Row {
        key: ArticleKey::new("board.test", &id.to_string()),
        canonical_url: url.clone(),
        url,
        title: format!("title {id}"),
        author: None,
        posted: None,
        category: None,
        rank,
        notice: false,
        current: false,
        secret: false,
        views: None,
        votes: None,
        comment_count: None,
    }
}

struct Walked {
    seen: BTreeSet<u32>,
    n_requests: usize,
    n_gaps: usize,
    end: PassEnd,
    /// Of those open before.
    still_open: Vec<OpenGap>,
}

/// Of a first page, on a board that nothing is known of.
fn first_facts() -> Facts<'static> {
    Facts {
        pass: PassId(1),
        n_new: 0,
        late: false,
        n_added: 0,
        n_listed: None,
        rank_base: 0,
        n_unknown: 0,
        counts_rows: true,
        earlier_deficit: None,
        gaps: &[],
        quiet_pages: 0,
    }
}

/// Walks `board` to the end of the walk, with one list of changes before each request; the last list is empty.
fn walk(
    board: &mut Board,
    changes: &[Vec<Change>],
    kind: PassKind,
    known: &BTreeSet<u32>,
) -> Walked {
    walk_with_gaps(board, changes, kind, known, Vec::new())
}

fn walk_with_gaps(
    board: &mut Board,
    changes: &[Vec<Change>],
    kind: PassKind,
    known: &BTreeSet<u32>,
    mut open: Vec<OpenGap>,
) -> Walked {
    let pass = PassId(2);
    // What a gap hides is missing from the start.
    let earlier_deficit = (!open.is_empty()).then_some(20);
    let mut walk = begin(kind, None, None);
    let mut walked = Walked {
        still_open: Vec::new(),
        seen: BTreeSet::new(),
        n_requests: 0,
        n_gaps: 0,
        end: PassEnd::Stopped,
    };
    for request in 0..3_000 {
        for change in changes.get(request).map_or(&[][..], Vec::as_slice) {
            board.change(change);
        }
        let page = board.page(walk.page);
        let ids: BTreeSet<u32> = page
            .rows
            .iter()
            .map(|row| row.key.id().parse().expect("a number"))
            .collect();
        let n_new = ids.iter().filter(|id| !known.contains(id)).count();
        let late = has_late(&page, walk.page, |key| {
            let id = key.id().parse().expect("a number");
            known.contains(&id) || walked.seen.contains(&id)
        });
        let is_added = |id: &&u32| !known.contains(id) && !walked.seen.contains(id);
        let n_added = ids.iter().filter(is_added).count() as u64;
        walked.seen.extend(&ids);
        walked.n_requests += 1;
        let mut facts = Facts {
            pass,
            n_new,
            late,
            n_added,
            n_listed: None,
            rank_base: 0,
            n_unknown: 0,
            counts_rows: true,
            earlier_deficit,
            gaps: &open,
            quiet_pages: 2,
        };
        let mut step = advance(&walk, &page, facts);
        facts.n_listed = Some(known.union(&walked.seen).count() as u64);
        let mut counted = advance(&walk, &page, facts);
        if needs_count(&walk, &step) {
            step = counted;
        } else {
            counted.walk.deficit = step.walk.deficit;
            assert_eq!(step, counted, "a count would have led elsewhere");
        }
        walked.n_gaps += usize::from(step.gap.is_some());
        for gap in &mut open {
            if step.gaps.broken && gap.reached_by == Some(pass) {
                gap.reached_by = None;
            }
            if step.gaps.reached.contains(&gap.id) {
                gap.reached_by = Some(pass);
            }
        }
        open.retain(|gap| !step.gaps.closed.contains(&gap.id));
        walk = step.walk;
        match (step.next, step.end) {
            (Some(next), None) => assert_eq!(next, walk.page),
            (None, Some(end)) => {
                walked.end = end;
                walked.still_open = open;
                return walked;
            }
            other => panic!("a step goes on or ends: {other:?}"),
        }
    }
    panic!("the walk does not end");
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![
        (1u8..4).prop_map(Change::Add),
        any::<u8>().prop_map(Change::Delete),
        any::<u8>().prop_map(Change::Delete),
    ];
    proptest::collection::vec(proptest::collection::vec(change, 0..3), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The heart of the walk: whatever is added on top and deleted anywhere between two requests, every post that
    /// was there from start to end is seen, or the walk says where it may have missed some.
    #[test]
    fn a_ranked_board_is_walked_whole_while_it_changes(
        n_posts in 1u32..180, per_page in 3usize..21, changes in changes(), pager in any::<bool>(),
    ) {
        let mut board = Board::new(n_posts, per_page, true);
        board.pager = pager;
        let before: BTreeSet<u32> = board.posts.iter().copied().collect();
        let walked = walk(&mut board, &changes, PassKind::Full, &BTreeSet::new());
        let after: BTreeSet<u32> = board.posts.iter().copied().collect();
        let missed: Vec<_> = before.intersection(&after).filter(|id| !walked.seen.contains(id)).collect();
        prop_assert!(missed.is_empty() || walked.n_gaps > 0, "missed {missed:?}");
    }

    #[test]
    fn a_still_board_is_walked_whole_whatever_it_shows_past_the_end(
        n_posts in 0u32..150, per_page in 1usize..21, ranked in any::<bool>(), pager in any::<bool>(), end in 0..3,
    ) {
        let mut board = Board::new(n_posts, per_page, ranked);
        board.pager = pager;
        board.past_the_end = [PastTheEnd::Empty, PastTheEnd::LastPageAgain, PastTheEnd::PageOneAgain][end as usize];
        let walked = walk(&mut board, &[], PassKind::Full, &BTreeSet::new());
        prop_assert_eq!(walked.seen.len(), n_posts as usize);
        prop_assert_eq!(walked.n_gaps, 0);
        prop_assert_eq!(walked.end, PassEnd::Complete);
        let n_pages = board.n_pages() as usize;
        if ranked {
            prop_assert!(walked.n_requests <= n_pages, "{} requests for {n_pages} pages", walked.n_requests);
        } else {
            // Page 1 once more at the end: if nothing came, nothing can have been hidden.
            prop_assert!(walked.n_requests <= 2 * n_pages + 8, "{} requests for {n_pages} pages", walked.n_requests);
        }
    }
}

/// Without ranks no page proves that nothing lies between it and the next: an arrival can undo what a deletion did,
/// unseen. The seeds are fixed, since what is held is a rate: of 40,000 such boards none lost a row.
#[test]
fn a_board_without_ranks_is_walked_whole_while_posts_come_and_go() {
    let mut n_with_gaps = 0;
    for seed in 0..N_UNRANKED {
        let mut random = Splitmix(seed);
        let n_posts = 40 + random.below(160);
        let per_page = 5 + random.below(16);
        let mut board = Board::new(n_posts as u32, per_page as usize, false);
        board.pager = random.below(2) == 0;
        // Between two requests, of a hundred times: so many arrivals, and as many deletions.
        let busy = 1 + random.below(10);
        let changes: Vec<Vec<Change>> = (0..400)
            .map(|_| {
                let mut changes = Vec::new();
                if random.below(100) < busy {
                    changes.push(Change::Add(1 + random.below(3) as u8));
                }
                if random.below(100) < busy {
                    changes.push(Change::Delete(random.below(256) as u8));
                }
                if random.below(2) == 0 {
                    changes.reverse();
                }
                changes
            })
            .collect();
        let before: BTreeSet<u32> = board.posts.iter().copied().collect();
        let walked = walk(&mut board, &changes, PassKind::Full, &BTreeSet::new());
        let after: BTreeSet<u32> = board.posts.iter().copied().collect();
        let missed: Vec<_> = before
            .intersection(&after)
            .filter(|id| !walked.seen.contains(id))
            .collect();
        assert!(missed.is_empty(), "seed {seed} missed {missed:?}");
        n_with_gaps += usize::from(walked.n_gaps > 0);
    }
    // The busiest boards never rest: the walk says so.
    assert!(
        n_with_gaps * 10 < N_UNRANKED as usize,
        "{n_with_gaps} walks were given up"
    );
}

/// Boards without ranks that are walked.
const N_UNRANKED: u64 = 4_000;

/// The generator of Steele, Lea and Flood (2014): the same numbers on every machine.
struct Splitmix(u64);

impl Splitmix {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// A gap between the rows of these ids, found on page 3 by an earlier pass.
fn gap_between(above: u32, below: u32, ranked: bool, n_added: u64) -> OpenGap {
    let edge = |id: u32| Edge {
        key: row(id, None).key,
        rank: ranked.then_some(u64::from(id)),
    };
    OpenGap {
        id: GapId(7),
        gap: Gap {
            page: 3,
            above: Some(edge(above)),
            below: Some(edge(below)),
            reason: GapReason::Unread,
            note: "500".into(),
        },
        found_by: PassId(1),
        reached_by: None,
        n_added,
    }
}

/// Ranks tell where a gap's first row stands, and how many rows there are.
#[test]
fn the_page_of_a_ranked_gap_is_enough() {
    let mut board = Board::new(400, 20, true);
    let known: BTreeSet<u32> = (1..=320).chain(341..=400).collect();
    let gap = gap_between(341, 320, true, 0);
    let walked = walk_with_gaps(&mut board, &[], PassKind::Incremental, &known, vec![gap]);
    assert_eq!(walked.still_open, []);
    assert!((321..=340).all(|id| walked.seen.contains(&id)));
    // Two without news, and the gap's.
    assert_eq!(walked.n_requests, 3);
}

#[test]
fn a_gap_is_filled_where_its_rows_are_now() {
    for ranked in [true, false] {
        // Page 3 (rows 60 to 41 of 100) could not be read; then forty posts came.
        let mut board = Board::new(140, 20, ranked);
        let known: BTreeSet<u32> = (1..=40).chain(61..=100).collect();
        let gap = gap_between(61, 40, ranked, 40);
        let walked = walk_with_gaps(&mut board, &[], PassKind::Incremental, &known, vec![gap]);
        let missed: Vec<u32> = (1..=140)
            .filter(|id| !known.contains(id) && !walked.seen.contains(id))
            .collect();
        assert!(missed.is_empty(), "missed {missed:?}");
        assert_eq!(walked.still_open, []);
    }
}

#[test]
fn a_board_that_did_not_rest_is_only_whole_after_a_full_walk() {
    let mut gap = gap_between(1, 1, false, 0);
    gap.gap = Gap {
        page: 1,
        above: None,
        below: None,
        reason: GapReason::Torn,
        note: "the board did not rest".into(),
    };
    let known: BTreeSet<u32> = (1..=200).collect();
    for (kind, n_open) in [(PassKind::Incremental, 1), (PassKind::Full, 0)] {
        let mut board = Board::new(200, 20, false);
        let walked = walk_with_gaps(&mut board, &[], kind, &known, vec![gap.clone()]);
        assert_eq!(walked.still_open.len(), n_open, "{kind:?}");
    }
}

#[test]
fn a_gap_far_down_is_gone_to_without_the_pages_in_between() {
    let mut board = Board::new(2_000, 20, true);
    let known: BTreeSet<u32> = (1..=2_000).filter(|id| !(401..=420).contains(id)).collect();
    let gap = gap_between(421, 400, true, 0);
    let walked = walk_with_gaps(&mut board, &[], PassKind::Incremental, &known, vec![gap]);
    assert!((401..=420).all(|id| walked.seen.contains(&id)));
    assert_eq!(walked.still_open, []);
    assert!(walked.n_requests <= 7, "{} requests", walked.n_requests);
}

#[test]
fn a_gap_whose_edge_is_deleted_stays_open_and_costs_a_few_pages() {
    let mut board = Board::new(400, 20, true);
    board.posts.retain(|id| *id != 200);
    let known: BTreeSet<u32> = (1..=400).filter(|id| !(201..=220).contains(id)).collect();
    let gap = gap_between(221, 200, true, 0);
    let walked = walk_with_gaps(&mut board, &[], PassKind::Incremental, &known, vec![gap]);
    assert!((201..=220).all(|id| walked.seen.contains(&id)));
    assert_eq!(walked.still_open.len(), 1);
    assert!(walked.n_requests <= 10, "{} requests", walked.n_requests);
}

#[test]
fn rows_pushed_down_are_seen_twice_and_cost_nothing() {
    // CASES 23: between pages 1 and 2 three posts arrive.
    let mut board = Board::new(100, 20, true);
    let walked = walk(
        &mut board,
        &[vec![], vec![Change::Add(3)]],
        PassKind::Full,
        &BTreeSet::new(),
    );
    assert!((1..=100).all(|id| walked.seen.contains(&id)));
    assert_eq!(walked.n_requests, 6);
}

#[test]
fn a_row_pulled_up_is_found_by_reading_one_page_back() {
    // CASES 24: between pages 1 and 2 a row of page 1 is deleted.
    let mut board = Board::new(100, 20, true);
    let walked = walk(
        &mut board,
        &[vec![], vec![Change::Delete(0)]],
        PassKind::Full,
        &BTreeSet::new(),
    );
    assert!((1..=99).all(|id| walked.seen.contains(&id)));
    assert_eq!(walked.n_requests, 5 + 2);
}

#[test]
fn a_board_without_ranks_reads_each_page_again_to_prove_the_join() {
    let mut board = Board::new(100, 20, false);
    let walked = walk(
        &mut board,
        &[vec![], vec![Change::Delete(0)]],
        PassKind::Full,
        &BTreeSet::new(),
    );
    assert!((1..=99).all(|id| walked.seen.contains(&id)));
    assert_eq!(walked.n_gaps, 0);
}

#[test]
fn a_later_pass_ends_after_two_pages_without_news() {
    let mut board = Board::new(300, 20, true);
    let known: BTreeSet<u32> = (1..=300).collect();
    let walked = walk(&mut board, &[], PassKind::Incremental, &known);
    assert_eq!((walked.n_requests, walked.end), (2, PassEnd::CaughtUp));
}

#[test]
fn a_later_pass_goes_on_while_the_rank_says_that_posts_are_missing() {
    // CASES 26: a reply was put under an old parent on page 10; ranks above it rose by one.
    let mut board = Board::new(300, 20, true);
    let known: BTreeSet<u32> = (1..=300).collect();
    board.posts.insert(195, 301);
    let walked = walk(&mut board, &[], PassKind::Incremental, &known);
    assert!(walked.seen.contains(&301));
    assert!(walked.n_requests <= 12);
}

#[test]
fn a_board_that_counts_rows_that_it_does_not_show_costs_six_requests_for_a_border_and_six_at_its_end()
 {
    let end = [3, 4, 3, 4, 3, 4, 3, 4];
    // Ranks jump by three at one page border, and do not come down to 1; those of the second page by two within it.
    let shown = walk_of_hidden_rows(&[
        (1..=10u32, 38u64),
        (11..=13, 25),
        (14..=20, 20),
        (21..=30, 13),
    ]);
    assert_eq!(shown, [&[1, 2, 1, 2, 1, 2, 1, 2][..], &end].concat());
    // Only at the border.
    let shown = walk_of_hidden_rows(&[(1..=10u32, 36u64), (11..=20, 23), (21..=30, 13)]);
    assert_eq!(
        shown,
        [&[1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2][..], &end].concat()
    );
}

/// The pages that a walk asks for of a board of ten rows a page, whose posts have ranks by runs that begin so. It leaves no
/// gap.
fn walk_of_hidden_rows(runs: &[(std::ops::RangeInclusive<u32>, u64)]) -> Vec<u32> {
    let mut walk = begin(PassKind::Full, None, None);
    let rows: Vec<Row> = runs
        .iter()
        .flat_map(|(ids, newest)| {
            let ranked = ids.clone().zip((0..=*newest).rev());
            ranked.map(|(id, rank)| row(100 - id, Some(rank)))
        })
        .collect();
    let pages: Vec<ListingPage> = rows
        .chunks(10)
        .map(|rows| ListingPage {
            rows: rows.to_vec(),
            container_found: true,
            ..ListingPage::default()
        })
        .chain([ListingPage::default()])
        .collect();
    let (mut n_requests, mut n_gaps) = (0, 0);
    let mut shown = Vec::new();
    loop {
        n_requests += 1;
        assert!(n_requests < 30, "the walk does not end");
        shown.push(walk.page);
        let step = advance(&walk, &pages[walk.page as usize - 1], first_facts());
        n_gaps += usize::from(step.gap.is_some());
        walk = step.walk;
        if step.end.is_some() {
            break;
        }
    }
    assert_eq!(n_gaps, 0);
    shown
}

#[test]
fn an_unreadable_page_is_skipped_and_remembered() {
    let mut walk = begin(PassKind::Full, None, None);
    walk.page = 4;
    walk.deepest = 3;
    let step = skip(&walk, "500 three times");
    assert_eq!(step.next, Some(5));
    assert_eq!(
        step.gap.map(|gap| (gap.page, gap.reason)),
        Some((4, GapReason::Unread))
    );
    // What was gone to for the sake of a gap is that gap.
    walk.page = 9;
    assert_eq!(skip(&walk, "500 three times").gap, None);
    assert_eq!(
        skip(&begin(PassKind::Full, None, None), "x").end,
        Some(PassEnd::Stopped)
    );
}

#[test]
fn pages_and_dates_limit_a_walk() {
    let board = Board::new(100, 20, true);
    let step = advance(
        &begin(PassKind::Full, Some(1), None),
        &board.page(1),
        first_facts(),
    );
    assert_eq!(step.end, Some(PassEnd::Limit));
    let since = jiff::Timestamp::from_second(1_000).expect("a time");
    let mut page = board.page(1);
    for row in &mut page.rows {
        row.posted = Some(crate::model::PostedAt {
            at: jiff::Timestamp::from_second(999).expect("a time"),
            precision: crate::model::Precision::Day,
            text: String::new(),
        });
    }
    let walk = begin(PassKind::Full, None, Some(since));
    assert_eq!(
        advance(&walk, &page, first_facts()).end,
        Some(PassEnd::Limit)
    );
    // A pinned or old thread on top does not end it.
    page.rows[3].posted = None;
    assert_eq!(advance(&walk, &page, first_facts()).end, None);
}
