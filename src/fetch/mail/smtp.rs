//! The exchange with a mail server, and the message as MIME has it.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::{Login, Mail, MailError, MailServer};

/// Characters of an answer that are kept.
const REASON_CHARS: usize = 200;

pub(super) fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// How a server is spoken to, and by what it is known.
#[derive(Clone)]
enum Line {
    /// Encrypted from the first byte.
    Encrypted(TlsParameters),
    /// Encrypted before anything is told; not at all with a server that cannot.
    Upgraded(TlsParameters),
    Open,
}

/// Answers the code by which the server took it.
///
/// # Errors
/// [`MailError`], but for `Timeout`.
pub(super) async fn deliver(
    addresses: &[SocketAddr],
    server: &MailServer,
    mail: &Mail<'_>,
) -> Result<u16, MailError> {
    let tls = || TlsParameters::builder(server.name().to_owned()).build_rustls();
    // Nobody listens within this machine, and nobody can vouch for a server there.
    let is_here = addresses.iter().all(|address| address.ip().is_loopback());
    let line = match (server.tls_first, is_here) {
        (true, _) => Line::Encrypted(tls().map_err(sorted)?),
        (false, false) => Line::Upgraded(tls().map_err(sorted)?),
        (false, true) => Line::Open,
    };
    exchange(addresses, line, server.login.as_ref(), mail).await
}

async fn exchange(
    addresses: &[SocketAddr],
    line: Line,
    login: Option<&Login>,
    mail: &Mail<'_>,
) -> Result<u16, MailError> {
    let message = message(mail)?;
    // We know no name of this machine that a stranger could look up (RFC 5321, 4.1.4).
    let hello = ClientId::default();
    let (first, later) = match line {
        Line::Encrypted(tls) => (Some(tls), None),
        Line::Upgraded(tls) => (None, Some(tls)),
        Line::Open => (None, None),
    };
    let connection = AsyncSmtpConnection::connect_tokio1(addresses, None, &hello, first, None);
    let mut connection = connection.await.map_err(sorted)?;
    if let Some(tls) = later {
        connection.starttls(tls, &hello).await.map_err(sorted)?;
    }
    if let Some(login) = login {
        let credentials = Credentials::new(login.user.clone(), login.password.clone());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let login = connection.auth(&mechanisms, &credentials);
        login.await.map_err(sorted)?;
    }
    let written = message.formatted();
    let taken = connection.send(message.envelope(), &written);
    let code = taken.await.map_err(sorted)?.code().into();
    // It is taken, whatever becomes of the farewell.
    let _ = connection.quit().await;
    Ok(code)
}

fn message(mail: &Mail<'_>) -> Result<Message, MailError> {
    let mailbox = |text: &str| {
        text.parse::<Mailbox>()
            .map_err(|_| MailError::Exchange(format!("{text} is no mail address")))
    };
    let from = mailbox(mail.from)?;
    let id = format!("<{}@{}>", mail.key, from.email.domain());
    let mut builder = Message::builder()
        .from(from)
        .subject(&mail.subject)
        .message_id(Some(id))
        .date(UNIX_EPOCH + Duration::try_from(mail.at.as_duration()).unwrap_or_default())
        // Keeps those who are on holiday from answering (RFC 3834, 5).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .header(ContentType::TEXT_PLAIN);
    for to in mail.to {
        builder = builder.to(mailbox(to)?);
    }
    builder
        .body(mail.text.clone())
        .map_err(|error| MailError::Exchange(error.to_string()))
}

fn sorted(error: lettre::transport::smtp::Error) -> MailError {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.ends_with(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    let shown = |words: &str| -> String {
        let shown = words.chars().filter(|c| !c.is_control());
        shown.take(REASON_CHARS).collect()
    };
    match error.status() {
        Some(code) => {
            // lettre says `permanent error (550): no such user`.
            let said = words.split_once("): ").map_or("", |(_, said)| said);
            MailError::Answered {
                code: code.into(),
                words: shown(said),
            }
        }
        None => MailError::Exchange(shown(&words)),
    }
}
