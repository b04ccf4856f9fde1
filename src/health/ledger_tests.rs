use super::*;

fn shown(rows: &[(i64, u64, Option<i64>)]) -> Vec<Shown> {
    rows.iter()
        .map(|(article, rank, ordinal)| Shown {
            article: ArticleId(*article),
            rank: *rank,
            ordinal: *ordinal,
            joined: false,
        })
        .collect()
}

fn listed(article: i64, ordinal: i64, n_unknown_below: u64) -> Place {
    Place {
        article: ArticleId(article),
        ordinal,
        n_unknown_below,
    }
}

fn look(rows: &[Shown], window: &Window, is_first: bool) -> Changes {
    reconcile(rows, &kept(rows), window, is_first)
}

#[test]
fn ranks_fall_from_row_to_row_and_ids_do_not() {
    let some = |numbers: &[u64]| numbers.iter().map(|n| Some(*n)).collect::<Vec<_>>();
    assert_eq!(ranks_of(&some(&[9, 8, 7])), Some(some(&[9, 8, 7])));
    assert_eq!(
        ranks_of(&[Some(9), None, Some(7)]),
        Some(some(&[9, 8, 7])),
        "the row of the open article"
    );
    let replies = [None, Some(9), None, None, Some(8), None];
    assert_eq!(ranks_of(&replies), Some(replies.to_vec()));
    assert_eq!(ranks_of(&some(&[9, 9])), None);
    assert_eq!(ranks_of(&some(&[9, 10])), None);
    assert_eq!(ranks_of(&some(&[903, 871, 860])), None);
    assert_eq!(ranks_of(&[None, None]), None);
    assert_eq!(ranks_of(&some(&[0])), None);
    let numbering = |n_tight, n_loose, ids| Numbering {
        n_tight,
        n_loose,
        ids,
    };
    assert!(numbering(19, 0, false).is_rank() && numbering(17, 2, false).is_rank());
    assert!(!numbering(0, 0, false).is_rank() && !numbering(0, 0, false).is_no_rank());
    assert!(!numbering(5, 5, false).is_rank() && numbering(5, 5, false).is_no_rank());
    // Until a first post is gone, ids are ranks.
    assert!(numbering(19, 0, true).is_rank() && !numbering(19, 1, true).is_rank());
}

#[test]
fn a_page_tells_what_its_numbers_are() {
    let of = |rows: &[(u64, u64)]| {
        let rows: Vec<_> = rows.iter().map(|(n, id)| (Some(*n), Some(*id))).collect();
        Numbering::of(&rows).0
    };
    let numbering = |n_tight, n_loose, ids| Numbering {
        n_tight,
        n_loose,
        ids,
    };
    assert_eq!(of(&[(9, 80), (8, 77), (7, 70)]), numbering(2, 0, false));
    assert_eq!(of(&[(9, 9), (8, 8), (6, 6)]), numbering(1, 1, true));
    assert_eq!(of(&[(90, 90), (70, 70), (75, 75)]), numbering(0, 3, true));
    assert_eq!(Numbering::of(&[(None, Some(3))]).0, numbering(0, 0, false));
}

#[test]
fn a_first_page_is_placed_from_top_to_bottom_and_the_rest_is_unknown() {
    let rows = shown(&[(1, 100, None), (2, 99, None)]);
    let changes = look(&rows, &Window::default(), true);
    assert_eq!(
        changes.placed,
        [(ArticleId(1), 2 * STEP), (ArticleId(2), STEP)]
    );
    assert_eq!(
        changes.unknown_below,
        [(ArticleId(1), 0), (ArticleId(2), 98)]
    );
}

#[test]
fn what_stood_between_two_rows_that_touch_is_missing() {
    let rows = shown(&[(1, 9, Some(50)), (3, 8, Some(30))]);
    let window = Window {
        between: vec![listed(1, 50, 0), listed(2, 40, 0), listed(3, 30, 0)],
        ..Window::default()
    };
    let changes = look(&rows, &window, false);
    assert_eq!(changes.missing, [ArticleId(2)]);
    assert!(changes.placed.is_empty());
}

#[test]
fn a_hidden_post_between_two_rows_leaves_the_question_open() {
    let rows = shown(&[(1, 10, Some(50)), (3, 8, Some(30))]);
    let window = Window {
        between: vec![listed(1, 50, 0), listed(2, 40, 0), listed(3, 30, 0)],
        ..Window::default()
    };
    let changes = look(&rows, &window, false);
    assert!(changes.missing.is_empty());
}

#[test]
fn what_was_above_the_first_row_of_page_1_is_missing() {
    let rows = shown(&[(7, 9, None), (1, 8, Some(50))]);
    let window = Window {
        between: vec![listed(1, 50, 0)],
        over: vec![listed(2, 60, 0)],
        ..Window::default()
    };
    let changes = look(&rows, &window, true);
    assert_eq!(changes.missing, [ArticleId(2)]);
    assert_eq!(changes.placed, [(ArticleId(7), 60 + STEP)]);
}

#[test]
fn a_post_that_enters_the_middle_takes_a_place_between_its_neighbours() {
    let rows = shown(&[(1, 10, Some(50)), (9, 9, None), (3, 8, Some(30))]);
    let window = Window {
        between: vec![listed(1, 50, 0), listed(3, 30, 0)],
        ..Window::default()
    };
    assert_eq!(look(&rows, &window, false).placed, [(ArticleId(9), 40)]);
}

#[test]
fn a_post_that_was_moved_up_takes_its_new_place_and_nobody_is_missing() {
    let rows = shown(&[(3, 10, Some(30)), (1, 9, Some(50)), (2, 8, Some(40))]);
    let window = Window {
        between: vec![listed(1, 50, 0), listed(2, 40, 0)],
        ..Window::default()
    };
    let changes = look(&rows, &window, true);
    assert_eq!(changes.placed, [(ArticleId(3), 50 + STEP)]);
    assert!(changes.missing.is_empty());
}

#[test]
fn neighbours_without_room_between_them_are_said() {
    let rows = shown(&[(1, 10, Some(31)), (9, 9, None), (3, 8, Some(30))]);
    assert!(look(&rows, &Window::default(), false).no_room);
}

#[test]
fn a_page_inside_a_hole_leaves_the_rest_of_it_on_both_sides() {
    let rows = shown(&[(11, 60, None), (12, 59, None)]);
    let window = Window {
        above: Some(listed(1, 1_000 * STEP, 80)),
        below: Some(listed(2, STEP, 0)),
        rank_below: 10,
        ..Window::default()
    };
    let changes = look(&rows, &window, false);
    // 80 unknown posts, of which two are known now: 48 of the others are below, 30 above.
    assert_eq!(
        changes.unknown_below,
        [(ArticleId(11), 0), (ArticleId(12), 48), (ArticleId(1), 30)]
    );
}
