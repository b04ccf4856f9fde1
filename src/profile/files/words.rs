//! How do pages speak of files? Endings of names, sizes, headings above lists of attachments, addresses that hand files
//! out: words only. What follows from them is decided elsewhere.

use std::sync::LazyLock;

use regex::Regex;

/// Endings of files that people attach, as a pattern: documents, tables, slides, pictures, sound, films, archives, code.
macro_rules! endings {
    () => {
        "hwpx?|hwt|hml|docx?|docm|dotx?|xlsx?|xlsm|xlsb|csv|tsv|pptx?|ppsx?|pdf|odt|ods|odp|odg|rtf|txt|log|md|tex|epub|mobi|djvu|key|numbers|pages|show|cell|nxl|zip|rar|7z|tar|t?gz|bz2|xz|zst|alz|egg|lzh|arj|cab|iso|dmg|exe|msi|apk|deb|rpm|jar|jpe?g|jfif|png|gif|bmp|webp|tiff?|heic|svg|psd|ai|eps|ico|mp3|wav|flac|ogg|m4a|wma|mid|mp4|m4v|avi|mkv|mov|wmv|webm|flv|mpe?g|swf|srt|smi|ass|torrent|ttf|otf|dwg|dxf|stl|gpx|kml|kmz|shp|ics|vcf|xml|json|ya?ml|sql|patch|diff|ini|cfg|conf|bin|dat|bak|sav|esp|esm|lua|py|c|h|cpp|rs|java|sh|bat|ps1"
    };
}

/// Words above or in front of lists of files, as a pattern.
macro_rules! headings {
    () => {
        r"첨부\s?(?:된\s?)?(?:파일|문서|자료|화일)?|붙임\s?(?:파일|문서)?|파일\s?첨부|첨부파일\s?목록|attach(?:ed|ment)?s?(?:\s?files?|\s?documents?)?|files? attached|添付(?:ファイル|資料)?|附件(?:下载|列表|下載)?|附加(?:文件|檔案)|(?:datei)?anh[aä]nge?|angeh[aä]ngte dateien|dateianlagen?|anlagen?|(?:pi[eè]ces?|fichiers?|documents?) joint(?:e?s)?|(?:archivos?|ficheros?|documentos?) adjuntos?|adjuntos?|anexos?|(?:arquivos|ficheiros) anexados|allegat[oi]|bijlagen?|za[łl][ąa]czniki?|p[řr][ií]loh[ay]|p[ií]lohy|bilag|bilagor|vedlegg|liitetiedostot|liitteet|вложени[яе]|прикрепл[её]нн\w+ файлы?|вкладення|ekler|ekli dosyalar|συνημμένα|المرفقات|مرفقات|ไฟล์แนบ|(?:tệp |tập tin )?đính kèm|lampiran|קבצים מצורפים|संलग्न\w*|mellékletek?|fi[șş]iere ata[șş]ate|پیوست\w*"
    };
}

/// A text that begins with a file's name: up to the ending that stands before white space, a bracket or the end.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*([^\r\n/\\]{1,180}?\.(?:",
        endings!(),
        r"))(?:$|[\s\[\](){}（）,;:|/]|님)"
    ))
    .expect("a constant pattern")
});
/// What a list may write in front of a name.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^(?:(?:",
        headings!(),
        r"|download|다운로드)\s*#?\d{0,3}\s*[:：)\].]\s*|[#\[(]?\d{1,3}[\]).:]\s+|[-•·*▪■□◦▶>]\s*)+"
    ))
    .expect("a constant pattern")
});
static ENDS_IN_FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(r"(?i)[^/=&?]\.(?:", endings!(), ")$")).expect("a constant pattern")
});
/// A number and a unit of bytes; a unit of one letter only in brackets.
static SIZE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:^|[^\p{L}\d.,])(\d[\d.,]*\s?(?:[KMGT]i?B|[KMG]o|octets?|bytes?|B|[КМГ]Б|байта?|바이트|バイト|字节|字節|位元組|[KMG]バイト))(?:$|[^\p{L}\d])|[\[(（]\s*(\d[\d.,]*\s?[KMG])\s*[\])）]",
    )
    .expect("a constant pattern")
});
/// How often a file was fetched.
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:downloads?|downloaded|hits?|views?|다운로드|다운|조회|下载(?:次数)?|下載(?:次數)?|ダウンロード|heruntergeladen|téléchargé\w*|descargas?|скач\w*)\W{0,3}\d|\d\s?(?:회|次|回|x|×|times?|mal|fois|veces|раз|downloads?|hits?)(?:\W|$)")
        .expect("a constant pattern")
});
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\W*(?:",
        headings!(),
        r")\W*\d{0,3}\s?[개件]?\W*$"
    ))
    .expect("a constant pattern")
});
/// Classes and ids of what holds files.
static HOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)attach|adjunt|anhang|(?:^|[\s_-])(?:add_?)?files?(?:$|[\s_-]|list|box|area|wrap|view|item|group|name|info)|(?:^|[_-])file|filelist|download|첨부|file$")
        .expect("a constant pattern")
});
/// Addresses and functions that hand files out.
static HANDLER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)down_?loads?|file_?down|down_?file|(?:^|[^a-z])(?:fn|go)?_?down(?:$|[^a-z])|attach|(?:^|[^a-z])dl(?:$|[^a-z])|(?:^|[^a-z])(?:get|send|fetch|open)?_?files?(?:$|[^a-z:])|file_?(?:id|no|seq|srl|idx|key|sn|uid|path|name)(?:$|[^a-z])|getfile")
        .expect("a constant pattern")
});
/// Words of links and counts that say nothing of a file.
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)",
        headings!(),
        r"|downloaded|downloads?|다운로드|다운|받기|저장|내려받기|미리보기|바로보기|보기|file ?size|size|파일|크기|용량|조회|횟수|date|hits?|views?|times?|下载次数|下载|下載|次数|ダウンロード|heruntergeladen|größe|mal|herunterladen|télécharg\w*|taille|fois|descargar?|descargas|veces|tamaño|скач\w*|размер|раз"
    ))
    .expect("a constant pattern")
});

/// The name of a file at the beginning of a text, without the label in front of it.
pub(super) fn name_at(text: &str) -> Option<&str> {
    let label = LABEL.find(text).map_or(0, |label| label.end());
    let name = NAME.captures(&text[label..])?.get(1)?.as_str().trim();
    // Letters or digits in front of the ending; no address, no sentence.
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let is_name = stem.chars().any(char::is_alphanumeric) && !stem.contains("://");
    is_name.then_some(name)
}

/// Whether an address ends in a file's name.
pub(super) fn ends_in_file(address: &str) -> bool {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    ENDS_IN_FILE.is_match(path.trim_end())
}

/// The first size in a text, as written: `20.0KB`.
pub(super) fn size_in(text: &str) -> Option<&str> {
    let found = SIZE.captures(text)?;
    found
        .iter()
        .skip(1)
        .flatten()
        .next()
        .map(|size| size.as_str().trim())
}

pub(super) fn counts_fetches(text: &str) -> bool {
    COUNT.is_match(text)
}

/// Whether a short text is nothing but a heading of files, in any of the languages known.
pub fn heads_files(text: &str) -> bool {
    text.chars().count() <= 40 && HEADING.is_match(text)
}

/// Whether classes and ids are those of what holds files.
pub(super) fn is_holder(words: &str) -> bool {
    HOLDER.is_match(words)
}

/// Whether an address, or the name of a function, is of something that hands files out.
pub fn hands_out(address: &str) -> bool {
    HANDLER.is_match(address)
}

/// Letters of a text that are no label, size, count or date.
pub(super) fn letters_beside(text: &str) -> usize {
    let sizes = SIZE.replace_all(text, " ");
    let rest = ABOUT.replace_all(&sizes, " ");
    rest.chars().filter(|c| c.is_alphabetic()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_their_ending_does() {
        for (text, name) in [
            ("보고서_2025 (최종).hwp (29.3K)", "보고서_2025 (최종).hwp"),
            ("map.of.the.coast.tar.gz [12KB]", "map.of.the.coast.tar.gz"),
            ("Attachment 2: plan.pdf", "plan.pdf"),
            ("1. plan.pdf", "plan.pdf"),
            ("photo.jpg[File Size:20.0KB/Download:0]", "photo.jpg"),
        ] {
            assert_eq!(name_at(text), Some(name), "{text}");
        }
        for text in [
            "Download",
            "https://example.org/a.pdf",
            "v1.2 is out",
            ".pdf",
            "",
        ] {
            assert_eq!(name_at(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_numbers_with_a_unit() {
        for (text, size) in [
            ("(1.2 MB)", "1.2 MB"),
            ("[File Size:20.0KB/Download:0]", "20.0KB"),
            ("plan.pdf (29.3K)", "29.3K"),
            ("1,2 Mo", "1,2 Mo"),
            ("30,000 bytes", "30,000 bytes"),
            ("120 КБ", "120 КБ"),
        ] {
            assert_eq!(size_in(text), Some(size), "{text}");
        }
        for text in ["12 boats", "2025-11-24", "MB", "A4"] {
            assert_eq!(size_in(text), None, "{text}");
        }
    }

    #[test]
    fn headings_are_whole_labels() {
        for text in [
            "첨부파일",
            "Attachments (2)",
            "Anhänge:",
            "附件",
            "添付ファイル",
            "첨부파일 3개",
            "Вложения",
        ] {
            assert!(heads_files(text), "{text}");
        }
        for text in ["Attachment to the sea", "The files of the harbour", ""] {
            assert!(!heads_files(text), "{text}");
        }
    }

    #[test]
    fn handlers_are_told_by_words_of_their_own() {
        for address in [
            "/bbs/download.php?no=1",
            "/cmm/fms/FileDown.do?atchFileId=F1",
            "fn_down",
            "/file/download/7",
            "attachment.php?aid=3",
            "fileDownload",
            "/dl/9",
        ] {
            assert!(hands_out(address), "{address}");
        }
        for address in ["/profile/7", "/countdown/3", "/board/12", "goView"] {
            assert!(!hands_out(address), "{address}");
        }
    }
}
