//! Which rule of the profile gave each field of a listing's rows, where, and what the others would have given. For
//! people; the rows themselves are read by [`super::rows`].

use std::collections::BTreeMap;

use super::header::{Column, Columns, cells_of, read_header};
use crate::document::{ElementRef, Html, Query, first_of};
use crate::model::ListingPage;
use crate::profile::{ListingRules, Profile, Rule, UNSEEN, element_text, place_of};

/// One source of a field: a rule of the profile, or a column of the header.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowTrace {
    pub field: &'static str,
    /// Place in the profile (`listing.author[0]`), or `column 3 of the header`.
    pub rule: String,
    /// Rows that have the field from it, of how many.
    pub n_rows: usize,
    pub of_rows: usize,
    /// The first of its values.
    pub value: String,
    /// Where that one stands.
    pub at: String,
    /// Other rules that match in the same row, and what they would give.
    pub also: Vec<String>,
}

/// For each field of a row, which rules gave it, the one that gave most rows first. Empty where no listing is found.
pub fn explain_listing(html: &Html, profile: &Profile) -> Vec<RowTrace> {
    let rules = &profile.listing;
    let root = html.root_element();
    let container = match rules.container.is_empty() {
        true => Some(root),
        false => first_of(root, &rules.container),
    };
    let Some(within) = container else {
        return Vec::new();
    };
    let rows: Option<(usize, Vec<ElementRef<'_>>)> = rules
        .rows
        .iter()
        .map(|selector| {
            within
                .select(selector)
                .take(ListingPage::MAX_ROWS)
                .collect()
        })
        .enumerate()
        .find(|(_, rows): &(usize, Vec<ElementRef<'_>>)| !rows.is_empty());
    let Some((place, rows)) = rows else {
        return Vec::new();
    };
    let mut traces = vec![RowTrace {
        field: "rows",
        rule: format!("listing.rows[{place}]"),
        n_rows: rows.len(),
        of_rows: rows.len(),
        value: String::new(),
        at: place_of(rows[0]),
        also: Vec::new(),
    }];
    let header: Vec<ElementRef<'_>> = rules
        .header
        .iter()
        .map(|selector| selector.select(within).take(200).collect::<Vec<_>>())
        .find(|cells| !cells.is_empty())
        .unwrap_or_default();
    let (columns, n_columns) = read_header(&header, &UNSEEN);
    for (field, column, own) in fields(rules) {
        traces.extend(field_traces(field, own, &rows, |row| {
            column.and_then(|column| cell(row, &columns, n_columns, column))
        }));
    }
    traces
}

fn fields(rules: &ListingRules) -> [(&'static str, Option<Column>, &[Rule]); 8] {
    [
        ("title", None, &rules.title),
        ("rank", Some(Column::Rank), &rules.rank),
        ("author", Some(Column::Author), &rules.author),
        ("date", Some(Column::Date), &rules.date),
        ("category", Some(Column::Category), &rules.category),
        ("views", Some(Column::Views), &rules.views),
        ("votes", Some(Column::Votes), &rules.votes),
        (
            "comment_count",
            Some(Column::CommentCount),
            &rules.comment_count,
        ),
    ]
}

/// The row's cell under a heading, and its number.
fn cell<'a>(
    row: ElementRef<'a>,
    columns: &Columns,
    n_columns: usize,
    column: Column,
) -> Option<(usize, ElementRef<'a>)> {
    let place = *columns.get(&column)?;
    let cells = cells_of(row);
    (cells.len() == n_columns).then(|| Some((place + 1, *cells.get(place)?)))?
}

fn field_traces<'a>(
    field: &'static str,
    rules: &[Rule],
    rows: &[ElementRef<'a>],
    cell_of: impl Fn(ElementRef<'a>) -> Option<(usize, ElementRef<'a>)>,
) -> Vec<RowTrace> {
    let mut by_rule: BTreeMap<String, RowTrace> = BTreeMap::new();
    for row in rows {
        let cell = cell_of(*row);
        let within = cell.map_or(*row, |(_, cell)| cell);
        let mut found: Vec<(String, String, ElementRef<'_>)> = rules
            .iter()
            .enumerate()
            .filter_map(|(place, rule)| {
                let value = rule.value_in(*row, within, &UNSEEN)?;
                let element = rule.element(*row).unwrap_or(*row);
                Some((format!("listing.{field}[{place}]"), value, element))
            })
            .collect();
        if let Some((number, cell)) = cell {
            let text = element_text(cell, &[&UNSEEN as &[Query]]);
            if !text.is_empty() {
                found.push((format!("column {number} of the header"), text, cell));
            }
        }
        let mut found = found.into_iter();
        let Some((rule, value, element)) = found.next() else {
            continue;
        };
        by_rule
            .entry(rule.clone())
            .or_insert_with(|| RowTrace {
                field,
                rule,
                n_rows: 0,
                of_rows: rows.len(),
                value,
                at: place_of(element),
                also: found
                    .map(|(rule, value, _)| format!("{rule}: {value}"))
                    .collect(),
            })
            .n_rows += 1;
    }
    let mut traces: Vec<RowTrace> = by_rule.into_values().collect();
    traces.sort_by_key(|trace| std::cmp::Reverse(trace.n_rows));
    traces
}

#[cfg(test)]
mod tests {
    use crate::document::Html;

    use super::explain_listing;
    use crate::profile::Profile;

    const PROFILE: &str = r#"
format = 1
engine = "plain"
title = "Plain"
[identity]
scope = "site"
article_url = "/post/{id}"
listing_url = "/list?page={page}"
board_url = "/list"
[[identity.articles]]
path = '/post/(?<id>\d+)'
[[identity.boards]]
path = '/(?<board>list)'
[listing]
container = ["table"]
rows = ["tr.old", "tbody > tr"]
header = ["thead th"]
link = ["a"]
title = ["a"]
author = ["b.pen", "i"]
[article]
title = ["h1"]
body = ["main"]
"#;

    #[test]
    fn each_field_is_told_with_its_rule_its_place_and_the_others() {
        let profile = Profile::from_toml(PROFILE).expect("a profile");
        let html = Html::parse_document(
            "<table><thead><tr><th>No<th>Title<th>Date</thead><tbody>\
             <tr><td>2<td><a href='/post/2'>Two</a> <b class=pen>quill</b><i>Q</i><td>2026-11-02</tr>\
             <tr><td>1<td><a href='/post/1'>One</a> <i>okto</i><td>2026-11-01</tr></tbody></table>",
        );
        let traces = explain_listing(&html, &profile);
        let said: Vec<String> = traces
            .iter()
            .map(|trace| {
                format!(
                    "{} {} {}/{} {} @ {} {:?}",
                    trace.field,
                    trace.rule,
                    trace.n_rows,
                    trace.of_rows,
                    trace.value,
                    trace.at,
                    trace.also
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "rows listing.rows[1] 2/2  @ body > table > tbody > tr []",
                "title listing.title[0] 2/2 Two @ tbody > tr > td > a []",
                "rank column 1 of the header 2/2 2 @ table > tbody > tr > td []",
                "author listing.author[0] 1/2 quill @ tbody > tr > td > b.pen [\"listing.author[1]: Q\"]",
                "author listing.author[1] 1/2 okto @ tbody > tr > td > i []",
                "date column 3 of the header 2/2 2026-11-02 @ table > tbody > tr > td []",
            ]
        );
        let nothing = Html::parse_document("<p>words</p>");
        assert_eq!(explain_listing(&nothing, &profile), []);
    }
}
