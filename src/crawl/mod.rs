//! The conductor: takes one job through all stages, and boards from their first page to their last job.
//!
//! In: boards to crawl, a store, a fetcher, a clock. Out: what the store then holds, and a [`CrawlReport`].
//! Everything that follows from one visit is settled in one transaction ([`visit`]); nothing that matters is kept in
//! memory, so a run that is killed goes on with the next one. A claimed job is never cancelled: the first signal
//! lets the visits in flight end.

mod article_visit;
mod begin;
mod board;
mod crew;
mod doubt;
mod explain;
mod fit;
mod forever;
mod interface;
mod learning;
mod listing_visit;
mod mend;
mod once;
mod parsing;
mod parts;
mod polls;
mod preview;
mod proof;
mod radar;
mod relapse;
mod reparse;
mod report;
mod symptoms;
mod visit;
mod worker;

pub use board::{BoardContext, Tailor, Target, TargetError};
pub use crew::{Adviser, CrawlOptions, Observer, Sighting};
pub use explain::{Explanation, ListingSummary, RowSummary, explain};
pub use forever::{
    Assignment, Pulse, PulseOfBoard, Service, add_board, board_plan, crawl_forever, limits,
    n_passes_wanted, planner,
};
pub use once::{CrawlError, Outfit, crawl_once};
pub use preview::{ArticleSummary, KnownBy, Preview, preview};
pub use reparse::{Example, FieldReport, Reparse, ReparseReport, stored_board};
pub use report::{BoardReport, CrawlReport, Finish};
