//! Which elements are open at a place of a page? An account of the tags for pages that close what they open, as far as it
//! can be had without the parser's tree.
//!
//! In: tags, in order. Out: the open elements after each, or [`Unclear`] as soon as the parser might see other ones: elements
//! closed in another order than they were opened, words and tags where tables allow none, elements that mend what stands
//! before them. The rules that boards rely on are followed: end tags that may be left out, and `<p>`, `<li>`, `<td>` and
//! their like that close the one before (HTML Living Standard, 13.2.6.4).

use std::sync::LazyLock;

use super::tags::{Kind, Token, lower, room};
use super::wanted::Seen;

/// Deeper pages are left to the parser's own bound.
const MAX_OPEN: usize = 200;

/// Why the open elements are not known. For people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclear(pub &'static str);

/// What an element's name says of how it nests, and which it is, where that matters. A set of the bits below.
type Traits = u32;

/// No content, no end tag.
const VOID: Traits = 1;
/// Its start tag closes an open `<p>`.
const CLOSES_P: Traits = 1 << 1;
/// Its end tag may be left out, and is where an outer element's end tag comes.
const IMPLIED_END: Traits = 1 << 2;
/// Its end tag implies those of what is inside it.
const IMPLIES_ENDS: Traits = 1 << 3;
/// `<html>`, `<head>`, `<body>`.
const DOCUMENT: Traits = 1 << 4;
/// `<table>` and what has a meaning only directly inside its like.
const TABLE_PART: Traits = 1 << 5;
const HEADING: Traits = 1 << 6;
/// Nothing that stands directly inside it hangs on its other content.
const PLAIN: Traits = 1 << 7;
/// May be cut out of a plain element.
const BOX: Traits = 1 << 8;
/// Stops the search for an open `<li>`, `<dt>` or `<dd>`.
const LIST: Traits = 1 << 9;
/// Not followed here.
const HARD: Traits = 1 << 10;
/// Bounds the scope in which an open `<p>` is closed.
const P_SCOPE: Traits = 1 << 11;
/// Never stands inside its like.
const ALONE: Traits = 1 << 12;
/// `<script>`, `<style>`.
const SCRIPT: Traits = 1 << 13;
const P: Traits = 1 << 14;
const LI: Traits = 1 << 15;
/// `<dt>`, `<dd>`.
const DEFINITION: Traits = 1 << 16;
const OPTION: Traits = 1 << 17;
const OPTGROUP: Traits = 1 << 18;
const SELECT: Traits = 1 << 19;
const TABLE: Traits = 1 << 20;
/// `<thead>`, `<tbody>`, `<tfoot>`.
const SECTION: Traits = 1 << 21;
const TR: Traits = 1 << 22;
/// `<td>`, `<th>`.
const CELL: Traits = 1 << 23;
const CAPTION: Traits = 1 << 24;
const COLGROUP: Traits = 1 << 25;
const COL: Traits = 1 << 26;
const SVG: Traits = 1 << 27;

const BLOCK: Traits = CLOSES_P | IMPLIES_ENDS;
const PART: Traits = IMPLIES_ENDS | TABLE_PART | LIST;

const NAMES: [(Traits, &[&str]); 33] = [
    (
        BLOCK | PLAIN | BOX,
        &[
            "div", "section", "article", "aside", "nav", "main", "header", "footer", "fieldset",
            "center",
        ],
    ),
    (BLOCK | PLAIN | BOX | ALONE, &["form"]),
    (BLOCK | PLAIN | BOX | LIST, &["ul", "ol", "dl", "menu"]),
    (
        BLOCK | BOX | TABLE_PART | LIST | P_SCOPE | TABLE,
        &["table"],
    ),
    (PART | SECTION, &["thead", "tbody", "tfoot"]),
    (PART | TR, &["tr"]),
    (PART | COLGROUP, &["colgroup"]),
    (PART | PLAIN | P_SCOPE | CELL, &["td", "th"]),
    (PART | P_SCOPE | CAPTION, &["caption"]),
    (CLOSES_P | IMPLIED_END | IMPLIES_ENDS | P, &["p"]),
    (CLOSES_P | IMPLIED_END | IMPLIES_ENDS | PLAIN | LI, &["li"]),
    (
        CLOSES_P | IMPLIED_END | IMPLIES_ENDS | PLAIN | DEFINITION,
        &["dt", "dd"],
    ),
    (IMPLIED_END | IMPLIES_ENDS | OPTION, &["option"]),
    (IMPLIED_END | IMPLIES_ENDS | OPTGROUP, &["optgroup"]),
    (BLOCK | HEADING, &["h1", "h2", "h3", "h4", "h5", "h6"]),
    (
        BLOCK,
        &[
            "address",
            "blockquote",
            "details",
            "dir",
            "figcaption",
            "figure",
            "listing",
            "pre",
            "summary",
        ],
    ),
    (IMPLIES_ENDS | P_SCOPE | ALONE, &["button"]),
    (IMPLIES_ENDS | P_SCOPE, &["object", "applet", "marquee"]),
    (IMPLIES_ENDS | SELECT, &["select"]),
    (VOID | CLOSES_P, &["hr"]),
    (VOID | TABLE_PART | COL, &["col"]),
    (
        VOID,
        &[
            "area", "base", "basefont", "bgsound", "br", "embed", "img", "input", "keygen", "link",
            "meta", "param", "source", "track", "wbr",
        ],
    ),
    (CLOSES_P, &["xmp"]),
    (
        HARD,
        &[
            "image",
            "isindex",
            "plaintext",
            "template",
            "frameset",
            "frame",
            "math",
            "dialog",
            "hgroup",
            "search",
        ],
    ),
    (HARD, &["rb", "rp", "rt", "rtc", "ruby"]),
    (HARD | DOCUMENT, &["html", "head", "body"]),
    (ALONE, &["a", "nobr"]),
    (SCRIPT, &["script", "style"]),
    (SVG, &["svg"]),
    (0, &["span", "b", "i", "strong", "em", "font", "label"]),
    (0, &["title", "noscript", "iframe", "textarea"]),
    (0, &["time", "small", "u", "s", "video", "audio"]),
    (0, &["path", "g", "use"]),
];

/// An element's name in any case, as a number; 0 for names too long to be any we know.
type Key = u128;

fn key_of(name: &str) -> Key {
    if name.len() > size_of::<Key>() {
        return 0;
    }
    // In two halves, each in one register; nearly all names have but one.
    let (front, back) = name.as_bytes().split_at(name.len().saturating_sub(8));
    Key::from(small(word_of(front))) << 64 | Key::from(small(word_of(back)))
}

/// Eight letters at most, the last lowest: no name begins with a NUL.
fn word_of(letters: &[u8]) -> u64 {
    let four = |from: usize| {
        let four = letters[from..].first_chunk::<4>();
        u64::from(u32::from_be_bytes(*four.expect("four are left")))
    };
    match *letters {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_be_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_be_bytes([0, a, b, c])),
        // The first four and the last four, of which some may be the same.
        _ => four(0) << (8 * (letters.len() - 4)) | four(letters.len() - 4),
    }
}

/// With small letters for capital ones, as [`u8::to_ascii_lowercase`] makes them, all at once.
fn small(letters: u64) -> u64 {
    const LOW: u64 = u64::from_le_bytes([1; 8]);
    let low_bits = letters & (LOW * 0x7F);
    // The high bit of each byte that is as great as an `A`, and of each that is greater than a `Z`.
    let from_a = low_bits + LOW * u64::from(0x80 - b'A');
    let behind_z = low_bits + LOW * u64::from(0x7F - b'Z');
    let is_capital = (from_a ^ behind_z) & !letters & (LOW << 7);
    letters | is_capital >> 2
}

/// The names by their keys: a table with room enough that most are found at the first look.
struct Known([(Key, Traits); Self::ROOM]);

impl Known {
    const ROOM: usize = 512;

    fn new() -> Self {
        let mut known = Self([(0, 0); Self::ROOM]);
        for (traits, names) in NAMES {
            for name in names {
                let key = key_of(name);
                let free = Self::places(key).find(|at| known.0[*at].0 == 0);
                known.0[free.expect("there are fewer names than places")] = (key, traits);
            }
        }
        known
    }

    fn places(key: Key) -> impl Iterator<Item = usize> {
        let folded = (key as u64) ^ ((key >> 64) as u64);
        let first = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize;
        (0..Self::ROOM).map(move |step| (first + step) % Self::ROOM)
    }

    fn traits_of(&self, key: Key) -> Traits {
        for at in Self::places(key) {
            match self.0[at] {
                (its, traits) if its == key => return traits,
                (0, _) => return 0,
                _ => {}
            }
        }
        0
    }
}

static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

/// Does an element stay inside the `<svg>` it stands in? Html breaks out of it (13.2.6.5).
fn stays_in_svg(name: &str) -> bool {
    const NAMES: [&str; 30] = [
        "a",
        "animate",
        "circle",
        "clippath",
        "defs",
        "ellipse",
        "filter",
        "g",
        "image",
        "line",
        "lineargradient",
        "marker",
        "mask",
        "path",
        "pattern",
        "polygon",
        "polyline",
        "radialgradient",
        "rect",
        "stop",
        "style",
        "svg",
        "switch",
        "symbol",
        "text",
        "textpath",
        "tspan",
        "use",
        "view",
        "set",
    ];
    // `feGaussianBlur` and the other effects of filters.
    NAMES.contains(&name) || name.starts_with("fe")
}

/// An open element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open<'t> {
    pub seen: Seen<'t>,
    pub start: usize,
    key: Key,
    traits: Traits,
    /// It and all it stands in are plain, so that a box directly inside it can go without a trace.
    is_plain: bool,
    /// Its start tag closed an open `<p>`, which would stay open without it.
    closed_p: bool,
    /// Something inside it is wanted; for whoever asks.
    pub holds_wanted: bool,
}

impl Open<'_> {
    fn has(&self, traits: Traits) -> bool {
        self.traits & traits != 0
    }

    /// In any case; each name has its own.
    pub fn name_key(&self) -> u128 {
        self.key
    }

    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Boxes, lists' items, and rows: what pages repeat.
    pub fn is_repeated(&self) -> bool {
        self.has(BOX | SECTION | TR | LI | DEFINITION)
    }

    pub fn is_table(&self) -> bool {
        self.has(TABLE)
    }

    /// Whether words that stand directly inside it stay there.
    pub fn takes_words(&self) -> bool {
        !self.has(TABLE) && (!self.has(TABLE_PART) || self.has(P_SCOPE))
    }
}

/// A tag's name.
#[derive(Debug, Clone, Copy)]
struct Name {
    key: Key,
    traits: Traits,
}

impl Name {
    fn has(self, traits: Traits) -> bool {
        self.traits & traits != 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Before,
    Head,
    AfterHead,
    Body,
}

/// What a tag did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// Opened an element, which is the last of the open ones now.
    Opened,
    /// An element without content.
    Stood,
    /// Closed the element that began at this place by its own end tag; `true` where it may be cut out.
    Closed(usize, bool),
    Nothing,
}

/// The open elements.
pub(super) struct Nesting<'t> {
    open: Vec<Open<'t>>,
    phase: Phase,
    n_p: usize,
    n_list_items: usize,
    n_svg: usize,
    /// Without a doctype, tables nest in paragraphs.
    is_standard: bool,
    known: &'static Known,
}

type Followed<T> = Result<T, Unclear>;

impl<'t> Nesting<'t> {
    pub fn new(text: &str) -> Self {
        let doctype = text.trim_start().as_bytes();
        Self {
            open: Vec::with_capacity(32),
            phase: Phase::Before,
            n_p: 0,
            n_list_items: 0,
            n_svg: 0,
            is_standard: doctype
                .get(..15)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype html>")),
            known: &KNOWN,
        }
    }

    /// Whether the page has a doctype.
    pub fn is_standard(&self) -> bool {
        self.is_standard
    }

    /// Outermost first.
    pub fn open(&self) -> &[Open<'t>] {
        &self.open
    }

    pub fn last_mut(&mut self) -> Option<&mut Open<'t>> {
        self.open.last_mut()
    }

    pub fn is_in_svg(&self) -> bool {
        self.n_svg > 0
    }

    /// In the body and the head words may stand; elsewhere they begin the body.
    pub fn allows_words(&self) -> bool {
        self.phase == Phase::Body
    }

    /// Inside these the end tag of the body means nothing.
    fn hides_body(&self) -> bool {
        let mut open = self.open.iter();
        open.any(|open| open.has(TABLE_PART | P_SCOPE | SELECT))
    }

    /// May something be cut out here, between the tags of the innermost open element?
    pub fn is_plain(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_plain)
    }

    pub fn follow(&mut self, token: &Token<'t>) -> Followed<Did> {
        if token.kind == Kind::Comment {
            return Ok(Did::Nothing);
        }
        let key = key_of(token.name);
        let name = Name {
            key,
            traits: self.known.traits_of(key),
        };
        if self.n_svg > 0 || self.phase != Phase::Body || name.has(DOCUMENT) {
            let mut room = room();
            let words = lower(token.name, &mut room).unwrap_or_default();
            return match self.n_svg > 0 {
                true => self.in_svg(token, words, name),
                false => self.outside_body(token, words, name),
            };
        }
        match token.kind {
            Kind::Start | Kind::SelfClosing => self.start(token, name),
            Kind::End => self.end(name),
            Kind::Text => {
                self.close_p(name)?;
                self.check_place(name, true)?;
                Ok(Did::Stood)
            }
            Kind::Comment => Ok(Did::Nothing),
            Kind::Unclear => Err(Unclear("text without an end")),
        }
    }

    fn outside_body(&mut self, token: &Token<'t>, words: &str, name: Name) -> Followed<Did> {
        // What frames the page has no traits that matter inside it.
        let name = Name { traits: 0, ..name };
        use Phase::{AfterHead, Before, Body, Head};
        match (token.kind, words, self.phase) {
            (Kind::Comment, ..) => Ok(Did::Nothing),
            (Kind::Unclear, ..) => Err(Unclear("text without an end")),
            (Kind::Start, "html", Before) if self.open.is_empty() => Ok(self.push(token, name)),
            (Kind::Start, "head", Before) if self.open.len() == 1 => {
                self.phase = Head;
                Ok(self.push(token, name))
            }
            (Kind::End, "head", Head) => {
                self.open.pop();
                self.phase = AfterHead;
                Ok(Did::Nothing)
            }
            (Kind::Start, "body", AfterHead) => {
                self.phase = Body;
                Ok(self.push(token, name))
            }
            // What follows still goes to the body, and into what is open there.
            (Kind::End, "body" | "html", Body) if !self.hides_body() => Ok(Did::Nothing),
            (
                Kind::Start | Kind::SelfClosing | Kind::Text,
                "meta" | "link" | "base" | "title" | "script" | "style" | "noscript",
                Head | AfterHead,
            ) => Ok(Did::Stood),
            _ => Err(Unclear("no plain head and body")),
        }
    }

    fn in_svg(&mut self, token: &Token<'t>, words: &str, name: Name) -> Followed<Did> {
        let name = Name { traits: 0, ..name };
        let is_words = |name: &str| matches!(name, "title" | "desc");
        let in_words = self
            .open
            .last()
            .is_some_and(|open| is_words(open.seen.name));
        match token.kind {
            Kind::Comment => Ok(Did::Nothing),
            Kind::End if self.open.last().is_some_and(|open| open.key == name.key) => {
                self.n_svg -= 1;
                Ok(self.pop())
            }
            // There, markup would be html again.
            _ if in_words => Err(Unclear("html in svg")),
            Kind::SelfClosing if stays_in_svg(words) => Ok(Did::Stood),
            Kind::Start if stays_in_svg(words) || is_words(token.name) => {
                self.n_svg += 1;
                self.pushed(token, name)
            }
            _ => Err(Unclear("html in svg")),
        }
    }

    fn start(&mut self, token: &Token<'t>, name: Name) -> Followed<Did> {
        if name.has(HARD) || name.key == 0 {
            return Err(Unclear("an element that is not followed"));
        }
        let n_p = self.n_p;
        self.close_before(name)?;
        let closed_p = self.n_p < n_p;
        self.check_place(name, false)?;
        if name.has(VOID) {
            return Ok(Did::Stood);
        }
        if name.has(SVG) {
            if token.kind == Kind::SelfClosing {
                return Ok(Did::Stood);
            }
            self.n_svg = 1;
        }
        let did = self.pushed(token, name)?;
        if let Some(opened) = self.open.last_mut() {
            opened.closed_p = closed_p;
        }
        Ok(did)
    }

    fn pushed(&mut self, token: &Token<'t>, name: Name) -> Followed<Did> {
        if self.open.len() >= MAX_OPEN {
            return Err(Unclear("nested very deep"));
        }
        Ok(self.push(token, name))
    }

    fn push(&mut self, token: &Token<'t>, name: Name) -> Did {
        let is_outermost = self.open.len() < 2;
        let around = self.open.last().is_none_or(|open| open.is_plain);
        self.open.push(Open {
            seen: Seen::from(token),
            start: token.start,
            key: name.key,
            traits: name.traits,
            is_plain: around && (is_outermost || name.has(TABLE_PART | PLAIN)),
            closed_p: false,
            holds_wanted: false,
        });
        self.n_p += usize::from(name.has(P));
        self.n_list_items += usize::from(name.has(LI | DEFINITION));
        Did::Opened
    }

    /// Closes the innermost element; never the outermost two, which have no end tags here.
    fn pop(&mut self) -> Did {
        let Some(closed) = self.open.pop() else {
            return Did::Nothing;
        };
        self.n_p -= usize::from(closed.has(P));
        self.n_list_items -= usize::from(closed.has(LI | DEFINITION));
        let around_is_plain = self.is_plain();
        if let Some(outer) = self.open.last_mut() {
            outer.holds_wanted |= closed.holds_wanted;
        }
        let may_go = closed.has(BOX) && around_is_plain && !closed.holds_wanted && !closed.closed_p;
        Did::Closed(closed.start, may_go)
    }

    /// Closes what a start tag closes.
    fn close_before(&mut self, name: Name) -> Followed<()> {
        if name.has(TABLE_PART) && !name.has(TABLE) {
            self.close_for_table_part(name);
        } else if name.has(LI | DEFINITION) {
            self.close_item(name)?;
        } else if name.has(OPTION | OPTGROUP) {
            let closed = match name.has(OPTGROUP) {
                true => OPTION | OPTGROUP,
                false => OPTION,
            };
            while self.open.last().is_some_and(|open| open.has(closed)) {
                self.pop();
            }
        }
        self.close_p(name)
    }

    /// A part of a table closes its like, and the smaller parts.
    fn close_for_table_part(&mut self, name: Name) {
        const LEVELS: [Traits; 3] = [CELL, TR | COLGROUP | CAPTION, SECTION];
        let n_levels = match () {
            () if name.has(COL) => return,
            () if name.has(CELL) => 1,
            () if name.has(TR) => 2,
            () => 3,
        };
        while self.open.last().is_some_and(|open| open.has(IMPLIED_END)) {
            self.pop();
        }
        for level in LEVELS.into_iter().take(n_levels) {
            if self.open.last().is_some_and(|last| last.has(level)) {
                self.pop();
            }
        }
    }

    fn close_item(&mut self, name: Name) -> Followed<()> {
        if self.n_list_items == 0 {
            return Ok(());
        }
        let same = name.traits & (LI | DEFINITION);
        let direct = match &self.open[..] {
            [.., last] if last.has(same) => 1,
            [.., outer, last] if outer.has(same) && last.has(P) => 2,
            _ => 0,
        };
        if direct > 0 {
            for _ in 0..direct {
                self.pop();
            }
            return Ok(());
        }
        // An item further out is closed too, unless a list lies between.
        let mut outwards = self.open.iter().rev();
        match outwards.find(|open| open.has(same | LIST)) {
            Some(open) if open.has(same) => Err(Unclear("an item inside an item")),
            _ => Ok(()),
        }
    }

    fn close_p(&mut self, name: Name) -> Followed<()> {
        if !name.has(CLOSES_P) || self.n_p == 0 {
            return Ok(());
        }
        let mut outwards = self.open.iter().rev();
        let nearest = outwards.find(|open| open.has(P | P_SCOPE));
        if !nearest.is_some_and(|open| open.has(P)) {
            return Ok(());
        }
        if !self.open.last().is_some_and(|open| open.has(P)) {
            return Err(Unclear("a paragraph with open elements ends"));
        }
        if name.has(TABLE) && !self.is_standard {
            return Err(Unclear("a table in a paragraph"));
        }
        self.pop();
        Ok(())
    }

    /// Is this an element that may stand here and stays here?
    fn check_place(&self, name: Name, is_text: bool) -> Followed<()> {
        let Some(outer) = self.open.last() else {
            return Err(Unclear("no plain head and body"));
        };
        let is_script = is_text && name.has(SCRIPT);
        let fits = match () {
            () if is_script && !outer.has(SELECT | COLGROUP) => true,
            () if outer.has(TABLE) => name.has(CAPTION | COLGROUP | SECTION | TR),
            () if outer.has(SECTION) => name.has(TR),
            () if outer.has(TR) => name.has(CELL),
            () if outer.has(COLGROUP) => name.has(COL),
            () if name.has(TABLE_PART) && !name.has(TABLE) => false,
            () if outer.has(SELECT) => name.has(OPTION | OPTGROUP),
            // Elsewhere they nest.
            () if name.has(OPTGROUP) => false,
            () if outer.has(OPTGROUP) => name.has(OPTION),
            () => !outer.has(OPTION),
        };
        if !fits {
            return Err(Unclear("an element out of place"));
        }
        let nests_badly = match name.has(ALONE) {
            true => self.open.iter().any(|open| open.key == name.key),
            false => name.has(HEADING) && outer.has(HEADING),
        };
        if nests_badly {
            return Err(Unclear("an element inside its like"));
        }
        Ok(())
    }

    fn end(&mut self, name: Name) -> Followed<Did> {
        if name.key == 0 || name.has(HARD) {
            return Err(Unclear("an element that is not followed"));
        }
        let is_open = |nesting: &Self| {
            let mut open = nesting.open.iter().skip(2);
            open.any(|open| open.key == name.key)
        };
        while let Some(last) = self.open.last().filter(|_| self.open.len() > 2) {
            if last.key == name.key {
                return Ok(self.pop());
            }
            let implied = last.has(IMPLIED_END) && name.has(IMPLIES_ENDS) && !name.has(P)
                || match () {
                    () if name.has(TABLE) => last.has(TABLE_PART) && !last.has(TABLE),
                    () if name.has(SECTION) => last.has(CELL | TR),
                    () if name.has(TR) => last.has(CELL),
                    () => false,
                };
            if !implied || !is_open(self) {
                break;
            }
            self.pop();
        }
        // An end tag of what is not open is nothing, but for a few that mend.
        let mends = match () {
            () if name.has(P) => self.n_p > 0,
            () if self.open.last().is_some_and(|open| open.has(COLGROUP)) => true,
            () if name.has(HEADING) => self.open.iter().any(|open| open.has(HEADING)),
            () => is_open(self),
        };
        if mends {
            return Err(Unclear("elements closed in another order than opened"));
        }
        Ok(Did::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_of_one_key_are_one_name(a in "[a-c][a-cA-C@\\[`{0é\0-]{0,17}", b in "[A-C][a-cA-C@\\[`{0é\0-]{0,17}") {
            prop_assert_eq!(key_of(&a), key_of(&a.to_ascii_uppercase()));
            let is_same = a.eq_ignore_ascii_case(&b) || a.len() > 16 && b.len() > 16;
            prop_assert_eq!(key_of(&a) == key_of(&b), is_same);
            let longer = format!("{a}\0");
            prop_assert!(longer.len() > 16 || key_of(&a) != key_of(&longer));
        }
    }
}
