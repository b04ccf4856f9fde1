//! Where do the tags of a page begin and end? A tokenizer after the HTML Living Standard (13.2.5) that decodes nothing and
//! allocates nothing, for looking a page over before the parser gets it.
//!
//! In: a page's text. Out: its tags and comments, in order, each with its place. The content of elements whose content is
//! text is skipped, as the standard's tree builder would have it, scripting enabled. A tag that the text ends in is no tag.

use memchr::{memchr, memchr_iter, memchr2, memmem};

use super::MAX_ATTRIBUTES;

/// Elements whose content is text up to their end tag.
const TEXT_ONLY: [&str; 9] = [
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript",
];

/// No name of an element that matters here is longer.
const MAX_NAME: usize = 16;

/// One tag or comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub kind: Kind,
    /// Of a tag, as written: html is caseless.
    pub name: &'t str,
    /// What stands between a start tag's name and its `>`.
    pub inside: &'t str,
    /// A start tag's names, as written.
    pub id: Option<&'t str>,
    pub class: Option<&'t str>,
    pub n_attributes: usize,
    /// Where the first of them stands in [`Tags::attributes`].
    pub attributes_from: usize,
    pub start: usize,
    /// Behind the `>`; of an element whose content is text, behind its end tag.
    pub end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    /// `<path/>`: means something inside `<svg>` only.
    SelfClosing,
    /// A whole element whose content is text.
    Text,
    End,
    /// Comments, declarations, processing instructions.
    Comment,
    /// From here on the text cannot be followed without a parser.
    Unclear,
}

/// The tokens of a text.
pub(super) struct Tags<'t> {
    text: &'t str,
    at: usize,
    /// Inside `<svg>` no element's content is mere text.
    pub foreign: bool,
    /// Those of the tags so far, as written; of a tag [`MAX_ATTRIBUTES`] at most.
    attributes: Vec<Attribute<'t>>,
}

/// A name and its value, as written, character references not decoded.
pub(super) type Attribute<'t> = (&'t str, &'t str);

impl<'t> Tags<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            foreign: false,
            attributes: Vec::new(),
        }
    }

    pub fn n_attributes(&self) -> usize {
        self.attributes.len()
    }

    /// Keeps the first `n` attributes alone: nobody will ask for the others.
    pub fn forget_attributes(&mut self, n: usize) {
        self.attributes.truncate(n);
    }

    pub fn into_attributes(self) -> Vec<Attribute<'t>> {
        self.attributes
    }

    /// Goes on behind what need not be read: up to `at`, where a tag begins.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    fn token(&self, kind: Kind, start: usize, end: usize) -> Token<'t> {
        Token {
            kind,
            name: "",
            inside: "",
            id: None,
            class: None,
            n_attributes: 0,
            attributes_from: self.attributes.len(),
            start,
            end,
        }
    }

    fn comment(&mut self, start: usize) -> Token<'t> {
        let bytes = self.text.as_bytes();
        let rest = &bytes[start..];
        let end = if rest.starts_with(b"<!--") {
            end_of_comment(&rest[4..]).map(|length| start + 4 + length)
        } else {
            memchr(b'>', rest).map(|length| start + length + 1)
        };
        let end = end.unwrap_or(bytes.len());
        self.at = end;
        // CDATA is text inside `<svg>`, and a comment elsewhere.
        let kind = if self.foreign && !rest.starts_with(b"<!--") {
            Kind::Unclear
        } else {
            Kind::Comment
        };
        self.token(kind, start, end)
    }

    fn tag(&mut self, start: usize, name_at: usize) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        let n_name = bytes[name_at..]
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))?;
        let inside_at = name_at + n_name;
        if bytes[start + 1] == b'/' && bytes[inside_at] == b'>' {
            // As nearly all end tags are written.
            self.at = inside_at + 1;
            let mut token = self.token(Kind::End, start, self.at);
            token.name = &self.text[name_at..inside_at];
            return Some(token);
        }
        let mut attributes = Attributes::new(&self.text[inside_at..]);
        let (mut id, mut class) = (None, None);
        let attributes_from = self.attributes.len();
        let mut n_attributes = 0;
        for (name, value) in &mut attributes {
            n_attributes += 1;
            if n_attributes <= MAX_ATTRIBUTES {
                self.attributes.push((name, value));
            }
            // Of attributes of one name the first counts (13.2.5.33).
            match name.len() {
                2 if name.eq_ignore_ascii_case("id") => id = id.or(Some(value)),
                5 if name.eq_ignore_ascii_case("class") => class = class.or(Some(value)),
                _ => {}
            }
        }
        let length = attributes.end?;
        let end = inside_at + length;
        let name = &self.text[name_at..inside_at];
        let inside = &self.text[inside_at..end - 1];
        let kind = match (bytes[start + 1], inside.ends_with('/')) {
            (b'/', _) => Kind::End,
            // An unquoted value may end in a slash; then it is the value's.
            (_, true) if attributes.slash => Kind::SelfClosing,
            _ => Kind::Start,
        };
        self.at = end;
        let mut token = Token {
            kind,
            name,
            inside,
            id,
            class,
            n_attributes,
            attributes_from,
            start,
            end,
        };
        if kind != Kind::End && !self.foreign && is_text_only(name) {
            (token.kind, token.end) = self.text_only(name, end);
            self.at = token.end;
        }
        Some(token)
    }

    /// The end of an element whose content is text and begins at `from`.
    fn text_only(&self, name: &str, from: usize) -> (Kind, usize) {
        let content = &self.text[from..];
        let Some((length, whole)) = end_tag(content, name) else {
            return (Kind::Unclear, self.text.len());
        };
        // `<!--` inside a script may hide an end tag.
        let hides = name.eq_ignore_ascii_case("script")
            && memmem::find(&content.as_bytes()[..length], b"<!--").is_some_and(|at| {
                content.as_bytes()[at..length]
                    .windows(7)
                    .any(|word| word.eq_ignore_ascii_case(b"<script"))
            });
        if hides {
            return (Kind::Unclear, from + whole);
        }
        (Kind::Text, from + whole)
    }
}

/// Whether an element of this name has text for its content.
fn is_text_only(name: &str) -> bool {
    // None of the usual ones begins and is as long as one of these.
    let may_be = match name.as_bytes().first().map(|byte| byte | 0x20) {
        Some(b's') => matches!(name.len(), 5 | 6),
        Some(b'i') => name.len() == 6,
        Some(b't') => matches!(name.len(), 5 | 8),
        Some(b'n') => name.len() >= 7,
        Some(b'x') => true,
        _ => false,
    };
    may_be
        && TEXT_ONLY
            .iter()
            .any(|other| other.eq_ignore_ascii_case(name))
}

/// Where a byte is first. In pages most are near, and found before a search of many bytes at once has begun.
#[inline]
pub(super) fn find_near(sought: u8, bytes: &[u8]) -> Option<usize> {
    let (words, _) = bytes[..bytes.len().min(NEAR)].as_chunks();
    for (n, word) in words.iter().enumerate() {
        let found = marked(*word, sought);
        if found != 0 {
            return Some(n * WORD + found.trailing_zeros() as usize / 8);
        }
    }
    let from = words.len() * WORD;
    Some(from + memchr(sought, &bytes[from..])?)
}

/// Whether one of two bytes is there.
#[inline]
pub(super) fn has_one_of(sought: [u8; 2], bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    if words.len() > NEAR / WORD {
        return memchr2(sought[0], sought[1], bytes).is_some();
    }
    let of_word = |word: &[u8; WORD]| marked(*word, sought[0]) | marked(*word, sought[1]);
    words.iter().any(|word| of_word(word) != 0) || rest.iter().any(|byte| sought.contains(byte))
}

/// Bytes that are looked at together.
const WORD: usize = 8;
/// Bytes that are looked through before a search begins that is made for many.
const NEAR: usize = 4 * WORD;

/// The high bit of each byte that is the one sought, and perhaps of some behind it.
#[inline]
fn marked(word: [u8; WORD], sought: u8) -> u64 {
    const LOW: u64 = u64::from_le_bytes([1; WORD]);
    let differs = u64::from_le_bytes(word) ^ (LOW * u64::from(sought));
    differs.wrapping_sub(LOW) & !differs & (LOW << 7)
}

impl<'t> Iterator for Tags<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at + find_near(b'<', bytes.get(self.at..)?)?;
            self.at = start + 1;
            match bytes.get(start + 1)? {
                b'!' | b'?' => return Some(self.comment(start)),
                b'/' => match bytes.get(start + 2)? {
                    byte if byte.is_ascii_alphabetic() => return self.tag(start, start + 2),
                    // `</>` is nothing.
                    b'>' => self.at = start + 3,
                    _ => return Some(self.comment(start)),
                },
                byte if byte.is_ascii_alphabetic() => return self.tag(start, start + 1),
                _ => {}
            }
        }
    }
}

/// Length of a comment's text with its end mark, from behind `<!--`.
fn end_of_comment(text: &[u8]) -> Option<usize> {
    if text.starts_with(b">") {
        return Some(1);
    }
    if text.starts_with(b"->") {
        return Some(2);
    }
    memchr_iter(b'>', text).find_map(|at| {
        let before = &text[..at];
        (before.ends_with(b"--") || before.ends_with(b"--!")).then_some(at + 1)
    })
}

/// Where the end tag of a text-only element begins, and where it ends.
pub(super) fn end_tag(content: &str, name: &str) -> Option<(usize, usize)> {
    let bytes = content.as_bytes();
    memchr_iter(b'<', bytes).find_map(|at| {
        let tag = bytes.get(at + 1..at + 2 + name.len())?;
        if tag[0] != b'/' || !tag[1..].eq_ignore_ascii_case(name.as_bytes()) {
            return None;
        }
        let after = at + 2 + name.len();
        let next = bytes.get(after)?;
        if !(next.is_ascii_whitespace() || matches!(next, b'/' | b'>')) {
            return None;
        }
        let mut attributes = Attributes::new(&content[after..]);
        while attributes.next().is_some() {}
        Some((at, after + attributes.end?))
    })
}

/// Bytes that end the name of an attribute; a look into a table is all that is done for each letter of a page's tags.
const ENDS_NAME: [bool; 256] = {
    let mut ends = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        ends[byte as usize] = byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/');
        byte += 1;
    }
    ends
};

/// The attributes behind a tag's name, as written, character references not decoded.
pub(super) struct Attributes<'t> {
    text: &'t str,
    at: usize,
    /// Where the tag ends, once the last attribute is read; `None` where the text ends first.
    end: Option<usize>,
    /// The last thing read was a slash.
    slash: bool,
}

impl<'t> Attributes<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            end: None,
            slash: false,
        }
    }
}

impl<'t> Iterator for Attributes<'t> {
    type Item = Attribute<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'/' => self.slash = true,
                b'>' => {
                    self.end = Some(self.at + 1);
                    return None;
                }
                byte if byte.is_ascii_whitespace() => self.slash = false,
                _ => break,
            }
            self.at += 1;
        }
        self.slash = false;
        let name_at = self.at;
        // A stray `=` in front belongs to the name.
        self.at += 1;
        while let Some(byte) = bytes.get(self.at)
            && !ENDS_NAME[usize::from(*byte)]
        {
            self.at += 1;
        }
        let name = &self.text[name_at..self.at];
        let mut after = self.at;
        while bytes.get(after).is_some_and(u8::is_ascii_whitespace) {
            after += 1;
        }
        if bytes.get(after) != Some(&b'=') {
            return Some((name, ""));
        }
        after += 1;
        while bytes.get(after).is_some_and(u8::is_ascii_whitespace) {
            after += 1;
        }
        let (value_at, value_end);
        match bytes.get(after) {
            Some(quote @ (b'"' | b'\'')) => {
                value_at = after + 1;
                let Some(length) = find_near(*quote, &bytes[value_at..]) else {
                    // The text ends in the value: no tag.
                    self.at = bytes.len();
                    return Some((name, ""));
                };
                value_end = value_at + length;
                self.at = value_end + 1;
            }
            _ => {
                value_at = after;
                while let Some(byte) = bytes.get(after)
                    && !(byte.is_ascii_whitespace() || *byte == b'>')
                {
                    after += 1;
                }
                value_end = after;
                self.at = after;
            }
        }
        Some((name, &self.text[value_at..value_end]))
    }
}

/// The name in lower case, in place where it is so already; `None` for names too long to be any we know.
pub(super) fn lower<'b>(name: &'b str, room: &'b mut [u8; MAX_NAME]) -> Option<&'b str> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return (name.len() <= MAX_NAME).then_some(name);
    }
    let room = room.get_mut(..name.len())?;
    room.copy_from_slice(name.as_bytes());
    room.make_ascii_lowercase();
    std::str::from_utf8(room).ok()
}

/// Room for [`lower`].
pub(super) const fn room() -> [u8; MAX_NAME] {
    [0; MAX_NAME]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_nearest_byte_is_found(bytes in proptest::collection::vec(proptest::sample::select(b"abc\0\xE1".to_vec()), 0..80)) {
            for sought in *b"b\0\xE1" {
                prop_assert_eq!(find_near(sought, &bytes), bytes.iter().position(|byte| *byte == sought));
            }
            let is_there = bytes.iter().any(|byte| b"bc".contains(byte));
            prop_assert_eq!(has_one_of(*b"bc", &bytes), is_there);
        }
    }

    fn read(text: &str) -> Vec<(Kind, &str, &str)> {
        Tags::new(text)
            .map(|token| (token.kind, token.name, &text[token.start..token.end]))
            .collect()
    }

    #[test]
    fn quotes_count_only_where_a_value_begins() {
        use Kind::{End, Start};
        assert_eq!(
            read("<a title='>' alt=it's x = \"b>\"c>1 < 2</a >"),
            [
                (Start, "a", "<a title='>' alt=it's x = \"b>\"c>"),
                (End, "a", "</a >"),
            ]
        );
        assert_eq!(read("<p\"x>"), [(Start, "p\"x", "<p\"x>")]);
        assert_eq!(read("<a =x='>'>").len(), 1);
    }

    #[test]
    fn a_slash_closes_only_where_it_is_no_value() {
        use Kind::{SelfClosing, Start};
        let kinds = |text| read(text)[0].0;
        assert_eq!(kinds("<path d='x'/>"), SelfClosing);
        assert_eq!(kinds("<path d=x />"), SelfClosing);
        assert_eq!(kinds("<path d=x/>"), Start);
        assert_eq!(kinds("<path / >"), Start);
    }

    #[test]
    fn comments_end_as_browsers_end_them() {
        for (text, n_tags) in [
            ("<!--><b>", 1),
            ("<!---><b>", 1),
            ("<!-- <b> --><b>", 1),
            ("<!-- <b> --!><b>", 1),
            ("<!-- <b> ", 0),
            ("<!x <b>", 0),
            ("<?php <b> ?><b>", 1),
            ("</ <b>", 0),
            ("</><b>", 1),
        ] {
            let found = read(text);
            let tags = found.iter().filter(|(kind, ..)| *kind == Kind::Start);
            assert_eq!(tags.count(), n_tags, "{text}");
        }
    }

    #[test]
    fn a_glance_rules_out_no_element_whose_content_is_text() {
        for name in TEXT_ONLY {
            assert!(
                is_text_only(name) && is_text_only(&name.to_uppercase()),
                "{name}"
            );
        }
    }

    #[test]
    fn the_content_of_scripts_is_no_markup() {
        let text = "<SCRIPT>if (a<b) '</scripty>' <div> </script\t><b>";
        let found = read(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, Kind::Text);
        assert_eq!(found[1].1, "b");
        let hidden = "<script><!-- <script> </script> --></script>";
        assert_eq!(read(hidden)[0].0, Kind::Unclear);
        assert_eq!(read("<title>a")[0].0, Kind::Unclear);
    }

    #[test]
    fn a_tag_the_text_ends_in_is_none() {
        for text in ["<a", "<a ", "<a b", "<a b=", "<a b='c>", "<", "</", "</a"] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
