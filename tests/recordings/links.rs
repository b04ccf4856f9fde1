//! Finds the pagination of pages, and compares it with the marked links.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use boardwalk::listing::page_links;
use serde_json::Value;
use url::Url;

use crate::support::replay::corpus;

/// Share of pages whose set of next links must be exactly the marked one.
const NEXT_FLOOR: f64 = 0.90;

fn unpacked(path: &Path) -> Vec<u8> {
    let output = Command::new("gzip").arg("-dc").arg(path).output().unwrap();
    assert!(output.status.success(), "{}", path.display());
    output.stdout
}

fn marked(base: &Url, truth: &Value) -> BTreeSet<String> {
    let links = truth.as_array().into_iter().flatten();
    links
        .filter_map(|href| {
            let mut url = base.join(href.as_str()?.trim()).ok()?;
            url.set_fragment(None);
            Some(url.to_string())
        })
        .collect()
}

#[test]
fn next_links_are_those_that_were_marked() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("autopager");
    let truth: Value = serde_json::from_slice(&unpacked(&folder.join("gt.json.gz"))).unwrap();
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let (mut n_pages, mut n_right, mut n_invented, mut n_plain) = (0, 0, 0, 0);
    for page in manifest.as_array().unwrap() {
        let want = &truth[page["id"].as_str().unwrap()];
        let base = Url::parse(want["url"].as_str().unwrap()).unwrap();
        let bytes = unpacked(&folder.join(page["page"].as_str().unwrap()));
        let encoding = want["encoding"].as_str().unwrap_or("utf-8");
        let text = encoding_rs::Encoding::for_label(encoding.as_bytes())
            .unwrap_or(encoding_rs::UTF_8)
            .decode(&bytes)
            .0;
        let found = page_links(&boardwalk::document::parse(&text), &base);
        let next: BTreeSet<String> = found.next.iter().map(Url::to_string).collect();
        let wanted = marked(&base, &want["next"]);
        n_pages += 1;
        n_right += usize::from(next == wanted);
        let plain = ["next", "prev", "page"]
            .iter()
            .all(|kind| marked(&base, &want[kind]).is_empty());
        n_plain += usize::from(plain);
        n_invented += usize::from(plain && found != Default::default());
        if next != wanted || (plain && found != Default::default()) {
            eprintln!(
                "{} {base}\n  next {next:?}\n  want {wanted:?}\n  pages {}, prev {:?}",
                page["id"],
                found.pages.len(),
                found.prev.map(String::from)
            );
        }
    }
    let share = n_right as f64 / n_pages as f64;
    eprintln!(
        "next set right on {share:.3} of {n_pages} pages; invented on {n_invented} of {n_plain} without pagination"
    );
    assert!(share >= NEXT_FLOOR);
}
