//! Where redirects may lead, and where names may point.

use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use super::server::{Reply, answer, html, not_found, redirect};
use super::*;

async fn redirecting(to: &str) -> (Server, Outcome) {
    let to = to.to_owned();
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        "/a" => redirect(&to),
        _ => html("ok"),
    })
    .await;
    let outcome = fetcher(quick(&server)).get(&page(server.url("/a"))).await;
    (server, outcome)
}

#[tokio::test]
async fn a_redirect_into_private_networks_is_refused() {
    for to in [
        "http://127.0.0.1/x",
        "http://2130706433/x",
        "http://0177.0.0.1/x",
        "http://0x7f000001/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/x",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1/x",
    ] {
        let (server, outcome) = redirecting(to).await;
        let error = outcome.unwrap_err();
        assert!(
            matches!(error.kind, FetchErrorKind::Refused(_)),
            "{to}: {error}"
        );
        assert_eq!(error.retry(), Retry::Never);
        assert_eq!(server.paths(), ["/robots.txt", "/a"], "{to}");
    }
}

#[tokio::test]
async fn a_redirect_is_followed_and_told() {
    let (server, outcome) = redirecting("/board/1010#c_5").await;
    let fetched = outcome.unwrap();
    assert_eq!(fetched.final_url, server.url("/board/1010"));
    assert_eq!(fetched.requested, server.url("/a"));
    assert_eq!(fetched.redirects, [(302, server.url("/board/1010"))]);
    assert_eq!(fetched.redirect_to, None);
}

#[tokio::test]
async fn a_redirect_that_is_not_to_be_followed_is_an_answer() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ => redirect("/bbs/login.php?url=x"),
    })
    .await;
    let request = Request {
        follow: Arc::new(|target| !target.path().contains("login")),
        ..page(server.url("/a"))
    };
    let fetched = fetcher(quick(&server)).get(&request).await.unwrap();
    assert_eq!(fetched.status, 302);
    assert_eq!(
        fetched.redirect_to,
        Some(server.url("/bbs/login.php?url=x"))
    );
    assert_eq!(server.paths(), ["/robots.txt", "/a"]);
}

#[tokio::test]
async fn circles_and_endless_redirects_end() {
    let (server, outcome) = redirecting("/a").await;
    assert!(matches!(
        outcome.unwrap_err().kind,
        FetchErrorKind::RedirectLoop
    ));
    assert_eq!(server.paths(), ["/robots.txt", "/a", "/a"]);

    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        path => redirect(&format!("{path}a")),
    })
    .await;
    let error = fetcher(quick(&server))
        .get(&page(server.url("/a")))
        .await
        .unwrap_err();
    assert!(matches!(
        error.kind,
        FetchErrorKind::TooManyRedirects { limit: 10 }
    ));
    assert_eq!(error.receipts().len(), 11);
}

#[tokio::test]
async fn a_cookie_set_by_a_redirect_to_itself_opens_the_page() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ if seen.header("cookie") == Some("gate=19") => html("adults"),
        path => Reply::Bytes(answer(
            302,
            &["Set-Cookie: gate=19; path=/", &format!("Location: {path}")],
            "",
        )),
    })
    .await;
    let fetcher = fetcher(quick(&server));
    let fetched = fetcher.get(&page(server.url("/a"))).await.unwrap();
    assert_eq!(fetched.body, b"adults");
    assert_eq!(fetched.cookies, ["gate"]);
    // The jar is kept for the board, and not shared with another.
    fetcher.get(&page(server.url("/b"))).await.unwrap();
    let other = Request::new(server.url("/c"), "other board", "article");
    fetcher.get(&other).await.unwrap();
    assert_eq!(
        server.paths(),
        ["/robots.txt", "/a", "/a", "/b", "/c", "/c"]
    );
}

#[tokio::test]
async fn the_referer_is_what_a_browser_would_send() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ => html("ok"),
    })
    .await;
    let fetcher = fetcher(quick(&server));
    for (from, expected) in [
        (
            server.url("/news?page=2#x"),
            Some(server.url("/news?page=2").to_string()),
        ),
        (
            Url::parse("http://other.example/list?q=1").unwrap(),
            Some("http://other.example/".to_owned()),
        ),
        (Url::parse("https://other.example/list").unwrap(), None),
    ] {
        let request = Request {
            referer: Some(from),
            ..page(server.url("/a"))
        };
        fetcher.get(&request).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("referer"), expected.as_deref());
        assert_eq!(
            seen.header("accept-language"),
            Some("ko-KR,ko;q=0.9,en;q=0.5")
        );
    }
}

#[tokio::test]
async fn the_bytes_of_a_query_are_sent_as_they_were_found() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ => html("ok"),
    })
    .await;
    let path = "/board.php?sca=%B1%DB&stx=%ea%b8%80&b=a+b";
    fetcher(quick(&server))
        .get(&page(server.url(path)))
        .await
        .unwrap();
    assert_eq!(server.paths()[1], path);
}

/// Answers each lookup with the next list; the last one for ever.
struct Lying(Mutex<Vec<Vec<IpAddr>>>);

impl Resolver for Lying {
    fn resolve(&self, _: &str) -> Resolved {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        };
        Box::pin(async move { Ok::<_, io::Error>(answer) })
    }
}

fn lying(options: FetchOptions, answers: &[&[&str]]) -> Fetcher {
    let answers = answers
        .iter()
        .map(|list| list.iter().map(|ip| ip.parse().unwrap()).collect())
        .collect();
    Fetcher::with_resolver(options, clock(), Arc::new(Lying(Mutex::new(answers)))).unwrap()
}

#[tokio::test]
async fn a_name_that_points_inside_is_refused() {
    let server = Server::start(|_| html("inside")).await;
    let url = Url::parse(&format!("http://board.example:{}/a", server.port)).unwrap();
    for inside in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"] {
        let error = lying(quick(&server), &[&[inside]])
            .get(&page(url.clone()))
            .await
            .unwrap_err();
        assert!(
            matches!(&error.kind, FetchErrorKind::Refused(Refusal::Name(name)) if name == "board.example"),
            "{inside}: {error}"
        );
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_name_may_point_inside_where_the_operator_named_it() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => not_found(),
        _ => html("inside"),
    })
    .await;
    let mut options = quick(&server);
    options.allow_private = vec![HostPort {
        host: "board.example".into(),
        port: server.port,
    }];
    let fetcher = lying(options, &[&["127.0.0.1"]]);
    let url = Url::parse(&format!("http://board.example:{}/a", server.port)).unwrap();
    assert_eq!(fetcher.get(&page(url)).await.unwrap().body, b"inside");
    // The same name with another port, and another name for the same address, are not the board.
    for other in ["http://board.example:1/", "http://evil.example/"] {
        let error = fetcher.get(&page(Url::parse(other).unwrap())).await;
        let error = error.unwrap_err();
        assert!(
            matches!(error.kind, FetchErrorKind::Refused(Refusal::Name(_))),
            "{error}"
        );
    }
    assert_eq!(server.paths(), ["/robots.txt", "/a"]);
}
