//! A site: boards behind an engine's addresses and markup. Handles requests for listings, articles, comment pages and
//! robots.txt; whatever else is asked is answered as the engine would, and remembered as a stray.

use std::sync::{Arc, Mutex, MutexGuard};

use boardwalk::model::{Clock, SystemClock};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::board::{Board, Boards, Post};
use super::seed::Rng;
use super::server::{Handler, Manner, Reply, Request};
use super::{gnuboard5, rhymix};

/// Which software's markup and addresses a site has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The stock `default` skin.
    Rhymix,
    Gnuboard5 {
        /// 0: `/bbs/board.php?bo_table=`; 1: `/board/id`.
        rewrite: u8,
    },
}

/// What a site does with a page number behind its last page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEnd {
    /// 200 without ordinary rows: notices only (Rhymix), or words that say so (gnuboard5).
    Empty,
    LastPageAgain,
    RedirectToLast,
    NotFound,
    FirstPage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest thread first.
    Newest,
    /// The thread that was answered last comes first.
    LastReply,
}

/// What the number column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// A count of the ordinary rows from the oldest (Rhymix, gnuboard5, KBoard).
    Rows,
    /// Likewise, with the pinned rows counted that stand nowhere else.
    RowsAndNotices,
    /// Likewise, with rows counted that guests are not shown: here those of secret posts.
    HiddenToo,
    /// A count of the threads; replies have an arrow instead of a number (Zeroboard).
    Threads,
    /// The post's own number.
    Ids,
    /// Nothing.
    Blank,
}

/// What the site answers for robots.txt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Robots {
    /// 404 with an HTML page, as the engines do by default.
    Missing,
    Text(String),
    /// 200 with the home page.
    HomePage,
    Status(u16),
    Unreachable,
}

/// How one site differs from another of the same engine.
#[derive(Debug, Clone)]
pub struct Quirks {
    pub rows_per_page: usize,
    pub past_end: PastEnd,
    pub order: Order,
    /// The same listing stands under every article.
    pub listing_under_article: bool,
    /// Links on page N carry `page=N`.
    pub page_in_links: bool,
    /// Every link carries a session id that is new on each page.
    pub session_ids: bool,
    /// gnuboard5: the gallery skin, a list of boxes whose number is hidden.
    pub gallery: bool,
    pub numbers: Numbers,
    /// Put before the title of the row whose article is open, besides the mark in the number column.
    pub current_mark: &'static str,
    /// Pages are sent as EUC-KR (CP949), declared in the markup only.
    pub euc_kr: bool,
    pub comments_per_page: usize,
    /// The pager links the last page.
    pub pager_shows_last: bool,
    pub site_name: &'static str,
}

impl Quirks {
    fn of(engine: Engine) -> Self {
        Self {
            rows_per_page: match engine {
                Engine::Rhymix => 20,
                Engine::Gnuboard5 { .. } => 15,
            },
            past_end: PastEnd::Empty,
            order: Order::Newest,
            listing_under_article: true,
            page_in_links: true,
            session_ids: false,
            gallery: false,
            numbers: Numbers::Rows,
            current_mark: "",
            euc_kr: false,
            comments_per_page: 50,
            pager_shows_last: true,
            site_name: "가람마을 누리집",
        }
    }
}

type Hook = Box<dyn FnMut(&mut Boards, &Request) + Send>;

/// Everything of a site that a handler needs, behind one lock.
pub struct State {
    pub boards: Boards,
    pub quirks: Quirks,
    pub robots: Robots,
    /// Targets that no reader of the board has any business with: links that act, sort, filter or print.
    pub strays: Vec<String>,
    /// Tokens of pages.
    pub rng: Rng,
    hooks: Vec<Hook>,
}

/// A handle to a site; clones are the same site.
#[derive(Clone)]
pub struct Site {
    engine: Engine,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

impl Site {
    /// A site with one empty board, `news`, on the machine's clock.
    pub fn new(engine: Engine, seed: u64) -> Self {
        Self::with_clock(engine, seed, Arc::new(SystemClock))
    }

    pub fn with_clock(engine: Engine, seed: u64, clock: Arc<dyn Clock>) -> Self {
        let mut boards = Boards::new(seed, engine == Engine::Rhymix, clock.now());
        boards.add_board("news");
        Self {
            engine,
            clock,
            state: Arc::new(Mutex::new(State {
                boards,
                quirks: Quirks::of(engine),
                robots: Robots::Missing,
                strays: Vec::new(),
                rng: Rng::new(seed),
                hooks: Vec::new(),
            })),
        }
    }

    /// The site's state, to be read or changed between requests.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }

    /// Changes the boards, or reads them.
    pub fn boards<R>(&self, change: impl FnOnce(&mut Boards) -> R) -> R {
        change(&mut self.lock().boards)
    }

    pub fn quirk(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.lock().quirks);
    }

    pub fn set_robots(&self, robots: Robots) {
        self.lock().robots = robots;
    }

    /// Called with each request before it is answered: posts can come and go while a crawl walks.
    pub fn on_request(&self, hook: impl FnMut(&mut Boards, &Request) + Send + 'static) {
        self.lock().hooks.push(Box::new(hook));
    }

    pub fn clear_hooks(&self) {
        self.lock().hooks.clear();
    }

    /// Targets asked for that are neither listing, article, comments nor robots.txt.
    pub fn strays(&self) -> Vec<String> {
        self.lock().strays.clone()
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Path and query of page 1 of a board.
    pub fn listing(&self, board: &str) -> String {
        match self.engine {
            Engine::Rhymix | Engine::Gnuboard5 { rewrite: 1.. } => format!("/{board}"),
            Engine::Gnuboard5 { rewrite: 0 } => format!("/bbs/board.php?bo_table={board}"),
        }
    }

    /// Path and query of an article, without any state.
    pub fn article(&self, board: &str, id: u64) -> String {
        match self.engine {
            Engine::Rhymix | Engine::Gnuboard5 { rewrite: 1.. } => format!("/{board}/{id}"),
            Engine::Gnuboard5 { rewrite: 0 } => {
                format!("/bbs/board.php?bo_table={board}&wr_id={id}")
            }
        }
    }

    /// What a request is for.
    pub fn asked(&self, request: &Request) -> Asked {
        match self.engine {
            Engine::Rhymix => rhymix::asked(request),
            Engine::Gnuboard5 { .. } => gnuboard5::asked(request),
        }
    }
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Listing {
        board: String,
        page: usize,
    },
    Article {
        /// As the address has it, which need not be the post's own; `None` where it names none.
        board: Option<String>,
        id: u64,
        /// A page of its comments.
        comment_page: Option<usize>,
        /// `page=` in the address: which listing page stands below.
        page: usize,
    },
    /// A page of the engine that a reader may land on by redirect.
    Password,
    Robots,
    /// A link that acts, sorts, filters, prints, downloads; or nothing we know.
    Stray,
}

impl Handler for Site {
    fn handle(&self, request: &Request) -> Reply {
        let mut state = self.lock();
        let mut hooks = std::mem::take(&mut state.hooks);
        for hook in &mut hooks {
            hook(&mut state.boards, request);
        }
        // A hook must not add hooks: it would have to lock the state it is called under.
        state.hooks = hooks;

        let asked = self.asked(request);
        let reply = match &asked {
            Asked::Robots => robots(&state.robots),
            Asked::Stray => {
                state.strays.push(request.target.clone());
                Reply::html("<html><body>ok</body></html>")
            }
            _ => {
                let now = self.clock.now();
                let mut page = Page {
                    engine: self.engine,
                    state: &mut state,
                    request,
                    origin: request.origin(),
                    now,
                    session: None,
                };
                page.session = page
                    .state
                    .quirks
                    .session_ids
                    .then(|| page.state.rng.hex32());
                match self.engine {
                    Engine::Rhymix => rhymix::answer(&mut page, &asked),
                    Engine::Gnuboard5 { .. } => gnuboard5::answer(&mut page, &asked),
                }
            }
        };
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&self.clock.now())
            .expect("a year of four digits");
        reply.header("Date", &date)
    }
}

fn robots(robots: &Robots) -> Reply {
    let page = "<!DOCTYPE html><html><head><title>누리집</title></head><body><p>어서 오세요.</p></body></html>";
    match robots {
        Robots::Missing => Reply::html(page).status(404),
        Robots::Text(text) => Reply::text(text),
        Robots::HomePage => Reply::html(page),
        Robots::Status(status) => Reply::html(page).status(*status),
        Robots::Unreachable => Reply::html("").manner(Manner::Reset),
    }
}

/// What is needed to render one answer.
pub struct Page<'a> {
    pub engine: Engine,
    pub state: &'a mut State,
    pub request: &'a Request,
    /// `http://host:port`, for engines that write absolute links.
    pub origin: String,
    pub now: Timestamp,
    /// The session id that this answer's links carry.
    pub session: Option<String>,
}

/// The rows of one listing page: indices into the board's order.
pub struct Slice {
    pub page: usize,
    pub n_pages: usize,
    /// Empty past the end.
    pub rows: std::ops::Range<usize>,
    pub with_notices: bool,
    /// The pager marks a page as the one shown.
    pub current_shown: bool,
}

impl Page<'_> {
    /// Cuts page `page` out of `n_rows` rows. `taken_on_first` rows of page 1 are notices that count as rows.
    pub fn slice(&self, n_rows: usize, page: usize, taken_on_first: usize) -> Slice {
        let per_page = self.state.quirks.rows_per_page;
        let page = page.max(1);
        let n_pages = (n_rows + taken_on_first).div_ceil(per_page).max(1);
        let shown = match self.state.quirks.past_end {
            PastEnd::LastPageAgain if page > n_pages => n_pages,
            PastEnd::FirstPage if page > n_pages => 1,
            _ => page,
        };
        let start = ((shown - 1) * per_page)
            .saturating_sub(if shown > 1 { taken_on_first } else { 0 })
            .min(n_rows);
        let n_here = per_page.saturating_sub(if shown == 1 { taken_on_first } else { 0 });
        Slice {
            page: shown,
            n_pages,
            rows: start..(start + n_here).min(n_rows),
            with_notices: true,
            current_shown: shown <= n_pages,
        }
    }

    /// Guests are shown the row of this post.
    pub fn shows(&self, post: &Post) -> bool {
        !(post.secret && self.state.quirks.numbers == Numbers::HiddenToo)
    }

    /// What the number column says of the post at this place of the board's order.
    pub fn number(&self, board: &Board, place: usize) -> String {
        let post = |id: &u64| &board.posts[id];
        let rest = &board.order[place..];
        match self.state.quirks.numbers {
            Numbers::Rows | Numbers::HiddenToo => rest.len().to_string(),
            Numbers::RowsAndNotices => (rest.len() + board.notices.len()).to_string(),
            Numbers::Threads if post(&rest[0]).reply_to.is_some() => String::new(),
            Numbers::Threads => {
                let threads = rest.iter().filter(|id| post(id).reply_to.is_none());
                threads.count().to_string()
            }
            Numbers::Ids => rest[0].to_string(),
            Numbers::Blank => String::new(),
        }
    }

    /// Local time on the site.
    pub fn local(&self, at: Timestamp) -> jiff::ZonedDateTime {
        at.to_zoned_datetime(zone())
    }
}

/// The time zone of all sites here.
pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Seoul").expect("the time zone database is bundled")
}

/// Order by the last comment or reply, newest first: what `Order::LastReply` shows.
pub fn by_last_reply(board: &super::board::Board) -> Vec<u64> {
    let mut order = board.order.clone();
    order.sort_by_key(|id| {
        let post = &board.posts[id];
        let last = post
            .comments
            .iter()
            .map(|comment| comment.posted)
            .max()
            .unwrap_or(post.posted)
            .max(post.posted);
        (std::cmp::Reverse(last), std::cmp::Reverse(*id))
    });
    order
}

/// Text as it stands in markup and attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// An address as Cloudflare writes it: the first byte is the key for the others.
pub fn protect_address(address: &str, key: u8) -> String {
    std::iter::once(key)
        .chain(address.bytes().map(|byte| byte ^ key))
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A part of a body in markup. Each fetch protects addresses with another key.
pub fn part_html(part: &super::board::Part, rng: &mut Rng) -> String {
    use super::board::Part;
    match part {
        Part::Paragraph(text) => format!("<p>{}</p>\n", escape(text)),
        Part::Photo {
            url,
            caption,
            address,
        } => {
            let address = address.as_ref().map_or(String::new(), |address| {
                let key = 1 + rng.below(250) as u8;
                format!(
                    r#" <a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="{}">[email&#160;protected]</a>"#,
                    protect_address(address, key)
                )
            });
            format!(
                "<p><img src=\"{}\" alt=\"\" /></p><p>{}{address}</p>\n",
                escape(url),
                escape(caption)
            )
        }
        Part::Raw { html, .. } => html.clone(),
    }
}
