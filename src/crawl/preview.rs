//! What would a board be, if it were added? Recognised or learnt, its first page read, and one article; nothing stored.

use std::sync::Arc;

use serde::Serialize;
use url::Url;

use super::board::{Known, Target, TargetError, decode_page, get, recognise};
use super::crew::Observer;
use super::explain::{ListingSummary, moment, summary};
use super::learning::Text;
use super::parsing::in_turn;
use crate::article::{ReadOptions, read_article};
use crate::document::Document;
use crate::fetch::{Fetched, Fetcher, Request};
use crate::learn::{Decision, Learnt};
use crate::listing::read_listing;
use crate::model::{PageClass, Row};
use crate::profile::{Library, Profile};

/// How it is known how a board is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KnownBy {
    /// The operator named the profile.
    Named,
    /// The first page bears its signs.
    Recognised,
    /// A few pages taught it.
    Learnt,
}

/// A board as it would be crawled.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// Page 1 of the listing.
    pub url: String,
    /// The board's own name.
    pub name: String,
    /// Its permanent identity.
    pub key: String,
    pub engine: String,
    /// The engine's name for people.
    pub title: String,
    pub known_by: KnownBy,
    /// What of the engine was seen.
    pub signs: Vec<String>,
    /// What learning decided, each with score, reason and the candidates that lost.
    pub decisions: Vec<Decision>,
    #[serde(skip)]
    pub learnt: Option<Learnt>,
    /// Dates that name no zone are read in it.
    pub timezone: Option<String>,
    pub charset: &'static str,
    /// Seconds between two requests to this host.
    pub interval_s: f64,
    /// Which rule of robots.txt decides, for the listing and for the article.
    pub robots_listing: String,
    pub robots_article: Option<String>,
    pub listing: Option<ListingSummary>,
    pub article: Option<ArticleSummary>,
    /// Requests that all this took, robots.txt and redirects included.
    pub n_requests: u64,
}

/// An article as it would be stored.
#[derive(Debug, Clone, Serialize)]
pub struct ArticleSummary {
    pub url: String,
    pub key: Option<String>,
    pub class: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub posted: Option<String>,
    pub category: Option<String>,
    pub text: String,
    pub n_images: usize,
    pub n_attachments: usize,
    pub n_comments: usize,
    pub warnings: Vec<String>,
}

/// Finds out how `target` is read, and reads a little of it. `observer` is asked where learning needs it.
///
/// # Errors
/// As of a crawl: no page came, or none that teaches how to read it.
pub async fn preview(
    fetcher: &Fetcher,
    library: &Arc<Library>,
    target: &Target,
    observer: &Arc<dyn Observer>,
) -> Result<Preview, TargetError> {
    let mut spent = Vec::new();
    let known = recognise(fetcher, library, target, None, observer, &mut spent).await?;
    let Known {
        new,
        profile,
        signs,
        page,
        lesson,
        ..
    } = known;
    let known_by = match (&target.profile, &lesson) {
        (Some(_), _) => KnownBy::Named,
        (None, Some(_)) => KnownBy::Learnt,
        // Learning came to the name of a profile that the operator has.
        (None, None) if signs.is_empty() => KnownBy::Named,
        (None, None) => KnownBy::Recognised,
    };
    let profile = target.tailor.apply(profile);
    let ask = |url: &Url, purpose| {
        let profile = Arc::clone(&profile);
        Request {
            follow: Arc::new(move |to| profile.identity.follows(to)),
            referer: Some(new.url.clone()),
            ..Request::new(url.clone(), &new.key, purpose)
        }
    };
    let page = match page {
        Some(page) => page,
        None => get(fetcher, &ask(&new.url, "listing"), &mut spent).await?,
    };
    let (learnt, samples) = match lesson {
        Some(lesson) => (Some(lesson.learnt), lesson.articles),
        None => (None, Vec::new()),
    };
    let seen = see(page, target.charset.clone(), &profile, samples).await;
    let mut article = seen.article;
    if article.is_none()
        && let Some(url) = &seen.first_article
        && let Ok(fetched) = get(fetcher, &ask(url, "article"), &mut spent).await
    {
        article = read_one(fetched, target.charset.clone(), &profile).await;
    }
    let shown = match &article {
        Some(article) => Url::parse(&article.url).ok(),
        None => seen.first_article,
    };
    let robots_article = match shown {
        Some(url) => Some(verdict(fetcher, &url).await),
        None => None,
    };
    Ok(Preview {
        robots_listing: verdict(fetcher, &new.url).await,
        robots_article,
        interval_s: fetcher.host(&new.url).snapshot().interval.as_secs_f64(),
        url: new.url.to_string(),
        name: new.name,
        key: new.key,
        engine: profile.engine.clone(),
        title: profile.title.clone(),
        known_by,
        signs,
        decisions: learnt
            .as_ref()
            .map(|learnt| learnt.decisions.clone())
            .unwrap_or_default(),
        learnt,
        timezone: profile.timezone.iana_name().map(str::to_owned),
        charset: seen.charset,
        listing: seen.listing,
        article,
        n_requests: fetcher.n_requests(),
    })
}

/// What robots.txt says of a URL: the rule, whether it allows or forbids.
async fn verdict(fetcher: &Fetcher, url: &Url) -> String {
    match fetcher.robots_verdict(url).await {
        Ok(rule) => rule,
        Err(error) => error.to_string(),
    }
}

/// The first page, read.
struct Seen {
    charset: &'static str,
    listing: Option<ListingSummary>,
    /// The first of the sample articles that is one.
    article: Option<ArticleSummary>,
    /// An article to be asked for otherwise.
    first_article: Option<Url>,
}

async fn see(
    page: Fetched,
    charset: Option<String>,
    profile: &Arc<Profile>,
    samples: Vec<Text>,
) -> Seen {
    let profile = Arc::clone(profile);
    in_turn(move || {
        let decoded = decode_page(&page, charset.as_deref(), profile.charset.as_deref());
        let page = Text::of(&page, Some(decoded.charset));
        let html = crate::document::parse(&profile.prepared(&page.text));
        let rows = read_listing(&html, &page.url, &profile, page.as_of).rows;
        let public = |row: &&Row| !row.notice && !row.secret;
        let first = rows.iter().find(public).or(rows.first());
        let mut articles = samples.iter().filter_map(|sample| {
            let html = crate::document::parse(&profile.prepared(&sample.text));
            article(sample, &html, &profile).filter(|read| read.class == "article")
        });
        Seen {
            charset: decoded.charset,
            listing: summary(&page.view(&html), &profile),
            article: articles.next(),
            first_article: first.map(|row| row.url.clone()),
        }
    })
    .await
}

async fn read_one(
    fetched: Fetched,
    charset: Option<String>,
    profile: &Arc<Profile>,
) -> Option<ArticleSummary> {
    let profile = Arc::clone(profile);
    in_turn(move || {
        let decoded = decode_page(&fetched, charset.as_deref(), profile.charset.as_deref());
        let page = Text::of(&fetched, Some(decoded.charset));
        let html = crate::document::parse(&profile.prepared(&page.text));
        article(&page, &html, &profile)
    })
    .await
}

fn article(page: &Text, html: &Document, profile: &Profile) -> Option<ArticleSummary> {
    let read = read_article(&page.view(html), profile, &ReadOptions::default());
    let found = profile.identity.article(&page.url);
    (read.class != PageClass::Listing).then(|| ArticleSummary {
        url: page.url.to_string(),
        key: found.map(|found| found.key.to_string()),
        class: format!("{:?}", read.class).to_lowercase(),
        posted: read.posted.as_ref().map(|posted| moment(posted, profile)),
        title: read.title,
        author: read.author,
        category: read.category,
        n_images: read.images.len(),
        n_attachments: read.attachments.len(),
        n_comments: read.comments.len(),
        text: read.text,
        warnings: read.warnings,
    })
}
