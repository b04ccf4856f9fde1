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
    Letters::of_settled(text).unwrap_or_else(|| {
        let mut letters = Letters::for_text(text);
        letters.keep(text.nfkc());
        letters
    })
}

impl Letters {
    fn for_text(text: &str) -> Self {
        Self {
            all: Vec::with_capacity(text.len() / 2),
            word_starts: Vec::with_capacity(text.len() / 8),
        }
    }

    /// `None`: a character is not what it is in compatibility form.
    fn of_settled(text: &str) -> Option<Self> {
        let Self {
            mut all,
            mut word_starts,
        } = Self::for_text(text);
        let mut in_word = false;
        for c in text.chars() {
            let kept = match c {
                '가'..='힣' | 'a'..='z' | '0'..='9' => c,
                'A'..='Z' => c.to_ascii_lowercase(),
                c if c.is_ascii() => {
                    in_word = false;
                    continue;
                }
                c if !is_settled(c) => return None,
                // None of these has another case.
                c if c.is_alphanumeric() => c,
                _ => {
                    in_word = false;
                    continue;
                }
            };
            if !in_word {
                word_starts.push(all.len());
                in_word = true;
            }
            all.push(kept);
        }
        Some(Self { all, word_starts })
    }

    fn keep(&mut self, chars: impl Iterator<Item = char>) {
        let mut in_word = false;
        for c in chars {
            let n_before = self.all.len();
            match c {
                'a'..='z' | '0'..='9' | '가'..='힣' => self.all.push(c),
                'A'..='Z' => self.all.push(c.to_ascii_lowercase()),
                '\0'..='\x7f' => {}
                c if c.is_alphanumeric() => self.all.extend(c.to_lowercase()),
                _ => {}
            }
            let is_kept = self.all.len() > n_before;
            if is_kept && !in_word {
                self.word_starts.push(n_before);
            }
            in_word = is_kept;
        }
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
            let mut long = Letters::default();
            long.keep(text.nfkc());
            prop_assert_eq!(letters(&text), long);
            for c in text.chars().filter(|c| is_settled(*c)) {
                prop_assert!(Letters::of_settled(&c.to_string()).is_some());
            }
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
