//! Does a profile reproduce what is known? In: fresh pages of a board, and for each what an earlier page of the same
//! article or listing said by the profile that read it then. Out: a [`Proof`], field by field. Pure, on the blocking
//! pool.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use url::Url;

use crate::article::{PageView, ReadOptions, read_article};
use crate::document::Document;
use crate::health::fit::Share;
use crate::learn::{SeenPage, same_title};
use crate::listing::{linked_articles, read_listing};
use crate::model::{Article, ArticleKey, PageClass, Pager, PostedAt, Row};
use crate::profile::Profile;

/// Articles that must come out equal, all their fields.
pub(super) const MIN_ARTICLES: u32 = 20;
/// Listing pages likewise.
pub(super) const MIN_LISTINGS: usize = 2;
/// Known rows that must stand on them.
const MIN_ROWS: u32 = 10;
/// An article may have been edited since, a row renamed, a count reset.
const EQUAL: f64 = 0.9;

/// A page as its board's profile reads it ([`Profile::prepared`]), with what came with it.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub text: String,
    pub url: Url,
    pub status: u16,
    pub redirect_to: Option<Url>,
    pub as_of: Timestamp,
}

impl Page {
    pub fn view<'a>(&'a self, html: &'a Document) -> PageView<'a> {
        PageView {
            html,
            source: &self.text,
            url: &self.url,
            redirect_to: self.redirect_to.as_ref(),
            status: self.status,
            as_of: self.as_of,
        }
    }

    pub fn seen<'a>(&'a self, html: &'a Document) -> SeenPage<'a> {
        SeenPage {
            html,
            url: &self.url,
            as_of: self.as_of,
        }
    }
}

/// A fresh page of an article, parsed, and what it must say.
pub(super) struct Witness<'a> {
    pub page: &'a Page,
    pub html: &'a Document,
    pub expected: &'a Article,
}

/// Everything a profile is tried on.
pub(super) struct Court<'a> {
    pub listings: Vec<(&'a Page, &'a Document)>,
    /// Pagers of the stored pages, from page 1 on.
    pub pagers: Vec<Pager>,
    /// Rows as stored pages show them.
    pub rows: HashMap<ArticleKey, Row>,
    pub witnesses: Vec<Witness<'a>>,
    pub options: ReadOptions,
}

/// What a profile reproduces.
#[derive(Debug, Clone, Default)]
pub(super) struct Proof {
    pub fields: BTreeMap<&'static str, Share>,
    /// Articles that come out equal in all fields, of those asked for.
    pub articles: Share,
    /// Listing pages with rows that are known.
    pub n_listings: usize,
    pub n_known_rows: u32,
}

impl Proof {
    /// The listing comes out as it was known.
    pub fn listing_holds(&self) -> bool {
        self.n_listings >= MIN_LISTINGS
            && self.n_known_rows >= MIN_ROWS
            && self.wrong("listing.").next().is_none()
    }

    pub fn articles_hold(&self) -> bool {
        self.articles.n >= MIN_ARTICLES && self.articles.rate() >= EQUAL
    }

    pub fn holds(&self) -> bool {
        self.listing_holds() && self.articles_hold()
    }

    /// Fields of a stage (`listing.`, `article.`) that do not come out equal.
    pub fn wrong(&self, stage: &'static str) -> impl Iterator<Item = (&'static str, Share)> {
        self.fields
            .iter()
            .filter(move |(field, share)| field.starts_with(stage) && share.rate() < EQUAL)
            .map(|(field, share)| (*field, *share))
    }

    /// The more the better, to compare candidates; articles first count as a whole.
    pub fn score(&self, stage: &'static str) -> f64 {
        let fields = self
            .fields
            .iter()
            .filter(|(field, _)| field.starts_with(stage))
            .map(|(_, share)| share.rate())
            .sum::<f64>();
        match stage {
            "article." => fields + 10.0 * self.articles.rate(),
            _ => fields + f64::from(self.n_known_rows.min(MIN_ROWS)),
        }
    }

    /// One line: what is proven, or what is not.
    pub fn words(&self) -> String {
        if self.holds() {
            return format!(
                "it reproduces {} of {} known articles and {} known rows on {} listing pages",
                self.articles.n, self.articles.of, self.n_known_rows, self.n_listings
            );
        }
        let mut said = Vec::new();
        if self.n_listings < MIN_LISTINGS || self.n_known_rows < MIN_ROWS {
            said.push(format!(
                "{} known rows on {} listing pages; {MIN_ROWS} on {MIN_LISTINGS} are needed",
                self.n_known_rows, self.n_listings
            ));
        }
        let wrong = self.wrong("listing.").chain(self.wrong("article."));
        let fields: Vec<String> = wrong
            .map(|(field, share)| format!("{field} {} of {}", share.n, share.of))
            .collect();
        if !fields.is_empty() {
            said.push(format!("not reproduced: {}", fields.join(", ")));
        }
        if !self.articles_hold() {
            said.push(format!(
                "{} of {} known articles come out equal; {MIN_ARTICLES} are needed",
                self.articles.n, self.articles.of
            ));
        }
        said.join("; ")
    }

    fn count(&mut self, field: &'static str, holds: bool) {
        self.fields.entry(field).or_default().add(holds);
    }
}

/// Tries a profile.
pub(super) fn try_on(court: &Court<'_>, profile: &Profile) -> Proof {
    let mut proof = Proof::default();
    for (at, (page, html)) in court.listings.iter().enumerate() {
        let pager = court.pagers.get(at);
        try_listing(&mut proof, court, profile, page, html, pager);
    }
    for witness in &court.witnesses {
        let read = read_article(&witness.page.view(witness.html), profile, &court.options);
        let mut equal = true;
        for (field, same) in compare(witness.expected, &read) {
            proof.count(field, same);
            equal &= same;
        }
        proof.articles.add(equal);
    }
    proof
}

fn try_listing(
    proof: &mut Proof,
    court: &Court<'_>,
    profile: &Profile,
    page: &Page,
    html: &Document,
    pager: Option<&Pager>,
) {
    let listing = read_listing(html, &page.url, profile, page.as_of);
    if let Some(before) = pager {
        let now = &listing.pager;
        proof.count("listing.pager", before.last.is_some() == now.last.is_some());
        proof.count("listing.pager", before.next.is_some() == now.next.is_some());
    }
    let mut n_known = 0;
    let mut seen = BTreeSet::new();
    for row in &listing.rows {
        // A row twice: its cells, or its wrapper, are taken for rows too.
        proof.count("listing.rows", seen.insert(row.key.as_str()));
        let Some(before) = court.rows.get(&row.key) else {
            // An unknown row is new, or none at all.
            proof.count("listing.title", !row.title.is_empty());
            continue;
        };
        n_known += 1;
        proof.count("listing.title", row.title == before.title);
        proof.count("listing.author", row.author == before.author);
        if !row.notice || before.posted.is_some() {
            proof.count("listing.date", same_date(&before.posted, &row.posted));
        }
        proof.count("listing.category", row.category == before.category);
        proof.count("listing.notice", row.notice == before.notice);
        proof.count("listing.secret", row.secret == before.secret);
        proof.count(
            "listing.number",
            row.rank.is_some() == before.rank.is_some(),
        );
        // Views and comments grow, as a rule.
        let grown =
            |now: Option<u64>, then: Option<u64>| now.is_some() == then.is_some() && now >= then;
        proof.count("listing.views", grown(row.views, before.views));
        proof.count(
            "listing.votes",
            row.votes.is_some() == before.votes.is_some(),
        );
        proof.count(
            "listing.comment_count",
            row.comment_count.unwrap_or(0) >= before.comment_count.unwrap_or(0),
        );
    }
    // Known rows of the page that are linked, and not read, are lost.
    let links = linked_articles(html, &[], page.view(html).url, profile);
    let known = links
        .iter()
        .flatten()
        .filter(|key| court.rows.contains_key(*key));
    for key in known {
        proof.count("listing.rows", seen.contains(key.as_str()));
    }
    let ranks: Vec<u64> = listing.ordinary().filter_map(|row| row.rank).collect();
    for pair in ranks.windows(2) {
        proof.count("listing.number", pair[0] > pair[1]);
    }
    if n_known > 0 {
        proof.n_listings += 1;
        proof.n_known_rows += n_known;
    }
}

/// The same moment, as exact as both say; a date that is there stays there.
fn same_date(before: &Option<PostedAt>, now: &Option<PostedAt>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => before.agrees(now),
        (None, None) => true,
        // Today's posts may show an hour where others show a date.
        (None, Some(_)) => true,
        (Some(_), None) => false,
    }
}

/// Field by field, whether a fresh reading says what an earlier one said.
pub(super) fn compare(before: &Article, now: &Article) -> Vec<(&'static str, bool)> {
    if now.class != PageClass::Article {
        return vec![("article.found", false)];
    }
    let images = |article: &Article| {
        let urls = article.images.iter().map(|image| image.url.clone());
        urls.collect::<Vec<_>>()
    };
    let files = |article: &Article| {
        let files = article.attachments.iter();
        files
            .map(|file| (file.key.clone(), file.name.clone()))
            .collect::<Vec<_>>()
    };
    let comments_kept = before.comments.iter().all(|held| {
        now.comments.iter().any(|comment| {
            comment.key == held.key
                && comment.author == held.author
                && comment.text == held.text
                && comment.depth == held.depth
                && same_date(&held.posted, &comment.posted)
        })
    });
    let counted = |now: Option<u64>, then: Option<u64>| now.is_some() == then.is_some();
    vec![
        ("article.found", true),
        (
            "article.title",
            now.title == before.title
                || matches!((&now.title, &before.title), (Some(now), Some(held)) if same_title(now, held)),
        ),
        ("article.author", now.author == before.author),
        ("article.date", same_date(&before.posted, &now.posted)),
        ("article.category", now.category == before.category),
        ("article.source", now.source == before.source),
        ("article.text", now.text == before.text),
        ("article.images", images(now) == images(before)),
        ("article.attachments", files(now) == files(before)),
        ("article.tags", now.tags == before.tags),
        ("article.comments", comments_kept),
        (
            "article.comment_pages",
            now.comment_pages.others.len() >= before.comment_pages.others.len(),
        ),
        (
            "article.comment_count",
            counted(now.comment_count, before.comment_count),
        ),
        ("article.views", counted(now.views, before.views)),
        (
            "article.votes",
            now.votes.is_some() == before.votes.is_some(),
        ),
    ]
}
