//! The article of a page for which there is no profile. In: a parsed page and its address, if known. Out: kind, title,
//! author, date, text, language, site and image. Pure: no request, no error, no panic.
//!
//! The page is flattened once ([`page`]) and counted; nothing is copied or parsed again. What board and forum software
//! marks as written by people ([`anchors`]) is believed first. Otherwise three answers are found in ways that have
//! nothing in common ([`candidates`]), each is cleaned by small guarded rules ([`clean`]), and the one that agrees most
//! with the others is taken ([`agreement`]). Head and tail are trimmed ([`trim`]). Where the page shows next to nothing,
//! its scripts' data is read ([`payload`], [`structured`]). When it was posted is [`moment`]'s answer, the posts of a
//! thread are those of [`posts`].

mod agreement;
mod anchors;
mod authors;
mod board;
mod candidates;
mod clean;
mod kind;
mod lines;
mod marks;
mod metadata;
pub mod moment;
mod page;
mod payload;
pub mod posts;
mod records;
mod structured;
mod title;
mod trim;
mod wide;

use crate::document::Html;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use url::Url;

pub use kind::PageKind;

use crate::model::PostedAt;
use lines::{Line, lines_of, prose};
use page::{Mask, Page};
use posts::Post;
use structured::Claims;

/// What was read from a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraction {
    pub kind: PageKind,
    pub title: Option<String>,
    pub author: Option<String>,
    pub posted_at: Option<PostedAt>,
    /// The distance from UTC in which the page names that moment.
    pub offset: Offset,
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

/// Below this width of prose the page is asked for text in other places.
const SHORT: u32 = 300;

/// Share of links in the text of a list that calls itself an article.
const LINKS_OF_LIST: f32 = 0.6;
/// The same, where records are seen.
const NEARLY_ALL_LINKS: f32 = 0.8;
/// How many times as much text it must hold as what was taken for a body.
const LIST_TO_BODY: u32 = 8;
/// The same in the text of its page, with menus and feet.
const LINKS_OF_PAGE: f32 = 0.4;
/// Share of links in the text of a page that looks like a list.
const LINKS_OF_LISTING: f32 = 0.15;

/// A text of less width, beside records, may be what introduces them.
const INTRODUCTION: u32 = 1_500;
/// Then the page holds as many times its text.
const INTRODUCED: f32 = 1.8;

/// How many times as much prose the widest answer must hold to be believed alone.
const SPREAD: u32 = 2;

/// Reads a page. Short and relative dates go by `as_of`, when the page was served.
pub fn extract(html: &Html, url: Option<&Url>, as_of: Timestamp) -> Extraction {
    let page = Page::of(html);
    let claims = Claims::of(&page);
    let site = metadata::site(&claims);
    let furniture = clean::furniture(&page);
    // News name author and date, too, and state more of themselves.
    let on_board = if is_news(&claims) {
        None
    } else {
        board::find(&page, &furniture, &claims, as_of)
    };
    let title = on_board
        .as_ref()
        .and_then(|post| post.title.clone())
        .or_else(|| title::title(&page, &claims, site.as_deref(), url));
    let (mut kind, mut text) = text_of(
        &page,
        &furniture,
        &claims,
        url,
        title.as_deref(),
        on_board.as_ref(),
    );
    let (posted_at, offset) = posted(html, url, on_board.as_ref(), as_of);
    // A list has rows; news have readers' comments at most, which are no posts. Some forums mark threads as news, too.
    let may_have_posts = match kind {
        PageKind::Thread => true,
        PageKind::Listing => false,
        PageKind::Article | PageKind::Other => !is_news(&claims),
    };
    let posts = if may_have_posts {
        posts::find_posts(html, url, &TimeZone::UTC, as_of)
    } else {
        Vec::new()
    };
    if is_thread(kind, url, &text, &posts) {
        kind = PageKind::Thread;
        text = posts
            .iter()
            .map(|post| post.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
    }
    let author = on_board
        .and_then(|post| post.author)
        .or_else(|| {
            authors::author(
                &page,
                &furniture.listings,
                &claims,
                site.as_deref(),
                &furniture.shown,
            )
        })
        .or_else(|| posts.first().and_then(|post| post.author.clone()));
    Extraction {
        kind,
        author,
        offset,
        posted_at,
        language: metadata::language(&page, &claims, &text),
        image: metadata::image(&claims, url),
        title,
        text,
        site,
        posts,
    }
}

/// When it was posted, and the distance from UTC in which the page says so: what it states for machines, else the date
/// among the facts of a board's post, else the date most worth believing.
fn posted(
    html: &Html,
    url: Option<&Url>,
    on_board: Option<&board::BoardPost>,
    as_of: Timestamp,
) -> (Option<PostedAt>, Offset) {
    let found = moment::find_posted(html, url, &TimeZone::UTC, as_of);
    let is_stated = |found: &moment::Found| {
        matches!(found.place, moment::Place::Meta | moment::Place::LinkedData)
    };
    let shown = on_board.and_then(|post| post.posted.clone());
    if shown.is_some() && !found.as_ref().is_some_and(is_stated) {
        return (shown, Offset::UTC);
    }
    let offset = found.as_ref().and_then(|found| found.offset);
    (
        found.map(|found| found.posted),
        offset.unwrap_or(Offset::UTC),
    )
}

/// Whether the text of the page is its posts: it is a thread, and they hold most of it; or its address is one of threads,
/// and they hold far more than what was taken for a body.
fn is_thread(kind: PageKind, url: Option<&Url>, text: &str, posts: &[Post]) -> bool {
    let n_in_posts: usize = posts.iter().map(|post| post.text.len()).sum();
    if kind == PageKind::Thread {
        return posts.len() > 1 && n_in_posts * 2 >= text.len();
    }
    posts.len() >= LEAST_POSTS && n_in_posts * 2 >= text.len() * 3 && kind::hints_thread(url)
}

/// Fewer posts make no thread of a page that does not say it is one.
const LEAST_POSTS: usize = 3;
/// The kind of the page and its text.
fn text_of(
    page: &Page<'_>,
    furniture: &clean::Furniture,
    claims: &Claims,
    url: Option<&Url>,
    title: Option<&str>,
    on_board: Option<&board::BoardPost>,
) -> (PageKind, String) {
    if page.nodes.is_empty() {
        return (PageKind::Other, String::new());
    }
    let post = anchors::post(page);
    let messages = anchors::messages(page);
    let counts = kind::Counts {
        n_messages: messages.len(),
        has_post: post.is_some(),
    };
    let kind = kind::of(page, claims, url, &furniture.held, &counts);
    let text = match post {
        // What is short is short here: nothing else is asked.
        Some(post) => join(&lines_of(page, &Mask::none(page), &[post])),
        None => {
            if kind == PageKind::Thread
                && let Some(posts) = thread(page, &messages)
            {
                return (kind, posts);
            }
            if kind != PageKind::Thread
                && let Some(post) = on_board
            {
                return (PageKind::Article, join(&post.body));
            }
            let body = body(page, furniture, claims);
            if kind == PageKind::Thread {
                return (kind, join(&with_all_posts(page, body)));
            }
            let titles: Vec<String> = title.map(metadata::plain).into_iter().collect();
            let trimmed = trim::trim(page, body, &titles);
            match whole_page(page, kind, claims, url, furniture, &trimmed) {
                Some(whole) => join(&whole),
                None => rescued(page, claims, trimmed),
            }
        }
    };
    (kind, text)
}

/// All posts of a thread: by the anchors of its software, else from what it keeps for scripts or shows without them.
fn thread(page: &Page<'_>, messages: &[u32]) -> Option<String> {
    let shown = join(&lines_of(page, &Mask::none(page), messages));
    if !shown.is_empty() {
        return Some(shown);
    }
    let kept = from_html(&payload::discourse(page).unwrap_or_default());
    if !kept.is_empty() {
        return Some(kept);
    }
    let html = crate::document::parse(payload::unscripted(page)?);
    let inner = Page::of(&html);
    let messages = anchors::messages(&inner);
    let shown = join(&lines_of(&inner, &Mask::none(&inner), &messages));
    (!shown.is_empty()).then_some(shown)
}

/// A body that was found holds all posts if it holds most of the page's prose; else the whole page is taken.
fn with_all_posts(page: &Page<'_>, body: Vec<Line>) -> Vec<Line> {
    let wide = wide::text(page, true);
    if prose(&body) * 2 >= prose(&wide) {
        body
    } else {
        wide
    }
}

/// The body of an article: three answers, each cleaned, and the one most agreed on.
fn body(page: &Page<'_>, furniture: &clean::Furniture, claims: &Claims) -> Vec<Line> {
    let sums = &furniture.held;
    let found = [
        candidates::by_names(page, sums),
        candidates::by_score(page, sums, &furniture.shown),
        candidates::by_prose(page, sums),
    ];
    let mut answers: Vec<Vec<Line>> = Vec::new();
    let mut asked: Vec<candidates::Roots> = Vec::new();
    for roots in found.into_iter().flatten() {
        // Two that found the same place agree wholly.
        let answer = match asked.iter().position(|other| *other == roots) {
            Some(same) => answers[same].clone(),
            None => lines_of(page, &clean::clean(page, &furniture.mask, &roots), &roots),
        };
        answers.push(answer);
        asked.push(roots);
    }
    chosen(&mut answers, !is_news(claims))
}

/// The page says for machines that it is one article of a newspaper.
fn is_news(claims: &Claims) -> bool {
    claims
        .types
        .iter()
        .any(|kind| kind.ends_with("NewsArticle"))
        || claims.meta(&["article:published_time"]).is_some()
}

/// The whole page, where it is a list of records or has no body that could be told from the rest.
fn whole_page(
    page: &Page<'_>,
    kind: PageKind,
    claims: &Claims,
    url: Option<&Url>,
    furniture: &clean::Furniture,
    body: &[Line],
) -> Option<Vec<Line>> {
    let width = |lines: &[Line]| lines.iter().map(|line| line.width).sum::<u32>();
    let link_share = |lines: &[Line]| {
        let links: u32 = lines.iter().map(|line| line.link_width).sum();
        links as f32 / width(lines).max(1) as f32
    };
    if kind::says_one_text(claims, url) {
        // Systems say so of their lists, too; the number of a document in the address is never that of a list.
        let may_be_list = !kind::names_document(url) && furniture.link_share >= LINKS_OF_PAGE;
        return may_be_list.then(|| wide::text(page, false)).filter(|wide| {
            let links = link_share(wide);
            (links >= LINKS_OF_LIST && width(body) * LIST_TO_BODY < width(wide))
                || (links >= NEARLY_ALL_LINKS && records::has_records(page, &furniture.mask))
        });
    }
    let wide = wide::text(page, false);
    let introduces = || width(body) < INTRODUCTION && records::has_records(page, &furniture.mask);
    let times = match kind {
        PageKind::Listing if link_share(&wide) >= LINKS_OF_LISTING => 0.0,
        PageKind::Listing => 2.0,
        PageKind::Other | PageKind::Article if introduces() => INTRODUCED,
        PageKind::Other => 5.0,
        PageKind::Article | PageKind::Thread => 4.0,
    };
    let has_no_body = prose(body) < SHORT
        && width(&wide) >= SHORT
        && agreement::shared(&wide, body) * 2 >= width(body);
    (has_no_body || width(body) as f32 * times < width(&wide) as f32).then_some(wide)
}

/// The text of the lines; where they are next to nothing, that of the page's data for machines and scripts.
fn rescued(page: &Page<'_>, claims: &Claims, lines: Vec<Line>) -> String {
    let n_shown = prose(&lines);
    if n_shown < SHORT {
        if let Some(body) = &claims.body
            && body.chars().count() > n_shown as usize
        {
            return from_html(std::slice::from_ref(body));
        }
        let state = payload::prose(page);
        if !state.is_empty() {
            return from_html(&state);
        }
    }
    join(&lines)
}

/// The answer most agreed on; but where the widest holds more than twice its prose, the page's text is spread over parts
/// of which two answers found the same one.
fn chosen(answers: &mut [Vec<Line>], may_be_spread: bool) -> Vec<Line> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(source: &str) -> Extraction {
        let url = Url::parse("https://example.com/a/12").expect("a constant address");
        extract(
            &crate::document::parse(source),
            Some(&url),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn an_empty_page_is_nothing() {
        let read = read("");
        assert_eq!((read.text.as_str(), read.title), ("", None));
    }

    /// Discourse does.
    #[test]
    fn a_thread_that_states_when_it_was_published_keeps_its_posts() {
        let post = |n: u32, words: &str| {
            format!(
                "<div id='p{n}' class='post'><div class='postbody'><p class='author'>by <a href='memberlist.php?u={n}'>\
                 writer{n}</a> 2026-03-0{n} 10:00</p><div class='content'>{words}</div></div></div>"
            )
        };
        let read = read(&format!(
            "<meta property='article:published_time' content='2026-03-01'><body id='phpbb'><h2>Which tea</h2>{}{}{}",
            post(1, "Which tea do you drink in the evening, and why?"),
            post(2, "Barley, since it keeps nobody awake at night."),
            post(3, "Buckwheat, and sometimes nothing but hot water."),
        ));
        assert_eq!((read.kind, read.posts.len()), (PageKind::Thread, 3));
    }

    #[test]
    fn plain_and_marked_pieces_become_lines() {
        let pieces = [
            "one\ntwo".to_owned(),
            "<p>three</p><p>four &amp; five</p>".to_owned(),
        ];
        assert_eq!(from_html(&pieces), "one\ntwo\nthree\nfour & five");
    }

    proptest! {
        #[test]
        fn no_page_panics(
            source in "(<|</|>|div|p|h1|article|table|tr|td|a href=x|script type='application/ld\\+json'| class='(post|comment|article-body|meta)'|\\{\"@type\":\"Article\"|\\}|가나다, |word, |\\.|\"|=| |\n){0,120}"
        ) {
            let read = read(&source);
            prop_assert!(!read.text.contains("\n\n"));
        }
    }
}
