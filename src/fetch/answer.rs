//! One request and its answer: sent, its header checked, its body read under a cap.

use std::io::Read;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    CONNECTION, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName,
    LOCATION, RETRY_AFTER,
};
use reqwest::{RequestBuilder, Response, Version};
use url::Url;

use super::error::FetchErrorKind;
use super::guard::refusal_in;
use super::host::Turn;

/// Real boards stay below a tenth of this.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// What is read of a redirect's or an error's body: enough to know a challenge page.
const SCRAP_BYTES: u64 = 256 * 1024;

/// Files that are packed themselves, not on their way: sitemaps may be.
const PACKED: &str = ".xml.gz";
/// What a packed file begins with (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// How a body is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BodyRule {
    /// A page: text, and all of it; more bytes than this are an error.
    Page { max_bytes: u64 },
    /// A robots file: its first bytes count, whatever it says it is.
    Prefix { max_bytes: u64 },
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Until the header came.
    pub took: Duration,
}

/// A failed exchange, and the status if one came.
#[derive(Debug)]
pub(crate) struct Failed {
    pub kind: FetchErrorKind,
    pub status: Option<u16>,
}

/// Sends, waits and reads, all within `timeout`.
pub(crate) async fn exchange(
    request: RequestBuilder,
    turn: &mut Turn,
    rule: BodyRule,
    timeout: Duration,
) -> Result<Answer, Failed> {
    let mut status = None;
    let work = async {
        let response = request.send().await.map_err(sorted)?;
        let took = turn.started.elapsed();
        turn.answered();
        status = Some(response.status().as_u16());
        read(response, turn, rule, took).await
    };
    match tokio::time::timeout(timeout, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(kind)) => Err(Failed { kind, status }),
        Err(_) => Err(Failed {
            kind: FetchErrorKind::Timeout { limit: timeout },
            status,
        }),
    }
}

fn sorted(error: reqwest::Error) -> FetchErrorKind {
    let error = error.without_url();
    match refusal_in(&error) {
        Some(refusal) => FetchErrorKind::Refused(refusal),
        None if error.is_connect() => FetchErrorKind::Connect(error),
        None => FetchErrorKind::Broken(error),
    }
}

async fn read(
    mut response: Response,
    turn: &Turn,
    rule: BodyRule,
    took: Duration,
) -> Result<Answer, FetchErrorKind> {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let header_bytes: usize = headers
        .iter()
        .map(|(k, v)| k.as_str().len() + v.len())
        .sum();
    if header_bytes > MAX_HEADER_BYTES {
        return Err(FetchErrorKind::HeaderTooLarge {
            limit_bytes: MAX_HEADER_BYTES,
        });
    }
    let keep_alive = response.version() >= Version::HTTP_11
        && text(&headers, CONNECTION).is_none_or(|value| !value.eq_ignore_ascii_case("close"));
    let is_packed = response.url().path().ends_with(PACKED);
    let (whole, body) = match rule {
        BodyRule::Page { .. } if is_refusal_or_redirect(status) => {
            // Its words are a help, not content: what can be had of them is taken, and no more.
            let mut body = Vec::new();
            let read = read_up_to(&mut response, SCRAP_BYTES, &mut body).await;
            (matches!(read, Ok(true)), body)
        }
        BodyRule::Page { max_bytes } => match not_text(&headers).filter(|_| !is_packed) {
            Some(content_type) if (200..300).contains(&status) => {
                return Err(FetchErrorKind::NotText { content_type });
            }
            Some(_) => (false, Vec::new()),
            None => {
                // reqwest removes this header when it decodes. What is left was encoded twice, or by a method
                // nobody offered.
                if let Some(encoding) = text(&headers, CONTENT_ENCODING)
                    .filter(|value| !value.trim().eq_ignore_ascii_case("identity"))
                {
                    return Err(FetchErrorKind::Encoding { encoding });
                }
                let mut body = Vec::new();
                if !read_up_to(&mut response, max_bytes, &mut body).await? {
                    return Err(FetchErrorKind::TooLarge {
                        limit_bytes: max_bytes,
                    });
                }
                match is_packed && body.starts_with(&GZIP) {
                    true => (true, unpacked(&body, max_bytes)?),
                    false => (true, body),
                }
            }
        },
        BodyRule::Prefix { max_bytes } => {
            let mut body = Vec::new();
            let whole = read_up_to(&mut response, max_bytes, &mut body).await?;
            (whole, body)
        }
    };
    if whole && keep_alive {
        turn.connection_is_free();
    }
    Ok(Answer {
        status,
        headers,
        body,
        took,
    })
}

/// Bytes of memory that a header's word is enough for.
const MAX_HINT: usize = 256 * 1024;

/// Appends at most `max_bytes` decompressed bytes. `false`: there were more. Counted by chunk, because the length
/// in the header is that of the compressed body, if it is true at all.
async fn read_up_to(
    response: &mut Response,
    max_bytes: u64,
    body: &mut Vec<u8>,
) -> Result<bool, FetchErrorKind> {
    // Of a body that is not compressed the header tells the length; as a hint, it may lie.
    let said = response.content_length().unwrap_or(0).min(max_bytes);
    body.reserve_exact(usize::try_from(said).map_or(MAX_HINT, |said| said.min(MAX_HINT)));
    while let Some(chunk) = response.chunk().await.map_err(sorted)? {
        let room = max_bytes.saturating_sub(body.len() as u64);
        if chunk.len() as u64 > room {
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            body.extend_from_slice(&chunk[..room]);
            return Ok(false);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(true)
}

/// The data that a packed file holds, at most `max_bytes` of it.
fn unpacked(body: &[u8], max_bytes: u64) -> Result<Vec<u8>, FetchErrorKind> {
    let mut data = Vec::new();
    let whole = flate2::read::MultiGzDecoder::new(body)
        .take(max_bytes.saturating_add(1))
        .read_to_end(&mut data);
    match whole {
        Err(_) => Err(FetchErrorKind::Encoding {
            encoding: "gzip".to_owned(),
        }),
        Ok(_) if data.len() as u64 > max_bytes => Err(FetchErrorKind::TooLarge {
            limit_bytes: max_bytes,
        }),
        Ok(_) => Ok(data),
    }
}

fn is_refusal_or_redirect(status: u16) -> bool {
    matches!(status, 300..=399 | 408 | 429 | 430 | 500..)
}

/// The content type, if it is not one of a page, a feed or data. An answer without a type may be a page.
fn not_text(headers: &HeaderMap) -> Option<String> {
    let disposition = text(headers, CONTENT_DISPOSITION).unwrap_or_default();
    if disposition
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("attachment")
    {
        return Some("a download".to_owned());
    }
    let content_type = text(headers, CONTENT_TYPE)?;
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let is_text = matches!(
        essence.as_str(),
        "" | "text/html"
            | "application/xhtml+xml"
            | "text/xml"
            | "application/xml"
            | "application/json"
            | "text/json"
            | "text/plain"
    ) || essence.ends_with("+xml") && !essence.starts_with("image/")
        || essence.ends_with("+json");
    (!is_text).then_some(essence)
}

/// A header as text; bytes that are not ASCII (a charset's, a file name's) are replaced.
pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

impl Answer {
    /// Where a redirect leads. `None` if this is none, or one that leads nowhere we could read.
    pub(crate) fn redirect_target(&self, base: &Url) -> Option<Url> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = self.headers.get(LOCATION)?.as_bytes().trim_ascii();
        // Old boards send Korean slugs raw. As UTF-8 the URL parser encodes them; bytes of another charset are
        // passed on as they are.
        let location = match std::str::from_utf8(location) {
            Ok(text) => text.to_owned(),
            Err(_) => location
                .iter()
                .map(|byte| match byte {
                    0x21..=0x7E => char::from(*byte).to_string(),
                    _ => format!("%{byte:02X}"),
                })
                .collect(),
        };
        let mut target = base.join(&location).ok()?;
        target.set_fragment(None);
        Some(target)
    }

    /// The server's clock.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        http_date(&text(&self.headers, DATE)?)
    }

    /// `Retry-After`, in seconds or as a date. A date is held against the server's own clock, where it told it.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let value = text(&self.headers, RETRY_AFTER)?;
        let value = value.trim();
        if let Ok(seconds) = value.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let wait: SignedDuration = http_date(value)?.duration_since(self.date().unwrap_or(now));
        Some(Duration::try_from(wait).unwrap_or_default())
    }

    /// What marks this answer as a block, whatever its words are.
    pub(crate) fn block_sign(&self) -> Option<String> {
        if self.status == 430 {
            return Some("status 430".to_owned());
        }
        let mitigated = text(&self.headers, HeaderName::from_static("cf-mitigated"))?;
        (mitigated == "challenge").then(|| "cf-mitigated: challenge".to_owned())
    }
}

/// RFC 9110, 5.6.7: the form in use, and the two obsolete ones.
fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(date) = jiff::fmt::rfc2822::parse(text) {
        return Some(date.timestamp());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| jiff::civil::DateTime::strptime(form, text).ok())
        .and_then(|date| jiff::tz::TimeZone::UTC.to_timestamp(date).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn answer(status: u16, headers: &[(&'static str, &[u8])]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        Answer {
            status,
            headers: map,
            body: Vec::new(),
            took: Duration::ZERO,
        }
    }

    fn retry_after(headers: &[(&'static str, &[u8])]) -> Option<u64> {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        answer(503, headers).retry_after(now).map(|d| d.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_any_of_the_three_http_dates() {
        assert_eq!(retry_after(&[("retry-after", b" 120 ")]), Some(120));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                retry_after(&[("retry-after", date.as_bytes())]),
                Some(37),
                "{date}"
            );
        }
        assert_eq!(retry_after(&[("retry-after", b"soon")]), None);
        assert_eq!(retry_after(&[("retry-after", b"-5")]), None);
        let past = b"Sun, 06 Nov 1994 08:00:00 GMT";
        assert_eq!(retry_after(&[("retry-after", past)]), Some(0));
    }

    #[test]
    fn a_retry_date_is_held_against_the_clock_of_the_server_that_sent_it() {
        let headers: [(&'static str, &[u8]); 2] = [
            ("date", b"Mon, 23 Nov 2026 10:00:00 GMT"),
            ("retry-after", b"Mon, 23 Nov 2026 10:01:00 GMT"),
        ];
        assert_eq!(retry_after(&headers), Some(60));
    }

    #[test]
    fn redirects_may_be_relative_raw_korean_or_of_another_charset() {
        let base = Url::parse("http://board.example/news/1?page=2").unwrap();
        let target = |location: &[u8]| {
            let found = answer(302, &[("location", location)]).redirect_target(&base);
            found.map(|url| url.to_string())
        };
        assert_eq!(
            target(b"/board/1010").as_deref(),
            Some("http://board.example/board/1010")
        );
        assert_eq!(
            target("/글".as_bytes()).as_deref(),
            Some("http://board.example/%EA%B8%80")
        );
        // 글 in CP949.
        assert_eq!(
            target(b"?sca=\xB1\xDB").as_deref(),
            Some("http://board.example/news/1?sca=%B1%DB")
        );
        assert_eq!(target(b"http://[broken"), None);
        assert_eq!(
            answer(200, &[("location", b"/x")]).redirect_target(&base),
            None
        );
    }

    #[test]
    fn pages_feeds_and_data_are_text_and_the_rest_is_not() {
        let refused = |content_type: &str| {
            not_text(&answer(200, &[("content-type", content_type.as_bytes())]).headers).is_some()
        };
        for text in [
            "text/html; charset=euc-kr",
            "TEXT/HTML",
            "application/rss+xml",
            "application/xhtml+xml",
            "application/json",
            "application/ld+json",
            "text/plain",
            "",
        ] {
            assert!(!refused(text), "{text}");
        }
        for other in [
            "image/jpeg",
            "image/svg+xml",
            "application/x-hwp",
            "application/octet-stream",
            "video/mp4",
        ] {
            assert!(refused(other), "{other}");
        }
        let download = answer(
            200,
            &[
                ("content-type", b"text/html"),
                ("content-disposition", b"Attachment; filename=a.html"),
            ],
        );
        assert!(not_text(&download.headers).is_some());
    }
}
