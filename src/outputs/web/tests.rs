use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use jiff::SignedDuration;
use tower::ServiceExt;

use super::*;
use crate::model::ManualClock;
use crate::outputs::test_archive::{TestArchive, at, message};

const NOW: &str = "2026-11-21T05:00:00Z";

fn vitals() -> Vitals {
    let board = BoardVitals {
        running: true,
        next_at: at("2026-11-21T05:10:00Z"),
        next_reason: "its fixed interval is over".into(),
        posts_per_day: 12.5,
        refusal: None,
    };
    let host = HostVitals {
        interval: Duration::from_millis(1_500),
        paused_until: None,
        n_in_flight: 1,
        pause_reason: None,
        counters: BTreeMap::from([("answers.2xx", 3), ("requests", 4)]),
    };
    Vitals {
        started_at: at("2026-11-21T04:00:00Z"),
        beat_at: at(NOW),
        n_reloads: 2,
        refused_config: Some(RefusedConfig {
            n_refused: 1,
            complaints: vec!["boardwalk.toml:3:1: `colour` is not a key".into()],
        }),
        boards: BTreeMap::from([("a \"quoted\"\nname\\".to_owned(), board)]),
        hosts: BTreeMap::from([("b.test:8080".to_owned(), host)]),
    }
}

fn web(clock: Arc<ManualClock>, broken: bool) -> Web {
    let open = move || -> Result<Box<dyn Archive + Send>, StoreError> {
        match broken {
            true => Err(StoreError::Missing {
                path: "a.db".into(),
            }),
            false => {
                let mut archive = TestArchive::with(Vec::new());
                archive.messages = vec![message(1, "첫 글")];
                Ok(Box::new(archive))
            }
        }
    };
    Web::new(
        Archives::new(Arc::new(open)),
        Arc::new(vitals),
        clock,
        Zones::new(TimeZone::UTC),
    )
}

async fn get_page(web: Web, path: &str) -> (StatusCode, String) {
    let request = Request::get(path)
        .header("host", "localhost:7480")
        .body(Body::empty())
        .unwrap();
    let response = router(web, Access::default())
        .oneshot(request)
        .await
        .unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(at(NOW)))
}

#[tokio::test]
async fn programs_are_told_what_the_service_does_now() {
    let (status, body) = get_page(web(clock(), false), "/api/v1/boards").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        answer["running"],
        serde_json::json!(["a \"quoted\"\nname\\"])
    );
    let pace = serde_json::json!({ "interval_s": 1.5, "paused_until": null, "pause_reason": null });
    assert_eq!(answer["hosts"], serde_json::json!({ "b.test:8080": pace }));
    assert_eq!(answer["searches"], serde_json::json!([]));
}

#[tokio::test]
async fn the_process_is_healthy_while_its_heart_beats() {
    let clock = clock();
    let web = web(Arc::clone(&clock), false);
    assert_eq!(
        get_page(web.clone(), "/healthz").await,
        (StatusCode::OK, "alive\n".into())
    );
    clock.advance(SignedDuration::from_secs(61));
    let (status, body) = get_page(web, "/healthz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains(NOW), "{body}");
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_not_ready_and_the_process_still_healthy() {
    let ready = get_page(web(clock(), false), "/readyz").await;
    assert_eq!(ready, (StatusCode::OK, "ready\n".into()));
    let (status, body) = get_page(web(clock(), true), "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("a.db"), "{body}");
    assert_eq!(
        get_page(web(clock(), true), "/healthz").await.0,
        StatusCode::OK
    );
    assert_eq!(
        get_page(web(clock(), true), "/metrics").await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn figures_are_in_the_format_that_prometheus_reads() {
    let (status, page) = get_page(web(clock(), false), "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "boardwalk_articles{board=\"news\",state=\"stored\"} 1190",
        "boardwalk_pass_running{board=\"a \\\"quoted\\\"\\nname\\\\\"} 1",
        "boardwalk_host_interval_seconds{host=\"b.test:8080\"} 1.5",
        "boardwalk_host_events_total{host=\"b.test:8080\",event=\"answers.2xx\"} 3",
        "boardwalk_config_reloads_total 2",
        "boardwalk_messages_sent_total{notifier=\"desk\"} 3",
        "boardwalk_message_failures_total{notifier=\"desk\"} 12",
        "boardwalk_messages{notifier=\"desk\",state=\"waiting\"} 0",
        "boardwalk_messages{notifier=\"desk\",state=\"given_up\"} 1",
        "boardwalk_notifier_paused{notifier=\"desk\"} 0",
    ] {
        assert!(
            page.lines().any(|found| found == line),
            "{line} is not in\n{page}"
        );
    }
    let mut known: Option<&str> = None;
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# TYPE ") {
            known = help.split(' ').next();
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next();
            assert_eq!(name, known, "{line} stands under another figure's head");
            let value = line.rsplit(' ').next().unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}

/// The next event of a stream.
async fn next_event(stream: &mut axum::body::BodyDataStream) -> String {
    let bytes = stream.next().await.expect("it goes on").unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_listens_hears_of_passes_as_they_begin_and_end() {
    let running = Arc::new(AtomicBool::new(true));
    let shown = Arc::clone(&running);
    let mut web = web(clock(), false);
    web.vitals = Arc::new(move || {
        let mut vitals = vitals();
        for board in vitals.boards.values_mut() {
            board.running = shown.load(Ordering::Relaxed);
        }
        vitals
    });
    let ask = |token: Option<&str>, web: Web| {
        let mut request = Request::get("/live").header("host", "localhost:7480");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let access = Access::new(&[], Some("a-long-enough-token"));
        router(web, access).oneshot(request.body(Body::empty()).unwrap())
    };
    let refused = ask(None, web.clone()).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let heard = ask(Some("a-long-enough-token"), web.clone()).await.unwrap();
    assert_eq!(heard.headers()["content-type"], "text/event-stream");
    let mut stream = heard.into_body().into_data_stream();
    let first = next_event(&mut stream).await;
    assert!(
        first.starts_with("event: boards\ndata: {\"running\":[\"a "),
        "{first}"
    );
    running.store(false, Ordering::Relaxed);
    let second = next_event(&mut stream).await;
    assert!(second.contains("\"running\":[]"), "{second}");

    let mut streams = vec![stream];
    loop {
        let heard = ask(Some("a-long-enough-token"), web.clone()).await.unwrap();
        if heard.status() != StatusCode::OK {
            break;
        }
        streams.push(heard.into_body().into_data_stream());
    }
    assert_eq!(streams.len(), live::MAX_STREAMS);
    streams.pop();
    let heard = ask(Some("a-long-enough-token"), web).await.unwrap();
    assert_eq!(heard.status(), StatusCode::OK, "who leaves makes room");
}

#[tokio::test]
async fn other_addresses_are_not_found() {
    assert_eq!(
        get_page(web(clock(), false), "/nothing").await.0,
        StatusCode::NOT_FOUND
    );
}

/// Names of figures in a text.
fn figure_names(text: &str) -> std::collections::BTreeSet<&str> {
    text.match_indices("boardwalk_")
        .map(|(start, _)| {
            let name = &text[start..];
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            &name[..name.find(|c| !is_part(c)).unwrap_or(name.len())]
        })
        .collect()
}

#[tokio::test]
async fn the_grafana_dashboard_shows_every_figure_and_no_other() {
    let clock = Arc::new(ManualClock::new(at(NOW)));
    let (_, page) = get_page(web(clock, false), "/metrics").await;
    let heads: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let dashboard = include_str!("../../../deploy/grafana.json");
    let parsed: serde_json::Value = serde_json::from_str(dashboard).unwrap();
    assert!(parsed["panels"].as_array().unwrap().len() > 1);
    assert_eq!(figure_names(dashboard), figure_names(&heads.join("\n")));
}
