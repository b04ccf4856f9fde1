//! What a page says about itself for machines: JSON-LD, OpenGraph and other `<meta>`. In: the flat page. Out: claims,
//! in the page's words; which of them to believe is for others.

use serde_json::{Map, Value};

use crate::document::ElementRef;

use super::page::Page;

/// A JSON-LD block larger than this is a catalogue, not a statement about this page.
const MAX_JSON_BYTES: usize = 2 << 20;
/// Objects looked at on a page.
const MAX_OBJECTS: usize = 2_000;

/// What was said.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    /// Types of JSON-LD objects, in order.
    pub(super) types: Vec<String>,
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) body: Option<String>,
    pub(super) image: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) language: Option<String>,
    /// `(name or property, content)` of every `<meta>`; names in lower case.
    pub(super) meta: Vec<(String, String)>,
}

impl Claims {
    pub(super) fn of(page: &Page<'_>) -> Self {
        let mut claims = Claims::default();
        for element in &page.statements {
            let name = element
                .attr("property")
                .or_else(|| element.attr("name"))
                .or_else(|| element.attr("itemprop"))
                .or_else(|| element.attr("http-equiv"));
            if let (Some(name), Some(content)) = (name, element.attr("content")) {
                let content = fold(content);
                if !content.is_empty() {
                    claims
                        .meta
                        .push((name.trim().to_ascii_lowercase(), content));
                }
            }
        }
        let mut objects = Vec::new();
        for script in &page.scripts {
            let is_linked_data = script
                .attr("type")
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
            if is_linked_data && let Some(value) = parse(&script_text(*script)) {
                collect(value, &mut objects);
            }
        }
        claims.read_objects(&objects);
        claims
    }

    /// The first content among these names, in the order of the names.
    pub(super) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            self.meta
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, content)| content.as_str())
        })
    }

    /// All contents of a name.
    pub(super) fn all_meta<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.meta
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, content)| content.as_str())
    }

    fn read_objects(&mut self, objects: &[Map<String, Value>]) {
        for object in objects {
            self.types.extend(types_of(object).map(str::to_owned));
        }
        for object in objects.iter().filter(|object| is_article(object)) {
            let text = |key: &str| object.get(key).and_then(text_of);
            self.headline = self.headline.take().or_else(|| text("headline"));
            self.published = self.published.take().or_else(|| text("datePublished"));
            self.language = self.language.take().or_else(|| text("inLanguage"));
            self.image = self
                .image
                .take()
                .or_else(|| object.get("image").and_then(address_of));
            let body = text("articleBody").or_else(|| text("text"));
            if body.as_ref().map_or(0, String::len) > self.body.as_ref().map_or(0, String::len) {
                self.body = body;
            }
            if self.authors.is_empty()
                && let Some(author) = object.get("author").or_else(|| object.get("creator"))
            {
                self.authors = names_of(author, objects);
            }
            if self.publisher.is_none()
                && let Some(publisher) = object.get("publisher")
            {
                self.publisher = names_of(publisher, objects).into_iter().next();
            }
        }
        if self.publisher.is_none() {
            self.publisher = objects
                .iter()
                .find(|object| {
                    types_of(object).any(|kind| {
                        matches!(kind, "WebSite" | "Organization" | "NewsMediaOrganization")
                    })
                })
                .and_then(|object| object.get("name").and_then(text_of));
        }
    }
}

/// A script's source; a script has one text.
pub(super) fn script_text(script: ElementRef<'_>) -> String {
    script.text().collect()
}

/// White space folded.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parse(text: &str) -> Option<Value> {
    if text.len() > MAX_JSON_BYTES {
        return None;
    }
    let text = text
        .trim()
        .trim_start_matches("<!--")
        .trim_start_matches("//<![CDATA[")
        .trim_end_matches("-->")
        .trim_end_matches("//]]>")
        .trim()
        .trim_end_matches(';');
    serde_json::from_str(text).ok().or_else(|| {
        // Bare line breaks within strings are the usual mistake.
        let spaced: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        serde_json::from_str(&spaced).ok()
    })
}

/// The objects of a block, with those of its graph and those that hang on them.
fn collect(value: Value, objects: &mut Vec<Map<String, Value>>) {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        if objects.len() >= MAX_OBJECTS {
            return;
        }
        match value {
            Value::Array(values) => waiting.extend(values.into_iter().rev()),
            Value::Object(mut object) => {
                for key in ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"] {
                    if let Some(inner) = object.get_mut(key)
                        && (inner.is_array() || inner.is_object())
                    {
                        waiting.push(inner.take());
                    }
                }
                objects.push(object);
            }
            _ => {}
        }
    }
}

fn types_of(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let types: Vec<&str> = match object.get("@type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    types.into_iter()
}

fn is_article(object: &Map<String, Value>) -> bool {
    types_of(object).any(|kind| {
        kind.ends_with("Article")
            || kind.ends_with("Posting")
            || matches!(
                kind,
                "Report" | "Review" | "Recipe" | "CreativeWork" | "Question"
            )
    })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(values) => values.iter().find_map(text_of),
        Value::Object(object) => object.get("@value").and_then(text_of),
        _ => None,
    }
}

fn address_of(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => object
            .get("url")
            .or_else(|| object.get("contentUrl"))
            .and_then(address_of),
        Value::Array(values) => values.iter().find_map(address_of),
        _ => text_of(value),
    }
}

/// Names of persons or bodies, looked up by `@id` where only that is said.
fn names_of(value: &Value, objects: &[Map<String, Value>]) -> Vec<String> {
    match value {
        Value::String(name) => vec![fold(name)],
        Value::Array(values) => values
            .iter()
            .take(20)
            .flat_map(|value| match value {
                Value::Array(_) => Vec::new(),
                value => names_of(value, objects),
            })
            .collect(),
        Value::Object(object) => {
            let name = object.get("name").and_then(name_text).or_else(|| {
                let id = object.get("@id")?;
                objects
                    .iter()
                    .find(|other| other.get("@id") == Some(id) && other.contains_key("name"))
                    .and_then(|other| other.get("name").and_then(name_text))
            });
            name.into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

fn name_text(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(name) => Some(vec![fold(name)]),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).map(fold).collect()),
        _ => None,
    }
    .filter(|names: &Vec<String>| names.iter().any(|name| !name.is_empty()))
}
