//! Are a page's rows in data that it holds for its own scripts? In: the page. Out: endpoints whose answer is the page itself,
//! each with the ways in which a record's link may be made: as links of the page are, or as most sites make them, which
//! only an article that comes can confirm.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};
use url::Url;

use super::endpoints::{Endpoint, endpoint};
use super::mine::lists;
use super::pattern;
use crate::document::{Html, Selector};
use crate::learn::address::is_same_host;
use crate::profile::json_list::scalar;
use crate::profile::{UNSEEN, data_of, element_text, fold};

/// Scripts of data that are mined, and guesses of each that are worth a request.
const MAX_ISLANDS: usize = 3;
const MAX_GUESSES: usize = 3;
/// Links of the page that are compared with its records.
const MAX_LINKS: usize = 2_000;
/// Values of records, and bytes of one, that may stand in a link.
const MAX_NAMES: usize = 5_000;
const MAX_NAME: usize = 200;
/// Letters of a record that a link about it repeats.
const MIN_WORDS: usize = 4;

static LINKS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("a[href]").expect("a constant selector"));
/// Keys of what stands for a record in URLs, the likeliest first.
static NAMES: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        r"^slug$",
        r"^_?id$|^(?:no|seq|idx|uid|uuid|num)$",
        r"(?i)^\w*(?:id|no|seq|slug|idx)$",
    ]
    .map(pattern)
});

/// The endpoints that a page is itself. `made` are ways in which its scripts make links.
pub fn islands(text: &str, html: &Html, url: &Url, made: &[String]) -> Vec<Endpoint> {
    let mut ids: BTreeSet<&String> = BTreeSet::new();
    let mut found: Vec<Endpoint> = Vec::new();
    let mut guessed: Vec<Endpoint> = Vec::new();
    let data = data_of(text);
    for (id, _) in &data {
        if ids.len() >= MAX_ISLANDS || !ids.insert(id) {
            continue;
        }
        let same = data.iter().filter(|(other, _)| other == id);
        let mut lists: Vec<Vec<&Value>> = same
            .flat_map(|(_, data)| lists(data))
            .map(|(_, records)| records)
            .collect();
        if lists.is_empty() {
            continue;
        }
        // The longest is the likeliest.
        lists.sort_by_key(|records| std::cmp::Reverse(records.len()));
        let island = |links: Vec<String>, is_guess: bool, reason: &str| {
            Some(Endpoint {
                // Its own address, to the letter.
                url: url.clone(),
                reason: format!("the page holds data{reason}"),
                links,
                island: Some(id.clone()),
                is_guess,
                ..endpoint(&url[url::Position::BeforePath..], url, 1)?
            })
        };
        let mut links = of_links(html, url, &lists);
        links.extend(made.iter().cloned());
        found.extend(island(links, false, ""));
        for guess in guesses(url, &lists) {
            let reason = format!(", and a record may stand at {guess}");
            guessed.extend(island(vec![guess], true, &reason));
        }
    }
    found.extend(guessed);
    found
}

/// Links of the page in whose words a record's stand, values of that record replaced by their keys; the most frequent first.
fn of_links(html: &Html, url: &Url, lists: &[Vec<&Value>]) -> Vec<String> {
    let records: Vec<&Map<String, Value>> = lists
        .iter()
        .flatten()
        .filter_map(|record| record.as_object())
        .collect();
    let names = names(&records);
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for link in html.select(&LINKS).take(MAX_LINKS) {
        let target = link.attr("href").and_then(|href| url.join(href).ok());
        let Some(target) = target.filter(|target| is_same_host(target, url)) else {
            continue;
        };
        let words = element_text(link, &[&UNSEEN]);
        let is_said = |record: usize| {
            let mut values = records[record].values().filter_map(Value::as_str);
            values.any(|value| value.chars().count() >= MIN_WORDS && words.contains(&fold(value)))
        };
        if let Some(template) = with_gaps(&target, &names, is_said) {
            *counted.entry(template).or_default() += 1;
        }
    }
    let mut templates: Vec<(String, usize)> = counted.into_iter().collect();
    templates.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    templates
        .into_iter()
        .map(|(template, _)| template)
        .collect()
}

/// Where a value stands.
struct Name<'r> {
    key: &'r str,
    record: usize,
}

/// The values that one record has only; those of several tell none of them.
fn names<'r>(records: &[&'r Map<String, Value>]) -> BTreeMap<String, Option<Name<'r>>> {
    let mut names: BTreeMap<String, Option<Name<'r>>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        for (key, value) in record.iter().filter(|(_, value)| !value.is_boolean()) {
            let name = scalar(value).filter(|name| !name.is_empty() && name.len() <= MAX_NAME);
            let Some(name) = name.filter(|_| names.len() < MAX_NAMES) else {
                continue;
            };
            names
                .entry(name)
                .and_modify(|held| *held = held.take().filter(|held| held.record == at))
                .or_insert(Some(Name { key, record: at }));
        }
    }
    names
}

fn with_gaps(
    target: &Url,
    names: &BTreeMap<String, Option<Name<'_>>>,
    is_said: impl Fn(usize) -> bool,
) -> Option<String> {
    let mut n_gaps = 0;
    let mut gap = |part: &str| {
        let name = names.get(part).and_then(Option::as_ref);
        match name.filter(|name| is_said(name.record)) {
            Some(name) => {
                n_gaps += 1;
                format!("{{{}}}", name.key)
            }
            None => part.to_owned(),
        }
    };
    let path: Vec<String> = target.path().split('/').map(&mut gap).collect();
    let query = target.query().map(|query| {
        let parts = query.split('&').map(|part| match part.split_once('=') {
            Some((name, value)) => format!("{name}={}", gap(value)),
            None => part.to_owned(),
        });
        parts.collect::<Vec<String>>().join("&")
    });
    let template = match query {
        Some(query) => format!("{}?{query}", path.join("/")),
        None => path.join("/"),
    };
    (n_gaps > 0).then_some(template)
}

/// A record stands below its list, or below the list's name in the singular.
fn guesses(url: &Url, lists: &[Vec<&Value>]) -> Vec<String> {
    let list = url.path().trim_end_matches('/');
    let mut folders = vec![list];
    folders.extend(list.strip_suffix('s').filter(|one| !one.ends_with('/')));
    let mut found: Vec<String> = Vec::new();
    for record in lists.iter().filter_map(|records| records[0].as_object()) {
        for names in NAMES.iter() {
            let mut keys = record.keys().filter(|key| names.is_match(key));
            let Some(key) = keys.next() else { continue };
            for folder in &folders {
                let guess = format!("{folder}/{{{key}}}");
                if found.len() < MAX_GUESSES && !found.contains(&guess) {
                    found.push(guess);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Vec<String>, bool)> {
        let url = Url::parse("http://board.example/posts").unwrap();
        islands(text, &Html::parse_document(text), &url, &[])
            .into_iter()
            .map(|endpoint| (endpoint.links, endpoint.is_guess))
            .collect()
    }

    const DATA: &str = r#"<script id=s type=application/json>{"p":[{"id":71,"n":2,"slug":"a-b","cat":"x","title":"Low tide"},{"id":72,"n":3,"slug":"c-d","cat":"x","title":"High tide"}],"menu":[{"id":4},{"id":5}]}</script>"#;

    #[test]
    fn links_are_made_as_the_page_makes_them_or_as_most_sites_do() {
        for (links, expected) in [
            ("", vec![]),
            // Numbers of other things, and links whose words are others'.
            (
                "<a href=/posts?page=2>2</a><a href=/menu/4>Terms of use</a><a href=/t/71>Tables</a>\
                 <a href='http://elsewhere.example/71'>Low tide</a>",
                vec![],
            ),
            (
                "<a href=/in/x>x</a><a href='/read/x/71?k=a-b#top'><b>Low</b> tide</a><a href=/read/x/72?k=c-d>3. High tide</a>",
                vec!["/read/x/{id}?k={slug}".to_owned()],
            ),
        ] {
            let guesses = ["/posts/{slug}", "/post/{slug}", "/posts/{id}"];
            let guesses = guesses.map(|link| (vec![link.to_owned()], true));
            let all: Vec<_> = std::iter::once((expected, false)).chain(guesses).collect();
            assert_eq!(found(&format!("{links}{DATA}")), all, "{links}");
        }
    }

    #[test]
    fn data_without_records_is_no_endpoint() {
        for text in [
            "",
            "<script type=application/json>{\"p\":[1,2]}</script>",
            "<script type=application/json>{\"p\":[{\"id\":1},{\"id\"</script>",
            "<script type=application/ld+json>[{\"id\":1},{\"id\":2}]</script>",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
