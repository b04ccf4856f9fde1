//! The shapes of dates as patterns over lower-case, NFKC-normalised words. What they mean is decided in the parent.

use std::sync::LazyLock;

use regex::Regex;

/// A time of day. Groups `am`, `h`, `m`, `s`, `pm`; an hour alone needs a word that says so: `am_h`, `hour` (`오후 3시`),
/// `exact`, `pm_h` (`3 p.m.`, as Django writes 3:00 p.m.), or `word`.
const TIME: &str = r"(?:(?:(?P<am>오전|오후|午前|午後|上午|下午|am|pm)\s*)?(?P<h>\d{1,2})\s*(?::|시|時|点)\s*(?P<m>\d{1,2})\s*(?:분|分)?(?:\s*:?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*(?:초|秒)?)?(?:\s*(?P<pm>a\.?m\.?|p\.?m\.?))?|(?:(?P<am_h>오전|오후|午前|午後|上午|下午)\s*)?(?P<hour>\d{1,2})\s*(?:시|時|点)|(?P<exact>\d{1,2})\s*(?P<pm_h>a\.?m\.?|p\.?m\.?)|(?P<word>noon|midnight))";
const WEEKDAY: &str = r"(?:\s*[(\[]?(?:월|화|수|목|금|토|일|月|火|水|木|金|土|日|mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:요일|曜日)?[)\]]?,?)?";
const MONTHS: &str = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?";

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are constants; the tests use each")
}

pub(super) static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:작성\s*일[시자]?|등록\s*일[시자]?|게시\s*일[시자]?|작성\s*시간|작성|등록|입력|날짜|일시|date|posted(?:\s+(?:on|at))?|投稿日時?|发表于|發表於|发布于)\s*[:|]?\s*)+",
    )
});
pub(super) static BARE_TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^\s*{TIME}\s*$")));
pub(super) static ZONED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<y>\d{4})-(?P<mo>\d{2})-(?P<d>\d{2})[t ](?P<h>\d{2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<z>z|gmt|utc|kst|jst|[+-]\d{2}(?::?\d{2})?)(?:$|[^\d:])",
    )
});
pub(super) static RFC_2822: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:[a-z]{{3}}, )?(?P<d>\d{{1,2}}) {MONTHS} (?P<y>\d{{4}}) (?P<h>\d{{2}}):(?P<m>\d{{2}})(?::(?P<s>\d{{2}}))? (?P<z>gmt|utc|kst|jst|[+-]\d{{4}})"
    ))
});
pub(super) static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[^\d])(?P<y>(?:19|20)\d{{2}})\s*[.\-/년年]\s*(?P<mo>\d{{1,2}})\s*[.\-/월月]\s*(?P<d>\d{{1,2}})(?:\s*[.일日])?(?P<rest>{WEEKDAY}\s*[,t]?\s*{TIME})?(?:$|[^\d])"
    ))
});
pub(super) static SHORT_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^'?(?P<y>\d{{2}})\s*[.\-/년]\s*(?P<mo>\d{{1,2}})\s*[.\-/월]\s*(?P<d>\d{{1,2}})(?:\s*[.일])?(?:{WEEKDAY}\s*,?\s*{TIME})?{WEEKDAY}$"
    ))
});
pub(super) static YEAR_MONTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<y>(?:19|20)\d{2})\s*[.\-/년年]\s*(?P<mo>\d{1,2})\s*[.월月]?$"));
pub(super) static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<mo>\d{{1,2}})\s*[.\-/월月]\s*(?P<d>\d{{1,2}})\s*[.일日]?(?:{WEEKDAY}\s*,?\s*{TIME})?{WEEKDAY}$"
    ))
});
pub(super) static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<y>(?:19|20)\d{2})(?P<mo>\d{2})(?P<d>\d{2})(?:(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?$",
    )
});
pub(super) static EPOCH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<sec>\d{10})(?P<ms>\d{3})?$"));
pub(super) static MONTH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[a-z]{{3,9}},? )?{MONTHS}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{{4}}))?(?:,?\s+(?:at\s+)?{TIME})?$"
    ))
});
pub(super) static DAY_MONTH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[a-z]{{3,9}},? )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?\s+{MONTHS}(?:,?\s+(?P<y>\d{{4}}))?(?:,?\s+(?:at\s+|-\s*)?{TIME})?$"
    ))
});
pub(super) static NOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:방금(?:\s*전)?|지금|몇 ?초 ?전|just now|now|(?:a )?few seconds ago|moments ago|たった今|刚刚|剛剛)$",
    )
});
const UNITS: &str = "초|분|시간|일|주일?|개월|달|년|秒|分钟|分鐘|分|小时|小時|時間|天|日|週間|周|个月|個月|か月|ヶ月|カ月|年|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?";
/// `1시간 20분 전`, `2 days, 3 hours ago`: every number with its unit is found by [`AGO_PART`].
pub(super) static AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:about |약 )?(?P<parts>(?:(?:\d{{1,6}}|an?)\s*(?:{UNITS})[\s,]*(?:and\s+)?){{1,4}})(?:전|前|ago)$"
    ))
});
pub(super) static AGO_PART: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<n>\d{{1,6}}|an?)\s*(?P<u>{UNITS})")));
/// Counts in words, and what they are in digits.
pub(super) static COUNT_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<w>하루|이틀|사흘|일주일|한 ?시간|한 ?달|일 ?년)\s*(?P<rest>전)$")
});
pub(super) static SHORT_AGO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,4})\s?(?P<u>s|m|min|h|d|w|mo|y)$"));
pub(super) static NAMED_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<day>오늘|어제|그저께|그제|엊그제|today|yesterday|今日|昨日|一昨日|今天|昨天|前天)(?:,?\s*(?:at\s+)?{TIME})?$"
    ))
});
