//! The beginning of a poll: a board that may have to be recognised first, and its open pass.

use std::sync::Arc;

use jiff::Timestamp;

use crate::crawl::begin::{Introduced, Past, begin, introduce, job_of_page, unfinished_pass};
use crate::crawl::board::{BoardContext, Target, TargetError};
use crate::crawl::crew::CrawlOptions;
use crate::crawl::once::Outfit;
use crate::fetch::Fetched;
use crate::model::{JobId, PassId};
use crate::store::{Store, StoreError};

/// A poll that can go on.
pub(super) struct Opened {
    pub context: Arc<BoardContext>,
    pub pass: PassId,
    /// When page 1 is looked at, or was.
    pub started_at: Timestamp,
    /// Page 1, if it was fetched to recognise the board, and the job that asks for it.
    pub at_hand: Option<(JobId, Fetched)>,
}

/// Opens a pass of a board, or takes up the one that is open.
pub(super) async fn open_poll<S: Store>(
    outfit: &Outfit<S>,
    options: &CrawlOptions,
    target: &Target,
    known: Option<Arc<BoardContext>>,
) -> Result<Result<Opened, TargetError>, StoreError> {
    let (context, page) = match known {
        Some(context) => (context, None),
        None => match introduce(outfit, options, target).await? {
            Ok(Introduced { context, page }) => (Arc::new(context), page),
            Err(error) => return Ok(Err(error)),
        },
    };
    let store = &outfit.store;
    let now = outfit.clock.now();
    if let Some(pass) = unfinished_pass(store, &context).await? {
        let page_1_was_read = pass.walk.deepest > 0;
        return Ok(Ok(Opened {
            context,
            pass: pass.id,
            started_at: if page_1_was_read {
                pass.started_at
            } else {
                now
            },
            at_hand: None,
        }));
    }
    let kind = Past::of(store, &context, options, now).await?.next_kind();
    let pass = begin(store, &context, kind, options, now).await?;
    let at_hand = match page {
        Some(page) => job_of_page(outfit, &context, &page)
            .await?
            .map(|job| (job, page)),
        None => None,
    };
    Ok(Ok(Opened {
        context,
        pass: pass.id,
        started_at: pass.started_at,
        at_hand,
    }))
}
