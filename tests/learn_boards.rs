//! Boards in shapes that no built-in profile knows are learnt from a few pages and crawled whole; then every key, title,
//! author, date, body and comment in the store must be what the board's generator put there.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use boardwalk::document::parse;
use boardwalk::learn::{Navigation, SeenPage, learn_listing};
use jiff::Timestamp;
use serde_json::Value;
use support::crawl::Boardwalk;
use support::server::{Reply, Request, Server};
use support::shapes::findings::{Findings, path_of, shown};
use support::shapes::{Board, boards};
use url::Url;

/// Requests that learning may make, the first page's included.
const MOST_LEARNING: usize = 10;

/// Crawls a board of this shape as an unknown one. What is wrong with what was stored, one line each.
fn crawled(board: &dyn Board) -> Vec<String> {
    let (plan, all, pinned) = (board.plan(), board.posts(), board.pinned());
    let site = board.site();
    let handler = site.clone();
    let server = Server::start(move |request: &Request| {
        // WordPress complains of a page behind the last with 400.
        let past_end = request.target == "/wp-json/wp/v2/posts?page=5";
        match past_end {
            true => Reply::new(
                400,
                "application/json",
                r#"{"code":"rest_post_invalid_page_number","data":{"status":400}}"#,
            ),
            false => handler.answer(request),
        }
    });
    let boardwalk = Boardwalk::new();
    let url = server.url(&board.listing_url(1));
    let outcome = boardwalk.crawl(&url, &["--profile", "learn", "--verbose"]);
    if outcome.code != Some(0) {
        let report = outcome.report();
        let said = &report["boards"][0];
        return vec![format!(
            "{}: {}; asked: {:?}",
            said["walk"],
            said["trouble"],
            server.targets()
        )];
    }
    if std::env::var_os("SHOW_LEARNT").is_some() {
        let archive = rusqlite::Connection::open(boardwalk.database()).expect("a store");
        let text: String = archive
            .query_row("SELECT text FROM learnt_profile", [], |row| row.get(0))
            .expect("a profile");
        eprintln!("{text}");
    }
    let mut findings = Findings {
        plan,
        nested: board.is_nested(),
        wrong: Vec::new(),
    };
    let learning = outcome
        .stderr
        .lines()
        .find_map(|line| line.split(" with ").nth(1)?.split(' ').next()?.parse().ok())
        .unwrap_or(usize::MAX);
    if learning > MOST_LEARNING {
        findings.wrong.push(format!(
            "{learning} requests to learn it\n{}",
            outcome.stderr
        ));
    }
    // Nothing has changed, and the board is as it was learnt.
    let again = boardwalk.crawl(&url, &[]).report()["boards"][0].clone();
    if !again["misfit"].is_null() || again["n_new"] != 0 {
        findings.wrong.push(format!("the second crawl: {again}"));
    }
    let mut held: BTreeMap<String, Value> = BTreeMap::new();
    for record in boardwalk.export() {
        held.insert(path_of(shown(&record, "url")), record);
    }
    let keys: BTreeSet<&str> = held.values().map(|record| shown(record, "key")).collect();
    findings.same("keys", &keys.len().to_string(), &held.len().to_string());
    for want in pinned.iter().chain(&all) {
        let id = board.id(want);
        let mut found = held.iter().filter(|(_, record)| {
            shown(record, "key")
                .split(['/', '~', '?', '='])
                .any(|part| part == id)
        });
        match (found.next(), found.next()) {
            (Some((_, got)), None) => findings.post(got, want, &board.files(want)),
            (None, _) => findings.wrong.push(format!("post {id} was not found")),
            (Some(_), Some(_)) => findings.wrong.push(format!("post {id} was found twice")),
        }
    }
    findings.same(
        "articles",
        &held.len().to_string(),
        &(pinned.len() + all.len()).to_string(),
    );
    let strays = site.strays.lock().expect("no holder of this lock panics");
    let beyond = |target: &String| {
        let past = (1..4).map(|n| board.listing_url(board.n_pages() + n));
        target == "/robots.txt" || past.into_iter().any(|past| past == *target)
    };
    for stray in strays.iter().filter(|target| !beyond(target)) {
        findings.wrong.push(format!("{stray} was asked for"));
    }
    findings.wrong
}

fn named(name: &str) -> Box<dyn Board> {
    let mut all = boards().into_iter();
    all.find(|board| board.plan().name == name)
        .expect("a board of this name")
}

fn check(board: &dyn Board) {
    let (name, wrong) = (board.plan().name, crawled(board));
    let said: Vec<&str> = wrong.iter().take(6).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "\n{name}, {} wrong:\n{}",
        wrong.len(),
        said.join("\n")
    );
}

/// One test a board, named for it.
macro_rules! boards {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            check(named($name).as_ref());
        })*

        #[test]
        fn every_board_has_a_test() {
            let tested = [$($name),*];
            let missing: Vec<&str> = boards().iter().map(|board| board.plan().name).filter(|name| !tested.contains(name)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    };
}

boards! {
    phpbb_in_german: "phpbb-german",
    phpbb_in_french: "phpbb-french",
    mybb: "mybb",
    smf: "smf",
    vbulletin: "vbulletin",
    xenforo: "xenforo",
    discuz: "discuz",
    flarum_without_scripts: "flarum",
    discourse_without_scripts: "discourse",
    fivechannel: "5channel",
    flaskbb: "flaskbb",
    spirit: "spirit",
    nodebb: "nodebb",
    dcinside: "dcinside",
    clien: "clien",
    ppomppu: "ppomppu",
    a_towns_notices: "town",
    a_towns_notices_by_script: "town-of-scripts",
    cards: "cards",
    a_blog: "blog",
    a_newspapers_section: "newspaper",
    a_list_by_cursor: "cursor",
    an_endless_list: "endless",
    an_endless_list_by_cursor: "endless-cursor",
    an_endless_list_whose_first_rows_stand_in_the_page: "endless-after-the-first",
    discourse_by_its_data: "discourse-data",
    nodebb_by_its_data: "nodebb-data",
    a_blog_by_rest: "wordpress-rest",
    a_blog_by_its_feed: "feed",
    notes_by_their_feed: "feed-of-notes",
    pages_whose_data_stand_beside_them: "page-data",
    a_blog_by_its_sitemap: "sitemap",
    a_blog_by_an_index_of_sitemaps: "sitemap-index",
    a_blog_by_its_sitemap_of_news: "sitemap-news",
    pages_that_scripts_make_of_their_data: "next",
    pages_that_show_what_their_data_says: "next-rendered",
    a_list_in_a_script_without_a_name: "island",
    a_list_in_a_variable: "variable",
    data_written_as_a_flat_list: "flat",
    a_list_in_a_cache_of_queries: "queries",
    vbulletin_4: "vbulletin4",
    vbulletin_5: "vbulletin5",
    questions_and_answers: "questions",
    questions_with_cards_of_askers: "stack",
    an_aggregator_of_links: "aggregator",
    a_thread_board_of_cgi_scripts: "kent",
    a_magazine_of_cards: "casper",
    tistory: "tistory",
    a_districts_notices: "district",
    drupal: "drupal",
    punbb: "punbb",
    zeroboard: "zeroboard",
    a_weblog: "weblog",
    lemmy: "lemmy",
    an_imageboard: "vichan",
    discuz_by_query: "discuz-x",
    bbpress: "bbpress",
    vbulletin_4_whose_pages_stand_beside_each_other: "vbulletin4-named",
    vbulletin_4_by_bare_queries: "vbulletin4-plain",
    phorum: "phorum",
    redmine: "redmine",
    an_aggregator_with_ids_of_letters: "letters",
    vanilla: "vanilla",
    invision: "invision",
    phpwind: "phpwind",
    yabb: "yabb",
    fud: "fud",
    american_dates_by_a_long_clock: "us-clock",
    woltlab: "woltlab",
    threads_of_terms_and_definitions: "dt-dd",
    a_tracker: "tracker",
    ubb_threads: "ubb",
    askbot: "askbot",
    an_institutions_notices_by_forms: "egov",
    a_companys_notices_by_a_hidden_form: "post-form",
    kimsq: "kimsq",
    textcube: "textcube",
    usebb: "usebb",
    an_imageboard_with_titles_beside_links: "futaba",
    a_cgi_board_with_comments: "kent-comments",
    arabic: "arabic",
    thai: "thai",
    vietnamese: "vietnamese",
    russian: "russian",
    turkish: "turkish",
    hebrew: "hebrew",
    greek: "greek",
    hindi: "hindi",
    a_board_for_telephones: "mobile",
    pages_in_a_select: "select",
    a_button_for_more: "more",
    files_in_a_row_of_facts: "files-egov",
    files_behind_calls_of_scripts: "files-script",
    files_below_posts_of_threads: "files-phpbb",
    files_among_the_words_of_posts: "files-german",
    files_whose_ids_hold_tokens: "files-discuz",
    files_beside_buttons: "files-buttons",
    files_with_titles_for_names: "files-japanese",
    files_of_one_old_post: "files-rare",
    a_forum_in_a_sites_system: "kunena",
    a_mailing_lists_archive: "hyperkitty",
    a_forum_of_tables_with_icons: "newbb",
    topics_found_by_their_titles: "asgaros",
    a_community_of_small_lines: "v2ex",
    rows_that_are_links: "arca",
    a_trackers_query: "trac",
    posts_within_each_other: "moodle",
    questions_with_facts_at_their_foot: "q2a",
    hours_with_a_letter: "plone",
    pages_with_check_sums: "typo3",
    a_link_over_a_whole_row: "zine",
    a_japanese_weblog: "ameblo",
    a_static_sites_archive: "hexo",
    persian: "wpforo",
    ukrainian: "misago",
    a_forum_of_articles: "thredded",
    a_month_of_letters: "pipermail",
    moments_in_pieces_of_one_class: "tieba",
    classes_with_codes: "cssmodules",
    classes_of_looks: "utility",
    a_hosted_forum: "proboards",
    news_in_columns: "joomla-blog",
    an_offices_notices: "office",
    comments_in_rows_of_a_table: "ruliweb",
    letters_by_the_page: "letters-by-page",
    one_form_of_address_for_all: "ucoz",
    a_small_forum: "minibb",
    entries_under_their_days: "weblog-days",
    cards_with_their_writer_twice: "forem",
    posts_of_four_rows_each: "jforum",
    posts_with_bare_anchors: "snitz",
    a_list_that_counts_down: "ptt",
    offsets_behind_titles: "offsets",
    conversations: "esotalk",
    stories_with_ids_of_letters_before_titles: "lobsters",
    comments_moved_in_by_a_class: "mbin",
    items_with_labels_for_small_screens: "xe3",
    a_forum_that_counts_pages_behind_its_own_number: "xiuno",
    panels_of_posts: "dizkus",
    an_aggregator_by_cursor: "tildes",
    an_institutions_notices_in_one_form: "egov-article",
    a_universitys_notices: "k2web",
    a_cgi_board_of_threads: "patio",
    links_over_cards_named_by_labels: "papermod",
    a_forum_with_starts_in_tooltips: "ipb3",
    news_of_an_engine: "dle",
    a_forum_of_coloured_cells: "phpbb2",
    a_static_weblog: "minima",
    a_weblog_of_blocks: "blocks",
    a_house_of_codes_tracker: "gitea",
    a_shops_notices: "cafe24",
    a_site_builders_board: "imweb",
    an_offices_static_pages: "gov-cn",
    a_front_without_scripts: "redlib",
    stories_of_two_rows_each: "hackernews",
    links_with_numbers_in_their_data: "jquery-data",
    boxes_with_badges: "startbbs",
    questions_whose_askers_stand_aside: "wecenter",
    a_list_of_bugs: "bugzilla",
    a_section_of_a_newspaper: "journal",
    a_forum_of_cards: "namelessmc",
    summaries_in_a_portal: "liferay",
    news_whose_addresses_are_titles: "vnnews",
    terms_of_days: "oshirase",
    a_hosted_weblog_that_goes_back_in_time: "blogger",
    a_forum_with_letters_before_its_numbers: "yafnet",
    topics_in_boxes: "mvcforum",
    a_weblog_with_labels: "typecho",
    four_rows_without_dates: "few",
    advertisements_among_rows: "ads",
    a_board_of_pictures: "gallery",
    a_board_like_a_magazine: "webzine",
}

/// Boards whose posts are as varied as people's: titles and bodies of one word, the same title twice, quotations and lists
/// in replies, one writer of every third post, threads of two dozen replies beside those without one.
macro_rules! lifelike_boards {
    ($($test:ident: $name:literal,)*) => {
        mod with_posts_like_peoples {
            use super::{check, support::shapes::lifelike};

            $(#[test]
            fn $test() {
                check(lifelike($name).as_ref());
            })*
        }
    };
}

lifelike_boards! {
    a_mailing_lists_archive: "hyperkitty",
    boxes_with_badges: "startbbs",
    a_districts_notices: "district",
    a_universitys_notices: "k2web",
    a_forum_in_a_sites_system: "kunena",
    a_small_forum: "minibb",
    a_forum_of_tables_with_icons: "newbb",
    a_list_of_bugs: "bugzilla",
    cards_with_their_writer_twice: "forem",
    entries_under_their_days: "weblog-days",
    links_over_cards_named_by_labels: "papermod",
    phorum: "phorum",
    a_forum_of_coloured_cells: "phpbb2",
    questions_whose_askers_stand_aside: "wecenter",
    vietnamese: "vietnamese",
}

/// Crawls the board of a shape, of which some targets answer otherwise. What was said, what was asked for, and what is held.
fn crawled_with(
    name: &str,
    otherwise: fn(&Request) -> Option<Reply>,
) -> (String, Vec<String>, Vec<Value>) {
    crawled_from(name, None, otherwise)
}

/// The same, where another target of the site is named than its listing.
fn crawled_from(
    name: &str,
    target: Option<&str>,
    otherwise: fn(&Request) -> Option<Reply>,
) -> (String, Vec<String>, Vec<Value>) {
    let shape = named(name);
    let target = target.map_or_else(|| shape.listing_url(1), str::to_owned);
    let site = shape.site();
    let server = Server::start(move |request: &Request| {
        otherwise(request).unwrap_or_else(|| site.answer(request))
    });
    let boardwalk = Boardwalk::new();
    let url = server.url(&target);
    let outcome = boardwalk.crawl(&url, &["--profile", "learn", "--verbose"]);
    let held = match outcome.code {
        Some(3) => Vec::new(),
        _ => boardwalk.export(),
    };
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    (said, server.targets(), held)
}

/// An article in doubt is believed where known ones come out as they are held; those, too, are read as their board's
/// profile reads pages, which here is without scripts.
#[test]
fn known_articles_clear_a_doubt_on_a_board_without_scripts() {
    let shape = named("flarum");
    let site = shape.site();
    let is_redecorated = Arc::new(AtomicBool::new(false));
    let redecorated = Arc::clone(&is_redecorated);
    let server = Server::start(move |request: &Request| {
        let mut reply = site.answer(request);
        if redecorated.load(Ordering::SeqCst) {
            let page = String::from_utf8_lossy(&reply.body).into_owned();
            let page = page.replace(
                "<div id=main>",
                "<p class=novelty>Now with tea</p><div id=main>",
            );
            reply.body = page.into_bytes();
        }
        reply
    });
    let boardwalk = Boardwalk::new();
    let url = server.url(&shape.listing_url(1));
    boardwalk
        .crawl(&url, &["--profile", "learn"])
        .expect_code(0);
    let n_held = boardwalk.export().len();
    let archive = rusqlite::Connection::open(boardwalk.database()).expect("a store");
    archive
        .execute_batch(
            "PRAGMA foreign_keys = ON;
             DELETE FROM article WHERE id = (SELECT id FROM article ORDER BY posted_at DESC LIMIT 1);",
        )
        .expect("an article goes");
    drop(archive);
    is_redecorated.store(true, Ordering::SeqCst);
    let outcome = boardwalk.crawl(&url, &["-vv"]).expect_code(0);
    assert!(
        outcome.report()["boards"][0]["misfit"].is_null(),
        "{outcome}"
    );
    assert!(
        outcome.stderr.contains("yet it is to be believed"),
        "{outcome}"
    );
    let held = boardwalk.export();
    assert_eq!(held.len(), n_held);
    assert!(
        held.iter().all(|record| shown(record, "state") == "stored"),
        "{held:?}"
    );
}

/// Behind a thread's last page stands that page again, with a link to the number after: once is enough to tell.
#[test]
fn a_thread_without_a_last_page_is_left_at_its_first_repeated_page() {
    let shape = named("punbb");
    let site = shape.site();
    let threads: BTreeMap<String, usize> = shape
        .posts()
        .iter()
        .map(|post| (post.id.to_string(), shape.n_article_pages(post)))
        .collect();
    let n_last = threads.clone();
    let server = Server::start(move |request: &Request| {
        let thread = request.target.strip_prefix("/viewtopic.php?id=");
        let Some(thread) = thread else {
            return site.answer(request);
        };
        let (id, page) = thread.split_once("&p=").unwrap_or((thread, "1"));
        let page: usize = page.parse().expect("a number");
        let Some(last) = n_last.get(id).copied().filter(|last| *last > 1) else {
            return site.answer(request);
        };
        let mut shown = request.clone();
        shown.target = match page.min(last) {
            1 => format!("/viewtopic.php?id={id}"),
            n => format!("/viewtopic.php?id={id}&p={n}"),
        };
        let mut reply = site.answer(&shown);
        let text = String::from_utf8_lossy(&reply.body).replace(
            "<div class=pagination>",
            &format!(
                "<div class=pagination><a rel=next href='/viewtopic.php?id={id}&p={}'>Next</a> ",
                page + 1
            ),
        );
        reply.body = text.into_bytes();
        reply
    });
    let boardwalk = Boardwalk::new();
    let url = server.url(&shape.listing_url(1));
    boardwalk
        .crawl(&url, &["--profile", "learn"])
        .expect_code(0);
    let asked = server.targets();
    for (id, last) in threads.iter().filter(|(_, last)| **last > 1) {
        let further = format!("/viewtopic.php?id={id}&p=");
        let pages: BTreeSet<usize> = asked
            .iter()
            .filter_map(|target| target.strip_prefix(&further)?.parse().ok())
            .collect();
        assert_eq!(
            pages.len(),
            *last,
            "thread {id}: to page {:?}",
            pages.last()
        );
    }
    let held = boardwalk.export();
    for post in shape.posts() {
        let end = format!("id={}", post.id);
        let record = held
            .iter()
            .find(|record| shown(record, "url").ends_with(&end));
        let n_comments = record.and_then(|record| Some(record["comments"].as_array()?.len()));
        assert_eq!(n_comments, Some(post.replies.len()), "post {}", post.id);
    }
}

/// The page tells the day, the endpoint the second.
#[test]
fn an_endpoints_dates_are_finer_than_the_pages() {
    let (said, _, held) = crawled_with("wordpress-rest", |request| {
        let past_end = request.target == "/wp-json/wp/v2/posts?page=5";
        past_end.then(|| {
            Reply::new(
                400,
                "application/json",
                r#"{"message":"The page number is too large."}"#,
            )
        })
    });
    assert_eq!(held.len(), 33, "{said}");
    for record in held {
        assert_eq!(shown(&record, "posted_at_precision"), "second", "{record}");
    }
}

#[test]
fn a_feed_that_is_named_itself_is_crawled() {
    let (said, asked, held) = crawled_from("feed", Some("/notes.rss"), |_| None);
    assert_eq!(held.len(), 33, "{said}");
    // What came first is not asked for again before it is understood.
    assert_eq!(asked[1..3], ["/notes.rss", "/notes.rss?page=2"]);
}

#[test]
fn an_endpoint_that_robots_forbid_is_not_asked() {
    let (said, asked, held) = crawled_with("endless", |request| {
        let robots = request.target == "/robots.txt";
        robots.then(|| Reply::text("User-agent: *\nDisallow: /api/\n"))
    });
    assert!(
        held.is_empty() && said.contains("disallowed by robots.txt"),
        "{said}"
    );
    assert!(
        !asked.iter().any(|target| target.contains("/api/")),
        "{asked:?}"
    );
}

/// By the page's own address, or by the name that it was given: it is learnt once, and nothing is new the second time.
#[test]
fn an_endless_list_is_added_and_crawled_by_name() {
    let shape = named("endless");
    let site = shape.site();
    let server = Server::start(move |request: &Request| site.answer(request));
    let boardwalk = Boardwalk::new();
    let config = boardwalk.folder().join("boardwalk.toml");
    std::fs::write(config, "[pace]\nrate = \"1000/s\"\n").expect("written");
    let page = server.url("/feed");
    let added = boardwalk
        .run_plain(&["add", &page, "--name", "coast", "--yes"])
        .expect_code(0);
    let newest = &shape.posts()[0].title;
    assert!(added.stdout.contains(newest.as_str()), "{added}");
    let n_learning = server.targets().len();
    let n_new = |what: &str| {
        let outcome = boardwalk.crawl(what, &[]).expect_code(0);
        outcome.report()["boards"][0]["n_new"].clone()
    };
    assert_eq!(n_new("coast"), 33);
    assert_eq!(n_new("coast"), 0);
    assert_eq!(n_new(&page), 0);
    let asked = &server.targets()[n_learning..];
    assert!(!asked.contains(&"/feed".to_owned()), "{asked:?}");
}

/// The page shows ten posts; what its endpoint tells are others.
#[test]
fn an_endpoint_that_disagrees_with_its_page_is_refused() {
    let (said, _, held) = crawled_with("endless-after-the-first", |request| {
        let foreign = |n: u32| {
            format!(
                r#"{{"permalink":"/stream/comments/{n}/offer/","title":"An offer of the week, number {n}"}}"#
            )
        };
        let answer = format!(
            r#"{{"items":[{},{},{}]}}"#,
            foreign(7),
            foreign(8),
            foreign(9)
        );
        request
            .target
            .starts_with("/stream/more.json")
            .then(|| Reply::new(200, "application/json", answer))
    });
    assert!(
        said.contains("its records are not those that the page shows"),
        "{said}"
    );
    assert_eq!(held.len(), 10, "{said}");
    assert!(
        held.iter()
            .all(|record| !shown(record, "title").contains("offer")),
        "{held:?}"
    );
}

/// The records' links lead to articles that are called otherwise: how the script makes them was misunderstood.
#[test]
fn links_that_lead_to_other_articles_are_refused() {
    let (said, _, held) = crawled_with("endless", |request| {
        let id = request.target.strip_prefix("/feed/view/")?;
        let words: String = (0..40).map(|n| format!("tide{id}x{n} ")).collect();
        Some(Reply::html(format!(
            "<div class=head><h1>Table of tides {id}</h1></div><div class=text><p>{words}</p></div>"
        )))
    });
    assert!(
        said.contains("its pages do not teach how to read it"),
        "{said}"
    );
    assert!(held.is_empty(), "{held:?}");
}

/// Where the records' articles are is a guess: what it leads to must be called as they are.
#[test]
fn a_guess_that_leads_to_other_articles_is_refused() {
    let (said, asked, held) = crawled_with("next", |request| {
        let id = request.target.strip_prefix("/community/")?;
        Some(Reply::html(format!("<h1>Table of tides {id}</h1>")))
    });
    assert!(said.contains("is not about its record"), "{said}");
    assert!(held.is_empty(), "{held:?}");
    let n_guessed = asked
        .iter()
        .filter(|target| target.starts_with("/community/"))
        .count();
    assert_eq!(n_guessed, 1, "{asked:?}");
}

/// Data that cannot be read is no listing, and no menu is taken for one.
#[test]
fn a_page_whose_data_is_broken_is_refused() {
    let (said, _, held) = crawled_with("next", |request| {
        let is_listing = request.target.starts_with("/community?");
        is_listing.then(|| {
            Reply::html("<div id=__next></div><script id=__NEXT_DATA__ type=application/json>{\"props\":{\"pageProps\":{\"posts\":[{\"id\":1</script>")
        })
    });
    assert!(
        said.contains("its pages do not teach how to read it"),
        "{said}"
    );
    assert!(held.is_empty(), "{held:?}");
}

/// Part of a board is not taken for the whole.
#[test]
fn an_endpoint_whose_next_answer_is_not_found_is_refused() {
    let (said, _, held) = crawled_with("endless", |request| {
        let first = "/api/v1/feed?page=1&size=10";
        let other = request.target.starts_with("/api/v1/feed") && request.target != first;
        other.then(|| Reply::new(500, "application/json", "{}"))
    });
    assert!(
        said.contains("it says that there is more, but no way leads there"),
        "{said}"
    );
    assert!(held.is_empty(), "{held:?}");
}

const ORIGIN: &str = "http://board.example";

fn as_of() -> Timestamp {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn url(path: &str) -> Url {
    Url::parse(&format!("{ORIGIN}{path}")).unwrap()
}

/// A page of words, a menu and a form is no board, and nothing is made up.
#[test]
fn a_page_without_a_listing_is_refused() {
    let text = "<html><body><ul class=menu><li><a href='/a'>Home</a><li><a href='/b'>About</a><li><a href='/c'>Help</a></ul>\
                <p>We are closed for the winter. Write to us if the lantern fails.</p></body></html>";
    let html = parse(text);
    let at = url("/");
    let refusal = learn_listing(
        &[SeenPage {
            html: &html,
            url: &at,
            as_of: as_of(),
        }],
        &Navigation::default(),
    )
    .unwrap_err();
    assert!(
        refusal.to_string().starts_with("no listing was found"),
        "{refusal}"
    );
}

/// 50,000 links, 100,000 elements, 10,000 levels: learnt or refused in bounded time, without a panic.
#[test]
fn hostile_pages_are_answered_in_time() {
    let many: String = (0..50_000)
        .map(|n| format!("<div><a href='/x/{n}'>word {n}</a></div>"))
        .collect();
    let deep = format!(
        "{}<a href='/x/1'>a</a><a href='/x/2'>b</a>",
        "<div class=a>".repeat(10_000)
    );
    let wide = format!(
        "<table>{}</table>",
        "<tr><td>1<td><a href='/x/1'>a</a>".repeat(30_000)
    );
    for text in [many, deep, wide] {
        let begun = std::time::Instant::now();
        let html = parse(&text);
        let at = url("/list");
        let _ = learn_listing(
            &[SeenPage {
                html: &html,
                url: &at,
                as_of: as_of(),
            }],
            &Navigation::default(),
        );
        eprintln!("{} bytes: {:?}", text.len(), begun.elapsed());
    }
}
