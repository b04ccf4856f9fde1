//! URL → identity. In: a URL as found. Out: the article's or the board's key and the URL to store, or that it is
//! neither. Never fetches, never trusts a canonical link, never encodes a query again.

use url::{Position, Url};

use super::shape::{Address, Caught, Shape, fill, parameters};
use crate::model::{ArticleKey, BoardScope};

/// What every server should take (RFC 9110, 4.1); a longer one is no address that a board gave its pages.
const MAX_URL_BYTES: usize = 8_000;

/// What a profile knows of URLs.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(super) scope: BoardScope,
    pub(super) articles: Vec<Shape>,
    pub(super) boards: Vec<Shape>,
    pub(super) refuse: Vec<String>,
    pub(super) reserved: Vec<String>,
    pub(super) drop: Vec<String>,
    pub(super) article_url: String,
    pub(super) listing_url: String,
    pub(super) board_url: String,
    /// The number in the URL of page 1, and what it grows by from page to page.
    pub(super) page_first: u64,
    pub(super) page_step: u64,
    /// Where a page tells its article's id, for URLs that do not.
    pub id_in_page: Vec<super::Rule>,
    /// Where a page tells its board's name.
    pub board_in_page: Vec<super::Rule>,
}

/// An article, as far as its URL tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleRef {
    /// Ends in `~slug` until the page has told the number ([`Identity::with_id`]).
    pub key: ArticleKey,
    /// The engine's own id; `None` where the URL has a slug instead.
    pub id: Option<String>,
    /// Percent-encoded, as in the URL.
    pub slug: Option<String>,
    pub board: Option<String>,
    /// The path in front of the engine: empty, or `/community`.
    pub base: String,
    /// Without state; what is stored and shown. For a slug its own path.
    pub canonical_url: Url,
}

/// A listing page, as far as its URL tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRef {
    /// `host[:port][/base]/board`, and `?category` where it is one category of a board.
    pub key: String,
    /// The board's name in URLs; `board/category` for one category of it, percent-encoded as in the URL.
    pub name: String,
    pub base: String,
    /// 1-based. 1 where the URL names none, or none that is a page.
    pub page: u32,
}

impl Identity {
    /// Where ids are unique.
    pub fn scope(&self) -> BoardScope {
        self.scope
    }

    /// The article a URL points to; `None` where it has no article's shape, or acts.
    pub fn article(&self, url: &Url) -> Option<ArticleRef> {
        let (shape, caught) = self.catch(&self.articles, url)?;
        self.article_ref(url, shape, &caught)
    }

    /// The key of the article a URL points to: [`ArticleRef::key`] without all else.
    pub fn key_of_article(&self, url: &Url) -> Option<ArticleKey> {
        let (_, caught) = self.catch(&self.articles, url)?;
        let told = self.told(&caught)?;
        Some(self.key(url, &told))
    }

    /// The id of the article a URL points to, where it tells one: [`ArticleRef::id`] without all else.
    pub fn id_of_article(&self, url: &Url) -> Option<String> {
        let (_, caught) = self.catch(&self.articles, url)?;
        self.told(&caught)?.id.map(str::to_owned)
    }

    /// The listing a URL points to; `None` where it has no listing's shape, or acts, sorts or filters, and for an
    /// article's URL, whatever else its shape might be.
    pub fn board(&self, url: &Url) -> Option<BoardRef> {
        let (_, caught) = self.catch_board(url)?;
        self.board_ref(url, &caught)
    }

    /// Another page of the listing that `url` is a page of, in the form the board itself links it. `None` where
    /// `url` is no listing, and for page 0, which is never asked for: engines answer with page 1 or an error.
    pub fn listing_page(&self, url: &Url, page: u32) -> Option<Url> {
        let (shape, mut caught) = self.catch_board(url)?;
        let number = u64::from(page.saturating_sub(1)) * self.page_step + self.page_first;
        caught.insert("page", number.to_string());
        let template = match page {
            0 => return None,
            1 => shape.board_url.as_ref().unwrap_or(&self.board_url),
            _ => shape.listing_url.as_ref().unwrap_or(&self.listing_url),
        };
        at_origin(url, &fill(template, &caught))
    }

    /// The canonical URL of the article with this id, on the board and in the form of `found`.
    pub fn article_url(&self, found: &ArticleRef, host_url: &Url, id: &str) -> Url {
        let shape = self
            .catch(&self.articles, &found.canonical_url)
            .map(|(shape, _)| shape);
        let template = shape
            .and_then(|shape| shape.article_url.as_ref())
            .unwrap_or(&self.article_url);
        let mut caught = Caught::from([("base", found.base.clone()), ("id", id.to_owned())]);
        if let Some(board) = &found.board {
            caught.insert("board", board.clone());
        }
        at_origin(host_url, &fill(template, &caught)).unwrap_or_else(|| found.canonical_url.clone())
    }

    /// The URL to ask for: as found, without the fragment and without session ids (`drop`). What is left of the
    /// query is passed on byte for byte.
    pub fn requestable(&self, url: &Url) -> Url {
        let mut clean = url.clone();
        clean.set_fragment(None);
        if let Some(end) = clean.path().find(";jsessionid=") {
            let path = clean.path()[..end].to_owned();
            clean.set_path(&path);
        }
        let dropped = |name: &str| self.drop.iter().any(|drop| drop.eq_ignore_ascii_case(name));
        let query = url.query().unwrap_or_default();
        if parameters(query).any(|(name, _)| dropped(name)) {
            let kept: Vec<&str> = query
                .split('&')
                .filter(|part| !dropped(part.split('=').next().unwrap_or_default()))
                .collect();
            let kept = kept.join("&");
            clean.set_query((!kept.is_empty()).then_some(&kept));
        }
        clean
    }

    /// Whether a redirect may be followed there: an article or a listing by its shape.
    pub fn follows(&self, url: &Url) -> bool {
        self.key_of_article(url).is_some() || self.board(url).is_some()
    }

    /// The article of a slug once its page has told the number.
    pub fn with_id(&self, slug_ref: &ArticleRef, id: &str) -> ArticleRef {
        let mut found = slug_ref.clone();
        let scope = self.key_scope(&found.canonical_url, &found.base, found.board.as_deref());
        found.key = ArticleKey::new(&scope, id);
        found.canonical_url = self.article_url(slug_ref, &slug_ref.canonical_url, id);
        found.id = Some(id.to_owned());
        found
    }

    fn board_ref(&self, url: &Url, caught: &Caught) -> Option<BoardRef> {
        let name = caught.get("board").filter(|name| !name.is_empty())?.clone();
        let base = caught.get("base").cloned().unwrap_or_default();
        let number = caught.get("page").and_then(|page| page.parse::<u64>().ok());
        let page = number.and_then(|number| {
            let steps = number.checked_sub(self.page_first)? / self.page_step;
            u32::try_from(steps).ok()?.checked_add(1)
        });
        let site = format!("{}{base}", host_of(url));
        let category = caught.get("category").filter(|name| !name.is_empty());
        let (key, name) = match category {
            // Ranks count within the category: it is a board of its own, with the same articles.
            Some(category) => (
                format!("{site}/{name}?{category}"),
                format!("{name}/{category}"),
            ),
            None => (format!("{site}/{name}"), name),
        };
        Some(BoardRef {
            key,
            name,
            base,
            page: page.unwrap_or(1).max(1),
        })
    }

    fn catch_board(&self, url: &Url) -> Option<(&Shape, Caught)> {
        let found = self.catch(&self.boards, url)?;
        self.key_of_article(url).is_none().then_some(found)
    }

    fn catch<'s>(&self, shapes: &'s [Shape], url: &Url) -> Option<(&'s Shape, Caught)> {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return None;
        }
        if url.as_str().len() > MAX_URL_BYTES {
            return None;
        }
        let address = Address::of(url);
        if address.has_any(&self.refuse) {
            return None;
        }
        shapes.iter().find_map(|shape| {
            let caught = shape.catch(&address)?;
            let reserved = |word: &str| self.reserved.iter().any(|r| r.eq_ignore_ascii_case(word));
            let base_is_reserved = caught
                .get("base")
                .is_some_and(|base| base.split('/').any(reserved));
            let board_is_reserved = caught.get("board").is_some_and(|board| reserved(board));
            (!base_is_reserved && !board_is_reserved).then_some((shape, caught))
        })
    }

    /// What was caught of an article's URL, if it is enough to tell one.
    fn told<'c>(&self, caught: &'c Caught) -> Option<Told<'c>> {
        let get = |group| {
            let value = caught.get(group).map(String::as_str);
            value.filter(|value| !value.is_empty())
        };
        let told = Told {
            base: get("base").unwrap_or_default(),
            board: get("board"),
            id: get("id"),
            slug: get("slug"),
        };
        let needs_board = self.scope == BoardScope::Board && told.board.is_none();
        let is_one = told.id.is_some() || told.slug.is_some();
        (is_one && !needs_board).then_some(told)
    }

    fn key(&self, url: &Url, told: &Told<'_>) -> ArticleKey {
        if let Some(id) = told.id {
            return ArticleKey::new(&self.key_scope(url, told.base, told.board), id);
        }
        // Slugs repeat between boards even where numbers do not.
        let mut scope = format!("{}{}", host_of(url), told.base);
        if let Some(board) = told.board {
            scope = format!("{scope}/{board}");
        }
        ArticleKey::new(&scope, &format!("~{}", told.slug.unwrap_or_default()))
    }

    fn article_ref(&self, url: &Url, shape: &Shape, caught: &Caught) -> Option<ArticleRef> {
        let told = self.told(caught)?;
        let canonical_url = match told.id {
            Some(_) => {
                let template = shape.article_url.as_ref().unwrap_or(&self.article_url);
                at_origin(url, &fill(template, caught))?
            }
            None => at_origin(url, &shape.path_in(url))?,
        };
        Some(ArticleRef {
            key: self.key(url, &told),
            id: told.id.map(str::to_owned),
            slug: told.slug.map(str::to_owned),
            board: told.board.map(str::to_owned),
            base: told.base.to_owned(),
            canonical_url,
        })
    }

    fn key_scope(&self, url: &Url, base: &str, board: Option<&str>) -> String {
        match (self.scope, board) {
            (BoardScope::Board, Some(board)) => [host_of(url), base, "/", board].concat(),
            _ => [host_of(url), base].concat(),
        }
    }
}

/// The parts of an article's URL, none of them empty but the base: an id or a slug is among them.
struct Told<'c> {
    base: &'c str,
    board: Option<&'c str>,
    id: Option<&'c str>,
    slug: Option<&'c str>,
}

/// `host`, or `host:port` where that is not the scheme's own.
fn host_of(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// A path and query on the host of `url`, without its user and password.
fn at_origin(url: &Url, path_and_query: &str) -> Option<Url> {
    Url::parse(&[url.scheme(), "://", host_of(url), path_and_query].concat()).ok()
}
