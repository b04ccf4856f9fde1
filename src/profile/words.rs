//! Words with which boards of many languages mark a pinned row.

/// Without white space and marks, in lower case.
const PINNED: [&str; 62] = [
    "공지",
    "공지사항",
    "전체공지",
    "필독",
    "알림",
    "안내",
    "중요",
    "notice",
    "notices",
    "sticky",
    "stickied",
    "stickythread",
    "pinned",
    "announcement",
    "announcements",
    "important",
    "置顶",
    "置頂",
    "公告",
    "全局置顶",
    "本版置顶",
    "お知らせ",
    "固定",
    "固定表示",
    "重要",
    "wichtig",
    "angepinnt",
    "angeheftet",
    "ankündigung",
    "annonce",
    "épinglé",
    "épinglée",
    "importante",
    "fijado",
    "anuncio",
    "destacado",
    "fixado",
    "fixo",
    "anúncio",
    "inevidenza",
    "annuncio",
    "vastgezet",
    "mededeling",
    "przyklejony",
    "przypięty",
    "ogłoszenie",
    "klistrad",
    "viktigt",
    "opslag",
    "tiedote",
    "důležité",
    "oznámení",
    "закреплено",
    "закреплена",
    "важно",
    "объявление",
    "оголошення",
    "sabit",
    "duyuru",
    "مثبت",
    "ประกาศ",
    "thôngbáo",
];

/// Whether words are nothing but a mark of a pinned row: `[공지]`, `Wichtig:`.
pub fn says_pinned(text: &str) -> bool {
    // A label is short; nothing else is worth folding.
    if text.len() > 60 {
        return false;
    }
    let word: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    PINNED.contains(&word.as_str())
}

/// Whether a short sentence says of its topic that it is pinned: `Sticky topic`. That something is important many say.
pub fn mentions_pinned(sentence: &str) -> bool {
    const MARKS: [&str; 14] = [
        "sticky",
        "stickied",
        "pinned",
        "angepinnt",
        "angeheftet",
        "épinglé",
        "épinglée",
        "fijado",
        "fixado",
        "vastgezet",
        "przyklejony",
        "przypięty",
        "закреплено",
        "закреплена",
    ];
    let is_mark = |word: &str| MARKS.contains(&word.to_lowercase().as_str());
    sentence.len() <= 60 && sentence.split(|c: char| !c.is_alphanumeric()).any(is_mark)
}

#[cfg(test)]
mod tests {
    use super::{mentions_pinned, says_pinned};

    #[test]
    fn sentences_of_icons_mention_that_a_topic_is_pinned() {
        for sentence in [
            "Sticky topic",
            "Topic is pinned to top of list.",
            "Angepinntes Thema, angepinnt",
        ] {
            assert!(mentions_pinned(sentence), "{sentence}");
        }
        for sentence in ["Important news of the harbour", "Stickers", ""] {
            assert!(!mentions_pinned(sentence), "{sentence}");
        }
    }

    #[test]
    fn labels_of_pinned_rows_are_whole_labels() {
        for label in [
            "공지",
            "[공지]",
            "Sticky:",
            "置顶",
            "Wichtig",
            "Закреплено",
            "📌 Pinned",
        ] {
            assert!(says_pinned(label), "{label}");
        }
        for title in ["Important news of the harbour", "", "12"] {
            assert!(!says_pinned(title), "{title}");
        }
    }
}
