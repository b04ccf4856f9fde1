//! What do today's profiles read from the pages that are stored? No request is made.
//!
//! In: a store, the boards with their profiles. Out: what would change, by field, with examples; with `apply` it is also
//! stored, a batch a transaction, as revisions that no author made. Applying runs the very comparison that a preview
//! shows, and what has been applied compares as unchanged: a run that was killed is simply run again.

mod compare;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::Arc;

use serde::Serialize;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::board::{BoardContext, Target, decode_bytes};
use crate::article::{PageView, read_article};
use crate::model::{Article, ArticleId, Board, BoardId, Clock, PageClass};
use crate::profile::Library;
use crate::store::{RawVisit, Reread, Rereading, StoreError, StoredReading};
pub use compare::Example;
use compare::{Change, compare};

/// Articles read at a time, and made true in one transaction. Their pages are all that is held in memory.
const N_AT_A_TIME: u32 = 64;

/// Examples kept of each field.
const MAX_EXAMPLES: usize = 3;

/// What a reparse found, and did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReparseReport {
    /// It was stored; else this is what would change.
    pub applied: bool,
    /// Not all pages were read: a signal came.
    pub interrupted: bool,
    /// Articles with a stored page.
    pub n_articles: u64,
    pub n_unchanged: u64,
    pub n_changed: u64,
    /// Of the changed ones, those without content so far.
    pub n_new_content: u64,
    /// Articles whose page is none to today's profile. What is held of them stays.
    pub n_no_article: u64,
    /// Articles that hold content, but not the page it came from any more.
    pub n_without_page: u64,
    /// Articles of boards whose profile is not known any more.
    pub n_without_profile: u64,
    /// How many articles change in each field, and some of them.
    pub fields: BTreeMap<&'static str, FieldReport>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct FieldReport {
    pub n_changed: u64,
    pub examples: Vec<Example>,
}

/// Everything a reparse needs from outside.
pub struct Reparse<S> {
    pub store: S,
    pub boards: Vec<BoardContext>,
    /// Only this board's pages.
    pub only: Option<BoardId>,
    pub apply: bool,
    pub clock: Arc<dyn Clock>,
    pub stop: CancellationToken,
}

/// A stored board with the profile that reads it today: the operator's choice, else the one it was stored with. `None`:
/// there is no such profile any more.
pub fn stored_board(
    board: Board,
    target: &Target,
    library: &Library,
    mask_addresses: bool,
) -> Option<BoardContext> {
    let profile = match &target.profile {
        Some(profile) => Arc::clone(profile),
        None => library.get(&board.profile)?,
    };
    let profile = target.tailor.apply(profile);
    Some(BoardContext::new(board, target, profile, mask_addresses))
}

impl<S: Rereading> Reparse<S> {
    /// Reads all stored pages anew. `see` is told how many articles are done, and of how many.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn run(self, see: impl Fn(u64, u64)) -> Result<ReparseReport, StoreError> {
        let total = self.store.n_readings(self.only).await?;
        let contexts: HashMap<BoardId, BoardContext> = self
            .boards
            .into_iter()
            .map(|context| (context.board.id, context))
            .collect();
        let contexts = Arc::new(contexts);
        let mut report = ReparseReport {
            applied: self.apply,
            ..ReparseReport::default()
        };
        let mut after = ArticleId(0);
        loop {
            if self.stop.is_cancelled() {
                report.interrupted = true;
                return Ok(report);
            }
            let lot = self.store.readings(self.only, after, N_AT_A_TIME).await?;
            let Some(last) = lot.last() else {
                return Ok(report);
            };
            after = last.article;
            let mut rereads = Vec::new();
            for (reading, verdict) in read_all(lot, &contexts).await {
                rereads.extend(report.add(&reading, verdict));
            }
            if self.apply && !rereads.is_empty() {
                self.store.save_rereads(rereads, self.clock.now()).await?;
            }
            see(report.n_articles, total);
        }
    }
}

/// What became of one article.
enum Verdict {
    NoProfile,
    NoPage,
    NoArticle,
    Read(Box<Reread>, Vec<Change>),
}

/// Reads a lot on the blocking pool, as many at a time as there are cores; the answers are in the lot's order.
async fn read_all(
    lot: Vec<StoredReading>,
    contexts: &Arc<HashMap<BoardId, BoardContext>>,
) -> Vec<(StoredReading, Verdict)> {
    let n_cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = lot.len().div_ceil(n_cores).max(1);
    let mut rest = lot.into_iter();
    let mut shares = Vec::new();
    loop {
        let share: Vec<_> = rest.by_ref().take(share).collect();
        if share.is_empty() {
            break;
        }
        let contexts = Arc::clone(contexts);
        shares.push(tokio::task::spawn_blocking(move || {
            share
                .into_iter()
                .map(|reading| {
                    let verdict = read_one(&reading, contexts.get(&reading.board));
                    (reading, verdict)
                })
                .collect::<Vec<_>>()
        }));
    }
    let mut all = Vec::new();
    for share in shares {
        all.extend(share.await.expect("parsers are pure and do not panic"));
    }
    all
}

fn read_one(reading: &StoredReading, context: Option<&BoardContext>) -> Verdict {
    let Some(context) = context else {
        return Verdict::NoProfile;
    };
    if reading.visits.is_empty() {
        return Verdict::NoPage;
    }
    let found = reading
        .visits
        .iter()
        .filter_map(|visit| Some((visit, read_page(visit, context)?)))
        .find(|(_, content)| content.class == PageClass::Article);
    let Some((visit, content)) = found else {
        return Verdict::NoArticle;
    };
    let compared = compare(&reading.fields, content, reading.has_content);
    let reread = Reread {
        article: reading.article,
        fields: compared.fields,
        fetched_at: visit.fetched_at,
        note: compared.note,
    };
    Verdict::Read(Box::new(reread), compared.changes)
}

/// As a visit would have read it, at the moment of the visit. `None`: its address cannot be read any more.
fn read_page(visit: &RawVisit, context: &BoardContext) -> Option<Article> {
    let url = Url::parse(&visit.final_url).ok()?;
    let decoded = decode_bytes(
        &visit.body,
        visit.content_type.as_deref(),
        &url,
        context.charset.as_deref(),
        context.profile.charset.as_deref(),
    );
    let html = crate::document::parse(&context.profile.prepared(&decoded.text));
    let view = PageView {
        html: &html,
        source: &decoded.text,
        url: &url,
        redirect_to: None,
        status: visit.status,
        as_of: visit.as_of,
    };
    Some(read_article(&view, &context.profile, &context.read_options))
}

/// Did only the rules change since this article's page was read? Asked where a visit reads something else than is held:
/// if the stored page, read by the same rules, says what the new one says, nobody edited it.
pub(super) async fn only_rules_changed<S: Rereading>(
    store: &S,
    article: ArticleId,
    content: &Article,
    context: &Arc<BoardContext>,
) -> Result<bool, StoreError> {
    let Some(reading) = store.reading(article).await? else {
        return Ok(false);
    };
    let now = compare(&reading.fields, content.clone(), true).fields;
    if !reading.has_content || now.same_content(&reading.fields) {
        return Ok(false);
    }
    let context = Arc::clone(context);
    let same = tokio::task::spawn_blocking(move || {
        let visit = reading.visits.first()?;
        let then = read_page(visit, &context)?;
        (then.class == PageClass::Article).then(|| {
            compare(&reading.fields, then, true)
                .fields
                .same_content(&now)
        })
    })
    .await
    .expect("parsers are pure and do not panic");
    Ok(same == Some(true))
}

impl ReparseReport {
    /// Counts a verdict; answers what is to be stored.
    fn add(&mut self, reading: &StoredReading, verdict: Verdict) -> Option<Reread> {
        self.n_articles += 1;
        let (reread, changes) = match verdict {
            Verdict::NoProfile => {
                self.n_without_profile += 1;
                return None;
            }
            Verdict::NoPage => {
                self.n_without_page += 1;
                return None;
            }
            Verdict::NoArticle => {
                self.n_no_article += 1;
                return None;
            }
            Verdict::Read(reread, changes) => (reread, changes),
        };
        if changes.is_empty() {
            self.n_unchanged += 1;
            return None;
        }
        self.n_changed += 1;
        self.n_new_content += u64::from(!reading.has_content);
        for change in changes {
            let field = self.fields.entry(change.field).or_default();
            field.n_changed += 1;
            if field.examples.len() < MAX_EXAMPLES {
                field.examples.push(change.example(reading));
            }
        }
        Some(*reread)
    }
}
