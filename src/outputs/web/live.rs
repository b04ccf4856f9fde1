//! What the service is doing, as it does it: a stream of server-sent events (HTML, 9.2) that the overview listens to, where
//! scripts may run.

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use super::style::FOR_GOOD;
use super::{Vitals, Web};

const SCRIPT: &str = include_str!("live.js");
pub(super) const PATH: &str = "/live";
/// Streams at a time; each is a connection that stays.
pub(super) const MAX_STREAMS: usize = 64;
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Where the script is served.
pub(super) fn script_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| {
        let hash = blake3::hash(SCRIPT.as_bytes()).to_hex();
        format!("/assets/{}.js", &hash[..16])
    });
    &PATH
}

pub(super) async fn script() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, FOR_GOOD),
    ];
    (headers, SCRIPT).into_response()
}

/// The event `boards`: told at once, and whenever it is another one.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Boards {
    /// Those with a pass under way, by name.
    running: Vec<String>,
    /// The passes that are planned for the others: a pass that was over between two looks shows here.
    next: Vec<(String, jiff::Timestamp)>,
}

impl Boards {
    fn of(vitals: Vitals) -> Self {
        let (running, resting): (Vec<_>, Vec<_>) = vitals
            .boards
            .into_iter()
            .partition(|(_, board)| board.running);
        Self {
            running: running.into_iter().map(|(name, _)| name).collect(),
            next: resting
                .into_iter()
                .map(|(name, board)| (name, board.next_at))
                .collect(),
        }
    }
}

pub(super) async fn stream(State(web): State<Web>) -> Response {
    match web.streams.clone().try_acquire_owned() {
        Ok(place) => Sse::new(boards(web, place))
            .keep_alive(KeepAlive::default())
            .into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "too many listen already\n").into_response(),
    }
}

fn boards(web: Web, place: OwnedSemaphorePermit) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((web, place, None), |(web, place, told)| async move {
        loop {
            let now = Boards::of(web.vitals());
            if told.as_ref() != Some(&now) {
                let event = Event::default().event("boards");
                let words = serde_json::to_string(&now).unwrap_or_default();
                let event = event.data(words);
                return Some((Ok(event), (web, place, Some(now))));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    })
}
