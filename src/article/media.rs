//! Images and attachments of an article. Images: behind lazy-loading attributes, absolute, in reading order, with alt and
//! caption; no `data:` URL, spacer or empty source. Attachments: keyed by the engine's own id, never by a token.

use std::collections::HashSet;
use std::sync::LazyLock;

use url::Url;

use super::removed::Removed;
use crate::document::{Document, ElementRef, Html, Query};
use crate::model::{Attachment, Image};
use crate::profile::{AttachmentKey, Profile, element_text, first_value, fold};

/// Where lazy loaders keep the real address, best first (BOARDS.md 11).
const LAZY: [&str; 11] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-file",
    "ess-data",
    "zoomfile",
    "file",
    "data-image",
    "data-echo",
];

/// Names of images that are no pictures, at the end of a path.
const SPACERS: [&str; 9] = [
    "/blank.gif",
    "/loading.gif",
    "/spacer.gif",
    "/transparent.gif",
    "/pixel.gif",
    "/1x1.gif",
    "/lazy.gif",
    "/blank.png",
    "/none.gif",
];

/// More images than this in one post are not read.
const MAX_IMAGES: usize = 2_000;
const MAX_ATTACHMENTS: usize = 500;

static IMG: LazyLock<Query> =
    LazyLock::new(|| Query::parse("img, amp-img, noscript").expect("a constant selector"));
static ANY_IMG: LazyLock<Query> =
    LazyLock::new(|| Query::parse("img, amp-img").expect("a constant selector"));
static CAPTION: LazyLock<Query> = LazyLock::new(|| {
    Query::parse(
        "figcaption, .caption, .wp-caption-text, .img_caption, .image_caption, .txt_caption",
    )
    .expect("a constant selector")
});

/// What may frame a picture and its caption.
pub(super) static FRAME: LazyLock<Query> = LazyLock::new(|| {
    Query::parse("figure, .wp-caption, .image, .img_box, .photo").expect("a constant selector")
});

/// The images of an article: those that stand in front of the body by the profile, then those in it. Each once.
pub(super) fn images(
    html: &Document,
    body: ElementRef<'_>,
    profile: &Profile,
    removed: &Removed<'_>,
    base: &Url,
) -> Vec<Image> {
    let rules = &profile.article;
    let before = rules
        .images_before
        .iter()
        .flat_map(|selector| selector.select_in(html));
    let mut found = Found::default();
    for container in before.chain([body]) {
        if ANY_IMG.matches(&container) {
            found.add(container, base);
        }
        for element in IMG.select(container) {
            let mut around = element.ancestors().filter_map(ElementRef::wrap);
            if removed.holds(element) || around.any(|above| removed.holds(above)) {
                continue;
            }
            if element.value().name() == "noscript" {
                found.add_unscripted(element, base);
            } else {
                found.add(element, base);
            }
        }
    }
    found.images
}

#[derive(Default)]
struct Found {
    images: Vec<Image>,
    seen: HashSet<String>,
}

impl Found {
    fn add(&mut self, element: ElementRef<'_>, base: &Url) {
        let Some(url) = source_of(element, base) else {
            return;
        };
        if self.images.len() >= MAX_IMAGES || !self.seen.insert(url.clone()) {
            return;
        }
        let alt = words(element.value().attr("alt")).filter(|alt| !names_file(alt, &url));
        self.images.push(Image {
            url,
            alt,
            caption: caption(element),
        });
    }

    /// What a lazy loader shows to browsers without scripts. The parser takes it for text, as a browser would.
    fn add_unscripted(&mut self, noscript: ElementRef<'_>, base: &Url) {
        const MAX_BYTES: usize = 4_096;
        let markup: String = noscript.text().collect();
        if markup.len() > MAX_BYTES || !markup.contains("<img") {
            return;
        }
        for element in Html::parse_fragment(&markup).select(&ANY_IMG) {
            self.add(element, base);
        }
    }
}

/// HTML Purifier, which many boards run, fills a missing `alt` with the file's name: nobody wrote that.
fn names_file(alt: &str, url: &str) -> bool {
    let name_of = |url: &Url| url.path_segments()?.next_back().map(str::to_owned);
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    !alt.is_empty()
        && !alt.contains(['/', '?', '#'])
        && url
            .join(alt)
            .is_ok_and(|named| name_of(&named) == name_of(&url))
}

/// The picture's absolute address; `None` for spacers, `data:` URLs and empty sources.
pub(super) fn source_of(element: ElementRef<'_>, base: &Url) -> Option<String> {
    let tag = element.value();
    let is_dot = |name: &str| matches!(tag.attr(name).map(str::trim), Some("0" | "1" | "1px"));
    if is_dot("width") && is_dot("height") {
        return None;
    }
    let lazy = LAZY.iter().filter_map(|name| tag.attr(name));
    // Behind a lazy loader `src` is a spacer that may have any name, so the lazy set goes first.
    lazy.chain(tag.attr("data-srcset").and_then(largest))
        .chain(tag.attr("src"))
        .chain(tag.attr("srcset").and_then(largest))
        .map(str::trim)
        .filter(|src| !src.is_empty() && !src.starts_with('#'))
        .filter_map(|src| base.join(src).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .find(|url| {
            let path = url.path().to_ascii_lowercase();
            !SPACERS.iter().any(|name| path.ends_with(name))
        })
        .map(String::from)
}

/// The largest picture of a `srcset`. A URL in it ends at white space, and may hold commas (HTML, 4.8.4.2.1).
fn largest(set: &str) -> Option<&str> {
    let mut best: Option<(f64, &str)> = None;
    let mut rest = set;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return best.map(|(_, url)| url);
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        let (url, descriptor) = if let Some(url) = url.strip_suffix(',') {
            rest = after;
            (url.trim_end_matches(','), "")
        } else {
            let (descriptor, after) = after.split_once(',').unwrap_or((after, ""));
            rest = after;
            (url, descriptor.trim())
        };
        let size = descriptor.trim_end_matches(['w', 'x']).parse();
        let size = size.unwrap_or(1.0);
        if !url.starts_with("data:") && best.is_none_or(|(other, _)| size > other) {
            best = Some((size, url));
        }
    }
}

/// The figure's caption, where the markup says that it is one.
fn caption(image: ElementRef<'_>) -> Option<String> {
    // How far above the image its frame may be: `figure > a > picture > img`.
    const MAX_LEVELS: usize = 4;
    let frame = image
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(MAX_LEVELS)
        .find(|ancestor| FRAME.matches(ancestor))?;
    // A wider frame than one picture's tells nothing about any of them.
    if frame.value().name() != "figure" && ANY_IMG.select(frame).nth(1).is_some() {
        return None;
    }
    let caption = CAPTION.select(frame).next()?;
    words(Some(&element_text(caption, &[])))
}

fn words(text: Option<&str>) -> Option<String> {
    let text = fold(text?);
    (!text.is_empty()).then_some(text)
}

/// The files listed with an article, in page order, each once.
pub(super) fn attachments(html: &Document, profile: &Profile, base: &Url) -> Vec<Attachment> {
    let rules = &profile.attachments;
    let mut files: Vec<Attachment> = Vec::new();
    let links = rules
        .link
        .iter()
        .flat_map(|selector| selector.select_in(html));
    for link in links.take(MAX_ATTACHMENTS) {
        let tag = link.value();
        let Some(url) = tag
            .attr("href")
            .map(|href| behind_script(href.trim()))
            .or_else(|| quoted(tag.attr("onclick")?))
            .and_then(|address| base.join(address).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
        else {
            continue;
        };
        let name = first_value(&rules.name, link).or_else(|| words(Some(&element_text(link, &[]))));
        let Some(name) = name else {
            continue;
        };
        let stable = without(&url, &rules.drop);
        let key = match &rules.key {
            Some(AttachmentKey::Parameter(parameter)) => parameter_of(&url, parameter),
            Some(AttachmentKey::Pattern(pattern)) => pattern
                .captures(url.as_str())
                .and_then(|found| Some(found.name("key")?.as_str().to_owned())),
            None => None,
        };
        let key = key.unwrap_or_else(|| stable.clone());
        if files.iter().any(|file| file.key == key) {
            continue;
        }
        let item = rules.item.as_ref().and_then(|item| {
            link.ancestors()
                .filter_map(ElementRef::wrap)
                .find(|ancestor| item.matches(ancestor))
        });
        let size = first_value(&rules.size, link)
            .or_else(|| first_value(&rules.size, item?))
            .and_then(|text| bytes(&text));
        files.push(Attachment {
            key,
            name,
            url: stable,
            size,
        });
    }
    files
}

/// The address that `javascript:file_download('./download.php?no=0', …)` goes to (gnuboard4).
fn behind_script(href: &str) -> &str {
    let is_script = href
        .get(..11)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("javascript:"));
    if !is_script {
        return href;
    }
    quoted(href).unwrap_or(href)
}

/// The first string in a script (`window.location.href='/?action=…'`, KBoard).
fn quoted(script: &str) -> Option<&str> {
    script.split(['\'', '"']).nth(1)
}

/// A number without the signs between its thousands; a comma that two digits or one follow is a decimal point.
fn with_point(text: &str) -> String {
    let decimals = text.rsplit_once(',').map_or(0, |(_, after)| {
        after.bytes().take_while(u8::is_ascii_digit).count()
    });
    match decimals {
        1 | 2 if !text.contains('.') => text.replace(',', "."),
        _ => text.replace(',', ""),
    }
}

fn parameter_of(url: &Url, name: &str) -> Option<String> {
    url.query()?
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The URL without parameters that change from view to view; what is left is passed on byte for byte.
fn without(url: &Url, drop: &[String]) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| {
                let name = pair.split('=').next().unwrap_or_default();
                !drop.iter().any(|dropped| dropped == name)
            })
            .collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(&kept));
    }
    url.to_string()
}

/// `20.0KB` → 20,480; `1,2 MB` as Germans write it. As the page tells it: rounded, so good for showing, not for checking.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = with_point(text.trim());
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: f64 = digits.trim().parse().ok()?;
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let factor = match unit.chars().next() {
        None | Some('b' | 'o' | 'б' | '바' | 'バ' | '字' | '位') => 1.0,
        Some('k' | 'к') => 1_024.0,
        Some('m' | 'м') => 1_048_576.0,
        Some('g' | 'г') => 1_073_741_824.0,
        Some(_) => return None,
    };
    let bytes = number * factor;
    (bytes.is_finite() && (0.0..1e15).contains(&bytes)).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(img: &str) -> Option<String> {
        let html = Document::from(Html::parse_fragment(img));
        let base = Url::parse("http://board.test/bbs/board.php?wr_id=1").expect("a URL");
        let element = IMG.select_in(&html).next().expect("an image");
        source_of(element, &base)
    }

    #[test]
    fn lazy_images_are_found_behind_their_spacers() {
        // CASES 34.
        for (img, want) in [
            (
                "<img src='data:image/gif;base64,R0' data-src='https://img.example.org/a/1.jpg'>",
                Some("https://img.example.org/a/1.jpg"),
            ),
            (
                "<img src='//img.example.org/2.jpg?type=w540' srcset='//img.example.org/2.jpg 2x'>",
                Some("http://img.example.org/2.jpg?type=w540"),
            ),
            (
                "<img src='../files/x.jpg'>",
                Some("http://board.test/files/x.jpg"),
            ),
            (
                "<img src='/img/blank.gif' data-original='/y.png'>",
                Some("http://board.test/y.png"),
            ),
            (
                "<img srcset='/z.png 1x, /z2.png 2x'>",
                Some("http://board.test/z2.png"),
            ),
            (
                "<img srcset='/a,b.png, /c.png 300w,/d.png 1024w'>",
                Some("http://board.test/d.png"),
            ),
            (
                "<img src='/trans.gif' data-srcset='/e.png'>",
                Some("http://board.test/e.png"),
            ),
            ("<img src=''>", None),
            ("<img src='data:image/gif;base64,R0'>", None),
            ("<img src='/t.gif' width=1 height=1>", None),
            ("<img src='javascript:x'>", None),
        ] {
            assert_eq!(source(img).as_deref(), want, "{img}");
        }
    }

    #[test]
    fn a_caption_is_one_where_the_markup_says_so() {
        let captions = |fragment: &str| -> Vec<Option<String>> {
            let html = Document::from(Html::parse_fragment(fragment));
            ANY_IMG.select_in(&html).map(caption).collect()
        };
        let one = "<figure><a><img src=a></a><figcaption>설명</figcaption></figure>";
        assert_eq!(captions(one), [Some("설명".into())]);
        let two = "<div class=photo><img src=a><img src=b><p class=caption>설명</p></div>";
        assert_eq!(captions(two), [None, None]);
        assert_eq!(captions("<p><img src=a></p><p>짧은 글</p>"), [None]);
    }

    #[test]
    fn a_files_name_is_no_alt() {
        let url = "http://img.test/a/th%20%EC%82%AC.jpg?w=1";
        assert!(names_file("th 사.jpg", url));
        assert!(!names_file("사진 둘", url));
        assert!(!names_file("", "http://img.test/a/b.jpg"));
    }

    #[test]
    fn a_download_by_script_has_its_address_in_quotes() {
        assert_eq!(
            behind_script("javascript:file_download('./download.php?no=1', 'a.hwp');"),
            "./download.php?no=1"
        );
        assert_eq!(behind_script("javascript:;"), "javascript:;");
        assert_eq!(behind_script("글"), "글");
    }

    #[test]
    fn sizes_are_read_as_shown() {
        for (text, want) in [
            ("20.0KB", Some(20_480)),
            ("15Bytes", Some(15)),
            ("29.3K", Some(30_003)),
            ("1.5 MB", Some(1_572_864)),
            ("1,024", Some(1_024)),
            ("", None),
            ("KB", None),
            ("9 parsecs", None),
        ] {
            assert_eq!(bytes(text), want, "{text:?}");
        }
    }
}
