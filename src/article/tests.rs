//! Article pages as CASES.md (14, 27–37, 39) wants them. Expected values come from there and from BOARDS.md.

use std::sync::LazyLock;

use jiff::Timestamp;
use proptest::prelude::*;
use url::Url;

use super::{PageView, ReadOptions, classify, explain_article, read_article};
use crate::document::parse;
use crate::model::{Article, Comment, PageClass, PostedAt, parents};
use crate::profile::{Library, Profile};

/// The clock of all cases: 2026-11-24 00:50 in Korea.
const AS_OF: &str = "2026-11-23T15:50:00Z";

/// A page as it came, and what is to be asked of it.
struct Given<'a> {
    engine: &'a str,
    source: &'a str,
    url: &'a str,
    status: u16,
    redirect_to: Option<&'a str>,
}

impl<'a> Given<'a> {
    fn new(engine: &'a str, source: &'a str, url: &'a str) -> Self {
        Self {
            engine,
            source,
            url,
            status: 200,
            redirect_to: None,
        }
    }

    fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    fn view<T>(&self, ask: impl FnOnce(&PageView<'_>, &Profile) -> T) -> T {
        static LIBRARY: LazyLock<Library> = LazyLock::new(Library::built_in);
        let html = parse(self.source);
        let url = Url::parse(self.url).unwrap();
        let redirect_to = self.redirect_to.map(|to| Url::parse(to).unwrap());
        let view = PageView {
            html: &html,
            source: self.source,
            url: &url,
            redirect_to: redirect_to.as_ref(),
            status: self.status,
            as_of: AS_OF.parse::<Timestamp>().unwrap(),
        };
        ask(&view, &LIBRARY.get(self.engine).unwrap())
    }

    fn read(&self) -> Article {
        self.view(|view, profile| read_article(view, profile, &ReadOptions::default()))
    }

    fn class(&self) -> (PageClass, String) {
        self.view(|view, profile| classify(view, Some(profile)))
    }
}

fn posted(posted: &Option<PostedAt>) -> String {
    posted.as_ref().map_or("none".into(), |posted| {
        format!("{} {}", posted.at, posted.precision.as_str())
    })
}

/// `key < parent author: text`, one a line, after parents are found.
fn comments(article: &Article) -> Vec<String> {
    let line = |(comment, parent): (&Comment, Option<&str>)| {
        format!(
            "{} < {} {}: {}",
            comment.key,
            parent.unwrap_or("-"),
            comment.author.as_deref().unwrap_or("-"),
            match &comment.text {
                Some(text) => text.as_str(),
                None if comment.secret => "(secret)",
                None => "(none)",
            }
        )
    };
    let comments = &article.comments;
    comments.iter().zip(parents(comments)).map(line).collect()
}

const RHYMIX: &str = include_str!("../../tests/fixtures/rhymix/article.html");
const RHYMIX_URL: &str = "http://board.example/town/90";
const GNUBOARD5: &str = include_str!("../../tests/fixtures/gnuboard5/article.html");
const GNUBOARD5_URL: &str = "http://board.example/bbs/board.php?bo_table=town&wr_id=290";
const KBOARD: &str = include_str!("../../tests/fixtures/kboard/article.html");
const KBOARD_URL: &str = "http://board.example/?page_id=69&mod=document&uid=33";
const GNUBOARD4: &str = include_str!("../../tests/fixtures/gnuboard4/article.html");
const GNUBOARD4_URL: &str = "http://board.example/bbs/board.php?bo_table=town&wr_id=7";

#[test]
fn a_repost_comes_out_as_a_person_would_want_it() {
    let article = Given::new("rhymix", RHYMIX, RHYMIX_URL).read();
    assert_eq!(article.class, PageClass::Article, "{}", article.reason);
    assert_eq!(
        article.text,
        "새 다리 전경. 사진 하나\n마을 강가에 새 다리가 놓였다.\n길이는 40미터다.\n주민들이 다리를 건너고 있다.\n\
         문의는 news@example.org 로 하면 된다.\n한겨레"
    );
    assert_eq!(article.source.as_deref(), Some("한겨레"));
    assert_eq!(article.title.as_deref(), Some("강가에 새 다리 \"개통\""));
    assert_eq!(article.author.as_deref(), Some("하나"));
    assert_eq!(article.category.as_deref(), Some("지역"));
    assert_eq!(posted(&article.posted), "2026-11-23T03:35:00Z minute");
    assert_eq!((article.views, article.votes), (Some(1_372), Some(-2)));
    assert_eq!(article.tags, ["다리", "강"]);
    assert_eq!(article.warnings, Vec::<String>::new());
    let images: Vec<_> = article
        .images
        .iter()
        .map(|image| {
            (
                image.url.as_str(),
                image.alt.as_deref(),
                image.caption.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        images,
        [
            (
                "http://board.example/files/attach/images/2026/11/a.jpg",
                Some("다리 전경"),
                Some("새 다리 전경. 사진 하나")
            ),
            ("http://img.example.org/b.jpg?w=5", None, None),
        ]
    );
    assert!(!article.html.contains("cdn-cgi"), "{}", article.html);
}

#[test]
fn a_protected_address_is_the_same_text_whatever_its_key_and_can_be_masked() {
    let encode = |key: u8| {
        let bytes = b"news@example.org"
            .iter()
            .map(|byte| format!("{:02x}", byte ^ key));
        format!("{key:02x}{}", bytes.collect::<String>())
    };
    let page = |key| RHYMIX.replace(&encode(0x0b), &encode(key));
    assert_ne!(page(0x54), RHYMIX);
    let (one, other) = (page(0x54), page(0xf7));
    let read = |source| Given::new("rhymix", source, RHYMIX_URL).read();
    assert_eq!(read(&one).text, read(&other).text);
    assert_eq!(read(&one).html, read(&other).html);
    let masked = Given::new("rhymix", &one, RHYMIX_URL).view(|view, profile| {
        let options = ReadOptions {
            mask_addresses: true,
        };
        read_article(view, profile, &options)
    });
    for shown in [&masked.text, &masked.html] {
        assert!(shown.contains("문의는 n***@example.org 로"), "{shown}");
        assert!(!shown.contains("news@"), "{shown}");
    }
}

#[test]
fn attachments_are_keyed_without_their_tokens() {
    let article = Given::new("rhymix", RHYMIX, RHYMIX_URL).read();
    let [file] = article.attachments.as_slice() else {
        panic!("{:?}", article.attachments);
    };
    assert_eq!(
        (file.key.as_str(), file.name.as_str(), file.size),
        ("997", "보고서_2025 (최종).hwp", Some(20_480))
    );
    assert!(!file.url.contains("file_key"), "{}", file.url);

    let article = Given::new("gnuboard5", GNUBOARD5, GNUBOARD5_URL).read();
    let [file] = article.attachments.as_slice() else {
        panic!("{:?}", article.attachments);
    };
    assert_eq!(file.key, "2");
    assert_eq!(file.name, "보고서_2025 (최종).hwp");
    assert_eq!(
        file.url,
        "http://board.example/bbs/download.php?bo_table=town&wr_id=290&no=2"
    );
}

#[test]
fn comments_have_parents_and_secrets_no_words() {
    let article = Given::new("rhymix", RHYMIX, RHYMIX_URL).read();
    assert_eq!(
        comments(&article),
        [
            // Its parent stands on the page before.
            "201 < - 둘: 앞 쪽에 대한 답",
            "202 < - 셋: (secret)",
            "203 < - 넷: 좋네요\n정말",
            "204 < 203 하나: 고맙습니다",
        ]
    );
    assert_eq!(article.comments[0].depth, 1);
    assert_eq!(article.comment_count, Some(104));
    let pages = &article.comment_pages;
    assert_eq!(pages.current, 3);
    let others: Vec<_> = pages
        .others
        .iter()
        .map(|(number, url)| (*number, url.as_str()))
        .collect();
    assert_eq!(
        others,
        [
            (1, "http://board.example/town/90?cpage=1"),
            (2, "http://board.example/town/90?cpage=2"),
        ],
        "the other article's link under it is none of them"
    );
}

#[test]
fn the_comment_page_shown_is_told_without_a_mark() {
    let unmarked = RHYMIX.replace("<strong>3</strong>", "");
    let pages = |source: &str, url| Given::new("rhymix", source, url).read().comment_pages;
    assert_eq!(pages(&unmarked, RHYMIX_URL).current, 3);
    let second = "http://board.example/town/90?cpage=2";
    assert_eq!(pages(&unmarked, second).current, 2);
    let others: Vec<u32> = pages(&unmarked, second)
        .others
        .iter()
        .map(|(number, _)| *number)
        .collect();
    assert_eq!(others, [1, 3]);
    let none = RHYMIX.replace("cpage=", "p=");
    assert_eq!(pages(&none, RHYMIX_URL).others, []);
}

#[test]
fn lazy_and_odd_images_are_found_once_each_in_reading_order() {
    let source = include_str!("../../tests/fixtures/rhymix/odd_images.html");
    let article = Given::new("rhymix", source, "http://board.example/art/91").read();
    assert_eq!(article.class, PageClass::Article);
    assert_eq!(article.text, "");
    let images: Vec<_> = article
        .images
        .iter()
        .map(|image| (image.url.as_str(), image.alt.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        images,
        [
            ("https://img.example.org/a/1.jpg", "하나"),
            ("http://img.example.org/b/2.jpg?type=w540", ""),
            ("http://board.example/files/x.jpg", "셋"),
            ("http://board.example/files/only.png", "넷"),
        ]
    );
}

#[test]
fn sketchbook5_shows_nesting_by_margin_and_young_comments_by_age() {
    let source = include_str!("../../tests/fixtures/rhymix/sketchbook5_article.html");
    let article = Given::new("rhymix", source, "http://board.example/art/91").read();
    assert_eq!(
        (article.title.as_deref(), article.author.as_deref()),
        (Some("노을 진 바다"), Some("둘"))
    );
    assert_eq!(
        article.text,
        "때 곳\n저녁 남쪽\n바다\n하나\n둘\n첫째 줄\n둘째 줄"
    );
    assert_eq!((article.views, article.votes), (Some(523), Some(8)));
    assert_eq!(
        comments(&article),
        [
            "301 < - 하나: 멋지네요",
            "302 < 301 셋: 정말",
            "303 < 302 넷: 그래요"
        ]
    );
    let dates: Vec<_> = article
        .comments
        .iter()
        .map(|comment| posted(&comment.posted))
        .collect();
    assert_eq!(
        dates,
        [
            "2026-11-20T15:00:00Z day",
            "2026-11-23T13:50:00Z hour",
            "2026-11-23T15:07:00Z minute"
        ]
    );
}

#[test]
fn gnuboard5_keeps_its_words_in_odd_places() {
    let article = Given::new("gnuboard5", GNUBOARD5, GNUBOARD5_URL).read();
    assert_eq!(article.class, PageClass::Article, "{}", article.reason);
    assert_eq!(
        article.title.as_deref(),
        Some("긴 제목 하나 > 둘, 그리고 그 뒤에 오는 말까지 모두"),
        "the heading is cut, the page's title is whole"
    );
    assert_eq!(posted(&article.posted), "2025-10-20T00:00:00Z minute");
    assert_eq!(article.author.as_deref(), Some("하나"));
    assert_eq!((article.views, article.votes), (Some(1_175), Some(4)));
    assert_eq!(
        article.text, "줄 하나\n표 <1>과 A&B\n[email protected]",
        "the purifier removed the address: the words stay, with an ordinary space"
    );
    let images: Vec<_> = article
        .images
        .iter()
        .map(|image| (image.url.as_str(), image.alt.as_deref()))
        .collect();
    assert_eq!(
        images,
        [
            ("http://board.example/data/file/town/up1.jpg", None),
            ("https://img.example.org/th.jpg", None)
        ]
    );
    assert_eq!(
        comments(&article),
        [
            "291 < - 둘: 첫 댓글",
            "293 < 291 셋: 답글\n둘째 줄",
            "292 < 293 넷: (secret)"
        ]
    );
    assert_eq!(
        posted(&article.comments[0].posted),
        "2026-11-23T13:15:00Z minute",
        "the seconds of the attribute are made up"
    );
}

#[test]
fn a_heading_that_is_whole_keeps_its_signs() {
    let whole = GNUBOARD5.replace(
        "긴 제목 하나 &gt; 둘, 그리고…</span>",
        "하나 &gt; 둘</span>",
    );
    let article = Given::new("gnuboard5", &whole, GNUBOARD5_URL).read();
    assert_eq!(article.title.as_deref(), Some("하나 > 둘"));
}

#[test]
fn kboard_leaves_words_in_angle_brackets_unescaped() {
    let article = Given::new("kboard", KBOARD, KBOARD_URL).read();
    assert_eq!(article.class, PageClass::Article, "{}", article.reason);
    assert_eq!(
        article.title.as_deref(),
        Some("다리 개통에 주민들 <반신반의>… “두고 보자”")
    );
    assert_eq!(
        article.text,
        "“좋다”는 쪽과 <반대>하는 쪽이 있다.\n1 < 2 이고 A & B 이다."
    );
    assert!(article.html.contains("&lt;반대&gt;"), "{}", article.html);
    assert_eq!(
        comments(&article),
        [
            "11 < - 둘: 첫 댓글",
            "12 < 11 셋: (secret)",
            "13 < 12 넷: 답글의 답글"
        ]
    );
    assert_eq!(
        posted(&article.comments[0].posted),
        "2026-11-23T15:05:12Z second"
    );
    assert_eq!(article.comment_count, Some(3));
    let [file] = article.attachments.as_slice() else {
        panic!("{:?}", article.attachments);
    };
    assert_eq!(
        (file.key.as_str(), file.name.as_str(), file.url.as_str()),
        (
            "file1",
            "보고서 (최종).zip",
            "http://board.example/?action=kboard_file_download&uid=33&file=file1"
        )
    );
}

#[test]
fn gnuboard4_has_words_where_others_have_classes() {
    let article = Given::new("gnuboard4", GNUBOARD4, GNUBOARD4_URL).read();
    assert_eq!(article.class, PageClass::Article, "{}", article.reason);
    assert_eq!(article.title.as_deref(), Some("강 > 바다, 그 사이"));
    assert_eq!(article.author.as_deref(), Some("하나"));
    assert_eq!(posted(&article.posted), "2025-10-20T00:00:00Z minute");
    assert_eq!((article.views, article.votes), (Some(1_234), Some(5)));
    assert_eq!(article.text, "첫 줄\n둘째 줄");
    let images: Vec<_> = article.images.iter().map(|image| &image.url).collect();
    assert_eq!(images, ["http://board.example/data/file/town/up.jpg"]);
    let files: Vec<_> = article
        .attachments
        .iter()
        .map(|file| {
            (
                file.key.as_str(),
                file.name.as_str(),
                file.url.as_str(),
                file.size,
            )
        })
        .collect();
    assert_eq!(
        files,
        [(
            "1",
            "보고서.hwp",
            "http://board.example/bbs/download.php?bo_table=town&wr_id=7&no=1",
            Some(30_003)
        )]
    );
    assert_eq!(
        comments(&article),
        ["8 < - 둘: 첫 댓글", "9 < - 셋: (secret)"]
    );
    assert_eq!(
        posted(&article.comments[0].posted),
        "2025-10-20T01:30:00Z minute"
    );
}

#[test]
fn pages_in_an_articles_place_are_told_apart_and_give_no_content() {
    let deleted = include_str!("../../tests/fixtures/gnuboard5/deleted.html");
    let members = include_str!("../../tests/fixtures/gnuboard5/members_only.html");
    let secret = include_str!("../../tests/fixtures/rhymix/secret.html");
    let missing = include_str!("../../tests/fixtures/rhymix/missing.html");
    let pending = include_str!("../../tests/fixtures/kboard/pending.html");
    let scripts =
        "<script>alert(\"Invalid URL.\");</script>\n<script>window.location.href='/';</script>";
    let escaped =
        r#"<script>alert("\uae00\uc774 \uc5c6\uc2b5\ub2c8\ub2e4");history.back();</script>"#;
    for (given, class, reason) in [
        (
            Given::new("gnuboard5", deleted, GNUBOARD5_URL),
            PageClass::Gone,
            "글이 존재하지 않습니다. 글이 삭제되었거나",
        ),
        (
            Given::new("gnuboard5", members, GNUBOARD5_URL),
            PageClass::Restricted,
            "글을 읽을 권한이 없습니다",
        ),
        (
            Given::new("rhymix", secret, RHYMIX_URL).status(403),
            PageClass::Restricted,
            "403",
        ),
        // XE1 answers 200 with the same form.
        (
            Given::new("rhymix", secret, RHYMIX_URL),
            PageClass::Restricted,
            "class rule",
        ),
        (
            Given::new("rhymix", missing, RHYMIX_URL).status(404),
            PageClass::Gone,
            "404",
        ),
        (
            Given::new("kboard", pending, KBOARD_URL),
            PageClass::Restricted,
            "class rule",
        ),
        (
            Given::new("kboard", scripts, KBOARD_URL),
            PageClass::Gone,
            "Invalid URL.",
        ),
        (
            Given::new("kboard", escaped, KBOARD_URL),
            PageClass::Error,
            "글이 없습니다",
        ),
        (
            Given::new("rhymix", "<h1>점검 중</h1>", RHYMIX_URL).status(503),
            PageClass::Error,
            "503",
        ),
        (
            Given::new("rhymix", "<h1>안녕</h1>", RHYMIX_URL),
            PageClass::Unknown,
            "no article",
        ),
        (
            Given::new("rhymix", "", RHYMIX_URL),
            PageClass::Unknown,
            "no article",
        ),
        (
            Given::new(
                "rhymix",
                "<form><input type=PASSWORD name=pw></form>",
                RHYMIX_URL,
            ),
            PageClass::Login,
            "password",
        ),
    ] {
        let article = given.read();
        assert_eq!(article.class, class, "{}", article.reason);
        assert!(article.reason.contains(reason), "{}", article.reason);
        assert_eq!((article.text.as_str(), article.html.as_str()), ("", ""));
        assert!(article.comments.is_empty() && article.images.is_empty());
    }
}

#[test]
fn a_restricted_page_still_tells_title_and_date() {
    let secret = include_str!("../../tests/fixtures/rhymix/secret.html");
    let article = Given::new("rhymix", secret, RHYMIX_URL).status(403).read();
    assert_eq!(article.title.as_deref(), Some("조용히 묻습니다"));
    assert_eq!(posted(&article.posted), "2026-11-23T14:50:00Z minute");
}

#[test]
fn a_redirect_that_is_not_followed_tells_by_where_it_points() {
    let to = |engine, to| {
        let given = Given {
            redirect_to: Some(to),
            ..Given::new(engine, "", GNUBOARD5_URL).status(302)
        };
        given.class().0
    };
    let password = "http://board.example/bbs/password.php?w=s&bo_table=town&wr_id=290";
    assert_eq!(to("gnuboard5", password), PageClass::Restricted);
    assert_eq!(
        to("rhymix", "http://board.example/member/login?next=/town/90"),
        PageClass::Login
    );
    assert_eq!(
        to(
            "rhymix",
            "http://board.example/index.php?mid=town&act=dispMemberLoginForm"
        ),
        PageClass::Login
    );
    assert_eq!(
        to("rhymix", "http://other.example/blogins"),
        PageClass::Unknown
    );
}

#[test]
fn bot_checks_and_block_pages_are_challenges() {
    let cookie = "<html><body><script>document.cookie='k=1;path=/';location.reload();</script></body></html>";
    for (status, source) in [
        (
            403,
            "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
        ),
        (200, "<title>잠시만 기다려 주십시오</title>"),
        (200, cookie),
        (
            403,
            "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
        ),
        (
            403,
            "<title>Access Denied</title>You don't have permission. Reference&#32;&#35;18.2d",
        ),
        (
            200,
            "<p>사람인지 확인합니다</p><div class=\"g-recaptcha\"></div>",
        ),
        (430, RHYMIX),
    ] {
        let (class, reason) = Given::new("rhymix", source, RHYMIX_URL)
            .status(status)
            .class();
        assert_eq!(class, PageClass::Challenge, "{source}: {reason}");
    }
}

#[test]
fn an_article_about_a_bot_check_stays_one() {
    let about = RHYMIX
        .replace("<title>", "<title>Just a moment - ")
        .replace("길이는", "cf-challenge 와 g-recaptcha 의 길이는");
    let (class, reason) = Given::new("rhymix", &about, RHYMIX_URL).class();
    assert_eq!(class, PageClass::Article, "{reason}");
    // A board that refuses one post under that title is not a network that blocks us.
    let denied = "<title>Access denied</title><p>You may not read this topic.</p>";
    let (class, reason) = Given::new("rhymix", denied, RHYMIX_URL).status(403).class();
    assert_eq!(class, PageClass::Restricted, "{reason}");
}

#[test]
fn explaining_names_the_rule_behind_each_field() {
    let traces = Given::new("gnuboard5", GNUBOARD5, GNUBOARD5_URL).view(explain_article);
    let title = traces.iter().find(|trace| trace.field == "title").unwrap();
    assert_eq!(title.rule, "article.title[0]");
    assert!(!title.also.is_empty());
}

/// Pieces of pages, good and bad, in any order.
fn any_page() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<div class=\"document_1_0 xe_content\">",
        "<div id=\"bo_v_con\">",
        "<div id=\"bo_v\">",
        "<article id=\"c_9\" style=\"margin-left:99999999999px\">",
        "<li class=\"kboard-comments-item\">",
        "<li class=\"fbItem indent99999999999\" id=\"comment_1\">",
        "<a href=\"/cdn-cgi/l/email-protection#ff\" data-cfemail=\"é\">",
        "<img srcset=\", ,,a 2w,,\" src=\"http://[\" alt=\"%\">",
        "<noscript><img src=x></noscript>",
        "<a href=\"javascript:'\">",
        "<a href=\"?cpage=4294967295\">",
        "<script>alert(\"\\u12\\",
        "<table><tr><td>",
        "<p>",
        "</div>",
        "<base href=\"data:x\">",
        "<title>",
        "<strong class=if_date>99-99-99 99:99",
    ]);
    prop::collection::vec(
        prop_oneof![pieces.prop_map(str::to_owned), ".{0,12}"],
        0..24,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_page_panics_and_only_articles_are_content(
        source in any_page(),
        status in prop::sample::select(vec![200_u16, 302, 403, 404, 430, 503]),
    ) {
        for engine in ["rhymix", "gnuboard5", "gnuboard4", "kboard"] {
            let article = Given::new(engine, &source, GNUBOARD5_URL).status(status).read();
            if article.class != PageClass::Article {
                prop_assert!(article.text.is_empty() && article.html.is_empty());
            }
            let lower = article.html.to_ascii_lowercase();
            prop_assert!(!lower.contains("<script") && !lower.contains("javascript:"));
            let out_of_order = article.images.iter().any(|image| !image.url.starts_with("http"));
            prop_assert!(!out_of_order);
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let source = String::from_utf8_lossy(&bytes).into_owned();
        let _ = Given::new("rhymix", &source, RHYMIX_URL).read();
    }
}
