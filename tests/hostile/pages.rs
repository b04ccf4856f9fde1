//! Answers that are proper HTTP and hostile pages: listings that never end, links that lead in circles, numbers and dates
//! at their limits, text in no charset.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use crate::gauntlet::{Found, cases};
use crate::support::server::{Handler, Reply, Request};
use crate::support::site::{Asked, Engine, Site};
use crate::support::truth::{moment, text};
use crate::support::world::World;

/// Of a board's configuration: what a walk without an end is cut at.
pub const MOST_PAGES: u32 = 6;

/// Requests that three posts and a listing of one page are worth, with a second look at everything.
const FEW: usize = 16;

static ARTICLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"href="/news/(\d+)[^"]*""#).expect("a constant pattern"));
static RANK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)(<td[^>]*>)\s*\d{1,3}\s*(</td>)").expect("a constant pattern")
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{4}\.\d{2}\.\d{2}( \d{2}:\d{2})?").expect("a constant pattern")
});

/// The page with its text changed.
fn rewritten(proper: Reply, change: impl Fn(&str) -> String) -> Reply {
    let body = change(&String::from_utf8_lossy(&proper.body)).into_bytes();
    Reply { body, ..proper }
}

/// Markup put in front of the listing's table, or, where there is none, at the end of the body.
fn with_markup(proper: Reply, markup: &str) -> Reply {
    rewritten(proper, |page| {
        page.replacen("<tbody>", &format!("<tbody>{markup}"), 1)
    })
}

fn in_head(proper: Reply, markup: &str) -> Reply {
    rewritten(proper, |page| {
        page.replacen("<head>", &format!("<head>{markup}"), 1)
    })
}

/// A row like the board's own.
fn row(link: &str, title: &str) -> String {
    format!(
        "<tr><td class=\"no\"></td><td class=\"title\"><a href=\"{link}\">{title}</a></td>\
         <td class=\"author\">누구</td><td class=\"time\">2026.11.20</td></tr>"
    )
}

/// Only the board's own posts were stored and asked for, with few requests.
#[track_caller]
fn asks_for_nothing_else(found: &Found) {
    found.is_whole_at_once();
    for target in found.targets() {
        let path = target.split('?').next().unwrap_or_default();
        let own = path == "/news"
            || found
                .truth
                .iter()
                .any(|post| path == format!("/news/{}", post.id));
        assert!(own, "{}: {target} was asked for", found.name);
    }
    assert!(
        found.log.len() <= FEW,
        "{}: {:?}",
        found.name,
        found.targets()
    );
}

#[track_caller]
fn ends_soon(found: &Found) {
    assert!(
        found.log.len() <= 3 * FEW,
        "{}: {:?}",
        found.name,
        found.targets()
    );
}

/// No date of a stored post lies ahead of the moment it was fetched.
#[track_caller]
fn no_date_is_ahead(found: &Found) {
    for article in &found.first {
        if let (Some(posted), Some(fetched)) = (moment(article), text(article, "fetched_at")) {
            let fetched: jiff::Timestamp = fetched.parse().expect("a moment");
            assert!(
                posted <= fetched + jiff::SignedDuration::from_mins(15),
                "{article}"
            );
        }
    }
}

/// The number of a page of the listing.
fn page_number(request: &Request) -> u64 {
    request
        .query("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1)
}

cases! {
    every_row_is_the_same_link: Listing,
        |_, proper| rewritten(proper, |page| {
            let first = ARTICLE.captures(page).map_or_else(String::new, |found| found[0].to_owned());
            ARTICLE.replace_all(page, first.as_str()).into_owned()
        })
        => |found| {
            assert_eq!(found.first.len(), 1, "{:?}", found.first);
            ends_soon(found);
            found.is_whole_in_the_end();
        };
    /// Each page shows the same rows, and a pager that goes on for ever.
    a_pager_without_end: Listing,
        |request, proper| {
            let n = page_number(request);
            let more: String = (1..=n + 10).map(|n| format!("<a href=\"/news?page={n}\">{n}</a>")).collect();
            rewritten(proper, |page| page.replacen("<div class=\"list_footer\">", &format!("<div class=\"list_footer\"><div class=\"pagination\">{more}</div>"), 1))
        }
        => |found| { found.is_whole_at_once(); ends_soon(found); };
    /// Each page shows rows that no page had before. The operator's limit ends the walk.
    pages_without_end: Listing,
        |request, proper| {
            let n = page_number(request);
            rewritten(proper, |page| {
                let page = RANK.replace_all(page, "$1$2");
                let page = ARTICLE.replace_all(&page, |row: &Captures<'_>| match n {
                    1 => row[0].to_owned(),
                    _ => format!("href=\"/news/{}{n:03}\"", &row[1]),
                });
                let next = n + 1;
                page.replacen("<div class=\"list_footer\">", &format!("<div class=\"list_footer\"><div class=\"pagination\"><a href=\"/news?page={next}\">{next}</a></div>"), 1)
            })
        }
        => |found| {
            let deepest = found.targets().iter().filter(|target| target.starts_with("/news?page=")).count();
            assert!(deepest <= 2 * MOST_PAGES as usize, "{:?}", found.targets());
            let whole = found.first.iter().filter(|article| article["state"] == "stored").count();
            assert_eq!(whole, 3, "{:?}", found.first);
        };
    calendars_sorters_and_printers: Listing,
        |_, proper| {
            let days: String = (1..=300).map(|day| format!("<a href=\"/news?date=2026-11-{day}&amp;view=day\">{day}</a><a href=\"/news?sort_index=d{day}\">x</a><a href=\"/calendar/2026/{day}\">y</a>")).collect();
            with_markup(proper, &format!("<tr><td colspan=\"4\">{days}</td></tr>"))
        }
        => asks_for_nothing_else;
    /// Relative links that grow by a folder on each page, and their like. Whatever is asked for shows a listing with the next
    /// of them. Each is asked for once, and is no post.
    paths_like_themselves: Everywhere,
        |request, proper| {
            let deep = "news/".repeat(200);
            let row = row("news/news/1", "자라는 길") + &row(&format!("/{deep}7"), "깊은 길") + &row("./../news/./news/8", "꺾인 길");
            match request.path().contains("news/news") {
                true => Reply::html(format!("<html><body><table><tbody>{row}</tbody></table></body></html>")),
                false => with_markup(proper, &row),
            }
        }
        => |found| {
            ends_soon(found);
            let mut strays: Vec<&str> = found.targets().into_iter().filter(|target| target.contains("news/news")).collect();
            let n_asked = strays.len();
            strays.sort_unstable();
            strays.dedup();
            assert_eq!(strays.len(), n_asked, "{:?}", found.targets());
            the_true_posts_are_stored(found);
            let n_stored = found.first.iter().filter(|article| article["state"] == "stored").count();
            assert_eq!(n_stored, 3, "{:?}", found.first);
        };
    session_ids_in_every_link: Listing,
        |request, proper| rewritten(proper, |page| {
            let link = format!("href=\"/news/$1?PHPSESSID={:032x}&amp;page=1\"", request.n);
            ARTICLE.replace_all(page, link.as_str()).into_owned()
        })
        => asks_for_nothing_else;
    links_that_are_no_pages: Listing,
        |_, proper| {
            let rows: String = [
                "javascript:alert(1)", "data:text/html,<b>x</b>", "file:///etc/passwd", "ftp://board.example/news/1",
                "http://user:secret@127.0.0.1:1/news/2", "http://169.254.169.254/latest/3", "http://[::1]/news/4", "http://0x7f.1/news/5",
                "//evil.example/news/6", "http://", "http://[", "mailto:a@b.example", "#", "", "about:blank", "\\\\evil.example\\news\\7",
            ].iter().map(|link| row(link, "미끼")).collect();
            with_markup(proper, &rows)
        }
        => asks_for_nothing_else;
    /// A line break in a link must not become one in a request's head.
    links_with_line_breaks: Listing,
        |_, proper| rewritten(proper, |page| {
            let bait = row("/news/9&#13;&#10;X-Injected:&#32;yes&#13;&#10;&#13;&#10;GET /evil", "줄바꿈");
            let posts = "href=\"/news/$1?page=1&#13;&#10;X-Injected:&#32;yes&#13;&#10;&#13;&#10;GET /evil\"";
            ARTICLE.replace_all(page, posts).replacen("<tbody>", &format!("<tbody>{bait}"), 1)
        })
        => |found| {
            for entry in &found.log {
                assert_eq!(entry.request.header("x-injected"), None);
            }
            asks_for_nothing_else(found);
        };
    a_link_of_a_mebibyte: Listing,
        |_, proper| with_markup(proper, &row(&format!("/news/{}", "9".repeat(500_000)), "긴 길"))
        => asks_for_nothing_else;
    /// What leads to a post need not be asked for as it is written.
    a_post_behind_a_link_of_nearly_a_mebibyte: Listing,
        |_, proper| rewritten(proper, |page| {
            let long = format!("href=\"/news/$1?x={}\"", "9".repeat(900_000));
            ARTICLE.replacen(page, 1, long.as_str()).into_owned()
        })
        => |found| {
            let longest = found.targets().iter().map(|target| target.len()).max();
            assert!(longest < Some(8_192), "{longest:?}");
            ends_soon(found);
            found.is_whole_in_the_end();
        };
    a_base_somewhere_else: Everywhere, |_, proper| in_head(proper, "<base href=\"http://169.254.169.254/news\">")
        => |found| {
            assert!(found.first.is_empty(), "{:?}", found.first);
            ends_soon(found);
            found.is_whole_in_the_end();
        };
    a_refresh_to_somewhere_else: Listing, |_, proper| in_head(proper, "<meta http-equiv=\"refresh\" content=\"0; url=http://169.254.169.254/\">")
        => asks_for_nothing_else;
    /// Two thousand cookies of two kilobytes each: the next request must still be one that a server would take.
    cookie_bombs: Everywhere,
        |request, proper| (0..90).fold(proper, |reply, n| {
            reply.header("Set-Cookie", &format!("c{}_{n}={}; path=/", request.n, "x".repeat(600)))
        })
        => |found| {
            for entry in &found.log {
                let sent = entry.request.header("cookie").map_or(0, str::len);
                assert!(sent <= 8 * 1024, "{sent} bytes of cookies to {}", entry.request.target);
            }
            found.is_whole_at_once();
        };

    numbers_beyond_all_limits: Listing,
        |_, proper| rewritten(proper, |page| RANK.replace_all(page, "${1}99999999999999999999999999${2}").into_owned())
        => |found| {
            assert_eq!(found.first.len(), 3, "{:?}", found.first);
            for article in &found.first {
                assert_eq!(article["state"], "stored", "{article}");
                assert!(article["rank"].is_null(), "{article}");
            }
        };
    numbers_at_the_limit: Listing,
        |_, proper| rewritten(proper, |page| RANK.replace_all(page, "${1}18446744073709551615${2}").into_owned())
        => |found| { ends_soon(found); stored_words(found); };
    an_id_of_thirty_digits: Listing, |_, proper| with_markup(proper, &row("/news/123456789012345678901234567890", "긴 번호"))
        => |found| { ends_soon(found); the_true_posts_are_stored(found); };
    ids_of_nothing: Listing, |_, proper| with_markup(proper, &(row("/news/0", "영") + &row("/news/-1", "아래") + &row("/news/00000000000000000007", "영영")))
        => |found| { ends_soon(found); the_true_posts_are_stored(found); };
    dates_beyond_the_calendar: Everywhere, |_, proper| rewritten(proper, |page| DATE.replace_all(page, "9999.99.99").into_owned())
        => |found| { no_date_is_ahead(found); stored_words(found); };
    dates_at_the_end_of_time: Everywhere, |_, proper| rewritten(proper, |page| DATE.replace_all(page, "9999.12.31 23:59").into_owned())
        => |found| { no_date_is_ahead(found); stored_words(found); };
    dates_of_no_day: Everywhere, |_, proper| rewritten(proper, |page| DATE.replace_all(page, "0000.00.00").into_owned())
        => |found| { no_date_is_ahead(found); stored_words(found); };
    /// A server whose own clock is at the end of time makes no date of the future a date of a post.
    a_clock_at_the_end_of_time: Everywhere,
        |_, mut proper| {
            proper.headers.retain(|(name, _)| name != "Date");
            rewritten(proper, |page| DATE.replace_all(page, "9990.12.31 10:00").into_owned())
                .header("Date", "Fri, 31 Dec 9999 23:59:59 GMT")
        }
        => |found| { no_date_is_ahead(found); stored_words(found); };
    a_retry_after_ages: Article, |_, proper| proper.status(503).header("Retry-After", "18446744073709551615")
        => |found| found.is_whole_in_the_end();

    a_page_in_two_charsets: Article,
        |_, mut proper| {
            // 한글 in EUC-KR, twenty times, within a page of UTF-8.
            let junk = b"\xc7\xd1\xb1\xdb".repeat(20);
            let at = proper.body.len() / 2;
            let at = (at..).find(|at| proper.body[*at] == b'>').expect("markup goes on") + 1;
            proper.body.splice(at..at, junk);
            proper
        }
        => |found| {
            let wrong = found.wrong_fields();
            // What is beside the foreign bytes is read as it was written.
            assert!(wrong.iter().all(|field| field.contains(" text") || field.contains(" comments")), "{wrong:?}");
            let stored = text(found.spoiled(), "text").unwrap_or_default();
            let truth = &found.truth[1].text;
            let kept = truth.lines().filter(|line| stored.contains(line)).count();
            assert!(kept + 1 >= truth.lines().count() && kept > 0, "{stored:?} of {truth:?}");
        };
    nuls_everywhere: Article,
        |_, proper| rewritten(proper, |page| page.replace('>', ">\0"))
        => |found| {
            let spoiled = found.spoiled().to_string();
            assert!(!spoiled.contains("\\u0000"), "{spoiled}");
            found.is_whole_at_once();
        };
    elements_within_elements: Article,
        |_, proper| rewritten(proper, |page| page.replacen("xe_content\">", &format!("xe_content\">{}", "<div>".repeat(100_000)), 1))
        => |found| found.is_not_believed();
    an_element_of_a_hundred_thousand_attributes: Article,
        |_, proper| {
            let attributes: String = (0..60_000).map(|n| format!(" a{n}=1")).collect();
            rewritten(proper, |page| page.replacen("<body>", &format!("<body{attributes}>"), 1))
        }
        => |found| found.is_not_believed();
    /// It ends with the next quote, as in a browser.
    a_tag_that_hardly_ends: Article, |_, proper| rewritten(proper, |page| page.replacen("<body>", &format!("<body class=\"{}", "x".repeat(900_000)), 1))
        => |found| found.is_whole_at_once();
    bytes_at_random: Article,
        |request, proper| {
            let mut rng = crate::support::seed::Rng::new(request.n as u64);
            Reply { body: (0..200_000).map(|_| rng.next_u64() as u8).collect(), ..proper }
        }
        => |found| found.is_not_believed();
}

/// Each post's words are as the board has them, whatever its numbers and dates are.
#[track_caller]
fn stored_words(found: &Found) {
    assert_eq!(found.first.len(), found.truth.len(), "{:?}", found.first);
    the_true_posts_are_stored(found);
}

#[track_caller]
fn the_true_posts_are_stored(found: &Found) {
    for post in &found.truth {
        let stored: Vec<&Value> = found
            .first
            .iter()
            .filter(|article| text(article, "key") == Some(&post.key))
            .collect();
        let [stored] = stored[..] else {
            panic!("{}: {} of {}", found.name, stored.len(), post.key);
        };
        assert_eq!(
            text(stored, "text"),
            Some(post.text.as_str()),
            "{}",
            found.name
        );
    }
}

/// More than any page has: it is not read, and said not to be, instead of in part.
#[test]
fn a_listing_of_fifty_thousand_rows() {
    let site = Site::new(Engine::Rhymix, 50);
    site.boards(|boards| boards.post_many("news", 3));
    let behind = site.clone();
    let world = World::served_by(site, move |request: &Request| {
        let proper = behind.handle(request);
        match behind.asked(request) {
            Asked::Listing { .. } => {
                let rows: String = (1_000..51_000)
                    .map(|n| row(&format!("/news/{n}"), "글"))
                    .collect();
                with_markup(proper, &rows)
            }
            _ => proper,
        }
    });
    world.boardwalk.have_no_patience();
    let outcome = world.crawl_with(&["--engine", "rhymix", "--pages", "1"]);
    assert!(matches!(outcome.code, Some(1 | 3)), "{outcome}");
    assert_eq!(world.boardwalk.export(), Vec::<Value>::new());
    let said = world.boardwalk.run(&["status"]).stdout;
    assert!(said.contains("too large a tree"), "{said}");
    assert!(
        world.server.n_received() <= FEW,
        "{:?}",
        world.server.targets()
    );
}

#[test]
fn the_patterns_of_this_file_are_those_of_the_board() {
    let row = "<tr><td class=\"no\">\n12</td><td><a href=\"/news/34?page=2\">x</a></td></tr>";
    assert!(ARTICLE.is_match(row) && RANK.is_match(row));
}
