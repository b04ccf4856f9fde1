//! What is kept of a visit besides what was read from it: the raw page, and the receipt of each request.

use jiff::Timestamp;

/// One request as it was made: the proof of politeness. Robots files and redirect hops have theirs too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// `host` or `host:port`.
    pub host: String,
    pub url: String,
    /// When the request was sent.
    pub at: Timestamp,
    /// `None`: no answer came.
    pub status: Option<u16>,
    /// Decompressed bytes read.
    pub body_bytes: u64,
    pub duration_ms: u64,
    /// What asked for it: `listing`, `article`, `comments`, `robots`, `redirect`, `message`.
    pub purpose: &'static str,
    /// What allowed it: `robots: no file`, `robots: allow /news`, `notifier desk`, …
    pub allowed_by: String,
    /// What went wrong, if anything.
    pub error: Option<String>,
}

/// The raw page behind a visit, to be kept once per content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    pub url: String,
    pub final_url: String,
    pub status: u16,
    pub content_type: Option<String>,
    /// The charset the bytes were decoded with.
    pub charset: String,
    pub fetched_at: Timestamp,
    /// The clock by which the page's short dates go: the server's, where it tells a sane one.
    pub as_of: Timestamp,
    /// Decompressed body as it came, before decoding.
    pub body: Vec<u8>,
}
