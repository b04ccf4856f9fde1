//! What is the same on every page of a site? In: pages of it. Out: its zone, its frame, and whether every page has a
//! login box.

use std::collections::HashSet;
use std::sync::LazyLock;

use scraper::{Html, Selector};

use super::{SeenPage, css};
use crate::profile::element_text;

/// Elements of a page that may be its frame.
const MAX_ELEMENTS: usize = 3_000;

static PASSWORD: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("input[type='password' i]").expect("a constant selector"));
static LINKS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("a[href]").expect("a constant selector"));

/// Whether the page has a field for a password.
pub(super) fn asks_for_password(html: &Html) -> bool {
    html.select(&PASSWORD).next().is_some()
}

/// A name for an element with links that stands on all pages: what carries it is an answer of the site itself, not of a
/// gate in front of it.
pub(super) fn frame(pages: &[&SeenPage<'_>]) -> Option<String> {
    let (first, others) = pages.split_first().filter(|(_, others)| others.len() > 1)?;
    let mut tried = HashSet::new();
    let menus = first
        .html
        .root_element()
        .descendent_elements()
        .take(MAX_ELEMENTS)
        .filter(|element| !matches!(element.value().name(), "html" | "body" | "head"))
        .filter(|element| element.select(&LINKS).take(2).count() == 2);
    menus
        .filter_map(|element| {
            let id = css::stable_id(element).map(|id| format!("#{id}"));
            let named = css::simple(element);
            id.or_else(|| named.contains('.').then_some(named))
        })
        .find(|name| {
            tried.insert(name.clone())
                && Selector::parse(name).is_ok_and(|selector| {
                    let there = |page: &&SeenPage<'_>| page.html.select(&selector).next().is_some();
                    others.iter().all(there)
                })
        })
}

/// The zone of a page's language; what a person would guess. The letters tell more than what the template declares.
pub(super) fn timezone_of(html: &Html) -> &'static str {
    let mut counts = [0_usize; 3];
    for c in element_text(html.root_element(), &[]).chars().take(20_000) {
        match c {
            '가'..='힣' => counts[0] += 1,
            'ぁ'..='ヿ' => counts[1] += 1,
            '一'..='鿿' => counts[2] += 1,
            _ => {}
        }
    }
    match counts {
        [korean, japanese, _] if korean > 50 && korean > japanese => return "Asia/Seoul",
        [_, japanese, _] if japanese > 50 => return "Asia/Tokyo",
        _ => {}
    }
    let language = html
        .root_element()
        .attr("lang")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let known = ZONES
        .iter()
        .find(|(prefix, _)| language.split(['-', '_']).next() == Some(*prefix));
    match known {
        _ if language.starts_with("zh-tw") || language.starts_with("zh-hk") => "Asia/Taipei",
        Some((_, zone)) => zone,
        None if counts[2] > 50 => "Asia/Shanghai",
        None => "UTC",
    }
}

/// Languages that are spoken in one zone, or mostly. English, Spanish, Portuguese and Arabic are not.
const ZONES: [(&str, &str); 27] = [
    ("ko", "Asia/Seoul"),
    ("ja", "Asia/Tokyo"),
    ("zh", "Asia/Shanghai"),
    ("de", "Europe/Berlin"),
    ("fr", "Europe/Paris"),
    ("it", "Europe/Rome"),
    ("nl", "Europe/Amsterdam"),
    ("pl", "Europe/Warsaw"),
    ("cs", "Europe/Prague"),
    ("sk", "Europe/Bratislava"),
    ("hu", "Europe/Budapest"),
    ("sv", "Europe/Stockholm"),
    ("da", "Europe/Copenhagen"),
    ("nb", "Europe/Oslo"),
    ("no", "Europe/Oslo"),
    ("fi", "Europe/Helsinki"),
    ("el", "Europe/Athens"),
    ("ro", "Europe/Bucharest"),
    ("bg", "Europe/Sofia"),
    ("uk", "Europe/Kyiv"),
    ("ru", "Europe/Moscow"),
    ("tr", "Europe/Istanbul"),
    ("he", "Asia/Jerusalem"),
    ("fa", "Asia/Tehran"),
    ("th", "Asia/Bangkok"),
    ("vi", "Asia/Ho_Chi_Minh"),
    ("id", "Asia/Jakarta"),
];
