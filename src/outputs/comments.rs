//! Comments as a tree: each under the one it answers.

use std::collections::{HashMap, HashSet};

use crate::store::CommentRecord;

/// The comments in the order they are read, each with its depth. One whose parent is not there, or that would be its
/// own ancestor, stands at the top: none is lost.
pub(super) fn as_tree(comments: &[CommentRecord]) -> Vec<(usize, &CommentRecord)> {
    let keys: HashSet<&str> = comments
        .iter()
        .map(|comment| comment.key.as_str())
        .collect();
    let mut answers: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut tops = Vec::new();
    for (place, comment) in comments.iter().enumerate() {
        match comment
            .parent
            .as_deref()
            .filter(|parent| keys.contains(parent))
        {
            Some(parent) => answers.entry(parent).or_default().push(place),
            None => tops.push(place),
        }
    }
    let mut tree = Vec::with_capacity(comments.len());
    let mut placed = vec![false; comments.len()];
    // What a cycle holds is reached from no top, so every comment is tried as one after them.
    for top in tops.into_iter().chain(0..comments.len()) {
        // A stack, not recursion: the depth is the page's choice.
        let mut open = vec![(0, top)];
        while let Some((depth, place)) = open.pop() {
            if std::mem::replace(&mut placed[place], true) {
                continue;
            }
            let comment = &comments[place];
            tree.push((depth, comment));
            let below = answers.get(comment.key.as_str()).into_iter().flatten();
            open.extend(below.rev().map(|answer| (depth + 1, *answer)));
        }
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::comment;
    use super::*;

    fn shape(comments: &[CommentRecord]) -> Vec<(usize, &str)> {
        as_tree(comments)
            .into_iter()
            .map(|(depth, comment)| (depth, comment.key.as_str()))
            .collect()
    }

    #[test]
    fn answers_stand_under_what_they_answer() {
        let comments = [
            comment("1", None, Some("a")),
            comment("2", None, Some("b")),
            comment("3", Some("1"), Some("c")),
            comment("4", Some("3"), Some("d")),
            comment("5", Some("1"), Some("e")),
        ];
        assert_eq!(
            shape(&comments),
            [(0, "1"), (1, "3"), (2, "4"), (1, "5"), (0, "2")]
        );
    }

    #[test]
    fn orphans_and_cycles_are_shown_once() {
        let comments = [
            comment("1", Some("9"), Some("a")),
            comment("2", Some("3"), Some("b")),
            comment("3", Some("2"), Some("c")),
            comment("4", Some("4"), Some("d")),
        ];
        assert_eq!(shape(&comments), [(0, "1"), (0, "2"), (1, "3"), (0, "4")]);
    }

    #[test]
    fn a_deep_thread_does_not_overflow() {
        let comments: Vec<CommentRecord> = (0..50_000)
            .map(|n: u32| {
                let parent = n.checked_sub(1).map(|parent| parent.to_string());
                comment(&n.to_string(), parent.as_deref(), Some("a"))
            })
            .collect();
        assert_eq!(
            as_tree(&comments).last().map(|(depth, _)| *depth),
            Some(49_999)
        );
    }
}
