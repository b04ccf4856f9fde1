//! A mail server on a loopback port, for tests, that writes down what it is told.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Vouches for a server that encrypts.
pub(crate) const AUTHORITY: &[u8] = include_bytes!("../../../tests/fixtures/mail/authority.pem");

const GREETING: &[u8] = b"220 mail.test here\r\n";

/// A mail as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    pub(crate) login: Option<String>,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

impl Taken {
    /// A header, unfolded, with its encoded words (RFC 2047) read.
    pub(crate) fn header(&self, name: &str) -> String {
        let (head, _) = self.data.split_once("\r\n\r\n").expect("a head");
        let head = head.replace("\r\n ", " ");
        let mut lines = head.lines();
        let line = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let line = line.unwrap_or_else(|| panic!("no {name} in {head}"));
        let (mut text, mut was_encoded) = (String::new(), false);
        for (i, word) in line.split(' ').enumerate() {
            let encoded = word.strip_prefix("=?utf-8?b?");
            let encoded = encoded.and_then(|word| word.strip_suffix("?="));
            // What parts two encoded words is none of the text (RFC 2047, 6.2).
            if i > 0 && !(was_encoded && encoded.is_some()) {
                text.push(' ');
            }
            was_encoded = encoded.is_some();
            text.push_str(&match encoded {
                Some(encoded) => String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(),
                None => word.to_owned(),
            });
        }
        text
    }

    pub(crate) fn text(&self) -> String {
        let (_, body) = self.data.split_once("\r\n\r\n").expect("a body");
        assert_eq!(self.header("Content-Type"), "text/plain; charset=utf-8");
        let bytes = match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => STANDARD.decode(body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => unquoted(body),
            other => panic!("{other} is not known"),
        };
        let text = String::from_utf8(bytes).unwrap();
        text.trim_end().replace("\r\n", "\n")
    }
}

/// RFC 2045, 6.7.
fn unquoted(body: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut pieces = body.split('=');
    bytes.extend(pieces.next().unwrap_or_default().bytes());
    for piece in pieces {
        match piece.strip_prefix("\r\n") {
            Some(rest) => bytes.extend(rest.bytes()),
            None => {
                bytes.push(u8::from_str_radix(&piece[..2], 16).expect("two digits"));
                bytes.extend(piece[2..].bytes());
            }
        }
    }
    bytes
}

/// Takes mails (RFC 5321), and answers what it was told to.
#[derive(Clone, Default)]
pub(crate) struct MailServer {
    taken: Arc<Mutex<Vec<Taken>>>,
    told: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<(&'static str, &'static str)>>>,
}

/// When a server begins to encrypt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encrypts {
    AtOnce,
    WhenAsked,
}

/// What a line came to.
enum Next {
    Say(&'static str),
    /// And then encrypt.
    Encrypt,
}

impl MailServer {
    /// Without `encrypts` it cannot. Answers its port, too.
    pub(crate) async fn start(encrypts: Option<Encrypts>) -> (Self, u16) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self::default();
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever hangs up is served no longer.
                let _ = serving.welcome(stream, encrypts).await;
            }
        });
        (server, port)
    }

    /// Answers the next such command so, and not as it would.
    pub(crate) fn say(&self, command: &'static str, answer: &'static str) {
        self.answers.lock().unwrap().push((command, answer));
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// Commands, without what stands behind them; `TLS` where the line was encrypted.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    async fn welcome(&self, stream: TcpStream, encrypts: Option<Encrypts>) -> std::io::Result<()> {
        if encrypts == Some(Encrypts::AtOnce) {
            return self.serve_encrypted(stream, GREETING).await;
        }
        let mut stream = BufReader::new(stream);
        stream.write_all(GREETING).await?;
        match self.serve(&mut stream, encrypts.is_some()).await? {
            // It has been greeted.
            true => self.serve_encrypted(stream.into_inner(), b"").await,
            false => Ok(()),
        }
    }

    async fn serve_encrypted(&self, stream: TcpStream, greeting: &[u8]) -> std::io::Result<()> {
        let mut stream = BufReader::new(TlsAcceptor::from(identity()).accept(stream).await?);
        self.told.lock().unwrap().push("TLS".to_owned());
        stream.write_all(greeting).await?;
        self.serve(&mut stream, false).await.map(drop)
    }

    /// Answers whether the line is to be encrypted now.
    async fn serve<S: AsyncBufRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        can_encrypt: bool,
    ) -> std::io::Result<bool> {
        let mut mail = Taken::default();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(false);
            }
            let line = line.trim_end();
            let word = line.split([' ', ':']).next().unwrap_or_default();
            let word = word.to_ascii_uppercase();
            self.told.lock().unwrap().push(word.clone());
            let next = match word.as_str() {
                "EHLO" if can_encrypt => Next::Say("250-mail.test\r\n250 STARTTLS"),
                "EHLO" => Next::Say("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN"),
                "STARTTLS" if can_encrypt => Next::Encrypt,
                "AUTH" => {
                    let secret = line.strip_prefix("AUTH PLAIN ").expect("at once");
                    let secret = STANDARD.decode(secret).unwrap();
                    mail.login = Some(String::from_utf8(secret).unwrap());
                    Next::Say(self.answer("AUTH", "235 welcome"))
                }
                "MAIL" => {
                    mail.from = address(line);
                    Next::Say("250 well")
                }
                "RCPT" => {
                    mail.to.push(address(line));
                    Next::Say(self.answer("RCPT", "250 well"))
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    Next::Say(self.take(stream, &mut mail).await?)
                }
                "QUIT" => Next::Say("221 bye"),
                _ => Next::Say("502 not known"),
            };
            let Next::Say(answer) = next else {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(true);
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    fn answer(&self, command: &str, otherwise: &'static str) -> &'static str {
        let mut answers = self.answers.lock().unwrap();
        let told = answers.iter().position(|(of, _)| *of == command);
        told.map_or(otherwise, |place| answers.remove(place).1)
    }

    async fn take<S: AsyncBufRead + Unpin>(
        &self,
        stream: &mut S,
        mail: &mut Taken,
    ) -> std::io::Result<&'static str> {
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
                break;
            }
            mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        self.taken.lock().unwrap().push(mail.clone());
        Ok(self.answer("DATA", "250 taken"))
    }
}

/// What [`AUTHORITY`] vouches for: `mail.test`.
fn identity() -> Arc<ServerConfig> {
    const SERVER: &[u8] = include_bytes!("../../../tests/fixtures/mail/server.pem");
    let certificate = CertificateDer::from_pem_slice(SERVER).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(SERVER).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of ring")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.expect("the key is the certificate's"))
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let (_, rest) = line.split_once('<').expect("an address");
    rest.split_once('>').expect("an address").0.to_owned()
}
