//! Do the rows of a listing tell of its articles? Many show who replied last, and when. In: articles with their rows, and
//! the rules for their fields. Out: which columns most articles contradict.

use super::article::{ArticleRules, Sample};
use super::field_rule::FieldRule;
use crate::dates::read_date;
use crate::model::Calendar;

/// Columns of the listing that tell of something else than the articles: of a topic's last post, mostly.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub author: bool,
    pub date: bool,
}

impl Rows {
    /// Those that more than a few articles contradict.
    pub(super) fn that_lie(
        rules: &ArticleRules,
        samples: &[Sample<'_>],
        calendar: Calendar<'_>,
    ) -> Self {
        let first = |sample: &Sample<'_>, rules: &[FieldRule]| {
            rules
                .iter()
                .find_map(|rule| rule.value_in(sample.page.html.root_element()))
        };
        let lies = |agreed: Vec<bool>| {
            let n_agreed = agreed.iter().filter(|agreed| **agreed).count();
            n_agreed * 5 < agreed.len() * 4
        };
        let authors = samples.iter().filter_map(|sample| {
            let shown = first(sample, &rules.author)?;
            Some(shown.contains(sample.row.author.as_ref()?.as_str()))
        });
        let dates = samples.iter().filter_map(|sample| {
            let read = |text: &str| read_date(text, calendar, sample.page.as_of);
            let exact = sample.row.date_attribute.as_deref().and_then(read);
            let listed = exact.or_else(|| read(sample.row.date.as_deref()?))?;
            Some(listed.agrees(&read(&first(sample, &rules.date)?)?))
        });
        Self {
            author: lies(authors.collect()),
            date: lies(dates.collect()),
        }
    }
}
