//! From what the operator named (a URL, or a board of the configuration) to a board with a profile.

use std::sync::{Arc, Mutex, Weak};

use url::Url;

use super::crew::Observer;
use super::learning::{Lesson, learn_board};
use super::parsing::in_turn;
use super::symptoms::answer_without_page;
use super::visit::error_text;
use crate::article::{ReadOptions, id_in_url, wanted_of_article, wanted_of_listing};
use crate::config::Since;
use crate::document::Wanted;
use crate::fetch::{
    Decoded, FetchError, FetchErrorKind, Fetched, Fetcher, Request, decode, decode_as, host_key,
    tld_of,
};
use crate::health::verdict::Answer;
use crate::model::{Board, JobKind, NewBoard, PassReport, Receipt};
use crate::profile::{Library, Profile};

/// A board as the operator names it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Any page of the listing.
    pub url: Url,
    /// The name in the configuration; otherwise the board's own.
    pub name: Option<String>,
    /// Profile to read it with; recognised from its first page otherwise.
    pub profile: Option<Arc<Profile>>,
    /// Charset of the pages, whatever they declare.
    pub charset: Option<String>,
    pub max_pages: Option<u32>,
    /// Resolved in the board's zone, once its profile is known.
    pub since: Option<Since>,
    /// The operator's own wishes over the profile, whichever it is.
    pub tailor: Tailor,
}

impl Target {
    /// A board without any wishes.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            name: None,
            profile: None,
            charset: None,
            max_pages: None,
            since: None,
            tailor: Tailor::default(),
        }
    }
}

/// Changes a profile to a board's own needs (its time zone, its overrides), once it is known which profile it is.
#[derive(Clone, Default)]
pub struct Tailor {
    change: Option<Arc<Change>>,
    rewrites: bool,
}

type Change = dyn Fn(&Profile) -> Option<Profile> + Send + Sync;

impl Tailor {
    /// `change` answers `None` where there is nothing to change.
    pub fn new(change: impl Fn(&Profile) -> Option<Profile> + Send + Sync + 'static) -> Self {
        Self {
            change: Some(Arc::new(change)),
            rewrites: false,
        }
    }

    /// It changes rules that the operator wrote: no other profile may take their place.
    pub fn rewriting(self) -> Self {
        Self {
            rewrites: true,
            ..self
        }
    }

    pub(super) fn apply(&self, profile: Arc<Profile>) -> Arc<Profile> {
        match self.change.as_ref().and_then(|change| change(&profile)) {
            Some(changed) => Arc::new(changed),
            None => profile,
        }
    }
}

impl std::fmt::Debug for Tailor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.change.is_some() {
            "Tailor(_)"
        } else {
            "Tailor"
        })
    }
}

/// Why a target cannot be crawled.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The cause names the URL.
    #[error("{cause}")]
    Fetch {
        cause: String,
        /// What came instead of a page; `None`: nothing was asked.
        answer: Option<Answer>,
    },
    #[error(
        "{url} is made by no board software that is known{known}, and its pages do not teach how to read it: {cause}"
    )]
    NotLearnt {
        url: Box<Url>,
        /// Which, in brackets; nothing where no profile was to be tried.
        known: String,
        cause: String,
    },
    #[error("{url} is not a listing of a {engine} board (its path has another shape)")]
    NotAListing { url: Url, engine: String },
}

impl TargetError {
    /// What the board has answered. `None`: nothing was asked.
    pub(super) fn answer(&self) -> Option<Answer> {
        match self {
            Self::Fetch { answer, .. } => answer.clone(),
            Self::NotLearnt { .. } | Self::NotAListing { .. } => {
                Some(Answer::Unknown(self.to_string()))
            }
        }
    }
}

/// A board with all that its visits need.
#[derive(Debug)]
pub struct BoardContext {
    pub board: Board,
    pub profile: Arc<Profile>,
    /// Set by the operator; beats what the pages declare.
    pub charset: Option<String>,
    pub read_options: ReadOptions,
    pub max_pages: Option<u32>,
    pub since: Option<jiff::Timestamp>,
    /// What all passes had done when this run began.
    pub totals_before: PassReport,
    /// The profile is the operator's own, or has rules of his laid over it: a repaired one is offered, not used.
    pub own_profile: bool,
    tailor: Tailor,
    asks: Arc<Asks>,
}

/// What pages are asked for; `None` where only the whole page will do.
#[derive(Debug)]
struct Asks {
    listing: Option<Wanted>,
    article: Option<Wanted>,
    /// Where the URL does not tell the article's id.
    slug: Option<Wanted>,
}

impl Asks {
    fn of(profile: &Profile) -> Self {
        Self {
            listing: wanted_of_listing(profile),
            article: wanted_of_article(profile, true),
            slug: wanted_of_article(profile, false),
        }
    }
}

/// The same for all boards that a profile reads: it takes some time to work out, and more room than a board.
fn asks_of(profile: &Arc<Profile>) -> Arc<Asks> {
    static KNOWN: Mutex<Vec<(Weak<Profile>, Weak<Asks>)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().expect("no holder of this lock panics");
    known.retain(|(_, asks)| asks.strong_count() > 0);
    let of_profile = known
        .iter()
        .find(|(other, _)| std::ptr::eq(other.as_ptr(), Arc::as_ptr(profile)));
    if let Some(asks) = of_profile.and_then(|(_, asks)| asks.upgrade()) {
        return asks;
    }
    let asks = Arc::new(Asks::of(profile));
    known.push((Arc::downgrade(profile), Arc::downgrade(&asks)));
    asks
}

impl BoardContext {
    pub fn new(board: Board, target: &Target, profile: Arc<Profile>, mask_addresses: bool) -> Self {
        Self {
            charset: target.charset.clone(),
            board,
            read_options: ReadOptions { mask_addresses },
            max_pages: target.max_pages,
            since: target.since.and_then(|since| {
                since
                    .in_zone(&profile.timezone)
                    .inspect_err(|error| tracing::error!("{error}; the whole board is walked"))
                    .ok()
            }),
            totals_before: PassReport::default(),
            own_profile: target.tailor.rewrites,
            tailor: target.tailor.clone(),
            asks: asks_of(&profile),
            profile,
        }
    }

    /// The same board, read by another profile from now on.
    pub(super) fn with_profile(&self, profile: Profile) -> Self {
        let engine = profile.engine.clone();
        let profile = self.tailor.apply(Arc::new(profile));
        Self {
            board: Board {
                profile: engine,
                ..self.board.clone()
            },
            asks: asks_of(&profile),
            profile,
            charset: self.charset.clone(),
            read_options: self.read_options,
            max_pages: self.max_pages,
            since: self.since,
            totals_before: self.totals_before,
            own_profile: self.own_profile,
            tailor: self.tailor.clone(),
        }
    }

    /// What a page is asked for that is visited for a job of this kind; `None` where only the whole page will do.
    pub(super) fn wanted(&self, kind: &JobKind, url: &Url) -> Option<&Wanted> {
        match kind {
            JobKind::Listing { .. } | JobKind::Radar { .. } => self.asks.listing.as_ref(),
            JobKind::Article { .. } | JobKind::Comments { .. } => {
                match id_in_url(url, &self.profile) {
                    Some(_) => self.asks.article.as_ref(),
                    None => self.asks.slug.as_ref(),
                }
            }
        }
    }

    /// The page as text.
    pub fn decode<'f>(&self, fetched: &'f Fetched) -> Decoded<'f> {
        decode_page(
            fetched,
            self.charset.as_deref(),
            self.profile.charset.as_deref(),
        )
    }

    /// A request on behalf of this board: its cookies, and redirects only to what has the shape of its articles and
    /// listings, so that no link that acts is ever followed.
    pub fn request(&self, url: Url, referer: Option<Url>, purpose: &'static str) -> Request {
        let profile = Arc::clone(&self.profile);
        Request {
            url,
            jar: self.board.key.clone(),
            referer,
            purpose,
            follow: Arc::new(move |to| profile.identity.follows(to)),
        }
    }
}

/// What recognising a target brought.
pub(super) struct Known {
    pub new: NewBoard,
    pub profile: Arc<Profile>,
    /// What of it was seen, for people.
    pub signs: Vec<String>,
    /// The page it was recognised by, if one was fetched for this.
    pub page: Option<Fetched>,
    /// That page is page 1 as the walk would ask for it.
    pub serves_walk: bool,
    /// The profile was learnt just now.
    pub lesson: Option<Lesson>,
}

/// Finds the profile of a target: the one named, the best fit for its first page, `fallback`, or one that is learnt. The
/// receipts of all requests are added to `spent`, whatever the outcome. `observer` is asked where learning needs it.
pub(super) async fn recognise(
    fetcher: &Fetcher,
    library: &Arc<Library>,
    target: &Target,
    fallback: Option<Arc<Profile>>,
    observer: &Arc<dyn Observer>,
    spent: &mut Vec<Receipt>,
) -> Result<Known, TargetError> {
    if let Some(profile) = &target.profile {
        let new = new_board(target, &target.url, profile)?;
        return Ok(Known {
            new,
            profile: Arc::clone(profile),
            signs: Vec::new(),
            page: None,
            serves_walk: false,
            lesson: None,
        });
    }
    let request = Request {
        url: target.url.clone(),
        jar: format!("first:{}", target.url.host_str().unwrap_or_default()),
        referer: None,
        purpose: "listing",
        follow: Arc::new(|_| true),
    };
    let fetched = get(fetcher, &request, spent).await?;
    let (fetched, recognised) = {
        let library = Arc::clone(library);
        let charset = target.charset.clone();
        in_turn(move || {
            let decoded = decode_page(&fetched, charset.as_deref(), None);
            let html = crate::document::parse(&decoded.text);
            let recognised =
                library.recognise(&html, &decoded.text, &fetched.cookies, &fetched.final_url);
            drop(html);
            (fetched, recognised)
        })
        .await
    };
    let Some(recognised) = recognised else {
        let (profile, mut lesson) = match fallback {
            Some(profile) => (profile, None),
            None => learnt(fetcher, library, target, &fetched, observer, spent).await?,
        };
        let new = new_board(target, &fetched.final_url, &profile)?;
        let own_page = lesson.as_mut().and_then(|lesson| lesson.page.take());
        let fetched = own_page.unwrap_or(fetched);
        return Ok(Known {
            serves_walk: serves_walk(&new, &fetched),
            new,
            profile,
            signs: Vec::new(),
            page: Some(fetched),
            lesson,
        });
    };
    tracing::info!(
        "{} is a {} board ({})",
        target.url,
        recognised.profile.title,
        recognised.signs.join(", ")
    );
    // Where the host sends everybody to another (`www.`), that one is the board's: pace and pauses are its own.
    let identity = &recognised.profile.identity;
    let elsewhere = host_key(&fetched.final_url) != host_key(&target.url)
        && identity.board(&fetched.final_url).is_some();
    let url = if identity.board(&target.url).is_some() && !elsewhere {
        target.url.clone()
    } else {
        fetched.final_url.clone()
    };
    let new = new_board(target, &url, &recognised.profile)?;
    Ok(Known {
        serves_walk: serves_walk(&new, &fetched),
        new,
        profile: recognised.profile,
        signs: recognised.signs,
        page: Some(fetched),
        lesson: None,
    })
}

/// What the board's pages teach. A profile that somebody gave under the same name is never replaced by it.
async fn learnt(
    fetcher: &Fetcher,
    library: &Arc<Library>,
    target: &Target,
    first: &Fetched,
    observer: &Arc<dyn Observer>,
    spent: &mut Vec<Receipt>,
) -> Result<(Arc<Profile>, Option<Lesson>), TargetError> {
    let lesson = learn_board(fetcher, library, target, first, observer, spent).await?;
    Ok(match library.get_given(&lesson.learnt.name) {
        Some(given) => (given, None),
        None => (Arc::clone(&lesson.profile), Some(lesson)),
    })
}

/// Only page 1 as the walk would ask for it serves as the walk's first visit.
fn serves_walk(new: &NewBoard, page: &Fetched) -> bool {
    new.url == page.requested || new.url == page.final_url
}

/// A page asked for before there is a job. Its receipts are added to `spent`, also where none came.
pub(super) async fn get(
    fetcher: &Fetcher,
    request: &Request,
    spent: &mut Vec<Receipt>,
) -> Result<Fetched, TargetError> {
    match fetcher.get(request).await {
        Ok(mut fetched) => {
            spent.append(&mut fetched.receipts);
            Ok(fetched)
        }
        Err(mut error) => {
            spent.append(&mut error.take_receipts());
            Err(unreachable(fetcher, &error))
        }
    }
}

/// Why no page came. Where it was for want of a robots file, what became of asking for that one.
pub(super) fn unreachable(fetcher: &Fetcher, error: &FetchError) -> TargetError {
    let mut cause = error_text(error);
    if matches!(error.kind, FetchErrorKind::RobotsUnreachable { .. }) {
        let said = fetcher
            .fresh_robots()
            .into_iter()
            .flat_map(|robots| robots.receipts)
            .filter_map(|receipt| receipt.error)
            .next_back();
        if let Some(said) = said {
            cause = format!("{cause}: {said}");
        }
    }
    let answer = answer_without_page(error, &cause);
    TargetError::Fetch { cause, answer }
}

fn new_board(target: &Target, url: &Url, profile: &Profile) -> Result<NewBoard, TargetError> {
    let not_a_listing = || TargetError::NotAListing {
        url: url.clone(),
        engine: profile.engine.clone(),
    };
    let found = profile.identity.board(url).ok_or_else(not_a_listing)?;
    let first = profile
        .identity
        .listing_page(url, 1)
        .ok_or_else(not_a_listing)?;
    Ok(NewBoard {
        name: target.name.clone().unwrap_or_else(|| {
            // The front page of a blog has no name of its own.
            let named = found.name.chars().any(char::is_alphanumeric);
            if named { found.name } else { host_key(&first) }
        }),
        host: host_key(&first),
        url: first,
        key: found.key,
        profile: profile.engine.clone(),
    })
}

/// `fixed` is the operator's word; `hint` is for pages that declare nothing.
pub(super) fn decode_page<'f>(
    fetched: &'f Fetched,
    fixed: Option<&str>,
    hint: Option<&str>,
) -> Decoded<'f> {
    decode_bytes(
        &fetched.body,
        fetched.content_type.as_deref(),
        &fetched.final_url,
        fixed,
        hint,
    )
}

/// The same, of a page that was fetched at another time.
pub(super) fn decode_bytes<'b>(
    body: &'b [u8],
    content_type: Option<&str>,
    url: &Url,
    fixed: Option<&str>,
    hint: Option<&str>,
) -> Decoded<'b> {
    fixed
        .and_then(|label| decode_as(body, label))
        .unwrap_or_else(|| decode(body, content_type, hint, tld_of(url)))
}
