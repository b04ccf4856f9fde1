//! Identity. A key is derived from a URL by the rules of a profile; it is never the URL itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where ids are unique: the whole site (XE, Rhymix: one sequence) or one board of it (gnuboard).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BoardScope {
    Site,
    Board,
}

/// An article's permanent identity: `host[/base]/id` or `host[/base]/board/id`.
///
/// The host carries its port where that is not the scheme's own; scheme, `page=`, category, search and
/// session parameters never enter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArticleKey(String);

impl ArticleKey {
    /// `scope` is the host, or host and board, without a final slash.
    pub fn new(scope: &str, id: &str) -> Self {
        Self(format!("{scope}/{id}"))
    }

    /// A key as it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The engine's own id: what follows the last slash.
    pub fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for ArticleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
