//! Answers spoiled on purpose, by a plan that depends on a seed, the target and how often it was asked for: not on
//! timing, so that a failing run can be repeated.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::seed::Rng;
use super::server::{Handler, Manner, Reply, Request};

/// A way to go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An error page with this status.
    Status(u16),
    /// 429, with `Retry-After` in seconds or without.
    TooMany(Option<u64>),
    /// 503 likewise: maintenance.
    Unavailable(Option<u64>),
    Reset,
    HalfBody,
    /// The right answer, slowly: 1 KiB every 5 ms.
    Drip,
    /// A bot check at 200: its script would set a cookie and reload.
    Challenge,
    /// `Content-Encoding: gzip`, and the stream ends in the middle.
    BrokenGzip,
    /// `Content-Encoding: gzip`, and the body is not gzip at all.
    FalseGzip,
    /// A small answer that unpacks to this many MiB.
    Bomb(usize),
    /// A login page at 200.
    Login,
    /// 403 with the block page of a content network.
    Cloud,
    /// The right page, but its table has lost its rows.
    NoRows,
    /// 200 and nothing.
    Empty,
    /// The right answer, this much later.
    Late(Duration),
    /// No answer at all.
    Silent,
}

impl Fault {
    /// Faults after which the same request may well succeed.
    pub const PASSING: [Self; 6] = [
        Self::Status(500),
        Self::Unavailable(None),
        Self::Reset,
        Self::HalfBody,
        Self::BrokenGzip,
        Self::Drip,
    ];

    pub fn spoil(&self, proper: Reply) -> Reply {
        let page = |status: u16, words: &str| {
            Reply::html(format!(
                "<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>"
            ))
            .status(status)
        };
        let after = |reply: Reply, seconds: &Option<u64>| match seconds {
            Some(seconds) => reply.header("Retry-After", &seconds.to_string()),
            None => reply,
        };
        match self {
            Self::Status(status) => page(*status, "일시적인 오류"),
            Self::TooMany(seconds) => after(page(429, "요청이 너무 많습니다"), seconds),
            Self::Unavailable(seconds) => after(page(503, "점검 중입니다"), seconds),
            Self::Reset => proper.manner(Manner::Reset),
            Self::HalfBody => proper.manner(Manner::HalfBody),
            Self::Drip => proper.manner(Manner::Drip {
                chunk_bytes: 1024,
                pause: Duration::from_millis(5),
            }),
            Self::Challenge => Reply::html(CHALLENGE),
            Self::BrokenGzip => {
                let mut whole = gzip_stored(&proper.body);
                whole.truncate(whole.len() / 2);
                Reply {
                    body: whole,
                    ..proper
                }
                .header("Content-Encoding", "gzip")
            }
            Self::FalseGzip => proper.header("Content-Encoding", "gzip"),
            Self::Bomb(mebibytes) => bomb(*mebibytes),
            Self::Login => Reply::html(LOGIN),
            Self::Cloud => Reply::html(CLOUD).status(403),
            Self::NoRows => Reply {
                body: without_rows(&proper.body),
                ..proper
            },
            Self::Empty => Reply::html(""),
            Self::Late(latency) => proper.latency(*latency),
            Self::Silent => proper.manner(Manner::Silent),
        }
    }
}

const CHALLENGE: &str = r#"<!DOCTYPE html><html lang="ko"><head><title>잠시만 기다려 주십시오…</title>
<meta http-equiv="refresh" content="5"><meta name="robots" content="noindex,nofollow"></head>
<body><noscript>자바스크립트를 켜 주십시오.</noscript><div id="challenge-running"></div>
<script>(function(){window._cf_chl_opt={cType:'managed'};document.cookie='check=1; path=/';location.reload();})();</script>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>"#;

const LOGIN: &str = r#"<!DOCTYPE html><html lang="ko"><head><title>로그인</title></head><body><h1>로그인</h1>
<form action="/login" method="post"><input type="text" name="user_id"><input type="password" name="password">
<button type="submit">로그인</button></form></body></html>"#;

const CLOUD: &str = r#"<!DOCTYPE html><html lang="en-US"><head><title>Attention Required! | Cloudflare</title></head>
<body><div id="cf-wrapper"><div id="cf-error-details" class="cf-error-details-wrapper"><h1>Sorry, you have been blocked</h1>
<h2>You are unable to access this site</h2><img src="/cdn-cgi/images/cloud.png" alt="cloud"></div></div></body></html>"#;

/// A listing as a program with a broken database renders it: the frame, and nothing in it.
fn without_rows(page: &[u8]) -> Vec<u8> {
    let page = String::from_utf8_lossy(page);
    let (before, rest) = page.split_once("<tbody>").unwrap_or((&page, ""));
    let (_, after) = rest.split_once("</tbody>").unwrap_or(("", rest));
    format!("{before}<tbody></tbody>{after}").into_bytes()
}

/// A gzip stream in stored blocks (RFC 1951, 3.2.4): no compressor needed.
pub fn gzip_stored(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut chunks = body.chunks(0xffff).peekable();
    if chunks.peek().is_none() {
        out.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    }
    while let Some(chunk) = chunks.next() {
        let n_bytes = u16::try_from(chunk.len()).expect("a chunk is at most 65535 bytes");
        out.push(u8::from(chunks.peek().is_none()));
        out.extend_from_slice(&n_bytes.to_le_bytes());
        out.extend_from_slice(&(!n_bytes).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    out.extend_from_slice(&crc32(body).to_le_bytes());
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out
}

/// The checksum at the end of a gzip stream (RFC 1952, 8).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// White space by the mebibyte behind a few kilobytes of zstd.
fn bomb(mebibytes: usize) -> Reply {
    let plain = vec![b' '; 1 << 20];
    // One frame for each mebibyte; frames may be joined (RFC 8878, 3.1).
    let frame = zstd::bulk::compress(&plain, 3).expect("memory to memory");
    Reply::html(frame.repeat(mebibytes)).header("Content-Encoding", "zstd")
}

/// Which answers are spoiled.
type Plan = dyn Fn(&Request, u32) -> Option<Fault> + Send + Sync;

/// A handler whose answers are spoiled by a plan. The handler behind it is asked either way: a board counts a
/// view even if the reader never sees the page.
pub struct Faulty<H> {
    inner: H,
    plan: Box<Plan>,
    n_asked: Mutex<HashMap<String, u32>>,
}

impl<H: Handler> Faulty<H> {
    /// `plan` is given the request and how often its target was asked for before.
    pub fn new(
        inner: H,
        plan: impl Fn(&Request, u32) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            plan: Box::new(plan),
            n_asked: Mutex::default(),
        }
    }

    /// Of a thousand targets, `per_mille` fail the first one or two times with one of `faults`.
    pub fn seeded(inner: H, seed: u64, per_mille: u64, faults: &'static [Fault]) -> Self {
        Self::new(inner, move |request, n_before| {
            if request.path() == "/robots.txt" {
                return None;
            }
            let target = request.target.bytes().fold(seed, |hash, byte| {
                hash.wrapping_mul(0x0100_0000_01b3)
                    .wrapping_add(u64::from(byte))
            });
            let mut rng = Rng::for_thing(seed, target);
            let fails = rng.chance(per_mille);
            let n_times = 1 + rng.below(2) as u32;
            (fails && n_before < n_times).then(|| rng.choose(faults).clone())
        })
    }
}

impl<H: Handler> Handler for Faulty<H> {
    fn handle(&self, request: &Request) -> Reply {
        let n_before = {
            let mut n_asked = self.n_asked.lock().expect("no holder of this lock panics");
            let n_asked = n_asked.entry(request.target.clone()).or_default();
            *n_asked += 1;
            *n_asked - 1
        };
        let proper = self.inner.handle(request);
        match (self.plan)(request, n_before) {
            Some(fault) => fault.spoil(proper),
            None => proper,
        }
    }
}
