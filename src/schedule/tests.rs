//! What holds on any history: no overlap, no delay beyond what was promised, no panic, no burst.

use std::collections::HashSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::model::BoardId;

const BOARD: BoardId = BoardId(1);

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn limits() -> Limits {
    Limits {
        zone: TimeZone::UTC,
        budget_per_s: 1.0,
        host_budget_per_s: 1.0,
        min_interval: Duration::from_secs(30),
        max_interval: Duration::from_secs(86_400),
    }
}

fn with_policy(policy: Policy) -> BoardPlan {
    BoardPlan {
        policy,
        ..BoardPlan::of_host("h")
    }
}

fn cron(text: &str) -> Policy {
    Policy::Cron(text.parse().expect("a cron expression"))
}

fn found(started_at: Timestamp, n_new: u32) -> Poll {
    Poll {
        started_at,
        n_requests: 1,
        n_new: Some(n_new),
        not_before: None,
    }
}

/// A planner with one board that was polled at this moment.
fn polled(plan: BoardPlan, when: Timestamp) -> Planner {
    let mut planner = Planner::new(limits(), when);
    planner.add(BOARD, plan, None, when);
    planner.record(BOARD, &found(when, 3));
    planner.plan(when);
    planner
}

#[track_caller]
fn assert_next(planner: &Planner, when: &str, reason: &Reason) {
    let next = planner.next(BOARD).expect("a board");
    assert_eq!((next.at, &next.reason), (at(when), reason));
}

/// Drives a planner until `end`; answers the moments of the board's polls. `n_new` is asked how many posts came.
fn drive(
    planner: &mut Planner,
    from: Timestamp,
    end: Timestamp,
    mut n_new: impl FnMut(Timestamp, Timestamp) -> u32,
) -> Vec<(BoardId, Timestamp)> {
    let mut polls = Vec::new();
    let mut last = std::collections::HashMap::new();
    let mut now = from;
    while now < end {
        for board in planner.due(now) {
            let before = last.insert(board, now).unwrap_or(from);
            planner.record(board, &found(now, n_new(before, now)));
            polls.push((board, now));
        }
        now = planner.wake_at().max(now + SignedDuration::from_millis(1));
    }
    polls
}

#[test]
fn a_new_board_is_due_at_once() {
    let now = at("2026-03-01T00:00:00Z");
    let mut planner = Planner::new(limits(), now);
    planner.add(BOARD, with_policy(cron("0 5 * * *")), None, now);
    assert_eq!(
        planner.next(BOARD).map(|next| next.reason),
        Some(Reason::First)
    );
    planner.plan(now);
    // The first token comes within a second at one request a second.
    let later = planner.wake_at();
    assert!(later <= now + SignedDuration::from_secs(1));
    assert_eq!(planner.due(later), [BOARD]);
}

#[test]
fn a_board_is_handed_out_once_until_it_is_recorded() {
    let now = at("2026-03-01T00:00:00Z");
    let mut planner = polled(with_policy(Policy::Every(Duration::from_secs(60))), now);
    let later = now + SignedDuration::from_mins(10);
    assert_eq!(planner.due(later), [BOARD]);
    assert_eq!(planner.due(later + SignedDuration::from_hours(2)), []);
    assert_eq!(
        planner.next(BOARD).map(|next| next.reason),
        Some(Reason::Running)
    );
    planner.record(BOARD, &found(later, 0));
    // Ten runs were missed: one made up for them.
    assert_next(&planner, "2026-03-01T00:11:00Z", &Reason::Every);
}

#[test]
fn missed_cron_runs_are_made_up_once() {
    let start = at("2026-03-01T00:30:00Z");
    let mut planner = polled(with_policy(cron("0 * * * *")), start);
    assert_next(&planner, "2026-03-01T01:00:00Z", &Reason::Cron);
    let later = at("2026-03-01T09:20:00Z");
    assert_eq!(planner.due(later), [BOARD]);
    planner.record(BOARD, &found(later, 0));
    assert_eq!(planner.due(later), []);
    assert_next(&planner, "2026-03-01T10:00:00Z", &Reason::Cron);
}

#[test]
fn cron_expressions_are_of_the_board_s_zone_over_clock_changes() {
    // In New York, 02:30 does not exist on 8 March 2026, and 01:30 comes twice on 1 November.
    let new_york = |policy| BoardPlan {
        zone: Some(zone("America/New_York")),
        ..with_policy(policy)
    };
    let planner = polled(new_york(cron("30 2 * * *")), at("2026-03-08T05:00:00Z"));
    let next = planner.next(BOARD).expect("a board").at;
    assert!(next > at("2026-03-08T05:00:00Z") && next <= at("2026-03-09T06:30:00Z"));
    let planner = polled(new_york(cron("30 1 * * *")), at("2026-11-01T04:00:00Z"));
    assert_next(&planner, "2026-11-01T05:30:00Z", &Reason::Cron);
    let planner = polled(new_york(cron("30 1 * * *")), at("2026-11-01T05:30:00Z"));
    assert_next(&planner, "2026-11-02T06:30:00Z", &Reason::Cron);
}

#[test]
fn a_closed_board_waits_until_it_opens() {
    let seoul = BoardPlan {
        zone: Some(zone("Asia/Seoul")),
        open: Some("Mon-Fri 09:00-18:00".parse().expect("opening hours")),
        ..with_policy(Policy::Every(Duration::from_secs(600)))
    };
    // Friday, 17:55 in Seoul.
    let planner = polled(seoul.clone(), at("2026-03-06T08:55:00Z"));
    assert_next(&planner, "2026-03-09T00:00:00Z", &Reason::Closed);
    let planner = polled(seoul, at("2026-03-06T08:45:00Z"));
    assert_next(&planner, "2026-03-06T08:55:00Z", &Reason::Every);
}

#[test]
fn opening_hours_are_read_and_refused() {
    let hours: OpeningHours = "22:00-06:00".parse().expect("opening hours");
    for (hour, open) in [(21, false), (22, true), (5, true), (6, false)] {
        let when = at(&format!("2026-03-06T{hour:02}:00:00Z"));
        assert_eq!(hours.is_open(when, &TimeZone::UTC), open, "{hour}");
    }
    let hours: OpeningHours = "Sat-Mon 00:00-24:00, Wed 9:30-10:00"
        .parse()
        .expect("hours");
    let tuesday = at("2026-03-03T12:00:00Z");
    let wednesday = at("2026-03-04T09:30:00Z");
    assert_eq!(hours.open_from(tuesday, &TimeZone::UTC), wednesday);
    assert_eq!(
        hours.open_from(at("2026-03-01T12:00:00Z"), &TimeZone::UTC),
        at("2026-03-01T12:00:00Z")
    );
    for wrong in [
        "",
        "Mon",
        "9-18",
        "Mon 09:00",
        "Xyz 09:00-10:00",
        "25:00-26:00",
        "09:00-09:00",
        "24:00-01:00",
    ] {
        let error = wrong.parse::<OpeningHours>().expect_err(wrong);
        assert!(error.contains("open"), "{wrong}: {error}");
    }
}

#[test]
fn failures_are_tried_again_later_and_later() {
    let now = at("2026-03-01T00:00:00Z");
    let mut planner = polled(BoardPlan::of_host("h"), now);
    let fail = |planner: &mut Planner, started_at: Timestamp| {
        let poll = Poll {
            n_new: None,
            ..found(started_at, 0)
        };
        planner.record(BOARD, &poll);
        let next = planner.next(BOARD).expect("a board");
        assert!(
            matches!(next.reason, Reason::Retry { .. }),
            "{:?}",
            next.reason
        );
        next.at.duration_since(started_at).as_secs()
    };
    let pauses: Vec<i64> = (1..8)
        .map(|n| fail(&mut planner, now + SignedDuration::from_hours(n)))
        .collect();
    assert!(
        pauses.windows(2).all(|pair| pair[0] < pair[1]),
        "{pauses:?}"
    );
    assert_eq!(pauses[0], 60);
}

/// However long it has failed: what it was told to do by the clock does not go by the last success.
#[test]
fn a_fixed_interval_is_kept_to_while_a_board_fails() {
    let now = at("2026-03-01T00:00:00Z");
    let interval = SignedDuration::from_hours(3);
    let mut planner = polled(with_policy(Policy::Every(interval.unsigned_abs())), now);
    for n in 1..30 {
        let started_at = now + interval * n;
        let poll = Poll {
            n_new: None,
            ..found(started_at, 0)
        };
        planner.record(BOARD, &poll);
        let next = planner.next(BOARD).expect("a board");
        assert!(next.at <= started_at + interval, "{n}: {next:?}");
    }
}

#[test]
fn a_pause_that_the_host_asked_for_is_kept() {
    let now = at("2026-03-01T00:00:00Z");
    let mut planner = polled(with_policy(Policy::Every(Duration::from_secs(60))), now);
    let until = at("2026-03-01T03:00:00Z");
    let poll = Poll {
        not_before: Some(until),
        n_new: None,
        ..found(now, 0)
    };
    planner.record(BOARD, &poll);
    assert_next(&planner, "2026-03-01T03:00:00Z", &Reason::AskedToWait);
}

#[test]
fn after_a_pause_overdue_boards_are_spread() {
    let start = at("2026-03-01T00:00:00Z");
    let mut planner = Planner::new(limits(), start);
    for number in 0..600 {
        let board = BoardId(number);
        planner.add(board, BoardPlan::of_host("h"), None, start);
        planner.record(board, &found(start, 1));
    }
    let states: Vec<BoardState> = (0..600)
        .map(|number| {
            planner
                .board_state(BoardId(number))
                .expect("a board")
                .clone()
        })
        .collect();
    let later = start + SignedDuration::from_hours(9);
    let mut planner = Planner::new(limits(), later);
    for (number, state) in (0..).zip(states) {
        planner.add(BoardId(number), BoardPlan::of_host("h"), Some(state), later);
    }
    let end = later + SignedDuration::from_mins(3);
    let polls = drive(&mut planner, later, end, |_, _| 1);
    for minute in 0..3 {
        let from = later + SignedDuration::from_mins(minute);
        let to = from + SignedDuration::from_mins(1);
        let n = polls
            .iter()
            .filter(|(_, at)| (from..to).contains(at))
            .count();
        // Of a budget of 60.
        assert!((80..=150).contains(&n), "{n} in minute {minute}");
    }
}

#[test]
fn a_host_s_own_budget_binds_its_boards_only() {
    let start = at("2026-03-02T00:00:00Z");
    let limits = Limits {
        host_budget_per_s: 0.02,
        budget_per_s: 0.2,
        ..limits()
    };
    let mut planner = Planner::new(limits, start);
    for number in 0..20 {
        let host = if number < 10 { "small" } else { "large" };
        let host = if number < 10 {
            host.to_owned()
        } else {
            format!("{host}{number}")
        };
        planner.add(BoardId(number), BoardPlan::of_host(host), None, start);
    }
    let end = start + SignedDuration::from_hours(72);
    let polls = drive(&mut planner, start, end, |_, _| 1);
    let last_day = start + SignedDuration::from_hours(48);
    let n = |of: fn(i64) -> bool| {
        let of_host = polls
            .iter()
            .filter(|(board, at)| of(board.0) && *at >= last_day);
        of_host.count() as f64 / 86_400.0
    };
    let (small, large) = (n(|board| board < 10), n(|board| board >= 10));
    assert!((0.018..=0.022).contains(&small), "{small}");
    assert!((0.15..=0.2).contains(&large), "{large}");
}

/// In New York, 8 March 2026 has 23 hours, and 1 November 25.
#[test]
fn a_day_on_which_the_clock_is_changed_spends_by_its_hours() {
    for (start, day, n_hours) in [
        ("2026-03-05T05:00:00Z", "2026-03-08T05:00:00Z", 23),
        ("2026-10-29T04:00:00Z", "2026-11-01T04:00:00Z", 25),
    ] {
        let (start, day) = (at(start), at(day));
        let end = day + SignedDuration::from_hours(n_hours);
        let limits = Limits {
            zone: zone("America/New_York"),
            budget_per_s: 0.05,
            ..limits()
        };
        let mut planner = Planner::new(limits, start);
        for number in 0..20 {
            planner.add(BoardId(number), BoardPlan::of_host("h"), None, start);
        }
        let polls = drive(&mut planner, start, end, |from, to| {
            u32::try_from(to.as_second() / 600 - from.as_second() / 600).unwrap_or(0)
        });
        let n_polls = polls.iter().filter(|(_, at)| *at >= day).count() as f64;
        let share = n_polls / (0.05 * 3_600.0 * n_hours as f64);
        assert!((share - 1.0).abs() <= 0.03, "{day}: {share}");
    }
}

#[test]
fn a_weight_buys_shorter_intervals() {
    let start = at("2026-03-02T00:00:00Z");
    let limits = Limits {
        budget_per_s: 0.02,
        ..limits()
    };
    let mut planner = Planner::new(limits, start);
    for (number, weight) in [(1, 1.0), (2, 4.0)] {
        let plan = BoardPlan {
            weight,
            ..BoardPlan::of_host("h")
        };
        planner.add(BoardId(number), plan, None, start);
    }
    let end = start + SignedDuration::from_hours(48);
    let polls = drive(&mut planner, start, end, |from, to| {
        u32::try_from(to.as_second() / 100 - from.as_second() / 100).unwrap_or(0)
    });
    let n = |id: i64| polls.iter().filter(|(board, _)| board.0 == id).count() as f64;
    let ratio = n(2) / n(1);
    assert!(
        (1.8..=2.2).contains(&ratio),
        "the square root of four: {ratio}"
    );
}

#[test]
fn a_busier_board_is_polled_sooner() {
    let start = at("2026-03-02T00:00:00Z");
    let slow = Limits {
        budget_per_s: 0.002,
        ..limits()
    };
    let interval_ms = |posts_a_poll: u32| {
        let mut planner = Planner::new(slow.clone(), start);
        planner.add(BOARD, BoardPlan::of_host("h"), None, start);
        planner.plan(start);
        planner.record(BOARD, &found(start, 3));
        let mut now = start;
        for _ in 0..200 {
            now += SignedDuration::from_mins(10);
            planner.record(BOARD, &found(now, posts_a_poll));
        }
        let next = planner.next(BOARD).expect("a board");
        next.at.duration_since(now).as_millis()
    };
    let intervals: Vec<i128> = [0, 1, 3, 9, 30].map(interval_ms).to_vec();
    assert!(
        intervals.windows(2).all(|pair| pair[0] >= pair[1]),
        "{intervals:?}"
    );
    assert!(intervals[0] > intervals[4]);
}

#[test]
fn the_state_comes_back_from_a_store_and_a_broken_one_does_not() {
    let start = at("2026-03-02T00:00:00Z");
    let mut planner = polled(BoardPlan::of_host("h"), start);
    for hour in 1..50 {
        planner.record(BOARD, &found(start + SignedDuration::from_hours(hour), 2));
    }
    let state = planner.board_state(BOARD).expect("a board");
    let text = serde_json::to_string(state).expect("JSON");
    assert!(text.len() < 8 * 1024, "{}", text.len());
    let kept: BoardState = serde_json::from_str(&text).expect("JSON");
    let mut again = Planner::new(limits(), start);
    again.add(BOARD, BoardPlan::of_host("h"), Some(kept), start);
    let rate = |planner: &Planner| planner.next(BOARD).expect("a board").posts_per_day;
    assert!((rate(&again) - rate(&planner)).abs() < 1e-6);
    let planner_text = serde_json::to_string(planner.state()).expect("JSON");
    assert!(serde_json::from_str::<PlannerState>(&planner_text).is_ok());

    let broken = text.replacen("\"hour_posts\":[", "\"hour_posts\":[7,", 1);
    let broken: BoardState = serde_json::from_str(&broken).expect("JSON of the right form");
    let later = start + SignedDuration::from_hours(60);
    let mut planner = Planner::new(limits(), later);
    planner.add(BOARD, BoardPlan::of_host("h"), Some(broken), later);
    assert_eq!(
        planner.next(BOARD).map(|next| next.reason),
        Some(Reason::First)
    );
}

#[test]
fn history_is_recalled_once() {
    let start = at("2026-03-02T00:00:00Z");
    let polls: Vec<Poll> = (0..100)
        .map(|n| found(start + SignedDuration::from_mins(30 * n), 4))
        .collect();
    let now = start + SignedDuration::from_hours(51);
    let mut planner = Planner::new(limits(), now);
    planner.add(BOARD, BoardPlan::of_host("h"), None, now);
    planner.recall(BOARD, &polls);
    let once = planner.board_state(BOARD).cloned();
    planner.recall(BOARD, &polls);
    assert_eq!(planner.board_state(BOARD).cloned(), once);
    let next = planner.next(BOARD).expect("a board");
    assert!(
        (150.0..250.0).contains(&next.posts_per_day),
        "{}",
        next.posts_per_day
    );
    let upcoming = planner.upcoming(BOARD, 5);
    assert_eq!(upcoming.len(), 5);
    assert!(upcoming.windows(2).all(|pair| pair[0].at < pair[1].at));
}

/// What may happen to a planner.
#[derive(Debug, Clone)]
enum Happening {
    /// Time passes; backwards where the machine's clock is set.
    Passes(i64),
    /// A poll that was handed out comes to an end.
    Ends {
        found: Option<u32>,
        pages: u32,
    },
    Released,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let happening = prop_oneof![
        6 => (0..20_000_000_i64).prop_map(Happening::Passes),
        1 => (-400_000_000_000..400_000_000_000_i64).prop_map(Happening::Passes),
        6 => (proptest::option::of(any::<u32>().prop_map(|n| n % 50)), 0..4_u32)
            .prop_map(|(found, pages)| Happening::Ends { found, pages }),
        1 => any::<u32>().prop_map(|n| Happening::Ends { found: Some(n), pages: n }),
        1 => Just(Happening::Released),
    ];
    proptest::collection::vec(happening, 1..120)
}

fn any_plan() -> impl Strategy<Value = BoardPlan> {
    let policy = prop_oneof![
        Just(Policy::Adaptive),
        (1..100_000_u64).prop_map(|s| Policy::Every(Duration::from_secs(s))),
        prop_oneof![
            Just("*/7 * * * *"),
            Just("30 2 * * 1-5"),
            Just("0 0 29 2 *")
        ]
        .prop_map(cron),
    ];
    let open = prop_oneof![
        Just(None),
        Just(Some("Mon-Fri 02:00-03:00")),
        Just(Some("22:00-02:30"))
    ];
    let zones = prop_oneof![
        Just("UTC"),
        Just("America/New_York"),
        Just("Australia/Lord_Howe")
    ];
    (
        policy,
        open,
        zones,
        0.01..100.0_f64,
        proptest::option::of(1..1_000_000_u64),
    )
        .prop_map(|(policy, open, name, weight, delay_s)| BoardPlan {
            zone: Some(zone(name)),
            open: open.map(|open| open.parse().expect("opening hours")),
            weight,
            max_delay: delay_s.map(Duration::from_secs),
            ..with_policy(policy)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_history_makes_it_panic_or_poll_a_board_twice_at_a_time(
        plans in proptest::collection::vec(any_plan(), 1..5),
        happenings in happenings(),
    ) {
        let mut now = at("2026-03-06T00:00:00Z");
        let mut planner = Planner::new(limits(), now);
        for (number, plan) in (0..).zip(plans) {
            planner.add(BoardId(number), plan, None, now);
        }
        let mut running: Vec<(BoardId, Timestamp)> = Vec::new();
        for happening in happenings {
            match happening {
                Happening::Passes(ms) => now += SignedDuration::from_millis(ms),
                Happening::Ends { found: n_new, pages } => {
                    if let Some((board, started_at)) = running.pop() {
                        let poll = Poll { started_at, n_requests: pages, n_new, not_before: None };
                        planner.record(board, &poll);
                    }
                }
                Happening::Released => {
                    if let Some((board, _)) = running.pop() {
                        planner.release(board);
                    }
                }
            }
            for board in planner.due(now) {
                prop_assert!(running.iter().all(|(other, _)| *other != board));
                running.push((board, now));
            }
            let distinct: HashSet<BoardId> = running.iter().map(|(board, _)| *board).collect();
            prop_assert_eq!(distinct.len(), running.len());
            for (board, _) in &running {
                prop_assert!(planner.next(*board).is_some_and(|next| next.n_expected.is_finite()));
            }
        }
    }

    #[test]
    fn no_poll_is_later_than_max_delay(
        max_delay_s in 60..20_000_u64,
        posts in proptest::collection::vec(0..40_u32, 1..60),
    ) {
        let start = at("2026-03-06T00:00:00Z");
        let plan = BoardPlan {
            max_delay: Some(Duration::from_secs(max_delay_s)),
            ..BoardPlan::of_host("h")
        };
        let mut planner = polled(plan, start);
        let (mut now, mut last) = (start, start);
        for n_new in posts {
            while planner.due(now).is_empty() {
                now = planner.wake_at().max(now + SignedDuration::from_millis(1));
            }
            // A token may be a second away.
            let most_ms = i128::from(max_delay_s) * 1_000 + 1_000;
            prop_assert!(now.duration_since(last).as_millis() <= most_ms);
            planner.record(BOARD, &found(now, n_new));
            last = now;
        }
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_silence_a_board(back_s in 1..40_000_000_i64) {
        let now = at("2026-03-06T00:00:00Z");
        let mut planner = polled(BoardPlan::of_host("h"), now);
        let earlier = now - SignedDuration::from_secs(back_s);
        planner.plan(earlier);
        let next = planner.next(BOARD).expect("a board");
        prop_assert!(next.at.duration_since(earlier) <= SignedDuration::from_hours(24));
    }

    #[test]
    fn opening_hours_open_when_they_say(text in "\\PC{0,24}", ms in 0..4_000_000_000_000_i64) {
        let _ = text.parse::<OpeningHours>();
        let _ = text.parse::<Cron>();
        let zone = zone("America/New_York");
        let hours: OpeningHours = "Sun 02:30-03:30, Wed 22:00-01:00".parse().expect("opening hours");
        let when = Timestamp::from_millisecond(ms).expect("a moment");
        let opens = hours.open_from(when, &zone);
        prop_assert!(opens >= when);
        prop_assert!(opens.duration_since(when) <= SignedDuration::from_hours(8 * 24));
    }
}
