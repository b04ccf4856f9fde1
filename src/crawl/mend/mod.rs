//! A board whose profile no longer fits: a bounded number of polite requests for pages whose records are known, a new
//! profile from them, and the proof gate. Without proof the board stays broken and says why.

mod material;
mod search;

use std::sync::Arc;

use jiff::Timestamp;
use tracing::{info, warn};

pub(super) use material::get_page;

use super::board::BoardContext;
use super::crew::{Crew, Trouble};
use super::proof::Proof;
use super::symptoms::note_misfit;
use crate::health::fit::Finding;
use crate::learn::repair::{self, Candidate};
use crate::profile::Profile;
use crate::store::{Repair, Store, StoreError};

/// Stands in the name of every profile made here.
pub(super) const REPAIRED: &str = "-repaired-";

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
    note_misfit(crew, id, finding);
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
        Arc::make_mut(&mut fit.before).forget_spots();
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

/// Fetches what is needed and makes a profile that passes the gate.
async fn make<S: Store>(
    crew: &Crew<S>,
    board: &Arc<BoardContext>,
    at: Timestamp,
) -> Result<Result<(Candidate, Proof), String>, StoreError> {
    let material = match material::gather(crew, board, at).await? {
        Ok(material) => material,
        Err(why_not) => return Ok(Err(why_not)),
    };
    let made = tokio::task::spawn_blocking(move || search::find(&material)).await;
    Ok(made.expect("learning and reading are pure and do not panic"))
}
