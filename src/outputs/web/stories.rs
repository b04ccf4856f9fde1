//! Stories: articles with the same text, on one board or several.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;
use serde::Serialize;

use super::Web;
use super::answer::{self, Problem};
use super::reader::{Reader, segment};
use crate::store::StoryRecord;

/// Stories with an article of the last thirty days, the latest of them.
const SINCE: SignedDuration = SignedDuration::from_hours(24 * 30);
const MOST_STORIES: usize = 100;

/// As the JSON API tells it.
#[derive(Debug, Serialize)]
pub(super) struct Stories {
    stories: Vec<StoryRecord>,
}

impl Stories {
    pub(super) async fn read(web: &Web) -> Result<Self, Problem> {
        let since = web.now() - SINCE;
        let read = web.read(move |archive| {
            let mut stories = archive.stories(Some(since), 2)?;
            stories.truncate(MOST_STORIES);
            Ok(Self { stories })
        });
        Ok(read.await?)
    }
}

#[derive(Template)]
#[template(path = "stories.html")]
struct StoriesPage<'a> {
    reader: &'a Reader,
    stories: Vec<StoryRecord>,
}

impl StoriesPage<'_> {
    /// The earliest article, by its key.
    fn to_first(&self, story: &StoryRecord) -> String {
        let key = segment(story.key.as_str());
        self.reader.to(&format!("/articles/{key}"))
    }
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let read = Stories::read(&web).await;
    let page = read.map(|read| StoriesPage {
        reader: &reader,
        stories: read.stories,
    });
    answer::page(&reader, page)
}
