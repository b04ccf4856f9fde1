//! Text from the web, made harmless for a terminal.
//!
//! Escape sequences could recolour, retitle or clear the terminal, write to its clipboard, or type answers into the
//! shell; bidirectional controls make text read other than it is (CVE-2021-42574). Both are removed, nothing else is.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::iter::Peekable;
use std::str::Chars;

use crate::model::steers;

/// One line: tabs and line ends become a space.
pub fn line(text: &str) -> Cow<'_, str> {
    clean(text, false)
}

/// Lines stay lines; a tab becomes four spaces.
pub fn block(text: &str) -> Cow<'_, str> {
    clean(text, true)
}

fn ends_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn clean(text: &str, keep_lines: bool) -> Cow<'_, str> {
    let fine = |c: char| match c {
        '\n' => keep_lines,
        c => !c.is_control() && !steers(c) && !ends_line(c),
    };
    if text.chars().all(fine) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            // The one-character forms of ESC [, ESC P, ESC X, ESC ], ESC ^, ESC _ (ECMA-48, 5.3).
            '\u{9b}' => skip_parameters(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut rest),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' => cleaned.push(if keep_lines { '\n' } else { ' ' }),
            '\t' => cleaned.push_str(if keep_lines { "    " } else { " " }),
            c if ends_line(c) => cleaned.push(if keep_lines { '\n' } else { ' ' }),
            c if c.is_control() || steers(c) => {}
            c => cleaned.push(c),
        }
    }
    Cow::Owned(cleaned)
}

/// After ESC (ECMA-48, 5.3 and 8.3.143): a sequence with parameters, a string, or a short one.
fn skip_escape(rest: &mut Peekable<Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_parameters(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some(' '..='/') => {
            while rest.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            rest.next_if(|c| matches!(c, '0'..='~'));
        }
        Some('0'..='~') => {
            rest.next();
        }
        _ => {}
    }
}

fn skip_parameters(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    rest.next_if(|c| matches!(c, '@'..='~'));
}

/// Up to the string's end, BEL or ESC \. Where it has none on this line, only its beginning goes: what a page shows
/// its readers must not be hidden from ours by one stray character.
fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    let mut ahead = rest.clone();
    while let Some(c) = ahead.next() {
        match c {
            '\u{07}' | '\u{9c}' => {
                *rest = ahead;
                return;
            }
            '\u{1b}' => {
                if ahead.next_if_eq(&'\\').is_some() {
                    *rest = ahead;
                }
                return;
            }
            c if ends_line(c) => return,
            _ => {}
        }
    }
}

/// Columns to wrap to; `None` where the standard output is no terminal. At most 100: longer lines are hard to read.
/// A terminal that does not tell its size has 80.
pub fn width() -> Option<usize> {
    const MOST_COLUMNS: usize = 100;
    const UNKNOWN_COLUMNS: usize = 80;
    let stdout = std::io::stdout();
    stdout.is_terminal().then(|| {
        terminal_size::terminal_size_of(stdout).map_or(UNKNOWN_COLUMNS, |(width, _)| {
            usize::from(width.0).min(MOST_COLUMNS)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_go_with_all_they_carry() {
        for (hostile, harmless) in [
            ("a\u{1b}[31mred\u{1b}[0m", "ared"),
            ("a\u{1b}]0;title\u{07}b", "ab"),
            (
                "a\u{1b}]8;;http://x/\u{1b}\\link\u{1b}]8;;\u{1b}\\b",
                "alinkb",
            ),
            ("a\u{1b}]52;c;cm0gLXJm\u{07}b", "ab"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{1b}Pq#0\u{1b}\\b", "ab"),
            ("a\u{1b}(Bb", "ab"),
            ("a\u{1b}cb", "ab"),
            ("a\u{1b}", "a"),
            ("a\u{07}\u{08}\u{7f}\u{0}b", "ab"),
        ] {
            assert_eq!(line(hostile), harmless, "{hostile:?}");
        }
    }

    #[test]
    fn a_string_without_an_end_hides_nothing() {
        assert_eq!(
            block("a\u{1b}]0;the news\nof today"),
            "a0;the news\nof today"
        );
    }

    #[test]
    fn bidirectional_controls_go() {
        assert_eq!(line("a\u{202e}cba\u{2066}d\u{200f}"), "acbad");
    }

    #[test]
    fn line_ends_stay_in_blocks_and_become_spaces_in_lines() {
        assert_eq!(block("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd    e");
        assert_eq!(line("a\r\nb\tc"), "a b c");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        for text in ["회의록 (2026)", "👩‍👩‍👧", "e\u{301}", "שלום", ""] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
        }
    }

    fn hostile_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[a-z가-힣 ]{0,6}",
            prop::sample::select(vec![
                "\u{1b}", "\u{1b}[", "\u{1b}]", "\u{9b}", "\u{9d}", "\u{07}", "\u{1b}\\",
                "\u{202e}", "\u{2067}", "\n", "\r\n", "\t", "31m", "\u{90}", "\u{0}", "\u{feff}",
            ])
            .prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_acts_on_is_left(text in hostile_text()) {
            let one_line = line(&text);
            prop_assert!(!one_line.chars().any(|c| c.is_control() || steers(c)));
            let lines = block(&text);
            prop_assert!(!lines.chars().any(|c| (c.is_control() && c != '\n') || steers(c)));
            prop_assert_eq!(line(&one_line), one_line.as_ref());
            prop_assert_eq!(block(&lines), lines.as_ref());
        }

        #[test]
        fn text_that_is_harmless_stays_as_it_is(text in "[ -~가-힣ぁ-ん一-龥]{0,40}") {
            prop_assert_eq!(block(&text), text.as_str());
        }
    }
}
