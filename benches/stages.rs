//! What a page costs, stage by stage: `cargo bench --bench stages`.
//!
//! Pages in the shape of gnuboard5, as large as boards' pages are (BOARDS.md: 50 to 70 KiB), mostly menus, styles and rows
//! below the article. Times are CPU time of this thread, the least of several rounds in which all stages take turns, so
//! that another process on the machine slows them alike. Absolute figures hold for one machine; ratios travel.
//!
//! With `-- --instructions` each stage's instructions are counted by valgrind, as a ratio to parsing the same page whole. Nothing
//! else on the machine changes them, so that they are held by floors: `tests/floors/instructions.toml`, one for each way to
//! build. `cargo test --bench stages -- --instructions` counts those of a build without optimisations.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use boardwalk::article::{
    PageView, ReadOptions, read_article, template_names, wanted_of_article, wanted_of_listing,
};
use boardwalk::dedup::{Digest, text_hash};
use boardwalk::document::{parse, parse_wanted, without_unwanted};
use boardwalk::fetch::decode;
use boardwalk::listing::read_listing;
use boardwalk::profile::Library;
use jiff::Timestamp;
use url::Url;

#[path = "../tests/support/cpu.rs"]
mod cpu;

use cpu::cpu_time;

const ROUNDS: usize = 15;
/// Runs of a stage in one round: long enough for the clock.
const RUNS: u32 = 20;

fn main() {
    let page = article_page();
    let list = listing_page();
    let profile = Library::built_in()
        .get("gnuboard5")
        .expect("a built-in profile");
    let article_asks = wanted_of_article(&profile, true).expect("a profile that can be cut by");
    let listing_asks = wanted_of_listing(&profile).expect("a profile that can be cut by");
    let url: Url = "http://board.example/bbs/board.php?bo_table=news&wr_id=12"
        .parse()
        .expect("a URL");
    let list_url: Url = "http://board.example/bbs/board.php?bo_table=news"
        .parse()
        .expect("a URL");
    let (article_tree, left_out) =
        parse_wanted(&page, &article_asks).expect("a page that can be cut");
    let (listing_tree, _) = parse_wanted(&list, &listing_asks).expect("a page that can be cut");
    let view = PageView {
        html: &article_tree,
        source: &page,
        url: &url,
        redirect_to: None,
        status: 200,
        as_of: Timestamp::UNIX_EPOCH,
    };
    let read = || read_article(&view, &profile, &ReadOptions::default());
    let text = read().text;

    let mut stages: Vec<Stage<'_>> = vec![
        stage("decode", || {
            drop(black_box(decode(
                page.as_bytes(),
                Some("text/html; charset=utf-8"),
                None,
                Some("kr"),
            )))
        }),
        stage("parse whole", || drop(black_box(parse(&page)))),
        stage("cut article", || {
            drop(black_box(without_unwanted(&page, &article_asks)))
        }),
        stage("cut and parse article", || {
            drop(black_box(parse_wanted(&page, &article_asks)))
        }),
        stage("read article", || drop(black_box(read()))),
        stage("names of the template", || {
            drop(black_box(template_names(
                &article_tree,
                &left_out,
                &profile,
            )))
        }),
        stage("parse whole listing", || drop(black_box(parse(&list)))),
        stage("cut and parse listing", || {
            drop(black_box(parse_wanted(&list, &listing_asks)))
        }),
        stage("read listing", || {
            drop(black_box(read_listing(
                &listing_tree,
                &list_url,
                &profile,
                Timestamp::UNIX_EPOCH,
            )));
        }),
        stage("hash of the text", || {
            black_box(text_hash(&text));
        }),
        stage("digest for near copies", || {
            drop(black_box(Digest::of(&text)))
        }),
    ];
    let asked: Vec<String> = std::env::args().collect();
    if asked.iter().any(|arg| arg == COUNTED) {
        // The first time, what is made once is made.
        stages.iter_mut().for_each(|stage| (stage.work)());
        stages
            .iter_mut()
            .for_each(|stage| measured(&mut stage.work));
        return;
    }
    if asked.iter().any(|arg| arg == "--instructions") {
        let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
        check_instructions(&names);
        return;
    }
    println!(
        "an article's page of {} bytes, a listing's of {}",
        page.len(),
        list.len()
    );
    for _ in 0..ROUNDS {
        for stage in &mut stages {
            stage.measure();
        }
    }
    for stage in &stages {
        println!(
            "{:24} {:8.1} µs",
            stage.name,
            stage.least.as_secs_f64() * 1e6
        );
    }
}

/// Asked of this program by itself, under valgrind.
const COUNTED: &str = "--counted";

/// A count that differs by more than this share from its floor is another one. Compilers change, and hashes are seeded anew.
const SLACK: f64 = 0.1;

/// What valgrind counts: a dump for each call.
#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}

/// Instructions of each stage, in their order.
fn instructions() -> Vec<u64> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .args(["--toggle-collect=stages::measured", "--dump-after=stages::measured"])
        .arg(format!(
            "--callgrind-out-file={}/out",
            folder.path().display()
        ))
        .arg(std::env::current_exe().expect("this program"))
        .arg(COUNTED)
        .output()
        .unwrap_or_else(|error| panic!("valgrind counts instructions, and is not to be had ({error}): install the packages valgrind and libc6-dbg"));
    let said = String::from_utf8_lossy(&valgrind.stderr);
    assert!(valgrind.status.success(), "valgrind failed:\n{said}");
    let count = |number: usize| -> Option<u64> {
        let dump = std::fs::read_to_string(folder.path().join(format!("out.{number}"))).ok()?;
        let line = dump
            .lines()
            .find_map(|line| line.strip_prefix("summary: "))?;
        line.trim().parse().ok()
    };
    (1..).map_while(count).collect()
}

/// # Panics
/// If a stage takes more instructions than its floor allows, or so few that the floor is to be lowered.
fn check_instructions(names: &[&str]) {
    let built = match cfg!(debug_assertions) {
        true => "dev",
        false => "release",
    };
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/floors/instructions.toml"
    );
    let floors: toml::Table = std::fs::read_to_string(path)
        .expect("the floors")
        .parse()
        .expect("a table");
    let counts = instructions();
    assert_eq!(counts.len(), names.len(), "a count for each stage");
    let count = |name: &str| {
        let at = names.iter().position(|other| *other == name);
        counts[at.expect("a stage")] as f64
    };
    let mut complaints = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let whole = match name.contains("listing") {
            true => "parse whole listing",
            false => "parse whole",
        };
        let ratio = counts[at] as f64 / count(whole);
        let floor = floors[built].get(*name).and_then(toml::Value::as_float);
        println!(
            "{name:24} {:12} instructions, {ratio:.4} of parsing the page whole; {}",
            counts[at],
            floor.map_or("no floor".to_owned(), |floor| format!("floor {floor}"))
        );
        let is_higher = |floor: f64| ratio > floor * (1.0 + SLACK);
        let is_lower = |floor: f64| ratio < floor * (1.0 - 2.0 * SLACK);
        match floor {
            Some(floor) if is_higher(floor) => complaints.push(format!("{name} costs more")),
            Some(floor) if is_lower(floor) => complaints.push(format!(
                "{name} costs so much less that its floor is to be lowered"
            )),
            Some(_) => {}
            None => complaints.push(format!("{name} has no floor")),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("; "));
}

struct Stage<'a> {
    name: &'static str,
    work: Box<dyn FnMut() + 'a>,
    least: Duration,
}

fn stage<'a>(name: &'static str, work: impl FnMut() + 'a) -> Stage<'a> {
    Stage {
        name,
        work: Box::new(work),
        least: Duration::MAX,
    }
}

impl Stage<'_> {
    fn measure(&mut self) {
        let before = cpu_time();
        for _ in 0..RUNS {
            (self.work)();
        }
        self.least = self.least.min((cpu_time() - before) / RUNS);
    }
}

/// Head, menus and side of a site around `content`.
fn site(title: &str, content: &str) -> String {
    let style: String = (0..50)
        .map(|n| format!(".box .cell_{n}{{display:inline-block;margin:{n}px 14px;padding:0;color:#0f13{n:02}}}\n"))
        .collect();
    let menu: String = (0..60)
        .map(|n| format!("<li class=\"gnb_1dli\"><a href=\"/bbs/board.php?bo_table=b{n}&amp;x=1\" class=\"gnb_1da\">게시판 {n}</a></li>\n"))
        .collect();
    let script = "if (a < b) { document.write('<div>'); }\n".repeat(60);
    format!(
        "<!doctype html>\n<html lang=\"ko\"><head><meta charset=\"utf-8\"><title>{title} &gt; 소식 | 마을</title><style>{style}</style><script>var g5_bbs_url = '/bbs';{script}</script></head>\n<body>\n<div id=\"hd\"><ul id=\"gnb\">{menu}</ul></div><div id=\"wrapper\"><div id=\"container\">{content}</div><div id=\"aside\"><ul>{menu}</ul></div></div><div id=\"ft\"><ul>{menu}</ul></div>\n</body></html>"
    )
}

fn rows() -> String {
    let rows: String = (1..=25)
        .map(|n| format!("<tr class=\"\"><td class=\"td_num2\">{n}</td>\n<td class=\"td_subject\"><div class=\"bo_tit\"><a href=\"http://board.example/bbs/board.php?bo_table=news&amp;wr_id={n}&amp;page=1\">{n}번째 글의 제목은 이렇다</a><span class=\"cnt_cmt\">{n}</span></div></td>\n<td class=\"td_name sv_use\"><span class=\"sv_wrap\"><a href=\"/profile?mb_id=m{n}\" class=\"sv_member\" title=\"글쓴이\">글쓴이 {n}</a><span class=\"sv\"><a href=\"/memo?mb_id=m{n}\">쪽지보내기</a><a href=\"/mail?mb_id=m{n}\">메일보내기</a></span></span></td>\n<td class=\"td_num\">{n}</td><td class=\"td_datetime\">10-{n:02}</td></tr>\n"))
        .collect();
    format!(
        "<div id=\"bo_list\"><form name=\"fboardlist\"><div class=\"tbl_head01\"><table><thead><tr><th>번호</th><th>제목</th><th>글쓴이</th><th>조회</th><th>날짜</th></tr></thead><tbody>{rows}</tbody></table></div></form></div><nav class=\"pg_wrap\"><strong class=\"pg_current\">1</strong><a class=\"pg_page\" href=\"/bbs/board.php?bo_table=news&amp;page=2\">2</a></nav>"
    )
}

fn listing_page() -> String {
    site("소식 1 페이지", &rows())
}

fn article_page() -> String {
    let words = "동네 도서관이 새로 문을 열었다고 한다. 책은 많지만 앉을 자리는 아직 적다. ";
    let paragraphs: String = (0..10)
        .map(|n| format!("<p style=\"line-height:1.8\">{n} {}</p>\n", words.repeat(4)))
        .collect();
    let comments: String = (0..6)
        .map(|n| format!("<article id=\"c_{n}\"><header><span class=\"sv_member\">이웃 {n}</span><time datetime=\"2026-10-20T09:00:00+09:00\">26-10-20 09:00</time></header><div class=\"cmt_contents\"><p>{words}</p></div><textarea id=\"save_comment_{n}\">{words}</textarea></article>"))
        .collect();
    let article = format!(
        "<article id=\"bo_v\"><h2 id=\"bo_v_title\"><span class=\"bo_v_tit\">도서관이 문을 열었다</span></h2><section id=\"bo_v_info\"><span class=\"sv_member\">글쓴이</span><strong>12회</strong><strong class=\"if_date\">26-10-20 09:00</strong></section><div id=\"bo_v_con\">{paragraphs}</div></article><section id=\"bo_vc\">{comments}</section>{}",
        rows()
    );
    site("도서관이 문을 열었다", &article)
}
