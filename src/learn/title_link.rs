//! Which of the links to its article is a row's title? In: rows. Out: the same rows, the link of each chosen by what all of
//! them have.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::ElementRef;

use super::css;
use super::region::{RowSeen, SAMPLE, words};
use super::words::{DATED, class_says};
use crate::profile::{UNSEEN, element_text};

/// One place of rows in which a link to their article stands.
#[derive(Default)]
struct LinkPlace {
    n: usize,
    texts: BTreeSet<String>,
    letters: usize,
    n_dated: usize,
    /// Leads to a place on the article's page: its comments, its last post.
    n_within: usize,
    says_title: bool,
}

/// Where most rows have several links to their article, all take their title from the same one: the words of one place
/// differ from row to row, are no dates, and do not lead to a place on the page. In a short row the way to the last post
/// may have more words than the title.
pub(super) fn link_titles(rows: &mut [RowSeen<'_>]) {
    let n_several = rows.iter().filter(|row| row.links.len() > 1).count();
    if 2 * n_several < rows.len() {
        return;
    }
    let mut places: BTreeMap<String, LinkPlace> = BTreeMap::new();
    let step = (rows.len() / SAMPLE).max(1);
    let mut n_seen = 0;
    for row in rows.iter().step_by(step) {
        n_seen += 1;
        let mut seen = BTreeSet::new();
        for (link, _) in &row.links {
            let path = place_of(row, *link);
            let text = element_text(*link, &[&UNSEEN]);
            if text.is_empty() || !seen.insert(path.clone()) {
                continue;
            }
            let place = places.entry(path).or_default();
            place.n += 1;
            place.letters += words(*link);
            place.n_dated += usize::from(text.chars().count() < MAX_DATE && DATED.is_match(&text));
            place.n_within += usize::from(leads_within(*link));
            place.says_title |= class_says(&css::words_of(*link), "title");
            place.texts.insert(text);
        }
    }
    let may_be_title = |place: &LinkPlace| {
        5 * place.n >= 4 * n_seen && 2 * place.texts.len() > place.n && 2 * place.n_dated < place.n
    };
    let belief = |place: &LinkPlace| {
        (
            2 * place.n_within < place.n,
            place.says_title,
            place.letters,
        )
    };
    let best = places
        .iter()
        .filter(|(_, place)| may_be_title(place))
        .max_by_key(|(_, place)| belief(place));
    let Some((path, _)) = best else {
        return;
    };
    for row in rows {
        let mut links = row.links.iter();
        let titled = links.find(|(link, _)| {
            place_of(row, *link) == *path && !element_text(*link, &[&UNSEEN]).is_empty()
        });
        if let Some((link, url)) = titled.cloned() {
            (row.link, row.url) = (link, url);
        }
    }
}

/// Where a link stands in a row, whatever stands beside it in this one.
fn place_of(row: &RowSeen<'_>, link: ElementRef<'_>) -> String {
    css::without_places(&css::path_within(row.element, link))
}

/// Letters of a date at most.
pub(super) const MAX_DATE: usize = 40;

fn leads_within(link: ElementRef<'_>) -> bool {
    let place = link.attr("href").and_then(|href| href.split_once('#'));
    place.is_some_and(|(_, place)| !place.is_empty())
}
