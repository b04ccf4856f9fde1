//! The program as a shell sees it: what it writes where, and its exit codes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use boardwalk::store::sqlite::{OpenMode, SqliteStore, StoreOptions};

/// The program in an empty folder, without anything of the developer's own environment that it would heed.
fn boardwalk(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boardwalk"));
    command.current_dir(folder).stdin(Stdio::null());
    for name in [
        "BOARDWALK_CONFIG",
        "BOARDWALK_DATABASE",
        "BOARDWALK_LOG",
        "CLICOLOR_FORCE",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", folder).env("XDG_CONFIG_HOME", folder);
    command
}

struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(folder: &Path, args: &[&str]) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = boardwalk(folder)
        .args(args)
        .output()
        .expect("the program starts");
    Said {
        code: status.code(),
        stdout: String::from_utf8(stdout).expect("UTF-8"),
        stderr: String::from_utf8(stderr).expect("UTF-8"),
    }
}

fn empty_folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn every_subcommand_explains_itself() {
    let folder = empty_folder();
    for args in [
        vec!["--help"],
        vec!["crawl", "--help"],
        vec!["daemon", "--help"],
        vec!["add", "--help"],
        vec!["show", "--help"],
        vec!["changes", "--help"],
        vec!["reparse", "--help"],
        vec!["status", "--help"],
        vec!["schedule", "--help"],
        vec!["export", "--help"],
        vec!["search", "--help"],
        vec!["feed", "--help"],
        vec!["backup", "--help"],
        vec!["restore", "--help"],
        vec!["doctor", "--help"],
        vec!["check", "--help"],
        vec!["explain", "--help"],
        vec!["completions", "--help"],
        vec!["config", "--help"],
        vec!["config", "schema", "--help"],
        vec!["config", "default", "--help"],
    ] {
        let said = run(folder.path(), &args);
        assert_eq!(said.code, Some(0), "{args:?}");
        assert!(said.stdout.contains("Usage: boardwalk"), "{args:?}");
        assert_eq!(said.stderr, "", "{args:?}");
    }
}

#[test]
fn the_command_contract_s_flags_are_there() {
    let folder = empty_folder();
    let help = run(folder.path(), &["crawl", "--help"]).stdout;
    for flag in [
        "--database",
        "--pages",
        "--since",
        "--rate",
        "--concurrency",
        "--json",
        "--config",
        "--engine",
        "--timezone",
        "--log-format",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
}

#[test]
fn usage_errors_end_with_2_and_say_why() {
    let folder = empty_folder();
    for (args, part) in [
        (vec![], "Usage"),
        (vec!["crwal"], "crawl"),
        (vec!["crawl"], "URL|BOARD"),
        (
            vec!["crawl", "--rate", "fast", "http://h/"],
            "is not a rate",
        ),
        (vec!["crawl", "--pages", "0", "http://h/"], "the least is 1"),
        (vec!["crawl", "--concurrency", "0", "http://h/"], "0"),
        (
            vec!["crawl", "--timezone", "Asia/Soul", "http://h/"],
            "is not a time zone",
        ),
        (
            vec!["crawl", "--since", "soon", "http://h/"],
            "is not a date",
        ),
        (
            vec!["crawl", "ftp://h/"],
            "is not an http:// or https:// URL",
        ),
        (
            vec!["crawl", "news"],
            "there is no board news; the configuration names none",
        ),
        (
            vec!["crawl", "h.example/news"],
            "write http://h.example/news",
        ),
        (vec!["export", "--format", "xml"], "xml"),
        (
            vec!["status", "--database", "boards.db"],
            "write sqlite:FILE",
        ),
        (vec!["status", "-v", "-q"], "cannot be used with"),
    ] {
        let said = run(folder.path(), &args);
        assert_eq!(said.code, Some(2), "{args:?}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{args:?}");
        assert!(said.stderr.contains(part), "{args:?}: {}", said.stderr);
    }
}

#[test]
fn a_broken_configuration_ends_every_command_that_reads_it() {
    let folder = empty_folder();
    let text = "[http]\ntimeuot = \"30s\"\n[pace]\nrate = \"9999999/s\"\n";
    std::fs::write(folder.path().join("boardwalk.toml"), text).expect("written");
    let complaints = "\
boardwalk.toml:2:1: `timeuot` is not a key of http; did you mean `timeout`?
boardwalk.toml:4:8: pace.rate: `9999999/s` is too fast; the most is 1000000/s
";
    for args in [
        vec!["check"],
        vec!["crawl", "http://127.0.0.1:1/news"],
        vec!["status"],
        vec!["show", "1"],
        vec!["export", "--format", "jsonl"],
    ] {
        let said = run(folder.path(), &args);
        assert_eq!(said.code, Some(2), "{args:?}");
        assert_eq!(said.stderr, complaints, "{args:?}");
        assert_eq!(said.stdout, "", "{args:?}");
    }
    // These help to repair it.
    assert_eq!(run(folder.path(), &["config", "default"]).code, Some(0));
    assert_eq!(run(folder.path(), &["config", "schema"]).code, Some(0));
}

#[test]
fn the_configuration_is_looked_for_in_the_documented_places() {
    let folder = empty_folder();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let said = run(folder.path(), &["check"]);
    assert_eq!(said.code, Some(0));
    assert!(
        said.stdout.contains("no configuration file"),
        "{}",
        said.stdout
    );

    write("boardwalk/boardwalk.toml", "user = 1");
    assert!(
        run(folder.path(), &["check"])
            .stderr
            .contains("boardwalk/boardwalk.toml:1:1: `user`")
    );
    write("boardwalk.toml", "here = 1");
    assert!(
        run(folder.path(), &["check"])
            .stderr
            .starts_with("boardwalk.toml:1:1: `here`")
    );
    write("variable.toml", "variable = 1");
    write("flag.toml", "flag = 1");
    let with_variable = |args: &[&str]| {
        let mut command = boardwalk(folder.path());
        let output = command
            .args(args)
            .env("BOARDWALK_CONFIG", "variable.toml")
            .output();
        String::from_utf8(output.expect("the program starts").stderr).expect("UTF-8")
    };
    assert!(with_variable(&["check"]).starts_with("variable.toml:1:1: "));
    assert!(with_variable(&["check", "--config", "flag.toml"]).starts_with("flag.toml:1:1: "));

    let said = run(folder.path(), &["check", "--config", "none.toml"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr.contains("none.toml cannot be read"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_missing_archive_is_not_made_by_reading() {
    let folder = empty_folder();
    for args in [
        vec!["status"],
        vec!["show", "1"],
        vec!["export", "--format", "csv"],
    ] {
        let said = run(folder.path(), &args);
        assert_eq!(said.code, Some(2), "{args:?}");
        assert!(
            said.stderr.starts_with("error: ")
                && said
                    .stderr
                    .ends_with("boardwalk.db does not exist; a crawl makes it\n"),
            "{args:?}: {}",
            said.stderr
        );
        assert_eq!(said.stdout, "", "{args:?}");
    }
    let said = run(folder.path(), &["status", "--database", "sqlite:other.db"]);
    assert!(
        said.stderr.contains("other.db does not exist"),
        "{}",
        said.stderr
    );
    let n_files = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(n_files, 0);
}

#[test]
fn no_query_is_an_error_however_strange() {
    let folder = empty_folder();
    let path = folder.path().join("boardwalk.db");
    drop(SqliteStore::open(&path, OpenMode::ReadWrite, StoreOptions::default()).expect("made"));
    for query in [
        "",
        " ",
        "\"",
        "\"\"",
        "(((",
        "*",
        "-",
        "-word",
        ":",
        "%_",
        "NEAR(a b)",
        "board:",
        "is:what",
        "before:soon",
    ] {
        let said = run(folder.path(), &["search", "--", query]);
        assert_eq!(said.code, Some(0), "{query:?}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{query:?}");
        assert!(
            said.stderr.ends_with("nothing was found\n"),
            "{query:?}: {}",
            said.stderr
        );
    }
}

#[test]
fn check_reads_the_operator_s_profiles() {
    let folder = empty_folder();
    let config = "profiles = [\"mine.toml\"]\n";
    std::fs::write(folder.path().join("boardwalk.toml"), config).expect("written");
    std::fs::write(
        folder.path().join("mine.toml"),
        "format = 1\nengnie = \"x\"\n",
    )
    .expect("written");
    let said = run(folder.path(), &["check"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr
            .lines()
            .any(|line| line.starts_with("mine.toml:2:1: ")),
        "{}",
        said.stderr
    );
}

#[test]
fn the_schedule_tells_when_boards_are_polled_and_why() {
    let folder = empty_folder();
    let said = run(folder.path(), &["schedule"]);
    assert_eq!(said.stdout, "the configuration names no boards\n");
    let config = "[[board]]\nname = \"news\"\nurl = \"http://h.test/news\"\n\
                  [[board]]\nname = \"talk\"\nurl = \"http://h.test/talk\"\nschedule = \"every 10min\"\n";
    std::fs::write(folder.path().join("boardwalk.toml"), config).expect("written");
    let said = run(folder.path(), &["schedule", "--explain"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    for part in ["now", "news", "talk", "never polled before"] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    let said = run(
        folder.path(),
        &["schedule", "talk", "--runs", "3", "--json"],
    );
    let runs: Vec<serde_json::Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let reasons: Vec<&str> = runs
        .iter()
        .filter_map(|run| run["reason"].as_str())
        .collect();
    let fixed = "its fixed interval is over";
    assert_eq!(reasons, ["never polled before", fixed, fixed]);
    assert_eq!(runs[0]["board"], "talk");
    let said = run(folder.path(), &["schedule", "nowhere"]);
    assert_eq!(said.code, Some(2));
    // It only reads.
    assert!(!folder.path().join("boardwalk.db").exists());
}

#[test]
fn completions_are_scripts() {
    let folder = empty_folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = run(folder.path(), &["completions", shell]);
        assert_eq!(said.code, Some(0), "{shell}");
        assert!(said.stdout.contains("crawl"), "{shell}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = empty_folder();
    let said = run(folder.path(), &["man", "pages"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let page = |name: &str| {
        let path = folder.path().join("pages").join(name);
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert!(page("boardwalk-crawl.1").contains("rate"));
    assert!(page("boardwalk-config-schema.1").contains("schema"));
    let first = page("boardwalk.1");
    for line in first.lines().filter(|line| line.ends_with("(1)")) {
        page(&line.replace('\\', "").replace("(1)", ".1"));
    }
    assert!(!first.contains("boardwalk\\-man"), "it is for packages");
}

#[test]
fn the_schema_and_the_default_file_are_printed() {
    let folder = empty_folder();
    let schema = run(folder.path(), &["config", "schema"]);
    let committed = include_str!("../../config/boardwalk.schema.json");
    assert_eq!(schema.stdout, committed);
    let default = run(folder.path(), &["config", "default"]);
    assert_eq!(default.stdout, include_str!("../../config/boardwalk.toml"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = empty_folder();
    for args in [vec!["config", "schema"], vec!["completions", "bash"]] {
        let mut child = boardwalk(folder.path())
            .args(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // Closed before anything is read; the pipe's buffer may still take it all, which is no error either.
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn output_into_a_pipe_has_no_colours() {
    let folder = empty_folder();
    let mut child = boardwalk(folder.path())
        .arg("--help")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    for line in out.lines() {
        let line = line.expect("UTF-8");
        assert!(!line.contains('\u{1b}'), "{line:?}");
    }
    assert!(child.wait().expect("it ends").success());
}
