//! Every public article of every recorded site against the boards' own databases, and the class of every page in an
//! article's place.

use std::collections::BTreeMap;
use std::path::Path;

use boardwalk::article::{PageView, ReadOptions, generic, read_article, read_comments};
use boardwalk::document::parse;
use boardwalk::model::{Article, Comment, CommentPages, PageClass, Precision, parents};
use boardwalk::profile::{Library, Profile};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use url::Url;

use crate::recording::{Page, Recording, says};

struct Site {
    origin: String,
    /// By path and query, as asked for without special headers.
    pages: BTreeMap<String, Page>,
    variants: Vec<Page>,
    truth: Vec<Value>,
}

fn read_site(name: &str) -> Option<Site> {
    let recording = Recording::of(name)?;
    let mut pages = BTreeMap::new();
    let mut variants = Vec::new();
    for page in recording.pages {
        match page.is_variant {
            true => variants.push(page),
            false => {
                pages.entry(page.target.clone()).or_insert(page);
            }
        }
    }
    Some(Site {
        origin: recording.origin,
        pages,
        variants,
        truth: recording.truth,
    })
}

impl Site {
    fn page(&self, target: &str) -> Option<&Page> {
        self.pages.get(target)
    }

    /// The recorded spelling of an article that was not recorded under its canonical address.
    fn spelling(&self, target: &str, profile: &Profile) -> Option<String> {
        if self.pages.contains_key(target) {
            return Some(target.to_owned());
        }
        let key_of = |url: &Url| profile.identity.article(url).map(|found| found.key);
        let wanted = key_of(&Url::parse(&format!("{}{target}", self.origin)).ok()?)?;
        let found = self
            .pages
            .iter()
            .find(|(_, page)| key_of(&page.url).as_ref() == Some(&wanted));
        Some(found?.0.clone())
    }

    /// What a crawl gets: a redirect to an article or a listing is followed, any other is not.
    fn answer(&self, target: &str, profile: &Profile) -> Option<&Page> {
        let page = self.page(target)?;
        match &page.location {
            Some(to) if profile.identity.follows(to) => {
                let query = to.query().map(|query| format!("?{query}"));
                self.page(&format!("{}{}", to.path(), query.unwrap_or_default()))
            }
            _ => Some(page),
        }
    }
}

fn with_view<T>(page: &Page, read: impl FnOnce(&PageView<'_>) -> T) -> T {
    let html = parse(&page.body);
    read(&PageView {
        html: &html,
        source: &page.body,
        url: &page.url,
        redirect_to: page.location.as_ref(),
        status: page.status,
        as_of: page.at,
    })
}

fn read(page: &Page, profile: &Profile) -> Article {
    with_view(page, |view| {
        read_article(view, profile, &ReadOptions::default())
    })
}

/// The comments of all pages, as a crawl merges them: in page order, parents found last.
fn all_comments(site: &Site, article: &Article, profile: &Profile) -> Vec<Comment> {
    let options = ReadOptions::default();
    let mut by_page = BTreeMap::from([(article.comment_pages.current, article.comments.clone())]);
    let CommentPages { others, .. } = &article.comment_pages;
    for (number, url) in others {
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let page = site
            .page(&format!("{}{query}", url.path()))
            .unwrap_or_else(|| panic!("comment page {url} is recorded"));
        let (comments, pages) = with_view(page, |view| read_comments(view, profile, &options));
        assert_eq!(pages.current, *number, "{url}");
        by_page.insert(*number, comments);
    }
    let mut comments: Vec<Comment> = by_page.into_values().flatten().collect();
    let parents: Vec<Option<String>> = parents(&comments)
        .into_iter()
        .map(|parent| parent.map(str::to_owned))
        .collect();
    for (comment, parent) in comments.iter_mut().zip(parents) {
        comment.parent = parent;
    }
    comments
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Own host as a path, as the truth has it.
fn local(url: &str, origin: &str) -> String {
    url.strip_prefix(origin).unwrap_or(url).to_owned()
}

/// What of an article differs from the truth: field → what it is and what it should be.
fn differences(
    site: &Site,
    article: &Article,
    truth: &Value,
    profile: &Profile,
) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut check = |field: &'static str, got: String, want: String| {
        if got != want {
            found.push((field, format!("{got:?}, not {want:?}")));
        }
    };
    let text = |key: &str| truth[key].as_str().map(fold).unwrap_or_default();
    let shown = |value: &Option<String>| value.clone().unwrap_or_default();
    check("title", shown(&article.title), text("title"));
    check("author", shown(&article.author), text("author"));
    check("category", shown(&article.category), text("category"));
    check("text", fold(&article.text), text("body_text"));
    // The truth has one line a paragraph; ours must not run paragraphs together.
    if fold(&article.text) == text("body_text") {
        let lines = |text: &str| {
            text.lines()
                .map(fold)
                .filter(|l| !l.is_empty())
                .collect::<Vec<_>>()
        };
        check(
            "paragraphs",
            lines(&article.text).join("\n"),
            lines(truth["body_text"].as_str().unwrap_or_default()).join("\n"),
        );
    }
    let written: Timestamp = truth["posted_at"].as_str().unwrap().parse().unwrap();
    let precision = match truth["shown_precision"].as_str() {
        Some("second") => Precision::Second,
        _ => Precision::Minute,
    };
    match &article.posted {
        Some(posted) if posted.precision >= precision && says(posted, written) => {}
        other => check("date", format!("{other:?}"), text("posted_at")),
    }
    let list = |key: &str| truth[key].as_array().cloned().unwrap_or_default();
    let images: Vec<String> = article
        .images
        .iter()
        .map(|image| {
            format!(
                "{} [{}]",
                local(&image.url, &site.origin),
                shown(&image.alt)
            )
        })
        .collect();
    let want: Vec<String> = list("images")
        .iter()
        .map(|image| {
            format!(
                "{} [{}]",
                image["url"].as_str().unwrap(),
                fold(image["alt"].as_str().unwrap_or_default())
            )
        })
        .collect();
    check("images", images.join("\n"), want.join("\n"));
    let files: Vec<String> = article
        .attachments
        .iter()
        .map(|file| {
            format!(
                "{} {} {}",
                file.key,
                file.name,
                local(&file.url, &site.origin)
            )
        })
        .collect();
    let want: Vec<String> = list("attachments")
        .iter()
        .map(|file| {
            let key = file["key"]
                .as_str()
                .map_or_else(|| file["key"].to_string(), str::to_owned);
            let name = fold(file["name"].as_str().unwrap());
            format!("{key} {name} {}", file["url"].as_str().unwrap())
        })
        .collect();
    check("attachments", files.join("\n"), want.join("\n"));
    let comments: Vec<String> = all_comments(site, article, profile)
        .iter()
        .map(|comment| {
            format!(
                "{} < {} {}: {} {}",
                comment.key,
                shown(&comment.parent),
                shown(&comment.author),
                fold(&shown(&comment.text)),
                if comment.secret { "secret" } else { "" }
            )
        })
        .collect();
    let want: Vec<String> = list("comments")
        .iter()
        .map(|comment| {
            let word = |key: &str| comment[key].as_str().map(fold).unwrap_or_default();
            let secret = if comment["state"] == "secret" {
                "secret"
            } else {
                ""
            };
            let (key, parent, author, text) =
                (word("key"), word("parent"), word("author"), word("text"));
            format!("{key} < {parent} {author}: {text} {secret}")
        })
        .collect();
    check("comments", comments.join("\n"), want.join("\n"));
    if let Some(count) = article.comment_count {
        check(
            "comment count",
            count.to_string(),
            truth["comment_count"].to_string(),
        );
    }
    for (comment, want) in all_comments(site, article, profile)
        .iter()
        .zip(list("comments"))
    {
        let written: Timestamp = want["posted_at"].as_str().unwrap().parse().unwrap();
        if !comment
            .posted
            .as_ref()
            .is_some_and(|posted| says(posted, written))
        {
            let got = format!("{} {:?}", comment.key, comment.posted);
            check("comment date", got, written.to_string());
        }
    }
    found
}

/// Every recorded page at an article's address, whatever state its address carries, is the same article.
fn check_every_page(site: &Site, profile: &Profile, wrong: &mut Vec<String>) {
    let key_of = |url: &Url| profile.identity.article(url).map(|found| found.key);
    let truth: BTreeMap<_, _> = site
        .truth
        .iter()
        .filter(|truth| truth["state"] == "public")
        .filter_map(|truth| {
            let url = format!("{}{}", site.origin, truth["canonical_url"].as_str()?);
            Some((key_of(&Url::parse(&url).ok()?)?, truth))
        })
        .collect();
    let mut n_pages = 0;
    let pages = site.pages.values().chain(&site.variants);
    for page in pages.filter(|page| page.status == 200) {
        // A page of words for no one in particular, and what acts, are no articles.
        let Some(found) = profile.identity.article(&page.url) else {
            continue;
        };
        // A slug's number is in its page only.
        let Some(truth) = truth.get(&found.key) else {
            continue;
        };
        n_pages += 1;
        let article = read(page, profile);
        let text = truth["body_text"].as_str().map(fold).unwrap_or_default();
        if article.class != PageClass::Article || fold(&article.text) != text {
            wrong.push(format!(
                "{}: {:?} ({}), {:?}, not {text:?}",
                page.url, article.class, article.reason, article.text
            ));
        }
    }
    println!("{n_pages} pages of public articles in all spellings");
}

fn check(name: &str, engine: &str) {
    let Some(site) = read_site(name) else { return };
    let profile = Library::built_in().get(engine).unwrap();
    let (mut n_public, mut wrong) = (0, Vec::new());
    for truth in &site.truth {
        let canonical = truth["canonical_url"].as_str().unwrap();
        let target = site.spelling(canonical, &profile);
        let answer = target
            .as_deref()
            .and_then(|target| Some((target, site.answer(target, &profile)?)));
        let Some((target, page)) = answer else {
            wrong.push(format!("{canonical} is not recorded"));
            continue;
        };
        let article = read(page, &profile);
        let want = match truth["state"].as_str().unwrap() {
            "public" => PageClass::Article,
            "secret" | "member_only" => PageClass::Restricted,
            "moved_to" if page.url.path() != site.page(target).unwrap().url.path() => {
                PageClass::Article
            }
            _ => PageClass::Gone,
        };
        if article.class != want {
            wrong.push(format!(
                "{target}: {:?} ({}), not {want:?}",
                article.class, article.reason
            ));
        }
        if want != PageClass::Article {
            let empty = article.text.is_empty()
                && article.html.is_empty()
                && article.comments.is_empty()
                && article.images.is_empty();
            if !empty {
                wrong.push(format!("{target}: a {want:?} page gave content"));
            }
            continue;
        }
        if truth["state"] != "public" {
            continue;
        }
        n_public += 1;
        for warning in &article.warnings {
            wrong.push(format!("{target}: warning: {warning}"));
        }
        for (field, difference) in differences(&site, &article, truth, &profile) {
            wrong.push(format!("{target} {field}: {difference}"));
        }
    }
    println!("{name}: {n_public} public articles compared");
    check_every_page(&site, &profile, &mut wrong);
    assert!(n_public > 30, "{n_public} public articles");
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(60)].join("\n")
    );
}

/// Pages of no article that the truth does not list, and what they are.
fn check_classes(name: &str, engine: &str, expected: &[(&str, PageClass)]) {
    let Some(site) = read_site(name) else { return };
    let profile = Library::built_in().get(engine).unwrap();
    for (target, class) in expected {
        let page = site.page(target).unwrap_or_else(|| panic!("{target}"));
        let article = read(page, &profile);
        assert_eq!(article.class, *class, "{target}: {}", article.reason);
        assert_eq!(article.text, "", "{target}");
    }
}

#[test]
fn special_pages_are_of_their_class() {
    use PageClass::{Gone, Restricted};
    let rhymix = [
        ("/news/995", Restricted),
        ("/members/553", Restricted),
        ("/news/1009", Gone),
        ("/news/1011", Gone),
        ("/news/1012", Gone),
        ("/news/99999999", Gone),
        ("/news/587", Gone),
    ];
    check_classes("rhymix", "rhymix", &rhymix);
    let gnuboard5 = [
        ("/bbs/board.php?bo_table=news&wr_id=427", Restricted),
        ("/bbs/board.php?bo_table=news&wr_id=437", Gone),
        ("/bbs/board.php?bo_table=news&wr_id=438", Gone),
        ("/bbs/board.php?bo_table=news&wr_id=99999999", Gone),
        ("/bbs/board.php?bo_table=member&wr_id=1", Restricted),
        ("/bbs/board.php?bo_table=hidden", Restricted),
    ];
    check_classes("gnuboard5", "gnuboard5", &gnuboard5);
    let short = [
        ("/news/427", Restricted),
        ("/news/437", Gone),
        ("/hidden", Restricted),
    ];
    check_classes("gnuboard5-rewrite", "gnuboard5", &short);
    let kboard = [
        ("/?page_id=69&mod=document&uid=39", Gone),
        ("/?page_id=69&mod=document&uid=99999", Gone),
    ];
    check_classes("kboard", "kboard", &kboard);
}

#[test]
fn the_article_this_was_made_for_comes_out_whole() {
    let Some(site) = read_site("rhymix") else {
        return;
    };
    let profile = Library::built_in().get("rhymix").unwrap();
    let article = read(site.page("/news/1003").unwrap(), &profile);
    assert_eq!(article.source.as_deref(), Some("한겨레"));
    assert!(article.text.ends_with("\n한겨레"), "{}", article.text);
    assert!(!article.text.contains("[email") && article.text.contains('@'));
    assert!(!article.text.contains("이 게시물을") && !article.text.contains("건너뛰기"));
}

/// How often each word stands in a text.
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            *words.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    words
}

/// Precision and recall of a text, by words.
fn agreement(got: &str, want: &str) -> (f64, f64) {
    let (got, want) = (words(got), words(want));
    let sum = |words: &BTreeMap<String, usize>| words.values().sum::<usize>();
    let n_both: usize = want
        .iter()
        .map(|(word, n)| *n.min(got.get(word).unwrap_or(&0)))
        .sum();
    // Of nothing nothing is wrong; what is found where nothing is wanted, is.
    let share = |n: usize| {
        if n == 0 {
            1.0
        } else {
            n_both as f64 / n as f64
        }
    };
    (share(sum(&got)), share(sum(&want)))
}

/// The names by which engines mark the body, and the readers' comments, as no engine would write them.
fn unmarked(page: &str) -> String {
    [
        ("document_", "dx_"),
        ("comment_", "cx_"),
        ("bo_v_con", "bo_v_x"),
        ("content-view", "cx-view"),
        ("xe_content", "x_words"),
        ("rhymix_content", "x_words"),
    ]
    .iter()
    .fold(page.to_owned(), |page, (name, other)| {
        page.replace(name, other)
    })
}

/// What reading without a profile is measured by, on pages as they are and on those whose bodies are not marked.
const FIGURES: [&str; 5] = ["precision", "recall", "title", "author", "date"];

/// The figures of one reading, each from 0 to 1.
fn figures_of(read: &generic::Extraction, truth: &Value) -> [f64; 5] {
    let word = |key: &str| truth[key].as_str().map(fold).unwrap_or_default();
    let (precision, recall) =
        agreement(&read.text, truth["body_text"].as_str().unwrap_or_default());
    let is = |right: bool| if right { 1.0 } else { 0.0 };
    let shown = |value: &Option<String>| value.as_deref().map(fold).unwrap_or_default();
    // The page names no zone: its clock is the board's.
    let written: Timestamp = truth["posted_at"].as_str().unwrap().parse().unwrap();
    let clock = TimeZone::get("Asia/Seoul").unwrap().to_datetime(written);
    let date = read.posted_at.as_ref().is_some_and(|posted| {
        let read = read.offset.to_datetime(posted.at);
        read.date() == clock.date()
            && (posted.precision < Precision::Minute
                || (read.hour(), read.minute()) == (clock.hour(), clock.minute()))
    });
    [
        precision,
        recall,
        is(shown(&read.title) == word("title")),
        is(shown(&read.author) == word("author")),
        is(date),
    ]
}

/// Without a profile: the means over all public articles.
#[test]
fn articles_are_read_without_a_profile() {
    let floors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/floors/boards.toml");
    let floors: BTreeMap<String, f64> =
        toml::from_str(&std::fs::read_to_string(floors).unwrap()).unwrap();
    assert!(!floors.is_empty());
    let mut measured = BTreeMap::new();
    for (name, engine) in [
        ("rhymix", "rhymix"),
        ("gnuboard5", "gnuboard5"),
        ("gnuboard5-rewrite", "gnuboard5"),
        ("kboard", "kboard"),
    ] {
        let Some(site) = read_site(name) else { return };
        let profile = Library::built_in().get(engine).unwrap();
        let (mut n_pages, mut sums) = (0, [[0.0; FIGURES.len()]; 2]);
        for truth in site.truth.iter().filter(|truth| truth["state"] == "public") {
            let target = site.spelling(truth["canonical_url"].as_str().unwrap(), &profile);
            let page = site.answer(&target.unwrap(), &profile).unwrap();
            n_pages += 1;
            for (at, body) in [page.body.clone(), unmarked(&page.body)].iter().enumerate() {
                let html = boardwalk::document::parse(body);
                let read = generic::extract(&html, Some(&page.url), page.at);
                let figures = figures_of(&read, truth);
                for (sum, figure) in sums[at].iter_mut().zip(figures) {
                    *sum += figure;
                }
            }
        }
        for (pages, sums) in ["", "unmarked."].iter().zip(sums) {
            for (figure, sum) in FIGURES.iter().zip(sums) {
                let mean = sum / f64::from(n_pages);
                measured.insert(format!("{name}.{pages}{figure}"), mean);
            }
        }
    }
    let mut complaints = Vec::new();
    for (name, figure) in &measured {
        let floor = floors[name];
        println!("{name}: {figure:.4} (floor {floor})");
        if *figure < floor {
            complaints.push(format!("{name}: {figure:.4} is below {floor}"));
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn articles_of_rhymix_equal_its_database() {
    check("rhymix", "rhymix");
}

#[test]
fn articles_of_gnuboard5_equal_its_database() {
    check("gnuboard5", "gnuboard5");
}

#[test]
fn articles_of_gnuboard5_with_short_addresses_equal_its_database() {
    check("gnuboard5-rewrite", "gnuboard5");
}

#[test]
fn articles_of_kboard_equal_its_database() {
    check("kboard", "kboard");
}
