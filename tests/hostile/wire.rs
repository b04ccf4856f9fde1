//! Answers that are broken on the wire, byte for byte.

use std::io::Read;
use std::sync::LazyLock;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::gauntlet::{MAX_BODY_BYTES, TIMEOUT, cases};
use crate::support::faults::Fault;
use crate::support::server::{Manner, Reply, Then};

/// 64 MiB of spaces, as `brotli` compresses them.
const BROTLI_BOMB: &[u8] = b"\xcf\xff\xff\x7f\xf8\x25\x40\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0\x4b\x00\xc4\x61\
\x01\x80\xee\xfd\x3f\xff\xff\xfe\x19\x70\x08\x8c\x32\x20\x0d\xdf\xbf\xff\xcf\xff\xc7\x2f\x01\x10\x87\x05\x00\xba\xf7\xff";

/// As much as the other bombs unpack to.
const BOMB_BYTES: u64 = 64 << 20;

fn gzip(plain: &mut dyn Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(plain, &mut encoder).expect("memory to memory");
    encoder.finish().expect("memory to memory")
}

/// As much in gzip; made once, for a server that packs it while it is asked is a slow server.
static GZIP_BOMB: LazyLock<Vec<u8>> =
    LazyLock::new(|| gzip(&mut std::io::repeat(b' ').take(BOMB_BYTES)));

/// Makes what is made once.
pub fn prepare() {
    LazyLock::force(&GZIP_BOMB);
}

/// A frame of a mebibyte; frames may be joined (RFC 8878, 3.1).
fn zstd_frame() -> Vec<u8> {
    zstd::bulk::compress(&vec![b' '; 1 << 20], 3).expect("memory to memory")
}

fn encoded(proper: Reply, encoding: &str, body: Vec<u8>) -> Reply {
    Reply { body, ..proper }.header("Content-Encoding", encoding)
}

/// A head with these lines, and this body.
fn raw(lines: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{lines}\r\n\r\n")
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn length(body: &[u8]) -> String {
    format!("Content-Length: {}", body.len())
}

/// The body as chunks of this form.
fn chunked(proper: &Reply, size: &str, end: &str) -> Reply {
    let mut body = format!("{size}\r\n").into_bytes();
    body.extend_from_slice(&proper.body);
    body.extend_from_slice(end.as_bytes());
    Reply::exact(raw("Transfer-Encoding: chunked", &body))
}

/// So long that all the bytes of an answer would take hours, and one comes within every timeout of a single read.
const DRIP: Duration = Duration::from_millis(250);

const LATE: &str = "took longer than";
const BROKEN: &str = "connection broke";
const TOO_LARGE: &str = "body is larger than";

cases! {
    a_reset_instead_of_an_answer: Article, |_, proper| proper.manner(Manner::Reset)
        => |found| found.fails(BROKEN);
    a_reset_of_every_answer: Everywhere, |_, proper| proper.manner(Manner::Reset)
        => |found| found.fails(BROKEN);
    an_end_within_the_status_line: Article, |_, _| Reply::exact("HTTP/1.")
        => |found| found.fails(BROKEN);
    an_end_within_the_headers: Article, |_, _| Reply::exact("HTTP/1.1 200 OK\r\nContent-Ty")
        => |found| found.fails(BROKEN);
    a_reset_within_a_body: Article, |_, proper| proper.manner(Manner::HalfReset)
        => |found| found.fails(BROKEN);
    half_a_body: Article, |_, proper| proper.manner(Manner::HalfBody)
        => |found| found.fails(BROKEN);
    half_a_listing: Listing, |_, proper| proper.manner(Manner::HalfBody)
        => |found| found.fails(BROKEN);
    headers_byte_by_byte: Article, |_, proper| Reply::exact(raw(&length(&proper.body), &proper.body)).manner(Manner::ExactDrip(DRIP))
        => |found| found.fails(LATE);
    a_body_byte_by_byte: Article, |_, proper| proper.manner(Manner::Drip { chunk_bytes: 1, pause: DRIP })
        => |found| found.fails(LATE);
    a_listing_byte_by_byte: Listing, |_, proper| proper.manner(Manner::Drip { chunk_bytes: 1, pause: DRIP })
        => |found| found.fails(LATE);
    no_answer_at_all: Article, |_, proper| proper.manner(Manner::Silent)
        => |found| found.fails(LATE);
    a_listing_without_an_answer: Listing, |_, proper| proper.manner(Manner::Silent)
        => |found| found.fails(LATE);
    an_answer_that_stops_in_the_middle: Article,
        |_, proper| Reply::exact(raw(&length(&proper.body), &proper.body[..proper.body.len() / 2])).manner(Manner::Exact(Then::Wait))
        => |found| found.fails(LATE);

    a_length_that_is_too_long: Article, |_, proper| Reply::exact(raw("Content-Length: 900000", &proper.body))
        => |found| found.fails(BROKEN);
    /// What is left of it is the head of a page: no article.
    a_length_that_is_too_short: Article, |_, proper| Reply::exact(raw("Content-Length: 300", &proper.body))
        => |found| found.is_not_believed();
    two_lengths: Article,
        |_, proper| Reply::exact(raw(&format!("Content-Length: 7\r\n{}", length(&proper.body)), &proper.body))
        => |found| found.fails(BROKEN);
    a_length_below_zero: Article, |_, proper| Reply::exact(raw("Content-Length: -5", &proper.body))
        => |found| found.fails(BROKEN);
    a_length_beyond_all_numbers: Article, |_, proper| Reply::exact(raw("Content-Length: 99999999999999999999999", &proper.body))
        => |found| found.fails(BROKEN);

    a_chunk_whose_size_is_no_number: Article, |_, proper| chunked(&proper, "many", "\r\n0\r\n\r\n")
        => |found| found.fails(BROKEN);
    a_chunk_larger_than_all_numbers: Article, |_, proper| chunked(&proper, "FFFFFFFFFFFFFFFFF", "\r\n0\r\n\r\n")
        => |found| found.fails(BROKEN);
    a_chunk_without_its_end: Article, |_, proper| chunked(&proper, &format!("{:x}", proper.body.len() + 9), "")
        => |found| found.fails(BROKEN);
    chunks_without_a_last_one: Article, |_, proper| chunked(&proper, &format!("{:x}", proper.body.len()), "\r\n")
        => |found| found.fails(BROKEN);
    a_chunk_with_an_endless_extension: Article,
        |_, proper| Reply::exact(raw("Transfer-Encoding: chunked", format!("{:x};{}", proper.body.len(), "x".repeat(1 << 20)).as_bytes()))
        => |found| found.fails(BROKEN);
    trailers_without_end: Article, |_, proper| {
            let mut reply = chunked(&proper, &format!("{:x}", proper.body.len()), "\r\n0\r\n");
            let from = reply.body.len();
            reply.body.extend_from_slice("X-More: and more\r\n".repeat(4_000).as_bytes());
            reply.manner(Manner::Exact(Then::Repeat { from }))
        }
        => |found| found.fails(BROKEN);

    a_gzip_stream_that_is_cut: Article, |_, proper| Fault::BrokenGzip.spoil(proper)
        => |found| found.fails(BROKEN);
    gzip_that_is_none: Article, |_, proper| Fault::FalseGzip.spoil(proper)
        => |found| found.fails(BROKEN);
    gzip_with_a_wrong_checksum: Article, |_, proper| {
            let mut packed = gzip(&mut &proper.body[..]);
            let at = packed.len() - 6;
            packed[at] ^= 0xff;
            encoded(proper, "gzip", packed)
        }
        => |found| found.fails(BROKEN);
    a_body_encoded_twice: Article, |_, proper| {
            let packed = gzip(&mut &gzip(&mut &proper.body[..])[..]);
            encoded(proper, "gzip, gzip", packed)
        }
        => |found| found.fails("encoded in a way we do not read (gzip, gzip)");
    an_encoding_that_nobody_offered: Article, |_, proper| proper.header("Content-Encoding", "x-secret")
        => |found| found.fails("encoded in a way we do not read (x-secret)");
    /// One layer is taken off, as the header says. What is inside is no page.
    gzip_within_gzip: Article, |_, proper| {
            let packed = gzip(&mut &gzip(&mut &proper.body[..])[..]);
            encoded(proper, "gzip", packed)
        }
        => |found| found.is_not_believed();

    a_gzip_bomb: Article, |_, proper| encoded(proper, "gzip", GZIP_BOMB.clone())
        => |found| found.fails(TOO_LARGE);
    a_brotli_bomb: Article, |_, proper| encoded(proper, "br", BROTLI_BOMB.to_vec())
        => |found| found.fails(TOO_LARGE);
    a_zstd_bomb: Article, |_, _| Fault::Bomb(64).spoil(Reply::html(""))
        => |found| found.fails(TOO_LARGE);
    /// The inner bomb is never unpacked; the outer one holds a few kilobytes.
    a_bomb_within_gzip: Article, |_, proper| {
            encoded(proper, "gzip", gzip(&mut &GZIP_BOMB[..]))
        }
        => |found| found.is_not_believed();
    a_bomb_in_a_listing: Listing, |_, proper| encoded(proper, "gzip", GZIP_BOMB.clone())
        => |found| found.fails(TOO_LARGE);
    /// More than 10 GiB, if anybody were to read it.
    a_stream_without_end: Article,
        |_, _| {
            let head = raw("", b"");
            let from = head.len();
            Reply::exact([head, vec![b' '; 1 << 16]].concat()).manner(Manner::Exact(Then::Repeat { from }))
        }
        => |found| found.fails(TOO_LARGE);
    a_packed_stream_without_end: Article,
        |_, _| {
            let head = raw("Content-Encoding: zstd", b"");
            let from = head.len();
            Reply::exact([head, zstd_frame()].concat()).manner(Manner::Exact(Then::Repeat { from }))
        }
        => |found| found.fails(TOO_LARGE);
    a_length_of_10_gib_and_the_bytes_too: Article,
        |_, _| {
            let head = raw("Content-Length: 10737418240", b"");
            let from = head.len();
            Reply::exact([head, vec![b' '; 1 << 16]].concat()).manner(Manner::Exact(Then::Repeat { from }))
        }
        => |found| found.fails(TOO_LARGE);

    a_hundred_thousand_headers: Article,
        |_, proper| Reply::exact(raw(&format!("{}{}", "X-Much: more\r\n".repeat(100_000), length(&proper.body)), &proper.body))
        => |found| found.fails(BROKEN);
    headers_without_end: Article,
        |_, _| {
            let head = b"HTTP/1.1 200 OK\r\n".to_vec();
            let from = head.len();
            Reply::exact([head, b"X: y\r\n".repeat(1_000)].concat()).manner(Manner::Exact(Then::Repeat { from }))
        }
        => |found| found.fails(BROKEN);
    a_header_of_a_mebibyte: Article,
        |_, proper| Reply::exact(raw(&format!("X-Long: {}\r\n{}", "y".repeat(1 << 20), length(&proper.body)), &proper.body))
        => |found| found.fails(BROKEN);
    a_header_with_a_nul: Article, |_, proper| Reply::exact(raw(&format!("X-Nul: a\0b\r\n{}", length(&proper.body)), &proper.body))
        => |found| found.fails(BROKEN);
    interim_answers_without_end: Article,
        |_, _| Reply::exact("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100)).manner(Manner::Exact(Then::Repeat { from: 0 }))
        => |found| found.fails(LATE);
    no_http_at_all: Article, |_, _| Reply::exact("220 mail.example ESMTP ready\r\n")
        => |found| found.fails(BROKEN);
    an_answer_from_1991: Article, |_, proper| Reply::exact(proper.body)
        => |found| found.fails(BROKEN);
    a_status_that_does_not_exist: Article, |_, proper| Reply::exact([b"HTTP/1.1 099 No\r\n\r\n".to_vec(), proper.body].concat())
        => |found| found.fails(BROKEN);
    a_page_without_content: Article, |_, _| Reply::html("").status(204)
        => |found| found.is_not_believed();
    not_modified_though_nobody_asked: Article, |_, _| Reply::html("").status(304)
        => |found| found.is_not_believed();
    a_part_that_nobody_asked_for: Article, |_, proper| {
            let half = proper.body.len() / 2;
            Reply { body: proper.body[..half].to_vec(), ..proper }.status(206).header("Content-Range", "bytes 0-9/99999")
        }
        => |found| found.is_not_believed();

    /// Its first 500 KiB count; the rest is not waited for.
    a_robots_file_of_100_mb: Robots,
        |_, _| {
            let mut body = b"User-agent: *\nDisallow: /secret\n".to_vec();
            let from = body.len();
            body.extend_from_slice(&b"# nothing to see here\n".repeat(1_000));
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 104857600\r\n\r\n".to_vec();
            let from = from + head.len();
            Reply::exact([head, body].concat()).manner(Manner::Exact(Then::Repeat { from }))
        }
        => |found| found.is_whole_at_once();
    a_robots_file_that_is_a_bomb: Robots,
        |_, proper| encoded(Reply { status: 200, ..proper }, "gzip", GZIP_BOMB.clone())
        => |found| found.is_whole_at_once();
    a_robots_file_of_nuls: Robots, |_, _| Reply::text(&"\0".repeat(600 * 1024))
        => |found| found.is_whole_at_once();
    /// Nothing may be asked of a host that does not say what may be.
    a_robots_file_that_never_comes: Robots, |_, proper| proper.manner(Manner::Silent)
        => |found| found.fails(LATE);
    a_robots_file_that_leads_in_a_circle: Robots, |_, _| Reply::redirect(302, "/robots.txt")
        => |found| found.is_whole_at_once();
    a_robots_file_that_asks_for_a_delay_of_ages: Robots, |_, _| Reply::text("User-agent: *\nCrawl-delay: 1e308\n")
        => |found| found.is_whole_at_once();
}

#[test]
fn the_bombs_are_bombs() {
    for packed in [BROTLI_BOMB.len(), GZIP_BOMB.len()] {
        assert!(packed < MAX_BODY_BYTES / 2);
    }
    assert!(BOMB_BYTES as usize > 10 * MAX_BODY_BYTES);
    assert!(DRIP < TIMEOUT);
}
