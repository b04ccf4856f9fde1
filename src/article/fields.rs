//! Title, author, date, category, counts and tags of an article, by the profile's rules; and where each came from.

use super::{PageView, classify};
use crate::dates::read_date;
use crate::document::{ElementRef, Scope};
use crate::model::{Article, PageClass, PostedAt};
use crate::profile::{Profile, Rule, element_text, first_value, place_of, says_pinned};

/// Marks of a title that was cut.
const CUT_MARKS: [&str; 2] = ["…", "..."];

/// More tags than this are not read.
const MAX_TAGS: usize = 200;

/// Fills the fields that stand around the body.
pub(super) fn read(view: &PageView<'_>, profile: &Profile, article: &mut Article) {
    let root = view.html.root();
    let rules = &profile.article;
    article.title = title(profile, root);
    article.author = first_value(&rules.author, root);
    article.posted = posted(view, profile);
    article.category = first_value(&rules.category, root);
    article.views = count(&rules.views, root);
    article.votes = first_value(&rules.votes, root).and_then(|text| signed(&text));
    article.comment_count = count(&rules.comment_count, root);
    for tag in rules
        .tags
        .iter()
        .flat_map(|selector| selector.select_in(view.html))
    {
        let name = element_text(tag, &[]);
        if !name.is_empty() && !article.tags.contains(&name) && article.tags.len() < MAX_TAGS {
            article.tags.push(name);
        }
    }
    if article.title.is_none() && article.class == PageClass::Article {
        article.warnings.push("no title".into());
    }
    if article.posted.is_none() && article.class == PageClass::Article {
        article.warnings.push("no date".into());
    }
}

/// The first candidate, or a later one that says the same and more: headings are cut on some boards, and `<title>`
/// has the whole.
fn title(profile: &Profile, root: Scope<'_>) -> Option<String> {
    let candidates = titles(profile, root);
    let mut best = candidates.first()?.clone();
    for other in &candidates[1..] {
        let cut = CUT_MARKS
            .iter()
            .find_map(|mark| best.strip_suffix(mark))
            .map(str::trim_end);
        if let Some(beginning) = cut
            && !beginning.is_empty()
            && other.starts_with(beginning)
            && other.chars().count() > beginning.chars().count() + 1
        {
            best = other.clone();
        }
    }
    Some(best)
}

fn titles(profile: &Profile, root: Scope<'_>) -> Vec<String> {
    let rules = &profile.article;
    rules
        .title
        .iter()
        .filter_map(|rule| {
            let value = rule.value(root)?;
            let Some(heading) = rule.element(root) else {
                return Some(value);
            };
            // What a site appends stands in <title> alone; a heading may hold the same signs as words.
            let is_page_title = heading.value().name() == "title";
            Some(match &rules.title_suffix {
                Some(suffix) if is_page_title => suffix.replace(&value, "").trim().to_owned(),
                _ => without_badge(value, heading),
            })
        })
        .filter(|value| !value.is_empty())
        .collect()
}

/// A heading's words without the element at its beginning that says that the article is pinned.
fn without_badge(words: String, heading: ElementRef<'_>) -> String {
    const MOST_INSIDE: usize = 12;
    let inside = heading.descendent_elements().skip(1).take(MOST_INSIDE);
    let rest = inside
        .map(|badge| element_text(badge, &[]))
        .find_map(|badge| {
            let rest = words
                .strip_prefix(badge.as_str())
                .filter(|_| says_pinned(&badge))?;
            let rest = rest.trim_start_matches([':', '：', ' ']);
            (!rest.is_empty()).then(|| rest.to_owned())
        });
    rest.unwrap_or(words)
}

/// The finest date of those the rules find.
fn posted(view: &PageView<'_>, profile: &Profile) -> Option<PostedAt> {
    let root = view.html.root();
    profile
        .article
        .date
        .iter()
        .filter_map(|rule| read_date(&rule.value(root)?, profile.calendar(), view.as_of))
        .reduce(|best, other| best.finer(Some(other)))
}

fn count(rules: &[Rule], root: Scope<'_>) -> Option<u64> {
    signed(&first_value(rules, root)?).and_then(|number| u64::try_from(number).ok())
}

/// The first number: `1,234`, `조회 12`, `-3`. One that is rounded (`1.2만`, `3k`) is none.
fn signed(text: &str) -> Option<i64> {
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let (before, from) = text.split_at(at);
    let end = from
        .find(|c: char| !c.is_ascii_digit() && c != ',')
        .unwrap_or(from.len());
    let (digits, after) = from.split_at(end);
    if after.starts_with(['.', '만', '천', 'k', 'K', 'm', 'M']) {
        return None;
    }
    let number: i64 = digits.replace(',', "").parse().ok()?;
    Some(if before.ends_with(['-', '−']) {
        -number
    } else {
        number
    })
}

/// Where a field came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldTrace {
    pub field: &'static str,
    /// The rule that gave the value, as its place in the profile: `article.title[1]`.
    pub rule: String,
    pub value: String,
    /// Where on the page it stands.
    pub at: String,
    /// Other rules that matched, and what they gave.
    pub also: Vec<String>,
}

/// For each field, which rule of the profile matched, and which others would have.
pub fn explain_article(view: &PageView<'_>, profile: &Profile) -> Vec<FieldTrace> {
    let root = view.html.root();
    let rules = &profile.article;
    let (class, reason) = classify(view, Some(profile));
    let mut traces = vec![FieldTrace {
        field: "class",
        rule: reason,
        value: format!("{class:?}").to_lowercase(),
        at: String::new(),
        also: Vec::new(),
    }];
    for (field, rules) in [
        ("title", &rules.title),
        ("author", &rules.author),
        ("date", &rules.date),
        ("category", &rules.category),
        ("views", &rules.views),
        ("votes", &rules.votes),
        ("comment_count", &rules.comment_count),
    ] {
        let mut found = rules
            .iter()
            .enumerate()
            .filter_map(|(at, rule)| Some((at, rule.value(root)?)));
        if let Some((at, value)) = found.next() {
            traces.push(FieldTrace {
                field,
                rule: format!("article.{field}[{at}]"),
                value,
                at: rules[at].element(root).map(place_of).unwrap_or_default(),
                also: found
                    .map(|(at, value)| format!("article.{field}[{at}]: {value}"))
                    .collect(),
            });
        }
    }
    let body = rules
        .body
        .iter()
        .enumerate()
        .find_map(|(at, selector)| Some((at, selector.select_in(view.html).next()?)));
    if let Some((at, element)) = body {
        traces.push(FieldTrace {
            field: "text",
            rule: format!("article.body[{at}]"),
            value: String::new(),
            at: place_of(element),
            also: Vec::new(),
        });
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::signed;

    #[test]
    fn counts_are_the_first_whole_number() {
        for (text, want) in [
            ("1,234", Some(1_234)),
            ("조회 12 (3)", Some(12)),
            ("-3", Some(-3)),
            ("추천: −4", Some(-4)),
            ("1.2만", None),
            ("3k", None),
            ("99999999999999999999", None),
            ("없음", None),
            ("", None),
        ] {
            assert_eq!(signed(text), want, "{text:?}");
        }
    }
}
