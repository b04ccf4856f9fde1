//! Pagers in the shapes of several engines and languages, and pages that only look as if they had one.

use proptest::prelude::*;
use url::Url;

use crate::document::Html;

use super::*;

fn read(html: &str, url: &str) -> PageLinks {
    page_links(&Html::parse_document(html), &Url::parse(url).unwrap())
}

fn next(html: &str, url: &str) -> Option<String> {
    read(html, url)
        .next
        .map(|url| url[url::Position::BeforePath..].to_owned())
}

#[test]
fn numbers_in_a_row_are_pages_and_the_word_names_the_next() {
    let html = "<div class=paging><strong>1</strong><a href='?b=x&page=2'>2</a><a href='?b=x&page=3'>3</a>\
                <a href='?b=x&page=11'>다음</a><a href='?b=x&page=40'>맨끝</a></div>";
    let found = read(html, "http://board.example/list?b=x");
    assert_eq!(found.pages.len(), 3);
    assert_eq!(found.pages[2].query(), Some("b=x&page=40"));
}

#[test]
fn offsets_are_linear_in_the_label() {
    let html = "<div class=pagination><ul><li class=active>1<li><a href='viewforum.php?f=2&start=25'>2</a>\
                <li><a href='viewforum.php?f=2&start=50'>3</a><li class=next><a rel=next href='viewforum.php?f=2&start=25'>Weiter</a></ul></div>";
    let found = read(html, "http://board.example/viewforum.php?f=2");
    assert_eq!(found.pages.len(), 2);
    assert_eq!(found.next.unwrap().query(), Some("f=2&start=25"));
}

#[test]
fn one_link_among_words_that_say_the_place_leads_on() {
    let among = "<p>Page 1 of 4: <a href='/list/2'>older ›</a></p>";
    assert_eq!(
        next(among, "http://board.example/list").as_deref(),
        Some("/list/2")
    );
    let numbered = "<div class=more><a href='/new/page/1'>&lt;&lt; Page 1</a> | <a href='/new/page/3'>Page 3 &gt;&gt;</a></div>";
    assert_eq!(
        next(numbered, "http://board.example/new/page/2").as_deref(),
        Some("/new/page/3")
    );
    let post = "<p>Written on 11/24: <a href='/post/2'>older ›</a></p>";
    assert_eq!(next(post, "http://board.example/post/1"), None);
}

#[test]
fn words_of_many_languages_name_the_next_page() {
    for word in [
        "다음",
        "Next",
        "次へ",
        "下一页",
        "weiter",
        "Suivant »",
        "›",
        "Siguiente",
        "Следующая",
        "nächste Seite",
    ] {
        let html = format!(
            "<p class=pager><a href='/list?page=1'>1</a> 2 <a href='/list?page=3'>{word}</a></p>"
        );
        assert_eq!(
            next(&html, "http://board.example/list?page=2").as_deref(),
            Some("/list?page=3"),
            "{word}"
        );
    }
}

/// Not one that goes on to the whole of another text.
#[test]
fn a_text_is_continued_on_its_own_next_page() {
    let html = |word: &str, to: &str| format!("<p align=right><a href='{to}'>{word}</a>»</p>");
    let continued =
        |word: &str, to: &str| next(&html(word, to), "http://paper.example/long-story/");
    assert_eq!(
        continued("continued&nbsp;", "/long-story-p2/").as_deref(),
        Some("/long-story-p2/")
    );
    assert_eq!(continued("continued", "/another-story/"), None);
    assert_eq!(continued("continue reading", "/long-story-p2/"), None);
}

#[test]
fn the_next_post_and_the_next_month_are_no_pages() {
    for html in [
        "<nav class=post-navigation><a rel=next href='/2026/11/harbour'>The harbour at night</a></nav>",
        "<table class=calendar><tr><td><a href='?month=12'>Next</a><td><a href='?day=1'>1</a><td><a href='?day=2'>2</a></table>",
        "<p><a href='/a'>1</a> <a href='/b'>2</a> readers</p>",
        "<p>words without links</p>",
    ] {
        assert_eq!(
            read(html, "http://board.example/2026/10/tide"),
            PageLinks::default(),
            "{html}"
        );
    }
}

proptest! {
    #[test]
    fn no_page_panics(text in "(<a href='[?/a-z=&0-9]{0,12}'( rel=next)?( class=next)?>|</a>|[0-9]{1,4}|next|다음|›|<div class=paging>|</div>){0,40}") {
        read(&text, "http://board.example/list?page=99999999999");
    }
}
