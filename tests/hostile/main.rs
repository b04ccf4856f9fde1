//! The hostile web, case by case: whatever a server sends, there is a clear error or verdict, nothing is lost, nothing
//! wrong is stored, time and memory are bounded, and the other boards do not notice.
//!
//! `wire` and `pages` are cases of the [`gauntlet`]: a board each, all crawled in one run. `addresses` is where links and
//! redirects lead, `injection` what a board writes into what we show, `properties` any bytes at all.

mod addresses;
mod gauntlet;
mod injection;
mod pages;
mod properties;
#[path = "../support/mod.rs"]
mod support;
mod wire;
