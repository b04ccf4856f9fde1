//! The nouns every stage speaks of. No I/O, no clock, no knowledge of HTML, SQL or HTTP; imports nothing of ours.
//!
//! *Board* a listing with pages. *Row* one line of it. *Article* the post behind a row. *Key* an article's
//! permanent identity. *Rank* the number column (on most boards a count from the oldest post, not an id).
//! *Pass* one walk of a board. *Visit* one job: a request and all that follows from it.

mod article;
mod board;
mod clock;
mod event;
mod job;
mod key;
mod page;
mod pass;
mod row;
mod settlement;
mod text;
mod time;

pub use article::{
    Article, ArticleState, Attachment, Comment, CommentPages, Image, PageClass, parents,
};
pub use board::{Board, BoardId, NewBoard};
pub use clock::{Clock, ManualClock, SystemClock};
pub use event::EventKind;
pub use job::{Job, JobId, JobKind, JobPriority, NewJob};
pub use key::{ArticleKey, BoardScope};
pub use page::{Receipt, Visited};
pub use pass::{
    Edge, Gap, GapId, GapReason, GapSteps, OpenGap, Pass, PassEnd, PassId, PassKind, PassReport,
    Walk,
};
pub use row::{ListingPage, Pager, Row};
pub use settlement::{ArticleId, HostPause, Known, Outcome, Settled, Settlement};
pub use text::{escape, is_escaped, steers};
pub use time::{Calendar, NumberOrder, PostedAt, Precision};
