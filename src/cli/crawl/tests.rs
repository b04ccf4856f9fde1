//! What flags do to the options of a file.

use std::path::Path;
use std::time::Duration;

use clap::Parser;
use jiff::tz::TimeZone;

use super::super::{Cli, Command};
use super::CrawlArgs;
use crate::config::{Database, Options, PageLimit, from_toml};

const FILE: &str = r#"
database = "sqlite:file.db"
[pace]
rate = "30/min"
max_connections = 3
[[board]]
name = "news"
url = "http://h.example/news"
engine = "rhymix"
timezone = "Asia/Tokyo"
rate = "1/h"
pages = 7
since = "2024-01-01"
[[board]]
name = "qa"
url = "http://h.example/qa"
"#;

fn args(line: &[&str]) -> anyhow::Result<CrawlArgs> {
    let words = ["boardwalk", "crawl"].iter().chain(line);
    let cli = Cli::try_parse_from(words).expect("a good command line");
    let Command::Crawl(command) = cli.command else {
        panic!("not a crawl");
    };
    let options: Options = from_toml(Path::new("b.toml"), FILE).expect("a good file");
    command.into_args(options, true)
}

#[test]
fn without_flags_the_file_s_wishes_stand() {
    let args = args(&["news"]).expect("good");
    assert_eq!(args.options.database, Database::Sqlite("file.db".into()));
    assert_eq!(args.options.pace.min_interval, Duration::from_secs(2));
    assert_eq!(args.options.pace.max_connections, 3);
    let board = &args.boards[0];
    assert_eq!(board, args.options.board("news").expect("in the file"));
    assert!(args.progress && !args.json);
}

#[test]
fn every_flag_wins_over_the_file() {
    let args = args(&[
        "news",
        "--database",
        "sqlite:flag.db",
        "--rate",
        "4/s",
        "--concurrency",
        "1",
        "--pages",
        "all",
        "--since",
        "2025-06-01",
        "--engine",
        "gnuboard5",
        "--timezone",
        "Asia/Seoul",
        "--json",
    ])
    .expect("good");
    assert_eq!(args.options.database, Database::Sqlite("flag.db".into()));
    assert_eq!(args.options.pace.min_interval, Duration::from_millis(250));
    assert_eq!(args.options.pace.max_connections, 1);
    let board = &args.boards[0];
    // A rate on the command line is meant for this run's boards too.
    assert_eq!(board.min_interval, None);
    assert_eq!(board.pages, PageLimit::All);
    assert_eq!(board.since, "2025-06-01".parse().ok());
    assert_eq!(board.engine.as_deref(), Some("gnuboard5"));
    assert_eq!(board.timezone, TimeZone::get("Asia/Seoul").ok());
    assert!(args.json && !args.progress);
}

#[test]
fn a_board_is_named_or_given_by_its_url_and_crawled_once() {
    let args = args(&["qa", "http://h.example/qa", "http://other.example/free"]).expect("good");
    let labels: Vec<&str> = args.boards.iter().map(|board| board.label()).collect();
    assert_eq!(labels, ["qa", "http://other.example/free"]);
}

#[test]
fn an_unknown_name_is_told_with_the_known_ones() {
    let message = args(&["nwes"]).expect_err("unknown").to_string();
    assert_eq!(message, "there is no board nwes; known are news, qa");
}
