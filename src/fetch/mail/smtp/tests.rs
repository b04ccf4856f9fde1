//! Lines that are to be encrypted, against a server whose certificate is of the tests' own making.

use std::net::Ipv4Addr;

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParametersBuilder};

use super::*;
use crate::fetch::install_crypto;
use crate::fetch::tests::mail_server::{AUTHORITY, Encrypts, MailServer as Listening};

fn expecting(name: &str) -> TlsParametersBuilder {
    install_crypto();
    TlsParameters::builder(name.to_owned())
}

/// Believes the tests' authority alone.
fn believing(name: &str) -> TlsParameters {
    let authority = Certificate::from_pem(AUTHORITY).expect("a certificate");
    let builder = expecting(name).certificate_store(CertificateStore::None);
    let builder = builder.add_root_certificate(authority);
    builder.build_rustls().expect("what rustls can do")
}

async fn send(port: u16, line: Line) -> Result<u16, MailError> {
    let login = Login {
        user: "walk".to_owned(),
        password: "secret".to_owned(),
    };
    let to = ["b@desk.example".to_owned()];
    let mail = Mail {
        from: "a@desk.example",
        to: &to,
        subject: "새 글".to_owned(),
        text: "도서관 개관".to_owned(),
        key: "msg_1",
        at: "2026-11-25T00:00:00Z".parse().expect("a moment"),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    exchange(&[address], line, Some(&login), &mail).await
}

/// What must not be told over a line that is not encrypted, or to a server that nobody vouches for.
fn is_nothing(told: &[String]) -> bool {
    told.iter()
        .all(|word| ["EHLO", "STARTTLS", "QUIT"].contains(&word.as_str()))
}

#[tokio::test]
async fn login_and_mail_are_told_once_the_line_is_encrypted() {
    for (encrypts, line, told) in [
        (
            Encrypts::AtOnce,
            Line::Encrypted as fn(TlsParameters) -> Line,
            vec!["TLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"],
        ),
        (
            Encrypts::WhenAsked,
            Line::Upgraded,
            vec![
                "EHLO", "STARTTLS", "TLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT",
            ],
        ),
    ] {
        let (server, port) = Listening::start(Some(encrypts)).await;
        let code = send(port, line(believing("mail.test"))).await;
        assert_eq!(code.expect("it is taken"), 250);
        assert_eq!(server.told(), told);
        let [mail] = &server.taken()[..] else {
            panic!("{:?}", server.taken());
        };
        assert_eq!(mail.login.as_deref(), Some("\0walk\0secret"));
        assert_eq!(mail.text(), "도서관 개관");
    }
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_is_told_nothing() {
    let (server, port) = Listening::start(None).await;
    let error = send(port, Line::Upgraded(believing("mail.test"))).await;
    assert!(matches!(error, Err(MailError::Exchange(_))), "{error:?}");
    assert!(is_nothing(&server.told()), "{:?}", server.told());
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_told_nothing() {
    let stranger = || {
        let builder = expecting("mail.test");
        builder.build_rustls().expect("what rustls can do")
    };
    for (encrypts, line) in [
        (Encrypts::AtOnce, Line::Encrypted(stranger())),
        (Encrypts::WhenAsked, Line::Upgraded(stranger())),
        (Encrypts::AtOnce, Line::Encrypted(believing("other.test"))),
        (Encrypts::WhenAsked, Line::Upgraded(believing("other.test"))),
    ] {
        let (server, port) = Listening::start(Some(encrypts)).await;
        let error = send(port, line).await;
        assert!(matches!(error, Err(MailError::Exchange(_))), "{error:?}");
        assert!(is_nothing(&server.told()), "{:?}", server.told());
    }
}
