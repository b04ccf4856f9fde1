//! What the server sees of the pace.

use std::time::Instant;

use super::server::{Reply, answer, html, not_found, redirect};
use super::*;

const INTERVAL: Duration = Duration::from_millis(250);

fn paced(server: &Server) -> FetchOptions {
    let mut options = quick(server);
    options.pace.min_interval = INTERVAL;
    options
}

fn least_gap(server: &Server) -> Duration {
    let times: Vec<Instant> = server.seen().iter().map(|seen| seen.at).collect();
    times
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .min()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn robots_redirects_and_pages_all_keep_the_interval() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => redirect("/robots2.txt"),
        "/robots2.txt" => not_found(),
        "/moved" => redirect("/board/1"),
        _ => html("ok"),
    })
    .await;
    let fetcher = fetcher(paced(&server));
    let mut tasks = Vec::new();
    for path in ["/1", "/moved", "/2", "/3"] {
        let fetcher = fetcher.clone();
        let url = server.url(path);
        tasks.push(tokio::spawn(async move { fetcher.get(&page(url)).await }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().status, 200);
    }
    assert_eq!(server.seen().len(), 7);
    assert!(least_gap(&server) >= INTERVAL - TOLERANCE);
}

#[tokio::test]
async fn a_server_that_closes_connections_sees_the_interval_too() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ => Reply::BytesAndClose(answer(
            200,
            &["Content-Type: text/html", "Connection: close"],
            "ok",
        )),
    })
    .await;
    let fetcher = fetcher(paced(&server));
    for path in ["/1", "/2", "/3"] {
        fetcher.get(&page(server.url(path))).await.unwrap();
    }
    assert!(least_gap(&server) >= INTERVAL - TOLERANCE);
}

#[tokio::test]
async fn a_restart_is_no_burst() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ => html("ok"),
    })
    .await;
    let first = fetcher(paced(&server));
    first.get(&page(server.url("/1"))).await.unwrap();
    let robots = first.fresh_robots().pop().unwrap();
    drop(first);
    let second = fetcher(paced(&server));
    second.restore(&robots.host, None, None, Some(robots.file));
    second.get(&page(server.url("/2"))).await.unwrap();
    assert_eq!(server.paths(), ["/robots.txt", "/1", "/2"]);
    assert!(least_gap(&server) >= INTERVAL - TOLERANCE);
}

#[tokio::test]
async fn crawl_delay_slows_the_host() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => Reply::Bytes(answer(200, &[], "User-agent: *\nCrawl-delay: 0.4\n")),
        _ => html("ok"),
    })
    .await;
    let fetcher = fetcher(paced(&server));
    for path in ["/1", "/2", "/3"] {
        fetcher.get(&page(server.url(path))).await.unwrap();
    }
    assert!(least_gap(&server) >= Duration::from_millis(400) - TOLERANCE);
    let host = fetcher.host(&server.url("/")).snapshot();
    assert_eq!(host.normal_interval, Duration::from_millis(400));
    assert_eq!(host.counters["requests"], 4);
    assert_eq!(host.counters["answers.2xx"], 4);
}

#[tokio::test]
async fn retry_after_pauses_the_host_and_is_told() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        "/busy" => Reply::Bytes(answer(429, &["Retry-After: 120"], "slow down")),
        _ => html("ok"),
    })
    .await;
    let fetcher = fetcher(quick(&server));
    let error = fetcher.get(&page(server.url("/busy"))).await.unwrap_err();
    assert!(matches!(
        error.kind,
        FetchErrorKind::Busy { status: 429, .. }
    ));
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(120)));
    assert!(!error.counts_as_try());
    let pause = error.pause.as_ref().unwrap();
    assert_eq!(pause.until.to_string(), "2026-11-23T12:02:00Z");
    assert_eq!(error.page.as_ref().unwrap().body, b"slow down");
    assert_eq!(error.receipts()[0].status, Some(429));

    // Another page is not even asked for, and that is not its fault.
    let error = fetcher.get(&page(server.url("/1"))).await.unwrap_err();
    assert!(
        matches!(error.kind, FetchErrorKind::Paused { .. }),
        "{error}"
    );
    assert!(!error.counts_as_try());
    assert!(error.receipts().is_empty());
    assert_eq!(server.paths(), ["/robots.txt", "/busy"]);
}

#[tokio::test]
async fn a_pause_outlives_a_restart() {
    let server = Server::start(|_| html("ok")).await;
    let fetcher = fetcher(quick(&server));
    let until = "2026-11-23T13:00:00Z".parse().unwrap();
    let key = host_key(&server.url("/"));
    fetcher.restore(&key, Some(until), Some("answered 503"), None);
    let error = fetcher.get(&page(server.url("/1"))).await.unwrap_err();
    assert_eq!(error.pause.unwrap().until, until);
    assert!(server.paths().is_empty());
}

#[tokio::test]
async fn statuses_are_sorted_by_what_to_do_next() {
    let outcome = |status: u16, headers: &'static [&'static str]| async move {
        get_from(move || Reply::Bytes(answer(status, headers, "<p>x"))).await
    };
    for status in [200, 401, 403, 404, 410] {
        assert_eq!(outcome(status, &[]).await.unwrap().status, status);
    }
    for status in [408, 500, 502, 520] {
        let error = outcome(status, &[]).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Backoff, "{status}");
        assert!(error.counts_as_try());
        assert_eq!(error.page.unwrap().body, b"<p>x");
    }
    let error = outcome(503, &[]).await.unwrap_err();
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(30)));
    let error = outcome(502, &["Retry-After: 9"]).await.unwrap_err();
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(9)));
    let error = outcome(430, &[]).await.unwrap_err();
    assert_eq!(error.retry(), Retry::StopBoard);
    let error = outcome(403, &["cf-mitigated: challenge"])
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::StopBoard);
}

#[tokio::test]
async fn a_receipt_accounts_for_every_request() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => Reply::Bytes(answer(200, &[], "User-agent: *\nAllow: /b\n")),
        "/moved" => redirect("/b/1"),
        _ => html("hello"),
    })
    .await;
    let fetcher = fetcher(quick(&server));
    let fetched = fetcher.get(&page(server.url("/moved"))).await.unwrap();
    let receipts: Vec<_> = fetched
        .receipts
        .iter()
        .map(|r| (r.purpose, r.status, r.body_bytes, r.allowed_by.as_str()))
        .collect();
    assert_eq!(
        receipts,
        [
            ("article", Some(302), 0, "robots: no rule for it"),
            ("redirect", Some(200), 5, "robots: allowed by \"Allow: /b\""),
        ]
    );
    let robots = fetcher.fresh_robots();
    assert_eq!(robots.len(), 1);
    assert_eq!(robots[0].receipts[0].purpose, "robots");
    assert_eq!(robots[0].file.body, b"User-agent: *\nAllow: /b\n");
    assert!(fetcher.fresh_robots().is_empty(), "each is told once");
}
