//! What do boards call their columns, pinned rows and closed posts, in many languages? Words only: which element says
//! them is decided elsewhere.
//!
//! Headers speak the reader's language, class names the programmer's, who writes English nearly everywhere. Languages:
//! Korean, Japanese, Chinese, English, German, French, Spanish, Portuguese, Italian, Dutch, the Nordic ones, Polish,
//! Czech, Russian, Ukrainian, Turkish, Greek, Arabic, Thai, Vietnamese, Indonesian, Hebrew, Hindi, Persian, Hungarian and
//! Romanian.

use std::sync::LazyLock;

use regex::Regex;

/// Header words without white space, in lower case. A word of up to three letters must be the whole header, a longer one
/// may stand in it.
const HEADER_WORDS: [(&str, &str); 9] = [
    (
        "last",
        "최근 마지막 최종 last latest activity letzte dernier dernière último última ultimo ultima ultimi laatste ostatni senaste seneste siste viimeisin uusin poslední последн останн son sonmesaj τελευταί آخر ล่าสุด cuối terakhir 最終 最後 最后 最新レス אחרונה אחרון अंतिम utolsó ultimul",
    ),
    (
        "rank",
        "번호 순번 no no. nr nr. n° nº # num number 番号 序号 編號 编号 № номер nummer numéro número numero رقم ลำดับ stt",
    ),
    (
        "author",
        "글쓴이 작성자 이름 닉네임 등록자 필자 담당부서 부서 author writer name nick user poster postedby startedby starter 投稿者 名前 作者 作成者 发帖 發文 楼主 樓主 发布者 verfasser autor ersteller benutzer auteur utilisateur usuario autore utente gebruiker författare användare forfatter bruger bruker kirjoittaja автор пользователь yazar gönderen συγγραφέας الكاتب المؤلف صاحب ผู้เขียน ผู้โพสต์ ngườigửi tácgiả penulis מאת כותב מחבר लेखक نویسنده szerző autorul",
    ),
    (
        "date",
        "날짜 등록일 작성일 일시 작성시간 게시일 date posted time 日付 投稿日 日時 发表 發表 发布 時間 时间 日期 datum fecha data dato created erstellt publié publicado veröffentlicht päivämäärä päiväys дата tarih ημερομηνία التاريخ تاريخ วันที่ ngày tanggal תאריך दिनांक तारीख تاریخ dátum วันเวลา",
    ),
    (
        "comment_count",
        "댓글 답글 답변 comment replies reply answers 返信 レス コメント 回复 回覆 评论 評論 antworten réponses commentaires respuestas comentarios respostas comentários risposte commenti reacties antwoorden odpowiedzi odp. svar vastauks odpověd ответ комментар відповід yanıt cevap απαντήσεις الردود ردود ตอบ trảlời balasan תגובות टिप्पणि टिप्पणी پاسخ válasz hozzászólás răspunsuri ความคิดเห็น ความเห็น bìnhluận phảnhồi",
    ),
    (
        "views",
        "조회 읽음 view hits hit read 閲覧 表示数 查看 浏览 瀏覽 点击 點閱 人気 zugriffe aufrufe gelesen vues vu lectures affichages visitas vistas visto visualiza leituras visite letture bekeken weergaven wyświetl odsłon visningar visninger katsel zobrazen просмотр перегляд görüntü okunma προβολές المشاهدات مشاهدات อ่าน lượtxem dilihat צפיות दृश्य بازدید megtekint vizualizări เข้าชม",
    ),
    (
        "votes",
        "추천 좋아요 공감 vote like score points rating 点赞 赞 贊 推 いいね 評価 拍手 bewertung punkte j'aime votos megusta curtidas voti голос рейтинг beğeni إعجاب",
    ),
    (
        "category",
        "분류 말머리 카테고리 구분 category section 分类 分類 カテゴリ 种类 版块 類別 kategorie rubrik catégorie rubrique categoría categoria sezione categorie kategoria kategori категори раздел розділ κατηγορία القسم التصنيف หมวด chuyênmục קטגוריה श्रेणी kategória",
    ),
    (
        "title",
        "제목 title subject topic thread 件名 タイトル 題名 スレッド 标题 標題 主题 主題 帖子 thema themen betreff titel sujet titre asunto tema título titulo assunto tópico discussion argomento oggetto titolo onderwerp temat tytuł wątek ämne rubrik emne aihe otsikko téma předmět vlákno тема темы заголовок название konu başlık θέμα الموضوع موضوع عنوان กระทู้ หัวข้อ chủđề tiêuđề judul topik נושא כותרת विषय शीर्षक téma subiect",
    ),
];

/// What a header calls its column; a date or author of the last reply is `last`.
pub(super) fn header_says(header: &str, field: &str) -> bool {
    let words = HEADER_WORDS.iter().find(|(name, _)| *name == field);
    words.is_some_and(|(_, words)| {
        words.split(' ').any(|word| match word.chars().count() {
            ..=2 if word.is_ascii() => header == word,
            3 if word.is_ascii() => header == word || header.starts_with(&format!("{word}(")),
            _ => header.contains(word),
        })
    })
}

/// `by`, in front of a name.
const BY: &str = "by von par por di da door af av przez от від oleh bởi tarafından كتبه بواسطة 作者： από מאת द्वारा โดย توسط";

/// Whether words end in one that an author's name follows: `Posted by`, `작성자:`.
pub(super) fn introduces_author(before: &str) -> bool {
    let words = before
        .trim_end_matches([':', '：', ' ', '\u{a0}'])
        .to_lowercase();
    let last = words.rsplit(char::is_whitespace).next().unwrap_or_default();
    // Behind a colon stands the name itself.
    words.chars().count() <= 24
        && !last.is_empty()
        && !last.contains([':', '：'])
        && (BY.split(' ').any(|by| by == last) || header_says(last, "author"))
}

/// The author's name in a line about him that begins so: `posted by mira at 10:20 | …`. Its group is the name.
pub(super) fn after_by(text: &str) -> Option<String> {
    const MOST_WORDS: usize = 3;
    if let Some(pattern) = after_label(text) {
        return Some(pattern);
    }
    let mut words = text.split(' ').take(MOST_WORDS);
    let by = words.find(|word| {
        let word = word.trim_end_matches([':', '：']).to_lowercase();
        BY.split(' ').any(|by| by == word)
    })?;
    let pattern = format!(
        r"(?:^|\s){}\s(.{{1,40}}?)(?:\s(?:at|on|am|um|le|à|el|em|il|alle|op|om|w|dne|в)\s|\s?[|,•·–(]|\s-|\s\d|$)",
        regex::escape(by)
    );
    let found = Regex::new(&pattern).ok()?.captures(text)?.get(1)?;
    (!found.as_str().trim().is_empty()).then_some(pattern)
}

/// The same where a label with a colon is all that stands before the name: `작성자: 갈매기`, `作者：海鸥`.
fn after_label(text: &str) -> Option<String> {
    const MAX_NAME: usize = 30;
    let (label, name) = text.split_once([':', '：'])?;
    let squeezed: String = label.to_lowercase().split_whitespace().collect();
    let is_label = squeezed.chars().count() <= 12 && header_says(&squeezed, "author");
    let is_name = (1..=MAX_NAME).contains(&name.trim().chars().count())
        && name.chars().any(char::is_alphabetic)
        && !name.contains([':', '：']);
    let label = regex::escape(label);
    (is_label && is_name).then(|| format!(r"^{label}\s?[:：]\s?(.{{1,{MAX_NAME}}}?)\s*$"))
}

/// Whether a header names any field.
pub(super) fn is_header(header: &str) -> bool {
    header.chars().count() <= 24
        && HEADER_WORDS
            .iter()
            .any(|(field, _)| header_says(header, field))
}

/// Class words, by field. Order: the more telling first.
const CLASS_WORDS: [(&str, &str); 9] = [
    (
        "last",
        r"last_?-?(?:post|repl|comment|activity|update|msg|message|visit|time|date|by)|\blatest\b|activity|bumped|최근|최종",
    ),
    (
        "rank",
        r"번호|순번|^no\.?$|^num|\bnum\b|td_num2?\b|numb$|gall_num|\bno\b|\brank\b|\bseq\b",
    ),
    (
        "author",
        r"author|writer|\bname|nick|user|starter|member|\bby\b|poster|작성자|글쓴이|byline",
    ),
    (
        "date",
        r"date|posted|time|regist|created|publish|날짜|작성일|등록일",
    ),
    ("comment_count", r"comment|repl|cmt|answer|댓글|\bposts?\b"),
    ("views", r"view|\bhit|hits|read|\bcount\b|cnt$|m_no|조회"),
    (
        "votes",
        r"vote|like|good|recommend|\brec\b|thumb|symph|point|score|추천",
    ),
    (
        "category",
        r"category|\b(?:\w+_)?cate(?:_\w+)?\b|prefix|label|subject_?head|section|flair|\btags?\b|분류|말머리",
    ),
    (
        "title",
        r"title|subject|topic|headline|\btit(?:[_-]|\b)|[_-]tit\b|제목",
    ),
];
static CLASS_PATTERNS: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    CLASS_WORDS
        .iter()
        .map(|(field, words)| (*field, pattern(&format!("(?i){words}"))))
        .collect()
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// Whether class words (or a whole text in a label's place) name a field.
pub(super) fn class_says(words: &str, field: &str) -> bool {
    CLASS_PATTERNS
        .iter()
        .any(|(name, pattern)| *name == field && pattern.is_match(words))
}

/// Words that show a date or a time, among others: digits in its form, months and days by name, counts back. It tells
/// rows and comments from menus; which moment it is, [`crate::dates`] says.
pub(super) static DATED: LazyLock<Regex> = LazyLock::new(|| {
    let months = crate::dates::months::alternatives();
    pattern(&format!(
        r"(?i)\d{{2,4}}\s?[-./年년]\s?\d{{1,2}}\s?[-./月월]\s?\d{{1,2}}|\b\d{{1,2}}:\d{{2}}\b|\b\d{{1,2}}[-./]\d{{1,2}}\b|\d{{4}}年|\d+\s?(?:초|분|시간|일|개월|년)\s?전|\d+\s?(?:分|小时|時間|天|日)前|어제|昨天|昨日|今日|今天|\b\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?(?:{months})(?:\b|\s|,|$)|\b(?:{months})\.?\s+\d{{1,2}}\b|\b(?:yesterday|today|ago|gestern|heute|hier|aujourd'hui|ayer|hoy|ontem|hoje|ieri|oggi|gisteren|vandaag|igår|idag|wczoraj|dzisiaj|včera|вчера|сегодня|назад|вчора|dün|bugün|önce|temu|sedan|geleden|lalu|kemarin)\b|\b(?:vor|hace|há|il y a)\s\d|منذ|أمس|اليوم|ที่แล้ว|วันนี้|เมื่อวาน|hôm (?:qua|nay)|\d\s\w+\strước|לפני|אתמול|היום|πριν|χθες|σήμερα|पहले|قبل\s\d"
    ))
});

pub(super) static NOTICE_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)notice|stick|pinned|announce|fixed-?top|gongji|\bpin\b|is-top|istop|top-?post|thumb-?tack|important|featured-top",
    )
});
pub(super) static SECRET_CLASS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)secret|\block(?:ed)?\b|fa-lock|비밀|private"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_many_languages_are_seen_among_words() {
        for text in [
            "mira 2026-11-24 12",
            "von mira am 24.11.2026",
            "3 mars 2026",
            "24 de noviembre",
            "vor 3 Stunden",
            "3 часа назад",
            "昨天 10:20",
            "어제",
            "5 hours ago",
            "Nov 24",
        ] {
            assert!(DATED.is_match(text), "{text}");
        }
        for text in ["About us", "Thema 12", "Marsch der Laternen", "0 Antworten"] {
            assert!(!DATED.is_match(text), "{text}");
        }
    }

    #[test]
    fn headers_of_many_languages_name_their_columns() {
        for (header, field) in [
            ("번호", "rank"),
            ("番号", "rank"),
            ("nr.", "rank"),
            ("verfasser", "author"),
            ("автор", "author"),
            ("الكاتب", "author"),
            ("投稿者", "author"),
            ("投稿日", "date"),
            ("fecha", "date"),
            ("tarih", "date"),
            ("просмотры", "views"),
            ("浏览", "views"),
            ("réponses", "comment_count"),
            ("replies", "comment_count"),
            ("thema", "title"),
            ("标题", "title"),
            ("lastpost", "last"),
            ("letzterbeitrag", "last"),
            ("последнеесообщение", "last"),
            ("最終投稿", "last"),
        ] {
            assert!(header_says(header, field), "{header} is {field}");
        }
        assert!(!header_says("notes", "rank"));
        assert!(!header_says("nordic", "rank"));
        assert!(!is_header("about the harbour and what else"));
    }
}
