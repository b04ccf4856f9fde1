//! What does the host's robots file say? Fetches it through the host's own queue, once for all who wait, and keeps
//! it for the store.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use super::answer::{Answer, BodyRule};
use super::client::{Hop, Inner, asks_to_wait, lock};
use super::error::FetchErrorKind;
use super::host::{Host, host_key};
use super::robots::{self, Consult};
use super::{FreshRobots, RobotsFile};
use crate::model::Receipt;

const ACCEPT_ROBOTS: &str = "text/plain,*/*;q=0.8";
/// RFC 9309, 2.3.1.2.
const MAX_ROBOTS_REDIRECTS: usize = 5;
/// Kept as the file's status then: a redirect that leads nowhere.
const TOO_MANY_ROBOTS_REDIRECTS: u16 = 310;

impl Inner {
    /// What allows a URL, in words for its receipt. Fetches the host's robots file if need be; whoever comes
    /// meanwhile waits for the same answer.
    pub(super) async fn allowed_by(
        &self,
        host: &Arc<Host>,
        url: &Url,
    ) -> Result<String, FetchErrorKind> {
        if !self.options.obey_robots {
            return Ok("robots: not asked, by the operator's option".to_owned());
        }
        let mut memory = host.robots.lock().await;
        let mut asked = false;
        loop {
            match memory.consult(self.clock.now()) {
                Consult::Rules(rules) => {
                    drop(memory);
                    let verdict = rules.verdict(url);
                    return match verdict.allowed {
                        true => Ok(verdict.text),
                        false => Err(FetchErrorKind::Robots { rule: verdict.text }),
                    };
                }
                Consult::Fetch if !asked => {
                    asked = true;
                    let file = self.fetch_robots(host, url).await?;
                    if let Some(rules) = memory.learn(&file) {
                        host.set_crawl_delay(rules.crawl_delay());
                    }
                }
                // A file just asked for that is out of date already: the clock jumped.
                Consult::Fetch => {
                    let retry_after = Duration::ZERO;
                    return Err(FetchErrorKind::RobotsUnreachable { retry_after });
                }
                Consult::Wait(retry_after) => {
                    return Err(FetchErrorKind::RobotsUnreachable { retry_after });
                }
            }
        }
    }

    /// Asks for the robots file that governs `url`. Not reaching it is an answer too (status 0); only a paused or
    /// refused host is an error.
    async fn fetch_robots(
        &self,
        host: &Arc<Host>,
        url: &Url,
    ) -> Result<RobotsFile, FetchErrorKind> {
        let mut receipts = Vec::new();
        let outcome = self.ask_for_robots(host, url, &mut receipts).await;
        let (status, body) = match &outcome {
            Ok((status, body)) => (*status, robots::cut(body.clone())),
            Err(_) => (0, Vec::new()),
        };
        let file = RobotsFile {
            status,
            body,
            fetched_at: self.clock.now(),
        };
        if !receipts.is_empty() {
            let mut fresh = lock(&self.fresh_robots);
            let entry = fresh
                .entry(host.key().to_owned())
                .or_insert_with(|| FreshRobots {
                    host: host.key().to_owned(),
                    file: file.clone(),
                    receipts: Vec::new(),
                });
            entry.file = file.clone();
            entry.receipts.append(&mut receipts);
        }
        match outcome {
            // The pause says when to come back; the file's own back-off has nothing to add. And where the guard
            // refuses the host itself, the page is refused as well.
            Err(kind @ (FetchErrorKind::Paused { .. } | FetchErrorKind::Refused(_))) => Err(kind),
            Ok(_) | Err(_) => Ok(file),
        }
    }

    /// The status and the first bytes, through up to five redirects.
    async fn ask_for_robots(
        &self,
        host: &Arc<Host>,
        url: &Url,
        receipts: &mut Vec<Receipt>,
    ) -> Result<(u16, Vec<u8>), FetchErrorKind> {
        let mut url = robots_url(url);
        let mut host = Arc::clone(host);
        for n_redirects in 0..=MAX_ROBOTS_REDIRECTS {
            let answer = match self.ask_once_for_robots(&host, &url, receipts).await {
                Ok(answer) => answer,
                // A file that leads into a private network cannot be reached; its host may be asked later.
                Err(FetchErrorKind::Refused(_)) if n_redirects > 0 => return Ok((0, Vec::new())),
                Err(kind) => return Err(kind),
            };
            match answer.redirect_target(&url) {
                Some(target) => {
                    host = self.host(&host_key(&target));
                    url = target;
                }
                None => return Ok((answer.status, answer.body)),
            }
        }
        Ok((TOO_MANY_ROBOTS_REDIRECTS, Vec::new()))
    }

    async fn ask_once_for_robots(
        &self,
        host: &Arc<Host>,
        url: &Url,
        receipts: &mut Vec<Receipt>,
    ) -> Result<Answer, FetchErrorKind> {
        let route = self.guard.check(url).map_err(FetchErrorKind::Refused)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPT_ROBOTS));
        let hop = Hop {
            url,
            purpose: "robots",
            allowed_by: "robots: the file itself".to_owned(),
            headers,
            rule: BodyRule::Prefix {
                max_bytes: robots::MOST_BYTES,
            },
            sent: &|| (),
        };
        let answer = self.send(host, route, hop, receipts).await;
        match &answer {
            Ok(answer) if asks_to_wait(answer.status, answer.retry_after(self.clock.now())) => {
                let wait = answer.retry_after(self.clock.now());
                host.refused(wait, &format!("robots.txt answered {}", answer.status));
            }
            Ok(answer) if answer.status >= 500 => host.failed(),
            Ok(answer) => host.succeeded(answer.took),
            Err(kind) if kind.is_silence() => {
                host.was_silent(url.as_str(), "no answers");
            }
            Err(_) => {}
        }
        answer
    }
}

fn robots_url(url: &Url) -> Url {
    let mut robots = url.clone();
    robots.set_path("/robots.txt");
    robots.set_query(None);
    robots.set_fragment(None);
    robots
}
