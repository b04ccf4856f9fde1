//! The whole stage against a raw server on loopback. Times are asserted from what the server saw, as lower bounds
//! only: a loaded machine makes gaps longer, never shorter, but for [`TOLERANCE`].

mod bodies;
#[cfg(feature = "email")]
pub(crate) mod mail_server;
mod pace;
mod redirects;
mod robots;
mod server;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use self::server::Server;
use super::*;
use crate::model::{Clock, ManualClock};

/// How much later than its turn a request may reach the server: the next one, if on time, seems that much early.
const TOLERANCE: Duration = Duration::from_millis(100);

/// Options for tests of anything but the pace.
fn quick(server: &Server) -> FetchOptions {
    FetchOptions {
        pace: Pace {
            min_interval: Duration::from_millis(1),
            max_connections: 2,
            max_interval: Duration::from_secs(60),
        },
        timeout: Duration::from_secs(20),
        allow_private: vec![HostPort::of(&server.url("/")).unwrap()],
        ..FetchOptions::default()
    }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-11-23T12:00:00Z".parse().unwrap()))
}

fn fetcher(options: FetchOptions) -> Fetcher {
    Fetcher::new(options, clock()).unwrap()
}

fn page(url: Url) -> Request {
    Request::new(url, "board", "article")
}

/// One page of a server that has no robots file and answers everything else like this.
async fn get_from(reply: impl Fn() -> server::Reply + Send + Sync + 'static) -> Outcome {
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/robots.txt" => server::not_found(),
        _ => reply(),
    })
    .await;
    fetcher(quick(&server)).get(&page(server.url("/a"))).await
}

type Outcome = Result<Fetched, FetchError>;

#[test]
fn a_fetch_may_be_sent_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let fetcher = fetcher(FetchOptions::default());
    let request = page(Url::parse("http://board.example/").unwrap());
    is_send(fetcher.get(&request));
    let _: Arc<dyn Clock> = clock();
}
