//! Who wrote it. In: what the page says for machines, and what it shows where authors stand. Out: names.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{Line, lines_of};
use super::marks::Marks;
use super::metadata::{plain, unescape};
use super::page::{Mask, Page, Tag};
use super::structured::Claims;

/// Names of one author list are at most this long together.
const MAX_AUTHOR_CHARS: usize = 160;

static BY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:written|reported|posted|published|words|text|story|article|reporting|analysis|review|interview|verfasst|geschrieben|ein beitrag|beitrag|publié|écrit|escrito|publicado|scritto|pubblicato)\s+)?(?:by|von|por|par|di|door|av|af|autor(?:in|en)?|author|authors|author\(s\)|redakteur(?:in)?|reporter|글|글쓴이|작성자|기자|文|作者|記者|记者)\s*[:：]?\s+(?P<name>.+)$|^(?:interview|text|texte|autor(?:in|en)?|authors?|redaktion|auteurs?|autore|författare|작성자|글쓴이|글|文|作者|記者|记者)\s*[:：]\s*(?P<named>.+)$",
    )
    .expect("a constant pattern")
});

/// `ByJane Doe`, as elements without a space between them give it.
static RUN_TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:By|by|Von|Par)(?P<name>[A-Z][a-z]+ .+)$").expect("a constant pattern")
});

/// A line that says no more than that a name follows.
static BY_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:written|posted|published|words|text|story) )?(?:by|von|por|par|door|autor(?:in)?|author(?:s|\(s\))?|작성자|글쓴이|作者)\s*:?$",
    )
    .expect("a constant pattern")
});

/// What a link to an author's page says before the name.
static ALL_POSTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:view (?:all )?(?:posts|articles|stories)|(?:all|more) (?:posts|articles|stories)|posts) (?:by|from) ")
        .expect("a constant pattern")
});

/// What stands between two names in a Nordic language, Dutch or German, where it cannot be part of one.
static AND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s+(?:og|och|und|and|&|im Gespräch mit)\s+").expect("a constant pattern")
});

/// What follows a name: degrees, a site, a post that is held.
static AFTER_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:,?\s+(?:M\.?[ADS]\.?|Ph\.?D\.?|MPH|RDN?|LDN?|CPT|RN|CFP|Esq\.?|B\.?A\.?|BSc|MSc|MBA|DO|DVM|DDS|JD))+$|,\s+[\w.-]+\.(?:com|org|net|co\.uk|de|lt|fr)$|,\s+(?:Chief|Director|Head of|Vice President|Professor|Founder|CEO|CTO)\b.*$")
        .expect("a constant pattern")
});

static KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<name>[가-힣]{2,4})\s*(?:선임|수습|인턴|전문|논설|객원)?\s*(?:기자|특파원|논설위원|편집위원)(?:\b|[^가-힣]|$)")
        .expect("a constant pattern")
});

static NAME_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\s+(?:is a|is an|published|updated|posted|last updated|on (?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|for the\b|staff writer|staff reporter|@|stand:|\d{1,2}[:./]\d|\d{4}|\d{1,2}\.\s)|,\s\d|(?:Jan|Febr)uary\b|Ma(?:rch|y)\s\d|April\b|June\s\d|July\s\d|August\s\d|(?:Septem|Octo|Novem|Decem)ber\b|[|•·»\n]|\s[-–—]\s|\s?\(",
    )
    .expect("a constant pattern")
});

/// What somebody is, behind a first and a last name.
static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?P<name>\S+\s+\S+.*?),?\s+(?:senior\b|reporter\b|editor\b|correspondent\b).*$",
    )
    .expect("a constant pattern")
});

/// Cleans one offer; `None` where it is no name.
fn name_of(offer: &str) -> Option<String> {
    let text = unescape(offer);
    let mut text = text.trim();
    if let Some(found) = ALL_POSTS.find(text) {
        text = &text[found.end()..];
    }
    if let Some(found) = BY.captures(text) {
        text = found.name("name").or_else(|| found.name("named"))?.as_str();
    } else if let Some(found) = RUN_TOGETHER.captures(text) {
        text = found.name("name")?.as_str();
    }
    if let Some(found) = KOREAN.captures(text) {
        return Some(found["name"].to_owned());
    }
    let end = NAME_END
        .find(text)
        .map_or(text.len(), |found| found.start());
    let text = AFTER_NAME.replace(text[..end].trim(), "");
    let text = ROLE.replace(&text, "$name");
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
        || NOT_A_NAME.contains(&known.as_str())
    {
        return None;
    }
    Some(text.to_owned())
}

/// What stands where an author should and is none.
const NOT_A_NAME: [&str; 28] = [
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
    "writtenby",
    "publishedby",
    "publiziertam",
    "seefullbio",
    "aboutauthor",
    "abouttheauthor",
    "contributorcontent",
    "registrieren",
];

/// Names from several offers, each once; those of the publisher apart.
struct Names {
    of_people: Vec<String>,
    of_publisher: Option<String>,
}

fn names<'o>(offers: impl Iterator<Item = &'o str>, publishers: &[String]) -> Names {
    let mut names = Names {
        of_people: Vec::new(),
        of_publisher: None,
    };
    for offer in offers.flat_map(|offer| AND.split(offer)) {
        let Some(name) = name_of(offer) else {
            continue;
        };
        let name = without_publisher(&name, publishers);
        let known = plain(&name);
        if publishers.contains(&known) {
            names.of_publisher.get_or_insert(name);
        } else if !names.of_people.iter().any(|other| plain(other) == known) {
            names.of_people.push(name);
        }
    }
    names
}

/// `Jane Doe Daily News` of the Daily News.
fn without_publisher(name: &str, publishers: &[String]) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    for at in 2..words.len() {
        if publishers.contains(&plain(&words[at..].join(" "))) {
            return words[..at].join(" ").trim_end_matches(',').to_owned();
        }
    }
    name.to_owned()
}

/// `<meta>` names of authors, the surest first.
const STATEMENTS: [&str; 13] = [
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
    "article_author",
];

/// The authors, separated by a comma and a space. `lines` are the measured lines of the page, its furniture taken out.
pub(super) fn author(
    page: &Page<'_>,
    listings: &Mask,
    claims: &Claims,
    site: Option<&str>,
    lines: &[Line],
) -> Option<String> {
    let publishers: Vec<String> = site
        .into_iter()
        .chain(claims.publisher.as_deref())
        .chain(claims.meta(&["og:site_name", "article:publisher"]))
        .map(plain)
        .collect();
    let mut publisher = None;
    // Who stands in one list with people is named as they are.
    let listed = names(claims.authors.iter().map(String::as_str), &[]);
    let mut stated = vec![if listed.of_people.len() > 1 {
        listed
    } else {
        names(claims.authors.iter().map(String::as_str), &publishers)
    }];
    stated.extend(
        STATEMENTS
            .iter()
            .map(|name| names(claims.all_meta(name), &publishers)),
    );
    stated.push(names(labelled(claims).into_iter(), &publishers));
    for names in stated {
        if !names.of_people.is_empty() {
            return Some(names.of_people.join(", "));
        }
        publisher = publisher.or(names.of_publisher);
    }
    let shown = shown_authors(page, listings, &publishers)
        .or_else(|| byline(page, lines, &publishers))
        .map(|names| names.join(", "));
    // The publisher is the author where nobody else is named.
    shown.or(publisher)
}

/// Labels and values that a share preview shows: "Written by", and who.
fn labelled(claims: &Claims) -> Option<&str> {
    [
        ("twitter:label1", "twitter:data1"),
        ("twitter:label2", "twitter:data2"),
    ]
    .iter()
    .find(|(label, _)| {
        claims
            .meta(&[label])
            .is_some_and(|label| LABEL.is_match(label))
    })
    .and_then(|(_, value)| claims.meta(&[value]))
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:written by|verfasst von|geschrieben von|écrit par|escrito por|scritto da|geschreven door|skrivet av|skrevet av|author|autor|글쓴이|作者)$")
        .expect("a constant pattern")
});

/// A test of whether an author stands at a place.
type Sign = fn(&Page<'_>, u32) -> bool;

fn has_word(page: &Page<'_>, at: u32, attribute: &str, wanted: &str) -> bool {
    page.attr(at, attribute)
        .is_some_and(|value| value.split_whitespace().any(|word| word == wanted))
}

/// Signs that an element shows authors, the surest first.
const SIGNS: [Sign; 5] = [
    |page, at| has_word(page, at, "rel", "author"),
    |page, at| has_word(page, at, "itemprop", "author"),
    |page, at| {
        page.attr(at, "class").is_some_and(|class| {
            let class = class.to_ascii_lowercase();
            [
                "author-name",
                "authorname",
                "byline-name",
                "author__name",
                "auth_name",
                "author_name",
            ]
            .iter()
            .any(|name| class.contains(name))
        })
    },
    |page, at| page.node(at).marks.any(Marks::AUTHOR),
    |page, at| {
        page.node(at).tag == Tag::Link
            && page
                .attr(at, "href")
                .is_some_and(|href| AUTHOR_ADDRESS.is_match(href))
    },
];

static AUTHOR_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)/(?:authors?|autor(?:en|es)?|auteurs?|contributors?|reporters?|journalists?)/[^/?#]{2}")
        .expect("a constant pattern")
});

/// What the page shows where authors stand, from the surest place on.
fn shown_authors(page: &Page<'_>, listings: &Mask, publishers: &[String]) -> Option<Vec<String>> {
    let mask = Mask::none(page);
    let text = |at: u32| -> String {
        let lines = lines_of(page, &mask, &[at]);
        lines
            .first()
            .map(|line| line.text.clone())
            .unwrap_or_default()
    };
    for (nth, sign) in SIGNS.iter().enumerate() {
        let mut found: Vec<(u32, String)> = Vec::new();
        let mut at = 0;
        while at < page.len() && found.len() < 6 {
            let node = page.node(at);
            // An aside may hold the byline where it says so by a link.
            let is_aside = match node.tag {
                Tag::Nav => true,
                Tag::Aside => nth > 0,
                _ => false,
            };
            if listings.is_out(at) || node.marks.any(Marks::COMMENTS) || is_aside {
                at = node.end;
                continue;
            }
            if node.element.is_some() && sign(page, at) {
                let shown = text(at);
                if !shown.is_empty() && shown.chars().count() <= MAX_AUTHOR_CHARS {
                    found.push((at, shown));
                }
                at = node.end;
            } else {
                at += 1;
            }
        }
        // One place names the authors; the same sign further down names those of other articles.
        let around = |at: u32| page.node(at).parent;
        let first = found.first().map(|(at, _)| around(*at));
        let beside = found
            .iter()
            .filter(|(at, _)| Some(around(*at)) == first)
            .map(|(_, shown)| shown.as_str());
        let names = names(beside, publishers).of_people;
        if !names.is_empty() {
            return Some(names);
        }
    }
    None
}

/// Lines below the headline that may be a byline.
const BYLINE_LINES: usize = 30;
/// A byline is not wider.
const MAX_BYLINE_WIDTH: u32 = 90;
/// Prose above which a byline is no longer expected.
const MAX_PROSE_ABOVE: u32 = 700;

/// A line that says by whom the text is, between headline and text.
fn byline(page: &Page<'_>, lines: &[Line], publishers: &[String]) -> Option<Vec<String>> {
    let heading = (0..page.len())
        .find(|at| page.node(*at).tag == Tag::Heading(1))
        .unwrap_or(0);
    let mut prose = 0;
    let mut follows = false;
    for line in lines
        .iter()
        .filter(|line| line.first >= heading)
        .take(BYLINE_LINES)
    {
        prose += line.prose();
        if prose > MAX_PROSE_ABOVE {
            break;
        }
        if line.width > MAX_BYLINE_WIDTH {
            follows = false;
            continue;
        }
        let text = line_text(page, line);
        let is_byline = follows || BY.is_match(&text);
        follows = BY_ALONE.is_match(&text);
        if is_byline && !follows {
            let names = names(std::iter::once(text.as_str()), publishers).of_people;
            if !names.is_empty() && names.iter().all(|name| looks_like_name(name)) {
                return Some(names);
            }
        }
    }
    None
}

/// The words of a measured line.
fn line_text(page: &Page<'_>, line: &Line) -> String {
    let mut text = String::new();
    for node in &page.nodes[line.first as usize..=line.last as usize] {
        text.push_str(node.text);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Few words, each beginning as a name does.
fn looks_like_name(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let begins = |word: &str| word.chars().next().is_some_and(|c| !c.is_lowercase());
    words.len() <= 5
        && words.first().is_some_and(|word| begins(word))
        && words.last().is_some_and(|word| begins(word))
        && !name.contains(|c: char| c.is_ascii_digit())
        && !name.ends_with(['.', '!', '?'])
}

#[cfg(test)]
mod tests {
    use super::super::lines::measured;
    use super::*;

    fn read(source: &str) -> Option<String> {
        let html = crate::document::parse(source);
        let page = Page::of(&html);
        let mask = Mask::none(&page);
        let lines = measured(&page, &mask, &[0]);
        let claims = Claims::of(&page);
        let site = super::super::metadata::site(&claims);
        author(&page, &mask, &claims, site.as_deref(), &lines)
    }

    #[test]
    fn names_without_what_stands_around_them() {
        for (offer, name) in [
            ("By Jane Doe", "Jane Doe"),
            ("ByJane Doe", "Jane Doe"),
            ("Von Anna Beispiel", "Anna Beispiel"),
            ("Interview: Julia Muster", "Julia Muster"),
            ("Jane Doe, Chief Technology Officer, Somewhere", "Jane Doe"),
            ("Jane Doe, senior reporter", "Jane Doe"),
            ("Georg Muster, 21. Jan 2020", "Georg Muster"),
            ("Executive Content Editor", "Executive Content"),
            ("Daily Editorial Board", "Daily Editorial Board"),
            ("홍길동 기자", "홍길동"),
        ] {
            assert_eq!(name_of(offer).as_deref(), Some(name), "{offer}");
        }
        for none in ["By", "WRITTEN BY", "admin", "www.example.com", "7"] {
            assert_eq!(name_of(none), None, "{none}");
        }
    }

    #[test]
    fn the_publisher_is_named_where_nobody_else_is() {
        let site = "<meta property=og:site_name content='Evening Post'><meta name=author content='Evening Post'>";
        assert_eq!(read(site).as_deref(), Some("Evening Post"));
        let byline = format!(
            "{site}<h1>The ferry is late</h1><p>By <span>Jane Doe</span></p><p>It left on time.</p>"
        );
        assert_eq!(read(&byline).as_deref(), Some("Jane Doe"));
    }

    #[test]
    fn labels_of_share_previews_name_the_author() {
        let read = read(
            "<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Karoline Muster'>",
        );
        assert_eq!(read.as_deref(), Some("Karoline Muster"));
    }

    #[test]
    fn links_side_by_side_are_several_authors() {
        let read = read(
            "<h1>x</h1><p><a rel=author href=/1>Jane Doe</a> <a rel=author href=/2>John Roe</a></p><div><p><a rel=author href=/3>Of Another</a></p></div>",
        );
        assert_eq!(read.as_deref(), Some("Jane Doe, John Roe"));
    }

    #[test]
    fn a_sentence_is_no_byline() {
        let read = read("<h1>x</h1><p>By the time it came nobody was waiting any more.</p>");
        assert_eq!(read, None);
    }
}
