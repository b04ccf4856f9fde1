//! What of a page is an edit, from its bytes to the hash that decides: two fetches of one article differ in tokens,
//! counts and avatars on every engine, and none of that may become a revision; a syllable of the body must.

use boardwalk::article::{PageView, ReadOptions, read_article};
use boardwalk::dedup::content_hash;
use boardwalk::document;
use boardwalk::model::{Article, PageClass};
use boardwalk::profile::Library;
use url::Url;

/// What a part of a page is once, and in another fetch.
type Part = (&'static str, &'static str);

/// Engine, page, URL, and the parts that another fetch shows otherwise.
const PAGES: [(&str, &str, &str, &[Part]); 3] = [
    (
        "rhymix",
        include_str!("../fixtures/rhymix/article.html"),
        "http://board.example/town/90",
        &[
            ("조회 수:1,372", "조회 수:1,373"),
            ("추천:-2", "추천:5"),
            // The same address by another key: the first byte is XORed with the rest.
            (
                "0b656e7c784b6e736a667b676e2564796c",
                "543a31232714312c35392438317a3b2633",
            ),
            (
                "sid=72396338380cdcf1&amp;file_key=a1",
                "sid=00ff&amp;file_key=b2",
            ),
            ("Download:1", "Download:2"),
            (
                "<title>",
                "<meta name=\"csrf-token\" content=\"TOKEN\"><title>",
            ),
            (
                "<div class=\"fbMeta\">",
                "<div class=\"fbMeta\"><img class=\"avatar\" src=\"https://3.gravatar.example/avatar/ab?s=32\">",
            ),
        ],
    ),
    (
        "gnuboard5",
        include_str!("../fixtures/gnuboard5/article.html"),
        "http://board.example/bbs/board.php?bo_table=town&wr_id=290",
        &[
            ("1,175회", "1,176회"),
            ("nonce=ab|1795439700|cd", "nonce=ef|1795439999|00"),
            ("0회 다운로드", "3회 다운로드"),
            ("<strong>4</strong>", "<strong>5</strong>"),
            (
                "<span class=\"sv_guest\">",
                "<img src=\"https://1.gravatar.example/a.png\"><span class=\"sv_guest\">",
            ),
        ],
    ),
    (
        "kboard",
        include_str!("../fixtures/kboard/article.html"),
        "http://board.example/?page_id=69&mod=document&uid=33",
        &[
            (
                "<div class=\"detail-value\">43</div>",
                "<div class=\"detail-value\">44</div>",
            ),
            ("nonce=ab12", "nonce=cd34"),
            (
                "<div class=\"comments-list-username\">",
                "<div class=\"comments-list-username\"><img src=\"https://2.gravatar.example/avatar/x\">",
            ),
        ],
    ),
];

fn read(engine: &str, source: &str, url: &str) -> Article {
    let html = document::parse(source);
    let view = PageView {
        html: &html,
        source,
        url: &Url::parse(url).unwrap(),
        redirect_to: None,
        status: 200,
        as_of: "2026-11-24T00:50:00Z".parse().unwrap(),
    };
    let profile = Library::built_in().get(engine).unwrap();
    let article = read_article(&view, &profile, &ReadOptions::default());
    assert_eq!(article.class, PageClass::Article, "{engine}");
    article
}

fn hash(article: &Article) -> [u8; 32] {
    let keys = article.attachments.iter().map(|file| file.key.as_str());
    content_hash(
        article.title.as_deref().unwrap_or_default(),
        article.category.as_deref(),
        &article.text,
        keys,
    )
}

#[test]
fn tokens_counts_avatars_and_protected_address_keys_are_no_edit() {
    for (engine, page, url, parts) in PAGES {
        let first = read(engine, page, url);
        let mut other_page = page.to_owned();
        for (once, then) in parts {
            assert!(other_page.contains(once), "{engine}: {once}");
            other_page = other_page.replace(once, then);
        }
        let then = read(engine, &other_page, url);
        assert_ne!(first.views, then.views, "{engine}: the count did change");
        assert_eq!(hash(&first), hash(&then), "{engine}");
        assert_eq!(first.text, then.text, "{engine}");
        assert_eq!(first.images, then.images, "{engine}");
    }
}

#[test]
fn one_syllable_is_an_edit() {
    for (engine, page, url, once, then) in [
        (PAGES[0].0, PAGES[0].1, PAGES[0].2, "놓였다", "놓인다"),
        (PAGES[1].0, PAGES[1].1, PAGES[1].2, "줄 하나", "줄 둘나"),
        (PAGES[2].0, PAGES[2].1, PAGES[2].2, "쪽이 있다", "쪽도 있다"),
    ] {
        assert!(page.contains(once), "{engine}");
        let (before, after) = (
            read(engine, page, url),
            read(engine, &page.replace(once, then), url),
        );
        assert_ne!(hash(&before), hash(&after), "{engine}");
    }
}
