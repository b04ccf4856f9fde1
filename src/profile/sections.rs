//! A profile ready to use, and its door: text in, [`Profile`] or every complaint out.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::tz::TimeZone;
use regex::Regex;

use super::calls::known_without_scripts;
use super::compile::{self, compile};
use super::hidden_links::with_hidden_links;
use super::identity::Identity;
use super::notes::{Notes, notes};
use super::parse::{Complaint, Complaints, parse};
use super::recognise::Signs;
use super::{Call, JsonList, Rule, with_links};
use crate::document::Query;
use crate::model::{Calendar, NumberOrder, PageClass};

/// How to read a board, ready to use. The fields mirror the file's tables; see `format.rs` for their meaning.
#[derive(Debug, Clone)]
pub struct Profile {
    pub engine: String,
    /// For people.
    pub title: String,
    /// The zone of dates that name none.
    pub timezone: TimeZone,
    /// How the board orders the numbers of a date, where that is known.
    pub date_order: Option<NumberOrder>,
    /// Used where neither header nor markup declares a charset.
    pub charset: Option<String>,
    pub(super) recognise: Signs,
    pub identity: Identity,
    /// What stands in a page's `<noscript>` is the page.
    pub without_scripts: bool,
    /// Links lead where their data or the form around them says ([`with_hidden_links`]).
    pub hidden_links: bool,
    /// What stands in links' places.
    pub calls: Vec<Call>,
    /// Where in an answer that is JSON what stands.
    pub json: Option<JsonList>,
    pub listing: ListingRules,
    pub pager: PagerRules,
    pub article: ArticleRules,
    pub attachments: AttachmentRules,
    pub comments: CommentRules,
    pub classes: Vec<ClassRule>,
    /// For people.
    pub pitfalls: Vec<String>,
    /// For people: what the file says above its keys.
    pub notes: Notes,
    /// The text that it was compiled from.
    pub text: Arc<str>,
}

#[derive(Debug, Clone, Default)]
pub struct ListingRules {
    pub container: Vec<Query>,
    pub rows: Vec<Query>,
    pub skip: Vec<Query>,
    pub header: Vec<Query>,
    pub link: Vec<Query>,
    pub title_remove: Vec<Query>,
    pub title: Vec<Rule>,
    pub rank: Vec<Rule>,
    pub author: Vec<Rule>,
    pub date: Vec<Rule>,
    pub category: Vec<Rule>,
    pub views: Vec<Rule>,
    pub votes: Vec<Rule>,
    pub comment_count: Vec<Rule>,
    pub notice: Vec<Query>,
    pub current: Vec<Query>,
    pub secret: Vec<Query>,
    pub empty: Vec<String>,
    pub cut_mark: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct PagerRules {
    pub current: Vec<Rule>,
    pub last: Vec<Query>,
    pub last_number: Vec<Rule>,
    pub links: Vec<Query>,
    pub next: Vec<Query>,
    /// Each page is found by the link on the one before only.
    pub chained: bool,
    /// The newest page is the last by the pager's own count.
    pub backwards: bool,
}

#[derive(Debug, Clone, Default)]
pub struct ArticleRules {
    pub body: Vec<Query>,
    pub body_remove: Vec<Query>,
    pub images_before: Vec<Query>,
    pub title: Vec<Rule>,
    pub title_suffix: Option<Regex>,
    pub author: Vec<Rule>,
    pub date: Vec<Rule>,
    pub category: Vec<Rule>,
    pub views: Vec<Rule>,
    pub votes: Vec<Rule>,
    pub tags: Vec<Query>,
    pub comment_count: Vec<Rule>,
    /// Each has a group `source`.
    pub source: Vec<Regex>,
}

/// Where an attachment's link holds the file's own id.
#[derive(Debug, Clone)]
pub enum AttachmentKey {
    /// In this query parameter.
    Parameter(String),
    /// In the group `key` of this pattern over the URL.
    Pattern(Regex),
}

#[derive(Debug, Clone, Default)]
pub struct AttachmentRules {
    /// What stands around links tells which of them are files.
    pub by_signs: bool,
    pub skip: Vec<Query>,
    pub link: Vec<Query>,
    pub key: Option<AttachmentKey>,
    pub drop: Vec<String>,
    pub name: Vec<Rule>,
    pub size: Vec<Rule>,
    pub item: Option<Query>,
}

#[derive(Debug, Clone, Default)]
pub struct CommentRules {
    pub item: Vec<Query>,
    /// The first item on an article's first page is the article itself.
    pub article_is_first: bool,
    /// Elements right before the item that belong to it, at most.
    pub n_heads: usize,
    pub key: Vec<Rule>,
    pub author: Vec<Rule>,
    pub date: Vec<Rule>,
    pub body: Vec<Query>,
    pub body_remove: Vec<Query>,
    pub secret: Vec<Query>,
    pub secret_words: Vec<String>,
    pub depth: Vec<Rule>,
    pub depth_unit: Option<f64>,
    pub nested_in: Option<Query>,
    pub pages: Vec<Query>,
    pub page_param: Option<String>,
    /// Has the group `page`.
    pub page_pattern: Option<Regex>,
    /// What that group holds on page 1, and what it grows by from page to page.
    pub page_first: u64,
    pub page_step: u64,
    pub page_current: Vec<Rule>,
}

#[derive(Debug, Clone)]
pub struct ClassRule {
    pub class: PageClass,
    pub status: Vec<u16>,
    pub select: Option<Query>,
    pub missing: Option<Query>,
    pub title: Option<Regex>,
    pub source: Option<Regex>,
    pub url: Option<Regex>,
}

impl Profile {
    /// How the board writes dates.
    pub fn calendar(&self) -> Calendar<'_> {
        Calendar {
            zone: &self.timezone,
            order: self.date_order,
        }
    }

    /// A page's text as this profile's rules read it: with links where scripts are called, and with what is there for
    /// readers without scripts; of an answer that is data, the page that shows it; with what it holds as data, where the rows
    /// are in that.
    pub fn prepared<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if let Some(page) = self.json.as_ref().and_then(|json| json.page(text)) {
            return Cow::Owned(page);
        }
        let mut text = Cow::Borrowed(text);
        if self.without_scripts {
            text = then(text, known_without_scripts);
        }
        if self.hidden_links {
            text = then(text, with_hidden_links);
        }
        then(text, |text| with_links(text, &self.calls))
    }

    /// Compiles a profile's text.
    ///
    /// # Errors
    /// Every complaint about it, in the order of the text.
    pub fn from_toml(text: &str) -> Result<Profile, Vec<Complaint>> {
        let mut complaints = Complaints::new(text);
        let profile = parse(text, &mut complaints).map(|file| compile(&file, &mut complaints));
        match profile {
            Some(profile) if complaints.is_empty() => Ok(Profile {
                notes: notes(text),
                text: text.into(),
                ..profile
            }),
            _ => Err(complaints.into_list()),
        }
    }

    /// What pages of the profile are recognised by; all else of the text is left for later.
    pub(super) fn signs_from_toml(text: &str) -> Option<(String, Signs)> {
        let mut complaints = Complaints::new(text);
        let file = parse(text, &mut complaints)?;
        let signs = compile::signs(&file, &mut complaints);
        complaints
            .is_empty()
            .then(|| (file.engine.get_ref().clone(), signs))
    }

    /// Compiles a profile's text under a board's own table: tables are merged, lists and values replaced.
    ///
    /// # Errors
    /// Every complaint. One that comes from the overrides has line and column 0 and names the key.
    pub fn from_toml_with(text: &str, overrides: &toml::Table) -> Result<Profile, Vec<Complaint>> {
        if overrides.is_empty() {
            return Self::from_toml(text);
        }
        let Ok(mut merged) = text.parse::<toml::Table>() else {
            return Self::from_toml(text);
        };
        merge(&mut merged, overrides);
        let merged = toml::to_string(&merged).map_err(|error| {
            vec![Complaint {
                line: 0,
                column: 0,
                message: error.to_string(),
            }]
        })?;
        let own = |profile: Profile| Profile {
            // The merged text has lost its comments.
            notes: notes(text),
            ..profile
        };
        Self::from_toml(&merged).map(own).map_err(|complaints| {
            // Places in the merged text mean nothing to anyone; those of the file's own mistakes do.
            let own = Self::from_toml(text).err().unwrap_or_default();
            let mut placed: Vec<Complaint> = complaints
                .into_iter()
                .map(|complaint| {
                    let same = own.iter().find(|own| own.message == complaint.message);
                    let (line, column) = same.map_or((0, 0), |own| (own.line, own.column));
                    Complaint {
                        line,
                        column,
                        message: complaint.message,
                    }
                })
                .collect();
            placed.sort();
            placed
        })
    }
}

fn merge(base: &mut toml::Table, over: &toml::Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(over)) => merge(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The text as a step of its preparation leaves it.
fn then<'t>(text: Cow<'t, str>, step: impl Fn(&str) -> Cow<'_, str>) -> Cow<'t, str> {
    match step(&text) {
        Cow::Owned(changed) => Cow::Owned(changed),
        Cow::Borrowed(_) => text,
    }
}
