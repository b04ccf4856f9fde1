//! JSON Feed 1.1 (jsonfeed.org/version/1.1).

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::{Entry, Feed};
use crate::outputs::json;

#[derive(Serialize)]
struct Written<'a> {
    version: &'static str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: String,
    date_published: Timestamp,
    date_modified: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    _boardwalk: Extension,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

/// What JSON Feed has no word for.
#[derive(Serialize)]
struct Extension {
    about: &'static str,
    comment_count: Option<u64>,
}

/// # Errors
/// The writer's.
pub fn write(feed: &Feed, out: &mut dyn Write) -> io::Result<()> {
    let written = Written {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: feed.home_url.as_deref(),
        feed_url: feed.self_url.as_deref(),
        items: feed.entries.iter().map(item).collect(),
    };
    json::write_line(&written, out)
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.url,
        title: &entry.title,
        content_html: entry.html(),
        date_published: entry.published,
        date_modified: entry.updated,
        authors: entry.author.iter().map(|name| Author { name }).collect(),
        tags: &entry.tags,
        _boardwalk: Extension {
            about: env!("CARGO_PKG_DESCRIPTION"),
            comment_count: entry.comment_count,
        },
    }
}
