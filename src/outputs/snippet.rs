//! The part of a text that shows why it was found.

use std::ops::Range;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::store::search_text::places;

/// Characters before the first word that is shown.
const LEAD: usize = 30;

/// Characters of a snippet.
const LENGTH: usize = 140;

/// Characters of a text that are looked at.
const MOST_CHARS: usize = 200_000;

/// A stretch of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    pub text: String,
    /// It is what was searched for.
    pub hit: bool,
}

/// The stretch of `text` with the most different words of the query, on one line; its beginning where none is in it.
pub fn snippet(text: &str, words: &[String]) -> Vec<Stretch> {
    let text: String = text.nfc().take(MOST_CHARS).collect();
    let found = places(&text, words);
    let window = best_window(&text, &found);
    cut(&text, window, &found)
}

/// All of `text`, with the words of the query marked.
pub fn marked(text: &str, words: &[String]) -> Vec<Stretch> {
    let text: String = text.nfc().take(MOST_CHARS).collect();
    let found = places(&text, words);
    cut(&text, 0..text.len(), &found)
}

fn best_window(text: &str, found: &[Range<usize>]) -> Range<usize> {
    let mut best = (0, 0);
    for (i, place) in found.iter().enumerate() {
        let end = forward(text, place.start, LENGTH - LEAD);
        let mut seen: Vec<&str> = found[i..]
            .iter()
            .take_while(|place| place.end <= end)
            .take(LENGTH)
            .map(|place| &text[place.clone()])
            .collect();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() > best.0 {
            best = (seen.len(), place.start);
        }
    }
    let start = back(text, best.1, LEAD);
    start..forward(text, start, LENGTH)
}

fn cut(text: &str, window: Range<usize>, found: &[Range<usize>]) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        if !range.is_empty() {
            stretches.push(Stretch {
                text: one_line(&text[range]),
                hit,
            });
        }
    };
    let mut at = window.start;
    let inside = |place: &&Range<usize>| place.start >= window.start && place.end <= window.end;
    for place in found.iter().filter(inside) {
        push(at..place.start, false);
        push(place.clone(), true);
        at = place.end;
    }
    push(at..window.end, false);
    if let Some(first) = stretches.first_mut()
        && window.start > 0
    {
        first.text.insert(0, '…');
    }
    if let Some(last) = stretches.last_mut()
        && window.end < text.len()
    {
        last.text.push('…');
    }
    stretches
}

/// Any white space as one space: a snippet has no lines.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            true if line.ends_with(' ') => {}
            true => line.push(' '),
            false => line.push(c),
        }
    }
    line
}

fn forward(text: &str, from: usize, n_chars: usize) -> usize {
    text[from..]
        .char_indices()
        .nth(n_chars)
        .map_or(text.len(), |(i, _)| from + i)
}

fn back(text: &str, from: usize, n_chars: usize) -> usize {
    text[..from]
        .char_indices()
        .rev()
        .take(n_chars)
        .last()
        .map_or(from, |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        snippet(text, &words)
            .into_iter()
            .map(|stretch| match stretch.hit {
                true => format!("[{}]", stretch.text),
                false => stretch.text,
            })
            .collect()
    }

    #[test]
    fn the_words_are_marked_in_their_surroundings() {
        assert_eq!(
            shown("도서관이\n다시 연다", &["도서", "연다"]),
            "[도서]관이 다시 [연다]"
        );
        let text = format!(
            "{}금리가 동결됐다.{}",
            "앞글 ".repeat(100),
            " 뒷글".repeat(100)
        );
        let snippet = shown(&text, &["금리", "동결"]);
        assert!(
            snippet.starts_with('…') && snippet.ends_with('…'),
            "{snippet}"
        );
        assert!(snippet.contains("[금리]가 [동결]됐다."), "{snippet}");
    }

    #[test]
    fn the_place_with_most_words_is_chosen() {
        let text = format!("금리 {}금리 동결", "다른 말 ".repeat(80));
        assert!(shown(&text, &["금리", "동결"]).contains("[금리] [동결]"));
    }

    #[test]
    fn a_text_without_the_words_shows_its_beginning() {
        assert_eq!(shown("아무 말", &["금리"]), "아무 말");
        assert_eq!(shown("", &["금리"]), "");
    }

    proptest! {
        #[test]
        fn a_snippet_is_short_and_on_one_line(text in "([가-힣]{1,6}|[a-z]{1,6}|\n| |\u{301}){0,200}", word in "[가-힣a-z]{1,2}") {
            let stretches = snippet(&text, &[word]);
            let whole: String = stretches.iter().map(|stretch| stretch.text.as_str()).collect();
            prop_assert!(whole.chars().count() <= LENGTH + 2);
            prop_assert!(!whole.contains('\n'));
        }
    }
}
