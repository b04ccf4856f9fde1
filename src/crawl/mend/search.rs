//! The search for a profile that passes the gate, from the cheap and sure to what has to be looked for. Pure, on the
//! blocking pool.

use std::collections::HashMap;

use tracing::debug;

use super::super::proof::{self, Court, MIN_ARTICLES, Page, Proof, Witness};
use super::material::Material;
use crate::article::read_article;
use crate::document::Document;
use crate::learn::repair::{self, Candidate, KnownArticle, KnownPages, Part};
use crate::listing::read_listing;
use crate::model::{ArticleKey, PageClass, Pager, Row};
use crate::profile::Profile;

/// Makes candidates and tries them. Pure, on the blocking pool.
pub(super) fn find(material: &Material) -> Result<(Candidate, Proof), String> {
    let parse = |page: &Page| crate::document::parse(&page.text);
    let profile = &material.profile;
    let readers = || std::iter::once(&**profile).chain(&material.earlier);
    let stored: Vec<_> = material.stored_listings.iter().map(parse).collect();
    let fresh: Vec<_> = material.fresh_listings.iter().map(parse).collect();
    let mut rows: HashMap<ArticleKey, Row> = HashMap::new();
    let mut pagers: Vec<Pager> = Vec::new();
    for (page, html) in material.stored_listings.iter().zip(&stored) {
        let read = |profile| read_listing(html, &page.url, profile, page.as_of);
        let mut readings = readers().map(read);
        let Some(listing) = readings.find(|listing| !listing.rows.is_empty()) else {
            continue;
        };
        pagers.push(listing.pager);
        for row in listing.rows {
            rows.entry(row.key.clone()).or_insert(row);
        }
    }
    let mut trees = Vec::new();
    for (exemplar, stored, fresh) in &material.articles {
        let (old, new) = (parse(stored), parse(fresh));
        let read = |profile| read_article(&stored.view(&old), profile, &material.options);
        // What its page says is what is held: the two belong together.
        let held = &exemplar.reading.fields.text;
        let mut readings = readers().map(read);
        let expected =
            readings.find(|article| article.class == PageClass::Article && article.text == *held);
        if let Some(expected) = expected {
            trees.push((fresh, old, new, expected));
        }
    }
    if trees.len() < MIN_ARTICLES as usize {
        return Err(format!(
            "no proof is possible: {} of the articles that are held could be fetched and compared, and {MIN_ARTICLES} are needed",
            trees.len()
        ));
    }
    let articles: Vec<KnownArticle<'_>> = trees
        .iter()
        .map(|(page, _, new, expected)| KnownArticle {
            page: page.seen(new),
            expected,
        })
        .collect();
    let mut pairs: Vec<_> = trees.iter().map(|(_, old, new, _)| (old, new)).collect();
    pairs.extend(stored.iter().zip(&fresh));
    let court = Court {
        listings: material.fresh_listings.iter().zip(&fresh).collect(),
        pagers,
        rows,
        witnesses: trees
            .iter()
            .map(|(page, _, html, expected)| Witness {
                page,
                html,
                expected,
            })
            .collect(),
        options: material.options,
    };
    let listings: Vec<_> = material
        .fresh_listings
        .iter()
        .zip(&fresh)
        .map(|(page, html)| page.seen(html))
        .collect();
    let known = KnownPages {
        profile,
        listings: &listings,
        rows: &court.rows,
        articles: &articles,
    };
    search(&court, &known, &pairs)
}

/// A candidate with its proof.
#[derive(Clone)]
struct Tried {
    candidate: Candidate,
    proof: Proof,
}

fn tried(court: &Court<'_>, text: Option<String>, how: String) -> Option<Tried> {
    let text = text?;
    let profile = Profile::from_toml(&text).ok()?;
    let proof = proof::try_on(court, &profile);
    debug!("tried {how}: {}", proof.words());
    Some(Tried {
        candidate: Candidate { text, how },
        proof,
    })
}

/// From the cheap and sure to what has to be looked for; the first that passes the gate is taken.
fn search(
    court: &Court<'_>,
    known: &KnownPages<'_>,
    pairs: &[(&Document, &Document)],
) -> Result<(Candidate, Proof), String> {
    let whole: Vec<Tried> = repair::renamed(&known.profile.text, pairs)
        .into_iter()
        .filter_map(|candidate| tried(court, Some(candidate.text), candidate.how))
        .collect();
    // Of equals the first: the one that changes least.
    let best = |stage: &'static str| {
        whole.iter().reduce(|held, new| {
            if new.proof.score(stage) > held.proof.score(stage) {
                new
            } else {
                held
            }
        })
    };
    let (Some(of_listing), Some(of_article)) = (best("listing."), best("article.")) else {
        return Err("the profile that stopped fitting cannot be read any more".into());
    };
    let mut held = of_article.clone();
    if of_listing.candidate.text != of_article.candidate.text {
        let listing = repair::part(&of_listing.candidate.text, Part::Listing);
        let mixed = listing.and_then(|part| repair::with_part(&held.candidate.text, &part));
        let how = format!(
            "listing: {}; articles: {}",
            of_listing.candidate.how, held.candidate.how
        );
        held = tried(court, mixed, how).unwrap_or(held);
    }
    if !held.proof.listing_holds() {
        held = better_listing(court, known, held);
    }
    if !held.proof.articles_hold() {
        held = better_fields(court, known, held);
    }
    if held.proof.holds() {
        Ok((held.candidate, held.proof))
    } else {
        Err(held.proof.words())
    }
}

fn better_listing(court: &Court<'_>, known: &KnownPages<'_>, held: Tried) -> Tried {
    let mut best = held.clone();
    for section in repair::listings(known) {
        let text = repair::with_listing(&held.candidate.text, &section);
        let how = format!("{}; rows found by their articles", held.candidate.how);
        if let Some(new) = tried(court, text, how)
            && new.proof.score("listing.") > best.proof.score("listing.")
        {
            best = new;
        }
    }
    best
}

/// Fields of the article that come out wrong, one after the other, by their known words.
fn better_fields(court: &Court<'_>, known: &KnownPages<'_>, mut held: Tried) -> Tried {
    const FIELDS: [(&str, &str); 5] = [
        ("body", "article.text"),
        ("title", "article.title"),
        ("author", "article.author"),
        ("date", "article.date"),
        ("category", "article.category"),
    ];
    let wrong = |tried: &Tried, measure: &str| {
        tried
            .proof
            .wrong("article.")
            .any(|(field, _)| field == measure || field == "article.found")
    };
    for (field, measure) in FIELDS {
        if !wrong(&held, measure) {
            continue;
        }
        let mut best = held.clone();
        for rules in repair::article_rules(known, field) {
            let text = repair::with_rules(&held.candidate.text, field, &rules);
            let how = format!("{}; {field} found by its words", held.candidate.how);
            if let Some(new) = tried(court, text, how)
                && new.proof.score("article.") > best.proof.score("article.")
            {
                best = new;
            }
        }
        held = best;
    }
    held
}
