//! What of a text is compared: its letters and digits, in compatibility form (NFKC) and lower case, without spaces and
//! marks. Korean word spacing is unstable, and a copy that was pasted through a word processor has other quotes.

use unicode_normalization::UnicodeNormalization;

/// Letters and digits of a text, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Letters {
    pub(super) all: Vec<char>,
    /// Where something else stood in front.
    pub(super) word_starts: Vec<usize>,
}

pub(super) fn letters(text: &str) -> Letters {
    // Most texts are in compatibility form as they come, and need no table to say so.
    let settled = Letters::of(text.len(), text.chars(), is_settled);
    settled.unwrap_or_else(|| Letters::of(text.len(), text.nfkc(), |_| true).unwrap_or_default())
}

impl Letters {
    /// Of characters in compatibility form, from so many bytes. `None`: one is not as expected.
    fn of(
        n_bytes: usize,
        chars: impl Iterator<Item = char>,
        is_expected: impl Fn(char) -> bool,
    ) -> Option<Self> {
        let mut all = Vec::with_capacity(n_bytes / 2);
        let mut word_starts = Vec::with_capacity(n_bytes / 8);
        let mut in_word = false;
        for c in chars {
            let is_plain = matches!(c, '가'..='힣' | 'a'..='z' | '0'..='9' | 'A'..='Z');
            if !is_plain && !c.is_ascii() && !is_expected(c) {
                return None;
            }
            let is_kept = is_plain || !c.is_ascii() && c.is_alphanumeric();
            if is_kept && !in_word {
                word_starts.push(all.len());
            }
            in_word = is_kept;
            match is_plain {
                true => all.push(c.to_ascii_lowercase()),
                false if is_kept => all.extend(c.to_lowercase()),
                false => {}
            }
        }
        Some(Self { all, word_starts })
    }
}

/// Characters that NFKC leaves alone, or changes into what is left out anyway: nearly all of most texts. Spares them
/// the tables.
pub(crate) fn is_settled(c: char) -> bool {
    matches!(c, '\0'..='\x7f' | '가'..='힣' | '一'..='\u{9fff}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3011}' | '\u{b7}')
}

/// Characters that say about as much as two Latin letters.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c, '가'..='힣' | '一'..='\u{9fff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{1100}'..='\u{11ff}')
        || c >= '\u{20000}'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn form_case_spaces_and_marks_do_not_count() {
        let plain: String = letters("한국은행 ABC 123, “기준금리”")
            .all
            .into_iter()
            .collect();
        assert_eq!(plain, "한국은행abc123기준금리");
        let wide: String = letters("한국 은행　ＡＢＣ１２３…'기준\u{200b}금리'")
            .all
            .into_iter()
            .collect();
        assert_eq!(wide, plain);
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_way_agree(text in "[가-힣a-zA-Z0-9 一-龥々〇\\u{9ffd}‘’“”…·、。Ａé-]{0,60}") {
            let long = Letters::of(0, text.nfkc(), |_| true);
            prop_assert_eq!(Some(letters(&text)), long);
            let settled = Letters::of(0, text.chars().filter(|c| is_settled(*c)), is_settled);
            prop_assert!(settled.is_some());
        }

        #[test]
        fn doing_it_twice_changes_nothing(text in "\\PC{0,40}") {
            let once: String = letters(&text).all.into_iter().collect();
            let twice: String = letters(&once).all.into_iter().collect();
            // Lower case of a few letters brings marks of their own; those go the second time.
            prop_assert!(twice.len() <= once.len());
        }
    }
}
