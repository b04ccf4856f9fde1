//! Every page and every answer of the API: what they hold, what they never let through, and to whom they are given.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, ETAG, HOST, IF_NONE_MATCH,
    LOCATION, ORIGIN, SET_COOKIE,
};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::Value;
use tower::ServiceExt;

use super::{
    Access, Archives, BoardVitals, RefusedConfig, SavedSearch, Vitals, Web, Zones, api, headers,
    live, router,
};
use crate::health::verdict::{Evidence, Field, Verdict};
use crate::model::{ArticleState, EventKind, ManualClock};
use crate::outputs::test_archive::{TestArchive, article, at, message};
use crate::store::{
    Archive, ArticleRecord, BoardHealth, ChangeRecord, CopyRecord, ReceiptRecord, Revision,
    RevisionKind, StoreError, StoryRecord, Vanished, VerdictRecord,
};

const NOW: &str = "2026-11-21T05:00:00Z";
const PAGES: [&str; 8] = [
    "/",
    "/boards/news",
    "/articles/1",
    "/articles/1/versions/2",
    "/search?q=%EB%8F%84%EC%84%9C%EA%B4%80",
    "/stories",
    "/receipts",
    "/outbox",
];

fn revision(number: u32, title: &str, text: &str) -> Revision {
    Revision {
        number,
        at: at("2026-11-21T00:00:05Z"),
        title: title.into(),
        category: None,
        text: text.into(),
        html: String::new(),
        images: Vec::new(),
        attachments: Vec::new(),
        content_hash: "00ff".into(),
        kind: RevisionKind::Visit,
        note: Some(format!("author: {title} → 나")),
    }
}

/// An archive in which every word that can come from a board is `words`.
fn archive(words: &str) -> TestArchive {
    let mut one: ArticleRecord = article(1);
    one.title = format!("{words} {}", one.title);
    one.author = Some(words.into());
    one.category = Some(words.into());
    one.source = Some(words.into());
    one.text = Some(format!("{words}\n둘째 문단"));
    one.url = words.into();
    one.tags = vec![words.into()];
    one.state = ArticleState::Gone;
    one.state_reason = Some(words.into());
    one.vanished = Some(Vanished {
        after: at("2026-11-20T00:00:00Z"),
        before: at("2026-11-21T00:00:00Z"),
    });
    one.revision_count = 2;
    one.images[0].url = words.into();
    one.images[0].caption = Some(words.into());
    one.attachments[0].name = words.into();
    one.attachments[0].url = words.into();
    for comment in &mut one.comments {
        comment.author = Some(words.into());
        comment.text = Some(words.into());
    }
    let mut archive = TestArchive::with(vec![one.clone()]);
    archive.revisions = vec![revision(1, "처음", "첫 문단"), revision(2, words, words)];
    archive.copies = vec![CopyRecord {
        id: 2,
        board: words.into(),
        key: one.key.clone(),
        title: words.into(),
        at: at("2026-11-19T00:00:00Z"),
        similarity: 0.9,
        containment: 1.0,
        verdict: "near".into(),
    }];
    archive.stories = vec![StoryRecord {
        story: 1,
        n_copies: 2,
        first_at: at("2026-11-19T00:00:00Z"),
        last_at: at("2026-11-20T00:00:00Z"),
        key: one.key.clone(),
        board: words.into(),
        title: words.into(),
    }];
    archive.changes = vec![ChangeRecord {
        at: at("2026-11-20T00:00:00Z"),
        kind: EventKind::Vanished,
        board: "news".into(),
        article: 1,
        key: one.key,
        url: words.into(),
        title: words.into(),
        revision: None,
        note: Some(words.into()),
    }];
    archive.receipts = vec![ReceiptRecord {
        id: 1,
        host: "board.example".into(),
        url: words.into(),
        at: at("2026-11-20T00:00:00Z"),
        status: None,
        body_bytes: 0,
        duration_ms: 1_250,
        purpose: words.into(),
        allowed_by: words.into(),
        error: Some(words.into()),
        spacing_ms: Some(1_000),
    }];
    archive.board.trouble = Some(words.into());
    archive.board.health = Some(BoardHealth {
        verdict: Some(Verdict::LayoutChanged),
        since: Some(at("2026-11-20T00:00:00Z")),
        finding: Some(words.into()),
        evidence: Some(Evidence {
            finding: words.into(),
            expected_rows: Some(20.0),
            seen_rows: Some(0),
            statuses: [(200, 3)].into(),
            fields: [(Field::RowAuthor, (1.0, 0.0))].into(),
            difference: vec![words.into()],
            ..Evidence::default()
        }),
        last_good_at: Some(at("2026-11-19T00:00:00Z")),
        next_pass: None,
    });
    archive.verdicts = vec![VerdictRecord {
        event: 3,
        at: at("2026-11-20T00:00:00Z"),
        kind: EventKind::Alarm,
        board: "news".into(),
        board_url: "https://board.example/news".into(),
        note: format!("blocked: {words}"),
    }];
    archive.messages = vec![message(1, words)];
    archive.messages[0].error = Some(words.into());
    archive
}

/// A service that could not begin one of its boards, and has refused a configuration.
fn vitals(words: &str) -> Vitals {
    let misspelt = BoardVitals {
        running: false,
        next_at: at("2026-11-21T06:00:00Z"),
        next_reason: "tried again after a failure".into(),
        posts_per_day: 8.0,
        refusal: Some(format!("no board is at {words}")),
    };
    let overdue = BoardVitals {
        next_at: at("2026-11-21T04:00:00Z"),
        refusal: None,
        ..misspelt.clone()
    };
    Vitals {
        started_at: at(NOW),
        beat_at: at(NOW),
        n_reloads: 0,
        refused_config: Some(RefusedConfig {
            n_refused: 1,
            complaints: vec![format!("boardwalk.toml:3:1: {words} is not a key")],
        }),
        boards: BTreeMap::from([
            ("misspelt".to_owned(), misspelt),
            ("overdue".to_owned(), overdue),
        ]),
        hosts: Default::default(),
    }
}

fn web(words: &str) -> Web {
    let told = vitals(words);
    let words = words.to_owned();
    let open =
        move || -> Result<Box<dyn Archive + Send>, StoreError> { Ok(Box::new(archive(&words))) };
    let vitals = move || told.clone();
    let web = Web::new(
        Archives::new(Arc::new(open)),
        Arc::new(vitals),
        Arc::new(ManualClock::new(at(NOW))),
        Zones::new(TimeZone::UTC),
    );
    web.set_searches(vec![SavedSearch {
        name: "책".into(),
        query: "도서관".into(),
    }]);
    web
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: axum::http::HeaderName) -> &str {
        let value = self.headers.get(name).expect("the header is there");
        value.to_str().expect("a header of ours is ASCII")
    }
}

async fn ask(words: &str, access: Access, request: Request<Body>) -> Got {
    let response = router(web(words), access).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4 << 20).await.unwrap();
    Got {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn to(path: &str, more: &[(axum::http::HeaderName, &str)]) -> Request<Body> {
    let mut request = Request::get(path);
    if !more.iter().any(|(name, _)| *name == HOST) {
        request = request.header(HOST, "127.0.0.1:7480");
    }
    for (name, value) in more {
        request = request.header(name, *value);
    }
    request.body(Body::empty()).unwrap()
}

async fn get(path: &str) -> Got {
    ask("말", Access::default(), to(path, &[])).await
}

#[tokio::test]
async fn every_page_is_served_with_a_policy_in_both_languages() {
    for path in PAGES {
        for (language, lang) in [("ko", "ko-KR,ko;q=0.9"), ("en", "en")] {
            let request = to(path, &[(axum::http::header::ACCEPT_LANGUAGE, lang)]);
            let got = ask("말", Access::default(), request).await;
            assert_eq!(got.status, StatusCode::OK, "{path}");
            let policy = match path {
                "/" => headers::LIVE_POLICY,
                _ => headers::POLICY,
            };
            assert_eq!(got.header(CONTENT_SECURITY_POLICY), policy, "{path}");
            assert_eq!(
                got.header(axum::http::header::X_CONTENT_TYPE_OPTIONS),
                "nosniff"
            );
            assert_eq!(
                got.header(axum::http::header::REFERRER_POLICY),
                "no-referrer"
            );
            assert!(
                got.body.contains(&format!("<html lang=\"{language}\">")),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_board_shows_what_its_verdict_rests_on_and_what_to_do() {
    let page = get("/boards/news").await.body;
    for words in [
        "0 rows, where about 20 are usual",
        "answers: 200 × 3",
        "rows with an author: 100 % before, 0 % now",
        "boardwalk explain",
        "2026-11-19 00:00",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
}

#[tokio::test]
async fn what_the_service_cannot_do_is_told_on_the_first_page() {
    let page = get("/").await.body;
    for words in [
        "boardwalk.toml:3:1: 말 is not a key",
        "data-board=\"misspelt\"",
        "no board is at 말",
        "tried again after a failure",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
}

/// A board that is due waits for its turn; that it was due is no pass of the past.
#[tokio::test]
async fn a_pass_that_is_due_is_planned_for_now() {
    let page = get("/").await.body;
    let next = page
        .split("data-board=\"overdue\"")
        .nth(1)
        .expect("the board");
    let next = next.split("</time>").next().expect("its next pass");
    assert!(next.ends_with(">now"), "{next}");
}

#[tokio::test]
async fn nothing_is_at_other_addresses_and_refusals_have_the_policy_too() {
    for path in [
        "/nothing",
        "/articles/99",
        "/articles/1/versions/9",
        "/articles/1/versions/x",
        "/boards/none",
        "/feeds/none.atom",
        "/feeds/news.exe",
        "/feeds/searches/none.atom",
        "/api/v1/boards/none",
        "/api/v1/articles/99",
    ] {
        let got = get(path).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(got.header(CONTENT_SECURITY_POLICY), headers::POLICY);
    }
}

#[tokio::test]
async fn a_chosen_language_stays_on_links() {
    let got = get("/?lang=ko").await;
    assert!(got.body.contains("href=\"/boards/news?lang=ko\""));
    assert!(got.body.contains("href=\"/?lang=en\""));
    assert!(!get("/").await.body.contains("href=\"/boards/news?lang="));
}

#[tokio::test]
async fn nothing_changes_anything() {
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let request = Request::builder()
            .method(method)
            .uri("/")
            .header(HOST, "localhost")
            .body(Body::empty())
            .unwrap();
        let got = ask("말", Access::default(), request).await;
        assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

/// What a browser would act on, if it came out of a page as it went in.
fn assert_harmless(page: &str, path: &str) {
    let ours = format!("<script src=\"{}\" defer></script>", live::script_path());
    let lower = page.replace(&ours, "").to_lowercase();
    for forbidden in [
        "<script",
        "<img",
        "<iframe",
        "<svg onload",
        "<b>bold",
        "href=\"javascript",
        "href=\"data:",
        "onerror=\"",
        "<style",
        " style=\"",
    ] {
        assert!(
            !lower.contains(forbidden),
            "{path} lets {forbidden} through"
        );
    }
}

#[tokio::test]
async fn hostile_words_stay_words() {
    for words in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=\"alert(1)\">",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "</title></style></textarea><b>bold",
        "'\"`&<>{{7*7}}{%raw%}",
        "\u{202e}\u{1b}[2J\u{0}",
    ] {
        for path in PAGES {
            let got = ask(words, Access::default(), to(path, &[])).await;
            assert_eq!(got.status, StatusCode::OK, "{path}");
            assert_harmless(&got.body, path);
            assert!(
                !got.body.contains(['\u{202e}', '\u{1b}', '\u{0}']),
                "{path}"
            );
        }
    }
    // What is asked for comes back in the form.
    let path = "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    assert_harmless(&get(path).await.body, path);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_words_leave_the_page_whole(words in any::<String>(), asked in any::<String>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            // Without the words the page has these tags; words add none.
            let tags = |page: &str| page.matches('<').count();
            let plain = get("/articles/1/versions/2").await;
            let words = format!("x{}", words.replace(['\n', '\r'], ""));
            let got = ask(&words, Access::default(), to("/articles/1/versions/2", &[])).await;
            assert_harmless(&got.body, &words);
            // A difference may be cut into more or fewer pieces of ours.
            let pieces = |page: &str| page.matches("<ins>").count() + page.matches("</ins>").count()
                + page.matches("<del>").count() + page.matches("</del>").count()
                + page.matches("<p").count() + page.matches("</p>").count()
                + page.matches("<span class=\"unseen\">").count() + page.matches("</span>").count();
            assert_eq!(tags(&got.body) - pieces(&got.body), tags(&plain.body) - pieces(&plain.body));
            let query = super::reader::parameters(&[("q", &asked)]);
            let found = ask("말", Access::default(), to(&format!("/search?{query}"), &[])).await;
            assert_eq!(found.status, StatusCode::OK);
            assert_harmless(&found.body, &asked);
        });
    }
}

#[tokio::test]
async fn other_names_than_ours_are_refused() {
    let named = Access::new(&["archive.example".into()], None);
    for (host, known) in [
        ("127.0.0.1:7480", true),
        ("localhost", true),
        ("LOCALHOST.:80", true),
        ("[::1]:7480", true),
        ("archive.example:443", true),
        ("evil.example", false),
        ("localhost.evil.example", false),
        ("127.0.0.1.evil.example:7480", false),
        ("192.0.2.7:7480", false),
        ("", false),
    ] {
        for path in ["/", "/healthz", "/metrics", "/api/v1/boards"] {
            let got = ask("말", named.clone(), to(path, &[(HOST, host)])).await;
            let refused = got.status == StatusCode::MISDIRECTED_REQUEST;
            assert_eq!(refused, !known, "{host} {path}");
        }
    }
    let twice = to("/", &[(HOST, "localhost"), (HOST, "evil.example")]);
    let got = ask("말", named.clone(), twice).await;
    assert_eq!(got.status, StatusCode::MISDIRECTED_REQUEST);
    let nameless = Request::get("/").body(Body::empty()).unwrap();
    let got = ask("말", named, nameless).await;
    assert_eq!(got.status, StatusCode::MISDIRECTED_REQUEST);
}

const TOKEN: &str = "a-token-of-24-characters";

/// Browsers say whose page it is that asks (Fetch, 3.2). Ours ask where they came from.
#[tokio::test]
async fn pages_of_others_are_refused() {
    for (origin, status) in [
        ("http://127.0.0.1:7480", StatusCode::OK),
        // Behind a proxy that encrypts.
        ("https://127.0.0.1:7480", StatusCode::OK),
        ("http://127.0.0.1:8080", StatusCode::FORBIDDEN),
        ("https://elsewhere.test", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
    ] {
        for path in ["/", "/api/v1/boards", live::PATH] {
            let request = to(path, &[(HOST, "127.0.0.1:7480"), (ORIGIN, origin)]);
            let router = router(web("말"), Access::default());
            let got = router.oneshot(request).await.unwrap();
            assert_eq!(got.status(), status, "{origin} {path}");
        }
    }
}

#[tokio::test]
async fn with_a_token_only_those_who_have_it_read() {
    let access = || Access::new(&[], Some(TOKEN));
    let bearer = format!("Bearer {TOKEN}");
    let cookie = format!("other=1; boardwalk_token={TOKEN}");
    for (more, status) in [
        (vec![], StatusCode::UNAUTHORIZED),
        (
            vec![(AUTHORIZATION, "Bearer wrong")],
            StatusCode::UNAUTHORIZED,
        ),
        (vec![(AUTHORIZATION, TOKEN)], StatusCode::UNAUTHORIZED),
        (vec![(COOKIE, "boardwalk_token=")], StatusCode::UNAUTHORIZED),
        (vec![(AUTHORIZATION, bearer.as_str())], StatusCode::OK),
        (vec![(COOKIE, cookie.as_str())], StatusCode::OK),
    ] {
        for path in ["/", "/metrics", "/api/v1/boards", "/feeds/news.atom"] {
            let got = ask("말", access(), to(path, &more)).await;
            assert_eq!(got.status, status, "{path} {more:?}");
        }
        let got = ask("말", access(), to("/healthz", &more)).await;
        assert_eq!(got.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_token_in_the_address_becomes_a_cookie_and_leaves_it() {
    let access = || Access::new(&[], Some(TOKEN));
    let path = format!("//evil.example/?lang=ko&token={TOKEN}");
    let got = ask("말", access(), to(&path, &[])).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert_eq!(got.header(LOCATION), "/evil.example/?lang=ko");
    let cookie = got.header(SET_COOKIE);
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let wrong = ask("말", access(), to("/?token=wrong", &[])).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(!wrong.headers.contains_key(SET_COOKIE));
}

#[tokio::test]
async fn an_unchanged_feed_is_not_sent_again() {
    for (path, kind) in [
        ("/feeds/news.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/news.json", "application/feed+json"),
        (
            "/feeds/search.atom?q=x",
            "application/atom+xml; charset=utf-8",
        ),
        (
            "/feeds/searches/%EC%B1%85.atom",
            "application/atom+xml; charset=utf-8",
        ),
        ("/feeds/health.json", "application/feed+json"),
    ] {
        let got = get(path).await;
        assert_eq!(got.status, StatusCode::OK);
        assert_eq!(got.header(CONTENT_TYPE), kind);
        let feed = feed_rs::parser::parse(got.body.as_bytes()).unwrap();
        assert_eq!(feed.entries.len(), 1);
        let tag = got.header(ETAG).to_owned();
        for known in [tag.as_str(), &format!("\"x\", W/{tag}")] {
            let again = ask("말", Access::default(), to(path, &[(IF_NONE_MATCH, known)])).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED);
            assert_eq!(again.body, "");
        }
        let other = ask(
            "다른 말",
            Access::default(),
            to(path, &[(IF_NONE_MATCH, &tag)]),
        )
        .await;
        assert_eq!(other.status, StatusCode::OK);
    }
}

/// Where `value` is not as `schema` says (JSON Schema 2020-12, as far as the description uses it).
fn misfits(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let description: Value = serde_json::from_str(api::DESCRIPTION).unwrap();
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        let target = description.pointer(pointer);
        return misfits(target.expect(reference), value, place, found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        misfits(part, value, place, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &&Value| {
            let mut found = Vec::new();
            misfits(choice, value, place, &mut found);
            found.is_empty()
        };
        if choices.iter().filter(fits).count() != 1 {
            found.push(format!("{place}: {value} is not one of the choices"));
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |name: &&str| match *name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    };
    if !types.is_empty() && !types.iter().any(is) {
        found.push(format!("{place}: {value} is none of {types:?}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{place}: {value} is none of {words:?}"));
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        misfits(&schema["items"], item, &format!("{place}[{i}]"), found);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            misfits(schema, value, &format!("{place}.{name}"), found);
        }
    }
}

/// Every name in an object of an answer that no schema knows.
fn undescribed(schema: &Value, value: &Value, description: &Value, found: &mut Vec<String>) {
    let mut known = serde_json::Map::new();
    collect(schema, description, &mut known);
    if known.is_empty() {
        return;
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        match known.get(name) {
            None => found.push(name.clone()),
            Some(schema) => {
                for item in value.as_array().into_iter().flatten() {
                    undescribed(&schema["items"], item, description, found);
                }
                undescribed(schema, value, description, found);
            }
        }
    }
}

fn collect(schema: &Value, description: &Value, known: &mut serde_json::Map<String, Value>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = description.pointer(reference.strip_prefix('#').unwrap());
        collect(target.expect(reference), description, known);
    }
    for name in ["allOf", "oneOf"] {
        for part in schema[name].as_array().into_iter().flatten() {
            collect(part, description, known);
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        known.insert(name.clone(), schema.clone());
    }
}

#[tokio::test]
async fn every_route_of_the_api_is_described_and_every_answer_fits() {
    let description: Value = serde_json::from_str(&get(api::DESCRIPTION_PATH).await.body).unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    let asked = [
        (api::DESCRIPTION_PATH, api::DESCRIPTION_PATH),
        (api::BOARDS, "/api/v1/boards"),
        (api::BOARD, "/api/v1/boards/news"),
        (api::ARTICLE, "/api/v1/articles/1"),
        (api::SEARCH, "/api/v1/search?q=x"),
        (api::STORIES, "/api/v1/stories"),
        (api::RECEIPTS, "/api/v1/receipts"),
        (api::OUTBOX, "/api/v1/outbox"),
    ];
    let mut described: Vec<&str> = description["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut routes: Vec<&str> = asked.iter().map(|(route, _)| *route).collect();
    described.sort_unstable();
    routes.sort_unstable();
    assert_eq!(described, routes);
    for (route, path) in asked {
        let got = get(path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        assert_eq!(got.header(CONTENT_TYPE), "application/json");
        let answer: Value = serde_json::from_str(&got.body).unwrap();
        let content = &description["paths"][route]["get"]["responses"]["200"]["content"];
        let schema = &content["application/json"]["schema"];
        let mut found = Vec::new();
        misfits(schema, &answer, path, &mut found);
        undescribed(schema, &answer, &description, &mut found);
        assert!(found.is_empty(), "{path}: {found:#?}");
    }
    let refused: Value = serde_json::from_str(&get("/api/v1/articles/99").await.body).unwrap();
    assert!(refused["error"].is_string());
}

#[tokio::test]
async fn images_are_loaded_where_the_reader_asks_for_it_and_from_public_names_alone() {
    for (url, shown) in [
        ("https://images.example/a.jpg", true),
        ("http://images.example:8080/a.jpg?b=1&c=2", true),
        ("http://192.168.0.1/a.jpg", false),
        ("http://3232235521/a.jpg", false),
        ("http://[::1]/a.jpg", false),
        ("http://printer/a.jpg", false),
        ("http://disk.local/a.jpg", false),
        ("javascript:alert(1)", false),
        ("a.jpg", false),
    ] {
        let plain = ask(url, Access::default(), to("/articles/1", &[])).await;
        assert!(!plain.body.contains("<img"), "{url}");
        assert!(plain.body.contains("href=\"/articles/1?images=1#images\""));
        assert_eq!(plain.header(CONTENT_SECURITY_POLICY), headers::POLICY);
        let request = to("/articles/1?images=1", &[]);
        let asked = ask(url, Access::default(), request).await;
        assert_eq!(asked.body.contains("<img src=\"http"), shown, "{url}");
        assert_eq!(asked.body.contains("<img"), shown, "{url}");
        let policy = asked.header(CONTENT_SECURITY_POLICY);
        assert_eq!(policy, headers::IMAGES_POLICY);
    }
}
