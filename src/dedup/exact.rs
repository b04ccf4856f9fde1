//! Hashes of normalised text. They are stored, so a change to what they are made of is a change of the schema:
//! every article would seem edited.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::Hash;

/// Fewer letters than this are no evidence of a copy: `감사합니다` is written by thousands.
const MIN_LETTERS: usize = 20;

/// Text without what differs between two views of the same words: Unicode composition, kinds and amounts of white
/// space (U+00A0 too), and marks that nobody sees (zero-width spaces, soft hyphens, control characters).
pub fn normalise(text: &str) -> String {
    // Most texts are composed as they come, and need no table to say so.
    if let Some(seen) = seen(text, is_composed) {
        return seen;
    }
    let composed = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    };
    seen(&composed, |_| true).unwrap_or_default()
}

/// A text as [`normalise`] leaves it, for whoever asks for more than one hash of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normal(String);

impl Normal {
    pub fn of(text: &str) -> Self {
        Self(normalise(text))
    }

    /// See [`text_hash`].
    pub fn text_hash(&self) -> Option<Hash> {
        let letters = self.0.chars().filter(|c| c.is_alphanumeric());
        let long_enough = letters.take(MIN_LETTERS).count() == MIN_LETTERS;
        long_enough.then(|| *blake3::hash(self.0.as_bytes()).as_bytes())
    }

    /// See [`content_hash`].
    pub fn content_hash<'a>(
        &self,
        title: &str,
        category: Option<&str>,
        attachment_keys: impl IntoIterator<Item = &'a str>,
    ) -> Hash {
        let mut keys: Vec<_> = attachment_keys.into_iter().collect();
        keys.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        // Each field is preceded by its length, so that words cannot slip from one field into the next unnoticed.
        let mut field = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        field(&normalise(title));
        field(&normalise(category.unwrap_or("")));
        field(&self.0);
        keys.into_iter().for_each(field);
        *hasher.finalize().as_bytes()
    }
}

/// Characters that composition leaves alone, and that combine with none of their kind (Unicode, UAX 15: all below
/// U+0300, Hangul syllables, Han).
fn is_composed(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '가'..='힣' | '一'..='\u{9fff}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3011}')
}

/// Bytes in front that are visible signs of ASCII or Hangul syllables, with single spaces between them: nearly all of a text,
/// and as they are to be.
fn plain(text: &[u8]) -> usize {
    let (mut at, mut behind_sign) = (0, 0);
    while let Some(byte) = text.get(at) {
        let length = match SIGNS[usize::from(*byte)] {
            0 if *byte == b' ' && at > 0 && at == behind_sign => {
                at += 1;
                continue;
            }
            0 => match text[at..] {
                // U+AC00 to U+D7A3, as far as their first byte does not tell.
                [0xea, 0xb0..=0xff, _, ..] | [0xed, 0..=0x9d, _, ..] => 3,
                [0xed, 0x9e, 0..=0xa3, ..] => 3,
                _ => break,
            },
            length => usize::from(length),
        };
        at += length;
        behind_sign = at;
    }
    behind_sign
}

/// Bytes of a plain sign that begins with a byte, where that tells.
const SIGNS: [u8; 256] = {
    let mut lengths = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        lengths[byte] = match byte {
            0x21..=0x7e => 1,
            0xeb | 0xec => 3,
            _ => 0,
        };
        byte += 1;
    }
    lengths
};

/// Without what does not count. `None`: a character is not one of those expected.
fn seen(text: &str, is_expected: impl Fn(char) -> bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    // What stands between two characters that count for nothing is taken over in one piece.
    let mut piece_from = 0;
    let mut take = |piece: &str, ends_in_gap: bool| {
        if !piece.is_empty() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push_str(piece);
        }
        gap |= ends_in_gap;
    };
    let mut at = 0;
    loop {
        at += plain(&text.as_bytes()[at..]);
        let Some(c) = text[at..].chars().next() else {
            break;
        };
        if !is_expected(c) {
            return None;
        }
        let is_space = c.is_whitespace();
        if is_space || is_unseen(c) {
            take(&text[piece_from..at], is_space);
            piece_from = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    take(&text[piece_from..], false);
    Some(out)
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Equal for the same words, however few: what an export names as an article's content.
pub fn words_hash(text: &str) -> Hash {
    *blake3::hash(normalise(text).as_bytes()).as_bytes()
}

/// Equal for articles with the same words. `None` for texts of fewer than 20 letters and digits.
pub fn text_hash(text: &str) -> Option<Hash> {
    Normal::of(text).text_hash()
}

/// Changes when an article was edited: title, category, text, or which files hang on it. Counts, tokens, avatar
/// hosts and the markup around the words do not enter.
pub fn content_hash<'a>(
    title: &str,
    category: Option<&str>,
    text: &str,
    attachment_keys: impl IntoIterator<Item = &'a str>,
) -> Hash {
    Normal::of(text).content_hash(title, category, attachment_keys)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "한국은행이 기준금리를 동결했다. 시장은 예상한 결과라고 보았다.";

    #[test]
    fn what_nobody_sees_does_not_make_another_text() {
        let decomposed: String = TEXT.nfd().collect();
        assert_ne!(decomposed, TEXT);
        let spaced = TEXT.replace(' ', "\u{a0}\n ").replace('.', ".\u{200b}") + "\r\n";
        for other in [decomposed, spaced] {
            assert_eq!(text_hash(&other), text_hash(TEXT));
        }
        assert!(text_hash(TEXT).is_some());
        assert_ne!(text_hash(&TEXT.replace("동결", "인상")), text_hash(TEXT));
        // Where a space stands is part of the words.
        assert_ne!(text_hash(&TEXT.replace(' ', "")), text_hash(TEXT));
    }

    proptest! {
        #[test]
        fn texts_come_out_as_letter_by_letter_and_by_the_table(text in "[ \\u{0}-\\u{2ff}가-힣一-龥‘’“”…、。\\u{300}\\u{11a8}\\u{200b}\\u{3000}]{0,40}") {
            let composed: String = text.nfc().filter(|c| !is_unseen(*c) || c.is_whitespace()).collect();
            let words: Vec<&str> = composed.split_whitespace().collect();
            prop_assert_eq!(normalise(&text), words.join(" "));
        }
    }

    #[test]
    fn plain_letters_are_those_of_ascii_and_hangul() {
        for c in '\0'..=char::MAX {
            let mut bytes = [0; 4];
            let length = plain(c.encode_utf8(&mut bytes).as_bytes());
            let is_plain = matches!(c, '!'..='~' | '가'..='힣');
            assert_eq!(length, usize::from(is_plain) * c.len_utf8(), "{c:?}");
        }
    }

    #[test]
    fn short_texts_are_no_copies() {
        assert_eq!(text_hash(""), None);
        assert_eq!(text_hash("감사합니다!!!!!!!!!!!!!!!!!!!!!"), None);
        assert_eq!(text_hash(&"가".repeat(19)), None);
        assert!(text_hash(&"가".repeat(20)).is_some());
    }

    #[test]
    fn each_part_of_an_article_counts_as_an_edit_and_order_of_files_does_not() {
        let base = content_hash("제목", Some("정치"), "본문", ["1", "2"]);
        assert_eq!(
            content_hash(" 제목", Some("정치"), "본문\n", ["2", "1"]),
            base
        );
        for other in [
            content_hash("제목 ", Some("경제"), "본문", ["1", "2"]),
            content_hash("제목2", Some("정치"), "본문", ["1", "2"]),
            content_hash("제목", None, "본문", ["1", "2"]),
            content_hash("제목", Some("정치"), "본문 추가", ["1", "2"]),
            content_hash("제목", Some("정치"), "본문", ["1"]),
            content_hash("제목정치", None, "본문", ["1", "2"]),
        ] {
            assert_ne!(other, base);
        }
    }
}
