//! What moment do these words name? In: the words of a date on a board, the site's time zone, and the moment the page
//! was served (the server's clock where it told one). Out: a [`PostedAt`], or nothing.
//!
//! Never a date in the future, never "now" for want of a better one, never a panic. The forms are those of
//! BOARDS-type software in Korean, Japanese, Chinese and English; a two-digit year comes first (`26-11-24`), as all
//! Korean engines write it. What has no year is the latest such day that is not in the future.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization;

use crate::model::{PostedAt, Precision};

/// Clocks of boards and crawlers differ; more than this ahead of the page's own time is no date of a post.
const MOST_AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// Boards did not exist before; an earlier year is a misreading.
const FIRST_YEAR: i16 = 1990;

/// Text beyond this many characters is no date.
const MAX_CHARS: usize = 200;

/// Reads the words of a date.
///
/// `as_of` is when the page was served: relative and short forms go by it, in `zone`.
pub fn read_date(text: &str, zone: &TimeZone, as_of: Timestamp) -> Option<PostedAt> {
    let shown: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown.is_empty() || shown.chars().count() > MAX_CHARS {
        return None;
    }
    let normal = shown.nfkc().collect::<String>().to_lowercase();
    let words = LABEL.replace(normal.trim(), "");
    let reader = Reader { zone, as_of };
    let (at, precision) = reader.read(words.trim())?;
    let latest = as_of.checked_add(MOST_AHEAD).ok()?;
    let year = at.to_zoned_datetime(zone.clone()).year();
    (at <= latest && year >= FIRST_YEAR).then_some(PostedAt {
        at,
        precision,
        text: shown,
    })
}

/// Reads a cell together with its tooltip (`2026.11.22` and `18:20`), each of which may say more than the other.
/// A relative tooltip (`43분 전`) refines a day only if it falls on that day.
pub fn combine(cell: &str, tooltip: &str, zone: &TimeZone, as_of: Timestamp) -> Option<PostedAt> {
    let from_cell = read_date(cell, zone, as_of);
    let Some(day) = &from_cell else {
        return read_date(tooltip, zone, as_of);
    };
    if day.precision == Precision::Day
        && let Some(time) = BARE_TIME.captures(&tooltip.nfkc().collect::<String>().to_lowercase())
        && let Some((time, precision)) = time_of(&time)
    {
        let date = day.at.to_zoned_datetime(zone.clone()).date();
        let at = date
            .to_datetime(time)
            .to_zoned_datetime(zone.clone())
            .ok()?;
        return Some(PostedAt {
            at: at.timestamp(),
            precision,
            text: format!("{} {}", day.text, tooltip.trim()),
        });
    }
    let from_tooltip = read_date(tooltip, zone, as_of);
    let same_day = |other: &PostedAt| {
        other.at.to_zoned_datetime(zone.clone()).date()
            == day.at.to_zoned_datetime(zone.clone()).date()
    };
    match from_tooltip {
        Some(other) if other.precision > day.precision && same_day(&other) => Some(other),
        _ => from_cell,
    }
}

/// A time of day: groups `am`, `h`, `m`, `s`, `pm`.
const TIME: &str = r"(?:(?P<am>오전|오후|午前|午後|上午|下午|am|pm)\s*)?(?P<h>\d{1,2})\s*(?::|시|時|点)\s*(?P<m>\d{1,2})\s*(?:분|分)?(?:\s*:?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*(?:초|秒)?)?(?:\s*(?P<pm>a\.?m\.?|p\.?m\.?))?";
const WEEKDAY: &str = r"(?:\s*[(\[]?(?:월|화|수|목|금|토|일|月|火|水|木|金|土|日|mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:요일|曜日)?[)\]]?,?)?";
const MONTHS: &str = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?";

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file compile; a test reads all of them")
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:작성\s*일시?|등록\s*일시?|게시\s*일시?|작성\s*시간|작성|등록|입력|날짜|일시|date|posted(?:\s+(?:on|at))?|投稿日時?|发表于|發表於|发布于)\s*[:|]?\s*)+",
    )
});
static BARE_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^\s*{TIME}\s*$")));
static ZONED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<y>\d{4})-(?P<mo>\d{2})-(?P<d>\d{2})[t ](?P<h>\d{2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<z>z|[+-]\d{2}:?\d{2})\b",
    )
});
static RFC_2822: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:[a-z]{{3}}, )?(?P<d>\d{{1,2}}) {MONTHS} (?P<y>\d{{4}}) (?P<h>\d{{2}}):(?P<m>\d{{2}})(?::(?P<s>\d{{2}}))? (?P<z>gmt|utc|kst|jst|[+-]\d{{4}})"
    ))
});
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[^\d])(?P<y>(?:19|20)\d{{2}})\s*[.\-/년年]\s*(?P<mo>\d{{1,2}})\s*[.\-/월月]\s*(?P<d>\d{{1,2}})(?:\s*[.일日])?(?P<rest>{WEEKDAY}\s*[,t]?\s*{TIME})?(?:$|[^\d])"
    ))
});
static SHORT_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^'?(?P<y>\d{{2}})\s*[.\-/년]\s*(?P<mo>\d{{1,2}})\s*[.\-/월]\s*(?P<d>\d{{1,2}})(?:\s*[.일])?(?:{WEEKDAY}\s*,?\s*{TIME})?{WEEKDAY}$"
    ))
});
static YEAR_MONTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<y>(?:19|20)\d{2})\s*[.\-/년年]\s*(?P<mo>\d{1,2})\s*[.월月]?$"));
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<mo>\d{{1,2}})\s*[.\-/월月]\s*(?P<d>\d{{1,2}})\s*[.일日]?(?:{WEEKDAY}\s*,?\s*{TIME})?{WEEKDAY}$"
    ))
});
static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<y>(?:19|20)\d{2})(?P<mo>\d{2})(?P<d>\d{2})(?:(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?$",
    )
});
static EPOCH: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<sec>\d{10})(?P<ms>\d{3})?$"));
static MONTH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[a-z]{{3,9}},? )?{MONTHS}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{{4}}))?(?:,?\s+(?:at\s+)?{TIME})?$"
    ))
});
static DAY_MONTH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[a-z]{{3,9}},? )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?\s+{MONTHS}(?:,?\s+(?P<y>\d{{4}}))?(?:,?\s+(?:at\s+|-\s*)?{TIME})?$"
    ))
});
static NOW: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:방금(?:\s*전)?|지금|just now|now|たった今|刚刚|剛剛)$"));
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:about |약 )?(?P<n>\d{1,6}|an?)\s*(?P<u>초|분|시간|일|주일?|개월|달|년|秒|分钟|分鐘|分|小时|小時|時間|天|日|週間|周|个月|個月|か月|ヶ月|カ月|年|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)\s*(?:전|前|ago)$",
    )
});
static SHORT_AGO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,4})\s?(?P<u>s|m|min|h|d|w|mo|y)$"));
static NAMED_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<day>오늘|어제|그저께|그제|엊그제|today|yesterday|今日|昨日|一昨日|今天|昨天|前天)(?:,?\s*(?:at\s+)?{TIME})?$"
    ))
});

struct Reader<'a> {
    zone: &'a TimeZone,
    as_of: Timestamp,
}

type Moment = (Timestamp, Precision);

impl Reader<'_> {
    fn read(&self, words: &str) -> Option<Moment> {
        if let Some(found) = ZONED.captures(words).or_else(|| RFC_2822.captures(words)) {
            return zoned(&found);
        }
        if let Some(found) = YEAR_FIRST.captures(words) {
            return self.dated(&found, number(&found, "y")?);
        }
        if let Some(found) = SHORT_YEAR.captures(words) {
            return self.dated(&found, self.full_year(number(&found, "y")?)?);
        }
        if let Some(found) = COMPACT.captures(words) {
            return self.dated(&found, number(&found, "y")?);
        }
        if let Some(found) = YEAR_MONTH.captures(words) {
            let date = Date::new(number(&found, "y")?, number(&found, "mo")?, 1).ok()?;
            return Some((
                self.at(date.to_datetime(Time::midnight()))?,
                Precision::Month,
            ));
        }
        if let Some(found) = EPOCH.captures(words) {
            let at = Timestamp::from_second(number(&found, "sec")?).ok()?;
            return Some((at, Precision::Second));
        }
        let named = MONTH_NAME
            .captures(words)
            .or_else(|| DAY_MONTH_NAME.captures(words));
        if let Some(found) = named {
            return match number(&found, "y") {
                Some(year) => self.dated(&found, year),
                None => self.without_year(&found),
            };
        }
        if let Some(found) = MONTH_DAY.captures(words) {
            return self.without_year(&found);
        }
        self.read_relative(words)
    }

    fn read_relative(&self, words: &str) -> Option<Moment> {
        if NOW.is_match(words) {
            return Some((self.cut(self.as_of, Precision::Minute)?, Precision::Minute));
        }
        let ago = AGO.captures(words).or_else(|| SHORT_AGO.captures(words));
        if let Some(found) = ago {
            let n = match &found["n"] {
                "a" | "an" => 1,
                digits => digits.parse().ok()?,
            };
            return self.ago(n, &found["u"]);
        }
        if let Some(found) = NAMED_DAY.captures(words) {
            let days_back = match &found["day"] {
                "오늘" | "today" | "今日" | "今天" => 0,
                "어제" | "yesterday" | "昨日" | "昨天" => 1,
                _ => 2,
            };
            let date = self.today().checked_sub(days_back.days()).ok()?;
            return self.timed(&found, date);
        }
        let found = BARE_TIME.captures(words)?;
        self.timed(&found, self.today())
    }

    /// `n` units before the page was served. Hours keep their minutes, days and longer are cut to the day.
    fn ago(&self, n: i64, unit: &str) -> Option<Moment> {
        let (span, precision, keep) = match unit {
            "초" | "秒" | "s" | "sec" | "secs" | "second" | "seconds" => (
                Span::new().try_seconds(n),
                Precision::Second,
                Precision::Second,
            ),
            "분" | "分" | "分钟" | "分鐘" | "m" | "min" | "mins" | "minute" | "minutes" => (
                Span::new().try_minutes(n),
                Precision::Minute,
                Precision::Minute,
            ),
            "시간" | "時間" | "小时" | "小時" | "h" | "hr" | "hrs" | "hour" | "hours" => {
                (Span::new().try_hours(n), Precision::Hour, Precision::Minute)
            }
            "일" | "日" | "天" | "d" | "day" | "days" => {
                (Span::new().try_days(n), Precision::Day, Precision::Day)
            }
            // A week ago is known to the week; the day is the nearest precision there is a word for.
            "주" | "주일" | "週間" | "周" | "w" | "week" | "weeks" => {
                (Span::new().try_weeks(n), Precision::Month, Precision::Day)
            }
            "년" | "年" | "y" | "year" | "years" => {
                (Span::new().try_years(n), Precision::Year, Precision::Day)
            }
            _ => (Span::new().try_months(n), Precision::Month, Precision::Day),
        };
        let then = self
            .as_of
            .to_zoned_datetime(self.zone.clone())
            .checked_sub(span.ok()?)
            .ok()?;
        Some((self.cut(then.timestamp(), keep)?, precision))
    }

    fn dated(&self, found: &Captures<'_>, year: i16) -> Option<Moment> {
        let date = Date::new(year, month(found)?, number(found, "d")?).ok()?;
        self.timed(found, date)
    }

    /// The latest such day that is not in the future.
    fn without_year(&self, found: &Captures<'_>) -> Option<Moment> {
        let today = self.today();
        let (month, day) = (month(found)?, number(found, "d")?);
        for year in [today.year(), today.year() - 1] {
            // 29 February is no day of most years, and then no date at all.
            if let Ok(date) = Date::new(year, month, day)
                && date <= today
            {
                return self.timed(found, date);
            }
        }
        None
    }

    fn timed(&self, found: &Captures<'_>, date: Date) -> Option<Moment> {
        if found.name("h").is_none() {
            return Some((self.at(date.to_datetime(Time::midnight()))?, Precision::Day));
        }
        let (time, precision) = time_of(found)?;
        Some((self.at(date.to_datetime(time))?, precision))
    }

    fn at(&self, local: DateTime) -> Option<Timestamp> {
        Some(local.to_zoned_datetime(self.zone.clone()).ok()?.timestamp())
    }

    fn today(&self) -> Date {
        self.as_of.to_zoned_datetime(self.zone.clone()).date()
    }

    /// Two digits are a year of this century, up to the current one, or of the one before.
    fn full_year(&self, two_digits: i16) -> Option<i16> {
        let this_year = self.today().year();
        let year = 2000 + two_digits;
        let year = if year > this_year { year - 100 } else { year };
        (year >= FIRST_YEAR).then_some(year)
    }

    fn cut(&self, at: Timestamp, precision: Precision) -> Option<Timestamp> {
        let local = at.to_zoned_datetime(self.zone.clone()).datetime();
        let time = local.time();
        let time = match precision {
            Precision::Second => Time::new(time.hour(), time.minute(), time.second(), 0),
            Precision::Minute => Time::new(time.hour(), time.minute(), 0, 0),
            _ => Ok(Time::midnight()),
        };
        self.at(local.date().to_datetime(time.ok()?))
    }
}

fn zoned(found: &Captures<'_>) -> Option<Moment> {
    let date = Date::new(number(found, "y")?, month(found)?, number(found, "d")?).ok()?;
    let (time, precision) = time_of(found)?;
    let offset = match &found["z"] {
        "z" | "gmt" | "utc" => Offset::UTC,
        "kst" | "jst" => Offset::from_hours(9).ok()?,
        digits => {
            let sign = if digits.starts_with('-') { -1 } else { 1 };
            let hours: i32 = digits[1..3].parse().ok()?;
            let minutes: i32 = digits[digits.len() - 2..].parse().ok()?;
            Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()?
        }
    };
    let at = offset.to_timestamp(date.to_datetime(time)).ok()?;
    Some((at, precision))
}

/// The time of day that the groups of [`TIME`] hold. `24:00` is none.
fn time_of(found: &Captures<'_>) -> Option<(Time, Precision)> {
    let mut hour: i8 = number(found, "h")?;
    let half = found.name("am").or_else(|| found.name("pm"));
    if let Some(half) = half {
        let afternoon =
            matches!(half.as_str(), "오후" | "午後" | "下午") || half.as_str().starts_with('p');
        match (afternoon, hour) {
            (_, 13..) => {}
            // 12 a.m. is midnight, 12 p.m. is noon.
            (false, 12) => hour = 0,
            (true, 0..=11) => hour += 12,
            _ => {}
        }
    }
    let second = number(found, "s");
    let precision = if second.is_some() {
        Precision::Second
    } else {
        Precision::Minute
    };
    let time = Time::new(hour, number(found, "m")?, second.unwrap_or(0), 0).ok()?;
    Some((time, precision))
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").expect("a known zone")
    }

    /// The fixed clock of the cases: 00:50 on 24 November in Korea, while UTC is still on the 23rd.
    fn as_of() -> Timestamp {
        "2026-11-23T15:50:00Z".parse().expect("a time")
    }

    fn local(found: &PostedAt) -> String {
        let zoned = found.at.to_zoned_datetime(seoul());
        format!(
            "{} {}",
            zoned.strftime("%Y-%m-%d %H:%M:%S"),
            found.precision.as_str()
        )
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        let got = read_date(text, &seoul(), as_of()).map_or("none".into(), |found| local(&found));
        assert_eq!(got, want, "{text:?}");
    }

    #[test]
    fn full_dates_are_read_in_the_sites_zone() {
        check("2026.11.23", "2026-11-23 00:00:00 day");
        check("2026.11.23 23:57", "2026-11-23 23:57:00 minute");
        check("2026.11.23 12:35:21", "2026-11-23 12:35:21 second");
        check("2026.11.23. 10:20", "2026-11-23 10:20:00 minute");
        check("2026-11-23\u{a0}(월) 10:20", "2026-11-23 10:20:00 minute");
        check("2026/11/23(月) 10:20:30.12", "2026-11-23 10:20:30 second");
        check(
            "2026년 11월 23일 오후 3시 5분",
            "2026-11-23 15:05:00 minute",
        );
        check("2026년 1월 3일 9시 5분", "2026-01-03 09:05:00 minute");
        check("2026年11月23日", "2026-11-23 00:00:00 day");
        check("작성일 2026.11.23 23:57", "2026-11-23 23:57:00 minute");
        check("DATE : 2026-11-23 15:45:24", "2026-11-23 15:45:24 second");
        check("20261124005000", "2026-11-24 00:50:00 second");
        check("2026. 11", "2026-11-01 00:00:00 month");
    }

    #[test]
    fn zones_in_the_text_win() {
        check("2026-11-23T22:15:00+09:00", "2026-11-23 22:15:00 second");
        check("2026-11-23T13:15:00Z", "2026-11-23 22:15:00 second");
        check(
            "Mon, 23 Nov 2026 13:15:00 +0000",
            "2026-11-23 22:15:00 second",
        );
        check(
            "Mon, 23 Nov 2026 13:15:00 GMT",
            "2026-11-23 22:15:00 second",
        );
        check("1795439700", "2026-11-23 22:15:00 second");
        check("1795439700000", "2026-11-23 22:15:00 second");
    }

    #[test]
    fn short_dates_go_by_the_sites_day() {
        check("00:44", "2026-11-24 00:44:00 minute");
        check("11-23", "2026-11-23 00:00:00 day");
        check("11.23", "2026-11-23 00:00:00 day");
        check("11/24", "2026-11-24 00:00:00 day");
        check("12-31", "2025-12-31 00:00:00 day");
        check("07.15", "2026-07-15 00:00:00 day");
        check("11월 23일", "2026-11-23 00:00:00 day");
        check("11-23 22:15", "2026-11-23 22:15:00 minute");
        check("16 Nov", "2026-11-16 00:00:00 day");
    }

    #[test]
    fn a_two_digit_year_comes_first() {
        check("26-11-24 00:02", "2026-11-24 00:02:00 minute");
        check("26/11/23", "2026-11-23 00:00:00 day");
        check("25-10-20 09:00", "2025-10-20 09:00:00 minute");
        check("26.09.18", "2026-09-18 00:00:00 day");
        check("99.12.31", "1999-12-31 00:00:00 day");
    }

    #[test]
    fn relative_words_have_the_precision_of_their_unit() {
        check("43분 전", "2026-11-24 00:07:00 minute");
        check("43분전", "2026-11-24 00:07:00 minute");
        check("2시간 전", "2026-11-23 22:50:00 hour");
        check("3일 전", "2026-11-21 00:00:00 day");
        check("2개월 전", "2026-09-24 00:00:00 month");
        check("1년 전", "2025-11-24 00:00:00 year");
        check("방금", "2026-11-24 00:50:00 minute");
        check("방금 전", "2026-11-24 00:50:00 minute");
        check("어제 10:21", "2026-11-23 10:21:00 minute");
        check("그저께", "2026-11-22 00:00:00 day");
        check("18 seconds ago", "2026-11-24 00:49:42 second");
        check("an hour ago", "2026-11-23 23:50:00 hour");
        check("15h", "2026-11-23 09:50:00 hour");
        check("Yesterday, 10:21 PM", "2026-11-23 22:21:00 minute");
        check("昨天 10:20", "2026-11-23 10:20:00 minute");
        check("3 天前", "2026-11-21 00:00:00 day");
        check("3時間前", "2026-11-23 21:50:00 hour");
    }

    #[test]
    fn english_dates_and_halves_of_the_day() {
        check("Nov. 16, 2026, 3:56 p.m.", "2026-11-16 15:56:00 minute");
        check("November 16, 2026", "2026-11-16 00:00:00 day");
        check("16 Nov 2026", "2026-11-16 00:00:00 day");
        check("2026.11.23 오전 12:05", "2026-11-23 00:05:00 minute");
        check("2026.11.23 오후 12:05", "2026-11-23 12:05:00 minute");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            " ",
            "-",
            "24:00",
            "00:61",
            "2025-02-29",
            "02-30",
            "2026-13-01",
            "2027.01.01",
            "23:59",
            "1970.01.01",
            "비밀글",
            "공지",
            "296",
            "12345",
            "26.13.40",
            "０",
            "0분",
            "99999999999999999999",
            "1.50",
            "2026-11-24T15:50:00+00:00",
        ] {
            check(text, "none");
        }
    }

    #[test]
    fn a_cell_and_its_tooltip_make_one_date() {
        let both = |cell: &str, tooltip: &str| {
            combine(cell, tooltip, &seoul(), as_of()).map_or("none".into(), |found| local(&found))
        };
        assert_eq!(both("2026.11.22", "18:20"), "2026-11-22 18:20:00 minute");
        assert_eq!(both("2026.11.24", "43분 전"), "2026-11-24 00:07:00 minute");
        assert_eq!(both("2026.11.22", "43분 전"), "2026-11-22 00:00:00 day");
        assert_eq!(
            both("11.23", "2026-11-23 10:21:33"),
            "2026-11-23 10:21:33 second"
        );
        assert_eq!(
            both("", "2026-11-23 10:21:33"),
            "2026-11-23 10:21:33 second"
        );
        assert_eq!(both("2026.11.22", ""), "2026-11-22 00:00:00 day");
        assert_eq!(both("", ""), "none");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_date_lies_ahead(text in ".{0,60}") {
            if let Some(found) = read_date(&text, &seoul(), as_of()) {
                prop_assert!(found.at <= as_of().checked_add(MOST_AHEAD).expect("in range"));
            }
        }

        #[test]
        fn date_like_text_never_panics(
            text in "['(]{0,1}[0-9]{0,5}[.:/년월 -]{1,2}[0-9]{0,3}[.:/월일 -]{0,2}[0-9]{0,3}( 오후)?( [0-9]{1,2}:[0-9]{1,2})?(전|ago|d)?",
            second in 0i64..4_000_000_000,
        ) {
            let now = Timestamp::from_second(second).expect("in range");
            if let Some(found) = read_date(&text, &seoul(), now) {
                prop_assert!(found.at <= now.checked_add(MOST_AHEAD).expect("in range"));
            }
            let _ = combine(&text, &text, &seoul(), now);
        }
    }
}
