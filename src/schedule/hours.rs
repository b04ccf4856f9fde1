//! Opening hours: when may a board be asked at all? `Mon-Fri 09:00-18:00, Sat 10:00-14:00`, `22:00-06:00`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;
const DAYS: [(&str, &str); 7] = [
    ("mon", "monday"),
    ("tue", "tuesday"),
    ("wed", "wednesday"),
    ("thu", "thursday"),
    ("fri", "friday"),
    ("sat", "saturday"),
    ("sun", "sunday"),
];

/// The hours of the week in which polls may begin, in the board's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    text: String,
    spans: Vec<Span>,
}

/// On these days, from one minute up to another; one that is not later is on the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    /// Monday first.
    days: [bool; 7],
    from_min: u16,
    to_min: u16,
}

impl Span {
    fn is_open(&self, day: usize, minute: u16) -> bool {
        if self.from_min < self.to_min {
            return self.days[day] && (self.from_min..self.to_min).contains(&minute);
        }
        (self.days[day] && minute >= self.from_min)
            || (self.days[(day + 6) % 7] && minute < self.to_min)
    }
}

impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for OpeningHours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let spans = text.split(',').map(|part| span(part.trim()));
        Ok(Self {
            text: text.trim().to_owned(),
            spans: spans.collect::<Result<_, _>>()?,
        })
    }
}

fn span(text: &str) -> Result<Span, String> {
    let wrong = || {
        format!("`{text}` are no opening hours; write them like Mon-Fri 09:00-18:00 or 08:00-22:00")
    };
    let (days, hours) = match text.rsplit_once(char::is_whitespace) {
        Some((days, hours)) => (days_of(days).ok_or_else(wrong)?, hours),
        None => ([true; 7], text),
    };
    let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
    let (from_min, to_min) = (minute(from), minute(to));
    let (from_min, to_min) = (from_min.ok_or_else(wrong)?, to_min.ok_or_else(wrong)?);
    if from_min == DAY_MIN || from_min == to_min {
        return Err(format!(
            "`{text}` is never open; write 00:00-24:00 for always"
        ));
    }
    Ok(Span {
        days,
        from_min,
        to_min,
    })
}

/// `Mon`, `Mon-Fri`, `Sat-Mon`.
fn days_of(text: &str) -> Option<[bool; 7]> {
    let day = |name: &str| {
        let name = name.trim().to_lowercase();
        DAYS.iter()
            .position(|(short, long)| name == *short || name == *long)
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first)?, day(last)?);
    let mut days = [false; 7];
    for step in 0..=(last + 7 - first) % 7 {
        days[(first + step) % 7] = true;
    }
    Some(days)
}

/// `9:00`, `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MIN).then_some(total)
}

impl OpeningHours {
    pub(super) fn is_open(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let local = at.to_zoned_datetime(zone.clone());
        let minute =
            u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let day = local.weekday().to_monday_zero_offset().unsigned_abs();
        self.spans
            .iter()
            .any(|span| span.is_open(usize::from(day), minute))
    }

    /// This moment where it is open, otherwise when it opens.
    pub(super) fn open_from(&self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        if self.is_open(at, zone) {
            return at;
        }
        let today = at.to_zoned_datetime(zone.clone()).date();
        let mut first: Option<Timestamp> = None;
        // A week and a day: the span of today's weekday may be over.
        for ahead in 0..=8_i32 {
            let Ok(date) = today.checked_add(ahead.days()) else {
                break;
            };
            for span in &self.spans {
                if !span.days[day_index(date.weekday())] {
                    continue;
                }
                let opens = date
                    .to_zoned_datetime(zone.clone())
                    .ok()
                    .and_then(|_| {
                        let hour = i8::try_from(span.from_min / 60).ok()?;
                        let minute = i8::try_from(span.from_min % 60).ok()?;
                        // A wall time that a clock change skips comes an hour later.
                        let opens = date.at(hour, minute, 0, 0).to_zoned_datetime(zone.clone());
                        opens.ok()
                    })
                    .map(|opens| opens.timestamp());
                if let Some(opens) = opens.filter(|opens| *opens > at) {
                    first = Some(first.map_or(opens, |first| first.min(opens)));
                }
            }
            if first.is_some() {
                break;
            }
        }
        // Only at the very end of jiff's years is there none.
        first.unwrap_or_else(|| {
            at.checked_add(SignedDuration::from_hours(24))
                .unwrap_or(Timestamp::MAX)
        })
    }
}

fn day_index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}
