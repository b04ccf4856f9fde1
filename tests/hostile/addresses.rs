//! Where a link, a redirect or a name may lead: never into a private network that the operator has not named.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use boardwalk::fetch::{
    FetchError, FetchErrorKind, FetchOptions, Fetched, Fetcher, HostPort, Pace, Refusal, Request,
    Resolved, Resolver, Retry,
};
use boardwalk::model::SystemClock;
use url::Url;

use crate::support::server::{Reply, Request as Asked, Server};

/// Options for a board on this server, in haste.
fn options(server: &Server) -> FetchOptions {
    FetchOptions {
        pace: Pace {
            min_interval: Duration::from_millis(1),
            ..Pace::default()
        },
        timeout: Duration::from_secs(5),
        allow_private: vec![HostPort::of(&url(&server.url("/"))).expect("it has a port")],
        ..FetchOptions::default()
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL of this test")
}

fn get(fetcher: &Fetcher, target: &str) -> Result<Fetched, FetchError> {
    let request = Request::new(url(target), "board", "article");
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime on a test thread")
        .block_on(fetcher.get(&request))
}

/// Gets `/a` of a server that redirects it there.
fn redirected(to: &str) -> (Server, Result<Fetched, FetchError>) {
    let to = to.to_owned();
    let server = Server::start(move |asked: &Asked| match asked.path() {
        "/robots.txt" => Reply::html("").status(404),
        "/a" => Reply::redirect(302, &to),
        _ => Reply::html("ok"),
    });
    let fetcher = Fetcher::new(options(&server), Arc::new(SystemClock)).expect("a client");
    let outcome = get(&fetcher, &server.url("/a"));
    (server, outcome)
}

/// The redirect was read, and nothing was asked for after it.
#[track_caller]
fn refused(to: &str) {
    let (server, outcome) = redirected(to);
    let error = outcome.expect_err(to);
    assert!(
        matches!(error.kind, FetchErrorKind::Refused(_)),
        "{to}: {error}"
    );
    assert_eq!(error.retry(), Retry::Never, "{to}");
    assert_eq!(server.targets(), ["/robots.txt", "/a"], "{to}");
}

#[test]
fn a_redirect_to_loopback_is_refused_however_it_is_spelt() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "017700000001",
        "0x7f.0.0.1",
        "0x7f000001",
        "127.255.255.254",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "%31%32%37.0.0.1",
    ] {
        refused(&format!("http://{host}/x"));
    }
}

#[test]
fn a_redirect_to_a_private_network_is_refused() {
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "[fc00::1]",
        "[fd12::1]",
        "[::ffff:10.0.0.1]",
        "0xa000001",
        "012.0.0.1",
    ] {
        refused(&format!("http://{host}/x"));
    }
}

#[test]
fn a_redirect_to_a_link_local_address_or_a_clouds_metadata_is_refused() {
    for host in [
        "169.254.169.254",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "2852039166",
        "0xA9FEA9FE",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
    ] {
        refused(&format!("http://{host}/latest/meta-data/"));
    }
}

#[test]
fn a_redirect_to_no_address_at_all_is_refused() {
    for host in [
        "0.0.0.0",
        "0",
        "255.255.255.255",
        "224.0.0.1",
        "[::]",
        "[ff02::1]",
    ] {
        refused(&format!("http://{host}/x"));
    }
}

/// Another port of the board's own machine is not the board.
#[test]
fn a_redirect_to_another_port_of_the_board_is_refused() {
    refused("http://127.0.0.1:22/");
}

#[test]
fn a_redirect_to_another_scheme_is_refused() {
    for to in [
        "file:///etc/passwd",
        "ftp://board.example/",
        "gopher://127.0.0.1:70/x",
        "data:text/html,x",
        "javascript:alert(1)",
        "about:blank",
        "ws://board.example/",
    ] {
        refused(to);
    }
}

#[test]
fn a_redirect_with_a_user_or_a_password_is_refused() {
    for to in [
        "http://user@board.example/",
        "http://user:secret@board.example/",
        "http://:secret@board.example/",
    ] {
        refused(to);
    }
}

#[test]
fn a_redirect_that_leads_nowhere_is_an_answer_of_its_own() {
    for to in [
        "http://",
        "http://[",
        "http://a b/",
        "https:///",
        "http://999.999.999.999/",
    ] {
        let (server, outcome) = redirected(to);
        let status = outcome.map(|fetched| fetched.status);
        assert!(matches!(status, Ok(302) | Err(_)), "{to}");
        assert!(server.n_received() <= 3, "{to}: {:?}", server.targets());
    }
}

/// More than a server would read, and than any page has.
#[test]
fn a_redirect_of_a_mebibyte_is_an_error() {
    let (server, outcome) = redirected(&format!("/{}", "x".repeat(1 << 20)));
    assert!(outcome.is_err());
    assert_eq!(server.targets(), ["/robots.txt", "/a"]);
}

/// Line breaks that are written into a redirect do not become lines of the next request.
#[test]
fn a_redirect_injects_no_header() {
    let (server, outcome) = redirected("/b%0d%0aX-Injected:%20yes\tX-Injected: yes");
    assert_eq!(outcome.expect("it is followed").body, b"ok");
    let targets = server.targets();
    assert!(
        targets[2].starts_with("/b%0d%0aX-Injected:%20yes"),
        "{targets:?}"
    );
    for entry in server.log() {
        assert_eq!(
            entry.request.header("x-injected"),
            None,
            "{:?}",
            entry.request
        );
    }
}

#[test]
fn a_circle_of_redirects_ends() {
    let (server, outcome) = redirected("/a");
    assert!(matches!(
        outcome.expect_err("a circle").kind,
        FetchErrorKind::RedirectLoop
    ));
    assert_eq!(server.n_received(), 3);
}

#[test]
fn a_circle_of_two_redirects_ends() {
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/a" => Reply::redirect(302, "/b"),
        "/b" => Reply::redirect(301, "/a"),
        _ => Reply::html("").status(404),
    });
    let fetcher = Fetcher::new(options(&server), Arc::new(SystemClock)).expect("a client");
    let error = get(&fetcher, &server.url("/a")).expect_err("a circle");
    assert!(
        matches!(error.kind, FetchErrorKind::RedirectLoop),
        "{error}"
    );
    assert!(server.n_received() <= 6, "{:?}", server.targets());
}

#[test]
fn a_chain_of_redirects_ends() {
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/robots.txt" => Reply::html("").status(404),
        path => Reply::redirect(302, &format!("{path}a")),
    });
    let fetcher = Fetcher::new(options(&server), Arc::new(SystemClock)).expect("a client");
    let error = get(&fetcher, &server.url("/a")).expect_err("no end");
    assert!(
        matches!(error.kind, FetchErrorKind::TooManyRedirects { .. }),
        "{error}"
    );
    assert_eq!(
        server.n_received(),
        2 + FetchOptions::default().max_redirects as usize
    );
}

/// Answers each lookup of a name with the next of its addresses, the last one for ever; names it does not know are not found.
#[derive(Default)]
struct Rebinding {
    answers: HashMap<&'static str, Vec<&'static str>>,
    n_asked: AtomicUsize,
    asked: Mutex<HashMap<String, usize>>,
}

impl Rebinding {
    fn of(answers: &[(&'static str, &[&'static str])]) -> Arc<Self> {
        Arc::new(Self {
            answers: answers
                .iter()
                .map(|(name, list)| (*name, list.to_vec()))
                .collect(),
            ..Self::default()
        })
    }
}

impl Resolver for Rebinding {
    fn resolve(&self, name: &str) -> Resolved {
        self.n_asked.fetch_add(1, Ordering::SeqCst);
        let mut asked = self.asked.lock().expect("no holder of this lock panics");
        let n = asked.entry(name.to_owned()).or_default();
        let found = self
            .answers
            .get(name)
            .map(|list| list[(*n).min(list.len() - 1)]);
        *n += 1;
        Box::pin(async move {
            match found {
                Some(list) => Ok(list
                    .split(' ')
                    .map(|ip| ip.parse::<IpAddr>().expect("an address of this test"))
                    .collect()),
                None => Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
            }
        })
    }
}

/// A server on loopback that nobody may reach by a name, and a fetcher whose resolver lies.
fn lying(answers: &[(&'static str, &[&'static str])]) -> (Server, Fetcher) {
    let server = Server::start(|_: &Asked| Reply::html("inside"));
    let options = FetchOptions {
        obey_robots: false,
        ..options(&server)
    };
    let resolver: Arc<dyn Resolver> = Rebinding::of(answers);
    let fetcher = Fetcher::with_resolver(options, Arc::new(SystemClock), resolver);
    (server, fetcher.expect("a client"))
}

#[test]
fn a_name_that_points_inside_is_refused() {
    for inside in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "127.0.0.1 ::1 10.1.1.1",
    ] {
        let answers = [("board.example", &[inside][..])];
        let (server, fetcher) = lying(&answers);
        let target = format!("http://board.example:{}/a", server.addr().port());
        let error = get(&fetcher, &target).expect_err(inside);
        assert!(
            matches!(&error.kind, FetchErrorKind::Refused(Refusal::Name(_))),
            "{inside}: {error}"
        );
        assert_eq!(server.n_received(), 0, "{inside}");
    }
}

/// What was checked is what is connected to: whatever a name points to a moment later, it is not looked up in between.
#[test]
fn a_name_that_points_elsewhere_at_the_second_look_is_looked_up_once() {
    let answers = [("board.example", &["127.0.0.1", "169.254.169.254"][..])];
    let server = Server::start(|_: &Asked| Reply::html("the board"));
    let resolver = Rebinding::of(&answers);
    let named = HostPort {
        host: "board.example".to_owned(),
        port: server.addr().port(),
    };
    let options = FetchOptions {
        allow_private: vec![named],
        obey_robots: false,
        ..options(&server)
    };
    let fetcher = Fetcher::with_resolver(
        options,
        Arc::new(SystemClock),
        Arc::clone(&resolver) as Arc<dyn Resolver>,
    );
    let target = format!("http://board.example:{}/a", server.addr().port());
    let fetched = get(&fetcher.expect("a client"), &target).expect("it is there");
    assert_eq!(fetched.body, b"the board");
    assert_eq!(resolver.n_asked.load(Ordering::SeqCst), 1);
}

/// A link-local address is refused even where the operator named the host: a cloud's metadata is nobody's board.
#[test]
fn a_named_board_that_turns_to_the_metadata_service_is_refused() {
    let answers = [("board.example", &["169.254.169.254"][..])];
    let options = FetchOptions {
        allow_private: vec![HostPort {
            host: "board.example".to_owned(),
            port: 80,
        }],
        obey_robots: false,
        ..FetchOptions::default()
    };
    let resolver: Arc<dyn Resolver> = Rebinding::of(&answers);
    let fetcher = Fetcher::with_resolver(options, Arc::new(SystemClock), resolver);
    let error = get(&fetcher.expect("a client"), "http://board.example/a").expect_err("metadata");
    assert!(
        matches!(&error.kind, FetchErrorKind::Refused(Refusal::Name(_))),
        "{error}"
    );
}

#[test]
fn dns_that_is_down_is_tried_again_later() {
    let (server, fetcher) = lying(&[]);
    let error = get(&fetcher, "http://board.example/a").expect_err("no such name");
    assert!(matches!(error.kind, FetchErrorKind::Connect(_)), "{error}");
    assert_eq!(error.retry(), Retry::Backoff);
    // And boards that need no name are not affected.
    assert_eq!(
        get(&fetcher, &server.url("/a")).expect("it answers").body,
        b"inside"
    );
}

#[test]
fn a_robots_file_that_moved_inside_is_not_fetched_from_there() {
    let inside = Server::start(|_: &Asked| Reply::text("User-agent: *\nAllow: /\n"));
    let to = inside.url("/robots.txt");
    let server = Server::start(move |asked: &Asked| match asked.path() {
        "/robots.txt" => Reply::redirect(302, &to),
        _ => Reply::html("ok"),
    });
    let fetcher = Fetcher::new(options(&server), Arc::new(SystemClock)).expect("a client");
    let error = get(&fetcher, &server.url("/a")).expect_err("nothing may be asked for");
    assert!(
        matches!(error.kind, FetchErrorKind::RobotsUnreachable { .. }),
        "{error}"
    );
    assert_eq!(inside.n_received(), 0);
}
