//! A feed as data: RSS 2.0, RSS 1.0 (RDF), Atom (RFC 4287) and sitemaps (sitemaps.org, with the extension for news) become
//! what JSON Feed would say of the same entries, so that [`json_list`](super::json_list) reads it. In: the answer's text.
//! Out: `{"items": [...], "next_url", "sitemap"}`; the last says whether it is a sitemap, `"pages"`, or an index of such,
//! `"parts"`. Pure; what is no feed is none, a broken one is read as far as it goes.

use jiff::fmt::rfc2822;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::QName;
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value, json};

/// Entries that are read: no feed of a board has more, and no sitemap may (sitemaps.org, "Using Sitemap index files").
const MAX_ENTRIES: usize = 5_000;
const MAX_SITES: usize = 50_000;
/// Bytes that are read, by the same protocol.
pub(super) const MAX_FEED: usize = 50 * 1024 * 1024;
/// Levels of elements; below, nothing is looked for.
const MAX_DEPTH: usize = 64;
/// Bytes of one value: entries may hold whole articles.
const MAX_VALUE: usize = 8_000;

/// The field of an element within an entry, with how well it tells it: 0 is best.
fn field_of(name: &str, parent: &str) -> Option<(&'static str, u8)> {
    Some(match (name, parent) {
        ("title", _) => ("title", 0),
        ("link", "item" | "entry") | ("loc", "url" | "sitemap") => ("url", 0),
        ("published" | "pubDate" | "publication_date", _) => ("date_published", 0),
        ("date", _) => ("date_published", 1),
        ("updated" | "lastmod", _) => ("date_published", 2),
        ("creator", _) | ("name", "author") => ("author", 0),
        ("author", "item") => ("author", 1),
        ("category", "item") => ("category", 0),
        ("comments" | "total", _) => ("comment_count", 0),
        _ => return None,
    })
}

#[derive(Default)]
struct Entry {
    fields: Map<String, Value>,
    /// How well each field was told.
    ranks: Vec<(&'static str, u8)>,
}

impl Entry {
    fn put(&mut self, field: &'static str, rank: u8, said: &str) {
        let said = said.trim();
        let held = self.ranks.iter().position(|(name, _)| *name == field);
        if said.is_empty() || held.is_some_and(|at| self.ranks[at].1 <= rank) {
            return;
        }
        let value = match field {
            // RSS has the address of the page with the comments under the same name as their number.
            "comment_count" => match said.parse::<u32>() {
                Ok(n) => json!(n),
                Err(_) => return,
            },
            "date_published" => json!(moment(said)),
            "author" => json!({ "name": name_of(said) }),
            _ => json!(said),
        };
        match held {
            Some(at) => self.ranks[at].1 = rank,
            None => self.ranks.push((field, rank)),
        }
        self.fields.insert(field.to_owned(), value);
    }
}

/// RSS writes times as e-mail does.
fn moment(said: &str) -> String {
    match rfc2822::DateTimeParser::new().parse_timestamp(said) {
        Ok(at) => at.to_string(),
        Err(_) => said.to_owned(),
    }
}

/// `mira@board.example (Mira)`: RSS has the address first.
fn name_of(said: &str) -> &str {
    match said
        .strip_suffix(')')
        .and_then(|said| said.split_once(" ("))
    {
        Some((address, name)) if address.contains('@') => name,
        _ => said,
    }
}

/// What the feed says; `None` where the text is no feed.
pub(super) fn as_data(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut open: Vec<String> = Vec::new();
    let mut items: Vec<Value> = Vec::new();
    let mut next = None;
    let mut entry: Option<(usize, Entry)> = None;
    let mut words = String::new();
    let mut is_feed = false;
    let mut sitemap = None;
    // Bounded by the text: each event takes some of it.
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => {
                let name = local(start.name());
                if open.is_empty() {
                    sitemap = kind_of_feed(name)?;
                }
                is_feed = true;
                if open.len() >= MAX_DEPTH {
                    break;
                }
                words.clear();
                match &mut entry {
                    None if is_entry(name, sitemap) => {
                        let most = sitemap.map_or(MAX_ENTRIES, |_| MAX_SITES);
                        if items.len() >= most {
                            break;
                        }
                        entry = Some((open.len(), Entry::default()));
                    }
                    None if name == "link" && relation(&start).as_deref() == Some("next") => {
                        next = next.or_else(|| attribute(&start, "href"));
                    }
                    None => {}
                    // A sitemap links its pages' translations.
                    Some((depth, entry)) if open.len() == *depth + 1 && sitemap.is_none() => {
                        match name {
                            "link"
                                if matches!(
                                    relation(&start).as_deref(),
                                    None | Some("alternate")
                                ) =>
                            {
                                if let Some(href) = attribute(&start, "href") {
                                    entry.put("url", 0, &href);
                                }
                            }
                            "category" => {
                                let said = attribute(&start, "label")
                                    .or_else(|| attribute(&start, "term"));
                                entry.put("category", 0, &said.unwrap_or_default());
                            }
                            _ => {}
                        }
                    }
                    Some(_) => {}
                }
                open.push(name.to_owned());
            }
            Event::End(_) => {
                let Some(name) = open.pop() else { break };
                let Some((depth, mut read)) = entry.take() else {
                    continue;
                };
                if open.len() <= depth {
                    items.push(Value::Object(read.fields));
                } else {
                    let parent = open.last().map(String::as_str).unwrap_or_default();
                    let is_own = open.len() == depth + 1 || matches!(parent, "author" | "news");
                    if let Some((field, rank)) = field_of(&name, parent).filter(|_| is_own) {
                        read.put(field, rank, &words);
                    }
                    entry = Some((depth, read));
                }
                words.clear();
            }
            Event::Text(text) => say(&mut words, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => say(&mut words, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => say(&mut words, &referred(&reference)),
            Event::Eof => break,
            _ => {}
        }
    }
    if sitemap.is_some() {
        newest_first(&mut items);
    }
    let mut data = json!({ "items": items });
    if let Some(next) = next {
        data["next_url"] = json!(next);
    }
    if let Some(kind) = sitemap {
        data["sitemap"] = json!(kind);
    }
    is_feed.then_some(data)
}

/// What a root element says of a sitemap; `None` of no feed at all.
fn kind_of_feed(root: &str) -> Option<Option<&'static str>> {
    match root {
        "rss" | "feed" | "RDF" => Some(None),
        "urlset" => Some(Some("pages")),
        "sitemapindex" => Some(Some("parts")),
        _ => None,
    }
}

fn is_entry(name: &str, sitemap: Option<&str>) -> bool {
    match sitemap {
        None => matches!(name, "item" | "entry"),
        Some("pages") => name == "url",
        Some(_) => name == "sitemap",
    }
}

/// Entries of a sitemap stand in any order; those that came last are wanted first. The moments of one site are written in
/// one way, which sorts as words (W3C, "Date and Time Formats").
fn newest_first(items: &mut [Value]) {
    let moment = |item: &Value| Some(item.get("date_published")?.as_str()?.to_owned());
    if items.iter().all(|item| moment(item).is_some()) {
        items.sort_by_cached_key(|item| std::cmp::Reverse(moment(item)));
    }
}

fn say(words: &mut String, said: &str) {
    if words.len() + said.len() <= MAX_VALUE {
        words.push_str(said);
    }
}

/// The name without its prefix.
fn local(name: QName<'_>) -> &str {
    name.local_name().into_inner()
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).ok()??;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.trim().to_owned())
}

fn relation(start: &BytesStart<'_>) -> Option<String> {
    attribute(start, "rel")
}

/// A reference to a character; an unknown one stays as it stands.
fn referred(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    let name = reference.xml_content(XmlVersion::Implicit1_0);
    match quick_xml::escape::resolve_predefined_entity(&name) {
        Some(said) => said.to_owned(),
        None => format!("&{name};"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RSS 2.0 with the modules that board software adds.
    const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Garden board</title><link>http://board.example/garden</link>
<atom:link href="http://board.example/garden.rss" rel="self"/>
<atom:link href="http://board.example/garden.rss?page=2" rel="next"/>
<image><title>logo</title><link>http://board.example/</link></image>
<item><media:group><media:title>a picture</media:title></media:group><title>Beans &amp; peas &#8211; when?</title><link>http://board.example/garden/7</link>
<comments>http://board.example/garden/7#comments</comments><slash:comments>3</slash:comments>
<dc:creator><![CDATA[Mira]]></dc:creator><pubDate>Mon, 03 Nov 2025 17:00:00 +0900</pubDate><category>vegetables</category><category>b</category></item>
<item><title>Snails</title><link>http://board.example/garden/6</link><author>okto@board.example (Okto)</author></item>
</channel></rss>"#;

    #[test]
    fn rss_is_read_with_its_modules() {
        assert_eq!(
            as_data(RSS).unwrap(),
            json!({"next_url": "http://board.example/garden.rss?page=2", "items": [
                {"title": "Beans & peas \u{2013} when?", "url": "http://board.example/garden/7", "author": {"name": "Mira"},
                 "date_published": "2025-11-03T08:00:00Z", "category": "vegetables", "comment_count": 3},
                {"title": "Snails", "url": "http://board.example/garden/6", "author": {"name": "Okto"}},
            ]})
        );
    }

    #[test]
    fn atom_rdf_and_news_sitemaps_are_read() {
        for (text, expected) in [
            (
                r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><link href="/self" rel="self"/>
                <entry><id>tag:x,1</id><title type="html">Rain &amp;amp; sun</title><link rel="replies" href="/r"/><link href="/p/1?a=1&amp;b=2"/>
                <author><name>Ahn</name><uri>/u</uri></author><updated>2025-11-04T00:00:00Z</updated><published>2025-11-03T08:00:00+09:00</published>
                <source><title>elsewhere</title></source></entry></feed>"#,
                json!({"title": "Rain &amp; sun", "url": "/p/1?a=1&b=2", "author": {"name": "Ahn"}, "date_published": "2025-11-03T08:00:00+09:00"}),
            ),
            (
                r#"<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/" xmlns:dc="d"><channel><title>c</title></channel>
                <item><title>五月</title><link>/p/2</link><dc:date>2025-05-01T00:00:00+09:00</dc:date></item></rdf:RDF>"#,
                json!({"title": "五月", "url": "/p/2", "date_published": "2025-05-01T00:00:00+09:00"}),
            ),
            (
                r#"<urlset xmlns="s" xmlns:news="n"><url><loc>/p/3</loc><lastmod>2025-11-05</lastmod><news:news><news:publication><news:name>P</news:name></news:publication>
                <news:publication_date>2025-11-03</news:publication_date><news:title>Ferry</news:title></news:news></url></urlset>"#,
                json!({"title": "Ferry", "url": "/p/3", "date_published": "2025-11-03"}),
            ),
        ] {
            assert_eq!(as_data(text).unwrap()["items"], json!([expected]), "{text}");
        }
    }

    /// Pictures and translations of a page are no pages of their own.
    #[test]
    fn sitemaps_and_their_indexes_are_read_the_newest_first() {
        let pages = r#"<urlset xmlns="s" xmlns:image="i" xmlns:xhtml="x">
            <url><loc> http://board.example/p/1 </loc><lastmod>2025-11-05</lastmod>
            <xhtml:link rel="alternate" hreflang="de" href="/de/p/1"/><image:image><image:loc>/i/1.jpg</image:loc><image:title>Boat</image:title></image:image></url>
            <url><xhtml:link rel="alternate" hreflang="de" href="/de/p/2"/><loc>http://board.example/p/2?a=1&amp;b=2</loc><lastmod>2025-11-06</lastmod></url></urlset>"#;
        assert_eq!(
            as_data(pages).unwrap(),
            json!({"sitemap": "pages", "items": [
                {"url": "http://board.example/p/2?a=1&b=2", "date_published": "2025-11-06"},
                {"url": "http://board.example/p/1", "date_published": "2025-11-05"},
            ]})
        );
        let index = "<sitemapindex xmlns='s'><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/b.xml</loc><lastmod>2025</lastmod></sitemap></sitemapindex>";
        assert_eq!(
            as_data(index).unwrap(),
            json!({"sitemap": "parts", "items": [{"url": "/a.xml"}, {"url": "/b.xml", "date_published": "2025"}]})
        );
    }

    #[test]
    fn what_is_no_feed_is_none_and_a_cut_one_is_read_as_far_as_it_goes() {
        for text in [
            "",
            "<",
            "<html><body><item></item></body></html>",
            "{}",
            "<!-- x -->",
            "<svg/>",
        ] {
            assert_eq!(as_data(text), None, "{text}");
        }
        assert_eq!(
            as_data("<rss><channel></channel></rss>").unwrap(),
            json!({"items": []})
        );
        let cut = &RSS[..RSS.find("<item><title>Snails").unwrap() + 20];
        assert_eq!(as_data(cut).unwrap()["items"].as_array().unwrap().len(), 1);
        let deep = format!("<rss>{}", "<item>".repeat(100_000));
        assert_eq!(as_data(&deep).unwrap(), json!({"items": []}));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<rss>|<feed>|<urlset>|<sitemapindex>|<sitemap>|<url>|<loc>|<item>|</item>|<entry>|<title>|</title>|<link href='x'/>|<![CDATA[|]]>|&amp;|&x;|&#0;|<|>|a|é|/|\"|=){0,60}") {
            let _ = as_data(&text);
        }
    }
}
