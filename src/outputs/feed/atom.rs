//! Atom (RFC 4287), with the comment count of RFC 4685.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Entry, Feed};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const THREADING: &str = "http://purl.org/syndication/thread/1.0";

/// # Errors
/// The writer's.
pub fn write(feed: &Feed, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new(out);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.create_element("feed")
        .with_attribute(("xmlns", ATOM))
        .with_attribute(("xmlns:thr", THREADING))
        .write_inner_content(|xml| {
            text(xml, "id", &feed.id())?;
            text(xml, "title", &feed.title)?;
            text(xml, "updated", &feed.updated().to_string())?;
            // Entries without an author of their own are the board's.
            author(xml, &feed.title)?;
            link(xml, "self", feed.self_url.as_deref())?;
            link(xml, "alternate", feed.home_url.as_deref())?;
            xml.create_element("generator")
                .with_attribute(("version", env!("CARGO_PKG_VERSION")))
                .write_text_content(BytesText::new("boardwalk"))?;
            feed.entries.iter().try_for_each(|of| entry(xml, of))
        })?;
    xml.into_inner().write_all(b"\n")
}

fn entry<W: Write>(xml: &mut Writer<W>, of: &Entry) -> io::Result<()> {
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &of.id)?;
        text(xml, "title", &of.title)?;
        link(xml, "alternate", Some(&of.url))?;
        text(xml, "published", &of.published.to_string())?;
        text(xml, "updated", &of.updated.to_string())?;
        if let Some(name) = &of.author {
            author(xml, name)?;
        }
        for tag in &of.tags {
            xml.create_element("category")
                .with_attribute(("term", tag.as_str()))
                .write_empty()?;
        }
        if let Some(n) = of.comment_count {
            text(xml, "thr:total", &n.to_string())?;
        }
        xml.create_element("content")
            .with_attribute(("type", "html"))
            .write_text_content(BytesText::new(&of.html()))?;
        Ok(())
    })?;
    Ok(())
}

fn text<W: Write>(xml: &mut Writer<W>, name: &str, words: &str) -> io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(words))?;
    Ok(())
}

fn author<W: Write>(xml: &mut Writer<W>, name: &str) -> io::Result<()> {
    xml.create_element("author")
        .write_inner_content(|xml| text(xml, "name", name))?;
    Ok(())
}

fn link<W: Write>(xml: &mut Writer<W>, rel: &str, url: Option<&str>) -> io::Result<()> {
    if let Some(url) = url {
        xml.create_element("link")
            .with_attribute(("rel", rel))
            .with_attribute(("href", url))
            .write_empty()?;
    }
    Ok(())
}
