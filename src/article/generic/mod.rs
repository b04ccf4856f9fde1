//! What a page for which there is no profile says: when it was posted ([`moment`]), and the posts of its thread or its
//! readers' comments ([`posts`]). Pure: no request, no error, no panic.

pub mod moment;
pub mod posts;
