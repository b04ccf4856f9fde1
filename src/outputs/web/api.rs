//! What the pages show, as JSON. `openapi.json` describes it; a test compares the two.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::reader::Reader;
use super::receipts::Receipts;
use super::stories::Stories;
use super::{Web, answer, article, board, find, outbox};

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

async fn boards(State(web): State<Web>) -> Response {
    answer::json(web.overview().await.as_deref())
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
