//! Lines with places to fill in: `{board}: {title}`. Braces that are meant as such are written twice.

use std::str::FromStr;

/// What a place is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Kind,
    Board,
    Title,
    Url,
    Author,
    Posted,
    At,
    Note,
    Text,
}

const FIELDS: [(&str, Field); 9] = [
    ("kind", Field::Kind),
    ("board", Field::Board),
    ("title", Field::Title),
    ("url", Field::Url),
    ("author", Field::Author),
    ("posted", Field::Posted),
    ("at", Field::At),
    ("note", Field::Note),
    ("text", Field::Text),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(String),
    Field(Field),
}

/// A line that is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

impl Template {
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            words.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                words.push_str(brace);
                rest = after;
                continue;
            }
            let end = rest.find('}').filter(|_| brace == "{");
            let end =
                end.ok_or("a brace has no partner; write {{ or }} for one that is meant as such")?;
            let name = &rest[..end];
            let known = FIELDS.iter().find(|(known, _)| *known == name);
            let (_, field) = known.ok_or_else(|| {
                let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
                format!("{{{name}}} is not known; known are {}", names.join(", "))
            })?;
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            pieces.push(Piece::Field(*field));
            rest = &rest[end + 1..];
        }
        words.push_str(rest);
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        match pieces.is_empty() {
            true => Err("it is empty".to_owned()),
            false => Ok(Self(pieces)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_and_double_braces_kept() {
        let template: Template = "{{{board}}} – {title}!".parse().expect("a good line");
        let words = |text: &str| Piece::Words(text.to_owned());
        assert_eq!(
            template.pieces(),
            [
                words("{"),
                Piece::Field(Field::Board),
                words("} – "),
                Piece::Field(Field::Title),
                words("!"),
            ]
        );
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        for (text, complaint) in [
            ("{titel}", "{titel} is not known; known are kind, board,"),
            ("{title", "a brace has no partner"),
            ("title}", "a brace has no partner"),
            ("", "it is empty"),
        ] {
            let said = text.parse::<Template>().expect_err(text);
            assert!(said.starts_with(complaint), "{text}: {said}");
        }
    }
}
