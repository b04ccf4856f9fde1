use super::*;

fn file(status: u16, body: impl AsRef<[u8]>) -> RobotsFile {
    RobotsFile {
        status,
        body: body.as_ref().to_vec(),
        fetched_at: "2026-11-23T12:00:00Z".parse().unwrap(),
    }
}

fn rules(body: impl AsRef<[u8]>) -> Rules {
    Rules::of(&file(200, body)).unwrap()
}

fn allowed(body: impl AsRef<[u8]>, path: &str) -> bool {
    let url = Url::parse(&format!("http://board.example{path}")).unwrap();
    rules(body).verdict(&url).allowed
}

/// The cases of RFC 9309, and the files that real boards have.
#[test]
fn rules_are_matched_as_the_rfc_says() {
    let groups = "User-agent: *\nDisallow: /\n\nUser-agent: boardwalk\nDisallow: /admin\n";
    let cases: &[(&str, &str, &str, bool)] = &[
        (
            "longest match",
            "User-agent: *\nDisallow: /a\nAllow: /a/b\n",
            "/a/b/c",
            true,
        ),
        (
            "longest match, other way",
            "User-agent: *\nAllow: /a\nDisallow: /a/b\n",
            "/a/b/c",
            false,
        ),
        (
            "a tie allows",
            "User-agent: *\nDisallow: /a\nAllow: /a\n",
            "/a",
            true,
        ),
        (
            "star",
            "User-agent: *\nDisallow: /*/print\n",
            "/news/print",
            false,
        ),
        (
            "end mark",
            "User-agent: *\nDisallow: /*.php$\n",
            "/a.php",
            false,
        ),
        (
            "end mark and query",
            "User-agent: *\nDisallow: /*.php$\n",
            "/a.php?x=1",
            true,
        ),
        (
            "query",
            "User-agent: *\nDisallow: /*?sst=\n",
            "/bbs/board.php?sst=wr_hit",
            false,
        ),
        ("our own group", groups, "/news", true),
        ("our own group's rule", groups, "/admin/x", false),
        (
            "groups of one agent are merged",
            "User-agent: boardwalk\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: BoardWalk\nDisallow: /b\n",
            "/b",
            false,
        ),
        (
            "a shared group",
            "User-agent: x\nUser-agent: boardwalk\nDisallow: /a\n",
            "/a",
            false,
        ),
        (
            "a version is cut",
            "User-agent: boardwalk/1.0 (+http://x)\nDisallow: /a\n\nUser-agent: *\nAllow: /\n",
            "/a",
            false,
        ),
        (
            "agents need not match in case",
            "USER-AGENT: BOARDWALK\nDISALLOW: /a\n",
            "/a",
            false,
        ),
        (
            "paths must match in case",
            "User-agent: *\nDisallow: /News\n",
            "/news",
            true,
        ),
        (
            "byte order mark",
            "\u{feff}User-agent: *\nDisallow: /a\n",
            "/a",
            false,
        ),
        (
            "byte order mark and version",
            "\u{feff}User-agent: boardwalk/2\nDisallow: /a\n",
            "/a",
            false,
        ),
        (
            "bare carriage returns",
            "User-agent: *\rDisallow: /a\r",
            "/a",
            false,
        ),
        (
            "raw Hangul",
            "User-agent: *\nDisallow: /글\n",
            "/%EA%B8%80/1",
            false,
        ),
        (
            "escapes in lower case",
            "User-agent: *\nDisallow: /%ea%b8%80\n",
            "/글",
            false,
        ),
        (
            "an escaped slash is none",
            "User-agent: *\nDisallow: /a%2Fb\n",
            "/a/b",
            true,
        ),
        (
            "an empty rule says nothing",
            "User-agent: *\nDisallow:\n",
            "/a",
            true,
        ),
        (
            "the file itself",
            "User-agent: *\nDisallow: /\n",
            "/robots.txt",
            true,
        ),
        (
            "comments",
            "User-agent: * # all\nDisallow: /a # not this\n",
            "/a",
            false,
        ),
        ("an empty file", "", "/a", true),
        (
            "a home page at 200",
            "<!DOCTYPE html>\n<p>User-agent: *\nDisallow: /\n",
            "/a",
            true,
        ),
    ];
    for (name, body, path, expected) in cases {
        assert_eq!(allowed(body, path), *expected, "{name}");
    }
}

#[test]
fn the_status_decides_where_there_is_no_file() {
    let url = Url::parse("http://board.example/news").unwrap();
    for status in [400, 401, 403, 404, 410] {
        let verdict =
            Rules::of(&file(status, "User-agent: *\nDisallow: /")).map(|r| r.verdict(&url));
        let verdict = verdict.unwrap();
        assert!(verdict.allowed, "{status}");
        assert_eq!(verdict.text, format!("robots: no file ({status})"));
    }
    for status in [0, 429, 500, 503] {
        assert!(Rules::of(&file(status, "")).is_err(), "{status}");
    }
}

#[test]
fn a_verdict_names_its_rule() {
    let rules = rules("User-agent: *\nAllow: /news\nDisallow: /news/admin\n");
    let text = |path: &str| {
        let url = Url::parse(&format!("http://board.example{path}")).unwrap();
        rules.verdict(&url).text
    };
    assert_eq!(text("/news/1"), "robots: allowed by \"Allow: /news\"");
    assert_eq!(
        text("/news/admin"),
        "robots: disallowed by \"Disallow: /news/admin\""
    );
    assert_eq!(text("/free"), "robots: no rule for it");
}

/// They belong to no agent's group, and may be of any host; a path alone is none.
#[test]
fn sitemaps_are_named_by_whole_urls() {
    let rules = rules(
        "User-agent: other\nsitemap : https://board.example/a.xml\r\nSitemap: /b.xml\n# Sitemap: https://board.example/c.xml\nSITEMAP:http://else.example/d.xml",
    );
    let named: Vec<&str> = rules.sitemaps().iter().map(Url::as_str).collect();
    assert_eq!(
        named,
        ["https://board.example/a.xml", "http://else.example/d.xml"]
    );
    let home = file(200, "<html>Sitemap: https://board.example/a.xml");
    assert!(Rules::of(&home).unwrap().sitemaps().is_empty());
}

#[test]
fn crawl_delay_may_have_a_fraction() {
    let delay = rules("User-agent: *\nCrawl-delay: 1.5\n").crawl_delay();
    assert_eq!(delay, Some(Duration::from_millis(1500)));
}

#[test]
fn a_rule_cut_at_500_kib_does_not_apply() {
    let start = "User-agent: *\n#";
    let half = "Disallow: /";
    // The limit falls behind `Disallow: /`, which would forbid everything.
    let padding = "x".repeat(BYTE_LIMIT - start.len() - 1 - half.len());
    let body = format!("{start}{padding}\n{half}private\n");
    let kept = cut(body.into_bytes());
    assert!(kept.len() <= BYTE_LIMIT && kept.ends_with(b"x\n"));
    assert!(allowed(&kept, "/news"));
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_file_is_kept_for_a_day() {
    let mut memory = RobotsMemory::default();
    let now = at("2026-11-23T12:00:00Z");
    assert!(matches!(memory.consult(now), Consult::Fetch));
    memory.learn(&file(404, ""));
    assert!(matches!(
        memory.consult(at("2026-11-24T11:59:59Z")),
        Consult::Rules(_)
    ));
    assert!(matches!(
        memory.consult(at("2026-11-24T12:00:01Z")),
        Consult::Fetch
    ));
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_file_is_asked_for_again_ever_more_seldom() {
    let mut memory = RobotsMemory::default();
    let now = at("2026-11-23T12:00:00Z");
    let mut waits = Vec::new();
    for _ in 0..8 {
        assert!(matches!(memory.consult(now), Consult::Fetch));
        memory.learn(&file(503, ""));
        let Consult::Wait(wait) = memory.consult(now) else {
            panic!("it is not to be asked for at once");
        };
        waits.push(wait.as_secs());
        tokio::time::advance(wait).await;
    }
    assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
}

#[tokio::test(start_paused = true)]
async fn an_old_copy_holds_while_the_file_cannot_be_reached() {
    let mut memory = RobotsMemory::default();
    memory.learn(&file(200, "User-agent: *\nDisallow: /a\n"));
    let two_days_later = at("2026-11-25T12:00:00Z");
    assert!(matches!(memory.consult(two_days_later), Consult::Fetch));
    memory.learn(&RobotsFile {
        fetched_at: two_days_later,
        ..file(0, "")
    });
    let Consult::Rules(rules) = memory.consult(two_days_later) else {
        panic!("the old copy still holds");
    };
    let url = Url::parse("http://board.example/a").unwrap();
    assert!(!rules.verdict(&url).allowed);
}
