//! What visits show of how a board does, in the words of [`crate::health::verdict`].

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::SignedDuration;
use regex::Regex;

use super::crew::Crew;
use crate::fetch::{FetchError, FetchErrorKind};
use crate::health::fit::Finding;
use crate::health::verdict::{Answer, Field, Observation};
use crate::model::{
    Article, ArticleKey, BoardId, Job, JobKind, Known, ListingPage, PageClass, PostedAt, Row,
};

/// Dates of the same post may differ by this much: a day's precision, in two zones.
const SAME_DATE: SignedDuration = SignedDuration::from_hours(36);

/// The title of a page that says, at 200, that there is nothing at its address.
static NOT_THERE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)titled .*(\b404\b|not found|no longer (exists|available)|does not exist|찾을 수 없|존재하지 않|없는 (페이지|게시판|주소))")
        .expect("a constant pattern")
});

/// Page 1 was admitted.
pub(super) fn note_rows<S>(
    crew: &Crew<S>,
    board: BoardId,
    listing: &ListingPage,
    known: &HashMap<ArticleKey, Known>,
) {
    crew.polls.note(board, |seen| {
        seen.answer = Answer::Rows;
        seen.n_rows = u32::try_from(listing.ordinary().count()).ok();
        seen.titles = listing.ordinary().map(fingerprint).collect();
        for row in listing.ordinary() {
            count_row(seen, row, known.get(&row.key));
        }
    });
}

/// Key and title, as short as can be compared.
fn fingerprint(row: &Row) -> (u64, u64) {
    (short_hash(row.key.as_str()), short_hash(&row.title))
}

/// Stable between versions and machines: it is kept.
fn short_hash(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    let (first, _) = hash
        .as_bytes()
        .split_first_chunk()
        .expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}

fn count_row(seen: &mut Observation, row: &Row, known: Option<&Known>) {
    seen.count(Field::RowAuthor, row.author.is_some());
    seen.count(Field::RowDate, row.posted.is_some());
    seen.count(Field::RowRank, row.rank.is_some());
    seen.count(Field::RowViews, row.views.is_some());
    let Some(known) = known.filter(|known| known.before_this_pass) else {
        return;
    };
    if let (Some(now), Some(before)) = (&row.posted, &known.posted) {
        seen.count(Field::DateAsBefore, is_same_date(now, before));
    }
}

fn is_same_date(now: &PostedAt, before: &PostedAt) -> bool {
    now.at.duration_since(before.at).abs() <= SAME_DATE
}

/// Page 1 shows no listing, or nothing in it; `why` says what was looked for.
pub(super) fn note_no_rows<S>(
    crew: &Crew<S>,
    board: BoardId,
    class: PageClass,
    reason: &str,
    why: &str,
) {
    let answer = match (class, reason) {
        (PageClass::Challenge, _) | (_, "status 403") => Answer::Blocked(reason.to_owned()),
        (PageClass::Restricted | PageClass::Login, _) => Answer::MembersOnly(reason.to_owned()),
        (PageClass::Gone | PageClass::Closed, _) => Answer::NotThere(reason.to_owned()),
        (PageClass::Unknown, _) if NOT_THERE.is_match(reason) => Answer::NotThere(why.to_owned()),
        (PageClass::Error, _) => Answer::None(why.to_owned()),
        _ => Answer::Unreadable(why.to_owned()),
    };
    crew.polls.note(board, |seen| seen.answer = answer);
}

/// The profile does not fit, and could not be repaired.
pub(super) fn note_misfit<S>(crew: &Crew<S>, board: BoardId, finding: &Finding) {
    let difference = finding.difference.clone();
    let finding = finding.to_string();
    crew.polls.note(board, |seen| {
        seen.difference = difference;
        // Page 1 was not admitted, or it was and its articles cannot be read.
        if seen.answer != Answer::Rows {
            seen.answer = Answer::Unreadable(finding.clone());
        }
        seen.misfit = Some(finding);
    });
}

/// The host does not want us, whatever was asked for.
pub(super) fn note_block<S>(crew: &Crew<S>, board: BoardId, reason: &str) {
    let answer = Answer::Blocked(reason.to_owned());
    crew.polls
        .note_refusal(&crew.board(board).board.host, &answer);
    crew.polls.note(board, |seen| seen.answer = answer);
}

/// No page came.
pub(super) fn note_failure<S>(crew: &Crew<S>, job: &Job, error: &FetchError, said: &str) {
    // Whatever made the host pause has been noted.
    let Some(answer) = answer_without_page(error, said) else {
        return;
    };
    if error.pause.is_some() {
        crew.polls
            .note_refusal(&crew.board(job.board).board.host, &answer);
    }
    if matches!(job.kind, JobKind::Listing { page: 1, .. }) {
        crew.polls.note(job.board, |seen| seen.answer = answer);
    }
}

/// What a host has answered from which no page came. `None`: nothing was asked.
pub(super) fn answer_without_page(error: &FetchError, said: &str) -> Option<Answer> {
    let said = said.to_owned();
    Some(match &error.kind {
        FetchErrorKind::Paused { .. } => return None,
        FetchErrorKind::Busy { status: 429, .. }
        | FetchErrorKind::Blocked { .. }
        | FetchErrorKind::Robots { .. } => Answer::Blocked(said),
        FetchErrorKind::Encoding { .. }
        | FetchErrorKind::NotText { .. }
        | FetchErrorKind::TooLarge { .. } => Answer::Unreadable(said),
        _ => Answer::None(said),
    })
}

/// The page of an article was read.
pub(super) fn note_article<S>(crew: &Crew<S>, board: BoardId, content: &Article) {
    crew.polls.note(board, |seen| match content.class {
        PageClass::Article => {
            let says_something = !content.text.is_empty() || !content.images.is_empty();
            seen.count(Field::ArticleFound, true);
            seen.count(Field::ArticleText, says_something);
            seen.count(Field::ArticleAuthor, content.author.is_some());
            seen.count(Field::ArticleDate, content.posted.is_some());
        }
        PageClass::Listing | PageClass::Error | PageClass::Unknown => {
            seen.count(Field::ArticleFound, false);
        }
        PageClass::Restricted
        | PageClass::Gone
        | PageClass::Closed
        | PageClass::Login
        | PageClass::Challenge => {}
    });
}
