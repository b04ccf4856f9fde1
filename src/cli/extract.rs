//! `boardwalk extract`: what saved pages say, without a profile.

use std::fs;
use std::io::{self, Read, Write};

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use url::Url;

use super::{Exit, Usage, outfit};
use crate::article::generic::posts::Post;
use crate::article::generic::{Extraction, PageKind};
use crate::article::{PageView, extract};
use crate::config::Options;
use crate::document::{Html, Selector};
use crate::fetch::{decode, tld_of};
use crate::listing::{PageLinks, page_links};
use crate::model::{Clock, PostedAt, Precision, SystemClock};
use crate::outputs::terminal;
use crate::profile::Library;

/// A larger file is no page.
const MAX_PAGE_BYTES: u64 = 64 << 20;

/// Read saved pages: title, author, date, text and more, whatever made them
///
/// Nothing is requested and nothing is stored. A file that cannot be read is reported, and the rest is done.
#[derive(Debug, Args)]
pub(super) struct ExtractCommand {
    /// Saved pages; - reads one from the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// The page's address: what relative links go by [default: the address that the page names as its own]
    #[arg(long, value_name = "URL")]
    url: Option<Url>,

    /// One JSON line for each page
    #[arg(long)]
    json: bool,
}

/// One page as a JSON line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a str,
    kind: PageKind,
    title: Option<&'a str>,
    author: Option<&'a str>,
    /// In the zone in which the page names it; a day where it names no more.
    posted_at: Option<String>,
    posted_at_precision: Option<Precision>,
    posted_text: Option<&'a str>,
    text: &'a str,
    language: Option<&'a str>,
    site: Option<&'a str>,
    image: Option<&'a str>,
    posts: Vec<PostLine<'a>>,
    next: Option<&'a str>,
    prev: Option<&'a str>,
    pages: Vec<&'a str>,
}

/// A post of a thread.
#[derive(Debug, Serialize)]
struct PostLine<'a> {
    author: Option<&'a str>,
    author_url: Option<&'a str>,
    posted_at: Option<String>,
    posted_text: Option<&'a str>,
    link: Option<&'a str>,
    text: &'a str,
}

impl<'a> PostLine<'a> {
    fn of(post: &'a Post) -> Self {
        let day = post.day.map(|day| day.to_string());
        PostLine {
            author: post.author.as_deref(),
            author_url: post.author_url.as_deref(),
            posted_at: match &post.posted {
                Some(posted) if posted.precision != Precision::Day || day.is_none() => {
                    Some(moment(posted, Offset::UTC))
                }
                _ => day,
            },
            posted_text: post.posted.as_ref().map(|posted| posted.text.as_str()),
            link: post.anchor.as_deref(),
            text: &post.text,
        }
    }
}

/// `2026-11-24T00:30:00+09:00`, or `2026-11-24` of a date without a time.
fn moment(posted: &PostedAt, offset: Offset) -> String {
    let local = offset.to_datetime(posted.at);
    if posted.precision == Precision::Day {
        return local.date().to_string();
    }
    posted.at.display_with_offset(offset).to_string()
}

impl<'a> Line<'a> {
    fn of(file: &'a str, read: &'a Extraction, links: &'a PageLinks) -> Self {
        Line {
            file,
            kind: read.kind,
            title: read.title.as_deref(),
            author: read.author.as_deref(),
            posted_at: read
                .posted_at
                .as_ref()
                .map(|posted| moment(posted, read.offset)),
            posted_at_precision: read.posted_at.as_ref().map(|posted| posted.precision),
            posted_text: read.posted_at.as_ref().map(|posted| posted.text.as_str()),
            text: &read.text,
            language: read.language.as_deref(),
            site: read.site.as_deref(),
            image: read.image.as_deref(),
            posts: read.posts.iter().map(PostLine::of).collect(),
            next: links.next.as_ref().map(Url::as_str),
            prev: links.prev.as_ref().map(Url::as_str),
            pages: links.pages.iter().map(Url::as_str).collect(),
        }
    }
}

impl ExtractCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        if self.url.is_some() && self.files.len() > 1 {
            return Err(Usage("--url is the address of one page; name one file".to_owned()).into());
        }
        let library = outfit::library(options)?;
        let as_of = SystemClock.now();
        let mut out = anstream::AutoStream::auto(io::stdout()).lock();
        let mut n_failed = 0;
        for file in &self.files {
            match read_page(file, self.url.as_ref(), &library, as_of) {
                Ok((read, links)) => {
                    let line = Line::of(file, &read, &links);
                    if self.json {
                        serde_json::to_writer(&mut out, &line)?;
                        writeln!(out)?;
                    } else {
                        print(&mut out, &line)?;
                    }
                }
                Err(error) => {
                    n_failed += 1;
                    anstream::eprintln!("{}", terminal::line(&format!("{error:#}")));
                }
            }
        }
        out.flush()?;
        Ok(match n_failed {
            0 => Exit::Done,
            n if n == self.files.len() => Exit::Nothing,
            _ => Exit::Partial,
        })
    }
}

fn read_page(
    file: &str,
    url: Option<&Url>,
    library: &Library,
    as_of: Timestamp,
) -> anyhow::Result<(Extraction, PageLinks)> {
    let bytes = read_bytes(file).with_context(|| format!("{file} cannot be read"))?;
    let tld = url.and_then(tld_of);
    let source = decode(&bytes, None, None, tld).text;
    let html = crate::document::parse(&source);
    let own = url.cloned().or_else(|| own_address(&html));
    let view = PageView {
        html: &html,
        source: &source,
        url: own.as_ref().unwrap_or(&NOWHERE),
        redirect_to: None,
        status: 200,
        as_of,
    };
    let links = page_links(&html, view.url);
    Ok((extract(&view, library), links))
}

/// The address of a page that names none: nothing is relative to it.
static NOWHERE: std::sync::LazyLock<Url> =
    std::sync::LazyLock::new(|| Url::parse("about:blank").expect("a constant address"));

fn read_bytes(file: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = match file {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(fs::File::open(path)?),
    };
    source.take(MAX_PAGE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PAGE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("more than {} MiB", MAX_PAGE_BYTES >> 20),
        ));
    }
    Ok(bytes)
}

/// The address by which a page wants to be known.
fn own_address(html: &Html) -> Option<Url> {
    static OWN: std::sync::LazyLock<Selector> = std::sync::LazyLock::new(|| {
        Selector::parse("link[rel=canonical][href], meta[property='og:url'][content]")
            .expect("a constant selector")
    });
    html.select(&OWN).find_map(|element| {
        let address = element.attr("href").or_else(|| element.attr("content"))?;
        Url::parse(address.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
    })
}

fn print(out: &mut impl Write, read: &Line<'_>) -> io::Result<()> {
    let kind = read.kind.as_str();
    let posted = read.posted_at.as_deref();
    for (name, value) in [
        ("file", Some(read.file)),
        ("kind", Some(kind)),
        ("title", read.title),
        ("author", read.author),
        ("posted", posted),
        ("language", read.language),
        ("site", read.site),
        ("image", read.image),
    ] {
        if let Some(value) = value {
            writeln!(out, "{name:>10}  {}", terminal::line(value))?;
        }
    }
    writeln!(out, "\n{}\n", terminal::block(read.text))
}
