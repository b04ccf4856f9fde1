//! Ten ways in which a board fails, and four in which it is merely quiet: fourteen days of the service against real
//! servers under a virtual clock. Each failure is named right within two passes of its board's cadence, told once, and
//! its end told once; nothing else is told.
//!
//! One seed by default; `BOARDWALK_DRILL_SEEDS=20` runs as many, `BOARDWALK_DRILL_SEEDS=4,7` those.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::faults::Fault;
use crate::support::posting::{Habit, Posting};
use crate::support::seed::Rng;
use crate::support::server::{Handler, Manner, Reply, Request, Server};
use crate::support::simulation::{SimClock, Simulation};
use crate::support::site::{Asked, Engine, Site};
use boardwalk::crawl::Target;
use boardwalk::fetch::host_key;
use boardwalk::model::Clock;
use boardwalk::schedule::{BoardPlan, Policy};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use url::Url;

/// A pass may take so long: its tries for one page are spread over some minutes.
const PASS: SignedDuration = SignedDuration::from_mins(15);
const N_DAYS: i64 = 14;

/// A Monday, midnight in Seoul.
fn start() -> Timestamp {
    "2026-11-01T15:00:00Z".parse().unwrap()
}

/// Every hour where posts come by the dozen, every three hours elsewhere: as often as it takes.
fn cadence(part: Part) -> SignedDuration {
    match part {
        Part::FallsSilent => hours(1),
        _ => hours(3),
    }
}

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    SelectorRenamed,
    ListEmptied,
    CharsetFlipped,
    ChallengeAt200,
    LoginWall,
    Soft404,
    PagerLoop,
    DatesSwapped,
    TooManyRequests,
    SlowDrip,
}

const TROUBLES: [(Trouble, &str); 10] = [
    (Trouble::SelectorRenamed, "layout-changed"),
    (Trouble::ListEmptied, "layout-changed"),
    (Trouble::CharsetFlipped, "layout-changed"),
    (Trouble::ChallengeAt200, "blocked"),
    (Trouble::LoginWall, "login-lost"),
    (Trouble::Soft404, "unreachable"),
    (Trouble::PagerLoop, "layout-changed"),
    (Trouble::DatesSwapped, "layout-changed"),
    (Trouble::TooManyRequests, "blocked"),
    (Trouble::SlowDrip, "unreachable"),
];

/// What a board of the drill is there for.
#[derive(Debug, Clone, Copy)]
enum Part {
    Fails(Trouble, &'static str),
    /// Busy day and night, and then nobody posts for some hours.
    FallsSilent,
    /// Harmless.
    Quiet(Habit, f64),
}

impl Part {
    fn all() -> Vec<Self> {
        let mut all: Vec<Self> = TROUBLES
            .into_iter()
            .map(|(trouble, verdict)| Self::Fails(trouble, verdict))
            .collect();
        all.push(Self::FallsSilent);
        // Nights; nights and weekends; all but two hours of a day; days without a post at any hour.
        all.extend([
            Self::Quiet(Habit::Community, 3.0),
            Self::Quiet(Habit::Office, 4.0),
            Self::Quiet(Habit::Mornings, 6.0),
            Self::Quiet(Habit::Always, 0.08),
        ]);
        all
    }

    fn posting(self) -> (Habit, f64) {
        match self {
            Self::Fails(..) => (Habit::Community, 2.0),
            Self::FallsSilent => (Habit::Always, 14.0),
            Self::Quiet(habit, per_hour) => (habit, per_hour),
        }
    }

    fn verdict(self) -> Option<&'static str> {
        match self {
            Self::Fails(_, verdict) => Some(verdict),
            Self::FallsSilent => Some("quiet"),
            Self::Quiet(..) => None,
        }
    }
}

/// A board and its server.
struct Stage {
    part: Part,
    url: Url,
    cadence: SignedDuration,
    /// When it fails.
    from: Timestamp,
    to: Timestamp,
    _server: Server,
}

/// The site, spoiled while it is time to.
struct Spoiled {
    site: Site,
    trouble: Option<Trouble>,
    from: Timestamp,
    to: Timestamp,
    clock: Arc<SimClock>,
    stalled: Arc<AtomicBool>,
}

impl Handler for Spoiled {
    fn handle(&self, request: &Request) -> Reply {
        let now = self.clock.now();
        let asked = self.site.asked(request);
        match self.trouble {
            Some(trouble) if (self.from..self.to).contains(&now) && asked != Asked::Robots => {
                self.spoil(trouble, request, &asked)
            }
            _ => self.site.handle(request),
        }
    }
}

impl Spoiled {
    fn spoil(&self, trouble: Trouble, request: &Request, asked: &Asked) -> Reply {
        let page_1 = Request {
            target: self.site.listing("news"),
            ..request.clone()
        };
        let proper = match (trouble, asked) {
            (Trouble::PagerLoop, Asked::Listing { .. }) => self.site.handle(&page_1),
            _ => self.site.handle(request),
        };
        let rewritten = |rewrite: &dyn Fn(&str) -> String| Reply {
            body: rewrite(&String::from_utf8_lossy(&proper.body)).into_bytes(),
            ..proper.clone()
        };
        match trouble {
            Trouble::SelectorRenamed => rewritten(&|page| {
                page.replace("class=\"", "class=\"v2-")
                    .replace("id=\"", "id=\"v2-")
            }),
            Trouble::ListEmptied => Fault::NoRows.spoil(proper),
            Trouble::CharsetFlipped => {
                // Bytes of one encoding, taken for another and encoded once more.
                rewritten(&|page| {
                    encoding_rs::WINDOWS_1252
                        .decode(page.as_bytes())
                        .0
                        .into_owned()
                })
            }
            Trouble::ChallengeAt200 => Fault::Challenge.spoil(proper),
            Trouble::LoginWall => Fault::Login.spoil(proper),
            Trouble::Soft404 => Reply::html(
                "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>\
                 <h1>404 Not Found</h1><p>요청하신 페이지를 찾을 수 없습니다.</p></body></html>",
            ),
            Trouble::PagerLoop => proper,
            Trouble::DatesSwapped => rewritten(&swapped_dates),
            Trouble::TooManyRequests => Fault::TooMany(Some(7_200)).spoil(proper),
            Trouble::SlowDrip => {
                self.stalled.store(true, Ordering::SeqCst);
                proper.manner(Manner::Drip {
                    chunk_bytes: 16,
                    pause: Duration::from_millis(20),
                })
            }
        }
    }
}

/// Day and month change places in every date of the form 2026.11.05.
fn swapped_dates(page: &str) -> String {
    let date = regex::Regex::new(r"\b(20\d\d)([.-])(\d\d)([.-])(\d\d)\b").unwrap();
    date.replace_all(page, "$1$2$5$4$3").into_owned()
}

fn stage(
    part: Part,
    number: u64,
    seed: u64,
    clock: &Arc<SimClock>,
    stalled: &Arc<AtomicBool>,
) -> Stage {
    let mut rng = Rng::for_thing(seed, number);
    // Within the fifth working day's or a later evening, when people post; for twelve hours.
    let day = 8 + rng.below(4) as i64;
    let from = start() + hours(24 * day + 18) + SignedDuration::from_mins(rng.below(120) as i64);
    let to = from + hours(12);
    let site = Site::with_clock(
        Engine::Rhymix,
        seed + number,
        Arc::clone(clock) as Arc<dyn Clock>,
    );
    let (habit, per_hour) = part.posting();
    let mut posting = Posting::new(rng.next_u64(), habit, per_hour, start());
    if matches!(part, Part::FallsSilent) {
        posting.silent.push((from, to));
    }
    site.boards(|boards| {
        boards.set_cursor(start(), 20_000);
        boards.post_many("news", 60);
    });
    let of_hook = Arc::clone(clock);
    site.on_request(move |boards, _| {
        let now = of_hook.now();
        for _ in 0..posting.until(now) {
            boards.set_cursor(now, 10);
            boards.post("news");
        }
    });
    let trouble = match part {
        Part::Fails(trouble, _) => Some(trouble),
        _ => None,
    };
    let path = site.listing("news");
    let server = Server::start(Spoiled {
        site,
        trouble,
        from,
        to,
        clock: Arc::clone(clock),
        stalled: Arc::clone(stalled),
    });
    Stage {
        part,
        cadence: cadence(part),
        url: server.url(&path).parse().unwrap(),
        from,
        to,
        _server: server,
    }
}

/// What was told of a board: when, `alarm` or `recovered`, and of what.
fn told(conn: &Connection, url: &Url) -> Vec<(Timestamp, String, String)> {
    let mut select = conn
        .prepare(
            "SELECT event.at, event.kind, event.note FROM event JOIN board ON board.id = event.board
             WHERE event.article IS NULL AND board.url = ?1 ORDER BY event.id",
        )
        .unwrap();
    let rows = select.query_map([url.as_str()], |row| {
        let at = Timestamp::from_millisecond(row.get(0)?).unwrap();
        Ok((at, row.get(1)?, row.get(2)?))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Complaints.
fn judge(stage: &Stage, told: &[(Timestamp, String, String)]) -> Vec<String> {
    let what = format!(
        "{:?}, failing from {} to {}, told {told:?}",
        stage.part, stage.from, stage.to
    );
    let Some(verdict) = stage.part.verdict() else {
        return match told {
            [] => Vec::new(),
            _ => vec![format!("a false alarm: {what}")],
        };
    };
    let words = verdict.replace('-', " ");
    let [(alarm_at, alarm, finding), (over_at, recovered, _)] = told else {
        return vec![format!("not one alarm and one recovery: {what}")];
    };
    let mut complaints = Vec::new();
    let mut check = |holds: bool, complaint: &str| {
        if !holds {
            complaints.push(format!("{complaint}: {what}"));
        }
    };
    check(
        alarm == "alarm" && recovered == "recovered",
        "in the wrong order",
    );
    check(finding.starts_with(&words), "misnamed");
    check(*alarm_at > stage.from, "before it failed");
    // The first pass after the last post still finds that one: a silence can be seen from the next one on.
    let n_passes = match stage.part {
        Part::FallsSilent => 3,
        _ => 2,
    };
    let latest = stage.from + stage.cadence * n_passes + PASS;
    check(*alarm_at <= latest, "late");
    check(*over_at > stage.to, "recovered before it was over");
    check(
        *over_at <= stage.to + stage.cadence * 3 + PASS,
        "recovered late",
    );
    complaints
}

fn drill(seed: u64) -> Vec<String> {
    let clock = SimClock::new(start());
    let stalled = Arc::new(AtomicBool::new(false));
    let stages: Vec<Stage> = (0..)
        .zip(Part::all())
        .map(|(number, part)| stage(part, number, seed, &clock, &stalled))
        .collect();
    let boards = stages.iter().map(|stage| {
        let plan = BoardPlan {
            policy: Policy::Every(stage.cadence.unsigned_abs()),
            ..BoardPlan::of_host(host_key(&stage.url))
        };
        (Target::new(stage.url.clone()), plan)
    });
    let simulation = Simulation {
        clock,
        stalled,
        boards: boards.collect(),
        budget_per_s: 1.0,
        seed,
    };
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("drill.db");
    simulation.run(&database, start() + hours(24 * N_DAYS));
    let conn = Connection::open(&database).unwrap();
    let complaints = stages
        .iter()
        .flat_map(|stage| judge(stage, &told(&conn, &stage.url)));
    complaints
        .map(|complaint| format!("seed {seed}: {complaint}"))
        .collect()
}

#[test]
fn each_failure_is_named_and_no_quiet_spell_is_taken_for_one() {
    let asked = std::env::var("BOARDWALK_DRILL_SEEDS").unwrap_or_else(|_| "1".to_owned());
    let numbers = asked.split(',').map(|n| n.parse().expect("a number"));
    let seeds: Vec<u64> = match numbers.collect::<Vec<u64>>()[..] {
        [n_seeds] => (1..=n_seeds).collect(),
        ref seeds => seeds.to_vec(),
    };
    let complaints: Vec<String> = seeds.into_iter().flat_map(drill).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
