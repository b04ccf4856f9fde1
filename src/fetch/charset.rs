//! Which charset does a page claim? Labels as servers send them, and the claims inside a page.
//! Claims only: whether the bytes bear them out is decided in `decode`.

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a page is searched for its claim (the HTML standard's bound).
const PRESCAN_BYTES: usize = 1_024;

/// Labels that servers send and the WHATWG list lacks. EUC-KR stands for CP949 there, Shift_JIS for CP932.
const ALIASES: &[(&str, &str)] = &[
    ("cp949", "euc-kr"),
    ("ms949", "euc-kr"),
    ("x-windows-949", "euc-kr"),
    ("ms_949", "euc-kr"),
    ("949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("x-uhc", "euc-kr"),
    ("euckr", "euc-kr"),
    ("euc_kr", "euc-kr"),
    ("ks_c_5601", "euc-kr"),
    ("ks_c5601", "euc-kr"),
    ("ksc5601-1987", "euc-kr"),
    ("ksc_5601-1987", "euc-kr"),
    ("ks_x_1001", "euc-kr"),
    ("cp932", "shift_jis"),
    ("x-ms-cp932", "shift_jis"),
    ("shift-jis-2004", "shift_jis"),
    ("eucjp", "euc-jp"),
    ("euc_jp", "euc-jp"),
    ("cp936", "gbk"),
    ("ms936", "gbk"),
    ("windows-936", "gbk"),
    ("gb-2312", "gbk"),
    ("euc-cn", "gbk"),
    ("euc_cn", "gbk"),
    ("gb_18030", "gb18030"),
    ("cp950", "big5"),
    ("ms950", "big5"),
    ("utf8mb4", "utf-8"),
    ("utf_8", "utf-8"),
    ("utf-8-sig", "utf-8"),
];

/// The encoding behind a label; `None` if nobody knows it, or if it cannot be decoded (`iso-2022-kr`).
/// GBK and GB2312 are read as GB18030, which holds both.
pub(crate) fn encoding_of(label: &str) -> Option<&'static Encoding> {
    let label = label
        .trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | ';'))
        .to_ascii_lowercase();
    let label = ALIASES
        .iter()
        .find(|(alias, _)| *alias == label)
        .map_or(label.as_str(), |(_, known)| known);
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// The claim of a `Content-Type` header, or of the `content` of a `<meta http-equiv>`.
pub(crate) fn claim_in_content_type(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let mut rest = lower.as_str();
    while let Some(at) = rest.find("charset") {
        rest = rest[at + "charset".len()..].trim_start();
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim_start();
            let label = match value.strip_prefix(['"', '\'']) {
                Some(quoted) => quoted.split(['"', '\'']).next(),
                None => value
                    .split(|c: char| c == ';' || c == ',' || c.is_ascii_whitespace())
                    .next(),
            };
            return encoding_of(label?);
        }
    }
    None
}

/// The claim inside a page: its XML declaration, or the first `<meta>` with a charset, within the first 1,024
/// bytes. A page whose ASCII we could read is not UTF-16, whatever it claims.
pub(crate) fn claim_in_page(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(PRESCAN_BYTES)];
    let encoding = claim_in_xml(head).or_else(|| claim_in_meta(head))?;
    let is_utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
    Some(if is_utf_16 { UTF_8 } else { encoding })
}

fn claim_in_xml(head: &[u8]) -> Option<&'static Encoding> {
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.iter().position(|byte| *byte == b'>')?;
    Attributes(&declaration[..end])
        .find(|(name, _)| name == "encoding")
        .and_then(|(_, value)| encoding_of(&value))
}

fn claim_in_meta(head: &[u8]) -> Option<&'static Encoding> {
    let mut rest = head;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at..];
        if rest.starts_with(b"<!--") {
            // `<!-->` is a whole comment: the marks may overlap.
            let end = find(&rest[2..], b"-->")?;
            rest = &rest[2 + end + 3..];
        } else if starts_with_tag(rest, b"<meta") {
            let attributes = Attributes(&rest[b"<meta".len()..]);
            if let Some(encoding) = claim_in_attributes(attributes) {
                return Some(encoding);
            }
            rest = &rest[1..];
        } else {
            rest = &rest[1..];
        }
    }
    None
}

fn starts_with_tag(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && text
            .get(tag.len())
            .is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/')
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn claim_in_attributes(attributes: Attributes<'_>) -> Option<&'static Encoding> {
    let mut content = None;
    let mut is_content_type = false;
    for (name, value) in attributes {
        match name.as_str() {
            "charset" => {
                if let Some(encoding) = encoding_of(&value) {
                    return Some(encoding);
                }
            }
            "http-equiv" => is_content_type = value.trim().eq_ignore_ascii_case("content-type"),
            "content" => content = Some(value),
            _ => {}
        }
    }
    claim_in_content_type(&content.filter(|_| is_content_type)?)
}

/// The attributes of a tag, from behind its name to its `>`; names in lower case.
struct Attributes<'a>(&'a [u8]);

impl Iterator for Attributes<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<(String, String)> {
        let start = self
            .0
            .iter()
            .position(|byte| !byte.is_ascii_whitespace() && *byte != b'/')?;
        self.0 = &self.0[start..];
        if self.0[0] == b'>' {
            return None;
        }
        // The first byte always belongs to the name, even a stray `=`: so each step takes at least one.
        let end = self.0[1..]
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/'))
            .map_or(self.0.len(), |end| end + 1);
        let name = String::from_utf8_lossy(&self.0[..end]).to_ascii_lowercase();
        self.0 = self.0[end..].trim_ascii_start();
        let Some(after) = self.0.strip_prefix(b"=") else {
            return Some((name, String::new()));
        };
        let after = after.trim_ascii_start();
        let (value, rest) = match after.first() {
            Some(quote @ (b'"' | b'\'')) => {
                // Without the closing quote the tag is cut off; its value proves nothing.
                let end = after[1..].iter().position(|byte| byte == quote)?;
                (&after[1..=end], &after[end + 2..])
            }
            _ => {
                let end = after
                    .iter()
                    .position(|byte| byte.is_ascii_whitespace() || *byte == b'>')
                    .unwrap_or(after.len());
                after.split_at(end)
            }
        };
        self.0 = rest;
        Some((name, String::from_utf8_lossy(value).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(encoding: Option<&'static Encoding>) -> &'static str {
        encoding.map_or("none", Encoding::name)
    }

    #[test]
    fn labels_of_old_servers_are_known() {
        for label in [
            "euc-kr",
            "EUC-KR",
            "cp949",
            "MS949",
            "x-windows-949",
            "windows-949",
            "uhc",
            "ks_c_5601-1987",
            "ksc5601",
            "euckr",
        ] {
            assert_eq!(name(encoding_of(label)), "EUC-KR", "{label}");
        }
        for label in ["gbk", "gb2312", "GB18030", "cp936", "x-gbk"] {
            assert_eq!(name(encoding_of(label)), "gb18030", "{label}");
        }
        for label in ["shift_jis", "cp932", "ms932", "windows-31j", "x-sjis"] {
            assert_eq!(name(encoding_of(label)), "Shift_JIS", "{label}");
        }
        assert_eq!(name(encoding_of("iso-2022-kr")), "none");
        assert_eq!(name(encoding_of("klingon")), "none");
        assert_eq!(name(encoding_of("")), "none");
    }

    #[test]
    fn a_header_claims_in_any_spelling() {
        for header in [
            "text/html; charset=euc-kr",
            "text/html;charset=\"EUC-KR\"",
            "text/html; Charset = 'cp949'",
            "text/html; charset=euc-kr; boundary=x",
            "text/html charset=euc-kr",
        ] {
            assert_eq!(name(claim_in_content_type(header)), "EUC-KR", "{header}");
        }
        assert_eq!(name(claim_in_content_type("text/html; charset=")), "none");
        assert_eq!(name(claim_in_content_type("text/html")), "none");
    }

    #[test]
    fn a_page_claims_by_meta_or_xml_declaration() {
        for page in [
            "<html><head><meta charset=euc-kr>",
            "<META CHARSET='EUC-KR'/>",
            "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=ks_c_5601-1987\">",
            "<meta content='text/html;charset=euc-kr' http-equiv=content-type>",
            "<?xml version=\"1.0\" encoding=\"euc-kr\"?><rss>",
            "<!-- <meta charset=utf-8> --><meta charset=euc-kr>",
            "<!--><meta charset=euc-kr>",
            "<meta charset=klingon><meta charset=euc-kr>",
            "<meta name=a content='>'><meta charset=euc-kr>",
        ] {
            assert_eq!(name(claim_in_page(page.as_bytes())), "EUC-KR", "{page}");
        }
    }

    #[test]
    fn what_only_looks_like_a_claim_is_none() {
        for page in [
            "<meta name=description content='charset=euc-kr'>",
            "<metadata charset=euc-kr>",
            "<p>charset=euc-kr</p>",
            "<meta charset='euc-kr",
            "<!-- <meta charset=euc-kr>",
            "<",
            "<meta",
            "<meta =",
            "",
        ] {
            assert_eq!(name(claim_in_page(page.as_bytes())), "none", "{page}");
        }
        let late = format!("{}<meta charset=euc-kr>", " ".repeat(PRESCAN_BYTES));
        assert_eq!(name(claim_in_page(late.as_bytes())), "none");
    }

    #[test]
    fn a_readable_claim_of_utf_16_is_taken_for_utf_8() {
        assert_eq!(name(claim_in_page(b"<meta charset=utf-16le>")), "UTF-8");
    }
}
