//! Which tokens is a text found by? In: text or a query. Out: space-separated tokens, or an FTS5 expression.
//! Pure. Both stores use it, and what it makes is stored: a change gets a new [`VERSION`], and a store that was
//! written with another one rebuilds its index.
//!
//! Hangul, Han and Kana have no spaces to trust, so a run of them becomes its overlapping pairs and its last
//! character alone: `삼성전자가 iPhone을` is `삼성 성전 전자 자가 가 iphone 을`. Other words stay whole. A query for two
//! or more characters is then a phrase of pairs, and a query for one is a prefix.

use unicode_normalization::UnicodeNormalization;

/// Of the tokens made here.
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Written without reliable spaces.
    Dense,
    Spaced,
}

/// A stretch of one script.
#[derive(Debug)]
struct Run {
    script: Script,
    chars: Vec<char>,
    /// It follows the run before it without anything between.
    joined: bool,
}

/// The tokens of a text, separated by spaces.
pub fn bigrams(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for run in runs(text) {
        push_tokens(&mut out, &run, true);
    }
    out
}

/// The FTS5 expression that finds all words of a query; `None` if nothing in it can be searched for.
pub fn match_expression(query: &str) -> Option<String> {
    let mut words: Vec<Vec<Run>> = Vec::new();
    for run in runs(query) {
        match words.last_mut() {
            Some(word) if run.joined => word.push(run),
            _ => words.push(vec![run]),
        }
    }
    let phrases: Vec<_> = words.iter().map(|word| phrase(word)).collect();
    (!phrases.is_empty()).then(|| phrases.join(" "))
}

/// Tokens are letters and digits only, so nothing in them can end the quotes.
fn phrase(word: &[Run]) -> String {
    let mut tokens = String::new();
    let last = word.len() - 1;
    for (i, run) in word.iter().enumerate() {
        // Where another run follows at once, the text too has the last character alone before it.
        push_tokens(&mut tokens, run, i < last);
    }
    let open_end = word[last].script == Script::Dense && word[last].chars.len() == 1;
    format!("\"{tokens}\"{}", if open_end { "*" } else { "" })
}

fn push_tokens(out: &mut String, run: &Run, with_last: bool) {
    let mut token = |chars: &[char]| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(chars);
    };
    match run.script {
        Script::Spaced => token(&run.chars),
        Script::Dense => {
            run.chars.windows(2).for_each(&mut token);
            if with_last || run.chars.len() == 1 {
                token(&run.chars[run.chars.len() - 1..]);
            }
        }
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut joined = false;
    for c in folded(text) {
        let script = match c {
            c if is_dense(c) => Script::Dense,
            c if c.is_alphanumeric() => Script::Spaced,
            _ => {
                joined = false;
                continue;
            }
        };
        match runs.last_mut() {
            Some(run) if joined && run.script == script => run.chars.push(c),
            _ => runs.push(Run {
                script,
                chars: vec![c],
                joined,
            }),
        }
        joined = true;
    }
    runs
}

/// Composed, in lower case, full-width forms as ordinary ones. Full compatibility folding is left out: it would
/// take single letters (`ㅋㅋㅋ`) apart into ones that no keyboard writes.
fn folded(text: &str) -> impl Iterator<Item = char> {
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

    #[test]
    fn runs_become_pairs_and_words_stay_whole() {
        // The example of CRATES.md, 1.1.
        assert_eq!(
            bigrams("삼성전자가 iPhone을"),
            "삼성 성전 전자 자가 가 iphone 을"
        );
        assert_eq!(bigrams("ＡＢＣ １２　가"), "abc 12 가");
        assert_eq!(bigrams("… (—) !"), "");
        let decomposed: String = "삼성".nfd().collect();
        assert_eq!(bigrams(&decomposed), "삼성 성");
        assert_eq!(bigrams("ㅋㅋㅋ"), "ㅋㅋ ㅋㅋ ㅋ");
    }

    #[test]
    fn queries_become_phrases() {
        let expression = |query| match_expression(query).unwrap_or_default();
        assert_eq!(expression("삼성전자"), "\"삼성 성전 전자\"");
        assert_eq!(expression("삼"), "\"삼\"*");
        assert_eq!(expression("금리 동결"), "\"금리\" \"동결\"");
        assert_eq!(expression("삼성SDI"), "\"삼성 성 sdi\"");
        assert_eq!(expression("11월"), "\"11 월\"*");
        assert_eq!(expression("a\" OR b*"), "\"a\" \"or\" \"b\"");
        assert_eq!(match_expression(" \"*\" "), None);
    }

    proptest! {
        #[test]
        fn any_text_and_any_query_is_taken(text in any::<String>()) {
            let tokens = bigrams(&text);
            prop_assert!(!tokens.contains("  "));
            match_expression(&text);
        }

        #[test]
        fn each_pair_of_a_run_is_a_token(run in "[가-힣]{2,30}", around in "[a-z ,.]{0,5}") {
            let text = format!("{around}{run}{around}");
            let tokens = bigrams(&text);
            let chars: Vec<char> = run.chars().collect();
            for pair in chars.windows(2) {
                let pair: String = pair.iter().collect();
                prop_assert!(tokens.split(' ').any(|token| token == pair), "{pair} in {tokens}");
                prop_assert_eq!(match_expression(&pair), Some(format!("\"{pair}\"")));
            }
        }
    }
}
