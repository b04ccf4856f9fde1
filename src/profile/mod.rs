//! How to read a board: TOML → compiled profile (selectors, identity rules, page classes); and which profile
//! fits a page.
//!
//! In: the text of a profile file. Out: a [`Profile`], or every complaint with line and column. Pure; the files
//! themselves are read by `config`, the built-in ones are embedded in the binary.

mod assigned;
mod calls;
mod compile;
mod feed;
pub mod files;
mod flat_data;
mod format;
mod hidden_links;
mod identity;
mod island;
pub mod json_list;
mod notes;
mod parse;
mod place;
mod recognise;
mod rule;
mod sections;
mod shape;
mod whole;
mod words;

pub use calls::{Call, with_links, without_scripts};
pub use format::ProfileFile;
pub use hidden_links::with_hidden_links;
pub use identity::{ArticleRef, BoardRef, Identity};
pub use island::{data_of, holds_data};
pub use json_list::JsonList;
pub use notes::Notes;
pub use parse::Complaint;
pub use place::place_of;
pub(crate) use recognise::words_asked;
pub use recognise::{Library, Recognised};
pub use rule::{Rule, UNSEEN, element_text, first_value, fold};
pub use sections::{
    ArticleRules, AttachmentKey, AttachmentRules, ClassRule, CommentRules, ListingRules,
    PagerRules, Profile,
};
pub(crate) use shape::{parameters, path_of};
pub use words::{mentions_pinned, says_pinned};

#[cfg(test)]
mod identity_tests;
#[cfg(test)]
mod tests;
