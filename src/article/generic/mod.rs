//! The article of a page for which there is no profile. In: a parsed page and its address, if known. Out: kind, title,
//! author, date, text, language, site and image. Pure: no request, no error, no panic.
//!
//! The page is flattened once ([`page`]) and counted; nothing is copied or parsed again. What board and forum software
//! marks as written by people ([`anchors`]) is believed first. Otherwise three answers are found in ways that have
//! nothing in common ([`candidates`]), each is cleaned by small guarded rules ([`clean`]), and the one that agrees most
//! with the others is taken ([`agreement`]). Head and tail are trimmed ([`trim`]). Where the page shows next to nothing,
//! its scripts' data is read ([`payload`], [`structured`]).

mod agreement;
mod anchors;
mod candidates;
mod clean;
mod kind;
mod lines;
mod marks;
mod metadata;
mod page;
mod payload;
mod records;
mod structured;
mod trim;
mod wide;

use jiff::Timestamp;
use scraper::Html;
use serde::Serialize;
use url::Url;

pub use kind::PageKind;

use crate::model::{PostedAt, Precision};
use lines::{Line, Sums, lines_of};
use page::{Mask, Page};
use structured::Claims;

/// What was read from a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extraction {
    pub kind: PageKind,
    pub title: Option<String>,
    pub author: Option<String>,
    pub posted_at: Option<PostedAt>,
    /// Paragraphs, separated by one line break.
    pub text: String,
    /// A code of two or three letters.
    pub language: Option<String>,
    /// The site's own name.
    pub site: Option<String>,
    /// The main image's address.
    pub image: Option<String>,
    /// The posts of a thread, in the order of the page.
    pub posts: Vec<Post>,
}

/// One post of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Post {
    pub author: Option<String>,
    pub posted_at: Option<PostedAt>,
    pub text: String,
}

/// Below this width of prose the page is asked for text in other places.
const SHORT: u32 = 300;

/// How many times as much prose the widest answer must hold to be believed alone.
const SPREAD: u32 = 2;

/// Reads a page.
pub fn extract(html: &Html, url: Option<&Url>) -> Extraction {
    let page = Page::of(html);
    let claims = Claims::of(&page);
    let site = metadata::site(&claims);
    let title = metadata::title(&page, &claims, site.as_deref());
    let furniture = clean::furniture(&page);
    let (kind, text) = text_of(&page, &furniture.mask, &claims, url, title.as_deref());
    Extraction {
        kind,
        author: metadata::author(&page, &furniture.listings, &claims, site.as_deref()),
        posted_at: posted_at(&page, &claims),
        language: metadata::language(&page, &claims, &text),
        image: metadata::image(&claims, url),
        title,
        text,
        site,
        posts: Vec::new(),
    }
}

fn text_of(
    page: &Page<'_>,
    mask: &Mask,
    claims: &Claims,
    url: Option<&Url>,
    title: Option<&str>,
) -> (PageKind, String) {
    if page.nodes.is_empty() {
        return (PageKind::Other, String::new());
    }
    let bare = Mask::none(page);
    let post = if std::env::var_os("BWNOANCHOR").is_some() {
        None
    } else {
        anchors::post(page)
    };
    let messages = anchors::messages(page);
    let all = lines_of(page, mask, &[0]);
    let sums = Sums::of(page, &all);
    let counts = kind::Counts {
        n_messages: messages.len(),
        has_post: post.is_some(),
    };
    let kind = kind::of(page, claims, url, &sums, &counts);
    if let Some(post) = post {
        return (kind, join(&lines_of(page, &bare, &[post])));
    }
    if kind == PageKind::Thread {
        let lines = lines_of(page, &bare, &messages);
        if !lines.is_empty() {
            return (kind, join(&lines));
        }
        let posts = payload::discourse(page).unwrap_or_default();
        let text = from_html(&posts);
        if !text.is_empty() {
            return (kind, text);
        }
        if let Some(inner) = payload::unscripted(page) {
            let inner = crate::document::parse(inner);
            let inner = Page::of(&inner);
            let lines = lines_of(&inner, &Mask::none(&inner), &anchors::messages(&inner));
            if !lines.is_empty() {
                return (kind, join(&lines));
            }
        }
        return (kind, join(&wide::text(page, true)));
    }
    let found: Vec<candidates::Roots> = [
        candidates::by_names(page, &sums),
        candidates::by_score(page, &sums, &all),
        candidates::by_prose(page, &sums),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut answers: Vec<Vec<Line>> = found
        .iter()
        .map(|roots| lines_of(page, &clean::clean(page, mask, roots), roots))
        .collect();
    if std::env::var_os("BWDEBUG").is_some() {
        for (n, (roots, answer)) in found.iter().zip(&answers).enumerate() {
            eprintln!("### candidate {n}: whole {:?}", sums.held(page, 0));
            for root in roots {
                let node = page.node(*root);
                eprintln!(
                    "   root {root} {:?} {:?} {:?} held {:?}",
                    node.tag,
                    page.attr(*root, "class"),
                    page.attr(*root, "id"),
                    sums.held(page, *root)
                );
            }
            for line in answer {
                eprintln!(
                    "      {:?} {}",
                    page.attr(line.block, "class"),
                    line.text.chars().take(90).collect::<String>()
                );
            }
        }
        eprintln!("chosen {:?}", agreement::most_agreed(&answers));
        let raw = lines_of(page, &bare, &[0]);
        for line in raw
            .iter()
            .filter(|l| l.prose() > 0 && mask.is_out(l.first))
            .take(8)
        {
            eprintln!("  OUT: {}", line.text.chars().take(60).collect::<String>());
            for above in std::iter::once(line.block).chain(page.ancestors(line.block)) {
                if mask.is_out(above) {
                    eprintln!(
                        "        {:?} {:?} {:?} {:?}",
                        page.node(above).tag,
                        page.attr(above, "class"),
                        page.attr(above, "id"),
                        page.node(above).marks
                    );
                }
            }
        }
    }
    let news = claims
        .types
        .iter()
        .any(|kind| kind.ends_with("NewsArticle"))
        || claims.meta(&["article:published_time"]).is_some();
    let mut lines = chosen(&mut answers, !news);
    let titles: Vec<String> = title.map(metadata::plain).into_iter().collect();
    lines = trim::trim(page, lines, &titles);
    if std::env::var_os("BWLINES").is_some() {
        for line in &lines {
            let chain: Vec<String> = std::iter::once(line.block)
                .chain(page.ancestors(line.block))
                .take(6)
                .map(|a| {
                    format!(
                        "{:?}.{}#{}",
                        page.node(a).tag,
                        page.attr(a, "class").unwrap_or(""),
                        page.attr(a, "id").unwrap_or("")
                    )
                    .replace(['\t', '\n'], " ")
                })
                .collect();
            eprintln!(
                "L\t{}\t{}\t{}/{}",
                chain.join(" < "),
                line.text,
                line.link_width,
                line.width
            );
        }
    }
    if matches!(kind, PageKind::Listing | PageKind::Other) {
        let wide = wide::text(page, false);
        let width = |lines: &[Line]| lines.iter().map(|line| line.width).sum::<u32>();
        let times = if kind == PageKind::Listing { 2 } else { 5 };
        if width(&lines) * times < width(&wide) {
            lines = wide;
        }
    }
    let prose: u32 = lines.iter().map(Line::prose).sum();
    if prose < SHORT {
        if let Some(body) = &claims.body
            && body.chars().count() > prose as usize
        {
            return (kind, from_html(std::slice::from_ref(body)));
        }
        let state = payload::prose(page);
        if !state.is_empty() {
            return (kind, from_html(&state));
        }
    }
    (kind, join(&lines))
}

/// The answer most agreed on; but where the widest holds more than twice its prose, the page's text is spread over parts
/// of which two answers found the same one.
fn chosen(answers: &mut [Vec<Line>], may_be_spread: bool) -> Vec<Line> {
    let prose = |lines: &[Line]| lines.iter().map(Line::prose).sum::<u32>();
    let Some(agreed) = agreement::most_agreed(answers) else {
        return Vec::new();
    };
    let widest = answers.len() - 1;
    let at = if may_be_spread && prose(&answers[agreed]) * SPREAD < prose(&answers[widest]) {
        widest
    } else {
        agreed
    };
    std::mem::take(&mut answers[at])
}

/// The text of pieces that are HTML, or plain.
fn from_html(pieces: &[String]) -> String {
    let mut text = String::new();
    for piece in pieces {
        let marked: String;
        let piece = if piece.contains('<') || piece.contains('&') {
            piece
        } else {
            // Line breaks of a plain text are its paragraphs.
            marked = piece.replace('\n', "<br>");
            &marked
        };
        let html = crate::document::parse(piece);
        let page = Page::of(&html);
        let lines = lines_of(&page, &Mask::none(&page), &[0]);
        if !text.is_empty() && !lines.is_empty() {
            text.push('\n');
        }
        text.push_str(&join(&lines));
    }
    text
}

fn join(lines: &[Line]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
    for line in lines {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line.text);
    }
    text
}

/// When it was posted, as far as the page says so for machines.
fn posted_at(page: &Page<'_>, claims: &Claims) -> Option<PostedAt> {
    claims
        .published
        .as_deref()
        .into_iter()
        .chain(claims.meta(&[
            "article:published_time",
            "datepublished",
            "date",
            "pubdate",
            "dc.date",
        ]))
        .chain((0..page.len()).filter_map(|at| page.attr(at, "datetime")))
        .find_map(moment)
}

/// A date, or a date and a time, as ISO 8601 writes them.
fn moment(text: &str) -> Option<PostedAt> {
    let text = text.trim();
    let posted = |at: Timestamp, precision: Precision| PostedAt {
        at,
        precision,
        text: text.to_owned(),
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(posted(at, Precision::Second));
    }
    let utc = |at: jiff::civil::DateTime| jiff::tz::TimeZone::UTC.to_timestamp(at).ok();
    if text.len() > 10
        && let Ok(at) = text.parse::<jiff::civil::DateTime>()
    {
        return Some(posted(utc(at)?, Precision::Second));
    }
    let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
    Some(posted(utc(day.at(0, 0, 0, 0))?, Precision::Day))
}
