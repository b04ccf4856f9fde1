//! Is a board whose listing could not be trusted to be trusted again? A first page on which all is new agrees with
//! everything: on a busy board that is so some hours after a redesign. Pages behind it, or a known article, have to tell.

use std::collections::HashMap;
use std::sync::Arc;

use super::board::BoardContext;
use super::crew::Crew;
use super::doubt::known_come_out;
use super::fit::{Glance, listing_reading};
use super::listing_visit::{Found, known_of, read};
use super::mend::get_page;
use super::parsing::in_turn;
use crate::document::LeftOut;
use crate::health::fit::{Finding, is_over};
use crate::model::{ArticleKey, Known, PageClass, PassId};
use crate::store::{Store, StoreError};

/// The last page of a listing that is asked for to find rows that are known.
const LAST_PAGE: u32 = 5;

/// What was found wrong with the listing before, if its first page does not show that this is over, and nothing else
/// does either.
pub(super) async fn relapse<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    first: &Found,
    known: &HashMap<ArticleKey, Known>,
) -> Result<Option<Finding>, StoreError> {
    let id = board.board.id;
    let Some(finding) = crew.fits.broken_listing(id) else {
        return Ok(None);
    };
    let mut seen = listing_reading(first, known, &board.profile);
    let mut over = is_over(&finding, &seen);
    for number in 2..=LAST_PAGE {
        if over.is_some() {
            break;
        }
        let Some(found) = further(crew, board, first.pass, number).await? else {
            break;
        };
        let known = known_of(crew, &found).await?;
        seen.add(&listing_reading(&found, &known, &board.profile));
        over = is_over(&finding, &seen);
    }
    let over = match over {
        Some(over) => over,
        None => known_come_out(crew, board, None, false).await? == Some(true),
    };
    Ok((!over).then_some(finding))
}

/// A page of the listing, as it is read today; nothing of it is stored.
async fn further<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    pass: PassId,
    number: u32,
) -> Result<Option<Found>, StoreError> {
    let identity = &board.profile.identity;
    let Some(url) = identity.listing_page(&board.board.url, number) else {
        return Ok(None);
    };
    let Some(page) = get_page(crew, board, url).await? else {
        return Ok(None);
    };
    let context = Arc::clone(board);
    let found = in_turn(move || {
        let html = crate::document::parse(&page.text);
        let view = page.view(&html);
        let glance = Glance::at_listing(&view, &LeftOut::default(), &context.profile)?;
        Some(Found {
            pass,
            page: number,
            class: PageClass::Listing,
            reason: String::new(),
            listing: read(&view, &context),
            glance,
        })
    })
    .await;
    Ok(found)
}
