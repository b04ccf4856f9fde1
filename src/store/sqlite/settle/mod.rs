//! Makes a visit true: one function an outcome, all inside the savepoint that the writer has opened.
//!
//! The job goes first. If it is not there any more (settled before, or its pass was stopped), nothing follows from
//! the visit but its receipts: they tell what was requested, whatever became of it.

mod article;
mod comments;
mod listing;
mod names;
mod state;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::passes::Counting;
use super::prepare::Prepared;
use super::queue::{self, QueuedJob};
use super::values::Ms;
use super::{StoreOptions, hosts, pages, passes};
use crate::model::{ArticleId, BoardId, EventKind, Outcome, PassId, PassReport, Settled};

/// What all outcomes need to know.
struct Visit<'a> {
    conn: &'a Connection,
    job: &'a QueuedJob,
    prepared: &'a Prepared,
    at: Timestamp,
    options: &'a StoreOptions,
}

/// What an outcome adds to its pass's counters, and the answer to the conductor.
#[derive(Debug, Default)]
struct Done {
    settled: Settled,
    report: PassReport,
}

pub(super) fn settle(
    conn: &Connection,
    prepared: &Prepared,
    options: &StoreOptions,
) -> rusqlite::Result<Settled> {
    let settlement = &prepared.settlement;
    hosts::keep_receipts(conn, &settlement.receipts)?;
    if let Some(pause) = &settlement.pause {
        hosts::pause(conn, pause)?;
    }
    let job = match settlement.outcome {
        // Its job stays.
        Outcome::Retry { .. } | Outcome::SaidGone { .. } => queue::find(conn, settlement.job)?,
        _ => queue::take(conn, settlement.job)?,
    };
    let Some(job) = job else {
        return Ok(Settled::default());
    };
    if let (Some(visited), Some(packed)) = (&settlement.page, &prepared.page) {
        pages::keep(conn, &job, visited, packed)?;
    }
    let visit = Visit {
        conn,
        job: &job,
        prepared,
        at: settlement.at,
        options,
    };
    if let Outcome::Retry {
        due_at,
        error,
        counts,
    } = &settlement.outcome
    {
        queue::put_off(conn, job.id, *due_at, *counts, error)?;
        return Ok(Settled::default());
    }
    if let Outcome::SaidGone { due_at, reason } = &settlement.outcome {
        queue::put_off(conn, job.id, *due_at, false, reason)?;
        queue::note_gone(conn, job.id, settlement.at)?;
        return Ok(Settled::default());
    }
    let (counting, done) = visit.apply(&settlement.outcome)?;
    passes::add_report(conn, counting, &done.report)?;
    Ok(done.settled)
}

impl Visit<'_> {
    /// What the outcome did, and what it is counted for.
    fn apply(&self, outcome: &Outcome) -> rusqlite::Result<(Counting, Done)> {
        let of = |pass: &PassId| Counting::Pass(*pass);
        let done = match outcome {
            Outcome::Listing { pass, .. } => return Ok((of(pass), self.listing(outcome)?)),
            Outcome::Radar { pass, .. } => return Ok((of(pass), self.radar(outcome)?)),
            Outcome::ListingSkipped { pass, .. } => {
                return Ok((of(pass), self.listing_skipped(outcome)?));
            }
            Outcome::Article {
                article,
                content,
                moved_to,
                canonical_url,
                comment_jobs,
            } => self.article(
                *article,
                content,
                moved_to.as_deref(),
                canonical_url.as_deref(),
                comment_jobs,
            )?,
            Outcome::Comments {
                article,
                page,
                comments,
                further,
            } => self.comments(*article, *page, comments, further.as_ref())?,
            Outcome::ArticleState { .. } => self.article_state(outcome)?,
            Outcome::NotAnArticle { article, reason } => self.not_an_article(*article, reason)?,
            // Settled above.
            Outcome::Retry { .. } | Outcome::SaidGone { .. } => Done::default(),
        };
        Ok((Counting::Board(self.job.board), done))
    }

    fn event(
        &self,
        board: BoardId,
        article: ArticleId,
        kind: EventKind,
        revision: Option<u32>,
        note: Option<&str>,
    ) -> rusqlite::Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO event (at, board, article, kind, revision, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                Ms(self.at),
                board.0,
                article.0,
                kind.as_str(),
                revision,
                note
            ])?;
        Ok(())
    }
}
