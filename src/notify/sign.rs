//! Signatures of webhooks (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Bytes that SHA-256 takes at a time.
const BLOCK_BYTES: usize = 64;

/// A key to sign with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(Vec<u8>);

impl Key {
    /// `whsec_` and the key in base64, 24 to 64 bytes of it; the prefix may be missing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = STANDARD.decode(text).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The value of `webhook-signature`.
    pub(super) fn signature(&self, id: &str, unix_seconds: i64, body: &[u8]) -> String {
        let head = format!("{id}.{unix_seconds}.");
        let mac = hmac(&self.0, &[head.as_bytes(), body]);
        format!("v1,{}", STANDARD.encode(mac))
    }
}

/// RFC 2104, over SHA-256.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; BLOCK_BYTES];
    if key.len() > BLOCK_BYTES {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = Sha256::new();
    inner.update(block.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let mut outer = Sha256::new();
    outer.update(block.map(|byte| byte ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, 4.2, 4.3 and 4.7.
    #[test]
    fn authentication_codes_are_those_of_the_rfc() {
        for (key, text, expected) in [
            (
                vec![0x0b; 20],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac(&key, &[text.as_bytes()])), expected);
        }
    }

    /// The vector that the libraries of Standard Webhooks are tested with.
    #[test]
    fn the_reference_message_has_the_reference_signature() {
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let signature = key.signature(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn short_keys_and_other_texts_are_none() {
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all!!"] {
            assert!(Key::parse(text).is_none(), "{text}");
        }
    }
}
