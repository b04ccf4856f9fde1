//! What a crawl stored of a recorded board, held against the truth from the board's database, field by field.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::replay::lines;

pub fn folded(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_default()
        .split(|c: char| c.is_whitespace() || c == '\u{a0}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What was compared, and what differs, by field.
#[derive(Default)]
pub struct Findings {
    pub by_field: BTreeMap<&'static str, Vec<String>>,
    pub n_compared: BTreeMap<&'static str, usize>,
}

impl Findings {
    pub fn check(&mut self, field: &'static str, id: &str, got: &str, want: &str) {
        *self.n_compared.entry(field).or_default() += 1;
        if got != want {
            let cut = |text: &str| text.chars().take(160).collect::<String>();
            self.by_field.entry(field).or_default().push(format!(
                "{id}: got {:?}, want {:?}",
                cut(got),
                cut(want)
            ));
        }
    }
}

fn path_of(url: &Value, origin: &str) -> String {
    let url = url.as_str().unwrap_or_default();
    url.strip_prefix(origin).unwrap_or(url).to_owned()
}

fn state_of(truth: &Value) -> &'static str {
    match truth["state"].as_str().expect("a state") {
        "public" => "stored",
        "secret" | "member_only" => "restricted",
        _ => "gone",
    }
}

pub fn compare(findings: &mut Findings, id: &str, got: &Value, want: &Value, origin: &str) {
    findings.check(
        "state",
        id,
        got["state"].as_str().unwrap_or_default(),
        state_of(want),
    );
    let listed_title = if want["listing_title"].is_null() {
        &want["title"]
    } else {
        &want["listing_title"]
    };
    let stored = state_of(want) == "stored";
    if stored {
        findings.check("title", id, &folded(&got["title"]), &folded(&want["title"]));
    } else if folded(&got["title"]) != folded(&want["title"]) {
        // What a guest is shown of a closed post is the listing's title.
        findings.check(
            "listed title",
            id,
            &folded(&got["title"]),
            &folded(listed_title),
        );
    }
    findings.check(
        "author",
        id,
        &folded(&got["author"]),
        &folded(&want["author"]),
    );
    compare_date(findings, id, got, want, stored);
    if stored {
        findings.check(
            "category",
            id,
            &got["category"].to_string(),
            &want["category"].to_string(),
        );
        findings.check(
            "comment_count",
            id,
            &got["comment_count"].as_u64().unwrap_or(0).to_string(),
            &want["comment_count"].to_string(),
        );
    }
    findings.check(
        "notice",
        id,
        &got["notice"].to_string(),
        &want["is_notice"].to_string(),
    );
    if !want["number_in_listing"].is_null() {
        findings.check(
            "rank",
            id,
            &got["rank"].to_string(),
            &want["number_in_listing"].to_string(),
        );
    }
    if !stored {
        findings.check("text", id, &got["text"].to_string(), "null");
        return;
    }
    findings.check(
        "text",
        id,
        &folded(&got["text"]),
        &folded(&want["body_text"]),
    );
    let images = |list: &Value| {
        let each = list.as_array().into_iter().flatten();
        each.map(|image| {
            format!(
                "{} [{}]",
                path_of(&image["url"], origin),
                folded(&image["alt"])
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    findings.check(
        "images",
        id,
        &images(&got["images"]),
        &images(&want["images"]),
    );
    let files = |list: &Value| {
        let each = list.as_array().into_iter().flatten();
        each.map(|file| {
            format!(
                "{} {}",
                folded(&file["name"]),
                path_of(&file["url"], origin)
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    findings.check(
        "attachments",
        id,
        &files(&got["attachments"]),
        &files(&want["attachments"]),
    );
    let comments = |list: &Value| {
        let each = list.as_array().into_iter().flatten();
        each.map(|comment| {
            format!(
                "{} < {} {} {}",
                comment["key"],
                comment["parent"],
                folded(&comment["author"]),
                folded(&comment["text"])
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    findings.check(
        "comments",
        id,
        &comments(&got["comments"]),
        &comments(&want["comments"]),
    );
}

/// Equal to the precision we claim, and that is at least the one the pages show.
fn compare_date(findings: &mut Findings, id: &str, got: &Value, want: &Value, stored: bool) {
    let order = ["year", "month", "day", "hour", "minute", "second"];
    let rank = |word: &str| order.iter().position(|known| *known == word).unwrap_or(0);
    let precision = got["posted_at_precision"].as_str().unwrap_or("none");
    let Some(text) = want["posted_at"].as_str() else {
        return;
    };
    let zone = jiff::tz::TimeZone::get("Asia/Seoul").expect("a known zone");
    let want_at: jiff::Timestamp = text.parse().expect("a time");
    let shown = want["shown_precision"].as_str().unwrap_or("minute");
    if stored {
        let fine_enough = rank(precision) >= rank(shown);
        findings.check(
            "date precision",
            id,
            if fine_enough { shown } else { precision },
            shown,
        );
    }
    let Some(got_at) = got["posted_at"].as_str() else {
        findings.check("date", id, "none", text);
        return;
    };
    let got_at: jiff::Timestamp = got_at.parse().expect("a time");
    let cut = |at: jiff::Timestamp| {
        let local = at.to_zoned_datetime(zone.clone());
        let format = match precision {
            "day" => "%Y-%m-%d",
            "hour" => "%Y-%m-%d %H",
            "minute" => "%Y-%m-%d %H:%M",
            _ => "%Y-%m-%d %H:%M:%S",
        };
        local.strftime(format).to_string()
    };
    findings.check("date", id, &cut(got_at), &cut(want_at));
}

/// The export of a crawl, by the key's own id.
///
/// # Panics
/// If two records have one.
pub fn by_id(exported: &str) -> BTreeMap<(String, String), Value> {
    let mut held = BTreeMap::new();
    for record in lines(exported) {
        let board = record["board"].as_str().expect("a board").to_owned();
        let key = record["key"].as_str().expect("a key");
        let id = key.rsplit('/').next().expect("an id").to_owned();
        let twice = held.insert((board, id.clone()), record);
        assert!(twice.is_none(), "{id} is there twice");
    }
    held
}

/// The listed posts of a recorded site, by board and id.
pub fn listed(folder: &Path) -> BTreeMap<(String, String), Value> {
    let truth = std::fs::read_to_string(folder.join("truth.jsonl")).expect("the truth");
    let listed = lines(&truth)
        .into_iter()
        .filter(|post| post["listed"] == true);
    listed
        .map(|post| {
            let board = post["board"].as_str().expect("a board").to_owned();
            let key = post["key"]
                .as_str()
                .map_or_else(|| post["key"].to_string(), str::to_owned);
            ((board, key), post)
        })
        .collect()
}

/// Compares all that is held with all that should be.
pub fn compare_all(
    held: &BTreeMap<(String, String), Value>,
    wanted: &BTreeMap<(String, String), Value>,
    origin: &str,
) -> Findings {
    let mut findings = Findings::default();
    for (id, want) in wanted {
        let got = held.get(id);
        findings.check(
            "found",
            &id.1,
            if got.is_some() { &id.0 } else { "nothing" },
            &id.0,
        );
        if let Some(got) = got {
            compare(&mut findings, &id.1, got, want, origin);
        }
    }
    let ids: BTreeSet<_> = wanted.keys().collect();
    for id in held.keys() {
        let expected = if ids.contains(id) { &id.0 } else { "nothing" };
        findings.check("extra", &id.1, &id.0, expected);
    }
    findings
}
