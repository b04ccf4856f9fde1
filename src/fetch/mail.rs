//! Mail to a server that the operator wrote down. The guard holds here, too; of boards' pace nothing does: a mail server is
//! no board. Never over an open line, but within this machine.

#[cfg(feature = "email")]
mod smtp;
#[cfg(not(feature = "email"))]
#[path = "mail/no_smtp.rs"]
mod smtp;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::guard::{HostPort, Refusal};
use super::hook::{Attempt, HookClient, Receipted};

/// Servers keep strangers waiting before they greet them; RFC 5321, 4.5.3.2, would have us wait for minutes more.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A server that takes mail (RFC 5321), and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    place: HostPort,
    /// Encrypted from the first byte (RFC 8314), or else by STARTTLS.
    tls_first: bool,
    login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
struct Login {
    user: String,
    password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

/// A message in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail<'a> {
    pub from: &'a str,
    pub to: &'a [String],
    pub subject: String,
    pub text: String,
    /// Makes its Message-ID: the same at each try, so that a mailbox can tell.
    pub key: &'a str,
    pub at: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("refused: {0}")]
    Refused(Refusal),
    #[error("{0} has no address")]
    NoAddress(HostPort),
    #[error("no answer within {}s", limit.as_secs())]
    Timeout { limit: Duration },
    /// The server's own words, cut and without control characters.
    #[error("answered {code}: {words}")]
    Answered { code: u16, words: String },
    /// No connection, no encryption, or a server that lacks what is needed.
    #[error("{0}")]
    Exchange(String),
    #[error("this boardwalk was built without e-mail; build it with --features email")]
    NotBuilt,
}

/// Whether mail can be sent: the feature `email`.
pub const CAN_MAIL: bool = cfg!(feature = "email");

/// Whether it can stand in a mail's From and To: `desk@example.org`, `The desk <desk@example.org>`.
pub fn is_mail_address(text: &str) -> bool {
    smtp::is_address(text)
}

impl MailServer {
    /// `smtps://HOST` is encrypted from the first byte, at port 465; `smtp://HOST` by STARTTLS, at port 587 (RFC 8314).
    /// `None` for other URLs.
    pub fn of(url: &Url) -> Option<Self> {
        let (tls_first, port) = match url.scheme() {
            "smtps" => (true, 465),
            "smtp" => (false, 587),
            _ => return None,
        };
        // `Url` reads addresses and names as such only in schemes that it knows.
        let port = url.port().unwrap_or(port);
        let place = format!("https://{}:{port}/", url.host_str()?);
        let place = HostPort::of(&Url::parse(&place).ok()?)?;
        Some(Self {
            place,
            tls_first,
            login: None,
        })
    }

    pub fn with_login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login {
            user: user.to_owned(),
            password: password.to_owned(),
        });
        self
    }

    pub fn place(&self) -> &HostPort {
        &self.place
    }

    /// Without the brackets of an IPv6 address.
    fn name(&self) -> &str {
        self.place.host.trim_matches(['[', ']'])
    }

    fn scheme(&self) -> &'static str {
        match self.tls_first {
            true => "smtps",
            false => "smtp",
        }
    }
}

impl HookClient {
    /// One try. Answers the server's code.
    pub async fn mail(
        &self,
        server: &MailServer,
        mail: &Mail<'_>,
        reason: &str,
    ) -> Attempt<u16, MailError> {
        let addresses = match self.addresses(server).await {
            Ok(addresses) => addresses,
            Err(error) => return Attempt::unsent(error),
        };
        let sending = Receipted::begin(self.clock());
        let limit = TIMEOUT;
        let delivery = smtp::deliver(&addresses, server, mail);
        let outcome = tokio::time::timeout(limit, delivery)
            .await
            .unwrap_or(Err(MailError::Timeout { limit }));
        let status = match &outcome {
            Ok(code) | Err(MailError::Answered { code, .. }) => Some(*code),
            Err(_) => None,
        };
        let error = outcome.as_ref().err().map(ToString::to_string);
        let place = server.place.to_string();
        let url = format!("{}://{place}", server.scheme());
        let receipt = sending.end(place, url, status, 0, reason, error);
        Attempt {
            outcome,
            receipt: Some(receipt),
        }
    }

    /// Those of the server that may be connected to.
    async fn addresses(&self, server: &MailServer) -> Result<Vec<SocketAddr>, MailError> {
        if !CAN_MAIL {
            return Err(MailError::NotBuilt);
        }
        let place = &server.place;
        let route = self.guard().route_to(place);
        let found = tokio::net::lookup_host((server.name(), place.port)).await;
        let found: Vec<SocketAddr> = found.map(Iterator::collect).unwrap_or_default();
        if found.is_empty() {
            return Err(MailError::NoAddress(place.clone()));
        }
        let open = found.iter().filter(|address| route.admits(address.ip()));
        let open: Vec<SocketAddr> = open.copied().collect();
        match (open.is_empty(), server.name().parse::<IpAddr>()) {
            (false, _) => Ok(open),
            (true, Ok(address)) => Err(MailError::Refused(Refusal::Address(address))),
            (true, Err(_)) => Err(MailError::Refused(Refusal::Name(place.host.clone()))),
        }
    }
}
