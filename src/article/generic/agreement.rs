//! Which of several answers to believe: the one that agrees most with the others. In: the lines of each. Out: its place.

use super::lines::Line;

/// Width of the text that two answers share, over what they have together (an F1).
fn agreement(a: &[Line], b: &[Line]) -> f32 {
    let total: u32 = a.iter().chain(b).map(|line| line.width).sum();
    if total == 0 {
        return 1.0;
    }
    2.0 * shared(a, b) as f32 / total as f32
}

/// Width of the text that two answers share.
pub(super) fn shared(a: &[Line], b: &[Line]) -> u32 {
    let mut shared = 0;
    let (mut i, mut j) = (0, 0);
    // Lines are in the order of the page, and those of the same place are the same.
    while i < a.len() && j < b.len() {
        match a[i].first.cmp(&b[j].first) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += a[i].width.min(b[j].width);
                i += 1;
                j += 1;
            }
        }
    }
    shared
}

/// The place of the answer with the greatest sum of agreements; the earlier, of two alike.
pub(super) fn most_agreed(answers: &[Vec<Line>]) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (at, answer) in answers.iter().enumerate() {
        if answer.is_empty() {
            continue;
        }
        let sum: f32 = answers
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, other)| agreement(answer, other))
            .sum();
        if best.is_none_or(|(_, most)| sum > most + 0.001) {
            best = Some((at, sum));
        }
    }
    best.map(|(at, _)| at)
}
