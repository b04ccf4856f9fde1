//! How to read a board.

mod format;

pub use format::ProfileFile;
