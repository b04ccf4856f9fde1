//! Takes out of a body what is not its text. In: a candidate. Out: a mask.
//!
//! Many small rules, each with a guard: what holds too much of the prose is not taken out, whatever it is called, and a
//! pass that leaves next to nothing is undone.

use super::lines::{Held, Line, Sums, measured, prose};
use super::marks::Marks;
use super::page::{Mask, Page, Tag};
use super::records::embedded_listings;

/// A pass that leaves less than one part in this many of the prose is undone (trafilatura's figure).
const UNDO_BELOW_ONE_IN: u32 = 7;
/// Names are not believed of what holds this share of the prose.
const TOO_MUCH: f32 = 0.4;

/// Names that take out too much of a page are names of its text; then only elements and comments are believed.
const LEFT_BY_NAMES: f32 = 0.4;

/// Before there is a candidate: what is no part of any body, wherever it stands.
pub(super) fn furniture(page: &Page<'_>) -> Furniture {
    let bare = Mask::none(page);
    let whole = measured(page, &bare, &[0]);
    let sums = Sums::of(page, &whole);
    let mut mask = furniture_named(page, &bare, &sums, NAMES);
    let mut shown = measured(page, &mask, &[0]);
    // The page without its comments holds no more than the page.
    if share(prose(&shown), prose(&whole)) < LEFT_BY_NAMES {
        let loose = furniture_named(page, &bare, &sums, Marks::COMMENTS);
        let shown_by_loose = measured(page, &loose, &[0]);
        if share(prose(&shown), prose(&shown_by_loose)) < LEFT_BY_NAMES {
            (mask, shown) = (loose, shown_by_loose);
        }
    }
    let mut held = Sums::of(page, &shown);
    let mut listings = Mask::none(page);
    let embedded = embedded_listings(page, &held);
    for listing in &embedded {
        mask.take_out(page, *listing);
        listings.take_out(page, *listing);
    }
    if !embedded.is_empty() {
        shown = measured(page, &mask, &[0]);
        held = Sums::of(page, &shown);
    }
    Furniture {
        mask,
        listings,
        shown,
        held,
        link_share: sums.held(page, 0).link_share(),
    }
}

/// What is no part of any body.
pub(super) struct Furniture {
    /// All of it.
    pub(super) mask: Mask,
    /// Of it the lists of other articles.
    pub(super) listings: Mask,
    /// What is left of the page without it.
    pub(super) shown: Vec<Line>,
    /// The sums of that.
    pub(super) held: Sums,
    /// Share of links in the text of the whole page.
    pub(super) link_share: f32,
}

const NAMES: Marks = Marks::furniture_of_page();

fn furniture_named(page: &Page<'_>, bare: &Mask, sums: &Sums, names: Marks) -> Mask {
    let mut mask = bare.clone();
    let whole = sums.held(page, 0).prose;
    let width = sums.held(page, 0).width;
    let form_share = |part: u32| share(part, width);
    let body = declared_body(page, sums);
    sweep(page, &mut mask, &[0], |at| {
        if body.is_some_and(|body| page.holds(at, body)) {
            return false;
        }
        let node = page.node(at);
        let held = sums.held(page, at);
        let share = share(held.prose, whole);
        let named = node.marks.any(names) && !node.marks.any(Marks::BODY);
        match node.tag {
            Tag::Nav => true,
            Tag::Footer | Tag::Aside => share < TOO_MUCH,
            Tag::Form => form_share(held.width) < 0.4,
            Tag::Header => share < 0.2 && node.marks.any(Marks::CHROME),
            _ => named && share < 0.3,
        }
    });
    mask
}

/// The element that is named as the body and holds most of the prose of all that are; what is around it stays.
fn declared_body(page: &Page<'_>, sums: &Sums) -> Option<u32> {
    (0..page.len())
        .filter(|at| {
            let node = page.node(*at);
            node.marks.any(Marks::BODY)
                && node.tag.is_container()
                && !node.marks.any(Marks::COMMENTS)
        })
        .map(|at| (sums.held(page, at).prose, at))
        .filter(|(prose, _)| *prose > 0)
        .max_by_key(|(prose, at)| (*prose, std::cmp::Reverse(*at)))
        .map(|(_, at)| at)
}

/// Calls `out` on each place below the roots, outermost first, and takes out what it says.
fn sweep(page: &Page<'_>, mask: &mut Mask, roots: &[u32], out: impl Fn(u32) -> bool) {
    for &root in roots {
        let mut at = root + 1;
        while at < page.node(root).end {
            let node = page.node(at);
            if mask.is_out(at) {
                at = node.end;
            } else if node.tag != Tag::Text && out(at) {
                mask.take_out(page, at);
                at = node.end;
            } else {
                at += 1;
            }
        }
    }
}

fn share(part: u32, whole: u32) -> f32 {
    if whole == 0 {
        0.0
    } else {
        part as f32 / whole as f32
    }
}

/// Cleans a candidate.
pub(super) fn clean(page: &Page<'_>, base: &Mask, roots: &[u32]) -> Mask {
    let start = roots.iter().map(|root| page.range(*root).start).min();
    let end = roots.iter().map(|root| page.range(*root).end).max();
    let places = start.unwrap_or_default()..end.unwrap_or_default();
    let sums_with = |mask: &Mask| Sums::within(places.clone(), &measured(page, mask, roots));
    let mut mask = base.clone();
    let mut sums = sums_with(&mask);
    for pass in [by_name, by_links] {
        let before = prose_of(page, &sums, roots);
        let mut tried = mask.clone();
        pass(page, &mut tried, roots, &sums, before);
        let after = sums_with(&tried);
        if prose_of(page, &after, roots) * UNDO_BELOW_ONE_IN >= before {
            mask = tried;
            sums = after;
        }
    }
    mask
}

fn prose_of(page: &Page<'_>, sums: &Sums, roots: &[u32]) -> u32 {
    roots.iter().map(|root| sums.held(page, *root).prose).sum()
}

fn by_name(page: &Page<'_>, mask: &mut Mask, roots: &[u32], sums: &Sums, whole: u32) {
    sweep(page, mask, roots, |at| {
        let node = page.node(at);
        let held = sums.held(page, at);
        let share = share(held.prose, whole);
        if node.marks.any(Marks::DECLARED) {
            return false;
        }
        let named = node.marks.any(FURNITURE) && !node.marks.any(Marks::BODY);
        match node.tag {
            Tag::Aside | Tag::Footer => share < TOO_MUCH,
            Tag::Caption => true,
            Tag::Figure => held.prose < 400 || share < 0.2,
            Tag::Form => share < 0.2,
            // Words in a line carry names of all kinds.
            Tag::Link | Tag::Time => false,
            Tag::Inline => (named || node.marks.any(Marks::CAPTION)) && held.width < 200,
            _ => (named || node.marks.any(Marks::CAPTION)) && share < TOO_MUCH,
        }
    });
}

const FURNITURE: Marks = Marks::furniture();

fn by_links(page: &Page<'_>, mask: &mut Mask, roots: &[u32], sums: &Sums, _whole: u32) {
    sweep(page, mask, roots, |at| {
        let node = page.node(at);
        let held = sums.held(page, at);
        match node.tag {
            Tag::List => is_link_list(held),
            Tag::Paragraph | Tag::Heading(_) => held.width < 250 && held.link_share() > 0.85,
            Tag::Table => held.link_share() > 0.6,
            Tag::Division | Tag::Section | Tag::Item | Tag::Block => {
                held.width > 0 && held.link_share() > 0.6 && held.width < 2_000
            }
            _ => false,
        }
    });
}

/// A menu, not an enumeration.
fn is_link_list(held: Held) -> bool {
    let wide = held.n_lines > 0 && held.width / held.n_lines > 120;
    held.link_share() > 0.6 && !wide
}
