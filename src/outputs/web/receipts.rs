//! Receipts: every request of a host, what allowed it, and how long after the one before it was sent.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;

use super::answer::{self, Problem};
use super::reader::{Reader, parameters};
use super::{HostVitals, Web};
use crate::store::{ReceiptPlace, ReceiptRecord};

/// Requests on a page.
const N_ON_PAGE: u32 = 100;

/// As the JSON API tells it: the newest first, of the hosts of boards.
#[derive(Debug, Serialize)]
pub(super) struct Receipts {
    hosts: Vec<String>,
    /// Whose requests these are; `None`: there is no board yet.
    host: Option<String>,
    receipts: Vec<ReceiptRecord>,
    /// `before` of the next page; `None`: these are the oldest.
    next: Option<String>,
}

/// `MILLISECONDS-ID`, as addresses carry a place.
fn place(text: &str) -> Option<ReceiptPlace> {
    let (ms, id) = text.split_once('-')?;
    Some(ReceiptPlace {
        at: Timestamp::from_millisecond(ms.parse().ok()?).ok()?,
        id: id.parse().ok()?,
    })
}

impl Receipts {
    pub(super) async fn read(web: &Web, reader: &Reader) -> Result<Self, Problem> {
        let overview = web.overview().await?;
        let mut hosts: Vec<String> = overview
            .boards
            .iter()
            .map(|board| board.host.clone())
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        let host = match reader.asked("host") {
            "" => hosts.first().cloned(),
            host => Some(host.to_owned()),
        };
        let before = place(reader.asked("before")).unwrap_or(ReceiptPlace::END);
        let Some(host) = host else {
            return Ok(Self {
                hosts,
                host: None,
                receipts: Vec::new(),
                next: None,
            });
        };
        let read = web.read(move |archive| {
            let receipts = archive.receipts(&host, before, N_ON_PAGE)?;
            Ok((host, receipts))
        });
        let (host, receipts) = read.await?;
        let last = receipts.last().filter(|last| last.spacing_ms.is_some());
        Ok(Self {
            next: last.map(|last| format!("{}-{}", last.at.as_millisecond(), last.id)),
            hosts,
            host: Some(host),
            receipts,
        })
    }
}

#[derive(Template)]
#[template(path = "receipts.html")]
struct ReceiptsPage<'a> {
    reader: &'a Reader,
    read: Receipts,
    pace: Option<HostVitals>,
}

impl ReceiptsPage<'_> {
    fn is_shown(&self, host: &str) -> bool {
        self.read.host.as_deref() == Some(host)
    }

    fn to_next(&self, next: &str) -> String {
        let host = self.read.host.as_deref().unwrap_or_default();
        let query = parameters(&[("host", host), ("before", next)]);
        self.reader.to(&format!("/receipts?{query}"))
    }

    fn seconds(&self, ms: &u64) -> String {
        format!("{}.{:03}", ms / 1_000, ms % 1_000)
    }

    fn purpose(&self, word: &str) -> String {
        let korean = match word {
            "listing" => "목록",
            "article" => "글",
            "comments" => "댓글",
            "robots" => "robots.txt",
            "redirect" => "이동",
            "message" => "알림",
            other => other,
        };
        self.reader.line(self.reader.say(word, korean))
    }
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let read = Receipts::read(&web, &reader).await;
    let page = read.map(|read| ReceiptsPage {
        pace: read
            .host
            .as_ref()
            .and_then(|host| web.vitals().hosts.remove(host)),
        reader: &reader,
        read,
    });
    answer::page(&reader, page)
}
