use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::document;
use crate::model::Precision;

fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().expect("a moment")
}

const EAST: Habit = Habit {
    order: Order::DayFirst,
    short_year_first: true,
};
const EUROPE: Habit = Habit {
    order: Order::DayFirst,
    short_year_first: false,
};
const AMERICA: Habit = Habit {
    order: Order::MonthFirst,
    short_year_first: false,
};

/// The first date in a text, as a local date and time.
fn first(text: &str, habit: Habit) -> String {
    match dates_in(text, habit).first() {
        Some(hit) => {
            let time = hit
                .named
                .time
                .map_or(String::new(), |time| format!(" {time}"));
            format!("{}{time}", hit.named.date)
        }
        None => "none".to_owned(),
    }
}

#[track_caller]
fn reads(habit: Habit, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(first(text, habit), *expected, "{text}");
    }
}

#[test]
fn western_languages() {
    reads(
        EUROPE,
        &[
            ("Stand: 24.11.2026, 14:05 Uhr", "2026-11-24 14:05:00"),
            (
                "Veröffentlicht am 3. März 2026 um 9.30 Uhr",
                "2026-03-03 09:30:00",
            ),
            ("21. Apr 2020, 19:40", "2020-04-21 19:40:00"),
            ("16.04.14 08:40", "2014-04-16 08:40:00"),
            ("Publié le 1er février 2026 à 7h30", "2026-02-01 07:30:00"),
            ("5 août 2019", "2019-08-05"),
            ("13 de enero de 2024", "2024-01-13"),
            ("9 settembre 2021 alle 18:04", "2021-09-09 18:04:00"),
            ("12 de março de 2022", "2022-03-12"),
            ("7 maart 2023", "2023-03-07"),
            ("4 stycznia 2020", "2020-01-04"),
            ("15 января 2021", "2021-01-15"),
            ("23 ağustos 2022", "2022-08-23"),
            ("26 | 01 | 2022", "2022-01-26"),
            ("Wed 17-Jun-20 09:31:14", "2020-06-17 09:31:14"),
        ],
    );
}

#[test]
fn english() {
    reads(
        AMERICA,
        &[
            ("Apr. 3, 2026 at 5:07 p.m. ET", "2026-04-03 17:07:00"),
            ("April 3rd, 2026", "2026-04-03"),
            ("3 Apr 2026", "2026-04-03"),
            ("04-23-2020 at 3:40 pm", "2020-04-23 15:40:00"),
            ("Sat, Jun 18 '05, 10:24 AM", "2005-06-18 10:24:00"),
            ("Mon Oct 11 14:57:21 CEST 2021", "2021-10-11 14:57:21"),
            ("Tue, 24 Nov 2026 01:02:03 +0900", "2026-11-24 01:02:03"),
            ("2023 Jan 7", "2023-01-07"),
            ("6:08am On Apr 24", "2000-04-24 06:08:00"),
            ("September 2019", "2019-09-01"),
        ],
    );
}

#[test]
fn the_east() {
    reads(
        EAST,
        &[
            ("작성일 2026년 3월 4일 오후 3:07", "2026-03-04 15:07:00"),
            ("입력 2026.03.04. 09:30", "2026-03-04 09:30:00"),
            ("26.11.24", "2026-11-24"),
            ("2019年2月27日 08時15分", "2019-02-27 08:15:00"),
            ("2026/03/05(木) 21:04:11.52", "2026-03-05 21:04:11"),
            ("发布时间：2026年10月1日 上午8:05", "2026-10-01 08:05:00"),
            ("3월 4일", "2000-03-04"),
        ],
    );
}

#[test]
fn slashes_follow_the_page_and_the_numbers() {
    assert_eq!(first("04/06/2019", EUROPE), "2019-06-04");
    assert_eq!(first("04/06/2019", AMERICA), "2019-04-06");
    assert_eq!(first("23/06/2019", AMERICA), "2019-06-23");
    assert_eq!(first("06/23/2019", EUROPE), "2019-06-23");
}

#[test]
fn what_is_no_date() {
    for text in [
        "version 1.2.10",
        "call 0211.12.13.2014.77",
        "192.168.10.20",
        "$10.11.12",
        "31.02.2020",
        "2020-13-40",
        "marching 4 miles",
        "room 1204/5/99x",
    ] {
        assert_eq!(first(text, EUROPE), "none", "{text}");
    }
}

fn found(page: &str, url: &str) -> Option<Found> {
    let url = Url::parse(url).ok();
    find_posted(&document::parse(page), url.as_ref(), &TimeZone::UTC, now())
}

#[track_caller]
fn is_of(page: &str, day: &str, place: Place) {
    let found = found(page, "https://a.test/x").expect("a date");
    assert_eq!((found.day.to_string().as_str(), found.place), (day, place));
}

#[test]
fn stated_for_machines() {
    is_of(
        "<meta property=article:published_time content='2026-03-04T23:30:00+09:00'><meta property=article:modified_time content='2026-03-09T01:00:00+09:00'>",
        "2026-03-04",
        Place::Meta,
    );
    is_of(
        r#"<script type="application/ld+json">{"@graph":[{"@type":"WebPage"},{"@type":"NewsArticle","dateModified":"2026-05-06","datePublished":"2026-05-05T08:00:00Z"}]}</script>"#,
        "2026-05-05",
        Place::LinkedData,
    );
    is_of(
        r#"<script id="__NEXT_DATA__">{"props":{"publishedAt":"2026-02-03T04:05:06Z"}}</script>"#,
        "2026-02-03",
        Place::Script,
    );
}

#[test]
fn in_the_address() {
    let of = |path: &str| {
        found("<p>words", &format!("https://a.test{path}")).map(|found| found.day.to_string())
    };
    assert_eq!(of("/2026/03/04/a-title").as_deref(), Some("2026-03-04"));
    assert_eq!(of("/a/20260304_b.html").as_deref(), Some("2026-03-04"));
    assert_eq!(of("/2026/mar/04/c").as_deref(), Some("2026-03-04"));
    assert_eq!(of("/meldungen/29-10-2021").as_deref(), Some("2021-10-29"));
    assert_eq!(of("/2026/13/77/d"), None);
    assert_eq!(of("/view/20269999"), None);
}

#[test]
fn in_elements() {
    is_of(
        "<title>A long heading here</title><h1>A long heading here</h1><time datetime=2026-01-02>2 January</time><aside><time datetime=2026-05-05></time></aside>",
        "2026-01-02",
        Place::TimeElement,
    );
    is_of(
        "<h1>제목이 여기 있다</h1><span class=regdate>등록 2026.03.04. 오전 9:30</span><span class=moddate>수정 2026.03.05. 오전 9:30</span>",
        "2026-03-04",
        Place::Marked,
    );
    is_of(
        "<h1>Nachricht</h1><div class=byline>Von H. Amsel, 24.11.2026</div><div class=comments><span class=date>25.11.2026</span></div>",
        "2026-11-24",
        Place::Marked,
    );
}

#[test]
fn in_words() {
    is_of(
        "<h1>Old page</h1><p>Published: 5 May 2024</p><p>Last updated: 6 June 2025</p><p>© 2026</p>",
        "2024-05-05",
        Place::Text,
    );
}

#[test]
fn the_day_shown_is_that_of_the_place_it_was_written_in() {
    let page = "<html lang=ko><meta property=article:published_time content='2026-03-04T16:30:00Z'><h1>밤의 소식입니다</h1><span class=date>2026.03.05 01:30</span>";
    is_of(page, "2026-03-05", Place::Marked);
}

#[test]
fn neither_now_nor_a_day_to_come() {
    assert_eq!(
        found("<h1>Nothing</h1><p>no date</p>", "https://a.test/"),
        None
    );
    assert_eq!(
        found(
            "<meta property=article:published_time content=2027-01-01><span class=date>25 December 2026</span>",
            "https://a.test/2028/01/01/"
        ),
        None
    );
}

#[test]
fn words_precision_and_losers_are_kept() {
    let html = document::parse(
        "<h1>Heading</h1><span class=date>Posted 4 March 2026, 7:15 pm</span><span class=date>Updated 5 March 2026</span>",
    );
    let all = explain_posted(&html, None, &TimeZone::UTC, now());
    assert_eq!(all[0].posted.text, "4 March 2026, 7:15 pm");
    assert_eq!(all[0].posted.precision, Precision::Minute);
    assert_eq!(all[0].posted.at.to_string(), "2026-03-04T19:15:00Z");
    assert!(all.len() > 1 && all[1].score < all[0].score);
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        for hit in dates_in(&text, EUROPE) {
            prop_assert!(text.get(hit.at).is_some());
        }
    }

    #[test]
    fn no_digits_panic(text in "([0-9]{1,4}|[./: -]|年|월|일|jan|März|am|オ|'|,| |Uhr|GMT){0,30}") {
        for hit in dates_in(&text, EAST) {
            prop_assert!(text.get(hit.at).is_some());
            if let Some(at) = hit.named.moment(&TimeZone::UTC, now()) {
                prop_assert!(at <= now() + jiff::SignedDuration::from_mins(10));
            }
        }
    }

    #[test]
    fn no_page_panics(
        page in "(<|</|>|div|p|h1|time datetime=|meta name=date content=|script type=application/ld\\+json|\"datePublished\":\"2026-01-02\"| class='(date|byline|comment|published)'|2026-01-02|3 May 2025|word |\"|=| |\n){0,120}"
    ) {
        if let Some(found) = found(&page, "https://a.test/2026/01/02/x") {
            prop_assert!(found.posted.at <= now());
        }
    }
}
