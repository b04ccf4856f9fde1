//! The recorded boards of the development corpus, served on loopback by their replay server. They are no part of the
//! repository: without `BOARDWALK_CORPUS` (the folder `corpus`, with `tools/replay.py` beside it) nothing is compared.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("BOARDWALK_CORPUS").map(PathBuf::from);
    if path.is_none() {
        eprintln!("BOARDWALK_CORPUS is not set: the recorded boards are not compared");
    }
    path
}

pub struct Replay {
    child: Child,
    pub origin: String,
    log: PathBuf,
}

impl Replay {
    pub fn start(corpus: &Path, site: &str, folder: &Path) -> Self {
        Self::start_with(corpus, site, folder, &[])
    }

    /// Links lead to the host that the client asked for, and not to the server itself.
    pub fn start_for_any_host(corpus: &Path, site: &str, folder: &Path) -> Self {
        Self::start_with(corpus, site, folder, &["--map-host"])
    }

    fn start_with(corpus: &Path, site: &str, folder: &Path, more: &[&str]) -> Self {
        let log = folder.join("requests.jsonl");
        let mut child = Command::new("python3")
            .arg(corpus.join("../tools/replay.py"))
            .arg(corpus.join("sites").join(site).join("site.jsonl.xz"))
            .args(["--port", "0", "--seconds", "600", "--log"])
            .arg(&log)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut first)
            .expect("the server says where it is");
        let origin = first
            .split_whitespace()
            .last()
            .expect("an address")
            .trim_end_matches('/')
            .to_owned();
        Self { child, origin, log }
    }

    pub fn requests(&self) -> Vec<Value> {
        std::fs::read_to_string(&self.log)
            .unwrap_or_default()
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn boardwalk(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_boardwalk"))
        .args(arguments)
        .output()
        .expect("boardwalk starts");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

pub fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect()
}

/// Nothing that acts, sorts, filters, prints or downloads is ever asked for.
pub fn check_requests(requests: &[Value], site: &str) {
    const REFUSED: [&str; 14] = [
        "act=",
        "sort_index",
        "sst=",
        "sfl=",
        "stx=",
        "sca=",
        "category",
        "search_",
        "download",
        "print",
        "write.php",
        "password.php",
        "page=0",
        "page=-",
    ];
    for request in requests {
        let target = request["target"].as_str().expect("a target");
        let refused = REFUSED.iter().find(|word| target.contains(**word));
        assert_eq!(refused, None, "{site}: {target} was asked for");
    }
}
