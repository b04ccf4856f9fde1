//! What do the rules of a thread's posts say of its first post, which is the article? In: both rules, as they were learnt
//! apart. Out: those of the posts, put to the first of them, where they hold.

use crate::document::{ElementRef, Selector};

use super::article::{ArticleRules, CommentRules, Reader, Sample};
use super::field_rule::FieldRule;
use crate::profile::element_text;

/// Posts of one page behind the first that are counted.
const MAX_OTHERS: usize = 60;

/// The body's place in all posts of a thread, where `known` finds the first post only and both find the same there: pages
/// behind the first have no first post.
pub(super) fn body_of_posts(
    comments: &CommentRules,
    known: &[String],
    samples: &[Sample<'_>],
) -> Option<String> {
    let inside = comments
        .body
        .as_ref()
        .map_or(String::new(), |body| format!(" {body}"));
    let name = format!("{}{inside}", comments.item);
    let (every, known) = (
        Selector::parse(&name).ok()?,
        Selector::parse(known.first()?).ok()?,
    );
    let (mut n_posts, mut n_known, mut n_same) = (0, 0, 0);
    for sample in samples {
        let mut posts = sample.page.html.select(&every);
        let mut firsts = sample.page.html.select(&known);
        let same =
            |a: ElementRef<'_>, b: ElementRef<'_>| element_text(a, &[]) == element_text(b, &[]);
        let pair = posts.next().zip(firsts.next());
        n_same += usize::from(pair.is_some_and(|(post, first)| same(post, first)));
        n_posts += posts.take(MAX_OTHERS).count();
        n_known += firsts.take(MAX_OTHERS).count();
    }
    (n_same == samples.len() && n_posts > 0 && n_known == 0).then_some(name)
}

/// The words of a thread's posts alone, where what was taken for those of the first holds its date, too.
pub(super) fn body_beside_date(
    comments: &CommentRules,
    rules: &ArticleRules,
    samples: &[Sample<'_>],
) -> Option<String> {
    let name = format!("{} {}", comments.item, comments.body.as_ref()?);
    let words = Selector::parse(&name).ok()?;
    let known = Selector::parse(rules.body.first()?).ok()?;
    let date = Reader::new(rules.date.first()?)?;
    let holds_both = |sample: &&Sample<'_>| {
        let html = sample.page.html;
        let whole = html.select(&known).next().map(|whole| whole.id());
        let is_in_whole =
            |element: ElementRef<'_>| element.ancestors().any(|above| Some(above.id()) == whole);
        let dated = date.read(&sample.page).map(|(_, element, _)| element);
        dated.is_some_and(is_in_whole) && html.select(&words).next().is_some_and(is_in_whole)
    };
    let n_both = samples.iter().filter(holds_both).count();
    (5 * n_both >= 4 * samples.len()).then_some(name)
}

/// A rule that also finds something in the first post: the one of the others, or the end of its path where that finds the
/// same in them. The first may stand in a dress of its own.
pub(super) fn of_all_posts(
    comments: &CommentRules,
    rule: &FieldRule,
    samples: &[Sample<'_>],
) -> Option<FieldRule> {
    let items = Selector::parse(&comments.item).ok()?;
    let found = || {
        let pages = samples.iter().map(|sample| sample.page.html);
        pages.flat_map(|html| html.select(&items)).take(MAX_OTHERS)
    };
    let finds_the_same = |wider: &FieldRule| {
        found().all(|item| {
            rule.value_in(item)
                .is_none_or(|value| wider.value_in(item) == Some(value))
        })
    };
    let steps: Vec<&str> = rule.css.split(" > ").collect();
    let mut wider = (0..steps.len()).map(|from| FieldRule {
        css: steps[from..].join(" > "),
        ..rule.clone()
    });
    wider.find(|wider| {
        let is_whole = wider.css == rule.css;
        (is_whole || (wider.css.contains('.') && finds_the_same(wider)))
            && holds_first(comments, wider, samples)
    })
}

/// Whether a rule of a thread's posts finds something in the first of them, on most pages.
fn holds_first(comments: &CommentRules, rule: &FieldRule, samples: &[Sample<'_>]) -> bool {
    let holders = std::iter::once(&comments.item).chain(&comments.heads);
    let selectors: Vec<Selector> = holders
        .filter_map(|css| Selector::parse(css).ok())
        .collect();
    let holds = |sample: &&Sample<'_>| {
        let mut firsts = selectors
            .iter()
            .filter_map(|css| sample.page.html.select(css).next());
        firsts.any(|first| rule.value_in(first).is_some())
    };
    2 * samples.iter().filter(holds).count() > samples.len()
}

/// The rule of a thread's posts, for the first of them; `known` where there is none.
pub(super) fn of_first(
    comments: &CommentRules,
    rule: Option<&FieldRule>,
    known: &[FieldRule],
) -> Vec<FieldRule> {
    match rule {
        Some(rule) if known.contains(rule) => vec![rule.clone()],
        Some(rule) => {
            let holders = std::iter::once(&comments.item).chain(&comments.heads);
            let in_holder = |holder: &String| FieldRule {
                css: format!("{holder} {}", rule.css).trim_end().to_owned(),
                ..rule.clone()
            };
            // Nothing in an item is selected by what its own words are.
            let of_item = !rule.css.is_empty() || comments.heads.is_none();
            holders.skip(usize::from(!of_item)).map(in_holder).collect()
        }
        None => known.to_vec(),
    }
}
