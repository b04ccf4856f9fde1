//! Where messages go, and in which form: Standard Webhooks, Telegram, Slack, Discord.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::sign::Key;
use super::words;
use crate::config::{NotifyKind, NotifyOptions, SecretSource};
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
}

/// A notifier that can be used.
pub struct Notifier {
    pub(super) options: NotifyOptions,
    url: Url,
    key: Option<Key>,
}

/// A message as it goes out.
pub(super) struct Outgoing<'n> {
    pub(super) url: &'n Url,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Notifier {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(options: NotifyOptions) -> Result<Self, SetupError> {
        let secret = options.secret.as_ref().map(read).transpose()?;
        let secret = secret.as_deref();
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
        Ok(Self { options, url, key })
    }

    /// May be a secret.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// The body and headers of a message. `now` is signed along, so that a message of long ago is not taken for a new one.
    pub(super) fn outgoing(
        &self,
        key: &str,
        events: &[EventRecord],
        now: Timestamp,
    ) -> Outgoing<'_> {
        let body = match self.options.kind {
            NotifyKind::Webhook => json!({
                "type": words::type_of(events),
                "timestamp": events.last().map_or(now, |event| event.at),
                "data": { "events": events },
            }),
            _ => self.chat_body(&words::text(&self.options, events)),
        };
        self.signed(key, &body, now)
    }

    /// A message that says that it is a test.
    pub(super) fn test(&self, key: &str, now: Timestamp) -> Outgoing<'_> {
        let body = match self.options.kind {
            NotifyKind::Webhook => json!({
                "type": "test",
                "timestamp": now,
                "data": { "events": [] },
            }),
            _ => {
                let words = format!("boardwalk: this is a test of notifier {}", self.name());
                self.chat_body(&words)
            }
        };
        self.signed(key, &body, now)
    }

    fn signed(&self, key: &str, body: &Value, now: Timestamp) -> Outgoing<'_> {
        let body = body.to_string().into_bytes();
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if self.options.kind == NotifyKind::Webhook {
            headers.push(("webhook-id", key.to_owned()));
            headers.push(("webhook-timestamp", now.as_second().to_string()));
            if let Some(secret) = &self.key {
                let signature = secret.signature(key, now.as_second(), &body);
                headers.push(("webhook-signature", signature));
            }
        }
        Outgoing {
            url: &self.url,
            headers,
            body,
        }
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
            NotifyKind::Discord | NotifyKind::Webhook => json!({
                "content": text,
                "allowed_mentions": { "parse": [] },
                "flags": 4,
            }),
        }
    }
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
