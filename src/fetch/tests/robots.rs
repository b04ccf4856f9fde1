//! Robots files as servers have them.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;

use super::server::{Reply, answer, html, redirect};
use super::*;

fn robots(reply: impl Fn() -> Reply) -> impl Fn(&server::Seen) -> Reply {
    move |seen| match seen.path.as_str() {
        "/robots.txt" => reply(),
        _ => html("ok"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_requests_ask_for_the_file_once() {
    let server = Server::start(robots(|| {
        Reply::Late(Duration::from_millis(100), answer(404, &[], ""))
    }))
    .await;
    let fetcher = fetcher(quick(&server));
    let mut tasks = Vec::new();
    for n in 0..5 {
        let fetcher = fetcher.clone();
        let url = server.url(&format!("/{n}"));
        tasks.push(tokio::spawn(async move { fetcher.get(&page(url)).await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let n = server
        .paths()
        .iter()
        .filter(|p| *p == "/robots.txt")
        .count();
    assert_eq!(n, 1);
}

#[tokio::test]
async fn a_disallowed_page_is_not_asked_for() {
    let server = Server::start(robots(|| {
        Reply::Bytes(answer(200, &[], "User-agent: *\nDisallow: /secret\n"))
    }))
    .await;
    let fetcher = fetcher(quick(&server));
    let error = fetcher
        .get(&page(server.url("/secret/1")))
        .await
        .unwrap_err();
    assert!(matches!(&error.kind, FetchErrorKind::Robots { rule } if rule.contains("/secret")));
    assert_eq!(error.retry(), Retry::Never);
    let verdict = fetcher.robots_verdict(&server.url("/news")).await;
    assert_eq!(verdict.unwrap(), "robots: no rule for it");
    fetcher.get(&page(server.url("/news"))).await.unwrap();
    assert_eq!(server.paths(), ["/robots.txt", "/news"]);
}

/// RFC 9110, 6.6.1.
#[tokio::test]
async fn a_host_s_answer_tells_its_clock() {
    let server = Server::start(robots(|| {
        Reply::Bytes(answer(404, &["Date: Mon, 23 Nov 2026 12:03:20 GMT"], ""))
    }))
    .await;
    let fetcher = fetcher(quick(&server));
    let url = server.url("/news");
    assert_eq!(fetcher.host(&url).snapshot().clock_ahead, None);
    fetcher.robots_verdict(&url).await.unwrap();
    // Ours stands at noon.
    let ahead = fetcher.host(&url).snapshot().clock_ahead;
    assert_eq!(ahead, Some(SignedDuration::from_secs(200)));
}

#[tokio::test]
async fn the_operator_may_disobey_and_the_receipt_says_so() {
    let server = Server::start(robots(|| {
        Reply::Bytes(answer(200, &[], "User-agent: *\nDisallow: /\n"))
    }))
    .await;
    let mut options = quick(&server);
    options.obey_robots = false;
    let fetched = fetcher(options).get(&page(server.url("/1"))).await.unwrap();
    assert_eq!(
        fetched.receipts[0].allowed_by,
        "robots: not asked, by the operator's option"
    );
    assert_eq!(server.paths(), ["/1"]);
}

#[tokio::test]
async fn a_failing_file_stops_the_host_but_uses_up_no_try() {
    let server = Server::start(robots(|| Reply::Bytes(answer(500, &[], "")))).await;
    let fetcher = fetcher(quick(&server));
    for _ in 0..3 {
        let error = fetcher.get(&page(server.url("/1"))).await.unwrap_err();
        assert!(matches!(
            error.kind,
            FetchErrorKind::RobotsUnreachable { .. }
        ));
        assert!(matches!(error.retry(), Retry::After(wait) if wait > Duration::from_secs(50)));
        assert!(!error.counts_as_try());
    }
    assert_eq!(
        server.paths(),
        ["/robots.txt"],
        "asked for once in a minute"
    );
    let fresh = fetcher.fresh_robots().pop().unwrap();
    assert_eq!((fresh.file.status, fresh.receipts.len()), (500, 1));
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_unreachable_file() {
    let server = Server::start(robots(|| {
        Reply::BytesAndClose(
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser-agent: *\n".to_vec(),
        )
    }))
    .await;
    let fetcher = fetcher(quick(&server));
    let error = fetcher.get(&page(server.url("/1"))).await.unwrap_err();
    assert!(matches!(
        error.kind,
        FetchErrorKind::RobotsUnreachable { .. }
    ));
    assert_eq!(fetcher.fresh_robots()[0].file.status, 0);
}

#[tokio::test]
async fn a_busy_file_pauses_the_host() {
    let server = Server::start(robots(|| {
        Reply::Bytes(answer(503, &["Retry-After: 300"], ""))
    }))
    .await;
    let fetcher = fetcher(quick(&server));
    let error = fetcher.get(&page(server.url("/1"))).await.unwrap_err();
    assert_eq!(
        error.pause.unwrap().until.to_string(),
        "2026-11-23T12:05:00Z"
    );
}

#[tokio::test]
async fn the_file_may_move_five_times_and_then_there_is_none() {
    for (n_hops, allowed) in [(5, false), (6, true)] {
        let n_seen = AtomicUsize::new(0);
        let server = Server::start(move |seen| {
            if !seen.path.starts_with("/robots") {
                return html("ok");
            }
            match n_seen.fetch_add(1, Ordering::Relaxed) {
                n if n < n_hops => redirect(&format!("/robots{n}")),
                _ => Reply::Bytes(answer(200, &[], "User-agent: *\nDisallow: /\n")),
            }
        })
        .await;
        let outcome = fetcher(quick(&server)).get(&page(server.url("/1"))).await;
        assert_eq!(outcome.is_ok(), allowed, "{n_hops} redirects");
    }
}

#[tokio::test]
async fn a_file_of_endless_size_is_cut() {
    let server = Server::start(robots(|| {
        let mut body = String::from("User-agent: *\nDisallow: /secret\n");
        body.push_str(&"# filler\n".repeat(200_000));
        body.push_str("Disallow: /\n");
        Reply::Bytes(answer(200, &[], body))
    }))
    .await;
    let fetcher = fetcher(quick(&server));
    fetcher.get(&page(server.url("/1"))).await.unwrap();
    assert!(fetcher.get(&page(server.url("/secret"))).await.is_err());
    assert!(fetcher.fresh_robots()[0].file.body.len() <= 500 * 1024);
}

#[tokio::test]
async fn a_stored_file_is_used_for_a_day_without_asking() {
    let server = Server::start(robots(|| Reply::Bytes(answer(404, &[], "")))).await;
    let stored = |fetched_at: &str| RobotsFile {
        status: 200,
        body: b"User-agent: *\nDisallow: /secret\n".to_vec(),
        fetched_at: fetched_at.parse().unwrap(),
    };
    let key = host_key(&server.url("/"));
    let young = fetcher(quick(&server));
    young.restore(&key, None, None, Some(stored("2026-11-22T13:00:00Z")));
    assert!(young.get(&page(server.url("/secret"))).await.is_err());
    assert!(server.paths().is_empty());
    let old = fetcher(quick(&server));
    old.restore(&key, None, None, Some(stored("2026-11-22T11:00:00Z")));
    old.get(&page(server.url("/secret"))).await.unwrap();
    assert_eq!(server.paths(), ["/robots.txt", "/secret"]);
}

#[tokio::test]
async fn a_file_that_moved_into_a_private_network_is_unreachable() {
    let server = Server::start(robots(|| redirect("http://127.0.0.1:1/robots.txt"))).await;
    let fetcher = fetcher(quick(&server));
    let error = fetcher.get(&page(server.url("/1"))).await.unwrap_err();
    assert!(
        matches!(error.kind, FetchErrorKind::RobotsUnreachable { .. }),
        "{error}"
    );
    assert_eq!(server.paths(), ["/robots.txt"]);
}
