//! Where on an article's page are its title, author, date and body? In: a few articles, each with what its row said.
//! Out: selectors. The row's words, found again on the page, anchor the fields; the body is what differs from article
//! to article and is neither a field, a link, a comment nor the listing below.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::attachments::{AttachmentRules, attachments};
use super::body::body;
use super::columns::RowFacts;
use super::depth::Depth;
use super::field_rule::{DATE_IN_WORDS, DATE_PATTERN, FieldRule, own_text};
use super::first_post::{body_beside_date, body_of_posts, of_all_posts, of_first};
use super::ground::{Ground, first_found, grounds, in_thread, outside};
use super::lies::Rows;
use super::record_keys::Key;
use super::records::{comments, records};
use super::unanchored::{Search, follows_by, is_named};
use super::words::{DATED, after_by};
use super::{Decision, SeenPage, css, within};
use crate::dates::read_date;
use crate::document::{ElementRef, NodeId, Selector};
use crate::model::{Calendar, Precision};
use crate::profile::{element_text, fold};

/// Elements of a page that are looked at.
const MAX_ELEMENTS: usize = 30_000;
/// Nodes in a title's element.
const MAX_IN_TITLE: usize = 60;
/// What a selector loses that finds several elements on a page.
const AMBIGUOUS: f64 = 0.25;
/// What a selector loses at most for the letters of the elements that it finds.
const MAX_LETTERS_COST: f64 = 1.8;
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

/// Where pages state for machines who wrote them, and when: HTML, "Standard metadata names"; schema.org, "Article"; the
/// Open Graph protocol, "article".
const STATED_AUTHOR: [&str; 4] = [
    "[itemprop~='author'] meta[itemprop='name']",
    "meta[itemprop='author']",
    "meta[name='author']",
    "meta[property='article:author']",
];
const STATED_DATE: [&str; 3] = [
    "meta[itemprop='datePublished']",
    "meta[property='article:published_time']",
    "meta[name='date']",
];
/// Letters beside an author's name in a line about him: `Posted by … on 24 November 2026, 11:20`.
const MAX_AROUND_AUTHOR: usize = 60;

/// Elements that show no field.
const WORDLESS: [&str; 8] = [
    "script", "style", "title", "option", "html", "body", "head", "meta",
];

/// One article as it was seen, with its row.
pub(super) struct Sample<'a> {
    pub page: SeenPage<'a>,
    pub row: RowFacts,
}

#[derive(Debug, Default)]
pub(super) struct ArticleRules {
    pub title: Vec<FieldRule>,
    pub title_suffix: Option<String>,
    pub author: Vec<FieldRule>,
    pub date: Vec<FieldRule>,
    pub body: Vec<String>,
    /// Elements of the body that are no part of the text.
    pub body_remove: Vec<String>,
    /// None where articles are not read.
    pub attachments: Option<AttachmentRules>,
    pub comments: Option<CommentRules>,
    pub rows_lie: Rows,
    pub decisions: Vec<Decision>,
}

impl ArticleRules {
    /// What can be said of articles that nobody but members may read.
    pub(super) fn closed(n_closed: usize) -> Self {
        Self {
            decisions: vec![Decision {
                what: "article.body",
                value: String::new(),
                score: 0.0,
                reason: format!(
                    "none of the {n_closed} articles asked for is for guests: only the listing is read"
                ),
                lost: Vec::new(),
            }],
            ..Self::default()
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct CommentRules {
    pub item: String,
    /// The article is the first item.
    pub article_is_first: bool,
    /// Elements before an item that belong to it, and a selector of them.
    pub n_heads: usize,
    pub heads: Option<String>,
    pub key: Key,
    pub depth: Option<Depth>,
    pub author: Option<FieldRule>,
    pub date: Option<FieldRule>,
    pub body: Option<String>,
    /// Elements of the body that are no part of the text.
    pub body_remove: Vec<String>,
}

/// Learns an article's rules. `rows_css` names the rows of the board's listing, which may stand below an article.
pub(super) fn article(
    samples: &[Sample<'_>],
    listing_page: &SeenPage<'_>,
    rows_css: &str,
    is_row: &dyn Fn(ElementRef<'_>, &SeenPage<'_>) -> bool,
    calendar: Calendar<'_>,
) -> Result<ArticleRules, Decision> {
    let mut rules = ArticleRules::default();
    let rows = Selector::parse(rows_css).ok();
    let listings: Vec<HashSet<NodeId>> = samples
        .iter()
        .map(|sample| listing_below(sample, rows.as_ref(), is_row))
        .collect();
    let records = records(samples, &listings);
    let is_thread = records.as_ref().is_some_and(|records| records.is_thread);
    title(&mut rules, samples, &listings);
    let all = grounds(&rules, samples, &listings, is_thread);
    let own = records
        .as_ref()
        .filter(|_| !is_thread)
        .map(|records| outside(&all, samples, records));
    // A row that tells who replied last finds that again among the replies: there only where nothing else is said.
    let mut grounds = own.iter().chain(std::iter::once(&all));
    rules.author = first_found(
        &mut grounds.clone(),
        &mut rules.decisions,
        |found, grounds| author_rules(found, samples, grounds),
    );
    rules.date = first_found(&mut grounds, &mut rules.decisions, |found, grounds| {
        date_rules(found, samples, grounds, calendar)
    });
    let files = attachments(samples, &listings, records.as_ref());
    // Names and sizes of files are no words of a body.
    let no_body: Vec<HashSet<NodeId>> = listings
        .iter()
        .zip(&files.blocks)
        .map(|(listing, block)| listing | block)
        .collect();
    body(
        &mut rules,
        samples,
        listing_page,
        &no_body,
        records.as_ref(),
    )?;
    rules.attachments = Some(files.rules);
    rules.decisions.push(files.decision);
    rules.comments = records
        .and_then(|records| comments(samples, &records, (&rules.author, &rules.body), calendar));
    if let Some(comments) = rules
        .comments
        .as_ref()
        .filter(|found| found.article_is_first)
    {
        // All posts of a thread look alike: what holds for most of them holds for the first, where that has the like.
        let of_posts = |rule: &Option<FieldRule>| of_all_posts(comments, rule.as_ref()?, samples);
        rules.author = of_first(comments, of_posts(&comments.author).as_ref(), &rules.author);
        rules.date = of_first(comments, of_posts(&comments.date).as_ref(), &rules.date);
        let body = body_of_posts(comments, &rules.body, samples)
            .or_else(|| body_beside_date(comments, &rules, samples));
        if let Some(body) = body {
            rules.body = vec![body];
        }
    }
    rules.rows_lie = Rows::that_lie(&rules, samples, calendar);
    Ok(rules)
}

/// Where the row's author stands again.
fn anchored_author(
    decisions: &mut Vec<Decision>,
    samples: &[Sample<'_>],
    grounds: &[Ground<'_>],
) -> Vec<FieldRule> {
    let author_of = |sample: &Sample<'_>, text: &str| {
        sample
            .row
            .author
            .as_deref()
            .is_some_and(|author| author == text)
    };
    let author = Finder {
        what: "article.author",
        grounds,
        fits: &|sample, text| author_of(sample, text),
        parts: &|sample, text| {
            // A longer text is no line about its author, but one that begins as the row's teaser does.
            let author = sample.row.author.as_deref().filter(|author| {
                text.chars().count() <= author.chars().count() + MAX_AROUND_AUTHOR
            });
            author.map_or_else(Vec::new, |author| within::places(text, author))
        },
        worth: &|_, _, _| 0.0,
        attributes: &[None],
    };
    author.anchored(decisions, samples)
}

/// Where the row's author stands again; else whom the page itself names.
fn author_rules(
    decisions: &mut Vec<Decision>,
    samples: &[Sample<'_>],
    grounds: &[Ground<'_>],
) -> Vec<FieldRule> {
    let mut rules = anchored_author(decisions, samples, grounds);
    if rules.is_empty() && !in_thread(grounds) {
        let search = Search {
            what: "article.author",
            samples,
            grounds,
            fits: &|_, text| {
                text.chars().any(char::is_alphabetic)
                    && text.chars().count() <= 30
                    && !DATED.is_match(text)
            },
            attributes: &[None],
            parts: &|_, text| after_by(text).into_iter().collect(),
            in_links: true,
            varies: false,
        };
        let found = decisions;
        rules = search.first(found, "words in front of it do", &|_, element| {
            follows_by(element)
        });
        if rules.is_empty() {
            let in_line = Search {
                fits: &|sample, text| after_by(text).is_none() && (search.fits)(sample, text),
                in_links: false,
                ..search
            };
            rules = in_line.first(found, "a line about him does", &|_, element| {
                after_by(&element_text(element, &[])).is_some()
                    && own_text(element).chars().any(char::is_alphabetic)
            });
        }
        if rules.is_empty() {
            rules = search.first(found, "its name does", &|_, element| {
                is_named(element, &AUTHOR_NAMES)
            });
        }
        if rules.is_empty() {
            rules = search.stated(found, &STATED_AUTHOR);
        }
    }
    rules
}

/// Where the row's moment stands again.
fn anchored_date(
    decisions: &mut Vec<Decision>,
    samples: &[Sample<'_>],
    grounds: &[Ground<'_>],
    calendar: Calendar<'_>,
) -> Vec<FieldRule> {
    let read = |sample: &Sample<'_>, text: &str| read_date(text, calendar, sample.page.as_of);
    let date = Finder {
        what: "article.date",
        grounds,
        fits: &|sample, text| {
            let listed = sample.row.date.as_deref().and_then(|row| read(sample, row));
            listed
                .is_some_and(|listed| read(sample, text).is_some_and(|shown| listed.agrees(&shown)))
        },
        parts: &|_, text| within::dates(text),
        // The neighbours of an article stand with their days beside their links, and often share its day.
        worth: &|sample, text, element| {
            let fine = read(sample, text).is_some_and(|shown| shown.precision >= Precision::Minute);
            let linked = element
                .ancestors()
                .filter_map(ElementRef::wrap)
                .any(|above| above.value().name() == "a");
            let (fine, linked) = (f64::from(u8::from(fine)), f64::from(u8::from(linked)));
            // Names beside it have digits at times, and are then taken for a part of it.
            let held: usize = within::dates(text).iter().map(Range::len).sum();
            let around = text.len().saturating_sub(held).min(12) as f64;
            0.5 * fine - 0.2 * linked - 0.04 * around
        },
        attributes: &[None, Some("datetime"), Some("title")],
    };
    date.anchored(decisions, samples)
}

/// Where the row's moment stands again; else one that the page itself names.
fn date_rules(
    decisions: &mut Vec<Decision>,
    samples: &[Sample<'_>],
    grounds: &[Ground<'_>],
    calendar: Calendar<'_>,
) -> Vec<FieldRule> {
    let read = |sample: &Sample<'_>, text: &str| read_date(text, calendar, sample.page.as_of);
    let is_moment = |sample: &Sample<'_>, text: &str| {
        read(sample, text).is_some_and(|shown| shown.precision >= Precision::Minute)
    };
    let mut rules = anchored_date(decisions, samples, grounds, calendar);
    if rules.is_empty() {
        let search = Search {
            what: "article.date",
            samples,
            grounds,
            fits: &|sample, text| read(sample, text).is_some(),
            attributes: &[Some("datetime"), Some("title"), None],
            parts: &|sample, text| within::date_patterns(text, &|part| is_moment(sample, part)),
            in_links: false,
            varies: true,
        };
        let found = decisions;
        rules = search.first(found, "its name does", &|_, element| {
            element.value().name() == "time" || is_named(element, &DATE_NAMES)
        });
        if rules.is_empty() {
            rules = search.first(
                found,
                "it is the first moment on the page",
                &|sample, element| {
                    let texts = [Some(own_text(element)), element.attr("title").map(fold)];
                    texts.iter().flatten().any(|text| {
                        let is_within = || {
                            within::dates(text)
                                .into_iter()
                                .any(|at| is_moment(sample, &text[at]))
                        };
                        text.chars().count() <= MAX_FIELD
                            && (is_moment(sample, text) || is_within())
                    })
                },
            );
        }
        if rules.is_empty() {
            rules = search.stated(found, &STATED_DATE);
        }
    }
    rules
}

pub(super) fn elements<'a>(page: &SeenPage<'a>) -> impl Iterator<Item = ElementRef<'a>> {
    page.html
        .root_element()
        .descendent_elements()
        .take(MAX_ELEMENTS)
}

pub(super) fn is_within(element: ElementRef<'_>, nodes: &HashSet<NodeId>) -> bool {
    !nodes.is_empty()
        && (nodes.contains(&element.id())
            || element.ancestors().any(|node| nodes.contains(&node.id())))
}

/// Rules for one field (`title`, `author`, `date`) by what the samples' rows say, the best first. Of `author` the words
/// alone count, whatever they mean.
pub(super) fn anchors(
    samples: &[Sample<'_>],
    field: &str,
    calendar: Calendar<'_>,
) -> Vec<FieldRule> {
    let listings = vec![HashSet::new(); samples.len()];
    let mut rules = ArticleRules::default();
    title(&mut rules, samples, &listings);
    let grounds = grounds(&rules, samples, &listings, false);
    let mut decisions = Vec::new();
    match field {
        "title" => rules.title,
        "date" => anchored_date(&mut decisions, samples, &grounds, calendar),
        _ => anchored_author(&mut decisions, samples, &grounds),
    }
}

/// Rows of the board's listing on an article's page; one alone is a link to a neighbour.
fn listing_below(
    sample: &Sample<'_>,
    rows: Option<&Selector>,
    is_row: &dyn Fn(ElementRef<'_>, &SeenPage<'_>) -> bool,
) -> HashSet<NodeId> {
    let found: HashSet<NodeId> = rows
        .into_iter()
        .flat_map(|rows| sample.page.html.select(rows))
        .filter(|row| is_row(*row, &sample.page))
        .map(|row| row.id())
        .collect();
    if found.len() > 1 {
        found
    } else {
        HashSet::new()
    }
}

/// A rule, ready to be tried on many pages.
pub(super) struct Reader<'r> {
    rule: &'r FieldRule,
    selector: Selector,
    pattern: Option<Regex>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(rule: &'r FieldRule) -> Option<Self> {
        let pattern = rule.pattern.as_ref().map(|pattern| Regex::new(pattern));
        Some(Self {
            rule,
            selector: Selector::parse(&rule.css).ok()?,
            pattern: pattern.transpose().ok()?,
        })
    }

    /// The value on a page: that of the first element selected, as a profile's would be; its element, and whether others
    /// are selected too.
    pub(super) fn read<'a>(&self, page: &SeenPage<'a>) -> Option<(String, ElementRef<'a>, bool)> {
        let mut found = page.html.select(&self.selector);
        let element = found.next()?;
        let text = match self.rule.attr {
            Some(name) => fold(element.attr(name)?),
            None if self.rule.own => own_text(element),
            None => element_text(element, &[]),
        };
        let text = match &self.pattern {
            Some(pattern) => fold(pattern.captures(&text)?.get(1)?.as_str()),
            None => text,
        };
        (!text.is_empty()).then(|| (text, element, found.next().is_some()))
    }

    pub(super) fn value(&self, page: &SeenPage<'_>) -> Option<String> {
        self.read(page).map(|(text, _, _)| text)
    }
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
    // The number of the entry in front: `12: title`.
    let bare = listed.trim_start_matches(|c: char| c.is_ascii_digit());
    if let Some(rest) = bare
        .strip_prefix([':', '：', '.'])
        .filter(|_| bare != listed)
    {
        return same_title(shown, rest);
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
                    "title" | "html" | "body" | "option" | "script"
                )
            })
            .filter(|element| element.descendants().take(MAX_IN_TITLE).count() < MAX_IN_TITLE)
            .filter(|element| same_title(&element_text(*element, &[]), &sample.row.title))
            .filter(|element| !is_within(*element, listing))
            .take(6);
        for element in candidates {
            let bonus = match element.value().name() {
                "h1" | "h2" | "h3" | "h4" => 0.4,
                // What leads to the article may be anywhere.
                "a" => -0.3,
                _ => 0.0,
            };
            for (order, name) in css::names_of(element).into_iter().enumerate() {
                let entry = tally.entry(name).or_insert((0.0, order));
                entry.0 = bonus;
            }
        }
    }
    let mut ranked: Vec<(f64, String, usize)> = tally
        .into_iter()
        .map(|(name, (bonus, order))| {
            let rule = FieldRule::plain(&name);
            let reader = Reader::new(&rule);
            let right = |sample: &&Sample<'_>| {
                let shown = reader
                    .as_ref()
                    .and_then(|reader| reader.value(&sample.page));
                shown.is_some_and(|text| same_title(&text, &sample.row.title))
            };
            let n_right = samples.iter().filter(right).count();
            (n_right as f64 + bonus - 0.05 * order as f64, name, n_right)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n_right = ranked.first().map_or(0, |(_, _, n_right)| *n_right);
    if let Some((score, name, _)) = ranked.first().filter(|_| 2 * n_right > samples.len()) {
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
    let reader = Reader::new(&page_title);
    let suffixes: Vec<String> = samples
        .iter()
        .filter_map(|sample| {
            let whole = reader.as_ref()?.value(&sample.page)?;
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
        // A heading that is not the title's on some pages holds more than that there.
        let is_surer = suffixes.len() > n_right;
        let at = if is_surer { 0 } else { rules.title.len() };
        rules.title.insert(at, page_title);
        if !shared.is_empty() {
            rules.title_suffix = Some(format!("{}$", regex::escape(&shared)));
        }
    }
}

/// How a field is looked for on the pages of articles.
struct Finder<'f> {
    what: &'static str,
    /// Of each sample.
    grounds: &'f [Ground<'f>],
    /// Whether words agree with what the row says.
    fits: &'f dyn Fn(&Sample<'_>, &str) -> bool,
    /// Where in longer words the value may stand.
    parts: &'f dyn Fn(&Sample<'_>, &str) -> Vec<Range<usize>>,
    /// What more speaks for words that do: less than 1.
    worth: &'f dyn Fn(&Sample<'_>, &str, ElementRef<'_>) -> f64,
    attributes: &'f [Option<&'static str>],
}

impl Finder<'_> {
    /// Rules whose value agrees with the row on most pages.
    fn anchored(&self, decisions: &mut Vec<Decision>, samples: &[Sample<'_>]) -> Vec<FieldRule> {
        let mut tally: BTreeMap<FieldRule, usize> = BTreeMap::new();
        for (sample, ground) in samples.iter().zip(self.grounds) {
            let mut n_found = 0;
            for element in elements(&sample.page) {
                if n_found >= 8 {
                    break;
                }
                n_found += usize::from(self.tally(sample, element, ground, &mut tally));
            }
        }
        let ranked = self.rank(tally, samples);
        if let Some((score, rule, n_right)) = ranked.first() {
            decisions.push(Decision {
                what: self.what,
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
        let best = ranked.into_iter().take(2);
        best.map(|(_, rule, _)| rule).collect()
    }

    /// Notes all rules that lead to an element, if it says what the row says.
    fn tally(
        &self,
        sample: &Sample<'_>,
        element: ElementRef<'_>,
        ground: &Ground<'_>,
        tally: &mut BTreeMap<FieldRule, usize>,
    ) -> bool {
        let name = element.value().name();
        if WORDLESS.contains(&name) {
            return false;
        }
        let mut found_any = false;
        for attr in self.attributes {
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
            let fits = |text: &str| (self.fits)(sample, text);
            let own = attr.is_none() && !fits(&text) && fits(&own_text(element));
            let mut patterns: Vec<Option<String>> = Vec::new();
            if own || fits(&text) {
                patterns.push(None);
            }
            if attr.is_none() && !own {
                patterns.extend(self.patterns(sample, &text));
            }
            if patterns.is_empty() || !ground.may_hold(element) {
                continue;
            }
            found_any = true;
            for (order, name) in css::names_of(element).into_iter().enumerate() {
                for (more, pattern) in patterns.iter().enumerate() {
                    let rule = FieldRule {
                        css: name.clone(),
                        attr: *attr,
                        pattern: pattern.clone(),
                        own,
                    };
                    tally.entry(rule).or_insert(order + more);
                }
            }
        }
        found_any
    }

    /// Patterns that take the value out of longer words.
    fn patterns(&self, sample: &Sample<'_>, text: &str) -> Vec<Option<String>> {
        let mut found = Vec::new();
        if let Some(part) = DATE_IN_WORDS.captures(text)
            && part[1] != *text
            && (self.fits)(sample, &part[1])
        {
            found.push(Some(DATE_PATTERN.to_owned()));
        }
        for place in (self.parts)(sample, text) {
            let is_whole = place.len() == text.len();
            if !is_whole && (self.fits)(sample, &text[place.clone()]) {
                found.extend(within::patterns(text, &place).into_iter().map(Some));
            }
        }
        found
    }

    /// Tries each rule on all pages; the best first.
    fn rank(
        &self,
        tally: BTreeMap<FieldRule, usize>,
        samples: &[Sample<'_>],
    ) -> Vec<(f64, FieldRule, usize)> {
        let mut ranked: Vec<(f64, FieldRule, usize)> = tally
            .into_iter()
            .map(|(rule, order)| {
                let (mut n_right, mut worth, mut n_others, mut letters) = (0, 0.0, 0, 0);
                if let Some(reader) = Reader::new(&rule) {
                    for (sample, ground) in samples.iter().zip(self.grounds) {
                        let Some((text, element, others)) = reader.read(&sample.page) else {
                            continue;
                        };
                        n_others += usize::from(others);
                        if (self.fits)(sample, &text) && ground.may_hold(element) {
                            n_right += 1;
                            letters += match rule.attr {
                                Some(_) => text.chars().count(),
                                None => element_text(element, &[]).chars().count(),
                            };
                            worth += (self.worth)(sample, &text, element);
                        }
                    }
                }
                let exact = if rule.attr.is_some() { 0.2 } else { 0.0 }
                    - if rule.pattern.is_some() || rule.own {
                        0.3
                    } else {
                        0.0
                    }
                    // A short post's element may be no longer than a line, and a long one's is no field.
                    - (0.01 * letters as f64 / n_right.max(1) as f64).min(MAX_LETTERS_COST)
                    // Which of several is the first may be another one on another page.
                    - if n_others > 0 { AMBIGUOUS } else { 0.0 }
                    + worth / n_right.max(1) as f64;
                (n_right as f64 + exact - 0.05 * order as f64, rule, n_right)
            })
            .filter(|(_, _, n_right)| 2 * n_right > samples.len() || *n_right >= 2)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked
    }
}
