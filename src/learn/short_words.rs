//! What is a column of short words: authors, categories, or neither? In: how often its words are there, differ, lead
//! somewhere. Out: votes.

use super::columns::{COVERAGE, MANY_ROWS};
use super::leads::Leads;
use super::words::DATED;

/// Whether texts are cut at one length, as teasers are.
pub(super) fn are_beginnings(filled: &[&str]) -> bool {
    /// Names are shorter.
    const LEAST: usize = 14;
    let lengths = || filled.iter().map(|text| text.chars().count());
    let longest = lengths().max().unwrap_or(0);
    // A space at the cut is not shown.
    let n_cut = lengths().filter(|length| length + 1 >= longest).count();
    filled.len() >= MANY_ROWS && longest >= LEAST && 2 * n_cut > filled.len()
}

/// Words with more letters than digits that show no date.
pub(super) fn is_plain(text: &str) -> bool {
    let n = |test: fn(char) -> bool| text.chars().filter(|c| test(*c)).count();
    n(char::is_alphabetic) > n(char::is_numeric) && !DATED.is_match(text)
}

/// A column of short words.
pub(super) struct Words {
    /// Shares of rows: those that have it, and of different words.
    pub(super) coverage: f64,
    pub(super) distinct: f64,
    /// All rows say the same, and nothing around it says that it is an author.
    pub(super) is_button: bool,
    /// They are the beginnings of texts: most are cut at one length.
    pub(super) are_beginnings: bool,
    /// Share of those that begin with a number.
    pub(super) like_counts: f64,
    /// Share of those with three words or fewer: a teaser, cut short, has more.
    pub(super) like_names: f64,
    /// Share of those that announce what follows.
    pub(super) labels: f64,
    /// Share of those that may be a name: no price, no date.
    pub(super) plain: f64,
    pub(super) leads: Option<Leads>,
    pub(super) of_last_reply: bool,
}

impl Words {
    /// What is told of words without a name for it and without links to people.
    fn may_be_names(&self) -> bool {
        self.plain >= 0.5 && !self.is_button && !self.are_beginnings
    }

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
            && self.labels < 0.5
            && (author > 0.0 || is_person || self.may_be_names())
        {
            // `2 min`, `187 words`: the numbers of readers' patience.
            let counts = 0.5 * self.like_counts;
            let again = f64::from(u8::from(self.distinct < 1.0));
            let person = f64::from(u8::from(is_person));
            let score = 0.2 + author + 0.3 * again + 0.3 * self.like_names + person - counts;
            found.push(("author", score, "short words, often the same"));
        }
        if is_part {
            let reason = "few words that lead to a part of the listing";
            found.push(("category", 1.5 + category, reason));
        } else if category > 0.0 && self.distinct < 0.8 {
            found.push(("category", 1.0 + category, "few words, under such a name"));
        }
        found
    }
}
