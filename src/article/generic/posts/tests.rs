use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::document;
use crate::model::Precision;

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().expect("a moment")
}

fn posts(page: &str) -> Vec<Post> {
    find_posts(&document::parse(page), None, &TimeZone::UTC, now())
}

fn comments(page: &str) -> Vec<Post> {
    find_comments(&document::parse(page), None, &TimeZone::UTC, now())
}

/// Writer, day or words of the date, text.
fn summary(posts: &[Post]) -> Vec<(&str, String, &str)> {
    posts
        .iter()
        .map(|post| {
            let when = post.posted.as_ref().map(|posted| posted.at.to_string());
            (
                post.author.as_deref().unwrap_or("-"),
                when.unwrap_or_default(),
                post.text.as_str(),
            )
        })
        .collect()
}

#[test]
fn phpbb_posts_with_their_own_dates_and_without_signatures() {
    let found = posts(include_str!(
        "../../../../tests/fixtures/generic-posts/phpbb.html"
    ));
    assert_eq!(
        summary(&found),
        [
            (
                "reedwarbler",
                "2026-03-07T21:14:00Z".to_owned(),
                "The old oar broke at the blade. Is ash or spruce better for slow water?\nThe boat weighs about two hundred kilos."
            ),
            (
                "tidemill",
                "2026-03-08T07:02:00Z".to_owned(),
                "reedwarbler wrote:Is ash or spruce better\nSpruce is light, ash lasts."
            ),
        ]
    );
    assert_eq!(
        found[1].author_url.as_deref(),
        Some("./memberlist.php?mode=viewprofile&u=9")
    );
    assert_eq!(
        found[0].posted.as_ref().map(|posted| posted.text.as_str()),
        Some("Sat Mar 07, 2026 9:14 pm")
    );
    assert_eq!(found[0].anchor.as_deref(), Some("#p41"));
}

#[test]
fn xenforo_posts_in_german() {
    let found = posts(include_str!(
        "../../../../tests/fixtures/generic-posts/xenforo.html"
    ));
    assert_eq!(
        summary(&found),
        [
            (
                "kienspan",
                "2026-01-11T18:20:44Z".to_owned(),
                "Sobald der Wind aus Westen kommt, drückt es den Rauch in die Stube.\nWas hilft?"
            ),
            (
                "schieferdach",
                "2026-01-12T05:05:00Z".to_owned(),
                "Den Kamin um einen Meter erhöhen."
            ),
        ]
    );
    assert_eq!(found[1].anchor.as_deref(), Some("/threads/ofen.9/post-502"));
}

#[test]
fn vbulletin_posts_with_the_month_first() {
    let found = posts(include_str!(
        "../../../../tests/fixtures/generic-posts/vbulletin.html"
    ));
    assert_eq!(
        summary(&found),
        [
            (
                "hollowtree",
                "2026-03-04T06:55:00Z".to_owned(),
                "They moved in last week and hum all night. Who takes them out alive?"
            ),
            (
                "smokebox",
                "2026-03-21T17:12:00Z".to_owned(),
                "Ask the club; they come with a box."
            ),
        ]
    );
}

#[test]
fn discourse_posts_shown_without_scripts() {
    let found = posts(include_str!(
        "../../../../tests/fixtures/generic-posts/discourse-noscript.html"
    ));
    assert_eq!(
        summary(&found),
        [
            (
                "lampkeeper",
                "2026-02-01T08:30:00Z".to_owned(),
                "From March on the first boat leaves at six.\nBring warm clothes."
            ),
            (
                "saltbox",
                "2026-02-01T09:02:10Z".to_owned(),
                "Does it take bicycles?"
            ),
        ]
    );
    assert_eq!(found[0].node, None);
}

#[test]
fn posts_of_a_thread_in_the_shape_of_5ch() {
    let found = posts(include_str!(
        "../../../../tests/fixtures/generic-posts/gochannel.html"
    ));
    assert_eq!(
        summary(&found),
        [
            (
                "名無しの浜",
                "2026-03-05T21:04:11Z".to_owned(),
                "港に三毛猫が増えたと思う。誰か餌をやっているのか。"
            ),
            (
                "灯台守",
                "2026-03-05T21:09:40Z".to_owned(),
                "魚市場の人がやっている。"
            ),
            (
                "名無しの浜",
                "2026-03-06T06:31:00Z".to_owned(),
                "なるほど、朝早くに見に行く。"
            ),
        ]
    );
}

#[test]
fn comments_below_a_korean_post() {
    let page = include_str!("../../../../tests/fixtures/generic-posts/dcinside.html");
    assert_eq!(
        summary(&comments(page)),
        [
            (
                "갈대밭",
                "2026-03-10T07:15:40Z".to_owned(),
                "내일도 짙다고 하더라"
            ),
            (
                "돌다리",
                "2026-03-10T08:02:09Z".to_owned(),
                "장갑 끼고 나가라"
            ),
        ]
    );
}

#[test]
fn posts_of_several_rows_beside_other_threads() {
    let found = posts(include_str!(
        "../../../../tests/fixtures/generic-posts/rows.html"
    ));
    assert_eq!(
        summary(&found),
        [
            (
                "windrose",
                "2026-03-14T16:20:00Z".to_owned(),
                "A red kite with a white tail went over the dunes towards the village this afternoon."
            ),
            (
                "dunegrass",
                "2026-03-14T18:41:00Z".to_owned(),
                "It hangs in the poplar behind the school."
            ),
            (
                "windrose",
                "2026-03-15T08:03:00Z".to_owned(),
                "Thank you, the fire brigade has a ladder."
            ),
        ]
    );
    assert_eq!(found[1].author_url.as_deref(), Some("/people/40"));
}

#[test]
fn comments_below_news_are_not_the_news() {
    let page = include_str!("../../../../tests/fixtures/generic-posts/news-comments.html");
    let found = comments(page);
    assert_eq!(
        summary(&found),
        [
            (
                "Pomme reinette",
                "2026-02-03T09:12:00Z".to_owned(),
                "Enfin, les paniers étaient prêts depuis longtemps."
            ),
            (
                "Vieux four",
                "2026-02-03T21:40:00Z".to_owned(),
                "Et le parking, on en parle ?"
            ),
        ]
    );
    assert_eq!(
        found[0].posted.as_ref().map(|posted| posted.precision),
        Some(Precision::Minute)
    );
}

#[test]
fn an_article_alone_has_no_comments() {
    let page =
        "<article><h1>Snow</h1><p>3 May 2026</p><p>It snowed all night on the pass.</p></article>";
    assert_eq!(comments(page), []);
    assert_eq!(posts(page), []);
}

#[test]
fn dates_to_come_are_none() {
    let page = "<div><b class=user>a1</b><time>3 May 2031</time><p class=text>Words of the first writer here.</p></div>\
                <div><b class=user>b2</b><time>4 May 2031</time><p class=text>Words of the second writer here.</p></div>";
    assert!(posts(page).iter().all(|post| post.posted.is_none()));
}

/// Elements that never end stand in each other: two moments may have one frame.
#[test]
fn posts_in_one_frame_are_read() {
    let page = "<word ><word >2026-01-02 <word >2026-01-02 ";
    assert!(posts(page).iter().all(|post| post.posted.is_some()));
}

proptest! {
    #[test]
    fn no_page_panics(
        page in "(<|</|>|div|p|li|tr|td|time datetime=2026-01-02T03:04:05Z|table|noscript| class='(post|message|user|date|comment|bbWrapper|message-body)'| id=post_message_1|2026-01-02 |3 May 2025|어제 10:21|가나|word |\"|=| |\n){0,160}"
    ) {
        for post in posts(&page).iter().chain(&comments(&page)) {
            prop_assert!(!post.text.contains("\n\n"));
            if let Some(posted) = &post.posted {
                prop_assert!(posted.at <= now() + jiff::SignedDuration::from_mins(10));
            }
        }
    }
}
