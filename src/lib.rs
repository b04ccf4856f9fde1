//! boardwalk keeps a complete, searchable, honest copy of web boards. This page is the map for those who carry on
//! the work: what the stages are, what each must never do, and where a change belongs.
//!
//! # A page's journey
//! `config → profile → schedule → fetch → listing → article → dedup → health → store → outputs`, conducted by `crawl`.
//!
//! 1. [`config`] turns a file into checked [options](config::Options); every complaint has a line and a column.
//! 2. [`profile`] is how to read a board, as data: one TOML format for built-in and hand-written profiles, compiled at
//!    load. Identity lives here: a URL becomes a key by the profile's rules, never by itself.
//! 3. A *job* (one page to visit) waits in the store. [`crawl`] claims it and hands it to [`fetch`], where one object per
//!    host owns robots.txt, pace, connections and pauses. Every request passes through it, redirects and robots files
//!    included.
//! 4. [`fetch::decode`] decides the charset from bytes. [`document::parse`] is the one door to the HTML parser; a text
//!    goes through it once; ordinary pages where the visit runs, large ones on the blocking pool.
//!    [`document::parse_wanted`] leaves out what nobody asks for (what readers ask for stands in `article::asked`;
//!    `tests/pages/cut` holds part and whole together, and html5ever's tree with one made by tags). Names and links of the rest, by which [`health::fit`] tells a redesign, are
//!    noted while it is left out; parts that pages of a board share are looked through once (`document::familiar`), and the
//!    steps through what is kept are told once (`document::steps`): the tree is made from them. What a
//!    part does not show is no evidence: then the whole page is parsed. A parsed page is a [`document::Document`], its tree
//!    (`document::dom`) with an index of names, by which [`document::Query`] searches it; most elements are ruled out by bits of their
//!    names, and selectors that ask for names alone are answered by `document::chain`. A row or a comment is a [`document::Part`], walked once for all that is asked of it.
//!    Where no profile fits, [`learn`] writes one from a few pages (`crawl::learning`); it is kept in the store. Rows that an
//!    endpoint brings in JSON, or a feed, are made into a page first ([`profile::JsonList`]; `crawl::interface` asks for them);
//!    a sitemap is such a feed, one without titles, and an index of sitemaps has the listing's pages (`crawl::parts`);
//!    data that a page holds for its own scripts is shown in it (`profile::island`). Which links are files of an article,
//!    signs around them tell ([`profile::files`]): the same when learning and when reading. A person at
//!    the terminal is asked which listing is meant where that is open ([`crawl::Adviser`]). `add` shows what a board would
//!    bring ([`crawl::preview()`]) and writes it into the configuration, between the lines that are there
//!    ([`config::with_board`]); a profile that somebody wrote or named is never replaced by a learnt one.
//! 5. [`article::classify`] says what the page is before anything of it is believed.
//! 6. A listing page becomes rows and a pager ([`listing::read_listing`]); [`listing::advance`] joins it to the walk by
//!    overlap or rank and says which page is next; the board's rows are counted only where ranks are held against their number
//!    ([`listing::needs_count`]). An article page becomes an [`Article`](model::Article); a page
//!    without a profile is read by [`article::generic`].
//!    Before anything of a page is believed it is held against what pages of its board have always shown
//!    ([`health::fit`]; `crawl::doubt`). Where a profile stops fitting, `crawl::mend` makes another ([`learn::repair`]) and
//!    takes it only if it reproduces what is known (`crawl::proof`). Until then, nothing of the board is believed that no
//!    known row or article speaks for (`crawl::relapse`).
//! 7. All that follows from the visit is one [`Settlement`](model::Settlement), made true in one transaction that
//!    also settles the job ([`store::Store::settle`]), and its neighbours in time. A revision's HTML is packed by the text
//!    beside it (`store::sqlite::prepare`): whoever writes one of them writes both. [`dedup`] names equal texts; [`health`] compares the ranks that
//!    were seen with what is held, and says which pages tell what vanished. Candidates for near copies are found in the
//!    same transaction (`store::sqlite::copies`), most of them ruled out by what is at hand ([`dedup::Outline`]), and the
//!    others judged on the texts ([`dedup::Stripped`]) beside what all texts of their boards have, and by where their forms are filled in (`store::sqlite::frames`, `dedup::form`).
//! 8. [`schedule`] says when a post is worth another visit and a board another poll. The service
//!    ([`crawl::crawl_forever`]) polls by it, and [`health::verdict`] tells how each board does.
//! 9. [`outputs`] read what is stored, and nothing else; [`outputs::web`] are the service's pages, their templates are
//!    in `templates/`. [`notify`] sends what happened to chats and webhooks. `crawl::reparse` reads stored pages by today's profiles.
//!
//! # Invariants, and the test that holds each
//! - *Durable*: kill -9 at any moment loses nothing, stores nothing twice (`tests/long/kill.rs`, `tests/store`).
//! - *Polite*: the server's own log shows the pace, across restarts, retries, robots and redirects (`tests/pace.rs`).
//! - *Identity is not the URL* (`profile::identity`, `tests/journey.rs`).
//! - *Parsers are pure*: bytes in, value and warnings out, no error, no panic (property tests in `dates`, `fetch`,
//!   `listing`, `article`). A page's tree lives and dies inside one closure, between two awaits.
//! - *Nothing is destroyed*: content that changes becomes a revision; "gone" needs two explicit answers with
//!   a while between them, and many at once look like an outage (`crawl::article_visit`).
//! - *What comes from the web is hostile*: addresses are checked on URL, redirect and resolver ([`fetch`]); bytes, time,
//!   redirects and rows are capped; text is escaped at output ([`outputs`]; `outputs::web::page_tests`). SECURITY.md says
//!   what is promised, and which test of `tests/hostile` and `tests/faults` holds it.
//! - *What vanished is found, and nothing else is taken for it* (`health`, `tests/journey/radar.rs`, `tests/long/year.rs`).
//! - *A story is no chain, and the order in which texts come is of no account* (`store::sqlite::stories`,
//!   `tests/near_copies.rs`, `tests/store/articles.rs`).
//! - *A stored page can be read again*: the same profile finds nothing new, another one's findings are no edits
//!   (`tests/journey/time_travel.rs`, `tests/pages/edits.rs`).
//! - *A redesign stores nothing wrong* (`tests/journey/drift.rs`, `tests/journey/time_travel.rs`).
//! - *Errors are sorted by what to do next* ([`fetch::FetchError::retry`]); a run that did nothing says why
//!   ([`crawl::CrawlReport`]).
//! - *Clocks are injected* ([`model::Clock`]); times are UTC with their precision and the words they were read from.
//! - *What happened is told at least once* (`notify`, `tests/long/daemon_kill.rs`).
//! - *Memory is flat*: the seen set and the queue are in the store.
//!
//! Who may import whom is enforced by `tests/architecture.rs`.
//!
//! # Where we left the design's letter, and why
//! - `dates` and `document` stand beside the stages: listings and articles read the same words and the same tree, and
//!   neither may import the other.
//! - Articles are requested in the URL form that the listing links (invariant 3), but session ids and fragments are cut
//!   first, and a redirect is only followed to a URL that has the shape of an article or a listing.
//! - A board without ranks (a gallery) has each page read once more after the next one when they do not overlap, and page 1
//!   once more at the end. If anything moved meanwhile, the walk begins anew until a round finds no row that the one before
//!   it missed: an arrival can undo, unseen, what a deletion did. That doubles the listing requests of its full passes at
//!   rest. Only overlap within one answer would prove more; of 40,000 simulated boards none lost a row
//!   (`listing::walk`).
//! - A gap is kept by the rows around it, and closed by a walk that has come through it from the upper row to the lower one
//!   without a tear, wherever they stand by then (`listing::gaps`).
//! - One category of a board is a board of its own (`host/news?79`) with the same articles: its ranks count within it.
//! - The first run hands the page by which a board was recognised to the walk, so that page 1 is fetched once.
//! - The tree of a page is our own (`document::dom`), in the words of scraper's. Whole pages are still parsed by scraper, and
//!   selectors mean what they mean to it (`document::selector`); but each element of its tree takes some two hundred bytes and up to
//!   five allocations, which was an eighth of a crawl's time. No other stage knows of scraper or html5ever.
//! - There is no `frontier` folder: which page is next is `listing::walk`'s answer, the queue is the store's `job` table,
//!   who holds a host is `crawl::worker`, and identity is the profile's. A stage between them would only pass calls on.
//!
//! # To add
//! An engine: one file in `config/engines/` and its fixture pages, no Rust. A store: one folder under `store` and the
//! conformance suite. An output or a subcommand: one file, one enum variant.
#![forbid(unsafe_code)]

pub mod model;

pub mod config;
pub mod dates;
pub mod document;
pub mod profile;
pub mod schedule;

pub mod fetch;

pub mod listing;

pub mod article;

pub mod learn;

pub mod dedup;

pub mod health;

pub mod store;

pub mod outputs;

pub mod notify;

pub mod crawl;

pub mod cli;
pub mod telemetry;
