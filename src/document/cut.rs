//! A page without what nobody asks for. html5ever takes nearly all of a page's time, and most of a page is menus, other
//! posts, styles and scripts.
//!
//! In: a page's text, and the elements that will be looked for. Out: the text without boxes (`<div>`, `<ul>`, `<table>`, …),
//! scripts and styles in which none of them is, such that the parser makes the same tree of it, less those. Elements
//! that are wanted stay to the letter, and so does all they stand in.
//!
//! The page is followed by its tags alone. Where these do not tell for sure which elements are open, nothing is cut:
//! [`Unclear`].

use std::borrow::Cow;
use std::collections::HashSet;

use super::nesting::{Did, Nesting, Unclear};
use super::tags::{Attributes, Kind, Tags, Token};
use super::wanted::{Note, Seen, Wanted, is_coded};

/// Below this many bytes the parser is as quick as the search.
const SMALL: usize = 4 * 1024;

/// What was to be noted of the elements that were left out, and of some of those they stood in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut<'t> {
    /// Attributes, as they are written.
    pub ids: HashSet<&'t str>,
    pub classes: HashSet<&'t str>,
    /// Where links lead to, as it is written but for `&amp;`.
    pub links: Vec<Cow<'t, str>>,
}

/// `text` without what is not wanted. `None`: all is wanted, or too little is not to be worth a copy.
///
/// # Errors
/// The page's tags do not tell which elements are open.
pub(super) fn cut<'t>(
    text: &'t str,
    wanted: &Wanted,
) -> Result<Option<(String, LeftOut<'t>)>, Unclear> {
    if text.len() < SMALL {
        return Ok(None);
    }
    let mut cutter = Cutter {
        nesting: Nesting::new(text),
        wanted,
        kept_below: None,
        apart_below: None,
        left_out: LeftOut::default(),
        gaps: Vec::new(),
    };
    let mut tags = Tags::new(text);
    let mut words_from = 0;
    while let Some(token) = tags.next() {
        if !cutter.nesting.allows_words() && !text[words_from..token.start].trim_ascii().is_empty()
        {
            return Err(Unclear("words outside the body"));
        }
        words_from = token.end;
        cutter.follow(&token)?;
        tags.foreign = cutter.nesting.is_in_svg();
    }
    let n_cut: usize = cutter.gaps.iter().map(|(from, to)| to - from).sum();
    let is_worth_it = n_cut > text.len() / 8;
    Ok(is_worth_it.then(|| (without(text, &cutter.gaps, n_cut), cutter.left_out)))
}

struct Cutter<'t, 'w> {
    nesting: Nesting<'t>,
    wanted: &'w Wanted,
    /// Inside a wanted element: how many elements it stands in.
    kept_below: Option<usize>,
    /// Inside an element in which nothing is noted, likewise.
    apart_below: Option<usize>,
    left_out: LeftOut<'t>,
    /// What is cut out so far, in order.
    gaps: Vec<(usize, usize)>,
}

impl<'t> Cutter<'t, '_> {
    fn follow(&mut self, token: &Token<'t>) -> Result<(), Unclear> {
        let did = self.nesting.follow(token)?;
        let n_open = self.nesting.open().len();
        // A start tag may have closed elements on its way.
        let n_around = n_open - usize::from(did == Did::Opened);
        if self.kept_below.is_some_and(|n| n_around <= n) {
            self.kept_below = None;
        }
        if self.apart_below.is_some_and(|n| n_around <= n) {
            self.apart_below = None;
        }
        if self.kept_below.is_some() {
            return Ok(());
        }
        match did {
            Did::Opened | Did::Stood => self.meet(token, did, n_around)?,
            Did::Closed(start, true) => self.leave_out(start, token.end),
            Did::Closed(..) | Did::Nothing => {}
        }
        Ok(())
    }

    fn meet(&mut self, token: &Token<'t>, did: Did, n_around: usize) -> Result<(), Unclear> {
        let seen = Seen::from(token);
        let around = self.nesting.open()[..n_around].iter().map(|open| open.seen);
        if self.wanted.may_be(seen, around.clone()) {
            if self.wanted.hangs(seen) || around.clone().any(|outer| self.wanted.hangs(outer)) {
                return Err(Unclear("a selector asks for what stands beside it"));
            }
            if did == Did::Opened {
                self.kept_below = Some(n_around);
            }
            if let Some(open) = self.nesting.last_mut() {
                open.holds_wanted = true;
            }
            return Ok(());
        }
        self.note(seen, did, n_around)?;
        if token.kind == Kind::Text
            && self.nesting.is_plain()
            && ["script", "style", "noscript"]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(token.name))
        {
            self.leave_out(token.start, token.end);
        }
        Ok(())
    }

    /// Nobody sees this element any more.
    fn note(&mut self, seen: Seen<'t>, did: Did, n_around: usize) -> Result<(), Unclear> {
        match &self.wanted.note {
            Note::Nothing => {}
            Note::Names(_) if self.apart_below.is_some() => {}
            Note::Names(apart) => {
                let around = self.nesting.open()[..n_around].iter().map(|open| open.seen);
                if apart.may_be(seen, around) {
                    self.apart_below = (did == Did::Opened).then_some(n_around);
                    return Ok(());
                }
                if seen.id.into_iter().chain(seen.class).any(is_coded) {
                    return Err(Unclear("a name in character references"));
                }
                self.left_out.ids.extend(seen.id);
                self.left_out.classes.extend(seen.class);
            }
            Note::Links if seen.name.eq_ignore_ascii_case("a") => {
                let link = Attributes::new(seen.inside)
                    .find(|(name, _)| name.eq_ignore_ascii_case("href"))
                    .map(|(_, value)| value);
                if link.is_some_and(is_coded) {
                    return Err(Unclear("a link in character references"));
                }
                let decoded = link.map(|link| match link.contains("&amp;") {
                    true => Cow::Owned(link.replace("&amp;", "&")),
                    false => Cow::Borrowed(link),
                });
                self.left_out.links.extend(decoded);
            }
            Note::Links => {}
        }
        Ok(())
    }

    fn leave_out(&mut self, from: usize, to: usize) {
        while self.gaps.last().is_some_and(|(start, _)| *start >= from) {
            self.gaps.pop();
        }
        self.gaps.push((from, to));
    }
}

fn without(text: &str, gaps: &[(usize, usize)], n_cut: usize) -> String {
    let mut rest = String::with_capacity(text.len() - n_cut);
    let mut at = 0;
    for (from, to) in gaps {
        rest.push_str(&text[at..*from]);
        at = *to;
    }
    rest.push_str(&text[at..]);
    rest
}
