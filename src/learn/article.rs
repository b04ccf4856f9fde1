//! Where on an article's page are its title, author, date and body? In: a few articles, each with what its row said.
//! Out: selectors. The row's words, found again on the page, anchor the fields; the body is what differs from article
//! to article and is neither a field, a link, a comment nor the listing below.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use ego_tree::NodeId;
use jiff::tz::TimeZone;
use regex::Regex;
use scraper::{ElementRef, Selector};

use super::body::{body, comments, records};
use super::columns::RowFacts;
use super::{Decision, SeenPage, css};
use crate::dates::read_date;
use crate::profile::{element_text, fold};

/// Elements of a page that are looked at.
const MAX_ELEMENTS: usize = 30_000;
/// Letters of an author's name or a date at most.
const MAX_FIELD: usize = 60;

pub(super) static COMMENT_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)comment|repl(?:y|ies)|\bcmt|_cmt|fdb_|feedback|댓글|review_?list|respond|re_list",
    )
    .expect("a constant pattern")
});
pub(super) static AUTHOR_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)author|writer|nick|user-?name|\bname\b|member|poster|by-?line|reporter|작성자|글쓴이",
    )
    .expect("a constant pattern")
});
static DATE_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)date|time|posted|publish|regist|등록일|작성일").expect("a constant pattern")
});
static DATE_IN_WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(DATE_PATTERN).expect("a constant pattern"));
/// A full date among other words.
pub(super) const DATE_PATTERN: &str = r"(\d{2,4}\s?[-./年년]\s?\d{1,2}\s?[-./月월]\s?\d{1,2}(?:[.일日]?\s?(?:\([^)]{1,4}\)\s?)?(?:T|\s|오전|오후)*\d{1,2}:\d{2}(?::\d{2})?)?)";

/// One article as it was seen, with its row.
pub(super) struct Sample<'a> {
    pub page: SeenPage<'a>,
    pub row: RowFacts,
}

/// How to get a field: a selector, and perhaps an attribute and a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldRule {
    pub css: String,
    pub attr: Option<&'static str>,
    pub pattern: Option<&'static str>,
    /// Only the element's own words, not those of elements in it.
    pub own: bool,
}

impl FieldRule {
    fn plain(css: &str) -> Self {
        Self {
            css: css.to_owned(),
            attr: None,
            pattern: None,
            own: false,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct ArticleRules {
    pub title: Vec<FieldRule>,
    pub title_suffix: Option<String>,
    pub author: Vec<FieldRule>,
    pub date: Vec<FieldRule>,
    pub body: Vec<String>,
    pub comments: Option<CommentRules>,
    pub decisions: Vec<Decision>,
}

#[derive(Debug, Default)]
pub(super) struct CommentRules {
    pub item: String,
    pub key: (Option<String>, &'static str),
    pub author: Option<String>,
    pub date: Option<String>,
    pub body: Option<String>,
}

/// Learns an article's rules. `rows_css` names the rows of the board's listing, which may stand below an article.
pub(super) fn article(
    samples: &[Sample<'_>],
    rows_css: &str,
    is_row: &dyn Fn(ElementRef<'_>, &SeenPage<'_>) -> bool,
    zone: &TimeZone,
) -> Result<ArticleRules, Decision> {
    let mut rules = ArticleRules::default();
    let rows = Selector::parse(rows_css).ok();
    let listings: Vec<HashSet<NodeId>> = samples
        .iter()
        .map(|sample| match &rows {
            Some(rows) => {
                let found: Vec<NodeId> = sample
                    .page
                    .html
                    .select(rows)
                    .filter(|row| is_row(*row, &sample.page))
                    .map(|row| row.id())
                    .collect();
                if found.len() > 1 {
                    found.into_iter().collect()
                } else {
                    HashSet::new()
                }
            }
            None => HashSet::new(),
        })
        .collect();
    let records = records(samples, &listings);
    let is_thread = records.as_ref().is_some_and(|records| records.is_thread);
    // In a thread the article itself stands where replies stand.
    let no_field: &dyn Fn(ElementRef<'_>) -> bool = &|element| !is_thread && in_comments(element);
    title(&mut rules, samples, &listings);
    let author_of = |sample: &Sample<'_>, text: &str| {
        sample
            .row
            .author
            .as_deref()
            .is_some_and(|author| author == text)
    };
    rules.author = anchored(
        &mut rules.decisions,
        "article.author",
        samples,
        &listings,
        no_field,
        &|sample, text, _| author_of(sample, text),
        &[None],
    );
    if rules.author.is_empty() {
        rules.author = named(
            &mut rules.decisions,
            "article.author",
            samples,
            &listings,
            no_field,
            &AUTHOR_NAMES,
            &|_, text| text.chars().any(char::is_alphabetic) && text.chars().count() <= 30,
        );
    }
    let agrees = |sample: &Sample<'_>, text: &str, _: ElementRef<'_>| {
        let read = |text: &str| read_date(text, zone, sample.page.as_of);
        match sample.row.date.as_deref().and_then(read) {
            Some(listed) => read(text).is_some_and(|shown| listed.agrees(&shown)),
            None => false,
        }
    };
    rules.date = anchored(
        &mut rules.decisions,
        "article.date",
        samples,
        &listings,
        no_field,
        &agrees,
        &[None, Some("datetime"), Some("title")],
    );
    if rules.date.is_empty() {
        rules.date = named(
            &mut rules.decisions,
            "article.date",
            samples,
            &listings,
            no_field,
            &DATE_NAMES,
            &|sample, text| read_date(text, zone, sample.page.as_of).is_some(),
        );
    }
    body(&mut rules, samples, &listings, records.as_ref())?;
    rules.comments = records.and_then(|records| comments(samples, &records));
    Ok(rules)
}

pub(super) fn elements<'a>(page: &SeenPage<'a>) -> impl Iterator<Item = ElementRef<'a>> {
    page.html
        .root_element()
        .descendent_elements()
        .take(MAX_ELEMENTS)
}

pub(super) fn within(element: ElementRef<'_>, nodes: &HashSet<NodeId>) -> bool {
    !nodes.is_empty()
        && (nodes.contains(&element.id())
            || element.ancestors().any(|node| nodes.contains(&node.id())))
}

/// Rules for one field (`title`, `author`, `date`) by what the samples' rows say, the best first. Of `author` the words
/// alone count, whatever they mean.
pub(super) fn anchors(samples: &[Sample<'_>], field: &str, zone: &TimeZone) -> Vec<FieldRule> {
    let listings = vec![HashSet::new(); samples.len()];
    let mut rules = ArticleRules::default();
    let no_field: &dyn Fn(ElementRef<'_>) -> bool = &in_comments;
    let mut decisions = Vec::new();
    match field {
        "title" => {
            title(&mut rules, samples, &listings);
            rules.title
        }
        "date" => anchored(
            &mut decisions,
            "article.date",
            samples,
            &listings,
            no_field,
            &|sample, text, _| {
                let read = |text: &str| read_date(text, zone, sample.page.as_of);
                let listed = sample.row.date.as_deref().and_then(read);
                listed.is_some_and(|listed| read(text).is_some_and(|shown| listed.agrees(&shown)))
            },
            &[None, Some("datetime"), Some("title")],
        ),
        _ => anchored(
            &mut decisions,
            "article.author",
            samples,
            &listings,
            no_field,
            &|sample, text, _| sample.row.author.as_deref() == Some(text),
            &[None],
        ),
    }
}

fn in_comments(element: ElementRef<'_>) -> bool {
    std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .take(12)
        .any(|above| {
            !matches!(above.value().name(), "body" | "html")
                && COMMENT_NAMES.is_match(&css::words_of(above))
        })
}

/// The value a rule gives on a page: that of the first element it selects, as a profile's would be.
fn value(page: &SeenPage<'_>, rule: &FieldRule) -> Option<String> {
    let selector = Selector::parse(&rule.css).ok()?;
    let element = page.html.select(&selector).next()?;
    let text = match rule.attr {
        Some(name) => fold(element.attr(name)?),
        None if rule.own => own_text(element),
        None => element_text(element, &[]),
    };
    match rule.pattern {
        Some(_) => Some(DATE_IN_WORDS.captures(&text)?.get(1)?.as_str().to_owned()),
        None => Some(text).filter(|text| !text.is_empty()),
    }
}

/// The words directly in an element, as a profile's rule with `own` reads them.
fn own_text(element: ElementRef<'_>) -> String {
    let words: Vec<String> = element
        .children()
        .filter_map(|child| child.value().as_text().map(|text| text.to_string()))
        .collect();
    fold(&words.join(" "))
}

/// The same title, as far as a listing shows it: it may be cut, and end in a count of comments.
pub fn same_title(shown: &str, listed: &str) -> bool {
    let listed = listed.trim();
    if shown == listed {
        return true;
    }
    // A comment count that the listing glues to its title.
    if let Some((title, count)) = listed.rsplit_once(['[', '('])
        && count
            .chars()
            .all(|c| c.is_ascii_digit() || "]) ,".contains(c))
        && title.trim_end() == shown
    {
        return true;
    }
    let cut = ["…", "...", "..", "⋯"]
        .iter()
        .find_map(|mark| listed.strip_suffix(mark));
    cut.is_some_and(|beginning| {
        beginning.chars().count() >= 4 && shown.starts_with(beginning.trim_end())
    })
}

fn title(rules: &mut ArticleRules, samples: &[Sample<'_>], listings: &[HashSet<NodeId>]) {
    let mut tally: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    for (sample, listing) in samples.iter().zip(listings) {
        let candidates = elements(&sample.page)
            .filter(|element| {
                !matches!(
                    element.value().name(),
                    "title" | "html" | "body" | "a" | "option" | "script"
                )
            })
            .filter(|element| element.children().count() <= 12)
            .filter(|element| same_title(&element_text(*element, &[]), &sample.row.title))
            .filter(|element| !within(*element, listing))
            .take(6);
        for element in candidates {
            let heading = matches!(element.value().name(), "h1" | "h2" | "h3" | "h4");
            for (order, name) in css::names_of(element).into_iter().enumerate() {
                let entry = tally.entry(name).or_insert((0.0, order));
                entry.0 = if heading { 0.4 } else { 0.0 };
            }
        }
    }
    let mut ranked: Vec<(f64, String, usize)> = tally
        .into_iter()
        .map(|(name, (bonus, order))| {
            let rule = FieldRule::plain(&name);
            let n_right = samples
                .iter()
                .filter(|sample| {
                    value(&sample.page, &rule)
                        .is_some_and(|text| same_title(&text, &sample.row.title))
                })
                .count();
            (n_right as f64 + bonus - 0.05 * order as f64, name, n_right)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    if let Some((score, name, n_right)) = ranked
        .first()
        .filter(|(_, _, n_right)| 2 * n_right > samples.len())
    {
        rules.title.push(FieldRule::plain(name));
        rules.decisions.push(Decision {
            what: "article.title",
            value: name.clone(),
            score: *score,
            reason: format!(
                "the listing's title again, on {n_right} of {} articles",
                samples.len()
            ),
            lost: ranked
                .iter()
                .skip(1)
                .take(3)
                .map(|(score, name, _)| format!("{name} ({score:.1})"))
                .collect(),
        });
    }
    // The page's own title has the whole where a heading is cut; what the site adds to it is the same on all pages.
    let page_title = FieldRule::plain("title");
    let suffixes: Vec<String> = samples
        .iter()
        .filter_map(|sample| {
            let whole = value(&sample.page, &page_title)?;
            let listed = sample
                .row
                .title
                .trim_end_matches(['…', '.', '⋯'])
                .trim_end();
            Some(whole.strip_prefix(listed)?.to_owned())
        })
        .collect();
    let first = suffixes.first().cloned().unwrap_or_default();
    let shared = suffixes.iter().fold(first, |shared, suffix| {
        let (a, b): (Vec<char>, Vec<char>) = (
            shared.chars().rev().collect(),
            suffix.chars().rev().collect(),
        );
        let n = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        a[..n].iter().rev().collect()
    });
    if suffixes.len() * 2 > samples.len() {
        rules.title.push(page_title);
        if !shared.is_empty() {
            rules.title_suffix = Some(format!("{}$", regex::escape(&shared)));
        }
    }
}

/// Rules whose value agrees with the row on most pages, by `fits`.
fn anchored(
    decisions: &mut Vec<Decision>,
    what: &'static str,
    samples: &[Sample<'_>],
    listings: &[HashSet<NodeId>],
    no_field: &dyn Fn(ElementRef<'_>) -> bool,
    fits: &dyn Fn(&Sample<'_>, &str, ElementRef<'_>) -> bool,
    attributes: &[Option<&'static str>],
) -> Vec<FieldRule> {
    let mut tally: BTreeMap<FieldRule, (usize, usize)> = BTreeMap::new();
    for (sample, listing) in samples.iter().zip(listings) {
        let mut n_found = 0;
        for element in elements(&sample.page) {
            if n_found >= 8
                || matches!(
                    element.value().name(),
                    "script" | "style" | "title" | "option" | "html" | "body" | "head" | "meta"
                )
            {
                continue;
            }
            for attr in attributes {
                let text = match attr {
                    Some(name) => element.attr(name).map(fold),
                    None if element.descendants().take(60).count() < 60 => {
                        Some(element_text(element, &[]))
                    }
                    None => None,
                };
                let Some(text) =
                    text.filter(|text| !text.is_empty() && text.chars().count() <= 3 * MAX_FIELD)
                else {
                    continue;
                };
                if !sample.row.title.is_empty() && text.contains(&sample.row.title) {
                    continue;
                }
                let own = attr.is_none()
                    && !fits(sample, &text, element)
                    && fits(sample, &own_text(element), element);
                let found = if own || fits(sample, &text, element) {
                    Some(None)
                } else {
                    let part = DATE_IN_WORDS.captures(&text).filter(|_| attr.is_none());
                    part.filter(|part| fits(sample, &part[1], element))
                        .map(|_| Some(DATE_PATTERN))
                };
                let Some(pattern) = found else { continue };
                if within(element, listing) || no_field(element) {
                    continue;
                }
                n_found += 1;
                for (order, name) in css::names_of(element).into_iter().enumerate() {
                    let letters = text.chars().count();
                    let rule = FieldRule {
                        css: name,
                        attr: *attr,
                        pattern,
                        own,
                    };
                    tally.entry(rule).or_insert((order, letters));
                }
            }
        }
    }
    let ranked = rank(tally, samples, fits);
    if let Some((score, rule, n_right)) = ranked.first() {
        decisions.push(Decision {
            what,
            value: rule.css.clone(),
            score: *score,
            reason: format!(
                "the row's words again, on {n_right} of {} articles",
                samples.len()
            ),
            lost: ranked
                .iter()
                .skip(1)
                .take(3)
                .map(|(score, rule, _)| format!("{} ({score:.1})", rule.css))
                .collect(),
        });
    }
    ranked
        .into_iter()
        .take(2)
        .map(|(_, rule, _)| rule)
        .collect()
}

/// Tries each rule on all pages; the best first.
fn rank(
    tally: BTreeMap<FieldRule, (usize, usize)>,
    samples: &[Sample<'_>],
    fits: &dyn Fn(&Sample<'_>, &str, ElementRef<'_>) -> bool,
) -> Vec<(f64, FieldRule, usize)> {
    let mut ranked: Vec<(f64, FieldRule, usize)> = tally
        .into_iter()
        .map(|(rule, (order, letters))| {
            let selector = Selector::parse(&rule.css).ok();
            let n_right = samples
                .iter()
                .filter(|sample| {
                    let element = selector
                        .as_ref()
                        .and_then(|selector| sample.page.html.select(selector).next());
                    value(&sample.page, &rule)
                        .zip(element)
                        .is_some_and(|(text, element)| fits(sample, &text, element))
                })
                .count();
            let exact = if rule.attr.is_some() { 0.2 } else { 0.0 }
                - if rule.pattern.is_some() || rule.own {
                    0.3
                } else {
                    0.0
                }
                - 0.01 * letters as f64;
            (n_right as f64 + exact - 0.05 * order as f64, rule, n_right)
        })
        .filter(|(_, _, n_right)| 2 * n_right > samples.len() || *n_right >= 2)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}

/// Where rows do not tell the field: an element named for it, with a fitting value on all pages.
fn named(
    decisions: &mut Vec<Decision>,
    what: &'static str,
    samples: &[Sample<'_>],
    listings: &[HashSet<NodeId>],
    no_field: &dyn Fn(ElementRef<'_>) -> bool,
    names: &Regex,
    fits: &dyn Fn(&Sample<'_>, &str) -> bool,
) -> Vec<FieldRule> {
    let Some((first, listing)) = samples.first().zip(listings.first()) else {
        return Vec::new();
    };
    let candidates = elements(&first.page)
        .filter(|element| {
            let time = element.value().name() == "time";
            (time || names.is_match(&css::words_of(*element)))
                && !within(*element, listing)
                && !no_field(*element)
        })
        .take(30);
    for element in candidates {
        for css in css::names_of(element).into_iter().take(3) {
            let attr = element.attr("datetime").map(|_| "datetime");
            let rule = FieldRule {
                css,
                attr,
                pattern: None,
                own: false,
            };
            let right = |sample: &Sample<'_>| {
                value(&sample.page, &rule)
                    .is_some_and(|text| text.chars().count() <= MAX_FIELD && fits(sample, &text))
            };
            if samples.iter().filter(|sample| right(sample)).count() * 2 > samples.len() {
                decisions.push(Decision {
                    what,
                    value: rule.css.clone(),
                    score: 1.0,
                    reason: "the rows do not tell it; an element of this name does".into(),
                    lost: Vec::new(),
                });
                return vec![rule];
            }
        }
    }
    Vec::new()
}
