//! Which tokens is a text found by? In: text or a query. Out: space-separated tokens, or an FTS5 expression.
//! Pure. Both stores use it, and what it makes is stored: a change gets a new [`VERSION`], and a store that was
//! written with another one rebuilds its index.
//!
//! Hangul, Han and Kana have no spaces to trust, so a run of them becomes its overlapping pairs and its last
//! character alone: `삼성전자가 iPhone을` is `삼성 성전 전자 자가 가 iphone 을`. Other words stay whole. A query for two
//! or more characters is then a phrase of pairs.
//!
//! One character, alone or behind a word of another script (`물`, `11월`), begins very many pairs. So behind its tokens
//! each text has a second list, without order: each of its characters once, and each such word with the first character
//! behind it, marked by [`ONCE`].

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::dedup::is_settled;

/// Of the tokens made here.
pub const VERSION: u32 = 2;

/// Before tokens of the second list. For private use, so it is in no word, and for FTS5's `ascii` tokenizer it is a letter
/// (sqlite.org/fts5.html, 4.3.2).
const ONCE: char = '\u{E000}';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Written without reliable spaces.
    Dense,
    Spaced,
}

/// A stretch of one script.
#[derive(Debug, Clone, Copy)]
struct Run<'a> {
    script: Script,
    /// Not empty.
    letters: &'a str,
    /// It follows the run before it without anything between.
    joined: bool,
}

impl Run<'_> {
    fn first(&self) -> char {
        self.letters.chars().next().expect("a run has a letter")
    }

    fn is_one(&self) -> bool {
        self.first().len_utf8() == self.letters.len()
    }
}

/// A text as the index sees it, and where the runs of its letters and digits are.
struct Folded {
    text: String,
    /// Script, [`Run::joined`], and where the run begins and ends.
    runs: Vec<(Script, bool, Range<usize>)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let text = fold(text);
        let mut runs: Vec<(Script, bool, Range<usize>)> = Vec::with_capacity(text.len() / 8);
        // That of the last character, if it was a letter.
        let mut before = None;
        for (at, c) in text.char_indices() {
            let script = script_of(c);
            if script != before {
                if let (Some(_), Some((.., run))) = (before, runs.last_mut()) {
                    run.end = at;
                }
                runs.extend(script.map(|script| (script, before.is_some(), at..text.len())));
                before = script;
            }
        }
        Self { text, runs }
    }

    fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        self.runs.iter().map(|(script, joined, run)| Run {
            script: *script,
            letters: &self.text[run.clone()],
            joined: *joined,
        })
    }
}

/// `None`: it is neither a letter nor a digit.
fn script_of(c: char) -> Option<Script> {
    match c {
        // Nearly all there are.
        '가'..='힣' => Some(Script::Dense),
        'a'..='z' | '0'..='9' => Some(Script::Spaced),
        ' ' | '\n' => None,
        c if is_dense(c) => Some(Script::Dense),
        c => c.is_alphanumeric().then_some(Script::Spaced),
    }
}

/// The tokens of a text, separated by spaces.
pub fn bigrams(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    let folded = Folded::of(text);
    let mut characters = Characters::new();
    let mut words = Vec::new();
    let mut before = None;
    for run in folded.runs() {
        push_tokens(&mut out, run, |c| characters.add(c));
        words.extend(before.and_then(|before| word_and_character(before, run)));
        before = Some(run);
    }
    for c in characters.sorted() {
        out.extend([' ', ONCE, c]);
    }
    words.sort_unstable();
    words.dedup();
    for word in words {
        out.push(' ');
        out.push_str(&word);
    }
    out
}

/// A set of characters: a bit for each one of the basic plane.
struct Characters {
    basic: Vec<u64>,
    others: Vec<char>,
}

impl Characters {
    fn new() -> Self {
        Self {
            basic: vec![0; 0x1_0000 / 64],
            others: Vec::new(),
        }
    }

    fn add(&mut self, c: char) {
        match self.basic.get_mut(c as usize / 64) {
            Some(bits) => *bits |= 1 << (c as usize % 64),
            None => self.others.push(c),
        }
    }

    fn sorted(mut self) -> impl Iterator<Item = char> {
        self.others.sort_unstable();
        self.others.dedup();
        let basic = self.basic.into_iter().zip(0_u32..).flat_map(|(bits, at)| {
            // From the lowest that is set to the next: nearly all words of the set are empty.
            let rests = std::iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)));
            let held = rests.take_while(|bits| *bits != 0);
            held.filter_map(move |bits| char::from_u32(at * 64 + bits.trailing_zeros()))
        });
        basic.chain(self.others)
    }
}

/// `11월` of `11월에`, as a token of the second list.
fn word_and_character(word: Run<'_>, behind: Run<'_>) -> Option<String> {
    let meet = word.script == Script::Spaced && behind.script == Script::Dense && behind.joined;
    meet.then(|| format!("{ONCE}{}{}", word.letters, behind.first()))
}

/// An FTS5 phrase for each word of a text.
pub(super) fn phrases(text: &str) -> Vec<String> {
    let mut words: Vec<Vec<Run<'_>>> = Vec::new();
    let folded = Folded::of(text);
    for run in folded.runs() {
        match words.last_mut() {
            Some(word) if run.joined => word.push(run),
            _ => words.push(vec![run]),
        }
    }
    words.iter().map(|word| phrase(word)).collect()
}

/// The FTS5 phrase that finds all of a text side by side; `None` if there is no letter in it.
pub(super) fn whole_phrase(text: &str) -> Option<String> {
    let folded = Folded::of(text);
    let runs: Vec<Run<'_>> = folded.runs().collect();
    (!runs.is_empty()).then(|| phrase(&runs))
}

/// Tokens are letters and digits only, so nothing in them can end the quotes.
fn phrase(word: &[Run<'_>]) -> String {
    let (last, before) = word.split_last().expect("a word has a run");
    let is_one = last.script == Script::Dense && last.is_one();
    if is_one && before.is_empty() {
        return format!("\"{ONCE}{}\"", last.letters);
    }
    let meeting = before
        .last()
        .and_then(|word| word_and_character(*word, *last));
    if is_one && let Some(meeting) = meeting {
        return match before {
            [_] => format!("\"{meeting}\""),
            more => format!("({} AND \"{meeting}\")", phrase(more)),
        };
    }
    let mut tokens = String::new();
    for run in word {
        // Where another run follows at once, the text too has the last character alone before it.
        push_tokens(&mut tokens, *run, |_| ());
    }
    if last.script == Script::Dense
        && !last.is_one()
        && let Some(at) = tokens.rfind(' ')
    {
        tokens.truncate(at);
    }
    format!("\"{tokens}\"{}", if is_one { "*" } else { "" })
}

/// A letter or digit as the index sees it, and where it stands.
struct Letter {
    c: char,
    bytes: Range<usize>,
    /// Nothing stands between it and the letter before it, and both are of a script with spaces.
    inside_word: bool,
}

/// Where words or phrases of a query stand in a text: ranges of its bytes, in order, none within another. The text is to
/// be composed (NFC), else accents and syllables that are not are passed over.
pub fn places(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let letters = letters(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for word in words {
        let folded = Folded::of(word);
        let wanted: Vec<char> = folded.runs().flat_map(|run| run.letters.chars()).collect();
        let Some(first) = wanted.first() else {
            continue;
        };
        for (i, letter) in letters.iter().enumerate() {
            let here = letter.c == *first
                && !letter.inside_word
                && letters[i..].len() >= wanted.len()
                && letters[i..]
                    .iter()
                    .zip(&wanted)
                    .all(|(letter, c)| letter.c == *c);
            if here {
                let last = &letters[i + wanted.len() - 1];
                found.push(letter.bytes.start..last.bytes.end);
            }
        }
    }
    found.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
    let mut end = 0;
    found.retain(|place| {
        let apart = place.start >= end;
        end = end.max(place.end);
        apart
    });
    found
}

fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut before: Option<char> = None;
    for (start, written) in text.char_indices() {
        let bytes = start..start + written.len_utf8();
        let mut any = false;
        let mut add = |c: char| {
            if !c.is_alphanumeric() {
                return;
            }
            let inside_word = before.is_some_and(|before| !is_dense(before) && !is_dense(c));
            letters.push(Letter {
                c,
                bytes: bytes.clone(),
                inside_word,
            });
            before = Some(c);
            any = true;
        };
        match is_settled(written) {
            true => add(written.to_ascii_lowercase()),
            false => fold_by_tables(written.encode_utf8(&mut [0; 4])).for_each(add),
        }
        if !any {
            before = None;
        }
    }
    letters
}

/// A word as it is; or overlapping pairs and the last character alone, each of the characters noted.
fn push_tokens(out: &mut String, run: Run<'_>, mut note: impl FnMut(char)) {
    if !out.is_empty() {
        out.push(' ');
    }
    if run.script == Script::Spaced {
        return out.push_str(run.letters);
    }
    for (at, c) in run.letters.char_indices() {
        note(c);
        let c = &run.letters[at..at + c.len_utf8()];
        out.push_str(c);
        if at > 0 {
            // It ends a pair, and begins the next.
            out.push(' ');
            out.push_str(c);
        }
    }
}

/// Composed, in lower case, full-width forms as ordinary ones. Full compatibility folding is left out: it would
/// take single letters (`ㅋㅋㅋ`) apart into ones that no keyboard writes.
fn fold(text: &str) -> String {
    // Nearly all texts are letters that need no table.
    match text.chars().all(is_settled) {
        true => text.to_ascii_lowercase(),
        false => fold_by_tables(text).collect(),
    }
}

fn fold_by_tables(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .flat_map(|c| {
            let wide = matches!(c, '\u{FF01}'..='\u{FF9F}' | '\u{FFE0}'..='\u{FFEE}');
            let plain = (!wide).then_some(c);
            let folded = wide.then(|| std::iter::once(c).nfkc());
            plain.into_iter().chain(folded.into_iter().flatten())
        })
        .flat_map(char::to_lowercase)
        .nfc()
}

fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{AC00}'..='\u{D7FF}' // Hangul syllables, jamo extended B
        | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{A960}'..='\u{A97C}' // jamo
        | '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' // Han
        | '\u{20000}'..='\u{3FFFD}' | '\u{3005}' | '\u{3007}'
        | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' // Kana
        | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3105}'..='\u{312F}' // Bopomofo
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The tokens in their order, and then those of the second list.
    fn lists(text: &str) -> (String, Vec<String>) {
        let tokens = bigrams(text);
        let (once, ordered): (Vec<&str>, Vec<&str>) = tokens
            .split_whitespace()
            .partition(|token| token.starts_with(ONCE));
        let once = once.iter().map(|token| token[ONCE.len_utf8()..].to_owned());
        (ordered.join(" "), once.collect())
    }

    #[test]
    fn runs_become_pairs_and_words_stay_whole() {
        // The example of CRATES.md, 1.1.
        assert_eq!(
            lists("삼성전자가 iPhone을").0,
            "삼성 성전 전자 자가 가 iphone 을"
        );
        assert_eq!(lists("ＡＢＣ １２　가").0, "abc 12 가");
        assert_eq!(bigrams("… (—) !"), "");
        let decomposed: String = "삼성".nfd().collect();
        assert_eq!(lists(&decomposed).0, "삼성 성");
        assert_eq!(lists("ㅋㅋㅋ").0, "ㅋㅋ ㅋㅋ ㅋ");
    }

    #[test]
    fn characters_stand_once_and_with_the_word_before_them() {
        assert_eq!(
            lists("11월 물 물을 iPhone을 11월에 a b").1,
            ["물", "에", "월", "을", "11월", "iphone을"]
        );
        assert_eq!(lists("11 월").1, ["월"]);
        assert_eq!(lists("no such").1, [""; 0]);
    }

    #[test]
    fn queries_become_phrases() {
        assert_eq!(phrases("삼성전자"), ["\"삼성 성전 전자\""]);
        assert_eq!(phrases("삼"), ["\"\u{E000}삼\""]);
        assert_eq!(phrases("금리 동결"), ["\"금리\"", "\"동결\""]);
        assert_eq!(phrases("삼성SDI"), ["\"삼성 성 sdi\""]);
        assert_eq!(phrases("11월"), ["\"\u{E000}11월\""]);
        assert_eq!(phrases("제11월"), ["(\"제 11\" AND \"\u{E000}11월\")"]);
        assert_eq!(phrases("11월에"), ["\"11 월에\""]);
        assert_eq!(phrases("a\" OR b*"), ["\"a\"", "\"or\"", "\"b\""]);
        assert_eq!(phrases(" \"*\" "), [""; 0]);
        assert_eq!(
            whole_phrase("금리, 동결").as_deref(),
            Some("\"금리 리 동결\"")
        );
        assert_eq!(whole_phrase("금리 동").as_deref(), Some("\"금리 리 동\"*"));
        assert_eq!(whole_phrase("…"), None);
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let shown = |text: &str, words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            places(text, &words)
                .into_iter()
                .map(|place| text[place].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(shown("삼성전자가 전자로", &["전자"]), ["전자", "전자"]);
        assert_eq!(shown("Concatenate the CAT", &["cat"]), ["CAT"]);
        assert_eq!(
            shown("기준 금리, 동결", &["금리 동결", "동결"]),
            ["금리, 동결"]
        );
        assert_eq!(shown("ＡＢ１２ 뒤", &["ab12"]), ["ＡＢ１２"]);
        assert_eq!(shown("삼성SDI", &["sdi"]), ["SDI"]);
        assert_eq!(shown("아무것도", &["없음", ""]), [""; 0]);
    }

    proptest! {
        #[test]
        fn plain_text_folds_as_by_the_tables(text in "[가-힣a-zA-Z0-9 一-龥‘’…·、。-]{0,60}") {
            prop_assert_eq!(fold(&text), fold_by_tables(&text).collect::<String>());
        }

        #[test]
        fn any_text_and_any_query_is_taken(text in any::<String>()) {
            let tokens = bigrams(&text);
            prop_assert!(!tokens.contains("  "));
            phrases(&text);
            for place in places(&text, &[text.chars().rev().collect(), text.clone()]) {
                prop_assert!(text.get(place).is_some());
            }
        }

        #[test]
        fn each_pair_of_a_run_is_a_token(run in "[가-힣]{2,30}", around in "[a-z ,.]{0,5}") {
            let text = format!("{around}{run}{around}");
            let tokens = bigrams(&text);
            let chars: Vec<char> = run.chars().collect();
            for pair in chars.windows(2) {
                let pair: String = pair.iter().collect();
                prop_assert!(tokens.split(' ').any(|token| token == pair), "{pair} in {tokens}");
                prop_assert_eq!(phrases(&pair), vec![format!("\"{pair}\"")]);
                prop_assert!(!places(&text, &[pair]).is_empty());
            }
        }
    }
}
