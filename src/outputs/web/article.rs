//! An article as a reader wants it: text, images by name or, where the reader asks, as they are, comments as a tree,
//! versions, copies.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::Web;
use super::answer::{self, Problem};
use super::headers::{IMAGES_POLICY, POLICY};
use super::reader::Reader;
use crate::model::{ArticleId, ArticleState};
use crate::outputs::comments::as_tree;
use crate::outputs::difference::{self, Line};
use crate::outputs::{OutputError, terminal};
use crate::store::{
    Archive, ArticleRecord, CommentRecord, CopyRecord, CountRecord, Revision, RevisionKind,
};

/// Deeper answers are not moved further in: a phone has no room for it.
const MOST_INDENT: usize = 6;
/// Comments on one page; the JSON has all of them.
const MOST_COMMENTS: usize = 2_000;

/// What the archive has of an article.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) article: ArticleRecord,
    pub(super) revisions: Vec<Revision>,
    pub(super) copies: Vec<CopyRecord>,
    pub(super) counts: Vec<CountRecord>,
}

impl Whole {
    /// By its number, or its key.
    pub(super) fn read(archive: &dyn Archive, what: &str) -> Result<Option<Self>, OutputError> {
        let Some(article) = archive.find(what)?.into_iter().next() else {
            return Ok(None);
        };
        let id = ArticleId(article.id);
        Ok(Some(Self {
            revisions: archive.revisions(id)?,
            copies: archive.copies(id)?,
            counts: archive.counts(id)?,
            article,
        }))
    }
}

/// A comment in its place.
struct Comment<'a> {
    indent: usize,
    record: &'a CommentRecord,
    paragraphs: Vec<String>,
}

/// An article with the same text, or this one, in the order of time.
struct Copy<'a> {
    at: Timestamp,
    id: i64,
    board: &'a str,
    title: &'a str,
    is_this: bool,
    /// `exact`, `near`, `truncated`; empty for this one.
    verdict: &'a str,
    percent: u64,
}

#[derive(Template)]
#[template(path = "article.html")]
struct ArticlePage<'a> {
    reader: &'a Reader,
    article: &'a ArticleRecord,
    paragraphs: Vec<String>,
    comments: Vec<Comment<'a>>,
    copies: Vec<Copy<'a>>,
    revisions: &'a [Revision],
    /// Counted by the board, and not held.
    n_missing_comments: u64,
    shows_images: bool,
}

impl<'a> ArticlePage<'a> {
    fn of(reader: &'a Reader, whole: &'a Whole) -> Self {
        let stated = whole.article.comment_count.unwrap_or(0);
        Self {
            reader,
            article: &whole.article,
            paragraphs: paragraphs(whole.article.text.as_deref().unwrap_or_default()),
            comments: as_tree(&whole.article.comments)
                .into_iter()
                .take(MOST_COMMENTS)
                .map(|(depth, record)| Comment {
                    indent: depth.min(MOST_INDENT),
                    record,
                    paragraphs: paragraphs(record.text.as_deref().unwrap_or_default()),
                })
                .collect(),
            copies: timeline(whole),
            revisions: &whole.revisions,
            shows_images: shows_images(reader),
            n_missing_comments: stated.saturating_sub(whole.article.comments.len() as u64),
        }
    }

    fn state(&self) -> &'static str {
        self.article.state.as_str()
    }

    /// This page with its images, or without.
    fn to_images(&self, shown: bool) -> String {
        let path = format!("/articles/{}", self.article.id);
        self.reader.to(&match shown {
            true => format!("{path}?images=1"),
            false => path,
        })
    }

    /// Where an image may be loaded from: a page that could name any address would have the reader's browser knock at
    /// machines that only it can reach.
    fn source(&self, url: &str) -> Option<String> {
        let url = url::Url::parse(&self.reader.href(url)?).ok()?;
        match url.host()? {
            url::Host::Domain(name) => {
                let zone = name.rsplit_once('.')?.1;
                let is_inside = ["local", "localhost", "internal", "lan", "arpa", "intranet"];
                (!is_inside.contains(&zone)).then(|| url.into())
            }
            _ => None,
        }
    }

    fn is_plain(&self) -> bool {
        self.article.state == ArticleState::Stored && self.article.vanished.is_none()
    }
}

/// Asking other servers for images tells them that somebody reads here: only where the reader asks for it, and each time.
fn shows_images(reader: &Reader) -> bool {
    reader.asked("images") == "1"
}

/// Lines with words in them.
fn paragraphs(text: &str) -> Vec<String> {
    terminal::block(text)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

/// The copies with the article itself among them; empty where there are none.
fn timeline(whole: &Whole) -> Vec<Copy<'_>> {
    if whole.copies.is_empty() {
        return Vec::new();
    }
    let this = &whole.article;
    let mut all: Vec<Copy<'_>> = whole
        .copies
        .iter()
        .map(|copy| Copy {
            at: copy.at,
            id: copy.id,
            board: &copy.board,
            title: &copy.title,
            is_this: false,
            verdict: &copy.verdict,
            percent: (copy.similarity * 100.0).round().clamp(0.0, 100.0) as u64,
        })
        .collect();
    all.push(Copy {
        at: this.posted_at.unwrap_or(this.first_seen_at),
        id: this.id,
        board: &this.board,
        title: &this.title,
        is_this: true,
        verdict: "",
        percent: 100,
    });
    all.sort_by_key(|copy| (copy.at, copy.id));
    all
}

pub(super) async fn page(
    State(web): State<Web>,
    Path(what): Path<String>,
    reader: Reader,
) -> Response {
    match whole(&web, what).await {
        Ok(whole) => {
            let reader = reader.in_zone(web.zones.of(&whole.article.board).clone());
            let page = ArticlePage::of(&reader, &whole);
            let policy = match page.shows_images {
                true => IMAGES_POLICY,
                false => POLICY,
            };
            let page = answer::page(&reader, Ok::<_, Problem>(page));
            ([(CONTENT_SECURITY_POLICY, policy)], page).into_response()
        }
        Err(problem) => answer::problem_page(&reader, &problem),
    }
}

pub(super) async fn whole(web: &Web, what: String) -> Result<Whole, Problem> {
    let read = web.read(move |archive| Whole::read(archive, &what)).await?;
    read.ok_or(Problem::NotThere)
}

#[derive(Template)]
#[template(path = "revision.html")]
struct RevisionPage<'a> {
    reader: &'a Reader,
    article: &'a ArticleRecord,
    before: Option<&'a Revision>,
    after: &'a Revision,
    title: Vec<Line>,
    text: Vec<Line>,
    newer: Option<u32>,
}

/// One version beside the one before it.
pub(super) async fn revision(
    State(web): State<Web>,
    Path((what, number)): Path<(String, String)>,
    reader: Reader,
) -> Response {
    let whole = match whole(&web, what).await {
        Ok(whole) => whole,
        Err(problem) => return answer::problem_page(&reader, &problem),
    };
    let revisions = &whole.revisions;
    let place = number
        .parse()
        .ok()
        .and_then(|number: u32| revisions.iter().position(|one| one.number == number));
    let Some(place) = place else {
        return answer::problem_page(&reader, &Problem::NotThere);
    };
    let reader = reader.in_zone(web.zones.of(&whole.article.board).clone());
    let after = &revisions[place];
    let before = place.checked_sub(1).map(|place| &revisions[place]);
    let clean = |text: &str| terminal::block(text).into_owned();
    let old_title = before.map_or(after.title.as_str(), |before| before.title.as_str());
    let old_text = before.map_or(after.text.as_str(), |before| before.text.as_str());
    let page = RevisionPage {
        reader: &reader,
        article: &whole.article,
        before,
        after,
        title: difference::lines(&clean(old_title), &clean(&after.title)),
        text: difference::lines(&clean(old_text), &clean(&after.text)),
        newer: revisions.get(place + 1).map(|newer| newer.number),
    };
    answer::page(&reader, Ok::<_, Problem>(page))
}
