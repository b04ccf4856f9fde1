//! Notifiers by e-mail, against a mail server on a loopback port that writes down what it is told.

use super::*;
use crate::fetch::tests::mail_server::MailServer;

fn by_mail(port: u16, more: &str) -> String {
    format!(
        "kind = \"email\"\nurl = \"smtp://127.0.0.1:{port}\"\nrate = \"1000/s\"\n\
         from = \"게시판 알림 <walk@desk.example>\"\nto = [\"a@desk.example\", \"b@desk.example\"]\n{more}"
    )
}

#[tokio::test]
async fn a_mail_tells_what_happened_and_leaves_a_receipt() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start(None).await;
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
    let (server, port) = MailServer::start(None).await;
    let courier = desk.courier(&by_mail(port, "max_tries = 2")).await;
    for answer in [
        "451 later",
        "250 taken",
        "554 I do not like it",
        "250 taken",
        "554 I still do not",
    ] {
        server.say("DATA", answer);
    }
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
async fn a_server_that_refuses_the_login_rests_until_the_mail_is_given_up_and_sent_again_by_hand() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start(None).await;
    let more = "user = \"walk\"\nsecret = \"file:secret\"\nmax_tries = 2";
    let courier = desk.courier(&by_mail(port, more)).await;
    server.say("AUTH", "454 not now");
    server.say("AUTH", "535 who are you?");
    desk.post("도서관 개관");
    look(&desk, &courier, 60).await;
    assert!(server.taken().is_empty());
    let conn = Connection::open(desk.folder.path().join("a.db")).unwrap();
    let given_up = "SELECT error FROM message WHERE due_at IS NULL";
    let error: String = conn.query_row(given_up, [], |row| row.get(0)).unwrap();
    assert_eq!(error, "answered 535: who are you?");
    let statuses: Vec<String> = desk
        .receipts()
        .into_iter()
        .map(|row| row[2].clone())
        .collect();
    assert_eq!(statuses, ["454", "535"]);
    let operator = OutboxDesk::open(&desk.folder.path().join("a.db")).unwrap();
    assert_eq!(operator.retry(None, desk.clock.now()).unwrap(), 1);
    look(&desk, &courier, 60).await;
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_mailbox_that_is_full_or_gone_makes_the_target_rest() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start(None).await;
    let courier = desk.courier(&by_mail(port, "max_tries = 3")).await;
    server.say("RCPT", "450 full");
    server.say("RCPT", "550 no such mailbox");
    desk.post("하나");
    look(&desk, &courier, 60).await;
    let errors: Vec<String> = desk
        .receipts()
        .into_iter()
        .map(|row| row[5].clone())
        .collect();
    assert_eq!(
        errors,
        ["answered 450: full", "answered 550: no such mailbox", ""]
    );
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn what_is_to_be_encrypted_is_not_told_to_a_server_that_cannot() {
    let desk = Desk::new().await;
    let (server, port) = MailServer::start(None).await;
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
    let (server, port) = MailServer::start(None).await;
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
