//! Where on an article's page are its title, author, date and body? In: a few articles, each with what its row said.
//! Out: selectors. The row's words, found again on the page, anchor the fields; the body is what differs from article
//! to article and is neither a field, a link, a comment nor the listing below.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use jiff::tz::TimeZone;
use regex::Regex;
use scraper::{ElementRef, Node, Selector};

use super::columns::RowFacts;
use super::{Decision, SeenPage, css};
use crate::dates::read_date;
use crate::model::{PostedAt, Precision};
use crate::profile::{element_text, fold};

/// Elements of a page that are looked at.
const MAX_ELEMENTS: usize = 30_000;
/// Letters of an author's name or a date at most.
const MAX_FIELD: usize = 60;
/// Elements that may be the body; each is tried on all pages.
const MAX_CANDIDATES: usize = 40;

static COMMENT_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)comment|repl(?:y|ies)|\bcmt|_cmt|fdb_|feedback|댓글|review_?list|respond|re_list").expect("a constant pattern")
});
static CHROME_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:share|sns|related|recommend|signature|sign|profile|tags?|attach|file_?list|vote|breadcrumb|prev_?next|sidebar)").expect("a constant pattern")
});
static AUTHOR_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)author|writer|nick|user-?name|\bname\b|member|poster|by-?line|reporter|작성자|글쓴이").expect("a constant pattern")
});
static DATE_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)date|time|posted|publish|regist|등록일|작성일").expect("a constant pattern")
});
static DATE_IN_WORDS: LazyLock<Regex> = LazyLock::new(|| Regex::new(DATE_PATTERN).expect("a constant pattern"));
/// A full date among other words.
pub(super) const DATE_PATTERN: &str =
    r"(\d{2,4}\s?[-./年년]\s?\d{1,2}\s?[-./月월]\s?\d{1,2}(?:[.일日]?\s?(?:\([^)]{1,4}\)\s?)?(?:T|\s|오전|오후)*\d{1,2}:\d{2}(?::\d{2})?)?)";

/// One article as it was seen, with its row.
pub(super) struct Sample<'a> {
    pub page: SeenPage<'a>,
    pub row: RowFacts,
}

/// How to get a field: a selector, and perhaps an attribute and a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
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
                if found.len() > 1 { found.into_iter().collect() } else { HashSet::new() }
            }
            None => HashSet::new(),
        })
        .collect();
    let records = records(samples, &listings);
    let is_thread = records.as_ref().is_some_and(|records| records.is_thread);
    // In a thread the article itself stands where replies stand.
    let no_field: &dyn Fn(ElementRef<'_>) -> bool = &|element| !is_thread && in_comments(element);
    title(&mut rules, samples, &listings);
    let author_of = |sample: &Sample<'_>, text: &str| sample.row.author.as_deref().is_some_and(|author| author == text);
    rules.author = anchored(&mut rules.decisions, "article.author", samples, &listings, no_field, &|sample, text, _| author_of(sample, text), &[None]);
    if rules.author.is_empty() {
        rules.author = named(&mut rules.decisions, "article.author", samples, &listings, no_field, &AUTHOR_NAMES, &|_, text| {
            text.chars().any(char::is_alphabetic) && text.chars().count() <= 30
        });
    }
    let agrees = |sample: &Sample<'_>, text: &str, _: ElementRef<'_>| {
        let read = |text: &str| read_date(text, zone, sample.page.as_of);
        match sample.row.date.as_deref().and_then(read) {
            Some(listed) => read(text).is_some_and(|shown| same_moment(&listed, &shown)),
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
        rules.date = named(&mut rules.decisions, "article.date", samples, &listings, no_field, &DATE_NAMES, &|sample, text| {
            read_date(text, zone, sample.page.as_of).is_some()
        });
    }
    body(&mut rules, samples, &listings, records.as_ref())?;
    rules.comments = records.and_then(|records| comments(samples, &records));
    Ok(rules)
}

/// Two readings of one moment, each as exact as it says.
fn same_moment(a: &PostedAt, b: &PostedAt) -> bool {
    let coarse = a.precision.min(b.precision);
    let away = a.at.duration_since(b.at).abs().as_secs();
    match coarse {
        Precision::Second => away <= 1,
        Precision::Minute => away < 60,
        Precision::Hour => away < 3_600,
        Precision::Day => away < 86_400,
        Precision::Month => away < 31 * 86_400,
        Precision::Year => away < 366 * 86_400,
    }
}

fn elements<'a>(page: &SeenPage<'a>) -> impl Iterator<Item = ElementRef<'a>> {
    page.html.root_element().descendent_elements().take(MAX_ELEMENTS)
}

fn within(element: ElementRef<'_>, nodes: &HashSet<NodeId>) -> bool {
    !nodes.is_empty()
        && (nodes.contains(&element.id()) || element.ancestors().any(|node| nodes.contains(&node.id())))
}

fn in_comments(element: ElementRef<'_>) -> bool {
    std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .take(12)
        .any(|above| !matches!(above.value().name(), "body" | "html") && COMMENT_NAMES.is_match(&css::words_of(above)))
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

fn same_title(shown: &str, listed: &str) -> bool {
    let listed = listed.trim();
    if shown == listed {
        return true;
    }
    // A comment count that the listing glues to its title.
    if let Some((title, count)) = listed.rsplit_once(['[', '('])
        && count.chars().all(|c| c.is_ascii_digit() || "]) ,".contains(c))
        && title.trim_end() == shown
    {
        return true;
    }
    let cut = ["…", "...", "..", "⋯"].iter().find_map(|mark| listed.strip_suffix(mark));
    cut.is_some_and(|beginning| beginning.chars().count() >= 4 && shown.starts_with(beginning.trim_end()))
}

fn title(rules: &mut ArticleRules, samples: &[Sample<'_>], listings: &[HashSet<NodeId>]) {
    let mut tally: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    for (sample, listing) in samples.iter().zip(listings) {
        let candidates = elements(&sample.page)
            .filter(|element| !matches!(element.value().name(), "title" | "html" | "body" | "a" | "option" | "script"))
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
                .filter(|sample| value(&sample.page, &rule).is_some_and(|text| same_title(&text, &sample.row.title)))
                .count();
            (n_right as f64 + bonus - 0.05 * order as f64, name, n_right)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    if let Some((score, name, n_right)) = ranked.first().filter(|(_, _, n_right)| 2 * n_right > samples.len()) {
        rules.title.push(FieldRule::plain(name));
        rules.decisions.push(Decision {
            what: "article.title",
            value: name.clone(),
            score: *score,
            reason: format!("the listing's title again, on {n_right} of {} articles", samples.len()),
            lost: ranked.iter().skip(1).take(3).map(|(score, name, _)| format!("{name} ({score:.1})")).collect(),
        });
    }
    // The page's own title has the whole where a heading is cut; what the site adds to it is the same on all pages.
    let page_title = FieldRule::plain("title");
    let suffixes: Vec<String> = samples
        .iter()
        .filter_map(|sample| {
            let whole = value(&sample.page, &page_title)?;
            let listed = sample.row.title.trim_end_matches(['…', '.', '⋯']).trim_end();
            Some(whole.strip_prefix(listed)?.to_owned())
        })
        .collect();
    let first = suffixes.first().cloned().unwrap_or_default();
    let shared = suffixes.iter().fold(first, |shared, suffix| {
        let (a, b): (Vec<char>, Vec<char>) = (shared.chars().rev().collect(), suffix.chars().rev().collect());
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
    let mut tally: BTreeMap<(String, Option<&'static str>, Option<&'static str>, bool), (usize, usize)> = BTreeMap::new();
    for (sample, listing) in samples.iter().zip(listings) {
        let mut n_found = 0;
        for element in elements(&sample.page) {
            if n_found >= 8 || matches!(element.value().name(), "script" | "style" | "title" | "option" | "html" | "body" | "head" | "meta") {
                continue;
            }
            for attr in attributes {
                let text = match attr {
                    Some(name) => element.attr(name).map(fold),
                    None if element.descendants().take(60).count() < 60 => Some(element_text(element, &[])),
                    None => None,
                };
                let Some(text) = text.filter(|text| !text.is_empty() && text.chars().count() <= 3 * MAX_FIELD) else {
                    continue;
                };
                if !sample.row.title.is_empty() && text.contains(&sample.row.title) {
                    continue;
                }
                let own = attr.is_none() && !fits(sample, &text, element) && fits(sample, &own_text(element), element);
                let found = if own || fits(sample, &text, element) {
                    Some(None)
                } else {
                    let part = DATE_IN_WORDS.captures(&text).filter(|_| attr.is_none());
                    part.filter(|part| fits(sample, &part[1], element)).map(|_| Some(DATE_PATTERN))
                };
                let Some(pattern) = found else { continue };
                if within(element, listing) || no_field(element) {
                    continue;
                }
                n_found += 1;
                for (order, name) in css::names_of(element).into_iter().enumerate() {
                    let letters = text.chars().count();
                    tally.entry((name, *attr, pattern, own)).or_insert((order, letters));
                }
            }
        }
    }
    let mut ranked: Vec<(f64, FieldRule, usize)> = tally
        .into_iter()
        .map(|((css, attr, pattern, own), (order, letters))| {
            let rule = FieldRule { css, attr, pattern, own };
            let selector = Selector::parse(&rule.css).ok();
            let n_right = samples
                .iter()
                .filter(|sample| {
                    let element = selector.as_ref().and_then(|selector| sample.page.html.select(selector).next());
                    value(&sample.page, &rule)
                        .zip(element)
                        .is_some_and(|(text, element)| fits(sample, &text, element))
                })
                .count();
            let exact = if attr.is_some() { 0.2 } else { 0.0 } - if pattern.is_some() || own { 0.3 } else { 0.0 } - 0.01 * letters as f64;
            (n_right as f64 + exact - 0.05 * order as f64, rule, n_right)
        })
        .filter(|(_, _, n_right)| 2 * n_right > samples.len() || *n_right >= 2)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    if let Some((score, rule, n_right)) = ranked.first() {
        decisions.push(Decision {
            what,
            value: rule.css.clone(),
            score: *score,
            reason: format!("the row's words again, on {n_right} of {} articles", samples.len()),
            lost: ranked.iter().skip(1).take(3).map(|(score, rule, _)| format!("{} ({score:.1})", rule.css)).collect(),
        });
    }
    ranked.into_iter().take(2).map(|(_, rule, _)| rule).collect()
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
            (time || names.is_match(&css::words_of(*element))) && !within(*element, listing) && !no_field(*element)
        })
        .take(30);
    for element in candidates {
        for css in css::names_of(element).into_iter().take(3) {
            let attr = element.attr("datetime").map(|_| "datetime");
            let rule = FieldRule { css, attr, pattern: None, own: false };
            let right = |sample: &Sample<'_>| {
                value(&sample.page, &rule).is_some_and(|text| text.chars().count() <= MAX_FIELD && fits(sample, &text))
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

/// Records that repeat on article pages: comments, or the posts of a thread.
struct Records {
    css: String,
    /// The article itself is the first of them.
    is_thread: bool,
}

static DATED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\d{2,4}[-./年년]\s?\d{1,2}[-./月월]\s?\d{1,2}|\d{1,2}:\d{2}|\d+\s?(?:초|분|시간|일|개월|년)\s?전|\bago\b|yesterday|today|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}|\d{1,2}\. ?(?:\w+) \d{4}")
        .expect("a constant pattern")
});

fn records(samples: &[Sample<'_>], listings: &[HashSet<NodeId>]) -> Option<Records> {
    let mut counts: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, (sample, listing)) in samples.iter().zip(listings).enumerate() {
        for parent in elements(&sample.page) {
            let mut here: BTreeMap<String, Vec<ElementRef<'_>>> = BTreeMap::new();
            for child in parent.child_elements().take(300) {
                let name = css::simple(child);
                if name.contains('.') && !matches!(child.value().name(), "a" | "span" | "option" | "td" | "th" | "br" | "p") {
                    here.entry(name).or_default().push(child);
                }
            }
            for (name, children) in here {
                let named = COMMENT_NAMES.is_match(&css::words_of(children[0])) || COMMENT_NAMES.is_match(&css::words_of(parent));
                if (children.len() < 2 && !named) || within(children[0], listing) || matches!(parent.value().name(), "nav" | "footer" | "aside") {
                    continue;
                }
                let dated = children.iter().filter(|child| DATED.is_match(&element_text(**child, &[]))).count();
                let has_id = children.iter().filter(|child| key_of(**child).is_some()).count();
                if dated * 5 >= children.len() * 4 && has_id * 5 >= children.len() * 4 {
                    let css = format!("{} > {name}", css::simple(parent));
                    let n = counts.entry(css).or_insert_with(|| vec![0; samples.len()]);
                    n[at] = n[at].max(children.len());
                }
            }
        }
    }
    let (css, _) = counts.into_iter().max_by_key(|(css, n)| (n.iter().sum::<usize>(), std::cmp::Reverse(css.clone())))?;
    let selector = Selector::parse(&css).ok()?;
    let leads = |sample: &Sample<'_>| {
        sample.page.html.select(&selector).next().is_some_and(|first| {
            let text = element_text(first, &[]);
            !COMMENT_NAMES.is_match(&css::words_of(first)) && sample.row.author.as_deref().is_none_or(|author| text.contains(author))
        })
    };
    Some(Records { is_thread: samples.iter().all(leads), css })
}

/// Where a record tells its id: its own attribute, or that of an element in it.
fn key_of(element: ElementRef<'_>) -> Option<(Option<String>, &'static str)> {
    let numbered = |element: ElementRef<'_>, name: &str| {
        element.attr(name).is_some_and(|value| value.bytes().any(|byte| byte.is_ascii_digit()) && value.len() <= 60)
    };
    const OWN: [&str; 7] = ["id", "data-id", "data-comment-id", "data-post-id", "data-content", "data-comment-sn", "data-no"];
    if let Some(name) = OWN.into_iter().find(|name| numbered(element, name)) {
        return Some((None, name));
    }
    let inner = element.descendent_elements().skip(1).take(40).find(|inner| numbered(*inner, "id"))?;
    Some((Some(format!("{}[id]", css::path_within(element, inner))), "id"))
}

/// What is counted of an element's words.
#[derive(Clone, Copy, Default)]
struct Weight {
    good: f64,
    bad: f64,
}

/// Letters of each element: those that differ between articles and stand in no link, and all others.
fn weigh(
    sample: &Sample<'_>,
    listing: &HashSet<NodeId>,
    records: Option<(&Selector, bool)>,
    fields: &HashSet<NodeId>,
    common: &HashMap<String, usize>,
) -> HashMap<NodeId, Weight> {
    let mut comments: HashSet<NodeId> = HashSet::new();
    if let Some((selector, is_thread)) = records {
        comments.extend(sample.page.html.select(selector).skip(usize::from(is_thread)).map(|record| record.id()));
    }
    let mut weights: HashMap<NodeId, Weight> = HashMap::new();
    let mut open: Vec<Weight> = Vec::new();
    let (mut n_bad, mut n_links, mut n_unseen) = (0_usize, 0_usize, 0_usize);
    for edge in sample.page.html.root_element().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) if n_unseen == 0 => {
                    let text = fold(text);
                    let letters = text.chars().count() as f64;
                    if let Some(top) = open.last_mut() {
                        let template = common.get(&text).is_some_and(|n| *n > 1);
                        if n_bad > 0 || template {
                            top.bad += letters;
                        } else if n_links > 0 {
                            top.bad += letters / 2.0;
                        } else {
                            top.good += letters;
                        }
                    }
                }
                Node::Element(tag) => {
                    open.push(Weight::default());
                    let (bad, link, unseen) = kind(node.id(), tag, listing, &comments, fields, records.is_some_and(|(_, thread)| thread));
                    n_bad += usize::from(bad);
                    n_links += usize::from(link);
                    n_unseen += usize::from(unseen);
                }
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(tag) = node.value() {
                    let (bad, link, unseen) = kind(node.id(), tag, listing, &comments, fields, records.is_some_and(|(_, thread)| thread));
                    n_bad -= usize::from(bad);
                    n_links -= usize::from(link);
                    n_unseen -= usize::from(unseen);
                    let own = open.pop().unwrap_or_default();
                    if let Some(above) = open.last_mut() {
                        above.good += own.good;
                        above.bad += own.bad;
                    }
                    weights.insert(node.id(), own);
                }
            }
        }
    }
    weights
}

/// Whether an element's words are no body's; a link's; not shown.
fn kind(
    id: NodeId,
    tag: &scraper::node::Element,
    listing: &HashSet<NodeId>,
    comments: &HashSet<NodeId>,
    fields: &HashSet<NodeId>,
    is_thread: bool,
) -> (bool, bool, bool) {
    let name = tag.name();
    let words = format!("{} {}", tag.attr("class").unwrap_or(""), tag.id().unwrap_or(""));
    let structural = !matches!(name, "body" | "html");
    let bad = listing.contains(&id)
        || comments.contains(&id)
        || fields.contains(&id)
        || matches!(name, "nav" | "footer" | "aside" | "header" | "form" | "select" | "button")
        || (structural && (CHROME_NAMES.is_match(&words) || (!is_thread && COMMENT_NAMES.is_match(&words))));
    (bad, name == "a", matches!(name, "script" | "style" | "noscript" | "template" | "textarea" | "head"))
}

fn body(
    rules: &mut ArticleRules,
    samples: &[Sample<'_>],
    listings: &[HashSet<NodeId>],
    records: Option<&Records>,
) -> Result<(), Decision> {
    let mut common: HashMap<String, usize> = HashMap::new();
    for sample in samples {
        let texts: HashSet<String> = sample
            .page
            .html
            .root_element()
            .descendants()
            .filter_map(|node| node.value().as_text().map(|text| fold(text)))
            .filter(|text| !text.is_empty())
            .collect();
        for text in texts {
            *common.entry(text).or_default() += 1;
        }
    }
    let selector = records.and_then(|records| Some((Selector::parse(&records.css).ok()?, records.is_thread)));
    let mut weights = Vec::new();
    for (sample, listing) in samples.iter().zip(listings) {
        let mut fields: HashSet<NodeId> = HashSet::new();
        for rule in rules.title.iter().chain(&rules.author).chain(&rules.date).filter(|rule| rule.css != "title") {
            if let Some(element) = Selector::parse(&rule.css).ok().and_then(|css| sample.page.html.select(&css).next()) {
                fields.insert(element.id());
            }
        }
        let records = selector.as_ref().map(|(css, is_thread)| (css, *is_thread));
        weights.push(weigh(sample, listing, records, &fields, &common));
    }
    // What may be the body: the elements with most of what differs, on each page.
    let mut names: Vec<(String, usize)> = Vec::new();
    for (sample, weights) in samples.iter().zip(&weights) {
        let mut found: Vec<(f64, ElementRef<'_>)> = elements(&sample.page)
            .filter(|element| !matches!(element.value().name(), "html" | "body" | "p" | "span" | "b" | "strong" | "font" | "br"))
            .filter_map(|element| {
                let weight = weights.get(&element.id())?;
                (weight.good > 0.0).then_some((weight.good - 2.0 * weight.bad, element))
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, element) in found.into_iter().take(MAX_CANDIDATES / samples.len().max(1)) {
            for (order, name) in css::names_of(element).into_iter().enumerate() {
                if !names.iter().any(|(held, _)| *held == name) {
                    names.push((name, order));
                }
            }
        }
    }
    let mut ranked: Vec<(f64, String, usize)> = names
        .into_iter()
        .filter_map(|(name, order)| {
            let selector = Selector::parse(&name).ok()?;
            let mut score = 0.0;
            let mut n_found = 0;
            for (sample, weights) in samples.iter().zip(&weights) {
                let Some(element) = sample.page.html.select(&selector).next() else { continue };
                let weight = weights.get(&element.id()).copied().unwrap_or_default();
                n_found += 1;
                // A long article must not outvote the others.
                let scale = 1.0 / (60.0 + weight.good.max(weight.bad));
                score += (weight.good - 2.0 * weight.bad) * scale + if weight.good > 0.0 { 0.2 } else { 0.0 };
            }
            (n_found * 4 >= samples.len() * 3).then_some((score - 0.002 * order as f64, name, n_found))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let lost = |from: usize| ranked.iter().skip(from).take(3).map(|(score, name, _)| format!("{name} ({score:.2})")).collect();
    match ranked.first() {
        Some((score, name, n_found)) if *score > 0.0 => {
            rules.decisions.push(Decision {
                what: "article.body",
                value: name.clone(),
                score: *score,
                reason: format!("most words that differ between articles, on {n_found} of {} pages", samples.len()),
                lost: lost(1),
            });
            rules.body.push(name.clone());
            Ok(())
        }
        _ => Err(Decision {
            what: "article.body",
            value: String::new(),
            score: ranked.first().map_or(0.0, |(score, _, _)| *score),
            reason: "no element holds words that differ from article to article".into(),
            lost: lost(0),
        }),
    }
}

/// Rules within a record.
fn comments(samples: &[Sample<'_>], records: &Records) -> Option<CommentRules> {
    let selector = Selector::parse(&records.css).ok()?;
    let items: Vec<ElementRef<'_>> = samples
        .iter()
        .flat_map(|sample| sample.page.html.select(&selector).skip(usize::from(records.is_thread)).take(50))
        .collect();
    let first = *items.first()?;
    let mut rules = CommentRules { key: key_of(first)?, ..CommentRules::default() };
    let last = records.css.rsplit(" > ").next().unwrap_or(&records.css);
    rules.item = match records.is_thread {
        true => format!("{} ~ {last}", records.css),
        false => records.css.clone(),
    };
    let mut author: Option<String> = None;
    let mut date: Option<String> = None;
    let mut body: Option<(usize, String)> = None;
    for element in first.descendent_elements().skip(1).take(200) {
        let text = element_text(element, &[]);
        let letters = text.chars().count();
        let path = css::path_within(first, element);
        if letters == 0 {
            continue;
        }
        if DATED.is_match(&text) && letters <= 40 {
            date = Some(path);
        } else if author.is_none() && letters <= 24 && AUTHOR_NAMES.is_match(&css::words_of(element)) {
            author = Some(path);
        } else if !DATED.is_match(&text) && !matches!(element.value().name(), "a" | "button" | "form" | "ul") {
            let names = css::words_of(element);
            let named = ["content", "text", "body", "message", "memo", "contents"].iter().any(|word| names.contains(word));
            let weight = letters + if named { 1_000 } else { 0 };
            if body.as_ref().is_none_or(|(held, _)| weight > *held) {
                body = Some((weight, path));
            }
        }
    }
    (rules.author, rules.date, rules.body) = (author, date, body.map(|(_, path)| path));
    rules.body.is_some().then_some(rules)
}
