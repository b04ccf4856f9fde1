//! Pairs of texts of which it is known whether one is a copy of the other, in Korean and English, from a seed.
//!
//! Articles are made of sentences over invented words, so that two of them share a language and nothing else; reports
//! are made from a template, so that two of them share everything but what they report.

use super::seed::Rng;

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
    Combo,
    DailyCopy,
    OtherNumbers,
    OtherNames,
    FollowUp,
    SameEvent,
    SameFurniture,
    SameTopic,
}

impl Kind {
    pub const ALL: [Self; 17] = [
        Self::Exact,
        Self::Spacing,
        Self::Light,
        Self::Heavy,
        Self::Boilerplate,
        Self::Caption,
        Self::Press,
        Self::Reorder,
        Self::Truncated,
        Self::Combo,
        Self::DailyCopy,
        Self::OtherNumbers,
        Self::OtherNames,
        Self::FollowUp,
        Self::SameEvent,
        Self::SameFurniture,
        Self::SameTopic,
    ];

    pub fn is_copy(self) -> bool {
        self <= Self::DailyCopy
    }
}

pub struct Pair {
    pub kind: Kind,
    pub korean: bool,
    pub a: String,
    pub b: String,
}

/// `n` pairs of each kind and language.
pub fn pairs(seed: u64, n: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (k, kind) in Kind::ALL.into_iter().enumerate() {
        for i in 0..2 * n {
            let mut rng = Rng::for_thing(seed, (k * 1_000_003 + i) as u64);
            let korean = i % 2 == 0;
            let (a, b) = Maker {
                rng: &mut rng,
                korean,
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

struct Maker<'a> {
    rng: &'a mut Rng,
    korean: bool,
}

impl Maker<'_> {
    fn word(&mut self) -> String {
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

    fn sentence(&mut self) -> String {
        let frame = match self.korean {
            true => *self.rng.choose(&KOREAN_FRAMES),
            false => *self.rng.choose(&ENGLISH_FRAMES),
        };
        self.fill(frame)
    }

    fn paragraph(&mut self) -> String {
        let n = 2 + self.rng.below(3);
        (0..n)
            .map(|_| self.sentence())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn article(&mut self) -> Vec<String> {
        let n = 4 + self.rng.below(8);
        (0..n).map(|_| self.paragraph()).collect()
    }

    fn press(&mut self) -> String {
        let word = self.word();
        if self.korean {
            format!("{word}신문")
        } else {
            format!("{word} Herald")
        }
    }

    fn header(&mut self, press: &str) -> String {
        match self.korean {
            true => {
                format!("본문 바로가기\n{press} 메뉴 홈 정치 경제 사회 문화\n[{press}] 기자 구독")
            }
            false => format!(
                "Skip to content\n{press} menu home politics business culture\nBy a {press} reporter"
            ),
        }
    }

    fn footer(&mut self, press: &str) -> String {
        match self.korean {
            true => format!("저작권자 © {press} 무단 전재 및 재배포 금지"),
            false => format!("Copyright {press}. All rights reserved. No redistribution."),
        }
    }

    fn caption(&mut self) -> String {
        let sentence = self.sentence();
        if self.korean {
            format!("▲ 사진 설명: {sentence}")
        } else {
            format!("Photo: {sentence}")
        }
    }

    /// Changes `per_mille` of the words, and drops or adds some.
    fn edit(&mut self, text: &str, per_mille: u64) -> String {
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
    fn report(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 7);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
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

    /// Appointments: the office's words are always the same, the names are not.
    fn appointments(&mut self, frame: u64) -> String {
        let korean = self.korean;
        let mut rng = Rng::for_thing(frame, 8);
        let mut frame = Maker {
            rng: &mut rng,
            korean,
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

    fn pair(&mut self, kind: Kind) -> (String, String) {
        let article = self.article();
        let text = article.join("\n");
        let press = self.press();
        let other = self.press();
        let frame = self.rng.next_u64();
        let framed = |maker: &mut Self, press: &str, text: &str| {
            format!("{}\n{text}\n{}", maker.header(press), maker.footer(press))
        };
        match kind {
            Kind::Exact => (text.clone(), text),
            Kind::Spacing => {
                let b = text
                    .split(' ')
                    .map(|word| {
                        if self.rng.chance(300) {
                            word.to_owned()
                        } else {
                            format!("{word} ")
                        }
                    })
                    .collect();
                (text, b)
            }
            Kind::Light => (text.clone(), self.edit(&text, 30)),
            Kind::Heavy => (text.clone(), self.edit(&text, 90)),
            Kind::Boilerplate => (text.clone(), framed(self, &press, &text)),
            Kind::Caption => {
                let (one, two) = (self.caption(), self.caption());
                (format!("{one}\n{text}"), format!("{two}\n{text}"))
            }
            Kind::Press => (framed(self, &press, &text), framed(self, &other, &text)),
            Kind::Reorder => {
                let mut moved = article.clone();
                let n = 1 + self.rng.below(moved.len() - 1);
                moved.rotate_left(n);
                (text, moved.join("\n"))
            }
            Kind::Truncated => {
                let keep = article.len() * (4 + self.rng.below(4)) / 10;
                (text, article[..keep.max(2)].join("\n"))
            }
            Kind::Combo => {
                let (edited, caption) = (self.edit(&text, 25), self.caption());
                (
                    framed(self, &press, &text),
                    framed(self, &other, &format!("{caption}\n{edited}")),
                )
            }
            Kind::DailyCopy => {
                let report = self.report(frame);
                let edited = self.edit(&report, 30);
                (framed(self, &press, &report), framed(self, &other, &edited))
            }
            Kind::OtherNumbers => {
                let (a, b) = (self.report(frame), self.report(frame));
                (framed(self, &press, &a), framed(self, &press, &b))
            }
            Kind::OtherNames => {
                let (a, b) = (self.appointments(frame), self.appointments(frame));
                (framed(self, &press, &a), framed(self, &press, &b))
            }
            Kind::FollowUp => {
                let n = 2 + self.rng.below(2);
                let news: Vec<String> = (0..n).map(|_| self.paragraph()).collect();
                (
                    text,
                    format!(
                        "{}\n{}",
                        news.join("\n"),
                        article[..n.min(article.len() / 2)].join("\n")
                    ),
                )
            }
            Kind::SameEvent => (text.clone(), self.edit(&text, 700)),
            Kind::SameFurniture => {
                let others = self.article().join("\n");
                (framed(self, &press, &text), framed(self, &press, &others))
            }
            Kind::SameTopic => {
                let others = self.article().join("\n");
                (text, format!("{}\n{others}", article[0]))
            }
        }
    }
}
