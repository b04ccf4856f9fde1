//! What the integration tests and the demo share: a board server on loopback that misbehaves on purpose, the
//! boards it serves, and a way to run the program against it.
//!
//! `server` speaks HTTP and keeps a log; `site` answers for a set of boards (`board`) in the markup of an engine
//! (`rhymix`, `gnuboard5`); `faults` spoils answers by a seeded plan; `crawl` runs the binary and reads its result;
//! `truth` compares what was stored with what the boards hold; `world` holds one of each. `shapes` and `variety` are
//! boards of many other engines, layouts and languages, as pages only; `replay` serves recorded boards, and `recorded`
//! compares what was stored of them with their databases.

// Each test file compiles its own copy of this module and uses a part of it.
#![allow(dead_code)]

pub mod board;
pub mod crawl;
pub mod daemon;
pub mod faults;
pub mod gnuboard5;
pub mod mutate;
pub mod posting;
pub mod recorded;
pub mod replay;
pub mod rhymix;
pub mod seed;
pub mod server;
pub mod shapes;
pub mod simulation;
pub mod site;
pub mod tongues;
pub mod truth;
pub mod variety;
pub mod world;
