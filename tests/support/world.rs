//! A site, its server and an empty archive: what most tests begin with.

use std::collections::BTreeMap;

use serde_json::Value;

use super::crawl::{Boardwalk, Outcome};
use super::server::{Entry, Handler, Server};
use super::site::{Asked, Engine, Site};
use super::truth::{Truth, assert_same, truth};

pub struct World {
    pub site: Site,
    pub server: Server,
    pub boardwalk: Boardwalk,
}

/// What was asked for, sorted by purpose.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Page numbers of listings, in order.
    pub listings: Vec<usize>,
    /// How often each article's page was asked for, whatever the form of its URL.
    pub articles: BTreeMap<u64, usize>,
    /// Article and page of each further page of comments.
    pub comments: Vec<(u64, usize)>,
    pub n_robots: usize,
    pub n_others: usize,
}

impl Requests {
    pub fn of(site: &Site, log: &[Entry]) -> Self {
        let mut requests = Self::default();
        for entry in log {
            match site.asked(&entry.request) {
                Asked::Listing { page, .. } => requests.listings.push(page),
                Asked::Article {
                    id,
                    comment_page: None,
                    ..
                } => *requests.articles.entry(id).or_default() += 1,
                Asked::Article {
                    id,
                    comment_page: Some(page),
                    ..
                } => requests.comments.push((id, page)),
                Asked::Robots => requests.n_robots += 1,
                Asked::Password | Asked::Stray => requests.n_others += 1,
            }
        }
        requests
    }

    pub fn n_articles(&self) -> usize {
        self.articles.values().sum()
    }
}

impl World {
    /// A site with an empty board `news`, served as it is.
    pub fn new(engine: Engine, seed: u64) -> Self {
        let site = Site::new(engine, seed);
        let handler = site.clone();
        Self::served_by(site, handler)
    }

    /// A board `news` of `n_posts` posts.
    pub fn with_posts(engine: Engine, seed: u64, n_posts: usize) -> Self {
        let world = Self::new(engine, seed);
        world
            .site
            .boards(|boards| boards.post_many("news", n_posts));
        world
    }

    /// The handler stands in front of the site, and may spoil what it says.
    pub fn served_by(site: Site, handler: impl Handler) -> Self {
        Self {
            site,
            server: Server::start(handler),
            boardwalk: Boardwalk::new(),
        }
    }

    /// What is said to be gone is asked for again in the same run, and believed.
    pub fn believing_at_once(self) -> Self {
        self.boardwalk.believe_at_once();
        self
    }

    /// `127.0.0.1:port`, as it stands in keys.
    pub fn host(&self) -> String {
        self.server.addr().to_string()
    }

    /// Page 1 of a board.
    pub fn listing_url(&self, board: &str) -> String {
        self.server.url(&self.site.listing(board))
    }

    /// Crawls `news` to the end.
    pub fn crawl(&self) -> Outcome {
        self.crawl_with(&[])
    }

    pub fn crawl_with(&self, args: &[&str]) -> Outcome {
        self.boardwalk.crawl(&self.listing_url("news"), args)
    }

    /// Crawls, asserts the exit code 0, and says what was asked for by it.
    #[track_caller]
    pub fn crawl_well(&self) -> Requests {
        let n_before = self.server.n_received();
        self.crawl().expect_code(0);
        self.requests_since(n_before)
    }

    /// The board as `audit --json` tells of it.
    #[track_caller]
    pub fn audit(&self) -> Value {
        let audit = self.boardwalk.run(&["audit", "--json"]);
        audit.expect_code(0).report()
    }

    pub fn requests_since(&self, n_before: usize) -> Requests {
        Requests::of(&self.site, &self.server.log()[n_before..])
    }

    pub fn truth(&self, board: &str) -> Vec<Truth> {
        truth(&self.site, &self.host(), board)
    }

    pub fn key(&self, id: u64) -> String {
        match self.site.engine() {
            Engine::Rhymix => format!("{}/{id}", self.host()),
            Engine::Gnuboard5 { .. } => format!("{}/news/{id}", self.host()),
        }
    }

    /// The stored article with this id of `news`.
    #[track_caller]
    pub fn stored(&self, id: u64) -> Value {
        let key = self.key(id);
        self.boardwalk
            .export()
            .into_iter()
            .find(|article| article["key"] == key.as_str())
            .unwrap_or_else(|| panic!("{key} is not in the archive"))
    }

    /// Asserts that the archive holds `news` as it is now: each article once, with every field.
    #[track_caller]
    pub fn assert_whole(&self, ranks: bool) {
        assert_same(&self.boardwalk.export(), &self.truth("news"), ranks);
    }

    /// Asserts that no link was followed that acts, sorts, filters, prints or leads elsewhere.
    #[track_caller]
    pub fn assert_no_strays(&self) {
        assert_eq!(self.site.strays(), Vec::<String>::new());
    }
}
