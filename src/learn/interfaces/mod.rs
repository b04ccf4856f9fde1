//! A board whose rows do not stand in its page: the page names an endpoint, or its software is known for one, that answers
//! in JSON; or the page holds that answer itself, for its scripts; or the site has a sitemap. In: the page and the answers. Out: a listing as the other learners make it, with a rule that turns each answer
//! into a page ([`crate::profile::JsonList`]), so that all that follows goes on as ever.
//!
//! Nothing is believed because a machine says it: an answer must hold records with titles and links of this site, those of
//! the next one must be others, what the page itself shows must be among them, and the articles behind the links must bear
//! the records' titles.

mod endpoints;
mod islands;
mod mine;
mod scripts;
mod sitemaps;
mod turns;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;
use url::Url;

pub use endpoints::{Endpoint, as_endpoint, endpoints};
pub use sitemaps::{Index, sitemap, sitemap_index};
pub use turns::Turn;

use super::article::same_title;
use super::columns::{Columns, RowFacts};
use super::listing_url::{ListingShape, listing_shape};
use super::{Decision, ListingDraft, Navigation, Refusal, SeenPage, address, samples};
use crate::document::Selector;
use crate::profile::json_list::{self, FIELDS, LINK, LIST, PINNED, RECORD};
use crate::profile::{JsonList, UNSEEN, data_of, element_text};

/// Of the titles that a page shows, this share must be among those that its endpoint tells, in tenths.
const AGREED_TENTHS: usize = 7;
/// Rows of a page for people that are compared.
const MAX_WITNESSES: usize = 100;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// What the first answer of an endpoint tells.
#[derive(Debug, Clone)]
pub struct Answer {
    pub list: JsonList,
    pub score: f64,
    pub reason: String,
    /// The ways to what follows, the likeliest first.
    pub turns: Vec<Turn>,
    /// It says that there is more: a list that ends with it is not the whole.
    pub says_more: bool,
}

/// How a listing in JSON is a part of a draft.
#[derive(Debug, Clone)]
pub(super) struct Interface {
    pub list: JsonList,
    /// How the page for people is recognised, where that is another.
    pub page: Option<ListingShape>,
}

/// Reads the first answer of an endpoint. `page` is the page for people.
///
/// # Errors
/// What is missing, in words.
pub fn read_answer(text: &str, endpoint: &Endpoint, as_of: Timestamp) -> Result<Answer, String> {
    let answers: Vec<Value> = match &endpoint.island {
        None => json_list::read(text).into_iter().collect(),
        Some(id) => data_of(text)
            .into_iter()
            .filter_map(|(script, data)| (script == *id).then_some(data))
            .collect(),
    };
    let is_feed = endpoint.island.is_none() && json_list::is_markup(text);
    let mut best: Result<(mine::Mined, &Value), String> =
        Err("it is neither JSON nor a feed".to_owned());
    for answer in &answers {
        let mined = mine::mine(
            answer,
            &endpoint.url,
            &endpoint.links,
            &TimeZone::UTC,
            as_of,
        );
        // Feeds of notes tell no titles, sitemaps only those of the news.
        let mined = match is_feed {
            true => mined.or_else(|why| mine::addresses(answer).ok_or(why)),
            false => mined,
        };
        match (mined, &best) {
            (Ok(mined), Ok((held, _))) if mined.score <= held.score => {}
            (Ok(mined), _) => best = Ok((mined, answer)),
            (Err(why), Err(_)) => best = Err(why),
            (Err(_), Ok(_)) => {}
        }
    }
    let (mut mined, answer) = best?;
    mined.list.island.clone_from(&endpoint.island);
    let (turns, says_more) = turns::turns(endpoint, answer, &mined.list);
    Ok(Answer {
        turns,
        says_more,
        list: mined.list,
        score: mined.score,
        reason: mined.reason,
    })
}

/// Whether two pages that were made of answers show different records: none or few of the second are those of the first.
/// Pinned ones may stand on both.
pub fn goes_on(first: &SeenPage<'_>, second: &SeenPage<'_>) -> bool {
    let known: BTreeSet<Url> = rows(first).into_iter().map(|(url, _)| url).collect();
    let mut found = rows(second);
    found.retain(|(_, facts)| !facts.notice);
    let n_known = found.iter().filter(|(url, _)| known.contains(url)).count();
    2 * n_known < found.len()
}

/// Whether a page that was made of an answer has a record with a link on this site, and is not pinned.
pub fn has_rows(page: &SeenPage<'_>) -> bool {
    rows(page).iter().any(|(_, facts)| !facts.notice)
}

/// The link and the title of the first record that is not pinned.
pub fn first_row(page: &SeenPage<'_>) -> Option<(Url, String)> {
    let mut rows = rows(page).into_iter();
    let (url, facts) = rows.find(|(_, facts)| !facts.notice)?;
    Some((url, facts.title))
}

/// Whether a page bears a title in an element of its own, and in no link: then it is about what is called so.
pub fn is_about(page: &SeenPage<'_>, title: &str) -> bool {
    const MAX_ELEMENTS: usize = 30_000;
    page.html
        .root_element()
        .descendent_elements()
        .take(MAX_ELEMENTS)
        .filter(|element| !matches!(element.value().name(), "a" | "script" | "style" | "html"))
        .filter(|element| element.children().all(|child| !child.value().is_element()))
        .any(|element| same_title(&element_text(element, &[]), title))
}

/// What a page for people says of an endpoint's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Testimony {
    /// The page's rows are among the records, which are more than these where that is said.
    Same { more: bool },
    /// They are others.
    Other,
    /// A few links without dates are a menu or a widget as likely as a board: they say nothing of records with dates.
    Silent,
}

/// Compares the rows that a draft read from the page for people with the records of an answer, by their titles; where
/// records tell none, by the addresses of a few.
pub fn testimony(draft: &ListingDraft, answer: &SeenPage<'_>, list: &JsonList) -> Testimony {
    let mut told = vec![rows(answer)];
    if !list.tells_titles() {
        sitemaps::keep_articles(&mut told);
        let told: BTreeSet<&Url> = told.iter().flatten().map(|(url, _)| url).collect();
        let n_told = draft
            .samples
            .iter()
            .filter(|url| told.contains(url))
            .count();
        return match (n_told > 0, draft.tells_dates()) {
            (true, _) => Testimony::Same {
                more: told.len() > draft.n_rows.iter().sum(),
            },
            (false, true) => Testimony::Other,
            (false, false) => Testimony::Silent,
        };
    }
    let told: Vec<(Url, RowFacts)> = told.into_iter().flatten().collect();
    let shown = draft.columns.rows.iter().flatten();
    let shown: Vec<&RowFacts> = shown.take(MAX_WITNESSES).collect();
    let is_dated = told.iter().all(|(_, facts)| facts.date.is_some());
    let n_told = shown
        .iter()
        .filter(|row| {
            told.iter()
                .any(|(_, facts)| same_title(&facts.title, &row.title))
        })
        .count();
    let is_same = 10 * n_told >= AGREED_TENTHS * shown.len().min(told.len()).max(1);
    let is_weak = !draft.tells_dates() && shown.len() <= told.len();
    match (is_same, is_weak && is_dated) {
        (true, _) => Testimony::Same {
            more: told.len() > shown.len(),
        },
        (false, true) => Testimony::Silent,
        (false, false) => Testimony::Other,
    }
}

/// Makes the draft of a listing in JSON. `pages` are made of its answers by `list`, at the URLs that brought them; `turns`
/// the URL of page 2, and of others, where pages are counted or link what follows, otherwise none.
///
/// # Errors
/// Where the records' links do not tell articles apart, or the URLs of the answers follow no rule.
pub fn learn_interface(
    pages: &[SeenPage<'_>],
    list: &JsonList,
    people: &Url,
    turns: Vec<Url>,
    decision: Decision,
) -> Result<ListingDraft, Refusal> {
    let refuse = |missing| Refusal {
        missing,
        seen: decision.clone(),
    };
    let first = pages.first().ok_or_else(|| refuse("no answer came"))?;
    let mut found: Vec<Vec<(Url, RowFacts)>> = pages.iter().map(rows).collect();
    if !list.tells_titles() {
        sitemaps::keep_articles(&mut found);
    }
    let links: Vec<Url> = found.iter().flatten().map(|(url, _)| url.clone()).collect();
    let article = address::article_shape(&links, people)
        .ok_or_else(|| refuse("the records' links do not tell articles apart"))?;
    let navigation = Navigation {
        turns,
        ..Navigation::default()
    };
    let follows_no_rule = || refuse("the answers' URLs follow no rule");
    let mut listing =
        listing_shape(first.url, &navigation, &article).ok_or_else(follows_no_rule)?;
    // As it was asked for: a parameter that says the order may not be left out.
    listing.board_url = first.url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
    listing.reason = match list.next {
        Some(_) => "each answer tells what follows it".into(),
        None => listing.reason,
    };
    let page =
        listing_shape(people, &Navigation::default(), &article).ok_or_else(follows_no_rule)?;
    let page = list.island.is_none().then_some(page);
    if let Some(page) = &page {
        listing.board.clone_from(&page.board);
    }
    let columns = Columns {
        fields: FIELDS
            .into_iter()
            .filter(|(name, _)| list.fields.contains_key(*name))
            .filter_map(|(name, css)| match name {
                "title" | "notice" => None,
                "posts" => Some(("comment_count", vec![css.to_owned()])),
                shown => Some((shown, vec![css.to_owned()])),
            })
            .collect::<BTreeMap<_, _>>(),
        link: vec![LINK.to_owned()],
        notice: list
            .fields
            .contains_key("notice")
            .then(|| PINNED.to_owned())
            .into_iter()
            .collect(),
        rows: found
            .iter()
            .map(|rows| rows.iter().map(|(_, facts)| facts.clone()).collect())
            .collect(),
        ..Columns::default()
    };
    let (samples, facts) = samples(
        found
            .iter()
            .flatten()
            .map(|(url, facts)| (url, facts))
            .collect(),
    );
    Ok(ListingDraft {
        container: vec![LIST.to_owned()],
        rows_css: RECORD.to_owned(),
        kind: links.first().map(address::kind_of).unwrap_or_default(),
        n_rows: found.iter().map(Vec::len).collect(),
        columns,
        date_order: None,
        article,
        listing,
        calls: Vec::new(),
        without_scripts: false,
        hidden_links: false,
        interface: Some(Interface {
            list: list.clone(),
            page,
        }),
        decisions: vec![decision],
        samples,
        facts,
    })
}

/// The rows of a page that was made of an answer.
fn rows(page: &SeenPage<'_>) -> Vec<(Url, RowFacts)> {
    let [Ok(record), Ok(link)] = [Selector::parse(RECORD), Selector::parse(LINK)] else {
        return Vec::new();
    };
    let fields: Vec<(&str, Selector)> = FIELDS
        .into_iter()
        .filter_map(|(name, css)| Some((name, Selector::parse(css).ok()?)))
        .collect();
    let read = |row| {
        let text_of = |name: &str| {
            let (_, css) = fields.iter().find(|(field, _)| *field == name)?;
            let element = crate::document::ElementRef::select(&row, css).next()?;
            Some(element_text(element, &[&UNSEEN])).filter(|text| !text.is_empty())
        };
        let anchor = crate::document::ElementRef::select(&row, &link).next()?;
        let url = page.url.join(anchor.attr("href")?).ok()?;
        let is_here = address::is_same_host(&url, page.url);
        let number = |name: &str| text_of(name).and_then(|text| text.parse().ok());
        let facts = RowFacts {
            title: text_of("title").unwrap_or_default(),
            author: text_of("author"),
            date: text_of("date"),
            notice: row.value().classes().any(|class| class == "notice"),
            comments: number("comment_count").unwrap_or(0),
            numbers: ["comment_count", "views"]
                .into_iter()
                .filter_map(number)
                .collect(),
            ..RowFacts::default()
        };
        is_here.then_some((url, facts))
    };
    page.html.select(&record).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::document::Html;
    use proptest::prelude::*;

    use super::*;

    fn people() -> Url {
        Url::parse("http://board.example/feed").unwrap()
    }

    fn endpoint() -> Endpoint {
        let page = "<script>get(`/api/posts?page=${page}`); a = '/post/' + id;</script>";
        endpoints(page, &Html::parse_document(page), &people()).remove(0)
    }

    fn read(text: &str) -> Result<Answer, String> {
        let as_of = "2025-12-01T00:00:00Z".parse().unwrap();
        read_answer(text, &endpoint(), as_of)
    }

    #[test]
    fn an_answer_without_a_board_says_what_is_missing() {
        for (text, missing) in [
            ("<html>", "it is neither JSON nor a feed"),
            (r#"{"ok":true}"#, "it holds no list of records"),
            (
                r#"[{"id":1},{"id":2}]"#,
                "the records of the answer have no titles",
            ),
            (
                r#"{"x":[{"title":"one"},{"title":"two"}]}"#,
                "the records of x have no links, and the page does not tell how they are made",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), missing, "{text}");
        }
    }

    /// The time of the last reply is not the post's, whatever comes first; a link to a picture is none to an article.
    #[test]
    fn places_are_told_by_names_and_shapes() {
        let record = |n: u32| {
            format!(
                r#"{{"image_url":"/i/{n}.png","last_reply_at":"2025-11-03T0{n}:00:00Z","created_at":"2025-11-0{n}T00:00:00Z",
                    "title":"post number {n}","seo_title":"x{n}","user":{{"id":{n},"name":"mira"}},"last_user":{{"name":"okto"}},"id":"{n}"}}"#
            )
        };
        let answer = read(&format!("[{},{},{}]", record(1), record(2), record(3))).unwrap();
        let fields: Vec<(&str, &str)> = answer
            .list
            .fields
            .iter()
            .map(|(name, place)| (name.as_str(), place.as_str()))
            .collect();
        assert_eq!(
            fields,
            [
                ("author", "user.name"),
                ("date", "created_at"),
                ("title", "title")
            ]
        );
        assert_eq!(answer.list.url, "/post/{id}");
    }

    #[test]
    fn a_hostile_answer_takes_bounded_time() {
        let wide = format!(
            "[{{{0}\"a\":1}},{{{0}\"a\":2}}]",
            (0..50_000)
                .map(|n| format!("\"date{n}\":\"x{n}\","))
                .collect::<String>()
        );
        let lists = format!(
            "{{{}\"z\":1}}",
            (0..20_000)
                .map(|n| format!("\"k{n}\":[{{\"title\":\"a b c d e\"}},{{\"title\":\"f\"}}],"))
                .collect::<String>()
        );
        let quotes = format!("<script>{}</script>", "\\\"".repeat(250_000));
        let begun = Instant::now();
        assert!(read(&wide).is_err());
        assert!(read(&lists).is_err());
        assert_eq!(
            endpoints(&quotes, &Html::parse_document(&quotes), &people()),
            []
        );
        // A debug build on a busy machine.
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{:?}",
            begun.elapsed()
        );
    }

    proptest! {
        #[test]
        fn no_answer_panics(text in "([\\[\\]{},:]|\"id\"|\"title\"|\"next\"|\"/a?page=1\"|\"date\"|\"2025-11-01\"|1e308|-7|null|true|\"가\"){0,60}") {
            let _ = read(&text);
        }

        #[test]
        fn no_records_panic(title in ".{0,20}", link in ".{0,20}", next in ".{0,20}", number in any::<f64>()) {
            let record = |n: u32| serde_json::json!({"id": format!("{link}{n}"), "title": format!("{title}{n}"), "date": number, "pinned": n});
            let answer = serde_json::json!({"next": next, "cursor": next, "posts": [record(0), record(1)]});
            let _ = read(&answer.to_string());
        }
    }
}
