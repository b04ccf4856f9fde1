//! What text from the web may do besides being read, and how to tell that it does not.

/// Characters that steer the order of text or that terminals may act on, without being controls (Cc):
/// the Unicode standard, 23.2 and 23.8.
pub fn steers(c: char) -> bool {
    matches!(
        c,
        '\u{061c}'                  // Arabic letter mark
        | '\u{200e}' | '\u{200f}'   // left-to-right and right-to-left marks
        | '\u{202a}'..='\u{202e}'   // embeddings and overrides
        | '\u{2066}'..='\u{2069}'   // isolates
        | '\u{206a}'..='\u{206f}'   // deprecated format characters
        | '\u{fff9}'..='\u{fffb}'   // interlinear annotation
        | '\u{feff}' // byte order mark
    )
}

/// Characters that are shown by their number where text must stay what it reads as: controls, those that [`steers`] tells,
/// and those that end a line for some viewers.
pub fn is_escaped(c: char) -> bool {
    c.is_control() || steers(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A character as JSON escapes it (RFC 8259, 7).
pub fn escape(c: char) -> String {
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Bytes in front that can be taken over as they stand: those that are plain, with single spaces between them. `is_plain` is
/// asked of each byte and the one behind it (0 at the end); it must say yes to all but the first of a character (0x80 to
/// 0xBF), so that what is taken are whole characters. Most text is plain, and so it is looked at side by side, many bytes at
/// a time: that is a few instructions, if `is_plain` is made of [`within`] and bitwise operators.
pub fn n_plain(text: &str, is_plain: impl Fn(u8, u8) -> bool) -> usize {
    let text = text.as_bytes();
    let passes = |before: u8, byte: u8, after: u8| {
        is_plain(byte, after) | ((byte == b' ') & (before != b' '))
    };
    let byte = |at: usize| text.get(at).copied().unwrap_or_default();
    if !is_plain(byte(0), byte(1)) {
        return 0;
    }
    let mut at = 1;
    at += n_side_by_side::<34>(&text[at - 1..], passes);
    at += n_side_by_side::<10>(&text[at - 1..], passes);
    while at < text.len() && passes(text[at - 1], text[at], byte(at + 1)) {
        at += 1;
    }
    at - usize::from(text.get(at - 1) == Some(&b' '))
}

/// Whether a byte is one of these, in a way that compilers know how to ask of many at once.
pub const fn within(byte: u8, first: u8, last: u8) -> bool {
    (first <= byte) & (byte <= last)
}

/// Bytes behind the first that pass between those around them, in whole steps of all but two of `AROUND`.
fn n_side_by_side<const AROUND: usize>(bytes: &[u8], passes: impl Fn(u8, u8, u8) -> bool) -> usize {
    let mut at = 0;
    while let Some(around) = bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<AROUND>())
    {
        let mut any_fails = 0;
        for i in 1..AROUND - 1 {
            any_fails |= u8::from(!passes(around[i - 1], around[i], around[i + 1]));
        }
        if any_fails != 0 {
            break;
        }
        at += AROUND - 2;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_bytes_are_counted_as_one_by_one(text in "[a-c가-힣 ]{0,80}( |あ|  )?[a-c가-힣 ]{0,80}") {
            // Hangul's U+B000 and above; what begins with E3 or EA is not.
            let is_plain = |byte, _| within(byte, 0x21, 0x7e) | within(byte, 0x80, 0xbf) | (byte > 0xea);
            let mut expected = 0;
            let mut before = ' ';
            for (at, c) in text.char_indices() {
                let passes = match c {
                    ' ' => before != ' ',
                    c => c.is_ascii_graphic() || c >= '\u{b000}',
                };
                if !passes {
                    break;
                }
                if c != ' ' {
                    expected = at + c.len_utf8();
                }
                before = c;
            }
            prop_assert_eq!(n_plain(&text, is_plain), expected);
        }
    }
}
