//! Answers: pages, JSON, and what is said where there is none.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::error;

use super::reader::Reader;
use crate::outputs::OutputError;
use crate::store::StoreError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("there is nothing at this address")]
    NotThere,
    #[error("this archive has no search index")]
    NoSearchIndex,
    #[error("the archive cannot be read now")]
    Unreadable,
}

impl From<&OutputError> for Problem {
    fn from(problem: &OutputError) -> Self {
        match problem {
            OutputError::Store(StoreError::NoSearchIndex) => Self::NoSearchIndex,
            problem => {
                // The message names files of the machine: it is the operator's.
                error!("the archive cannot be read for a page: {problem}");
                Self::Unreadable
            }
        }
    }
}

impl From<OutputError> for Problem {
    fn from(problem: OutputError) -> Self {
        Self::from(&problem)
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotThere => StatusCode::NOT_FOUND,
            Self::NoSearchIndex | Self::Unreadable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    reader: &'a Reader,
    problem: &'a Problem,
}

/// A page from what was read, or one that says why there is none.
pub(super) fn page<T: Template>(reader: &Reader, read: Result<T, impl Into<Problem>>) -> Response {
    match read {
        Ok(template) => rendered(StatusCode::OK, &template),
        Err(problem) => problem_page(reader, &problem.into()),
    }
}

pub(super) fn problem_page(reader: &Reader, problem: &Problem) -> Response {
    rendered(problem.status(), &ProblemPage { reader, problem })
}

fn rendered(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers = [(CONTENT_TYPE, "text/html; charset=utf-8")];
            (status, headers, html).into_response()
        }
        Err(problem) => {
            error!("a page cannot be written: {problem}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Serialize)]
struct Refusal {
    error: String,
}

/// What was read as JSON, or `{"error": …}`.
pub(super) fn json<T: Serialize>(read: Result<T, impl Into<Problem>>) -> Response {
    match read {
        Ok(value) => written(StatusCode::OK, &value),
        Err(problem) => {
            let problem = problem.into();
            let refusal = Refusal {
                error: problem.to_string(),
            };
            written(problem.status(), &refusal)
        }
    }
}

fn written(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let headers = [(CONTENT_TYPE, "application/json")];
            (status, headers, bytes).into_response()
        }
        Err(problem) => {
            error!("an answer cannot be written: {problem}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
