//! Bodies that are too large, too slow, broken, or not pages.

use std::io::Read;

use super::server::{Reply, answer, html};
use super::*;

/// `hello`.
const HELLO_GZIP: &[u8] =
    b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03\xCB\x48\xCD\xC9\xC9\x07\x00\x86\xA6\x10\x36\x05\x00\x00\x00";

#[tokio::test]
async fn a_compressed_page_is_read() {
    let fetched = get_from(|| {
        Reply::Bytes(answer(
            200,
            &["Content-Type: text/html", "Content-Encoding: gzip"],
            HELLO_GZIP,
        ))
    })
    .await
    .unwrap();
    assert_eq!(fetched.body, b"hello");
    assert_eq!(fetched.receipts[0].body_bytes, 5);
}

/// A sitemap may be a packed file (sitemaps.org, "Using gzip"), whatever it is said to be; nothing else may.
#[tokio::test]
async fn a_packed_sitemap_is_read_up_to_the_cap() {
    let server = Server::start(|_| {
        Reply::Bytes(answer(
            200,
            &["Content-Type: application/x-gzip"],
            HELLO_GZIP,
        ))
    })
    .await;
    let read = fetcher(quick(&server))
        .get(&page(server.url("/map.xml.gz")))
        .await;
    assert_eq!(read.unwrap().body, b"hello");
    let other = fetcher(quick(&server))
        .get(&page(server.url("/map.gz")))
        .await;
    assert!(matches!(
        other.unwrap_err().kind,
        FetchErrorKind::NotText { .. }
    ));
    let bomb = {
        use flate2::write::GzEncoder;
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::copy(&mut std::io::repeat(0).take(1 << 20), &mut packed).unwrap();
        packed.finish().unwrap()
    };
    let max_body_bytes = bomb.len() as u64 + 10;
    let server = Server::start(move |_| Reply::Bytes(answer(200, &[], &bomb))).await;
    let options = FetchOptions {
        max_body_bytes,
        ..quick(&server)
    };
    let bomb = fetcher(options).get(&page(server.url("/map.xml.gz"))).await;
    assert!(matches!(
        bomb.unwrap_err().kind,
        FetchErrorKind::TooLarge { .. }
    ));
}

#[tokio::test]
async fn a_bomb_is_stopped_at_the_cap() {
    let bomb = zstd::encode_all(std::io::repeat(0).take(64 << 20), 3).unwrap();
    assert!(bomb.len() < 64 * 1024);
    let error = get_from(move || Reply::Bytes(answer(200, &["Content-Encoding: zstd"], &bomb)))
        .await
        .unwrap_err();
    assert!(matches!(
        error.kind,
        FetchErrorKind::TooLarge {
            limit_bytes: 8_388_608
        }
    ));
    assert_eq!(error.retry(), Retry::Never);
}

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_read() {
    for (size, whole) in [(1_000, true), (1_001, false)] {
        let server = Server::start(move |_| html(&"x".repeat(size))).await;
        let mut options = quick(&server);
        options.max_body_bytes = 1_000;
        let outcome = fetcher(options).get(&page(server.url("/a"))).await;
        assert_eq!(outcome.is_ok(), whole);
    }
}

#[tokio::test]
async fn a_body_encoded_twice_is_an_error() {
    let error =
        get_from(|| Reply::Bytes(answer(200, &["Content-Encoding: gzip, gzip"], HELLO_GZIP)))
            .await
            .unwrap_err();
    assert!(matches!(error.kind, FetchErrorKind::Encoding { .. }));
}

#[tokio::test]
async fn truncated_and_broken_bodies_are_tried_again() {
    let cut_gzip = &HELLO_GZIP[..HELLO_GZIP.len() - 10];
    let replies: [fn() -> Vec<u8>; 3] = [
        || b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n<p>half".to_vec(),
        || b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\n".to_vec(),
        || b"not http at all\r\n\r\n".to_vec(),
    ];
    for reply in replies {
        let error = get_from(move || Reply::BytesAndClose(reply()))
            .await
            .unwrap_err();
        assert!(matches!(error.kind, FetchErrorKind::Broken(_)), "{error}");
        assert_eq!(error.retry(), Retry::Backoff);
        assert!(error.receipts()[0].error.is_some());
    }
    let error = get_from(move || Reply::Bytes(answer(200, &["Content-Encoding: gzip"], cut_gzip)))
        .await
        .unwrap_err();
    assert!(matches!(error.kind, FetchErrorKind::Broken(_)), "{error}");
}

#[tokio::test]
async fn a_dripping_body_and_a_silent_server_run_into_the_timeout() {
    for drip in [true, false] {
        let server = Server::start(move |seen| match (seen.path.as_str(), drip) {
            ("/robots.txt", _) => server::not_found(),
            (_, true) => Reply::Drip(
                answer(200, &["Content-Type: text/html"], "x".repeat(10_000)),
                Duration::from_millis(20),
            ),
            (_, false) => Reply::Late(Duration::from_secs(60), Vec::new()),
        })
        .await;
        let mut options = quick(&server);
        options.timeout = Duration::from_millis(400);
        let error = fetcher(options)
            .get(&page(server.url("/a")))
            .await
            .unwrap_err();
        assert!(matches!(error.kind, FetchErrorKind::Timeout { .. }));
        assert_eq!(error.retry(), Retry::Backoff);
    }
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let server = Server::start(|_| html("ok")).await;
    let mut options = quick(&server);
    options.obey_robots = false;
    let url = server.url("/a");
    drop(server);
    // The listener is closed once its task has ended.
    tokio::task::yield_now().await;
    let error = fetcher(options).get(&page(url)).await.unwrap_err();
    assert!(matches!(error.kind, FetchErrorKind::Connect(_)), "{error}");
    assert_eq!(error.retry(), Retry::Backoff);
    assert!(error.counts_as_try(), "one page is no outage");
}

#[tokio::test]
async fn downloads_are_not_read() {
    for headers in [
        &["Content-Type: image/jpeg"][..],
        &[
            "Content-Type: text/html",
            "Content-Disposition: attachment; filename=a.hwp",
        ],
    ] {
        // The server promises a gigabyte and sends none of it.
        let head = format!(
            "HTTP/1.1 200 X\r\nContent-Length: 1000000000\r\n{}\r\n\r\n",
            headers.join("\r\n")
        );
        let error = get_from(move || Reply::Bytes(head.clone().into_bytes()))
            .await
            .unwrap_err();
        assert!(matches!(error.kind, FetchErrorKind::NotText { .. }));
        assert_eq!(error.retry(), Retry::Never);
    }
}

#[tokio::test]
async fn a_page_without_content_type_is_read_and_an_image_at_404_is_a_404() {
    let fetched = get_from(|| Reply::Bytes(answer(200, &[], "<p>old server")))
        .await
        .unwrap();
    assert_eq!(fetched.content_type, None);
    assert_eq!(fetched.body, b"<p>old server");
    let gone = get_from(|| Reply::Bytes(answer(404, &["Content-Type: image/png"], "PNG")))
        .await
        .unwrap();
    assert_eq!((gone.status, gone.body.len()), (404, 0));
}

#[tokio::test]
async fn endless_headers_are_refused() {
    for header in [
        "X: y\r\n".repeat(500),
        format!("X: {}\r\n", "y".repeat(100_000)),
    ] {
        let reply = format!("HTTP/1.1 200 X\r\n{header}Content-Length: 0\r\n\r\n");
        let outcome = get_from(move || Reply::Bytes(reply.clone().into_bytes())).await;
        assert!(outcome.is_err());
    }
}

#[tokio::test]
async fn the_servers_clock_and_the_charset_come_through() {
    let fetched = get_from(|| {
        Reply::Bytes(answer(
            200,
            &[
                "Content-Type: text/html; charset=EUC-KR",
                "Date: Mon, 23 Nov 2026 15:44:00 GMT",
            ],
            b"\x8C\x63",
        ))
    })
    .await
    .unwrap();
    assert_eq!(fetched.decode(None).text, "똠");
    assert_eq!(
        fetched.server_date.unwrap().to_string(),
        "2026-11-23T15:44:00Z"
    );
    assert_eq!(fetched.received_at.to_string(), "2026-11-23T12:00:00Z");
}
