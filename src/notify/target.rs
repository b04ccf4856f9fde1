//! Where messages go, and in which form: Standard Webhooks, Telegram, Slack, Discord, e-mail.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::sign::Key;
use super::words;
use crate::config::{NotifyKind, NotifyOptions, SecretSource};
use crate::fetch::{CAN_MAIL, HostPort, Mail, MailError, MailServer, is_mail_address};
use crate::store::EventRecord;

const TELEGRAM: &str = "https://api.telegram.org";

/// Why a notifier cannot be used. Carries no secret.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the environment has no variable {0}")]
    Variable(String),
    #[error("{path} cannot be read", path = .path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("its secret is no key of 24 to 64 bytes in base64 (whsec_…)")]
    Key,
    #[error("its secret is not the URL of a hook")]
    HookUrl,
    #[error("its secret is not the token of a bot")]
    Token,
    #[error("{}", MailError::NotBuilt)]
    NoMail,
    #[error("its url is not that of a mail server")]
    MailServer,
    #[error("`{0}` is no mail address")]
    MailAddress(String),
}

/// A notifier that can be used.
pub struct Notifier {
    pub(super) options: NotifyOptions,
    target: Target,
}

enum Target {
    Hook { url: Url, key: Option<Key> },
    Mail(MailServer),
}

/// A message as it goes out.
pub(super) enum Outgoing<'n> {
    Hook {
        url: &'n Url,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    Mail {
        server: &'n MailServer,
        mail: Mail<'n>,
    },
}

impl Notifier {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(options: NotifyOptions) -> Result<Self, SetupError> {
        let secret = options.secret.as_ref().map(read).transpose()?;
        let secret = secret.as_deref();
        if options.kind == NotifyKind::Email {
            let target = Target::Mail(mail_server(&options, secret)?);
            return Ok(Self { options, target });
        }
        let key = match (options.kind, secret) {
            (NotifyKind::Webhook, Some(text)) => Some(Key::parse(text).ok_or(SetupError::Key)?),
            _ => None,
        };
        let url = match (options.kind, options.url.clone(), secret) {
            (NotifyKind::Telegram, url, secret) => telegram_url(url, secret.unwrap_or_default())?,
            (_, Some(url), _) => url,
            (_, None, secret) => Url::parse(secret.unwrap_or_default())
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .ok_or(SetupError::HookUrl)?,
        };
        let target = Target::Hook { url, key };
        Ok(Self { options, target })
    }

    /// Where messages are sent to. `None`: a URL without a host, which is refused when it is used.
    pub(crate) fn place(&self) -> Option<HostPort> {
        match &self.target {
            Target::Hook { url, .. } => HostPort::of(url),
            Target::Mail(server) => Some(server.place().clone()),
        }
    }

    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// The body and headers of a message. `now` is signed along, so that a message of long ago is not taken for a new one.
    pub(super) fn outgoing<'n>(
        &'n self,
        key: &'n str,
        events: &[EventRecord],
        now: Timestamp,
    ) -> Outgoing<'n> {
        let text = || words::text(&self.options, events);
        match (&self.target, self.options.kind) {
            (Target::Mail(server), _) => {
                self.mail(server, key, words::subject(events), text(), now)
            }
            (Target::Hook { url, key: secret }, NotifyKind::Webhook) => {
                let body = json!({
                    "type": words::type_of(events),
                    "timestamp": events.last().map_or(now, |event| event.at),
                    "data": { "events": events },
                });
                signed(url, secret.as_ref(), key, &body, now)
            }
            (Target::Hook { url, .. }, _) => to_chat(url, &self.chat_body(&text())),
        }
    }

    /// A message that says that it is a test.
    pub(super) fn test<'n>(&'n self, key: &'n str, now: Timestamp) -> Outgoing<'n> {
        let text = format!("boardwalk: this is a test of notifier {}", self.name());
        match (&self.target, self.options.kind) {
            (Target::Mail(server), _) => self.mail(server, key, text.clone(), text, now),
            (Target::Hook { url, key: secret }, NotifyKind::Webhook) => {
                let body = json!({
                    "type": "test",
                    "timestamp": now,
                    "data": { "events": [] },
                });
                signed(url, secret.as_ref(), key, &body, now)
            }
            (Target::Hook { url, .. }, _) => to_chat(url, &self.chat_body(&text)),
        }
    }

    fn mail<'n>(
        &'n self,
        server: &'n MailServer,
        key: &'n str,
        subject: String,
        text: String,
        at: Timestamp,
    ) -> Outgoing<'n> {
        let mail = Mail {
            from: self.options.from.as_deref().unwrap_or_default(),
            to: &self.options.to,
            subject,
            text,
            key,
            at,
        };
        Outgoing::Mail { server, mail }
    }

    fn chat_body(&self, text: &str) -> Value {
        match self.options.kind {
            // Without a parse mode nothing in it is markup.
            NotifyKind::Telegram => json!({
                "chat_id": self.options.chat,
                "text": text,
                "link_preview_options": { "is_disabled": true },
            }),
            // Three characters begin all that Slack reads as more than text.
            NotifyKind::Slack => json!({
                "text": text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
                "unfurl_links": false,
            }),
            // 1 << 2: no previews of what is linked.
            NotifyKind::Discord | NotifyKind::Webhook | NotifyKind::Email => json!({
                "content": text,
                "allowed_mentions": { "parse": [] },
                "flags": 4,
            }),
        }
    }
}

/// As Standard Webhooks has it.
fn signed<'n>(
    url: &'n Url,
    secret: Option<&Key>,
    key: &str,
    body: &Value,
    now: Timestamp,
) -> Outgoing<'n> {
    let body = body.to_string().into_bytes();
    let mut headers = vec![
        json_header(),
        ("webhook-id", key.to_owned()),
        ("webhook-timestamp", now.as_second().to_string()),
    ];
    if let Some(secret) = secret {
        let signature = secret.signature(key, now.as_second(), &body);
        headers.push(("webhook-signature", signature));
    }
    Outgoing::Hook { url, headers, body }
}

fn to_chat<'n>(url: &'n Url, body: &Value) -> Outgoing<'n> {
    Outgoing::Hook {
        url,
        headers: vec![json_header()],
        body: body.to_string().into_bytes(),
    }
}

fn json_header() -> (&'static str, String) {
    ("content-type", "application/json".to_owned())
}

fn mail_server(options: &NotifyOptions, password: Option<&str>) -> Result<MailServer, SetupError> {
    if !CAN_MAIL {
        return Err(SetupError::NoMail);
    }
    for address in options.from.iter().chain(&options.to) {
        if !is_mail_address(address) {
            return Err(SetupError::MailAddress(address.clone()));
        }
    }
    let server = options.url.as_ref().and_then(MailServer::of);
    let server = server.ok_or(SetupError::MailServer)?;
    Ok(match (&options.user, password) {
        (Some(user), Some(password)) => server.with_login(user, password),
        _ => server,
    })
}

fn read(source: &SecretSource) -> Result<String, SetupError> {
    let text = match source {
        SecretSource::Variable(name) => {
            std::env::var(name).map_err(|_| SetupError::Variable(name.clone()))?
        }
        SecretSource::File(path) => {
            std::fs::read_to_string(path).map_err(|source| SetupError::File {
                path: path.clone(),
                source,
            })?
        }
    };
    Ok(text.trim().to_owned())
}

fn telegram_url(base: Option<Url>, token: &str) -> Result<Url, SetupError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    if token.is_empty() || !token.chars().all(fits) {
        return Err(SetupError::Token);
    }
    let base = base.map_or(TELEGRAM.to_owned(), |url| url.to_string());
    let base = base.trim_end_matches('/');
    Url::parse(&format!("{base}/bot{token}/sendMessage")).map_err(|_| SetupError::Token)
}
