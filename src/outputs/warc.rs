//! The raw pages as WARC 1.1 (ISO 28500:2017), for web archives: each record a gzip member of its own.
//!
//! What is kept of an answer is its status, its content type and its decompressed body. The HTTP heads in the records are
//! made of these, and the file's first record says so. Answers that led elsewhere are not kept.

use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::OutputError;
use super::stable_id::{hex, stable_id};
use crate::store::{Archive, ArticleFilter, RawPage};

const IDENTICAL: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

/// Pages that are remembered so that the same one, fetched again, is a short record: 48 bytes each. Beyond so many all are
/// forgotten, and written out once more.
const MOST_REMEMBERED: usize = 200_000;

type PayloadDigest = [u8; 32];

/// Writes each raw page that fits; how many there were.
///
/// # Errors
/// The store's and the writer's; records before it are whole.
pub fn export(
    archive: &dyn Archive,
    filter: &ArticleFilter,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<u64, OutputError> {
    let mut file = WarcFile {
        out,
        first: HashMap::new(),
    };
    file.info(now)?;
    let mut n_written = 0;
    let mut failure = None;
    archive.raw_pages(filter, &mut |page| match file.page(&page) {
        Ok(()) => {
            n_written += 1;
            true
        }
        Err(error) => {
            failure = Some(error);
            false
        }
    })?;
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(n_written),
    }
}

struct WarcFile<'a> {
    out: &'a mut dyn Write,
    /// The visit that first brought this body from this URL.
    first: HashMap<PayloadDigest, (i64, Timestamp)>,
}

impl WarcFile<'_> {
    fn info(&mut self, now: Timestamp) -> io::Result<()> {
        let fields = format!(
            "software: boardwalk/{}\r\nformat: WARC File Format 1.1\r\nconformsTo: \
             http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\nrobots: obeyed\r\n\
             description: HTTP heads were made from the status and the content type that were kept; bodies are \
             decompressed\r\n",
            env!("CARGO_PKG_VERSION")
        );
        let head = [
            ("WARC-Type", "warcinfo".to_owned()),
            (
                "WARC-Record-ID",
                format!("<{}>", stable_id(&format!("warc {now}"))),
            ),
            ("WARC-Date", now.to_string()),
            ("Content-Type", "application/warc-fields".to_owned()),
        ];
        self.record(&head, fields.as_bytes(), &[])
    }

    fn page(&mut self, page: &RawPage) -> io::Result<()> {
        let digest: PayloadDigest = Sha256::digest(&page.body).into();
        let of_url: PayloadDigest = Sha256::new()
            .chain_update(digest)
            .chain_update(&page.final_url)
            .finalize()
            .into();
        let first = self.first.get(&of_url).copied();
        let mut head = vec![
            (
                "WARC-Type",
                if first.is_some() {
                    "revisit"
                } else {
                    "response"
                }
                .to_owned(),
            ),
            ("WARC-Record-ID", record_id(page.visit, page.fetched_at)),
            ("WARC-Date", page.fetched_at.to_string()),
            ("WARC-Target-URI", one_line(&page.final_url)),
            // Its value is a token (ISO 28500:2017, `labelled-digest`): the padding that base32 would need cannot stand in it.
            ("WARC-Payload-Digest", format!("sha256:{}", hex(&digest))),
            (
                "Content-Type",
                "application/http; msgtype=response".to_owned(),
            ),
        ];
        let http = http_head(page);
        match first {
            Some((visit, at)) => {
                head.push(("WARC-Profile", IDENTICAL.to_owned()));
                head.push(("WARC-Refers-To", record_id(visit, at)));
                head.push(("WARC-Refers-To-Target-URI", one_line(&page.final_url)));
                head.push(("WARC-Refers-To-Date", at.to_string()));
                self.record(&head, http.as_bytes(), &[])
            }
            None => {
                if self.first.len() >= MOST_REMEMBERED {
                    self.first.clear();
                }
                self.first.insert(of_url, (page.visit, page.fetched_at));
                self.record(&head, http.as_bytes(), &page.body)
            }
        }
    }

    /// The block is `start` and `rest` together.
    fn record(&mut self, head: &[(&str, String)], start: &[u8], rest: &[u8]) -> io::Result<()> {
        let mut record = GzEncoder::new(&mut *self.out, Compression::default());
        record.write_all(b"WARC/1.1\r\n")?;
        for (name, value) in head {
            write!(record, "{name}: {value}\r\n")?;
        }
        write!(
            record,
            "Content-Length: {}\r\n\r\n",
            start.len() + rest.len()
        )?;
        record.write_all(start)?;
        record.write_all(rest)?;
        record.write_all(b"\r\n\r\n")?;
        record.finish()?;
        Ok(())
    }
}

fn record_id(visit: i64, at: Timestamp) -> String {
    format!("<{}>", stable_id(&format!("visit {visit} at {at}")))
}

fn http_head(page: &RawPage) -> String {
    let content_type = match &page.content_type {
        Some(kind) => format!("Content-Type: {}\r\n", one_line(kind)),
        None => String::new(),
    };
    format!(
        "HTTP/1.1 {} \r\n{content_type}Content-Length: {}\r\n\r\n",
        page.status,
        page.body.len()
    )
}

/// What a server said must not end a line of a head.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::MultiGzDecoder;

    use super::*;
    use crate::outputs::test_archive::{TestArchive, at};

    fn page(visit: i64, url: &str, body: &str) -> RawPage {
        RawPage {
            visit,
            url: url.into(),
            final_url: url.into(),
            status: 200,
            content_type: Some("text/html; charset=utf-8\r\nX-Smuggled: 1".into()),
            fetched_at: at("2026-11-20T01:00:00Z"),
            body: body.into(),
        }
    }

    fn written(pages: Vec<RawPage>) -> String {
        let mut archive = TestArchive::with(Vec::new());
        archive.raw_pages = pages;
        let mut out = Vec::new();
        let now = at("2026-11-25T00:00:00Z");
        export(&archive, &ArticleFilter::default(), now, &mut out).expect("memory takes all");
        let mut text = String::new();
        MultiGzDecoder::new(out.as_slice())
            .read_to_string(&mut text)
            .expect("gzip");
        text
    }

    #[test]
    fn a_page_is_a_response_and_the_same_again_a_revisit() {
        let text = written(vec![
            page(1, "http://board.example/news", "<p>목록"),
            page(2, "http://board.example/news", "<p>목록"),
            page(3, "http://board.example/other", "<p>목록"),
        ]);
        let kinds: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("WARC-Type: "))
            .collect();
        assert_eq!(kinds, ["warcinfo", "response", "revisit", "response"]);
        let id = |n: usize| {
            text.lines()
                .filter_map(|line| line.strip_prefix("WARC-Record-ID: "))
                .nth(n)
        };
        let refers = text
            .lines()
            .find_map(|line| line.strip_prefix("WARC-Refers-To: "));
        assert_eq!(refers, id(1));
        assert!(
            text.contains("Content-Length: 9\r\n\r\n<p>목록\r\n\r\n"),
            "{text}"
        );
        assert!(!text.contains("\nX-Smuggled"), "{text}");
    }

    #[test]
    fn the_digest_is_that_of_the_body() {
        // FIPS 180-4's example for SHA-256.
        let text = written(vec![page(1, "http://board.example/news", "abc")]);
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(
            text.contains(&format!("WARC-Payload-Digest: sha256:{digest}\r\n")),
            "{text}"
        );
    }
}
