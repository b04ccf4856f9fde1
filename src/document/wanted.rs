//! Which elements of a page could one of these selectors select? Asked of tags, before there is a tree.
//!
//! In: the selectors that a reader puts to a whole page. Out: for a tag and those around it, "no" or "maybe". A "no" must
//! be right; a "maybe" costs time only. So what is not understood is left out of the conditions, case counts nowhere (in
//! quirks mode it does not), and selectors whose answer hangs on neighbours or on emptiness are refused.

use std::sync::atomic::{AtomicU64, Ordering};

use super::selector::Selector;

use super::tags::{Attributes, Token};

/// A name and what is inside its tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'t> {
    /// In lower case or as written.
    pub name: &'t str,
    pub inside: &'t str,
    pub id: Option<&'t str>,
    pub class: Option<&'t str>,
}

impl<'t> From<&Token<'t>> for Seen<'t> {
    fn from(tag: &Token<'t>) -> Self {
        Self {
            name: tag.name,
            inside: tag.inside,
            id: tag.id,
            class: tag.class,
        }
    }
}

/// What is to be noted of elements that are left out.
#[derive(Debug, Clone, Default)]
pub(super) enum Note {
    #[default]
    Nothing,
    /// Ids and classes, but not those of these elements and of what is in them.
    Names(Box<Wanted>),
    /// Where `<a>` leads to.
    Links,
}

/// The elements that a set of selectors may select.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    selectors: Vec<Complex>,
    /// What has to stand around some of them, at most [`Around::BITS`]: more conditions than that are left out.
    outer: Vec<Compound>,
    outer_index: Names,
    index: Names,
    /// Of the names that `outer` and `selectors` ask for: most elements of a page have none of them.
    shapes: Shapes,
    /// Likewise of those selectors that ask for something around what they select.
    inner_shapes: Shapes,
    /// Elements of which a selector asks what stands beside or in them.
    hanging: Vec<Compound>,
    pub(super) note: Note,
    /// Of those that are asked for the same.
    pub(super) number: u64,
}

/// Another one each time.
fn new_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// Which elements of [`Wanted::outer`] stand around a place: a set of bits.
pub(super) type Around = u64;

/// One selector without its commas: the element meant, and what must stand around it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Complex {
    subject: Compound,
    around: Around,
}

/// Necessary conditions on one element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Compound {
    pub tag: Option<String>,
    pub id: Option<String>,
    pub classes: Vec<String>,
    /// Attribute and a part of its value, which may be empty.
    pub attributes: Vec<(String, String)>,
}

impl Wanted {
    /// `whole` are the selectors put to a whole page, `inside` those put to what the former select. `None` where one of
    /// them cannot be judged by tags.
    pub fn new<'s>(
        whole: impl IntoIterator<Item = &'s Selector>,
        inside: impl IntoIterator<Item = &'s Selector>,
    ) -> Option<Self> {
        let mut wanted = Self {
            number: new_number(),
            ..Self::default()
        };
        for selector in whole {
            for steps in steps_of(selector)? {
                wanted.add_whole(&steps)?;
            }
        }
        for selector in inside {
            for steps in steps_of(selector)? {
                let hanging = steps.into_iter().filter(Step::hangs);
                for compound in hanging.map(|step| step.compound) {
                    if !wanted.hanging.contains(&compound) {
                        wanted.hanging.push(compound);
                    }
                }
            }
        }
        Some(wanted)
    }

    /// Notes the ids and classes of what is left out; not where an element may be selected by `apart`, nor inside it.
    /// `None` where one of those selectors cannot be judged by tags.
    pub fn noting_names<'s>(
        mut self,
        apart: impl IntoIterator<Item = &'s Selector>,
    ) -> Option<Self> {
        self.note = Note::Names(Box::new(Self::new(apart, [])?));
        self.number = new_number();
        Some(self)
    }

    /// Notes the links of what is left out.
    pub fn noting_links(mut self) -> Self {
        self.note = Note::Links;
        self.number = new_number();
        self
    }

    /// `None` where the answer hangs on what may be cut out.
    fn add_whole(&mut self, steps: &[Step]) -> Option<()> {
        for (at, step) in steps.iter().enumerate() {
            let is_subject = at + 1 == steps.len();
            let is_brother = steps
                .get(at + 1)
                .is_some_and(|next| next.follows == Follows::Brother);
            let hangs = step.asks_neighbours
                || step.asks_inside && !is_subject
                || step.follows == Follows::Next;
            if hangs {
                return None;
            }
            if is_subject || is_brother {
                // What stands left of a `~` is not around what stands right of it.
                let around = steps[..at]
                    .iter()
                    .zip(&steps[1..])
                    .filter(|(_, next)| next.follows == Follows::Inside)
                    .map(|(step, _)| self.outer_bit(&step.compound));
                let around = around.fold(0, |around, bit| around | bit);
                let complex = Complex {
                    subject: step.compound.clone(),
                    around,
                };
                if !self.selectors.contains(&complex) {
                    match complex.around {
                        0 => self.shapes.add(&complex.subject),
                        _ => self.inner_shapes.add(&complex.subject),
                    }
                    self.index.add(&complex.subject, self.selectors.len());
                    self.selectors.push(complex);
                }
            }
        }
        Some(())
    }

    fn outer_bit(&mut self, compound: &Compound) -> Around {
        let known = self.outer.iter().position(|other| other == compound);
        let at = known.unwrap_or(self.outer.len());
        if at >= Around::BITS as usize {
            return 0;
        }
        if known.is_none() {
            self.shapes.add(compound);
            self.outer_index.add(compound, at);
            self.outer.push(compound.clone());
        }
        1 << at
    }

    /// Does what a selector asks of this element hang on what is beside or in it? Where something else is selected inside it,
    /// that may have been cut out.
    pub(super) fn hangs(&self, element: Seen<'_>) -> bool {
        self.hanging.iter().any(|compound| compound.fits(element))
    }

    /// Whether [`Self::may_be`] or [`Self::around`] could say anything of this element but that it is nothing to them.
    pub(super) fn is_near(&self, element: Seen<'_>, around: Around) -> bool {
        self.shapes.any(element) || around != 0 && self.inner_shapes.any(element)
    }

    /// May this element be selected? `around` is of the elements it stands in.
    pub(super) fn may_be(&self, element: Seen<'_>, around: Around) -> bool {
        if element.class.is_some_and(is_coded) || element.id.is_some_and(is_coded) {
            return true;
        }
        self.index.any(element, |at| {
            let complex = &self.selectors[at];
            complex.around & !around == 0 && complex.subject.fits(element)
        })
    }

    /// What stands around whatever is in this element.
    pub(super) fn around(&self, element: Seen<'_>, around: Around) -> Around {
        let mut inside = around;
        self.outer_index.any(element, |at| {
            if inside & 1 << at == 0 && self.outer[at].fits(element) {
                inside |= 1 << at;
            }
            false
        });
        inside
    }
}

impl Compound {
    fn fits(&self, element: Seen<'_>) -> bool {
        if let Some(tag) = &self.tag
            && !tag.eq_ignore_ascii_case(element.name)
        {
            return false;
        }
        let has = |value: Option<&str>, fits: &dyn Fn(&str) -> bool| {
            value.is_some_and(|value| is_coded(value) || fits(value))
        };
        let id = self.id.as_ref();
        id.is_none_or(|id| has(element.id, &|value| value.eq_ignore_ascii_case(id)))
            && self.classes.iter().all(|class| {
                has(element.class, &|value| {
                    value
                        .split_ascii_whitespace()
                        .any(|other| other.eq_ignore_ascii_case(class))
                })
            })
            && self.attributes.iter().all(|(wanted, part)| {
                Attributes::new(element.inside).any(|(name, value)| {
                    name.eq_ignore_ascii_case(wanted)
                        && has(Some(value), &|value| contains(value, part))
                })
            })
    }
}

/// Does decoding character references change more of this value than `&amp;` to `&`? In URLs `&` mostly begins the next
/// parameter: a name without `;` is none where `=` follows it (HTML Living Standard, 13.2.5.73), and of the names that
/// may go without `;` only `lt` and `gt` have two letters (`&wr_id=`).
pub(super) fn is_coded(value: &str) -> bool {
    if memchr::memchr(b'&', value.as_bytes()).is_none() {
        return false;
    }
    value.match_indices('&').any(|(at, _)| {
        let rest = &value[at + 1..];
        let n_name = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, after) = rest.split_at(n_name);
        let is_parameter = match after.as_bytes().first() {
            Some(b'=') => n_name > 0,
            Some(b'_') => n_name == 1 || n_name == 2 && !matches!(name, "lt" | "gt" | "LT" | "GT"),
            _ => false,
        };
        !(rest.starts_with("amp;") || is_parameter)
    })
}

/// In any case. What is sought may hold a `&`, which the value writes in two ways.
fn contains(value: &str, part: &str) -> bool {
    part.is_empty()
        || value
            .as_bytes()
            .windows(part.len())
            .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
        || part.contains('&') && value.contains('&')
}

/// What names look like that some compounds ask for.
#[derive(Debug, Clone, Default)]
struct Shapes {
    ids: Lengths,
    classes: Lengths,
    tags: Lengths,
    anywhere: bool,
}

impl Shapes {
    fn add(&mut self, compound: &Compound) {
        if let Some(id) = &compound.id {
            self.ids.add(id);
        } else if let Some(class) = compound.classes.first() {
            self.classes.add(class);
        } else if let Some(tag) = &compound.tag {
            self.tags.add(tag);
        } else {
            self.anywhere = true;
        }
    }

    /// As in [`Names::any`], a name in character references may be any.
    fn any(&self, element: Seen<'_>) -> bool {
        self.anywhere
            || self.tags.may_hold(element.name.as_bytes())
            || element.class.is_some_and(|classes| {
                let mut classes = classes.as_bytes().split(u8::is_ascii_whitespace);
                classes.any(|class| self.classes.may_hold(class))
            })
            || element
                .id
                .is_some_and(|id| self.ids.may_hold(id.as_bytes()))
            || [element.class, element.id]
                .into_iter()
                .flatten()
                .any(|value| value.as_bytes().contains(&b'&'))
    }
}

/// By the last five bits of a word's first byte, which are the same in both cases: a bit for each length.
#[derive(Debug, Clone, Default)]
struct Lengths([u64; 32]);

impl Lengths {
    fn shape(word: &[u8]) -> (usize, u64) {
        let first = word.first().map_or(0, |byte| byte & 31);
        (usize::from(first), 1 << (word.len() % 64))
    }

    fn add(&mut self, word: &str) {
        let (first, length) = Self::shape(word.as_bytes());
        self.0[first] |= length;
    }

    fn may_hold(&self, word: &[u8]) -> bool {
        let (first, length) = Self::shape(word);
        self.0[first] & length != 0
    }
}

/// Compounds by one name that an element must have to fit them.
#[derive(Debug, Clone, Default)]
struct Names {
    ids: Index,
    classes: Index,
    tags: Index,
    /// Those that ask for neither id nor class nor tag.
    anywhere: Vec<usize>,
}

impl Names {
    fn add(&mut self, compound: &Compound, at: usize) {
        if let Some(id) = &compound.id {
            self.ids.add(id, at);
        } else if let Some(class) = compound.classes.first() {
            self.classes.add(class, at);
        } else if let Some(tag) = &compound.tag {
            self.tags.add(tag, at);
        } else {
            self.anywhere.push(at);
        }
    }

    /// Whether one of those that the element may fit passes. A name in character references may be any: where one of its
    /// kind is asked for at all, each is tried.
    fn any(&self, element: Seen<'_>, mut passes: impl FnMut(usize) -> bool) -> bool {
        if self.tags.of(element.name).any(|at| passes(*at))
            || self.anywhere.iter().any(|at| passes(*at))
        {
            return true;
        }
        if let Some(classes) = element.class {
            let found = match is_coded(classes) {
                true => self.classes.all().any(|at| passes(*at)),
                false => classes
                    .split_ascii_whitespace()
                    .any(|class| self.classes.of(class).any(|at| passes(*at))),
            };
            if found {
                return true;
            }
        }
        element.id.is_some_and(|id| match is_coded(id) {
            true => self.ids.all().any(|at| passes(*at)),
            false => self.ids.of(id).any(|at| passes(*at)),
        })
    }
}

/// Words → the selectors that need them. Most words of a page are none of these, so a look at length and first letter
/// settles it.
#[derive(Debug, Clone, Default)]
struct Index {
    words: Vec<(String, usize)>,
    lengths: Lengths,
}

impl Index {
    fn add(&mut self, word: &str, at: usize) {
        self.lengths.add(word);
        self.words.push((word.to_owned(), at));
    }

    fn all(&self) -> impl Iterator<Item = &usize> {
        self.words.iter().map(|(_, at)| at)
    }

    fn of<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a usize> {
        let may_be = self.lengths.may_hold(word.as_bytes());
        let words = if may_be { self.words.as_slice() } else { &[] };
        words
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(word))
            .map(|(_, at)| at)
    }
}

/// What joins an element of a selector to the one written before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    /// Stands in it, or is the first.
    Inside,
    /// `~`
    Brother,
    /// `+`
    Next,
}

/// One element of a selector.
#[derive(Debug)]
struct Step {
    compound: Compound,
    follows: Follows,
    /// `:nth-child` and the like.
    asks_neighbours: bool,
    /// `:has`, `:empty`.
    asks_inside: bool,
}

impl Step {
    fn hangs(&self) -> bool {
        self.follows != Follows::Inside || self.asks_neighbours || self.asks_inside
    }
}

/// What each alternative of a selector asks of the element that it selects. `None`: not understood, or the selector asks for
/// what stands beside or in elements, whose places it knows better than we do.
pub(super) fn subjects(selector: &Selector) -> Option<Vec<Compound>> {
    let alternatives = steps_of(selector)?.into_iter();
    let subjects = alternatives.map(|mut steps| {
        let is_plain = |step: &Step| !step.asks_neighbours && !step.asks_inside;
        let subject = steps.iter().all(is_plain).then(|| steps.pop())??;
        Some(subject.compound)
    });
    subjects.collect()
}

/// The alternatives of a selector, each in reading order. `None`: not understood.
fn steps_of(selector: &Selector) -> Option<Vec<Vec<Step>>> {
    let css = selector.to_css_string();
    // Names that need escapes are written without them.
    let is_faithful = Selector::parse(&css).is_ok_and(|read_again| read_again == *selector);
    is_faithful.then(|| parse(&css)).flatten()
}

/// A selector list, as the selector library writes it.
fn parse(css: &str) -> Option<Vec<Vec<Step>>> {
    let mut rest = css.trim();
    let mut list = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut follows = Follows::Inside;
    loop {
        let (mut step, after_step) = parse_compound(rest)?;
        step.follows = follows;
        steps.push(step);
        let after = after_step.trim_start();
        let mut chars = after.chars();
        follows = match chars.next() {
            None => {
                list.push(steps);
                return Some(list);
            }
            Some(',') => {
                list.push(std::mem::take(&mut steps));
                Follows::Inside
            }
            Some('>') => Follows::Inside,
            Some('~') => Follows::Brother,
            Some('+') => Follows::Next,
            Some(_) if after.len() < after_step.len() => {
                rest = after;
                follows = Follows::Inside;
                continue;
            }
            Some(_) => return None,
        };
        rest = chars.as_str().trim_start();
    }
}

fn parse_compound(css: &str) -> Option<(Step, &str)> {
    let mut step = Step {
        compound: Compound::default(),
        follows: Follows::Inside,
        asks_neighbours: false,
        asks_inside: false,
    };
    let compound = &mut step.compound;
    let (tag, mut rest) = ident(css);
    if let Some(after) = css.strip_prefix('*') {
        rest = after;
    } else if !tag.is_empty() {
        compound.tag = Some(tag.to_owned());
    }
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            Some('#') => {
                let (id, after) = named(chars.as_str())?;
                compound.id = Some(id.to_owned());
                rest = after;
            }
            Some('.') => {
                let (class, after) = named(chars.as_str())?;
                compound.classes.push(class.to_owned());
                rest = after;
            }
            Some('[') => {
                let (attribute, after) = parse_attribute(chars.as_str())?;
                compound.attributes.push(attribute);
                rest = after;
            }
            Some(':') => {
                let (name, after) = named(chars.as_str())?;
                let (inner, after) = match after.starts_with('(') {
                    true => in_brackets(after)?,
                    false => ("", after),
                };
                step.asks_inside |= matches!(name, "has" | "empty");
                step.asks_neighbours |= !matches!(name, "not" | "is" | "where" | "has" | "empty")
                    || inner.contains(['~', '+', ':']);
                rest = after;
            }
            _ => break,
        }
    }
    // Namespaces and other rarities.
    let is_rare = rest.starts_with(['\\', '|', '*', '&']) || rest.len() == css.len();
    (!is_rare).then_some((step, rest))
}

fn named(css: &str) -> Option<(&str, &str)> {
    let (name, rest) = ident(css);
    (!name.is_empty()).then_some((name, rest))
}

fn ident(css: &str) -> (&str, &str) {
    let end = css
        .find(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .unwrap_or(css.len());
    css.split_at(end)
}

/// `name op "value" flag]`, of which the operator does not matter.
fn parse_attribute(css: &str) -> Option<((String, String), &str)> {
    let (name, rest) = named(css.trim_start())?;
    let rest = rest.trim_start();
    if let Some(rest) = rest.strip_prefix(']') {
        return Some(((name.to_owned(), String::new()), rest));
    }
    let rest = rest.trim_start_matches(['~', '|', '^', '$', '*']);
    let rest = rest.strip_prefix('=')?.trim_start().strip_prefix('"')?;
    let (value, rest) = rest.split_once('"')?;
    if value.contains('\\') {
        return None;
    }
    let (_, rest) = rest.split_once(']')?;
    Some(((name.to_owned(), value.to_owned()), rest))
}

/// What is between a pair of round brackets, and what is behind it.
fn in_brackets(css: &str) -> Option<(&str, &str)> {
    let inner = css.strip_prefix('(')?;
    let mut depth = 1_usize;
    let mut quoted = false;
    for (at, c) in inner.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inner[..at], &inner[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(tag: &str) -> Seen<'_> {
        let end = tag.find(' ').unwrap_or(tag.len());
        let inside = &tag[end..];
        let value = |wanted: &str| {
            Attributes::new(inside)
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value)
        };
        Seen {
            name: &tag[..end],
            inside,
            id: value("id"),
            class: value("class"),
        }
    }

    #[track_caller]
    fn check(selector: &str, tag: &str, around: &[&str], maybe: bool) {
        let parsed = Selector::parse(selector).expect("a selector");
        let wanted = Wanted::new([&parsed], []).expect("a selector that tags can answer");
        let around = around
            .iter()
            .fold(0, |around, tag| wanted.around(seen(tag), around));
        assert_eq!(wanted.may_be(seen(tag), around), maybe, "{selector} {tag}");
    }

    #[test]
    fn an_element_is_wanted_by_its_own_names_and_those_around_it() {
        check("#con", "div id=con", &[], true);
        check("#con", "DIV ID='CON'", &[], true);
        check("#con", "div id=cons", &[], false);
        check("div.a.b", "div class='x b a'", &[], true);
        check("div.a.b", "div class='a'", &[], false);
        check("div.a.b", "p class='a b'", &[], false);
        check("#a .b > c", "c", &["div id=a", "p class=b"], true);
        check("#a .b > c", "c", &["p class=b"], false);
        check("x, y", "y", &[], true);
        check("* a", "a", &["p"], true);
    }

    #[test]
    fn attributes_are_compared_as_far_as_they_can_be() {
        check(
            "a[href*='down.php']",
            "a href='/down.php?a=1&amp;b=2'",
            &[],
            true,
        );
        check(
            "a[href*='down.php']",
            "a href='/list.php?a=1&amp;b=2&c=3'",
            &[],
            false,
        );
        check("a[href*='down.php']", "a href='/d&#111;wn.php'", &[], true);
        check("[rel~='tag' i]", "a rel='x TAG'", &[], true);
        check("input[name=a][value]", "input name=a", &[], false);
        check("input[name=a][value]", "input value name=a", &[], true);
        check(".a", "p class='&#97;'", &[], true);
    }

    #[test]
    fn both_sides_of_a_tilde_are_wanted() {
        check(".x .now ~ a.page", "a class=page", &["p class=x"], true);
        check(".x .now ~ a.page", "b class=now", &["p class=x"], true);
        check(".x .now ~ a.page", "a class=page", &[], false);
    }

    #[test]
    fn conditions_that_are_not_understood_are_left_out() {
        check("h1 > a:not(.category)", "a class=category", &["h1"], true);
        check("tr:has(> td.x)", "tr", &[], true);
    }

    #[test]
    fn selectors_that_hang_on_neighbours_are_refused() {
        for selector in [
            "a + b",
            "li:first-child",
            "p:nth-child(2)",
            ":root",
            "p:not(:first-child)",
            "p:has(~ b)",
            "p:has(a) b",
            "p.\\31 a",
        ] {
            let parsed = Selector::parse(selector).expect("a selector");
            assert!(Wanted::new([&parsed], []).is_none(), "{selector}");
        }
    }

    #[test]
    fn inside_what_is_kept_neighbours_may_count() {
        for (selector, tag, hangs) in [
            ("tr:nth-child(2) td", "tr", true),
            ("tr:nth-child(2) td", "td", false),
            ("div.a ~ p", "p", true),
            ("div.a ~ p", "div class=a", false),
            ("div:has(> b) p", "div", true),
        ] {
            let parsed = Selector::parse(selector).expect("a selector");
            let wanted = Wanted::new([], [&parsed]).expect("a selector that tags can answer");
            assert_eq!(wanted.hangs(seen(tag)), hangs, "{selector} {tag}");
        }
    }
}
