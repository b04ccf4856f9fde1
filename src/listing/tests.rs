//! Rows as CASES.md (11–21, 37) wants them. Expected values come from there and from BOARDS.md.

use std::sync::LazyLock;

use jiff::Timestamp;
use url::Url;

use super::read_listing;
use crate::document::Html;
use crate::model::{ListingPage, Row};
use crate::profile::{Library, Profile};

/// The clock of all cases: 2026-11-24 00:50 in Korea.
const AS_OF: &str = "2026-11-23T15:50:00Z";

fn read_page(engine: &str, html: &str, url: &str) -> ListingPage {
    static LIBRARY: LazyLock<Library> = LazyLock::new(Library::built_in);
    let profile = LIBRARY.get(engine).unwrap();
    read_with(&profile, html, url)
}

fn read_with(profile: &Profile, html: &str, url: &str) -> ListingPage {
    let as_of: Timestamp = AS_OF.parse().unwrap();
    read_listing(
        &Html::parse_document(html).into(),
        &Url::parse(url).unwrap(),
        profile,
        as_of,
    )
}

fn titles(page: &ListingPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.title.as_str()).collect()
}

fn keys(page: &ListingPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.key.as_str()).collect()
}

fn posted(row: &Row) -> Option<String> {
    let posted = row.posted.as_ref()?;
    Some(format!("{} {}", posted.at, posted.precision.as_str()))
}

const RHYMIX: &str = include_str!("../../tests/fixtures/rhymix/listing.html");
const SKETCHBOOK: &str = include_str!("../../tests/fixtures/rhymix/sketchbook5.html");
const RHYMIX_MOBILE: &str = include_str!("../../tests/fixtures/rhymix/mobile.html");
const RHYMIX_PAST_END: &str = include_str!("../../tests/fixtures/rhymix/past_end.html");
const GNUBOARD5: &str = include_str!("../../tests/fixtures/gnuboard5/listing.html");
const GNUBOARD5_GALLERY: &str = include_str!("../../tests/fixtures/gnuboard5/gallery.html");
const GNUBOARD5_PAST_END: &str = include_str!("../../tests/fixtures/gnuboard5/past_end.html");
const GNUBOARD4: &str = include_str!("../../tests/fixtures/gnuboard4/listing.html");
const GNUBOARD4_EARLY: &str = include_str!("../../tests/fixtures/gnuboard4/early_listing.html");
const KBOARD: &str = include_str!("../../tests/fixtures/kboard/listing.html");

#[test]
fn the_number_is_a_rank_and_the_id_is_in_the_link() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    assert_eq!(
        keys(&page),
        ["11", "900", "880", "871", "870"].map(|id| format!("board.example/{id}"))
    );
    let ranks: Vec<_> = page.rows.iter().map(|row| row.rank).collect();
    assert_eq!(ranks, [None, Some(42), Some(41), None, Some(39)]);
}

#[test]
fn links_are_asked_for_as_found_and_stored_without_state() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    assert_eq!(
        page.rows[1].url.as_str(),
        "http://board.example/town/900?page=2"
    );
    assert_eq!(
        page.rows[1].canonical_url.as_str(),
        "http://board.example/town/900"
    );
}

#[test]
fn notices_and_the_open_article_are_told_from_ordinary_rows() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    let flags: Vec<_> = page
        .rows
        .iter()
        .map(|row| (row.notice, row.current, row.secret))
        .collect();
    assert_eq!(
        flags,
        [
            (true, false, false),
            (false, false, false),
            (false, false, false),
            (false, true, false),
            (false, false, true),
        ]
    );
    assert_eq!(page.ordinary().count(), 4);
}

#[test]
fn titles_are_the_words_of_the_link_decoded_once() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    assert_eq!(
        titles(&page),
        [
            "이용 안내",
            "굵은 제목 <script>alert(1)</script> & \"따옴표\"",
            "예산안 통과(2)",
            "열려 있는 글",
            "[속보] 다리 개통",
        ]
    );
    assert_eq!(page.rows[2].comment_count, Some(6));
    assert_eq!(page.rows[1].comment_count, None);
}

#[test]
fn columns_go_by_the_words_of_the_header() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    let row = &page.rows[1];
    assert_eq!(row.author.as_deref(), Some("하나"));
    assert_eq!((row.views, row.votes), (Some(7), Some(-2)));
    assert_eq!(page.rows[0].views, Some(1204));
}

#[test]
fn rows_without_an_articles_link_are_left_out_with_a_warning() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    assert_eq!(
        page.warnings,
        [
            "row 6: its link is not an article's",
            "row 7: its link leads to another host"
        ]
    );
}

#[test]
fn the_pager_of_the_default_skin() {
    let page = read_page("rhymix", RHYMIX, "http://board.example/town?page=2");
    assert_eq!((page.pager.current, page.pager.last), (Some(2), Some(3)));
    let next = page.pager.next.unwrap();
    assert_eq!(next.as_str(), "http://board.example/town?page=3");
}

#[test]
fn sketchbook5_names_category_and_hides_secret_titles() {
    let page = read_page("rhymix", SKETCHBOOK, "http://board.example/art");
    assert_eq!(
        titles(&page),
        ["규칙", "바다 산책", "지금 보는 글", "비밀글 입니다."]
    );
    let categories: Vec<_> = page
        .rows
        .iter()
        .map(|row| row.category.as_deref())
        .collect();
    assert_eq!(categories, [None, Some("사진"), None, Some("글")]);
    assert_eq!(page.rows[1].comment_count, Some(6));
    assert!(page.rows[2].current && page.rows[2].rank.is_none());
    assert!(page.rows[3].secret);
    assert_eq!((page.pager.current, page.pager.last), (Some(1), Some(3)));
    assert_eq!(
        page.pager.next.unwrap().as_str(),
        "http://board.example/art?page=2"
    );
}

#[test]
fn a_tooltip_completes_the_date_of_its_cell() {
    let page = read_page("rhymix", SKETCHBOOK, "http://board.example/art");
    assert_eq!(posted(&page.rows[0]).unwrap(), "2026-05-07T15:00:00Z day");
    assert_eq!(
        posted(&page.rows[1]).unwrap(),
        "2026-11-22T09:20:00Z minute"
    );
}

#[test]
fn a_listing_without_a_table_gives_the_same_rows() {
    let page = read_page(
        "rhymix",
        RHYMIX_MOBILE,
        "http://board.example/town?page=2&m=1",
    );
    assert_eq!(
        titles(&page),
        ["이용 안내", "다리 개통 <오늘>", "예산안 통과(2)"]
    );
    assert!(page.rows[0].notice);
    let row = &page.rows[1];
    assert_eq!(row.category.as_deref(), Some("사회"));
    assert_eq!(row.author.as_deref(), Some("하나"));
    assert_eq!((row.rank, row.comment_count), (None, Some(130)));
    assert_eq!(posted(row).unwrap(), "2026-11-22T15:00:00Z day");
    assert_eq!((page.pager.current, page.pager.last), (Some(2), Some(15)));
}

/// Case 20: sketchbook5 as a webzine. No table, the link lies over the box and has no words of its own, no number.
#[test]
fn a_webzine_gives_its_rows_without_numbers() {
    let row = |class: &str, id: u32, title: &str, link: &str| {
        format!(
            "<li class='{class}'><div class=rt_area><div class=tmb_wrp><img class=tmb src=/t.jpg alt=''></div>\
             <h3 class=ngeb>{title}</h3><div class=cnt>첫머리 글 2025.01.02</div><div class=info>\
             <span><i></i><span>Date</span><b>2026.11.22</b></span><span><i></i><span>Category</span><b>사진</b></span>\
             <span><i></i><span>By</span><b><a href='#popup_menu_area' class=member_5>하나</a></b></span>\
             <span><i></i><span>Reply</span><b>6</b></span><span><i></i><span>Views</span><b>31</b></span></div></div>\
             <a {link} href='/art/{id}'><span class=blind>Read More</span></a></li>"
        )
    };
    let html = format!(
        "<div class=bd_lst_wrp><ol class='bd_lst bd_zine zine zine1'>{}{}{}</ol></div>",
        row("notice clear", 7, "규칙", ""),
        row("clear", 90, "바다 산책", "class=hx"),
        row("select clear", 89, "지금 보는 글", "class=hx"),
    );
    let page = read_page("rhymix", &html, "http://board.example/art");
    assert_eq!(titles(&page), ["규칙", "바다 산책", "지금 보는 글"]);
    assert!(page.rows[0].notice && page.rows[2].current);
    let row = &page.rows[1];
    assert_eq!(row.key.as_str(), "board.example/90");
    assert_eq!((row.rank, row.comment_count), (None, Some(6)));
    assert_eq!(row.author.as_deref(), Some("하나"));
    assert_eq!(row.category.as_deref(), Some("사진"));
    assert_eq!(posted(row).unwrap(), "2026-11-21T15:00:00Z day");
}

#[test]
fn a_page_past_the_end_has_no_ordinary_rows() {
    let page = read_page(
        "rhymix",
        RHYMIX_PAST_END,
        "http://board.example/town?page=9",
    );
    assert_eq!((page.rows.len(), page.ordinary().count()), (1, 0));
    assert!(page.container_found && !page.says_empty);
    assert_eq!((page.pager.current, page.pager.last), (None, Some(3)));
    assert_eq!(page.pager.next, None);

    let url = "http://board.example/bbs/board.php?bo_table=town&page=99";
    let page = read_page("gnuboard5", GNUBOARD5_PAST_END, url);
    assert!(page.rows.is_empty() && page.says_empty && page.warnings.is_empty());
}

#[test]
fn hidden_words_marks_and_counts_are_no_part_of_a_title() {
    let page = read_page(
        "gnuboard5",
        GNUBOARD5,
        "http://board.example/bbs/board.php?bo_table=town",
    );
    assert_eq!(
        titles(&page),
        [
            "서버 점검 공지",
            "금리 동결",
            "Re: 금리 동결",
            "비밀 이야기"
        ]
    );
    let row = &page.rows[1];
    assert_eq!(row.key.as_str(), "board.example/town/77");
    assert_eq!(row.category.as_deref(), Some("정치"));
    assert_eq!(row.comment_count, Some(130));
    assert_eq!(row.author.as_deref(), Some("기자"));
    assert_eq!((row.views, row.votes), (Some(1470), Some(3)));
    assert!(page.rows[2].current && page.rows[2].rank.is_none());
    assert!(page.rows[3].secret);
    assert_eq!((page.pager.current, page.pager.last), (Some(1), Some(20)));
    let next = page.pager.next.unwrap();
    assert_eq!(
        next.as_str(),
        "http://board.example/bbs/board.php?bo_table=town&page=2"
    );
}

#[test]
fn short_dates_are_read_by_the_boards_clock_but_a_notices_year_stays_open() {
    let page = read_page(
        "gnuboard5",
        GNUBOARD5,
        "http://board.example/bbs/board.php?bo_table=town",
    );
    let dates: Vec<_> = page.rows.iter().map(posted).collect();
    assert_eq!(dates[0], None);
    assert_eq!(dates[1].as_deref(), Some("2026-11-23T15:44:00Z minute"));
    assert_eq!(dates[2].as_deref(), Some("2026-11-22T15:00:00Z day"));
    assert_eq!(dates[3].as_deref(), Some("2025-12-30T15:00:00Z day"));
}

#[test]
fn the_gallery_skin_gives_rows_without_its_excerpt() {
    let page = read_page(
        "gnuboard5",
        GNUBOARD5_GALLERY,
        "http://board.example/pic?page=2",
    );
    assert_eq!(titles(&page), ["심야 버스 노선"]);
    let row = &page.rows[0];
    assert_eq!(row.key.as_str(), "board.example/pic/30");
    assert_eq!(
        (row.author.as_deref(), row.views),
        (Some("기자"), Some(388))
    );
    assert_eq!((row.rank, row.comment_count), (Some(30), Some(4)));
    assert_eq!(
        (page.pager.current, page.pager.last, page.pager.next),
        (Some(2), Some(2), None)
    );
}

#[test]
fn header_words_spaced_out_still_name_their_columns() {
    let url = "http://board.example/bbs/board.php?bo_table=town";
    let page = read_page("gnuboard4", GNUBOARD4, url);
    assert_eq!(titles(&page), ["알립니다", "금리 동결"]);
    assert!(page.rows[0].notice);
    let row = &page.rows[1];
    assert_eq!(row.author.as_deref(), Some("독자"));
    assert_eq!(
        (row.views, row.votes, row.comment_count),
        (Some(5), Some(2), Some(6))
    );
    assert_eq!((row.rank, row.current, row.secret), (Some(12), true, true));
    assert_eq!(row.category.as_deref(), Some("정치"));
    assert_eq!((page.pager.current, page.pager.last), (Some(1), Some(9)));
}

#[test]
fn a_skin_without_class_names_is_read_by_its_header() {
    let url = "http://board.example/bbs/board.php?bo_table=town";
    let page = read_page("gnuboard4", GNUBOARD4_EARLY, url);
    assert_eq!(titles(&page), ["알립니다", "금리 동결"]);
    assert!(page.rows[0].notice && page.warnings.is_empty());
    let row = &page.rows[1];
    assert_eq!(
        (row.rank, row.views, row.comment_count),
        (Some(12), Some(5), Some(6))
    );
    assert_eq!(row.author.as_deref(), Some("독자"));
    assert_eq!((page.pager.current, page.pager.last), (Some(1), Some(2)));
}

/// Case 19: a header in another order (date last), `No.` for the number, words spaced out, no class on any cell.
#[test]
fn columns_in_another_order_are_mapped_by_their_words() {
    let html = "<table class=board_list><tr><th>글&nbsp;쓴&nbsp;이<th>No.<th>제&nbsp;&nbsp;&nbsp;목<th>조&nbsp;회\
                <th>날 &nbsp; 짜</tr>\
                <tr><td>독자<td>12<td><a href='/bbs/board.php?bo_table=town&wr_id=40'>금리 동결</a><td>5<td>11-23</tr>\
                </table>";
    let url = "http://board.example/bbs/board.php?bo_table=town";
    let page = read_page("gnuboard4", html, url);
    let row = &page.rows[0];
    assert_eq!((titles(&page), page.rows.len()), (vec!["금리 동결"], 1));
    assert_eq!(row.author.as_deref(), Some("독자"));
    assert_eq!((row.rank, row.views), (Some(12), Some(5)));
    assert_eq!(posted(row).unwrap(), "2026-11-22T15:00:00Z day");
}

/// Case 19: without a header row the classes of the cells tell, and without those the shape of the link.
#[test]
fn without_a_header_cell_classes_tell_and_then_shapes() {
    let url = "http://board.example/bbs/board.php?bo_table=town";
    let start = GNUBOARD4.find("<tr><th>").unwrap();
    let end = start + GNUBOARD4[start..].find("</tr>").unwrap() + "</tr>".len();
    let headless = format!("{}{}", &GNUBOARD4[..start], &GNUBOARD4[end..]);
    assert!(!headless.contains("<th"));
    let with_header = read_page("gnuboard4", GNUBOARD4, url);
    assert_eq!(
        read_page("gnuboard4", &headless, url).rows,
        with_header.rows
    );

    let bare = headless.replace("<td class=", "<td data-was=");
    let page = read_page("gnuboard4", &bare, url);
    assert_eq!(keys(&page), keys(&with_header));
    assert_eq!(titles(&page)[0], "알립니다");
    assert_eq!(page.rows[1].author.as_deref(), Some("독자"));
}

#[test]
fn kboard_rows_come_once_and_replies_have_no_rank() {
    let page = read_page("kboard", KBOARD, "http://board.example/?page_id=69");
    assert_eq!(titles(&page), ["공지입니다", "급식 단가", "Re: 답글"]);
    assert_eq!(
        keys(&page),
        ["36", "33", "38"].map(|id| format!("board.example/69/{id}"))
    );
    let row = &page.rows[1];
    assert_eq!(
        (row.rank, row.comment_count, row.views),
        (Some(33), Some(3), Some(78))
    );
    assert!(row.secret && !row.notice && page.rows[0].notice);
    assert_eq!((page.rows[2].rank, page.rows[2].notice), (None, false));
    assert_eq!((page.pager.current, page.pager.last), (Some(1), Some(4)));
}

/// A board of which only shapes are known: no column classes, no element for the count.
const PLAIN: &str = r#"
format = 1
engine = "plain"
title = "Plain"
[identity]
scope = "site"
article_url = "{base}/{board}/{id}"
listing_url = "{base}/{board}?page={page}"
board_url = "{base}/{board}"
articles = [{ path = '/(?<board>\w+)/(?<id>\d+)' }]
boards = [{ path = '/(?<board>\w+)' }]
[listing]
container = []
rows = ["li"]
link = ["a"]
[article]
body = ["p"]
title = ["h1"]
"#;

#[test]
fn a_bracketed_number_is_a_count_where_the_board_shows_no_other() {
    let profile = Profile::from_toml(PLAIN).unwrap();
    let html = "<ul><li><a href=/a/1>금리 동결 [6]</a><li><a href=/a/2>금리 동결 (1,006)</a>\
                <li><a href=/a/3>금리 동결 +6</a><li><a href=/a/4>[6]</a></ul>";
    let page = read_with(&profile, html, "http://board.example/a");
    assert_eq!(
        titles(&page),
        ["금리 동결", "금리 동결", "금리 동결", "[6]"]
    );
    let counts: Vec<_> = page.rows.iter().map(|row| row.comment_count).collect();
    assert_eq!(counts, [Some(6), Some(1006), Some(6), None]);
}

#[test]
fn control_characters_never_reach_a_title() {
    let profile = Profile::from_toml(PLAIN).unwrap();
    let html = "<li><a href=/a/1>빨간 \u{1b}[31m글\u{7}\u{9b}</a>";
    let page = read_with(&profile, html, "http://board.example/a");
    assert_eq!(titles(&page), ["빨간 [31m글"]);
}

#[test]
fn the_same_article_twice_stays_twice_in_order() {
    let profile = Profile::from_toml(PLAIN).unwrap();
    let html = "<li><a href=/a/1>하나</a><li><a href=/a/2>둘</a><li><a href=/a/1?page=2>하나</a>";
    let page = read_with(&profile, html, "http://board.example/a");
    assert_eq!(
        keys(&page),
        ["1", "2", "1"].map(|id| format!("board.example/{id}"))
    );
}

#[test]
fn a_page_with_endless_rows_is_cut() {
    let profile = Profile::from_toml(PLAIN).unwrap();
    let html = "<li><a href=/a/1>하나</a>".repeat(ListingPage::MAX_ROWS + 10);
    let page = read_with(&profile, &html, "http://board.example/a");
    assert_eq!(page.rows.len(), ListingPage::MAX_ROWS);
    assert_eq!(page.warnings.len(), 1);
}

#[test]
fn a_page_that_is_no_listing_gives_no_rows() {
    let html = "<h1>점검 중</h1><p><a href=/town/12>다음 글</a>";
    let page = read_page("rhymix", html, "http://board.example/town");
    assert!(page.rows.is_empty() && !page.container_found && !page.says_empty);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Invariant 4: any input gives a value.
        #[test]
        fn any_text_is_read(html in "(<(table|tr|td|th|li|ul|a|span|b)( (class|href|colspan|title)=[a-z0-9/?=&#-]{0,12})?>|</[a-z]{1,5}>|\\PC{0,8}){0,60}") {
            for engine in ["rhymix", "gnuboard5", "gnuboard4", "kboard"] {
                read_page(engine, &html, "http://board.example/town?page=2");
            }
        }

        /// A page damaged anywhere is still read.
        #[test]
        fn a_page_cut_anywhere_is_read(at in 0usize..6000, junk in "\\PC{0,20}") {
            for (engine, html) in [("rhymix", RHYMIX), ("gnuboard5", GNUBOARD5), ("kboard", KBOARD)] {
                let mut at = at.min(html.len());
                while !html.is_char_boundary(at) { at -= 1; }
                let page = read_page(engine, &format!("{}{junk}", &html[..at]), "http://board.example/town");
                prop_assert!(page.rows.len() <= 7);
            }
        }
    }
}
