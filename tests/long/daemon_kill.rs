//! Killed at moments chosen by a seed, the service ends with every post, each once, with one event for each; every event
//! has been told, under one name each time; and no process has asked more than its pace allows, counted from its start.
//!
//! Ten kills by default; `BOARDWALK_DAEMON_KILLS=50` does as many.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::support::daemon::Daemon;
use crate::support::seed::Rng;
use crate::support::server::{Entry, Moment, Reply, Request, Server};
use crate::support::site::Engine;
use crate::support::world::World;
use rusqlite::Connection;
use serde_json::Value;

const SEED: u64 = 20_261_125;
/// Forty requests a second.
const RATE: &str = "40/s";
const INTERVAL: Duration = Duration::from_millis(25);
/// Posts at the beginning, and those that come while the service runs.
const N_AT_FIRST: usize = 60;
const N_LATER: usize = 20;

fn n_kills() -> usize {
    let asked = std::env::var("BOARDWALK_DAEMON_KILLS").ok();
    asked.map_or(10, |n| n.parse().expect("a number of kills"))
}

/// The configuration of one process: its requests carry its name, so that one of a killed process that the server reads
/// late is not taken for one of the next.
fn config(world: &World, receiver: &Server, process: &str) -> String {
    format!(
        "[http]\nuser_agent = \"{process}\"\n\
         [[board]]\nname = \"news\"\nurl = \"{}\"\nschedule = \"every 1s\"\n\
         [[notify]]\nname = \"log\"\nkind = \"webhook\"\nurl = \"{}\"\nrate = \"1000/s\"\nbacklog = true\n",
        world.listing_url("news"),
        receiver.url("/hook")
    )
}

/// Numbers of the events that were told, with the names and bodies of their messages.
fn told(receiver: &Server) -> BTreeMap<i64, BTreeSet<(String, Vec<u8>)>> {
    let mut told: BTreeMap<i64, BTreeSet<_>> = BTreeMap::new();
    for Entry { request, .. } in receiver.log() {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let id = request.header("webhook-id").expect("a name").to_owned();
        let event = body["data"]["events"][0]["id"].as_i64().expect("a number");
        told.entry(event).or_default().insert((id, request.body));
    }
    told
}

/// However late the server reads, the nth request of a process comes n intervals after its start at the earliest: any
/// host may have been asked a moment ago by the process before it.
fn assert_paced(log: &[Entry], process: &str, started_at: Instant) {
    let of_process = |entry: &&Entry| entry.request.header("user-agent") == Some(process);
    for (n, entry) in (1..).zip(log.iter().filter(of_process)) {
        let took = entry.at.duration_since(started_at);
        let target = &entry.request.target;
        assert!(
            took >= INTERVAL * n,
            "{process} has sent {n} requests within {took:?}, the last for {target}"
        );
    }
}

#[test]
fn killed_at_any_moment_it_loses_nothing_tells_everything_and_never_bursts() {
    let world = World::with_posts(Engine::Rhymix, SEED, N_AT_FIRST);
    let receiver = Server::start(|_: &Request| Reply::text("taken"));
    let mut n_posted = 0;
    world.site.on_request(move |boards, request| {
        if request.n % 7 == 0 && n_posted < N_LATER {
            n_posted += 1;
            boards.post("news");
        }
    });
    let mut daemon = Daemon::at_pace(&world, "", RATE);
    let mut rng = Rng::new(SEED);
    let mut starts = Vec::new();
    let mut start = |daemon: &mut Daemon<'_>| {
        let process = format!("process/{}", starts.len());
        daemon.configure(&config(&world, &receiver, &process));
        starts.push((process, Instant::now()));
        daemon.start();
        starts.clone()
    };
    for _ in 0..n_kills() {
        start(&mut daemon);
        let n = world.server.n_received() + 1 + rng.below(20);
        let delay = Duration::from_micros(rng.next_u64() % 20_000);
        let (moment, delay) = match rng.below(3) {
            0 => (Moment::Received(n), Duration::ZERO),
            1 => (Moment::Answered(n), Duration::ZERO),
            _ => (Moment::Answered(n), delay),
        };
        world.server.at(moment, delay, daemon.run().killer());
        // Half of the time a message on its way may be what it dies of, before it can know that it was taken.
        if rng.below(2) == 0 {
            let n = receiver.n_received() + 1 + rng.below(6);
            let moment = match rng.below(2) {
                0 => Moment::Received(n),
                _ => Moment::Answered(n),
            };
            receiver.at(moment, Duration::ZERO, daemon.run().killer());
        }
        let outcome = daemon.wait();
        assert!(outcome.killed, "{outcome}");
        world.server.forget_actions();
        receiver.forget_actions();
    }
    let starts = start(&mut daemon);
    let all = (N_AT_FIRST + N_LATER) as f64;
    daemon.until_metric("boardwalk_articles{board=\"news\",state=\"stored\"}", |n| {
        n == all
    });
    let conn = Connection::open(world.boardwalk.database()).unwrap();
    let events = |kind: &str| -> BTreeSet<i64> {
        let mut read = conn
            .prepare("SELECT id FROM event WHERE kind LIKE ?1")
            .unwrap();
        let ids = read.query_map([kind], |row| row.get(0)).unwrap();
        ids.map(Result::unwrap).collect()
    };
    daemon.until("a message for each event", || {
        let told = told(&receiver);
        events("%")
            .iter()
            .all(|id| told.contains_key(id))
            .then_some(())
    });
    daemon.signal("TERM");
    daemon.wait().expect_code(0);
    world.assert_whole(true);
    world.assert_no_strays();

    assert_eq!(
        events("stored").len(),
        N_AT_FIRST + N_LATER,
        "one event for each post"
    );
    let told = told(&receiver);
    let told_events: BTreeSet<i64> = told.keys().copied().collect();
    assert_eq!(told_events, events("%"));
    for (event, messages) in told {
        assert_eq!(
            messages.len(),
            1,
            "event {event} was told in different words"
        );
    }
    let log = world.server.log();
    for (process, started_at) in starts {
        assert_paced(&log, &process, started_at);
    }
}
