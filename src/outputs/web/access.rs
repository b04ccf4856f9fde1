//! Who may read: the names the service answers to, and its token.
//!
//! A site that a browser visits can point its own name at a loopback address and read what is there (DNS rebinding);
//! its requests carry that name in `Host`. So names are only those of this machine and those of the configuration.
//! Nor do pages of others get anything: a browser says in `Origin` whose page it is that asks for more than an address
//! to go to, and ours ask the host that they came from. Where other machines can reach the service, a token is asked for
//! besides.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

const COOKIE_NAME: &str = "boardwalk_token";
/// Asked by watchers that carry no token; they tell nothing of the archive.
const OPEN_PATHS: [&str; 2] = ["/healthz", "/readyz"];

/// The rule. Clones share it.
#[derive(Clone, Default)]
pub struct Access {
    names: Arc<[String]>,
    token: Option<Arc<Token>>,
}

/// A secret, known by its hash alone.
struct Token(blake3::Hash);

impl Token {
    fn is(&self, given: &str) -> bool {
        // Comparing hashes of blake3 takes the same time whatever they are (its documentation), and says nothing of
        // how much of the token was right.
        blake3::hash(given.as_bytes()) == self.0
    }
}

impl Access {
    /// `names`: hosts without ports, besides this machine's loopback names. With a token any address in figures will do
    /// as a name: a name that can be pointed elsewhere is none of them.
    pub fn new(names: &[String], token: Option<&str>) -> Self {
        Self {
            names: names.iter().map(|name| name.to_ascii_lowercase()).collect(),
            token: token.map(|token| Arc::new(Token(blake3::hash(token.as_bytes())))),
        }
    }

    fn knows(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        let figures = name.trim_start_matches('[').trim_end_matches(']');
        match figures.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback() || self.token.is_some(),
            Err(_) => name == "localhost" || self.names.iter().any(|known| known == name),
        }
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        bearer(headers).is_some_and(|given| token.is(given))
            || cookies(headers).any(|given| token.is(given))
    }
}

/// No page asked, or one of this very host. Its scheme is of no account: a proxy in front may encrypt.
fn asked_by_ours(headers: &HeaderMap, host: &str) -> bool {
    headers.get_all(ORIGIN).into_iter().all(|origin| {
        let origin = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.split_once("://"));
        origin.is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
    })
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

/// In front of every handler.
pub(super) async fn check(State(access): State<Access>, request: Request, next: Next) -> Response {
    let Some(host) = host(&request).filter(|host| access.knows(host)) else {
        let words = "this service does not answer to that name; web.hosts of its configuration lists more\n";
        return (StatusCode::MISDIRECTED_REQUEST, words).into_response();
    };
    if !asked_by_ours(request.headers(), host) {
        let words = "this service does not answer to pages of others\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let path = request.uri().path();
    if OPEN_PATHS.contains(&path) || access.admits(request.headers()) {
        return next.run(request).await;
    }
    match access.welcome(request.uri()) {
        Some(response) => response,
        None => {
            let words = "a token is needed: Authorization: Bearer TOKEN, or ?token=TOKEN once\n";
            let headers = [(WWW_AUTHENTICATE, "Bearer")];
            (StatusCode::UNAUTHORIZED, headers, words).into_response()
        }
    }
}

/// HTTP/1.1 requests name their host in one header; more than one is no name (RFC 9112, 3.2).
fn host(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(HOST).into_iter();
    let only = values.next()?;
    match values.next() {
        Some(_) => None,
        None => only.to_str().ok(),
    }
}

impl Access {
    /// The right token in the address becomes a cookie, and the address is left behind: it stands in histories.
    fn welcome(&self, uri: &Uri) -> Option<Response> {
        let token = self.token.as_ref()?;
        let query = uri.query()?;
        let mut kept = form_urlencoded::Serializer::new(String::new());
        let mut given = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "token" => given = Some(value.into_owned()),
                _ => {
                    kept.append_pair(&name, &value);
                }
            }
        }
        let given = given.filter(|given| token.is(given))?;
        let cookie =
            format!("{COOKIE_NAME}={given}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000");
        let kept = kept.finish();
        // One slash: two would lead to another host.
        let path = format!("/{}", uri.path().trim_start_matches('/'));
        let to = match kept.is_empty() {
            true => path,
            false => format!("{path}?{kept}"),
        };
        let headers = [(SET_COOKIE, cookie), (LOCATION, to)];
        Some((StatusCode::SEE_OTHER, headers).into_response())
    }
}
