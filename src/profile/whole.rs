//! A pattern that a whole path, or the whole value of a parameter, must match.
//!
//! Each link of each page is held against a board's shapes, and most of what these ask for is written in one of a few ways:
//! those are looked at letter by letter, at a twentieth of what a regular expression takes, and without making one.

use regex::Regex;

use super::shape::GROUPS;

/// Digits and letters are those of ASCII: an address has no others.
#[derive(Debug, Clone)]
pub(super) enum Whole {
    /// `(?<id>\d+)` and the like: all is caught.
    Value { group: &'static str, kind: Value },
    /// `(?<base>(?:/[^/]+)*?)/board\.php`: folders, and how it ends.
    Folders { group: &'static str, end: String },
    /// Anchored at both ends.
    Other(Regex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// `\d+`
    Digits,
    /// `[1-9]\d*`
    Number,
    /// `\w+`
    Word,
}

impl Whole {
    /// `None`: it is written in another way.
    pub fn plain(pattern: &str) -> Option<Self> {
        let (group, rest) = pattern.strip_prefix("(?<")?.split_once('>')?;
        let group = GROUPS.into_iter().find(|other| *other == group)?;
        let kind = match rest {
            r"\d+)" => Value::Digits,
            r"[1-9]\d*)" => Value::Number,
            r"\w+)" => Value::Word,
            _ => {
                let end = unescaped(rest.strip_prefix("(?:/[^/]+)*?)")?)?;
                return end.starts_with('/').then_some(Self::Folders { group, end });
            }
        };
        Some(Self::Value { group, kind })
    }

    /// Shows what its groups catch. `None`: the words do not match.
    pub fn catch(&self, words: &str, mut show: impl FnMut(&'static str, &str)) -> Option<()> {
        match self {
            Self::Value { group, kind } => kind.is_all(words).then(|| show(group, words)),
            Self::Folders { group, end } => {
                let base = words.strip_suffix(end.as_str())?;
                let mut folders = base.split('/');
                let is_base =
                    folders.next() == Some("") && folders.all(|folder| !folder.is_empty());
                is_base.then(|| show(group, base))
            }
            Self::Other(pattern) => {
                let captures = pattern.captures(words)?;
                for (name, found) in pattern.capture_names().zip(captures.iter()) {
                    let group = GROUPS.into_iter().find(|group| name == Some(*group));
                    if let Some((group, found)) = group.zip(found) {
                        show(group, found.as_str());
                    }
                }
                Some(())
            }
        }
    }

    /// The names of its groups.
    pub fn groups(&self) -> Vec<&str> {
        match self {
            Self::Value { group, .. } | Self::Folders { group, .. } => vec![group],
            Self::Other(pattern) => pattern.capture_names().flatten().collect(),
        }
    }

    /// Whether it asks for a `?`.
    pub fn names_query(&self) -> bool {
        match self {
            Self::Value { .. } => false,
            Self::Folders { end, .. } => end.contains('?'),
            Self::Other(pattern) => pattern.as_str().contains(r"\?"),
        }
    }
}

impl Value {
    fn is_all(self, words: &str) -> bool {
        let words = words.as_bytes();
        let is_digits = |words: &[u8]| words.iter().all(u8::is_ascii_digit);
        match (self, words) {
            (_, []) => false,
            (Self::Digits, _) => is_digits(words),
            (Self::Number, [first, rest @ ..]) => matches!(first, b'1'..=b'9') && is_digits(rest),
            (Self::Word, _) => words
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
        }
    }
}

/// What a pattern of letters that stand for themselves, and of points and the like behind a backslash, means.
fn unescaped(pattern: &str) -> Option<String> {
    let mut meant = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        meant.push(match c {
            '\\' => letters
                .next()
                .filter(|c| matches!(c, '.' | '?' | '-' | '+'))?,
            'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '_' | '=' => c,
            _ => return None,
        });
    }
    Some(meant)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATTERNS: [&str; 6] = [
        r"(?<id>\d+)",
        r"(?<page>[1-9]\d*)",
        r"(?<board>\w+)",
        r"(?<base>(?:/[^/]+)*?)/bbs/board\.php",
        r"(?<base>(?:/[^/]+)*?)/",
        r"(?<base>(?:/[^/]+)*?)/a\?b=1",
    ];

    fn caught(whole: &Whole, words: &str) -> Option<Vec<(&'static str, String)>> {
        let mut caught = Vec::new();
        whole.catch(words, |group, found| caught.push((group, found.to_owned())))?;
        Some(caught)
    }

    /// As a regular expression sees an address.
    fn by_regex(pattern: &str) -> Whole {
        let of_ascii = pattern
            .replace(r"\d", "[0-9]")
            .replace(r"\w", "[0-9A-Za-z_]");
        Whole::Other(Regex::new(&format!("^(?:{of_ascii})$")).unwrap())
    }

    #[test]
    fn what_is_written_in_other_ways_is_left_to_regular_expressions() {
        for pattern in [
            r"(?<id>\d+)x",
            r"(?<id>\d*)",
            r"(?<other>\d+)",
            r"\d+",
            r"(?<base>(?:/[^/]+)*?)/a.php",
            r"(?<base>(?:/[^/]+)*?)a",
            r"(?<base>(?:/[^/]+)*?)/a\d",
            r"(?<base>(?:/[^/]+)*?)/(?<board>\w+)",
        ] {
            assert!(Whole::plain(pattern).is_none(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn plain_patterns_catch_what_regular_expressions_catch(
            words in r"(/|/bbs|/board\.php|/a\?b=1|a|0|12|_|가|١|\.|\?){0,6}"
        ) {
            for pattern in PATTERNS {
                let plain = Whole::plain(pattern).expect("a plain pattern");
                let other = by_regex(pattern);
                prop_assert_eq!(caught(&plain, &words), caught(&other, &words), "{}", pattern);
                prop_assert_eq!(plain.groups(), other.groups());
                prop_assert_eq!(plain.names_query(), other.names_query());
            }
        }
    }
}
