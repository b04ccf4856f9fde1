//! What a repair is made from: stored pages of which the records are known, and fresh pages of the same.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::warn;
use url::Url;

use super::super::board::{BoardContext, decode_bytes};
use super::super::crew::Crew;
use super::super::proof::{MIN_ARTICLES, MIN_LISTINGS, Page};
use super::super::visit::error_text;
use crate::article::ReadOptions;
use crate::fetch::{FetchError, Fetched};
use crate::profile::{Library, Profile};
use crate::store::{Exemplar, RawVisit, Store, StoreError};

/// Known articles that are asked for. Some may be gone by now, or edited.
const MAX_ARTICLES: usize = 26;
/// Answers after which no more are asked for.
const ENOUGH_ARTICLES: usize = 22;
/// Stored listing pages from which rows are known: new posts have moved them down since.
const STORED_LISTINGS: u32 = 4;

/// Pages whose records are known, stored and fresh.
pub(super) struct Material {
    pub profile: Arc<Profile>,
    /// Others that have read the board: stored pages may be in the layout of any of them.
    pub earlier: Vec<Profile>,
    pub options: ReadOptions,
    pub stored_listings: Vec<Page>,
    pub fresh_listings: Vec<Page>,
    /// Stored page and fresh page of each known article.
    pub articles: Vec<(Exemplar, Page, Page)>,
}

/// Asks for what is known, a bounded number of requests at the host's own pace. `Err`: why no proof is possible.
pub(super) async fn gather<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    at: Timestamp,
) -> Result<Result<Material, String>, StoreError> {
    let id = board.board.id;
    let since = crew.fits.of(id, |fit| fit.since);
    let n_articles = u32::try_from(MAX_ARTICLES).unwrap_or(u32::MAX);
    let exemplars = crew.store.exemplars(id, n_articles, since).await?;
    if exemplars.len() < MIN_ARTICLES as usize {
        return Ok(Err(format!(
            "no proof is possible: {} articles are held with their pages, and {MIN_ARTICLES} are needed",
            exemplars.len()
        )));
    }
    let since = crew
        .fits
        .of(id, |fit| fit.broken.as_ref().map(|broken| broken.since));
    let before = match since {
        Some(since) => since,
        // Pages of the pass that found it are in the new layout, too.
        None => match crew.store.open_pass(id).await? {
            Some(pass) => pass.started_at,
            None => {
                let last = crew.store.last_pass(id, false).await?;
                last.map_or(at, |pass| pass.started_at)
            }
        },
    };
    let stored_listings: Vec<Page> = crew
        .store
        .stored_listings(id, STORED_LISTINGS, before)
        .await?
        .into_iter()
        .filter_map(|visit| stored_page(board, &visit))
        .collect();
    if stored_listings.len() < MIN_LISTINGS {
        return Ok(Err(format!(
            "no proof is possible: {} stored listing pages are held, and {MIN_LISTINGS} are needed",
            stored_listings.len()
        )));
    }
    let mut fresh_listings = Vec::new();
    for number in 1..=u32::try_from(MIN_LISTINGS).unwrap_or(2) {
        let url = board
            .profile
            .identity
            .listing_page(&board.board.url, number);
        let url = url.unwrap_or_else(|| board.board.url.clone());
        match get(crew, board, url).await? {
            Ok(page) if page.status < 400 => fresh_listings.push(page),
            Ok(page) => return Ok(Err(format!("{} answered {}", page.url, page.status))),
            Err(error) => return Ok(Err(error_text(&error))),
        }
    }
    let mut articles = Vec::new();
    for exemplar in exemplars {
        if articles.len() >= ENOUGH_ARTICLES || crew.stop.is_cancelled() {
            break;
        }
        let stored = exemplar.reading.visits.first();
        let (Some(stored), Ok(url)) = (
            stored.and_then(|visit| stored_page(board, visit)),
            Url::parse(&exemplar.url),
        ) else {
            continue;
        };
        match get(crew, board, url).await? {
            Ok(page) if page.status < 400 && page.redirect_to.is_none() => {
                articles.push((exemplar, stored, page));
            }
            Ok(_) => {}
            Err(error) if error.pause.is_some() => return Ok(Err(error_text(&error))),
            Err(error) => warn!("{}: {}", board.board.name, error_text(&error)),
        }
    }
    Ok(Ok(Material {
        profile: Arc::clone(&board.profile),
        earlier: earlier(crew, board).await?,
        options: board.read_options,
        stored_listings,
        fresh_listings,
        articles,
    }))
}

/// One page, for no job: its receipts are kept, and a pause that the host asks for.
pub(in crate::crawl) async fn get<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
    url: Url,
) -> Result<Result<Page, FetchError>, StoreError> {
    let request = board.request(url, Some(board.board.url.clone()), "repair");
    let answer = crew.fetcher.get(&request).await;
    let (receipts, answer) = match answer {
        Ok(mut fetched) => {
            let receipts = std::mem::take(&mut fetched.receipts);
            (receipts, Ok(fresh_page(board, &fetched)))
        }
        Err(mut error) => (error.take_receipts(), Err(error)),
    };
    match answer.as_ref().err().and_then(|error| error.pause.clone()) {
        Some(pause) => crew.store.save_pause(*pause, receipts).await?,
        None => crew.store.save_receipts(receipts).await?,
    }
    Ok(answer)
}

/// Like [`get`]. `None`: nothing came, or not what was asked for.
pub(in crate::crawl) async fn get_page<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
    url: Url,
) -> Result<Option<Page>, StoreError> {
    let page = get(crew, board, url).await?.ok();
    Ok(page.filter(|page| page.status < 400 && page.redirect_to.is_none()))
}

fn fresh_page(board: &BoardContext, fetched: &Fetched) -> Page {
    Page {
        text: board
            .profile
            .prepared(&board.decode(fetched).text)
            .into_owned(),
        url: fetched.final_url.clone(),
        status: fetched.status,
        redirect_to: fetched.redirect_to.clone(),
        as_of: fetched.server_date.unwrap_or(fetched.received_at),
    }
}

fn stored_page(board: &BoardContext, visit: &RawVisit) -> Option<Page> {
    let url = Url::parse(&visit.final_url).ok()?;
    let decoded = decode_bytes(
        &visit.body,
        visit.content_type.as_deref(),
        &url,
        board.charset.as_deref(),
        board.profile.charset.as_deref(),
    );
    Some(Page {
        text: board.profile.prepared(&decoded.text).into_owned(),
        url,
        status: visit.status,
        redirect_to: None,
        as_of: visit.as_of,
    })
}

/// All other profiles that have ever read the board, as far as they are known.
async fn earlier<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
) -> Result<Vec<Profile>, StoreError> {
    let repairs = crew.store.repairs(board.board.id).await?;
    let learnt = crew.store.profiles().await?;
    let made = repairs.iter().rev().map(|repair| repair.text.as_str());
    let replaced = repairs
        .iter()
        .filter_map(|repair| Library::built_in_text(&repair.old_name));
    let mut found: Vec<Profile> = Vec::new();
    for text in made
        .chain(replaced)
        .chain(learnt.iter().map(String::as_str))
    {
        let Ok(profile) = Profile::from_toml(text) else {
            continue;
        };
        let was_here = repairs
            .iter()
            .any(|repair| [&repair.name, &repair.old_name].contains(&&profile.engine));
        if was_here && !found.iter().any(|known| known.engine == profile.engine) {
            found.push(profile);
        }
    }
    Ok(found)
}
