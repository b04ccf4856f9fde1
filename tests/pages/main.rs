//! Pages that are read without a crawl: what they say, in whole and in part, and what reading them costs.

#[path = "../support/cpu.rs"]
mod cpu;

mod cut;
mod dates_and_posts;
mod edits;
mod extraction;
mod work;
