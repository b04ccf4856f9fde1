//! The fixture pages, each also inside a site's frame, and the recorded pages.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use boardwalk::article::{wanted_of_article, wanted_of_listing};
use boardwalk::document::without_unwanted;
use boardwalk::profile::Library;
use url::Url;

use super::{Reader, check_tree};

/// Pages below `tests/fixtures`, with a URL that each could have.
pub fn fixtures() -> Vec<(String, Url)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut pages = Vec::new();
    for engine in std::fs::read_dir(root).expect("a readable folder") {
        for page in std::fs::read_dir(engine.expect("an entry").path()).expect("a readable folder")
        {
            let path = page.expect("an entry").path();
            let source = std::fs::read_to_string(&path).expect("a readable page");
            pages.push((source, url_of(&path)));
        }
    }
    pages.sort();
    pages
}

fn url_of(path: &Path) -> Url {
    let engine = path.parent().and_then(Path::file_name).expect("a folder");
    let is_listing = path.to_string_lossy().contains("listing");
    let url = match (engine.to_string_lossy().as_ref(), is_listing) {
        ("rhymix", true) => "http://board.example/news?page=2",
        ("rhymix", false) => "http://board.example/news/12",
        ("kboard", true) => "http://board.example/?page_id=69&pageid=2",
        ("kboard", false) => "http://board.example/?page_id=69&mod=document&uid=12",
        (_, true) => "http://board.example/bbs/board.php?bo_table=news&page=2",
        (_, false) => "http://board.example/bbs/board.php?bo_table=news&wr_id=12",
    };
    url.parse().expect("a URL")
}

/// The page within the menus, styles and scripts of a site: most pages are mostly that.
pub fn framed(source: &str) -> String {
    let menu: String = (0..60)
        .map(|n| format!("<li class='gnb_{n}'><a href=/m/{n} title='a > b'>메뉴 {n}</a>"))
        .collect();
    let body_at = source
        .find("<body")
        .and_then(|at| Some(at + source[at..].find('>')? + 1));
    let (head, rest) = source.split_at(body_at.unwrap_or(0));
    let (head_open, style) = match head {
        "" => (
            "<!doctype html><html><head><title>t</title></head><body>",
            "",
        ),
        _ => (
            head,
            "<style>.a > .b { color: red }</style><script>if (1 < 2) f('<div>')</script>",
        ),
    };
    format!(
        "{head_open}{style}<div id=hd><nav><ul>{menu}</ul></nav></div><div class=wrap>{rest}<div id=ft><ul>{menu}</ul><!-- </div> --></div></div>"
    )
}

#[test]
fn fixture_pages_read_the_same_in_part_and_whole() {
    let readers = Reader::all();
    let mut n_believed = 0;
    for (source, url) in fixtures() {
        for reader in &readers {
            n_believed += reader.check(&source, &url);
            n_believed += reader.check(&framed(&source), &url);
        }
    }
    assert!(
        n_believed >= 10,
        "only {n_believed} readings were by a part of a page"
    );
}

/// What a reader does not ask for is left out of a page that is well formed.
#[test]
fn most_of_a_framed_page_is_left_out() {
    let profile = Library::built_in()
        .get("gnuboard5")
        .expect("a built-in profile");
    let wanted = wanted_of_article(&profile, true).expect("a profile that can be cut by");
    let page = framed(
        "<!doctype html><html><head><title>t</title></head><body><div id=bo_v><div id=bo_v_con><p>글</div></div>",
    );
    let rest = without_unwanted(&page, &wanted)
        .expect("a page that can be followed")
        .expect("a cut");
    assert!(rest.len() * 20 < page.len(), "{rest}");
    assert!(check_tree(&rest), "html5ever is needed for {rest}");
    assert!(rest.contains("<div id=bo_v_con><p>글</div>"));
}

#[test]
fn profiles_that_read_the_whole_page_are_not_cut_by() {
    let profile = |engine| Library::built_in().get(engine).expect("a built-in profile");
    // Its rules look for words in `<body>`, and for a cell that holds the text.
    assert!(wanted_of_article(&profile("gnuboard4"), true).is_none());
    assert!(wanted_of_listing(&profile("rhymix")).is_some());
}

/// All recorded boards. Says how many of their pages are read in part, and why the others are not.
#[test]
fn recorded_pages_read_the_same_in_part_and_whole() {
    let Some(corpus) = std::env::var_os("BOARDWALK_CORPUS").map(PathBuf::from) else {
        eprintln!("BOARDWALK_CORPUS is not set: the recorded pages are not read");
        return;
    };
    let readers = Reader::all();
    for site in ["gnuboard5", "gnuboard5-rewrite", "kboard", "rhymix"] {
        let engine = site.trim_end_matches("-rewrite");
        let reader = readers
            .iter()
            .find(|reader| reader.engine() == engine)
            .expect("a profile");
        let pages = recorded(&corpus.join("sites").join(site).join("site.jsonl.xz"));
        let (mut n_pages, mut n_believed, mut n_bytes, mut n_left) = (0, 0, 0, 0);
        let (mut n_cut, mut n_told) = (0, 0);
        let mut unclear: BTreeMap<&str, usize> = BTreeMap::new();
        for (source, url) in pages {
            n_pages += 1;
            let n = reader.check(&source, &url);
            n_believed += usize::from(n > 0);
            if let Some(wanted) = &reader.article {
                match without_unwanted(&source, wanted) {
                    Ok(rest) => {
                        if let Some(rest) = &rest {
                            n_cut += 1;
                            n_told += usize::from(check_tree(rest));
                        }
                        n_bytes += source.len();
                        n_left += rest.as_deref().unwrap_or(&source).len();
                    }
                    Err(why) => *unclear.entry(why.0).or_default() += 1,
                }
            }
        }
        eprintln!(
            "{site}: {n_believed} of {n_pages} pages in part; {n_left} of {n_bytes} bytes left of those that are clear, {n_told} of {n_cut} of them without html5ever; unclear: {unclear:?}"
        );
    }
}

fn recorded(path: &Path) -> Vec<(String, Url)> {
    let mut xz = Command::new("xz")
        .arg("-dc")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("xz runs");
    let lines = BufReader::new(xz.stdout.take().expect("a pipe")).lines();
    let pages = lines
        .map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON"))
        .filter_map(|line: serde_json::Value| {
            let source = line["body"].as_str()?.to_owned();
            let query = line["query"]
                .as_str()
                .map(|query| format!("?{query}"))
                .unwrap_or_default();
            let url = Url::parse(&format!(
                "http://127.0.0.1:1{}{query}",
                line["path"].as_str()?
            ));
            Some((source, url.expect("a URL")))
        })
        .collect();
    assert!(xz.wait().expect("xz ends").success());
    pages
}
