//! How is an element named so that the same name finds its like on another page of the board? In: elements. Out: CSS
//! selectors, made of what a template writes (tags, classes, ids without numbers), not of what a post writes.

use crate::document::ElementRef;

/// Class words that mark a state of one row, not its kind.
const STATES: [&str; 32] = [
    "odd",
    "even",
    "first",
    "last",
    "active",
    "on",
    "off",
    "current",
    "selected",
    "select",
    "hover",
    "new",
    "hot",
    "unread",
    "read",
    "alt",
    "notice",
    "sticky",
    "pinned",
    "global-announce",
    "announce",
    "bg1",
    "bg2",
    "row1",
    "row2",
    "secret",
    "locked",
    "stickied",
    "visited",
    "clearfix",
    "thumb",
    "no-thumb",
];
/// Levels above an element that its name may mention.
const MAX_LEVELS: usize = 60;

/// A class or id that the template writes: no numbers of posts or members in it, nothing that needs escaping.
pub(super) fn is_stable(word: &str) -> bool {
    let mut longest = 0;
    let mut run = 0;
    for c in word.chars() {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    plain
        && longest <= 2
        && word.len() <= 60
        && word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !word
            .rsplit(['_', '-'])
            .next()
            .is_some_and(|end| end.len() > 1 && end.bytes().all(|b| b.is_ascii_digit()))
}

/// Class words of an element that name its kind.
pub(super) fn classes(element: ElementRef<'_>) -> Vec<String> {
    let mut words: Vec<String> = element
        .value()
        .classes()
        .filter(|word| is_stable(word) && !is_state(word))
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words.truncate(3);
    words
}

/// What a class says with a number of how deep its element stands: `depth-2`, `comment-level--1`.
const LEVELS: [&str; 4] = ["depth", "level", "indent", "lvl"];

/// A word for a state, or that ends in one: `bo_notice`, `list-selected`; `roweven`. A level is one, too.
fn is_state(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let says_level = |name: &&str| stem.trim_end_matches(['-', '_']).ends_with(*name);
    if stem.len() < lower.len() && LEVELS.iter().any(says_level) {
        return true;
    }
    let ends_in = |state: &&str| {
        lower
            .strip_suffix(*state)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(['-', '_']))
    };
    let striped = ["row", "line", "item", "list", "post", "tr"]
        .iter()
        .filter_map(|what| lower.strip_prefix(what))
        .any(|stripe| matches!(stripe, "odd" | "even"));
    striped || STATES.iter().any(ends_in)
}

/// An element's tag as selectors may write it: any for one that they would have to escape, like the `o:p` of word processors.
pub(super) fn tag<'a>(element: ElementRef<'a>) -> &'a str {
    let name = element.value().name();
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_plain { name } else { "*" }
}

/// `tag.class.class`.
pub(super) fn simple(element: ElementRef<'_>) -> String {
    let mut name = tag(element).to_owned();
    for class in classes(element) {
        name.push('.');
        name.push_str(&class);
    }
    name
}

/// `tag.class.class` with the words for states: `span.new`.
pub(super) fn with_states(element: ElementRef<'_>) -> String {
    let words = element.value().classes().filter(|word| is_stable(word));
    words.fold(tag(element).to_owned(), |name, word| {
        format!("{name}.{word}")
    })
}

/// An id that can stand for the element on every page.
pub(super) fn stable_id(element: ElementRef<'_>) -> Option<&str> {
    element.value().id().filter(|id| is_stable(id))
}

/// `post_message_` of `post_message_123`: what the ids of elements of one kind share.
pub(super) fn id_prefix(id: &str) -> Option<&str> {
    let digits = id.find(|c: char| c.is_ascii_digit())?;
    let (prefix, number) = id.split_at(digits);
    let plain = prefix
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (!prefix.is_empty() && plain && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(prefix)
}

/// Its place among brothers of its tag, 1-based; `None` where it has none.
fn nth_of_type(element: ElementRef<'_>) -> Option<usize> {
    let name = element.value().name();
    let parent = element.parent().and_then(ElementRef::wrap)?;
    let brothers: Vec<ElementRef<'_>> = parent
        .child_elements()
        .filter(|child| child.value().name() == name)
        .take(200)
        .collect();
    if brothers.len() < 2 {
        return None;
    }
    brothers
        .iter()
        .position(|brother| *brother == element)
        .map(|at| at + 1)
}

/// One step of a path: `td.author`; `a:not([class])` or `td:nth-of-type(3)` where its tag and classes alone would also
/// find a brother.
fn step(element: ElementRef<'_>) -> String {
    let name = simple(element);
    let own = classes(element);
    let tag = element.value().name();
    let also_found: Vec<ElementRef<'_>> = element
        .parent()
        .and_then(ElementRef::wrap)
        .into_iter()
        .flat_map(|parent| parent.child_elements().take(200))
        .filter(|other| *other != element && other.value().name() == tag)
        .filter(|other| {
            let others = classes(*other);
            own.iter().all(|class| others.contains(class))
        })
        .collect();
    if also_found.is_empty() {
        return name;
    }
    let is_bare = |element: ElementRef<'_>| element.attr("class").is_none();
    if is_bare(element) && !also_found.iter().any(|other| is_bare(*other)) {
        return format!("{name}:not([class])");
    }
    match nth_of_type(element) {
        Some(place) => format!("{name}:nth-of-type({place})"),
        None => name,
    }
}

/// The tags of a way, with what tells them from their brothers: a way without its classes.
pub(super) fn tags_of(path: &str) -> String {
    let steps = path.split(" > ").map(|step| {
        let (tag, _, place) = parts_of(step);
        format!("{tag}{place}")
    });
    steps.collect::<Vec<_>>().join(" > ")
}

/// A way by tags and classes alone: it does not hang on what stands beside its elements.
pub(super) fn without_places(path: &str) -> String {
    let steps = path
        .split(" > ")
        .map(|step| step.split(':').next().unwrap_or(step));
    steps.collect::<Vec<_>>().join(" > ")
}

/// What two ways of the same tags share. `None`: two steps with classes have none in common, or the last ones.
pub(super) fn shared_path(a: &str, b: &str) -> Option<String> {
    let pairs: Vec<(&str, &str)> = a.split(" > ").zip(b.split(" > ")).collect();
    let last = pairs.len().checked_sub(1)?;
    let mut steps = Vec::with_capacity(pairs.len());
    for (at, (a, b)) in pairs.into_iter().enumerate() {
        let ((tag, of_a, place), (_, of_b, _)) = (parts_of(a), parts_of(b));
        let shared: Vec<&str> = of_a
            .iter()
            .copied()
            .filter(|word| of_b.contains(word))
            .collect();
        let is_bare = of_a.is_empty() || of_b.is_empty();
        let may_be_one = of_a == of_b || !shared.is_empty() || (at < last && is_bare);
        may_be_one.then_some(())?;
        let classes: String = shared.iter().map(|word| format!(".{word}")).collect();
        steps.push(format!("{tag}{classes}{place}"));
    }
    Some(steps.join(" > "))
}

/// Tag, classes and the rest of a step: `td`, `author`, `:nth-of-type(2)`.
fn parts_of(step: &str) -> (&str, Vec<&str>, &str) {
    let place = step.find(':').unwrap_or(step.len());
    let (name, place) = step.split_at(place);
    let mut words = name.split('.');
    (words.next().unwrap_or_default(), words.collect(), place)
}

/// The way from `root` down to `element`, as a selector to be asked within `root`.
pub(super) fn path_within(root: ElementRef<'_>, element: ElementRef<'_>) -> String {
    let mut steps = vec![step(element)];
    for ancestor in element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(MAX_LEVELS)
    {
        if ancestor == root {
            break;
        }
        steps.push(step(ancestor));
    }
    steps.reverse();
    steps.join(" > ")
}

/// Ways to name an element of a page, the sturdiest first.
pub(super) fn names_of(element: ElementRef<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(id) = stable_id(element) {
        names.push(format!("#{id}"));
    }
    let own = simple(element);
    if own.contains('.') {
        names.push(own.clone());
    }
    if let Some(prefix) = element.value().id().and_then(id_prefix) {
        names.push(format!("{}[id^='{prefix}']", tag(element)));
    }
    let mut below = step(element);
    for ancestor in element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(MAX_LEVELS)
    {
        if let Some(id) = stable_id(ancestor) {
            if own.contains('.') {
                names.push(format!("#{id} {own}"));
            }
            names.push(format!("#{id} > {below}"));
            break;
        }
        let name = simple(ancestor);
        if name.contains('.') && names.len() < 8 {
            if own.contains('.') {
                names.push(format!("{name} {own}"));
            }
            names.push(format!("{name} > {below}"));
        }
        if ancestor.value().name() == "html" {
            break;
        }
        below = format!("{} > {below}", step(ancestor));
    }
    names.push(below);
    names
}

/// All words that classes and ids of an element say, in lower case.
pub(super) fn words_of(element: ElementRef<'_>) -> String {
    let tag = element.value();
    format!(
        "{} {}",
        tag.attr("class").unwrap_or(""),
        tag.id().unwrap_or("")
    )
    .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_element_is_called_its_names_are_selectors_that_find_it() {
        let page = crate::document::parse(
            "<div class=c><o:p class=MsoNormal>a</o:p><d6h< id=x1><b>b</b></d6h<><d6h<></div>",
        );
        let root = page.root_element();
        for element in root.descendent_elements().skip(1) {
            let mut names = names_of(element);
            names.extend([with_states(element), path_within(root, element)]);
            for name in names {
                let selector = crate::document::Selector::parse(&name).expect(&name);
                assert!(root.select(&selector).any(|it| it == element), "{name}");
            }
        }
    }

    #[test]
    fn ways_share_what_is_no_state_of_a_row() {
        let shared = |a, b| shared_path(a, b);
        assert_eq!(
            shared("div.regular.row1 > p > a.who", "div.row1 > p > a.who").unwrap(),
            "div.row1 > p > a.who"
        );
        assert_eq!(shared("td.a > a.who", "td.b > a.who"), None);
        assert_eq!(shared("p > a.who", "p > a.when"), None);
        assert_eq!(
            tags_of("td.a:nth-of-type(2) > a.who"),
            tags_of("td:nth-of-type(2) > a")
        );
    }
}
