//! What a run did, for the operator and for scripts.

use serde::Serialize;

use crate::health::fit::Finding;
use crate::model::PassReport;

/// How a run ended; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Finish {
    /// All that was due is done.
    Done,
    /// Some pages failed or were put off; a later run goes on with them.
    Partial,
    /// Nothing could be crawled.
    Nothing,
    /// A signal.
    Interrupted,
}

impl Finish {
    /// The command contract's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Partial => 1,
            Self::Nothing => 3,
            Self::Interrupted => 130,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct CrawlReport {
    pub finish: Finish,
    pub boards: Vec<BoardReport>,
    /// Requests of all kinds, robots files and redirects included.
    pub n_requests: u64,
    pub duration_s: f64,
    /// Where the archive is.
    pub database: String,
    /// What the operator can do next.
    pub hints: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct BoardReport {
    pub name: String,
    pub url: String,
    pub profile: Option<String>,
    /// `complete`, `caught up`, `limit`, `stopped`; `None`: the walk was not finished.
    pub walk: Option<&'static str>,
    /// What this run did.
    #[serde(flatten)]
    pub counts: PassReport,
    /// Pages still queued.
    pub n_queued: u64,
    /// Those of them whose article is said to be gone: it is asked for once more before that is believed.
    pub n_unconfirmed: u64,
    /// Stretches of the listing that could not be read or joined.
    pub n_gaps: u64,
    /// Why nothing, or not all, was read.
    pub trouble: Option<String>,
    /// The layout had changed, and a repaired profile reads it now: what was found, and what that profile proved.
    pub repaired: Option<String>,
    /// The layout has changed and the profile could not be repaired: how that is known.
    pub misfit: Option<Finding>,
}
