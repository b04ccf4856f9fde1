//! Quantities as people write them: `90s`, `2/s`, `8MiB`, `2025-01-31`, `all`. Used by the file and by flags.
//!
//! Every function answers an error that names what was written and what would be right.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::options::Secret;
use crate::schedule::Policy;

const UNITS_OF_TIME: &[(&[&str], u64)] = &[
    (&["ms"], 1),
    (&["s", "sec"], 1_000),
    (&["m", "min"], 60_000),
    (&["h"], 3_600_000),
    (&["d"], 86_400_000),
    (&["w"], 604_800_000),
];

fn unit_ms(unit: &str) -> Option<u64> {
    UNITS_OF_TIME
        .iter()
        .find(|(names, _)| names.contains(&unit))
        .map(|(_, ms)| *ms)
}

/// `90s`, `7d`, `1h30min`. Units: `ms`, `s`, `min` (or `m`), `h`, `d`, `w`.
///
/// # Errors
/// No unit, an unknown one, or more than fits.
pub fn duration(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("a duration is missing; write one like 90s, 15min or 7d".into());
    }
    let mut total_ms: u64 = 0;
    while !rest.is_empty() {
        let (number, after) = split_at(rest, |c| c.is_ascii_digit());
        let (unit, after) = split_at(after.trim_start(), |c| c.is_ascii_alphabetic());
        if number.is_empty() {
            return Err(format!(
                "`{text}` is not a duration; write one like 90s, 15min or 7d"
            ));
        }
        if unit.is_empty() {
            return Err(format!(
                "`{text}` has no unit; write {number}s, {number}min, {number}h or {number}d"
            ));
        }
        let ms = unit_ms(unit).ok_or_else(|| {
            format!("`{unit}` is not a unit of time; known are ms, s, min, h, d, w")
        })?;
        total_ms = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(ms))
            .and_then(|part| total_ms.checked_add(part))
            .ok_or_else(|| format!("`{text}` is too long"))?;
        rest = after.trim_start();
    }
    Ok(Duration::from_millis(total_ms))
}

fn split_at(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// The fastest pace that can be asked for: a board on one's own machine.
const FASTEST_PER_S: f64 = 1_000_000.0;
/// The slowest: one request a day.
const SLOWEST_S: f64 = 86_400.0;

/// Where to listen: `127.0.0.1:7480`, `[::1]:7480`; `off` is `None`.
///
/// # Errors
/// No address, or no port.
pub fn listen(text: &str) -> Result<Option<SocketAddr>, String> {
    let text = text.trim();
    if text == "off" {
        return Ok(None);
    }
    let address = text.parse().map_err(|_| {
        format!("`{text}` is no address with a port; write one like 127.0.0.1:7480, or off")
    })?;
    Ok(Some(address))
}

/// Whether others than this machine reach it.
pub fn is_public(address: &SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

/// A token: letters that stand in a header, a cookie and an address as they are, and enough of them not to be guessed.
///
/// # Errors
/// Other characters, too few or too many.
pub fn token(text: &str) -> Result<Secret, String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match (16..=256).contains(&text.len()) && text.chars().all(fine) {
        true => Ok(Secret(text.to_owned())),
        false => Err("a token has 16 to 256 letters, digits, - and _".to_owned()),
    }
}

/// A host's name as browsers send it, without a port.
///
/// # Errors
/// What is no name.
pub fn host_name(text: &str) -> Result<String, String> {
    match url::Host::parse(text) {
        Ok(host) => Ok(host.to_string()),
        Err(error) => Err(format!("`{text}` is no host's name: {error}")),
    }
}

/// A pace as the least time between two requests: `2/s`, `30/min`, `0.5/s`. At most 1000000/s, at least 1/d.
///
/// # Errors
/// Another form, or out of bounds.
pub fn rate(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a rate; write one like 1/s, 30/min or 500/h");
    let (number, unit) = text.trim().split_once('/').ok_or_else(wrong)?;
    let (number, unit) = (number.trim(), unit.trim());
    if number.is_empty() || number.contains(|c: char| !c.is_ascii_digit() && c != '.') {
        return Err(wrong());
    }
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let ms = unit_ms(unit).filter(|ms| *ms >= 1_000).ok_or_else(wrong)?;
    if number <= 0.0 {
        return Err(format!("`{text}` would never ask; the slowest rate is 1/d"));
    }
    let interval_s = ms as f64 / 1_000.0 / number;
    if interval_s < 1.0 / FASTEST_PER_S {
        return Err(format!("`{text}` is too fast; the most is 1000000/s"));
    }
    if interval_s > SLOWEST_S {
        return Err(format!("`{text}` is too slow; the least is 1/d"));
    }
    Ok(Duration::from_secs_f64(interval_s))
}

/// Bytes: `8MiB`, `500KiB`, `2MB`, `4096B`.
///
/// # Errors
/// No unit, an unknown one, or more than fits.
pub fn size_bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = split_at(text.trim(), |c| c.is_ascii_digit());
    if number.is_empty() {
        return Err(format!("`{text}` is not a size; write one like 8MiB"));
    }
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" => {
            return Err(format!(
                "`{text}` has no unit; write {number}MiB, {number}KiB or {number}B"
            ));
        }
        "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => {
            return Err(format!(
                "`{}` is not a unit of size; known are B, KB, MB, GB, KiB, MiB, GiB",
                unit.trim()
            ));
        }
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| format!("`{text}` is too big"))
}

/// How many listing pages a walk reads at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageLimit {
    #[default]
    All,
    /// At least 1.
    First(u32),
}

impl PageLimit {
    /// `None`: no limit.
    pub fn most(self) -> Option<u32> {
        match self {
            Self::All => None,
            Self::First(pages) => Some(pages),
        }
    }
}

impl FromStr for PageLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "all" => Ok(Self::All),
            "0" => Err("0 pages would read nothing; the least is 1".into()),
            number => number
                .parse()
                .map(Self::First)
                .map_err(|_| format!("`{text}` is neither a number of pages nor the word all")),
        }
    }
}

/// A day, which begins when it does in some zone, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Day(Date),
    Moment(Timestamp),
}

impl Since {
    /// The start of the day in `zone`, or the moment.
    ///
    /// # Errors
    /// The day is so far away that no moment can be told for it.
    pub fn in_zone(self, zone: &TimeZone) -> Result<Timestamp, String> {
        match self {
            Self::Moment(moment) => Ok(moment),
            Self::Day(day) => day
                .to_zoned_datetime(zone.clone())
                .map(|start| start.timestamp())
                .map_err(|error| format!("{day}: {error}")),
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // A date alone first: `Timestamp` would refuse it, `Date` would accept a moment and drop its time.
        let wrong = |_| format!("`{text}` is not a date; write one like 2025-01-31");
        if text.contains(':') {
            text.parse().map(Self::Moment).map_err(|_| {
                format!("`{text}` is not a moment; write one like 2025-01-31T09:00:00+09:00")
            })
        } else {
            text.parse().map(Self::Day).map_err(wrong)
        }
    }
}

/// Fixed intervals are within these bounds.
const SHORTEST_EVERY: Duration = Duration::from_secs(1);
const LONGEST_EVERY: Duration = Duration::from_secs(365 * 86_400);

/// How polls are placed: `adaptive`, `every 10min`, `cron 0 9-18 * * Mon-Fri`, `cron @hourly`.
///
/// # Errors
/// Another form, an interval out of bounds, a cron expression that is broken or never comes.
pub fn policy(text: &str) -> Result<Policy, String> {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match (word, rest.trim()) {
        ("adaptive", "") => Ok(Policy::Adaptive),
        ("every", interval) => {
            let every = duration(interval)?;
            if every < SHORTEST_EVERY {
                let least = duration_text(SHORTEST_EVERY);
                return Err(format!(
                    "every {interval} is too often; the least is {least}"
                ));
            }
            if every > LONGEST_EVERY {
                let most = duration_text(LONGEST_EVERY);
                return Err(format!(
                    "every {interval} is too seldom; the most is {most}"
                ));
            }
            Ok(Policy::Every(every))
        }
        ("cron", expression) => expression.parse().map(Policy::Cron),
        _ => Err(format!(
            "`{text}` is no schedule; write adaptive, every 10min, or cron 0 9-18 * * Mon-Fri"
        )),
    }
}

/// A duration as a person would say it: `90s`, `15min`, `7d`; the inverse of [`duration`] to the millisecond.
pub fn duration_text(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (ms, unit) in [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "min"),
        (1_000, "s"),
        (1, "ms"),
    ] {
        if rest >= ms {
            text.push_str(&format!("{}{unit}", rest / ms));
            rest %= ms;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_up_their_parts() {
        for (text, seconds) in [
            ("90s", 90),
            ("15min", 900),
            ("15m", 900),
            ("2h", 7_200),
            ("7d", 604_800),
            ("1w", 604_800),
            ("1h30min", 5_400),
            (" 1 h 30 min ", 5_400),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(duration("1500ms"), Ok(Duration::from_millis(1_500)));
    }

    #[test]
    fn what_is_no_duration_says_what_would_be() {
        for (text, part) in [
            ("", "missing"),
            ("90", "has no unit; write 90s"),
            ("s", "is not a duration"),
            ("-5s", "is not a duration"),
            ("5 parsecs", "`parsecs` is not a unit of time"),
            ("99999999999999999999s", "too long"),
            ("99999999999999999w", "too long"),
        ] {
            let error = duration(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_is_listened_on_and_known_to_be_public_or_not() {
        for (text, public) in [
            ("127.0.0.1:7480", false),
            ("[::1]:80", false),
            ("127.8.0.1:0", false),
            ("[::ffff:127.0.0.1]:9", false),
            ("0.0.0.0:7480", true),
            ("192.0.2.1:80", true),
            ("[::]:80", true),
        ] {
            let address = listen(text).unwrap().unwrap();
            assert_eq!(address, text.parse().unwrap());
            assert_eq!(is_public(&address), public, "{text}");
        }
        assert_eq!(listen("off"), Ok(None));
        for text in ["", "127.0.0.1", ":7480", "localhost:7480"] {
            assert!(listen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_is_long_and_plain() {
        assert!(token("abcdefgh-1234567").is_ok());
        for text in ["", "short", "abcdefgh 1234567", "abcdefgh;1234567"] {
            assert!(token(text).is_err(), "{text}");
        }
        assert!(token(&"a".repeat(257)).is_err());
    }

    #[test]
    fn duration_text_is_read_back() {
        for ms in [0, 1, 999, 1_000, 61_001, 86_400_000, 123_456_789] {
            let duration_in = Duration::from_millis(ms);
            assert_eq!(duration(&duration_text(duration_in)), Ok(duration_in));
        }
        assert_eq!(duration_text(Duration::from_secs(900)), "15min");
    }

    #[test]
    fn schedules_are_read() {
        assert_eq!(policy(" adaptive "), Ok(Policy::Adaptive));
        let ten_minutes = Policy::Every(Duration::from_secs(600));
        assert_eq!(policy("every 10m"), Ok(ten_minutes));
        let Ok(Policy::Cron(cron)) = policy("cron  */15 9-18 * * mon-fri") else {
            panic!("a cron expression");
        };
        assert_eq!(cron.to_string(), "*/15 9-18 * * mon-fri");
        for (text, part) in [
            ("", "is no schedule"),
            ("adaptive 3", "is no schedule"),
            ("hourly", "is no schedule"),
            ("every", "a duration is missing"),
            ("every 0s", "the least is 1s"),
            ("every 9999d", "the most is 365d"),
            ("cron", "is not a cron expression"),
            ("cron 61 * * * *", "is not a cron expression"),
            ("cron */5 * * * * *", "is not a cron expression"),
            ("cron 0 0 31 2 *", "`0 0 31 2 *` never comes"),
        ] {
            let error = policy(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn rates_become_intervals() {
        for (text, ms) in [
            ("1/s", 1_000),
            ("2/s", 500),
            ("0.5/s", 2_000),
            ("30/min", 2_000),
            ("60 / h", 60_000),
            ("1/d", 86_400_000),
            ("1000/s", 1),
        ] {
            assert_eq!(rate(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "",
            "1",
            "/s",
            "s/1",
            "1/ms",
            "-1/s",
            "1e9/s",
            "0/s",
            "2000000/s",
            "1/w",
            "./s",
            "1/",
        ] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_bytes() {
        for (text, bytes) in [
            ("8MiB", 8 * 1024 * 1024),
            ("500 kib", 512_000),
            ("2MB", 2_000_000),
            ("7B", 7),
        ] {
            assert_eq!(size_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "8", "MiB", "8 MiBs", "-1B", "99999999999GiB"] {
            assert!(size_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn pages_are_a_number_or_all() {
        assert_eq!("all".parse(), Ok(PageLimit::All));
        assert_eq!("3".parse(), Ok(PageLimit::First(3)));
        for text in ["0", "-1", "many", "", "1.5"] {
            assert!(text.parse::<PageLimit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_begins_in_its_zone() {
        let seoul = TimeZone::get("Asia/Seoul").expect("bundled");
        let day: Since = "2025-01-31".parse().expect("a date");
        assert_eq!(
            day.in_zone(&seoul).expect("a moment").to_string(),
            "2025-01-30T15:00:00Z"
        );
        let moment: Since = "2025-01-31T09:00:00+09:00".parse().expect("a moment");
        assert_eq!(
            moment
                .in_zone(&TimeZone::UTC)
                .expect("a moment")
                .to_string(),
            "2025-01-31T00:00:00Z"
        );
        for text in [
            "",
            "yesterday",
            "2025-13-01",
            "31.01.2025",
            "2025-01-31T25:00:00Z",
        ] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }
}
