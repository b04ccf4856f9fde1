//! What the boards of many shapes hold: posts with replies, in the words of several languages, all made up here.

use jiff::civil::{DateTime, date};

/// The words a board is written in, and where it is.
#[derive(Debug)]
pub struct Tongue {
    /// Of the page's root element.
    pub lang: &'static str,
    /// The zone of dates that name none: what a reader of such a page would guess.
    pub zone: &'static str,
    /// `{a}`, `{b}` are words, `{n}` is the post's place from the oldest.
    pub(super) title: &'static str,
    /// Likewise, with `{c}`; `{n}` is the line.
    pub(super) line: &'static str,
    pub(super) reply: &'static str,
    pub(super) words: [&'static str; 8],
    pub(super) authors: [&'static str; 6],
    /// As they stand in dates.
    pub months: [&'static str; 12],
    pub days: [&'static str; 7],
    /// Those of dates, from zero.
    pub digits: &'static str,
    /// Years that its calendar is ahead.
    pub years_ahead: i16,
    /// Today and the day before.
    pub near_days: [&'static str; 2],
    /// `{n}` minutes, hours and days ago.
    pub ago: [&'static str; 3],
}

const LATIN_AUTHORS: [&str; 6] = ["mira", "okto", "sandpiper", "quill", "bosun", "ferry"];

pub const ENGLISH: Tongue = Tongue {
    lang: "en",
    zone: "UTC",
    title: "About the {a} and the {b} no {n}",
    line: "The {a} of {n} stood by the {b} while nobody counted the {c}, and so it went on until the evening.",
    reply: "I saw the {a} near the {b} as well, on day {n}.",
    words: [
        "harbour", "lantern", "granite", "orchard", "signal", "copper", "meadow", "ledger",
    ],
    authors: LATIN_AUTHORS,
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    days: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    digits: "0123456789",
    years_ahead: 0,
    near_days: ["today", "yesterday"],
    ago: ["{n} minutes ago", "{n} hours ago", "{n} days ago"],
};
pub const GERMAN: Tongue = Tongue {
    lang: "de",
    zone: "Europe/Berlin",
    title: "Über {a} und {b} Nummer {n}",
    line: "Beim {a} stand lange der {b}, und niemand zählte {n} Mal nach, wie oft der {c} am Abend klapperte.",
    reply: "Den {a} neben dem {b} habe ich am Tag {n} auch gesehen.",
    words: [
        "Hafen", "Leuchter", "Granit", "Garten", "Ruder", "Kupfer", "Anger", "Kahn",
    ],
    authors: [
        "Möwe",
        "Ottokar",
        "Strandläufer",
        "Kiel",
        "Bootsmann",
        "Fähre",
    ],
    months: [
        "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
    ],
    days: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
    ..ENGLISH
};
pub const FRENCH: Tongue = Tongue {
    lang: "fr",
    zone: "Europe/Paris",
    title: "À propos du {a} et du {b} numéro {n}",
    line: "Le {a} restait près du {b} sans que personne ne compte {n} fois le {c} du soir, et cela dura longtemps.",
    reply: "J'ai aussi vu le {a} du {b} au jour {n}.",
    words: [
        "port", "phare", "granit", "verger", "signal", "cuivre", "pré", "registre",
    ],
    authors: ["Mouette", "Octave", "Sablier", "Quille", "Bosco", "Ferriot"],
    months: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc.",
    ],
    days: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    ..ENGLISH
};
pub const KOREAN: Tongue = Tongue {
    lang: "ko",
    zone: "Asia/Seoul",
    title: "{a} 옆의 {b} 이야기 {n}번째",
    line: "{a} 곁에는 오래도록 {b} 하나가 서 있었고 {n}번을 세어도 {c} 소리는 저녁까지 그치지 않았습니다.",
    reply: "저도 {a} 앞 {b}에서 {n}일째 보았습니다.",
    words: [
        "항구",
        "등대",
        "돌담",
        "과수원",
        "나팔",
        "구리",
        "들판",
        "장부",
    ],
    authors: ["갈매기", "물수리", "모래톱", "나룻배", "뱃사공", "돌고래"],
    months: [
        "1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월",
    ],
    days: ["월", "화", "수", "목", "금", "토", "일"],
    near_days: ["오늘", "어제"],
    ago: ["{n}분 전", "{n}시간 전", "{n}일 전"],
    ..ENGLISH
};
pub const JAPANESE: Tongue = Tongue {
    lang: "ja",
    zone: "Asia/Tokyo",
    title: "{a}と{b}の話 その{n}",
    line: "{a}のそばには長いこと{b}が立っていて、{n}回数えても{c}の音は夕方までやまなかった。",
    reply: "{a}の前の{b}なら{n}日目に見ました。",
    words: [
        "港",
        "灯台",
        "石垣",
        "果樹園",
        "合図",
        "銅鑼",
        "草原",
        "帳簿",
    ],
    authors: ["かもめ", "みさご", "砂浜", "渡し船", "船頭", "いるか"],
    months: [
        "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月",
    ],
    days: ["月", "火", "水", "木", "金", "土", "日"],
    ..ENGLISH
};
pub const CHINESE: Tongue = Tongue {
    lang: "zh",
    zone: "Asia/Shanghai",
    title: "关于{a}和{b}的故事第{n}篇",
    line: "{a}旁边一直立着一座{b}，数了{n}遍也没有人说得清{c}的声音为什么到傍晚才停下来。",
    reply: "我在{a}前面的{b}那里第{n}天也看见了。",
    words: [
        "港口", "灯塔", "石墙", "果园", "号角", "铜锣", "草地", "账本",
    ],
    authors: ["海鸥", "鱼鹰", "沙洲", "渡船", "船夫", "海豚"],
    months: [
        "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月",
    ],
    days: ["一", "二", "三", "四", "五", "六", "日"],
    ..ENGLISH
};

impl Tongue {
    fn fill(&self, template: &str, seed: usize, n: usize) -> String {
        let word = |k: usize| self.words[(seed * 5 + k * 3) % self.words.len()];
        template
            .replace("{a}", word(0))
            .replace("{b}", word(1))
            .replace("{c}", word(2))
            .replace("{n}", &n.to_string())
    }

    fn author(&self, seed: usize) -> String {
        self.authors[seed * 5 % self.authors.len()].to_owned()
    }
}

/// Something somebody said: a post, or one of its replies.
#[derive(Debug, Clone)]
pub struct Said {
    pub id: u32,
    pub author: String,
    /// By the board's own clock, to the second.
    pub at: DateTime,
    /// Paragraphs.
    pub lines: Vec<String>,
    /// What is done with each of them; where there are fewer, nothing.
    pub marks: Vec<Mark>,
}

/// How people dress their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Plain,
    /// Somebody else's words.
    Quote,
    Code,
    /// Its first word is a link to another site.
    Link,
    /// A picture stands behind it.
    Picture,
    /// A list of its own.
    Item,
}

/// A post, as every shape shows it.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: u32,
    pub title: String,
    pub said: Said,
    pub replies: Vec<Said>,
    pub notice: bool,
    /// Place from the oldest.
    pub rank: usize,
    pub views: usize,
}

impl Post {
    /// Lower-case words with hyphens.
    pub fn slug(&self) -> String {
        let plain: String = self
            .title
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        plain.trim_matches('-').to_owned()
    }

    /// What was said last: what boards show in a column of its own.
    pub fn last(&self) -> &Said {
        self.replies.last().unwrap_or(&self.said)
    }
}

/// Newest first. Ids have gaps, as ids do; most posts have few replies, some have many.
pub fn posts(n_posts: usize, tongue: &Tongue) -> Vec<Post> {
    (0..n_posts)
        .map(|at| post(n_posts - at, tongue, 1_000))
        .collect()
}

/// Two pinned posts.
pub fn notices(tongue: &Tongue) -> Vec<Post> {
    (1..=2)
        .map(|rank| Post {
            notice: true,
            ..post(rank, tongue, 100)
        })
        .collect()
}

fn post(rank: usize, tongue: &Tongue, first_id: usize) -> Post {
    let number = |value: usize| u32::try_from(value).expect("small");
    let id = first_id + rank * 3 + rank % 2;
    let hours = i64::try_from(rank * 7).expect("small");
    let at = date(2025, 11, 1).at(8, 12, 37, 0) + jiff::Span::new().hours(hours);
    let seed = rank + first_id;
    let said = |id: usize, nth: usize, at: DateTime, lines: Vec<String>| Said {
        id: number(id),
        author: tongue.author(seed + nth),
        at,
        lines,
        marks: Vec::new(),
    };
    let n_replies = match rank % 8 {
        0 => 11,
        n => n % 4,
    };
    let replies = (1..=n_replies).map(|nth| {
        let later = at + jiff::Span::new().minutes(i64::try_from(nth * 47).expect("small"));
        said(
            id * 20 + nth,
            nth,
            later,
            vec![tongue.fill(tongue.reply, seed + nth, rank * 20 + nth)],
        )
    });
    let lines =
        (0..2 + rank % 3).map(|line| tongue.fill(tongue.line, seed + line, rank * 10 + line));
    Post {
        id: number(id),
        title: tongue.fill(tongue.title, seed, first_id / 100 + rank),
        said: said(id * 20, 0, at, lines.collect()),
        replies: replies.collect(),
        notice: false,
        rank,
        views: 40 + rank * 13 % 90,
    }
}
