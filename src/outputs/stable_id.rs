//! Names for things in files that others keep: the same thing has the same one in each export.

/// A UUID of version 8 (RFC 9562, 5.8) from a hash of `name`.
pub(super) fn stable_id(name: &str) -> String {
    let hash = blake3::hash(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        hex(&bytes[..4]),
        hex(&bytes[4..6]),
        hex(&bytes[6..8]),
        hex(&bytes[8..10]),
        hex(&bytes[10..])
    )
}

/// Two digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_8() {
        let id = stable_id("article board.example/7");
        assert_eq!(
            id.len(),
            "urn:uuid:00000000-0000-8000-8000-000000000000".len()
        );
        assert_eq!(id.as_bytes()["urn:uuid:00000000-0000-".len()], b'8');
        assert!(b"89ab".contains(&id.as_bytes()["urn:uuid:00000000-0000-8000-".len()]));
        assert_eq!(id, stable_id("article board.example/7"));
        assert_ne!(id, stable_id("article board.example/8"));
    }
}
