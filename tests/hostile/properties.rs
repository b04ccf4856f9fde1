//! Any bytes at all, through the same doors that the fuzz targets use (`fuzz/src/lib.rs`), and what those begin with.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

#[path = "../../fuzz/src/lib.rs"]
mod doors;

/// Bytes, and what looks like a page, a file or a line of words.
fn any_input() -> impl Strategy<Value = Vec<u8>> {
    let markup = "(<(table|tr|td|li|ul|a|div|p|base|meta|script|noscript|template|svg)( (class|href|title|onclick|src)=[\"']?[a-z0-9/?=&#:.-]{0,12}[\"']?){0,2}>|</[a-z]{1,5}>|&[#a-z0-9]{1,5};|\\PC{0,8}){0,30}";
    let lines = "((user-agent|disallow|allow|crawl-delay|date|name|url)? ?[:=]? ?[\\PC\"\\[\\]*$/%.+-]{0,16}\r?\n){0,6}";
    let words =
        "(-?(board:|is:|before:|[0-9]{1,4}[-./년월일]|[a-z]{1,5})?[\"“a-z가-힣*()^ -]{0,6} ?){0,8}";
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        markup.prop_map(String::into_bytes),
        lines.prop_map(String::into_bytes),
        words.prop_map(String::into_bytes),
    ]
}

/// What the target of this door is begun with (`fuzz/run`), pages of all fixtures for those that read pages.
fn seeds(door: &str) -> Vec<Vec<u8>> {
    let folder = match door {
        "decode" | "listing" | "article" | "learn" => "tests/fixtures",
        "config" => "config",
        _ => "fuzz/seeds",
    };
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    if folder == "fuzz/seeds" {
        folders[0].push(door);
    }
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("it can be listed").path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    let read = |path: &PathBuf| std::fs::read(path).expect("a file of the repository");
    // A second's worth for the slowest door.
    files.iter().map(read).take(60).collect()
}

macro_rules! doors {
    ($($name:ident: $cases:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                let seeds = seeds(stringify!($name));
                assert!(!seeds.is_empty());
                seeds.iter().for_each(|bytes| doors::$name(bytes));
                let config = ProptestConfig {
                    cases: $cases,
                    failure_persistence: None,
                    ..ProptestConfig::default()
                };
                proptest!(config, |(bytes in any_input())| doors::$name(&bytes));
            }
        )*
    };
}

doors! {
    decode: 256,
    robots: 256,
    dates: 256,
    identity: 128,
    listing: 32,
    article: 32,
    learn: 64,
    config: 256,
    query: 256,
}
