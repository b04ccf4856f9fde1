//! Which press was a repost copied from? The last line of such a post is often just the name (`한겨레`).
//!
//! In: the text. Out: the name as it stands there. The line stays in the text: it is what the reader sees.
//!
//! Strongest first: the profile's own patterns; a known name alone on one of the last lines; `출처: …` there; a
//! reporter's signature there (`한겨레 홍길동 기자`); a dateline near the beginning (`(서울=연합뉴스)`,
//! `[헤럴드경제=홍길동 기자]`). Except behind `출처:`, only names of `config/press.txt` count: a short last line is more
//! often a farewell than a newspaper.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

const PRESS_FILE: &str = include_str!("../../config/press.txt");

/// Names of the Korean press, one a line of the file, without white space and in lower case; `#` begins a comment.
static PRESS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    PRESS_FILE
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(plain)
        .collect()
});

/// `출처: 한겨레`, `[출처] 한겨레`, `기사 출처 : 한겨레`, on a line of its own.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\[(<【]?\s*(?:기사\s*|원문\s*|뉴스\s*)?출처\s*(?P<sign>[\])>】]?\s*[:：]?)\s*(?P<source>[^\s:：/][^:：/]{0,40})$",
    )
});

/// `ⓒ 한겨레, 무단 전재 금지`.
static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:<\s*)?(?:(?:저작권자|copyright|copyrights)\s*)?(?:ⓒ|©|\(c\))\s*(?P<source>\S.{0,60})$",
    )
});

/// `한겨레 홍길동 기자`, `[헤럴드경제=홍길동 기자]`, `/ 이데일리 홍길동 기자 hong@…`.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\s/\[(<【=·-]*(?P<source>[가-힣A-Za-z0-9]{2,14})\s*[=·/ ]\s*\S{1,8}?[=·/ ]?\s?\S{2,5}\s*(?:선임\s*)?(?:기자|특파원|논설위원|앵커)",
    )
});

/// `(서울=연합뉴스)` at the beginning of a line.
static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*[(\[][가-힣·]{2,8}\s*=\s*(?P<source>[가-힣A-Za-z0-9]{2,14})[)\]]")
});

/// How many of the last lines may hold the name: a copyright line or a link may follow it.
const LAST_LINES: usize = 3;

/// How many of the first lines may hold a dateline: captions may precede it.
const FIRST_LINES: usize = 10;

/// No name of a press is longer; counted in characters.
const MAX_NAME: usize = 20;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// The press named at the end of `text`; `own` are the profile's patterns with a group `source`, tried first.
pub(super) fn find(text: &str, own: &[Regex]) -> Option<String> {
    let mut lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let first: Vec<&str> = lines.iter().take(FIRST_LINES).copied().collect();
    // The first line is a post's own words, even where it is a name.
    let n_last = LAST_LINES.min(lines.len().saturating_sub(1));
    let last = lines.split_off(lines.len() - n_last);
    let at_end = |rule: fn(&str) -> Option<String>| last.iter().rev().find_map(|line| rule(line));
    let of_profile = || {
        let mut lines = last.iter().rev();
        lines.find_map(|line| {
            let found = own.iter().find_map(|pattern| pattern.captures(line))?;
            let name = found.name("source")?.as_str().trim();
            (!name.is_empty()).then(|| name.to_owned())
        })
    };
    of_profile()
        .or_else(|| at_end(alone))
        .or_else(|| at_end(marked))
        .or_else(|| at_end(signed))
        .or_else(|| first.iter().find_map(|line| dateline(line)))
}

fn alone(line: &str) -> Option<String> {
    known(bare(line))
}

/// Without one of these no line fits [`MARKED`] or [`COPYRIGHT`], or else [`SIGNED`]. Most lines have none, which is seen
/// sooner than by a pattern.
const MARKS: [&str; 6] = ["출처", "ⓒ", "Ⓒ", "©", "(c)", "(C)"];
const CALLINGS: [&str; 4] = ["기자", "특파원", "논설위원", "앵커"];

fn says_one_of(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

fn marked(line: &str) -> Option<String> {
    if !says_one_of(line, &MARKS) {
        return None;
    }
    if let Some(found) = COPYRIGHT.captures(line) {
        return known(name_at_start(&found["source"]));
    }
    let found = MARKED.captures(line)?;
    let name = name_at_start(&found["source"]);
    if let Some(name) = known(name) {
        return Some(name);
    }
    // Any name, but not a sentence (`출처를 밝혀 주세요`) or an address.
    let is_name = !found["sign"].trim().is_empty()
        && !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && !name.ends_with(['다', '요', '!', '?'])
        && !name.contains(['@', '.']);
    is_name.then(|| name.to_owned())
}

fn signed(line: &str) -> Option<String> {
    if !says_one_of(line, &CALLINGS) {
        return None;
    }
    known(&SIGNED.captures(line)?["source"])
}

fn dateline(line: &str) -> Option<String> {
    if line.contains('=')
        && let Some(found) = DATELINE.captures(line)
    {
        return known(&found["source"]);
    }
    // A signature in brackets opens a report as well; without them it may be anybody who is quoted.
    if line.starts_with(['[', '(']) {
        return signed(line);
    }
    None
}

/// The name, where it is that of a press.
fn known(name: &str) -> Option<String> {
    (name.chars().count() <= MAX_NAME && PRESS.contains(&plain(name))).then(|| name.to_owned())
}

/// Up to a comma, a bracket, or the words with which a copyright line goes on.
fn name_at_start(words: &str) -> &str {
    const ENDS: [&str; 8] = [
        ",",
        "(",
        "[",
        "무단",
        "All rights",
        "all rights",
        "(http",
        " - ",
    ];
    let end = ENDS.iter().filter_map(|end| words.find(end)).min();
    bare(&words[..end.unwrap_or(words.len())])
}

fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || "[]()<>【】〈〉《》-=·./".contains(c))
}

fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace());
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_line_that_fits_lacks_the_words_it_is_told_by(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "출처", "기사 ", "[", "]", "(", ")", " : ", "한겨레", "서울", "=", "연합뉴스", " ", "홍길동", "기자", "특파원",
                "선임 ", "앵커", "논설위원", "ⓒ", "Ⓒ", "©", "(c)", "(C)", "copyright ", "Copyrights", "저작권자", "/", "<", "·", "a",
            ]), 0..9)
        ) {
            let line = pieces.concat();
            prop_assert!(!(MARKED.is_match(&line) || COPYRIGHT.is_match(&line)) || says_one_of(&line, &MARKS));
            prop_assert!(!SIGNED.is_match(&line) || says_one_of(&line, &CALLINGS));
            prop_assert!(!DATELINE.is_match(&line) || line.contains('='));
        }
    }

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        assert_eq!(find(text, &[]).as_deref(), want, "{text:?}");
    }

    #[test]
    fn the_last_line_names_the_press() {
        check("본문이다.\n한겨레", Some("한겨레"));
        check("본문이다.\n[연합뉴스]", Some("연합뉴스"));
        check("본문이다.\n- SBS 뉴스 -", Some("SBS 뉴스"));
        check(
            "본문이다.\n한겨레\nhttps://news.example.org/1",
            Some("한겨레"),
        );
    }

    #[test]
    fn a_marked_line_names_the_press() {
        check("본문이다.\n출처 : 경향신문", Some("경향신문"));
        check("본문이다.\n[출처: 한겨레]", Some("한겨레"));
        check("본문이다.\n[출처] 한겨레", Some("한겨레"));
        check("본문이다.\n출처 한겨레", Some("한겨레"));
        check("본문이다.\n기사 출처: 동네신문", Some("동네신문"));
        check(
            "본문이다.\nⓒ 연합뉴스, 무단 전재-재배포 금지",
            Some("연합뉴스"),
        );
        check(
            "본문이다.\n<저작권자 ⓒ 뉴시스 무단전재 및 재배포 금지>",
            Some("뉴시스"),
        );
    }

    #[test]
    fn signatures_and_datelines_are_weaker() {
        check(
            "본문이다.\n한겨레 홍길동 기자 hong@example.org",
            Some("한겨레"),
        );
        check(
            "[헤럴드경제=홍길동 기자] 본문이다.\n끝.",
            Some("헤럴드경제"),
        );
        check(
            "사진 설명\n(서울=연합뉴스) 홍길동 기자 = 본문이다.",
            Some("연합뉴스"),
        );
        check("(서울=연합뉴스) 본문이다.\n출처: 한겨레", Some("한겨레"));
    }

    #[test]
    fn other_words_are_no_source() {
        for text in [
            "",
            "\n",
            "KBS",
            "한겨레에 따르면 그렇다.",
            "사진을 찍고 있다. 연합뉴스\n끝이다.",
            "본문이다.\n출처를 밝혀 주세요",
            "본문이다.\n출처 불명",
            "본문이다.\n출처: 위 주소를 보십시오. 그렇습니다",
            "본문이다.\n사진 출처: 한겨레",
            "본문이다.\nⓒ 동네 빵집",
            "본문이다.\n홍길동 기자 hong@example.org",
            "본문이다.\n감사합니다",
            "(서울=홍길동) 본문이다.",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_profiles_own_pattern_goes_first_and_may_lack_its_group() {
        let own = [pattern(r"^via (?P<source>\S+)|^from$")];
        assert_eq!(
            find("본문\nvia 동네신문", &own).as_deref(),
            Some("동네신문")
        );
        assert_eq!(find("본문\nfrom", &own), None);
    }

    #[test]
    fn the_list_of_names_has_no_doubles_and_no_sentences() {
        let names: Vec<&str> = PRESS_FILE
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        assert_eq!(PRESS.len(), names.len());
        assert!(names.len() >= 120, "{} names", names.len());
        for name in names {
            assert!(name.chars().count() <= MAX_NAME, "{name}");
        }
    }
}
