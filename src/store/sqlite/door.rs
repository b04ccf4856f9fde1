//! The conductor's door: each call of [`Store`] handed to the writer or to a reader.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{SqliteStore, claims, hosts, passes, prepare, profiles, read, settle, sql_error};
use crate::model::{
    ArticleId, ArticleKey, Board, BoardId, Gap, HostPause, Job, Known, NewBoard, NewJob, Outcome,
    Pass, PassEnd, PassId, PassReport, Receipt, Settled, Settlement, Walk,
};
use crate::store::{Answer, ArticleTarget, HostRecord, Store, StoreError, StoredRobots};

impl Store for SqliteStore {
    async fn register_board(&self, board: NewBoard, at: Timestamp) -> Answer<Board> {
        self.write("registering a board", move |conn| {
            passes::register_board(conn, &board, at)
        })
        .await
    }

    async fn boards(&self) -> Answer<Vec<Board>> {
        self.read("listing the boards", passes::boards).await
    }

    async fn open_pass(&self, board: BoardId) -> Answer<Option<Pass>> {
        self.read("looking for an open pass", move |conn| {
            passes::open_pass(conn, board)
        })
        .await
    }

    async fn last_pass(&self, board: BoardId, full: bool) -> Answer<Option<Pass>> {
        self.read("looking for the last pass", move |conn| {
            passes::last_pass(conn, board, full)
        })
        .await
    }

    async fn pass(&self, pass: PassId) -> Answer<Pass> {
        self.read("reading a pass", move |conn| passes::pass(conn, pass))
            .await?
            .ok_or(StoreError::NotFound {
                what: "pass",
                id: pass.0,
            })
    }

    async fn totals(&self, board: BoardId) -> Answer<PassReport> {
        self.read("adding up passes", move |conn| passes::totals(conn, board))
            .await
    }

    async fn was_cut_short(&self, board: BoardId) -> Answer<bool> {
        self.read("looking for a pass cut short", move |conn| {
            passes::was_cut_short(conn, board)
        })
        .await
    }

    async fn set_limits(
        &self,
        pass: PassId,
        max_pages: Option<u32>,
        since: Option<Timestamp>,
    ) -> Answer<()> {
        self.write("changing a pass", move |conn| {
            passes::set_limits(conn, pass, max_pages, since)
        })
        .await
    }

    async fn begin_pass(
        &self,
        board: BoardId,
        walk: Walk,
        first: impl FnOnce(PassId) -> NewJob + Send + 'static,
        restricted_before: Timestamp,
        at: Timestamp,
    ) -> Answer<Pass> {
        let pass = self
            .write("beginning a pass", move |conn| {
                passes::begin_pass(conn, board, &walk, first, restricted_before, at)
            })
            .await?;
        self.pass(pass).await
    }

    async fn claim(
        &self,
        host: &str,
        boards: &[BoardId],
        now: Timestamp,
        limit: usize,
    ) -> Answer<Vec<Job>> {
        let (claims, host, boards) = (self.0.claims.clone(), host.to_owned(), boards.to_vec());
        self.write("claiming jobs", move |conn| {
            claims::claim(conn, &claims, &host, &boards, now, limit)
        })
        .await
        .map(claims::Claimed::into_jobs)
    }

    fn release(&self, job: &Job) {
        self.0.claims.release(job.id);
    }

    async fn next_due(&self, host: &str, boards: &[BoardId]) -> Answer<Option<Timestamp>> {
        let (claims, host, boards) = (self.0.claims.clone(), host.to_owned(), boards.to_vec());
        // By the writer, like claiming: a reader could still see a job that has been settled and is not claimed
        // any more, and send the crawl round for nothing.
        self.write("looking for the next job", move |conn| {
            claims::next_due(conn, &claims, &host, &boards)
        })
        .await
    }

    async fn n_queued(&self, board: BoardId) -> Answer<(u64, u64)> {
        self.read("counting jobs", move |conn| read::n_queued(conn, board))
            .await
    }

    async fn known(
        &self,
        pass: PassId,
        keys: Vec<ArticleKey>,
    ) -> Answer<HashMap<ArticleKey, Known>> {
        self.read("looking up keys", move |conn| {
            read::known(conn, pass, &keys)
        })
        .await
    }

    async fn target(&self, article: ArticleId) -> Answer<ArticleTarget> {
        self.read("looking up an article", move |conn| {
            read::target(conn, article)
        })
        .await?
        .ok_or(StoreError::NotFound {
            what: "article",
            id: article.0,
        })
    }

    async fn last_stored(&self, board: BoardId) -> Answer<Option<ArticleTarget>> {
        self.read("looking for a stored article", move |conn| {
            read::last_stored(conn, board)
        })
        .await
    }

    async fn n_listed(&self, board: BoardId) -> Answer<u64> {
        self.read("counting listed articles", move |conn| {
            read::n_listed(conn, board)
        })
        .await
    }

    async fn gaps(&self, board: BoardId) -> Answer<Vec<Gap>> {
        self.read("listing gaps", move |conn| passes::gaps(conn, board))
            .await
    }

    async fn settle(&self, settlement: Settlement) -> Answer<Settled> {
        let writer = self.writer()?;
        let (job, at) = (settlement.job, settlement.at);
        let doing = doing_of(&settlement.outcome);
        let options = self.0.options;
        let prepared = tokio::task::spawn_blocking(move || prepare::prepare(settlement, options))
            .await
            .map_err(|_| StoreError::Closed)?
            .map_err(|source| StoreError::Open {
                path: self.0.path.clone(),
                doing: "a page cannot be compressed",
                source,
            })?;
        let prune = self.is_time_to_prune(at);
        let work = move |conn: &Connection| {
            let settled = settle::settle(conn, &prepared);
            let settled = settled.map_err(|error| sql_error(doing, error))?;
            if prune {
                hosts::prune_receipts(conn, at, options.receipts_days)
                    .map_err(|error| sql_error("removing old receipts", error))?;
            }
            Ok(settled)
        };
        // Only now, and before the next claim is looked at: settled jobs are gone, put-off ones may be given out.
        let claims = self.0.claims.clone();
        writer.call(work, move || claims.release(job)).await
    }

    async fn stop_pass(&self, pass: PassId, reason: String, at: Timestamp) -> Answer<()> {
        self.write("stopping a pass", move |conn| {
            passes::end(conn, pass, PassEnd::Stopped, Some(&reason), at)
        })
        .await
    }

    async fn save_profile(
        &self,
        name: String,
        text: String,
        receipts: Vec<Receipt>,
        at: Timestamp,
    ) -> Answer<()> {
        self.write("keeping a learnt profile", move |conn| {
            profiles::save(conn, &name, &text, at)?;
            hosts::keep_receipts(conn, &receipts)
        })
        .await
    }

    async fn profiles(&self) -> Answer<Vec<String>> {
        self.read("listing learnt profiles", profiles::all).await
    }

    async fn host(&self, host: &str) -> Answer<Option<HostRecord>> {
        let host = host.to_owned();
        self.read("looking up a host", move |conn| hosts::host(conn, &host))
            .await
    }

    async fn save_pause(&self, pause: HostPause, receipts: Vec<Receipt>) -> Answer<()> {
        self.write("keeping a pause", move |conn| {
            hosts::pause(conn, &pause)?;
            hosts::keep_receipts(conn, &receipts)
        })
        .await
    }

    async fn save_robots(
        &self,
        host: &str,
        robots: StoredRobots,
        receipts: Vec<Receipt>,
    ) -> Answer<()> {
        let host = host.to_owned();
        self.write("keeping a robots file", move |conn| {
            hosts::save_robots(conn, &host, &robots)?;
            hosts::keep_receipts(conn, &receipts)
        })
        .await
    }
}

fn doing_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Listing { .. } | Outcome::ListingSkipped { .. } => "settling a listing page",
        Outcome::Article { .. } => "settling an article",
        Outcome::Comments { .. } => "settling a page of comments",
        Outcome::ArticleState { .. } | Outcome::NotAnArticle { .. } => {
            "settling an article without content"
        }
        Outcome::Retry { .. } => "putting off a job",
    }
}
