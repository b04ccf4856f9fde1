//! A listing page: its rows admitted or refreshed, and the walk moved on.

use std::collections::HashSet;

use rusqlite::params;
use url::Url;

use super::super::values::{Count, Ms, Named, finer, posted_at};
use super::super::{ledger, passes, queue};
use super::{Done, Visit, names};
use crate::model::{
    ArticleId, ArticleKey, ArticleState, BoardId, Gap, GapSteps, JobKind, JobPriority, NewJob,
    Outcome, PassEnd, PassId, PostedAt, Row, Walk,
};

/// Counts as one page shows them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) views: Option<u64>,
    pub(super) votes: Option<i64>,
    pub(super) comments: Option<u64>,
}

impl Counts {
    /// What a later page does not show stays as it was.
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            views: later.views.or(self.views),
            votes: later.votes.or(self.votes),
            comments: later.comments.or(self.comments),
        }
    }
}

/// Whether an article may have a place on the board already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placed {
    Perhaps,
    /// It was unknown until now.
    New,
}

/// What a row is compared with.
struct Listed {
    state: ArticleState,
    title: String,
    listed_title: String,
    category: Option<String>,
    listed_category: Option<String>,
    listed_comments: Option<u64>,
    n_revisions: u32,
    posted: Option<PostedAt>,
    /// The board it was found on.
    home: BoardId,
}

impl Visit<'_> {
    pub(super) fn listing(&self, outcome: &Outcome) -> rusqlite::Result<Done> {
        let Outcome::Listing {
            pass,
            rows,
            revisit,
            walk,
            next,
            gap,
            gaps,
            end,
        } = outcome
        else {
            return Ok(Done::default());
        };
        let mut done = Done::default();
        done.report.n_listing_pages = 1;
        done.report.n_rows = rows.len() as u64;
        let board = self.board_of(*pass)?;
        let articles = self.rows(board, *pass, rows, revisit, &mut done)?;
        self.sight(board, *pass, rows, &articles, walk.last_shown, false)?;
        passes::step_gaps(self.conn, board, *pass, gaps, self.at)?;
        done.settled.n_queued +=
            u64::from(self.walk_on(board, *pass, walk, next.as_ref(), gap.as_ref(), *end, None)?);
        Ok(done)
    }

    /// A page that the radar asked for: rows as on any page, but the walk stays where it is.
    pub(super) fn radar(&self, outcome: &Outcome) -> rusqlite::Result<Done> {
        let Outcome::Radar {
            pass,
            rows,
            revisit,
            last_page,
        } = outcome
        else {
            return Ok(Done::default());
        };
        let mut done = Done::default();
        done.report.n_listing_pages = 1;
        done.report.n_rows = rows.len() as u64;
        let board = self.board_of(*pass)?;
        let articles = self.rows(board, *pass, rows, revisit, &mut done)?;
        self.sight(board, *pass, rows, &articles, *last_page, true)?;
        Ok(done)
    }

    /// Admits or refreshes a page's rows, in page order, so that its jobs are claimed newest first: their articles.
    fn rows(
        &self,
        board: BoardId,
        pass: PassId,
        rows: &[Row],
        revisit: &[ArticleKey],
        done: &mut Done,
    ) -> rusqlite::Result<Vec<ArticleId>> {
        let revisit: HashSet<&ArticleKey> = revisit.iter().collect();
        let mut articles = Vec::with_capacity(rows.len());
        for row in rows {
            articles.push(match names::find(self.conn, &row.key)? {
                None => {
                    done.settled.n_new += 1;
                    done.settled.n_queued += 1;
                    self.admit(board, pass, row)?
                }
                Some(article) => {
                    let again = revisit.contains(&row.key);
                    done.settled.n_queued +=
                        u64::from(self.refresh(board, pass, article, row, again)?);
                    article
                }
            });
        }
        done.report.n_new = done.settled.n_new;
        Ok(articles)
    }

    /// What the page says of the board's order. `articles`: the rows'.
    fn sight(
        &self,
        board: BoardId,
        pass: PassId,
        rows: &[Row],
        articles: &[ArticleId],
        last_page: Option<u32>,
        radar: bool,
    ) -> rusqlite::Result<()> {
        let ordinary = rows.iter().zip(articles).filter(|(row, _)| !row.notice);
        let numbered: Vec<ledger::Numbered> = ordinary
            .map(|(row, article)| ledger::Numbered {
                article: *article,
                number: row.rank,
                id: row.key.id().parse().ok(),
            })
            .collect();
        let sighting = ledger::Sighting {
            board,
            pass,
            page: self.job.page.unwrap_or(1),
            radar,
            last_page,
            at: self.at,
        };
        ledger::sight(self.conn, &sighting, &numbered)
    }

    pub(super) fn listing_skipped(&self, outcome: &Outcome) -> rusqlite::Result<Done> {
        let Outcome::ListingSkipped {
            pass,
            walk,
            next,
            gap,
            end,
            error,
        } = outcome
        else {
            return Ok(Done::default());
        };
        let mut done = Done::default();
        let board = self.board_of(*pass)?;
        let broken = GapSteps {
            broken: true,
            ..GapSteps::default()
        };
        passes::step_gaps(self.conn, board, *pass, &broken, self.at)?;
        let queued = self.walk_on(
            board,
            *pass,
            walk,
            next.as_ref(),
            gap.as_ref(),
            *end,
            Some(error),
        )?;
        done.settled.n_queued = u64::from(queued);
        Ok(done)
    }

    fn board_of(&self, pass: PassId) -> rusqlite::Result<BoardId> {
        self.conn
            .prepare_cached("SELECT board FROM pass WHERE id = ?1")?
            .query_row([pass.0], |row| row.get(0).map(BoardId))
    }

    /// Where the walk stands now, and its next page. `true`: that was queued.
    #[allow(clippy::too_many_arguments)] // The fields of an outcome, nothing more.
    fn walk_on(
        &self,
        board: BoardId,
        pass: PassId,
        walk: &Walk,
        next: Option<&NewJob>,
        gap: Option<&Gap>,
        end: Option<PassEnd>,
        note: Option<&str>,
    ) -> rusqlite::Result<bool> {
        passes::save_walk(self.conn, pass, walk)?;
        if let Some(gap) = gap {
            passes::open_gap(self.conn, board, pass, gap, self.at)?;
        }
        if let Some(end) = end {
            passes::end(self.conn, pass, end, note, self.at)?;
        }
        match next {
            Some(next) => queue::push(self.conn, next, self.at),
            None => Ok(false),
        }
    }

    /// A row not seen before: a pending article and its job.
    fn admit(&self, board: BoardId, pass: PassId, row: &Row) -> rusqlite::Result<ArticleId> {
        let posted = row.posted.as_ref();
        let counts = counts_of(row);
        self.conn
            .prepare_cached(
                "INSERT INTO article (board, key, engine_id, url, found_url, state, listed_title, listed_category,
                    listed_comments, title, author, posted_at, posted_precision, posted_text, category, secret,
                    first_seen_at, last_seen_at, views, votes, comment_count)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7, ?10, ?11, ?12, ?13, ?8, ?14, ?15, ?15, ?16, ?17, ?9)",
            )?
            .execute(params![
                board.0,
                row.key.as_str(),
                row.key.id(),
                row.canonical_url.as_str(),
                row.url.as_str(),
                Named(ArticleState::Pending),
                row.title,
                row.category,
                row.comment_count.map(Count),
                row.author,
                posted.map(|posted| Ms(posted.at)),
                posted.map(|posted| Named(posted.precision)),
                posted.map(|posted| &posted.text),
                row.secret,
                Ms(self.at),
                counts.views.map(Count),
                counts.votes,
            ])?;
        let article = ArticleId(self.conn.last_insert_rowid());
        self.place(board, pass, article, row, Placed::New)?;
        if counts != Counts::default() {
            self.keep_counts(article, counts)?;
        }
        let job = NewJob {
            board,
            kind: JobKind::Article { article },
            url: row.url.clone(),
            referer: self.listing_url(),
            priority: JobPriority::Article,
            due_at: self.at,
        };
        queue::push(self.conn, &job, self.at)?;
        Ok(article)
    }

    /// The page that links to its articles: what a browser would send as the referer.
    fn listing_url(&self) -> Option<Url> {
        let page = self.prepared.settlement.page.as_ref();
        Url::parse(page.map_or(&self.job.url, |page| &page.final_url)).ok()
    }

    /// A row seen before. `true`: it was queued again.
    fn refresh(
        &self,
        board: BoardId,
        pass: PassId,
        article: ArticleId,
        row: &Row,
        again: bool,
    ) -> rusqlite::Result<bool> {
        let held = self.listed(article)?;
        // The article's own page knows title and category better. What it has not told yet, or told as the listing
        // did, follows the listing.
        let title = if held.n_revisions == 0 && held.title == held.listed_title {
            &row.title
        } else {
            &held.title
        };
        // Another board's categories are its own.
        let at_home = board == held.home;
        let follows = at_home && (held.category.is_none() || held.category == held.listed_category);
        let category = match &row.category {
            Some(category) if follows => Some(category),
            _ => held.category.as_ref(),
        };
        let posted = finer(held.posted, row.posted.clone());
        self.conn
            .prepare_cached(
                "UPDATE article SET found_url = CASE url WHEN ?14 THEN ?2 ELSE found_url END, listed_title = ?3, listed_category = coalesce(?4, listed_category),
                    listed_comments = coalesce(?5, listed_comments), title = ?6, author = coalesce(author, ?7),
                    posted_at = ?8, posted_precision = ?9, posted_text = ?10, category = ?11, secret = ?12,
                    last_seen_at = max(last_seen_at, ?13)
                 WHERE id = ?1",
            )?
            .execute(params![
                article.0,
                row.url.as_str(),
                row.title,
                row.category.as_ref().filter(|_| at_home),
                row.comment_count.map(Count),
                title,
                row.author,
                posted.as_ref().map(|posted| Ms(posted.at)),
                posted.as_ref().map(|posted| Named(posted.precision)),
                posted.as_ref().map(|posted| &posted.text),
                category,
                row.secret,
                Ms(self.at),
                // Listed on a second board, it is still asked for under its own address: only that one tells whether
                // it has moved.
                row.canonical_url.as_str(),
            ])?;
        self.place(board, pass, article, row, Placed::Perhaps)?;
        let mut counts = counts_of(row);
        if counts.comments == held.listed_comments {
            // The listing and the article's page may count differently. Only a change of the listing's own number
            // is news; else the two would take turns in the series.
            counts.comments = None;
        }
        self.count(article, counts)?;
        let priority = match held.state {
            ArticleState::Pending | ArticleState::Stored => JobPriority::Article,
            ArticleState::Restricted | ArticleState::Gone | ArticleState::Failed => {
                JobPriority::Revisit
            }
        };
        // A pending article has its job by the rules; should it ever lack one, this is where it gets it back.
        if again || held.state == ArticleState::Pending {
            return queue::push_article(self.conn, article, priority, self.at);
        }
        Ok(false)
    }

    fn listed(&self, article: ArticleId) -> rusqlite::Result<Listed> {
        self.conn
            .prepare_cached(
                "SELECT state, title, listed_title, category, listed_category, listed_comments, n_revisions,
                    posted_at, posted_precision, posted_text, board
                 FROM article WHERE id = ?1",
            )?
            .query_row([article.0], |row| {
                let Named(state) = row.get(0)?;
                Ok(Listed {
                    state,
                    title: row.get(1)?,
                    listed_title: row.get(2)?,
                    category: row.get(3)?,
                    listed_category: row.get(4)?,
                    listed_comments: row.get::<_, Option<Count>>(5)?.map(|n| n.0),
                    n_revisions: row.get(6)?,
                    posted: posted_at(row, 7)?,
                    home: BoardId(row.get(10)?),
                })
            })
    }

    /// Where the row stands. A row without a number (pinned, or the one that is open) keeps the number it had.
    fn place(
        &self,
        board: BoardId,
        pass: PassId,
        article: ArticleId,
        row: &Row,
        placed: Placed,
    ) -> rusqlite::Result<()> {
        macro_rules! insert {
            () => {
                "INSERT INTO place (board, article, rank, notice, notice_pass, ordinary_pass, first_pass,
                    first_seen_at, last_seen_at)
                 VALUES (?1, ?2, ?3, ?4, iif(?4, ?5, NULL), iif(?4, NULL, ?5), ?5, ?6, ?6)"
            };
        }
        let statement = match placed {
            // For a statement that may put a row in another's place, SQLite keeps copies of all pages that it changes.
            Placed::New => insert!(),
            Placed::Perhaps => concat!(
                insert!(),
                " ON CONFLICT (board, article) DO UPDATE SET
                    rank = coalesce(excluded.rank, rank),
                    notice = excluded.notice AND ordinary_pass IS NULL,
                    notice_pass = coalesce(excluded.notice_pass, notice_pass),
                    ordinary_pass = coalesce(excluded.ordinary_pass, ordinary_pass),
                    last_seen_at = max(last_seen_at, excluded.last_seen_at)"
            ),
        };
        self.conn.prepare_cached(statement)?.execute(params![
            board.0,
            article.0,
            row.rank.map(Count),
            row.notice,
            pass.0,
            Ms(self.at),
        ])?;
        Ok(())
    }

    /// Adds to the series of counts, if one of them changed. What a page does not show stays as it was.
    pub(super) fn count(&self, article: ArticleId, seen: Counts) -> rusqlite::Result<()> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE article SET views = coalesce(?2, views), votes = coalesce(?3, votes),
                    comment_count = coalesce(?4, comment_count)
                 WHERE id = ?1 AND (coalesce(?2, views) IS NOT views OR coalesce(?3, votes) IS NOT votes
                    OR coalesce(?4, comment_count) IS NOT comment_count)",
            )?
            .execute(params![
                article.0,
                seen.views.map(Count),
                seen.votes,
                seen.comments.map(Count)
            ])?;
        if changed == 0 {
            return Ok(());
        }
        let now = self
            .conn
            .prepare_cached("SELECT views, votes, comment_count FROM article WHERE id = ?1")?
            .query_row([article.0], |row| {
                Ok(Counts {
                    views: row.get::<_, Option<Count>>(0)?.map(|n| n.0),
                    votes: row.get(1)?,
                    comments: row.get::<_, Option<Count>>(2)?.map(|n| n.0),
                })
            })?;
        self.keep_counts(article, now)
    }

    /// Adds the counts as they are now to their series.
    pub(super) fn keep_counts(&self, article: ArticleId, now: Counts) -> rusqlite::Result<()> {
        // Two statements: for one that may put a row in another's place, SQLite keeps copies of all pages that it changes.
        let writes = [
            "INSERT OR IGNORE INTO count (article, at, views, votes, comments) VALUES (?1, ?2, ?3, ?4, ?5)",
            "UPDATE count SET views = ?3, votes = ?4, comments = ?5 WHERE article = ?1 AND at = ?2",
        ];
        for write in writes {
            let n_written = self.conn.prepare_cached(write)?.execute(params![
                article.0,
                Ms(self.at),
                now.views.map(Count),
                now.votes,
                now.comments.map(Count),
            ])?;
            if n_written > 0 {
                break;
            }
        }
        Ok(())
    }
}

fn counts_of(row: &Row) -> Counts {
    Counts {
        views: row.views,
        votes: row.votes,
        comments: row.comment_count,
    }
}
