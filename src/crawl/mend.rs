//! A board whose profile no longer fits: a bounded number of polite requests for pages whose records are known, a new
//! profile from them, and the proof gate. Without proof the board stays broken and says why.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tracing::{debug, info, warn};
use url::Url;

use super::board::{BoardContext, decode_bytes};
use super::crew::{Crew, Trouble};
use super::proof::{self, Court, MIN_ARTICLES, MIN_LISTINGS, Page, Proof, Witness};
use crate::article::read_article;
use crate::fetch::{FetchError, Fetched};
use crate::health::fit::Finding;
use crate::learn::repair::{self, Candidate, KnownArticle, KnownPages, Part};
use crate::listing::read_listing;
use crate::model::{Article, ArticleKey, PageClass, Pager, Row};
use crate::profile::Profile;
use crate::store::{Exemplar, RawVisit, Repair, Store, StoreError};

/// Stands in the name of every profile made here.
pub(super) const REPAIRED: &str = "-repaired-";

/// Known articles that are asked for. Some may be gone by now, or edited.
const MAX_ARTICLES: usize = 26;
/// Answers after which no more are asked for.
const ENOUGH_ARTICLES: usize = 22;
/// Stored listing pages from which rows are known: new posts have moved them down since.
const STORED_LISTINGS: u32 = 4;
/// A board that could not be repaired is not tried again before this long has passed: it costs thirty requests.
const TRY_EVERY_S: i64 = 6 * 3_600;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mended {
    /// Another profile reads the board from now on; what was read is to be read again.
    Repaired,
    /// Why not.
    Broken(String),
}

/// Repairs a board's profile, or says why that cannot be; either is written down. One board at a time: whoever comes
/// second finds the work done.
pub(super) async fn mend<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    finding: &Finding,
    at: Timestamp,
) -> Result<Mended, StoreError> {
    let _one_at_a_time = crew.mending.lock().await;
    let id = board.board.id;
    if !Arc::ptr_eq(board, &crew.board(id)) {
        return Ok(Mended::Repaired);
    }
    warn!("{}: {finding}", board.board.name);
    for line in &finding.difference {
        info!("{}: {line}", board.board.name);
    }
    let (tried, broken) = crew.fits.of(id, |fit| {
        (std::mem::replace(&mut fit.tried, true), fit.broken.clone())
    });
    let lately = broken.filter(|broken| at.duration_since(broken.tried_at).as_secs() < TRY_EVERY_S);
    let made = match (tried, lately) {
        // The one that was made in this run has been proven, and yet: a second guess would be no better.
        (true, _) if crew.fits.of(id, |fit| fit.repaired.is_some()) => {
            Err("the repaired profile does not fit either".to_owned())
        }
        (_, Some(broken)) => Err(broken.why_not),
        _ => make(crew, board, at).await?,
    };
    let why_not = match made {
        Ok((profile, proof)) => {
            match put_in_place(crew, board, profile, &proof, finding, at).await? {
                None => return Ok(Mended::Repaired),
                Some(why_not) => why_not,
            }
        }
        Err(why_not) => why_not,
    };
    crew.fits
        .set_broken(&crew.store, board, finding, &why_not, at)
        .await?;
    crew.trouble(
        id,
        Trouble {
            what: format!("{finding}; not repaired: {why_not}"),
            advice: "`boardwalk profile show` prints the profile that stopped fitting; nothing was stored by it".into(),
        },
    );
    Ok(Mended::Broken(why_not))
}

/// Keeps the new profile, and reads the board by it unless the old one is the operator's own. Then answers why not.
async fn put_in_place<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    candidate: Candidate,
    proof: &Proof,
    finding: &Finding,
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let id = board.board.id;
    let earlier = crew.store.repairs(id).await?;
    let name = free_name(&board.profile.engine, &board.board.key, earlier.len());
    let proof = proof.words();
    let comment = format!(
        "Repaired from {}: {}; {proof}.",
        board.profile.engine, candidate.how
    );
    let Some(text) = repair::with_name(&candidate.text, &name, &comment) else {
        return Ok(Some("the new profile cannot be written down".into()));
    };
    let undone = earlier
        .iter()
        .any(|repair| repair.undone_at.is_some() && same_rules(&repair.text, &text));
    if undone {
        return Ok(Some(
            "the operator has gone back from this repair before".into(),
        ));
    }
    let profile = match Profile::from_toml(&text) {
        Ok(profile) => profile,
        Err(complaints) => {
            let first = complaints.first().map(ToString::to_string);
            return Ok(Some(format!(
                "the new profile cannot be used: {}",
                first.unwrap_or_default()
            )));
        }
    };
    let offered = board.own_profile;
    let known = offered
        && earlier
            .iter()
            .any(|repair| repair.offered && same_rules(&repair.text, &text));
    if !known {
        let repair = Repair {
            at,
            old_name: board.profile.engine.clone(),
            name: name.clone(),
            text,
            offered,
            finding: finding.to_string(),
            proof: proof.clone(),
            undone_at: None,
        };
        crew.store.save_repair(id, repair).await?;
    }
    if offered {
        return Ok(Some(format!(
            "its profile is your own: `boardwalk profile show {} --repaired` prints one that fits ({proof})",
            board.board.name
        )));
    }
    info!("{}: repaired as {name}: {proof}", board.board.name);
    crew.replace_board(board.with_profile(profile));
    crew.fits.of(id, |fit| {
        fit.history.forget_spots();
        fit.before.forget_spots();
        fit.cleared.clear();
        fit.broken = None;
        fit.repaired = Some(format!("{finding}; repaired: {proof}"));
    });
    crew.fits.save(&crew.store, id).await?;
    Ok(None)
}

/// `gnuboard5-repaired-1a2b3c-1`: a board's own, and one for each repair.
fn free_name(engine: &str, key: &str, n_earlier: usize) -> String {
    let base = engine.split(REPAIRED).next().unwrap_or(engine);
    let digest = blake3::hash(key.as_bytes()).to_hex();
    format!("{base}{REPAIRED}{}-{}", &digest[..6], n_earlier + 1)
}

/// Equal but for their names and comments.
fn same_rules(a: &str, b: &str) -> bool {
    let rules = |text: &str| {
        let mut table: toml::Table = text.parse().unwrap_or_default();
        table.remove("engine");
        table
    };
    rules(a) == rules(b)
}

/// Pages whose records are known, stored and fresh.
struct Material {
    profile: Arc<Profile>,
    options: crate::article::ReadOptions,
    stored_listings: Vec<Page>,
    fresh_listings: Vec<Page>,
    /// Stored page and fresh page of each known article.
    articles: Vec<(Exemplar, Page, Page)>,
}

/// Fetches what is needed and makes a profile that passes the gate.
async fn make<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    at: Timestamp,
) -> Result<Result<(Candidate, Proof), String>, StoreError> {
    let material = match gather(crew, board, at).await? {
        Ok(material) => material,
        Err(why_not) => return Ok(Err(why_not)),
    };
    let made = tokio::task::spawn_blocking(move || find(&material)).await;
    Ok(made.expect("learning and reading are pure and do not panic"))
}

async fn gather<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    at: Timestamp,
) -> Result<Result<Material, String>, StoreError> {
    let id = board.board.id;
    let exemplars = crew
        .store
        .exemplars(id, u32::try_from(MAX_ARTICLES).unwrap_or(u32::MAX))
        .await?;
    if exemplars.len() < MIN_ARTICLES as usize {
        return Ok(Err(format!(
            "no proof is possible: {} articles are held with their pages, and {MIN_ARTICLES} are needed",
            exemplars.len()
        )));
    }
    let since = crew
        .fits
        .of(id, |fit| fit.broken.as_ref().map(|broken| broken.since));
    let before = match since {
        Some(since) => since,
        None => match crew.store.open_pass(id).await? {
            Some(pass) => pass.started_at,
            None => at,
        },
    };
    let stored_listings: Vec<Page> = crew
        .store
        .stored_listings(id, STORED_LISTINGS, before)
        .await?
        .into_iter()
        .filter_map(|visit| stored_page(board, &visit))
        .collect();
    if stored_listings.len() < MIN_LISTINGS {
        return Ok(Err(format!(
            "no proof is possible: {} stored listing pages are held, and {MIN_LISTINGS} are needed",
            stored_listings.len()
        )));
    }
    let mut fresh_listings = Vec::new();
    for number in 1..=u32::try_from(MIN_LISTINGS).unwrap_or(2) {
        let url = board
            .profile
            .identity
            .listing_page(&board.board.url, number);
        let url = url.unwrap_or_else(|| board.board.url.clone());
        match get(crew, board, url).await {
            Ok(page) if page.status < 400 => fresh_listings.push(page),
            Ok(page) => return Ok(Err(format!("{} answered {}", page.url, page.status))),
            Err(error) => return Ok(Err(super::visit::error_text(&error))),
        }
    }
    let mut articles = Vec::new();
    for exemplar in exemplars {
        if articles.len() >= ENOUGH_ARTICLES || crew.stop.is_cancelled() {
            break;
        }
        let stored = exemplar.reading.visits.first();
        let (Some(stored), Ok(url)) = (
            stored.and_then(|visit| stored_page(board, visit)),
            Url::parse(&exemplar.url),
        ) else {
            continue;
        };
        match get(crew, board, url).await {
            Ok(page) if page.status < 400 && page.redirect_to.is_none() => {
                articles.push((exemplar, stored, page));
            }
            Ok(_) => {}
            Err(error) => warn!("{}: {}", board.board.name, super::visit::error_text(&error)),
        }
    }
    Ok(Ok(Material {
        profile: Arc::clone(&board.profile),
        options: board.read_options,
        stored_listings,
        fresh_listings,
        articles,
    }))
}

pub(super) async fn get<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    url: Url,
) -> Result<Page, FetchError> {
    let request = board.request(url, Some(board.board.url.clone()), "repair");
    let fetched = crew.fetcher.get(&request).await?;
    crew.tally.n_requests.fetch_add(
        fetched.receipts.len() as u64,
        std::sync::atomic::Ordering::Relaxed,
    );
    Ok(fresh_page(board, &fetched))
}

fn fresh_page(board: &BoardContext, fetched: &Fetched) -> Page {
    Page {
        text: board.decode(fetched).text,
        url: fetched.final_url.clone(),
        status: fetched.status,
        redirect_to: fetched.redirect_to.clone(),
        as_of: fetched.server_date.unwrap_or(fetched.received_at),
    }
}

fn stored_page(board: &BoardContext, visit: &RawVisit) -> Option<Page> {
    let url = Url::parse(&visit.final_url).ok()?;
    let decoded = decode_bytes(
        &visit.body,
        visit.content_type.as_deref(),
        &url,
        board.charset.as_deref(),
        board.profile.charset.as_deref(),
    );
    Some(Page {
        text: decoded.text,
        url,
        status: visit.status,
        redirect_to: None,
        as_of: visit.as_of,
    })
}

/// Makes candidates and tries them. Pure, on the blocking pool.
fn find(material: &Material) -> Result<(Candidate, Proof), String> {
    let parse = |page: &Page| crate::document::parse(&page.text);
    let profile = &material.profile;
    let stored: Vec<_> = material.stored_listings.iter().map(parse).collect();
    let fresh: Vec<_> = material.fresh_listings.iter().map(parse).collect();
    let mut rows: HashMap<ArticleKey, Row> = HashMap::new();
    let mut pagers: Vec<Pager> = Vec::new();
    for (page, html) in material.stored_listings.iter().zip(&stored) {
        let listing = read_listing(html, &page.url, profile, page.as_of);
        pagers.push(listing.pager);
        for row in listing.rows {
            rows.entry(row.key.clone()).or_insert(row);
        }
    }
    let mut trees = Vec::new();
    for (exemplar, stored, fresh) in &material.articles {
        let (old, new) = (parse(stored), parse(fresh));
        let expected = read_article(&stored.view(&old), profile, &material.options);
        // What its page says is what is held: the two belong together.
        let known =
            expected.class == PageClass::Article && expected.text == exemplar.reading.fields.text;
        if known {
            trees.push((fresh, old, new, expected));
        }
    }
    if trees.len() < MIN_ARTICLES as usize {
        return Err(format!(
            "no proof is possible: {} of the articles that are held could be fetched and compared, and {MIN_ARTICLES} are needed",
            trees.len()
        ));
    }
    let articles: Vec<KnownArticle<'_>> = trees
        .iter()
        .map(|(page, _, new, expected)| KnownArticle {
            page: page.seen(new),
            expected,
        })
        .collect();
    let mut pairs: Vec<_> = trees.iter().map(|(_, old, new, _)| (old, new)).collect();
    pairs.extend(stored.iter().zip(&fresh));
    let court = Court {
        listings: material.fresh_listings.iter().zip(&fresh).collect(),
        pagers,
        rows,
        witnesses: trees
            .iter()
            .map(|(page, _, html, expected)| Witness {
                page,
                html,
                expected,
            })
            .collect(),
        options: material.options,
    };
    let listings: Vec<_> = material
        .fresh_listings
        .iter()
        .zip(&fresh)
        .map(|(page, html)| page.seen(html))
        .collect();
    let known = KnownPages {
        profile,
        listings: &listings,
        rows: &court.rows,
        articles: &articles,
    };
    search(&court, &known, &pairs)
}

/// A candidate with its proof.
#[derive(Clone)]
struct Tried {
    candidate: Candidate,
    proof: Proof,
}

fn tried(court: &Court<'_>, text: Option<String>, how: String) -> Option<Tried> {
    let text = text?;
    let profile = Profile::from_toml(&text).ok()?;
    let proof = proof::try_on(court, &profile);
    debug!("tried {how}: {}", proof.words());
    Some(Tried {
        candidate: Candidate { text, how },
        proof,
    })
}

/// From the cheap and sure to what has to be looked for; the first that passes the gate is taken.
fn search(
    court: &Court<'_>,
    known: &KnownPages<'_>,
    pairs: &[(&scraper::Html, &scraper::Html)],
) -> Result<(Candidate, Proof), String> {
    let whole: Vec<Tried> = repair::renamed(&known.profile.text, pairs)
        .into_iter()
        .filter_map(|candidate| tried(court, Some(candidate.text), candidate.how))
        .collect();
    // Of equals the first: the one that changes least.
    let best = |stage: &'static str| {
        whole.iter().reduce(|held, new| {
            if new.proof.score(stage) > held.proof.score(stage) {
                new
            } else {
                held
            }
        })
    };
    let (Some(of_listing), Some(of_article)) = (best("listing."), best("article.")) else {
        return Err("the profile that stopped fitting cannot be read any more".into());
    };
    let mut held = of_article.clone();
    if of_listing.candidate.text != of_article.candidate.text {
        let listing = repair::part(&of_listing.candidate.text, Part::Listing);
        let mixed = listing.and_then(|part| repair::with_part(&held.candidate.text, &part));
        let how = format!(
            "listing: {}; articles: {}",
            of_listing.candidate.how, held.candidate.how
        );
        held = tried(court, mixed, how).unwrap_or(held);
    }
    if !held.proof.listing_holds() {
        held = better_listing(court, known, held);
    }
    if !held.proof.articles_hold() {
        held = better_fields(court, known, held);
    }
    if held.proof.holds() {
        Ok((held.candidate, held.proof))
    } else {
        Err(held.proof.words())
    }
}

fn better_listing(court: &Court<'_>, known: &KnownPages<'_>, held: Tried) -> Tried {
    let mut best = held.clone();
    for section in repair::listings(known) {
        let text = repair::with_listing(&held.candidate.text, &section);
        let how = format!("{}; rows found by their articles", held.candidate.how);
        if let Some(new) = tried(court, text, how)
            && new.proof.score("listing.") > best.proof.score("listing.")
        {
            best = new;
        }
    }
    best
}

/// Fields of the article that come out wrong, one after the other, by their known words.
fn better_fields(court: &Court<'_>, known: &KnownPages<'_>, mut held: Tried) -> Tried {
    const FIELDS: [(&str, &str); 5] = [
        ("body", "article.text"),
        ("title", "article.title"),
        ("author", "article.author"),
        ("date", "article.date"),
        ("category", "article.category"),
    ];
    let wrong = |tried: &Tried, measure: &str| {
        tried
            .proof
            .wrong("article.")
            .any(|(field, _)| field == measure || field == "article.found")
    };
    for (field, measure) in FIELDS {
        if !wrong(&held, measure) {
            continue;
        }
        let mut best = held.clone();
        for rules in repair::article_rules(known, field) {
            let text = repair::with_rules(&held.candidate.text, field, &rules);
            let how = format!("{}; {field} found by its words", held.candidate.how);
            if let Some(new) = tried(court, text, how)
                && new.proof.score("article.") > best.proof.score("article.")
            {
                best = new;
            }
        }
        held = best;
    }
    held
}

/// A known article is asked for: does it still come out as it is held? `None`: nothing came to compare, or it has no
/// comments and is to have some.
pub(super) async fn canary<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    exemplar: Exemplar,
    with_comments: bool,
) -> Result<Option<bool>, StoreError> {
    let Ok(url) = Url::parse(&exemplar.url) else {
        return Ok(None);
    };
    let Some(stored) = exemplar
        .reading
        .visits
        .first()
        .and_then(|visit| stored_page(board, visit))
    else {
        return Ok(None);
    };
    let context = Arc::clone(board);
    let before = tokio::task::spawn_blocking(move || read(&context, &stored)).await;
    let before = before.expect("reading is pure and does not panic");
    if before.class != PageClass::Article || (with_comments && before.comments.is_empty()) {
        return Ok(None);
    }
    let Ok(page) = get(crew, board, url).await else {
        return Ok(None);
    };
    if page.status >= 400 || page.redirect_to.is_some() {
        return Ok(None);
    }
    let context = Arc::clone(board);
    let same = tokio::task::spawn_blocking(move || {
        let now = read(&context, &page);
        let title = before.title.as_deref().unwrap_or_default();
        // It may have been deleted or closed meanwhile; its page then does not show its title.
        if now.class != PageClass::Article && !page.text.contains(title) {
            return None;
        }
        Some(proof::compare(&before, &now).iter().all(|(_, same)| *same))
    })
    .await;
    Ok(same.expect("reading is pure and does not panic"))
}

/// Pure, on the blocking pool.
fn read(board: &BoardContext, page: &Page) -> Article {
    let html = crate::document::parse(&page.text);
    read_article(&page.view(&html), &board.profile, &board.read_options)
}
