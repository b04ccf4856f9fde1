//! What is wrong with a file, and where: `boardwalk.toml:5:17: every_minutes is 0; the least is 1`.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a text; both numbers are 1-based, the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// Of a byte offset. One beyond the end, or inside a character, is moved back.
    pub fn of(text: &str, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    pub path: PathBuf,
    pub place: Place,
    /// Names the key and what would be right; lower case, no full stop.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column } = self.place;
        write!(
            f,
            "{}:{line}:{column}: {}",
            self.path.display(),
            self.message
        )
    }
}

/// Collects complaints about one text.
pub(super) struct Complaints<'t> {
    path: &'t Path,
    text: &'t str,
    /// Where lines begin: a file of thousands of boards is not to be counted through for each of them.
    line_starts: Vec<usize>,
    list: Vec<Complaint>,
}

impl<'t> Complaints<'t> {
    pub(super) fn new(path: &'t Path, text: &'t str) -> Self {
        Self {
            path,
            text,
            line_starts: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(newline, _)| newline + 1))
                .collect(),
            list: Vec::new(),
        }
    }

    /// `at` is a byte offset into the text.
    pub(super) fn add(&mut self, at: usize, message: impl Into<String>) {
        self.list.push(Complaint {
            path: self.path.to_path_buf(),
            place: self.place(at),
            message: message.into(),
        });
    }

    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= at);
        let start = self.line_starts[line - 1];
        Place {
            line,
            column: Place::of(&self.text[start..], at - start).column,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_file_is_that_in_its_text() {
        for text in ["", "\n", "a", "가나\n\n다 = 1\r\n라", "a\nb\n"] {
            let complaints = Complaints::new(Path::new("a.toml"), text);
            for at in 0..text.len() + 3 {
                assert_eq!(complaints.place(at), Place::of(text, at), "{text:?} {at}");
            }
        }
    }
}
