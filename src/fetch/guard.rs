//! May we connect there? In: a URL, or the addresses of a name. Out: yes, or the rule that says no.
//!
//! What the web tells us to fetch is hostile: a link or a redirect may lead into the operator's own network, or to
//! the metadata service of a cloud. URLs are checked before each request and each hop, because an address written
//! as a host never meets a resolver; names are checked by the resolver that the client connects with, so that
//! what was checked is what is connected to, whatever the name says a second later.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use url::{Host, Url};

/// Filtered answers are kept this long: a name is looked up once a minute, not once a page.
const DNS_CACHE_TIME: Duration = Duration::from_secs(60);
/// Names kept; a crawl has one for each board.
const DNS_CACHE_NAMES: usize = 1_024;

/// Why a URL or a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("scheme {0} is not http or https")]
    Scheme(String),
    #[error("URL carries a user name or password")]
    Userinfo,
    #[error("URL has no host")]
    NoHost,
    #[error("{0} is not a public address, and no board of the configuration is there")]
    Address(IpAddr),
    #[error("{0} has no public address, and no board of the configuration is there")]
    Name(String),
}

/// A host and port that the operator named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// As `Url::host_str` writes it: lower case, IPv6 in brackets.
    pub host: String,
    pub port: u16,
}

impl HostPort {
    /// `None` for a URL without host or port (`file:`).
    pub fn of(url: &Url) -> Option<Self> {
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for HostPort {
    type Err = String;

    /// `127.0.0.1:8080`, `[::1]:80`, `board.example:443`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (_, port) = text
            .rsplit_once(':')
            .ok_or_else(|| format!("{text} has no port"))?;
        let port: u16 = port
            .parse()
            .map_err(|_| format!("{text} has no port between 0 and 65535"))?;
        let url = Url::parse(&format!("http://{text}/"))
            .map_err(|error| format!("{text} is not a host and port: {error}"))?;
        if url.path() != "/" || !url.username().is_empty() {
            return Err(format!("{text} is not a host and port"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { host, port })
    }
}

/// What kind of peer an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Public,
    /// Loopback and private networks: for named hosts only.
    Private,
    /// Link-local (cloud metadata), multicast, reserved: for nobody.
    Never,
}

/// Own table, since `IpAddr::is_global` is not stable. Sources: the IANA special-purpose address registries.
pub(crate) fn reach(address: IpAddr) -> Reach {
    match address.to_canonical() {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) | (10, ..) | (192, 168, _) => Reach::Private,
        (172, 16..=31, _) => Reach::Private,
        // Carrier-grade NAT, and what some private networks use.
        (100, 64..=127, _) => Reach::Private,
        (0, ..) | (169, 254, _) | (192, 0, 0) | (224..=255, ..) => Reach::Never,
        // Documentation, benchmarks, the old 6to4 relays.
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) | (192, 88, 99) => {
            Reach::Never
        }
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if address.is_loopback() {
        return Reach::Private;
    }
    let [first, second, ..] = address.segments();
    match (first, second) {
        (0xfc00..=0xfdff, _) => Reach::Private,
        // Documentation.
        (0x2001, 0x0db8) | (0x3fff, 0x0000..=0x0fff) => Reach::Never,
        // Teredo and the other protocol assignments.
        (0x2001, 0x0000..=0x01ff) => Reach::Never,
        // 6to4 carries an IPv4 address of anybody's choice.
        (0x2002, _) => Reach::Never,
        // Only 2000::/3 is given out as global unicast. The rest holds unspecified, IPv4-compatible, NAT64
        // (64:ff9b::/96), discard, link-local, site-local and multicast addresses.
        (0x2000..=0x3fff, _) => Reach::Public,
        _ => Reach::Never,
    }
}

/// Which of the two clients a URL may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Public,
    /// Named by the operator: private addresses are open to it.
    Named,
}

#[derive(Debug, Default)]
pub(crate) struct Guard {
    named: Vec<HostPort>,
}

impl Guard {
    pub(crate) fn new(named: Vec<HostPort>) -> Self {
        Self { named }
    }

    pub(crate) fn route_to(&self, target: &HostPort) -> Route {
        match self.named.contains(target) {
            true => Route::Named,
            false => Route::Public,
        }
    }

    /// Checks everything that can be known without a resolver.
    pub(crate) fn check(&self, url: &Url) -> Result<Route, Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        let target = HostPort::of(url).ok_or(Refusal::NoHost)?;
        let route = self.route_to(&target);
        // `Url` has already turned decimal, octal, hexadecimal and full-width spellings into one address.
        let address = match url.host() {
            Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
            Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
            Some(Host::Domain("")) | None => return Err(Refusal::NoHost),
            Some(Host::Domain(_)) => return Ok(route),
        };
        if route.admits(address) {
            Ok(route)
        } else {
            Err(Refusal::Address(address))
        }
    }
}

impl Route {
    pub(crate) fn admits(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self == Self::Named,
            Reach::Never => false,
        }
    }
}

/// The addresses of a name.
pub type Resolved = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up. The guard filters what it answers; tests put a lying one here.
pub trait Resolver: Send + Sync + 'static {
    fn resolve(&self, name: &str) -> Resolved;
}

/// The machine's own: `/etc/hosts` and `nsswitch.conf` hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: &str) -> Resolved {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

type Cache = Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>;

/// The resolver that a client connects with: hands on the addresses that its route admits, and no others.
pub(crate) struct GuardedResolver {
    route: Route,
    inner: Arc<dyn Resolver>,
    cache: Arc<Cache>,
}

impl GuardedResolver {
    pub(crate) fn new(route: Route, inner: Arc<dyn Resolver>) -> Self {
        Self {
            route,
            inner,
            cache: Arc::default(),
        }
    }
}

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let name = name.as_str().to_owned();
        let route = self.route;
        let cache = Arc::clone(&self.cache);
        let known = lock(&cache)
            .get(&name)
            .filter(|(until, _)| Instant::now() < *until)
            .map(|(_, addresses)| addresses.clone());
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let addresses = match known {
                Some(addresses) => addresses,
                None => {
                    let mut found = inner.resolve(&name).await?;
                    if found.is_empty() {
                        return Err(io::Error::other(format!("{name} has no address")).into());
                    }
                    found.retain(|address| route.admits(*address));
                    if found.is_empty() {
                        return Err(Refusal::Name(name).into());
                    }
                    let mut cache = lock(&cache);
                    if cache.len() >= DNS_CACHE_NAMES {
                        cache.clear();
                    }
                    cache.insert(name, (Instant::now() + DNS_CACHE_TIME, found.clone()));
                    found
                }
            };
            let sockets = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(sockets) as reqwest::dns::Addrs)
        })
    }
}

fn lock(cache: &Cache) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Vec<IpAddr>)>> {
    cache.lock().expect("no holder of this lock panics")
}

/// The refusal behind an error of the HTTP client, if the guard was the cause.
pub(crate) fn refusal_in(error: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Some(refusal.clone());
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests;
