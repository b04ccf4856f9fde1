//! Where on an article's page may its fields stand? In: the page, its title, the board's listing on it, and what was said of
//! the article there. Out: for each element, yes or no.

use std::collections::HashSet;

use crate::document::{ElementRef, NodeId, Selector};

use super::article::{ArticleRules, COMMENT_NAMES, Reader, Sample, is_within};
use super::field_rule::FieldRule;
use super::records::Records;
use super::{Decision, css};

/// Where fields may be looked for on each page.
pub(super) fn grounds<'g>(
    rules: &ArticleRules,
    samples: &[Sample<'_>],
    listings: &'g [HashSet<NodeId>],
    is_thread: bool,
) -> Vec<Ground<'g>> {
    samples
        .iter()
        .zip(listings)
        .map(|(sample, listing)| Ground {
            listing,
            around: around_title(rules, sample),
            replies: HashSet::new(),
            around_replies: HashSet::new(),
            is_thread,
        })
        .collect()
}

/// The same grounds without what was said of the article.
pub(super) fn outside<'g>(
    grounds: &[Ground<'g>],
    samples: &[Sample<'_>],
    records: &Records,
) -> Vec<Ground<'g>> {
    let selector = Selector::parse(&records.all()).ok();
    let of_page = |(ground, sample): (&Ground<'g>, &Sample<'_>)| {
        let found = || {
            let selectors = selector.iter();
            selectors.flat_map(|selector| sample.page.html.select(selector))
        };
        Ground {
            replies: found().map(|record| record.id()).collect(),
            around_replies: found()
                .flat_map(|record| record.ancestors().map(|above| above.id()))
                .collect(),
            around: ground.around.clone(),
            ..*ground
        }
    };
    grounds.iter().zip(samples).map(of_page).collect()
}

/// What the first of some grounds to have any holds.
pub(super) fn first_found<'g, 'a: 'g>(
    grounds: &mut dyn Iterator<Item = &'g Vec<Ground<'a>>>,
    decisions: &mut Vec<Decision>,
    mut look: impl FnMut(&mut Vec<Decision>, &[Ground<'a>]) -> Vec<FieldRule>,
) -> Vec<FieldRule> {
    grounds
        .map(|grounds| look(decisions, grounds))
        .find(|rules| !rules.is_empty())
        .unwrap_or_default()
}

/// Where on a page fields of its article may be looked for.
pub(super) struct Ground<'g> {
    /// The board's listing, where it stands below the article.
    listing: &'g HashSet<NodeId>,
    /// What holds the title holds the article, whatever words of comments are in its name.
    around: HashSet<NodeId>,
    /// Records of what was said of the article.
    replies: HashSet<NodeId>,
    /// What holds them: its words are also theirs.
    around_replies: HashSet<NodeId>,
    /// In a thread the article itself stands where replies stand.
    is_thread: bool,
}

/// There the rules of its posts tell who wrote the first of them, and when.
pub(super) fn in_thread(grounds: &[Ground<'_>]) -> bool {
    grounds.first().is_some_and(|ground| ground.is_thread)
}

impl Ground<'_> {
    pub(super) fn may_hold(&self, element: ElementRef<'_>) -> bool {
        !is_within(element, self.listing)
            && !is_within(element, &self.replies)
            && !self.around_replies.contains(&element.id())
            && (self.is_thread || !self.in_comments(element))
    }

    fn in_comments(&self, element: ElementRef<'_>) -> bool {
        std::iter::once(element)
            .chain(element.ancestors().filter_map(ElementRef::wrap))
            .take(12)
            .any(|above| {
                !matches!(above.value().name(), "body" | "html")
                    && !self.around.contains(&above.id())
                    && COMMENT_NAMES.is_match(&css::words_of(above))
            })
    }
}

/// The elements above a page's title.
fn around_title(rules: &ArticleRules, sample: &Sample<'_>) -> HashSet<NodeId> {
    let heading = rules.title.iter().filter(|rule| rule.css != "title");
    heading
        .filter_map(Reader::new)
        .filter_map(|reader| Some(reader.read(&sample.page)?.1))
        .flat_map(|element| element.ancestors().map(|above| above.id()))
        .collect()
}
