//! One shape of URL, compiled: a pattern over the path and over named query parameters.
//!
//! Paths and values are matched as they stand in the URL, percent-encoded: a query may hold CP949, which has no
//! text form here, and nothing is ever encoded again. A query that begins with a part of no parameter's form is the path's end
//! for patterns that name its `?`: `/showthread.php?12-a-title/page2`, `/read.php?3,12`, `/index.php?thread/12-a-title/`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use url::Url;

use super::whole::Whole;

/// The groups a shape may name.
pub(super) const GROUPS: [&str; 6] = ["base", "board", "id", "slug", "page", "category"];

#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) path: Whole,
    pub(super) query: Vec<(String, Whole)>,
    pub(super) optional: Vec<(String, Whole)>,
    pub(super) without: Vec<String>,
    pub(super) article_url: Option<String>,
    pub(super) listing_url: Option<String>,
    pub(super) board_url: Option<String>,
    /// The board's name, where the URL has none.
    pub(super) board: Option<String>,
}

/// What the groups of a shape caught.
pub(super) type Caught = BTreeMap<&'static str, String>;

impl Shape {
    /// Names of all groups in the shape.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.path)
            .chain(self.query.iter().map(|(_, pattern)| pattern))
            .chain(self.optional.iter().map(|(_, pattern)| pattern))
            .flat_map(Whole::groups)
    }

    /// What of a URL is held against the path's pattern: with what continues it in the query where the pattern names the
    /// `?`. Any other would take what a server only counts requests by (`?20251124`) for a name.
    pub(super) fn path_in<'u>(&self, url: &'u Url) -> Cow<'u, str> {
        match self.path.names_query() {
            true => path_of(url),
            false => Cow::Borrowed(bare_path(url)),
        }
    }

    pub(super) fn catch(&self, address: &Address<'_>) -> Option<Caught> {
        if address.has_any(&self.without) {
            return None;
        }
        let mut caught = Caught::new();
        if let Some(board) = &self.board {
            caught.insert("board", board.clone());
        }
        note(&mut caught, &self.path, &self.path_in(address.url))?;
        for (name, pattern) in &self.query {
            note(&mut caught, pattern, address.value(name)?)?;
        }
        for (name, pattern) in &self.optional {
            if let Some(value) = address.value(name) {
                note(&mut caught, pattern, value);
            }
        }
        Some(caught)
    }
}

/// A URL that shapes are held against, its query taken apart once.
pub(super) struct Address<'u> {
    url: &'u Url,
    parameters: Vec<(&'u str, &'u str)>,
}

impl<'u> Address<'u> {
    pub fn of(url: &'u Url) -> Self {
        Self {
            url,
            parameters: parameters(url.query().unwrap_or_default()).collect(),
        }
    }

    /// The value of a parameter. The last one counts, as in PHP.
    fn value(&self, name: &str) -> Option<&'u str> {
        let mut found = self.parameters.iter().rev();
        found.find_map(|(found, value)| (*found == name).then_some(*value))
    }

    pub fn has_any(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.value(name).is_some())
    }
}

/// `None`: the words do not match.
fn note(caught: &mut Caught, pattern: &Whole, words: &str) -> Option<()> {
    pattern.catch(words, |group, found| {
        caught.insert(group, upper_hex(found));
    })
}

/// The path without a Java session (`;jsessionid=…`).
fn bare_path(url: &Url) -> &str {
    let path = url.path();
    path.find(";jsessionid=").map_or(path, |end| &path[..end])
}

/// The path, and behind a `?` what continues it in the query.
pub(crate) fn path_of(url: &Url) -> Cow<'_, str> {
    let path = bare_path(url);
    match continuation(url.query().unwrap_or_default()) {
        Some(end) => Cow::Owned(format!("{path}?{end}")),
        None => Cow::Borrowed(path),
    }
}

/// The first part of a query, where it is neither `name=value` nor a name alone.
fn continuation(query: &str) -> Option<&str> {
    let part = query.split('&').next()?;
    let is_parameter = match part.split_once('=') {
        Some((name, _)) => {
            !name.starts_with(|c: char| c.is_ascii_digit()) && !name.contains([',', '/'])
        }
        None => {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        }
    };
    (!part.is_empty() && !is_parameter).then_some(part)
}

/// The `name=value` parts of a query as they stand.
pub(crate) fn parameters(query: &str) -> impl DoubleEndedIterator<Item = (&str, &str)> {
    let of_path = continuation(query).map_or(0, str::len);
    query[of_path..]
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// `%ec%84` and `%EC%84` are one name (RFC 3986, 6.2.2.1).
fn upper_hex(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut upper = String::with_capacity(text.len());
    let mut n_hex = 0;
    for c in text.chars() {
        if n_hex > 0 {
            n_hex -= 1;
            upper.push(c.to_ascii_uppercase());
        } else {
            n_hex = if c == '%' { 2 } else { 0 };
            upper.push(c);
        }
    }
    upper
}

/// Fills `{base}`, `{board}`, `{id}`, `{slug}`, `{page}` and `{category}`; what was not caught becomes nothing.
pub(super) fn fill(template: &str, caught: &Caught) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let mark = from[1..].split_once('}');
        let named = mark.filter(|(group, _)| GROUPS.contains(group));
        rest = match named {
            Some((group, behind)) => {
                filled.push_str(caught.get(group).map_or("", String::as_str));
                behind
            }
            None => {
                filled.push('{');
                &from[1..]
            }
        };
    }
    filled.push_str(rest);
    filled
}
