//! Embeds every file of `config/engines/`, so that a new engine is one file and no Rust.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("config/engines");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut engines: Vec<_> = fs::read_dir(&folder)
        .expect("config/engines is there")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    engines.sort();
    let mut code = String::from("&[\n");
    for path in engines {
        let name = path.file_stem().expect("a file's name").to_string_lossy();
        writeln!(code, "    ({name:?}, include_str!({path:?})),").expect("a String takes all");
    }
    code.push(']');
    let target = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("engines.rs");
    fs::write(target, code).expect("OUT_DIR can be written");
}
