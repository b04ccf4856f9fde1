//! Two of something: articles behind one canonical link, one article on two boards, two programs on one database.

use std::sync::mpsc;
use std::time::Duration;

use crate::support::crawl::Boardwalk;
use crate::support::server::{Handler, Moment, Reply, Request, Server};
use crate::support::site::{Engine, Site};
use crate::support::truth::text;
use crate::support::world::World;

const KBOARD_UIDS: [u64; 3] = [33, 32, 31];

/// A KBoard listing of three posts, each of which names the page of the listing as its canonical address.
fn kboard(request: &Request) -> Reply {
    let page = |body: &str| {
        Reply::html(format!(
            "<!DOCTYPE html><html><head><meta charset=utf-8><title>게시판</title>\
             <link rel=\"canonical\" href=\"{}/?page_id=69\"></head><body>{body}</body></html>",
            request.origin()
        ))
    };
    match (request.query("page_id").as_deref(), request.query("uid")) {
        (Some("69"), Some(uid)) => page(&format!(
            "<div id=kboard-document><div class=kboard-title><h1>제목 {uid}</h1></div><div class=kboard-detail>\
             <div class=detail-date><div class=detail-value>2026-11-20 18:57</div></div></div>\
             <div class=kboard-content><div class=content-view><p>글 {uid} 의 본문.</p></div></div></div>"
        )),
        (Some("69"), None) => {
            let rows: String = KBOARD_UIDS
                .iter()
                .enumerate()
                .map(|(place, uid)| {
                    format!(
                        "<tr><td class=kboard-list-uid>{}<td class=kboard-list-title>\
                         <a href='/?page_id=69&#038;mod=document&#038;uid={uid}'>\
                         <div class=kboard-default-cut-strings>제목 {uid}</div></a>\
                         <td class=kboard-list-date>2026.11.20</tr>",
                        KBOARD_UIDS.len() - place
                    )
                })
                .collect();
            page(&format!(
                "<div id=kboard-default-list><div class=kboard-list><table><tbody>{rows}</tbody></table></div></div>"
            ))
        }
        _ => Reply::html("").status(404),
    }
}

/// Case 4: three articles whose canonical link is their listing are three articles.
#[test]
fn case_4_a_canonical_link_that_lies_merges_nothing() {
    let server = Server::start(kboard);
    let boardwalk = Boardwalk::new();
    let listing = server.url("/?page_id=69");
    boardwalk.crawl(&listing, &[]).expect_code(0);
    let stored = boardwalk.export();
    assert_eq!(stored.len(), 3);
    for uid in KBOARD_UIDS {
        let key = format!("{}/69/{uid}", server.addr());
        let article = stored
            .iter()
            .find(|article| article["key"] == key.as_str())
            .unwrap_or_else(|| panic!("{key} is missing"));
        assert_eq!(article["state"], "stored");
        let body = format!("글 {uid} 의 본문.");
        assert_eq!(text(article, "text"), Some(body.as_str()));
        let url = server.url(&format!("/?page_id=69&mod=document&uid={uid}"));
        assert_eq!(text(article, "url"), Some(url.as_str()));
    }
    let n_before = server.n_received();
    boardwalk.crawl(&listing, &[]).expect_code(0);
    let again = server.targets().split_off(n_before);
    assert!(
        !again.iter().any(|target| target.contains("uid=")),
        "{again:?}"
    );
}

/// Case 6, XE and Rhymix: a best-of board links `/hot/555`, the board itself `/square/555`.
#[test]
fn case_6_one_number_in_two_places_is_one_article() {
    // Some sites redirect to the article's own board, others show it in both places.
    for redirects in [true, false] {
        let site = Site::new(Engine::Rhymix, 6);
        let ids = site.boards(|boards| {
            boards.add_board("hot");
            boards.add_board("square");
            boards.post_many("square", 5)
        });
        let behind = site.clone();
        let world = World::served_by(site, move |request: &Request| {
            let is_hot_listing = request.path() == "/hot";
            if !is_hot_listing && (redirects || !request.path().starts_with("/hot/")) {
                return behind.handle(request);
            }
            let mut inner = request.clone();
            inner.target = request.target.replacen("/hot", "/square", 1);
            let mut reply = behind.handle(&inner);
            let html = String::from_utf8(reply.body).expect("this site speaks UTF-8");
            let html = html
                .replace("/square", "/hot")
                .replace("\"square\"", "\"hot\"");
            reply.body = html.into_bytes();
            reply
        });
        let (hot, square) = (world.listing_url("hot"), world.listing_url("square"));
        world.boardwalk.crawl(&hot, &[&square]).expect_code(0);
        let stored = world.boardwalk.export();
        let mut keys: Vec<_> = stored.iter().filter_map(|row| text(row, "key")).collect();
        keys.sort_unstable();
        let expected = ids.iter().map(|id| world.key(*id)).collect::<Vec<_>>();
        assert_eq!(keys, expected, "redirects: {redirects}");
        for article in &stored {
            assert_eq!(article["state"], "stored");
            assert!(article["revision_count"].as_u64() <= Some(1), "{article}");
        }
        // Each board's walk saw all of them.
        let status = world.boardwalk.run(&["status", "--json"]).expect_code(0);
        let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("JSON");
        for board in status["boards"].as_array().expect("a list") {
            assert_eq!(board["last_pass"]["n_rows"], 5, "{board}");
        }
        let n_before = world.server.n_received();
        world.boardwalk.crawl(&hot, &[&square]).expect_code(0);
        let again = world.requests_since(n_before);
        assert_eq!(again.n_articles(), 0, "redirects: {redirects}: {again:?}");
    }
}

/// Case 40: a second copy on a database in use says so, asks for nothing, and leaves the first alone.
#[test]
fn case_40_a_second_copy_on_one_database_is_refused() {
    let world = World::with_posts(Engine::Rhymix, 40, 12);
    let url = world.listing_url("news");
    // Started while the first waits for its fourth answer; the server answers nobody until the second has ended.
    let args = ["crawl", &url, "--rate", "1000/s", "--database"].map(str::to_owned);
    let database = format!("sqlite:{}", world.boardwalk.database().display());
    let mut second = world.boardwalk.command(&[]);
    second.args(args).arg(database);
    let (say, said) = mpsc::channel();
    world
        .server
        .at(Moment::Received(4), Duration::ZERO, move || {
            let _ = say.send(second.output().expect("the binary was built"));
        });
    world.crawl_well();
    let second = said.try_recv().expect("the moment came");
    let stderr = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("is in use by another boardwalk"),
        "{stderr}"
    );
    world.assert_whole(true);
    let requests = world.requests_since(0);
    assert_eq!((requests.listings.len(), requests.n_articles()), (1, 12));
}
