//! Which list in an answer is the board, and what of its records is what? In: data. Out: the places, by a vote of names and
//! of the shapes of all values together; or what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;
use url::Url;

use super::pattern;
use crate::dates::read_date;
use crate::learn::address::is_same_host;
use crate::profile::JsonList;
use crate::profile::json_list::{at, filled, is_sitemap, joined, moment, places, scalar};

/// Levels of an answer that are looked through for lists, and of a record for fields.
const MAX_LEVELS: usize = 12;
const MAX_FIELD_LEVELS: usize = 3;
/// Lists of an answer, fields of a record, and records that vote.
const MAX_LISTS: usize = 60;
const MAX_FIELDS: usize = 300;
const SAMPLE: usize = 60;
/// Elements of a list that may be no records but hold lists of them.
const MAX_PARTS: usize = 6;

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^|\.)(?:\w*title|titleraw|title_raw|subject|headline|caption)(?:\.rendered)?$")
});
static PART_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)seo|meta|og_|sub_?title|short|fancy|category|forum|user|author")
});
static NO_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)excerpt|summary|content|body|text|descr|slug|url|link|path|user|author|avatar|image|thumb|date|time|_at$",
    )
});
static AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)author|user|writer|nick|poster|creator|member|byline|owner|reporter")
});
static AUTHOR_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\.)(?:\w*name|\w*nick\w*|author|writer|creator|poster|byline|user|reporter|login)$",
    )
});
static NO_AUTHOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)last|edit|updat|modif|assign|avatar|group|slug|reply"));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)creat|publish|posted|writ|regist|reg_?d|reg_?date|date|time|_at$|(?:^|\.)[a-z]+At$",
    )
});
static FIRST_DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)creat|publish|posted|writ|regist|reg_?d"));
static OTHER_DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)updat|modif|last|edit|bump|expir|delet|event|read|user|author|member|teaser")
});
static ZONED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:Z|[+-]\d{2}:?\d{2}|GMT|UTC)\s*$"));
static POSTS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|\.)(?:posts?_?count|num_?posts)$"));
static REPLIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\.)(?:n_?)?(?:(?:num_?|total_?)?comments?(?:_?(?:count|cnt|num))?|(?:num_?)?repl(?:y|ies)(?:_?(?:count|cnt|num))?)$",
    )
});
static VIEWS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^|\.)(?:views?(?:_?(?:count|cnt))?|hits?|read_?(?:count|cnt))$")
});
static VOTES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\.)(?:likes?(?:_?(?:count|cnt))?|votes?(?:_?count)?|score|points?|recommend\w*)$",
    )
});
static CATEGORY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^|\.)(?:category|section|forum|tag)(?:_?name|\.name|\.title|\.label)?$")
});
static PINNED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|\.)(?:is_?)?(?:pinned|sticky|notice|announcement)$"));
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^|\.)(?:\w*_)?(?:url|link|href|permalink|path|uri|canonical|slug)$")
});
static NO_LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)api|img|image|thumb|avatar|icon|video|self|author|user|categor|comment|cover|photo|picture|media|template|json|feed",
    )
});

/// What was found in an answer.
#[derive(Debug, Clone)]
pub(super) struct Mined {
    pub list: JsonList,
    pub score: f64,
    pub reason: String,
}

/// Mines an answer of `here`. `links` are ways in which the page makes links; `zone` is a guess: whether words are a date
/// does not hang on it.
///
/// # Errors
/// What the best list lacks, in words.
pub(super) fn mine(
    answer: &Value,
    here: &Url,
    links: &[String],
    zone: &TimeZone,
    as_of: Timestamp,
) -> Result<Mined, String> {
    let mut missing = "it holds no list of records".to_owned();
    let mut best: Option<Mined> = None;
    for (place, records) in lists(answer) {
        let miner = Miner {
            columns: columns(&records),
            records,
            here,
            zone,
            as_of,
        };
        match miner.mine(place, links) {
            Ok(found) if best.as_ref().is_none_or(|best| found.score > best.score) => {
                best = Some(found);
            }
            Ok(_) => {}
            Err(why) => missing = why,
        }
    }
    best.ok_or(missing)
}

/// Lists of at least two records; within records only of short lists: those of a cache, or of a page's parts.
pub(super) fn lists(answer: &Value) -> Vec<(String, Vec<&Value>)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), answer, 0)];
    while let Some((place, value, level)) = open.pop() {
        match value {
            Value::Array(items) => {
                let records: Vec<&Value> = items.iter().filter(|item| item.is_object()).collect();
                if items.len() <= MAX_PARTS && level < MAX_LEVELS {
                    for (at, item) in items.iter().enumerate() {
                        open.push((joined(&place, &at.to_string()), item, level + 1));
                    }
                }
                if records.len() >= 2 && found.len() < MAX_LISTS {
                    found.push((place, records.into_iter().take(SAMPLE).collect()));
                }
            }
            Value::Object(inner) if level < MAX_LEVELS => {
                for (key, value) in inner.iter().filter(|(key, _)| is_plain(key)) {
                    open.push((joined(&place, key), value, level + 1));
                }
            }
            _ => {}
        }
    }
    found
}

/// A key that can be a part of a place.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.len() <= 100 && !key.contains(['.', '{', '}'])
}

/// All places of single values in the records.
fn columns(records: &[&Value]) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for record in records {
        let mut open = vec![(String::new(), *record, 0)];
        while let Some((place, value, level)) = open.pop() {
            match value {
                Value::Object(inner) if level < MAX_FIELD_LEVELS => {
                    for (key, value) in inner.iter().filter(|(key, _)| is_plain(key)) {
                        open.push((joined(&place, key), value, level + 1));
                    }
                }
                Value::Object(_) | Value::Array(_) | Value::Null => {}
                _ if found.len() < MAX_FIELDS => {
                    found.insert(place);
                }
                _ => {}
            }
        }
    }
    // Of two places that are as good, the one nearer to the record's top.
    let mut found: Vec<String> = found.into_iter().collect();
    found.sort_by_key(|place| place.matches('.').count());
    found
}

/// The addresses of a sitemap or a feed as records that tell no titles; `None` where it names no two.
pub(super) fn addresses(feed: &Value) -> Option<Mined> {
    const FIELDS: [(&str, &str); 3] = [
        ("date", "date_published"),
        ("author", "author.name"),
        ("comment_count", "comment_count"),
    ];
    let records = feed.get("items")?.as_array()?;
    let n_told = |place: &str| {
        records
            .iter()
            .filter(|record| at(record, place).is_some())
            .count()
    };
    let n_records = n_told("url");
    if n_records < 2 || is_sitemap(feed, "parts") {
        return None;
    }
    let told = FIELDS
        .into_iter()
        .filter(|(_, place)| 10 * n_told(place) >= 9 * n_records);
    Some(Mined {
        list: JsonList {
            items: "items".to_owned(),
            url: "{url}".to_owned(),
            fields: told
                .map(|(name, place)| (name.to_owned(), place.to_owned()))
                .collect(),
            ..JsonList::default()
        },
        score: (n_records as f64).ln(),
        reason: format!("{n_records} addresses without titles"),
    })
}

struct Miner<'a> {
    records: Vec<&'a Value>,
    columns: Vec<String>,
    here: &'a Url,
    zone: &'a TimeZone,
    as_of: Timestamp,
}

impl Miner<'_> {
    fn mine(&self, items: String, links: &[String]) -> Result<Mined, String> {
        let name = if items.is_empty() {
            "the answer"
        } else {
            items.as_str()
        };
        let (title_score, title) = self
            .best(|place| self.as_title(place))
            .ok_or_else(|| format!("the records of {name} have no titles"))?;
        let url = self.link(links).ok_or_else(|| {
            format!(
                "the records of {name} have no links, and the page does not tell how they are made"
            )
        })?;
        let mut fields = BTreeMap::from([("title".to_owned(), title)]);
        let mut score = title_score + (self.records.len() as f64).ln();
        let mut put = |name: &str, found: Option<(f64, String)>, worth: f64| {
            if let Some((_, place)) = found {
                score += worth;
                fields.insert(name.to_owned(), place);
            }
        };
        put("date", self.best(|place| self.as_date(place)), 2.0);
        put("author", self.best(|place| self.as_author(place)), 1.0);
        put(
            "posts",
            self.best(|place| self.as_number(place, &POSTS)),
            0.5,
        );
        put(
            "comment_count",
            self.best(|place| self.as_number(place, &REPLIES)),
            0.5,
        );
        put(
            "views",
            self.best(|place| self.as_number(place, &VIEWS)),
            0.5,
        );
        put(
            "votes",
            self.best(|place| self.as_number(place, &VOTES)),
            0.5,
        );
        put("category", self.best(|place| self.as_category(place)), 0.2);
        put("notice", self.best(|place| self.as_pin(place)), 0.2);
        // Titles by shape alone are any words: a date must speak for them.
        if title_score < 2.0 && !fields.contains_key("date") {
            return Err(format!(
                "the records of {name} have neither titles by name nor dates"
            ));
        }
        // Where both are there, replies are those to replies only.
        if fields.contains_key("posts") {
            fields.remove("comment_count");
        }
        let html = fields
            .iter()
            .filter(|(field, place)| {
                matches!(field.as_str(), "title" | "author" | "category") && self.is_html(place)
            })
            .map(|(field, _)| field.clone())
            .collect();
        let seen: Vec<&str> = fields.keys().map(String::as_str).collect();
        Ok(Mined {
            reason: format!(
                "{} records with {} in {name}",
                self.records.len(),
                seen.join(", ")
            ),
            list: JsonList {
                island: None,
                items,
                url,
                fields,
                html,
                next: None,
                more: None,
                parts: None,
            },
            score,
        })
    }

    fn best(&self, vote: impl Fn(&str) -> Option<f64>) -> Option<(f64, String)> {
        let mut best: Option<(f64, String)> = None;
        for place in &self.columns {
            if let Some(score) = vote(place)
                && best.as_ref().is_none_or(|(held, _)| score > *held)
            {
                best = Some((score, place.clone()));
            }
        }
        best
    }

    fn values<'s>(&'s self, place: &'s str) -> impl Iterator<Item = &'s Value> {
        self.records
            .iter()
            .filter_map(move |record| at(record, place))
            .filter(|value| !value.is_null())
    }

    /// The texts at a place, where at least this share of the records has one.
    fn texts<'s>(&'s self, place: &'s str, share: f64) -> Option<Vec<&'s str>> {
        let texts: Vec<&str> = self
            .values(place)
            .filter_map(Value::as_str)
            .filter(|text| !text.trim().is_empty())
            .collect();
        (texts.len() as f64 >= share * self.records.len() as f64).then_some(texts)
    }

    fn as_title(&self, place: &str) -> Option<f64> {
        let texts = self.texts(place, 0.9)?;
        let distinct: BTreeSet<&&str> = texts.iter().collect();
        let unique = distinct.len() as f64 / texts.len() as f64;
        let length = median(texts.iter().map(|text| text.chars().count()));
        let is_link = texts
            .iter()
            .all(|text| text.starts_with("http") || text.starts_with('/'));
        if unique < 0.5 || !(2..=300).contains(&length) || is_link || self.dates(place) {
            return None;
        }
        if TITLE.is_match(place) {
            let part = if PART_TITLE.is_match(place) { 1.5 } else { 0.0 };
            // Without the marks of HTML where there are both.
            let raw = if place.to_ascii_lowercase().contains("raw") {
                0.3
            } else {
                0.0
            };
            return Some(3.0 + unique + raw - part);
        }
        if place == "name" {
            return Some(1.5 + unique);
        }
        let may = unique > 0.9 && length >= 8 && texts.iter().all(|text| text.contains(' '));
        (may && !NO_TITLE.is_match(place)).then_some(unique)
    }

    fn as_author(&self, place: &str) -> Option<f64> {
        if !AUTHOR.is_match(place) || !AUTHOR_NAME.is_match(place) || NO_AUTHOR.is_match(place) {
            return None;
        }
        let texts = self.texts(place, 0.5)?;
        let length = median(texts.iter().map(|text| text.chars().count()));
        let is_name = length <= 40 && !texts.iter().any(|text| text.contains("://"));
        let shown = if place.to_ascii_lowercase().contains("display") {
            0.2
        } else {
            0.0
        };
        is_name.then_some(texts.len() as f64 / self.records.len() as f64 + shown)
    }

    fn as_date(&self, place: &str) -> Option<f64> {
        if !DATE.is_match(place) || OTHER_DATE.is_match(place) || !self.dates(place) {
            return None;
        }
        // `date_gmt` without a zone would be read in the board's own.
        let elsewhere = place.to_ascii_lowercase();
        if (elsewhere.contains("gmt") || elsewhere.contains("utc"))
            && self
                .values(place)
                .filter_map(Value::as_str)
                .any(|text| !ZONED.is_match(text))
        {
            return None;
        }
        let first = if FIRST_DATE.is_match(place) { 1.0 } else { 0.0 };
        // A text tells its precision.
        let text = if self.values(place).all(Value::is_string) {
            0.5
        } else {
            0.0
        };
        Some(1.0 + first + text)
    }

    /// Whether what stands there are moments: words that are read as such, or numbers of our time.
    fn dates(&self, place: &str) -> bool {
        let all: Vec<&Value> = self.values(place).collect();
        let long_ago = Timestamp::from_second(600_000_000).unwrap_or(Timestamp::MIN);
        let is_date = |value: &&&Value| {
            let read = moment(value).and_then(|words| read_date(&words, self.zone, self.as_of));
            read.is_some_and(|posted| !value.is_number() || posted.at > long_ago)
        };
        let n_read = all.iter().filter(is_date).count();
        10 * n_read >= 9 * self.records.len()
    }

    fn as_number(&self, place: &str, name: &Regex) -> Option<f64> {
        if !name.is_match(place) {
            return None;
        }
        let n_numbers = self.values(place).filter(|value| value.is_i64()).count();
        (10 * n_numbers >= 8 * self.records.len()).then_some(1.0)
    }

    fn as_category(&self, place: &str) -> Option<f64> {
        let texts = self
            .texts(place, 0.5)
            .filter(|_| CATEGORY.is_match(place))?;
        let is_word = texts.iter().all(|text| text.chars().count() <= 60);
        is_word.then_some(1.0)
    }

    fn as_pin(&self, place: &str) -> Option<f64> {
        if !PINNED.is_match(place) {
            return None;
        }
        let all: Vec<String> = self.values(place).filter_map(scalar).collect();
        let is_flag = |said: &String| {
            matches!(
                said.as_str(),
                "true" | "false" | "0" | "1" | "Y" | "N" | "y" | "n"
            )
        };
        let distinct: BTreeSet<&String> = all.iter().collect();
        let is_mark = 2 * all.len() >= self.records.len() && all.iter().all(is_flag);
        // Where every record bears it, it tells nothing of one.
        let off = distinct
            .iter()
            .any(|said| matches!(said.as_str(), "false" | "0" | "N" | "n"));
        (is_mark && off).then_some(1.0)
    }

    fn is_html(&self, place: &str) -> bool {
        static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,6}|amp|lt|gt|quot|[a-z]{4,7});")
        });
        place.ends_with(".rendered")
            || self
                .values(place)
                .filter_map(Value::as_str)
                .any(|text| REFERENCE.is_match(text))
    }

    /// How a record's link is made: it stands there, or the page tells.
    fn link(&self, links: &[String]) -> Option<String> {
        let by_name = self.best(|place| {
            let texts = self.texts(place, 0.9)?;
            let is_link = texts.iter().all(|text| {
                text.starts_with('/') || text.starts_with("http") && self.is_here(text)
            });
            (is_link && LINK.is_match(place) && !NO_LINK.is_match(place)).then_some(1.0)
        });
        let stands = by_name.map(|(_, place)| format!("{{{place}}}"));
        let made = links.iter().filter_map(|link| self.placed(link));
        stands
            .into_iter()
            .chain(made)
            .find(|template| self.tells_apart(template))
    }

    fn is_here(&self, text: &str) -> bool {
        Url::parse(text).is_ok_and(|url| is_same_host(&url, self.here))
    }

    /// A template whose names are places in the record: `{id}` may stand in `attributes.id`.
    fn placed(&self, link: &str) -> Option<String> {
        let mut template = link.to_owned();
        for name in places(link) {
            let place = self
                .columns
                .iter()
                .find(|place| place.rsplit('.').next() == Some(name))?;
            template = template.replace(&format!("{{{name}}}"), &format!("{{{place}}}"));
        }
        Some(template)
    }

    /// Nearly every record has a link of its own.
    fn tells_apart(&self, template: &str) -> bool {
        let urls: BTreeSet<String> = self
            .records
            .iter()
            .filter_map(|record| filled(template, record))
            .collect();
        urls.len() >= 2 && 10 * urls.len() >= 9 * self.records.len()
    }
}

fn median(lengths: impl Iterator<Item = usize>) -> usize {
    let mut lengths: Vec<usize> = lengths.collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}
