//! The text of a page that is no article: a listing, a thread of unknown software, a page of a shop. In: the flat page.
//! Out: its lines without menus, forms and feet.

use super::lines::{Line, Sums, lines_of, measured};
use super::marks::Marks;
use super::page::{Mask, Page, Tag};

/// What is named so is taken out, unless it holds this share of the page's text.
const TOO_MUCH: f32 = 0.3;
/// The main part is believed to be that if it holds this share of the page's text.
const MAIN_SHARE: f32 = 0.4;

/// The lines of the main part; with what readers wrote below it, if that is content here.
pub(super) fn text(page: &Page<'_>, with_comments: bool) -> Vec<Line> {
    let bare = Mask::none(page);
    let sums = Sums::of(page, &measured(page, &bare, &[0]));
    let whole = sums.held(page, 0).width as f32;
    let root = main_part(page, &sums, whole);
    let within = sums.held(page, root).width as f32;
    let mut names =
        Marks::CHROME | Marks::SHARE | Marks::SUBSCRIBE | Marks::ADVERTISEMENT | Marks::HIDDEN;
    if !with_comments {
        names |= Marks::COMMENTS;
    }
    let mut mask = bare;
    let mut at = root + 1;
    while at < page.node(root).end {
        let node = page.node(at);
        let share = sums.held(page, at).width as f32 / within.max(1.0);
        let out = match node.tag {
            Tag::Text => false,
            Tag::Nav => share < 0.8,
            Tag::Footer | Tag::Aside => share < TOO_MUCH,
            Tag::Form => share < 0.2,
            _ => node.marks.any(names) && share < TOO_MUCH,
        };
        if out {
            mask.take_out(page, at);
            at = node.end;
        } else {
            at += 1;
        }
    }
    lines_of(page, &mask, &[root])
}

/// The part that says it is the main one, if it is large; else the whole page.
fn main_part(page: &Page<'_>, sums: &Sums, whole: f32) -> u32 {
    (0..page.len())
        .filter(|at| {
            page.node(*at).tag == Tag::Main
                || page.attr(*at, "role") == Some("main")
                || matches!(
                    page.attr(*at, "id"),
                    Some("content" | "main" | "main-content")
                )
        })
        .find(|at| sums.held(page, *at).width as f32 >= MAIN_SHARE * whole)
        .unwrap_or(0)
}
