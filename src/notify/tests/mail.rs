//! Notifiers by e-mail, against a mail server on a loopback port that writes down what it is told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A mail as it came.
#[derive(Debug, Clone, Default)]
struct Taken {
    login: Option<String>,
    from: String,
    to: Vec<String>,
    data: String,
}

impl Taken {
    /// A header, unfolded, with its encoded words (RFC 2047) read.
    fn header(&self, name: &str) -> String {
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

    fn text(&self) -> String {
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
struct MailServer {
    taken: Arc<Mutex<Vec<Taken>>>,
    /// To the end of each mail; then that it is taken.
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl MailServer {
    async fn start() -> (Self, u16) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self::default();
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever hangs up is served no longer.
                let _ = serving.serve(stream).await;
            }
        });
        (server, port)
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut mail = Taken::default();
        stream.write_all(b"220 mail.test here\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            let word = line.split([' ', ':']).next().unwrap_or_default();
            let answer = match word.to_ascii_uppercase().as_str() {
                "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                "AUTH" => {
                    let secret = line.strip_prefix("AUTH PLAIN ").expect("at once");
                    let secret = STANDARD.decode(secret).unwrap();
                    mail.login = Some(String::from_utf8(secret).unwrap());
                    "235 welcome"
                }
                "MAIL" => {
                    mail.from = address(line);
                    "250 well"
                }
                "RCPT" => {
                    mail.to.push(address(line));
                    "250 well"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    self.take(&mut stream, &mut mail).await?
                }
                "QUIT" => "221 bye",
                _ => "502 not known",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    async fn take(
        &self,
        stream: &mut BufReader<TcpStream>,
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
        let answer = self.answers.lock().unwrap().pop_front();
        Ok(answer.unwrap_or("250 taken"))
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let (_, rest) = line.split_once('<').expect("an address");
    rest.split_once('>').expect("an address").0.to_owned()
}

fn by_mail(port: u16, more: &str) -> String {
    format!(
        "kind = \"email\"\nurl = \"smtp://127.0.0.1:{port}\"\nrate = \"1000/s\"\n\
         from = \"게시판 알림 <walk@desk.example>\"\nto = [\"a@desk.example\", \"b@desk.example\"]\n{more}"
    )
}

#[tokio::test]
async fn a_mail_tells_what_happened_and_leaves_a_receipt() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start().await;
    let courier = desk
        .courier(&by_mail(port, "user = \"walk\"\nsecret = \"file:secret\""))
        .await;
    desk.post("도서관 개관");
    look(&desk, &courier, 3).await;
    let [mail] = &server.taken()[..] else {
        panic!("{:?}", server.taken());
    };
    assert_eq!(mail.login.as_deref(), Some(&*format!("\0walk\0{SECRET}")));
    assert_eq!(mail.from, "walk@desk.example");
    assert_eq!(mail.to, ["a@desk.example", "b@desk.example"]);
    assert_eq!(mail.header("From"), "게시판 알림 <walk@desk.example>");
    assert_eq!(mail.header("To"), "a@desk.example, b@desk.example");
    assert_eq!(mail.header("Subject"), "new: news: 도서관 개관");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    let date = mail.header("Date");
    assert!(date.starts_with("Wed, 25 Nov 2026 00:00:"), "{date}");
    let id = mail.header("Message-ID");
    assert!(
        id.starts_with("<msg_") && id.ends_with("@desk.example>"),
        "{id}"
    );
    let text = mail.text();
    assert!(text.starts_with("new: news: 도서관 개관 http"), "{text}");
    let place = format!("127.0.0.1:{port}");
    let url = format!("smtp://{place}");
    let receipt = [&*place, &*url, "250", "message", "notifier desk", ""];
    assert_eq!(desk.receipts(), [receipt.map(str::to_owned)]);
}

#[tokio::test]
async fn a_server_that_is_busy_rests_and_one_mail_that_it_does_not_want_holds_up_no_other() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start().await;
    let courier = desk.courier(&by_mail(port, "max_tries = 2")).await;
    server.answers.lock().unwrap().extend([
        "451 later",
        "250 taken",
        "554 I do not like it",
        "250 taken",
        "554 I still do not",
    ]);
    for title in ["하나", "둘", "셋"] {
        desk.post(title);
    }
    look(&desk, &courier, 30).await;
    let subjects: Vec<String> = server
        .taken()
        .iter()
        .map(|mail| mail.header("Subject"))
        .collect();
    let of = |title: &str| format!("new: news: {title}");
    assert_eq!(subjects, ["하나", "하나", "둘", "셋", "둘"].map(of));
    let ids: Vec<String> = server
        .taken()
        .iter()
        .map(|mail| mail.header("Message-ID"))
        .collect();
    assert_eq!(
        (&ids[0], &ids[2]),
        (&ids[1], &ids[4]),
        "each try has the same name"
    );
    let conn = Connection::open(desk.folder.path().join("a.db")).unwrap();
    let given_up: String = conn
        .query_row(
            "SELECT error FROM message WHERE due_at IS NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(given_up, "answered 554: I still do not");
}

#[tokio::test]
async fn what_is_to_be_encrypted_is_not_told_to_a_server_that_cannot() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start().await;
    let text = by_mail(port, "user = \"walk\"\nsecret = \"file:secret\"");
    let courier = desk.courier(&text.replace("smtp://", "smtps://")).await;
    desk.post("도서관 개관");
    look_now(&desk, &courier).await;
    assert!(server.taken().is_empty());
    let receipts = desk.receipts();
    assert_eq!(receipts.len(), 1);
    assert!(!receipts[0][5].is_empty(), "{receipts:?}");
}

#[tokio::test]
async fn a_digest_is_one_mail_with_a_line_an_event() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start().await;
    let courier = desk.courier(&by_mail(port, "digest = \"1h\"")).await;
    for title in ["하나", "둘", "셋"] {
        desk.post(title);
    }
    desk.pass(SignedDuration::from_hours(1));
    look(&desk, &courier, 3).await;
    let [mail] = &server.taken()[..] else {
        panic!("{:?}", server.taken());
    };
    assert_eq!(mail.header("Subject"), "new: news: 하나 and 2 more");
    assert_eq!(mail.text().lines().count(), 3);
}
