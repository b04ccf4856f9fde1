//! Boards that fail from the very first poll, before anything is known of them: the operator hears of each, once, within
//! two passes of its cadence; and of its end once.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::support::server::{Handler, Manner, Reply, Request, Server};
use crate::support::simulation::{SimClock, Simulation};
use crate::support::site::{Engine, Site};
use boardwalk::crawl::Target;
use boardwalk::fetch::host_key;
use boardwalk::model::Clock;
use boardwalk::profile::Library;
use boardwalk::schedule::{BoardPlan, Policy};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

const CADENCE: SignedDuration = SignedDuration::from_hours(3);
/// A pass may take so long: its tries for one page are spread over some minutes.
const PASS: SignedDuration = SignedDuration::from_mins(15);

fn start() -> Timestamp {
    "2026-11-01T15:00:00Z".parse().unwrap()
}

/// What answers in a board's place until it is there.
#[derive(Clone, Copy)]
enum Instead {
    /// A page without a listing, at any address.
    Essay,
    /// No answer at all.
    Nothing,
    /// An error, at any address.
    Failure,
    /// The board is there from the beginning.
    Board,
}

/// A site that is there from some moment on.
struct Late {
    site: Site,
    from: Timestamp,
    until_then: Instead,
    clock: Arc<SimClock>,
}

impl Handler for Late {
    fn handle(&self, request: &Request) -> Reply {
        if self.clock.now() >= self.from {
            return self.site.handle(request);
        }
        match self.until_then {
            Instead::Essay => Reply::html(
                "<!DOCTYPE html><html><head><title>On bees</title></head><body><h1>On bees</h1>\
                 <p>Bees dance to tell where flowers are.</p></body></html>",
            ),
            Instead::Nothing => Reply::html("").manner(Manner::Reset),
            Instead::Failure => Reply::new(500, "text/plain", "out of order"),
            Instead::Board => self.site.handle(request),
        }
    }
}

/// A service with one board, and what it has told.
struct Stage {
    simulation: Simulation,
    folder: tempfile::TempDir,
    _server: Server,
}

impl Stage {
    fn new(until_then: Instead, from: Timestamp, profile: Option<&str>) -> Self {
        let regular = Policy::Every(CADENCE.unsigned_abs());
        Self::with_policy(until_then, from, profile, regular)
    }

    fn with_policy(
        until_then: Instead,
        from: Timestamp,
        profile: Option<&str>,
        policy: Policy,
    ) -> Self {
        let clock = SimClock::new(start());
        let site = Site::with_clock(Engine::Rhymix, 5, Arc::clone(&clock) as Arc<dyn Clock>);
        site.boards(|boards| {
            boards.set_cursor(start(), 600);
            boards.post_many("news", 30);
        });
        let path = site.listing("news");
        let server = Server::start(Late {
            site,
            from,
            until_then,
            clock: Arc::clone(&clock),
        });
        let mut target = Target::new(server.url(&path).parse().unwrap());
        target.profile = profile.map(|name| Library::built_in().get(name).unwrap());
        let plan = BoardPlan {
            policy,
            ..BoardPlan::of_host(host_key(&target.url))
        };
        Self {
            simulation: Simulation {
                clock,
                stalled: Arc::new(AtomicBool::new(false)),
                boards: vec![(target, plan)],
                budget_per_s: 1.0,
                seed: 5,
            },
            folder: tempfile::tempdir().unwrap(),
            _server: server,
        }
    }

    fn serve_until(&self, end: Timestamp) {
        self.simulation.run(&self.database(), end);
    }

    fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("strangers.db")
    }

    /// When, `alarm` or `recovered`, and of what.
    fn told(&self) -> Vec<(Timestamp, String, String)> {
        rows(
            &self.database(),
            "SELECT at, kind, note FROM event WHERE article IS NULL ORDER BY id",
            |row| {
                let at = Timestamp::from_millisecond(row.get(0)?).unwrap();
                Ok((at, row.get(1)?, row.get(2)?))
            },
        )
    }

    #[track_caller]
    fn assert_alarmed(&self, verdict: &str) {
        let told = self.told();
        let [(at, kind, note)] = &told[..] else {
            panic!("not one alarm: {told:?}");
        };
        assert_eq!(kind, "alarm");
        assert!(note.starts_with(verdict), "{note}");
        assert!(*at <= start() + CADENCE * 2 + PASS, "late: {at}");
    }
}

fn rows<T>(
    database: &Path,
    select: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let conn = Connection::open(database).unwrap();
    let mut select = conn.prepare(select).unwrap();
    let rows = select.query_map([], read).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_board_that_cannot_be_recognised_is_told_once() {
    let stage = Stage::new(Instead::Essay, Timestamp::MAX, None);
    stage.serve_until(start() + SignedDuration::from_hours(8));
    stage.assert_alarmed("not recognised");
    // A restart is no news.
    stage.serve_until(start() + SignedDuration::from_hours(30));
    stage.assert_alarmed("not recognised");
}

#[test]
fn a_host_that_never_answered_is_told_within_two_passes() {
    for until_then in [Instead::Nothing, Instead::Failure] {
        for profile in [None, Some("rhymix")] {
            for policy in [Policy::Every(CADENCE.unsigned_abs()), Policy::Adaptive] {
                let stage = Stage::with_policy(until_then, Timestamp::MAX, profile, policy);
                stage.serve_until(start() + SignedDuration::from_hours(30));
                stage.assert_alarmed("unreachable");
            }
        }
    }
}

#[test]
fn a_board_that_is_recognised_at_last_is_one_board() {
    let there_from = start() + SignedDuration::from_hours(10);
    for until_then in [Instead::Essay, Instead::Nothing] {
        let stage = Stage::new(until_then, there_from, None);
        stage.serve_until(start() + SignedDuration::from_hours(24));
        let told = stage.told();
        let kinds: Vec<&str> = told.iter().map(|(_, kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["alarm", "recovered"], "{told:?}");
        let late = told[1].0.duration_since(there_from);
        assert!(late <= CADENCE * 2 + PASS, "{late}");
        let boards = rows(
            &stage.database(),
            "SELECT board.name, board.profile, count(article.id) FROM board
             LEFT JOIN article ON article.board = board.id GROUP BY board.id",
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        );
        let expected: (String, String, i64) = ("news".into(), "rhymix".into(), 30);
        assert_eq!(boards, [expected]);
    }
}

#[test]
fn a_board_that_is_well_is_told_nothing_of() {
    let stage = Stage::new(Instead::Board, Timestamp::MAX, None);
    stage.serve_until(start() + SignedDuration::from_hours(8));
    assert_eq!(stage.told(), []);
}
