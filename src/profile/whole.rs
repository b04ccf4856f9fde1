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
    Value(Named),
    /// `(?<base>(?:/[^/]+)*?)/(?<board>\w+)/list\.php`: folders, and what the last ones are.
    Folders {
        base: &'static str,
        last: Vec<Folder>,
    },
    Other {
        /// Anchored at both ends.
        pattern: Regex,
        names_query: bool,
    },
}

/// A part of a path, without its slash.
#[derive(Debug, Clone)]
pub(super) enum Folder {
    Constant(String),
    Named(Named),
}

/// A group, and which words it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    group: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digits,
    Number,
    Word,
    /// A word that is no number.
    Name,
    Slug,
}

const KINDS: [(&str, Kind); 5] = [
    (r"\d+", Kind::Digits),
    (r"[1-9]\d*", Kind::Number),
    (r"\w+", Kind::Word),
    (r"\w*[A-Za-z_]\w*", Kind::Name),
    (r"[^/.]+", Kind::Slug),
];

impl Whole {
    /// By a regular expression, anchored at both ends.
    pub fn other(pattern: Regex) -> Self {
        let names_query = pattern.as_str().contains(r"\?");
        Self::Other {
            pattern,
            names_query,
        }
    }

    /// `None`: it is written in another way.
    pub fn plain(pattern: &str) -> Option<Self> {
        let (group, rest) = group_of(pattern)?;
        let Some(mut rest) = rest.strip_prefix("(?:/[^/]+)*?)") else {
            let (named, rest) = Named::of(pattern)?;
            return rest.is_empty().then_some(Self::Value(named));
        };
        let mut last = Vec::new();
        while let Some(folder) = rest.strip_prefix('/') {
            let (folder, behind) = match Named::of(folder) {
                Some((named, behind)) => (Folder::Named(named), behind),
                None => {
                    let end = folder.find('/').unwrap_or(folder.len());
                    let (constant, behind) = folder.split_at(end);
                    (Folder::Constant(unescaped(constant)?), behind)
                }
            };
            last.push(folder);
            rest = behind;
        }
        let is_path = rest.is_empty() && !last.is_empty();
        is_path.then_some(Self::Folders { base: group, last })
    }

    /// Shows what its groups catch. `None`: the words do not match, and nothing was shown.
    pub fn catch(&self, words: &str, mut show: impl FnMut(&'static str, &str)) -> Option<()> {
        match self {
            Self::Value(named) => named.kind.is_all(words).then(|| show(named.group, words)),
            Self::Folders { base, last } => {
                let mut rest = words;
                for folder in last.iter().rev() {
                    let (before, its) = rest.rsplit_once('/')?;
                    let fits = match folder {
                        Folder::Constant(constant) => its == constant,
                        Folder::Named(named) => named.kind.is_all(its),
                    };
                    rest = fits.then_some(before)?;
                }
                let mut folders = rest.split('/');
                let is_base =
                    folders.next() == Some("") && folders.all(|folder| !folder.is_empty());
                is_base.then_some(())?;
                show(base, rest);
                for (folder, its) in last.iter().zip(words[rest.len()..].split('/').skip(1)) {
                    if let Folder::Named(named) = folder {
                        show(named.group, its);
                    }
                }
                Some(())
            }
            Self::Other { pattern, .. } => {
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
            Self::Value(named) => vec![named.group],
            Self::Folders { base, last } => {
                let named = last.iter().filter_map(|folder| match folder {
                    Folder::Named(named) => Some(named.group),
                    Folder::Constant(_) => None,
                });
                std::iter::once(*base).chain(named).collect()
            }
            Self::Other { pattern, .. } => pattern.capture_names().flatten().collect(),
        }
    }

    /// Whether it asks for a `?`.
    pub fn names_query(&self) -> bool {
        match self {
            Self::Value(_) => false,
            Self::Folders { last, .. } => last.iter().any(
                |folder| matches!(folder, Folder::Constant(constant) if constant.contains('?')),
            ),
            Self::Other { names_query, .. } => *names_query,
        }
    }
}

impl Named {
    /// The one that a pattern begins with, and what is behind it: nothing, or the next folder.
    fn of(pattern: &str) -> Option<(Self, &str)> {
        let (group, rest) = group_of(pattern)?;
        KINDS.into_iter().find_map(|(written, kind)| {
            let behind = rest.strip_prefix(written)?.strip_prefix(')')?;
            let ends = behind.is_empty() || behind.starts_with('/');
            ends.then_some((Self { group, kind }, behind))
        })
    }
}

/// The name of the group that a pattern begins with, and what is behind it.
fn group_of(pattern: &str) -> Option<(&'static str, &str)> {
    let (group, rest) = pattern.strip_prefix("(?<")?.split_once('>')?;
    let group = GROUPS.into_iter().find(|other| *other == group)?;
    Some((group, rest))
}

impl Kind {
    fn is_all(self, words: &str) -> bool {
        let bytes = words.as_bytes();
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        match self {
            _ if bytes.is_empty() => false,
            Self::Digits => bytes.iter().all(u8::is_ascii_digit),
            Self::Number => bytes[0] != b'0' && bytes.iter().all(u8::is_ascii_digit),
            Self::Word => bytes.iter().all(is_word),
            Self::Name => bytes.iter().all(is_word) && !bytes.iter().all(u8::is_ascii_digit),
            Self::Slug => !bytes.iter().any(|byte| matches!(byte, b'/' | b'.')),
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
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '=' => c,
            _ => return None,
        });
    }
    Some(meant)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATTERNS: [&str; 12] = [
        r"(?<id>\d+)",
        r"(?<page>[1-9]\d*)",
        r"(?<board>\w+)",
        r"(?<board>\w*[A-Za-z_]\w*)",
        r"(?<slug>[^/.]+)",
        r"(?<base>(?:/[^/]+)*?)/bbs/board\.php",
        r"(?<base>(?:/[^/]+)*?)/",
        r"(?<base>(?:/[^/]+)*?)/a\?b=1",
        r"(?<base>(?:/[^/]+)*?)/(?<board>\w*[A-Za-z_]\w*)/(?<id>[1-9]\d*)",
        r"(?<base>(?:/[^/]+)*?)/(?<board>\w+)/(?<slug>[^/.]+)/",
        r"(?<base>(?:/[^/]+)*?)/bbs/(?<id>\d+)/a",
        r"(?<base>(?:/[^/]+)*?)//(?<id>\d+)",
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
        Whole::other(Regex::new(&format!("^(?:{of_ascii})$")).unwrap())
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
            r"(?<base>(?:/[^/]+)*?)/(?<board>\w+)-(?<id>\d+)",
            r"(?<base>(?:/[^/]+)*?)/(?:a|b)",
            r"(?<base>(?:/[^/]+)*?)",
        ] {
            assert!(Whole::plain(pattern).is_none(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn plain_patterns_catch_what_regular_expressions_catch(
            words in r"(/|/bbs|/board\.php|/a\?b=1|/12|/a|a|0|12|_|가|١|\.|\?){0,6}"
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
