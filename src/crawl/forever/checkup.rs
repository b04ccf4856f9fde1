//! What a poll says of how its board does, as far as the pass and the visits have shown.

use jiff::Timestamp;
use tracing::{info, warn};

use crate::crawl::polls::{Over, PollEnd};
use crate::health::verdict::{Answer, Change, Observation};
use crate::model::{Pass, PassEnd};

/// Completes what was seen by what is known when the poll is over. `None`: nothing could be asked, and nobody knows
/// why, so it tells nothing.
pub(super) fn complete(
    seen: Observation,
    end: &PollEnd,
    pass: &Pass,
    refusal: Option<Answer>,
    n_listed: u64,
    now: Timestamp,
) -> Option<Observation> {
    let answer = match (end.over, &seen.answer) {
        (
            Over::GivenUp {
                not_before: Some(_),
            },
            Answer::None(_),
        ) if seen.statuses.is_empty() => refusal?,
        (_, answer) => answer.clone(),
    };
    let n_new = match end.over {
        Over::Walked => pass.report.n_new,
        Over::GivenUp { .. } => 0,
    };
    Some(Observation {
        at: now,
        answer,
        n_new,
        n_listed,
        walked_to_the_end: walked_to_the_end(pass, &seen),
        ..seen
    })
}

/// About how many rows there are down to where the walk came to an end. Counting rows would count those twice that were
/// read twice.
fn walked_to_the_end(pass: &Pass, seen: &Observation) -> Option<u64> {
    let n_rows = seen.n_rows?;
    (pass.end == Some(PassEnd::Complete)).then(|| u64::from(pass.walk.deepest) * u64::from(n_rows))
}

/// Tells the log of a change, once.
pub(super) fn tell(board: &str, change: Option<&Change>) {
    match change {
        Some(Change::Alarm { verdict, evidence }) => {
            warn!("{board}: {verdict}: {}", evidence.finding);
        }
        Some(Change::Recovered { verdict, since }) => {
            info!("{board}: no longer {verdict}, as it was since {since:.0}");
        }
        None => {}
    }
}
