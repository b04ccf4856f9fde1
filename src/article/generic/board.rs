//! The post of a board whose software is not known. In: the flat page. Out: its title, its author, and where its body is.
//!
//! What all board software shows above a post is a line of facts: who, when, how often it was read. Where it is found,
//! the title stands before it, the author in it, and the body between it and what comes next: comments, forms, the
//! listing, the next post. A page without such a line, or with many of them, is not read here.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use super::candidates::Roots;
use super::clean::Furniture;
use super::lines::{Line, lines_of};
use super::marks::Marks;
use super::metadata::plain;
use super::moment::{Habit, Hit, Order, dates_in};
use super::page::{Mask, Page, Tag};
use super::structured::{Claims, fold};
use super::trim;
use crate::model::PostedAt;
use crate::profile::files::heads_files;

/// Words of a name, a date or a count, and of its label.
const MAX_FACT_CHARS: usize = 60;
/// Pieces of text on either side of the date in which the other facts stand.
const REACH: usize = 12;
/// More lines of facts are a list of posts.
const MAX_POSTS: usize = 2;
/// Headings above the facts that may be the title.
const MAX_HEADINGS: usize = 6;
/// Elements and texts in a heading that may be the title without what stands beside it.
const MAX_NODES_IN_HEADING: usize = 24;
/// Elements that a heading may be further out than the one nearest to the facts.
const OUTER_LEVELS: usize = 2;
/// Elements between the facts and what holds them and the title.
const MAX_LEVELS: usize = 7;
/// Elements around a date that may be its row in a listing.
const LEVELS_OF_ROW: usize = 6;
/// What stands beside a date in its text: a label, a weekday.
const MAX_BYTES_AROUND_DATE: usize = 24;
/// The zone that is farthest ahead.
const FARTHEST_ZONE: SignedDuration = SignedDuration::from_hours(14);
/// How many times as much text a later sibling holds where the first one is a box above the body.
const FAR_MORE: u32 = 4;

/// More boxes of buttons are no page of a post.
const MAX_MENUS: usize = 8;
/// Share of links in a box of buttons.
const LINKS_OF_MENU: f32 = 0.35;

macro_rules! words_of_views {
    () => {
        r"조회\s?수?|읽음|hits?|views?|閲覧数?|アクセス数?|阅读数?|浏览数?|查看数?|瀏覽數?|點閱|点击数?|人気|aufrufe|zugriffe|vues|visitas|visualizações"
    };
}
macro_rules! words_of_authors {
    () => {
        r"작성자|글쓴이|등록자|이름|author|writer|posted by|written by|投稿者|作者|楼主|发帖人|發表者|名前|autor(?:in)?|verfasser(?:in)?|auteur|autore"
    };
}
macro_rules! words_of_counts {
    () => {
        r"추천\s?수?|비추천\s?수?|댓글\s?수?|답글|공감|좋아요|싫어요|votes?|(?:un|dis)?likes?|comments?|replies|コメント数?|いいね|评论数?|回复数?|點讚|点赞"
    };
}

static VIEWS: LazyLock<Regex> = LazyLock::new(|| pattern(concat!("(?:", words_of_views!(), ")")));
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "(?:",
        words_of_views!(),
        "|",
        words_of_authors!(),
        "|",
        words_of_counts!(),
        r"|작성일시?|등록일시?|게시일|날짜|date|posted(?: on)?|投稿日時?|日付|日期|发布时间|发表于|發表於|datum|erstellt(?: am)?|fecha|data)"
    ))
});

/// A label and its number, if any, and nothing else.
fn pattern(words: &str) -> Regex {
    Regex::new(&format!(
        r"(?i)^\W*{words}\s*[:：]?\s*[\d,.]*\s*(?:회|건|명|개|次|回)?\W*$"
    ))
    .expect("a constant pattern")
}

static OF_AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "(?i)^(?:",
        words_of_authors!(),
        r")(?:\s*[:：]?|\s*[:：]\s*(?P<name>.+))$"
    ))
    .expect("a constant pattern")
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\W*[\d,.]+\s*(?:회|건|명|개|次|回|views?|hits)?\W*$").expect("a constant pattern")
});
/// Labels and counts in one line.
static COUNTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "(?i)^(?:(?:",
        words_of_views!(),
        "|",
        words_of_counts!(),
        r")\s*[:：]?\s*[\d,.]*\s*(?:회|건|명|개|次|回)?[\s|·,/]*)+$"
    ))
    .expect("a constant pattern")
});
/// Headings for those who cannot see where the parts of a page are.
static NAME_OF_PART: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:본문|내용|글\s?내용|본문\s?내용|상세\s?내용|content|body|本文|内容|正文|inhalt|(?:페이지|게시물|게시글|글)\s?정보)$")
        .expect("a constant pattern")
});
/// Headings of what comes behind a body, besides those of files.
static NAME_OF_ANNEX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^관련\s?링크\W*\d*\W*$").expect("a constant pattern"));
/// The network address of who wrote it.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*\(?\b\d{1,3}(?:\.[\d*x♡]{1,3}){1,3}\)?\s*$").expect("a constant pattern")
});

/// What was read of the post.
pub(super) struct BoardPost {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) posted: Option<PostedAt>,
    /// Its body's lines; none where it has no words.
    pub(super) body: Vec<Line>,
}

/// A text of the page.
struct Piece {
    at: u32,
    text: String,
}

/// The facts above a post, as places among the pieces.
struct Facts {
    first: usize,
    date: usize,
    last: usize,
}

/// The post, if the page has one and shows its facts.
pub(super) fn find(
    page: &Page<'_>,
    furniture: &Furniture,
    claims: &Claims,
    as_of: Timestamp,
) -> Option<BoardPost> {
    let pieces = pieces(page, furniture);
    let found = all_facts(page, &pieces);
    let facts = found.first().filter(|_| found.len() <= MAX_POSTS)?;
    let title = title(page, &pieces, facts, claims);
    let last = pieces[facts.last].at;
    let limit = found.get(1).map_or(page.len(), |next| {
        self::title(page, &pieces, next, claims)
            .map(|(at, _)| at)
            .filter(|at| *at > last)
            .unwrap_or(pieces[next.first].at)
    });
    let after_title = title.as_ref().map_or(0, |(at, _)| page.node(*at).end);
    Some(BoardPost {
        posted: posted(&pieces[facts.date].text, as_of),
        author: author(page, &pieces, facts, after_title),
        body: body(page, furniture, last, limit),
        title: title.map(|(_, text)| text),
    })
}

/// The page's texts, without those of menus and listings.
fn pieces(page: &Page<'_>, furniture: &Furniture) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < page.len() {
        let node = page.node(at);
        if furniture.listings.is_out(at) || matches!(node.tag, Tag::Nav | Tag::Footer) {
            at = node.end;
            continue;
        }
        if node.tag == Tag::Text {
            let text = fold(node.text);
            if !text.is_empty() {
                pieces.push(Piece { at, text });
            }
        }
        at += 1;
    }
    pieces
}

fn is_short(text: &str) -> bool {
    text.chars().take(MAX_FACT_CHARS + 1).count() <= MAX_FACT_CHARS
}

/// A date and next to nothing else.
fn date_of(text: &str) -> Option<Hit> {
    let habit = Habit {
        order: Order::DayFirst,
        short_year_first: true,
    };
    if !is_short(text) {
        return None;
    }
    dates_in(text, habit).into_iter().next().filter(|hit| {
        let around = plain(&text[..hit.at.start]).len() + plain(&text[hit.at.end..]).len();
        around <= MAX_BYTES_AROUND_DATE
    })
}

/// The date of the facts, in the clock of the board. Where it names no zone, it may be ahead of the clock of the page's
/// reader by as much as any zone is.
fn posted(text: &str, as_of: Timestamp) -> Option<PostedAt> {
    let hit = date_of(text)?;
    let latest = as_of.checked_add(FARTHEST_ZONE).ok()?;
    hit.named.posted(&text[hit.at], &TimeZone::UTC, latest)
}

/// Every line of facts, in the order of the page.
fn all_facts(page: &Page<'_>, pieces: &[Piece]) -> Vec<Facts> {
    let views: Vec<bool> = pieces
        .iter()
        .map(|piece| is_short(&piece.text) && VIEWS.is_match(&piece.text))
        .collect();
    if !views.contains(&true) {
        return Vec::new();
    }
    let has_number = |at: usize| {
        pieces[at].text.contains(|c: char| c.is_ascii_digit())
            || pieces
                .get(at + 1)
                .is_some_and(|next| NUMBER.is_match(&next.text))
    };
    // A heading of the same words is that of the comments.
    let is_fact = |at: usize| {
        let Piece { at: place, text } = &pieces[at];
        (LABEL.is_match(text) || OF_AUTHOR.is_match(text))
            && !matches!(page.node(page.node(*place).parent).tag, Tag::Heading(_))
    };
    let dates: Vec<usize> = (0..pieces.len())
        .filter(|at| date_of(&pieces[*at].text).is_some())
        .collect();
    let in_rows = rows_with_dates(page, pieces, &dates);
    let mut found: Vec<Facts> = Vec::new();
    for (date, in_rows) in dates.into_iter().zip(in_rows) {
        // What is of the post before is not of this one.
        let start = found.last().map_or(0, |before| before.last + 1);
        if in_rows || date < start {
            continue;
        }
        let near = start.max(date.saturating_sub(REACH))..(date + REACH + 1).min(pieces.len());
        let Some(views) = near.clone().find(|at| views[*at] && has_number(*at)) else {
            continue;
        };
        let first = (near.start..date).find(|at| is_fact(*at)).unwrap_or(date);
        let mut last = views.max(date);
        while let Some(next) = pieces.get(last + 1)
            && (is_fact(last + 1) || NUMBER.is_match(&next.text))
        {
            last += 1;
        }
        found.push(Facts { first, date, last });
    }
    found
}

/// For each date whether it stands in a row of a listing: beside a link, as another date does in the next row.
fn rows_with_dates(page: &Page<'_>, pieces: &[Piece], dates: &[usize]) -> Vec<bool> {
    let row_of = |date: &usize| {
        let row = page
            .ancestors(pieces[*date].at)
            .take(LEVELS_OF_ROW)
            .find(|at| matches!(page.node(*at).tag, Tag::Row | Tag::Item))?;
        page.range(row)
            .any(|at| page.nodes[at].tag == Tag::Link)
            .then_some(row)
    };
    let rows: Vec<Option<u32>> = dates.iter().map(row_of).collect();
    let mut rows_in: HashMap<u32, BTreeSet<u32>> = HashMap::new();
    for row in rows.iter().flatten() {
        rows_in
            .entry(page.node(*row).parent)
            .or_default()
            .insert(*row);
    }
    let is_one_of_many = |row: u32| rows_in[&page.node(row).parent].len() > 1;
    rows.into_iter()
        .map(|row| row.is_some_and(is_one_of_many))
        .collect()
}

/// The title and its heading: of the headings nearest above the facts the one that the page also calls itself, or the
/// nearest.
fn title(
    page: &Page<'_>,
    pieces: &[Piece],
    facts: &Facts,
    claims: &Claims,
) -> Option<(u32, String)> {
    let before = pieces[facts.last].at;
    let date = pieces[facts.date].at;
    let level = |heading: u32| {
        page.ancestors(date)
            .position(|above| page.holds(above, heading))
    };
    let mut headings: Vec<(u32, usize)> = Vec::new();
    for at in (0..before).rev() {
        if matches!(page.node(at).tag, Tag::Heading(_)) && page.node(at).end <= before {
            let level = level(at)?;
            let nearest = headings.first().map_or(level, |(_, nearest)| *nearest);
            if level > MAX_LEVELS
                || level > nearest + OUTER_LEVELS
                || headings.len() >= MAX_HEADINGS
            {
                break;
            }
            if !NAME_OF_PART.is_match(&text_of(page, at)) {
                headings.push((at, level));
            }
        }
    }
    let own: Vec<String> = page
        .title
        .into_iter()
        .chain(claims.meta(&["og:title"]))
        .map(plain)
        .collect();
    let agrees = |own: &str, key: &str| own.starts_with(key) || own.ends_with(key);
    // A page that calls itself as a heading further out does, and no more, bears the name of its board.
    let agreed = headings.iter().enumerate().find_map(|(nth, (heading, _))| {
        page.range(*heading)
            .take(MAX_NODES_IN_HEADING)
            .map(|at| text_of(page, at as u32))
            .filter(|text| {
                let key = plain(text);
                key.chars().count() > 1
                    && own
                        .iter()
                        .any(|own| agrees(own, &key) && (nth == 0 || *own != key))
            })
            .max_by_key(String::len)
            .map(|text| (*heading, text))
    });
    agreed
        .or_else(|| headings.first().map(|(at, _)| (*at, text_of(page, *at))))
        .filter(|(_, text)| !text.is_empty())
}

/// The words of an element, in one line.
fn text_of(page: &Page<'_>, at: u32) -> String {
    if page.node(at).tag == Tag::Text {
        return fold(page.node(at).text);
    }
    let lines = lines_of(page, &Mask::none(page), &[at]);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    texts.join(" ")
}

/// Who wrote it: what a label names, else what is marked as a name, else what stands nearest to the date.
fn author(page: &Page<'_>, pieces: &[Piece], facts: &Facts, after: u32) -> Option<String> {
    let is_name = |at: &usize| {
        let Piece { at: place, text } = &pieces[*at];
        *place >= after
            && is_short(text)
            && text.contains(char::is_alphanumeric)
            && !LABEL.is_match(text)
            && !OF_AUTHOR.is_match(text)
            && date_of(text).is_none()
            && !ADDRESS.replace(text, "").is_empty()
    };
    let start = facts.date.saturating_sub(REACH);
    let labelled = (start..=facts.last).find_map(|at| {
        let named = OF_AUTHOR.captures(&pieces[at].text)?;
        match named.name("name") {
            Some(name) => Some(name.as_str()),
            None => (at + 1..=facts.last + 1)
                .find(|at| *at < pieces.len() && is_name(at))
                .map(|at| pieces[at].text.as_str()),
        }
    });
    let names =
        || (start..=facts.last).filter(|at| is_name(at) && !NUMBER.is_match(&pieces[*at].text));
    let marked = || {
        names().find(|at| {
            page.ancestors(pieces[*at].at)
                .take(2)
                .any(|above| page.node(above).marks.any(Marks::AUTHOR))
        })
    };
    let nearest = || names().min_by_key(|at| at.abs_diff(facts.date));
    let name = labelled.or_else(|| {
        let at = marked().or_else(nearest)?;
        Some(pieces[at].text.as_str())
    })?;
    Some(ADDRESS.replace(name, "").into_owned())
}

/// The lines of the body: of the outermost elements behind the facts and before what is no part of the post the first
/// that holds more than links.
fn body(page: &Page<'_>, furniture: &Furniture, facts: u32, limit: u32) -> Vec<Line> {
    let limit = (facts + 1..limit)
        .find(|at| ends_post(page, *at))
        .unwrap_or(limit);
    let (mut passed, mut n_menus) = (facts, 0);
    for line in lines_of(page, &furniture.mask, &[0]) {
        if line.first <= passed || is_beside(page, &line) {
            continue;
        }
        if line.first >= limit || n_menus > MAX_MENUS {
            break;
        }
        let ends = |at: &u32| page.node(*at).tag == Tag::Form || furniture.listings.is_out(*at);
        let end = (line.first..limit).find(ends).unwrap_or(limit);
        let top = page
            .ancestors(line.first)
            .take_while(|at| *at > facts && page.node(*at).end <= end)
            .last()
            .unwrap_or(line.first);
        let mut lines = lines_of(page, &furniture.mask, &parts(page, furniture, top, end));
        if is_menu(&lines) {
            passed = page.node(top).end - 1;
            n_menus += 1;
            continue;
        }
        let head = lines
            .iter()
            .take_while(|line| is_beside(page, line))
            .count();
        lines.drain(..head);
        while lines.last().is_some_and(|line| is_beside(page, line)) {
            lines.pop();
        }
        return lines;
    }
    Vec::new()
}

/// Much of it is links, and nothing is running text.
fn is_menu(lines: &[Line]) -> bool {
    let links: u32 = lines
        .iter()
        .filter(|line| !is_address(&line.text))
        .map(|line| line.link_width)
        .sum();
    let all: u32 = lines.iter().map(|line| line.width).sum();
    lines.iter().all(|line| line.prose() == 0) && links as f32 >= LINKS_OF_MENU * all as f32
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.")
}

/// Readers' comments, what is attached, or the foot of the page begin here.
fn ends_post(page: &Page<'_>, at: u32) -> bool {
    let node = page.node(at);
    node.marks.any(Marks::COMMENTS) && node.tag.is_container()
        || matches!(node.tag, Tag::Footer)
        || (matches!(node.tag, Tag::Heading(_)) && ends_body(&text_of(page, at)))
}

fn ends_body(heading: &str) -> bool {
    NAME_OF_ANNEX.is_match(heading) || heads_files(heading) || trim::begins_comments(heading)
}

/// The first part behind the facts, and what runs on beside it; but a box above the body is not the body.
fn parts(page: &Page<'_>, furniture: &Furniture, top: u32, end: u32) -> Roots {
    let beside: Vec<u32> = page
        .children(page.node(top).parent)
        .filter(|at| *at >= top && page.node(*at).end <= end)
        .collect();
    let words = |at: u32| -> (u32, u32) {
        lines_of(page, &furniture.mask, &[at])
            .iter()
            .fold((0, 0), |(width, prose), line| {
                (width + line.width - line.link_width, prose + line.prose())
            })
    };
    let is_box = |at: u32| {
        let tag = page.node(at).tag;
        tag.is_container() || matches!(tag, Tag::Table | Tag::Row)
    };
    if is_box(top) {
        let (own, _) = words(top);
        let widest = beside
            .iter()
            .map(|at| (words(*at), *at))
            .max_by_key(|((_, prose), _)| *prose)
            .filter(|((width, prose), _)| *prose > 0 && *width > own * FAR_MORE);
        return vec![widest.map_or(top, |(_, at)| at)];
    }
    beside
        .into_iter()
        .take_while(|at| *at == top || !is_box(*at))
        .collect()
}

/// A line at the edge of a body that is not its text: counts of votes, buttons, the name of the part.
fn is_beside(page: &Page<'_>, line: &Line) -> bool {
    let is_heading = matches!(page.node(line.block).tag, Tag::Heading(_));
    COUNTS.is_match(&line.text)
        || (line.link_width * 10 >= line.width * 9 && !is_address(&line.text))
        || (is_heading && (NAME_OF_PART.is_match(&line.text) || ends_body(&line.text)))
        || !line.text.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use url::Url;

    use super::super::{Extraction, extract};

    fn read(source: &str) -> Extraction {
        let url = Url::parse("https://board.example/view?id=12").expect("a constant address");
        let as_of = "2026-05-04T00:00:00Z"
            .parse::<Timestamp>()
            .expect("a constant moment");
        extract(&crate::document::parse(source), Some(&url), as_of)
    }

    const PAGE: &str = "<title>조용한 항구 &gt; 마을 소식 | 바닷가</title><h1>마을 소식</h1><div class=v><div class=h><h2><span>알림</span> \
        <span>조용한 항구</span></h2><h3>게시글 정보</h3></div><p>작성자 <b>갈매기</b> 작성일 <i>26-05-04 08:30</i> 조회 <i>41회</i></p>\
        <div class=x><h3>본문</h3><p>배가 없다.</p><div>추천 3 비추천 0</div></div>\
        <div class=y><a href=/list>목록</a> <a href=/write>글쓰기</a></div><h3>댓글 목록</h3><p>아직 댓글이 없습니다.</p></div>\
        <table><tr><th>제목</th><th>글쓴이</th><th>날짜</th><th>조회</th></tr>\
        <tr><td><a href=/view?id=11>밤의 등대</a></td><td>물새</td><td>26-05-03</td><td>7</td></tr>\
        <tr><td><a href=/view?id=10>첫 배</a></td><td>물새</td><td>26-05-02</td><td>9</td></tr></table>";

    #[test]
    fn the_line_of_facts_shows_what_a_post_is() {
        let read = read(PAGE);
        assert_eq!(read.title.as_deref(), Some("조용한 항구"));
        assert_eq!(read.author.as_deref(), Some("갈매기"));
        assert_eq!(read.text, "배가 없다.");
    }

    #[test]
    fn the_clock_of_a_board_may_be_ahead_of_ours() {
        let posted = read(PAGE).posted_at.expect("a date");
        assert_eq!(posted.at.to_string(), "2026-05-04T08:30:00Z");
    }

    #[test]
    fn a_name_without_a_label_stands_by_the_date() {
        let read = read(
            "<title>Board</title><h1>Board</h1><div><h2>On ropes</h2><p>2026-05-03 10:00</p><p>heron <span>Views: 12</span></p></div>\
             <div><p>Wet ones last.</p></div>",
        );
        assert_eq!(read.author.as_deref(), Some("heron"));
        assert_eq!(read.text, "Wet ones last.");
    }

    #[test]
    fn a_post_of_a_picture_has_no_words() {
        let read = read(
            "<title>On ropes</title><div><h2>On ropes</h2><p><b>heron</b> <i>2026-05-03 10:00</i> <i>Views: 12</i></p><div><img src=/a.png></div>\
             <h3>Comments</h3><p>Nobody has said anything yet.</p></div>",
        );
        assert_eq!(read.text, "");
    }

    #[test]
    fn many_lines_of_facts_are_no_post() {
        let card =
            |n: u32| format!("<div><h3>Rope {n}</h3><i>2026-05-0{n}</i> <b>views 1{n}</b></div>");
        let page = format!("<title>Ropes</title>{}{}{}", card(1), card(2), card(3));
        assert_ne!(read(&page).title.as_deref(), Some("Rope 1"));
    }
}
