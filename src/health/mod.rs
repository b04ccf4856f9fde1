//! What is missing, and how is it known? The ledger of ranks, the deletion radar, and what a suspicion is worth.
//!
//! On most boards the number column is a *rank*: how many listed posts there are from the oldest up to this one. Then
//! the listed articles that we hold at or below a rank must be as many as that rank says. [`ledger`] keeps the order of
//! a board's articles and what each page read says of it; [`radar`] decides which few pages tell where articles have
//! vanished; [`confirm`] decides when a suspicion may become a tombstone; [`audit`] states how complete an archive is.
//! [`fit`] tells a page that reads badly from one that has little to say.
//! How a board does, whatever it shows, is [`verdict`]'s.
//!
//! Pure: in come sightings and counts, out come decisions. The store remembers, the conductor asks for pages.

pub mod audit;
pub mod confirm;
pub mod fit;
pub mod ledger;
pub mod radar;
pub mod verdict;

#[cfg(test)]
mod board_tests;
