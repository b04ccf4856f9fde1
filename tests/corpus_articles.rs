//! Every recorded article against the boards' own databases: class, fields, body, images, attachments, comments.
//!
//! Runs where `BOARDWALK_CORPUS` names the corpus folder and `xz` is installed; otherwise it says so and passes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use boardwalk::article::{PageView, ReadOptions, classify, read_article};
use boardwalk::model::{PageClass, resolve_parents};
use boardwalk::profile::Library;
use jiff::Timestamp;
use scraper::Html;
use serde_json::Value;
use url::Url;

fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BOARDWALK_CORPUS") else {
        println!("BOARDWALK_CORPUS is not set: nothing checked");
        return None;
    };
    Some(PathBuf::from(folder).join("sites"))
}

struct Page {
    url: Url,
    status: u16,
    location: Option<Url>,
    at: Timestamp,
    body: String,
}

struct Site {
    origin: String,
    pages: BTreeMap<String, Page>,
    truth: Vec<Value>,
}

fn read_site(folder: &Path) -> Site {
    let output = Command::new("xz")
        .args(["-dc".as_ref(), folder.join("site.jsonl.xz").as_os_str()])
        .output()
        .expect("xz is installed");
    assert!(output.status.success(), "xz reads {}", folder.display());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let site = lines.next().expect("the site's line");
    let origin = format!("http://{}", site["origin"].as_str().expect("an origin"));
    let mut pages = BTreeMap::new();
    for line in lines {
        if !line["when"].is_null() {
            continue;
        }
        let Some(body) = line["body"].as_str() else {
            continue;
        };
        let query = line["query"]
            .as_str()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let target = format!("{}{query}", line["path"].as_str().expect("a path"));
        let url = Url::parse(&format!("{origin}{target}")).expect("a URL");
        let location = line["headers"]
            .as_array()
            .expect("headers")
            .iter()
            .find(|header| {
                header[0]
                    .as_str()
                    .is_some_and(|name| name.eq_ignore_ascii_case("location"))
            })
            .and_then(|header| url.join(header[1].as_str()?).ok());
        pages.insert(
            target,
            Page {
                location,
                status: line["status"].as_u64().expect("a status") as u16,
                at: Timestamp::from_second(line["at"].as_i64().expect("a time")).expect("a time"),
                body: body.to_owned(),
                url,
            },
        );
    }
    let truth = std::fs::read_to_string(folder.join("truth.jsonl")).expect("the truth");
    let truth = truth
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    Site {
        origin,
        pages,
        truth,
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn word(value: &Value) -> String {
    folded(value.as_str().unwrap_or_default())
}

#[derive(Default)]
struct Findings(BTreeMap<&'static str, Vec<String>>);

impl Findings {
    fn check(&mut self, field: &'static str, id: &str, got: &str, want: &str) {
        if got != want {
            let cut = |text: &str| text.chars().take(220).collect::<String>();
            self.0.entry(field).or_default().push(format!(
                "{id}: got {:?}\n        want {:?}",
                cut(got),
                cut(want)
            ));
        }
    }
}

fn check_site(name: &str, engine: &str, corpus: &Path) {
    let site = read_site(&corpus.join(name));
    let profile = Library::built_in().get(engine).expect("a built-in profile");
    let options = ReadOptions::default();
    let mut findings = Findings::default();
    let (mut n_bodies, mut n_same) = (0, 0);
    for truth in &site.truth {
        let target = truth["canonical_url"].as_str().expect("a URL");
        let id = format!("{name} {target}");
        let Some(page) = site.pages.get(target) else {
            continue;
        };
        let html = Html::parse_document(&page.body);
        let view = PageView {
            html: &html,
            source: &page.body,
            url: &page.url,
            redirect_to: page.location.as_ref(),
            status: page.status,
            as_of: page.at,
        };
        let want = match truth["state"].as_str().expect("a state") {
            "public" => "article",
            "secret" | "member_only" => "restricted",
            _ if page.location.is_some() => continue,
            _ => "gone",
        };
        let (class, reason) = classify(&view, Some(&profile));
        let got = format!("{class:?}").to_lowercase();
        if got != want {
            findings.check("class", &format!("{id} ({reason})"), &got, want);
            continue;
        }
        if class != PageClass::Article {
            continue;
        }
        let article = read_article(&view, &profile, &options);
        findings.check(
            "title",
            &id,
            &folded(article.title.as_deref().unwrap_or_default()),
            &word(&truth["title"]),
        );
        findings.check(
            "author",
            &id,
            &folded(article.author.as_deref().unwrap_or_default()),
            &word(&truth["author"]),
        );
        findings.check(
            "category",
            &id,
            article.category.as_deref().unwrap_or_default(),
            &word(&truth["category"]),
        );
        let minute = |at: Timestamp| at.as_second().div_euclid(60).to_string();
        let want_at: Timestamp = truth["posted_at"]
            .as_str()
            .expect("a time")
            .parse()
            .expect("a time");
        findings.check(
            "date",
            &id,
            &article
                .posted
                .as_ref()
                .map_or("none".into(), |posted| minute(posted.at)),
            &minute(want_at),
        );
        n_bodies += 1;
        let (got, want) = (folded(&article.text), word(&truth["body_text"]));
        n_same += usize::from(got == want);
        findings.check("text", &id, &got, &want);
        let lines = truth["body_text"].as_str().map_or(0, |text| {
            text.lines().filter(|line| !line.trim().is_empty()).count()
        });
        findings.check(
            "paragraphs",
            &id,
            &article.text.lines().count().to_string(),
            &lines.to_string(),
        );
        let own = |url: &str| url.strip_prefix(&site.origin).unwrap_or(url).to_owned();
        let images: Vec<String> = article
            .images
            .iter()
            .map(|image| {
                format!(
                    "{} {}",
                    own(&image.url),
                    image.alt.clone().unwrap_or_default()
                )
            })
            .collect();
        let want: Vec<String> = truth["images"]
            .as_array()
            .expect("images")
            .iter()
            .map(|image| {
                format!(
                    "{} {}",
                    image["url"].as_str().expect("a URL"),
                    word(&image["alt"])
                )
            })
            .collect();
        findings.check("images", &id, &images.join("\n"), &want.join("\n"));
        let files: Vec<String> = article
            .attachments
            .iter()
            .map(|file| format!("{} {} {}", file.key, file.name, own(&file.url)))
            .collect();
        let want: Vec<String> = truth["attachments"]
            .as_array()
            .expect("files")
            .iter()
            .map(|file| {
                format!(
                    "{} {} {}",
                    word(&file["key"]),
                    word(&file["name"]),
                    word(&file["url"])
                )
            })
            .collect();
        findings.check("attachments", &id, &files.join("\n"), &want.join("\n"));
        check_comments(
            &site,
            &page.url,
            article,
            truth,
            &profile,
            &id,
            &mut findings,
        );
    }
    for (field, list) in &findings.0 {
        eprintln!(
            "{field}: {} differ\n    {}",
            list.len(),
            list.iter()
                .take(5)
                .cloned()
                .collect::<Vec<_>>()
                .join("\n    ")
        );
    }
    assert!(
        n_same as f64 >= 0.99 * n_bodies as f64,
        "{n_same} of {n_bodies} bodies"
    );
    findings.0.remove("text");
    assert!(findings.0.is_empty(), "{:?}", findings.0.keys());
}

fn check_comments(
    site: &Site,
    url: &Url,
    article: boardwalk::model::Article,
    truth: &Value,
    profile: &boardwalk::profile::Profile,
    id: &str,
    findings: &mut Findings,
) {
    let mut pages = BTreeMap::from([(article.comment_pages.current, article.comments)]);
    for (number, other) in &article.comment_pages.others {
        let target = format!("{}?{}", other.path(), other.query().unwrap_or_default());
        let Some(page) = site.pages.get(&target) else {
            findings.check("comment pages", id, &target, "recorded");
            continue;
        };
        let html = Html::parse_document(&page.body);
        let view = PageView {
            html: &html,
            source: &page.body,
            url: &page.url,
            redirect_to: None,
            status: page.status,
            as_of: page.at,
        };
        pages.insert(
            *number,
            boardwalk::article::read_comments(&view, profile, &ReadOptions::default()).0,
        );
    }
    let _ = url;
    let mut all: Vec<_> = pages.into_values().flatten().collect();
    resolve_parents(&mut all);
    let got: Vec<String> = all
        .iter()
        .map(|comment| {
            format!(
                "{} < {} {} {}",
                comment.key,
                comment.parent.as_deref().unwrap_or("-"),
                comment.author.as_deref().unwrap_or_default(),
                folded(comment.text.as_deref().unwrap_or("(none)")),
            )
        })
        .collect();
    let want: Vec<String> = truth["comments"]
        .as_array()
        .expect("comments")
        .iter()
        .map(|comment| {
            format!(
                "{} < {} {} {}",
                word(&comment["key"]),
                comment["parent"].as_str().unwrap_or("-"),
                word(&comment["author"]),
                comment["text"].as_str().map_or("(none)".into(), folded),
            )
        })
        .collect();
    findings.check("comments", id, &got.join("\n"), &want.join("\n"));
    let when: Vec<bool> = all
        .iter()
        .zip(truth["comments"].as_array().expect("comments"))
        .map(|(comment, want)| {
            let want: Timestamp = want["posted_at"]
                .as_str()
                .expect("a time")
                .parse()
                .expect("a time");
            comment
                .posted
                .as_ref()
                .is_some_and(|posted| (posted.at.as_second() - want.as_second()).abs() <= 3_660)
        })
        .collect();
    findings.check(
        "comment dates",
        id,
        &when.iter().filter(|right| !**right).count().to_string(),
        "0",
    );
}

#[test]
fn rhymix_articles_equal_the_truth() {
    if let Some(corpus) = corpus() {
        check_site("rhymix", "rhymix", &corpus);
    }
}

#[test]
fn gnuboard5_articles_equal_the_truth() {
    if let Some(corpus) = corpus() {
        check_site("gnuboard5", "gnuboard5", &corpus);
        check_site("gnuboard5-rewrite", "gnuboard5", &corpus);
    }
}

#[test]
fn kboard_articles_equal_the_truth() {
    if let Some(corpus) = corpus() {
        check_site("kboard", "kboard", &corpus);
    }
}
