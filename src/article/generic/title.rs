//! The title of a page. In: its headings, `<title>`, and what it says of itself. Out: the wording that most sources agree
//! on.
//!
//! Sources differ by what stands around the title: a site's name, a section, a kicker. So each is also offered without
//! what stands before or after a separator, and a wording is supported by every source that holds it there.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::lines::lines_of;
use super::metadata::{plain, unescape};
use super::page::{Mask, Page, Tag};
use super::structured::{Claims, fold};

static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s+[-–—|·•:~<>«»›‹/]+\s+|\s*[|│｜»›‹]\s*|\s::\s|:\s+|：")
        .expect("a constant pattern")
});

/// Longer titles are texts.
const MAX_TITLE_CHARS: usize = 300;
/// Pieces that one source is cut into; more are a list.
const MAX_CUTS: usize = 12;

/// What the only heading weighs more where others say the same in other words.
const REWORDED: f32 = 0.8;

/// What a wording weighs more that stands behind different kickers.
const KICKERS: f32 = 1.4;

/// A source of titles and how much it is believed.
struct Offer {
    text: String,
    /// As compared.
    key: String,
    /// In lower case.
    words: Vec<String>,
    weight: f32,
    /// What it weighs more as a whole.
    bonus: f32,
    /// Words cut off at the end.
    is_cut: bool,
}

impl Offer {
    fn new(text: String, weight: f32) -> Self {
        let key = plain(&text);
        let is_cut = text.ends_with('…') || text.ends_with("...");
        Offer {
            words: words(&text),
            text,
            key,
            weight,
            bonus: 0.0,
            is_cut,
        }
    }

    /// How much of its weight speaks for a wording.
    fn support(&self, key: &str, is_whole_elsewhere: bool, sites: &[String]) -> f32 {
        let adds_site = || {
            let rest = self.key.strip_prefix(key).or(self.key.strip_suffix(key));
            rest.is_some_and(|rest| sites.iter().any(|site| site == rest))
        };
        if self.key == key || (self.is_cut && key.starts_with(&self.key)) || adds_site() {
            return self.weight + self.bonus;
        }
        // What another source has whole is likelier the title than what is only cut off.
        let share = if is_whole_elsewhere { 0.75 } else { 0.55 };
        if self.key.starts_with(key) || self.key.ends_with(key) {
            self.weight * share
        } else {
            0.0
        }
    }
}

/// The title, of all that is offered.
pub(super) fn title(
    page: &Page<'_>,
    claims: &Claims,
    site: Option<&str>,
    url: Option<&Url>,
) -> Option<String> {
    let offers = offers(page, claims);
    let sites = site_names(site, url);
    let below = lower_headings(page);
    let mut best: Option<(f32, String)> = None;
    for (text, bonus) in variants(&offers, &sites) {
        let key = plain(&text);
        let n_chars = key.chars().count();
        if n_chars < 2 || sites.contains(&key) {
            continue;
        }
        let is_whole = offers.iter().any(|offer| offer.key == key);
        let support: f32 = offers
            .iter()
            .map(|offer| offer.support(&key, is_whole, &sites))
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
        let score =
            support + kickers(&offers, &key, words(&text).len()) + heading + bonus * 0.5 + length;
        if best.as_ref().is_none_or(|(most, _)| score > most + 0.001) {
            best = Some((score, text));
        }
    }
    best.map(|(_, text)| spelled(&offers, text))
        .or_else(|| page.title.map(fold))
}

/// Two sources put quite different words before the same ones: kickers, which are not the title.
fn kickers(offers: &[Offer], key: &str, n_words: usize) -> f32 {
    let heads: Vec<&[String]> = offers
        .iter()
        .filter(|offer| offer.key.ends_with(key) && offer.words.len() > n_words)
        .map(|offer| &offer.words[..offer.words.len() - n_words])
        .collect();
    let differ = |head: &&[String]| head.iter().all(|word| !heads[0].contains(word));
    if heads.iter().any(differ) {
        KICKERS
    } else {
        0.0
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Of sources with the same letters, the one with most words: inline elements without a space between them run words
/// together.
fn spelled(offers: &[Offer], text: String) -> String {
    let key = plain(&text);
    let most = offers
        .iter()
        .filter(|offer| offer.key == key)
        .max_by_key(|offer| offer.words.len());
    match most {
        Some(offer) if offer.words.len() > words(&text).len() => offer.text.clone(),
        _ => text,
    }
}

/// What is offered as a title and how much it is believed, in the order of preference at equal support.
fn offers(page: &Page<'_>, claims: &Claims) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let headings = top_headings(page);
    // A headline in the page's data that is another one speaks for the others.
    let is_only = headings.len() == 1
        && claims
            .headline
            .as_deref()
            .is_none_or(|headline| plain(&unescape(headline)) == plain(&headings[0]));
    for (n, heading) in headings.into_iter().enumerate() {
        offers.push(Offer::new(heading, if n == 0 { 1.2 } else { 0.6 }));
    }
    if let Some(headline) = claims.headline.as_deref() {
        offers.push(Offer::new(unescape(headline), 1.1));
    }
    for (names, weight) in [
        (&["og:title"][..], 1.0),
        (&["twitter:title"], 0.5),
        (&["dc.title", "sailthru.title", "parsely-title"], 0.5),
    ] {
        offers.extend(
            claims
                .meta(names)
                .map(|title| Offer::new(title.to_owned(), weight)),
        );
    }
    offers.extend(page.title.map(|title| Offer::new(fold(title), 0.7)));
    offers.retain(|offer| !offer.text.is_empty() && offer.text.chars().count() <= MAX_TITLE_CHARS);
    if is_only {
        prefer_heading(&mut offers);
    }
    offers
}

/// Where others say the same in other words, the page's only heading of the first level is how it calls itself; the
/// other words are for search engines.
fn prefer_heading(offers: &mut [Offer]) {
    let Some((heading, others)) = offers.split_first_mut() else {
        return;
    };
    if others.iter().any(|other| is_reworded(heading, other)) {
        heading.bonus = REWORDED;
    }
}

/// Half of the words of the shorter are in the other.
fn is_reworded(a: &Offer, b: &Offer) -> bool {
    let (short, long) = if a.words.len() < b.words.len() {
        (&a.words, &b.words)
    } else {
        (&b.words, &a.words)
    };
    let n_shared = short.iter().filter(|word| long.contains(word)).count();
    short.len() >= 3 && n_shared * 2 >= short.len()
}

/// The site's own name, and its domain, as compared.
fn site_names(site: Option<&str>, url: Option<&Url>) -> Vec<String> {
    let mut names: Vec<String> = site.map(plain).into_iter().collect();
    if let Some(domain) = url.and_then(Url::domain) {
        let domain = domain.strip_prefix("www.").unwrap_or(domain);
        names.push(plain(domain));
        names.extend(
            domain
                .split('.')
                .rev()
                .skip(1)
                .filter(|label| label.len() > 3)
                .map(plain),
        );
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Each offer, and each without what stands before or after a separator.
fn variants(offers: &[Offer], sites: &[String]) -> Vec<(String, f32)> {
    let is_site = |text: &str| sites.contains(&plain(text));
    let mut variants = Vec::new();
    for Offer {
        text,
        weight,
        is_cut,
        ..
    } in offers
    {
        variants.push((text.clone(), if *is_cut { weight - 1.0 } else { *weight }));
        for found in SEPARATOR.find_iter(text).take(MAX_CUTS) {
            let (head, tail) = (text[..found.start()].trim(), text[found.end()..].trim());
            let head_bonus = if is_site(tail) { 0.5 } else { -0.3 };
            let tail_bonus = if is_site(head) { 0.5 } else { -0.4 };
            variants.push((head.to_owned(), weight + head_bonus));
            variants.push((tail.to_owned(), weight + tail_bonus));
        }
    }
    variants
}

/// The text of headings of the first level, without the one that leads to the front page: the site's name.
fn top_headings(page: &Page<'_>) -> Vec<String> {
    let mask = Mask::none(page);
    (0..page.len())
        .filter(|at| page.node(*at).tag == Tag::Heading(1) && !leads_home(page, *at))
        .take(8)
        .map(|at| {
            let lines = lines_of(page, &mask, &[at]);
            let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            text.join(" ")
        })
        .filter(|text| !text.is_empty() && text.len() < 600)
        .collect()
}

/// A link in or around a heading goes to the site's front page.
fn leads_home(page: &Page<'_>, heading: u32) -> bool {
    let is_home = |at: u32| {
        page.node(at).tag == Tag::Link
            && page.attr(at, "href").is_some_and(|href| {
                let path = match href.trim().split_once("://") {
                    Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
                    None => href.trim(),
                };
                matches!(path, "" | "/" | "./" | "/index.html" | "/index.php") && !href.is_empty()
            })
    };
    let inner = page.range(heading).take(8).map(|at| at as u32);
    inner.chain(page.ancestors(heading).take(2)).any(is_home)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Option<String> {
        let html = crate::document::parse(source);
        let page = Page::of(&html);
        let claims = Claims::of(&page);
        let url = Url::parse("https://www.harbour-news.example/a/1").expect("a constant address");
        title(
            &page,
            &claims,
            super::super::metadata::site(&claims).as_deref(),
            Some(&url),
        )
    }

    #[test]
    fn a_heading_says_where_the_title_ends() {
        let read = read(
            "<title>The ferry is late - Evening Post</title><meta property=og:title content='The ferry is late - Evening Post'>\
             <meta name=twitter:title content='The ferry is late - Evening Post'><h1>The ferry is late</h1>",
        );
        assert_eq!(read.as_deref(), Some("The ferry is late"));
    }

    #[test]
    fn kickers_that_differ_are_no_part_of_the_title() {
        let read = read(
            "<title>Storm on the coast: «We saw it coming» - News</title><meta property=og:title content='Storm on the coast: «We saw it coming»'>\
             <h1>Weather - «We saw it coming»</h1>",
        );
        assert_eq!(read.as_deref(), Some("«We saw it coming»"));
    }

    #[test]
    fn what_two_sources_reword_before_a_colon_is_no_kicker() {
        let long = "Johannesburg has failed its traders: there is a way out";
        let read = read(&format!(
            "<title>{long}</title><meta property=og:title content='{long}'><h1>Joburg has failed its traders: there is a way out</h1>"
        ));
        assert_ne!(read.as_deref(), Some("there is a way out"));
    }

    #[test]
    fn words_that_run_together_are_read_where_they_do_not() {
        let read = read(
            "<title>x</title><meta property=og:title content='Strike / The ninth of July'><h1><span>Strike</span><span>The ninth of July</span></h1>",
        );
        assert_eq!(read.as_deref(), Some("Strike / The ninth of July"));
    }

    #[test]
    fn the_heading_that_leads_home_is_the_sites() {
        let read = read(
            "<title>Four Winds » Small numbers</title><h1><a href='/'>Four Winds</a></h1><h2>Small numbers</h2><p>x</p>",
        );
        assert_eq!(read.as_deref(), Some("Small numbers"));
    }

    #[test]
    fn a_title_cut_short_speaks_for_the_whole() {
        let read = read(
            "<title>A very long headline about the harbour - X</title><meta property=og:title content='A very long headline about...'>\
             <h1>A very long headline about the harbour</h1>",
        );
        assert_eq!(
            read.as_deref(),
            Some("A very long headline about the harbour")
        );
    }

    #[test]
    fn the_domain_is_a_site_without_a_name() {
        let read = read(
            "<title>Boiling water at high sea | harbour-news.example</title><meta property=og:title content='Boiling water at high sea | harbour-news.example'>",
        );
        assert_eq!(read.as_deref(), Some("Boiling water at high sea"));
    }
}
