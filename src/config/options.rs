//! Checked values for the other stages. The defaults here are the real ones; the file's documentation and the
//! schema are compared with them by a test.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use url::Url;

use super::complaint::Place;
use super::human::{PageLimit, Since};
use super::template::Template;
use crate::model::EventKind;
use crate::schedule::{OpeningHours, Policy};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// The file they came from.
    pub source: Option<PathBuf>,
    pub database: Database,
    pub http: HttpOptions,
    pub pace: PaceOptions,
    pub walk: WalkOptions,
    pub revisit: RevisitOptions,
    pub schedule: ScheduleOptions,
    pub web: WebOptions,
    pub store: StoreOptions,
    pub dedup: DedupOptions,
    pub text: TextOptions,
    pub log: LogOptions,
    /// In the file's order; names are unique.
    pub boards: Vec<BoardOptions>,
    /// User profiles, read but not compiled.
    pub profiles: Vec<ProfileSource>,
    /// In the file's order; names are unique.
    pub notifiers: Vec<NotifyOptions>,
    /// Likewise.
    pub searches: Vec<SavedSearch>,
}

impl Options {
    /// The board of this name.
    pub fn board(&self, name: &str) -> Option<&BoardOptions> {
        self.boards
            .iter()
            .find(|board| board.name.as_deref() == Some(name))
    }

    /// Of days and times that belong to no single board.
    pub fn zone(&self) -> TimeZone {
        self.schedule.zone()
    }
}

/// Where the archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
}

impl Default for Database {
    fn default() -> Self {
        Self::Sqlite("boardwalk.db".into())
    }
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Err("this boardwalk cannot use PostgreSQL; write sqlite:FILE".into());
        }
        match text.strip_prefix("sqlite:") {
            Some("") => Err("the file's name is missing; write sqlite:FILE".into()),
            Some(path) if path.starts_with("//") => Err(format!(
                "`{text}` looks like a URL; write sqlite:FILE, as in sqlite:boardwalk.db"
            )),
            Some(path) => Ok(Self::Sqlite(path.into())),
            None => Err(format!("`{text}` is not a database; write sqlite:FILE")),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// The whole header, contact included.
    pub user_agent: String,
    pub accept_language: String,
    /// For one request, from connecting to the body's last byte.
    pub timeout: Duration,
    /// Decompressed.
    pub max_body_bytes: u64,
    pub max_redirects: u32,
    pub proxy: Option<Url>,
    pub obey_robots: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            user_agent: user_agent(USER_AGENT, None),
            accept_language: "ko-KR,ko;q=0.9,en;q=0.6".into(),
            timeout: Duration::from_secs(30),
            max_body_bytes: 8 * 1024 * 1024,
            max_redirects: 5,
            proxy: None,
            obey_robots: true,
        }
    }
}

/// `{version}` stands for boardwalk's own.
const USER_AGENT: &str = "boardwalk/{version}";

/// The header's value: the name with its version, and how to reach the operator in brackets (RFC 9110, 10.1.5).
pub(super) fn user_agent(name: &str, contact: Option<&str>) -> String {
    let name = name.replace("{version}", env!("CARGO_PKG_VERSION"));
    match contact {
        Some(contact) => format!("{name} (+{contact})"),
        None => name,
    }
}

/// Per host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceOptions {
    /// Least time between the starts of two requests.
    pub min_interval: Duration,
    pub max_connections: usize,
    /// The host's slowing down ends here; robots.txt and Retry-After may ask for more.
    pub max_interval: Duration,
}

impl Default for PaceOptions {
    fn default() -> Self {
        Self {
            min_interval: Duration::from_secs(1),
            max_connections: 2,
            max_interval: Duration::from_secs(60),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkOptions {
    /// Pages in a row without news after which a later pass ends.
    pub quiet_pages: u32,
    /// A pass goes to the board's end when the last one that did is older than this.
    pub deep_every: SignedDuration,
    /// Secret and members-only posts are asked for again after this long.
    pub restricted_retry: SignedDuration,
    /// Tries for one page, over all runs, before it counts as failed.
    pub max_tries: u32,
    /// The longest a one-off run waits for a host that asked for a pause, or for a retry.
    pub patience: SignedDuration,
    /// An article that is said to be gone is asked for once more this long after, and then believed to be.
    pub confirm_gone_after: SignedDuration,
    /// Of a host's pace, for the deletion radar; 0: it is off.
    pub radar_share_percent: u32,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            quiet_pages: 2,
            deep_every: SignedDuration::from_hours(7 * 24),
            restricted_retry: SignedDuration::from_hours(7 * 24),
            max_tries: 6,
            patience: SignedDuration::from_mins(10),
            confirm_gone_after: SignedDuration::from_mins(15),
            radar_share_percent: 20,
        }
    }
}

/// When articles are visited again without a sign of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisitOptions {
    pub enabled: bool,
    /// Of the post.
    pub ages: Vec<SignedDuration>,
    pub max_per_pass: u32,
}

impl Default for RevisitOptions {
    fn default() -> Self {
        Self {
            enabled: true,
            ages: [1, 6, 24, 72, 240, 720]
                .map(SignedDuration::from_hours)
                .into(),
            max_per_pass: 500,
        }
    }
}

/// When the service polls boards.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleOptions {
    /// Listing requests a second, of all boards together and of one host's.
    pub budget_per_s: f64,
    pub host_budget_per_s: f64,
    /// Between two polls of an adaptive board.
    pub min_interval: Duration,
    pub max_interval: Duration,
    /// `None`: the machine's.
    pub timezone: Option<TimeZone>,
}

impl ScheduleOptions {
    /// The configuration's zone, else this machine's.
    pub fn zone(&self) -> TimeZone {
        self.timezone.clone().unwrap_or_else(TimeZone::system)
    }
}

impl Default for ScheduleOptions {
    fn default() -> Self {
        Self {
            // A third of what the general pace allows one host; the rest is for articles.
            budget_per_s: 20.0 / 60.0,
            host_budget_per_s: 20.0 / 60.0,
            min_interval: Duration::from_secs(30),
            max_interval: Duration::from_secs(24 * 3_600),
            timezone: None,
        }
    }
}

/// Where the service answers browsers and probes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOptions {
    /// `None`: nowhere. Without a token it is a loopback address.
    pub listen: Option<SocketAddr>,
    pub token: Option<Secret>,
    /// In lower case, without ports.
    pub hosts: Vec<String>,
}

/// What must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Default for WebOptions {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 7480))),
            token: None,
            hosts: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    pub keep_raw_pages: bool,
    /// `None`: for good.
    pub raw_pages_days: Option<u32>,
    /// `None`: as many as come.
    pub raw_pages_max_bytes: Option<u64>,
    pub search_index: bool,
    pub receipts_days: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            keep_raw_pages: true,
            raw_pages_days: None,
            raw_pages_max_bytes: None,
            search_index: true,
            receipts_days: 90,
        }
    }
}

/// How copies of texts are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DedupOptions {
    /// Whether other copies than those with the very same text are looked for.
    pub near_copies: bool,
    /// Texts of posts that are more days apart are not compared, unless they are the very same.
    pub window_days: u16,
    /// Texts that one is compared with at most.
    pub max_compared: u32,
}

impl Default for DedupOptions {
    fn default() -> Self {
        Self {
            near_copies: true,
            window_days: 30,
            max_compared: 64,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextOptions {
    /// E-mail addresses are stored masked.
    pub mask_addresses: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogOptions {
    pub format: LogFormat,
    /// As in `BOARDWALK_LOG`; `None`: what `-v` and `-q` say.
    pub filter: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// One line each, for people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// A board to crawl: one of the file, or a URL from the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardOptions {
    /// `None` for a URL from the command line: the board then gets its own name.
    pub name: Option<String>,
    /// Any page of the listing; `http` or `https`, without credentials.
    pub url: Url,
    /// Name of a profile; `None`: recognised from the first page.
    pub engine: Option<String>,
    /// Of dates on the pages, instead of the profile's.
    pub timezone: Option<TimeZone>,
    /// Label of a charset known to the Encoding Standard, for pages that declare none.
    pub charset: Option<String>,
    /// Least time between two requests, instead of the general pace.
    pub min_interval: Option<Duration>,
    pub pages: PageLimit,
    pub since: Option<Since>,
    /// When the service polls it.
    pub policy: Policy,
    pub open: Option<OpeningHours>,
    /// How many times as much a post's waiting counts as on other boards.
    pub weight: f64,
    /// The longest time between two polls.
    pub max_delay: Option<Duration>,
    /// Fields over those of the profile: tables merge, values and lists replace.
    pub overrides: toml::Table,
    /// Of the board's table in the file.
    pub place: Option<Place>,
}

impl BoardOptions {
    /// A board without any wishes.
    pub fn from_url(url: Url) -> Self {
        Self {
            name: None,
            url,
            engine: None,
            timezone: None,
            charset: None,
            min_interval: None,
            pages: PageLimit::All,
            since: None,
            policy: Policy::Adaptive,
            open: None,
            weight: 1.0,
            max_delay: None,
            overrides: toml::Table::new(),
            place: None,
        }
    }

    /// As messages call it.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.url.as_str())
    }
}

/// Which words the target of a notifier takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyKind {
    Webhook,
    Telegram,
    Slack,
    Discord,
    Email,
}

/// Where a secret is read from when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    Variable(String),
    File(PathBuf),
}

/// Where the service tells of what happened, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyOptions {
    pub name: String,
    pub kind: NotifyKind,
    pub url: Option<Url>,
    pub secret: Option<SecretSource>,
    /// Of Telegram.
    pub chat: Option<String>,
    /// Of e-mail, as are the next two.
    pub from: Option<String>,
    pub to: Vec<String>,
    /// Who logs in with the secret.
    pub user: Option<String>,
    pub events: Vec<EventKind>,
    /// None: all.
    pub boards: Vec<String>,
    /// None: all posts.
    pub keywords: Vec<String>,
    /// Whether posts that are no news are told, too.
    pub backlog: bool,
    /// How long events are gathered; `None`: each is a message.
    pub digest: Option<SignedDuration>,
    pub digest_size: usize,
    pub template: Option<Template>,
    /// Least time between two messages.
    pub min_interval: Duration,
    pub max_tries: u32,
    /// Of its table in the file.
    pub place: Place,
}

/// A search with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    pub name: String,
    pub query: String,
}

/// A profile file of the operator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileSource {
    pub path: PathBuf,
    pub text: String,
    /// On the command line, not in the file.
    pub named: bool,
}
