//! One way to a field of an article, as a profile will say it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::document::{ElementRef, Selector};
use crate::profile::{element_text, fold};

pub(super) static DATE_IN_WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(DATE_PATTERN).expect("a constant pattern"));
/// A full date among other words, with the time that follows it.
pub(super) const DATE_PATTERN: &str = r"((?:\d{2,4}\s?[-./年년]\s?\d{1,2}\s?[-./月월]\s?\d{1,2}|\d{1,2}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{4})\b(?:[.일日,]?\s?(?:\([^)]{1,4}\)\s?)?(?:[-–·|,]\s|à\s|um\s|at\s)?(?:T|\s|오전|오후)*\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\b)?)?)";

/// How to get a field: a selector (empty: the element itself that is asked), and perhaps an attribute and a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldRule {
    pub css: String,
    pub attr: Option<&'static str>,
    pub pattern: Option<String>,
    /// Only the element's own words, not those of elements in it.
    pub own: bool,
}

impl FieldRule {
    pub(super) fn plain(css: &str) -> Self {
        Self {
            css: css.to_owned(),
            attr: None,
            pattern: None,
            own: false,
        }
    }

    /// A date among other words.
    pub(super) fn dated(css: &str) -> Self {
        Self {
            pattern: Some(DATE_PATTERN.to_owned()),
            ..Self::plain(css)
        }
    }

    /// The value in an element, as a profile's rule would give it.
    pub(super) fn value_in(&self, within: ElementRef<'_>) -> Option<String> {
        PartReader::new(self)?.value_in(within)
    }
}

/// A rule, ready to be tried in many elements.
pub(super) struct PartReader<'r> {
    rule: &'r FieldRule,
    /// None where the rule asks the element itself.
    selector: Option<Selector>,
    pattern: Option<Cow<'static, Regex>>,
}

impl<'r> PartReader<'r> {
    pub(super) fn new(rule: &'r FieldRule) -> Option<Self> {
        let selector = match rule.css.as_str() {
            "" => None,
            css => Some(Selector::parse(css).ok()?),
        };
        let pattern = match rule.pattern.as_deref() {
            None => None,
            Some(DATE_PATTERN) => Some(Cow::Borrowed(&*DATE_IN_WORDS)),
            Some(pattern) => Some(Cow::Owned(Regex::new(pattern).ok()?)),
        };
        Some(Self {
            rule,
            selector,
            pattern,
        })
    }

    pub(super) fn value_in(&self, within: ElementRef<'_>) -> Option<String> {
        let element = match &self.selector {
            None => within,
            Some(selector) => within.select(selector).next()?,
        };
        let text = match self.rule.attr {
            Some(name) => fold(element.attr(name)?),
            None if self.rule.own => own_text(element),
            None => element_text(element, &[]),
        };
        let found = match &self.pattern {
            Some(pattern) => fold(pattern.captures(&text)?.get(1)?.as_str()),
            None => text,
        };
        Some(found).filter(|found| !found.is_empty())
    }
}

/// The words directly in an element, as a profile's rule with `own` reads them.
pub(super) fn own_text(element: ElementRef<'_>) -> String {
    let words: Vec<String> = element
        .children()
        .filter_map(|child| child.value().as_text().map(|text| text.to_string()))
        .collect();
    fold(&words.join(" "))
}
