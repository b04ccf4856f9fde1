//! Where on a page does an element stand? For people: a short path of tags, ids and classes.

use crate::document::ElementRef;

/// Levels shown; an id ends the path before.
const MAX_LEVELS: usize = 4;
/// Classes shown of an element.
const MAX_CLASSES: usize = 2;

/// `#board > table > tbody > tr.notice`. Words come from the page: make them harmless before they are shown.
pub fn place_of(element: ElementRef<'_>) -> String {
    let mut steps = Vec::new();
    let ancestors = element.ancestors().filter_map(ElementRef::wrap);
    for step in std::iter::once(element).chain(ancestors).take(MAX_LEVELS) {
        let tag = step.value();
        if let Some(id) = tag.id() {
            steps.push(format!("{}#{id}", tag.name()));
            break;
        }
        let classes: String = tag
            .classes()
            .take(MAX_CLASSES)
            .map(|class| format!(".{class}"))
            .collect();
        steps.push(format!("{}{classes}", tag.name()));
    }
    steps.reverse();
    steps.join(" > ")
}

#[cfg(test)]
mod tests {
    use crate::document::{Html, Selector};

    use super::place_of;

    #[test]
    fn a_path_begins_at_the_nearest_id_or_a_few_levels_up() {
        let html = Html::parse_document(
            "<div id=top><ul class='a b c'><li><p><b>x</b></ul></div><i><u><s><q><em>y</em></q></s></u></i>",
        );
        let place = |css: &str| {
            let selector = Selector::parse(css).unwrap();
            place_of(html.select(&selector).next().unwrap())
        };
        assert_eq!(place("li"), "div#top > ul.a.b > li");
        assert_eq!(place("em"), "u > s > q > em");
    }
}
