//! What stands where in a row? In: the board's rows on the pages seen. Out: for each field a selector within the row,
//! chosen by a vote of columns, not of rows: header words, class words, and the shape of all cells together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex::Regex;
use scraper::{ElementRef, Selector};

use super::region::RowSeen;
use super::{Decision, SeenPage, address, css};
use crate::dates::read_date;
use crate::profile::{UNSEEN, element_text};

/// Elements of one row that are looked at.
const MAX_ELEMENTS: usize = 400;
/// Rows of one page that vote.
const MAX_ROWS: usize = 120;
/// Share of rows in which a column must stand.
const COVERAGE: f64 = 0.5;

static HEADINGS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("th, thead td").expect("a constant selector"));

/// Fields told by a header's or a class's words. Order: the more telling first.
const FIELD_WORDS: [(&str, &str); 8] = [
    (
        "rank",
        r"번호|순번|^no\.?$|^num|^#$|番号|序号|編號|nummer|\bnum\b|td_num2?\b|numb$|gall_num|\bno\b",
    ),
    (
        "author",
        r"글쓴이|작성자|이름|닉네임|등록자|필자|담당부서|부서|author|writer|\bname|nick|user|投稿者|名前|作者|发帖|樓主|楼主|verfasser|autor|auteur|starter|member|\bby\b|poster|started",
    ),
    (
        "date",
        r"날짜|등록일|작성일|일시|작성시간|date|posted|time|日付|投稿日|日時|发表|時間|时间|datum|fecha|created",
    ),
    (
        "comment_count",
        r"댓글|답글수|comment|repl|reply|返信|レス|回复|回覆|antworten|réponses|respuestas|cmt|answer",
    ),
    (
        "views",
        r"조회|읽음|view|\bhit|hits|閲覧|查看|浏览|瀏覽|zugriffe|vues|vistas|read|\bcount\b|cnt$|m_no",
    ),
    (
        "votes",
        r"추천|좋아요|공감|vote|like|good|recommend|\brec\b|thumb|点赞|贊|いいね|symph|point|score",
    ),
    (
        "category",
        r"분류|말머리|카테고리|구분|category|\bcate\b|prefix|label|カテゴリ|分类|分類|kategorie|subject_?head|section",
    ),
    (
        "title",
        r"제목|title|subject|topic|件名|タイトル|标题|主題|主题|thema|sujet|asunto|headline",
    ),
];
static FIELD_PATTERNS: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    FIELD_WORDS
        .iter()
        .map(|(field, words)| {
            (
                *field,
                Regex::new(&format!("(?i){words}")).expect("a constant pattern"),
            )
        })
        .collect()
});
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\[(+]?\s*-?\d[\d,]*\s*[\])]?$").expect("a constant pattern"));
static LABELLED_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\D{1,12}?\s*:?\s*\d[\d,]*\s*(?:회|건|개|명)?$").expect("a constant pattern")
});
static NOTICE_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)notice|stick|pinned|announce|fixed-?top|gongji|\bpin\b|is-top|istop|top-?post|important").expect("a constant pattern")
});
static NOTICE_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:공지(?:사항)?|전체\s?공지|필독|알림|notice|sticky|pinned|announcement|important|置顶|置頂|公告|お知らせ|固定|wichtig|angepinnt|annonce|épinglé|importante|fijado|закреплено|важно)\W*$")
        .expect("a constant pattern")
});
/// What names the column of a topic's last post: whose author and date are not the topic's.
static LAST_POST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)last[-_ ]?(?:post|repl|comment|activ|msg|update|by)|latest|teaser|bumped|\bactivity\b|최근\s?(?:댓글|답변|글)|마지막|最后|最後|最終|最新の?(?:返信|投稿)|letzte[rs]?\s?(?:beitrag|antwort|aktivität)|dernier|último|ultim[oa]|laatste|ostatni|последн|son\s?mesaj|aktivität|activité")
        .expect("a constant pattern")
});
/// Links that lead to a person.
static PERSON_LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)user|member|profile|author|/u/|[?&;]u=|uid|space-|people|mailto:")
        .expect("a constant pattern")
});
static SECRET_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)secret|\block(?:ed)?\b|fa-lock|비밀").expect("a constant pattern")
});

/// One place in the row, over all rows.
struct Column {
    css: String,
    /// Per row, in order; `None` where the row has no such element.
    texts: Vec<Option<String>>,
    names: String,
    header: String,
    in_title: bool,
    /// It links to a person.
    is_person: bool,
    /// It stands in what tells of a topic's last post.
    is_of_last: bool,
}

/// What was learnt of a row.
#[derive(Debug, Default, Clone)]
pub(super) struct Columns {
    /// Field → selectors within the row.
    pub fields: BTreeMap<&'static str, Vec<String>>,
    pub link: Vec<String>,
    pub title_css: Option<String>,
    pub title_remove: Vec<String>,
    pub notice: Vec<String>,
    pub secret: Vec<String>,
    /// The cell in which pinned rows say so in words.
    pub notice_cell: Option<String>,
    pub decisions: Vec<Decision>,
    /// Per page and row: title, author, date words, and whether it is pinned.
    pub rows: Vec<Vec<RowFacts>>,
}

#[derive(Debug, Default, Clone)]
pub(super) struct RowFacts {
    pub title: String,
    pub author: Option<String>,
    pub date: Option<String>,
    pub notice: bool,
    pub secret: bool,
    pub comments: u64,
}

/// Learns the columns. `zone` is only a guess here: whether words are a date does not hang on it.
pub(super) fn columns(
    pages: &[Vec<RowSeen<'_>>],
    seen: &[SeenPage<'_>],
    zone: &TimeZone,
) -> Columns {
    let mut learnt = Columns::default();
    let rows: Vec<&RowSeen<'_>> = pages
        .iter()
        .flat_map(|rows| rows.iter().take(MAX_ROWS))
        .collect();
    let links = link_paths(&rows);
    learnt.link = links.clone();
    let found = gather(&rows, seen);
    learnt_notice(&mut learnt, pages, &rows);
    let pinned: Vec<bool> = rows
        .iter()
        .map(|row| is_notice(row.element, &learnt.notice))
        .collect();
    let as_of = seen.first().map(|page| page.as_of).unwrap_or_default();
    let mut scored: Vec<(f64, &'static str, usize, String)> = Vec::new();
    for (at, column) in found.iter().enumerate() {
        for (field, score, reason) in votes(column, &pinned, &rows, |text| {
            read_date(text, zone, as_of).is_some()
        }) {
            scored.push((score, field, at, reason));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (score, field, at, reason) in &scored {
        let held = learnt.fields.entry(field).or_default();
        let more = *field == "date" && held.len() < 2;
        if (held.is_empty() || more) && !taken.contains(at) {
            held.push(found[*at].css.clone());
            taken.insert(*at);
            if held.len() == 1 {
                let lost = scored
                    .iter()
                    .filter(|(_, other, place, _)| other == field && place != at)
                    .take(3)
                    .map(|(score, _, place, reason)| {
                        format!("{} ({score:.1}: {reason})", found[*place].css)
                    })
                    .collect();
                let value = found[*at].css.clone();
                learnt.decisions.push(Decision {
                    what: what(field),
                    value,
                    score: *score,
                    reason: reason.clone(),
                    lost,
                });
            }
        }
    }
    learnt.fields.retain(|_, selectors| !selectors.is_empty());
    learnt.notice_cell = found
        .iter()
        .find(|column| {
            let said = column
                .texts
                .iter()
                .flatten()
                .filter(|text| NOTICE_TEXT.is_match(text))
                .count();
            !column.in_title && said > 0 && 2 * said <= column.texts.len()
        })
        .map(|column| column.css.clone());
    title(&mut learnt, &rows);
    secret(&mut learnt, &rows);
    learnt.rows = pages
        .iter()
        .map(|rows| rows.iter().map(|row| facts(row, &learnt)).collect())
        .collect();
    learnt
}

fn what(field: &str) -> &'static str {
    match field {
        "rank" => "listing.rank",
        "author" => "listing.author",
        "date" => "listing.date",
        "category" => "listing.category",
        "views" => "listing.views",
        "votes" => "listing.votes",
        _ => "listing.comment_count",
    }
}

/// Where the link to the article stands in a row, the most frequent place first.
fn link_paths(rows: &[&RowSeen<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        if row.link != row.element {
            *counts
                .entry(css::path_within(row.element, row.link))
                .or_default() += 1;
        }
    }
    let mut paths: Vec<(String, usize)> = counts.into_iter().collect();
    paths.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let mut found: Vec<String> = paths.into_iter().take(4).map(|(path, _)| path).collect();
    found.push("a".into());
    found
}

/// All columns: elements with words of their own, each named by the largest element that says just that.
fn gather(rows: &[&RowSeen<'_>], seen: &[SeenPage<'_>]) -> Vec<Column> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut found: Vec<Column> = Vec::new();
    let headers = headers(rows, seen);
    for (at, row) in rows.iter().enumerate() {
        for element in row.element.descendent_elements().skip(1).take(MAX_ELEMENTS) {
            let own = element.children().any(|child| {
                child
                    .value()
                    .as_text()
                    .is_some_and(|text| !text.trim().is_empty())
            });
            let is_cell = matches!(element.value().name(), "td" | "th" | "time");
            if !own && !is_cell {
                continue;
            }
            let text = shown(element);
            let mut named = element;
            while let Some(parent) = named.parent().and_then(ElementRef::wrap) {
                if parent == row.element || shown(parent) != text || named.value().name() == "time"
                {
                    break;
                }
                named = parent;
            }
            let path = css::path_within(row.element, named);
            let place = *places.entry(path.clone()).or_insert_with(|| {
                let header = cell_index(row.element, named)
                    .and_then(|at| headers.get(at).cloned())
                    .unwrap_or_default();
                found.push(Column {
                    css: path,
                    texts: vec![None; rows.len()],
                    names: String::new(),
                    is_person: links_to_person(element),
                    is_of_last: LAST_POST.is_match(&header)
                        || is_of_last_post(row.element, element),
                    header,
                    in_title: !is_card(row.link)
                        && (element == row.link
                            || element.ancestors().any(|node| node.id() == row.link.id())),
                });
                found.len() - 1
            });
            let column = &mut found[place];
            if column.texts[at].is_none() {
                column.texts[at] = Some(text);
                if column.names.is_empty() {
                    column.names = format!("{} {}", css::words_of(named), css::words_of(element));
                }
            }
        }
    }
    found.retain(|column| column.texts.iter().flatten().count() as f64 >= 0.2 * rows.len() as f64);
    found
}

/// The element, or the one right around it, leads to a person.
fn links_to_person(element: ElementRef<'_>) -> bool {
    let around = element.parent().and_then(ElementRef::wrap);
    std::iter::once(element)
        .chain(around)
        .filter_map(|element| element.attr("href").or_else(|| element.attr("onclick")))
        .any(|to| PERSON_LINK.is_match(to))
}

/// Something around the element, within its row, is named for the last post.
fn is_of_last_post(row: ElementRef<'_>, element: ElementRef<'_>) -> bool {
    let around = element.ancestors().filter_map(ElementRef::wrap);
    std::iter::once(element)
        .chain(around)
        .take_while(|above| *above != row)
        .any(|above| LAST_POST.is_match(&css::words_of(above)))
}

/// A link around a whole row: title, author and date are elements in it.
fn is_card(link: ElementRef<'_>) -> bool {
    let has_words = |element: &ElementRef<'_>| {
        element.children().any(|child| {
            child
                .value()
                .as_text()
                .is_some_and(|text| !text.trim().is_empty())
        })
    };
    !has_words(&link)
        && link
            .descendent_elements()
            .skip(1)
            .take(60)
            .filter(has_words)
            .count()
            >= 3
}

/// The words above a table's columns.
fn headers(rows: &[&RowSeen<'_>], seen: &[SeenPage<'_>]) -> Vec<String> {
    let Some(row) = rows
        .first()
        .filter(|row| row.element.value().name() == "tr")
    else {
        return Vec::new();
    };
    let table = row
        .element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|above| above.value().name() == "table");
    let Some(table) = table.filter(|_| !seen.is_empty()) else {
        return Vec::new();
    };
    let headings: Vec<ElementRef<'_>> = table.select(&HEADINGS).take(30).collect();
    if !headings.is_empty() {
        return words_of_cells(headings.into_iter());
    }
    // The nearest row above with several cells is a header, whatever its cells are.
    let above = table
        .descendent_elements()
        .filter(|element| element.value().name() == "tr")
        .take_while(|element| *element != row.element)
        .filter(|element| element.child_elements().take(3).count() == 3)
        .last();
    above.map_or_else(Vec::new, |header| words_of_cells(header.child_elements()))
}

/// The words of cells, once for each column they span.
fn words_of_cells<'a>(cells: impl Iterator<Item = ElementRef<'a>>) -> Vec<String> {
    cells
        .take(30)
        .flat_map(|cell| {
            let n_spanned = cell.attr("colspan").and_then(|n| n.parse::<usize>().ok());
            let words = squeezed(&shown(cell));
            std::iter::repeat_n(words, n_spanned.unwrap_or(1).clamp(1, 30))
        })
        .take(60)
        .collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

/// Which cell of its row an element is, or stands in.
fn cell_index(row: ElementRef<'_>, element: ElementRef<'_>) -> Option<usize> {
    let cell = std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .find(|above| above.parent().is_some_and(|parent| parent.id() == row.id()))?;
    row.child_elements().position(|child| child == cell)
}

/// Which fields a column may be, with score and reason.
fn votes(
    column: &Column,
    pinned: &[bool],
    rows: &[&RowSeen<'_>],
    is_date: impl Fn(&str) -> bool,
) -> Vec<(&'static str, f64, String)> {
    let ordinary = ordinary_texts(column, pinned);
    let filled: Vec<&str> = ordinary
        .iter()
        .copied()
        .filter(|text| !text.is_empty())
        .collect();
    if filled.is_empty() || ordinary.is_empty() {
        return Vec::new();
    }
    let n = filled.len() as f64;
    let coverage = n / ordinary.len() as f64;
    let share =
        |test: &dyn Fn(&str) -> bool| filled.iter().filter(|text| test(text)).count() as f64 / n;
    let numbers = share(&|text| NUMBER.is_match(text));
    let labelled = share(&|text| LABELLED_NUMBER.is_match(text));
    let dates =
        share(&|text| text.chars().count() <= 40 && !NUMBER.is_match(text) && is_date(text));
    let short = share(&|text| text.chars().count() <= 24);
    let distinct = filled.iter().collect::<BTreeSet<_>>().len() as f64 / n;
    let said = |field: &str| said_of(column, field);
    let mut found = Vec::new();
    let mut add = |field: &'static str, score: f64, reason: &str| {
        let reason = format!(
            "{reason}; header `{}`, {:.0} % of rows",
            column.header,
            100.0 * coverage
        );
        found.push((field, score + coverage, reason));
    };
    if column.is_of_last {
        // Its author and date are not the topic's; its numbers are nobody's.
    } else if dates >= 0.8 && coverage >= COVERAGE {
        add(
            "date",
            3.0 * dates + said("date"),
            "its words read as dates",
        );
    } else if numbers >= 0.8 {
        if coverage >= COVERAGE
            && !column.in_title
            && counts_down(column, pinned)
            && !is_id(column, rows)
        {
            add(
                "rank",
                4.0 + said("rank"),
                "numbers that fall by one from row to row",
            );
        }
        for field in ["comment_count", "views", "votes"] {
            if said(field) > 0.0 && (coverage >= COVERAGE || field == "comment_count") {
                add(field, 2.0 + said(field), "numbers under such a name");
            }
        }
        if column.in_title && said("views") + said("votes") == 0.0 {
            add("comment_count", 2.0, "a number in the title's link");
        }
    } else if labelled >= 0.8 && dates < 0.2 {
        for field in ["comment_count", "views", "votes"] {
            if said(field) > 0.0
                || filled.iter().all(|text| {
                    FIELD_PATTERNS
                        .iter()
                        .any(|(name, words)| *name == field && words.is_match(text))
                })
            {
                add(field, 1.5 + said(field), "numbers with such a word");
            }
        }
    } else if short >= 0.9 && numbers < 0.3 && dates < 0.3 && !column.in_title {
        let author = said("author") + f64::from(u8::from(column.is_person));
        let initials = share(&|text| text.chars().count() == 1) >= 0.8;
        let category = said("category");
        if coverage >= COVERAGE
            && said("title") < 2.0
            && !initials
            && (author > 0.0 || category < 1.0)
            && (author > 0.0 || distinct > 0.05)
        {
            add(
                "author",
                0.5 + author + if distinct < 1.0 { 0.3 } else { 0.0 },
                "short words, often the same",
            );
        }
        if category > 0.0 && distinct < 0.8 {
            add("category", 1.0 + category, "few words, under such a name");
        }
    } else if short >= 0.9 && column.in_title && said("category") > 0.0 {
        add(
            "category",
            1.0 + said("category"),
            "few words in front of the title",
        );
    }
    found
}

/// A column's words in rows that are not pinned.
fn ordinary_texts<'c>(column: &'c Column, pinned: &[bool]) -> Vec<&'c str> {
    let ordinary = column
        .texts
        .iter()
        .zip(pinned)
        .filter(|(_, pinned)| !**pinned);
    ordinary
        .map(|(text, _)| text.as_deref().unwrap_or(""))
        .collect()
}

/// How plainly a column's header (2) and class words (1) name a field.
fn said_of(column: &Column, field: &str) -> f64 {
    let words = FIELD_PATTERNS
        .iter()
        .find(|(name, _)| *name == field)
        .map(|(_, words)| words);
    words.map_or(0.0, |words| {
        2.0 * f64::from(u8::from(words.is_match(&column.header)))
            + f64::from(u8::from(words.is_match(&column.names)))
    })
}

/// Numbers that fall by one from ordinary row to ordinary row: a rank (BOARDS.md 0.1).
fn counts_down(column: &Column, pinned: &[bool]) -> bool {
    let numbers: Vec<i64> = column
        .texts
        .iter()
        .zip(pinned)
        .filter(|(_, pinned)| !**pinned)
        .filter_map(|(text, _)| text.as_deref()?.replace(',', "").parse().ok())
        .collect();
    if numbers.len() < 2 {
        return false;
    }
    let by_one = numbers
        .windows(2)
        .filter(|pair| pair[0] - pair[1] == 1)
        .count();
    // One place is free: from page 1 to page 2 rows may have moved.
    by_one + 1 + numbers.len() / 10 >= numbers.len() - 1
}

/// The number is the one in the link, and the link's numbers have gaps: an id.
fn is_id(column: &Column, rows: &[&RowSeen<'_>]) -> bool {
    let same = column
        .texts
        .iter()
        .zip(rows)
        .filter(|(text, row)| {
            text.as_deref().is_some_and(|text| {
                address::bare(&row.url)
                    .split(['/', '=', '&'])
                    .any(|part| part == text)
            })
        })
        .count();
    same == rows.len() && rows.len() > 2 && {
        let numbers: Vec<i64> = column
            .texts
            .iter()
            .flatten()
            .filter_map(|text| text.parse().ok())
            .collect();
        numbers.windows(2).any(|pair| pair[0] - pair[1] != 1)
    }
}

/// Signs of pinned rows: class words that say so, or that only rows have which stand on both pages.
fn learnt_notice(learnt: &mut Columns, pages: &[Vec<RowSeen<'_>>], rows: &[&RowSeen<'_>]) {
    let on_both: BTreeSet<String> = match pages {
        [first, second, ..] => {
            let there: BTreeSet<String> =
                second.iter().map(|row| address::bare(&row.url)).collect();
            let n_ordinary_again = first
                .iter()
                .rev()
                .take_while(|row| there.contains(&address::bare(&row.url)))
                .count();
            // A row pushed down stands at the end of page 1 and the top of page 2.
            let last = first.len().saturating_sub(n_ordinary_again);
            first[..last]
                .iter()
                .map(|row| address::bare(&row.url))
                .filter(|key| there.contains(key))
                .collect()
        }
        _ => BTreeSet::new(),
    };
    let repeats = |row: &RowSeen<'_>| on_both.contains(&address::bare(&row.url));
    let mut words: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let inner = row.element.descendent_elements().skip(1).take(80);
        for element in std::iter::once(row.element).chain(inner) {
            let is_row = element == row.element;
            for class in element
                .value()
                .classes()
                .filter(|class| css::is_stable(class))
            {
                if is_row || NOTICE_CLASS.is_match(class) {
                    words
                        .entry(format!(".{class}"))
                        .or_insert_with(|| vec![false; rows.len()])[at] = true;
                }
            }
        }
    }
    // `stickthread_12` among `normalthread_34`.
    let prefix = |row: &RowSeen<'_>| {
        let id = row.element.value().id()?;
        let digits = id.find(|c: char| c.is_ascii_digit())?;
        let plain = id[..digits]
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        (digits >= 3 && plain).then(|| id[..digits].to_owned())
    };
    for (at, row) in rows.iter().enumerate() {
        if let Some(prefix) = prefix(row) {
            words
                .entry(format!("[id^='{prefix}']"))
                .or_insert_with(|| vec![false; rows.len()])[at] = true;
        }
    }
    let n_pinned_by_text: Vec<bool> = rows
        .iter()
        .map(|row| {
            let mut leaves = row.element.descendent_elements().skip(1).take(80);
            leaves.any(|element| element != row.link && NOTICE_TEXT.is_match(&shown(element)))
        })
        .collect();
    for (word, has) in &words {
        let n_has = has.iter().filter(|has| **has).count();
        let named = NOTICE_CLASS.is_match(word);
        let all_repeat = rows
            .iter()
            .zip(has)
            .filter(|(_, has)| **has)
            .all(|(row, _)| repeats(row));
        let all_said = has
            .iter()
            .zip(&n_pinned_by_text)
            .all(|(has, said)| !has || *said);
        let exact = !on_both.is_empty() && all_repeat;
        if n_has > 0
            && 2 * n_has <= rows.len().max(2)
            && (named || exact || (all_said && n_has >= 1))
        {
            learnt.notice.push(word.clone());
            learnt.decisions.push(Decision {
                what: "listing.notice",
                value: word.clone(),
                score: n_has as f64 / rows.len() as f64,
                reason: match (named, exact) {
                    (true, _) => format!("the class says so, on {n_has} rows"),
                    (_, true) => format!("the {n_has} rows that have it stand on both pages"),
                    _ => format!("the {n_has} rows that have it say so in words"),
                },
                lost: Vec::new(),
            });
        }
    }
    learnt.notice.truncate(6);
}

fn is_notice(row: ElementRef<'_>, notice: &[String]) -> bool {
    let holds = |element: ElementRef<'_>| {
        element
            .value()
            .classes()
            .any(|class| notice.iter().any(|word| word[1..] == *class))
    };
    let by_id = row.value().id().is_some_and(|id| {
        let prefixes = notice
            .iter()
            .filter_map(|word| word.strip_prefix("[id^='")?.strip_suffix("']"));
        prefixes.into_iter().any(|prefix| id.starts_with(prefix))
    });
    if by_id {
        return true;
    }
    std::iter::once(row)
        .chain(row.descendent_elements().skip(1).take(MAX_ELEMENTS))
        .any(holds)
        || row
            .descendent_elements()
            .skip(1)
            .take(6)
            .any(|cell| NOTICE_TEXT.is_match(&shown(cell)))
}

/// The title where it is not the whole of the link: a heading in a card. And what in the link is not the title.
fn title(learnt: &mut Columns, rows: &[&RowSeen<'_>]) {
    let mut heading: BTreeMap<String, usize> = BTreeMap::new();
    let mut not_title: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let whole = shown(row.link);
        let inside: Vec<ElementRef<'_>> = row.link.descendent_elements().skip(1).take(60).collect();
        let is_heading = |element: &&ElementRef<'_>| {
            matches!(
                element.value().name(),
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            ) || FIELD_PATTERNS.iter().any(|(field, words)| {
                *field == "title" && words.is_match(&css::words_of(**element))
            })
        };
        if let Some(found) = inside.iter().find(is_heading)
            && shown(*found).chars().any(char::is_alphanumeric)
        {
            *heading
                .entry(css::path_within(row.element, *found))
                .or_default() += 1;
        } else if whole.is_empty() {
            // The link lies over the row and has no words.
            let named = row
                .element
                .descendent_elements()
                .skip(1)
                .take(80)
                .find(|element| is_heading(&element));
            if let Some(found) = named {
                *heading
                    .entry(css::path_within(row.element, found))
                    .or_default() += 1;
            }
        }
        for element in inside {
            let text = shown(element);
            let names = css::words_of(element);
            let is_count = NUMBER.is_match(&text) && text.chars().count() <= 8;
            let is_mark = text.chars().count() <= 4
                && matches!(
                    text.to_lowercase().as_str(),
                    "n" | "new" | "hot" | "h" | "up" | "새글" | "n새글"
                );
            let is_kind = FIELD_PATTERNS
                .iter()
                .any(|(field, words)| *field == "category" && words.is_match(&names));
            if (is_count || is_mark || is_kind) && whole != text && !text.is_empty() {
                *not_title.entry(css::simple(element)).or_default() += 1;
            }
        }
    }
    let best = heading.into_iter().max_by_key(|(_, n)| *n);
    learnt.title_css = best
        .filter(|(_, n)| 2 * n >= rows.len())
        .map(|(path, _)| path);
    learnt.title_remove = not_title
        .into_keys()
        .filter(|name| name.contains('.') || name == "em" || name == "small" || name == "i")
        .take(6)
        .collect();
}

fn secret(learnt: &mut Columns, rows: &[&RowSeen<'_>]) {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let mut here = BTreeSet::new();
        for element in
            std::iter::once(row.element).chain(row.element.descendent_elements().skip(1).take(80))
        {
            here.extend(
                element
                    .value()
                    .classes()
                    .filter(|class| css::is_stable(class) && SECRET_CLASS.is_match(class)),
            );
        }
        for class in here {
            *words.entry(format!(".{class}")).or_default() += 1;
        }
    }
    learnt.secret = words
        .into_iter()
        .filter(|(_, n)| 2 * n <= rows.len())
        .map(|(word, _)| word)
        .take(4)
        .collect();
}

fn facts(row: &RowSeen<'_>, learnt: &Columns) -> RowFacts {
    let value = |field: &str| -> Option<String> {
        learnt
            .fields
            .get(field)?
            .iter()
            .find_map(|css| text_at(row.element, css))
    };
    let remove: Vec<Selector> = learnt
        .title_remove
        .iter()
        .filter_map(|css| Selector::parse(css).ok())
        .collect();
    let title = learnt
        .title_css
        .as_ref()
        .and_then(|css| text_at(row.element, css))
        .unwrap_or_else(|| element_text(row.link, &[&UNSEEN, &remove]));
    let secret = row.element.descendent_elements().take(80).any(|element| {
        element
            .value()
            .classes()
            .any(|class| learnt.secret.iter().any(|word| word[1..] == *class))
    });
    RowFacts {
        title,
        author: value("author"),
        date: value("date"),
        notice: is_notice(row.element, &learnt.notice),
        secret,
        comments: value("comment_count")
            .and_then(|text| {
                text.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
                    .parse()
                    .ok()
            })
            .unwrap_or(0),
    }
}

fn text_at(root: ElementRef<'_>, css: &str) -> Option<String> {
    let selector = Selector::parse(css).ok()?;
    let text = shown(root.select(&selector).next()?);
    (!text.is_empty()).then_some(text)
}

/// An element's words as rows are read: without those for screen readers.
fn shown(element: ElementRef<'_>) -> String {
    element_text(element, &[&UNSEEN])
}
