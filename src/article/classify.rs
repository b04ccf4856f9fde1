//! What is this page? Decided before anything of it is believed: a challenge, an error or a login form is never content.
//!
//! Order: signs of a bot check; the profile's own classes; what is on the page; the status. Statuses come last since
//! Korean boards answer 200 for deleted and secret posts alike.

use std::sync::LazyLock;

use regex::Regex;

use super::{PageView, text};
use crate::document::{self, Document, Query};
use crate::model::PageClass;
use crate::profile::{ClassRule, Profile, element_text};

/// Titles of bot checks and block pages. Looked for only on pages without an article or a listing, so that an article
/// *about* them stays one.
static CHALLENGE_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(just a moment|attention required|checking your browser|please wait|one moment|are you (a )?(robot|human)|verify(ing)? you are|security check|ddos|bot (check|verification)|잠시만 기다|보안 (확인|검사)|접속이? ?차단|접근이? ?차단|자동 ?등록 ?방지|로봇이 아닙니다)",
    )
});

/// Marks in the source that only bot checks have.
const CHALLENGE_MARKS: [&str; 8] = [
    // Cloudflare's block page, whatever its title.
    "cf-error-details",
    "_cf_chl_opt",
    "cf-browser-verification",
    "cf_chl_",
    "cf-challenge",
    "/.well-known/ddos-guard",
    "sucuri_cloudproxy_js",
    "px-captcha",
];

/// Block pages of content networks share their title with boards that refuse one article to guests; these words
/// do not stand on the latter.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?is)<title>\s*access denied.*(?:reference(?:\s|&#32;)*(?:#|&#35;)|cloudflare|incapsula|sucuri|akamai)",
    )
});

/// Addresses of login forms.
static LOGIN_URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^https?://[^/]+/(?:[^?#]*/)?(?:log-?in|sign-?in|member_?login)(?:form)?(?:\.\w+)?/?(?:[?#]|$)|[?&]act=dispMemberLoginForm\b",
    )
});

/// A CAPTCHA on a page with next to no words.
static CAPTCHA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(g-recaptcha|h-captcha|cf-turnstile|hcaptcha\.com)"));

/// A page that sets a cookie by script and loads itself again.
static COOKIE_CHECK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?is)document\.cookie\s*=.*(location\.(reload|replace|href)|history\.go\(0\))")
});

/// The first script of a page that does nothing but say something and go elsewhere.
static ALERT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?s)<script[^>]*>\s*alert\((?:"((?:[^"\\]|\\.){1,300})"|'((?:[^'\\]|\\.){1,300})')\)"#,
    )
});

pub(super) static TITLE: LazyLock<Query> = LazyLock::new(|| selector("title"));
static BODY: LazyLock<Query> = LazyLock::new(|| selector("body"));
static PASSWORD: LazyLock<Query> = LazyLock::new(|| selector("input[type='password' i]"));

/// Below this many characters of text a page has nothing to say.
const FEW_WORDS: usize = 400;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

fn selector(text: &str) -> Query {
    Query::parse(text).expect("a constant selector")
}

/// The class of a page, and why: the rule that matched, or what was missing.
pub fn classify(view: &PageView<'_>, profile: Option<&Profile>) -> (PageClass, String) {
    if view.status == 430 {
        return (PageClass::Challenge, "status 430".into());
    }
    let has_article = profile.is_some_and(|profile| text::body(view.html, profile).is_some());
    // Where there is an article, it does not matter whether a listing stands beside it.
    let has_listing =
        !has_article && profile.is_some_and(|profile| has_listing(view.html, profile));
    if !has_article
        && !has_listing
        && let Some(sign) = challenge(view)
    {
        return (PageClass::Challenge, sign);
    }
    if let Some(found) = profile.and_then(|profile| own_class(view, profile)) {
        return found;
    }
    if let Some(to) = view
        .redirect_to
        .filter(|to| LOGIN_URL.is_match(to.as_str()))
    {
        return (PageClass::Login, format!("redirects to {to}"));
    }
    if let Some(to) = view.redirect_to {
        return (PageClass::Unknown, format!("redirects to {to}"));
    }
    let status = view.status;
    match status {
        404 | 410 => return (PageClass::Gone, format!("status {status}")),
        401 | 403 => return (PageClass::Restricted, format!("status {status}")),
        // Nobody asked for a part; what is missing of it would be missing for good.
        206 | 400.. => return (PageClass::Error, format!("status {status}")),
        _ => {}
    }
    if (has_article || has_listing) && document::is_cut(view.html) {
        return (
            PageClass::Error,
            "too deep or too large a tree to be read whole".into(),
        );
    }
    if has_article {
        return (PageClass::Article, "the article's body is there".into());
    }
    if has_listing {
        return (PageClass::Listing, "a listing, no article".into());
    }
    if let Some(said) = alert(view.source) {
        return (PageClass::Error, format!("alert: {said}"));
    }
    if PASSWORD.select_in(view.html).next().is_some() {
        return (PageClass::Login, "a password form, no article".into());
    }
    let title = title(view.html);
    let reason = match title.as_str() {
        "" => "no article and no listing".to_owned(),
        title => format!("no article and no listing, titled {title}"),
    };
    (PageClass::Unknown, reason)
}

fn has_listing(html: &Document, profile: &Profile) -> bool {
    profile
        .listing
        .container
        .iter()
        .any(|selector| selector.select_in(html).next().is_some())
}

fn own_class(view: &PageView<'_>, profile: &Profile) -> Option<(PageClass, String)> {
    let (at, rule) = profile
        .classes
        .iter()
        .enumerate()
        .find(|(_, rule)| matches(view, rule))?;
    let said = alert(view.source).map_or_else(
        || format!("class rule {} of {}", at + 1, profile.engine),
        |said| format!("alert: {said}"),
    );
    let status = match view.status {
        200 => String::new(),
        other => format!("status {other}, "),
    };
    Some((rule.class, format!("{status}{said}")))
}

fn matches(view: &PageView<'_>, rule: &ClassRule) -> bool {
    let there = |selector: &Query| selector.select_in(view.html).next().is_some();
    let url_fits = |pattern: &Regex| {
        pattern.is_match(view.url.as_str())
            || view
                .redirect_to
                .is_some_and(|to| pattern.is_match(to.as_str()))
    };
    (rule.status.is_empty() || rule.status.contains(&view.status))
        && rule.select.as_ref().is_none_or(there)
        && rule.missing.as_ref().is_none_or(|missing| !there(missing))
        && rule
            .title
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(&title(view.html)))
        && rule
            .source
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(view.source))
        && rule.url.as_ref().is_none_or(url_fits)
}

fn title(html: &Document) -> String {
    TITLE
        .select_in(html)
        .next()
        .map(|title| element_text(title, &[]))
        .unwrap_or_default()
}

fn challenge(view: &PageView<'_>) -> Option<String> {
    let title = title(view.html);
    if CHALLENGE_TITLE.is_match(&title) {
        return Some(format!("bot check or block page: {title}"));
    }
    if DENIED.is_match(view.source) {
        return Some(format!("block page: {title}"));
    }
    if let Some(mark) = CHALLENGE_MARKS
        .iter()
        .find(|mark| view.source.contains(**mark))
    {
        return Some(format!("bot check ({mark})"));
    }
    let n_chars = BODY
        .select_in(view.html)
        .next()
        .map_or(0, |body| element_text(body, &[]).chars().count());
    if n_chars < FEW_WORDS && CAPTCHA.is_match(view.source) {
        return Some("a CAPTCHA and hardly a word".into());
    }
    if n_chars < FEW_WORDS && COOKIE_CHECK.is_match(view.source) {
        return Some("a script that sets a cookie and loads the page again".into());
    }
    None
}

/// What a page of nothing but a JavaScript alert says, its escapes decoded.
fn alert(source: &str) -> Option<String> {
    // Such pages are short; an alert somewhere in a long page is a button's.
    const SHORT_BYTES: usize = 8 * 1024;
    if source.len() > SHORT_BYTES {
        return None;
    }
    let found = ALERT.captures(source)?;
    let said = found.get(1).or(found.get(2))?.as_str();
    Some(crate::profile::fold(&unescaped(said)))
}

/// A script's string as its reader sees it. `\n`, `\t` and the like are white space; `\uXXXX` is a character.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'r' | 't') => plain.push(' '),
            Some('u') => {
                let rest = chars.as_str();
                let code = rest.get(..4).filter(|hex| hex.is_ascii());
                let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok());
                match code.and_then(char::from_u32) {
                    Some(c) => {
                        plain.push(c);
                        chars = rest[4..].chars();
                    }
                    None => plain.push('u'),
                }
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}
