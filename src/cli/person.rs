//! A person at the terminal, who is asked where guessing would be wrong. Bounded: a few tries for an answer, and no
//! answer is `no`.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::sync::{Mutex, PoisonError};

use url::Url;

use crate::crawl::Adviser;
use crate::learn::Candidate;
use crate::outputs::terminal;

/// Answers that make no sense, until none counts as given.
const MAX_TRIES: usize = 3;
/// Of one answer.
const MAX_BYTES: u64 = 1_024;

/// Questions go out, lines come in.
pub(super) struct Person<R, W>(Mutex<(R, W)>);

impl<R: BufRead, W: Write> Person<R, W> {
    pub(super) fn new(answers: R, questions: W) -> Self {
        Self(Mutex::new((answers, questions)))
    }

    /// Whether the answer is yes. Everything else is no: nothing, the end of the input, nonsense three times.
    pub(super) fn agrees(&self, question: &str) -> bool {
        self.ask(&format!("{question} [y/N] "), |answer| {
            match answer.to_lowercase().as_str() {
                "y" | "yes" => Some(Some(())),
                "" | "n" | "no" => Some(None),
                _ => None,
            }
        })
        .is_some()
    }

    /// Asks until `understand` answers `Some`, at most [`MAX_TRIES`] times.
    fn ask<T>(&self, question: &str, understand: impl Fn(&str) -> Option<Option<T>>) -> Option<T> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (answers, questions) = &mut *held;
        for _ in 0..MAX_TRIES {
            questions.write_all(question.as_bytes()).ok()?;
            questions.flush().ok()?;
            let mut line = Vec::new();
            let read = answers
                .by_ref()
                .take(MAX_BYTES)
                .read_until(b'\n', &mut line);
            if read.ok()? == 0 {
                // The question is left without a line's end.
                let _ = writeln!(questions);
                return None;
            }
            if let Some(understood) = understand(String::from_utf8_lossy(&line).trim()) {
                return understood;
            }
        }
        None
    }

    fn say(&self, text: &str) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Who cannot be told will not answer either.
        let _ = held.1.write_all(text.as_bytes());
    }
}

impl<R: BufRead + Send, W: Write + Send> Adviser for Person<R, W> {
    fn which_listing(&self, url: &Url, candidates: &[Candidate]) -> Option<usize> {
        if candidates.is_empty() {
            return None;
        }
        let mut text = format!(
            "It is not plain which rows of {} are the board's:\n",
            terminal::line(url.as_str())
        );
        for (at, candidate) in candidates.iter().enumerate() {
            text.push_str(&format!(
                "{:>3}  {} (score {:.1}: {})\n",
                at + 1,
                terminal::line(&candidate.rows),
                candidate.score,
                terminal::line(&candidate.reason)
            ));
            for row in &candidate.samples {
                text.push_str(&format!("       {}\n", terminal::line(row)));
            }
        }
        self.say(&text);
        let question = format!(
            "Which is it? [1-{}, nothing: none of them] ",
            candidates.len()
        );
        self.ask(&question, |answer| match answer {
            "" | "n" | "none" => Some(None),
            number => number
                .parse::<usize>()
                .ok()
                .filter(|number| (1..=candidates.len()).contains(number))
                .map(|number| Some(number - 1)),
        })
    }
}

/// Who sits at the terminal; `None` where nobody does.
pub(super) type AtTerminal = Person<BufReader<io::Stdin>, io::Stderr>;

/// The person who can read our questions and type an answer, if there is one.
pub(super) fn at_terminal() -> Option<AtTerminal> {
    let there = io::stdin().is_terminal() && io::stderr().is_terminal();
    there.then(|| Person::new(BufReader::new(io::stdin()), io::stderr()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(answers: &str) -> Person<&[u8], Vec<u8>> {
        Person::new(answers.as_bytes(), Vec::new())
    }

    fn said(person: Person<&[u8], Vec<u8>>) -> String {
        let (_, questions) = person.0.into_inner().unwrap();
        String::from_utf8(questions).unwrap()
    }

    #[test]
    fn only_yes_is_yes() {
        for (answers, want) in [
            ("y\n", true),
            ("Yes\n", true),
            ("what?\ny\n", true),
            ("\n", false),
            ("no\ny\n", false),
            ("", false),
            ("a\nb\nc\ny\n", false),
            ("\u{1b}[A\n", false),
        ] {
            assert_eq!(person(answers).agrees("write it?"), want, "{answers:?}");
        }
    }

    #[test]
    fn an_endless_answer_ends() {
        let endless = "x".repeat(1 << 20);
        let person = person(&endless);
        assert!(!person.agrees("write it?"));
        assert_eq!(said(person), "write it? [y/N] ".repeat(MAX_TRIES));
    }

    #[test]
    fn a_listing_is_chosen_by_its_number_and_its_rows_are_shown() {
        let page = |name: &str, n_rows: usize| -> String {
            (0..n_rows)
                .map(|n| format!("<li><a href='/{name}/{n}'>{name} number {n}</a> 2026-11-0{n}"))
                .collect()
        };
        let html = crate::document::parse(&format!(
            "<ul class=a>{}</ul><ul class=b>{}</ul>",
            page("lanterns", 6),
            page("harbours\u{1b}[2J", 5)
        ));
        let url = Url::parse("http://h.example/").unwrap();
        let seen = crate::learn::SeenPage {
            html: &html,
            url: &url,
            as_of: jiff::Timestamp::UNIX_EPOCH,
        };
        let candidates = crate::learn::listing_candidates(&[seen]);
        assert_eq!(candidates.len(), 2, "{candidates:?}");
        for (answers, want) in [
            ("2\n", Some(1)),
            ("1\n", Some(0)),
            ("3\n0\n2\n", Some(1)),
            ("\n2\n", None),
            ("9\n9\n9\n1\n", None),
            ("", None),
        ] {
            let person = person(answers);
            assert_eq!(person.which_listing(&url, &candidates), want, "{answers:?}");
            let said = said(person);
            for row in ["lanterns number 0", "lanterns number 2", "[2J number 2"] {
                assert!(said.contains(row), "{said}");
            }
            assert!(
                !said.contains('\u{1b}') && !said.contains("number 3"),
                "{said}"
            );
        }
        assert_eq!(person("1\n").which_listing(&url, &[]), None);
    }
}
