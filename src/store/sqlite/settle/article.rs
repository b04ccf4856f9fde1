//! An article's content: its first, a revision of it, or the same as before.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::values::{Count, Json, Ms, Named, finer, posted_at};
use super::super::{copies, revisits, search, stories};
use super::listing::Counts;
use super::{Done, Visit, names};
use crate::dedup::Hash;
use crate::model::{
    Article, ArticleId, ArticleKey, ArticleState, BoardId, EventKind, Image, NewJob, PostedAt,
};
use crate::schedule::History;
use crate::store::{RevisionKind, same_images};

/// What is held before the visit.
struct Held {
    board: BoardId,
    key: ArticleKey,
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
    first_seen_at: Timestamp,
    changed_at: Option<Timestamp>,
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
    n_revisions: u32,
    changed_at: Option<Timestamp>,
    moved_to: Option<&'a str>,
    counts: Counts,
    /// Its comments are all on this page, and none was read before.
    are_all_new: bool,
}

/// A revision that the visit has added.
#[derive(Clone, Copy)]
struct Added {
    number: u32,
    /// There was another before, and not only the rules that read it have changed.
    edited: bool,
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
        let found = article;
        let mut held = self.held(found)?;
        let article = names::settle_key(
            self.conn,
            found,
            (&held.key, held.n_revisions),
            content.id_in_page.as_deref(),
        )?;
        if article != found {
            held = self.held(article)?;
        }
        let now = Now {
            title: content.title.as_deref().unwrap_or(&held.title),
            author: content.author.as_deref().or(held.author.as_deref()),
            category: content.category.as_deref().or(held.category.as_deref()),
            posted: finer(held.posted.clone(), content.posted.clone()),
        };
        let added = self.revise(article, content, &held, &now)?;
        let edited = added.is_some_and(|added| added.edited);
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
            n_revisions: added.map_or(held.n_revisions, |added| added.number),
            changed_at: if edited {
                Some(self.at)
            } else {
                held.changed_at
            },
            moved_to,
            counts: held.counts.then(counts),
            are_all_new,
        };
        self.save(article, content, &held, saved)?;
        // Whoever looks for copies goes by the newest revision.
        let mut done = self.compare(article, &held, &now, added)?;
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
            false => {
                let n_queued =
                    self.further_round(article, page, &content.comments, comment_jobs)?;
                // Comments that have changed bring the next visit forward.
                revisits::plan(self.conn, article, &self.options.revisits)?;
                n_queued
            }
        };
        Ok(done)
    }

    fn held(&self, article: ArticleId) -> rusqlite::Result<Held> {
        self.conn
            .prepare_cached(
                "SELECT article.board, url, found_url, state, article.title, author, article.category, posted_at,
                    posted_precision, posted_text, n_revisions, comments_stated, content_hash, revision.images,
                    first_seen_at, comment_round, n_comments, views, votes, comment_count, article.key, changed_at
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
                    first_seen_at: row.get::<_, Ms>(14)?.0,
                    comment_round: row.get(15)?,
                    n_comments: row.get(16)?,
                    counts: Counts {
                        views: row.get::<_, Option<Count>>(17)?.map(|n| n.0),
                        votes: row.get(18)?,
                        comments: row.get::<_, Option<Count>>(19)?.map(|n| n.0),
                    },
                    key: ArticleKey::from_stored(row.get(20)?),
                    changed_at: row.get::<_, Option<Ms>>(21)?.map(|ms| ms.0),
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
    ) -> rusqlite::Result<Option<Added>> {
        let Some(packed) = &self.prepared.content else {
            return Ok(None);
        };
        let keys = content.attachments.iter().map(|file| file.key.as_str());
        let hash = packed.normal.content_hash(now.title, now.category, keys);
        if held.content_hash == Some(hash) && same_images(&held.images, &content.images) {
            return Ok(None);
        }
        let first = held.n_revisions == 0;
        let added = Added {
            number: held.n_revisions + 1,
            edited: !first && !content.only_rules_changed,
        };
        self.conn
            .prepare_cached(
                "INSERT INTO revision (article, number, at, title, category, text, html, images, attachments,
                    tags, content_hash, kind)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                article.0,
                added.number,
                Ms(self.at),
                now.title,
                now.category,
                content.text,
                packed.html,
                Json(&content.images),
                Json(&content.attachments),
                Json(&content.tags),
                hash,
                Named(if added.edited || first {
                    RevisionKind::Visit
                } else {
                    RevisionKind::Reparse
                }),
            ])?;
        Ok(Some(added))
    }

    /// Holds the content against what others say, and tells of a new revision.
    fn compare(
        &self,
        article: ArticleId,
        held: &Held,
        now: &Now<'_>,
        added: Option<Added>,
    ) -> rusqlite::Result<Done> {
        let mut done = Done::default();
        let Some(packed) = &self.prepared.content else {
            return Ok(done);
        };
        let Some(Added { number, edited }) = added else {
            done.settled.duplicate_of = duplicate_of(self.conn, article)?;
            return Ok(done);
        };
        let at = now
            .posted
            .as_ref()
            .map_or(held.first_seen_at, |posted| posted.at);
        let place = copies::Place {
            article,
            board: held.board,
            at: at.as_millisecond(),
        };
        let text = copies::hold(
            self.conn,
            place,
            packed.text_hash,
            packed.digest.as_ref(),
            self.options.copies,
        )?;
        if let Some(tokens) = &packed.text_tokens {
            search::replace(self.conn, article, now.title, tokens, now.author)?;
        }
        let first = number == 1;
        if first {
            self.event(held.board, article, EventKind::Stored, Some(number), None)?;
        } else if edited {
            self.event(held.board, article, EventKind::Edited, Some(number), None)?;
        }
        done.settled.stored = first;
        done.settled.changed = edited;
        done.report.n_stored = u64::from(first);
        done.report.n_changed = u64::from(edited);
        done.report.n_duplicates = u64::from(text == copies::Held::Shared);
        if text != copies::Held::Alone {
            done.settled.duplicate_of = duplicate_of(self.conn, article)?;
        }
        Ok(done)
    }

    fn save(
        &self,
        article: ArticleId,
        content: &Article,
        held: &Held,
        saved: Saved<'_>,
    ) -> rusqlite::Result<()> {
        macro_rules! update {
            ($posted:literal) => {
                concat!(
                    "UPDATE article SET state = ?2, state_reason = NULL, n_gone_answers = 0, gone_at = NULL, title = ?3,
                        author = ?4, category = ?8, source = coalesce(?9, source), moved_to = ?10,
                        visited_at = ?11, fetched_at = ?11, views = ?12, votes = ?13, comment_count = ?14,
                        comments_stated = ?15, comment_round = comment_round + 1, comments_torn = 0,
                        comments_complete = ?16, n_comments = iif(?16, ?17, n_comments), n_revisions = ?18,
                        changed_at = ?19, revisit_at = ?20",
                    $posted,
                    " WHERE id = ?1"
                )
            };
        }
        let (now, counts) = (saved.now, saved.counts);
        // Two indexes hold the date, and an update moves even what stays where it is.
        let update = match now.posted == held.posted {
            true => update!(""),
            false => update!(", posted_at = ?5, posted_precision = ?6, posted_text = ?7"),
        };
        let history = History {
            first_seen_at: held.first_seen_at,
            posted_at: now.posted.as_ref().map(|posted| posted.at),
            visited_at: self.at,
            changed_at: saved.changed_at,
        };
        self.conn.prepare_cached(update)?.execute(params![
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
            saved.n_revisions,
            saved.changed_at.map(Ms),
            self.options.revisits.next_visit(&history).map(Ms),
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
