//! Profiles as text, changed: every selector, one section, one field, the name.

use toml::{Table, Value};

/// Keys of which the values are words or patterns, not selectors.
const NO_SELECTORS: [&str; 12] = [
    "empty",
    "cut_mark",
    "title_suffix",
    "source",
    "drop",
    "key_pattern",
    "secret_words",
    "page_param",
    "pattern",
    "attr",
    "url",
    "class",
];
/// Sections with selectors.
const SECTIONS: [&str; 6] = [
    "listing",
    "pager",
    "article",
    "attachments",
    "comments",
    "classes",
];

/// The part of a profile that reads listings, or the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Listing,
    Article,
}

impl Part {
    fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Listing => &["listing", "pager"],
            Self::Article => &["article", "attachments", "comments", "classes"],
        }
    }
}

/// The profile with each selector changed; where there is a list of them, the changed ones stand in front of those of
/// before. `None`: it is no TOML.
pub(super) fn with_selectors(text: &str, change: &dyn Fn(&str) -> String) -> Option<String> {
    let mut profile: Table = text.parse().ok()?;
    for section in SECTIONS {
        if let Some(value) = profile.get_mut(section) {
            change_value(section, value, change);
        }
    }
    toml::to_string(&profile).ok()
}

fn change_value(section: &str, value: &mut Value, change: &dyn Fn(&str) -> String) {
    match value {
        Value::Table(table) => {
            for (key, value) in table.iter_mut() {
                let words = NO_SELECTORS.contains(&key.as_str())
                    // A parameter's name, a page's title.
                    || (section == "attachments" && key == "key")
                    || (section == "classes" && key == "title");
                if !words {
                    change_value(section, value, change);
                }
            }
        }
        Value::Array(list) => {
            let mut changed: Vec<Value> = Vec::new();
            for item in list.iter() {
                let mut new = item.clone();
                change_value(section, &mut new, change);
                if !changed.contains(&new) {
                    changed.push(new);
                }
            }
            // A list of tables is a list of different things ([[classes]]), a list of rules one of choices.
            if section != "classes" {
                for old in list.drain(..) {
                    if !changed.contains(&old) {
                        changed.push(old);
                    }
                }
            }
            *list = changed;
        }
        Value::String(selector) => *selector = change(selector),
        _ => {}
    }
}

/// A part of a profile as text of its own.
pub fn part(text: &str, part: Part) -> Option<String> {
    let profile: Table = text.parse().ok()?;
    let kept: Table = profile
        .into_iter()
        .filter(|(section, _)| part.sections().contains(&section.as_str()))
        .collect();
    toml::to_string(&kept).ok()
}

/// The profile with the sections of `from` in place of its own of the same names.
pub fn with_part(text: &str, from: &str) -> Option<String> {
    let mut profile: Table = text.parse().ok()?;
    let from: Table = from.parse().ok()?;
    profile.extend(from);
    toml::to_string(&profile).ok()
}

/// The profile with the section `listing` of `from` in place of its own; keys that `from` has not stay.
pub fn with_listing(text: &str, from: &str) -> Option<String> {
    let mut profile: Table = text.parse().ok()?;
    let from: Table = from.parse().ok()?;
    let (Some(Value::Table(old)), Some(Value::Table(new))) =
        (profile.get_mut("listing"), from.get("listing"))
    else {
        return None;
    };
    // Header cells and rows to be left out are not where they were, and words say the same as ever.
    old.remove("header");
    old.remove("skip");
    for (key, value) in new {
        if key != "empty" {
            old.insert(key.clone(), value.clone());
        }
    }
    toml::to_string(&profile).ok()
}

/// The profile with rules for a field of the article in front of those it has.
pub fn with_rules(text: &str, field: &str, rules: &Value) -> Option<String> {
    let mut profile: Table = text.parse().ok()?;
    let Value::Table(article) = profile
        .entry("article")
        .or_insert_with(|| Value::Table(Table::new()))
    else {
        return None;
    };
    let mut list: Vec<Value> = rules.as_array()?.clone();
    if let Some(Value::Array(before)) = article.get(field) {
        for rule in before {
            if !list.contains(rule) {
                list.push(rule.clone());
            }
        }
    }
    article.insert(field.to_owned(), Value::Array(list));
    toml::to_string(&profile).ok()
}

/// The profile under another name, with a comment that says where it comes from. It is used by that name alone: what
/// recognises the software would recognise other boards too.
pub fn with_name(text: &str, name: &str, comment: &str) -> Option<String> {
    let mut profile: Table = text.parse().ok()?;
    profile.insert("engine".into(), Value::String(name.to_owned()));
    profile.remove("recognise");
    let comment: String = comment
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Some(format!("# {comment}\n{}", toml::to_string(&profile).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = r##"
engine = "a"
[recognise]
need = 1
[listing]
rows = ["tr.row"]
empty = ["no.posts"]
author = [{ select = ".by", pattern = "by (.+)" }]
[article]
body = [".text"]
title_suffix = ".x"
[[classes]]
class = "gone"
missing = ".text"
"##;

    #[test]
    fn selectors_are_changed_and_words_are_not() {
        let text = with_selectors(PROFILE, &|selector| selector.replace('.', ".new-")).unwrap();
        let profile: Table = text.parse().unwrap();
        assert_eq!(
            profile["listing"]["rows"],
            Value::from(vec!["tr.new-row", "tr.row"])
        );
        assert_eq!(profile["listing"]["empty"], Value::from(vec!["no.posts"]));
        assert_eq!(
            profile["listing"]["author"][0]["select"].as_str(),
            Some(".new-by")
        );
        assert_eq!(
            profile["listing"]["author"][0]["pattern"].as_str(),
            Some("by (.+)")
        );
        assert_eq!(profile["article"]["title_suffix"].as_str(), Some(".x"));
        assert_eq!(profile["classes"][0]["missing"].as_str(), Some(".new-text"));
        assert_eq!(profile["classes"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn parts_and_rules_are_put_in_their_places() {
        let listing = part(PROFILE, Part::Listing).unwrap();
        assert!(!listing.contains("body"), "{listing}");
        let mixed = with_part(PROFILE, "[listing]\nrows = [\"li\"]\n").unwrap();
        assert!(
            mixed.contains("\"li\"") && !mixed.contains("tr.row"),
            "{mixed}"
        );
        let text = with_rules(PROFILE, "body", &Value::from(vec!["#b"])).unwrap();
        let profile: Table = text.parse().unwrap();
        assert_eq!(profile["article"]["body"], Value::from(vec!["#b", ".text"]));
        let named = with_name(PROFILE, "b", "two\nlines").unwrap();
        assert!(named.starts_with("# two lines\n"), "{named}");
        assert!(!named.contains("recognise"), "{named}");
    }
}
