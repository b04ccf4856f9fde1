//! Text that stands only in a script's data: the state of a page that a script would build. In: the scripts. Out: the
//! lines of the longest prose in one place of it.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::page::Page;
use super::structured::script_text;

/// A state larger than this is not read.
const MAX_STATE_BYTES: usize = 4 << 20;
/// A string this long may be a body.
const LONG_CHARS: usize = 200;
/// A string this long may be a paragraph of one.
const PARAGRAPH_CHARS: usize = 40;
/// Values looked at.
const MAX_VALUES: usize = 100_000;

/// The prose of the page's state, as HTML or plain paragraphs, one each.
pub(super) fn prose(page: &Page<'_>) -> Vec<String> {
    states(page)
        .find_map(|state| longest(&state))
        .unwrap_or_default()
}

/// What is shown where scripts are off, if it is more than an image or a warning.
pub(super) fn unscripted<'a>(page: &Page<'a>) -> Option<&'a str> {
    page.unscripted
        .iter()
        .copied()
        .max_by_key(|html| html.len())
        .filter(|html| html.len() >= LONG_UNSCRIPTED_BYTES)
}

/// An image for counting and a warning are shorter, a page is longer.
const LONG_UNSCRIPTED_BYTES: usize = 2_000;

/// Data blocks that hold the page's state as JSON.
fn states<'p>(page: &'p Page<'_>) -> impl Iterator<Item = Value> + 'p {
    page.scripts.iter().filter_map(|script| {
        let is_data = script.attr("id") == Some("__NEXT_DATA__")
            || script.attr("id") == Some("__NUXT_DATA__")
            || script.attr("type") == Some("application/json");
        if !is_data {
            return None;
        }
        let text = script_text(*script);
        if text.len() > MAX_STATE_BYTES {
            return None;
        }
        serde_json::from_str(&text).ok()
    })
}

/// The posts of a topic that Discourse puts into an attribute, as HTML: JSON of JSON.
pub(super) fn discourse(page: &Page<'_>) -> Option<Vec<String>> {
    let preloaded = (0..page.len()).find_map(|at| page.attr(at, "data-preloaded"))?;
    let stores: BTreeMap<String, Value> = serde_json::from_str(preloaded).ok()?;
    let topic = stores
        .iter()
        .find(|(name, _)| name.starts_with("topic_") && name[6..].parse::<u64>().is_ok())
        .and_then(|(_, topic)| serde_json::from_str::<Value>(topic.as_str()?).ok())?;
    let posts: Vec<String> = topic["post_stream"]["posts"]
        .as_array()?
        .iter()
        .filter_map(|post| post["cooked"].as_str().map(str::to_owned))
        .collect();
    (!posts.is_empty()).then_some(posts)
}

/// The strings of prose under one path (places in arrays left out), of the path that holds most.
fn longest(state: &Value) -> Option<Vec<String>> {
    let mut by_path: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut waiting: Vec<(String, &Value)> = vec![(String::new(), state)];
    let mut n_values = 0;
    let mut seen = HashSet::new();
    while let Some((path, value)) = waiting.pop() {
        n_values += 1;
        if n_values > MAX_VALUES {
            break;
        }
        match value {
            Value::String(text) if is_prose(text) && seen.insert(text) => {
                by_path.entry(path).or_default().push(text.clone());
            }
            Value::Array(values) => {
                waiting.extend(values.iter().rev().map(|value| (path.clone(), value)));
            }
            Value::Object(object) => {
                let mut inner: Vec<_> = object
                    .iter()
                    .map(|(key, value)| (format!("{path}/{key}"), value))
                    .collect();
                inner.reverse();
                waiting.extend(inner);
            }
            _ => {}
        }
    }
    let total = |strings: &Vec<String>| strings.iter().map(String::len).sum::<usize>();
    let best = by_path.into_values().max_by_key(total)?;
    (total(&best) >= LONG_CHARS).then_some(best)
}

fn is_prose(text: &str) -> bool {
    let n_chars = text.chars().take(LONG_CHARS).count();
    n_chars >= PARAGRAPH_CHARS
        && text.split_whitespace().nth(4).is_some()
        && !text.starts_with(['{', '[', '.', '#'])
        && !text.starts_with("http")
        && !text.contains("function(")
}
