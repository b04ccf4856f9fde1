//! A board that no profile knows: a few polite requests, and a profile learnt from what they brought.
//!
//! At most [`MAX_REQUESTS`] pages: the first (already at hand), the second, and up to five articles. The profile is
//! tried on the very pages it was learnt from, with the readers that will use it; only what reads them is kept.

use std::borrow::Cow;
use std::sync::Arc;

use tokio::sync::Semaphore;
use url::Url;

use super::board::{self, Target, TargetError, decode_page};
use super::crew::{Adviser, Observer};
use super::interface;
use super::parsing::in_turn;
use crate::article::{PageView, ReadOptions, read_article};
use crate::document::Document;
use crate::fetch::{Fetched, Fetcher, Request, host_key};
use crate::learn::{
    Learnt, ListingDraft, MOST_TEXT, Navigation, SeenArticle, SeenPage, calls, is_open, learn,
    learn_chosen_listing, learn_listing, listing_candidates, written_second_page,
};
use crate::listing::{page_links, read_listing};
use crate::model::{PageClass, Receipt};
use crate::profile::{
    Library, Profile, holds_data, with_hidden_links, with_links, without_scripts,
};

/// Pages asked for before a profile is fixed, page 1 included.
const MAX_REQUESTS: usize = 10;
/// Boards that are learnt at a time: each holds the pages that it is learnt from, most of the time waiting for its host.
static LEARNERS: Semaphore = Semaphore::const_new(32);
/// Links of the pager that are compared to learn how it counts.
const MAX_TURNS: usize = 12;

/// What learning brought.
#[derive(Debug)]
pub(super) struct Lesson {
    pub profile: Arc<Profile>,
    pub learnt: Learnt,
    /// The articles it was learnt from.
    pub articles: Vec<Text>,
    /// Page 1 as the profile reads it, where that is not the page that was named.
    pub page: Option<Fetched>,
}

/// A page as text, on its way to the blocking pool.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub text: String,
    pub url: Url,
    pub status: u16,
    pub as_of: jiff::Timestamp,
}

impl Text {
    pub fn of(fetched: &Fetched, charset: Option<&str>) -> Self {
        Self {
            text: decode_page(fetched, charset, None).text.into_owned(),
            url: fetched.final_url.clone(),
            status: fetched.status,
            as_of: fetched.server_date.unwrap_or(fetched.received_at),
        }
    }

    pub fn seen<'a>(&'a self, html: &'a Document) -> SeenPage<'a> {
        SeenPage {
            html,
            url: &self.url,
            as_of: self.as_of,
        }
    }

    pub fn view<'a>(&'a self, html: &'a Document) -> PageView<'a> {
        PageView {
            html,
            source: &self.text,
            url: &self.url,
            redirect_to: None,
            status: self.status,
            as_of: self.as_of,
        }
    }
}

/// Learns the profile of the board whose page 1 is `first`. The receipts of the requests made for it are added to
/// `spent`, whatever the outcome.
///
/// # Errors
/// Where no page came, or no profile reads what came.
pub(super) async fn learn_board(
    fetcher: &Fetcher,
    library: &Library,
    target: &Target,
    first: &Fetched,
    observer: &Arc<dyn Observer>,
    spent: &mut Vec<Receipt>,
) -> Result<Lesson, TargetError> {
    let charset = target.charset.as_deref();
    let refused = |cause: String| TargetError::NotLearnt {
        url: Box::new(target.url.clone()),
        known: match library.names().collect::<Vec<_>>()[..] {
            [] => String::new(),
            ref names => format!(" ({})", names.join(", ")),
        },
        cause,
    };
    if first.status >= 400 {
        return Err(refused(format!("it answered {}", first.status)));
    }
    let _turn = LEARNERS.acquire().await.expect("it is never closed");
    let n_before = spent.len();
    let first = Text::of(first, charset);
    let (first, navigation) = in_turn(move || with_navigation(first)).await;
    let mut listing = vec![first];
    if let Some(second) = navigation.turns.first() {
        let request = request(second, &listing[0].url, "listing");
        let fetched = board::get(fetcher, &request, spent).await?;
        if fetched.status < 400 {
            listing.push(Text::of(&fetched, charset));
        }
    }
    let mut n_left = MAX_REQUESTS - listing.len();
    let asked = Arc::clone(observer);
    let make_draft = move || {
        let (listing, navigation) = with_third_page(listing, navigation);
        let draft = draft_of(&listing, &navigation, asked.adviser());
        (listing, draft, !navigation.turns.is_empty())
    };
    let (mut listing, mut draft, goes_on) = match observer.adviser() {
        None => in_turn(make_draft).await,
        // A person's answer may take a while: nobody else's page waits for it.
        Some(_) => tokio::task::spawn_blocking(make_draft)
            .await
            .expect("learning is pure and does not panic"),
    };
    let mut page = None;
    // Rows that are not in the page, or of which the page shows the first only, may come from an endpoint.
    // What a page holds itself is not asked for.
    let held_only = draft.is_ok() && goes_on;
    if !held_only || holds_data(&listing[0].text) {
        let mut asking = Asking {
            fetcher,
            charset,
            n_left: n_left.min(interface::MAX_REQUESTS),
            spent,
            held: listing.clone(),
        };
        let n_before = asking.n_left;
        let shown = draft.as_ref().ok();
        let found = interface::learn(&mut asking, shown, held_only).await;
        n_left -= n_before - asking.n_left;
        match found {
            Ok(found) => {
                listing = found.listing;
                page = found.page;
                draft = Ok(found.draft);
            }
            Err(why_not) => {
                for why in &why_not {
                    tracing::info!("no rows from {why}");
                }
                draft = draft.map_err(|refusal| {
                    std::iter::once(refusal)
                        .chain(why_not)
                        .collect::<Vec<_>>()
                        .join("; ")
                });
            }
        }
    }
    let draft = draft.map_err(&refused)?;
    let articles = samples(fetcher, charset, &draft, &listing, n_left, spent).await;
    let lesson = in_turn(move || write(&draft, &listing, articles)).await;
    let lesson = Lesson {
        page,
        ..lesson.map_err(&refused)?
    };
    tracing::info!(
        "learnt how to read {} with {} requests",
        target.url,
        spent.len() - n_before + 1
    );
    Ok(lesson)
}

/// Who asks, how often he still may, and what it took.
pub(super) struct Asking<'a> {
    pub fetcher: &'a Fetcher,
    pub charset: Option<&'a str>,
    pub n_left: usize,
    pub spent: &'a mut Vec<Receipt>,
    /// The listing's pages that have come, the first of them first.
    pub held: Vec<Text>,
}

/// What came of asking for articles.
struct Asked {
    /// Each with its place among those that the draft asks for.
    articles: Vec<(usize, Text)>,
    /// Answers that refused one to guests.
    closed: Vec<Text>,
}

/// The articles that the draft asks for, as far as they come.
async fn samples(
    fetcher: &Fetcher,
    charset: Option<&str>,
    draft: &ListingDraft,
    listing: &[Text],
    n_left: usize,
    spent: &mut Vec<Receipt>,
) -> Asked {
    let mut asked = Asked {
        articles: Vec::new(),
        closed: Vec::new(),
    };
    let mut left = MOST_TEXT.saturating_sub(listing.iter().map(|page| page.text.len()).sum());
    let wanted = draft.samples.iter().take(n_left);
    for (at, url) in wanted.enumerate() {
        let request = request(url, &listing[0].url, "article");
        // One that does not come is one witness less.
        let Ok(fetched) = board::get(fetcher, &request, spent).await else {
            continue;
        };
        match fetched.status {
            401 | 403 => asked.closed.push(Text::of(&fetched, charset)),
            ..=399 if fetched.redirect_to.is_none() => {
                let page = Text::of(&fetched, charset);
                if asked.articles.is_empty() || page.text.len() <= left {
                    left = left.saturating_sub(page.text.len());
                    asked.articles.push((at, page));
                }
            }
            _ => {}
        }
    }
    asked
}

pub(super) fn request(url: &Url, referer: &Url, purpose: &'static str) -> Request {
    let host = host_key(url);
    Request {
        url: url.clone(),
        jar: format!("first:{}", url.host_str().unwrap_or_default()),
        referer: Some(referer.clone()),
        purpose,
        follow: Arc::new(move |to| host_key(to) == host),
    }
}

/// The first page with links where its scripts are called, and how one gets about from there.
fn with_navigation(mut first: Text) -> (Text, Navigation) {
    let unscripted = without_scripts(&first.text);
    let without_scripts = *unscripted != first.text;
    first.text = unscripted.into_owned();
    let html = crate::document::parse(&first.text);
    let calls = calls(&html, &first.url);
    drop(html);
    first.text = with_links(&first.text, &calls).into_owned();
    let html = crate::document::parse(&first.text);
    let mut navigation = Navigation {
        turns: turns_of(&html, &first.url),
        third: None,
        calls,
        without_scripts,
        hidden_links: false,
        backwards: false,
    };
    // Scripts take ways to much else from the same attributes.
    if let Cow::Owned(linked) = with_hidden_links(&first.text) {
        let held = rows_score(&first, &html);
        let linked = Text {
            text: linked,
            ..first.clone()
        };
        let html = crate::document::parse(&linked.text);
        let turns = turns_of(&html, &linked.url);
        let goes_on = navigation.turns.is_empty() && !turns.is_empty();
        if goes_on || rows_score(&linked, &html) > held {
            navigation.turns = turns;
            navigation.hidden_links = true;
            first = linked;
        }
    }
    if navigation.turns.is_empty() {
        let html = crate::document::parse(&first.text);
        let second = written_second_page(&html, &first.url);
        navigation.turns.extend(second);
        if navigation.turns.is_empty() {
            navigation.turns.extend(page_links(&html, &first.url).prev);
            navigation.backwards = !navigation.turns.is_empty();
        }
    }
    (first, navigation)
}

/// How much the rows of a page look like a board's; nothing where there are none.
fn rows_score(page: &Text, html: &Document) -> Option<f64> {
    let draft = learn_listing(&[page.seen(html)], &Navigation::default());
    draft.ok().map(|draft| draft.score())
}

/// The second page read in the same way, and the page that it names as the next.
fn with_third_page(mut listing: Vec<Text>, mut navigation: Navigation) -> (Vec<Text>, Navigation) {
    if let Some(second) = listing.get_mut(1) {
        if navigation.without_scripts {
            second.text = without_scripts(&second.text).into_owned();
        }
        if navigation.hidden_links {
            second.text = with_hidden_links(&second.text).into_owned();
        }
        second.text = with_links(&second.text, &navigation.calls).into_owned();
        let html = crate::document::parse(&second.text);
        let found = page_links(&html, &second.url);
        navigation.third = match navigation.backwards {
            true => found.prev,
            false => found.following,
        };
    }
    (listing, navigation)
}

/// The pager's links, that of page 2 first.
pub(super) fn turns_of(html: &Document, url: &Url) -> Vec<Url> {
    let found = page_links(html, url);
    let Some(second) = found.following else {
        return Vec::new();
    };
    let behind = found
        .pages
        .iter()
        .position(|page| *page == second)
        .map_or(0, |at| at + 1);
    let others = found
        .pages
        .into_iter()
        .skip(behind)
        .filter(|page| *page != second && page != url);
    std::iter::once(second.clone())
        .chain(others)
        .take(MAX_TURNS)
        .collect()
}

/// Learns the listing. Where it is open which rows are meant, or none seem to be, `adviser` is asked, once.
fn draft_of(
    listing: &[Text],
    navigation: &Navigation,
    adviser: Option<&dyn Adviser>,
) -> Result<ListingDraft, String> {
    let trees: Vec<Document> = listing
        .iter()
        .map(|page| crate::document::parse(&page.text))
        .collect();
    let seen: Vec<SeenPage<'_>> = listing
        .iter()
        .zip(&trees)
        .map(|(page, html)| page.seen(html))
        .collect();
    let found = learn_listing(&seen, navigation);
    let draft = match adviser {
        None => found,
        Some(adviser) => {
            let candidates = listing_candidates(&seen);
            let chosen = (found.is_err() || is_open(&candidates))
                .then(|| adviser.which_listing(&listing[0].url, &candidates))
                .flatten();
            match chosen.and_then(|place| candidates.get(place)) {
                Some(chosen) => learn_chosen_listing(&seen, navigation, chosen),
                None => found,
            }
        }
    };
    draft.map_err(|refusal| refusal.to_string())
}

/// Writes the profile and tries it on the pages it comes from.
fn write(draft: &ListingDraft, listing: &[Text], asked: Asked) -> Result<Lesson, String> {
    let Asked {
        mut articles,
        closed,
    } = asked;
    if draft.without_scripts {
        for (_, page) in &mut articles {
            page.text = without_scripts(&page.text).into_owned();
        }
    }
    for (_, page) in &mut articles {
        if let Some(shown) = draft.with_data_shown(&page.text) {
            page.text = shown;
        }
    }
    let first_html = crate::document::parse(&listing[0].text);
    let first = listing[0].seen(&first_html);
    let trees: Vec<Document> = articles
        .iter()
        .map(|(_, page)| crate::document::parse(&page.text))
        .collect();
    let turns: Vec<Vec<Url>> = articles
        .iter()
        .zip(&trees)
        .map(|((_, page), html)| turns_of(html, &page.url))
        .collect();
    let seen: Vec<SeenArticle<'_>> = articles
        .iter()
        .zip(&trees)
        .zip(&turns)
        .map(|(((sample, page), html), turns)| SeenArticle {
            sample: *sample,
            page: page.seen(html),
            turns,
        })
        .collect();
    let closed_trees: Vec<Document> = closed
        .iter()
        .map(|page| crate::document::parse(&page.text))
        .collect();
    let refusals: Vec<SeenPage<'_>> = closed
        .iter()
        .zip(&closed_trees)
        .map(|(page, html)| page.seen(html))
        .collect();
    let learnt = learn(draft, &first, &seen, &refusals).map_err(|refusal| refusal.to_string())?;
    let profile = Profile::from_toml(&learnt.text).map_err(|complaints| {
        let said: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        format!("what was learnt is no profile ({})", said.join("; "))
    })?;
    if profile.identity.board(&listing[0].url).is_none() {
        return Err("what was learnt does not know the listing's own URL".into());
    }
    let page = read_listing(&first_html, &listing[0].url, &profile, first.as_of);
    // A row more is one whose link has another form; a row less is one that is lost.
    if page.rows.len() < draft.n_rows[0]
        || page.rows.len() > draft.n_rows[0] + draft.n_rows[0] / 2 + 2
    {
        return Err(format!(
            "what was learnt reads {} of {} rows ({})",
            page.rows.len(),
            draft.n_rows[0],
            page.warnings.first().map_or("", String::as_str)
        ));
    }
    let read = articles.iter().zip(&trees).map(|((sample, page), html)| {
        let article = read_article(&page.view(html), &profile, &ReadOptions::default());
        let is_read = article.class == PageClass::Article
            && article
                .title
                .as_deref()
                .is_some_and(|title| draft.may_be_titled(*sample, title));
        (is_read, article)
    });
    let (read, unread): (Vec<_>, Vec<_>) = read.partition(|(is_read, _)| *is_read);
    if read.len() < unread.len() {
        return Err(format!(
            "what was learnt reads {} of {} articles (one is {:?}: {})",
            read.len(),
            articles.len(),
            unread[0].1.class,
            unread[0].1.reason
        ));
    }
    drop(trees);
    Ok(Lesson {
        profile: Arc::new(profile),
        learnt,
        articles: articles.into_iter().map(|(_, page)| page).collect(),
        page: None,
    })
}
