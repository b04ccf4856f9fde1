//! What moment do these words name? In: the words of a date on a board, the site's time zone, and the moment the page
//! was served (the server's clock where it told one). Out: a [`PostedAt`], or nothing.
//!
//! Never a date in the future, never "now" for want of a better one, never a panic. The forms are those of
//! board software in Korean, Japanese, Chinese and English, and those of some twenty other languages as far as [`words`]
//! knows their months; a two-digit year comes first (`26-11-24`), as all Korean engines write it. What has no year is the
//! latest such day that is not in the future.

mod forms;
pub(crate) mod months;
pub mod words;

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use regex::Captures;
use unicode_normalization::UnicodeNormalization;

use self::forms::{
    AGO, AGO_PART, BARE_TIME, COMPACT, COUNT_WORD, COUNTED_AGO, DAY_MONTH_NAME, EPOCH, IRANIAN,
    LABEL, MONTH_DAY, MONTH_NAME, NAMED_DAY, NOW, OTHER_COUNT, PAST_UNIT, RFC_2822, SHORT_AGO,
    SHORT_YEAR, TWELVE_HOURS, Unit, YEAR_FIRST, YEAR_MONTH, ZONED, counted_unit, days_back,
    iranian_month, unit,
};
use self::words::{Habit, Order, dates_in};
use crate::model::{Calendar, NumberOrder, PostedAt, Precision};

/// Clocks of boards and crawlers differ; more than this ahead of the page's own time is no date of a post.
const MOST_AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// Boards did not exist before; an earlier year is a misreading.
const FIRST_YEAR: i16 = 1990;

/// Letters that may stand beside a date that is found within words: a weekday, a label, `Uhr`.
const MOST_AROUND: usize = 16;

/// Text beyond this many characters is no date.
const MAX_CHARS: usize = 200;

/// Reads the words of a date.
///
/// `as_of` is when the page was served: relative and short forms go by it, in the calendar's zone.
pub fn read_date<'a>(
    text: &str,
    calendar: impl Into<Calendar<'a>>,
    as_of: Timestamp,
) -> Option<PostedAt> {
    read(text, calendar.into(), as_of).map(|(posted, _)| posted)
}

/// Reads a cell together with its tooltip (`2026.11.22` and `18:20`), each of which may say more than the other.
///
/// A tooltip with a full date replaces a cell that had no year (`10-20` and `2025-10-20 09:00`), and refines one that
/// had on the same day. A relative tooltip (`43분 전`) refines a day only if it falls on that day.
pub fn combine<'a>(
    cell: &str,
    tooltip: &str,
    calendar: impl Into<Calendar<'a>>,
    as_of: Timestamp,
) -> Option<PostedAt> {
    let calendar = calendar.into();
    let zone = calendar.zone;
    let Some((cell, cell_sort)) = read(cell, calendar, as_of) else {
        return read_date(tooltip, calendar, as_of);
    };
    let date = cell.at.to_zoned_datetime(zone.clone()).date();
    if cell.precision == Precision::Day
        && let Some(found) = BARE_TIME.captures(&normal(tooltip))
    {
        let reader = Reader { calendar, as_of };
        return match reader.timed(&found, date) {
            Some((at, precision)) if reader.is_past(at) => Some(PostedAt {
                at,
                precision,
                text: format!("{} {}", cell.text, fold(tooltip)),
            }),
            _ => Some(cell),
        };
    }
    let Some((tip, tip_sort)) = read(tooltip, calendar, as_of) else {
        return Some(cell);
    };
    let same_day = tip.at.to_zoned_datetime(zone.clone()).date() == date;
    let tip_wins = if tip_sort == Sort::Stated && cell_sort != Sort::Stated {
        tip.precision >= cell.precision
    } else {
        tip.precision > cell.precision && same_day
    };
    Some(if tip_wins { tip } else { cell })
}

/// How much of a moment the words themselves say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// The year too.
    Stated,
    /// The year, or the day, is the latest that fits.
    Guessed,
}

fn read(text: &str, calendar: Calendar<'_>, as_of: Timestamp) -> Option<(PostedAt, Sort)> {
    let shown = fold(text);
    if shown.is_empty() || shown.chars().count() > MAX_CHARS {
        return None;
    }
    let normal = normal(&shown);
    let words = match normal.starts_with(|c: char| c.is_ascii_digit()) {
        true => Cow::Borrowed(normal.as_str()),
        false => LABEL.replace(&normal, ""),
    };
    let reader = Reader { calendar, as_of };
    let ((at, precision), sort) = reader.read(words.trim())?;
    let year = at.to_zoned_datetime(calendar.zone.clone()).year();
    let posted = PostedAt {
        at,
        precision,
        text: shown,
    };
    (reader.is_past(at) && year >= FIRST_YEAR).then_some((posted, sort))
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// Full-width digits and signs become ordinary ones, the digits of other scripts too.
fn normal(text: &str) -> String {
    // No other form is compatible with these.
    if text
        .chars()
        .all(|c| matches!(c, '\0'..='\x7f' | '가'..='힣'))
    {
        return text.trim().to_ascii_lowercase();
    }
    let plain: String = text.nfkc().filter_map(plain).collect();
    plain.to_lowercase().trim().to_owned()
}

/// Digits of the scripts that have their own as ours, and other scripts' commas; nothing for marks of direction.
pub(crate) fn plain(c: char) -> Option<char> {
    /// The zeros of Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Kannada, Malayalam, Thai, Lao,
    /// Burmese and Khmer (Unicode, general category Nd).
    const ZEROS: [u32; 14] = [
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040,
        0x17e0,
    ];
    match c {
        '\0'..='\u{5ff}' => return Some(c),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => return None,
        '،' => return Some(','),
        '\u{1800}'.. => return Some(c),
        _ => {}
    }
    let digit = |zero: u32| char::from_digit(u32::from(c).checked_sub(zero)?, 10);
    Some(ZEROS.into_iter().find_map(digit).unwrap_or(c))
}

/// The day of a year that is counted from another event.
fn counted_otherwise(found: &Captures<'_>) -> Option<Date> {
    let (month, day) = (number(found, "mo")?, number(found, "d")?);
    if let Some(era) = found.name("era") {
        let before = if matches!(era.as_str(), "令和" | "r") {
            2018
        } else {
            1988
        };
        let year: i16 = number(found, "ey").unwrap_or(1);
        return Date::new(before + year, month, day).ok();
    }
    match number(found, "y")? {
        year @ 100..=149 => Date::new(1911 + year, month, day).ok(),
        year => by_the_sun(year, month, day),
    }
}

/// A day of the calendar of Iran. Its year begins at the spring equinox, has six months of 31 days, five of 30, and a last
/// one of 29, or of 30 in eight years of 33; in these centuries that agrees with the sun.
fn by_the_sun(year: i16, month: i8, day: i8) -> Option<Date> {
    let (month, day) = (i32::from(month), i32::from(day));
    let is_day = (1..=12).contains(&month) && (1..=if month <= 6 { 31 } else { 30 }).contains(&day);
    let year = i32::from(year);
    // Days since the first day of year 1348, which was 21 March 1969.
    let leap_days = |year: i32| (8 * year + 29) / 33;
    let years = 365 * (year - 1348) + leap_days(year - 1) - leap_days(1347);
    let months = (month - 1) * 31 - (month - 7).max(0);
    let first = Date::constant(1969, 3, 21);
    is_day.then(|| first.checked_add((years + months + day - 1).days()).ok())?
}

/// A year as it is counted here. In Thailand years are counted from the Buddha's death: 2568 is 2025.
pub(crate) fn of_our_count(year: i16) -> i16 {
    match year {
        2530..2600 => year - 543,
        _ => year,
    }
}

/// Whether a word for half of a day means the second.
fn is_afternoon(half: &str) -> bool {
    matches!(half, "오후" | "午後" | "下午" | "م" | "مساء") || half.starts_with(['p', 'μ'])
}

struct Reader<'a> {
    calendar: Calendar<'a>,
    as_of: Timestamp,
}

type Moment = (Timestamp, Precision);

impl Reader<'_> {
    fn read(&self, words: &str) -> Option<(Moment, Sort)> {
        if let Some(plain) = self.plain(words) {
            return Some((plain?, Sort::Stated));
        }
        if let Some(plain) = self.plain_guess(words) {
            return Some((plain, Sort::Guessed));
        }
        self.by_patterns(words)
    }

    fn by_patterns(&self, words: &str) -> Option<(Moment, Sort)> {
        if let Some(stated) = self.stated(words) {
            return Some((stated?, Sort::Stated));
        }
        let named = MONTH_NAME
            .captures(words)
            .or_else(|| DAY_MONTH_NAME.captures(words));
        if let Some(found) = named {
            return match number(&found, "y") {
                Some(year) => Some((self.dated(&found, year)?, Sort::Stated)),
                None => Some((self.without_year(&found)?, Sort::Guessed)),
            };
        }
        let guessed = match MONTH_DAY.captures(words) {
            Some(found) => self.without_year(&found),
            None => self.relative(words),
        };
        match guessed {
            Some(moment) => Some((moment, Sort::Guessed)),
            None => self.worded(words),
        }
    }

    /// A month named in another language, or a day that stands first, in words that say little else. Where either
    /// number may be the day, nothing, unless the order is known or the clock has twelve hours: who writes `10:20 PM`
    /// writes the month first.
    fn worded(&self, words: &str) -> Option<(Moment, Sort)> {
        let order = match self.calendar.order {
            Some(NumberOrder::DayFirst) => Some(Order::DayFirst),
            Some(NumberOrder::MonthFirst) => Some(Order::MonthFirst),
            _ => TWELVE_HOURS.is_match(words).then_some(Order::MonthFirst),
        };
        let habit = Habit {
            order: order.unwrap_or(Order::DayFirst),
            short_year_first: self.may_begin_with_short_year(),
        };
        let hits = dates_in(words, habit);
        let [hit] = hits.as_slice() else { return None };
        let around = words[..hit.at.start]
            .chars()
            .chain(words[hit.at.end..].chars());
        let mut n_letters = 0;
        for c in around {
            if c.is_numeric() {
                return None;
            }
            n_letters += usize::from(c.is_alphabetic());
        }
        if n_letters > MOST_AROUND || (hit.named.ambiguous && order.is_none()) {
            return None;
        }
        let at = hit.named.moment(self.calendar.zone, self.as_of)?;
        let sort = match hit.named.has_year {
            true => Sort::Stated,
            false => Sort::Guessed,
        };
        Some(((at, hit.named.precision), sort))
    }

    /// The forms of nearly all boards, `2026-11-23`, `26.11.23 10:20` and `2026/11/23 10:20:30`: what the patterns of
    /// [`Self::stated`] say of them, at a hundredth of their price.
    fn plain(&self, words: &str) -> Option<Option<Moment>> {
        let (date, time) = match words.split_once(' ') {
            Some((date, time)) => (date, Some(time)),
            None => (words, None),
        };
        let ([year, month, day], 3) = digits_between(date, b".-/")? else {
            return None;
        };
        let time = match time {
            Some(time) => Some(digits_between(time, b":").filter(|(_, n)| *n > 1)?),
            None => None,
        };
        let year = match date.bytes().take_while(u8::is_ascii_digit).count() {
            4 if (1900..2100).contains(&year) => Some(year),
            2 if self.may_begin_with_short_year() => self.full_year(year),
            _ => return None,
        };
        let small = |number: i16| i8::try_from(number).ok();
        let moment = || {
            let date = Date::new(year?, small(month)?, small(day)?).ok()?;
            let Some(([hour, minute, second], n_parts)) = time else {
                return Some((self.at(date.to_datetime(Time::midnight()))?, Precision::Day));
            };
            let precision = match n_parts {
                3 => Precision::Second,
                _ => Precision::Minute,
            };
            let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
            Some((self.at(date.to_datetime(time))?, precision))
        };
        Some(moment())
    }

    /// The short forms of nearly all listings, `11-23` and `10:20`: what the patterns say of them. `None`: another form, or
    /// no such moment.
    fn plain_guess(&self, words: &str) -> Option<Moment> {
        if words.bytes().take_while(u8::is_ascii_digit).count() > 2 {
            return None;
        }
        let small = |number: i16| i8::try_from(number).ok();
        if let Some(([month, day, _], 2)) = digits_between(words, b".-/") {
            return self.latest(|year| {
                let date = Date::new(year, small(month)?, small(day)?).ok()?;
                Some((self.at(date.to_datetime(Time::midnight()))?, Precision::Day))
            });
        }
        let ([hour, minute, second], n_parts) = digits_between(words, b":")?;
        let precision = match n_parts {
            2 => Precision::Minute,
            3 => Precision::Second,
            _ => return None,
        };
        let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
        Some((self.at(self.today().to_datetime(time))?, precision))
    }

    /// Forms of digits that state the year. `Some(None)`: such a form, but no such moment.
    fn stated(&self, words: &str) -> Option<Option<Moment>> {
        if let Some(found) = ZONED.captures(words).or_else(|| RFC_2822.captures(words)) {
            let moment = zoned(&found);
            // Feeds that write local time as if it were UTC would lie hours ahead.
            let is_utc = matches!(
                &found["z"],
                "z" | "gmt" | "utc" | "+00" | "+0000" | "+00:00"
            );
            return Some(match moment {
                Some((at, _)) if is_utc && !self.is_past(at) => {
                    number(&found, "y").and_then(|year| self.dated(&found, year))
                }
                _ => moment,
            });
        }
        if let Some(found) = OTHER_COUNT.captures(words) {
            return Some(counted_otherwise(&found).and_then(|date| self.timed(&found, date)));
        }
        if let Some(found) = IRANIAN.captures(words) {
            let date = iranian_month(&found["mon"])
                .and_then(|month| by_the_sun(number(&found, "y")?, month, number(&found, "d")?));
            return Some(date.and_then(|date| self.timed(&found, date)));
        }
        if let Some(found) = YEAR_FIRST
            .captures(words)
            .or_else(|| COMPACT.captures(words))
        {
            return Some(number(&found, "y").and_then(|year| self.dated(&found, year)));
        }
        let short_year = self
            .may_begin_with_short_year()
            .then(|| SHORT_YEAR.captures(words));
        if let Some(found) = short_year.flatten() {
            let year = number(&found, "y").and_then(|year| self.full_year(year));
            return Some(year.and_then(|year| self.dated(&found, year)));
        }
        if let Some(found) = YEAR_MONTH.captures(words) {
            let first = |year| Date::new(year, month(&found)?, 1).ok();
            let at = number(&found, "y").and_then(first);
            let at = at.and_then(|date| self.at(date.to_datetime(Time::midnight())));
            return Some(at.map(|at| (at, Precision::Month)));
        }
        let found = EPOCH.captures(words)?;
        let at = number(&found, "sec").and_then(|second| Timestamp::from_second(second).ok());
        Some(at.map(|at| (at, Precision::Second)))
    }

    /// Whether the year of `25.11.10` may be the first of the numbers.
    fn may_begin_with_short_year(&self) -> bool {
        !matches!(
            self.calendar.order,
            Some(NumberOrder::DayFirst | NumberOrder::MonthFirst)
        )
    }

    fn relative(&self, words: &str) -> Option<Moment> {
        if NOW.is_match(words) {
            return Some((self.cut(self.as_of, Precision::Minute)?, Precision::Minute));
        }
        if let Some(found) = COUNT_WORD.captures(words) {
            let digits = match found["w"].replace(' ', "").as_str() {
                "하루" => "1일",
                "이틀" => "2일",
                "사흘" => "3일",
                "일주일" => "1주",
                "한시간" => "1시간",
                "한달" => "1달",
                _ => "1년",
            };
            return self.ago(digits);
        }
        if let Some(found) = AGO.captures(words) {
            let parts = found.name("parts").or_else(|| found.name("after"))?;
            return self.ago(parts.as_str());
        }
        if let Some(found) = COUNTED_AGO.captures(words) {
            let word = found.name("w").or_else(|| found.name("v"))?;
            return self.ago(counted_unit(word.as_str())?);
        }
        if let Some(found) = SHORT_AGO
            .captures(words)
            .or_else(|| PAST_UNIT.captures(words))
        {
            let (precision, then) = self.back(self.as_of, &found)?;
            return Some((self.cut(then, precision)?, precision));
        }
        if let Some(found) = NAMED_DAY.captures(words) {
            let back = days_back(&found["day"])?;
            let date = self.today().checked_sub(back.days()).ok()?;
            return self.timed(&found, date);
        }
        let found = BARE_TIME.captures(words)?;
        self.timed(&found, self.today())
    }

    /// Numbers with units before the page was served; as exact as the last of them, the smallest.
    fn ago(&self, parts: &str) -> Option<Moment> {
        let mut then = self.as_of;
        let mut last = None;
        for found in AGO_PART.captures_iter(parts) {
            let (precision, earlier) = self.back(then, &found)?;
            (then, last) = (earlier, Some(precision));
        }
        let precision = last?;
        Some((self.cut(then, precision)?, precision))
    }

    /// One number with its unit before `from`.
    fn back(&self, from: Timestamp, found: &Captures<'_>) -> Option<(Precision, Timestamp)> {
        // What is no number is a word for one.
        let n: i64 = found["n"].parse().unwrap_or(1);
        let (span, precision) = match unit(&found["u"])? {
            Unit::Second => (Span::new().try_seconds(n), Precision::Second),
            Unit::Minute => (Span::new().try_minutes(n), Precision::Minute),
            Unit::Hour => (Span::new().try_hours(n), Precision::Hour),
            Unit::Day => (Span::new().try_days(n), Precision::Day),
            // A week ago is known to the week; the month is the nearest precision there is a word for.
            Unit::Week => (Span::new().try_weeks(n), Precision::Month),
            Unit::Month => (Span::new().try_months(n), Precision::Month),
            Unit::Year => (Span::new().try_years(n), Precision::Year),
        };
        let then = from
            .to_zoned_datetime(self.calendar.zone.clone())
            .checked_sub(span.ok()?)
            .ok()?;
        Some((precision, then.timestamp()))
    }

    fn dated(&self, found: &Captures<'_>, year: i16) -> Option<Moment> {
        let date = Date::new(of_our_count(year), month(found)?, number(found, "d")?).ok()?;
        self.timed(found, date)
    }

    /// The latest such moment that is not in the future.
    fn without_year(&self, found: &Captures<'_>) -> Option<Moment> {
        self.latest(|year| self.dated(found, year))
    }

    /// The latest of a moment in each year that is not in the future.
    fn latest(&self, in_year: impl Fn(i16) -> Option<Moment>) -> Option<Moment> {
        let this_year = self.today().year();
        [this_year + 1, this_year, this_year - 1]
            .into_iter()
            // 29 February is no day of most years, and then no date at all.
            .filter_map(in_year)
            .find(|(at, _)| self.is_past(*at))
    }

    fn timed(&self, found: &Captures<'_>, date: Date) -> Option<Moment> {
        let (time, precision) = match time_of(found) {
            Some(shown) => shown?,
            None => (Time::midnight(), Precision::Day),
        };
        Some((self.at(date.to_datetime(time))?, precision))
    }

    /// Not ahead of the page by more than clocks differ.
    fn is_past(&self, at: Timestamp) -> bool {
        self.as_of
            .checked_add(MOST_AHEAD)
            .is_ok_and(|latest| at <= latest)
    }

    fn at(&self, local: DateTime) -> Option<Timestamp> {
        Some(
            local
                .to_zoned_datetime(self.calendar.zone.clone())
                .ok()?
                .timestamp(),
        )
    }

    fn today(&self) -> Date {
        self.as_of
            .to_zoned_datetime(self.calendar.zone.clone())
            .date()
    }

    /// Two digits are a year of this century, up to the current one, or of the one before.
    fn full_year(&self, two_digits: i16) -> Option<i16> {
        let this_year = self.today().year();
        let year = 2000 + two_digits;
        let year = if year > this_year { year - 100 } else { year };
        (year >= FIRST_YEAR).then_some(year)
    }

    /// Cut to where words like `2시간 전` stop saying anything: an hour keeps its minutes (they are an estimate, which
    /// is better than an error of up to an hour), days and longer are cut to the day.
    fn cut(&self, at: Timestamp, precision: Precision) -> Option<Timestamp> {
        let local = at.to_zoned_datetime(self.calendar.zone.clone()).datetime();
        let time = local.time();
        let time = match precision {
            Precision::Second => Time::new(time.hour(), time.minute(), time.second(), 0),
            Precision::Minute | Precision::Hour => Time::new(time.hour(), time.minute(), 0, 0),
            Precision::Day | Precision::Month | Precision::Year => Ok(Time::midnight()),
        };
        self.at(local.date().to_datetime(time.ok()?))
    }
}

/// Up to three numbers of one or two digits, the first of up to four, and how many they are; the others are zero.
fn digits_between(words: &str, signs: &[u8]) -> Option<([i16; 3], usize)> {
    let mut numbers = [0; 3];
    let mut n_digits = [0; 3];
    let mut at = 0;
    for byte in words.bytes() {
        match byte {
            b'0'..=b'9' if n_digits[at] < if at == 0 { 4 } else { 2 } => {
                numbers[at] = numbers[at] * 10 + i16::from(byte - b'0');
                n_digits[at] += 1;
            }
            sign if signs.contains(&sign) && n_digits[at] > 0 && at < 2 => at += 1,
            _ => return None,
        }
    }
    (n_digits[at] > 0).then_some((numbers, at + 1))
}

fn zoned(found: &Captures<'_>) -> Option<Moment> {
    let date = Date::new(number(found, "y")?, month(found)?, number(found, "d")?).ok()?;
    let (time, precision) = time_of(found)??;
    let offset = match &found["z"] {
        "z" | "gmt" | "utc" => Offset::UTC,
        "kst" | "jst" => Offset::from_hours(9).ok()?,
        digits => {
            let sign = if digits.starts_with('-') { -1 } else { 1 };
            let hours: i32 = digits[1..3].parse().ok()?;
            // `+09:00`, `+0900`, or `+09` alone.
            let minutes: i32 = match digits[3..].trim_start_matches(':') {
                "" => 0,
                minutes => minutes.parse().ok()?,
            };
            Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()?
        }
    };
    let at = offset.to_timestamp(date.to_datetime(time)).ok()?;
    Some((at, precision))
}

/// The time of day among the groups of `forms::TIME`. `None`: no time is shown; `Some(None)`: none that exists, as
/// `24:00`.
fn time_of(found: &Captures<'_>) -> Option<Option<(Time, Precision)>> {
    // Not every pattern has all groups.
    let group = |name: &str| found.name(name).map(|found| found.as_str());
    if let Some(word) = group("word") {
        let hour = if word == "noon" { 12 } else { 0 };
        return Some(Some((Time::constant(hour, 0, 0, 0), Precision::Minute)));
    }
    let (hour, half, precision) = if let Some(hour) = group("h") {
        let precision = match group("s") {
            Some(_) => Precision::Second,
            None => Precision::Minute,
        };
        (hour, group("am").or(group("pm")), precision)
    } else if let Some(hour) = group("hour") {
        (hour, group("am_h"), Precision::Hour)
    } else {
        (group("exact")?, group("pm_h"), Precision::Minute)
    };
    let hour = hour.parse().ok().and_then(|hour| on_24_hours(hour, half));
    let part = |name: &str| match group(name) {
        Some(digits) => digits.parse().ok(),
        None => Some(0),
    };
    let time = || Time::new(hour?, part("m")?, part("s")?, 0).ok();
    Some(time().map(|time| (time, precision)))
}

fn on_24_hours(hour: i8, half: Option<&str>) -> Option<i8> {
    let afternoon = match half {
        None => return Some(hour),
        Some(half) => is_afternoon(half),
    };
    Some(match (afternoon, hour) {
        // 12 a.m. is midnight, 12 p.m. is noon. `오후 15:05` is written too.
        (false, 12) => 0,
        (true, 0..=11) => hour + 12,
        _ => hour,
    })
}

fn month(found: &Captures<'_>) -> Option<i8> {
    if let Some(name) = found.name("mon") {
        const NAMES: [&str; 12] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ];
        let at = NAMES.iter().position(|known| *known == name.as_str())?;
        return i8::try_from(at + 1).ok();
    }
    number(found, "mo")
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, group: &str) -> Option<T> {
    found.name(group)?.as_str().parse().ok()
}

#[cfg(test)]
mod tests;
