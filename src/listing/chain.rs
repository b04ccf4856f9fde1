//! Where does a walk go after this page, on a board whose pages have no numbers and are found by the link on the one
//! before only (`?after=…`)? Such a link names a row, not a place: rows that come or go do not move what follows it, so
//! that nothing can be torn and nothing needs to be joined.

use super::join::{digest, edge_of};
use super::walk::{Facts, Step, onward};
use crate::model::{ListingPage, PassEnd, Walk};

/// The step after page `walk.page` was read. The page to read next is the one that the page's pager links.
pub fn advance_chain(walk: &Walk, page: &ListingPage, facts: Facts<'_>) -> Step {
    let shown = digest(page);
    let again = walk.page > 1
        && shown.is_some()
        && (shown == walk.last_page_digest || shown == walk.first_page_digest);
    let Some(last_row) = edge_of(page).filter(|_| !again) else {
        return Step::end(walk.clone(), PassEnd::Complete);
    };
    let mut after = walk.clone();
    if walk.page == 1 {
        after.first_page_digest = shown;
    }
    after.edge = Some(last_row);
    let mut step = onward(after, page, facts);
    if step.end.is_none() && page.pager.next.is_none() {
        step.next = None;
        step.end = Some(PassEnd::Complete);
    }
    step
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::listing::begin;
    use crate::model::{ArticleKey, Pager, PassId, PassKind, Row};

    fn page(ids: std::ops::Range<u32>, next: Option<&str>) -> ListingPage {
        let url = Url::parse("http://board.example/x").unwrap();
        let row = |id: u32| Row {
            key: ArticleKey::new("board.example", &id.to_string()),
            url: url.clone(),
            canonical_url: url.clone(),
            title: id.to_string(),
            author: None,
            posted: None,
            category: None,
            rank: None,
            notice: false,
            current: false,
            secret: false,
            views: None,
            votes: None,
            comment_count: None,
        };
        ListingPage {
            rows: ids.map(row).collect(),
            pager: Pager {
                next: next.map(|next| url.join(next).unwrap()),
                ..Pager::default()
            },
            container_found: true,
            ..ListingPage::default()
        }
    }

    fn facts(n_new: usize) -> Facts<'static> {
        Facts {
            pass: PassId(1),
            n_new,
            late: false,
            n_added: 0,
            n_listed: None,
            rank_base: 0,
            n_unknown: 0,
            counts_rows: true,
            earlier_deficit: None,
            gaps: &[],
            quiet_pages: 1,
        }
    }

    #[test]
    fn each_page_leads_to_the_next_and_the_last_to_the_end() {
        let walk = begin(PassKind::Full, None, None);
        let step = advance_chain(&walk, &page(0..5, Some("?after=4")), facts(5));
        assert_eq!((step.next, step.end), (Some(2), None));
        // No row of the page before: nothing is torn.
        let step = advance_chain(&step.walk, &page(5..9, None), facts(4));
        assert_eq!((step.next, step.end), (None, Some(PassEnd::Complete)));
        assert_eq!(step.gap, None);
    }

    #[test]
    fn a_chain_that_bites_its_tail_ends() {
        let walk = begin(PassKind::Full, None, None);
        let step = advance_chain(&walk, &page(0..5, Some("?after=4")), facts(5));
        let step = advance_chain(&step.walk, &page(0..5, Some("?after=4")), facts(0));
        assert_eq!(step.end, Some(PassEnd::Complete));
    }

    #[test]
    fn a_pass_for_news_ends_where_nothing_is_new() {
        let walk = begin(PassKind::Incremental, None, None);
        let step = advance_chain(&walk, &page(0..5, Some("?after=4")), facts(0));
        assert_eq!(step.end, Some(PassEnd::CaughtUp));
    }
}
