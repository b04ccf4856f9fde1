//! What is the same on every page of a site? In: pages of it. Out: its zone, its order of
//! dates, its frame, and whether every page has a
//! login box.

use std::collections::HashSet;
use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::{Captures, Regex};

use super::{SeenPage, css};
use crate::dates::{of_our_count, plain};
use crate::document::{Html, Selector};
use crate::model::NumberOrder;
use crate::profile::element_text;

/// Elements of a page that may be its frame.
const MAX_ELEMENTS: usize = 3_000;

static PASSWORD: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("input[type='password' i]").expect("a constant selector"));
static LINKS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("a[href]").expect("a constant selector"));

/// Whether the page has a field for a password.
pub(super) fn asks_for_password(html: &Html) -> bool {
    html.select(&PASSWORD).next().is_some()
}

/// A name for an element with links that stands on all pages: what carries it is an answer of the site itself, not of a
/// gate in front of it.
pub(super) fn frame(pages: &[&SeenPage<'_>]) -> Option<String> {
    let (first, others) = pages.split_first().filter(|(_, others)| others.len() > 1)?;
    let mut tried = HashSet::new();
    let menus = first
        .html
        .root_element()
        .descendent_elements()
        .take(MAX_ELEMENTS)
        .filter(|element| !matches!(element.value().name(), "html" | "body" | "head"))
        .filter(|element| element.select(&LINKS).take(2).count() == 2);
    menus
        .filter_map(|element| {
            let id = css::stable_id(element).map(|id| format!("#{id}"));
            let named = css::simple(element);
            id.or_else(|| named.contains('.').then_some(named))
        })
        .find(|name| {
            tried.insert(name.clone())
                && Selector::parse(name).is_ok_and(|selector| {
                    let there = |page: &&SeenPage<'_>| page.html.select(&selector).next().is_some();
                    others.iter().all(there)
                })
        })
}

/// The zone of a page's language; what a person would guess. The letters tell more than what the template declares.
pub(super) fn timezone_of(html: &Html) -> &'static str {
    let mut counts = [0_usize; 3];
    for c in element_text(html.root_element(), &[]).chars().take(20_000) {
        match c {
            '가'..='힣' => counts[0] += 1,
            'ぁ'..='ヿ' => counts[1] += 1,
            '一'..='鿿' => counts[2] += 1,
            _ => {}
        }
    }
    match counts {
        [korean, japanese, _] if korean > 50 && korean > japanese => return "Asia/Seoul",
        [_, japanese, _] if japanese > 50 => return "Asia/Tokyo",
        _ => {}
    }
    let language = html
        .root_element()
        .attr("lang")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let known = ZONES
        .iter()
        .find(|(prefix, _)| language.split(['-', '_']).next() == Some(*prefix));
    match known {
        _ if language.starts_with("zh-tw") || language.starts_with("zh-hk") => "Asia/Taipei",
        Some((_, zone)) => zone,
        None if counts[2] > 50 => "Asia/Shanghai",
        None => "UTC",
    }
}

/// How the pages order the numbers of a date: as their elements with a `datetime` say, else the one order that all dates
/// of numbers fit (no month is the 13th, no post is of tomorrow), else, of several that they fit, their language's. Nothing
/// where this does not tell.
pub(super) fn date_order<'p>(pages: impl Iterator<Item = &'p SeenPage<'p>>) -> Option<NumberOrder> {
    let mut fits = [0_usize; ORDERS.len()];
    let mut way = [0_i64; ORDERS.len()];
    let mut stated = [0_usize; ORDERS.len()];
    let mut n_dates = 0;
    let mut language = None;
    for page in pages {
        language = language.or_else(|| order_of_language(page.html));
        let today = page.as_of.to_zoned_datetime(TimeZone::UTC).date();
        let latest = today.tomorrow().unwrap_or(today);
        let text: String = element_text(page.html.root_element(), &[])
            .chars()
            .filter_map(plain)
            .collect();
        let mut before = [None; ORDERS.len()];
        for found in THREE_NUMBERS.captures_iter(&text).take(MAX_DATES) {
            let dates = ORDERS.map(|order| date_in(&found, order).filter(|date| *date <= latest));
            let possible = dates.map(|date| date.is_some());
            if possible.contains(&true) {
                n_dates += 1;
                add(&mut fits, possible);
                walk(&mut way, &before, &dates);
                before = dates;
            }
        }
        for element in page.html.select(&WITH_MOMENT).take(MAX_DATES) {
            let shown = element_text(element, &[]);
            let moment = element.attr("datetime").and_then(|moment| moment.get(..10));
            if let Some(found) = THREE_NUMBERS.captures(&shown)
                && let Some(date) = moment.and_then(|moment| moment.parse::<Date>().ok())
            {
                add(
                    &mut stated,
                    ORDERS.map(|order| date_in(&found, order) == Some(date)),
                );
            }
        }
    }
    if let Some(order) = the_most(stated) {
        return Some(order);
    }
    // A version or an address may look like a date.
    let all_fit = |order: &NumberOrder| fits[*order as usize] * 50 >= n_dates * 49;
    let possible: Vec<NumberOrder> = ORDERS.into_iter().filter(all_fit).collect();
    match possible.as_slice() {
        _ if n_dates < 2 => None,
        [only] => Some(*only),
        several => language
            .filter(|order| several.contains(order))
            .or_else(|| nearest(several, &way).filter(|_| n_dates >= MANY_DATES)),
    }
}

/// Adds the days from each date to the next, by each order.
fn walk(way: &mut [i64; ORDERS.len()], from: &[Option<Date>], to: &[Option<Date>]) {
    for (way, (from, to)) in way.iter_mut().zip(from.iter().zip(to)) {
        if let (Some(from), Some(to)) = (from, to) {
            *way += i64::from((*to - *from).get_days()).abs();
        }
    }
}

/// The order by which the dates of a page lie much nearer to their neighbours than by any other: rows stand by time, and
/// days pass sooner than months.
fn nearest(orders: &[NumberOrder], way: &[i64; ORDERS.len()]) -> Option<NumberOrder> {
    /// Posts of one day of each month, all year, look as if they were of days in a row; nobody knows then.
    const NEARER: i64 = 4;
    let mut ranked: Vec<NumberOrder> = orders.to_vec();
    ranked.sort_by_key(|order| way[*order as usize]);
    let [best, next, ..] = ranked[..] else {
        return None;
    };
    (way[next as usize] >= NEARER * (1 + way[best as usize])).then_some(best)
}

const ORDERS: [NumberOrder; 3] = [
    NumberOrder::YearFirst,
    NumberOrder::MonthFirst,
    NumberOrder::DayFirst,
];
/// Dates of a page that are looked at.
const MAX_DATES: usize = 300;
/// Dates that show how near to each other they lie.
const MANY_DATES: usize = 6;

static WITH_MOMENT: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("[datetime]").expect("a constant selector"));
/// The year of four digits last, or any of two digits.
static THREE_NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d./-])(?P<a>\d{1,2})(?P<s1>[./-])(?P<b>\d{1,2})(?P<s2>[./-])(?P<c>(?:19|20)\d{2}|25[3-9]\d|\d{2})(?:$|[^\d./-])")
        .expect("a constant pattern")
});

fn add(counts: &mut [usize; ORDERS.len()], holds: [bool; ORDERS.len()]) {
    for (count, holds) in counts.iter_mut().zip(holds) {
        *count += usize::from(holds);
    }
}

/// The order that more moments state than any other.
fn the_most(stated: [usize; ORDERS.len()]) -> Option<NumberOrder> {
    let most = *stated.iter().max()?;
    let mut those = ORDERS
        .into_iter()
        .filter(|order| stated[*order as usize] == most);
    those.next().filter(|_| most > 0 && those.next().is_none())
}

fn date_in(found: &Captures<'_>, order: NumberOrder) -> Option<Date> {
    let (a, b, c) = (&found["a"], &found["b"], &found["c"]);
    if found["s1"] != found["s2"] {
        return None;
    }
    let (year, month, day) = match order {
        NumberOrder::YearFirst => (a, b, c),
        NumberOrder::MonthFirst => (c, a, b),
        NumberOrder::DayFirst => (c, b, a),
    };
    let short = if year.len() == 2 { 2000 } else { 0 };
    let year: i16 = year.parse().ok().filter(|_| year.len() != 1)?;
    Date::new(
        of_our_count(year + short),
        month.parse().ok()?,
        day.parse().ok()?,
    )
    .ok()
}

/// English alone says nothing.
fn order_of_language(html: &Html) -> Option<NumberOrder> {
    match timezone_of(html) {
        "Asia/Seoul" | "Asia/Tokyo" | "Asia/Taipei" | "Asia/Shanghai" => {
            Some(NumberOrder::YearFirst)
        }
        "UTC" => match html
            .root_element()
            .attr("lang")?
            .to_ascii_lowercase()
            .as_str()
        {
            "en-us" => Some(NumberOrder::MonthFirst),
            "en" => None,
            _ => Some(NumberOrder::DayFirst),
        },
        _ => Some(NumberOrder::DayFirst),
    }
}

/// Languages that are spoken in one zone, or mostly. English, Spanish, Portuguese and Arabic are not.
const ZONES: [(&str, &str); 33] = [
    ("ko", "Asia/Seoul"),
    ("ja", "Asia/Tokyo"),
    ("zh", "Asia/Shanghai"),
    ("de", "Europe/Berlin"),
    ("fr", "Europe/Paris"),
    ("it", "Europe/Rome"),
    ("nl", "Europe/Amsterdam"),
    ("pl", "Europe/Warsaw"),
    ("cs", "Europe/Prague"),
    ("sk", "Europe/Bratislava"),
    ("hu", "Europe/Budapest"),
    ("sv", "Europe/Stockholm"),
    ("da", "Europe/Copenhagen"),
    ("nb", "Europe/Oslo"),
    ("no", "Europe/Oslo"),
    ("fi", "Europe/Helsinki"),
    ("el", "Europe/Athens"),
    ("ro", "Europe/Bucharest"),
    ("bg", "Europe/Sofia"),
    ("uk", "Europe/Kyiv"),
    ("ru", "Europe/Moscow"),
    ("tr", "Europe/Istanbul"),
    ("he", "Asia/Jerusalem"),
    ("fa", "Asia/Tehran"),
    ("th", "Asia/Bangkok"),
    ("vi", "Asia/Ho_Chi_Minh"),
    ("id", "Asia/Jakarta"),
    ("hi", "Asia/Kolkata"),
    ("bn", "Asia/Dhaka"),
    ("hr", "Europe/Zagreb"),
    ("sr", "Europe/Belgrade"),
    ("lt", "Europe/Vilnius"),
    ("et", "Europe/Tallinn"),
];
