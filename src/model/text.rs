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
