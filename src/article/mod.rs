//! A page → what it is ([`classify()`]) and the article on it ([`read_article`]). Pure and synchronous: never an error,
//! never a panic on any input, never a request. Only a page of class `Article` is content.

mod addresses;
mod asked;
mod attached;
mod classify;
mod clean;
mod comments;
mod fields;
pub mod generic;
mod media;
mod names;
mod removed;
mod source;
mod text;

use std::sync::LazyLock;

use jiff::Timestamp;

use url::Url;

pub use asked::{wanted_of_article, wanted_of_listing};
pub use classify::classify;
pub use comments::read_comments;
pub use fields::{FieldTrace, explain_article};
pub use names::{MAX_LETTERS, push_without_numbers, template_names};

use removed::Removed;

use crate::document::{Document, Query};
use crate::model::{Article, PageClass};
use crate::profile::files::blocks_of;
use crate::profile::{Library, Profile, first_value};

/// A fetched page, parsed once, as all of this stage sees it.
#[derive(Clone, Copy)]
pub struct PageView<'a> {
    pub html: &'a Document,
    /// The decoded source, scripts included.
    pub source: &'a str,
    /// The URL that answered.
    pub url: &'a Url,
    /// Where a redirect that we did not follow points to.
    pub redirect_to: Option<&'a Url>,
    pub status: u16,
    /// When the page was served; short dates go by it.
    pub as_of: Timestamp,
}

/// What the operator can choose about reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Protected e-mail addresses are masked (`n***@example.org`) instead of decoded.
    pub mask_addresses: bool,
}

/// Reads an article's page with a profile.
pub fn read_article(view: &PageView<'_>, profile: &Profile, options: &ReadOptions) -> Article {
    let (class, reason) = classify(view, Some(profile));
    let mut article = Article::empty(class, reason);
    let root = view.html.root();
    article.id_in_page =
        id_in_url(view.url, profile).or_else(|| first_value(&profile.identity.id_in_page, root));
    article.board_in_page = first_value(&profile.identity.board_in_page, root);
    if !matches!(class, PageClass::Article | PageClass::Restricted) {
        return article;
    }
    fields::read(view, profile, &mut article);
    if class == PageClass::Restricted {
        return article;
    }
    let base = base_url(view);
    let files = attached::shown(view, profile, &base);
    match text::body(view.html, profile) {
        Some(body) => {
            let removed = Removed::by(&profile.article.body_remove).and(blocks_of(&files, body));
            article.text = text::render(body, &removed, options);
            article.html = clean::clean(body, &removed, &base, options);
            article.images = media::images(view.html, body, profile, &removed, &base);
        }
        None => article.warnings.push("no body element".into()),
    }
    article.attachments = match profile.attachments.by_signs {
        true => attached::attachments(&files),
        false => media::attachments(view.html, profile, &base),
    };
    article.source = source::find(&article.text, &profile.article.source);
    let (comments, pages) = read_comments(view, profile, options);
    article.comments = comments;
    article.comment_pages = pages;
    article
}

/// Reads any page: by the rules of a profile that recognises it, and where none does, or where its rules find no text,
/// without one.
pub fn extract(view: &PageView<'_>, library: &Library) -> generic::Extraction {
    let mut extraction = generic::extract(view.html, Some(view.url), view.as_of);
    let Some(recognised) = library.recognise(view.html, view.source, &[], view.url) else {
        return extraction;
    };
    let article = read_article(view, &recognised.profile, &ReadOptions::default());
    if article.class == PageClass::Article && !article.text.is_empty() {
        extraction.kind = generic::PageKind::Article;
        extraction.text = article.text;
        extraction.title = article.title.or(extraction.title);
        extraction.author = article.author.or(extraction.author);
        if let Some(posted) = article.posted {
            extraction.offset = recognised.profile.timezone.to_offset(posted.at);
            extraction.posted_at = Some(posted);
        }
    }
    extraction
}

/// The engine's id of the article at `url`, where the URL tells it.
pub fn id_in_url(url: &Url, profile: &Profile) -> Option<String> {
    profile.identity.id_of_article(url)
}

static BASE: LazyLock<Query> =
    LazyLock::new(|| Query::parse("base[href]").expect("a constant selector"));

/// What relative links go by: `<base href>` where there is one, else the page's own URL.
fn base_url(view: &PageView<'_>) -> Url {
    BASE.select_in(view.html)
        .next()
        .and_then(|base| view.url.join(base.value().attr("href")?).ok())
        .unwrap_or_else(|| view.url.clone())
}

#[cfg(test)]
mod tests;
