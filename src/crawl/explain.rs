//! How is one URL understood? One request (and one for robots.txt), nothing stored.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use url::Url;

use super::board::{Target, TargetError, decode_page, unreachable};
use super::preview::KnownBy;
use crate::article::{FieldTrace, PageView, classify, explain_article};
use crate::fetch::{Fetcher, Request};
use crate::learn::{Candidate, SeenPage, listing_candidates};
use crate::listing::{RowTrace, explain_listing, read_listing};
use crate::model::{PageClass, PostedAt};
use crate::profile::{Library, Notes, Profile, Recognised};

/// What boardwalk makes of a URL.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    pub url: String,
    pub final_url: String,
    pub status: u16,
    /// Which rule of robots.txt decided.
    pub robots: String,
    /// Seconds between two requests to this host.
    pub interval_s: f64,
    pub charset: &'static str,
    /// Characters that could not be decoded.
    pub n_replaced: usize,
    pub profile: Option<String>,
    /// Why this profile.
    pub known_by: Option<KnownBy>,
    /// What of its signs is on the page.
    pub signs: Vec<String>,
    pub class: String,
    pub class_reason: String,
    /// An article's permanent identity.
    pub key: Option<String>,
    pub canonical_url: Option<String>,
    /// The board that the URL, as a listing, belongs to.
    pub board: Option<String>,
    /// Of an article.
    pub fields: Vec<FieldTrace>,
    /// Of a listing's rows.
    pub row_fields: Vec<RowTrace>,
    /// What the profile's file says of the keys named above: of a learnt one score, reason, and what lost.
    pub notes: Notes,
    /// Groups of rows on the page, without regard to any profile: what learning would choose from.
    pub row_groups: Vec<Candidate>,
    pub listing: Option<ListingSummary>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ListingSummary {
    pub n_rows: usize,
    pub n_notices: usize,
    pub current_page: Option<u32>,
    pub last_page: Option<u32>,
    pub rows: Vec<RowSummary>,
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RowSummary {
    pub key: String,
    pub rank: Option<u64>,
    pub notice: bool,
    pub title: String,
    pub author: Option<String>,
    pub category: Option<String>,
    pub posted: Option<String>,
    pub comment_count: Option<u64>,
}

/// Rows shown of a listing.
const SHOWN_ROWS: usize = 10;

/// Fetches the target's URL once and tells how it is read.
///
/// # Errors
/// [`TargetError::Fetch`]: robots.txt forbids it, or no page came.
pub async fn explain(
    fetcher: &Fetcher,
    library: Arc<Library>,
    target: &Target,
) -> Result<Explanation, TargetError> {
    let robots = fetcher
        .robots_verdict(&target.url)
        .await
        .map_err(|error| unreachable(fetcher, &error))?;
    let request = Request::new(target.url.clone(), "explain", "explain");
    let fetched = fetcher
        .get(&request)
        .await
        .map_err(|error| unreachable(fetcher, &error))?;
    let interval_s = fetcher.host(&target.url).snapshot().interval.as_secs_f64();
    let target = target.clone();
    let explained = tokio::task::spawn_blocking(move || {
        let hint = target
            .profile
            .as_ref()
            .and_then(|profile| profile.charset.as_deref());
        let decoded = decode_page(&fetched, target.charset.as_deref(), hint);
        let html = crate::document::parse(&decoded.text);
        let recognised =
            library.recognise(&html, &decoded.text, &fetched.cookies, &fetched.final_url);
        let (profile, known_by, signs) = choose(&target, &library, recognised);
        // As its profile reads it.
        let html = match profile
            .as_ref()
            .map(|profile| profile.prepared(&decoded.text))
        {
            Some(Cow::Owned(text)) => crate::document::parse(&text),
            _ => html,
        };
        let view = PageView {
            html: &html,
            source: &decoded.text,
            url: &fetched.final_url,
            redirect_to: fetched.redirect_to.as_ref(),
            status: fetched.status,
            as_of: fetched.server_date.unwrap_or(fetched.received_at),
        };
        let (class, class_reason) = classify(&view, profile.as_deref());
        let mut explanation = Explanation {
            url: fetched.requested.to_string(),
            final_url: fetched.final_url.to_string(),
            status: fetched.status,
            robots,
            interval_s,
            charset: decoded.charset,
            n_replaced: decoded.n_replaced,
            profile: profile.as_ref().map(|profile| profile.engine.clone()),
            known_by,
            signs,
            class: format!("{class:?}").to_lowercase(),
            class_reason,
            key: None,
            canonical_url: None,
            board: None,
            fields: Vec::new(),
            row_fields: Vec::new(),
            notes: Notes::new(),
            row_groups: Vec::new(),
            listing: None,
        };
        if let Some(profile) = &profile {
            identify(&mut explanation, profile, &target.url);
            if class == PageClass::Article {
                explanation.fields = explain_article(&view, profile);
            } else {
                explanation.listing = summary(&view, profile);
                explanation.row_fields = explain_listing(view.html, profile);
            }
            explanation.notes = notes_of(&explanation, profile);
        }
        if class != PageClass::Article || profile.is_none() {
            explanation.row_groups = listing_candidates(&[SeenPage {
                html: &html,
                url: &fetched.final_url,
                as_of: view.as_of,
            }]);
        }
        explanation
    })
    .await;
    Ok(explained.expect("parsers are pure and do not panic; a panic here is a bug to be seen"))
}

/// The profile that reads the target, how it is known, and what of its signs was seen.
fn choose(
    target: &Target,
    library: &Library,
    recognised: Option<Recognised>,
) -> (Option<Arc<Profile>>, Option<KnownBy>, Vec<String>) {
    let named = target.profile.clone();
    let known_by = match &named {
        Some(profile) if library.is_learnt(&profile.engine) => Some(KnownBy::Learnt),
        Some(_) => Some(KnownBy::Named),
        None => recognised.as_ref().map(|_| KnownBy::Recognised),
    };
    // Another engine's signs say nothing for the one that was named.
    let own = |found: &Recognised| {
        named
            .as_ref()
            .is_none_or(|named| named.engine == found.profile.engine)
    };
    let recognised = recognised.filter(own);
    let signs = recognised.as_ref().map(|found| found.signs.clone());
    let profile = named
        .or_else(|| recognised.map(|found| found.profile))
        .map(|profile| target.tailor.apply(profile));
    (profile, known_by, signs.unwrap_or_default())
}

/// The profile's own words on the keys that the explanation names.
fn notes_of(explanation: &Explanation, profile: &Profile) -> Notes {
    let fields = explanation.fields.iter().map(|trace| match trace.field {
        "text" => "article.body".to_owned(),
        field => format!("article.{field}"),
    });
    let rows = explanation
        .row_fields
        .iter()
        .map(|trace| format!("listing.{}", trace.field));
    let mut notes = Notes::new();
    for key in fields.chain(rows) {
        // A comment above a group of keys stands above its first.
        let first = match key.as_str() {
            "listing.rows" if !profile.notes.contains_key("listing.rows") => "listing.container",
            key => key,
        };
        if let Some(lines) = profile.notes.get(first) {
            notes.insert(key, lines.clone());
        }
    }
    notes
}

fn identify(explanation: &mut Explanation, profile: &Profile, url: &Url) {
    if let Some(found) = profile.identity.article(url) {
        explanation.key = Some(found.key.to_string());
        explanation.canonical_url = Some(found.canonical_url.to_string());
    } else if let Some(found) = profile.identity.board(url) {
        explanation.board = Some(found.key);
        explanation.canonical_url = profile.identity.listing_page(url, 1).map(String::from);
    }
}

/// A page of a listing in few words; `None` where it holds none.
pub(super) fn summary(view: &PageView<'_>, profile: &Profile) -> Option<ListingSummary> {
    let listing = read_listing(view.html, view.url, profile, view.as_of);
    listing.container_found.then(|| ListingSummary {
        n_rows: listing.rows.len(),
        n_notices: listing.rows.iter().filter(|row| row.notice).count(),
        current_page: listing.pager.current,
        last_page: listing.pager.last,
        rows: listing
            .rows
            .iter()
            .take(SHOWN_ROWS)
            .map(|row| RowSummary {
                key: row.key.to_string(),
                rank: row.rank,
                notice: row.notice,
                title: row.title.clone(),
                author: row.author.clone(),
                category: row.category.clone(),
                posted: row.posted.as_ref().map(|posted| moment(posted, profile)),
                comment_count: row.comment_count,
            })
            .collect(),
        warnings: listing.warnings,
    })
}

/// A date in the board's own zone, with its precision.
pub(super) fn moment(posted: &PostedAt, profile: &Profile) -> String {
    let local = posted.at.to_zoned_datetime(profile.timezone.clone());
    format!(
        "{} ({})",
        local.strftime("%Y-%m-%d %H:%M"),
        posted.precision.as_str()
    )
}
