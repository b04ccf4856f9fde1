//! What do a listing's columns and its number cells say? Words only; which elements hold them is the profile's
//! business.

use std::collections::BTreeMap;

use crate::document::{ElementRef, Query};
use crate::profile::{element_text, says_pinned};

/// What a column holds, as far as a row has a place for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Column {
    Rank,
    Title,
    Author,
    Date,
    Views,
    Votes,
    Category,
    CommentCount,
}

/// Header words after removing white space, in lower case. `비추천` and the like name no column we keep, so only
/// whole words count.
const WORDS: [(Column, &[&str]); 8] = [
    (
        Column::Rank,
        &["번호", "글번호", "순번", "no", "no.", "number", "num", "#"],
    ),
    (Column::Title, &["제목", "글제목", "title", "subject"]),
    (
        Column::Author,
        &[
            "글쓴이",
            "작성자",
            "이름",
            "닉네임",
            "필자",
            "등록자",
            "author",
            "writer",
            "name",
            "nickname",
            "user",
        ],
    ),
    (
        Column::Date,
        &[
            "날짜",
            "등록일",
            "작성일",
            "등록일시",
            "작성일시",
            "등록일자",
            "작성시간",
            "일시",
            "date",
            "posted",
        ],
    ),
    (
        Column::Views,
        &[
            "조회",
            "조회수",
            "읽음",
            "views",
            "view",
            "hit",
            "hits",
            "read",
        ],
    ),
    (
        Column::Votes,
        &[
            "추천",
            "추천수",
            "좋아요",
            "공감",
            "votes",
            "vote",
            "likes",
            "like",
            "good",
        ],
    ),
    (
        Column::Category,
        &["분류", "말머리", "카테고리", "구분", "category"],
    ),
    (
        Column::CommentCount,
        &["댓글", "댓글수", "comments", "comment", "replies"],
    ),
];

/// Column → index of its cell. The first of two columns with the same meaning counts.
pub(super) type Columns = BTreeMap<Column, usize>;

/// Reads a header's cells, in order. The second value is the number of cells a row must have for the columns to
/// be its own (a `colspan` counts as that many).
pub(super) fn read_header(cells: &[ElementRef<'_>], hidden: &[Query]) -> (Columns, usize) {
    let mut columns = Columns::new();
    let mut place = 0;
    for cell in cells {
        let word: String = element_text(*cell, &[hidden])
            .to_lowercase()
            .split_whitespace()
            .collect();
        let known = WORDS
            .iter()
            .find(|(_, words)| words.contains(&word.as_str()));
        if let Some((column, _)) = known {
            columns.entry(*column).or_insert(place);
        }
        place += span_of(cell);
    }
    (columns, place)
}

/// A row's cells by place: a cell that spans two columns stands at both.
pub(super) fn cells_of<'a>(row: ElementRef<'a>) -> Vec<ElementRef<'a>> {
    row.child_elements()
        .filter(|cell| matches!(cell.value().name(), "td" | "th"))
        .flat_map(|cell| std::iter::repeat_n(cell, span_of(&cell)))
        .collect()
}

/// Bounded: a hostile `colspan` must not cost memory.
fn span_of(cell: &ElementRef<'_>) -> usize {
    let span = cell
        .attr("colspan")
        .and_then(|span| span.trim().parse().ok());
    span.unwrap_or(1).clamp(1, 100)
}

/// What stands in the number column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RankCell {
    /// A rank: never an id (BOARDS.md 0.1).
    Rank(u64),
    /// A pinned row: 공지, 필독, BEST, AD, …
    Notice,
    /// The open article: », 열람중, …
    Current,
    /// Nothing, or nothing we know (KBoard: a reply has no number).
    Other,
}

/// No board holds more posts; a larger number counts something else, or nothing.
const MAX_RANK: u64 = 100_000_000_000;

/// What is set apart besides notices: favourites, advertisements, polls.
const SPECIAL_WORDS: [&str; 9] = [
    "인기",
    "베스트",
    "광고",
    "설문",
    "이벤트",
    "best",
    "hot",
    "ad",
    "event",
];
const CURRENT_WORDS: [&str; 5] = ["열람중", "현재글", "현재", "읽는중", "current"];
/// Marks that stand for the open article, in place of its number or in front of its title.
pub(super) const CURRENT_MARKS: [char; 9] = ['»', '▶', '▷', '►', '→', '☞', '➤', '◀', '☜'];

/// Reads the words of a number cell.
pub(super) fn read_rank_cell(text: &str) -> RankCell {
    let word: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && !"[](){}<>【】,".contains(*c))
        .collect();
    let is_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    if is_number
        && let Ok(rank) = word.parse()
        && rank <= MAX_RANK
    {
        RankCell::Rank(rank)
    } else if says_pinned(&word) || SPECIAL_WORDS.contains(&word.as_str()) {
        RankCell::Notice
    } else if CURRENT_WORDS.contains(&word.as_str())
        || (!word.is_empty() && word.chars().all(|c| CURRENT_MARKS.contains(&c)))
    {
        RankCell::Current
    } else {
        RankCell::Other
    }
}

/// A count as boards write it: `1,234`, `[6]`, `+6`, `조회 수 160`. `None` for a rounded one (`1.2만`): a count that
/// is not exact would look like a change.
pub(super) fn read_count(text: &str) -> Option<i64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let negative = text[..start].ends_with(['-', '−']);
    let rest = &text[start..];
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ',')
        .unwrap_or(rest.len());
    let after = rest[end..].trim_start();
    if after.starts_with(['.', '만', '천', '억', 'k', 'K', 'm', 'M']) {
        return None;
    }
    let count: i64 = rest[..end].replace(',', "").parse().ok()?;
    Some(if negative { -count } else { count })
}
