//! Data written as a flat list, so that values that are used several times stand there once: the form of `devalue`, which
//! Nuxt 3 writes (`__NUXT_DATA__`). In: the list. Out: the value that its first element is the root of.
//!
//! In it every list and object holds places of the list instead of values, negative ones for what JSON has no words for;
//! a list that begins with a word is a value of a type (`["Date", "2025-11-01T…"]`, `["Reactive", 3]`).

use serde_json::{Map, Value};

/// Bytes of the data that is made, about: what is used several times is written out each time.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What a value takes up besides its words; an object of one key takes as much as ten.
const VALUE_BYTES: usize = 160;
/// Levels of it.
const MAX_LEVELS: usize = 100;

/// The data, where a list is of this form; otherwise nothing.
pub(super) fn unflattened(list: &Value) -> Option<Value> {
    let list = list.as_array().filter(|list| is_flat(list))?;
    let mut made = Made {
        list,
        bytes_left: MAX_BYTES,
    };
    made.at(0, 0)
}

/// Whether no element of a list holds anything but places of the list: no other list of objects is so.
fn is_flat(list: &[Value]) -> bool {
    let place = |value: &Value| {
        value
            .as_i64()
            .is_some_and(|at| at < list.len() as i64 && at >= -7)
    };
    let fits = |value: &Value| match value {
        Value::Object(inner) => inner.values().all(place),
        Value::Array(inner) => {
            inner.first().is_some_and(Value::is_string) || inner.iter().all(place)
        }
        _ => true,
    };
    let is_held = matches!(list.first(), Some(Value::Array(_) | Value::Object(_)));
    is_held
        && list.len() > 2
        && list.iter().all(fits)
        && list.iter().any(|value| !value.is_object())
}

struct Made<'l> {
    list: &'l [Value],
    bytes_left: usize,
}

impl Made<'_> {
    fn at(&mut self, place: i64, level: usize) -> Option<Value> {
        let Ok(place) = usize::try_from(place) else {
            return Some(Value::Null);
        };
        self.spend(VALUE_BYTES)?;
        if level > MAX_LEVELS {
            return Some(Value::Null);
        }
        let of = |value: &Value| value.as_i64().unwrap_or(-1);
        Some(match self.list.get(place)? {
            Value::Object(inner) => {
                let mut object = Map::new();
                for (key, value) in inner {
                    self.spend(key.len())?;
                    object.insert(key.clone(), self.at(of(value), level + 1)?);
                }
                Value::Object(object)
            }
            Value::Array(inner) => match inner.split_first() {
                Some((Value::String(kind), rest)) => self.typed(kind, rest, level)?,
                _ => {
                    let items = inner.iter().map(|value| self.at(of(value), level + 1));
                    Value::Array(items.collect::<Option<_>>()?)
                }
            },
            single => self.copied(single)?,
        })
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.bytes_left = self.bytes_left.checked_sub(bytes)?;
        Some(())
    }

    /// A value that holds no others.
    fn copied(&mut self, single: &Value) -> Option<Value> {
        self.spend(single.as_str().map_or(0, str::len))?;
        Some(match single {
            Value::Array(_) | Value::Object(_) => Value::Null,
            single => single.clone(),
        })
    }

    fn typed(&mut self, kind: &str, rest: &[Value], level: usize) -> Option<Value> {
        let of = |value: &Value| value.as_i64().unwrap_or(-1);
        Some(match (kind, rest) {
            ("Date" | "BigInt" | "URL", [value]) => self.copied(value)?,
            ("Set", items) => {
                let items = items.iter().map(|value| self.at(of(value), level + 1));
                Value::Array(items.collect::<Option<_>>()?)
            }
            ("Map" | "null", pairs) => {
                let mut object = Map::new();
                for pair in pairs.chunks_exact(2) {
                    let key = match (kind, &pair[0]) {
                        ("null", Value::String(key)) => key.clone(),
                        (_, at) => match self.at(of(at), level + 1)? {
                            Value::String(key) => key,
                            other => other.to_string(),
                        },
                    };
                    object.insert(key, self.at(of(&pair[1]), level + 1)?);
                }
                Value::Object(object)
            }
            // What a framework wraps around a value to watch it.
            (_, [value]) => self.at(of(value), level + 1)?,
            _ => Value::Null,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn places_become_values() {
        let list = json!([
            ["ShallowReactive", 1], {"data": 2, "state": -1}, {"posts": 3}, [4, 8], {"id": 5, "title": 6, "at": 7},
            7, "tides", ["Date", "2025-11-01T00:00:00Z"], {"id": 9, "title": 6, "at": -1}, 8
        ]);
        assert_eq!(
            unflattened(&list),
            Some(json!({"state": null, "data": {"posts": [
                {"id": 7, "title": "tides", "at": "2025-11-01T00:00:00Z"}, {"id": 8, "title": "tides", "at": null}
            ]}}))
        );
    }

    #[test]
    fn other_lists_are_left_alone() {
        for list in [
            json!([{"id": 1, "title": "x"}, {"id": 2, "title": "y"}]),
            json!([[1, 2], [3, 400], [5, 6]]),
            json!([1, 2, 3]),
            json!([]),
            json!({"a": 1}),
            json!([{"id": 0}, {"id": 1}, {"id": 2}]),
        ] {
            assert_eq!(unflattened(&list), None, "{list}");
        }
    }

    #[test]
    fn circles_and_bombs_are_bounded() {
        assert!(unflattened(&json!([[0], "x", "y"])).is_some());
        let bomb: Vec<Value> = (0..60)
            .map(|at| json!([at + 1, at + 1, at + 1]))
            .chain([json!("x"), json!("y")])
            .collect();
        assert_eq!(unflattened(&Value::Array(bomb)), None);
        let places: Vec<usize> = vec![1; 10_000];
        let long = "x".repeat(MAX_BYTES / 1_000);
        assert_eq!(unflattened(&json!([places, long, "y"])), None);
        let dates = json!([places, ["Date", long], "y"]);
        assert_eq!(unflattened(&dates), None);
    }

    proptest! {
        #[test]
        fn no_list_panics(places in proptest::collection::vec(-8_i64..12, 0..12), words in "[a-zA-Z]{0,5}") {
            let list = json!([places, {"a": places.first()}, [words, 1, 2], words, 5]);
            let _ = unflattened(&list);
        }
    }
}
