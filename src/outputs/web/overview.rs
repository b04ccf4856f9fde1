//! The first page: how each board stands, at a glance.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::chart::{self, Bar, Day};
use super::headers::LIVE_POLICY;
use super::reader::{Reader, parameters, segment};
use super::{BoardVitals, SavedSearch, Vitals, Web, Zones, answer, live};
use crate::health::audit::{Audit, Proof, audit};
use crate::outputs::OutputError;
use crate::store::{Archive, BoardStatus, NextPass, NotifierRecord};

/// Days of a sparkline.
const N_DAYS: usize = 30;

/// All boards at one moment.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Overview {
    pub(super) at: Timestamp,
    pub(super) boards: Vec<BoardGlance>,
    /// Messages of all notifiers.
    pub(super) n_messages_waiting: u64,
    pub(super) n_messages_given_up: u64,
}

/// A board in a few figures.
#[derive(Debug, Clone, Serialize)]
pub(super) struct BoardGlance {
    #[serde(flatten)]
    pub(super) status: BoardStatus,
    pub(super) host: String,
    pub(super) coverage: Coverage,
    /// The last thirty days of the board's zone.
    pub(super) posts_per_day: Vec<Day>,
}

/// A board of the configuration of which the archive has nothing yet.
#[derive(Debug, Serialize)]
pub(super) struct Unread {
    pub(super) name: String,
    pub(super) is_running: bool,
    pub(super) next_pass: NextPass,
    /// Why its last pass could not begin.
    pub(super) refusal: Option<String>,
}

/// How much of a board's listing is held.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Coverage {
    pub(super) proof: Proof,
    pub(super) n_listed: u64,
    /// By the newest rank; `None`: the board does not tell.
    pub(super) n_posts: Option<u64>,
    pub(super) n_unknown: Option<u64>,
}

impl Coverage {
    fn of(audit: &Audit) -> Self {
        Self {
            proof: audit.proof,
            n_listed: audit.held.n_listed,
            n_posts: audit.n_posts,
            n_unknown: audit.n_unknown,
        }
    }

    /// Share of the posts that are held or known of, rounded down: 100 % is all of them.
    pub(super) fn percent(&self) -> Option<String> {
        let n_posts = self.n_posts.filter(|n| *n > 0)?;
        let known = self.n_listed.min(n_posts);
        let tenths = known.saturating_mul(1_000) / n_posts;
        Some(match tenths % 10 {
            0 => format!("{} %", tenths / 10),
            tenth => format!("{}.{tenth} %", tenths / 10),
        })
    }
}

impl Overview {
    pub(super) fn read(
        archive: &dyn Archive,
        zones: &Zones,
        now: Timestamp,
    ) -> Result<Self, OutputError> {
        let outlines = archive.outlines()?;
        let boards = archive.boards()?.into_iter().zip(outlines);
        let boards = boards
            .map(|(status, facts)| BoardGlance::read(archive, status, &audit(facts), zones, now))
            .collect::<Result<_, OutputError>>()?;
        let notifiers = archive.notifiers()?;
        let sum = |figure: fn(&NotifierRecord) -> u64| notifiers.iter().map(figure).sum();
        Ok(Self {
            at: now,
            boards,
            n_messages_waiting: sum(|notifier| notifier.n_waiting),
            n_messages_given_up: sum(|notifier| notifier.n_given_up),
        })
    }
}

impl Overview {
    /// What the service is to read, and has not.
    pub(super) fn unread(&self, vitals: &Vitals) -> Vec<Unread> {
        let is_held = |name: &String| {
            let mut boards = self.boards.iter();
            boards.any(|board| board.status.counts.name == *name)
        };
        let unread = vitals.boards.iter().filter(|(name, _)| !is_held(name));
        unread
            .map(|(name, board)| Unread {
                name: name.clone(),
                is_running: board.running,
                next_pass: board.next_pass(),
                refusal: board.refusal.clone(),
            })
            .collect()
    }
}

impl BoardGlance {
    pub(super) fn read(
        archive: &dyn Archive,
        status: BoardStatus,
        audit: &Audit,
        zones: &Zones,
        now: Timestamp,
    ) -> Result<Self, OutputError> {
        // One day more: the first of them begins somewhere in it.
        let since = now - SignedDuration::from_hours(24 * (N_DAYS as i64 + 1));
        let counts = archive.posts_by_quarter(status.board.id, since, false)?;
        let zone = zones.of(&status.board.name);
        Ok(Self {
            coverage: Coverage::of(audit),
            posts_per_day: chart::by_day(&counts, zone, now, N_DAYS),
            host: status.board.host.clone(),
            status,
        })
    }

    pub(super) fn bars(&self) -> Vec<Bar> {
        chart::bars(&self.posts_per_day)
    }

    pub(super) fn n_posts_shown(&self) -> u64 {
        self.posts_per_day.iter().map(|day| day.n_posts).sum()
    }

    /// What the schedule says now, or said last.
    pub(super) fn next_pass(&self, vitals: &Vitals) -> Option<NextPass> {
        let live = vitals.boards.get(&self.status.counts.name);
        live.map(BoardVitals::next_pass)
            .or_else(|| self.status.health.as_ref()?.next_pass.clone())
    }

    pub(super) fn is_running(&self, vitals: &Vitals) -> bool {
        let live = vitals.boards.get(&self.status.counts.name);
        live.is_some_and(|board| board.running)
    }

    /// Seconds between two requests to its host, now.
    pub(super) fn interval_s(&self, vitals: &Vitals) -> Option<String> {
        let host = vitals.hosts.get(&self.host)?;
        let seconds = (host.interval.as_secs_f64() * 1_000.0).round() / 1_000.0;
        Some(seconds.to_string())
    }

    pub(super) fn is_troubled(&self) -> bool {
        self.status.trouble.is_some() || self.verdict().is_some()
    }

    /// At least one pass has found nothing wrong.
    pub(super) fn has_been_well(&self) -> bool {
        let health = self.status.health.as_ref();
        health.is_some_and(|health| health.last_good_at.is_some())
    }

    pub(super) fn verdict(&self) -> Option<&'static str> {
        let health = self.status.health.as_ref()?;
        health.verdict.map(|verdict| verdict.as_str())
    }
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage<'a> {
    reader: &'a Reader,
    overview: &'a Overview,
    vitals: Vitals,
    n_articles: u64,
    n_troubled: usize,
    unread: Vec<Unread>,
    searches: Arc<[SavedSearch]>,
}

impl OverviewPage<'_> {
    fn script(&self) -> &'static str {
        live::script_path()
    }

    fn to_search(&self, search: &SavedSearch) -> String {
        let query = parameters(&[("q", &search.query)]);
        self.reader.to(&format!("/search?{query}"))
    }

    fn to_feed(&self, search: &SavedSearch) -> String {
        format!("/feeds/searches/{}.atom", segment(&search.name))
    }
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let read = web.overview().await;
    let vitals = web.vitals();
    let page = read.as_deref().map(|overview| {
        let boards = overview.boards.iter();
        let unread = overview.unread(&vitals);
        let n_refused = unread.iter().filter(|one| one.refusal.is_some()).count();
        OverviewPage {
            reader: &reader,
            overview,
            n_articles: boards
                .clone()
                .map(|board| board.status.counts.n_articles)
                .sum(),
            n_troubled: boards.filter(|board| board.is_troubled()).count() + n_refused,
            unread,
            vitals,
            searches: web.searches(),
        }
    });
    let policy = [(CONTENT_SECURITY_POLICY, LIVE_POLICY)];
    (policy, answer::page(&reader, page)).into_response()
}
