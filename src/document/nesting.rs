//! Which elements are open at a place of a page? An account of the tags for pages that close what they open, as far as it
//! can be had without the parser's tree.
//!
//! In: tags, in order. Out: the open elements after each, or [`Unclear`] as soon as the parser might see other ones: elements
//! closed in another order than they were opened, words and tags where tables allow none, elements that mend what stands
//! before them. The rules that boards rely on are followed: end tags that may be left out, and `<p>`, `<li>`, `<td>` and
//! their like that close the one before (HTML Living Standard, 13.2.6.4).

use super::tags::{Kind, Token, lower, room};
use super::wanted::Seen;

/// Deeper pages are left to the parser's own bound.
const MAX_OPEN: usize = 200;

/// Why the open elements are not known. For people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclear(pub &'static str);

/// What an element's name says of how it nests. A set of the bits below.
type Traits = u32;

/// No content, no end tag.
const VOID: Traits = 1;
/// Its start tag closes an open `<p>`.
const CLOSES_P: Traits = 1 << 1;
/// Its end tag may be left out, and is where an outer element's end tag comes.
const IMPLIED_END: Traits = 1 << 2;
/// Its end tag implies those of what is inside it.
const IMPLIES_ENDS: Traits = 1 << 3;
/// `<table>` and what has a meaning only directly inside its like.
const TABLE: Traits = 1 << 5;
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

const BLOCK: Traits = CLOSES_P | IMPLIES_ENDS;

fn traits_of(name: &str) -> Traits {
    match name {
        "div" | "section" | "article" | "aside" | "nav" | "main" | "header" | "footer"
        | "fieldset" | "center" | "form" => BLOCK | PLAIN | BOX,
        "ul" | "ol" | "dl" | "menu" => BLOCK | PLAIN | BOX | LIST,
        "table" => BLOCK | BOX | TABLE | LIST | P_SCOPE,
        "thead" | "tbody" | "tfoot" | "tr" | "colgroup" => IMPLIES_ENDS | TABLE | LIST,
        "td" | "th" => IMPLIES_ENDS | TABLE | LIST | PLAIN | P_SCOPE,
        "caption" => IMPLIES_ENDS | TABLE | LIST | P_SCOPE,
        "p" => CLOSES_P | IMPLIED_END | IMPLIES_ENDS,
        "li" | "dt" | "dd" => CLOSES_P | IMPLIED_END | IMPLIES_ENDS | PLAIN,
        "option" | "optgroup" => IMPLIED_END | IMPLIES_ENDS,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => BLOCK | HEADING,
        "address" | "blockquote" | "details" | "dir" | "figcaption" | "figure" | "listing"
        | "pre" | "summary" => BLOCK,
        "button" | "object" | "applet" | "marquee" => IMPLIES_ENDS | P_SCOPE,
        "select" => IMPLIES_ENDS,
        "hr" => VOID | CLOSES_P,
        "col" => VOID | TABLE,
        "area" | "base" | "basefont" | "bgsound" | "br" | "embed" | "img" | "input" | "keygen"
        | "link" | "meta" | "param" | "source" | "track" | "wbr" => VOID,
        "xmp" => CLOSES_P,
        "image" | "isindex" | "plaintext" | "template" | "frameset" | "frame" | "math" | "rb"
        | "rp" | "rt" | "rtc" | "ruby" | "dialog" | "hgroup" | "search" | "html" | "head"
        | "body" => HARD,
        _ => 0,
    }
}

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
    traits: Traits,
    /// It and all it stands in are plain, so that a box directly inside it can go without a trace.
    is_plain: bool,
    /// Something inside it is wanted; for whoever asks.
    pub holds_wanted: bool,
}

impl Open<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.seen.name.eq_ignore_ascii_case(name)
    }

    fn has(&self, traits: Traits) -> bool {
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
        }
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

    /// May something be cut out here, between the tags of the innermost open element?
    pub fn is_plain(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_plain)
    }

    pub fn follow(&mut self, token: &Token<'t>) -> Followed<Did> {
        let mut room = room();
        let name = lower(token.name, &mut room).unwrap_or_default();
        if self.n_svg > 0 {
            return self.in_svg(token, name);
        }
        if self.phase != Phase::Body || matches!(name, "html" | "head" | "body") {
            return self.outside_body(token, name);
        }
        match token.kind {
            Kind::Start | Kind::SelfClosing => self.start(token, name),
            Kind::End => self.end(name),
            Kind::Text => {
                let traits = traits_of(name);
                self.close_p(traits, name)?;
                self.check_place(traits, name, true)?;
                Ok(Did::Stood)
            }
            Kind::Comment => Ok(Did::Nothing),
            Kind::Unclear => Err(Unclear("text without an end")),
        }
    }

    fn outside_body(&mut self, token: &Token<'t>, name: &str) -> Followed<Did> {
        use Phase::{AfterHead, Before, Body, Head};
        match (token.kind, name, self.phase) {
            (Kind::Comment, ..) => Ok(Did::Nothing),
            (Kind::Unclear, ..) => Err(Unclear("text without an end")),
            (Kind::Start, "html", Before) if self.open.is_empty() => Ok(self.push(token, 0)),
            (Kind::Start, "head", Before) if self.open.len() == 1 => {
                self.phase = Head;
                Ok(self.push(token, 0))
            }
            (Kind::End, "head", Head) => {
                self.open.pop();
                self.phase = AfterHead;
                Ok(Did::Nothing)
            }
            (Kind::Start, "body", AfterHead) => {
                self.phase = Body;
                Ok(self.push(token, 0))
            }
            // What follows still goes to the body, and into what is open there.
            (Kind::End, "body" | "html", Body) => Ok(Did::Nothing),
            (
                Kind::Start | Kind::SelfClosing | Kind::Text,
                "meta" | "link" | "base" | "title" | "script" | "style" | "noscript",
                Head | AfterHead,
            ) => Ok(Did::Stood),
            _ => Err(Unclear("no plain head and body")),
        }
    }

    fn in_svg(&mut self, token: &Token<'t>, name: &str) -> Followed<Did> {
        let is_words = |name: &str| matches!(name, "title" | "desc");
        let in_words = self
            .open
            .last()
            .is_some_and(|open| is_words(open.seen.name));
        match token.kind {
            Kind::Comment => Ok(Did::Nothing),
            Kind::End if self.open.last().is_some_and(|open| open.is(name)) => {
                self.n_svg -= 1;
                Ok(self.pop())
            }
            // There, markup would be html again.
            _ if in_words => Err(Unclear("html in svg")),
            Kind::SelfClosing if stays_in_svg(name) => Ok(Did::Stood),
            Kind::Start if stays_in_svg(name) || is_words(token.name) => {
                self.n_svg += 1;
                self.pushed(token, 0)
            }
            _ => Err(Unclear("html in svg")),
        }
    }

    fn start(&mut self, token: &Token<'t>, name: &str) -> Followed<Did> {
        let traits = traits_of(name);
        if traits & HARD != 0 || name.is_empty() {
            return Err(Unclear("an element that is not followed"));
        }
        self.close_before(traits, name)?;
        self.check_place(traits, name, false)?;
        if traits & VOID != 0 {
            return Ok(Did::Stood);
        }
        if name == "svg" {
            if token.kind == Kind::SelfClosing {
                return Ok(Did::Stood);
            }
            self.n_svg = 1;
        }
        self.pushed(token, traits)
    }

    fn pushed(&mut self, token: &Token<'t>, traits: Traits) -> Followed<Did> {
        if self.open.len() >= MAX_OPEN {
            return Err(Unclear("nested very deep"));
        }
        Ok(self.push(token, traits))
    }

    fn push(&mut self, token: &Token<'t>, traits: Traits) -> Did {
        let is_outermost = self.open.len() < 2;
        let around = self.open.last().is_none_or(|open| open.is_plain);
        let is_part = traits & TABLE != 0;
        self.open.push(Open {
            seen: Seen::from(token),
            start: token.start,
            traits,
            is_plain: around && (is_outermost || is_part || traits & PLAIN != 0),
            holds_wanted: false,
        });
        self.count(token.name, 1);
        Did::Opened
    }

    fn count(&mut self, name: &str, by: isize) {
        let counter = match name.len() {
            1 if name.eq_ignore_ascii_case("p") => &mut self.n_p,
            2 if ["li", "dt", "dd"]
                .iter()
                .any(|item| item.eq_ignore_ascii_case(name)) =>
            {
                &mut self.n_list_items
            }
            _ => return,
        };
        *counter = counter.saturating_add_signed(by);
    }

    /// Closes the innermost element; never the outermost two, which have no end tags here.
    fn pop(&mut self) -> Did {
        let Some(closed) = self.open.pop() else {
            return Did::Nothing;
        };
        self.count(closed.seen.name, -1);
        let around_is_plain = self.is_plain();
        if let Some(outer) = self.open.last_mut() {
            outer.holds_wanted |= closed.holds_wanted;
        }
        let may_go = closed.has(BOX) && around_is_plain && !closed.holds_wanted;
        Did::Closed(closed.start, may_go)
    }

    /// Closes what a start tag closes.
    fn close_before(&mut self, traits: Traits, name: &str) -> Followed<()> {
        let is_item = matches!(name, "li" | "dt" | "dd");
        if traits & TABLE != 0 && name != "table" {
            self.close_for_table_part(name);
        } else if is_item {
            self.close_item(name)?;
        } else if matches!(name, "option" | "optgroup") {
            while self
                .open
                .last()
                .is_some_and(|open| open.is("option") || name == "optgroup" && open.is("optgroup"))
            {
                self.pop();
            }
        }
        self.close_p(traits, name)
    }

    /// A part of a table closes its like, and the smaller parts.
    fn close_for_table_part(&mut self, name: &str) {
        const LEVELS: [&[&str]; 3] = [
            &["td", "th"],
            &["tr", "colgroup", "caption"],
            &["thead", "tbody", "tfoot"],
        ];
        let n_levels = match name {
            "col" => return,
            "td" | "th" => 1,
            "tr" => 2,
            _ => 3,
        };
        while self.open.last().is_some_and(|open| open.has(IMPLIED_END)) {
            self.pop();
        }
        for level in LEVELS.iter().take(n_levels) {
            if let Some(last) = self.open.last()
                && level.iter().any(|part| last.is(part))
            {
                self.pop();
            }
        }
    }

    fn close_item(&mut self, name: &str) -> Followed<()> {
        if self.n_list_items == 0 {
            return Ok(());
        }
        let same = |open: &Open<'_>| match name {
            "li" => open.is("li"),
            _ => open.is("dt") || open.is("dd"),
        };
        let direct = match &self.open[..] {
            [.., last] if same(last) => 1,
            [.., outer, last] if same(outer) && last.is("p") => 2,
            _ => 0,
        };
        if direct > 0 {
            for _ in 0..direct {
                self.pop();
            }
            return Ok(());
        }
        // An item further out is closed too, unless a list lies between.
        let further = self
            .open
            .iter()
            .rev()
            .find(|open| same(open) || open.has(LIST));
        match further {
            Some(open) if same(open) => Err(Unclear("an item inside an item")),
            _ => Ok(()),
        }
    }

    fn close_p(&mut self, traits: Traits, name: &str) -> Followed<()> {
        if traits & CLOSES_P == 0 || self.n_p == 0 {
            return Ok(());
        }
        let nearest = self
            .open
            .iter()
            .rev()
            .find(|open| open.is("p") || open.has(P_SCOPE));
        if !nearest.is_some_and(|open| open.is("p")) {
            return Ok(());
        }
        if !self.open.last().is_some_and(|open| open.is("p")) {
            return Err(Unclear("a paragraph with open elements ends"));
        }
        if name == "table" && !self.is_standard {
            return Err(Unclear("a table in a paragraph"));
        }
        self.pop();
        Ok(())
    }

    /// Is this an element that may stand here and stays here?
    fn check_place(&self, traits: Traits, name: &str, is_text: bool) -> Followed<()> {
        let Some(outer) = self.open.last() else {
            return Err(Unclear("no plain head and body"));
        };
        let is_script = is_text && matches!(name, "script" | "style");
        let fits = match outer.seen.name {
            _ if is_script && !outer.is("select") => true,
            outer_name if outer.has(TABLE) && !outer.has(P_SCOPE) || outer.is("table") => {
                let mut room = room();
                match lower(outer_name, &mut room).unwrap_or_default() {
                    "table" => matches!(
                        name,
                        "caption" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr"
                    ),
                    "thead" | "tbody" | "tfoot" => name == "tr",
                    "tr" => matches!(name, "td" | "th"),
                    "colgroup" => name == "col",
                    _ => false,
                }
            }
            _ if traits & TABLE != 0 && name != "table" => false,
            _ if outer.is("select") => matches!(name, "option" | "optgroup"),
            _ if outer.is("optgroup") => name == "option",
            _ if outer.is("option") => false,
            _ => true,
        };
        if !fits {
            return Err(Unclear("an element out of place"));
        }
        let nests_badly = match name {
            "a" | "nobr" | "button" | "form" => self.open.iter().any(|open| open.is(name)),
            _ => traits & HEADING != 0 && outer.has(HEADING),
        };
        if nests_badly {
            return Err(Unclear("an element inside its like"));
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Followed<Did> {
        let traits = traits_of(name);
        if name.is_empty() || traits & HARD != 0 {
            return Err(Unclear("an element that is not followed"));
        }
        let is_open = |nesting: &Self| nesting.open.iter().skip(2).any(|open| open.is(name));
        while let Some(last) = self.open.last().filter(|_| self.open.len() > 2) {
            if last.is(name) {
                return Ok(self.pop());
            }
            let implied = last.has(IMPLIED_END) && traits & IMPLIES_ENDS != 0 && name != "p"
                || match name {
                    "table" => last.has(TABLE) && !last.is("table"),
                    "thead" | "tbody" | "tfoot" => last.is("td") || last.is("th") || last.is("tr"),
                    "tr" => last.is("td") || last.is("th"),
                    _ => false,
                };
            if !implied || !is_open(self) {
                break;
            }
            self.pop();
        }
        // An end tag of what is not open is nothing, but for a few that mend.
        let mends = match name {
            "p" => self.n_p > 0,
            _ if traits & HEADING != 0 => self.open.iter().any(|open| open.has(HEADING)),
            _ => is_open(self),
        };
        if mends {
            return Err(Unclear("elements closed in another order than opened"));
        }
        Ok(Did::Nothing)
    }
}
