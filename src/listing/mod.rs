//! A listing page → rows, pager, and where the walk goes next. Pure: never an error or a panic on any input, never a
//! request.

mod chain;
mod gaps;
mod header;
mod join;
mod linked;
mod page_links;
mod pager;
mod rows;
mod trace;
mod walk;

pub use chain::advance_chain;
pub use linked::linked_articles;
pub use page_links::{PageLinks, page_links};
pub use rows::{is_yearless, read_listing};
pub use trace::{RowTrace, explain_listing};
pub use walk::{Facts, Step, advance, begin, has_late, needs_count, skip};

#[cfg(test)]
mod tests;
