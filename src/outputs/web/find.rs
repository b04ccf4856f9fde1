//! Search: a form, and what was found, some at a time.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::Web;
use super::answer::{self, Problem};
use super::reader::{Reader, parameters};
use crate::outputs::search::Found;
use crate::outputs::snippet::{Stretch, marked};
use crate::store::Hit;
use crate::store::search_query::Query;

/// Articles on a page.
const N_ON_PAGE: u32 = 20;
/// Pages that can be asked for: behind them, a better query finds more than turning pages.
const MOST_PAGES: u32 = 500;

/// One page of what a query finds.
#[derive(Debug, Clone)]
pub(super) struct Results {
    pub(super) query: Query,
    pub(super) hits: Vec<Hit>,
    pub(super) page: u32,
    pub(super) more: bool,
}

/// As the JSON API tells it.
#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    page: u32,
    more: bool,
    notes: &'a [String],
    articles: Vec<Found<'a>>,
}

/// The number of a page as an address asks for it, from 1.
pub(super) fn page_number(reader: &Reader) -> u32 {
    let asked = reader.asked("page").parse().unwrap_or(1);
    asked.clamp(1, MOST_PAGES)
}

impl Results {
    /// No article for a query that asks for nothing.
    async fn read(web: &Web, reader: &Reader) -> Result<Self, Problem> {
        let query = Query::parse(reader.asked("q"), &reader.zone);
        let page = page_number(reader);
        if query.is_empty() {
            return Ok(Self {
                query,
                hits: Vec::new(),
                page: 1,
                more: false,
            });
        }
        let read = web.read(move |archive| {
            // One more than is shown tells whether there are more.
            let hits = archive.search(&query, N_ON_PAGE + 1, (page - 1) * N_ON_PAGE)?;
            Ok((query, hits))
        });
        let (query, mut hits) = read.await?;
        let more = hits.len() > N_ON_PAGE as usize && page < MOST_PAGES;
        hits.truncate(N_ON_PAGE as usize);
        Ok(Self {
            query,
            hits,
            page,
            more,
        })
    }
}

/// An article that was found, as it is shown.
pub(super) struct Shown<'a> {
    pub(super) hit: &'a Hit,
    pub(super) title: Vec<Stretch>,
    pub(super) snippet: Vec<Stretch>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(hit: &'a Hit, words: &[String]) -> Self {
        Self {
            hit,
            title: marked(&hit.title, words),
            snippet: crate::outputs::snippet::snippet(&hit.text, words),
        }
    }

    pub(super) fn state(&self) -> &'static str {
        self.hit.state.as_str()
    }
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    reader: &'a Reader,
    asked: &'a str,
    results: Result<&'a Results, &'a Problem>,
    shown: Vec<Shown<'a>>,
}

impl SearchPage<'_> {
    fn to_page(&self, page: u32) -> String {
        let page = page.to_string();
        let query = parameters(&[("q", self.asked), ("page", &page)]);
        self.reader.to(&format!("/search?{query}"))
    }

    fn to_feed(&self, format: &str) -> String {
        format!(
            "/feeds/search.{format}?{}",
            parameters(&[("q", self.asked)])
        )
    }
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let results = Results::read(&web, &reader).await;
    let shown = results.as_ref().map_or(Vec::new(), |results| {
        let words = &results.query.words;
        let shown = results.hits.iter().map(|hit| Shown::new(hit, words));
        shown.collect()
    });
    let page = SearchPage {
        reader: &reader,
        asked: reader.asked("q"),
        results: results.as_ref(),
        shown,
    };
    answer::page(&reader, Ok::<_, Problem>(page))
}

pub(super) async fn api(State(web): State<Web>, reader: Reader) -> Response {
    let results = match Results::read(&web, &reader).await {
        Ok(results) => results,
        Err(problem) => return answer::json(Err::<(), _>(problem)),
    };
    let words = &results.query.words;
    let answer = Answer {
        query: reader.asked("q"),
        page: results.page,
        more: results.more,
        notes: &results.query.notes,
        articles: results
            .hits
            .iter()
            .map(|hit| Found::new(hit, words))
            .collect(),
    };
    answer::json(Ok::<_, Problem>(answer))
}
