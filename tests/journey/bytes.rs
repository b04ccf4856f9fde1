//! Bytes as they are: attachments behind tokens (case 35), pages cut short and queries in CP949 (case 38).

use encoding_rs::EUC_KR;

use crate::support::board::{Draft, File, Part};
use crate::support::server::{Handler, Reply, Request};
use crate::support::site::{Engine, Site};
use crate::support::truth::text;
use crate::support::world::World;

/// Case 35: the download link differs on each view. The file is named and keyed, and never asked for: what stands
/// behind its link without a session is a page, which would be stored under the file's name.
#[test]
fn case_35_attachments_keep_their_key_and_are_not_asked_for() {
    const NAME: &str = "보고서_2025 (최종).hwp";
    for engine in [Engine::Rhymix, Engine::Gnuboard5 { rewrite: 0 }] {
        let world = World::with_posts(engine, 35, 2);
        let id = world.site.boards(|boards| {
            boards.write(
                "news",
                Draft {
                    title: "보고서".into(),
                    author: "산까치".into(),
                    parts: vec![Part::paragraph("붙임 파일을 보세요.")],
                    files: vec![File {
                        id: 77,
                        name: NAME.into(),
                        size: "20.0KB",
                    }],
                    ..Draft::default()
                },
            )
        });
        world.crawl_well();
        let first = world.stored(id);
        let [file] = first["attachments"].as_array().expect("a list").as_slice() else {
            panic!("{first}");
        };
        assert_eq!(text(file, "name"), Some(NAME));
        let key = text(file, "key").expect("a key").to_owned();
        assert!(key.parse::<u64>().is_ok(), "{engine:?}: {key}");
        let url = text(file, "url").expect("an address");
        assert!(!url.contains("nonce"), "{url}");

        world.site.boards(|boards| boards.comment("news", id, None));
        assert_eq!(world.crawl_well().articles.get(&id), Some(&1));
        let second = world.stored(id);
        assert_eq!(second["attachments"].as_array().map(Vec::len), Some(1));
        assert_eq!(second["attachments"][0]["key"], key.as_str());
        assert_eq!(second["revision_count"], first["revision_count"]);
        world.assert_no_strays();
        for target in world.server.targets() {
            assert!(!target.to_lowercase().contains("download"), "{target}");
        }
    }
}

fn euc_kr_site(front: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static) -> World {
    let site = Site::new(Engine::Gnuboard5 { rewrite: 0 }, 38);
    site.boards(|boards| boards.post_many("news", 5));
    site.quirk(|quirks| quirks.euc_kr = true);
    let behind = site.clone();
    World::served_by(site, move |request: &Request| {
        front(request, behind.handle(request))
    })
}

/// Case 38: a page that ends in the middle of a character has one replacement character there, and is right before it.
#[test]
fn case_38_a_page_cut_inside_a_character_is_right_up_to_the_cut() {
    let world = euc_kr_site(|request, mut reply| {
        if request.query("wr_id").is_some() {
            let (mark, ..) = EUC_KR.encode("마지막 글자는 똠");
            let at = reply
                .body
                .windows(mark.len())
                .position(|here| here == &mark[..]);
            if let Some(at) = at {
                reply.body.truncate(at + mark.len() - 1);
            }
        }
        reply
    });
    let id = world.site.boards(|boards| {
        boards.write(
            "news",
            Draft {
                title: "펲시와 뷁".into(),
                author: "보리차".into(),
                parts: vec![
                    Part::paragraph("첫째 줄은 온전하다: 똠 펲 뷁."),
                    Part::paragraph("마지막 글자는 똠이고 그 뒤는 오지 않는다."),
                ],
                ..Draft::default()
            },
        )
    });
    world.crawl_well();
    let stored = world.stored(id);
    assert_eq!(text(&stored, "title"), Some("펲시와 뷁"));
    assert_eq!(
        text(&stored, "text"),
        Some("첫째 줄은 온전하다: 똠 펲 뷁.\n마지막 글자는 \u{fffd}")
    );
}

/// Case 38: links that hold percent-encoded CP949 are asked for byte for byte, and no part of what is stored.
#[test]
fn case_38_cp949_in_a_query_reaches_the_server_as_it_stood() {
    const QUERY: &str = "qstr=%c1%a4%C4%A1+a";
    let world = euc_kr_site(|request, mut reply| {
        if request.query("wr_id").is_none() {
            let (html, ..) = EUC_KR.decode(&reply.body);
            let html = html.replace("&amp;wr_id=", &format!("&amp;{QUERY}&amp;wr_id="));
            reply.body = EUC_KR.encode(&html).0.into_owned();
        }
        reply
    });
    world.crawl_well();
    world.assert_whole(true);
    let targets = world.server.targets();
    let articles: Vec<_> = targets
        .iter()
        .filter(|target| target.contains("wr_id="))
        .collect();
    assert_eq!(articles.len(), 5);
    for target in articles {
        assert!(target.contains(QUERY), "{target}");
    }
    for article in world.boardwalk.export() {
        assert!(!text(&article, "url").unwrap_or_default().contains("qstr"));
    }
}
