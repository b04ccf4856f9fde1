//! Which of the addresses in a sitemap are articles, and which files of an index hold them? In: addresses. Out: those of the
//! form that most articles have. What a site lists for search engines is all of it: its tags, its writers and what it says
//! about itself, too. Whether the form is that of articles, the pages behind a few of them must show.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use url::{Position, Url};

use super::endpoints::{Endpoint, endpoint};
use super::pattern;
use crate::learn::address::{DIGITS, is_of_kind, joined_kinds, kind_of};
use crate::learn::columns::RowFacts;
use crate::profile::json_list::{self, SitemapPart, in_order, sitemap_parts};

/// Words for what leads to lists of articles, or to none.
const NO_ARTICLES: &str = r"(?:post_?|blog_?)?tags?|labels?|categor(?:y|ies)|taxonom(?:y|ies)|authors?|writers?|users?|members?|profiles?|pages?|static|about|help|search|images?|videos?|media|attachments?";
/// As a whole part of an address.
static ELSEWHERE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!("(?i)/(?:{NO_ARTICLES})(?:/|$)")));
/// As a word in the name of a file.
static OTHER_FILES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:^|[/._&=-])(?:{NO_ARTICLES})(?:$|[/._&=-]|\d)"
    ))
});
/// Names of what holds articles.
static ARTICLES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[/._&=-])(?:posts?|articles?|news|stor(?:y|ies)|topics?|threads?|entr(?:y|ies)|blog)(?:$|[/._&=-]|\d)",
    )
});

/// A sitemap as an endpoint.
pub fn sitemap(url: &Url, page: &Url) -> Option<Endpoint> {
    Some(Endpoint {
        reason: "a sitemap of the site".to_owned(),
        ..endpoint(&url[..Position::AfterQuery], page, 1)?
    })
}

/// An index of sitemaps, as far as its files hold articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Of their paths and queries; see [`JsonList::parts`](crate::profile::JsonList::parts).
    pub pattern: String,
    /// The newest first, as far as the index tells.
    pub parts: Vec<Url>,
}

/// Reads an index of sitemaps that came from `at`: the files whose names differ in numbers only and say that they hold
/// articles, or of which there are most. `None` where the text is no index, or names no such file.
pub fn sitemap_index(text: &str, at: &Url) -> Option<Index> {
    let parts = sitemap_parts(&json_list::read(text)?, at)?;
    let mut kinds: BTreeMap<String, Vec<SitemapPart>> = BTreeMap::new();
    for part in parts {
        let name = part.url[Position::BeforePath..Position::AfterQuery].to_owned();
        if !OTHER_FILES.is_match(&name) {
            kinds
                .entry(DIGITS.replace_all(&name, "").into_owned())
                .or_default()
                .push(part);
        }
    }
    let (_, parts) = kinds
        .into_iter()
        .max_by_key(|(name, parts)| (ARTICLES.is_match(name), parts.len()))?;
    // `posts.xml` is followed by `posts2.xml`.
    let longest = parts
        .iter()
        .max_by_key(|part| DIGITS.find_iter(part.url.path()).count())?;
    let name = regex::escape(&longest.url[Position::BeforePath..Position::AfterQuery]);
    Some(Index {
        pattern: DIGITS.replace_all(&name, r"\d*").into_owned(),
        parts: in_order(parts),
    })
}

/// Leaves the rows of one form of address, that of most which do not say that they are something else.
pub(super) fn keep_articles(pages: &mut [Vec<(Url, RowFacts)>]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let urls = pages.iter().flatten().map(|(url, _)| url);
    let (elsewhere, urls): (Vec<&Url>, Vec<&Url>) =
        urls.partition(|url| ELSEWHERE.is_match(url.path()));
    for url in &urls {
        *counts.entry(kind_of(url)).or_default() += 1;
    }
    // An address is read by its form alone: one that others have, too, tells nothing.
    let joined = joined_kinds(counts.iter().map(|(kind, n)| (kind.as_str(), *n)))
        .into_iter()
        .filter(|kind| !elsewhere.iter().any(|url| is_of_kind(url, kind)));
    let kinds: Vec<String> = counts.into_keys().chain(joined).collect();
    let n_of = |kind: &String| urls.iter().filter(|url| is_of_kind(url, kind)).count();
    let Some(kind) = kinds.iter().max_by_key(|kind| n_of(kind)).cloned() else {
        return;
    };
    for rows in pages {
        rows.retain(|(url, _)| is_of_kind(url, &kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Url {
        Url::parse("http://board.example")
            .unwrap()
            .join(path)
            .unwrap()
    }

    fn index(paths: &[&str]) -> Option<(String, Vec<String>)> {
        let files: String = paths
            .iter()
            .map(|path| format!("<sitemap><loc>{path}</loc></sitemap>"))
            .collect();
        let index = sitemap_index(
            &format!("<sitemapindex>{files}</sitemapindex>"),
            &at("/sitemap.xml"),
        )?;
        let parts = index
            .parts
            .iter()
            .map(|part| part[Position::BeforePath..].to_owned());
        Some((index.pattern, parts.collect()))
    }

    #[test]
    fn files_with_articles_are_told_by_their_names() {
        for (paths, pattern, parts) in [
            (
                &[
                    "/post-sitemap.xml",
                    "/post-sitemap2.xml",
                    "/page-sitemap.xml",
                    "/category-sitemap.xml",
                    "/post_tag-sitemap.xml",
                    "/author-sitemap.xml",
                ][..],
                r"/post\-sitemap\d*\.xml",
                &["/post-sitemap2.xml", "/post-sitemap.xml"][..],
            ),
            (
                &[
                    "/wp-sitemap-posts-post-1.xml",
                    "/wp-sitemap-posts-page-1.xml",
                    "/wp-sitemap-taxonomies-category-1.xml",
                    "/wp-sitemap-users-1.xml",
                ],
                r"/wp\-sitemap\-posts\-post\-\d*\.xml",
                &["/wp-sitemap-posts-post-1.xml"],
            ),
            (
                &[
                    "/map/2024-12.xml",
                    "/map/2025-01.xml",
                    "/map/2025-10.xml",
                    "/map/sections.xml",
                    "http://else.example/map/2026-01.xml",
                ],
                r"/map/\d*\-\d*\.xml",
                &["/map/2025-10.xml", "/map/2025-01.xml", "/map/2024-12.xml"],
            ),
            (
                &["/sitemap.xml?page=1", "/sitemap.xml?page=2"],
                r"/sitemap\.xml\?page=\d*",
                &["/sitemap.xml?page=2", "/sitemap.xml?page=1"],
            ),
        ] {
            let parts = parts.iter().map(|part| (*part).to_owned()).collect();
            assert_eq!(index(paths), Some((pattern.to_owned(), parts)), "{paths:?}");
        }
        assert_eq!(index(&["/tag-sitemap.xml", "/users.xml"]), None);
        assert_eq!(
            sitemap_index("<urlset></urlset>", &at("/sitemap.xml")),
            None
        );
    }

    fn kept(paths: &[&str]) -> Vec<String> {
        let rows = paths.iter().map(|path| (at(path), RowFacts::default()));
        let mut pages = [rows.collect()];
        keep_articles(&mut pages);
        pages[0]
            .iter()
            .map(|(url, _): &(Url, RowFacts)| url.path().to_owned())
            .collect()
    }

    #[test]
    fn addresses_of_articles_are_told_by_their_form() {
        let posts = ["/2025/11/vom-wind-und-dem-meer", "/2025/10/about-us-all"];
        let others = [
            "/",
            "/about",
            "/tag/a-b-c",
            "/tag/d-e-f",
            "/tag/g-h-i",
            "/2025/",
        ];
        assert_eq!(kept(&[&posts[..], &others[..]].concat()), posts);
        // Sections of a paper.
        let posts = [
            "/coast/1",
            "/town/2",
            "/sea/3",
            "/harbour/4",
            "/sports/5",
            "/coast/6",
        ];
        assert_eq!(kept(&[&posts[..], &["/about", "/"]].concat()), posts);
        assert_eq!(kept(&["/tag/a", "/about"]), ["/tag/a", "/about"]);
    }
}
