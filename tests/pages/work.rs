//! The work for a page grows as its size does, whatever its shape: four times the page may cost eight times as much, and
//! not sixteen. Counted in the thread's own processor time, so that a busy machine changes nothing.

use std::time::Duration;

use boardwalk::article::{PageView, extract};
use boardwalk::document;
use boardwalk::listing::page_links;
use boardwalk::profile::Library;
use jiff::Timestamp;
use url::Url;

use crate::cpu::cpu_time;

/// The least time of a few readings.
fn cost(page: &str, library: &Library) -> Duration {
    let url = Url::parse("https://hostile.example.com/list/1").unwrap();
    let once = || {
        let before = cpu_time();
        let html = document::parse(page);
        let view = PageView {
            html: &html,
            source: page,
            url: &url,
            redirect_to: None,
            status: 200,
            as_of: Timestamp::from_second(1_780_000_000).unwrap(),
        };
        extract(&view, library);
        page_links(&html, &url);
        cpu_time() - before
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn work_grows_with_the_page_and_not_with_its_square() {
    let library = Library::built_in();
    let post = "<div class=post><a href=/user/1>ab</a><span class=date>3 May 2026</span><p class=content>words of it</p></div>";
    // What is repeated, and what stands before it.
    let shapes: [(&str, String, &str); 8] = [
        (
            "links side by side",
            String::new(),
            "<a href='/a/1'>some words</a> ",
        ),
        (
            "deep links",
            "<div class=x>".repeat(400),
            "<a href='/a?page=2'>2</a> ",
        ),
        ("deep posts", "<div class='comment date'>".repeat(400), post),
        ("posts", String::new(), post),
        ("dates", "<p>".to_owned(), "2026-05-03 12:10 "),
        (
            "bylines",
            "<h1>x</h1>".to_owned(),
            "<p>By</p><p class=author>By A B</p>",
        ),
        (
            "headings",
            "<title>a | b</title>".to_owned(),
            "<h1>a | b</h1>",
        ),
        ("attributes", "<p ".to_owned(), "a=x b='>' "),
    ];
    // What is compiled once is paid before.
    cost(post, &library);
    for (name, before, piece) in shapes {
        let n = 24_000 / piece.len();
        let (small, large) = (
            cost(&(before.clone() + &piece.repeat(n)), &library),
            cost(&(before + &piece.repeat(4 * n)), &library),
        );
        println!("{name}: {small:?}, {large:?}");
        assert!(
            large < small * 8 + Duration::from_millis(20),
            "{name}: {small:?} for a page, {large:?} for one four times as large"
        );
    }
}
