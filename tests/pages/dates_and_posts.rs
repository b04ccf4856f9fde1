//! Dates and posts of pages without a profile: hostile pages in bounded time, and, where `BOARDWALK_CORPUS` names the
//! corpus folder and `python3` and `gzip` are installed, figures on its public sets against floors. A figure below its
//! floor fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use boardwalk::article::generic::moment::find_posted;
use boardwalk::article::generic::posts::{Post, find_comments, find_posts};
use boardwalk::document;
use boardwalk::document::Html;
use boardwalk::fetch::{decode, tld_of};
use boardwalk::model::Precision;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use url::Url;

use crate::cpu::cpu_time;

/// After the newest page of the sets was saved.
fn as_of() -> Timestamp {
    "2026-11-25T00:00:00Z".parse().unwrap()
}

#[test]
fn hostile_pages_are_read_in_time() {
    let post = "<div class=post><a href=/user/1>ab</a><span class=date>3 May 2026</span><p class=content>words of it</p></div>";
    let pages = [
        (
            "many elements",
            "<p>3 May 2026 some words</p><i>x</i>".repeat(50_000),
        ),
        (
            "deep",
            format!("{}{post}", "<div class='comment date'>".repeat(10_000)),
        ),
        (
            "deep posts",
            format!(
                "{}{}",
                "<div class='comment date'>".repeat(450),
                post.repeat(5_000)
            ),
        ),
        (
            "many links",
            "<li><a href='/member/1'>a link on 2026-05-03</a></li>".repeat(50_000),
        ),
        ("many posts", post.repeat(14_000)),
        (
            "nested posts",
            format!("<div class=bbWrapper>{post}").repeat(400),
        ),
        (
            "one line of dates",
            format!("<p>{}", "2026-05-03 12:10 ".repeat(60_000)),
        ),
        (
            "one line of digits",
            format!("<p class=date>{}", "1.1.1.".repeat(100_000)),
        ),
        (
            "one line of months",
            format!("<p class=date>{}", "may 1 mar ".repeat(80_000)),
        ),
        (
            "long classes",
            format!(
                "<div class='{}'>3 May 2026</div>",
                "date post ".repeat(3_000)
            )
            .repeat(40),
        ),
        (
            "scripts",
            r#"<script>{"datePublished":"2026-05-03"}</script>"#.repeat(20_000),
        ),
        (
            "unscripted",
            format!("<noscript>{}</noscript>", post.repeat(10_000)),
        ),
        (
            "brothers",
            format!(
                "<table>{}</table>",
                "<tr><td>3 May 2026</td></tr><tr class=x><td>words of a row, more</td></tr>"
                    .repeat(20_000)
            ),
        ),
    ];
    // The bar is two seconds of a release build; without optimisation all is far slower, and what grows with the square
    // is far slower still.
    let bar = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 2 });
    for (name, page) in pages {
        let html = document::parse(&page);
        let begun = cpu_time();
        find_posted(&html, None, &TimeZone::UTC, as_of());
        let dated = cpu_time() - begun;
        find_posts(&html, None, &TimeZone::UTC, as_of());
        let posted = cpu_time() - begun;
        find_comments(&html, None, &TimeZone::UTC, as_of());
        let taken = cpu_time() - begun;
        println!("{name}: date {dated:?}, posts and comments until {posted:?}, {taken:?}");
        assert!(taken < bar, "{name}: {taken:?}");
    }
}

fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BOARDWALK_CORPUS") else {
        println!("BOARDWALK_CORPUS is not set: nothing checked");
        return None;
    };
    Some(PathBuf::from(folder))
}

/// What `read` makes of each page of a set, by its id.
fn predictions(folder: &Path, read: impl Fn(&Html, Option<&Url>) -> Value) -> Value {
    let manifest: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap();
    let mut pages = Map::new();
    for entry in &manifest {
        let unzipped = Command::new("gzip")
            .arg("-dc")
            .arg(folder.join(entry["page"].as_str().unwrap()))
            .output()
            .expect("gzip is installed");
        let url = entry["url"].as_str().and_then(|url| Url::parse(url).ok());
        let tld = url.as_ref().and_then(tld_of);
        let html = document::parse(&decode(&unzipped.stdout, None, None, tld).text);
        pages.insert(
            entry["id"].as_str().unwrap().to_owned(),
            read(&html, url.as_ref()),
        );
    }
    Value::Object(pages)
}

/// The scorer's result.
fn scored(corpus: &Path, set: &str, metric: &str, pages: &Value) -> Value {
    let scratch = tempfile::tempdir().unwrap();
    let predicted = scratch.path().join("predicted.json");
    fs::write(&predicted, pages.to_string()).unwrap();
    let run = Command::new("python3")
        .arg(corpus.join("../tools/score_extraction.py"))
        .args([metric, "--truth"])
        .arg(corpus.join(set).join("gt.json.gz"))
        .arg("--pred")
        .arg(&predicted)
        .output()
        .expect("python3 is installed");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    serde_json::from_slice(&run.stdout).unwrap()
}

#[track_caller]
fn holds(name: &str, figure: &Value, floor: f64) {
    let figure = figure.as_f64().unwrap();
    println!("{name}: {figure:.4} (floor {floor})");
    assert!(figure >= floor, "{name}: {figure:.4} is below {floor}");
}

#[test]
fn days_of_the_corpus_are_right() {
    let Some(corpus) = corpus() else { return };
    for (set, floor) in [
        ("htmldate-eval", 0.92),
        ("fundus-tests", 0.98),
        ("trafilatura-eval", 0.90),
        ("wcxb", 0.86),
        ("np4k", 0.83),
    ] {
        let pages = predictions(&corpus.join(set), |html, url| {
            let found = find_posted(html, url, &TimeZone::UTC, as_of());
            json!({ "date": found.map(|found| found.day.to_string()) })
        });
        let result = scored(&corpus, set, "fields", &pages);
        holds(set, &result["date"]["accuracy"], floor);
    }
}

/// The truth names a writer by the address of a profile where there is one, unless it holds the name.
fn user(post: &Post) -> Option<&str> {
    let plain = |text: &str| {
        text.to_lowercase()
            .replace(|c: char| !c.is_alphanumeric(), "")
    };
    match (&post.author, &post.author_url) {
        (Some(name), Some(address)) if !plain(address).contains(&plain(name)) => Some(address),
        (Some(name), _) => Some(name),
        (None, address) => address.as_deref(),
    }
}

/// The year stands in the words, whole or as its last two digits.
fn says(words: &str, year: i16) -> bool {
    words
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits == year.to_string() || digits == format!("{:02}", year % 100))
}

#[test]
fn posts_of_the_corpus_are_right() {
    let Some(corpus) = corpus() else { return };
    let pages = predictions(&corpus.join("web-forum-52"), |html, url| {
        let posts: Vec<Value> = find_posts(html, url, &TimeZone::UTC, as_of())
            .iter()
            .map(|post| {
                // The truth has the page's own words, and a day where they name one for certain.
                let words = post.posted.as_ref().map(|posted| posted.text.clone());
                // A month and a day alone are a day only where the words say of which year.
                let says_year = words
                    .as_deref()
                    .is_some_and(|words| post.day.is_some_and(|day| says(words, day.year())));
                let is_day = says_year
                    && post
                        .posted
                        .as_ref()
                        .is_some_and(|posted| posted.precision >= Precision::Day);
                let day = post.day.filter(|_| is_day).map(|day| day.to_string());
                json!({ "text": post.text, "user": user(post), "datetime": day.or(words) })
            })
            .collect();
        json!({ "posts": posts })
    });
    let result = scored(&corpus, "web-forum-52", "posts", &pages);
    println!("{result}");
    holds("posts", &result["f1"], 0.98);
    holds("users", &result["user_right"], 0.98);
    holds("dates", &result["date_right"], 0.93);
}
