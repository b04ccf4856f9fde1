//! How is a board read that no profile knows? In: a few of its pages. Out: a profile's text in the format of the built-in
//! ones, and every decision with its score and reason; or, below a floor, a refusal that says what was seen. Pure: the
//! conductor fetches, and checks the profile against the pages it was learnt from.
//!
//! Learning goes in two steps, since which articles to ask for follows from the listing: [`learn_listing`] reads one or
//! two listing pages and names a few articles; [`learn`] takes these too and writes the profile.

mod address;
mod article;
mod attachments;
mod body;
mod calls;
mod candidates;
mod columns;
mod css;
mod depth;
mod field_rule;
mod first_post;
mod ground;
mod header;
mod interfaces;
mod joined;
mod leads;
mod lies;
mod links;
mod listing_url;
mod loose;
mod notices;
mod record_dates;
mod record_keys;
mod record_names;
mod records;
mod region;
pub mod repair;
mod short_words;
mod site;
mod thread_pages;
mod title_link;
mod titles;
mod unanchored;
mod within;
mod words;
mod write;
mod written_pager;

use std::fmt;

use crate::document::{ElementRef, Html, Selector};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::model::{Calendar, NumberOrder};
use crate::profile::files::hands_out;
use crate::profile::{Call, JsonList};

pub use article::same_title;

use address::ArticleShape;
use article::{ArticleRules, Sample};
pub use calls::calls;
pub use candidates::{Candidate, is_open, listing_candidates};
use columns::{Columns, RowFacts};
pub use interfaces::{
    Answer, Endpoint, Index, Testimony, Turn, as_endpoint, endpoints, first_row, goes_on, has_rows,
    is_about, learn_interface, read_answer, sitemap, sitemap_index, testimony,
};
use listing_url::ListingShape;
use thread_pages::thread_pages;
pub use written_pager::written_second_page;

/// Articles asked for to learn where their fields stand.
const MAX_SAMPLES: usize = 5;
/// Multiples of it, without their whole parts, lie as far from each other as can be: the golden section.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// Bytes of text that are learnt from together: a tree takes some twenty times its text. An ordinary page has 100,000.
pub const MOST_TEXT: usize = 6 * 1024 * 1024;

/// A page of the board as it came.
#[derive(Clone, Copy)]
pub struct SeenPage<'a> {
    pub html: &'a Html,
    pub url: &'a Url,
    /// The server's clock when it answered.
    pub as_of: Timestamp,
}

/// An article as it came.
#[derive(Clone, Copy)]
pub struct SeenArticle<'a> {
    /// Its place among [`ListingDraft::samples`].
    pub sample: usize,
    pub page: SeenPage<'a>,
    /// The links of its pager in order, that of page 2 first.
    pub turns: &'a [Url],
}

/// How one gets about in a listing.
#[derive(Debug, Default, Clone)]
pub struct Navigation {
    /// The pager's links in order, that of page 2 first.
    pub turns: Vec<Url>,
    /// The page that page 2 names as the next.
    pub third: Option<Url>,
    /// Functions of the page's scripts that stand in links' places.
    pub calls: Vec<Call>,
    /// The listing stands in a `<noscript>`.
    pub without_scripts: bool,
    /// Links lead where their data or the form around them says.
    pub hidden_links: bool,
    /// The newest page is the last: page 2 is the one that the pager has in front of it.
    pub backwards: bool,
}

/// One decision of the learner.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Decision {
    /// The key of the profile it decides: `listing.rows`.
    pub what: &'static str,
    pub value: String,
    /// Comparable with those of the candidates that lost, not with other decisions.
    pub score: f64,
    pub reason: String,
    /// The best of the others.
    pub lost: Vec<String>,
}

/// Why no profile was learnt.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct Refusal {
    /// What could not be found.
    pub missing: &'static str,
    /// What was seen instead.
    pub seen: Decision,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.missing, self.seen.reason)?;
        if !self.seen.value.is_empty() {
            write!(
                f,
                "; the best was {} (score {:.1})",
                self.seen.value, self.seen.score
            )?;
        }
        if !self.seen.lost.is_empty() {
            write!(f, "; others: {}", self.seen.lost.join("; "))?;
        }
        Ok(())
    }
}

/// What the listing pages told.
#[derive(Debug, Clone)]
pub struct ListingDraft {
    container: Vec<String>,
    rows_css: String,
    /// What the links of rows have in common.
    kind: String,
    columns: Columns,
    /// As far as listing pages tell.
    date_order: Option<NumberOrder>,
    article: ArticleShape,
    listing: ListingShape,
    calls: Vec<Call>,
    /// Pages are read as they are for readers without scripts.
    pub without_scripts: bool,
    /// Links are read where their data or the form around them says.
    pub hidden_links: bool,
    /// The rows come from an endpoint that answers in JSON.
    interface: Option<interfaces::Interface>,
    decisions: Vec<Decision>,
    /// Rows on each page.
    pub n_rows: Vec<usize>,
    /// Articles that tell most of where fields stand, the best first.
    pub samples: Vec<Url>,
    /// What the row of each sample says.
    facts: Vec<RowFacts>,
}

impl ListingDraft {
    /// How much its rows look like a board's, comparable with other drafts of the same pages.
    pub fn score(&self) -> f64 {
        self.decisions
            .first()
            .map_or(0.0, |decision| decision.score)
    }

    /// Whether rows tell when their articles were written.
    fn tells_dates(&self) -> bool {
        self.columns.fields.contains_key("date")
    }

    /// Whether the rows may be those of a menu: a few links that tell nothing more.
    pub fn may_be_a_menu(&self) -> bool {
        /// Longer ones are listings.
        const MAX_ENTRIES: usize = 15;
        self.columns.fields.is_empty() && self.n_rows.iter().sum::<usize>() <= MAX_ENTRIES
    }

    /// Whether rows tell the titles of their articles.
    fn tells_titles(&self) -> bool {
        let list = self.interface.as_ref().map(|interface| &interface.list);
        list.is_none_or(JsonList::tells_titles)
    }

    /// The page for people, where the rows come from elsewhere.
    fn page_for_people(&self) -> Option<&ListingShape> {
        self.interface.as_ref()?.page.as_ref()
    }

    /// The page with what it holds as data shown, where the listing's rows stand in that.
    pub fn with_data_shown(&self, text: &str) -> Option<String> {
        let list = &self.interface.as_ref()?.list;
        list.island.as_ref().and_then(|_| list.page(text))
    }

    /// Whether the article behind a sample's row may be called so. Where the row comes from an endpoint, only its own title
    /// tells that the link, which a script makes, was understood; an address in a sitemap is nobody's making.
    pub fn may_be_titled(&self, sample: usize, title: &str) -> bool {
        let row = self.facts.get(sample);
        match &self.interface {
            Some(_) if self.tells_titles() => row.is_some_and(|row| same_title(title, &row.title)),
            Some(_) | None => true,
        }
    }
}

/// A profile as it was learnt.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// The profile's name: `learnt-board.example-news`.
    pub name: String,
    pub text: String,
    pub decisions: Vec<Decision>,
}

/// Learns a listing from its first page and, where there is one, the second.
///
/// # Errors
/// Where no group of rows stands out, or their links do not tell articles apart.
pub fn learn_listing(
    pages: &[SeenPage<'_>],
    navigation: &Navigation,
) -> Result<ListingDraft, Refusal> {
    draft(pages, navigation, None)
}

/// As [`learn_listing`], of the rows that somebody chose among the [`listing_candidates`] of the same pages.
///
/// # Errors
/// Where their links do not tell articles apart.
pub fn learn_chosen_listing(
    pages: &[SeenPage<'_>],
    navigation: &Navigation,
    chosen: &Candidate,
) -> Result<ListingDraft, Refusal> {
    draft(pages, navigation, Some(chosen))
}

fn draft(
    pages: &[SeenPage<'_>],
    navigation: &Navigation,
    chosen: Option<&Candidate>,
) -> Result<ListingDraft, Refusal> {
    let refuse = |missing, seen| Refusal { missing, seen };
    let region =
        region::region(pages, chosen).map_err(|seen| refuse("no listing was found", seen))?;
    let first = pages
        .first()
        .ok_or_else(|| refuse("no page to learn from", region.decision.clone()))?;
    let links: Vec<Url> = region
        .pages
        .iter()
        .flatten()
        .map(|row| row.url.clone())
        .collect();
    let article = address::article_shape(&links, first.url).ok_or_else(|| {
        refuse(
            "the rows' links do not tell articles apart",
            region.decision.clone(),
        )
    })?;
    let listing = listing_url::listing_shape(first.url, navigation, &article)
        .ok_or_else(|| refuse("the pager's links follow no rule", region.decision.clone()))?;
    let zone = TimeZone::get(site::timezone_of(first.html)).unwrap_or(TimeZone::UTC);
    let date_order = site::date_order(pages.iter());
    let calendar = Calendar {
        zone: &zone,
        order: date_order,
    };
    let columns = columns::columns(&region.pages, pages, calendar);
    let container = container(pages, &region.pages);
    let mut decisions = vec![region.decision.clone()];
    decisions.extend(columns.decisions.iter().cloned());
    let rows = region
        .pages
        .iter()
        .zip(&columns.rows)
        .flat_map(|(rows, facts)| rows.iter().map(|row| &row.url).zip(facts));
    let (samples, facts) = samples(rows.collect());
    Ok(ListingDraft {
        container,
        rows_css: region.rows_css,
        kind: region.kind,
        n_rows: region.pages.iter().map(Vec::len).collect(),
        columns,
        date_order,
        article,
        listing,
        calls: navigation.calls.clone(),
        without_scripts: navigation.without_scripts,
        hidden_links: navigation.hidden_links,
        interface: None,
        decisions,
        samples,
        facts,
    })
}

/// Names of the rows' common element that find it on every page seen.
fn container(pages: &[SeenPage<'_>], rows: &[Vec<region::RowSeen<'_>>]) -> Vec<String> {
    let elements: Vec<_> = pages
        .iter()
        .zip(rows)
        .filter(|(_, rows)| rows.len() > 1)
        .filter_map(|(page, rows)| Some((page, region::container(page.html, rows)?)))
        .collect();
    let Some((_, first)) = elements.first() else {
        return vec!["body".into()];
    };
    let finds_all = |name: &String| {
        Selector::parse(name).is_ok_and(|selector| {
            elements
                .iter()
                .all(|(page, element)| page.html.select(&selector).next() == Some(*element))
        })
    };
    let mut names: Vec<String> = css::names_of(*first)
        .into_iter()
        .filter(finds_all)
        .take(2)
        .collect();
    if names.is_empty() {
        names.push("body".into());
    }
    names
}

/// Ordinary, public articles from all over the pages, those with comments first; the pages' own order otherwise.
fn samples(all: Vec<(&Url, &RowFacts)>) -> (Vec<Url>, Vec<RowFacts>) {
    let mut rows: Vec<(&Url, &RowFacts)> = all
        .iter()
        .filter(|(_, facts)| !facts.notice && !facts.secret && !facts.title.is_empty())
        .copied()
        .collect();
    if rows.len() < 2 {
        rows = all;
    }
    if rows.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut chosen: Vec<(&Url, &RowFacts)> = Vec::new();
    let mut discussed: Vec<&(&Url, &RowFacts)> = rows
        .iter()
        .filter(|(_, facts)| facts.comments >= 2)
        .collect();
    discussed.sort_by_key(|(_, facts)| std::cmp::Reverse(facts.comments.min(50)));
    // Where no column is known to count replies, the rows with the highest numbers are the busiest.
    let busiest = busiest(&rows);
    // Steps of one length may meet what repeats itself at that length, such as who writes on which day.
    let spread = (0..MAX_SAMPLES).map(|nth| {
        let share = (nth as f64 * GOLDEN).fract();
        &rows[(share * rows.len() as f64) as usize]
    });
    let spread = spread.chain(rows.iter());
    for row in discussed.into_iter().take(2).chain(busiest).chain(spread) {
        if chosen.len() < MAX_SAMPLES
            && !chosen
                .iter()
                .any(|(url, _)| address::bare(url) == address::bare(row.0))
        {
            chosen.push(*row);
        }
    }
    chosen
        .into_iter()
        .map(|(url, facts)| (url.clone(), facts.clone()))
        .unzip()
}

/// For each of the first numbers in the rows, the row where it is highest, unless all have the same.
fn busiest<'r>(rows: &'r [(&'r Url, &'r RowFacts)]) -> Vec<&'r (&'r Url, &'r RowFacts)> {
    /// Replies and views.
    const MAX_NUMBERS: usize = 2;
    let mut found = Vec::new();
    for at in 0..MAX_NUMBERS {
        let number = |row: &(&Url, &RowFacts)| row.1.numbers.get(at).copied().unwrap_or(0);
        let highest = rows.iter().max_by_key(|row| number(row));
        let lowest = rows.iter().map(number).min();
        found.extend(highest.filter(|row| lowest.is_some_and(|lowest| number(row) > lowest)));
    }
    found
}

/// Learns the articles and writes the profile. `articles` are answers to [`ListingDraft::samples`]. `closed` are answers
/// that refused an article to guests; where all did, the profile reads the listing only, and takes no page for an article.
///
/// # Errors
/// Where no body stands out on the articles.
pub fn learn(
    draft: &ListingDraft,
    first: &SeenPage<'_>,
    articles: &[SeenArticle<'_>],
    closed: &[SeenPage<'_>],
) -> Result<Learnt, Refusal> {
    let mut samples: Vec<Sample<'_>> = articles
        .iter()
        .filter_map(|seen| {
            Some(Sample {
                page: seen.page,
                row: draft.facts.get(seen.sample)?.clone(),
            })
        })
        .collect();
    if !draft.tells_titles() {
        titles::title_of_own(&mut samples);
    }
    let timezone = site::timezone_of(first.html);
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let seen = || std::iter::once(first).chain(articles.iter().map(|seen| &seen.page));
    let date_order = draft.date_order.or_else(|| site::date_order(seen()));
    let calendar = Calendar {
        zone: &zone,
        order: date_order,
    };
    let rules = if samples.is_empty() && closed.len() >= 2 {
        ArticleRules::closed(closed.len())
    } else {
        let is_row =
            |row: ElementRef<'_>, page: &SeenPage<'_>| region::links_to(row, page, &draft.kind);
        let found = article::article(&samples, first, &draft.rows_css, &is_row, calendar);
        found.map_err(|seen| Refusal {
            missing: "no article's body was found",
            seen,
        })?
    };
    // Numbers that follow from the most links are the surest.
    let mut by_turns: Vec<&SeenArticle<'_>> = articles.iter().collect();
    by_turns.sort_by_key(|seen| std::cmp::Reverse(seen.turns.len()));
    let pages = by_turns
        .iter()
        .find_map(|seen| thread_pages(seen.page.url, seen.turns, &draft.article));
    let mut decisions = draft.decisions.clone();
    decisions.extend(rules.decisions.iter().cloned());
    let mut draft = draft.clone();
    for found in articles
        .iter()
        .flat_map(|seen| calls(seen.page.html, seen.page.url))
    {
        let known = draft.calls.iter().any(|call| call.name == found.name);
        if !known && (hands_out(&found.name) || hands_out(&found.url)) {
            draft.calls.push(found);
        }
    }
    for (lies, field) in [
        (rules.rows_lie.author, "author"),
        (rules.rows_lie.date, "date"),
    ] {
        if lies {
            draft.columns.fields.remove(field);
        }
    }
    let name = name_of(first.url, &draft.listing.board);
    let title = format!("{} (learnt)", first.url.host_str().unwrap_or("board"));
    let all: Vec<&SeenPage<'_>> = seen().chain(closed).collect();
    let text = write::profile_text(
        &write::Head {
            name: &name,
            title: &title,
            timezone,
            date_order,
            // A login box on every page says nothing of one page.
            password_closes: !site::asks_for_password(first.html),
            frame: site::frame(&all),
        },
        &draft,
        &rules,
        pages.as_ref(),
        &decisions,
    );
    Ok(Learnt {
        name,
        text,
        decisions,
    })
}

/// A profile's name holds lower-case letters, digits, `-` and `_` only.
fn name_of(url: &Url, board: &str) -> String {
    let port = url.port().map_or(String::new(), |port| format!("-{port}"));
    let whole =
        format!("learnt-{}{port}-{board}", url.host_str().unwrap_or("board")).to_ascii_lowercase();
    let plain: String = whole
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let digest =
        blake3::hash(format!("{}{}", url.path(), url.query().unwrap_or_default()).as_bytes())
            .to_hex();
    let short: String = plain.chars().take(60).collect();
    format!("{}-{}", short.trim_matches('-'), &digest[..6])
}
