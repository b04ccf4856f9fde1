//! What stands where in a row? In: the board's rows on the pages seen. Out: for each field a selector within the row,
//! chosen by a vote of columns, not of rows: header words, class words, and the shape of all cells together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use url::Url;

use super::field_rule::{DATE_IN_WORDS, FieldRule};
use super::header::{cell_index, headers, label_of};
use super::joined::joined;
use super::leads::{leads_on, leads_to, link_of};
use super::notices::{Pinned, learn_notices};
use super::region::RowSeen;
use super::short_words::{Looks, Words};
use super::words::{SECRET_CLASS, class_says, header_says};
use super::{Decision, SeenPage, address, css, titles};
use crate::dates::read_date;
use crate::document::{ElementRef, Query, Selector};
use crate::model::{Calendar, PostedAt};
use crate::profile::{UNSEEN, element_text, says_pinned};

/// Elements of one row that are looked at.
pub(super) const MAX_ELEMENTS: usize = 400;
/// Levels above an element that may say just what it says.
const MAX_CLIMB: usize = 8;
/// Rows of one page that vote.
const MAX_ROWS: usize = 120;
/// Letters of words that hold a date.
const MAX_AROUND_DATE: usize = 80;
/// Share of rows in which a column must stand.
pub(super) const COVERAGE: f64 = 0.5;

pub(super) static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\[(+]?\s*-?\d[\d,]*\s*[\])]?$").expect("a constant pattern"));
static LABELLED_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\D{1,12}?\s*:?\s*\d[\d,]*\s*(?:회|건|개|명)?$").expect("a constant pattern")
});
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[\p{L}\p{M}]{2,16}\s?:?\s)?\[?(\d[\d,]{0,8})\]?(?:\s[\p{L}\p{M}]{2,16})?$")
        .expect("a constant pattern")
});
static TWO_NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d{1,2}[./-]\d{1,2}$").expect("a constant pattern"));
/// Rows among which days differ.
pub(super) const MANY_ROWS: usize = 8;

/// One place in the row, over all rows.
pub(super) struct Column {
    pub css: String,
    /// Per row, in order; `None` where the row has no such element.
    pub texts: Vec<Option<String>>,
    /// Per row: where a link in it leads, or around it.
    pub links: Vec<Option<Url>>,
    pub names: String,
    pub header: String,
    in_title: bool,
    /// Words that all rows have in front of what differs: `By: `.
    label: Option<String>,
    /// Nearly all words lead to the article, which they are not the title of: `3 comments`.
    leads_on: bool,
}

/// What was learnt of a row.
#[derive(Debug, Default, Clone)]
pub(super) struct Columns {
    /// Field → selectors within the row.
    pub fields: BTreeMap<&'static str, Vec<String>>,
    /// Of the selectors, those whose elements' plain words are not the field: they say more than it, or their attribute
    /// says another.
    pub ruled: BTreeMap<String, FieldRule>,
    pub link: Vec<String>,
    pub title_css: Option<String>,
    pub title_remove: Vec<String>,
    pub notice: Vec<String>,
    pub secret: Vec<String>,
    /// The cell in which pinned rows say so in words.
    pub notice_cell: Option<String>,
    pub decisions: Vec<Decision>,
    /// Per page and row: title, author, date words, and whether it is pinned.
    pub rows: Vec<Vec<RowFacts>>,
}

#[derive(Debug, Default, Clone)]
pub(super) struct RowFacts {
    pub title: String,
    pub author: Option<String>,
    pub date: Option<String>,
    pub notice: bool,
    pub secret: bool,
    pub comments: u64,
    /// What an attribute of the date's element adds to its words.
    pub date_attribute: Option<String>,
    /// Whole numbers in the row that are no part of its title, in order.
    pub numbers: Vec<u64>,
}

/// Learns the columns. `zone` is only a guess here: whether words are a date does not hang on it.
pub(super) fn columns(
    pages: &[Vec<RowSeen<'_>>],
    seen: &[SeenPage<'_>],
    calendar: Calendar<'_>,
) -> Columns {
    let mut learnt = Columns::default();
    let rows: Vec<&RowSeen<'_>> = pages
        .iter()
        .flat_map(|rows| rows.iter().take(MAX_ROWS))
        .collect();
    let links = link_paths(&rows);
    learnt.link = links.clone();
    let mut found = gather(&rows);
    learnt.notice_cell = notice_cell(&found);
    found.retain(|column| column.texts.iter().flatten().count() as f64 >= 0.2 * rows.len() as f64);
    learn_notices(&mut learnt, pages, &rows);
    let signs = Pinned::new(&learnt.notice);
    let pinned: Vec<bool> = rows.iter().map(|row| signs.holds(row.element)).collect();
    let as_of = seen.first().map(|page| page.as_of).unwrap_or_default();
    let mut scored: Vec<(f64, &'static str, usize, String)> = Vec::new();
    for (at, column) in found.iter().enumerate() {
        for (field, score, reason) in votes(column, &pinned, &rows, |text| {
            read_date(text, calendar, as_of).is_some()
        }) {
            scored.push((score, field, at, reason));
        }
    }
    prefer_inner(&mut scored, &found);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (score, field, at, reason) in &scored {
        let held = learnt.fields.entry(field).or_default();
        let more = *field == "date" && held.len() == 1 && {
            let first = found.iter().find(|column| column.css == held[0]);
            first.is_some_and(|first| {
                !learnt.ruled.contains_key(&first.css)
                    && !says_date_among_words(&found[*at], &pinned, calendar, as_of)
                    && same_days(first, &found[*at], calendar, as_of)
            })
        };
        if (held.is_empty() || more) && !taken.contains(at) {
            held.push(found[*at].css.clone());
            taken.insert(*at);
            let rule = match *field {
                "date" => date_rule(&found[*at], &rows, &pinned, calendar, as_of),
                "author" => found[*at].label.as_ref().map(|label| FieldRule {
                    pattern: Some(format!(r"^{}\s+(.+)$", regex::escape(label))),
                    ..FieldRule::plain(&found[*at].css)
                }),
                _ => None,
            };
            if let Some(rule) = rule {
                learnt.ruled.insert(found[*at].css.clone(), rule);
            }
            if held.len() == 1 {
                let lost = scored
                    .iter()
                    .filter(|(_, other, place, _)| other == field && place != at)
                    .take(3)
                    .map(|(score, _, place, reason)| {
                        format!("{} ({score:.1}: {reason})", found[*place].css)
                    })
                    .collect();
                let value = found[*at].css.clone();
                learnt.decisions.push(Decision {
                    what: what(field),
                    value,
                    score: *score,
                    reason: reason.clone(),
                    lost,
                });
            }
        }
    }
    learnt.fields.retain(|_, selectors| !selectors.is_empty());
    titles::title(&mut learnt, &rows);
    secret(&mut learnt, &rows);
    learnt.rows = pages
        .iter()
        .map(|rows| rows.iter().map(|row| facts(row, &learnt, &signs)).collect())
        .collect();
    learnt
}

/// The words of a column hold a date each, and are none themselves: `by mira, 11-24-2026 10:20 PM`.
fn says_date_among_words(
    column: &Column,
    pinned: &[bool],
    calendar: Calendar<'_>,
    as_of: Timestamp,
) -> bool {
    let texts = ordinary_texts(column, pinned);
    let n_plain = texts
        .iter()
        .filter(|text| read_date(text, calendar, as_of).is_some())
        .count();
    let n_among = texts
        .iter()
        .filter(|text| one_date_among_words(text))
        .count();
    5 * n_plain < 4 * texts.len() && 5 * n_among >= 4 * texts.len()
}

/// How the date is got out of a column whose plain words are not it.
fn date_rule(
    column: &Column,
    rows: &[&RowSeen<'_>],
    pinned: &[bool],
    calendar: Calendar<'_>,
    as_of: Timestamp,
) -> Option<FieldRule> {
    if says_date_among_words(column, pinned, calendar, as_of) {
        return Some(FieldRule::dated(&column.css));
    }
    // `11/10/25` may be any of three days; the attribute beside it is one.
    let rule = FieldRule {
        attr: Some("datetime"),
        ..FieldRule::plain(&column.css)
    };
    let differs = |(row, text): (&&RowSeen<'_>, &Option<String>)| {
        let shown = read_date(text.as_deref()?, calendar, as_of)?;
        let stated = read_date(&rule.value_in(row.element)?, calendar, as_of)?;
        Some(!stated.agrees(&shown) && days_apart(&stated, &shown) > 1)
    };
    let compared: Vec<bool> = rows.iter().zip(&column.texts).filter_map(differs).collect();
    let n_differ = compared.iter().filter(|differs| **differs).count();
    (2 * n_differ > compared.len()).then_some(rule)
}

/// Whole days between two moments.
fn days_apart(a: &PostedAt, b: &PostedAt) -> u64 {
    a.at.as_second().abs_diff(b.at.as_second()) / 86_400
}

/// Whether words hold one full date.
fn one_date_among_words(text: &str) -> bool {
    text.chars().count() <= MAX_AROUND_DATE && DATE_IN_WORDS.find_iter(text).count() == 1
}

/// The place in which pinned rows say so in words, and which says little else.
fn notice_cell(found: &[Column]) -> Option<String> {
    let n_said = |column: &Column| {
        let texts = column.texts.iter().flatten();
        let words: Vec<&String> = texts
            .filter(|text| text.chars().any(char::is_alphabetic))
            .collect();
        let said = words.iter().filter(|text| says_pinned(text)).count();
        (said > 0 && 5 * said >= 4 * words.len() && 2 * said <= column.texts.len()).then_some(said)
    };
    let best = found
        .iter()
        .filter_map(|column| Some((n_said(column)?, column)))
        .max_by_key(|(said, column)| (*said, std::cmp::Reverse(column.css.len())));
    best.map(|(_, column)| column.css.clone())
}

/// Whether two columns show the same days: a date, and the same one finer. Otherwise the second is another event's.
fn same_days(a: &Column, b: &Column, calendar: Calendar<'_>, as_of: Timestamp) -> bool {
    let day = |text: &Option<String>| {
        let found = read_date(text.as_deref()?, calendar, as_of)?;
        Some(found.at.to_zoned_datetime(calendar.zone.clone()).date())
    };
    let pairs: Vec<_> = a
        .texts
        .iter()
        .zip(&b.texts)
        .filter_map(|(a, b)| Some((day(a)?, day(b)?)))
        .collect();
    let n_same = pairs.iter().filter(|(a, b)| a == b).count();
    10 * n_same >= 9 * pairs.len()
}

/// Of two elements that may be the author, one in the other, the inner one says the name and the outer one more than that:
/// `by X`.
fn prefer_inner(scored: &mut [(f64, &'static str, usize, String)], columns: &[Column]) {
    let authors: Vec<(f64, usize)> = scored
        .iter()
        .filter(|(_, field, _, _)| *field == "author")
        .map(|(score, _, at, _)| (*score, *at))
        .collect();
    let says_it = |(outer, inner): (&Option<String>, &Option<String>)| match (outer, inner) {
        (Some(outer), Some(inner)) => outer.ends_with(inner.as_str()),
        _ => true,
    };
    for (score, _, at, _) in scored
        .iter_mut()
        .filter(|(_, field, _, _)| *field == "author")
    {
        let inner = &columns[*at];
        for (of_outer, outer) in &authors {
            let outer = &columns[*outer];
            let inside = inner.css.strip_prefix(outer.css.as_str());
            if inside.is_some_and(|rest| rest.starts_with(" > ")) {
                // What names the outer one names what it says.
                if outer.texts.iter().zip(&inner.texts).all(says_it) {
                    *score = score.max(*of_outer);
                }
                *score += 0.3;
                break;
            }
        }
    }
}

fn what(field: &str) -> &'static str {
    match field {
        "rank" => "listing.rank",
        "author" => "listing.author",
        "date" => "listing.date",
        "category" => "listing.category",
        "views" => "listing.views",
        "votes" => "listing.votes",
        _ => "listing.comment_count",
    }
}

/// Where the link to the article stands in a row, the most frequent place first.
fn link_paths(rows: &[&RowSeen<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        if row.link != row.element {
            *counts
                .entry(css::path_within(row.element, row.link))
                .or_default() += 1;
        }
    }
    let mut paths: Vec<(String, usize)> = counts.into_iter().collect();
    paths.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let mut found: Vec<String> = paths.into_iter().take(4).map(|(path, _)| path).collect();
    found.push("a".into());
    found
}

/// All columns: elements with words of their own, each named by the largest element that says just that.
fn gather(rows: &[&RowSeen<'_>]) -> Vec<Column> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut found: Vec<Column> = Vec::new();
    let headers = rows
        .first()
        .map_or_else(Vec::new, |row| headers(row, &UNSEEN));
    for (at, row) in rows.iter().enumerate() {
        for element in row.element.descendent_elements().skip(1).take(MAX_ELEMENTS) {
            let own = element.children().any(|child| {
                child
                    .value()
                    .as_text()
                    .is_some_and(|text| !text.trim().is_empty())
            });
            let is_cell = matches!(element.value().name(), "td" | "th" | "time");
            if !own && !is_cell {
                continue;
            }
            let text = shown(element);
            let mut named = element;
            for _ in 0..MAX_CLIMB {
                let Some(parent) = named.parent().and_then(ElementRef::wrap) else {
                    break;
                };
                if parent == row.element || shown(parent) != text || named.value().name() == "time"
                {
                    break;
                }
                named = parent;
            }
            let path = css::path_within(row.element, named);
            let place = *places.entry(path.clone()).or_insert_with(|| {
                found.push(Column {
                    css: path,
                    texts: vec![None; rows.len()],
                    links: vec![None; rows.len()],
                    names: String::new(),
                    header: header_of(&headers, row, named),
                    label: None,
                    leads_on: false,
                    in_title: !is_card(row.link)
                        && (element == row.link
                            || element.ancestors().any(|node| node.id() == row.link.id())),
                });
                found.len() - 1
            });
            let column = &mut found[place];
            if column.texts[at].is_none() {
                column.texts[at] = Some(text);
                column.links[at] = link_of(named, row);
                if column.names.is_empty() {
                    column.names = format!("{} {}", css::words_of(named), css::words_of(element));
                }
            }
        }
    }
    let mut found = joined(found, rows);
    for column in &mut found {
        column.leads_on = !column.in_title && leads_on(&column.css, rows);
        column.label = label_of(&column.texts);
        if column.header.is_empty()
            && let Some(label) = &column.label
        {
            // The word that names a field is the first: `Posted by`, `Escrito por`.
            let word = label.split_whitespace().next().unwrap_or_default();
            column.header = word.to_lowercase();
        }
    }
    found
}

/// The words above an element. Those above a title do not name what else is in its cell.
fn header_of(headers: &[String], row: &RowSeen<'_>, element: ElementRef<'_>) -> String {
    let index = cell_index(row.element, element);
    let beside_title = index == cell_index(row.element, row.link)
        && element != row.link
        && element.ancestors().all(|above| above.id() != row.link.id());
    index
        .filter(|_| !beside_title)
        .and_then(|at| headers.get(at).cloned())
        .unwrap_or_default()
}

/// A link around a whole row: title, author and date are elements in it.
fn is_card(link: ElementRef<'_>) -> bool {
    let has_words = |element: &ElementRef<'_>| {
        element.children().any(|child| {
            child
                .value()
                .as_text()
                .is_some_and(|text| !text.trim().is_empty())
        })
    };
    !has_words(&link)
        && link
            .descendent_elements()
            .skip(1)
            .take(60)
            .filter(has_words)
            .count()
            >= 3
}

/// Which fields a column may be, with score and reason.
fn votes(
    column: &Column,
    pinned: &[bool],
    rows: &[&RowSeen<'_>],
    is_date: impl Fn(&str) -> bool,
) -> Vec<(&'static str, f64, String)> {
    let ordinary = ordinary_texts(column, pinned);
    let filled: Vec<&str> = ordinary
        .iter()
        .copied()
        .filter(|text| !text.is_empty())
        .collect();
    if filled.is_empty() || ordinary.is_empty() {
        return Vec::new();
    }
    let n = filled.len() as f64;
    let coverage = n / ordinary.len() as f64;
    let share =
        |test: &dyn Fn(&str) -> bool| filled.iter().filter(|text| test(text)).count() as f64 / n;
    let numbers = share(&|text| NUMBER.is_match(text));
    let labelled = share(&|text| LABELLED_NUMBER.is_match(text));
    let dates =
        share(&|text| text.chars().count() <= 40 && !NUMBER.is_match(text) && is_date(text));
    let short = share(&|text| text.chars().count() <= 24);
    let said = |field: &str| said_of(column, field);
    let mut found = Vec::new();
    // Who replied last, and when, is not who wrote it.
    let of_last_reply = said("last") > 0.0;
    let mut add = |field: &'static str, score: f64, reason: &str| {
        let reason = format!(
            "{reason}; header `{}`, {:.0} % of rows",
            column.header,
            100.0 * coverage
        );
        found.push((field, score + coverage, reason));
    };
    if dates >= 0.8 && coverage >= COVERAGE && !is_version(column, &filled) {
        if of_last_reply {
            return found;
        }
        add(
            "date",
            3.0 * dates + said("date"),
            "its words read as dates",
        );
    } else if numbers >= 0.8 {
        if coverage >= COVERAGE
            && !column.in_title
            && counts_down(column, pinned)
            && !is_id(column, rows)
        {
            add(
                "rank",
                4.0 + said("rank"),
                "numbers that fall by one from row to row",
            );
        }
        for field in ["comment_count", "views", "votes"] {
            if said(field) > 0.0 && (coverage >= COVERAGE || field == "comment_count") {
                add(field, 2.0 + said(field), "numbers under such a name");
            }
        }
        if column.in_title && said("views") + said("votes") == 0.0 {
            add("comment_count", 2.0, "a number in the title's link");
        }
    } else if labelled >= 0.8 && dates < 0.2 {
        for field in ["comment_count", "views", "votes"] {
            if said(field) > 0.0 || filled.iter().all(|text| labels(text, field)) {
                add(field, 1.5 + said(field), "numbers with such a word");
            }
        }
    } else if share(&one_date_among_words) >= 0.8 && coverage >= 0.8 && !column.in_title {
        if !of_last_reply {
            add("date", 0.5 + said("date"), "its words hold a date each");
        }
    } else if short >= 0.9 && numbers < 0.3 && dates < 0.3 && !column.in_title && !column.leads_on {
        let traits = Words {
            coverage,
            leads: leads_to(&column.texts, &column.links, &rows[0].url),
            of_last_reply,
            looks: Looks::of(&filled, &column.css),
        };
        for (field, score, reason) in traits.votes(&said) {
            add(field, score, reason);
        }
    } else if short >= 0.9 && column.in_title && said("category") > 0.0 {
        add(
            "category",
            1.0 + said("category"),
            "few words in front of the title",
        );
    }
    found
}

/// A version or a chapter is written like a day of a month, but all rows have the same.
fn is_version(column: &Column, filled: &[&str]) -> bool {
    filled.len() >= MANY_ROWS
        && said_of(column, "date") == 0.0
        && filled.iter().all(|text| *text == filled[0])
        && TWO_NUMBERS.is_match(filled[0])
}

/// A column's words in rows that are not pinned.
fn ordinary_texts<'c>(column: &'c Column, pinned: &[bool]) -> Vec<&'c str> {
    let ordinary = column
        .texts
        .iter()
        .zip(pinned)
        .filter(|(_, pinned)| !**pinned);
    ordinary
        .map(|(text, _)| text.as_deref().unwrap_or(""))
        .collect()
}

/// How plainly a column's header (2) and class words (1) name a field.
fn said_of(column: &Column, field: &str) -> f64 {
    2.0 * f64::from(u8::from(header_says(&column.header, field)))
        + f64::from(u8::from(class_says(&column.names, field)))
}

/// Whether a number's own words name a field: `조회 160`, `Antworten: 3`.
fn labels(text: &str, field: &str) -> bool {
    let word: String = text
        .chars()
        .filter(|c| c.is_alphabetic() || *c == '\'')
        .flat_map(char::to_lowercase)
        .collect();
    header_says(&word, field)
}

/// Numbers that fall by one from ordinary row to ordinary row: a rank (BOARDS.md 0.1).
fn counts_down(column: &Column, pinned: &[bool]) -> bool {
    let numbers: Vec<i64> = column
        .texts
        .iter()
        .zip(pinned)
        .filter(|(_, pinned)| !**pinned)
        .filter_map(|(text, _)| text.as_deref()?.replace(',', "").parse().ok())
        .collect();
    if numbers.len() < 2 {
        return false;
    }
    let by_one = numbers
        .windows(2)
        .filter(|pair| pair[0] - pair[1] == 1)
        .count();
    // One place is free: from page 1 to page 2 rows may have moved.
    by_one + 1 + numbers.len() / 10 >= numbers.len() - 1
}

/// The number is the one in the link, and the link's numbers have gaps: an id.
fn is_id(column: &Column, rows: &[&RowSeen<'_>]) -> bool {
    let same = column
        .texts
        .iter()
        .zip(rows)
        .filter(|(text, row)| {
            text.as_deref().is_some_and(|text| {
                address::bare(&row.url)
                    .split(['/', '=', '&'])
                    .any(|part| part == text)
            })
        })
        .count();
    same == rows.len() && rows.len() > 2 && {
        let numbers: Vec<i64> = column
            .texts
            .iter()
            .flatten()
            .filter_map(|text| text.parse().ok())
            .collect();
        numbers.windows(2).any(|pair| pair[0] - pair[1] != 1)
    }
}

fn secret(learnt: &mut Columns, rows: &[&RowSeen<'_>]) {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let mut here = BTreeSet::new();
        for element in
            std::iter::once(row.element).chain(row.element.descendent_elements().skip(1).take(80))
        {
            here.extend(
                element
                    .value()
                    .classes()
                    .filter(|class| css::is_stable(class) && SECRET_CLASS.is_match(class)),
            );
        }
        for class in here {
            *words.entry(format!(".{class}")).or_default() += 1;
        }
    }
    learnt.secret = words
        .into_iter()
        .filter(|(_, n)| 2 * n <= rows.len())
        .map(|(word, _)| word)
        .take(4)
        .collect();
}

fn facts(row: &RowSeen<'_>, learnt: &Columns, signs: &Pinned) -> RowFacts {
    let value = |field: &str| -> Option<String> {
        let mut selectors = learnt.fields.get(field)?.iter();
        selectors.find_map(|css| match learnt.ruled.get(css) {
            Some(rule) => rule.value_in(row.element),
            None => text_at(row.element, css),
        })
    };
    let remove: Vec<Query> = learnt
        .title_remove
        .iter()
        .filter_map(|css| Query::parse(css).ok())
        .collect();
    let title = learnt
        .title_css
        .as_ref()
        .and_then(|css| text_at(row.element, css))
        .unwrap_or_else(|| element_text(row.link, &[&UNSEEN, &remove]));
    let secret = row.element.descendent_elements().take(80).any(|element| {
        element
            .value()
            .classes()
            .any(|class| learnt.secret.iter().any(|word| word[1..] == *class))
    });
    RowFacts {
        title,
        author: value("author"),
        date: value("date"),
        notice: signs.holds(row.element),
        secret,
        comments: value("comment_count")
            .and_then(|text| {
                text.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
                    .parse()
                    .ok()
            })
            .unwrap_or(0),
        date_attribute: learnt
            .fields
            .get("date")
            .and_then(|selectors| attribute_at(row.element, selectors.first()?)),
        numbers: numbers(row),
    }
}

/// The attribute that may hold a whole date.
fn attribute_at(row: ElementRef<'_>, css: &str) -> Option<String> {
    let element = row.select(&Selector::parse(css).ok()?).next()?;
    let value = element.attr("datetime").or_else(|| element.attr("title"))?;
    Some(value.trim().to_owned())
}

/// Numbers that stand alone, or with a word or two (`3 replies`), outside the title.
fn numbers(row: &RowSeen<'_>) -> Vec<u64> {
    let leads = |element: ElementRef<'_>| {
        // A place on the page itself is a button.
        let href = element.attr("href").filter(|href| !href.starts_with('#'))?;
        let mut url = row.url.join(href).ok()?;
        url.set_fragment(None);
        address::is_part_of(&url, &row.url).then_some(url)
    };
    // Links to the article's other pages are numbered, too; one to the article itself may say how many replies it has.
    let is_page = |element: ElementRef<'_>| leads(element).is_some_and(|url| url != row.url);
    let mut links = row.element.descendent_elements().skip(1).take(MAX_ELEMENTS);
    // `2`, `2 →`.
    let is_numbered = |element: ElementRef<'_>| {
        let label = shown(element);
        NUMBER.is_match(label.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    let has_pages = links.any(|element| is_page(element) && is_numbered(element));
    let leads_there = |element: ElementRef<'_>| {
        element == row.link || is_page(element) || (has_pages && leads(element).is_some())
    };
    let outside = |element: &ElementRef<'_>| {
        std::iter::once(*element)
            .chain(element.ancestors().filter_map(ElementRef::wrap))
            .take_while(|above| *above != row.element)
            .all(|above| !leads_there(above))
    };
    row.element
        .descendent_elements()
        .skip(1)
        .take(MAX_ELEMENTS)
        .filter(outside)
        .flat_map(|element| element.children())
        .filter_map(|child| child.value().as_text().map(|text| text.trim().to_owned()))
        .filter_map(|text| COUNT.captures(&text)?[1].replace(',', "").parse().ok())
        .take(12)
        .collect()
}

pub(super) fn text_at(root: ElementRef<'_>, css: &str) -> Option<String> {
    let selector = Selector::parse(css).ok()?;
    let text = shown(root.select(&selector).next()?);
    (!text.is_empty()).then_some(text)
}

/// An element's words as rows are read: without those for screen readers.
pub(super) fn shown(element: ElementRef<'_>) -> String {
    element_text(element, &[&UNSEEN])
}
