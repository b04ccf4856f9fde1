//! What is a file of an article, and what only looks like one.

use std::collections::HashSet;

use url::Url;

use crate::document::{Html, Selector};

use super::{FLOOR, FileLink, Ground, blocks_of, files_shown};

fn page(inside: &str) -> Html {
    Html::parse_document(&format!("<body><div id=main>{inside}</div></body>"))
}

fn address() -> Url {
    Url::parse("https://board.example/coast/12").unwrap()
}

/// The files of a page of a board of which nothing is known.
fn shown(html: &Html) -> Vec<FileLink<'_>> {
    let ground = Ground {
        base: &address(),
        apart: &HashSet::new(),
        known: &[],
        skip: &[],
    };
    files_shown(html, &ground)
}

/// Name, path and size of each file.
fn files(inside: &str) -> Vec<(String, String, Option<String>)> {
    let html = page(inside);
    let all = shown(&html).into_iter();
    all.filter(|file| file.score >= FLOOR)
        .map(|file| {
            let path = file.url[url::Position::BeforePath..].to_owned();
            (file.name, path, file.size)
        })
        .collect()
}

#[track_caller]
fn check(inside: &str, want: &[(&str, &str, Option<&str>)]) {
    let want: Vec<_> = want
        .iter()
        .map(|(name, url, size)| {
            let size = size.map(str::to_owned);
            ((*name).to_owned(), (*url).to_owned(), size)
        })
        .collect();
    assert_eq!(files(inside), want, "{inside}");
}

#[test]
fn lists_of_files_in_many_forms_are_read() {
    check(
        "<section class=view_file><h2>첨부파일</h2><ul><li><a class=down href='/bbs/download.php?wr_id=4&no=2&nonce=a%7C1764400000%7Cb'><strong>보고서 (최종).hwp</strong></a> (29.3K) <br> <span>5회 다운로드 | DATE : 2026-11-23 15:45:24</span></li></ul></section>",
        &[(
            "보고서 (최종).hwp",
            "/bbs/download.php?wr_id=4&no=2",
            Some("29.3K"),
        )],
    );
    check(
        "<ul class=files><li><a href='/index.php?act=procFileDownload&file_srl=997&sid=72396338380cdcf134db1d3549d7bf75'>a.jpg<span>[File Size:20.0KB/Download:0]</span></a></li></ul>",
        &[(
            "a.jpg",
            "/index.php?act=procFileDownload&file_srl=997&sid=72396338380cdcf134db1d3549d7bf75",
            Some("20.0KB"),
        )],
    );
    check(
        "<p>Attachment: <a href='attachment.php?aid=3'><img src=zip.gif> chart.tar.gz</a> (Size: 32 KB / Downloads: 12)</p>",
        &[("chart.tar.gz", "/coast/attachment.php?aid=3", Some("32 KB"))],
    );
    check(
        "<p>Allegati: <a href='/file/1/a.pdf'>a.pdf</a> (1 KB), <a href='/file/2/b.pdf'>b.pdf</a> (2 KB)</p>",
        &[
            ("a.pdf", "/file/1/a.pdf", Some("1 KB")),
            ("b.pdf", "/file/2/b.pdf", Some("2 KB")),
        ],
    );
    check(
        "<div class=attach><a href='/d/7' download='plan.ods'>Plan</a></div>",
        &[("plan.ods", "/d/7", None)],
    );
}

#[test]
fn a_call_that_nobody_understands_is_known_by_its_words() {
    let html = page(
        "<dl><dt>첨부</dt><dd><a href='#' onclick=\"fn_down('4','1'); return false;\">계획.hwp</a></dd></dl>",
    );
    let all = shown(&html);
    let [file] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!((file.name.as_str(), &file.url), ("계획.hwp", &address()));
    assert_eq!(file.key, "fn_down('4','1')");
}

#[test]
fn links_of_texts_and_of_sites_are_no_files_of_an_article() {
    for inside in [
        "<p>The paper of the harbour (<a href='https://tides.example/tide.pdf'>tide.pdf</a>, 2 MB) tells more.</p>",
        "<p>See <a href='/papers/tide.pdf'>tide.pdf</a> for all that is known of the tides of this coast.</p>",
        "<p><a href='https://tides.example/tide.pdf'>tide.pdf</a></p>",
        "<ul><li><a href='https://tides.example/tide.pdf'>tide.pdf</a> (2 MB)</li></ul>",
        "<p><a href='/photos/big.jpg'><img src='/photos/small.jpg'></a></p>",
        "<nav><a href='/download/app.zip'>app.zip</a> (2 MB)</nav>",
        "<ul><li><a href='/downloads'>Downloads</a></li><li><a href='/files'>Files</a></li></ul>",
        "<h4>Attachments</h4><a href='/download/all?post=3'>Download all</a>",
        "<h4>첨부파일</h4><a href='mailto:a@example.org'>a.pdf</a>",
    ] {
        check(inside, &[]);
    }
}

#[test]
fn files_are_told_apart_without_what_changes_from_view_to_view() {
    let keys = |token: &str, session: &str| {
        let html = page(&format!(
            "<a href='/list?sid={session}'>List</a><h4>Attachments</h4><ul>\
             <li><a href='/download.php?no=1&nonce={token}&sid={session}'>a.pdf</a></li>\
             <li><a href='/download.php?no=2&nonce={token}&sid={session}'>b.pdf</a></li></ul>"
        ));
        let files = shown(&html).into_iter();
        files.map(|file| (file.key, file.url)).collect::<Vec<_>>()
    };
    let first = keys("5f0c", "4f1d0c9a7b2e83d5f60718293a4b5c6d");
    assert_eq!(first.len(), 2);
    assert_eq!(first[0].0, "/download.php?no=1");
    assert_eq!(first, keys("71aa", "9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b"));
}

#[test]
fn what_shows_files_is_no_part_of_a_text_and_what_is_told_of_them_is() {
    for (inside, want) in [
        (
            "<p>The sea.</p><b>Anhänge:</b><br><a href='/attachment.php?aid=1'>a.pdf</a> (1 KB)",
            "The sea.",
        ),
        (
            "<p>The sea.</p><div><h4>Attachments</h4><ul><li><a href='/download/1'>a.pdf</a> (1 KB)</li></ul></div>",
            "The sea.",
        ),
        (
            "<p>Ahoi</p><ul><li><a href='/download/1'>a.pdf</a> (1 KB)</li></ul>",
            "Ahoi",
        ),
    ] {
        let html = page(inside);
        let files = shown(&html);
        let body = html
            .select(&Selector::parse("#main").unwrap())
            .next()
            .unwrap();
        let blocks = blocks_of(&files, body);
        let kept: String = body
            .descendants()
            .filter(|node| {
                !blocks.contains(&node.id())
                    && !node.ancestors().any(|above| blocks.contains(&above.id()))
            })
            .filter_map(|node| node.value().as_text().map(|text| text.to_string()))
            .collect();
        assert_eq!(kept.trim(), want, "{inside}");
    }
}
