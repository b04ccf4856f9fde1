//! Measures schedules on traces of posts.

pub mod hindsight;
pub mod oracle;
pub mod replay;
pub mod traces;
