//! The pages of a listing that are files of an index (`json.parts`, a site's sitemaps): which file a visit is about, and
//! which one follows it. The index alone tells, and is asked first, once a pass as long as the run lives.

use std::collections::HashMap;

use url::Url;

use super::board::BoardContext;
use super::crew::Crew;
use super::parsing::in_turn;
use crate::fetch::{FetchError, Fetched};
use crate::model::{Job, JobKind, PassId};
use crate::profile::JsonList;

/// The files of each pass's index, in the order in which they are read.
pub(super) type Parts = HashMap<PassId, Vec<Url>>;

/// What came for a page of a listing, and the page that the index has behind it.
pub(super) struct Part {
    pub fetched: Fetched,
    pub follows: Option<Url>,
}

/// The file that a visit is about, where `fetched` is an index or a file of one; otherwise what was fetched.
///
/// # Errors
/// Where the index, or the file, does not come.
pub(super) async fn part<S>(
    crew: &Crew<S>,
    board: &BoardContext,
    job: &Job,
    fetched: Fetched,
) -> Result<Part, FetchError> {
    let as_it_is = |fetched| Part {
        fetched,
        follows: None,
    };
    let list = board
        .profile
        .json
        .as_ref()
        .filter(|json| json.parts.is_some());
    let (Some(list), JobKind::Listing { pass, .. } | JobKind::Radar { pass, .. }) =
        (list, &job.kind)
    else {
        return Ok(as_it_is(fetched));
    };
    if fetched.status >= 400 || fetched.redirect_to.is_some() {
        return Ok(as_it_is(fetched));
    }
    let (fetched, of_itself) = parts_of(fetched, list, board).await;
    if let Some(parts) = of_itself {
        let Some(first) = parts.first().cloned() else {
            return Ok(as_it_is(fetched));
        };
        let follows = parts.get(1).cloned();
        remember(crew, *pass, parts);
        let part = crew
            .fetcher
            .get(&board.request(first, Some(job.url.clone()), "listing"))
            .await;
        return with_receipts(fetched, part).map(|fetched| Part { fetched, follows });
    }
    // What was an index is one file now.
    if job.url == board.board.url {
        return Ok(as_it_is(fetched));
    }
    let known = crew
        .parts
        .lock()
        .expect("no holder of this lock panics")
        .get(pass)
        .cloned();
    let (fetched, parts) = match known {
        Some(parts) => (fetched, parts),
        None => {
            let index = board.request(board.board.url.clone(), None, "listing");
            let (index, parts) = match crew.fetcher.get(&index).await {
                Ok(index) => parts_of(index, list, board).await,
                Err(mut error) => {
                    error.receipts.splice(0..0, fetched.receipts);
                    return Err(error);
                }
            };
            let parts = parts.unwrap_or_default();
            remember(crew, *pass, parts.clone());
            (with_receipts(index, Ok(fetched))?, parts)
        }
    };
    let at = parts.iter().position(|part| *part == job.url);
    let follows = at.and_then(|at| parts.get(at + 1).cloned());
    Ok(Part { fetched, follows })
}

/// The pass has ended.
pub(super) fn forget<S>(crew: &Crew<S>, pass: PassId) {
    crew.parts
        .lock()
        .expect("no holder of this lock panics")
        .remove(&pass);
}

fn remember<S>(crew: &Crew<S>, pass: PassId, parts: Vec<Url>) {
    crew.parts
        .lock()
        .expect("no holder of this lock panics")
        .insert(pass, parts);
}

/// The page, and what it names, if it is an index.
async fn parts_of(
    fetched: Fetched,
    list: &JsonList,
    board: &BoardContext,
) -> (Fetched, Option<Vec<Url>>) {
    let list = list.clone();
    let text = board.decode(&fetched).text.into_owned();
    let at = fetched.final_url.clone();
    let parts = in_turn(move || list.parts(&text, &at)).await;
    (fetched, parts)
}

/// An answer with the receipts of the one before it, too.
fn with_receipts(
    before: Fetched,
    answer: Result<Fetched, FetchError>,
) -> Result<Fetched, FetchError> {
    match answer {
        Ok(mut fetched) => {
            fetched.receipts.splice(0..0, before.receipts);
            Ok(fetched)
        }
        Err(mut error) => {
            error.receipts.splice(0..0, before.receipts);
            Err(error)
        }
    }
}
