//! What reading a page without a profile costs beside the fastest of the good readers: `cargo bench --bench extract`.
//!
//! Needs `BOARDWALK_CORPUS` (the corpus folder) and `gzip`; pages are those of its set `aeb`, from decoded text to the
//! result, parsing included. Both take turns page by page in one process, so that another process on the machine slows
//! them alike. Times are CPU time of this thread, the least of several rounds; the ratio travels, the times do not.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use boardwalk::article::{PageView, extract};
use boardwalk::document::parse;
use boardwalk::profile::Library;
use dom_smoothie::Readability;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

#[path = "../tests/support/cpu.rs"]
mod cpu;

use cpu::cpu_time;

const ROUNDS: usize = 7;
/// What reading may cost, as a multiple of the other reader's time. It takes 1.4 on a quiet machine, and a tenth more beside
/// other work.
const MOST: f64 = 1.5;

struct Page {
    source: String,
    url: Url,
    /// The least that parsing, reading with parsing, and the other reader took.
    least: [Duration; 3],
}

fn main() {
    let Some(corpus) = std::env::var_os("BOARDWALK_CORPUS").map(PathBuf::from) else {
        println!("BOARDWALK_CORPUS is not set: nothing measured");
        return;
    };
    let library = Library::built_in();
    let mut pages = pages(&corpus.join("aeb"));
    for _ in 0..ROUNDS {
        for page in &mut pages {
            let taken = [
                cpu_time_of(|| drop(black_box(parse(&page.source)))),
                cpu_time_of(|| read(page, &library)),
                cpu_time_of(|| read_by_the_other(page)),
            ];
            for (least, taken) in page.least.iter_mut().zip(taken) {
                *least = taken.min(*least);
            }
        }
    }
    let sum = |which: usize| -> f64 {
        let all: Duration = pages.iter().map(|page| page.least[which]).sum();
        all.as_secs_f64() * 1e3
    };
    let (parsed, ours, other) = (sum(0), sum(1), sum(2));
    println!(
        "{} pages: parse {parsed:.1} ms, parse and read {ours:.1} ms, dom_smoothie {other:.1} ms: {:.2} times",
        pages.len(),
        ours / other
    );
    assert!(ours <= MOST * other, "more than {MOST} times");
}

fn pages(folder: &Path) -> Vec<Page> {
    let manifest = fs::read(folder.join("manifest.json")).expect("the corpus holds the set");
    let manifest: Vec<Value> = serde_json::from_slice(&manifest).expect("a list of pages");
    let pages = manifest.iter().map(|entry| {
        let path = folder.join(entry["page"].as_str().expect("a page has a file"));
        let unzipped = Command::new("gzip").arg("-dc").arg(path).output();
        let bytes = unzipped.expect("gzip is installed").stdout;
        let url = entry["url"].as_str().and_then(|url| Url::parse(url).ok());
        Page {
            source: boardwalk::fetch::decode(&bytes, None, None, None)
                .text
                .into_owned(),
            url: url.expect("a page has an address"),
            least: [Duration::MAX; 3],
        }
    });
    pages.collect()
}

fn read(page: &Page, library: &Library) {
    let html = parse(&page.source);
    let view = PageView {
        html: &html,
        source: &page.source,
        url: &page.url,
        redirect_to: None,
        status: 200,
        as_of: Timestamp::from_second(1_795_000_000).expect("a moment after all pages"),
    };
    black_box(extract(&view, library));
}

fn read_by_the_other(page: &Page) {
    let reader = Readability::new(page.source.as_str(), Some(page.url.as_str()), None);
    black_box(reader.and_then(|mut reader| reader.parse())).ok();
}

fn cpu_time_of(work: impl FnOnce()) -> Duration {
    let before = cpu_time();
    work();
    cpu_time() - before
}
