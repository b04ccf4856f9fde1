//! The recordings of real boards and marked pages in the development corpus, held against the truth about them. Needs
//! `BOARDWALK_CORPUS` (the folder `corpus`, with `tools/replay.py` beside it), python3, xz and gzip; without the variable
//! each test says so and passes, since the repository itself is self-contained.

#[path = "../support/mod.rs"]
mod support;

mod articles;
mod crawls;
mod links;
mod listings;
mod radar;
mod recording;
