//! A day of two hundred boards under a virtual clock: each of their runs takes place, none twice, and memory stays flat.
//!
//! By default each board is polled every six hours; `BOARDWALK_DAY_MINUTES=30` makes that half an hour.
#![cfg(target_os = "linux")]

mod support;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use boardwalk::crawl::Target;
use boardwalk::fetch::host_key;
use boardwalk::model::Clock;
use boardwalk::schedule::{BoardPlan, Policy};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use support::board::board_name;
use support::posting::{Habit, Posting};
use support::server::Server;
use support::simulation::{SimClock, Simulation};
use support::site::{Engine, Site};

const N_HOSTS: u64 = 20;
const N_BOARDS_EACH: u64 = 10;
const N_POSTS_AT_FIRST: usize = 4;
/// A run may wait for its turn on its host, and for its share of the budget.
const LATE: SignedDuration = SignedDuration::from_mins(15);
/// Memory that the servers' own logs take, and the store's caches.
const SLACK_KIB: u64 = 24 * 1_024;

fn start() -> Timestamp {
    "2026-11-02T15:00:00Z".parse().unwrap()
}

fn interval() -> Duration {
    let asked = std::env::var("BOARDWALK_DAY_MINUTES").ok();
    let minutes = asked.map_or(360, |n| n.parse().expect("a number of minutes"));
    Duration::from_secs(60 * minutes)
}

/// A host with ten boards, on each of which a post comes every few hours.
fn host(seed: u64, clock: &Arc<SimClock>) -> (Site, Server) {
    let site = Site::with_clock(Engine::Rhymix, seed, Arc::clone(clock) as Arc<dyn Clock>);
    let mut postings = Vec::new();
    site.boards(|boards| {
        boards.set_cursor(start(), 600);
        for number in 0..N_BOARDS_EACH {
            if number > 0 {
                boards.add_board(&board_name(number));
            }
            boards.post_many(&board_name(number), N_POSTS_AT_FIRST);
            postings.push(Posting::new(
                seed * 100 + number,
                Habit::Community,
                0.3,
                start(),
            ));
        }
    });
    let of_hook = Arc::clone(clock);
    site.on_request(move |boards, _| {
        let now = of_hook.now();
        for (number, posting) in (0..).zip(&mut postings) {
            for _ in 0..posting.until(now) {
                boards.set_cursor(now, 10);
                boards.post(&board_name(number));
            }
        }
    });
    let server = Server::start(site.clone());
    (site, server)
}

/// Resident memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse().ok())
        .expect("in kB")
}

#[test]
fn no_run_of_two_hundred_boards_is_missed_in_a_day_and_memory_stays_flat() {
    let clock = SimClock::new(start());
    let hosts: Vec<(Site, Server)> = (0..N_HOSTS).map(|seed| host(seed, &clock)).collect();
    let interval = interval();
    let boards = hosts.iter().flat_map(|(site, server)| {
        (0..N_BOARDS_EACH).map(move |number| {
            let url = server
                .url(&site.listing(&board_name(number)))
                .parse()
                .unwrap();
            let plan = BoardPlan {
                policy: Policy::Every(interval),
                ..BoardPlan::of_host(host_key(&url))
            };
            (Target::new(url), plan)
        })
    });
    let simulation = Simulation {
        clock: Arc::clone(&clock),
        stalled: Arc::new(AtomicBool::new(false)),
        boards: boards.collect(),
        budget_per_s: 1.0,
        seed: 7,
    };
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("day.db");
    let hours = |n: i64| SignedDuration::from_hours(n);
    simulation.run(&database, start() + hours(9));
    let early_kib = resident_kib();
    // A restart, in the middle of it all.
    simulation.run(&database, start() + hours(24));
    let late_kib = resident_kib();
    eprintln!("{early_kib} KiB after nine hours, {late_kib} KiB after the day");
    assert!(
        late_kib <= early_kib + SLACK_KIB,
        "{early_kib} KiB, then {late_kib} KiB"
    );

    let conn = Connection::open(&database).unwrap();
    let starts = starts_by_board(&conn);
    assert_eq!(starts.len() as u64, N_HOSTS * N_BOARDS_EACH);
    let interval = SignedDuration::try_from(interval).unwrap();
    for (board, starts) in &starts {
        for pair in starts.windows(2) {
            let gap = pair[1].duration_since(pair[0]);
            assert!(gap >= interval, "{board} was polled again after {gap:#}");
            assert!(
                gap <= interval + LATE,
                "{board} was polled after {gap:#} only"
            );
        }
        let waited = (start() + hours(24)).duration_since(*starts.last().unwrap());
        assert!(
            waited <= interval + LATE,
            "the last run of {board} was missed"
        );
    }
}

fn starts_by_board(conn: &Connection) -> std::collections::BTreeMap<String, Vec<Timestamp>> {
    let mut starts = std::collections::BTreeMap::<String, Vec<Timestamp>>::new();
    let mut select = conn
        .prepare(
            "SELECT board.key, pass.started_at FROM pass JOIN board ON board.id = pass.board ORDER BY pass.id",
        )
        .unwrap();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let at = Timestamp::from_millisecond(row.get(1).unwrap()).unwrap();
        starts.entry(row.get(0).unwrap()).or_default().push(at);
    }
    starts
}
