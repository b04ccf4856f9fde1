//! boardwalk keeps a complete, searchable, honest copy of web boards.
#![forbid(unsafe_code)]

pub mod model;

pub mod config;
pub mod dates;
pub mod profile;

pub mod schedule;

pub mod frontier;

pub mod fetch;

pub mod listing;

pub mod article;

pub mod dedup;

pub mod store;

pub mod outputs;

pub mod crawl;

pub mod cli;
pub mod telemetry;
