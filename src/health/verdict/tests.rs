use jiff::SignedDuration;

use super::*;

fn start() -> Timestamp {
    "2026-11-02T00:00:00Z".parse().unwrap()
}

/// Hours after the start.
fn hour(n: i64) -> Timestamp {
    start() + SignedDuration::from_hours(n)
}

fn good(at: Timestamp, n_new: u64) -> Observation {
    let mut seen = Observation::new(at);
    seen.answer = Answer::Rows;
    seen.n_rows = Some(20);
    seen.n_new = n_new;
    for _ in 0..20 {
        seen.count(Field::RowDate, true);
        seen.count(Field::RowAuthor, true);
    }
    seen.count_status(200);
    seen
}

fn answered(at: Timestamp, answer: Answer) -> Observation {
    Observation {
        answer,
        ..Observation::new(at)
    }
}

fn posts(n_posts: f64) -> Option<Expectation> {
    Some(Expectation {
        n_posts,
        dispersion: 1.5,
    })
}

/// Polled well for ten days.
fn well_known() -> Health {
    let mut health = Health::default();
    for n in 0..240 {
        assert_eq!(health.judge(good(hour(n), 1), posts(1.0)), None);
    }
    health
}

fn alarm(change: Option<Change>) -> Verdict {
    match change {
        Some(Change::Alarm { verdict, .. }) => verdict,
        other => panic!("no alarm: {other:?}"),
    }
}

#[test]
fn what_says_so_itself_is_believed_at_once_and_told_once() {
    for (answer, verdict) in [
        (Answer::Blocked("a bot check".into()), Verdict::Blocked),
        (
            Answer::MembersOnly("a login form".into()),
            Verdict::LoginLost,
        ),
    ] {
        let mut health = well_known();
        assert_eq!(
            alarm(health.judge(answered(hour(240), answer.clone()), None)),
            verdict
        );
        assert_eq!(health.judge(answered(hour(241), answer), None), None);
        let recovered = Change::Recovered {
            verdict,
            since: hour(240),
        };
        assert_eq!(health.judge(good(hour(242), 5), None), Some(recovered));
        assert_eq!(health.judge(good(hour(243), 5), None), None);
    }
}

#[test]
fn what_a_board_gets_over_by_itself_must_be_seen_twice() {
    for (answer, verdict) in [
        (Answer::None("timeout".into()), Verdict::Unreachable),
        (
            Answer::NotThere("no such board".into()),
            Verdict::Unreachable,
        ),
        (Answer::Unreadable("no rows".into()), Verdict::LayoutChanged),
        (
            Answer::Unknown("no known software".into()),
            Verdict::NotRecognised,
        ),
    ] {
        let mut health = well_known();
        assert_eq!(
            health.judge(answered(hour(240), answer.clone()), None),
            None
        );
        assert_eq!(health.judge(good(hour(241), 1), None), None);
        assert_eq!(
            health.judge(answered(hour(242), answer.clone()), None),
            None
        );
        assert_eq!(
            alarm(health.judge(answered(hour(243), answer), None)),
            verdict
        );
    }
}

#[test]
fn one_trouble_that_becomes_another_is_told_anew() {
    let mut health = well_known();
    let silent = answered(hour(240), Answer::None("timeout".into()));
    assert_eq!(health.judge(silent.clone(), None), None);
    assert_eq!(
        alarm(health.judge(silent.clone(), None)),
        Verdict::Unreachable
    );
    let blocked = answered(hour(241), Answer::Blocked("430".into()));
    assert_eq!(alarm(health.judge(blocked, None)), Verdict::Blocked);
}

#[test]
fn a_silence_is_measured_by_what_was_to_be_expected() {
    let mut health = well_known();
    // Four in the morning: hours in which next to nothing was expected.
    for n in 240..245 {
        assert_eq!(health.judge(good(hour(n), 0), posts(0.5)), None);
    }
    // Eight more should have come; such things happen.
    assert_eq!(health.judge(good(hour(245), 0), posts(8.0)), None);
    let quiet = health.judge(good(hour(246), 0), posts(4.0));
    assert_eq!(alarm(quiet), Verdict::Quiet);
    // The rhythm gets used to it; the silence is no shorter for that.
    assert_eq!(health.judge(good(hour(247), 0), posts(0.0)), None);
    let over = health.judge(good(hour(248), 1), posts(1.0));
    assert!(matches!(
        over,
        Some(Change::Recovered {
            verdict: Verdict::Quiet,
            ..
        })
    ));
}

#[test]
fn a_silence_no_longer_than_harmless_ones_before_is_harmless() {
    let mut health = well_known();
    assert_eq!(health.judge(good(hour(240), 0), posts(13.0)), None);
    assert_eq!(health.judge(good(hour(241), 1), posts(1.0)), None);
    // Nine would be reached by 13.5 posts, one and a half times 13 by 19.5.
    assert_eq!(health.judge(good(hour(242), 0), posts(19.0)), None);
    let quiet = health.judge(good(hour(243), 0), posts(1.0));
    assert_eq!(alarm(quiet), Verdict::Quiet);
}

#[test]
fn what_passes_while_a_board_cannot_be_read_is_no_silence() {
    let mut health = well_known();
    for n in 240..260 {
        health.judge(
            answered(hour(n), Answer::Blocked("430".into())),
            posts(20.0),
        );
    }
    let over = health.judge(good(hour(260), 0), posts(1.0));
    assert!(matches!(
        over,
        Some(Change::Recovered {
            verdict: Verdict::Blocked,
            ..
        })
    ));
    assert_eq!(health.judge(good(hour(261), 0), posts(1.0)), None);
}

#[test]
fn titles_that_change_all_at_once_are_a_change_of_layout_until_they_are_back() {
    let titled = |n: i64, title: u64| {
        let mut seen = good(hour(n), 0);
        seen.titles = (0..20).map(|key| (key, key + title)).collect();
        seen
    };
    let mut health = well_known();
    for n in 240..245 {
        assert_eq!(health.judge(titled(n, 0), None), None);
    }
    assert_eq!(health.judge(titled(245, 1), None), None);
    assert_eq!(
        alarm(health.judge(titled(246, 1), None)),
        Verdict::LayoutChanged
    );
    assert_eq!(health.judge(titled(247, 1), None), None);
    assert!(matches!(
        health.judge(titled(248, 0), None),
        Some(Change::Recovered { .. })
    ));
}

#[test]
fn a_rhythm_of_less_than_a_week_raises_nothing() {
    let mut health = Health::default();
    for n in 0..100 {
        assert_eq!(
            health.judge(good(hour(n), u64::from(n < 50)), posts(100.0)),
            None
        );
    }
}

#[test]
fn fields_that_fall_are_a_change_of_layout() {
    let fallen = |field: Field| {
        let mut health = well_known();
        let bad = |at| {
            let mut seen = good(at, 0);
            let share = seen.shares.get_mut(&field).unwrap();
            share.n = 0.0;
            seen
        };
        assert_eq!(health.judge(bad(hour(240)), None), None);
        let change = health.judge(bad(hour(241)), None);
        let Some(Change::Alarm { verdict, evidence }) = change else {
            panic!("no alarm for {field:?}");
        };
        assert_eq!(verdict, Verdict::LayoutChanged);
        assert_eq!(evidence.fields.get(&field), Some(&(1.0, 0.0)));
        assert_eq!(evidence.last_good_at, Some(hour(239)));
        assert_eq!(evidence.expected_rows, Some(20.0));
    };
    fallen(Field::RowDate);
    fallen(Field::RowAuthor);
}

#[test]
fn a_field_that_some_rows_lack_is_no_change_of_layout() {
    let mut health = well_known();
    for n in 240..260 {
        let mut seen = good(hour(n), 0);
        seen.shares.get_mut(&Field::RowAuthor).unwrap().n = 14.0;
        assert_eq!(health.judge(seen, None), None);
    }
}

#[test]
fn articles_without_text_are_counted_over_several_polls() {
    let mut health = Health::default();
    let one = |n: i64, has_text: bool| {
        let mut seen = good(hour(n), 1);
        seen.count(Field::ArticleText, has_text);
        seen
    };
    for n in 0..40 {
        assert_eq!(health.judge(one(n, true), None), None);
    }
    let changes: Vec<_> = (40..46)
        .map(|n| health.judge(one(n, false), None))
        .collect();
    let first = changes.iter().position(Option::is_some).expect("an alarm");
    assert!((2..5).contains(&first), "{changes:?}");
    assert!(matches!(
        health.judge(one(46, true), None),
        Some(Change::Recovered { .. })
    ));
}

#[test]
fn a_walk_that_ends_too_early_is_a_change_of_layout() {
    let mut health = well_known();
    let looped = |at| Observation {
        walked_to_the_end: Some(20),
        n_listed: 200,
        ..good(at, 0)
    };
    assert_eq!(health.judge(looped(hour(240)), None), None);
    assert_eq!(
        alarm(health.judge(looped(hour(241)), None)),
        Verdict::LayoutChanged
    );
    let small = Observation {
        walked_to_the_end: Some(15),
        n_listed: 17,
        ..good(hour(242), 0)
    };
    assert!(matches!(
        health.judge(small, None),
        Some(Change::Recovered { .. })
    ));
}

#[test]
fn what_is_kept_comes_back_whole() {
    let mut health = well_known();
    let blocked = answered(hour(240), Answer::Blocked("430".into()));
    health.judge(blocked, None);
    let text = serde_json::to_string(&health).unwrap();
    assert_eq!(serde_json::from_str::<Health>(&text).unwrap(), health);
    for verdict in Verdict::ALL {
        assert_eq!(Verdict::parse(verdict.as_str()), Some(verdict));
    }
}
