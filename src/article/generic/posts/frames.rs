//! Which parts of a page are its posts? In: the flat page. Out: frames, each with what stands around one post, and the
//! body within.
//!
//! Where software marks the bodies, a frame reaches from a body as far as no other body begins. Otherwise the dates of
//! posts are what repeats: places that look alike and hold a date each stand alone in a frame, and of all such sets the
//! one whose frames hold most running text are the posts; their body is the place in each that holds most of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::fields::{Dated, belief};
use super::tree::Tree;

/// A post with what is around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) range: Range<u32>,
    /// Nothing where no element within holds the text alone.
    pub(super) body: Option<u32>,
}

/// Frames hold this much running text at the mean, or they are rows of a list.
const LEAST_PROSE: u32 = 12;
/// Share of the text that must not be links.
const LEAST_PROSE_SHARE: f32 = 0.4;
/// A body must hold so much of what the frames hold.
const BODY_SHARE: f32 = 0.3;
/// Sets with the same text differ by how much their dates are like those of posting.
const BELIEF_WEIGHT: f32 = 0.25;
/// Sets of places that look alike; more are not compared.
const MAX_SETS: usize = 300;
/// Elements around a place whose names are read.
const MAX_LEVELS: usize = 40;
/// Nodes of a frame that are looked at for its body.
const MAX_FRAME_NODES: u32 = 4_000;

/// The frames around bodies that are known.
pub(super) fn around(tree: &Tree<'_>, bodies: &[u32]) -> Vec<Frame> {
    let bodies = outermost(tree, bodies);
    if let [body] = bodies[..] {
        return vec![Frame {
            range: tree.range(lone_frame(tree, body)),
            body: Some(body),
        }];
    }
    let tops = tree.alone(&bodies);
    let ranges = widened(tree, &tops);
    ranges
        .into_iter()
        .zip(bodies)
        .map(|(range, body)| Frame {
            range,
            body: Some(body),
        })
        .collect()
}

/// Without those within another.
fn outermost(tree: &Tree<'_>, members: &[u32]) -> Vec<u32> {
    let mut kept: Vec<u32> = Vec::new();
    for member in members {
        if kept
            .last()
            .is_none_or(|last| tree.node(*last).end <= *member)
        {
            kept.push(*member);
        }
    }
    kept
}

/// The element around the only post of a page that calls itself one; else a few levels up.
fn lone_frame(tree: &Tree<'_>, body: u32) -> u32 {
    let mut top = body;
    for (n, above) in tree.ancestors(body).enumerate() {
        if above == 0 || matches!(tree.tag(above), "body" | "html" | "main") {
            break;
        }
        let names = tree.names(above);
        let is_post = ["post", "message", "comment", "topic"]
            .iter()
            .any(|word| names.contains(word));
        if is_post || n < 3 {
            top = above;
        }
        if n > 8 {
            break;
        }
    }
    top
}

/// Frames that are brothers take in the brothers between them that belong to them: a post of several rows.
fn widened(tree: &Tree<'_>, tops: &[u32]) -> Vec<Range<u32>> {
    let own: Vec<Range<u32>> = tops.iter().map(|top| tree.range(*top)).collect();
    let Some(first) = tops.first() else {
        return own;
    };
    let parent = tree.node(*first).parent;
    if tops.iter().any(|top| tree.node(*top).parent != parent) {
        return own;
    }
    let brothers: Vec<u32> = tree.children(parent).collect();
    // Both are in the order of the page.
    let places: Vec<usize> = tops
        .iter()
        .filter_map(|top| brothers.binary_search(top).ok())
        .collect();
    // Posts in one frame have nothing between them.
    if places.len() != tops.len() || places.windows(2).any(|pair| pair[0] >= pair[1]) {
        return own;
    }
    let shapes = |from: usize, to: usize| -> Vec<u64> {
        brothers[from..to]
            .iter()
            .map(|at| tree.node(*at).shape)
            .collect()
    };
    // What stands between most posts.
    let mut between: HashMap<Vec<u64>, usize> = HashMap::new();
    for pair in places.windows(2) {
        *between.entry(shapes(pair[0] + 1, pair[1])).or_default() += 1;
    }
    // The shapes themselves break ties, so that a page is always read the same way.
    let usual = between
        .into_iter()
        .max_by_key(|(shapes, n)| (*n, shapes.len(), shapes.clone()));
    let Some((usual, n)) = usual else {
        return own;
    };
    let width = usual.len();
    if width == 0 || n * 2 < places.len() - 1 || width > 12 {
        return own;
    }
    let text_between = |from: usize, to: usize| -> u32 {
        brothers[from..to]
            .iter()
            .map(|at| tree.chars(&tree.range(*at)))
            .sum()
    };
    if text_between(places[0] + 1, (places[0] + 1 + width).min(brothers.len())) == 0 {
        return own;
    }
    // How many of them lead the next post: as many as lead the first.
    let leading = (0..=width)
        .rev()
        .find(|n_leading| {
            places[0] >= *n_leading
                && shapes(places[0] - n_leading, places[0]) == usual[width - n_leading..]
        })
        .unwrap_or(0);
    let last = places.len() - 1;
    places
        .iter()
        .enumerate()
        .map(|(n, place)| {
            let start = brothers[place.saturating_sub(leading).max(if n > 0 {
                places[n - 1] + 1
            } else {
                0
            })];
            let trailing = if n < last {
                places[n + 1].saturating_sub(leading)
            } else {
                (place + 1 + width - leading).min(brothers.len())
            };
            let end_brother = trailing.saturating_sub(1).max(*place);
            start..tree.node(brothers[end_brother]).end
        })
        .collect()
}

/// Frames found by their dates alone.
pub(super) fn by_dates(tree: &Tree<'_>, dates: &[Dated]) -> Vec<Frame> {
    let mut sets: HashMap<u64, Vec<u32>> = HashMap::new();
    for date in dates {
        for levels in [1, 3] {
            let shape = tree.path_shape(date.at, levels);
            sets.entry(shape).or_default().push(date.at);
        }
    }
    let mut best: Option<(f32, Vec<u32>, Vec<Range<u32>>)> = None;
    let mut sets: Vec<Vec<u32>> = sets.into_values().filter(|set| set.len() > 1).collect();
    sets.sort();
    sets.dedup();
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    for mut members in sets.into_iter().take(MAX_SETS) {
        members.dedup();
        let tops = tree.alone(&members);
        // Two dates of one post stand alone in next to nothing.
        let ranges = widened(tree, &tops);
        let prose: u32 = ranges.iter().map(|range| tree.prose(range)).sum();
        let chars: u32 = ranges.iter().map(|range| tree.chars(range)).sum();
        let n = ranges.len() as u32;
        if prose < LEAST_PROSE * n || (prose as f32) < LEAST_PROSE_SHARE * chars as f32 {
            continue;
        }
        let n_texts = ranges
            .iter()
            .filter(|range| tree.prose(range) >= LEAST_PROSE)
            .count() as f32;
        let teased = ranges.iter().filter(|range| is_teaser(tree, range)).count() as f32;
        if teased > 0.5 * n as f32 {
            continue;
        }
        let beside = members
            .iter()
            .take(3)
            .any(|member| is_beside(tree, *member));
        let series: HashMap<usize, &Dated> = members
            .iter()
            .enumerate()
            .filter_map(|(n, at)| {
                let date = dates.binary_search_by_key(at, |date| date.at).ok()?;
                Some((n, &dates[date]))
            })
            .collect();
        let like_posting = 1.0 + BELIEF_WEIGHT * belief(tree, members.len(), &series);
        let place = if beside { 0.2 } else { 1.0 };
        let score = prose as f32 * n_texts / n as f32 * place * like_posting;
        if best.as_ref().is_none_or(|(most, ..)| score > *most * 1.002) {
            best = Some((score, members, ranges));
        }
    }
    let Some((_, members, ranges)) = best else {
        return Vec::new();
    };
    with_bodies(tree, &members, ranges)
}

/// Ends where a text goes on elsewhere: "…", "read more".
fn is_teaser(tree: &Tree<'_>, range: &Range<u32>) -> bool {
    range.clone().rev().take(30).any(|at| {
        let text = tree.node(at).text.trim().to_lowercase();
        !text.is_empty()
            && (text.ends_with("...") && range.end - at < 12
                || (text.chars().count() < 24
                    && [
                        "read more",
                        "weiterlesen",
                        "more »",
                        "continue reading",
                        "lire la suite",
                        "leer más",
                        "더보기",
                        "続きを読む",
                        "阅读全文",
                    ]
                    .iter()
                    .any(|more| text.contains(more))))
    })
}

/// Within an element that is named as comments of readers, and is not a list of the newest ones beside the article.
pub(super) fn is_in_comments(tree: &Tree<'_>, at: u32) -> bool {
    const NAMES: [&str; 9] = [
        "comment",
        "cmt",
        "repl",
        "respon",
        "kommentar",
        "fdb_",
        "discuss",
        "reaction",
        "feedback",
    ];
    !is_beside(tree, at)
        && tree.ancestors(at).take(MAX_LEVELS).any(|above| {
            let names = tree.names(above);
            !matches!(tree.tag(above), "body" | "html" | "main" | "article")
                && NAMES.iter().any(|name| names.contains(name))
                && !names.contains("no-comment")
                && !names.contains("recent")
        })
}

fn is_beside(tree: &Tree<'_>, at: u32) -> bool {
    tree.ancestors(at).take(MAX_LEVELS).any(|above| {
        matches!(tree.tag(above), "nav" | "footer" | "aside") || {
            let names = tree.names(above);
            ["sidebar", "widget", "related", "similar"]
                .iter()
                .any(|word| names.contains(word))
                && !matches!(tree.tag(above), "body" | "html")
        }
    })
}

/// What the names of an element say of whether it holds what was written.
fn hint(tree: &Tree<'_>, at: u32) -> f32 {
    let names = tree.names(at);
    let has = |words: &[&str]| words.iter().any(|word| names.contains(word));
    let about = has(&[
        "user",
        "author",
        "info",
        "profil",
        "avatar",
        "signature",
        "member",
        "stats",
    ]);
    let body = has(&["message", "content", "body", "text", "comment"]);
    match (about, body) {
        (true, false) => 0.4,
        (false, true) => 1.3,
        _ => 1.0,
    }
}

/// The place in each frame that holds most of its text and no date of it.
fn with_bodies(tree: &Tree<'_>, dates: &[u32], ranges: Vec<Range<u32>>) -> Vec<Frame> {
    // shape -> text held, frames, and the places.
    let mut held: HashMap<u64, (u32, HashMap<usize, u32>)> = HashMap::new();
    for (n, range) in ranges.iter().enumerate() {
        let date = dates[n];
        let mut seen = HashSet::new();
        for at in range.clone().take(MAX_FRAME_NODES as usize) {
            let node = tree.node(at);
            if node.element.is_none() || (at <= date && date < node.end) {
                continue;
            }
            let depth = tree
                .ancestors(at)
                .take_while(|above| range.contains(above))
                .count();
            if depth > 24 {
                continue;
            }
            let shape = tree.path_shape(at, 1.min(depth));
            let prose = tree.chars(&tree.range(at));
            if prose > 0 && seen.insert(shape) {
                let entry = held.entry(shape).or_default();
                entry.0 += tree.prose(&tree.range(at)) + 1;
                entry.1.insert(n, at);
            }
        }
    }
    let total: u32 = ranges.iter().map(|range| tree.prose(range)).sum();
    let n_frames = ranges.len();
    let best = held
        .into_iter()
        .filter(|(_, (text, places))| {
            places.len() * 5 >= n_frames * 3 && *text as f32 >= BODY_SHARE * total as f32
        })
        .map(|(shape, (text, places))| {
            let coverage = places.len() as f32 / n_frames as f32;
            // Among equal texts the innermost is the body itself.
            let depth: u32 = places.values().copied().min().unwrap_or(0);
            let hint = places.values().min().map_or(1.0, |at| hint(tree, *at));
            (text as f32 * coverage * hint, depth, shape, places)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
    let places = best.map(|(.., places)| places).unwrap_or_default();
    // Of many with a body, one without and with next to no text is a heading with a date.
    let is_heading = |n: usize, range: &Range<u32>| {
        places.len() >= 3
            && !places.contains_key(&n)
            && tree.prose(range) * n_frames as u32 * 4 < total
    };
    ranges
        .into_iter()
        .enumerate()
        .filter(|(n, range)| !is_heading(*n, range))
        .map(|(n, range)| Frame {
            body: places.get(&n).copied(),
            range,
        })
        .collect()
}
