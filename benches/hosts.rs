//! Many hosts on one core: `cargo bench --bench hosts`.
//!
//! First 500 hosts that may be asked once a second each, with more to fetch than there is time: how near does the program
//! come to 500 requests a second, and is any host asked faster? Then 5,000 quiet boards on them under adaptive schedules: what
//! does the service spend while nothing happens? Hosts are ports of loopback; they are answered on another core, where there
//! is one. `BOARDWALK_BENCH_HOSTS` and `BOARDWALK_BENCH_SECONDS` make it smaller; floors hold for its full size.
//!
//! The program is the one that was built with this: a bench is built as released. Processor time and memory are the
//! system's account of the process.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use support::board::board_name;
use support::crawl::{Boardwalk, Run};
use support::server::Server;
use support::site::{Engine, Site};

#[path = "../tests/support/mod.rs"]
mod support;

const HOSTS: usize = 500;
const SECONDS: u64 = 60;
const BOARDS_EACH: u64 = 10;
/// More articles than a host can be asked for in the time.
const POSTS_PER_SECOND: usize = 2;
/// Requests are spaced where they are sent, and timed where they arrive.
const JITTER: Duration = Duration::from_millis(100);

/// Share of the ideal rate that must be reached, MiB of memory that may be taken.
const LEAST_SHARE: f64 = 0.95;
const MOST_MIB: u64 = 150;
/// Of a core, and MiB, while nothing happens.
const MOST_IDLE: f64 = 0.05;
const MOST_IDLE_MIB: u64 = 200;

fn main() {
    let number = |name: &str, otherwise: u64| {
        let asked = std::env::var(name).ok();
        asked.map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let n_hosts = number("BOARDWALK_BENCH_HOSTS", HOSTS as u64) as usize;
    let time = Duration::from_secs(number("BOARDWALK_BENCH_SECONDS", SECONDS));
    let is_full = n_hosts >= HOSTS && time.as_secs() >= SECONDS;
    let mut complaints = busy(n_hosts, time);
    complaints.extend(idle(n_hosts, time));
    // Both are measured before either fails.
    assert!(
        !is_full || complaints.is_empty(),
        "{}",
        complaints.join("; ")
    );
}

/// What of these was missed, in words.
fn missed<const N: usize>(checks: [(bool, String); N]) -> Vec<String> {
    let missed = checks.into_iter().filter(|(holds, _)| !holds);
    missed.map(|(_, words)| words).collect()
}

/// A host with so many boards of so many posts each; its boards are quiet.
fn host(seed: u64, n_boards: u64, n_posts: usize) -> (Site, Server) {
    let site = Site::new(Engine::Rhymix, seed);
    site.boards(|boards| {
        for number in 0..n_boards {
            if number > 0 {
                boards.add_board(&board_name(number));
            }
            boards.post_many(&board_name(number), n_posts);
        }
    });
    let server = Server::start(site.clone());
    (site, server)
}

/// A folder with a configuration for these boards, and the command that crawls them all.
fn configured(hosts: &[(Site, Server)], n_boards: u64, pace: &str) -> (Boardwalk, Vec<String>) {
    let boardwalk = Boardwalk::new();
    let mut config = format!(
        "database = \"sqlite:test.db\"\n[pace]\nrate = \"{pace}\"\n[web]\nlisten = \"127.0.0.1:0\"\n"
    );
    let mut crawl = vec!["crawl".to_owned()];
    for (at, (_, server)) in hosts.iter().enumerate() {
        for number in 0..n_boards {
            let url = server.url(&format!("/{}", board_name(number)));
            let name = format!("h{at}b{number}");
            writeln!(
                config,
                "[[board]]\nname = \"{name}\"\nurl = \"{url}\"\nengine = \"rhymix\""
            )
            .expect("memory");
            crawl.push(name);
        }
    }
    std::fs::write(boardwalk.folder().join("boardwalk.toml"), config).expect("a folder of our own");
    (boardwalk, crawl)
}

/// On the last core, away from the servers where there are two.
fn start(boardwalk: &Boardwalk, args: &[&str]) -> Run {
    let last = std::thread::available_parallelism().map_or(0, |n| n.get() - 1);
    boardwalk.start_under(&format!("taskset -pc {last} $$ >/dev/null"), args)
}

/// The run, still running; if it has ended, this says what it said.
fn let_run(run: Run, time: Duration) -> Run {
    let until = Instant::now() + time;
    while Instant::now() < until {
        if run.is_over() {
            panic!("the program ended by itself\n{}", run.wait());
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
    run
}

/// What of its floors is missed.
fn busy(n_hosts: usize, time: Duration) -> Vec<String> {
    let n_posts = POSTS_PER_SECOND * (time.as_secs() as usize + 30);
    let hosts: Vec<(Site, Server)> = (0..n_hosts).map(|n| host(n as u64, 1, n_posts)).collect();
    let (boardwalk, mut crawl) = configured(&hosts, 1, "1/s");
    crawl.extend(["--pages", "all"].map(str::to_owned));
    let crawl: Vec<&str> = crawl.iter().map(String::as_str).collect();
    let n_requests = || -> usize { hosts.iter().map(|(_, server)| server.n_received()).sum() };
    let mut run = start(&boardwalk, &crawl);
    // Until each host has been asked for its robots.txt and a first page.
    let began = Instant::now();
    while n_requests() < 2 * n_hosts {
        assert!(began.elapsed() < 10 * time, "hosts that are not asked");
        run = let_run(run, Duration::from_millis(200));
    }
    let warm = began.elapsed();
    let (requests, cpu, began) = (n_requests(), run.cpu_time(), Instant::now());
    let run = let_run(run, time);
    let took = began.elapsed().as_secs_f64();
    let rate = (n_requests() - requests) as f64 / took;
    let cpu = (run.cpu_time() - cpu).as_secs_f64();
    let mib = run.peak_kib().expect("it runs") / 1024;
    run.kill();
    let gaps = hosts.iter().filter_map(|(_, server)| server.least_span(2));
    let least = gaps.min().expect("there were requests");
    let share = rate / n_hosts as f64;
    println!(
        "{n_hosts} hosts at 1/s on one core: {rate:.0} requests a second, {:.1} % of what they allow ({:.0} % of the core, {:.2} ms a request), peak {mib} MiB, shortest gap {} ms; all of them asked after {warm:.1?}",
        share * 100.0,
        cpu / took * 100.0,
        cpu / rate / took * 1_000.0,
        least.as_millis(),
    );
    assert!(
        least + JITTER >= Duration::from_secs(1),
        "a host was asked faster than it allows"
    );
    missed([
        (
            share >= LEAST_SHARE,
            format!("{share:.3} of the rate, at least {LEAST_SHARE} wanted"),
        ),
        (
            mib <= MOST_MIB,
            format!("{mib} MiB, at most {MOST_MIB} wanted"),
        ),
    ])
}

/// What of its floors is missed.
fn idle(n_hosts: usize, time: Duration) -> Vec<String> {
    let hosts: Vec<(Site, Server)> = (0..n_hosts)
        .map(|n| host((HOSTS + n) as u64, BOARDS_EACH, 2))
        .collect();
    let (boardwalk, crawl) = configured(&hosts, BOARDS_EACH, "1000/s");
    let crawl: Vec<&str> = crawl.iter().map(String::as_str).collect();
    let began = Instant::now();
    let outcome = boardwalk.start(&crawl).wait().expect_code(0);
    println!("{}", outcome.stdout.lines().last().unwrap_or_default());
    let crawled = began.elapsed();
    let n_requests = || -> usize { hosts.iter().map(|(_, server)| server.n_received()).sum() };
    let run = start(&boardwalk, &["daemon"]);
    // What it does once, when it starts, is no part of its idle days.
    let run = let_run(run, time / 4);
    let (requests, cpu, began) = (n_requests(), run.cpu_time(), Instant::now());
    let run = let_run(run, time);
    let took = began.elapsed().as_secs_f64();
    let busy = (run.cpu_time() - cpu).as_secs_f64() / took;
    let mib = run.peak_kib().expect("it runs") / 1024;
    println!(
        "{} quiet boards on {n_hosts} hosts: {:.2} % of a core, {:.2} requests a second, peak {mib} MiB (first crawl {crawled:.0?})",
        n_hosts as u64 * BOARDS_EACH,
        busy * 100.0,
        (n_requests() - requests) as f64 / took,
    );
    run.kill();
    missed([
        (
            busy <= MOST_IDLE,
            format!("{busy:.3} of a core, at most {MOST_IDLE} wanted"),
        ),
        (
            mib <= MOST_IDLE_MIB,
            format!("{mib} MiB, at most {MOST_IDLE_MIB} wanted"),
        ),
    ])
}
