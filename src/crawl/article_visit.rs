//! What follows from a visit to an article's page, or to a further page of its comments.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use tracing::debug;

use super::board::BoardContext;
use super::crew::{Crew, Trouble};
use super::doubt::doubted;
use super::fit::Glance;
use super::parsing::in_turn;
use super::reparse::only_rules_changed;
use super::symptoms::note_article;
use super::visit::{Reading, again};
use crate::article::{self, PageView};
use crate::document::LeftOut;
use crate::fetch::Fetched;
use crate::model::{
    Article, ArticleId, ArticleState, Comment, CommentPages, Job, JobKind, JobPriority, NewJob,
    Outcome, PageClass,
};
use crate::profile::ArticleRef;
use crate::store::{ArticleTarget, Store, StoreError};

/// After this many "gone" answers in a row, with no page in between that was there, an outage is likelier than
/// deletions: nothing is marked, all of it is asked again later (BOARDS.md; CASES 28).
const MOST_GONE_IN_A_ROW: u32 = 20;

/// So few answers in a row may be deletions on a board that has nothing else to fetch.
const FEW_GONE_IN_A_ROW: u32 = 6;

/// Pure part, on the blocking pool. `None`: what was left out of the page matters.
pub(super) fn read(
    view: &PageView<'_>,
    left_out: &LeftOut<'_>,
    context: &BoardContext,
) -> Option<Reading> {
    let content = article::read_article(view, &context.profile, &context.read_options);
    let glance = Glance::at_article(view, left_out, &context.profile, content.class)?;
    Some(Reading::Article(Box::new(content), glance))
}

/// Pure part, on the blocking pool.
pub(super) fn read_comments(view: &PageView<'_>, context: &BoardContext) -> Reading {
    let (comments, pages) = article::read_comments(view, &context.profile, &context.read_options);
    Reading::Comments(comments, pages)
}

pub(super) async fn outcome<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    article: ArticleId,
    fetched: &Fetched,
    (content, glance): (Box<Article>, Glance),
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    for warning in &content.warnings {
        debug!("{}: {warning}", job.url);
    }
    note_article(crew, job.board, &content);
    let target = crew.store.target(article).await?;
    let identity = &board.profile.identity;
    let answered_by = identity.article(&fetched.final_url);
    if let Some(found) = &answered_by
        && found.id.is_some()
        && found.key != target.key
        // A host that sends everybody to another one (`www.`) keeps its numbers.
        && found.key.id() != target.key.id()
        && !target.key.id().starts_with('~')
    {
        done(crew);
        return Ok(Outcome::NotAnArticle {
            article,
            reason: format!("{} leads to {}", job.url, found.key),
        });
    }
    if fetched.status < 400
        && fetched.redirect_to.is_none()
        && let Some(outcome) = doubted(crew, board, &target, &content, glance, at).await?
    {
        return Ok(outcome);
    }
    // By its status alone: a ban looks the same.
    let merely_refused = content.class == PageClass::Restricted
        && matches!(content.reason.as_str(), "status 401" | "status 403");
    if content.class != PageClass::Gone && !merely_refused {
        crew.tally.n_gone_in_a_row.store(0, Ordering::Relaxed);
        crew.tally.n_there.fetch_add(1, Ordering::Relaxed);
    }
    let state = |state: ArticleState, content: Box<Article>| Outcome::ArticleState {
        article,
        state,
        title: content.title,
        author: content.author,
        posted: content.posted,
        reason: content.reason,
    };
    match content.class {
        PageClass::Article => {
            done(crew);
            let content = told_apart(crew, board, &target, content).await?;
            Ok(stored(
                board,
                job,
                &target,
                fetched,
                answered_by,
                content,
                at,
            ))
        }
        PageClass::Restricted if merely_refused => {
            let state = state(ArticleState::Restricted, content);
            if_believed(crew, board, job, article, state, at).await
        }
        PageClass::Restricted | PageClass::Login | PageClass::Closed => {
            done(crew);
            let mut content = content;
            if !is_placeholder(&target.listed_title) {
                // What stands in a heading's place there is often a message, not the title.
                content.title = None;
            }
            Ok(state(ArticleState::Restricted, content))
        }
        PageClass::Gone => {
            let state = state(ArticleState::Gone, content);
            if_believed(crew, board, job, article, state, at).await
        }
        PageClass::Listing | PageClass::Challenge | PageClass::Error | PageClass::Unknown => {
            let error = format!("{} shows no article: {}", fetched.final_url, content.reason);
            let due_at = at + crew.backoff(job.attempts);
            again(crew, board, job, error, true, due_at, at).await
        }
    }
}

/// `read` are the comments on this page, and its pager.
#[allow(clippy::too_many_arguments)]
pub(super) fn comments_outcome<S: Store>(
    crew: &Crew<S>,
    board: &BoardContext,
    job: &Job,
    article: ArticleId,
    page: u32,
    class: PageClass,
    reason: String,
    (comments, pages): (Vec<Comment>, CommentPages),
    at: Timestamp,
) -> Outcome {
    if class == PageClass::Article {
        done(crew);
        // A pager of numbers has told of all pages on the first; one that leads on from page to page has not. Where an
        // article's own page shows the last page of comments, every other page leads on, and nothing is behind it.
        let leads_on = board.profile.comments.page_pattern.is_some();
        let behind = pages
            .others
            .last()
            .filter(|(last, _)| leads_on && *last == page + 1);
        let further = behind.map(|(last, url)| NewJob {
            board: job.board,
            kind: JobKind::Comments {
                article,
                page: *last,
            },
            url: url.clone(),
            referer: Some(job.url.clone()),
            priority: JobPriority::Comments,
            due_at: at,
        });
        return Outcome::Comments {
            article,
            page,
            comments,
            further,
        };
    }
    if job.attempts + 1 >= crew.options.max_tries {
        done(crew);
        return failed(article, format!("comments, page {page}: {reason}"));
    }
    Outcome::Retry {
        due_at: at + crew.backoff(job.attempts),
        error: reason,
        counts: true,
    }
}

/// Content that says whether its author or our own rules made it another than the one held.
async fn told_apart<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    target: &ArticleTarget,
    mut content: Box<Article>,
) -> Result<Box<Article>, StoreError> {
    content.only_rules_changed = target.state != ArticleState::Pending
        && only_rules_changed(&crew.store, target.id, &content, board).await?;
    Ok(content)
}

/// The article's content, where it is now, and jobs for the further pages of its comments.
fn stored(
    board: &BoardContext,
    job: &Job,
    target: &ArticleTarget,
    fetched: &Fetched,
    answered_by: Option<ArticleRef>,
    content: Box<Article>,
    at: Timestamp,
) -> Outcome {
    let identity = &board.profile.identity;
    // Nearly always it answers where it was found.
    let elsewhere = answered_by
        .as_ref()
        .filter(|found| found.canonical_url.as_str() != target.url);
    let now_on = elsewhere.and_then(|found| found.board.clone());
    let moved_to = now_on.filter(|now| {
        let found_at = url::Url::parse(&target.url).ok();
        let found_on = found_at.and_then(|url| identity.article(&url)?.board);
        found_on.is_some_and(|before| before != *now)
    });
    let comment_jobs = content
        .comment_pages
        .others
        .iter()
        .map(|(page, url)| NewJob {
            board: job.board,
            kind: JobKind::Comments {
                article: target.id,
                page: *page,
            },
            url: url.clone(),
            referer: Some(fetched.final_url.clone()),
            priority: JobPriority::Comments,
            due_at: at,
        })
        .collect();
    let canonical_url = answered_by.map(|mut found| {
        if let (None, Some(id)) = (&found.id, &content.id_in_page) {
            found = identity.with_id(&found, id);
        }
        found.canonical_url.to_string()
    });
    Outcome::Article {
        article: target.id,
        content,
        moved_to,
        canonical_url,
        comment_jobs,
    }
}

/// An article that is said not to be there: `state`, if that is to be believed yet; else it is asked for once more. A
/// page may vanish for a moment while a moderator moves it: one answer is no evidence.
async fn if_believed<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    article: ArticleId,
    state: Outcome,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let reason = match &state {
        Outcome::ArticleState { reason, .. } => reason.clone(),
        _ => String::new(),
    };
    let confirm_at = job.said_gone_at.unwrap_or(at) + crew.options.confirm_gone_after;
    let is_second = job.said_gone_at.is_some() && confirm_at <= at;
    if is_believable(crew, board, job, article, &reason, is_second).await? && is_second {
        done(crew);
        return Ok(state);
    }
    let due_at = match is_second {
        true => at + crew.options.confirm_gone_after.max(crew.backoff(0)),
        false => confirm_at,
    };
    Ok(Outcome::SaidGone { due_at, reason })
}

/// Whether "gone" answers look like deletions: since this article's first one some other page was there, or few are gone
/// at all. Where many are, one article that was there is asked for: if it still is, this is no outage.
async fn is_believable<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    job: &Job,
    article: ArticleId,
    reason: &str,
    is_second: bool,
) -> Result<bool, StoreError> {
    let n_there = crew.tally.n_there.load(Ordering::Relaxed);
    let in_a_row = crew.tally.n_gone_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
    let then = {
        let mut once = crew
            .gone_once
            .lock()
            .expect("no holder of this lock panics");
        match is_second {
            // Said in an earlier run: all of this one is since then.
            true => once.remove(&article).unwrap_or(0),
            false => *once.entry(article).or_insert(n_there),
        }
    };
    let enough = match is_second {
        true => FEW_GONE_IN_A_ROW,
        // Nothing is believed yet: only an outage is to be told.
        false => MOST_GONE_IN_A_ROW,
    };
    if (is_second && n_there > then) || in_a_row <= enough || is_up(crew, board).await? {
        return Ok(true);
    }
    if in_a_row > MOST_GONE_IN_A_ROW {
        crew.trouble(
            job.board,
            Trouble {
                what: format!(
                    "{in_a_row} articles in a row are said to be gone or closed ({reason}): this looks like an outage or a ban"
                ),
                advice: "none of them was marked as such; the next run asks again".into(),
            },
        );
    }
    Ok(false)
}

/// Is an article that was there still there? Counts as a page that was there, so that it is asked for once and not for
/// each of many deletions.
async fn is_up<S: Store>(crew: &Crew<S>, board: &Arc<BoardContext>) -> Result<bool, StoreError> {
    let Some(target) = crew.store.last_stored(board.board.id).await? else {
        return Ok(false);
    };
    let Ok(url) = url::Url::parse(&target.url) else {
        return Ok(false);
    };
    let request = board.request(url, Some(board.board.url.clone()), "probe");
    let Ok(fetched) = crew.fetcher.get(&request).await else {
        return Ok(false);
    };
    let context = Arc::clone(board);
    let there = in_turn(move || {
        let decoded = context.decode(&fetched);
        let html = crate::document::parse(&context.profile.prepared(&decoded.text));
        let view = PageView {
            html: &html,
            source: &decoded.text,
            url: &fetched.final_url,
            redirect_to: fetched.redirect_to.as_ref(),
            status: fetched.status,
            as_of: fetched.received_at,
        };
        article::classify(&view, Some(&context.profile)).0 == PageClass::Article
    })
    .await;
    if there {
        crew.tally.n_there.fetch_add(1, Ordering::Relaxed);
        crew.tally.n_gone_in_a_row.store(0, Ordering::Relaxed);
    }
    Ok(there)
}

/// Boards list every secret post under the same words; only then does the post's own page know better.
fn is_placeholder(title: &str) -> bool {
    let bare: String = title.chars().filter(|c| c.is_alphanumeric()).collect();
    matches!(bare.as_str(), "비밀글입니다" | "비밀글" | "비공개글입니다")
}

/// The article's page, or one of its comments' pages, could not be read in all its tries; a later pass asks again.
pub(super) fn failed(article: ArticleId, error: String) -> Outcome {
    Outcome::ArticleState {
        article,
        state: ArticleState::Failed,
        title: None,
        author: None,
        posted: None,
        reason: error,
    }
}

fn done<S>(crew: &Crew<S>) {
    crew.tally.n_articles.fetch_add(1, Ordering::Relaxed);
}
