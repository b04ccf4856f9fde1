//! A board: a listing with pages, on one host, read by one profile.

use serde::Serialize;
use url::Url;

/// The board's row in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct BoardId(pub i64);

/// What is said of a board before it has a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBoard {
    /// Short and unique in a store: the board's own name (`news`), or `host/news` where that is taken.
    pub name: String,
    /// Page 1 of the listing.
    pub url: Url,
    /// `host[:port][/base]/board`: two URLs of one board have one key.
    pub key: String,
    /// `host` or `host:port`: who is asked for pages; the unit of politeness.
    pub host: String,
    /// Name of the profile that reads it (`rhymix`, `gnuboard5`, …); empty where it could not be recognised yet.
    pub profile: String,
}

impl NewBoard {
    /// A board of which nothing is known but its address, which is its key and its name until it is recognised.
    pub fn stranger(address: &Url, host: String, name: Option<String>) -> Self {
        Self {
            name: name.unwrap_or_else(|| address.to_string()),
            url: address.clone(),
            key: address.to_string(),
            host,
            profile: String::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    pub id: BoardId,
    pub name: String,
    pub url: Url,
    pub key: String,
    pub host: String,
    pub profile: String,
}
