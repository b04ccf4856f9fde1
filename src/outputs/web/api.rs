//! What the pages show, as JSON. `openapi.json` describes it; a test compares the two.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Serialize;

use super::overview::{Overview, Unread};
use super::reader::Reader;
use super::receipts::Receipts;
use super::stories::Stories;
use super::{RefusedConfig, Web, answer, article, board, find, outbox};

pub(super) const DESCRIPTION: &str = include_str!("openapi.json");

pub(super) const DESCRIPTION_PATH: &str = "/api/openapi.json";
pub(super) const BOARDS: &str = "/api/v1/boards";
pub(super) const BOARD: &str = "/api/v1/boards/{name}";
pub(super) const ARTICLE: &str = "/api/v1/articles/{article}";
pub(super) const SEARCH: &str = "/api/v1/search";
pub(super) const STORIES: &str = "/api/v1/stories";
pub(super) const OUTBOX: &str = "/api/v1/outbox";
pub(super) const RECEIPTS: &str = "/api/v1/receipts";

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route(DESCRIPTION_PATH, get(description))
        .route(BOARDS, get(boards))
        .route(BOARD, get(one_board))
        .route(ARTICLE, get(one_article))
        .route(SEARCH, get(find::api))
        .route(STORIES, get(stories))
        .route(RECEIPTS, get(receipts))
        .route(OUTBOX, get(messages))
}

async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION).into_response()
}

/// What is stored of all boards, and what the service does about them at this moment.
#[derive(Serialize)]
struct Boards<'a> {
    #[serde(flatten)]
    overview: &'a Overview,
    running: Vec<&'a str>,
    unread: Vec<Unread>,
    refused_config: Option<&'a RefusedConfig>,
    /// By name.
    hosts: BTreeMap<&'a str, Pace<'a>>,
    searches: Vec<Search<'a>>,
}

#[derive(Serialize)]
struct Pace<'a> {
    interval_s: f64,
    paused_until: Option<Timestamp>,
    pause_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Search<'a> {
    name: &'a str,
    query: &'a str,
}

async fn boards(State(web): State<Web>) -> Response {
    let (read, vitals, searches) = (web.overview().await, web.vitals(), web.searches());
    let running = vitals.boards.iter().filter(|(_, board)| board.running);
    let hosts = vitals.hosts.iter().map(|(name, host)| {
        let pace = Pace {
            interval_s: host.interval.as_secs_f64(),
            paused_until: host.paused_until,
            pause_reason: host.pause_reason.as_deref(),
        };
        (name.as_str(), pace)
    });
    let searches = searches.iter().map(|search| Search {
        name: &search.name,
        query: &search.query,
    });
    answer::json(read.as_deref().map(|overview| Boards {
        overview,
        running: running.map(|(name, _)| name.as_str()).collect(),
        unread: overview.unread(&vitals),
        refused_config: vitals.refused_config.as_ref(),
        hosts: hosts.collect(),
        searches: searches.collect(),
    }))
}

async fn one_board(State(web): State<Web>, Path(name): Path<String>) -> Response {
    answer::json(board::detail(&web, name).await)
}

async fn one_article(State(web): State<Web>, Path(what): Path<String>) -> Response {
    answer::json(article::whole(&web, what).await)
}

async fn stories(State(web): State<Web>) -> Response {
    answer::json(Stories::read(&web).await)
}

async fn receipts(State(web): State<Web>, reader: Reader) -> Response {
    answer::json(Receipts::read(&web, &reader).await)
}

async fn messages(State(web): State<Web>) -> Response {
    answer::json(outbox::read(&web).await)
}
