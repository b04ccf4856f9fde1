//! Words as they are read from a page: white space folded, what nobody sees left out. Nearly all of a text is letters with
//! one space between words, which are taken over as they stand.

/// Appends `words` to `line`, each run of white space (U+00A0 and U+3000 too) as one space, without control characters and
/// what `drops` says. `space`: whether white space came last, before and after.
pub fn fold_into(line: &mut String, space: &mut bool, words: &str, drops: impl Fn(char) -> bool) {
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        let n_plain = plain_words(rest.as_bytes());
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
fn plain_words(text: &[u8]) -> usize {
    let (mut at, mut behind_letter) = (0, 0);
    while let Some(byte) = text.get(at) {
        let length = match LENGTHS[usize::from(*byte)] {
            0 if *byte == b' ' && at > 0 && at == behind_letter => {
                at += 1;
                continue;
            }
            0 => letter(&text[at..]),
            length => usize::from(length),
        };
        if length == 0 {
            break;
        }
        at += length;
        behind_letter = at;
    }
    behind_letter
}

/// What [`letter`] says of characters that begin with a byte, where that tells.
const LENGTHS: [u8; 256] = {
    let mut lengths = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        lengths[byte] = match byte {
            0x21..=0x7e => 1,
            0xc3..=0xd6 => 2,
            0xe4..=0xed => 3,
            _ => 0,
        };
        byte += 1;
    }
    lengths
};

/// Bytes of the character in front, if it is one of the commonest that are neither white space nor unseen; else 0.
fn letter(text: &[u8]) -> usize {
    match text {
        [0x21..=0x7e, ..] => 1,
        // Latin, Greek, Cyrillic, Armenian and part of the Hebrew letters: U+00C0 to U+05BF.
        [0xc3..=0xd6, ..] => 2,
        // Kana, Han and Hangul: U+3040 to U+D7FF.
        [0xe3, 0x81..=0xff, ..] | [0xe4..=0xed, ..] => 3,
        _ => 0,
    }
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
            let mut bytes = [0; 4];
            let length = letter(c.encode_utf8(&mut bytes).as_bytes());
            let by_first = usize::from(LENGTHS[usize::from(bytes[0])]);
            assert!(by_first == 0 || by_first == length, "{c:?}");
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
