//! A selector, put to a tree. A profile has half a hundred of them for a page, and most select nothing on it: that an element
//! lacks the id, the class or the tag is seen in a few instructions, and only the others are given to the selector itself.

use std::iter::Empty;
use std::ops::{BitOr, Deref};

use html5ever::{LocalName, local_name};
use scraper::error::SelectorErrorKind;

use super::chain::{Chain, Foreign};
use super::dom::{Element, ElementRef, Html, NodeRef};
use super::hashes::{NameBits, NameHash, NameKind};
use super::indexed::{Document, Inside, Scope};
use super::selector::Selector;
use super::wanted;

/// A selector that says at a glance which elements it does not select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    selector: Selector,
    /// One for each alternative of the list. `None`: whatever is to be learnt of it, the selector tells.
    signs: Option<Vec<Sign>>,
    /// Of the signs, where all of them are names.
    names: Option<Vec<NameHash>>,
    /// Those of the signs; an element that shares none with them is not selected.
    bits: NameBits,
    /// Where names are all that is asked: one for each alternative.
    chains: Option<Vec<Chain>>,
}

/// What an element must have to be selected.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sign {
    Id(String),
    Class(String),
    Tag(LocalName),
    Attribute(LocalName),
}

impl Query {
    /// # Errors
    /// `css` is no selector.
    pub fn parse(css: &str) -> Result<Self, SelectorErrorKind> {
        let selector = Selector::parse(css)?;
        let signs = wanted::subjects(&selector)
            .and_then(|subjects| subjects.into_iter().map(Sign::of).collect());
        let names = signs.as_deref().and_then(names_of);
        let bits = names.as_ref().map_or(NameBits::ALL, |names| {
            let bits = names.iter().map(|name| name.bit());
            bits.fold(NameBits::NONE, BitOr::bitor)
        });
        let chains = Chain::all_of(&selector.to_css_string());
        Ok(Self {
            selector,
            signs,
            names,
            bits,
            chains,
        })
    }

    /// Whether the element is selected.
    pub fn matches(&self, element: &ElementRef<'_>) -> bool {
        let may_match = match &self.signs {
            Some(signs) => self.may_be(signs, element),
            None => true,
        };
        may_match && self.is_meant(element, None)
    }

    /// Whether the element has one of the signs.
    fn may_be(&self, signs: &[Sign], element: &ElementRef<'_>) -> bool {
        let tag = element.value();
        self.bits.may_share(tag.bits()) && is_any_on(signs, tag)
    }

    /// Whether an element that has one of the signs is selected.
    fn is_meant(&self, element: &ElementRef<'_>, scope: Option<ElementRef<'_>>) -> bool {
        if let Some(chains) = &self.chains {
            for chain in chains {
                match chain.fits(*element) {
                    Ok(true) => return true,
                    Ok(false) => {}
                    Err(Foreign) => return self.selector.matches_in(element, scope),
                }
            }
            return false;
        }
        self.selector.matches_in(element, scope)
    }

    /// The elements inside `scope` that are selected, in document order.
    pub fn select<'a>(&self, scope: impl Into<Scope<'a>>) -> impl Iterator<Item = ElementRef<'a>> {
        let scope = scope.into();
        let element = scope.element();
        let Some(signs) = &self.signs else {
            // How many brothers stand before an element is counted once for a whole search by the selector's own.
            return Found::Selector(element.select(&self.selector));
        };
        let is_selected = move |found: &ElementRef<'_>| self.is_meant(found, Some(element));
        let indexed = match scope.inside() {
            Inside::Page(page) => self.indexed(page, signs),
            Inside::Known(inside) => {
                let has_sign = move |found: &ElementRef<'_>| self.may_be(signs, found);
                let found = inside.iter().copied().filter(has_sign);
                return Found::Known(found.filter(is_selected));
            }
            Inside::Nothing => None,
        };
        match indexed {
            Some(may_be) => {
                let inside = may_be.filter(move |found| *found != element);
                Found::Names(inside.filter(is_selected))
            }
            None => Found::Signs(self.met(*element, signs).filter(is_selected)),
        }
    }

    /// The elements of a page that are selected, in document order.
    pub fn select_in<'a>(&self, page: &'a Document) -> impl Iterator<Item = ElementRef<'a>> {
        let Some(signs) = &self.signs else {
            return Found::Selector::<_, _, _, Empty<_>>(page.select(&self.selector));
        };
        let is_selected = |found: &ElementRef<'_>| self.is_meant(found, None);
        match self.indexed(page, signs) {
            Some(may_be) => Found::Names(may_be.filter(is_selected)),
            None => Found::Signs(self.met(page.document(), signs).filter(is_selected)),
        }
    }

    /// Whether any element of a page is selected; no index is made for it.
    pub fn selects_any_in(&self, page: &Html) -> bool {
        match &self.signs {
            None => page.select(&self.selector).next().is_some(),
            Some(signs) => {
                let mut met = self.met(page.document(), signs);
                met.any(|found| self.is_meant(&found, None))
            }
        }
    }

    /// The elements in a node that have one of the signs, in document order.
    fn met<'a>(&self, scope: NodeRef<'a>, signs: &[Sign]) -> impl Iterator<Item = ElementRef<'a>> {
        let elements = scope.inside().filter_map(ElementRef::wrap);
        elements.filter(|element| self.may_be(signs, element))
    }

    /// The elements of a page that have one of the signs, from its index. `None`: it can't tell.
    fn indexed<'a>(
        &self,
        page: &'a Document,
        signs: &[Sign],
    ) -> Option<impl Iterator<Item = ElementRef<'a>>> {
        let names = self.names.as_deref()?;
        let found = page.index()?.having_one(page, names);
        let elements = found.filter_map(|node| page.get(node).and_then(ElementRef::wrap));
        Some(elements.filter(move |element| self.may_be(signs, element)))
    }
}

/// The names to look for. `None`: one of the signs is no name.
fn names_of(signs: &[Sign]) -> Option<Vec<NameHash>> {
    let mut names = Vec::with_capacity(signs.len());
    for sign in signs {
        match sign {
            Sign::Id(id) => names.push(NameHash::of(NameKind::Id, id)),
            Sign::Class(class) => names.push(NameHash::of(NameKind::Class, class)),
            Sign::Tag(tag) => names.extend([NameHash::of(NameKind::Tag, tag), NameHash::FOREIGN]),
            Sign::Attribute(_) => return None,
        }
    }
    Some(names)
}

/// The selector's own search, or one by signs, by names, or among known elements.
enum Found<A, B, C, D> {
    Selector(A),
    Signs(B),
    Names(C),
    Known(D),
}

impl<'a, A, B, C, D> Iterator for Found<A, B, C, D>
where
    A: Iterator<Item = ElementRef<'a>>,
    B: Iterator<Item = ElementRef<'a>>,
    C: Iterator<Item = ElementRef<'a>>,
    D: Iterator<Item = ElementRef<'a>>,
{
    type Item = ElementRef<'a>;

    fn next(&mut self) -> Option<ElementRef<'a>> {
        match self {
            Self::Selector(found) => found.next(),
            Self::Signs(found) => found.next(),
            Self::Names(found) => found.next(),
            Self::Known(found) => found.next(),
        }
    }
}

/// The first element that the first of `queries` selects that selects any.
pub fn first_of<'a>(scope: impl Into<Scope<'a>>, queries: &[Query]) -> Option<ElementRef<'a>> {
    let scope = scope.into();
    queries.iter().find_map(|query| query.select(scope).next())
}

impl Deref for Query {
    type Target = Selector;

    fn deref(&self) -> &Selector {
        &self.selector
    }
}

impl Sign {
    /// `None`: any element may be meant.
    fn of(subject: wanted::Compound) -> Option<Self> {
        let class = subject.classes.into_iter().next();
        let attribute = subject.attributes.into_iter().next();
        None.or(subject.id.map(Self::Id))
            .or(class.map(Self::Class))
            .or(subject.tag.map(|tag| Self::Tag(lower(&tag))))
            .or(attribute.map(|(name, _)| Self::Attribute(lower(&name))))
    }

    fn is_on(&self, element: Element<'_>) -> bool {
        match self {
            Self::Tag(tag) => element.local_name() == tag || !element.is_html(),
            Self::Id(id) => element
                .value_of(&local_name!("id"))
                .is_some_and(|value| value.eq_ignore_ascii_case(id)),
            Self::Class(class) => element
                .value_of(&local_name!("class"))
                .is_some_and(|value| has_word(value, class)),
            Self::Attribute(name) => element.value_of(name).is_some() || !element.is_html(),
        }
    }
}

fn is_any_on(signs: &[Sign], element: Element<'_>) -> bool {
    signs.iter().any(|sign| sign.is_on(element))
}

/// As html writes its names.
fn lower(name: &str) -> LocalName {
    LocalName::from(name.to_ascii_lowercase())
}

fn has_word(value: &str, word: &str) -> bool {
    // Most values are one word.
    value.len() >= word.len()
        && (value.eq_ignore_ascii_case(word)
            || value
                .split_ascii_whitespace()
                .any(|other| other.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Part;

    proptest! {
        #[test]
        fn names_are_looked_for_as_the_library_looks_for_them(
            css in r"(div|p|\.a|\.b|#i|div\.a|p\.b\.a|#i\.a)((, | > | )(div|p|\.a|\.b|#i|div\.b)){0,4}",
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "<div>", "<div class=a>", "<div class='b a' id=i>", "<div class=b>", "</div>", "<p>", "<p class='a b'>",
                "<p id=i class=a>", "<div id=I class=A>", "<b class=a>", "</b>", "<svg class=a>", "<g class=b>", "</svg>", "x",
            ]), 0..30)
        ) {
            let page = Document::from(Html::parse_document(&pieces.concat()));
            let selector = Selector::parse(&css).expect("a selector");
            let query = Query::parse(&css).expect("a selector");
            prop_assert!(query.chains.is_some());
            let ids = |found: Vec<ElementRef<'_>>| found.iter().map(|element| element.id()).collect::<Vec<_>>();
            prop_assert_eq!(ids(query.select_in(&page).collect()), ids(page.select(&selector).collect()), "{}", page.html());
        }
    }

    /// What its signs leave to a selector is all that it selects.
    #[test]
    fn a_query_selects_what_its_selector_selects() {
        let page = Document::from(Html::parse_document(
            "<!doctype html><html><head><title>t</title></head><body class='A x'>
             <div id=one class='a  b'><p class=a>1<p class='b a'>2<b id=two data-x=1>3</b></div>
             <ul><li>4<li class=c id=ONE>5<li><a href='?x=1'>6</a></ul><svg><linearGradient id=g xlink:href='#x'/></svg>
             <table><tr><td class=a>7<td>8</table><DIV CLASS=B ID=>9</DIV></body></html>",
        ));
        for css in [
            "#one",
            "#ONE",
            "#two",
            ".a",
            ".b",
            ".A",
            "p.a",
            "p",
            "li",
            "*",
            "div p",
            "div > p.b",
            "p ~ p",
            "p + p",
            "a[href]",
            "[href]",
            "a[href*='x=']",
            "li:nth-child(2)",
            "li:not(.c)",
            "p:has(b)",
            "li:empty",
            ":root",
            "#one, .c, td",
            "p:first-child, .c",
            "linearGradient",
            "lineargradient",
            "svg *",
            "[id]",
            "[data-x='1']",
            ":is(.a, .c)",
            "body .a",
            ":scope > p",
            "div:not([id])",
            "[*|href]",
            "td.a, th.a",
            "tr > td",
            "html",
            "head > title",
            "body div p",
            "body > div > p.a.b",
            "#one > .a b",
            ".x div > p b",
            "ul li > a",
            "div ul",
            "body > li",
            "body > ul > li.c, .x table td",
            "svg lineargradient",
            "svg linearGradient",
            ".x #one#one",
            "div#one.a.b > p",
            "HTML BODY > DIV.B",
        ] {
            let selector = Selector::parse(css).expect("a selector");
            let query = Query::parse(css).expect("a selector");
            let ids = |found: Vec<ElementRef<'_>>| {
                found.iter().map(|element| element.id()).collect::<Vec<_>>()
            };
            assert_eq!(
                ids(query.select_in(&page).collect()),
                ids(page.select(&selector).collect()),
                "{css}"
            );
            assert_eq!(
                query.selects_any_in(&page),
                page.select(&selector).next().is_some(),
                "{css}"
            );
            assert_eq!(
                ids(query.select(page.root()).collect()),
                ids(page.root_element().select(&selector).collect()),
                "{css} in the root"
            );
            for scope in page.document().descendants().filter_map(ElementRef::wrap) {
                assert_eq!(
                    ids(query.select(scope).collect()),
                    ids(scope.select(&selector).collect()),
                    "{css} in {scope:?}"
                );
                assert_eq!(
                    ids(query.select(&Part::of(scope)).collect()),
                    ids(scope.select(&selector).collect()),
                    "{css} in {scope:?}, whose elements are known"
                );
                assert_eq!(
                    query.matches(&scope),
                    selector.matches(&scope),
                    "{css} of {scope:?}"
                );
            }
        }
    }
}
