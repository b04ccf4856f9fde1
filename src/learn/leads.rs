//! Where do the words of a column lead: to people, to a part of the listing, to the article itself? In: the links in and
//! around its elements, over all rows. Out: what that says of the column.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::document::{ElementRef, Selector};

use super::address;
use super::columns::shown;
use super::links::is_file;
use super::region::RowSeen;

/// Where the words of a column lead, unless it is the article.
pub(super) fn link_of(element: ElementRef<'_>, row: &RowSeen<'_>) -> Option<Url> {
    let around = element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take_while(|above| *above != row.element);
    let link = std::iter::once(element)
        .chain(element.descendent_elements().skip(1).take(8))
        .chain(around)
        .find(|element| element.value().name() == "a" && element.attr("href").is_some())?;
    let url = row.url.join(link.attr("href")?.trim()).ok()?;
    (address::bare(&url) != address::bare(&row.url)).then_some(url)
}

/// Whether the elements of a column are links to the article that are not the row's own, or in one, or say what one in
/// them says.
pub(super) fn leads_on(css: &str, rows: &[&RowSeen<'_>]) -> bool {
    let Ok(selector) = Selector::parse(css) else {
        return false;
    };
    let leads = |row: &&&RowSeen<'_>| {
        let Some(element) = row.element.select(&selector).next() else {
            return false;
        };
        let around =
            std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap));
        let mut around = around.take_while(|above| *above != row.element);
        let is_link = |element: &ElementRef<'_>| element.value().name() == "a";
        let link = around.find(is_link).or_else(|| {
            let mut within = element.descendent_elements().skip(1).take(8);
            within.find(|inner| is_link(inner) && shown(*inner) == shown(element))
        });
        link.filter(|link| *link != row.link).is_some_and(|link| {
            // A place on the listing's own page is no article.
            let href = link.attr("href").filter(|href| !href.starts_with('#'));
            let url = href.and_then(|href| row.url.join(href.trim()).ok());
            url.is_some_and(|url| address::bare(&url) == address::bare(&row.url))
        })
    };
    2 * rows.iter().filter(leads).count() > rows.len()
}

/// Where the links of a column lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// Each word to an address of its own: people.
    Person,
    /// To the listing, in part.
    Listing,
    /// To pictures and other files.
    File,
}

/// `None` where the words lead nowhere, or the same words to several places.
pub(super) fn leads_to(
    texts: &[Option<String>],
    links: &[Option<Url>],
    article: &Url,
) -> Option<Leads> {
    let mut by_word: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let (mut n_links, mut n_state, mut n_words) = (0_usize, 0_usize, 0_usize);
    for (text, link) in texts.iter().zip(links) {
        let Some(text) = text.as_deref().filter(|text| !text.is_empty()) else {
            continue;
        };
        n_words += 1;
        if let Some(link) = link {
            n_links += 1;
            n_state += usize::from(address::has_filter(link));
            let whole = format!("{}?{}", link.path(), link.query().unwrap_or_default());
            by_word.entry(text).or_default().insert(whole);
        }
    }
    let one_each = by_word.values().filter(|places| places.len() == 1).count();
    if 2 * n_links < n_words.max(1) || 10 * one_each < 9 * by_word.len() {
        return None;
    }
    let of_one_kind = links
        .iter()
        .flatten()
        .all(|link| address::kind_of(link) != address::kind_of(article));
    match 2 * n_state > n_links {
        _ if links.iter().flatten().all(is_file) => Some(Leads::File),
        true => Some(Leads::Listing),
        false => (of_one_kind && by_word.len() > 1).then_some(Leads::Person),
    }
}
