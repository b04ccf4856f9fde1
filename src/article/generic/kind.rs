//! What kind of page is this? In: what it says of itself, its address, and counts. Out: article, thread, listing or
//! other. Cheap signs only; each says how much it weighs.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;
use url::Url;

use super::lines::Sums;
use super::page::{Page, Tag};
use super::structured::Claims;

/// The kind of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// One text: news, a blog post, a board's post.
    Article,
    /// Posts of several people on one subject.
    Thread,
    /// Links to articles.
    Listing,
    #[default]
    Other,
}

impl PageKind {
    /// The word in outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Thread => "thread",
            Self::Listing => "listing",
            Self::Other => "other",
        }
    }
}

static THREAD_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)/(?:threads?|topics?|showthread|viewtopic|discussion|questions?|t|forums?|viewthread)(?:[/.?\-]|$)|[?&](?:t|tid|topic|thread)=\d|/thread-\d|^/?(?:forums?|community|boards?)\.")
        .expect("a constant pattern")
});

/// Scripts of forum software that show a thread and nothing else.
static SCRIPT_OF_THREADS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)/(?:viewtopic|showthread|viewthread|topic_show)\b")
        .expect("a constant pattern")
});

static LISTING_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)/(?:category|categories|tags?|topics?|archives?|section|sections|collections?|search|browse|directory|listings?|page/\d+|author|label)(?:/|$)|^/?$")
        .expect("a constant pattern")
});

/// One document of many: a number that ends the path or stands in a parameter.
static DOCUMENT_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^/[\w-]+/\d+(?:$|\?)|[?&](?:\w*_id|id|uid|idx|\w*no|num|\w*seq|\w*srl|article\w*)=\d+(?:&|$)")
        .expect("a constant pattern")
});

/// Whether the page says that it is one text: by its types, its date of publication, or a number in its address.
pub(super) fn says_one_text(claims: &Claims, url: Option<&Url>) -> bool {
    claims
        .types
        .iter()
        .any(|kind| kind.ends_with("Article") || kind.ends_with("Posting"))
        || claims.meta(&["og:type"]) == Some("article")
        || claims.meta(&["article:published_time"]).is_some()
        || names_document(url)
}

/// Whether a number in the address names one document.
pub(super) fn names_document(url: Option<&Url>) -> bool {
    url.is_some_and(|url| DOCUMENT_ADDRESS.is_match(address_of(url)))
}

/// Whether the address is of the kind that threads have.
pub(super) fn hints_thread(url: Option<&Url>) -> bool {
    url.is_some_and(|url| THREAD_ADDRESS.is_match(address_of(url)) || is_host_of_threads(url))
}

/// The path and what follows, without a fragment.
fn address_of(url: &Url) -> &str {
    &url[url::Position::BeforePath..url::Position::AfterQuery]
}

fn is_host_of_threads(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    ["forum", "community.", "boards.", "discuss"]
        .iter()
        .any(|begin| host.starts_with(begin))
}

/// What was counted beforehand.
pub(super) struct Counts {
    /// Messages that the anchors of forum software found.
    pub(super) n_messages: usize,
    /// A board's post was found by an anchor.
    pub(super) has_post: bool,
}

/// Forum software names itself as the page's generator.
fn made_by_forum_software(claims: &Claims) -> bool {
    const NAMES: [&str; 11] = [
        "phpbb",
        "vbulletin",
        "xenforo",
        "discourse",
        "vanilla",
        "invision",
        "mybb",
        "smf",
        "flarum",
        "nodebb",
        "discuz",
    ];
    let generator = claims
        .meta(&["generator"])
        .unwrap_or_default()
        .to_lowercase();
    NAMES.iter().any(|name| generator.contains(name))
}

/// The kind of a page.
pub(super) fn of(
    page: &Page<'_>,
    claims: &Claims,
    url: Option<&Url>,
    sums: &Sums,
    counts: &Counts,
) -> PageKind {
    let says = |ends: &[&str]| {
        claims
            .types
            .iter()
            .any(|kind| ends.iter().any(|end| kind.ends_with(end)))
    };
    if counts.has_post {
        return PageKind::Article;
    }
    if counts.n_messages > 1 || says(&["DiscussionForumPosting", "QAPage"]) {
        return PageKind::Thread;
    }
    let path = url.map_or("", Url::path);
    let address = url.map_or("", address_of);
    let is_forum_software = made_by_forum_software(claims);
    let mut article = 0.0;
    let mut thread = 0.0;
    let mut listing = 0.0;
    if says(&["NewsArticle", "BlogPosting", "Article", "Report", "Recipe"]) {
        article += 2.0;
    }
    if claims.meta(&["og:type"]) == Some("article") {
        article += 1.0;
    }
    if claims.meta(&["article:published_time"]).is_some() {
        article += 1.0;
    }
    if says(&["CollectionPage", "ItemList", "SearchResultsPage"]) {
        listing += 1.5;
    }
    if SCRIPT_OF_THREADS.is_match(address) {
        thread += 2.0;
    } else if THREAD_ADDRESS.is_match(address) {
        thread += 1.5;
    }
    if url.is_some_and(is_host_of_threads) {
        thread += 1.0;
    }
    if is_forum_software {
        thread += 1.5;
    }
    thread += (counts.n_messages as f32).min(1.0);
    if url.is_some() && LISTING_ADDRESS.is_match(path) {
        listing += 1.5;
    }
    let whole = sums.held(page, 0);
    if DOCUMENT_ADDRESS.is_match(address) {
        article += 1.5;
    }
    let n_articles = page
        .nodes
        .iter()
        .filter(|node| node.tag == Tag::Article)
        .count();
    if n_articles >= 5 {
        listing += 1.0;
    }
    if whole.width > 0 && whole.prose * 4 < whole.width {
        listing += 0.5;
    } else if whole.prose * 2 > whole.width {
        article += 1.0;
    }
    if thread >= 2.0 && thread > article && thread > listing {
        PageKind::Thread
    } else if listing >= 1.5 && listing > article {
        PageKind::Listing
    } else if article >= 1.0 || whole.prose >= 1_000 {
        PageKind::Article
    } else {
        PageKind::Other
    }
}
