//! Comments, over all their pages. They are read in rounds: the article's own page starts one, and the last of its
//! further pages ends it. Only then are parents resolved, and comments that the whole list lacks marked as gone.

use rusqlite::{OptionalExtension, params};

use super::super::values::{Count, Ms, Named, finer, posted_at};
use super::super::{queue, revisits};
use super::{Done, Visit};
use crate::model::{ArticleId, Comment, JobKind, JobPriority, NewJob, PostedAt, parents};

/// Rounds in a row that may show fewer comments than the page states before that is taken for the board's own way of
/// counting (secret or removed comments count on some).
const MAX_SHORT_ROUNDS: u32 = 3;

/// What is held of a comment.
struct Held {
    id: i64,
    text: Option<String>,
    posted: Option<PostedAt>,
    /// Its words were not shown any more when it was last seen.
    withdrawn: bool,
}

impl Visit<'_> {
    /// A further page of comments. Some boards answer every number behind their last page with that page again, under links
    /// to the next number: what shows nothing new leads nowhere.
    pub(super) fn comments(
        &self,
        article: ArticleId,
        page: u32,
        comments: &[Comment],
        further: Option<&NewJob>,
    ) -> rusqlite::Result<Done> {
        let mut done = Done::default();
        let repeats = self.repeats_an_earlier_page(article, page, comments)?;
        if repeats {
            self.drop_pages(article, |queued| queued > page)?;
        } else {
            self.upsert_comments(article, page, comments)?;
        }
        if let Some(job) = further.filter(|_| !repeats && !comments.is_empty()) {
            done.settled.n_queued += u64::from(queue::push(self.conn, job, self.at)?);
        }
        self.end_round(article)?;
        revisits::plan(self.conn, article, &self.options.revisits)?;
        Ok(done)
    }

    /// The first comments of an article that has no more of them than its own page shows: nothing is to be compared or
    /// waited for. Its row says already that they are all there.
    pub(super) fn first_comments(
        &self,
        article: ArticleId,
        page: u32,
        comments: &[Comment],
    ) -> rusqlite::Result<()> {
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO comment (article, key, page, position, parent_in_page, parent, depth, author, posted_at,
                posted_precision, posted_text, text, secret, round, first_seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14)",
        )?;
        for (position, (comment, parent)) in comments.iter().zip(parents(comments)).enumerate() {
            let posted = comment.posted.as_ref();
            insert.execute(params![
                article.0,
                comment.key,
                page,
                position as i64,
                comment.parent,
                parent,
                comment.depth,
                comment.author,
                posted.map(|posted| Ms(posted.at)),
                posted.map(|posted| Named(posted.precision)),
                posted.map(|posted| &posted.text),
                comment.text,
                comment.secret,
                Ms(self.at),
            ])?;
        }
        Ok(())
    }

    /// Goes on with the round that the article's own page has begun. Answers how many further pages were queued.
    pub(super) fn further_round(
        &self,
        article: ArticleId,
        page: u32,
        comments: &[Comment],
        further: &[NewJob],
    ) -> rusqlite::Result<u64> {
        self.upsert_comments(article, page, comments)?;
        // Pages of an earlier round that this one does not have need not be read any more.
        let is_wanted = |page: u32| {
            let of =
                |new: &NewJob| matches!(new.kind, JobKind::Comments { page: of, .. } if of == page);
            further.iter().any(of)
        };
        self.drop_pages(article, |page| !is_wanted(page))?;
        let mut n_queued = 0;
        for job in further {
            let mut job = job.clone();
            // The article may have turned out to be one that is known by another row.
            if let JobKind::Comments { article: of, .. } = &mut job.kind {
                *of = article;
            }
            n_queued += u64::from(queue::push(self.conn, &job, self.at)?);
        }
        self.end_round(article)?;
        Ok(n_queued)
    }

    /// Takes pages of its comments out of the queue.
    fn drop_pages(
        &self,
        article: ArticleId,
        is_dropped: impl Fn(u32) -> bool,
    ) -> rusqlite::Result<()> {
        let mut queued = self
            .conn
            .prepare_cached("SELECT id, page FROM job WHERE kind = 'comments' AND article = ?1")?;
        let queued: Vec<(i64, u32)> = queued
            .query_map([article.0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (job, _) in queued.into_iter().filter(|(_, page)| is_dropped(*page)) {
            queue::remove(self.conn, crate::model::JobId(job))?;
        }
        Ok(())
    }

    /// Whether all of the page was seen on lower pages of this round. A page that shows nothing repeats nothing.
    fn repeats_an_earlier_page(
        &self,
        article: ArticleId,
        page: u32,
        comments: &[Comment],
    ) -> rusqlite::Result<bool> {
        let mut seen = self.conn.prepare_cached(
            "SELECT 1 FROM comment WHERE article = ?1 AND key = ?2 AND page < ?3
                AND round = (SELECT comment_round FROM article WHERE id = ?1)",
        )?;
        for comment in comments {
            if !seen.exists(params![article.0, comment.key, page])? {
                return Ok(false);
            }
        }
        Ok(!comments.is_empty())
    }

    fn upsert_comments(
        &self,
        article: ArticleId,
        page: u32,
        comments: &[Comment],
    ) -> rusqlite::Result<()> {
        let mut changed = false;
        for (position, comment) in comments.iter().enumerate() {
            let held = self.held_comment(article, &comment.key)?;
            changed |= match &held {
                Some(held) => self.keep_earlier_words(held, comment)?,
                None => true,
            };
            self.upsert_comment(
                article,
                page,
                position,
                comment,
                held.and_then(|held| held.posted),
            )?;
        }
        self.conn
            .prepare_cached(
                "UPDATE article SET n_comments = (SELECT count(*) FROM comment WHERE article = ?1) WHERE id = ?1",
            )?
            .execute([article.0])?;
        if changed {
            self.comments_changed(article)?;
        }
        Ok(())
    }

    /// Late, edited, withdrawn or deleted comments are a change; those of the first reading are not.
    fn comments_changed(&self, article: ArticleId) -> rusqlite::Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE article SET changed_at = ?2 WHERE id = ?1 AND comment_round > 1",
            )?
            .execute(params![article.0, Ms(self.at)])?;
        Ok(())
    }

    fn held_comment(&self, article: ArticleId, key: &str) -> rusqlite::Result<Option<Held>> {
        self.conn
            .prepare_cached(
                "SELECT id, text, posted_at, posted_precision, posted_text, withdrawn_at IS NOT NULL FROM comment
                 WHERE article = ?1 AND key = ?2",
            )?
            .query_row(params![article.0, key], |row| {
                Ok(Held {
                    id: row.get(0)?,
                    text: row.get(1)?,
                    posted: posted_at(row, 2)?,
                    withdrawn: row.get(5)?,
                })
            })
            .optional()
    }

    /// `true`: its words are not those that were shown before.
    fn keep_earlier_words(&self, held: &Held, comment: &Comment) -> rusqlite::Result<bool> {
        match (&held.text, &comment.text) {
            (Some(before), Some(now)) if before != now => {
                self.conn
                    .prepare_cached(
                        "INSERT INTO comment_before (comment, until, text) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![held.id, Ms(self.at), before])?;
                Ok(true)
            }
            (Some(_), Some(_)) => Ok(held.withdrawn),
            // Words that are not shown any more stay where they are.
            (Some(_), None) => Ok(!held.withdrawn),
            (None, now) => Ok(now.is_some()),
        }
    }

    fn upsert_comment(
        &self,
        article: ArticleId,
        page: u32,
        position: usize,
        comment: &Comment,
        held_posted: Option<PostedAt>,
    ) -> rusqlite::Result<()> {
        let posted = finer(held_posted, comment.posted.clone());
        self.conn
            .prepare_cached(
                "INSERT INTO comment (article, key, page, position, parent_in_page, parent, depth, author, posted_at,
                    posted_precision, posted_text, text, secret, round, first_seen_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
                    (SELECT comment_round FROM article WHERE id = ?1), ?13)
                 ON CONFLICT (article, key) DO UPDATE SET page = excluded.page, position = excluded.position,
                    parent_in_page = excluded.parent_in_page, depth = excluded.depth,
                    author = coalesce(excluded.author, author), posted_at = excluded.posted_at,
                    posted_precision = excluded.posted_precision, posted_text = excluded.posted_text,
                    text = coalesce(excluded.text, text), secret = excluded.secret, round = excluded.round,
                    withdrawn_at = CASE WHEN excluded.text IS NULL AND text IS NOT NULL
                        THEN coalesce(withdrawn_at, excluded.first_seen_at) END,
                    gone_at = NULL",
            )?
            .execute(params![
                article.0,
                comment.key,
                page,
                position as i64,
                comment.parent,
                comment.depth,
                comment.author,
                posted.as_ref().map(|posted| Ms(posted.at)),
                posted.as_ref().map(|posted| Named(posted.precision)),
                posted.as_ref().map(|posted| &posted.text),
                comment.text,
                comment.secret,
                Ms(self.at),
            ])?;
        Ok(())
    }

    /// Ends the round if no page of it is left to be read, and none was lost.
    fn end_round(&self, article: ArticleId) -> rusqlite::Result<()> {
        if queue::n_comment_pages(self.conn, article)? > 0 {
            return Ok(());
        }
        let (torn, stated): (bool, Option<Count>) = self
            .conn
            .prepare_cached(
                "SELECT comments_torn, coalesce(comments_stated, listed_comments) FROM article WHERE id = ?1",
            )?
            .query_row([article.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if torn {
            return Ok(());
        }
        let n_seen = self.resolve_round(article)?;
        if self.is_short(article, n_seen, stated)? {
            return Ok(());
        }
        // A page that shows fewer comments than it says there are (a mobile skin, a script that loads them) is no
        // evidence that any is gone; nor is one that shows none and says nothing.
        if n_seen >= stated.map_or(1, |n| n.0) {
            let n_gone = self
                .conn
                .prepare_cached(
                    "UPDATE comment SET gone_at = ?2 WHERE article = ?1 AND gone_at IS NULL
                        AND round < (SELECT comment_round FROM article WHERE id = ?1)",
                )?
                .execute(params![article.0, Ms(self.at)])?;
            if n_gone > 0 {
                self.comments_changed(article)?;
            }
        }
        Ok(())
    }

    /// Does the list lack comments that its page says are there? While it was read page by page, one that was deleted may
    /// have pulled another to a page already read: the article is asked for again, at once and by the next passes, a few
    /// times. `false`: the list is taken for whole.
    fn is_short(
        &self,
        article: ArticleId,
        n_seen: u64,
        stated: Option<Count>,
    ) -> rusqlite::Result<bool> {
        let lacks = stated.is_some_and(|stated| n_seen < stated.0);
        let n_pages: u32 = self
            .conn
            .prepare_cached(
                "SELECT count(DISTINCT page) FROM comment
                 WHERE article = ?1 AND round = (SELECT comment_round FROM article WHERE id = ?1)",
            )?
            .query_row([article.0], |row| row.get(0))?;
        // On one page nothing can have shifted: what it lacks, it does not show.
        let in_doubt = lacks && n_pages > 1;
        let n_short: u32 = self
            .conn
            .prepare_cached(
                "UPDATE article SET comments_short = iif(?2, comments_short + 1, 0),
                    comments_complete = NOT (?2 AND comments_short + 1 < ?3)
                 WHERE id = ?1 RETURNING comments_short",
            )?
            .query_row(params![article.0, in_doubt, MAX_SHORT_ROUNDS], |row| {
                row.get(0)
            })?;
        let again = in_doubt && n_short < MAX_SHORT_ROUNDS;
        if again {
            queue::push_article(self.conn, article, JobPriority::Revisit, self.at)?;
        }
        Ok(again)
    }

    /// Sets the parents of this round's comments. Answers how many there are.
    fn resolve_round(&self, article: ArticleId) -> rusqlite::Result<u64> {
        let mut select = self.conn.prepare_cached(
            "SELECT id, key, parent_in_page, depth, parent FROM comment
             WHERE article = ?1 AND round = (SELECT comment_round FROM article WHERE id = ?1)
             ORDER BY page, position, id",
        )?;
        // Each comment, as far as its parent hangs on it; its row, and the parent that stands there.
        let placed: Vec<(Comment, (i64, Option<String>))> = select
            .query_map([article.0], |row| {
                let comment = Comment {
                    key: row.get(1)?,
                    parent: row.get(2)?,
                    depth: row.get(3)?,
                    author: None,
                    posted: None,
                    text: None,
                    secret: false,
                };
                Ok((comment, (row.get(0)?, row.get(4)?)))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let (comments, rows): (Vec<Comment>, Vec<_>) = placed.into_iter().unzip();
        let mut update = self
            .conn
            .prepare_cached("UPDATE comment SET parent = ?2 WHERE id = ?1")?;
        for ((id, held), parent) in rows.iter().zip(parents(&comments)) {
            if held.as_deref() != parent {
                update.execute(params![id, parent])?;
            }
        }
        Ok(rows.len() as u64)
    }

    /// A page of comments that could not be read: the list stands half read until the article is visited again.
    pub(super) fn comment_page_lost(&self, article: ArticleId) -> rusqlite::Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE article SET comments_torn = 1, comments_complete = 0 WHERE id = ?1",
            )?
            .execute([article.0])?;
        Ok(())
    }
}
