//! Text in columns: a Hangul syllable takes two, an accent none (UAX 11).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks a text into lines of at most `columns`: at spaces, and inside words that are wider than a line. Line ends
/// of the text stay. A single character wider than `columns` gets a line of its own.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let width = word.width();
            if used > 0 && used + 1 + width <= columns {
                line.push(' ');
                line.push_str(word);
                used += 1 + width;
                continue;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
            }
            used = 0;
            for c in word.chars() {
                let width = c.width().unwrap_or(0);
                if used > 0 && used + width > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += width;
            }
        }
        lines.push(line);
    }
    lines
}

/// The text padded with spaces to `columns`, on the right.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// As [`pad`], on the left: for numbers.
pub(super) fn pad_left(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{}{text}", " ".repeat(missing))
}

/// Bytes as people read them: `812 B`, `1.5 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hangul_takes_two_columns() {
        assert_eq!(wrap("가나 다라 마바", 9), ["가나 다라", "마바"]);
        assert_eq!(pad("가나", 6), "가나  ");
        assert_eq!(pad_left("12", 5), "   12");
    }

    #[test]
    fn a_word_wider_than_a_line_is_broken_inside() {
        assert_eq!(wrap("가나다라마", 4), ["가나", "다라", "마"]);
        assert_eq!(wrap("ab cdefgh", 4), ["ab", "cdef", "gh"]);
    }

    #[test]
    fn paragraphs_and_empty_lines_stay() {
        assert_eq!(wrap("a b\n\nc", 80), ["a b", "", "c"]);
    }

    #[test]
    fn bytes_are_rounded() {
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(1_536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_and_no_letter_is_lost(text in "[a-z가-힣 \n]{0,80}", columns in 2_usize..40) {
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(line.width() <= columns);
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
