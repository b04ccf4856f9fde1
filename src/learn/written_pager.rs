//! Which page follows where a call in the page writes its pager: `createPageHTML(4, 0, "index", "html")`? In: a page and its
//! URL. Out: the second page's URL. Lists of static pages tell so how many they are, which this one is, and what their files
//! are called; the file of another page has its number behind the name.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::document::{Html, Selector};

/// Letters of a script that is looked at: a call stands alone.
const MAX_SCRIPT: usize = 20_000;

static SCRIPTS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("script:not([src])").expect("a constant selector"));
/// A function named for pages, the number of all, that of this one, a file's name and its ending.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b[a-z0-9_]*page[a-z0-9_]*\s*\(\s*(?:["'][a-z0-9_-]+["']\s*,\s*)?["']?([0-9]{1,5})["']?\s*,\s*["']?([0-9]{1,5})["']?\s*,\s*["']([a-z0-9_-]+)["']\s*,\s*["'](s?html?)["']"#,
    )
    .expect("a constant pattern")
});

/// The page behind the first, where a call names it.
pub fn written_second_page(html: &Html, page: &Url) -> Option<Url> {
    let scripts = html
        .select(&SCRIPTS)
        .flat_map(|script| script.text())
        .filter(|text| text.len() <= MAX_SCRIPT);
    let call = scripts.filter_map(|text| CALL.captures(text)).next()?;
    let number = |at: usize| call[at].parse::<u32>().ok();
    let (all, this) = (number(1)?, number(2)?);
    // The first page is number 0 or 1.
    if all < 2 || this > 1 {
        return None;
    }
    page.join(&format!("{}_{}.{}", &call[3], this + 1, &call[4]))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_the_files_of_a_list() {
        let page = Url::parse("http://board.example/zwgk/tzgg/").unwrap();
        for (script, second) in [
            (
                "createPageHTML(4, 0, \"index\", \"html\");",
                Some("index_1.html"),
            ),
            (
                "createPageHTML('pages',12,1,'list','shtml',240)",
                Some("list_2.shtml"),
            ),
            ("createPageHTML(1, 0, \"index\", \"html\");", None),
            ("createPageHTML(4, 3, \"index\", \"html\");", None),
            ("resize(4, 0, \"index\", \"html\");", None),
        ] {
            let html = Html::parse_document(&format!("<script>{script}</script>"));
            let found = written_second_page(&html, &page);
            let want = second.map(|file| page.join(file).unwrap());
            assert_eq!(found, want, "{script}");
        }
    }
}
