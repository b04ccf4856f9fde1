//! A crawl that needs no internet: `cargo run --release --example demo [ARCHIVE]`
//!
//! Starts a small board on a loopback port, in the shape of Rhymix: three listing pages of our own posts, one of them a
//! reposted news story with two captions, a protected address, the press's name at the end and the listing below it.
//! Crawls it at five requests a second, shows what is kept, and crawls again to show that nothing is left to do.
//! With a file name the archive stays there, to be looked at with `boardwalk --database sqlite:FILE`.

// The demo uses a part of the tests' board server.
#[allow(dead_code)]
#[path = "../tests/support"]
mod support {
    pub mod board;
    pub mod gnuboard5;
    pub mod rhymix;
    pub mod seed;
    pub mod server;
    pub mod site;
}

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use boardwalk::cli::{self, Cli, Exit};
use clap::Parser;

use support::board::{Boards, Draft, Part};
use support::server::{Entry, Server};
use support::site::{Asked, Engine, Site};

/// Five a second: polite enough for a person to watch, done in about a quarter of a minute.
const RATE: &str = "5/s";
/// With the story and a notice, two full pages of twenty and a third one.
const N_POSTS: usize = 52;
/// Posts are at most nine minutes apart, and none lies in the future.
const HOURS_OF_POSTS: i64 = 9;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let archive = match std::env::args_os().nth(1) {
        Some(file) => std::path::PathBuf::from(file),
        None => folder.path().join("demo.db"),
    };
    // An empty configuration, so that yours changes nothing here.
    let config = folder.path().join("boardwalk.toml");
    std::fs::write(&config, "")?;

    let site = Site::new(Engine::Rhymix, 1);
    let now = site.now();
    let story = site.boards(|boards| {
        boards.set_cursor(now, HOURS_OF_POSTS * 60);
        fill(boards)
    });
    let server = Server::start(site.clone());
    let board = server.url("/news");
    let program = Program {
        common: vec![
            "--config".into(),
            config.into(),
            "--database".into(),
            format!("sqlite:{}", archive.display()).into(),
        ],
    };

    heading(&format!(
        "A board of {} posts is at {board}; crawling it at {RATE}",
        N_POSTS + 2
    ));
    program.run(&["crawl", &board, "--pages", "all", "--rate", RATE])?;
    let log = server.log();
    let first = tell(&site, &log);

    heading("What is kept: boardwalk status");
    program.run(&["status"])?;

    heading("The reposted story: boardwalk show");
    program.run(&["show", &server.url(&format!("/news/{story}"))])?;

    heading("Crawling again: nothing is new");
    program.run(&["crawl", &board, "--pages", "all", "--rate", RATE])?;
    let second = tell(&site, &server.log()[log.len()..]);

    anyhow::ensure!(
        first.n_articles == N_POSTS + 2,
        "not every post was asked for once"
    );
    anyhow::ensure!(second.n_articles == 0, "a post was asked for again");
    anyhow::ensure!(
        site.strays().is_empty(),
        "links were followed that act: {:?}",
        site.strays()
    );
    println!("\nThe demo is over: every post was asked for once, and no link that acts.");
    Ok(())
}

/// The command line, called as a library.
struct Program {
    common: Vec<OsString>,
}

impl Program {
    /// Shows the command, and runs it.
    fn run(&self, args: &[&str]) -> anyhow::Result<()> {
        println!("$ boardwalk {}\n", args.join(" "));
        let words = std::iter::once(OsString::from("boardwalk"))
            .chain(args.iter().map(OsString::from))
            .chain(self.common.iter().cloned());
        let cli = Cli::try_parse_from(words)?;
        let options = cli::configure(&cli)?;
        let exit = cli::run(cli, options)?;
        anyhow::ensure!(
            exit == Exit::Done,
            "boardwalk {} ended with {exit:?}",
            args[0]
        );
        Ok(())
    }
}

fn heading(words: &str) {
    println!("\n== {words}\n");
}

/// What the server was asked for.
struct Asking {
    n_articles: usize,
}

/// Tells what was asked for, and how fast, as the server saw it.
fn tell(site: &Site, log: &[Entry]) -> Asking {
    let (mut n_listings, mut n_articles, mut n_others) = (0, 0, 0);
    for entry in log {
        match site.asked(&entry.request) {
            Asked::Listing { .. } => n_listings += 1,
            Asked::Article { .. } => n_articles += 1,
            _ => n_others += 1,
        }
    }
    let closest = log
        .windows(2)
        .map(|pair| pair[1].at.duration_since(pair[0].at))
        .min()
        .unwrap_or(Duration::ZERO);
    println!(
        "\nThe board's own log: {n_listings} listing pages, {n_articles} articles, {n_others} other (robots.txt); \
         the closest two requests were {} ms apart",
        closest.as_millis()
    );
    Asking { n_articles }
}

/// Fills the board; answers the number of the story.
fn fill(boards: &mut Boards) -> u64 {
    boards.notice("news");
    boards.post_many("news", N_POSTS - 6);
    let story = boards.write("news", story());
    for _ in 0..3 {
        boards.comment("news", story, None);
    }
    boards.post_many("news", 6);
    story
}

/// In the shape of a news story copied to a board.
fn story() -> Draft {
    Draft {
        title: "‘큰들 새길’ 두 마을을 잇다…걸어서 이십 분, 가람역서 새나루까지".into(),
        author: "동네소식".into(),
        category: Some("소식".into()),
        parts: vec![
            Part::Photo {
                url: "https://img.example.org/press/1.jpg".into(),
                caption: "이른 아침 큰들 새길을 걷는 사람들(왼쪽)과 자전거를 끌고 나온 이웃이 인사를 나누고 있다. 보리차 기자".into(),
                address: Some("boricha@garam.example".into()),
            },
            Part::paragraph(
                "가람역과 새나루를 잇는 ‘큰들 새길’이 열렸다. 돌아가면 한 시간이던 거리가 걸어서 이십 분으로 줄었다. \
                 길을 낸 사람들은 서두르지 않았다고 했다. 논을 가진 이들과 세 해 동안 마주 앉아 한 뼘씩 자리를 얻었다.",
            ),
            Part::paragraph(
                "첫날부터 길은 붐볐다. 장에 가는 어르신, 강아지를 안은 아이, 새벽 일을 마친 배달꾼이 나란히 걸었다. \
                 “다리가 아파 못 가던 장을 이제는 간다”고 한 어르신은 웃었다.",
            ),
            Part::Photo {
                url: "https://img.example.org/press/6.jpg".into(),
                caption: "길을 여는 날 아이들이 종이배를 띄우고 있다. 마을사진관".into(),
                address: None,
            },
            Part::paragraph(
                "걱정이 없는 것은 아니다. 밤에는 어둡고, 비가 오면 낮은 쪽에 물이 고인다. 마을은 다음 달에 가로등 열두 개를 \
                 달고 물길을 손보기로 했다.",
            ),
            Part::paragraph("출처: 가람일보"),
        ],
        tags: vec!["큰들".into(), "새길".into()],
        files: Vec::new(),
    }
}
