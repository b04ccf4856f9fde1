//! Which press was a repost copied from? The last line of such a post is often just the name (`한겨레`).
//!
//! In: the text. Out: the name. The line stays in the text: it is what the reader sees.

use std::sync::LazyLock;

use regex::Regex;

/// Names of the Korean press, one a line; `#` begins a comment.
static PRESS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("../../config/press.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// `출처: 한겨레`, `[출처] 연합뉴스`, `<한겨레>`, `ⓒ 연합뉴스`, on a line of its own.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:[\[(<【]?\s*출처\s*[\])>】]?\s*[:：]?\s*|[ⓒ©]\s*)(?P<source>[^\s:：/][^:：/]{0,28})$",
    )
    .expect("a constant pattern")
});

/// `(서울=연합뉴스)` at the beginning of the text.
static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\W*[(\[][가-힣·]{2,8}=(?P<source>[가-힣A-Za-z0-9]{2,12})[)\]]")
        .expect("a constant pattern")
});

/// How many of the last lines may hold the name: a copyright line or a link may follow it.
const LAST_LINES: usize = 3;

/// The press named at the end of `text`; `own` are the profile's patterns with a group `source`, tried first.
pub(super) fn find(text: &str, own: &[Regex]) -> Option<String> {
    let last = || {
        text.lines()
            .rev()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    for line in last().take(LAST_LINES) {
        if let Some(found) = own.iter().find_map(|pattern| pattern.captures(line)) {
            return Some(found["source"].trim().to_owned());
        }
        if let Some(found) = MARKED.captures(line) {
            return Some(bare(&found["source"]).to_owned());
        }
        if PRESS.contains(&bare(line)) {
            return Some(bare(line).to_owned());
        }
    }
    let found = DATELINE.captures(text)?;
    let name = &found["source"];
    PRESS.contains(&name).then(|| name.to_owned())
}

fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || "[]()<>【】〈〉《》-=·.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Option<String> {
        find(text, &[])
    }

    #[test]
    fn the_last_line_names_the_press() {
        assert_eq!(source("본문이다.\n한겨레").as_deref(), Some("한겨레"));
        assert_eq!(source("본문이다.\n[연합뉴스]").as_deref(), Some("연합뉴스"));
        assert_eq!(
            source("본문이다.\n출처 : 경향신문").as_deref(),
            Some("경향신문")
        );
        assert_eq!(
            source("(서울=연합뉴스) 본문이다.").as_deref(),
            Some("연합뉴스")
        );
    }

    #[test]
    fn a_press_in_a_sentence_is_no_source() {
        assert_eq!(source("한겨레에 따르면 그렇다."), None);
        assert_eq!(source("사진을 찍고 있다. 연합뉴스\n끝이다."), None);
        assert_eq!(source(""), None);
    }

    #[test]
    fn the_list_of_names_has_no_doubles() {
        let mut names = PRESS.clone();
        let n = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n);
        assert!(n > 80, "{n} names");
    }
}
