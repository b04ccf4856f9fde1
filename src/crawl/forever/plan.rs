//! From configuration and archive to a planner that goes on where an earlier one stood.

use jiff::Timestamp;

use crate::config::{BoardOptions, ScheduleOptions};
use crate::fetch::host_key;
use crate::model::{BoardId, Pass, PassEnd, PassKind};
use crate::schedule::{BoardPlan, Limits, Planner, Poll};
use crate::store::SavedSchedule;

/// Passes of a board that its rhythm is learnt from, where no state was kept: two weeks at one in ten minutes.
const MOST_RECALLED: u32 = 2_016;
/// Likewise where one was, which is done after each pass.
const FEW_RECALLED: u32 = 16;

pub fn limits(schedule: &ScheduleOptions) -> Limits {
    Limits {
        zone: schedule.zone(),
        budget_per_s: schedule.budget_per_s,
        host_budget_per_s: schedule.host_budget_per_s,
        min_interval: schedule.min_interval,
        max_interval: schedule.max_interval,
    }
}

/// What the operator wishes for a board.
pub fn board_plan(board: &BoardOptions) -> BoardPlan {
    BoardPlan {
        host: host_key(&board.url),
        zone: board.timezone.clone(),
        policy: board.policy.clone(),
        open: board.open.clone(),
        weight: board.weight,
        max_delay: board.max_delay,
    }
}

/// A planner without boards, in the state that was kept. One that another version wrote is learnt anew.
pub fn planner(limits: Limits, saved: &SavedSchedule, now: Timestamp) -> Planner {
    let mut planner = Planner::new(limits, now);
    let state = saved.planner.as_deref();
    if let Some(state) = state.and_then(|text| serde_json::from_str(text).ok()) {
        planner.resume(state);
    }
    planner
}

/// How many of a board's last passes [`add_board`] wants to hear of.
pub fn n_passes_wanted(saved: &SavedSchedule, board: BoardId) -> u32 {
    match saved.boards.contains_key(&board) {
        true => FEW_RECALLED,
        false => MOST_RECALLED,
    }
}

/// Adds a board in the state that was kept, and what passes, oldest first, have found since.
pub fn add_board(
    planner: &mut Planner,
    board: BoardId,
    plan: BoardPlan,
    saved: &SavedSchedule,
    passes: &[Pass],
    now: Timestamp,
) {
    let state = saved.boards.get(&board);
    let state = state.and_then(|text| serde_json::from_str(text).ok());
    planner.add(board, plan, state, now);
    let polls: Vec<Poll> = passes.iter().map(poll_of).collect();
    planner.recall(board, &polls);
}

/// A finished pass as the schedule sees it. A new article is a post that was found.
pub fn poll_of(pass: &Pass) -> Poll {
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    Poll {
        started_at: pass.started_at,
        // A walk to the board's end is no poll: what it takes beyond page 1 comes out of the host's pace, not of the
        // budget of polls.
        n_requests: match pass.walk.kind {
            PassKind::Full => 1,
            PassKind::Incremental => count(pass.report.n_listing_pages),
        },
        n_new: (pass.end != Some(PassEnd::Stopped)).then(|| count(pass.report.n_new)),
        not_before: None,
    }
}
