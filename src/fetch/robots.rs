//! What does a robots file allow? In: the file as the server answered it. Out: a verdict for a URL, in words
//! for the receipt. By RFC 9309; fetching, caching for a day and retrying are the client's.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use robotxt::{AccessResult, BYTE_LIMIT, Robots};
use tokio::time::Instant;
use url::{Position, Url};

use super::RobotsFile;

/// Our product token (RFC 9309, 2.2.1).
const TOKEN: &str = "boardwalk";
/// RFC 9309, 2.4.
const CACHE_TIME: SignedDuration = SignedDuration::from_hours(24);
/// While the file cannot be reached, an older copy holds this long (RFC 9309, 2.3.1.4 and 2.4).
const STALE_TIME: SignedDuration = SignedDuration::from_hours(24 * 30);
/// First wait before an unreachable file is asked for again; doubled each time, up to an hour.
const FIRST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// Why the rules are what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    File,
    /// 4xx.
    NoFile(u16),
    /// A home page or an error page, served with 200.
    Html,
    /// More than five redirects, or one that leads nowhere.
    LostRedirect,
}

/// Sitemaps of a file that are kept.
const MAX_SITEMAPS: usize = 20;

/// The rules of one host for us.
#[derive(Debug)]
pub(crate) struct Rules {
    robots: Robots,
    ground: Ground,
    sitemaps: Vec<Url>,
}

/// May it be fetched, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub allowed: bool,
    pub text: String,
}

/// What was fetched can be judged; what could not be reached cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreachable;

impl Rules {
    pub(crate) fn of(file: &RobotsFile) -> Result<Self, Unreachable> {
        let (robots, ground) = match file.status {
            200..=299 if is_html(&file.body) => (Robots::allow_all(), Ground::Html),
            200..=299 => {
                let text = without_versions(&file.body);
                let access = AccessResult::Successful(&text);
                (Robots::from_access(access, TOKEN), Ground::File)
            }
            300..=399 => (Robots::allow_all(), Ground::LostRedirect),
            // "Slow down" is no statement about the file; it is asked for again.
            429 => return Err(Unreachable),
            400..=499 => (Robots::allow_all(), Ground::NoFile(file.status)),
            _ => return Err(Unreachable),
        };
        let sitemaps = match ground {
            Ground::File => sitemaps(&file.body),
            Ground::NoFile(_) | Ground::Html | Ground::LostRedirect => Vec::new(),
        };
        Ok(Self {
            robots,
            ground,
            sitemaps,
        })
    }

    /// The sitemaps that the file names, in its order, of whatever host.
    pub(crate) fn sitemaps(&self) -> &[Url] {
        &self.sitemaps
    }

    pub(crate) fn crawl_delay(&self) -> Option<Duration> {
        self.robots.crawl_delay()
    }

    pub(crate) fn verdict(&self, url: &Url) -> Verdict {
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let allowed = self.robots.is_allowed(path);
        let text = match self.ground {
            Ground::NoFile(status) => format!("robots: no file ({status})"),
            Ground::Html => "robots: no file (HTML)".to_owned(),
            Ground::LostRedirect => "robots: no file (redirects)".to_owned(),
            Ground::File => match self.robots.matching_rule(path) {
                Some(rule) if rule.is_allow() => {
                    format!("robots: allowed by \"Allow: {}\"", shown(rule.pattern()))
                }
                Some(rule) => format!(
                    "robots: disallowed by \"Disallow: {}\"",
                    shown(rule.pattern())
                ),
                None => "robots: no rule for it".to_owned(),
            },
        };
        Verdict { allowed, text }
    }
}

/// `Sitemap: https://board.example/map.xml`, whatever agent's group it stands in (sitemaps.org, "Specifying the Sitemap
/// location in your robots.txt file").
fn sitemaps(body: &[u8]) -> Vec<Url> {
    let named = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let (name, value) = line.split_once(':')?;
        let is_sitemap = name.trim().eq_ignore_ascii_case("sitemap");
        Url::parse(value.trim()).ok().filter(|_| is_sitemap)
    };
    let lines = body.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.filter_map(named).take(MAX_SITEMAPS).collect()
}

/// A rule for people: it may be as long as the file.
fn shown(pattern: &str) -> String {
    pattern.chars().take(80).collect()
}

/// What a host remembers of its robots file.
#[derive(Debug, Default)]
pub(crate) struct RobotsMemory {
    rules: Option<(Arc<Rules>, Timestamp)>,
    /// Tries since the file was last reached, and when the next one may be.
    n_failures: u32,
    next_try: Option<Instant>,
}

/// What is to be done before a URL of the host may be judged.
#[derive(Debug)]
pub(crate) enum Consult {
    Rules(Arc<Rules>),
    /// Ask for the file.
    Fetch,
    /// It could not be reached; not to be asked for before this has passed.
    Wait(Duration),
}

impl RobotsMemory {
    pub(crate) fn consult(&self, now: Timestamp) -> Consult {
        let (fresh, stale) = match &self.rules {
            Some((rules, at)) => {
                // A clock that was set back must not make a copy last for ever.
                let age = now.duration_since(*at).abs();
                (
                    (age < CACHE_TIME).then_some(rules),
                    (age < STALE_TIME).then_some(rules),
                )
            }
            None => (None, None),
        };
        if let Some(rules) = fresh {
            return Consult::Rules(Arc::clone(rules));
        }
        let wait = self
            .next_try
            .map(|at| at.saturating_duration_since(Instant::now()))
            .unwrap_or_default();
        match (wait.is_zero(), stale) {
            (true, _) => Consult::Fetch,
            (false, Some(rules)) => Consult::Rules(Arc::clone(rules)),
            (false, None) => Consult::Wait(wait),
        }
    }

    /// Takes a file as fetched. Returns its rules if there are any.
    pub(crate) fn learn(&mut self, file: &RobotsFile) -> Option<Arc<Rules>> {
        match Rules::of(file).map(Arc::new) {
            Ok(rules) => {
                self.n_failures = 0;
                self.next_try = None;
                self.rules = Some((Arc::clone(&rules), file.fetched_at));
                Some(rules)
            }
            Err(Unreachable) => {
                let wait = (FIRST_WAIT * 2u32.pow(self.n_failures.min(10))).min(LONGEST_WAIT);
                self.n_failures += 1;
                self.next_try = Some(Instant::now() + wait);
                None
            }
        }
    }

    /// A copy from the store, unless we know a newer one. One that said "unreachable" says nothing now.
    pub(crate) fn restore(&mut self, file: &RobotsFile) -> Option<Arc<Rules>> {
        let known = self.rules.as_ref().map(|(_, at)| *at);
        if known.is_some_and(|at| at >= file.fetched_at) {
            return None;
        }
        let rules = Arc::new(Rules::of(file).ok()?);
        self.rules = Some((Arc::clone(&rules), file.fetched_at));
        Some(rules)
    }
}

/// The part of a file that is kept: 500 KiB, cut at a line's end, so that half a rule never applies.
pub(crate) fn cut(mut body: Vec<u8>) -> Vec<u8> {
    if body.len() > BYTE_LIMIT {
        let end = body[..BYTE_LIMIT]
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'));
        body.truncate(end.map_or(0, |end| end + 1));
    }
    body
}

/// Bytes that have to be read for [`cut`] to see that there were more.
pub(crate) const MOST_BYTES: u64 = BYTE_LIMIT as u64 + 1;

/// Many sites answer every unknown path with a page. Some serve a true file as `text/html`, so the type does not
/// tell; no directive begins with `<`.
fn is_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"<")
}

/// `User-agent: boardwalk/1.0` means us, but the RFC's token has no version and the parser takes it literally.
fn without_versions(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let name = text.split(|byte| *byte == b':').next().unwrap_or_default();
        let name = name.trim_ascii().to_ascii_lowercase();
        let is_agent = matches!(
            name.as_slice(),
            b"user-agent" | b"user agent" | b"useragent"
        );
        match line.iter().position(|byte| *byte == b'/') {
            Some(slash) if is_agent => {
                out.extend_from_slice(&line[..slash]);
                out.push(b'\n');
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests;
