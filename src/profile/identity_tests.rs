//! URL → identity, after BOARDS.md 1.4, 2.3, 3 and CASES.md 1–10.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use url::Url;

use super::{Identity, Library, Profile};

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::built_in);

fn profile(engine: &str) -> Arc<Profile> {
    LIBRARY.get(engine).unwrap()
}

fn at(path: &str) -> Url {
    Url::parse("http://board.example")
        .unwrap()
        .join(path)
        .unwrap()
}

fn key(identity: &Identity, path: &str) -> Option<String> {
    identity
        .article(&at(path))
        .map(|article| article.key.to_string())
}

fn canonical(identity: &Identity, path: &str) -> Option<String> {
    let canonical = identity.article(&at(path))?.canonical_url;
    Some(canonical[url::Position::BeforePath..].to_owned())
}

/// Key and page of a listing.
fn board(identity: &Identity, path: &str) -> Option<(String, u32)> {
    identity
        .board(&at(path))
        .map(|board| (board.key, board.page))
}

/// What stands in a query without a parameter's name goes on from the path; a count of requests does not.
#[test]
fn a_query_without_a_name_is_the_paths_end() {
    let text = r#"
format = 1
engine = "bare"
title = "Bare queries"
[identity]
scope = "site"
article_url = "/show.php?{id}"
listing_url = "/list.php?{board}/page{page}"
board_url = "/list.php?{board}"
[[identity.articles]]
path = '/show\.php\?(?<id>\d+)(?:-[^/]*)?'
[[identity.articles]]
path = '/post/(?<id>\d+)'
[[identity.boards]]
path = '/list\.php\?(?<board>\d+)(?:/page(?<page>\d+))?'
[listing]
container = ["body"]
rows = ["li"]
link = ["a"]
[article]
body = ["p"]
title = ["h1"]
"#;
    let identity = &Profile::from_toml(text).unwrap().identity;
    let twelve = Some("board.example/12".to_owned());
    assert_eq!(key(identity, "/show.php?12-a-title"), twelve);
    assert_eq!(key(identity, "/show.php?12-a-title&s=abc"), twelve);
    assert_eq!(key(identity, "/show.php?id=12"), None);
    assert_eq!(key(identity, "/post/12?20251124"), twelve);
    let second = board(identity, "/list.php?5/page2");
    assert_eq!(second, Some(("board.example/5".to_owned(), 2)));
}

#[test]
fn every_spelling_of_a_rhymix_article_is_one_article() {
    let identity = &profile("rhymix").identity;
    for path in [
        "/news/1003",
        "/1003",
        "/?document_srl=1003",
        "/index.php?document_srl=1003",
        "/otherboard/1003",
        "/NEWS/1003",
        "/?mid=news&document_srl=1003",
        "/index.php?document_srl=1003&mid=news",
        "/news?document_srl=1003",
        "/news/1003?page=3",
        "/news/1003?page=4",
        "/news/1003?category=79&utm_source=x",
        "/news/1003?search_target=title&search_keyword=%EA%B8%88%EB%A6%AC",
        "/news/1003?sort_index=regdate&order_type=desc",
        "/news/1003?cpage=1",
        "/news/1003?listStyle=viewer",
        "/news/1003?l=en",
        "/news/1003?m=0",
        "/news/1003#587_comment",
    ] {
        assert_eq!(
            key(identity, path).as_deref(),
            Some("board.example/1003"),
            "{path}"
        );
    }
    for path in [
        "/news/1003?page=3",
        "/news/1003?category=79",
        "/news?document_srl=1003",
        "/news/1003#comment",
    ] {
        assert_eq!(
            canonical(identity, path).as_deref(),
            Some("/news/1003"),
            "{path}"
        );
    }
    // A site without rewriting has no other form.
    let form = "/index.php?mid=news&document_srl=1003";
    assert_eq!(
        canonical(identity, "/?document_srl=1003&page=2&mid=news").as_deref(),
        Some(form)
    );
    assert_eq!(canonical(identity, "/1003").as_deref(), Some("/1003"));
}

#[test]
fn what_is_no_rhymix_article() {
    let identity = &profile("rhymix").identity;
    for path in [
        "/news/1003/",
        "http://board.example//news/1003",
        "/news/category/79/1003",
        "/news/category/76",
        "/news/page/2",
        "/news/0",
        "/news/rss",
        "/news",
        "/",
        "/files/attach/images/2026/11/24/a.jpg",
        "/files/attach/images/123/456",
        "/index.php?mid=news&document_srl=1003&act=dispDocumentPrint",
        "/index.php?act=dispBoardDelete&document_srl=1003",
        "/index.php?mid=news&act=dispBoardReplyComment&document_srl=1003&comment_srl=5",
        "/index.php?module=file&act=procFileDownload&file_srl=1000&sid=6",
        "/cdn-cgi/l/email-protection",
        "mailto:a@board.example",
        "javascript:void(0)",
    ] {
        let article = Url::parse("http://board.example")
            .unwrap()
            .join(path)
            .ok()
            .and_then(|url| identity.article(&url));
        assert_eq!(article, None, "{path}");
    }
}

#[test]
fn boards_of_rhymix() {
    let identity = &profile("rhymix").identity;
    let news = |page| Some(("board.example/news".to_owned(), page));
    assert_eq!(board(identity, "/news"), news(1));
    assert_eq!(board(identity, "/news/"), news(1));
    assert_eq!(board(identity, "/news?page=2"), news(2));
    assert_eq!(board(identity, "/index.php?mid=news&page=2"), news(2));
    // What the engine answers with page 1 is page 1.
    assert_eq!(board(identity, "/news?page=abc"), news(1));
    assert_eq!(board(identity, "/news?page=0"), news(1));
    assert_eq!(board(identity, "/news?page=99999999999999"), news(1));
    for path in [
        "/news?search_target=title&search_keyword=x",
        "/news?category=76&search_target=title&search_keyword=x",
        "/news?sort_index=regdate&order_type=desc",
        "/index.php?mid=news&act=dispBoardWrite",
        "/news/rss",
        "/rss",
        "/",
    ] {
        assert_eq!(board(identity, path), None, "{path}");
    }
}

/// CASES.md, 10: one category is walked where the operator chose it, and nothing of it where he chose the board.
#[test]
fn a_category_is_a_board_of_its_own_with_the_same_articles() {
    for (engine, path, key_of_board, second) in [
        (
            "rhymix",
            "/news?category=76",
            "board.example/news?76",
            "/news?category=76&page=2",
        ),
        (
            "rhymix",
            "/news/category/76",
            "board.example/news?76",
            "/news?category=76&page=2",
        ),
        (
            "rhymix",
            "/index.php?mid=news&category=76&page=4",
            "board.example/news?76",
            "/index.php?mid=news&category=76&page=2",
        ),
        (
            "gnuboard5",
            "/bbs/board.php?bo_table=news&sca=%C1%A4%C4%A1",
            "board.example/news?%C1%A4%C4%A1",
            "/bbs/board.php?bo_table=news&sca=%C1%A4%C4%A1&page=2",
        ),
        (
            "gnuboard5",
            "/news?sca=%EC%A0%95%EC%B9%98",
            "board.example/news?%EC%A0%95%EC%B9%98",
            "/news?sca=%EC%A0%95%EC%B9%98&page=2",
        ),
    ] {
        let identity = &profile(engine).identity;
        let found = identity.board(&at(path)).expect(path);
        assert_eq!(found.key, key_of_board);
        let page = identity.listing_page(&at(path), 2).expect(path);
        assert_eq!(&page[url::Position::BeforePath..], second);
        assert_eq!(
            identity.board(&page).map(|found| (found.key, found.page)),
            Some((key_of_board.to_owned(), 2))
        );
    }
    // Its articles are those of the board.
    let identity = &profile("rhymix").identity;
    assert_eq!(
        key(identity, "/news/1003?category=76"),
        key(identity, "/news/1003")
    );
}

#[test]
fn listing_pages_are_asked_for_in_the_form_the_board_links() {
    let page = |engine: &str, path: &str, page| {
        let identity = &profile(engine).identity;
        let url = identity.listing_page(&at(path), page)?;
        Some(url[url::Position::BeforePath..].to_owned())
    };
    assert_eq!(page("rhymix", "/news?page=7", 1).as_deref(), Some("/news"));
    assert_eq!(page("rhymix", "/news", 8).as_deref(), Some("/news?page=8"));
    assert_eq!(
        page("rhymix", "/?mid=news", 8).as_deref(),
        Some("/index.php?mid=news&page=8")
    );
    assert_eq!(page("rhymix", "/news", 0), None);
    assert_eq!(page("rhymix", "/news/12", 2), None);
    let plain = "/bbs/board.php?bo_table=news";
    assert_eq!(page("gnuboard5", plain, 2), Some(format!("{plain}&page=2")));
    assert_eq!(
        page("gnuboard5", &format!("{plain}&page=3"), 1).as_deref(),
        Some(plain)
    );
    assert_eq!(
        page("gnuboard5", "/news", 2).as_deref(),
        Some("/news?page=2")
    );
    assert_eq!(
        page("kboard", "/?pageid=2&page_id=69&mod=list", 3).as_deref(),
        Some("/?page_id=69&pageid=3")
    );
    assert_eq!(
        page("kboard", "/free/", 3).as_deref(),
        Some("/free/?pageid=3")
    );
}

#[test]
fn ids_of_gnuboard_are_unique_per_board_only() {
    let identity = &profile("gnuboard5").identity;
    for (path, expected) in [
        (
            "/bbs/board.php?bo_table=news&wr_id=1",
            "board.example/news/1",
        ),
        (
            "/bbs/board.php?wr_id=1&bo_table=news&page=3",
            "board.example/news/1",
        ),
        (
            "/bbs/board.php?bo_table=news&wr_id=1&sca=%C1%A4%C4%A1&sfl=wr_subject&stx=a&sst=wr_hit&sod=desc&sop=and&spt=-9&device=pc",
            "board.example/news/1",
        ),
        (
            "/bbs/board.php?bo_table=news&wr_id=1#c_293",
            "board.example/news/1",
        ),
        (
            "/bbs/board.php?bo_table=free&wr_id=1",
            "board.example/free/1",
        ),
        ("/news/1", "board.example/news/1"),
        ("/news/1?page=2", "board.example/news/1"),
        (
            "/gnu/bbs/board.php?bo_table=news&wr_id=1",
            "board.example/gnu/news/1",
        ),
        ("/gnu/news/1", "board.example/gnu/news/1"),
    ] {
        assert_eq!(key(identity, path).as_deref(), Some(expected), "{path}");
    }
    for path in [
        "/bbs/board.php?bo_table=news",
        "/bbs/board.php?bo_table=news&wr_id=0",
        "/bbs/board.php?bo_table=news&wr_id=12a",
        "/bbs/password.php?w=d&bo_table=news&wr_id=1",
        "/bbs/good.php?bo_table=news&wr_id=1&good=good",
        "/bbs/write.php?w=r&bo_table=news&wr_id=1",
        "/bbs/download.php?bo_table=news&wr_id=1&no=0&nonce=a",
        "/bbs/link.php?bo_table=news&wr_id=1&no=1",
        "/bbs/board.php?bo_table=news&wr_id=1&w=d",
        "/rss/news",
        "/data/file/news/1.jpg",
        "/content/company",
    ] {
        assert_eq!(key(identity, path), None, "{path}");
    }
    assert_eq!(
        board(identity, "/bbs/board.php?bo_table=news&page=2"),
        Some(("board.example/news".to_owned(), 2))
    );
    assert_eq!(
        board(
            identity,
            "/bbs/board.php?bo_table=news&sca=&sst=&sod=&sop=and&page=2"
        ),
        None
    );
    assert_eq!(
        board(identity, "/bbs/board.php?bo_table=news&sst=wr_hit&sod=desc"),
        None
    );
    assert_eq!(
        board(identity, "/bbs/board.php?bo_table=news&wr_id=1"),
        None
    );
}

#[test]
fn a_slug_becomes_a_number_once_its_page_has_told_it() {
    let identity = &profile("gnuboard5").identity;
    let url = at("/news/%ec%84%9c%EB%B2%84-점검/?page=2");
    let slug = identity.article(&url).unwrap();
    assert_eq!(slug.id, None);
    assert_eq!(
        slug.key.as_str(),
        "board.example/news/~%EC%84%9C%EB%B2%84-%EC%A0%90%EA%B2%80"
    );
    // The slash matters: without it the board answers 404.
    assert_eq!(
        slug.canonical_url.path(),
        "/news/%ec%84%9c%EB%B2%84-%EC%A0%90%EA%B2%80/"
    );
    assert_eq!(slug.canonical_url.query(), None);
    let told = identity.with_id(&slug, "290");
    assert_eq!(told.key.as_str(), "board.example/news/290");
    assert_eq!(told.canonical_url.as_str(), "http://board.example/news/290");
    assert_eq!(told.slug, slug.slug);

    let identity = &profile("rhymix").identity;
    let slug = identity.article(&at("/news/entry/my-entry-글")).unwrap();
    assert_eq!(
        (slug.id.clone(), slug.board.as_deref()),
        (None, Some("news"))
    );
    let told = identity.with_id(&slug, "415");
    assert_eq!(told.key.as_str(), "board.example/415");
    assert_eq!(told.canonical_url.as_str(), "http://board.example/news/415");
}

#[test]
fn kboard_articles_are_not_the_page_they_stand_on() {
    let identity = &profile("kboard").identity;
    for path in [
        "/?page_id=69&uid=33&mod=document",
        "/?pageid=2&page_id=69&mod=document&uid=33",
        "/?page_id=69&pageid=2&uid=33&mod=document",
        "/index.php?page_id=69&mod=document&uid=33",
    ] {
        assert_eq!(
            key(identity, path).as_deref(),
            Some("board.example/69/33"),
            "{path}"
        );
        assert_eq!(
            canonical(identity, path).as_deref(),
            Some("/?page_id=69&mod=document&uid=33")
        );
    }
    let pretty = "/community/free/?mod=document&uid=7&pageid=3";
    assert_eq!(
        key(identity, pretty).as_deref(),
        Some("board.example/community/free/7")
    );
    let found = identity.board(&at("/?page_id=69&pageid=2")).unwrap();
    assert_eq!(
        (found.key.as_str(), found.name.as_str(), found.page),
        ("board.example/69", "69", 2)
    );
    for path in ["/?page_id=69", "/?pageid=2&page_id=69&mod=list"] {
        assert!(identity.board(&at(path)).is_some(), "{path}");
        assert_eq!(key(identity, path), None, "{path}");
    }
    for path in [
        "/?page_id=69&mod=editor&uid=33",
        "/?page_id=69&mod=list&category1=a",
        "/?kboard_content_redirect=33",
    ] {
        assert!(!identity.follows(&at(path)), "{path}");
    }
}

#[test]
fn an_installation_below_the_root_has_its_own_keys() {
    let identity = &profile("rhymix").identity;
    let found = identity.article(&at("/xe/news/1003?page=2")).unwrap();
    assert_eq!(
        (found.base.as_str(), found.board.as_deref()),
        ("/xe", Some("news"))
    );
    assert_eq!(found.key.as_str(), "board.example/xe/1003");
    assert_eq!(found.canonical_url.path(), "/xe/news/1003");
    assert_eq!(
        board(identity, "/xe/news?page=2"),
        Some(("board.example/xe/news".to_owned(), 2))
    );
    let url = identity.article_url(&found, &found.canonical_url, "7");
    assert_eq!(url.as_str(), "http://board.example/xe/news/7");
}

#[test]
fn a_port_that_is_not_the_schemes_own_is_part_of_the_host() {
    let identity = &profile("rhymix").identity;
    let key = |url: &str| {
        identity
            .article(&Url::parse(url).unwrap())
            .unwrap()
            .key
            .to_string()
    };
    assert_eq!(
        key("http://user:secret@Board.Example:8080/news/5"),
        "board.example:8080/5"
    );
    assert_eq!(key("https://board.example:443/news/5"), "board.example/5");
    // One article, whichever scheme.
    assert_eq!(key("http://board.example/news/5"), "board.example/5");
    assert_eq!(key("http://[::1]:81/news/5"), "[::1]:81/5");
    let found = identity.article(&Url::parse("http://user:secret@board.example/news/5").unwrap());
    assert_eq!(
        found.unwrap().canonical_url.as_str(),
        "http://board.example/news/5"
    );
}

#[test]
fn session_ids_are_not_asked_for_and_other_bytes_stay() {
    let identity = &profile("gnuboard5").identity;
    let clean = |path: &str| {
        let url = identity.requestable(&at(path));
        url[url::Position::BeforePath..].to_owned()
    };
    assert_eq!(
        clean(
            "/bbs/board.php?PHPSESSID=0123&bo_table=news&sca=%c1%a4%C4%A1+a&wr_id=3&device=mobile#c_9"
        ),
        "/bbs/board.php?bo_table=news&sca=%c1%a4%C4%A1+a&wr_id=3"
    );
    assert_eq!(clean("/news/3?phpsessid=1"), "/news/3");
    assert_eq!(clean("/news/3?a=%C1&&b"), "/news/3?a=%C1&&b");
    assert_eq!(clean("/news/3;jsessionid=0A1B?page=2"), "/news/3?page=2");
    assert_eq!(
        key(identity, "/news/3;jsessionid=0A1B").as_deref(),
        Some("board.example/news/3")
    );
}

#[test]
fn redirects_are_followed_to_articles_and_listings_only() {
    let identity = &profile("gnuboard5").identity;
    assert!(identity.follows(&at("/bbs/board.php?bo_table=news&wr_id=285#c_293")));
    assert!(identity.follows(&at("/bbs/board.php?bo_table=news")));
    assert!(!identity.follows(&at("/bbs/password.php?w=s&bo_table=news&wr_id=427")));
    assert!(!identity.follows(&at("/bbs/login.php?url=x")));
    assert!(!identity.follows(&Url::parse("ftp://board.example/news/1").unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_url_has_an_identity_or_none(path in "(/|\\PC){0,30}", query in "\\PC{0,40}") {
        let mut url = at("/");
        url.set_path(&path);
        url.set_query(Some(&query));
        for engine in ["rhymix", "gnuboard5", "gnuboard4", "kboard"] {
            let identity = &profile(engine).identity;
            if let Some(article) = identity.article(&url) {
                // The canonical URL is a spelling of the same article.
                let again = identity.article(&article.canonical_url).map(|again| again.key);
                prop_assert_eq!(again, Some(article.key.clone()));
                identity.with_id(&article, "12");
            }
            if let Some(board) = identity.board(&url) {
                let page = identity.listing_page(&url, 3).and_then(|page| identity.board(&page));
                prop_assert_eq!(page.map(|page| (page.key, page.page)), Some((board.key, 3)));
            }
            let clean = identity.requestable(&url);
            prop_assert_eq!(identity.requestable(&clean), clean);
        }
    }

    /// CASES.md 1, 2: state in a link, in any order, changes nothing.
    #[test]
    fn state_in_any_order_leaves_the_key(
        state in Just(vec!["page=3", "cpage=1", "category=79", "utm_source=x", "sca=%C1%A4", "stx=a", "sst=wr_hit",
            "PHPSESSID=0f", "pageid=4", "spt=-10"]).prop_shuffle(),
        n_taken in 0usize..10,
        id in 1u32..99999,
    ) {
        let state = state[..n_taken].join("&");
        for (engine, carrier) in [
            ("rhymix", format!("/news/{id}?")),
            ("rhymix", format!("/index.php?mid=news&document_srl={id}&")),
            ("gnuboard5", format!("/bbs/board.php?bo_table=news&wr_id={id}&")),
            ("gnuboard5", format!("/news/{id}?")),
            ("kboard", format!("/?page_id=69&mod=document&uid={id}&")),
        ] {
            let identity = &profile(engine).identity;
            let plain = identity.article(&at(&carrier)).unwrap();
            let stated = identity.article(&at(&format!("{carrier}{state}"))).unwrap();
            prop_assert_eq!(&stated.key, &plain.key);
            prop_assert_eq!(&stated.canonical_url, &plain.canonical_url);
        }
    }
}
