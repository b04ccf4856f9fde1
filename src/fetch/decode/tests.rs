//! Expected bytes come from the code pages' own tables (Python's codecs), never from our decoder.

use proptest::prelude::*;

use super::*;

/// 똠펲햏뷁 in CP949; EUC-KR proper has none of them.
const RARE_CP949: &[u8] = b"\x8C\x63\xBC\x84\xC1\x64\x94\xEE";
/// 한글 게시판 in CP949.
const BOARD_CP949: &[u8] = b"\xC7\xD1\xB1\xDB\x20\xB0\xD4\xBD\xC3\xC6\xC7";
const META_EUC_KR: &str =
    "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\">";
const META_UTF_8: &str = "<meta charset=\"utf-8\">";

fn read(body: &[u8], content_type: Option<&str>) -> Decoded<'static> {
    owned(decode(body, content_type, None, None))
}

fn owned(decoded: Decoded<'_>) -> Decoded<'static> {
    Decoded {
        text: decoded.text.into_owned().into(),
        ..decoded
    }
}

fn page(head: &str, bytes: &[u8]) -> Vec<u8> {
    let mut page = format!("<html><head>{head}</head><body>").into_bytes();
    page.extend_from_slice(bytes);
    page.extend_from_slice(b"</body></html>");
    page
}

fn expect(decoded: &Decoded<'_>, text: &str, charset: &str) {
    assert!(
        decoded.text.contains(&format!("<body>{text}</body>")),
        "{}",
        decoded.text
    );
    assert_eq!((decoded.charset, decoded.n_replaced), (charset, 0));
}

#[test]
fn a_page_labelled_euc_kr_is_read_as_cp949() {
    let by_meta = read(&page(META_EUC_KR, RARE_CP949), Some("text/html"));
    expect(&by_meta, "똠펲햏뷁", "EUC-KR");
    let by_header = read(&page("", RARE_CP949), Some("text/html; charset=MS949"));
    expect(&by_header, "똠펲햏뷁", "EUC-KR");
}

#[test]
fn where_header_and_meta_disagree_the_bytes_decide() {
    let utf_8_page = page(META_EUC_KR, "한글".as_bytes());
    let decoded = read(&utf_8_page, Some("text/html; charset=UTF-8"));
    expect(&decoded, "한글", "UTF-8");

    let cp949_page = page(META_UTF_8, BOARD_CP949);
    let decoded = read(&cp949_page, Some("text/html; charset=EUC-KR"));
    expect(&decoded, "한글 게시판", "EUC-KR");

    let cp949_page = page(META_EUC_KR, BOARD_CP949);
    let decoded = read(&cp949_page, Some("text/html; charset=UTF-8"));
    expect(&decoded, "한글 게시판", "EUC-KR");
}

#[test]
fn utf_8_with_one_wrong_label_is_still_utf_8() {
    let body = page(META_EUC_KR, "한글 게시판".as_bytes());
    expect(&read(&body, Some("text/html")), "한글 게시판", "UTF-8");
}

#[test]
fn two_syllables_that_happen_to_be_valid_utf_8_are_left_to_the_label() {
    // 카 is C4 AB in CP949, and C4 AB is a letter in UTF-8 too.
    let body = page(META_EUC_KR, b"\xC4\xAB\xC4\xAB");
    expect(&read(&body, None), "카카", "EUC-KR");
}

#[test]
fn chinese_and_japanese_labels_mean_their_supersets() {
    // 論壇帖子 in GBK; 𠮷㐀 is four bytes each, GB18030 only.
    let body = page(
        "<meta charset=gb2312>",
        b"\xD5\x93\x89\xAF\xCC\xFB\xD7\xD3\x95\x34\xB2\x35\x81\x39\xEE\x39",
    );
    expect(&read(&body, None), "論壇帖子𠮷㐀", "gb18030");
    // ① is in CP932, not in Shift_JIS proper.
    let body = page("", b"\x83\x65\x83\x58\x83\x67\x87\x40");
    let decoded = read(&body, Some("text/html; charset=Shift_JIS"));
    expect(&decoded, "テスト①", "Shift_JIS");
}

#[test]
fn a_page_cut_inside_a_character_has_one_replacement_and_only_there() {
    let header = Some("text/html; charset=UTF-8");
    let text = "한글 게시판의 글";
    for cut in 1..text.len() {
        let decoded = read(&text.as_bytes()[..cut], header);
        let whole = text.is_char_boundary(cut);
        assert_eq!(decoded.charset, "UTF-8");
        assert_eq!(decoded.n_replaced, usize::from(!whole), "cut at {cut}");
        assert_eq!(decoded.text.ends_with('\u{FFFD}'), !whole);
        let kept = decoded.text.trim_end_matches('\u{FFFD}');
        assert!(text.starts_with(kept));
    }
    let cut = read(&BOARD_CP949[..10], Some("text/html; charset=euc-kr"));
    assert_eq!(cut.text, "한글 게시\u{FFFD}");
    assert_eq!((cut.charset, cut.n_replaced), ("EUC-KR", 1));
    // 𠮷 without its last byte.
    let cut = read(b"\x95\x34\xB2", Some("text/html; charset=gbk"));
    assert_eq!((cut.text.as_ref(), cut.n_replaced), ("\u{FFFD}", 1));
}

#[test]
fn a_few_titles_cut_in_the_middle_of_a_character_do_not_change_the_charset() {
    let mut bytes = "한글 게시판의 긴 제목입니다. ".repeat(20).into_bytes();
    bytes.extend_from_slice(b"\xED\x95...");
    bytes.extend_from_slice("다음 글".as_bytes());
    for header in [Some("text/html; charset=utf-8"), None] {
        let decoded = read(&bytes, header);
        assert_eq!((decoded.charset, decoded.n_replaced), ("UTF-8", 1));
        assert!(decoded.text.ends_with("다음 글"));
    }
}

#[test]
fn a_byte_order_mark_wins_and_is_no_part_of_the_text() {
    let decoded = read("\u{FEFF}한글".as_bytes(), Some("text/html; charset=euc-kr"));
    assert_eq!((decoded.text.as_ref(), decoded.charset), ("한글", "UTF-8"));
    let decoded = read(b"\xFF\xFE\x5C\xD5", None);
    assert_eq!((decoded.text.as_ref(), decoded.charset), ("한", "UTF-16LE"));
}

#[test]
fn without_a_claim_the_hint_is_tried_and_then_the_detector() {
    let body = page("", BOARD_CP949);
    let decoded = decode(&body, None, Some("cp949"), None);
    expect(&decoded, "한글 게시판", "EUC-KR");
    for tld in ["kr", "KR", "ko"] {
        let decoded = decode(&body, None, None, Some(tld));
        expect(&decoded, "한글 게시판", "EUC-KR");
    }
    let utf_8 = page("", "한글".as_bytes());
    expect(
        &decode(&utf_8, None, Some("cp949"), Some("kr")),
        "한글",
        "UTF-8",
    );
}

#[test]
fn a_claim_that_the_bytes_refute_gives_way() {
    let long = BOARD_CP949.repeat(20);
    let latin = page("<meta charset=iso-8859-1>", &long);
    let decoded = decode(&latin, None, None, Some("kr"));
    expect(&decoded, &"한글 게시판".repeat(20), "EUC-KR");
    let utf_8 = page(META_UTF_8, &long);
    let decoded = decode(&utf_8, None, None, Some("kr"));
    expect(&decoded, &"한글 게시판".repeat(20), "EUC-KR");
}

/// Somebody pasted a paragraph of EUC-KR bytes into a page of UTF-8: only that is lost.
#[test]
fn a_page_in_two_charsets_is_read_by_the_one_that_most_of_it_is_in() {
    let mut body = page(META_UTF_8, &"새나루 소식. ".repeat(20).into_bytes());
    let foreign = b"\xC7\xD1\xB1\xDB ".repeat(20);
    body.extend_from_slice(&foreign);
    let decoded = decode(&body, Some("text/html; charset=UTF-8"), None, Some("kr"));
    assert_eq!(decoded.charset, "UTF-8");
    assert!(decoded.text.contains("새나루 소식. 새나루 소식."));
}

#[test]
fn true_latin_1_keeps_its_claim() {
    let text = b"D\xE9j\xE0 vu: le caf\xE9 \xE9tait ferm\xE9. ".repeat(20);
    let body = page("<meta charset=iso-8859-1>", &text);
    let decoded = decode(&body, None, None, Some("fr"));
    assert_eq!(decoded.charset, "windows-1252");
    assert!(decoded.text.contains("Déjà vu: le café était fermé."));
}

#[test]
fn the_operators_charset_overrides_all_claims() {
    let body = page(META_UTF_8, BOARD_CP949);
    let decoded = decode_as(&body, "ks_c_5601-1987").unwrap();
    expect(&decoded, "한글 게시판", "EUC-KR");
    assert_eq!(decode_as(&body, "klingon"), None);
}

#[test]
fn replacement_characters_of_the_page_itself_are_not_counted() {
    let decoded = read("글\u{FFFD}글\u{FFFD}".as_bytes(), None);
    assert_eq!(decoded.n_replaced, 0);
    let mut cut = "글\u{FFFD}글".as_bytes().to_vec();
    cut.pop();
    assert_eq!(read(&cut, None).n_replaced, 1);
}

#[test]
fn the_top_level_domain_of_an_address_is_none() {
    let tld = |url: &str| tld_of(&Url::parse(url).unwrap()).map(str::to_owned);
    assert_eq!(tld("http://www.board.co.kr:8080/"), Some("kr".into()));
    assert_eq!(tld("http://board.kr./"), Some("kr".into()));
    assert_eq!(tld("http://127.0.0.1/"), None);
    assert_eq!(tld("http://[::1]/"), None);
    assert_eq!(tld("http://localhost/"), None);
}

proptest! {
    #[test]
    fn decoding_never_panics(
        body in proptest::collection::vec(any::<u8>(), 0..400),
        content_type in proptest::option::of("(text/html; charset=)?[a-z0-9_-]{0,12}"),
        hint in proptest::option::of("[a-z0-9-]{0,10}"),
        tld in proptest::option::of(".{0,6}"),
    ) {
        let decoded = decode(&body, content_type.as_deref(), hint.as_deref(), tld.as_deref());
        prop_assert!(decoded.n_replaced <= decoded.text.chars().count());
    }

    #[test]
    fn a_prescan_of_anything_ends(markup in "[<>!?/= a-z\"'-]{0,60}(<meta|<!--|<\\?xml)?[ =a-z\"'/>-]{0,60}") {
        decode(markup.as_bytes(), None, None, None);
    }

    #[test]
    fn valid_utf_8_comes_out_as_it_was(text in "\\PC{0,200}") {
        let decoded = decode(text.as_bytes(), None, None, Some("kr"));
        prop_assert_eq!(decoded.text, text.strip_prefix('\u{FEFF}').unwrap_or(&text));
        prop_assert_eq!(decoded.n_replaced, 0);
    }
}
