//! Which comment answers which? In: the comments of the pages seen. Out: what they are nested in, or where each says how
//! deep it stands.

use std::collections::BTreeMap;

use regex::Regex;

use crate::document::{ElementRef, NodeId, Selector};

use super::css;
use super::field_rule::FieldRule;

/// Levels between a comment and what all comments stand in.
const MAX_LEVELS: usize = 40;

/// A number that says how deep: `depth2`, `indent-3`; a margin in any unit.
const LEVEL: &str = r"(?:^|\s)(?:\w+-)?(?:depth|level|indent|lvl|lv)[-_]{0,2}(\d{1,2})(?:\s|$)";
const MARGIN: &str = r"(?:margin|padding)-left:\s*(\d+(?:\.\d+)?)";

/// How it is known how deep a comment stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Depth {
    /// One level for each of these around it.
    Nested(String),
    /// It says so itself; one level is so much.
    Said(FieldRule, f64),
}

/// `pages`: the comments of each page in order; `item` is their name, `own_key` that they tell their ids themselves.
pub(super) fn depth(pages: &[Vec<ElementRef<'_>>], item: &str, own_key: bool) -> Option<Depth> {
    nested(pages, item, own_key)
        .map(Depth::Nested)
        .or_else(|| said(pages))
}

fn nested(pages: &[Vec<ElementRef<'_>>], item: &str, own_key: bool) -> Option<String> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for items in pages {
        for pair in items.windows(2) {
            let [before, this] = pair else { continue };
            if this.ancestors().any(|above| above.id() == before.id()) {
                // One in the other.
                return Some(item.to_owned());
            }
            if let Some(list) = list_of_answers(*before, *this) {
                *names.entry(css::simple(list)).or_default() += 1;
            }
        }
    }
    let (name, _) = names.into_iter().max_by_key(|(_, n)| *n)?;
    // What holds answers is asked for an id, as a comment is: it must not find an answer's.
    if !own_key || !name.contains('.') {
        return None;
    }
    let list = Selector::parse(&name).ok()?;
    let deep = |item: &ElementRef<'_>| {
        let around = item
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(MAX_LEVELS);
        around.filter(|above| list.matches(above)).count()
    };
    let least = pages.iter().flatten().map(deep).min()?;
    match least {
        0 => Some(name),
        // All stand in such a list.
        1 => Some(format!("{name} {name}")),
        _ => None,
    }
}

/// The list of a comment that answers the one before it: beside that one, not in the same list.
fn list_of_answers<'a>(before: ElementRef<'a>, this: ElementRef<'a>) -> Option<ElementRef<'a>> {
    let of_before: Vec<NodeId> = std::iter::once(before.id())
        .chain(before.ancestors().take(MAX_LEVELS).map(|above| above.id()))
        .collect();
    let mut list = this;
    for above in this
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(MAX_LEVELS)
    {
        if let Some(place) = of_before.iter().position(|id| *id == above.id()) {
            let beside = above
                .child_elements()
                .find(|child| place > 0 && child.id() == of_before[place - 1])?;
            let unlike =
                beside.value().name() != list.value().name() || (beside == before && list != this);
            return (unlike && css::simple(beside) != css::simple(list)).then_some(list);
        }
        list = above;
    }
    None
}

/// A class or a margin that says how deep a comment stands, where some stand deeper than others.
fn said(pages: &[Vec<ElementRef<'_>>]) -> Option<Depth> {
    for (attr, pattern) in [("class", LEVEL), ("style", MARGIN)] {
        let rule = FieldRule {
            attr: Some(attr),
            pattern: Some(pattern.to_owned()),
            ..FieldRule::plain("")
        };
        let reader = Regex::new(pattern).expect("a constant pattern");
        let value = |item: &ElementRef<'_>| -> Option<f64> {
            reader
                .captures(item.attr(attr)?)?
                .get(1)?
                .as_str()
                .parse()
                .ok()
        };
        let values: Vec<f64> = pages
            .iter()
            .flatten()
            .map(|item| value(item).unwrap_or(0.0))
            .collect();
        let some = values.iter().copied().filter(|value| *value > 0.0);
        let unit = some.min_by(f64::total_cmp).unwrap_or(0.0);
        let whole = |value: &f64| (value / unit).fract() == 0.0;
        let differ = values.iter().any(|value| *value != values[0]);
        if attr == "class" && differ {
            return Some(Depth::Said(rule, 1.0));
        }
        if attr == "style" && unit > 0.0 && values.contains(&0.0) && values.iter().all(whole) {
            return Some(Depth::Said(rule, unit));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::document::Html;

    use super::*;

    #[track_caller]
    fn check(page: &str, item: &str, want: Option<&str>) {
        let html = Html::parse_fragment(page);
        let selector = Selector::parse(item).unwrap();
        let found = depth(&[html.select(&selector).collect()], item, true);
        let found = found.map(|depth| match depth {
            Depth::Nested(css) => css,
            Depth::Said(rule, unit) => format!("{} by {unit}", rule.attr.unwrap()),
        });
        assert_eq!(found.as_deref(), want, "{page}");
    }

    #[test]
    fn answers_stand_in_lists_of_their_own() {
        let list = "<ol class=all><li><div class=c id=a>1</div><ol class=children><li><div class=c id=b>2</div></ol>\
                    <li><div class=c id=d>3</div></ol>";
        check(list, "div.c", Some("ol.children"));
        check(
            &list.replace("children", "all"),
            "div.c",
            Some("ol.all ol.all"),
        );
        check(
            "<ol><li class=c id=a>1<ol><li class=c id=b>2</ol><li class=c id=d>3</ol>",
            "li.c",
            Some("li.c"),
        );
        check(
            "<ol class=all><li><div class=c id=a>1</div><ol class=children><li><div class=c id=b>2</div></ol></ol>",
            "div.c",
            Some("ol.children"),
        );
        check(
            "<ol class=all><li><div class=c id=a>1</div><li><div class=c id=b>2</div></ol>",
            "div.c",
            None,
        );
        check(
            "<div><div class=c>1</div><hr><div class='c own'>2</div></div>",
            "div.c",
            None,
        );
    }

    #[test]
    fn or_they_say_how_deep_they_stand() {
        let flat = "<div class='c depth0'>1</div><div class='c depth1'>2</div><div class='c depth2'>3</div>";
        check(flat, "div.c", Some("class by 1"));
        let counted_from_one = "<div class='c c-level--1'>1</div><div class='c c-level--2'>2</div>";
        check(counted_from_one, "div.c", Some("class by 1"));
        let moved = "<div class=c>1</div><div class=c style='margin-left: 24px'>2</div><div class=c style='margin-left: 48px'>3</div>";
        check(moved, "div.c", Some("style by 24"));
        check(
            "<div class='c depth1'>1</div><div class='c depth1'>2</div>",
            "div.c",
            None,
        );
    }
}
