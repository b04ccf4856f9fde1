//! The rows of a listing page, in page order.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use url::Url;

use super::header::{
    CURRENT_MARKS, Column, Columns, RankCell, cells_of, read_count, read_header, read_rank_cell,
};
use super::pager::read_pager;
use crate::dates;
use crate::document::{Document, ElementRef, Part, Query, first_of};
use crate::model::{ListingPage, PostedAt, Row};
use crate::profile::{ArticleRef, ListingRules, Profile, Rule, UNSEEN, element_text};

/// A page can be wrong in as many ways as it has rows; nobody reads more than this.
const MAX_WARNINGS: usize = 50;

static BASE: LazyLock<Query> =
    LazyLock::new(|| Query::parse("base[href]").expect("a constant selector"));

/// A month and a day, and no year: `10-20`, `10.20 09:00`, `10월 20일`, `20 Oct`.
static YEARLESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^\D* \d{1,2} \s* (?:[-./]|월) \s* \d{1,2} \s* (?:일|\.)? (?:\D+ \d{1,2}:\d{2}.*)? $
        | ^ (?:\d{1,2} \s+ [A-Za-z]{3,9}\.? | [A-Za-z]{3,9}\.? \s+ \d{1,2}) $",
    )
    .expect("a constant pattern")
});

/// Whether a date's words tell month and day alone: which year is meant is a guess.
pub fn is_yearless(words: &str) -> bool {
    YEARLESS.is_match(words)
}

/// A count at the end of a link's text: `제목 [6]`, `제목 (6)`, `제목 +6`.
static COUNT_AT_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?<title>.+?)\s*(?:\[\s*(?<a>[\d,]+)\s*\]|\(\s*(?<b>[\d,]+)\s*\)|\s\+(?<c>\d+))$")
        .expect("a constant pattern")
});

/// Reads a listing page. `url` is the URL that answered, `as_of` the server's clock when it did: short dates are
/// read by it. Rows without an article's link are left out, with a warning.
pub fn read_listing(
    html: &Document,
    url: &Url,
    profile: &Profile,
    as_of: Timestamp,
) -> ListingPage {
    let rules = &profile.listing;
    let root = html.root();
    let base = BASE
        .select_in(html)
        .next()
        .and_then(|element| url.join(element.attr("href")?.trim()).ok())
        .unwrap_or_else(|| url.clone());
    let container = if rules.container.is_empty() {
        Some(root.element())
    } else {
        first_of(root, &rules.container)
    };
    let mut page = ListingPage {
        container_found: container.is_some(),
        pager: read_pager(html, &base, url, profile),
        as_of: Some(as_of),
        ..ListingPage::default()
    };
    // Outside a listing a link to an article is something else: the next post, a widget, an advertisement.
    let Some(within) = container else {
        warn(&mut page, "no listing on this page".to_owned());
        return page;
    };
    let header_cells = rules
        .header
        .iter()
        .map(|selector| selector.select(within).take(200).collect::<Vec<_>>())
        .find(|cells| !cells.is_empty())
        .unwrap_or_default();
    let (columns, n_columns) = read_header(&header_cells, &UNSEEN);
    let reader = RowReader {
        profile,
        rules,
        base,
        here: url,
        columns,
        n_columns,
        not_title: UNSEEN.iter().chain(&rules.title_remove).cloned().collect(),
        as_of,
    };

    let elements = rules
        .rows
        .iter()
        .map(|selector| selector.select(within).take(ListingPage::MAX_ROWS + 1))
        .map(Iterator::collect::<Vec<_>>)
        .find(|rows| !rows.is_empty())
        .unwrap_or_default();
    if elements.len() > ListingPage::MAX_ROWS {
        warn(
            &mut page,
            format!(
                "more than {} rows; the rest is not read",
                ListingPage::MAX_ROWS
            ),
        );
    }
    for (i, element) in elements.into_iter().take(ListingPage::MAX_ROWS).enumerate() {
        let row = Part::of(element);
        if matches_or_holds(&row, &rules.skip) {
            continue;
        }
        match reader.read(&row) {
            Ok(row) => page.rows.push(row),
            Err(_) if says_empty(element, rules) => page.says_empty = true,
            Err(reason) => warn(&mut page, format!("row {}: {reason}", i + 1)),
        }
    }
    if page.rows.is_empty() {
        page.says_empty |= says_empty(within, rules);
    }
    page
}

fn warn(page: &mut ListingPage, warning: String) {
    if page.warnings.len() < MAX_WARNINGS {
        page.warnings.push(warning);
    }
}

fn says_empty(element: ElementRef<'_>, rules: &ListingRules) -> bool {
    let text = element_text(element, &[]);
    rules
        .empty
        .iter()
        .any(|words| text.contains(words.as_str()))
}

/// All that is the same for every row of a page.
struct RowReader<'p> {
    profile: &'p Profile,
    rules: &'p ListingRules,
    base: Url,
    here: &'p Url,
    columns: Columns,
    n_columns: usize,
    /// What is inside a title's element, but no part of the title.
    not_title: Vec<Query>,
    as_of: Timestamp,
}

impl RowReader<'_> {
    fn read(&self, row: &Part<'_>) -> Result<Row, &'static str> {
        let (link, url, article) = self.find_link(row)?;
        let cells = cells_of(row.element());
        // A row with another number of cells (a notice over the whole width) is not described by the header.
        let cell = |column: Column| {
            let place = self.columns.get(&column)?;
            (cells.len() == self.n_columns).then(|| cells.get(*place).copied())?
        };
        let rules = self.rules;

        let rank_text = self.field(row, cell(Column::Rank), &rules.rank);
        let rank_cell = read_rank_cell(&rank_text.unwrap_or_default());
        let notice = rank_cell == RankCell::Notice || matches_or_holds(row, &rules.notice);
        let current = rank_cell == RankCell::Current || matches_or_holds(row, &rules.current);
        let rank = match rank_cell {
            RankCell::Rank(rank) => Some(rank),
            _ => None,
        };

        let mut comment_count = self
            .field(row, cell(Column::CommentCount), &rules.comment_count)
            .and_then(|text| read_count(&text));
        let title = rules
            .title
            .iter()
            .find_map(|rule| rule.value_in(row, row.element(), &self.not_title))
            .unwrap_or_else(|| element_text(link, &[&UNSEEN, &rules.title_remove]));
        let mut title = without_marks(&title, current).to_owned();
        // Titles really do end in `(2)`; it is a count only where the board has no other place for it.
        let shows_counts =
            !rules.comment_count.is_empty() || self.columns.contains_key(&Column::CommentCount);
        if !shows_counts && let Some(found) = COUNT_AT_END.captures(&title) {
            let count = ["a", "b", "c"].iter().find_map(|group| found.name(group));
            comment_count = count.and_then(|count| read_count(count.as_str()));
            title = found["title"].trim_end().to_owned();
        }

        Ok(Row {
            key: article.key,
            url,
            canonical_url: article.canonical_url,
            title,
            author: self.field(row, cell(Column::Author), &rules.author),
            posted: self.posted(row, cell(Column::Date), notice),
            category: self.field(row, cell(Column::Category), &rules.category),
            rank,
            notice,
            current,
            secret: matches_or_holds(row, &rules.secret),
            views: self
                .field(row, cell(Column::Views), &rules.views)
                .and_then(|text| read_count(&text))
                .and_then(|count| u64::try_from(count).ok()),
            votes: self
                .field(row, cell(Column::Votes), &rules.votes)
                .and_then(|text| read_count(&text)),
            comment_count: comment_count.and_then(|count| u64::try_from(count).ok()),
        })
    }

    /// The first link of the row, in the profile's order, that leads to an article on this host.
    fn find_link<'a>(
        &self,
        row: &'a Part<'_>,
    ) -> Result<(ElementRef<'a>, Url, ArticleRef), &'static str> {
        let mut reason = "no link";
        for selector in &self.rules.link {
            let itself = std::iter::once(row.element()).filter(|row| selector.matches(row));
            for link in itself.chain(selector.select(row)) {
                let Some(Ok(url)) = link.attr("href").map(|href| self.base.join(href.trim()))
                else {
                    continue;
                };
                // An advertiser may run the same engine.
                if (url.host_str(), url.port()) != (self.here.host_str(), self.here.port()) {
                    reason = "its link leads to another host";
                } else if let Some(article) = self.profile.identity.article(&url) {
                    return Ok((link, self.profile.identity.requestable(&url), article));
                } else {
                    reason = "its link is not an article's";
                }
            }
        }
        Err(reason)
    }

    /// A field's words: from the header's column, where the rules may name the element inside it; otherwise from
    /// the rules.
    fn field(
        &self,
        row: &Part<'_>,
        cell: Option<ElementRef<'_>>,
        rules: &[Rule],
    ) -> Option<String> {
        let within = cell.unwrap_or(row.element());
        let by_rule = rules
            .iter()
            .find_map(|rule| rule.value_in(row, within, &UNSEEN));
        by_rule.or_else(|| {
            let text = element_text(cell?, &[&UNSEEN]);
            if !text.is_empty() {
                return Some(text);
            }
            // A number cell with an icon: the icon's name.
            let icon = cell?
                .descendent_elements()
                .find_map(|inner| inner.attr("alt"))?;
            Some(icon.trim().to_owned()).filter(|icon| !icon.is_empty())
        })
    }

    fn posted(
        &self,
        row: &Part<'_>,
        cell: Option<ElementRef<'_>>,
        notice: bool,
    ) -> Option<PostedAt> {
        let mut texts: Vec<String> = Vec::new();
        if let Some(cell) = cell {
            texts.push(element_text(cell, &[&UNSEEN]));
            // `title="18:20"`: what the cell has no room for.
            let elements = std::iter::once(cell).chain(cell.descendent_elements());
            let attributes = elements
                .flat_map(|element| ["datetime", "title"].map(|name| element.attr(name)))
                .flatten();
            texts.extend(attributes.take(4).map(str::to_owned));
        } else {
            let values = self.rules.date.iter();
            texts.extend(values.filter_map(|rule| rule.value_in(row, row.element(), &UNSEEN)));
        }
        let calendar = self.profile.calendar();
        let (first, rest) = texts.split_first()?;
        let mut posted = dates::read_date(first, calendar, self.as_of);
        for other in rest {
            let finer = dates::combine(first, other, calendar, self.as_of);
            posted = match posted {
                Some(held) => Some(held.finer(finer)),
                None => finer,
            };
        }
        // A pinned row may be years old: without a year its date is a guess (BOARDS.md 13).
        posted.filter(|posted| !(notice && is_yearless(&posted.text)))
    }
}

/// A title without the marks some skins put in front of the open article's. Only `»` goes from every row: titles do
/// begin with `▶` and `→`.
fn without_marks(title: &str, current: bool) -> &str {
    let is_mark = |c: char| c == '»' || (current && CURRENT_MARKS.contains(&c));
    let rest = title.trim_start_matches(|c: char| is_mark(c) || c.is_whitespace());
    // A title of nothing but marks is a title.
    if rest.is_empty() { title } else { rest }
}

fn matches_or_holds(part: &Part<'_>, selectors: &[Query]) -> bool {
    selectors
        .iter()
        .any(|selector| selector.matches(&part.element()) || selector.select(part).next().is_some())
}
