//! What does a profile's file say of its keys? Its comments, for who asks why a page is read as it is: a learnt profile
//! has score, reason and the candidates that lost above each of its keys.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// Key (`article.title`) → the comment lines right above it, without their signs.
pub type Notes = BTreeMap<String, Vec<String>>;

/// The comments of a profile's text. A text that is no TOML has none.
pub(super) fn notes(text: &str) -> Notes {
    let mut notes = Notes::new();
    if let Ok(document) = DeTable::parse(text) {
        collect(document.get_ref(), "", text, &mut notes);
    }
    notes
}

fn collect(table: &DeTable<'_>, path: &str, text: &str, notes: &mut Notes) {
    for (key, value) in table {
        let path = format!("{path}{}", key.get_ref());
        let above = comments_above(text, key.span().start);
        if let DeValue::Table(inner) = value.get_ref() {
            collect(inner, &format!("{path}."), text, notes);
        }
        if !above.is_empty() {
            notes.insert(path, above);
        }
    }
}

fn comments_above(text: &str, at: usize) -> Vec<String> {
    let Some(before) = text.get(..at) else {
        return Vec::new();
    };
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let mut lines: Vec<String> = text[..line_start]
        .lines()
        .rev()
        .map_while(|line| line.trim().strip_prefix('#'))
        .map(|words| words.trim().to_owned())
        .collect();
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::notes;

    #[test]
    fn comments_belong_to_the_key_below_them() {
        let found = notes(
            "# The file.\n\nformat = 1\n# A table.\n[article]\n# why\n# lost: h2\ntitle = [ # no\n  \"h1\",\n]\nbody = [\"p\"]\n\
             author = [\"#a\"] # beside\n[article.deep]\n# deep\nkey = 1\n",
        );
        let said: Vec<(&str, String)> = found
            .iter()
            .map(|(key, lines)| (key.as_str(), lines.join("|")))
            .collect();
        assert_eq!(
            said,
            [
                ("article", "A table.".to_owned()),
                ("article.deep.key", "deep".to_owned()),
                ("article.title", "why|lost: h2".to_owned()),
            ]
        );
        assert!(notes("a = [").is_empty());
    }
}
