//! From bytes to text. In: a body, what its header said, what the profile expects, and the host's top-level domain.
//! Out: text, the charset it was read with, and how many bytes made no sense.
//!
//! Headers lie, pages lie, and they contradict each other; bytes do not. So claims are tried, in their order, and
//! the one under which the bytes make sense is believed. Pure; never fails.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, ISO_2022_JP, UTF_8, WINDOWS_1252};
use url::Url;

use super::charset::{claim_in_content_type, claim_in_page, encoding_of};

/// Text that is not UTF-8 passes the strict check only by accident. The odds of one Korean syllable are 1 in 11,
/// of this many in a row below 1 in 10,000.
const SURE_SEQUENCES: usize = 4;
/// A claim is given up if more than one in this many of its characters outside ASCII makes no sense; fewer are
/// the traces of titles cut in the middle of a character.
const TOLERATED_ONE_IN: usize = 20;
/// Bytes outside ASCII from which on a guess is worth more than a claim of Latin-1, the default of old servers.
const ENOUGH_TO_GUESS: usize = 40;

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'b> {
    /// Without byte order mark. What made no sense is U+FFFD. The body itself, where that says the same.
    pub text: Cow<'b, str>,
    /// Name of the encoding, as the WHATWG writes it; `EUC-KR` stands for CP949.
    pub charset: &'static str,
    /// Places where a replacement character was put.
    pub n_replaced: usize,
}

/// Decodes a page. `content_type` is the header; `hint` a charset label for pages that claim none; `tld` the
/// host's top-level domain or a language code (`kr`, `ko`), for guessing when nothing else is known.
pub fn decode<'b>(
    body: &'b [u8],
    content_type: Option<&str>,
    hint: Option<&str>,
    tld: Option<&str>,
) -> Decoded<'b> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(body) {
        return Trial::of(encoding, &body[mark_bytes..]).into();
    }
    let mut claims: Vec<&'static Encoding> = Vec::new();
    let in_header = content_type.and_then(claim_in_content_type);
    for claim in [in_header, claim_in_page(body)].into_iter().flatten() {
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    let shape = Shape::of(body);
    if shape.is_valid
        && !claims.contains(&ISO_2022_JP)
        && (shape.n_sequences >= SURE_SEQUENCES || claims.is_empty() || claims.contains(&UTF_8))
    {
        return match shape.text {
            Some(text) => Decoded {
                text: Cow::Borrowed(text),
                charset: UTF_8.name(),
                n_replaced: 0,
            },
            None => Trial::of(UTF_8, body).into(),
        };
    }
    let hint = hint.and_then(encoding_of);
    if claims.is_empty() {
        claims.extend(hint);
    }
    best(body, &claims, hint, tld).into()
}

/// Decodes with the charset the operator names, whatever the page claims; a byte order mark still wins.
/// `None` for an unknown label.
pub fn decode_as<'b>(body: &'b [u8], label: &str) -> Option<Decoded<'b>> {
    let (encoding, mark_bytes) = match Encoding::for_bom(body) {
        Some(marked) => marked,
        None => (encoding_of(label)?, 0),
    };
    Some(Trial::of(encoding, &body[mark_bytes..]).into())
}

/// The top-level domain of a URL's host, for [`decode`]; `None` for addresses.
pub fn tld_of(url: &Url) -> Option<&str> {
    let domain = url.domain()?.trim_end_matches('.');
    let (_, tld) = domain.rsplit_once('.')?;
    Some(tld)
}

/// A body read with one encoding.
struct Trial<'b> {
    encoding: &'static Encoding,
    text: Cow<'b, str>,
    n_replaced: usize,
    /// Of them, the one at the very end: the body was cut there, which says nothing about the charset.
    cut: usize,
    n_beyond_ascii: usize,
}

impl<'b> Trial<'b> {
    fn of(encoding: &'static Encoding, body: &'b [u8]) -> Self {
        let (text, had_errors) = encoding.decode_without_bom_handling(body);
        let (mut n_replaced, mut cut) = (0, 0);
        if had_errors {
            let in_source = if encoding == UTF_8 {
                count_replacement_in_utf8(body)
            } else {
                0
            };
            n_replaced = text.matches('\u{FFFD}').count().saturating_sub(in_source);
            cut = usize::from(text.ends_with('\u{FFFD}'));
        }
        Self {
            encoding,
            n_beyond_ascii: text.chars().filter(|c| !c.is_ascii()).count(),
            text,
            n_replaced,
            cut,
        }
    }

    fn n_senseless(&self) -> usize {
        self.n_replaced.saturating_sub(self.cut)
    }

    fn makes_sense(&self) -> bool {
        self.n_senseless() * TOLERATED_ONE_IN <= self.n_beyond_ascii
    }
}

impl<'b> From<Trial<'b>> for Decoded<'b> {
    fn from(trial: Trial<'b>) -> Self {
        Self {
            text: trial.text,
            charset: trial.encoding.name(),
            n_replaced: trial.n_replaced,
        }
    }
}

/// The claim with the least nonsense, the earlier one where they are equal. If none makes sense, or there is none,
/// UTF-8 with a few broken characters and the detector's guess are tried as well.
fn best<'b>(
    body: &'b [u8],
    claims: &[&'static Encoding],
    hint: Option<&'static Encoding>,
    tld: Option<&str>,
) -> Trial<'b> {
    let mut best: Option<Trial> = None;
    for claim in claims {
        let trial = Trial::of(claim, body);
        if best
            .as_ref()
            .is_none_or(|best| trial.n_senseless() < best.n_senseless())
        {
            best = Some(trial);
        }
    }
    if let Some(trial) = best.take_if(|best| best.makes_sense() && !is_weak(best.encoding, body)) {
        return trial;
    }
    let guessed = guess(body, tld);
    // In Latin-1 everything makes sense, also a page of UTF-8 into which somebody has pasted another charset.
    let as_utf8 = Trial::of(UTF_8, body);
    let n_right = as_utf8.n_beyond_ascii.saturating_sub(as_utf8.n_replaced);
    if guessed == WINDOWS_1252 && n_right >= SURE_SEQUENCES && n_right > as_utf8.n_replaced {
        return as_utf8;
    }
    let more = [Some(UTF_8), hint, Some(guessed)];
    for encoding in more.into_iter().flatten() {
        let trial = Trial::of(encoding, body);
        if !trial.makes_sense() {
            continue;
        }
        // A claim of Latin-1 yields to a guess of anything else: every byte makes sense in it.
        let weak = best
            .as_ref()
            .is_some_and(|best| is_weak(best.encoding, body));
        let better = best
            .as_ref()
            .is_none_or(|best| trial.n_senseless() < best.n_senseless());
        if weak && encoding != WINDOWS_1252 || better {
            return trial;
        }
    }
    best.unwrap_or_else(|| Trial::of(guessed, body))
}

/// Latin-1 is what servers claim that were never told; where there is much to judge by, it needs confirmation.
fn is_weak(encoding: &'static Encoding, body: &[u8]) -> bool {
    encoding == WINDOWS_1252
        && body.iter().filter(|byte| !byte.is_ascii()).count() >= ENOUGH_TO_GUESS
}

fn guess(body: &[u8], tld: Option<&str>) -> &'static Encoding {
    let tld = tld.map(str::to_ascii_lowercase);
    let tld = tld.as_deref().and_then(|tld| match tld {
        "ko" => Some("kr"),
        "ja" => Some("jp"),
        "zh" => Some("cn"),
        // The detector panics on anything else.
        _ => tld
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            .then_some(tld),
    });
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    let guessed = detector.guess(tld.map(str::as_bytes), Utf8Detection::Allow);
    if guessed == encoding_rs::GBK {
        GB18030
    } else {
        guessed
    }
}

/// What the strict UTF-8 check says of a body.
struct Shape<'b> {
    /// The body, where all of it is valid.
    text: Option<&'b str>,
    /// Up to a last character that is cut off.
    is_valid: bool,
    /// Characters outside ASCII, counted up to [`SURE_SEQUENCES`].
    n_sequences: usize,
}

impl<'b> Shape<'b> {
    fn of(body: &'b [u8]) -> Self {
        let read = simdutf8::compat::from_utf8(body);
        let (valid, is_valid) = match &read {
            Ok(text) => (text.len(), true),
            Err(error) => (error.valid_up_to(), error.error_len().is_none()),
        };
        // Every sequence has one byte that is neither ASCII nor a continuation.
        let starts = body[..valid].iter().filter(|byte| **byte >= 0xC0);
        let n_sequences = starts.take(SURE_SEQUENCES).count();
        Self {
            text: read.ok(),
            is_valid,
            n_sequences,
        }
    }
}

/// U+FFFD that stand in the source itself.
fn count_replacement_in_utf8(body: &[u8]) -> usize {
    body.windows(3)
        .filter(|window| *window == b"\xEF\xBF\xBD")
        .count()
}

#[cfg(test)]
mod tests;
