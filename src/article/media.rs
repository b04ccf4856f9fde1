//! Images and attachments of an article. Images: behind lazy-loading attributes, absolute, in reading order, with alt and
//! caption; no `data:` URL, spacer or empty source. Attachments: keyed by the engine's own id, never by a token.

use scraper::{ElementRef, Html, Selector};
use std::sync::LazyLock;
use url::Url;

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

static IMG: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("img, amp-img").expect("a constant selector"));
static CAPTION: LazyLock<Selector> = LazyLock::new(|| {
    Selector::parse(
        "figcaption, .caption, .wp-caption-text, .img_caption, .image_caption, .txt_caption",
    )
    .expect("a constant selector")
});

/// The images of an article: those that stand in front of the body by the profile, then those in it.
pub(super) fn images(
    html: &Html,
    body: ElementRef<'_>,
    profile: &Profile,
    base: &Url,
) -> Vec<Image> {
    let before = profile
        .article
        .images_before
        .iter()
        .flat_map(|selector| html.select(selector));
    let mut images: Vec<Image> = Vec::new();
    for container in before.chain([body]) {
        for element in container.select(&IMG) {
            let removed = profile.article.body_remove.iter().any(|selector| {
                element
                    .ancestors()
                    .filter_map(ElementRef::wrap)
                    .any(|ancestor| selector.matches(&ancestor))
            });
            if removed || images.len() >= MAX_IMAGES {
                continue;
            }
            let Some(url) = source_of(element, base) else {
                continue;
            };
            if images.iter().any(|image| image.url == url) {
                continue;
            }
            // HTML Purifier, which many boards run, fills an empty alt with the file's name: nobody wrote that.
            let alt =
                words(element.value().attr("alt")).filter(|alt| !url.ends_with(&format!("/{alt}")));
            images.push(Image {
                url,
                alt,
                caption: caption(element),
            });
        }
    }
    images
}

/// The picture's absolute address; `None` for spacers, `data:` URLs and empty sources.
pub(super) fn source_of(element: ElementRef<'_>, base: &Url) -> Option<String> {
    let tag = element.value();
    let lazy = LAZY.iter().filter_map(|name| tag.attr(name));
    let from_set = ["data-srcset", "srcset"]
        .iter()
        .filter_map(|name| tag.attr(name))
        .filter_map(|set| set.split_whitespace().next());
    let is_dot = |name: &str| matches!(tag.attr(name).map(str::trim), Some("0" | "1" | "1px"));
    if is_dot("width") && is_dot("height") {
        return None;
    }
    lazy.chain(tag.attr("src"))
        .chain(from_set)
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

/// The figure's caption, where the markup says that it is one.
fn caption(image: ElementRef<'_>) -> Option<String> {
    let figure = image
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(4)
        .find(|ancestor| {
            ancestor.value().name() == "figure"
                || ancestor
                    .value()
                    .classes()
                    .any(|class| matches!(class, "wp-caption" | "image" | "img_box" | "photo"))
        })?;
    words(
        figure
            .select(&CAPTION)
            .next()
            .map(|caption| element_text(caption, &[]))
            .as_deref(),
    )
}

fn words(text: Option<&str>) -> Option<String> {
    let text = fold(text?);
    (!text.is_empty()).then_some(text)
}

/// The files listed with an article, in page order, each once.
pub(super) fn attachments(html: &Html, profile: &Profile, base: &Url) -> Vec<Attachment> {
    let rules = &profile.attachments;
    let mut files: Vec<Attachment> = Vec::new();
    let links = rules.link.iter().flat_map(|selector| html.select(selector));
    for link in links.take(MAX_ATTACHMENTS) {
        let Some(url) = link
            .value()
            .attr("href")
            .and_then(|href| base.join(href.trim()).ok())
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

/// `20.0KB` → 20,480. As the page tells it: rounded, so good for showing, not for checking.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().replace(',', "");
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: f64 = digits.trim().parse().ok()?;
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let factor = match unit.chars().next() {
        None | Some('b') => 1.0,
        Some('k') => 1_024.0,
        Some('m') => 1_048_576.0,
        Some('g') => 1_073_741_824.0,
        Some(_) => return None,
    };
    let bytes = number * factor;
    (bytes.is_finite() && (0.0..1e15).contains(&bytes)).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(img: &str) -> Option<String> {
        let html = Html::parse_fragment(img);
        let base = Url::parse("http://board.test/bbs/board.php?wr_id=1").expect("a URL");
        let element = html.select(&IMG).next().expect("an image");
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
                Some("http://board.test/z.png"),
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
