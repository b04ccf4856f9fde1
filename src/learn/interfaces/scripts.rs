//! What URLs do a page's scripts make? In: the text of a script. Out: each path that stands in one of its strings, with
//! what is put into it as `{name}`. Runs nothing: `"/post/" + post.id` and `` `/post/${post.id}` `` are the same words.

use std::sync::LazyLock;

use regex::Regex;

/// Letters of a string literal; longer ones hold no URL.
const MAX_LITERAL: usize = 2_000;
/// Letters of an expression between two strings.
const MAX_EXPRESSION: usize = 80;
/// Letters before and behind a string that tell what it is for.
const MAX_AROUND: usize = 100;
/// Paths of one page, and quotation marks that are looked behind.
const MAX_PATHS: usize = 200;
const MAX_MARKS: usize = 20_000;

static LAST_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([A-Za-z_$][\w$]*)[^\w$]*$").expect("a constant pattern"));
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|["'=\s(])((?:https?:/)?/[^/"'\s<>\\)][^"'\s<>\\)]*)"#)
        .expect("a constant pattern")
});

/// A path as a script makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadePath {
    /// `/post/{id}`.
    pub path: String,
    /// What stands right before the string, and behind it.
    pub before: String,
    pub after: String,
}

/// The paths in a script's strings.
pub(super) fn made_paths(script: &str) -> Vec<MadePath> {
    let mut found = Vec::new();
    let (mut from, mut n_marks) = (0, 0);
    while found.len() < MAX_PATHS
        && n_marks < MAX_MARKS
        && let Some(start) = script[from..].find(['"', '\'', '`'])
    {
        let start = from + start;
        n_marks += 1;
        let Some((text, end)) = string(script, start) else {
            from = start + 1;
            continue;
        };
        for path in PATH.captures_iter(&text) {
            found.push(MadePath {
                path: path[1].to_owned(),
                before: tail(&script[..start]),
                after: script[end..].chars().take(MAX_AROUND).collect(),
            });
        }
        from = end;
    }
    found
}

fn tail(text: &str) -> String {
    let skipped = text.char_indices().rev().nth(MAX_AROUND - 1);
    text[skipped.map_or(0, |(at, _)| at)..].to_owned()
}

/// The string that begins at `start`, with what is added to it; and where it ends.
fn string(script: &str, start: usize) -> Option<(String, usize)> {
    let (mut text, mut end) = literal(script, start)?;
    loop {
        let Some(rest) = script[end..].trim_start().strip_prefix('+') else {
            return Some((text, end));
        };
        let rest = rest.trim_start();
        let at = script.len() - rest.len();
        if rest.starts_with(['"', '\'', '`']) {
            let Some((more, behind)) = literal(script, at) else {
                return Some((text, end));
            };
            text.push_str(&more);
            end = behind;
        } else {
            let n = expression(rest);
            let Some(name) = LAST_NAME.captures(&rest[..n]) else {
                return Some((text, end));
            };
            text.push_str(&format!("{{{}}}", &name[1]));
            end = at + n;
        }
        if text.len() > MAX_LITERAL {
            return Some((text, end));
        }
    }
}

/// Bytes of an expression: names, dots and calls.
fn expression(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().take(MAX_EXPRESSION) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return at,
            ')' | ']' => depth -= 1,
            c if depth > 0 || c.is_alphanumeric() || matches!(c, '_' | '$' | '.') => {}
            _ => return at,
        }
    }
    let rest = text.char_indices().nth(MAX_EXPRESSION);
    rest.map_or(text.len(), |(at, _)| at)
}

/// One string literal: its words, what is put into it as `{name}`, and where it ends.
fn literal(script: &str, start: usize) -> Option<(String, usize)> {
    let quote = script[start..].chars().next()?;
    let mut text = String::new();
    let mut chars = script[start + 1..].char_indices().take(MAX_LITERAL);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Some((text, start + 1 + at + 1)),
            '\\' => match chars.next()?.1 {
                'n' | 'r' | 't' => text.push(' '),
                other => text.push(other),
            },
            '\n' if quote != '`' => return None,
            // A brace of the text's own would be read as a gap.
            '{' | '}' if quote != '`' => text.push('\u{fffd}'),
            '$' if quote == '`' => {
                let rest = &script[start + 1 + at..];
                let inside = rest
                    .strip_prefix("${")
                    .and_then(|rest| rest.split_once('}'));
                let Some((inside, _)) = inside.filter(|(inside, _)| inside.len() <= MAX_EXPRESSION)
                else {
                    text.push(c);
                    continue;
                };
                let name = LAST_NAME.captures(inside)?;
                text.push_str(&format!("{{{}}}", &name[1]));
                // Past the closing brace.
                for _ in 0..inside.chars().count() + 2 {
                    chars.next();
                }
            }
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(script: &str) -> Vec<String> {
        made_paths(script)
            .into_iter()
            .map(|made| made.path)
            .collect()
    }

    #[test]
    fn paths_are_found_however_they_are_put_together() {
        for (script, expected) in [
            (
                r#"fetch("/api/posts?page=" + page + '&size=10')"#,
                vec!["/api/posts?page={page}&size=10"],
            ),
            (
                "get(`/api/posts?after=${state.cursor}&n=5`)",
                vec!["/api/posts?after={cursor}&n=5"],
            ),
            (
                r#"li.innerHTML = '<a href="/post/' + encodeURIComponent(p.id) + '">' + p.title + '</a>'"#,
                vec!["/post/{id}"],
            ),
            (
                "x = `<a href=\"/t/${t.slug}/${t.id}\">${t.title}</a>`",
                vec!["/t/{slug}/{id}"],
            ),
            (
                r#"// don't
               var url = "\/list\/more";"#,
                vec!["/list/more"],
            ),
            (
                r#"a = "no path", b = '//cdn.example/x', c = "a / b""#,
                vec![],
            ),
        ] {
            assert_eq!(paths(script), expected, "{script}");
        }
    }

    proptest! {
        #[test]
        fn no_script_panics(script in "([\"'`+(){}$\\\\./ ]|fetch|가|/a|x\\.id|\n){0,60}") {
            let _ = made_paths(&script);
        }
    }
}
