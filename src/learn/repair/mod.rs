//! How is a board read whose layout has changed? In: the profile that no longer fits, stored pages that it did fit, and
//! fresh pages of the same articles and of the listing, whose records are therefore known. Out: candidates for a new
//! profile, as text. Pure. None of them is believed: the conductor tries each on the known records (the proof gate).
//!
//! Cheap and sure things come first. A theme that renames its classes renames them everywhere: what stood in elements of
//! one class stands in elements of another now ([`renames`]). Wrappers break nothing but the word "child". Only what
//! these do not mend is looked for by its known words ([`anchors`]).

mod anchors;
mod edit;
mod renames;

use std::collections::HashMap;

use crate::document::Document;

pub use edit::{Part, part, with_listing, with_name, with_part, with_rules};

use super::SeenPage;
use crate::model::{Article, ArticleKey, Row};
use crate::profile::Profile;

/// A fresh page of an article, and what it must say.
#[derive(Clone, Copy)]
pub struct KnownArticle<'a> {
    pub page: SeenPage<'a>,
    pub expected: &'a Article,
}

/// All that is known of the pages at hand.
pub struct KnownPages<'a> {
    /// The profile that no longer fits. Its identity rules still hold: addresses have not changed.
    pub profile: &'a Profile,
    pub listings: &'a [SeenPage<'a>],
    /// Rows as stored pages show them.
    pub rows: &'a HashMap<ArticleKey, Row>,
    pub articles: &'a [KnownArticle<'a>],
}

/// A profile that may fit, and what was done to make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    pub how: String,
}

/// The whole profile with other names: as it is, with renamed classes and ids, with wrappers allowed for, and with both.
/// `pairs` are stored and fresh trees of the same page.
pub fn renamed(text: &str, pairs: &[(&Document, &Document)]) -> Vec<Candidate> {
    let names = renames::renames(pairs);
    let relax = |selector: &str| selector.replace('>', " ");
    let mut candidates = vec![Candidate {
        text: text.to_owned(),
        how: "the profile as it is".into(),
    }];
    let mut add = |how: String, change: &dyn Fn(&str) -> String| {
        if let Some(text) = edit::with_selectors(text, change)
            && !candidates.iter().any(|known| known.text == text)
        {
            candidates.push(Candidate { text, how });
        }
    };
    let how = format!("{} names of classes and ids changed", names.len());
    add(how.clone(), &|selector| names.apply(selector));
    add("wrappers allowed for".into(), &relax);
    add(format!("{how}, and wrappers allowed for"), &|selector| {
        relax(&names.apply(selector))
    });
    candidates
}

/// Sections `listing` for the fresh pages, by the links to known articles and the known words of their rows.
pub fn listings(known: &KnownPages<'_>) -> Vec<String> {
    anchors::listings(known)
}

/// Rules for a field of the article (`title`, `author`, `date`, `category`, `body`), by its known words; the likeliest
/// first. Each is a list as it stands in a profile.
pub fn article_rules(known: &KnownPages<'_>, field: &str) -> Vec<toml::Value> {
    anchors::article_rules(known, field)
}
