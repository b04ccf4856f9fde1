//! Are keys and types right? In: the parsed file and its schema. Out: a complaint for each key that is not known and
//! each value of the wrong type; what was refused is cut out, so that the rest is still checked.
//!
//! Serde would stop at the first of them.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::Complaints;

/// Cuts from `table` what does not fit `schema`. `path` is that of the table: `board[0].`.
pub(super) fn prune_table(
    table: &mut DeTable<'_>,
    schema: &Value,
    root: &Value,
    path: &str,
    complaints: &mut Complaints<'_>,
) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let mut refused = Vec::new();
    for (key, value) in table.iter_mut() {
        let name = key.get_ref().as_ref();
        let good = match properties.get(name) {
            Some(schema) => {
                let path = format!("{path}{name}");
                fits(value, resolve(schema, root), root, &path, complaints)
            }
            None => {
                let known: Vec<&str> = properties.keys().map(String::as_str).collect();
                complaints.add(key.span().start, unknown(path, name, &known));
                false
            }
        };
        if !good {
            refused.push(key.clone());
        }
    }
    for key in refused {
        table.remove(&key);
    }
}

fn unknown(path: &str, name: &str, known: &[&str]) -> String {
    let what = match path {
        "" => format!("`{name}` is not a key"),
        path => format!("`{name}` is not a key of {}", path.trim_end_matches('.')),
    };
    match nearest(name, known) {
        Some(nearest) => format!("{what}; did you mean `{nearest}`?"),
        None => format!("{what}; known are {}", known.join(", ")),
    }
}

fn fits(
    value: &mut Spanned<DeValue<'_>>,
    schema: &Value,
    root: &Value,
    path: &str,
    complaints: &mut Complaints<'_>,
) -> bool {
    let expected = types(schema);
    // A date may be written bare.
    if let DeValue::Datetime(moment) = value.get_ref()
        && expected.contains(&"string")
    {
        let text = moment.to_string();
        *value.get_mut() = DeValue::String(text.into());
    }
    let start = value.span().start;
    let found = match value.get_ref() {
        DeValue::String(_) => "string",
        DeValue::Integer(_) => "integer",
        DeValue::Float(_) => "number",
        DeValue::Boolean(_) => "boolean",
        DeValue::Datetime(_) => "date",
        DeValue::Array(_) => "array",
        DeValue::Table(_) => "object",
    };
    if !expected.contains(&found) {
        let expected: Vec<&str> = expected.into_iter().map(in_words).collect();
        complaints.add(
            start,
            format!(
                "{path} is {}; it should be {}",
                in_words(found),
                expected.join(" or ")
            ),
        );
        return false;
    }
    match value.get_mut() {
        DeValue::Table(table) => {
            prune_table(table, schema, root, &format!("{path}."), complaints);
        }
        DeValue::Array(items) => {
            if let Some(item_schema) = schema.get("items") {
                let item_schema = resolve(item_schema, root);
                let good: Vec<bool> = items
                    .iter_mut()
                    .enumerate()
                    .map(|(place, item)| {
                        let path = format!("{path}[{}]", place + 1);
                        fits(item, item_schema, root, &path, complaints)
                    })
                    .collect();
                if good.contains(&false) {
                    let kept = items.clone().into_iter().zip(good);
                    *items = kept
                        .filter_map(|(item, good)| good.then_some(item))
                        .collect();
                }
            }
        }
        _ => {}
    }
    true
}

/// Follows `$ref` into `$defs`.
fn resolve<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| root.pointer(pointer))
        .unwrap_or(schema)
}

/// The JSON types a schema allows.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => schema
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .flat_map(types)
            .collect(),
    }
}

fn in_words(kind: &str) -> &'static str {
    match kind {
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number with a fraction",
        "boolean" => "true or false",
        "date" => "a date",
        "array" => "a list",
        _ => "a table",
    }
}

/// The known name that a misspelt one is nearest to: at most a third of its letters away.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    known
        .iter()
        .map(|known| (distance(name, known), *known))
        .min()
        .filter(|(distance, _)| *distance * 3 <= name.chars().count().max(3))
        .map(|(_, known)| known)
}

/// Levenshtein's, row by row.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_finds_its_neighbour() {
        let known = ["timeout", "proxy", "max_body"];
        assert_eq!(nearest("timeuot", &known), Some("timeout"));
        assert_eq!(nearest("maxbody", &known), Some("max_body"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
