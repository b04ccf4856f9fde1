//! Which lines of a post did its writer not write? In: the lines of all posts of a page. Out: those without what stands
//! before and after the text: name and date where no element holds the text alone, buttons, counts of likes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

/// The lines of a post.
pub(super) type Lines = Vec<String>;

/// Lines above the text in which name and date may stand.
const HEAD_LINES: usize = 6;
/// What repeats on so much of the posts, at the edge of their text, was not written by their writers.
const REPEATED_SHARE: f32 = 0.4;
/// Fewer posts do not show what repeats.
const LEAST_POSTS: usize = 3;
/// Furniture is short.
const FURNITURE_CHARS: usize = 60;

/// Cuts what stands before the text in a frame that holds all in one: the lines up to the date and the name.
pub(super) fn cut_head(lines: &mut Lines, date: Option<&str>, writer: Option<&str>) {
    let says = |line: &str, words: Option<&str>| {
        words.is_some_and(|words| {
            line.contains(words) && line.chars().count() <= words.chars().count() + 40
        })
    };
    let head = &lines[..lines.len().min(HEAD_LINES)];
    let last = head
        .iter()
        .rposition(|line| says(line, date))
        .or_else(|| head.iter().position(|line| says(line, writer)));
    if let Some(last) = last
        && last + 1 < lines.len()
    {
        lines.drain(..=last);
    }
}

/// Cuts lines at both ends that repeat over the posts, whatever numbers are in them, and those of buttons and counts.
pub(super) fn cut_furniture(posts: &mut [Lines]) {
    let mut n_posts_with: HashMap<String, usize> = HashMap::new();
    for lines in posts.iter() {
        let edges = lines.iter().take(4).chain(lines.iter().rev().take(6));
        let kinds: HashSet<String> = edges
            .filter(|line| line.chars().count() <= FURNITURE_CHARS)
            .map(|line| kind(line))
            .collect();
        for kind in kinds {
            *n_posts_with.entry(kind).or_default() += 1;
        }
    }
    let n_posts = posts.len();
    let repeats = |line: &str| {
        n_posts >= LEAST_POSTS
            && line.chars().count() <= FURNITURE_CHARS
            && n_posts_with
                .get(&kind(line))
                .is_some_and(|n| *n as f32 >= REPEATED_SHARE * n_posts as f32 && *n >= LEAST_POSTS)
    };
    for lines in posts {
        let is_furniture = |line: &String| repeats(line) || BUTTONS.is_match(line);
        while lines.len() > 1 && lines.last().is_some_and(is_furniture) {
            lines.pop();
        }
        let n_before = lines
            .iter()
            .take(lines.len().saturating_sub(1))
            .take_while(|line| is_furniture(line))
            .count();
        lines.drain(..n_before);
    }
}

/// Numbers are one and the same.
fn kind(line: &str) -> String {
    let mut kind = String::with_capacity(line.len());
    for c in line.chars() {
        if !c.is_ascii_digit() {
            kind.extend(c.to_lowercase());
        } else if !kind.ends_with('0') {
            kind.push('0');
        }
    }
    kind
}

static BUTTONS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:[0-9,.k]*\s*(?:likes?|shares?|replies|views|points?|votes?|upvotes?|downvotes?|people like this|comments?|추천|비추천|답글|공감|신고)\s*[0-9]*|reply|quote|report(?: abuse| post)?|share|like|permalink|link|edit|flag|zitieren|antworten|melden|zitat|teilen|gefällt mir|citer|répondre|signaler|responder|citar|denunciar|답글(?:쓰기)?|댓글(?:쓰기)?|신고|추천|수정|삭제|返信|引用|回复|举报)(?:\s*[|·•/]?\s*|$))+$",
    )
    .expect("a constant pattern; a test uses it")
});

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Lines {
        text.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn buttons_and_counts_go_and_words_stay() {
        let mut posts = vec![
            lines("No idea|2 Likes 1 Share"),
            lines("Share"),
            lines("I like it"),
        ];
        cut_furniture(&mut posts);
        assert_eq!(
            posts,
            [lines("No idea"), lines("Share"), lines("I like it")]
        );
    }

    #[test]
    fn what_repeats_at_the_edges_goes() {
        let mut posts: Vec<Lines> = (1..5)
            .map(|n| {
                lines(&format!(
                    "No. {n}|text number {}|Was this of use? {n}",
                    "x".repeat(n)
                ))
            })
            .collect();
        cut_furniture(&mut posts);
        assert_eq!(posts[0], lines("text number x"));
    }

    #[test]
    fn name_and_date_above_the_text_go() {
        let mut post = lines("1|heron says:|3 May 2026|The ferry is late.|heron says so");
        cut_head(&mut post, Some("3 May 2026"), Some("heron"));
        assert_eq!(post, lines("The ferry is late.|heron says so"));
    }
}
