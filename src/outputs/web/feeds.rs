//! Feeds of a board, of a search, and of how the boards do, in Atom and JSON Feed; unchanged ones are not sent again.

use std::io;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::Problem;
use super::reader::Reader;
use super::{SavedSearch, Web};
use crate::outputs::feed::{Feed, write_atom, write_json};
use crate::store::Hit;
use crate::store::search_query::Query;

/// Articles in a feed.
const N_ENTRIES: u32 = 50;
/// The name that stands for a search: `/feeds/search.atom?q=…`. A board of that name has the feed of `q=board:search`.
const SEARCH: &str = "search";
/// Likewise how all boards do: `/feeds/health.atom`.
const HEALTH: &str = "health";

/// How a feed is written.
#[derive(Debug, Clone, Copy)]
struct Format {
    content_type: &'static str,
    write: fn(&Feed, &mut dyn io::Write) -> io::Result<()>,
}

/// What `NAME.atom` or `NAME.json` asks for.
fn parse(file: &str) -> Option<(&str, Format)> {
    let (name, ending) = file.rsplit_once('.')?;
    let format = match ending {
        "atom" => Format {
            content_type: "application/atom+xml; charset=utf-8",
            write: |feed, out| write_atom(feed, out),
        },
        "json" => Format {
            content_type: "application/feed+json",
            write: |feed, out| write_json(feed, out),
        },
        _ => return None,
    };
    Some((name, format))
}

pub(super) async fn feed(
    State(web): State<Web>,
    Path(file): Path<String>,
    headers: HeaderMap,
    reader: Reader,
) -> Response {
    answer(written(&web, &file, &reader).await, &headers)
}

pub(super) async fn saved_search(
    State(web): State<Web>,
    Path(file): Path<String>,
    headers: HeaderMap,
    reader: Reader,
) -> Response {
    answer(written_saved(&web, &file, &reader).await, &headers)
}

fn answer(written: Result<(Format, Vec<u8>), Problem>, headers: &HeaderMap) -> Response {
    match written {
        Ok((format, bytes)) => unless_known(format, bytes, headers),
        Err(Problem::NotThere) => {
            (StatusCode::NOT_FOUND, "there is no such feed\n").into_response()
        }
        Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, format!("{problem}\n")).into_response(),
    }
}

async fn written(web: &Web, file: &str, reader: &Reader) -> Result<(Format, Vec<u8>), Problem> {
    let (name, format) = parse(file).ok_or(Problem::NotThere)?;
    let words = reader.asked("q");
    let feed = match name {
        SEARCH if !words.is_empty() => of_search(web, words, words, reader).await?,
        HEALTH => of_health(web).await?,
        name => of_board(web, name.to_owned()).await?,
    };
    in_format(format, &feed)
}

async fn written_saved(
    web: &Web,
    file: &str,
    reader: &Reader,
) -> Result<(Format, Vec<u8>), Problem> {
    let (name, format) = parse(file).ok_or(Problem::NotThere)?;
    let searches = web.searches();
    let mut searches = searches.iter();
    let search = searches.find(|search| search.name == name);
    let SavedSearch { name, query } = search.ok_or(Problem::NotThere)?;
    in_format(format, &of_search(web, name, query, reader).await?)
}

fn in_format(format: Format, feed: &Feed) -> Result<(Format, Vec<u8>), Problem> {
    let mut bytes = Vec::new();
    (format.write)(feed, &mut bytes).map_err(|_| Problem::Unreadable)?;
    Ok((format, bytes))
}

async fn of_health(web: &Web) -> Result<Feed, Problem> {
    let read = web.read(|archive| Ok(Feed::of_health(archive.verdicts(N_ENTRIES)?)));
    Ok(read.await?)
}

async fn of_board(web: &Web, name: String) -> Result<Feed, Problem> {
    let read = web.read(move |archive| {
        let boards = archive.boards()?;
        let Some(board) = boards.into_iter().find(|board| board.counts.name == name) else {
            return Ok(None);
        };
        let hits: Vec<Hit> = archive.latest(board.board.id, N_ENTRIES, 0)?;
        Ok(Some(Feed {
            home_url: Some(board.counts.url),
            ..Feed::of(name.clone(), name, hits)
        }))
    });
    read.await?.ok_or(Problem::NotThere)
}

async fn of_search(web: &Web, title: &str, words: &str, reader: &Reader) -> Result<Feed, Problem> {
    let mut query = Query::parse(words, &reader.zone);
    if query.is_empty() {
        return Err(Problem::NotThere);
    }
    query.newest_first = true;
    let hits = web.read(move |archive| Ok(archive.search(&query, N_ENTRIES, 0)?));
    // As `boardwalk feed --query` names it, so that both are one feed for a reader.
    Ok(Feed::of(title.to_owned(), words.to_owned(), hits.await?))
}

/// 304 to those who have it (RFC 9110, 13.1.2).
fn unless_known(format: Format, bytes: Vec<u8>, headers: &HeaderMap) -> Response {
    let hash = blake3::hash(&bytes).to_hex();
    let tag = format!("\"{}\"", &hash[..32]);
    let known = headers
        .get_all(IF_NONE_MATCH)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().trim_start_matches("W/"))
        .any(|value| value == tag || value == "*");
    let caching = [(ETAG, tag), (CACHE_CONTROL, "private, max-age=60".into())];
    match known {
        true => (StatusCode::NOT_MODIFIED, caching).into_response(),
        false => (caching, [(CONTENT_TYPE, format.content_type)], bytes).into_response(),
    }
}
