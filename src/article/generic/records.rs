//! Lists of links to other articles: the listing under a post, popular posts, related ones. In: the flat page. Out: the
//! places that hold nothing else.

use std::collections::HashMap;

use super::lines::{Held, Sums};
use super::page::{Mask, Page, Tag};

/// Fewer rows are no listing.
const LEAST_ROWS: usize = 4;
/// Share of the rows that hold a link.
const ROWS_WITH_LINK: f32 = 0.75;
/// Share of the text that is link, in a listing with columns of names, dates and counts.
const LINK_SHARE: f32 = 0.3;
/// Share of the text that may be running text outside links: excerpts.
const PROSE_SHARE: f32 = 0.25;
/// Wider rows are texts of their own.
const MAX_ROW_WIDTH: u32 = 400;

/// The elements whose children are rows of a listing, outermost first.
pub(super) fn embedded_listings(page: &Page<'_>, sums: &Sums) -> Vec<u32> {
    let mut found = Vec::new();
    let mut n_links_before = vec![0_u32; page.nodes.len() + 1];
    for (at, node) in page.nodes.iter().enumerate() {
        n_links_before[at + 1] = n_links_before[at] + u32::from(node.tag == Tag::Link);
    }
    let has_link = |at: u32| {
        let range = page.range(at);
        n_links_before[range.end] > n_links_before[range.start]
    };
    let mut at = 0;
    while at < page.len() {
        let node = page.node(at);
        let holds = matches!(
            node.tag,
            Tag::List | Tag::Table | Tag::Block | Tag::Division | Tag::Section
        );
        if holds && is_listing(page, at, sums.held(page, at), sums, &has_link) {
            found.push(at);
            at = node.end;
        } else {
            at += 1;
        }
    }
    found
}

fn is_listing(
    page: &Page<'_>,
    at: u32,
    held: Held,
    sums: &Sums,
    has_link: &impl Fn(u32) -> bool,
) -> bool {
    if held.link_share() < LINK_SHARE
        || held.prose as f32 > PROSE_SHARE * held.width as f32
        || !has_link(at)
    {
        return false;
    }
    let mut tag = None;
    let (mut n_rows, mut n_links) = (0_usize, 0_usize);
    let mut classes: HashMap<Option<&str>, usize> = HashMap::new();
    for child in page.children(at) {
        let node = page.node(child);
        let width = sums.held(page, child).width;
        if node.tag == Tag::Text || width == 0 {
            continue;
        }
        // All of one kind, and none of them long.
        if width > MAX_ROW_WIDTH || *tag.get_or_insert(node.tag) != node.tag {
            return false;
        }
        if !matches!(
            node.tag,
            Tag::Item | Tag::Row | Tag::Division | Tag::Article | Tag::Link
        ) {
            return false;
        }
        n_rows += 1;
        *classes.entry(page.attr(child, "class")).or_default() += 1;
        n_links += usize::from(has_link(child));
    }
    // Divisions side by side, each of another name, are the parts of a page.
    let n_alike = classes.into_values().max().unwrap_or(0);
    if tag == Some(Tag::Division) && n_alike * 2 < n_rows {
        return false;
    }
    n_rows >= LEAST_ROWS && n_links as f32 >= ROWS_WITH_LINK * n_rows as f32
}

/// Elements of one kind side by side that make a list of records.
const RECORDS: usize = 6;

/// Whether elements of one name and class stand side by side, each with a link, outside of what is masked.
pub(super) fn has_records(page: &Page<'_>, mask: &Mask) -> bool {
    let mut siblings: HashMap<(u32, Tag, &str), (usize, u32)> = HashMap::new();
    let links = (0..page.len()).filter(|at| page.node(*at).tag == Tag::Link && !mask.is_out(*at));
    for link in links {
        // The record is a few elements around its link.
        for at in page.ancestors(link).take(LEVELS_OF_RECORD) {
            let node = page.node(at);
            let class = page.attr(at, "class").unwrap_or_default();
            let (n, last) = siblings
                .entry((node.parent, node.tag, class))
                .or_insert((0, u32::MAX));
            if *last != at {
                *n += 1;
                *last = at;
            }
            if *n >= RECORDS {
                return true;
            }
        }
    }
    false
}

/// Elements around a link that may be its record.
const LEVELS_OF_RECORD: usize = 6;
