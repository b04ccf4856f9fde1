//! How does a board come into a file that a person wrote? In: the file's text, and the board. Out: the text with the
//! board in it.
//!
//! Nothing of the old text is rewritten: lines are put between its bytes, so comments and layout stay as they are. What
//! came out is parsed again and must say what the old text said, and the board; else there is no edit.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A board to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardEntry {
    pub name: String,
    pub url: String,
    /// Of a built-in profile or one of `profiles`.
    pub engine: Option<String>,
    /// A profile file to be listed under `profiles`, if it is not.
    pub profile: Option<String>,
    /// Comment lines above the board.
    pub notes: Vec<String>,
}

/// Why a file was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("it is not TOML: {0}")]
    Unreadable(String),
    #[error(
        "no place for the board was found that leaves the rest as it is; write it by hand:\n{0}"
    )]
    NoPlace(String),
}

/// Text to be put in at a byte of the old one.
type Insertion = (usize, String);

/// The text with the board in it. An empty text becomes a small file of its own.
///
/// # Errors
/// Where the text cannot be read, or could not be kept as it is.
pub fn with_board(text: &str, entry: &BoardEntry) -> Result<String, EditError> {
    let unreadable = |error: toml::de::Error| EditError::Unreadable(error.to_string());
    let old: toml::Table = without_mark(text).parse().map_err(unreadable)?;
    let document = DeTable::parse(text).map_err(unreadable)?;
    let wanted = expected(old, entry);
    let layout = Layout::of(text);
    let mut insertions = Vec::new();
    if let Some(profile) = &entry.profile {
        let listed = document.get_ref().get("profiles");
        insertions.extend(match listed.map(|value| (value.get_ref(), value.span())) {
            Some((DeValue::Array(items), span)) => {
                let spans: Vec<Range<usize>> = items.iter().map(toml::Spanned::span).collect();
                let known = items
                    .iter()
                    .any(|item| item.get_ref().as_str() == Some(profile));
                match known {
                    true => Vec::new(),
                    false => layout.within_list(&span, &spans, &quoted(profile)),
                }
            }
            _ => vec![layout.at_top(&format!("profiles = [{}]", quoted(profile)))],
        });
    }
    let inline = document
        .get_ref()
        .get("board")
        .and_then(|value| match value.get_ref() {
            DeValue::Array(items) => {
                let spans: Vec<Range<usize>> = items.iter().map(toml::Spanned::span).collect();
                Some(layout.within_list(&value.span(), &spans, &inline_table(entry)))
            }
            _ => None,
        });
    // A file has its boards in `[[board]]` tables or in one list; which of them TOML itself tells.
    let ways = [Some(vec![layout.at_end(&table(entry))]), inline];
    ways.into_iter()
        .flatten()
        .map(|board| insert(text, insertions.iter().cloned().chain(board).collect()))
        .find(|edited| {
            without_mark(edited)
                .parse::<toml::Table>()
                .is_ok_and(|said| said == wanted)
        })
        .ok_or_else(|| EditError::NoPlace(table(entry).join("\n")))
}

/// What the edited text must say.
fn expected(mut old: toml::Table, entry: &BoardEntry) -> toml::Table {
    let mut push = |key: &str, item: toml::Value| {
        let list = old
            .entry(key)
            .or_insert_with(|| toml::Value::Array(Vec::new()));
        if let toml::Value::Array(items) = list
            && !(key == "profiles" && items.contains(&item))
        {
            items.push(item);
        }
    };
    if let Some(profile) = &entry.profile {
        push("profiles", toml::Value::String(profile.clone()));
    }
    let mut board = toml::Table::new();
    for (key, value) in fields(entry) {
        board.insert(key.into(), toml::Value::String(value.into()));
    }
    push("board", toml::Value::Table(board));
    old
}

fn fields(entry: &BoardEntry) -> impl Iterator<Item = (&'static str, &str)> {
    [
        ("name", Some(entry.name.as_str())),
        ("url", Some(entry.url.as_str())),
        ("engine", entry.engine.as_deref()),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
}

/// The board as lines of a file.
fn table(entry: &BoardEntry) -> Vec<String> {
    let notes = entry.notes.iter().map(|note| comment(note));
    notes
        .chain(["[[board]]".to_owned()])
        .chain(fields(entry).map(|(key, value)| format!("{key} = {}", quoted(value))))
        .collect()
}

fn inline_table(entry: &BoardEntry) -> String {
    let inside: Vec<String> = fields(entry)
        .map(|(key, value)| format!("{key} = {}", quoted(value)))
        .collect();
    format!("{{ {} }}", inside.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A comment of one line: nothing in it may end it.
fn comment(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("# {plain}")
}

/// A text may begin with a byte order mark, which is no part of it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn insert(text: &str, mut insertions: Vec<Insertion>) -> String {
    insertions.sort_by_key(|(at, _)| *at);
    let mut edited = String::with_capacity(text.len() + 512);
    let mut from = 0;
    for (at, words) in insertions {
        edited.push_str(&text[from..at]);
        edited.push_str(&words);
        from = at;
    }
    edited.push_str(&text[from..]);
    edited
}

/// How a text is laid out, so that what is added looks like the rest.
struct Layout<'t> {
    text: &'t str,
    line_end: &'static str,
}

impl<'t> Layout<'t> {
    fn of(text: &'t str) -> Self {
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, line_end }
    }

    /// Behind everything, a blank line apart.
    fn at_end(&self, lines: &[String]) -> Insertion {
        let mut words = String::new();
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            words.push_str(self.line_end);
        }
        if !without_mark(self.text).trim().is_empty() {
            words.push_str(self.line_end);
        }
        for line in lines {
            words.push_str(line);
            words.push_str(self.line_end);
        }
        (self.text.len(), words)
    }

    /// Before the first table, where the keys of the whole file stand: below a line that explains the key, else below
    /// the file's head, else on top. Only comments and blank lines are passed, so nothing can be split.
    fn at_top(&self, line: &str) -> Insertion {
        let start = self.text.len() - without_mark(self.text).len();
        let name = line.split(' ').next().unwrap_or_default();
        let mut at = start;
        let (mut head, mut explained) = (None, None);
        let mut in_head = false;
        for own in self.text[start..].split_inclusive('\n') {
            let words = own.trim();
            // A last line without an end cannot be followed by another.
            if !(words.is_empty() || words.starts_with('#')) || !own.ends_with('\n') {
                break;
            }
            at += own.len();
            if words.is_empty() {
                head = head.or(in_head.then_some(at));
            } else {
                in_head = true;
            }
            let commented_out = words.trim_start_matches('#').trim_start();
            if let Some(rest) = commented_out.strip_prefix(name)
                && rest.trim_start().starts_with('=')
            {
                explained = Some(at);
            }
            // A directive for editors stays on top.
            if words.starts_with("#:") {
                head = None;
                in_head = false;
            }
        }
        let line_end = self.line_end;
        match explained.or(head) {
            Some(at) if explained.is_some() => (at, format!("{line}{line_end}")),
            Some(at) => (at, format!("{line}{line_end}{line_end}")),
            None => {
                let directives: usize = self.text[start..]
                    .split_inclusive('\n')
                    .take_while(|own| own.starts_with("#:") && own.ends_with('\n'))
                    .map(str::len)
                    .sum();
                let rest_is_blank = self.text[start + directives..].trim().is_empty();
                let apart = if rest_is_blank { "" } else { line_end };
                (start + directives, format!("{line}{line_end}{apart}"))
            }
        }
    }

    /// Behind the last item of a list, on a line of its own where that one has one.
    fn within_list(
        &self,
        list: &Range<usize>,
        items: &[Range<usize>],
        item: &str,
    ) -> Vec<Insertion> {
        let (Some(last), Some(close)) = (items.last(), list.end.checked_sub(1)) else {
            return vec![(list.start + 1, item.to_owned())];
        };
        let own_line = |at: usize| {
            let line_start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
            let before = &self.text[line_start..at];
            before.trim().is_empty().then_some((line_start, before))
        };
        match (own_line(last.start), own_line(close)) {
            (Some((_, indent)), Some((close_line, _))) => {
                let mut insertions = Vec::new();
                if !ends_with_comma(&self.text[last.end..close]) {
                    insertions.push((last.end, ",".to_owned()));
                }
                insertions.push((close_line, format!("{indent}{item},{}", self.line_end)));
                insertions
            }
            _ => vec![(last.end, format!(", {item}"))],
        }
    }
}

/// Whether there is a comma in what stands between the last item of a list and its end, comments left out.
fn ends_with_comma(text: &str) -> bool {
    text.lines().any(|line| {
        line.split('#')
            .next()
            .is_some_and(|code| code.contains(','))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry() -> BoardEntry {
        BoardEntry {
            name: "뉴스".into(),
            url: "https://board.example.org/news?a=\"b\"".into(),
            engine: Some("learnt-board".into()),
            profile: Some("profiles/learnt-board.toml".into()),
            notes: vec!["added\nby \u{7} hand".into()],
        }
    }

    const BOARD: &str = "# added by   hand\n[[board]]\nname = \"뉴스\"\n\
        url = 'https://board.example.org/news?a=\"b\"'\nengine = \"learnt-board\"\n";

    #[test]
    fn a_file_is_made_where_there_is_none() {
        let made = with_board("", &entry()).unwrap();
        let want = format!("profiles = [\"profiles/learnt-board.toml\"]\n{BOARD}");
        assert_eq!(made, want);
    }

    #[test]
    fn lists_are_continued_in_their_own_layout() {
        let profile = "\"profiles/learnt-board.toml\"";
        for (before, after) in [
            ("profiles = []\n", format!("profiles = [{profile}]\n")),
            (
                "profiles = [\"a\"] # mine\n",
                format!("profiles = [\"a\", {profile}] # mine\n"),
            ),
            (
                "profiles = [\n  # the first\n  \"a\", # A\n  'b' # no, comma\n]\n",
                format!(
                    "profiles = [\n  # the first\n  \"a\", # A\n  'b', # no, comma\n  {profile},\n]\n"
                ),
            ),
            (
                "profiles = [\n  \"a\",\n  # the end\n]\n",
                format!("profiles = [\n  \"a\",\n  # the end\n  {profile},\n]\n"),
            ),
        ] {
            let edited = with_board(before, &entry()).unwrap();
            assert_eq!(edited, format!("{after}\n{BOARD}"));
        }
    }

    #[test]
    fn a_new_key_stands_below_its_explanation_or_the_files_head() {
        let line = "profiles = [\"profiles/learnt-board.toml\"]\n";
        for (before, after) in [
            (
                "#:schema x\n# All keys.\n\n# Own files.\n#profiles = []\n\n[http]\n",
                format!(
                    "#:schema x\n# All keys.\n\n# Own files.\n#profiles = []\n{line}\n[http]\n"
                ),
            ),
            (
                "# My boards.\n\n# Where.\ndatabase = \"sqlite:a\"\n",
                format!("# My boards.\n\n{line}\n# Where.\ndatabase = \"sqlite:a\"\n"),
            ),
            (
                "#:schema x\n# Where.\ndatabase = \"sqlite:a\"\n",
                format!("#:schema x\n{line}\n# Where.\ndatabase = \"sqlite:a\"\n"),
            ),
        ] {
            let edited = with_board(before, &entry()).unwrap();
            assert_eq!(edited, format!("{after}\n{BOARD}"));
        }
    }

    #[test]
    fn boards_in_one_list_stay_in_one_list() {
        let text =
            "board = [\n    { name = \"a\", url = \"http://h/a\" },\n]\n[pace]\nrate = \"1/s\"\n";
        let plain = BoardEntry {
            name: "b".into(),
            url: "http://h/b".into(),
            ..BoardEntry::default()
        };
        assert_eq!(
            with_board(text, &plain).unwrap(),
            "board = [\n    { name = \"a\", url = \"http://h/a\" },\n    { name = \"b\", url = \"http://h/b\" },\n]\n[pace]\nrate = \"1/s\"\n"
        );
    }

    #[test]
    fn a_broken_file_and_one_of_another_meaning_are_left_alone() {
        let broken = with_board("a = [", &entry());
        assert!(
            matches!(broken, Err(EditError::Unreadable(_))),
            "{broken:?}"
        );
        let other = with_board("board = 1\n", &entry());
        assert!(matches!(other, Err(EditError::NoPlace(_))), "{other:?}");
    }

    #[test]
    fn the_default_file_takes_a_board() {
        let edited = with_board(super::super::DEFAULT_TEXT, &entry()).unwrap();
        let options = edited.replace("profiles = [\"profiles/learnt-board.toml\"]\n", "");
        let read = super::super::from_toml(std::path::Path::new("b.toml"), &options).unwrap();
        assert_eq!(read.boards.len(), 1);
        assert_eq!(options, format!("{}\n{BOARD}", super::super::DEFAULT_TEXT));
    }

    /// Root keys, tables and boards in the layouts that people write, with comments and strings that look like TOML.
    fn file() -> impl Strategy<Value = String> {
        let profiles = prop_oneof![
            Just(""),
            Just("profiles = []\n"),
            Just("profiles = [ # none yet, [\n]\n"),
            Just("profiles = ['own.toml'] # ] own\n"),
            Just("profiles = [\"own.toml\", \"a],.toml\",]\n"),
            Just("profiles = [\n\t# one, two\n\t\"own.toml\"\n\t, # odd\n]\n"),
            Just("profiles = [\n  'own.toml', 'b.toml' # both\n  ]\n"),
        ];
        let head = prop_oneof![
            Just(""),
            Just("\u{feff}"),
            Just("#:schema x\n"),
            Just("# head, [[board]]\n\n"),
            Just("\n\n# a = 1\n"),
            Just("#profiles = []\n"),
        ];
        let root = prop_oneof![
            Just(""),
            Just("# where\ndatabase = \"sqlite:x\"\n"),
            Just("http.timeout = '5s' # dotted\n"),
            Just("database = \"\"\"\\\n sqlite:x\\\n [[board]]\"\"\"\n"),
        ];
        let tables = prop_oneof![
            Just(""),
            Just("[pace]\nrate = \"1/s\"\n# end of pace"),
            Just(
                "[[board]]\nname = \"a\"\nurl = \"http://h/a\"\n[board.override.listing]\nrows = [\"tr\"]\n"
            ),
            Just("[[board]]\nname = 'x'\nurl = 'http://h/x' # [[\n[log]\n#format = 'json'\n\n\n"),
            Just("  [[ board ]]\n  name = '''\n# no comment'''\n  url = 'http://h/y'\n"),
        ];
        let boards = prop_oneof![
            4 => Just(""),
            1 => Just("board = []\n"),
            1 => Just("board = [{ name = 'i', url = 'http://h/i' }]\n"),
            1 => Just("board = [ # boards\n  { name = 'i', url = 'h' }, # i\n  { name = 'j', url = ',' }\n]\n"),
        ];
        (head, profiles, root, boards, tables, any::<bool>()).prop_map(
            |(head, profiles, root, boards, tables, windows)| {
                let text = format!("{head}{root}{profiles}{boards}{tables}");
                match windows {
                    true => text.replace('\n', "\r\n"),
                    false => text,
                }
            },
        )
    }

    fn comments(text: &str) -> Vec<&str> {
        text.match_indices('#')
            .map(|(at, _)| text[at..].lines().next().unwrap_or_default())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn what_a_file_says_stays_and_the_board_is_added(text in file(), learnt in any::<bool>()) {
            // Boards both in one list and in tables are no TOML; nothing can be added to that.
            let before: Option<toml::Table> = without_mark(&text).parse().ok();
            let mut entry = entry();
            if !learnt {
                entry.profile = None;
            }
            let edited = with_board(&text, &entry);
            let Some(mut before) = before else {
                prop_assert!(edited.is_err());
                return Ok(());
            };
            let edited = edited.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let mut after: toml::Table = without_mark(&edited).parse().expect("TOML");
            let boards = after["board"].as_array_mut().expect("a list");
            let added = boards.pop().expect("the board");
            prop_assert_eq!(added["name"].as_str(), Some("뉴스"));
            if boards.is_empty() {
                after.remove("board");
            }
            if before.get("board").is_some_and(|boards| boards.as_array().is_some_and(Vec::is_empty)) {
                before.remove("board");
            }
            if learnt {
                let profiles = after["profiles"].as_array_mut().expect("a list");
                let listed = profiles.pop().expect("the profile");
                prop_assert_eq!(listed.as_str(), entry.profile.as_deref());
                if profiles.is_empty() {
                    after.remove("profiles");
                    before.remove("profiles");
                }
            }
            prop_assert_eq!(&after, &before);
            // Byte by byte the old text is there, and each comment as it was.
            let mut rest = edited.chars();
            prop_assert!(text.chars().all(|c| rest.any(|other| other == c)));
            for comment in comments(&text) {
                prop_assert!(edited.contains(comment), "{comment:?} in {edited:?}");
            }
        }
    }
}
