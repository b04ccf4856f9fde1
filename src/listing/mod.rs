//! Page → rows, pager. In: a parsed listing page, its final URL, a profile. Out: a [`ListingPage`] with warnings.
//! Pure: never an error or a panic on any input, never a request.

mod header;
mod pager;
mod rows;

pub use rows::read_listing;

#[cfg(test)]
mod tests;
