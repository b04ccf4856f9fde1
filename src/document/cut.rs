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

use hashlink::DefaultHashBuilder;

use super::dom::Html;
use super::familiar::{self, Context, Known};
use super::nesting::{Did, Nesting, Unclear};
use super::steps::{Step, Tag, Way};
use super::tags::{Attributes, Kind, Tags, Token};
use super::tree::{tree_from, tree_of};
use super::wanted::{Around, Note, Seen, Wanted, is_coded};
use super::{MAX_ATTRIBUTES, MAX_TAGS};

/// Bytes of a tag that opens an element. What stands in it may be compared with it once more each.
const MAX_TAG: usize = 16 * 1024;

/// Below this many bytes the parser is as quick as the search.
const SMALL: usize = 4 * 1024;

/// Attributes, as they are written, each once.
pub type Names<'t> = HashSet<&'t str, DefaultHashBuilder>;

/// What was to be noted of the elements that were left out, and of some of those they stood in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut<'t> {
    pub ids: Names<'t>,
    pub classes: Names<'t>,
    /// Where links lead to, as it is written but for `&amp;`.
    pub links: Vec<Cow<'t, str>>,
}

/// What is left of a text.
pub(super) struct Rest<'t> {
    text: &'t str,
    /// What was cut out, in order.
    gaps: Vec<(usize, usize)>,
    /// The way through what was not.
    way: Way<'t>,
}

impl Rest<'_> {
    /// As a text of its own.
    pub fn text(&self) -> String {
        let mut rest = String::with_capacity(self.n_bytes());
        let mut at = 0;
        for (from, to) in &self.gaps {
            rest.push_str(&self.text[at..*from]);
            at = *to;
        }
        rest.push_str(&self.text[at..]);
        rest
    }

    /// Its tree, if its tags tell it.
    pub fn tree(&self) -> Result<Html, Unclear> {
        let is_untold = |step: &Step<'_>| matches!(step, Step::Untold(_));
        match self.way.steps.iter().any(is_untold) {
            true => tree_of(&self.text()),
            false => tree_from(self.text, &self.way, self.n_bytes()),
        }
    }

    fn n_bytes(&self) -> usize {
        self.text.len() - n_bytes_of(&self.gaps)
    }
}

/// `text` without what is not wanted. `None`: all is wanted, or too little is not to be worth it.
///
/// # Errors
/// The page's tags do not tell which elements are open.
pub(super) fn cut<'t>(
    text: &'t str,
    wanted: &Wanted,
) -> Result<Option<(Rest<'t>, LeftOut<'t>)>, Unclear> {
    if text.len() < SMALL {
        return Ok(None);
    }
    let mut cutter = Cutter {
        text,
        tags: Tags::new(text),
        nesting: Nesting::new(text),
        wanted,
        kept_below: None,
        n_wanted: 0,
        n_recalled: 0,
        apart_below: None,
        frames: Vec::with_capacity(32),
        noted: Vec::new(),
        links: Vec::new(),
        gaps: Vec::new(),
        steps: Vec::with_capacity(text.len() / 96),
    };
    let mut words_from = 0;
    while let Some(token) = cutter.tags.next() {
        if !cutter.nesting.allows_words() && !text[words_from..token.start].trim_ascii().is_empty()
        {
            return Err(Unclear("words outside the body"));
        }
        words_from = token.end;
        if token.n_attributes > MAX_ATTRIBUTES {
            return Err(Unclear("a tag of very many attributes"));
        }
        let familiar_to = cutter.follow(&token)?;
        cutter.tags.foreign = cutter.nesting.is_in_svg();
        if let Some(at) = familiar_to {
            cutter.tags.skip_to(at);
            words_from = at;
        }
    }
    let is_worth_it = n_bytes_of(&cutter.gaps) > text.len() / 8;
    Ok(is_worth_it.then(|| cutter.finish()))
}

fn n_bytes_of(gaps: &[(usize, usize)]) -> usize {
    gaps.iter().map(|(from, to)| to - from).sum()
}

/// Classes that were noted a moment ago: a menu's entries have the same, and need not be looked up in a set.
#[derive(Default)]
struct Recent<'t>([&'t str; 16]);

impl<'t> Recent<'t> {
    fn is_new(&mut self, classes: &'t str) -> bool {
        let bytes = classes.as_bytes();
        let last = bytes.last().copied().map_or(0, usize::from);
        let place = &mut self.0[(bytes.len() + 5 * last) % 16];
        std::mem::replace(place, classes) != classes
    }
}

/// An id or classes of an element that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Noted<'t> {
    Id(&'t str),
    Classes(&'t str),
}

/// An open element in which nothing wanted was met yet.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// What stands around its content, for `wanted` and for what is apart.
    around: (Around, Around),
    context: Context,
    is_repeated: bool,
    content_from: usize,
    /// What had been noted, met, and recalled when it was opened.
    n_noted: usize,
    n_wanted: usize,
    n_recalled: usize,
}

struct Cutter<'t, 'w> {
    text: &'t str,
    /// With the attributes of those that were passed, but for what was cut out again.
    tags: Tags<'t>,
    nesting: Nesting<'t>,
    wanted: &'w Wanted,
    /// Inside a wanted element: how many elements it stands in.
    kept_below: Option<usize>,
    /// Wanted elements so far.
    n_wanted: usize,
    /// Familiar parts so far.
    n_recalled: usize,
    /// Inside an element in which nothing is noted, likewise.
    apart_below: Option<usize>,
    /// Of each open element up to the first kept one.
    frames: Vec<Frame>,
    noted: Vec<Noted<'t>>,
    links: Vec<Cow<'t, str>>,
    /// What is cut out so far, in order.
    gaps: Vec<(usize, usize)>,
    /// What was passed, but for what was cut out again.
    steps: Vec<Step<'t>>,
}

impl<'t> Cutter<'t, '_> {
    /// Answers where to go on, if all up to there is familiar.
    fn follow(&mut self, token: &Token<'t>) -> Result<Option<usize>, Unclear> {
        let did = self.nesting.follow(token)?;
        if self.steps.len() >= MAX_TAGS || self.tags.n_attributes() > MAX_TAGS {
            return Err(Unclear("a page of very many tags"));
        }
        let tag = Tag::of(token, did, &self.nesting);
        self.steps.push(Step::Tag(tag));
        if did == Did::Opened && token.inside.len() > MAX_TAG {
            return Err(Unclear("a very long tag"));
        }
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
            return Ok(None);
        }
        let closed = self.frames.get(n_around).copied();
        self.frames.truncate(n_around);
        match did {
            Did::Opened | Did::Stood => return self.meet(token, did, n_around),
            Did::Closed(start, may_go) => {
                if let Some(frame) = closed {
                    self.remember(frame, token);
                }
                if may_go {
                    self.leave_out(start, token.end);
                }
            }
            Did::Nothing => {}
        }
        Ok(None)
    }

    /// Keeps in mind what is in an element that ends with this tag.
    fn remember(&self, frame: Frame, end_tag: &Token<'t>) {
        let is_plain_end = frame.is_repeated && frame.n_wanted == self.n_wanted;
        // Where a part of it was familiar, and it was not, it says something else on each page.
        let is_constant = frame.n_recalled == self.n_recalled;
        if !is_plain_end || !is_constant || matches!(self.wanted.note, Note::Links) {
            return;
        }
        let from = frame.content_from;
        let words = &self.text[from..end_tag.end];
        familiar::remember(frame.context, words, || {
            let mut noted = self.noted[frame.n_noted..].to_vec();
            noted.sort_unstable();
            noted.dedup();
            let place = |part: &str| {
                let at = part.as_ptr() as usize - words.as_ptr() as usize;
                (at, at + part.len())
            };
            let mut known = Known {
                length: end_tag.start - from,
                ..Known::default()
            };
            for noted in noted {
                match noted {
                    Noted::Id(id) => known.ids.push(place(id)),
                    Noted::Classes(classes) => known.classes.push(place(classes)),
                }
            }
            let inside = self
                .gaps
                .iter()
                .rev()
                .take_while(|(start, _)| *start >= from);
            known.gaps = inside
                .map(|(start, end)| (start - from, end - from))
                .collect();
            known.gaps.reverse();
            known
        });
    }

    /// Where the element that has just been opened ends, if its content is familiar.
    fn recall(&mut self, frame: Frame) -> Option<usize> {
        if !frame.is_repeated || matches!(self.wanted.note, Note::Links) {
            return None;
        }
        let from = frame.content_from;
        let rest = &self.text[from..];
        let (gaps, noted) = (&mut self.gaps, &mut self.noted);
        let steps = &mut self.steps;
        let recalled = familiar::recall(frame.context, rest, |known| {
            steps.push(Step::Untold(from));
            gaps.extend(
                known
                    .gaps
                    .iter()
                    .map(|(start, end)| (from + start, from + end)),
            );
            let ids = known
                .ids
                .iter()
                .map(|(start, end)| Noted::Id(&rest[*start..*end]));
            noted.extend(ids);
            let classes = known.classes.iter();
            noted.extend(classes.map(|(start, end)| Noted::Classes(&rest[*start..*end])));
            from + known.length
        });
        self.n_recalled += usize::from(recalled.is_some());
        recalled
    }

    fn finish(self) -> (Rest<'t>, LeftOut<'t>) {
        let rest = Rest {
            text: self.text,
            gaps: self.gaps,
            way: Way {
                steps: self.steps,
                attributes: self.tags.into_attributes(),
            },
        };
        let mut left_out = LeftOut {
            links: self.links,
            ..LeftOut::default()
        };
        let mut recent = Recent::default();
        for noted in self.noted {
            match noted {
                Noted::Id(id) => {
                    left_out.ids.insert(id);
                }
                Noted::Classes(classes) if recent.is_new(classes) => {
                    left_out.classes.insert(classes);
                }
                Noted::Classes(_) => {}
            }
        }
        (rest, left_out)
    }

    fn meet(
        &mut self,
        token: &Token<'t>,
        did: Did,
        n_around: usize,
    ) -> Result<Option<usize>, Unclear> {
        let seen = Seen::from(token);
        let around_it = self.frames.last();
        let (around, around_apart) = around_it.map(|frame| frame.around).unwrap_or_default();
        let is_near = self.wanted.is_near(seen, around);
        if is_near && self.wanted.may_be(seen, around) {
            let mut outer = self.nesting.open()[..n_around].iter();
            if self.wanted.hangs(seen) || outer.any(|outer| self.wanted.hangs(outer.seen)) {
                return Err(Unclear("a selector asks for what stands beside it"));
            }
            self.n_wanted += 1;
            if did == Did::Opened {
                self.kept_below = Some(n_around);
            }
            if let Some(open) = self.nesting.last_mut() {
                open.holds_wanted = true;
            }
            return Ok(None);
        }
        self.note(seen, did, n_around, around_apart)?;
        if did == Did::Opened {
            let inside_apart = match &self.wanted.note {
                Note::Names(apart) if apart.is_near(seen, around_apart) => {
                    apart.around(seen, around_apart)
                }
                _ => around_apart,
            };
            let inside = match is_near {
                true => self.wanted.around(seen, around),
                false => around,
            };
            let frame = self.frame(token, (inside, inside_apart));
            self.frames.push(frame);
            return Ok(self.recall(frame));
        }
        let is_unshown = ["script", "style", "noscript"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(token.name));
        if token.kind == Kind::Text && is_unshown && self.nesting.is_plain() {
            self.leave_out(token.start, token.end);
        }
        Ok(None)
    }

    /// The element that has just been opened.
    fn frame(&self, token: &Token<'t>, around: (Around, Around)) -> Frame {
        let outer = match self.frames.last() {
            Some(outer) => outer.context,
            None => Context::of_page(self.wanted.number, self.nesting.is_standard()),
        };
        let open = self.nesting.open().last().expect("opened just now");
        let is_apart = self.apart_below.is_some();
        Frame {
            around,
            context: outer.inside(open.name_key(), open.is_plain(), around, is_apart),
            is_repeated: open.is_repeated() && !self.nesting.is_in_svg(),
            content_from: token.end,
            n_noted: self.noted.len(),
            n_wanted: self.n_wanted,
            n_recalled: self.n_recalled,
        }
    }

    /// Nobody sees this element any more.
    fn note(
        &mut self,
        seen: Seen<'t>,
        did: Did,
        n_around: usize,
        around: Around,
    ) -> Result<(), Unclear> {
        match &self.wanted.note {
            Note::Nothing => {}
            Note::Names(_) if self.apart_below.is_some() => {}
            Note::Names(apart) => {
                if apart.is_near(seen, around) && apart.may_be(seen, around) {
                    self.apart_below = (did == Did::Opened).then_some(n_around);
                    return Ok(());
                }
                // A name in character references would have been kept.
                self.noted.extend(seen.id.map(Noted::Id));
                self.noted.extend(seen.class.map(Noted::Classes));
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
                self.links.extend(decoded);
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
        while let Some(step) = self.steps.pop_if(|step| step.start() >= from) {
            if let Step::Tag(tag) = step {
                self.tags.forget_attributes(tag.attributes_from as usize);
            }
        }
        self.steps.push(Step::Gap(from, to));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::document::Selector;

    use super::*;

    /// Tags around something to keep, and things to leave out.
    fn piece() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(vec![
            "<div id=kept>",
            "<div class=box>",
            "<p class=kept>",
            "<div>",
            "</div>",
            "<p>",
            "</p>",
            "<ul>",
            "<li>",
            "</li>",
            "</ul>",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "</tr>",
            "</table>",
            "<b>",
            "</b>",
            "<a href='?a=1&amp;b=2'>",
            "</a>",
            "words ",
            " &lt;more&gt; ",
            "\n",
            "\r\n",
            "<!-- c -->",
            "<br>",
            "<script>a</script>",
            "<img alt='&quot;\r\n'>",
            "<div class=menu><ul><li>an entry of a menu that stands on each page of this board</li></ul></div>",
            "<table><tr><td>1</td><td>a row of a listing that is longer than those that are soon looked through</td></tr></table>",
        ])
    }

    proptest! {
        /// The tree made from the steps is the one that the parser makes of what is left, whether parts were met before or not.
        #[test]
        fn the_steps_lead_to_the_tree_of_what_is_left(pieces in proptest::collection::vec(piece(), 0..40), is_warm: bool) {
            let select = |css| Selector::parse(css).expect("a selector");
            let (kept, inner) = (select("#kept"), select(".box .kept"));
            let wanted = Wanted::new([&kept, &inner], []).expect("selectors that tags can answer");
            let menu = "<div><ul><li>menu</li></ul></div>".repeat(150);
            let body = pieces.concat();
            let page = format!("<!doctype html><html><head></head><body>{body}{menu}</body></html>");
            if !is_warm {
                familiar::forget();
            }
            if let Ok(Some((rest, _))) = cut(&page, &wanted)
                && let Ok(tree) = rest.tree()
            {
                let by_parser = Html::parse_document(&rest.text());
                prop_assert!(tree == by_parser, "{}\n{}\n{}", body, tree.html(), by_parser.html());
            }
        }
    }

    /// A page with something to keep and enough to cut, the given tag in what is kept.
    fn judged(tag: &str) -> Result<Option<String>, Unclear> {
        let kept = Selector::parse("#kept").expect("a selector");
        let wanted = Wanted::new([&kept], []).expect("a selector that tags can answer");
        let menu = "<div><ul><li>menu</li></ul></div>".repeat(200);
        let page = format!(
            "<!doctype html><html><head></head><body><div id=kept>{tag}</div></div>{menu}</body></html>"
        );
        Ok(cut(&page, &wanted)?.map(|(rest, _)| rest.text()))
    }

    /// What they close would stay open without them, and take in what follows.
    #[test]
    fn boxes_that_close_a_paragraph_stay() {
        let menu = "<div><ul><li>menu</li></ul></div>".repeat(5);
        let ended = format!("<p id=kept>a<div class=menu>{menu}</div>b<div>{menu}</div>");
        let select = |css| Selector::parse(css).expect("a selector");
        let wanted = Wanted::new([&select("#kept")], []).expect("a selector that tags can answer");
        let filler = format!("<div>{menu}</div>").repeat(40);
        let page = format!("<!doctype html><html><head></head><body>{ended}{filler}</body></html>");
        familiar::forget();
        for _ in 0..2 {
            let (rest, _) = cut(&page, &wanted).expect("clear").expect("a cut");
            assert!(
                rest.text()
                    .contains("<p id=kept>a<div class=menu></div>b</body>"),
                "{}",
                rest.text()
            );
        }
    }

    #[test]
    fn tags_that_cost_more_than_they_are_long_are_left_to_the_bounds_of_the_parser() {
        let many = |n: usize| (0..n).map(|n| format!(" a{n}")).collect::<String>();
        assert!(matches!(judged("<div class=x>"), Ok(Some(_))));
        assert!(matches!(
            judged(&format!("<div{}>", many(MAX_ATTRIBUTES))),
            Ok(Some(_))
        ));
        for tag in [
            format!("<div{}>", many(MAX_ATTRIBUTES + 1)),
            format!("<div><br{}>", many(MAX_ATTRIBUTES + 1)),
            format!("<div class='{}'>", "x ".repeat(MAX_TAG)),
        ] {
            assert!(judged(&tag).is_err());
        }
    }

    #[test]
    fn a_kept_part_of_very_many_tags_is_left_to_the_bounds_of_the_parser() {
        assert!(judged(&"<br>".repeat(MAX_TAGS / 2)).is_ok());
        assert!(judged(&"<br>".repeat(MAX_TAGS)).is_err());
        let tag = format!("<br{}>", " a".repeat(MAX_ATTRIBUTES));
        assert!(judged(&tag.repeat(MAX_TAGS / MAX_ATTRIBUTES / 2)).is_ok());
        assert!(judged(&tag.repeat(MAX_TAGS / MAX_ATTRIBUTES + 1)).is_err());
    }

    /// What was met before changes nothing but the time it takes.
    #[test]
    fn familiar_parts_are_cut_as_unknown_ones() {
        let select = |css| Selector::parse(css).expect("a selector");
        let (kept, apart) = (select(".box .kept"), select(".apart"));
        let wanted = Wanted::new([&kept], [])
            .and_then(|wanted| wanted.noting_names([&apart]))
            .expect("selectors that tags can answer");
        let row = |n: usize, class: &str| {
            let cells =
                format!("<td class='{class}' id=c{n}><div class=cell>{n}</div></td>").repeat(12);
            format!("<tr class=row>{cells}</tr>")
        };
        let list = |from: usize| {
            let rows: String = (from..from + 8).map(|n| row(n / 2, "td")).collect();
            format!("<table>{rows}</table>")
        };
        let pages = [
            list(0),
            list(2),
            format!(
                "<div class=box>{}<p class=kept>x</p></div>{}",
                list(2),
                list(2)
            ),
            format!("<div class=apart>{}</div>", list(2)),
            format!("<ul><li>{}</li></ul>{}", list(2), list(4)),
            format!(
                "<div class=box>{}</div><div class=box><p class=kept>{}</div>",
                row(1, "kept"),
                list(2)
            ),
            format!("<a href=x>{}</a><p>{}", list(0), list(3)),
            format!("{}</div><div>{}", list(0), list(3)),
        ];
        let page = |inside: &str| {
            let filler = "<p>words</p>".repeat(500);
            format!(
                "<!doctype html><html><head></head><body>{inside}<div>{filler}</div></body></html>"
            )
        };
        let fresh = pages.clone().map(|inside| {
            familiar::forget();
            cut(&page(&inside), &wanted).map(|found| {
                found.map(|(rest, left_out)| {
                    (rest.text(), left_out.ids.len(), left_out.classes.len())
                })
            })
        });
        familiar::forget();
        for round in 0..2 {
            for (inside, fresh) in pages.iter().zip(&fresh) {
                let page = page(inside);
                let again = cut(&page, &wanted).map(|found| {
                    found.map(|(rest, left_out)| {
                        (rest.text(), left_out.ids.len(), left_out.classes.len())
                    })
                });
                assert_eq!(again, *fresh, "in round {round}: {inside}");
            }
        }
    }

    #[test]
    fn what_is_left_out_is_noted_and_what_is_apart_is_not() {
        let select = |css| Selector::parse(css).expect("a selector");
        let (kept, apart) = (select("#kept"), select(".rows"));
        let wanted = || Wanted::new([&kept], []).expect("a selector that tags can answer");
        let filler = "<p>words</p>".repeat(600);
        let page = format!(
            "<!doctype html><html><head></head><body class='one two'><div id=kept><i class=inside></i></div><div id=side><a href='/b?x=1&amp;y=2'>{filler}</a></div><div class=rows><b class=row></b></div><div class=after></div></body></html>"
        );
        let names = wanted()
            .noting_names([&apart])
            .expect("selectors that tags can answer");
        let (_, left_out) = cut(&page, &names).expect("clear").expect("a cut");
        assert_eq!(left_out.ids, HashSet::from_iter(["side"]));
        assert_eq!(left_out.classes, HashSet::from_iter(["one two", "after"]));
        let (_, left_out) = cut(&page, &wanted().noting_links())
            .expect("clear")
            .expect("a cut");
        assert_eq!(left_out.links, ["/b?x=1&y=2"]);
    }
}
