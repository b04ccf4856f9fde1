//! Where the body may be. In: the page without its furniture. Out: up to three answers, found in ways that have nothing
//! in common: by the names of elements, by the score of paragraphs, and by where most of the prose is.

use super::lines::{Line, Sums};
use super::marks::Marks;
use super::page::{Page, Tag};

/// Places whose subtrees together are the body.
pub(super) type Roots = Vec<u32>;

/// A named element counts if it holds at least this share of the most prose that one of its kind holds.
const COMPARABLE: f32 = 0.5;
/// The same, for the one that holds the page's headline.
const HEADED: f32 = 0.2;
/// A named element counts if it holds at least this share of the page's prose.
const LEAST_SHARE: f32 = 0.1;

/// By names: from those given to bodies alone to those given to any content.
pub(super) fn by_names(page: &Page<'_>, sums: &Sums) -> Option<Roots> {
    let whole = sums.held(page, 0).prose;
    let tiers: [&dyn Fn(u32) -> bool; 5] = [
        &|at| page.node(at).marks.any(Marks::DECLARED),
        &|at| page.node(at).marks.any(Marks::BODY) && page.node(at).tag.is_container(),
        &|at| page.node(at).tag == Tag::Article,
        &|at| page.node(at).marks.any(Marks::STORY) && page.node(at).tag.is_container(),
        &|at| {
            let node = page.node(at);
            node.tag == Tag::Main || (node.tag.is_container() && node.marks.any(Marks::CONTENT))
        },
    ];
    for fits in tiers {
        let mut found: Vec<(u32, u32)> = Vec::new();
        let mut at = 0;
        while at < page.len() {
            if fits(at) && !aside(page, at) {
                let prose = sums.held(page, at).prose;
                if prose > 0 {
                    found.push((at, prose));
                    // An element of the same kind within is part of it.
                    at = page.node(at).end;
                    continue;
                }
            }
            at += 1;
        }
        let most = found.iter().map(|(_, prose)| *prose).max().unwrap_or(0);
        if most == 0 || (most as f32) < LEAST_SHARE * whole as f32 {
            continue;
        }
        let headed = |at: u32| {
            page.range(at)
                .any(|inner| page.nodes[inner].tag == Tag::Heading(1))
        };
        let (first, _) = found.iter().copied().find(|(at, prose)| {
            let needed = if found.len() > 1 && headed(*at) {
                HEADED
            } else {
                COMPARABLE
            };
            *prose as f32 >= needed * most as f32
        })?;
        return Some(with_twins(page, first, &found));
    }
    None
}

/// A body may be cut in pieces by what is put between them: siblings of the same names belong together, unless each is
/// an article of its own.
fn with_twins(page: &Page<'_>, first: u32, found: &[(u32, u32)]) -> Roots {
    let node = page.node(first);
    if node.tag == Tag::Article {
        return vec![first];
    }
    let class = page.attr(first, "class");
    let around = page.attr(node.parent, "class");
    found
        .iter()
        .map(|(at, _)| *at)
        .filter(|at| {
            *at == first
                || (class.is_some()
                    && page.attr(*at, "class") == class
                    && (page.node(*at).parent == node.parent
                        || page.attr(page.node(*at).parent, "class") == around))
        })
        .collect()
}

/// In a part of the page that is not its content.
fn aside(page: &Page<'_>, at: u32) -> bool {
    const OUTSIDE: Marks = Marks::COMMENTS;
    page.node(at).marks.any(OUTSIDE)
        || page
            .ancestors(at)
            .any(|above| matches!(page.node(above).tag, Tag::Aside | Tag::Nav | Tag::Footer))
}

/// Weights of Readability: what a name adds.
const NAME_WEIGHT: f32 = 25.0;
/// A sibling joins the winner from this share of its score.
const SIBLING_SHARE: f32 = 0.2;

/// By score: each paragraph scores for the elements around it, less with distance, and links divide.
pub(super) fn by_score(page: &Page<'_>, sums: &Sums, lines: &[Line]) -> Option<Roots> {
    let mut scores = vec![0.0_f32; page.nodes.len()];
    let mut scored: Vec<u32> = Vec::new();
    for line in lines {
        if line.prose() == 0 {
            continue;
        }
        let points = 1.0 + line.commas as f32 + (line.width as f32 / 100.0).min(3.0);
        // The paragraph itself scores too where it is a container: flat pages have no paragraphs.
        let own = page.node(line.block).tag.is_container();
        let around = std::iter::once(line.block)
            .filter(|_| own)
            .chain(page.ancestors(line.block));
        for (level, above) in around.take(6).enumerate() {
            let divider = match level {
                0 => 1.0,
                1 => 2.0,
                level => level as f32 * 3.0,
            };
            let score = &mut scores[above as usize];
            if *score == 0.0 {
                scored.push(above);
                *score = first_score(page, above);
            }
            *score += points / divider;
        }
    }
    let value = |at: u32| scores[at as usize] * (1.0 - sums.held(page, at).link_share());
    let best = scored
        .iter()
        .copied()
        .max_by(|a, b| value(*a).total_cmp(&value(*b)))?;
    let parent = page.node(best).parent;
    if parent == best {
        return Some(vec![best]);
    }
    let floor = (value(best) * SIBLING_SHARE).max(10.0);
    let class = page.attr(best, "class").filter(|class| !class.is_empty());
    let roots: Roots = page
        .children(parent)
        .filter(|&sibling| {
            if sibling == best {
                return true;
            }
            let node = page.node(sibling);
            let held = sums.held(page, sibling);
            if node.tag == Tag::Text || node.marks.any(FURNITURE) {
                return false;
            }
            let bonus = if class.is_some() && page.attr(sibling, "class") == class {
                value(best) * 0.2
            } else {
                0.0
            };
            if scores[sibling as usize] != 0.0 && value(sibling) + bonus >= floor {
                return true;
            }
            node.tag == Tag::Paragraph && held.prose > 0 && held.link_share() < 0.25
        })
        .collect();
    Some(roots)
}

/// Names of what is not the body.
const FURNITURE: Marks = Marks::furniture();

fn first_score(page: &Page<'_>, at: u32) -> f32 {
    let node = page.node(at);
    let mut score = match node.tag {
        Tag::Division | Tag::Article | Tag::Main | Tag::Section => 5.0,
        Tag::Preformatted | Tag::Cell | Tag::Quote => 3.0,
        Tag::List | Tag::Item | Tag::Form | Tag::Block => -3.0,
        Tag::Heading(_) => -5.0,
        _ => 0.0,
    };
    if node.marks.any(Marks::BODY | Marks::STORY) {
        score += NAME_WEIGHT;
    }
    if node.marks.any(FURNITURE) {
        score -= NAME_WEIGHT;
    }
    score
}

/// A child takes over from its parent while it holds this share of the parent's prose.
const HOLDS_MOST: f32 = 0.8;

/// By prose: from the top down, into the child that holds nearly all of it.
pub(super) fn by_prose(page: &Page<'_>, sums: &Sums) -> Option<Roots> {
    if page.nodes.is_empty() {
        return None;
    }
    let mut at = 0;
    loop {
        let all = sums.held(page, at).prose;
        if all == 0 {
            return None;
        }
        let next = page.children(at).find(|child| {
            let node = page.node(*child);
            node.element.is_some()
                && sums.held(page, *child).prose as f32 >= HOLDS_MOST * all as f32
        });
        match next {
            Some(child)
                if page.node(child).tag.is_container()
                    || matches!(
                        page.node(child).tag,
                        Tag::Table | Tag::Row | Tag::Inline | Tag::Form | Tag::Quote
                    ) =>
            {
                at = child;
            }
            _ => return Some(vec![at]),
        }
    }
}
