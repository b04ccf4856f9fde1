//! The whole way, as a user goes it: the program crawls a board over HTTP, and what it exports is compared with what
//! the board holds. Numbers in the names of tests are those of the catalogue of cases.

mod articles;
mod bytes;
mod copies;
mod counting;
mod drift;
mod engines;
mod fakes;
mod identity;
mod outputs;
mod radar;
mod recovering;
mod rows;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod time_travel;
mod walking;
