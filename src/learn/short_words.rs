//! What is a column of short words: authors, categories, or neither? In: how often its words are there, differ, lead
//! somewhere. Out: votes.

use std::collections::BTreeSet;

use super::columns::{COVERAGE, MANY_ROWS};
use super::leads::Leads;
use super::words::{DATED, class_says, header_says, introduces_author};

/// Whether texts are cut at one length, as teasers are.
fn are_beginnings(filled: &[&str]) -> bool {
    /// Names are shorter.
    const LEAST: usize = 14;
    let lengths = || filled.iter().map(|text| text.chars().count());
    let longest = lengths().max().unwrap_or(0);
    // A space at the cut is not shown.
    let n_cut = lengths().filter(|length| length + 1 >= longest).count();
    filled.len() >= MANY_ROWS && longest >= LEAST && 2 * n_cut > filled.len()
}

/// Whether the element around a column's is named for authors: `by <a>mira</a>`.
fn is_in_author(css: &str) -> bool {
    let around = css.rsplit(" > ").nth(1).unwrap_or_default();
    let names = around.replace('.', " ");
    class_says(&names, "author") && !class_says(&names, "category")
}

fn ends_as_label(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// Whether what all rows say announces what follows: `Posted`, `by`.
fn is_label(text: &str) -> bool {
    let word: String = text.split_whitespace().collect::<String>().to_lowercase();
    ends_as_label(text) || introduces_author(text) || header_says(&word, "date")
}

/// Words with more letters than digits that show no date.
fn is_plain(text: &str) -> bool {
    let n = |test: fn(char) -> bool| text.chars().filter(|c| test(*c)).count();
    n(char::is_alphabetic) > n(char::is_numeric) && !DATED.is_match(text)
}

/// A column of short words.
pub(super) struct Words {
    /// Share of rows that have it.
    pub(super) coverage: f64,
    pub(super) leads: Option<Leads>,
    pub(super) of_last_reply: bool,
    pub(super) looks: Looks,
}

/// What the words themselves tell.
pub(super) struct Looks {
    /// Share of different words.
    distinct: f64,
    /// All rows say the same, and nothing around it says that it is an author.
    is_button: bool,
    /// They are the beginnings of texts: most are cut at one length.
    are_beginnings: bool,
    /// Share of those that begin with a number.
    like_counts: f64,
    /// Share of those with three words or fewer: a teaser, cut short, has more.
    like_names: f64,
    /// Share of those that announce what follows.
    labels: f64,
    /// Share of those that may be a name: no price, no date.
    plain: f64,
}

impl Looks {
    /// `filled`: the words of the rows that have any. `css`: where they stand.
    pub(super) fn of(filled: &[&str], css: &str) -> Self {
        let n = filled.len() as f64;
        let share =
            |test: fn(&str) -> bool| filled.iter().filter(|text| test(text)).count() as f64 / n;
        let n_distinct = filled.iter().collect::<BTreeSet<_>>().len();
        Self {
            distinct: n_distinct as f64 / n,
            is_button: n_distinct == 1 && !is_in_author(css),
            are_beginnings: are_beginnings(filled),
            like_counts: share(|text| text.starts_with(|c: char| c.is_ascii_digit())),
            like_names: share(|text| text.split_whitespace().count() <= 3),
            labels: match n_distinct {
                1 => share(is_label),
                _ => share(ends_as_label),
            },
            plain: share(is_plain),
        }
    }

    /// What is told of words without a name for it and without links to people.
    fn may_be_names(&self) -> bool {
        self.plain >= 0.5 && !self.is_button && !self.are_beginnings
    }
}

impl Words {
    /// Whether they are authors or categories.
    pub(super) fn votes(
        &self,
        said: &dyn Fn(&str) -> f64,
    ) -> Vec<(&'static str, f64, &'static str)> {
        let author = said("author");
        let category = said("category");
        let is_part = self.leads == Some(Leads::Listing);
        let is_person = self.leads == Some(Leads::Person);
        let mut found = Vec::new();
        if self.coverage >= COVERAGE
            && !self.of_last_reply
            && said("title") < 2.0
            && !is_part
            && self.leads != Some(Leads::File)
            && (author > 0.0 || category < 1.0)
            && self.looks.labels < 0.5
            && (author > 0.0 || is_person || self.looks.may_be_names())
        {
            // `2 min`, `187 words`: the numbers of readers' patience.
            let counts = 0.5 * self.looks.like_counts;
            let again = f64::from(u8::from(self.looks.distinct < 1.0));
            let person = f64::from(u8::from(is_person));
            let score = 0.2 + author + 0.3 * again + 0.3 * self.looks.like_names + person - counts;
            found.push(("author", score, "short words, often the same"));
        }
        if is_part {
            let reason = "few words that lead to a part of the listing";
            found.push(("category", 1.5 + category, reason));
        } else if category > 0.0 && self.looks.distinct < 0.8 {
            found.push(("category", 1.0 + category, "few words, under such a name"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_in_all_rows_is_an_author_where_it_is_named_so_and_announces_nothing() {
        let votes = |word: &str, css: &str, author: f64| {
            let words = Words {
                coverage: 1.0,
                leads: None,
                of_last_reply: false,
                looks: Looks::of(&[word; 10], css),
            };
            let said = |field: &str| if field == "author" { author } else { 0.0 };
            !words.votes(&said).is_empty()
        };
        assert!(votes("mira", "p > span.author > a", 0.0));
        assert!(votes("mira", "p > span", 1.0));
        for word in ["Continue", "$ 10.50", "Dec 15"] {
            assert!(!votes(word, "p > a", 0.0), "{word}");
        }
        for label in ["Posted", "by", "カテゴリ:"] {
            assert!(!votes(label, "p > span", 1.0), "{label}");
        }
    }
}
