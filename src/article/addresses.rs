//! E-mail addresses that Cloudflare hides at the edge of a site. In: an element. Out: the address.
//!
//! Markup: `<a class="__cf_email__" data-cfemail="HEX">[email&#160;protected]</a>`, or a link to
//! `/cdn-cgi/l/email-protection#HEX`. The first byte of HEX is a key, new at each fetch; the rest is XORed with it.
//! Decoded before anything is hashed, so that an unchanged article stays unchanged. The link is never followed.

use crate::document::ElementRef;

/// Longer is no address (RFC 5321, 4.5.3.1.3: a path has at most 256 octets).
const MAX_HEX: usize = 2 * 257;

/// The address that stands for a protected element's words, if it is one. A link with words of its own
/// (`<a href="/cdn-cgi/l/email-protection#HEX">기자</a>`) keeps them.
pub(super) fn protected(element: ElementRef<'_>) -> Option<String> {
    if let Some(hex) = element.attr("data-cfemail") {
        return decode(hex);
    }
    let address = linked(element.attr("href")?)?;
    let words: String = element
        .text()
        .flat_map(str::chars)
        .take(MAX_WORDS)
        .collect();
    matches!(crate::profile::fold(&words).as_str(), "" | PLACEHOLDER).then_some(address)
}

/// The address behind a protected link, without the subject that it may carry.
pub(super) fn linked(href: &str) -> Option<String> {
    let (path, hex) = href.split_once('#')?;
    if !is_protection(path) {
        return None;
    }
    let decoded = decode(hex)?;
    let address = decoded.split('?').next().unwrap_or_default();
    Some(address.to_owned())
}

/// Whether a link leads to the edge's page about protected addresses, which is never to be asked for.
pub(super) fn is_protection(href: &str) -> bool {
    let path = href.split(['#', '?']).next().unwrap_or_default();
    path.trim_end().ends_with("/cdn-cgi/l/email-protection")
}

/// What stands in the page until a script has decoded it (its space is U+00A0).
const PLACEHOLDER: &str = "[email protected]";
const MAX_WORDS: usize = 40;

/// `543a31…` → `news@…`.
pub(super) fn decode(hex: &str) -> Option<String> {
    if hex.len() > MAX_HEX || hex.len() < 4 || !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    let mut bytes = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16));
    let key = bytes.next()?.ok()?;
    let plain: Vec<u8> = bytes
        .map(|byte| byte.map(|byte| byte ^ key))
        .collect::<Result<_, _>>()
        .ok()?;
    let text = String::from_utf8(plain).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// `news@example.org` → `n***@example.org`.
pub(super) fn mask(address: &str) -> String {
    match address.split_once('@') {
        Some((name, host)) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}***@{host}")
        }
        None => "***".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_decoded_whatever_its_key() {
        // The recipe above, with two keys.
        let encode = |key: u8, text: &str| {
            let mut hex = format!("{key:02x}");
            for byte in text.bytes() {
                hex.push_str(&format!("{:02x}", byte ^ key));
            }
            hex
        };
        for key in [0x54, 0x03] {
            assert_eq!(
                decode(&encode(key, "press@example.org")).as_deref(),
                Some("press@example.org")
            );
        }
    }

    #[test]
    fn what_is_no_address_is_left() {
        for hex in ["", "5", "54", "zz00", "543", "é0é0", "54545"] {
            assert_eq!(decode(hex), None, "{hex:?}");
        }
        assert_eq!(decode("00ff"), None, "not UTF-8");
        assert_eq!(decode("001b"), None, "a control character");
    }

    #[test]
    fn a_link_may_carry_a_subject() {
        // `a@b?subject=c` with the key 0.
        let href = "/cdn-cgi/l/email-protection#006140623f7375626a6563743d63";
        assert_eq!(linked(href).as_deref(), Some("a@b"));
        assert_eq!(linked("/news/1#0061406278"), None);
    }

    #[test]
    fn a_masked_address_keeps_its_host() {
        assert_eq!(mask("news@example.org"), "n***@example.org");
        assert_eq!(mask("odd"), "***");
    }
}
