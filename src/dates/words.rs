//! Which dates stand in these words? In: running text or an attribute, in any of some twenty languages. Out: every date
//! in it, with its time and offset where they are shown, as the words name it: no zone is applied yet.
//!
//! [`super::read_date`] reads the cell of a board, which is a date or is not. Here dates are found *within* text, numbers may
//! come day first, and months have names in many languages; what is found is worth less, and is compared afterwards.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use regex::{Captures, Regex};

use super::months;
use crate::model::{PostedAt, Precision};

/// Which of two small numbers is the day (`04/06/2019`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    DayFirst,
    MonthFirst,
}

/// How a page writes dates of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habit {
    /// Where slashes or hyphens are between.
    pub order: Order,
    /// A year of two digits stands first (`26.11.24`), as in Korea, Japan and China.
    pub short_year_first: bool,
}

/// A date as words name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    pub date: Date,
    pub time: Option<Time>,
    pub offset: Option<Offset>,
    pub precision: Precision,
    /// Without it, the year is the latest that is not in the future.
    pub has_year: bool,
    /// Both numbers may be the day.
    pub ambiguous: bool,
}

/// A date and where in the text it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub at: Range<usize>,
    pub named: Named,
}

/// Boards and news sites did not exist before; an earlier year is a misreading.
const FIRST_YEAR: i16 = 1990;
/// More dates in one text are a table or a calendar.
const MAX_HITS: usize = 400;
/// Clocks differ; more than this ahead of the page's own time is no date of a post.
const MOST_AHEAD: SignedDuration = SignedDuration::from_mins(10);

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are constants; the tests use each")
}

/// Digits, then signs, then digits: the year first.
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<y>(?:19|20)[0-9]{2}|25[3-9][0-9])(?:\s{0,2}[.\-/]\s{0,2}|\s{0,2}[년年]\s{0,2})(?P<mo>[0-9]{1,2})(?:\s{0,2}[.\-/]\s{0,2}|\s{0,2}[월月]\s{0,2})(?P<d>[0-9]{1,2})(?:\s?[일日])?",
    )
});
/// The year last, or one of two digits at either end.
static YEAR_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<a>[0-9]{1,2})(?P<s1>\s?[./|\-]\s?)(?P<b>[0-9]{1,2})(?P<s2>\s?[./|\-]\s?)'?(?P<y>(?:19|20)[0-9]{2}|25[3-9][0-9]|[0-9]{2})",
    )
});
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|er|ter|\.|º|ª|°)?[\s\-/.,]{{0,2}}(?:(?:of|de|d'|den|di|do)\s?)?(?P<mon>{})\.?(?:[\s\-/.,،·]{{0,3}}(?:(?:de|del|do|of|พ\.ศ\.)\s)?(?P<y>(?:19|20)[0-9]{{2}}|25[3-9][0-9]|'[0-9]{{2}}|-[0-9]{{2}}|[0-9]{{2}},))?",
        months::alternatives()
    ))
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<mon>{})\.?[\s\-/.]{{1,3}}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:[\s,\-/.]{{1,3}}(?:of\s)?(?P<y>(?:19|20)[0-9]{{2}}|25[3-9][0-9]|'[0-9]{{2}}))?",
        months::alternatives()
    ))
});
/// `Mon Oct 11 14:57:21 CEST 2021`, as programs print it, and `2023 Jan 7`.
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?P<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<d>[0-9]{1,2}) (?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})(?: [A-Z+0-9:\-]{2,9})? (?P<y>(?:19|20)[0-9]{2})",
    )
});
static YEAR_MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<y>(?:19|20)[0-9]{{2}})[\s,\-/.]{{1,2}}(?P<mon>{})\.?[\s,\-/]{{1,2}}(?P<d>[0-9]{{1,2}})",
        months::alternatives()
    ))
});
static MONTH_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<mon>{})\.?[\s,\-]{{1,2}}(?:de\s|del\s)?(?P<y>(?:19|20)[0-9]{{2}}|25[3-9][0-9])",
        months::alternatives()
    ))
});
/// `9 年前`-like counts are for [`crate::dates`]; these have a month and a day but no year.
static EAST_MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<mo>[0-9]{1,2})\s{0,2}[월月]\s{0,2}(?P<d>[0-9]{1,2})\s?[일日]"));
/// A time of day right after a date.
static TIME_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:\s?(?:요일|曜日))?[\s.,،;|·•@\-–—()월화수목금토일月火水木金土]{0,6}(?:t|at|um|à|alle|às|a\ las|las|kl\.?|om|ore|o|в|klo|gegen|godz\.?|saat|στις|lúc|pukul|jam|ob|ve|v|w|เวลา|בשעה|الساعة|को|,)?\s{0,2}
        (?P<am>오전|오후|午前|午後|上午|下午|am|pm)?\s{0,2}(?P<h>[0-9]{1,2})\s?(?:[:時时点시]|h|uhr)\s?(?P<m>[0-9]{2})?(?:\s?(?:[:분分]\s?(?P<s>[0-9]{1,2}))?(?:[.,][0-9]{1,9})?)?(?:\s?[분分初秒초])?
        \s?(?P<pm>a\.?m\b\.?|p\.?m\b\.?|[πμ]\.?μ\b\.?|[صم]\b|صباحا|مساء)?\s?(?P<z>z\b|gmt\b|utc\b|kst\b|jst\b|[+\-][0-9]{2}:?[0-9]{2}\b)?",
    )
});
/// `14.05 Uhr`, `kl. 14.05`: the point alone would be a number.
static POINTED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s,;|·\-–]{0,4}(?:(?:um|kl\.?|ore|alle)\s)?(?P<h>[0-9]{1,2})[.](?P<m>[0-9]{2})\s?(?:uhr|h\b)",
    )
});
/// `klo 14.05`, as it is written in Finland and Scandinavia.
static CLOCK_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^[\s,;|·\-–]{1,4}(?:klo|kl\.?)\s(?P<h>[0-9]{1,2})[.](?P<m>[0-9]{2})(?:[^0-9]|$)")
});
/// The day of the week between a date and its time: `, Pzt 10:30`.
static DAY_BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\s.,]{1,4}\p{L}{2,10}\.?,?\s(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2}))?(?:[^0-9:]|$)",
    )
});
/// `10 พ.ย. 68`: of the Buddha's year the last two digits.
static SHORT_THAI_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<d>[0-9]{{1,2}})\s?(?P<mon>{})\s?(?P<y>[3-9][0-9])(?:\s|$)",
        months::alternatives()
    ))
});
/// `3 p.m.`, `오후 3시`: an hour alone.
static HOUR_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^[\s,;|·\-–]{0,4}(?:at\s)?(?P<h>[0-9]{1,2})\s?(?P<pm>a\.?m\b|p\.?m\b)")
});
/// A time of day right before a date.
static TIME_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^0-9:])(?P<h>[0-9]{1,2})[:h](?P<m>[0-9]{2})(?::(?P<s>[0-9]{2}))?\s?(?P<pm>a\.?m\.?|p\.?m\.?)?(?:\s?(?:uhr|est|edt|pst|pdt|cet|cest|gmt|utc|bst|ist))?\s{0,2}(?:on|,|-|–|·|\||of|am|le|el|del|,\s[a-z]{3,9},?)?\s{0,2}$",
    )
});

/// All dates in the text, in its order, without overlaps.
pub fn dates_in(text: &str, habit: Habit) -> Vec<Hit> {
    let Some((plain, places)) = plain(text) else {
        return in_plain(text, habit);
    };
    let mut hits = in_plain(&plain, habit);
    for hit in &mut hits {
        hit.at = places[hit.at.start]..places[hit.at.end];
    }
    hits
}

/// The text with the digits of other scripts as ours, and without marks of direction; and for each of its bytes, and its
/// end, where that stood. `None`: it is so already.
fn plain(text: &str) -> Option<(String, Vec<usize>)> {
    if text.is_ascii() || text.chars().all(|c| super::plain(c) == Some(c)) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    for (at, c) in text.char_indices() {
        if let Some(c) = super::plain(c) {
            plain.push(c);
            places.resize(plain.len(), at);
        }
    }
    places.push(text.len());
    Some((plain, places))
}

fn in_plain(text: &str, habit: Habit) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return hits;
    }
    if may_be_numbered(text) {
        add(&mut hits, text, &YEAR_FIRST, numbered);
        add(&mut hits, text, &YEAR_LAST, |found| year_last(found, habit));
    }
    if may_name_month(text) {
        add(&mut hits, text, &PRINTED, |found| {
            let (time, precision) = time_of(found)?;
            Some(Named {
                time: Some(time),
                precision,
                ..month_named(found)?
            })
        });
        add(&mut hits, text, &YEAR_MONTH_DAY, month_named);
        if text.contains('\u{e1e}') || text.contains('\u{e04}') || text.contains('\u{e22}') {
            add(&mut hits, text, &SHORT_THAI_YEAR, thai);
        }
        add(&mut hits, text, &DAY_MONTH, month_named);
        add(&mut hits, text, &MONTH_DAY, month_named);
        add(&mut hits, text, &MONTH_YEAR, month_year);
    }
    if text.contains(['월', '月']) {
        add(&mut hits, text, &EAST_MONTH_DAY, east);
    }
    hits.sort_by_key(|hit| hit.at.start);
    for hit in &mut hits {
        add_time(hit, text);
    }
    hits
}

/// Three numbers with signs between them that dates of digits are cut by: without, no such date is looked for.
fn may_be_numbered(text: &str) -> bool {
    let mut n_joined = 0;
    let mut end = None;
    for run in digit_runs(text.as_bytes()) {
        let is_joined = end.is_some_and(|end| is_cut(&text.as_bytes()[end..run.start]));
        n_joined = if is_joined { n_joined + 1 } else { 0 };
        if n_joined == 2 {
            return true;
        }
        end = Some(run.end);
    }
    false
}

/// White space, signs and letters of the East, and no more of them than dates have.
fn is_cut(between: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, b'.' | b'-' | b'/' | b'|') || !byte.is_ascii();
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ' | b'\'');
    between.len() <= MAX_CUT_BYTES
        && between.iter().any(is_sign)
        && between.iter().all(|byte| is_sign(byte) || is_space(byte))
}

/// Two wide spaces, a sign, and two more.
const MAX_CUT_BYTES: usize = 16;

/// Runs of digits, in order.
fn digit_runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_digit)?;
        let rest = &bytes[start..];
        at = rest
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .map_or(bytes.len(), |n| start + n);
        Some(start..at)
    })
}

/// A number near which the name of a month may begin: without, no such date is looked for.
fn may_name_month(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut seen = 0;
    digit_runs(bytes).any(|run| {
        let from = run.start.saturating_sub(BYTES_BEFORE_NUMBER).max(seen);
        let to = (run.end + BYTES_BEHIND_NUMBER).min(bytes.len());
        let near = &bytes[from.min(to)..to];
        // Where a name begins within this and ends behind it, the next look begins.
        seen = to.saturating_sub(2);
        near.iter().any(|byte| matches!(byte, 0xc2..=0xe0))
            || near.windows(3).any(months::may_begin)
    })
}

/// The longest name of a month, with a point, an article and what stands between it and a number.
const BYTES_BEFORE_NUMBER: usize = 48;
/// What may stand between a number and a month, and three letters of it.
const BYTES_BEHIND_NUMBER: usize = 20;

/// Adds what a pattern finds, where nothing was found before.
fn add(
    hits: &mut Vec<Hit>,
    text: &str,
    pattern: &Regex,
    read: impl Fn(&Captures<'_>) -> Option<Named>,
) {
    let mut from = 0;
    while hits.len() < MAX_HITS
        && let Some(found) = pattern.captures_at(text, from)
    {
        let whole = found.get(0).expect("a match has a whole").range();
        let free = hits
            .iter()
            .all(|hit| hit.at.end <= whole.start || whole.end <= hit.at.start);
        if free
            && is_bounded(text, &whole)
            && let Some(named) = read(&found)
        {
            from = whole.end;
            hits.push(Hit { at: whole, named });
        } else {
            // The next one may begin within this.
            from = next_place(text, whole.start);
        }
    }
}

fn next_place(text: &str, at: usize) -> usize {
    // A run of digits or letters that did not fit is not looked at from its middle.
    let rest = &text[at..];
    let mut chars = rest.char_indices();
    let Some((_, first)) = chars.next() else {
        return text.len() + 1;
    };
    let same = |c: char| {
        if first.is_ascii_digit() {
            c.is_ascii_digit()
        } else {
            first.is_alphabetic() && c.is_alphabetic()
        }
    };
    chars
        .find(|(_, c)| !same(*c))
        .map_or(text.len(), |(offset, _)| at + offset)
}

/// Not the middle of a longer number or word.
fn is_bounded(text: &str, whole: &Range<usize>) -> bool {
    let before = text[..whole.start].chars().next_back();
    let after = text[whole.end..].chars().next();
    let first = text[whole.start..].chars().next().unwrap_or(' ');
    let last = text[..whole.end].chars().next_back().unwrap_or(' ');
    let clash = |outer: Option<char>, inner: char| {
        outer.is_some_and(|outer| {
            if inner.is_ascii_digit() {
                outer.is_ascii_digit()
            } else {
                inner.is_alphabetic() && inner.len_utf8() < 3 && outer.is_alphabetic()
            }
        })
    };
    // A price, or a version or an address that goes on: `$10.11.12`, `1.2.3.4`.
    let pointed = |outer: Option<char>, next: Option<char>| match outer {
        Some('$' | '€' | '£' | '¥' | '₩' | '%') => true,
        Some('.' | '-' | '/' | '+' | '_' | '=') => next.is_some_and(|next| next.is_ascii_digit()),
        _ => false,
    };
    let before_that = text[..whole.start].chars().rev().nth(1);
    let after_that = text[whole.end..].chars().nth(1);
    let hangs_on = clash(before, first)
        || clash(after, last)
        || pointed(before, before_that)
        || (pointed(after, after_that) && last.is_ascii_digit());
    !hangs_on
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, group: &str) -> Option<T> {
    let digits = found.name(group)?.as_str();
    digits
        .trim_matches(|c: char| !c.is_ascii_digit())
        .parse()
        .ok()
}

fn named(year: i16, month: i8, day: i8) -> Option<Named> {
    let date = Date::new(super::of_our_count(year), month, day).ok()?;
    (date.year() >= FIRST_YEAR).then_some(Named {
        date,
        time: None,
        offset: None,
        precision: Precision::Day,
        has_year: true,
        ambiguous: false,
    })
}

fn numbered(found: &Captures<'_>) -> Option<Named> {
    named(
        number(found, "y")?,
        number(found, "mo")?,
        number(found, "d")?,
    )
}

fn full_year(digits: &str) -> Option<i16> {
    let digits = digits.trim_matches(|c: char| !c.is_ascii_digit());
    let year: i16 = digits.parse().ok()?;
    Some(match digits.len() {
        2 if year >= 90 => 1900 + year,
        2 => 2000 + year,
        _ => year,
    })
}

fn year_last(found: &Captures<'_>, habit: Habit) -> Option<Named> {
    let (a, b): (i8, i8) = (number(found, "a")?, number(found, "b")?);
    let year = &found["y"];
    let sign = |group: &str| found[group].trim().to_owned();
    if sign("s1") != sign("s2") {
        return None;
    }
    if year.len() == 2 {
        if found["a"].len() < 2 && sign("s1") == "." && found["b"].len() < 2 {
            return None; // A version: `1.2.10`.
        }
        if habit.short_year_first {
            return named(full_year(&found["a"])?, b, year.parse().ok()?);
        }
    }
    let full = full_year(year)?;
    let day_first = match (a > 12, b > 12) {
        (true, _) => true,
        (_, true) => false,
        _ => sign("s1") == "." || habit.order == Order::DayFirst,
    };
    let (day, month) = if day_first { (a, b) } else { (b, a) };
    let ambiguous = a <= 12 && b <= 12 && a != b && sign("s1") != ".";
    Some(Named {
        ambiguous,
        ..named(full, month, day)?
    })
}

fn month_named(found: &Captures<'_>) -> Option<Named> {
    let month = months::number(&found["mon"])?;
    let day = number(found, "d")?;
    if let Some(year) = found.name("y") {
        return named(full_year(year.as_str())?, month, day);
    }
    without_year(month, day)
}

/// Only months of Thai are followed by such a year.
fn thai(found: &Captures<'_>) -> Option<Named> {
    let is_thai = found["mon"].starts_with(|c| matches!(c, '\u{e00}'..='\u{e7f}'));
    let year: i16 = number(found, "y")?;
    let month = months::number(&found["mon"]).filter(|_| is_thai)?;
    named(2500 + year, month, number(found, "d")?)
}

fn east(found: &Captures<'_>) -> Option<Named> {
    without_year(number(found, "mo")?, number(found, "d")?)
}

/// A leap year stands for the unknown one, so that 29 February is a day.
fn without_year(month: i8, day: i8) -> Option<Named> {
    Some(Named {
        has_year: false,
        ..named(2000, month, day)?
    })
}

fn month_year(found: &Captures<'_>) -> Option<Named> {
    let month = months::number(&found["mon"])?;
    Some(Named {
        precision: Precision::Month,
        ..named(number(found, "y")?, month, 1)?
    })
}

fn add_time(hit: &mut Hit, text: &str) {
    if hit.named.precision != Precision::Day {
        return;
    }
    let after = &text[hit.at.end..];
    let after = &after[..floor(after, 60)];
    if let Some(found) = time_after(after)
        && let Some((time, precision)) = time_of(&found)
    {
        hit.at.end += found.get(0).map_or(0, |whole| whole.end());
        hit.named.time = Some(time);
        hit.named.precision = precision;
        hit.named.offset = found.name("z").and_then(|zone| offset_of(zone.as_str()));
        return;
    }
    let before = &text[..hit.at.start];
    let before = &before[ceil(before, before.len().saturating_sub(40))..];
    if may_end_with_time(before)
        && let Some(found) = TIME_BEFORE.captures(before)
        && let Some((time, precision)) = time_of(&found)
        && let Some(hour) = found.name("h")
    {
        hit.at.start -= before.len() - hour.start();
        hit.named.time = Some(time);
        hit.named.precision = precision;
    }
}

/// A time right behind a date.
fn time_after(after: &str) -> Option<Captures<'_>> {
    if !after.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    TIME_AFTER
        .captures(after)
        .filter(|found| found.name("m").is_some() || found.name("am").is_some())
        .or_else(|| CLOCK_AFTER.captures(after))
        .or_else(|| POINTED_AFTER.captures(after))
        .or_else(|| DAY_BETWEEN.captures(after))
        .or_else(|| HOUR_AFTER.captures(after))
}

/// An hour with its sign: without, no time is looked for in front of a date.
fn may_end_with_time(before: &str) -> bool {
    before
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_digit() && matches!(pair[1], b':' | b'h' | b'H'))
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

fn time_of(found: &Captures<'_>) -> Option<(Time, Precision)> {
    let group = |name: &str| found.name(name).map(|found| found.as_str().to_lowercase());
    let hour: i8 = number(found, "h")?;
    let half = group("am").or_else(|| group("pm"));
    let hour = match half.as_deref() {
        None => hour,
        Some(half) => match (super::is_afternoon(half), hour) {
            (false, 12) => 0,
            (true, 0..=11) => hour + 12,
            _ => hour,
        },
    };
    let minute = number(found, "m");
    let second = number(found, "s");
    let precision = match (minute, second) {
        (None, _) => Precision::Hour,
        (_, None) => Precision::Minute,
        _ => Precision::Second,
    };
    let time = Time::new(hour, minute.unwrap_or(0), second.unwrap_or(0), 0).ok()?;
    Some((time, precision))
}

fn offset_of(zone: &str) -> Option<Offset> {
    match zone.to_lowercase().as_str() {
        "z" | "gmt" | "utc" => Some(Offset::UTC),
        "kst" | "jst" => Offset::from_hours(9).ok(),
        digits => {
            let sign = if digits.starts_with('-') { -1 } else { 1 };
            let hours: i32 = digits.get(1..3)?.parse().ok()?;
            let minutes: i32 = digits.get(3..)?.trim_start_matches(':').parse().ok()?;
            Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
        }
    }
}

impl Named {
    /// The moment this was, in `zone` unless it says its own; nothing for what was to come.
    pub fn moment(&self, zone: &TimeZone, as_of: Timestamp) -> Option<Timestamp> {
        if self.has_year {
            return self.in_year(self.date.year(), zone, as_of);
        }
        let this_year = as_of.to_zoned_datetime(zone.clone()).year();
        (this_year - 1..=this_year + 1)
            .rev()
            .find_map(|year| self.in_year(year, zone, as_of))
    }

    fn in_year(&self, year: i16, zone: &TimeZone, as_of: Timestamp) -> Option<Timestamp> {
        let date = Date::new(year, self.date.month(), self.date.day()).ok()?;
        let local = date.to_datetime(self.time.unwrap_or(Time::midnight()));
        let in_zone = || Some(local.to_zoned_datetime(zone.clone()).ok()?.timestamp());
        let is_past = |at: &Timestamp| as_of.checked_add(MOST_AHEAD).is_ok_and(|last| *at <= last);
        match self.offset {
            // Some write local time as if it were UTC.
            Some(Offset::UTC) => Offset::UTC
                .to_timestamp(local)
                .ok()
                .filter(is_past)
                .or_else(|| in_zone().filter(is_past)),
            Some(offset) => offset.to_timestamp(local).ok().filter(is_past),
            None => in_zone().filter(is_past),
        }
    }

    /// As the model keeps it, with the words it was read from.
    pub fn posted(&self, words: &str, zone: &TimeZone, as_of: Timestamp) -> Option<PostedAt> {
        Some(PostedAt {
            at: self.moment(zone, as_of)?,
            precision: self.precision,
            text: words.split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_date_is_passed_over(
            text in "([0-9]{1,4}|st|\\.|-|/| |\u{a0}|\u{3000}|,|'|년|月|日|of |de |May|märz|Wrzesień|января|พ.ย.|tháng 1|नवंबर|Sept|fév|Jan|October|x){0,14}"
        ) {
            let is_in = |patterns: &[&Regex]| patterns.iter().any(|pattern| pattern.is_match(&text));
            if is_in(&[&YEAR_FIRST, &YEAR_LAST]) {
                prop_assert!(may_be_numbered(&text));
            }
            if is_in(&[&PRINTED, &YEAR_MONTH_DAY, &DAY_MONTH, &MONTH_DAY, &MONTH_YEAR]) {
                prop_assert!(may_name_month(&text));
            }
            if is_in(&[&TIME_BEFORE]) {
                prop_assert!(may_end_with_time(&text));
            }
        }
    }
}
