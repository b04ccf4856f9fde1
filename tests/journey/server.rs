//! The test server itself: what the other tests rely on. Pages are read here with plain searches in their text, so
//! that no parser of ours is asked whether they are right.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::faults::{Fault, Faulty, gzip_stored};
use crate::support::server::{Moment, Reply, Request, Server};
use crate::support::site::{Engine, PastEnd, Robots, Site};

/// Asks on a connection of its own, and gives the whole answer as text.
fn ask(server: &Server, target: &str) -> String {
    String::from_utf8_lossy(&ask_bytes(server, target)).into_owned()
}

fn ask_bytes(server: &Server, target: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.addr()).expect("the server listens");
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.addr()
    )
    .expect("sent");
    // A reset may come before either, and ends the reading with an error; what came before it counts.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// The numbers between `before` and `after`, in page order.
fn numbers(page: &str, before: &str, after: &str) -> Vec<u64> {
    page.split(before)
        .skip(1)
        .filter_map(|rest| rest.split(after).next()?.trim().parse().ok())
        .collect()
}

/// Rhymix: the number column, then the ids, of the listing at `target`.
fn rows(server: &Server, target: &str) -> (Vec<u64>, Vec<u64>) {
    let page = ask(server, target);
    let ids = page
        .split("<td class=\"title\">\n<a href=\"/news/")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '?']).next()?.parse().ok())
        .collect();
    (numbers(&page, "<td class=\"no\">", "</td>"), ids)
}

fn rhymix(n_posts: usize) -> (Site, Server) {
    let site = Site::new(Engine::Rhymix, 7);
    site.boards(|boards| boards.post_many("news", n_posts));
    let server = Server::start(site.clone());
    (site, server)
}

#[test]
fn numbers_are_ranks_and_change_when_a_post_is_deleted() {
    let (site, server) = rhymix(45);
    let (ranks, ids) = rows(&server, "/news");
    assert_eq!(ranks, (26..=45).rev().collect::<Vec<_>>());
    site.boards(|boards| boards.delete("news", ids[19]));
    let (ranks, after) = rows(&server, "/news");
    assert_eq!(ranks, (25..=44).rev().collect::<Vec<_>>());
    assert_eq!(after[..19], ids[..19]);
    assert!(!after.contains(&ids[19]));
}

#[test]
fn a_new_post_pushes_the_last_row_to_the_next_page() {
    let (site, server) = rhymix(45);
    let (_, first) = rows(&server, "/news");
    site.boards(|boards| boards.post("news"));
    let (_, second) = rows(&server, "/news?page=2");
    assert_eq!(second[0], first[19]);
}

#[test]
fn boards_change_between_requests_by_hook() {
    let (site, server) = rhymix(45);
    site.on_request(|boards, request| {
        if request.n == 2 {
            let newest = boards.boards[0].order[0];
            boards.delete("news", newest);
        }
    });
    let (_, first) = rows(&server, "/news");
    let (_, second) = rows(&server, "/news?page=2");
    // The row that stood first on page 2 slid to page 1 unseen.
    let (_, again) = rows(&server, "/news");
    assert_eq!(again[19], again[..20].iter().copied().min().unwrap_or(0));
    assert!(!first.contains(&again[19]) && !second.contains(&again[19]));
}

#[test]
fn notices_stand_on_every_page_of_rhymix_and_on_the_first_of_gnuboard() {
    let (site, server) = rhymix(45);
    let notice = site.boards(|boards| boards.notice("news"));
    for target in ["/news", "/news?page=3", "/news?page=9"] {
        assert!(
            ask(&server, target).contains(&format!("/news/{notice}")),
            "{target}"
        );
    }
    let site = Site::new(Engine::Gnuboard5 { rewrite: 0 }, 7);
    site.boards(|boards| boards.post_many("news", 31));
    let notice = site.boards(|boards| boards.notice("news"));
    let server = Server::start(site);
    let link = format!("wr_id={notice}\"");
    let first = ask(&server, "/bbs/board.php?bo_table=news");
    assert!(first.contains(&link));
    assert_eq!(first.matches("<td class=\"td_num2\">").count(), 15);
    assert_eq!(
        numbers(&first, "<td class=\"td_num2\">\n", "</td>"),
        (18..=31).rev().collect::<Vec<_>>()
    );
    let second = ask(&server, "/bbs/board.php?bo_table=news&page=2");
    assert!(!second.contains(&link));
    assert_eq!(numbers(&second, "<td class=\"td_num2\">\n", "</td>")[0], 17);
}

#[test]
fn deleted_secret_and_moved_posts_answer_as_their_engine_does() {
    let (site, server) = rhymix(3);
    let (gone, secret, moved) = site.boards(|boards| {
        boards.add_board("free");
        let ids = (
            boards.post("news"),
            boards.secret("news"),
            boards.post("news"),
        );
        boards.delete("news", ids.0);
        boards.relocate("news", ids.2, "free");
        ids
    });
    assert!(ask(&server, &format!("/news/{gone}")).starts_with("HTTP/1.1 404"));
    assert!(ask(&server, &format!("/news/{secret}")).starts_with("HTTP/1.1 403"));
    let answer = ask(&server, &format!("/news/{moved}"));
    assert!(answer.starts_with("HTTP/1.1 301"));
    assert!(answer.contains(&format!("Location: /free/{moved}\r\n")));

    let site = Site::new(Engine::Gnuboard5 { rewrite: 1 }, 7);
    let (gone, secret) = site.boards(|boards| {
        let ids = (boards.post("news"), boards.secret("news"));
        boards.delete("news", ids.0);
        ids
    });
    let server = Server::start(site);
    let answer = ask(&server, &format!("/news/{gone}"));
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("alert(\"글이 존재하지 않습니다.")
    );
    let answer = ask(&server, &format!("/news/{secret}"));
    assert!(answer.starts_with("HTTP/1.1 302") && answer.contains("/bbs/password.php?w=s"));
}

#[test]
fn behind_the_last_page_a_site_does_what_it_was_told() {
    let (site, server) = rhymix(45);
    let of = |past_end: PastEnd| {
        site.quirk(|quirks| quirks.past_end = past_end);
        rows(&server, "/news?page=4").0
    };
    assert!(of(PastEnd::Empty).is_empty());
    assert_eq!(of(PastEnd::LastPageAgain), [5, 4, 3, 2, 1]);
    assert_eq!(of(PastEnd::FirstPage)[0], 45);
    assert!(of(PastEnd::NotFound).is_empty());
    site.quirk(|quirks| quirks.past_end = PastEnd::RedirectToLast);
    assert!(ask(&server, "/news?page=4").contains("Location: /news?page=3\r\n"));
}

#[test]
fn euc_kr_pages_hold_cp949_syllables() {
    let site = Site::new(Engine::Gnuboard5 { rewrite: 0 }, 7);
    site.quirk(|quirks| quirks.euc_kr = true);
    let id = site.boards(|boards| {
        boards.write(
            "news",
            crate::support::board::Draft {
                title: "똠양꿍 펲시 햏 뷁".into(),
                author: "보리차".into(),
                category: Some("마을".into()),
                ..Default::default()
            },
        )
    });
    let server = Server::start(site);
    let page = ask_bytes(&server, &format!("/bbs/board.php?bo_table=news&wr_id={id}"));
    // 똠 is 8C 63 in CP949 and has no place in EUC-KR proper.
    assert!(page.windows(2).any(|two| two == [0x8c, 0x63]));
    assert!(!String::from_utf8_lossy(&page).contains("charset=UTF-8"));
    let list = ask(&server, "/bbs/board.php?bo_table=news");
    assert!(list.contains("sca=%B8%B6%C0%BB"));
}

#[test]
fn what_a_reader_has_no_business_with_is_remembered() {
    let (site, server) = rhymix(3);
    for target in [
        "/news?sort_index=regdate",
        "/index.php?mid=news&act=dispBoardWrite",
        "/news/category/79",
        "/cdn-cgi/l/email-protection",
    ] {
        ask(&server, target);
    }
    assert_eq!(site.strays().len(), 4);
    for target in [
        "/news",
        "/news?page=2",
        "/robots.txt",
        "/101",
        "/news/101?page=2",
    ] {
        ask(&server, target);
    }
    assert_eq!(site.strays().len(), 4);
}

#[test]
fn robots_files_are_what_the_test_sets() {
    let (site, server) = rhymix(1);
    assert!(ask(&server, "/robots.txt").starts_with("HTTP/1.1 404"));
    site.set_robots(Robots::Text("User-agent: *\nDisallow: /secret\n".into()));
    assert!(ask(&server, "/robots.txt").contains("Disallow: /secret"));
}

#[test]
fn faults_follow_their_plan() {
    let handler = |_: &Request| Reply::html("#".repeat(4000));
    let server = Server::start(Faulty::new(handler, |request, n_before| {
        match (request.path(), n_before) {
            ("/half", _) => Some(Fault::HalfBody),
            ("/reset", _) => Some(Fault::Reset),
            ("/wait", 0) => Some(Fault::TooMany(Some(120))),
            _ => None,
        }
    }));
    let half = ask(&server, "/half");
    assert!(half.contains("Content-Length: 4000") && half.matches('#').count() == 2000);
    assert_eq!(ask(&server, "/reset"), "");
    assert!(ask(&server, "/wait").contains("Retry-After: 120"));
    assert!(ask(&server, "/wait").starts_with("HTTP/1.1 200"));
}

#[test]
fn stored_gzip_is_gzip() {
    // Checked against `printf hello | gzip -n | tail -c 8`: CRC-32 0x3610a686, length 5.
    let stream = gzip_stored(b"hello");
    assert_eq!(
        stream[stream.len() - 8..],
        [0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0]
    );
}

#[test]
fn actions_run_at_their_moment_and_the_log_keeps_every_request() {
    let (_site, server) = rhymix(3);
    let (say, said) = std::sync::mpsc::channel();
    server.at(Moment::Received(2), std::time::Duration::ZERO, move || {
        say.send(()).expect("the test listens");
    });
    ask(&server, "/news");
    assert!(said.try_recv().is_err());
    ask(&server, "/robots.txt");
    said.try_recv().expect("it ran before the answer came");
    let log = server.log();
    assert_eq!(server.targets(), ["/news", "/robots.txt"]);
    assert!(log[0].at < log[1].at);
    assert_eq!(log[1].request.n, 2);
    assert_eq!(log[1].status, 404);
}
