//! How does a board number the pages of one article's comments? In: an article's URL, and the links of its pager in order,
//! that of page 2 first. Out: a pattern that finds the number in such a URL, what it holds on page 1, and what it grows by;
//! where the number is in the path, also the shape of the URL.

use std::ops::Range;

use regex::Regex;
use url::{Position, Url};

use super::address::{ArticleShape, DIGITS};
use super::listing_url::{SESSION, line};

/// Letters between an article's own URL and the number at most: `/page-`, `&start=`.
const MAX_MARKER: usize = 16;

/// Where the number of a page of comments is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ThreadPages {
    /// With the group `page`.
    pub pattern: String,
    pub first: u64,
    pub step: u64,
    /// The path of a further page, where that has another shape than the article's own.
    pub path: Option<String>,
    /// The parameter with the article's id, where further pages have more in it: name and pattern.
    pub parameter: Option<(String, String)>,
}

/// Learns it from one article with several pages.
pub(super) fn thread_pages(
    article: &Url,
    turns: &[Url],
    shape: &ArticleShape,
) -> Option<ThreadPages> {
    let own = text_of(&without_session(article));
    let second = text_of(turns.first()?);
    for run in DIGITS
        .find_iter(&second)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let (before, after) = (&second[..run.start()], &second[run.end()..]);
        let values: Vec<u64> = turns
            .iter()
            .filter_map(|url| {
                let text = text_of(url);
                text.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
            })
            .collect();
        if values.len() * 2 < turns.len() || values.is_empty() {
            continue;
        }
        let here = own
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .and_then(|digits| digits.parse().ok());
        if here.is_some() {
            return Some(numbered_itself((before, after), line(&values, here)?));
        }
        if let Some(path) = inserted(&own, (before, after), shape) {
            let (first, step) = line(&values, None)?;
            return Some(ThreadPages {
                pattern: format!("^{}(?:[?]|$)", path(r"(?<page>\d+)")),
                first,
                step,
                path: Some(path(r"\d+")),
                parameter: None,
            });
        }
        let Some((marker, tail)) = marker(&own, before, after) else {
            continue;
        };
        let (first, step) = line(&values, None)?;
        let end = end_pattern(&after.chars().take(1).collect::<String>());
        let parameter = marker.trim_start_matches(['?', '&']);
        if parameter.len() < marker.len() && parameter.ends_with('=') {
            return Some(ThreadPages {
                pattern: format!("[?&]{}(?<page>\\d+){end}", regex::escape(parameter)),
                first,
                step,
                path: None,
                parameter: None,
            });
        }
        if let Some((name, id)) =
            parameter_before(before, marker).and_then(|name| shape.query.get_key_value(name))
        {
            let marker = regex::escape(marker);
            return Some(ThreadPages {
                pattern: format!(r"[?&]{}=\d+{marker}(?<page>\d+){end}", regex::escape(name)),
                first,
                step,
                path: None,
                parameter: Some((name.clone(), format!(r"{id}(?:{marker}\d+)?"))),
            });
        }
        let further = |number: &str| further_path(&shape.path, (marker, tail), number, after);
        let is_named = marker.contains(char::is_alphanumeric);
        let pattern = match is_named {
            true => format!(r"{}(?<page>\d+){end}", regex::escape(marker)),
            // A stroke alone stands in front of any number: all of the path tells which.
            false => format!("^{}(?:[?]|$)", further(r"(?<page>\d+)")?),
        };
        let path = further(r"\d+");
        // What stands behind the id is of no account there, so that the number may be a part of it.
        let is_own = is_named && caught(shape, &second).is_some();
        if path.is_none() && !is_own {
            return None;
        }
        return Some(ThreadPages {
            pattern,
            first,
            step,
            path,
            parameter: None,
        });
    }
    None
}

/// The article's own URL has the number: `topic=5.0`, `thread-5-1-1.html`.
fn numbered_itself((before, after): (&str, &str), (first, step): (u64, u64)) -> ThreadPages {
    let from = before.rfind(['/', '?', '&']).map_or(0, |at| at + 1);
    let own_words = regex::escape(&before[from..]);
    let words = DIGITS.replace_all(&own_words, r"\d+");
    let end: String = after.chars().take(1).collect();
    ThreadPages {
        pattern: format!("{words}(?<page>\\d+){}", end_pattern(&end)),
        first,
        step,
        path: None,
        parameter: None,
    }
}

/// The parameter in whose value the marker stands: `num` of `/show.pl?num=12/`.
fn parameter_before<'b>(before: &'b str, marker: &str) -> Option<&'b str> {
    let own = before.strip_suffix(marker)?;
    let from = own.rfind(['?', '&'])? + 1;
    let (name, value) = own[from..].split_once('=')?;
    (!value.is_empty()).then_some(name)
}

/// The address without what is the reader's own, which its pages' links need not have.
fn without_session(url: &Url) -> Url {
    let mut bare = url.clone();
    if let Some(query) = url.query() {
        let is_kept = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default();
            !SESSION.contains(&name)
        };
        let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
        bare.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    }
    bare
}

fn text_of(url: &Url) -> String {
    url[Position::BeforePath..Position::AfterQuery].to_owned()
}

/// The number ends where the URL does, or before this sign.
fn end_pattern(sign: &str) -> String {
    match sign {
        "" => "$".into(),
        // Further parameters may follow or not.
        "&" => "(?:&|$)".into(),
        sign => regex::escape(sign),
    }
}

/// What stands between the article's own URL and the number; and the end of the own URL that stands behind it (`.html`).
fn marker<'b>(own: &str, before: &'b str, after: &'b str) -> Option<(&'b str, &'b str)> {
    let shared = own
        .bytes()
        .zip(before.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let shared = (0..=shared).rev().find(|at| before.is_char_boundary(*at))?;
    let (marker, rest) = (&before[shared..], &own[shared.min(own.len())..]);
    // `/x/` and `/x/page-2`, `thread-5.html` and `thread-5-page-2.html`; a session that only one of them has.
    let fits = rest.is_empty() || rest == "/" || rest == after || rest.starts_with(['&', '?']);
    let with_slash = match shared > 0 && before[..shared].ends_with('/') && !marker.starts_with('/')
    {
        true => &before[shared - 1..],
        false => marker,
    };
    // Of several parameters the last is the number's.
    let last = with_slash
        .rfind('&')
        .filter(|_| with_slash.starts_with(['?', '&']));
    let with_slash = &with_slash[last.unwrap_or(0)..];
    (fits
        && (1..=MAX_MARKER).contains(&with_slash.len())
        && !with_slash.ends_with(char::is_numeric))
    .then_some((with_slash, if rest == after { after } else { "" }))
}

/// Where an article's id stands in the path of its URL.
fn caught(shape: &ArticleShape, path: &str) -> Option<Range<usize>> {
    let pattern = Regex::new(&format!("^(?:{})(?:[?]|$)", shape.path)).ok()?;
    Some(pattern.captures(path)?.name("id")?.range())
}

/// The article's path with a number beside its id, where the URL goes on behind it as it did: `/list/20/7.page`,
/// `/t7p20-title`.
fn inserted<'u>(
    own: &str,
    (before, after): (&'u str, &'u str),
    shape: &'u ArticleShape,
) -> Option<impl Fn(&str) -> String + use<'u>> {
    let id = caught(shape, own)?;
    let sign = after.strip_suffix(&own[id.start..]);
    let in_front = before == &own[..id.start] && matches!(sign, Some("/" | "-" | "_" | "."));
    let marker = before.strip_prefix(&own[..id.end]).unwrap_or_default();
    let behind = after == &own[id.end..]
        && !after.is_empty()
        && (1..=MAX_MARKER).contains(&marker.len())
        && !marker.contains(char::is_numeric);
    let begin = shape.path.find("(?<id>")?;
    let end = begin + group_end(&shape.path[begin..])?;
    let path = move |number: &str| {
        let (at, piece) = match in_front {
            true => (
                begin,
                format!("{number}{}", regex::escape(sign.unwrap_or_default())),
            ),
            false => (end, format!("{}{number}", regex::escape(marker))),
        };
        format!("{}{piece}{}", &shape.path[..at], &shape.path[at..])
    };
    (in_front || behind).then_some(path)
}

/// The end of the group that a pattern begins with.
fn group_end(pattern: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (at, c) in pattern.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The article's path with the marker and a number behind it.
fn further_path(
    path: &str,
    (marker, tail): (&str, &str),
    number: &str,
    after: &str,
) -> Option<String> {
    let own_end = regex::escape(tail);
    let begin = path.strip_suffix(own_end.as_str())?;
    let begin = match marker.starts_with('/') {
        true => begin.trim_end_matches('/'),
        false => begin,
    };
    let end = after.split(['?', '&']).next().unwrap_or_default();
    Some(format!(
        "{begin}{}{number}{}",
        regex::escape(marker),
        regex::escape(end)
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn shape(path: &str) -> ArticleShape {
        ArticleShape {
            path: path.into(),
            query: BTreeMap::new(),
            template: String::new(),
            has_board: false,
            reason: String::new(),
        }
    }

    fn url(path: &str) -> Url {
        Url::parse(&format!("http://board.example{path}")).unwrap()
    }

    fn learnt(article: &str, turns: &[&str], path: &str) -> Option<ThreadPages> {
        let turns: Vec<Url> = turns.iter().map(|turn| url(turn)).collect();
        thread_pages(&url(article), &turns, &shape(path))
    }

    /// The number on the pages of `urls` by what was learnt.
    fn numbers(pages: &ThreadPages, urls: &[&str]) -> Vec<Option<u64>> {
        let pattern = Regex::new(&pages.pattern).unwrap();
        let number = |url: &&str| {
            let found = pattern.captures(url)?.name("page")?.as_str().parse::<u64>();
            Some((found.ok()? - pages.first) / pages.step + 1)
        };
        urls.iter().map(number).collect()
    }

    #[test]
    fn further_parameters_stand_in_front_of_the_number() {
        let pages = learnt(
            "/viewtopic.php?t=12",
            &[
                "/viewtopic.php?t=12&postdays=0&postorder=asc&start=15",
                "/viewtopic.php?t=12&postdays=0&postorder=asc&start=30",
            ],
            r"/viewtopic\.php",
        )
        .unwrap();
        let url = "/viewtopic.php?t=7&postdays=0&postorder=asc&start=45";
        assert_eq!(numbers(&pages, &[url]), [Some(4)]);
    }

    #[test]
    fn numbers_and_offsets_in_the_query() {
        let pages = learnt(
            "/showthread.php?tid=5",
            &["/showthread.php?tid=5&page=2"],
            "",
        )
        .unwrap();
        assert_eq!((pages.first, pages.step, &pages.path), (1, 1, &None));
        assert_eq!(
            numbers(
                &pages,
                &["/showthread.php?tid=7&page=12", "/showthread.php?tid=7"]
            ),
            [Some(12), None]
        );
        let turns = ["/viewtopic.php?t=5&start=10", "/viewtopic.php?t=5&start=20"];
        let pages = learnt("/viewtopic.php?t=5", &turns, "").unwrap();
        assert_eq!((pages.first, pages.step), (0, 10));
        assert_eq!(numbers(&pages, &["/viewtopic.php?t=9&start=30"]), [Some(4)]);
    }

    #[test]
    fn numbers_beside_the_id() {
        let pages = learnt("/index.php?topic=5.0", &["/index.php?topic=5.15"], "").unwrap();
        assert_eq!((pages.first, pages.step), (0, 15));
        assert_eq!(numbers(&pages, &["/index.php?topic=1234.30"]), [Some(3)]);
        let pages = learnt("/thread-5-1-1.html", &["/thread-5-2-1.html"], "").unwrap();
        assert_eq!(numbers(&pages, &["/thread-77-4-1.html"]), [Some(4)]);
    }

    #[test]
    fn numbers_behind_the_id_alone() {
        let mut query = shape("/show\\.pl");
        query.query.insert("num".into(), "(?<id>\\d+)".into());
        let pages = thread_pages(&url("/show.pl?num=12"), &[url("/show.pl?num=12/5")], &query);
        let pages = pages.unwrap();
        assert_eq!((pages.first, pages.step), (0, 5));
        assert_eq!(
            pages.parameter,
            Some(("num".into(), "(?<id>\\d+)(?:/\\d+)?".into()))
        );
        assert_eq!(
            numbers(&pages, &["/show.pl?num=7/15", "/show.pl?num=7"]),
            [Some(4), None]
        );
        let pages = learnt("/t/5", &["/t/5/2"], "/t/(?<id>\\d+)").unwrap();
        assert_eq!(pages.path.as_deref(), Some("/t/(?<id>\\d+)/\\d+"));
        assert_eq!(numbers(&pages, &["/t/77/3", "/t/77"]), [Some(3), None]);
        let pages = learnt(
            "/read.php?3,12",
            &["/read.php?3,12,page=2"],
            "/read\\.php\\?\\d+,(?<id>\\d+)",
        );
        let path = pages.unwrap().path.unwrap();
        assert_eq!(path, "/read\\.php\\?\\d+,(?<id>\\d+),page=\\d+");
    }

    #[test]
    fn numbers_in_the_path_make_another_shape() {
        let pages = learnt(
            "/threads/tea.5/",
            &["/threads/tea.5/page-2"],
            "/threads/\\w+\\.(?<id>\\d+)/",
        )
        .unwrap();
        assert_eq!(
            pages.path.as_deref(),
            Some("/threads/\\w+\\.(?<id>\\d+)/page\\-\\d+")
        );
        assert_eq!(numbers(&pages, &["/threads/milk.8/page-3"]), [Some(3)]);
        let pages = learnt(
            "/thread-5.html",
            &["/thread-5-page-2.html"],
            "/thread\\-(?<id>\\d+)\\.html",
        )
        .unwrap();
        assert_eq!(
            pages.path.as_deref(),
            Some("/thread\\-(?<id>\\d+)\\-page\\-\\d+\\.html")
        );
    }

    #[test]
    fn numbers_beside_the_id_in_the_path() {
        let list = r"/(?<board>foro)/list/(?<id>[1-9]\d*)\.page";
        let pages = learnt("/foro/list/7.page", &["/foro/list/15/7.page"], list).unwrap();
        assert_eq!((pages.first, pages.step), (0, 15));
        assert_eq!(
            pages.path.as_deref(),
            Some(r"/(?<board>foro)/list/\d+/(?<id>[1-9]\d*)\.page")
        );
        assert_eq!(
            numbers(&pages, &["/foro/list/30/8.page", "/foro/list/8.page"]),
            [Some(3), None]
        );
        let titled = r"/t(?<id>\d+)(?:[-_.~][^/]*)?";
        let turns = ["/t7p20-tea-for-2", "/t7p40-tea-for-2"];
        let pages = learnt("/t7-tea-for-2", &turns, titled).unwrap();
        assert_eq!((pages.first, pages.step), (0, 20));
        assert_eq!(
            pages.path.as_deref(),
            Some(r"/t(?<id>\d+)p\d+(?:[-_.~][^/]*)?")
        );
        assert_eq!(
            numbers(&pages, &["/t9p60-x-20", "/t9-x-p20"]),
            [Some(4), None]
        );
        let pages = learnt("/t7-tea.html", &["/t7-tea-p15.html"], titled).unwrap();
        assert_eq!((pages.first, pages.step, &pages.path), (0, 15, &None));
        assert_eq!(
            numbers(&pages, &["/t9-milk-p30.html", "/t9-2.html"]),
            [Some(3), None]
        );
        let pages = learnt(
            "/viewtopic/0/45",
            &["/viewtopic/0/45/15"],
            r"/viewtopic/0/(?<id>\d+)",
        )
        .unwrap();
        assert_eq!((pages.first, pages.step), (0, 15));
        assert_eq!(numbers(&pages, &["/viewtopic/0/9/30"]), [Some(3)]);
    }

    #[test]
    fn links_elsewhere_are_no_pages() {
        assert_eq!(learnt("/topic/5", &["/user/2"], ""), None);
        assert_eq!(learnt("/topic/5", &[], ""), None);
    }
}
