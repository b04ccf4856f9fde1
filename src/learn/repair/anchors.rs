//! Where do known words stand now? Rules for a listing and for an article's fields, found by what known rows and articles
//! say, on fresh pages.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::super::article::{self, Sample};
use super::super::columns::{self, Columns, RowFacts};
use super::super::field_rule::FieldRule;
use super::super::region::{self, Group, RowSeen};
use super::super::{SeenPage, css, same_title, write};
use super::{KnownArticle, KnownPages};
use crate::dates::read_date;
use crate::document::{ElementRef, Selector};
use crate::model::{Article, Calendar, PostedAt, Row};
use crate::profile::{element_text, fold};

/// Elements of one row that are looked at.
const MAX_ELEMENTS: usize = 400;
/// Share of the known rows in which a field's words must be found in one place.
const COVERAGE: f64 = 0.6;
/// Groups of rows that are tried.
const MAX_GROUPS: usize = 2;
/// Rules for one field that are worth trying.
const MAX_RULES: usize = 6;
/// Letters without which a text is no anchor, and those at its ends that must be found.
const MIN_LETTERS: usize = 12;
const END_LETTERS: usize = 24;
/// What of a known text the page may have more: a caption, a heading, words that only some readers see.
const MOST_SURPLUS: f64 = 1.3;

pub(super) fn listings(known: &KnownPages<'_>) -> Vec<String> {
    let mut by_name: BTreeMap<(String, String), usize> = BTreeMap::new();
    for page in known.listings {
        for group in region::groups(page) {
            let n_known = group
                .rows
                .iter()
                .filter(|row| known_row(known, row).is_some())
                .count();
            if n_known > 1 {
                *by_name.entry((group.rows_css, group.kind)).or_default() += n_known;
            }
        }
    }
    let mut names: Vec<_> = by_name.into_iter().collect();
    names.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    names
        .into_iter()
        .take(MAX_GROUPS)
        .flat_map(|((rows_css, kind), _)| sections(known, &rows_css, &kind))
        .collect()
}

fn known_row<'k>(known: &'k KnownPages<'_>, row: &RowSeen<'_>) -> Option<&'k Row> {
    let article = known.profile.identity.article(&row.url)?;
    known.rows.get(&article.key)
}

/// The section `listing` for one group of rows: as the learner writes it, with the fields that are known put right.
fn sections(known: &KnownPages<'_>, rows_css: &str, kind: &str) -> Vec<String> {
    let pages: Vec<Vec<RowSeen<'_>>> = known
        .listings
        .iter()
        .map(|page| {
            let fits = |group: &Group<'_>| group.rows_css == rows_css && group.kind == kind;
            let groups = region::groups(page).into_iter().filter(fits);
            // A page that prints its listing twice is read once.
            let mut seen = BTreeSet::new();
            groups
                .flat_map(|group| group.rows)
                .filter(|row| seen.insert(row.url.clone()))
                .collect()
        })
        .collect();
    let calendar = known.profile.calendar();
    let mut learnt = columns::columns(&pages, known.listings, calendar);
    let container = super::super::container(known.listings, &pages);
    let unaided = write::listing_section(&container, rows_css, &learnt, &[]);
    let rows: Vec<KnownRow<'_, '_>> = pages
        .iter()
        .zip(known.listings)
        .flat_map(|(rows, page)| rows.iter().map(move |row| (row, page)))
        .filter_map(|(row, page)| Some((row, known_row(known, row)?, page)))
        .collect();
    put_right(&mut learnt, &rows, calendar);
    let mut found = vec![
        write::listing_section(&container, rows_css, &learnt, &[]),
        unaided,
    ];
    // Cells may have the names of rows; the way from the container to a row tells them apart.
    if let Some(scoped) = scoped(known.listings, &container, &pages) {
        found.push(write::listing_section(&container, &scoped, &learnt, &[]));
    }
    found
}

/// A row as it is seen, as it was known, and the page it stands on.
type KnownRow<'r, 'a> = (&'r RowSeen<'a>, &'r Row, &'r SeenPage<'a>);
type Fits<'f> = &'f dyn Fn(&str, &Row, &SeenPage<'_>) -> bool;
type HasField<'f> = &'f dyn Fn(&Row) -> bool;

/// Fields stand where the known rows say what they are known to say; what the learner guessed of others stays.
fn put_right(learnt: &mut Columns, rows: &[KnownRow<'_, '_>], calendar: Calendar<'_>) {
    let mut taken: Vec<String> = Vec::new();
    let title = place(
        rows,
        &|text, row, _| same_title(text, &row.title) || text == row.title,
        &|row| !row.title.is_empty(),
        &taken,
    );
    if let Some(title) = title {
        taken.push(title.clone());
        learnt.title_css = Some(title);
    }
    let votes = |row: &Row| row.votes.and_then(|n| u64::try_from(n).ok());
    let fields: [(&'static str, Fits<'_>, HasField<'_>); 7] = [
        (
            "author",
            &|text, row, _| row.author.as_deref() == Some(text),
            &|row| row.author.is_some(),
        ),
        (
            "date",
            &|text, row, page| is_date(text, row.posted.as_ref(), page, calendar),
            &|row| row.posted.is_some() && !row.notice,
        ),
        (
            "category",
            &|text, row, _| row.category.as_deref() == Some(text),
            &|row| row.category.is_some(),
        ),
        ("rank", &|text, row, _| near(text, row.rank), &|row| {
            row.rank.is_some()
        }),
        ("views", &|text, row, _| near(text, row.views), &|row| {
            row.views.is_some()
        }),
        ("votes", &|text, row, _| near(text, votes(row)), &|row| {
            row.votes.is_some()
        }),
        (
            "comment_count",
            &|text, row, _| near(text, row.comment_count),
            &|row| row.comment_count.is_some_and(|count| count > 0),
        ),
    ];
    for (field, fits, has_field) in fields {
        match place(rows, fits, has_field, &taken) {
            Some(css) => {
                // No other field may stand where this one is known to.
                for held in learnt.fields.values_mut() {
                    held.retain(|other| *other != css);
                }
                taken.push(css.clone());
                learnt.fields.insert(field, vec![css]);
            }
            None if !rows.iter().any(|(_, row, _)| has_field(row)) => {
                learnt.fields.remove(field);
            }
            None => {}
        }
    }
    learnt.fields.retain(|_, selectors| !selectors.is_empty());
}

/// A count that has grown since, but not by much; a rank that new posts, or deletions, have moved.
fn near(text: &str, before: Option<u64>) -> bool {
    let digits = text
        .trim_matches(|c: char| "[]()+ ".contains(c))
        .replace(',', "");
    let (Some(before), Ok(now)) = (before, digits.parse::<u64>()) else {
        return false;
    };
    now.abs_diff(before) <= 20 + before / 5
}

/// The way from the listing's container down to most of its rows.
fn scoped(
    listings: &[SeenPage<'_>],
    container: &[String],
    pages: &[Vec<RowSeen<'_>>],
) -> Option<String> {
    let selector = Selector::parse(container.first()?).ok()?;
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for (page, rows) in listings.iter().zip(pages) {
        let within = page.html.select(&selector).next()?;
        for row in rows {
            let mut steps = vec![css::simple(row.element)];
            let above = row.element.ancestors().filter_map(ElementRef::wrap);
            steps.extend(above.take_while(|above| *above != within).map(css::simple));
            steps.reverse();
            *tally
                .entry(format!(":scope > {}", steps.join(" > ")))
                .or_default() += 1;
        }
    }
    tally
        .into_iter()
        .max_by_key(|(_, n)| *n)
        .map(|(way, _)| way)
}

fn is_date(
    text: &str,
    posted: Option<&PostedAt>,
    page: &SeenPage<'_>,
    calendar: Calendar<'_>,
) -> bool {
    posted.is_some_and(|posted| {
        text.chars().count() <= 60
            && read_date(text, calendar, page.as_of).is_some_and(|read| read.agrees(posted))
    })
}

/// The place within the rows where most of those that have the field say it.
fn place(
    rows: &[KnownRow<'_, '_>],
    fits: Fits<'_>,
    has_field: HasField<'_>,
    taken: &[String],
) -> Option<String> {
    let with_field: Vec<_> = rows.iter().filter(|(_, row, _)| has_field(row)).collect();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for (seen, row, page) in &with_field {
        for element in seen
            .element
            .descendent_elements()
            .skip(1)
            .take(MAX_ELEMENTS)
        {
            if fits(&element_text(element, &[]), row, page) {
                *tally
                    .entry(css::path_within(seen.element, element))
                    .or_default() += 1;
            }
        }
    }
    let right = |path: &str| {
        let Ok(selector) = Selector::parse(path) else {
            return 0;
        };
        let says = |seen: &RowSeen<'_>| {
            let element = seen.element.select(&selector).next();
            element.map(|element| element_text(element, &[]))
        };
        with_field
            .iter()
            .filter(|(seen, row, page)| says(seen).is_some_and(|text| fits(&text, row, page)))
            .count()
    };
    let (n, path) = tally
        .into_keys()
        .filter(|path| !taken.contains(path))
        .map(|path| (right(&path), path))
        // Of equals the outermost, which has the shortest path.
        .max_by_key(|(n, path)| (*n, std::cmp::Reverse(path.len())))?;
    (n as f64 >= COVERAGE * with_field.len() as f64 && n > 0).then_some(path)
}

pub(super) fn article_rules(known: &KnownPages<'_>, field: &str) -> Vec<Value> {
    let rules = match field {
        "body" => return bodies(known.articles),
        "title" | "author" | "date" | "category" => anchored(known, field),
        _ => Vec::new(),
    };
    // Each alone, for the gate to choose; a date's second rule may be what makes it exact.
    rules
        .iter()
        .map(rule_value)
        .take(MAX_RULES)
        .map(|rule| Value::Array(vec![rule]))
        .collect()
}

fn rule_value(rule: &FieldRule) -> Value {
    if rule.attr.is_none() && rule.pattern.is_none() && !rule.own {
        return Value::String(rule.css.clone());
    }
    let mut table = toml::Table::new();
    table.insert("select".into(), Value::String(rule.css.clone()));
    if let Some(attr) = rule.attr {
        table.insert("attr".into(), Value::String(attr.into()));
    }
    if let Some(pattern) = &rule.pattern {
        table.insert("pattern".into(), Value::String(pattern.clone()));
    }
    if rule.own {
        table.insert("own".into(), Value::Boolean(true));
    }
    Value::Table(table)
}

/// The learner's own way from a row's words to their place, with the article's known words instead of the row's.
fn anchored(known: &KnownPages<'_>, field: &str) -> Vec<FieldRule> {
    let calendar = known.profile.calendar();
    let samples: Vec<Sample<'_>> = known
        .articles
        .iter()
        .map(|known| Sample {
            page: known.page,
            row: facts(known.expected, field, calendar),
        })
        .collect();
    article::anchors(&samples, field, calendar)
}

/// A category is looked for as an author is: by its words alone.
fn facts(expected: &Article, field: &str, calendar: Calendar<'_>) -> RowFacts {
    let date = expected.posted.as_ref().map(|posted| {
        let local = posted.at.to_zoned_datetime(calendar.zone.clone());
        local.strftime("%Y-%m-%d %H:%M:%S").to_string()
    });
    RowFacts {
        title: expected.title.clone().unwrap_or_default(),
        author: match field {
            "category" => expected.category.clone(),
            _ => expected.author.clone(),
        },
        date,
        ..RowFacts::default()
    }
}

/// Names of the elements that hold the known texts and next to nothing else.
fn bodies(articles: &[KnownArticle<'_>]) -> Vec<Value> {
    let squeezed: Vec<(String, &KnownArticle<'_>)> = articles
        .iter()
        .map(|known| (squeeze(&known.expected.text), known))
        .filter(|(text, _)| text.chars().count() >= MIN_LETTERS)
        .collect();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for (text, known) in &squeezed {
        for element in holders(text, &known.page) {
            for (order, name) in css::names_of(element).into_iter().enumerate() {
                tally.entry(name).or_insert(order);
            }
        }
    }
    let mut ranked: Vec<(usize, usize, String)> = tally
        .into_iter()
        .map(|(name, order)| {
            let Ok(selector) = Selector::parse(&name) else {
                return (0, order, name);
            };
            let right = squeezed.iter().filter(|(text, known)| {
                let element = known.page.html.select(&selector).next();
                element.is_some_and(|element| holds(text, element).is_some())
            });
            (right.count(), order, name)
        })
        .filter(|(n, _, _)| 2 * n > squeezed.len())
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked
        .into_iter()
        .take(MAX_RULES)
        .map(|(_, _, name)| Value::Array(vec![Value::String(name)]))
        .collect()
}

fn squeeze(text: &str) -> String {
    fold(text).split_whitespace().collect()
}

/// The smallest elements that hold a text, the best few.
fn holders<'a>(text: &str, page: &SeenPage<'a>) -> Vec<ElementRef<'a>> {
    let mut found: Vec<(usize, ElementRef<'a>)> = article::elements(page)
        .filter(|element| {
            !matches!(
                element.value().name(),
                "html" | "body" | "head" | "script" | "style" | "title"
            )
        })
        .filter_map(|element| Some((holds(text, element)?, element)))
        .collect();
    found.sort_by_key(|(surplus, _)| *surplus);
    found.truncate(4);
    found.into_iter().map(|(_, element)| element).collect()
}

/// How many letters an element has besides a text that it holds.
fn holds(text: &str, element: ElementRef<'_>) -> Option<usize> {
    let n_letters = text.chars().count();
    let most = (n_letters as f64 * MOST_SURPLUS) as usize + 2 * END_LETTERS;
    // Counting stops early: most elements are much larger.
    let raw = element.text().map(str::len).scan(0_usize, |sum, n| {
        *sum += n;
        Some(*sum)
    });
    if raw.last().is_none_or(|bytes| bytes < text.len() / 2) {
        return None;
    }
    let here = squeeze(&element_text(element, &[]));
    let n_here = here.chars().count();
    if n_here > most {
        return None;
    }
    let first: String = text.chars().take(END_LETTERS).collect();
    let last: String = text
        .chars()
        .skip(n_letters.saturating_sub(END_LETTERS))
        .collect();
    (here.contains(&first) && here.contains(&last)).then(|| n_here.saturating_sub(n_letters))
}
