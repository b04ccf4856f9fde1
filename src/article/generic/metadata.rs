//! Title, author, site, language and image of a page. In: what it says of itself and what it shows. Out: the values that
//! most sources agree on.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::lines::{is_wide, lines_of};
use super::marks::Marks;
use super::page::{Mask, Page, Tag};
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

static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s+[-–—|·•:~<>«»›‹/]+\s+|\s*[|│｜»›‹]\s*|\s::\s|:\s+").expect("a constant pattern")
});

/// The text of headings of the first level.
fn top_headings(page: &Page<'_>) -> Vec<(u32, String)> {
    let mask = Mask::none(page);
    (0..page.len())
        .filter(|at| page.node(*at).tag == Tag::Heading(1))
        .take(8)
        .map(|at| {
            let lines = lines_of(page, &mask, &[at]);
            let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            (at, text.join(" "))
        })
        .filter(|(_, text)| !text.is_empty() && text.len() < 600)
        .collect()
}

/// Headings of the second and third level, as compared.
fn lower_headings(page: &Page<'_>) -> Vec<String> {
    let mask = Mask::none(page);
    (0..page.len())
        .filter(|at| matches!(page.node(*at).tag, Tag::Heading(2 | 3)))
        .take(10)
        .map(|at| {
            let lines = lines_of(page, &mask, &[at]);
            lines.iter().map(|line| plain(&line.text)).collect()
        })
        .collect()
}

/// Longer titles are texts.
const MAX_TITLE_CHARS: usize = 300;

/// The title: of all that is offered, what most sources agree on.
pub(super) fn title(page: &Page<'_>, claims: &Claims, site: Option<&str>) -> Option<String> {
    let site = site.map(plain).unwrap_or_default();
    let offers = offers(page, claims);
    let offered: Vec<String> = offers.iter().map(|(offer, _)| plain(offer)).collect();
    let below = lower_headings(page);
    let mut best: Option<(f32, String)> = None;
    for (text, bonus) in variants(&offers, &site) {
        let key = plain(&text);
        let n_chars = key.chars().count();
        if n_chars < 2 || key == site {
            continue;
        }
        // What every source says counts once for each source; what is cut off something counts less.
        let support: f32 = offers
            .iter()
            .zip(&offered)
            .map(|((_, weight), offered)| match offered {
                offered if *offered == key => *weight,
                offered if offered.starts_with(&key) || offered.ends_with(&key) => weight * 0.55,
                _ => 0.0,
            })
            .sum();
        let heading = below
            .iter()
            .map(|heading| match heading {
                heading if *heading == key => 1.0,
                heading if heading.ends_with(&key) => 0.6,
                _ => 0.0,
            })
            .fold(0.0, f32::max);
        let length = n_chars.min(16) as f32 / 16.0;
        let score = support + heading + bonus * 0.5 + length;
        if best.as_ref().is_none_or(|(most, _)| score > most + 0.001) {
            best = Some((score, text));
        }
    }
    best.map(|(_, text)| text).or_else(|| page.title.map(fold))
}

/// What is offered as a title and how much it is believed, in the order of preference at equal support.
fn offers(page: &Page<'_>, claims: &Claims) -> Vec<(String, f32)> {
    let mut offers: Vec<(String, f32)> = Vec::new();
    for (n, (_, heading)) in top_headings(page).into_iter().enumerate() {
        offers.push((heading, if n == 0 { 1.2 } else { 0.6 }));
    }
    offers.extend(
        claims
            .headline
            .as_deref()
            .map(|headline| (unescape(headline), 1.1)),
    );
    for (names, weight) in [
        (&["og:title"][..], 1.0),
        (&["twitter:title"], 0.5),
        (&["dc.title", "sailthru.title", "parsely-title"], 0.5),
    ] {
        offers.extend(claims.meta(names).map(|title| (title.to_owned(), weight)));
    }
    offers.extend(page.title.map(|title| (fold(title), 0.7)));
    offers.retain(|(offer, _)| !offer.is_empty() && offer.chars().count() <= MAX_TITLE_CHARS);
    offers
}

/// Each offer, and each without what stands before or after a separator: the site's name, a section, a kicker.
fn variants(offers: &[(String, f32)], site: &str) -> Vec<(String, f32)> {
    let is_site = |text: &str| !site.is_empty() && plain(text) == site;
    let mut variants = Vec::new();
    for (offer, weight) in offers {
        variants.push((offer.clone(), *weight));
        for found in SEPARATOR.find_iter(offer) {
            let (head, tail) = (offer[..found.start()].trim(), offer[found.end()..].trim());
            let head_bonus = if is_site(tail) { 0.5 } else { -0.3 };
            let tail_bonus = if is_site(head) { 0.5 } else { -0.4 };
            variants.push((head.to_owned(), weight + head_bonus));
            variants.push((tail.to_owned(), weight + tail_bonus));
        }
    }
    variants
}

/// The entities that stay in JSON strings.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return fold(text);
    }
    let html = crate::document::parse(text);
    fold(&html.root_element().text().collect::<String>())
}

/// Names of one author list are at most this long together.
const MAX_AUTHOR_CHARS: usize = 160;

static BY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:written|reported|posted|published|words|text|story|article|reporting)\s+)?(?:by|von|por|par|di|door|av|af|autor(?:in)?|author|authors|redakteur(?:in)?|reporter|글|글쓴이|작성자|기자|文|作者|記者|记者)\s*[:：]?\s+(?P<name>.+)$",
    )
    .expect("a constant pattern")
});

/// What a link to an author's page says before the name.
static ALL_POSTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:view (?:all )?(?:posts|articles|stories)|(?:all|more) (?:posts|articles|stories)|posts) (?:by|from) ")
        .expect("a constant pattern")
});

/// What stands between two names in a Nordic language, Dutch or German, where it cannot be part of one.
static AND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s+(?:og|och|und|and|&)\s+").expect("a constant pattern"));

/// What follows a name: degrees, a site.
static AFTER_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:,?\s+(?:M\.?[ADS]\.?|Ph\.?D\.?|MPH|RDN?|LDN?|CPT|RN|CFP|Esq\.?|B\.?A\.?|BSc|MSc|MBA|DO|DVM|DDS|JD))+$|,\s+[\w.-]+\.(?:com|org|net|co\.uk|de|lt|fr)$")
        .expect("a constant pattern")
});

static KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<name>[가-힣]{2,4})\s*(?:선임|수습|인턴|전문|논설|객원)?\s*(?:기자|특파원|논설위원|편집위원)(?:\b|[^가-힣]|$)")
        .expect("a constant pattern")
});

static NAME_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\s+(?:is a|is an|published|updated|posted|last updated|on (?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|for the\b|staff writer|staff reporter|reporter|editor|correspondent|senior|@|\d{1,2}[:./]\d|\d{4})|(?:Jan|Febr)uary\b|Ma(?:rch|y)\s\d|April\b|June\s\d|July\s\d|August\s\d|(?:Septem|Octo|Novem|Decem)ber\b|[|•·»\n]|\s[-–—]\s|\s?\(",
    )
    .expect("a constant pattern")
});

/// Cleans one offer; `None` where it is no name.
fn name_of(offer: &str, publisher: &[String]) -> Option<String> {
    let text = unescape(offer);
    let mut text = text.trim();
    if let Some(found) = ALL_POSTS.find(text) {
        text = &text[found.end()..];
    }
    if let Some(found) = BY.captures(text) {
        text = found.name("name")?.as_str();
    }
    if let Some(found) = KOREAN.captures(text) {
        return Some(found["name"].to_owned());
    }
    let end = NAME_END
        .find(text)
        .map_or(text.len(), |found| found.start());
    let text = AFTER_NAME.replace(text[..end].trim(), "");
    let text = text
        .trim()
        .trim_matches([',', ';', ':', '|', '-', '–', '/', '.', '"', '“', '”', ' '])
        .trim();
    let n_chars = text.chars().count();
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let is_address = text.contains("://") || text.contains("www.") || text.contains('@');
    let known = plain(text);
    if is_address
        || n_letters < 2
        || n_chars > MAX_AUTHOR_CHARS
        || text.split_whitespace().count() > 12
        || publisher.contains(&known)
        || NOT_A_NAME.contains(&known.as_str())
    {
        return None;
    }
    Some(text.to_owned())
}

/// What stands where an author should and is none.
const NOT_A_NAME: [&str; 20] = [
    "admin",
    "administrator",
    "staff",
    "editor",
    "editors",
    "editorial",
    "redaktion",
    "webmaster",
    "author",
    "by",
    "von",
    "guest",
    "anonymous",
    "null",
    "undefined",
    "unknown",
    "none",
    "byline",
    "관리자",
    "follow",
];

/// The authors, separated by a comma and a space.
pub(super) fn author(
    page: &Page<'_>,
    listings: &Mask,
    claims: &Claims,
    site: Option<&str>,
) -> Option<String> {
    let publisher: Vec<String> = site
        .into_iter()
        .chain(claims.publisher.as_deref())
        .chain(claims.meta(&["og:site_name", "article:publisher"]))
        .map(plain)
        .collect();
    let names = |offers: &mut dyn Iterator<Item = String>| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let offers = offers.flat_map(|offer| {
            let parts: Vec<String> = AND.split(&offer).map(str::to_owned).collect();
            parts
        });
        for offer in offers {
            if let Some(name) = name_of(&offer, &publisher)
                && !names.iter().any(|known| plain(known) == plain(&name))
            {
                names.push(name);
            }
        }
        names
    };
    let mut found = names(&mut claims.authors.iter().cloned());
    for name in [
        "author",
        "byl",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "dc.creator.creator",
        "citation_author",
        "article:author_name",
        "og:article:author",
        "article:author",
        "cxenseparse:author",
    ] {
        if !found.is_empty() {
            break;
        }
        found = names(&mut claims.all_meta(name).map(str::to_owned));
    }
    if found.is_empty() {
        found = names(&mut shown_authors(page, listings).into_iter());
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// What the page shows where authors stand, from the surest place on.
fn shown_authors(page: &Page<'_>, listings: &Mask) -> Vec<String> {
    let mask = Mask::none(page);
    let text = |at: u32| -> String {
        let lines = lines_of(page, &mask, &[at]);
        lines
            .first()
            .map(|line| line.text.clone())
            .unwrap_or_default()
    };
    let tests: [&dyn Fn(u32) -> bool; 4] = [
        &|at| {
            page.attr(at, "rel")
                .is_some_and(|rel| rel.split_whitespace().any(|word| word == "author"))
        },
        &|at| {
            page.attr(at, "itemprop")
                .is_some_and(|prop| prop.split_whitespace().any(|word| word == "author"))
        },
        &|at| {
            page.attr(at, "class").is_some_and(|class| {
                let class = class.to_ascii_lowercase();
                class.contains("author-name")
                    || class.contains("authorname")
                    || class.contains("byline-name")
                    || class.contains("author__name")
            })
        },
        &|at| page.node(at).marks.any(Marks::AUTHOR) && !page.node(at).marks.any(Marks::COMMENTS),
    ];
    for test in tests {
        let mut found = Vec::new();
        let mut at = 0;
        while at < page.len() && found.len() < 6 {
            let node = page.node(at);
            if listings.is_out(at)
                || node.marks.any(Marks::COMMENTS)
                || matches!(node.tag, Tag::Aside | Tag::Nav)
            {
                at = node.end;
                continue;
            }
            if node.element.is_some() && test(at) {
                let shown = text(at);
                if !shown.is_empty() && shown.chars().count() <= MAX_AUTHOR_CHARS {
                    found.push(shown);
                }
                at = node.end;
            } else {
                at += 1;
            }
        }
        if !found.is_empty() {
            // One place names the author; the same class further down names those of other articles.
            found.truncate(1);
            return found;
        }
    }
    Vec::new()
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
