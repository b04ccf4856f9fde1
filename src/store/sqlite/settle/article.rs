//! An article's content: its first, a revision of it, or the same as before.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::values::{Count, Json, Ms, Named, finer, posted_at};
use super::super::{copies, revisits, search, stories};
use super::listing::Counts;
use super::{Done, Visit, names};
use crate::dedup::Hash;
use crate::model::{
    Article, ArticleId, ArticleKey, ArticleState, BoardId, EventKind, Image, NewJob, PostedAt,
};
use crate::store::{RevisionKind, same_images};

/// What is held before the visit.
struct Held {
    board: BoardId,
    url: String,
    found_url: String,
    state: ArticleState,
    title: String,
    author: Option<String>,
    category: Option<String>,
    posted: Option<PostedAt>,
    n_revisions: u32,
    /// Rounds in which comments were read.
    comment_round: u32,
    n_comments: u32,
    counts: Counts,
    comments_stated: Option<u64>,
    content_hash: Option<Hash>,
    images: Vec<Image>,
    /// In milliseconds.
    first_seen_at: i64,
}

/// What is to be held after it.
struct Now<'a> {
    title: &'a str,
    author: Option<&'a str>,
    category: Option<&'a str>,
    posted: Option<PostedAt>,
}

/// What follows of it for the article's own row.
struct Saved<'a> {
    now: &'a Now<'a>,
    moved_to: Option<&'a str>,
    counts: Counts,
    /// Its comments are all on this page, and none was read before.
    are_all_new: bool,
}

impl Visit<'_> {
    pub(super) fn article(
        &self,
        article: ArticleId,
        content: &Article,
        moved_to: Option<&str>,
        canonical_url: Option<&str>,
        comment_jobs: &[NewJob],
    ) -> rusqlite::Result<Done> {
        let article = names::settle_key(self.conn, article, content.id_in_page.as_deref())?;
        let held = self.held(article)?;
        let now = Now {
            title: content.title.as_deref().unwrap_or(&held.title),
            author: content.author.as_deref().or(held.author.as_deref()),
            category: content.category.as_deref().or(held.category.as_deref()),
            posted: finer(held.posted.clone(), content.posted.clone()),
        };
        let mut done = Done::default();
        self.revise(article, content, &held, &now, &mut done)?;
        // As in a listing: only a change of the page's own number is news.
        let comments = content
            .comment_count
            .filter(|count| Some(*count) != held.comments_stated);
        let counts = Counts {
            views: content.views,
            votes: content.votes,
            comments,
        };
        // Comments that are all on the article's own page, and the first that are read of it, need no comparison.
        let are_all_new =
            held.comment_round == 0 && held.n_comments == 0 && comment_jobs.is_empty();
        let saved = Saved {
            now: &now,
            moved_to,
            counts: held.counts.then(counts),
            are_all_new,
        };
        self.save(article, content, saved)?;
        self.names(article, &held, canonical_url)?;
        let reappeared = match held.state {
            ArticleState::Gone => true,
            ArticleState::Restricted => held.n_revisions > 0,
            ArticleState::Pending | ArticleState::Stored | ArticleState::Failed => false,
        };
        if reappeared {
            self.event(held.board, article, EventKind::Reappeared, None, None)?;
        }
        if held.counts.then(counts) != held.counts {
            self.keep_counts(article, held.counts.then(counts))?;
        }
        let page = content.comment_pages.current;
        done.settled.n_queued = match are_all_new {
            true => {
                self.first_comments(article, page, &content.comments)?;
                0
            }
            false => self.further_round(article, page, &content.comments, comment_jobs)?,
        };
        revisits::plan(self.conn, article, &self.options.revisits)?;
        Ok(done)
    }

    fn held(&self, article: ArticleId) -> rusqlite::Result<Held> {
        self.conn
            .prepare_cached(
                "SELECT article.board, url, found_url, state, article.title, author, article.category, posted_at,
                    posted_precision, posted_text, n_revisions, comments_stated, content_hash, revision.images,
                    first_seen_at, comment_round, n_comments, views, votes, comment_count
                 FROM article
                 LEFT JOIN revision ON revision.article = article.id AND revision.number = n_revisions
                 WHERE article.id = ?1",
            )?
            .query_row([article.0], |row| {
                let Named(state) = row.get(3)?;
                Ok(Held {
                    board: BoardId(row.get(0)?),
                    url: row.get(1)?,
                    found_url: row.get(2)?,
                    state,
                    title: row.get(4)?,
                    author: row.get(5)?,
                    category: row.get(6)?,
                    posted: posted_at(row, 7)?,
                    n_revisions: row.get(10)?,
                    comments_stated: row.get::<_, Option<Count>>(11)?.map(|n| n.0),
                    content_hash: row.get(12)?,
                    images: row
                        .get::<_, Option<Json<Vec<Image>>>>(13)?
                        .map(|images| images.0)
                        .unwrap_or_default(),
                    first_seen_at: row.get(14)?,
                    comment_round: row.get(15)?,
                    n_comments: row.get(16)?,
                    counts: Counts {
                        views: row.get::<_, Option<Count>>(17)?.map(|n| n.0),
                        votes: row.get(18)?,
                        comments: row.get::<_, Option<Count>>(19)?.map(|n| n.0),
                    },
                })
            })
    }

    /// Stores a revision if there is something new in the content.
    fn revise(
        &self,
        article: ArticleId,
        content: &Article,
        held: &Held,
        now: &Now<'_>,
        done: &mut Done,
    ) -> rusqlite::Result<()> {
        let Some(packed) = &self.prepared.content else {
            return Ok(());
        };
        let keys = content.attachments.iter().map(|file| file.key.as_str());
        let hash = packed.normal.content_hash(now.title, now.category, keys);
        if held.content_hash != Some(hash) || !same_images(&held.images, &content.images) {
            let number = held.n_revisions + 1;
            let first = held.n_revisions == 0;
            let edited = !first && !content.only_rules_changed;
            self.conn
                .prepare_cached(
                    "INSERT INTO revision (article, number, at, title, category, text, html, images, attachments,
                        tags, content_hash, kind)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                )?
                .execute(params![
                    article.0,
                    number,
                    Ms(self.at),
                    now.title,
                    now.category,
                    content.text,
                    packed.html,
                    Json(&content.images),
                    Json(&content.attachments),
                    Json(&content.tags),
                    hash,
                    Named(if edited || first {
                        RevisionKind::Visit
                    } else {
                        RevisionKind::Reparse
                    }),
                ])?;
            // Whoever looks for copies goes by the newest revision.
            self.conn
                .prepare_cached(
                    "UPDATE article SET n_revisions = ?2, changed_at = iif(?4, ?3, changed_at) WHERE id = ?1",
                )?
                .execute(params![article.0, number, Ms(self.at), edited])?;
            let place = copies::Place {
                article,
                board: held.board,
                at: now
                    .posted
                    .as_ref()
                    .map_or(held.first_seen_at, |posted| posted.at.as_millisecond()),
            };
            let text_changed = copies::hold(
                self.conn,
                place,
                packed.text_hash,
                packed.digest.as_ref(),
                self.options.copies,
            )?;
            if let Some(tokens) = &packed.text_tokens {
                search::replace(self.conn, article, now.title, tokens, now.author)?;
            }
            if first {
                self.event(held.board, article, EventKind::Stored, Some(number), None)?;
            } else if edited {
                self.event(held.board, article, EventKind::Edited, Some(number), None)?;
            }
            done.settled.stored = first;
            done.settled.changed = edited;
            done.report.n_stored = u64::from(first);
            done.report.n_changed = u64::from(edited);
            done.settled.duplicate_of = duplicate_of(self.conn, article)?;
            done.report.n_duplicates =
                u64::from(text_changed && stories::shares_its_text(self.conn, article)?);
        } else {
            done.settled.duplicate_of = duplicate_of(self.conn, article)?;
        }
        Ok(())
    }

    fn save(
        &self,
        article: ArticleId,
        content: &Article,
        saved: Saved<'_>,
    ) -> rusqlite::Result<()> {
        let (now, counts) = (saved.now, saved.counts);
        self.conn
            .prepare_cached(
                "UPDATE article SET state = ?2, state_reason = NULL, n_gone_answers = 0, gone_at = NULL, title = ?3,
                    author = ?4, posted_at = ?5, posted_precision = ?6, posted_text = ?7, category = ?8,
                    source = coalesce(?9, source), moved_to = ?10, visited_at = ?11, fetched_at = ?11,
                    views = ?12, votes = ?13, comment_count = ?14, comments_stated = ?15,
                    comment_round = comment_round + 1, comments_torn = 0, comments_complete = ?16,
                    n_comments = iif(?16, ?17, n_comments)
                 WHERE id = ?1",
            )?
            .execute(params![
                article.0,
                Named(ArticleState::Stored),
                now.title,
                now.author,
                now.posted.as_ref().map(|posted| Ms(posted.at)),
                now.posted.as_ref().map(|posted| Named(posted.precision)),
                now.posted.as_ref().map(|posted| &posted.text),
                now.category,
                content.source,
                saved.moved_to,
                Ms(self.at),
                counts.views.map(Count),
                counts.votes,
                counts.comments.map(Count),
                content.comment_count.map(Count),
                saved.are_all_new,
                content.comments.len() as i64,
            ])?;
        Ok(())
    }

    /// Keeps the URLs by which the article answered.
    fn names(
        &self,
        article: ArticleId,
        held: &Held,
        canonical_url: Option<&str>,
    ) -> rusqlite::Result<()> {
        let mut forms: Vec<&str> = Vec::new();
        if let Some(url) = canonical_url
            && url != held.url
        {
            self.conn
                .prepare_cached("UPDATE article SET url = ?2 WHERE id = ?1")?
                .execute(params![article.0, url])?;
            forms.push(&held.url);
        }
        if let Some(page) = &self.prepared.settlement.page
            && page.url != page.final_url
        {
            forms.extend([page.url.as_str(), page.final_url.as_str()]);
        }
        let url = canonical_url.unwrap_or(&held.url);
        for form in forms {
            if form != url && form != held.found_url {
                names::add_alias(self.conn, article, form)?;
            }
        }
        Ok(())
    }
}

/// The earliest article with this one's text, if that is another.
fn duplicate_of(conn: &Connection, article: ArticleId) -> rusqlite::Result<Option<ArticleKey>> {
    conn.prepare_cached(&stories::earliest_with_text_of("?1"))?
        .query_row([article.0], |row| row.get(0).map(ArticleKey::from_stored))
        .optional()
}
