//! What is asked of the full-text index? In: a query as people type it. Out: a [`Query`], whatever was typed. Pure.
//!
//! Words are all to be found, `"several words"` side by side, `-word` not at all, `wor*` by its beginning. Beside them:
//! `board:NAME`, `author:NAME`, `source:NAME`, `before:DATE`, `after:DATE`, `is:gone`, `is:edited`; a value with spaces
//! in quotes. What looks like one of these and is none is searched for as words, and [`Query::notes`] says so.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::search_text::{self, whole_phrase};

/// Characters of a query that are looked at, and words and phrases in it: so a long one costs no more than these.
const MOST_CHARS: usize = 512;
const MOST_PHRASES: usize = 24;
/// Phrases by which what a query finds is ranked: its longest, which tell the most.
const MOST_TELLING: usize = 2;

/// What the full-text index is asked, in FTS5's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexWords {
    pub(super) expression: String,
    /// How common each of its phrases is, all over the index, is counted anew for each query. So few rank, and of these, if
    /// they are several, a token each: it is counted five times as fast as a phrase.
    pub(super) ranking: String,
    /// Where very many are found: of a phrase that is alone, too, a token.
    pub(super) cheap_ranking: String,
}

/// What is to be found, in terms of the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// `None`: no words were given, all articles fit.
    pub(super) index_words: Option<IndexWords>,
    /// The words and phrases as typed, for showing where they are.
    pub words: Vec<String>,
    /// The board's name.
    pub board: Option<String>,
    /// Part of the press it was copied from.
    pub source: Option<String>,
    /// Posted (or, without a date, first seen) at or after this moment.
    pub after: Option<Timestamp>,
    /// And before this one.
    pub before: Option<Timestamp>,
    pub gone: bool,
    /// Its author changed it after a visit had read it.
    pub edited: bool,
    /// By date, where words would else order what is found.
    pub newest_first: bool,
    /// What of it was not taken as it stood, for the one who typed it.
    pub notes: Vec<String>,
}

/// What may stand before a colon.
const NAMES: [&str; 6] = ["board", "author", "source", "before", "after", "is"];

/// One piece of a query.
struct Piece {
    /// `author` of `author:NAME`.
    name: Option<String>,
    value: String,
    quoted: bool,
    excluded: bool,
}

/// Parts of the FTS5 expression.
#[derive(Default)]
struct Phrases {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl Query {
    /// Reads any text. Days begin in `zone`: `before:2026-11-20` ends with the day before, `after:2026-11-20` begins
    /// with that day.
    pub fn parse(text: &str, zone: &TimeZone) -> Self {
        let mut query = Self::default();
        let mut phrases = Phrases::default();
        let cut: String = text.chars().take(MOST_CHARS).collect();
        if cut.len() < text.len() {
            query.notes.push(format!(
                "only the first {MOST_CHARS} characters were searched for"
            ));
        }
        for piece in pieces(&cut) {
            if phrases.wanted.len() + phrases.unwanted.len() >= MOST_PHRASES {
                query.notes.push(format!(
                    "only the first {MOST_PHRASES} words were searched for"
                ));
                break;
            }
            query.take(piece, zone, &mut phrases);
        }
        query.index_words = phrases.for_index(&mut query.notes);
        query
    }

    /// Whether it asks for anything.
    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                notes: self.notes.clone(),
                ..Self::default()
            }
    }

    fn take(&mut self, piece: Piece, zone: &TimeZone, phrases: &mut Phrases) {
        let Some(name) = piece.name.clone() else {
            return self.take_words(&piece.value, &piece, phrases);
        };
        let value = piece.value.as_str();
        if piece.excluded && NAMES.contains(&name.as_str()) {
            return self.not_taken(&name, value, "cannot be left out");
        }
        match name.as_str() {
            "board" => self.board = Some(value.to_owned()),
            "source" => self.source = Some(value.to_owned()),
            "author" => match whole_phrase(value) {
                Some(phrase) => phrases.wanted.push(format!("author : {phrase}")),
                None => self.not_taken(&name, value, "has no letters to search for"),
            },
            "is" if value == "gone" => self.gone = true,
            "is" if value == "edited" => self.edited = true,
            "before" | "after" => match day_start(value, zone) {
                Some(moment) if name == "before" => self.before = Some(moment),
                Some(moment) => self.after = Some(moment),
                None => {
                    self.not_taken(&name, value, "is no date like 2026-11-20");
                    self.take_words(value, &piece, phrases);
                }
            },
            _ => {
                if name == "is" {
                    self.not_taken(&name, value, "is neither is:gone nor is:edited");
                }
                self.take_words(&format!("{name} {value}"), &piece, phrases);
            }
        }
    }

    fn not_taken(&mut self, name: &str, value: &str, why: &str) {
        self.notes.push(format!("`{name}:{value}` {why}"));
    }

    fn take_words(&mut self, words: &str, piece: &Piece, phrases: &mut Phrases) {
        let mut found = match piece.quoted {
            true => whole_phrase(words).into_iter().collect(),
            false => search_text::phrases(words),
        };
        if let Some(last) = found.last_mut()
            && words.ends_with('*')
            && last.ends_with('"')
        {
            last.push('*');
        }
        if piece.excluded {
            phrases.unwanted.append(&mut found);
        } else if !found.is_empty() {
            phrases.wanted.append(&mut found);
            match piece.quoted {
                true => self.words.push(words.to_owned()),
                false => self.words.extend(
                    words
                        .split(|c: char| !c.is_alphanumeric())
                        .filter(|word| !word.is_empty())
                        .map(str::to_owned),
                ),
            }
        }
    }
}

impl Phrases {
    fn for_index(self, notes: &mut Vec<String>) -> Option<IndexWords> {
        if self.wanted.is_empty() {
            if !self.unwanted.is_empty() {
                notes.push("words to leave out need words to find beside them".to_owned());
            }
            return None;
        }
        let mut longest: Vec<&str> = self.wanted.iter().map(String::as_str).collect();
        longest.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
        longest.truncate(MOST_TELLING);
        let tokens: Vec<String> = longest.iter().map(|phrase| longest_token(phrase)).collect();
        let cheap_ranking = tokens.join(" AND ");
        let ranking = match &self.wanted[..] {
            [alone] => alone.clone(),
            _ => cheap_ranking.clone(),
        };
        let wanted = self.wanted.join(" AND ");
        let expression = match self.unwanted.is_empty() {
            true => wanted,
            false => format!("({wanted}) NOT ({})", self.unwanted.join(" OR ")),
        };
        Some(IndexWords {
            expression,
            ranking,
            cheap_ranking,
        })
    }
}

/// The longest token of an FTS5 phrase, of several the first, as a phrase in the same column.
fn longest_token(phrase: &str) -> String {
    let (column, words) = phrase.split_at(phrase.find(['"', '(']).unwrap_or_default());
    // What two phrases stand for begins with a bracket; the second one is a token.
    let inside = match words.starts_with('(') {
        true => words.rsplit('"').nth(1),
        false => words.split('"').nth(1),
    };
    let tokens: Vec<&str> = inside.unwrap_or_default().split(' ').collect();
    if let [_] = tokens[..]
        && phrase.ends_with('*')
    {
        return phrase.to_owned();
    }
    let longest = tokens
        .iter()
        .rev()
        .max_by_key(|token| token.chars().count());
    format!("{column}\"{}\"", longest.copied().unwrap_or_default())
}

/// Cuts a query at spaces outside of quotes.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (piece, after) = next_piece(rest);
        pieces.push(piece);
        rest = after.trim_start();
    }
    pieces
}

fn next_piece(text: &str) -> (Piece, &str) {
    let after_dash = text.strip_prefix('-');
    let excluded = after_dash.is_some_and(|rest| !rest.starts_with(char::is_whitespace));
    let text = after_dash.filter(|_| excluded).unwrap_or(text);
    let head = text
        .split(|c: char| c.is_whitespace() || is_quote(c))
        .next();
    let name = head
        .and_then(|head| head.split_once(':'))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()));
    let value = name.map_or(text, |name| &text[name.len() + 1..]);
    let (value, quoted, after) = match value.strip_prefix(is_quote) {
        Some(inside) => {
            let end = inside.find(is_quote).unwrap_or(inside.len());
            (
                &inside[..end],
                true,
                inside[end..].trim_start_matches(is_quote),
            )
        }
        None => {
            let end = value.find(char::is_whitespace).unwrap_or(value.len());
            (&value[..end], false, &value[end..])
        }
    };
    let piece = Piece {
        name: name.map(str::to_ascii_lowercase),
        value: value.to_owned(),
        quoted,
        excluded,
    };
    (piece, after)
}

/// Straight quotes, and those that telephones write in their place.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '＂')
}

/// Of a day, a month or a year.
fn day_start(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let mut numbers = text.split(['-', '.', '/']).map(str::parse::<i16>);
    let year = numbers.next()?.ok()?;
    let mut within = |default| {
        numbers
            .next()
            .map_or(Some(default), |number| i8::try_from(number.ok()?).ok())
    };
    let (month, day) = (within(1)?, within(1)?);
    if numbers.next().is_some() || !(1..=9999).contains(&year) {
        return None;
    }
    let day = Date::new(year, month, day).ok()?;
    day.to_zoned_datetime(zone.clone())
        .ok()
        .map(|start| start.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Query {
        Query::parse(text, &TimeZone::get("Asia/Seoul").expect("bundled"))
    }

    fn expression(text: &str) -> String {
        let words = parse(text).index_words;
        words.map(|words| words.expression).unwrap_or_default()
    }

    #[test]
    fn words_phrases_and_words_to_leave_out() {
        assert_eq!(expression("금리 동결"), "\"금리\" AND \"동결\"");
        assert_eq!(expression("\"금리 동결\""), "\"금리 리 동결\"");
        assert_eq!(
            expression("“금리 동결” 환율"),
            "\"금리 리 동결\" AND \"환율\""
        );
        assert_eq!(
            expression("bank* -river -“a b”"),
            "(\"bank\"*) NOT (\"river\" OR \"a b\")"
        );
        assert_eq!(expression("삼"), "\"\u{E000}삼\"");
        assert_eq!(expression("제11월*"), "(\"제 11\" AND \"\u{E000}11월\")");
        assert_eq!(expression("2026-11-20"), "\"2026\" AND \"11\" AND \"20\"");
    }

    #[test]
    fn the_longest_phrases_rank_and_of_several_their_longest_tokens() {
        let rank = |text: &str| {
            let words = parse(text).index_words.expect("words");
            (words.ranking, words.cheap_ranking)
        };
        let both = |words: &str| (words.to_owned(), words.to_owned());
        assert_eq!(
            rank("한국은행"),
            ("\"한국 국은 은행\"".to_owned(), "\"한국\"".to_owned())
        );
        assert_eq!(rank("금리 한국은행"), both("\"한국\" AND \"금리\""));
        assert_eq!(
            rank("금리 기준금리 동결 한국은행이"),
            both("\"한국\" AND \"기준\"")
        );
        assert_eq!(rank("\"the river\" of"), both("\"river\" AND \"of\""));
        assert_eq!(rank("bank* a"), both("\"bank\"* AND \"a\""));
        assert_eq!(
            rank("제11월 author:김철수"),
            both("\"\u{E000}11월\" AND author : \"김철\"")
        );
        let (ranking, cheap_ranking) = rank("author:가a가");
        assert_eq!(ranking, "author : (\"가 a\" AND \"\u{E000}a가\")");
        assert_eq!(cheap_ranking, "author : \"\u{E000}a가\"");
    }

    #[test]
    fn names_before_a_colon() {
        let query = parse("board:news author:\"김 기자\" source:한겨레 is:gone IS:edited 도서관");
        assert_eq!(query.board.as_deref(), Some("news"));
        assert_eq!(query.source.as_deref(), Some("한겨레"));
        assert!(query.gone && query.edited);
        assert_eq!(
            query.index_words.map(|words| words.expression).as_deref(),
            Some("author : \"김 기자\" AND \"도서 서관\"")
        );
        assert_eq!(query.words, ["도서관"]);
        assert_eq!(query.notes, [""; 0]);
    }

    #[test]
    fn days_begin_in_the_zone() {
        let query = parse("after:2026-11-20 before:2026.12");
        assert_eq!(
            query.after,
            Some("2026-11-19T15:00:00Z".parse().expect("a moment"))
        );
        assert_eq!(
            query.before,
            Some("2026-11-30T15:00:00Z".parse().expect("a moment"))
        );
    }

    #[test]
    fn what_cannot_be_taken_is_said() {
        for (text, note) in [
            (
                "before:gestern",
                "`before:gestern` is no date like 2026-11-20",
            ),
            ("is:red", "`is:red` is neither is:gone nor is:edited"),
            ("-board:news 가", "`board:news` cannot be left out"),
            ("-금리", "words to leave out need words to find beside them"),
        ] {
            assert_eq!(parse(text).notes, [note], "{text}");
        }
        let long = parse(&"가나 ".repeat(10_000));
        assert_eq!(long.words.len(), MOST_PHRASES);
        assert_eq!(long.notes.len(), 2);
        assert!(parse("  ").is_empty());
        assert!(!parse("is:gone").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_a_query_that_sqlite_takes(
            text in prop_oneof![
                any::<String>(),
                "(-?(board:|is:|before:|author:|[a-z]{1,3}:)?[\"“a-z가-힣*()^+{}:~ -]{0,6} ?){0,8}",
            ],
        ) {
            let query = parse(&text);
            let conn = rusqlite::Connection::open_in_memory().expect("memory");
            conn.execute_batch("CREATE VIRTUAL TABLE f USING fts5 (title, text, author)").expect("FTS5 is there");
            let words = query.index_words.into_iter();
            for expression in words.flat_map(|words| [words.expression, words.ranking, words.cheap_ranking]) {
                let found = conn
                    .prepare("SELECT count(*) FROM f WHERE f MATCH ?1")
                    .and_then(|mut select| select.query_row([&expression], |row| row.get::<_, i64>(0)));
                prop_assert!(found.is_ok(), "{expression}: {found:?}");
            }
        }
    }
}
