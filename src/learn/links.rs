//! Where do a page's links lead? In: a page of a listing. Out: its links to other pages of its site, by what their URLs have
//! in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use url::Url;

use crate::document::{ElementRef, Selector};

use super::SeenPage;
use super::address::{bare, is_same_host, joined_kinds, kind_of};

/// Links of a page beyond this many are not looked at.
pub(super) const MAX_LINKS: usize = 20_000;

pub(super) static LINKS: LazyLock<Selector> = LazyLock::new(|| {
    Selector::parse("a[href], tr[href], td[href], li[href], div[href], span[href]")
        .expect("a constant selector")
});
static BASE: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("base[href]").expect("a constant selector"));

/// What relative links go by.
pub(super) fn base_of(page: &SeenPage<'_>) -> Url {
    page.html
        .select(&BASE)
        .next()
        .and_then(|base| page.url.join(base.attr("href")?.trim()).ok())
        .unwrap_or_else(|| page.url.clone())
}

/// A page's links to other pages of its host, in its order.
pub(super) fn links_of<'a>(page: &SeenPage<'a>) -> Vec<(ElementRef<'a>, Url)> {
    let base = base_of(page);
    let mut of_replies = 0;
    let mut links: Vec<(ElementRef<'a>, Url, bool)> = page
        .html
        .select(&LINKS)
        .take(MAX_LINKS)
        .filter_map(|element| {
            let href = element.attr("href")?.trim();
            if href.is_empty() || href.starts_with('#') {
                return None;
            }
            let mut url = base.join(href).ok()?;
            let is_of_reply = leads_to_reply(&url);
            url.set_fragment(None);
            let same = is_same_host(&url, page.url);
            let is_page = matches!(url.scheme(), "http" | "https") && !is_file(&url);
            of_replies += usize::from(is_page && same && is_of_reply);
            (is_page && same).then_some((element, url, is_of_reply))
        })
        .collect();
    // Where a thread is found by the number of any of its posts, the way to the last one looks as if it were another
    // thread's. On some boards every link names a post.
    if 3 * of_replies <= 2 * links.len() {
        links.retain(|(_, _, is_of_reply)| !is_of_reply);
    }
    let here = bare(page.url);
    links
        .into_iter()
        .filter(|(_, url, _)| bare(url) != here)
        .map(|(element, url, _)| (element, url))
        .collect()
}

/// Whether a link leads to a post in a page: `?Number=22001#Post22001`.
fn leads_to_reply(url: &Url) -> bool {
    let last_number = |text: &str| {
        let end = text.rfind(|c: char| c.is_ascii_digit()).map(|at| at + 1)?;
        let from = text[..end].rfind(|c: char| !c.is_ascii_digit());
        Some(text[from.map_or(0, |at| at + 1)..end].to_owned())
    };
    let number = url.fragment().and_then(last_number);
    number
        .filter(|number| number.len() > 1)
        .is_some_and(|number| {
            let mut values = url.query_pairs();
            values.any(|(_, value)| value == number.as_str())
        })
}

/// A picture or another file that is no page.
pub(super) fn is_file(url: &Url) -> bool {
    const ENDS: [&str; 18] = [
        "jpg", "jpeg", "png", "gif", "webp", "svg", "bmp", "ico", "mp3", "mp4", "webm", "pdf",
        "zip", "7z", "hwp", "css", "js", "xml",
    ];
    let end = url.path().rsplit_once('.').map(|(_, end)| end);
    end.is_some_and(|end| ENDS.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

/// Links, by what their URLs have in common.
pub(super) type Kinds<'a> = BTreeMap<String, Vec<(ElementRef<'a>, Url)>>;

pub(super) fn kinds<'a>(links: &[(ElementRef<'a>, Url)]) -> Kinds<'a> {
    let mut kinds: Kinds<'a> = BTreeMap::new();
    for (element, url) in links {
        let kind = kinds.entry(kind_of(url)).or_default();
        kind.push((*element, url.clone()));
    }
    kinds
}

/// Kinds that are one, by how many articles each leads to.
pub(super) fn joined(kinds: &Kinds<'_>) -> Vec<String> {
    let n_articles = |links: &Vec<(ElementRef<'_>, Url)>| {
        links
            .iter()
            .map(|(_, url)| bare(url))
            .collect::<BTreeSet<_>>()
            .len()
    };
    let counts = kinds
        .iter()
        .map(|(kind, links)| (kind.as_str(), n_articles(links)));
    joined_kinds(counts)
}
