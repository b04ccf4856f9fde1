//! Does a board's profile still fit its pages?
//!
//! In: what the pages of a board have shown so far ([`History`]: how often each field was filled, how often what was read
//! agreed with what was known, where rows and bodies stood), and what one page, or one pass, shows now ([`Reading`]).
//! Out: a [`Finding`] with its evidence, or nothing.
//!
//! Two questions are asked. [`judge`] takes a listing page or a whole pass and says that the layout has changed only where
//! chance hardly ever does that. [`doubts`] takes one article and says what is not as always: too little for a finding,
//! enough to look at an article that is known before this one is believed.
//!
//! It must never take a quiet board, a deleted post, a renamed author or an empty page for a change of layout: nothing is
//! measured by what is new, only by what is there, and what one cause explains is counted once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What is counted. Of each: how many there could be, and how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    // Rows of a listing in which the field is filled.
    RowTitle,
    RowAuthor,
    RowDate,
    RowRank,
    RowCategory,
    RowViews,
    RowComments,
    /// Articles that are known and linked by the page: are they rows?
    RowOfLink,
    /// Known articles: does the row say what it said before? One author or title of before counts once.
    TitleAsBefore,
    AuthorAsBefore,
    DateAsBefore,
    /// Neighbours whose dates do not rise.
    NewestFirst,
    /// Listing pages under which other pages are linked.
    PagerFound,
    /// First pages with rows: are some of them not pinned?
    OrdinaryFound,
    // Articles' pages on which the field is filled.
    ArticleFound,
    ArticleTitle,
    ArticleAuthor,
    ArticleDate,
    ArticleText,
    ArticleCategory,
    /// Articles whose row counts comments: does the page show any?
    CommentsFound,
    /// Does the article's page say what its row says?
    TitleAsListed,
    AuthorAsListed,
    DateAsListed,
}

impl Measure {
    /// In words that fit behind a share: `0 of 15 …`.
    pub fn words(self) -> &'static str {
        match self {
            Self::RowTitle => "rows with a title",
            Self::RowAuthor => "rows with an author",
            Self::RowDate => "rows with a date that can be read",
            Self::RowRank => "rows with a number",
            Self::RowCategory => "rows with a category",
            Self::RowViews => "rows with a count of views",
            Self::RowComments => "rows with a count of comments",
            Self::RowOfLink => "linked articles that are known stand in rows",
            Self::TitleAsBefore => "known rows show the title that they showed before",
            Self::AuthorAsBefore => "known rows show the author that they showed before",
            Self::DateAsBefore => "known rows show the date that they showed before",
            Self::NewestFirst => "neighbours in the order of their dates",
            Self::PagerFound => "listing pages with links to others",
            Self::OrdinaryFound => "first pages with rows that are not pinned",
            Self::ArticleFound => "pages show an article",
            Self::ArticleTitle => "articles with a title",
            Self::ArticleAuthor => "articles with an author",
            Self::ArticleDate => "articles with a date that can be read",
            Self::ArticleText => "articles with a text",
            Self::ArticleCategory => "articles with a category",
            Self::CommentsFound => "articles with comments show them",
            Self::TitleAsListed => "articles have the title of their row",
            Self::AuthorAsListed => "articles have the author of their row",
            Self::DateAsListed => "articles have the date of their row",
        }
    }

    /// Is as good as always so, on any board, before anything has been counted: a row does not change what it says of an
    /// article.
    fn is_taken_for_granted(self) -> bool {
        matches!(
            self,
            Self::RowOfLink | Self::TitleAsBefore | Self::AuthorAsBefore | Self::DateAsBefore
        )
    }
}

impl Measure {
    /// What tells, before a row is seen for the second time, whether it will say the same again.
    fn told_by(self) -> Option<Measure> {
        match self {
            Self::TitleAsBefore => Some(Self::TitleAsListed),
            Self::AuthorAsBefore => Some(Self::AuthorAsListed),
            Self::DateAsBefore => Some(Self::DateAsListed),
            _ => None,
        }
    }
}

/// `n` of `of`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub n: u32,
    pub of: u32,
}

impl Share {
    pub fn add(&mut self, holds: bool) {
        self.n += u32::from(holds);
        self.of += 1;
    }

    /// 0 where there is nothing to count.
    pub fn rate(self) -> f64 {
        if self.of == 0 {
            0.0
        } else {
            f64::from(self.n) / f64::from(self.of)
        }
    }
}

/// What a place on a page is called, and the way to it from the root: `body: html > body > div.post > p`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    pub what: String,
    pub path: String,
}

/// What one page showed, or all pages of a pass together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    pub shares: BTreeMap<Measure, Share>,
    /// Rows of a first page: `None` where this is something else.
    pub n_rows: Option<u32>,
    /// The page says in words that there is nothing on it.
    pub says_empty: bool,
    /// Where rows, bodies and fields stood.
    pub spots: Vec<Spot>,
    /// Classes and ids of an article's page, those within its text and its comments left out.
    pub names: Arc<BTreeSet<String>>,
    /// Letters of an article's text.
    pub n_letters: Option<u32>,
}

impl Reading {
    pub fn count(&mut self, measure: Measure, holds: bool) {
        self.shares.entry(measure).or_default().add(holds);
    }

    /// Adds another page of the same pass.
    pub fn add(&mut self, other: &Reading) {
        for (measure, share) in &other.shares {
            let sum = self.shares.entry(*measure).or_default();
            sum.n = sum.n.saturating_add(share.n);
            sum.of = sum.of.saturating_add(share.of);
        }
        self.n_rows = self.n_rows.or(other.n_rows);
        self.says_empty |= other.says_empty;
        for spot in &other.spots {
            if self.spots.len() < MAX_SPOTS && !self.spots.contains(spot) {
                self.spots.push(spot.clone());
            }
        }
    }
}

/// Beyond this many, sums are halved, so that a slow change of the board's habits is learnt.
const MEMORY: u32 = 1_000;
/// Page sizes remembered.
const MAX_SIZES: usize = 9;
/// Places remembered; templates have a handful.
const MAX_SPOTS: usize = 40;
/// Names remembered.
const MAX_NAMES: usize = 500;
/// Names of one kind that are told.
const MAX_TOLD: usize = 6;

/// What was believed of a board's pages so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    shares: BTreeMap<Measure, Share>,
    /// Rows of first pages, oldest first.
    n_rows: Vec<u32>,
    spots: Vec<Spot>,
    /// Classes and ids of articles' pages, and on how many pages each stood.
    names: BTreeMap<String, u32>,
    /// Pages of which the names were looked at.
    n_named: u32,
    /// Letters of the shortest text.
    shortest: Option<u32>,
}

impl History {
    /// Learns from a page that is believed.
    pub fn note(&mut self, reading: &Reading) {
        for (measure, share) in &reading.shares {
            let sum = self.shares.entry(*measure).or_default();
            sum.n = sum.n.saturating_add(share.n);
            sum.of = sum.of.saturating_add(share.of);
            if sum.of > MEMORY {
                sum.n /= 2;
                sum.of /= 2;
            }
        }
        if let Some(n_rows) = reading.n_rows {
            self.n_rows.push(n_rows);
            let n_old = self.n_rows.len().saturating_sub(MAX_SIZES);
            self.n_rows.drain(..n_old);
        }
        for spot in &reading.spots {
            self.spots.retain(|known| known != spot);
            self.spots.push(spot.clone());
        }
        let n_old = self.spots.len().saturating_sub(MAX_SPOTS);
        self.spots.drain(..n_old);
        if !reading.names.is_empty() {
            self.n_named = self.n_named.saturating_add(1);
            // Both are in order, and nearly all names are known: they are met side by side, not looked up.
            let mut known = self.names.iter_mut().peekable();
            let mut unknown = Vec::new();
            for name in &*reading.names {
                while known.next_if(|(before, _)| *before < name).is_some() {}
                match known.next_if(|(same, _)| *same == name) {
                    Some((_, n)) => *n = n.saturating_add(1),
                    None => unknown.push(name),
                }
            }
            let n_free = MAX_NAMES.saturating_sub(self.names.len());
            let unknown = unknown.into_iter().take(n_free);
            self.names.extend(unknown.map(|name| (name.clone(), 1)));
        }
        if let Some(n_letters) = reading.n_letters {
            self.shortest = Some(self.shortest.map_or(n_letters, |held| held.min(n_letters)));
        }
    }

    /// Things stand elsewhere from now on, and that is as it should be.
    pub fn forget_spots(&mut self) {
        self.spots.clear();
        self.names.clear();
        self.n_named = 0;
    }

    pub fn share(&self, measure: Measure) -> Share {
        self.shares.get(&measure).copied().unwrap_or_default()
    }

    /// It was so nearly always, and often enough to say so.
    pub fn is_reliable(&self, measure: Measure) -> bool {
        let share = self.share(measure);
        let enough = match measure {
            // Few boards have many comments, and each of them is a whole list; a page that is none is plain to see.
            Measure::CommentsFound | Measure::ArticleFound => FEW,
            Measure::PagerFound | Measure::OrdinaryFound => 2,
            _ => ENOUGH,
        };
        share.of >= enough && share.rate() >= RELIABLE
    }

    /// Rows that a first page has: the median.
    pub fn usual_rows(&self) -> Option<u32> {
        let mut sizes = self.n_rows.clone();
        sizes.sort_unstable();
        sizes.get(sizes.len() / 2).copied()
    }
}

/// Pages or rows before a habit is one.
const ENOUGH: u32 = 20;
const FEW: u32 = 4;
/// From here on a field is there by rule, and its absence an exception. Fields filled less often come in clusters (a
/// series, an author), which no sum of independent rows describes.
const RELIABLE: f64 = 0.9;
/// What is taken for granted counts as so many pages on which it held, and one on which it did not.
const GRANTED: Share = Share { n: 19, of: 20 };
/// Of ten thousand boards polled fifty times a day, one is alarmed by chance every two days.
const LN_CHANCE: f64 = -13.8;
/// No template is so sound that less than this share of its rows is odd.
const LEAST_ODD: f64 = 0.01;
/// A page that links so many known articles is the board's listing, whatever is read from it.
const KNOWN_LINKS: u32 = 3;

/// Rows by which the end of a finding is told. Fewer may say the same as before by chance.
const ENOUGH_TO_TELL: u32 = 3;

/// A measure, before and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub measure: Measure,
    /// Share of before; 0.95 where nothing was counted and it goes without saying.
    pub before: f64,
    pub now: Share,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} {} (before: {:.0} %)",
            self.now.n,
            self.now.of,
            self.measure.words(),
            100.0 * self.before
        )
    }
}

/// The profile does not fit any more, and how that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Rows that a first page had; `None` where it is not about rows.
    pub expected_rows: Option<u32>,
    pub seen_rows: Option<u32>,
    /// The worst first.
    pub evidence: Vec<Evidence>,
    /// What stood where before, and what stands there now.
    pub difference: Vec<String>,
}

impl Finding {
    /// A finding from doubts about articles that looking at known ones has confirmed.
    pub fn of_articles(evidence: Vec<Evidence>, difference: Vec<String>) -> Self {
        Self {
            evidence,
            difference,
            ..Self::default()
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the layout has changed")?;
        let mut mark = ": ";
        if let (Some(expected), Some(seen)) = (self.expected_rows, self.seen_rows)
            && seen < expected
        {
            write!(f, "{mark}{seen} rows instead of about {expected}")?;
            mark = "; ";
        }
        for evidence in self.evidence.iter().take(3) {
            write!(f, "{mark}{evidence}")?;
            mark = "; ";
        }
        if self.evidence.is_empty()
            && let Some(line) = self.difference.first()
        {
            write!(f, "{mark}{line}")?;
        }
        Ok(())
    }
}

/// Takes a listing page or a pass. `None`: it may well be as before.
pub fn judge(history: &History, now: &Reading) -> Option<Finding> {
    let mut fallen: Vec<(f64, Evidence)> = now
        .shares
        .iter()
        .filter_map(|(measure, share)| fall(history, *measure, *share))
        .collect();
    let linked = now
        .shares
        .get(&Measure::RowOfLink)
        .copied()
        .unwrap_or_default();
    let no_rows =
        now.n_rows == Some(0) && !now.says_empty && linked.n == 0 && linked.of >= KNOWN_LINKS;
    // One page is no statistics; but a full page without a pager, where there always was one, is not the last one, and one
    // that has its pinned rows and no others, and does not say so, has lost them.
    let is_full = now.n_rows.is_some_and(|n| Some(n) >= history.usual_rows());
    for (measure, tells) in [
        (Measure::PagerFound, is_full),
        (Measure::OrdinaryFound, !now.says_empty),
    ] {
        if let Some(share) = now.shares.get(&measure)
            && share.n == 0
            && tells
            && history.is_reliable(measure)
        {
            let evidence = Evidence {
                measure,
                before: history.share(measure).rate(),
                now: *share,
            };
            fallen.push((LN_CHANCE, evidence));
        }
    }
    if fallen.is_empty() && !no_rows {
        return None;
    }
    if no_rows && fallen.is_empty() {
        let evidence = Evidence {
            measure: Measure::RowOfLink,
            before: GRANTED.rate(),
            now: linked,
        };
        fallen.push((0.0, evidence));
    }
    fallen.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some(Finding {
        expected_rows: now.n_rows.and(history.usual_rows()),
        seen_rows: now.n_rows,
        evidence: fallen.into_iter().map(|(_, evidence)| evidence).collect(),
        difference: difference(history, now),
    })
}

/// Whether what was found is over, by the listing pages that were read since. `None`: they do not tell, for what was
/// missed cannot be missed on them (rows that are all new cannot say what they said before).
pub fn is_over(finding: &Finding, now: &Reading) -> Option<bool> {
    let mut tells_all = !finding.evidence.is_empty();
    for evidence in &finding.evidence {
        let share = now
            .shares
            .get(&evidence.measure)
            .copied()
            .unwrap_or_default();
        if share.of < evidence.now.of.min(ENOUGH_TO_TELL) {
            tells_all = false;
        } else if share.rate() < (evidence.before + evidence.now.rate()) / 2.0 {
            return Some(false);
        }
    }
    tells_all.then_some(true)
}

/// The logarithm of the chance of so few, where that is next to none.
fn fall(history: &History, measure: Measure, now: Share) -> Option<(f64, Evidence)> {
    let before = habit(history, measure)?;
    let odd =
        ((f64::from(before.of - before.n) + 1.0) / (f64::from(before.of) + 2.0)).max(LEAST_ODD);
    let missing = 1.0 - now.rate();
    if now.of == 0 || missing <= odd {
        return None;
    }
    // Chernoff's bound: the chance of this many odd ones is at most exp(-n KL(missing, odd)).
    let term = |a: f64, b: f64| if a > 0.0 { a * (a / b).ln() } else { 0.0 };
    let ln_chance = -f64::from(now.of) * (term(missing, odd) + term(1.0 - missing, 1.0 - odd));
    (ln_chance < LN_CHANCE).then(|| {
        let evidence = Evidence {
            measure,
            before: before.rate(),
            now,
        };
        (ln_chance, evidence)
    })
}

/// How often it was so; `None` where that says nothing.
fn habit(history: &History, measure: Measure) -> Option<Share> {
    if history.is_reliable(measure) {
        return Some(history.share(measure));
    }
    let share = history.share(measure);
    // A listing that shows who replied last, and when, says something else each time: the articles' own pages tell.
    let contradicted = measure.told_by().is_some_and(|told_by| {
        history.share(told_by).of >= FEW && history.share(told_by).rate() < RELIABLE
    });
    (measure.is_taken_for_granted() && !contradicted && share.of < ENOUGH).then(|| Share {
        n: share.n + GRANTED.n,
        of: share.of + GRANTED.of,
    })
}

/// What of one article is not as nearly always. Empty: nothing.
pub fn doubts(history: &History, now: &Reading) -> Vec<Evidence> {
    let mut odd: Vec<Evidence> = now
        .shares
        .iter()
        .filter(|(measure, share)| share.n < share.of && history.is_reliable(**measure))
        .map(|(measure, share)| Evidence {
            measure: *measure,
            before: history.share(*measure).rate(),
            now: *share,
        })
        .collect();
    odd.sort_by(|a, b| b.before.total_cmp(&a.before));
    odd
}

/// What a page's structure has that was never seen on this board: things in other places, names of elements, an article
/// without its text. Empty also where nothing is known yet. Lines, each of which says the same of the next page.
pub fn difference(history: &History, now: &Reading) -> Vec<String> {
    let mut lines = Vec::new();
    for spot in &now.spots {
        if history.spots.contains(spot) {
            continue;
        }
        let before = history
            .spots
            .iter()
            .rev()
            .find(|known| known.what == spot.what);
        if let Some(before) = before {
            lines.push(format!(
                "{}: {} instead of {}",
                spot.what, spot.path, before.path
            ));
        }
    }
    if !now.names.is_empty() && history.n_named >= ENOUGH {
        let full = history.names.len() >= MAX_NAMES;
        let unknown = now
            .names
            .iter()
            .filter(|name| !full && !history.names.contains_key(*name));
        let missing = history
            .names
            .iter()
            .filter(|(name, n)| **n >= history.n_named && !now.names.contains(*name))
            .map(|(name, _)| name);
        let told = |name: &String, what: &str| format!("{name}: {what}");
        lines.extend(
            unknown
                .take(MAX_TOLD)
                .map(|name| told(name, "never seen before")),
        );
        lines.extend(
            missing
                .take(MAX_TOLD)
                .map(|name| told(name, "on all pages before, and not here")),
        );
    }
    if let (Some(n_letters), Some(shortest)) = (now.n_letters, history.shortest)
        && history.n_named >= ENOUGH
        && 2 * n_letters < shortest
    {
        lines.push(format!(
            "text: much shorter than any before ({shortest} letters)"
        ));
    }
    // What was nowhere to be found has no place to compare.
    let newest = |what: &str| history.spots.iter().rev().find(|known| known.what == what);
    for what in ["rows", "body"] {
        let asked = match what {
            "rows" => now.n_rows.is_some(),
            _ => now.shares.contains_key(&Measure::ArticleFound),
        };
        let there = now.spots.iter().any(|spot| spot.what == what);
        if asked
            && !there
            && let Some(before) = newest(what)
        {
            lines.push(format!("{what}: nowhere, instead of {}", before.path));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(n_rows: u32, filled: &[(Measure, u32)]) -> Reading {
        Reading {
            shares: filled
                .iter()
                .map(|(measure, n)| (*measure, Share { n: *n, of: n_rows }))
                .collect(),
            n_rows: Some(n_rows),
            ..Reading::default()
        }
    }

    fn history(n_pages: u32) -> History {
        let mut history = History::default();
        for _ in 0..n_pages {
            let mut page = page(
                15,
                &[
                    (Measure::RowTitle, 15),
                    (Measure::RowAuthor, 15),
                    (Measure::RowDate, 15),
                    (Measure::RowCategory, 7),
                ],
            );
            page.spots = vec![Spot {
                what: "rows".into(),
                path: "html > body > table > tr".into(),
            }];
            history.note(&page);
        }
        history
    }

    #[test]
    fn an_ordinary_page_is_none_to_speak_of() {
        let now = page(15, &[(Measure::RowTitle, 15), (Measure::RowAuthor, 15)]);
        assert_eq!(judge(&history(4), &now), None);
        // A post without an author, and a page of two rows.
        let now = page(15, &[(Measure::RowAuthor, 14)]);
        assert_eq!(judge(&history(4), &now), None);
        assert_eq!(
            judge(&history(4), &page(2, &[(Measure::RowAuthor, 1)])),
            None
        );
    }

    #[test]
    fn a_field_that_was_always_filled_and_no_longer_is_tells() {
        let now = page(15, &[(Measure::RowTitle, 15), (Measure::RowDate, 0)]);
        let finding = judge(&history(4), &now).expect("a finding");
        assert_eq!(finding.evidence[0].measure, Measure::RowDate);
        assert_eq!(
            finding.to_string(),
            "the layout has changed: 0 of 15 rows with a date that can be read (before: 100 %)"
        );
    }

    #[test]
    fn a_field_that_comes_and_goes_tells_nothing() {
        assert_eq!(
            judge(&history(9), &page(15, &[(Measure::RowCategory, 0)])),
            None
        );
    }

    #[test]
    fn without_a_history_only_what_goes_without_saying_is_held_against_a_page() {
        let nothing = History::default();
        assert_eq!(judge(&nothing, &page(15, &[(Measure::RowDate, 0)])), None);
        let now = page(15, &[(Measure::AuthorAsBefore, 0)]);
        assert!(judge(&nothing, &now).is_some());
        // One author was renamed: it is counted once.
        assert_eq!(
            judge(&nothing, &page(1, &[(Measure::AuthorAsBefore, 0)])),
            None
        );
    }

    #[test]
    fn a_first_page_of_nothing_but_pinned_rows_tells_unless_it_says_that_it_is_empty() {
        let first = |n: u32| {
            let mut page = page(12, &[]);
            page.count(Measure::OrdinaryFound, n > 0);
            page
        };
        let mut history = History::default();
        assert_eq!(
            judge(&history, &first(0)),
            None,
            "it may always have been so"
        );
        (0..2).for_each(|_| history.note(&first(10)));
        assert_eq!(judge(&history, &first(10)), None);
        let finding = judge(&history, &first(0)).expect("a finding");
        assert_eq!(finding.evidence[0].measure, Measure::OrdinaryFound);
        let mut said = first(0);
        said.says_empty = true;
        assert_eq!(judge(&history, &said), None);
        assert_eq!(is_over(&finding, &first(10)), Some(true));
    }

    #[test]
    fn rows_that_vanish_from_a_page_that_links_known_articles_tell() {
        let mut now = page(0, &[]);
        assert_eq!(
            judge(&history(2), &now),
            None,
            "nothing is there: who knows"
        );
        now.shares.insert(Measure::RowOfLink, Share { n: 0, of: 3 });
        let finding = judge(&history(2), &now).expect("a finding");
        assert_eq!(
            (finding.expected_rows, finding.seen_rows),
            (Some(15), Some(0))
        );
        assert_eq!(
            finding.difference,
            ["rows: nowhere, instead of html > body > table > tr"]
        );
        now.says_empty = true;
        assert_eq!(judge(&history(2), &now), None, "it says that it is empty");
    }

    #[test]
    fn a_finding_is_over_when_what_was_missed_is_there_again() {
        let broken = page(15, &[(Measure::TitleAsBefore, 0)]);
        let finding = judge(&history(4), &broken).expect("a finding");
        let all_new = page(15, &[(Measure::RowTitle, 15)]);
        assert_eq!(is_over(&finding, &all_new), None);
        let mut some_known = all_new.clone();
        for (n, of, over) in [
            (2, 2, None),
            (3, 3, Some(true)),
            (1, 3, Some(false)),
            (0, 9, Some(false)),
        ] {
            let share = Share { n, of };
            some_known.shares.insert(Measure::TitleAsBefore, share);
            assert_eq!(is_over(&finding, &some_known), over, "{share:?}");
        }
    }

    #[test]
    fn one_article_is_doubted_by_what_is_reliable() {
        let mut history = History::default();
        let mut good = Reading::default();
        good.count(Measure::ArticleText, true);
        good.count(Measure::TitleAsListed, true);
        let mut poor = Reading::default();
        poor.count(Measure::ArticleText, false);
        for n in 0..30 {
            assert!(n >= ENOUGH || doubts(&history, &poor).is_empty());
            history.note(&good);
        }
        let doubted = doubts(&history, &poor);
        assert_eq!(doubted.len(), 1);
        assert_eq!(doubted[0].measure, Measure::ArticleText);
        assert_eq!(doubts(&history, &good), []);
    }

    #[test]
    fn habits_are_forgotten_by_and_by() {
        let mut history = history(1);
        let without = page(15, &[(Measure::RowAuthor, 0)]);
        for _ in 0..200 {
            history.note(&without);
        }
        assert!(history.share(Measure::RowAuthor).of <= MEMORY);
        assert!(!history.is_reliable(Measure::RowAuthor));
        assert_eq!(history.usual_rows(), Some(15));
    }

    #[test]
    fn a_history_survives_being_written_down() {
        let history = history(3);
        let text = serde_json::to_string(&history).unwrap();
        assert_eq!(serde_json::from_str::<History>(&text).unwrap(), history);
    }
}
