//! Which cookies go with a request? One jar for each board: a board needs its session (without one, old engines
//! make a new session file for every request), and boards need know nothing of each other.
//!
//! Jars and what they hold are bounded; a jar that overflows starts anew, as a browser's private window would.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// Jars kept; the one used longest ago goes first.
const MAX_JARS: usize = 256;
/// RFC 6265, 6.1 asks a client for at least 50 cookies a domain, and 4,096 bytes each.
const MAX_COOKIES: usize = 100;
const MAX_COOKIE_BYTES: usize = 4_096;
/// Sent with one request. Common servers refuse a header line beyond 8 KiB; a board that sets more than it takes back
/// would lock us out.
const MAX_HEADER_BYTES: usize = 7 * 1_024;

struct BoundedJar {
    jar: Jar,
    /// Name, host and attributes of each cookie, hashed: how many there are.
    held: HashSet<u64>,
    last_used: u64,
}

impl BoundedJar {
    fn start_anew(&mut self) {
        self.jar = Jar::default();
        self.held.clear();
    }
}

#[derive(Default)]
struct Jars {
    jars: HashMap<String, BoundedJar>,
    n_uses: u64,
}

/// All jars, by name.
#[derive(Default)]
pub(crate) struct Cookies {
    jars: Mutex<Jars>,
    hasher: RandomState,
}

impl Cookies {
    /// The `Cookie` header for a URL.
    pub(crate) fn header(&self, jar: &str, url: &Url) -> Option<HeaderValue> {
        self.with(jar, |jar| {
            let cookies = jar.jar.cookies(url)?;
            if cookies.len() > MAX_HEADER_BYTES {
                jar.start_anew();
                return None;
            }
            Some(cookies)
        })
    }

    /// Keeps what an answer set, and returns the names.
    pub(crate) fn keep(&self, jar: &str, url: &Url, headers: &HeaderMap) -> Vec<String> {
        let set: Vec<&HeaderValue> = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter(|value| value.len() <= MAX_COOKIE_BYTES)
            .take(MAX_COOKIES)
            .collect();
        if set.is_empty() {
            return Vec::new();
        }
        let names: Vec<String> = set.iter().filter_map(|value| name_of(value)).collect();
        self.with(jar, |jar| {
            for value in set {
                let id = self.hasher.hash_one((url.host_str(), identity_of(value)));
                if !jar.held.contains(&id) && jar.held.len() >= MAX_COOKIES {
                    jar.start_anew();
                }
                jar.held.insert(id);
                jar.jar.set_cookies(&mut std::iter::once(value), url);
            }
        });
        names
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut BoundedJar) -> T) -> T {
        let mut all = self.jars.lock().expect("no holder of this lock panics");
        all.n_uses += 1;
        let now = all.n_uses;
        if !all.jars.contains_key(name) && all.jars.len() >= MAX_JARS {
            let oldest = all.jars.iter().min_by_key(|(_, jar)| jar.last_used);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                all.jars.remove(&oldest);
            }
        }
        let jar = all
            .jars
            .entry(name.to_owned())
            .or_insert_with(|| BoundedJar {
                jar: Jar::default(),
                held: HashSet::new(),
                last_used: now,
            });
        jar.last_used = now;
        work(jar)
    }
}

fn name_of(value: &HeaderValue) -> Option<String> {
    let text = String::from_utf8_lossy(value.as_bytes());
    let (name, _) = text.split(';').next()?.split_once('=')?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// What makes two cookies one: the name, and the path and domain they are for.
fn identity_of(value: &HeaderValue) -> Vec<String> {
    let text = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().and_then(|pair| pair.split('=').next());
    let mut identity = vec![name.unwrap_or_default().to_owned()];
    identity.extend(
        parts
            .filter(|part| part.starts_with("path=") || part.starts_with("domain="))
            .map(str::to_owned),
    );
    identity
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cookies: &[String]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(SET_COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        headers
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_and_in_its_jar_only() {
        let cookies = Cookies::default();
        let board = url("http://board.example/news");
        let names = cookies.keep("news", &board, &answer(&["PHPSESSID=abc; path=/".into()]));
        assert_eq!(names, ["PHPSESSID"]);
        let sent = cookies.header("news", &url("http://board.example/news/1"));
        assert_eq!(sent.unwrap(), "PHPSESSID=abc");
        assert_eq!(cookies.header("news", &url("http://other.example/")), None);
        assert_eq!(cookies.header("free", &board), None);
    }

    #[test]
    fn a_server_that_sets_endless_cookies_fills_no_memory() {
        let cookies = Cookies::default();
        let board = url("http://board.example/");
        for n in 0..1_000 {
            cookies.keep("news", &board, &answer(&[format!("c{n}={n}")]));
        }
        let sent = cookies.header("news", &board).unwrap();
        let sent = sent.to_str().unwrap();
        assert!(sent.split(';').count() <= MAX_COOKIES);
        assert!(sent.contains("c999=999"), "the newest is kept");
    }

    #[test]
    fn setting_one_cookie_again_and_again_is_one_cookie() {
        let cookies = Cookies::default();
        let board = url("http://board.example/");
        cookies.keep("news", &board, &answer(&["gate=18; path=/".into()]));
        for n in 0..1_000 {
            cookies.keep("news", &board, &answer(&[format!("session={n}; path=/")]));
        }
        let sent = cookies.header("news", &board).unwrap();
        let mut sent: Vec<_> = sent.to_str().unwrap().split("; ").collect();
        sent.sort_unstable();
        assert_eq!(sent, ["gate=18", "session=999"]);
    }

    #[test]
    fn jars_are_bounded_and_a_huge_cookie_is_not_kept() {
        let cookies = Cookies::default();
        let board = url("http://board.example/");
        for n in 0..2 * MAX_JARS {
            cookies.keep(&format!("jar {n}"), &board, &answer(&["a=1".into()]));
        }
        assert_eq!(cookies.jars.lock().unwrap().jars.len(), MAX_JARS);
        let huge = format!("a={}", "x".repeat(MAX_COOKIE_BYTES));
        assert!(cookies.keep("huge", &board, &answer(&[huge])).is_empty());
        assert_eq!(cookies.header("huge", &board), None);
    }
}
