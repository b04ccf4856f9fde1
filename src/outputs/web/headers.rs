//! What every answer says about how browsers may treat it.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

/// Nothing is loaded from elsewhere, nothing runs, no other site frames us: what a page of the archive says stays text,
/// even where escaping would fail.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Of an article whose images its reader asked for: they may come from anywhere.
pub(super) const IMAGES_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data: http: https:; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Of the one page with a script: ours, from its own address, which may ask nobody but us.
pub(super) const LIVE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(super) async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Boards need not learn that their posts are read here.
        (REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What somebody reads is nobody else's; style sheets and feeds say otherwise of themselves.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    response
}
