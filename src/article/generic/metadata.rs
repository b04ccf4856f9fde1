//! Site, language and image of a page, and how words are compared. In: what it says of itself. Out: values.

use url::Url;

use super::lines::is_wide;
use super::page::Page;
use super::structured::{Claims, fold};

/// Letters and digits in lower case: what is compared.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            plain.extend(c.to_lowercase());
        }
    }
    plain
}

/// The site's name as it calls itself.
pub(super) fn site(claims: &Claims) -> Option<String> {
    claims
        .meta(&["og:site_name", "application-name", "al:android:app_name"])
        .map(str::to_owned)
        .or_else(|| claims.publisher.clone())
}

/// The entities that stay in JSON strings.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return fold(text);
    }
    let html = crate::document::parse(text);
    fold(&html.root_element().text().collect::<String>())
}

/// The main image's address.
pub(super) fn image(claims: &Claims, base: Option<&Url>) -> Option<String> {
    let offered = claims
        .meta(&[
            "og:image",
            "og:image:url",
            "og:image:secure_url",
            "twitter:image",
            "twitter:image:src",
        ])
        .map(str::to_owned)
        .or_else(|| claims.image.clone())?;
    match base {
        Some(base) => base.join(&offered).ok().map(Into::into),
        None => Some(offered),
    }
}

/// The language as a code of two or three letters: declared, unless the script says otherwise.
pub(super) fn language(page: &Page<'_>, claims: &Claims, text: &str) -> Option<String> {
    let by_script = script_language(text);
    if let Some(sure @ ("ko" | "ja")) = by_script {
        return Some(sure.to_owned());
    }
    let declared = (0..page.len().min(3))
        .find_map(|at| page.attr(at, "lang").or_else(|| page.attr(at, "xml:lang")))
        .filter(|lang| !lang.trim().is_empty())
        .or_else(|| claims.meta(&["content-language", "og:locale", "dc.language", "language"]))
        .or(claims.language.as_deref());
    let code: Option<String> = declared.map(|lang| {
        lang.trim()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_ascii_lowercase()
    });
    code.filter(|code| matches!(code.len(), 2 | 3))
        .or_else(|| by_script.map(str::to_owned))
}

/// The language that a script gives away.
fn script_language(text: &str) -> Option<&'static str> {
    let (mut hangul, mut kana, mut han, mut cyrillic, mut all) = (0, 0, 0, 0, 0);
    let mut others = [("el", 0), ("he", 0), ("ar", 0), ("th", 0), ("hi", 0)];
    for c in text.chars().filter(|c| c.is_alphabetic()).take(4_000) {
        all += 1;
        match c {
            '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            '\u{3041}'..='\u{30ff}' => kana += 1,
            '\u{400}'..='\u{4ff}' => cyrillic += 1,
            '\u{370}'..='\u{3ff}' => others[0].1 += 1,
            '\u{590}'..='\u{5ff}' => others[1].1 += 1,
            '\u{600}'..='\u{6ff}' => others[2].1 += 1,
            '\u{e00}'..='\u{e7f}' => others[3].1 += 1,
            '\u{900}'..='\u{97f}' => others[4].1 += 1,
            c if is_wide(c) => han += 1,
            _ => {}
        }
    }
    let most = |n: i32| all >= 20 && n * 10 >= all * 3;
    if most(hangul) {
        Some("ko")
    } else if kana * 10 >= all && all >= 20 {
        Some("ja")
    } else if most(han) {
        Some("zh")
    } else if most(cyrillic) {
        Some("ru")
    } else {
        others.iter().find(|(_, n)| most(*n)).map(|(code, _)| *code)
    }
}
