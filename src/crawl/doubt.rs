//! Is an article to be believed whose page does not show what pages of this board always show? Nothing of it is stored
//! before a known article, asked for again, has come out as it is held.

use std::hash::BuildHasher as _;
use std::sync::{Arc, LazyLock};

use hashlink::DefaultHashBuilder;
use jiff::Timestamp;
use tracing::debug;
use url::Url;

use super::board::BoardContext;
use super::crew::Crew;
use super::fit::{Glance, article_reading, labels};
use super::mend::{Mended, REPAIRED, get_page, mend};
use super::parsing::in_turn;
use crate::article::read_article;
use crate::health::fit::{Evidence, Finding, Measure, Reading, difference, doubts};
use crate::model::{Article, ArticleId, ArticleState, Outcome, PageClass};
use crate::profile::fold;
use crate::store::{ArticleFields, ArticleTarget, Exemplar, Store, StoreError};

/// Known articles that are asked for at most.
const MAX_CANARIES: u32 = 5;
/// A shorter text may be the same by chance.
const MIN_LETTERS: usize = 12;
/// A shorter title may stand on any page.
const MIN_TITLE: usize = 4;

/// What is odd about an article.
struct Doubts {
    evidence: Vec<Evidence>,
    difference: Vec<String>,
    /// The article that was believed before it, if it has the same text.
    repeated: Option<ArticleId>,
    /// Its row counts comments, and none was read.
    comments: bool,
}

/// The profile is one that boardwalk made from another.
fn is_repaired(board: &BoardContext) -> bool {
    board.board.profile.contains(REPAIRED)
}

/// What follows where an article is in doubt and known ones do not come out as they are held. `None`: it is as always, or
/// odd by itself.
pub(super) async fn doubted<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    target: &ArticleTarget,
    content: &Article,
    glance: Glance,
    at: Timestamp,
) -> Result<Option<Outcome>, StoreError> {
    let id = board.board.id;
    let is_article = content.class == PageClass::Article;
    let title = fold(&target.listed_title);
    // Deleted and closed posts do not show their titles; a page that cannot be read any more does.
    if !is_article && (title.chars().count() < MIN_TITLE || !glance.words.contains(title.as_str()))
    {
        return Ok(None);
    }
    let reading = article_reading(content, glance, target);
    // Articles that come at the same time are in the same doubt; and of two with one text, each must know of the other.
    let doubting = crew.fits.of(id, |fit| Arc::clone(&fit.doubting));
    let one_at_a_time = doubting.lock().await;
    if !Arc::ptr_eq(board, &crew.board(id)) {
        return Ok(Some(Outcome::Retry {
            due_at: at,
            error: "the profile that it was read by was repaired meanwhile".into(),
            counts: false,
        }));
    }
    let odd = odd(crew, board, target, content, &reading);
    let labels = labels(&odd.evidence, &odd.difference);
    let is_cleared = || {
        crew.fits.of(id, |fit| {
            labels.iter().all(|label| fit.cleared.contains(label))
        })
    };
    if !is_cleared() {
        let fits = match as_held(crew, target, content).await? {
            true => Some(true),
            false => known_come_out(crew, board, Some(target.id), odd.comments).await?,
        };
        // Comments that no known article has were no part of any proof.
        let unproven = fits.is_none() && odd.comments && is_repaired(board);
        if fits == Some(false) || unproven {
            return misread(crew, board, odd, at).await.map(Some);
        }
        debug!(
            "{}: {labels:?}, and yet it is to be believed",
            board.board.name
        );
        crew.fits.of(id, |fit| fit.cleared.extend(labels));
    }
    if is_article {
        crew.fits.of(id, |fit| {
            fit.last_text = text_hash(content).map(|hash| (target.id, hash));
        });
        drop(one_at_a_time);
        crew.fits.note(&crew.store, id, &reading).await?;
    }
    Ok(None)
}

fn odd<S>(
    crew: &Crew<S>,
    board: &BoardContext,
    target: &ArticleTarget,
    content: &Article,
    reading: &Reading,
) -> Doubts {
    let before = crew.fits.of(target.board, |fit| fit.before.clone());
    let is_known = before.is_reliable(Measure::ArticleFound);
    let mut odd = Doubts {
        evidence: doubts(&before, reading),
        difference: Vec::new(),
        repeated: crew.fits.of(target.board, |fit| {
            let (article, text) = fit.last_text?;
            (article != target.id && Some(text) == text_hash(content)).then_some(article)
        }),
        comments: false,
    };
    let comments = reading.shares.get(&Measure::CommentsFound);
    if let Some(now) = comments.filter(|share| share.n < share.of) {
        let reliable = before.is_reliable(Measure::CommentsFound);
        odd.comments = reliable || is_repaired(board);
        if odd.comments && !reliable {
            odd.evidence.push(Evidence {
                measure: Measure::CommentsFound,
                before: before.share(Measure::CommentsFound).rate(),
                now: *now,
            });
        }
    }
    if is_known {
        odd.difference = difference(&before, reading);
    }
    odd.repeated = odd.repeated.filter(|_| is_known);
    if odd.repeated.is_some() {
        odd.difference.push("text: that of another article".into());
    }
    odd
}

/// `None`: it has none to be told by.
fn text_hash(content: &Article) -> Option<u64> {
    static SEED: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    let has_text = content.class == PageClass::Article && !content.text.is_empty();
    has_text.then(|| SEED.hash_one(&content.text))
}

/// An article that comes out as it is held is its own witness.
async fn as_held<S: Store>(
    crew: &Crew<S>,
    target: &ArticleTarget,
    content: &Article,
) -> Result<bool, StoreError> {
    if target.state != ArticleState::Stored || content.class != PageClass::Article {
        return Ok(false);
    }
    let held = crew.store.reading(target.id).await?;
    Ok(held.is_some_and(|held| held.has_content && says(content, &held.fields)))
}

/// Whether a known article, asked for again, comes out as it is held. One that does is enough: others may have been
/// edited. `None`: none could be compared.
pub(super) async fn known_come_out<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    but: Option<ArticleId>,
    with_comments: bool,
) -> Result<Option<bool>, StoreError> {
    let id = board.board.id;
    let before = crew.fits.of(id, |fit| fit.since);
    let mut fits = None;
    for exemplar in crew.store.exemplars(id, MAX_CANARIES, before).await? {
        let reading = &exemplar.reading;
        let tells = reading.fields.text.chars().count() >= MIN_LETTERS
            && (!with_comments || exemplar.n_comments > 0);
        if Some(reading.article) == but || !tells {
            continue;
        }
        if let Some(same) = canary(crew, board, exemplar).await? {
            fits = Some(same);
            if same {
                break;
            }
        }
    }
    Ok(fits)
}

/// The layout has changed: it is read again by a repaired profile, or waits for one.
async fn misread<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    odd: Doubts,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    if let Some(earlier) = odd.repeated {
        let reason = "its text is that of another article: the layout has changed";
        crew.store.distrust(earlier, reason.to_owned(), at).await?;
    }
    let mut difference = odd.difference;
    if odd.evidence.is_empty() && difference.is_empty() {
        difference.push("text: known articles do not show theirs any more".into());
    }
    let finding = Finding::of_articles(odd.evidence, difference);
    let error = match mend(crew, board, &finding, at).await? {
        Mended::Repaired => format!("{finding}; it is read again by the repaired profile"),
        Mended::Broken(why_not) => format!("{finding}; not repaired: {why_not}"),
    };
    Ok(Outcome::Retry {
        due_at: at,
        error,
        counts: false,
    })
}

/// A known article is asked for: does it still come out as it is held? `None`: nothing came to compare.
async fn canary<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    exemplar: Exemplar,
) -> Result<Option<bool>, StoreError> {
    let Ok(url) = Url::parse(&exemplar.url) else {
        return Ok(None);
    };
    let Some(page) = get_page(crew, board, url).await? else {
        return Ok(None);
    };
    let context = Arc::clone(board);
    let same = in_turn(move || {
        let html = crate::document::parse(&page.text);
        let now = read_article(&page.view(&html), &context.profile, &context.read_options);
        let held = &exemplar.reading.fields;
        // It may have been deleted or closed meanwhile; its page then does not show its title.
        if now.class != PageClass::Article && !page.text.contains(held.title.as_str()) {
            return None;
        }
        Some(says(&now, held) && (exemplar.n_comments == 0 || !now.comments.is_empty()))
    })
    .await;
    Ok(same)
}

/// Whether a reading says what is held.
fn says(now: &Article, held: &ArticleFields) -> bool {
    let fields = ArticleFields {
        title: now.title.clone().unwrap_or_default(),
        category: now.category.clone(),
        text: now.text.clone(),
        images: now.images.clone(),
        attachments: now.attachments.clone(),
        ..ArticleFields::default()
    };
    let same_date = match (&held.posted, &now.posted) {
        (Some(held), Some(now)) => held.agrees(now),
        (Some(_), None) => false,
        (None, _) => true,
    };
    now.class == PageClass::Article
        && fields.same_content(held)
        && (now.author == held.author || held.author.is_none())
        && same_date
}
