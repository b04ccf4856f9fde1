//! Text → [`ProfileFile`], with every complaint at once.
//!
//! Serde stops at the first problem. So the document is parsed once into a tree that knows places; what serde
//! refuses is noted, cut out of the tree, and the rest is tried again.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};
use toml::{Deserializer, Spanned};

use super::format::ProfileFile;

/// How often a refused part is cut out before giving up: more than anyone wants to read at once.
const MAX_CUTS: usize = 50;

/// What is wrong with a profile, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// 1-based; 0 where the cause is not in the file but in a board's table of overrides.
    pub line: usize,
    /// 1-based, in characters; 0 likewise.
    pub column: usize,
    /// Names the key, lower case, no full stop.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// Collects complaints about one text and turns byte offsets into lines and columns.
pub(super) struct Complaints<'t> {
    text: &'t str,
    list: Vec<Complaint>,
}

impl<'t> Complaints<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            list: Vec::new(),
        }
    }

    /// `at` is a byte offset into the text.
    pub(super) fn add(&mut self, at: usize, message: impl Into<String>) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.list.push(Complaint {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In the order of the file.
    pub(super) fn into_list(mut self) -> Vec<Complaint> {
        self.list.sort();
        self.list.dedup();
        self.list
    }
}

/// The file as far as it can be read. `None` where something required is missing; the complaints say what.
pub(super) fn parse(text: &str, complaints: &mut Complaints<'_>) -> Option<ProfileFile> {
    let (mut document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        complaints.add(start_of(error), first_line(error.message()));
    }
    let mut cuts: Vec<String> = Vec::new();
    for _ in 0..MAX_CUTS {
        match ProfileFile::deserialize(Deserializer::from(document.clone())) {
            Ok(file) => return Some(file),
            Err(error) => {
                let cut = error
                    .span()
                    .and_then(|span| cut_from_table(document.get_mut(), &span));
                let missing = error
                    .message()
                    .strip_prefix("missing field `")
                    .map(|rest| rest.split('`').next().unwrap_or_default());
                // What was cut out, or did not parse, is missing because of that: one complaint is enough.
                let explained = missing.is_some_and(|field| {
                    !errors.is_empty()
                        || cuts.iter().any(|cut| cut.rsplit('.').next() == Some(field))
                });
                if !explained {
                    let message = first_line(error.message());
                    let message = match &cut {
                        Some(path) => format!("{path}: {message}"),
                        None => message,
                    };
                    complaints.add(start_of(&error), message);
                }
                match cut {
                    Some(path) if missing.is_none() => cuts.push(path),
                    _ => break,
                }
            }
        }
    }
    if complaints.is_empty() {
        complaints.add(0, "too many problems");
    }
    None
}

fn start_of(error: &toml::de::Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// Removes the key or value that stands at exactly this place; the path to it, as in `listing.rows[2]`.
fn cut_from_table(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let here = table
        .iter()
        .find(|(key, value)| key.span() == *span || value.span() == *span)
        .map(|(key, _)| key.clone());
    if let Some(key) = here {
        table.remove(&key);
        return Some(key.into_inner().into_owned());
    }
    table.iter_mut().find_map(|(key, value)| {
        let rest = cut_from_value(value, span)?;
        let dot = if rest.starts_with('[') { "" } else { "." };
        Some(format!("{}{dot}{rest}", key.get_ref()))
    })
}

fn cut_from_value(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<String> {
    match value.get_mut() {
        DeValue::Table(table) => cut_from_table(table, span),
        DeValue::Array(array) => {
            if let Some(place) = array.iter().position(|item| item.span() == *span) {
                *array = array
                    .clone()
                    .into_iter()
                    .filter(|item| item.span() != *span)
                    .collect();
                return Some(format!("[{place}]"));
            }
            array.iter_mut().enumerate().find_map(|(place, item)| {
                let rest = cut_from_value(item, span)?;
                let dot = if rest.starts_with('[') { "" } else { "." };
                Some(format!("[{place}]{dot}{rest}"))
            })
        }
        _ => None,
    }
}
