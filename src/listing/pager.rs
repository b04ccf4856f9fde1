//! What does the pager under a listing tell? Links count by their shape: a link to a sorted or filtered view is
//! no page of the listing.

use url::Url;

use super::header::read_count;
use super::page_links::page_links;
use crate::document::{Document, Query, Scope};
use crate::model::Pager;
use crate::profile::{PagerRules, Profile, Rule};

/// Links of a pager beyond this many are not looked at.
const MAX_LINKS: usize = 200;

/// `base` is what the page's links are relative to; `here` the page's own URL.
pub(super) fn read_pager(html: &Document, base: &Url, here_url: &Url, profile: &Profile) -> Pager {
    let rules: &PagerRules = &profile.pager;
    let root = html.root();
    let number = |rules: &[Rule]| {
        let value = rules
            .iter()
            .find_map(|rule| read_count(&rule.value(root)?))?;
        u32::try_from(value).ok().filter(|page| *page > 0)
    };
    let current = number(&rules.current);
    let here = profile.identity.board(here_url);
    // A page may hold pagers of other boards.
    let page_of = |link: &Url| {
        let found = profile.identity.board(link)?;
        let ours = here.as_ref().is_none_or(|here| here.key == found.key);
        ours.then_some(found.page)
    };
    let links = |selectors: &[Query]| links_of(root, selectors, base);

    let last = links(&rules.last)
        .iter()
        .find_map(page_of)
        .or_else(|| number(&rules.last_number))
        .or_else(|| {
            let highest = links(&rules.links).iter().filter_map(page_of).max();
            // On the last page the highest link is the page before it.
            highest.max(highest.and(current))
        });
    if rules.chained {
        let found = page_links(html, here_url);
        let next = match rules.backwards {
            true => found.prev,
            false => found.following,
        };
        return Pager {
            current: None,
            last: None,
            next: next.map(|link| profile.identity.requestable(&link)),
        };
    }
    // Past the end some engines still link a "next" page, which is the last.
    let shown = current.or(here.as_ref().map(|here| here.page));
    let next = links(&rules.next)
        .into_iter()
        .find(|link| page_of(link).is_some_and(|page| shown.is_none_or(|shown| page > shown)));
    Pager {
        current,
        last,
        next: next.map(|link| profile.identity.requestable(&link)),
    }
}

fn links_of(root: Scope<'_>, selectors: &[Query], base: &Url) -> Vec<Url> {
    selectors
        .iter()
        .flat_map(|selector| selector.select(root))
        .take(MAX_LINKS)
        .filter_map(|element| {
            let link = match element.attr("href") {
                Some(href) => href,
                // `li.last-page`: the link is inside.
                None => element
                    .descendent_elements()
                    .find_map(|inner| inner.attr("href"))?,
            };
            base.join(link.trim()).ok()
        })
        .collect()
}
