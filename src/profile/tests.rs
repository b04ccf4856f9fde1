//! Profiles as people write them: what compiles, what is complained about and where, which page is whose.

use url::Url;

use crate::document::Html;

use super::{Complaint, Library, Profile};

const GOOD: &str = r#"format = 1
engine = "plain"
title = "Plain"

[identity]
scope = "site"
article_url = "{base}/{board}/{id}"
listing_url = "{base}/{board}?page={page}"
board_url = "{base}/{board}"
articles = [{ path = '/(?<board>\w+)/(?<id>\d+)' }]
boards = [{ path = '/(?<board>\w+)', optional = { page = '(?<page>\d+)' } }]

[listing]
container = ["ul"]
rows = ["li"]
link = ["a"]
author = ["b", { select = "i", pattern = '^by (\w+)$' }]

[article]
body = ["p"]
title = ["h1"]
"#;

/// `line:column: message` of every complaint about GOOD with some of its text replaced.
fn complaints(replace: &[(&str, &str)]) -> Vec<String> {
    let mut text = GOOD.to_owned();
    for (old, new) in replace {
        assert!(text.contains(old), "{old} is in the text");
        text = text.replacen(old, new, 1);
    }
    let complaints = Profile::from_toml(&text).expect_err("something is wrong with it");
    complaints.iter().map(Complaint::to_string).collect()
}

#[test]
fn a_good_profile_compiles() {
    let profile = Profile::from_toml(GOOD).unwrap();
    assert_eq!(profile.engine, "plain");
    assert_eq!(profile.timezone.iana_name(), Some("Asia/Seoul"));
    assert_eq!(profile.listing.author.len(), 2);
}

const JSON: &str = r#"[json]
items = "posts"
url = "/news/{id}"
fields = { title = "subject", notice = "top" }

[listing]"#;

#[test]
fn places_in_json_are_checked() {
    let wrong = JSON
        .replace("{id}", "1")
        .replace("title =", "subject =")
        .replace("[listing]", "parts = \"(\"\n[listing]");
    let found = complaints(&[("[listing]", wrong.as_str())]);
    let lines: Vec<&str> = found
        .iter()
        .filter_map(|complaint| complaint.split(':').next())
        .collect();
    assert_eq!(lines, ["15", "16", "18"], "{found:?}");
    for words in [
        "`(` is not a pattern",
        "name a place in the record, as `{id}`",
        "no field is called `subject`; there are title, author, date",
    ] {
        assert!(found.iter().any(|said| said.contains(words)), "{found:?}");
    }
}

/// An answer is read as a page; a page for people, whose URL names the board otherwise, as the same board.
#[test]
fn an_answer_is_a_page_of_its_board() {
    let boards = "boards = [{ path = '/api/list', board = 'news' }, { path";
    let text = GOOD
        .replace("[listing]", JSON)
        .replace("boards = [{ path", boards)
        .replace("{base}/{board}\"", "/api/list\"");
    let profile = Profile::from_toml(&text).unwrap();
    let page = profile.prepared(r#"{"posts":[{"id":5,"subject":"Tides","top":1}]}"#);
    assert!(
        page.contains(
            r#"<li class="record notice"><a class="title" href="/news/5">Tides</a></li>"#
        ),
        "{page}"
    );
    assert_eq!(profile.prepared("<p>{}"), "<p>{}");
    let url = |path: &str| Url::parse(&format!("http://board.example{path}")).unwrap();
    let [people, endpoint] =
        ["/news", "/api/list"].map(|path| profile.identity.board(&url(path)).unwrap());
    assert_eq!(people.key, "board.example/news");
    assert_eq!(endpoint.key, people.key);
    assert_eq!(
        profile.identity.listing_page(&url("/news"), 1),
        Some(url("/api/list"))
    );
}

#[test]
fn every_built_in_profile_compiles() {
    let library = Library::built_in();
    let names: Vec<&str> = library.names().collect();
    assert_eq!(names, ["gnuboard4", "gnuboard5", "kboard", "rhymix"]);
    for name in names {
        assert!(Library::built_in_text(name).is_some());
        assert_eq!(library.get(name).unwrap().engine, name);
    }
}

#[test]
fn a_bad_selector_is_shown_where_it_stands() {
    let found = complaints(&[(r#"rows = ["li"]"#, r#"rows = ["li", "td..x"]"#)]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("15:15: listing.rows[1]: `td..x` is not a selector: "),
        "{found:?}"
    );
}

#[test]
fn a_bad_pattern_is_shown_where_it_stands() {
    let found = complaints(&[(r"'^by (\w+)$'", r"'^by (\w+$'")]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("17:42: listing.author[1].pattern: "),
        "{found:?}"
    );
    assert!(found[0].ends_with("unclosed group"), "{found:?}");
}

#[test]
fn unknown_keys_formats_and_zones_are_shown_all_at_once() {
    let found = complaints(&[
        ("format = 1", "format = 2"),
        (
            "title = \"Plain\"\n",
            "title = \"Plain\"\ntimezone = \"Asia/Soul\"\ncolour = 3\n",
        ),
        ("link = [\"a\"]", "link = [\"a\"]\nrow = [\"li\"]"),
        ("container = [\"ul\"]", "container = [\"ul[\"]"),
    ]);
    let starts = [
        "1:10: format: 2 is not known",
        "4:12: timezone: there is no time zone `Asia/Soul`",
        "5:1: colour: unknown field `colour`",
        "16:14: listing.container[0]: `ul[` is not a selector",
        "19:1: listing.row: unknown field `row`",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (complaint, start) in found.iter().zip(starts) {
        assert!(complaint.starts_with(start), "{complaint} begins {start}");
    }
}

#[test]
fn keys_inside_a_rule_are_checked_too() {
    let found = complaints(&[("select = \"i\"", "selekt = \"i\"")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("17:18: listing.author[1].selekt: unknown field"),
        "{found:?}"
    );
}

#[test]
fn a_value_of_another_type_is_shown_with_its_key() {
    let found = complaints(&[("author = [\"b\", ", "author = [3, ")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("17:11: listing.author[0]: invalid type: integer `3`"),
        "{found:?}"
    );
}

#[test]
fn shapes_must_name_their_groups() {
    let found = complaints(&[
        (
            r"path = '/(?<board>\w+)/(?<id>\d+)'",
            r"path = '/(?<board>\w+)/\d+'",
        ),
        (
            r"path = '/(?<board>\w+)', opt",
            r"path = '/(?<borad>\w+)', opt",
        ),
    ]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("10:22: identity.articles: name a group `id`"));
    assert!(found[1].contains("identity.boards: name a group `board`"));
    assert!(found[2].contains("no group is called `borad`"));

    let found = complaints(&[
        ("scope = \"site\"", "scope = \"board\""),
        (r"'/(?<board>\w+)/(?<id>\d+)'", r"'/\w+/(?<id>\d+)'"),
    ]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("ids are unique per board only"));
}

#[test]
fn templates_are_checked() {
    let found = complaints(&[
        ("{base}/{board}/{id}", "{base}/{board}"),
        ("{base}/{board}?page={page}", "{bsae}/{board}?page={page}"),
    ]);
    assert!(
        found[0].starts_with("7:15: identity.article_url: `{id}` is missing"),
        "{found:#?}"
    );
    assert!(found[1].starts_with("8:15: identity.listing_url: `{bsae}` is not filled"));
}

#[test]
fn broken_toml_is_shown_where_it_breaks() {
    let found = complaints(&[("rows = [\"li\"]", "rows = [\"li\"")]);
    assert!(
        found[0].starts_with("15:") || found[0].starts_with("16:"),
        "{found:?}"
    );
}

#[test]
fn a_missing_table_is_named() {
    let found = complaints(&[(
        "[listing]\ncontainer = [\"ul\"]\nrows",
        "[pager]\ncurrent = [\"ul\"]\nlinks",
    )]);
    assert!(
        found
            .iter()
            .any(|complaint| complaint.contains("missing field `listing`")),
        "{found:?}"
    );
}

#[test]
fn a_boards_own_table_is_laid_over_the_engines() {
    let over = toml::toml! {
        timezone = "Asia/Tokyo"
        [listing]
        rows = ["tr"]
    };
    let profile = Profile::from_toml_with(GOOD, &over).unwrap();
    assert_eq!(profile.timezone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!(profile.listing.rows.len(), 1);
    assert!(
        profile.listing.rows[0].matches(
            &Html::parse_document("<table><tr>")
                .select(&crate::document::Selector::parse("tr").unwrap())
                .next()
                .unwrap()
        )
    );
    // What the board does not name stays the engine's.
    assert_eq!(profile.listing.author.len(), 2);
}

#[test]
fn mistakes_of_a_boards_own_table_are_named_without_a_place() {
    let over = toml::toml! {
        [listing]
        rows = ["tr["]
        colour = 3
    };
    let found = Profile::from_toml_with(GOOD, &over).unwrap_err();
    let found: Vec<String> = found.iter().map(Complaint::to_string).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("0:0: listing.colour: unknown field `colour`"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("0:0: listing.rows[0]: `tr[` is not a selector"),
        "{found:?}"
    );
}

fn recognised(html: &str, cookies: &[&str], url: &str) -> Option<(String, u32)> {
    let cookies: Vec<String> = cookies.iter().map(ToString::to_string).collect();
    let found = Library::built_in().recognise(
        &Html::parse_document(html),
        html,
        &cookies,
        &Url::parse(url).unwrap(),
    )?;
    assert!(!found.signs.is_empty());
    Some((found.profile.engine.clone(), found.score))
}

#[test]
fn engines_are_recognised_by_their_pages() {
    let cases = [
        (
            "rhymix",
            include_str!("../../tests/fixtures/rhymix/listing.html"),
            "/town",
        ),
        (
            "gnuboard5",
            include_str!("../../tests/fixtures/gnuboard5/listing.html"),
            "/bbs/board.php?bo_table=town",
        ),
        (
            "gnuboard4",
            include_str!("../../tests/fixtures/gnuboard4/listing.html"),
            "/bbs/board.php?bo_table=town",
        ),
        (
            "kboard",
            include_str!("../../tests/fixtures/kboard/listing.html"),
            "/?page_id=69",
        ),
    ];
    for (engine, html, path) in cases {
        let found = recognised(html, &[], &format!("http://board.example{path}"));
        assert_eq!(found.map(|(engine, _)| engine).as_deref(), Some(engine));
    }
}

#[test]
fn cookies_are_signs_too() {
    let cookies = [
        "2a0d2363701f23f8a75028924a3af643",
        "e1192aefb64683cc97abb83c71057733",
    ];
    let found = recognised(
        "<p>점검</p>",
        &cookies,
        "http://board.example/bbs/board.php?bo_table=a",
    );
    assert_eq!(found, Some(("gnuboard5".to_owned(), 6)));
}

#[test]
fn a_page_without_signs_is_nobodys() {
    let html = "<meta name=generator content='WordPress 6.1'><table><tr><td>번호<td>제목</table>";
    assert_eq!(recognised(html, &[], "http://board.example/news"), None);
}

mod rules {
    use super::*;
    use crate::profile::{first_value, fold};

    fn author(html: &str) -> Option<String> {
        let profile = Profile::from_toml(GOOD).unwrap();
        first_value(
            &profile.listing.author,
            Html::parse_document(html).root_element(),
        )
    }

    #[test]
    fn the_first_rule_that_yields_something_wins() {
        assert_eq!(author("<b>하나</b><i>by two</i>").as_deref(), Some("하나"));
        assert_eq!(
            author("<b>&nbsp; </b><i>by two</i>").as_deref(),
            Some("two")
        );
        assert_eq!(author("<i>two</i>"), None);
    }

    #[test]
    fn a_pattern_looks_for_the_element_it_fits() {
        assert_eq!(author("<i>x</i><i>by three</i>").as_deref(), Some("three"));
    }

    #[test]
    fn words_are_folded_and_scripts_are_no_words() {
        assert_eq!(
            author("<b> a&nbsp;\n b<script>x</script><br>c<div>d</div></b>").as_deref(),
            Some("a b c d")
        );
        assert_eq!(
            fold("\u{a0}\u{3000}a\u{200b}\t\u{1b}b\u{2028}"),
            "a\u{200b} b"
        );
    }
}
