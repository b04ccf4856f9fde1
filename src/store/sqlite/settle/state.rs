//! Visits that brought no content: restricted, gone, failed, or not an article at all.

use rusqlite::params;

use super::super::ledger;
use super::super::values::{Ms, Named, finer, posted_at};
use super::{Done, Visit};
use crate::model::{ArticleId, ArticleState, BoardId, EventKind, Outcome};

impl Visit<'_> {
    pub(super) fn article_state(&self, outcome: &Outcome) -> rusqlite::Result<Done> {
        let Outcome::ArticleState {
            article,
            state,
            title,
            author,
            posted,
            reason,
        } = outcome
        else {
            return Ok(Done::default());
        };
        let mut done = Done::default();
        match state {
            ArticleState::Restricted => done.report.n_restricted = 1,
            ArticleState::Gone => done.report.n_gone = 1,
            ArticleState::Failed => done.report.n_failed = 1,
            ArticleState::Pending | ArticleState::Stored => {}
        }
        if self.job.is_comments {
            // What a page of comments says is not said of the article, whose own page was read.
            self.comment_page_lost(*article)?;
            done.report.n_restricted = 0;
            done.report.n_gone = 0;
            return Ok(done);
        }
        let (board, before, held) = self
            .conn
            .prepare_cached(
                "SELECT board, state, posted_at, posted_precision, posted_text FROM article WHERE id = ?1",
            )?
            .query_row([article.0], |row| {
                let Named(before) = row.get(1)?;
                Ok((BoardId(row.get(0)?), before, posted_at(row, 2)?))
            })?;
        let posted = finer(held, posted.clone());
        // A failure is no answer of the board: what it said of the article before still stands.
        self.conn
            .prepare_cached(
                "UPDATE article SET state = ?2, state_reason = ?3,
                    n_gone_answers = CASE ?2 WHEN 'gone' THEN n_gone_answers + 1 WHEN 'failed' THEN n_gone_answers
                        ELSE 0 END,
                    gone_at = CASE ?2 WHEN 'gone' THEN coalesce(gone_at, ?4) WHEN 'failed' THEN gone_at END,
                    title = coalesce(?5, title), author = coalesce(?6, author),
                    posted_at = ?7, posted_precision = ?8, posted_text = ?9, visited_at = ?4
                 WHERE id = ?1",
            )?
            .execute(params![
                article.0,
                Named(*state),
                reason,
                Ms(self.at),
                title,
                author,
                posted.as_ref().map(|posted| Ms(posted.at)),
                posted.as_ref().map(|posted| Named(posted.precision)),
                posted.as_ref().map(|posted| &posted.text),
            ])?;
        self.give_up_comments(*article, *state)?;
        if *state == ArticleState::Gone {
            ledger::unlist(self.conn, *article, self.at)?;
        }
        if *state != before
            && let Some(kind) = event_of(*state)
        {
            self.event(board, *article, kind, None, Some(reason))?;
        }
        Ok(done)
    }

    /// Where the article is not shown any more, the rest of its comments is not either.
    fn give_up_comments(&self, article: ArticleId, state: ArticleState) -> rusqlite::Result<()> {
        if matches!(state, ArticleState::Gone | ArticleState::Restricted) {
            let n_pages = self
                .conn
                .prepare_cached("DELETE FROM job WHERE kind = 'comments' AND article = ?1")?
                .execute([article.0])?;
            if n_pages > 0 {
                self.comment_page_lost(article)?;
            }
        }
        Ok(())
    }

    /// The row was our own misreading: it goes, unless content was ever held under it.
    pub(super) fn not_an_article(
        &self,
        article: ArticleId,
        reason: &str,
    ) -> rusqlite::Result<Done> {
        let mut done = Done::default();
        if self.job.is_comments {
            self.comment_page_lost(article)?;
            return Ok(done);
        }
        let n_removed = self
            .conn
            .prepare_cached("DELETE FROM article WHERE id = ?1 AND n_revisions = 0")?
            .execute([article.0])?;
        if n_removed == 0 {
            self.conn
                .prepare_cached(
                    "UPDATE article SET state = ?2, state_reason = ?3, visited_at = ?4 WHERE id = ?1",
                )?
                .execute(params![
                    article.0,
                    Named(ArticleState::Failed),
                    reason,
                    Ms(self.at)
                ])?;
            done.report.n_failed = 1;
        }
        Ok(done)
    }
}

fn event_of(state: ArticleState) -> Option<EventKind> {
    match state {
        ArticleState::Restricted => Some(EventKind::Restricted),
        ArticleState::Gone => Some(EventKind::Vanished),
        ArticleState::Pending | ArticleState::Stored | ArticleState::Failed => None,
    }
}
