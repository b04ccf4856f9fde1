//! Hashes of normalised text. They are stored, so a change to what they are made of is a change of the schema:
//! every article would seem edited.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::Hash;

/// Fewer letters than this are no evidence of a copy: `감사합니다` is written by thousands.
const MIN_LETTERS: usize = 20;

/// Text without what differs between two views of the same words: Unicode composition, kinds and amounts of white
/// space (U+00A0 too), and marks that nobody sees (zero-width spaces, soft hyphens, control characters).
pub fn normalise(text: &str) -> String {
    // Most texts are composed as they come, and need no table to say so.
    if text.chars().all(is_composed) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        seen(text.chars(), text.len())
    } else {
        seen(text.nfc(), text.len())
    }
}

/// Characters that composition leaves alone, and that combine with none of their kind (Unicode, UAX 15: all below
/// U+0300, Hangul syllables, Han).
fn is_composed(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '가'..='힣' | '一'..='\u{9fff}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3011}')
}

fn seen(chars: impl Iterator<Item = char>, n_bytes: usize) -> String {
    let mut out = String::with_capacity(n_bytes);
    let mut gap = false;
    for c in chars {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else if !is_unseen(c) {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
    }
    out
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
    let text = normalise(text);
    let long_enough = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .nth(MIN_LETTERS - 1);
    long_enough.map(|_| *blake3::hash(text.as_bytes()).as_bytes())
}

/// Changes when an article was edited: title, category, text, or which files hang on it. Counts, tokens, avatar
/// hosts and the markup around the words do not enter.
pub fn content_hash<'a>(
    title: &str,
    category: Option<&str>,
    text: &str,
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
    field(&normalise(text));
    keys.into_iter().for_each(field);
    *hasher.finalize().as_bytes()
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
        fn texts_that_need_no_table_come_out_as_by_the_table(text in "[\\u{0}-\\u{2ff}가-힣一-龥‘’“”…、。\\u{300}\\u{11a8}]{0,40}") {
            prop_assert_eq!(normalise(&text), seen(text.nfc(), 0));
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
