//! How fresh would your boards be? `cargo run --release --example freshness -- traces.csv --budget 20/min --warm-up 7d`
//!
//! Replays lines of `board,unix_seconds` (one for each post) through the scheduling code of the daemon, and prints how long
//! posts waited to be listed, for three policies with the same budget:
//! - `adaptive`: the daemon's own, which starts knowing nothing;
//! - `fixed`: every board at the same interval;
//! - `oracle`: the best plan for one who knows every board's rate by hour beforehand (not the posts themselves).
//!
//! Requests and delays are those of the days after the warm-up. A board counts from the first day, whenever it first posts.
//! `--generate SEED` writes traces of 200 invented boards instead of replaying any.

#[allow(dead_code)] // Tests use the rest.
#[path = "../tests/support/freshness/mod.rs"]
mod freshness;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use boardwalk::config::{human, time_zone};
use clap::Parser;
use jiff::tz::TimeZone;
use serde::Serialize;

use freshness::replay::{Polls, Score, Window, adaptive, fixed, limits, score};
use freshness::{hindsight, oracle, traces};

/// Measure how long posts wait to be listed
#[derive(Debug, Parser)]
#[command(name = "freshness")]
struct Args {
    /// CSV of board,unix_seconds: one line for each post, in any order
    #[arg(required_unless_present = "generate")]
    traces: Option<PathBuf>,

    /// Listing requests of all boards together
    #[arg(long, default_value = "20/min", value_parser = human::rate)]
    budget: Duration,

    /// Time at the beginning in which policies learn, and nothing is scored
    #[arg(long, default_value = "7d", value_parser = human::duration)]
    warm_up: Duration,

    /// Time zone of the boards' days
    #[arg(long, default_value = "UTC", value_parser = time_zone)]
    zone: TimeZone,

    /// One JSON object for each policy
    #[arg(long)]
    json: bool,

    /// Write traces of 200 invented boards over 22 days to the standard output instead
    #[arg(long, value_name = "SEED", conflicts_with = "traces")]
    generate: Option<u64>,
}

/// How a policy did.
#[derive(Debug, Serialize)]
struct Line {
    policy: &'static str,
    requests: usize,
    mean_s: f64,
    p50_s: f64,
    p95_s: f64,
    p99_s: f64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match (args.generate, &args.traces) {
        (Some(seed), _) => generate(seed).map_err(|error| vec![error.to_string()]),
        (None, Some(path)) => replay(&args, path),
        (None, None) => Ok(()), // clap asks for one of them.
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaints) => {
            for complaint in complaints {
                eprintln!("{complaint}");
            }
            ExitCode::from(2)
        }
    }
}

fn generate(seed: u64) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "board,unix_seconds")?;
    for board in traces::generate(seed, 200, 22) {
        for post in &board.posts {
            writeln!(out, "{},{post:.3}", board.name)?;
        }
    }
    out.flush()
}

fn replay(args: &Args, path: &Path) -> Result<(), Vec<String>> {
    let boards = read(path)?;
    let moments = || boards.values().flatten().copied();
    let (first_s, last_s) = (
        moments().fold(f64::INFINITY, f64::min),
        moments().fold(f64::NEG_INFINITY, f64::max),
    );
    let warm_up_s = args.warm_up.as_secs_f64();
    let scored = Window {
        from_s: first_s + warm_up_s,
        to_s: last_s + 1.0,
    };
    if scored.to_s - scored.from_s < HOUR_S {
        let days = (last_s - first_s) / DAY_S;
        return Err(vec![format!(
            "{}: the posts cover {days:.1} days; less than an hour is left after the warm-up of {:.1}",
            path.display(),
            warm_up_s / DAY_S
        )]);
    }
    // Polls go on for a day, so that the last posts are seen as soon as any.
    let window = Window {
        from_s: first_s,
        to_s: scored.to_s + DAY_S,
    };
    let posts: Vec<&[f64]> = boards.values().map(Vec::as_slice).collect();
    let budget_per_s = 1.0 / args.budget.as_secs_f64();
    if budget_per_s * SHORTEST_S > posts.len() as f64 {
        return Err(vec![format!(
            "the budget is more than one request in {SHORTEST_S} seconds for each of {} boards: any schedule is as good",
            posts.len()
        )]);
    }

    let polls = adaptive(&posts, &window, limits(budget_per_s, args.zone.clone()));
    let lines = [
        line("adaptive", &score(&posts, &polls, &scored)),
        line(
            "fixed",
            &score(&posts, &fixed(posts.len(), &window, budget_per_s), &scored),
        ),
        line(
            "oracle",
            &score(
                &posts,
                &oracle_polls(&posts, &window, &scored, budget_per_s, &args.zone),
                &scored,
            ),
        ),
    ];
    print(&lines, args.json).map_err(|error| vec![error.to_string()])
}

/// The oracle's polls from shortly before the scored days, with as many requests in them as the budget has.
fn oracle_polls(
    posts: &[&[f64]],
    window: &Window,
    scored: &Window,
    budget_per_s: f64,
    zone: &TimeZone,
) -> Polls {
    let lead_h = ((scored.from_s - window.from_s) / HOUR_S).floor().min(24.0);
    let skipped_h = ((scored.from_s - window.from_s) / HOUR_S - lead_h).floor();
    let planned = Window {
        from_s: window.from_s + skipped_h * HOUR_S,
        to_s: window.to_s,
    };
    let rates: Vec<Vec<f64>> = posts
        .iter()
        .map(|posts| hindsight::rates(posts, window, zone)[skipped_h as usize..].to_vec())
        .collect();
    let polls = oracle::exact(&rates, &planned, budget_per_s);
    // Its plan counts polls; further pages and days of more or less news come on top.
    let budget = budget_per_s * (scored.to_s - scored.from_s);
    let n_requests = score(posts, &polls, scored).n_requests;
    oracle::exact(
        &rates,
        &planned,
        budget_per_s * budget / n_requests.max(1) as f64,
    )
}

fn line(policy: &'static str, score: &Score) -> Line {
    let ms = |seconds: f64| (seconds * 1_000.0).round() / 1_000.0;
    Line {
        policy,
        requests: score.n_requests,
        mean_s: ms(score.mean_s()),
        p50_s: ms(score.percentile_s(0.5)),
        p95_s: ms(score.percentile_s(0.95)),
        p99_s: ms(score.percentile_s(0.99)),
    }
}

fn print(lines: &[Line], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        if json {
            writeln!(out, "{}", serde_json::to_string(line)?)?;
        } else {
            writeln!(
                out,
                "{:<8}  requests {:>8}  mean {:>8.1} s  p50 {:>8.1} s  p95 {:>8.1} s  p99 {:>8.1} s",
                line.policy, line.requests, line.mean_s, line.p50_s, line.p95_s, line.p99_s
            )?;
        }
    }
    out.flush()
}

const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;
/// Posts lie between 1990 and 2100: what is outside is in other units.
const EARLIEST_S: f64 = 631_152_000.0;
const LATEST_S: f64 = 4_102_444_800.0;
/// A longer stretch is a wrong line somewhere.
const LONGEST_DAYS: f64 = 3_660.0;
/// Boards that may be polled more often than this need no schedule, and their polls would fill the memory.
const SHORTEST_S: f64 = 10.0;
const MOST_COMPLAINTS: usize = 10;

/// Posts by board, in order.
fn read(path: &Path) -> Result<BTreeMap<String, Vec<f64>>, Vec<String>> {
    let name = path.display();
    let file = File::open(path).map_err(|error| vec![format!("{name}: {error}")])?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(file);
    let mut boards: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut complaints = Vec::new();
    for (number, record) in reader.records().enumerate() {
        if complaints.len() >= MOST_COMPLAINTS {
            complaints.push(format!("{name}: there may be more"));
            break;
        }
        let found = record.map_err(|error| (None, error.to_string()));
        let found = found.and_then(|record| {
            let at = record.position().map(csv::Position::line);
            post(&record, number == 0).map_err(|message| (at, message))
        });
        match found {
            Ok(Some((board, at_s))) => boards.entry(board).or_default().push(at_s),
            Ok(None) => {}
            Err((Some(line), message)) => complaints.push(format!("{name}:{line}: {message}")),
            Err((None, message)) => complaints.push(format!("{name}: {message}")),
        }
    }
    if complaints.is_empty() && boards.is_empty() {
        complaints.push(format!("{name}: there are no posts in it"));
    }
    for posts in boards.values_mut() {
        posts.sort_by(f64::total_cmp);
    }
    let first = boards.values().filter_map(|posts| posts.first());
    let last = boards.values().filter_map(|posts| posts.last());
    let days = (last.fold(0.0, |a: f64, b| a.max(*b))
        - first.fold(LATEST_S, |a: f64, b| a.min(*b)))
        / DAY_S;
    if days > LONGEST_DAYS {
        complaints.push(format!(
            "{name}: the posts cover {days:.0} days; the most is {LONGEST_DAYS:.0}"
        ));
    }
    if complaints.is_empty() {
        Ok(boards)
    } else {
        Err(complaints)
    }
}

/// A line's board and moment; `None` for the line of names at the top.
fn post(record: &csv::StringRecord, is_first: bool) -> Result<Option<(String, f64)>, String> {
    let (Some(board), Some(moment), 2) = (record.get(0), record.get(1), record.len()) else {
        return Err(format!(
            "{} fields; a line is board,unix_seconds",
            record.len()
        ));
    };
    let board = board.trim_start_matches('\u{feff}');
    if is_first && moment == "unix_seconds" {
        return Ok(None);
    }
    if board.is_empty() {
        return Err("the board is missing".into());
    }
    let at_s: f64 = moment
        .parse()
        .map_err(|_| format!("`{moment}` is not a number of seconds since 1970"))?;
    if !(EARLIEST_S..=LATEST_S).contains(&at_s) {
        return Err(format!(
            "`{moment}` is not between 1990 and 2100 in seconds since 1970"
        ));
    }
    Ok(Some((board.to_owned(), at_s)))
}
