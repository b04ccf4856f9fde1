//! Rules of the source tree that a reviewer would otherwise have to remember. Each complaint names file and line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom. A stage that is not here is refused: add it, and say in `src/lib.rs` what it is for.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model", "profile", "schedule"]),
    ("dates", &["model"]),
    ("document", &[]),
    ("profile", &["model", "document"]),
    ("schedule", &["model"]),
    ("dedup", &["model"]),
    ("health", &["model"]),
    ("fetch", &["model"]),
    ("listing", &["model", "document", "profile", "dates"]),
    ("article", &["model", "document", "profile", "dates"]),
    ("learn", &["model", "document", "profile", "dates"]),
    ("store", &["model", "dedup", "health", "schedule"]),
    ("frontier", &["model", "store"]),
    ("outputs", &["model", "store", "health"]),
    ("notify", &["model", "config", "fetch", "store"]),
    (
        "crawl",
        &[
            "model", "config", "dates", "document", "profile", "schedule", "dedup", "health",
            "fetch", "listing", "article", "learn", "store", "frontier",
        ],
    ),
    ("telemetry", &["model", "config"]),
    (
        "cli",
        &[
            "model",
            "config",
            "dates",
            "document",
            "profile",
            "schedule",
            "dedup",
            "health",
            "fetch",
            "listing",
            "article",
            "learn",
            "store",
            "frontier",
            "outputs",
            "notify",
            "crawl",
            "telemetry",
        ],
    ),
];
const MAX_FILE_LINES: usize = 800;
const MAX_FUNCTION_LINES: usize = 100;
const MAX_MAIN_LINES: usize = 40;
/// The one file that may read the machine's clock.
const CLOCK: &str = "src/model/clock.rs";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A Rust file: its path from the root, and its lines.
struct Source {
    path: String,
    lines: Vec<String>,
}

/// All Rust files below these folders, in order.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut found);
    }
    found.sort_by(|a: &Source, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no sources found below {folders:?}");
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return; // `benches` may not be there.
    };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a readable source");
            let relative = path.strip_prefix(root()).expect("below the root");
            found.push(Source {
                path: relative.to_string_lossy().replace('\\', "/"),
                lines: text.lines().map(str::to_owned).collect(),
            });
        }
    }
}

impl Source {
    /// Code that runs in the product: number and text of each line that is neither comment nor test.
    fn product_lines(&self) -> Vec<(usize, &str)> {
        let stem = self.path.rsplit('/').next().unwrap_or_default();
        if stem == "tests.rs" || stem.ends_with("_tests.rs") || self.path.contains("/tests/") {
            return Vec::new();
        }
        let mut kept = Vec::new();
        let mut lines = self.lines.iter().enumerate().peekable();
        while let Some((n, line)) = lines.next() {
            if ["#[cfg(test)]", "#[cfg(all(test,"]
                .iter()
                .any(|test| line.trim().starts_with(test))
            {
                // The item ends with its line, or with a brace as far in as it began: rustfmt sees to that.
                let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
                let mut item = lines
                    .by_ref()
                    .skip_while(|(_, line)| line.trim_start().starts_with('#'));
                if item.next().is_some_and(|(_, first)| !first.ends_with(';')) {
                    let _ = item.find(|(_, line)| **line == end);
                }
                continue;
            }
            if !line.trim_start().starts_with("//") {
                kept.push((n + 1, line.as_str()));
            }
        }
        kept
    }

    /// `src/fetch/host.rs` → `fetch`; `None` for lib.rs and main.rs, which may name every stage.
    fn stage(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/")?;
        let stage = below.split('/').next()?;
        let stage = stage.strip_suffix(".rs").unwrap_or(stage);
        (!matches!(stage, "lib" | "main")).then_some(stage)
    }
}

/// The stages that a piece of code names: `crate::fetch::…`, `crate::{fetch, model::Job}`.
fn named_stages(code: &str) -> Vec<String> {
    let mut stages = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("crate::") {
        rest = &rest[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => outermost(group),
            None => vec![rest],
        };
        for name in names {
            let name: String = name
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !name.is_empty() {
                stages.push(name);
            }
        }
    }
    stages
}

/// The parts between the commas of a group that has just been opened, without looking into inner groups.
fn outermost(group: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    assert_eq!(
        named_stages(
            "use crate::{fetch::{Host, Pace}, model::Job};\nlet x = crate::store::open();"
        ),
        ["fetch", "model", "store"]
    );
}

#[test]
fn stages_import_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut complaints = Vec::new();
    for source in sources(&["src"]) {
        let Some(stage) = source.stage() else {
            continue;
        };
        let Some(may) = allowed.get(stage) else {
            complaints.push(format!(
                "{}: the stage {stage} is not in the table",
                source.path
            ));
            continue;
        };
        let code: Vec<String> = source
            .lines
            .iter()
            .map(|line| line.split("//").next().unwrap_or_default().to_owned())
            .collect();
        for named in named_stages(&code.join("\n")) {
            if named != stage
                && allowed.contains_key(named.as_str())
                && !may.contains(&named.as_str())
            {
                complaints.push(format!("{}: {stage} may not import {named}", source.path));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn files_are_short() {
    let complaints: Vec<String> = sources(&["src", "tests", "examples", "benches"])
        .iter()
        .filter(|source| source.lines.len() > MAX_FILE_LINES)
        .map(|source| format!("{}: {} lines", source.path, source.lines.len()))
        .collect();
    assert_none(&complaints);
}

#[test]
fn functions_are_short() {
    let mut complaints = Vec::new();
    for source in sources(&["src"]) {
        // Line of the head, and the line that ends it: rustfmt puts the brace as far in as the head.
        let mut open: Option<(usize, String)> = None;
        for (n, line) in source.product_lines() {
            match &open {
                Some((start, end)) if line == end => {
                    if n - start + 1 > MAX_FUNCTION_LINES {
                        let n_lines = n - start + 1;
                        complaints.push(format!(
                            "{}:{start}: a function of {n_lines} lines",
                            source.path
                        ));
                    }
                    open = None;
                }
                None if starts_function(line) => {
                    let indent = &line[..line.len() - line.trim_start().len()];
                    open = Some((n, format!("{indent}}}")));
                }
                _ => {}
            }
        }
    }
    assert_none(&complaints);
}

/// A function's first line; not one that ends there, nor one of a trait that has no body.
fn starts_function(line: &str) -> bool {
    let words = line.trim_start();
    let words = words
        .strip_prefix("pub(crate) ")
        .or_else(|| words.strip_prefix("pub(super) "))
        .or_else(|| words.strip_prefix("pub "))
        .unwrap_or(words);
    let words = words.strip_prefix("async ").unwrap_or(words);
    words.starts_with("fn ") && !line.ends_with(['}', ';'])
}

#[test]
fn main_stays_small() {
    let main = fs::read_to_string(root().join("src/main.rs")).expect("a readable source");
    assert!(main.lines().count() < MAX_MAIN_LINES);
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    let mut complaints = Vec::new();
    for source in sources(&["src"]) {
        for (n, line) in source.product_lines() {
            if line.contains(".unwrap()") {
                complaints.push(format!(
                    "{}:{n}: say why it cannot fail, with expect",
                    source.path
                ));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn only_the_clock_reads_the_time() {
    let mut complaints = Vec::new();
    for source in sources(&["src"]) {
        for (n, line) in source.product_lines() {
            let reads = [
                "SystemTime::now",
                "Timestamp::now",
                "Zoned::now",
                "ZonedDateTime::now",
            ];
            if source.path != CLOCK && reads.iter().any(|read| line.contains(read)) {
                complaints.push(format!("{}:{n}: ask the injected clock", source.path));
            }
        }
    }
    assert_none(&complaints);
}

/// A stage that held scraper's tree beside ours would parse its page twice.
#[test]
fn only_documents_know_the_parser() {
    let mut complaints = Vec::new();
    for source in sources(&["src"]) {
        for (n, line) in source.product_lines() {
            let parsers = ["scraper::", "html5ever::", "ego_tree::", "selectors::"];
            if !source.path.starts_with("src/document/")
                && parsers.iter().any(|parser| line.contains(parser))
            {
                complaints.push(format!("{}:{n}: ask `document`", source.path));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn clients_are_made_in_one_place() {
    let mut complaints = Vec::new();
    for source in sources(&["src"]) {
        for (n, line) in source.product_lines() {
            if !source.path.starts_with("src/fetch/") && line.contains("reqwest::") {
                complaints.push(format!(
                    "{}:{n}: only fetch speaks HTTP, past the guard",
                    source.path
                ));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn no_test_is_skipped_or_waits_by_sleeping() {
    // Put together here, so that this file does not name what it forbids.
    let forbidden = [
        (
            format!("#[{}]", "ignore"),
            "a test that does not run holds nothing",
        ),
        (
            format!("#[{} =", "ignore"),
            "a test that does not run holds nothing",
        ),
        (
            format!("thread::{}(", "sleep"),
            "wait for what is to happen, not for time",
        ),
    ];
    let mut complaints = Vec::new();
    for source in sources(&["src", "tests", "examples"]) {
        for (n, line) in source.lines.iter().enumerate() {
            for (words, why) in &forbidden {
                if line.contains(words.as_str()) {
                    complaints.push(format!("{}:{}: {why}", source.path, n + 1));
                }
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_built_in_profile_is_registered_and_has_fixture_pages() {
    let library = boardwalk::profile::Library::built_in();
    let registered: Vec<String> = library.names().map(|name| name.to_string()).collect();
    let mut complaints = Vec::new();
    for entry in fs::read_dir(root().join("config/engines")).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        let engine = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        if !registered.contains(&engine) {
            complaints.push(format!("{engine} is not in the built-in library"));
        }
        let n_pages = fs::read_dir(root().join("tests/fixtures").join(&engine))
            .map_or(0, |pages| pages.count());
        if n_pages == 0 {
            complaints.push(format!("{engine} has no pages in tests/fixtures/{engine}"));
        }
    }
    assert_none(&complaints);
}
