//! What text from the web may do besides being read.

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
