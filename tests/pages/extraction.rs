//! Reading pages without a profile: exact expectations on pages of our own, hostile pages, and, where
//! `BOARDWALK_CORPUS` names the corpus folder and `python3` and `gzip` are installed, figures on its public sets against
//! the floors in `tests/floors/extraction.toml`. A figure below its floor fails; lowering a floor is an edit that a
//! reviewer sees.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use boardwalk::article::generic::{Extraction, PageKind};
use boardwalk::article::{PageView, extract};
use boardwalk::document;
use boardwalk::profile::Library;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::cpu::cpu_time;

fn read(source: &str, url: &str, library: &Library) -> Extraction {
    let html = document::parse(source);
    extract(
        &PageView {
            html: &html,
            source,
            url: &Url::parse(url).unwrap(),
            redirect_to: None,
            status: 200,
            as_of: Timestamp::from_second(1_780_000_000).unwrap(),
        },
        library,
    )
}

fn fixture(name: &str, url: &str) -> Extraction {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/generic")
        .join(name);
    read(
        &fs::read_to_string(path).unwrap(),
        url,
        &Library::built_in(),
    )
}

#[test]
fn a_korean_news_article() {
    let read = fixture("korean-news.html", "https://news.example.com/news/20");
    assert_eq!(read.kind, PageKind::Article);
    assert_eq!(
        read.title.as_deref(),
        Some("바닷가 마을 도서관, 밤에도 문 연다")
    );
    assert_eq!(read.author.as_deref(), Some("새벽별"));
    assert_eq!(read.site.as_deref(), Some("물결일보"));
    assert_eq!(read.language.as_deref(), Some("ko"));
    assert_eq!(
        read.image.as_deref(),
        Some("https://news.example.com/photo/library.jpg")
    );
    assert_eq!(
        read.posted_at.unwrap().at.to_string(),
        "2026-03-04T00:30:00Z"
    );
    assert_eq!(
        read.text,
        "바닷가 마을의 작은 도서관이 다음 달부터 밤 열 시까지 문을 열기로 했다. 낮에 일하는 주민이 책을 빌릴 수 있게 하려는 것이다.\n\
         마을 회의에서는 전기 요금을 누가 낼지를 두고 오래 이야기가 오갔고, 결국 어촌계가 절반을 맡기로 했다.\n\
         도서관은 문을 연 첫 주에 옛 사진 전시도 함께 연다. 사진은 주민들이 집에서 가져온 것이다."
    );
}

#[test]
fn a_flat_page_of_line_breaks() {
    let read = fixture("flat-blog.html", "http://old.example.org/kettle.html");
    assert_eq!(read.kind, PageKind::Article);
    assert_eq!(read.title.as_deref(), Some("Mending a leaking kettle"));
    assert_eq!(
        read.text,
        "The old kettle began to drip last winter, and a new one of the same size could not be had anywhere near here.\n\
         So I took the spout off, which is held by three rivets, and found that the seam below it had opened over the years.\n\
         A little solder, a lot of patience, and an afternoon later it held water again; the tea tastes exactly as it did before."
    );
}

#[test]
fn a_short_post_among_comments_and_a_listing() {
    let read = fixture("board-post.html", "https://board.example.net/free/4");
    assert_eq!(read.kind, PageKind::Article);
    assert_eq!(read.title.as_deref(), Some("자전거 보관대 위치 문의"));
    assert_eq!(
        read.text,
        "새로 생긴 자전거 보관대가 어디에 있나요?\n역 앞에서는 찾지 못했습니다."
    );
}

#[test]
fn a_text_that_only_a_script_would_show() {
    let read = fixture("next-payload.html", "https://marsh.example.com/news/77");
    assert_eq!(read.title.as_deref(), Some("A bridge of reeds"));
    assert_eq!(
        read.text,
        "The bridge over the western channel is built anew each spring, from reeds that were cut before the first frost.\n\
         It carries sheep, carts and, on market days, the whole village; in autumn it is left to the water & the birds."
    );
}

#[test]
fn a_japanese_article() {
    let read = fixture("japanese-article.html", "https://minato.example.jp/a/9");
    assert_eq!(read.title.as_deref(), Some("港の朝市に新しい屋根"));
    assert_eq!(read.language.as_deref(), Some("ja"));
    assert_eq!(
        read.text,
        "港の朝市に、雨をしのぐ新しい屋根がかけられた。木は近くの山で切り出したもので、組み立てには地元の大工が当たった。\n\
         魚を売る人たちは「これで雨の日も店を出せる」と話している。完成を祝う催しは来週の日曜日に開かれる。"
    );
}

#[test]
fn a_chinese_article() {
    let read = fixture("chinese-article.html", "https://far.example.cn/edu/1.html");
    assert_eq!(read.title.as_deref(), Some("山村小学的第一场雪"));
    assert_eq!(read.language.as_deref(), Some("zh"));
    assert_eq!(
        read.text,
        "今年的第一场雪落在山村小学的操场上，孩子们下课后都跑了出来，老师也没有叫他们回去。\n\
         学校的炉子从清晨烧到傍晚，教室里一直很暖和，窗户上结着一层薄薄的水汽。"
    );
}

#[test]
fn all_posts_of_a_thread() {
    let read = fixture(
        "thread.html",
        "https://forum.example.org/viewtopic.php?t=12",
    );
    assert_eq!(read.kind, PageKind::Thread);
    assert_eq!(
        read.title.as_deref(),
        Some("Which twine for climbing beans?")
    );
    assert_eq!(
        read.text,
        "My beans broke the paper twine last year. What do you use?\nSisal.\nIt rots on the heap afterwards, too."
    );
}

#[test]
fn hostile_pages_are_read_in_time() {
    let library = Library::built_in();
    let words = "A word and another word, and then some more of them.";
    let pages = [
        (
            "many elements",
            format!("<p>{words}</p><i>x</i>").repeat(50_000),
        ),
        (
            "deep",
            format!("{}{words}", "<div class='content post'>".repeat(10_000)),
        ),
        (
            "deep inline",
            format!("{}{words}", "<b><a href=x>".repeat(5_000)),
        ),
        (
            "many links",
            "<li><a href='/a/1'>a link of some words</a></li>".repeat(50_000),
        ),
        (
            "flat rows",
            "<div class='comment author meta'><h1>t</h1><a>x</a></div>".repeat(30_000),
        ),
        ("nested tables", "<table><tr><td>".repeat(400) + words),
        ("long line", "<p>".to_owned() + &"a, ".repeat(300_000)),
        (
            "long classes",
            format!("<div class='{}'>x</div>", "post-content ".repeat(2_000)).repeat(40),
        ),
        (
            "headlines",
            format!("<title>{}</title>", "a | b - ".repeat(5_000))
                + &"<h1>a | b</h1>".repeat(5_000),
        ),
        (
            "deep data",
            format!(
                "<script type='application/ld+json'>{}</script>",
                "[".repeat(100_000)
            ),
        ),
    ];
    for (name, page) in pages {
        let begun = cpu_time();
        read(&page, "https://hostile.example.com/", &library);
        let taken = cpu_time() - begun;
        println!("{name}: {taken:?}");
        // The bar is two seconds of a release build; one without optimisation is far slower, and what grows with the
        // square is far slower still.
        let bar = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 2 });
        assert!(taken < bar, "{name}: {taken:?}");
    }
}

/// The sets, and the scorer's metrics that have floors on each.
const SETS: &[(&str, &[&str])] = &[
    ("aeb", &["body"]),
    ("np4k", &["body", "fields"]),
    ("fundus-tests", &["body", "fields"]),
    ("fundus-eval", &["body"]),
    ("web-forum-52", &["body"]),
    ("trafilatura-eval", &["chunks", "fields"]),
    ("wcxb", &["words", "fields"]),
];

fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BOARDWALK_CORPUS") else {
        println!("BOARDWALK_CORPUS is not set: nothing checked");
        return None;
    };
    Some(PathBuf::from(folder))
}

/// All pages of a set as the scorer wants them, and the most CPU time that one took.
fn predictions(folder: &Path) -> (Value, Duration) {
    let library = Library::built_in();
    let manifest: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap();
    let mut pages = serde_json::Map::new();
    let mut longest = Duration::ZERO;
    for entry in &manifest {
        let unzipped = Command::new("gzip")
            .arg("-dc")
            .arg(folder.join(entry["page"].as_str().unwrap()))
            .output()
            .expect("gzip is installed");
        let source = boardwalk::fetch::decode(&unzipped.stdout, None, None, None).text;
        let url = entry["url"].as_str().filter(|url| Url::parse(url).is_ok());
        let begun = cpu_time();
        let read = read(&source, url.unwrap_or("about:blank"), &library);
        longest = longest.max(cpu_time() - begun);
        let date = read.posted_at.map(|posted| posted.text);
        pages.insert(
            entry["id"].as_str().unwrap().to_owned(),
            json!({
                "articleBody": read.text, "title": read.title, "author": read.author, "date": date,
            }),
        );
    }
    (Value::Object(pages), longest)
}

/// `{"a": {"b": 1}}` → `a.b`.
fn figures(value: &Value, prefix: &str, into: &mut BTreeMap<String, f64>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = format!("{prefix}.{key}");
        match value.as_f64() {
            Some(figure) => {
                into.insert(path, figure);
            }
            None => figures(value, &path, into),
        }
    }
}

#[test]
fn figures_on_the_corpus_do_not_fall() {
    let Some(corpus) = corpus() else { return };
    let scorer = corpus.join("../tools/score_extraction.py");
    let scratch = tempfile::tempdir().unwrap();
    let mut measured = BTreeMap::new();
    for (set, metrics) in SETS {
        let folder = corpus.join(set);
        let (pages, longest) = predictions(&folder);
        println!("{set}: longest page {longest:?}");
        let predicted = scratch.path().join(format!("{set}.json"));
        fs::write(&predicted, pages.to_string()).unwrap();
        for metric in *metrics {
            let mut command = Command::new("python3");
            command
                .arg(&scorer)
                .arg(metric)
                .arg("--truth")
                .arg(folder.join("gt.json.gz"))
                .arg("--pred")
                .arg(&predicted);
            if *set == "wcxb" && *metric == "words" {
                command.args(["--by", "page_type"]);
            }
            let scored = command.output().expect("python3 is installed");
            assert!(
                scored.status.success(),
                "{}",
                String::from_utf8_lossy(&scored.stderr)
            );
            let result: Value = serde_json::from_slice(&scored.stdout).unwrap();
            figures(&result, &format!("{set}.{metric}"), &mut measured);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/floors/extraction.toml");
    let floors: BTreeMap<String, f64> = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(!floors.is_empty());
    let mut complaints = Vec::new();
    for (name, floor) in &floors {
        match measured.get(name) {
            Some(figure) => {
                println!("{name}: {figure:.4} (floor {floor})");
                if figure < floor {
                    complaints.push(format!("{name}: {figure:.4} is below {floor}"));
                }
            }
            None => complaints.push(format!("{name} was not measured")),
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
