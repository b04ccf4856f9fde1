//! How is an HTTP client made? The only place that makes one: no redirects, no proxy of the environment, no
//! retries, no automatic referer, and a resolver that filters.

use std::sync::{Arc, Once};
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue};

use super::FetchOptions;
use super::guard::{GuardedResolver, Resolver, Route};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Installs the TLS provider, once a process; later calls do nothing. Kept in one place, to be exchanged.
pub fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that the program has installed one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

pub(super) fn build_client(
    options: &FetchOptions,
    route: Route,
    resolver: Arc<dyn Resolver>,
) -> Result<Client, reqwest::Error> {
    let mut always = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&options.accept_language) {
        always.insert(ACCEPT_LANGUAGE, value);
    }
    // A proxy's own name is looked up by the client; it is the operator's, and may be private.
    let resolver_route = match options.proxy {
        Some(_) => Route::Named,
        None => route,
    };
    #[expect(clippy::disallowed_methods)] // This is the one place.
    let builder = Client::builder()
        .user_agent(&options.user_agent)
        .default_headers(always)
        .dns_resolver(Arc::new(GuardedResolver::new(resolver_route, resolver)))
        // The environment's proxy would resolve names for us, past the guard.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
        .pool_max_idle_per_host(options.pace.max_connections.max(1))
        .http1_max_headers(100)
        .http2_max_header_list_size(64 * 1024);
    match &options.proxy {
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.clone())?).build(),
        None => builder.build(),
    }
}
