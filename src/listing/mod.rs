//! A listing page → rows, pager, and where the walk goes next. Pure and synchronous; never an error, never a panic.

mod join;
mod walk;

pub use walk::{Facts, Step, advance, begin, skip};
