//! All of it at once, for as long as is wanted: many hosts, a fifth of the answers spoiled, the service killed again and
//! again. It ends complete, with nothing twice, memory flat, and no host was ever asked faster than it may be.
//!
//! A few seconds by default. `BOARDWALK_SOAK_MINUTES=60` runs for so long with 500 hosts (`BOARDWALK_SOAK_HOSTS`); a build
//! with optimisations is advised.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::crawl::{Boardwalk, Run};
use crate::support::faults::{Fault, Faulty};
use crate::support::seed::Rng;
use crate::support::server::{Request, Server};
use crate::support::site::{Engine, Site};
use crate::support::truth::{Truth, differences, text, truth};

const SEED: u64 = 20_261_126;
const N_POSTS: usize = 6;
/// Of a thousand answers, those that are spoiled.
const SPOILED: u64 = 200;
/// With a fifth of the answers spoiled, one of some ten thousand posts fails as often as is usually tried; the service asks
/// for it again six hours later, which is longer than this runs.
const MAX_TRIES: u32 = 20;
/// A post comes with every so manieth request of a host.
const POST_EVERY: usize = 12;
/// Requests are spaced where they are sent, and timed where they are read: by one of hundreds of threads, on a machine that
/// has more to do than it can. That shortens one gap, and does not add up; so the pace is judged by spans of many requests.
const SPAN: u32 = 10;
/// How much later than it was sent the first request of a span may be read.
const JITTER: Duration = Duration::from_millis(250);
/// How long the service may take to catch up once all hosts behave; the waits after failures are part of it.
const PATIENCE: Duration = Duration::from_secs(600);

struct Plan {
    minutes: f64,
    n_hosts: usize,
    interval: Duration,
    rate: &'static str,
    /// Between two kills.
    life: Duration,
}

impl Plan {
    fn asked_for() -> Self {
        let number = |name: &str| {
            std::env::var(name)
                .ok()
                .map(|text| text.parse::<f64>().expect("a number"))
        };
        match number("BOARDWALK_SOAK_MINUTES") {
            Some(minutes) => Self {
                minutes,
                n_hosts: number("BOARDWALK_SOAK_HOSTS").unwrap_or(500.0) as usize,
                interval: Duration::from_secs(1),
                rate: "1/s",
                life: Duration::from_secs(120),
            },
            None => Self {
                minutes: 0.05,
                n_hosts: 8,
                interval: Duration::from_millis(100),
                rate: "10/s",
                life: Duration::from_secs(1),
            },
        }
    }
}

struct Host {
    site: Site,
    server: Server,
    name: String,
}

fn host(n: usize, calm: &Arc<AtomicBool>) -> Host {
    let site = Site::new(Engine::Rhymix, SEED + n as u64);
    site.boards(|boards| boards.post_many("news", N_POSTS));
    let quiet = Arc::clone(calm);
    site.on_request(move |boards, request| {
        if request.n % POST_EVERY == 0 && !quiet.load(Ordering::SeqCst) {
            boards.post("news");
        }
    });
    let calm = Arc::clone(calm);
    let faulty = Faulty::new(site.clone(), move |request: &Request, _| {
        let mut rng = Rng::for_thing(SEED + n as u64, request.n as u64);
        let spoiled =
            !calm.load(Ordering::SeqCst) && request.path() != "/robots.txt" && rng.chance(SPOILED);
        spoiled.then(|| rng.choose(&Fault::PASSING).clone())
    });
    Host {
        server: Server::start(faulty),
        site,
        name: format!("host{n}"),
    }
}

struct Soak {
    plan: Plan,
    boardwalk: Boardwalk,
    hosts: Vec<Host>,
    calm: Arc<AtomicBool>,
}

impl Soak {
    fn new(plan: Plan) -> Self {
        let calm = Arc::new(AtomicBool::new(false));
        let hosts: Vec<Host> = (0..plan.n_hosts).map(|n| host(n, &calm)).collect();
        let boardwalk = Boardwalk::new();
        let web = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let mut config = format!(
            "database = \"sqlite:test.db\"\n[pace]\nrate = \"{}\"\n[walk]\nradar_share = 0\nmax_tries = {MAX_TRIES}\n[schedule]\nbudget = \"1000/s\"\nhost_budget = \"1000/s\"\nmin_interval = \"1s\"\n[web]\nlisten = \"{}\"\n",
            plan.rate,
            web.local_addr().expect("a bound socket has one"),
        );
        for Host { server, name, .. } in &hosts {
            writeln!(config, "[[board]]\nname = \"{name}\"\nurl = \"{}\"\nengine = \"rhymix\"\nschedule = \"every {}s\"", server.url("/news"), 4 * plan.interval.as_secs().max(1))
                .expect("memory");
        }
        std::fs::write(boardwalk.folder().join("daemon.toml"), config)
            .expect("a folder of our own");
        Self {
            plan,
            boardwalk,
            hosts,
            calm,
        }
    }

    fn start(&self) -> Run {
        self.boardwalk.start(&["daemon", "--config", "daemon.toml"])
    }

    /// Lets it run for a while; its peak memory.
    fn let_run(&self, run: &Run, time: Duration) -> u64 {
        let began = Instant::now();
        let mut peak = 0;
        while began.elapsed() < time {
            assert!(!run.is_over(), "the service ended by itself");
            peak = run.peak_kib().unwrap_or(peak);
            std::thread::park_timeout(Duration::from_millis(100));
        }
        peak
    }

    /// Nothing, as long as the service has not made its store.
    fn stored(&self) -> Vec<Value> {
        match self.boardwalk.database().exists() {
            true => self.boardwalk.export(),
            false => Vec::new(),
        }
    }

    fn truth(&self) -> Vec<Truth> {
        let of = |host: &Host| {
            let name = host.name.clone();
            let posts = truth(&host.site, &host.server.addr().to_string(), "news");
            posts.into_iter().map(move |post| Truth {
                board: name.clone(),
                ..post
            })
        };
        self.hosts.iter().flat_map(of).collect()
    }

    /// What is missing or wrong, in words.
    fn complaints(&self) -> Vec<String> {
        let stored = self.stored();
        let by_key: std::collections::BTreeMap<&str, &Value> = stored
            .iter()
            .filter_map(|article| Some((text(article, "key")?, article)))
            .collect();
        assert_eq!(by_key.len(), stored.len(), "articles stored twice");
        self.truth()
            .iter()
            .flat_map(|post| match by_key.get(post.key.as_str()) {
                Some(article) => differences(article, post, false),
                None => vec![format!("{} is missing", post.key)],
            })
            .collect()
    }

    /// The shortest time in which so many requests came to one host, by the servers' logs.
    fn least_span(&self, n_requests: u32) -> Duration {
        let servers = self.hosts.iter().map(|host| &host.server);
        let spans = servers.filter_map(|server| server.least_span(n_requests as usize));
        spans.min().expect("there were as many requests")
    }
}

#[test]
fn a_service_that_is_killed_among_failing_hosts_ends_complete() {
    let soak = Soak::new(Plan::asked_for());
    let end = Instant::now() + Duration::from_secs_f64(soak.plan.minutes * 60.0);
    let mut rng = Rng::new(SEED);
    let mut peaks = Vec::new();
    while Instant::now() < end {
        let run = soak.start();
        let life = soak
            .plan
            .life
            .mul_f64(0.5 + rng.below(1_000) as f64 / 1_000.0);
        peaks.push(soak.let_run(&run, life));
        run.kill();
    }
    soak.calm.store(true, Ordering::SeqCst);
    let run = soak.start();
    let began = Instant::now();
    let left = loop {
        peaks.push(soak.let_run(&run, Duration::from_secs(2).max(soak.plan.life / 8)));
        let left = soak.complaints();
        if left.is_empty() || began.elapsed() > PATIENCE {
            break left;
        }
    };
    run.kill();
    let n_requests: usize = soak.hosts.iter().map(|host| host.server.n_received()).sum();
    let n_hosts_asked: BTreeSet<&str> = soak
        .hosts
        .iter()
        .filter(|host| host.server.n_received() > 0)
        .map(|host| host.name.as_str())
        .collect();
    let (least_gap, least_span) = (soak.least_span(2), soak.least_span(SPAN));
    let n_articles = soak.truth().len();
    eprintln!(
        "{} hosts, {n_articles} articles, {n_requests} requests, {} starts; shortest gap {least_gap:?}, {SPAN} requests within {least_span:?}; peaks in KiB {peaks:?}; caught up in {:?}",
        n_hosts_asked.len(),
        peaks.len(),
        began.elapsed()
    );
    assert!(
        left.is_empty(),
        "{} complaints: {:?}",
        left.len(),
        &left[..left.len().min(9)]
    );
    assert!(
        least_span + JITTER >= soak.plan.interval * (SPAN - 1),
        "{SPAN} requests of one host within {least_span:?}"
    );
    assert_eq!(n_hosts_asked.len(), soak.hosts.len());
}
