//! What the tags of a page do to what is open, one step a tag: all that a tree is made of. Told once, while the page is looked
//! through for what can be left out, and not again.

use super::MAX_TAGS;
use super::nesting::{Did, Nesting, Unclear};
use super::tags::{Attribute, Kind, Tags, Token};

/// A tag, or what stands in a tag's place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'t> {
    Tag(Tag<'t>),
    /// From here to there nothing is wanted.
    Gap(usize, usize),
    /// From here on the steps of a part were not told; it is known that nothing in it is wanted.
    Untold(usize),
}

impl Step<'_> {
    pub fn start(&self) -> usize {
        match self {
            Self::Tag(tag) => tag.start,
            Self::Gap(start, _) | Self::Untold(start) => *start,
        }
    }
}

/// A tag or a comment, and what is open behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'t> {
    /// See [`Token`].
    pub kind: Kind,
    pub name: &'t str,
    pub inside: &'t str,
    pub start: usize,
    pub end: usize,
    pub n_attributes: u32,
    pub attributes_from: u32,
    /// Elements that are open.
    pub n_open: u32,
    pub did: What,
    /// Head and body have begun: words may stand here.
    pub allows_words: bool,
    /// Words stay in the innermost open element.
    pub takes_words: bool,
    pub is_in_svg: bool,
    /// Opened a `<table>`.
    pub is_table: bool,
}

/// [`Did`], in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Opened,
    Closed,
    /// An element by itself.
    Stood,
    Nothing,
}

impl<'t> Tag<'t> {
    /// Of a token that did this to what is open.
    pub fn of(token: &Token<'t>, did: Did, nesting: &Nesting<'t>) -> Self {
        let innermost = nesting.open().last();
        Self {
            kind: token.kind,
            name: token.name,
            inside: token.inside,
            start: token.start,
            end: token.end,
            n_attributes: narrow(token.n_attributes),
            attributes_from: narrow(token.attributes_from),
            n_open: narrow(nesting.open().len()),
            did: match did {
                Did::Opened => What::Opened,
                Did::Closed(..) => What::Closed,
                Did::Stood => What::Stood,
                Did::Nothing => What::Nothing,
            },
            allows_words: nesting.allows_words(),
            takes_words: innermost.is_some_and(|open| open.takes_words()),
            is_in_svg: nesting.is_in_svg(),
            is_table: did == Did::Opened && innermost.is_some_and(|open| open.is_table()),
        }
    }
}

/// All of these are far below it.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A way through a text, and the attributes of its tags.
#[derive(Debug, Default)]
pub(super) struct Way<'t> {
    pub steps: Vec<Step<'t>>,
    pub attributes: Vec<Attribute<'t>>,
}

/// That of a whole text.
///
/// # Errors
/// Its tags do not tell which elements are open.
pub(super) fn way_through(text: &str) -> Result<Way<'_>, Unclear> {
    let mut nesting = Nesting::new(text);
    let mut tags = Tags::new(text);
    let mut steps = Vec::with_capacity(text.len() / 48);
    while let Some(token) = tags.next() {
        if steps.len() >= MAX_TAGS || tags.n_attributes() > MAX_TAGS {
            return Err(Unclear("a page of very many tags"));
        }
        let did = nesting.follow(&token)?;
        tags.foreign = nesting.is_in_svg();
        steps.push(Step::Tag(Tag::of(&token, did, &nesting)));
    }
    Ok(Way {
        steps,
        attributes: tags.into_attributes(),
    })
}
