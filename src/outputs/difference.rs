//! What sets two versions of a text apart: lines, and inside a changed line the words; where a script has no spaces
//! between meanings (Hangul, Chinese, Japanese), the syllables. Pure.

use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// After this long the rest is told as replaced: a text made to be hard to compare must not hold up its reader.
const PATIENCE: Duration = Duration::from_secs(2);

/// A piece of a line; `changed`: the other version has not got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) changed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Same(String),
    Removed(Vec<Piece>),
    Added(Vec<Piece>),
}

/// The lines of both versions, in reading order.
pub(super) fn lines(before: &str, after: &str) -> Vec<Line> {
    let end = Instant::now() + PATIENCE;
    let (before, after) = (split_lines(before), split_lines(after));
    let mut lines = Vec::new();
    for op in capture_diff_slices_deadline(Algorithm::Myers, &before, &after, Some(end)) {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                let same = &before[old_index..old_index + len];
                lines.extend(same.iter().map(|line| Line::Same((*line).to_owned())));
            }
            op => replace(
                &before[op.old_range()],
                &after[op.new_range()],
                end,
                &mut lines,
            ),
        }
    }
    lines
}

/// No line at all in an empty text.
fn split_lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// Lines in place of others: each is compared with the one that stands where it stood.
fn replace(before: &[&str], after: &[&str], end: Instant, lines: &mut Vec<Line>) {
    let n_pairs = before.len().min(after.len());
    let pairs: Vec<_> = before[..n_pairs]
        .iter()
        .zip(&after[..n_pairs])
        .map(|(before, after)| pieces(before, after, end))
        .collect();
    let (removed, added): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    lines.extend(removed.into_iter().map(Line::Removed));
    let whole = |line: &&str| {
        vec![Piece {
            text: (*line).to_owned(),
            changed: true,
        }]
    };
    lines.extend(
        before[n_pairs..]
            .iter()
            .map(|line| Line::Removed(whole(line))),
    );
    lines.extend(added.into_iter().map(Line::Added));
    lines.extend(after[n_pairs..].iter().map(|line| Line::Added(whole(line))));
}

/// Both versions of one line, cut where they part.
fn pieces(before: &str, after: &str, end: Instant) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = (words(before), words(after));
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(end));
    let mut removed = Vec::new();
    let mut added = Vec::new();
    for op in ops {
        let changed = !matches!(op, DiffOp::Equal { .. });
        push(&mut removed, &old, op.old_range(), changed);
        push(&mut added, &new, op.new_range(), changed);
    }
    (removed, added)
}

fn push(pieces: &mut Vec<Piece>, words: &[&str], range: Range<usize>, changed: bool) {
    if range.is_empty() {
        return;
    }
    let text = words[range].concat();
    match pieces.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(&text),
        _ => pieces.push(Piece { text, changed }),
    }
}

/// Runs of letters and digits; every other character, and every syllable, by itself.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().copied();
        let goes_on = in_word(c) && next.is_some_and(|(_, next)| in_word(next));
        if !goes_on {
            let end = at + c.len_utf8();
            words.push(&line[start..end]);
            start = end;
        }
    }
    words
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() && !is_syllable(c)
}

/// Hangul syllables and jamo, kana, and ideographs (the Unicode standard, 18).
fn is_syllable(c: char) -> bool {
    matches!(
        c,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Changed pieces in brackets.
    fn shown(before: &str, after: &str) -> Vec<String> {
        let text = |pieces: &[Piece]| {
            let texts = pieces.iter().map(|piece| match piece.changed {
                true => format!("[{}]", piece.text),
                false => piece.text.clone(),
            });
            texts.collect::<String>()
        };
        lines(before, after)
            .iter()
            .map(|line| match line {
                Line::Same(line) => format!(" {line}"),
                Line::Removed(pieces) => format!("-{}", text(pieces)),
                Line::Added(pieces) => format!("+{}", text(pieces)),
            })
            .collect()
    }

    #[test]
    fn one_syllable_is_told_from_its_word() {
        assert_eq!(
            shown("첫 줄\n금리를 동결했다\n끝", "첫 줄\n금리를 동결한다\n끝"),
            [" 첫 줄", "-금리를 동결[했]다", "+금리를 동결[한]다", " 끝"]
        );
    }

    #[test]
    fn words_of_letters_stay_whole() {
        assert_eq!(
            shown("the bank holds 3.5%", "the bank raised 3.5%"),
            ["-the bank [holds] 3.5%", "+the bank [raised] 3.5%"]
        );
    }

    #[test]
    fn lines_come_and_go() {
        assert_eq!(shown("", "새 줄"), ["+[새 줄]"]);
        assert_eq!(shown("가\n나", "가"), [" 가", "-[나]"]);
        assert_eq!(shown("같다", "같다"), [" 같다"]);
    }

    proptest! {
        #[test]
        fn both_versions_can_be_put_together_again(
            before in "([a-c가-다 ]{0,6}\n){0,6}", after in "([a-c가-다 ]{0,6}\n){0,6}",
        ) {
            let text = |wanted: fn(&Line) -> Option<String>, lines: &[Line]| {
                lines.iter().filter_map(wanted).map(|line| line + "\n").collect::<String>()
            };
            fn join(pieces: &[Piece]) -> String {
                pieces.iter().map(|piece| piece.text.as_str()).collect()
            }
            let both = lines(&before, &after);
            let old = text(|line| match line {
                Line::Same(line) => Some(line.clone()),
                Line::Removed(pieces) => Some(join(pieces)),
                Line::Added(_) => None,
            }, &both);
            let new = text(|line| match line {
                Line::Same(line) => Some(line.clone()),
                Line::Added(pieces) => Some(join(pieces)),
                Line::Removed(_) => None,
            }, &both);
            prop_assert_eq!(old, before);
            prop_assert_eq!(new, after);
        }
    }
}
