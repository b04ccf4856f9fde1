//! File → options: bounds, forms, and what belongs together.

mod notify;

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::de::DeTable;
use url::Url;

use super::complaint::{Complaint, Complaints};
use super::file::{
    At, BoardFile, ConfigFile, DedupFile, HttpFile, LogFile, PaceFile, PagesFile, RevisitFile,
    ScheduleFile, StoreFile, WalkFile, WebFile, WeightFile, schema,
};
use super::human::{self, PageLimit};
use super::options::{
    BoardOptions, Database, DedupOptions, HttpOptions, LogFormat, LogOptions, Options, PaceOptions,
    ProfileSource, RevisitOptions, ScheduleOptions, StoreOptions, TextOptions, WalkOptions,
    WebOptions, user_agent,
};
use super::shape::prune_table;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

pub(super) fn options(path: &Path, text: &str) -> Result<Options, Vec<Complaint>> {
    let mut checker = Checker {
        complaints: Complaints::new(path, text),
        folder: path.parent().unwrap_or(Path::new("")),
    };
    let file = checker.parse(text);
    let mut options = checker.whole(&file);
    options.source = Some(path.to_path_buf());
    if checker.complaints.is_empty() {
        Ok(options)
    } else {
        Err(checker.complaints.into_list())
    }
}

struct Checker<'t> {
    complaints: Complaints<'t>,
    /// The file's own.
    folder: &'t Path,
}

impl Checker<'_> {
    /// The file, as far as it can be read; the complaints say what cannot.
    fn parse(&mut self, text: &str) -> ConfigFile {
        let (mut document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().next().unwrap_or_default();
            self.complaints.add(at, message);
        }
        let schema = schema();
        prune_table(
            document.get_mut(),
            &schema,
            &schema,
            "",
            &mut self.complaints,
        );
        match ConfigFile::deserialize(toml::Deserializer::from(document)) {
            Ok(file) => file,
            // What the shape cannot tell: a number beyond 64 bits.
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.complaints.add(at, error.message());
                ConfigFile::default()
            }
        }
    }

    fn whole(&mut self, file: &ConfigFile) -> Options {
        let boards = self.boards(&file.board);
        let notifiers = self.notifiers(&file.notify, &boards);
        Options {
            source: None,
            database: self.database(file.database.as_ref()),
            http: self.http(&file.http),
            pace: self.pace(&file.pace),
            walk: self.walk(&file.walk),
            revisit: self.revisit(&file.revisit),
            schedule: self.schedule(&file.schedule),
            web: self.web(&file.web),
            store: self.store(&file.store),
            dedup: self.dedup(&file.dedup),
            text: TextOptions {
                mask_addresses: flag(
                    &file.text.mask_addresses,
                    TextOptions::default().mask_addresses,
                ),
            },
            log: self.log(&file.log),
            boards,
            profiles: self.profiles(file.profiles.as_deref().unwrap_or_default()),
            notifiers,
            searches: self.searches(&file.search),
        }
    }

    fn database(&mut self, value: Option<&At<String>>) -> Database {
        let database = self.read("database", value, |text| text.parse());
        match database {
            Some(Database::Sqlite(path)) => Database::Sqlite(self.folder.join(path)),
            None => Database::default(),
        }
    }

    fn profiles(&mut self, paths: &[At<String>]) -> Vec<ProfileSource> {
        let mut profiles = Vec::new();
        for value in paths {
            let path: PathBuf = self.folder.join(value.get());
            match std::fs::read_to_string(&path) {
                Ok(text) => profiles.push(ProfileSource {
                    path,
                    text,
                    named: false,
                }),
                Err(error) => self.complaints.add(
                    value.span().start,
                    format!("profile {} cannot be read: {error}", path.display()),
                ),
            }
        }
        profiles
    }

    fn http(&mut self, file: &HttpFile) -> HttpOptions {
        let default = HttpOptions::default();
        let name = self.read("http.user_agent", file.user_agent.as_ref(), header_text);
        let contact = self.read("http.contact", file.contact.as_ref(), |text| {
            let text = header_text(text)?;
            // A bracket inside would end the comment that it is sent in (RFC 9110, 5.6.5).
            match text.contains(['(', ')', '\\']) {
                true => Err("brackets and backslashes cannot be part of it".to_owned()),
                false => Ok(text),
            }
        });
        HttpOptions {
            user_agent: match (name, contact) {
                (None, None) => default.user_agent,
                (name, contact) => user_agent(
                    name.as_deref().unwrap_or("boardwalk/{version}"),
                    contact.as_deref(),
                ),
            },
            accept_language: self
                .read(
                    "http.accept_language",
                    file.accept_language.as_ref(),
                    header_text,
                )
                .unwrap_or(default.accept_language),
            timeout: self
                .duration("http.timeout", file.timeout.as_ref(), SECOND..=10 * MINUTE)
                .unwrap_or(default.timeout),
            max_body_bytes: self
                .size(
                    "http.max_body",
                    file.max_body.as_ref(),
                    64 * KIB..=256 * MIB,
                )
                .unwrap_or(default.max_body_bytes),
            max_redirects: self
                .number("http.max_redirects", file.max_redirects.as_ref(), 0..=20)
                .unwrap_or(default.max_redirects),
            proxy: self.read("http.proxy", file.proxy.as_ref(), proxy_url),
            obey_robots: flag(&file.obey_robots, default.obey_robots),
        }
    }

    fn pace(&mut self, file: &PaceFile) -> PaceOptions {
        let default = PaceOptions::default();
        let min_interval = self
            .read("pace.rate", file.rate.as_ref(), human::rate)
            .unwrap_or(default.min_interval);
        let max_interval = self.duration(
            "pace.max_interval",
            file.max_interval.as_ref(),
            SECOND..=DAY,
        );
        if let (Some(most), Some(value)) = (max_interval, &file.max_interval)
            && most < min_interval
        {
            self.complaints.add(
                value.span().start,
                format!(
                    "pace.max_interval is {}, shorter than the {} between requests at pace.rate",
                    value.get(),
                    human::duration_text(min_interval)
                ),
            );
        }
        PaceOptions {
            min_interval,
            max_connections: self
                .number(
                    "pace.max_connections",
                    file.max_connections.as_ref(),
                    1..=64,
                )
                .map_or(default.max_connections, |number| number as usize),
            // A pace slower than the default's end needs none of its own.
            max_interval: max_interval.unwrap_or(default.max_interval.max(min_interval)),
        }
    }

    fn walk(&mut self, file: &WalkFile) -> WalkOptions {
        let default = WalkOptions::default();
        let long = MINUTE..=3_650 * DAY;
        WalkOptions {
            quiet_pages: self
                .number("walk.quiet_pages", file.quiet_pages.as_ref(), 1..=1_000)
                .unwrap_or(default.quiet_pages),
            deep_every: self
                .duration("walk.deep_every", file.deep_every.as_ref(), long.clone())
                .map_or(default.deep_every, signed),
            restricted_retry: self
                .duration(
                    "walk.restricted_retry",
                    file.restricted_retry.as_ref(),
                    long,
                )
                .map_or(default.restricted_retry, signed),
            max_tries: self
                .number("walk.max_tries", file.max_tries.as_ref(), 1..=100)
                .unwrap_or(default.max_tries),
            patience: self
                .duration(
                    "walk.patience",
                    file.patience.as_ref(),
                    Duration::ZERO..=DAY,
                )
                .map_or(default.patience, signed),
            confirm_gone_after: self
                .duration(
                    "walk.confirm_gone_after",
                    file.confirm_gone_after.as_ref(),
                    Duration::ZERO..=30 * DAY,
                )
                .map_or(default.confirm_gone_after, signed),
            radar_share_percent: self
                .number("walk.radar_share", file.radar_share.as_ref(), 0..=100)
                .unwrap_or(default.radar_share_percent),
        }
    }

    fn revisit(&mut self, file: &RevisitFile) -> RevisitOptions {
        /// As many as the schedule takes.
        const MAX_AGES: usize = 16;
        let default = RevisitOptions::default();
        let ages = file.ages.as_ref().map(|ages| {
            if let Some(surplus) = ages.get(MAX_AGES) {
                self.complaints.add(
                    surplus.span().start,
                    format!(
                        "revisit.ages has {} ages; the most is {MAX_AGES}",
                        ages.len()
                    ),
                );
            }
            ages.iter()
                .filter_map(|age| self.duration("revisit.ages", Some(age), MINUTE..=3_650 * DAY))
                .map(signed)
                .collect()
        });
        RevisitOptions {
            enabled: flag(&file.enabled, default.enabled),
            ages: ages.unwrap_or(default.ages),
            max_per_pass: self
                .number(
                    "revisit.max_per_pass",
                    file.max_per_pass.as_ref(),
                    1..=1_000_000,
                )
                .unwrap_or(default.max_per_pass),
        }
    }

    fn schedule(&mut self, file: &ScheduleFile) -> ScheduleOptions {
        let default = ScheduleOptions::default();
        let per_s = |interval: Duration| 1.0 / interval.as_secs_f64();
        let budget = self.read("schedule.budget", file.budget.as_ref(), human::rate);
        let host_budget = self.read(
            "schedule.host_budget",
            file.host_budget.as_ref(),
            human::rate,
        );
        let min_interval = self
            .duration(
                "schedule.min_interval",
                file.min_interval.as_ref(),
                SECOND..=DAY,
            )
            .unwrap_or(default.min_interval);
        let max_interval = self
            .duration(
                "schedule.max_interval",
                file.max_interval.as_ref(),
                MINUTE..=365 * DAY,
            )
            .unwrap_or(default.max_interval);
        let place = file.max_interval.as_ref().or(file.min_interval.as_ref());
        if let Some(value) = place.filter(|_| max_interval < min_interval) {
            self.complaints.add(
                value.span().start,
                format!(
                    "schedule.max_interval is {}, shorter than schedule.min_interval, {}",
                    human::duration_text(max_interval),
                    human::duration_text(min_interval)
                ),
            );
        }
        ScheduleOptions {
            budget_per_s: budget.map_or(default.budget_per_s, per_s),
            host_budget_per_s: host_budget.map_or(default.host_budget_per_s, per_s),
            min_interval,
            max_interval,
            timezone: self.read("schedule.timezone", file.timezone.as_ref(), time_zone),
        }
    }

    fn web(&mut self, file: &WebFile) -> WebOptions {
        const MAX_WEB_HOSTS: usize = 16;
        let token = self.read("web.token", file.token.as_ref(), human::token);
        let hosts = file.hosts.as_deref().unwrap_or_default();
        if let Some(host) = hosts.get(MAX_WEB_HOSTS) {
            self.complaints.add(
                host.span().start,
                format!("web.hosts has more than {MAX_WEB_HOSTS} names"),
            );
        }
        let hosts = hosts
            .iter()
            .filter_map(|host| self.read("web.hosts", Some(host), human::host_name))
            .collect();
        let listen = self.read("web.listen", file.listen.as_ref(), |text| {
            match human::listen(text)? {
                Some(address) if human::is_public(&address) && file.token.is_none() => {
                    Err(format!(
                        "{address} can be reached from other machines; set web.token, or listen on 127.0.0.1:{}",
                        address.port()
                    ))
                }
                listen => Ok(listen),
            }
        });
        WebOptions {
            listen: listen.unwrap_or(WebOptions::default().listen),
            token,
            hosts,
        }
    }

    fn store(&mut self, file: &StoreFile) -> StoreOptions {
        let default = StoreOptions::default();
        StoreOptions {
            keep_raw_pages: flag(&file.keep_raw_pages, default.keep_raw_pages),
            raw_pages_days: self.number(
                "store.raw_pages_days",
                file.raw_pages_days.as_ref(),
                1..=36_500,
            ),
            raw_pages_max_bytes: self.size(
                "store.raw_pages_max",
                file.raw_pages_max.as_ref(),
                MIB..=u64::MAX,
            ),
            search_index: flag(&file.search_index, default.search_index),
            receipts_days: self
                .number(
                    "store.receipts_days",
                    file.receipts_days.as_ref(),
                    1..=36_500,
                )
                .unwrap_or(default.receipts_days),
        }
    }

    fn dedup(&mut self, file: &DedupFile) -> DedupOptions {
        let default = DedupOptions::default();
        DedupOptions {
            near_copies: flag(&file.near_copies, default.near_copies),
            window_days: self
                .number("dedup.window_days", file.window_days.as_ref(), 1..=3_650)
                .and_then(|days| u16::try_from(days).ok())
                .unwrap_or(default.window_days),
            max_compared: self
                .number("dedup.max_compared", file.max_compared.as_ref(), 1..=1_000)
                .unwrap_or(default.max_compared),
        }
    }

    fn log(&mut self, file: &LogFile) -> LogOptions {
        LogOptions {
            format: self
                .read("log.format", file.format.as_ref(), |text| match text {
                    "text" => Ok(LogFormat::Text),
                    "json" => Ok(LogFormat::Json),
                    other => Err(format!("`{other}` is not known; write text or json")),
                })
                .unwrap_or_default(),
            filter: self.read("log.filter", file.filter.as_ref(), |text| {
                tracing_subscriber::EnvFilter::builder()
                    .parse(text)
                    .map(|_| text.to_owned())
                    .map_err(|error| format!("`{text}`: {error}"))
            }),
        }
    }

    fn boards(&mut self, files: &[At<BoardFile>]) -> Vec<BoardOptions> {
        self.unique("board", files.iter().map(|file| file.get().name.as_ref()));
        files.iter().filter_map(|file| self.board(file)).collect()
    }

    /// Complains of names that are there already.
    fn unique<'f>(&mut self, what: &str, names: impl Iterator<Item = Option<&'f At<String>>>) {
        let mut first_of: HashMap<&str, usize> = HashMap::new();
        for value in names.flatten() {
            let (name, at) = (value.get().trim(), value.span().start);
            let line = self.complaints.place(at).line;
            match first_of.get(name) {
                Some(first) => self.complaints.add(
                    at,
                    format!("another {what} is named {name}, on line {first}"),
                ),
                None => {
                    first_of.insert(name, line);
                }
            }
        }
    }

    fn board(&mut self, at: &At<BoardFile>) -> Option<BoardOptions> {
        let (file, start) = (at.get(), at.span().start);
        if file.name.is_none() {
            self.complaints.add(start, "this board has no name");
        }
        if file.url.is_none() {
            self.complaints.add(start, "this board has no url");
        }
        let name = self.read("name", file.name.as_ref(), board_name);
        let url = self.read("url", file.url.as_ref(), board_url);
        let engine = self.read("engine", file.engine.as_ref(), filled);
        let timezone = self.read("timezone", file.timezone.as_ref(), time_zone);
        let charset = self.read("charset", file.charset.as_ref(), |label| {
            encoding_rs::Encoding::for_label(label.as_bytes())
                .map(|encoding| encoding.name().to_owned())
                .ok_or_else(|| format!("`{label}` is not a charset"))
        });
        let min_interval = self.read("rate", file.rate.as_ref(), human::rate);
        let pages = self.pages(file.pages.as_ref());
        let policy = self.read("schedule", file.schedule.as_ref(), human::policy);
        let open = self.read("open", file.open.as_ref(), |text| text.parse());
        let weight = self.weight(file.weight.as_ref());
        let max_delay = self.duration("max_delay", file.max_delay.as_ref(), SECOND..=365 * DAY);
        let since = self.read("since", file.since.as_ref(), |text| text.parse());
        Some(BoardOptions {
            name: Some(name?),
            url: url?,
            engine,
            timezone,
            charset,
            min_interval,
            pages,
            since,
            policy: policy.unwrap_or_default(),
            open,
            weight,
            max_delay,
            overrides: file
                .overrides
                .as_ref()
                .map(|table| table.get().0.clone())
                .unwrap_or_default(),
            place: Some(self.complaints.place(start)),
        })
    }

    fn pages(&mut self, value: Option<&At<PagesFile>>) -> PageLimit {
        let Some(value) = value else {
            return PageLimit::All;
        };
        let text = match value.get() {
            PagesFile::Number(number) => number.to_string(),
            PagesFile::Word(word) => word.clone(),
        };
        text.parse().unwrap_or_else(|message| {
            self.complaints
                .add(value.span().start, format!("pages: {message}"));
            PageLimit::All
        })
    }

    fn weight(&mut self, value: Option<&At<WeightFile>>) -> f64 {
        let Some(value) = value else {
            return 1.0;
        };
        let weight = match value.get() {
            WeightFile::Whole(weight) => *weight as f64,
            WeightFile::Fraction(weight) => *weight,
        };
        let bounds = 0.01..=100.0;
        let at = value.span().start;
        self.bounded("weight", at, &weight, &weight, &bounds, f64::to_string)
            .unwrap_or(1.0)
    }

    /// Reads a value that is there; its reader's error becomes a complaint.
    fn read<T, V: AsRef<str>>(
        &mut self,
        key: &str,
        value: Option<&At<V>>,
        reader: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = value?;
        match reader(value.get().as_ref()) {
            Ok(read) => Some(read),
            Err(message) => {
                self.complaints
                    .add(value.span().start, format!("{key}: {message}"));
                None
            }
        }
    }

    fn number(
        &mut self,
        key: &str,
        value: Option<&At<i64>>,
        bounds: RangeInclusive<i64>,
    ) -> Option<u32> {
        let value = value?;
        self.bounded(
            key,
            value.span().start,
            value.get(),
            value.get(),
            &bounds,
            i64::to_string,
        )
        .and_then(|number| u32::try_from(number).ok())
    }

    fn duration(
        &mut self,
        key: &str,
        value: Option<&At<String>>,
        bounds: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let found = self.read(key, value, human::duration)?;
        let value = value?;
        self.bounded(
            key,
            value.span().start,
            value.get(),
            &found,
            &bounds,
            |bound| human::duration_text(*bound),
        )
    }

    fn size(
        &mut self,
        key: &str,
        value: Option<&At<String>>,
        bounds: RangeInclusive<u64>,
    ) -> Option<u64> {
        let found = self.read(key, value, human::size_bytes)?;
        let value = value?;
        self.bounded(
            key,
            value.span().start,
            value.get(),
            &found,
            &bounds,
            |bound| {
                if *bound >= MIB {
                    format!("{}MiB", bound / MIB)
                } else {
                    format!("{}KiB", bound / KIB)
                }
            },
        )
    }

    fn bounded<T: PartialOrd + Copy>(
        &mut self,
        key: &str,
        at: usize,
        written: &dyn Display,
        found: &T,
        bounds: &RangeInclusive<T>,
        in_words: impl Fn(&T) -> String,
    ) -> Option<T> {
        let complaint = if found < bounds.start() {
            format!(
                "{key} is {written}; the least is {}",
                in_words(bounds.start())
            )
        } else if found > bounds.end() {
            format!("{key} is {written}; the most is {}", in_words(bounds.end()))
        } else {
            return Some(*found);
        };
        self.complaints.add(at, complaint);
        None
    }
}

fn flag(value: &Option<At<bool>>, default: bool) -> bool {
    value.as_ref().map_or(default, |value| *value.get())
}

/// Bounds keep every duration far below what a signed one holds.
fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn filled(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("it is empty".into()),
        text => Ok(text.to_owned()),
    }
}

/// A header's value: visible ASCII and spaces, so that no line can be smuggled in.
fn header_text(text: &str) -> Result<String, String> {
    let text = filled(text)?;
    match text.chars().find(|c| !matches!(c, ' '..='~')) {
        Some(c) => Err(format!(
            "{c:?} cannot be part of a header; only visible ASCII can"
        )),
        None => Ok(text),
    }
}

fn proxy_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}`: {error}"))?;
    match url.scheme() {
        "http" if url.has_host() => Ok(url),
        _ => Err(format!("`{text}` is not an http:// proxy")),
    }
}

/// For the command line, so that nothing in it can be taken for a URL or a flag.
pub(super) fn board_name(text: &str) -> Result<String, String> {
    let name = filled(text)?;
    if name.contains("://") {
        return Err(format!("`{name}` looks like a URL; a name is short"));
    }
    if name.chars().any(char::is_control) {
        return Err("it contains a control character".into());
    }
    if name.starts_with('-') {
        return Err(format!(
            "`{name}` would be taken for a flag on the command line"
        ));
    }
    Ok(name)
}

/// The URL of a listing, from the file or the command line.
pub(super) fn board_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}`: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("`{text}` is not an http:// or https:// URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a password in it would be stored and logged".into());
    }
    Ok(url)
}

/// A zone by its IANA name.
pub(super) fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| format!("`{name}` is not a time zone; write one like Asia/Seoul"))
}
