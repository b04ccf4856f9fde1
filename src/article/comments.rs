//! Comments of an article's page, in page order, with depth, and the other pages they are spread over.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use hashlink::DefaultHashBuilder;
use regex::Regex;
use url::{Position, Url};

use super::removed::Removed;
use super::{PageView, ReadOptions, text};
use crate::dates::read_date;
use crate::document::{ElementRef, Part, Query};
use crate::model::{Comment, CommentPages};
use crate::profile::{CommentRules, Profile, Rule, first_value, parameters};

/// More comments than this on one page are not read.
const MAX_COMMENTS: usize = 5_000;
/// More pages of comments than this are not followed from one page.
const MAX_PAGES: u32 = 2_000;

/// The comments on this page, without parents across pages (see [`crate::model::parents`]).
pub fn read_comments(
    view: &PageView<'_>,
    profile: &Profile,
    options: &ReadOptions,
) -> (Vec<Comment>, CommentPages) {
    let rules = &profile.comments;
    let root = view.html.root();
    let mut comments: Vec<Comment> = Vec::new();
    let mut seen = HashSet::<_, DefaultHashBuilder>::default();
    let items = rules
        .item
        .iter()
        .map(|selector| selector.select(root).take(MAX_COMMENTS).collect::<Vec<_>>())
        .find(|items| !items.is_empty())
        .unwrap_or_default();
    let pages = pages(view, profile);
    // A thread's first post stands where its replies stand.
    let n_skipped = usize::from(rules.article_is_first && pages.current == 1);
    for item in items.into_iter().skip(n_skipped) {
        let parts = parts(item, rules);
        let Some(key) = value_in(&rules.key, &parts) else {
            continue;
        };
        if !seen.insert(key.clone()) {
            continue;
        }
        comments.push(comment(&parts, key, view, profile, options));
    }
    (comments, pages)
}

/// The item with its heads, nearest first, in front of it.
fn parts<'a>(item: ElementRef<'a>, rules: &CommentRules) -> Vec<Part<'a>> {
    let is_item = |element: &ElementRef<'_>| rules.item.iter().any(|item| item.matches(element));
    let heads = item.prev_siblings().filter_map(ElementRef::wrap);
    let heads = heads.take(rules.n_heads).take_while(|head| !is_item(head));
    heads.chain(std::iter::once(item)).map(Part::of).collect()
}

/// The value of the first rule that finds one, each in all parts.
fn value_in(rules: &[Rule], parts: &[Part<'_>]) -> Option<String> {
    rules
        .iter()
        .find_map(|rule| parts.iter().find_map(|part| rule.value(part)))
}

/// `parts`: the item behind its heads.
fn comment(
    parts: &[Part<'_>],
    key: String,
    view: &PageView<'_>,
    profile: &Profile,
    options: &ReadOptions,
) -> Comment {
    let rules = &profile.comments;
    let part = parts.last().expect("an item is its own last part");
    let item = part.element();
    let parents: Vec<ElementRef<'_>> = match &rules.nested_in {
        Some(nested_in) => ancestors(item, nested_in),
        None => Vec::new(),
    };
    let depth = match rules.nested_in {
        Some(_) => parents.len() as u32,
        None => depth(part, rules),
    };
    let parent = parents
        .first()
        .and_then(|parent| first_value(&rules.key, *parent));
    let shown = rules
        .body
        .iter()
        .find_map(|selector| {
            selector
                .select(part)
                .find(|found| is_own(item, rules, found))
        })
        .or_else(|| rules.body.is_empty().then_some(item))
        .map(|body| text::render(body, &Removed::by(&rules.body_remove), options));
    let secret = is_secret(part, rules)
        || shown
            .as_deref()
            .is_some_and(|shown| rules.secret_words.iter().any(|word| shown.trim() == word));
    let posted = rules
        .date
        .iter()
        .filter_map(|rule| parts.iter().find_map(|part| rule.value(part)))
        .filter_map(|words| read_date(&words, profile.calendar(), view.as_of))
        .reduce(|best, other| best.finer(Some(other)));
    Comment {
        key,
        parent,
        depth,
        author: value_in(&rules.author, parts),
        posted,
        text: if secret { None } else { shown },
        secret,
    }
}

/// Nearest first.
fn ancestors<'a>(item: ElementRef<'a>, selector: &Query) -> Vec<ElementRef<'a>> {
    item.ancestors()
        .filter_map(ElementRef::wrap)
        .filter(|ancestor| selector.matches(ancestor))
        .collect()
}

/// Part of the comment itself, not of one nested in it.
fn is_own(item: ElementRef<'_>, rules: &CommentRules, found: &ElementRef<'_>) -> bool {
    let nearest = found
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|ancestor| rules.item.iter().any(|selector| selector.matches(ancestor)));
    nearest.is_none_or(|nearest| nearest == item)
}

fn is_secret(part: &Part<'_>, rules: &CommentRules) -> bool {
    let item = part.element();
    rules.secret.iter().any(|selector| {
        selector.matches(&item)
            || selector
                .select(part)
                .any(|found| is_own(item, rules, &found))
    })
}

/// The level of nesting on a flat list: a number in a class as it is, a margin divided by the profile's unit.
fn depth(item: &Part<'_>, rules: &CommentRules) -> u32 {
    let of_rule = |rule: &Rule| -> Option<u32> {
        let number: f64 = rule.value(item)?.parse().ok()?;
        let unit = match rule.attribute() {
            Some("style") => rules.depth_unit.unwrap_or(1.0),
            _ => 1.0,
        };
        let depth = (number / unit).round();
        (0.0..1_000.0).contains(&depth).then_some(depth as u32)
    };
    rules.depth.iter().find_map(of_rule).unwrap_or(0)
}

/// Links to the other pages of this article's comments.
fn pages(view: &PageView<'_>, profile: &Profile) -> CommentPages {
    let rules = &profile.comments;
    let mut found = CommentPages {
        current: 1,
        others: Vec::new(),
    };
    let Some(numbers) = PageNumbers::of(rules) else {
        return found;
    };
    let article = LazyCell::new(|| profile.identity.key_of_article(view.url));
    // By what a link says beyond the article's own URL: replies of one person only are numbered as all of them are.
    let mut runs: BTreeMap<BTreeSet<String>, BTreeMap<u32, Url>> = BTreeMap::new();
    for link in rules
        .pages
        .iter()
        .flat_map(|pages| pages.select_in(view.html))
    {
        let Some(mut url) = link
            .value()
            .attr("href")
            .and_then(|href| view.url.join(href.trim()).ok())
        else {
            continue;
        };
        url.set_fragment(None);
        // The listing under the article has a pager too, and neighbours have comment links.
        let same = article.is_some() && profile.identity.key_of_article(&url) == *article;
        let number = numbers.read(&url);
        if let Some(number) = number
            && same
            && (1..=MAX_PAGES).contains(&number)
        {
            let requestable = profile.identity.requestable(&url);
            let run = runs.entry(added(view.url, &requestable));
            run.or_default().entry(number).or_insert(requestable);
        }
    }
    let mut others = runs
        .into_iter()
        .max_by_key(|(added, run)| (run.len(), std::cmp::Reverse(added.len())))
        .map_or_else(BTreeMap::new, |(_, run)| run);
    let here = numbers.read(view.url);
    let Some(highest) = others.keys().next_back().copied() else {
        found.current = here
            .filter(|number| (1..=MAX_PAGES).contains(number))
            .unwrap_or(1);
        return found;
    };
    let root = view.html.root();
    // The page shown is the one that is not linked. Where all are, it is the last (Rhymix, without the parameter).
    let unlinked = || match numbers {
        PageNumbers::Pattern { .. } => 1,
        PageNumbers::Parameter(_) => (1..=highest)
            .find(|number| !others.contains_key(number))
            .unwrap_or(highest),
    };
    found.current = first_value(&rules.page_current, root)
        .and_then(|number| number.parse().ok())
        .or(here)
        .filter(|number| (1..=MAX_PAGES).contains(number))
        .unwrap_or_else(unlinked);
    others.remove(&found.current);
    // A pager in blocks of ten links only some of the pages; those between are there too.
    if let Some(template) = others.values().next().cloned() {
        for number in 1..=highest.max(found.current) {
            if number != found.current {
                others
                    .entry(number)
                    .or_insert_with(|| numbers.write(&template, number));
            }
        }
    }
    found.others = others.into_iter().collect();
    found
}

/// Parameters of a link that `here` has not.
fn added(here: &Url, link: &Url) -> BTreeSet<String> {
    let names = |url: &Url| -> BTreeSet<String> {
        let query = url.query().unwrap_or_default();
        parameters(query).map(|(name, _)| name.to_owned()).collect()
    };
    let here = names(here);
    let mut added = names(link);
    added.retain(|name| !here.contains(name));
    added
}

/// Where a URL holds the number of a page of comments.
enum PageNumbers<'r> {
    Parameter(&'r str),
    Pattern {
        pattern: &'r Regex,
        first: u64,
        step: u64,
    },
}

impl<'r> PageNumbers<'r> {
    fn of(rules: &'r CommentRules) -> Option<Self> {
        let pattern = rules.page_pattern.as_ref().map(|pattern| Self::Pattern {
            pattern,
            first: rules.page_first,
            step: rules.page_step.max(1),
        });
        pattern.or_else(|| rules.page_param.as_deref().map(Self::Parameter))
    }

    /// 1-based; `None` where the URL holds none.
    fn read(&self, url: &Url) -> Option<u32> {
        match self {
            Self::Parameter(name) => {
                let (_, value) = url.query_pairs().find(|(found, _)| found == name)?;
                value.parse().ok()
            }
            Self::Pattern {
                pattern,
                first,
                step,
            } => {
                let caught = pattern.captures(&url[Position::BeforePath..])?;
                let number: u64 = caught.name("page")?.as_str().parse().ok()?;
                u32::try_from(number.checked_sub(*first)? / step)
                    .ok()?
                    .checked_add(1)
            }
        }
    }

    /// The URL of another page, in the form of `url`, which has such a number.
    fn write(&self, url: &Url, number: u32) -> Url {
        match self {
            Self::Parameter(name) => with_parameter(url, name, number),
            Self::Pattern {
                pattern,
                first,
                step,
            } => {
                let text = &url[Position::BeforePath..];
                let value = u64::from(number.saturating_sub(1)) * step + first;
                let place = pattern
                    .captures(text)
                    .and_then(|caught| caught.name("page"));
                place
                    .map(|place| {
                        format!("{}{value}{}", &text[..place.start()], &text[place.end()..])
                    })
                    .and_then(|text| url.join(&text).ok())
                    .unwrap_or_else(|| url.clone())
            }
        }
    }
}

fn with_parameter(url: &Url, name: &str, number: u32) -> Url {
    let mut url = url.clone();
    let pairs: Vec<String> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((key, _)) if key == name => format!("{name}={number}"),
            _ => pair.to_owned(),
        })
        .collect();
    url.set_query(Some(&pairs.join("&")));
    url
}
