//! On tokio's stopped clock: exact times, no waiting.

use super::*;
use crate::model::ManualClock;

const SECOND: Duration = Duration::from_secs(1);
const NOW: &str = "2026-11-23T12:00:00Z";

fn host(pace: Pace) -> Arc<Host> {
    let clock = ManualClock::new(NOW.parse().unwrap());
    Arc::new(Host::new("board.example".into(), &pace, Arc::new(clock)))
}

fn quick_host() -> Arc<Host> {
    host(Pace {
        min_interval: SECOND,
        max_connections: 2,
        max_interval: SECOND * 60,
    })
}

/// A request that is answered after `took`, over a connection that stays open.
async fn request(host: &Arc<Host>, took: Duration) -> Duration {
    let mut turn = host.turn().await.expect("not paused for long");
    let at = turn.started - host.started;
    tokio::time::sleep(took).await;
    turn.answered();
    turn.connection_is_free();
    host.succeeded(took);
    at
}

fn to_ms(times: &[Duration]) -> Vec<u128> {
    times.iter().map(Duration::as_millis).collect()
}

#[tokio::test(start_paused = true)]
async fn requests_start_an_interval_apart_and_in_the_order_they_came() {
    let host = quick_host();
    let mut tasks = Vec::new();
    for _ in 0..5 {
        let host = Arc::clone(&host);
        tasks.push(tokio::spawn(
            async move { request(&host, Duration::ZERO).await },
        ));
        tokio::task::yield_now().await;
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.unwrap());
    }
    assert_eq!(to_ms(&times), [0, 1000, 2000, 3000, 4000]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_opens_a_connection_counts_from_its_answer() {
    let host = quick_host();
    let opening = Duration::from_millis(300);
    assert_eq!(request(&host, opening).await.as_millis(), 0);
    assert_eq!(request(&host, opening).await.as_millis(), 1300);
    // The connection is open now.
    assert_eq!(request(&host, opening).await.as_millis(), 2300);
    // Idle for too long, it may have been closed.
    tokio::time::sleep(SECOND * 10).await;
    let again = request(&host, opening).await;
    assert_eq!(request(&host, opening).await - again, SECOND + opening);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_allowed_number_are_in_flight() {
    let host = quick_host();
    let mut first = host.turn().await.unwrap();
    first.answered(); // The header came, the body drips on.
    let mut second = host.turn().await.unwrap();
    second.answered();
    let third = tokio::time::timeout(SECOND * 100, host.turn()).await;
    assert!(third.is_err(), "two are in flight");
    drop(first);
    assert!(tokio::time::timeout(SECOND, host.turn()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_host_known_from_before_waits_a_whole_interval_first() {
    let host = quick_host();
    host.set_crawl_delay(Some(SECOND * 5));
    host.known_from_before();
    assert_eq!(request(&host, Duration::ZERO).await, SECOND * 5);
}

#[tokio::test(start_paused = true)]
async fn changing_the_interval_gives_no_request_for_free() {
    let host = quick_host();
    let mut times = vec![request(&host, Duration::ZERO).await];
    for delay in [2, 3, 2, 5, 4] {
        host.set_crawl_delay(Some(SECOND * delay));
        times.push(request(&host, Duration::ZERO).await);
    }
    let gaps: Vec<u64> = times.windows(2).map(|w| (w[1] - w[0]).as_secs()).collect();
    assert_eq!(gaps, [2, 3, 2, 5, 4]);
}

#[tokio::test(start_paused = true)]
async fn one_who_sleeps_when_the_pace_slows_sleeps_on() {
    let host = quick_host();
    request(&host, Duration::ZERO).await;
    let waiting = tokio::spawn({
        let host = Arc::clone(&host);
        async move { request(&host, Duration::ZERO).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    host.set_crawl_delay(Some(SECOND * 7));
    assert_eq!(waiting.await.unwrap().as_millis(), 7_500);
}

#[tokio::test(start_paused = true)]
async fn a_late_success_never_shortens_a_pause() {
    let host = quick_host();
    request(&host, Duration::ZERO).await;
    assert_eq!(host.refused(Some(SECOND * 120), "429"), SECOND * 120);
    for _ in 0..50 {
        host.succeeded(Duration::from_millis(10));
    }
    let shorter = host.refused(Some(SECOND), "429");
    assert_eq!(shorter, SECOND * 120, "nor does a second, shorter refusal");
    let pause = host.pause_in_force().unwrap();
    assert_eq!(pause.until.to_string(), "2026-11-23T12:02:00Z");
    let paused = host.turn().await.err().unwrap();
    assert_eq!(paused.wait.as_secs(), 120);
    tokio::time::sleep(SECOND * 120).await;
    assert!(host.turn().await.is_ok());
    assert_eq!(host.pause_in_force(), None);
}

#[tokio::test(start_paused = true)]
async fn a_short_pause_is_waited_for() {
    let host = quick_host();
    host.refused(Some(SECOND * 8), "503");
    assert_eq!(request(&host, Duration::ZERO).await, SECOND * 8);
}

#[tokio::test(start_paused = true)]
async fn refusals_without_a_time_pause_ever_longer_and_slow_the_pace() {
    let host = quick_host();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let wait = host.refused(None, "429");
        pauses.push(wait.as_secs());
        tokio::time::sleep(wait).await;
    }
    assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
    assert_eq!(host.snapshot().interval, SECOND * 60);
    assert_eq!(host.snapshot().normal_interval, SECOND);
}

#[tokio::test(start_paused = true)]
async fn requests_refused_together_are_one_refusal() {
    let host = quick_host();
    host.refused(None, "429");
    let second = host.refused(None, "429");
    assert_eq!(second.as_secs(), 30);
    assert_eq!(host.snapshot().interval, SECOND * 2);
}

#[tokio::test(start_paused = true)]
async fn an_absurd_retry_after_is_cut_to_a_week() {
    let host = quick_host();
    let wait = host.refused(Some(Duration::from_secs(u64::MAX)), "503");
    assert_eq!(wait, Duration::from_secs(7 * 86_400));
}

#[tokio::test(start_paused = true)]
async fn a_restored_pause_goes_on() {
    let host = quick_host();
    host.restore_pause("2026-11-23T12:05:00Z".parse().unwrap(), "429");
    assert_eq!(host.turn().await.err().unwrap().wait, SECOND * 300);
    let host = quick_host();
    host.restore_pause("2026-11-23T11:59:00Z".parse().unwrap(), "429");
    assert!(host.turn().await.is_ok(), "that one is over");
}

#[tokio::test(start_paused = true)]
async fn three_different_pages_without_an_answer_are_an_outage() {
    let host = quick_host();
    for _ in 0..5 {
        assert!(!host.was_silent("/1", "no answers"), "one page is one page");
    }
    assert!(!host.was_silent("/2", "no answers"));
    assert!(host.was_silent("/3", "no answers"));
    assert!(host.pause_in_force().is_some());
    host.succeeded(SECOND);
    assert!(!host.was_silent("/4", "no answers"));
}

#[tokio::test(start_paused = true)]
async fn giving_up_waiting_costs_the_others_nothing() {
    let host = quick_host();
    request(&host, Duration::ZERO).await;
    let impatient = tokio::time::timeout(Duration::from_millis(100), host.turn()).await;
    assert!(impatient.is_err());
    assert_eq!(request(&host, Duration::ZERO).await.as_millis(), 1000);
}

#[test]
fn the_key_of_a_host_has_a_port_only_where_it_is_not_the_schemes_own() {
    let key = |url: &str| host_key(&Url::parse(url).unwrap());
    assert_eq!(key("http://Board.Example/x"), "board.example");
    assert_eq!(key("https://board.example:443/"), "board.example");
    assert_eq!(key("http://board.example:8080/"), "board.example:8080");
    assert_eq!(key("http://[::1]:8080/"), "[::1]:8080");
}
