//! Words as they are read from a page: white space folded, what nobody sees left out. Nearly all of a text is letters with
//! one space between words, which are taken over as they stand.

use crate::model::{n_plain, within};

/// Appends `words` to `line`, each run of white space (U+00A0 and U+3000 too) as one space, without control characters and
/// what `drops` says. `space`: whether white space came last, before and after.
pub fn fold_into(line: &mut String, space: &mut bool, words: &str, drops: impl Fn(char) -> bool) {
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        let n_plain = plain_words(rest);
        let length = match n_plain {
            0 => c.len_utf8(),
            length => length,
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        if n_plain == 0 && c.is_whitespace() {
            *space = true;
        } else if n_plain > 0 || !(c.is_control() || drops(c)) {
            if *space && !line.is_empty() {
                line.push(' ');
            }
            *space = false;
            line.push_str(piece);
        }
    }
}

/// Bytes in front that folding leaves as they are: letters, digits and signs, with single spaces between them.
fn plain_words(text: &str) -> usize {
    // The commonest of what is neither white space nor unseen: visible ASCII; Latin, Greek, Cyrillic, Armenian and part of
    // the Hebrew letters (U+00C0 to U+05BF); Kana, Han and Hangul (U+3040 to U+D7FF).
    n_plain(text, |byte, next| {
        within(byte, 0x21, 0x7e)
            | within(byte, 0x80, 0xbf)
            | within(byte, 0xc3, 0xd6)
            | within(byte, 0xe4, 0xed)
            | (byte == 0xe3) & (next >= 0x81)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_letters(words: &str, line: &mut String, space: &mut bool) {
        for c in words.chars() {
            if c.is_whitespace() {
                *space = true;
            } else if !c.is_control() && c != '\u{200b}' {
                if *space && !line.is_empty() {
                    line.push(' ');
                }
                *space = false;
                line.push(c);
            }
        }
    }

    proptest! {
        #[test]
        fn words_are_folded_as_letter_by_letter(
            pieces in prop::collection::vec("[ab가힣あ漢é \u{a0}\u{3000}\u{3001}\u{200b}\u{ad}\u{85}\n\u{5bf}\u{2028}\u{ffff}]{0,12}|.{0,8}", 0..5)
        ) {
            let (mut line, mut space) = (String::new(), false);
            let (mut expected, mut expected_space) = (String::new(), false);
            for piece in &pieces {
                fold_into(&mut line, &mut space, piece, |c| c == '\u{200b}');
                by_letters(piece, &mut expected, &mut expected_space);
            }
            prop_assert_eq!((line, space), (expected, expected_space));
        }
    }

    #[test]
    fn every_letter_that_is_taken_over_may_be() {
        for c in '\0'..=char::MAX {
            let length = plain_words(c.encode_utf8(&mut [0; 4]));
            if length > 0 {
                assert_eq!(length, c.len_utf8(), "{c:?}");
                let is_unseen = matches!(
                    c,
                    '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
                );
                assert!(!c.is_whitespace() && !c.is_control() && !is_unseen, "{c:?}");
            }
        }
    }
}
