//! All dates on a page. In: the tree, read once from front to back. Out: each date with its place and what it is worth.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use regex::Regex;
use url::Url;

use crate::document::{Edge, Element, ElementRef, Html, Node, NodeId};

use super::places::{self, Sense, Verdict};
use super::{Found, Place};
use super::{Habit, Hit, Order, dates_in};

/// Texts longer than this are no line with a date, but an article's paragraph.
const LINE_CHARS: usize = 160;
/// Elements marked as a date hold no more.
const MARKED_CHARS: usize = 260;
/// More candidates are not weighed.
const MAX_CANDIDATES: usize = 600;
/// Bytes of scripts and of text that are searched.
const MAX_SCRIPT_BYTES: usize = 3 << 20;
/// A script that writes a date is no longer.
const SHORT_SCRIPT_BYTES: usize = 100;
const MAX_TEXT_BYTES: usize = 1 << 20;

/// All dates of the page.
pub(super) fn all(html: &Html, url: Option<&Url>, zone: &TimeZone, as_of: Timestamp) -> Vec<Found> {
    let mut finder = Finder {
        zone,
        as_of,
        habit: habit(html, url),
        title: String::new(),
        found: Vec::new(),
        heading: None,
        n_chars: 0,
        n_text_bytes: 0,
        n_script_bytes: 0,
        beside: false,
        of_change: false,
        n_stated: HashMap::new(),
    };
    if let Some(url) = url {
        finder.address(url);
    }
    finder.walk(html);
    finder.settle()
}

/// Sorted by belief: the worth of the best place that names a day, and a little more for each other place that does.
pub(super) fn weigh(found: &mut Vec<Found>) {
    let mut places: HashMap<jiff::civil::Date, Vec<(Place, f32)>> = HashMap::new();
    for one in found.iter() {
        let known = places.entry(one.day).or_default();
        match known.iter_mut().find(|(place, _)| *place == one.place) {
            Some((_, most)) => *most = most.max(one.score),
            None => known.push((one.place, one.score)),
        }
    }
    for one in found.iter_mut() {
        let others: f32 = places[&one.day]
            .iter()
            .filter(|(place, _)| *place != one.place)
            .map(|(_, score)| score.max(0.0) * AGREEMENT)
            .sum();
        one.score += others;
    }
    prefer_local_day(found);
    found.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(b.posted.precision.cmp(&a.posted.precision))
    });
    let mut seen = Vec::new();
    found.retain(|one| {
        let key = (one.day, one.place);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
}

/// A moment in UTC late in the evening or early in the morning is of another day where the page was written, if it shows
/// that one.
fn prefer_local_day(found: &mut [Found]) {
    let Some(best) = found
        .iter()
        .max_by(|a, b| a.score.total_cmp(&b.score))
        .filter(|best| best.offset == Some(Offset::UTC))
    else {
        return;
    };
    let hour = best.posted.at.to_zoned_datetime(TimeZone::UTC).hour();
    let local = match hour {
        EVENING.. => best.day.tomorrow(),
        ..=MORNING => best.day.yesterday(),
        _ => return,
    };
    let (Ok(local), most, stated) = (local, best.score, best.day) else {
        return;
    };
    let is_shown = |one: &Found| {
        one.offset != Some(Offset::UTC)
            && matches!(
                one.place,
                Place::TimeElement | Place::Marked | Place::Text | Place::Address
            )
    };
    if found
        .iter()
        .any(|one| one.day == stated && is_shown(one) && one.score >= LEAST_SHOWN / 2.0)
    {
        return;
    }
    let shown = found
        .iter_mut()
        .filter(|one| one.day == local && is_shown(one) && one.score >= LEAST_SHOWN)
        .max_by(|a, b| a.score.total_cmp(&b.score));
    if let Some(shown) = shown {
        shown.score = most + 1.0;
    }
}

/// Hours of UTC at which it is another day in much of Asia and Europe, or of America.
const EVENING: i8 = 15;
const MORNING: i8 = 7;
/// What a shown day must be worth to be that of the moment stated.
const LEAST_SHOWN: f32 = 40.0;

/// How much another place adds that names the same day.
const AGREEMENT: f32 = 0.15;

/// How a page writes dates: by its language, or the country of its address.
pub(in crate::article::generic) fn habit(html: &Html, url: Option<&Url>) -> Habit {
    let language = html
        .root_element()
        .value()
        .attr("lang")
        .or_else(|| html.root_element().value().attr("xml:lang"))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let domain = url.and_then(Url::domain).unwrap_or_default();
    let country = domain.rsplit('.').next().unwrap_or_default();
    let is_country =
        country.len() == 2 && !matches!(country, "us" | "io" | "tv" | "me" | "co" | "ai");
    let is_english = language.is_empty() || language.starts_with("en");
    let is_american = language == "en-us" || language == "en_us";
    let order = if is_english
        && (!is_country || (is_american && matches!(country, "ph")))
        && !matches!(
            language.as_str(),
            "en-gb" | "en_gb" | "en-au" | "en-nz" | "en-ie" | "en-in" | "en-za"
        ) {
        Order::MonthFirst
    } else {
        Order::DayFirst
    };
    let short_year_first = ["ko", "ja", "zh"]
        .iter()
        .any(|east| language.starts_with(east))
        || matches!(country, "kr" | "jp" | "cn" | "tw" | "hk");
    Habit {
        order,
        short_year_first,
    }
}

struct Finder<'a> {
    zone: &'a TimeZone,
    as_of: Timestamp,
    habit: Habit,
    title: String,
    found: Vec<(Found, Option<usize>)>,
    /// Where the article's heading stands, in characters of text.
    heading: Option<(usize, u8)>,
    n_chars: usize,
    n_text_bytes: usize,
    n_script_bytes: usize,
    /// Where the walk is: beside the article, or in what is marked as changed.
    beside: bool,
    of_change: bool,
    /// How often each `<meta>` name was read.
    n_stated: HashMap<String, usize>,
}

impl Finder<'_> {
    fn add(
        &mut self,
        place: Place,
        rule: &str,
        hit: &Hit,
        words: &str,
        score: f32,
        at: Option<usize>,
    ) {
        if self.found.len() >= MAX_CANDIDATES {
            return;
        }
        let Some(posted) = hit.named.posted(words, self.zone, self.as_of) else {
            return;
        };
        let day = if hit.named.has_year {
            hit.named.date
        } else {
            posted.at.to_zoned_datetime(self.zone.clone()).date()
        };
        let changed = match place {
            Place::TimeElement | Place::Marked | Place::Text if self.of_change => -28.0,
            _ => 0.0,
        };
        let precise = match hit.named.precision {
            crate::model::Precision::Month => -45.0,
            _ if hit.named.has_year => 0.0,
            _ => -12.0,
        };
        let found = Found {
            posted,
            day,
            offset: hit.named.offset,
            place,
            rule: rule.chars().take(80).collect(),
            score: score + precise + changed,
        };
        self.found.push((found, at));
    }

    fn address(&mut self, url: &Url) {
        static DAY: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"[/=_\-](?P<y>(?:19|20)[0-9]{2})(?:[/_\-](?P<mo>[0-9]{1,2})[/_\-](?P<d>[0-9]{1,2})|(?P<mo2>0[1-9]|1[0-2])(?P<d2>[0-2][0-9]|3[01]))(?:$|[^0-9])")
                .expect("a constant pattern")
        });
        static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"[/_\-](?P<d>0[1-9]|[12][0-9]|3[01])[._\-](?P<mo>0[1-9]|1[0-2])[._\-](?P<y>20[0-9]{2})(?:$|[^0-9])")
                .expect("a constant pattern")
        });
        static NAMED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"/(?P<y>20[0-9]{2})/(?P<mon>[a-z]{3,9})/(?P<d>[0-9]{1,2})(?:$|[^0-9])")
                .expect("a constant pattern")
        });
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let iso = DAY.captures(&path).map(|found| {
            let month = found.name("mo").or(found.name("mo2"));
            let day = found.name("d").or(found.name("d2"));
            let text =
                |part: Option<regex::Match<'_>>| part.map_or("", |part| part.as_str()).to_owned();
            format!("{}-{}-{}", &found["y"], text(month), text(day))
        });
        let iso = iso.or_else(|| {
            let found = DAY_FIRST.captures(&path)?;
            Some(format!("{}-{}-{}", &found["y"], &found["mo"], &found["d"]))
        });
        let iso = iso.or_else(|| {
            let found = NAMED.captures(&path)?;
            let month = crate::dates::months::number(&found["mon"])?;
            Some(format!("{}-{month:02}-{}", &found["y"], &found["d"]))
        });
        if let Some(iso) = iso
            && let Some(hit) = dates_in(&iso, self.habit).first()
        {
            self.add(Place::Address, "path", hit, &iso, 84.0, None);
        }
    }

    /// One pass over the tree.
    fn walk(&mut self, html: &Html) {
        let mut beside: Option<NodeId> = None;
        // The innermost element marked as a date: its texts were read with it.
        let mut marked: Option<NodeId> = None;
        // Within what is marked as changed.
        let mut other: Option<NodeId> = None;
        let mut known: HashMap<NamesOf<'_>, (String, Verdict)> = HashMap::with_capacity(512);
        let unnamed = judged(&UNNAMED);
        for edge in html.root_element().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Text(text) => {
                        let is_shown = node
                            .parent()
                            .and_then(ElementRef::wrap)
                            .is_none_or(|parent| !is_unshown(parent.value().name()));
                        if is_shown {
                            self.text(text, marked.is_some());
                        }
                    }
                    Node::Element(tag) => {
                        let Some(element) = ElementRef::wrap(node) else {
                            continue;
                        };
                        let (names, verdict) = match names_of(tag) {
                            UNNAMED => &unnamed,
                            of => known.entry(of).or_insert_with(|| judged(&of)),
                        };
                        if beside.is_none() && places::is_beside(tag.name(), verdict.is_beside) {
                            beside = Some(node.id());
                        }
                        if other.is_none() && verdict.is_of_change {
                            other = Some(node.id());
                        }
                        self.beside = beside.is_some();
                        self.of_change = other.is_some();
                        if self.element(element, names, verdict.date) && marked.is_none() {
                            marked = Some(node.id());
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) => {
                    if beside == Some(node.id()) {
                        beside = None;
                    }
                    if marked == Some(node.id()) {
                        marked = None;
                    }
                    if other == Some(node.id()) {
                        other = None;
                    }
                    self.beside = beside.is_some();
                    self.of_change = other.is_some();
                }
            }
        }
    }

    /// What an element says; whether a date was read from its text.
    fn element(
        &mut self,
        element: ElementRef<'_>,
        names: &str,
        verdict: Option<(f32, Sense)>,
    ) -> bool {
        let tag = element.value();
        match tag.name() {
            "meta" => self.meta(tag),
            "script" => self.script(element),
            "title" if self.title.is_empty() => {
                self.title = plain(&text_within(element, 400).unwrap_or_default());
            }
            name @ ("h1" | "h2" | "h3") => self.heading(element, name),
            "time" => return self.time(element, names, verdict),
            "abbr" | "span" | "div" | "p" | "a" | "li" | "td" | "i" | "em" | "small" | "b"
            | "strong" | "dd" | "section" | "header" | "h4" | "h5" | "h6" | "font" | "address"
            | "ul" | "cite" | "label" | "dt" | "figcaption" | "dl" | "tr" | "article" => {
                if let Some(content) = tag.attr("content")
                    && names.contains("date")
                {
                    self.attribute(names, verdict, content, 90.0);
                }
                return self.marked(element, names, verdict);
            }
            _ => {}
        }
        false
    }

    fn meta(&mut self, tag: Element<'_>) {
        let Some(content) = tag.attr("content") else {
            return;
        };
        for attribute in ["property", "name", "itemprop", "http-equiv", "pubdate"] {
            let Some(name) = tag.attr(attribute) else {
                continue;
            };
            let name = name.trim().to_ascii_lowercase();
            if let Some(worth) = places::stated(&name)
                && let Some(hit) = machine_date(content, self.habit)
            {
                let mut worth = worth;
                if attribute == "http-equiv" {
                    worth -= 60.0;
                }
                // Of several the first is the page's own; those in its body stand with what they are of.
                let n_before = self.n_stated.entry(name.clone()).or_default();
                worth -= (*n_before as f32 * 6.0).min(40.0);
                *n_before += 1;
                if self.beside {
                    worth -= 45.0;
                }
                let at = (attribute == "itemprop" && self.n_chars > 0).then_some(self.n_chars);
                self.add(Place::Meta, &name, &hit, content, worth, at);
                return;
            }
        }
    }

    /// Dates that scripts and JSON-LD state.
    fn script(&mut self, element: ElementRef<'_>) {
        static STATED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#""(?P<key>datePublished|uploadDate|dateCreated|dateModified|publishedAt|published_at|publishedDate|publishDate|publish_date|publicationDate|pubDate|published|firstPublished|first_publish_date|createdAt|created_at|display_date|datetime_pub|date_published|publicationTime|publish_time|pub_date|articlePublishDate|published_time)\\?"\s*:\s*\\?"(?P<date>[^"\\]{8,40})"#)
                .expect("a constant pattern")
        });
        let is_linked = element
            .value()
            .attr("type")
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"));
        let is_other = element.value().attr("src").is_some();
        if is_other {
            return;
        }
        let mut n_kept = [0_usize; 2];
        for text in element.text() {
            self.n_script_bytes += text.len();
            if self.n_script_bytes > MAX_SCRIPT_BYTES {
                return;
            }
            // One line that only writes a date to the page.
            if text.len() < SHORT_SCRIPT_BYTES
                && !is_linked
                && let Some(hit) = dates_in(text, self.habit).first()
                && hit.named.has_year
            {
                let worth = if self.beside { 4.0 } else { 44.0 };
                self.add(
                    Place::Script,
                    "short script",
                    hit,
                    &text[hit.at.clone()],
                    worth,
                    Some(self.n_chars),
                );
            }
            for found in STATED.captures_iter(text).take(60) {
                let key = &found["key"];
                let is_change = key == "dateModified";
                let slot = usize::from(is_change);
                let Some(hit) = machine_date(&found["date"], self.habit) else {
                    continue;
                };
                // The page's own comes first; what follows is of neighbours.
                let later = n_kept[slot] as f32 * 8.0;
                n_kept[slot] += 1;
                let (place, worth) = match (is_linked, key) {
                    (true, "datePublished") => (Place::LinkedData, 98.0),
                    (true, "dateModified") => (Place::LinkedData, 21.0),
                    (true, _) => (Place::LinkedData, 74.0),
                    (false, "dateModified") => (Place::Script, 10.0),
                    (false, key) if key.starts_with("date") || key.contains("ubl") => {
                        (Place::Script, 54.0)
                    }
                    (false, _) => (Place::Script, 40.0),
                };
                let worth = (worth - later).max(5.0);
                self.add(place, key, &hit, &found["date"], worth, None);
            }
        }
    }

    /// The heading that the page's title names; the others only where there is none.
    fn heading(&mut self, element: ElementRef<'_>, name: &str) {
        let Some(text) = text_within(element, 300) else {
            return;
        };
        let text = plain(&text);
        let is_title = text.chars().count() > 5 && self.title.contains(&text);
        let rank = match (is_title, name) {
            (true, _) => 3,
            (_, "h1") if !self.beside => 2,
            (_, "h1") => 1,
            _ => return,
        };
        if self.heading.is_none_or(|(_, known)| rank > known) {
            self.heading = Some((self.n_chars, rank));
        }
    }

    fn time(
        &mut self,
        element: ElementRef<'_>,
        names: &str,
        verdict: Option<(f32, Sense)>,
    ) -> bool {
        let tag = element.value();
        let shown = text_within(element, LINE_CHARS).unwrap_or_default();
        let stated = tag
            .attr("datetime")
            .or_else(|| tag.attr("content"))
            .or_else(|| tag.attr("title"))
            .unwrap_or_default();
        let hit = machine_date(stated, self.habit)
            .or_else(|| dates_in(&shown, self.habit).into_iter().next());
        let Some(hit) = hit else {
            return false;
        };
        let mut worth = 74.0;
        if tag.attr("pubdate").is_some()
            || names.contains("publi")
            || names.contains("entry-date")
            || names.contains("created")
        {
            worth += 10.0;
        }
        if let Some((_, Sense::Other)) = verdict {
            worth -= if names.contains("publi") || names.contains("entry-date") {
                0.0
            } else {
                40.0
            };
        }
        match places::labelled(&shown) {
            Sense::Other => worth -= 40.0,
            Sense::Published => worth += 4.0,
            Sense::Unsaid => {}
        }
        if self.beside {
            worth -= 45.0;
        }
        let words = if shown.is_empty() { stated } else { &shown };
        self.add(
            Place::TimeElement,
            names,
            &hit,
            words,
            worth,
            Some(self.n_chars),
        );
        true
    }

    fn attribute(&mut self, names: &str, verdict: Option<(f32, Sense)>, content: &str, worth: f32) {
        let Some(hit) = machine_date(content, self.habit) else {
            return;
        };
        let sense = verdict.map_or(Sense::Unsaid, |(_, sense)| sense);
        let worth = worth
            - if sense == Sense::Other { 60.0 } else { 0.0 }
            - if self.beside { 45.0 } else { 0.0 };
        self.add(Place::Meta, names, &hit, content, worth, Some(self.n_chars));
    }

    fn marked(
        &mut self,
        element: ElementRef<'_>,
        names: &str,
        verdict: Option<(f32, Sense)>,
    ) -> bool {
        let Some((worth, sense)) = verdict else {
            return false;
        };
        let title = element.value().attr("title").unwrap_or_default();
        let is_abbreviated = element.value().name() == "abbr";
        if (is_abbreviated || names.contains("publi"))
            && let Some(hit) = machine_date(title, self.habit)
        {
            let worth = if sense == Sense::Other { 36.0 } else { 80.0 };
            let worth = worth - if self.beside { 45.0 } else { 0.0 };
            self.add(
                Place::TimeElement,
                names,
                &hit,
                title,
                worth,
                Some(self.n_chars),
            );
            return true;
        }
        let Some(shown) = text_within(element, MARKED_CHARS) else {
            return false;
        };
        let mut any = false;
        for (n, hit) in dates_in(&shown, self.habit).into_iter().take(4).enumerate() {
            let mut worth = worth - n as f32 * 6.0;
            let before = &shown[..hit.at.start];
            let before = tail(before, 40);
            let label = places::labelled(before);
            match (label, sense) {
                (Sense::Other, _) => worth -= 34.0,
                (Sense::Published, _) => worth += 9.0,
                (_, Sense::Other) => worth -= 30.0,
                (_, Sense::Published) => worth += 8.0,
                _ => {}
            }
            if shown.chars().count() > 100 {
                worth -= 10.0;
            }
            if self.beside {
                worth -= 42.0;
            }
            any = true;
            self.add(
                Place::Marked,
                names,
                &hit,
                shown[hit.at.clone()].trim(),
                worth,
                Some(self.n_chars),
            );
        }
        any
    }

    fn text(&mut self, text: &str, is_read: bool) {
        self.n_text_bytes += text.len();
        if self.n_text_bytes > MAX_TEXT_BYTES {
            return;
        }
        let n_chars = n_chars_and_words(text);
        self.n_chars += n_chars;
        if is_read || n_chars < 6 {
            return;
        }
        let is_line = n_chars <= LINE_CHARS;
        for hit in dates_in(text, self.habit).into_iter().take(20) {
            if !hit.named.has_year {
                continue;
            }
            let before = tail(&text[..hit.at.start], 40);
            let mut worth = if is_line { 40.0 } else { 18.0 };
            if is_line && n_chars < 40 {
                worth += 6.0;
            }
            match places::labelled(before) {
                Sense::Other => worth -= 30.0,
                Sense::Published => worth += 14.0,
                Sense::Unsaid => {}
            }
            if self.beside {
                worth -= 30.0;
            }
            let words = text[hit.at.clone()].trim().to_owned();
            self.add(
                Place::Text,
                before.trim(),
                &hit,
                &words,
                worth,
                Some(self.n_chars),
            );
        }
    }

    /// What stands far from the heading is worth less.
    fn settle(self) -> Vec<Found> {
        let heading = self.heading;
        let found = self.found.into_iter();
        found
            .map(|(mut one, at)| {
                if let (Some(at), Some((heading, rank))) = (at, heading) {
                    let far = at.abs_diff(heading) as f32;
                    let steep = if rank >= 2 { 1.0 } else { 0.6 };
                    let before = if at < heading { 2.0 } else { 1.0 };
                    one.score -= steep * (far * before / 120.0).min(22.0);
                }
                one
            })
            .collect()
    }
}

/// Characters, white space folded: those of words, and one for each word.
fn n_chars_and_words(text: &str) -> usize {
    let mut n = 0;
    let mut in_word = false;
    for c in text.chars() {
        let is_space = c.is_whitespace();
        n += usize::from(!is_space) + usize::from(!is_space && !in_word);
        in_word = !is_space;
    }
    n
}

/// Dates for machines: one that fills the attribute.
fn machine_date(content: &str, habit: Habit) -> Option<Hit> {
    static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*(?P<y>(?:19|20)[0-9]{2})(?P<mo>[0-9]{2})(?P<d>[0-9]{2})(?:[T ]?(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})|$|\s)")
            .expect("a constant pattern")
    });
    if content.len() > LINE_CHARS {
        return None;
    }
    if let Some(found) = COMPACT.captures(content) {
        let day = format!("{}-{}-{}", &found["y"], &found["mo"], &found["d"]);
        let iso = match (found.name("h"), found.name("m")) {
            (Some(hour), Some(minute)) => format!("{day} {}:{}", hour.as_str(), minute.as_str()),
            _ => day,
        };
        return dates_in(&iso, habit).into_iter().next();
    }
    dates_in(content, habit)
        .into_iter()
        .next()
        .or_else(|| epoch(content))
}

/// Seconds or milliseconds since 1970.
fn epoch(content: &str) -> Option<Hit> {
    let digits = content.trim();
    let seconds: i64 = match digits.len() {
        10 => digits.parse().ok()?,
        13 => digits.parse::<i64>().ok()? / 1_000,
        _ => return None,
    };
    let at = Timestamp::from_second(seconds)
        .ok()?
        .to_zoned_datetime(TimeZone::UTC);
    Some(Hit {
        at: 0..content.len(),
        named: super::Named {
            date: at.date(),
            time: Some(at.time()),
            offset: Some(jiff::tz::Offset::UTC),
            precision: crate::model::Precision::Second,
            has_year: true,
            ambiguous: false,
        },
    })
}

fn is_unshown(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "template" | "textarea" | "noscript"
    )
}

/// The attributes whose words say what an element is.
type NamesOf<'a> = [Option<&'a str>; 5];

/// Class, id and what data calls it.
fn names_of(tag: Element<'_>) -> NamesOf<'_> {
    let mut names = [None; 5];
    for (name, value) in tag.attrs() {
        let place = match name {
            "class" => 0,
            "id" => 1,
            "itemprop" => 2,
            "property" => 3,
            "data-testid" => 4,
            _ => continue,
        };
        names[place] = Some(value);
    }
    names
}

/// Those of most elements.
const UNNAMED: NamesOf<'static> = [None; 5];

/// All of them in lower case, and what they say.
fn judged(names_of: &NamesOf<'_>) -> (String, Verdict) {
    let mut names = String::new();
    for value in names_of.iter().flatten() {
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(match value.char_indices().nth(200) {
            Some((at, _)) => &value[..at],
            None => value,
        });
    }
    names.make_ascii_lowercase();
    let verdict = Verdict::of(&names);
    (names, verdict)
}

/// The text of an element, white space folded; nothing if it holds more than so many characters.
fn text_within(element: ElementRef<'_>, most: usize) -> Option<String> {
    let mut text = String::new();
    for (n, node) in element.descendants().enumerate() {
        if n > 60 {
            return None;
        }
        let Node::Text(piece) = node.value() else {
            continue;
        };
        let in_script = node
            .parent()
            .and_then(ElementRef::wrap)
            .is_some_and(|parent| is_unshown(parent.value().name()));
        if in_script {
            continue;
        }
        for word in piece.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
            if text.len() > most * 3 {
                return None;
            }
        }
    }
    (text.chars().count() <= most).then_some(text)
}

fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The last so many bytes.
fn tail(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}
