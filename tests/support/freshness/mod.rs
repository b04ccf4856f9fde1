//! Measures schedules on traces of posts.

pub mod oracle;
pub mod replay;
pub mod traces;
