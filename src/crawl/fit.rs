//! What does a visit show of how the board's profile fits? Builds the readings that [`crate::health::fit`] judges, and
//! keeps each board's history while a run goes on.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::board::BoardContext;
use super::listing_visit::Found;
use super::mend::REPAIRED;
use crate::article::{MAX_LETTERS, PageView, push_without_numbers, template_names};
use crate::document::{Element, ElementRef, LeftOut, first_of};
use crate::health::fit::{Evidence, Finding, History, Measure, Reading, Spot};
use crate::learn::same_title;
use crate::listing::{is_yearless, linked_articles};
use crate::model::{
    Article, ArticleId, ArticleKey, BoardId, Known, PageClass, PassId, PostedAt, Precision, Row,
};
use crate::profile::{ListingRules, Profile, Rule, element_text, fold};
use crate::store::{ArticleTarget, Broken, SavedFit, Store, StoreError};

/// Levels of a path that are written down.
const MAX_LEVELS: usize = 40;
/// Letters of a page in which an article's title is looked for.
const MAX_WORDS: usize = 200_000;
/// Pages after which a history is written down, should the run be killed.
const SAVE_EVERY: u32 = 32;

/// What of a page is compared, besides what was read from it; taken while its tree is there.
#[derive(Debug, Default)]
pub(super) struct Glance {
    /// Articles of the board that the page links to, rows or not.
    pub linked: Vec<ArticleKey>,
    pub spots: Vec<Spot>,
    pub names: Arc<BTreeSet<String>>,
    /// The words of a page that is no article.
    pub words: String,
}

impl Glance {
    /// Pure, on the blocking pool. `None`: what was left out of the page matters.
    pub fn at_listing(
        view: &PageView<'_>,
        left_out: &LeftOut<'_>,
        profile: &Profile,
    ) -> Option<Self> {
        let linked = linked_articles(view.html, &left_out.links, view.url, profile)?;
        let rules = &profile.listing;
        let within = first_of(view.html.root(), &rules.container);
        let row = within.and_then(|within| first_of(within, &rules.rows));
        Some(Self {
            linked,
            spots: row
                .and_then(|row| row.parent().and_then(ElementRef::wrap))
                .map(|above| spot("rows", above))
                .into_iter()
                .collect(),
            ..Self::default()
        })
    }

    /// Like [`Glance::at_listing`].
    pub fn at_article(
        view: &PageView<'_>,
        left_out: &LeftOut<'_>,
        profile: &Profile,
        class: PageClass,
    ) -> Option<Self> {
        let root = view.html.root();
        let rules = &profile.article;
        let field = |rules: &[Rule]| {
            rules
                .iter()
                .filter(|rule| rule.value(root).is_some())
                .find_map(|rule| rule.element(root))
        };
        let found = [
            ("body", first_of(root, &rules.body)),
            ("title", field(&rules.title)),
            ("author", field(&rules.author)),
            ("date", field(&rules.date)),
        ];
        let words = match class {
            PageClass::Article => String::new(),
            _ => element_text(root.element(), &[])
                .chars()
                .take(MAX_WORDS)
                .collect(),
        };
        Some(Self {
            linked: Vec::new(),
            names: template_names(view.html, left_out, profile)?,
            spots: found
                .into_iter()
                .filter_map(|(what, element)| Some(spot(what, element?)))
                .collect(),
            words,
        })
    }
}

/// The way from the root to an element: tags, ids and classes, numbers taken out.
fn spot(what: &str, element: ElementRef<'_>) -> Spot {
    let mut steps = Vec::with_capacity(MAX_LEVELS);
    let around = element.ancestors().filter_map(ElementRef::wrap);
    steps.extend(std::iter::once(element).chain(around).take(MAX_LEVELS));
    let (mut path, mut step) = (String::with_capacity(256), String::with_capacity(64));
    for element in steps.into_iter().rev() {
        if !path.is_empty() {
            path.push_str(" > ");
        }
        write_step(&mut step, element.value());
        push_without_numbers(&mut path, &step, MAX_LETTERS);
    }
    Spot {
        what: what.to_owned(),
        path,
    }
}

fn write_step(step: &mut String, element: Element<'_>) {
    step.clear();
    step.push_str(element.name());
    if let Some(id) = element.attr("id") {
        step.push('#');
        step.push_str(id);
    }
    let mut push = |class: &str| {
        step.push('.');
        step.push_str(class);
    };
    let written = element.attr("class").unwrap_or_default();
    let mut classes = written.split_ascii_whitespace();
    match (classes.next(), classes.next()) {
        (None, _) => {}
        (Some(only), None) => push(only),
        _ => {
            let classes: BTreeSet<&str> = written.split_ascii_whitespace().collect();
            classes.into_iter().take(4).for_each(push);
        }
    }
}

/// What a listing page shows, against what is known of its rows.
pub(super) fn listing_reading(
    found: &Found,
    known: &HashMap<ArticleKey, Known>,
    profile: &Profile,
) -> Reading {
    let Found {
        listing, glance, ..
    } = found;
    let is_first = found.page == 1;
    let mut reading = Reading {
        n_rows: is_first.then(|| u32::try_from(listing.rows.len()).unwrap_or(u32::MAX)),
        says_empty: listing.says_empty,
        spots: glance.spots.clone(),
        ..Reading::default()
    };
    for row in listing.ordinary() {
        reading.count(Measure::RowTitle, !row.title.is_empty());
        reading.count(Measure::RowAuthor, row.author.is_some());
        reading.count(Measure::RowDate, row.posted.is_some());
        if !row.current {
            reading.count(Measure::RowRank, row.rank.is_some());
        }
        reading.count(Measure::RowCategory, row.category.is_some());
        reading.count(Measure::RowViews, row.views.is_some());
        reading.count(Measure::RowComments, row.comment_count.is_some());
    }
    let dated: Vec<&PostedAt> = listing
        .ordinary()
        .filter_map(|row| row.posted.as_ref())
        .collect();
    if is_first && !listing.rows.is_empty() {
        let has_ordinary = listing.ordinary().next().is_some();
        reading.count(Measure::OrdinaryFound, has_ordinary);
    }
    if !listing.rows.is_empty() {
        let pager = &listing.pager;
        reading.count(
            Measure::PagerFound,
            pager.last.is_some() || pager.next.is_some() || pager.current.is_some(),
        );
    }
    for pair in dated.windows(2) {
        reading.count(
            Measure::NewestFirst,
            pair[0].at >= pair[1].at || pair[0].agrees(pair[1]),
        );
    }
    compare_with_known(&mut reading, &listing.rows, known, &profile.listing);
    let keys: BTreeSet<&str> = listing.rows.iter().map(|row| row.key.as_str()).collect();
    for key in &glance.linked {
        if known.get(key).is_some_and(|known| known.before_this_pass) {
            reading.count(Measure::RowOfLink, keys.contains(key.as_str()));
        }
    }
    reading
}

/// One value of before counts once: whoever was renamed was renamed in all rows. What no rule looks for in a row is known
/// from the article alone, and no row can say it again.
fn compare_with_known(
    reading: &mut Reading,
    rows: &[Row],
    known: &HashMap<ArticleKey, Known>,
    rules: &ListingRules,
) {
    let by_header = !rules.header.is_empty();
    let (shows_author, shows_date) = (
        by_header || !rules.author.is_empty(),
        by_header || !rules.date.is_empty(),
    );
    let (mut titles, mut authors, mut dates) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for row in rows {
        let Some(held) = known.get(&row.key).filter(|known| known.before_this_pass) else {
            continue;
        };
        if titles.insert(held.title.as_str()) {
            reading.count(
                Measure::TitleAsBefore,
                row.title == held.title || same_title(&row.title, &held.title),
            );
        }
        if shows_author
            && let Some(author) = &held.author
            && authors.insert(author.as_str())
        {
            reading.count(Measure::AuthorAsBefore, row.author.as_ref() == Some(author));
        }
        if shows_date
            && let Some(posted) = &held.posted
            && !row.notice
            && dates.insert(posted.at)
            && row.posted.as_ref().is_none_or(is_named)
        {
            reading.count(
                Measure::DateAsBefore,
                row.posted.as_ref().is_some_and(|row| says(row, posted)),
            );
        }
    }
}

/// Whether a row says when a post was written. One that leaves out the year is read as of the last that fits: on a board of
/// old posts it is another one.
fn says(row: &PostedAt, posted: &PostedAt) -> bool {
    const YEAR_DAYS: f64 = 365.2425;
    /// A row's day has no hour, and a leap day moves those behind it.
    const SLACK_DAYS: f64 = 2.0;
    let days = row.at.duration_since(posted.at).abs().as_secs_f64() / 86_400.0;
    let years = (days / YEAR_DAYS).round();
    row.agrees(posted)
        || (years > 0.0 && (days - years * YEAR_DAYS).abs() < SLACK_DAYS && is_yearless(&row.text))
}

/// A moment that is named, not counted back to.
fn is_named(posted: &PostedAt) -> bool {
    !posted.is_relative()
}

/// What an article's page shows, against its row.
pub(super) fn article_reading(
    content: &Article,
    glance: Glance,
    target: &ArticleTarget,
) -> Reading {
    let mut reading = Reading {
        spots: glance.spots,
        names: glance.names,
        n_letters: (content.class == PageClass::Article)
            .then(|| u32::try_from(content.text.chars().count()).unwrap_or(u32::MAX)),
        ..Reading::default()
    };
    let found = content.class == PageClass::Article;
    reading.count(Measure::ArticleFound, found);
    reading.count(Measure::ArticleTitle, content.title.is_some());
    reading.count(Measure::ArticleAuthor, content.author.is_some());
    reading.count(Measure::ArticleDate, content.posted.is_some());
    reading.count(
        Measure::ArticleText,
        !content.text.is_empty() || !content.images.is_empty(),
    );
    reading.count(Measure::ArticleCategory, content.category.is_some());
    if target.comment_count.is_some_and(|count| count > 0) {
        reading.count(
            Measure::CommentsFound,
            !content.comments.is_empty() || !content.comment_pages.others.is_empty(),
        );
    }
    let listed = fold(&target.listed_title);
    if let Some(title) = content.title.as_ref().filter(|_| !listed.is_empty()) {
        reading.count(Measure::TitleAsListed, same_title(title, &listed));
    }
    if let (Some(listed), Some(author)) = (&target.author, &content.author) {
        reading.count(Measure::AuthorAsListed, listed == author);
    }
    if let (Some(listed), Some(posted)) = (&target.posted, &content.posted)
        && is_named(listed)
        && is_named(posted)
    {
        // Listings that count by the day round it in their own way.
        let same = says(listed, posted)
            || (listed.precision < Precision::Day && posted.precision > Precision::Day);
        reading.count(Measure::DateAsListed, same);
    }
    reading
}

/// How the profiles of a run's boards fit.
#[derive(Default)]
pub(super) struct Fits(Mutex<HashMap<BoardId, Fit>>);

/// One board's.
#[derive(Debug, Default)]
pub(super) struct Fit {
    pub history: History,
    /// What earlier passes had counted: an article is held against these, not against its own pass.
    pub before: Arc<History>,
    pub broken: Option<Broken>,
    /// Doubts that known articles have cleared in this pass, in words.
    pub cleared: BTreeSet<String>,
    /// The last article that was believed in this pass, and a hash of its text that means something in this process alone.
    pub last_text: Option<(ArticleId, u64)>,
    /// Held by whoever looks whether an article is in doubt, and asks for known ones.
    pub doubting: Arc<tokio::sync::Mutex<()>>,
    /// A repaired profile was put in place, or refused, in this pass.
    pub tried: bool,
    /// What was repaired in this run, for the report.
    pub repaired: Option<String>,
    /// The pass that is under way; `None`: nothing was read of the board yet.
    pass: Option<PassId>,
    /// Since when it is under way, in this run: what was stored since is no witness of how the board was before.
    pub since: Timestamp,
    is_loaded: bool,
    n_unsaved: u32,
    /// See [`Kept`].
    rules: String,
}

/// A history as it is kept. What other rules have read says nothing of these: an operator who changes a profile, or a
/// newer boardwalk with better ones, begins anew. A repaired profile was made to read the same, and goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// Hash of the profile's text.
    rules: String,
    history: History,
}

fn rules(profile: &Profile) -> String {
    blake3::hash(profile.text.as_bytes()).to_hex().to_string()
}

impl Fits {
    pub fn of<R>(&self, board: BoardId, look: impl FnOnce(&mut Fit) -> R) -> R {
        look(self.lock().entry(board).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, Fit>> {
        self.0.lock().expect("no holder of this lock panics")
    }

    pub fn history(&self, board: BoardId) -> History {
        self.of(board, |fit| fit.history.clone())
    }

    /// Before a visit: takes up what earlier runs have counted, and with a new pass begins anew what goes by the pass.
    pub async fn ready<S: Store>(
        &self,
        store: &S,
        context: &BoardContext,
        pass: Option<PassId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let board = context.board.id;
        let (is_loaded, is_new) = self.of(board, |fit| {
            let is_new = pass.is_some() && pass != fit.pass;
            (fit.is_loaded, is_new)
        });
        if !is_loaded {
            let saved = store.fit(board).await?.unwrap_or_default();
            self.of(board, |fit| {
                // Two visits may have found it missing; another version's statistics are counted anew.
                if !std::mem::replace(&mut fit.is_loaded, true) {
                    fit.rules = rules(&context.profile);
                    let kept: Kept = serde_json::from_str(&saved.history).unwrap_or_default();
                    if kept.rules == fit.rules || context.board.profile.contains(REPAIRED) {
                        fit.history = kept.history;
                    }
                    fit.before = Arc::new(fit.history.clone());
                    fit.broken = saved.broken;
                    fit.pass = pass;
                    fit.since = at;
                }
            });
        } else if is_new {
            self.of(board, |fit| {
                fit.pass = pass;
                fit.since = at;
                fit.before = Arc::new(fit.history.clone());
                fit.cleared.clear();
                fit.last_text = None;
                fit.tried = false;
            });
            self.save(store, board).await?;
        }
        Ok(())
    }

    pub async fn save<S: Store>(&self, store: &S, board: BoardId) -> Result<(), StoreError> {
        let saved = self.of(board, |fit| {
            fit.n_unsaved = 0;
            SavedFit {
                history: serde_json::to_string(&Kept {
                    rules: fit.rules.clone(),
                    history: fit.history.clone(),
                })
                .unwrap_or_default(),
                broken: fit.broken.clone(),
            }
        });
        store.save_fit(board, saved).await
    }

    /// A page is believed.
    pub async fn note<S: Store>(
        &self,
        store: &S,
        board: BoardId,
        reading: &Reading,
    ) -> Result<(), StoreError> {
        let due = self.of(board, |fit| {
            fit.history.note(reading);
            fit.n_unsaved += 1;
            let fits_again = fit
                .broken
                .as_ref()
                .is_some_and(|broken| is_same_kind(&broken.finding, reading));
            if fits_again {
                fit.broken = None;
            }
            fits_again || fit.n_unsaved >= SAVE_EVERY
        });
        if due {
            self.save(store, board).await?;
        }
        Ok(())
    }

    /// What earlier passes found wrong with the board's listing, and no page has shown to be over.
    pub fn broken_listing(&self, board: BoardId) -> Option<Finding> {
        let finding = self.of(board, |fit| {
            let broken = fit.broken.as_ref()?;
            serde_json::from_str(&broken.finding).ok()
        });
        finding.filter(is_of_listings)
    }

    /// The profile does not fit, and could not be repaired.
    pub async fn set_broken<S: Store>(
        &self,
        store: &S,
        board: &BoardContext,
        finding: &Finding,
        why_not: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.of(board.board.id, |fit| {
            let since = fit.broken.as_ref().map_or(at, |broken| broken.since);
            fit.broken = Some(Broken {
                since,
                summary: finding.to_string(),
                finding: serde_json::to_string(finding).unwrap_or_default(),
                why_not: why_not.to_owned(),
                tried_at: at,
            });
        });
        self.save(store, board.board.id).await
    }
}

/// What was broken is what is read well now: listings, or articles.
fn is_same_kind(finding: &str, reading: &Reading) -> bool {
    let of_articles = serde_json::from_str(finding).is_ok_and(|finding| !is_of_listings(&finding));
    of_articles == reading.shares.contains_key(&Measure::ArticleFound)
        && (of_articles || reading.n_rows.is_some())
}

fn is_of_listings(finding: &Finding) -> bool {
    finding.expected_rows.is_some() || finding.seen_rows.is_some()
}

/// Doubts in words, to tell whether they have been cleared.
pub(super) fn labels(doubts: &[Evidence], difference: &[String]) -> Vec<String> {
    doubts
        .iter()
        .map(|doubt| doubt.measure.words().to_owned())
        .chain(difference.iter().cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_without_its_year_may_be_of_any() {
        let read = |at: &str, text: &str| PostedAt {
            at: at.parse().expect("a moment"),
            precision: Precision::Day,
            text: text.to_owned(),
        };
        let row = read("2026-02-28T15:00:00Z", "03-01");
        for (posted, same) in [
            ("2026-03-01T00:27:00Z", true),
            ("2021-03-01T00:27:00Z", true),
            ("2024-02-29T23:00:00Z", true),
            ("2026-03-05T00:27:00Z", false),
            ("2021-01-02T15:00:00Z", false),
            ("2021-09-01T00:27:00Z", false),
        ] {
            let posted = PostedAt {
                precision: Precision::Second,
                ..read(posted, posted)
            };
            assert_eq!(says(&row, &posted), same, "{posted:?}");
            let whole = read("2026-02-28T15:00:00Z", "2026-03-01");
            assert_eq!(says(&whole, &posted), whole.agrees(&posted), "{posted:?}");
        }
    }
}
