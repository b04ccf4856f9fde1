//! Data that a page's scripts assign to a variable: `window.__STATE__ = {…};`, `var state = JSON.parse("…")`. In: a script's
//! text. Out: the variable's name and the data as JSON. Scripts are not run: what is no plain data is none.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::json_list::MAX_ANSWER;

/// Variables of one script that are looked at.
const MAX_VARIABLES: usize = 20;
/// Variables whose data has no end or cannot be read: each may cost a look at all of the script.
const MAX_BROKEN: usize = 5;

/// A variable of the page, and the beginning of what it is made.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?:(?:window|self|globalThis)\s*(?:\.\s*|\[\s*["'])|(?:^|[;\s])(?:var|let|const)\s+)(?P<name>[A-Za-z_$][\w$]{0,60})(?:["']\s*\])?\s*=\s*(?:(?P<parse>JSON\.parse\(\s*)(?P<quote>["'])|(?P<open>[{\[]))"#,
    )
    .expect("a constant pattern")
});

/// The variables of a script that hold data, each with its JSON.
pub(super) fn assigned(script: &str) -> Vec<(&str, Cow<'_, str>)> {
    let mut found = Vec::new();
    let mut n_broken = 0;
    let mut at = 0;
    while let Some(variable) = ASSIGNED.captures_at(script, at) {
        let (Some(whole), Some(name)) = (variable.get(0), variable.name("name")) else {
            break;
        };
        at = whole.end();
        let value = match variable.name("quote") {
            Some(quote) => parsed(&script[quote.start()..]),
            None => literal(&script[whole.end() - 1..]),
        };
        match value {
            Some((value, length)) => {
                at += length;
                found.push((name.as_str(), value));
            }
            None => n_broken += 1,
        }
        if found.len() >= MAX_VARIABLES || n_broken >= MAX_BROKEN || at >= script.len() {
            break;
        }
        while !script.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

/// The list or object at the beginning of a text, and its bytes.
fn literal(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().take(MAX_ANSWER) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some((without_undefined(&text[..=at]), at));
                }
            }
            _ => {}
        }
    }
    None
}

/// Data with `null` where a value is missing: `undefined` is none in JSON.
fn without_undefined(data: &str) -> Cow<'_, str> {
    const UNDEFINED: &str = "undefined";
    if !data.contains(UNDEFINED) {
        return Cow::Borrowed(data);
    }
    let mut out = String::with_capacity(data.len());
    // Every second part stands in quotation marks; one that ends with a backslash goes on.
    let mut in_string = false;
    for part in data.split_inclusive('"') {
        match in_string {
            true => out.push_str(part),
            false => out.push_str(&part.replace(UNDEFINED, "null")),
        }
        let escapes = part
            .trim_end_matches('"')
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        in_string = match in_string {
            true => escapes % 2 == 1,
            false => true,
        };
    }
    Cow::Owned(out)
}

/// The data in a script's string, which begins with its quotation mark, and the string's bytes.
fn parsed(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let quote = text.chars().next()?;
    let mut escaped = false;
    let mut string = String::from("\"");
    for (at, c) in text.char_indices().skip(1) {
        if at > MAX_ANSWER {
            return None;
        }
        match c {
            // JSON knows no `\'`.
            '\'' if escaped => {
                string.pop();
                string.push('\'');
                escaped = false;
            }
            _ if escaped => {
                string.push(c);
                escaped = false;
            }
            _ if c == quote => {
                string.push('"');
                let data = serde_json::from_str::<String>(&string).ok()?;
                return Some((Cow::Owned(data), at));
            }
            '\\' => {
                string.push(c);
                escaped = true;
            }
            '"' => string.push_str("\\\""),
            c => string.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn data_is_found_and_nothing_else() {
        for (script, name, data) in [
            (
                r#"window.__STATE__ = {"a":[1,"}"]};(function(){})()"#,
                "__STATE__",
                r#"{"a":[1,"}"]}"#,
            ),
            (
                r#"window["__APOLLO_STATE__"]={"a":1}"#,
                "__APOLLO_STATE__",
                r#"{"a":1}"#,
            ),
            ("var posts = [1,2];", "posts", "[1,2]"),
            (
                r#"self.S={"a":undefined,"b":"undefined \" undefined"}"#,
                "S",
                r#"{"a":null,"b":"undefined \" undefined"}"#,
            ),
            (
                r#"window.S = JSON.parse("{\"a\":\"x\\ny\"}");"#,
                "S",
                r#"{"a":"x\ny"}"#,
            ),
            (
                r#"window.S = JSON.parse('{"a":"it\'s"}');"#,
                "S",
                r#"{"a":"it's"}"#,
            ),
        ] {
            let found = assigned(script);
            assert_eq!(found, [(name, Cow::Borrowed(data))], "{script}");
        }
        for script in [
            "a == {}",
            "window.f = function(){ return {} }",
            "window.S = {\"a\":",
            "if (x) {}",
            "",
        ] {
            assert_eq!(assigned(script), [], "{script}");
        }
    }

    #[test]
    fn data_without_an_end_is_looked_for_a_few_times_only() {
        let script = |n_broken| format!("{}; var c = [1];", "var a = {\n".repeat(n_broken));
        assert_eq!(assigned(&script(MAX_BROKEN)), []);
        let found = [("c", Cow::Borrowed("[1]"))];
        assert_eq!(assigned(&script(MAX_BROKEN - 1)), found);
    }

    proptest! {
        #[test]
        fn no_script_panics(script in "(window\\.a = |JSON\\.parse\\(|[\\[\\]{},:;'\"\\\\]|undefined|가|var b=|1| ){0,40}") {
            let _ = assigned(&script);
        }
    }
}
