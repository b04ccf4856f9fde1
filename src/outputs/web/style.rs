//! The style sheet and the icon. Their names change with their content, so a browser may keep them for good.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

pub(super) const SHEET: &str = include_str!("style.css");
const ICON: &str = include_str!("icon.svg");
pub(super) const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// The icon's name stays, so it is asked for again.
const FOR_A_DAY: &str = "public, max-age=86400";

/// Where the style sheet is served.
pub(super) fn path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| {
        let hash = blake3::hash(SHEET.as_bytes()).to_hex();
        format!("/assets/{}.css", &hash[..16])
    });
    &PATH
}

pub(super) const ICON_PATH: &str = "/assets/icon.svg";

pub(super) async fn sheet() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, FOR_GOOD),
    ];
    (headers, SHEET).into_response()
}

pub(super) async fn icon() -> Response {
    let headers = [(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, FOR_A_DAY)];
    (headers, ICON).into_response()
}
