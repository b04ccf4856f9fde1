//! When is a page worth another request? In: what is known of it and the moment. Out: a moment. Pure: reads no clock,
//! file or network.

mod revisit;

pub use revisit::{History, RevisitSchedule};
