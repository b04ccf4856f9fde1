//! The conductor's door: each call of [`Store`] handed to the writer or to a reader.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use url::Url;

use super::{
    SqliteStore, Writer, audit, claims, copies, health, hosts, passes, prepare, profiles, radar,
    read, revisits, schedule, settle, sql_error,
};
use crate::health::radar::{Plan, View};
use crate::health::verdict::{Change, Health};
use crate::model::{
    ArticleId, ArticleKey, Board, BoardId, HostPause, Job, Known, NewBoard, NewJob, OpenGap,
    Outcome, Pass, PassEnd, PassId, PassReport, Receipt, Settled, Settlement, Walk,
};
use crate::store::{
    Answer, ArticleTarget, AskAgain, HostRecord, NextPass, Ranks, RowCount, SavedSchedule, Store,
    StoreError, StoredRobots,
};

impl Store for SqliteStore {
    async fn register_board(&self, board: NewBoard, at: Timestamp) -> Answer<Board> {
        let held = self
            .look_up("looking for a board", |conn| {
                passes::board_of_key(conn, &board.key)
            })
            .await?;
        if let Some(held) =
            held.filter(|held| held.url == board.url && held.profile == board.profile)
        {
            return Ok(held);
        }
        self.write("registering a board", move |conn| {
            passes::register_board(conn, &board, at)
        })
        .await
    }

    async fn recognised(&self, address: Url, board: NewBoard) -> Answer<()> {
        let stranger = self
            .look_up("looking for a board", |conn| {
                passes::board_of_key(conn, address.as_str())
            })
            .await?;
        // Of most boards nothing was known: then there is nothing to be written.
        if stranger.is_none() {
            return Ok(());
        }
        self.write("taking a board for another", move |conn| {
            passes::recognised(conn, &address, &board)
        })
        .await
    }

    async fn boards(&self) -> Answer<Vec<Board>> {
        self.read("listing the boards", passes::boards).await
    }

    async fn boards_on(&self, host: &str) -> Answer<Vec<Board>> {
        self.look_up("looking for a host's boards", |conn| {
            passes::boards_on(conn, host)
        })
        .await
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

    async fn schedule(&self) -> Answer<SavedSchedule> {
        self.read("reading the schedule", schedule::saved).await
    }

    async fn save_schedule(&self, saved: SavedSchedule, at: Timestamp) -> Answer<()> {
        self.write("keeping the schedule", move |conn| {
            schedule::save(conn, &saved, at)
        })
        .await
    }

    async fn last_passes(&self, board: BoardId, limit: u32) -> Answer<Vec<Pass>> {
        self.read("reading passes", move |conn| {
            schedule::last_passes(conn, board, limit)
        })
        .await
    }

    async fn health(&self, board: BoardId) -> Answer<Option<Health>> {
        self.read("looking up a board's health", move |conn| {
            health::health(conn, board)
        })
        .await
    }

    async fn save_health(
        &self,
        board: BoardId,
        health: Health,
        next: Option<NextPass>,
        change: Option<Change>,
        at: Timestamp,
    ) -> Answer<()> {
        self.write("keeping a board's health", move |conn| {
            health::save(conn, board, &health, next.as_ref(), change.as_ref(), at)
        })
        .await
    }

    async fn pass(&self, pass: PassId) -> Answer<Pass> {
        self.look_up("reading a pass", |conn| passes::pass(conn, pass))
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
        again: AskAgain,
        at: Timestamp,
    ) -> Answer<Pass> {
        let max_revisits = self.0.options.revisits.max_per_pass;
        let pass = self
            .write("beginning a pass", move |conn| {
                let pass = passes::begin_pass(conn, board, &walk, first, again, at)?;
                revisits::queue_due(conn, board, max_revisits, at)?;
                Ok(pass)
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
        self.look("claiming jobs", move |conn| {
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
        self.look("looking for the next job", move |conn| {
            claims::next_due(conn, &claims, &host, &boards)
        })
        .await
    }

    async fn unconfirmed(&self, board: BoardId) -> Answer<(u64, Option<Timestamp>)> {
        self.read("counting jobs", move |conn| {
            super::queue::unconfirmed(conn, board)
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
        self.look_up("looking up an article", |conn| read::target(conn, article))
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

    async fn ranks(&self, board: BoardId) -> Answer<Ranks> {
        self.look_up("reading a board's numbering", |conn| {
            read::ranks(conn, board)
        })
        .await
    }

    async fn row_count(&self, board: BoardId) -> Answer<RowCount> {
        self.read("counting listed articles", move |conn| {
            read::row_count(conn, board)
        })
        .await
    }

    async fn gaps(&self, board: BoardId) -> Answer<Vec<OpenGap>> {
        self.read("listing gaps", move |conn| passes::gaps(conn, board))
            .await
    }

    async fn radar_view(&self, board: BoardId, pass: PassId) -> Answer<Option<View>> {
        self.read("looking for what vanished", move |conn| {
            radar::view(conn, board, pass)
        })
        .await
    }

    async fn follow_plan(
        &self,
        pass: &Pass,
        plan: Plan,
        jobs: Vec<NewJob>,
        spacing: SignedDuration,
        at: Timestamp,
    ) -> Answer<u64> {
        let (board, pass) = (pass.board, pass.id);
        self.write("following the radar's plan", move |conn| {
            radar::follow(conn, board, pass, &plan, &jobs, spacing, at)
        })
        .await
    }

    async fn ask_repair(&self, board: BoardId, at: Timestamp) -> Answer<u32> {
        self.write("asking for a repair", move |conn| {
            audit::ask_repair(conn, board, at)
        })
        .await
    }

    fn announce(&self) -> impl Send + Sync + 'static {
        self.0.writer.as_ref().map(Writer::announce)
    }

    async fn settle(&self, settlement: Settlement) -> Answer<Settled> {
        let writer = self.writer()?;
        let (job, at) = (settlement.job, settlement.at);
        let doing = doing_of(&settlement.outcome);
        let options = self.0.options;
        let packing = match &settlement.page {
            Some(_) if options.keep_raw_pages => self.packing(job).await?,
            _ => None,
        };
        let (place, packer) = packing.unzip();
        let is_quick = prepare::is_quick(&settlement);
        let prepare = move || prepare::prepare(settlement, options, packer.flatten().as_ref());
        let doing_this = "a page cannot be compressed";
        let prepared = match is_quick {
            true => self.here(doing_this, prepare)?,
            false => self.off_thread(doing_this, prepare).await?,
        };
        let packed = prepared.page.as_ref();
        let page = packed.map(|page| (page.hash, page.body_bytes, page.body.len() as u64));
        let prune = self.is_time_to_prune(at);
        let work = move |conn: &Connection| {
            let settled = settle::settle(conn, &prepared, &options);
            let settled = settled.map_err(|error| sql_error(doing, error))?;
            copies::go_on_by_the_way(conn, options.copies)
                .map_err(|error| sql_error("looking for copies", error))?;
            if prune {
                hosts::prune(conn, at, options.receipts_days)
                    .map_err(|error| sql_error("removing old receipts", error))?;
            }
            Ok(settled)
        };
        // Only now, and before the next claim is looked at: settled jobs are gone, put-off ones may be given out.
        let claims = self.0.claims.clone();
        let settled = writer.settle(work, move || claims.release(job)).await?;
        if let (Some(place), Some((hash, body_bytes, packed_bytes))) = (place, page) {
            // The visit is settled, whatever becomes of this.
            let tidied = async {
                self.note_page(&place, hash, body_bytes, packed_bytes, at)
                    .await?;
                self.retain_pages(at).await
            };
            if let Err(error) = tidied.await {
                tracing::warn!("raw pages could not be tidied: {error}");
            }
        }
        Ok(settled)
    }

    async fn tidy(&self) -> Answer<()> {
        let options = self.0.options.copies;
        for _ in 0..copies::PARTS_AT_REST {
            let part = move |conn: &Connection| copies::go_on_at_rest(conn, options);
            if !self.write("looking for copies", part).await? {
                break;
            }
        }
        Ok(())
    }

    async fn stop_pass(&self, pass: PassId, reason: String, at: Timestamp) -> Answer<()> {
        self.write("stopping a pass", move |conn| {
            passes::end(conn, pass, PassEnd::Stopped, Some(&reason), at)
        })
        .await
    }

    async fn save_profile(&self, name: String, text: String, at: Timestamp) -> Answer<()> {
        self.write("keeping a learnt profile", move |conn| {
            profiles::save(conn, &name, &text, at)
        })
        .await
    }

    async fn save_receipts(&self, receipts: Vec<Receipt>) -> Answer<()> {
        self.write("keeping receipts", move |conn| {
            hosts::keep_receipts(conn, &receipts)
        })
        .await
    }

    async fn profiles(&self) -> Answer<Vec<String>> {
        self.read("listing learnt profiles", profiles::all).await
    }

    async fn host(&self, host: &str) -> Answer<Option<HostRecord>> {
        let host = host.to_owned();
        self.look_up("looking up a host", |conn| hosts::host(conn, &host))
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
        Outcome::Listing { .. } | Outcome::Radar { .. } | Outcome::ListingSkipped { .. } => {
            "settling a listing page"
        }
        Outcome::Article { .. } => "settling an article",
        Outcome::Comments { .. } => "settling a page of comments",
        Outcome::ArticleState { .. } | Outcome::NotAnArticle { .. } => {
            "settling an article without content"
        }
        Outcome::Retry { .. } | Outcome::SaidGone { .. } => "putting off a job",
    }
}
