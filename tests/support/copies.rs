//! Pairs of texts of which it is known whether one is a copy of the other, in Korean and English, from a seed.
//!
//! Articles are made of sentences over invented words, so that two of them share a language and nothing else, or are
//! real ones that are handed in; reports are made from a template, so that two of them share everything but what they
//! report.

use super::copies_forms::{Day, Form, filled};
use super::seed::Rng;

/// Real articles, as paragraphs, to be used in place of invented ones.
#[derive(Debug, Default)]
pub struct RealTexts {
    pub korean: Vec<Vec<String>>,
    pub english: Vec<Vec<String>>,
}

/// What was done to the first text to make the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Exact,
    Spacing,
    Light,
    Heavy,
    Boilerplate,
    Caption,
    Press,
    Reorder,
    Truncated,
    Lede,
    Combo,
    /// Cut, and put into another press's frame.
    TruncatedFramed,
    /// All paragraphs in any order, edited.
    Shuffled,
    /// The press's name stands in the text, and is another one in the copy.
    PressInside,
    /// Without its first paragraph.
    TailKept,
    /// An earlier press's frame has stayed on, a second one is around it.
    Reframed,
    DailyCopy,
    DailyCut,
    /// Some words and a sentence were written anew.
    Rewritten,
    /// Another press has the same form, filled in with the same words.
    FormCopy,
    /// A form with other words in it, in the same frame or another press's.
    OtherForecast,
    OtherHoroscope,
    OtherLostThings,
    OtherObituary,
    OtherPersonnel,
    OtherEvent,
    OtherJob,
    OtherMenu,
    OtherNumbers,
    OtherWeather,
    OtherRates,
    /// A report's template with other numbers and other names in it.
    OtherEntries,
    OtherNames,
    FollowUp,
    /// Sentences of the old text between the new ones.
    QuotedThroughout,
    SameEvent,
    /// The names and numbers of an event in other sentences.
    SameFacts,
    /// Two press releases with the same words about the company below.
    SameCompany,
    SameFurniture,
    SameTopic,
    SameQuote,
    SameFiller,
    Short,
}

impl Kind {
    pub const ALL: [Self; 43] = [
        Self::Exact,
        Self::Spacing,
        Self::Light,
        Self::Heavy,
        Self::Boilerplate,
        Self::Caption,
        Self::Press,
        Self::Reorder,
        Self::Truncated,
        Self::Lede,
        Self::Combo,
        Self::TruncatedFramed,
        Self::Shuffled,
        Self::PressInside,
        Self::TailKept,
        Self::Reframed,
        Self::DailyCopy,
        Self::DailyCut,
        Self::OtherNumbers,
        Self::OtherWeather,
        Self::OtherRates,
        Self::OtherEntries,
        Self::OtherNames,
        Self::FollowUp,
        Self::QuotedThroughout,
        Self::SameEvent,
        Self::SameFacts,
        Self::SameCompany,
        Self::SameFurniture,
        Self::SameTopic,
        Self::SameQuote,
        Self::SameFiller,
        Self::Short,
        Self::Rewritten,
        Self::FormCopy,
        Self::OtherForecast,
        Self::OtherHoroscope,
        Self::OtherLostThings,
        Self::OtherObituary,
        Self::OtherPersonnel,
        Self::OtherEvent,
        Self::OtherJob,
        Self::OtherMenu,
    ];

    /// The form of which two fillings are no copies. Which words of it are filled in, two of them alone do not tell.
    pub fn form(self) -> Option<Form> {
        Some(match self {
            Self::OtherForecast => Form::Forecast,
            Self::OtherHoroscope => Form::Horoscope,
            Self::OtherLostThings => Form::LostThings,
            Self::OtherObituary => Form::Obituary,
            Self::OtherPersonnel => Form::Personnel,
            Self::OtherEvent => Form::Event,
            Self::OtherJob => Form::Job,
            Self::OtherMenu => Form::Menu,
            _ => return None,
        })
    }

    pub fn is_copy(self) -> bool {
        self <= Self::FormCopy
    }
}

pub struct Pair {
    pub kind: Kind,
    pub korean: bool,
    pub a: String,
    pub b: String,
}

/// `n` pairs of each kind and language; a language of which there are no real texts has invented ones.
pub fn pairs(seed: u64, n: usize, real: &RealTexts) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (k, kind) in Kind::ALL.into_iter().enumerate() {
        for i in 0..2 * n {
            let mut rng = Rng::for_thing(seed, (k * 1_000_003 + i) as u64);
            let korean = i % 2 == 0;
            let (a, b) = Maker {
                rng: &mut rng,
                korean,
                real,
            }
            .pair(kind);
            pairs.push(Pair { kind, korean, a, b });
        }
    }
    pairs
}

const KOREAN_STARTS: [&str; 12] = [
    "시", "정부", "지역", "주민", "국제", "산업", "교육", "연구", "농가", "의회", "환경", "문화",
];
const KOREAN_PARTS: [&str; 24] = [
    "가", "도", "리", "문", "산", "성", "원", "정", "진", "천", "해", "호", "길", "남", "림", "봉",
    "수", "안", "영", "운", "주", "철", "평", "회",
];
const KOREAN_FRAMES: [&str; 10] = [
    "{}은 {} 일대에서 {} 사업을 벌인다고 밝혔다.",
    "이번 {}에는 {}과 {}이 함께 참여했다.",
    "{} 관계자는 \"{} 덕분에 {} 문제가 풀렸다\"고 말했다.",
    "앞서 {}은 지난해 {}에서 {}을 내놓았다.",
    "한편 {} 쪽에서는 {}에 대한 {} 우려도 나온다.",
    "{}에 따르면 {}과 {}의 차이는 크지 않았다.",
    "그러나 {}을 둘러싼 {} 논란은 {}까지 이어졌다.",
    "전문가들은 {}이 {}보다 {}에 가깝다고 본다.",
    "현장을 찾은 {} 씨는 {} 앞에서 {}을 떠올렸다.",
    "{}의 {} 계획은 {} 단계에 들어섰다.",
];
const ENGLISH_PARTS: [&str; 24] = [
    "bar", "cor", "den", "fal", "gran", "hol", "ing", "jor", "kel", "lan", "mer", "nor", "ol",
    "pen", "quin", "ros", "sel", "tor", "ul", "ver", "win", "yar", "zen", "ash",
];
const ENGLISH_FRAMES: [&str; 10] = [
    "The {} said on its {} page that {} would begin soon.",
    "Both {} and {} took part in the {} this time.",
    "\"Thanks to {} we have solved the {} of {},\" an official said.",
    "Earlier the {} had moved from {} towards {}.",
    "Critics of {} point to {} and the cost of {}.",
    "According to {}, neither {} nor {} made much difference.",
    "Yet the quarrel about {} went on in {} until {} gave way.",
    "Experts think {} closer to {} than to {}.",
    "A visitor named {} remembered {} in front of the {}.",
    "Plans for {} near {} have reached {}.",
];

pub(super) struct Maker<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) korean: bool,
    pub(super) real: &'a RealTexts,
}

impl Maker<'_> {
    pub(super) fn word(&mut self) -> String {
        let mut word = String::new();
        if self.korean {
            if self.rng.chance(400) {
                word.push_str(self.rng.choose::<&str>(&KOREAN_STARTS));
            }
            for _ in 0..2 + self.rng.below(2) {
                word.push_str(self.rng.choose::<&str>(&KOREAN_PARTS));
            }
        } else {
            for _ in 0..2 + self.rng.below(2) {
                word.push_str(self.rng.choose::<&str>(&ENGLISH_PARTS));
            }
        }
        word
    }

    fn fill(&mut self, frame: &str) -> String {
        let mut parts = frame.split("{}");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (one, two) = (self.word(), self.word());
            text.push_str(&one);
            if self.rng.chance(500) {
                text.push(' ');
                text.push_str(&two);
            }
            text.push_str(part);
        }
        if self.rng.chance(150) {
            let n = self.rng.below(5000);
            text.push_str(&if self.korean {
                format!(" 모두 {n}명이다.")
            } else {
                format!(" That makes {n} people.")
            });
        }
        text
    }

    pub(super) fn sentence(&mut self) -> String {
        let frame = match self.korean {
            true => *self.rng.choose(&KOREAN_FRAMES),
            false => *self.rng.choose(&ENGLISH_FRAMES),
        };
        self.fill(frame)
    }

    pub(super) fn paragraph(&mut self) -> String {
        let n = 2 + self.rng.below(3);
        (0..n)
            .map(|_| self.sentence())
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(super) fn article(&mut self) -> Vec<String> {
        let real = match self.korean {
            true => &self.real.korean,
            false => &self.real.english,
        };
        if !real.is_empty() {
            return self.rng.choose::<Vec<String>>(real).clone();
        }
        let n = 4 + self.rng.below(8);
        (0..n).map(|_| self.paragraph()).collect()
    }

    pub(super) fn press(&mut self) -> String {
        let word = self.word();
        if self.korean {
            format!("{word}신문")
        } else {
            format!("{word} Herald")
        }
    }

    /// What a press puts above a text: some of the frames that boards really have.
    pub(super) fn header(&mut self, press: &str) -> String {
        let (day, hour) = (self.rng.below(28) + 1, self.rng.below(24));
        let name = self.word();
        match (self.korean, self.rng.below(3)) {
            (true, 0) => format!(
                "본문 바로가기\n{press} 메뉴 홈 정치 경제 사회 문화\n[{press}] {name} 기자 구독"
            ),
            (true, 1) => format!(
                "({press}={name} 기자) 입력 2026.11.{day:02} {hour:02}:10 수정 2026.11.{day:02} {hour:02}:42 글자크기 설정 가나다"
            ),
            (true, _) => format!(
                "{press} | {name} 기자 | 승인 2026.11.{day:02} {hour:02}:05 | 댓글 0 | 기사공유하기 프린트 메일보내기"
            ),
            (false, 0) => format!(
                "Skip to content\n{press} menu home politics business culture\nBy a {press} reporter"
            ),
            (false, 1) => format!(
                "By {name}, {press}\nPublished November {day}, 2026 at {hour}:10. Share this article on social media"
            ),
            (false, _) => format!(
                "{press} | {name} | Updated {hour}:05, November {day} | Listen to this article 4 min"
            ),
        }
    }

    pub(super) fn footer(&mut self, press: &str) -> String {
        let name = self.word();
        match (self.korean, self.rng.below(2)) {
            (true, 0) => format!("저작권자 © {press} 무단 전재 및 재배포 금지"),
            (true, _) => format!(
                "{name} 기자 {}@example.kr\n<저작권자(c) {press}, 무단 전재-재배포, AI 학습 및 활용 금지>\n관련기사 많이 본 뉴스 댓글쓰기",
                self.rng.below(9999)
            ),
            (false, 0) => format!("Copyright {press}. All rights reserved. No redistribution."),
            (false, _) => format!(
                "Reporting by {name}; editing by the {press} desk\nSign up for our newsletter. This material may not be published, broadcast, rewritten or redistributed."
            ),
        }
    }

    pub(super) fn caption(&mut self) -> String {
        let sentence = self.sentence();
        if self.korean {
            format!("▲ 사진 설명: {sentence}")
        } else {
            format!("Photo: {sentence}")
        }
    }

    /// Changes `per_mille` of the words, and drops or adds some.
    pub(super) fn edit(&mut self, text: &str, per_mille: u64) -> String {
        let mut words = Vec::new();
        for word in text.split(' ') {
            if !self.rng.chance(per_mille) || word.chars().any(|c| c.is_ascii_digit()) {
                words.push(word.to_owned());
            } else if self.rng.chance(600) {
                words.push(self.word());
            } else if self.rng.chance(500) {
                words.push(word.to_owned());
                words.push(self.word());
            }
        }
        words.join(" ")
    }

    fn number(&mut self, below: usize) -> String {
        format!("{}.{:02}", self.rng.below(below), self.rng.below(100))
    }

    /// A daily report: the frame and the lines from `frame`, the numbers from this maker.
    pub(super) fn report(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 7);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let lead = frame.paragraph();
        let names: Vec<String> = (0..12).map(|_| frame.word()).collect();
        let tail = frame.paragraph();
        let day = self.rng.below(28) + 1;
        let mut text = match korean {
            true => format!(
                "오늘의 시황, {day}일 거래를 마친 지수는 {}로 {}포인트 움직였다. {lead}\n",
                self.number(3000),
                self.number(60)
            ),
            false => format!(
                "Market report for day {day}: the index closed at {}, a change of {} points. {lead}\n",
                self.number(3000),
                self.number(60)
            ),
        };
        for name in names {
            let (price, change) = (self.rng.below(90_000), self.number(30));
            text.push_str(&match korean {
                true => {
                    format!("{name} 종목은 {price}원에 마감해 전날보다 {change}퍼센트 달라졌다.\n")
                }
                false => format!(
                    "Shares of {name} ended the day at {price} after moving by {change} percent.\n"
                ),
            });
        }
        text + &tail
    }

    /// The day's exchange rates: a line a currency, nothing but its numbers is new.
    fn rates(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 11);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let names: Vec<String> = (0..10).map(|_| frame.word()).collect();
        let mut text = match korean {
            true => format!(
                "{}일 고시 환율입니다. 매매기준율은 아래와 같습니다.\n",
                self.rng.below(28) + 1
            ),
            false => format!(
                "Reference exchange rates of day {}, as fixed at noon.\n",
                self.rng.below(28) + 1
            ),
        };
        for name in names {
            let (rate, change) = (self.number(2_000), self.number(9));
            text.push_str(&match korean {
                true => format!("{name} 매매기준율 {rate}원 전일 대비 {change}원\n"),
                false => format!("One {name} buys {rate} units, a change of {change} units\n"),
            });
        }
        text
    }

    /// The day's best and worst shares: the words are the same, names and numbers are not.
    fn winners(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 12);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let (lead, tail) = (frame.sentence(), frame.sentence());
        let mut text = lead + "\n";
        for place in 1..=8 {
            let (name, change) = (self.word(), self.number(30));
            text.push_str(&match korean {
                true => format!("{place}위는 {name} 종목으로 전날보다 {change}퍼센트 올라 거래를 마쳤다.\n"),
                false => format!("Number {place} was {name}, which closed {change} percent higher than the day before.\n"),
            });
        }
        text + &tail
    }

    /// Appointments: the office's words are always the same, the names are not.
    fn appointments(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 8);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let mut text = frame.sentence() + "\n";
        for _ in 0..12 {
            let post = frame.word();
            let (one, two) = (self.word(), self.word());
            text.push_str(&match korean {
                true => format!("▷ {post}과장 {one} ▷ {post}팀장 {two}\n"),
                false => format!("Head of {post}: {one} {two}\n"),
            });
        }
        text
    }

    /// A text with its press's header and footer.
    fn framed(&mut self, press: &str, text: &str) -> String {
        format!("{}\n{text}\n{}", self.header(press), self.footer(press))
    }

    /// A copy of an article by one change; the text itself where the kind needs more than the article.
    pub(super) fn copy(&mut self, kind: Kind, article: &[String]) -> String {
        let text = article.join("\n");
        match kind {
            Kind::Spacing => text
                .split(' ')
                .map(|word| {
                    if self.rng.chance(300) {
                        word.to_owned()
                    } else {
                        format!("{word} ")
                    }
                })
                .collect(),
            Kind::Light => self.edit(&text, 30),
            Kind::Heavy => self.edit(&text, 90),
            Kind::Caption => format!("{}\n{text}", self.caption()),
            Kind::Reorder => {
                let mut moved = article.to_vec();
                if moved.len() > 1 {
                    let n = 1 + self.rng.below(moved.len() - 1);
                    moved.rotate_left(n);
                }
                moved.join("\n")
            }
            Kind::Truncated => {
                let share = 30 + self.rng.below(41);
                cut(&text, text.chars().count() * share / 100)
            }
            Kind::Lede => cut(
                &text,
                if self.korean { 90 } else { 200 } + self.rng.below(60),
            ),
            _ => text,
        }
    }

    /// Two days of one form; the second is later, and half of the time much is as it was before.
    fn two_days(&mut self, form: Form) -> (String, String) {
        let seed = self.rng.next_u64();
        let before = Day::new(self.rng.next_u64());
        let kept = if self.rng.chance(500) { 0 } else { 500 };
        let day = before.later(self.rng.next_u64(), kept);
        let filled = |day| filled(form, self.korean, seed, day, self.real);
        (filled(before), filled(day))
    }

    /// Some words changed, and one sentence told in others.
    pub(super) fn rewritten(&mut self, article: &[String]) -> String {
        let mut article = article.to_vec();
        let at = self.rng.below(article.len());
        let mut sentences: Vec<&str> = article[at].split(". ").collect();
        let anew = self.sentence();
        let anew = anew.trim_end_matches('.');
        let n = self.rng.below(sentences.len());
        sentences[n] = anew;
        article[at] = sentences.join(". ");
        self.edit(&article.join("\n"), 25)
    }

    fn pair(&mut self, kind: Kind) -> (String, String) {
        let article = self.article();
        let text = article.join("\n");
        let press = self.press();
        let other = self.press();
        let frame = self.rng.next_u64();
        match kind {
            Kind::Exact
            | Kind::Spacing
            | Kind::Light
            | Kind::Heavy
            | Kind::Reorder
            | Kind::Truncated
            | Kind::Lede => {
                let copy = self.copy(kind, &article);
                (text, copy)
            }
            Kind::Caption => (
                self.copy(Kind::Caption, &article),
                self.copy(Kind::Caption, &article),
            ),
            Kind::Rewritten => {
                let copy = self.rewritten(&article);
                (text, copy)
            }
            Kind::FormCopy => {
                let form = *self.rng.choose(&Form::ALL);
                let (a, _) = self.two_days(form);
                let edited = if self.rng.chance(500) {
                    self.edit(&a, 20)
                } else {
                    a.clone()
                };
                (self.framed(&press, &a), self.framed(&other, &edited))
            }
            Kind::OtherForecast
            | Kind::OtherHoroscope
            | Kind::OtherLostThings
            | Kind::OtherObituary
            | Kind::OtherPersonnel
            | Kind::OtherEvent
            | Kind::OtherJob
            | Kind::OtherMenu => {
                let form = kind.form().expect("each of these has one");
                let (a, b) = self.two_days(form);
                let second = if self.rng.chance(500) { &press } else { &other };
                (self.framed(&press, &a), self.framed(second, &b))
            }
            Kind::Boilerplate => (text.clone(), self.framed(&press, &text)),
            Kind::Press => (self.framed(&press, &text), self.framed(&other, &text)),
            Kind::Combo => {
                let (edited, caption) = (self.edit(&text, 25), self.caption());
                (
                    self.framed(&press, &text),
                    self.framed(&other, &format!("{caption}\n{edited}")),
                )
            }
            Kind::DailyCopy => {
                let report = self.report(frame);
                let edited = self.edit(&report, 30);
                (self.framed(&press, &report), self.framed(&other, &edited))
            }
            Kind::TruncatedFramed => {
                let copy = self.copy(Kind::Truncated, &article);
                (self.framed(&press, &text), self.framed(&other, &copy))
            }
            Kind::Shuffled => {
                let mut moved = article.clone();
                for last in (1..moved.len()).rev() {
                    moved.swap(last, self.rng.below(last + 1));
                }
                let edited = self.edit(&moved.join("\n"), 20);
                (text, edited)
            }
            Kind::PressInside => {
                let named = |press: &str| {
                    let told = |(n, paragraph): (usize, &String)| match n % 3 {
                        0 => format!("{press} {paragraph}"),
                        _ => paragraph.clone(),
                    };
                    let told: Vec<String> = article.iter().enumerate().map(told).collect();
                    told.join("\n")
                };
                let (a, b) = (named(&press), named(&other));
                (a, self.framed(&other, &b))
            }
            Kind::TailKept => (text, article[1..].join("\n")),
            Kind::Reframed => {
                let framed = self.framed(&press, &text);
                let again = self.framed(&other, &framed);
                (framed, again)
            }
            Kind::DailyCut => {
                let report = self.report(frame);
                let copy = cut(&report, report.chars().count() * 2 / 3);
                (self.framed(&press, &report), self.framed(&other, &copy))
            }
            Kind::OtherRates => {
                let (a, b) = (self.rates(frame), self.rates(frame));
                (self.framed(&press, &a), self.framed(&press, &b))
            }
            Kind::OtherEntries => (self.winners(frame), self.winners(frame)),
            Kind::QuotedThroughout => {
                let mixed: Vec<String> = article
                    .iter()
                    .take(4)
                    .map(|old| {
                        let quote = old.split(". ").next().unwrap_or_default().to_owned();
                        let quote = cut(&quote, 60);
                        format!("{} {quote} {}", self.sentence(), self.paragraph())
                    })
                    .collect();
                (text, mixed.join("\n"))
            }
            Kind::SameFacts => {
                let facts: Vec<String> = (0..8)
                    .map(|_| format!("{} {}", self.word(), self.number(900)))
                    .collect();
                let mut told = || -> String {
                    let told = facts
                        .iter()
                        .map(|fact| format!("{} {fact}. {}", self.sentence(), self.sentence()));
                    told.collect::<Vec<_>>().join("\n")
                };
                (told(), told())
            }
            Kind::SameCompany => {
                let about = [self.paragraph(), self.sentence(), self.sentence()].join(" ");
                let mut release = || {
                    let n = 2 + self.rng.below(3);
                    let news: Vec<String> = (0..n).map(|_| self.paragraph()).collect();
                    format!("{}\n{about}", news.join("\n"))
                };
                (release(), release())
            }
            Kind::OtherNumbers => {
                let (a, b) = (self.report(frame), self.report(frame));
                (self.framed(&press, &a), self.framed(&press, &b))
            }
            Kind::OtherWeather => {
                let (a, b) = (self.weather(frame), self.weather(frame));
                (self.framed(&press, &a), self.framed(&press, &b))
            }
            Kind::OtherNames => {
                let (a, b) = (self.appointments(frame), self.appointments(frame));
                (self.framed(&press, &a), self.framed(&press, &b))
            }
            Kind::FollowUp => {
                // The old story's background takes up as much room as the news, or up to twice as much.
                let n = 2 + self.rng.below(2);
                let news: Vec<String> = (0..n).map(|_| self.paragraph()).collect();
                let n_old = (n + self.rng.below(n + 1)).min(article.len() / 2);
                (
                    text,
                    format!("{}\n{}", news.join("\n"), article[..n_old].join("\n")),
                )
            }
            Kind::SameEvent => (text.clone(), self.edit(&text, 700)),
            Kind::SameFurniture => {
                let others = self.article().join("\n");
                (self.framed(&press, &text), self.framed(&press, &others))
            }
            Kind::SameTopic => {
                let others = self.article().join("\n");
                (text, format!("{}\n{others}", article[0]))
            }
            Kind::SameQuote => {
                let quote = self.paragraph();
                let others = self.article().join("\n");
                (format!("{text}\n{quote}"), format!("{quote}\n{others}"))
            }
            Kind::SameFiller => (self.filler(frame), self.filler(frame)),
            Kind::Short => {
                let sentence = self.sentence();
                (
                    format!("{} {sentence}", self.word()),
                    format!("{sentence} {}", self.word()),
                )
            }
        }
    }

    /// The day's weather: all words are always the same.
    pub(super) fn weather(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 9);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let places: Vec<String> = (0..8).map(|_| frame.word()).collect();
        let (day, low, high) = (
            self.rng.below(28) + 1,
            self.rng.below(9),
            10 + self.rng.below(9),
        );
        let mut text = match korean {
            true => format!(
                "2026년 11월 {day}일 날씨입니다. 아침 최저기온은 영하 {low}도, 낮 최고기온은 {high}도로 예상됩니다. 미세먼지 농도는 전 권역에서 보통 수준을 보이겠습니다.\n"
            ),
            false => format!(
                "Weather for November {day}, 2026. Lows will be around {low} degrees and highs near {high}. Winds stay light and air quality is moderate in all districts.\n"
            ),
        };
        for place in places {
            let (low, high) = (self.rng.below(12), 8 + self.rng.below(12));
            text.push_str(&match korean {
                true => format!(
                    "{place} 아침 {low}도 낮 {high}도, 강수확률 {}퍼센트\n",
                    10 * self.rng.below(10)
                ),
                false => format!(
                    "{place}: low {low}, high {high}, chance of rain {} percent\n",
                    10 * self.rng.below(10)
                ),
            });
        }
        text
    }

    /// Sentences from a small stock, some in a row, each with a mark of its own: what fills test boards, and what is
    /// spun to fill bad ones.
    pub(super) fn filler(&mut self, stock: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(stock, 10);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let stock: Vec<String> = (0..10).map(|_| frame.sentence()).collect();
        let (start, n, mark) = (
            self.rng.below(10),
            4 + self.rng.below(4),
            self.rng.below(1000),
        );
        let lines = (0..n).map(|i| format!("{} ({mark}-{i})", stock[(start + i) % 10]));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn cut(text: &str, n_chars: usize) -> String {
    text.chars().take(n_chars).collect()
}
