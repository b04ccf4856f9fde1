//! When is a board due again, and when a post worth another look? In: what polls and visits have found, the time, and
//! what the operator allows. Out: moments, with a reason for each poll.
//!
//! Pure: reads no clock, file or network. [`revisit`] looks at one post at a time; a loop drives the planner of boards:
//!
//! ```text
//! planner.due(now)            → boards to poll now; none is handed out twice
//! planner.record(board, poll) ← what came of it: how many new posts
//! planner.next(board)         → when it is due next, and why then
//! planner.wake_at()           → when to ask again
//! ```
//!
//! # Adaptive
//! The aim is the least mean delay from posting to listing under a request budget. Post-seconds of waiting are gathered at
//! the board's rate; a poll is due when the waiting expected since the last one reaches the *price* of a request. One
//! price for all boards makes the best use of the budget (a poll moved from one board to another would lose more than
//! it gains), and leads to intervals that go with the square root of the rate, hour by hour. Each day spends its budget; busy
//! days of a week a little more, at the cost of the others, where that stays within three per cent.
//! [`rhythm`] learns rates, [`pattern`] weeks, [`price`] finds the price, [`planner`] keeps the spending to the budget.

mod hours;
mod limits;
mod pattern;
mod planner;
mod policy;
mod price;
mod reason;
mod revisit;
mod rhythm;
mod state;
#[cfg(test)]
mod tests;
mod week;

pub use hours::OpeningHours;
pub use limits::{BoardPlan, Limits};
pub use planner::{Planner, Poll};
pub use policy::{Cron, Policy};
pub use reason::{Next, Reason};
pub use revisit::{History, RevisitSchedule};
pub use state::{BoardState, PlannerState};
