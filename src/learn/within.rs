//! Where a value stands among other words (`Posted by mira on 24 November`), which pattern takes it out? In: the words
//! and the value's place. Out: patterns, the surest first, that must then hold on other pages.

use std::ops::Range;

use crate::dates::words::{Habit, Order, dates_in};

/// How dates in words are found; each is read again, in the board's own order.
const HABIT: Habit = Habit {
    order: Order::DayFirst,
    short_year_first: true,
};
/// Dates of one text that are looked at.
const MAX_DATES: usize = 4;
/// Letters of what stands before a value that a pattern mentions.
const MAX_LEAD: usize = 24;
const MAX_TAIL: usize = 12;
/// Letters of a day of the week.
const MAX_DAY: usize = 12;
/// Places of a value in one text that are looked at.
const MAX_PLACES: usize = 3;

/// Where `value` stands in `text` as whole words.
pub(super) fn places(text: &str, value: &str) -> Vec<Range<usize>> {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    // Scripts without spaces: a word of theirs ends anywhere.
    let spaced = value.chars().all(|c| u32::from(c) < 0x1100);
    text.match_indices(value)
        .map(|(at, _)| at..at + value.len())
        .filter(|place| {
            let before = text[..place.start].chars().next_back();
            let after = text[place.end..].chars().next();
            !spaced || !(is_word(before) || is_word(after))
        })
        .take(MAX_PLACES)
        .collect()
}

/// Patterns whose first group is what stands at `place`: by all the words before it, by the last of them, and by those
/// before the last, which may be a day of the week.
pub(super) fn patterns(text: &str, place: &Range<usize>) -> Vec<String> {
    let before = &text[..place.start];
    let tail = tail(&text[place.end..]);
    let with = |lead: String| format!("{lead}(.{{1,80}}?){tail}");
    let mut found = Vec::new();
    let is_plain =
        |words: &str| words.chars().count() <= MAX_LEAD && !words.chars().any(char::is_numeric);
    if is_plain(before) {
        found.push(with(format!("^{}", regex::escape(before))));
    }
    let last = before
        .trim_end()
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let token = &before[before.trim_end().len() - last.len()..];
    if !last.is_empty() && token != before && is_plain(token) {
        found.push(with(format!(r"(?:^|\s){}", regex::escape(token))));
    }
    let words = &before[..before.trim_end().len() - last.len()];
    let may_be_day = (1..=MAX_DAY).contains(&last.chars().count())
        && last
            .chars()
            .all(|c| c.is_alphabetic() || c == '.' || c == ',');
    if may_be_day && !words.trim().is_empty() && is_plain(words) {
        found.push(with(format!(
            r"^{}\S{{1,{MAX_DAY}}}\s+",
            regex::escape(words)
        )));
    }
    found
}

/// Where dates stand in words.
pub(super) fn dates(text: &str) -> Vec<Range<usize>> {
    let hits = dates_in(text, HABIT).into_iter().take(MAX_DATES);
    hits.map(|hit| hit.at).collect()
}

/// Whether a date stands among other words that may be anybody's: a sentence, or one with numbers of its own.
pub(super) fn is_among_words(text: &str) -> bool {
    /// Letters of a label: `Posted on`.
    const MAX_LABEL: usize = 15;
    let Some(date) = dates_in(text, HABIT).into_iter().next() else {
        return false;
    };
    let others = || {
        text[..date.at.start]
            .chars()
            .chain(text[date.at.end..].chars())
    };
    others().any(|c| c.is_ascii_digit())
        || others().filter(|c| c.is_alphabetic()).count() > MAX_LABEL
}

/// Whether the first date in words is one without its year: `24 November, 11:20`; or a time without its day: `11:20 PM`.
pub(super) fn lacks_year(text: &str) -> bool {
    let first = dates_in(text, HABIT).into_iter().next();
    let is_of_time = |c: char| c.is_ascii_digit() || ":.apmAPM ".contains(c);
    first.map_or_else(
        || text.contains(':') && text.chars().all(is_of_time),
        |hit| !hit.named.has_year,
    )
}

/// Patterns of the dates that stand among other words: `Written on 24 November 2026, 11:20`.
pub(super) fn date_patterns(text: &str, is_date: &dyn Fn(&str) -> bool) -> Vec<String> {
    let among_words =
        |place: &Range<usize>| place.len() < text.len() && is_date(&text[place.clone()]);
    let places = dates(text).into_iter().filter(among_words);
    places.flat_map(|place| patterns(text, &place)).collect()
}

/// What ends a value: the next word, or what comes before a number; the end.
fn tail(after: &str) -> String {
    let word_at = after.len() - after.trim_start().len();
    let end = after[word_at..]
        .char_indices()
        .take(MAX_TAIL)
        .find(|(_, c)| c.is_whitespace() || c.is_numeric())
        .map(|(at, _)| word_at + at);
    let end = end.unwrap_or_else(|| {
        after[word_at..]
            .char_indices()
            .nth(MAX_TAIL)
            .map_or(after.len(), |(at, _)| word_at + at)
    });
    match &after[..end] {
        "" => {
            if after.is_empty() {
                "$".to_owned()
            } else {
                r"\d".to_owned()
            }
        }
        words => regex::escape(words),
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[track_caller]
    fn check(text: &str, value: &str, other: &str, want: &str) {
        let place = places(text, value).remove(0);
        let found = patterns(text, &place).into_iter().find_map(|pattern| {
            let found = Regex::new(&pattern).unwrap().captures(other)?;
            Some(found[1].to_owned())
        });
        assert_eq!(found.as_deref(), Some(want), "{:?}", patterns(text, &place));
    }

    #[test]
    fn a_value_is_taken_from_other_words_of_the_same_form() {
        check(
            "Posted by mira on 24 Nov 2026",
            "mira",
            "Posted by Sand Piper on 2 Dec 2026",
            "Sand Piper",
        );
        check(
            "von mira am 24.11.2026",
            "24.11.2026",
            "von adam am 2.12.2026",
            "2.12.2026",
        );
        check(
            "作者 mira 发表于 2026-11-24 | 查看 7",
            "2026-11-24",
            "作者 浜田 发表于 2026-12-02 | 查看 9",
            "2026-12-02",
        );
    }

    #[test]
    fn a_day_of_the_week_before_a_date_is_any_word() {
        let text = "Wysłany: pon lis 10, 2025 8:12 am";
        let other = "Wysłany: wt lis 11, 2025 9:30 pm";
        let place = places(text, "lis 10, 2025 8:12 am").remove(0);
        let last = patterns(text, &place).pop().unwrap();
        let found = Regex::new(&last).unwrap().captures(other).unwrap();
        assert_eq!(&found[1], "lis 11, 2025 9:30 pm");
    }

    #[test]
    fn names_within_words_are_not_found() {
        assert!(places("admiration", "mira").is_empty());
        assert_eq!(places("浜田さん", "浜田").first(), Some(&(0..6)));
    }
}
